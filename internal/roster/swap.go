// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/wording"
)

// failure is a slot for which no candidate is free.
type failure struct {
	slot *slot
	kind problemKind
	text string
	// stuck are those who were given a name in this pass that would have done. If they are
	// set aside they do not get it, and it is free.
	stuck []*person
	purge bool // a deleted object stands in the way
	rule  bool // the rule cannot be evaluated
}

// frees reports whether the object that has a name gives it up in this run.
func (n *names) frees(e *directory.Existing, s *slot, name string) bool {
	p := n.owners[e.ID]
	if p == nil || p == s.person || p.account == nil || p.account.Deleted || p.account.Released || p.aside() || e.Protected != "" || !n.changesHands(s.attribute, name) {
		return false
	}
	for _, f := range n.forms(s.attribute, name) {
		if !n.losing(p, f[0], f[1]) {
			return false
		}
	}
	return true
}

// changesHands reports whether the target can give a name to somebody else in the run in which
// the former owner gives it up.
func (n *names) changesHands(attribute, name string) bool {
	return !n.d.in.Format.HoldsAddresses || !isAddress(attribute, name)
}

// losing reports whether a person will not have that value of an attribute after this run.
func (n *names) losing(p *person, attribute, value string) bool {
	is := func(v string) bool { return loose(v) == loose(value) }
	if !slices.ContainsFunc(p.present(attribute), is) {
		return true
	}
	if n.d.core[attribute].PerContainer && !sameContainer(p.account.Container, p.existing.Account.Container) {
		return true
	}
	for _, s := range p.slots {
		if s.attribute == attribute && !s.done {
			// Were it a candidate, keep would have found it.
			return !s.anew && !s.optional && !slices.ContainsFunc(s.set, is)
		}
	}
	v, managed := p.account.Attributes[attribute]
	return managed && !slices.ContainsFunc(v, is)
}

// exchange reports whether a name comes to a slot in a circle: its owner gets the name of
// another, and so on, until one gets the name that the slot's own person gives up.
func (n *names) exchange(s *slot, name string) bool {
	for seen := map[*person]bool{}; ; {
		var next *person
		for _, e := range n.holders(s.attribute, name) {
			if !e.Deleted {
				next = n.owners[e.ID]
			}
		}
		switch {
		case next == s.person:
			return true
		case next == nil || seen[next]:
			return false
		}
		seen[next] = true
		at := slices.IndexFunc(next.slots, func(o *slot) bool { return o.attribute == s.attribute })
		if at < 0 || len(next.slots[at].list) == 0 {
			return false
		}
		name = next.slots[at].list[0]
	}
}

// exhausted notes that no candidate of a slot is free, and who has them.
func (n *names) exhausted(s *slot) []*slot {
	line := ""
	n.d.purge = false
	var stuck []*person
	for _, name := range s.list {
		if p := n.claims[n.key(s.attribute, name, s.person.account.Container)]; p != nil && n.losing(p, s.attribute, name) {
			stuck = append(stuck, p)
		}
	}
	switch {
	case len(s.list) == 0:
		line = fmt.Sprintf("the rule gives no value for %s, which every account needs", s.attribute)
	case n.d.redacted[directory.Fold(s.attribute)]:
		line = fmt.Sprintf("%s: none of %s is free (redacted)", s.attribute, wording.Count(len(s.list), "candidate"))
	default:
		const shown = 10
		var parts []string
		for _, name := range s.list[:min(shown, len(s.list))] {
			if why := n.obstacle(s, name); why != "" { // else one of a set
				parts = append(parts, fmt.Sprintf("%s %q: %s", s.attribute, name, why))
			}
		}
		line = strings.Join(parts, "; ")
		if more := len(s.list) - shown; more > 0 {
			line += fmt.Sprintf("; … and %d more, none free", more)
		}
	}
	purge := n.d.purge
	kind := problemNoName
	if s.set != nil || len(s.list) == 1 {
		kind = problemName
	}
	return n.fail(failure{slot: s, kind: kind, text: line, stuck: stuck, purge: purge})
}

// fail notes that a slot cannot get a value. The person will be set aside and keeps every
// name they have: those who were given one of them have to look for another.
func (n *names) fail(f failure) (again []*slot) {
	n.failed = append(n.failed, f)
	p := f.slot.person
	if p.existing == nil || p.restored() {
		return nil
	}
	for _, attribute := range n.d.unique {
		for _, v := range p.present(attribute) {
			key := n.key(attribute, v, p.existing.Account.Container)
			if taker := n.given[key]; taker != nil && taker.person != p {
				n.takeBack(taker)
				again = append(again, taker)
			}
			n.claims[key] = p
		}
	}
	return again
}

// takeBack reopens a slot that was given its value in this pass.
func (n *names) takeBack(s *slot) {
	a := s.person.account
	for _, v := range a.Attributes[s.attribute] {
		key := n.key(s.attribute, v, a.Container)
		if n.given[key] == s {
			delete(n.given, key)
			delete(n.claims, key)
		}
	}
	delete(a.Attributes, s.attribute)
	s.done = false
}

// manyPasses is how often those who failed only because of others who failed get another chance.
const manyPasses = 20

// setAside sets those aside who cannot be given a name, and reports whether there were
// any. Who failed only because somebody else who failed had the name waits for the next pass.
func (n *names) setAside(pass int) bool {
	d := n.d
	failed := map[*person]bool{}
	for _, f := range n.failed {
		failed[f.slot.person] = true
	}
	waits := map[*person]bool{}
	for p := range failed {
		waits[p] = !d.stops() && pass < manyPasses
	}
	for _, f := range n.failed {
		if !slices.ContainsFunc(f.stuck, func(p *person) bool { return failed[p] && p != f.slot.person }) {
			waits[f.slot.person] = false
		}
	}
	all := len(failed) > 0
	var first *person
	for _, f := range n.failed {
		p := f.slot.person
		all = all && waits[p]
		if first == nil || natural(p.id, first.id) < 0 {
			first = p
		}
	}
	if all {
		waits[first] = false
	}
	var aside []*person
	for _, f := range n.failed {
		p := f.slot.person
		if waits[p] {
			continue
		}
		d.setAside(p, f.kind, f.text, f.remedy())
		aside = append(aside, p)
	}
	for _, p := range aside {
		d.fallBackLate(p)
	}
	return len(aside) > 0
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
