// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"fmt"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// deletes is the change of somebody whose document says that the account is deleted.
func deletes(c directory.Change, id string) directory.Change {
	c.ID, c.Want = id, c.Want.Clone()
	c.Want.Enabled, c.Want.Deleted = false, true
	planned := c.Want.Clone()
	planned.Deleted = false
	c.Planned = &planned
	return c
}

func TestDeletionByDocument(t *testing.T) {
	for name, tt := range map[string]struct {
		hand  func(s *graph.Server, tenant *Tenant, id string)
		fault graph.Fault
		cause error // nil: it is deleted
		words []string
	}{
		"disabled":        {},
		"deleted by hand": {hand: func(s *graph.Server, _ *Tenant, id string) { s.Delete(id) }},
		"purged by hand":  {hand: func(s *graph.Server, _ *Tenant, id string) { s.Delete(id); s.Purge(id) }},
		"answer lost":     {fault: graph.Fault{Method: "DELETE", DropAfter: true}},
		"request lost":    {fault: graph.Fault{Method: "DELETE", Drop: true, Times: 2}},
		"503 for a while": {fault: graph.Fault{Method: "DELETE", Status: 503, Times: 2}},
		"enabled by hand": {hand: func(s *graph.Server, _ *Tenant, id string) {
			s.Update(id, map[string]any{"accountEnabled": true})
		}, cause: directory.ErrEnabled},
		"somebody else now": {hand: func(s *graph.Server, _ *Tenant, id string) { s.Update(id, map[string]any{"employeeId": "other"}) }, cause: directory.ErrChanged, words: []string{"employeeId", "other"}},
		"changed":           {hand: func(s *graph.Server, _ *Tenant, id string) { s.Update(id, map[string]any{"department": "Law"}) }, cause: directory.ErrChanged, words: []string{"department", "Law"}},
		"protected":         {hand: func(_ *graph.Server, t *Tenant, id string) { t.o.Protect.Users = []string{id} }, cause: directory.ErrProtected, words: []string{"protect.users"}},
		"synchronised": {hand: func(s *graph.Server, _ *Tenant, id string) {
			s.Update(id, map[string]any{"onPremisesSyncEnabled": true})
		},
			cause: directory.ErrProtected, words: []string{"Active Directory"}},
		"refused": {fault: graph.Fault{Method: "DELETE", Status: 403, Times: -1}, cause: directory.ErrDenied},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, clock := open(t, graph.Options{})
			c := deletes(person("p1", "department", "Sales"), live(s, "p1", map[string]any{"accountEnabled": false, "department": "Sales"}))
			if tt.hand != nil {
				tt.hand(s, tenant, c.ID)
			}
			if tt.fault.Method != "" {
				s.Fault(tt.fault)
			}
			outcomes := tenant.Apply(t.Context(), []directory.Change{c, person("p2")}, directory.ApplyOptions{})
			if outcomes[1].Err != nil {
				t.Errorf("somebody else: %v", outcomes[1].Err)
			}
			o := outcomes[0]
			if there := s.User(c.ID) != nil; there == (tt.cause == nil) || o.Deleted != !there {
				t.Errorf("there %t, %+v", there, o)
			}
			if tt.cause != nil {
				wants(t, o.Err, tt.cause, append(tt.words, `worker "p1"`)...)
				return
			}
			if o.Err != nil || o.Account != nil || o.ID != c.ID {
				t.Errorf("%+v", o)
			}
			if o := one(t, again(t, s, clock), c); o.Err != nil || !o.Deleted || o.Changed {
				t.Errorf("a second time: %+v", o)
			}
		})
	}
}

// TestDeletionInALargeRun: the user is read again right before it is deleted, and many take few requests.
func TestDeletionInALargeRun(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	var changes []directory.Change
	for i := range 60 {
		id := fmt.Sprintf("p%02d", i)
		changes = append(changes, deletes(person(id), live(s, id, map[string]any{"accountEnabled": false})))
	}
	s.ResetStats()
	for _, o := range tenant.Apply(t.Context(), changes, directory.ApplyOptions{}) {
		if o.Err != nil || !o.Deleted {
			t.Errorf("%+v", o)
		}
	}
	if n := s.Stats().Requests; n > 12 || len(s.DeletedUsers()) != 60 {
		t.Errorf("%d requests, %d deleted", n, len(s.DeletedUsers()))
	}
	users, err := tenant.Users(t.Context())
	if err != nil || len(users) > 0 {
		t.Errorf("%d users, %v", len(users), err)
	}
	// Somebody is enabled by hand while the run is under way.
	leaver, gone := leaves(person("q1"), live(s, "q1", nil), directory.ForLeft), deletes(person("q2"), live(s, "q2", map[string]any{"accountEnabled": false}))
	s.Fault(graph.Fault{Method: "PATCH", Path: leaver.ID, Status: 503})
	clock.slept = func() { s.Update(gone.ID, map[string]any{"accountEnabled": true}) }
	outcomes := again(t, s, clock).Apply(t.Context(), []directory.Change{leaver, gone}, directory.ApplyOptions{})
	wants(t, outcomes[1].Err, directory.ErrEnabled)
	if s.User(gone.ID) == nil || outcomes[0].Err != nil {
		t.Errorf("%+v", outcomes)
	}
}

