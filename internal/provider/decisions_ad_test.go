// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/samba"
)

// Decisions about leavers and people who return, from the file to the domain: the directory
// knows since when accounts are disabled, so that these runs are in the present and later.

// inDays is a day as HR writes it.
func inDays(n int) string { return time.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly) }

// nightly is the pipeline with every rung of the ladder, as of a number of days from now, without the
// document of one worker.
func nightly(ou string, days int, without string) string {
	cfg := groupsLadder.Replace(withoutExchange(pipelineConfig(ou, "[Dept]", "")))
	return strings.NewReplacer(`"2026-01-15"`, fmt.Sprintf("%q", inDays(days)), "retention_days = 30,", `retention_days = 30, leaver_attributes = { description = { constant = "left" } },`,
		"accounts = data.workforce_ad_accounts.staff.accounts", fmt.Sprintf("accounts = { for id, a in data.workforce_ad_accounts.staff.accounts : id => a if id != %q }", without)).Replace(cfg)
}

// staffCSV is a feed of people called by a prefix and their number; changed gives the hire date, the end, the status
// and the department of those who are not like everybody.
func staffCSV(prefix string, n int, changed map[int]string) config.Variables {
	var b strings.Builder
	b.WriteString("ID,First,Last,Hired,Left,Status,Dept,Boss\n")
	for i := 1; i <= n; i++ {
		rest := changed[i]
		if rest == "" {
			rest = "2020-01-01,,Active,Sales"
		}
		boss := ""
		if i > 1 {
			boss = prefix + "1"
		}
		fmt.Fprintf(&b, "%s%d,F,%s%d,%s,%s\n", prefix, i, prefix, i, rest, boss)
	}
	return config.Variables{"csv": config.StringVariable(b.String())}
}

// gone checks that an account was deleted.
func gone(d *samba.Domain, login string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if left, err := d.Search(context.Background(), "(sAMAccountName="+login+")", "cn"); err != nil || len(left) > 0 {
			return fmt.Errorf("%s: %d accounts are there, %v", login, len(left), err)
		}
		return nil
	}
}

// listsOf expects worker ids in lists of the decisions.
func listsOf(lists map[string][]string) (checks []statecheck.StateCheck) {
	for name, ids := range lists {
		want := []knownvalue.Check{}
		for _, id := range ids {
			want = append(want, knownvalue.StringExact(id))
		}
		checks = append(checks, statecheck.ExpectKnownValue("data.workforce_ad_accounts.staff", tfjsonpath.New(name), knownvalue.ListExact(want)))
	}
	return checks
}

