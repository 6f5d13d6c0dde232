// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"terraform-provider-workforce/internal/directory"
)

// slot is a unique attribute of one account that still needs its value.
type slot struct {
	person     *person
	attribute  string
	prefer     string                   // what the account has; kept where the rule would give it too
	candidates iter.Seq2[string, error] // nil: nothing but prefer
	anew       bool                     // prefer comes first, but has to be free where the account moves to
	optional   bool                     // no candidate at all leaves the attribute unmanaged
	set        directory.Value          // several values that must all be free; there is no alternative

	// sharable: the candidates depend on inputs and nothing else.
	sharable bool
	inputs   string

	list   []string // the candidates looked at so far
	shared *stream  // where they come from, if not from the slot itself
}

// maxCandidates bounds how many candidates are tried for one name.
const maxCandidates = 10000

// collision is a unique value that two accounts of the population have without
// either having been given it in this run.
type collision struct {
	attribute, value string
	first, second    *person
}

// names gives out unique values.
type names struct {
	d        *decider
	ctx      context.Context
	claims   map[string]*person // by name key
	found    hits
	reserved map[string]map[string]bool // folded attribute → folded name
	streams  map[string]*stream
}

// assignNames finds a value for every open slot. Everybody who keeps a value is
// served first; then new ones are given in natural order of the worker ids, so
// that who gets "li.wei" does not depend on the order of the feed, and nobody loses
// a name because somebody joins.
func (d *decider) assignNames(ctx context.Context) error {
	n := &names{d: d, ctx: ctx, claims: make(map[string]*person, len(d.people)*len(d.unique)), found: hits{}, reserved: map[string]map[string]bool{}, streams: map[string]*stream{}}
	for attribute, list := range d.in.Reserved {
		set := map[string]bool{}
		for _, name := range list {
			set[directory.Fold(bareAddress(attribute, name))] = true
		}
		n.reserved[directory.Fold(attribute)] = set
	}
	var open []*slot
	for _, p := range d.people {
		if p.account == nil {
			continue
		}
		for _, attribute := range d.unique {
			for _, v := range p.account.Attributes[attribute] {
				n.hold(p, attribute, v)
			}
		}
		for _, s := range p.slots {
			if !n.keep(s) {
				open = append(open, s)
			}
		}
	}
	for window := 1; len(open) > 0; window = min(window*8, maxCandidates) {
		var err error
		if open, err = n.round(open, window); err != nil {
			return err
		}
	}
	return nil
}

// hold notes who has a value that nobody else may get.
func (n *names) hold(p *person, attribute, value string) {
	key := n.key(attribute, value, p.account.Container)
	if other := n.claims[key]; other != nil && other != p {
		n.d.collisions = append(n.d.collisions, collision{attribute, value, other, p})
		return
	}
	n.claims[key] = p
}

// keep settles a slot whose account has one of the candidates already.
func (n *names) keep(s *slot) bool {
	if s.prefer == "" || s.anew || s.set != nil {
		return false
	}
	tried := 0
	for name, err := range s.candidates {
		if tried++; err != nil || tried > maxCandidates {
			return false
		}
		if directory.Fold(name) == directory.Fold(s.prefer) {
			moves := !sameContainer(s.person.account.Container, s.person.existing.Account.Container)
			if moves && n.d.core[s.attribute].PerContainer {
				s.prefer, s.anew = name, true
				return false
			}
			s.person.account.Attributes[s.attribute] = directory.Value{name}
			n.hold(s.person, s.attribute, name)
			return true
		}
	}
	return false
}

// round tries the first candidates of every open slot, up to window of them, with one
// question an attribute, and returns the slots that need more.
func (n *names) round(open []*slot, window int) ([]*slot, error) {
	values := map[string]map[string]bool{}
	var next []*slot
	for _, s := range open {
		if err := n.extend(s, window); err != nil {
			n.d.problems = append(n.d.problems, fmt.Sprintf("worker %q: %s: %v", s.person.id, s.attribute, err))
			continue
		}
		next = append(next, s)
		n.wantAll(values, s, window)
	}
	if err := n.ask(values); err != nil {
		return nil, err
	}
	open = next[:0]
	for _, s := range next {
		if !n.give(s) {
			if len(s.list) < window || window >= maxCandidates || s.set != nil {
				n.exhausted(s)
				continue
			}
			open = append(open, s)
		}
	}
	return open, nil
}

