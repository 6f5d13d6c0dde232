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
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// overrideConfig is an override with the arguments given.
func overrideConfig(name, arguments string) string {
	return fmt.Sprintf("resource \"workforce_override\" %q {\n%s\n  reason = \"Legal, case 7\"\n}\n", name, arguments)
}

func TestAccOverride_activeDirectory(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	for _, name := range []string{"Leavers", "Suspended"} {
		if err := d.CreateOU(t.Context(), "OU="+name+","+ou); err != nil {
			t.Fatal(err)
		}
	}
	csv := config.Variables{"csv": config.StringVariable(strings.NewReplacer(",Li,", ",Diaz,", "O'Brien", "Moreau", "Future", "Soon").Replace(pipelineCSV))} // names that the deleted hold are no other test's
	const uses = "overrides = local.overrides"
	locals := func(list string) string { return "locals { overrides = [" + list + "] }\n" }
	base := withoutExchange(pipelineConfig(ou, "[Dept]", uses))
	now := overrideConfig("now", "  worker_ids = [\"0001\"]\n  enabled = false\n  container = \"OU=Suspended,"+ou+"\"\n  expires = \"2026-01-31\"")
	acting := overrideConfig("acting", "  worker_ids = [\"0002\"]\n  attributes = { department = \"Board\", manager = \"\" }\n  expires = \"2026-01-31\"")
	report := func(parts string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.workforce_ad_accounts.staff", tfjsonpath.New("report"), knownvalue.StringRegexp(regexp.MustCompile("(?s)"+parts)))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: base + locals(""), ConfigVariables: csv, ConfigPlanChecks: settledPlan, Check: holds(d, "diaz", "userAccountControl", "512")},
			// One plan creates the override and shows what it does.
			{Config: base + locals("workforce_override.now.json, workforce_override.acting.json") + now + acting, ConfigVariables: csv,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue("workforce_ad_population.staff", tfjsonpath.New("accounts").AtMapKey("0001"), knownvalue.StringRegexp(regexp.MustCompile(`"enabled":false`))),
				}, PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
				Check: resource.ComposeAggregateTestCheckFunc(holds(d, "diaz", "userAccountControl", "514", "dn", "CN=Ada Diaz,OU=Suspended,"+ou), holds(d, "diaz2", "department", "Board", "manager", "")),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.workforce_ad_accounts.staff", tfjsonpath.New("overridden"), knownvalue.ListSizeExact(2)),
					report("Overrides.*1 account is disabled by an override.*in force"),
				}},
			// Expired: ignored.
			{Config: base + locals("workforce_override.now.json") + strings.Replace(now, "2026-01-31", "2026-01-14", 1), ConfigVariables: csv, ConfigPlanChecks: settledPlan,
				Check: resource.ComposeAggregateTestCheckFunc(holds(d, "diaz", "userAccountControl", "512", "dn", "CN=Ada Diaz,"+ou), holds(d, "diaz2", "department", "Sales", "manager", "CN=Ada Diaz,"+ou)),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.workforce_ad_accounts.staff", tfjsonpath.New("overridden"), knownvalue.ListSizeExact(0)), report("expired, ignored"),
				}},
			// Held: nothing happens to somebody whom HR moves and lets go.
			{Config: base + locals("workforce_override.held.json") + overrideConfig("held",
				"  worker_ids = [\"0002\"]\n  hold = true\n  expires = \"2026-01-31\""),
				ConfigVariables: config.Variables{"csv": config.StringVariable(strings.NewReplacer(",Li,", ",Diaz,", "O'Brien", "Moreau", "Future",
					"Soon",
					"0002,Wei,Li,Sales,2020-01-01,,", "0002,Wei,Diaz,Legal,2020-01-01,2026-01-10,").Replace(pipelineCSV))},
				ConfigPlanChecks:  settledPlan,
				ConfigStateChecks: []statecheck.StateCheck{report("held by an override: everything stays as it is \\| 1 \\|")},
				Check:             holds(d, "diaz2", "userAccountControl", "512", "department", "Sales", "dn", "CN=Wei Diaz,"+ou)},
			// Caught up, and about somebody nobody knows.
			{Config: base + locals("workforce_override.now.json") + overrideConfig("now", "  worker_ids = [\"0004\", \"9999\"]\n  enabled = false\n  expires = \"2026-01-31\""), ConfigVariables: csv,
				ConfigStateChecks: []statecheck.StateCheck{report("no worker in the feed has that id.*it can go.*nobody to act on")}},
			{Config: base + locals("workforce_override.now.json") + overrideConfig("now", "  worker_ids = [\"0001\"]\n  attributes = { title = \"x\" }\n  expires = \"2026-01-31\""), ConfigVariables: csv,
				ExpectError: wordsInOrder("overrides cannot be followed", "title", "no rule")},
			{Config: base + locals("workforce_override.now.json") + overrideConfig("now",
				"  worker_ids = [\"0001\"]\n  expires = \"2026-01-31\""), ConfigVariables: csv, ExpectError: wordsInOrder("The override changes " +
				"nothing")},
			{Config: base + locals("workforce_override.now.json") + overrideConfig("now", "  worker_ids = [\"0001\"]\n enabled = false\n  expires = \"31.1.2026\""), ConfigVariables: csv, ExpectError: wordsInOrder("31.1.2026", "YYYY-MM-DD")},
			{Config: base + locals("\"x\""), ConfigVariables: csv, ExpectError: wordsInOrder("Invalid override", "workforce_override")},
		},
	})
}

