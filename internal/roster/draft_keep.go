// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
)

// asItIs makes the document of an account that is to stay exactly as it is:
// every attribute the mapping may write, with its present value.
func (d *drafts) asItIs(p *drafted) {
	if p.existing == nil {
		return
	}
	a := directory.Account{Container: p.existing.Account.Container, Enabled: p.existing.Account.Enabled,
		Attributes: map[string]directory.Value{}}
	for _, name := range d.targets {
		if name == directory.GroupsAttribute {
			continue // finish does that, when it is known whether the account is enabled
		}
		d.keepAttribute(p, &a, name)
		if name == directory.ManagerAttribute {
			p.keepsManager = true // the next but one phase says what the document says where there is none
			continue
		}
		if len(p.present(name)) == 0 && (d.rules.Attributes[name].WhenNull == mapping.NullClear || d.onlyLeavers(name)) {
			a.Attributes[name] = nil // as its rule would say, or afterLeaving: the document stays the same
		}
	}
	if record := d.rules.Lifecycle.RecordIn; record != "" && len(p.present(record)) == 0 && (p.worker != nil || p.waits) {
		a.Attributes[record] = nil // as writeRecord would say
	}
	if former := d.rules.Lifecycle.FormerNamesIn; former != "" && len(p.present(former)) == 0 {
		a.Attributes[former] = nil // as writeFormer would say
	}
	d.completeCore(p, &a)
	p.account, p.kept = &a, true
}

// keepAttribute puts the present value of an attribute into the document, or
// leaves it unmanaged where there is none. A manager whose worker id nobody
// knows cannot be written down and is left unmanaged too.
func (d *drafts) keepAttribute(p *drafted, a *directory.Account, name string) {
	v := p.present(name)
	if len(v) == 0 || name == directory.ManagerAttribute && !d.knownWorker(v.Text()) {
		return
	}
	if d.in.Format.IsAdditive(name) { // what others gave is not ours to name, and so not ours to take later
		if p.desired == nil {
			return
		}
		want := p.desired.Attributes[name].Value
		if len(want) == 0 || !d.in.Format.Same(name, v, want) {
			return
		}
		v = want
	}
	a.Attributes[name] = v
}

// keepsLogin reports whether an account keeps its login in this run, whatever the rules say. An account that does not
// carry the worker id yet, and one beside others that carry it too, is found by its login: under another one the
// population would make a second account. The run writes the worker id, and the next one the login.
func (d *recognised) keepsLogin(p *person) bool {
	return p.existing != nil && !p.restored() && !p.existing.Synchronised &&
		(!d.carries(p.existing, p) || len(d.accountsByWorkerID[directory.Fold(p.id)]) > 1) &&
		slices.ContainsFunc(d.targets, func(name string) bool { return directory.Fold(name) == directory.Fold(d.in.WorkerIDAttribute) })
}

// keepLogin keeps the login of such an account, and says so where the rules give another one.
func (d *drafts) keepLogin(p *drafted, a *directory.Account, o mapping.Outcome, fresh bool) {
	name := d.in.Format.Login
	d.keepAttribute(p, a, name)
	present := p.present(name)
	s := d.slot(p, name, present, o)
	if o.Managed && !keepsPresent(o, present, fresh) && s.preferred() == "" && !d.in.Format.Same(name, present, o.Value) {
		login := fmt.Sprintf(" %q", present.Text())
		if d.hides(name) {
			login = ""
		}
		p.because += fmt.Sprintf("; the account keeps the login%s until it carries the worker id, and no other account does: "+
			"a run after that gives it the one of the rules", login)
	}
}

// keepGroups writes down that an account has its groups, or has lost them, as far
// as a document of the rules would.
func (d *drafts) keepGroups(p *drafted, a *directory.Account) {
	if _, set := a.Attributes[directory.GroupsAttribute]; set || !slices.Contains(d.targets, directory.GroupsAttribute) {
		return
	}
	state := p.present(directory.GroupsAttribute).Text()
	switch {
	case state == directory.GroupsRemoved,
		state == "" && !a.Enabled && p.cause == "" && directory.Leaves(p.existing.DisabledFor),
		state == "" && !a.Enabled && directory.Leaves(p.cause) && d.strips(p.person, d.leftSince(p.person)):
		a.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsRemoved}
	case state != directory.GroupsPartly && d.rules.Lifecycle.RestoreGroups:
		a.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsKept}
	}
}

// completeCore adds the present value of the names a document must not lack.
func (d *drafts) completeCore(p *drafted, a *directory.Account) {
	for name, c := range d.core {
		if _, there := a.Attributes[name]; !there && c.Required &&
			!slices.ContainsFunc(p.slots, func(s *slot) bool { return s.attribute == name }) {
			d.keepAttribute(p, a, name)
		}
	}
}

// knownWorker reports whether a document may name that worker id as a manager's.
func (d *drafts) knownWorker(id string) bool {
	return d.byWorker[id] != nil || len(d.accountsByWorkerID[directory.Fold(id)]) > 0
}

// keepsPresent reports whether an account that exists keeps what it has of an attribute.
func keepsPresent(o mapping.Outcome, present directory.Value, fresh bool) bool {
	switch {
	case o.OnCreate && !fresh, o.IfEmpty && len(present) > 0:
		return true
	case o.Managed:
		return false
	}
	return len(o.Default) > 0 || o.OnCreate || o.IfEmpty
}