// extend looks at the first candidates, up to window of them: those of the
// stream that the slot shares with others, or its own.
func (n *names) extend(s *slot, window int) error {
	if s.shared = n.sharedStream(s); s.shared != nil && s.shared.extend(window) {
		s.list = s.shared.list
		return nil
	}
	s.shared = nil
	return s.extend(window)
}

// wantAll notes the candidates that the directory has to be asked about.
func (n *names) wantAll(values map[string]map[string]bool, s *slot, window int) {
	from := 0
	if s.shared != nil {
		if s.shared.asked >= window {
			return
		}
		from, s.shared.asked = s.shared.asked, window
	}
	for _, name := range s.list[min(from, len(s.list)):] {
		if n.local(s, name) == "" {
			n.want(values, s.attribute, name)
		}
	}
}

// extend looks at the first candidates, up to window of them.
func (s *slot) extend(window int) (err error) {
	if s.set != nil {
		s.list = s.set
		return nil
	}
	if s.candidates != nil {
		if s.list, err = take(s.candidates, window); err != nil {
			return err
		}
	}
	if s.anew && s.prefer != "" && len(s.list) < maxCandidates {
		s.list = append([]string{s.prefer}, s.list...)
	}
	return nil
}

// take returns the first candidates of a sequence, up to n, without empty ones.
func take(candidates iter.Seq2[string, error], n int) ([]string, error) {
	var list []string
	tried := 0
	for name, err := range candidates {
		if err != nil {
			return list, err
		}
		if name != "" {
			list = append(list, name)
		}
		if tried++; len(list) >= n || tried >= maxCandidates {
			break
		}
	}
	return list, nil
}

// give settles a slot with the first candidate that is free.
func (n *names) give(s *slot) bool {
	a := s.person.account
	if s.set != nil {
		if slices.ContainsFunc(s.set, func(v string) bool { return n.obstacle(s, v) != "" }) {
			return false
		}
		for _, v := range s.set {
			n.hold(s.person, s.attribute, v)
		}
		a.Attributes[s.attribute] = s.set
		return true
	}
	if n.giveFirst(s) {
		return true
	}
	if len(s.list) > 0 || n.d.core[s.attribute].Required {
		return false
	}
	if !s.optional { // a rule without a value, and not one for creation only: cleared
		a.Attributes[s.attribute] = nil
	}
	return true
}

// giveFirst gives the first candidate that is free. What the population has
// taken at the start of a shared list stays taken for everybody after.
func (n *names) giveFirst(s *slot) bool {
	first, claimed := 0, true
	if s.shared != nil {
		first = s.shared.first
	}
	for i, name := range s.list[first:] {
		if n.obstacle(s, name) == "" {
			n.hold(s.person, s.attribute, name)
			s.person.account.Attributes[s.attribute] = directory.Value{name}
			return true
		}
		claimed = claimed && n.claims[n.key(s.attribute, name, s.person.account.Container)] != nil
		if claimed && s.shared != nil {
			s.shared.first = first + i + 1
		}
	}
	return false
}

// obstacle says why an account cannot get a name, or "".
func (n *names) obstacle(s *slot, name string) string {
	if why := n.local(s, name); why != "" {
		return why
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
		default:
			return fmt.Sprintf("%s %s has it", e.Class, e.Path)
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
	return ""
}

// exhausted reports a slot without a free candidate, with who has them.
func (n *names) exhausted(s *slot) {
	line := fmt.Sprintf("worker %q: ", s.person.id)
	redacted := n.d.redacted[directory.Fold(s.attribute)]
	switch {
	case len(s.list) == 0:
		line += fmt.Sprintf("the rule gives no value for %s, which every account needs", s.attribute)
	case redacted:
		line += fmt.Sprintf("%s: none of %s is free (redacted)", s.attribute, count(len(s.list), "candidate"))
	default:
		const shown = 10
		for i, name := range s.list[:min(shown, len(s.list))] {
			why := n.obstacle(s, name)
			if why == "" {
				continue // one of a set
			}
			line += fmt.Sprintf("%s%s %q: %s", map[bool]string{true: "; "}[i > 0], s.attribute, name, why)
		}
		if more := len(s.list) - shown; more > 0 {
			line += fmt.Sprintf("; … and %d more, none free", more)
		}
	}
	n.d.problems = append(n.d.problems, line)
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
