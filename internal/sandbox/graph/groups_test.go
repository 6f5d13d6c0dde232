// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"fmt"
	"testing"
)

func group(name string, more object) object {
	b := object{"displayName": name, "mailNickname": name, "mailEnabled": false, "securityEnabled": true}
	for k, v := range more {
		if b[k] = v; v == nil {
			delete(b, k)
		}
	}
	return b
}

func (c *client) createGroup(name string, more object) string {
	c.t.Helper()
	return dig[string](c.want(201, "POST", "/groups", group(name, more)), "id")
}

func (c *client) ref(kind, id string) object {
	return object{"@odata.id": c.s.URL() + "/v1.0/" + kind + "/" + id}
}

var unified = object{"groupTypes": []string{"Unified"}, "mailEnabled": true, "securityEnabled": false}

func TestGroups(t *testing.T) {
	c := start(t, Options{})
	id := c.createGroup("staff", nil)
	got := c.want(200, "GET", "/groups/"+id, nil)
	if got["displayName"] != "staff" || got["securityEnabled"] != true || len(dig[[]any](got, "groupTypes")) != 0 || got["mail"] != nil {
		t.Errorf("got %v", got)
	}
	c.createGroup("staff", nil) // names are not unique
	team := c.createGroup("team", unified)
	if got := c.want(200, "GET", "/groups?$filter=displayName eq 'team'", nil); dig[string](got, "value", 0, "mail") != "team@example.com" {
		t.Errorf("got %v", got)
	}
	if got := c.want(200, "GET", "/groups?$filter=groupTypes/any(g:g eq 'Unified')", nil); len(names(got, "id")) != 1 {
		t.Errorf("got %v", got)
	}
	c.fails(400, "Request_BadRequest", "mailNickname", "POST", "/groups", group("team", unified))
	for message, more := range map[string]object{
		"value is required for property 'displayName' of resource 'Group'": {"displayName": nil}, "mail-enabled groups": {"mailEnabled": true}, "either": {"securityEnabled": false}, "must be mail-enabled": {"groupTypes": []string{"Unified"}},
		"rule": {"groupTypes": []string{"DynamicMembership"}}, "'groupTypes'": {"groupTypes": []string{"Other"}}, "Invalid property 'color'": {"color": "red"}, "DynamicMembership": {"membershipRule": "user.department -eq \"x\""},
	} {
		c.fails(400, "Request_BadRequest", message, "POST", "/groups", group("bad", more))
	}
	c.want(204, "PATCH", "/groups/"+id, object{"description": "all"})
	if c.s.Group(id)["description"] != "all" {
		t.Errorf("got %v", c.s.Group(id))
	}
	c.want(204, "DELETE", "/groups/"+id, nil)
	c.fails(404, "Request_ResourceNotFound", id, "GET", "/directory/deletedItems/"+id, nil)
	c.want(204, "DELETE", "/groups/"+team, nil)
	if got := names(c.want(200, "GET", "/directory/deletedItems/microsoft.graph.group", nil), "id"); len(got) != 1 || got[0] != team {
		t.Errorf("deleted: %v", got)
	}
	c.want(200, "POST", "/directory/deletedItems/"+team+"/restore", nil)
	if r := c.do("GET", "/groups/$count", nil, eventual...); r.Raw != "2" {
		t.Errorf("count: %s", r.Raw)
	}
}

func TestMembers(t *testing.T) {
	c := start(t, Options{MemberLimit: 300})
	var refs []string
	var ids []string
	for i := range 250 {
		ids = append(ids, c.s.AddUser(object{"userPrincipalName": fmt.Sprintf("u%d@example.com", i)}))
		refs = append(refs, c.s.URL()+"/v1.0/directoryObjects/"+ids[i])
	}
	id := c.createGroup("staff", object{"members@odata.bind": refs[:20], "owners@odata.bind": []string{c.s.URL() + "/v1.0/users/" + ids[0]}})
	c.fails(400, "Request_BadRequest", "20", "PATCH", "/groups/"+id, object{"members@odata.bind": refs[20:41]})
	c.fails(400, "Request_BadRequest", "One or more added object references already exist for the following modified properties: 'members'.", "PATCH", "/groups/"+id, object{"members@odata.bind": refs[19:30]})
	if n := len(names(c.want(200, "GET", "/groups/"+id+"/members?$select=id", nil), "id")); n != 20 {
		t.Errorf("%d members: a change is all or nothing", n)
	}
	for from := 20; from < 240; from += 20 {
		c.want(204, "PATCH", "/groups/"+id, object{"members@odata.bind": refs[from : from+20]})
	}
	c.want(204, "POST", "/groups/"+id+"/members/$ref", c.ref("users", ids[240]))
	c.fails(400, "Request_BadRequest", "already exist", "POST", "/groups/"+id+"/members/$ref", c.ref("users", ids[240]))
	c.fails(404, "Request_ResourceNotFound", "", "POST", "/groups/"+id+"/members/$ref", c.ref("users", "11111111-1111-1111-1111-111111111111"))
	c.want(204, "DELETE", "/groups/"+id+"/members/"+ids[240]+"/$ref", nil)
	c.fails(404, "Request_ResourceNotFound", "", "DELETE", "/groups/"+id+"/members/"+ids[240]+"/$ref", nil)
	first := c.want(200, "GET", "/groups/"+id+"/members?$select=id&$top=200", nil)
	second := c.want(200, "GET", dig[string](first, "@odata.nextLink"), nil)
	if n := len(names(first, "id")) + len(names(second, "id")); n != 240 || dig[string](first, "value", 0, "@odata.type") != "#microsoft.graph.user" {
		t.Errorf("%d members on two pages", n)
	}
	c.fails(400, "Request_UnsupportedQuery", "", "GET", "/groups/"+id+"/members?$top=1000", nil)
	if r := c.do("GET", "/groups/"+id+"/members/$count", nil, eventual...); r.Raw != "240" {
		t.Errorf("count: %s", r.Raw)
	}
	c.fails(400, "Request_BadRequest", "$count", "GET", "/groups/"+id+"/members/$count", nil)
	if got := names(c.want(200, "GET", "/groups/"+id+"/owners", nil), "id"); len(got) != 1 || got[0] != ids[0] {
		t.Errorf("owners: %v", got)
	}
	c.want(204, "DELETE", "/users/"+ids[1], nil)
	if got := names(c.want(200, "GET", "/groups/"+id+"/members?$top=999", nil), "id"); len(got) != 239 {
		t.Errorf("%d members after one was deleted", len(got))
	}
	for i := range 60 {
		c.s.AddUser(object{"userPrincipalName": fmt.Sprintf("v%d@example.com", i)})
	}
	for i := range 60 {
		c.want(204, "POST", "/groups/"+id+"/members/$ref", c.ref("users", fmt.Sprintf("v%d@example.com", i)))
	}
	c.fails(403, "Directory_QuotaExceeded", "", "POST", "/groups/"+id+"/members/$ref", c.ref("users", ids[240]))
}

