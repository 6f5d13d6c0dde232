// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// cloudMembers is a set of members of a group.
func cloudMembers(group, mode string, members ...string) string {
	quoted := make([]string, len(members))
	for i, m := range members {
		quoted[i] = fmt.Sprintf("%q", m)
	}
	return fmt.Sprintf("resource \"workforce_entra_group_members\" \"m\" {\n  group = %q\n  mode = %q\n  members = [%s]\n}\n", group, mode, strings.Join(quoted, ", "))
}

// staff adds users with worker ids and returns their object ids in that order.
func staff(s *graph.Server, workers ...string) []string {
	ids := make([]string, len(workers))
	for i, w := range workers {
		ids[i] = s.AddUser(map[string]any{"userPrincipalName": w + "@example.com", "displayName": w, "mailNickname": w, "employeeId": w})
	}
	return ids
}

// inGroup checks the members of a group.
func inGroup(s *graph.Server, group string, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		have, _ := s.Group(group)["members"].([]string)
		if !slices.Equal(slices.Sorted(slices.Values(have)), slices.Sorted(slices.Values(want))) {
			return fmt.Errorf("group has the members %v, expected %v", have, want)
		}
		return nil
	}
}

func TestAccEntraGroupMembers_authoritative(t *testing.T) {
	s := useTenant(t, graph.Options{})
	ids := staff(s, "p1", "p2", "p3", "p4")
	group, inner, other := s.AddGroup(map[string]any{"displayName": "Sales", "mailNickname": "sales"}), s.AddGroup(map[string]any{"displayName": "Inner"}), s.AddGroup(map[string]any{"displayName": "Other"})
	s.AddMembers(group, ids[3])
	const name = "workforce_entra_group_members.m"
	all := cloudMembers("sales", "authoritative", "P1", "p2@example.com", ids[2], inner)
	nothing := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: all, ConfigPlanChecks: settledPlan, Check: resource.ComposeAggregateTestCheckFunc(inGroup(s, group, ids[0], ids[1], ids[2], inner), resource.TestCheckResourceAttr(name, "id", group))},
			{ResourceName: name, ImportState: true, ImportStateId: "sales", ImportStateVerify: true, ImportStateVerifyIgnore: []string{"member_names"}},
			{ResourceName: name, ImportState: true, ImportStateId: "none", ExpectError: wordsInOrder("The group does not exist", "none")},
			// One removed by hand, one added.
			{PreConfig: func() { s.RemoveMembers(group, ids[0]); s.AddMembers(group, ids[3]) }, Config: all, ConfigPlanChecks: settledPlan, Check: inGroup(s, group, ids[0], ids[1], ids[2], inner)},
			// Renamed by hand: the same member. Deleted by hand: named at plan and apply, and the rest is done.
			{PreConfig: func() { s.Update("p2@example.com", map[string]any{"userPrincipalName": "married@example.com"}) }, Config: all, ConfigPlanChecks: nothing},
			{PreConfig: func() { s.Delete("p1@example.com"); s.RemoveMembers(group, ids[2]) }, Config: all, ExpectError: wordsInOrder("A membership could not be written", `"P1"`, "Create the account first")},
			{PreConfig: func() { s.Restore(ids[0]) }, Config: all, ConfigPlanChecks: settledPlan, Check: inGroup(s, group, ids[0], ids[1], ids[2], inner)},
			// Another group: the old one loses them.
			{Config: cloudMembers(other, "authoritative", "p1", "p4"), ConfigPlanChecks: settledPlan, Check: resource.ComposeAggregateTestCheckFunc(inGroup(s, group), inGroup(s, other, ids[0], ids[3]))},
			{Config: cloudMembers(other, "additive", "p1"), ConfigPlanChecks: settledPlan, Check: inGroup(s, other, ids[0], ids[3])},
			{PreConfig: func() { s.DeleteGroup(other) }, Config: cloudMembers(other, "additive", "p1"), ExpectError: wordsInOrder("The group does not exist", other)},
		},
	})
}

