// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"errors"
	"fmt"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/status"
	"terraform-provider-workforce/internal/worker"
)

// lifecycle is the compiled form of Lifecycle.
type lifecycle struct {
	Lifecycle
	statuses statuses
	zone     string // of workers without one
	toLast   bool   // the last day of work disables, not the termination date
}

// timeline is everything the rules and one worker's record say about time. Its
// instants are zero when there is no such moment. How dates and status words
// are weighed stands in the package documentation.
type timeline struct {
	rules *lifecycle
	w     *worker.Worker
	zone  string
	loc   *time.Location
	class status.Class

	end      worker.Date // last day of the employment that ends or has ended
	endField string
	rehire   bool // hired after end
	known    Known

	create, enable, start, over time.Time
}

// state is the situation at one instant.
type state struct {
	stage   Stage
	enabled bool
	// moved is true when a leaver's container is due.
	moved bool
	// stripped is true when a leaver's groups are due to be taken away.
	stripped bool
	since    worker.Date
	why      reason
	// doubt is true when the record contradicts itself: the account stays as it is.
	doubt bool
	// asks is true when Known.Account or Known.Enabled would change the answer.
	asks bool
}

// Known is what the directory tells about a worker, and the HR system does not.
type Known struct {
	// Left is since when they have left, for those of whom HR gives no date: the day in
	// Lifecycle.RecordIn, or the day on which the directory has the account disabled.
	Left worker.Date
	// Account is true when they have an account, and Enabled when they can sign in with it.
	Account, Enabled bool
}

func newTimeline(rules *lifecycle, w *worker.Worker, known Known) (*timeline, error) {
	t := &timeline{rules: rules, w: w, zone: w.TimeZone, known: known, class: rules.statuses.classify(w.Status)}
	if t.zone == "" {
		t.zone = rules.zone
	}
	var errs []error
	var err error
	if t.loc, err = worker.Location(t.zone); err != nil {
		errs = append(errs, fmt.Errorf("time_zone: %w", err))
	}
	for _, problem := range w.Problems {
		errs = append(errs, errors.New(problem))
	}
	if err := t.checkDates(); err != nil {
		errs = append(errs, err)
	}
	if len(errs) > 0 {
		if t.class == status.Unknown {
			errs = append(errs, rules.statuses.unknown(w.Status))
		}
		return nil, errors.Join(errs...)
	}
	t.end, t.endField = t.w.TerminationDate, "termination_date"
	if t.w.LastDayOfWork != "" && (rules.toLast || t.end == "") {
		t.end, t.endField = t.w.LastDayOfWork, "last_day_of_work"
	}
	t.rehire = t.end != "" && w.HireDate > max(w.TerminationDate, w.LastDayOfWork)
	if t.end != "" {
		t.over = t.end.End(t.loc)
	}
	if w.HireDate != "" {
		t.start = w.HireDate.Start(t.loc)
		t.enable = w.HireDate.AddDays(-rules.EnableDays).Start(t.loc)
		if rules.PrehireDays != nil {
			t.create = w.HireDate.AddDays(-*rules.PrehireDays).Start(t.loc)
		}
	}
	return t, nil
}

// understood returns an error for a status word that nobody knows. An end that is
// over decides against any word, also one that is not understood.
func (t *timeline) understood(s state) error {
	if t.class != status.Unknown || s.why == whyEnd || s.why == whyRehireLater {
		return nil
	}
	return t.rules.statuses.unknown(t.w.Status)
}

