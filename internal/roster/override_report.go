// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"slices"
	"time"

	"terraform-provider-workforce/internal/directory"
)

// Values of OverrideLine.State.
const (
	OverrideInForce = "in_force"
	OverrideAgreed  = "agreed"  // the rules say the same: it can go
	OverrideIdle    = "idle"    // there is no worker or no account to act on
	OverrideExpired = "expired" // ignored
)

// OverrideLine is an override for one worker, as reports tell it.
type OverrideLine struct {
	WorkerID   string                     `json:"worker_id"`
	Hold       bool                       `json:"hold,omitempty"`
	Enabled    *bool                      `json:"enabled,omitempty"`
	Container  string                     `json:"container,omitempty"`
	Attributes map[string]directory.Value `json:"attributes,omitempty"`
	Redacted   []string                   `json:"redacted,omitempty"`
	Reason     string                     `json:"reason"`
	Expires    string                     `json:"expires"`
	// State is one of the words above.
	State string `json:"state"`
}

// overrideLines lists every override for each of its workers, by worker.
func (d *decider) overrideLines() []OverrideLine {
	lines := []OverrideLine{}
	add := func(id string, o *Override, state string) {
		line := OverrideLine{WorkerID: id, Hold: o.Hold, Enabled: o.Enabled, Container: o.Container, Reason: o.Reason, Expires: string(o.Expires), State: state}
		for _, name := range sortedKeys(o.Attributes) {
			if d.redacted[directory.Fold(name)] {
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
			add(id, o, d.overrides[id].state(o))
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

// state says what became of one of the overrides of a worker.
func (o *overridden) state(one *Override) string {
	if o.idle {
		return OverrideIdle
	}
	for what, by := range o.by {
		if by == one && !o.agreed[what] {
			return OverrideInForce
		}
	}
	return OverrideAgreed
}

// warnOverrides mentions overrides that nobody needs, for all of their workers.
func (d *decider) warnOverrides() {
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
			states[one][o.state(one)] = true
			if o.idle && d.lookup(id) != nil {
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
func (d *decider) overriddenIDs() []string {
	var ids []string
	for _, p := range d.people {
		if p.override != nil && !p.override.idle {
			ids = append(ids, p.id)
		}
	}
	return ids
}

// overrideEvents are the days on which overrides end.
func (d *decider) overrideEvents() (events []Event) {
	for _, p := range d.people {
		if p.override == nil || p.override.idle {
			continue
		}
		for _, o := range p.override.all {
			events = append(events, Event{At: o.Expires.End(time.UTC), Kind: EventOverrideEnds, WorkerID: p.id, Name: d.displayName(p), What: "an override ends, and the rules decide again: " + o.Reason})
		}
	}
	return events
}
