// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccAccounts_namesOfTwoPopulations: two joiners of two populations who would get one address are
// found at plan; the advice of the error gives them two, and every second plan is empty.
func TestAccAccounts_namesOfTwoPopulations(t *testing.T) {
	s := useTenant(t, graph.Options{})
	// Each of them leaves alone who is missing from its feed: that is the other one's.
	both := strings.Replace(cloudPipeline("2026-01-20"), "  mapping = local.rules\n", "  mapping = local.rules\n  owned_domains = []\n", 1)
	for _, block := range []string{"data \"workforce_hr_csv\"", "data \"workforce_entra_accounts\"", "resource \"workforce_entra_population\""} {
		_, after, _ := strings.Cut(both, block)
		body, _, _ := strings.Cut(after, "\n}\n")
		body = strings.NewReplacer(`"staff"`, `"guests"`, ".staff.", ".guests.", "var.csv", `replace(replace(var.csv, "0001", "C1"), "0002", "C2")`).Replace(body)
		both += block + body + "\n}\n"
	}
	with := func(names string) string {
		at := strings.Index(both, `data "workforce_entra_accounts" "guests"`)
		return both[:at] + strings.Replace(both[at:], "  mapping = local.rules\n", "  mapping = local.rules\n  taken_names = { staff = "+names+" }\n", 1)
	}
	feed := cloudFeed("0001,Ann,Ray,IT,2020-01-01,,,Active", "0002,Bo,Lee,IT,2020-01-01,,,Active")
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: both, ConfigVariables: feed, ExpectError: wordsInOrder("Two people would get the same address", "lee@example.com",
			"taken_names")},
		{Config: with(`"ray@example.com"`), ConfigVariables: feed, ExpectError: wordsInOrder("Invalid names", "staff", "JSON object of worker id by name")},
		{Config: with("data.workforce_entra_accounts.staff.names"), ConfigVariables: feed, ConfigPlanChecks: settledPlan, Check: userCount(s, 4, 0)},
		// Without the argument, what both have already is no trouble: they have different names.
		{Config: both, ConfigVariables: feed, ConfigPlanChecks: settledPlan, Check: enabledUsers(s, map[string]string{
			"ray@example.com": "0001", "lee@example.com": "0002", "ray2@example.com": "C1", "lee2@example.com": "C2"})},
	}})
}

// TestAccAccounts_nullElements: a null among the elements of a list is a plain error that names the argument.
func TestAccAccounts_nullElements(t *testing.T) {
	useTenant(t, graph.Options{})
	var steps []resource.TestStep
	for argument, name := range map[string]string{
		`reserved = { mailNickname = ["root", null] }`: "reserved", `reserved = { mailNickname = null }`: "reserved", `overrides = [null]`: "overrides",
		`taken_names = { "forest a" = null }`: "taken_names",
	} {
		steps = append(steps, resource.TestStep{
			Config:          strings.Replace(cloudPipeline("2026-01-20"), "  mapping = local.rules\n", "  mapping = local.rules\n  "+argument+"\n", 1),
			ConfigVariables: cloudFeed("1,Ann,Ray,IT,2020-01-01,,,Active"), PlanOnly: true, ExpectError: wordsInOrder(name, "null"),
		})
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: steps})
}
