// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

func record(r *mapping.Rules) { r.Lifecycle.RecordIn = "extensionAttribute1" }

func TestActions(t *testing.T) {
	onLeave := func(r *mapping.Rules) { r.Lifecycle.OnLeave = "disable" }
	for name, c := range map[string]struct {
		rules   func(*mapping.Rules)
		account func(*directory.Existing) // nil: there is none
		worker  []string
		action  roster.Action
		list    func(*roster.Result) []string
		expect  map[string]string // nil: no account
	}{
		"joiner": {nil, nil, nil, roster.ActionCreate, func(r *roster.Result) []string { return r.Joiners },
			map[string]string{"enabled": "true", "sAMAccountName": "ann.lee", "userPrincipalName": "ann.lee@corp.example.com", "cn": "Ann Lee", "container": staff, "department": "", "title": "-"}},
		"prehire":                {nil, nil, []string{"hire_date=2026-11-30"}, roster.ActionCreate, nil, map[string]string{"enabled": "false"}},
		"future":                 {nil, nil, []string{"hire_date=2027-01-30"}, roster.ActionFuture, nil, nil},
		"future with an account": {nil, func(e *directory.Existing) { e.Account.Enabled = false }, []string{"hire_date=2027-01-30"}, roster.ActionFuture, nil, map[string]string{"enabled": "false", "displayName": "Ann Lee"}},
		"unchanged":              {nil, func(*directory.Existing) {}, nil, roster.ActionNone, nil, map[string]string{"enabled": "true", "department": ""}},
		"mover": {nil, func(*directory.Existing) {}, []string{"Department=IT"}, roster.ActionUpdate, func(r *roster.Result) []string { return r.Movers },
			map[string]string{"department": "IT"}},
		"rename in place":      {func(r *mapping.Rules) { always(r, "cn") }, func(*directory.Existing) {}, []string{"Last=Kim"}, roster.ActionRename, func(r *roster.Result) []string { return r.Movers }, map[string]string{"cn": "Ann Kim", "sn": "Kim", "sAMAccountName": "ann.lee"}},
		"names once, for all":  {nil, func(*directory.Existing) {}, []string{"Last=Kim"}, roster.ActionUpdate, nil, map[string]string{"cn": "Ann Lee", "displayName": "Ann Kim"}},
		"move":                 {nil, func(*directory.Existing) {}, []string{"City=Sydney"}, roster.ActionMove, func(r *roster.Result) []string { return r.Movers }, map[string]string{"container": sydney}},
		"container by meaning": {nil, func(e *directory.Existing) { e.Account.Container = "ou=staff, dc=CORP, dc=example,dc=com" }, nil, roster.ActionNone, nil, map[string]string{"container": staff}},
		"container once":       {func(r *mapping.Rules) { r.ContainerApply = mapping.ApplyOnCreate }, func(*directory.Existing) {}, []string{"City=Sydney"}, roster.ActionNone, nil, map[string]string{"container": staff}},
		"leaver": {nil, func(*directory.Existing) {}, []string{"termination_date=2026-11-20"}, roster.ActionDisable, func(r *roster.Result) []string { return r.Leavers },
			map[string]string{"enabled": "false", "container": leavers}},
		"leaver without account": {nil, nil, []string{"termination_date=2026-11-20"}, roster.ActionNone, nil, nil},
		"leaver is created":      {func(r *mapping.Rules) { r.Lifecycle.CreateLeavers = true }, nil, []string{"termination_date=2026-11-20"}, roster.ActionCreate, nil, map[string]string{"enabled": "false", "container": leavers}},
		"left long ago, enabled": {nil, func(*directory.Existing) {}, []string{"termination_date=2026-10-01"}, roster.ActionDisable, func(r *roster.Result) []string { return r.Leavers },
			map[string]string{"enabled": "false", "container": leavers, "disabled_for": "left", "deleted": "false"}},
		"retention is over": {nil, func(e *directory.Existing) { off(e, "2026-10-02", "left") }, []string{"termination_date=2026-10-01"}, roster.ActionDelete, func(r *roster.Result) []string { return r.Leavers },
			map[string]string{"deleted": "true", "enabled": "false", "container": staff, "disabled_for": "left"}},
		"retention is over, whoever disabled it":  {nil, func(e *directory.Existing) { off(e, "2026-10-02", "") }, []string{"termination_date=2026-10-01"}, roster.ActionDelete, nil, map[string]string{"deleted": "true"}},
		"disabled long ago, left lately":          {nil, func(e *directory.Existing) { off(e, "2026-01-02", "leave") }, []string{"termination_date=2026-11-20"}, roster.ActionMove, nil, map[string]string{"deleted": "false", "disabled_for": "left"}},
		"left long ago, disabled lately":          {nil, func(e *directory.Existing) { off(e, "2026-11-10", "left") }, []string{"termination_date=2026-01-01"}, roster.ActionMove, nil, map[string]string{"deleted": "false"}},
		"nothing tells since when it is disabled": {nil, func(e *directory.Existing) { e.Account.Enabled = false }, []string{"termination_date=2026-01-01"}, roster.ActionMove, nil, map[string]string{"deleted": "false"}},
		"left, and only the directory knows when": {nil, func(e *directory.Existing) { off(e, "2026-10-02", "left") }, []string{"status=Terminated"}, roster.ActionDelete, nil, map[string]string{"deleted": "true"}},
		"left, and nobody knows when":             {nil, func(e *directory.Existing) {}, []string{"status=Terminated"}, roster.ActionDisable, nil, map[string]string{"deleted": "false"}},
		"retention is over, but it is protected": {nil, func(e *directory.Existing) {
			off(e, "2026-10-02", "left").Protected = "adminCount is 1"
			e.Account.Container = leavers
		}, []string{"termination_date=2026-10-01"}, roster.ActionNone, nil, map[string]string{"deleted": "false"}},
		"booked rehire of a leaver who is enabled":   {nil, func(e *directory.Existing) {}, []string{"status=Terminated", "hire_date=2027-04-01"}, roster.ActionDisable, nil, map[string]string{"enabled": "false"}},
		"future hire whose account is enabled":       {nil, func(e *directory.Existing) {}, []string{"hire_date=2027-04-01"}, roster.ActionDisable, nil, map[string]string{"enabled": "false", "disabled_for": "prehire", "container": staff}},
		"nobody knows the word":                      {nil, func(e *directory.Existing) {}, []string{"status=Terminatd", "Department=IT"}, roster.ActionSetAside, func(r *roster.Result) []string { return r.SetAside }, map[string]string{"enabled": "true", "department": ""}},
		"nobody knows the word, and nobody is there": {nil, nil, []string{"status=Terminatd"}, roster.ActionSetAside, nil, nil},
		"nobody knows the word, and the end is over": {nil, func(e *directory.Existing) {}, []string{"status=Terminatd", "termination_date=2026-11-01"}, roster.ActionDisable, nil, map[string]string{"enabled": "false"}},
		"booked to return, and the retention is over": {nil, func(e *directory.Existing) { off(e, "2026-10-02", "left") },
			[]string{"termination_date=2026-10-01", "hire_date=2027-03-01"}, roster.ActionMove, nil,
			map[string]string{"deleted": "false", "enabled": "false"}},
		"booked to return by the word, and the retention is over": {nil, func(e *directory.Existing) { off(e, "2026-10-02", "left") },
			[]string{"status=Terminated", "hire_date=2027-03-01"}, roster.ActionMove, nil,
			map[string]string{"deleted": "false", "enabled": "false"}},
		"a hire that came to nothing, and the retention is over": {nil, func(e *directory.Existing) { off(e, "2026-10-02", "left") },
			[]string{"status=Withdrawn", "hire_date=2027-03-01"}, roster.ActionDelete, nil,
			map[string]string{"deleted": "true"}},
		"left long ago, deleted": {nil, nil, []string{"termination_date=2026-10-01"}, roster.ActionNone, nil, nil},
		"leave": {onLeave, func(*directory.Existing) {}, []string{"on_leave=true"}, roster.ActionDisable,
			func(r *roster.Result) []string { return r.Movers }, map[string]string{"enabled": "false", "container": staff}},
		"back from leave": {onLeave, func(e *directory.Existing) { off(e, "2026-11-02", "leave") }, nil, roster.ActionEnable,
			func(r *roster.Result) []string { return r.Movers }, map[string]string{"enabled": "true"}},
		"rehire": {nil, func(e *directory.Existing) { off(e, "2026-11-02", "left").Account.Container = leavers }, []string{"hire_date=2026-11-16"}, roster.ActionRehire, func(r *roster.Result) []string { return r.Rehires },
			map[string]string{"enabled": "true", "container": staff, "disabled_for": ""}},
		"rehire, by the story alone": {nil, func(e *directory.Existing) { off(e, "2026-11-02", "").Account.Container = leavers },
			[]string{"termination_date=2026-11-01", "hire_date=2026-11-16"}, roster.ActionRehire, nil,
			map[string]string{"enabled": "true", "container": staff}},
		"rehire, disabled by hand on the last day": {nil, func(e *directory.Existing) { off(e, "2026-11-02", "").Account.Container = leavers },
			[]string{"termination_date=2026-11-02", "hire_date=2026-11-16"}, roster.ActionRehire, nil,
			map[string]string{"enabled": "true", "container": staff}},
		"disabled by hand, and hired again without a gap": {nil, func(e *directory.Existing) { off(e, "2026-11-02", "") },
			[]string{"termination_date=2026-11-15", "hire_date=2026-11-16"}, roster.ActionSetAside, nil,
			map[string]string{"enabled": "false"}},
		"rehire in another person's words": {nil, func(e *directory.Existing) { off(e, "2026-11-02", "") }, []string{"hire_date=2026-11-16"}, roster.ActionEnable, nil, map[string]string{"enabled": "true"}},
		"the end is moved":                 {nil, func(e *directory.Existing) { off(e, "2026-11-02", "left") }, []string{"termination_date=2027-01-31"}, roster.ActionRehire, nil, map[string]string{"enabled": "true"}},
		"the end is not there any more": {nil, func(e *directory.Existing) { off(e, "2026-11-02", "left").Account.Container = leavers }, []string{"Department=IT"}, roster.ActionKeptDisabled, func(r *roster.Result) []string { return r.KeptDisabled },
			map[string]string{"enabled": "false", "container": leavers, "department": "IT", "disabled_for": "left"}},
		"disabled by hand": {nil, func(e *directory.Existing) { off(e, "2026-11-02", "") }, []string{"Department=IT"}, roster.ActionKeptDisabled, func(r *roster.Result) []string { return r.KeptDisabled },
			map[string]string{"enabled": "false", "department": "IT", "disabled_for": ""}},
		"disabled, and nothing tells why": {nil, func(e *directory.Existing) { e.Account.Enabled = false }, nil, roster.ActionKeptDisabled, nil, map[string]string{"enabled": "false"}},
		"prepared before the first day":   {nil, func(e *directory.Existing) { off(e, "2026-11-02", "") }, []string{"hire_date=2026-11-20"}, roster.ActionEnable, nil, map[string]string{"enabled": "true"}},
		"disabled on leave, and now left": {onLeave, func(e *directory.Existing) { off(e, "2026-11-02", "leave") }, []string{"termination_date=2026-11-20", "on_leave=true"}, roster.ActionMove, nil, map[string]string{"disabled_for": "left"}},
		"rehire by record": {func(r *mapping.Rules) { record(r); r.ContainerApply = mapping.ApplyOnCreate }, func(e *directory.Existing) {
			off(e, "2026-11-02", "").Account.Container, e.Account.Attributes["extensionAttribute1"] = leavers, directory.Value{"left 2026-11-01"}
		}, []string{"hire_date=2026-11-16"}, roster.ActionRehire, nil, map[string]string{"enabled": "true", "container": staff, "extensionAttribute1": ""}},
		"out of scope, ignored":  {scope(""), func(*directory.Existing) {}, []string{"Kind=x"}, roster.ActionOutOfScope, nil, nil},
		"out of scope, kept":     {scope(mapping.OutOfScopeKeep), func(*directory.Existing) {}, []string{"Kind=x", "Department=IT"}, roster.ActionOutOfScope, nil, map[string]string{"enabled": "true", "department": "", "cn": "Ann Lee"}},
		"out of scope, disabled": {scope(mapping.OutOfScopeDisable), func(*directory.Existing) {}, []string{"Kind=x"}, roster.ActionDisable, func(r *roster.Result) []string { return r.Leavers }, map[string]string{"enabled": "false", "container": staff}},
		"moved out of scope": {moved, func(*directory.Existing) {}, []string{"Kind=x"}, roster.ActionDisable, func(r *roster.Result) []string { return r.Leavers },
			map[string]string{"enabled": "false", "container": leavers, "disabled_for": "moved", "groups": "removed"}},
		"moved out of scope, the retention is over": {moved, func(e *directory.Existing) { off(e, "2026-10-01", "moved") }, []string{"Kind=x"}, roster.ActionDelete, func(r *roster.Result) []string { return r.Leavers }, map[string]string{"deleted": "true"}},
		"moved out of scope, disabled by hand long ago": {moved, func(e *directory.Existing) { off(e, "2025-10-01", "").Account.Container = leavers }, []string{"Kind=x"}, roster.ActionUpdate, nil,
			map[string]string{"enabled": "false", "container": leavers, "deleted": "false"}},
		"moved out of scope, disabled on leave": {moved, func(e *directory.Existing) { off(e, "2025-10-01", "leave") }, []string{"Kind=x"}, roster.ActionMove, nil, map[string]string{"deleted": "false", "disabled_for": "moved"}},
		"moved back into scope":                 {moved, func(e *directory.Existing) { off(e, "2026-11-02", "moved").Account.Container = leavers }, nil, roster.ActionRehire, nil, map[string]string{"enabled": "true", "container": staff}},
		"moved out of scope, and left":          {moved, func(*directory.Existing) {}, []string{"Kind=x", "termination_date=2026-11-20"}, roster.ActionDisable, nil, map[string]string{"enabled": "false", "disabled_for": "left"}},
		"moved out of scope, a bad record":      {moved, func(*directory.Existing) {}, []string{"Kind=x", "status=Terminatd"}, roster.ActionDisable, nil, map[string]string{"enabled": "false", "disabled_for": "moved"}},
		"moved out of scope, bad dates":         {moved, func(*directory.Existing) {}, []string{"Kind=x", "hire_date=tomorrow"}, roster.ActionDisable, nil, map[string]string{"enabled": "false", "disabled_for": "moved"}},
		"moved out of scope, a rule fails": {func(r *mapping.Rules) {
			moved(r)
			r.Attributes["mail"] = mapping.AttributeRule{Expression: `FormatDateTime([Kind], , "yyyy-MM-dd", "yyyy")`}
		}, func(*directory.Existing) {}, []string{"Kind=x"}, roster.ActionDisable, nil, map[string]string{"enabled": "false"}},
		"out of scope, never here":       {moved, nil, []string{"Kind=x", "status=Terminatd"}, roster.ActionOutOfScope, nil, nil},
		"out of scope, leavers are made": {func(r *mapping.Rules) { moved(r); r.Lifecycle.CreateLeavers = true }, nil, []string{"Kind=x"}, roster.ActionOutOfScope, nil, nil},
		"out of scope, ignored by a rule": {func(r *mapping.Rules) {
			moved(r)
			r.Attributes["title"] = mapping.AttributeRule{Expression: `IgnoreObjectFlow`}
		}, func(*directory.Existing) {}, nil, roster.ActionDisable, nil, map[string]string{"disabled_for": "out of scope"}},
		"out of scope, unknown": {scope(mapping.OutOfScopeDisable), nil, []string{"Kind=x"}, roster.ActionOutOfScope, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			if c.account != nil {
				c.account(m.ann())
			}
			change := c.rules
			if change == nil {
				change = func(*mapping.Rules) {}
			}
			r := decide(t, input(t, m, rules(change), hire("1 Ann Lee", c.worker...)))
			expectAction(t, r, "1", c.action)
			if c.list != nil && !slices.Equal(c.list(r), []string{"1"}) {
				t.Errorf("lists: joiners %q, movers %q, leavers %q, rehires %q", r.Joiners, r.Movers, r.Leavers, r.Rehires)
			}
			if _, there := r.Accounts["1"]; there != (c.expect != nil) {
				t.Fatalf("in the accounts: %t, expected %t", there, c.expect != nil)
			}
			for attribute, want := range c.expect {
				expectValue(t, r, "1", attribute, want)
			}
		})
	}
}

