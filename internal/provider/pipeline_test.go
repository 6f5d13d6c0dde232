// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/samba"
)

// pipelineConfig is the whole way from a file to accounts, with rules for the
// department that a test chooses.
func pipelineConfig(ou, department, safeguards string) string {
	return fmt.Sprintf(`
variable "csv" { type = string }
data "workforce_hr_csv" "staff" {
  content = var.csv
  fields  = { worker_id = "ID", hire_date = "Hired", termination_date = "Left", manager_id = "Boss", status = "Status" }
}
resource "workforce_mapping" "ad" {
  target = "active_directory"
  match  = [{ source = "worker_id", target = "employeeID" }]
  attributes = {
    employeeID        = { source = "worker_id" }
    givenName         = { source = "First" }
    sn                = { source = "Last" }
    cn                = { expression = "SelectUniqueValue(Join(\" \", [First], [Last]), Join(\" \", [First], [Last], Counter()))" }
    sAMAccountName    = { expression = "SelectUniqueValue(ToLower(NormalizeDiacritics([Last])), ToLower(Join(\"\", NormalizeDiacritics([Last]), Counter())))" }
    userPrincipalName = { expression = "SelectUniqueValue(ToLower(Join(\"\", NormalizeDiacritics([Last]), \"@corp.example.com\")), ToLower(Join(\"\", NormalizeDiacritics([Last]), Counter(), \"@corp.example.com\")))" }
    department        = { expression = %q, when_null = "clear" }
    manager           = { source = "manager_id", when_null = "clear" }
    msExchHideFromAddressLists = { constant = "" }
  }
  container        = "\"%s\""
  worker_lifecycle = { leaver_container = "\"OU=Leavers,%s\"", retention_days = 30 }
}
locals { rules = workforce_mapping.ad.json }
data "workforce_ad_accounts" "staff" {
  workers          = data.workforce_hr_csv.staff.json
  mapping          = local.rules
  as_of            = "2026-01-15"
  owned_containers = ["%s"]
  %s
}
resource "workforce_ad_population" "staff" { accounts = data.workforce_ad_accounts.staff.accounts }
`, department, ou, ou, ou, safeguards)
}

func withoutExchange(config string) string {
	return strings.ReplaceAll(config, "    msExchHideFromAddressLists = { constant = \"\" }\n", "")
}

const pipelineCSV = `ID,First,Last,Dept,Hired,Left,Boss,Status
0001,Ada,Li,Sales,2020-01-01,,0003,Active
0002,Wei,Li,Sales,2020-01-01,,0001,Active
0003,Zoë,O'Brien,Board,2020-01-01,,,Active
0004,Max,Future,Sales,2026-01-16,,0001,Active
`

