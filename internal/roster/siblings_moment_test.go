// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"testing"

	"terraform-provider-workforce/internal/roster"
)

// TestMomentsAhead: as_of was mistyped, or is left over from a look ahead.
func TestMomentsAhead(t *testing.T) {
	in := input(t, newMemory(), rules(), hire("1 Ann Lee"))
	in.Now = in.AsOf.Add(-20 * 60 * 60 * 1e9) // noon of a day that has begun somewhere
	if r := decide(t, in); warned(r, "as_of") {
		t.Errorf("warnings %q", r.Warnings)
	}
	in.Now = in.AsOf.AddDate(0, 0, -60)
	if r := decide(t, in); !warned(r, "as_of is 2026-11-22, 60 days ahead") {
		t.Errorf("warnings %q", r.Warnings)
	}
	in.Safeguards.MaxMomentAgeDays = 30
	refused(t, in, "max_as_of_age_days: as_of is 2026-11-22, 60 days ahead, expected at most 30")
}

// TestNothingIsDeletedBeforeItsDay: as_of lies ahead of the end of the retention.
func TestNothingIsDeletedBeforeItsDay(t *testing.T) {
	m := newMemory()
	e := m.leo(false, "employeeID=1")
	e.DisabledSince = now.AddDate(0, 0, -10)
	in := input(t, m, rules(), hire("1 Leo Kay", "termination_date=2026-11-01"))
	in.Now, in.AsOf = now, now.AddDate(0, 0, 60)
	if d := decision(t, decide(t, in), "1"); d.Action == roster.ActionDelete {
		t.Errorf("disabled for 10 days, deleted: %s", d.Reason)
	}
	in.Now = in.AsOf
	if d := decision(t, decide(t, in), "1"); d.Action != roster.ActionDelete {
		t.Errorf("disabled for 70 days, %s: %s", d.Action, d.Reason)
	}
}
