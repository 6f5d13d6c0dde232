// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"fmt"
	"testing"
)

func TestGroupsThatAreGuarded(t *testing.T) {
	c := start(t, Options{})
	ann := c.create("ann", nil)
	role := c.s.AddGroup(object{"displayName": "role", "isAssignableToRole": true})
	list := c.s.AddGroup(object{"displayName": "list", "mailEnabled": true, "mailNickname": "list"})
	synced := c.s.AddGroup(object{"displayName": "synced", "onPremisesSyncEnabled": true})
	c.s.AddMembers(role, ann)
	for _, g := range []struct {
		id      string
		status  int
		code    string
		message string
	}{
		{role, 403, "Authorization_RequestDenied", ""}, {list, 400, "Request_BadRequest", "mail-enabled security"}, {synced, 400, "Request_BadRequest", "on-premises mastered"},
	} {
		path := "/groups/" + g.id
		c.fails(g.status, g.code, g.message, "POST", path+"/members/$ref", c.ref("users", ann))
		c.fails(g.status, g.code, g.message, "PATCH", path, object{"members@odata.bind": []string{c.s.URL() + "/v1.0/users/" + ann}})
		c.fails(g.status, g.code, g.message, "PATCH", path, object{"description": "x"})
		c.fails(g.status, g.code, g.message, "DELETE", path+"/members/"+ann+"/$ref", nil)
		c.fails(g.status, g.code, g.message, "POST", path+"/owners/$ref", c.ref("users", ann))
		c.fails(g.status, g.code, g.message, "DELETE", path+"/owners/"+ann+"/$ref", nil)
		c.fails(g.status, g.code, g.message, "DELETE", path, nil)
	}
	c.fails(403, "Authorization_RequestDenied", "", "POST", "/groups", group("role2", object{"isAssignableToRole": true}))
}

func TestGroupsWithRoles(t *testing.T) {
	c := start(t, Options{Permissions: append([]string{"RoleManagement.ReadWrite.Directory"}, DefaultPermissions...)})
	role, plain := c.createGroup("role", object{"isAssignableToRole": true}), c.createGroup("plain", nil)
	if v := c.s.Group(role)["visibility"]; v != "Private" {
		t.Errorf("visibility %v", v)
	}
	c.fails(400, "Request_BadRequest", "nesting", "POST", "/groups/"+role+"/members/$ref", c.ref("groups", plain))
	c.fails(400, "Request_BadRequest", "nesting", "POST", "/groups/"+plain+"/members/$ref", c.ref("groups", role))
	c.fails(400, "Request_BadRequest", "isAssignableToRole", "PATCH", "/groups/"+plain, object{"isAssignableToRole": true})
	c.fails(400, "Request_BadRequest", "visibility", "PATCH", "/groups/"+role, object{"visibility": "Public"})
	c.fails(400, "Request_BadRequest", "security-enabled", "POST", "/groups", group("team", object{"groupTypes": []string{"Unified"}, "mailEnabled": true, "securityEnabled": false, "isAssignableToRole": true}))
}

func TestGroupVisibilityAndOwners(t *testing.T) {
	c := start(t, Options{})
	hidden := c.createGroup("hidden", object{"groupTypes": []string{"Unified"}, "mailEnabled": true, "visibility": "HiddenMembership"})
	team := c.createGroup("team", unified)
	if v := c.s.Group(team)["visibility"]; v != "Public" {
		t.Errorf("visibility %v", v)
	}
	c.want(204, "PATCH", "/groups/"+team, object{"visibility": "Private"})
	c.fails(400, "Request_BadRequest", "HiddenMembership", "PATCH", "/groups/"+team, object{"visibility": "HiddenMembership"})
	c.fails(400, "Request_BadRequest", "HiddenMembership", "PATCH", "/groups/"+hidden, object{"visibility": "Private"})
	c.fails(400, "Request_BadRequest", "HiddenMembership", "POST", "/groups", group("x", object{"visibility": "HiddenMembership"}))
	c.fails(400, "Request_BadRequest", "owners", "POST", "/groups", group("x", object{"owners@odata.bind": []string{c.s.URL() + "/v1.0/groups/" + team}}))
	c.fails(400, "Request_BadRequest", "owners@odata.bind", "PATCH", "/groups/"+team, object{"owners@odata.bind": []string{}})
	for i := range maxOwners {
		c.want(204, "POST", "/groups/"+team+"/owners/$ref", c.ref("users", c.s.AddUser(object{"userPrincipalName": fmt.Sprintf("o%d@example.com", i)})))
	}
	c.fails(400, "Request_BadRequest", "at most 100 owners", "POST", "/groups/"+team+"/owners/$ref", c.ref("users", c.create("ann", nil)))
}

func TestGroupsByHand(t *testing.T) {
	c := start(t, Options{})
	a, b, d := c.createGroup("a", nil), c.createGroup("b", nil), c.createGroup("d", unified)
	c.s.AddMembers(a, b)
	c.s.AddMembers(b, c.create("ann", nil))
	for path, want := range map[string]int{"/groups/" + b + "/memberOf": 1, "/users/ann@example.com/transitiveMemberOf": 2, "/groups/" + b + "/transitiveMemberOf?$select=id": 1} {
		if got := names(c.want(200, "GET", path, nil), "id"); len(got) != want {
			t.Errorf("%s: %d groups, expected %d", path, len(got), want)
		}
	}
	c.s.RemoveMembers(a, b)
	c.s.UpdateGroup(a, object{"description": "by hand"})
	c.s.DeleteGroup(b)
	c.s.DeleteGroup(d)
	if deleted := c.s.DeletedGroups(); len(c.s.Groups()) != 1 || c.s.Groups()[0]["description"] != "by hand" || len(deleted) != 1 || deleted[0]["id"] != d {
		t.Errorf("groups %v, deleted %v", c.s.Groups(), deleted)
	}
}
