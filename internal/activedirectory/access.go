// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// attrContainer is what errors and task.failed call the place of an account.
const attrContainer = "container"

// takesAccess reports that somebody can sign in who is not to. Nothing but protection,
// and somebody who enabled the account since the plan, keeps such a task from its end.
func (t *task) takesAccess() bool {
	return t.have != nil && t.have.isUser() && t.have.enabled() && !t.Want.Enabled && !t.Want.Deleted
}

// takeAccess disables everybody who is to be, before anything else is done to anybody:
// a run that is killed, a name that cannot be given or a value that is refused then
// leaves no leaver enabled. The attributes go along in the same request where the
// directory takes them.
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
	for _, name := range []string{attrLogin, attrPrincipal} { // names change hands in an order
		forgo(want, name)
	}
	if more, err := r.diff(r.types, want, t.have); err == nil { // what cannot be encoded is told by update
		edits = append(edits, more...)
	}
	if manager := r.managerEdit(t); manager != nil {
		edits = append(edits, *manager)
	}
	r.modify(ctx, t, edits, newPassword{})
}

// disableEdits sets the disabled bit and no other, so that nothing that a document
// says of userAccountControl can stand in the way, and remembers why.
func (d *Domain) disableEdits(have *record, m memory) ([]edit, error) {
	control, err := controlFor(directory.Account{}, have.text(attrControl))
	if err != nil {
		return nil, err
	}
	return append([]edit{{name: attrControl, add: []string{control}}}, d.rememberEdits(have, m)...), nil
}

// sendState enables or disables. What is remembered of it must not be in the way: when
// the request is refused, the state goes alone.
func (r *run) sendState(ctx context.Context, t *task, edits []edit) error {
	err := r.send(ctx, t, edits)
	alone := slices.DeleteFunc(slices.Clone(edits), func(e edit) bool { return e.memory })
	if err == nil || len(alone) == len(edits) || isLost(err) || errors.Is(err, directory.ErrGone) {
		return err
	}
	return r.send(ctx, t, alone)
}

// memoryEdits keeps right what an account remembers of why it is disabled: cleared
// when it is enabled, written when it is disabled, and rewritten where it still counts
// and is another than wanted. An account that remembers nothing that counts was
// disabled by somebody else, which stays visible.
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
		m.at = r.now() // who was on leave, or not there yet, has left since: their retention begins
	}
	return r.rememberEdits(t.have, memory{t.Want.DisabledFor, m.at}), nil
}

// writable is what is wanted, but for the attributes that have failed.
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

// forgo takes an attribute out of an account, whatever the case of its name.
func forgo(a directory.Account, name string) {
	for n := range a.Attributes {
		if isName(n, name) {
			delete(a.Attributes, n)
		}
	}
}
