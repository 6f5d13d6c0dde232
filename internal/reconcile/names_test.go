// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"testing"

	"terraform-provider-workforce/internal/directory"
)

// login gives an account another login.
func login(name string) func(*directory.Account) {
	return func(a *directory.Account) { a.Attributes["uid"] = directory.Value{name} }
}

// TestNamesChangeHands: a joiner gets the login that somebody gives up in the same run, or
// that is deleted in it; whoever keeps theirs is not taken over.
func TestNamesChangeHands(t *testing.T) {
	l := newLife(t, newMemory("a"))
	l.run(map[string]string{"1": document("1", true), "2": document("2", false)})
	renamed, first := l.memory.IDs["1"], map[string]string{"1": document("1", true, login("new")), "2": document("2", false), "3": document("3", true, login("u1"))}
	says(t, l.run(first), false)
	if got := l.memory.IDs; got["1"] != renamed || got["3"] == renamed || got["3"] == "" {
		t.Errorf("object ids %v, expected %s for worker 1, and another one for worker 3", got, renamed)
	}
	l.quiet(first)
	says(t, l.run(map[string]string{"1": first["1"], "2": document("2", false, deleted), "3": first["3"], "4": document("4", true, login("u2"))}), false)
	if e := l.dir.of("u2"); e == nil || e.ID != l.memory.IDs["4"] || !e.Account.Enabled {
		t.Errorf("u2 is %v, expected the account of worker 4", e)
	}
	says(t, l.run(map[string]string{"1": first["1"], "3": first["3"], "4": document("4", true, login("u2")), "5": document("5", true, login("new"))}), true, `worker "5"`, `"new" is taken`)
}
