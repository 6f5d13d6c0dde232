// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestByHand: what somebody else did to a user since it was read, or since the plan.
func TestByHand(t *testing.T) {
	before := person("p1", "department", "Sales").Want
	for name, tt := range map[string]struct {
		hand    func(s *graph.Server, id string)
		planned bool
		cause   error // nil: the user is as wanted in the end, and the same object
		words   []string
	}{
		"renamed": {hand: func(s *graph.Server, id string) {
			s.Update(id, map[string]any{"userPrincipalName": "other@example.com"})
		}},
		"renamed since the plan": {func(s *graph.Server, id string) {
			s.Update(id, map[string]any{"userPrincipalName": "other@example.com"})
		}, true, directory.ErrChanged, []string{attrPrincipal, "other@example.com"}},
		"another case of the name":   {hand: func(s *graph.Server, id string) { s.Update(id, map[string]any{"userPrincipalName": "P1@EXAMPLE.com"}) }, planned: true},
		"deleted":                    {hand: func(s *graph.Server, id string) { s.Delete(id) }},
		"deleted since the plan":     {func(s *graph.Server, id string) { s.Delete(id) }, true, directory.ErrGone, []string{"since the plan"}},
		"deleted and the name taken": {func(s *graph.Server, id string) { s.Delete(id); live(s, "p1", map[string]any{"employeeId": "x"}) }, false, directory.ErrNameTaken, []string{"restore"}},
		"deleted, name taken, another given": {hand: func(s *graph.Server, id string) {
			s.Update(id, map[string]any{"userPrincipalName": "old@example.com"})
			s.Delete(id)
			live(s, "old", nil)
		}},
		"purged":                    {func(s *graph.Server, id string) { s.Delete(id); s.Purge(id) }, false, directory.ErrGone, []string{"no deleted one"}},
		"restored":                  {hand: func(s *graph.Server, id string) { s.Delete(id); s.Restore(id) }, planned: true},
		"disabled since the plan":   {func(s *graph.Server, id string) { s.Update(id, map[string]any{"accountEnabled": false}) }, true, directory.ErrChanged, []string{attrEnabled}},
		"changed since the plan":    {func(s *graph.Server, id string) { s.Update(id, map[string]any{"department": "Law"}) }, true, directory.ErrChanged, []string{"department", "Law"}},
		"changed to what is wanted": {hand: func(s *graph.Server, id string) { s.Update(id, map[string]any{"department": "Marketing"}) }, planned: true},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, _ := open(t, graph.Options{})
			id := live(s, "p1", map[string]any{"department": "Sales"})
			c := person("p1", "department", "Marketing")
			if c.ID = id; tt.planned {
				c.Planned = &before
				c.Planned.Enabled = true
			}
			if name == "disabled since the plan" {
				c.Want.Enabled = true
			}
			tt.hand(s, id)
			o := one(t, tenant, c)
			if tt.cause != nil {
				wants(t, o.Err, tt.cause, tt.words...)
				return
			}
			u := s.User("p1@example.com")
			if o.Err != nil || u == nil || u["id"] != id || u["department"] != "Marketing" {
				t.Errorf("%v: %v", o.Err, u)
			}
		})
	}
}

// TestNamesChangeHands: in a circle, and to somebody new, in one run.
func TestNamesChangeHands(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{})
	var people []directory.Change
	names := []string{"a", "b", "c"}
	for i, id := range names {
		c := person(id, attrPrincipal, names[(i+1)%3]+"@example.com", attrNickname, id)
		c.ID = live(s, id, nil)
		people = append(people, c)
	}
	last := person("d", attrPrincipal, "e@example.com")
	last.ID = live(s, "d", nil)
	people = append(people, last, person("f", attrPrincipal, "d@example.com"))
	allRight(t, s, people, tenant.Apply(t.Context(), people, directory.ApplyOptions{}))
}

// TestNamesChangeHandsInterrupted: whoever is left with an interim name is named, told
// apart, and gets the right name in the next run.
func TestNamesChangeHandsInterrupted(t *testing.T) {
	for name, fault := range map[string]graph.Fault{
		"the next name refused": {Method: "PATCH", Body: `"b@example.com"`, Status: 400, Times: -1},
		"no name can be freed":  {Method: "PATCH", Body: `{"userPrincipalName"`, Status: 403, Times: -1},
		"a new user refused":    {Method: "POST", Path: "^/users$", Status: 400, Times: -1},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, clock := open(t, graph.Options{})
			a, b, c := person("a", attrPrincipal, "b@example.com"), person("b", attrPrincipal, "x@example.com"), person("c", attrPrincipal, "a@example.com")
			a.ID, b.ID = live(s, "a", nil), live(s, "b", nil)
			people := []directory.Change{a, b, c}
			s.Fault(fault)
			outcomes := tenant.Apply(t.Context(), people, directory.ApplyOptions{})
			failed := 0
			for _, o := range outcomes {
				if o.Err != nil {
					failed++
				}
				switch {
				case o.Account == nil || !o.Account.Interim:
				case o.Err == nil:
					t.Errorf("%s keeps %s, and nobody says so", o.WorkerID, o.Account.Path)
				default:
					wants(t, o.Err, nil, o.Account.Path, "until the next apply")
				}
			}
			if failed == 0 {
				t.Error("nothing failed")
			}
			s.ClearFaults()
			for i := range people {
				people[i].ID = outcomes[i].ID
			}
			allRight(t, s, people, again(t, s, clock).Apply(t.Context(), people, directory.ApplyOptions{}))
		})
	}
}

