// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
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
	"terraform-provider-workforce/internal/sandbox/samba"
)

// estateCSV are workers of whom accounts exist already.
const estateCSV = `ID,First,Last,Mail,Dept,Hired,Left,Boss,Status
0101,Ute,Abt,ute@example.com,Revenue,2020-01-01,,,Active
0102,Vic,Beer,vic@example.com,Sales,2020-01-01,,0101,Active
0103,Wim,Cole,wim@example.com,Sales,2020-01-01,,0101,Active
0104,Xia,Dorn,xia@example.com,Sales,2020-01-01,,0101,Active
`

// correlating replaces the accounts and the population of a pipeline by a correlation.
func correlating(cfg, prefix string) string {
	before, _, _ := strings.Cut(cfg, "resource \"workforce_"+prefix+"_population\"")
	return strings.Replace(before, "data \"workforce_"+prefix+"_accounts\"", "data \"workforce_"+prefix+"_correlation\"", 1)
}

// correlated checks an output of the correlation.
func correlated(prefix, name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue("data.workforce_"+prefix+"_correlation.staff", tfjsonpath.New(name), check)
}

func exactly(values ...string) knownvalue.Check {
	checks := make([]knownvalue.Check, len(values))
	for i, v := range values {
		checks[i] = knownvalue.StringExact(v)
	}
	return knownvalue.ListExact(checks)
}

func words(parts ...string) knownvalue.Check {
	quoted := make([]string, len(parts))
	for i, p := range parts {
		quoted[i] = regexp.QuoteMeta(p)
	}
	return knownvalue.StringRegexp(regexp.MustCompile("(?s)" + strings.Join(quoted, ".*")))
}

// everything reads all that the domain holds of an account, but what changes by itself.
func everything(d *samba.Domain, login string) (map[string]string, error) {
	entries, err := d.Search(context.Background(), "(sAMAccountName="+login+")", "*", "memberOf", "nTSecurityDescriptor", "pwdLastSet")
	if err != nil || len(entries) != 1 {
		return nil, fmt.Errorf("%s: %d accounts, %v", login, len(entries), err)
	}
	all := map[string]string{"dn": entries[0].DN}
	for name, values := range entries[0].Attributes {
		if !slices.Contains([]string{"whenChanged", "uSNChanged"}, name) {
			values = slices.Sorted(slices.Values(values))
			all[name] = strings.Join(values, "|")
		}
	}
	return all, nil
}

// differences lists what two readings of an account differ in.
func differences(before, after map[string]string) []string {
	var names []string
	for name := range after {
		if before[name] != after[name] {
			names = append(names, name)
		}
	}
	for name := range before {
		if _, there := after[name]; !there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// TestAccADCorrelation looks at an estate, and adopts it: what no rule names stays as it was.
func TestAccADCorrelation(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	for cn, more := range map[string]map[string][]string{
		"Ute Abt":     {"sAMAccountName": {"uabt"}, "employeeID": {"0101"}, "department": {"Sales"}, "userPrincipalName": {"ute.abt@corp.example.com"}},
		"Vic Beer":    {"sAMAccountName": {"vbeer"}, "mail": {"vic@example.com"}, "department": {"Sales"}, "title": {"Lead"}, "description": {"by hand"}, "mobile": {"+49 1"}, "info": {"notes"}, "givenName": {"Vic"}, "sn": {"Beer"}},
		"Wim Cole":    {"sAMAccountName": {"wcole"}, "mail": {"wim@example.com"}},
		"Wim Cole 2":  {"sAMAccountName": {"wcole2"}, "mail": {"wim@example.com"}},
		"Xia Dorn":    {"sAMAccountName": {"xdorn"}, "mail": {"xia@old.example.com"}, "givenName": {"Xia"}, "sn": {"Dorn"}},
		"svc-reports": {"sAMAccountName": {"svc-reports"}},
	} {
		if err := d.CreateUser(t.Context(), "CN="+cn+","+ou, "Passw0rd-of-tests", more); err != nil {
			t.Fatal(err)
		}
	}
	mustModify(t, d, fmt.Sprintf("dn: CN=Crew,%s\nchangetype: add\nobjectClass: group\nsAMAccountName: estate-crew\nmember: CN=Vic Beer,%s\n", ou, ou))
	mustModify(t, d, "dn: CN=Vic Beer,"+ou+"\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 66048\n")
	before, err := everything(d, "vbeer")
	if err != nil {
		t.Fatal(err)
	}
	cfg := withoutExchange(pipelineConfig(ou, "[Dept]", ""))
	cfg = strings.Replace(cfg, `match  = [{ source = "worker_id", target = "employeeID" }]`, `match  = [{ source = "worker_id", target = "employeeID" }, { source = "Mail", target = "mail" }]`, 1)
	cfg = strings.ReplaceAll(cfg, "SelectUniqueValue(ToLower(NormalizeDiacritics([Last]))", `SelectUniqueValue(ToLower(Join(\"\", \"new-\", [Last]))`)
	adopting := strings.Replace(strings.Replace(cfg, `as_of            =`, fmt.Sprintf("links = { \"0103\" = %q }\n  on_unmatched = \"report\"\n  as_of            =", objectGUID(t, d, "wcole")), 1),
		"{ accounts = data.workforce_ad_accounts.staff.accounts }", "{\n  accounts = data.workforce_ad_accounts.staff.accounts\n  adopt_existing = \"always\"\n}", 1)
	vars := config.Variables{"csv": config.StringVariable(estateCSV)}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: strings.Replace(cfg, `as_of            =`, "on_problem = \"stop\"\n  as_of            =", 1), ConfigVariables: vars, ExpectError: wordsInOrder("links", "0103", "Wim Cole 2", "Wim Cole")},
		{Config: correlating(cfg, "ad"), ConfigVariables: vars, ConfigPlanChecks: settledPlan, ConfigStateChecks: []statecheck.StateCheck{
			correlated("ad", "matched", knownvalue.MapSizeExact(2)), correlated("ad", "ambiguous", exactly("0103")), correlated("ad", "unmatched_workers", exactly("0104")),
			correlated("ad", "suggested", knownvalue.MapPartial(map[string]knownvalue.Check{"0104": knownvalue.NotNull()})),
			correlated("ad", "unmatched_accounts", exactly("CN=Xia Dorn,"+ou, "CN=svc-reports,"+ou)),
			correlated("ad", "report", words("| 1 | `employeeID = worker_id` | 1 | 1 | 0 | 0 |", "| 2 | `mail = Mail` | 1 | 0 | 1 | 0 |", "## Ambiguous (1)", "`0103` Wim Cole matches 2 accounts", "CN=Wim Cole 2,", "CN=Wim Cole,",
				"| `department` | `[Dept]` | 1 | 0 | 1 | 0 | `0101`: `Sales` → `Revenue` |", "## Workers without an account (1)", "| `0104` | Xia Dorn |", "CN=Xia Dorn", "xia@\u2060old.example.com")),
		}},
		{Config: adopting, ConfigVariables: vars, ConfigPlanChecks: settledPlan, Check: func(*terraform.State) error {
			after, err := everything(d, "vbeer")
			if err != nil {
				return err
			}
			if changed := differences(before, after); !slices.Equal(changed, []string{"employeeID", "manager"}) {
				return fmt.Errorf("adoption changed %q", changed)
			}
			return nil
		}},
	}})
}

