// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// between does something after a plan was made and before it is applied.
type between func()

func (b between) CheckPlan(context.Context, plancheck.CheckPlanRequest, *plancheck.CheckPlanResponse) {
	b()
}

func afterPlan(f func()) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{between(f)}}
}

// TestAccEntraPopulation_nobodyWanted: a filter that finds nobody disables nobody.
func TestAccEntraPopulation_nobodyWanted(t *testing.T) {
	s := useTenant(t, graph.Options{})
	all := staffOf(20)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		cloudStep(all),
		{Config: strings.Replace(cloudConfig(""), "accounts = var.accounts", "accounts = { for id, doc in var.accounts : id => doc if id == \"nobody\" }", 1), ConfigVariables: all.cloudVariables(),
			ExpectError: wordsInOrder("Too many accounts are no longer wanted", "20 of 20 accounts", "max_removals is 5 or 5% (5)", "worker w00 (w00@example.com, Worker w00)", "max_removals = \"20\"")},
		{Config: cloudConfig("  max_removals = \"a few\"\n"), ConfigVariables: all.cloudVariables(), PlanOnly: true, ExpectError: wordsInOrder("Invalid limit", "a few")},
		cloudStep(all, func(*terraform.State) error { return userHolds(s, "w00@example.com", "accountEnabled", "true")(nil) }),
	}})
}

// TestAccEntraPopulation_neverChanged: what the configuration never changed, it does not disable.
func TestAccEntraPopulation_neverChanged(t *testing.T) {
	s := useTenant(t, graph.Options{})
	for _, id := range []string{"n1", "n2"} {
		s.AddUser(map[string]any{"userPrincipalName": id + "@example.com", "displayName": "N " + id, "mailNickname": id, "employeeId": id, "accountEnabled": true})
	}
	all := people{"n1": cloudPerson("n1", "N n1"), "n2": cloudPerson("n2", "N n2", "department", "Sales")}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		cloudStep(all),
		cloudStep(people{}, userHolds(s, "n1@example.com", "accountEnabled", "true"), userHolds(s, "n2@example.com", "accountEnabled", "false")),
	}})
}

// TestAccEntraPopulation_anotherTenant: accounts of one tenant are not looked for in another.
func TestAccEntraPopulation_anotherTenant(t *testing.T) {
	useTenant(t, graph.Options{})
	all := people{"p1": cloudPerson("p1", "Ada Byron")}
	var other *graph.Server
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		cloudStep(all),
		{PreConfig: func() { other = useTenant(t, graph.Options{TenantID: "2f5c1d3e-8f0a-4c56-9b1e-6d7a40f3c002"}) }, Config: cloudConfig(""), ConfigVariables: all.cloudVariables(),
			ExpectError: wordsInOrder("The accounts are in another directory", "1 accounts", "Nothing was read or changed there", "terraform state rm")},
		// What the advice says works: out of the state, then managed there.
		{Config: "removed {\n  from = workforce_entra_population.staff\n  lifecycle { destroy = false }\n}\n"},
		{Config: cloudConfig(""), ConfigVariables: all.cloudVariables(), Check: func(*terraform.State) error { return userCount(other, 1, 0)(nil) }, ConfigPlanChecks: settledPlan},
	}})
}

// TestAccEntraPopulation_oneAccountWantedTwice: two resources that would undo each other are found at plan.
func TestAccEntraPopulation_oneAccountWantedTwice(t *testing.T) {
	s := useTenant(t, graph.Options{})
	s.AddUser(map[string]any{"userPrincipalName": "p1@example.com", "displayName": "Ada Byron", "mailNickname": "p1", "employeeId": "p1"})
	sales, it := entraTarget.marshal(cloudPerson("p1", "Ada Byron", "department", "Sales")), entraTarget.marshal(cloudPerson("p1", "Ada Byron", "department", "IT"))
	one := fmt.Sprintf("resource \"workforce_entra_population\" \"one\" {\n  accounts = { p1 = %q }\n}\n", sales)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: one},
		{Config: one + fmt.Sprintf("resource \"workforce_entra_population\" \"two\" {\n  accounts = { p1 = %q }\n}\n", it),
			ExpectError: wordsInOrder("Two resources manage one account", `worker "p1"`, "a workforce_entra_population of 1 accounts")},
		{Config: one + fmt.Sprintf("resource \"workforce_entra_user\" \"two\" {\n  account = %q\n}\n", it), ExpectError: wordsInOrder("Two resources manage one account", "workforce_entra_user of worker \"p1\"")},
		{Config: one, PlanOnly: true},
	}})
}

