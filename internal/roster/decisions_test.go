// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// ladder are rules with every rung of the ladder of leavers.
func ladder(change ...func(*mapping.Rules)) mapping.Rules {
	return rules(append([]func(*mapping.Rules){func(r *mapping.Rules) {
		r.Lifecycle.LeaverGroups, r.Lifecycle.RestoreGroups, r.Lifecycle.LeaverGroupsDays, r.Lifecycle.LeaverContainerDays = "remove", true, 7, 3
	}}, change...)...)
}

// grouped makes values of the groups attribute equal as targets compare them.
func grouped(in roster.Input) roster.Input {
	in.Format.Equal = func(attribute string, a, b directory.Value) bool {
		return attribute == directory.GroupsAttribute && directory.SameGroups(a, b)
	}
	return in
}

// TestEveryRungThatIsDueIsTakenAtOnce: HR tells late, and the account is disabled, moves and loses
// its groups in one run; deletion waits until the directory says that it has been disabled for long enough.
func TestEveryRungThatIsDueIsTakenAtOnce(t *testing.T) {
	m := newMemory()
	m.ann().Account.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsKept}
	in := grouped(input(t, m, ladder(), hire("1 Ann Lee", "termination_date=2026-10-03")))
	r := decide(t, in)
	expectAction(t, r, "1", roster.ActionDisable)
	for attribute, want := range map[string]string{"enabled": "false", "container": leavers, directory.GroupsAttribute: directory.GroupsRemoved, "deleted": "false", "disabled_for": "left"} {
		expectValue(t, r, "1", attribute, want)
	}
	settle(t, m, in)
	for day := range 45 {
		in.AsOf = now.AddDate(0, 0, day)
		gone := len(m.objects) == 0
		settle(t, m, in)
		if due := day >= 30; (len(m.objects) == 0) != due {
			t.Fatalf("day %d: %d objects, gone before %t", day, len(m.objects), gone)
		}
	}
}

// TestLadderGoesOnWithoutTheFeed: the record vanishes in the middle of the ladder, and nothing but what
// we wrote at the account says that its worker had left.
func TestLadderGoesOnWithoutTheFeed(t *testing.T) {
	m := newMemory()
	m.ann().Account.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsKept}
	in := grouped(input(t, m, ladder(), hire("1 Ann Lee", "termination_date=2026-11-21")))
	settle(t, m, in)
	in.Workers = population(hire("2 Bob Ray"))
	for day, want := range map[int]string{3: directory.GroupsKept, 10: directory.GroupsRemoved} {
		in.AsOf = now.AddDate(0, 0, day)
		expectValue(t, decide(t, in), "1", directory.GroupsAttribute, want)
	}
	in.AsOf = now.AddDate(0, 0, 10)
	settle(t, m, in)
	in.AsOf = now.AddDate(0, 0, 40)
	expectAction(t, decide(t, in), "1", roster.ActionDelete)
	settle(t, m, in)
}

// TestOverrideOfALeaver: nothing about the documents changes by itself, and an override holds deletion back.
func TestOverrideOfALeaver(t *testing.T) {
	m := newMemory()
	m.ann().Account.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsKept}
	in := grouped(input(t, m, ladder(), hire("1 Ann Lee", "termination_date=2026-01-20")))
	in.Overrides = []roster.Override{disable("1")}
	settle(t, m, in)
	in.AsOf = now.AddDate(0, 0, 31)
	r := decide(t, in)
	expectValue(t, r, "1", "deleted", "false")
	if d := decision(t, r, "1"); !strings.Contains(d.Reason, "holds that back") {
		t.Errorf("the reason is %q", d.Reason)
	}
	in.Overrides = nil
	expectAction(t, decide(t, in), "1", roster.ActionDelete)
}

