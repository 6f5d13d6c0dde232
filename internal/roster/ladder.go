// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/worker"
)

// Values of mapping.Lifecycle.OnAbsent beside "keep".
const (
	absentDisable = "disable"
	absentRelease = "release"

	// groupsRemove is the value of mapping.Lifecycle.LeaverGroups beside "keep".
	groupsRemove = "remove"
)

// The words of Rules.Lifecycle.RecordIn.
const (
	recordLeft   = "left"
	recordAbsent = "absent"
)

// recorded reads what the account records: recordLeft or recordAbsent and since when.
func (d *run) recorded(p *person) (word string, day worker.Date) {
	if d.rules.Lifecycle.RecordIn == "" {
		return "", ""
	}
	word, rest, _ := strings.Cut(p.present(d.rules.Lifecycle.RecordIn).Text(), " ")
	day, err := worker.ParseDate("2006-01-02", rest)
	if err != nil || word != recordLeft && word != recordAbsent {
		return "", ""
	}
	return word, day
}

// The ladder of an account whose worker has left: it is disabled, moves, loses its
// groups, and is deleted. What must hold:
//
//   - Every rung whose day has come is taken in this run, all at once if several
//     are due, whoever made the account and however late the HR system told.
//   - Deletion is the only rung that waits for the directory: the account must have
//     been disabled for the retention by the directory's own record, and the
//     retention must be over since the worker left, too. Without a record it waits, and
//     what we disabled for another reason has not been a leaver's all that time.
//   - An account is enabled only where the worker's own story, or what we wrote at
//     the account when we disabled it, says why it was disabled, and that is over.

// leftSince returns the last day at work of somebody who has left: by the HR system, else by
// the account's record, else the day on which the account was disabled. It is ""
// where nothing tells.
func (d *run) leftSince(p *person) worker.Date {
	if p.desired != nil && p.desired.LeftSince != "" {
		return p.desired.LeftSince
	}
	if word, day := d.recorded(p); word == recordLeft {
		return day
	}
	if e := p.existing; e != nil && !e.Account.Enabled && !e.DisabledSince.IsZero() &&
		(e.DisabledFor == "" && !p.moved() || directory.Leaves(e.DisabledFor)) {
		return worker.Date(e.DisabledSince.In(d.zoneOf(p)).Format(time.DateOnly))
	}
	return ""
}

// zoneOf returns the time zone in which a person's days are counted.
func (d *run) zoneOf(p *person) *time.Location {
	if p.worker != nil && p.worker.TimeZone != "" {
		if loc, err := worker.Location(p.worker.TimeZone); err == nil {
			return loc
		}
	}
	return d.zone
}

// strips reports whether somebody who left on that day is to be in no group by now.
func (d *run) strips(p *person, since worker.Date) bool {
	l := d.rules.Lifecycle
	if l.LeaverGroups != groupsRemove {
		return false
	}
	return l.LeaverGroupsDays == 0 || since != "" && !d.in.AsOf.Before(since.AddDays(l.LeaverGroupsDays).End(d.zoneOf(p)))
}

// deletion returns when the account of somebody who left on that day may be deleted;
// zero where it never is, or where nothing tells since when it is disabled.
func (d *run) deletion(p *person, since worker.Date) time.Time {
	keep, e := d.rules.Lifecycle.RetentionDays, p.existing
	if keep == nil || e == nil || e.Account.Enabled || e.DisabledSince.IsZero() {
		return time.Time{}
	}
	if since == "" && !directory.Leaves(e.DisabledFor) && (e.DisabledFor != "" || p.moved()) {
		return time.Time{} // nobody knows when they left, but it was later; the clock starts when this run writes it down
	}
	due := e.DisabledSince.AddDate(0, 0, *keep)
	if since != "" {
		if over := since.AddDays(*keep).End(d.zoneOf(p)); over.After(due) {
			due = over
		}
	}
	return due
}

