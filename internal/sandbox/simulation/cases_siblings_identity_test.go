// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"fmt"
	"strings"
)

// rehireOf takes the end of a worker back, with a new first day today.
func (s *scene) rehireOf(id string) {
	l := s.who(id)
	l.Status, l.End, l.Hire = "Active", "", s.day(0)
}

var identitySiblings = []directed{
	{"sibling W: two workers whose ids differ by case", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.hire("a7", "Ann", "Small")
		s.hire("A7", "Bob", "Large")
		s.pass(1)
		p := s.tries()
		u := s.of("a7")
		v := s.of("A7")
		s.check(!p.ok() || u == nil || v == nil, "two people whose ids the directory cannot tell apart got accounts without a word")
		s.check(s.says("a7", "A7"), "neither is named")
	}},
	{"sibling W: a worker id that changes its case", both, func(s *scene) {
		s.staff(20)
		s.hire("a7", "Ann", "Small")
		s.runs()
		id := s.of("a7").ID
		s.who("a7").ID = "A7"
		s.pass(1)
		s.runs()
		u, there := s.users()[id]
		s.check(there && u.Enabled && len(s.users()) == 21, "%d accounts, %+v", len(s.users()), u)
		s.settles()
		s.ends("A7", -1)
		s.pass(1)
		s.runs()
		s.check(!s.users()[id].Enabled, "A7 has left and can sign in")
		s.settles()
	}},
	{"sibling W: a worker id in another Unicode form", both, func(s *scene) {
		s.staff(20)
		s.hire("Zo\u00eb1", "Zoe", "Uni")
		s.runs()
		s.who("Zo\u00eb1").ID = "Zoe\u03081"
		s.pass(1)
		p := s.tries()
		s.check(len(s.users()) == 21, "%d accounts for 21 people", len(s.users()))
		s.check(s.enabled() == 21, "%d can sign in, %s", s.enabled(), p.failed.errors())
		s.ends("Zoe\u03081", -1)
		s.pass(1)
		s.tries()
		s.check(s.enabled() == 20, "%d can sign in after Zoe has left", s.enabled())
	}},
	{"sibling W: two workers whose ids differ by Unicode form", both, func(s *scene) {
		s.staff(20)
		s.hire("Zo\u00eb1", "Zoe", "Uni")
		s.hire("Zoe\u03081", "Zac", "Uno")
		p := s.tries()
		s.check(!p.ok() && s.says("the same worker id"), "one key for two people was accepted")
	}},
	{"sibling W: worker ids with leading zeros of two people", both, func(s *scene) {
		s.staff(20)
		s.hire("0105", "Other", "Person")
		s.runs()
		s.check(s.of("105") != nil && s.of("0105") != nil && s.of("105").ID != s.of("0105").ID, "one account for two people")
		s.ends("0105", -1)
		s.pass(1)
		s.runs()
		s.may("105")
		s.mayNot("0105")
	}},
	{"sibling W: a worker id with blanks around it", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.who("105").ID = " 105 "
		s.pass(1)
		s.tries()
		s.check(len(s.users()) == 20, "%d accounts for 20 people", len(s.users()))
		s.check(s.enabled() == 20, "%d can sign in", s.enabled())
	}},
	{"sibling W: one new worker id of somebody with an account", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.who("105").ID = "9105"
		s.pass(1)
		s.plans()
		s.check(s.says("9105", "105"), "nothing says that 9105 may be 105")
	}},
	{"sibling W: a namesake after the leaver was purged while the account is still enabled", both, func(s *scene) {
		s.weak()
		s.staff(20)
		s.hire("100", "Pat", "Same")
		s.runs()
		object := s.of("100").ID
		s.drop("100")
		s.hire("900", "Pat", "Same")
		s.pass(1)
		s.tries()
		u := s.users()[object]
		s.check(u.Worker == "100", "900 got the account of 100")
	}},
	{"sibling W: a namesake and state lost", both, func(s *scene) {
		s.weak()
		s.staff(20)
		s.hire("100", "Pat", "Same")
		s.runs()
		object := s.of("100").ID
		s.ends("100", -1)
		s.pass(1)
		s.runs()
		s.drop("100")
		s.hire("900", "Pat", "Same")
		s.forget()
		s.population["adopt_existing"] = "always"
		s.pass(1)
		s.tries()
		u := s.users()[object]
		s.check(u.Worker == "100" && !u.Enabled, "900 got the account of 100")
	}},
	{"sibling W: a namesake prehire by a weak rule finds an account without a worker id", both, func(s *scene) {
		s.weak()
		s.population["adopt_existing"] = "always"
		s.staff(20)
		id := s.add(stranger{Login: "auditor", First: "Pat", Last: "Same", Unit: "Elsewhere", Enabled: true})
		l := s.hire("900", "Pat", "Same")
		l.Hire = s.day(5)
		s.tries()
		u := s.users()[id]
		s.check(u.Enabled, "an auditor was disabled because a namesake starts in five days")
	}},
	{"sibling W: a namesake on leave by a weak rule finds an account without a worker id", both, func(s *scene) {
		s.weak()
		s.lifecycle()["on_leave"] = "disable"
		s.population["adopt_existing"] = "always"
		s.staff(20)
		id := s.add(stranger{Login: "auditor", First: "Pat", Last: "Same", Unit: "Elsewhere", Enabled: true})
		l := s.hire("900", "Pat", "Same")
		l.Leave = true
		s.tries()
		u := s.users()[id]
		s.check(u.Enabled, "an auditor was disabled because a namesake is on leave")
	}},
	{"sibling W: a suspended namesake by a weak rule finds an account without a worker id", both, func(s *scene) {
		s.weak()
		s.population["adopt_existing"] = "always"
		s.staff(20)
		id := s.add(stranger{Login: "auditor", First: "Pat", Last: "Same", Unit: "Elsewhere", Enabled: true})
		s.hire("900", "Pat", "Same").Status = "Suspended"
		s.tries()
		s.check(s.users()[id].Enabled, "an auditor was disabled because a namesake is suspended")
	}},
	{"sibling W: a namesake with an override that disables finds an account without a worker id by a weak rule", both, func(s *scene) {
		s.weak()
		s.population["adopt_existing"] = "always"
		s.staff(20)
		id := s.add(stranger{Login: "auditor", First: "Pat", Last: "Same", Unit: "Elsewhere", Enabled: true})
		l := s.hire("900", "Pat", "Same")
		l.Status, l.End, l.Hire = "Terminated", "2009-03-31", "2001-01-01"
		s.overrides(object{"worker_ids": []string{"900"}, "enabled": false, "reason": "x", "expires": s.day(3)})
		s.tries()
		s.check(s.users()[id].Enabled, "an auditor was disabled by an override of a namesake who left in 2009")
	}},
	{"sibling W: out of scope with disable finds an account by a weak rule", both, func(s *scene) {
		s.weak()
		s.rules["scope"] = []object{{"clauses": []object{{"attribute": "JobTitle", "operator": "NOT EQUALS", "value": "None"}}}}
		s.rules["on_out_of_scope"] = "disable"
		s.population["adopt_existing"] = "always"
		s.staff(20)
		id := s.add(stranger{Login: "auditor", First: "Pat", Last: "Same", Unit: "Elsewhere", Enabled: true})
		s.hire("900", "Pat", "Same").Title = "None"
		s.tries()
		s.check(s.users()[id].Enabled, "an auditor was disabled because a namesake is out of scope")
	}},
	{"sibling W: two workers and one account by a weak rule", both, func(s *scene) {
		s.weak()
		s.population["adopt_existing"] = "always"
		s.staff(20)
		id := s.add(stranger{Login: "pat", First: "Pat", Last: "Same", Enabled: true})
		s.hire("900", "Pat", "Same")
		s.hire("901", "Pat", "Same")
		s.tries()
		s.check(s.users()[id].Worker == "", "the account went to %s", s.users()[id].Worker)
		s.check(s.says("900", "901"), "they are not named")
	}},
	{"sibling W: a link to the account of somebody at work", both, func(s *scene) {
		s.staff(20)
		s.runs()
		id := s.of("105").ID
		s.accounts["links"] = map[string]string{"106": id}
		s.pass(1)
		s.tries()
		u := s.users()[id]
		s.check(u.Worker == "105" && u.Enabled, "the account of 105 is now %+v", u)
		s.may("106")
	}},
	{"sibling W: links that swap two accounts", both, func(s *scene) {
		s.staff(20)
		s.runs()
		a, b := s.of("105").ID, s.of("106").ID
		s.accounts["links"] = map[string]string{"106": a, "105": b}
		s.pass(1)
		s.tries()
		s.pass(1)
		s.tries()
		s.check(s.enabled() == 20, "%d can sign in", s.enabled())
		s.check(s.users()[a].Worker != s.users()[b].Worker, "one worker id twice")
	}},
	{"sibling W: a rehire under a new id with a link", both, func(s *scene) {
		s.staff(20)
		s.runs()
		id := s.of("105").ID
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		l := *s.who("105")
		s.hire("905", l.First, l.Last).Hire = s.day(0)
		s.accounts["links"] = map[string]string{"905": id}
		s.pass(1)
		s.runs()
		u := s.users()[id]
		s.check(u.Worker == "905" && u.Enabled, "the account is %+v", u)
		s.settles()
		s.accounts["links"] = nil
		s.pass(40)
		s.runs()
		u, there := s.users()[id]
		s.check(there && u.Enabled && u.Worker == "905", "after the link went the account is %+v", u)
		s.settles()
	}},
	{"sibling W: a contractor who becomes an employee with a link while both records are active", both, func(s *scene) {
		s.staff(20)
		s.hire("4", "Pat", "Same").Type = "Contractor"
		s.runs()
		id := s.of("4").ID
		s.hire("44", "Pat", "Same")
		s.accounts["links"] = map[string]string{"44": id}
		s.pass(1)
		s.tries()
		s.pass(1)
		s.ends("4", -1)
		s.tries()
		u := s.users()[id]
		s.check(u.Enabled, "who became an employee cannot sign in: %+v", u)
	}},
	{"sibling W: an account with two match rules that find two accounts", both, func(s *scene) {
		s.weak()
		s.staff(20)
		s.hire("900", "Pat", "Same")
		first := s.add(stranger{Worker: "900", Login: "pat1", First: "Pat", Last: "Other", Enabled: true})
		second := s.add(stranger{Login: "pat2", First: "Pat", Last: "Same", Unit: "Elsewhere", Enabled: true})
		s.runs()
		s.check(s.users()[first].Worker == "900" && s.users()[second].Worker == "", "%+v, %+v", s.users()[first], s.users()[second])
	}},
	{"sibling W: a rehire with the former account and a new one by hand", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.add(stranger{Worker: "105", Login: "second", First: "Second", Last: "One", Enabled: true})
		s.pass(1)
		s.rehireOf("105")
		s.tries()
		s.check(s.says("105"), "105 is not named")
		n := 0
		for _, u := range s.users() {
			if u.Worker == "105" {
				n++
			}
		}
		s.check(n == 2, "%d accounts carry 105", n)
	}},
	{"sibling W: names that go round among three people, one of whom leaves", both, func(s *scene) {
		s.fixedNames()
		s.staff(20)
		s.hire("500", "Ann", "One")
		s.hire("501", "Bob", "Two")
		s.hire("502", "Cat", "Three")
		s.runs()
		s.pass(1)
		a, b, c := s.who("500"), s.who("501"), s.who("502")
		a.First, a.Last, b.First, b.Last, c.First, c.Last = b.First, b.Last, c.First, c.Last, a.First, a.Last
		s.ends("502", -1)
		s.tries()
		s.mayNot("502")
		s.pass(1)
		s.tries()
		s.may("500", "501")
		s.settles()
	}},
	{"sibling W: a joiner takes the name of a leaver in the same run", both, func(s *scene) {
		s.fixedNames()
		s.staff(20)
		s.hire("500", "Ann", "One")
		s.runs()
		old := s.of("500").ID
		s.pass(1)
		s.ends("500", -1)
		s.hire("501", "Ann", "One")
		s.runs()
		s.mayNot("500")
		u := s.users()[old]
		s.check(strings.HasPrefix(u.Login, "ann.one"), "the leaver lost the name: %s", u.Login)
		n := s.of("501")
		s.check(n == nil && s.says("501") || n != nil && n.Login != u.Login, "501 is %+v", n)
		s.settles()
	}},
	{"sibling W: managers in circles, unknown, leaving, and by another case", both, func(s *scene) {
		s.staff(20)
		s.hire("m1", "Max", "Boss").Manager = "m2"
		s.hire("m2", "Mia", "Boss").Manager = "M1"
		s.hire("m3", "Moe", "Boss").Manager = "m3"
		s.who("105").Manager = "M3"
		s.who("106").Manager = "nobody"
		s.runs()
		s.settles()
		s.ends("m3", -1)
		s.who("107").Manager = "m3"
		s.pass(1)
		s.runs()
		s.settles()
		s.drop("m1")
		s.pass(1)
		s.runs()
		s.settles()
		s.check(s.enabled() == 22, "%d can sign in", s.enabled())
	}},
	{"sibling W: two populations whose states overlap", both, func(s *scene) {
		s.staff(20)
		s.runs()
		first := s.state
		s.forget()
		s.pass(1)
		s.runs()
		second := s.state
		s.ends("105", -1)
		s.pass(1)
		s.state = first
		s.runs()
		s.mayNot("105")
		s.state = second
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.settles()
		s.state = first
		before := s.users()
		s.runs() // learns what it did not know, and changes nothing
		for id, u := range s.users() {
			s.check(u.equal(before[id]), "%s was changed: %+v, then %+v", u.Worker, before[id], u)
		}
		s.settles()
	}},
	{"sibling W: an old state beside a directory that went on", both, func(s *scene) {
		s.staff(20)
		s.runs()
		old := s.state
		s.ends("105", -1)
		s.hire("500", "New", "Comer")
		s.pass(1)
		s.runs()
		s.every(10, 40)
		s.gone("105")
		s.state = old
		s.pass(1)
		s.runs()
		s.gone("105")
		s.may("500")
		s.check(len(s.users()) == 20, "%d accounts", len(s.users()))
		s.settles()
	}},
	{"sibling W: the state of another directory with some of the same people", both, func(s *scene) {
		s.staff(20)
		s.runs()
		other := newScene(s.ctx, s.prefix())
		defer other.close()
		other.elsewhere()
		for i := range 10 {
			l := s.lines[i]
			other.add(stranger{Worker: l.ID, Login: strings.ToLower(l.First + "." + l.Last), First: l.First, Last: l.Last, Enabled: true})
		}
		other.lines, other.state = s.lines, s.state
		other.lines[3].End, other.lines[3].Status = other.day(-1), "Terminated"
		p := other.tries()
		s.check(!p.ok(), "nothing says that the state is of another directory")
		s.check(len(other.users()) == 10 && other.enabled() == 10, "%d accounts, %d enabled", len(other.users()), other.enabled())
	}},
	{"sibling W: everybody gets a prefix to the worker id with one joiner and one leaver among them", both, func(s *scene) {
		s.staff(20)
		s.runs()
		for i := range s.lines {
			s.lines[i].ID = "E" + s.lines[i].ID
			if s.lines[i].Manager != "" {
				s.lines[i].Manager = "E101"
			}
		}
		s.hire("E777", "New", "Comer")
		s.drop("E119")
		s.pass(1)
		p := s.tries()
		s.check(!p.ok() && len(s.users()) == 20, "%d accounts", len(s.users()))
	}},
	{"sibling W: worker ids that change for a quarter", both, func(s *scene) {
		s.staff(40)
		s.lift()
		s.runs()
		for i := 30; i < 40; i++ {
			s.lines[i].ID = "00" + s.lines[i].ID
		}
		s.pass(1)
		s.tries()
		s.check(len(s.users()) == 40, "%d accounts for 40 people", len(s.users()))
	}},
	{"sibling W: worker ids of three change", both, func(s *scene) {
		s.staff(40)
		s.runs()
		for i := 37; i < 40; i++ {
			s.lines[i].ID = "00" + s.lines[i].ID
		}
		s.pass(1)
		s.tries()
		s.check(len(s.users()) == 40 || s.says("00138") && s.says("138"), "%d accounts for 40 people, and nothing is said", len(s.users()))
	}},
	{"sibling W: a partition of moving people", both, func(s *scene) {
		s.staff(20)
		s.accounts["partition"] = object{"attribute": "department"}
		s.runs()
		s.who("105").Dept = "Research"
		s.ends("106", -1)
		s.pass(1)
		s.runs()
		s.mayNot("106")
		s.settles()
	}},
	{"sibling W: somebody is held and renamed", both, func(s *scene) {
		s.fixedNames()
		s.staff(20)
		s.runs()
		before := *s.of("105")
		s.overrides(object{"worker_ids": []string{"105"}, "hold": true, "reason": "ask", "expires": s.day(3)})
		s.who("105").Last = "Married"
		s.hire("500", s.who("105").First, "Lastaf")
		s.pass(1)
		s.runs()
		s.check(s.of("105").equal(before), "held, and changed: %+v", s.of("105"))
		s.settles()
		s.every(1, 4)
		s.check(s.of("105").Display != before.Display, "the new name never came")
		s.settles()
	}},
	{"sibling W: many are held", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.zero()
		var ids []string
		for i := range 15 {
			ids = append(ids, fmt.Sprint(105+i))
			s.ends(fmt.Sprint(105+i), -1)
		}
		s.overrides(object{"worker_ids": ids, "hold": true, "reason": "strike", "expires": s.day(3)})
		s.pass(1)
		s.runs()
		s.check(s.enabled() == 20, "%d can sign in", s.enabled())
		s.every(1, 2)
		s.pass(2)
		s.tries()
		s.check(s.enabled() == 20, "%d can sign in, and every limit is 0", s.enabled())
	}},
}
