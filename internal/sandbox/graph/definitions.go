// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// securityType is how Graph wants a set of custom security attributes to be called in a body.
// https://learn.microsoft.com/graph/custom-security-attributes-examples
const securityType = "#Microsoft.DirectoryServices.CustomSecurityAttributeValue"

// extensionTypes are the types of directory extensions, securityTypes those of
// custom security attributes.
// https://learn.microsoft.com/graph/api/resources/extensionproperty
// https://learn.microsoft.com/graph/api/resources/customsecurityattributedefinition
var (
	extensionTypes = map[string]string{"String": "Edm.String", "Boolean": "Edm.Boolean", "Integer": "Edm.Int32", "LargeInteger": "Edm.Int64", "DateTime": "Edm.DateTimeOffset", "Binary": "Edm.Binary"}
	securityTypes  = map[string]string{"String": "Edm.String", "Boolean": "Edm.Boolean", "Integer": "Edm.Int32"}
)

// definition is a directory extension or custom security attribute of the tenant.
type definition struct {
	property
	set      string // of custom security attributes
	dataType string
}

// define reads a type such as "Integer" or "Collection(Integer)".
func define(name, dataType string, types map[string]string) *definition {
	d := &definition{dataType: dataType, property: property{owner: kindUser, name: name, flags: map[string]bool{}}}
	if inner, ok := strings.CutPrefix(dataType, "Collection("); ok {
		d.dataType, d.collection = strings.TrimSuffix(inner, ")"), true
	}
	if d.edm = types[d.dataType]; d.edm == "" {
		panic("graph: unknown type " + dataType + " of " + name)
	}
	return d
}

