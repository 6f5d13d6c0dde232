// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// metadataType is an entity or complex type of a metadata document (OData CSDL).
type metadataType struct {
	Name       string `xml:",attr"`
	Properties []struct {
		Name, Type, Nullable string `xml:",attr"`
	} `xml:"Property"`
}

// TestPropertiesAreThoseOfTheMetadata compares properties.txt with the metadata
// document of Microsoft Graph, where WORKFORCE_SHARED names the directory that
// holds data/graph-users.csdl.xml.
func TestPropertiesAreThoseOfTheMetadata(t *testing.T) {
	shared := os.Getenv("WORKFORCE_SHARED")
	if shared == "" {
		return
	}
	text, err := os.ReadFile(filepath.Join(shared, "data", "graph-users.csdl.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Entities  []metadataType `xml:"EntityType"`
		Complexes []metadataType `xml:"ComplexType"`
	}
	if err := xml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	types := map[string]metadataType{}
	for _, m := range slices.Concat(document.Entities, document.Complexes) {
		types[m.Name] = m
	}
	for name, have := range schema {
		if name == kindUnit {
			continue // the document is that of users and groups
		}
		want := types[name].Properties
		if name == kindUser || name == kindGroup {
			want = slices.Concat(want, types["directoryObject"].Properties, types["entity"].Properties)
		}
		if len(want) != len(have.order) {
			t.Errorf("%s has %d properties, the metadata %d", name, len(have.order), len(want))
		}
		for _, w := range want {
			p := have.byName[w.Name]
			if p == nil {
				t.Errorf("%s.%s is missing", name, w.Name)
				continue
			}
			edm := p.edm
			if p.collection {
				edm = "Collection(" + edm + ")"
			}
			if edm != w.Type || p.flags["notnull"] != (w.Nullable == "false") {
				t.Errorf("%s.%s is %s, notnull %v; the metadata says %s, Nullable=%q", name, w.Name, edm, p.flags["notnull"], w.Type, w.Nullable)
			}
		}
	}
}

// TestPropertyTable holds properties.txt to what its head says.
func TestPropertyTable(t *testing.T) {
	flags := []string{"notnull", "default", "readonly", "createonly", "keep", "one", "advanced", "order", "sort", "synced", "cloud", "sharepoint"}
	operators := []string{"eq", "in", "ge", "le", "startswith", "endswith"}
	for name, types := range schema {
		for _, p := range types.order {
			for f := range p.flags {
				if !slices.Contains(flags, f) {
					t.Errorf("%s.%s: unknown rule %q", name, p.name, f)
				}
			}
			for _, o := range p.filter {
				if !slices.Contains(operators, o) {
					t.Errorf("%s.%s: unknown operator %q", name, p.name, o)
				}
			}
			for _, permission := range []string{p.read, p.write} {
				if permission != "" && !slices.Contains(AllPermissions, permission) {
					t.Errorf("%s.%s: unknown permission %q", name, p.name, permission)
				}
			}
			writable := !p.flags["readonly"] && !p.flags["sharepoint"]
			if name == kindUser && writable && p.flags["synced"] == p.flags["cloud"] {
				t.Errorf("%s.%s is writable: is it mastered on premises or not?", name, p.name)
			}
		}
	}
}

func TestUnknownPropertiesOfTestsPanic(t *testing.T) {
	c := start(t, Options{})
	id := c.s.AddUser(object{"userPrincipalName": "ann@example.com"})
	for what, f := range map[string]func(){
		"unknown":   func() { c.s.AddUser(object{"nickname": "x"}) },
		"type":      func() { c.s.AddUser(object{"accountEnabled": "yes"}) },
		"conflict":  func() { c.s.AddUser(object{"userPrincipalName": "ANN@example.com"}) },
		"nobody":    func() { c.s.Update("bob@example.com", nil) },
		"extension": func() { c.s.AddDirectoryExtension("extension_x_y", "Decimal") },
		"restore":   func() { c.s.Restore(id) },
		"path":      func() { c.s.Fault(Fault{Path: "("}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", what)
				}
			}()
			f()
		}()
	}
	c.s.Update(id, object{"city": "Ulm", "manager": id})
	c.s.Delete("ann@example.com")
	c.s.Purge(id)
	if len(c.s.Users())+len(c.s.DeletedUsers()) != 0 || strings.Contains(id, " ") {
		t.Error("the user is still there")
	}
}
