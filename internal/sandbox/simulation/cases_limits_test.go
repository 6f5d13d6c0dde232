// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"fmt"
	"strings"
)

// zero sets every limit to nothing.
func (s *scene) zero() {
	for _, name := range []string{"max_create", "max_disable", "max_enable", "max_delete", "max_move", "max_rename", "max_update", "max_absent", "max_set_aside", "max_adopt"} {
		s.safeguards()[name] = "0"
	}
}

var limits = []directed{
	{"M1 end dates of nearly everybody become one in the past", both, func(s *scene) {
		s.staff(40)
		s.safeguards()["max_disable"] = "3%"
		s.runs()
		s.pass(1)
		for i := 1; i < 40; i++ {
			s.lines[i].End = "2020-01-01"
		}
		s.tries()
		s.check(s.enabled() == 40, "%d of 40 were disabled past max_disable = 3%%", 40-s.enabled())
	}},
	{"M1 the end is taken from the hire date", both, func(s *scene) {
		s.staff(40)
		s.safeguards()["max_disable"] = "3%"
		s.runs()
		s.pass(1)
		for i := range s.lines {
			s.lines[i].End = s.lines[i].Hire
		}
		s.tries()
		s.check(s.enabled() == 40, "%d of 40 were disabled past max_disable = 3%%", 40-s.enabled())
	}},
	{"M2 a recoded word takes everybody out of scope", both, func(s *scene) {
		s.rules["scope"] = []object{{"clauses": []object{{"attribute": "worker_type", "operator": "EQUALS", "value": "Employee"}}}}
		s.staff(20)
		s.runs()
		s.zero()
		for i := 1; i < 20; i++ {
			s.lines[i].Type = "EMPLOYEE"
		}
		s.pass(1)
		s.tries()
		s.check(s.enabled() == 20, "%d of 20 were disabled with every limit at 0", 20-s.enabled())
		s.check(s.says("102"), "nobody who is out of scope is named")
	}},
	{"M3 a rule ignores most people", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.zero()
		s.rules["attributes"].(object)["displayName"] = object{"expression": `IIF([Department] = "Ignored", IgnoreObjectFlow, Use("name"))`}
		for i := 5; i < 20; i++ {
			s.lines[i].Dept = "Ignored"
		}
		s.pass(1)
		s.tries()
		s.check(s.enabled() == 20, "%d of 20 were disabled with every limit at 0", 20-s.enabled())
	}},
	{"M4 the column of ends comes empty", both, func(s *scene) {
		s.lifecycle()["retention_days"] = nil
		s.staff(40)
		s.lift()
		s.runs()
		for i := 20; i < 40; i++ {
			s.lines[i].End = s.day(-1)
		}
		s.pass(1)
		s.runs()
		s.check(s.enabled() == 20, "%d can sign in, expected 20", s.enabled())
		s.zero()
		s.safeguards()["max_move"], s.safeguards()["max_update"] = nil, nil
		s.empty = []string{"TerminationDate"}
		s.pass(1)
		s.tries()
		s.check(s.enabled() <= 20, "%d former employees were enabled", s.enabled()-20)
	}},
	{"M5 people placed outside of what is owned", onlyAD, func(s *scene) {
		s.staff(10)
		s.accounts["owned_containers"] = []string{unit("Staff")}
		for i := 5; i < 10; i++ {
			s.lines[i].Type = "Contractor"
		}
		if !s.tries().ok() { // the rules place people where nobody would miss them
			s.check(s.says("owned_containers"), "the run failed: %s", s.last.failed.errors())
			return
		}
		made := s.enabled()
		s.zero()
		s.lines = s.lines[:5]
		s.pass(1)
		s.tries()
		s.check(s.enabled() == made, "%d contractors were disabled because the file lacks them", made-s.enabled())
	}},
	{"M5 a pilot that owns nothing", both, func(s *scene) {
		s.staff(10)
		s.accounts["owned_containers"], s.accounts["owned_domains"] = []string{}, []string{}
		s.runs()
		made := s.enabled()
		s.zero()
		s.lines = s.lines[:5]
		s.pass(1)
		s.tries()
		s.check(s.enabled() == made, "%d were disabled because the file lacks them", made-s.enabled())
	}},
	{"M5 moved by hand out of what is owned", onlyAD, func(s *scene) {
		s.staff(10)
		s.accounts["owned_containers"] = []string{unit("Staff")}
		s.runs()
		s.move(s.of("110").ID, "Elsewhere")
		s.zero()
		s.lines = s.lines[:9]
		s.pass(1)
		s.tries()
		s.may("110")
	}},
	{"M6 a filter that finds nobody", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.population["accounts"] = map[string]string{}
		s.pass(1)
		s.tries()
		s.check(s.enabled() == 20, "%d of 20 were disabled", 20-s.enabled())
	}},
	{"M7 somebody else's account, and the owned containers get narrower", onlyAD, func(s *scene) {
		s.staff(12)
		s.add(stranger{Worker: "900", Login: "olga.other", First: "Olga", Last: "Other", Unit: "Elsewhere", Enabled: true})
		s.runs()
		s.accounts["owned_containers"] = []string{unit("Staff"), unit("Contractors"), unit("Leavers")}
		s.pass(1)
		s.tries()
		s.may("900")
		s.pass(1)
		s.tries()
		s.may("900")
	}},
	{"M7 somebody else's account loses its worker id", both, func(s *scene) {
		s.staff(12)
		id := s.add(stranger{Worker: "900", Login: "olga.other", First: "Olga", Last: "Other", Enabled: true})
		s.runs()
		s.setWorker(id, "")
		s.pass(1)
		s.tries()
		s.check(s.users()[id].Enabled, "an account that the configuration never changed was disabled")
	}},
	{"M8 the state of another directory", both, func(s *scene) {
		s.staff(20)
		s.runs()
		other := newScene(s.ctx, s.prefix())
		defer other.close()
		other.elsewhere()
		other.lines, other.state = s.lines, s.state
		p := other.tries()
		s.check(len(other.users()) == 0, "%d accounts were created in a directory that the state is not of", len(other.users()))
		s.check(!p.ok(), "nothing says that the state is of another directory")
	}},
	{"M9 a date of half a year ago", both, func(s *scene) {
		s.staff(10)
		s.runs()
		s.accounts["as_of"] = date(firstDay)
		s.pass(180)
		s.ends("105", -20)
		p := s.tries()
		s.check(!p.ok() || strings.Contains(p.warnings, "as_of"), "nothing says that as_of is %s, and today %s", date(firstDay), s.day(0))
	}},
	{"sibling: everybody leaves the file", both, func(s *scene) {
		s.staff(20)
		s.runs()
		s.lines = s.lines[:1]
		s.pass(1)
		s.tries()
		s.check(s.enabled() == 20, "%d of 20 were disabled", 20-s.enabled())
	}},
	{"sibling: everybody goes on leave", both, func(s *scene) {
		s.staff(20)
		s.lifecycle()["on_leave"] = "disable"
		s.runs()
		for i := range s.lines {
			s.lines[i].Leave = true
		}
		s.pass(1)
		s.tries()
		s.check(s.enabled() == 20, "%d of 20 were disabled by the default limits", 20-s.enabled())
	}},
	{"sibling: hire dates move into the future", both, func(s *scene) {
		s.staff(20)
		s.runs()
		for i := range s.lines {
			s.lines[i].Hire = s.day(300)
		}
		s.pass(1)
		s.tries()
		s.check(s.enabled() == 20, "%d of 20 were disabled by the default limits", 20-s.enabled())
	}},
	{"sibling: one worker is listed twice", both, func(s *scene) {
		s.staff(5)
		s.runs()
		s.hire("103", "Other", "Person")
		s.pass(1)
		p := s.tries()
		s.check(!p.ok(), "a file with one worker id twice was used")
		s.check(s.enabled() == 5, "%d can sign in", s.enabled())
	}},
	{"sibling: retention of everybody ends at once", both, func(s *scene) {
		s.staff(30)
		s.lift()
		s.runs()
		for i := 10; i < 30; i++ {
			s.ends(fmt.Sprint(101+i), -1)
		}
		s.pass(1)
		s.runs()
		s.safeguards()["max_delete"] = nil
		s.population["on_removal"], s.population["max_removals"] = "delete", nil
		s.pass(31)
		s.tries()
		s.check(len(s.users()) == 30, "%d were deleted by the default limits", 30-len(s.users()))
	}},
}