// denies makes the tenant refuse calls for want of a permission.
func denies(path string) func(*graph.Server, string) {
	return func(s *graph.Server, _ string) { s.Fault(graph.Fault{Path: path, Status: 403, Times: -1}) }
}

func TestRemove(t *testing.T) {
	for name, tt := range map[string]struct {
		mode    directory.Removal
		prepare func(s *graph.Server, id string)
		cause   error
		words   []string
		enabled any // nil: the user is gone
		deleted int
	}{
		"disable":                  {mode: directory.Disable, enabled: false},
		"disable, deleted by hand": {mode: directory.Disable, prepare: (*graph.Server).Delete, deleted: 1},
		"disable, no permission":   {mode: directory.Disable, prepare: denies("revokeSignInSessions$"), cause: directory.ErrDenied, words: []string{"User.RevokeSessions.All"}, enabled: false},
		"delete":                   {mode: directory.Delete, deleted: 1},
		"delete, deleted by hand":  {mode: directory.Delete, prepare: (*graph.Server).Delete, deleted: 1},
		"purge":                    {mode: directory.Purge},
		"purge, deleted before":    {mode: directory.Purge, prepare: (*graph.Server).Delete},
		"purge, purged by hand":    {mode: directory.Purge, prepare: func(s *graph.Server, id string) { s.Delete(id); s.Purge(id) }},
		"purge, no permission":     {mode: directory.Purge, prepare: denies("^/directory/deletedItems"), cause: directory.ErrDenied, words: []string{"User.DeleteRestore.All", "30 days"}, deleted: 1},
		"purge, not at once": {mode: directory.Purge, prepare: func(s *graph.Server, _ string) {
			s.Fault(graph.Fault{Method: "DELETE", Path: "^/directory/deletedItems", Status: 404, Times: 3})
		}},
		"synchronised": {mode: directory.Delete, prepare: func(s *graph.Server, id string) { s.Update(id, map[string]any{"onPremisesSyncEnabled": true}) },
			cause: directory.ErrProtected, words: []string{"Active Directory"}, enabled: true},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, _ := open(t, graph.Options{})
			id := live(s, "p1", nil)
			if tt.prepare != nil {
				tt.prepare(s, id)
			}
			o := tenant.Remove(t.Context(), map[string]string{"p1": id}, tt.mode)[0]
			if tt.cause != nil {
				wants(t, o.Err, tt.cause, tt.words...)
			} else if o.Err != nil {
				t.Error(o.Err)
			}
			if u := s.User(id); u["accountEnabled"] != tt.enabled || len(s.DeletedUsers()) != tt.deleted {
				t.Errorf("the user is %v, %d are deleted", u, len(s.DeletedUsers()))
			}
		})
	}
}

// TestDisabledSince: the time of disabling is what this package wrote, and is cleared with it.
func TestDisabledSince(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	ids := map[string]string{"p1": live(s, "p1", nil), "p2": live(s, "p2", nil)}
	at := clock.now().UTC().Truncate(time.Second)
	tenant.Remove(t.Context(), map[string]string{"p1": ids["p1"]}, directory.Disable)
	since, err := tenant.DisabledSince(t.Context(), ids)
	if err != nil || len(since) != 1 || since["p1"].Before(at) {
		t.Errorf("%v, %v", since, err)
	}
	s.Update("p1@example.com", map[string]any{"onPremisesExtensionAttributes": map[string]any{since15: "2026-01-31T08:00:00Z left"}})
	if since, err = again(t, s, clock).DisabledSince(t.Context(), ids); err != nil || since["p1"].Year() != 2026 {
		t.Errorf("%v, %v", since, err)
	}
	c := person("p1")
	c.ID = ids["p1"]
	if o := one(t, tenant, c); o.Err != nil || s.User("p1@example.com")["accountEnabled"] != true {
		t.Error(o.Err)
	}
	if since, err = tenant.DisabledSince(t.Context(), ids); err != nil || len(since) != 0 {
		t.Errorf("%v, %v", since, err)
	}
	s.Update("p2@example.com", map[string]any{"accountEnabled": false})
	_, err = again(t, s, clock).DisabledSince(t.Context(), ids)
	wants(t, err, nil, "p2@example.com", "expected the time since when")
}

// TestManagerWhoComesMeanwhile: two resources of one process, one of which looks for
// the other's user in vain just before that is created.
func TestManagerWhoComesMeanwhile(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{})
	s.Fault(graph.Fault{Method: "GET", Path: "^/users.*employeeId", Delay: time.Second}) // of the answer
	done := make(chan directory.Outcome)
	apply := func(c directory.Change) directory.Outcome {
		return tenant.Apply(t.Context(), []directory.Change{c}, directory.ApplyOptions{LinkLater: true})[0]
	}
	go func() { done <- apply(person("p1", attrManager, "boss")) }()
	for s.Stats().Calls("GET /users") == 0 {
		time.Sleep(time.Millisecond)
	}
	boss := apply(person("boss"))
	if o := <-done; o.Err != nil || boss.Err != nil || o.Waiting != "" {
		t.Errorf("%+v\n%+v", o, boss)
	}
	if u := s.User("p1@example.com"); u["manager"] != boss.ID {
		t.Errorf("p1 is managed by %v, expected %s", u["manager"], boss.ID)
	}
}
