// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"fmt"
	"slices"
	"testing"
)

const (
	unitsPath = "/directory/administrativeUnits"
	noRights  = "Authorization_RequestDenied"
)

func startWithUnits(t *testing.T, more ...string) *client {
	t.Helper()
	permissions := []string{"AdministrativeUnit.ReadWrite.All", "RoleManagement.ReadWrite.Directory"}
	return start(t, Options{Permissions: slices.Concat(permissions, DefaultPermissions, more)})
}

func (c *client) createUnit(props object) string {
	c.t.Helper()
	return dig[string](c.want(201, "POST", unitsPath, props), "id")
}

func TestAdministrativeUnits(t *testing.T) {
	c := startWithUnits(t)
	ann, team := c.create("ann", nil), c.createGroup("team", nil)
	north := c.createUnit(object{"displayName": "North", "description": "The north"})
	south := c.createUnit(object{"displayName": "South", "visibility": "HiddenMembership"})
	path := unitsPath + "/" + north

	c.fails(400, "Request_BadRequest", "displayName", "POST", unitsPath, object{"description": "x"})
	c.fails(400, "Request_BadRequest", "'color'", "POST", unitsPath, object{"displayName": "x", "color": "red"})
	c.fails(400, "Request_BadRequest", "read-only", "PATCH", path, object{"isMemberManagementRestricted": true})
	c.want(204, "PATCH", path, object{"displayName": "North and east", "description": nil})
	if got := c.want(200, "GET", path, nil); got["displayName"] != "North and east" || got["description"] != nil ||
		got["isMemberManagementRestricted"] != nil {
		t.Errorf("got %v", got)
	}
	if got := names(c.want(200, "GET", unitsPath+"?$filter=startswith(displayName,'S')&$select=id", nil),
		"id"); fmt.Sprint(got) != fmt.Sprint([]string{south}) {
		t.Errorf("found %v, expected %s", got, south)
	}

	for kind, id := range map[string]string{"users": ann, "groups": team} {
		c.want(204, "POST", path+"/members/$ref", c.ref(kind, id))
		c.fails(400, "Request_BadRequest", "already exist", "POST", path+"/members/$ref", c.ref(kind, id))
		got := c.want(200, "GET", "/"+kind+"/"+id+"/memberOf", nil)
		if dig[string](got, "value", 0, "id") != north || dig[string](got, "value", 0, "@odata.type") != "#microsoft.graph.administrativeUnit" {
			t.Errorf("%s is a member of %v", kind, got)
		}
		cast := c.want(200, "GET", "/"+kind+"/"+id+"/memberOf/microsoft.graph.group", nil)
		if len(names(cast, "id")) != 0 {
			t.Errorf("%s is a member of the groups %v", kind, cast)
		}
	}
	if got := names(c.want(200, "GET", path+"/members/microsoft.graph.user", nil), "id"); fmt.Sprint(got) != fmt.Sprint([]string{ann}) {
		t.Errorf("members: %v", got)
	}
	c.fails(404, "Request_ResourceNotFound", "", "POST", path+"/members/$ref", c.ref("users", "nobody@example.com"))
	c.want(204, "DELETE", path+"/members/"+team+"/$ref", nil)
	c.fails(404, "Request_ResourceNotFound", "", "DELETE", path+"/members/"+team+"/$ref", nil)
	c.want(204, "DELETE", "/users/"+ann, nil)
	if got := names(c.want(200, "GET", path+"/members", nil), "id"); len(got) != 0 {
		t.Errorf("members: %v", got)
	}

	c.want(204, "DELETE", path, nil)
	c.fails(404, "Request_ResourceNotFound", "", "GET", path, nil)
	if got := names(c.want(200, "GET", "/directory/deletedItems/microsoft.graph.administrativeUnit", nil),
		"id"); fmt.Sprint(got) != fmt.Sprint([]string{north}) {
		t.Errorf("deleted: %v", got)
	}
	c.want(200, "POST", "/directory/deletedItems/"+north+"/restore", nil)
	c.want(200, "GET", path, nil)
}

func TestAdministrativeUnitsWithARule(t *testing.T) {
	c := startWithUnits(t)
	ann := c.create("ann", nil)
	rule := `user.department -eq "Sales"`
	c.fails(400, "Request_BadRequest", "rule", "POST", unitsPath, object{"displayName": "x", "membershipType": "Dynamic"})
	c.fails(400, "Request_BadRequest", "rule", "POST", unitsPath, object{"displayName": "x", "membershipRule": rule})
	id := c.createUnit(object{"displayName": "x", "membershipType": "Dynamic", "membershipRule": rule, "membershipRuleProcessingState": "On"})
	c.fails(400, "Request_BadRequest", "follow from its rule", "POST", unitsPath+"/"+id+"/members/$ref", c.ref("users", ann))
}

