// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccOnly: one person now. A leaver of the named is disabled, another leaver, a joiner, somebody absent and a mover
// wait; the state and the tenant keep them as they are, and the plan of everybody then does the rest.
func TestAccOnly(t *testing.T) {
	s := useTenant(t, graph.Options{})
	run := func(only string) string {
		return strings.Replace(cloudPipeline("2026-01-15"), "mapping = local.rules\n", "mapping = local.rules\n  only    = "+only+"\n", 1)
	}
	csv := func(text string) config.Variables { return config.Variables{"csv": config.StringVariable(text)} }
	later := strings.NewReplacer("0001,Ada,Li,Sales,2020-01-01,", "0001,Ada,Li,Board,2020-01-01,", "0002,Wei,Li,Sales,2020-01-01,",
		"0002,Wei,Li,Sales,2020-01-01,2026-01-14",
		"0003,Zoë,O'Brien,Board,2020-01-01,,,Active\n",
		"0005,New,Hire,Board,2020-01-01,,,Active\n0006,Old,Hand,Board,2020-01-01,2026-01-10,,Active\n").Replace(pipelineCSV)
	first := pipelineCSV + "0006,Old,Hand,Board,2020-01-01,,,Active\n"
	report := func(want string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.workforce_entra_accounts.staff", tfjsonpath.New("report"),
			knownvalue.StringRegexp(regexp.MustCompile(want)))
	}
	joined := func(there bool) resource.TestCheckFunc {
		return func(*terraform.State) error {
			if u := s.User("hire@example.com"); (u != nil) != there {
				return fmt.Errorf("the joiner is %v", u)
			}
			return nil
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: run("null"), ConfigVariables: csv(first), ConfigPlanChecks: settledPlan},
			{Config: run(`["0002"]`), ConfigVariables: csv(later), ConfigPlanChecks: settledPlan,
				Check: resource.ComposeAggregateTestCheckFunc(userHolds(s, "li2@example.com", "accountEnabled", "false"), userHolds(s,
					"li@example.com", "department", `"Sales"`),
					userHolds(s, "hand@example.com", "accountEnabled", "true"), userHolds(s, "o'brien@example.com", "accountEnabled", "true"),
					joined(false)),
				ConfigStateChecks: []statecheck.StateCheck{report(`^# Identity changes of some people only[^\n]*\n+Nothing of this has happened yet: [^\n]*Partial: this run decides ` +
					`about 1 person only`),
					statecheck.ExpectKnownValue("workforce_entra_population.staff", tfjsonpath.New("accounts"), knownvalue.MapSizeExact(5)),
					statecheck.ExpectKnownValue("data.workforce_entra_accounts.staff", tfjsonpath.New("object_ids"), knownvalue.MapSizeExact(5)),
					statecheck.ExpectKnownValue("data.workforce_entra_accounts.staff", tfjsonpath.New("orphans"), knownvalue.ListSizeExact(0))}},
			{Config: run(`["0002", "9999"]`), ConfigVariables: csv(later),
				ExpectError: regexp.MustCompile(`(?s)worker "9999": is not in the feed, and no\s+account\s+carries\s+the\s+id`)},
			{Config: run(`[]`), ConfigVariables: csv(later), ExpectError: regexp.MustCompile(`at least 1`)},
			{Config: run("null"), ConfigVariables: csv(later), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction("workforce_entra_population.staff", plancheck.ResourceActionUpdate)},
				PostApplyPostRefresh: settledPlan.PostApplyPostRefresh},
				Check: resource.ComposeAggregateTestCheckFunc(userHolds(s, "hand@example.com", "accountEnabled", "false"), joined(true)),
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue("data.workforce_entra_accounts.staff", tfjsonpath.New("leavers"),
					knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("0006")}))}},
		},
	})
}
