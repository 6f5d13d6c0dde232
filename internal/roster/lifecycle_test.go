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
		"retired":                {nil, func(*directory.Existing) {}, []string{"termination_date=2026-10-01"}, roster.ActionDelete, func(r *roster.Result) []string { return r.Leavers }, nil},
		"retired long ago":       {nil, nil, []string{"termination_date=2026-10-01"}, roster.ActionNone, nil, nil},
		"retired but protected":  {nil, func(e *directory.Existing) { e.Protected = "member of Domain Admins" }, []string{"termination_date=2026-10-01"}, roster.ActionNone, nil, map[string]string{"enabled": "true"}},
		"leave":                  {onLeave, func(*directory.Existing) {}, []string{"on_leave=true"}, roster.ActionDisable, func(r *roster.Result) []string { return r.Movers }, map[string]string{"enabled": "false", "container": staff}},
		"back from leave":        {onLeave, func(e *directory.Existing) { e.Account.Enabled = false }, nil, roster.ActionEnable, func(r *roster.Result) []string { return r.Movers }, map[string]string{"enabled": "true"}},
		"rehire": {nil, func(e *directory.Existing) { e.Account.Enabled, e.Account.Container = false, leavers }, nil, roster.ActionRehire, func(r *roster.Result) []string { return r.Rehires },
			map[string]string{"enabled": "true", "container": staff}},
		"rehire by record": {func(r *mapping.Rules) { record(r); r.ContainerApply = mapping.ApplyOnCreate }, func(e *directory.Existing) {
			e.Account.Enabled, e.Account.Container, e.Account.Attributes["extensionAttribute1"] = false, leavers, directory.Value{"left 2026-11-01"}
		}, nil, roster.ActionRehire, nil, map[string]string{"enabled": "true", "container": staff, "extensionAttribute1": ""}},
		"out of scope, ignored":  {scope(""), func(*directory.Existing) {}, []string{"Kind=x"}, roster.ActionOutOfScope, nil, nil},
		"out of scope, kept":     {scope(mapping.OutOfScopeKeep), func(*directory.Existing) {}, []string{"Kind=x", "Department=IT"}, roster.ActionOutOfScope, nil, map[string]string{"enabled": "true", "department": "", "cn": "Ann Lee"}},
		"out of scope, disabled": {scope(mapping.OutOfScopeDisable), func(*directory.Existing) {}, []string{"Kind=x"}, roster.ActionDisable, func(r *roster.Result) []string { return r.Leavers }, map[string]string{"enabled": "false", "container": staff}},
		"out of scope, unknown":  {scope(mapping.OutOfScopeDisable), nil, []string{"Kind=x"}, roster.ActionOutOfScope, nil, nil},
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
		"retention by the record":      {"left 2026-10-02", []string{"status=Gone"}, roster.ActionDelete, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			if e := m.ann(); c.recorded != "" {
				e.Account.Attributes["extensionAttribute1"] = directory.Value{c.recorded}
			}
			r := decide(t, input(t, m, status, hire("1 Ann Lee", c.worker...)))
			expectAction(t, r, "1", c.action)
			if c.action != roster.ActionDelete {
				expectValue(t, r, "1", "extensionAttribute1", c.want)
			}
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
	r := decide(t, input(t, m, newName, hire("1 Ann Kim")))
	expectAction(t, r, "1", roster.ActionRehire)
	expectValue(t, r, "1", "sAMAccountName", "ann.kim")
	r = decide(t, input(t, m, rules(record), hire("1 Ann Kim")))
	expectValue(t, r, "1", "sAMAccountName", "ann.lee")
}

