// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"errors"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/status"
	"terraform-provider-workforce/internal/worker"
)

// TestHires has a row for every rule about hires that are booked, undated, taken
// back or contradictory: what becomes of a worker without an account, with a
// disabled one and with an enabled one.
func TestHires(t *testing.T) {
	type w = worker.Worker
	const (
		none     = "future -"   // no account; one that exists stays as it is
		prehire  = "prehire -"  // an account, disabled
		left     = "left -"     // disabled, on the ladder
		works    = "active +"   // enabled
		away     = "leave +"    // on leave, enabled
		barred   = "leave -"    // suspended
		setAside = "future - ?" // no account; one that exists stays as it is, and somebody is told
	)
	same := func(s string) [3]string { return [3]string{s, s, s} }
	for name, test := range map[string]struct {
		worker w
		at     string
		want   [3]string
		reason string
	}{
		"booked rehire of a leaver":               {w{Status: "Terminated", HireDate: "2027-04-01"}, "2027-01-10", [3]string{none, left, left}, ""},
		"booked rehire, prehire has come":         {w{Status: "Terminated", HireDate: "2027-04-01"}, "2027-03-20", same(prehire), "an account, disabled"},
		"booked rehire, end known":                {w{Status: "Terminated", HireDate: "2027-04-01", TerminationDate: "2026-12-31"}, "2027-01-10", same(left), "hired again from 2027-04-01"},
		"booked rehire, called active":            {w{Status: "Active", HireDate: "2027-04-01", TerminationDate: "2026-12-31"}, "2027-01-10", same(left), "is over"},
		"booked rehire has come":                  {w{Status: "Active", HireDate: "2027-04-01", TerminationDate: "2026-12-31"}, "2027-04-01", same(works), "hired again"},
		"booked rehire has come, word lags":       {w{Status: "Terminated", HireDate: "2027-04-01"}, "2027-04-02", same(left), "means left"},
		"future hire called inactive":             {w{Status: "Inactive", HireDate: "2027-04-01"}, "2027-01-10", [3]string{none, left, left}, "hire_date 2027-04-01"},
		"future hire called active":               {w{Status: "Active", HireDate: "2027-04-01"}, "2027-01-10", same(none), "no account yet"},
		"pending":                                 {w{Status: "Pending Hire", HireDate: "2027-04-01"}, "2027-01-10", same(none), "no account yet"},
		"pending, prehire has come":               {w{Status: "Pending Hire", HireDate: "2027-04-01"}, "2027-03-25", same(prehire), "an account, disabled"},
		"pending, enabled early":                  {w{Status: "Onboarding", HireDate: "2027-04-01"}, "2027-03-31", same(works), "already enabled"},
		"pending after the first day":             {w{Status: "Pending Hire", HireDate: "2027-04-01"}, "2027-04-01", same(setAside), "says that the worker has not started"},
		"pending after the end":                   {w{Status: "Pending Hire", HireDate: "2027-04-01", TerminationDate: "2027-05-01"}, "2027-05-03", same(left), "is over"},
		"pending rehire after the first day":      {w{Status: "Pending Hire", HireDate: "2027-04-01", TerminationDate: "2026-05-01"}, "2027-04-03", same(setAside), "has not started"},
		"pending without a hire date":             {w{Status: "Pending Hire"}, "2027-01-10", [3]string{none, prehire, prehire}, "gives no hire_date"},
		"declined":                                {w{Status: "Offer Declined"}, "2027-01-10", [3]string{none, left, left}, "never started"},
		"no show after the first day":             {w{Status: "No Show", HireDate: "2027-01-02"}, "2027-01-10", [3]string{none, left, left}, "never started"},
		"rescinded before the first day":          {w{Status: "Rescinded", HireDate: "2027-04-01"}, "2027-03-25", [3]string{none, left, left}, "never started"},
		"rescinded with dates":                    {w{Status: "Rescinded", HireDate: "2027-04-01", TerminationDate: "2027-03-31"}, "2027-04-25", [3]string{none, left, left}, "never started"},
		"taken back by the day before":            {w{Status: "Active", HireDate: "2027-06-03", TerminationDate: "2027-06-02"}, "2027-05-25", [3]string{none, none, works}, "the hire reads as taken back"},
		"taken back by the day before, no word":   {w{HireDate: "2027-06-03", TerminationDate: "2027-06-02"}, "2027-01-25", [3]string{none, none, works}, "the hire reads as taken back"},
		"taken back, word pending":                {w{Status: "Pending Hire", HireDate: "2027-06-03", TerminationDate: "2027-06-02"}, "2027-05-25", [3]string{none, none, works}, "the hire reads as taken back"},
		"taken back, the first day has come":      {w{Status: "Active", HireDate: "2027-06-03", TerminationDate: "2027-06-02"}, "2027-06-03", [3]string{setAside, setAside, works}, "hired again without a gap"},
		"taken back, word left":                   {w{Status: "Terminated", HireDate: "2027-06-03", TerminationDate: "2027-06-02"}, "2027-05-25", same(left), "means left"},
		"taken back, word left, first day":        {w{Status: "Terminated", HireDate: "2027-06-03", TerminationDate: "2027-06-02"}, "2027-06-05", same(left), "means left"},
		"taken back before the end":               {w{Status: "Active", HireDate: "2027-06-03", TerminationDate: "2027-05-10"}, "2027-05-01", [3]string{setAside, setAside, works}, "either the worker is in a former employment"},
		"taken back, that end is over":            {w{Status: "Active", HireDate: "2027-06-03", TerminationDate: "2027-05-10"}, "2027-05-12", same(left), "is over"},
		"on leave until the conversion":           {w{Status: "On Leave", HireDate: "2027-06-03", TerminationDate: "2027-06-02"}, "2027-05-25", same(away), "on leave"},
		"suspended until the conversion":          {w{Status: "Suspended", HireDate: "2027-06-03", TerminationDate: "2027-06-02"}, "2027-05-25", same(barred), "bars"},
		"on leave after the conversion":           {w{Status: "Active", OnLeave: pointer(true), HireDate: "2027-06-03", TerminationDate: "2027-06-02"}, "2027-06-25", same(away), "on_leave"},
		"hired for a day":                         {w{Status: "Active", HireDate: "2027-06-03", TerminationDate: "2027-06-03"}, "2027-06-03", same(works), "works until"},
		"garden leave":                            {w{Status: "Garden leave", HireDate: "2020-01-01", TerminationDate: "2027-06-30"}, "2027-06-03", same(barred), "bars"},
		"left while on leave":                     {w{Status: "Terminated", OnLeave: pointer(true), HireDate: "2020-01-01"}, "2027-06-03", same(left), "means left"},
		"back-dated end":                          {w{Status: "Terminated", HireDate: "2020-01-01", TerminationDate: "2027-01-01"}, "2027-06-03", same(left), "is over"},
		"end over, misspelt word":                 {w{Status: "Terminatd", HireDate: "2020-01-01", TerminationDate: "2027-01-01"}, "2027-06-03", same(left), "is over"},
		"end over, misspelt word, hired again":    {w{Status: "Terminatd", HireDate: "2027-09-01", TerminationDate: "2027-01-01"}, "2027-06-03", same(left), "is over"},
		"end over, active word":                   {w{Status: "Active", HireDate: "2020-01-01", TerminationDate: "2027-01-01"}, "2027-06-03", same(left), "although status is \"Active\""},
		"former employee without dates":           {w{Status: "Former employee"}, "2027-06-03", same(left), "no date of leaving"},
		"dates alone, end to come, hire long ago": {w{HireDate: "2020-01-01", TerminationDate: "2027-12-31"}, "2027-06-03", same(works), "works until"},
	} {
		t.Run(name, func(t *testing.T) {
			r := ladder()
			m := mustCompile(t, r)
			x := test.worker
			x.ID, x.TimeZone, x.Attributes = "7", "Europe/Berlin", ann().Attributes
			at := instant(t, test.at+"T12:00:00Z")
			reasons, first := "", ""
			for i, known := range []Known{{}, {Account: true}, {Account: true, Enabled: true}} {
				d, err := m.EvaluateKnown(&x, at, known)
				if err != nil {
					t.Fatal(err)
				}
				got := string(d.Stage) + map[bool]string{true: " +", false: " -"}[d.Enabled]
				if d.Doubt != "" {
					got += " ?"
				}
				if got != test.want[i] {
					t.Errorf("%+v: %q, want %q (%s)", known, got, test.want[i], d.Reason)
				}
				if i == 0 {
					first = got
					continue
				}
				if plain, _ := m.Evaluate(&x, at); got != first && !plain.DependsOnAccount {
					t.Errorf("%+v: %q instead of %q, and Evaluate does not tell", known, got, first)
				}
				reasons += d.Reason + "\n"
			}
			if !strings.Contains(reasons, test.reason) {
				t.Errorf("no %q in\n%s", test.reason, reasons)
			}
		})
	}
}