// TestAccAD_leaversToldLate: HR tells of leavers 17 months and 50 days late, every rung that is due is taken
// in one run, and the directory's own record says when an account may be deleted. One that
// cannot be deleted keeps nobody else enabled.
func TestAccAD_leaversToldLate(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	leavers := "OU=Leavers," + ou
	if err := d.CreateOU(t.Context(), leavers); err != nil {
		t.Fatal(err)
	}
	if err := d.CreateUser(t.Context(), "CN=F late1,"+ou, "Passw0rd-of-tests", map[string][]string{"sAMAccountName": {"late1"}, "employeeID": {"late1"}}); err != nil {
		t.Fatal(err)
	}
	group := func(member string) {
		mustModify(t, d, fmt.Sprintf("dn: CN=Late-vpn,%s\nchangetype: add\nobjectClass: group\nsAMAccountName: Late-vpn\nmember: %s\n", ou, member))
	}
	left := "2020-01-01,%s,Active,Sales"
	changed := map[int]string{1: fmt.Sprintf("2020-01-01,%s,Terminated,Sales", inDays(-520))}
	ended := func(login string) resource.TestCheckFunc {
		return holds(d, login, "userAccountControl", "514", "dn", "CN=F "+login+","+leavers, "memberOf", "", "description", "left")
	}
	first := staffCSV("late", 7, changed)
	changed[2], changed[3] = fmt.Sprintf(left, inDays(-50)), fmt.Sprintf(left, inDays(-1))
	second := staffCSV("late", 8, changed)
	changed[4] = fmt.Sprintf(left, inDays(30))
	// The state has the documents that delete until the next refresh, and the testing framework plans without one:
	// something that always changes lets it.
	const always = "resource \"terraform_data\" \"always\" { input = timestamp() }\n"
	deletedOnly := resource.ConfigPlanChecks{PostApplyPostRefresh: settledPlan.PostApplyPostRefresh, PreApply: []plancheck.PlanCheck{
		plancheck.ExpectResourceAction("workforce_ad_population.staff", plancheck.ResourceActionNoop)}}
	var ahead atomic.Int64
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: daysAhead(&ahead), Steps: []resource.TestStep{
		{Config: nightly(ou, 0, ""), ConfigVariables: first, ConfigPlanChecks: settledPlan, Check: resource.ComposeAggregateTestCheckFunc(ended("late1"), holds(d, "late2", "userAccountControl", "512"))},
		{PreConfig: func() { group("CN=F late2," + ou) }, Config: nightly(ou, 0, ""), ConfigVariables: second, ConfigPlanChecks: settledPlan,
			Check:             resource.ComposeAggregateTestCheckFunc(ended("late2"), ended("late3"), holds(d, "late8", "userAccountControl", "512")),
			ConfigStateChecks: listsOf(map[string][]string{"leavers": {"late2", "late3"}, "joiners": {"late8"}})},
		{PreConfig: func() {
			ahead.Store(31)
			mustModify(t, d, "dn: CN=Below,CN=F late2,"+leavers+"\nchangetype: add\nobjectClass: nTFRSSubscriptions\n")
		}, Config: nightly(ou, 31, "") + always, ConfigVariables: staffCSV("late", 8, changed), ExpectNonEmptyPlan: true,
			Check: resource.ComposeAggregateTestCheckFunc(gone(d, "late1"), ended("late2"), gone(d, "late3"), ended("late4")), ConfigStateChecks: listsOf(map[string][]string{"set_aside": {"late2"}})},
		{Config: nightly(ou, 31, ""), ConfigVariables: staffCSV("late", 8, changed), ConfigPlanChecks: deletedOnly},
		{PreConfig: func() { mustDelete(t, d, "CN=Below,CN=F late2,"+leavers) }, Config: nightly(ou, 31, "") + always, ConfigVariables: staffCSV("late", 8, changed), ExpectNonEmptyPlan: true, Check: gone(d, "late2")},
	}})
}

// TestAccAD_whoComesBack: who is hired again today, who was filtered out of the configuration, and whose
// column of ends came empty. Only what explains itself is enabled.
func TestAccAD_whoComesBack(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	if err := d.CreateOU(t.Context(), "OU=Leavers,"+ou); err != nil {
		t.Fatal(err)
	}
	yesterday := fmt.Sprintf("2020-01-01,%s,Active,Sales", inDays(-1))
	out := staffCSV("back", 7, map[int]string{2: yesterday, 3: yesterday})
	back := staffCSV("back", 7, map[int]string{2: inDays(0) + ",,Active,Sales", 5: "2020-01-01,,Active,Board"})
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: nightly(ou, 0, ""), ConfigVariables: staffCSV("back", 7, nil), ConfigPlanChecks: settledPlan},
		{Config: nightly(ou, 0, "back4"), ConfigVariables: out, ConfigPlanChecks: settledPlan, Check: resource.ComposeAggregateTestCheckFunc(
			holds(d, "back2", "userAccountControl", "514", "description", "left"), holds(d, "back3", "userAccountControl", "514"), holds(d, "back4", "userAccountControl", "514"))},
		{PreConfig: func() {
			mustModify(t, d, "dn: CN=F back5,"+ou+"\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 514\n")
		}, Config: nightly(ou, 0, ""), ConfigVariables: back, ConfigPlanChecks: settledPlan,
			ConfigStateChecks: listsOf(map[string][]string{"rehires": {"back2"}, "kept_disabled": {"back3", "back5"}}),
			Check: resource.ComposeAggregateTestCheckFunc(
				holds(d, "back2", "userAccountControl", "512", "description", "", "dn", "CN=F back2,"+ou), holds(d, "back3", "userAccountControl", "514"),
				holds(d, "back4", "userAccountControl", "512"), holds(d, "back5", "userAccountControl", "514", "department", "Board"))},
		// Nobody is left by the filter, and nobody is disabled.
		{Config: strings.Replace(nightly(ou, 0, ""), `if id != ""`, "if false", 1), ConfigVariables: back, ExpectError: wordsInOrder("Too many accounts", "7 of 7 accounts", "max_removals")},
	}})
}
