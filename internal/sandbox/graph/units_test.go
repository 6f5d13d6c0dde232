// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"slices"
	"testing"
)

// TestAdministrativeUnits: units hold users and groups, and say whose they are.
func TestAdministrativeUnits(t *testing.T) {
	c := start(t, Options{Permissions: append(slices.Clone(DefaultPermissions), "AdministrativeUnit.ReadWrite.All")})
	ann, team := c.create("ann", nil), c.createGroup("team", nil)
	unit := dig[string](c.want(201, "POST", "/directory/administrativeUnits", object{"displayName": "South"}), "id")
	c.fails(400, "Request_BadRequest", "displayName", "POST", "/directory/administrativeUnits", object{})
	path := "/directory/administrativeUnits/" + unit + "/members"
	c.want(204, "POST", path+"/$ref", c.ref("users", ann))
	c.want(204, "POST", path+"/$ref", c.ref("groups", team))
	c.fails(400, "Request_BadRequest", "conflicting object", "POST", path+"/$ref", c.ref("groups", team))
	if got := names(c.want(200, "GET", path, nil), "id"); !slices.Contains(got, ann) || !slices.Contains(got, team) {
		t.Errorf("members: %v", got)
	}
	for _, of := range []string{"/users/" + ann, "/groups/" + team} {
		got := names(c.want(200, "GET", of+"/memberOf/microsoft.graph.administrativeUnit", nil), "displayName")
		if len(got) != 1 || got[0] != "South" {
			t.Errorf("%s is in %v", of, got)
		}
	}
	found := names(c.want(200, "GET", "/directory/administrativeUnits?$filter=displayName eq 'south'", nil), "id")
	if len(found) != 1 || found[0] != unit {
		t.Errorf("found %v", found)
	}
	c.want(204, "DELETE", path+"/"+team+"/$ref", nil)
	c.fails(404, "Request_ResourceNotFound", "", "DELETE", path+"/"+team+"/$ref", nil)
	c.want(204, "DELETE", "/directory/administrativeUnits/"+unit, nil)
	c.want(200, "GET", "/users/"+ann, nil)
	start(t, Options{}).fails(403, "Authorization_RequestDenied", "", "GET", "/directory/administrativeUnits", nil)
}
