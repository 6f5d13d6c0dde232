// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// overrideLines lists every override for each of its workers, by worker.
func (d *report) overrideLines() []OverrideLine {
	lines := []OverrideLine{}
	add := func(id string, o *Override, state string) {
		line := OverrideLine{WorkerID: id, Hold: o.Hold, Enabled: o.Enabled, Container: o.Container, Reason: o.Reason, Expires: string(o.Expires), State: state}
		for _, name := range sortedKeys(o.Attributes) {
			if d.hides(name) {
				line.Redacted = append(line.Redacted, name)
				continue
			}
			if line.Attributes == nil {
				line.Attributes = map[string]directory.Value{}
			}
			line.Attributes[name] = o.Attributes[name]
		}
		lines = append(lines, line)
	}
	for _, id := range sortedKeys(d.overrides) {
		if d.waits(id) {
			continue
		}
		for _, o := range d.overrides[id].all {
			add(id, o, d.stateOf(id, o))
		}
	}
	for _, o := range d.expired {
		for _, id := range o.WorkerIDs {
			if d.waits(id) {
				continue
			}
			add(id, o, OverrideExpired)
		}
	}
	slices.SortStableFunc(lines, func(a, b OverrideLine) int { return natural(a.WorkerID, b.WorkerID) })
	return lines
}

// stateOf says whether one of the overrides of a worker is in force.
func (d *report) stateOf(id string, one *Override) string {
	o, p := d.overrides[id], d.of(id)
	if o.nobody || p != nil && p.idle {
		return OverrideIdle
	}
	for what, by := range o.by {
		if by == one && !(p != nil && p.agreed[what]) {
			return OverrideInForce
		}
	}
	return OverrideAgreed
}

// warnOverrides mentions overrides that nobody needs, for all of their workers.
func (d *report) warnOverrides() {
	if d.only != nil {
		return // somebody else may need them
	}
	states := map[*Override]map[string]bool{}
	var all []*Override
	for _, id := range sortedKeys(d.overrides) {
		o := d.overrides[id]
		for _, one := range o.all {
			if states[one] == nil {
				states[one] = map[string]bool{}
				all = append(all, one)
			}
			states[one][d.stateOf(id, one)] = true
			if p := d.of(id); p != nil && p.idle {
				d.warn("the override of worker %q (%s) has no account to act on, and none is made", id, one.Reason)
			}
		}
	}
	for _, one := range all {
		if states[one][OverrideAgreed] && len(states[one]) == 1 {
			d.warn("%s is not needed any more: the HR system and the rules now say the same, and it can go", one.about())
		}
	}
}

// overriddenIDs returns the workers for whom an override is in force.
func (d *report) overriddenIDs() []string {
	var ids []string
	for _, p := range d.people {
		if p.override != nil && !p.idle {
			ids = append(ids, p.id)
		}
	}
	return ids
}
