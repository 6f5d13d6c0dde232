// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// What documents say about groups, whatever became of the worker.
func TestGroups(t *testing.T) {
	strip := func(r *mapping.Rules) { r.Lifecycle.LeaverGroups, r.Lifecycle.RestoreGroups = "remove", true }
	recorded := func(r *mapping.Rules) { strip(r); record(r) }
	noRestore := func(r *mapping.Rules) { r.Lifecycle.LeaverGroups = "remove" }
	const absent = "absent"
	for name, c := range map[string]struct {
		rules          func(*mapping.Rules)
		enabled        bool
		groups, record string
		worker, want   string
		changed        bool
	}{
		"at work":                           {strip, true, directory.GroupsKept, "", "", directory.GroupsKept, false},
		"at work, unmanaged":                {noRestore, true, directory.GroupsKept, "", "", "", false},
		"left":                              {strip, true, directory.GroupsKept, "", "termination_date=2026-11-20", directory.GroupsRemoved, true},
		"left, taken already":               {strip, false, directory.GroupsRemoved, "", "termination_date=2026-11-20", directory.GroupsRemoved, false},
		"left, none to take":                {strip, false, "", "", "termination_date=2026-11-20", directory.GroupsRemoved, false},
		"left, put into one by hand":        {strip, false, directory.GroupsPartly, "", "termination_date=2026-11-20", directory.GroupsRemoved, true},
		"back":                              {strip, false, directory.GroupsRemoved, "", "hire_date=2026-11-15", directory.GroupsKept, true},
		"kept disabled":                     {strip, false, directory.GroupsRemoved, "", "", directory.GroupsRemoved, false},
		"kept disabled, with groups":        {strip, false, directory.GroupsKept, "", "", directory.GroupsKept, false},
		"back, not to be restored":          {noRestore, false, directory.GroupsRemoved, "", "hire_date=2026-11-15", "", false},
		"absent":                            {strip, true, directory.GroupsKept, "", absent, directory.GroupsKept, false},
		"absent, unmanaged":                 {noRestore, true, directory.GroupsKept, "", absent, "", false},
		"absent leaver":                     {recorded, false, directory.GroupsRemoved, "left 2026-11-10", absent, directory.GroupsRemoved, false},
		"absent leaver with groups":         {recorded, false, directory.GroupsKept, "left 2026-11-10", absent, directory.GroupsRemoved, true},
		"absent, in the middle of a ladder": {strip, false, directory.GroupsPartly, "", absent, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			e := m.ann()
			if !c.enabled {
				off(e, "2026-11-10", "")
			}
			if c.groups != "" {
				e.Account.Attributes[directory.GroupsAttribute] = directory.Value{c.groups}
			}
			if c.record != "" {
				e.Account.Attributes["extensionAttribute1"] = directory.Value{c.record}
			}
			if !c.enabled && c.worker != "" {
				e.Account.Container = leavers
			}
			workers := population(hire("2 Bob Ray", "hire_date=2027-12-01"))
			if c.worker != absent {
				workers = population(hire("1 Ann Lee", strings.Fields(c.worker)...))
			}
			in := input(t, m, rules(c.rules))
			in.Workers = workers
			in.Format.Equal = func(attribute string, a, b directory.Value) bool {
				return attribute == directory.GroupsAttribute && directory.SameGroups(a, b)
			}
			r := decide(t, in)
			if got := r.Accounts["1"].Attributes[directory.GroupsAttribute].Text(); got != c.want {
				t.Errorf("groups %q, want %q", got, c.want)
			}
			changes := decision(t, r, "1").Changes
			i := slices.IndexFunc(changes, func(change roster.Difference) bool { return change.Attribute == directory.GroupsAttribute })
			if (i >= 0) != c.changed {
				t.Errorf("changes %+v, of groups: %t", changes, c.changed)
			}
			if i >= 0 && changes[i].Rule != "worker_lifecycle.leaver_groups" {
				t.Errorf("caused by %q", changes[i].Rule)
			}
		})
	}
}

// An override takes groups away, and gives them back when it ends.
func TestGroupsOverridden(t *testing.T) {
	strip := func(r *mapping.Rules) { r.Lifecycle.LeaverGroups, r.Lifecycle.RestoreGroups = "remove", true }
	m := newMemory()
	m.ann().Account.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsKept}
	in := input(t, m, rules(strip), hire("1 Ann Lee"))
	suspended := attributes("1", "groups", directory.GroupsRemoved)
	suspended.Enabled = pointer(false)
	in.Overrides = []roster.Override{suspended}
	r := decide(t, in)
	expectValue(t, r, "1", "enabled", "false")
	expectValue(t, r, "1", directory.GroupsAttribute, directory.GroupsRemoved)
	m.apply(t, r)
	in.Overrides = nil
	expectValue(t, decide(t, in), "1", directory.GroupsAttribute, directory.GroupsKept)
	in.Overrides = []roster.Override{attributes("1", "groups", "some")}
	refused(t, in, `groups: found "some", expected "kept" or "removed"`)
	in = input(t, m, rules(func(r *mapping.Rules) { r.Lifecycle.LeaverGroups = "remove" }), hire("1 Ann Lee"))
	in.Overrides = []roster.Override{suspended}
	refused(t, in, "set restore_groups in the mapping")
}
