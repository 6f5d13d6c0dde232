// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
)

// TestGroupsOfABookedReturn: a leaver of whom HR now says that they begin later has an account that is kept
// disabled for that, and their document is the same before and after the run.
func TestGroupsOfABookedReturn(t *testing.T) {
	m := newMemory()
	e := m.leo(false, "employeeID=1")
	e.DisabledFor, e.DisabledSince = directory.ForLeft, now.AddDate(0, 0, -10)
	in := input(t, m, rules(func(r *mapping.Rules) { r.Lifecycle.LeaverGroups = "remove" }), hire("1 Leo Kay", "hire_date=2027-03-01"))
	first := decide(t, in).Documents["1"]
	e.DisabledFor = directory.ForPrehire
	if second := decide(t, in).Documents["1"]; second != first {
		t.Errorf("first %s\nthen  %s", first, second)
	}
}