func TestAccPipeline_fromFileToAccounts(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	if err := d.CreateOU(t.Context(), "OU=Leavers,"+ou); err != nil {
		t.Fatal(err)
	}
	csv := func(s string) config.Variables { return config.Variables{"csv": config.StringVariable(s)} }
	cfg := withoutExchange(pipelineConfig(ou, "[Dept]", ""))
	renamed := withoutExchange(pipelineConfig(ou, `Append([Dept], " Dept")`, ""))
	leaver := strings.Replace(pipelineCSV, "2020-01-01,,0001,Active", "2020-01-01,2026-01-14,0001,Active", 1)
	extended := strings.Replace(leaver, "2026-01-14", "2027-12-31", 1)
	short := strings.Join(strings.SplitAfter(pipelineCSV, "\n")[:3], "")
	settled := resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	// A name that a deleted account holds is not given to somebody else.
	if err := d.CreateUser(t.Context(), "CN=Gone,"+ou, "Passw0rd-of-tests", map[string][]string{"sAMAccountName": {"future"}}); err != nil {
		t.Fatal(err)
	}
	mustDelete(t, d, "CN=Gone,"+ou)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: cfg, ConfigVariables: csv(pipelineCSV), ConfigPlanChecks: settled,
				Check: resource.ComposeAggregateTestCheckFunc(holds(d, "li", "cn", "Ada Li", "department", "Sales"), holds(d, "li2", "cn", "Wei Li", "manager", "CN=Ada Li,"+ou), holds(d, "o'brien", "employeeID", "0003"),
					// Hired tomorrow, and prehire_days unset: an account now, disabled.
					holds(d, "future2", "userAccountControl", "514")),
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue("data.workforce_ad_accounts.staff", tfjsonpath.New("joiners"), knownvalue.ListSizeExact(4))}},
			// A changed rule shows each person's change in the same plan.
			{Config: renamed, ConfigVariables: csv(pipelineCSV), Check: holds(d, "li2", "department", "Sales Dept"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue("workforce_ad_population.staff", tfjsonpath.New("accounts").AtMapKey("0002"), knownvalue.StringRegexp(regexp.MustCompile(`"department":"Sales Dept"`))),
				}}},
			{Config: cfg, ConfigVariables: csv(leaver), ConfigPlanChecks: settled,
				Check:             holds(d, "li2", "userAccountControl", "514", "dn", "CN=Wei Li,OU=Leavers,"+ou),
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue("data.workforce_ad_accounts.staff", tfjsonpath.New("leavers"), knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("0002")}))}},
			// That the end is not there any more explains nothing: the column may have come empty.
			{Config: cfg, ConfigVariables: csv(pipelineCSV), ConfigPlanChecks: settled,
				Check:             holds(d, "li2", "userAccountControl", "514", "dn", "CN=Wei Li,OU=Leavers,"+ou),
				ConfigStateChecks: listsOf(map[string][]string{"kept_disabled": {"0002"}})},
			// The record was corrected: the same account, back and enabled.
			{Config: cfg, ConfigVariables: csv(extended), ConfigPlanChecks: settled,
				Check:             holds(d, "li2", "userAccountControl", "512", "dn", "CN=Wei Li,"+ou),
				ConfigStateChecks: listsOf(map[string][]string{"kept_disabled": {}, "rehires": {"0002"}})},
			// Nobody who works is disabled by an end that is open again.
			{Config: cfg, ConfigVariables: csv(pipelineCSV), ConfigPlanChecks: settled, Check: holds(d, "li2", "userAccountControl", "512")},
			// Missing is not left.
			{Config: withoutExchange(pipelineConfig(ou, "[Dept]", `safeguards = { max_absent = "1" }`)), ConfigVariables: csv(short), ExpectError: wordsInOrder("max_absent", "0003")},
			{Config: withoutExchange(pipelineConfig(ou, "[Dept]", `safeguards = { max_absent = "100%" }`)), ConfigVariables: csv(short), Check: resource.ComposeAggregateTestCheckFunc(holds(d, "o'brien", "userAccountControl", "512")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
			{Config: withoutExchange(pipelineConfig(ou, "[Dept]", `safeguards = { min_workers = 4 }`)), ConfigVariables: csv(short), ExpectError: wordsInOrder("min_workers", "found 2 workers", "at least 4")},
			{Config: withoutExchange(pipelineConfig(ou, "Append([Dapt], [Street])", "")), ConfigVariables: csv(pipelineCSV),
				ExpectError: wordsInOrder("[Dapt]", "Dept", "[Street]", "no worker in the feed has", "the columns")},
			{Config: pipelineConfig(ou, "[Dept]", ""), ConfigVariables: csv(pipelineCSV), ExpectError: wordsInOrder("msExchHideFromAddressLists")},
			{Config: cfg, ConfigVariables: csv(pipelineCSV), ConfigPlanChecks: settled},
		},
	})
}

// objectGUID returns the objectGUID of an account as text.
func objectGUID(t *testing.T, d *samba.Domain, login string) string {
	t.Helper()
	found, err := d.Search(t.Context(), "(sAMAccountName="+login+")", "objectGUID")
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	raw := found[0].Get("objectGUID")
	return fmt.Sprintf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%x-%x", raw[3], raw[2], raw[1], raw[0], raw[5], raw[4], raw[7], raw[6], raw[8:10], raw[10:])
}

// TestAccPipeline_linksAndAdoption: an account without worker id is found by a
// link, and taken over only when that is allowed.
func TestAccPipeline_linksAndAdoption(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	if err := d.CreateUser(t.Context(), "CN=Old Account,"+ou, "Passw0rd-of-tests", map[string][]string{"sAMAccountName": {"oldlogin"}, "title": {"Kept"}}); err != nil {
		t.Fatal(err)
	}
	csv := config.Variables{"csv": config.StringVariable("ID,First,Last,Dept,Hired,Left,Boss,Status\n0009,New,Name,Sales,2020-01-01,,,Active\n")}
	cfg := withoutExchange(pipelineConfig(ou, "[Dept]", fmt.Sprintf("links = { \"0009\" = %q }", objectGUID(t, d, "oldlogin"))))
	always := strings.Replace(cfg, "accounts = data.workforce_ad_accounts.staff.accounts", "accounts = data.workforce_ad_accounts.staff.accounts\n adopt_existing = \"always\"\n", 1)
	always = strings.Replace(always, `resource "workforce_ad_population" "staff" { `, "resource \"workforce_ad_population\" \"staff\" {\n", 1)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: cfg, ConfigVariables: csv, ExpectError: wordsInOrder("oldlogin", "adopt_existing", "always")},
			{Config: always, ConfigVariables: csv, Check: holds(d, "oldlogin", "employeeID", "0009", "title", "Kept", "department", "Sales"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		},
	})
}

