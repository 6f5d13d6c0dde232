// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// refusedValue is a value that the directory does not take, of one person.
type refusedValue struct {
	person    *compared
	attribute string
	value     directory.Value
}

// checkNamesakes sets those aside at once who would be one by one: a name that was refused as the first
// candidate of one new account comes to the next who has the same candidates, in the next round, and is
// refused again. The rounds would grow with the number of namesakes, and the time of a run with the
// square of the population.
//
// It does what the rounds would do, and nothing where these could come to another end: the name is the
// first candidate, so that none before it can become free; nobody has it in the directory; and no account
// with other candidates could get it, or one that counts as the same, in between.
func (d *comparison) checkNamesakes(n *names) {
	refused := map[string]*stream{} // by name key
	for _, r := range d.refusedValues {
		for _, s := range r.person.slots {
			if s.attribute != r.attribute || s.shared == nil || len(s.shared.list) == 0 {
				continue
			}
			if first := s.shared.list[0]; first.name == r.value.Text() && len(n.holders(r.attribute, first)) == 0 {
				refused[first.key] = s.shared
			}
		}
	}
	if len(refused) == 0 {
		return
	}
	n.dropWanted(refused)
	values := map[*stream]directory.Value{}
	for _, t := range refused {
		values[t] = directory.Value{t.list[0].name}
	}
	for _, p := range d.people {
		if p.account == nil || p.aside() {
			continue
		}
		slots := slices.Clone(p.slots)
		slices.SortFunc(slots, func(a, b *slot) int { return strings.Compare(a.attribute, b.attribute) })
		for _, s := range slots {
			if v, gets := values[s.shared]; gets {
				d.checkValue(p, s.attribute, v, map[string]string{})
			}
		}
	}
}

// dropWanted takes out the names that an account with other candidates could get.
func (n *names) dropWanted(refused map[string]*stream) {
	seen := map[*stream]bool{}
	for _, p := range n.d.all {
		if p.account == nil {
			continue
		}
		for _, s := range p.slots {
			if s.shared != nil && seen[s.shared] {
				continue
			}
			seen[s.shared] = true
			for _, c := range s.list {
				if t, wanted := refused[c.key]; wanted && t != s.shared {
					delete(refused, c.key)
				}
			}
		}
	}
}
