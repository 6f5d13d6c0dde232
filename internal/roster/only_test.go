// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// TestOnlyDecidesAboutTheNamed: a joiner, a mover and a leaver now; everybody else stays as they are, whatever
// the feed says about them, and the run of everybody afterwards has nothing left to do for the three.
func TestOnlyDecidesAboutTheNamed(t *testing.T) {
	for name, change := range map[string]func(*mapping.Rules){
		"plain":           func(r *mapping.Rules) { r.Lifecycle.RecordIn = "" },
		"absent disabled": func(r *mapping.Rules) { r.Lifecycle.OnAbsent = "disable" },
		"out of scope": func(r *mapping.Rules) {
			r.Scope, r.OnOutOfScope = [][]mapping.Clause{{{Attribute: "Department", Operator: "NOT EQUALS", Value: "Legal"}}},
				mapping.OutOfScopeDisable
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, r := newMemory(), everything(change)
			before := crowd(1, 250)
			in := input(t, m, r)
			in.Workers, in.AsOf = before, now.AddDate(0, 0, -40)
			settle(t, m, in)
			had := decide(t, in).Documents
			in.AsOf = now
			in.Workers = crowd(1, 250)
			for i := range 40 {
				delete(in.Workers, fmt.Sprint(1000+i*6))
			}
			in.Workers["9001"] = hire("9001 Li Wei", "Department=IT")
			in.Workers["9002"] = hire("9002 Li Wei", "Department=IT")
			in.Only = []string{"9002"}
			for _, d := range decide(t, allOf(in)).Decisions {
				if in.Workers[d.WorkerID] != nil && (d.Action == roster.ActionDisable || d.Action == roster.ActionDelete ||
					d.Action == roster.ActionUpdate) && len(in.Only) < 9 {
					in.Only = append(in.Only, d.WorkerID)
				}
			}
			partial := decide(t, in)
			if len(in.Only) < 4 || len(partial.Decisions) != len(in.Only) || partial.Partial == nil || !slices.Contains(partial.Joiners, "9002") ||
				slices.Contains(partial.Joiners, "9001") {
				t.Fatalf("%d decisions for %q, joiners %q", len(partial.Decisions), in.Only, partial.Joiners)
			}
			for id, doc := range had {
				if !slices.Contains(in.Only, id) && partial.Documents[id] != doc {
					t.Errorf("worker %q: the document is not as it was\n%s\n%s", id, doc, partial.Documents[id])
				}
			}
			settle(t, m, in)
			whole := decide(t, allOf(in))
			for _, id := range in.Only {
				d := decision(t, whole, id)
				d.Changes = slices.DeleteFunc(d.Changes, func(c roster.Difference) bool { // a manager who gets an account in the run of everybody
					return c.Attribute == directory.ManagerAttribute && slices.Contains(whole.Joiners, c.New.Text())
				})
				if len(d.Changes) > 0 || d.Action == roster.ActionCreate {
					t.Errorf("worker %q in the run of everybody: %s %v", id, d.Action, d.Changes)
				}
			}
			settle(t, m, allOf(in))
		})
	}
}

// allOf is the same run for everybody.
func allOf(in roster.Input) roster.Input {
	in.Only = nil
	return in
}

// TestOnlyLeavesEverybodyElse: what would stop a run, set somebody aside, disable or release them does nothing
// to those who are not named.
func TestOnlyLeavesEverybodyElse(t *testing.T) {
	m := newMemory()
	m.ann()
	m.user("cn=Bob Ray", "sAMAccountName=bob.ray", "userPrincipalName=bob.ray@corp.example.com", "givenName=Bob", "sn=Ray",
		"displayName=Robert", "employeeID=2")
	m.user("cn=Gone One", "sAMAccountName=gone", "userPrincipalName=gone@corp.example.com", "employeeID=7")
	guarded := m.user("cn=Eve Fox", "sAMAccountName=eve.fox", "userPrincipalName=eve.fox@corp.example.com", "employeeID=5")
	guarded.Protected = "adminCount is 1"
	off(m.user("cn=Out Now", "sAMAccountName=out", "userPrincipalName=out@corp.example.com", "employeeID=6"), "2020-01-01", directory.ForLeft)
	m.user("cn=Weak One", "sAMAccountName=weak.one")
	r := rules(func(r *mapping.Rules) {
		r.Lifecycle.OnAbsent, r.Lifecycle.RecordIn = "release", ""
		r.Match = append(r.Match, mapping.MatchRule{All: []mapping.MatchCondition{{Source: `ToLower(Join(".", [First], [Last]))`,
			Target: "sAMAccountName"}}})
	})
	in := input(t, m, r, hire("1 Ann Lee", "Title=Head"), hire("2 Bob Ray", "status=Terminatd"), hire("3 Cy Doe"), hire("4 Di Poe",
		"status=Terminatd"),
		hire("5 Eve Fox", "termination_date=2026-01-01"), hire("6 Out Now", "termination_date=2020-01-01"), hire("8 Weak One"))
	in.Only, in.OnProblem = []string{"1"}, roster.ProblemStop
	in.Overrides = []roster.Override{disable("2"), disable("99")}
	in.Links = map[string]string{"3": "no-such-object"}
	in.Safeguards = roster.Safeguards{Limits: roster.Limits{MaxAbsent: limit(t, "0"), MaxSetAside: limit(t, "0"), MaxDisable: limit(t, "0"),
		MaxCreate: limit(t, "0"), MaxDelete: limit(t, "0")}}
	result := decide(t, in)
	expectAction(t, result, "1", roster.ActionUpdate)
	expectValue(t, result, "1", "title", "Head")
	for id, want := range map[string]string{"2": "true", "5": "true", "6": "false", "7": "true"} {
		expectValue(t, result, id, "enabled", want)
		if a := result.Accounts[id]; a.Deleted || a.Released {
			t.Errorf("worker %q: %+v", id, a)
		}
	}
	expectValue(t, result, "2", "displayName", "Robert")
	for _, id := range []string{"3", "4", "8"} { // none is created, and none is taken over
		if doc, there := result.Documents[id]; there {
			t.Errorf("worker %q has a document: %s", id, doc)
		}
	}
	if len(result.Decisions)+len(result.SetAside)+len(result.Orphans)+len(result.Calendar)+len(result.Warnings)+len(result.Unmanaged)+len(result.Overrides) != 1 {
		t.Errorf("more than the one decision: %+v", result)
	}
	if p := result.Partial; p == nil || !slices.Equal(p.WorkerIDs, []string{"1"}) || p.Others != 7 {
		t.Errorf("partial: %+v", p)
	}
	if got := slices.Sorted(maps.Keys(result.ObjectIDs)); !slices.Equal(got, []string{"1", "2", "5", "6", "7", "8"}) {
		t.Errorf("object ids of %q", got)
	}
	if len(result.Words) != 1 || result.Words[0].Workers != 1 {
		t.Errorf("words: %v", result.Words)
	}
}

