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
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccEntraLicenses: people get the licenses of a rule, movers others, leavers keep them or lose them as the rules say, and
// who gets no unit has the account without it.
func TestAccEntraLicenses(t *testing.T) {
	licenses := graph.DefaultLicenses() // of AAD_PREMIUM there are two
	s := useTenant(t, graph.Options{Licenses: licenses})
	rules := func(leavers string) string {
		text := strings.Replace(cloudPipeline("2026-01-15"), "    usageLocation     =",
			"    assignedLicenses  = { expression = \"IIF([Dept]=\\\"IT\\\", \\\"AAD_PREMIUM\\\", \\\"SPE_E3 without TEAMS1\\\")\" }\n    "+
				"usageLocation     =", 1)
		return strings.Replace(text, "retention_days = 30", "retention_days = 30\n    "+leavers, 1)
	}
	people := func(dept ...string) config.Variables {
		csv := "ID,First,Last,Dept,Hired,Left,Boss,Status\n"
		for i, d := range dept {
			left := ""
			if strings.HasSuffix(d, "!") {
				d, left = d[:len(d)-1], "2026-01-10"
			}
			csv += fmt.Sprintf("%d,P%d,L%d,%s,2020-01-01,%s,,Active\n", i+1, i+1, i+1, d, left)
		}
		return config.Variables{"csv": config.StringVariable(csv)}
	}
	has := func(person int, want ...string) resource.TestCheckFunc {
		return func(*terraform.State) error {
			var got []string
			u := s.User(fmt.Sprintf("l%d@example.com", person))
			held, _ := u["assignedLicenses"].([]any)
			for _, v := range held {
				one, _ := v.(map[string]any)
				off, _ := one["disabledPlans"].([]any)
				for _, l := range licenses {
					if l.ID == one["skuId"] {
						got = append(got, fmt.Sprintf("%s-%d", l.PartNumber, len(off)))
					}
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				return fmt.Errorf("person %d has %v, expected %v", person, got, want)
			}
			return nil
		}
	}
	report := func(text string) []statecheck.StateCheck { // and nobody is set aside
		const accounts = "data.workforce_entra_accounts.staff"
		return []statecheck.StateCheck{
			statecheck.ExpectKnownValue(accounts, tfjsonpath.New("set_aside"), knownvalue.ListExact(nil)),
			statecheck.ExpectKnownValue(accounts, tfjsonpath.New("report"), knownvalue.StringRegexp(regexp.MustCompile(text)))}
	}
	all := resource.ComposeAggregateTestCheckFunc
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			// Three are to get one of two units: the last one has the account without it.
			{Config: rules(""), ConfigVariables: people("IT", "Sales", "IT", "IT"), ConfigPlanChecks: settledPlan,
				ConfigStateChecks: report(`(?s)no unit of the license AAD.{1,2}PREMIUM is left.*4.*without it`),
				Check: all(has(1, "AAD_PREMIUM-0"), has(2, "SPE_E3-1"), has(3, "AAD_PREMIUM-0"), has(4),
					userHolds(s, "l4@example.com", "accountEnabled", "true"))},
			// A mover exchanges the license; one that somebody else assigned stays, and the unit is free for who waited.
			{PreConfig: func() {
				s.AssignLicense("l2@example.com", licenses[1].ID)
				s.RemoveLicense("l2@example.com", licenses[1].ID)
			},
				Config: rules(""), ConfigVariables: people("Sales", "Sales", "IT", "Sales"), ConfigPlanChecks: settledPlan,
				ConfigStateChecks: report("^# Identity"),
				Check:             all(has(1, "SPE_E3-1"), has(3, "AAD_PREMIUM-0"), has(4, "SPE_E3-1"))},
			// A leaver keeps the license unless the rules for leavers take it away.
			{Config: rules(""), ConfigVariables: people("Sales", "Sales", "IT!", "Sales"), ConfigPlanChecks: settledPlan,
				Check: all(has(3, "AAD_PREMIUM-0"), userHolds(s, "l3@example.com", "accountEnabled", "false"))},
			{Config: rules("leaver_attributes = { assignedLicenses = { expression = \"\\\"\\\"\", when_null = \"clear\" } }"),
				ConfigVariables: people("Sales", "Sales", "IT!", "Sales"), ConfigPlanChecks: settledPlan, Check: has(3)},
			// What somebody takes away by hand comes back.
			{PreConfig: func() { s.RemoveLicense("l1@example.com", licenses[0].ID) }, Config: rules(""),
				ConfigVariables: people("Sales", "Sales", "IT!", "Sales"), ConfigPlanChecks: settledPlan, Check: has(1, "SPE_E3-1")},
		},
	})
}
