// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"fmt"
	"slices"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
)

// draftFuture is for somebody hired who is to have no account yet. One that exists
// stays as it is, but nobody signs in before their time.
func (d *drafts) draftFuture(p *drafted) {
	p.verdict = ActionFuture
	if p.existing == nil {
		return
	}
	d.asItIs(p)
	p.account.Enabled, p.cause = false, directory.ForPrehire
}

func (d *drafts) draftOutOfScope(p *drafted) {
	p.verdict = ActionOutOfScope
	if p.existing == nil {
		return
	}
	switch d.rules.OnOutOfScope {
	case mapping.OutOfScopeKeep:
		d.asItIs(p)
	case mapping.OutOfScopeDisable, mapping.OutOfScopeLeaver: // of the latter only who is ignored by a rule comes here
		d.asItIs(p)
		p.account.Enabled, p.cause = false, directory.ForOutOfScope
	default:
		kind := UnmanagedOutOfScope
		switch {
		case d.leftOutOfScope(p):
			p.leaveOut(UnmanagedLeft)
			p.leftOut.Reason = "the worker has left, and is out of scope: " + p.because
			return
		case p.desired.Ignored:
			kind = UnmanagedIgnored
		}
		p.leaveOut(kind)
	}
}

// finish completes a document that follows from more than the rules: why the
// account is disabled, that sessions end with it, and the groups of accounts that
// stay as they are. It may be called again.
func (d *drafts) finish(p *drafted) {
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

// wait gives somebody who is not decided about the document of their account as it is, so that
// populations that manage it leave it alone. An account that no full run would write, and one that
// would be taken over first, has none: it is not managed yet.
func (d *drafts) wait(p *drafted) {
	p.verdict, p.because = ActionNone, "not decided about in this run (only): stays as it is"
	if p.existing == nil || p.restored() {
		return
	}
	if p.stage() == mapping.StageOutOfScope && d.claimsNothing(p.person) {
		return
	}
	if attribute := d.in.WorkerIDAttribute; attribute != "" && slices.Contains(d.targets, attribute) && !d.carries(p.existing, p.person) {
		return
	}
	d.asItIs(p)
}

func newDrafts(from *recognised) *drafts {
	d := &drafts{recognised: from, all: make([]*drafted, len(from.people))}
	inParallel(len(d.all), func(i int) { d.all[i] = d.draft(from.people[i]) })
	return d
}

// redraft drafts those anew who have been set aside since, and reports whether there were any.
func (d *drafts) redraft() bool {
	found := false
	for i, p := range d.all {
		switch {
		case p.stale():
			d.all[i], found = d.fallBackLate(p), true
		case p.lacking():
			for name := range p.account.Attributes {
				if _, lacks := p.lacks[directory.Fold(name)]; lacks {
					delete(p.account.Attributes, name)
				}
			}
			p.without, found = len(p.lacks), true
		}
	}
	return found
}

// draft decides everything about a person's account that follows from them alone.
func (d *drafts) draft(who *person) *drafted {
	p := &drafted{person: who}
	d.draftByRules(p)
	d.applyOverride(p)
	d.finish(p)
	slices.SortFunc(p.slots, func(a, b *slot) int { return cmp.Compare(a.attribute, b.attribute) })
	return p
}

func (d *drafts) draftByRules(p *drafted) {
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
	case p.staysDeleted:
		p.verdict, p.label = ActionNone, p.desired.Attributes["displayName"].Value.Text()
		p.because = p.desired.Reason + "; the deleted account that carries the worker id stays deleted, because an override disables"
		return
	}
	p.because = p.desired.Reason
	if p.moved() && p.existing != nil {
		p.because = fmt.Sprintf("moved out of scope: %s; on_out_of_scope = %q takes that for having left this directory", p.because,
			mapping.OutOfScopeLeaver)
	}
	switch p.stage() {
	case mapping.StageFuture:
		d.draftFuture(p)
	case mapping.StageOutOfScope:
		d.draftOutOfScope(p)
	case mapping.StageLeft:
		d.draftLeft(p)
	default:
		d.draftFull(p)
	}
}

// draftLeft is for somebody who has left, or counts as having left because they moved out of scope.
func (d *drafts) draftLeft(p *drafted) {
	switch {
	case p.moved() && p.existing == nil:
		p.verdict = ActionOutOfScope
	case p.moved() && d.in.Owned != nil && !d.in.Owned(p.existing):
		p.verdict = ActionOutOfScope
		p.because += "; the account is not among what this population owns, and stays as it is"
		p.leaveOut(UnmanagedOutOfScope)
	case p.existing == nil && !d.createsLeaver(p.person):
		p.verdict = ActionNone
	case p.existing == nil || p.restored() || !d.draftDeletion(p, d.leftSince(p.person)):
		d.draftFull(p)
	}
}

// leftOutOfScope reports whether somebody out of scope has left by their HR record, and
// nothing of the rules takes the access that they still have. Being out of scope is not the same
// as having left, but a scope that is for people at work leaves out whoever leaves.
func (d *run) leftOutOfScope(p *drafted) bool {
	e := p.existing
	if p.stage() != mapping.StageOutOfScope || e == nil || e.Deleted || !e.Account.Enabled || p.account != nil && !p.account.Enabled {
		return false
	}
	if d.in.Owned != nil && !d.in.Owned(e) {
		return false
	}
	if !d.strong(p.rule) && !d.carries(e, p.person) {
		return false // found by a weak rule only, it may be somebody else's
	}
	cause, _ := d.mustNotSignIn(p.person)
	return cause == directory.ForLeft
}
