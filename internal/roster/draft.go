// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/worker"
)

// draft settles everything about a person's account that follows from them
// alone. Names that must be unique and the manager are left to later steps.
func (d *decider) draft(p *person) {
	p.mastered, p.barred = nil, false
	d.draftByRules(p)
	d.applyOverride(p)
	d.finish(p)
	p.settle()
	slices.SortFunc(p.slots, func(a, b *slot) int { return cmp.Compare(a.attribute, b.attribute) })
}

// settle keeps action and reason as they are before changes are compared, which may
// happen several times.
func (p *person) settle() { p.drafted, p.because = p.action, p.reason }

func (d *decider) draftByRules(p *person) {
	switch {
	case p.waits:
		d.wait(p)
		return
	case p.aside():
		d.fallBack(p)
		return
	case p.worker == nil:
		d.draftAbsent(p)
		return
	}
	p.reason = p.desired.Reason
	if p.moved() && p.existing != nil {
		p.reason = fmt.Sprintf("moved out of scope: %s; on_out_of_scope = %q takes that for having left this directory", p.reason, mapping.OutOfScopeLeaver)
	}
	switch p.stage() {
	case mapping.StageFuture:
		d.draftFuture(p)
	case mapping.StageOutOfScope:
		d.draftOutOfScope(p)
	case mapping.StageLeft:
		switch {
		case p.moved() && p.existing == nil:
			p.action, p.desired.Warnings = ActionOutOfScope, nil
		case p.moved() && d.in.Owned != nil && !d.in.Owned(p.existing):
			p.action = ActionOutOfScope
			p.reason += "; the account is not among what this population owns, and stays as it is"
			d.leaveOut(p, p.existing, UnmanagedOutOfScope, p.reason)
		case p.existing == nil && !d.createsLeaver(p):
			p.action = ActionNone
		case p.existing == nil || p.restored() || !d.draftDeletion(p, d.leftSince(p)):
			d.draftFull(p)
		}
	default:
		d.draftFull(p)
	}
}

// createsLeaver reports whether somebody who has left gets an account all the same. One whose
// retention is over, or of whom nobody knows when they left, would only be deleted again.
func (d *decider) createsLeaver(p *person) bool {
	l, since := d.rules.Lifecycle, d.leftSince(p)
	switch {
	case !l.CreateLeavers, p.moved():
		return false
	case l.RetentionDays == nil:
		return true
	}
	return since != "" && d.in.AsOf.Before(since.AddDays(*l.RetentionDays).End(d.zoneOf(p)))
}

// draftFuture is for somebody hired who is to have no account yet. One that exists
// stays as it is, but nobody signs in before their time.
func (d *decider) draftFuture(p *person) {
	p.action = ActionFuture
	if p.existing == nil {
		return
	}
	d.keep(p)
	p.account.Enabled, p.cause = false, directory.ForPrehire
}

// finish completes a document that follows from more than the rules: why the
// account is disabled, that sessions end with it, and the groups of accounts that
// stay as they are. It may be called again.
func (d *decider) finish(p *person) {
	d.leaveToSource(p)
	a := p.account
	if a == nil || a.Released {
		return
	}
	if !a.Synchronised && (p.kept || p.blocked != "") {
		d.keepGroups(p, a)
	}
	a.DisabledFor, a.Sessions = "", ""
	if a.Enabled || a.Synchronised {
		return
	}
	a.DisabledFor = p.cause
	if a.DisabledFor == "" && p.existing != nil && !p.existing.Account.Enabled {
		a.DisabledFor = p.existing.DisabledFor
	}
	if d.in.Format.Sessions && a.DisabledFor != "" {
		a.Sessions = directory.SessionsRevoked
		if p.waits { // as they are, too
			a.Sessions = p.existing.Sessions
		}
	}
}

