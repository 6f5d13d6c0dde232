// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"slices"
	"testing"
)

// TestSignInActivity: sign-ins are shown to who may read them, where the tenant has a licence for it, on small
// pages, and by id only.
func TestSignInActivity(t *testing.T) {
	const missing, premium = "Authentication_MSGraphPermissionMissing", "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
	may := append(slices.Clone(DefaultPermissions), "AuditLog.Read.All")
	c := start(t, Options{Permissions: may})
	at := object{"lastSignInDateTime": "2026-05-01T00:00:00Z"}
	id := c.s.AddUser(map[string]any{"userPrincipalName": "ann@example.com", "signInActivity": at})
	got := c.want(200, "GET", "/users/"+id+"?$select=signInActivity", nil)
	if dig[string](got, "signInActivity", "lastSignInDateTime") != at["lastSignInDateTime"] {
		t.Errorf("got %v", got)
	}
	c.fails(400, "Request_BadRequest", "valid Guid", "GET", "/users/ann@example.com?$select=signInActivity", nil)
	c.fails(400, "Request_BadRequest", "signInActivity", "PATCH", "/users/"+id, object{"signInActivity": at})
	c.fails(400, "Request_UnsupportedQuery", "120", "GET", "/users?$select=signInActivity&$top=121", nil)

	start(t, Options{}).fails(403, missing, "AuditLog.Read.All", "GET", "/users?$select=signInActivity", nil)
	c = start(t, Options{Permissions: may, Licenses: []License{}})
	c.fails(403, premium, "premium license", "GET", "/users?$select=signInActivity", nil)
}

// TestRoleAssignments: one relation can be expanded, and members of a group that holds a role are guarded as those
// who hold one themselves.
func TestRoleAssignments(t *testing.T) {
	c := start(t, Options{Permissions: append(slices.Clone(DefaultPermissions), "RoleManagement.Read.Directory")})
	admin := c.create("admin", nil)
	group := c.s.AddGroup(map[string]any{"isAssignableToRole": true})
	c.s.AddMembers(group, admin)
	c.s.AssignRole(group, "User Administrator")
	got := c.want(200, "GET", "/roleManagement/directory/roleAssignments?$expand=roleDefinition", nil)
	if dig[string](got, "value", 0, "principalId") != group || dig[string](got, "value", 0, "roleDefinition", "displayName") != "User "+
		"Administrator" {
		t.Errorf("got %v", got)
	}
	c.fails(400, "Request_BadRequest", "Only one", "GET", "/roleManagement/directory/roleAssignments?$expand=roleDefinition,principal", nil)
	c.fails(400, "BadRequest", "$top", "GET", "/roleManagement/directory/roleAssignments?$top=5", nil)
	c.fails(403, "Authorization_RequestDenied", "", "PATCH", "/users/"+admin, object{"accountEnabled": false})
	c.s.DeleteGroup(group)
	c.want(204, "PATCH", "/users/"+admin, object{"accountEnabled": false})
}
