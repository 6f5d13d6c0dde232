// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"terraform-provider-workforce/internal/directory"
)

// sharedStream returns the stream for an account that does not exist yet, or
// nil where candidates depend on more than the inputs of the rule.
func (n *names) sharedStream(s *slot) *stream {
	if s.placed {
		return s.stream
	}
	s.placed = true
	if s.person.existing != nil || s.candidates == nil || !s.sharable || isAddress(s.attribute, "smtp:") {
		return nil
	}
	key := s.attribute + "\x00" + s.inputs
	if n.d.core[s.attribute].PerContainer {
		key += "\x00" + canonicalPath(s.person.account.Container)
	}
	shared := n.streams[key]
	if shared == nil {
		shared = &stream{candidates: s.candidates}
		n.streams[key] = shared
	}
	s.stream = shared
	return shared
}

// setReach decides how many of the candidates of a stream are tried in a round: as many as accounts
// wait for one, unless others have some of them. Thirty namesakes need thirty, and not sixty-four.
func (t *stream) setReach(window int) {
	if need := t.first + t.waiting; !t.held && need < window {
		t.reach, t.held = need, true // whoever waits again was in somebody else's way
		return
	}
	t.reach = window
}

// extendStream evaluates the first candidates of the stream of a slot, as far as it reaches. It reports
// whether that worked: an error belongs to one worker, and is found again there.
func (n *names) extendStream(s *slot) bool {
	t := s.stream
	if t.window >= t.reach {
		return true
	}
	list, err := take(t.candidates, t.reach)
	if err != nil {
		return false
	}
	t.list, t.window = n.candidates(s, list), t.reach
	return true
}

// candidates completes names that a slot, or the stream of a slot, may get.
func (n *names) candidates(s *slot, list []string) []candidate {
	out := make([]candidate, len(list))
	for i, name := range list {
		out[i] = n.candidate(s, name)
	}
	return out
}

func (n *names) candidate(s *slot, name string) candidate {
	return candidate{name, n.key(s.attribute, name, s.person.account.Container), directory.Fold(name)}
}
