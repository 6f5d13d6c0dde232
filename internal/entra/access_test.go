// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// leaves is the change that takes access from somebody for a reason.
func leaves(c directory.Change, id, cause string) directory.Change {
	c.ID, c.Want = id, c.Want.Clone()
	c.Want.Enabled, c.Want.DisabledFor, c.Want.Sessions = false, cause, directory.SessionsRevoked
	return c
}

// look reads one user as a new process does, with the document that was wanted.
func look(t testing.TB, s *graph.Server, clock *testClock, c directory.Change) (*directory.Existing, directory.Account) {
	t.Helper()
	tenant := again(t, s, clock)
	found, err := tenant.Read(t.Context(), map[string]string{c.WorkerID: c.ID}, nil)
	if err != nil || found[c.WorkerID] == nil {
		t.Fatalf("%v, %v", found, err)
	}
	return found[c.WorkerID], tenant.Render(c.Want, found[c.WorkerID])
}

// gone checks that somebody is disabled, recorded and without sessions, and that nothing is left to do.
func gone(t *testing.T, s *graph.Server, clock *testClock, c directory.Change) {
	t.Helper()
	e, now := look(t, s, clock, c)
	if e.Account.Enabled || e.Sessions != directory.SessionsRevoked || e.DisabledSince.IsZero() || e.DisabledFor != c.Want.DisabledFor {
		t.Errorf("enabled %t, sessions %q, since %s for %q", e.Account.Enabled, e.Sessions, e.DisabledSince, e.DisabledFor)
	}
	if now.Enabled != c.Want.Enabled || now.Sessions != c.Want.Sessions || now.DisabledFor != c.Want.DisabledFor || now.Deleted {
		t.Errorf("the next plan is not empty: %+v", now)
	}
	s.ResetStats()
	if o := one(t, again(t, s, clock), c); o.Err != nil || o.Changed || s.Stats().Writes > 0 {
		t.Errorf("another run: %v, changed %t, %d writes", o.Err, o.Changed, s.Stats().Writes)
	}
}

// TestAccessIsTakenWhateverIsRefused: every other attribute is refused in turn. The
// person is disabled, what can be written is, and the attribute is named.
func TestAccessIsTakenWhateverIsRefused(t *testing.T) {
	values := map[string]string{"department": "Law", "jobTitle": "Retired", "preferredLanguage": "de-DE", "city": "Bonn", attrPrincipal: "old-p1@example.com", attrMail: "old@example.com", "employeeOrgData/costCenter": "4711", "employeeOrgData/division": "South", "employeeLeaveDateTime": "2027-01-31"}
	for refused := range values {
		for _, status := range []int{400, 409} {
			t.Run(fmt.Sprint(refused, " ", status), func(t *testing.T) {
				tenant, s, clock := open(t, graph.Options{})
				c := leaves(person("p1"), live(s, "p1", nil), directory.ForLeft)
				for name, v := range values {
					c.Want.Attributes[name] = directory.Value{v}
				}
				clock.at = clock.at.Add(time.Hour)
				_, member, part := strings.Cut(refused, "/")
				if !part {
					member = refused
				}
				s.Fault(graph.Fault{Method: "PATCH", Path: "^/users/", Body: `"` + member + `"`, Status: status, Message: "Not to be.", Times: -1})
				o := one(t, tenant, c)
				wants(t, o.Err, nil, "Not to be", member)
				u := s.User(c.ID)
				for name, v := range map[string]any{"department": "Law", "jobTitle": "Retired", "city": "Bonn", attrMail: "old@example.com", "preferredLanguage": "de-DE", attrPrincipal: "old-p1@example.com"} {
					if name != refused && u[name] != v {
						t.Errorf("%s is %v, expected %v", name, u[name], v)
					}
				}
				s.ClearFaults()
				if o := one(t, again(t, s, clock), c); o.Err != nil {
					t.Error(o.Err)
				}
				gone(t, s, clock, c)
			})
		}
	}
}

