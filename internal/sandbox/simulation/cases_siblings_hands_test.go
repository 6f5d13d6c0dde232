// SPDX-License-Identifier: MPL-2.0

package simulation

import "fmt"

var handsSiblings = []directed{
	{"sibling H: disabled by hand, then on leave and back", both, func(s *scene) {
		s.lifecycle()["on_leave"] = "disable"
		s.staff(20)
		s.runs()
		s.setEnabled(s.of("105").ID, false)
		s.pass(1)
		s.runs()
		s.who("105").Leave = true
		s.pass(1)
		s.runs()
		s.settles()
		s.pass(10)
		s.who("105").Leave = false
		s.runs()
		s.mayNot("105")
		s.check(s.says("105"), "the report does not name 105")
		s.settles()
	}},
	{"sibling H: disabled by hand and on leave in the same night, then back", both, func(s *scene) {
		s.lifecycle()["on_leave"] = "disable"
		s.staff(20)
		s.runs()
		s.pass(1)
		s.setEnabled(s.of("105").ID, false)
		s.pass(1)
		s.who("105").Leave = true
		s.runs()
		s.pass(10)
		s.who("105").Leave = false
		s.runs()
		s.check(s.says("105") || s.of("105").Enabled, "the report does not name 105")
		s.settles()
	}},
	{"sibling H: disabled by hand, then suspended by word and back", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.setEnabled(s.of("105").ID, false)
		s.pass(1)
		s.runs()
		s.who("105").Status = "Suspended"
		s.pass(1)
		s.runs()
		s.who("105").Status = "Active"
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.settles()
	}},
	{"sibling H: disabled by hand, then an override that disables ends", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.setEnabled(s.of("105").ID, false)
		s.pass(1)
		s.runs()
		s.overrides(object{"worker_ids": []string{"105"}, "enabled": false, "reason": "incident", "expires": s.day(3)})
		s.pass(1)
		s.runs()
		s.settles()
		s.every(1, 4)
		s.mayNot("105")
		s.settles()
	}},
	{"sibling H: an override that disables ends", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.overrides(object{"worker_ids": []string{"105"}, "enabled": false, "reason": "incident", "expires": s.day(3)})
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.every(1, 4)
		s.may("105")
		s.settles()
	}},
	{"sibling H: an override that disables ends after the worker has left", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.overrides(object{"worker_ids": []string{"105"}, "enabled": false, "reason": "incident", "expires": s.day(3)})
		s.pass(1)
		s.runs()
		s.ends("105", -1)
		s.every(1, 4)
		s.mayNot("105")
		s.accounts["overrides"] = nil
		s.every(1, 25)
		s.there("105")
		s.every(1, 3)
		s.gone("105")
	}},
	{"sibling H: an override that disables is taken away with the state", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.overrides(object{"worker_ids": []string{"105"}, "enabled": false, "reason": "incident", "expires": s.day(30)})
		s.pass(1)
		s.runs()
		s.forget()
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.accounts["overrides"] = nil
		s.pass(1)
		s.runs()
		s.may("105")
		s.settles()
	}},
	{"sibling H: disabled by hand, state lost", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.setEnabled(s.of("105").ID, false)
		s.forget()
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.check(s.says("105"), "the report does not name 105")
		s.settles()
	}},
	{"sibling H: disabled by hand, then left, then the end is taken back", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.setEnabled(s.of("105").ID, false)
		s.pass(1)
		s.runs()
		s.pass(5)
		s.ends("105", -1)
		s.runs()
		s.settles()
		s.pass(5)
		s.who("105").Status, s.who("105").End = "Active", ""
		s.runs()
		s.mayNot("105")
		s.check(s.says("105"), "the report does not name 105")
		s.settles()
	}},
	{"sibling H: disabled by hand, then a first day that is moved by HR into the past of it", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.pass(1)
		s.setEnabled(s.of("105").ID, false)
		s.pass(1)
		s.runs()
		s.who("105").Hire = s.day(-1) // a transfer writes a new hire date, before the disabling's night
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.settles()
	}},
	{"sibling H: out of scope with disable, and back", both, func(s *scene) {
		s.rules["scope"] = []object{{"clauses": []object{{"attribute": "JobTitle", "operator": "NOT EQUALS", "value": "None"}}}}
		s.rules["on_out_of_scope"] = "disable"
		s.staff(20)
		s.runs()
		s.who("105").Title = "None"
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.settles()
		s.forget()
		s.pass(3)
		s.runs()
		s.who("105").Title = "Clerk"
		s.pass(1)
		s.runs()
		s.may("105")
		s.settles()
	}},
	{"sibling H: disabled by hand, then out of scope with disable, and back", both, func(s *scene) {
		s.rules["scope"] = []object{{"clauses": []object{{"attribute": "JobTitle", "operator": "NOT EQUALS", "value": "None"}}}}
		s.rules["on_out_of_scope"] = "disable"
		s.staff(20)
		s.runs()
		s.setEnabled(s.of("105").ID, false)
		s.pass(1)
		s.runs()
		s.who("105").Title = "None"
		s.pass(1)
		s.runs()
		s.who("105").Title = "Clerk"
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.settles()
	}},
	{"sibling H: disabled by hand, then out of scope as a leaver, and back", both, func(s *scene) {
		s.rules["scope"] = []object{{"clauses": []object{{"attribute": "JobTitle", "operator": "NOT EQUALS", "value": "None"}}}}
		s.rules["on_out_of_scope"] = "leaver"
		s.staff(20)
		s.runs()
		s.setEnabled(s.of("105").ID, false)
		s.pass(1)
		s.runs()
		s.who("105").Title = "None"
		s.pass(1)
		s.runs()
		s.settles()
		s.who("105").Title = "Clerk"
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.settles()
	}},
	{"sibling H: absent with disable, and back", both, func(s *scene) {
		s.lifecycle()["on_absent"] = "disable"
		s.staff(20)
		s.runs()
		l := *s.who("105")
		s.drop("105")
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.settles()
		s.lines = append(s.lines, l)
		s.pass(1)
		s.runs()
		s.may("105")
		s.settles()
	}},
	{"sibling H: disabled by hand, then absent with disable, and back", both, func(s *scene) {
		s.lifecycle()["on_absent"] = "disable"
		s.staff(20)
		s.runs()
		s.setEnabled(s.of("105").ID, false)
		s.pass(1)
		s.runs()
		l := *s.who("105")
		s.drop("105")
		s.pass(1)
		s.runs()
		s.settles()
		s.lines = append(s.lines, l)
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.settles()
	}},
	{"sibling H: taken out of the accounts by a filter, and back", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.pass(1)
		p := s.plans()
		docs := p.documents()
		delete(docs, "105")
		s.population["accounts"] = docs
		s.runs()
		s.mayNot("105")
		delete(s.population, "accounts")
		s.pass(1)
		s.runs()
		s.may("105")
		s.settles()
	}},
	{"sibling H: an adopted account that was never changed, of a leaver who falls out of scope", both, func(s *scene) {
		s.rules["scope"] = []object{{"clauses": []object{{"attribute": "status", "operator": "EQUALS", "value": "Active"}}}}
		s.staff(20)
		s.runs()
		s.forget()
		s.pass(1)
		s.runs() // adopts everybody, changes nobody
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.mayNot("105")
	}},
	{"sibling H: never managed, left, and out of scope for it", both, func(s *scene) {
		s.rules["scope"] = []object{{"clauses": []object{{"attribute": "status", "operator": "EQUALS", "value": "Active"}}}}
		s.staff(20)
		s.add(stranger{Worker: "900", Login: "olga.old", First: "Olga", Last: "Old", Enabled: true})
		s.hire("900", "Olga", "Old")
		s.ends("900", -50)
		s.runs()
		s.check(!s.of("900").Enabled || s.says("900"), "nothing names 900")
	}},
	{"sibling H: an account enabled by hand before its first day", both, func(s *scene) {
		s.staff(20)
		l := s.hire("500", "New", "Comer")
		l.Hire = s.day(10)
		s.runs()
		s.setEnabled(s.of("500").ID, true)
		s.pass(1)
		s.runs()
		s.mayNot("500")
		s.every(1, 9)
		s.may("500")
		s.settles()
	}},
	{"sibling H: an account disabled by hand after its first day", both, func(s *scene) {
		s.staff(20)
		l := s.hire("500", "New", "Comer")
		l.Hire = s.day(3)
		s.runs()
		s.every(1, 4)
		s.may("500")
		s.setEnabled(s.of("500").ID, false)
		s.pass(1)
		s.runs()
		s.mayNot("500")
		s.settles()
	}},
	{"sibling H: a first day put off after it was enabled, then come", both, func(s *scene) {
		s.staff(20)
		l := s.hire("500", "New", "Comer")
		l.Hire = s.day(1)
		s.runs()
		s.every(1, 2)
		s.may("500")
		s.who("500").Hire = s.day(20)
		s.runs()
		s.mayNot("500")
		s.every(5, 20)
		s.may("500")
		s.settles()
	}},
	{"sibling H: a restored account after a hand deleted it, of a leaver", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		id := s.of("105").ID
		s.remove(id)
		s.pass(1)
		s.runs()
		s.settles()
		s.restore(id)
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.settles()
	}},
	{"sibling H: a deleted account of somebody active is restored enabled by hand and HR has them left", both, func(s *scene) {
		s.staff(20)
		s.runs()
		id := s.of("105").ID
		s.remove(id)
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.check(s.restore(id), "cannot be restored")
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.settles()
	}},
	{"sibling H: an account deleted while disabled by hand, of somebody at work", both, func(s *scene) {
		s.staff(20)
		s.runs()
		id := s.of("105").ID
		s.setEnabled(id, false)
		s.pass(1)
		s.runs()
		s.remove(id)
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.settles()
	}},
	{"sibling H: many disabled by hand at once stay so, and stop nothing", both, func(s *scene) {
		s.staff(20)
		s.runs()
		for i := range 15 {
			s.setEnabled(s.of(fmt.Sprint(105+i)).ID, false)
		}
		s.ends("104", -1)
		s.pass(1)
		s.runs()
		s.mayNot("104", "105", "119")
		s.check(s.enabled() == 4, "%d can sign in", s.enabled())
		s.settles()
	}},
}
