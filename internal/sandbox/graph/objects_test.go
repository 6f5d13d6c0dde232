// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// azureadUser is what hashicorp/azuread sends for the minimal azuread_user of its documentation: every argument
// that is not given is null, dates and lists aside.
const azureadUser = `{"@odata.type":"#microsoft.graph.user","accountEnabled":true,"ageGroup":null,"city":null,"companyName":null,
	"consentProvidedForMinor":null,"country":null,"department":null,"displayName":"J. Doe","employeeId":null,
	"employeeOrgData":{"costCenter":null,"division":null},"employeeType":null,"faxNumber":null,"givenName":null,"jobTitle":null,"mail":null,
	"mailNickname":"jdoe","mobilePhone":null,"officeLocation":null,"otherMails":[],"passwordPolicies":null,
	"passwordProfile":{"forceChangePasswordNextSignIn":false,"password":"SecretP@sswd99!"},"postalCode":null,"preferredLanguage":null,
	"state":null,"streetAddress":null,"surname":null,"usageLocation":null,"userPrincipalName":"jdoe@example.com"}`

const azureadSelect = "accountEnabled,ageGroup,city,companyName,consentProvidedForMinor,country,department,employeeHireDate,employeeId," +
	"employeeOrgData,employeeType,faxNumber,mailNickname,onPremisesImmutableId,otherMails,passwordPolicies," +
	"postalCode,state,streetAddress,usageLocation"

// TestAzureADUser replays the life of a user of hashicorp/azuread: created, read, changed, given a manager, deleted.
func TestAzureADUser(t *testing.T) {
	c := start(t, Options{})
	boss := c.create("boss", nil)
	beta := func(id string) string { return c.s.URL() + "/beta/users/" + id }
	id := dig[string](c.want(201, "POST", "/users", azureadUser), "id")
	c.want(204, "PATCH", beta(id), object{"@odata.type": "#microsoft.graph.user", "showInAddressList": true})
	read := func(manager int) {
		t.Helper()
		if got := c.want(200, "GET", "/users/"+id, nil); got["displayName"] != "J. Doe" || got["mail"] != nil {
			t.Errorf("got %v", got)
		}
		if got := c.want(200, "GET", "/users/"+id+"?$select="+azureadSelect, nil); got["accountEnabled"] != true || got["usageLocation"] != nil {
			t.Errorf("got %v", got)
		}
		if got := c.want(200, "GET", beta(id)+"?$select=showInAddressList", nil); got["showInAddressList"] != true {
			t.Errorf("got %v", got)
		}
		c.want(manager, "GET", "/users/"+id+"/manager", nil)
	}
	read(404)
	c.want(204, "PATCH", "/users/"+id, object{"usageLocation": nil, "city": nil,
		"employeeOrgData": object{"costCenter": nil, "division": nil}, "otherMails": []string{}})
	c.want(204, "PUT", "/users/"+id+"/manager/$ref", c.ref("directoryObjects", boss))
	read(200)
	c.want(204, "DELETE", "/users/"+id+"/manager/$ref", nil)
	c.want(204, "PATCH", "/users/"+id, object{"usageLocation": "DE"})
	c.fails(400, "Request_BadRequest", "usageLocation", "PATCH", "/users/"+id, object{"usageLocation": nil})
	c.want(204, "DELETE", "/users/"+id, nil)
	c.fails(404, "Request_ResourceNotFound", "", "GET", "/users/"+id, nil)
}

func ids(body object) []string {
	var out []string
	for _, v := range dig[[]any](body, "value") {
		if text, isText := v.(string); isText {
			out = append(out, text)
		} else if id, isID := v.(object)["id"].(string); isID {
			out = append(out, id)
		} else {
			ref, _ := v.(object)["@odata.id"].(string)
			out = append(out, ref[strings.LastIndex(ref, "/")+1:])
		}
	}
	slices.Sort(out)
	return out
}

func sortedIDs(ids ...string) string {
	slices.Sort(ids)
	return fmt.Sprint(ids)
}

