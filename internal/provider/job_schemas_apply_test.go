// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/entra"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// movedJob is a published job, converted for a directory of a test.
type movedJob struct {
	tag, config string
	columns     []string
	job         string
}

// moveIn converts a job and writes what plans and applies its rules; replace fits the job to the directory of the test.
func moveIn(t *testing.T, name, tag, prefix, arguments string, replace *strings.Replacer) movedJob {
	t.Helper()
	job := jobs[name]
	lines := make([]string, len(job.lines))
	for i, line := range job.lines {
		lines[i] = replace.Replace(line)
	}
	schema := jobSchema(t, job.directory, lines...)
	doc, err := os.ReadFile(schema)
	if err != nil {
		t.Fatal(err)
	}
	rules, _, err := mapping.FromEntraSchema(string(doc), activedirectory.Format, entra.Format)
	if err != nil {
		t.Fatal(err)
	}
	to := map[string]target{"ad": activeDirectoryTarget, "entra": entraTarget}[prefix]
	m, err := mapping.Compile(rules, to.schema(), to.format)
	if err != nil {
		t.Fatal(err)
	}
	id := regexp.MustCompile(`^\S+ ObjectAddOnly 1 \[(.+)\]$`).FindStringSubmatch(lines[0])[1]
	columns := slices.Clone(m.SourceAttributes())
	for _, field := range []string{id, job.status} {
		if !slices.Contains(columns, field) {
			columns = append(columns, field)
		}
	}
	quoted := make([]string, len(columns))
	for i, column := range columns {
		quoted[i] = strconv.Quote(column)
	}
	source := strings.NewReplacer(
		`variable "csv"`, fmt.Sprintf("variable %q", tag), "var.csv", "var."+tag, `"staff"`, fmt.Sprintf("%q", tag), ".staff", "."+tag,
		"local.converted", "local.converted_"+tag, "converted =", "converted_"+tag+" =", "local.rules", "local.rules_"+tag,
		"rules     =", "rules_"+tag+" =", "locals { json", "locals { json_"+tag, "local.json", "local.json_"+tag,
		`split(",", split("\n", var.csv)[0])`, "["+strings.Join(quoted, ", ")+"]",
		`worker_id = "WorkerID", status = "Active", hire_date = "StatusHireDate"`, fmt.Sprintf("worker_id = %q, status = %q", id, job.status),
	).Replace(movedIn(schema, prefix, arguments))
	return movedJob{tag, source, columns, name}
}

// feed is the records of two people, of whom the second works here or has left.
func (j movedJob) feed(t *testing.T, left bool) config.Variable {
	t.Helper()
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	records := [][]string{j.columns}
	for i, person := range []string{j.tag + "a", j.tag + "b"} {
		record := maps.Clone(jobs[j.job].active)
		for column, v := range map[string]string{
			"WorkerID": person, "personIdExternal": person, "externalId": person, "UserID": person, "username": person, "userName": person,
			"LastName": person, "lastName": person, "PreferredNameData": "Ada " + person, "displayName": "Ada " + person,
		} {
			if _, has := record[column]; has {
				record[column] = v
			}
		}
		if i == 1 && left {
			maps.Copy(record, jobs[j.job].left)
		}
		row := make([]string, len(j.columns))
		for k, column := range j.columns {
			row[k] = record[column]
		}
		records = append(records, row)
	}
	if err := w.WriteAll(records); err != nil {
		t.Fatal(err)
	}
	return config.StringVariable(out.String())
}

// applyJobs applies jobs side by side: everybody works, then the second person of each has left.
func applyJobs(t *testing.T, list []movedJob, check func(tag string, left bool) resource.TestCheckFunc) {
	t.Helper()
	steps := make([]resource.TestStep, 2)
	for i := range steps {
		s := resource.TestStep{ConfigVariables: config.Variables{}, ConfigPlanChecks: settledPlan}
		var checks []resource.TestCheckFunc
		for _, j := range list {
			s.Config += j.config
			s.ConfigVariables[j.tag] = j.feed(t, i == 1)
			checks = append(checks, check(j.tag, i == 1))
		}
		s.Check = resource.ComposeAggregateTestCheckFunc(checks...)
		steps[i] = s
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: steps})
}

// jobsTo returns the names of the published jobs that write to a directory.
func jobsTo(directory string) []string {
	names := slices.Sorted(maps.Keys(jobs))
	return slices.DeleteFunc(names, func(name string) bool { return jobs[name].directory != directory })
}

// TestAccMovingIn_jobsToAD: the published jobs of each HR system to Active Directory are applied as they convert, and their
// leavers lose access. Each has a container of its own.
func TestAccMovingIn_jobsToAD(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	var list []movedJob
	for i, name := range jobsTo("Active Directory") {
		tag := fmt.Sprintf("job%d", i)
		own := "OU=" + tag + "," + ou
		for _, container := range []string{own, "OU=Default Users," + own, "OU=Accounts," + own, "OU=DisabledAccounts," + own,
			"OU=Users," + own} {
			if err := d.CreateOU(t.Context(), container); err != nil {
				t.Fatal(err)
			}
		}
		list = append(list, moveIn(t, name, tag, "ad", fmt.Sprintf("owned_containers = [%q]", own),
			strings.NewReplacer("DC=contoso,DC=com", own, "contoso.com", d.Realm())))
	}
	applyJobs(t, list, func(tag string, left bool) resource.TestCheckFunc {
		return resource.ComposeAggregateTestCheckFunc(holds(d, tag+"a", "userAccountControl", "512"),
			holds(d, tag+"b", "userAccountControl", map[bool]string{false: "512", true: "514"}[left]))
	})
}

// TestAccMovingIn_jobsToEntra: the same for Microsoft Entra ID, with a tenant for each.
func TestAccMovingIn_jobsToEntra(t *testing.T) {
	for _, name := range jobsTo("Azure Active Directory") {
		t.Run(name, func(t *testing.T) {
			s := useTenant(t, graph.Options{})
			applyJobs(t, []movedJob{moveIn(t, name, "job", "entra", "", strings.NewReplacer())}, func(tag string, left bool) resource.TestCheckFunc {
				return func(*terraform.State) error {
					have := map[string]bool{}
					for _, u := range s.Users() {
						have[fmt.Sprint(u["employeeId"])] = u["accountEnabled"] == true
					}
					if want := map[string]bool{tag + "a": true, tag + "b": !left}; !maps.Equal(have, want) {
						return fmt.Errorf("those who can sign in are %v, expected %v", have, want)
					}
					return nil
				}
			})
		})
	}
}