// moved are rules of a forest that somebody leaves who goes out of its scope.
func moved(r *mapping.Rules) {
	r.Scope, r.OnOutOfScope = [][]mapping.Clause{{{Attribute: "Kind", Operator: "IS NULL"}}}, mapping.OutOfScopeLeaver
	r.Lifecycle.LeaverGroups = "remove"
}

// TestMoverBetweenDirectories: somebody who changes the company leaves one forest and joins the other
// in the same run, with their own address; both reports say so, and they can come back.
func TestMoverBetweenDirectories(t *testing.T) {
	company := func(name string) func(*mapping.Rules) {
		return func(r *mapping.Rules) {
			moved(r)
			r.Scope = [][]mapping.Clause{{{Attribute: "Company", Operator: "EQUALS", Value: name}}}
		}
	}
	forestA, forestB := newMemory(), newMemory()
	a := input(t, forestA, rules(company("A")), hire("1 Ann Lee", "Company=A"), hire("2 Bob Ray", "Company=A"))
	b := input(t, forestB, rules(company("B")))
	b.Workers = a.Workers
	run := func() (ra, rb *roster.Result) {
		ra = decide(t, a)
		b.Elsewhere = map[string]map[string]string{"forest a": ra.Names}
		rb = decide(t, b)
		return ra, rb
	}
	ra, _ := run()
	forestA.apply(t, ra)
	set(a, "1", "Company", "B")
	ra, rb := run()
	if d := expectAction(t, ra, "1", roster.ActionDisable); !strings.Contains(d.Reason, "moved out of scope") || !strings.Contains(d.Reason, `on_out_of_scope = "leaver"`) {
		t.Errorf("reason %q", d.Reason)
	}
	if d := expectAction(t, rb, "1", roster.ActionCreate); !strings.Contains(d.Reason, `the worker has an account in "forest a"`) {
		t.Errorf("reason %q", d.Reason)
	}
	expectValue(t, rb, "1", "userPrincipalName", "ann.lee@corp.example.com")
	forestA.apply(t, ra)
	forestB.apply(t, rb)
	settle(t, forestA, a)
	settle(t, forestB, b)
	set(a, "1", "Company", "A")
	ra, rb = run()
	expectAction(t, ra, "1", roster.ActionRehire)
	expectAction(t, rb, "1", roster.ActionDisable)

	// The account is in a container that another population of the directory owns: it goes with the worker.
	set(a, "1", "Company", "B")
	a.Owned = func(e *directory.Existing) bool { return !strings.Contains(e.Path, "Ann") }
	if d := expectAction(t, decide(t, a), "1", roster.ActionOutOfScope); !strings.Contains(d.Reason, "not among what this population owns") {
		t.Errorf("reason %q", d.Reason)
	}
}

