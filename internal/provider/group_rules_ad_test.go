// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// rulesConfig is a population and the rules over it, with more arguments.
func rulesConfig(prefix string, rules map[string]string, arguments string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "variable \"accounts\" { type = map(string) }\nresource \"workforce_%s_population\" \"staff\" {\n  accounts = var.accounts\n}\n", prefix)
	fmt.Fprintf(&b, "resource \"workforce_%[1]s_group_rules\" \"x\" {\n  accounts = workforce_%[1]s_population.staff.accounts\n  %[2]s\n  rules = {\n", prefix, arguments)
	for _, group := range slices.Sorted(maps.Keys(rules)) {
		fmt.Fprintf(&b, "    %q = %q\n", group, rules[group])
	}
	return b.String() + "  }\n}\n"
}

// shows checks what a plan says of the members of a group.
func shows(prefix, group, doc string) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{
		PreApply:             []plancheck.PlanCheck{plancheck.ExpectKnownValue("workforce_"+prefix+"_group_rules.x", tfjsonpath.New("members").AtMapKey(group), knownvalue.StringExact(doc))},
		PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
	}
}

func inDepartment(name string) func(*directory.Account) {
	return func(a *directory.Account) { a.Attributes["department"] = directory.Value{name} }
}

func TestAccADGroupRules_life(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	makeUsers(t, d, ou, "gr9")
	sales, it := makeGroup(t, d, ou, "Sales of gr"), makeGroup(t, d, ou, "IT of gr", "CN=gr9,"+ou)
	rules := map[string]string{sales: `And([enabled], [department] = "Sales")`, "IT of gr": `[department] = "IT"`}
	all := people{
		"gr1": person(ou, "gr1", "gr1", "department", "Sales"), "gr2": person(ou, "gr2", "gr2", "department", "Sales"),
		"gr3": person(ou, "gr3", "gr3", "department", "IT"), "gr4": person(ou, "gr4", "gr4", "department", ""),
	}
	moved := all.with("gr2", inDepartment("IT"))
	step := func(p people, arguments string, planned string, inSales, inIT []string, before func()) resource.TestStep {
		return resource.TestStep{PreConfig: before, Config: rulesConfig("ad", rules, arguments), ConfigVariables: p.variables(), ConfigPlanChecks: shows("ad", sales, planned),
			Check: resource.ComposeAggregateTestCheckFunc(hasMembers(d, sales, inSales...), hasMembers(d, it, inIT...))}
	}
	byHand := func() {
		editMembers(t, d, sales, "delete", "CN=gr1,"+ou)
		editMembers(t, d, sales, "add", "CN=gr4,"+ou)
	}
	married := moved.with("gr1", func(a *directory.Account) { a.Attributes["displayName"] = directory.Value{"Ada King"} })
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			step(all, "", `{"gr1":"gr1","gr2":"gr2"}`, []string{"gr1", "gr2"}, []string{"gr3", "gr9"}, nil),
			step(moved, "", `{"gr1":"gr1"}`, []string{"gr1"}, []string{"gr2", "gr3", "gr9"}, nil),
			step(moved, "", `{"gr1":"gr1"}`, []string{"gr1", "gr4"}, []string{"gr2", "gr3", "gr9"}, byHand),
			step(married, "", `{"gr1":"gr1"}`, []string{"gr1", "gr4"}, []string{"gr2", "gr3", "gr9"}, nil),
			step(married, `mode = "authoritative"`, `{"gr1":"Ada King"}`, []string{"gr1"}, []string{"gr2", "gr3"}, nil),
			{ // Drift shows in the plan, and is repaired.
				PreConfig: byHand, Config: rulesConfig("ad", rules, `mode = "authoritative"`), ConfigVariables: married.variables(), PlanOnly: true, ExpectNonEmptyPlan: true,
			},
			step(married, `mode = "authoritative"`, `{"gr1":"Ada King"}`, []string{"gr1"}, []string{"gr2", "gr3"}, nil),
			{ // A rule is dropped: the group keeps its members.
				Config: rulesConfig("ad", map[string]string{sales: rules[sales]}, ""), ConfigVariables: married.variables(), Check: hasMembers(d, it, "gr2", "gr3"), ConfigPlanChecks: samePlan,
			},
			{ // Renamed by hand, the group is found again; then the rule learns its new name.
				PreConfig: func() {
					mustModify(t, d, "dn: "+sales+"\nchangetype: modrdn\nnewrdn: CN=Selling of gr\ndeleteoldrdn: 1\n")
				},
				Config: rulesConfig("ad", map[string]string{sales: rules[sales]}, `on_destroy = "remove"`), ConfigVariables: married.variables(), ConfigPlanChecks: samePlan,
			},
			{
				Config:          rulesConfig("ad", map[string]string{"CN=Selling of gr," + ou: `[department] = "IT"`}, `on_destroy = "remove"`),
				ConfigVariables: married.variables(), ConfigPlanChecks: samePlan, Check: hasMembers(d, "CN=Selling of gr,"+ou, "gr2", "gr3"),
			},
			{PreConfig: func() { mustDelete(t, d, "CN=Selling of gr,"+ou) }, Config: rulesConfig("ad", map[string]string{"CN=Selling of gr," + ou: `[enabled]`}, ""), ConfigVariables: married.variables(),
				ExpectError: wordsInOrder("Groups do not exist", "1 of 1 groups", "Selling of gr")},
			{Config: rulesConfig("ad", map[string]string{it: `[department] = "IT"`}, `on_destroy = "remove"`), ConfigVariables: married.variables(), ConfigPlanChecks: samePlan},
		},
		CheckDestroy: hasMembers(d, it),
	})
}

