// SPDX-License-Identifier: MPL-2.0

package simulation

import "time"

// The oracle says who may sign in. It knows the file and the day, and none of the
// product: days are compared as text, and words are the few that this company uses.

// stage is what a person is on a day, by their record.
type stage string

const (
	working stage = "working"
	onLeave stage = "on leave"
	early   stage = "not there yet"
	left    stage = "left"
	unclear stage = "unclear" // a word that nobody knows
)

const (
	wordActive = "Active"
	wordLeft   = "Terminated"
)

// calendar is how the days of a record are counted.
type calendar struct {
	toEnd bool // the termination date disables, not the last day of work
	ahead int  // days before the first one on which somebody may sign in
}

// stageOf reads a record.
func stageOf(l line, today string, c calendar) stage {
	end := l.End
	if l.LastDay != "" && (!c.toEnd || end == "") {
		end = l.LastDay
	}
	begin := l.Hire
	if first, err := time.Parse(time.DateOnly, l.Hire); err == nil && l.Status == wordActive {
		begin = date(first.AddDate(0, 0, -c.ahead))
	}
	switch {
	case l.Status != wordActive && l.Status != wordLeft:
		return unclear
	case l.Status == wordLeft, end != "" && end < today && (l.Hire <= end || begin > today):
		return left
	case end != "" && end >= today && l.Hire > end:
		return unclear // about to be employed anew, or never to come: what the account is decides
	case begin > today:
		return early
	case l.Leave:
		return onLeave
	}
	return working
}

// windowDays is prehire_days of the rules: who begins within so many days is prepared for.
const windowDays = 14

// awaited reports whether somebody who left begins again soon. They must not sign in yet, but stand
// on no rung of the ladder any more: a return gives groups back as soon as a hire would give them.
func (l *life) awaited(p line) bool {
	first, err := time.Parse(time.DateOnly, p.Hire)
	return err == nil && p.Status == wordActive && p.Hire > max(p.End, p.LastDay) &&
		l.dayOf(l.clock.now()) >= date(first.AddDate(0, 0, -windowDays))
}

// access is what somebody must have.
type access int

const (
	either access = iota
	mustSignIn
	mustNot
)

// accessOf says what a record means; disabling says that leave does so.
func accessOf(l line, today string, disabling bool, c calendar) access {
	switch stageOf(l, today, c) {
	case left, early:
		return mustNot
	case onLeave:
		if disabling {
			return mustNot
		}
		return mustSignIn
	case working:
		return mustSignIn
	}
	return either
}