// TestAccessIsTakenWhateverIsWrong: what is wrong with the rest of a change.
func TestAccessIsTakenWhateverIsWrong(t *testing.T) {
	lacks := func(names ...string) graph.Options {
		return graph.Options{Permissions: slices.DeleteFunc(slices.Clone(graph.DefaultPermissions), func(p string) bool { return slices.Contains(names, p) })}
	}
	for name, tt := range map[string]struct {
		options graph.Options
		change  directory.Change
		words   []string
	}{
		"value that is not valid":       {change: person("p1", "usageLocation", "Germany"), words: []string{"usageLocation"}},
		"unknown attribute":             {change: person("p1", "departmint", "x"), words: []string{"departmint"}},
		"unverified domain":             {change: person("p1", attrPrincipal, "p1@elsewhere.example"), words: []string{"verified domain"}},
		"name of somebody else":         {change: person("p1", attrPrincipal, "taken@example.com"), words: []string{"taken@example.com has it"}},
		"manager without user":          {change: person("p1", attrManager, "nobody"), words: []string{"nobody"}},
		"changed since the plan":        {change: person("p1", "department", "Law"), words: []string{"department", "changed since the plan"}},
		"extension that is not defined": {lacks("Directory.Read.All", "Application.Read.All"), person("p1", "extension_0123456789abcdef0123456789abcdef_code", "x"), []string{"extension"}},
		"attribute not to be read":      {lacks("User-LifeCycleInfo.Read.All", "User-LifeCycleInfo.ReadWrite.All"), person("p1", "employeeLeaveDateTime", "2027-01-31"), []string{"User-LifeCycleInfo"}},
		"groups, and nowhere to note":   {change: person("p1", directory.GroupsAttribute, directory.GroupsRemoved), words: []string{"removed_groups_attributes"}},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, clock := open(t, tt.options)
			live(s, "taken", nil)
			c := leaves(tt.change, live(s, "p1", map[string]any{"department": "Sales"}), directory.ForLeft)
			if name == "changed since the plan" {
				planned := person("p1", "department", "IT").Want
				c.Planned = &planned
			}
			clock.at = clock.at.Add(time.Hour)
			if name != "extension that is not defined" && name != "attribute not to be read" && !strings.HasPrefix(name, "groups") {
				if err := again(t, s, clock).Check(t.Context(), []directory.Change{c}); err != nil {
					t.Errorf("the plan fails: %v", err)
				}
			}
			o := one(t, tenant, c)
			wants(t, o.Err, nil, tt.words...)
			access := leaves(person("p1"), c.ID, directory.ForLeft)
			delete(access.Want.Attributes, attrPrincipal)
			if e, now := look(t, s, clock, access); e.Account.Enabled || now.Sessions != directory.SessionsRevoked || e.DisabledFor != directory.ForLeft {
				t.Errorf("%+v", e)
			}
		})
	}
}

// TestDisablingCutOff: the process ends at each of its requests, before or after Graph
// carried it out; the next run finishes, and the one after it has nothing to do.
func TestDisablingCutOff(t *testing.T) {
	for _, fault := range []graph.Fault{{Drop: true}, {DropAfter: true}, {Status: 503}} {
		for skip := range 12 {
			t.Run(fmt.Sprintf("%+v after %d", fault.Status, skip), func(t *testing.T) {
				tenant, s, clock := open(t, graph.Options{})
				c := leaves(person("p1", "department", "Law", attrManager, "boss"), live(s, "p1", nil), directory.ForLeft)
				live(s, "boss", nil)
				clock.at = clock.at.Add(time.Hour)
				if _, err := tenant.Read(t.Context(), map[string]string{"p1": c.ID}, nil); err != nil {
					t.Fatal(err)
				}
				fault.Skip, fault.Times, fault.Path = skip, -1, "^/(users|.batch)"
				s.Fault(fault)
				o := one(t, tenant, c)
				s.ClearFaults()
				if left := s.User(c.ID); o.Err == nil && (left["accountEnabled"] != false || left["department"] != "Law") {
					t.Errorf("success, and the tenant holds %v", left)
				}
				if o := one(t, again(t, s, clock), c); o.Err != nil {
					t.Error(o.Err)
				}
				gone(t, s, clock, c)
			})
		}
	}
}