// TestRestrictedUnits: plain administrators write no members of a restricted management unit; who holds a role in
// the unit does, and so does an application with the permission for that.
func TestRestrictedUnits(t *testing.T) {
	c := startWithUnits(t)
	ann, plain, team := c.create("ann", nil), c.create("plain", nil), c.createGroup("team", nil)
	unit := c.createUnit(object{"displayName": "Board", "isMemberManagementRestricted": true})
	path := unitsPath + "/" + unit
	c.want(204, "POST", path+"/members/$ref", c.ref("users", ann))
	c.want(204, "POST", path+"/members/$ref", c.ref("groups", team))
	mailed := c.createGroup("mailed", unified)
	c.fails(400, "Request_BadRequest", "restricted management", "POST", path+"/members/$ref", c.ref("groups", mailed))
	writes := func(status int) {
		t.Helper()
		for _, w := range []struct {
			method, path string
			body         object
		}{
			{"PATCH", "/users/" + ann, object{"city": "Ulm"}}, {"PATCH", "/users/ann@example.com", object{"accountEnabled": false}},
			{"PUT", "/users/" + ann + "/manager/$ref", c.ref("users", plain)}, {"PATCH", "/groups/" + team, object{"description": "x"}},
			{"POST", "/groups/" + team + "/members/$ref", c.ref("users", plain)}, {"DELETE", "/groups/" + team + "/members/" + plain + "/$ref", nil},
		} {
			if status == 403 {
				c.fails(403, noRights, "", w.method, w.path, w.body)
			} else {
				c.want(status, w.method, w.path, w.body)
			}
		}
	}
	writes(403)
	c.fails(403, noRights, "", "DELETE", "/users/"+ann, nil)
	if got := c.want(200, "GET", "/users/"+ann+"?$select=isManagementRestricted", nil); got["isManagementRestricted"] != true {
		t.Errorf("got %v", got)
	}

	roles := c.want(200, "GET", "/directoryRoles", nil)
	role := dig[string](roles, "value", 0, "id")
	c.fails(404, "Request_ResourceNotFound", "", "POST", path+"/scopedRoleMembers",
		object{"roleId": "x", "roleMemberInfo": object{"id": plain}})
	give := object{"roleId": role, "roleMemberInfo": object{"id": c.s.store.principal}}
	scoped := dig[string](c.want(201, "POST", path+"/scopedRoleMembers", give), "id")
	c.fails(400, "Request_BadRequest", "already exist", "POST", path+"/scopedRoleMembers", give)
	if got := c.want(200, "GET", path+"/scopedRoleMembers", nil); dig[string](got, "value", 0, "roleMemberInfo", "id") != c.s.store.principal {
		t.Errorf("got %v", got)
	}
	writes(204)
	c.want(204, "DELETE", path+"/scopedRoleMembers/"+scoped, nil)
	c.fails(404, "Request_ResourceNotFound", "", "GET", path+"/scopedRoleMembers/"+scoped, nil)
	writes(403)

	c.want(204, "DELETE", path, nil) // a unit that is deleted restricts nobody
	writes(204)
	c.want(200, "POST", "/directory/deletedItems/"+unit+"/restore", nil)
	writes(403)
	c.want(204, "DELETE", path+"/members/"+ann+"/$ref", nil)
	c.want(204, "DELETE", path+"/members/"+team+"/$ref", nil)
	writes(204)
	if got := c.want(200, "GET", "/users/"+ann+"?$select=isManagementRestricted", nil); got["isManagementRestricted"] != nil {
		t.Errorf("got %v", got)
	}

	c = startWithUnits(t, "Directory.Write.Restricted")
	ann, plain, team = c.create("ann", nil), c.create("plain", nil), c.createGroup("team", nil)
	c.s.AddUnit(object{"isMemberManagementRestricted": true}, ann, team)
	writes(204)
}

func TestAdministrativeUnitsByHand(t *testing.T) {
	c := start(t, Options{})
	ann := c.create("ann", nil)
	c.fails(403, noRights, "", "POST", unitsPath, object{"displayName": "x"})
	c.fails(403, noRights, "", "GET", unitsPath, nil)
	unit := c.s.AddUnit(object{"isMemberManagementRestricted": true}, ann)
	c.fails(403, noRights, "", "PATCH", "/users/"+ann, object{"city": "Ulm"})
	c.s.ScopeRole(unit, "User Administrator", "")
	c.want(204, "PATCH", "/users/"+ann, object{"city": "Ulm"})
}