// TestAttributesOfLeaversGo: what only leavers have a rule for is taken back when they
// return, and the plan says so; afterwards nothing changes by itself.
func TestAttributesOfLeaversGo(t *testing.T) {
	m := newMemory()
	m.ann()
	in := input(t, m, rules(func(r *mapping.Rules) {
		r.Lifecycle.LeaverAttributes = map[string]mapping.AttributeRule{"description": {Constant: pointer("left")}}
	}), hire("1 Ann Lee"))
	settle(t, m, in)
	in.Workers["1"] = hire("1 Ann Lee", "termination_date=2026-11-20")
	settle(t, m, in)
	in.AsOf, in.Workers["1"] = now.AddDate(0, 0, 10), hire("1 Ann Lee", "hire_date=2026-12-01")
	r := decide(t, in)
	expectAction(t, r, "1", roster.ActionRehire)
	expectValue(t, r, "1", "description", "")
	settle(t, m, in)
	if e := m.objects[0]; len(e.Account.Attributes["description"]) > 0 {
		t.Errorf("description is %q", e.Account.Attributes["description"])
	}
	m.objects[0].Account.Attributes["description"] = directory.Value{"by hand"}
	if d := decision(t, decide(t, in), "1"); len(d.Changes) > 0 {
		t.Errorf("%+v", d.Changes)
	}
}

