// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"encoding/json"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

func disable(ids ...string) roster.Override {
	return roster.Override{WorkerIDs: ids, Enabled: pointer(false), Reason: "Legal, case 7", Expires: "2026-12-31"}
}

func enable(ids ...string) roster.Override {
	return roster.Override{WorkerIDs: ids, Enabled: pointer(true), Reason: "Board", Expires: "2026-12-31"}
}

func attributes(id string, pairs ...string) roster.Override {
	o := roster.Override{WorkerIDs: []string{id}, Attributes: map[string]directory.Value{}, Reason: "Acting", Expires: "2026-12-31"}
	for i := 0; i < len(pairs); i += 2 {
		o.Attributes[pairs[i]] = nil
		if pairs[i+1] != "" {
			o.Attributes[pairs[i]] = directory.Value{pairs[i+1]}
		}
	}
	return o
}

// TestOverrideDisables: whatever the rules and policies say, nobody signs in; and
// what the rules say comes back when the override goes.
func TestOverrideDisables(t *testing.T) {
	keep, release := func(*mapping.Rules) {}, func(r *mapping.Rules) { r.Lifecycle.OnAbsent = "release" }
	for name, c := range map[string]struct {
		rules  func(*mapping.Rules)
		worker string // "" for an absent one
		action roster.Action
	}{
		"active":            {keep, "1 Ann Lee", roster.ActionDisable},
		"absent":            {keep, "", roster.ActionDisable},
		"absent, released":  {release, "", roster.ActionDisable},
		"retention is over": {keep, "1 Ann Lee termination_date=2026-01-01", roster.ActionDisable},
		"out of scope": {func(r *mapping.Rules) {
			r.Scope = [][]mapping.Clause{{{Attribute: "Last", Operator: "EQUALS", Value: "x"}}}
		}, "1 Ann Lee", roster.ActionDisable},
		"data error": {func(r *mapping.Rules) {
			r.Attributes["title"] = mapping.AttributeRule{Source: "Title", WhenNull: mapping.NullError}
		}, "1 Ann Lee", roster.ActionSetAside},
		"not hired yet": {keep, "1 Ann Lee hire_date=2027-06-01", roster.ActionDisable},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			m.ann()
			in := input(t, m, rules(c.rules))
			if c.worker != "" {
				in = input(t, m, rules(c.rules), hireLine(c.worker))
			}
			in.Overrides = []roster.Override{disable("1"), enable("1")}
			r := decide(t, in)
			d := expectAction(t, r, "1", c.action)
			expectValue(t, r, "1", "enabled", "false")
			if !strings.Contains(d.Reason, "Legal, case 7") || !strings.Contains(d.Reason, "2026-12-31") || d.Changes[0].Override == "" {
				t.Errorf("the reason is %q, changes %+v", d.Reason, d.Changes)
			}
			if len(r.Leavers) != 1 || len(r.Overridden) != 1 {
				t.Errorf("leavers %v, overridden %v", r.Leavers, r.Overridden)
			}
			m.apply(t, r)
			again := decide(t, in)
			expectValue(t, again, "1", "enabled", "false")
			if d := decision(t, again, "1"); len(d.Changes) > 0 {
				t.Errorf("again: %+v", d.Changes)
			}
		})
	}
}

func TestOverrideGivesBack(t *testing.T) {
	m := newMemory()
	m.ann()
	m.user("cn=Bob Ray", "sAMAccountName=bob.ray", "employeeID=2", "title=Clerk", "userPrincipalName=bob.ray@corp.example.com", "givenName=Bob", "sn=Ray", "displayName=Bob Ray")
	in := input(t, m, rules(), hire("1 Ann Lee", "Title=Clerk"), hire("2 Bob Ray", "Title=Clerk", "manager_id=1"))
	m.apply(t, decide(t, in))
	before := decide(t, in).Documents
	moved := disable("1")
	moved.Container = sydney
	in.Overrides = []roster.Override{moved, attributes("2", "TITLE", "Acting Director", "manager", "", "department", "Board")}
	r := decide(t, in)
	expectValue(t, r, "1", "container", sydney)
	expectValue(t, r, "2", "title", "Acting Director")
	expectValue(t, r, "2", "manager", "")
	expectValue(t, r, "2", "department", "Board")
	for _, part := range []string{"## Overrides (2)", "1 account is disabled by an override", "| disabled; `container`", "Acting Director", "in force", "Legal, case 7", "2026-12-31"} {
		if page := report(t, in, r).Report; !strings.Contains(page, part) {
			t.Errorf("the report lacks %q:\n%s", part, page)
		}
	}
	m.apply(t, r)
	if d := decision(t, decide(t, in), "2"); d.Action != roster.ActionNone {
		t.Errorf("again: %+v", d)
	}
	in.Overrides = nil
	r = decide(t, in)
	for id, doc := range before {
		if r.Documents[id] != doc {
			t.Errorf("worker %s: %s\nbefore   %s", id, r.Documents[id], doc)
		}
	}
	expectAction(t, r, "1", roster.ActionEnable) // the account remembers that an override disabled it
}

