// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"regexp"
	"slices"
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

// groupsLadder makes the leavers of a pipeline lose their groups, and get them back.
var groupsLadder = strings.NewReplacer("retention_days = 30 }", "retention_days = 30, leaver_groups = \"remove\", restore_groups = true }")

// plansGroups expects what a plan says about the groups of worker 0002.
func plansGroups(population, state string) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PostApplyPostRefresh: settledPlan.PostApplyPostRefresh, PreApply: []plancheck.PlanCheck{
		plancheck.ExpectKnownValue(population, tfjsonpath.New("accounts").AtMapKey("0002"), knownvalue.StringRegexp(regexp.MustCompile(`"groups":"`+state+`"`)))}}
}

// reportSays expects words in the report of a data source.
func reportSays(source, words string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(source, tfjsonpath.New("report"), knownvalue.StringRegexp(regexp.MustCompile(words)))
}

// TestAccAD_leaverGroups takes groups from a leaver, loses the state, and gives them back.
func TestAccAD_leaverGroups(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	if err := d.CreateOU(t.Context(), "OU=Leavers,"+ou); err != nil {
		t.Fatal(err)
	}
	people := strings.NewReplacer(",Li,", ",Quill,", "O'Brien", "Quast", "Future", "Quirin")
	csv := func(left string) config.Variables {
		return config.Variables{"csv": config.StringVariable(strings.Replace(people.Replace(pipelineCSV), "2020-01-01,,0001,Active", "2020-01-01,"+left+",0001,Active", 1))}
	}
	cfg := groupsLadder.Replace(withoutExchange(pipelineConfig(ou, "[Dept]", "")))
	join := func(group, member string) {
		mustModify(t, d, fmt.Sprintf("dn: CN=%s,%s\nchangetype: modify\nadd: member\nmember: %s\n", group, ou, member))
	}
	gone := resource.ComposeAggregateTestCheckFunc(holds(d, "quill2", "userAccountControl", "514", "dn", "CN=Wei Quill,OU=Leavers,"+ou, "memberOf", ""))
	remembers := func(n int) resource.TestCheckFunc {
		return func(*terraform.State) error {
			found, err := d.Search(context.Background(), "(sAMAccountName=quill2)", "extensionName")
			if err != nil || len(found) != 1 || strings.Count(strings.Join(found[0].Values("extensionName"), "\n"), "workforce-group:") != n {
				return fmt.Errorf("remembered: %v, %v, expected %d", found, err, n)
			}
			return nil
		}
	}
	memberOf := func(groups ...string) resource.TestCheckFunc {
		return func(*terraform.State) error {
			found, err := d.Search(context.Background(), "(sAMAccountName=quill2)", "memberOf")
			if err != nil || len(found) != 1 || !slices.Equal(slices.Sorted(slices.Values(found[0].Values("memberOf"))), groups) {
				return fmt.Errorf("member of %v, %v, expected %q", found, err, groups)
			}
			return nil
		}
	}
	const source, population = "data.workforce_ad_accounts.staff", "workforce_ad_population.staff"
	left := resource.TestStep{Config: cfg, ConfigVariables: csv("2026-01-14"), ConfigPlanChecks: plansGroups(population, "removed")}
	first := left
	first.PreConfig = func() {
		for _, group := range []string{"Quiz", "Quiet"} {
			mustModify(t, d, fmt.Sprintf("dn: CN=%s,%s\nchangetype: add\nobjectClass: group\nsAMAccountName: %s\n", group, ou, group))
			join(group, "CN=Wei Quill,"+ou)
		}
	}
	first.Check = resource.ComposeAggregateTestCheckFunc(gone, remembers(2))
	first.ConfigStateChecks = []statecheck.StateCheck{reportSays(source, "`groups`: `kept` → `removed` \\(the lifecycle, `worker_lifecycle.leaver_groups`\\)")}
	byHand := left
	byHand.PreConfig = func() { join("Quiet", "CN=Wei Quill,OU=Leavers,"+ou) }
	byHand.Check = first.Check
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cfg, ConfigVariables: csv(""), ConfigPlanChecks: settledPlan},
		first, byHand,
	}})
	// The state is lost: nobody is touched, and the groups are still remembered.
	adopted := left
	adopted.Check = first.Check
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		adopted,
		{Config: cfg, ConfigVariables: csv("2027-12-31"), ConfigPlanChecks: plansGroups(population, "kept"),
			Check:             resource.ComposeAggregateTestCheckFunc(holds(d, "quill2", "userAccountControl", "512", "dn", "CN=Wei Quill,"+ou, "extensionName", ""), memberOf("CN=Quiet,"+ou, "CN=Quiz,"+ou)),
			ConfigStateChecks: []statecheck.StateCheck{reportSays(source, "`groups`: `removed` → `kept`")}},
	}})
}

// TestAccEntra_leaverGroups is the same for users of a tenant, and says what must be configured.
func TestAccEntra_leaverGroups(t *testing.T) {
	s := useTenant(t, graph.Options{})
	csv := func(left string) config.Variables {
		return config.Variables{"csv": config.StringVariable(strings.Replace(pipelineCSV, "2020-01-01,,0001,Active", "2020-01-01,"+left+",0001,Active", 1))}
	}
	cfg := groupsLadder.Replace(cloudPipeline("2026-01-15"))
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cfg, ConfigVariables: csv(""), ExpectError: wordsInOrder("removed_groups_attributes", "extensionAttribute14")},
	}})
	t.Setenv("WORKFORCE_ENTRA_REMOVED_GROUPS_ATTRIBUTES", "onPremisesExtensionAttributes/extensionAttribute14")
	var groups []string
	in := func(want int) resource.TestCheckFunc {
		return func(*terraform.State) error {
			id, n := s.UserID("li2@example.com"), 0
			for _, g := range groups {
				if members, _ := s.Group(g)["members"].([]string); slices.Contains(members, id) {
					n++
				}
			}
			if n != want {
				return fmt.Errorf("the user is in %d groups, expected %d", n, want)
			}
			return nil
		}
	}
	const source, population = "data.workforce_entra_accounts.staff", "workforce_entra_population.staff"
	left := resource.TestStep{Config: cfg, ConfigVariables: csv("2026-01-14"), ConfigPlanChecks: plansGroups(population, "removed"),
		Check: resource.ComposeAggregateTestCheckFunc(userHolds(s, "li2@example.com", "accountEnabled", "false"), in(0))}
	first, byHand := left, left
	first.PreConfig = func() {
		for _, name := range []string{"One", "Two"} {
			id := s.AddGroup(map[string]any{"displayName": name, "securityEnabled": true})
			s.AddMembers(id, s.UserID("li2@example.com"))
			groups = append(groups, id)
		}
	}
	first.ConfigStateChecks = []statecheck.StateCheck{reportSays(source, "`groups`: `kept` → `removed` \\(the lifecycle, `worker_lifecycle.leaver_groups`\\)")}
	byHand.PreConfig = func() { s.AddMembers(groups[0], s.UserID("li2@example.com")) }
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cfg, ConfigVariables: csv(""), ConfigPlanChecks: settledPlan}, first, byHand,
	}})
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		left,
		{Config: cfg, ConfigVariables: csv("2027-12-31"), ConfigPlanChecks: plansGroups(population, "kept"), Check: resource.ComposeAggregateTestCheckFunc(userHolds(s, "li2@example.com", "accountEnabled", "true"), in(2))},
	}})
}
