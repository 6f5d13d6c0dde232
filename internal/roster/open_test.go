// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/review"
	"terraform-provider-workforce/internal/roster"
)

// another puts a second account of "1 Ann Lee" into the directory.
func (m *memory) another(name string) *directory.Existing {
	return m.user("cn=Ann "+name, "sAMAccountName="+name, "userPrincipalName="+name+"@corp.example.com",
		"givenName=Ann", "sn=Lee", "displayName=Ann Lee", "employeeID=1")
}

// TestLeaverOfSeveralAccounts: no document disables accounts of which nobody says that they are the leaver's. All with which the
// leaver can still sign in are named, first, and a population that managed one as theirs is told so.
func TestLeaverOfSeveralAccounts(t *testing.T) {
	left, both := []string{"status=Terminated"}, []string{"guid-00001", "guid-00002"}
	two := func(m *memory, _ *roster.Input) { m.another("b") }
	for name, c := range map[string]struct {
		worker []string
		make   func(m *memory, in *roster.Input)
		open   []string // logins, in the order of the paths; nil: nobody is asked about
		ours   []string // object ids that a population disables if it managed them
		stays  string   // what is said of the second account
	}{
		"two":             {left, two, []string{"ann.lee", "b"}, both, ""},
		"left by date":    {[]string{"termination_date=2026-11-01"}, two, []string{"ann.lee", "b"}, both, ""},
		"a broken record": {[]string{"termination_date=2026-11-01", "status=Bewildered"}, two, []string{"ann.lee", "b"}, both, ""},
		"one is disabled": {left, func(m *memory, _ *roster.Input) { off(m.another("b"), "2026-01-02", directory.ForLeft) },
			[]string{"ann.lee"}, both, ""},
		"both are disabled": {left, func(m *memory, _ *roster.Input) {
			off(m.objects[0], "2026-11-01", "")
			off(m.another("b"), "2026-01-02", directory.ForLeft)
		}, nil, both, ""},
		"one is protected": {left, func(m *memory, _ *roster.Input) { m.another("b").Protected = "it is in Domain Admins" },
			[]string{"ann.lee", "b"}, []string{"guid-00001"}, ", protected: it is in Domain Admins"},
		"one is synchronised": {left, func(m *memory, _ *roster.Input) { m.another("b").Synchronised = true },
			[]string{"ann.lee", "b"}, both, ", synchronised from"}, // which a population then releases
		"one is of another population": {left, func(m *memory, in *roster.Input) {
			m.another("b")
			in.Owned = func(e *directory.Existing) bool { return e.ID != "guid-00002" }
		}, []string{"ann.lee", "b"}, []string{"guid-00001"}, ", not of this population"},
		"held": {left, func(m *memory, in *roster.Input) {
			m.another("b")
			in.Overrides = []roster.Override{{WorkerIDs: []string{"1"}, Hold: true, Reason: "a lawsuit", Expires: "2026-12-31"}}
		}, []string{"ann.lee", "b"}, nil, ""},
		"enabled by an override": {left, func(m *memory, in *roster.Input) {
			m.another("b")
			in.Overrides = []roster.Override{enable("1")}
		}, []string{"ann.lee", "b"}, nil, ""},
		"not decided about": {left, func(m *memory, in *roster.Input) {
			m.another("b")
			in.Only = []string{"2"}
		}, nil, nil, ""},
		"one is linked to somebody else": {left, func(m *memory, in *roster.Input) {
			m.another("b")
			m.another("c")
			in.Links = map[string]string{"2": "guid-00003"}
		}, []string{"ann.lee", "b"}, both, ""},
		"many": {left, func(m *memory, _ *roster.Input) {
			for i := range 24 {
				m.another(fmt.Sprintf("s%02d", i))
			}
		}, slices.Concat([]string{"ann.lee"}, logins(24)), nil, ""},
		"found by no rule": {left, func(m *memory, in *roster.Input) {
			delete(in.Workers, "2")
			in.Mapping = compile(t, rules(func(r *mapping.Rules) { r.Match[0].All[0].Target = "employeeNumber" }))
		}, []string{"ann.lee"}, []string{"guid-00001"}, ""},
		"works here":  {nil, two, nil, nil, ""},
		"on leave":    {[]string{"status=Suspended"}, two, nil, nil, ""},
		"is to come":  {[]string{"hire_date=2027-06-01"}, two, nil, nil, ""},
		"leaves soon": {[]string{"status=Terminated (future dated)"}, two, nil, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			in := input(t, m, rules(), hire("1 Ann Lee", c.worker...), hire("2 Bob Ray", "termination_date=2030-01-01"))
			m.ann()
			c.make(m, &in)
			r := decideAndReport(t, in)
			if a, there := r.Accounts["1"]; there {
				t.Errorf("a document: %+v", a)
			}
			expectOpen(t, r, c.open)
			if c.stays != "" && !warned(r.Result, "(guid-00002)"+c.stays) {
				t.Errorf("%q is not told of the second account: %q", c.stays, r.Warnings)
			}
			var ours []string
			for id, u := range r.Unmanaged {
				if u.Kind == roster.UnmanagedLeftUnclear && u.WorkerID == "1" {
					ours = append(ours, id)
				}
			}
			if slices.Sort(ours); !slices.Equal(ours, c.ours) {
				t.Errorf("to be disabled where managed: %q, expected %q", ours, c.ours)
			}
			settle(t, m, in)
		})
	}
}

