// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"time"

	"terraform-provider-workforce/internal/status"
	"terraform-provider-workforce/internal/worker"
)

// reason is why a worker is in a stage; sentence puts it into words only when
// they are wanted.
type reason int

const (
	whyActive reason = iota
	whyFuture
	whyPrehire
	whyEarly
	whyUntilEnd
	whyEnd
	whyStatus
	whySuspended
	whyOnLeave
	whyAway
	whyRehireLater
	whyRehirePrehire
	whyRehired
	whyNever
	whyUndated
	whyBooked
	whyTakenBack
	whyEndBeforeHire
	whyNoGap
	whyStillPrehire
	whyMoved
)

// sentence explains a state at an instant: field, date, zone and rule.
func (t *timeline) sentence(s state, now time.Time) string {
	hire := fmt.Sprintf("hire_date %s (%s)", t.w.HireDate, t.zone)
	end := fmt.Sprintf("%s %s (%s)", t.endField, t.end, t.zone)
	text := ""
	switch s.why {
	case whyFuture:
		return fmt.Sprintf("%s is %s away, prehire_days %d: no account yet", hire, t.daysTo(now), *t.rules.PrehireDays)
	case whyPrehire:
		return hire + " " + t.waiting(now)
	case whyRehirePrehire:
		return fmt.Sprintf("%s, after %s, %s", hire, end, t.waiting(now))
	case whyEarly:
		return fmt.Sprintf("%s is %s away, enable_days %d: already enabled", hire, t.daysTo(now), t.rules.EnableDays)
	case whyUntilEnd:
		return "works until the end of " + end + t.saying()
	case whyRehired:
		return fmt.Sprintf("%s is after %s: hired again%s", hire, end, t.saying())
	case whySuspended:
		return fmt.Sprintf("status %q bars the worker, whose employment goes on", t.w.Status)
	case whyOnLeave:
		return "on_leave is true, worker_lifecycle.on_leave " + t.onLeave()
	case whyAway:
		return fmt.Sprintf("status %q says on leave, worker_lifecycle.on_leave %s", t.w.Status, t.onLeave())
	case whyEnd, whyRehireLater:
		text = end + " is over" + t.contradiction(s.why)
	case whyStatus:
		text = t.byStatus(s.since)
	case whyActive:
		return t.works(hire)
	default:
		return t.unusual(s, now, hire, end)
	}
	return text
}

// unusual explains the states of hires that came to nothing, and of records that
// contradict themselves.
func (t *timeline) unusual(s state, now time.Time, hire, end string) string {
	switch s.why {
	case whyNever:
		text := fmt.Sprintf("status %q says that the worker never started", t.w.Status)
		if s.stage == StageFuture {
			return text + ": no account"
		}
		return text
	case whyUndated:
		text := fmt.Sprintf("status %q says hired, and the HR system gives no hire_date", t.w.Status)
		if s.stage == StageFuture {
			return text + ": no account before it does"
		}
		return text + ": an account, disabled"
	case whyBooked:
		return fmt.Sprintf("status %q means left, and %s is %s away: disabled until then", t.w.Status, hire, t.daysTo(now))
	case whyTakenBack:
		return fmt.Sprintf("%s is the day before %s: the hire reads as taken back, no account until the HR system says more", end, hire)
	case whyEndBeforeHire:
		return fmt.Sprintf("%s is still to come, and %s is after it: either the worker is in a former employment until then, "+
			"or the hire was taken back; correct the record in the HR system", end, hire)
	case whyNoGap:
		return fmt.Sprintf("%s has come, and %s is the day before it: either the hire was taken back, "+
			"or the worker was hired again without a gap; remove one of the dates in the HR system", hire, end)
	case whyStillPrehire:
		return fmt.Sprintf("%s has come, and status %q says that the worker has not started; "+
			"correct one of them in the HR system", hire, t.w.Status)
	}
	return ""
}

// waiting is the end of a sentence about a hire to come.
func (t *timeline) waiting(now time.Time) string {
	if !now.Before(t.enable) {
		return fmt.Sprintf("is %s away, and status %q keeps the account disabled until it comes", t.daysTo(now), t.w.Status)
	}
	if t.rules.PrehireDays == nil {
		return fmt.Sprintf("is %s away, prehire_days is not set: an account, disabled", t.daysTo(now))
	}
	return fmt.Sprintf("is %s away, prehire_days %d: an account, disabled", t.daysTo(now), *t.rules.PrehireDays)
}

func (t *timeline) works(hire string) string {
	switch {
	case t.w.HireDate != "":
		return hire + " has come" + t.saying()
	case t.class == status.Unsaid:
		return "the HR system has the worker and gives neither dates nor a status"
	}
	return fmt.Sprintf("status %q, with no dates", t.w.Status)
}

func (t *timeline) saying() string {
	if t.class == status.Unsaid {
		return ""
	}
	return fmt.Sprintf(", status %q", t.w.Status)
}

// contradiction mentions a status word that says otherwise.
func (t *timeline) contradiction(why reason) string {
	text := ""
	if t.class == status.Active || t.class == status.OnLeave || t.class == status.Unknown {
		text = fmt.Sprintf(", although status is %q", t.w.Status)
	}
	if why == whyRehireLater {
		text += fmt.Sprintf(", hired again from %s", t.w.HireDate)
	}
	return text
}

func (t *timeline) byStatus(since worker.Date) string {
	text := fmt.Sprintf("status %q means left", t.w.Status)
	switch {
	case since != "":
		return text + fmt.Sprintf(", since %s (%s) by the directory's record", since, t.zone)
	case t.end != "" && !t.rehire:
		return text + fmt.Sprintf(", before %s %s (%s)", t.endField, t.end, t.zone)
	}
	return text + ", and the HR system gives no date of leaving"
}

func (t *timeline) onLeave() string {
	if t.rules.OnLeave == leaveDisable {
		return "\"disable\""
	}
	return "\"keep\""
}

// daysTo counts the calendar days at the worker's place until the hire date.
func (t *timeline) daysTo(now time.Time) string {
	y, m, d := now.In(t.loc).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	n := int(t.w.HireDate.Start(time.UTC).Sub(today).Hours() / 24)
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}