// TestColumnOfEndsComesEmpty: a limit stops that many people gain access again, and nobody does one by one either.
func TestColumnOfEndsComesEmpty(t *testing.T) {
	m := newMemory()
	in := input(t, m, rules())
	for i := range 40 {
		w := hire(fmt.Sprintf("%d F%d L%d", i+1, i+1, i+1))
		if i < 20 {
			w.TerminationDate = "2026-11-01"
		}
		in.Workers[w.ID] = w
		m.user("cn="+fmt.Sprintf("F%d L%d", i+1, i+1), "employeeID="+w.ID, fmt.Sprintf("sAMAccountName=f%d.l%d", i+1, i+1), fmt.Sprintf("userPrincipalName=f%d.l%d@corp.example.com", i+1, i+1))
	}
	settle(t, m, in)
	for id := range in.Workers {
		in.Workers[id].TerminationDate = ""
	}
	in.Safeguards.MaxEnable = limit(t, "0")
	r := decide(t, in)
	if len(r.KeptDisabled) != 20 || !warned(r, "20 accounts are disabled while HR has the workers at work") {
		t.Errorf("kept disabled %q, warnings %q", r.KeptDisabled, r.Warnings)
	}
	settle(t, m, in)
	// A new employment that HR tells of is another matter, and is what the limit is for.
	for id := range in.Workers {
		in.Workers[id].HireDate = "2026-11-25"
	}
	in.AsOf = now.AddDate(0, 0, 5)
	in.Safeguards.MaxEnable = limit(t, roster.DefaultLimit)
	refused(t, in, "max_enable: 20 accounts would gain access again, allowed 5 (5 or 5% of 40)")
}

// TestWhoLeavesTheScopeIsNamed: the report names them, and says why their accounts have no document.
func TestWhoLeavesTheScopeIsNamed(t *testing.T) {
	for name, change := range map[string]func(*mapping.Rules){
		"scope": scope(""),
		"IgnoreObjectFlow": func(r *mapping.Rules) {
			r.Attributes["title"] = mapping.AttributeRule{Expression: `IIF(IsNullOrEmpty([Kind]), "Clerk", IgnoreObjectFlow)`}
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			ann := m.ann()
			in := input(t, m, rules(change), hire("1 Ann Lee"))
			settle(t, m, in)
			in.Workers["1"] = hire("1 Ann Lee", "Kind=EMPLOYEE")
			r := decide(t, in)
			kind := map[string]string{"scope": roster.UnmanagedOutOfScope, "IgnoreObjectFlow": roster.UnmanagedIgnored}[name]
			if u := r.Unmanaged[ann.ID]; u.Kind != kind || u.WorkerID != "1" || u.Reason == "" {
				t.Errorf("unmanaged: %+v", u)
			}
			if page := report(t, in, r).Report; !strings.Contains(page, "## Out of scope, with an account (1)") || !strings.Contains(page, "Ann Lee") {
				t.Errorf("the report does not name her:\n%s", page)
			}
		})
	}
}

// TestRulesPlaceNobodyOutsideOfWhatIsOwned: whoever is there would not be seen to be missing.
func TestRulesPlaceNobodyOutsideOfWhatIsOwned(t *testing.T) {
	m := newMemory()
	in := input(t, m, rules(), hire("1 Ann Lee"), hire("2 Bob Ray", "City=Sydney"))
	in.Owned, in.OwnedArgument = func(e *directory.Existing) bool { return e.Account.Container == staff }, "owned_containers"
	refused(t, in, "the rules place 1 account", sydney, "owned_containers", `"2"`)
	in.OwnsNothing = true // a pilot
	decide(t, in)
	in.OwnsNothing = false
	delete(in.Workers, "2")
	decide(t, in)
}

// TestOldMoments: as_of was left in a variable.
func TestOldMoments(t *testing.T) {
	in := input(t, newMemory(), rules(), hire("1 Ann Lee"))
	in.Now = in.AsOf.AddDate(0, 0, 3)
	if r := decide(t, in); warned(r, "as_of") {
		t.Errorf("warnings %q", r.Warnings)
	}
	in.Now = in.AsOf.AddDate(0, 6, 0)
	if r := decide(t, in); !warned(r, "as_of is 2026-11-22, 181 days ago") {
		t.Errorf("warnings %q", r.Warnings)
	}
	in.Safeguards.MaxMomentAgeDays = 30
	refused(t, in, "max_as_of_age_days: as_of is 2026-11-22, 181 days ago, expected at most 30")
}

