// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// groupsAside checks which groups are set aside: words of the reason by group.
func groupsAside(prefix string, want map[string]string) []statecheck.StateCheck {
	reasons := map[string]knownvalue.Check{}
	for group, words := range want {
		reasons[group] = knownvalue.StringRegexp(wordsInOrder(words))
	}
	return []statecheck.StateCheck{statecheck.ExpectKnownValue("workforce_"+prefix+"_group_rules.x", tfjsonpath.New("set_aside"), knownvalue.MapExact(reasons))}
}

// TestAccEntraGroupRules_setAside: a group with a problem is set aside and named, and
// keeps nobody whose account is shut; the others go on.
func TestAccEntraGroupRules_setAside(t *testing.T) {
	s := useTenant(t, graph.Options{})
	group := func(name string, more map[string]any) string {
		doc := map[string]any{"displayName": name, "mailNickname": name, "securityEnabled": true}
		for key, v := range more {
			doc[key] = v
		}
		return s.AddGroup(doc)
	}
	sales, it := group("sales", nil), group("it", nil)
	group("moving", map[string]any{"groupTypes": []any{"DynamicMembership"}, "membershipRule": "user.department -eq \"x\"", "membershipRuleProcessingState": "On"})
	group("roles", map[string]any{"isAssignableToRole": true})
	group("Twin", map[string]any{"mailNickname": "twin1"})
	group("Twin", map[string]any{"mailNickname": "twin2"})
	two := map[string]string{"sales": `[department] = "Sales"`, "it": `And([enabled], [department] = "IT")`}
	all := people{"sa1": cloudPerson("sa1", "Ada", "department", "Sales"), "sa2": cloudPerson("sa2", "Bob", "department", "IT"), "sa3": cloudPerson("sa3", "Cleo", "department", "Sales")}
	recoded := all.with("sa1", inDepartment("Vertrieb")).with("sa2", func(a *directory.Account) { a.Enabled = false }).
		with("sa3", func(a *directory.Account) {
			a.Enabled, a.Attributes["department"] = false, directory.Value{"Vertrieb"}
		})
	joined := recoded.with("sa1", inDepartment("IT"))
	more := map[string]string{"sales": two["sales"], "it": two["it"], "moving": "[enabled]", "nowhere": "[enabled]", "Twin": "[enabled]"}
	with := func(group string) map[string]string {
		out := map[string]string{group: "[enabled]"}
		for g, rule := range two {
			out[g] = rule
		}
		return out
	}
	aside := map[string]string{"moving": "dynamic", "nowhere": "does not exist", "Twin": "told", "sales": "finds nobody"}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: rulesConfig("entra", two, ""), ConfigVariables: all.cloudVariables(), ConfigPlanChecks: noDiffAfter, ConfigStateChecks: groupsAside("entra", nil),
			Check: resource.ComposeAggregateTestCheckFunc(hasUsers(s, sales, "sa1", "sa3"), hasUsers(s, it, "sa2"))},
		// HR calls a department something else, and two people leave: nobody but those two leaves a group.
		{Config: rulesConfig("entra", more, `allow_empty = ["it"]`), ConfigVariables: recoded.cloudVariables(), ConfigPlanChecks: noDiffAfter, ConfigStateChecks: groupsAside("entra", aside),
			Check: resource.ComposeAggregateTestCheckFunc(hasUsers(s, sales, "sa1"), hasUsers(s, it))},
		// The others go on meanwhile.
		{Config: rulesConfig("entra", more, ""), ConfigVariables: joined.cloudVariables(), ConfigPlanChecks: noDiffAfter, ConfigStateChecks: groupsAside("entra", aside),
			Check: resource.ComposeAggregateTestCheckFunc(hasUsers(s, sales, "sa1"), hasUsers(s, it, "sa1"))},
		{Config: rulesConfig("entra", more, `on_problem = "stop"`), ConfigVariables: joined.cloudVariables(), PlanOnly: true, ExpectError: wordsInOrder("nowhere")},
		// What too many would leave, nobody leaves.
		{Config: rulesConfig("entra", two, "max_leaves = \"0\"\n  allow_empty = [\"sales\"]"), ConfigVariables: joined.cloudVariables(), ConfigPlanChecks: noDiffAfter, ConfigStateChecks: groupsAside("entra", map[string]string{"sales": "max_leaves"}),
			Check: hasUsers(s, sales, "sa1")},
		// Groups of administrators need their own word, whatever is set aside.
		{Config: rulesConfig("entra", with("roles"), ""), ConfigVariables: joined.cloudVariables(), PlanOnly: true, ExpectError: wordsInOrder("The group is privileged", "roles", "allow_privileged")},
		{Config: rulesConfig("entra", with("roles"), `allow_privileged = ["other"]`), ConfigVariables: joined.cloudVariables(), PlanOnly: true, ExpectError: wordsInOrder("allow_privileged", "other")},
		{Config: rulesConfig("entra", with("roles"), `allow_privileged = ["roles"]`), ConfigVariables: joined.cloudVariables(), PlanOnly: true, ExpectNonEmptyPlan: true},
	}})
}

