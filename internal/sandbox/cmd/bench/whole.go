// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/sandbox/company"
)

// hrFields are the columns of a [company.Company] that fill canonical keys.
var hrFields = map[string]string{"worker_id": "WorkerID", "status": "WorkerStatus", "worker_type": "WorkerType",
	"hire_date": "HireDate", "termination_date": "TerminationDate",
	"last_day_of_work": "LastDayOfWork", "on_leave": "OnLeave", "manager_id": "ManagerID", "time_zone": "TimeZone"}

// wholePath is the configuration from a CSV file, with an absolute path, to accounts: the rules of [rules],
// the decisions with their report, and one resource for everybody.
func wholePath(file string) string {
	var b strings.Builder
	b.WriteString(requiredProviders)
	fmt.Fprintf(&b, "data \"workforce_hr_csv\" \"staff\" {\n  path = %q\n  fields = {\n", file)
	for _, key := range slices.Sorted(maps.Keys(hrFields)) {
		fmt.Fprintf(&b, "    %s = %q\n", key, hrFields[key])
	}
	b.WriteString("  }\n}\n")
	r := rules()
	fmt.Fprintf(&b, "resource \"workforce_mapping\" \"rules\" {\n  target = %q\n"+
		"  match = [{ source = \"worker_id\", target = \"employeeID\" }]\n  expressions = {\n", r.Target)
	for _, name := range slices.Sorted(maps.Keys(r.Expressions)) {
		fmt.Fprintf(&b, "    %s = %q\n", name, r.Expressions[name])
	}
	b.WriteString("  }\n  attributes = {\n")
	for _, name := range slices.Sorted(maps.Keys(r.Attributes)) {
		if rule := r.Attributes[name]; rule.Source != "" {
			fmt.Fprintf(&b, "    %s = { source = %q }\n", name, rule.Source)
		} else {
			fmt.Fprintf(&b, "    %s = { expression = %q }\n", name, rule.Expression)
		}
	}
	fmt.Fprintf(&b, "  }\n  container = %q\n}\n", r.Container)
	fmt.Fprintf(&b, "locals { rules = workforce_mapping.rules.json }\n"+
		"data \"workforce_ad_accounts\" \"staff\" {\n  workers = data.workforce_hr_csv.staff.json\n"+
		"  mapping = local.rules\n  as_of = %q\n}\n"+
		"resource \"workforce_ad_population\" \"staff\" { accounts = data.workforce_ad_accounts.staff.accounts }\n",
		company.DefaultDate.Format("2006-01-02"))
	return b.String()
}

// writeStaff writes the HR file of a workspace; one worker in a hundred has another title where moved.
func writeStaff(t terraform, people int, moved bool) error {
	workforce := company.New(1, people)
	for i, w := range workforce.Workers {
		if moved && i%100 == 0 {
			w.JobTitle = "Head of " + w.JobTitle
		}
	}
	var b bytes.Buffer
	if err := workforce.WriteCSV(&b); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(t.dir, "staff.csv"), b.Bytes(), 0o600)
}

// sizes is how many bytes a plan and a state take.
type sizes struct{ file, json, text, state int64 }

// measureSizes reads the sizes of plan.bin and of the state of a workspace.
func measureSizes(t terraform, run func(args ...string) ([]byte, error)) (s sizes, err error) {
	file, err := os.Stat(filepath.Join(t.dir, "plan.bin"))
	if err != nil {
		return s, err
	}
	doc, err := run("show", "-json", "plan.bin")
	if err != nil {
		return s, err
	}
	text, err := run("show", "-no-color", "plan.bin")
	if err != nil {
		return s, err
	}
	s = sizes{file: file.Size(), json: int64(len(doc)), text: int64(len(text))}
	if state, err := os.Stat(filepath.Join(t.dir, "terraform.tfstate")); err == nil {
		s.state = state.Size()
	}
	return s, nil
}
