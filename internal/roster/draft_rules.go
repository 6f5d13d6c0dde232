// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
)

// draftFull applies the rules.
func (d *drafts) draftFull(p *drafted) {
	if p.existing == nil && d.in.OnUnmatched == UnmatchedReport || d.noCloudAccount(p.person) != "" {
		p.verdict = ActionUnmatched
		return
	}
	a := directory.Account{Enabled: p.desired.Enabled, Attributes: make(map[string]directory.Value, len(p.desired.Attributes)+1)}
	p.cause = ""
	if !a.Enabled {
		p.cause = causeOf(p.person)
	}
	p.rehired = d.rehire(p.person)
	a.Container = d.container(p)
	if a.Enabled && p.existing != nil && !p.existing.Account.Enabled {
		d.block(p, &a)
	}
	p.rehired = p.rehired && a.Enabled
	fresh := d.fresh(p.person)
	moves := p.existing != nil && !sameContainer(a.Container, p.existing.Account.Container)
	for name, o := range p.desired.Attributes {
		if name == directory.ManagerAttribute {
			p.reports = o.Value.Text()
			d.draftManager(p, &a, o, fresh)
			continue
		}
		d.draftAttribute(p, &a, name, o, fresh)
	}
	for name, v := range a.Attributes { // rules do not know what the directory's schema was extended by
		a.Attributes[name] = d.written[name].Canonical(v)
	}
	d.completeCore(p, &a)
	d.writeRecord(p, &a)
	d.afterLeaving(p, &a)
	if p.desired.Groups != "" && p.blocked == "" { // groups are access, too
		a.Attributes[directory.GroupsAttribute] = directory.Value{p.desired.Groups}
	}
	if p.restored() {
		p.because += "; the deleted account that carries the worker id is restored"
	}
	if moves || p.restored() {
		d.reopenNames(p, &a)
	}
	p.label = a.Attributes["displayName"].Text()
	p.account = &a
	// The outcomes are the largest part of everything, and have done their work.
	p.desired.Attributes = nil
}

// draftAttribute decides one attribute. What must hold, in this order:
//
//   - An account by whose login alone a population can tell it keeps the login.
//   - A new account gets the default where the rule gives nothing.
//   - An account that exists keeps what it has where the rule is for new accounts or for empty
//     attributes. It is written down, so that the document stays the same after the run that
//     created the account.
//   - What no rule manages is not in the document.
//   - A name that must be unique stays open: nobody knows yet who else wants it.
//   - Everything else is what the rule gives, and no value clears the attribute.
//
// A name that an account has for a moment only, because a run was interrupted while names
// changed hands, counts as none.
func (d *drafts) draftAttribute(p *drafted, a *directory.Account, name string, o mapping.Outcome, fresh bool) {
	present := p.present(name)
	if d.interim(p.person, name) {
		fresh, present = true, nil
	}
	if o.Adds && p.existing != nil {
		if o.Value = d.withAdded(name, present, o.Value); len(o.Value) == 0 {
			return
		}
		o.Managed = true
	}
	switch {
	case name == d.in.Format.Login && d.keepsLogin(p.person):
		d.keepLogin(p, a, o, fresh)
	case p.existing == nil && !o.Managed && len(o.Default) > 0:
		a.Attributes[name] = o.Default
	case p.existing != nil && keepsPresent(o, present, fresh):
		d.keepAttribute(p, a, name)
	case !o.Managed:
	case o.Unique && (o.Candidates != nil || len(o.Value) > 0):
		p.slots = append(p.slots, d.slot(p, name, present, o))
	case len(o.Value) == 0 && (o.OnCreate || o.IfEmpty):
	default:
		a.Attributes[name] = o.Value
	}
}

// withAdded is what an account has of an attribute, and of the values to add those it lacks.
// An address that would be a second primary one (SMTP:) is added as an alias (smtp:).
func (d *drafts) withAdded(name string, present, add directory.Value) directory.Value {
	if d.in.Format.IsAdditive(name) {
		return add
	}
	all := slices.Clone(present)
	primary := slices.ContainsFunc(present, isPrimary)
	for _, v := range d.written[name].Canonical(add) {
		if slices.ContainsFunc(all, func(has string) bool {
			return directory.Fold(has) == directory.Fold(v) || d.in.Format.Same(name, directory.Value{has}, directory.Value{v})
		}) {
			continue // directories refuse a second value that differs in case only
		}
		if strings.EqualFold(name, proxyAddresses) && primary && isPrimary(v) {
			v = smtp + v[len(smtp):]
		}
		all = append(all, v)
	}
	return all
}

// container returns where the account belongs. A rule for creation only lets an
// account stay where it is, unless the person returns from among the leavers.
func (d *drafts) container(p *drafted) string {
	if c := p.override.container(); c != "" {
		return c
	}
	want := p.desired.Container
	if p.existing == nil {
		return want
	}
	has := p.existing.Account.Container
	if want == "" || p.desired.ContainerOnCreate && !p.rehired && !sameContainer(want, has) {
		return has
	}
	return want
}

// writeRecord records since when a worker has left, keeps what is recorded
// already, and clears it when they can sign in again. Anything else that the
// attribute holds is not ours to clear.
func (d *drafts) writeRecord(p *drafted, a *directory.Account) {
	attribute := d.rules.Lifecycle.RecordIn
	if attribute == "" {
		return
	}
	word, day := d.recorded(p.person)
	switch {
	case word == recordLeft && !p.desired.Enabled:
		a.Attributes[attribute] = directory.Value{recordLeft + " " + string(day)}
	case p.stage() == mapping.StageLeft:
		a.Attributes[attribute] = directory.Value{recordLeft + " " + string(cmp.Or(p.desired.LeftSince, d.today))}
	case word != "" || len(p.present(attribute)) == 0:
		a.Attributes[attribute] = nil
	}
}

// afterLeaving is for attributes that only leavers have rules for. A person who returns
// loses what such a rule wrote; later the attributes stay as they are, written down, so that the
// document of somebody back at work does not change by itself.
//
// A new account says so from the beginning, so that the next plan does not.
func (d *drafts) afterLeaving(p *drafted, a *directory.Account) {
	if p.stage() == mapping.StageLeft {
		return
	}
	for name := range d.rules.Lifecycle.LeaverAttributes {
		if !d.onlyLeavers(name) {
			continue
		}
		if _, set := a.Attributes[name]; set {
			continue
		}
		if len(p.present(name)) == 0 || p.rehired {
			a.Attributes[name] = nil
			continue
		}
		d.keepAttribute(p, a, name)
	}
}
