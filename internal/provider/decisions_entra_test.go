// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
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

// cloudFeed writes a file for cloudPipeline: a line for each worker, as
// "id,first,last,department,hired,left,manager,status".
func cloudFeed(lines ...string) config.Variables {
	return config.Variables{"csv": config.StringVariable("ID,First,Last,Dept,Hired,Left,Boss,Status\n" + strings.Join(lines, "\n") + "\n")}
}

// enabledUsers checks who can sign in: pairs of name and worker id, in any order.
func enabledUsers(s *graph.Server, want map[string]string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		have := map[string]string{}
		for _, u := range s.Users() {
			if u["accountEnabled"] == true {
				have[fmt.Sprint(u["userPrincipalName"])] = fmt.Sprint(u["employeeId"])
			}
		}
		if fmt.Sprint(have) != fmt.Sprint(want) {
			return fmt.Errorf("those who can sign in are %v, expected %v", have, want)
		}
		return nil
	}
}

// TestAccEntraPipeline_namesChangeHands: a joiner gets the name that somebody gives up in
// the same run, and names go round among several people. Nobody else has to wait for that.
func TestAccEntraPipeline_namesChangeHands(t *testing.T) {
	s := useTenant(t, graph.Options{})
	rules := strings.NewReplacer(
		`Counter())))" }`, `Counter())))", apply = "always" }`,
		`Counter(), \"@example.com\")))" }`, `Counter(), \"@example.com\")))", apply = "always" }`,
	).Replace(cloudPipeline("2026-01-20"))
	const ray, leaver = "1,Ann,Ray,IT,2020-01-01,,,Active", "3,Eve,Zoe,IT,2020-01-01,%s,1,Active"
	step := func(people map[string]string, lines ...string) resource.TestStep {
		return resource.TestStep{Config: rules, ConfigVariables: cloudFeed(lines...), Check: enabledUsers(s, people), ConfigPlanChecks: settledPlan}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		step(map[string]string{"ray@example.com": "1", "lee@example.com": "2", "zoe@example.com": "3"}, ray, "2,Bo,Lee,IT,2020-01-01,,1,Active", fmt.Sprintf(leaver, "")),
		step(map[string]string{"kay@example.com": "1", "lee@example.com": "2", "ray@example.com": "4"},
			"1,Ann,Kay,IT,2020-01-01,,,Active", "2,Bo,Lee,IT,2020-01-01,,1,Active", fmt.Sprintf(leaver, "2026-01-15"), "4,Tim,Ray,IT,2020-01-01,,1,Active"),
		step(map[string]string{"ray@example.com": "1", "kay@example.com": "2", "lee@example.com": "4", "zoe2@example.com": "5"},
			ray, "2,Bo,Kay,IT,2020-01-01,,1,Active", fmt.Sprintf(leaver, "2026-01-15"), "4,Tim,Lee,IT,2020-01-01,,1,Active", "5,Joe,Zoe,IT,2020-01-01,,1,Active"),
	}})
}

