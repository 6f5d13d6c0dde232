// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// listPage is the page of a list resource: Terraform 1.11 tells the documentation
// generator of none, so that templates hold what the schema says.
func listPage(name, description string, attributes []string) string {
	short, _, _ := strings.Cut(description, " It is used by")
	slices.Sort(attributes)
	return fmt.Sprintf(`---
page_title: "%[1]s List Resource - Workforce"
subcategory: "%[2]s"
description: |-
  %[3]s
---

# %[1]s (List Resource)

%[4]s

List resources need Terraform 1.14 or newer; older versions and OpenTofu do not know them. See [%[6]s](%[7]s).

## Example Usage

{{ tffile "examples/list-resources/%[1]s/list-resource.tfquery.hcl" }}

## Schema

### Optional

%[5]s
`, name, subcategoryOf(name), short, description, strings.Join(attributes, "\n"),
		"Adopting what is there", "../guides/adopting.md#single-objects-by-identity-and-from-a-query")
}

func subcategoryOf(name string) string {
	if strings.HasPrefix(name, "workforce_ad_") {
		return "Active Directory"
	}
	return "Microsoft Entra ID"
}

func TestListPages(t *testing.T) {
	p := startActions(t, nil)
	if n := len(p.schemas.ListResourceSchemas); n != 6 {
		t.Errorf("%d kinds of resources can be listed", n)
	}
	for name, s := range p.schemas.ListResourceSchemas {
		var attributes []string
		for _, a := range s.Block.Attributes {
			kind := "String"
			if a.Type.Is(tftypes.Bool) {
				kind = "Boolean"
			}
			attributes = append(attributes, fmt.Sprintf("- `%s` (%s) %s", a.Name, kind, a.Description))
		}
		file := filepath.Join("..", "..", "templates", "list-resources", strings.TrimPrefix(name, "workforce_")+".md.tmpl")
		want := listPage(name, s.Block.Description, attributes)
		if page, err := os.ReadFile(file); err != nil || string(page) != want {
			t.Errorf("%s (%v): expected\n%s", file, err, want)
		}
		example := filepath.Join(examplesDir, "list-resources", name, "list-resource.tfquery.hcl")
		if text, err := os.ReadFile(example); err != nil || !strings.Contains(string(text), "list \""+name+"\"") {
			t.Errorf("%s: %v, expected an example", example, err)
		}
	}
}
