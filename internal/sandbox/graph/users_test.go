// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"compress/gzip"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRefusedProperties(t *testing.T) {
	c := start(t, Options{})
	id := c.create("ann", nil)
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, test := range []struct {
		body    object
		code    string
		message string
	}{
		{object{"nickname": "x"}, "Request_BadRequest", "Invalid property 'nickname'."},
		{object{"department": 7}, "BadRequest", "Edm.String"},
		{object{"accountEnabled": "true"}, "BadRequest", "Edm.Boolean"},
		{object{"employeeHireDate": "2026-05-01"}, "BadRequest", "Edm.DateTimeOffset"},
		{object{"businessPhones": "+1"}, "BadRequest", "collection"},
		{object{"businessPhones": []string{"+1", "+2"}}, "Request_BadRequest", "businessPhones"},
		{object{"businessPhones": nil}, "Request_BadRequest", "businessPhones"},
		{object{"employeeOrgData": "x"}, "BadRequest", "microsoft.graph.employeeOrgData"},
		{object{"employeeOrgData": object{"cost": "x"}}, "BadRequest", "'cost'"},
		{object{"onPremisesExtensionAttributes": object{"extensionAttribute16": "x"}}, "BadRequest", "extensionAttribute16"},
		{object{"onPremisesExtensionAttributes": object{"extensionAttribute1": long(1025)}}, "Request_BadRequest", "extensionAttribute1"},
		{object{"department": ""}, "Request_BadRequest", "Invalid value specified for property 'department' of resource 'User'."},
		{object{"department": long(65)}, "Request_BadRequest", "department"},
		{object{"employeeId": long(17)}, "Request_BadRequest", "employeeId"},
		{object{"displayName": nil}, "Request_BadRequest", "displayName"},
		{object{"usageLocation": "Germany"}, "Request_BadRequest", "usageLocation"},
		{object{"mailNickname": "a b"}, "Request_BadRequest", "mailNickname"},
		{object{"mail": "änn@example.com"}, "Request_BadRequest", "mail"},
		{object{"ageGroup": "old"}, "Request_BadRequest", "ageGroup"},
		{object{"onPremisesImmutableId": "a_b"}, "Request_BadRequest", "onPremisesImmutableId"},
		{object{"createdDateTime": "2026-05-01T00:00:00Z"}, "Request_BadRequest", "Property 'createdDateTime' is read-only and cannot be set."},
		{object{"proxyAddresses": []string{"smtp:x@example.com"}}, "Request_BadRequest", "read-only"},
		{object{"userPrincipalName": "ann@other.example"}, "Request_BadRequest", "verified domain names"},
		{object{"userPrincipalName": "änn@example.com"}, "Request_BadRequest", "Property userPrincipalName is invalid."},
		{object{"userPrincipalName": "ann.@example.com"}, "Request_BadRequest", "Property userPrincipalName is invalid."},
		{object{"passwordProfile": object{"password": "lowercase"}}, "Request_BadRequest", "does not comply with password complexity requirements"},
		{object{"passwordProfile": object{"password": "Sh0rt!"}}, "Request_BadRequest", "complexity"},
		{object{"passwordProfile": nil}, "Request_BadRequest", "passwordProfile"},
	} {
		c.fails(400, test.code, test.message, "PATCH", "/users/"+id, test.body)
		body := person("new", nil)
		maps.Copy(body, test.body)
		c.fails(400, test.code, test.message, "POST", "/users", body)
	}
	c.fails(403, "accessDenied", "", "PATCH", "/users/"+id, object{"skills": []string{"Go"}})
	c.fails(400, "BadRequest", "Content-Type", "PATCH", "/users/"+id, object{"city": "x"}, "Content-Type", "")
	c.fails(400, "BadRequest", "JSON", "PATCH", "/users/"+id, `{"city":`)
	if n := len(c.s.Users()); n != 1 || c.s.User(id)["displayName"] != "ann" {
		t.Errorf("%d users, %v", n, c.s.User(id))
	}
}