// known is what the directory knows about a worker, and the HR system does not.
func (d *run) known(p *person) mapping.Known {
	known := mapping.Known{Left: d.leftSince(p)}
	if e := p.existing; e != nil && !e.Deleted {
		known.Account, known.Enabled = true, e.Account.Enabled
	}
	return known
}

// mustNotSignIn returns why somebody must not be able to sign in, as far as that is
// certain whatever else is wrong with them, and for a leaver since when; cause is "" where
// they may, or where nobody knows.
func (d *run) mustNotSignIn(p *person) (cause string, since worker.Date) {
	if p.worker == nil {
		if word, day := d.recorded(p); word == recordLeft {
			return directory.ForLeft, day
		}
		return "", ""
	}
	if p.moved() {
		return directory.ForMoved, d.leftSince(p)
	}
	stage, barred := d.in.Mapping.Barred(p.worker, d.in.AsOf, d.known(p))
	if !barred {
		return "", ""
	}
	return causes[stage], d.leftSince(p)
}

// causes are what an account is disabled for, by the stage of its worker.
var causes = map[mapping.Stage]string{
	mapping.StageLeft: directory.ForLeft, mapping.StagePrehire: directory.ForPrehire, mapping.StageFuture: directory.ForPrehire, mapping.StageLeave: directory.ForLeave,
}

// causeOf is what the account of somebody who may not sign in is disabled for.
func causeOf(p *person) string {
	if p.moved() {
		return directory.ForMoved
	}
	return causes[p.stage()]
}

// lossReason says in words why somebody loses access.
func (d *run) lossReason(p *person, cause string) string {
	switch cause {
	case directory.ForLeft:
		if since := d.leftSince(p); since != "" {
			return "the worker has left, on " + string(since)
		}
		return "the worker has left"
	case directory.ForMoved:
		return "the worker has moved out of scope"
	case directory.ForPrehire:
		return "the worker has not started"
	case directory.ForLeave:
		return "the worker is on leave or suspended"
	}
	return cause
}

// createsLeaver reports whether somebody who has left gets an account all the same. One whose
// retention is over, or whose last day nobody knows, would only be deleted again.
func (d *run) createsLeaver(p *person) bool {
	l, since := d.rules.Lifecycle, d.leftSince(p)
	switch {
	case !l.CreateLeavers, p.moved():
		return false
	case l.RetentionDays == nil:
		return true
	}
	return since != "" && d.in.AsOf.Before(since.AddDays(*l.RetentionDays).End(d.zoneOf(p)))
}

// rehire reports whether a worker takes a former account into use again: we disabled it
// because they had left, or by their own story they had left when it was disabled.
func (d *run) rehire(p *person) bool {
	if p.existing == nil || !p.desired.Enabled {
		return false
	}
	if p.restored() || p.existing.Account.Enabled {
		return p.restored()
	}
	if word, _ := d.recorded(p); word != "" {
		return word == recordLeft
	}
	if p.existing.DisabledFor != "" {
		return directory.Leaves(p.existing.DisabledFor)
	}
	if end := max(p.worker.TerminationDate, p.worker.LastDayOfWork); end != "" && end < p.worker.HireDate {
		return true // hired again after an end: what stands between may be called prehire
	}
	stage, _, err := d.in.Mapping.StageAt(p.worker, p.existing.DisabledSince)
	return !p.existing.DisabledSince.IsZero() && err == nil && stage == mapping.StageLeft
}

// fresh reports whether the rules for creation apply. An account that stays disabled because nothing explains
// why it is keeps its names until HR or an override explains it: it may not be their worker's to use again.
func (d *run) fresh(p *person) bool {
	if p.existing == nil {
		return true
	}
	if d.rules.Lifecycle.Rehire != "new_name" || !d.rehire(p) {
		return false
	}
	explained, _ := d.explained(p)
	return explained || p.restored() || p.override.enables()
}

