// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"strings"

	"terraform-provider-workforce/internal/sandbox/memdir"
)

func swapped(s, from, to string) string { return strings.ReplaceAll(s, from, to) }

// everybody has a fixed name, that is the same for namesakes.
func (s *scene) fixedNames() {
	attributes := s.rules["attributes"].(object)
	if s.prefix() == "ad" {
		attributes["cn"] = object{"expression": `Use("name")`, "apply": "always"}
		attributes["sAMAccountName"] = object{"expression": `Left(Use("login"), 20)`, "apply": "always"}
		attributes["userPrincipalName"] = object{"expression": `Join("@", Use("login"), "corp.example.com")`, "apply": "always"}
		return
	}
	attributes["userPrincipalName"] = object{"expression": `Join("@", Use("login"), "example.com")`, "apply": "always"}
	attributes["mailNickname"] = object{"expression": `Use("login")`, "apply": "always"}
}

var troubles = []directed{
	{"P1 a joiner for whom no name is free", both, func(s *scene) {
		s.fixedNames()
		s.staff(20)
		s.runs()
		s.pass(1)
		s.add(stranger{Login: "taken.name", First: "Taken", Last: "Name", Enabled: true})
		s.hire("500", "Taken", "Name")
		s.ends("105", -1)
		s.hire("501", "Other", "Joiner")
		s.runs()
		s.mayNot("105")
		s.may("501")
	}},
	{"P1 a data error of one person", both, func(s *scene) {
		s.staff(20)
		s.rules["attributes"].(object)["department"] = object{"source": "Department", "when_null": "error"}
		s.runs()
		s.pass(1)
		s.hire("500", "With", "Out").Dept = ""
		s.hire("501", "Other", "Joiner")
		s.ends("105", -1)
		s.runs()
		s.mayNot("105")
		s.may("501")
	}},
	{"P2 a login by hand that no rule writes", onlyAD, func(s *scene) {
		s.staff(20)
		s.runs()
		s.server().Set(s.of("105").ID, "userPrincipalName", "withoutsuffix")
		s.pass(1)
		s.ends("105", -1)
		s.ends("106", -1)
		s.runs()
		s.mayNot("105", "106")
	}},
	{"P3 legacy countries of somebody absent", onlyAD, func(s *scene) {
		attributes := s.rules["attributes"].(object)
		attributes["c"] = object{"constant": "DE"}
		attributes["co"] = object{"constant": "Germany"}
		attributes["countryCode"] = object{"constant": "276"}
		s.staff(20)
		id := s.add(stranger{Worker: "900", Login: "olga.old", First: "Olga", Last: "Old", Enabled: true})
		s.server().Set(id, "c", "FR")
		s.server().Set(id, "co", "Germany")
		s.server().Set(id, "countryCode", "0")
		before := s.users()[id]
		s.runs()
		s.may("101")
		s.check(s.users()[id].equal(before), "the account of somebody absent was written")
	}},
	{"P4 a joiner takes the login that somebody gives up", both, func(s *scene) {
		s.fixedNames()
		s.staff(20)
		s.hire("500", "Pat", "Same")
		s.runs()
		s.pass(1)
		s.who("500").Last = "Married"
		s.hire("501", "Pat", "Same")
		s.runs()
		s.may("500", "501")
		u := s.of("501")
		s.check(u != nil && strings.HasPrefix(u.Login, "pat.same"), "501 has no login")
		s.settles()
	}},
	{"P4 two people swap their names", both, func(s *scene) {
		s.fixedNames()
		s.staff(20)
		s.hire("500", "Ann", "One")
		s.hire("501", "Bob", "Two")
		s.runs()
		s.pass(1)
		a, b := s.who("500"), s.who("501")
		a.First, a.Last, b.First, b.Last = b.First, b.Last, a.First, a.Last
		s.tries()
		s.pass(1)
		s.tries()
		s.check(strings.HasPrefix(s.of("500").Login, "bob.two") && strings.HasPrefix(s.of("501").Login, "ann.one"), "after two runs 500 is %s and 501 %s", s.of("500").Login, s.of("501").Login)
		s.settles()
	}},
	{"P5 somebody protected gets a new title", both, func(s *scene) {
		s.staff(20)
		s.runs()
		id := s.of("102").ID
		s.join(id, "guarded")
		s.pass(1)
		s.who("102").Title = "Chief"
		s.ends("105", -1)
		before := s.users()[id]
		s.runs()
		s.mayNot("105")
		s.check(s.users()[id].equal(before), "a protected account was touched")
	}},
	{"P7 a container in another spelling", onlyAD, func(s *scene) {
		s.server().PutUnit(`OU=R\+D\, Lab,` + memdir.Base)
		s.rules["container"] = `"OU=R\2BD\2C Lab, ` + memdir.Base + `"`
		s.staff(5)
		s.runs()
		s.settles()
		s.check(!strings.Contains(s.last.report(), "move"), "the report tells of moves that there are none")
		moves := 0
		for _, list := range s.last.verdicts() {
			for _, d := range list {
				if d.Action == "move" {
					moves++
				}
			}
		}
		s.check(moves == 0, "%d accounts are said to move", moves)
	}},
	{"G4 an account with objects below it", onlyAD, func(s *scene) {
		s.staff(20)
		s.population["on_removal"] = "delete"
		s.runs()
		s.server().PutBelow(s.of("104").ID, "CN=ExchangeActiveSyncDevices", "msExchActiveSyncDevices")
		s.server().PutBelow(s.of("105").ID, "CN=Printer", "printQueue")
		s.ends("104", -1)
		s.ends("105", -1)
		s.ends("106", -1)
		s.pass(1)
		s.runs()
		s.pass(31)
		s.plans()
		s.check(s.says("printQueue") || s.says("Printer"), "the plan says nothing of the printer below the account of 105")
		s.tries()
		s.gone("104", "106")
		s.there("105")
		s.pass(1)
		s.runs()
		s.settles()
	}},
	{"G5 a login that was just given up", both, func(s *scene) {
		s.staff(20)
		s.population["on_removal"] = "delete"
		s.accounts["reuse_deleted_names"] = true
		s.hire("500", "Pat", "Same")
		s.runs()
		login := s.of("500").Login
		s.ends("500", -1)
		s.pass(1)
		s.runs()
		s.pass(31)
		s.runs()
		s.accounts["reuse_deleted_names"] = nil
		s.drop("500")
		s.pass(1)
		s.hire("501", "Pat", "Same")
		s.runs()
		u := s.of("501")
		s.check(u == nil || u.Login != login, "501 got the login %s, which was given up a day ago", login)
	}},
	{"sibling: a manager whose account is deleted", both, func(s *scene) {
		s.staff(20)
		s.hire("500", "The", "Boss")
		for _, id := range []string{"105", "106", "107"} {
			s.who(id).Manager = "500"
		}
		s.runs()
		s.ends("500", -1)
		s.pass(1)
		s.runs()
		s.pass(31)
		p := s.runs()
		s.gone("500")
		for _, id := range p.shown() {
			s.check(len(p.verdicts()[id]) == 1, "the plan changes %s, and the report has %d causes", id, len(p.verdicts()[id]))
		}
		s.settles()
	}},
	{"sibling: a manager of somebody absent is deleted", both, func(s *scene) {
		s.staff(20)
		s.hire("500", "The", "Boss")
		s.who("105").Manager = "500"
		s.runs()
		s.drop("105")
		s.ends("500", -1)
		s.pass(1)
		s.runs()
		s.pass(31)
		s.runs()
		s.gone("500")
		s.may("105")
		s.settles()
	}},
	{"sibling: a write that is refused stops nobody else", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.pass(1)
		s.who("104").Title = "Director"
		s.ends("105", -1)
		s.hire("500", "New", "Comer")
		u := s.of("104")
		s.fail(func(w write) verdict {
			if w.Op == "change" && (strings.Contains(w.Name, u.ID) || strings.EqualFold(w.Name, u.Path)) {
				return refuse
			}
			return carryOut
		})
		s.tries()
		s.fail(nil)
		s.mayNot("105")
		s.may("500")
		s.pass(1)
		s.runs()
		s.check(s.of("104").Title == "Director", "the title of 104 was never written")
		s.settles()
	}},
	{"sibling: answers that get lost", both, func(s *scene) {
		s.staff(10)
		n := 0
		s.fail(func(w write) verdict {
			if n++; n%5 == 3 {
				return loseAnswer
			}
			return carryOut
		})
		s.tries()
		s.fail(nil)
		s.pass(1)
		s.runs()
		s.may("101", "105", "110")
		s.check(len(s.users()) == 10, "%d accounts for 10 people", len(s.users()))
		s.settles()
	}},
}