// checkDates refuses dates that are none and combinations that cannot be.
func (t *timeline) checkDates() error {
	var errs []error
	hire, last, end := t.w.HireDate, t.w.LastDayOfWork, t.w.TerminationDate
	for _, f := range []struct {
		name string
		date worker.Date
	}{{"hire_date", hire}, {"termination_date", end}, {"last_day_of_work", last}} {
		if f.date == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, string(f.date)); err != nil {
			errs = append(errs, fmt.Errorf("%s: found %q, expected a date as YYYY-MM-DD", f.name, string(f.date)))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	switch {
	case last != "" && end != "" && last > end:
		return fmt.Errorf("last_day_of_work %s is after termination_date %s: nobody works on after the employment has ended; correct one of them in the HR system", last, end)
	case last != "" && end != "" && last < hire && hire <= end:
		return fmt.Errorf("hire_date %s lies between last_day_of_work %s and termination_date %s: these belong to different employments; correct them in the HR system", hire, last, end)
	}
	return nil
}

// at returns the situation at an instant. An unknown status word is read as none:
// whoever asks refuses it, unless an end that is over decides.
func (t *timeline) at(now time.Time) state {
	switch {
	case t.class == status.NeverStarted:
		return t.neverStarted(now)
	case t.rehire:
		return t.again(now)
	case t.class == status.Prehire && t.w.HireDate == "" && !t.ended(now):
		return t.undated()
	case now.Before(t.create) && t.class == status.Left:
		// Somebody who has left and is booked to return, or a hire to come that the HR
		// system calls inactive. Who has no account has nothing to lose.
		if t.known.Account {
			return t.left(now, t.known.Left, whyBooked)
		}
		return state{stage: StageFuture, why: whyFuture, asks: true}
	case now.Before(t.create):
		return state{stage: StageFuture, why: whyFuture}
	case t.notYet(now):
		return state{stage: StagePrehire, why: whyPrehire}
	case t.ended(now):
		return t.left(now, t.end, whyEnd)
	case t.class == status.Left:
		return t.left(now, t.known.Left, whyStatus)
	case now.Before(t.start):
		return t.employed(whyEarly)
	case t.class == status.Prehire:
		return doubt(whyStillPrehire)
	case t.end != "":
		return t.employed(whyUntilEnd)
	}
	return t.employed(whyActive)
}

// again is the situation of somebody whose hire date is after the end: of a
// former employment, or of a hire that was taken back. HR systems take a hire back by an
// end on the day before, or on the day of the decision.
func (t *timeline) again(now time.Time) state {
	bare := t.class != status.Left && t.class != status.OnLeave && t.class != status.Suspended && (t.w.OnLeave == nil || !*t.w.OnLeave)
	atOnce := t.w.HireDate == t.end.AddDays(1)
	switch {
	case !t.ended(now) && t.class == status.Left:
		return t.left(now, t.known.Left, whyStatus)
	case !t.ended(now) && bare && !t.known.Enabled:
		// Nothing says that they have ever been here.
		if atOnce {
			return state{stage: StageFuture, why: whyTakenBack, asks: true}
		}
		return state{stage: StageFuture, why: whyEndBeforeHire, doubt: true, asks: true}
	case !t.ended(now):
		s := t.employed(whyUntilEnd)
		s.asks = bare
		return s
	case now.Before(t.create):
		return t.left(now, t.end, whyRehireLater)
	case t.notYet(now):
		return state{stage: StagePrehire, why: whyRehirePrehire}
	case t.class == status.Left:
		return t.left(now, t.known.Left, whyStatus)
	case t.class == status.Prehire && !now.Before(t.start):
		return doubt(whyStillPrehire)
	case atOnce && bare && !t.known.Enabled:
		return state{stage: StageFuture, why: whyNoGap, doubt: true, asks: true}
	}
	s := t.employed(whyRehired)
	s.asks = atOnce && bare
	return s
}

// neverStarted is the situation of somebody whose hire came to nothing.
func (t *timeline) neverStarted(now time.Time) state {
	if !t.known.Account {
		return state{stage: StageFuture, why: whyNever, asks: true}
	}
	since := t.known.Left
	if t.ended(now) {
		since = t.end
	}
	return t.left(now, since, whyNever)
}

// undated is the situation of a hire of whom nobody knows when they start.
func (t *timeline) undated() state {
	if t.rules.PrehireDays != nil && !t.known.Account {
		return state{stage: StageFuture, why: whyUndated, asks: true}
	}
	return state{stage: StagePrehire, why: whyUndated}
}

// doubt is the situation of somebody whose record contradicts itself.
func doubt(why reason) state { return state{stage: StageFuture, why: why, doubt: true} }

// ended reports whether there is an end and it is over.
func (t *timeline) ended(now time.Time) bool { return t.end != "" && !now.Before(t.over) }

// notYet reports whether the worker must not sign in because they have not
// started. An inactive word delays enabling to the hire date.
func (t *timeline) notYet(now time.Time) bool {
	return now.Before(t.enable) || t.class == status.Left && now.Before(t.start)
}

// employed is the situation of somebody who works here.
func (t *timeline) employed(why reason) state {
	switch {
	case t.class == status.Suspended:
		return state{stage: StageLeave, why: whySuspended}
	case t.w.OnLeave != nil && *t.w.OnLeave:
		return state{stage: StageLeave, enabled: t.rules.OnLeave != leaveDisable, why: whyOnLeave}
	case t.w.OnLeave == nil && t.class == status.OnLeave:
		return state{stage: StageLeave, enabled: t.rules.OnLeave != leaveDisable, why: whyAway}
	}
	return state{stage: StageActive, enabled: true, why: why}
}

// left is the rung of the leaver ladder that is due. Since is empty when
// nobody knows; then only the rungs that need no date are.
func (t *timeline) left(now time.Time, since worker.Date, why reason) state {
	s := state{stage: StageLeft, since: since, why: why, moved: t.rules.LeaverContainerDays == 0, stripped: t.rules.strips() && t.rules.LeaverGroupsDays == 0}
	if since == "" {
		return s
	}
	// A recorded day may be today, and not be over, when nothing is to be waited for.
	s.moved = s.moved || !now.Before(t.rung(since, t.rules.LeaverContainerDays))
	s.stripped = s.stripped || t.rules.strips() && !now.Before(t.rung(since, t.rules.LeaverGroupsDays))
	return s
}

// returns is the hire date of somebody who has left and is booked to return.
func (t *timeline) returns(now time.Time) worker.Date {
	if t.class == status.NeverStarted || !now.Before(t.start) {
		return ""
	}
	return t.w.HireDate
}

// strips reports whether leavers lose their groups.
func (l *lifecycle) strips() bool { return l.LeaverGroups == groupsRemove }

// groups is what an account's directory.GroupsAttribute is to be in a situation; "" leaves it alone.
func (l *lifecycle) groups(s state) string {
	switch {
	case s.stage == StageLeft && s.stripped:
		return directory.GroupsRemoved
	case l.RestoreGroups:
		return directory.GroupsKept
	}
	return ""
}

// rung is the instant at which the given number of days after since is over.
func (t *timeline) rung(since worker.Date, days int) time.Time {
	return since.AddDays(days).End(t.loc)
}
