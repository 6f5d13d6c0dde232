// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"regexp"
	"slices"
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

// hybridPipeline manages nothing but the usage location of users who are synchronised.
func hybridPipeline(asOf, more string) string {
	return regexp.MustCompile(`(?s)  attributes = \{.*?\n  \}\n`).ReplaceAllLiteralString(cloudPipeline(asOf),
		"  synchronised_only = true\n  attributes = {\n    usageLocation = { constant = \"DE\" }\n"+more+"  }\n")
}

func syncPerson(s *graph.Server, n byte) string {
	id := fmt.Sprintf("%04d", n)
	return s.SyncUser([16]byte{n}, "u"+id, map[string]any{"userPrincipalName": "u" + id + "@example.com", "displayName": "User " + id,
		"employeeId": id, "accountEnabled": true})
}

// TestAccEntraSynchronised: who is synchronised from Active Directory joins, leaves and comes
// back there. Nothing here fails for it, and every second plan is empty.
func TestAccEntraSynchronised(t *testing.T) {
	s := useTenant(t, graph.Options{})
	one, two := syncPerson(s, 1), syncPerson(s, 2)
	const ann, bo = "0001,Ann,Ray,IT,2020-01-01,,,Active", "0002,Bo,Lee,IT,2020-01-01,%s,0001,Active"
	working, gone := cloudFeed(ann, fmt.Sprintf(bo, "")), cloudFeed(ann, fmt.Sprintf(bo, "2026-01-10"))
	cfg := hybridPipeline("2026-01-20", "")
	report := func(words ...string) []statecheck.StateCheck {
		pattern := "(?s)" + strings.Join(words, ".*")
		return []statecheck.StateCheck{statecheck.ExpectKnownValue("data.workforce_entra_accounts.staff", tfjsonpath.New("report"), knownvalue.StringRegexp(regexp.MustCompile(pattern)))}
	}
	set := func(id string, enabled bool) func() {
		return func() { s.Update(id, map[string]any{"accountEnabled": enabled}) }
	}
	place := userHolds(s, "u0002@example.com", "usageLocation", `"DE"`)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cfg, ConfigVariables: working, Check: resource.ComposeTestCheckFunc(place, userHolds(s, "u0001@example.com", "usageLocation", `"DE"`)), ConfigPlanChecks: settledPlan},
		// A leaver whom Active Directory has not disabled yet, then one whom it has.
		{Config: cfg, ConfigVariables: gone, ConfigPlanChecks: settledPlan, ConfigStateChecks: report("must not sign in any more", "0002", "users, which also revokes sessions")},
		{PreConfig: set(two, false), Config: cfg, ConfigVariables: gone, ConfigPlanChecks: settledPlan, Check: userHolds(s, "u0002@example.com", "accountEnabled", "false")},
		// Retention is over: the account is deleted there, not here.
		{Config: hybridPipeline("2027-06-01", ""), ConfigVariables: gone, ConfigPlanChecks: settledPlan, Check: userHolds(s, "u0002@example.com", "accountEnabled", "false")},
		// A rehire, before and after the synchronisation, and somebody disabled by hand in Active Directory.
		{Config: cfg, ConfigVariables: working, ConfigPlanChecks: settledPlan, Check: userHolds(s, "u0002@example.com", "accountEnabled", "false")},
		{PreConfig: set(two, true), Config: cfg, ConfigVariables: working, ConfigPlanChecks: settledPlan, Check: place},
		{PreConfig: set(one, false), Config: cfg, ConfigVariables: working, ConfigPlanChecks: settledPlan, Check: userHolds(s, "u0001@example.com", "accountEnabled", "false")},
		// Drift of what is managed is repaired, and a worker without a user waits for the synchronisation.
		{PreConfig: func() { s.Update(two, map[string]any{"usageLocation": "FR"}) }, Config: cfg, ConfigVariables: working, ConfigPlanChecks: settledPlan, Check: place},
		{Config: cfg, ConfigVariables: cloudFeed(ann, fmt.Sprintf(bo, ""), "0003,Cy,Kay,IT,2020-01-01,,0001,Active"), ConfigPlanChecks: settledPlan, Check: userCount(s, 2, 0),
			ConfigStateChecks: report("no synchronised user is there yet")},
		{Config: hybridPipeline("2026-01-20", "    department = { source = \"Dept\" }\n"), ConfigVariables: working, PlanOnly: true,
			ExpectError: wordsInOrder("department", "Active Directory masters")},
		{PreConfig: func() { s.Delete(one) }, Config: cfg, ConfigVariables: working, Check: userCount(s, 1, 1), ConfigStateChecks: report("only the synchronisation may bring it back")},
	}})
}

// TestAccEntraSynchronised_mixed: rules for everybody leave alone what is not theirs, and take
// the rest: a leaver of the cloud is disabled, a synchronised one is named.
func TestAccEntraSynchronised_mixed(t *testing.T) {
	s := useTenant(t, graph.Options{})
	syncPerson(s, 1)
	const ann, bo = "0001,Ann,Ray,IT,2020-01-01,%s,,Active", "0002,Bo,Lee,IT,2020-01-01,%s,,Active"
	cfg := cloudPipeline("2026-01-20")
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cfg, ConfigVariables: cloudFeed(fmt.Sprintf(ann, ""), fmt.Sprintf(bo, "")), ConfigPlanChecks: settledPlan,
			Check: resource.ComposeTestCheckFunc(userHolds(s, "u0001@example.com", "usageLocation", `"DE"`, "displayName", `"User 0001"`, "department", "null"), userHolds(s, "lee@example.com", "department", `"IT"`))},
		{Config: cfg, ConfigVariables: cloudFeed(fmt.Sprintf(ann, "2026-01-10"), fmt.Sprintf(bo, "2026-01-10")), ConfigPlanChecks: settledPlan,
			Check: enabledUsers(s, map[string]string{"u0001@example.com": "0001"})},
	}})
}

