// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// collision is a unique value that two accounts of the population have without
// either having been given it in this run.
type collision struct {
	attribute, value string
	first, second    *drafted
}

// names gives out unique values. What must hold:
//
//   - Nobody loses a name because somebody joins.
//   - A name that somebody of the population gives up in this run can be taken in this run, so
//     that names change hands in chains and in circles. The engines order the writes.
//   - A name that somebody keeps, because they are set aside, protected or not managed, stays taken.
//   - Who gets what depends on the worker ids and on nothing else.
//
// A pass gives everybody their names. A person who cannot be given one is set aside and keeps the
// names they have, which somebody else may have been given. Then there is another pass, which
// knows that from the start.
type names struct {
	d          *drafts
	ctx        context.Context
	claims     map[string]*drafted // by name key
	given      map[string]*slot    // by name key: claims that this pass gave
	failed     []failure
	collisions []collision
	found      hits
	reserved   map[string]map[string]bool // folded attribute → folded name
	streams    map[string]*stream
	owners     map[string]int      // by object id: where its owner stands in drafts
	former     map[string][]former // by loose name
	purge      bool                // a deleted object stood in the way of a name
}

// failure is a slot for which no candidate is free.
type failure struct {
	slot *slot
	kind problemKind
	text string
	// stuck are those who were given a name in this pass that would have done. If they are
	// set aside they do not get it, and it is free.
	stuck []*drafted
	purge bool // a deleted object stands in the way
	rule  bool // the rule cannot be evaluated
}

func (f failure) remedy() string {
	if f.rule {
		return "correct the HR record or the rule"
	}
	remedy := "let SelectUniqueValue try more candidates, free one of these names, or link the worker to the account that has it"
	if f.purge {
		remedy += "; where a deleted object holds the name, restore it, or allow names of deleted objects to be reused"
	}
	return remedy
}

// owner returns whose an object is, or nil.
func (n *names) owner(e *directory.Existing) *drafted {
	if i, owned := n.owners[e.ID]; owned {
		return n.d.all[i]
	}
	return nil
}

// hold notes who has a value that nobody else may get.
func (n *names) hold(p *drafted, attribute, value string) {
	key := n.key(attribute, value, p.account.Container)
	if other := n.claims[key]; other != nil && other != p {
		n.collisions = append(n.collisions, collision{attribute, value, other, p})
		return
	}
	n.claims[key] = p
}

// hand gives a slot a value that is free.
func (n *names) hand(s *slot, c candidate) {
	n.claims[c.key], n.given[c.key] = s.person, s
	s.done = true
}

// losing reports whether a person will not have that value of an attribute after this run.
func (n *names) losing(p *drafted, attribute, value string) bool {
	is := func(v string) bool { return loose(v) == loose(value) }
	if !slices.ContainsFunc(p.present(attribute), is) {
		return true
	}
	if n.d.core[attribute].PerContainer && !sameContainer(p.account.Container, p.existing.Account.Container) {
		return true
	}
	for _, s := range p.slots {
		if s.attribute == attribute && !s.done {
			// Were it a candidate, retain would have found it.
			return !s.anew && !s.optional && !slices.ContainsFunc(s.set, is)
		}
	}
	v, managed := p.account.Attributes[attribute]
	return managed && !slices.ContainsFunc(v, is)
}

// changesHands reports whether the target can give a name to somebody else in the run in which
// the former owner gives it up.
func (n *names) changesHands(attribute, name string) bool {
	return !n.d.in.Format.HoldsAddresses || !isAddress(attribute, name)
}
