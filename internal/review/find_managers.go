// SPDX-License-Identifier: MPL-2.0

package review

import (
	"cmp"
	"slices"

	"terraform-provider-workforce/internal/roster"
)

// massFrom is from how many people under one new manager on it is worth a question.
const massFrom = 5

// aboutManagers asks about who reports to whom afterwards.
func (v *Review) aboutManagers() []finding {
	out := v.cycles()
	moved := map[string][]*person{}
	var order []string
	var gone, junior []*person
	for _, p := range v.people {
		manager := p.has(roster.RoleManager)
		if manager == "" || !p.pro.CanSignIn {
			continue
		}
		old, _, changed := p.changes(roster.RoleManager)
		if !changed && !p.creates() {
			continue
		}
		if changed && old != "" && p.pro.HadAccount {
			if len(moved[manager]) == 0 {
				order = append(order, manager)
			}
			moved[manager] = append(moved[manager], p)
		}
		m := v.byID[manager]
		switch {
		case m == nil:
		case !m.pro.CanSignIn:
			gone = append(gone, p)
		case changed && old != "" && rank(p.known(roster.RoleTitle)) >= rankDirector && rank(m.known(roster.RoleTitle)) <= rankJunior:
			junior = append(junior, p)
		}
	}
	for _, manager := range order {
		out = append(out, v.newManager(manager, moved[manager])...)
	}
	out = append(out, about("manager_gone", 75, gone, func() text {
		return say("%s%s. Is that the manager?", each(gone), listed(gone, namedInFinding, func(p *person) text {
			m := v.byID[p.has(roster.RoleManager)]
			return say("%s gets the manager %s, %s", p.wholly(), m.who(), m.fate())
		}))
	})...)
	return append(out, about("manager_junior", 57, junior, func() text {
		return say("%s%s, who is far below. Is that right?", each(junior), listed(junior, namedInFinding, func(p *person) text {
			return say("%s gets the manager %s", p.wholly(), v.byID[p.has(roster.RoleManager)].wholly())
		}))
	})...)
}

// fate says why somebody cannot sign in afterwards.
func (p *person) fate() text {
	switch {
	case p.dec.Action == roster.ActionDelete:
		return say("whose account is deleted")
	case p.loses():
		return say("who loses access in this run")
	case !p.pro.HasAccount:
		return say("who has no account")
	case p.creates():
		return say("who has not started")
	}
	return say("whose account is disabled")
}

// newManager asks about many people who get one new manager. A successor takes the team of one
// predecessor, which is asked about less.
func (v *Review) newManager(manager string, team []*person) []finding {
	if len(team) < massFrom {
		return nil
	}
	before := len(v.reports[manager]) - len(team)
	old, from := most(team, func(p *person) string { was, _, _ := p.changes(roster.RoleManager); return was })
	key, risk := "manager_of_many", 67
	if o := v.byID[old]; from*10 >= len(team)*8 && o != nil && !o.pro.CanSignIn {
		key, risk = "manager_succeeds", 40
	}
	var above []*person // who reports to somebody in their own team
	if m := v.byID[manager]; m != nil {
		above = where(team, func(p *person) bool { return m.has(roster.RoleManager) == p.id() })
	}
	return about(key, risk, team, func() text {
		t := say("%s (%s) move to the manager %s, to whom %s reported", people(len(team)), named(team, 3), v.whollyID(manager), max(before, 0))
		if from > 1 {
			t = append(t, say("; %s of them come from %s", from, v.manager(old))...)
		}
		if len(above) > 0 {
			t = append(t, say("; %s is the manager of that manager", named(above, 1))...)
		}
		return append(t, words(". Is that a reorganisation?"))
	})
}

// whollyID is wholly for a worker id.
func (v *Review) whollyID(id string) text {
	if p := v.byID[id]; p != nil {
		return p.wholly()
	}
	return v.manager(id)
}

// cycles asks about people who manage one another, first where this run makes it so.
func (v *Review) cycles() []finding {
	var made, old [][]string
	for _, c := range v.r.Cycles {
		if slices.ContainsFunc(c, func(id string) bool {
			p := v.byID[id]
			if p == nil {
				return false
			}
			_, _, changed := p.changes(roster.RoleManager)
			return changed || p.creates()
		}) {
			made = append(made, c)
			continue
		}
		old = append(old, c)
	}
	tell := func(key string, risk int, cycles [][]string, start string) []finding {
		if len(cycles) == 0 {
			return nil
		}
		slices.SortStableFunc(cycles, func(a, b []string) int { return cmp.Compare(len(a), len(b)) })
		var list []text
		var concerned []string
		for i, c := range cycles {
			concerned = append(concerned, c...)
			if i < 3 {
				list = append(list, v.cycle(c))
			}
		}
		return []finding{{Key: key, Risk: risk, Workers: concerned, Text: say(start+": %s. Is that right?", join(list, "; "))}}
	}
	return append(tell("managers_cycle", 57, made, "People become managers of one another"), tell("managers_cycle_before", 28, old, "People are managers of one another already")...)
}

// cycle names the first people of a cycle.
func (v *Review) cycle(ids []string) text {
	if len(ids) == 1 {
		return say("%s is their own manager", v.manager(ids[0]))
	}
	var list []text
	for _, id := range ids[:min(len(ids), 4)] {
		list = append(list, v.manager(id))
	}
	if more := len(ids) - 4; more > 0 {
		list = append(list, say("%s more", more))
	}
	return join(append(list, v.manager(ids[0])), " → ")
}
