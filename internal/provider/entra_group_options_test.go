// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// mayManageUnits are the permissions of an application that manages administrative units.
var mayManageUnits = append(slices.Clone(graph.DefaultPermissions), "AdministrativeUnit.ReadWrite.All")

// TestAccEntraGroup_options: rules, units, licenses and behaviors come, change, drift and go.
func TestAccEntraGroup_options(t *testing.T) {
	s := useTenant(t, graph.Options{Permissions: mayManageUnits, VisibleAfterReads: 1})
	north, south := s.AddUnit(map[string]any{"displayName": "North"}), s.AddUnit(map[string]any{"displayName": "South"})
	e3, premium := graph.DefaultLicenses()[0], graph.DefaultLicenses()[1]
	const name = "workforce_entra_group.g"
	var id string
	in := func(units ...string) resource.TestCheckFunc {
		return func(*terraform.State) error {
			got := s.UnitsOf(id)
			if slices.Sort(got); fmt.Sprint(got) != fmt.Sprint(slices.Sorted(slices.Values(units))) {
				return fmt.Errorf("the group is in %v, expected %v", got, units)
			}
			return nil
		}
	}
	gives := func(want string) resource.TestCheckFunc {
		return func(*terraform.State) error {
			if got, _ := json.Marshal(s.Group(id)["assignedLicenses"]); string(got) != want {
				return fmt.Errorf("the group gives %s, expected %s", got, want)
			}
			return nil
		}
	}
	known := func(st *terraform.State) error { id = st.RootModule().Resources[name].Primary.ID; return nil }
	team := func(more string) string {
		return cloudGroup("  display_name = \"Team\"\n  type = \"microsoft_365\"\n  security_enabled = true\n" + more)
	}
	full := team(`  membership_rule      = "user.department -eq \"Sales\""
  behaviors            = ["HideGroupInOutlook", "WelcomeEmailDisabled"]
  administrative_units = ["north"]
  assigned_licenses    = { SPE_E3 = { disabled_plans = ["TEAMS1"] } }`)
	changed := team(`  membership_rule        = "user.department -eq \"IT\""
  membership_rule_paused = true
  behaviors              = ["HideGroupInOutlook", "WelcomeEmailDisabled"]
  administrative_units   = ["` + south + `", "North"]
  assigned_licenses      = { "` + e3.ID + `" = {}, AAD_PREMIUM = {} }`)
	none := team("  membership_rule = \"\"\n  behaviors = [\"HideGroupInOutlook\", \"WelcomeEmailDisabled\"]\n" +
		"  administrative_units = []\n  assigned_licenses = {}")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: full, ConfigPlanChecks: settledPlan, Check: resource.ComposeAggregateTestCheckFunc(known,
				groupHolds(s, "Team", "groupTypes", `["Unified","DynamicMembership"]`, "membershipRuleProcessingState", `"On"`,
					"securityEnabled", "true",
					"resourceBehaviorOptions", `["HideGroupInOutlook","WelcomeEmailDisabled"]`),
				func(st *terraform.State) error { return in(north)(st) },
				func(st *terraform.State) error {
					return gives(fmt.Sprintf(`[{"disabledPlans":[%q],"skuId":%q}]`, e3.Plans["TEAMS1"], e3.ID))(st)
				})},
			{ResourceName: name, ImportState: true, ImportStateId: "Team", ImportStateVerify: true,
				ImportStateVerifyIgnore: []string{"security_enabled", "administrative_units", "assigned_licenses", "visibility"}},
			// What somebody changed by hand is drift.
			{PreConfig: func() { s.UpdateGroup(id, map[string]any{"membershipRuleProcessingState": "Paused"}) }, Config: full,
				ConfigPlanChecks: onlyPlanned(plancheck.ResourceActionUpdate), Check: groupHolds(s, "Team", "membershipRuleProcessingState", `"On"`)},
			{Config: changed, ConfigPlanChecks: onlyPlanned(plancheck.ResourceActionUpdate), Check: resource.ComposeAggregateTestCheckFunc(
				groupHolds(s, "Team", "membershipRule", `"user.department -eq \"IT\""`, "membershipRuleProcessingState", `"Paused"`),
				func(st *terraform.State) error { return in(north, south)(st) },
				gives(fmt.Sprintf(`[{"disabledPlans":[],"skuId":%q},{"disabledPlans":[],"skuId":%q}]`, e3.ID, premium.ID)))},
			// What is not named is left alone.
			{Config: team("  behaviors = [\"HideGroupInOutlook\", \"WelcomeEmailDisabled\"]"), ConfigPlanChecks: settledPlan,
				Check: groupHolds(s, "Team", "membershipRule", `"user.department -eq \"IT\""`)},
			{Config: none, ConfigPlanChecks: onlyPlanned(plancheck.ResourceActionUpdate), Check: resource.ComposeAggregateTestCheckFunc(
				groupHolds(s, "Team", "groupTypes", `["Unified"]`), func(st *terraform.State) error { return in()(st) }, gives("null"))},
			{Config: full, ConfigPlanChecks: onlyPlanned(plancheck.ResourceActionUpdate)},
			// Deleting takes the licenses away first, and a group that stays gives them again.
			{PreConfig: func() {
				s.Fault(graph.Fault{Method: "DELETE", Path: "^/groups/", Status: 403, Code: "Authorization_RequestDenied"})
			},
				Config: " ", ExpectError: wordsInOrder("Authorization_RequestDenied")},
			{PreConfig: func() {
				if err := gives(fmt.Sprintf(`[{"disabledPlans":[%q],"skuId":%q}]`, e3.Plans["TEAMS1"], e3.ID))(nil); err != nil {
					t.Error(err)
				}
			}, Config: " "},
		},
		CheckDestroy: func(*terraform.State) error {
			if n := len(s.Groups()); n != 0 {
				return fmt.Errorf("%d groups are left", n)
			}
			return nil
		},
	})
}

// TestAccEntraGroup_optionsRefused: what cannot be is refused at plan.
func TestAccEntraGroup_optionsRefused(t *testing.T) {
	s := useTenant(t, graph.Options{Permissions: mayManageUnits})
	for range 2 {
		s.AddUnit(map[string]any{"displayName": "Twin"})
	}
	bad := func(arguments string, words ...string) resource.TestStep {
		return resource.TestStep{Config: cloudGroup("display_name = \"New\"\n" + arguments), PlanOnly: true, ExpectError: wordsInOrder(words...)}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			bad("membership_rule = \"x\"\nassignable_to_role = true", "membership_rule and assignable_to_role"),
			bad("membership_rule_paused = true", "no rule to pause"),
			bad("behaviors = [\"HideGroupInOutlook\"]", "Only groups of Microsoft 365 have behaviors"),
			bad("security_enabled = false", "always security-enabled"),
			bad("type = \"microsoft_365\"\nassigned_licenses = { SPE_E3 = {} }", "security_enabled = true"),
			bad("administrative_units = [\"West\", \"Twin\"]", "2 administrative units", "name \"West\""),
			bad("assigned_licenses = { SPE_E4 = {} }", `no license "SPE_E4"`, "SPE_E3"),
			bad("assigned_licenses = { SPE_E3 = { disabled_plans = [\"TEAMS\"] } }", `no service plan "TEAMS"`),
		},
	})
}