// TestOnePersonsTroubleStopsNobody: whatever is wrong with one, the leavers of the night lose access and the joiners come.
func TestOnePersonsTroubleStopsNobody(t *testing.T) {
	strict := func(r *mapping.Rules) {
		r.Attributes["title"] = mapping.AttributeRule{Source: "Title", WhenNull: mapping.NullError}
	}
	for name, c := range map[string]struct {
		rules  func(*mapping.Rules)
		memory func(*memory)
		worker string
		kind   string
	}{
		"a data error":         {strict, nil, "9 Eve Kim Title=", "data_error"},
		"an unknown word":      {nil, nil, "9 Eve Kim Title=x status=Inactiv", "unknown_status"},
		"a contradiction":      {nil, nil, "9 Eve Kim Title=x status=Pre-hire hire_date=2026-01-01", "dates"},
		"a missing container":  {func(r *mapping.Rules) { r.Container = `Switch([City], "` + staff + `", "Rome", "OU=Rome,DC=corp")` }, nil, "9 Eve Kim Title=x City=Rome", "container"},
		"a value that is long": {nil, nil, "9 Eve Kim Department=" + strings.Repeat("x", 65), "data_error"},
		"two accounts": {nil, func(m *memory) {
			m.user("cn=E", "sAMAccountName=e", "employeeID=9")
			m.user("cn=F", "sAMAccountName=f", "employeeID=9")
		}, "9 Eve Kim Title=x", "ambiguous"},
		"a name that is taken": {func(r *mapping.Rules) {
			r.Attributes["cn"] = mapping.AttributeRule{Expression: `Join(" ", [First], [Last])`, Apply: mapping.ApplyOnCreate}
		}, func(m *memory) { m.add("contact", staff, true, "cn=Eve Kim") }, "9 Eve Kim Title=x", "name"},
	} {
		t.Run(name, func(t *testing.T) {
			change := c.rules
			if change == nil {
				change = func(*mapping.Rules) {}
			}
			m := newMemory()
			m.ann()
			if c.memory != nil {
				c.memory(m)
			}
			in := input(t, m, rules(change), hire("1 Ann Lee", "Title=x", "termination_date=2026-11-20"), hire("2 Bob Ray", "Title=x"), hireLine(c.worker))
			before := fmt.Sprint(m.byWorkerID("9"))
			r := decide(t, in)
			expectAction(t, r, "1", roster.ActionDisable)
			expectAction(t, r, "2", roster.ActionCreate)
			d := expectAction(t, r, "9", roster.ActionSetAside)
			if len(d.Problems) == 0 || d.Problems[0].Kind != c.kind || d.Problems[0].Remedy == "" {
				t.Errorf("problems %+v, expected %q", d.Problems, c.kind)
			}
			page := report(t, in, r)
			if !strings.Contains(page.Report, "\n- **Set aside:** ") {
				t.Errorf("the report does not begin with who is set aside:\n%s", page.Report)
			}
			if !strings.Contains(page.ReportJSON, `"set_aside":["9"]`) || !warned(r, "1 worker is set aside") {
				t.Errorf("report_json or warnings do not tell: %q", r.Warnings)
			}
			settle(t, m, in)
			if after := fmt.Sprint(m.byWorkerID("9")); after != before {
				t.Errorf("accounts of the one who is set aside changed: %s, before %s", after, before)
			}
			in.OnProblem = roster.ProblemStop
			refused(t, in, `worker "9"`)
		})
	}
}

// byWorkerID returns the accounts that carry a worker id, by object id.
func (m *memory) byWorkerID(id string) map[string]directory.Account {
	out := map[string]directory.Account{}
	for _, e := range m.objects {
		if e.Account.Attributes["employeeID"].Text() == id {
			out[e.ID] = e.Account
		}
	}
	return out
}

