// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// Several accounts can carry the worker id of one person. As long as nobody says which is theirs nothing happens to
// them, with one exception: somebody who has left may sign in with none of them. Each account then is a part of that
// person, with a document of its own, under the worker id with the object id behind it. A part stays as it is but
// for the access that it loses, and is never deleted: whose account it is remains to be said.

// partID is the worker id under which the document of one of several accounts stands.
func partID(id string, e *directory.Existing) string { return fmt.Sprintf("%s (%s)", id, e.ID) }

// split returns the parts of everybody who has left and fits several accounts.
func (d *recognised) split() (parts []*person) {
	for _, p := range d.people {
		if len(p.candidates) < 2 || !d.splits(p, p.candidates) {
			continue
		}
		p.parts = len(p.candidates)
		for _, e := range p.candidates {
			parts = append(parts, p.part(e))
		}
	}
	return parts
}

// splits reports whether several accounts are parts of somebody: HR says that they have left, every account carries
// their worker id, may be written, and is of this population, and access is there to be taken, or was taken before.
func (d *recognised) splits(p *person, accounts []*directory.Existing) bool {
	if d.looksOnly || p.worker == nil || p.waits || d.overridden(p.id) || !d.usesIDs() {
		return false
	}
	if cause, _ := d.mustNotSignIn(p); cause != directory.ForLeft {
		return false
	}
	for _, e := range accounts {
		if e.Deleted || e.Protected != "" || !d.carries(e, p) || d.in.Owned != nil && !d.in.Owned(e) {
			return false
		}
	}
	return slices.ContainsFunc(accounts, func(e *directory.Existing) bool { return e.Account.Enabled || directory.Leaves(e.DisabledFor) })
}

// overridden reports whether somebody decided about a worker, whatever it is.
func (d *recognised) overridden(id string) bool {
	for other := range d.overrides {
		if directory.Fold(other) == directory.Fold(id) {
			return true
		}
	}
	return false
}

// part is one of several accounts of a person.
func (p *person) part(e *directory.Existing) *person {
	desired := p.desired
	if desired != nil { // each is evaluated again on its own
		own := *desired
		own.Attributes, desired = maps.Clone(own.Attributes), &own
	}
	return &person{id: partID(p.id, e), worker: p.worker, desired: desired, problem: p.problem, existing: e,
		matched: p.matched, rule: p.rule, whole: p}
}

// asidePart sets a part aside.
func (d *recognised) asidePart(p *person) {
	p.setAside(problemAmbiguous, fmt.Sprintf("%s is one of several accounts that carry the worker id %q", describe(p.existing), p.whole.id),
		fmt.Sprintf("clear %s of all that are not this worker's", d.in.WorkerIDAttribute))
}