func always(r *mapping.Rules, names ...string) {
	for _, name := range names {
		rule := r.Attributes[name]
		rule.Apply = mapping.ApplyAlways
		r.Attributes[name] = rule
	}
}

func scope(policy string) func(*mapping.Rules) {
	return func(r *mapping.Rules) {
		r.Scope, r.OnOutOfScope = [][]mapping.Clause{{{Attribute: "Kind", Operator: "IS NULL"}}}, policy
	}
}

func TestAttributePolicies(t *testing.T) {
	r := rules(func(r *mapping.Rules) {
		r.Attributes["title"] = mapping.AttributeRule{Source: "Title", Apply: mapping.ApplyIfEmpty}
		r.Attributes["division"] = mapping.AttributeRule{Source: "Division", Apply: mapping.ApplyOnCreate}
		r.Attributes["company"] = mapping.AttributeRule{Source: "Company", Default: pointer("Example")}
		r.Attributes["mobile"] = mapping.AttributeRule{Source: "Mobile"}
	})
	ann := hire("1 Ann Lee", "Title=Head", "Division=North")
	for name, c := range map[string]struct{ has, expect []string }{
		"new":               {nil, []string{"title=Head", "division=North", "company=Example", "mobile=-", "department="}},
		"existing, empty":   {[]string{}, []string{"title=Head", "division=-", "company=-", "mobile=-", "department="}},
		"existing, filled":  {[]string{"title=Clerk", "division=South", "company=Other", "mobile=1", "department=IT"}, []string{"title=Clerk", "division=South", "company=Other", "mobile=-", "department="}},
		"manager by a path": {[]string{"manager=CN=Boss," + staff}, []string{"manager=-"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			if c.has != nil {
				e := m.ann()
				for _, a := range c.has {
					attribute, v, _ := strings.Cut(a, "=")
					e.Account.Attributes[attribute] = directory.Value{v}
				}
			}
			result := decide(t, input(t, m, r, ann))
			for _, a := range c.expect {
				attribute, want, _ := strings.Cut(a, "=")
				expectValue(t, result, "1", attribute, want)
			}
		})
	}
}