var hands = []directed{
	{"H1 disabled by hand while HR says active", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.pass(1)
		s.setEnabled(s.of("105").ID, false)
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.check(s.says("105"), "the report does not name 105")
		s.who("105").Title = "Director"
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.settles()
	}},
	{"H2 disabled leavers, rules without words, and a file without a status", both, func(s *scene) {
		s.lifecycle()["retention_days"] = nil
		for i := range 45 {
			id := "1" + letters(i)
			s.add(stranger{Worker: id, Login: "old." + letters(i), First: "Old" + letters(i), Last: "Person", Enabled: i >= 41})
			s.hire(id, "Old"+letters(i), "Person")
		}
		s.empty = []string{"WorkerStatus", "TerminationDate"}
		for _, name := range []string{"max_disable", "max_delete", "max_absent", "max_move", "max_rename"} {
			s.safeguards()[name] = "5"
		}
		s.tries()
		s.check(s.enabled() == 4, "%d disabled accounts were enabled", s.enabled()-4)
	}},
	{"sibling: enabled by hand after leaving", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.setEnabled(s.of("105").ID, true)
		s.join(s.of("105").ID, "vpn")
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.groupless("105")
		s.settles()
	}},
	{"sibling: deleted by hand while HR says active", both, func(s *scene) {
		s.staff(20)
		s.runs()
		id := s.of("105").ID
		s.remove(id)
		s.pass(1)
		s.runs()
		s.may("105")
		u := s.of("105")
		s.check(u != nil && u.ID == id, "105 got another object")
		s.settles()
	}},
	{"sibling: disabled while on leave, and back", both, func(s *scene) {
		s.lifecycle()["on_leave"] = "disable"
		s.staff(20)
		s.runs()
		s.who("105").Leave = true
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.who("105").Leave = false
		s.pass(30)
		s.runs()
		s.may("105")
		s.settles()
	}},
	{"sibling: a joiner who waits for the first day", both, func(s *scene) {
		s.staff(20)
		l := s.hire("500", "New", "Comer")
		l.Hire = s.day(10)
		s.runs()
		s.mayNot("500")
		s.every(1, 9)
		s.mayNot("500")
		s.every(1, 1)
		s.may("500")
		s.settles()
	}},
}