func TestAbsent(t *testing.T) {
	for name, c := range map[string]struct {
		policy   string
		days     int
		recorded string
		enabled  bool
		action   roster.Action
		want     string // of the record; "none" for no account
		enables  string
	}{
		"kept":                      {"", 0, "", true, roster.ActionAbsent, "-", "true"},
		"kept disabled":             {"keep", 0, "", false, roster.ActionAbsent, "-", "false"},
		"recorded first":            {"disable", 5, "", true, roster.ActionUpdate, "absent 2026-11-22", "true"},
		"in grace":                  {"disable", 5, "absent 2026-11-18", true, roster.ActionAbsent, "absent 2026-11-18", "true"},
		"grace is over":             {"disable", 5, "absent 2026-11-17", true, roster.ActionDisable, "absent 2026-11-17", "false"},
		"disabled before":           {"disable", 5, "absent 2026-11-01", false, roster.ActionAbsent, "absent 2026-11-01", "false"},
		"at once":                   {"disable", 0, "", true, roster.ActionDisable, "absent 2026-11-22", "false"},
		"released":                  {"release", 0, "", true, roster.ActionRelease, "none", ""},
		"released later":            {"release", 5, "absent 2026-11-18", true, roster.ActionAbsent, "absent 2026-11-18", "true"},
		"had left, listed no more":  {"", 0, "left 2026-11-15", false, roster.ActionAbsent, "left 2026-11-15", "false"},
		"had left, enabled by hand": {"", 0, "left 2026-11-15", true, roster.ActionDisable, "left 2026-11-15", "false"},
		"had left, retention over":  {"", 0, "left 2026-10-22", false, roster.ActionDelete, "none", ""},
		"had left, last day of it":  {"", 0, "left 2026-10-23", false, roster.ActionAbsent, "left 2026-10-23", "false"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			m.ann()
			e := m.user("cn=Bob Ray", "sAMAccountName=bob.ray", "displayName=Bob", "employeeID=2", "manager=1", "mobile=7")
			e.Account.Enabled = c.enabled
			if c.recorded != "" {
				e.Account.Attributes["extensionAttribute1"] = directory.Value{c.recorded}
			}
			r := decide(t, input(t, m, rules(record, func(r *mapping.Rules) { r.Lifecycle.OnAbsent, r.Lifecycle.AbsentDays = c.policy, c.days }), hire("1 Ann Lee")))
			d := expectAction(t, r, "2", c.action)
			if d.Stage != "" || !slices.Equal(r.Orphans, []string{"2"}) {
				t.Errorf("stage %q, orphans %q", d.Stage, r.Orphans)
			}
			if _, there := r.Accounts["2"]; !there {
				if c.want != "none" {
					t.Fatal("dropped out")
				}
				return
			}
			for attribute, want := range map[string]string{"extensionAttribute1": c.want, "enabled": c.enables, "displayName": "Bob", "manager": "1", "mobile": "-", "container": staff, "userPrincipalName": "-"} {
				expectValue(t, r, "2", attribute, want)
			}
		})
	}
}

func TestAbsentOfOtherPopulations(t *testing.T) {
	m := newMemory()
	m.user("cn=A", "sAMAccountName=a", "employeeID=7")
	m.add("user", sydney, true, "cn=B", "sAMAccountName=b", "employeeID=8")
	m.user("cn=C", "sAMAccountName=c", "employeeID=9").Deleted = true
	in := input(t, m, rules(), hire("1 Ann Lee", "manager_id=8"))
	in.Owned = func(e *directory.Existing) bool { return e.Account.Container == staff }
	r := decide(t, in)
	if !slices.Equal(r.Orphans, []string{"7"}) {
		t.Errorf("orphans %q, expected only the own one", r.Orphans)
	}
	expectValue(t, r, "1", "manager", "8")
	in.WorkerIDAttribute = ""
	if r = decide(t, in); len(r.Orphans) != 0 || m.calls["Owned"] != 1 {
		t.Errorf("orphans %q without a worker id attribute", r.Orphans)
	}
}

func TestAbsentTwice(t *testing.T) {
	m := newMemory()
	m.user("cn=A", "sAMAccountName=a", "employeeID=7")
	m.user("cn=B", "sAMAccountName=b", "employeeID=7")
	m.ann()
	m.user("cn=C", "sAMAccountName=c", "employeeID=1")
	refused(t, input(t, m, rules(), hire("2 Bob Ray")), `worker "7"`, "CN=A,", "CN=B,", `worker "1"`)
	release := rules(func(r *mapping.Rules) { r.Lifecycle.OnAbsent = "release" })
	in := input(t, m, release, hire("1 Ann Lee"), hire("2 Bob Ray"))
	in.Links = map[string]string{"1": "guid-00003"}
	r := decide(t, in)
	if !warned(r, "CN=C,"+staff) {
		t.Errorf("no warning about the second carrier of worker 1's id: %q", r.Warnings)
	}
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
	refused(t, in, "32 workers", `worker "1"`, "title", "… and 12 more", "on_data_error")
	r := decide(t, in)
	if len(r.Accounts) != 1 || len(decision(t, r, "1").Changes) != 0 {
		t.Errorf("%d accounts, changes %v", len(r.Accounts), decision(t, r, "1").Changes)
	}
	expectAction(t, r, "1", roster.ActionSetAside)
	expectValue(t, r, "1", "displayName", "Ann Lee")
	if !strings.Contains(r.Report, "## HR data errors (32)") || !warned(r, `worker "2" has a data error`) {
		t.Errorf("the report does not tell:\n%s", r.Report)
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
	m.add("user", staff, false, "cn=Bob Ray", "sAMAccountName=bob.ray", "employeeID=2").Deleted = true
	m.user("cn=Other", "sAMAccountName=bob.ray") // has got the name meanwhile
	m.add("user", staff, false, "cn=Left", "sAMAccountName=left", "employeeID=3").Deleted = true
	in := input(t, m, rules(), hire("1 Ann Lee"), hire("2 Bob Ray"), hire("3 Eve Kim", "termination_date=2020-01-31"))
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
	refused(t, in, `worker "1": employeeID = "1"`)
}