func TestUnknownWords(t *testing.T) {
	m := mustCompile(t, ladder())
	for _, word := range []string{"Terminatd", "I", "X", "T", "Regular"} {
		x := &worker.Worker{ID: "7", Status: word, HireDate: "2020-01-01", Attributes: ann().Attributes}
		d, err := m.Evaluate(x, instant(t, "2026-11-20T12:00:00Z"))
		unknown, ok := errors.AsType[*UnknownStatusError](err)
		if !ok || unknown.Word != word || d != nil {
			t.Errorf("%q: %v, %v", word, d, err)
			continue
		}
		wantError(t, err, `worker "7"`, `"`+word+`"`, "inactive_statuses", "prehire_statuses")
		if _, _, err := m.StageAt(x, instant(t, "2026-11-20T12:00:00Z")); err == nil {
			t.Errorf("%q: StageAt knows it", word)
		}
		if keys, rules, err := m.Identify(x); err != nil || len(keys) != 1 || len(rules) != 1 {
			t.Errorf("%q: keys %v of rules %v, %v", word, keys, rules, err)
		}
	}
}

// TestStatusLists: the customer's own words come before the vocabulary, and the
// vocabulary knows the rest unless the active words are listed.
func TestStatusLists(t *testing.T) {
	own := func(change func(*Lifecycle)) *Mapping {
		r := ladder()
		change(&r.Lifecycle)
		return mustCompile(t, r)
	}
	lists := own(func(l *Lifecycle) {
		l.InactiveStatuses, l.PrehireStatuses, l.LeaveStatuses, l.SuspendedStatuses = []string{"Gone", "t", "Not coming", "No show"}, []string{"Signed"}, []string{"Ruht"}, []string{"Gesperrt"}
	})
	strict := own(func(l *Lifecycle) {
		l.ActiveStatuses, l.InactiveStatuses = []string{"A", "Regular"}, []string{"I", "Active"}
	})
	for _, test := range []struct {
		m     *Mapping
		word  string
		class status.Class
	}{
		{lists, " GONE ", status.Left}, {lists, "T", status.Left}, {lists, "Signed", status.Prehire}, {lists, "ruht", status.OnLeave}, {lists, "Gesperrt", status.Suspended}, {lists, "No Show", status.NeverStarted},
		{lists, "Active", status.Active}, {lists, "Inaktiv", status.Left}, {lists, "Inactive", status.Left}, {lists, "I", status.Unknown}, {lists, "", status.Unsaid},
		{strict, "regular", status.Active}, {strict, "A", status.Active}, {strict, "i", status.Left}, {strict, "Active", status.Left}, {strict, "Terminated", status.Unknown}, {strict, "", status.Unknown},
	} {
		class, word := test.m.StatusClass(&worker.Worker{Status: test.word})
		if class != string(test.class) || word != strings.TrimSpace(test.word) {
			t.Errorf("%q is %q (%q), want %q", test.word, class, word, test.class)
		}
	}
	r := ladder()
	r.Lifecycle.LeaveStatuses, r.Lifecycle.SuspendedStatuses = []string{"Ruht"}, []string{"x", "ruht "}
	_, err := Compile(r, adSchema(), adFormat)
	wantError(t, err, `worker_lifecycle.suspended_statuses[1]: "ruht " is in leave_statuses too`)
}

