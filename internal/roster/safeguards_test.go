// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/worker"
)

func limit(t testing.TB, s string) roster.Limit {
	t.Helper()
	l, err := roster.ParseLimit(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestParseLimit(t *testing.T) {
	for s, want := range map[string]string{"": "", " 25 ": "25", "0": "0", "3%": "3%", "2.5 %": "2.5%", "0%": "0%", "100%": "100%"} {
		if l := limit(t, s); l.String() != want {
			t.Errorf("%q reads as %q, expected %q", s, l, want)
		}
	}
	for _, s := range []string{"-1", "x", "3.5", "101%", "-1%", "NaN%", "%", "1e9999%", "١"} {
		if l, err := roster.ParseLimit(s); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", s)) {
			t.Errorf("%q reads as %q, error %v", s, l, err)
		}
	}
}

// TestLimit_hundredPercent: "100%" is no limit, also where what is counted is more than
// what the percentage is of, as in a directory without accounts.
func TestLimit_hundredPercent(t *testing.T) {
	for _, s := range []string{"100%", "0 or 100%"} {
		in := input(t, newMemory(), rules(), hire("1 Ann Lee"), hire("2 Bo Ray"))
		in.Safeguards.MaxCreate = limit(t, s)
		if r := decide(t, in); len(r.Joiners) != 2 {
			t.Errorf("%s: %v join, expected both", s, r.Joiners)
		}
	}
	in := input(t, newMemory(), rules(), hire("1 Ann Lee"), hire("2 Bo Ray"))
	in.Safeguards.MaxCreate = limit(t, "99%")
	refused(t, in, "max_create: 2 accounts would be created, allowed 1 (99% of 0)")
}

// office has 20 people with accounts, ten in each of two departments.
func office(t *testing.T, m *memory) roster.Input {
	in := input(t, m, rules(func(r *mapping.Rules) { always(r, "cn", "sAMAccountName", "userPrincipalName") }))
	for i := range 20 {
		id := fmt.Sprint(1 + i)
		in.Workers[id] = hire(id+" F"+id+" L"+id, "Department="+[]string{"IT", "Sales"}[i%2])
	}
	m.apply(t, decide(t, in))
	return in
}

func TestLimits(t *testing.T) {
	leave := func(ids ...string) func(roster.Input) {
		return func(in roster.Input) {
			for _, id := range ids {
				in.Workers[id].TerminationDate = "2026-11-20"
			}
		}
	}
	for name, c := range map[string]struct {
		change func(roster.Input)
		limits func(*roster.Safeguards)
		want   []string // nil: passes
	}{
		"none set":            {leave("1", "2", "3"), func(*roster.Safeguards) {}, nil},
		"disable within":      {leave("1", "2"), func(s *roster.Safeguards) { s.MaxDisable = limit(t, "10%") }, nil},
		"disable above":       {leave("1", "2", "3"), func(s *roster.Safeguards) { s.MaxDisable = limit(t, "10%") }, []string{"max_disable: 3 accounts would lose access, allowed 2 (10% of 20)", `"1" F1 L1`, "exception"}},
		"one is always let":   {leave("1"), func(s *roster.Safeguards) { s.MaxDisable = limit(t, "0.1%") }, nil},
		"not with none":       {leave("1"), func(s *roster.Safeguards) { s.MaxDisable = limit(t, "0%") }, []string{"allowed 0 (0% of 20)"}},
		"not with zero":       {leave("1"), func(s *roster.Safeguards) { s.MaxDisable = limit(t, "0") }, []string{"max_disable: 1 account would lose access, allowed 0:"}},
		"ten are named":       {leave("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"), func(s *roster.Safeguards) { s.MaxDisable = limit(t, "5") }, []string{`"10" F10 L10, and 2 more`}},
		"create":              {func(in roster.Input) { in.Workers["30"] = hire("30 N N"); in.Workers["31"] = hire("31 M M") }, func(s *roster.Safeguards) { s.MaxCreate = limit(t, "1") }, []string{"max_create: 2 accounts would be created, allowed 1", `"30" N N`}},
		"left long ago":       {leave("1", "2"), func(s *roster.Safeguards) { s.MaxDisable, s.MaxDelete = limit(t, "1"), limit(t, "0") }, []string{"max_disable: 2 accounts would lose access, allowed 1"}},
		"the larger of both":  {leave("1", "2", "3", "4", "5"), func(s *roster.Safeguards) { s.MaxDisable = limit(t, "5 or 5%") }, nil},
		"above both":          {leave("1", "2", "3", "4", "5", "6"), func(s *roster.Safeguards) { s.MaxDisable = limit(t, "5 or 5%") }, []string{"max_disable: 6 accounts would lose access, allowed 5 (5 or 5% of 20)"}},
		"set aside":           {func(in roster.Input) { in.Workers["1"].Status, in.Workers["2"].Status = "Terminatd", "I" }, func(s *roster.Safeguards) { s.MaxSetAside = limit(t, "1") }, []string{"max_set_aside: 2 workers would be set aside, allowed 1", `1 worker: status: found "Terminatd"`, `1 worker: status: found "I"`, "add it to one list of worker_lifecycle"}},
		"move":                {func(in roster.Input) { in.Workers["1"] = hire("1 F1 L1", "Department=IT", "City=Sydney") }, func(s *roster.Safeguards) { s.MaxMove = limit(t, "0") }, []string{"max_move: 1 account would change container"}},
		"rename":              {func(in roster.Input) { in.Workers["1"] = hire("1 New L1", "Department=IT") }, func(s *roster.Safeguards) { s.MaxRename = limit(t, "0") }, []string{"max_rename: 1 account would be renamed"}},
		"update":              {func(in roster.Input) { in.Workers["1"] = hire("1 F1 L1", "Department=R&D") }, func(s *roster.Safeguards) { s.MaxUpdate = limit(t, "0") }, []string{"max_update: 1 account would have other"}},
		"rename is no update": {func(in roster.Input) { in.Workers["1"] = hire("1 F1 L1", "Department=IT", "City=Sydney") }, func(s *roster.Safeguards) { s.MaxRename, s.MaxUpdate = limit(t, "0"), limit(t, "0") }, nil},
		"absent":              {func(in roster.Input) { delete(in.Workers, "1"); delete(in.Workers, "2") }, func(s *roster.Safeguards) { s.MaxAbsent = limit(t, "1") }, []string{"max_absent: 2 accounts have no worker in the feed, allowed 1"}},
		"by group": {leave("1", "3", "5", "2"), func(s *roster.Safeguards) {
			s.By = []roster.GroupLimits{{Attribute: "Department", Limits: roster.Limits{MaxDisable: limit(t, "20%")}}}
		}, []string{"max_disable:Department=IT: 3 accounts would lose access, allowed 2 (20% of 10)"}},
		"all at once": {func(in roster.Input) { leave("1")(in); in.Workers["2"] = hire("2 New L2", "City=Sydney") }, func(s *roster.Safeguards) {
			s.MaxDisable, s.MaxRename, s.MaxMove, s.MaxUpdate = limit(t, "0"), limit(t, "0"), limit(t, "0"), limit(t, "0")
		}, []string{"max_disable", "max_rename", "max_move: 2 accounts", "max_update"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			in := office(t, m)
			c.change(in)
			c.limits(&in.Safeguards)
			if c.want == nil {
				decide(t, in)
				return
			}
			refused(t, in, c.want...)
		})
	}
}

func TestFeedGuards(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*roster.Input)
		want   []string
	}{
		"enough":  {func(in *roster.Input) { in.Safeguards.MinWorkers = 20 }, nil},
		"too few": {func(in *roster.Input) { in.Safeguards.MinWorkers = 1000 }, []string{"min_workers: found 20 workers in the feed, expected at least 1,000"}},
		"empty":   {func(in *roster.Input) { in.Workers = worker.Population{}; in.Safeguards.MinWorkers = 1 }, []string{"found 0 workers"}},
		"filled": {func(in *roster.Input) {
			in.Safeguards.FillRates = map[string]float64{"Department": 100, "hire_date": 100}
		}, nil},
		"half filled": {func(in *roster.Input) {
			in.Workers["1"] = hire("1 F1 L1", "Department= ")
			in.Safeguards.FillRates = map[string]float64{"Department": 99}
		}, []string{`fill_rate:Department: 95.0% of 20 workers have a value, expected at least 99%: "1" have none`}},
		"no such column":   {func(in *roster.Input) { in.Safeguards.FillRates = map[string]float64{"Dept": 1} }, []string{"fill_rate:Dept: 0.0%", "and 10 more"}},
		"sentinel":         {func(in *roster.Input) { in.Safeguards.Sentinels = []string{"1", "20"} }, nil},
		"sentinel missing": {func(in *roster.Input) { in.Safeguards.Sentinels = []string{"99"} }, []string{`sentinel:99: worker "99" is not in the feed`}},
		"sentinel left": {func(in *roster.Input) {
			in.Workers["1"].TerminationDate = "2026-11-20"
			in.Safeguards.Sentinels = []string{"1"}
		}, []string{`worker "1" is not active but left: termination_date 2026-11-20`}},
		"sentinel broken": {func(in *roster.Input) {
			in.Workers["1"].TimeZone = "Mars"
			in.Safeguards.Sentinels = []string{"1"}
		}, []string{"sentinel:1", "Mars"}},
		"all at once": {func(in *roster.Input) {
			in.Safeguards = roster.Safeguards{MinWorkers: 30, Sentinels: []string{"99"}, FillRates: map[string]float64{"x": 1}}
		}, []string{"min_workers", "sentinel:99", "fill_rate:x"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			in := office(t, m)
			c.change(&in)
			m.calls = map[string]int{}
			if c.want == nil {
				decide(t, in)
				return
			}
			refused(t, in, c.want...)
			if len(m.calls) != 0 {
				t.Errorf("the directory was asked: %v", m.calls)
			}
		})
	}
}

