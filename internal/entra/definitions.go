// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// definitions are the directory extensions and custom security attributes of a tenant that
// were announced.
type definitions struct {
	types   map[string]property // by folded name; guarded by [Tenant.mu]
	settled map[string]bool     // folded names that are known to be defined or not; the same

	// What follows belongs to whoever holds the token of [Tenant.defining].
	extensions bool  // those of all applications were asked for
	denied     error // why that was refused
	security   bool  // the custom security attributes were asked for
	refused    error // why nothing can be read; asking again would not help
}

// tenantDefined reports whether a property differs from tenant to tenant.
func (p property) tenantDefined() bool {
	return strings.HasPrefix(p.kind.Name, extensionPrefix) || strings.HasPrefix(p.kind.Name, securityPrefix)
}

// property is lookup with the type that the tenant defines; what it is known not
// to define does not exist.
func (t *Tenant) property(name string) (property, bool) {
	p, ok := lookup(name)
	if !ok || !p.tenantDefined() {
		return p, ok
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if typed, defined := t.defined.types[directory.Fold(name)]; defined {
		return typed, true
	}
	return p, !t.defined.settled[directory.Fold(name)]
}

// canonical returns a value as the tenant gives it back, where its type is known.
func (t *Tenant) canonical(name string, v directory.Value) directory.Value {
	if p, ok := t.property(name); ok && p.tenantDefined() {
		return p.kind.Canonical(v)
	}
	return v
}

// define reads the types of the announced attributes that differ from tenant to tenant. It reads no
// type twice, and sends no request where none is missing.
func (t *Tenant) define(ctx context.Context) error {
	if err := t.defineNeeded(ctx); err != nil {
		return err
	}
	t.mu.Lock()
	_, licensed := t.need[attrLicenses]
	t.mu.Unlock()
	if licensed { // documents have their names
		if _, err := t.Licenses(ctx); err != nil {
			return err
		}
	}
	for _, name := range append([]string{t.o.WorkerIDAttribute, t.o.DisabledSinceAttribute}, t.o.RemovedGroupsAttributes...) {
		if _, ok := t.property(name); name != "" && !ok {
			return fmt.Errorf("%s, which the provider's configuration names: %w", name, undefinedAttribute(name, ""))
		}
	}
	return nil
}

func (t *Tenant) defineNeeded(ctx context.Context) error {
	if extensions, security := t.unsettled(); len(extensions)+len(security) == 0 {
		return nil
	}
	select {
	case t.defining <- struct{}{}:
		defer func() { <-t.defining }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	extensions, security := t.unsettled()
	err := t.defined.refused
	if err == nil && len(extensions) > 0 {
		err = t.defineExtensions(ctx, extensions)
	}
	if err == nil && len(security) > 0 {
		err = t.defineSecurity(ctx, security)
	}
	if graphconn.IsDenied(err) {
		t.defined.refused = err
	}
	return err
}

// unsettled returns the announced attributes whose types are not known yet.
func (t *Tenant) unsettled() (extensions, security []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name := range t.need {
		switch {
		case t.defined.settled[directory.Fold(name)]:
		case strings.HasPrefix(name, extensionPrefix):
			extensions = append(extensions, name)
		case strings.HasPrefix(name, securityPrefix):
			security = append(security, name)
		}
	}
	slices.Sort(extensions)
	slices.Sort(security)
	return extensions, security
}

// enterDefinitions enters types, and that names without one are not defined.
func (t *Tenant) enterDefinitions(names []string, types []property) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range types {
		t.defined.types[directory.Fold(p.kind.Name)] = p
	}
	for _, name := range names {
		t.defined.settled[directory.Fold(name)] = true
	}
}

// extensionDefinition is an extensionProperty.
// https://learn.microsoft.com/graph/api/resources/extensionproperty
type extensionDefinition struct {
	Name          string   `json:"name"`
	DataType      string   `json:"dataType"`
	IsMultiValued bool     `json:"isMultiValued"`
	TargetObjects []string `json:"targetObjects"`
}

// defineExtensions asks for the directory extensions of all applications and,
// for names that are missing there, for those of their application: in a tenant
// with more than 1,000 service principals the first answer is empty, and an
// application that may read applications only may not ask the first question.
// https://learn.microsoft.com/graph/api/directoryobject-getavailableextensionproperties
func (t *Tenant) defineExtensions(ctx context.Context, names []string) error {
	if !t.defined.extensions {
		all, err := t.extensions(ctx, graphconn.Request{Method: http.MethodPost, Path: "/directoryObjects/getAvailableExtensionProperties", Body: struct{}{}, Repeatable: true})
		if err != nil && !graphconn.IsDenied(err) {
			return explainDefinitions(err, names)
		}
		t.enterDefinitions(nil, all)
		t.defined.extensions, t.defined.denied = true, err
	}
	for _, application := range t.applications(names) {
		more, err := t.extensions(ctx, graphconn.Request{Method: http.MethodGet, Path: "/applications(appId='" + application + "')/extensionProperties"})
		switch {
		case err == nil:
			t.enterDefinitions(nil, more)
		case t.defined.denied != nil:
			return explainDefinitions(t.defined.denied, names)
		case !graphconn.IsNotFound(err) && !graphconn.IsDenied(err): // the application may be at home in another tenant
			return explainDefinitions(err, names)
		}
	}
	t.enterDefinitions(names, nil)
	return nil
}

func explainDefinitions(err error, names []string) error {
	return fmt.Errorf("reading which types directory extensions have: %w, or take %s out of the mapping", permission(err, "Directory.Read.All"), strings.Join(names, " and "))
}

// applications returns the ids of the applications whose extensions are still
// unknown; a name holds the id without its dashes.
func (t *Tenant) applications(names []string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var ids []string
	for _, name := range names {
		if _, known := t.defined.types[directory.Fold(name)]; known {
			continue
		}
		digits, _, _ := strings.Cut(strings.TrimPrefix(name, extensionPrefix), "_")
		if id, err := uuid.Parse(digits); err == nil && !slices.Contains(ids, id.String()) {
			ids = append(ids, id.String())
		}
	}
	return ids
}

// extensions reads definitions of extensions that users can have.
func (t *Tenant) extensions(ctx context.Context, r graphconn.Request) ([]property, error) {
	var out []property
	err := t.client.Pages(ctx, r, func(body []byte) error {
		var page struct {
			Value []extensionDefinition `json:"value"`
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return err
		}
		for _, d := range page.Value {
			if p, ok := lookup(d.Name); ok && slices.ContainsFunc(d.TargetObjects, func(o string) bool { return strings.EqualFold(o, "User") }) {
				out = append(out, p.typed(d.DataType, d.IsMultiValued))
			}
		}
		return nil
	})
	return out, err
}

// defineSecurity reads the definitions of the custom security attributes.
// https://learn.microsoft.com/graph/api/directory-list-customsecurityattributedefinitions
func (t *Tenant) defineSecurity(ctx context.Context, names []string) error {
	if t.defined.security {
		t.enterDefinitions(names, nil)
		return nil
	}
	var types []property
	r := graphconn.Request{Method: http.MethodGet, Path: "/directory/customSecurityAttributeDefinitions", Query: url.Values{"$select": {"attributeSet,name,type,isCollection"}}}
	err := t.client.Pages(ctx, r, func(body []byte) error {
		var page struct {
			Value []struct {
				AttributeSet string `json:"attributeSet"`
				Name         string `json:"name"`
				Type         string `json:"type"`
				IsCollection bool   `json:"isCollection"`
			} `json:"value"`
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return err
		}
		for _, d := range page.Value {
			if p, ok := lookup(securityPrefix + d.AttributeSet + "/" + d.Name); ok {
				types = append(types, p.typed(d.Type, d.IsCollection))
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading which types custom security attributes have: %w, or take %s out of the mapping", permission(err, "CustomSecAttributeDefinition.Read.All"), strings.Join(names, " and "))
	}
	t.defined.security = true
	t.enterDefinitions(names, types)
	return nil
}

// The types of definitions. Text and octets of directory extensions have at most
// 256 characters or octets, a text of a custom security attribute 64.
// https://learn.microsoft.com/graph/api/application-post-extensionproperty
// https://learn.microsoft.com/entra/fundamentals/custom-security-attributes-overview#limits-and-constraints
var definedSyntaxes = map[string]directory.Syntax{
	"Boolean": directory.Truth, "Integer": directory.Integer, "LargeInteger": directory.Large, "DateTime": directory.Moment, "Binary": directory.Base64, "String": directory.Text,
}

// typed is the property with the type of a definition. A type that is not known
// here is taken for text.
func (p property) typed(dataType string, multi bool) property {
	p.kind.Syntax, p.kind.Multi, p.list = definedSyntaxes[dataType], multi, multi
	p.kind.HasMax = p.kind.Syntax == directory.Text || p.kind.Syntax == directory.Base64
	if p.kind.HasMax {
		p.kind.Max = 256
	}
	if !strings.HasPrefix(p.kind.Name, securityPrefix) {
		return p
	}
	if p.kind.HasMax {
		p.kind.Max = 64
	}
	// Numbers and collections name their type in a body, which is open there.
	// https://learn.microsoft.com/graph/custom-security-attributes-examples
	switch name := map[directory.Syntax]string{directory.Integer: "Int32", directory.Text: "String"}[p.kind.Syntax]; {
	case multi:
		p.annotation = "#Collection(" + name + ")"
	case p.kind.Syntax == directory.Integer:
		p.annotation = "#" + name
	}
	return p
}

// hasInt64 reports whether some of the properties are 64-bit numbers: the models
// keep numbers as floating point, which has 53 bits for them.
func hasInt64(properties []property) bool {
	return slices.ContainsFunc(properties, func(p property) bool { return p.kind.Syntax == directory.Large })
}

// exact reads the 64-bit numbers of a user once more, with all of their digits.
func (u *user) exact(doc json.RawMessage, properties []property) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(doc, &members); err != nil {
		return err
	}
	for _, p := range properties {
		raw, there := members[p.kind.Name]
		if p.kind.Syntax != directory.Large || !there {
			continue
		}
		var numbers []json.Number
		if !p.list {
			numbers = make([]json.Number, 1)
			if err := json.Unmarshal(raw, &numbers[0]); err != nil {
				return fmt.Errorf("%s: %w", p.kind.Name, err)
			}
		} else if err := json.Unmarshal(raw, &numbers); err != nil {
			return fmt.Errorf("%s: %w", p.kind.Name, err)
		}
		v := make(directory.Value, 0, len(numbers))
		for _, n := range numbers {
			if n != "" {
				v = append(v, n.String())
			}
		}
		if len(v) > 0 {
			u.values[p.kind.Name] = v
		}
	}
	return nil
}

// undefinedAttribute returns the error about an attribute that the tenant does not define.
func undefinedAttribute(name, near string) error {
	what := "the tenant defines no such directory extension for users"
	if strings.HasPrefix(name, securityPrefix) {
		what = "the tenant defines no such custom security attribute"
	}
	if near != "" {
		what += "; did you mean " + near + "?"
	}
	return errors.New(what)
}
