// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// varied is what lives have whose rules are drawn, too.
type varied struct {
	isVaried bool
	calendar
	zone    *time.Location
	absent  int  // days after which who is absent is disabled; -1: never
	waiting bool // rungs of leavers come later than the first
	hidden  map[string]hiding
}

// hiding are the days on which a record is not in the file.
type hiding struct{ from, until string }

// newVariedLife begins a life whose rules are drawn: which day ends access, how early it begins, where days are
// counted, what waits, what is recorded and given back, and what it means to be missing from the file.
func newVariedLife(ctx context.Context, kinds []string, n int, d dice) *life {
	l := newLife(ctx, kinds, n, d)
	l.isVaried, l.hidden = true, map[string]hiding{}
	lifecycle := l.drawLifecycle()
	rules := drawnRules{
		former: l.dice(3, "attributes of leavers") == 2, follow: l.dice(2, "names follow") == 1, weak: l.dice(3, "a weak rule") == 2,
		missing: []string{"keep", "clear", "next_level"}[l.dice(3, "manager_missing")],
	}
	for _, s := range l.scenes {
		for name, v := range lifecycle {
			if v == inAttribute {
				v = s.spare(name)
			}
			s.lifecycle()[name] = v
		}
		if l.waiting && s.prefix() == "ad" {
			s.lifecycle()["leaver_container_days"] = 5
		}
		rules.write(s)
	}
	l.note("%v %+v", lifecycle, rules)
	return l
}

// inAttribute stands for an attribute of the directory that nothing else uses.
const inAttribute = "an attribute of its own"

// spare is such an attribute.
func (s *scene) spare(name string) string {
	attribute := map[string]string{"record_in": "extensionAttribute3", "former_names_in": "extensionAttribute4"}[name]
	if s.prefix() == "entra" {
		return "onPremisesExtensionAttributes/" + attribute
	}
	return attribute
}

// drawLifecycle draws what differs from the lifecycle of other lives, and what follows for the oracle.
func (l *life) drawLifecycle() object {
	l.absent = -1
	zone, err := time.LoadLocation([]string{"UTC", "Pacific/Auckland", "America/Los_Angeles"}[l.dice(3, "time_zone")])
	must(err)
	l.zone = zone
	lifecycle := object{"time_zone": zone.String()}
	draw := func(name string, value any) bool {
		if l.dice(3, name) < 2 {
			return false
		}
		lifecycle[name] = value
		return true
	}
	l.toEnd = draw("disable_at", "termination_date")
	if draw("enable_days", 2) {
		l.ahead = 2
	}
	l.waiting = draw("leaver_groups_days", 5)
	draw("restore_groups", true)
	draw("create_leavers", true)
	draw("rehire", "new_name")
	recorded := draw("record_in", inAttribute)
	if draw("on_absent", []string{"disable", "release"}[l.dice(2, "what absence does")]) && lifecycle["on_absent"] == "disable" {
		l.absent = 0
		if recorded && draw("absent_days", 3) {
			l.absent = 3
		}
	}
	if draw("former_names_in", inAttribute) {
		lifecycle["former_names_days"] = 20
	}
	return lifecycle
}

// drawnRules are further rules that are drawn.
type drawnRules struct {
	former  bool   // leavers have a title of their own
	follow  bool   // logins follow the name
	weak    bool   // a second match rule compares names
	missing string // manager_missing
}

func (r drawnRules) write(s *scene) {
	title, kind, surname := "title", "info", "sn"
	if s.prefix() == "entra" {
		title, kind, surname = "jobTitle", "employeeType", "surname"
	}
	if r.former {
		s.lifecycle()["leaver_attributes"] = object{title: object{"constant": "Former"}, kind: object{"constant": "left"}}
	}
	s.rules["manager_missing"] = r.missing
	if r.weak {
		s.rules["match"] = append(s.rules["match"].([]object), object{"all": []object{
			{"source": "FirstName", "target": "givenName"}, {"source": "LastName", "target": surname},
		}})
	}
	for _, name := range []string{"cn", "sAMAccountName", "userPrincipalName", "mailNickname"} {
		if rule, is := s.rules["attributes"].(object)[name].(object); is && r.follow {
			rule["apply"] = "always"
		}
	}
}

// dayOf is the day of a moment where the company counts.
func (l *life) dayOf(at time.Time) string {
	if l.zone != nil {
		at = at.In(l.zone)
	}
	return at.Format(time.DateOnly)
}

// stage is what a record means now.
func (l *life) stage(p line) stage { return stageOf(p, l.dayOf(l.clock.now()), l.calendar) }

// misses reports that who is not in the file loses access for that, some day.
func (l *life) misses() bool { return l.isVaried && l.absent >= 0 }

// listed are the records that are in today's file.
func (l *life) listed() []line {
	return slices.DeleteFunc(slices.Clone(l.lines), func(p line) bool {
		h, hides := l.hidden[p.ID]
		return hides && h.from <= l.today() && l.today() < h.until
	})
}

var variedEvents = []event{
	{"not in the file for days", 3, func(l *life) string {
		p := l.some("missing", func(p line) bool { _, was := l.hidden[p.ID]; return !was })
		if p == nil {
			return ""
		}
		l.hidden[p.ID] = hiding{l.today(), l.day(1 + l.dice(9, "days missing"))}
		return p.ID + " until " + l.hidden[p.ID].until
	}},
	{"a last day of work before the end", 3, func(l *life) string {
		return l.to(l.some("released from work", l.is(working)), func(p *line) {
			p.LastDay = l.day(l.dice(6, "last day of work in days"))
			p.End = l.day(6 + l.dice(10, "end in days"))
		})
	}},
	{"another end of a leaver", 2, func(l *life) string {
		return l.to(l.some("corrected", func(p line) bool { return p.End != "" && p.Hire < p.End && l.stage(p) == left }), func(p *line) {
			p.End, p.LastDay, p.Status = l.day(-1-l.dice(60, "days ago")), "", wordLeft
		})
	}},
	{"a rehire beside the former end", 3, func(l *life) string {
		return l.to(l.some("returns", func(p line) bool { return p.End != "" && p.End < l.day(-1) && l.is(left)(p) }), func(p *line) {
			p.Status, p.Hire, p.Leave = wordActive, l.day(1+l.dice(40, "first day in days")), false
		})
	}},
	{"two exchange their names", 3, func(l *life) string {
		a, b := l.some("first", l.is(working)), l.some("second", l.is(working))
		if a == nil || b == nil || a == b {
			return ""
		}
		a.First, b.First, a.Last, b.Last = b.First, a.First, b.Last, a.Last
		return fmt.Sprintf("%s and %s", a.ID, b.ID)
	}},
	{"everything at once", 2, func(l *life) string {
		manager := l.some("new manager", l.is(working))
		return l.to(l.some("changed", l.is(working)), func(p *line) {
			p.Last, p.Type, p.Title = lastNames[l.dice(len(lastNames), "new name")], "Contractor", titles[l.dice(len(titles), "new title")]
			if manager.ID != p.ID {
				p.Manager = manager.ID
			}
		})
	}},
}