func TestExceptions(t *testing.T) {
	m := newMemory()
	in := office(t, m)
	for _, id := range []string{"1", "3", "5"} {
		in.Workers[id].TerminationDate = "2026-11-20"
	}
	in.Safeguards = roster.Safeguards{
		MinWorkers: 25, Limits: roster.Limits{MaxDisable: limit(t, "2")}, FillRates: map[string]float64{"Department": 90, "Phone": 50}, Sentinels: []string{"77"},
		By: []roster.GroupLimits{{Attribute: "Department", Limits: roster.Limits{MaxDisable: limit(t, "1"), MaxMove: limit(t, "50%")}}},
	}
	in.Safeguards.Exceptions = []roster.Exception{
		{Limit: "min_workers", Allow: 20, Reason: "branch sold", Expires: "2026-11-22"},
		{Limit: "max_disable", Allow: 3, Reason: "branch sold", Expires: "2026-12-31"},
		{Limit: "max_disable:Department=IT", Allow: 3, Reason: "branch sold", Expires: "2026-12-31"},
		{Limit: "max_move:Department=IT", Allow: 30, Reason: "branch sold", Expires: "2026-12-31"},
		{Limit: "fill_rate:Phone", Allow: 0, Reason: "new column", Expires: "2026-12-31"},
		{Limit: "fill_rate:Department", Allow: 0, Reason: "was empty once", Expires: "2026-12-31"},
		{Limit: "sentinel:77", Reason: "on a secondment", Expires: "2026-12-31"},
	}
	in.Safeguards.MaxMove = limit(t, "5")
	r := decide(t, in)
	if !warned(r, `"fill_rate:Department" (was empty once) is not needed any more`) {
		t.Errorf("no warning about the exception that can go: %q", r.Warnings)
	}
	if warned(r, `"max_disable" (branch`) || warned(r, "sentinel") {
		t.Errorf("a needed exception can go: %q", r.Warnings)
	}

	in.Safeguards.Exceptions[1].Allow = 2
	refused(t, in, "max_disable: 3 accounts", "(2 by an exception until 2026-12-31)")
	in.Safeguards.Exceptions[1].Allow = 3
	in.Safeguards.Exceptions[0].Allow = 21
	refused(t, in, "min_workers: found 20", "(21 by an exception")
	for want, e := range map[string]roster.Exception{
		"expired on 2026-11-21":      {Limit: "max_disable", Allow: 3, Reason: "x", Expires: "2026-11-21"},
		"no reason given":            {Limit: "max_disable", Allow: 3, Reason: " ", Expires: "2026-12-31"},
		"expected the last day":      {Limit: "max_disable", Allow: 3, Reason: "x", Expires: "soon"},
		"allow: found -1":            {Limit: "max_disable", Allow: -1, Reason: "x", Expires: "2026-12-31"},
		`did you mean "max_disable"`: {Limit: "max_disabled", Allow: 3, Reason: "x", Expires: "2026-12-31"},
		"no such limit is set":       {Limit: "max_delete", Allow: 3, Reason: "x", Expires: "2026-12-31"},
	} {
		in.Safeguards.Exceptions = []roster.Exception{e}
		refused(t, in, want)
	}
	in.Safeguards.Exceptions = []roster.Exception{{Limit: "max_disable", Allow: 3, Reason: "x", Expires: "2026-12-31"}, {Limit: "max_disable", Allow: 4, Reason: "y", Expires: "2026-12-31"}}
	refused(t, in, "given twice")
}

