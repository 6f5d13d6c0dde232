// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

func TestReport(t *testing.T) {
	m := newMemory()
	in := office(t, m)
	for id, w := range in.Workers {
		if w.Attributes["Department"].Text() == "Sales" {
			in.Workers[id] = hire(id+" F"+id+" L"+id, "Department=Revenue")
		}
	}
	in.Workers["1"].TerminationDate = "2026-11-20"
	in.Workers["3"].TerminationDate = "2026-01-20"
	for _, e := range m.objects {
		if e.Account.Attributes["employeeID"].Text() == "3" {
			off(e, "2026-01-21", "left")
		}
	}
	in.Workers["5"] = hire("5 Fifi L5", "Department=IT")
	in.Workers["7"] = hire("7 F7 L7", "Department=IT", "City=Sydney", "termination_date=2026-12-01")
	in.Workers["30"] = hire("30 New One")
	delete(in.Workers, "9")
	r := decideAndReport(t, in)
	last := -1
	for _, part := range []string{
		"# Identity changes as of 2026-11-22 12:00 UTC", "20 people in the HR data, and 1 account whose owner is missing from it: 21 people.",
		"19 people can sign in today: 1 loses that, and 1 gets it. Afterwards 19 can.",
		"20 accounts today (1 disabled), 1 made, 1 deleted: 20 afterwards (1 disabled). 1 person has none: 1 is deleted.",
		"In the next 30 days after this run, if nothing changes: 1 lose access.",
		"| What you can do | Lose access | Get an account | Can sign in then (19 today) | What it costs |",
		"| account deleted | 1 |", "| lose access | 1 | by HR, all have left", "| renamed | 1 |", "| moved to another folder (container) of " +
			"the directory | 1 |", "| new account | 1 | all can sign in at once",
		"| other values change | 10 | `department`: `Sales` → `Revenue`, for all 10 who had it |", "| missing from the HR data: the account " +
			"stays as it is | 1 | 1 of them can sign in; F9 L9 (`9`) |",
		"## Look at these",
		"## Causes", "| 10 of 10 | `department`: `Sales` → `Revenue` | HR: `Department` |",
		"## Deleted (1)", "disabled since 2026-01-21, and retention\\_days 30 are over",
		"## Disabled (1)", "| 2026-11-20 | termination\\_date 2026-11-20 (UTC) is over | `container`: `OU=Staff",
		"## Renamed (1)", "`cn`: `F5 L5` → `Fifi L5` (HR: `First`, `Last`, `worker_id`)", "## Moved (1)", "→ `OU=Sydney,OU=Staff,DC=corp,DC=example,DC=com` (HR: `City`)",
		"## Created (1)", "| New One (`30`) |  |  |  |  | `new.one@corp.example.com` | now |", "## Updated (10)", "All 10 change in nothing but what the causes above tell.",
		"## Missing from the HR data, kept as they are (1)", "## Status words (1)", "## The next 30 days (1)", "| 2026-12-02 00:00 UTC | F7 L7 " +
			"(`7`) | the account is disabled",
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
}

func TestReportIsCut(t *testing.T) {
	m := newMemory()
	in := office(t, m)
	for id := range in.Workers {
		in.Workers[id].TerminationDate = "2026-11-20"
	}
	in.MaxListed = 3
	r := decideAndReport(t, in)
	_, disabled, _ := strings.Cut(r.Report, "## Disabled (20)")
	disabled, _, _ = strings.Cut(disabled, "\n## ")
	if n := strings.Count(disabled, "\n| F"); n != 3 {
		t.Errorf("%d rows, expected three a list", n)
	}
	if !strings.Contains(disabled, "… and 17 more; `report_json` has everybody.") {
		t.Error("the report does not say how many are not listed")
	}
}

func TestReportJSON(t *testing.T) {
	m := newMemory()
	in := office(t, m)
	in.Workers["1"] = hire("1 F1 L1", "Department=<IT>", "termination_date=2026-11-20")
	in.Workers["30"] = hire("30 New One")
	delete(in.Workers, "9")
	r := decideAndReport(t, in)
	var doc struct {
		AsOf      string         `json:"as_of"`
		Counts    map[string]int `json:"counts"`
		Orphans   []string       `json:"orphans"`
		Decisions []struct {
			WorkerID string `json:"worker_id"`
			Action   string
			Reason   string
			Changes  []struct {
				Attribute string
				Old, New  any
			}
		}
		Causes []struct{ People int }
	}
	if err := json.Unmarshal([]byte(r.ReportJSON), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.AsOf != "2026-11-22T12:00:00Z" || doc.Counts["none"] != 18 || doc.Counts["disable"] != 1 || fmt.Sprint(doc.Orphans) != "[9]" || len(doc.Decisions) != 3 || len(doc.Causes) == 0 {
		t.Errorf("found %+v", doc)
	}
	if d := doc.Decisions[0]; d.WorkerID != "1" || d.Action != "disable" || d.Reason == "" || d.Changes[0].Old != "true" || d.Changes[0].New != "false" {
		t.Errorf("first decision %+v", d)
	}
	if !strings.Contains(r.ReportJSON, "<IT>") || strings.HasSuffix(r.ReportJSON, "\n") {
		t.Error("HTML escapes or a trailing line break")
	}
}

func TestHostileValuesStayText(t *testing.T) {
	m := newMemory()
	e := m.ann()
	e.Account.Attributes["department"] = directory.Value{"a|b `code` ``more``"}
	evil := "x|y`z\n\n# Approved <script>a</script> [l](http://e) @team \u202Egnp"
	w := hire("1 Ann Lee", "Department="+evil)
	plain := rules(func(r *mapping.Rules) {
		for _, name := range []string{"sAMAccountName", "userPrincipalName"} {
			r.Attributes[name] = mapping.AttributeRule{Expression: `SelectUniqueValue(Append("u", Left(ConvertToBase64([worker_id]), 6)), "v")`}
		}
		r.Attributes["userPrincipalName"] = mapping.AttributeRule{Expression: `SelectUniqueValue(Append(Left(ConvertToBase64([worker_id]), 6), "@corp.example.com"), "v@example.com")`}
	})
	other := hire("2|`3` <b>@x</b> y")
	other.ID = "2|`3`\n| 4 | <i>5"
	r := decideAndReport(t, input(t, m, plain, w, other))
	header := 0
	for _, line := range strings.Split(r.Report, "\n") {
		if strings.HasPrefix(line, "# Approved") || strings.Contains(line, "\u202e") {
			t.Errorf("a value became markup: %q", line)
		}
		if strings.HasPrefix(line, "|") {
			unescaped := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
			if header == 0 {
				header = unescaped
			}
			if unescaped != header {
				t.Errorf("a value became a cell: %q", line)
			}
		} else {
			header = 0
		}
		if bare := outsideCode(line); strings.Contains(bare, "<script") || strings.Contains(bare, "<b>") || strings.Contains(strings.ReplaceAll(bare, `\](`, ""), "](") || strings.Contains(bare, "@x") {
			t.Errorf("a value became markup: %q", bare)
		}
	}
	if !strings.Contains(r.Report, "```a\\|b `code` ``more`` ```") && !strings.Contains(r.Report, "``` a\\|b `code` ``more`` ```") {
		t.Errorf("the old value is not literal:\n%s", r.Report)
	}
}

// outsideCode removes code spans, by the rule of CommonMark 6.1: a run of
// backticks ends at the next run of the same length.
func outsideCode(line string) string {
	var out strings.Builder
	for i := 0; i < len(line); {
		if line[i] == '\\' && i+1 < len(line) {
			out.WriteString(line[i : i+2])
			i += 2
			continue
		}
		if line[i] != '`' {
			out.WriteByte(line[i])
			i++
			continue
		}
		run := len(line[i:]) - len(strings.TrimLeft(line[i:], "`"))
		end := -1
		for j := i + run; j < len(line); {
			n := len(line[j:]) - len(strings.TrimLeft(line[j:], "`"))
			if n == run {
				end = j + n
				break
			}
			j += max(n, 1)
		}
		if end < 0 {
			out.WriteString(line[i : i+run])
			i += run
			continue
		}
		i = end
	}
	return out.String()
}

func TestRedactedValuesShowNowhere(t *testing.T) {
	m := newMemory()
	m.ann().Account.Attributes["mobile"] = directory.Value{"old-secret"}
	m.user("cn=Bob Ray", "sAMAccountName=bob.ray", "employeeID=2", "mobile=bob-secret")
	private := rules(func(r *mapping.Rules) {
		r.Attributes["mobile"] = mapping.AttributeRule{Source: "Mobile", Redact: true}
		r.Attributes["displayName"] = mapping.AttributeRule{Expression: `Join(" ", "Mx", [Last])`, Redact: true}
	})
	r := decideAndReport(t, input(t, m, private, hire("1 Ann Lee", "Mobile=new-secret"), hire("2 Bob Ray", "Mobile=other-secret"), hire("3 New Kim", "Mobile=third-secret")))
	decisions, err := json.Marshal(r.Decisions)
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"report": r.Report, "JSON report": r.ReportJSON, "decisions": string(decisions), "warnings": strings.Join(r.Warnings, " ")} {
		if strings.Contains(text, "-secret") || strings.Contains(text, "Mx ") {
			t.Errorf("the %s shows a redacted value", where)
		}
	}
	if c := decision(t, r.Result, "1").Changes; len(c) != 2 || !c[0].Redacted || c[0].New != nil {
		t.Errorf("changes %+v, expected two redacted ones", c)
	}
	expectValue(t, r.Result, "1", "mobile", "new-secret")
}

func TestCalendarEndsAfterThirtyDays(t *testing.T) {
	r := decide(t, input(t, newMemory(), rules(), hire("1 Ann Lee", "termination_date=2026-12-21"), hire("2 Bob Ray", "termination_date=2026-12-30")))
	if len(r.Calendar) != 1 || r.Calendar[0].WorkerID != "1" {
		t.Errorf("calendar %v, expected the first worker's end only", r.Calendar)
	}
}

func TestPartition(t *testing.T) {
	documents := map[string]string{}
	for i := range 1000 {
		documents[fmt.Sprint(10000+i)] = "{}"
	}
	parity := func(id string) string { return map[bool]string{true: "even"}[(id[len(id)-1]-'0')%2 == 0] }
	for name, c := range map[string]struct {
		p       roster.Partition
		parts   int
		largest int
	}{
		"nothing":   {roster.Partition{}, 1, 1000},
		"shards":    {roster.Partition{Shards: 8}, 8, 165},
		"one shard": {roster.Partition{Shards: 1}, 1, 1000},
		"size":      {roster.Partition{Size: 300}, 4, 300},
		"attribute": {roster.Partition{Attribute: "department"}, 2, 500},
	} {
		t.Run(name, func(t *testing.T) {
			parts := c.p.Split(documents, parity)
			n := 0
			for part, people := range parts {
				if n += len(people); len(people) > c.largest || len(people) == 0 {
					t.Errorf("part %q has %d people, expected at most %d", part, len(people), c.largest)
				}
			}
			if n != 1000 || len(parts) != c.parts {
				t.Errorf("%d people in %d parts, expected 1000 in %d", n, len(parts), c.parts)
			}
		})
	}
	before := roster.Partition{Shards: 8}.Split(documents, parity)
	for i := range 500 {
		documents[fmt.Sprint(20000+i)] = "{}"
	}
	after := roster.Partition{Shards: 8}.Split(documents, parity)
	for part, people := range before {
		for id := range people {
			if _, there := after[part][id]; !there {
				t.Fatalf("worker %q moved to another shard because others joined", id)
			}
		}
	}
	if parts := (roster.Partition{Shards: 12}).Split(nil, parity); len(parts) != 12 || parts["shard-00"] == nil {
		t.Errorf("parts of nobody: %v", parts)
	}
}

func TestPartitionsOfAResult(t *testing.T) {
	m := newMemory()
	in := office(t, m)
	delete(in.Workers, "1") // its department is known from the account only
	in.Partition = roster.Partition{Attribute: "DEPARTMENT"}
	r := decide(t, in)
	if len(r.Partitions) != 2 || len(r.Partitions["IT"]) != 10 || r.Partitions["IT"]["1"] != r.Documents["1"] {
		t.Errorf("partitions %v", r.Partitions)
	}
	in.Partition.Attribute = roster.ContainerChange
	if r = decide(t, in); len(r.Partitions[staff]) != 20 {
		t.Errorf("by container: %d parts", len(r.Partitions))
	}
	in.Partition.Attribute = "title"
	if r = decide(t, in); len(r.Partitions["none"]) != 20 {
		t.Errorf("by an attribute nobody has: %v", r.Partitions)
	}
}
