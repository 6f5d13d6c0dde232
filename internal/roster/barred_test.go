// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"maps"
	"slices"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/roster"
)

// TestBarred: Result.Barred has who may not sign in whatever account was found for them, and not who works here and
// is found at a disabled account, as after somebody exchanged worker ids by hand.
func TestBarred(t *testing.T) {
	m, in := staffed(t, fixedLogins, "a", "b", "c", "d", "e")
	in.Workers["2"].TerminationDate = "2026-11-20"
	m.apply(t, decide(t, in))
	give := func(object *directory.Existing, id string) {
		object.Account.Attributes["employeeID"] = directory.Value{id}
	}
	by := map[string]*directory.Existing{}
	for _, e := range m.objects {
		by[e.Account.Attributes["employeeID"].Text()] = e
	}
	give(by["1"], "2")
	give(by["2"], "1")
	in.Workers["3"].TerminationDate = "2026-11-20" // at their own account
	in.Overrides = []roster.Override{disable("4"), hold("5")}
	in.Workers["5"].TerminationDate = "2026-11-20"
	r := decide(t, in)
	expectValue(t, r, "1", "enabled", "false")
	expectObject(t, r, "1", by["2"].ID)
	if got := slices.Sorted(maps.Keys(r.Barred)); !slices.Equal(got, []string{"2", "3", "4"}) {
		t.Errorf("barred are %q", got)
	}
}
