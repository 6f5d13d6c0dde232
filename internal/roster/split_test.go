// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/roster"
)

// TestALeaverWithSeveralAccounts: somebody who has left signs in with none of the accounts that carry their worker id,
// and nothing else happens to these until somebody says whose they are.
func TestALeaverWithSeveralAccounts(t *testing.T) {
	for name, c := range map[string]struct {
		worker []string
		other  func(e *directory.Existing) // of the second account
		in     func(in *roster.Input)
		parts  bool
	}{
		"left":         {[]string{"termination_date=2026-11-01"}, nil, nil, true},
		"left by word": {[]string{"status=Terminated"}, nil, nil, true},
		"left, one disabled": {[]string{"status=Terminated"}, func(e *directory.Existing) {
			off(e, "2026-01-02", directory.ForLeft)
		}, nil, true},
		"left, a broken record": {[]string{"termination_date=2026-11-01", "status=Bewildered"}, nil, nil, true},
		"works here":            {nil, nil, nil, false},
		"on leave":              {[]string{"status=Suspended"}, nil, nil, false},
		"to come":               {[]string{"hire_date=2027-06-01"}, nil, nil, false},
		"pending":               {[]string{"status=Terminated (future dated)"}, nil, nil, false},
		"one protected": {[]string{"status=Terminated"}, func(e *directory.Existing) {
			e.Protected = "it is in Domain Admins"
		}, nil, false},
		"not of this population": {[]string{"status=Terminated"}, nil, func(in *roster.Input) {
			in.Owned = func(e *directory.Existing) bool { return e.ID != "guid-00002" }
		}, false},
		"held by somebody": {[]string{"status=Terminated"}, nil, func(in *roster.Input) {
			in.Overrides = []roster.Override{{WorkerIDs: []string{"1"}, Hold: true, Reason: "a lawsuit", Expires: "2026-12-31"}}
		}, false},
		"not decided in this run": {[]string{"status=Terminated"}, nil, func(in *roster.Input) { in.Only = []string{"2"} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			m.user("cn=Ann A", "sAMAccountName=a", "userPrincipalName=a@corp.example.com",
				"givenName=Ann", "sn=Lee", "displayName=Ann", "employeeID=1")
			second := m.user("cn=Ann B", "sAMAccountName=b", "userPrincipalName=b@corp.example.com",
				"givenName=Ann", "sn=Lee", "displayName=Ann", "employeeID=1")
			if c.other != nil {
				c.other(second)
			}
			in := input(t, m, rules(), hire("1 Ann Lee", c.worker...), hire("2 Bob Ray"))
			if c.in != nil {
				c.in(&in)
			}
			r := decide(t, in)
			if _, whole := r.Accounts["1"]; whole {
				t.Errorf("a document under the worker id: %+v", r.Accounts["1"])
			}
			for _, id := range []string{"guid-00001", "guid-00002"} {
				a, there := r.Accounts["1 ("+id+")"]
				if there != c.parts || there && (a.Enabled || a.Deleted || a.DisabledFor != directory.ForLeft || a.Attributes["employeeID"].Text() != "1") {
					t.Errorf("%s: %t, %+v", id, there, a)
				}
			}
			if !c.parts {
				return
			}
			if d := decision(t, r, "1"); !strings.Contains(d.Reason, "signs in with none of these 2 accounts") {
				t.Errorf("%+v", d)
			}
			settle(t, m, in)
		})
	}
}

// TestALeaverWithAFurtherAccount: who has left loses access at an account, too, that carries their worker id beside the one
// that a link or a rule gives them.
func TestALeaverWithAFurtherAccount(t *testing.T) {
	for word, parts := range map[string]bool{"Terminated": true, "Active": false} {
		m := newMemory()
		m.ann()
		m.user("cn=Ann B", "sAMAccountName=b", "userPrincipalName=b@corp.example.com",
			"givenName=Ann", "sn=Lee", "displayName=Ann", "employeeID=1")
		in := input(t, m, rules(), hire("1 Ann Lee", "status="+word))
		in.Links = map[string]string{"1": "guid-00001"}
		r := decide(t, in)
		if a, there := r.Accounts["1 (guid-00002)"]; there != parts || there && a.Enabled || r.Accounts["1"].Enabled == parts {
			t.Errorf("%s: %+v", word, r.Accounts)
		}
		if parts {
			settle(t, m, in)
		}
	}
}
