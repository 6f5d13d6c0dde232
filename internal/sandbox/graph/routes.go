// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"net/http"
	"strconv"
	"strings"
)

// route is a call that the server knows.
type route struct {
	method, template string
	handle           func(s *Server, c *call) (*answer, error)
	permissions      []string // one of them is needed
	units            int      // resource units before modifiers
	segments         []string
}

// Who may do what: the application permissions of the reference pages.
var (
	readUser     = []string{"User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	listUser     = append([]string{"User.ReadBasic.All"}, readUser...)
	writeUser    = []string{"User.ReadWrite.All", "Directory.ReadWrite.All"}
	removeUser   = append([]string{"User.DeleteRestore.All"}, writeUser...)
	revokeUser   = append([]string{"User.RevokeSessions.All"}, writeUser...)
	readMethods  = []string{"UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All"}
	writeMethods = []string{"UserAuthenticationMethod.ReadWrite.All"}
	license      = append([]string{"LicenseAssignment.ReadWrite.All"}, writeUser...)
	readGroup    = []string{"GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	writeGroup   = []string{"Group.ReadWrite.All", "Directory.ReadWrite.All"}
	createGroup  = append([]string{"Group.Create"}, writeGroup...)
	writeMembers = append([]string{"GroupMember.ReadWrite.All"}, writeGroup...)
	readDomain   = []string{"Domain.Read.All", "Domain.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	readTenant   = append([]string{"Organization.Read.All"}, readUser...)
	readSkus     = []string{"LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All", "Organization.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	readDeleted  = append(append([]string{"User.DeleteRestore.All"}, readUser...), "Group.Read.All", "Group.ReadWrite.All")
	dropDeleted  = append(append([]string{}, removeUser...), "Group.ReadWrite.All")
)

var routes []*route

func init() {
	routes = []*route{
		{"GET", "/users", listUsers, listUser, 2, nil},
		{"POST", "/users", createUser, writeUser, 1, nil},
		{"GET", "/users/$count", countUsers, readUser, 2, nil},
		{"GET", "/users/{id}", getUser, listUser, 1, nil},
		{"PATCH", "/users/{id}", updateUser, append([]string{"User.EnableDisableAccount.All"}, writeUser...), 1, nil},
		{"DELETE", "/users/{id}", deleteUser, removeUser, 1, nil},
	}
	for _, r := range routes {
		r.segments = strings.Split(strings.Trim(r.template, "/"), "/")
	}
}

// find sets the route of a call.
func (c *call) find() error {
	segments, f := split(c.path)
	if f != nil {
		return f
	}
	methods := 0
	for _, r := range routes {
		params, match := r.match(segments)
		if !match {
			continue
		}
		if methods++; r.method == c.method {
			c.route, c.params = r, params
			return nil
		}
	}
	if methods > 0 {
		return &failure{status: http.StatusMethodNotAllowed, code: "Request_BadRequest", message: "Specified HTTP method is not allowed for the request target."}
	}
	return malformed("Resource not found for the segment '%s'.", segments[len(segments)-1])
}

func (r *route) match(segments []string) ([]string, bool) {
	if len(segments) != len(r.segments) {
		return nil, false
	}
	var params []string
	for i, want := range r.segments {
		switch {
		case strings.HasPrefix(want, "{"):
			if segments[i] == "" || strings.HasPrefix(segments[i], "$") && i == len(segments)-1 {
				return nil, false
			}
			params = append(params, segments[i])
		case !strings.EqualFold(want, segments[i]):
			return nil, false
		}
	}
	return params, true
}

func (c *call) write() bool { return c.method != http.MethodGet }

// cost is what a call costs in resource units.
func (c *call) cost() int {
	units := c.route.units
	if c.write() {
		return units
	}
	if c.query.Get("$select") != "" {
		units--
	}
	if c.query.Get("$expand") != "" {
		units++
	}
	if n, err := strconv.Atoi(c.query.Get("$top")); err == nil && n < 20 {
		units--
	}
	return max(units, 1)
}
