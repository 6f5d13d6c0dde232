// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/worker"
)

// ladder has every rung.
func ladder() Rules {
	r := basic()
	r.Lifecycle = Lifecycle{PrehireDays: pointer(14), EnableDays: 2, LeaverContainer: "OU=Leavers,DC=corp,DC=example,DC=com", LeaverContainerDays: 7, RetentionDays: pointer(30)}
	return r
}

func TestStages(t *testing.T) {
	berlin := "Europe/Berlin"
	type w = worker.Worker
	tests := []struct {
		name    string
		worker  w
		at      string
		stage   Stage
		enabled bool
		since   worker.Date
		reason  string
	}{
		{"before prehire", w{HireDate: "2026-12-01", Status: "Active"}, "2026-11-16T22:59:59Z", StageFuture, false, "", "hire_date 2026-12-01 (Europe/Berlin) is 15 days away, prehire_days 14: no account yet"},
		{"prehire begins at local midnight", w{HireDate: "2026-12-01"}, "2026-11-16T23:00:00Z", StagePrehire, false, "", "hire_date 2026-12-01 (Europe/Berlin) is 14 days away, prehire_days 14: an account, disabled"},
		{"enabled early", w{HireDate: "2026-12-01", Status: "Active"}, "2026-11-29T11:00:00Z", StageActive, true, "", "hire_date 2026-12-01 (Europe/Berlin) is 2 days away, enable_days 2: already enabled"},
		{"an inactive word keeps a hire disabled", w{HireDate: "2026-12-01", Status: "Inactive"}, "2026-11-30T11:00:00Z", StagePrehire, false, "", "is 1 day away, and status \"Inactive\" keeps the account disabled"},
		{"hired", w{HireDate: "2026-12-01", Status: "Active"}, "2026-11-30T23:00:00Z", StageActive, true, "", "hire_date 2026-12-01 (Europe/Berlin) has come, status \"Active\""},
		{"hired but inactive", w{HireDate: "2026-12-01", Status: "0"}, "2026-12-02T00:00:00Z", StageLeft, false, "", "status \"0\" means left, and the HR system gives no date of leaving"},
		{"nothing known", w{}, "2026-12-02T00:00:00Z", StageActive, true, "", "neither dates nor a status"},
		{"status alone", w{Status: "Aktiv"}, "2026-12-02T00:00:00Z", StageActive, true, "", "status \"Aktiv\", with no dates"},
		{"end to come", w{HireDate: "2020-01-01", TerminationDate: "2026-12-31", Status: "Active"}, "2026-12-31T22:59:59Z", StageActive, true, "", "works until the end of termination_date 2026-12-31 (Europe/Berlin), status \"Active\""},
		{"end is over at local midnight", w{HireDate: "2020-01-01", TerminationDate: "2026-12-31", Status: "Active"}, "2026-12-31T23:00:00Z", StageLeft, false, "2026-12-31", "termination_date 2026-12-31 (Europe/Berlin) is over, although status is \"Active\""},
		{"last day before termination", w{HireDate: "2020-01-01", LastDayOfWork: "2026-11-20", TerminationDate: "2026-12-31", Status: "Active"}, "2026-11-21T00:00:00Z", StageLeft, false, "2026-11-20", "last_day_of_work 2026-11-20"},
		{"dismissed with the end to come", w{HireDate: "2020-01-01", TerminationDate: "2026-12-31", Status: "Dismissed"}, "2026-11-21T00:00:00Z", StageLeft, false, "", "status \"Dismissed\" means left, before termination_date 2026-12-31 (Europe/Berlin)"},
		{"retained", w{HireDate: "2020-01-01", TerminationDate: "2026-11-01", Status: "Terminated"}, "2026-12-01T22:59:59Z", StageLeft, false, "2026-11-01", "termination_date 2026-11-01"},
		{"left for long", w{HireDate: "2020-01-01", TerminationDate: "2026-11-01", Status: "Terminated"}, "2027-12-01T23:00:00Z", StageLeft, false, "2026-11-01", "termination_date 2026-11-01 (Europe/Berlin) is over"},
		{"one day", w{HireDate: "2026-11-20", TerminationDate: "2026-11-20"}, "2026-11-20T12:00:00Z", StageActive, true, "", "works until the end of termination_date 2026-11-20"},
		{"rehired", w{HireDate: "2026-11-20", TerminationDate: "2026-06-30", Status: "Active"}, "2026-11-20T12:00:00Z", StageActive, true, "", "hire_date 2026-11-20 (Europe/Berlin) is after termination_date 2026-06-30 (Europe/Berlin): hired again"},
		{"rehire to come", w{HireDate: "2026-12-20", TerminationDate: "2026-11-10", Status: "Active"}, "2026-11-20T12:00:00Z", StageLeft, false, "2026-11-10", "hired again from 2026-12-20"},
		{"rehire to come, left for long", w{HireDate: "2027-12-20", TerminationDate: "2026-06-30"}, "2026-11-20T12:00:00Z", StageLeft, false, "2026-06-30", "hired again from 2027-12-20"},
		{"rehire prehired", w{HireDate: "2026-12-01", TerminationDate: "2026-06-30", Status: "Terminated"}, "2026-11-20T12:00:00Z", StagePrehire, false, "", "hire_date 2026-12-01 (Europe/Berlin), after termination_date 2026-06-30 (Europe/Berlin), is 11 days away"},
		{"dismissed before a rehire", w{HireDate: "2027-03-01", TerminationDate: "2026-11-30", Status: "Left"}, "2026-11-20T12:00:00Z", StageLeft, false, "", "status \"Left\" means left"},
		{"on leave", w{HireDate: "2020-01-01", OnLeave: pointer(true), Status: "Active"}, "2026-11-20T12:00:00Z", StageLeave, true, "", "on_leave is true, worker_lifecycle.on_leave \"keep\""},
		{"leave by word", w{HireDate: "2020-01-01", Status: "Paid Leave"}, "2026-11-20T12:00:00Z", StageLeave, true, "", "status \"Paid Leave\" says on leave"},
		{"back from leave", w{HireDate: "2020-01-01", Status: "Paid leave", OnLeave: pointer(false)}, "2026-11-20T12:00:00Z", StageActive, true, "", "has come"},
		{"suspended", w{HireDate: "2020-01-01", Status: "Suspended"}, "2026-11-20T12:00:00Z", StageLeave, false, "", "status \"Suspended\" bars the worker"},
		{"the leave of somebody who left", w{HireDate: "2020-01-01", TerminationDate: "2026-11-01", OnLeave: pointer(true)}, "2026-11-20T12:00:00Z", StageLeft, false, "2026-11-01", "termination_date"},
	}
	m := mustCompile(t, ladder())
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			x := test.worker
			x.ID, x.TimeZone, x.Attributes = "7", berlin, ann().Attributes
			d := mustEvaluate(t, m, &x, test.at)
			if d.Stage != test.stage || d.Enabled != test.enabled || d.LeftSince != test.since {
				t.Errorf("stage %s, enabled %v, since %q; want %s, %v, %q (%s)", d.Stage, d.Enabled, d.LeftSince, test.stage, test.enabled, test.since, d.Reason)
			}
			if !strings.Contains(d.Reason, test.reason) || strings.Contains(d.Reason, "\n") {
				t.Errorf("reason %q, want %q", d.Reason, test.reason)
			}
			if d.Stage.HasAccount() != (d.Attributes != nil) || len(d.Keys) != 1 {
				t.Errorf("stage %s with %d attributes and %d keys", d.Stage, len(d.Attributes), len(d.Keys))
			}
		})
	}
}