// lookAgain evaluates a worker again with what their account tells: whether there is
// one, and for a leaver of whom the HR system gives no last day, since when they have left.
func (d *decider) lookAgain(p *person) {
	undated := p.stage() == mapping.StageLeft && p.desired.LeftSince == ""
	known := d.known(p)
	if !p.desired.DependsOnAccount && !(undated && known.Left != "") {
		return
	}
	if again, err := d.in.Mapping.EvaluateKnown(p.worker, d.in.AsOf, known); err == nil {
		p.desired = again
	} else {
		p.desired, p.problem = nil, err
	}
}

// keep makes the document of an account that is to stay exactly as it is:
// every attribute the mapping may write, with its present value.
func (d *decider) keep(p *person) {
	if p.existing == nil {
		return
	}
	a := directory.Account{Container: p.existing.Account.Container, Enabled: p.existing.Account.Enabled, Attributes: map[string]directory.Value{}}
	for _, name := range d.targets {
		if name == directory.GroupsAttribute {
			continue // finish does that, when it is known whether the account is enabled
		}
		d.keepAttribute(p, &a, name)
		if name == directory.ManagerAttribute && p.existing.Protected != "" {
			continue // nobody writes it, and the directory may take the link away
		}
		if len(p.present(name)) == 0 && (d.rules.Attributes[name].WhenNull == mapping.NullClear || d.onlyLeavers(name)) {
			a.Attributes[name] = nil // as its rule would say, or afterLeaving: the document stays the same
		}
	}
	if record := d.rules.Lifecycle.RecordIn; record != "" && len(p.present(record)) == 0 && (p.worker != nil || p.waits) {
		a.Attributes[record] = nil // as writeRecord would say
	}
	d.completeCore(p, &a)
	p.account, p.kept = &a, true
}

// keepAttribute puts the present value of an attribute into the document, or
// leaves it unmanaged where there is none. A manager whose worker id nobody
// knows cannot be written down and is left unmanaged too.
func (d *decider) keepAttribute(p *person, a *directory.Account, name string) {
	v := p.present(name)
	if len(v) == 0 || name == directory.ManagerAttribute && !d.knownWorker(v.Text()) {
		return
	}
	a.Attributes[name] = v
}

// keepGroups writes down that an account has its groups, or has lost them, as far
// as a document of the rules would.
func (d *decider) keepGroups(p *person, a *directory.Account) {
	if _, set := a.Attributes[directory.GroupsAttribute]; set || !slices.Contains(d.targets, directory.GroupsAttribute) {
		return
	}
	state := p.present(directory.GroupsAttribute).Text()
	switch {
	case state == directory.GroupsRemoved,
		state == "" && !a.Enabled && directory.Leaves(p.existing.DisabledFor) && (p.cause == "" || directory.Leaves(p.cause)):
		a.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsRemoved}
	case state != directory.GroupsPartly && d.rules.Lifecycle.RestoreGroups:
		a.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsKept}
	}
}

// completeCore adds the present value of the names a document must not lack.
func (d *decider) completeCore(p *person, a *directory.Account) {
	for name, c := range d.core {
		if _, there := a.Attributes[name]; !there && c.Required && !slices.ContainsFunc(p.slots, func(s *slot) bool { return s.attribute == name }) {
			d.keepAttribute(p, a, name)
		}
	}
}

// knownWorker reports whether a document may name that worker id as a manager's.
func (d *decider) knownWorker(id string) bool {
	return d.byWorker[id] != nil || len(d.carriers[directory.Fold(id)]) > 0
}

func (d *decider) draftOutOfScope(p *person) {
	p.action = ActionOutOfScope
	if p.existing == nil {
		return
	}
	switch d.rules.OnOutOfScope {
	case mapping.OutOfScopeKeep:
		d.keep(p)
	case mapping.OutOfScopeDisable, mapping.OutOfScopeLeaver: // of the latter only who is ignored by a rule comes here
		d.keep(p)
		p.account.Enabled, p.cause = false, directory.ForOutOfScope
	default:
		kind, reason := UnmanagedOutOfScope, p.reason
		switch {
		case d.leftOutOfScope(p):
			kind, reason = UnmanagedLeft, "the worker has left, and is out of scope: "+reason
		case p.desired.Ignored:
			kind = UnmanagedIgnored
		}
		d.leaveOut(p, p.existing, kind, reason)
	}
}