func TestAccEntraGroupMembers_additive(t *testing.T) {
	s := useTenant(t, graph.Options{})
	ids := staff(s, "p1", "p2", "p3", "foreign")
	group := s.AddGroup(map[string]any{"displayName": "VPN", "mailNickname": "vpn"})
	s.AddMembers(group, ids[0], ids[3]) // p1 was in before, and stays when this ends
	const name = "workforce_entra_group_members.m"
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: cloudMembers("vpn", "additive", "p1", "p2", "p3"), ConfigPlanChecks: settledPlan, Check: inGroup(s, group, ids...)},
			{ResourceName: name, ImportState: true, ImportStateId: "additive:vpn", ImportStateVerify: true, ImportStateVerifyIgnore: []string{"member_names"}},
			{Config: cloudMembers("vpn", "additive", "p1", "p2"), ConfigPlanChecks: settledPlan, Check: inGroup(s, group, ids[0], ids[1], ids[3])},
			{PreConfig: func() { s.RemoveMembers(group, ids[1]) }, Config: cloudMembers("vpn", "additive", "p1", "p2"), ConfigPlanChecks: settledPlan, Check: inGroup(s, group, ids[0], ids[1], ids[3])},
		},
		CheckDestroy: inGroup(s, group, ids[0], ids[3]),
	})
}

func TestAccEntraGroupMembers_many(t *testing.T) {
	s := useTenant(t, graph.Options{Throttle: true, Size: graph.Large, RetryAfter: graph.RetryInFraction})
	workers := make([]string, 2500)
	for i := range workers {
		workers[i] = fmt.Sprintf("w%04d", i)
	}
	staff(s, workers...)
	group := s.AddGroup(map[string]any{"displayName": "Everybody", "mailNickname": "everybody"})
	s.Fault(graph.Fault{Method: "PATCH", Path: "^/groups/", Status: 429, RetryAfter: "0.02", Times: 30})
	config := func(from, to int) string { return cloudMembers(group, "authoritative", workers[from:to]...) }
	size := func(want int) resource.TestCheckFunc {
		return func(*terraform.State) error {
			if have, _ := s.Group(group)["members"].([]string); len(have) != want {
				return fmt.Errorf("%d members, expected %d", len(have), want)
			}
			return nil
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: config(0, 2480), ConfigPlanChecks: settledPlan, Check: size(2480)},
			// Only the differences: 20 come in one change, and 10 leave.
			{PreConfig: s.ResetStats, Config: config(10, 2500), ConfigPlanChecks: settledPlan,
				Check: resource.ComposeAggregateTestCheckFunc(size(2490), calls(s, "PATCH /groups/{id}", 1), calls(s, "DELETE /groups/{id}/members/{member}/$ref", 10))},
		},
	})
}

func TestAccEntraGroupMembers_refusals(t *testing.T) {
	s := useTenant(t, graph.Options{})
	ids := staff(s, "p1", "p2")
	add := func(name string, more ...any) string {
		props := map[string]any{"displayName": name, "mailNickname": name}
		for i := 0; i < len(more); i += 2 {
			props[fmt.Sprint(more[i])] = more[i+1]
		}
		return s.AddGroup(props)
	}
	add("dynamic", "groupTypes", []string{"DynamicMembership"}, "membershipRule", "user.x -eq 1", "membershipRuleProcessingState", "On")
	add("synced", "onPremisesSyncEnabled", true)
	add("team", "groupTypes", []string{"Unified"}, "mailEnabled", true)
	add("twin")
	add("twin")
	outer, middle, inner := add("outer"), add("middle"), add("inner")
	s.AddMembers(outer, middle)
	s.AddMembers(middle, inner)
	denied := add("denied")
	s.Fault(graph.Fault{Method: "PATCH", Path: "^/groups/" + denied, Status: 403, Times: -1})
	refused := func(group string, member string, words ...string) resource.TestStep {
		return resource.TestStep{Config: cloudMembers(group, "authoritative", member), PlanOnly: true, ExpectError: wordsInOrder(words...)}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			refused("dynamic", "p1", "cannot be managed", "dynamic", "rule"),
			refused("synced", "p1", "cannot be managed", "synchronised from Active Directory"),
			refused("team", inner, "holds users only"),
			refused("twin", "p1", "2 groups have"),
			refused("none", "p1", "The group does not exist", "none"),
			refused("inner", outer, "circular", "outer"),
			refused("inner", inner, "member of itself"),
			{ResourceName: "workforce_entra_group_members.m", Config: cloudMembers("inner", "additive", "p1"), ImportState: true, ImportStateId: "dynamic", ExpectError: wordsInOrder("dynamic")},
			{Config: cloudMembers("denied", "authoritative", "p1"), ExpectError: wordsInOrder(`group "denied"`, "GroupMember.ReadWrite.All")},
			{PreConfig: s.ClearFaults, Config: cloudMembers("denied", "authoritative", "p1", "p2"), ConfigPlanChecks: settledPlan, Check: inGroup(s, denied, ids...)},
		},
	})
}

