// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccEntraPipeline_values: a value that the directory would refuse, or a mail address that somebody
// else has, sets one person aside, and everybody else gets their account.
func TestAccEntraPipeline_values(t *testing.T) {
	s := useTenant(t, graph.Options{})
	s.AddUser(map[string]any{"userPrincipalName": "boss@example.com", "displayName": "Boss", "mailNickname": "boss",
		"mail": "chief@example.com"})
	s.Update("boss@example.com", map[string]any{"mail": "boss@example.com"}) // the former address stays a secondary one
	rules := strings.Replace(cloudPipeline("2026-01-20"), `usageLocation     = { constant = "DE" }`,
		`usageLocation     = { source = "Dept" }
    mail              = { source = "First" }
    ageGroup          = { source = "Boss" }`, 1)
	rules = strings.NewReplacer(`    department        = { source = "Dept", when_null = "clear" }`+"\n", "", `, manager_id = "Boss"`,
		"", `    manager           = { source = "manager_id", when_null = "clear" }`+"\n", "").Replace(rules)
	aside := []knownvalue.Check{}
	lines := []string{"1,ann@example.com,Ray,DE,2020-01-01,,Adult,Active"}
	for i, line := range []string{"bo@example.com,Lee,UK,2020-01-01,,Adult,Active", "chief@example.com,Kay,DE,2020-01-01,,Adult,Active",
		"tim@example.com,Zoe,XX,2020-01-01,,Adult,Active",
		"a b@example.com,Poe,DE,2020-01-01,,Adult,Active", "eve@example.com,Fox,DE,2020-01-01,,Grown,Active",
		"joe@example.com,Jr.,DE,2020-01-01,,Adult,Active"} {
		lines = append(lines, fmt.Sprintf("%d,%s", i+2, line))
		aside = append(aside, knownvalue.StringExact(fmt.Sprint(i+2)))
	}
	lines = append(lines, "8,ann.two@example.com,May,CH,2020-01-01,,Minor,Active")
	staff := "data.workforce_entra_accounts.staff"
	rules = strings.Replace(rules, "  as_of   =", "  safeguards = { max_set_aside = \"6\" }\n  as_of   =", 1)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: strings.Replace(rules, `usageLocation     = { source = "Dept" }`, `usageLocation     = { constant = "UK" }`, 1),
			ConfigVariables: cloudFeed(lines...),
			ExpectError:     wordsInOrder("usageLocation", "UK", "here GB")},
		{Config: rules, ConfigVariables: cloudFeed(lines...), ConfigPlanChecks: settledPlan,
			Check: enabledUsers(s, map[string]string{"boss@example.com": "<nil>", "ray@example.com": "1", "may@example.com": "8"}),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(staff, tfjsonpath.New("set_aside"), knownvalue.ListExact(aside)),
				statecheck.ExpectKnownValue(staff, tfjsonpath.New("report"), knownvalue.StringRegexp(wordsInOrder("usageLocation", "UK",
					"here GB"))),
				statecheck.ExpectKnownValue(staff, tfjsonpath.New("report"), knownvalue.StringRegexp(wordsInOrder("chief@", "user "+
					"boss@", "has it"))),
			}},
	}})
}

// TestAccEntraUser_values: what Graph would refuse is refused at plan, and nothing is written.
func TestAccEntraUser_values(t *testing.T) {
	s := useTenant(t, graph.Options{})
	s.AddUser(map[string]any{"userPrincipalName": "boss@example.com", "displayName": "Boss", "mailNickname": "boss",
		"mail": "chief@example.com"})
	s.Update("boss@example.com", map[string]any{"mail": "boss@example.com"})
	cfg := func(upn, attributes string) string {
		return fmt.Sprintf("resource \"workforce_entra_user\" \"x\" {\n  user_principal_name = %q\n  display_name = \"X\"\n  "+
			"mail_nickname = \"x\"\n  attributes = { %s }\n}\n", upn, attributes)
	}
	steps := []resource.TestStep{}
	for _, c := range []struct{ upn, attributes, words string }{
		{"zoe.smithjr.@example.com", "", "no dot"}, {"zoë@example.com", "", "nothing but"}, {"a b@example.com", "", "no blanks"},
		{"a@b@example.com", "", "2 @"},
		{"x@example.com", `usageLocation = "UK"`, "here GB"}, {"x@example.com", `mail = "chief@example.com"`, "is taken by"},
		{"x@example.com", `mail = "BOSS@example.com"`, "is taken by"},
		{"x@example.com", `ageGroup = "grown"`, "NotAdult"}, {"x@example.com", `userType = "Contractor"`, "Member or Guest"},
		{"x@example.com", `passwordPolicies = "Never"`, "DisablePasswordExpiration"},
		{"x@example.com", `otherMails = ["a@x.com", "a@x.com"]`, "each value once"},
		{"x@example.com", `otherMails = ["a@x.com", "A@x.com"]`, "each value once"},
	} {
		steps = append(steps, resource.TestStep{Config: cfg(c.upn, c.attributes), PlanOnly: true, ExpectError: wordsInOrder(c.words)})
	}
	steps = append(steps, resource.TestStep{Config: cfg("x@example.com", `showInAddressList = false, mail = "x@example.com"`),
		ConfigPlanChecks: settledPlan,
		Check:            userHolds(s, "x@example.com", "showInAddressList", "false", "mail", `"x@example.com"`)})
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: steps})
}

