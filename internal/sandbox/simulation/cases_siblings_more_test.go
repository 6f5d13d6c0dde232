// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"strings"
	"time"
)

// moreSiblings are lives with returns, ids that change hands, and scopes that move.
var moreSiblings = []directed{
	{"more: booked to return while the retention ends", both, func(s *scene) {
		s.staff(6)
		s.runs()
		id := s.of("105").ID
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.pass(20)
		s.who("105").Status, s.who("105").Hire = "Active", s.day(40) // hired again
		s.every(1, 12)
		s.there("105")
		s.mayNot("105")
		s.every(1, 30)
		s.may("105")
		s.check(s.of("105") != nil && s.of("105").ID == id, "another object")
		s.settles()
	}},
	{"more: hired again on the day of the deletion", both, func(s *scene) {
		s.staff(6)
		s.runs()
		id := s.of("105").ID
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.pass(31)
		s.who("105").Status, s.who("105").Hire = "Active", s.day(0)
		s.runs()
		s.may("105")
		s.check(s.of("105").ID == id, "another object")
		s.settles()
	}},
	{"more: a worker id that is given to somebody else after years", both, func(s *scene) {
		s.lifecycle()["retention_days"] = nil
		s.staff(6)
		s.hire("500", "Ann", "Former")
		s.runs()
		s.join(s.of("500").ID, "research")
		s.ends("500", -1)
		s.pass(1)
		s.runs()
		s.drop("500")
		s.pass(1)
		s.runs()
		s.pass(800)
		l := s.hire("500", "Bogdan", "Newcomer")
		l.Hire = s.day(0)
		p := s.tries()
		if u := s.of("500"); u != nil && u.Enabled && u.Display == "Bogdan Newcomer" && strings.HasPrefix(strings.ToLower(u.Login), "ann") {
			s.check(s.says("500", "Ann Former"), "500 got the account of Ann Former, and nothing asks: %s", p.report())
		}
	}},
	{"more: a worker id that is given to somebody else at once", both, func(s *scene) {
		s.staff(6)
		s.hire("500", "Ann", "Former")
		s.runs()
		s.pass(1)
		l := s.who("500")
		l.First, l.Last, l.Hire = "Bogdan", "Newcomer", s.day(0)
		p := s.tries()
		s.check(s.says("500", "Ann Former"), "500 got the account of Ann Former, and nothing asks: %s", p.report())
	}},
	{"more: yesterday's file", both, func(s *scene) {
		s.staff(12)
		s.runs()
		before := append([]line(nil), s.lines...)
		s.ends("105", -1)
		s.ends("106", -1)
		s.pass(1)
		s.runs()
		s.mayNot("105", "106")
		after := append([]line(nil), s.lines...)
		s.lines = before
		s.pass(1)
		s.tries()
		s.mayNot("105", "106")
		s.lines = after
		s.pass(1)
		s.runs()
		s.mayNot("105", "106")
		s.settles()
		s.every(10, 40)
		s.gone("105", "106")
	}},
	{"more: a leaver whose end is corrected to a later day that is over, too", both, func(s *scene) {
		s.staff(12)
		s.runs()
		s.ends("105", -20)
		s.pass(1)
		s.runs()
		s.pass(1)
		s.ends("105", -1)
		s.runs()
		s.mayNot("105")
		s.pass(29)
		s.runs()
		s.there("105")
		s.pass(3)
		s.runs()
		s.gone("105")
		s.settles()
	}},
	{"more: retirement with a contract to come", both, func(s *scene) {
		s.staff(12)
		s.runs()
		id := s.of("105").ID
		s.who("105").Status, s.who("105").End = "Retired", s.day(-1)
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.pass(5)
		s.who("105").Hire, s.who("105").Type = s.day(10), "Contractor"
		s.every(1, 9)
		s.mayNot("105")
		s.every(1, 3)
		s.who("105").Status = "Active"
		s.every(1, 2)
		s.may("105")
		s.check(s.of("105").ID == id, "another object")
		s.settles()
	}},
	{"more: contractor to employee with two records and overlap", both, func(s *scene) {
		s.staff(12)
		c := s.hire("C7", "Conny", "Verted")
		c.Type = "Contractor"
		s.runs()
		s.pass(1)
		e := s.hire("507", "Conny", "Verted")
		e.Hire = s.day(5)
		s.runs()
		s.pass(5)
		s.runs()
		s.may("C7", "507")
		s.check(s.of("C7").ID != s.of("507").ID, "one account")
		s.ends("C7", 2)
		s.every(1, 4)
		s.mayNot("C7")
		s.may("507")
		s.settles()
		s.every(5, 40)
		s.gone("C7")
		s.may("507")
	}},
	{"more: death is a word", both, func(s *scene) {
		s.staff(12)
		s.runs()
		s.who("105").Status = "Deceased"
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.settles()
	}},
	{"more: leave begins before the first day", both, func(s *scene) {
		s.lifecycle()["on_leave"] = "disable"
		s.staff(12)
		l := s.hire("500", "On", "Leave")
		l.Hire = s.day(5)
		s.runs()
		s.mayNot("500")
		s.who("500").Leave = true
		s.every(1, 8)
		s.mayNot("500")
		s.who("500").Leave = false
		s.every(1, 1)
		s.may("500")
		s.settles()
	}},
	{"more: the manager is set aside before they have an account", both, func(s *scene) {
		for _, missing := range []string{"keep", "clear", "next_level"} {
			t := newScene(s.ctx, s.prefix())
			t.rules["manager_missing"] = missing
			t.staff(12)
			t.hire("500", "The", "Boss").Status = "Zzz"
			t.who("500").Manager = "102"
			t.hire("501", "The", "Report").Manager = "500"
			t.who("105").Manager = "500"
			t.runs()
			t.may("501")
			t.settles()
			t.who("500").Status = "Active"
			t.pass(1)
			t.runs()
			t.may("500")
			t.settles()
			t.check(t.of("501").Manager == t.of("500").ID, "%s: the manager is %q", missing, t.of("501").Manager)
			s.found = append(s.found, t.found...)
			t.close()
		}
	}},
	{"more: the manager is out of scope", both, func(s *scene) {
		for _, policy := range []string{"keep", "ignore", "disable", "leaver"} {
			for _, missing := range []string{"keep", "clear", "next_level"} {
				t := newScene(s.ctx, s.prefix())
				t.rules["scope"] = []object{{"clauses": []object{{"attribute": "JobTitle", "operator": "EQUALS", "value": "Clerk"}}}}
				t.rules["on_out_of_scope"], t.rules["manager_missing"] = policy, missing
				t.staff(12)
				t.hire("500", "The", "Boss").Manager = "102"
				t.hire("501", "The", "Report").Manager = "500"
				t.runs()
				t.who("500").Title = "Chief"
				t.pass(1)
				t.runs()
				t.settles()
				t.who("501").Title, t.who("500").Title = "Clerk", "Clerk"
				t.pass(1)
				t.runs()
				t.may("500", "501")
				t.settles()
				s.found = append(s.found, t.found...)
				t.close()
			}
		}
	}},
	{"more: a login that a group holds", both, func(s *scene) {
		s.staff(12)
		s.rules["expressions"].(object)["login"] = `IIF([LastName] = "", ToLower([FirstName]), ToLower(Join(".", [FirstName], [LastName])))`
		s.hire("500", "printers", "")
		s.runs()
		s.may("101", "500")
		s.check(s.prefix() != "ad" || s.of("500").Login == "printers2", "the login of 500 is %q", s.of("500").Login)
		s.settles()
	}},
	{"more: scope that is drawn narrower, wider, and narrower again", both, func(s *scene) {
		s.rules["on_out_of_scope"] = "disable"
		s.staff(12)
		s.hire("500", "Out", "Side").Title = "Advisor"
		s.hire("501", "Out", "There").Title = "Advisor"
		s.runs()
		narrow := []object{{"clauses": []object{{"attribute": "JobTitle", "operator": "NOT EQUALS", "value": "Advisor"}}}}
		for range 3 {
			s.rules["scope"] = narrow
			s.pass(1)
			s.runs()
			s.mayNot("500", "501")
			s.settles()
			s.rules["scope"] = nil
			s.pass(1)
			s.runs()
			s.may("500", "501")
			s.settles()
		}
		s.rules["scope"] = narrow
		s.ends("500", 2)
		s.every(1, 5)
		s.mayNot("500", "501")
		s.rules["scope"] = nil
		s.pass(1)
		s.runs()
		s.mayNot("500")
		s.may("501")
		s.settles()
	}},
	{"more: everything of one person at once", both, func(s *scene) {
		for _, name := range []string{"cn", "sAMAccountName", "userPrincipalName", "mailNickname"} {
			if rule, is := s.rules["attributes"].(object)[name].(object); is {
				rule["apply"] = "always"
			}
		}
		s.staff(12)
		s.runs()
		id := s.of("105").ID
		l := s.who("105")
		l.First, l.Last, l.Manager, l.Title, l.Dept, l.Type, l.End = "Other", "Name", "106", "Chief", "Board", "Contractor", s.day(3)
		s.who("106").First, s.who("106").Last = "Firste", "Lastae"
		s.pass(1)
		s.runs()
		s.settles()
		s.may("105", "106")
		s.check(s.of("105").ID == id && s.of("105").Manager == s.of("106").ID &&
			strings.HasPrefix(s.of("105").Login, "other.name"), "%+v", s.of("105"))
		s.every(1, 5)
		s.mayNot("105")
		s.settles()
	}},
	{"more: a record comes back after the retention was over without it", both, func(s *scene) {
		s.staff(12)
		s.runs()
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		gone := *s.who("105")
		s.drop("105")
		s.pass(40)
		s.runs()
		s.gone("105")
		s.settles()
		s.lines = append(s.lines, gone)
		s.pass(1)
		s.runs()
		s.gone("105")
		s.settles()
		s.who("105").Status, s.who("105").End, s.who("105").Hire = "Active", "", s.day(0)
		s.pass(1)
		s.runs()
		s.may("105")
		s.settles()
	}},
	{"more: leap day, and the change of clocks", both, func(s *scene) {
		s.lifecycle()["time_zone"] = "America/New_York"
		s.clock.set(firstDay.AddDate(2, 1, 21)) // 2028-02-26
		s.staff(6)
		s.runs()
		s.who("105").End = "2028-02-29"
		s.pass(3) // 03:00 UTC on the 29th is the 28th there
		s.runs()
		s.may("105")
		s.pass(1)
		s.runs()
		s.may("105")
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.who("106").End = "2028-03-12" // clocks change
		s.clock.set(firstDay.AddDate(2, 2, 8).Add(23 * time.Hour))
		s.runs()
		s.settles()
	}},
	{"more: an account that carries the worker id of somebody who comes, made by hand before", both, func(s *scene) {
		s.staff(12)
		s.runs()
		id := s.add(stranger{Worker: "500", Login: "early.bird", First: "Early", Last: "Bird", Enabled: true})
		l := s.hire("500", "Early", "Bird")
		l.Hire = s.day(30)
		s.pass(1)
		s.runs()
		s.mayNot("500")
		s.every(10, 40)
		s.may("500")
		s.check(s.of("500").ID == id, "another object")
		s.settles()
	}},
	{"more: two accounts of a leaver, one of them taken away by hand later", both, func(s *scene) {
		s.staff(12)
		s.runs()
		second := s.add(stranger{Worker: "105", Login: "second.one", First: "Second", Last: "One", Enabled: true})
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.remove(second)
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.settles()
		s.every(1, 33)
		s.gone("105")
	}},
	{"more: the worker id of an account is cleared by hand, and its worker leaves", both, func(s *scene) {
		s.staff(12)
		s.runs()
		id := s.of("105").ID
		s.setWorker(id, "")
		s.pass(1)
		p := s.runs()
		s.check(s.of("105") == nil || s.of("105").ID == id || s.says("105"), "%s", p.report())
		s.settles()
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.mayNot("105")
		u := s.users()[id]
		s.check(!u.Enabled, "the former account of 105 can sign in: %+v", u)
		s.settles()
	}},
	{"more: the worker id of an account is cleared by hand in the night in which its worker leaves", both, func(s *scene) {
		s.staff(12)
		s.runs()
		id := s.of("105").ID
		s.setWorker(id, "")
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		u := s.users()[id]
		s.check(!u.Enabled || s.says(u.Login), "the account of 105 can sign in, and nothing says so: %+v", u)
		s.settles()
	}},
	{"more: worker ids of two accounts exchanged by hand, and one leaves", both, func(s *scene) {
		s.staff(12)
		s.runs()
		a, b := s.of("105").ID, s.of("106").ID
		s.setWorker(a, "106")
		s.setWorker(b, "105")
		s.pass(1)
		s.ends("105", -1)
		s.runs()
		s.check(s.says("worker 105 (", "worker 106 (", "Worker ids changed by hand"), "nobody is told: %s", s.last.warnings)
		s.mayNot("105")
		s.may("106")
		s.check(s.of("105").ID == a && s.of("106").ID == b, "the ids stay exchanged: %+v, %+v", s.of("105"), s.of("106"))
		s.runs()
		s.settles()
	}},
	{"more: disabled by hand, left, and hired again beside the former end", both, func(s *scene) {
		for _, ahead := range []int{0, 2} {
			for _, named := range []string{"reuse", "new_name"} {
				t := newScene(s.ctx, s.prefix())
				t.lifecycle()["enable_days"], t.lifecycle()["rehire"] = ahead, named
				t.staff(12)
				t.runs()
				t.setEnabled(t.of("105").ID, false)
				t.pass(1)
				t.runs()
				t.ends("105", 3)
				t.every(1, 8)
				t.who("105").Status, t.who("105").Hire = "Active", t.day(3)
				t.every(1, 5)
				u := t.of("105")
				t.check(u.Enabled, "%d %s: 105 cannot sign in: %s", ahead, named, about(t.last, "105"))
				t.settles()
				s.found = append(s.found, t.found...)
				t.close()
			}
		}
	}},
}
