// SPDX-License-Identifier: MPL-2.0

// Package simulation lives years of a company in seconds: people join, move, leave and return, HR makes
// mistakes, administrators change things by hand, answers get lost, runs are cut off. Every day the real
// provider plans and applies at directories in memory, and an oracle of its own says afterwards who may
// sign in. It plays Terraform to the provider, through the protocol. make simulate
// lets it live for longer than the tests do.
//
// A life is made of dice (life.go, events.go, hr.go, hands.go): the same seed gives the same life, and a
// life that went wrong is printed day by day, made shorter. The cases in the tests are lives with dice that fall as written.
// What must hold after each day is in invariants.go; what the oracle knows of the rules is in oracle.go,
// and shares no code with what it judges.
package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// dice decide what happens: a number below n, of which 0 is always the quietest.
type dice func(n int, what string) int

// life is a company with its people, day by day, at one directory or several that are
// to agree.
type life struct {
	dice   dice
	clock  *clock
	since  time.Time // when what is observed now began
	scenes []*scene
	lives  []*lived

	lines   []line
	days    int // lived
	next    int // number of the next person
	log     []string
	feed    []line   // today's file
	trouble string   // what is wrong with it
	empty   []string // columns without values
	limit   int
	leave   bool // disables
	keep    int  // days that a leaver is kept
	// mended are workers whose end turned out to be wrong: nothing in their record says
	// why they were disabled, so that somebody has to look.
	mended map[string]bool
	// gone are the last days on which workers were seen to have left; HR forgets an end when it hires somebody again.
	gone map[string]string
	// touched are workers whose account somebody enabled, disabled or deleted: since when it
	// is disabled only Active Directory knows by itself.
	touched map[string]bool
	calm    int // days since something went wrong that is not HR's doing

	wide   // what only wide lives have
	varied // what only varied lives have
	exchanging
}

// lived is what the oracle remembers of one directory.
type lived struct {
	object   map[string]string    // object id of a worker, for life
	disabled map[string]time.Time // since when an object is disabled
	left     map[string]time.Time // since when a worker was seen to have left
	secured  map[string]bool      // disabled by somebody while HR had them active, by object id
	seen     map[string]user
	// shut and shutSince are secured and disabled as they were before the run that is judged.
	shut      map[string]bool
	shutSince map[string]time.Time
	lifted    bool // limits are off for the next run
	stopped   int  // runs in a row that were stopped
}

// newLife begins a life with n people.
func newLife(ctx context.Context, kinds []string, n int, d dice) *life {
	c := &clock{}
	c.set(firstDay)
	l := &life{dice: d, clock: c, limit: 5, next: 101, calm: 9, mended: map[string]bool{}, gone: map[string]string{},
		touched: map[string]bool{}}
	l.leave = d(2, "leave disables") == 1
	l.keep = 30 - 10*d(3, "retention is shorter")
	for _, kind := range kinds {
		s := newSceneAt(ctx, kind, c)
		s.lifecycle()["retention_days"] = l.keep
		if l.leave {
			s.lifecycle()["on_leave"] = "disable"
		}
		l.limits(s, fmt.Sprint(l.limit))
		l.scenes = append(l.scenes, s)
		l.lives = append(l.lives, &lived{
			object: map[string]string{}, disabled: map[string]time.Time{}, left: map[string]time.Time{},
			secured: map[string]bool{}, seen: map[string]user{},
		})
	}
	for range n {
		l.hire(-300, l.dice(4, "contractor") == 3)
	}
	return l
}

// newWideLife begins a life in which people also decide: overrides, holds, runs for some
// people only, states that get lost, and a scope that people leave and return to.
func newWideLife(ctx context.Context, kinds []string, n int, d dice) *life {
	l := newLife(ctx, kinds, n, d)
	l.widen()
	return l
}

// limits sets what one run may do.
func (l *life) limits(s *scene, n string) {
	for _, name := range []string{"max_disable", "max_enable", "max_delete", "max_absent", "max_set_aside", "max_groups_removed"} {
		s.safeguards()[name] = n
	}
	s.population["max_removals"] = n
}

func (l *life) close() {
	for _, s := range l.scenes {
		s.close()
	}
}

func (l *life) today() string       { return date(l.clock.now()) }
func (l *life) day(days int) string { return date(l.clock.now().AddDate(0, 0, days)) }

func (l *life) note(format string, args ...any) {
	l.log = append(l.log, l.today()+" "+fmt.Sprintf(format, args...))
}

// wrong is a violation.
func (l *life) wrong(s *scene, format string, args ...any) {
	s.wrong("["+s.prefix()+"] "+format, args...)
}