func TestOverrideStates(t *testing.T) {
	m := newMemory()
	m.ann()
	in := input(t, m, rules(), hire("1 Ann Lee", "termination_date=2026-11-20"), hire("2 Bob Ray", "Title=Director"), hire("3 Eve Kim", "hire_date=2027-06-01"))
	expired := disable("2")
	expired.Expires = "2026-11-21"
	today := disable("4")
	today.Expires = "2026-11-22"
	in.Overrides = []roster.Override{disable("1"), attributes("2", "title", "Director"), enable("3"), expired, today}
	r := decide(t, in)
	expectValue(t, r, "2", "enabled", "true")
	for _, part := range []string{
		`the override of worker "1" (Legal, case 7) is not needed any more`, `the override of worker "2" (Acting) is not needed any more`, `the override of worker "3" (Board) has no account to act on`,
		`the override of worker "2" (Legal, case 7) expired on 2026-11-21 and is ignored`, `the override of worker "4" (Legal, case 7): no worker in the feed`,
	} {
		if !warned(r, part) {
			t.Errorf("no warning %q: %q", part, r.Warnings)
		}
	}
	var doc struct {
		Overrides []struct {
			WorkerID string `json:"worker_id"`
			State    string `json:"state"`
		} `json:"overrides"`
	}
	if err := json.Unmarshal([]byte(report(t, in, r).ReportJSON), &doc); err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, o := range doc.Overrides {
		got += o.WorkerID + " " + o.State + "; "
	}
	if want := "1 agreed; 2 agreed; 2 expired; 3 idle; 4 idle; "; got != want {
		t.Errorf("states %q, expected %q", got, want)
	}
	// An account of somebody nobody knows any more is disabled all the same, and the calendar says when that ends.
	m.user("cn=Gone", "sAMAccountName=gone", "employeeID=4")
	if r = decide(t, in); len(r.Leavers) != 2 {
		t.Errorf("leavers %v", r.Leavers)
	}
	expectAction(t, r, "4", roster.ActionDisable)
	found := false
	for _, e := range r.Calendar {
		found = found || e.WorkerID == "4" && strings.Contains(e.What, "Legal, case 7")
	}
	if !found {
		t.Errorf("calendar %+v", r.Calendar)
	}
}

func TestOverrideEnables(t *testing.T) {
	m := newMemory()
	m.ann().Account.Enabled = false
	in := input(t, m, rules(), hire("1 Ann Lee", "termination_date=2026-01-01"))
	in.Overrides = []roster.Override{enable("1")}
	r := decide(t, in)
	expectAction(t, r, "1", roster.ActionEnable)
	expectValue(t, r, "1", "enabled", "true")
}

// TestOverrideEnablesWhoIsSetAside: whatever else is wrong, and whenever that is found.
func TestOverrideEnablesWhoIsSetAside(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*mapping.Rules)
		worker  string
		enabled bool
	}{
		"a status word nobody knows":        {nil, "1 Ann Lee status=Terminatd", true},
		"a missing container":               {nowhere, "1 Ann Lee termination_date=2026-11-20", true},
		"a missing container, and disabled": {nowhere, "1 Ann Lee termination_date=2026-11-20", false},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			if e := m.ann(); !c.enabled {
				off(e, "2026-11-21", directory.ForLeft)
			}
			change := c.change
			if change == nil {
				change = func(*mapping.Rules) {}
			}
			in := input(t, m, rules(change), hireLine(c.worker))
			in.Overrides = []roster.Override{enable("1")}
			r := decide(t, in)
			d := expectAction(t, r, "1", roster.ActionSetAside)
			expectValue(t, r, "1", "enabled", "true")
			if d.LosesAccess || d.GainsAccess == c.enabled || !strings.Contains(d.Reason, "by an override until 2026-12-31: Board") {
				t.Errorf("%+v", d)
			}
			settle(t, m, in)
		})
	}
}

