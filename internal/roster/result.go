// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// result puts everything together.
func (d *decider) result() (*Result, error) {
	r := &Result{Accounts: make(map[string]directory.Account, len(d.people)), Documents: make(map[string]string, len(d.people)),
		Decisions: make([]Decision, 0, len(d.people)),
		Profiles:  make([]Profile, 0, len(d.people)), ObjectIDs: make(map[string]string, len(d.people)), Partial: d.partial()}
	decisions, profiles := make([]Decision, len(d.people)), make([]Profile, len(d.people))
	documents := make([]string, len(d.people))
	errs := make([]error, len(d.people))
	index := make(map[*person]int, len(d.people))
	for i, p := range d.people {
		index[p] = i
	}
	facts := d.reader()
	d.parallel(func(p *person) {
		i := index[p]
		if p.account != nil {
			documents[i], errs[i] = d.in.Format.Marshal(*p.account)
		}
		if !p.waits {
			decisions[i], profiles[i] = d.decision(p), facts.profile(p)
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
		if !p.waits {
			r.sort(p)
			r.Decisions, r.Profiles = append(r.Decisions, decisions[i]), append(r.Profiles, profiles[i])
		}
	}
	r.Orphans, r.Unmanaged, r.Words = d.orphans(), d.unmanaged, d.words()
	r.Calendar = d.calendar()
	for _, p := range d.decided() {
		for _, w := range warnings(p) {
			if !strings.HasPrefix(w, "worker ") {
				w = fmt.Sprintf("worker %q: %s", p.id, w)
			}
			d.warnings = append(d.warnings, w)
		}
	}
	d.warnMatches()
	r.Near = d.nearFits()
	d.warnNear(r.Near)
	d.warnOverrides()
	d.warnBlocked()
	d.warnLeftOutOfScope()
	d.warnSynchronised()
	d.warnAside()
	d.warnKeys()
	d.warnWords(r.Words)
	d.warnings = append(d.warnings, d.late...)
	r.Overridden, r.Overrides, r.Cycles = d.overriddenIDs(), d.overrideLines(), d.cycles
	slices.Sort(d.warnings)
	r.Warnings = slices.Compact(d.warnings)
	r.Names, r.Gained = d.nameOwners()
	r.NamesHidden = slices.ContainsFunc(addressAttributes, func(name string) bool { return d.redacted[directory.Fold(name)] })
	r.Partitions = d.in.Partition.Split(r.Documents, func(id string) string { return d.partitionValue(d.byWorker[id]) })
	r.Naming = slices.DeleteFunc(slices.Clone(d.unique), func(name string) bool { return !d.isRename(Change{Attribute: name}) })
	return r, nil
}

func (d *decider) decision(p *person) Decision {
	dec := Decision{WorkerID: p.id, Name: d.displayName(p), Action: p.action, Stage: p.stage(), Reason: p.reason, Changes: p.changes, Problems: p.problems(),
		LosesAccess: p.disables(), GainsAccess: p.enables()}
	if p.existing != nil {
		dec.ObjectID, dec.MatchedBy = p.existing.ID, p.matched
		if !d.redacted[directory.Fold("cn")] && !d.redacted[directory.Fold("userPrincipalName")] { // one of them stands in the path
			dec.Path = p.existing.Path
		}
	}
	return dec
}

// sort puts a person into the list of their kind.
func (r *Result) sort(p *person) {
	if p.aside() && !p.held() {
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

// warnMatches mentions what is uncertain about who is who.
func (d *decider) warnMatches() {
	for _, p := range d.decided() {
		switch {
		case p.worker == nil && p.existing != nil && p.existing.Account.Enabled && directory.Leaves(p.existing.Remembers) && !p.disables():
			d.warn("worker %q is not in the feed, and %s is enabled: it was disabled because the worker had left, and somebody enabled it since; disable it, or clear what it remembers if that is right", p.id, describe(p.existing))
			continue
		case p.worker == nil || p.aside():
			continue
		case p.action == ActionCreate && p.hint != "":
			d.warn("worker %q gets a new account: %s", p.id, p.hint)
		}
		if d.in.WorkerIDAttribute == "" {
			continue
		}
		if carried := p.present(d.in.WorkerIDAttribute).Text(); carried != "" && p.account != nil && directory.Fold(carried) != directory.Fold(p.id) &&
			slices.ContainsFunc(p.changes, func(c Change) bool { return c.Attribute == d.in.WorkerIDAttribute }) {
			d.warn("worker %q takes over %s, which carries the worker id %q (matched by %s)", p.id, describe(p.existing), carried, p.matched)
		}
	}
}

// warnAside sums up who is set aside.
func (d *decider) warnAside() {
	var people []*person
	for _, p := range d.people {
		if p.aside() && !p.onlyProtected() && !p.held() {
			people = append(people, p)
		}
	}
	if len(people) > 0 {
		d.warn("%s set aside: their accounts stay as they are, except that access they must lose is taken; the report says why and what to do: %s", isAre(len(people), "worker"), d.firstTen(people))
	}
}
