// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// nearFits are joiners who may be somebody who had an account all along: a contractor who
// becomes an employee, or somebody who returns under another worker id. Their accounts are
// looked for among those that nobody can sign in with after this run, and those of absent workers.
func (d *report) nearFits() []NearFit {
	joiners := slices.DeleteFunc(slices.Clone(d.people), func(p *compared) bool { return p.worker == nil || !p.creates() })
	if len(joiners) == 0 {
		return nil
	}
	owners := make(map[string]*compared, len(d.people))
	var idle []*directory.Existing
	for _, p := range d.people {
		if e := p.existing; e != nil && !e.Deleted {
			owners[e.ID] = p
			if p.worker == nil || p.account == nil || !p.account.Enabled {
				idle = append(idle, e)
			}
		}
	}
	for _, e := range d.owned {
		if owners[e.ID] == nil && !e.Account.Enabled && !d.contestedIDs[e.ID] {
			idle = append(idle, e)
		}
	}
	if len(idle) == 0 {
		return nil
	}
	slices.SortFunc(idle, byPath)
	c := newLikeness(d.run)
	index := c.index(idle)
	var fits []NearFit
	for _, p := range joiners {
		near := c.nearest(index, func(name string) directory.Value { return given(p, name) })
		if len(near) == 0 || p.refused != nil && p.refused.account.ID == near[0].account.ID {
			continue
		}
		e := near[0].account
		other, state := d.whose(e, owners[e.ID])
		fits = append(fits, NearFit{WorkerID: p.id, Other: other, ObjectID: e.ID, Path: e.Path, State: state, Why: strings.Join(near[0].why, ", "), More: len(near) - 1})
	}
	return fits
}

// given is what a worker who gets a new account will have, or is looked for by.
func given(p *compared, name string) directory.Value {
	if v := p.account.Attributes[name]; len(v) > 0 {
		return v
	}
	for _, keys := range p.desired.Keys {
		for _, k := range keys {
			if strings.EqualFold(k.Target, name) {
				return directory.Value{k.Value}
			}
		}
	}
	return nil
}

// whose says whose account that is by its worker id, and what is or will be of it.
func (d *report) whose(e *directory.Existing, owner *compared) (id, state string) {
	id = e.Account.Attributes[d.in.WorkerIDAttribute].Text()
	if owner != nil {
		id = owner.id
	}
	switch {
	case owner != nil && owner.disables():
		return id, ", which is disabled in this run"
	case owner != nil && owner.account != nil && owner.account.Deleted:
		return id, ", which is deleted in this run"
	case !e.Account.Enabled:
		return id, ", which is disabled"
	case owner != nil && owner.worker == nil:
		return id, ", who is not in the feed"
	}
	return id, ""
}
