// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
)

// desk is a directory of people by reference who are enabled or not.
type desk struct {
	enabled map[string]bool
	refuses map[string]bool
	calls   int
}

func (d *desk) Subjects(_ context.Context, op directory.Operation, refs []string) ([]directory.Subject, error) {
	var out []directory.Subject
	var errs []error
	for _, ref := range refs {
		enabled, there := d.enabled[ref]
		if !there {
			errs = append(errs, fmt.Errorf("%q is nobody", ref))
			continue
		}
		out = append(out, directory.Subject{ID: "o" + ref, WorkerID: ref, Name: "Name " + ref, Path: "CN=" + ref, Done: enabled == (op == directory.OperationEnable)})
	}
	return out, errors.Join(errs...)
}

func (d *desk) Operate(_ context.Context, op directory.Operation, subjects []directory.Subject) []directory.Outcome {
	d.calls++
	out := make([]directory.Outcome, len(subjects))
	for i, s := range subjects {
		out[i].WorkerID = s.WorkerID
		switch {
		case s.Done:
		case d.refuses[s.WorkerID]:
			out[i].Err = &directory.PersonError{WorkerID: s.WorkerID, Op: "disable", Err: directory.ErrDenied}
		default:
			d.enabled[s.WorkerID], out[i].Changed = op == directory.OperationEnable, true
		}
	}
	return out
}

func actionOn(d *desk, said *[]string) *Action {
	target := testTarget
	target.Prefix = "test"
	return &Action{
		Target: target, Directory: d, Operation: directory.OperationDisable, Name: "disable_users", Reason: "incident 7", Ruled: true,
		Doing: "Disabling", Done: "Disabled", Already: "Was disabled already", Say: func(text string) { *said = append(*said, text) },
	}
}

// TestAction: it is done for as many as it can, each is named, and running it again harms nobody.
func TestAction(t *testing.T) {
	d := &desk{enabled: map[string]bool{"1": true, "2": true, "3": false}, refuses: map[string]bool{"2": true}}
	var said []string
	says(t, actionOn(d, &said).Plan(t.Context(), []string{"1", "404"}), true, "Cannot disable", `"404" is nobody`)
	says(t, actionOn(d, &said).Plan(t.Context(), []string{"1", "3"}), false, "Rules keep this", "(users)",
		"1 account carries a worker id (1)", "test_enable_users")
	if len(said) > 0 || !d.enabled["1"] {
		t.Errorf("a plan said %q", said)
	}
	says(t, actionOn(d, &said).Invoke(t.Context(), []string{"1", "2", "3", "404"}), true,
		"Cannot disable", `"404" is nobody`, `worker "2"`, "The action failed for some people", "succeeded for 2 people and failed for 2")
	want := []string{
		"Disabling 4 people in Test Directory: incident 7", `Failed: "404" is nobody`, `Disabled: worker "1" (Name 1) "CN=1"`, `Failed: worker "2"`,
		`Was disabled already: worker "3"`, "Note: ",
	}
	for i, text := range want {
		if i >= len(said) || !strings.HasPrefix(said[i], text) {
			t.Errorf("said %q, expected line %d to begin with %q", said, i, text)
		}
	}
	said, d.refuses = nil, nil
	says(t, actionOn(d, &said).Invoke(t.Context(), []string{"1", "2", "3"}), false)
	if d.enabled["1"] || d.enabled["2"] {
		t.Errorf("enabled are %v", d.enabled)
	}
}

// TestActionOnMany: messages come while it is worked on, not at the end.
func TestActionOnMany(t *testing.T) {
	d := &desk{enabled: map[string]bool{}}
	var refs, said []string
	for i := range 250 {
		refs = append(refs, fmt.Sprint(i))
		d.enabled[refs[i]] = true
	}
	if f := actionOn(d, &said).Invoke(t.Context(), refs); len(f) > 0 || d.calls != 3 || len(said) != 252 {
		t.Errorf("%d calls and %d messages, expected 3 and 252: %v", d.calls, len(said), f)
	}
	said = nil
	a := actionOn(d, &said)
	a.Operation = directory.OperationEnable
	says(t, a.Plan(t.Context(), refs), false, "Rules may take this back", "250 accounts carry", "and 240 more")
}