// nowhere is a container for leavers that does not exist.
func nowhere(r *mapping.Rules) {
	r.Lifecycle.LeaverContainer = `"OU=Nowhere,DC=corp,DC=example,DC=com"`
}

// TestOverrideOfTheDeleted: nobody's deleted account is restored to be disabled.
func TestOverrideOfTheDeleted(t *testing.T) {
	m := newMemory()
	m.ann().Deleted = true
	in := input(t, m, rules(), hire("1 Ann Lee"))
	in.RestoreDeleted, in.Overrides = true, []roster.Override{disable("1")}
	r := decide(t, in)
	if d := expectAction(t, r, "1", roster.ActionNone); d.ObjectID != "" || len(r.Accounts) != 0 {
		t.Errorf("%+v, %v", d, r.Accounts)
	}
}

// A reason does not tell of a restoration that does not happen.
func TestOverrideOfTheDeletedSaysWhy(t *testing.T) {
	m := newMemory()
	m.ann().Deleted = true
	in := input(t, m, rules(), hire("1 Ann Lee"))
	in.RestoreDeleted, in.Overrides = true, []roster.Override{disable("1")}
	want := "the deleted account that carries the worker id stays deleted, because an override disables"
	if d := decision(t, decide(t, in), "1"); d.Name != "Ann Lee" || !strings.Contains(d.Reason, want) {
		t.Errorf("got %+v, expected the name and %q", d, want)
	}
}

func TestOverrideRefused(t *testing.T) {
	m := newMemory()
	m.ann().Protected = "one of protect.users"
	in := input(t, m, rules(), hire("1 Ann Lee"))
	container := func(c string) roster.Override {
		return roster.Override{WorkerIDs: []string{"1"}, Container: c, Reason: "c " + c, Expires: "2026-12-31"}
	}
	in.OnProblem = roster.ProblemStop
	for part, overrides := range map[string][]roster.Override{
		"these accounts must lose access, but are protected":             {disable("1")},
		`"c ` + staff + `" and "c ` + sydney + `" want different values`: {container(staff), container(sydney)},
		`title: "Acting" and "Acting" want different values`:             {attributes("1", "title", "a"), attributes("1", "title", "b")},
		"info: the mapping has no rule for it":                           {attributes("1", "info", "x")},
		"sAMAccountName: it is a name that must be unique":               {attributes("1", "sAMAccountName", "x")},
		"these containers do not exist":                                  {container("OU=Nowhere,DC=corp,DC=example,DC=com")},
		"reason: say who":                                                {{WorkerIDs: []string{"1"}, Enabled: pointer(false), Expires: "2026-12-31"}},
	} {
		in.Overrides = overrides
		refused(t, in, part)
	}
	in = input(t, m, rules(func(r *mapping.Rules) { r.Lifecycle.Rehire = "new_name" }), hire("1 Ann Lee"))
	in.Overrides = []roster.Override{disable("1"), container(sydney)}
	refused(t, in, "would be renamed when the override ends")
}

func TestOverrideDocument(t *testing.T) {
	o := attributes("2", "title", "x", "department", "")
	o.WorkerIDs = []string{"2", "1", "2"}
	doc, err := o.Marshal()
	if want := `{"worker_ids":["1","2"],"attributes":{"department":null,"title":"x"},"reason":"Acting","expires":"2026-12-31"}`; err != nil || doc != want {
		t.Fatalf("%v\n%s\n%s", err, doc, want)
	}
	back, err := roster.ParseOverride(doc)
	if again, _ := back.Marshal(); err != nil || again != doc {
		t.Errorf("%v, %s", err, again)
	}
	for _, bad := range []string{"", "{}", `{"worker_ids":["1"],"enabled":false,"reason":"x","expires":"soon"}`, `{"worker_ids":["1"],"reason":"x","expires":"2026-01-01"}`, strings.Replace(doc, "reason", "why", 1)} {
		if _, err := roster.ParseOverride(bad); err == nil {
			t.Errorf("accepted %s", bad)
		}
	}
}