// TestAccEntraGroupRules_people: somebody who cannot be found, and one whom two users
// fit, are skipped and named, and the others join.
func TestAccEntraGroupRules_people(t *testing.T) {
	s := useTenant(t, graph.Options{})
	group := s.AddGroup(map[string]any{"displayName": "all", "mailNickname": "all", "securityEnabled": true})
	for _, name := range []string{"well", "dup", "dup2"} {
		s.AddUser(map[string]any{"userPrincipalName": name + "@example.com", "displayName": name, "mailNickname": name, "employeeId": strings.TrimSuffix(name, "2")})
	}
	docs := ""
	for _, id := range []string{"well", "dup", "gone"} {
		docs += fmt.Sprintf("    %s = %q\n", id, entraTarget.marshal(cloudPerson(id, id)))
	}
	config := func(arguments string) string {
		return fmt.Sprintf("resource \"workforce_entra_group_rules\" \"x\" {\n  accounts = {\n%s  }\n  rules = { all = \"[enabled]\" }\n  %s\n}\n", docs, arguments)
	}
	dir, write := commandLine(t, config(""))
	runs(t, dir, true, []string{"Some memberships were not written yet", "2 memberships", `"dup"`, "2 users have the employeeId", `"gone"`,
		"nobody in Microsoft Entra ID"}, "apply", "-auto-approve")
	if err := hasUsers(s, group, "well")(nil); err != nil {
		t.Error(err)
	}
	runs(t, dir, true, []string{"dup", "gone", "1 to change"}, "plan")
	write(config(`on_problem = "stop"`))
	runs(t, dir, false, []string{"A membership could not be written", `"dup"`}, "apply", "-auto-approve")
}

// TestAccADGroupRules_primary: whoever has a group as their primary group is a member,
// and a leaver among them is named with what to do until that was done.
func TestAccADGroupRules_primary(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	group := makeGroup(t, d, ou, "Primary of gp")
	primary := func(id string) func() {
		return func() {
			if id == "" {
				e, ok, err := d.Lookup(t.Context(), group, "primaryGroupToken")
				if err != nil || !ok {
					t.Fatal(ok, err)
				}
				id = e.Values("primaryGroupToken")[0]
			}
			mustModify(t, d, "dn: CN=gp1,"+ou+"\nchangetype: modify\nreplace: primaryGroupID\nprimaryGroupID: "+id+"\n")
		}
	}
	all := people{"gp1": person(ou, "gp1", "gp1", "department", "Sales"), "gp2": person(ou, "gp2", "gp2", "department", "Sales")}
	left := all.with("gp1", func(a *directory.Account) { a.Enabled = false })
	step := func(p people, before func(), aside map[string]string, members ...string) resource.TestStep {
		return resource.TestStep{PreConfig: before, Config: rulesConfig("ad", map[string]string{group: `And([enabled], [department] = "Sales")`}, ""), ConfigVariables: p.variables(), ConfigPlanChecks: noDiffAfter,
			ConfigStateChecks: groupsAside("ad", aside), Check: hasMembers(d, group, members...)}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		step(all, nil, nil, "gp1", "gp2"),
		step(all, primary(""), nil, "gp2"), // the member attribute does not list them
		step(left, nil, map[string]string{group: "primary group of gp1"}, "gp2"),
		step(left, primary("513"), nil, "gp2"),
	}})
}

// TestAccADGroups_protected: nobody gets out of what protects them, and no rule makes
// administrators.
func TestAccADGroups_protected(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	if err := d.CreateOU(t.Context(), "OU=Tier 0,"+ou); err != nil {
		t.Fatal(err)
	}
	makeUsers(t, d, ou, "pr1", "pr2")
	group := makeGroup(t, d, ou, "Protected of pr", "CN=pr1,"+ou)
	nested := makeGroup(t, d, ou, "Nested of pr")
	operators := "CN=Account Operators,CN=Builtin," + ou[strings.Index(ou, "DC="):]
	editMembers(t, d, operators, "add", nested)
	provider := fmt.Sprintf("provider \"workforce\" {\n  active_directory = { protect = {\n groups = [%q]\n containers = [%q]\n} }\n}\n", group, "OU=Tier 0,"+ou)
	rules := func(group string) string {
		return fmt.Sprintf("resource \"workforce_ad_group_rules\" \"x\" {\n  accounts = { pr2 = %q }\n  rules = { %q = \"[enabled]\" }\n}\n", activeDirectoryTarget.marshal(person(ou, "pr2", "pr2")), group)
	}
	refused := func(config string, words ...string) resource.TestStep {
		return resource.TestStep{Config: config, PlanOnly: true, ExpectError: wordsInOrder(words...)}
	}
	unit := fmt.Sprintf("import {\n  to = workforce_ad_organizational_unit.x\n  id = %q\n}\n", "OU=Tier 0,"+ou)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		refused(rules("Domain Admins"), "The group is privileged", "Domain Admins", "allow_privileged"),
		refused(rules(nested), "The group is privileged", "nested", "allow_privileged"),
		refused(provider+membersConfig(group, "", "pr2"), "The member is protected", "protect.groups"),
		refused(provider+unit+unitConfig("Tier 1", ou, "protect_from_deletion = false"), "The organizational unit cannot be as planned", "protect.containers"),
	}})
	if err := hasMembers(d, group, "pr1")(nil); err != nil {
		t.Error(err)
	}
	editMembers(t, d, operators, "delete", nested)
}
