// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestDirectoryExtensions(t *testing.T) {
	c := start(t, Options{})
	name := "extension_0123456789abcdef0123456789abcdef_costCode"
	c.fails(400, "Request_BadRequest", "Invalid property", "POST", "/users", person("ann", object{name: "7"}))
	c.s.AddDirectoryExtension(name, "String")
	id := c.create("ann", object{name: "7"})
	c.fails(400, "BadRequest", "Edm.String", "PATCH", "/users/"+id, object{name: 7})
	if got := c.want(200, "GET", "/users/"+id+"?$select="+name, nil); got[name] != "7" {
		t.Errorf("got %v", got)
	}
	c.fails(400, "Request_UnsupportedQuery", name, "GET", "/users?$filter="+name+" eq '7'", nil)
	if got := c.want(200, "GET", "/users?$count=true&$filter="+name+" eq '7'", nil, "ConsistencyLevel", "eventual"); len(names(got, "id")) != 1 {
		t.Errorf("got %v", got)
	}
	c.want(204, "PATCH", "/users/"+id, object{name: nil})
	if got, found := c.want(200, "GET", "/users/"+id+"?$select="+name, nil)[name]; found {
		t.Errorf("an extension without a value is shown: %v", got)
	}
}

const application = "extension_0123456789abcdef0123456789abcdef_"

// TestExtensionTypes: what JSON values an extension of each type takes, and gives back.
func TestExtensionTypes(t *testing.T) {
	c := start(t, Options{})
	id := c.create("ann", nil)
	for dataType, tt := range map[string]struct{ good, stored, bad string }{
		"Boolean":              {`true`, `true`, `"true"`},
		"Integer":              {`-7`, `-7`, `"7"`},
		"LargeInteger":         {`9007199254740993`, `9007199254740993`, `"9"`},
		"DateTime":             {`"2027-01-31T08:00:00+01:00"`, `"2027-01-31T07:00:00Z"`, `"soon"`},
		"Binary":               {`"AAE="`, `"AAE="`, `"AAE"`},
		"String":               {`"x"`, `"x"`, `true`},
		"Collection(Integer)":  {`[1,2]`, `[1,2]`, `1`},
		"Collection(Boolean)":  {`[true]`, `[true]`, `["true"]`},
		"Collection(DateTime)": {`["2027-01-31T08:00:00Z"]`, `["2027-01-31T08:00:00Z"]`, `[7]`},
	} {
		name := application + strings.Trim(strings.ReplaceAll(dataType, "(", ""), ")")
		c.s.AddDirectoryExtension(name, dataType)
		c.fails(400, "BadRequest", "", "PATCH", "/users/"+id, object{name: json.RawMessage(tt.bad)})
		c.want(204, "PATCH", "/users/"+id, object{name: json.RawMessage(tt.good)})
		if stored, err := json.Marshal(c.s.User(id)[name]); err != nil || string(stored) != tt.stored {
			t.Errorf("%s: stored %s, expected %s", dataType, stored, tt.stored)
		}
	}
	c.fails(400, "BadRequest", "Edm.Int32", "PATCH", "/users/"+id, object{application + "Integer": 1 << 31})
	c.fails(400, "BadRequest", "Edm.Int32", "PATCH", "/users/"+id, object{application + "Integer": 1.5})
	c.want(204, "PATCH", "/users/"+id, object{application + "CollectionInteger": nil})
	if got, found := c.want(200, "GET", "/users/"+id+"?$select="+application+"CollectionInteger", nil)[application+"CollectionInteger"]; found {
		t.Errorf("a collection without a value is shown: %v", got)
	}
}