func TestAccADGroupRules_plansFail(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	group := makeGroup(t, d, ou, "Failing of gr")
	all := people{"gf1": person(ou, "gf1", "gf1", "department", "Sales"), "gf2": person(ou, "gf2", "gf2", "department", "IT")}
	one := func(rule string) map[string]string { return map[string]string{group: rule} }
	for name, c := range map[string]struct {
		rules     map[string]string
		arguments string
		words     []string
	}{
		"attribute misspelt":    {one(`[departmant] = "IT"`), "", []string{"Failing of gr", "departmant", "did you mean department"}},
		"operator misspelt":     {one(`[department] == "IT"`), "", []string{"Failing of gr", "column"}},
		"nobody matches":        {one(`[department] = "Sale"`), "", []string{"A safeguard stops the plan", "Failing of gr", "matches none of 2 accounts", "allow_empty"}},
		"groups are not there":  {map[string]string{"nowhere 1": "[enabled]", "CN=nowhere 2," + ou: "[enabled]", group: "[enabled]"}, `on_problem = "stop"`, []string{"Groups do not exist", "2 of 3 groups", "CN=nowhere 2", "nowhere 1"}},
		"one group, two rules":  {map[string]string{"Failing of gr": "[enabled]", group: "[enabled]"}, "", []string{"Two rules for one group", "Failing of gr"}},
		"exemption of no group": {one("[enabled]"), `allow_empty = ["x"]`, []string{"allow_empty", `"x"`}},
		"limit that is none":    {one("[enabled]"), `max_leaves = "some"`, []string{"max_leaves", "some"}},
	} {
		t.Run(name, func(t *testing.T) {
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
				{Config: rulesConfig("ad", c.rules, c.arguments), ConfigVariables: all.variables(), PlanOnly: true, ExpectError: wordsInOrder(c.words...)},
			}})
		})
	}
	unknown := fmt.Sprintf("resource \"terraform_data\" \"later\" { input = %q }\n", activeDirectoryTarget.marshal(all["gf1"])) +
		strings.Replace(rulesConfig("ad", one("[enabled]"), "%s"), "workforce_ad_population.staff.accounts", "{ gf1 = terraform_data.later.output }", 1)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: fmt.Sprintf(unknown, ""), ConfigVariables: all.variables(), ExpectError: wordsInOrder("cannot be reviewed", "allow_unreviewed")},
		{Config: fmt.Sprintf(unknown, "allow_unreviewed = true\n  depends_on = [workforce_ad_population.staff]"), ConfigVariables: all.variables(), Check: hasMembers(d, group, "gf1")},
		{Config: rulesConfig("ad", one(`[department] = "IT"`), "max_leaves = 0\n  on_problem = \"stop\""), ConfigVariables: all.variables(), ExpectError: wordsInOrder("1 of 1 members would leave", "max_leaves (0)", "gf1 (gf1)")},
		{Config: rulesConfig("ad", one(`[department] = "Sale"`), `allow_empty = [`+fmt.Sprintf("%q", group)+"]"), ConfigVariables: all.variables(), ConfigPlanChecks: samePlan, Check: hasMembers(d, group)},
	}})
}