func TestCheck(t *testing.T) {
	long := strings.Repeat("x", 65)
	for name, c := range map[string]struct {
		rules  func(*mapping.Rules)
		memory func(*memory)
		worker []string
		want   []string // nil: passes
		// everybody: it is the rules that are wrong, not one person.
		everybody bool
	}{
		"fine": {nil, nil, nil, nil, false},
		"too long": {func(r *mapping.Rules) {
			r.ExtraAttributes = []string{"extra"}
			r.Attributes["extra"] = mapping.AttributeRule{Source: "Extra"}
		}, func(m *memory) { m.schema = adSchema.With(extra(64)) }, []string{"Extra=" + long},
			[]string{"attribute extra", "65 characters, expected at most 64", "rule [Extra]"}, false},
		"too long, redacted": {func(r *mapping.Rules) {
			r.ExtraAttributes = []string{"extra"}
			r.Attributes["extra"] = mapping.AttributeRule{Source: "Extra", Redact: true}
		}, func(m *memory) { m.schema = adSchema.With(extra(64)) }, []string{"Extra=" + long},
			[]string{"attribute extra", "(redacted), expected text"}, false},
		"unknown attribute": {func(r *mapping.Rules) {
			r.ExtraAttributes = []string{"departmemt"}
			r.Attributes["departmemt"] = mapping.AttributeRule{Source: "First"}
		}, nil, nil, []string{"departmemt", "no such attribute; did you mean department?"}, true},
		"container is missing":   {func(r *mapping.Rules) { r.Container = `"OU=Nowhere,DC=corp,DC=example,DC=com"` }, nil, nil, []string{`worker "1": the container "OU=Nowhere,DC=corp,DC=example,DC=com" does not exist`, "create it first"}, false},
		"suffix is unknown":      {nil, func(m *memory) { m.suffixes = []string{"other.example.com"} }, nil, []string{`does not know the suffix "corp.example.com", expected one of "other.example.com"`}, false},
		"suffixes are free":      {nil, func(m *memory) { m.suffixes = nil }, nil, nil, false},
		"suffix in another case": {nil, func(m *memory) { m.suffixes = []string{"CORP.example.com"} }, nil, nil, false},
		"a name is lacking": {func(r *mapping.Rules) {
			r.Attributes["cn"] = mapping.AttributeRule{Source: "Nick", Apply: mapping.ApplyOnCreate}
		}, nil, nil, []string{"attribute cn", "a new account needs it"}, false},
		"read-only at the target": {nil, func(m *memory) { m.schema = adSchema.With(readOnly("displayName")) }, nil, []string{"displayName", "maintains it"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			if c.memory != nil {
				c.memory(m)
			}
			change := c.rules
			if change == nil {
				change = func(*mapping.Rules) {}
			}
			r := rules(change)
			in := input(t, m, r, hire("1 Ann Lee", c.worker...))
			if c.want == nil {
				decide(t, in)
				return
			}
			in.OnProblem = roster.ProblemStop
			refused(t, in, c.want...)
			in.OnProblem = ""
			if c.everybody {
				refused(t, in, c.want...)
				return
			}
			out := decide(t, in)
			d := expectAction(t, out, "1", roster.ActionSetAside)
			if len(d.Problems) == 0 || len(out.Accounts) != 0 || !slices.Equal(out.SetAside, []string{"1"}) {
				t.Errorf("problems %+v, accounts %v, set aside %q", d.Problems, out.Accounts, out.SetAside)
			}
		})
	}
}

