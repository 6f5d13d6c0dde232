// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// readRoles may read role assignments.
// https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments
var readRoles = []string{
	"RoleManagement.Read.Directory", "RoleManagement.Read.All", "Directory.Read.All",
	"RoleManagement.ReadWrite.Directory", "Directory.ReadWrite.All",
}

// rolePage is how many role assignments are on a page.
const rolePage = 100

// builtInRoles are some roles of administrators that every tenant has: the id of the definition by name.
// https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
var builtInRoles = map[string]string{
	"Directory Readers":                       "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
	"Global Administrator":                    "62e90394-69f5-4237-9190-012177145e10",
	"Helpdesk Administrator":                  "729827e3-9c14-49f7-bb1b-9608f156bbb8",
	"Privileged Authentication Administrator": "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
	"Reports Reader":                          "4a5d8f65-41da-4de4-8968-e035b65339cf",
	"User Administrator":                      "fe930be7-5e62-47db-91af-98c3a49a38b1",
}

// roleDefinition is the definition of a role: a built-in one, or a custom one of the tenant.
func (s *Server) roleDefinition(name string) object {
	id, builtIn := builtInRoles[name]
	if !builtIn {
		id = uuid.NewSHA1(uuid.NameSpaceOID, []byte(s.options.TenantID+name)).String()
	}
	return object{
		"id": id, "templateId": id, "displayName": name, "isBuiltIn": builtIn, "isEnabled": true, "description": name, "version": "1",
	}
}

// listRoleAssignments lists who holds which role. Only one relation can be expanded.
func listRoleAssignments(s *Server, c *call) (*answer, error) {
	for name := range c.query {
		if strings.HasPrefix(name, "$") && !slices.Contains([]string{"$expand", "$filter", "$select", "$skiptoken"}, name) {
			return nil, malformed("The query parameter '%s' is not supported.", name)
		}
	}
	expand := c.query.Get("$expand")
	if expand != "" && expand != "roleDefinition" {
		return nil, badRequest("Only one property can be expanded in a single query, and this server knows roleDefinition.")
	}
	if filter := c.query.Get("$filter"); filter != "" {
		return s.assignmentsOf(filter)
	}
	everybody := append(s.store.all(kindUser, false), s.store.all(kindGroup, false)...)
	holders := slices.DeleteFunc(everybody, func(e *entry) bool { return e.role == "" })
	slices.SortFunc(holders, func(a, b *entry) int { return cmp.Compare(a.id, b.id) })
	offset, err := strconv.Atoi(cmp.Or(strings.TrimPrefix(c.query.Get("$skiptoken"), "roles-"), "0"))
	if err != nil || offset > len(holders) {
		return nil, badRequest("The specified page token value is invalid.")
	}
	size := rolePage
	if s.options.PageLimit > 0 {
		size = min(size, s.options.PageLimit)
	}
	end := min(offset+size, len(holders))
	value := []any{}
	for _, e := range holders[offset:end] {
		definition := s.roleDefinition(e.role)
		one := object{
			"id": e.id + "-1", "principalId": e.id, "roleDefinitionId": definition["id"], "directoryScopeId": "/", "appScopeId": nil,
		}
		if expand != "" {
			one["roleDefinition"] = definition
		}
		value = append(value, one)
	}
	body := object{"@odata.context": s.context("roleManagement/directory/roleAssignments"), "value": value}
	if end < len(holders) {
		body["@odata.nextLink"] = s.link(c, "$skiptoken", "roles-"+strconv.Itoa(end))
	}
	return ok(body), nil
}

// assignmentsOf lists the roles of one principal, those in administrative units included.
func (s *Server) assignmentsOf(filter string) (*answer, error) {
	id, is := strings.CutPrefix(filter, "principalId eq '")
	id, closed := strings.CutSuffix(id, "'")
	if !is || !closed {
		return nil, badRequest("This server filters role assignments by principalId eq '…' only.")
	}
	value := []any{}
	add := func(definition any, scope string) {
		value = append(value, object{"id": fold(id) + "-" + strconv.Itoa(len(value)), "principalId": fold(id),
			"roleDefinitionId": definition, "directoryScopeId": scope, "appScopeId": nil})
	}
	if e := s.store.entries[fold(id)]; e != nil && e.role != "" {
		add(s.roleDefinition(e.role)["id"], "/")
	}
	for _, unit := range sorted(slices.Collect(maps.Values(s.store.units))) {
		for _, m := range unit.scoped {
			if holderOf(m) == fold(id) {
				add(m["roleId"], "/administrativeUnits/"+unit.id)
			}
		}
	}
	return ok(object{"@odata.context": s.context("roleManagement/directory/roleAssignments"), "value": value}), nil
}

// readsActivity says why a call may not read when users signed in.
// https://learn.microsoft.com/graph/api/resources/signinactivity
func (s *Server) readsActivity(c *call) *failure {
	premium := slices.ContainsFunc(s.store.licenses, func(l *License) bool {
		return l.Plans["AAD_PREMIUM"] != "" || l.Plans["AAD_PREMIUM_P2"] != ""
	})
	switch {
	case !c.may("AuditLog.Read.All"):
		return &failure{status: 403, code: "Authentication_MSGraphPermissionMissing",
			message: "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to call this API. " +
				"For more information about Microsoft Graph permissions, please visit https://learn.microsoft.com/graph/permissions-overview."}
	case !premium:
		return &failure{status: 403, code: "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
			message: "Neither tenant is B2C or tenant doesn't have premium license"}
	}
	return nil
}