// TestObjects: what takes objects of several kinds knows users, groups and the application that signs in.
func TestObjects(t *testing.T) {
	c := start(t, Options{Permissions: append([]string{"Application.Read.All", "Directory.Read.All"}, DefaultPermissions...)})
	app := c.s.store.principal
	ann, bo := c.create("ann", nil), c.create("bo", nil)
	inner := c.createGroup("inner", object{"owners@odata.bind": []string{c.s.URL() + "/v1.0/servicePrincipals/" + app},
		"members@odata.bind": []string{c.s.URL() + "/v1.0/directoryObjects/" + ann}})
	outer := c.createGroup("outer", nil)
	c.want(204, "POST", "/groups/"+outer+"/members/$ref", c.ref("groups", inner))
	c.want(204, "POST", "/groups/"+outer+"/members/$ref", c.ref("directoryObjects", app))
	c.want(204, "POST", "/groups/"+outer+"/owners/$ref", c.ref("directoryObjects", app))
	c.fails(400, "Request_BadRequest", "service principals can be owners", "POST", "/groups/"+outer+"/owners/$ref", c.ref("groups", inner))
	for path, kind := range map[string]string{ann: "user", inner: "group", app: "servicePrincipal"} {
		if got := c.want(200, "GET", "/directoryObjects/"+path, nil); got["@odata.type"] != "#microsoft.graph."+kind || got["id"] != path {
			t.Errorf("%s: got %v", kind, got)
		}
	}
	c.fails(404, "Request_ResourceNotFound", "", "GET", "/directoryObjects/ann@example.com", nil)
	if got := c.want(200, "GET", "/servicePrincipals(appId='"+c.s.ClientID()+"')", nil); got["id"] != app {
		t.Errorf("got %v", got)
	}
	for _, tt := range []struct {
		path string
		body object // nil: read
		want string
	}{
		{"/directoryObjects/getByIds", object{"ids": []string{ann, app, "2f5c1d3e-0000-4c56-9b1e-6d7a40f3c001", outer}},
			sortedIDs(ann, app, outer)},
		{"/directoryObjects/getByIds", object{"ids": []string{ann, app, outer}, "types": []string{"group"}}, sortedIDs(outer)},
		{"/groups/" + outer + "/owners", nil, sortedIDs(app)},
		{"/groups/" + outer + "/members", nil, sortedIDs(app, inner)},
		{"/groups/" + outer + "/members/$ref", nil, sortedIDs(app, inner)},
		{"/users/ann@example.com/checkMemberGroups", object{"groupIds": []string{outer, bo}}, sortedIDs(outer)},
		{"/users/" + bo + "/checkMemberGroups", object{"groupIds": []string{outer, inner}}, sortedIDs()},
		{"/directoryObjects/" + inner + "/checkMemberObjects", object{"ids": []string{outer}}, sortedIDs(outer)},
		{"/users/" + ann + "/getMemberGroups", object{"securityEnabledOnly": true}, sortedIDs(inner, outer)},
		{"/groups/" + inner + "/getMemberObjects", object{"securityEnabledOnly": false}, sortedIDs(outer)},
	} {
		method := "POST"
		var body any = tt.body
		if tt.body == nil {
			method, body = "GET", nil
		}
		if got := fmt.Sprint(ids(c.want(200, method, tt.path, body))); got != tt.want {
			t.Errorf("%s %v: got %s, expected %s", tt.path, tt.body, got, tt.want)
		}
	}
	c.fails(400, "BadRequest", "groupIds", "POST", "/users/"+ann+"/checkMemberGroups", object{"ids": []string{outer}})
	c.fails(400, "Request_BadRequest", "maximum of 20", "POST", "/users/"+ann+"/checkMemberGroups",
		object{"groupIds": slices.Repeat([]string{outer}, 21)})
	c.fails(400, "Request_BadRequest", "securityEnabledOnly", "POST", "/groups/"+inner+"/getMemberGroups", object{"securityEnabledOnly": true})
	c.want(204, "DELETE", "/groups/"+outer+"/members/"+app+"/$ref", nil)
	c.want(204, "DELETE", "/groups/"+outer+"/owners/"+app+"/$ref", nil)
	c.fails(404, "Request_ResourceNotFound", "", "DELETE", "/groups/"+outer+"/owners/"+app+"/$ref", nil)
}

