// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
)

// What became of an override for one worker.
const (
	overrideInForce = "in_force"
	overrideAgreed  = "agreed"  // the rules say the same: it can go
	overrideIdle    = "idle"    // there is no worker or no account to act on
	overrideExpired = "expired" // ignored
)

// overrideLine is an override for one worker, as reports tell it.
type overrideLine struct {
	WorkerID   string                     `json:"worker_id"`
	Enabled    *bool                      `json:"enabled,omitempty"`
	Container  string                     `json:"container,omitempty"`
	Attributes map[string]directory.Value `json:"attributes,omitempty"`
	Redacted   []string                   `json:"redacted,omitempty"`
	Reason     string                     `json:"reason"`
	Expires    string                     `json:"expires"`
	State      string                     `json:"state"`
}

// overrideLines lists every override for each of its workers, by worker.
func (d *decider) overrideLines() []overrideLine {
	lines := []overrideLine{}
	add := func(id string, o *Override, state string) {
		line := overrideLine{WorkerID: id, Enabled: o.Enabled, Container: o.Container, Reason: o.Reason, Expires: string(o.Expires), State: state}
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
		for _, o := range d.overrides[id].all {
			add(id, o, d.overrides[id].state(o))
		}
	}
	for _, o := range d.expired {
		for _, id := range o.WorkerIDs {
			add(id, o, overrideExpired)
		}
	}
	slices.SortStableFunc(lines, func(a, b overrideLine) int { return natural(a.WorkerID, b.WorkerID) })
	return lines
}

// state says what became of one of the overrides of a worker.
func (o *overridden) state(one *Override) string {
	if o.idle {
		return overrideIdle
	}
	for what, by := range o.by {
		if by == one && !o.agreed[what] {
			return overrideInForce
		}
	}
	return overrideAgreed
}

// warnOverrides mentions overrides that nobody needs, for all of their workers.
func (d *decider) warnOverrides() {
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
		if states[one][overrideAgreed] && len(states[one]) == 1 {
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
			events = append(events, Event{At: o.Expires.End(time.UTC), WorkerID: p.id, Name: d.displayName(p), What: "an override ends, and the rules decide again: " + o.Reason})
		}
	}
	return events
}

func (w *writer) overrides(lines []overrideLine) {
	if len(lines) == 0 {
		return
	}
	words := map[string]string{overrideInForce: "in force", overrideAgreed: "the HR system says the same: it can go", overrideIdle: "nobody to act on", overrideExpired: "expired, ignored"}
	disabled := 0
	for _, p := range w.d.people {
		if on := p.override.enabled(); on != nil && !*on && !p.override.idle {
			disabled++
		}
	}
	w.line("## Overrides (%s)\n", thousands(len(lines)))
	w.line("%s disabled by an override, whatever the HR system says.\n", map[bool]string{true: "1 account is", false: thousands(disabled) + " accounts are"}[disabled == 1])
	w.table([]string{"Worker", "Name", "What", "Until", "Reason", "State"}, len(lines), func(i int) []string {
		l := lines[i]
		name := ""
		if p := w.d.lookup(l.WorkerID); p != nil {
			name = w.d.displayName(p)
		}
		return []string{code(l.WorkerID), prose(name), l.what(), l.Expires, proseLong(l.Reason), words[l.State]}
	})
}

func (l overrideLine) what() string {
	var parts []string
	if l.Enabled != nil {
		parts = append(parts, map[bool]string{true: "enabled", false: "**disabled**"}[*l.Enabled])
	}
	if l.Container != "" {
		parts = append(parts, code(ContainerChange)+": "+code(l.Container))
	}
	for _, name := range sortedKeys(l.Attributes) {
		parts = append(parts, code(name)+": "+shown(l.Attributes[name]))
	}
	for _, name := range l.Redacted {
		parts = append(parts, code(name)+": redacted")
	}
	return strings.Join(parts, "<br>")
}
