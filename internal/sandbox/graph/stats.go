// SPDX-License-Identifier: MPL-2.0

package graph

import "maps"

// Stats count what was asked of Graph, and the tokens.
type Stats struct {
	// Requests are those that came over the wire, batches included. Tokens issued are not in it.
	Requests int
	// Outer and Inner are the calls outside and inside of batches, by method and
	// path template: "GET /users/{id}".
	Outer, Inner map[string]int
	// Batches are the batches in Requests.
	Batches int
	// ResourceUnits and Writes are what was charged.
	ResourceUnits, Writes int
	// Throttled are calls that got 429 because of a limit.
	Throttled int
	// Tokens are the access tokens issued.
	Tokens int
}

func newStats() Stats { return Stats{Outer: map[string]int{}, Inner: map[string]int{}} }

func (s *Stats) count(c *call) {
	name := c.route.method + " " + c.route.template
	if c.inner {
		s.Inner[name]++
	} else {
		s.Outer[name]++
	}
}

// Calls returns how often a call came, by method and path template, alone or in a batch.
func (s Stats) Calls(name string) int { return s.Outer[name] + s.Inner[name] }

// Stats returns the counts since the start or the last reset.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.stats
	v.Outer, v.Inner = maps.Clone(v.Outer), maps.Clone(v.Inner)
	return v
}

// ResetStats sets all counts to zero.
func (s *Server) ResetStats() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats = newStats()
}
