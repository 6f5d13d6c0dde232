// SPDX-License-Identifier: MPL-2.0

package simulation

import "strings"

var leaving = []directed{
	{"L1 late leaver never managed", both, func(s *scene) {
		s.staff(5)
		s.add(stranger{Worker: "900", Login: "olga.old", First: "Olga", Last: "Old", Enabled: true, Groups: []string{"vpn", "sales"}})
		s.hire("900", "Olga", "Old")
		s.ends("900", -520)
		s.population["adopt_existing"] = "always"
		s.runs()
		s.mayNot("900")
		s.groupless("900")
		s.settles()
	}},
	{"L2 end dated back by 50 days", both, func(s *scene) {
		s.staff(5)
		s.runs()
		s.join(s.of("105").ID, "vpn")
		s.pass(1)
		s.ends("105", -50)
		s.runs()
		s.mayNot("105")
		s.groupless("105")
		if u := s.of("105"); u != nil && u.Path != "" {
			s.check(strings.Contains(u.Path, "Leavers"), "the account stays at %s", u.Path)
		}
		s.settles()
		s.pass(20)
		s.runs()
		s.there("105")
		s.pass(11)
		s.runs()
		s.gone("105")
		s.settles()
	}},
	{"L3 end dated back, on_removal release", both, func(s *scene) {
		s.staff(5)
		s.population["on_removal"] = "release"
		s.runs()
		s.pass(1)
		s.ends("105", -50)
		s.runs()
		s.mayNot("105")
	}},
	{"L4 end dated back, on_removal delete, beside a joiner and another leaver", both, func(s *scene) {
		s.staff(8)
		s.population["on_removal"] = "delete"
		s.runs()
		s.pass(1)
		s.ends("105", -50)
		s.ends("106", -1)
		s.hire("190", "New", "Comer")
		s.runs()
		s.mayNot("105", "106")
		s.may("190")
		s.settles()
	}},
	{"L5 weekly runs and the clock of the retention", both, func(s *scene) {
		s.staff(5)
		s.population["on_removal"] = "delete"
		s.runs()
		s.ends("105", 4)
		s.every(7, 49)
		s.gone("105")
		s.settles()
	}},
	{"L6 disabled by hand, retention over", both, func(s *scene) {
		s.staff(5)
		s.population["on_removal"] = "delete"
		s.runs()
		s.setEnabled(s.of("105").ID, false)
		s.ends("105", -40)
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.there("105")
		s.every(1, 32)
		s.gone("105")
	}},
	{"L7 the record vanishes between two rungs", both, func(s *scene) {
		s.lifecycle()["leaver_groups_days"] = 7
		s.staff(5)
		s.runs()
		s.join(s.of("105").ID, "vpn")
		s.ends("105", -1)
		s.runs()
		s.mayNot("105")
		s.pass(3)
		s.drop("105")
		s.runs()
		s.pass(7)
		s.runs()
		s.groupless("105")
		s.pass(30)
		s.runs()
		s.gone("105")
	}},
	{"L8 left without a date", both, func(s *scene) {
		s.staff(5)
		s.runs()
		s.pass(1)
		s.who("105").Status = "Terminated"
		s.runs()
		s.mayNot("105")
		s.pass(31)
		s.runs()
		s.gone("105")
	}},
	{"L9 booked rehire", both, func(s *scene) {
		s.staff(5)
		s.runs()
		s.pass(1)
		s.who("105").Status, s.who("105").Hire = "Terminated", s.day(90)
		s.runs()
		s.mayNot("105")
	}},
	{"L10 a refused attribute of a leaver", cloud, func(s *scene) {
		attributes := s.rules["attributes"].(object)
		attributes["preferredLanguage"] = object{"expression": `IIF([JobTitle] = "Poet", "deutsch und english", "de-DE")`}
		s.staff(5)
		s.runs()
		s.pass(1)
		s.ends("105", -1)
		s.who("105").Title = "Poet"
		s.tries()
		s.mayNot("105")
	}},
	{"L10 a login of a leaver that somebody else has", both, func(s *scene) {
		attributes := s.rules["attributes"].(object)
		name, suffix := "userPrincipalName", "corp.example.com"
		if s.prefix() == "entra" {
			suffix = "example.com"
		}
		attributes[name] = object{"expression": `Join("@", Use("login"), "` + suffix + `")`, "apply": "always"}
		s.staff(5)
		s.runs()
		s.add(stranger{Login: "new.name", First: "Somebody", Last: "Else", Enabled: true})
		s.pass(1)
		s.ends("105", -1)
		s.who("105").First, s.who("105").Last = "New", "Name"
		s.tries()
		s.mayNot("105")
	}},
	{"L11 sessions that could not be revoked", cloud, func(s *scene) {
		s.staff(5)
		s.runs()
		s.pass(1)
		s.ends("105", -1)
		s.fail(func(w write) verdict {
			if strings.HasSuffix(w.Name, "/revokeSignInSessions") {
				return refuse
			}
			return carryOut
		})
		disabled := s.clock.now()
		s.tries()
		s.mayNot("105")
		s.fail(nil)
		s.pass(1)
		s.tries()
		s.pass(1)
		s.tries()
		u := s.of("105")
		s.check(u != nil && !u.Sessions.Before(disabled), "the sessions of 105 were never revoked")
		s.settles()
	}},
	{"L12 an attribute of leavers when they return", both, func(s *scene) {
		name := "description"
		if s.prefix() == "entra" {
			name = "officeLocation"
		}
		s.lifecycle()["leaver_attributes"] = object{name: object{"constant": "left"}}
		s.staff(5)
		s.runs()
		s.ends("105", -1)
		s.pass(1)
		s.runs()
		s.check(s.text(s.of("105").ID, name) == "left", "%s is %q", name, s.text(s.of("105").ID, name))
		s.pass(5)
		s.who("105").Status, s.who("105").End, s.who("105").Hire = "Active", "", s.day(0)
		p := s.runs()
		s.may("105")
		if !strings.Contains(p.documents()["105"], name) || strings.Contains(p.documents()["105"], `"`+name+`":null`) {
			s.check(s.text(s.of("105").ID, name) == "", "the plan takes %s away, and the directory keeps %q", name, s.text(s.of("105").ID, name))
		}
		s.settles()
	}},
	{"L13 the override of a past leaver ends", both, func(s *scene) {
		s.staff(5)
		s.population["on_removal"] = "delete"
		s.ends("105", -100)
		s.add(stranger{Worker: "105", Login: "olga.old", First: "Olga", Last: "Old", Enabled: true})
		s.accounts["overrides"] = []string{s.override(object{"worker_ids": []string{"105"}, "enabled": true, "reason": "handover", "expires": s.day(5)})}
		s.runs()
		s.may("105")
		s.every(1, 8)
		s.mayNot("105")
		s.accounts["overrides"] = nil
		s.every(1, 35)
		s.gone("105")
	}},
	{"sibling: who left long ago and gets an account is not deleted and made again for ever", both, func(s *scene) {
		s.staff(5)
		s.ends("105", -100)
		s.lifecycle()["create_leavers"] = true
		s.add(stranger{Worker: "105", Login: "olga.old", First: "Olga", Last: "Old", Enabled: true})
		s.runs()
		s.mayNot("105")
		s.pass(31)
		s.runs()
		s.gone("105")
		s.every(1, 3)
		s.gone("105")
		s.settles()
	}},
	{"L14 an override that disables a past leaver", both, func(s *scene) {
		s.staff(5)
		s.add(stranger{Worker: "900", Login: "olga.old", First: "Olga", Last: "Old", Enabled: true, Groups: []string{"vpn"}})
		s.hire("900", "Olga", "Old")
		s.ends("900", -100)
		s.accounts["overrides"] = []string{s.override(object{"worker_ids": []string{"900"}, "enabled": false, "reason": "now", "expires": s.day(5)})}
		s.runs()
		s.mayNot("900")
		s.settles()
	}},
}
