// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"testing"

	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// TestLeftOutOfScope: whoever has left and can sign in is told of, also where the rules leave them alone.
func TestLeftOutOfScope(t *testing.T) {
	for name, c := range map[string]struct {
		policy  string
		enabled bool
		worker  string
		told    bool
		kind    string
	}{
		"ignored":            {mapping.OutOfScopeIgnore, true, "termination_date=2026-11-20", true, roster.UnmanagedLeft},
		"ignored by a word":  {mapping.OutOfScopeIgnore, true, "status=Terminated", true, roster.UnmanagedLeft},
		"kept":               {mapping.OutOfScopeKeep, true, "termination_date=2026-11-20", true, ""},
		"disabled":           {mapping.OutOfScopeDisable, true, "termination_date=2026-11-20", false, ""},
		"a leaver":           {mapping.OutOfScopeLeaver, true, "termination_date=2026-11-20", false, ""},
		"disabled already":   {mapping.OutOfScopeIgnore, false, "termination_date=2026-11-20", false, roster.UnmanagedOutOfScope},
		"still at work":      {mapping.OutOfScopeIgnore, true, "termination_date=2026-11-30", false, roster.UnmanagedOutOfScope},
		"an unreadable word": {mapping.OutOfScopeIgnore, true, "status=Zzz", false, roster.UnmanagedOutOfScope},
	} {
		m := newMemory()
		e := m.leo(c.enabled, "employeeID=1")
		r := decide(t, input(t, m, rules(scope(c.policy)), hire("1 Leo Kay", c.worker, "Kind=x")))
		if told := warned(r, "left by the HR record"); told != c.told {
			t.Errorf("%s: told %t, want %t: %q", name, told, c.told, r.Warnings)
		}
		if got := r.Unmanaged[e.ID].Kind; got != c.kind {
			t.Errorf("%s: unmanaged %q, want %q", name, got, c.kind)
		}
	}
}

// TestDeletedOutOfScope: nobody restores the deleted account of somebody who is out of scope, whatever it was when
// it was deleted and whatever the policy says about accounts that are there.
func TestDeletedOutOfScope(t *testing.T) {
	for _, policy := range []string{mapping.OutOfScopeIgnore, mapping.OutOfScopeKeep, mapping.OutOfScopeDisable, mapping.OutOfScopeLeaver} {
		for _, enabled := range []bool{true, false} {
			m := newMemory()
			m.leo(enabled, "employeeID=1").Deleted = true
			in := input(t, m, rules(scope(policy)), hire("1 Leo Kay", "Kind=x"))
			in.RestoreDeleted = true
			r := decide(t, in)
			if a, is := r.Accounts["1"]; is {
				t.Errorf("%s, enabled %t: the document is %+v, want none", policy, enabled, a)
			}
			settle(t, m, in)
		}
	}
}