func TestRecordOfLeaving(t *testing.T) {
	status := rules(record, func(r *mapping.Rules) {
		r.Lifecycle.ActiveStatuses, r.Lifecycle.InactiveStatuses = []string{"Active"}, []string{"Gone"}
	})
	for name, c := range map[string]struct {
		recorded string
		worker   []string
		action   roster.Action
		want     string // "" cleared, "-" unmanaged
	}{
		"left today":                   {"", []string{"status=Gone"}, roster.ActionDisable, "left 2026-11-22"},
		"left on a date":               {"", []string{"status=Gone", "termination_date=2026-11-20"}, roster.ActionDisable, "left 2026-11-20"},
		"kept":                         {"left 2026-11-02", []string{"status=Gone"}, roster.ActionDisable, "left 2026-11-02"},
		"kept against the HR date":     {"left 2026-11-02", []string{"status=Gone", "termination_date=2026-11-20"}, roster.ActionDisable, "left 2026-11-02"},
		"absent before":                {"absent 2026-11-02", []string{"status=Gone", "termination_date=2026-11-20"}, roster.ActionDisable, "left 2026-11-20"},
		"returned":                     {"left 2026-11-02", []string{"status=Active"}, roster.ActionUpdate, ""},
		"found again":                  {"absent 2026-11-02", []string{"status=Active"}, roster.ActionUpdate, ""},
		"never away":                   {"", []string{"status=Active"}, roster.ActionNone, ""},
		"somebody else's text is kept": {"left the building", []string{"status=Active"}, roster.ActionNone, "-"},
		"no date":                      {"left 2026-13-45", []string{"status=Active"}, roster.ActionNone, "-"},
		"no retention by the record":   {"left 2026-10-02", []string{"status=Gone"}, roster.ActionDisable, "left 2026-10-02"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			if e := m.ann(); c.recorded != "" {
				e.Account.Attributes["extensionAttribute1"] = directory.Value{c.recorded}
			}
			r := decide(t, input(t, m, status, hire("1 Ann Lee", c.worker...)))
			expectAction(t, r, "1", c.action)
			expectValue(t, r, "1", "extensionAttribute1", c.want)
		})
	}
}

