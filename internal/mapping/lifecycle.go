// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"terraform-provider-workforce/internal/directory"
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
	class statusClass

	end      worker.Date // last day of the employment that ends or has ended
	endField string
	rehire   bool        // hired after end
	recorded worker.Date // since when they have left, for those of whom only the status says so

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
}

func newTimeline(rules *lifecycle, w *worker.Worker, recorded worker.Date) (*timeline, error) {
	t := &timeline{rules: rules, w: w, zone: w.TimeZone, recorded: recorded}
	if t.zone == "" {
		t.zone = rules.zone
	}
	var errs []error
	var err error
	if t.loc, err = worker.Location(t.zone); err != nil {
		errs = append(errs, fmt.Errorf("time_zone: %w", err))
	}
	if t.class, err = rules.statuses.classify(w.Status); err != nil {
		errs = append(errs, err)
	}
	if err := t.checkDates(); err != nil {
		errs = append(errs, err)
	}
	if len(errs) > 0 {
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

// at returns the situation at an instant.
func (t *timeline) at(now time.Time) state {
	if t.rehire {
		switch {
		case now.Before(t.over) && t.class != statusLeft:
			return t.employed(whyUntilEnd)
		case now.Before(t.over):
			return t.left(now, t.recorded, whyStatus)
		case now.Before(t.create):
			return t.left(now, t.end, whyRehireLater)
		case t.notYet(now):
			return state{stage: StagePrehire, why: whyRehirePrehire}
		case t.class == statusLeft:
			return t.left(now, t.recorded, whyStatus)
		}
		return t.employed(whyRehired)
	}
	switch {
	case now.Before(t.create):
		return state{stage: StageFuture, why: whyFuture}
	case t.notYet(now):
		return state{stage: StagePrehire, why: whyPrehire}
	case t.end != "" && !now.Before(t.over):
		return t.left(now, t.end, whyEnd)
	case t.class == statusLeft:
		return t.left(now, t.recorded, whyStatus)
	case now.Before(t.start):
		return t.employed(whyEarly)
	case t.end != "":
		return t.employed(whyUntilEnd)
	}
	return t.employed(whyActive)
}

// notYet reports whether the worker must not sign in because they have not
// started. An inactive word delays enabling to the hire date.
func (t *timeline) notYet(now time.Time) bool {
	return now.Before(t.enable) || t.class == statusLeft && now.Before(t.start)
}

// employed is the situation of somebody who works here.
func (t *timeline) employed(why reason) state {
	switch {
	case t.class == statusSuspended:
		return state{stage: StageLeave, why: whySuspended}
	case t.w.OnLeave != nil && *t.w.OnLeave:
		return state{stage: StageLeave, enabled: t.rules.OnLeave != leaveDisable, why: whyOnLeave}
	case t.w.OnLeave == nil && t.class == statusAway:
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
	if t.rules.RetentionDays != nil && !now.Before(t.rung(since, *t.rules.RetentionDays)) {
		s.stage = StageRetired
	}
	return s
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

// calendar lists what changes after now, earliest first.
func (t *timeline) calendar(now time.Time) []Event {
	moments := make([]time.Time, 0, 10)
	add := func(at time.Time) {
		if at.After(now) {
			moments = append(moments, at)
		}
	}
	add(t.create)
	add(t.enable)
	add(t.start)
	add(t.over)
	for _, since := range []worker.Date{t.end, t.recorded} {
		if since == "" {
			continue
		}
		add(t.rung(since, t.rules.LeaverContainerDays))
		if t.rules.strips() {
			add(t.rung(since, t.rules.LeaverGroupsDays))
		}
		if t.rules.RetentionDays != nil {
			add(t.rung(since, *t.rules.RetentionDays))
		}
	}
	if len(moments) == 0 {
		return nil
	}
	slices.SortFunc(moments, time.Time.Compare)
	var events []Event
	before := t.at(now)
	for _, at := range moments {
		after := t.at(at)
		if what := t.change(before, after, at); what != "" {
			events = append(events, Event{At: at, What: what})
		}
		before = after
	}
	return events
}

// creation says what becomes of somebody without an account.
func (t *timeline) creation(after state) string {
	switch {
	case after.enabled:
		return "there is to be an account, enabled"
	case after.stage == StageLeft && !t.rules.CreateLeavers:
		return "no account is made"
	}
	return "there is to be an account, disabled"
}

// change says what happens between two situations, or "" when nothing does.
func (t *timeline) change(before, after state, at time.Time) string {
	moves := t.rules.LeaverContainer != "" && after.stage == StageLeft && after.moved && (before.stage != StageLeft || !before.moved)
	strips := after.stripped && !before.stripped
	what := ""
	switch {
	case before.stage == after.stage && before.enabled == after.enabled:
		if !moves && !strips {
			return ""
		}
		what = "the account"
		if moves {
			what += " moves to the leavers' container"
		}
		if strips {
			what += map[bool]string{true: " and"}[moves] + " loses its groups"
		}
		return what + ": " + t.sentence(after, at)
	case after.stage == StageRetired:
		return "the account drops out of the accounts: " + t.sentence(after, at)
	case !before.stage.HasAccount():
		return t.creation(after) + ": " + t.sentence(after, at)
	case !before.enabled && !after.enabled:
		what = "the account stays disabled"
	case after.enabled:
		what = "the account is enabled"
	default:
		what = "the account is disabled"
	}
	if before.stage != StageLeft && moves {
		what += " and moves to the leavers' container"
	}
	switch {
	case strips:
		what += " and loses its groups"
	case before.stripped && t.rules.groups(after) == directory.GroupsKept:
		what += " and gets its groups back"
	}
	return what + ": " + t.sentence(after, at)
}
