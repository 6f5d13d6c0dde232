// SPDX-License-Identifier: MPL-2.0

package simulation

// restored: a manager whose account a run restores has the reports back by the directory itself. What the
// run decided about these must hold in the next plan, too.
var restored = []directed{
	{"sibling I: a manager is restored, and reports stay as they are", both, func(s *scene) {
		s.rules["attributes"].(object)["manager"] = object{"source": "manager_id"}
		s.reportsStay()
	}},
	{"sibling I: a manager is restored, and reports stay as they are, managers are cleared", both, (*scene).reportsStay},
	{"sibling I: a manager is restored, and managers are written once", both, func(s *scene) {
		s.rules["attributes"].(object)["manager"] = object{"source": "manager_id", "apply": "on_create"}
		s.reportsStay()
	}},
	{"sibling I: a manager of somebody protected is deleted for good", both, func(s *scene) {
		s.lift()
		s.staff(8)
		s.runs()
		s.join(s.of("103").ID, "guarded")
		s.drop("104")
		s.ends("101", -1)
		s.pass(1)
		s.every(1, 35)
		s.gone("101")
		s.settles()
	}},
}

// reportsStay has the first of a staff deleted by hand, while reports are set aside, protected, or leave.
func (s *scene) reportsStay() {
	s.lift()
	s.staff(9)
	s.runs()
	s.who("103").Status = "Bewildered"
	s.ends("105", -1)
	s.join(s.of("106").ID, "guarded")
	s.pass(1)
	s.runs()
	s.settles()
	s.remove(s.of("101").ID)
	s.pass(1)
	s.who("107").Status, s.who("107").Hire = "Suspended", "someday" // set aside, and to lose access
	s.who("108").Title = "Chief"
	s.runs()
	s.may("101")
	s.mayNot("107")
	s.settles()
}
