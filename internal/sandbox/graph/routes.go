// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"net/http"
	"slices"
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
	changeUser   = []string{"User.ReadWrite.All", "Directory.ReadWrite.All", "User.EnableDisableAccount.All", "User-PasswordProfile.ReadWrite.All"}
	readMemberOf = append([]string{"GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All"}, readUser...)
	writeUser    = []string{"User.ReadWrite.All", "Directory.ReadWrite.All"}
	removeUser   = append([]string{"User.DeleteRestore.All"}, writeUser...)
	revokeUser   = append([]string{"User.RevokeSessions.All"}, writeUser...)
	readMethods  = []string{"UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All"}
	writeMethods = []string{"UserAuthenticationMethod.ReadWrite.All"}
	license      = append([]string{"LicenseAssignment.ReadWrite.All"}, writeUser...)
	readGroup    = []string{"GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	writeGroup   = []string{"Group.ReadWrite.All", "Directory.ReadWrite.All"}
	makeGroup    = append([]string{"Group.Create"}, writeGroup...)
	writeMembers = append([]string{"GroupMember.ReadWrite.All"}, writeGroup...)
	assignRoles  = []string{"RoleManagement.ReadWrite.Directory"}
	readDomain   = []string{"Domain.Read.All", "Domain.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	readTenant   = append([]string{"Organization.Read.All"}, readUser...)
	readSkus     = []string{"LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All", "Organization.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	readTypes    = []string{"Directory.Read.All"}
	readApps     = []string{"Application.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	readSecurity = []string{"CustomSecAttributeDefinition.Read.All", "CustomSecAttributeDefinition.ReadWrite.All"}
	readDeleted  = append(append([]string{"User.DeleteRestore.All"}, readUser...), "Group.Read.All", "Group.ReadWrite.All")
	dropDeleted  = append(append([]string{}, removeUser...), "Group.ReadWrite.All")
)

var routes []*route

func init() {
	routes = slices.Concat(userRoutes(), groupRoutes(), tenantRoutes(), objectRoutes(), unitRoutes())
	for _, r := range routes {
		r.segments = strings.Split(strings.Trim(r.template, "/"), "/")
	}
}

func userRoutes() []*route {
	return []*route{
		{"GET", "/users", listUsers, readUser, 2, nil},
		{"POST", "/users", createUser, writeUser, 1, nil},
		{"GET", "/users/$count", countUsers, readUser, 2, nil},
		{"GET", "/users/delta", deltaUsers, readUser, 2, nil},
		{"GET", "/users/delta()", deltaUsers, readUser, 2, nil},
		{"GET", "/users/microsoft.graph.delta()", deltaUsers, readUser, 2, nil},
		{"GET", "/users/{id}", getUser, readUser, 1, nil},
		{"PATCH", "/users/{id}", updateUser, changeUser, 1, nil},
		{"DELETE", "/users/{id}", deleteUser, removeUser, 1, nil},
		{"GET", "/users/{id}/manager", getManager, readUser, 1, nil},
		{"GET", "/users/{id}/manager/$ref", getManagerRef, readUser, 1, nil},
		{"PUT", "/users/{id}/manager/$ref", setManager, writeUser, 1, nil},
		{"DELETE", "/users/{id}/manager/$ref", removeManager, writeUser, 1, nil},
		{"GET", "/users/{id}/directReports", listReports, readUser, 1, nil},
		{"GET", "/users/{id}/sponsors", listSponsors, readUser, 1, nil},
		{"POST", "/users/{id}/sponsors/$ref", addSponsor, writeUser, 1, nil},
		{"DELETE", "/users/{id}/sponsors/{sponsor}/$ref", removeSponsor, writeUser, 1, nil},
		{"GET", "/users/{id}/memberOf", listMemberOf, readMemberOf, 2, nil},
		{"GET", "/users/{id}/memberOf/{kind}", listMemberOf, readMemberOf, 2, nil},
		{"GET", "/users/{id}/transitiveMemberOf", listTransitiveMemberOf, readMemberOf, 3, nil},
		{"GET", "/users/{id}/ownedObjects", listOwned, readUser, 2, nil},
		{"POST", "/users/{id}/revokeSignInSessions", revokeSessions, revokeUser, 1, nil},
		{"POST", "/users/{id}/microsoft.graph.revokeSignInSessions", revokeSessions, revokeUser, 1, nil},
		{"POST", "/users/{id}/assignLicense", assignLicense, license, 1, nil},
		{"POST", "/users/{id}/microsoft.graph.assignLicense", assignLicense, license, 1, nil},
		{"GET", "/users/{id}/authentication/temporaryAccessPassMethods", listPasses, readMethods, 1, nil},
		{"POST", "/users/{id}/authentication/temporaryAccessPassMethods", createPass, writeMethods, 1, nil},
		{"GET", "/users/{id}/authentication/temporaryAccessPassMethods/{pass}", getPass, readMethods, 1, nil},
		{"DELETE", "/users/{id}/authentication/temporaryAccessPassMethods/{pass}", deletePass, writeMethods, 1, nil},
	}
}

func groupRoutes() []*route {
	return []*route{
		{"GET", "/groups", listGroups, readGroup, 2, nil},
		{"POST", "/groups", createGroup, makeGroup, 1, nil},
		{"GET", "/groups/$count", countGroups, readGroup, 2, nil},
		{"GET", "/groups/{id}", getGroup, readGroup, 1, nil},
		{"PATCH", "/groups/{id}", updateGroup, writeMembers, 1, nil},
		{"DELETE", "/groups/{id}", deleteGroup, writeGroup, 1, nil},
		{"GET", "/groups/{id}/members", listMembers, readGroup, 3, nil},
		{"GET", "/groups/{id}/members/$count", countMembers, readGroup, 3, nil},
		{"GET", "/groups/{id}/members/{kind}", listMembers, readGroup, 3, nil},
		{"GET", "/groups/{id}/transitiveMembers", listTransitiveMembers, readGroup, 5, nil},
		{"GET", "/groups/{id}/transitiveMembers/{kind}", listTransitiveMembers, readGroup, 5, nil},
		{"GET", "/groups/{id}/memberOf", listGroupMemberOf, readGroup, 2, nil},
		{"GET", "/groups/{id}/memberOf/{kind}", listGroupMemberOf, readGroup, 2, nil},
		{"GET", "/groups/{id}/transitiveMemberOf", listGroupTransitiveMemberOf, readGroup, 3, nil},
		{"POST", "/groups/{id}/members/$ref", addMember, writeMembers, 1, nil},
		{"DELETE", "/groups/{id}/members/{member}/$ref", removeMember, writeMembers, 1, nil},
		{"POST", "/groups/{id}/assignLicense", assignGroupLicense, licenseGroup, 1, nil},
		{"GET", "/groups/{id}/owners", listOwners, readGroup, 1, nil},
		{"POST", "/groups/{id}/owners/$ref", addOwner, writeGroup, 1, nil},
		{"DELETE", "/groups/{id}/owners/{owner}/$ref", removeOwner, writeGroup, 1, nil},
	}
}

func tenantRoutes() []*route {
	return []*route{
		{"GET", "/directory/deletedItems", listUncast, readDeleted, 1, nil},
		{"GET", "/directory/deletedItems/microsoft.graph.user", listDeletedUsers, readDeleted, 2, nil},
		{"GET", "/directory/deletedItems/microsoft.graph.group", listDeletedGroups, readDeleted, 2, nil},
		{"GET", "/directory/deletedItems/microsoft.graph.administrativeUnit", listDeletedUnits, readUnits, 1, nil},
		{"GET", "/directory/deletedItems/{id}", getDeleted, readDeleted, 1, nil},
		{"POST", "/directory/deletedItems/{id}/restore", restoreDeleted, dropDeleted, 1, nil},
		{"POST", "/directory/deletedItems/{id}/microsoft.graph.restore", restoreDeleted, dropDeleted, 1, nil},
		{"DELETE", "/directory/deletedItems/{id}", purgeDeleted, dropDeleted, 1, nil},
		{"POST", "/directoryObjects/getAvailableExtensionProperties", availableExtensions, readTypes, 1, nil},
		{"GET", "/applications/{id}/extensionProperties", applicationExtensions, readApps, 1, nil},
		{"GET", "/directory/customSecurityAttributeDefinitions", listSecurityDefinitions, readSecurity, 1, nil},
		{"GET", "/domains", listDomains, readDomain, 1, nil},
		{"GET", "/domains/{id}", getDomain, readDomain, 1, nil},
		{"GET", "/organization", listOrganization, readTenant, 1, nil},
		{"GET", "/subscribedSkus", listSkus, readSkus, 3, nil},
		{"GET", "/roleManagement/directory/roleAssignments", listRoleAssignments, readRoles, 2, nil},
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
