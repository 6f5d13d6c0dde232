// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// attrContainer names the container of an account in errors and in task.failed.
const attrContainer = "container"

// takesAccess reports whether the task disables an account that is enabled. Two things only may stop
// such a task: protection, and that somebody enabled the account after the plan.
func (t *task) takesAccess() bool {
	return t.have != nil && t.have.isUser() && t.have.enabled() && !t.Want.Enabled && !t.Want.Deleted
}

// takeAccess disables all accounts that are to be disabled, before the run writes anything else. No leaver
// stays enabled because a run is killed, a name is taken or a value is refused. The same request
// writes the attributes, where the directory accepts them.
func (r *run) takeAccess(ctx context.Context) {
	leavers := slices.DeleteFunc(r.alive(), func(t *task) bool { return !t.takesAccess() })
	if len(leavers) == 0 {
		return
	}
	r.each(ctx, leavers, r.disableFirst)
	r.readBack(ctx, leavers)
}

func (r *run) disableFirst(ctx context.Context, t *task) {
	if why := r.protection(t.have); why != "" {
		t.fail("disable", "", directory.Because(directory.ErrProtected, errors.New(why)))
		return
	}
	edits, err := r.disableEdits(t.have, memory{t.Want.DisabledFor, r.now()})
	if err != nil {
		t.fail("disable", attrControl, directory.Because(directory.ErrInvalid, err))
		return
	}
	want := t.writable().Clone()
	for _, name := range []string{attrLogin, attrPrincipal} { // names are written later, in an order that frees each before it is given
		dropAttribute(want, name)
	}
	if more, err := r.diff(r.types, want, t.have); err == nil { // update reports what cannot be encoded
		edits = append(edits, more...)
	}
	if manager := r.managerEdit(t); manager != nil {
		edits = append(edits, *manager)
	}
	r.modify(ctx, t, edits, newPassword{})
}

// disableEdits sets the disabled bit, and records why. It changes no other bit, so that a flag
// that the directory refuses cannot keep the account enabled.
func (d *Domain) disableEdits(have *record, m memory) ([]edit, error) {
	control, err := controlFor(directory.Account{}, have.text(attrControl))
	if err != nil {
		return nil, err
	}
	return append([]edit{{name: attrControl, add: []string{control}}}, d.rememberEdits(have, m)...), nil
}

// sendState enables or disables an account, and writes the record of why in the same request. Where the directory
// refuses the request, sendState enables or disables without the record.
func (r *run) sendState(ctx context.Context, t *task, edits []edit) error {
	err := r.send(ctx, t, edits)
	alone := slices.DeleteFunc(slices.Clone(edits), func(e edit) bool { return e.memory })
	if err == nil || len(alone) == len(edits) || isLost(err) || errors.Is(err, directory.ErrGone) {
		return err
	}
	return r.send(ctx, t, alone)
}

// memoryEdits returns the edits of the record of why an account is disabled. It clears the record
// when it enables the account, writes it when it disables the account, and corrects one that is valid and
// names another cause. An account without a valid record was disabled by somebody else, and gets none,
// so that this stays visible.
func (r *run) memoryEdits(ctx context.Context, t *task) ([]edit, error) {
	switch {
	case t.Want.Enabled && !t.have.enabled():
		return r.rememberEdits(t.have, memory{}), nil
	case t.Want.Enabled:
		return nil, nil
	case t.have.enabled():
		return r.rememberEdits(t.have, memory{t.Want.DisabledFor, r.now()}), nil
	}
	m, ok := r.recall(t.have)
	if !ok || m.cause == t.Want.DisabledFor {
		return nil, nil
	}
	since, err := r.sinceOf(ctx, []*record{t.have})
	if err != nil || r.disabledFor(t.have, since[t.have.id]) == "" {
		return nil, err
	}
	if directory.Leaves(t.Want.DisabledFor) && !directory.Leaves(m.cause) {
		m.at = r.now() // the worker was on leave or had not started, and has left since: the retention begins now
	}
	return r.rememberEdits(t.have, memory{t.Want.DisabledFor, m.at}), nil
}

// writable returns the wanted account without the attributes whose write has failed.
func (t *task) writable() directory.Account {
	want, cloned := t.Want, false
	for name := range t.Want.Attributes {
		if out := t.failed[directory.Fold(name)] || t.badControl && isName(name, attrControl); out && !cloned {
			want, cloned = t.Want.Clone(), true
			delete(want.Attributes, name)
		} else if out {
			delete(want.Attributes, name)
		}
	}
	return want
}

// dropAttribute takes an attribute out of an account, whatever the case of its name.
func dropAttribute(a directory.Account, name string) {
	for n := range a.Attributes {
		if isName(n, name) {
			delete(a.Attributes, n)
		}
	}
}
