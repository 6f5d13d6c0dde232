// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"fmt"
	"net/http"
	"strings"
)

// sensitive are the properties of people who hold a role of administrators that an application without such a role
// may not write: https://learn.microsoft.com/graph/api/user-update#permissions-for-specific-scenarios.
var sensitive = []string{"accountEnabled", "businessPhones", "mobilePhone", "onPremisesImmutableId",
	"otherMails", "passwordProfile", "userPrincipalName"}

// guarded refuses what a plain administrator may not do: sensitive actions on people who hold a role, unless the
// application holds a higher one, and everything on members of a restricted management administrative unit.
// https://learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions
// https://learn.microsoft.com/entra/identity/role-based-access-control/admin-units-restricted-management
func (s *Server) guarded(c *call) *failure {
	if !c.write() || len(c.params) == 0 || strings.Contains(c.route.template, "Member") {
		return nil
	}
	kind := ""
	switch c.route.segments[0] {
	case "users":
		kind = kindUser
	case "groups":
		kind = kindGroup
	}
	e := s.store.locate(kind, c.param(0))
	switch {
	case e == nil:
		return nil
	case !s.mayManage(c, e):
		return denied()
	case s.options.Administrator || !s.store.administers(e):
		return nil
	case c.route.template == "/users/{id}" && c.method == http.MethodDelete:
		return denied()
	case c.route.template == "/users/{id}":
		doc, f := c.document()
		for _, name := range sensitive {
			if _, given := doc[name]; given && f == nil {
				return denied()
			}
		}
	}
	return nil
}

// AssignRole gives a user, or a group that roles can be assigned to, a role of administrators, such as
// "User Administrator"; "" takes it away. A name that no role has by itself is that of a custom role.
func (s *Server) AssignRole(id, role string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.mustObject(id)
	e.role = role
	delete(s.store.holders, e)
	if e.kind == kindGroup && role != "" {
		s.store.holders[e] = true
	}
}

// administers reports that somebody holds a role, by themselves or as a member of a group: such groups hold no groups.
func (s *store) administers(e *entry) bool {
	for g := range s.holders {
		if g.members.has[e.id] {
			return true
		}
	}
	return e.role != ""
}

// Restrict puts a user or group into a restricted management administrative unit: only who manages that writes it.
func (s *Server) Restrict(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.mustObject(id)
	e.restricted = true
	e.set("isManagementRestricted", true)
}

func (s *Server) mustObject(id string) *entry {
	e := s.store.entries[fold(id)]
	if e == nil {
		panic(fmt.Sprintf("graph: no object %q", id))
	}
	return e
}
