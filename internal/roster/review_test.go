// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/worker"
)

// marriage are rules by which a new surname gives new names, while the login stays.
func marriage(r *mapping.Rules) {
	r.Attributes["cn"] = mapping.AttributeRule{Expression: `SelectUniqueValue(Join(" ", [First], [Last]), Join(" ", [First], [Last], [worker_id]))`, Apply: mapping.ApplyAlways}
	r.Attributes["userPrincipalName"] = mapping.AttributeRule{Expression: `SelectUniqueValue(ToLower(Append(Join(".", [First], [Last]), "@corp.example.com")), ToLower(Append(Join(".", [First], [worker_id]), "@corp.example.com")))`, Apply: mapping.ApplyAlways}
	r.Attributes["mail"] = mapping.AttributeRule{Expression: `SelectUniqueValue(ToLower(Append(Join(".", [First], [Last]), "@corp.example.com")), ToLower(Append(Join(".", [First], [worker_id]), "@corp.example.com")))`, Apply: mapping.ApplyAlways, Unique: true}
}

// week is an ordinary week of a company of 10,000: a department is renamed, people join,
// leave and marry, and somebody gets another manager.
func week(t *testing.T) (in roster.Input, joiners, left, married, movers []string) {
	t.Helper()
	const people, moved = 10_000, 1000
	m := newMemory()
	in = input(t, m, rules(marriage))
	in.Workers = company(people)
	for i := range moved {
		id := fmt.Sprint(100000 + i)
		in.Workers[id].Attributes["Department"] = expression.String("Sales")
		movers = append(movers, id)
	}
	m.apply(t, decide(t, in))
	for _, id := range movers {
		in.Workers[id].Attributes["Department"] = expression.String("Revenue")
	}
	for i := range 40 {
		id := fmt.Sprint(200000 + i)
		in.Workers[id] = hire(fmt.Sprintf("%s New%d Joiner%d", id, i, i), "Department=Department 7", "Title=Trainee", "hire_date=2026-11-22", "manager_id=100900")
		joiners = append(joiners, id)
	}
	for i := range 12 {
		id := fmt.Sprint(109000 + i)
		in.Workers[id].TerminationDate = "2026-11-20"
		left = append(left, id)
	}
	for i := range 3 {
		id := fmt.Sprint(105000 + i)
		in.Workers[id].Attributes["Last"] = expression.String(fmt.Sprintf("Married%d", i))
		married = append(married, id)
	}
	in.Workers["107000"].ManagerID = "100042"
	return in, joiners, left, married, movers
}

// Everything that happens can be read, each in as much detail as it deserves, and nothing else is there.
func TestReviewOfAWeek(t *testing.T) {
	in, joiners, left, married, movers := week(t)
	r := decideAndReport(t, in)
	last := -1
	for _, part := range []string{
		"10,000 people can sign in today: 12 lose that, and 40 get it. Afterwards 10,028 can.",
		"| lose access | 12 | by HR, all have left; 8 of 12 (67 %) report to First148 Last1125 (`101125`) (0 % of everybody: 8 of 10,000)", "| renamed | 3 |",
		"| new account | 40 | all can sign in at once; 40 of 40 (100 %) work in the department Department 7 (2 % of everybody: 225 of 10,000); 40 of 40 (100 %) report to First900 Last900 (`100900`)", "40 of 40 (100 %) are Trainee (0 % of everybody: 0 of 10,000)",
		"| other values change | 1,001 | `department`: `Sales` → `Revenue`, for all 1,000 who had it; 1 person otherwise |",
		"| nothing changes | 8,984 |",
		"## Look at these", "## Causes (8)", "| 1,000 of 1,000 | `department`: `Sales` → `Revenue` | HR: `Department` |", "| 12 of 10,000 | `container`: `" + staff + "` → `" + leavers + "` |",
		"| 3 | `cn`: each their own value |", "First115 Married0 (`105000`): `First115 Last5000` → `First115 Married0`;", "| 1 | `manager`: First875 Last875 (`100875`) → First42 Last42 (`100042`) |",
		"## Disabled (12)", "| First207 Last9000 (`109000`) | Title 0 | Department 0 | Berlin | First148 Last1125 (`101125`) |", "termination\\_date 2026-11-20 (UTC) is over |  |", "(`109011`) |",
		"## Renamed (3)", "| First117 Married2 (`105002`) |", "`userPrincipalName`: `first117.last5002@corp.example.com` → `first117.married2@corp.example.com`",
		"## Created (40)", "| New39 Joiner39 (`200039`) | Trainee | Department 7 |",
		"## Updated (1,001)", "1,000 of them change in nothing but what the causes above tell.", "| First161 Last7000 (`107000`) | Title 100 |",
	} {
		i := strings.Index(r.Report, part)
		if i < 0 {
			t.Errorf("the report lacks %q", part)
			continue
		}
		if i <= last {
			t.Errorf("%q comes too early", part)
		}
		last = i
	}
	if t.Failed() {
		t.Log(r.Report)
	}
	named := map[string]bool{}
	_, lists, _ := strings.Cut(r.Report, "## Disabled")
	for _, found := range regexp.MustCompile("(?m)^\\| [^|]*\\(`([12][0-9]{5})`\\) \\|").FindAllStringSubmatch(lists, -1) {
		named[found[1]] = true
	}
	expected := slices.Concat(joiners, left, married, []string{"107000"})
	slices.Sort(expected)
	if got := slices.Sorted(maps.Keys(named)); !slices.Equal(got, expected) {
		t.Errorf("the report lists %q, expected %q", got, expected)
	}
	if n := len(r.Report); n > 40_000 {
		t.Errorf("the report has %d characters", n)
	}
	for _, part := range []string{"The accounts of 1,056 people change:\n  - 12 disabled: First207 Last9000 (109000), ", "\n  - 3 renamed: First115 Married0 (105000), ", "\n  - 40 created: New0 Joiner0 (200000), ", ", 25 more\n",
		"\n  - 1,001 updated: First161 Last7000 (107000), and 1,000 only in what follows\n", "\n  - \"department\": \"Sales\" → \"Revenue\", for all 1,000 who had it\n", "\nLook at these first; the attribute report has the reasons:\n  - "} {
		if !strings.Contains(r.Digest, part) {
			t.Errorf("the summary lacks %q:\n%s", part, r.Digest)
		}
	}
	everybodyInJSON(t, r, slices.Concat(joiners, left, married, movers, []string{"107000"}))
}

