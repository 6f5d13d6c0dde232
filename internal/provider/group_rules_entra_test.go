// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// hasUsers checks the members of a group, by the local part of their user principal names.
func hasUsers(s *graph.Server, group string, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		ids, _ := s.Group(group)["members"].([]string)
		var have []string
		for _, id := range ids {
			upn, _ := s.User(id)["userPrincipalName"].(string)
			name, _, _ := strings.Cut(upn, "@")
			have = append(have, name)
		}
		slices.Sort(have)
		if !slices.Equal(have, want) {
			return fmt.Errorf("group %s has the members %q, expected %q", group, have, want)
		}
		return nil
	}
}

func TestAccEntraGroupRules_life(t *testing.T) {
	s := useTenant(t, graph.Options{VisibleAfterReads: 2})
	sales, it := s.AddGroup(map[string]any{"displayName": "Sales", "mailNickname": "sales"}), s.AddGroup(map[string]any{"displayName": "IT", "mailNickname": "it"})
	s.AddUser(map[string]any{"userPrincipalName": "x9@example.com", "displayName": "X9", "mailNickname": "x9"})
	s.AddMembers(it, s.UserID("x9@example.com"))
	rules := map[string]string{"sales": `And([enabled], [department] = "Sales")`, it: `[department] = "IT"`}
	all := people{"g1": cloudPerson("g1", "Ada", "department", "Sales"), "g2": cloudPerson("g2", "Bob", "department", "Sales"), "g3": cloudPerson("g3", "Cleo", "department", "IT"), "g4": cloudPerson("g4", "Dan", "department", "")}
	moved := all.with("g2", inDepartment("IT"))
	left := moved.with("g1", func(a *directory.Account) { a.Enabled = false })
	step := func(p people, arguments, planned string, inSales, inIT []string, before func()) resource.TestStep {
		return resource.TestStep{PreConfig: before, Config: rulesConfig("entra", rules, arguments), ConfigVariables: p.cloudVariables(), ConfigPlanChecks: shows("entra", "sales", planned),
			Check: resource.ComposeAggregateTestCheckFunc(hasUsers(s, sales, inSales...), hasUsers(s, it, inIT...))}
	}
	byHand := func() {
		s.RemoveMembers(sales, s.UserID("g1@example.com"))
		s.AddMembers(sales, s.UserID("g4@example.com"))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			step(all, "", `{"g1":"Ada","g2":"Bob"}`, []string{"g1", "g2"}, []string{"g3", "x9"}, nil),
			step(moved, "", `{"g1":"Ada"}`, []string{"g1"}, []string{"g2", "g3", "x9"}, nil),
			step(moved, "", `{"g1":"Ada"}`, []string{"g1", "g4"}, []string{"g2", "g3", "x9"}, byHand),
			step(moved, `mode = "authoritative"`, `{"g1":"Ada"}`, []string{"g1"}, []string{"g2", "g3"}, nil),
			{PreConfig: byHand, Config: rulesConfig("entra", rules, `mode = "authoritative"`), ConfigVariables: moved.cloudVariables(), PlanOnly: true, ExpectNonEmptyPlan: true},
			step(moved, `mode = "authoritative"`, `{"g1":"Ada"}`, []string{"g1"}, []string{"g2", "g3"}, nil),
			{Config: rulesConfig("entra", rules, `on_problem = "stop"`), ConfigVariables: left.cloudVariables(), ExpectError: wordsInOrder("A safeguard stops the plan", `"sales"`, "matches none of 4 accounts")},
			step(left, `allow_empty = ["sales"]`, `{}`, nil, []string{"g2", "g3"}, nil),
			step(moved, `on_destroy = "remove"`, `{"g1":"Ada"}`, []string{"g1"}, []string{"g2", "g3"}, nil),
			{PreConfig: func() { s.DeleteGroup(sales) }, Config: rulesConfig("entra", rules, "on_destroy = \"remove\"\n  on_problem = \"stop\""), ConfigVariables: moved.cloudVariables(), ExpectError: wordsInOrder("Groups do not exist", "1 of 2 groups", "sales")},
		},
		CheckDestroy: hasUsers(s, it),
	})
}

