// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// exchanging is what lives have in which somebody exchanges the worker ids of accounts by hand.
type exchanging struct{ isExchanging bool }

// newExchangingLife begins a life in which somebody exchanges worker ids of accounts by hand.
func newExchangingLife(ctx context.Context, kinds []string, n int, d dice) *life {
	l := newLife(ctx, kinds, n, d)
	l.isExchanging = true
	return l
}

// exchange lets somebody exchange the worker ids of two or three accounts in every directory, and runs once: the night's
// run after it is to find everything as it always is.
func (l *life) exchange() {
	if !l.isExchanging || l.dice(4, "exchange") < 3 || l.trouble != "" || l.calm == 0 { // no state knows whom a run that came to harm created
		return
	}
	var who []string
	for range 2 + l.dice(2, "how many") {
		p := l.some("whose", func(p line) bool { return !slices.Contains(who, p.ID) && l.exchangeable(p.ID) })
		if p != nil {
			who = append(who, p.ID)
		}
	}
	if len(who) < 2 {
		return
	}
	l.note("worker ids exchanged: %v", who)
	for i, s := range l.scenes {
		l.observe(i)
		was := map[string]user{}
		for _, id := range who {
			was[id] = *s.of(id)
		}
		give := func(shift int) {
			for n, id := range who {
				s.setWorker(was[id].ID, who[(n+shift)%len(who)])
			}
		}
		give(1)
		before := s.users()
		l.since = l.clock.now()
		p := s.plan(s.ctx, export(l.feed, l.empty...))
		if !p.ok() { // a limit, or a stage of the night that has nothing to do with it
			give(0)
			continue
		}
		v := l.lives[i]
		v.shut, v.shutSince = maps.Clone(v.secured), maps.Clone(v.disabled)
		if list := s.apply(s.ctx, p); list.failed() {
			l.wrong(s, "the apply after an exchange failed: %s", list.errors())
			continue
		}
		after := s.users()
		for _, id := range who { // the report is about the account of another, and may have nothing to say
			before[was[id].ID] = after[was[id].ID]
			l.unexchanged(s, id, was[id], after[was[id].ID])
			if !slices.Contains(p.shown(), id) || !strings.Contains(p.warnings, "worker "+id+" (") {
				l.wrong(s, "nobody is told that the worker id of %s was exchanged", id)
			}
		}
		l.changes(i, s, p, before, after)
		l.observe(i)
		if l.calm == 0 {
			l.calm = 1 // what came to harm before was put right by this run
		}
	}
}

// exchangeable reports whether a worker has an account in every directory, which is in the file and not protected.
func (l *life) exchangeable(worker string) bool {
	for _, s := range l.scenes {
		if u := s.of(worker); u == nil || slices.Contains(u.Groups, "guarded") || l.record(worker) == nil {
			return false
		}
	}
	return true
}

// unexchanged holds an account whose worker id somebody exchanged against what it was before: it has its worker id again, and nothing
// is another but that access is taken which its worker must not have.
func (l *life) unexchanged(s *scene, worker string, was, is user) {
	want := l.want(*l.record(worker))
	switch {
	case want == mustNot && is.Enabled:
		l.wrong(s, "%s can sign in after an exchange", worker)
	case want != mustNot && was.Enabled != is.Enabled:
		l.wrong(s, "%s was enabled: %t, and after an exchange: %t", worker, was.Enabled, is.Enabled)
	}
	is.Enabled, is.Sessions, is.Manager = was.Enabled, was.Sessions, was.Manager
	if !is.equal(was) {
		l.wrong(s, "the account of %s is another after an exchange: %+v, then %+v", worker, was, is)
	}
}
