// SPDX-License-Identifier: MPL-2.0

package memdir

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// What somebody does by hand, without a client. Objects are named by objectGUID; like
// the rest of this kind, these panic where a test or a simulation is wrong.

// Object is a user that is not deleted.
type Object struct {
	ID, DN   string
	Disabled bool
	Manager  string   // objectGUID
	Groups   []string // sAMAccountName of the groups that it is a direct member of
	e        *entry
}

// Password returns the password that was set last, and "" where none ever was.
func (o Object) Password() string {
	var units []uint16
	for b := []byte(o.e.password); len(b) > 1; b = b[2:] {
		units = append(units, uint16(b[0])|uint16(b[1])<<8)
	}
	return strings.Trim(string(utf16.Decode(units)), `"`)
}

// First returns the first value of an attribute.
func (o Object) First(name string) string { return o.e.first(name) }

// Users returns all users, in the order of creation.
func (s *Server) Users() []Object {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []Object
	for _, e := range s.order {
		if e == nil || e.outside || !e.isA("user") {
			continue
		}
		c := e.clone()
		o := Object{ID: e.guid(), DN: e.dn, Disabled: e.disabled(), e: c}
		for _, m := range e.links["manager"] {
			o.Manager = m.guid()
		}
		for _, g := range e.back["memberof"] {
			o.Groups = append(o.Groups, g.first("sAMAccountName"))
		}
		out = append(out, o)
	}
	return out
}

func (s *Server) must(id string) *entry {
	e := s.byGUID[id]
	if e == nil || !e.deleted.IsZero() {
		panic(fmt.Sprintf("memdir: no object %q", id))
	}
	return e
}

func (s *Server) hand(id string, do func(e *entry) *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := do(s.must(id)); r != nil {
		panic(fmt.Sprintf("memdir: %s: %s", id, r.text))
	}
}

// Set replaces the values of an attribute; an empty value is none.
func (s *Server) Set(id, name string, values ...string) {
	values = slices.DeleteFunc(values, func(v string) bool { return v == "" })
	s.hand(id, func(e *entry) *refusal { return s.change(e, []edit{{2, name, values}}, false) })
}

// Enable enables or disables a user, and reports whether the directory lets it: an account
// without a password that fulfils the policy is not enabled.
func (s *Server) Enable(id string, enabled bool) bool {
	control := "514"
	if enabled {
		control = "512"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.change(s.must(id), []edit{{2, "userAccountControl", []string{control}}}, false) == nil
}

// Place renames an object to "CN=…", unless rdn is empty, and moves it, unless parent is empty.
func (s *Server) Place(id, rdn, parent string) {
	s.hand(id, func(e *entry) *refusal {
		if rdn == "" {
			rdn, _ = split(e.dn)
		}
		return s.place(e, rdn, parent)
	})
}

// Remove deletes an object.
func (s *Server) Remove(id string) { s.hand(id, s.remove) }

// Restore brings a deleted object back to where it was, and reports whether that was possible.
func (s *Server) Restore(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.byGUID[id]
	if e == nil || e.deleted.IsZero() || s.trash[key(e.dn)] == nil {
		return false
	}
	rdn := "CN=" + escape(e.first("name"))
	return s.reanimate(e, []edit{{1, "isDeleted", nil}, {2, "distinguishedName", []string{rdn + "," + e.first("lastKnownParent")}}}) == nil
}

// Join makes an object a member of a group, Leave the contrary.
func (s *Server) Join(group, id string) {
	s.hand(group, func(g *entry) *refusal { return s.change(g, []edit{{0, "member", []string{s.must(id).dn}}}, true) })
}

// Leave takes an object out of a group.
func (s *Server) Leave(group, id string) {
	s.hand(group, func(g *entry) *refusal { return s.change(g, []edit{{1, "member", []string{s.must(id).dn}}}, true) })
}

// PutUnit makes an organizational unit.
func (s *Server) PutUnit(dn string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(spell(dn), "organizationalUnit", nil)
}

// PutBelow makes an object of a class below another.
func (s *Server) PutBelow(id, rdn, class string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(rdn+","+s.must(id).dn, class, nil)
}

// SetDomain makes the domain another one: its security identifier carries the number.
func (s *Server) SetDomain(number byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[key(Base)]
	sid := []byte(e.first("objectSid"))
	sid[12] = number
	e.set("objectSid", string(sid))
}
