// SPDX-License-Identifier: MPL-2.0

package graph

import "net/http"

// Fate is what happens to a write.
type Fate int

// The fates of writes.
const (
	CarryOut    Fate = iota
	Refuse           // 403, for good
	LoseRequest      // the connection breaks before it is carried out
	LoseAnswer       // the connection breaks afterwards
	CutBefore        // LoseRequest, and Hang(true) from then on
	CutAfter         // LoseAnswer, and Hang(true) from then on
)

// Intercept lets f decide about every write of an object, whether it comes alone or
// in a batch, one at a time; nil ends that. target is path and query, without version.
func (s *Server) Intercept(f func(method, target string) Fate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.intercept = f
}

func (s *Server) interceptedFault(method, target string) *fault {
	if s.intercept == nil || method == http.MethodGet || target == "/$batch" {
		return nil
	}
	fate := s.intercept(method, target)
	s.hung = s.hung || fate == CutBefore || fate == CutAfter
	switch fate {
	case Refuse:
		return &fault{Fault: Fault{Status: http.StatusForbidden}}
	case LoseRequest, CutBefore:
		return &fault{Fault: Fault{Drop: true}}
	case LoseAnswer, CutAfter:
		return &fault{Fault: Fault{DropAfter: true}}
	}
	return nil
}

// Hang breaks every connection that asks for something, until it is called with
// false: so it is for a process that is killed, or whose network is gone.
func (s *Server) Hang(hung bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hung = hung
}

func (s *Server) hangs() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hung
}
