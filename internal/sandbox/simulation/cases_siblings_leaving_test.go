// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"fmt"
	"strings"
)

// overrides replaces the overrides in force.
func (s *scene) overrides(list ...object) {
	var out []string
	for _, o := range list {
		out = append(out, s.override(o))
	}
	s.accounts["overrides"] = out
}

var leavingSiblings = []directed{
	{"sibling I: somebody leaves on the day on which a second account gets the worker id", both, func(s *scene) {
		s.lift()
		s.staff(8)
		s.runs()
		first := s.of("105").ID
		second := s.add(stranger{First: "Second", Last: "Account", Login: "second.account", Worker: "105", Enabled: true})
		able := func(id string) bool { return s.users()[id].Enabled }
		s.ends("105", -1)
		s.runs()
		s.check(!able(first), "who has left can sign in with the account that was managed as theirs")
		s.check(able(second), "an account lost access of which nobody said whose it is")
		s.check(s.says("left and can still sign in", "second.account"), "nothing says that 105 can still sign in with the second account")
		s.settles()
		s.who("105").Status, s.who("105").End, s.who("105").Hire = "Active", "", s.day(0)
		s.pass(1)
		s.runs()
		s.check(!able(first), "somebody got access while it is not clear whose the account is")
		s.settles()
		s.setWorker(second, "")
		s.pass(1)
		s.runs()
		s.may("105")
		s.check(able(first) && able(second), "the account of the worker who is back: %t, that of somebody else: %t", able(first), able(second))
		s.settles()
	}},
	{"sibling L: leaver_groups_days longer than the retention", both, func(s *scene) {
		s.lifecycle()["leaver_groups_days"] = 60
		s.staff(5)
		p := s.tries()
		s.check(!p.ok() && s.says("leaver_groups_days", "retention_days"), "groups that would go after the account were accepted")
	}},
	{"sibling L: left during a leave that disabled the account", both, func(s *scene) {
		s.lifecycle()["on_leave"] = "disable"
		s.staff(5)
		s.runs()
		s.who("105").Leave = true
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.every(10, 60)
		s.who("105").Status, s.who("105").End = "Terminated", s.day(-1)
		s.runs()
		s.there("105")
		s.settles()
		s.pass(28)
		s.runs()
		s.there("105")
		s.pass(3)
		s.runs()
		s.gone("105")
	}},
	{"sibling L: left without a date during a leave that disabled the account", both, func(s *scene) {
		s.lifecycle()["on_leave"] = "disable"
		s.staff(5)
		s.runs()
		s.who("105").Leave = true
		s.pass(1)
		s.runs()
		s.every(10, 60)
		s.who("105").Status = "Terminated"
		s.runs()
		s.there("105")
		s.settles()
		s.pass(28)
		s.runs()
		s.there("105")
		s.pass(3)
		s.runs()
		s.gone("105")
	}},
	{"sibling L: left without a date after a hand had disabled the account", both, func(s *scene) {
		s.staff(5)
		s.runs()
		s.setEnabled(s.of("105").ID, false)
		s.pass(1)
		s.runs()
		s.every(10, 60)
		s.who("105").Status = "Terminated"
		s.runs()
		s.settles()
		s.pass(31)
		s.runs()
		s.gone("105")
	}},
	{"sibling L: retention of 0 days", both, func(s *scene) {
		s.lifecycle()["retention_days"] = 0
		s.staff(20)
		s.runs()
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.there("105")
		s.pass(1)
		s.runs()
		s.gone("105")
		s.settles()
	}},
	{"sibling L: retention that is shortened to nothing for many", both, func(s *scene) {
		s.staff(30)
		s.lift()
		s.runs()
		for i := 10; i < 30; i++ {
			s.ends(fmt.Sprint(101+i), -1)
		}
		s.pass(1)
		s.runs()
		s.safeguards()["max_delete"] = nil
		s.lifecycle()["retention_days"] = 0
		s.pass(2)
		s.tries()
		s.check(len(s.users()) == 30, "%d were deleted by the default limits", 30-len(s.users()))
	}},
	{"sibling L: retention that is set where there was none, for many", both, func(s *scene) {
		s.lifecycle()["retention_days"] = nil
		s.staff(30)
		s.lift()
		s.runs()
		for i := 10; i < 30; i++ {
			s.ends(fmt.Sprint(101+i), -1)
		}
		s.pass(1)
		s.runs()
		s.safeguards()["max_delete"] = nil
		s.lifecycle()["retention_days"] = 30
		s.pass(100)
		s.tries()
		s.check(len(s.users()) == 30, "%d were deleted by the default limits", 30-len(s.users()))
	}},
	{"sibling L: an account disabled by hand long before a dated leaving is kept for the retention of the leaving", both, func(s *scene) {
		s.staff(5)
		s.runs()
		s.setEnabled(s.of("105").ID, false)
		s.pass(1)
		s.runs()
		s.pass(100)
		s.ends("105", -1)
		s.runs()
		s.there("105")
		s.pass(31)
		s.runs()
		s.gone("105")
	}},
	{"sibling L: a leaver who is held keeps access until the hold ends", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.join(s.of("105").ID, "vpn")
		s.ends("105", -1)
		s.overrides(object{"worker_ids": []string{"105"}, "hold": true, "reason": "ask first", "expires": s.day(3)})
		s.pass(1)
		s.runs()
		s.may("105")
		s.check(s.says("105"), "the report does not ask about 105")
		s.settles()
		s.every(1, 4)
		s.mayNot("105")
		s.groupless("105")
		s.accounts["overrides"] = nil
		s.every(1, 35)
		s.gone("105")
	}},
	{"sibling L: a leaver whom only leaves out, then nothing", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.join(s.of("105").ID, "vpn")
		s.ends("105", -40)
		s.ends("106", -40)
		s.pass(1)
		s.accounts["only"] = []string{"106"}
		s.runs()
		s.mayNot("106")
		s.may("105")
		s.settles()
		s.accounts["only"] = nil
		s.runs()
		s.mayNot("105", "106")
		s.groupless("105", "106")
		s.settles()
	}},
	{"sibling L: only names a leaver past the retention", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.pass(31)
		s.accounts["only"] = []string{"104"}
		s.runs()
		s.there("105")
		s.accounts["only"] = []string{"105"}
		s.runs()
		s.gone("105")
		s.settles()
		s.accounts["only"] = nil
		s.settles()
	}},
	{"sibling L: a leaver out of scope because the scope is for people at work, whatever follows from that", both, func(s *scene) {
		for _, policy := range []string{"keep", "ignore", "disable", "leaver"} {
			t := newScene(s.ctx, s.prefix())
			t.rules["scope"] = []object{{"clauses": []object{{"attribute": "JobTitle", "operator": "EQUALS", "value": "Clerk"}}}}
			t.rules["on_out_of_scope"] = policy
			t.staff(20)
			t.runs()
			t.pass(1)
			t.ends("105", -1)
			t.who("105").Title = "None"
			p := t.runs()
			if u := t.of("105"); u != nil && u.Enabled { // keep says so, and a warning names who has left
				s.check(policy == "keep" && strings.Contains(p.warnings, "have left by the HR record") && strings.Contains(p.warnings, `"105"`),
					"%s: 105 has left, is out of scope and can sign in: %s", policy, p.warnings)
			}
			t.settles()
			s.found = append(s.found, t.found...)
			t.close()
		}
	}},
	{"sibling L: a leaver for whom a rule ignores the object", both, func(s *scene) {
		s.rules["on_out_of_scope"] = "keep"
		s.rules["attributes"].(object)["displayName"] = object{
			"expression": `IIF([JobTitle] = "None", IgnoreObjectFlow, Use("name"))`,
		}
		s.staff(20)
		s.runs()
		s.pass(1)
		s.ends("105", -1)
		s.who("105").Title = "None"
		p := s.runs()
		s.check(strings.Contains(p.warnings, "have left by the HR record") && strings.Contains(p.warnings, `"105"`),
			"105 has left and can sign in, and no warning says so: %s", p.warnings)
	}},
	{"sibling L: a leaver with an account twice", both, func(s *scene) {
		s.staff(20)
		s.runs()
		second := s.add(stranger{Worker: "105", Login: "second.one", First: "Second", Last: "One", Enabled: true})
		s.pass(1)
		s.ends("105", -1)
		s.runs()
		n := 0
		for _, u := range s.users() {
			if u.Worker == "105" && u.Enabled {
				n++
			}
		}
		s.check(n == 0 || s.says("105", second, "the worker has left, and 2 accounts of these stay enabled"),
			"105 has left, %d accounts can sign in, and nothing says so", n)
	}},
	{"sibling L: a leaver whose record has a bad date", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.pass(1)
		s.who("105").Status, s.who("105").End = "Terminated", "2026-13-45"
		s.who("106").Status, s.who("106").Hire = "Terminated", "gestern"
		s.who("107").Status, s.who("107").End, s.who("107").LastDay = "Terminated", s.day(-5), s.day(-1)
		s.who("108").End, s.who("108").LastDay = s.day(-5), s.day(-2) // the record contradicts itself, and both are over
		s.runs()
		s.mayNot("105", "106", "107", "108")
	}},
	{"sibling L: a leaver with an unknown word beside an end that is over", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.pass(1)
		s.ends("105", -1)
		s.who("105").Status = "Zzz"
		s.runs()
		s.mayNot("105")
	}},
	{"sibling L: a leaver whose container does not exist", onlyAD, func(s *scene) {
		s.staff(20)
		s.runs()
		s.lifecycle()["leaver_container"] = `"OU=Nowhere,DC=corp,DC=example,DC=com"`
		s.pass(1)
		s.ends("105", -1)
		s.join(s.of("105").ID, "vpn")
		s.runs()
		s.mayNot("105")
		s.groupless("105")
		s.settles()
	}},
	{"sibling L: a leaver who is somebody's manager and reports to nobody known", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.pass(1)
		s.ends("101", -1)
		s.who("101").Manager = "nobody"
		s.runs()
		s.mayNot("101")
	}},
	{"sibling L: a leaver who is their own manager, and one in a circle", both, func(s *scene) {
		s.staff(20)
		s.who("105").Manager = "105"
		s.who("106").Manager, s.who("107").Manager = "107", "106"
		s.runs()
		s.pass(1)
		s.ends("105", -1)
		s.ends("106", -1)
		s.runs()
		s.mayNot("105", "106")
		s.may("107")
		s.settles()
		s.pass(31)
		s.runs()
		s.gone("105", "106")
		s.settles()
	}},
	{"sibling L: leavers when the state is lost", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.join(s.of("105").ID, "vpn")
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.ends("106", -1)
		s.forget()
		s.pass(1)
		s.runs()
		s.mayNot("105", "106")
		s.settles()
		s.forget()
		s.pass(29)
		s.runs()
		s.gone("105")
		s.there("106")
		s.pass(2)
		s.runs()
		s.gone("106")
	}},
	{"sibling L: a leaver in a run in which everybody else is set aside", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.safeguards()["max_set_aside"] = "100%"
		for i := 1; i < 20; i++ {
			s.lines[i].Status = "Zzz"
		}
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.check(s.enabled() == 19, "%d can sign in", s.enabled())
	}},
	{"sibling L: an end today is the last day at work, and yesterday's is over", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.pass(1)
		s.ends("105", 0)
		s.runs()
		s.may("105")
		s.pass(1)
		s.runs()
		s.mayNot("105")
	}},
	{"sibling L: time zones of leavers", both, func(s *scene) {
		for zone, over := range map[string]bool{"Pacific/Auckland": true, "UTC": false, "Pacific/Honolulu": false} {
			t := newScene(s.ctx, s.prefix())
			t.lifecycle()["time_zone"] = zone
			t.staff(5)
			t.runs()
			t.clock.set(firstDay.Add(10 * 60 * 60 * 1e9)) // 13:00 UTC: after midnight in Auckland
			t.ends("105", 0)
			t.runs()
			u := t.of("105")
			s.check(u.Enabled != over, "%s: enabled %t", zone, u.Enabled)
			t.settles()
			s.found = append(s.found, t.found...)
			t.close()
		}
	}},
	{"sibling L: the clock of as_of runs ahead", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.accounts["as_of"] = s.day(60)
		s.ends("106", 30)
		l := s.hire("500", "New", "Comer")
		l.Hire = s.day(20)
		s.pass(1)
		p := s.tries()
		s.there("105") // nothing is deleted before its day
		s.check(!p.ok() || strings.Contains(p.warnings, "as_of"), "nothing says that as_of lies ahead")
	}},
	{"sibling L: as_of a little ahead", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.accounts["as_of"] = s.day(0) // noon
		p := s.runs()
		s.check(!strings.Contains(p.warnings, "as_of"), "today's noon is warned about")
	}},
	{"sibling L: hired again on the day after the end", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.pass(1)
		s.ends("105", 0)
		s.who("105").Hire = s.day(1)
		s.runs()
		s.every(1, 3)
		s.may("105")
		s.settles()
	}},
	{"sibling L: an end of a leaver moves into the future", both, func(s *scene) {
		s.staff(20)
		s.runs()
		id := s.of("105").ID
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.pass(1)
		s.who("105").Status, s.who("105").End = "Active", s.day(10)
		s.runs()
		s.may("105")
		s.check(s.of("105").ID == id, "another object")
		s.every(1, 12)
		s.mayNot("105")
		s.settles()
	}},
	{"sibling L: two leavers exchange managers and one is deleted", both, func(s *scene) {
		s.staff(20)
		s.who("105").Manager, s.who("106").Manager = "106", "105"
		s.runs()
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.pass(5)
		s.ends("106", -1)
		s.runs()
		s.every(1, 40)
		s.gone("105", "106")
		s.settles()
	}},
	{"sibling L: leaver_attributes that clear the worker id", both, func(s *scene) {
		name := "employeeID"
		if s.prefix() == "entra" {
			name = "employeeId"
		}
		s.lifecycle()["leaver_attributes"] = object{name: object{"expression": `""`, "when_null": "clear"}}
		s.staff(20)
		s.runs()
		s.ends("105", -1)
		s.pass(1)
		s.tries()
		s.pass(1)
		p := s.tries()
		s.check(len(s.users()) == 20, "%d accounts for 20 people; %s", len(s.users()), p.failed.errors())
		s.check(s.enabled() == 19, "%d can sign in", s.enabled())
	}},
}
