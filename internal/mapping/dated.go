// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"slices"
	"time"

	"terraform-provider-workforce/internal/status"
	"terraform-provider-workforce/internal/worker"
)

// never is before every date: a status word that is sure until then is never sure.
const never worker.Date = "0001-01-01"

// dated reads the date in a status word that says nothing without it ("Terminated - 2024-05-01"). The
// lists of the rules come first.
func (s *statuses) dated(word string) (status.Dated, bool) {
	if s.classify(word) != status.Unknown || s.strict {
		return status.Dated{}, false
	}
	return status.ReadDated(word)
}

// readDated weighs the date in the status word with the dates of the record.
//
//   - A day of leaving is an end like termination_date: it is over when that day is over where the worker is, by
//     every reading of the date. Until then the record's own dates must name the day too, or nobody knows whether the
//     worker is still here, and they are set aside.
//   - A day through which somebody works is the end of the employment, where the record has no other.
//   - A day through which somebody is away or barred says nothing about the time after it.
func (t *timeline) readDated() {
	if t.class != status.Unknown {
		return
	}
	d, ok := t.rules.statuses.dated(t.w.Status)
	if !ok {
		return
	}
	first, last := worker.Date(d.First), worker.Date(d.Last)
	named := slices.ContainsFunc([]worker.Date{t.w.TerminationDate, t.w.LastDayOfWork}, func(end worker.Date) bool {
		return end != "" && end >= t.end && (end == first || end == last)
	})
	switch {
	case d.Until && t.w.HireDate > first:
		return // it is about a former employment
	case d.Until && d.Class != status.Active:
		t.class, t.sure = d.Class, first
		return
	case named:
		t.class = status.Active
		return
	case d.Until && t.end != "":
		return // two ends contradict each other
	case d.Until:
		t.class, t.sure = status.Active, first
	default:
		t.class, t.sure = status.Unsaid, never
	}
	if t.end == "" || last < t.end {
		t.end, t.endField = last, dateInStatus
		t.rehire = t.w.HireDate > last
	}
}

// dateInStatus names where an end comes from.
const dateInStatus = "the date in status"

// leftByWord reports whether the status word names a day of leaving that is over everywhere on earth, and the
// worker was not hired after it.
func (l *lifecycle) leftByWord(w *worker.Worker, at time.Time) bool {
	d, ok := l.statuses.dated(w.Status)
	if !ok || d.Class != status.Left || len(w.Problems) > 0 && w.HireDate == "" {
		return false
	}
	_, err := time.Parse(time.DateOnly, string(w.HireDate))
	read := w.HireDate == "" || err == nil
	return read && string(w.HireDate) <= d.First && !at.Before(worker.Date(d.Last).End(lastZone))
}
