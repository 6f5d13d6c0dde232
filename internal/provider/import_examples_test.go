// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// TestImportExamples: the page of every resource with an identity shows the command, and blocks by id and by identity, all of resources
// that its example declares. The page of every other one says why it cannot be imported. The guide names every identity.
func TestImportExamples(t *testing.T) {
	p := startActions(t, nil)
	all, err := p.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil || len(all.Diagnostics) > 0 {
		t.Fatal(err, all.Diagnostics)
	}
	guide := textOf(t, filepath.Join("..", "..", "templates", "guides", "adopting.md.tmpl"))
	for name := range p.schemas.ResourceSchemas {
		page := textOf(t, filepath.Join("..", "..", "docs", "resources", strings.TrimPrefix(name, "workforce_")+".md"))
		_, section, has := strings.Cut(page, "\n## Import\n")
		if !has {
			t.Errorf("the page of %s does not say how to import it", name)
		}
		schema := all.IdentitySchemas[name]
		if schema == nil {
			if !strings.Contains(section, "cannot be imported, because") {
				t.Errorf("the page of %s does not say why it cannot be imported", name)
			}
			continue
		}
		dir := filepath.Join(examplesDir, "resources", name)
		declared := textOf(t, filepath.Join(dir, "resource.tf"))
		command := textOf(t, filepath.Join(dir, "import.sh"))
		for _, line := range strings.Split(command, "\n") {
			if words := strings.Fields(line); len(words) > 2 && words[0] == "terraform" {
				isDeclared(t, declared, words[2])
			}
		}
		byID := importOf(t, filepath.Join(dir, "import-by-string-id.tf"), declared)
		byIdentity := importOf(t, filepath.Join(dir, "identity.tf"), declared)
		if byID.Attributes["id"] == nil || byIdentity.Attributes["identity"] == nil {
			t.Fatalf("%s: an import names neither an id nor an identity", dir)
		}
		given, diags := byIdentity.Attributes["identity"].Expr.Value(nil)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		var want, got []string
		for _, a := range schema.IdentityAttributes {
			want = append(want, a.Name)
			if !strings.Contains(guide, "`"+name+"`") || !strings.Contains(guide, "`"+a.Name+"`") {
				t.Errorf("the guide on adopting does not name %s of %s", a.Name, name)
			}
		}
		for attribute := range given.AsValueMap() {
			got = append(got, attribute)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the identity has %q, expected %q", dir, got, want)
		}
		for _, text := range []string{"terraform import " + name + ".", "identity = {", "id = \""} {
			if !strings.Contains(section, text) {
				t.Errorf("the page of %s does not show %s", name, text)
			}
		}
	}
}

// importOf returns the import block of a file, which is about a resource that is declared.
func importOf(t *testing.T, file, declared string) *hclsyntax.Body {
	t.Helper()
	body := parsed(t, file, textOf(t, file))
	if len(body.Blocks) != 1 || body.Blocks[0].Type != "import" || body.Blocks[0].Body.Attributes["to"] == nil {
		t.Fatalf("%s is no import block", file)
	}
	to, diags := hcl.AbsTraversalForExpr(body.Blocks[0].Body.Attributes["to"].Expr)
	if diags.HasErrors() || len(to) != 2 {
		t.Fatalf("%s: %v", file, diags)
	}
	label, _ := to[1].(hcl.TraverseAttr)
	isDeclared(t, declared, to.RootName()+"."+label.Name)
	return body.Blocks[0].Body
}

func isDeclared(t *testing.T, declared, address string) {
	t.Helper()
	kind, label, _ := strings.Cut(address, ".")
	if !strings.Contains(declared, "resource \""+kind+"\" \""+label+"\"") {
		t.Errorf("the example does not declare %s", address)
	}
}
