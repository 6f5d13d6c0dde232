// SPDX-License-Identifier: MPL-2.0

package simulation

// followNames makes names follow what HR says, as rules with apply = "always" do.
func (s *scene) followNames() {
	for _, name := range []string{"cn", "sAMAccountName", "userPrincipalName", "mailNickname"} {
		if rule, is := s.rules["attributes"].(object)[name].(object); is {
			rule["apply"] = "always"
		}
	}
}

// stranded begins with 20 people whom no state knows, of whom 105 has another login than the rules give. It returns the object id.
func (s *scene) stranded() string {
	s.staff(20)
	s.runs()
	s.forget()
	s.followNames()
	id := s.of("105").ID
	s.setLogin(id, "by.hand")
	return id
}

// one checks that there are as many accounts as people, and that 105 has the one that was theirs.
func (s *scene) one(id, worker string, p *proposal) {
	s.check(len(s.users()) == 20, "%d accounts for 20 people: %s", len(s.users()), p.failed.errors())
	u := s.of(worker)
	s.check(u != nil && u.ID == id && u.Enabled, "%s has %+v", worker, u)
}

// Whose account a login led to, and not a worker id, got a second account together with another login.
var loginSiblings = []directed{
	{"sibling W: an account that no state knows gets another login", both, func(s *scene) {
		id := s.stranded()
		s.one(id, "105", s.runs())
		s.check(s.of("105").Login != "by.hand", "the login is the one by hand")
		s.settles()
	}},
	{"sibling W: an account that no state knows, whose worker id somebody cleared, gets another login", both, func(s *scene) {
		id := s.stranded()
		s.setWorker(id, "")
		s.accounts["links"] = map[string]string{"105": id}
		s.population["adopt_existing"] = "always"
		s.one(id, "105", s.runs())
		s.pass(1)
		s.one(id, "105", s.runs())
		s.check(s.of("105").Login != "by.hand", "the login is the one by hand")
		s.settles()
	}},
	{"sibling W: an account gets another worker id and another login in one run", both, func(s *scene) {
		s.staff(20)
		s.followNames()
		s.runs()
		id := s.of("105").ID
		l := s.who("105")
		l.ID, l.Last = "905", "Married"
		s.accounts["links"] = map[string]string{"905": id}
		s.pass(1)
		s.one(id, "905", s.runs())
		s.pass(1)
		s.one(id, "905", s.runs())
		s.settles()
	}},
	{"sibling W: a link to another account than the managed one", both, func(s *scene) {
		s.staff(20)
		s.population["adopt_existing"] = "always"
		s.runs()
		was := s.of("105").ID
		id := s.add(stranger{Login: "pat", First: "Pat", Last: "Other", Enabled: true})
		s.accounts["links"] = map[string]string{"105": id}
		s.pass(1)
		s.runs()
		s.check(s.users()[id].Worker == "105" && s.users()[id].Enabled, "the linked account is %+v", s.users()[id])
		s.check(s.users()[was].Enabled && len(s.users()) == 21, "the other account is %+v", s.users()[was])
		s.check(s.says("will be released", "105", was), "nothing says that the other account is released")
		s.settles()
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.check(!s.users()[id].Enabled, "105 has left and can sign in")
		s.check(s.says("105", was), "nothing says that 105 can sign in with the other account")
		s.settles()
	}},
	{"sibling W: a link to an account that must not be taken over", both, func(s *scene) {
		s.staff(20)
		s.runs()
		was := s.of("105").ID
		id := s.add(stranger{Login: "pat", First: "Pat", Last: "Other", Enabled: true})
		s.accounts["links"] = map[string]string{"105": id}
		s.pass(1)
		s.ends("106", -1)
		s.runs()
		s.check(s.users()[id].Worker == "" && s.users()[was].Enabled, "%+v, %+v", s.users()[id], s.users()[was])
		s.mayNot("106")
		s.check(s.says("adopt_existing", "105"), "nothing says what to do")
		s.accounts["links"] = nil
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.check(!s.users()[was].Enabled, "105 has left and can sign in")
		s.settles()
	}},
	{"sibling W: a worker id by hand that nobody has", both, func(s *scene) {
		s.staff(20)
		s.runs()
		id := s.of("105").ID
		s.setWorker(id, "9105")
		s.pass(1)
		s.ends("106", -1)
		s.runs()
		s.one(id, "105", s.last)
		s.mayNot("106")
		s.pass(1)
		s.runs()
		s.one(id, "105", s.last)
		s.settles()
	}},
	{"sibling W: a worker id by hand that is a joiner's", both, func(s *scene) {
		s.staff(20)
		s.runs()
		id := s.of("105").ID
		s.hire("905", "Joan", "New")
		s.setWorker(id, "905")
		s.pass(1)
		s.runs()
		s.one(id, "105", s.last)
		s.pass(1)
		s.runs()
		s.may("105", "905")
		u := s.of("105")
		s.check(u != nil && u.ID == id && len(s.users()) == 21, "%d accounts, 105 has %+v", len(s.users()), u)
		s.settles()
	}},
	{"sibling W: a service desk writes the new worker id before HR does, and the login changes", both, func(s *scene) {
		s.staff(20)
		s.followNames()
		s.runs()
		id := s.of("105").ID
		s.setWorker(id, "905")
		l := s.who("105")
		l.ID, l.Last = "905", "Married"
		s.pass(1)
		s.one(id, "905", s.runs())
		s.pass(1)
		s.one(id, "905", s.runs())
		s.settles()
	}},
	{"sibling W: a leaver's account gets the worker id of another leaver by hand", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.setWorker(s.of("105").ID, "106")
		s.ends("105", -1)
		s.ends("106", -1)
		s.pass(1)
		s.runs()
		s.pass(1)
		s.runs()
		s.check(s.enabled() == 18, "%d can sign in, want 18", s.enabled())
	}},
	{"sibling W: a link beside a stray account with the worker id, and no state", both, func(s *scene) {
		id := s.stranded()
		s.setWorker(id, "")
		s.add(stranger{Worker: "105", Login: "stray", First: "Stray", Last: "One", Enabled: true})
		s.accounts["links"] = map[string]string{"105": id}
		s.population["adopt_existing"] = "always"
		s.runs()
		s.check(s.users()[id].Worker == "105" && len(s.users()) == 21, "%d accounts, the linked one is %+v", len(s.users()), s.users()[id])
	}},
	{"sibling W: an account that nobody may take over gets no second one beside it", both, func(s *scene) {
		s.stranded()
		s.population["adopt_existing"] = "never"
		p := s.tries()
		s.check(len(s.users()) == 20 && !p.ok(), "%d accounts for 20 people: %s", len(s.users()), p.failed.errors())
		s.check(s.says("adopt_existing"), "nothing says what to do: %s", p.failed.errors())
	}},
	{"sibling W: two accounts that no state knows carry one worker id", both, func(s *scene) {
		s.stranded()
		s.add(stranger{Worker: "105", Login: "pat", First: "Pat", Last: "Other", Enabled: true})
		s.tries()
		s.check(len(s.users()) == 21, "%d accounts", len(s.users()))
		s.check(s.says("105"), "105 is not named")
	}},
	{"sibling W: a mapping that writes no worker id gives an unknown account another login", both, func(s *scene) {
		id := s.stranded()
		s.setWorker(id, "")
		for _, name := range []string{"employeeID", "employeeId"} {
			delete(s.rules["attributes"].(object), name)
		}
		s.accounts["links"] = map[string]string{"105": id}
		s.population["adopt_existing"] = "always"
		s.tries()
		s.check(len(s.users()) == 20, "%d accounts for 20 people", len(s.users()))
	}},
}