// TestOnlyNamesAreFreeOfEverybody: a joiner gets no name that anybody has, or gives up in a run of everybody.
func TestOnlyNamesAreFreeOfEverybody(t *testing.T) {
	m := newMemory()
	m.ann()
	off(m.user("cn=Ann Lee 2", "sAMAccountName=ann.lee1", "userPrincipalName=ann.lee1@corp.example.com", "employeeID=2"), "2020-01-01",
		directory.ForLeft)
	in := input(t, m, rules(), hire("1 Ann Lee"), hire("2 Ann Lee", "termination_date=2020-01-01"), hire("3 Ann Lee"))
	in.Only = []string{"3"}
	expectValue(t, decide(t, in), "3", "sAMAccountName", "ann.lee2")
	settle(t, m, in)
	settle(t, m, allOf(in))
}

// TestOnlyOfTheAbsent: somebody who is not in the feed any more can be named by the id that the account carries,
// in any case; percentages are of everybody.
func TestOnlyOfTheAbsent(t *testing.T) {
	m := newMemory()
	m.user("cn=Gone One", "sAMAccountName=gone", "userPrincipalName=gone@corp.example.com", "employeeID=x7")
	in := input(t, m, rules(func(r *mapping.Rules) { r.Lifecycle.OnAbsent, r.Lifecycle.RecordIn = "disable", "extensionAttribute1" }),
		hire("2 Bob Ray"), hire("3 Cy Doe"))
	in.Only = []string{"X7", "2"}
	result := decide(t, in)
	expectAction(t, result, "x7", roster.ActionDisable)
	if p := result.Partial; !slices.Equal(p.WorkerIDs, []string{"2", "x7"}) || p.Others != 1 || !slices.Equal(result.Orphans, []string{"x7"}) {
		t.Errorf("partial %+v, orphans %q", p, result.Orphans)
	}
	in.Safeguards.MaxDisable = limit(t, "0")
	refused(t, in, "max_disable: 1 account would lose access, allowed 0")
}

func TestOnlyUnknownWorkers(t *testing.T) {
	m := newMemory()
	m.ann()
	m.user("cn=Other", "sAMAccountName=other", "userPrincipalName=other@corp.example.com", "employeeID=77").Account.Container = sydney
	in := input(t, m, rules(), hire("1 Ann Lee"), hire("1001 Bob Ray"))
	in.Owned, in.OwnedArgument = func(e *directory.Existing) bool { return e.Account.Container == staff }, "owned_containers"
	in.Only = []string{"1", "1002", "77", "1002"}
	refused(t, in, "only: nobody has these worker ids",
		`worker "1002": is not in the feed, and no account carries the id; did you mean "1001"?`,
		`worker "77": is not in the feed, and the account that carries the id is not of this population: CN=Other`)
}

// TestOnlyIsSaidFirst: the report says on its first lines that it is partial, and about whom.
func TestOnlyIsSaidFirst(t *testing.T) {
	m := newMemory()
	m.ann()
	in := input(t, m, rules(), hire("1 Ann Lee", "Title=Head", "manager_id=2"), hire("2 Bob Ray"), hire("3 Cy Doe", "manager_id=3"))
	in.Only = []string{"1"}
	r := decideAndReport(t, in)
	first := strings.Join(strings.SplitN(r.Report, "\n", 4)[:3], "\n")
	for _, part := range []string{"# Identity changes of some people only", "Partial: this run decides about 1 person only, Ann Lee",
		"Everybody else (2 workers or accounts) keeps"} {
		if !strings.Contains(first, part) {
			t.Errorf("the first lines do not say %q:\n%s", part, first)
		}
	}
	fits(t, reportSchema(t), r.ReportJSON)
	if !strings.Contains(r.ReportJSON, `"partial":{"worker_ids":["1"],"others":2}`) {
		t.Errorf("report_json: %s", r.ReportJSON)
	}
	page, err := r.HTML()
	if err != nil || !strings.Contains(page, "Partial: this run decides about 1 person only") {
		t.Errorf("the page does not say that it is partial: %v", err)
	}
	whole := decideAndReport(t, allOf(in))
	if strings.Contains(whole.Report+whole.ReportJSON, "artial") {
		t.Error("a run of everybody is said to be partial")
	}
}
