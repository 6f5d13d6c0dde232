// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"slices"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

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
		"released":                  {"release", 0, "", true, roster.ActionRelease, "-", "true"},
		"released later":            {"release", 5, "absent 2026-11-18", true, roster.ActionAbsent, "absent 2026-11-18", "true"},
		"had left, listed no more":  {"", 0, "left 2026-11-15", false, roster.ActionAbsent, "left 2026-11-15", "false"},
		"had left, enabled by hand": {"", 0, "left 2026-11-15", true, roster.ActionDisable, "left 2026-11-15", "false"},
		"had left, retention over":  {"", 0, "left 2026-10-22", false, roster.ActionDelete, "left 2026-10-22", "false"},
		"had left, last day of it":  {"", 0, "left 2026-10-23", false, roster.ActionAbsent, "left 2026-10-23", "false"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			m.ann()
			e := m.user("cn=Bob Ray", "sAMAccountName=bob.ray", "displayName=Bob", "employeeID=2", "manager=1", "mobile=7")
			if !c.enabled {
				off(e, "2026-10-20", "")
			}
			if c.recorded != "" {
				e.Account.Attributes["extensionAttribute1"] = directory.Value{c.recorded}
			}
			r := decide(t, input(t, m, rules(record, func(r *mapping.Rules) { r.Lifecycle.OnAbsent, r.Lifecycle.AbsentDays = c.policy, c.days }),
				hire("1 Ann Lee")))
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
			for attribute, want := range map[string]string{"extensionAttribute1": c.want, "enabled": c.enables, "displayName": "Bob",
				"manager": "1", "mobile": "-", "container": staff, "userPrincipalName": "-"} {
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
	if u := r.Unmanaged; len(u) != 1 || u["guid-00002"].Kind != roster.UnmanagedAbsent || u["guid-00002"].WorkerID != "8" {
		t.Errorf("unmanaged: %+v", u)
	}
	in.WorkerIDAttribute, in.OnProblem = "", roster.ProblemStop
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
	in := input(t, m, rules(), hire("2 Bob Ray"))
	in.OnProblem = roster.ProblemStop
	refused(t, in, `worker "7"`, "CN=A,", "CN=B,", `worker "1"`)
	in.OnProblem = ""
	aside := decide(t, in)
	for _, id := range []string{"1", "7"} {
		d := expectAction(t, aside, id, roster.ActionSetAside)
		if _, there := aside.Accounts[id]; there || len(d.Problems) != 1 || d.Problems[0].Kind != "twice" {
			t.Errorf("worker %s: in the accounts %t, problems %+v", id, there, d.Problems)
		}
	}
	if len(aside.Unmanaged) != 4 || aside.Unmanaged["guid-00001"].Kind != roster.UnmanagedUnclear {
		t.Errorf("unmanaged: %+v", aside.Unmanaged)
	}
	expectAction(t, aside, "2", roster.ActionCreate)
	release := rules(func(r *mapping.Rules) { r.Lifecycle.OnAbsent = "release" })
	in = input(t, m, release, hire("1 Ann Lee"), hire("2 Bob Ray"))
	in.Links = map[string]string{"1": "guid-00003"}
	r := decide(t, in)
	if !warned(r, "CN=C,"+staff) {
		t.Errorf("no warning about the second carrier of worker 1's id: %q", r.Warnings)
	}
}