func TestCompressedBodies(t *testing.T) {
	c := start(t, Options{})
	id := c.create("ann", nil)
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write([]byte(`{"city":"Ulm"}`)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	c.want(204, "PATCH", "/users/"+id, zipped.String(), "Content-Encoding", "gzip")
	c.fails(400, "BadRequest", "JSON", "PATCH", "/users/"+id, `{"city":"Bonn"}`, "Content-Encoding", "gzip")
	if c.s.User(id)["city"] != "Ulm" {
		t.Errorf("got %v", c.s.User(id))
	}
}

func TestRequiredProperties(t *testing.T) {
	c := start(t, Options{FederatedDomains: []string{InitialDomain}})
	for _, name := range []string{"accountEnabled", "displayName", "mailNickname", "userPrincipalName"} {
		c.fails(400, "Request_BadRequest", "A value is required for property '"+name+"' of resource 'User'.", "POST", "/users", person("ann", object{name: nil}))
	}
	c.fails(400, "Request_BadRequest", "A password must be specified", "POST", "/users", person("ann", object{"passwordProfile": nil}))
	federated := object{"userPrincipalName": "ann@" + InitialDomain}
	c.fails(400, "Request_BadRequest", "onPremisesImmutableId", "POST", "/users", person("ann", federated))
	federated["onPremisesImmutableId"] = "AAECAwQFBgcICQoLDA0ODw=="
	c.create("ann", federated)
	if r := c.fails(400, "Request_BadRequest", "onPremisesImmutableId", "POST", "/users", person("bob", object{"onPremisesImmutableId": "AAECAwQFBgcICQoLDA0ODw=="})); dig[string](r.Body, "error", "details", 0, "code") != "ObjectConflict" {
		t.Errorf("details: %s", r.Raw)
	}
}

func TestConflictsAreBadRequests(t *testing.T) {
	c := start(t, Options{})
	c.create("ann", object{"mail": "ann.lee@example.com", "employeeId": "7"})
	bob := c.create("bob", object{"employeeId": "7"})
	r := c.fails(400, "Request_BadRequest", "Another object with the same value for property userPrincipalName already exists.", "POST", "/users", person("new", object{"userPrincipalName": "ANN@example.com"}))
	if dig[string](r.Body, "error", "details", 0, "code") != "ObjectConflict" || dig[string](r.Body, "error", "details", 0, "target") != "userPrincipalName" {
		t.Errorf("details: %s", r.Raw)
	}
	c.fails(400, "Request_BadRequest", "userPrincipalName", "PATCH", "/users/"+bob, object{"userPrincipalName": "ann@example.com"})
	c.fails(400, "Request_BadRequest", "proxyAddresses", "PATCH", "/users/"+bob, object{"mail": "Ann.Lee@example.com"})
	// Nicknames and employee ids are not unique.
	c.want(204, "PATCH", "/users/"+bob, object{"mailNickname": "ann"})
	c.want(204, "PATCH", "/users/"+bob, object{"mail": "bob@example.com"})
	c.want(204, "PATCH", "/users/"+bob, object{"mail": "robert@example.com"})
	if got := c.want(200, "GET", "/users/"+bob+"?$select=mail,proxyAddresses", nil); got["mail"] != "robert@example.com" || len(dig[[]any](got, "proxyAddresses")) != 2 || dig[string](got, "proxyAddresses", 0) != "SMTP:robert@example.com" {
		t.Errorf("addresses: %v", got)
	}
	c.want(204, "PATCH", "/users/"+bob, object{"mail": nil})
	if got := c.want(200, "GET", "/users/"+bob+"?$select=mail,proxyAddresses", nil); got["mail"] != nil || got["proxyAddresses"] == nil || len(dig[[]any](got, "proxyAddresses")) != 0 {
		t.Errorf("addresses after mail was cleared: %v", got)
	}
}

func TestSelectedPropertiesOnly(t *testing.T) {
	now := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	c := start(t, Options{Clock: func() time.Time { return now }})
	id := c.create("ann", object{"employeeHireDate": "2026-06-01T02:00:00+02:00", "employeeOrgData": object{"costCenter": "7"}, "otherMails": []string{"a@example.org"},
		"onPremisesExtensionAttributes": object{"extensionAttribute1": "one"}})
	defaults := c.want(200, "GET", "/users/"+id, nil)
	var got []string
	for name := range defaults {
		got = append(got, name)
	}
	slices.Sort(got)
	if want := "@odata.context businessPhones displayName givenName id jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName"; strings.Join(got, " ") != want {
		t.Errorf("default properties: %v", got)
	}
	c.want(204, "PATCH", "/users/"+id, object{"onPremisesExtensionAttributes": object{"extensionAttribute2": "two"}, "employeeOrgData": object{"division": "North"}})
	sel := c.want(200, "GET", "/users/"+id+"?$select=employeeHireDate,employeeOrgData,onPremisesExtensionAttributes,passwordProfile,createdDateTime,lastPasswordChangeDateTime,assignedLicenses", nil)
	if sel["employeeHireDate"] != "2026-06-01T00:00:00Z" || sel["id"] != nil || sel["createdDateTime"] != "2026-05-01T08:00:00Z" || len(dig[[]any](sel, "assignedLicenses")) != 0 {
		t.Errorf("selected: %v", sel)
	}
	if v := dig[object](sel, "employeeOrgData"); v["division"] != "North" || v["costCenter"] != nil {
		t.Errorf("organization data is written as a whole: %v", v)
	}
	if v := dig[object](sel, "onPremisesExtensionAttributes"); v["extensionAttribute1"] != "one" || v["extensionAttribute2"] != "two" || len(v) != 15 {
		t.Errorf("extension attributes: %v", v)
	}
	if v := dig[object](sel, "passwordProfile"); v == nil || v["password"] != nil {
		t.Errorf("password profile: %v", v)
	}
	c.fails(400, "BadRequest", "Could not find a property named 'nickname'", "GET", "/users/"+id+"?$select=nickname", nil)
	if r := c.do("GET", "/users/"+id+"?$select=id", nil); r.Header.Get("x-ms-resource-unit") != "1" {
		t.Errorf("headers: %v", r.Header)
	}
}

func TestPermissions(t *testing.T) {
	c := start(t, Options{Permissions: []string{"User.ReadWrite.All"}})
	id := c.create("ann", nil)
	for _, test := range []struct {
		method, path string
		body         any
	}{
		{"PATCH", "/users/" + id, object{"department": "Sales", "employeeLeaveDateTime": "2026-05-01T00:00:00Z"}},
		{"POST", "/users", person("new", object{"employeeLeaveDateTime": "2026-05-01T00:00:00Z"})},
		{"PATCH", "/users/" + id, object{"passwordProfile": object{"password": "xWwvJ]6NMw+bWH-d"}}},
		{"PATCH", "/users/" + id, object{"customSecurityAttributes": object{}}},
		{"GET", "/users/" + id + "?$select=id,employeeLeaveDateTime", nil},
		{"GET", "/users?$select=customSecurityAttributes", nil},
		{"GET", "/roleManagement/directory/roleAssignments", nil},
		{"GET", "/groups", nil},
		{"POST", "/groups", object{}},
		{"GET", "/domains", nil},
		{"GET", "/users/" + id + "/authentication/temporaryAccessPassMethods", nil},
	} {
		c.fails(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", test.method, test.path, test.body)
	}
	if c.s.User(id)["department"] != nil {
		t.Error("a part of a call that was refused was carried out")
	}
	reader := start(t, Options{Permissions: []string{"User.Read.All", "User.EnableDisableAccount.All"}})
	ann := reader.s.AddUser(nil)
	reader.want(200, "GET", "/users", nil)
	reader.want(204, "PATCH", "/users/"+ann, object{"accountEnabled": false})
	reader.fails(403, "Authorization_RequestDenied", "", "PATCH", "/users/"+ann, object{"accountEnabled": true, "city": "Ulm"})
	reader.fails(403, "Authorization_RequestDenied", "", "DELETE", "/users/"+ann, nil)
}

func TestLeaveDate(t *testing.T) {
	c := start(t, Options{})
	id := c.create("ann", object{"employeeLeaveDateTime": "2026-05-01T00:00:00Z"})
	if got := c.want(200, "GET", "/users/"+id+"?$select=employeeLeaveDateTime", nil); got["employeeLeaveDateTime"] != "2026-05-01T00:00:00Z" {
		t.Errorf("got %v", got)
	}
}

func TestSynchronizedUsers(t *testing.T) {
	c := start(t, Options{})
	guid := [16]byte{1, 2, 3}
	id := c.s.SyncUser(guid, "ann", object{"userPrincipalName": "ann@example.com", "displayName": "Ann"})
	got := c.want(200, "GET", "/users/"+id+"?$select=onPremisesSyncEnabled,onPremisesImmutableId,onPremisesSamAccountName", nil)
	if got["onPremisesSyncEnabled"] != true || got["onPremisesImmutableId"] != "AQIDAAAAAAAAAAAAAAAAAA==" || got["onPremisesSamAccountName"] != "ann" {
		t.Errorf("got %v", got)
	}
	for _, body := range []object{{"department": "x"}, {"employeeHireDate": "2026-05-01T00:00:00Z"}, {"jobTitle": "x"}, {"employeeOrgData": object{"division": "x"}}, {"usageLocation": "DE", "city": "Ulm"},
		{"onPremisesExtensionAttributes": object{"extensionAttribute1": "x"}}, {"passwordProfile": object{"password": "xWwvJ]6NMw+bWH-d"}}} {
		c.fails(400, "Request_BadRequest", "Unable to update the specified properties for on-premises mastered Directory Sync objects", "PATCH", "/users/"+id, body)
	}
	boss := c.create("boss", nil)
	c.fails(400, "Request_BadRequest", "on-premises mastered", "PUT", "/users/"+id+"/manager/$ref", object{"@odata.id": c.s.URL() + "/v1.0/users/" + boss})
	c.want(204, "PATCH", "/users/"+id, object{"accountEnabled": false, "usageLocation": "DE", "otherMails": []string{"ann@example.org"}})
	c.s.Update(id, object{"onPremisesSyncEnabled": false})
	c.want(204, "PATCH", "/users/"+id, object{"department": "x"})
	c.fails(400, "Request_BadRequest", "originated within an external service", "PATCH", "/users/"+id, object{"onPremisesExtensionAttributes": object{"extensionAttribute1": "x"}})
}

func TestAddressingOfUsers(t *testing.T) {
	c := start(t, Options{})
	id := c.s.AddUser(object{"userPrincipalName": "jo_partner.example#EXT#@" + InitialDomain, "userType": "Guest"})
	quote := c.create("o'neil", object{"mailNickname": "oneil"})
	for path, want := range map[string]string{
		"/users/jo_partner.example%23EXT%23@" + InitialDomain: id, "/users/JO_partner.example%23ext%23@" + InitialDomain: id, "/users('o''neil@example.com')": quote, "/users/o'neil@example.com": quote,
		"/Users/" + strings.ToUpper(quote): quote,
	} {
		if got := c.want(200, "GET", path, nil); got["id"] != want {
			t.Errorf("%s: %v", path, got)
		}
	}
	c.fails(404, "Request_ResourceNotFound", "Resource 'nobody@example.com' does not exist or one of its queried reference-property objects are not present.", "GET", "/users/nobody@example.com", nil)
	c.fails(400, "BadRequest", "segment 'nothing'", "GET", "/users/"+id+"/nothing", nil)
	c.fails(405, "Request_BadRequest", "method", "PUT", "/users/"+id, object{})
	c.fails(400, "BadRequest", "$filter", "GET", "/users/"+id+"?$filter=id eq 'x'", nil, "ConsistencyLevel", "eventual")
}
