// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/wording"
)

// exhausted notes that no candidate of a slot is free, and who has them.
func (n *names) exhausted(s *slot) []*slot {
	line := ""
	n.purge = false
	var stuck []*drafted
	for _, c := range s.list {
		if p := n.claims[c.key]; p != nil && n.losing(p, s.attribute, c.name) {
			stuck = append(stuck, p)
		}
	}
	switch {
	case len(s.list) == 0:
		line = fmt.Sprintf("the rule gives no value for %s, which every account needs", s.attribute)
	case n.d.hides(s.attribute):
		line = fmt.Sprintf("%s: none of %s is free (redacted)", s.attribute, wording.Count(len(s.list), "candidate"))
	default:
		const shown = 10
		var parts []string
		for _, c := range s.list[:min(shown, len(s.list))] {
			if why := n.obstacle(s, c); why != "" { // else one of a set
				parts = append(parts, fmt.Sprintf("%s %q: %s", s.attribute, c.name, why))
			}
		}
		line = strings.Join(parts, "; ")
		if more := len(s.list) - shown; more > 0 {
			line += fmt.Sprintf("; … and %d more, none free", more)
		}
	}
	purge := n.purge
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

// manyPasses is how often people who failed only because of others who failed get another chance.
const manyPasses = 20

// setAside sets people aside who cannot be given a name. People who failed only because somebody
// else who failed had the name wait for the next pass.
func (n *names) setAside(pass int) {
	d := n.d
	failed := map[*drafted]bool{}
	for _, f := range n.failed {
		failed[f.slot.person] = true
	}
	waits := map[*drafted]bool{}
	for p := range failed {
		waits[p] = !d.stops() && pass < manyPasses
	}
	for _, f := range n.failed {
		if !slices.ContainsFunc(f.stuck, func(p *drafted) bool { return failed[p] && p != f.slot.person }) {
			waits[f.slot.person] = false
		}
	}
	all := len(failed) > 0
	var first *drafted
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
	for _, f := range n.failed {
		if p := f.slot.person; !waits[p] {
			p.setAside(f.kind, f.text, f.remedy())
			p.verdict = "" // also of somebody who was set aside before, and whom an override moves: they are drafted anew
		}
	}
}
