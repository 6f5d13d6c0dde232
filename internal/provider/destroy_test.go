// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"path/filepath"
	"testing"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccEntraDestroyPastSafeguards: before it destroys, Terraform reads the data sources, whose safeguards may stop it. What the
// guide to troubleshooting says about that works, and releases everybody.
func TestAccEntraDestroyPastSafeguards(t *testing.T) {
	s := useTenant(t, graph.Options{})
	work := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("main.tf", `
data "workforce_hr_csv" "staff" {
  path   = "workers.csv"
  fields = { worker_id = "id", hire_date = "hired" }
}
resource "workforce_mapping" "entra" {
  target = "entra"
  match  = [{ source = "worker_id", target = "employeeId" }]
  attributes = {
    employeeId        = { source = "worker_id" }
    displayName       = { source = "name" }
    mailNickname      = { source = "worker_id" }
    userPrincipalName = { expression = "Join(\"@\", [worker_id], \"example.com\")" }
  }
}
locals { rules = workforce_mapping.entra.json }
data "workforce_entra_accounts" "staff" {
  workers    = data.workforce_hr_csv.staff.json
  mapping    = local.rules
  safeguards = { min_workers = 3 }
}
resource "workforce_entra_population" "staff" {
  accounts   = data.workforce_entra_accounts.staff.accounts
  on_destroy = "release"
}
`)
	addRequiredProviders(t, work)
	write("workers.csv", "id,name,hired\nx1,Ann,2020-01-01\nx2,Bob,2020-01-01\nx3,Cid,2020-01-01\n")
	run := func(words []string, args ...string) {
		t.Helper()
		out, err := runTerraform(t.Context(), t, work, append(args, "-auto-approve", "-no-color")...)
		if !wordsInOrder(words...).MatchString(out) {
			t.Fatalf("terraform %q: %v\n%s\nexpected %q", args, err, out, words)
		}
	}
	run([]string{"Apply complete"}, "apply")
	write("workers.csv", "id,name,hired\nx1,Ann,2020-01-01\n")
	run([]string{"min_workers"}, "destroy")
	run([]string{"Destroy complete! Resources: 2 destroyed"}, "destroy", "-refresh=false")
	for _, id := range []string{"x1", "x2", "x3"} {
		if err := userHolds(s, id+"@example.com", "accountEnabled", "true")(nil); err != nil {
			t.Error(err)
		}
	}
}
