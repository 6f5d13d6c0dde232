// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// cloudGroup is a group with arguments.
func cloudGroup(arguments string) string {
	return "resource \"workforce_entra_group\" \"g\" {\n" + arguments + "\n}\n"
}

// groupHolds checks what the tenant holds of the group of a display name: pairs of
// property and value as JSON.
func groupHolds(s *graph.Server, name string, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		for _, g := range s.Groups() {
			if g["displayName"] != name {
				continue
			}
			full := s.Group(fmt.Sprint(g["id"]))
			for i := 0; i < len(want); i += 2 {
				have, err := json.Marshal(full[want[i]])
				if err != nil || string(have) != want[i+1] {
					return fmt.Errorf("group %s: %s is %s, expected %s", name, want[i], have, want[i+1])
				}
			}
			return nil
		}
		return fmt.Errorf("no group %s", name)
	}
}

func onlyPlanned(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction("workforce_entra_group.g", action)}, PostApplyPostRefresh: settledPlan.PostApplyPostRefresh}
}

func TestAccEntraGroup_life(t *testing.T) {
	s := useTenant(t, graph.Options{VisibleAfterReads: 2})
	ann := s.AddUser(map[string]any{"userPrincipalName": "ann@example.com", "employeeId": "a1"})
	bob := s.AddUser(map[string]any{"userPrincipalName": "bob@example.com", "employeeId": "b1"})
	const name = "workforce_entra_group.g"
	var id string
	team := cloudGroup("  display_name = \"Größe & Team\"\n  type = \"microsoft_365\"\n  description = \"all\"\n  visibility = \"Private\"\n  owners = [\"a1\", \"bob@example.com\"]")
	changed := cloudGroup("  display_name = \"Crew\"\n  type = \"microsoft_365\"\n  description = \"\"\n  visibility = \"Public\"\n  owners = [\"b1\"]")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: team, ConfigPlanChecks: settledPlan, Check: resource.ComposeAggregateTestCheckFunc(
				groupHolds(s, "Größe & Team", "mailNickname", `"GrosseTeam"`, "description", `"all"`, "visibility", `"Private"`, "owners", fmt.Sprintf("[%q,%q]", ann, bob)),
				resource.TestCheckResourceAttr(name, "mail", "GrosseTeam@example.com"),
				func(st *terraform.State) error { id = st.RootModule().Resources[name].Primary.ID; return nil })},
			{ResourceName: name, ImportState: true, ImportStateId: "GrosseTeam", ImportStateVerify: true, ImportStateVerifyIgnore: []string{"owners"}},
			{ResourceName: name, ImportState: true, ImportStateId: "nothing", ExpectError: wordsInOrder("No group is", "nothing")},
			// Drift is repaired, and everything changes in place.
			{PreConfig: func() { s.UpdateGroup(id, map[string]any{"displayName": "Hacked", "description": "Hacked"}) }, Config: team, ConfigPlanChecks: onlyPlanned(plancheck.ResourceActionUpdate),
				Check: groupHolds(s, "Größe & Team", "description", `"all"`)},
			{Config: changed, ConfigPlanChecks: onlyPlanned(plancheck.ResourceActionUpdate),
				Check: groupHolds(s, "Crew", "mailNickname", `"GrosseTeam"`, "description", "null", "visibility", `"Public"`, "owners", fmt.Sprintf("[%q]", bob))},
			// What is not named is not managed.
			{Config: cloudGroup("  display_name = \"Crew\"\n  type = \"microsoft_365\""), ConfigPlanChecks: settledPlan, Check: groupHolds(s, "Crew", "visibility", `"Public"`, "owners", fmt.Sprintf("[%q]", bob))},
			// Deleted by hand: planned anew. Another type replaces the group, whose name is its own.
			{PreConfig: func() { s.DeleteGroup(id) }, Config: cloudGroup("  display_name = \"Crew\"\n  type = \"microsoft_365\""), ConfigPlanChecks: onlyPlanned(plancheck.ResourceActionCreate)},
			{Config: cloudGroup("  display_name = \"Crew\"\n  mail_nickname = \"crew\""), ConfigPlanChecks: onlyPlanned(plancheck.ResourceActionReplace), Check: groupHolds(s, "Crew", "mailEnabled", "false")},
			// A group with members is not deleted.
			{PreConfig: func() { s.AddMembers(fmt.Sprint(s.Groups()[0]["id"]), ann) }, Config: " ", ExpectError: wordsInOrder("has 1 member", "force_destroy")},
			{Config: cloudGroup("  display_name = \"Crew\"\n  mail_nickname = \"crew\"\n  force_destroy = true"), ConfigPlanChecks: settledPlan},
		},
		CheckDestroy: func(*terraform.State) error {
			if n := len(s.Groups()); n != 0 {
				return fmt.Errorf("%d groups are left", n)
			}
			return nil
		},
	})
}

func TestAccEntraGroup_failsAtPlan(t *testing.T) {
	s := useTenant(t, graph.Options{})
	taken := s.AddGroup(map[string]any{"displayName": "Sales", "mailNickname": "sales", "groupTypes": []string{"Unified"}, "mailEnabled": true})
	s.AddGroup(map[string]any{"displayName": "Synced", "mailNickname": "synced", "onPremisesSyncEnabled": true})
	inner := s.AddGroup(map[string]any{"displayName": "Inner"})
	const name = "workforce_entra_group.g"
	bad := func(arguments string, words ...string) resource.TestStep {
		return resource.TestStep{Config: cloudGroup(arguments), PlanOnly: true, ExpectError: wordsInOrder(words...)}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			bad(`display_name = "SALES"`, "The name is taken", taken),
			bad("display_name = \"New\"\nmail_nickname = \"Sales\"\ntype = \"microsoft_365\"\nprevent_duplicate_names = false", "The name is taken", "mail nickname"),
			bad("display_name = \"New\"\nmail_nickname = \"not this\"", "mail_nickname", "not this"),
			bad(`display_name = "営業"`, "mail_nickname"),
			bad("display_name = \"New\"\nvisibility = \"Private\"", "Only groups of Microsoft 365"),
			bad("display_name = \"New\"\ntype = \"microsoft_365\"\nowners = []", "at least one owner"),
			bad(fmt.Sprintf("display_name = \"New\"\nowners = [%q]", inner), "groups own nothing"),
			{Config: cloudGroup("display_name = \"New\"\nowners = [\"nobody\"]"), ExpectError: wordsInOrder("could not be created", "nobody in Microsoft Entra ID", `"nobody"`)},
			{Config: cloudGroup("display_name = \"New\"\nassignable_to_role = true"), ExpectError: wordsInOrder("RoleManagement.ReadWrite.Directory")},
			{Config: cloudGroup("display_name = \"Sales\"\nprevent_duplicate_names = false\nmail_nickname = \"sales\""), ConfigPlanChecks: settledPlan},
			{ResourceName: name, ImportState: true, ImportStateId: "Sales", ExpectError: wordsInOrder("2 groups have")},
			{ResourceName: name, ImportState: true, ImportStateId: "synced", ExpectError: wordsInOrder("synchronised from Active Directory")},
		},
	})
}

func TestAccEntraGroup_withoutPermission(t *testing.T) {
	useTenant(t, graph.Options{Permissions: []string{"User.ReadWrite.All", "Group.Read.All"}})
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cloudGroup(`display_name = "New"`), ExpectError: wordsInOrder(`group "New"`, "Group.ReadWrite.All")},
	}})
}
