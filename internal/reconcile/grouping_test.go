// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
)

func personError(id int, err error) error {
	return &directory.PersonError{WorkerID: fmt.Sprint(id), Name: fmt.Sprintf("Name %d", id), Path: fmt.Sprintf("CN=Name %d,OU=Staff", id), Op: "disable", Err: err}
}

// TestGrouped: what is said of many is said once, with their names, and does not hide anything else.
func TestGrouped(t *testing.T) {
	var errs []error
	for i := range 30 {
		errs = append(errs, personError(i, directory.Because(directory.ErrDenied, fmt.Errorf("LDAP result 50 on object %d", i))))
	}
	for i := range 3 {
		errs = append(errs, personError(100+i, directory.ErrGone))
	}
	errs = append(errs, errors.New("the domain is read-only"))
	f := Problems("Cannot write", errors.Join(errs...))
	if len(f) != 3 {
		t.Fatalf("%d findings, expected three kinds:\n%s", len(f), f.String())
	}
	says(t, f, true, `30 people, the first of them: worker "0" (Name 0): disable "CN=Name 0,OU=Staff": the right to do this is missing`, `worker "1" (Name 1)`, "… and 9 more",
		"3 people: disable: the account no longer exists", `worker "102" (Name 102)`, "the domain is read-only")
	errs = nil
	for i := range 33 {
		errs = append(errs, personError(i, fmt.Errorf("reason %s", strings.Repeat("x", i+1))))
	}
	if f := Problems("Cannot write", errors.Join(errs...)); len(f) != MaxProblems+1 {
		t.Errorf("%d findings, expected %d kinds and the count of the others", len(f), MaxProblems)
	} else {
		says(t, f, true, "… and 13 more problems of 13 other kinds.")
	}
	var many Findings
	for i := range 30 {
		many.failPerson(fmt.Sprint(i), fmt.Sprintf("(login%d)", i), "Refusing to delete an enabled account", fmt.Sprintf("Worker %q has a document with deleted = true.", fmt.Sprint(i)))
	}
	if many = many.Grouped(); len(many) != 1 || many[0].Worker != "0" {
		t.Errorf("found %s", many.String())
	}
	says(t, many, true, "30 people, the first of them", `worker "1" (login1)`, "… and 9 more")
}

// TestFailures: numbers come first, and an interruption is one finding.
func TestFailures(t *testing.T) {
	var refused, untried, stopped []error
	for i := range 10 {
		refused = append(refused, errors.Join(personError(i, directory.ErrDenied), &directory.PersonError{WorkerID: fmt.Sprint(i), Op: "move", Err: directory.ErrNoContainer}))
	}
	for i := range 2 {
		untried = append(untried, personError(50+i, fmt.Errorf("%w: the directory cannot be reached any more", directory.ErrNotAttempted)))
	}
	for i := range 15 {
		stopped = append(stopped, personError(60+i, fmt.Errorf("%w: %w", directory.ErrNotAttempted, context.Canceled)))
	}
	var f Findings
	f.failures(t.Context(), append(refused, untried...), 30)
	says(t, f.Grouped(), true, "12 of 30 accounts were not written: 10 refused, 2 not attempted.", "10 people: disable: the right", "10 people: move: the container", "2 people: disable: not attempted")
	if n := len(f.Grouped()); n != 4 {
		t.Errorf("%d findings, expected the numbers and three kinds:\n%s", n, f.Grouped().String())
	}
	f = nil
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	f.failures(ended, append(stopped, personError(99, errors.Join(context.Canceled))), 30)
	says(t, f, true, "The run was interrupted", "14 of 30 accounts were written, and 16 were not attempted or not finished")
	if len(f) != 1 {
		t.Errorf("%d findings, expected one:\n%s", len(f), f.String())
	}
	f = nil
	slow, end := context.WithDeadlineCause(t.Context(), time.Time{}, &TimeLimit{Argument: "timeouts.create", Limit: 90 * time.Minute})
	defer end()
	f.failures(slow, append(stopped, personError(98, fmt.Errorf("no answer: %w", context.Cause(slow)))), 30)
	says(t, f, true, TimeIsOver, "14 of 30 accounts were written, and 16 were not", "1h30m (timeouts.create)", "Apply again")
	if len(f) != 1 {
		t.Errorf("%d findings, expected one:\n%s", len(f), f.String())
	}
	for argument, words := range map[string]string{"timeouts.read": "apply once with -refresh=false", "timeouts.delete": "before destroying"} {
		if advice := (&TimeLimit{Argument: argument, Limit: time.Hour}).Advice(); !strings.Contains(advice, "1h ("+argument+")") ||
			!strings.Contains(advice, words) || strings.Contains(advice, "Apply again") {
			t.Errorf("%s: found %q", argument, advice)
		}
	}
	f = nil
	f.failures(t.Context(), refused[:1], 1)
	if says(t, f, true, "An account could not be written"); strings.Contains(f.String(), "of 1") {
		t.Errorf("found %s", f.String())
	}
}
