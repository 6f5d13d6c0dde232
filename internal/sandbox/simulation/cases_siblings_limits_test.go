// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"fmt"
	"strings"
)

// many are the worker ids from 105 on.
func many(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprint(105+i))
	}
	return out
}

// path is a way on which many people lose access at once.
type path struct {
	name string
	set  func(s *scene) // before anybody is managed
	do   func(s *scene) // to people from 105 on
}

func each(do func(l *line)) func(s *scene) {
	return func(s *scene) {
		for _, id := range many(10) {
			do(s.who(id))
		}
	}
}

var losses = []path{
	{"hire dates in the future", nil, func(s *scene) { each(func(l *line) { l.Hire = s.day(200) })(s) }},
	{"hire dates next week", nil, func(s *scene) { each(func(l *line) { l.Hire = s.day(7) })(s) }},
	{"suspended", nil, each(func(l *line) { l.Status = "Suspended" })},
	{"never started", nil, each(func(l *line) { l.Status = "No Show" })},
	{"prehire words", nil, each(func(l *line) { l.Status, l.Hire = "Pending Hire", "" })},
	{"last days of work", nil, each(func(l *line) { l.LastDay = "2025-12-31" })},
	{"out of scope, ignored", scoped("ignore"), each(func(l *line) { l.Title = "None" })},
	{"out of scope, disabled", scoped("disable"), each(func(l *line) { l.Title = "None" })},
	{"out of scope, leavers", scoped("leaver"), each(func(l *line) { l.Title = "None" })},
	{"absent, disabled", func(s *scene) { s.lifecycle()["on_absent"] = "disable" }, func(s *scene) { s.drop(many(10)...) }},
	{"absent, released", func(s *scene) { s.lifecycle()["on_absent"] = "release" }, func(s *scene) { s.drop(many(10)...) }},
	{"overrides", nil, func(s *scene) {
		s.overrides(object{"worker_ids": many(10), "enabled": false, "reason": "strike", "expires": s.day(3)})
	}},
	{"everybody named in only", nil, func(s *scene) {
		each(func(l *line) { l.Status, l.End = "Terminated", s.day(-1) })(s)
		s.accounts["only"] = many(10)
	}},
}

func scoped(policy string) func(*scene) {
	return func(s *scene) {
		s.rules["scope"] = []object{{"clauses": []object{{"attribute": "JobTitle", "operator": "NOT EQUALS", "value": "None"}}}}
		s.rules["on_out_of_scope"] = policy
	}
}

