// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// scene is a short life that somebody wrote: an estate, the file of its HR system,
// and what was found wrong.
type scene struct {
	*estate
	ctx   context.Context
	lines []line
	empty []string // columns of the file without values
	last  *proposal
	found []string
}

// firstDay is when every life begins: early on a Monday, before anybody works.
var firstDay = time.Date(2026, 1, 5, 3, 0, 0, 0, time.UTC)

func newScene(ctx context.Context, kind string) *scene {
	c := &clock{}
	c.set(firstDay)
	return newSceneAt(ctx, kind, c)
}

func newSceneAt(ctx context.Context, kind string, c *clock) *scene {
	var t target
	if kind == "ad" {
		t = newDomain(c.now)
	} else {
		t = newTenant(c.now)
	}
	return &scene{estate: newEstate(t, c), ctx: ctx}
}

// wrong notes what must not be, once.
func (s *scene) wrong(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.ContainsFunc(s.found, func(f string) bool { return strings.HasSuffix(f, text) }) {
		s.found = append(s.found, date(s.clock.now())+": "+text)
	}
}

// check notes that something does not hold.
func (s *scene) check(holds bool, format string, args ...any) {
	if !holds {
		s.wrong(format, args...)
	}
}

// pass lets days go by.
func (s *scene) pass(days int) { s.clock.set(s.clock.now().AddDate(0, 0, days)) }

// day is a date so many days from today.
func (s *scene) day(days int) string { return date(s.clock.now().AddDate(0, 0, days)) }

// hire adds somebody who has worked here for long to the file.
func (s *scene) hire(id, first, last string) *line {
	s.lines = append(s.lines, line{ID: id, Status: "Active", Type: "Employee", Hire: "2019-04-01", First: first, Last: last, Dept: "Sales", Title: "Clerk"})
	return &s.lines[len(s.lines)-1]
}

// staff adds n people, from 101 on; the first manages the others.
func (s *scene) staff(n int) {
	for i := range n {
		l := s.hire(fmt.Sprint(101+i), "First"+letters(i), "Last"+letters(i*7+3))
		if i > 0 {
			l.Manager = "101"
		}
	}
}

// letters writes a number with letters.
func letters(n int) string {
	out := ""
	for n++; n > 0; n = (n - 1) / 26 {
		out = string(rune('a'+(n-1)%26)) + out
	}
	return out
}

// who returns the line of a worker.
func (s *scene) who(id string) *line {
	i := slices.IndexFunc(s.lines, func(l line) bool { return l.ID == id })
	if i < 0 {
		panic("simulation: no worker " + id)
	}
	return &s.lines[i]
}

// drop takes workers out of the file.
func (s *scene) drop(ids ...string) {
	s.lines = slices.DeleteFunc(s.lines, func(l line) bool { return slices.Contains(ids, l.ID) })
}

// ends gives a worker a last day, so many days from today.
func (s *scene) ends(id string, days int) {
	l := s.who(id)
	l.End = s.day(days)
	if days < 0 {
		l.Status = "Terminated"
	}
}

// lift takes the limits off that a case is not about.
func (s *scene) lift() {
	for _, name := range []string{"max_disable", "max_enable", "max_delete", "max_absent", "max_set_aside", "max_adopt", "max_groups_removed"} {
		s.safeguards()[name] = "100%"
	}
	s.population["max_removals"] = "100%"
}

// plans makes a plan of today's file.
func (s *scene) plans() *proposal {
	s.last = s.plan(s.ctx, export(s.lines, s.empty...))
	return s.last
}

// tries plans and applies; it may be stopped.
func (s *scene) tries() *proposal {
	p := s.plans()
	if os.Getenv("SIMULATE_TRACE") != "" {
		fmt.Fprintf(os.Stderr, "=== %s %s\n%s\n%s\n%s\n", s.prefix(), s.clock.now(), p.failed.errors(), p.warnings, p.report())
		for _, id := range p.shown() {
			fmt.Fprintf(os.Stderr, "%s: %s\n  -> %s\n", id, p.known()[id], p.documents()[id])
		}
	}
	if p.ok() && !p.empty() {
		if list := s.apply(s.ctx, p); list.failed() {
			p.failed = list
		}
	}
	s.clock.set(s.clock.now().Add(5 * time.Minute)) // moments are told apart by seconds
	return p
}

// runs plans and applies, and nothing stops it.
func (s *scene) runs() *proposal {
	p := s.tries()
	s.check(p.ok(), "the run failed: %s", p.failed.errors())
	return p
}

// settles says that there is nothing left to do.
func (s *scene) settles() {
	p := s.plans()
	s.check(p.ok(), "the next plan failed: %s", p.failed.errors())
	s.check(!p.ok() || p.empty(), "the next plan is not empty: %v", p.shown())
}

// every runs once in so many days until days have passed.
func (s *scene) every(step, days int) {
	for gone := 0; gone < days; gone += step {
		s.pass(step)
		s.runs()
	}
}

// of returns the account of a worker; nil where there is none.
func (s *scene) of(worker string) *user {
	var found []user
	for _, u := range s.users() {
		if u.Worker == worker {
			found = append(found, u)
		}
	}
	if len(found) > 1 {
		s.wrong("%d accounts carry the worker id %s", len(found), worker)
	}
	if len(found) == 0 {
		return nil
	}
	return &found[0]
}

func (s *scene) mayNot(workers ...string) {
	for _, w := range workers {
		if u := s.of(w); u != nil && u.Enabled {
			s.wrong("%s can sign in (%s)", w, u.Login)
		}
	}
}

func (s *scene) may(workers ...string) {
	for _, w := range workers {
		switch u := s.of(w); {
		case u == nil:
			s.wrong("%s has no account", w)
		case !u.Enabled:
			s.wrong("%s cannot sign in (%s)", w, u.Login)
		}
	}
}

// gone says that the account of a worker was deleted.
func (s *scene) gone(workers ...string) {
	for _, w := range workers {
		s.check(s.of(w) == nil, "%s still has an account", w)
	}
}

func (s *scene) there(workers ...string) {
	for _, w := range workers {
		s.check(s.of(w) != nil, "%s has no account any more", w)
	}
}

func (s *scene) groupless(workers ...string) {
	for _, w := range workers {
		if u := s.of(w); u != nil && len(u.Groups) > 0 {
			s.wrong("%s is still in %v", w, u.Groups)
		}
	}
}

// enabled counts who can sign in.
func (s *scene) enabled() int {
	n := 0
	for _, u := range s.users() {
		if u.Enabled {
			n++
		}
	}
	return n
}

// says reports whether the last plan names something: in its report, a warning, or an error.
func (s *scene) says(words ...string) bool {
	all := s.last.failed.errors() + "\n" + s.last.warnings + "\n" + s.last.report()
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(all, w) })
}

// elsewhere makes the directory of a scene another one than those of all others.
func (s *scene) elsewhere() {
	switch t := s.target.(type) {
	case *domain:
		t.server.SetDomain(7)
	case *tenant:
		t.close()
		server, err := graph.Start(graph.Options{Clock: s.clock.now, TenantID: "9d1c77b2-51a4-4c1f-9a57-0f6f4c7f5007", Domains: []string{"example.com", "other.onmicrosoft.com"}})
		must(err)
		t.server, t.groups = server, map[string]string{}
		for _, g := range groups {
			t.groups[g] = server.AddGroup(map[string]any{"displayName": g, "mailNickname": "group-" + g})
		}
	}
	s.provider = s.target.provider()
}

// forget loses the state.
func (s *scene) forget() { s.state = none("workforce_" + s.prefix() + "_population") }
