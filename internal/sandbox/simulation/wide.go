// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"fmt"
	"slices"
)

// wide is what lives have in which people decide, too.
type wide struct {
	isWide  bool
	policy  string // on_out_of_scope
	decrees []decree
	away    map[string]map[string]bool // days out of scope, by worker
	only    []string                   // whom today's runs are about, where they are for some only
	chosen  string                     // the day on which only was drawn
}

// What an override says.
const (
	decreeHold = "held"
	decreeOff  = "disabled by an override"
	decreeOn   = "enabled by an override"
)

// decree is an override, from the day on which somebody decided it.
type decree struct {
	worker, kind string
	from, until  string
	json         string
}

// outsider is the title of people who are out of scope.
const outsider = "Board"

func (l *life) widen() {
	l.isWide, l.away = true, map[string]map[string]bool{}
	l.policy = []string{"ignore", "keep", "disable", "leaver"}[l.dice(4, "on_out_of_scope")]
	for _, s := range l.scenes {
		s.rules["scope"] = []object{{"clauses": []object{{"attribute": "JobTitle", "operator": "NOT EQUALS", "value": outsider}}}}
		s.rules["on_out_of_scope"] = l.policy
	}
}

var wideEvents = []event{
	{"held", 2, func(l *life) string { return l.decided(decreeHold, working, left, early, onLeave) }},
	{"disabled by an override", 2, func(l *life) string { return l.decided(decreeOff, working, left, onLeave) }},
	{"enabled by an override", 2, func(l *life) string { return l.decided(decreeOn, left, early, onLeave, working) }},
	{"out of scope", 2, func(l *life) string {
		return l.to(l.some("out of scope", l.is(working, left)), func(p *line) { p.Title = outsider })
	}},
	{"back in scope", 2, func(l *life) string {
		return l.to(l.some("back in scope", l.outside), func(p *line) { p.Title = titles[0] })
	}},
}

func (l *life) events() []event {
	all := slices.Clone(events)
	if l.isWide {
		all = append(all, wideEvents...)
	}
	if l.isVaried {
		all = append(all, variedEvents...)
	}
	return all
}

var wideModes = []mode{
	{"for some only", false, (*life).partial},
	{"without a state", false, (*life).stateless},
}

func (l *life) modes() []mode {
	if l.isWide {
		return append(slices.Clone(modes), wideModes...)
	}
	return modes
}

// decided makes an override for somebody who has none.
func (l *life) decided(kind string, whom ...stage) string {
	p := l.some("about whom", func(p line) bool { return l.decree(p.ID) == nil && l.is(whom...)(p) })
	if p == nil {
		return ""
	}
	d := decree{worker: p.ID, kind: kind, from: l.today(), until: l.day(l.dice(5, "days of the override"))}
	config := object{"worker_ids": []string{p.ID}, "reason": kind, "expires": d.until}
	switch kind {
	case decreeHold:
		config["hold"] = true
	case decreeOff:
		config["enabled"] = false
	case decreeOn:
		config["enabled"] = true
	}
	d.json = l.scenes[0].override(config)
	l.decrees = append(l.decrees, d)
	return p.ID + " until " + d.until
}

// decide gives the overrides to the configurations, also those of the last days that are over.
func (l *life) decide() {
	if !l.isWide {
		return
	}
	var list []string
	for _, d := range l.decrees {
		if d.until >= l.day(-2) {
			list = append(list, d.json)
		}
	}
	for _, s := range l.scenes {
		s.accounts["overrides"] = list
	}
	for _, p := range l.feed {
		if l.outside(p) {
			if l.away[p.ID] == nil {
				l.away[p.ID] = map[string]bool{}
			}
			l.away[p.ID][l.today()] = true
		}
	}
}

// decree returns what is decided about a worker today; nil where nothing is.
func (l *life) decree(worker string) *decree {
	for i, d := range l.decrees {
		if d.worker == worker && d.from <= l.today() && l.today() <= d.until {
			return &l.decrees[i]
		}
	}
	return nil
}

func (l *life) everDecreed(worker string) bool {
	return slices.ContainsFunc(l.decrees, func(d decree) bool { return d.worker == worker })
}

// outside reports that somebody is out of scope.
func (l *life) outside(p line) bool { return l.isWide && p.Title == outsider }

func (l *life) everOutside(worker string) bool { return len(l.away[worker]) > 0 }

