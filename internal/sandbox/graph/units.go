// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// kindUnit is the kind of administrative units: https://learn.microsoft.com/graph/api/resources/administrativeunit.
const kindUnit = "administrativeUnit"

var (
	readUnits  = []string{"AdministrativeUnit.Read.All", "AdministrativeUnit.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	writeUnits = []string{"AdministrativeUnit.ReadWrite.All", "Directory.ReadWrite.All"}
)

func unitRoutes() []*route {
	return []*route{
		{"GET", "/directory/administrativeUnits", listUnits, readUnits, 2, nil},
		{"POST", "/directory/administrativeUnits", createUnit, writeUnits, 1, nil},
		{"GET", "/directory/administrativeUnits/{id}", getUnit, readUnits, 1, nil},
		{"DELETE", "/directory/administrativeUnits/{id}", deleteUnit, writeUnits, 1, nil},
		{"GET", "/directory/administrativeUnits/{id}/members", listUnitMembers, readUnits, 3, nil},
		{"POST", "/directory/administrativeUnits/{id}/members/$ref", addUnitMember, writeUnits, 1, nil},
		{"DELETE", "/directory/administrativeUnits/{id}/members/{member}/$ref", removeUnitMember, writeUnits, 1, nil},
		{"GET", "/users/{id}/memberOf/microsoft.graph.administrativeUnit", listUserUnits, readMemberOf, 2, nil},
		{"GET", "/groups/{id}/memberOf/microsoft.graph.administrativeUnit", listGroupUnits, readMemberOf, 2, nil},
	}
}

func listUnits(s *Server, c *call) (*answer, error) {
	return s.list(c, kindUnit, "directory/administrativeUnits", nil)
}

func getUnit(s *Server, c *call) (*answer, error) {
	return s.read(c, kindUnit, "directory/administrativeUnits/$entity")
}

func createUnit(s *Server, c *call) (*answer, error) {
	doc, f := c.document()
	if f != nil {
		return nil, f
	}
	d, f := s.checkBody(c, kindUnit, doc, nil)
	if f != nil {
		return nil, f
	}
	if d.props["displayName"] == nil {
		missing := badRequest("A value is required for property 'displayName' of resource 'AdministrativeUnit'.")
		return nil, missing.about("MissingValue", "displayName")
	}
	body := s.render(s.addUnit(d.props), nil)
	body["@odata.context"] = s.context("directory/administrativeUnits/$entity")
	return created(body), nil
}

func (s *Server) addUnit(props object) *entry {
	e := &entry{kind: kindUnit, id: uuid.NewString(), props: props, members: &idSet{has: map[string]bool{}}}
	e.set("id", e.id)
	s.store.entries[e.id] = e
	s.store.index(e)
	return e
}

func deleteUnit(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUnit, c.param(0))
	if f != nil {
		return nil, f
	}
	s.store.purge(e)
	return noContent()
}

func listUnitMembers(s *Server, c *call) (*answer, error) {
	return s.related(c, kindUnit, kindUser, func(e *entry) []*entry { return s.live(e.members.order) })
}

func addUnitMember(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUnit, c.param(0))
	if f != nil {
		return nil, f
	}
	m, f := s.reference(c, kindUser, kindGroup)
	switch {
	case f != nil:
		return nil, f
	case e.members.has[m.id]:
		return nil, badRequest("A conflicting object with one or more of the specified property values is present in the directory.")
	}
	e.members.add(m.id)
	m.restricted = m.restricted || e.props["isMemberManagementRestricted"] == true
	return noContent()
}

func removeUnitMember(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUnit, c.param(0))
	id := fold(c.param(1))
	switch {
	case f != nil:
		return nil, f
	case !e.members.has[id]:
		return nil, notFound(c.param(1))
	}
	e.members.remove(id)
	return noContent()
}

func listUserUnits(s *Server, c *call) (*answer, error) {
	return s.related(c, kindUser, kindUnit, s.units)
}
func listGroupUnits(s *Server, c *call) (*answer, error) {
	return s.related(c, kindGroup, kindUnit, s.units)
}

// units are the administrative units of an object.
func (s *Server) units(e *entry) []*entry {
	return slices.DeleteFunc(s.store.all(kindUnit, false), func(u *entry) bool { return !u.members.has[e.id] })
}

// AddAdministrativeUnit creates an administrative unit and returns its id.
func (s *Server) AddAdministrativeUnit(name string, members ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.addUnit(object{"displayName": name})
	for _, m := range members {
		if s.store.entries[fold(m)] == nil {
			panic(fmt.Sprintf("graph: AddAdministrativeUnit(%q): %q does not exist", name, m))
		}
		e.members.add(fold(m))
	}
	return e.id
}

// UnitsOf returns the ids of the administrative units of an object, sorted.
func (s *Server) UnitsOf(id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, u := range s.units(s.mustObject(id)) {
		out = append(out, u.id)
	}
	return out
}
