// SPDX-License-Identifier: MPL-2.0

package graph

import "fmt"

// What somebody does to groups by hand. Like the other methods of this kind they
// panic where a test is wrong.

// Groups returns all groups that are not deleted, sorted by id.
func (s *Server) Groups() []map[string]any { return s.dumpAll(kindGroup, false) }

// DeletedGroups returns the groups that can be restored, sorted by id.
func (s *Server) DeletedGroups() []map[string]any { return s.dumpAll(kindGroup, true) }

// UpdateGroup changes a group, whatever the property; nil clears.
func (s *Server) UpdateGroup(id string, props map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.change(s.mustGroup(id), &draft{props: s.typed(kindGroup, clone(props))}); f != nil {
		panic(fmt.Sprintf("graph: UpdateGroup(%q, %v): %v", id, props, f))
	}
}

// DeleteGroup deletes a group; one of Microsoft 365 can be restored.
func (s *Server) DeleteGroup(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.mustGroup(id); e.has("Unified") {
		s.softDelete(e)
	} else {
		s.store.purge(e)
	}
}

// AddMembers makes objects members of a group, by id, whatever its kind.
func (s *Server) AddMembers(id string, members ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.mustGroup(id)
	for _, m := range members {
		if s.store.entries[fold(m)] == nil || e.members.has[fold(m)] {
			panic(fmt.Sprintf("graph: AddMembers(%q): %q does not exist, or is a member already", id, m))
		}
		e.members.add(fold(m))
		s.inherit(e, fold(m))
	}
	s.store.touch(e)
}

// RemoveMembers takes members out of a group, by id.
func (s *Server) RemoveMembers(id string, members ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.mustGroup(id)
	for _, m := range members {
		e.members.remove(fold(m))
		s.inherit(e, fold(m))
	}
	s.store.touch(e)
}

func (s *Server) mustGroup(id string) *entry {
	e := s.store.locate(kindGroup, id)
	if e == nil {
		panic(fmt.Sprintf("graph: no group %q", id))
	}
	return e
}