var limitsSiblings = []directed{
	{"sibling M: every way to lose access counts", both, func(s *scene) {
		for _, way := range losses {
			for _, limits := range []string{"0", "defaults"} {
				t := newScene(s.ctx, s.prefix())
				if way.set != nil {
					way.set(t)
				}
				t.staff(20)
				t.runs()
				if limits == "0" {
					t.zero()
					t.safeguards()["max_set_aside"], t.population["max_removals"] = "100%", "0"
				}
				t.pass(1)
				way.do(t)
				t.tries()
				s.check(t.enabled() >= 20, "%s, %s: %d of 20 can sign in", way.name, limits, t.enabled())
				s.found = append(s.found, t.found...)
				t.close()
			}
		}
	}},
	{"sibling M: every way to get access back counts", both, func(s *scene) {
		for _, way := range []path{
			{"rehired", nil, func(s *scene) {
				each(func(l *line) { l.Status, l.End, l.Hire = "Active", "", s.day(0) })(s)
			}},
			{"ends in the far future", nil, each(func(l *line) { l.Status, l.End = "Active", "2099-12-31" })},
			{"enabled by overrides", nil, func(s *scene) {
				s.overrides(object{"worker_ids": many(10), "enabled": true, "reason": "handover", "expires": s.day(3)})
			}},
			{"rehired and named in only", nil, func(s *scene) {
				each(func(l *line) { l.Status, l.End, l.Hire = "Active", "", s.day(0) })(s)
				s.accounts["only"] = many(10)
			}},
			{"rehired after the deletion", nil, func(s *scene) {
				s.pass(40)
				s.runs()
				s.check(len(s.users()) == 10, "%d accounts", len(s.users()))
				each(func(l *line) { l.Status, l.End, l.Hire = "Active", "", s.day(0) })(s)
			}},
		} {
			for _, limits := range []string{"0", "defaults"} {
				t := newScene(s.ctx, s.prefix())
				t.staff(20)
				t.lift()
				t.runs()
				each(func(l *line) { l.Status, l.End = "Terminated", t.day(0) })(t)
				t.pass(1)
				t.runs()
				s.check(t.enabled() == 10, "%d can sign in", t.enabled())
				t.pass(1)
				way.do(t)
				t.safeguards()["max_enable"] = nil
				if limits == "0" {
					t.zero()
				}
				t.tries()
				s.check(t.enabled() == 10, "%s, %s: %d can sign in", way.name, limits, t.enabled())
				s.found = append(s.found, t.found...)
				t.close()
			}
		}
	}},
	{"sibling M: groups of many go at once", both, func(s *scene) {
		delete(s.lifecycle(), "leaver_groups")
		s.staff(20)
		s.lift()
		s.runs()
		for _, id := range many(10) {
			s.join(s.of(id).ID, "vpn")
			s.ends(id, 0)
		}
		s.pass(1)
		s.runs()
		s.safeguards()["max_groups_removed"] = "3"
		s.lifecycle()["leaver_groups"] = "remove"
		s.pass(1)
		s.tries()
		n := 0
		for _, u := range s.users() {
			n += len(u.Groups)
		}
		s.check(n == 10, "%d memberships are left of 10, and max_groups_removed is 3", n)
	}},
	{"sibling M: small companies", both, func(s *scene) {
		s.safeguards()["max_disable"] = "3%"
		s.staff(5)
		s.runs()
		s.pass(1)
		s.ends("105", -1)
		s.runs()
		s.mayNot("105")
		s.ends("104", -1)
		s.ends("103", -1)
		s.pass(1)
		s.tries()
		s.check(s.enabled() == 4, "%d can sign in, 2 would have left at 3%% of 5", s.enabled())
	}},
	{"sibling M: an exception ends with its day", both, func(s *scene) {
		s.staff(40)
		s.safeguards()["max_disable"] = "1"
		s.safeguards()["exceptions"] = []object{{"limit": "max_disable", "allow": 3, "reason": "closing of a site", "expires": s.day(1)}}
		s.runs()
		for _, id := range many(3) {
			s.ends(id, 0)
		}
		s.pass(1)
		s.runs()
		s.mayNot(many(3)...)
		for _, id := range []string{"120", "121", "122"} {
			s.ends(id, 0)
		}
		s.pass(1)
		s.tries()
		s.may("120", "121", "122")
	}},
	{"sibling M: a file without a line, and one without people", both, func(s *scene) {
		s.staff(20)
		s.lift()
		s.runs()
		s.pass(1)
		s.lines = nil
		p := s.tries()
		s.check(s.enabled() == 20, "%d can sign in after an empty file", s.enabled())
		s.check(!p.ok() || s.says("not in the feed"), "an empty file is taken without a word")
	}},
	{"sibling M: a partial file and a lost state", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.forget()
		s.lines = s.lines[:8]
		s.pass(1)
		p := s.tries()
		s.check(s.enabled() == 20, "%d can sign in", s.enabled())
		s.check(!p.ok(), "12 of 20 are missing, and nothing stops")
	}},
	{"sibling M: managers of everybody change", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.safeguards()["max_update"] = "3"
		for i := range s.lines {
			s.lines[i].Manager = "102"
		}
		s.pass(1)
		p := s.tries()
		s.check(!p.ok() && s.says("max_update"), "19 new managers, and max_update is 3")
	}},
	{"sibling M: the last page of as_of: overrides and exceptions do not outlive their day by an old moment in silence", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.ends("105", -1)
		s.overrides(object{"worker_ids": []string{"105"}, "enabled": true, "reason": "handover", "expires": s.day(3)})
		s.accounts["as_of"] = s.day(0)
		s.runs()
		s.pass(30)
		p := s.runs()
		s.check(strings.Contains(p.warnings, "as_of"), "105 can sign in by an override that ended weeks ago, and nothing says so")
	}},
	{"sibling S: one day of work, and hired and ended today", both, func(s *scene) {
		s.staff(20)
		l := s.hire("500", "One", "Day")
		l.Hire, l.End = s.day(1), s.day(1)
		s.runs()
		s.mayNot("500")
		s.pass(1)
		s.runs()
		s.may("500")
		s.pass(1)
		s.runs()
		s.mayNot("500")
		s.settles()
	}},
	{"sibling S: words in other languages", both, func(s *scene) {
		gone := strings.Split("Ausgeschieden|nicht mehr beschäftigt|Licencié|Despedido|Uit dienst|"+
			"Nieaktywny|zwolniony|Desligado|Cessato|Non attivo|niet meer in dienst|Ex-Mitarbeiter|Baja", "|")
		here := []string{"Aktiv", "En activité", "Activo", "In dienst", "Aktywny", "zatrudniona", "Ativo", "In forza"}
		odd := []string{"A", "T", "3", "gekündigt", "Dimissionario", "Wypowiedzenie", "-1", "+1", "Aktiv?", "Actlve", "Аctive"}
		s.staff(20)
		s.lift()
		all := append(append(append([]string{}, gone...), here...), odd...)
		for i, w := range all {
			id := fmt.Sprint(500 + i)
			s.add(stranger{Worker: id, Login: "word" + letters(i), First: "Word" + letters(i), Last: "Person", Enabled: i < len(gone)})
			s.hire(id, "Word"+letters(i), "Person").Status = w
		}
		s.runs()
		for i, w := range all {
			s.check(!s.of(fmt.Sprint(500+i)).Enabled, "%q can sign in", w)
		}
		for i, w := range here {
			s.check(s.says(fmt.Sprint(500+len(gone)+i)), "%q was disabled, and is not named", w)
		}
	}},
}
