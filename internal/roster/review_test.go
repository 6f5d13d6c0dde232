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
	r := decide(t, in)
	last := -1
	for _, part := range []string{
		"| disable | 12 |", "| rename | 3 |", "| create | 40 |", "| update | 1,001 |", "| none | 8,984 |",
		"## Causes (9)", "| 1,000 | `department`: `Sales` → `Revenue` | `[Department]` | `100000`, `100001`, `100002` |",
		"| 12 | `container`: `" + staff + "` → `" + leavers + "` |", "| 12 | `enabled`: `true` → `false` | policy | `109000`, `109001`, `109002` |",
		"| 3 | `cn`: each their own value |", "| `105000`: `First115 Last5000` → `First115 Married0`<br>`105001`:", "| 1 | `manager`: `100875` → `100042` |",
		"## Disabled (12)", "termination\\_date 2026-11-20 (UTC) is over | `enabled`: `true` → `false`<br>`container`: `" + staff + "` → `" + leavers + "` |", "| `109011` |",
		"## Renamed (3)", "| `105002` | First117 Married2 | `CN=First117 Last5002,", "`userPrincipalName`: `first117.last5002@corp.example.com` → `first117.married2@corp.example.com`",
		"## Created (40)", "| `200039` | New39 Joiner39 | `cn=New39 Joiner39, sAMAccountName=new39.joiner39,",
		"## Updated (1,001)", "1,000 of them change in nothing but what the causes above tell.", "| `107000` | First161 Last7000 | `CN=First161 Last7000," + staff + "` | `manager`: `100875` → `100042` |",
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
	for _, found := range regexp.MustCompile("`([12][0-9]{5})`").FindAllStringSubmatch(r.Report, -1) {
		named[found[1]] = true
	}
	expected := slices.Concat(joiners, left, married, []string{"107000", "100875", "100042"}, movers[:3])
	slices.Sort(expected)
	if got := slices.Sorted(maps.Keys(named)); !slices.Equal(got, expected) {
		t.Errorf("the report names %q, expected %q", got, expected)
	}
	if n := len(r.Report); n > 25_000 {
		t.Errorf("the report has %d characters", n)
	}
	if want := `The accounts of 1,056 workers change. The attribute report tells who, what and why:
  - 12 disabled: 109000, 109001, 109002, 109003, 109004, 109005, 109006, 109007, 109008, 109009, 109010, 109011
  - 3 renamed: 105000, 105001, 105002
  - 40 created: 200000, 200001, 200002, 200003, 200004, 200005, 200006, 200007, 200008, 200009, 200010, 200011, 200012, 200013, 200014, and 25 more
  - 1,001 updated: 107000, and 1,000 only in what follows
  - 1,000 workers: department: "Sales" → "Revenue"
  - 12 workers: container: "` + staff + `" → "` + leavers + `"
  - 12 workers: enabled: "true" → "false"`; r.Digest != want {
		t.Errorf("digest:\n%s\nexpected:\n%s", r.Digest, want)
	}
	everybodyInJSON(t, r, slices.Concat(joiners, left, married, movers, []string{"107000"}))
}

// everybodyInJSON: what the page cuts short is there in full for scripts.
func everybodyInJSON(t *testing.T, r *roster.Result, expected []string) {
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
	r := decide(t, in)
	_, moved, _ := strings.Cut(r.Report, "## Moved (20)")
	if !strings.Contains(moved, "19 of them change in nothing but what the causes above tell.") || !strings.Contains(moved, "| `7` | F7 L7 |") || !strings.Contains(moved, "`title`: none → `Head`") {
		t.Errorf("the report does not single out who has more changes:\n%s", r.Report)
	}
	if r.Digest != "" {
		t.Errorf("a digest of what can be read: %s", r.Digest)
	}
	in.Workers["7"].Attributes["Title"] = expression.Null
	if r = decide(t, in); !strings.Contains(r.Report, "## Moved (20)\n\nAll 20 change in nothing but what the causes above tell.") || strings.Contains(r.Report, "| `7` |") {
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
		report := decide(t, input(t, m, rules(), workers...)).Report
		if all := strings.Count(report, "→ `Adviser"); (all > people) != listed { // the causes show the first as well
			t.Errorf("%d people, %d times in the report, listed: %t\n%s", people, all, listed, report)
		}
		if !strings.Contains(report, "Chief") {
			t.Errorf("%d people hide the one who gets something else:\n%s", people, report)
		}
	}
}