// explained reports whether it is known why a disabled account is disabled, and that
// this is over, so that its worker, who works here, may sign in again. Otherwise
// somebody disabled it for a reason that HR does not know, or a column of the
// feed came empty: why says what was found.
//
// What counts, in this order:
//   - what we wrote at the account when we disabled it: leave, prehire, absence, scope
//     and overrides are over when the rules say so;
//   - the worker's story: by today's HR record they had left, had not started or were
//     barred at the moment of disabling, or they have left since then and were hired again;
//   - that we disabled it because they had left counts only where HR now says
//     something new: a hire date after that, or an end that is still to come. An end
//     that merely is not there any more may be a column that came empty.
func (d *run) explained(p *person) (ok bool, why string) {
	e := p.existing
	word, day := e.DisabledFor, worker.Date("")
	if recorded, since := d.recorded(p); recorded != "" && (word == "" || word == directory.ForLeft && recorded == recordLeft) {
		word, day = recorded, since
	}
	switch word {
	case "", directory.ForLeft:
	default:
		return true, ""
	}
	if !e.DisabledSince.IsZero() {
		if stage, enabled, err := d.in.Mapping.StageAt(p.worker, e.DisabledSince); err == nil && !enabled && causes[stage] != "" {
			return true, ""
		}
		if d.hiredSince(p) {
			return true, ""
		}
	}
	if word == directory.ForLeft {
		if day == "" && !e.DisabledSince.IsZero() {
			// The last day at work is over when its account is disabled: who is hired again may start at once.
			day = worker.Date(e.DisabledSince.In(d.zoneOf(p)).Format(time.DateOnly)).AddDays(-1)
		}
		if p.worker.HireDate != "" && day != "" && p.worker.HireDate > day || max(p.worker.TerminationDate, p.worker.LastDayOfWork) >= d.today {
			return true, ""
		}
		return false, fmt.Sprintf("it was disabled%s because the worker had left, and the HR record now has no end, and %s", onDay(e, d.zoneOf(p)), hiredBefore(p.worker.HireDate, day))
	}
	if e.DisabledSince.IsZero() {
		return false, "nothing tells since when or why it is disabled"
	}
	return false, fmt.Sprintf("it was disabled%s, while the worker worked here by the HR record", onDay(e, d.zoneOf(p)))
}

// hiredSince reports whether somebody has left and was hired again after their account was disabled: it was
// often done by hand on the last day at work, and ended with that employment. A hire on the day after the
// end is none: that is one employment to most HR systems.
func (d *run) hiredSince(p *person) bool {
	end := max(p.worker.TerminationDate, p.worker.LastDayOfWork)
	return end != "" && p.worker.HireDate > end.AddDays(1) && p.existing.DisabledSince.Before(p.worker.HireDate.Start(d.zoneOf(p)))
}

// hiredBefore says why a hire date is not that of a new employment.
func hiredBefore(hired, left worker.Date) string {
	switch {
	case hired == "":
		return "no hire date"
	case left == "":
		return "nothing tells whether hire_date " + string(hired) + " is a new one"
	}
	return fmt.Sprintf("hire_date %s is not after %s", hired, left)
}

func onDay(e *directory.Existing, zone *time.Location) string {
	if e.DisabledSince.IsZero() {
		return ""
	}
	return " on " + e.DisabledSince.In(zone).Format(time.DateOnly)
}

// onlyLeavers reports whether an attribute has a rule for leavers and none for anybody else.
func (d *run) onlyLeavers(name string) bool {
	_, ruled := d.rules.Attributes[name]
	_, leaving := d.rules.Lifecycle.LeaverAttributes[name]
	return leaving && !ruled
}

// interim reports whether an account has a name only until it gets its own: a run was
// interrupted while names changed hands.
func (d *run) interim(p *person, name string) bool {
	c, core := d.core[name]
	return p.existing != nil && p.existing.Interim && core && !c.Shared && !c.PerContainer && name != directory.ManagerAttribute
}