// TestStageAt: what today's record makes of a moment in the past.
func TestStageAt(t *testing.T) {
	m := mustCompile(t, ladder())
	rehired := worker.Worker{ID: "7", Status: "Active", HireDate: "2026-11-01", TerminationDate: "2026-06-30"}
	for _, test := range []struct {
		worker  worker.Worker
		at      string
		stage   Stage
		enabled bool
	}{
		{rehired, "2026-07-15T00:00:00Z", StageLeft, false}, {rehired, "2026-10-25T00:00:00Z", StagePrehire, false}, {rehired, "2026-11-15T00:00:00Z", StageActive, true},
		{worker.Worker{ID: "7", Status: "Active", HireDate: "2020-01-01"}, "2026-11-15T00:00:00Z", StageActive, true},
		{worker.Worker{ID: "7", Status: "Active", HireDate: "2026-12-01"}, "2026-11-20T00:00:00Z", StagePrehire, false},
		{worker.Worker{ID: "7", HireDate: "2020-01-01", TerminationDate: "2027-01-01"}, "2026-11-15T00:00:00Z", StageActive, true},
	} {
		stage, enabled, err := m.StageAt(&test.worker, instant(t, test.at))
		if err != nil || stage != test.stage || enabled != test.enabled {
			t.Errorf("%+v at %s: %s, %v, %v; want %s, %v", test.worker, test.at, stage, enabled, err, test.stage, test.enabled)
		}
	}
	if _, _, err := m.StageAt(&worker.Worker{ID: "7", HireDate: "x"}, instant(t, "2026-11-15T00:00:00Z")); err == nil {
		t.Error("no error for a bad date")
	}
}
