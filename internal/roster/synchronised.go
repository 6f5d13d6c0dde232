// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/markdown"
)

const (
	remedyNotSynchronised = "see to it that the account in Active Directory is in the scope of the synchronisation, or give the worker to a population whose mapping has no synchronised_only"
	remedySynchronised    = "Active Directory masters this: change it there, or let the population of that domain do it"
)

// leaveToSource makes the document of a synchronised account: it tells what the account has
// of what the other directory masters, and wants nothing of it. What the rules want instead
// is kept for the report. It may be called again.
func (d *decider) leaveToSource(p *person) {
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
			p.reason += "; Active Directory masters whether the synchronised user is enabled, and it still is: it is disabled there"
		}
	}
	for name, v := range a.Attributes {
		if !d.in.Format.Mastered(name) {
			continue
		}
		same := d.in.Format.Same(name, e.Account.Attributes[name], v) || name == directory.ManagerAttribute && d.sameManager(p.present(name).Text(), v.Text())
		if !same && name != directory.GroupsAttribute || name == directory.GroupsAttribute && v.Text() == directory.GroupsRemoved && !same {
			wanted[name] = true
		}
		delete(a.Attributes, name)
	}
	p.slots = slices.DeleteFunc(p.slots, func(s *slot) bool { return d.in.Format.Mastered(s.attribute) })
	d.completeCore(p, a)
	a.Enabled, a.Deleted, a.Synchronised = e.Account.Enabled, false, true
	p.boss, p.blocked, p.cause = nil, "", ""
	if p.action == ActionDelete {
		p.action = ""
	}
	p.mastered = append(p.mastered, slices.Sorted(maps.Keys(wanted))...)
}

// noCloudAccount says why nobody creates or restores an account for a worker, and is
// empty where a run may: a synchronised account comes from the other directory.
func (d *decider) noCloudAccount(p *person) string {
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

// asideForCloudAccounts sets those aside whose account is not synchronised, where the
// mapping is for synchronised ones only.
func (d *decider) asideForCloudAccounts() {
	if !d.rules.SynchronisedOnly {
		return
	}
	for _, p := range d.people {
		if e := p.existing; e != nil && !e.Synchronised && !e.Deleted {
			d.setAside(p, problemTarget, describe(e)+" is not synchronised from Active Directory, and the mapping (synchronised_only) is for users who are", remedyNotSynchronised)
		}
	}
}

// warnSynchronised sums up what the rules want of synchronised accounts and cannot have
// here. Who must not sign in any more, and still can, is named.
func (d *decider) warnSynchronised() {
	counts := map[string]int{}
	var barred, all []*person
	for _, p := range d.people {
		if p.barred && p.account != nil && p.account.Enabled {
			barred = append(barred, p)
		}
		names := slices.DeleteFunc(slices.Clone(p.mastered), func(name string) bool { return name == EnabledChange })
		if len(names) > 0 {
			all = append(all, p)
		}
		for _, name := range names {
			counts[name]++
		}
	}
	if len(barred) > 0 {
		d.warn("%s still enabled although the workers must not sign in any more, and Active Directory masters that for synchronised users: %s. "+
			"Disable it there, or let the population of that domain do it; the next synchronisation follows. "+
			"To take access in Microsoft Entra ID at once, use the action workforce_entra_disable_users, which also revokes sessions", isAre(len(barred), "account"), d.firstTen(barred))
	}
	if len(all) > 0 {
		var parts []string
		for _, name := range sortedKeys(counts) {
			parts = append(parts, fmt.Sprintf("%s (%s)", name, markdown.Thousands(counts[name])))
		}
		d.warn("%s synchronised, and the rules would change what is not written here: %s; %s: %s", isAre(len(all), "account"), strings.Join(parts, ", "), remedySynchronised, d.firstTen(all))
	}
}