func TestAccHRCSV_faults(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const header = "ID,Name,Hired\n"
	for name, c := range map[string]struct {
		path, more string
		want       []string
	}{
		"missing file":        {filepath.Join(dir, "nothing.csv"), "", []string{"nothing.csv"}},
		"empty file":          {file("empty.csv", ""), "", []string{"empty"}},
		"header only":         {file("header.csv", header), "", []string{"header.csv"}},
		"half a file":         {file("half.csv", header+"1,A,2020-01-01\n2,B"), "", []string{"row 3"}},
		"wrong delimiter":     {file("semicolon.csv", "ID;Name;Hired\n1;A;2020-01-01\n"), "", []string{";"}},
		"Latin-1":             {file("latin1.csv", header+"1,Zo\xeb,2020-01-01\n"), "", []string{"row 2", "Name", "1252|8859"}},
		"duplicate id":        {file("twice.csv", header+"1,A,2020-01-01\n1,B,2020-01-01\n"), "", []string{"row 3", "row 2"}},
		"date does not exist": {file("date.csv", header+"1,A,2026-02-30\n"), "", []string{"row 2", "Hired", "2026-02-30"}},
		"missing column":      {file("column.csv", "ID,Name,Hire\n1,A,2020-01-01\n"), "", []string{"Hired", "Hire"}},
		"all problems":        {file("many.csv", header+strings.Repeat("1,A,x\n", 30)), "", []string{"59 problems in 30 records", "of 2 kinds", "row 3"}},
		"stale file":          {file("stale.csv", header+"1,A,2020-01-01\n"), "max_age_hours = 1", []string{"last modified"}},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "stale file" {
				old := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
				if err := os.Chtimes(c.path, old, old); err != nil {
					t.Fatal(err)
				}
			}
			cfg := fmt.Sprintf("data \"workforce_hr_csv\" \"x\" {\n  path   = %q\n  fields = { worker_id = \"ID\", hire_date = \"Hired\" }\n  %s\n}\n", c.path, c.more)
			want := wordsInOrder(c.want...)
			if last := c.want[len(c.want)-1]; strings.Contains(last, "|") {
				want = regexp.MustCompile(last)
			}
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{{Config: cfg, PlanOnly: true, ExpectError: want}}})
		})
	}
}

func TestAccHRCSV_sensitiveColumnsStayOut(t *testing.T) {
	cfg := func(more string) string {
		return fmt.Sprintf("data \"workforce_hr_csv\" \"x\" {\n  content = \"ID,Name,Salary,BirthDate\\n1,A,90000,1990-01-01\\n\"\n  fields = { worker_id = \"ID\" }\n%s\n}\n", more)
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cfg(""), ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.workforce_hr_csv.x", tfjsonpath.New("left_out"), knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("Salary"), knownvalue.StringExact("BirthDate")})),
			statecheck.ExpectKnownValue("data.workforce_hr_csv.x", tfjsonpath.New("json"), knownvalue.StringRegexp(regexp.MustCompile(`"attributes":\{"Name":"A"\}`))),
			statecheck.ExpectKnownValue("data.workforce_hr_csv.x", tfjsonpath.New("worker_count"), knownvalue.Int64Exact(1)),
		}},
		{Config: cfg(`  attributes = ["Salary"]`), ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.workforce_hr_csv.x", tfjsonpath.New("json"), knownvalue.StringRegexp(regexp.MustCompile(`"Salary":"90000"`))),
		}},
	}})
}

func TestAccHRMerge(t *testing.T) {
	const cfg = `
data "workforce_hr_csv" "a" {
  content = "worker_id,Name,UID,status\n1,A,u1,Active\n2,B,u2,Active\n"
}
data "workforce_hr_csv" "b" {
  content = "worker_id,Phone,UID,status\nC1,+49 30 1,u1,Active\nC9,+49 30 9,u9,Active\n"
}
data "workforce_hr_merge" "x" {
  sources = [
    { name = "hr", workers = data.workforce_hr_csv.a.json },
    { name = "phones", workers = data.workforce_hr_csv.b.json },
  ]
  primary    = ["hr"]
  person_key = "UID"
  as_of      = "2026-01-15"
}
`
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cfg, ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.workforce_hr_merge.x", tfjsonpath.New("worker_count"), knownvalue.Int64Exact(2)),
			statecheck.ExpectKnownValue("data.workforce_hr_merge.x", tfjsonpath.New("json"), knownvalue.StringRegexp(regexp.MustCompile(`"1":\{.*"Phone":"\+49 30 1"`))),
			statecheck.ExpectKnownValue("data.workforce_hr_merge.x", tfjsonpath.New("findings_json"), knownvalue.StringRegexp(regexp.MustCompile(`"waiting":\[\{.*"C9"`))),
		}},
		{Config: strings.Replace(cfg, `["hr"]`, `["nobody"]`, 1), ExpectError: wordsInOrder("nobody")},
		{Config: cfg},
	}})
}
