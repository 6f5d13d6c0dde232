// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// result puts everything together.
func (d *report) result() (*Result, error) {
	r := &Result{Accounts: make(map[string]directory.Account, len(d.people)), Documents: make(map[string]string, len(d.people)),
		Decisions: make([]Decision, 0, len(d.people)),
		Profiles:  make([]Profile, 0, len(d.people)), ObjectIDs: make(map[string]string, len(d.people)),
		Barred: map[string]bool{}, Partial: d.partial()}
	decisions, profiles := make([]Decision, len(d.people)), make([]Profile, len(d.people))
	documents := make([]string, len(d.people))
	errs := make([]error, len(d.people))
	facts, rivals := d.reader(), d.rivals()
	inParallel(len(d.people), func(i int) {
		p := d.people[i]
		if p.account != nil {
			documents[i], errs[i] = d.in.Format.Marshal(*p.account)
		}
		if !p.waits {
			decisions[i], profiles[i] = d.decision(p), facts.profile(p)
			decisions[i].OpenAccounts = d.openAccounts(p, rivals)
		}
	})
	for i, p := range d.people {
		if errs[i] != nil {
			return nil, fmt.Errorf("worker %q: %w", p.id, errs[i])
		}
		if p.account != nil {
			r.Accounts[p.id], r.Documents[p.id] = *p.account, documents[i]
		}
		if p.existing != nil {
			r.ObjectIDs[p.id] = p.existing.ID
		}
		if d.barred(p.drafted) {
			r.Barred[p.id] = true
		}
		if !p.waits {
			r.sort(p)
			r.Decisions, r.Profiles = append(r.Decisions, decisions[i]), append(r.Profiles, profiles[i])
		}
	}
	r.Orphans, r.Unmanaged, r.Words = d.orphans(), d.unmanagedAccounts(rivals), d.words()
	r.Calendar = d.calendar()
	d.warnRules()
	d.warnMatches()
	r.Near = d.nearFits()
	d.warnNear(r.Near)
	d.warnOverrides()
	d.warnBlocked()
	d.warnUnrecorded()
	d.warnLeftOutOfScope()
	d.warnOpen(r.Decisions)
	r.Lacking = d.lacking()
	d.warnSynchronised()
	d.warnAside()
	d.warnKeys()
	d.warnWords(r.Words)
	r.Overridden, r.Overrides, r.Cycles = d.overriddenIDs(), d.overrideLines(), d.cycles
	slices.Sort(d.warnings)
	r.Warnings = slices.Compact(d.warnings)
	r.Names, r.Gained = d.nameOwners()
	r.NamesHidden = slices.ContainsFunc(addressAttributes, func(name string) bool { return d.hides(name) })
	r.Partitions = d.in.Partition.Split(r.Documents, func(id string) string { return d.partitionValue(d.people[d.lookup(id).at]) })
	r.Naming = slices.DeleteFunc(slices.Clone(d.unique), func(name string) bool { return !d.isRename(name) })
	return r, nil
}

// warnRules passes on what the rules warn of, each with the worker it is about.
func (d *report) warnRules() {
	for _, p := range d.decided() {
		for _, w := range ruleWarnings(p) {
			if !strings.HasPrefix(w, "worker ") {
				w = fmt.Sprintf("worker %q: %s", p.id, w)
			}
			d.warnings = append(d.warnings, w)
		}
	}
}

// unmanagedAccounts says why accounts have no document.
func (d *report) unmanagedAccounts(r rivals) map[string]Unmanaged {
	out := maps.Clone(d.unmanaged)
	for _, p := range d.people {
		d.leftUnclear(p, r, out)
		if p.leftOut != nil {
			out[p.existing.ID] = *p.leftOut
		}
	}
	return out
}

// sort puts a person into the list of their kind.
func (r *Result) sort(p *compared) {
	if p.aside() && !p.onHold() {
		r.SetAside = append(r.SetAside, p.id)
	}
	switch p.action {
	case ActionCreate:
		r.Joiners = append(r.Joiners, p.id)
	case ActionKeptDisabled:
		r.KeptDisabled = append(r.KeptDisabled, p.id)
	case ActionDelete:
		r.Leavers = append(r.Leavers, p.id)
	case ActionRehire:
		r.Rehires = append(r.Rehires, p.id)
	case ActionRename, ActionMove, ActionUpdate, ActionEnable:
		r.Movers = append(r.Movers, p.id)
	case ActionSetAside, ActionHeld:
		if p.disables() {
			r.Leavers = append(r.Leavers, p.id)
		}
	case ActionDisable:
		if (p.cause == directory.ForLeave || p.cause == directory.ForPrehire) && !p.override.disables() {
			r.Movers = append(r.Movers, p.id)
			return
		}
		r.Leavers = append(r.Leavers, p.id)
	}
}

// partitionValue returns what an account holds in the attribute that divides the population.
func (d *report) partitionValue(p *compared) string {
	if d.in.Partition.Attribute == ContainerChange {
		return p.account.Container
	}
	name := d.in.Partition.Attribute
	if t, known := d.schema.Lookup(name); known {
		name = t.Name
	}
	if v := p.account.Attributes[name]; len(v) > 0 {
		return v.Text()
	}
	if _, managed := p.account.Attributes[name]; managed {
		return ""
	}
	return p.present(name).Text()
}

// nameOwners returns who has which address in this directory, now or after this run, and
// which of the addresses their owner gets in this run.
func (d *report) nameOwners() (owners map[string]string, gained map[string]bool) {
	owners, gained = map[string]string{}, map[string]bool{}
	note := func(a *directory.Account, id string, now bool) {
		addresses(a, func(name string) {
			if now && directory.Fold(owners[name]) != directory.Fold(id) {
				gained[name] = true
			}
			owners[name] = id
		})
	}
	for _, e := range d.owned {
		note(&e.Account, e.Account.Attributes[d.in.WorkerIDAttribute].Text(), false)
	}
	for _, p := range d.people {
		if p.existing != nil {
			note(&p.existing.Account, p.id, false)
		}
	}
	for _, p := range d.people { // whoever gets a name in this run has it afterwards
		if p.account != nil && !p.account.Released {
			note(p.account, p.id, true)
		}
	}
	return owners, gained
}

// orphans returns the worker ids of absent accounts.
func (d *report) orphans() []string {
	var ids []string
	for _, p := range d.people {
		if p.worker == nil && !p.waits {
			ids = append(ids, p.id)
		}
	}
	slices.SortFunc(ids, natural)
	return ids
}

// partial says who was decided about; nil where everybody was.
func (d *report) partial() *Partial {
	if d.only == nil {
		return nil
	}
	out := &Partial{WorkerIDs: []string{}}
	for _, p := range d.people {
		if p.waits {
			out.Others++
			continue
		}
		out.WorkerIDs = append(out.WorkerIDs, p.id)
	}
	return out
}

// ruleWarnings returns the warnings of a worker's rules, unless these are of no account.
func ruleWarnings(p *compared) []string {
	if p.desired == nil || p.moved() && p.existing == nil && !p.aside() {
		return nil
	}
	return p.desired.Warnings
}