func TestAccEntraGroupRules_plansFail(t *testing.T) {
	s := useTenant(t, graph.Options{})
	s.AddGroup(map[string]any{"displayName": "Moving", "mailNickname": "moving", "groupTypes": []any{"DynamicMembership"}, "membershipRule": "user.department -eq \"x\"", "membershipRuleProcessingState": "On"})
	s.AddGroup(map[string]any{"displayName": "Twin", "mailNickname": "twin1"})
	s.AddGroup(map[string]any{"displayName": "Twin", "mailNickname": "twin2"})
	all := people{"g1": cloudPerson("g1", "Ada", "department", "Sales")}
	for name, c := range map[string]struct {
		group, rule string
		words       []string
	}{
		"fixed membership":    {"moving", "[enabled]", []string{"The members of the group are fixed", "moving", "dynamic"}},
		"two of this name":    {"Twin", "[enabled]", []string{"2 groups", "Twin"}},
		"attribute misspelt":  {"twin1", `[departmant] = "Sales"`, []string{"twin1", "departmant", "did you mean department"}},
		"group is not there":  {"nowhere", "[enabled]", []string{"Groups do not exist", "nowhere"}},
		"container is not AD": {"twin1", `[container] = "x"`, []string{"twin1", "container"}},
	} {
		t.Run(name, func(t *testing.T) {
			before := s.Stats().Writes
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
				{Config: rulesConfig("entra", map[string]string{c.group: c.rule}, ""), ConfigVariables: all.cloudVariables(), PlanOnly: true, ExpectError: wordsInOrder(c.words...)},
			}})
			if s.Stats().Writes != before {
				t.Error("something was written")
			}
		})
	}
}

// TestAccEntraGroupRules_deniedInOne: of forty groups one may not be written, and
// plans cost a handful of requests.
func TestAccEntraGroupRules_deniedInOne(t *testing.T) {
	s := useTenant(t, graph.Options{})
	rules, all, moved := map[string]string{}, people{}, people{}
	const n = 40
	ids := make([]string, n)
	for i := range n {
		id := fmt.Sprintf("g%02d", i)
		ids[i] = s.AddGroup(map[string]any{"displayName": "Group " + id, "mailNickname": "group-" + id})
		rules["group-"+id] = fmt.Sprintf(`[department] = "D%d"`, i)
		all[id] = cloudPerson(id, "Worker "+id, "department", fmt.Sprintf("D%d", i))
		moved[id] = cloudPerson(id, "Worker "+id, "department", fmt.Sprintf("D%d", (i+1)%n))
	}
	cfg := rulesConfig("entra", rules, "")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: cfg, ConfigVariables: all.cloudVariables(), ConfigPlanChecks: samePlan, Check: hasUsers(s, ids[7], "g07")},
			{
				PreConfig: func() {
					s.Fault(graph.Fault{Method: "PATCH", Path: "^/groups/" + ids[7], Status: 403, Code: "Authorization_RequestDenied", Message: "Insufficient privileges to complete the operation.", Times: -1})
				},
				Config: cfg, ConfigVariables: moved.cloudVariables(), ExpectError: wordsInOrder("1 of 40 groups failed", "group-g07: not joined: g06 (Worker g06)", "A membership could not be written", "g07", "GroupMember.ReadWrite.All"),
			},
			{PreConfig: s.ClearFaults, Config: cfg, ConfigVariables: moved.cloudVariables(), ConfigPlanChecks: samePlan,
				Check: resource.ComposeAggregateTestCheckFunc(hasUsers(s, ids[7], "g06"), hasUsers(s, ids[8], "g07"))},
			{PreConfig: s.ResetStats, Config: cfg, ConfigVariables: moved.cloudVariables(), PlanOnly: true},
		},
	})
	// A test case plans twice, and once more to destroy. The population refreshes in each.
	if stats := s.Stats(); stats.Requests > 3*(n/20+10+5) {
		t.Errorf("%d requests for plans of %d groups and as many accounts: %v", stats.Requests, n, stats)
	} else {
		t.Log(stats.Requests, "requests")
	}
}