func TestOneFaultOfManyIsOneLine(t *testing.T) {
	m := newMemory()
	m.schema = adSchema.With(readOnly("displayName"))
	in := input(t, m, rules())
	for i := range 50 {
		id := fmt.Sprint(i + 1)
		in.Workers[id] = hire(id + " A B")
		in.Workers[id].ManagerID = "1"
	}
	refused(t, in, "attribute displayName: the directory maintains it")
}

func TestUnchangedValuesAreNotChecked(t *testing.T) {
	m := newMemory()
	in := input(t, m, rules(), hire("1 Ann Lee"))
	m.apply(t, decide(t, in))
	m.schema, m.containers, m.suffixes = adSchema.With(readOnly("displayName")), nil, []string{"other.example.com"}
	decide(t, in)
}

func TestProtected(t *testing.T) {
	m := newMemory()
	m.ann().Protected = "member of Domain Admins"
	in := input(t, m, rules(), hire("1 Ann Lee"))
	expectAction(t, decide(t, in), "1", roster.ActionNone)
	in.Workers["1"], in.Workers["2"] = hire("1 Ann Lee", "Department=IT", "City=Sydney"), hire("2 Bob Ray")
	for _, policy := range []string{"", roster.ProblemStop} { // it stops nobody, whatever the policy
		in.OnProblem = policy
		r := decide(t, in)
		d := expectAction(t, r, "1", roster.ActionSetAside)
		for _, part := range []string{"CN=Ann Lee," + staff, "member of Domain Admins", "container, department"} {
			if !strings.Contains(d.Reason, part) {
				t.Errorf("the reason lacks %q: %s", part, d.Reason)
			}
		}
		expectValue(t, r, "1", "container", staff)
		expectAction(t, r, "2", roster.ActionCreate)
	}
	// Where they must lose access, only a person can take it: the run stops, with advice that works.
	in.Workers["1"] = hire("1 Ann Lee", "termination_date=2026-11-01")
	refused(t, in, `worker "1"`, "must lose access", "disable the account by hand", "override with enabled = true")
	in.OnProblem = ""
	refused(t, in, `worker "1"`, "must lose access")
	in.Overrides = []roster.Override{enable("1")}
	expectValue(t, decide(t, in), "1", "enabled", "true")
	in.Overrides = nil
	off(m.objects[0], "2026-11-02", "")
	expectAction(t, decide(t, in), "1", roster.ActionSetAside)
}

