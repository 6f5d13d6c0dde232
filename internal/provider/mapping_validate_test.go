// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAccMapping_validate: terraform validate compiles rules that are written down, and waits for the plan where they hold a variable.
func TestAccMapping_validate(t *testing.T) {
	const rules = `
variable "company" { type = string }
resource "workforce_mapping" "ad" {
  target = "active_directory"
  match  = [{ source = "worker_id", target = "employeeID" }]
  attributes = {
    employeeID = { source = "worker_id" }
    departmnt  = { expression = EXPRESSION }
  }
}
`
	for expression, words := range map[string][]string{
		`"Jion([Department])"`: {"Invalid mapping", "departmnt", "did you mean", "department"},
		`var.company`:          {"Success!"},
	} {
		work := t.TempDir()
		text := []byte(strings.Replace(rules, "EXPRESSION", expression, 1))
		if err := os.WriteFile(filepath.Join(work, "main.tf"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		addRequiredProviders(t, work)
		if out, err := runTerraform(t.Context(), t, work, "validate", "-no-color"); !wordsInOrder(words...).MatchString(out) {
			t.Errorf("%s: %v\n%s\nexpected %q", expression, err, out, words)
		}
	}
}
