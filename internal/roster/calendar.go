// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"slices"

	"terraform-provider-workforce/internal/mapping"
)

// calendar lists what is due within CalendarDays.
func (d *decider) calendar() []Event {
	var events []Event
	end := d.in.AsOf.AddDate(0, 0, CalendarDays)
	for _, p := range d.decided() {
		if at := p.deletion; at.After(d.in.AsOf) && !at.After(end) && !p.aside() {
			events = append(events, Event{At: at, Kind: mapping.EventDelete, WorkerID: p.id, Name: d.displayName(p), What: "the account is deleted: retention_days are over"})
		}
		if p.desired == nil || p.aside() {
			continue
		}
		for _, e := range p.desired.Calendar {
			if e.At.After(d.in.AsOf) && !e.At.After(end) {
				events = append(events, Event{At: e.At, Kind: e.Kind, WorkerID: p.id, Name: d.displayName(p), What: e.What})
			}
		}
	}
	for _, e := range d.overrideEvents() {
		if !e.At.After(end) {
			events = append(events, e)
		}
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
	return events
}
