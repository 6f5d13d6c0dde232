// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// Somebody who was deleted while they could sign in, and who is not to do so yet,
// is disabled in the batch that restores them.
func TestRestoredAndKeptOut(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	on, off := person("w1"), person("w2")
	on.ID, off.ID = one(t, tenant, on).ID, one(t, tenant, off).ID
	s.Delete(on.ID)
	s.Delete(off.ID)
	off.Want.Enabled = false
	s.ResetStats()
	for _, o := range again(t, s, clock).Apply(t.Context(), []directory.Change{on, off}, directory.ApplyOptions{}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	if s.User(on.ID)["accountEnabled"] != true || s.User(off.ID)["accountEnabled"] != false {
		t.Errorf("restored: %v, %v", s.User(on.ID), s.User(off.ID))
	}
	if n := s.Stats().Inner["PATCH /users/{id}"]; n != 2 {
		t.Errorf("%d changes of users, expected the one that came with the restoration and the record", n)
	}
}

// Whoever was deleted while they could sign in, and is restored disabled, has no
// sessions left from before, and a record.
func TestRestoredWithoutSessions(t *testing.T) {
	_, s, clock := open(t, graph.Options{})
	c := leaves(person("w1"), live(s, "w1", nil), directory.ForPrehire)
	s.Delete(c.ID)
	clock.at = clock.at.Add(time.Hour)
	if o := one(t, again(t, s, clock), c); o.Err != nil {
		t.Fatal(o.Err)
	}
	gone(t, s, clock, c)
}