// violations are all that were found.
func (l *life) violations() []string {
	var out []string
	for _, s := range l.scenes {
		out = append(out, s.found...)
	}
	return out
}

var (
	firstNames = []string{"Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gia", "Hugo"}
	lastNames  = []string{"Abel", "Brook", "Cole", "Dean", "East", "Ford", "Gray"}
	titles     = []string{"Clerk", "Director", "Engineer", "Nurse"}
)

// hire adds a person to the file, who begins so many days from today.
func (l *life) hire(days int, contractor bool) *line {
	n := l.next
	l.next++
	p := line{ID: fmt.Sprint(n), Status: wordActive, Type: "Employee", Hire: l.day(days), Dept: []string{"Sales", "Research"}[n%2], Title: titles[n%4]}
	p.First, p.Last = firstNames[n%len(firstNames)], lastNames[n%len(lastNames)]
	if contractor {
		p.Type = "Contractor"
	}
	if len(l.lines) > 0 {
		p.Manager = l.lines[n%len(l.lines)].ID
	}
	l.lines = append(l.lines, p)
	return &l.lines[len(l.lines)-1]
}

// some returns a person whose record fulfils a condition; nil where there is none.
func (l *life) some(what string, holds func(line) bool) *line {
	var fit []int
	for i, p := range l.lines {
		if holds(p) {
			fit = append(fit, i)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return &l.lines[fit[l.dice(len(fit), what)]]
}

func (l *life) is(wanted ...stage) func(line) bool {
	return func(p line) bool { return slices.Contains(wanted, l.stage(p)) }
}

// live lets one day pass.
func (l *life) live() {
	l.days++
	l.clock.set(l.clock.now().Truncate(24*time.Hour).AddDate(0, 0, 1).Add(3 * time.Hour))
	l.since = l.clock.now()
	l.turn()
	for range l.dice(4, "events") {
		l.happen()
	}
	l.feed, l.trouble, l.empty = l.listed(), "", nil
	if l.dice(12, "trouble with the file") == 11 {
		l.spoil()
	}
	for _, p := range l.feed {
		if l.stage(p) == left {
			l.gone[p.ID] = l.dayOf(l.clock.now())
		}
	}
	l.meddle()
	l.decide()
	l.exchange()
	l.runs()
}

// turn is what HR does by itself: who had their last day is marked.
func (l *life) turn() {
	for i := range l.lines {
		if p := &l.lines[i]; p.End != "" && p.End < l.today() && p.Hire <= p.End && p.Status == wordActive {
			p.Status = wordLeft
		}
	}
}

// runs is the nightly run at every directory.
func (l *life) runs() {
	mode := 0
	if l.dice(8, "an unusual run") == 7 {
		mode = 1 + l.dice(len(l.modes())-1, "kind of run")
	}
	how := l.modes()[mode]
	if mode > 0 {
		l.note("run: %s", how.name)
	}
	for i, s := range l.scenes {
		l.observe(i)
		l.since = l.clock.now() // a run waits, and what it does may be as old as it is
		how.run(l, i, s)
		l.observe(i)
	}
	l.clock.set(l.clock.now().Add(5 * time.Minute)) // moments are told apart by seconds
	if l.calm++; how.upset {
		l.calm = 0
	}
	if mode == 0 && l.calm > 2 && l.trouble == "" {
		l.compare()
	}
}

// nightly is an ordinary run, of which everything must hold.
func (l *life) nightly(i int, s *scene) {
	v := l.lives[i]
	if v.lifted {
		defer func() {
			v.lifted = false
			l.limits(s, fmt.Sprint(l.limit))
		}()
	}
	p := s.plan(s.ctx, export(l.feed, l.empty...))
	s.last = p
	if !p.ok() {
		l.stopped(i, s, p)
		return
	}
	l.stopsWhereItMust(i, s)
	before := s.users()
	v.shut, v.shutSince = maps.Clone(v.secured), maps.Clone(v.disabled)
	if p.empty() { // Terraform applies nothing then, and the next plan is this one
		v.stopped = 0
		if l.calm > 0 {
			l.inspect(i, s, p, before, before)
		}
		return
	}
	list := s.apply(s.ctx, p)
	after := s.users()
	if list.failed() {
		l.wrong(s, "the apply failed: %s", list.errors())
		return
	}
	if v.stopped = 0; l.calm == 0 { // the first run after harm may leave something to the second
		l.harmless(i, s, p, before, list)
		return
	}
	l.changes(i, s, p, before, after)
	l.observe(i)
	l.inspect(i, s, p, before, after)
	next := s.plan(s.ctx, export(l.feed, l.empty...))
	switch {
	case !next.ok():
		l.wrong(s, "the plan after the run failed: %s", next.failed.errors())
	case !next.empty() && !relinked(next, before, after):
		l.wrong(s, "the plan after the run is not empty: %s", differences(next))
	}
}

// relinked reports that a run restored an account, and that the plan after it shows nothing but documents
// of accounts left as they are, which the directory gave that account back as their manager by itself.
func relinked(next *proposal, before, after map[string]user) bool {
	restored := map[string]bool{}
	for id, u := range after {
		if _, had := before[id]; !had {
			restored[u.Worker] = true
		}
	}
	for _, worker := range next.shown() {
		var was, is map[string]any
		if json.Unmarshal([]byte(next.known()[worker]), &was) != nil || json.Unmarshal([]byte(next.documents()[worker]), &is) != nil {
			return false
		}
		if manager, _ := is["manager"].(string); !restored[manager] {
			return false
		}
		delete(was, "manager")
		delete(is, "manager")
		if !reflect.DeepEqual(was, is) {
			return false
		}
	}
	return len(next.shown()) > 0
}

// differences says what a plan shows, with the documents of the first.
func differences(p *proposal) string {
	shown := p.shown()
	if len(shown) == 0 {
		return "an attribute of the resource"
	}
	return fmt.Sprintf("%v; %s: %s, then %s", shown, shown[0], p.known()[shown[0]], p.documents()[shown[0]])
}

// stopsWhereItMust notes a plan that passed though its file cannot be used.
func (l *life) stopsWhereItMust(i int, s *scene) {
	switch {
	case l.trouble == duplicate:
		l.wrong(s, "a file with a worker id twice was used")
	case l.trouble == recoded && !l.lives[i].lifted:
		l.wrong(s, "a file whose status words nobody knows was used")
	}
}

// stopped is a run that nothing came of: there must be a reason, and it ends when
// somebody has looked.
func (l *life) stopped(i int, s *scene, p *proposal) {
	v := l.lives[i]
	v.stopped++
	if l.trouble != "" {
		l.note("[%s] stopped: %s", s.prefix(), l.trouble)
		return
	}
	if why := l.overLimit(i, s); why != "" && !v.lifted {
		l.note("[%s] stopped: %s", s.prefix(), why)
		v.lifted = true
		l.limits(s, "100%")
		return
	}
	if l.release(s) {
		l.note("[%s] stopped: somebody protected has left", s.prefix())
		return
	}
	if l.calm == 0 {
		l.note("[%s] stopped after harm: %s", s.prefix(), p.failed.errors())
		return
	}
	l.wrong(s, "the run was stopped without a reason that the oracle knows: %s", p.failed.errors())
}

// overLimit says which limit the true changes of today exceed.
func (l *life) overLimit(i int, s *scene) string {
	v := l.lives[i]
	var off, on, gone, absent int
	listed := map[string]line{}
	for _, p := range l.feed {
		listed[p.ID] = p
	}
	for _, u := range s.users() {
		if u.Worker == "" {
			continue
		}
		p, there := listed[u.Worker]
		if !there {
			absent++
		}
		want := l.want(p)
		switch {
		case there && (want == mustNot || l.outside(p)) && u.Enabled:
			off++
		case there && want == mustSignIn && !u.Enabled:
			on++
		}
		if at, is := v.disabled[u.ID]; is && !u.Enabled && l.clock.now().Sub(at) >= time.Duration(l.keep-1)*24*time.Hour {
			gone++
		}
	}
	for what, n := range map[string]int{"disabled": off, "enabled": on, "deleted": gone, "absent": absent} {
		if n > l.limit {
			return fmt.Sprintf("%d are to be %s", n, what)
		}
	}
	return ""
}

// observe notes how every object has changed since the last look.
func (l *life) observe(i int) {
	v, now := l.lives[i], l.scenes[i].users()
	for id, u := range now {
		was, known := v.seen[id]
		switch {
		case u.Enabled:
			delete(v.disabled, id)
			delete(v.secured, id)
		case known && was.Enabled, v.disabled[id].IsZero():
			v.disabled[id] = l.since
		}
	}
	v.seen = maps.Clone(now)
}

// about returns what a plan tells of a worker.
func about(p *proposal, worker string) string {
	var out []string
	for l := range strings.SplitSeq(p.report()+"\n"+p.warnings, "\n") {
		if strings.Contains(l, "`"+worker+"`") || strings.Contains(l, `"`+worker+`"`) {
			out = append(out, strings.TrimSpace(l))
		}
	}
	return strings.Join(out, " / ") + " / document " + p.documents()[worker]
}

// named reports whether a plan tells of a worker, in words.
func named(p *proposal, worker string) bool {
	all := p.report() + p.warnings
	return strings.Contains(all, "`"+worker+"`") || strings.Contains(all, `"`+worker+`"`)
}