func TestSearch(t *testing.T) {
	c := start(t, Options{})
	ann := c.create("ann", object{"displayName": "Ann-Marie van Dyk", "mail": "ann@example.com"})
	bo := c.create("bo", object{"displayName": "Bo Dyke", "mail": "bo@example.com"})
	c.fails(400, "Request_UnsupportedQuery", "ConsistencyLevel: eventual", "GET", `/users?$search="displayName:dyk"`, nil)
	for search, want := range map[string]string{
		`"displayName:dyk"`:       sortedIDs(ann, bo),
		`"displayName:marie van"`: sortedIDs(ann), `"displayName:arie"`: sortedIDs(), `"mail:bo@"`: sortedIDs(bo),
		`"displayName:dyk" AND "mail:ann"`: sortedIDs(ann), `"mail:bo" OR "mail:ann"`: sortedIDs(ann, bo),
	} {
		if got := fmt.Sprint(ids(c.want(200, "GET", "/users?$search="+search, nil, "ConsistencyLevel", "eventual"))); got != want {
			t.Errorf("%s: got %s, expected %s", search, got, want)
		}
	}
	c.fails(400, "BadRequest", "not valid", "GET", "/users?$search=dyk", nil, "ConsistencyLevel", "eventual")
	c.fails(400, "Request_UnsupportedQuery", "'department' is not searchable", "GET",
		`/users?$search="department:x"`, nil, "ConsistencyLevel", "eventual")
}

func TestLicenseDetails(t *testing.T) {
	c := start(t, Options{})
	id := c.create("ann", object{"usageLocation": "DE"})
	sku := DefaultLicenses()[1]
	plan := sku.Plans["AAD_PREMIUM"]
	c.want(200, "POST", "/users/"+id+"/assignLicense",
		object{"addLicenses": []object{{"skuId": sku.ID, "disabledPlans": []string{plan}}}, "removeLicenses": []string{}})
	got := dig[[]any](c.want(200, "GET", "/users/"+id+"/licenseDetails", nil), "value")
	if len(got) != 1 || dig[string](got, 0, "skuPartNumber") != "AAD_PREMIUM" ||
		dig[string](got, 0, "servicePlans", 0, "provisioningStatus") != "Disabled" {
		t.Errorf("got %v", got)
	}
}

// TestGuardedPeople: people who hold a role, and members of restricted units, refuse what others take.
func TestGuardedPeople(t *testing.T) {
	const refused = "Authorization_RequestDenied"
	sensitive := []object{{"accountEnabled": false}, {"userPrincipalName": "x@example.com"},
		{"passwordProfile": object{"password": "N3w-Secret!"}}, {"mobilePhone": "+49 1"}}
	c := start(t, Options{})
	admin, plain, unit := c.create("admin", nil), c.create("plain", nil), c.create("unit", nil)
	team := c.createGroup("team", nil)
	c.s.AssignRole(admin, "Helpdesk Administrator")
	c.s.Restrict(unit)
	c.s.Restrict(team)
	for _, body := range sensitive {
		c.fails(403, refused, "", "PATCH", "/users/"+admin, body)
		c.fails(403, refused, "", "PATCH", "/users/admin@example.com", body)
		c.fails(403, refused, "", "PATCH", "/users/"+unit, body)
	}
	c.fails(403, refused, "", "DELETE", "/users/"+admin, nil)
	c.fails(403, refused, "", "PATCH", "/users/"+unit, object{"city": "Ulm"})
	c.fails(403, refused, "", "PUT", "/users/"+unit+"/manager/$ref", c.ref("users", plain))
	c.fails(403, refused, "", "POST", "/groups/"+team+"/members/$ref", c.ref("users", plain))
	c.want(204, "PATCH", "/users/"+admin, object{"city": "Ulm", "department": "IT"})
	c.want(200, "GET", "/users/"+unit, nil)
	c.want(200, "POST", "/users/"+unit+"/checkMemberGroups", object{"groupIds": []string{team}})
	c.s.AssignRole(admin, "")
	c.want(204, "DELETE", "/users/"+admin, nil)

	c = start(t, Options{Administrator: true})
	admin = c.create("admin", nil)
	c.s.AssignRole(admin, "Helpdesk Administrator")
	c.want(204, "PATCH", "/users/"+admin, sensitive[0])
}