func TestLifecycleProblems(t *testing.T) {
	r := ladder()
	r.Lifecycle.ActiveStatuses, r.Lifecycle.InactiveStatuses = []string{"Regular"}, []string{"Gone"}
	m := mustCompile(t, r)
	for name, test := range map[string]struct {
		worker worker.Worker
		want   []string
	}{
		"unknown word":                   {worker.Worker{Status: "Aktiv"}, []string{`worker "7": status: found "Aktiv", expected a word of worker_lifecycle.active_statuses or worker_lifecycle.inactive_statuses (Regular, Gone)`}},
		"no word":                        {worker.Worker{}, []string{`status: found ""`}},
		"no date":                        {worker.Worker{Status: "regular", HireDate: "01.12.2026"}, []string{`hire_date: found "01.12.2026", expected a date as YYYY-MM-DD`}},
		"worked on after termination":    {worker.Worker{Status: "Gone", LastDayOfWork: "2026-12-31", TerminationDate: "2026-11-30"}, []string{"last_day_of_work 2026-12-31 is after termination_date 2026-11-30"}},
		"hired after the last day":       {worker.Worker{Status: "Gone", HireDate: "2026-05-01", LastDayOfWork: "2026-04-30", TerminationDate: "2026-06-01"}, []string{"hire_date 2026-05-01 lies between last_day_of_work 2026-04-30 and termination_date 2026-06-01"}},
		"zone":                           {worker.Worker{Status: "Regular", TimeZone: "CET/Berlin"}, []string{`time_zone: found "CET/Berlin"`}},
		"several problems of one worker": {worker.Worker{Status: "x", TimeZone: "y"}, []string{"status: found", "time_zone: found"}},
	} {
		t.Run(name, func(t *testing.T) {
			test.worker.ID, test.worker.Attributes = "7", ann().Attributes
			d, err := m.Evaluate(&test.worker, instant(t, "2026-11-20T12:00:00Z"))
			wantError(t, err, test.want...)
			if d != nil {
				t.Error("a result beside an error")
			}
		})
	}
	if _, err := m.Evaluate(nil, time.Time{}); err == nil {
		t.Error("no error for no worker")
	}
}

