// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"slices"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/status"
	"terraform-provider-workforce/internal/worker"
)

// calendar lists what changes after now, earliest first. Deletion is not in it: it
// depends on how long the directory has had the account disabled.
func (t *timeline) calendar(now time.Time) []Event {
	if t.class == status.Unknown {
		return nil // what comes after nobody understands
	}
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
	for _, since := range []worker.Date{t.end, t.known.Left} {
		if since == "" {
			continue
		}
		add(t.rung(since, t.rules.LeaverContainerDays))
		if t.rules.strips() {
			add(t.rung(since, t.rules.LeaverGroupsDays))
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
			events = append(events, Event{At: at, Kind: kindOf(before, after), What: what})
		}
		before = after
	}
	return events
}

// kindOf names what happens between two situations.
func kindOf(before, after state) EventKind {
	switch {
	case after.doubt || before.stage == after.stage && before.enabled == after.enabled:
		return EventOther
	case !before.stage.HasAccount():
		return EventCreate
	case after.enabled && !before.enabled:
		return EventEnable
	case before.enabled && !after.enabled:
		return EventDisable
	}
	return EventOther
}

// creation says when somebody without an account gets one.
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
	case after.doubt:
		return "the account stays as it is: " + t.sentence(after, at)
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