// draftFull applies the rules.
func (d *decider) draftFull(p *person) {
	if p.existing == nil && d.in.OnUnmatched == UnmatchedReport || d.noCloudAccount(p) != "" {
		p.action = ActionUnmatched
		return
	}
	a := directory.Account{Enabled: p.desired.Enabled, Attributes: make(map[string]directory.Value, len(p.desired.Attributes)+1)}
	p.cause = ""
	if !a.Enabled {
		p.cause = causeOf(p)
	}
	p.rehired = d.rehire(p)
	a.Container = d.container(p)
	if a.Enabled && p.existing != nil && !p.existing.Account.Enabled {
		d.block(p, &a)
	}
	p.rehired = p.rehired && a.Enabled
	fresh := d.fresh(p)
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
		p.reason += "; the deleted account that carries the worker id is restored"
	}
	if moves || p.restored() {
		d.reopenNames(p, &a)
	}
	p.label = a.Attributes["displayName"].Text()
	p.account = &a
	// The outcomes are the largest part of everything, and have done their work.
	p.desired.Attributes = nil
}

// restored reports whether the account comes back from the deleted ones.
func (p *person) restored() bool { return p.existing != nil && p.existing.Deleted }

// reopenNames is for names that an account keeps although it moves or was
// deleted: somebody may have them already where it is going to be.
func (d *decider) reopenNames(p *person, a *directory.Account) {
	candidates := func(name string) iter.Seq2[string, error] {
		if p.desired == nil {
			return nil
		}
		return p.desired.Attributes[name].Candidates
	}
	for name, c := range d.core {
		if v := a.Attributes[name]; len(v) > 0 && (c.PerContainer || p.restored() && slices.Contains(d.unique, name)) {
			p.slots = append(p.slots, &slot{person: p, attribute: name, prefer: v.Text(), candidates: candidates(name), anew: true})
			delete(a.Attributes, name)
		}
	}
}

// inputs writes down what the rule of a new name is given; names that an
// account has already share nothing.
func (d *decider) inputs(p *person, o mapping.Outcome) string {
	if p.existing != nil || p.worker == nil || !o.Shared {
		return ""
	}
	return inputsOf(p.worker, o)
}

// fresh reports whether the rules for creation apply.
func (d *decider) fresh(p *person) bool {
	return p.existing == nil || d.rules.Lifecycle.Rehire == "new_name" && d.rehire(p)
}

// interim reports whether an account has a name only until it gets its own: a run was
// interrupted while names changed hands.
func (d *decider) interim(p *person, name string) bool {
	c, core := d.core[name]
	return p.existing != nil && p.existing.Interim && core && !c.Shared && !c.PerContainer && name != directory.ManagerAttribute
}

// draftAttribute decides one attribute: kept from the account, given by the
// rule, its default, unmanaged, or a name to be found.
func (d *decider) draftAttribute(p *person, a *directory.Account, name string, o mapping.Outcome, fresh bool) {
	present := p.present(name)
	if d.interim(p, name) {
		fresh, present = true, nil
	}
	if o.Adds && p.existing != nil {
		if o.Value = d.withAdded(name, present, o.Value); len(o.Value) == 0 {
			return
		}
		o.Managed = true
	}
	switch {
	case p.existing == nil && !o.Managed && len(o.Default) > 0:
		a.Attributes[name] = o.Default
	case p.existing != nil && (o.OnCreate && !fresh || o.IfEmpty && len(present) > 0 || !o.Managed && (len(o.Default) > 0 || o.OnCreate || o.IfEmpty)):
		// Written down as it is, so that the document stays the same after the
		// run that created the account.
		d.keepAttribute(p, a, name)
	case !o.Managed:
	case o.Unique && o.Candidates != nil:
		p.slots = append(p.slots, &slot{person: p, attribute: name, prefer: present.Text(), candidates: o.Candidates, optional: o.OnCreate || o.IfEmpty, anew: p.restored(),
			sharable: o.Shared && p.worker != nil, inputs: d.inputs(p, o)})
	case len(o.Value) == 0 && (o.OnCreate || o.IfEmpty):
	case o.Unique && len(o.Value) > 0:
		p.slots = append(p.slots, &slot{person: p, attribute: name, set: o.Value})
	default:
		a.Attributes[name] = o.Value
	}
}