func TestZones(t *testing.T) {
	r := ladder()
	r.Lifecycle.TimeZone = "America/Los_Angeles"
	m := mustCompile(t, r)
	w := ann()
	w.HireDate, w.TerminationDate = "2020-01-01", "2026-11-20"
	for zone, over := range map[string]string{"Australia/Sydney": "2026-11-20T13:00:00Z", "": "2026-11-21T08:00:00Z", "UTC": "2026-11-21T00:00:00Z", "Asia/Kathmandu": "2026-11-20T18:15:00Z"} {
		w.TimeZone = zone
		at := instant(t, over)
		before, err := m.Evaluate(w, at.Add(-time.Nanosecond))
		if err != nil {
			t.Fatal(err)
		}
		after, err := m.Evaluate(w, at)
		if err != nil {
			t.Fatal(err)
		}
		if before.Stage != StageActive || after.Stage != StageLeft {
			t.Errorf("%s: %s until %s, then %s", zone, before.Stage, over, after.Stage)
		}
	}
}

func TestDisableAtTerminationDate(t *testing.T) {
	r := ladder()
	r.Lifecycle.DisableAt, r.Lifecycle.OnLeave = "termination_date", "disable"
	m := mustCompile(t, r)
	w := ann()
	w.HireDate, w.LastDayOfWork, w.TerminationDate = "2020-01-01", "2026-10-31", "2026-12-31"
	if d := mustEvaluate(t, m, w, "2026-11-20T12:00:00Z"); d.Stage != StageActive {
		t.Errorf("stage %s: %s", d.Stage, d.Reason)
	}
	w.TerminationDate = ""
	if d := mustEvaluate(t, m, w, "2026-11-20T12:00:00Z"); d.Stage != StageLeft || d.LeftSince != "2026-10-31" {
		t.Errorf("stage %s: %s", d.Stage, d.Reason)
	}
	w.LastDayOfWork, w.OnLeave = "", pointer(true)
	if d := mustEvaluate(t, m, w, "2026-11-20T12:00:00Z"); d.Stage != StageLeave || d.Enabled {
		t.Errorf("stage %s, enabled %v: %s", d.Stage, d.Enabled, d.Reason)
	}
}