// TestReleasedIsLeftAlone: no request is about somebody who is not managed any more.
func TestReleasedIsLeftAlone(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{})
	c := person("p1", "department", "Law")
	c.ID, c.Want.Released = live(s, "p1", nil), true
	s.ResetStats()
	o := one(t, tenant, c)
	if o.Err != nil || o.Changed || s.Stats().Requests > 0 {
		t.Errorf("%+v, %d requests", o, s.Stats().Requests)
	}
	if err := tenant.Check(t.Context(), []directory.Change{c}); err != nil {
		t.Error(err)
	}
}

// TestSynchronisedLeaver: that a user of Active Directory cannot be disabled here is that
// person's error, and no plan fails for it; disabled by Active Directory there is none.
func TestSynchronisedLeaver(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	id := s.SyncUser([16]byte{1}, "p1", map[string]any{"userPrincipalName": "p1@example.com", "displayName": "Person p1", "mailNickname": "p1", "employeeId": "p1"})
	c := leaves(person("p1"), id, directory.ForLeft)
	other := leaves(person("p2"), live(s, "p2", nil), directory.ForLeft)
	changes := []directory.Change{c, other}
	if err := tenant.Check(t.Context(), changes); err != nil {
		t.Errorf("the plan fails: %v", err)
	}
	outcomes := tenant.Apply(t.Context(), changes, directory.ApplyOptions{})
	wants(t, outcomes[0].Err, directory.ErrProtected, `worker "p1"`, "synchronised from Active Directory", attrEnabled)
	if outcomes[1].Err != nil || s.User(other.ID)["accountEnabled"] != false || s.User(id)["accountEnabled"] != true {
		t.Errorf("%+v", outcomes)
	}
	s.Update(id, map[string]any{"accountEnabled": false})
	if _, now := look(t, s, clock, c); now.Enabled || now.Sessions != directory.SessionsRevoked || now.DisabledFor != directory.ForLeft {
		t.Errorf("%+v", now)
	}
	if o := one(t, again(t, s, clock), c); o.Err != nil || o.Changed {
		t.Errorf("%+v", o)
	}
}

// TestShields: nobody loses the protection of a group by being taken out of it.
func TestShields(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{})
	admin, clerk := live(s, "admin", nil), live(s, "clerk", nil)
	inner := s.AddGroup(map[string]any{"displayName": "Inner"})
	tier := s.AddGroup(map[string]any{"displayName": "Tier 0"})
	other := s.AddGroup(map[string]any{"displayName": "Other"})
	s.AddMembers(inner, admin)
	s.AddMembers(tier, inner, clerk)
	s.AddMembers(other, admin)
	tenant.o.Protect.Groups = []string{"Tier 0"}
	for _, tt := range []struct {
		group, member, class string
		kept                 bool
	}{{tier, clerk, kindUser, true}, {inner, admin, kindUser, true}, {tier, inner, kindGroup, true}, {other, admin, kindUser, false}} {
		m := directory.Member{ID: tt.member, Class: tt.class, Path: "x"}
		err := tenant.CheckRemovals(t.Context(), &directory.Group{ID: tt.group, Name: "group"}, []directory.Member{m})
		o := tenant.ChangeMembers(context.Background(), []directory.MembershipChange{{GroupID: tt.group, Remove: []directory.Member{m}}})[0]
		if !tt.kept {
			if err != nil || o.Err != nil {
				t.Errorf("%v, %v", err, o.Err)
			}
			continue
		}
		wants(t, err, directory.ErrProtected, "Tier 0", "protect.groups")
		wants(t, o.Err, directory.ErrProtected, "Tier 0", "protect.groups")
		if members, _ := s.Group(tt.group)["members"].([]string); len(members) == 0 || len(o.Removed) > 0 {
			t.Errorf("taken out: %+v", o)
		}
	}
}
