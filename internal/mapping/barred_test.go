// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"testing"

	"terraform-provider-workforce/internal/worker"
)

// TestBarred: whatever is wrong with a record, whoever has left by every reading of it may not
// sign in, and nobody else loses access.
func TestBarred(t *testing.T) {
	type w = worker.Worker
	unread := []string{"row 7, column \"Hired\": found \"soon\""}
	const at = "2026-11-20T13:00:00Z"
	for name, tt := range map[string]struct {
		worker w
		stage  Stage
	}{
		"in order, at work":                                   {w{HireDate: "2020-01-01", Status: "Active"}, ""},
		"in order, left":                                      {w{HireDate: "2020-01-01", TerminationDate: "2026-11-01"}, StageLeft},
		"in order, not begun":                                 {w{HireDate: "2027-01-01"}, StagePrehire},
		"a word for left, with ends that contradict":          {w{Status: "Terminated", LastDayOfWork: "2027-02-01", TerminationDate: "2027-01-01"}, StageLeft},
		"a word for left, with a date that cannot be read":    {w{Status: "Terminated", Problems: unread}, StageLeft},
		"never started, with a date that cannot be read":      {w{Status: "No show", Problems: unread}, StageLeft},
		"suspended, with a date that cannot be read":          {w{Status: "Suspended", Problems: unread}, StageLeave},
		"at work by the word, with a date that is unread":     {w{Status: "Active", Problems: unread}, ""},
		"no word, with a date that cannot be read":            {w{Problems: unread}, ""},
		"an unknown word, with a date that cannot be read":    {w{Status: "Xyz", Problems: unread}, ""},
		"ends that contradict, both over":                     {w{HireDate: "2020-01-01", LastDayOfWork: "2026-11-10", TerminationDate: "2026-11-01"}, StageLeft},
		"ends that contradict, one to come":                   {w{HireDate: "2020-01-01", LastDayOfWork: "2026-12-10", TerminationDate: "2026-11-01"}, ""},
		"over, and the hire date cannot be read":              {w{TerminationDate: "2026-11-01", Problems: unread}, ""},
		"over, and another value cannot be read":              {w{HireDate: "2020-01-01", TerminationDate: "2026-11-01", Problems: unread}, StageLeft},
		"over, hired again, and another value cannot be read": {w{HireDate: "2026-11-15", TerminationDate: "2026-11-01", Problems: unread}, ""},
		"over everywhere by an hour":                          {w{HireDate: "2020-01-01", TerminationDate: "2026-11-19", Problems: unread}, StageLeft},
		"over in some places only":                            {w{HireDate: "2020-01-01", TerminationDate: "2026-11-20", Problems: unread}, ""},
		"a date that is none":                                 {w{HireDate: "2020-01-01", TerminationDate: "soon"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			x := tt.worker
			x.ID, x.Attributes = "7", ann().Attributes
			rules := ladder()
			rules.Lifecycle.PrehireDays = pointer(90)
			stage, barred := mustCompile(t, rules).Barred(&x, instant(t, at), Known{})
			if barred != (tt.stage != "") || barred && stage != tt.stage {
				t.Errorf("%q, barred %v, expected %q", stage, barred, tt.stage)
			}
		})
	}
}
