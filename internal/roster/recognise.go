// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// recognise finds out who is who, and notes what is not certain.
func recognise(ctx context.Context, from *feed) (*recognised, error) {
	run := *from.run // whose worker id attribute will be spelled as the directory spells it
	known := *from
	known.run = &run
	d := &recognised{feed: &known, people: from.people, absent: map[string]*person{}}
	d.contestedIDs, d.unmanaged = map[string]bool{}, map[string]Unmanaged{}
	for _, step := range []func(context.Context) error{d.observe, d.matchAll, d.resolveClaims, d.addAbsent} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return d, d.checkOnly()
}

// observe reads what every later step needs: the schema, and the accounts that
// carry worker ids.
func (d *recognised) observe(ctx context.Context) (err error) {
	if d.schema, err = d.in.Directory.Schema(ctx); err != nil {
		return fmt.Errorf("reading the directory's schema: %w", err)
	}
	d.written = make(map[string]directory.AttributeType, len(d.targets))
	for _, name := range d.targets {
		if t, known := d.schema.Lookup(name); known && name != directory.ManagerAttribute {
			d.written[name] = t
		}
	}
	d.accountsByWorkerID = map[string][]*directory.Existing{}
	if d.in.WorkerIDAttribute == "" {
		return nil
	}
	if t, known := d.schema.Lookup(d.in.WorkerIDAttribute); known {
		d.in.WorkerIDAttribute = t.Name
	}
	owned, err := d.in.Directory.Owned(ctx)
	if err != nil {
		return fmt.Errorf("reading the accounts that carry a worker id: %w", err)
	}
	for _, e := range owned {
		if e.Deleted || e.Class != user {
			continue
		}
		d.owned = append(d.owned, e)
	}
	slices.SortFunc(d.owned, byPath)
	for _, e := range d.owned {
		for _, id := range e.Account.Attributes[d.in.WorkerIDAttribute] {
			d.accountsByWorkerID[directory.Fold(id)] = append(d.accountsByWorkerID[directory.Fold(id)], e)
		}
	}
	if !slices.Contains(d.targets, d.in.WorkerIDAttribute) && !d.rules.SynchronisedOnly {
		d.warn("the mapping does not write %s, which carries worker ids: accounts created by it cannot be recognised by their worker id",
			d.in.WorkerIDAttribute)
	}
	return nil
}

// assignOverrides gives people their overrides, and warns of worker ids that nobody has. A person
// whom an override holds has no other trouble: nothing happens to them.
func (d *recognised) assignOverrides() {
	for _, id := range slices.SortedFunc(maps.Keys(d.overrides), natural) {
		o := d.overrides[id]
		if p := d.lookup(id); p != nil || d.waits(id) {
			if p != nil && !p.waits {
				p.override = o
				if by := o.hold(); by != nil {
					p.troubles = []trouble{{problemHeld, "held by an override " + by.until(), remedyHeld}}
				}
				if o.disables() && p.restored() {
					// Deleted is as good as disabled, and somebody may want to look at it as it is.
					p.existing, p.staysDeleted = nil, true
				}
			}
			continue
		}
		o.nobody = true
		for _, one := range o.all {
			d.warn("the override of worker %q (%s): no worker in the feed has that id, and no account carries it, so nothing happens", id,
				one.Reason)
		}
	}
}

// asideForCloudAccounts sets those aside whose account is not synchronised, where the
// mapping is for synchronised ones only.
func (d *recognised) asideForCloudAccounts() {
	if !d.rules.SynchronisedOnly {
		return
	}
	for _, p := range d.people {
		if e := p.existing; e != nil && !e.Synchronised && !e.Deleted {
			p.setAside(problemTarget,
				describe(e)+" is not synchronised from Active Directory, and the mapping (synchronised_only) is for users who are",
				remedyNotSynchronised)
		}
	}
}
