// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"slices"
	"time"

	"terraform-provider-workforce/internal/mapping"
)

// calendar lists what is due within CalendarDays.
func (d *report) calendar() []Event {
	var events []Event
	end := d.in.AsOf.AddDate(0, 0, CalendarDays)
	for _, p := range d.decided() {
		if at := p.due; at.After(d.in.AsOf) && !at.After(end) && !p.aside() {
			events = append(events, Event{At: at, Kind: mapping.EventDelete, WorkerID: p.id, Name: d.displayName(p.drafted),
				What: "the account is deleted: retention_days are over"})
		}
		if p.desired == nil || p.aside() {
			continue
		}
		for _, e := range p.desired.Calendar {
			if e.At.After(d.in.AsOf) && !e.At.After(end) {
				events = append(events, Event{At: e.At, Kind: e.Kind, WorkerID: p.id, Name: d.displayName(p.drafted), What: e.What})
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

// overrideEvents are the days on which overrides end.
func (d *report) overrideEvents() (events []Event) {
	for _, p := range d.people {
		if p.override == nil || p.idle {
			continue
		}
		for _, o := range p.override.all {
			events = append(events, Event{At: o.Expires.End(time.UTC), Kind: EventOverrideEnds, WorkerID: p.id, Name: d.displayName(p.drafted),
				What: "an override ends, and the rules decide again: " + o.Reason})
		}
	}
	return events
}
