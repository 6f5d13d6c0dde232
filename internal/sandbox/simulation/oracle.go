// SPDX-License-Identifier: MPL-2.0

package simulation

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

// stageOf reads a record.
func stageOf(l line, today string) stage {
	switch {
	case l.Status != wordActive && l.Status != wordLeft:
		return unclear
	case l.Status == wordLeft, l.End != "" && l.End < today:
		return left
	case l.End != "" && l.Hire > l.End:
		return unclear // about to be employed anew, or never to come: what the account is decides
	case l.Hire > today:
		return early
	case l.Leave:
		return onLeave
	}
	return working
}

// access is what somebody must have.
type access int

const (
	either access = iota
	mustSignIn
	mustNot
)

// accessOf says what a record means; disabling says that leave does so.
func accessOf(l line, today string, disabling bool) access {
	switch stageOf(l, today) {
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