// TestAccEntraCorrelation is the same for Microsoft Entra ID.
func TestAccEntraCorrelation(t *testing.T) {
	s := useTenant(t, graph.Options{})
	add := func(nick, name string, more map[string]any) string {
		u := map[string]any{"userPrincipalName": nick + "@example.com", "displayName": name, "mailNickname": nick}
		maps.Copy(u, more)
		return s.AddUser(u)
	}
	add("uabt", "Ute Abt", map[string]any{"employeeId": "0101", "department": "Sales", "givenName": "Ute", "surname": "Abt", "usageLocation": "DE"})
	vic := add("vbeer", "Vic Beer", map[string]any{"mail": "vic@example.com", "department": "Sales", "jobTitle": "Lead", "mobilePhone": "+49 1", "otherMails": []any{"vic@home.example"},
		"givenName": "Vic", "surname": "Beer", "usageLocation": "US", "onPremisesExtensionAttributes": map[string]any{"extensionAttribute1": "kept"}, "passwordPolicies": "DisablePasswordExpiration"})
	wim := add("wcole", "Wim Cole", map[string]any{"employeeId": "0103"})
	add("wcole2", "Wim Cole", map[string]any{"employeeId": "0103"})
	xia := add("xdorn", "Xia Dorn", map[string]any{"mail": "xia@example.org"})
	add("svc-reports", "svc-reports", nil)
	before := s.User(vic)
	cfg := cloudPipeline("2026-01-15")
	cfg = strings.Replace(cfg, `match  = [{ source = "worker_id", target = "employeeId" }]`, `match  = [{ source = "worker_id", target = "employeeId" }, { source = "Mail", target = "mail" }]`, 1)
	adopting := strings.Replace(strings.Replace(cfg, "staff.accounts\n}", "staff.accounts\n  adopt_existing = \"always\"\n}", 1), "as_of   =", fmt.Sprintf("links = { \"0103\" = %q }\n  on_unmatched = \"report\"\n  as_of   =", wim), 1)
	vars := config.Variables{"csv": config.StringVariable(estateCSV)}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: strings.Replace(cfg, "as_of   =", "on_problem = \"stop\"\n  as_of   =", 1), ConfigVariables: vars, ExpectError: wordsInOrder("links", "0103", "wcole2@", "wcole@")},
		{Config: correlating(cfg, "entra"), ConfigVariables: vars, ConfigPlanChecks: settledPlan, ConfigStateChecks: []statecheck.StateCheck{
			correlated("entra", "matched", knownvalue.MapSizeExact(2)), correlated("entra", "ambiguous", exactly("0103")), correlated("entra", "unmatched_workers", exactly("0104")),
			correlated("entra", "suggested", knownvalue.MapExact(map[string]knownvalue.Check{"0104": knownvalue.StringExact(xia)})),
			correlated("entra", "unmatched_accounts", exactly("svc-reports@example.com", "xdorn@example.com")),
			correlated("entra", "report", words("| 2 | `mail = Mail` | 1 | 0 | 1 | 0 |", "| `usageLocation` |", "| 1 | 0 | 1 | 0 | `0102`: `US` → `DE` |")),
		}},
		{Config: adopting, ConfigVariables: vars, ConfigPlanChecks: settledPlan, Check: func(*terraform.State) error {
			changed := differences(flat(before), flat(s.User(vic)))
			if !slices.Equal(changed, []string{"employeeId", "manager", "usageLocation"}) {
				return fmt.Errorf("adoption changed %q", changed)
			}
			return nil
		}},
	}})
}

// flat writes every property as JSON.
func flat(u map[string]any) map[string]string {
	out := map[string]string{}
	for name, v := range u {
		doc, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		out[name] = string(doc)
	}
	return out
}