// AddDirectoryExtension registers an extension property of users, such as
// "extension_0123456789abcdef0123456789abcdef_costCode", with its type: String,
// Boolean, Integer, LargeInteger, DateTime or Binary, or Collection(…) of one of
// them for several values.
func (s *Server) AddDirectoryExtension(name, dataType string) {
	d := define(name, dataType, extensionTypes)
	d.filter, d.flags = []string{"eq", "in", "ge", "le", "startswith"}, map[string]bool{"advanced": true, "synced": true}
	if d.edm == "Edm.String" || d.edm == "Edm.Binary" {
		d.max = 256
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store.extensions[name] = d
}

// AddSecurityAttribute defines a custom security attribute in a set, with its
// type: String, Boolean or Integer, or Collection(String) or Collection(Integer).
func (s *Server) AddSecurityAttribute(set, name, dataType string) {
	d := define(name, dataType, securityTypes)
	d.set = set
	if d.edm == "Edm.String" {
		d.max = 64
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store.security[fold(set+"/"+name)] = d
}

func sortedDefinitions(of map[string]*definition) []*definition {
	out := make([]*definition, 0, len(of))
	for _, d := range of {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b *definition) int { return strings.Compare(a.set+"/"+a.name, b.set+"/"+b.name) })
	return out
}

// extension is an extensionProperty as Graph shows it.
func (d *definition) extension() object {
	return object{"id": uuid.NewSHA1(uuid.Nil, []byte(d.name)).String(), "deletedDateTime": nil, "appDisplayName": "HR attributes", "name": d.name, "dataType": d.dataType,
		"isMultiValued": d.collection, "isSyncedFromOnPremises": false, "targetObjects": []any{"User"}}
}

// availableExtensions is getAvailableExtensionProperties, with its known issue.
// https://learn.microsoft.com/graph/api/directoryobject-getavailableextensionproperties
func availableExtensions(s *Server, c *call) (*answer, error) {
	if _, f := c.document(); f != nil {
		return nil, f
	}
	value := []any{}
	for _, d := range sortedDefinitions(s.store.extensions) {
		if s.options.ManyServicePrincipals {
			break
		}
		doc := d.extension()
		doc["@odata.type"] = "#microsoft.graph.extensionProperty"
		value = append(value, doc)
	}
	return ok(object{"@odata.context": s.context("Collection(extensionProperty)"), "value": value}), nil
}

// applicationExtensions lists the extensions of one application, by its appId.
// https://learn.microsoft.com/graph/api/application-list-extensionproperty
func applicationExtensions(s *Server, c *call) (*answer, error) {
	id, byAppID := strings.CutPrefix(c.param(0), "appId=")
	prefix := "extension_" + strings.ReplaceAll(id, "-", "") + "_"
	value := []any{}
	for _, d := range sortedDefinitions(s.store.extensions) {
		if strings.HasPrefix(d.name, prefix) {
			value = append(value, d.extension())
		}
	}
	if !byAppID || len(value) == 0 { // applications are known by their extensions only
		return nil, notFound(id)
	}
	return ok(object{"@odata.context": s.context("applications('" + id + "')/extensionProperties"), "value": value}), nil
}

func listSecurityDefinitions(s *Server, _ *call) (*answer, error) {
	value := []any{}
	for _, d := range sortedDefinitions(s.store.security) {
		value = append(value, object{"id": d.set + "_" + d.name, "attributeSet": d.set, "name": d.name, "description": nil, "type": d.dataType, "isCollection": d.collection,
			"isSearchable": true, "status": "Available", "usePreDefinedValuesOnly": false})
	}
	return ok(object{"@odata.context": s.context("directory/customSecurityAttributeDefinitions"), "value": value}), nil
}

// annotation is the type that goes with a value, where JSON does not show it.
func (d *definition) annotation() string {
	name := strings.TrimPrefix(d.edm, "Edm.")
	switch {
	case d.collection:
		return "#Collection(" + name + ")"
	case d.edm == "Edm.Int32":
		return "#" + name
	}
	return ""
}

// checkValue checks the value of a property, custom security attributes too.
func (s *store) checkValue(p *property, kind string, value any) (any, *failure) {
	if p.name == "customSecurityAttributes" && p.owner == kindUser {
		return s.checkSets(value)
	}
	if list, isList := value.([]any); isList && len(list) == 0 && p.collection && s.extensions[p.name] != nil {
		value = nil // no values are none, and not an empty list
	}
	return p.check(kind, value)
}

// checkSets checks sets of custom security attributes: each names its type, and
// so do numbers and collections. What it returns names what is to be cleared, too.
func (s *store) checkSets(value any) (any, *failure) {
	sets, isObject := value.(object)
	if !isObject {
		return nil, malformed("Cannot convert the value of property 'customSecurityAttributes' to the expected type 'microsoft.graph.customSecurityAttributeValue'.")
	}
	out := object{}
	for name, given := range sets {
		set, isObject := given.(object)
		switch {
		case isAnnotation(name):
			continue
		case !isObject || set["@odata.type"] != securityType:
			return nil, malformed("The attribute set '%s' must be of the type '%s'.", name, securityType)
		}
		checked, f := s.checkSet(name, set)
		if f != nil {
			return nil, f
		}
		out[name] = checked
	}
	return out, nil
}

func (s *store) checkSet(set string, attributes object) (object, *failure) {
	out := object{"@odata.type": "#microsoft.graph.customSecurityAttributeValue"}
	for name, v := range attributes {
		if isAnnotation(name) {
			continue
		}
		d := s.security[fold(set+"/"+name)]
		if d == nil {
			return nil, &failure{status: http.StatusBadRequest, code: "Request_BadRequest", message: "Invalid property '" + set + "_" + name + "'."}
		}
		if list, isList := v.([]any); isList && len(list) == 0 && d.collection {
			v = nil
		}
		said, _ := attributes[name+"@odata.type"].(string)
		if want := d.annotation(); v != nil && said != want {
			return nil, malformed("The value of the custom security attribute '%s_%s' is annotated as '%s', expected '%s'.", set, name, said, want)
		}
		checked, f := d.check(kindUser, v)
		if f != nil {
			return nil, f
		}
		out[name] = checked
		switch {
		case v == nil:
			out[name+"@odata.type"] = nil
		case said != "":
			out[name+"@odata.type"] = said
		}
	}
	return out, nil
}

// unmarshal reads one JSON object.
func unmarshal(text []byte, into *object) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err := decoder.Decode(into)
	if err == nil && decoder.More() {
		err = errors.New("more than one value")
	}
	numbers(*into)
	return err
}

// numbers makes the numbers of a document what encoding/json makes of them, but
// leaves those alone that would lose digits.
func numbers(v any) any {
	switch x := v.(type) {
	case json.Number:
		if f, err := x.Float64(); err == nil && formatNumber(f) == x.String() {
			return f
		}
	case object:
		for k, e := range x {
			x[k] = numbers(e)
		}
	case []any:
		for i, e := range x {
			x[i] = numbers(e)
		}
	}
	return v
}
