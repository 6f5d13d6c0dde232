// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// obstacle says why an account cannot get a name, or "".
func (n *names) obstacle(s *slot, c candidate) string {
	if why := n.local(s, c); why != "" {
		return why
	}
	name := c.name
	held := slices.ContainsFunc(s.person.present(s.attribute), func(v string) bool { return directory.Fold(v) == directory.Fold(name) })
	if h, taken := n.d.heldElsewhere(s.person.person, s.attribute, name); taken && !held {
		return h.String()
	}
	own := ""
	if s.person.existing != nil {
		own = s.person.existing.ID
	}
	deleted := ""
	for _, e := range n.holders(s.attribute, c) {
		perContainer := n.d.core[s.attribute].PerContainer
		switch {
		case e.ID == own:
		case perContainer && (e.Deleted || !sameContainer(containerOf(e), s.person.account.Container)):
		case e.Deleted:
			deleted = n.heldByDeleted(s, name, e)
		case !n.frees(e, s, name):
			return fmt.Sprintf("%s %s has it", e.Class, e.Path)
		case n.d.reservesFormer() && !n.exchange(s, name):
			return fmt.Sprintf("worker %q gives it up in this run, and such names are reserved", n.owner(e).id)
		}
	}
	return deleted
}

// heldByDeleted says that a deleted object stands in the way of a name, unless
// that is allowed or the account has the name already.
func (n *names) heldByDeleted(s *slot, name string, e *directory.Existing) string {
	if n.d.in.ReuseDeletedNames {
		return ""
	}
	for _, f := range n.forms(s.attribute, name) {
		if slices.ContainsFunc(s.person.present(f[0]), func(v string) bool { return loose(v) == loose(f[1]) }) {
			return ""
		}
	}
	what := e.Class
	if what == user {
		what = "account"
	}
	n.purge = true
	return fmt.Sprintf("deleted %s %s still holds it until it is purged", what, e.Path)
}

// local says why an account cannot get a name for reasons that need no
// question: somebody else of the population has it, or it is reserved. What an
// account has already is never reserved for others.
func (n *names) local(s *slot, c candidate) string {
	if other := n.claims[c.key]; other != nil && other != s.person {
		return fmt.Sprintf("worker %q has it", other.id)
	}
	for _, v := range s.person.present(s.attribute) {
		if directory.Fold(v) == c.folded {
			return ""
		}
	}
	if n.reserves(s.attribute, c.name) {
		return "reserved"
	}
	return n.formerly(s, c.name)
}

// reserves reports whether nobody new may get a name.
func (n *names) reserves(attribute, name string) bool {
	if len(n.reserved) == 0 {
		return false
	}
	folded := directory.Fold(bareAddress(attribute, name))
	before, _, _ := strings.Cut(folded, "@")
	for _, scope := range []string{directory.Fold(attribute), AnyAttribute} {
		if n.reserved[scope][folded] || n.reserved[scope][before] {
			return true
		}
	}
	return false
}

// frees reports whether the object that has a name gives it up in this run.
func (n *names) frees(e *directory.Existing, s *slot, name string) bool {
	p := n.owner(e)
	if p == nil || p == s.person || p.account == nil || p.account.Deleted || p.account.Released || p.aside() || e.Protected != "" ||
		!n.changesHands(s.attribute, name) {
		return false
	}
	for _, f := range n.forms(s.attribute, name) {
		if !n.losing(p, f[0], f[1]) {
			return false
		}
	}
	return true
}

// exchange reports whether a name comes to a slot in a circle: its owner gets the name of
// another, and so on, until one gets the name that the slot's own person gives up.
func (n *names) exchange(s *slot, name string) bool {
	for seen := map[*drafted]bool{}; ; {
		var next *drafted
		for _, e := range n.holders(s.attribute, n.candidate(s, name)) {
			if !e.Deleted {
				next = n.owner(e)
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
		name = next.slots[at].list[0].name
	}
}