// TestAccEntraGroupMembers_inOneRun makes users, groups and memberships at once,
// and then replaces the group.
func TestAccEntraGroupMembers_inOneRun(t *testing.T) {
	s := useTenant(t, graph.Options{VisibleAfterReads: 2})
	config := func(kind string) string {
		return `
resource "workforce_entra_user" "zoe" {
  user_principal_name = "zoe@example.com"
  display_name        = "Zoë"
  mail_nickname       = "zoe"
  attributes          = { employeeId = "z1" }
}
resource "workforce_entra_group" "g" {
  display_name = "New"
  type         = "` + kind + `"
}
resource "workforce_entra_group_members" "m" {
  group      = workforce_entra_group.g.id
  members    = ["z1"]
  depends_on = [workforce_entra_user.zoe]
}
`
	}
	member := func(*terraform.State) error {
		return inGroup(s, fmt.Sprint(s.Groups()[0]["id"]), s.UserID("zoe@example.com"))(nil)
	}
	const name = "workforce_entra_group_members.m"
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: config("security"), ConfigPlanChecks: settledPlan, Check: member},
			{ResourceName: name, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"member_names"}},
			{Config: config("microsoft_365"), ConfigPlanChecks: settledPlan, Check: member, ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(name, tfjsonpath.New("member_names"), knownvalue.StringExact(`{"z1":""}`)),
			}},
			// The group is deleted by hand: it and its members are planned anew.
			{PreConfig: func() { s.DeleteGroup(fmt.Sprint(s.Groups()[0]["id"])) }, Config: config("microsoft_365"), ConfigPlanChecks: settledPlan, Check: member},
		},
	})
}

// TestAccEntraGroupMembers_ofAPopulation: the accounts of a population join a group
// in the run that creates them, by their worker ids.
func TestAccEntraGroupMembers_ofAPopulation(t *testing.T) {
	s := useTenant(t, graph.Options{VisibleAfterReads: 2})
	group := s.AddGroup(map[string]any{"displayName": "Staff"})
	config := cloudConfig("  on_removal = \"release\"\n") + `
resource "workforce_entra_group_members" "m" {
  group      = "Staff"
  members    = keys(var.accounts)
  depends_on = [workforce_entra_population.staff]
}
`
	both := people{"p1": cloudPerson("p1", "Ada Byron"), "p2": cloudPerson("p2", "Bob Crane")}
	one := people{"p1": both["p1"]}
	check := func(names ...string) resource.TestCheckFunc {
		return func(st *terraform.State) error {
			ids := make([]string, len(names))
			for i, n := range names {
				ids[i] = s.UserID(n + "@example.com")
			}
			return inGroup(s, group, ids...)(st)
		}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: config, ConfigVariables: both.cloudVariables(), ConfigPlanChecks: settledPlan, Check: check("p1", "p2")},
		{Config: config, ConfigVariables: one.cloudVariables(), ConfigPlanChecks: settledPlan, Check: check("p1")},
	}})
}