// TestAccEntraSynchronised_removal: a synchronised user whose worker the configuration leaves out is released, whatever
// on_removal and on_destroy say: its account is disabled where it comes from. One of the cloud is disabled all the same,
// and no run fails because of the other. The groups of a synchronised leaver stay, which the report says.
func TestAccEntraSynchronised_removal(t *testing.T) {
	s := useTenant(t, graph.Options{})
	t.Setenv("WORKFORCE_ENTRA_REMOVED_GROUPS_ATTRIBUTES", "onPremisesExtensionAttributes/extensionAttribute14")
	syncPerson(s, 1)
	two := syncPerson(s, 2)
	s.AddUser(map[string]any{"userPrincipalName": "u3@example.com", "displayName": "User 3", "mailNickname": "u3", "employeeId": "0003",
		"accountEnabled": true})
	group := s.AddGroup(map[string]any{"displayName": "Sales"})
	s.AddMembers(group, two)
	feed := func(left string) config.Variables {
		return cloudFeed("0001,Ann,Ray,IT,2020-01-01,,,Active", "0002,Bo,Lee,IT,2020-01-01,"+left+",,Active",
			"0003,Cy,Kay,IT,2020-01-01,,,Active")
	}
	without := func(ids, mode string) string {
		return strings.Replace(groupsLadder.Replace(cloudPipeline("2026-01-20")), "data.workforce_entra_accounts.staff.accounts",
			fmt.Sprintf(`{ for id, a in data.workforce_entra_accounts.staff.accounts : id => a if !contains([%s], id) }
  max_removals = "100%%"
  on_removal   = %[2]q
  on_destroy   = %[2]q`, ids, mode), 1)
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: without("", "delete"), ConfigVariables: feed(""), ConfigPlanChecks: settledPlan},
		{PreConfig: func() { s.Update(two, map[string]any{"accountEnabled": false}) }, Config: without("", "delete"),
			ConfigVariables: feed("2026-01-10"), ConfigPlanChecks: settledPlan,
			Check: func(*terraform.State) error {
				if members, _ := s.Group(group)["members"].([]string); !slices.Contains(members, two) {
					return fmt.Errorf("the synchronised leaver lost their group: %v", members)
				}
				return nil
			},
			ConfigStateChecks: []statecheck.StateCheck{reportSays("data.workforce_entra_accounts.staff",
				`synchronised, and the rules would change what is not written here: [^:]*groups \(1\)`)}},
		{Config: without(`"0001", "0003"`, "delete"), ConfigVariables: feed("2026-01-10"), ConfigPlanChecks: settledPlan,
			Check: enabledUsers(s, map[string]string{"u0001@example.com": "0001"})},
		{Config: without(`"0001", "0003"`, "disable"), ConfigVariables: feed("2026-01-10"), ConfigPlanChecks: settledPlan},
	}})
	if n := userCount(s, 3, 0)(nil); n != nil {
		t.Error(n)
	}
}

// TestAccEntraSynchronised_endedSync: who is taken out of the synchronisation is a user of the cloud from then on. As a
// leaver they are disabled, although Microsoft Graph takes no record of it, and no run fails. The report says what
// follows; with synchronised_only the user is set aside, and loses their access all the same.
func TestAccEntraSynchronised_endedSync(t *testing.T) {
	const ann, bo = "0001,Ann,Ray,IT,2020-01-01,,,Active", "0002,Bo,Lee,IT,2020-01-01,%s,,Active"
	working, gone := cloudFeed(ann, fmt.Sprintf(bo, "")), cloudFeed(ann, fmt.Sprintf(bo, "2026-01-10"))
	for name, tt := range map[string]struct {
		pipeline func(asOf string) string
		says     string
	}{
		"everybody":         {cloudPipeline, `without a record of the day, and never deleted by retention\\?_days: "0002".*name a directory extension`},
		"synchronised_only": {func(asOf string) string { return hybridPipeline(asOf, "") }, `is not synchronised from Active Directory`},
	} {
		t.Run(name, func(t *testing.T) {
			s := useTenant(t, graph.Options{})
			syncPerson(s, 1)
			two := syncPerson(s, 2)
			disabled := enabledUsers(s, map[string]string{"u0001@example.com": "0001"})
			says := []statecheck.StateCheck{reportSays("data.workforce_entra_accounts.staff", tt.says)}
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
				{Config: tt.pipeline("2026-01-20"), ConfigVariables: working, ConfigPlanChecks: settledPlan},
				{PreConfig: func() { s.Update(two, map[string]any{"onPremisesSyncEnabled": false}) }, Config: tt.pipeline("2026-01-20"),
					ConfigVariables: gone, ConfigPlanChecks: settledPlan, Check: disabled},
				{Config: tt.pipeline("2027-06-01"), ConfigVariables: gone, ConfigPlanChecks: settledPlan, Check: disabled, ConfigStateChecks: says},
			}})
		})
	}
}
