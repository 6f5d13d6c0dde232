// SPDX-License-Identifier: MPL-2.0

package roster

// sharedStream returns the stream for an account that does not exist yet, or
// nil where candidates depend on more than the inputs of the rule.
func (n *names) sharedStream(s *slot) *stream {
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
	return shared
}

// extend evaluates the first candidates, up to window of them. It reports
// whether that worked: an error belongs to one worker, and is found again there.
func (t *stream) extend(window int) bool {
	if t.window >= window {
		return true
	}
	list, err := take(t.candidates, window)
	if err != nil {
		return false
	}
	t.list, t.window = list, window
	return true
}