func TestRecordSurvivesPrehireOfARehire(t *testing.T) {
	m := newMemory()
	e := m.ann()
	e.Account.Enabled, e.Account.Attributes["extensionAttribute1"] = false, directory.Value{"left 2026-10-01"}
	in := input(t, m, rules(record), hire("1 Ann Lee", "hire_date=2026-11-30"))
	r := decide(t, in)
	expectValue(t, r, "1", "extensionAttribute1", "left 2026-10-01")
	m.apply(t, r)
	in.AsOf = now.AddDate(0, 0, 10)
	r = decide(t, in)
	expectAction(t, r, "1", roster.ActionRehire)
	expectValue(t, r, "1", "extensionAttribute1", "")
}

func TestRehireWithNewNames(t *testing.T) {
	m := newMemory()
	e := m.ann()
	e.Account.Enabled, e.Account.Attributes["extensionAttribute1"] = false, directory.Value{"left 2026-10-01"}
	newName := rules(record, func(r *mapping.Rules) { r.Lifecycle.Rehire = "new_name" })
	off(e, "2026-10-02", "left")
	r := decide(t, input(t, m, newName, hire("1 Ann Kim", "hire_date=2026-11-02")))
	expectAction(t, r, "1", roster.ActionRehire)
	expectValue(t, r, "1", "sAMAccountName", "ann.kim")
	r = decide(t, input(t, m, rules(record), hire("1 Ann Kim", "hire_date=2026-11-02")))
	expectValue(t, r, "1", "sAMAccountName", "ann.lee")

	// An end that merely is not there any more explains nothing: the account keeps its names until somebody does.
	in := input(t, m, newName, hire("1 Ann Kim"))
	r = decide(t, in)
	expectAction(t, r, "1", roster.ActionKeptDisabled)
	expectValue(t, r, "1", "sAMAccountName", "ann.lee")
	in.Overrides = []roster.Override{{WorkerIDs: []string{"1"}, Enabled: pointer(true), Reason: "hired again, HR is late", Expires: "2026-12-31"}}
	r = decide(t, in)
	expectValue(t, r, "1", "enabled", "true")
	expectValue(t, r, "1", "sAMAccountName", "ann.kim")
}

