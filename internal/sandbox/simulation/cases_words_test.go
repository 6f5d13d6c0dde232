// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"fmt"
	"maps"
)

var unknownWords = []string{"Former employee", "Terminated - Voluntary", "Separated", "Rescinded", "Withdrawn", "No Show", "Laid off", "Garden leave", "Inaktiv", "Terminatd", "I"}

var wordsAndDates = []directed{
	{"S1 words that nobody classified, of people without an account", both, func(s *scene) {
		s.staff(20)
		s.lift()
		for i, w := range unknownWords {
			s.hire(fmt.Sprint(500+i), "Word"+letters(i), "Person").Status = w
		}
		s.tries()
		for i, w := range unknownWords {
			if u := s.of(fmt.Sprint(500 + i)); u != nil && u.Enabled {
				s.wrong("%q was created enabled", w)
			}
		}
		s.may("101", "120")
	}},
	{"S1 words that nobody classified, of people whose account is disabled", both, func(s *scene) {
		s.staff(20)
		s.lift()
		for i := range unknownWords {
			s.add(stranger{Worker: fmt.Sprint(500 + i), Login: "word" + letters(i), First: "Word" + letters(i), Last: "Person", Unit: "Leavers"})
			s.hire(fmt.Sprint(500+i), "Word"+letters(i), "Person")
		}
		for i, w := range unknownWords {
			s.who(fmt.Sprint(500 + i)).Status = w
		}
		s.tries()
		for i, w := range unknownWords {
			s.check(!s.of(fmt.Sprint(500+i)).Enabled, "%q was enabled again", w)
		}
	}},
	{"S3 without a hire date", both, func(s *scene) {
		s.staff(20)
		for i, w := range []string{"Pending Hire", "Offer Declined"} {
			l := s.hire(fmt.Sprint(500+i), "Word"+letters(i), "Person")
			l.Status, l.Hire = w, ""
		}
		s.tries()
		s.mayNot("500", "501")
		s.may("101")
	}},
	{"S4 a hire that was rescinded", both, func(s *scene) {
		s.staff(20)
		s.runs()
		l := s.hire("500", "Never", "Came")
		l.Hire, l.End = s.day(6), s.day(5)
		s.runs()
		s.mayNot("500")
		s.every(1, 10)
		s.mayNot("500")
	}},
	{"S5 two sources with the same worker id", both, func(s *scene) {
		p, list := start(s.ctx, s.clock, s.provider)
		s.check(!list.failed(), "%s", list.errors())
		read := func(l line) string {
			out, list := p.read("workforce_hr_csv", source(export([]line{l})))
			s.check(!list.failed(), "%s", list.errors())
			return text(out["json"])
		}
		ann := read(line{ID: "1001", Status: "Terminated", Type: "Employee", Hire: "2019-01-01", End: "2024-01-01", First: "Ann", Last: "Left"})
		bob := read(line{ID: "1001", Status: "Active", Type: "Contractor", Hire: "2025-01-01", First: "Bob", Last: "Builder"})
		out, list := p.read("workforce_hr_merge", object{"primary": []string{"a", "b"}, "sources": []object{{"name": "a", "workers": ann}, {"name": "b", "workers": bob}}})
		s.check(list.failed() || len(texts(out["warnings"])) > 0, "two people with one worker id became one without a word")
	}},
	{"sibling: a recoded word for everybody", both, func(s *scene) {
		s.staff(20)
		s.runs()
		for i := range s.lines {
			s.lines[i].Status = "Aktiv (neu)"
		}
		s.pass(1)
		s.tries()
		s.check(s.enabled() == 20, "%d of 20 were disabled", 20-s.enabled())
		s.check(s.says("Aktiv (neu)"), "nothing names the word that nobody classified")
	}},
	{"sibling: the status column comes empty", both, func(s *scene) {
		s.lifecycle()["retention_days"] = nil
		s.staff(20)
		s.runs()
		s.ends("120", -1)
		s.who("120").End = ""
		s.pass(1)
		s.runs()
		s.mayNot("120")
		s.empty = []string{"WorkerStatus"}
		s.pass(1)
		s.tries()
		s.mayNot("120")
		s.check(s.enabled() == 19, "%d can sign in, expected 19", s.enabled())
	}},
	{"sibling: terminated and without a date, then with one in the future", both, func(s *scene) {
		s.staff(5)
		s.runs()
		s.pass(1)
		s.who("105").Status = "Terminated"
		s.runs()
		s.mayNot("105")
		s.pass(1)
		s.who("105").Status, s.who("105").End = "Active", s.day(20)
		s.runs()
		s.may("105")
		s.every(1, 22)
		s.mayNot("105")
	}},
}

// weak adds a match rule by name, which identifies nobody.
func (s *scene) weak() {
	first, last := "givenName", "sn"
	if s.prefix() == "entra" {
		last = "surname"
	}
	s.rules["match"] = append(s.rules["match"].([]object), object{"all": []object{{"source": "FirstName", "target": first}, {"source": "LastName", "target": last}}})
}