// TestAccEntraPipeline_wordsOfAFile: a word that nobody knows keeps what is there and gives
// nothing, an end that is over decides whatever the word is, and the advice of the error works.
func TestAccEntraPipeline_wordsOfAFile(t *testing.T) {
	s := useTenant(t, graph.Options{})
	file := filepath.Join(t.TempDir(), "staff.csv")
	rules := strings.Replace(cloudPipeline("2026-01-20"), "content = var.csv", fmt.Sprintf("path = %q", file), 1)
	rules = strings.Replace(rules, "variable \"csv\" { type = string }\n", "", 1)
	write := func(words ...string) func() {
		lines := "ID,First,Last,Dept,Hired,Left,Boss,Status\n"
		for i, word := range words {
			word, end, _ := strings.Cut(word, "|")
			boss := map[bool]string{true: "1"}[i > 0]
			lines += fmt.Sprintf("%d,F%d,L%d,IT,2020-01-01,%s,%s,%s\n", i+1, i+1, i+1, end, boss, word)
		}
		return func() {
			if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
				t.Error(err)
			}
		}
	}
	aside := func(ids ...string) []statecheck.StateCheck {
		checks := make([]knownvalue.Check, len(ids))
		for i, id := range ids {
			checks[i] = knownvalue.StringExact(id)
		}
		return []statecheck.StateCheck{statecheck.ExpectKnownValue("data.workforce_entra_accounts.staff", tfjsonpath.New("set_aside"), knownvalue.ListExact(checks))}
	}
	words := write("Active|2099-12-31", "Terminatd", "Terminatd|2026-01-10", "Terminated", "Inaktiv")
	stop := strings.Replace(rules, "  as_of   =", "  on_problem = \"stop\"\n  as_of   =", 1)
	listed := strings.Replace(stop, "retention_days = 30", "retention_days = 30, inactive_statuses = [\"Terminatd\"]", 1)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{PreConfig: write("Active|2099-12-31", "Active", "Active", "Active"), Config: rules, ConfigPlanChecks: settledPlan,
			Check: enabledUsers(s, map[string]string{"l1@example.com": "1", "l2@example.com": "2", "l3@example.com": "3", "l4@example.com": "4"})},
		{PreConfig: words, Config: rules, ConfigPlanChecks: settledPlan, ConfigStateChecks: aside("2"),
			Check: enabledUsers(s, map[string]string{"l1@example.com": "1", "l2@example.com": "2"})},
		{PreConfig: words, Config: stop, ExpectError: wordsInOrder("nobody knows what the status words", "inactive_statuses", `worker "2": status: found "Terminatd"`)},
		{PreConfig: words, Config: listed, ConfigPlanChecks: settledPlan, ConfigStateChecks: aside(), Check: enabledUsers(s, map[string]string{"l1@example.com": "1"})},
	}})
}

// TestAccEntraPipeline_unreadableDates: a date that cannot be read stops nobody but its worker, and
// keeps no leaver in; a file in another format stops everything.
func TestAccEntraPipeline_unreadableDates(t *testing.T) {
	s := useTenant(t, graph.Options{})
	file := filepath.Join(t.TempDir(), "staff.csv")
	rules := strings.Replace(cloudPipeline("2026-01-20"), "content = var.csv", fmt.Sprintf("path = %q", file), 1)
	rules = strings.Replace(rules, "variable \"csv\" { type = string }\n", "", 1)
	write := func(lines ...string) func() {
		text := "ID,First,Last,Dept,Hired,Left,Boss,Status\n" + strings.Join(lines, "\n") + "\n"
		return func() {
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Error(err)
			}
		}
	}
	fine := []string{"1,Ada,Kay,IT,2020-01-01,,,Active", "2,Bo,Lee,IT,2020-01-01,,1,Active", "3,Cy,Ray,IT,2020-01-01,,1,Active"}
	odd := []string{fine[0], "2,Bo,Lee,Ops,2020-01-01,31.02.2026,1,Active", "3,Cy,Ray,IT,01.13.2020,,1,Terminated", "4,Di,Zoe,IT,2020-01-01,,1,Active"}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{PreConfig: write(fine...), Config: rules, ConfigPlanChecks: settledPlan,
			Check: enabledUsers(s, map[string]string{"kay@example.com": "1", "lee@example.com": "2", "ray@example.com": "3"})},
		{PreConfig: write(odd...), Config: rules, ConfigPlanChecks: settledPlan,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.workforce_entra_accounts.staff", tfjsonpath.New("set_aside"), knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("2"), knownvalue.StringExact("3")})),
				statecheck.ExpectKnownValue("data.workforce_entra_accounts.staff", tfjsonpath.New("report"), knownvalue.StringRegexp(wordsInOrder("Set aside", `row 3`, `column "Left"`, "31.02.2026"))),
			},
			Check: enabledUsers(s, map[string]string{"kay@example.com": "1", "lee@example.com": "2", "zoe@example.com": "4"})},
		{PreConfig: write(fine[0], "2,Bo,Lee,IT,2020-01-01,31.01.2026,1,Active", "3,Cy,Ray,IT,2020-01-01,28.02.2026,1,Active"), Config: rules,
			ExpectError: wordsInOrder("2 problems in 3 records", `column "Left", worker "2"`, "date_formats")},
	}})
}
