// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"slices"
	"strings"
)

// hand is something that somebody does in the directories, to the account of a worker.
type hand struct {
	name string
	whom []stage
	do   func(l *life, i int, s *scene, u user)
}

var manual = []hand{
	{"the title is changed", []stage{working, left}, func(_ *life, _ int, s *scene, u user) { s.setTitle(u.ID, "By hand") }},
	{"the name is changed", []stage{working, left}, func(_ *life, _ int, s *scene, u user) { s.setDisplay(u.ID, "By Hand") }},
	{"put into a group", []stage{working, left}, func(l *life, _ int, s *scene, u user) { s.join(u.ID, groups[len(u.Worker)%2]) }},
	{"moved", []stage{working, left}, func(_ *life, _ int, s *scene, u user) { s.move(u.ID, "Elsewhere") }},
	{"renamed", []stage{working}, func(_ *life, _ int, s *scene, u user) { s.rename(u.ID) }},
	{"disabled", []stage{working}, func(l *life, i int, s *scene, u user) {
		if u.Enabled {
			s.setEnabled(u.ID, false)
			l.observe(i)
			l.lives[i].secured[u.ID] = true
		}
	}},
	{"enabled", []stage{left}, func(_ *life, _ int, s *scene, u user) { s.setEnabled(u.ID, true) }},
	{"enabled again", []stage{working}, func(_ *life, _ int, s *scene, u user) { s.setEnabled(u.ID, true) }},
	{"deleted", []stage{working}, func(_ *life, _ int, s *scene, u user) {
		if u.Enabled {
			s.remove(u.ID)
		}
	}},
	{"deleted as a leaver", []stage{left}, func(l *life, i int, s *scene, u user) {
		s.remove(u.ID)
		delete(l.lives[i].object, u.Worker)
	}},
	{"protected", []stage{working}, func(_ *life, _ int, s *scene, u user) {
		if u.Enabled {
			s.join(u.ID, "guarded")
		}
	}},
	{"protected no longer", []stage{working, left, onLeave}, func(_ *life, _ int, s *scene, u user) {
		if slices.Contains(u.Groups, "guarded") {
			s.leave(u.ID, "guarded")
		}
	}},
}

// meddle lets hands do something in every directory, seldom.
func (l *life) meddle() {
	if l.dice(6, "hands") < 5 {
		return
	}
	h := manual[l.dice(len(manual), "what hands do")]
	p := l.some("to whom", l.is(h.whom...))
	if p == nil {
		return
	}
	if strings.Contains(h.name, "abled") || strings.Contains(h.name, "deleted") {
		l.touched[p.ID] = true
	}
	for i, s := range l.scenes {
		l.observe(i)
		if u := s.of(p.ID); u != nil {
			l.note("[%s] by hand: %s is %s", s.prefix(), p.ID, h.name)
			h.do(l, i, s, *u)
		}
		l.observe(i)
	}
}

// release takes everybody out of protection whose access it keeps, as somebody does
// who is told of it.
func (l *life) release(s *scene) bool {
	found := false
	for _, u := range s.users() {
		record := l.record(u.Worker)
		if record == nil || !slices.Contains(u.Groups, "guarded") {
			continue
		}
		if want := l.want(*record); want == mustNot && u.Enabled || want == mustSignIn && !u.Enabled {
			s.leave(u.ID, "guarded")
			found = true
		}
	}
	return found
}