// TestAccADUser_values: what the domain, or whoever reads it, would refuse is refused at plan.
func TestAccADUser_values(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	cfg := func(attributes string) string { return userConfig(ou, "attributes = { "+attributes+" }") }
	steps := []resource.TestStep{}
	for _, c := range []struct{ attributes, words string }{
		{`c = "UK"`, "here GB"}, {`mail = "zo e@example.com"`, "no blanks"}, {`proxyAddresses = ["zoe@example.com"]`, "with its type"},
		{`proxyAddresses = ["SMTP:a@example.com", "SMTP:b@example.com"]`, "one primary"},
		{`proxyAddresses = ["SMTP:a@example.com", "smtp:a@example.com"]`, "each value once"},
		{`otherTelephone = ["1", "1"]`, "each value once"}, {`logonHours = "AAAA"`, "expected 21"}, {`homeDrive = "HH"`, "drive letter"},
		{`accountExpires = "31.03.2027"`, "2027-01-31T00:00:00Z"},
	} {
		steps = append(steps, resource.TestStep{Config: cfg(c.attributes), PlanOnly: true, ExpectError: wordsInOrder(c.words)})
	}
	for _, name := range []string{"zoe.smithjr.@corp.example.com", "zoë@corp.example.com", "a b@corp.example.com", "a@b@corp.example.com"} {
		steps = append(steps, resource.TestStep{Config: strings.Replace(cfg(""), "zoe@corp.example.com", name, 1), PlanOnly: true,
			ExpectError: wordsInOrder("userPrincipalName: found")})
	}
	steps = append(steps, resource.TestStep{Config: cfg(`accountExpires = "2031-03-31", otherTelephone = ["2", "1"], msExchHideFromAddressLists = null`), ConfigPlanChecks: settledPlan,
		Check: holds(d, "zoe", "accountExpires", "135772416000000000"),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("workforce_ad_user.x", tfjsonpath.New("sid"),
				knownvalue.StringRegexp(regexp.MustCompile(`^S-1-5-21-[0-9]+-[0-9]+-[0-9]+-[0-9]+$`)))}})
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: steps})
}

// TestAccADPopulation_accessBeforeValues: no bad value keeps a leaver's account open.
func TestAccADPopulation_accessBeforeValues(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	all := people{"v1": person(ou, "v1", "Ada Byron"), "v2": person(ou, "v2", "Wei Li")}
	left := all.with("v1", func(a *directory.Account) {
		a.Enabled, a.DisabledFor = false, directory.ForLeft
		a.Attributes["c"] = directory.Value{"UK"}
		a.Attributes["homeDrive"] = directory.Value{"HH"}
	})
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: populationConfig(), ConfigVariables: all.variables()},
		{Config: populationConfig(), ConfigVariables: left.variables(), ExpectError: wordsInOrder("could not be written", "c: found",
			"here GB")},
		{Config: populationConfig(), ConfigVariables: all.with("v1", func(a *directory.Account) {
			a.Enabled, a.DisabledFor = false,
				directory.ForLeft
		}).variables(), ConfigPlanChecks: settledPlan,
			PreConfig: func() {
				if err := holds(d, "v1", "userAccountControl", "514", "c", "")(nil); err != nil {
					t.Error(err)
				}
			}},
	}})
}