func logins(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("s%02d", i))
	}
	return out
}

// expectOpen checks with which accounts worker 1 can still sign in, and that the first question and a warning are about it.
func expectOpen(t *testing.T, r reported, want []string) {
	t.Helper()
	var have []string
	for _, dec := range r.Decisions {
		for _, o := range dec.OpenAccounts {
			if dec.WorkerID != "1" {
				t.Errorf("an open account of worker %q: %s", dec.WorkerID, o)
			}
			have = append(have, strings.TrimSuffix(o.Login, "@corp.example.com"))
		}
	}
	if !slices.Equal(have, want) {
		t.Errorf("can still sign in with %q, expected %q", have, want)
	}
	asked := slices.ContainsFunc(r.Review.Findings(), func(f review.Finding) bool { return f.Key == "leaver_of_several_accounts" })
	if asked != (want != nil) || warned(r.Result, "1 worker has left and can still sign in with") != asked {
		t.Errorf("asked %t, warnings %q", asked, r.Warnings)
	}
	if asked && r.Review.Findings()[0].Key != "leaver_of_several_accounts" {
		t.Errorf("the first question is %+v", r.Review.Findings()[0])
	}
	if page, _, _ := strings.Cut(r.Report, "\n## Warnings"); asked && !strings.Contains(page, want[0]+"@corp.example.com (guid-00001)") {
		t.Errorf("page one does not name %s:\n%s", want[0], page)
	}
}

// TestLeaverLinkedOfSeveralAccounts: the account that a link gives goes along the ladder, the others are named until somebody
// disables them or clears their worker id.
func TestLeaverLinkedOfSeveralAccounts(t *testing.T) {
	m := newMemory()
	m.ann()
	b := m.another("b")
	in := input(t, m, rules(), hire("1 Ann Lee", "status=Terminated"))
	in.Links = map[string]string{"1": "guid-00001"}
	expectOpenLogin := func(logins ...string) {
		t.Helper()
		r := decide(t, in)
		expectValue(t, r, "1", "enabled", "false")
		var have []string
		for _, o := range decision(t, r, "1").OpenAccounts {
			have = append(have, o.Login)
		}
		if !slices.Equal(have, logins) {
			t.Errorf("can still sign in with %q, expected %q", have, logins)
		}
	}
	expectOpenLogin("b@corp.example.com")
	settle(t, m, in)
	if m.objects[0].Account.Enabled || !b.Account.Enabled {
		t.Errorf("the linked one is enabled: %t, the other: %t", m.objects[0].Account.Enabled, b.Account.Enabled)
	}
	expectOpenLogin("b@corp.example.com") // though nothing changes at the worker's account
	off(b, "2026-11-22", "")
	expectOpenLogin()
}

// TestLeaverOfSeveralAccountsReturns: nobody enables an account of which it is not clear whose it is, and the report says which
// accounts are disabled, since when and why.
func TestLeaverOfSeveralAccountsReturns(t *testing.T) {
	m := newMemory()
	off(m.ann(), "2026-11-03", directory.ForLeft)
	off(m.another("b"), "2026-01-02", "")
	in := input(t, m, rules(), hire("1 Ann Lee", "hire_date=2026-11-20"))
	r := decideAndReport(t, in)
	d := expectAction(t, r.Result, "1", roster.ActionSetAside)
	for _, part := range []string{"(guid-00001), disabled since 2026-11-03 because the worker had left",
		"(guid-00002), disabled since 2026-01-02 (give"} {
		if !strings.Contains(d.Reason, part) {
			t.Errorf("%s is not in %q", part, d.Reason)
		}
	}
	if len(r.Accounts) > 0 || !strings.Contains(r.Report, "who has several accounts") {
		t.Errorf("%v\n%s", r.Accounts, r.Report)
	}
	settle(t, m, in)
}

// TestAbsentLeaverOfSeveralAccounts: somebody whom HR lists no more has left if we wrote so at one of the accounts.
func TestAbsentLeaverOfSeveralAccounts(t *testing.T) {
	for cause, open := range map[string][]string{directory.ForLeft: {"ann.lee"}, directory.ForLeave: nil} {
		m := newMemory()
		m.ann()
		off(m.another("b"), "2026-01-02", cause)
		in := input(t, m, rules(), hire("2 Bob Ray"))
		expectOpen(t, decideAndReport(t, in), open)
		// Who is in no feed here, and whose account another population has, may work there.
		in.Owned = func(e *directory.Existing) bool { return e.ID != "guid-00001" }
		expectOpen(t, decideAndReport(t, in), nil)
	}
}

// TestOpenAccountsRedacted: logins that the rules redact stand nowhere.
func TestOpenAccountsRedacted(t *testing.T) {
	m := newMemory()
	m.ann()
	m.another("b")
	in := input(t, m, rules(func(r *mapping.Rules) {
		for _, name := range []string{"userPrincipalName", "sAMAccountName"} {
			a := r.Attributes[name]
			a.Redact = true
			r.Attributes[name] = a
		}
	}), hire("1 Ann Lee", "status=Terminated"))
	r := decide(t, in)
	open := decision(t, r, "1").OpenAccounts
	if len(open) != 2 || open[0] != (roster.OpenAccount{ObjectID: "guid-00001"}) || open[0].String() != "guid-00001" ||
		warned(r, "b@corp.example.com") {
		t.Errorf("%+v, %q", open, r.Warnings)
	}
}