func TestAccOverride_entra(t *testing.T) {
	s := useTenant(t, graph.Options{})
	csv := config.Variables{"csv": config.StringVariable(pipelineCSV)}
	base := strings.Replace(cloudPipeline("2026-01-15"), "mapping = local.rules", "mapping = local.rules\n  overrides = local.overrides", 1)
	now := overrideConfig("now", "  worker_ids = [\"0001\"]\n  enabled = false\n  attributes = { usageLocation = \"FR\" }\n  expires = \"2026-01-31\"")
	held := "locals { overrides = [workforce_override.held.json] }\n" + overrideConfig("held", "  worker_ids = [\"0001\"]\n  hold = true\n  expires = \"2026-01-31\"")
	gone := config.Variables{"csv": config.StringVariable(strings.NewReplacer("0001,Ada,Li,Sales,2020-01-01,,", "0001,Ada,Li,Legal,2020-01-01,2026-01-10,", ",Board,", ",Board2,").Replace(pipelineCSV))}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: base + "locals { overrides = null }\n", ConfigVariables: csv, ConfigPlanChecks: settledPlan},
			{Config: base + "locals { overrides = [workforce_override.now.json] }\n" + now, ConfigVariables: csv, ConfigPlanChecks: settledPlan,
				Check: resource.ComposeAggregateTestCheckFunc(userHolds(s, "li@example.com", "accountEnabled", "false", "usageLocation", `"FR"`), calls(s, "POST /users/{id}/revokeSignInSessions", 1))},
			{Config: base + "locals { overrides = [] }\n", ConfigVariables: csv, ConfigPlanChecks: settledPlan, Check: userHolds(s, "li@example.com", "accountEnabled", "true", "usageLocation", `"DE"`)},
			// Held: the leaver keeps the account as it is while everybody else goes on, until the hold ends.
			{Config: base + held, ConfigVariables: gone, ConfigPlanChecks: settledPlan, ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.workforce_entra_accounts.staff", tfjsonpath.New("report"), knownvalue.StringRegexp(regexp.MustCompile(`(?s)\| held by an override: everything stays as it is \| 1 \|`))),
			}, Check: resource.ComposeAggregateTestCheckFunc(userHolds(s, "li@example.com", "accountEnabled", "true", "department", `"Sales"`), userHolds(s, "o'brien@example.com", "department", `"Board2"`))},
			{Config: base + "locals { overrides = [] }\n", ConfigVariables: gone, ConfigPlanChecks: settledPlan, Check: userHolds(s, "li@example.com", "accountEnabled", "false")},
			{Config: base + strings.Replace(held, "hold =", "enabled = true\n  hold =", 1), ConfigVariables: csv, ExpectError: wordsInOrder("hold leaves everything as it is", "give it alone")},
			{Config: base + "locals { overrides = [workforce_override.now.json] }\n" + strings.Replace(now, "attributes =", "container = \"OU=x,DC=y\"\n attributes =", 1), ConfigVariables: csv, ExpectError: wordsInOrder("this target has no containers")},
		},
	})
}
