// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/sandbox/graph"
)

func cloudUnit(arguments string) string {
	return "resource \"workforce_entra_administrative_unit\" \"u\" {\n" + arguments + "\n}\n"
}

func TestAccEntraAdministrativeUnit_life(t *testing.T) {
	s := useTenant(t, graph.Options{VisibleAfterReads: 2, Permissions: mayManageUnits})
	ann := s.AddUser(map[string]any{"userPrincipalName": "ann@example.com", "employeeId": "a1"})
	bob := s.AddUser(map[string]any{"userPrincipalName": "bob@example.com", "employeeId": "b1"})
	team := s.AddGroup(map[string]any{"displayName": "Team"})
	s.AddUnit(map[string]any{"displayName": "North"})
	const name = "workforce_entra_administrative_unit.u"
	var id string
	// in says who of ann, bob and the team are in the unit.
	in := func(who ...string) resource.TestCheckFunc {
		return func(state *terraform.State) error {
			now := state.RootModule().Resources[name].Primary.ID
			if id == "" {
				id = now
			}
			if now != id {
				return fmt.Errorf("the unit was replaced")
			}
			for _, member := range []string{ann, bob, team} {
				if found := slices.Contains(s.UnitsOf(member), id); found != slices.Contains(who, member) {
					return fmt.Errorf("%s is in the unit: %t", member, found)
				}
			}
			return nil
		}
	}
	south := cloudUnit(fmt.Sprintf("  display_name = \"South\"\n  description = \"all\"\n  members = [\"a1\", %q]", team))
	renamed := cloudUnit("  display_name = \"Süd\"\n  description = \"\"\n  members = [\"a1\", \"bob@example.com\"]")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: cloudUnit("  display_name = \"north\""), ExpectError: wordsInOrder("The name is taken", "prevent_duplicate_names")},
			{Config: cloudUnit("  display_name = \"South\"\n  members = [\"zoe\"]"),
				ExpectError: wordsInOrder("could not be created", "South", "zoe")},
			{Config: south, ConfigPlanChecks: settledPlan, Check: in(ann, team)},
			{ // somebody adds and removes members by hand
				PreConfig: func() { s.MoveToUnit(id, bob, true); s.MoveToUnit(id, ann, false) },
				Config:    south, ConfigPlanChecks: settledPlan, Check: in(ann, team),
			},
			{Config: renamed, ConfigPlanChecks: settledPlan, Check: in(ann, bob)},
			{ResourceName: name, ImportState: true, ImportStateId: "Süd", ImportStateVerify: true,
				ImportStateVerifyIgnore: []string{"description", "members"}},
			{Config: cloudUnit("  display_name = \"Süd\"\n  timeouts = { update = \"5m\" }"), ConfigPlanChecks: settledPlan, Check: in(ann, bob)},
			{Config: cloudUnit("  display_name = \"Süd\"\n  members = []"), ConfigPlanChecks: settledPlan, Check: in()},
		},
	})
}