var identity = []directed{
	{"W1 a namesake after HR has deleted the leaver", both, func(s *scene) {
		s.weak()
		s.lifecycle()["retention_days"] = nil
		s.staff(20)
		s.hire("100", "Pat", "Same")
		s.runs()
		object := s.of("100").ID
		s.join(object, "vpn")
		s.ends("100", -1)
		s.pass(1)
		s.runs()
		s.drop("100")
		s.hire("900", "Pat", "Same")
		s.pass(10)
		s.tries()
		u := s.users()[object]
		s.check(u.Worker == "100" && !u.Enabled, "900 got the account of 100: it carries %q, enabled %t", u.Worker, u.Enabled)
		s.may("101")
	}},
	{"W1 a namesake while HR still has the leaver", both, func(s *scene) {
		s.weak()
		s.staff(20)
		s.population["adopt_existing"] = "never"
		s.hire("100", "Pat", "Same")
		s.runs()
		object := s.of("100").ID
		s.ends("100", -1)
		s.pass(1)
		s.runs()
		s.every(10, 40)
		s.hire("900", "Pat", "Same")
		s.tries()
		u, there := s.users()[object]
		s.check(!there || u.Worker == "100" && !u.Enabled, "900 got the account of 100: it carries %q, enabled %t", u.Worker, u.Enabled)
	}},
	{"W2 who left long ago finds somebody by a weak rule", both, func(s *scene) {
		s.weak()
		s.population["adopt_existing"] = "always"
		s.lifecycle()["retention_days"] = nil
		s.staff(20)
		id := s.add(stranger{Login: "auditor", First: "Pat", Last: "Same", Unit: "Elsewhere", Enabled: true})
		before := s.users()[id]
		l := s.hire("100", "Pat", "Same")
		l.Status, l.End, l.Hire = "Terminated", "2009-03-31", "2001-01-01"
		s.tries()
		s.check(s.users()[id].equal(before), "the auditor was touched: enabled %t, at %s", s.users()[id].Enabled, s.users()[id].Path)
	}},
	{"W3 a contractor becomes an employee", both, func(s *scene) {
		s.staff(20)
		s.hire("4", "Pat", "Same").Type = "Contractor"
		s.runs()
		s.ends("4", 0)
		s.runs()
		s.pass(1)
		l := s.hire("44", "Pat", "Same")
		l.Hire = s.day(0)
		s.plans()
		s.check(s.says("44") && s.says(s.of("4").Login) && s.says("links"), "nothing says that 44 nearly fits the account of 4")
	}},
	{"W4 the format of worker ids changes", both, func(s *scene) {
		s.staff(20)
		s.runs()
		before := s.users()
		for i := range s.lines {
			s.lines[i].ID = "00" + s.lines[i].ID
			if s.lines[i].Manager != "" {
				s.lines[i].Manager = "00101"
			}
		}
		s.pass(1)
		s.tries()
		after := s.users()
		s.check(len(after) == len(before), "%d accounts were created for people who have one", len(after)-len(before))
		s.check(s.enabled() == 20, "%d can sign in", s.enabled())
	}},
	{"W6 two populations manage one account", both, func(s *scene) {
		s.staff(10)
		s.runs()
		p := s.plans()
		name := "workforce_" + s.prefix() + "_population"
		process, list := start(s.ctx, s.clock, s.provider)
		s.check(!list.failed(), "%s", list.errors())
		docs := maps.Clone(p.documents())
		_, first := process.plan(name, s.state, object{"accounts": docs})
		_, second := process.plan(name, s.state, object{"accounts": map[string]string{"105": swapped(docs["105"], "Sales", "Research")}})
		s.cut(false)
		s.check(first.failed() || second.failed(), "two populations manage the account of 105, and neither plan says so")
	}},
	{"W7 disabled by hand between a plan that adopts and its apply", both, func(s *scene) {
		s.staff(10)
		id := s.add(stranger{Worker: "105", Login: "olga.own", First: "Olga", Last: "Own", Enabled: true})
		p := s.plans()
		s.check(p.ok(), "the plan failed: %s", p.failed.errors())
		if !p.ok() {
			return
		}
		s.setEnabled(id, false)
		s.apply(s.ctx, p)
		s.check(!s.users()[id].Enabled, "who was disabled after the plan was enabled again")
	}},
	{"W8 a guest carries the worker id", cloud, func(s *scene) {
		s.staff(10)
		s.add(stranger{Worker: "900", Login: "guest", First: "Gus", Last: "Guest", Enabled: true, Guest: true})
		s.hire("900", "Gus", "Guest")
		s.plans()
		s.check(s.says("guest") && (s.says("a guest") || s.says("guest user") || s.says("Guest user")), "a guest is taken over without a word")
	}},
	{"W9 the manager's worker id in another case", both, func(s *scene) {
		s.staff(3)
		s.hire("A1", "Boss", "Person")
		s.hire("500", "Some", "Report").Manager = "a1"
		s.runs()
		u, manager := s.of("500"), s.of("A1")
		s.check(u != nil && manager != nil && u.Manager == manager.ID, "500 has no manager")
		s.settles()
	}},
	{"sibling: a rehire under the same worker id", both, func(s *scene) {
		s.staff(20)
		s.runs()
		id := s.of("105").ID
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.pass(10)
		s.who("105").Status, s.who("105").End, s.who("105").Hire = "Active", "", s.day(0)
		s.runs()
		s.may("105")
		u := s.of("105")
		s.check(u != nil && u.ID == id, "105 got another object")
		s.settles()
	}},
	{"sibling: a rehire after the deletion", both, func(s *scene) {
		s.staff(20)
		s.population["on_removal"] = "delete"
		s.runs()
		id := s.of("105").ID
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.pass(31)
		s.runs()
		s.pass(10)
		s.who("105").Status, s.who("105").End, s.who("105").Hire = "Active", "", s.day(0)
		s.runs()
		s.may("105")
		u := s.of("105")
		s.check(u != nil && u.ID == id, "105 got another object, though the deleted one can be restored")
		s.settles()
	}},
}
