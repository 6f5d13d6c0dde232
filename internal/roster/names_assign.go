// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"fmt"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

func newNames(from *drafts) *names {
	n := &names{d: from, found: hits{}, reserved: map[string]map[string]bool{}, streams: map[string]*stream{},
		owners: make(map[string]int, len(from.all))}
	for attribute, list := range from.in.Reserved {
		set := map[string]bool{}
		for _, name := range list {
			set[directory.Fold(bareAddress(attribute, name))] = true
		}
		n.reserved[directory.Fold(attribute)] = set
	}
	for i, p := range from.all {
		if p.existing != nil {
			n.owners[p.existing.ID] = i
		}
	}
	n.readFormer()
	return n
}

// assign finds a value for every open slot. Everybody who keeps a value is
// served first; then new ones are given in natural order of the worker ids, so
// that who gets "li.wei" does not depend on the order of the feed. It may be called
// again when more people have been set aside.
func (n *names) assign(ctx context.Context) error {
	n.ctx = ctx
	for pass := 1; ; pass++ {
		if err := n.pass(); err != nil {
			return err
		}
		n.setAside(pass)
		if !n.d.redraft() {
			n.writeFormer()
			return nil
		}
	}
}

// pass gives everybody their names.
func (n *names) pass() error {
	n.claims, n.given, n.failed = make(map[string]*drafted, len(n.d.all)*len(n.d.unique)), map[string]*slot{}, nil
	n.collisions = nil
	for _, t := range n.streams {
		t.first = 0
	}
	var open []*slot
	for _, p := range n.d.all {
		if p.account == nil {
			continue
		}
		for _, s := range p.slots {
			s.done = false
			delete(p.account.Attributes, s.attribute) // what an earlier pass gave
		}
		for _, attribute := range n.d.unique {
			for _, v := range p.account.Attributes[attribute] {
				n.hold(p, attribute, v)
			}
		}
		for _, s := range p.slots {
			if !n.retain(s) {
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

// retain fills a slot whose account has one of the candidates already.
func (n *names) retain(s *slot) bool {
	if s.prefer == "" || s.anew || s.set != nil {
		return false
	}
	name := s.preferred()
	if name == "" {
		return false
	}
	moves := !sameContainer(s.person.account.Container, s.person.existing.Account.Container)
	if moves && n.d.core[s.attribute].PerContainer {
		s.prefer, s.anew = name, true
		return false
	}
	s.person.account.Attributes[s.attribute] = directory.Value{name}
	n.hold(s.person, s.attribute, name)
	s.done = true
	return true
}

// round tries the first candidates of every open slot, up to window of them, with one
// question an attribute, and returns the slots that need more.
func (n *names) round(open []*slot, window int) ([]*slot, error) {
	values := map[string]map[string]bool{}
	var next, again []*slot
	n.prepare(open, window)
	for _, s := range open {
		if err := n.extend(s, window); err != nil {
			again = append(again, n.fail(failure{slot: s, kind: problemNoName, text: fmt.Sprintf("%s: %v", s.attribute, err), rule: true})...)
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
				again = append(again, n.exhausted(s)...)
				continue
			}
			open = append(open, s)
		}
	}
	return append(open, again...), nil
}

// extend looks at the first candidates, up to window of them: those of the
// stream that the slot shares with others, or its own.
func (n *names) extend(s *slot, window int) error {
	if s.shared = n.sharedStream(s); s.shared != nil && s.shared.extend(window) {
		s.list = s.shared.list
		return nil
	}
	s.shared = nil
	if s.looked == window {
		s.looked = 0 // what is looked for later is looked for again
		return s.failed
	}
	return s.extend(window)
}

// prepare evaluates the candidates of all open slots on every core: [names.extend], which
// goes through them in their order, then only looks them up.
func (n *names) prepare(open []*slot, window int) {
	streams := map[*stream]bool{}
	var work []func()
	for _, s := range open {
		switch t := n.sharedStream(s); {
		case t == nil:
			work = append(work, func() { s.failed, s.looked = s.extend(window), window })
		case t.window < window && !streams[t]:
			streams[t] = true
			work = append(work, func() { t.extend(window) })
		}
	}
	inParallel(len(work), func(i int) { work[i]() })
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

// give fills a slot with the first candidate that is free.
func (n *names) give(s *slot) bool {
	a := s.person.account
	if s.set != nil {
		if slices.ContainsFunc(s.set, func(v string) bool { return n.obstacle(s, v) != "" }) {
			return false
		}
		for _, v := range s.set {
			n.hand(s, v)
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
	s.done = true
	return true
}

// giveFirst gives the first candidate that is free. What the population has
// taken at the start of a shared list stays taken for everybody after.
func (n *names) giveFirst(s *slot) bool {
	first, claimed := 0, true
	if s.shared != nil {
		first = s.shared.first
	}
	for i, name := range s.list[min(first, len(s.list)):] {
		if n.obstacle(s, name) == "" {
			n.hand(s, name)
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
