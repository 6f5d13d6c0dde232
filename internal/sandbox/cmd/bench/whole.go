// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/export"
)

// partSize is how many people a part of a divided population has, about.
const partSize = 1_000

// wholePath is a configuration from an HR source to accounts: rules, decisions with their report, and one
// resource for everybody.
type wholePath struct {
	target
	rules mapping.Rules
	// file is the absolute path of a CSV file, dsn the connection string of a PostgreSQL server; one of them.
	file, dsn string
	// parts divides the population.
	parts bool
}

func (p wholePath) config() string {
	var b strings.Builder
	b.WriteString(requiredProviders)
	if p.dsn != "" {
		fmt.Fprintf(&b, "data \"workforce_hr_sql\" \"staff\" {\n  driver = \"postgresql\"\n  dsn = %q\n  query = %q\n",
			p.dsn, export.SQLSelect())
	} else {
		fmt.Fprintf(&b, "data \"workforce_hr_csv\" \"staff\" {\n  path = %q\n", p.file)
	}
	b.WriteString("  fields = {\n")
	for _, key := range slices.Sorted(maps.Keys(export.Fields)) {
		fmt.Fprintf(&b, "    %s = %q\n", key, export.Fields[key])
	}
	b.WriteString("  }\n}\n")
	p.writeRules(&b)
	source, parts, population := "csv", "", "accounts = data.workforce_%[1]s_accounts.staff.accounts\n"
	if p.dsn != "" {
		source = "sql"
	}
	if p.parts {
		parts = fmt.Sprintf("  partition = { size = %d }\n", partSize)
		population = "for_each = data.workforce_%[1]s_accounts.staff.partitions\n  accounts = each.value\n"
	}
	fmt.Fprintf(&b, "locals { rules = workforce_mapping.rules.json }\n"+
		"data \"workforce_%[1]s_accounts\" \"staff\" {\n  workers = data.workforce_hr_%[2]s.staff.json\n"+
		"  mapping = local.rules\n  as_of = %[3]q\n%[4]s}\n"+
		"resource %[5]q \"staff\" {\n  "+population+"}\n",
		p.prefix, source, company.DefaultDate.Format("2006-01-02"), parts, p.resource)
	return b.String()
}

func (p wholePath) writeRules(b *strings.Builder) {
	r := p.rules
	fmt.Fprintf(b, "resource \"workforce_mapping\" \"rules\" {\n  target = %q\n"+
		"  match = [{ source = \"worker_id\", target = %q }]\n  expressions = {\n", r.Target, r.Match[0].All[0].Target)
	for _, name := range slices.Sorted(maps.Keys(r.Expressions)) {
		fmt.Fprintf(b, "    %s = %q\n", name, r.Expressions[name])
	}
	b.WriteString("  }\n  attributes = {\n")
	for _, name := range slices.Sorted(maps.Keys(r.Attributes)) {
		if rule := r.Attributes[name]; rule.Source != "" {
			fmt.Fprintf(b, "    %q = { source = %q }\n", name, rule.Source)
		} else {
			fmt.Fprintf(b, "    %q = { expression = %q }\n", name, rule.Expression)
		}
	}
	b.WriteString("  }\n")
	if r.Container != "" {
		fmt.Fprintf(b, "  container = %q\n", r.Container)
	}
	b.WriteString("}\n")
}

// staff is a generated company; one worker in a hundred has another title where moved.
func staff(people int, moved bool) *company.Company {
	workforce := company.New(1, people)
	for i, w := range workforce.Workers {
		if moved && i%100 == 0 {
			w.JobTitle = "Head of " + w.JobTitle
		}
	}
	return workforce
}

// writeStaff writes the HR file of a workspace.
func writeStaff(t terraform, people int, moved bool) error {
	var b bytes.Buffer
	if err := staff(people, moved).WriteCSV(&b); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(t.dir, "staff.csv"), b.Bytes(), 0o600)
}

// sizes is how many bytes a plan and a state take.
type sizes struct{ file, json, text, state int64 }

// measureSizes reads the sizes of plan.bin and of the state of a workspace.
func measureSizes(t terraform, run func(args ...string) ([]byte, error)) (s sizes, plan []byte, err error) {
	file, err := os.Stat(filepath.Join(t.dir, "plan.bin"))
	if err != nil {
		return s, nil, err
	}
	doc, err := run("show", "-json", "plan.bin")
	if err != nil {
		return s, nil, err
	}
	text, err := run("show", "-no-color", "plan.bin")
	if err != nil {
		return s, nil, err
	}
	s = sizes{file: file.Size(), json: int64(len(doc)), text: int64(len(text))}
	if state, err := os.Stat(filepath.Join(t.dir, "terraform.tfstate")); err == nil {
		s.state = state.Size()
	}
	return s, doc, nil
}

// plannedAccounts are the documents that a plan in JSON holds for the resource staff, by the key of its
// instance: "" without for_each.
func plannedAccounts(plan []byte) (map[string]map[string]string, error) {
	var doc struct {
		PlannedValues struct {
			RootModule struct {
				Resources []struct {
					Mode, Name string
					Index      string
					Values     struct{ Accounts map[string]string }
				}
			} `json:"root_module"`
		} `json:"planned_values"`
	}
	if err := json.Unmarshal(plan, &doc); err != nil {
		return nil, err
	}
	out := map[string]map[string]string{}
	for _, r := range doc.PlannedValues.RootModule.Resources {
		if r.Mode == "managed" && r.Name == "staff" {
			out[r.Index] = r.Values.Accounts
		}
	}
	return out, nil
}