// TestRestricted: whom the directory lets only others write stays as they are, and stops nobody; access that they must
// lose is tried to be taken; where nobody knows, everything is tried, and said.
func TestRestricted(t *testing.T) {
	m := newMemory()
	ann := m.ann()
	ann.Restricted = "it is in a restricted unit"
	in := input(t, m, rules(), hire("1 Ann Lee"))
	expectAction(t, decide(t, in), "1", roster.ActionNone)
	warns := func(r *roster.Result, parts ...string) {
		t.Helper()
		all := strings.Join(r.Warnings, "\n")
		for _, part := range parts {
			if !strings.Contains(all, part) {
				t.Errorf("no warning says %q:\n%s", part, all)
			}
		}
	}
	in.Workers["1"], in.Workers["2"] = hire("1 Ann Lee", "Department=IT", "City=Sydney"), hire("2 Bob Ray")
	for _, policy := range []string{"", roster.ProblemStop} {
		in.OnProblem = policy
		r := decide(t, in)
		if d := expectAction(t, r, "1", roster.ActionSetAside); !strings.Contains(d.Reason, "container, department") ||
			!strings.Contains(d.Reason, ann.Restricted) {
			t.Errorf("the reason: %s", d.Reason)
		}
		expectAction(t, r, "2", roster.ActionCreate)
		warns(r, "set aside")
	}
	ann.RestrictedUnsure = true
	r := decide(t, in)
	expectValue(t, r, "1", "department", "IT")
	warns(r, `worker "1": the directory may refuse to change`, ann.Restricted)
	ann.RestrictedUnsure = false
	in.Workers["1"] = hire("1 Ann Lee", "termination_date=2026-11-01")
	r = decide(t, in)
	expectValue(t, r, "1", "enabled", "false")
	warns(r, `worker "1" must lose access, and the directory will refuse`, ann.Restricted)
}