// TestAccountsThatCannotBeDeleted: one with objects below it is named, and the others go.
func TestAccountsThatCannotBeDeleted(t *testing.T) {
	m := newMemory()
	off(m.ann(), "2026-10-02", "left")
	off(m.user("cn=Bob Ray", "sAMAccountName=bob.ray", "employeeID=2"), "2026-10-02", "left")
	in := input(t, m, rules(), hire("1 Ann Lee", "termination_date=2026-10-01"), hire("2 Bob Ray", "termination_date=2026-10-01"))
	asked := 0
	in.Refuses = func(_ context.Context, changes []directory.Change) error {
		asked += len(changes)
		return errors.Join(&directory.PersonError{WorkerID: "1", Op: "delete", Err: directory.ErrHasChildren})
	}
	r := decide(t, in)
	d := expectAction(t, r, "1", roster.ActionSetAside)
	expectValue(t, r, "1", "deleted", "false")
	expectAction(t, r, "2", roster.ActionDelete)
	if len(d.Problems) != 1 || d.Problems[0].Kind != "deletion" || !strings.Contains(d.Problems[0].Text, "objects below it") || asked == 0 {
		t.Errorf("problems %+v", d.Problems)
	}
	in.Refuses = func(context.Context, []directory.Change) error { return errors.New("the directory is down") }
	refused(t, in, "the directory is down")
}

// TestGroupsOfOneDisabledByHand: the rules of groups take the last one from an account that somebody
// disabled, and its document says what it said before.
func TestGroupsOfOneDisabledByHand(t *testing.T) {
	for _, restore := range []bool{true, false} {
		m := newMemory()
		e := off(m.ann(), "2026-11-10", "")
		e.Account.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsKept}
		in := grouped(input(t, m, ladder(func(r *mapping.Rules) { r.Lifecycle.RestoreGroups = restore }), hire("1 Ann Lee")))
		before := decide(t, in)
		expectAction(t, before, "1", roster.ActionKeptDisabled)
		delete(e.Account.Attributes, directory.GroupsAttribute)
		if after := decide(t, in).Documents["1"]; after != before.Documents["1"] {
			t.Errorf("%s\nbefore %s", after, before.Documents["1"])
		}
	}
}

// TestLeaverEnabledByHandAfterTheFeed: nothing but what the account carries says that they had left, and a warning tells.
func TestLeaverEnabledByHandAfterTheFeed(t *testing.T) {
	m := newMemory()
	m.ann().Remembers = directory.ForLeft
	r := decide(t, input(t, m, rules(), hire("2 Bob Ray")))
	expectAction(t, r, "1", roster.ActionAbsent)
	if !warned(r, `worker "1" is not in the feed, and CN=Ann Lee,`) || !warned(r, "somebody enabled it since") {
		t.Errorf("warnings %q", r.Warnings)
	}
}

// TestManagerIsDeleted: whoever reported to them is named, and nothing changes in the next run.
func TestManagerIsDeleted(t *testing.T) {
	m := newMemory()
	m.ann().Account.Attributes["manager"] = directory.Value{"2"}
	off(m.user("cn=Bob Ray", "sAMAccountName=bob.ray", "employeeID=2"), "2026-10-02", "left")
	in := input(t, m, rules(), hire("1 Ann Lee", "manager_id=2"), hire("2 Bob Ray", "termination_date=2026-10-01"))
	r := decide(t, in)
	expectAction(t, r, "2", roster.ActionDelete)
	expectValue(t, r, "1", "manager", "-")
	if d := expectAction(t, r, "1", roster.ActionUpdate); !strings.Contains(d.Reason, "manager") || !strings.Contains(d.Changes[0].Rule, `worker "2", is deleted`) {
		t.Errorf("%+v", d)
	}
	m.apply(t, r)
	delete(m.objects[0].Account.Attributes, "manager") // as directories do
	settle(t, m, in)
}