// withAdded is what an account has of an attribute, and of the values to add those it lacks.
// An address that would be a second primary one (SMTP:) is added as an alias (smtp:).
func (d *decider) withAdded(name string, present, add directory.Value) directory.Value {
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

// isPrimary reports whether a value of proxyAddresses is the primary address.
func isPrimary(v string) bool { return strings.HasPrefix(v, "SMTP:") }

// container returns where the account belongs. A rule for creation only lets an
// account stay where it is, unless the person returns from among the leavers.
func (d *decider) container(p *person) string {
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

// sameContainer compares paths as directories do.
func sameContainer(a, b string) bool { return directory.SamePath(a, b) }

func canonicalPath(path string) string { return directory.PathKey(path) }

// The words of Rules.Lifecycle.RecordIn.
const (
	recordLeft   = "left"
	recordAbsent = "absent"
)

// recorded reads what the account records: recordLeft or recordAbsent and since when.
func (d *decider) recorded(p *person) (word string, day worker.Date) {
	if d.rules.Lifecycle.RecordIn == "" {
		return "", ""
	}
	word, rest, _ := strings.Cut(p.present(d.rules.Lifecycle.RecordIn).Text(), " ")
	day, err := worker.ParseDate("2006-01-02", rest)
	if err != nil || word != recordLeft && word != recordAbsent {
		return "", ""
	}
	return word, day
}

// writeRecord records since when a worker has left, keeps what is recorded
// already, and clears it when they can sign in again. Anything else that the
// attribute holds is not ours to clear.
func (d *decider) writeRecord(p *person, a *directory.Account) {
	attribute := d.rules.Lifecycle.RecordIn
	if attribute == "" {
		return
	}
	word, day := d.recorded(p)
	switch {
	case word == recordLeft && !p.desired.Enabled:
		a.Attributes[attribute] = directory.Value{recordLeft + " " + string(day)}
	case p.stage() == mapping.StageLeft:
		a.Attributes[attribute] = directory.Value{recordLeft + " " + string(cmp.Or(p.desired.LeftSince, d.today))}
	case word != "" || len(p.present(attribute)) == 0:
		a.Attributes[attribute] = nil
	}
}

// rehire reports whether a worker takes a former account into use again: we disabled it
// because they had left, or by their own story they had left when it was disabled.
func (d *decider) rehire(p *person) bool {
	if p.existing == nil || !p.desired.Enabled {
		return false
	}
	if p.restored() || p.existing.Account.Enabled {
		return p.restored()
	}
	if word, _ := d.recorded(p); word != "" {
		return word == recordLeft
	}
	if p.existing.DisabledFor != "" {
		return directory.Leaves(p.existing.DisabledFor)
	}
	if end := max(p.worker.TerminationDate, p.worker.LastDayOfWork); end != "" && end < p.worker.HireDate {
		return true // hired again after an end: what stands between may be called prehire
	}
	stage, _, err := d.in.Mapping.StageAt(p.worker, p.existing.DisabledSince)
	return !p.existing.DisabledSince.IsZero() && err == nil && stage == mapping.StageLeft
}

// afterLeaving is for attributes that only leavers have rules for. Whoever returns
// loses what such a rule wrote; later they stay as they are, written down, so that the
// document of somebody back at work does not change by itself.
//
// A new account says so from the beginning, so that the next plan does not.
func (d *decider) afterLeaving(p *person, a *directory.Account) {
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

// onlyLeavers reports whether an attribute has a rule for leavers and none for anybody else.
func (d *decider) onlyLeavers(name string) bool {
	_, ruled := d.rules.Attributes[name]
	_, leaving := d.rules.Lifecycle.LeaverAttributes[name]
	return leaving && !ruled
}