// TestAccADGroupRules_withGroup gives a group of the same plan its members.
func TestAccADGroupRules_withGroup(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	dn := "CN=New of gr," + ou
	cfg := fmt.Sprintf("resource \"workforce_ad_group\" \"new\" {\n  name = \"New of gr\"\n  container = %q\n}\n", ou) +
		fmt.Sprintf("resource \"workforce_ad_group\" \"second\" {\n  name = \"Second of gr\"\n  container = %q\n  sam_account_name = \"gr-2\"\n}\n", ou) +
		rulesConfig("ad", map[string]string{dn: "[enabled]", "GR-2": "[enabled]"}, "on_destroy = \"remove\"\n  depends_on = [workforce_ad_group.new, workforce_ad_group.second]")
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cfg, ConfigVariables: people{"gn1": person(ou, "gn1", "gn1")}.variables(), ConfigPlanChecks: shows("ad", dn, `{"gn1":"gn1"}`), Check: hasMembers(d, dn, "gn1")},
	}})
}

// TestAccADGroupRules_deniedInOne: of thirty groups one may not be written, and
// plans cost a handful of searches.
func TestAccADGroupRules_deniedInOne(t *testing.T) {
	d, proxy := useProxy(t)
	ou := d.Container(t)
	rules, all, moved := map[string]string{}, people{}, people{}
	for i := range 30 {
		id := fmt.Sprintf("gd%02d", i)
		rules[makeGroup(t, d, ou, "Denied "+id)] = fmt.Sprintf(`[department] = "D%d"`, i)
		all[id] = person(ou, id, id, "department", fmt.Sprintf("D%d", i))
		moved[id] = person(ou, id, id, "department", fmt.Sprintf("D%d", (i+1)%30))
	}
	const accessDenied = 50
	cfg := rulesConfig("ad", rules, "")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: cfg, ConfigVariables: all.variables(), ConfigPlanChecks: samePlan, Check: hasMembers(d, "CN=Denied gd07,"+ou, "gd07")},
			{
				PreConfig: func() { proxy.Inject(samba.Fault{Op: samba.Modify, After: 40, Result: accessDenied}) },
				Config:    cfg, ConfigVariables: moved.variables(), ExpectError: wordsInOrder("1 of 30 groups failed", "the next plan shows only the rest", "A membership could not be written", `group "Denied gd`),
			},
			{
				PreConfig: proxy.Reset, Config: cfg, ConfigVariables: moved.variables(), ConfigPlanChecks: samePlan,
				Check: resource.ComposeAggregateTestCheckFunc(hasMembers(d, "CN=Denied gd07,"+ou, "gd06"), hasMembers(d, "CN=Denied gd08,"+ou, "gd07")),
			},
			{PreConfig: proxy.Reset, Config: cfg, ConfigVariables: moved.variables(), PlanOnly: true},
		},
	})
	// A test case plans twice, and once more to destroy.
	const groups, population = 30/20 + 10, 1 + 5 // for refresh and plan
	if n := proxy.Count(samba.Search); n > 3*(groups+population) {
		t.Errorf("%d searches for plans of 30 groups and as many accounts", n)
	} else {
		t.Log(n, "searches")
	}
}
