// SPDX-License-Identifier: MPL-2.0

package simulation

// between makes a plan, lets something happen, and applies the plan.
func (s *scene) between(happen func()) {
	p := s.plans()
	s.check(p.ok(), "the plan failed: %s", p.failed.errors())
	if !p.ok() {
		return
	}
	happen()
	s.clock.set(s.clock.now().Add(5 * 60 * 1e9))
	s.apply(s.ctx, p) // may be refused: what the directory has afterwards counts
	s.clock.set(s.clock.now().Add(5 * 60 * 1e9))
}

var betweenSiblings = []directed{
	{"sibling H: disabled by hand between plan and apply of a managed account", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.who("105").Title = "Director"
		s.pass(1)
		s.between(func() { s.setEnabled(s.of("105").ID, false) })
		s.mayNot("105")
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.settles()
	}},
	{"sibling H: a returning leaver whom somebody disables again between plan and apply", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.pass(5)
		s.who("105").Status, s.who("105").End, s.who("105").Hire = "Active", "", s.day(0)
		s.between(func() { s.join(s.of("105").ID, "vpn") })
		s.pass(1)
		s.runs()
		s.may("105")
		s.settles()
	}},
	{"sibling H: the worker id changes by hand between plan and apply", both, func(s *scene) {
		s.staff(20)
		s.runs()
		id := s.of("105").ID
		s.who("105").Title = "Director"
		s.ends("106", -1)
		s.pass(1)
		s.between(func() { s.setWorker(id, "999") })
		s.check(s.users()[id].Title != "Director", "an account of another worker by now was written")
		s.mayNot("106")
	}},
	{"sibling H: a deletion in the plan, and the account is enabled before the apply", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.pass(31)
		s.between(func() { s.setEnabled(s.of("105").ID, true) })
		s.there("105")
		s.pass(1)
		s.runs()
		s.mayNot("105")
	}},
	{"sibling H: a deletion in the plan, and the account is enabled and disabled again before the apply", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.pass(31)
		s.between(func() {
			s.setEnabled(s.of("105").ID, true)
			s.setEnabled(s.of("105").ID, false)
		})
		s.pass(1)
		s.runs()
		s.settles()
	}},
	{"sibling H: a deletion in the plan, and the account carries another worker id by the apply", both, func(s *scene) {
		s.staff(20)
		s.runs()
		id := s.of("105").ID
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.pass(31)
		s.between(func() { s.setWorker(id, "999") })
		_, there := s.users()[id]
		s.check(there, "the account of another worker by now was deleted")
	}},
	{"sibling H: a deletion in the plan, and the account is protected before the apply", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.pass(31)
		s.between(func() { s.join(s.of("105").ID, "guarded") })
		s.there("105")
	}},
	{"sibling H: a joiner in the plan, and somebody makes the account before the apply", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.pass(1)
		s.hire("500", "New", "Comer")
		s.between(func() {
			s.add(stranger{Worker: "500", Login: "new.comer", First: "New", Last: "Comer", Enabled: false})
		})
		u := s.of("500")
		s.check(u != nil && !u.Enabled, "500 is %+v", u)
		s.pass(1)
		s.runs()
		s.of("500")
		s.settles()
	}},
	{"sibling H: a joiner in the plan, and somebody takes the login before the apply", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.pass(1)
		s.hire("500", "New", "Comer")
		s.ends("105", -1)
		s.pass(1)
		id := ""
		s.between(func() { id = s.add(stranger{Login: "new.comer", First: "Other", Last: "Person", Enabled: true}) })
		s.check(s.users()[id].Worker == "", "a stranger's account was taken over")
		s.mayNot("105")
		s.pass(1)
		s.runs()
		s.may("500")
		s.settles()
	}},
	{"sibling H: a manager who is deleted by hand between plan and apply", both, func(s *scene) {
		s.staff(20)
		s.hire("500", "The", "Boss")
		s.runs()
		s.pass(1)
		s.who("105").Manager, s.who("105").Title = "500", "Director"
		s.ends("106", -1)
		s.pass(1)
		s.between(func() { s.remove(s.of("500").ID) })
		s.mayNot("106")
		s.pass(1)
		s.runs()
		s.settles()
	}},
	{"sibling H: moved and renamed by hand, and leaving", onlyAD, func(s *scene) {
		s.staff(20)
		s.runs()
		id := s.of("105").ID
		s.ends("105", -1)
		s.pass(1)
		s.between(func() { s.move(id, "Elsewhere"); s.rename(id) })
		s.mayNot("105")
		s.pass(1)
		s.runs()
		s.settles()
	}},
}
