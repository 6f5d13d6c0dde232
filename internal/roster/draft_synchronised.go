// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"maps"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// leaveToSource makes the document of a synchronised account: it tells what the account has
// of what the other directory masters, and wants nothing of it. What the rules want instead
// is kept for the report. It may be called again.
func (d *drafts) leaveToSource(p *drafted) {
	a, e := p.account, p.existing
	if a == nil || e == nil || !e.Synchronised || a.Released || d.in.Format.Mastered == nil {
		return
	}
	wanted := map[string]bool{}
	if a.Deleted {
		wanted[DeletedChange] = true
	}
	if a.Enabled != e.Account.Enabled && !a.Synchronised {
		wanted[EnabledChange] = true
		p.barred = !a.Enabled
		if !a.Enabled {
			p.because += "; Active Directory masters whether the synchronised user is enabled, and it still is: it is disabled there"
		}
	}
	for name, v := range a.Attributes {
		if !d.in.Format.Mastered(name) {
			continue
		}
		same := d.in.Format.Same(name, e.Account.Attributes[name], v) || name == directory.ManagerAttribute &&
			d.sameManager(p.present(name).Text(), v.Text())
		if !same && name != directory.GroupsAttribute || name == directory.GroupsAttribute && v.Text() == directory.GroupsRemoved && !same {
			wanted[name] = true
		}
		delete(a.Attributes, name)
	}
	p.slots = slices.DeleteFunc(p.slots, func(s *slot) bool { return d.in.Format.Mastered(s.attribute) })
	d.completeCore(p, a)
	a.Enabled, a.Deleted, a.Synchronised = e.Account.Enabled, false, true
	p.wantedManager, p.blocked, p.cause = nil, "", ""
	if p.verdict == ActionDelete {
		p.verdict = ""
	}
	p.mastered = append(p.mastered, slices.Sorted(maps.Keys(wanted))...)
}

// noCloudAccount says why nobody creates or restores an account for a worker, and is
// empty where a run may: a synchronised account comes from the other directory.
func (d *run) noCloudAccount(p *person) string {
	switch {
	case p.restored() && p.existing.Synchronised:
		return "the synchronised user is deleted, and only the synchronisation may bring it back: see to it that the account in Active Directory is in its scope"
	case p.restored() && d.in.OnUnmatched == UnmatchedReport:
		return "the account that carries the worker id is deleted, and on_unmatched = report restores none"
	case p.existing == nil && d.rules.SynchronisedOnly:
		return "no synchronised user is there yet, and the mapping (synchronised_only) creates none"
	}
	return ""
}
