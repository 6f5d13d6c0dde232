// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccEntraRestrictedUnits: the plan says whose changes Microsoft Graph refuses since they are in a restricted
// management administrative unit, sets them aside, and goes on with everybody else. Access that somebody must lose is
// tried to be taken all the same.
func TestAccEntraRestrictedUnits(t *testing.T) {
	const head = "ID,First,Last,Hired,Left,Boss,Status,Dept\n"
	ann := func(dept, left string) string { return "1,Ann,Ray,2020-01-01," + left + ",,Active," + dept + "\n" }
	csv := func(text string) config.Variables { return config.Variables{"csv": config.StringVariable(head + text)} }
	bo := func(dept string) string { return "2,Bo,Lee,2020-01-01,,,Active," + dept + "\n" }
	given := func(more ...string) []string { return append(slices.Clone(graph.DefaultPermissions), more...) }
	sees := given("RoleManagement.Read.Directory")
	for name, c := range map[string]struct {
		permissions     []string
		role            bool
		aside           bool
		refused, leaves bool // a change, and disabling, are refused at apply
	}{
		"refused":        {permissions: sees, aside: true, leaves: true},
		"with a role":    {permissions: sees, role: true},
		"not to be seen": {permissions: given(), refused: true, leaves: true},
		"permitted":      {permissions: given("Directory.Write.Restricted")},
	} {
		t.Run(name, func(t *testing.T) {
			s := useTenant(t, graph.Options{Permissions: c.permissions})
			restrict := func() {
				unit := s.AddUnit(map[string]any{"isMemberManagementRestricted": true}, s.UserID("ray@example.com"))
				if c.role {
					s.ScopeRole(unit, "User Administrator", "")
				}
			}
			list := func(name string, values ...knownvalue.Check) statecheck.StateCheck {
				return statecheck.ExpectKnownValue("data.workforce_entra_accounts.staff", tfjsonpath.New(name), knownvalue.ListExact(values))
			}
			cfg := cloudPipeline("2026-01-15")
			change := resource.TestStep{PreConfig: restrict, Config: cfg, ConfigVariables: csv(ann("IT", "") + bo("IT")),
				ConfigPlanChecks: settledPlan,
				Check: resource.ComposeAggregateTestCheckFunc(userHolds(s, "ray@example.com", "department", `"IT"`),
					userHolds(s, "lee@example.com", "department", `"IT"`)),
				ConfigStateChecks: []statecheck.StateCheck{list("set_aside")}}
			refusal := wordsInOrder("ray@example.com", "restricted management administrative unit", "Directory.Write.Restricted")
			switch {
			case c.aside:
				change.Check = resource.ComposeAggregateTestCheckFunc(userHolds(s, "ray@example.com", "department", `"Sales"`),
					userHolds(s, "lee@example.com", "department", `"IT"`))
				change.ConfigStateChecks = []statecheck.StateCheck{list("set_aside", knownvalue.StringExact("1"))}
			case c.refused:
				change = resource.TestStep{PreConfig: restrict, Config: cfg, ConfigVariables: change.ConfigVariables, ExpectError: refusal}
			}
			leave := resource.TestStep{Config: cfg, ConfigVariables: csv(ann("Sales", "2026-01-10") + bo("HR"))}
			if c.leaves {
				leave.ExpectError = refusal
			} else {
				leave.ConfigPlanChecks, leave.Check = settledPlan, userHolds(s, "ray@example.com", "accountEnabled", "false")
			}
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
				{Config: cfg, ConfigVariables: csv(ann("Sales", "") + bo("Sales")), ConfigPlanChecks: settledPlan},
				change, leave,
			}})
			if u := s.User("lee@example.com"); u["department"] != "HR" { // nobody else waits
				t.Errorf("department of the other is %v", u["department"])
			}
		})
	}
}
