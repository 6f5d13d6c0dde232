// SPDX-License-Identifier: MPL-2.0

package simulation

// datedWords are lives in which the status word has a date in it.
var datedWords = []directed{
	{"words: a day of leaving inside the status word", both, func(s *scene) {
		s.staff(12)
		s.runs()
		s.pass(1)
		s.who("105").Status = "Terminated - " + s.day(-1)
		s.who("106").Status = "Inactive since " + s.clock.now().AddDate(0, 0, -3).Format("2.1.2006")
		s.who("107").Status = "Terminated effective " + s.day(2)
		s.who("108").Status = "Active until " + s.day(2)
		s.runs()
		s.mayNot("105", "106")
		s.may("107", "108", "109")
		s.check(s.says("107"), "nobody is told of 107: %s", s.last.warnings)
		s.settles()
		s.every(1, 4)
		s.mayNot("105", "106", "107", "108")
		s.settles()
	}},
}
