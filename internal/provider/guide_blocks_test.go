// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

var (
	terraformBlock = regexp.MustCompile("(?ms)^ *```(?:terraform|hcl)\n(.*?)^ *```$")

	// Blocks that terraform validate does not take alone: of test files, about objects that are elsewhere, and
	// of Terraform 1.14, whose actions TestActionExamples looks at.
	blocksOfOthers = []string{"run", "import", "removed", "action", "list"}
	// What is said of a configuration that leaves arguments to the reader, and nothing else.
	leftOut = regexp.MustCompile(`^(Missing required argument\n|Invalid mapping(\n *([a-z]+: missing[ ,].*|[0-9]+ more problems? like this:))+$)`)
	// Arguments that are no expressions.
	references = []string{"provider", "providers", "depends_on", "ignore_changes", "replace_triggered_by"}
)

// TestAccGuideBlocks holds every block of Terraform in the guides and the README against the schemas. What a block takes from elsewhere is
// unknown; a block of arguments is put into the resource that has them.
func TestAccGuideBlocks(t *testing.T) {
	validated := 0
	for page, text := range pagesWithCommands(t) {
		for i, block := range terraformBlock.FindAllStringSubmatch(text, -1) {
			if strings.HasPrefix(block[1], "provider_installation {") {
				continue // the CLI configuration is in an older language, which quotes names of arguments
			}
			config := completed(t, page, block[1])
			if config == "" {
				continue
			}
			validated++
			t.Run(fmt.Sprintf("%s/%d", page, i+1), func(t *testing.T) {
				t.Parallel()
				validates(t, config, strings.Contains(block[1], "# …") || strings.Contains(config, "of_guide"))
			})
		}
	}
	if validated < 20 {
		t.Errorf("found %d blocks", validated)
	}
}

// completed makes a configuration of a block, or nothing of one that terraform validate does not take.
func completed(t *testing.T, page, block string) string {
	t.Helper()
	body := parsed(t, page, block)
	if len(body.Blocks) == 0 {
		block = argumentsIn(t, page, block, body)
		body = parsed(t, page, block)
	}
	text := []byte(block)
	blank := func(r hcl.Range) {
		for i := r.Start.Byte; i < r.End.Byte; i++ {
			if text[i] != '\n' {
				text[i] = ' '
			}
		}
	}
	declared := map[string]bool{}
	for _, b := range body.Blocks {
		switch b.Type {
		case "resource", "data":
			declared[strings.TrimPrefix(b.Type+".", "resource.")+strings.Join(b.Labels, ".")] = true
		case "variable":
			declared["var."+b.Labels[0]] = true
		case "locals":
			for name := range b.Body.Attributes {
				declared["local."+name] = true
			}
		}
	}
	var elsewhere []hcl.Range
	for _, b := range body.Blocks {
		if slices.Contains(blocksOfOthers, b.Type) {
			blank(hcl.RangeBetween(b.TypeRange, b.CloseBraceRange))
			continue
		}
		for _, inner := range b.Body.Blocks {
			// triggers of actions, which Terraform 1.14 has; encryption, which only OpenTofu has
			if inner.Type == "lifecycle" && len(inner.Body.Blocks) > 0 || inner.Type == "encryption" {
				blank(hcl.RangeBetween(inner.TypeRange, inner.CloseBraceRange))
			}
		}
		if b.Type != "variable" && b.Type != "terraform" { // a type is no expression
			elsewhere = append(elsewhere, undeclared(b.Body, declared)...)
		}
	}
	if strings.TrimSpace(string(text)) == "" {
		return ""
	}
	slices.SortFunc(elsewhere, func(a, b hcl.Range) int { return b.Start.Byte - a.Start.Byte })
	for _, r := range elsewhere {
		text = slices.Replace(text, r.Start.Byte, r.End.Byte, []byte("var.elsewhere")...)
	}
	return strings.ReplaceAll(string(text), `"./modules/`, `"../modules/`) + "\nvariable \"elsewhere\" {}\n"
}

func parsed(t *testing.T, page, block string) *hclsyntax.Body {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(block), page, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %v\n%s", page, diags, block)
	}
	body, _ := file.Body.(*hclsyntax.Body)
	return body
}

// argumentsIn puts arguments that stand alone into a resource that has them.
func argumentsIn(t *testing.T, page, block string, body *hclsyntax.Body) string {
	t.Helper()
	has := func(name string) bool { return body.Attributes[name] != nil }
	const mapping = "resource \"workforce_mapping\" \"of_guide\" {\n  target = %q\n%s\n}\n"
	target := "active_directory"
	if strings.Contains(block, "assignedLicenses") {
		target = "entra"
	}
	const match, attributes = "match = [{ source = \"worker_id\", target = \"employeeID\" }]\n", "attributes = { employeeID = { source = " +
		"\"worker_id\" } }\n"
	switch {
	case has("rules"):
		return "resource \"workforce_ad_group_rules\" \"of_guide\" {\n  accounts = {}\n" + block + "\n}\n"
	case has("attributes"):
		return fmt.Sprintf(mapping, target, match+block)
	case has("match"):
		return fmt.Sprintf(mapping, target, attributes+block)
	case has("worker_lifecycle"):
		return fmt.Sprintf(mapping, target, match+attributes+block)
	case has("manager"):
		return fmt.Sprintf(mapping, target, match+"tables = { emea_managers = {} }\nattributes = {\n"+block+"\n}")
	}
	t.Fatalf("%s: to what do these arguments belong?\n%s", page, block)
	return ""
}

// undeclared are the places where a body refers to what is not declared beside it.
func undeclared(body *hclsyntax.Body, declared map[string]bool) []hcl.Range {
	var out []hcl.Range
	for name, a := range body.Attributes {
		if slices.Contains(references, name) {
			continue
		}
		for _, v := range a.Expr.Variables() {
			if slices.Contains([]string{"each", "count", "self", "path", "terraform"}, v.RootName()) {
				continue
			}
			var steps []string
			for _, step := range v {
				switch s := step.(type) {
				case hcl.TraverseRoot:
					steps = append(steps, s.Name)
				case hcl.TraverseAttr:
					steps = append(steps, s.Name)
				}
			}
			known := false
			for n := range steps {
				known = known || declared[strings.Join(steps[:n+1], ".")]
			}
			if !known {
				out = append(out, v.SourceRange())
			}
		}
	}
	for _, b := range body.Blocks {
		if b.Type != "lifecycle" {
			out = append(out, undeclared(b.Body, declared)...)
		}
	}
	return out
}

// validates runs terraform validate; what an incomplete block leaves to the reader may be missing.
func validates(t *testing.T, config string, incomplete bool) {
	t.Helper()
	root := t.TempDir()
	work := filepath.Join(root, "examples", "root")
	if err := os.MkdirAll(work, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(work, "main.tf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	addRequiredProviders(t, work)
	addModules(t, work)
	out, err := runTerraform(t.Context(), t, work, "validate", "-json")
	var said struct {
		Diagnostics []struct{ Severity, Summary, Detail string }
	}
	if at := strings.Index(out, "{"); at < 0 || json.Unmarshal([]byte(out[at:]), &said) != nil {
		t.Fatalf("terraform validate: %v\n%s", err, out)
	}
	for _, d := range said.Diagnostics {
		if d.Severity == "error" && (!incomplete || !leftOut.MatchString(d.Summary+"\n"+d.Detail)) {
			t.Errorf("%s: %s\nin\n%s", d.Summary, d.Detail, config)
		}
	}
}
