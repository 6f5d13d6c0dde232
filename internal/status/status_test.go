// SPDX-License-Identifier: MPL-2.0

package status

import (
	"strings"
	"testing"
)

func TestClassify(t *testing.T) {
	for class, words := range map[Class][]string{
		Unsaid:    {"", "  "},
		Active:    {"Active", " ACTIVE ", "Active - Payroll eligible", "Active – Payroll Eligible", "Active - No Payroll", "Active (full time)", "Aktiv", "Actif", "activo", "Beschäftigt", "En activité", "Current", "Employed", "true", "1", "Notice period", "Rehired", "Active Employee"},
		Prehire:   {"Pending Hire", "PreHire", "pre-hire", "PREHIRE", "onboarding", "Offer Accepted", "Hired", "Future Start", "Not yet started", "Vor Eintritt", "Pending Hire - Germany"},
		OnLeave:   {"On Leave", "on_leave", "OnLeave", "Leave", "Paid Leave", "Unpaid leave", "Leave of Absence", "Active - On Leave", "On Leave (Parental)", "Leave of Absence - FMLA", "Elternzeit", "Congé maternité", "LOA", "Maternity"},
		Suspended: {"Suspended", "Garden leave", "Gardening Leave", "Furloughed", "Dormant", "Freigestellt", "Suspended - Payroll Eligible", "Active (suspended)", "Suspended pay"},
		Left: {"Former employee", "Terminated - Voluntary", "Terminated (Deceased)", "Separated", "Laid off", "Inaktiv", "Inactive", "InActive", "Left", "Retired", "Ausgeschieden", "Inactif", "Inactivo", "Licencié", "Cessato", "Uit dienst",
			"Voluntarily Terminated", "Terminated for Cause", "Terminated, on leave", "Terminated - moved to Malta", "Left: reason 12",
			"Employee - Terminated", "Not active", "no longer employed", "Ex-employee", "false", "0", "Discarded", "Resigned", "Deceased",
			"Dismissed", "Former", "Redundant", "Ehemalige Mitarbeiterin",
			"Terminated - pending final pay", "Terminated (Involuntary)", "Terminated - may return", "Terminated, badge 12345",
			"Terminated - without notice", "Terminated without notice", "Resigned (no notice)", "Job abandonment / no notice",
			"Terminated - no notice period",
			"Terminated - not eligible for future employment", "Ausgeschieden (gekündigt)", "Terminated - planned restructuring",
			"Terminated - role not as expected", "Left (Will Smith)", "Terminated - effective immediately",
			"Terminated - do not rehire until further notice",
			"Terminated - case 123456", "Terminated - RIF 2024", "Terminated - ticket 20261399", "Terminated - ticket 48213377",
			"Terminated - 99.99.2026"},
		NeverStarted: {"Rescinded", "Withdrawn", "No Show", "No-Show", "NoShow", "Offer Declined", "Offer declined", "Reported No Show",
			"Hire Rescinded", "Terminated - No Show", "Pending Hire (Withdrawn)", "Never started",
			"Terminated - Offer Rescinded", "Terminated (offer declined)", "Terminated - Hire Cancelled", "Inactive - Candidate Withdrew",
			"Terminated - Application Withdrawn"},
		Unknown: {"Terminatd", "I", "X", "T", "A", "D", "S", "P", "R", "O", "Y", "2", "Actve", "Regular", "Employee", "Payroll eligible", "No payroll", "Active - Terminated", "Active (inactive)", "Active - under review", "Resignation withdrawn", "Leave cancelled",
			"Pending termination", "Terminated - still active", "not", "-", "???", "No", "Yes", "Unknown", "N/A", "Disabled", "Active 0",
			"Not terminated", "On leave until further notice", "Germany - Active",
			"Terminated (future dated)", "Terminated - Future", "Terminated (future-dated)", "Terminated (FutureDated)", "Future Termination",
			"Future dated termination", "Termination pending",
			"Terminated (pending)", "Terminated - pending approval", "Resigned - serving notice", "Resigned (last day 2026-12-31)",
			"Terminated (2026-12-31)", "Terminated - 12/31/2026",
			"Terminated: 31.12.26", "Terminated (effective 31 Dec)", "Terminated, 31 December", "Terminated [20261231]", "Terminated / scheduled",
			"Inactive (from January 1)", "Leaver (upcoming)",
			"Employee - Terminated (future dated)", "Active - Terminating 2026-12-31", "Active (until 2026-12-31)", "Active - Future Termination",
			"Active, termination scheduled",
			"Terminated (rescinded)", "Terminated - cancelled", "Resigned (withdrawn)", "Terminated - Voluntary (future dated)",
			"Ausgetreten (zum 31.12.2026)", "Austritt (geplant)", "Future leaver",
			"Termination", "Terminating", "Terminating 2026-12-31", "Pending Leaver", "To be terminated", "Scheduled termination",
			"Notified of termination",
			"Terminated - planned termination", "Terminated - expected leaver", "Left (in notice)", "Terminated - under notice",
			"Terminated - not yet effective",
			"Terminated - 2026/12/31", "Terminated - 31-12-2026", "Terminated (December 2026)", "Terminated (Dec 31st)",
			"Terminated - scheduled for next week",
			"Terminated - leaving planned by HR desk", "Terminated - access until payday"},
	} {
		for _, word := range words {
			if got := Classify(word); got != class {
				t.Errorf("%q is %q, want %q", word, got, class)
			}
		}
	}
}

// TestNothingUnknownIsActive: no misspelling of a word that takes access away is active.
func TestNothingUnknownIsActive(t *testing.T) {
	for _, class := range []Class{Left, NeverStarted, Suspended, Prehire} {
		for _, phrase := range Phrases(class) {
			for i := range phrase {
				for _, change := range []string{"", "x", phrase[i:i+1] + phrase[i:i+1]} {
					word := phrase[:i] + change + phrase[i+1:]
					if got := Classify(word); got == Active && !known(word) {
						t.Errorf("%q, misspelt as %q, is active", phrase, word)
					}
				}
			}
		}
	}
}

// known reports whether a word is in the vocabulary as it is: dropping a letter can give another word.
func known(word string) bool {
	_, there := phrases[word]
	return there
}

// TestVocabulary: each phrase has one class, and is written as it is looked up.
func TestVocabulary(t *testing.T) {
	for _, class := range Classes() {
		if len(Phrases(class)) == 0 {
			t.Errorf("no word for %q", class)
		}
		for _, phrase := range Phrases(class) {
			if got := Classify(phrase); got != class {
				t.Errorf("%q stands under %q and is %q", phrase, class, got)
			}
			if got := Classify(strings.ToUpper(phrase)); got != class {
				t.Errorf("%q in capitals is %q, want %q", phrase, got, class)
			}
		}
	}
}

func BenchmarkClassify(b *testing.B) {
	for b.Loop() {
		if Classify("Terminated - Voluntary") != Left {
			b.Fatal("not left")
		}
	}
}