// kept reports that on that day something else than the record of a worker said why they
// might not sign in. A run of the night before may be meant, too.
func (l *life) kept(worker, day string) bool {
	return l.away[worker][day] || slices.ContainsFunc(l.decrees, func(d decree) bool {
		return d.worker == worker && d.kind == decreeOff && d.from <= day && day <= d.until
	})
}

// want says what access somebody must have, with what was decided and the scope.
func (l *life) want(p line) access {
	if by := l.decree(p.ID); by != nil {
		switch by.kind {
		case decreeHold:
			return either
		case decreeOff:
			return mustNot
		case decreeOn:
			return mustSignIn
		}
	}
	if slices.Contains(l.empty, "TerminationDate") && p.LastDay != "" {
		return either // the day that is left may be the one that decides
	}
	want := accessOf(p, l.dayOf(l.clock.now()), l.leave, l.calendar)
	if !l.outside(p) {
		return want
	}
	switch l.policy {
	case "disable", "leaver":
		return mustNot
	case "ignore":
		if l.stage(p) == left {
			return mustNot
		}
	}
	return either
}

// decreed holds an account against what somebody decided, and reports whether that is all that is to be said.
func (l *life) decreed(s *scene, by decree, list []user, before, after map[string]user) bool {
	for _, u := range list {
		was, had := before[u.ID]
		guarded := slices.Contains(was.Groups, "guarded")
		switch {
		case by.kind == decreeHold && !had:
			l.wrong(s, "%s is held, and got an account", by.worker)
		case by.kind == decreeHold && !was.equal(u) && !orphaned(was, u, after) && !reunited(was, u, before):
			l.wrong(s, "%s is held, and was changed: %+v, then %+v", by.worker, was, u)
		case by.kind == decreeOff && u.Enabled && !guarded:
			l.wrong(s, "%s is disabled by an override until %s, and can sign in", by.worker, by.until)
		case by.kind == decreeOn && !u.Enabled && !guarded:
			l.wrong(s, "%s is enabled by an override until %s, and cannot sign in: %s", by.worker, by.until, about(s.last, by.worker))
		}
	}
	return true
}

// partial is a run for a few people.
func (l *life) partial(i int, s *scene) {
	if l.chosen != l.today() {
		l.chosen, l.only = l.today(), nil
		for range 1 + l.dice(3, "how many only") {
			if p := l.some("for whom only", func(p line) bool { return !slices.Contains(l.only, p.ID) && l.record(p.ID) != nil }); p != nil {
				l.only = append(l.only, p.ID)
			}
		}
		l.note("only: %v", l.only)
	}
	if len(l.only) == 0 {
		return
	}
	s.accounts["only"] = l.only
	defer delete(s.accounts, "only")
	p := s.plan(s.ctx, export(l.feed, l.empty...))
	s.last = p
	if !p.ok() { // who has left the scope has to be named, too; and a bad file stops these runs as well
		if l.trouble == "" && l.policy != "ignore" && !l.release(s) && l.calm > 0 {
			l.wrong(s, "a run for %v was stopped: %s", l.only, p.failed.errors())
		}
		return
	}
	before := s.users()
	if !p.empty() {
		if list := s.apply(s.ctx, p); list.failed() {
			l.wrong(s, "the apply for %v failed: %s", l.only, list.errors())
			return
		}
	}
	after := s.users()
	l.observe(i)
	for id, u := range after {
		was, had := before[id]
		if !slices.Contains(l.only, u.Worker) && (!had || !was.equal(u) && !orphaned(was, u, after) && !reunited(was, u, before)) {
			l.wrong(s, "%s was changed by a run for %v: %+v, then %+v", u.Worker, l.only, was, u)
		}
	}
	for id, u := range before {
		if _, stays := after[id]; stays {
			continue
		}
		if !slices.Contains(l.only, u.Worker) {
			l.wrong(s, "%s was deleted by a run for %v", u.Worker, l.only)
		}
		l.deleted(i, s, u)
	}
	if next := s.plan(s.ctx, export(l.feed, l.empty...)); !next.ok() || !next.empty() {
		l.wrong(s, "the second plan for %v is not empty: %s %s", l.only, next.failed.errors(), fmt.Sprint(next.shown()))
	}
}

// stateless is a nightly run after the state was lost: it knows nothing that is not in the directory.
func (l *life) stateless(i int, s *scene) {
	s.forget()
	l.nightly(i, s)
}