// TestSessionsThatOutlivedTheDisabling: the revocation fails to the end, or never comes.
func TestSessionsThatOutlivedTheDisabling(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	c := leaves(person("p1"), live(s, "p1", nil), directory.ForLeft)
	s.Fault(graph.Fault{Method: "POST", Path: "revokeSignInSessions", Status: 503, Times: -1})
	wants(t, one(t, tenant, c).Err, nil, "revoke sessions", "next run")
	s.ClearFaults()
	e, now := look(t, s, clock, c)
	if e.Account.Enabled || e.Sessions != directory.SessionsLive || now.Sessions != directory.SessionsLive {
		t.Fatalf("nobody sees that the sessions live: %+v", e)
	}
	since := e.DisabledSince
	if o := one(t, again(t, s, clock), c); o.Err != nil || !o.Changed {
		t.Fatalf("%+v", o)
	}
	if e, _ := look(t, s, clock, c); !e.DisabledSince.Equal(since) {
		t.Errorf("the clock starts again: %s, was %s", e.DisabledSince, since)
	}
	gone(t, s, clock, c)
	// The same of somebody who is removed instead.
	id := live(s, "p2", nil)
	s.Fault(graph.Fault{Method: "POST", Path: "revokeSignInSessions", Status: 503, Times: -1})
	wants(t, again(t, s, clock).Remove(t.Context(), map[string]string{"p2": id}, directory.Disable)[0].Err, nil, "revoke sessions")
	s.ClearFaults()
	if o := again(t, s, clock).Remove(t.Context(), map[string]string{"p2": id}, directory.Disable)[0]; o.Err != nil || !o.Changed {
		t.Errorf("%+v", o)
	}
	if e, _ := look(t, s, clock, directory.Change{WorkerID: "p2", ID: id}); e.Sessions != directory.SessionsRevoked || e.DisabledFor != directory.ForOutOfScope {
		t.Errorf("%+v", e)
	}
}

// TestClocksThatDiffer: the clock here and that of the tenant are apart by whatever.
func TestClocksThatDiffer(t *testing.T) {
	for _, ahead := range []time.Duration{0, 2 * time.Second, -2 * time.Second, 10 * time.Minute, -10 * time.Minute, 30 * time.Hour, -30 * time.Hour} {
		for _, since := range []time.Duration{0, time.Minute, 365 * 24 * time.Hour} {
			for _, fails := range []bool{false, true} {
				t.Run(fmt.Sprint(ahead, " ", since, " ", fails), func(t *testing.T) {
					_, s, clock := open(t, graph.Options{})
					here := func() *Tenant {
						tenant := again(t, s, clock)
						tenant.o.Clock = func() time.Time { return clock.now().Add(ahead) }
						return tenant
					}
					c := leaves(person("p1"), live(s, "p1", nil), directory.ForLeft)
					clock.at = clock.at.Add(since)
					if fails {
						s.Fault(graph.Fault{Method: "POST", Path: "revokeSignInSessions", Status: 403, Times: -1})
						if o := one(t, here(), c); o.Err == nil {
							t.Fatal("nothing failed")
						}
						s.ClearFaults()
						if e, _ := look(t, s, clock, c); e.Sessions != directory.SessionsLive {
							t.Errorf("sessions %q", e.Sessions)
						}
						clock.at = clock.at.Add(24 * time.Hour)
					}
					if o := one(t, here(), c); o.Err != nil {
						t.Fatal(o.Err)
					}
					gone(t, s, clock, c)
					// Somebody who is created disabled has no sessions either.
					hire := leaves(person("p2"), "", directory.ForPrehire)
					o := one(t, here(), hire)
					if hire.ID = o.ID; o.Err != nil {
						t.Fatal(o.Err)
					}
					gone(t, s, clock, hire)
				})
			}
		}
	}
}
