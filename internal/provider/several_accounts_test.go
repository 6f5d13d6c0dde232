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
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// pageOf checks what a report says, in this order.
func pageOf(target string, parts ...string) []statecheck.StateCheck {
	pattern := "(?s)^# Identity changes.*" + strings.Join(parts, ".*") + ".*"
	return []statecheck.StateCheck{statecheck.ExpectKnownValue("data.workforce_"+target+"_accounts.staff", tfjsonpath.New("report"),
		knownvalue.StringRegexp(regexp.MustCompile(pattern)))}
}

const stillIn = "can still sign in with accounts of which nobody said"

// nobodyStillIn checks that no leaver can still sign in, by the report.
func nobodyStillIn(target string) []statecheck.StateCheck {
	return []statecheck.StateCheck{statecheck.ExpectKnownValue("data.workforce_"+target+"_accounts.staff", tfjsonpath.New("report"),
		knownvalue.StringFunc(func(report string) error {
			if strings.Contains(report, stillIn) {
				return fmt.Errorf("the report asks about leavers who can still sign in:\n%s", report)
			}
			return nil
		}))}
}

// TestAccEntra_leaverOfSeveralAccounts: a second account with the worker id appears on the day on which somebody leaves. The account that
// was managed loses access, the other is the first question until somebody acts on it, and nobody is enabled by it when the worker returns.
func TestAccEntra_leaverOfSeveralAccounts(t *testing.T) {
	s := useTenant(t, graph.Options{})
	cfg := cloudPipeline("2026-01-20")
	feed := func(rest string) config.Variables {
		return cloudFeed("0001,Ann,Ray,IT,2020-01-01,,,Active", "0002,Bo,Lee,IT,"+rest, "0003,Cy,Kay,IT,2020-01-01,,0001,Active")
	}
	working, gone, back := feed("2020-01-01,,0001,Active"), feed("2020-01-01,2026-01-10,0001,Active"), feed("2027-01-15,,0001,Active")
	first := s.AddUser(map[string]any{"userPrincipalName": "lee@example.com", "displayName": "Bo Lee", "mailNickname": "lee",
		"employeeId": "0002", "accountEnabled": true})
	second := ""
	add := func() {
		second = s.AddUser(map[string]any{"userPrincipalName": "old.lee@example.com", "displayName": "Bo Lee (old)", "mailNickname": "old.lee",
			"employeeId": "0002", "accountEnabled": true})
	}
	later := strings.NewReplacer("2026-01-20", "2027-02-01") // hired again after the account was disabled
	linked := strings.Replace(cfg, "  as_of   =", fmt.Sprintf("  links   = { \"0002\" = %q }\n  as_of   =", first), 1)
	in := func(people ...string) resource.TestCheckFunc {
		want := map[string]string{"ray@example.com": "0001", "kay@example.com": "0003"}
		for _, upn := range people {
			want[upn] = "0002"
		}
		return enabledUsers(s, want)
	}
	step := func(cfg string, feed config.Variables, check resource.TestCheckFunc, report []statecheck.StateCheck) resource.TestStep {
		return resource.TestStep{Config: cfg, ConfigVariables: feed, Check: check, ConfigStateChecks: report, ConfigPlanChecks: settledPlan}
	}
	onPage := pageOf("entra", stillIn, "Bo Lee", "old.lee@example.com")
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		step(cfg, working, in("lee@example.com"), nobodyStillIn("entra")),
		{PreConfig: add, Config: cfg, ConfigVariables: gone, Check: in("old.lee@example.com"), ConfigPlanChecks: settledPlan},
		step(cfg, gone, in("old.lee@example.com"), onPage),
		// The worker returns: whose the accounts are is not clear, and none is enabled or taken.
		step(later.Replace(cfg), back, in("old.lee@example.com"), pageOf("entra", "Bo Lee", "lee@example.com", "disabled since")),
		step(cfg, gone, in("old.lee@example.com"), onPage),
		// One is linked: it goes along the ladder, and the other is still asked about.
		step(linked, gone, in("old.lee@example.com"), onPage),
		{PreConfig: func() { s.Update(second, map[string]any{"accountEnabled": false}) }, Config: linked, ConfigVariables: gone, Check: in(),
			ConfigStateChecks: nobodyStillIn("entra"), ConfigPlanChecks: settledPlan},
		step(later.Replace(linked), back, in("lee@example.com"), nobodyStillIn("entra")),
	}})
}

// TestAccAD_leaverOfSeveralAccounts: the same in Active Directory, for somebody whose second account appears on the last day, and for
// somebody of whose two accounts none is managed.
func TestAccAD_leaverOfSeveralAccounts(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	if err := d.CreateOU(t.Context(), "OU=Leavers,"+ou); err != nil {
		t.Fatal(err)
	}
	add := func(name, id string) {
		attributes := map[string][]string{"sAMAccountName": {name}, "employeeID": {id}}
		if err := d.CreateUser(t.Context(), "CN="+name+","+ou, "Passw0rd-of-tests", attributes); err != nil {
			t.Error(err)
		}
	}
	add("open-b", "open3")
	add("open-c", "open3")
	left := fmt.Sprintf("2020-01-01,%s,Active,Sales", inDays(-1))
	cfg, gone := nightly(ou, 0, ""), staffCSV("open", 7, map[int]string{2: left, 3: left})
	can := func(names ...string) resource.TestCheckFunc {
		var checks []resource.TestCheckFunc
		for _, name := range names {
			login, control, _ := strings.Cut(name, " ")
			checks = append(checks, holds(d, login, "userAccountControl", control))
		}
		return resource.ComposeAggregateTestCheckFunc(checks...)
	}
	onPage := pageOf("ad", "2 people have left and "+stillIn, "open-a", "open-b", "open-c")
	aside := listsOf(map[string][]string{"set_aside": {"open2", "open3"}, "leavers": {}})
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cfg, ConfigVariables: staffCSV("open", 7, nil), ConfigPlanChecks: settledPlan, ConfigStateChecks: nobodyStillIn("ad"),
			Check: can("open2 512", "open-b 512", "open-c 512")},
		{PreConfig: func() { add("open-a", "open2") }, Config: cfg, ConfigVariables: gone, ConfigPlanChecks: settledPlan,
			Check: can("open2 514", "open-a 512", "open-b 512", "open-c 512", "open1 512"), ConfigStateChecks: aside},
		{Config: cfg, ConfigVariables: gone, ConfigPlanChecks: settledPlan, ConfigStateChecks: append(onPage, aside...),
			Check: can("open2 514", "open-a 512", "open-b 512", "open-c 512")},
		{PreConfig: func() {
			for _, name := range []string{"open-a", "open-b", "open-c"} {
				mustModify(t, d, "dn: CN="+name+","+ou+"\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 514\n")
			}
		}, Config: cfg, ConfigVariables: gone, ConfigPlanChecks: settledPlan, ConfigStateChecks: append(nobodyStillIn("ad"), aside...)},
	}})
}