// everybodyInJSON: what the page cuts short is there in full for scripts.
func everybodyInJSON(t *testing.T, r reported, expected []string) {
	t.Helper()
	var doc struct {
		Decisions []struct {
			WorkerID string `json:"worker_id"`
		}
		Causes []struct {
			Attribute string
			People    int
			First     []string
		}
	}
	if err := json.Unmarshal([]byte(r.ReportJSON), &doc); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range doc.Decisions {
		got = append(got, d.WorkerID)
	}
	slices.Sort(got)
	slices.Sort(expected)
	if !slices.Equal(got, expected) {
		t.Errorf("%d decisions, expected %d", len(got), len(expected))
	}
	if c := doc.Causes[0]; c.Attribute != "department" || c.People != 1000 || len(c.First) != 3 {
		t.Errorf("first cause %+v", c)
	}
}

// Who has a change of their own beside one that many have is listed, with all of it.
func TestReviewListsWhoHasMoreThanTheOthers(t *testing.T) {
	m := newMemory()
	in := office(t, m)
	for id := range in.Workers {
		in.Workers[id] = hire(id+" F"+id+" L"+id, "Department=Revenue", "City=Sydney")
	}
	in.Workers["7"].Attributes["Title"] = expression.String("Head")
	r := decideAndReport(t, in)
	_, moved, _ := strings.Cut(r.Report, "## Moved (20)")
	if !strings.Contains(moved, "19 of them change in nothing but what the causes above tell.") || !strings.Contains(moved, "| F7 L7 (`7`) |") || !strings.Contains(moved, "`title`: none → `Head` (HR: `Title`)") {
		t.Errorf("the report does not single out who has more changes:\n%s", r.Report)
	}
	if r.Digest != "" {
		t.Errorf("a digest of what can be read: %s", r.Digest)
	}
	in.Workers["7"].Attributes["Title"] = expression.Null
	if r = decideAndReport(t, in); !strings.Contains(r.Report, "## Moved (20)\n\nAll 20 change in nothing but what the causes above tell.") || strings.Contains(r.Report, "| F7 L7 (`7`) |") {
		t.Errorf("the report lists people of whom the causes tell everything:\n%s", r.Report)
	}
}

// Who gets a value of their own is listed, as long as a list can hold all of them.
func TestReviewListsWhoGetsAValueOfTheirOwn(t *testing.T) {
	for people, listed := range map[int]bool{20: true, 60: false} {
		m := newMemory()
		workers := []*worker.Worker{hire("1 Ann Lee", "Title=Chief")}
		m.ann()
		for i := range people {
			id := fmt.Sprint(1000 + i)
			last := fmt.Sprint("Ray", i)
			m.user("cn=Bob "+last, "sAMAccountName=bob."+strings.ToLower(last), "userPrincipalName=bob."+strings.ToLower(last)+"@corp.example.com", "employeeID="+id, "givenName=Bob", "sn="+last, "displayName=Bob "+last, "title=Clerk "+id)
			workers = append(workers, hire(id+" Bob "+last, "Title=Adviser "+id))
		}
		report := decideAndReport(t, input(t, m, rules(), workers...)).Report
		if all := strings.Count(report, "→ `Adviser"); (all > people) != listed { // the causes show the first as well
			t.Errorf("%d people, %d times in the report, listed: %t\n%s", people, all, listed, report)
		}
		if !strings.Contains(report, "Chief") {
			t.Errorf("%d people hide the one who gets something else:\n%s", people, report)
		}
	}
}