func TestCalendar(t *testing.T) {
	m := mustCompile(t, ladder())
	w := ann()
	w.HireDate, w.TerminationDate = "2026-12-01", "2027-03-31"
	var got []string
	for _, e := range mustEvaluate(t, m, w, "2026-11-01T00:00:00Z").Calendar {
		got = append(got, e.At.UTC().Format(time.RFC3339)+" "+e.What)
	}
	want := []string{
		"2026-11-16T23:00:00Z there is to be an account, disabled: hire_date 2026-12-01 (Europe/Berlin) is 14 days away, prehire_days 14: an account, disabled",
		"2026-11-28T23:00:00Z the account is enabled: hire_date 2026-12-01 (Europe/Berlin) is 2 days away, enable_days 2: already enabled",
		"2027-03-31T22:00:00Z the account is disabled: termination_date 2027-03-31 (Europe/Berlin) is over, although status is \"Active\"",
		"2027-04-07T22:00:00Z the account moves to the leavers' container: termination_date 2027-03-31 (Europe/Berlin) is over, although status is \"Active\"",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("calendar:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if d := mustEvaluate(t, m, w, "2027-05-01T00:00:00Z"); len(d.Calendar) != 0 {
		t.Errorf("calendar after the end: %v", d.Calendar)
	}
}

// TestCalendarComesTrue: what the calendar announces is what evaluating at that
// moment says, and nothing changes in between.
func TestCalendarComesTrue(t *testing.T) {
	groups := ladder()
	groups.Lifecycle.LeaverGroups, groups.Lifecycle.LeaverGroupsDays, groups.Lifecycle.RestoreGroups = "remove", 3, true
	for name, r := range map[string]Rules{"ladder": ladder(), "ladder with groups": groups} {
		t.Run(name, func(t *testing.T) { calendarComesTrue(t, mustCompile(t, r)) })
	}
}

func calendarComesTrue(t *testing.T, m *Mapping) {
	t.Helper()
	dates := []worker.Date{"", "2026-11-10", "2026-12-01", "2027-01-15"}
	for _, hire := range dates {
		for _, end := range dates {
			for _, status := range []string{"Active", "Terminated", "Paid leave", "Pending Hire", "Withdrawn", ""} {
				w := ann()
				w.HireDate, w.TerminationDate, w.Status = hire, end, status
				now := instant(t, "2026-10-01T00:00:00Z")
				d, err := m.Evaluate(w, now)
				if err != nil {
					t.Fatal(err)
				}
				turns := map[string]bool{}
				for i, e := range d.Calendar {
					turns[e.At.Format(time.DateOnly)] = true // days begin at the worker's place
					if i > 0 && !e.At.After(d.Calendar[i-1].At) {
						t.Errorf("calendar out of order: %v", d.Calendar)
					}
				}
				shape := func(d *Desired) string { return fmt.Sprint(d.Stage, d.Enabled, d.Container, d.Groups) }
				for before := shape(d); now.Year() < 2028; before = shape(d) {
					now = now.Add(24 * time.Hour)
					if d, err = m.Evaluate(w, now); err != nil {
						t.Fatal(err)
					}
					if after := shape(d); (after != before) != turns[now.Format(time.DateOnly)] {
						t.Fatalf("hire %s end %s status %s at %s: %s became %s, announced: %v", hire, end, status, now, before, after, turns[now.Format(time.DateOnly)])
					}
				}
			}
		}
	}
}

func TestLeavers(t *testing.T) {
	r := ladder()
	r.Attributes["department"] = AttributeRule{Source: "Department", WhenNull: "error"}
	r.Attributes["title"] = AttributeRule{Source: "Title"}
	r.Attributes["mail"] = AttributeRule{Source: "Mail"}
	r.Lifecycle.LeaverAttributes = map[string]AttributeRule{
		"description": {Expression: `Append("Left ", [termination_date])`}, "mail": {Constant: pointer("")}}
	m := mustCompile(t, r)
	w := ann()
	w.HireDate, w.TerminationDate = "2020-01-01", "2026-11-20"
	delete(w.Attributes, "Department")
	if _, err := m.Evaluate(w, instant(t, "2026-11-19T00:00:00Z")); err == nil {
		t.Error("no error for an active worker without a department")
	}
	d := mustEvaluate(t, m, w, "2026-11-22T00:00:00Z")
	if d.Stage != StageLeft || len(d.Warnings) != 1 || !strings.Contains(d.Warnings[0], "department: found no value") {
		t.Errorf("stage %s, warnings %q", d.Stage, d.Warnings)
	}
	if o := d.Attributes["department"]; o.Managed {
		t.Error("the failed attribute is managed")
	}
	if o := d.Attributes["mail"]; !o.Managed || len(o.Value) > 0 {
		t.Errorf("mail is not cleared: %+v", o)
	}
	if got := d.Attributes["description"].Value.Text(); got != "Left 2026-11-20" {
		t.Errorf("description %q", got)
	}
	if d.Container != "OU=Staff,DC=corp,DC=example,DC=com" || !d.ContainerOnCreate {
		t.Errorf("before the move: %q, on create %v", d.Container, d.ContainerOnCreate)
	}
	if d := mustEvaluate(t, m, w, "2026-11-28T00:00:00Z"); d.Container != "OU=Leavers,DC=corp,DC=example,DC=com" || d.ContainerOnCreate {
		t.Errorf("after the move: %q, on create %v", d.Container, d.ContainerOnCreate)
	}
}

func TestEvaluateSince(t *testing.T) {
	m := mustCompile(t, ladder())
	w := ann()
	w.HireDate, w.Status = "2020-01-01", "Terminated"
	at := instant(t, "2026-11-20T12:00:00Z")
	for since, want := range map[worker.Date]string{"": "OU=Staff,DC=corp,DC=example,DC=com", "2026-11-19": "OU=Staff,DC=corp,DC=example,DC=com", "2026-10-01": "OU=Leavers,DC=corp,DC=example,DC=com"} {
		d, err := m.EvaluateSince(w, at, since)
		if err != nil {
			t.Fatal(err)
		}
		if d.Stage != StageLeft || d.LeftSince != since {
			t.Errorf("since %q: %s, LeftSince %q (%s)", since, d.Stage, d.LeftSince, d.Reason)
		}
		if d.Container != want {
			t.Errorf("since %q: in %q, want %q", since, d.Container, want)
		}
		if moves := len(d.Calendar); (since == "2026-11-19") != (moves == 1) {
			t.Errorf("since %q: calendar %v", since, d.Calendar)
		}
	}
}

// TestMovedAtOnce: without leaver_container_days nothing waits for the recorded
// day to be over.
func TestMovedAtOnce(t *testing.T) {
	r := ladder()
	r.Lifecycle.LeaverContainerDays = 0
	m := mustCompile(t, r)
	w := ann()
	w.HireDate, w.Status = "2020-01-01", "Terminated"
	for _, since := range []worker.Date{"", "2026-11-20", "2026-11-19"} {
		d, err := m.EvaluateSince(w, instant(t, "2026-11-20T12:00:00Z"), since)
		if err != nil {
			t.Fatal(err)
		}
		if d.Container != "OU=Leavers,DC=corp,DC=example,DC=com" {
			t.Errorf("since %q: container %q", since, d.Container)
		}
	}
}

// TestCalendarWords covers the turns that TestCalendar does not take.
func TestCalendarWords(t *testing.T) {
	r := ladder()
	r.Lifecycle.PrehireDays, r.Lifecycle.EnableDays, r.Lifecycle.LeaverContainerDays, r.Lifecycle.OnLeave = pointer(0), 0, 0, "disable"
	m := mustCompile(t, r)
	for name, test := range map[string]struct {
		change func(*worker.Worker)
		want   []string
	}{
		"enabled from the start": {func(*worker.Worker) {}, []string{"there is to be an account, enabled: hire_date"}},
		"disabled and moved":     {func(w *worker.Worker) { w.HireDate, w.TerminationDate = "2020-01-01", "2026-12-01" }, []string{"the account is disabled and moves to the leavers' container: termination_date"}},
		"hired away":             {func(w *worker.Worker) { w.OnLeave = pointer(true) }, []string{"there is to be an account, disabled: on_leave"}},
		"never started":          {func(w *worker.Worker) { w.Status = "Inactive" }, []string{"no account is made: status \"Inactive\" means left"}},
		"withdrawn":              {func(w *worker.Worker) { w.Status = "Withdrawn" }, nil},
		"left and hired again": {func(w *worker.Worker) { w.HireDate, w.TerminationDate = "2026-12-20", "2026-12-01" },
			[]string{"no account is made: termination_date 2026-12-01", "the account is enabled: hire_date 2026-12-20 (Europe/Berlin) is after termination_date"}},
		"leave ends in leaving": {func(w *worker.Worker) {
			w.HireDate, w.TerminationDate, w.OnLeave = "2020-01-01", "2026-12-01", pointer(true)
		}, []string{"the account stays disabled and moves"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := ann()
			test.change(w)
			events := mustEvaluate(t, m, w, "2026-11-20T12:00:00Z").Calendar
			if len(events) != len(test.want) {
				t.Fatalf("calendar %v, want %q", events, test.want)
			}
			for i, e := range events {
				if !strings.HasPrefix(e.What, test.want[i]) {
					t.Errorf("event %q, want %q", e.What, test.want[i])
				}
			}
		})
	}
}

func TestGroupsRung(t *testing.T) {
	for name, test := range map[string]struct {
		days    int
		restore bool
		end, at string
		want    string
		events  []string
	}{
		"works, not to be restored": {0, false, "", "2026-11-20T12:00:00Z", "", nil},
		"works, to be restored":     {0, true, "", "2026-11-20T12:00:00Z", directory.GroupsKept, nil},
		"left":                      {0, false, "2026-11-19", "2026-11-20T12:00:00Z", directory.GroupsRemoved, []string{"the account moves to the leavers' container: "}},
		"left, not due":             {5, false, "2026-11-19", "2026-11-20T12:00:00Z", "", []string{"the account loses its groups: ", "the account moves"}},
		"left, not due, restored":   {5, true, "2026-11-19", "2026-11-20T12:00:00Z", directory.GroupsKept, []string{"the account loses its groups: ", "the account moves"}},
		"left, due with the move":   {7, false, "2026-11-19", "2026-11-20T12:00:00Z", "", []string{"the account moves to the leavers' container and loses its groups: "}},
		"due at the end of the day": {5, false, "2026-11-19", "2026-11-24T22:59:59Z", "", []string{"the account loses its groups: ", "the account moves"}},
		"the day is over":           {5, false, "2026-11-19", "2026-11-24T23:00:00Z", directory.GroupsRemoved, []string{"the account moves"}},
		"to leave":                  {0, false, "2026-12-01", "2026-11-20T12:00:00Z", "", []string{"the account is disabled and loses its groups: ", "the account moves"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := ladder()
			r.Lifecycle.LeaverGroups, r.Lifecycle.LeaverGroupsDays, r.Lifecycle.RestoreGroups = "remove", test.days, test.restore
			w := ann()
			w.HireDate, w.TerminationDate = "2020-01-01", worker.Date(test.end)
			d := mustEvaluate(t, mustCompile(t, r), w, test.at)
			if d.Groups != test.want {
				t.Errorf("groups %q, want %q", d.Groups, test.want)
			}
			if len(d.Calendar) != len(test.events) {
				t.Fatalf("calendar %v, want %q", d.Calendar, test.events)
			}
			for i, e := range d.Calendar {
				if !strings.HasPrefix(e.What, test.events[i]) {
					t.Errorf("event %q, want %q", e.What, test.events[i])
				}
			}
		})
	}
}

func TestGroupsRungProblems(t *testing.T) {
	for want, change := range map[string]func(*Lifecycle){
		`found "strip", expected one of "keep", "remove"`:      func(l *Lifecycle) { l.LeaverGroups = "strip" },
		"leaver_groups_days and restore_groups have no effect": func(l *Lifecycle) { l.RestoreGroups = true },
		"more than retention_days 30":                          func(l *Lifecycle) { l.LeaverGroups, l.LeaverGroupsDays = "remove", 31 },
		"found -1, expected 0 to":                              func(l *Lifecycle) { l.LeaverGroups, l.LeaverGroupsDays = "remove", -1 },
	} {
		r := ladder()
		change(&r.Lifecycle)
		if _, err := Compile(r, adSchema(), adFormat); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
