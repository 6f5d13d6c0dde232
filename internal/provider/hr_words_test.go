// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// csvSource returns a data source of a CSV text.
func csvSource(name, text, more string) string {
	return `
data "workforce_hr_csv" "` + name + `" {
  content = ` + strconv.Quote(text) + `
` + more + `
}
`
}

// TestAccHRMerge_strangers: two systems that count their ids by themselves are an error that names both people, and the advice works.
func TestAccHRMerge_strangers(t *testing.T) {
	const fields = `fields = { worker_id = "ID", status = "Status", worker_type = "Type", manager_id = "Boss" }`
	sources := csvSource("hr", "ID,First,Last,Type,Status,Boss\n1001,Ann,Lee,Employee,Terminated,\n1002,Cy,Oz,Employee,Active,1001\n", fields) +
		csvSource("agency", "ID,First,Last,Type,Status,Boss\n1001,Bob,Ray,Contractor,Active,\n1003,Di,Fox,Contractor,Active,1001\n", fields)
	merge := func(prefix string) string {
		return sources + `
data "workforce_hr_merge" "x" {
  sources = [{ name = "hr", workers = data.workforce_hr_csv.hr.json }, { name = "agency", workers = data.workforce_hr_csv.agency.json` + prefix + ` }]
  primary = ["hr", "agency"]
}
`
	}
	json := func(pattern string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.workforce_hr_merge.x", tfjsonpath.New("json"), knownvalue.StringRegexp(regexp.MustCompile(pattern)))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: merge(""), PlanOnly: true, ExpectError: wordsInOrder(`worker id "1001"`, "source hr", `First "Ann"`, "source agency", `First "Bob"`, "id_prefix", "person_key")},
			{Config: merge(`, id_prefix = "C-"`), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.workforce_hr_merge.x", tfjsonpath.New("worker_count"), knownvalue.Int64Exact(4)),
				json(`"C-1001":\{"worker_id":"C-1001","status":"Active"`), json(`"C-1003":\{[^}]*"manager_id":"C-1001"`), json(`"1002":\{[^}]*"manager_id":"1001"`),
			}},
		},
	})
}

// TestAccHRSeveralRecords: several records of one worker are an error that names two ways out, and both work.
func TestAccHRSeveralRecords(t *testing.T) {
	const contracts = "Contract,Person,Name,Status,Hired,Main,Boss\nK1,1001,Ann Lee,Terminated,2020-01-01,N,\nK2,1001,Ann Lee,Active,2024-01-01,Y,\nK3,1002,Bo Li,Active,2021-01-01,Y,1001\n"
	byPerson := func(more string) string {
		return csvSource("x", contracts, `fields = { worker_id = "Person", status = "Status", hire_date = "Hired", manager_id = "Boss" }`+more)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: byPerson(""), PlanOnly: true, ExpectError: wordsInOrder(`row 3`, "the same worker id as row 2", "primary_column", "workforce_hr_merge", `person_key = "Person"`, "id_from_key")},
			{Config: byPerson("\n primary_column = \"Main\""), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.workforce_hr_csv.x", tfjsonpath.New("json"), knownvalue.StringRegexp(regexp.MustCompile(`"1001":\{"worker_id":"1001","status":"Active"`))),
				statecheck.ExpectKnownValue("data.workforce_hr_csv.x", tfjsonpath.New("warnings").AtSliceIndex(0), knownvalue.StringRegexp(regexp.MustCompile(`1 record left out`))),
			}},
			{Config: csvSource("x", contracts, `fields = { worker_id = "Contract", status = "Status", hire_date = "Hired", manager_id = "Boss" }`) + `
data "workforce_hr_merge" "x" {
  sources     = [{ name = "hr", workers = data.workforce_hr_csv.x.json }]
  person_key  = "Person"
  id_from_key = true
}
`, ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.workforce_hr_merge.x", tfjsonpath.New("worker_count"), knownvalue.Int64Exact(2)),
				statecheck.ExpectKnownValue("data.workforce_hr_merge.x", tfjsonpath.New("json"), knownvalue.StringRegexp(regexp.MustCompile(`"1001":\{"worker_id":"1001","status":"Active".*"1002":\{[^}]*"manager_id":"1001"`))),
			}},
		},
	})
}

// TestAccHREmptyColumns: a mapped column that comes empty, and a line with a total, are never silent.
func TestAccHREmptyColumns(t *testing.T) {
	const fields = `fields = { worker_id = "ID", status = "Status", hire_date = "Hired", termination_date = "Left" }`
	const body = "1,Active,2020-01-01,\n2,Active,2020-01-01,\n3,Active,2020-01-01,\n4,Active,2020-01-01,\n5,Active,2020-01-01,\n"
	file := filepath.Join(t.TempDir(), "staff.csv")
	if err := os.WriteFile(file, []byte("ID,Status,Hired,Left\n1,Active,2020-01-01,\nTotal: 2,,,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	warnings := tfjsonpath.New("warnings")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: csvSource("x", "ID,Status,Hired,Left\n"+body, fields), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.workforce_hr_csv.x", warnings, knownvalue.ListExact([]knownvalue.Check{
					knownvalue.StringRegexp(regexp.MustCompile(`no record of 5 has a value for termination_date \(column "Left"\)`))})),
			}},
			{Config: csvSource("x", "ID,Status,Hired,Left\n"+body, fields+"\n min_filled = { Left = 0 }"), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.workforce_hr_csv.x", warnings, knownvalue.ListExact(nil)),
			}},
			{Config: csvSource("x", "ID,Status,Hired,Left\n"+regexp.MustCompile("Active").ReplaceAllString(body, ""), fields), PlanOnly: true,
				ExpectError: wordsInOrder(`column "Status"`, "found no status in any of 5 records", "min_filled")},
			{Config: "data \"workforce_hr_csv\" \"x\" {\n path = " + strconv.Quote(file) + "\n" + fields + "\n}\n", PlanOnly: true, ExpectError: wordsInOrder("staff.csv", "row 3", `"Total: 2"`, "nothing but a worker id")},
		},
	})
}

// TestAccMapping_statusWords: examples show what a word means, and an unknown one is an error that names the lists.
func TestAccMapping_statusWords(t *testing.T) {
	example := func(status, more, expect string) string {
		return `{ name = "` + status + `", worker = { worker_id = "1", FirstName = "Wei", LastName = "Li", status = "` + status + `"` + more + ` }, as_of = "2026-01-10T12:00:00Z", expect = { stage = "` + expect + `" } }`
	}
	config := func(lists string, examples ...string) string {
		all := ""
		for _, e := range examples {
			all += e + ",\n"
		}
		return mappingConfig("", "worker_lifecycle = {\n prehire_days = 14\n"+lists+"\n}\n examples = [\n"+all+"]")
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: config("", example("Terminatd", "", "active")), PlanOnly: true, ExpectError: wordsInOrder(`found "Terminatd"`, "expected a known status word", "inactive_statuses")},
			{Config: config("", example("I", `, hire_date = "2020-01-01"`, "active")), PlanOnly: true, ExpectError: wordsInOrder(`found "I"`)},
			{Config: config(`prehire_statuses = ["Signed"]
 leave_statuses = ["Ruht"]
 suspended_statuses = ["Gesperrt"]
 inactive_statuses = ["I"]`, example("Signed", "", "future"), example("Ruht", "", "leave"), example("Gesperrt", "", "leave"), example("I", "", "left"), example("Former employee", "", "left"),
				example("Aktiv", "", "active"), example("Offer Declined", "", "future"), example("Terminated", `, hire_date = "2026-04-01"`, "future"))},
		},
	})
}
