// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"errors"
	"fmt"
	"time"

	"terraform-provider-workforce/internal/status"
	"terraform-provider-workforce/internal/worker"
)

// StageKnown is StageAt with what the directory knows about the worker. A record that
// contradicts itself is an error.
func (m *Mapping) StageKnown(w *worker.Worker, at time.Time, known Known) (stage Stage, enabled bool, err error) {
	if w == nil {
		return "", false, errors.New("no worker to evaluate")
	}
	t, err := newTimeline(&m.lifecycle, w, known)
	if err != nil {
		return "", false, fmt.Errorf("worker %q: %w", w.ID, err)
	}
	s := t.at(at)
	if err := t.understood(s); err != nil {
		return "", false, fmt.Errorf("worker %q: %w", w.ID, err)
	}
	if s.doubt {
		return "", false, fmt.Errorf("worker %q: %s", w.ID, t.sentence(s, at))
	}
	return s.stage, s.enabled, nil
}

// Barred reports whether a worker may not sign in, and in which stage that is. Of a record that
// cannot be read or contradicts itself it holds what is so however it is read: nobody keeps
// access because a date about their leaving is wrong.
//
//   - Words for people who have left, never started or are suspended bar, whatever the dates.
//   - Other people are barred by a last end that is over, also where last_day_of_work
//     is after termination_date, unless a hire date is after it or could not be read.
func (m *Mapping) Barred(w *worker.Worker, at time.Time, known Known) (stage Stage, barred bool) {
	if w == nil {
		return "", false
	}
	if len(w.Problems) == 0 {
		if stage, enabled, err := m.StageKnown(w, at, known); err == nil {
			return stage, !enabled
		}
	}
	switch class := m.lifecycle.statuses.classify(w.Status); {
	case class == status.Left, class == status.NeverStarted, m.lifecycle.overForGood(w, at):
		return StageLeft, true
	case class == status.Suspended:
		return StageLeave, true
	}
	return "", false
}

// overForGood reports whether the last end of a record is over everywhere on earth, and the
// worker was not hired after it.
func (l *lifecycle) overForGood(w *worker.Worker, at time.Time) bool {
	for _, date := range []worker.Date{w.HireDate, w.TerminationDate, w.LastDayOfWork} {
		if _, err := time.Parse(time.DateOnly, string(date)); date != "" && err != nil {
			return false
		}
	}
	end, unread := max(w.TerminationDate, w.LastDayOfWork), len(w.Problems) > 0
	switch {
	case end == "", unread && w.HireDate == "", unread && w.TerminationDate == "" && !l.toLast:
		return false
	}
	return w.HireDate <= end && !at.Before(end.End(lastZone))
}

// lastZone is where a day ends last.
var lastZone = time.FixedZone("UTC-12", -12*60*60)