// TestSetAsideLeaversLoseAccess: what is wrong with a record keeps nobody in.
func TestSetAsideLeaversLoseAccess(t *testing.T) {
	m := newMemory()
	m.ann()
	in := input(t, m, rules(nowhere), hire("1 Ann Lee", "termination_date=2026-11-20", "Department=IT"))
	out := decide(t, in)
	d := expectAction(t, out, "1", roster.ActionSetAside)
	expectValue(t, out, "1", "enabled", "false")
	expectValue(t, out, "1", "department", "")
	expectValue(t, out, "1", "container", staff)
	if !d.LosesAccess || !strings.HasPrefix(d.Reason, "loses access, because the worker has left") || !slices.Equal(out.Leavers, []string{"1"}) {
		t.Errorf("%+v, leavers %q", d, out.Leavers)
	}
	settle(t, m, in)
	in.Safeguards.MaxDisable = limit(t, "0")
	m.objects[0].Account.Enabled = true
	refused(t, in, "max_disable: 1 account would lose access")
}

// TestUnreadableValues: a value that could not be read sets one person aside, whatever else the
// rules would make of them; those who have left by every reading lose access.
func TestUnreadableValues(t *testing.T) {
	problem := `row 7, column "End": found "30.02.2026", a date that does not exist`
	for name, c := range map[string]struct {
		worker  string
		scope   string
		enabled string
	}{
		"at work":               {"1 Ann Lee", "", "true"},
		"at work, out of scope": {"1 Ann Lee Department=Ops", "Department", "true"},
		"a word for left":       {"1 Ann Lee status=Terminated", "", "false"},
		"over":                  {"1 Ann Lee termination_date=2026-10-30", "", "false"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			m.ann()
			r := rules(func(r *mapping.Rules) {
				if c.scope != "" {
					r.Scope = [][]mapping.Clause{{{Attribute: c.scope, Operator: "EQUALS", Value: "IT"}}}
				}
			})
			w := hireLine(c.worker)
			w.Problems = []string{problem}
			in := input(t, m, r, w, hire("2 Bob Ray", "Department=IT"))
			out := decide(t, in)
			d := expectAction(t, out, "1", roster.ActionSetAside)
			expectValue(t, out, "1", "enabled", c.enabled)
			if !strings.Contains(d.Reason, problem) || d.LosesAccess != (c.enabled == "false") {
				t.Errorf("%+v", d)
			}
			expectAction(t, out, "2", roster.ActionCreate)
			settle(t, m, in)
		})
	}
}

// TestKeptDisabledSaysWhatIsMissing: a hire date that is not after the leaving is named, not denied.
func TestKeptDisabledSaysWhatIsMissing(t *testing.T) {
	for hired, want := range map[string]string{"": "no hire date", "2026-10-20": "hire_date 2026-10-20 is not after 2026-11-01"} {
		m := newMemory()
		e := m.ann()
		e.Account.Enabled, e.DisabledFor, e.DisabledSince = false, directory.ForLeft, now.AddDate(0, 0, -20)
		d := expectAction(t, decide(t, input(t, m, rules(), hire("1 Ann Lee", "hire_date="+hired))), "1", roster.ActionKeptDisabled)
		if !strings.Contains(d.Reason, "because the worker had left, and the HR record now has no end, and "+want) {
			t.Errorf("hired %q: %s", hired, d.Reason)
		}
	}
}

// TestUnrecordedLeavers: the report names whose retention never begins, in the run that disables and in every later one.
func TestUnrecordedLeavers(t *testing.T) {
	for name, c := range map[string]struct {
		enabled bool
		end     string
		keep    *int
		named   bool
	}{
		"disabled now":      {true, "2026-11-01", pointer(30), true},
		"disabled before":   {false, "2026-11-01", pointer(30), true},
		"without retention": {true, "2026-11-01", nil, false},
		"at work":           {true, "", pointer(30), false},
	} {
		m := newMemory()
		e := m.ann()
		e.Account.Enabled, e.Unrecorded = c.enabled, "name a directory extension"
		r := decide(t, input(t, m, rules(func(r *mapping.Rules) { r.Lifecycle.RetentionDays = c.keep }),
			hire("1 Ann Lee", "termination_date="+c.end)))
		warned := slices.ContainsFunc(r.Warnings, func(w string) bool {
			return strings.Contains(w, `1 leaver is disabled without a record of the day, and never deleted by retention_days: "1"`) &&
				strings.Contains(w, e.Unrecorded)
		})
		if warned != c.named {
			t.Errorf("%s: %q", name, r.Warnings)
		}
	}
}