func TestExtensionDefinitions(t *testing.T) {
	const all, mine = "/directoryObjects/getAvailableExtensionProperties", "/applications(appId='01234567-89ab-cdef-0123-456789abcdef')/extensionProperties"
	c := start(t, Options{Permissions: []string{"Directory.Read.All"}})
	c.s.AddDirectoryExtension(application+"grades", "Collection(Integer)")
	for _, got := range []object{c.want(200, "POST", all, object{}), c.want(200, "GET", mine, nil)} {
		value, _ := got["value"].([]any)
		if len(value) != 1 {
			t.Fatalf("got %v", got)
		}
		if d, _ := value[0].(object); d["name"] != application+"grades" || d["dataType"] != "Integer" || d["isMultiValued"] != true {
			t.Errorf("got %v", d)
		}
	}
	c.fails(404, "Request_ResourceNotFound", "", "GET", "/applications(appId='11111111-89ab-cdef-0123-456789abcdef')/extensionProperties", nil)
	c.fails(404, "Request_ResourceNotFound", "", "GET", "/applications/01234567-89ab-cdef-0123-456789abcdef/extensionProperties", nil)
	large := start(t, Options{Permissions: []string{"Directory.Read.All"}, ManyServicePrincipals: true})
	large.s.AddDirectoryExtension(application+"grades", "Integer")
	if got := large.want(200, "POST", all, object{}); len(names(got, "name")) != 0 {
		t.Errorf("got %v", got)
	}
	reader := start(t, Options{Permissions: []string{"Application.Read.All", "User.ReadWrite.All"}})
	reader.fails(403, "Authorization_RequestDenied", "", "POST", all, object{})
	reader.fails(403, "Authorization_RequestDenied", "", "GET", "/directory/customSecurityAttributeDefinitions", nil)
}

func TestSecurityAttributes(t *testing.T) {
	c := start(t, Options{})
	c.s.AddSecurityAttribute("Engineering", "Project", "Collection(String)")
	c.s.AddSecurityAttribute("Engineering", "Level", "Integer")
	c.s.AddSecurityAttribute("Engineering", "Certified", "Boolean")
	c.s.AddSecurityAttribute("Engineering", "Site", "String")
	if got := names(c.want(200, "GET", "/directory/customSecurityAttributeDefinitions", nil), "id"); !slices.Equal(got, []string{"Engineering_Certified", "Engineering_Level", "Engineering_Project", "Engineering_Site"}) {
		t.Errorf("defined are %v", got)
	}
	id := c.create("ann", nil)
	set := func(pairs ...any) object {
		attributes := object{"@odata.type": securityType}
		for i := 0; i < len(pairs); i += 2 {
			name, _ := pairs[i].(string)
			attributes[name] = pairs[i+1]
		}
		return object{"customSecurityAttributes": object{"Engineering": attributes}}
	}
	c.want(204, "PATCH", "/users/"+id, set("Project@odata.type", "#Collection(String)", "Project", []any{"Alpha", "Beta"}, "Level@odata.type", "#Int32", "Level", 3, "Certified", true, "Site", "Ulm"))
	c.want(204, "PATCH", "/users/"+id, set("Project", []any{}, "Certified", nil))
	got := c.want(200, "GET", "/users/"+id+"?$select=customSecurityAttributes", nil)
	want := `{"Engineering":{"@odata.type":"#microsoft.graph.customSecurityAttributeValue","Level":3,"Level@odata.type":"#Int32","Site":"Ulm"}}`
	if have, err := json.Marshal(got["customSecurityAttributes"]); err != nil || string(have) != want {
		t.Errorf("got %s", have)
	}
	for name, body := range map[string]object{
		"without the type of the set": {"customSecurityAttributes": object{"Engineering": object{"Site": "Ulm"}}},
		"a number without its type":   set("Level", 3),
		"a number as text":            set("Level@odata.type", "#Int32", "Level", "3"),
		"a list without its type":     set("Project", []any{"Alpha"}),
		"a value for a list":          set("Project@odata.type", "#Collection(String)", "Project", "Alpha"),
		"text for a truth":            set("Certified", "true"),
	} {
		t.Log(name)
		c.fails(400, "BadRequest", "", "PATCH", "/users/"+id, body)
	}
	c.fails(400, "Request_BadRequest", "Engineering_Grade", "PATCH", "/users/"+id, set("Grade", "x"))
}
