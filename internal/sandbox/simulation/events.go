// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"fmt"
	"slices"
)

// event is something that happens to people, as HR records it.
type event struct {
	name   string
	weight int
	happen func(l *life) (whom string)
}

// events are in order of how much they matter: a life that is made shorter to show a
// fault keeps the first ones.
var events = []event{
	{"a joiner", 4, func(l *life) string { return l.hire(0, l.dice(3, "contractor") == 2).ID }},
	{"a mover", 4, func(l *life) string {
		return l.to(l.some("mover", l.is(working, onLeave)), func(p *line) {
			p.Title = titles[(slices.Index(titles, p.Title)+1)%len(titles)]
			if p.Dept == "Sales" {
				p.Dept = "Research"
			}
		})
	}},
	{"a leaver on time", 4, func(l *life) string {
		return l.to(l.some("leaver", l.is(working, onLeave)), func(p *line) { p.End = l.day(l.dice(10, "last day in days")) })
	}},
	{"a leaver dated back", 2, func(l *life) string {
		return l.to(l.some("leaver", l.is(working, onLeave)), func(p *line) {
			p.End, p.Status = l.day(-1-l.dice(60, "days ago")), wordLeft
		})
	}},
	{"a leaver without a date", 1, func(l *life) string {
		return l.to(l.some("leaver", l.is(working)), func(p *line) { p.End, p.Status = "", wordLeft })
	}},
	{"somebody who will begin", 2, func(l *life) string { return l.hire(1+l.dice(25, "days until the first"), false).ID }},
	{"a rename", 2, func(l *life) string {
		return l.to(l.some("renamed", l.is(working)), func(p *line) { p.Last = lastNames[l.dice(len(lastNames), "new name")] })
	}},
	{"another manager", 2, func(l *life) string {
		manager := l.some("manager", l.is(working))
		return l.to(l.some("report", l.is(working)), func(p *line) {
			if manager != nil && manager.ID != p.ID {
				p.Manager = manager.ID
			}
		})
	}},
	{"leave begins", 2, func(l *life) string {
		return l.to(l.some("on leave", l.is(working)), func(p *line) { p.Leave = true })
	}},
	{"leave ends", 2, func(l *life) string {
		return l.to(l.some("back", l.is(onLeave)), func(p *line) { p.Leave = false })
	}},
	{"a hire that is withdrawn", 1, func(l *life) string {
		return l.to(l.some("withdrawn", l.is(early)), func(p *line) {
			if l.dice(2, "by dates") == 1 {
				p.End = l.day(0)
				return
			}
			p.ID = "" // the record goes
		})
	}},
	{"a first day that is put off", 1, func(l *life) string {
		return l.to(l.some("put off", l.is(early)), func(p *line) { p.Hire = l.day(20 + l.dice(20, "days")) })
	}},
	{"an end that is taken back", 1, func(l *life) string {
		return l.to(l.some("stays", func(p line) bool { return p.End != "" && l.stage(p) == working }), func(p *line) { p.End = "" })
	}},
	{"an end that turns out to be wrong", 1, func(l *life) string {
		return l.to(l.some("stays", l.is(left)), func(p *line) { p.End, p.Status, l.mended[p.ID] = "", wordActive, true })
	}},
	{"a rehire", 2, func(l *life) string {
		return l.to(l.some("returns", l.is(left)), func(p *line) {
			p.End, p.Status, p.Hire, p.Leave = "", wordActive, l.day(l.dice(8, "first day in days")), false
		})
	}},
	{"a rehire under a new id", 1, func(l *life) string {
		old := l.some("returns", l.is(left))
		if old == nil {
			return ""
		}
		first, last := old.First, old.Last
		p := l.hire(0, false)
		p.First, p.Last = first, last
		return p.ID
	}},
	{"a contractor who becomes an employee", 1, func(l *life) string {
		contractor := func(p line) bool { return p.Type == "Contractor" && l.stage(p) == working }
		return l.to(l.some("converted", contractor), func(p *line) { p.Type = "Employee" })
	}},
	{"a record of a leaver that HR deletes", 1, func(l *life) string {
		return l.to(l.some("purged", l.is(left)), func(p *line) { p.ID = "" })
	}},
}

// to changes somebody, if there is anybody to change; who has no id any more is taken out.
func (l *life) to(p *line, do func(*line)) string {
	if p == nil {
		return ""
	}
	whom := p.ID
	do(p)
	l.lines = slices.DeleteFunc(l.lines, func(p line) bool { return p.ID == "" })
	return whom
}

// happen lets one event happen.
func (l *life) happen() {
	total, all := 0, l.events()
	for _, e := range all {
		total += e.weight
	}
	n := l.dice(total, "event")
	for _, e := range all {
		if n -= e.weight; n < 0 {
			if whom := e.happen(l); whom != "" {
				l.note("%s: %s", e.name, whom)
			}
			return
		}
	}
}

// Troubles of files.
const (
	short     = "half of the file is missing"
	duplicate = "a worker id is there twice"
	recoded   = "the words of everybody are others"
	hollow    = "a column has no values"
)

// hollows are the columns that may come without values.
var hollows = []string{"WorkerStatus", "TerminationDate", "HireDate", "FirstName"}

// spoil makes today's file a bad one.
func (l *life) spoil() {
	if len(l.feed) < 2*l.limit+2 {
		return
	}
	switch l.dice(6, "trouble") {
	case 0: // a few are missing, which stops nothing
		for range 1 + l.dice(l.limit-2, "missing") {
			i := l.dice(len(l.feed), "who is missing")
			l.note("not in the file: %s", l.feed[i].ID)
			l.feed = slices.Delete(l.feed, i, i+1)
		}
		return
	case 1: // a word that nobody knows, for one
		i := l.dice(len(l.feed), "whose word")
		l.feed[i].Status = "Garden leave"
		l.note("an unknown word: %s", l.feed[i].ID)
		return
	case 2:
		l.trouble, l.feed = short, l.feed[:len(l.feed)/2]
	case 3:
		i := l.dice(len(l.feed), "who is there twice")
		twice := l.feed[i]
		twice.First = "Other"
		l.trouble, l.feed = duplicate, append(l.feed, twice)
	case 4:
		l.trouble = recoded
		for i := range l.feed {
			l.feed[i].Status = fmt.Sprintf("K%d", len(l.feed[i].Status))
		}
	case 5:
		n := l.dice(len(hollows), "column")
		l.trouble, l.empty = hollow, hollows[n:n+1]
	}
	l.note("the file: %s %v", l.trouble, l.empty)
}