func TestDataErrors(t *testing.T) {
	strict := rules(func(r *mapping.Rules) {
		r.Attributes["title"] = mapping.AttributeRule{Source: "Title", WhenNull: mapping.NullError}
	})
	m := newMemory()
	m.ann()
	workers := []string{"1 Ann Lee", "2 Bob Ray"}
	for i := range 30 {
		workers = append(workers, string(rune('A'+i))+" Li Wei")
	}
	in := input(t, m, strict)
	for _, w := range workers {
		in.Workers[strings.Fields(w)[0]] = hire(w)
	}
	in.OnProblem = roster.ProblemStop
	refused(t, in, `worker "1"`, "title", "… and 12 more", "on_problem")
	in.OnProblem = ""
	r := decide(t, in)
	if len(r.Accounts) != 1 || len(decision(t, r, "1").Changes) != 0 {
		t.Errorf("%d accounts, changes %v", len(r.Accounts), decision(t, r, "1").Changes)
	}
	expectAction(t, r, "1", roster.ActionSetAside)
	expectValue(t, r, "1", "displayName", "Ann Lee")
	page := report(t, in, r).Report
	if !strings.Contains(page, "## Set aside (32)") || !warned(r, `32 workers are set aside`) || len(r.SetAside) != 32 {
		t.Errorf("the report does not tell:\n%s", page)
	}
}