// TestAccEntra_adoptionIsAsPlanned: what was taken over at plan and is another thing at apply is refused.
func TestAccEntra_adoptionIsAsPlanned(t *testing.T) {
	user := fmt.Sprintf("resource \"workforce_entra_user\" \"a\" {\n  account = %q\n  restore_deleted = false\n}\n", entraTarget.marshal(cloudPerson("p1", "Ada Byron")))
	for resourceType, cfg := range map[string]string{
		"population": strings.Replace(cloudConfig("  restore_deleted = false\n"), "var.accounts", fmt.Sprintf("{ p1 = %q }", entraTarget.marshal(cloudPerson("p1", "Ada Byron"))), 1),
		"user":       user,
	} {
		t.Run(resourceType, func(t *testing.T) {
			s := useTenant(t, graph.Options{})
			id := s.AddUser(map[string]any{"userPrincipalName": "p1@example.com", "displayName": "Ada Byron", "mailNickname": "p1", "employeeId": "p1", "accountEnabled": true})
			const variable = "variable \"accounts\" {\n  type = map(string)\n  default = {}\n}\n"
			cfg = strings.Replace(cfg, "variable \"accounts\" { type = map(string) }\n", variable, 1)
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
				{Config: cfg, ConfigPlanChecks: afterPlan(func() { s.Update(id, map[string]any{"accountEnabled": false}) }), ExpectError: wordsInOrder("inconsistent final plan", "adopted", "enabled", "disabled")},
				{PreConfig: func() {
					if err := userHolds(s, "p1@example.com", "accountEnabled", "false")(nil); err != nil {
						t.Error(err)
					}
				}, Config: cfg, ConfigPlanChecks: afterPlan(func() { s.Delete(id) }), ExpectError: wordsInOrder("inconsistent final plan", "adopted")},
				{PreConfig: func() {
					if n := len(s.Users()); n > 0 {
						t.Errorf("%d users were created in place of the one who is gone", n)
					}
				}, Config: cfg, ConfigPlanChecks: settledPlan},
			}})
		})
	}
}

// TestAccEntraPopulation_deletedAndReleased: documents delete and release, and the second plan is empty.
func TestAccEntraPopulation_deletedAndReleased(t *testing.T) {
	s := useTenant(t, graph.Options{})
	all := people{"p1": cloudPerson("p1", "Ada Byron"), "p2": cloudPerson("p2", "Wei Li"), "p3": cloudPerson("p3", "Zoë")}
	left := all.with("p1", func(a *directory.Account) { a.Enabled = false })
	deleted := func(id string) people {
		return left.with(id, func(a *directory.Account) { a.Enabled, a.Deleted = false, true })
	}
	released := left.without("p1").with("p2", func(a *directory.Account) { a.Released = true })
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		cloudStep(left),
		{Config: cloudConfig(""), ConfigVariables: deleted("p2").cloudVariables(), PlanOnly: true, ExpectError: wordsInOrder("Refusing to delete an enabled account", `Worker "p2"`, "enabled = false")},
		{Config: cloudConfig(""), ConfigVariables: deleted("p1").cloudVariables(), Check: userCount(s, 2, 1), ExpectNonEmptyPlan: true}, // the test's documents stay after the deletion, those of rules do not
		cloudStep(left.without("p1"), userCount(s, 2, 1)),
		cloudStep(released),
		{PreConfig: func() { s.Update("p2@example.com", map[string]any{"department": "By hand"}) }, Config: cloudConfig(""), ConfigVariables: released.cloudVariables(), PlanOnly: true},
		cloudStep(people{}, userHolds(s, "p2@example.com", "accountEnabled", "true", "department", `"By hand"`), userHolds(s, "p3@example.com", "accountEnabled", "false")),
	}})
}

// TestAccEntraPipeline_absentElsewhere: an account whose worker is missing from the feed, and
// that does not belong to the population, is released, although the population has changed it
// before: what the rules said at plan holds at apply, where they are not asked again.
func TestAccEntraPipeline_absentElsewhere(t *testing.T) {
	s := useTenant(t, graph.Options{})
	csv := func(text string) config.Variables { return config.Variables{"csv": config.StringVariable(text)} }
	short, _, _ := strings.Cut(pipelineCSV, "0004")
	pilot := strings.Replace(cloudPipeline("2026-01-20"), "as_of   =", "owned_domains = []\n  as_of   =", 1)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cloudPipeline("2026-01-20"), ConfigVariables: csv(pipelineCSV), Check: userHolds(s, "future@example.com", "accountEnabled", "true"), ConfigPlanChecks: settledPlan},
		{Config: pilot, ConfigVariables: csv(short), Check: userHolds(s, "future@example.com", "accountEnabled", "true"), ConfigPlanChecks: settledPlan},
	}})
}
