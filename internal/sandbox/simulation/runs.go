// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"context"
	"hash/fnv"
	"strings"
	"time"
)

// mode is a way in which a nightly run goes.
type mode struct {
	name  string
	upset bool // the next run has to put something right
	run   func(l *life, i int, s *scene)
}

var modes = []mode{
	{"as usual", false, (*life).nightly},
	{"skipped", false, func(*life, int, *scene) {}},
	{"answers get lost", true, func(l *life, i int, s *scene) { l.disturbed(i, s, loseAnswer) }},
	{"requests get lost", true, func(l *life, i int, s *scene) { l.disturbed(i, s, loseRequest) }},
	{"writes are refused", true, func(l *life, i int, s *scene) { l.disturbed(i, s, refuse) }},
	{"killed", true, (*life).killed},
	{"twice at once", true, (*life).concurrentRuns},
	{"applied late", true, (*life).late},
}

// disturbed is a run of which some writes come to harm: always those of the same people.
func (l *life) disturbed(i int, s *scene, what verdict) {
	salt := byte(l.dice(200, "whose writes"))
	s.fail(func(w write) verdict {
		h := fnv.New32a()
		_, _ = h.Write(append([]byte(strings.ToLower(w.Name)), salt))
		if h.Sum32()%3 == 0 {
			return what
		}
		return carryOut
	})
	defer s.fail(nil)
	if p := s.plan(s.ctx, export(l.feed, l.empty...)); p.ok() {
		before := s.users()
		list := s.apply(s.ctx, p)
		l.harmless(i, s, p, before, list)
	}
}

// killed is a run whose process dies at a write, and saves no state.
func (l *life) killed(i int, s *scene) {
	at := 1 + l.dice(8, "write at which it dies")
	answered := l.dice(2, "dies after the write") == 1
	p := s.plan(s.ctx, export(l.feed, l.empty...))
	if !p.ok() {
		return
	}
	ctx, kill := context.WithCancel(s.ctx)
	defer kill()
	n := 0
	s.fail(func(write) verdict {
		switch n++; {
		case n < at:
			return carryOut
		case n == at && answered:
			kill()
			return loseAnswer
		}
		kill()
		return loseRequest
	})
	before := s.users()
	list := s.apply(ctx, p)
	s.fail(nil)
	l.harmless(i, s, p, before, list)
}

// concurrentRuns are two runs that plan from the same state and apply one after the other: the
// state of the second is what remains.
func (l *life) concurrentRuns(i int, s *scene) {
	first, second := s.plan(s.ctx, export(l.feed, l.empty...)), s.plan(s.ctx, export(l.feed, l.empty...))
	if !first.ok() || !second.ok() {
		return
	}
	before := s.users()
	l.harmless(i, s, first, before, s.apply(s.ctx, first))
	before = s.users()
	l.harmless(i, s, second, before, s.apply(s.ctx, second))
}

// late is a plan of the morning that is applied in the evening.
func (l *life) late(i int, s *scene) {
	p := s.plan(s.ctx, export(l.feed, l.empty...))
	if !p.ok() {
		return
	}
	if evening := l.clock.now().Truncate(24 * time.Hour).Add(23 * time.Hour); l.clock.now().Before(evening) {
		l.clock.set(evening)
	}
	before := s.users()
	l.harmless(i, s, p, before, s.apply(s.ctx, p))
}

// harmless holds what must hold of every run, however it went: what it did was in its
// plan, nobody has two accounts, and nobody is enabled or deleted who must not be.
func (l *life) harmless(i int, s *scene, p *proposal, before map[string]user, list problems) {
	after, v := s.users(), l.lives[i]
	if list.failed() {
		l.note("[%s] %d problems", s.prefix(), len(list))
	}
	l.changes(i, s, p, before, after)
	workers := map[string]bool{}
	for id, u := range after {
		if u.Worker == "" {
			continue
		}
		if workers[u.Worker] {
			l.wrong(s, "%s has two accounts", u.Worker)
		}
		workers[u.Worker] = true
		if was := before[id]; was.Enabled || !u.Enabled {
			continue
		}
		if by := l.decree(u.Worker); by != nil && by.kind == decreeOn {
			continue
		}
		record := l.record(u.Worker)
		if v.secured[id] && !l.explained(i, u, record) {
			l.wrong(s, "%s was disabled by hand, and was enabled again", u.Worker)
		}
		if record == nil || l.want(*record) == mustNot {
			l.wrong(s, "%s was enabled", u.Worker)
		}
	}
}

// explained reports whether the record of a worker says why their account was disabled
// when it was, though it was done by hand.
func (l *life) explained(i int, u user, record *line) bool {
	at, known := l.lives[i].disabled[u.ID]
	if !known {
		at, known = l.lives[i].shutSince[u.ID]
	}
	if known && record != nil && record.End != "" && l.dayOf(at) < record.Hire && record.End < record.Hire {
		return true // that ended with a former employment
	}
	if gone := l.gone[u.Worker]; known && record != nil && gone != "" && l.dayOf(at) <= gone && gone < record.Hire {
		return true // so did that, and HR says nothing about it any more
	}
	return known && record != nil && (accessOf(*record, l.dayOf(at), l.leave, l.calendar) == mustNot || l.kept(u.Worker, date(at)))
}