func TestLeaverWithABadRecordIsDisabled(t *testing.T) {
	m := newMemory()
	m.ann()
	bad := rules(func(r *mapping.Rules) {
		r.Attributes["title"] = mapping.AttributeRule{Source: "Title", WhenNull: mapping.NullError}
		r.Attributes["sAMAccountName"] = mapping.AttributeRule{Expression: `SelectUniqueValue(Left("", 3), NumFromDate([Last]))`}
	})
	r := decide(t, input(t, m, bad, hire("1 Ann Lee", "termination_date=2026-11-20")))
	expectAction(t, r, "1", roster.ActionDisable)
	expectValue(t, r, "1", "sAMAccountName", "ann.lee")
	if !warned(r, `worker "1": `) {
		t.Errorf("no warning: %q", r.Warnings)
	}
}

func TestRestoringDeletedAccounts(t *testing.T) {
	m := newMemory()
	m.add("user", staff, true, "cn=Ann Lee", "sAMAccountName=ann.lee", "employeeID=1", "description=keep").Deleted = true
	bob := m.add("user", staff, false, "cn=Bob Ray", "sAMAccountName=bob.ray", "employeeID=2")
	bob.Deleted = true
	off(bob, "2026-11-01", directory.ForLeave)
	m.user("cn=Other", "sAMAccountName=bob.ray") // has got the name meanwhile
	m.add("user", staff, false, "cn=Left", "sAMAccountName=left", "employeeID=3").Deleted = true
	// Deleted as a leaver, and the end is not there any more: the object comes back, not the access.
	cy := m.add("user", staff, false, "cn=Cy Fox", "sAMAccountName=cy.fox", "employeeID=4")
	cy.Deleted = true
	off(cy, "2026-11-01", directory.ForLeft)
	in := input(t, m, rules(), hire("1 Ann Lee"), hire("2 Bob Ray"), hire("3 Eve Kim", "termination_date=2020-01-31"), hire("4 Cy Fox"))
	in.RestoreDeleted = true
	r := decide(t, in)
	for _, id := range []string{"1", "2"} {
		expectAction(t, r, id, roster.ActionRehire)
		if d := decision(t, r, id); d.ObjectID == "" || !strings.Contains(d.Reason, "is restored") {
			t.Errorf("worker %s: object %q, %s", id, d.ObjectID, d.Reason)
		}
	}
	expectValue(t, r, "1", "sAMAccountName", "ann.lee")
	expectValue(t, r, "2", "sAMAccountName", "bob.ray2")
	expectAction(t, r, "3", roster.ActionNone) // a leaver stays deleted
	if d := expectAction(t, r, "4", roster.ActionKeptDisabled); d.ObjectID == "" || d.GainsAccess || !strings.Contains(d.Reason, "no end") {
		t.Errorf("%+v", d)
	}
	expectValue(t, r, "4", "enabled", "false")

	// Back next week: restored now, disabled, as the population will do.
	in.Workers["1"] = hire("1 Ann Lee", "hire_date=2026-11-30")
	r = decide(t, in)
	expectAction(t, r, "1", roster.ActionRehire)
	expectValue(t, r, "1", "enabled", "false")
	expectValue(t, r, "1", "sAMAccountName", "ann.lee")
	// Where leavers get accounts, the one they had rather than another.
	created := in
	created.Mapping = compile(t, rules(func(r *mapping.Rules) { r.Lifecycle.CreateLeavers, r.Lifecycle.RetentionDays = true, nil }))
	r = decide(t, created)
	if d := decision(t, r, "3"); d.ObjectID != "guid-00004" {
		t.Errorf("the leaver's account is %q (%s), expected the deleted one", d.ObjectID, d.Reason)
	}
	expectValue(t, r, "3", "enabled", "false")

	m.add("user", staff, false, "cn=Ann Lee", "sAMAccountName=ann.lee3", "employeeID=1").Deleted = true
	in.OnProblem = roster.ProblemStop
	refused(t, in, `worker "1"`, `employeeID = "1"`)
}
