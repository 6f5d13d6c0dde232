// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"terraform-provider-workforce/internal/directory"
)

// obstacle says why an account cannot get a name, or "".
func (n *names) obstacle(s *slot, name string) string {
	if why := n.local(s, name); why != "" {
		return why
	}
	held := slices.ContainsFunc(s.person.present(s.attribute), func(v string) bool { return directory.Fold(v) == directory.Fold(name) })
	if h, taken := n.heldElsewhere(s.person, s.attribute, name); taken && !held {
		return h.String()
	}
	own := ""
	if s.person.existing != nil {
		own = s.person.existing.ID
	}
	deleted := ""
	for _, e := range n.holders(s.attribute, name) {
		perContainer := n.d.core[s.attribute].PerContainer
		switch {
		case e.ID == own:
		case perContainer && (e.Deleted || !sameContainer(containerOf(e), s.person.account.Container)):
		case e.Deleted:
			deleted = n.heldByDeleted(s, name, e)
		case !n.frees(e, s, name):
			return fmt.Sprintf("%s %s has it", e.Class, e.Path)
		case n.d.reservesFormer() && !n.exchange(s, name):
			return fmt.Sprintf("worker %q gives it up in this run, and such names are reserved", n.owners[e.ID].id)
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
	n.d.purge = true
	return fmt.Sprintf("deleted %s %s still holds it until it is purged", what, e.Path)
}

// local says why an account cannot get a name for reasons that need no
// question: somebody else of the population has it, or it is reserved. What an
// account has already is never reserved for others.
func (n *names) local(s *slot, name string) string {
	if other := n.claims[n.key(s.attribute, name, s.person.account.Container)]; other != nil && other != s.person {
		return fmt.Sprintf("worker %q has it", other.id)
	}
	for _, v := range s.person.present(s.attribute) {
		if directory.Fold(v) == directory.Fold(name) {
			return ""
		}
	}
	folded := directory.Fold(bareAddress(s.attribute, name))
	before, _, _ := strings.Cut(folded, "@")
	for _, scope := range []string{directory.Fold(s.attribute), AnyAttribute} {
		if n.reserved[scope][folded] || n.reserved[scope][before] {
			return "reserved"
		}
	}
	return n.formerly(s, name)
}

// key identifies what must be unique: a name in the whole directory or in its
// container, or an address among all mail addresses.
func (n *names) key(attribute, value, container string) string {
	switch {
	case n.d.core[attribute].PerContainer:
		return attribute + "\x00" + canonicalPath(container) + "\x00" + loose(value)
	case isAddress(attribute, value):
		return "address\x00" + loose(bareAddress(attribute, value))
	}
	return attribute + "\x00" + loose(value)
}

// loose is the form under which Active Directory takes names for equal: it ignores case, accents and
// width, so that "José" and "jose" cannot both exist. Targets that tell them apart
// lose nothing when two new people get clearly different names.
func loose(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return directory.Fold(strings.Map(func(r rune) rune {
				if unicode.Is(unicode.Mn, r) {
					return -1
				}
				return r
			}, norm.NFKD.String(s)))
		}
	}
	return directory.Fold(s)
}

// Mail addresses are unique across two attributes: mail holds the bare
// address, proxyAddresses the same with the prefix smtp: (SMTP: for the primary one).
const (
	mail           = "mail"
	proxyAddresses = "proxyAddresses"
	smtp           = "smtp:"
)

func isAddress(attribute, value string) bool {
	return attribute == mail || attribute == proxyAddresses && strings.HasPrefix(directory.Fold(value), smtp)
}

func bareAddress(attribute, value string) string {
	if attribute == proxyAddresses && isAddress(attribute, value) {
		return value[len(smtp):]
	}
	return value
}

// forms returns where and as what a name can be held.
func (n *names) forms(attribute, name string) [][2]string {
	if !isAddress(attribute, name) {
		return [][2]string{{attribute, name}}
	}
	bare := bareAddress(attribute, name)
	all := [][2]string{{mail, bare}, {proxyAddresses, smtp + bare}}
	return slices.DeleteFunc(all, func(f [2]string) bool {
		_, known := n.d.schema.Lookup(f[0])
		return !known && f[0] != attribute
	})
}

// want adds what has to be asked about a name and is not known yet.
func (n *names) want(values map[string]map[string]bool, attribute, name string) {
	for _, f := range n.forms(attribute, name) {
		if _, known := n.found[directory.Fold(f[0])][directory.Fold(f[1])]; known {
			continue
		}
		if values[f[0]] == nil {
			values[f[0]] = map[string]bool{}
		}
		values[f[0]][f[1]] = true
	}
}

func (n *names) ask(values map[string]map[string]bool) error {
	for _, attribute := range sortedKeys(values) {
		list := sortedKeys(values[attribute])
		found, err := n.d.in.Directory.Find(n.ctx, attribute, list)
		if err != nil {
			return fmt.Errorf("asking who has which %s: %w", attribute, err)
		}
		name := directory.Fold(attribute)
		if n.found[name] == nil {
			n.found[name] = map[string][]*directory.Existing{}
		}
		for _, v := range list {
			holders := slices.Clone(found[directory.Fold(v)])
			slices.SortFunc(holders, byPath)
			n.found[name][directory.Fold(v)] = holders
		}
	}
	return nil
}

func (n *names) holders(attribute, name string) (all []*directory.Existing) {
	for _, f := range n.forms(attribute, name) {
		all = append(all, n.found.get(f[0], f[1])...)
	}
	return all
}

// containerOf returns where an object lives. Objects that are no accounts may
// come without one; their path tells.
func containerOf(e *directory.Existing) string {
	if e.Account.Container != "" {
		return e.Account.Container
	}
	for i := 0; i < len(e.Path); i++ {
		switch e.Path[i] {
		case '\\':
			i++
		case ',':
			return e.Path[i+1:]
		}
	}
	return ""
}