func TestNestedGroups(t *testing.T) {
	c := start(t, Options{})
	ann, bob := c.create("ann", nil), c.create("bob", nil)
	inner := c.createGroup("inner", object{"members@odata.bind": []string{c.s.URL() + "/v1.0/users/" + ann}})
	outer := c.createGroup("outer", object{"members@odata.bind": []string{c.s.URL() + "/v1.0/groups/" + inner, c.s.URL() + "/v1.0/users/" + bob}})
	c.want(204, "POST", "/groups/"+inner+"/members/$ref", c.ref("groups", outer)) // a cycle
	for path, want := range map[string]int{
		"/groups/" + outer + "/members": 2, "/groups/" + outer + "/members/microsoft.graph.user": 1, "/groups/" + outer + "/transitiveMembers": 3,
		"/groups/" + outer + "/transitiveMembers/microsoft.graph.user": 2, "/users/" + ann + "/memberOf": 1, "/users/" + ann + "/transitiveMemberOf": 2,
	} {
		if got := names(c.want(200, "GET", path+"?$select=id,displayName", nil), "id"); len(got) != want {
			t.Errorf("%s: got %v, want %d", path, got, want)
		}
	}
	c.fails(400, "BadRequest", "segment", "GET", "/groups/"+outer+"/members/microsoft.graph.device", nil)
	c.fails(400, "Request_BadRequest", "itself", "POST", "/groups/"+outer+"/members/$ref", c.ref("groups", outer))
	team := c.createGroup("team", unified)
	c.fails(400, "Request_BadRequest", "users only", "POST", "/groups/"+team+"/members/$ref", c.ref("groups", inner))
	c.want(204, "POST", "/groups/"+team+"/owners/$ref", c.ref("users", ann))
	c.fails(400, "Request_BadRequest", "already exist", "POST", "/groups/"+team+"/owners/$ref", c.ref("users", ann))
	c.fails(400, "Request_BadRequest", "at least one owner", "DELETE", "/groups/"+team+"/owners/"+ann+"/$ref", nil)
	c.want(204, "POST", "/groups/"+team+"/owners/$ref", c.ref("users", bob))
	c.want(204, "DELETE", "/groups/"+team+"/owners/"+ann+"/$ref", nil)
}

func TestGroupsThatRefuseMembers(t *testing.T) {
	c := start(t, Options{})
	ann := c.create("ann", nil)
	rule := object{"groupTypes": []string{"DynamicMembership"}, "membershipRule": `user.department -eq "Sales"`, "membershipRuleProcessingState": "On"}
	dynamic := c.createGroup("dynamic", rule)
	synced := c.s.AddGroup(object{"displayName": "synced", "onPremisesSyncEnabled": true})
	for id, message := range map[string]string{dynamic: "dynamic membership", synced: "on-premises mastered"} {
		c.fails(400, "Request_BadRequest", message, "POST", "/groups/"+id+"/members/$ref", c.ref("users", ann))
		c.fails(400, "Request_BadRequest", message, "DELETE", "/groups/"+id+"/members/"+ann+"/$ref", nil)
		c.fails(400, "Request_BadRequest", message, "PATCH", "/groups/"+id, object{"members@odata.bind": []string{c.s.URL() + "/v1.0/users/" + ann}})
	}
	limited := start(t, Options{Permissions: []string{"GroupMember.ReadWrite.All", "User.Read.All"}})
	id, user := limited.s.AddGroup(nil), limited.s.AddUser(nil)
	limited.want(204, "PATCH", "/groups/"+id, object{"members@odata.bind": []string{limited.s.URL() + "/v1.0/users/" + user}})
	limited.fails(403, "Authorization_RequestDenied", "", "PATCH", "/groups/"+id, object{"description": "x"})
	limited.fails(403, "Authorization_RequestDenied", "", "DELETE", "/groups/"+id, nil)
}
