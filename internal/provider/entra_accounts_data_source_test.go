// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// cloudPipeline is the whole way from a file to users, as of a day.
func cloudPipeline(asOf string) string {
	return fmt.Sprintf(`
variable "csv" { type = string }
data "workforce_hr_csv" "staff" {
  content = var.csv
  fields  = { worker_id = "ID", hire_date = "Hired", termination_date = "Left", manager_id = "Boss", status = "Status" }
}
resource "workforce_mapping" "entra" {
  target = "entra"
  match  = [{ source = "worker_id", target = "employeeId" }]
  attributes = {
    employeeId        = { source = "worker_id" }
    givenName         = { source = "First" }
    surname           = { source = "Last" }
    displayName       = { expression = "Join(\" \", [First], [Last])" }
    mailNickname      = { expression = "SelectUniqueValue(ToLower(NormalizeDiacritics([Last])), ToLower(Join(\"\", NormalizeDiacritics([Last]), Counter())))" }
    userPrincipalName = { expression = "SelectUniqueValue(ToLower(Join(\"\", NormalizeDiacritics([Last]), \"@example.com\")), ToLower(Join(\"\", NormalizeDiacritics([Last]), Counter(), \"@example.com\")))" }
    department        = { source = "Dept", when_null = "clear" }
    usageLocation     = { constant = "DE" }
    manager           = { source = "manager_id", when_null = "clear" }
  }
  worker_lifecycle = { retention_days = 30 }
}
locals { rules = workforce_mapping.entra.json }
data "workforce_entra_accounts" "staff" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.rules
  as_of   = %q
}
resource "workforce_entra_population" "staff" {
  accounts = data.workforce_entra_accounts.staff.accounts
}
`, asOf)
}

// onceInState asks for partitions, and for a correlation, beside the pipeline.
const onceInState = `
data "workforce_entra_accounts" "parts" {
  workers   = data.workforce_hr_csv.staff.json
  mapping   = local.rules
  as_of     = "2026-01-15"
  partition = { shards = 2 }
}
data "workforce_entra_correlation" "staff" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.rules
}
`

// inStateOnce says that nobody stands twice in the state where nobody asked for it.
var inStateOnce = []statecheck.StateCheck{
	statecheck.ExpectKnownValue("data.workforce_entra_accounts.staff", tfjsonpath.New("workers"), knownvalue.Null()),
	statecheck.ExpectKnownValue("data.workforce_entra_accounts.staff", tfjsonpath.New("partitions"), knownvalue.Null()),
	statecheck.ExpectKnownValue("data.workforce_entra_accounts.parts", tfjsonpath.New("partitions"), knownvalue.MapSizeExact(2)),
	statecheck.ExpectKnownValue("data.workforce_entra_correlation.staff", tfjsonpath.New("workers"), knownvalue.Null()),
}

// TestAccEntraPipeline follows a person from joining over leaving, retention and deletion to the return.
func TestAccEntraPipeline(t *testing.T) {
	s := useTenant(t, graph.Options{})
	s.AddUser(map[string]any{"userPrincipalName": "li@example.com", "displayName": "Somebody else", "mailNickname": "li"})
	csv := func(text string) config.Variables { return config.Variables{"csv": config.StringVariable(text)} }
	leaver := strings.Replace(pipelineCSV, "2020-01-01,,0001,Active", "2020-01-01,2026-01-14,0001,Active", 1)
	back := strings.Replace(pipelineCSV, "0002,Wei,Li,Sales,2020-01-01,,0001,Active", "0002,Wei,Li,Sales,2026-03-01,,0001,Active", 1)
	later := time.Now().AddDate(0, 0, 32).Format(time.DateOnly) // retention counts from the moment that is recorded at the user
	var first string
	list := func(name string, ids ...string) statecheck.StateCheck {
		checks := make([]knownvalue.Check, len(ids))
		for i, id := range ids {
			checks[i] = knownvalue.StringExact(id)
		}
		return statecheck.ExpectKnownValue("data.workforce_entra_accounts.staff", tfjsonpath.New(name), knownvalue.ListExact(checks))
	}
	var ahead atomic.Int64
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: daysAhead(&ahead),
		Steps: []resource.TestStep{
			{Config: cloudPipeline("2026-01-15") + onceInState, ConfigVariables: csv(pipelineCSV), ConfigPlanChecks: settledPlan,
				Check: resource.ComposeAggregateTestCheckFunc(userHolds(s, "li2@example.com", "displayName", `"Ada Li"`), userHolds(s, "o'brien@example.com", "employeeId", `"0003"`),
					managedBy(s, "li3@example.com", "li2@example.com"), userHolds(s, "future@example.com", "accountEnabled", "false"),
					func(*terraform.State) error { first = s.UserID("li3@example.com"); return nil }),
				ConfigStateChecks: append(inStateOnce, list("joiners", "0001", "0002", "0003", "0004"))},
			// A run that died while names changed hands leaves a name that nobody chose: the rules give one again.
			{PreConfig: func() {
				s.Update(first, map[string]any{"userPrincipalName": strings.ReplaceAll(first, "-", "") + "@example.com"})
			}, Config: cloudPipeline("2026-01-15"), ConfigVariables: csv(pipelineCSV), ConfigPlanChecks: settledPlan,
				Check: func(*terraform.State) error {
					if id := s.UserID("li3@example.com"); id != first {
						return fmt.Errorf("li3 is %q, expected %s", id, first)
					}
					return nil
				}},
			{Config: cloudPipeline("2026-01-15"), ConfigVariables: csv(leaver), ConfigPlanChecks: settledPlan,
				Check: userHolds(s, "li3@example.com", "accountEnabled", "false"), ConfigStateChecks: []statecheck.StateCheck{list("leavers", "0002")}},
			// The retention is over: soft-deleted.
			{PreConfig: func() { ahead.Store(32) }, Config: cloudPipeline(later), ConfigVariables: csv(leaver), ConfigPlanChecks: settledPlan,
				Check: func(*terraform.State) error {
					if d := s.DeletedUsers(); len(d) != 1 || d[0]["id"] != first {
						return fmt.Errorf("deleted are %v, expected the one user", d)
					}
					return nil
				}},
			// About to return within 30 days of the deletion: the same user, disabled until the day.
			{Config: cloudPipeline("2026-02-27"), ConfigVariables: csv(back), ConfigPlanChecks: settledPlan,
				Check: func(*terraform.State) error {
					if u := s.User("li3@example.com"); u == nil || u["id"] != first || u["accountEnabled"] != false {
						return fmt.Errorf("the user who is to return is %v, expected the former one (%s), disabled", u, first)
					}
					return nil
				},
				ConfigStateChecks: []statecheck.StateCheck{list("rehires", "0002")}},
			// The day has come.
			{Config: cloudPipeline("2026-03-02"), ConfigVariables: csv(back), ConfigPlanChecks: settledPlan,
				Check: func(*terraform.State) error {
					if u := s.User("li3@example.com"); u == nil || u["id"] != first || u["accountEnabled"] != true {
						return fmt.Errorf("the returned user is %v, expected the former one (%s), enabled", u, first)
					}
					return nil
				}},
		},
	})
}
