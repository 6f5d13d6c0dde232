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
		t.first, t.held = 0, false
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
	asks := questions{}
	var next, again []*slot
	n.prepare(open, window)
	for _, s := range open {
		if err := n.extend(s, window); err != nil {
			again = append(again, n.fail(failure{slot: s, kind: problemNoName, text: fmt.Sprintf("%s: %v", s.attribute, err), rule: true})...)
			continue
		}
		next = append(next, s)
		n.wantAll(asks, s)
	}
	if err := n.ask(asks); err != nil {
		return nil, err
	}
	open = next[:0]
	for _, s := range next {
		if !n.give(s) {
			if reach := s.reach(window); len(s.list) < reach || reach >= maxCandidates || s.set != nil {
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
	if s.shared = n.sharedStream(s); s.shared != nil && n.extendStream(s) {
		s.list = s.shared.list[:min(s.shared.reach, len(s.shared.list))]
		return nil
	}
	s.shared = nil
	return n.extendOwn(s, window)
}

// prepare evaluates the candidates of all open slots on every core: [names.extend], which
// goes through them in their order, then only looks them up.
func (n *names) prepare(open []*slot, window int) {
	for _, s := range open {
		if t := n.sharedStream(s); t != nil {
			t.waiting = 0
		}
	}
	for _, s := range open {
		if s.stream != nil {
			s.stream.waiting++
		}
	}
	work := make([]*slot, 0, len(open))
	streams := map[*stream]bool{}
	for _, s := range open {
		switch t := s.stream; {
		case t == nil:
			work = append(work, s)
		case !streams[t]:
			streams[t] = true
			if t.setReach(window); t.window < t.reach {
				work = append(work, s)
			}
		}
	}
	inParallel(len(work), func(i int) {
		if s := work[i]; s.stream != nil {
			n.extendStream(s)
		} else {
			_ = n.extendOwn(s, window) // kept in the slot
		}
	})
}

// wantAll notes the candidates that the directory has to be asked about.
func (n *names) wantAll(asks questions, s *slot) {
	from := 0
	if s.shared != nil {
		if s.shared.asked >= s.shared.reach {
			return
		}
		from, s.shared.asked = s.shared.asked, s.shared.reach
	}
	for _, c := range s.list[min(from, len(s.list)):] {
		if n.local(s, c) == "" {
			n.want(asks, s.attribute, c)
		}
	}
}

// reach is how many candidates a slot tries in a round.
func (s *slot) reach(window int) int {
	if s.shared != nil {
		return s.shared.reach
	}
	return window
}

// extendOwn looks at the first candidates of a slot's own, up to window of them. What it has looked at in an
// earlier pass stays.
func (n *names) extendOwn(s *slot, window int) error {
	switch {
	case s.failed != nil && s.looked == window:
		return s.failed
	case s.failed == nil && s.looked >= window:
	default:
		list, err := s.look(window)
		if s.looked, s.failed = window, err; err != nil {
			return err
		}
		s.own = n.candidates(s, list)
	}
	s.list = s.own[:min(window, len(s.own))]
	if s.set != nil || s.anew && s.prefer != "" {
		s.list = s.own
	}
	return nil
}

// look returns the first candidates, up to window of them.
func (s *slot) look(window int) (list []string, err error) {
	if s.set != nil {
		return s.set, nil
	}
	if s.candidates != nil {
		if list, err = take(s.candidates, window); err != nil {
			return nil, err
		}
	}
	if s.anew && s.prefer != "" && len(list) < maxCandidates {
		list = append([]string{s.prefer}, list...)
	}
	return list, nil
}

// give fills a slot with the first candidate that is free.
func (n *names) give(s *slot) bool {
	a := s.person.account
	if s.set != nil {
		if slices.ContainsFunc(s.list, func(c candidate) bool { return n.obstacle(s, c) != "" }) {
			return false
		}
		for _, c := range s.list {
			n.hand(s, c)
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
	for i, c := range s.list[min(first, len(s.list)):] {
		if n.obstacle(s, c) == "" {
			n.hand(s, c)
			s.person.account.Attributes[s.attribute] = directory.Value{c.name}
			return true
		}
		claimed = claimed && n.claims[c.key] != nil
		if claimed && s.shared != nil {
			s.shared.first = first + i + 1
		}
	}
	return false
}
