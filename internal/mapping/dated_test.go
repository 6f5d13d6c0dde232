// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"errors"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/worker"
)

// TestDatedStatus: a date in a status word is compared with the day, as an end of the record is.
func TestDatedStatus(t *testing.T) {
	type w = worker.Worker
	const aside, day = Stage("set aside"), "2026-11-30T12:00:00Z"
	r := ladder()
	r.Lifecycle.TimeZone = "Europe/Berlin"
	m := mustCompile(t, r)
	for name, c := range map[string]struct {
		w    w
		at   string
		want Stage
		text string
	}{
		"past":                         {w{Status: "Terminated - 2024-05-01"}, day, StageLeft, "the date in status 2024-05-01"},
		"since":                        {w{Status: "Inactive since 01.05.2024", HireDate: "2020-01-01"}, day, StageLeft, "01.05.2024"},
		"that day":                     {w{Status: "Left (31/12/2023)"}, "2023-12-31T22:59:59Z", aside, "termination_date"},
		"that day is over in the zone": {w{Status: "Left (31/12/2023)"}, "2023-12-31T23:00:00Z", StageLeft, "is over"},
		"to come":                      {w{Status: "Terminated effective 2027-01-01"}, day, aside, "termination_date"},
		"to come, and the end says so": {w{Status: "Terminated effective 2027-01-01", TerminationDate: "2027-01-01"},
			day, StageActive, "works until"},
		"to come, and another end": {w{Status: "Terminated effective 2027-01-01", TerminationDate: "2027-02-01"}, day, aside, ""},
		"past, and an end to come": {w{Status: "Terminated - 2024-05-01", TerminationDate: "2027-02-01"}, day, StageLeft, ""},
		"to come, and the end is over": {w{Status: "Terminated - 2027-05-01", TerminationDate: "2026-02-01"},
			day, StageLeft, "termination_date"},
		"either order, both over": {w{Status: "Terminated - 03/04/2024"}, "2024-04-04T12:00:00Z", StageLeft, "2024-04-03"},
		"either order, one over":  {w{Status: "Terminated - 03/04/2024"}, "2024-03-20T12:00:00Z", aside, ""},
		"either order, the end tells": {w{Status: "Terminated - 03/04/2024", TerminationDate: "2024-04-03"},
			"2024-03-20T12:00:00Z", StageActive, ""},
		"hired after it":                {w{Status: "Terminated - 2024-05-01", HireDate: "2025-01-01"}, day, aside, ""},
		"booked to return":              {w{Status: "Terminated - 2024-05-01", HireDate: "2027-03-01"}, day, StageLeft, "hired again from"},
		"until, to come":                {w{Status: "Active until 2027-05-01"}, day, StageActive, "works until"},
		"until, over":                   {w{Status: "Active until 2024-05-01"}, day, StageLeft, ""},
		"until, last day":               {w{Status: "Active until 2024-05-01"}, "2024-05-01T12:00:00Z", StageActive, ""},
		"until, either order, before":   {w{Status: "Active until 03/04/2024"}, "2024-03-04T12:00:00Z", StageActive, ""},
		"until, either order, between":  {w{Status: "Active until 03/04/2024"}, "2024-03-20T12:00:00Z", aside, ""},
		"until, either order, over":     {w{Status: "Active until 03/04/2024"}, "2024-04-04T12:00:00Z", StageLeft, ""},
		"until, another end":            {w{Status: "Active until 2024-05-01", TerminationDate: "2027-01-01"}, day, aside, ""},
		"until, of the last employment": {w{Status: "Active until 2024-05-01", HireDate: "2025-01-01"}, day, aside, ""},
		"away until, to come":           {w{Status: "On leave until 2027-05-01"}, day, StageLeave, ""},
		"away until, over":              {w{Status: "On leave until 2024-05-01"}, day, aside, ""},
		"away until, over, and the end": {w{Status: "On leave until 2024-05-01", TerminationDate: "2024-06-01"}, day, StageLeft, ""},
		"barred until, to come":         {w{Status: "Suspended until 2027-05-01"}, day, StageLeave, ""},
		"a month by name":               {w{Status: "Terminated, May 1st, 2024"}, day, StageLeft, ""},
		"another date":                  {w{Status: "Terminated - born 1990-05-01"}, day, aside, "known status word"},
		"taken back":                    {w{Status: "Terminated - rescinded 2024-05-01"}, day, aside, ""},
		"a rehire date nobody can read": {w{Status: "Terminated - 2024-05-01", Problems: []string{"hire_date: cannot be read"}},
			day, aside, ""},
		"a manager whom nobody can read": {w{Status: "Terminated - 2024-05-01", HireDate: "2020-01-01", Problems: []string{"manager"}},
			day, aside, ""},
	} {
		c.w.ID = "7"
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		stage, enabled, err := m.StageKnown(&c.w, at, Known{Account: true, Enabled: true})
		if err != nil {
			stage = aside
		}
		if stage != c.want || stage == StageLeft && enabled {
			t.Errorf("%s: %s, enabled %t, %v; want %s", name, stage, enabled, err, c.want)
		}
		if d, err := m.EvaluateKnown(person(c.w), at, Known{Account: true, Enabled: true}); c.text != "" {
			text := errorText(err)
			if err == nil {
				text = d.Reason
			}
			if !strings.Contains(text, c.text) {
				t.Errorf("%s: %q lacks %q", name, text, c.text)
			}
		}
		bars := c.want == StageLeft || strings.HasPrefix(name, "barred until") || strings.HasPrefix(name, "a manager")
		if _, barred := m.Barred(&c.w, at, Known{Account: true, Enabled: true}); barred != bars {
			t.Errorf("%s: barred is %t", name, barred)
		}
	}
}

func errorText(err error) string {
	var unknown *UnknownStatusError
	if errors.As(err, &unknown) {
		return unknown.Error()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// person is a worker with everything else that the rules read.
func person(w worker.Worker) *worker.Worker {
	whole := *ann()
	whole.ID, whole.Status, whole.Problems = w.ID, w.Status, w.Problems
	whole.HireDate, whole.TerminationDate = w.HireDate, w.TerminationDate
	return &whole
}
