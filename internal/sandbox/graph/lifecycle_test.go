// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"strings"
	"testing"
	"time"
)

func TestDeletedUsers(t *testing.T) {
	clock := newClock()
	c := start(t, Options{Clock: clock.Now, DeletedRetention: 24 * time.Hour})
	id := c.create("ann", object{"mail": "ann@example.com", "employeeId": "7", "onPremisesImmutableId": "AAECAwQFBgcICQoLDA0ODw=="})
	c.want(204, "DELETE", "/users/ann@example.com", nil)
	c.fails(404, "Request_ResourceNotFound", "", "GET", "/users/"+id, nil)
	c.fails(400, "Request_BadRequest", "type", "GET", "/directory/deletedItems", nil)
	got := c.want(200, "GET", "/directory/deletedItems/microsoft.graph.user?$select=id,userPrincipalName,employeeId,deletedDateTime", nil)
	if want := strings.ReplaceAll(id, "-", "") + "ann@example.com"; dig[string](got, "value", 0, "userPrincipalName") != want || dig[string](got, "value", 0, "deletedDateTime") != "2026-05-01T08:00:00Z" {
		t.Errorf("deleted: %v", got)
	}
	if got := c.want(200, "GET", "/directory/deletedItems/"+id, nil); got["@odata.type"] != "#microsoft.graph.user" {
		t.Errorf("deleted: %v", got)
	}
	// The name and the address are free, the anchor is not.
	c.fails(400, "Request_BadRequest", "onPremisesImmutableId", "POST", "/users", person("new", object{"onPremisesImmutableId": "AAECAwQFBgcICQoLDA0ODw=="}))
	second := c.create("ann", object{"mail": "ann@example.com"})
	r := c.fails(400, "Request_BadRequest", "userPrincipalName", "POST", "/directory/deletedItems/"+id+"/restore", nil)
	if len(dig[[]any](r.Body, "error", "details")) != 2 {
		t.Errorf("details: %s", r.Raw)
	}
	c.fails(400, "Request_BadRequest", "proxyAddresses", "POST", "/directory/deletedItems/"+id+"/restore", object{"newUserPrincipalName": "ann2@example.com"})
	restored := c.want(200, "POST", "/directory/deletedItems/"+id+"/restore", object{"newUserPrincipalName": "ann2@example.com", "autoReconcileProxyConflict": true})
	if restored["id"] != id || restored["userPrincipalName"] != "ann2@example.com" || c.s.User(id)["deletedDateTime"] != nil {
		t.Errorf("restored: %v", restored)
	}
	if got := names(c.want(200, "GET", "/users?$filter=employeeId eq '7'", nil), "id"); len(got) != 1 {
		t.Errorf("found: %v", got)
	}
	c.fails(404, "Request_ResourceNotFound", "", "POST", "/directory/deletedItems/"+id+"/restore", nil)
	c.want(204, "DELETE", "/users/"+second, nil)
	if len(c.s.DeletedUsers()) != 1 {
		t.Errorf("deleted: %v", c.s.DeletedUsers())
	}
	clock.now = clock.now.Add(25 * time.Hour)
	c.signIn()
	c.fails(404, "Request_ResourceNotFound", "", "POST", "/directory/deletedItems/"+second+"/restore", nil)
	c.want(204, "DELETE", "/users/"+id, nil)
	c.want(204, "DELETE", "/directory/deletedItems/"+id, nil)
	c.fails(404, "Request_ResourceNotFound", "", "GET", "/directory/deletedItems/"+id, nil)
}

func TestDelta(t *testing.T) {
	clock := newClock()
	c := start(t, Options{Clock: clock.Now, TokenLifetime: 1000 * time.Hour})
	ann, bob, carl := c.create("ann", object{"city": "Ulm"}), c.create("bob", nil), c.create("carl", nil)
	first := c.want(200, "GET", "/users/delta?$select=displayName,city,manager", nil, "Prefer", "odata.maxpagesize=2")
	if len(names(first, "id")) != 2 || first["@odata.deltaLink"] != nil {
		t.Fatalf("first page: %v", first)
	}
	second := c.want(200, "GET", dig[string](first, "@odata.nextLink"), nil, "Prefer", "odata.maxpagesize=2")
	link := dig[string](second, "@odata.deltaLink")
	if len(names(second, "id")) != 1 || link == "" {
		t.Fatalf("second page: %v", second)
	}
	if empty := c.want(200, "GET", link, nil); len(names(empty, "id")) != 0 {
		t.Errorf("nothing changed: %v", empty)
	}
	c.want(204, "PATCH", "/users/"+ann, object{"city": nil})
	c.want(204, "PUT", "/users/"+ann+"/manager/$ref", c.ref("users", bob))
	c.want(204, "DELETE", "/users/"+bob, nil)
	c.want(204, "DELETE", "/users/"+carl, nil)
	c.want(204, "DELETE", "/directory/deletedItems/"+carl, nil)
	dora := c.create("dora", nil)
	got := map[string]object{}
	for _, v := range dig[[]any](c.want(200, "GET", link, nil), "value") {
		got[dig[string](v, "id")] = dig[object](v)
	}
	if _, cleared := got[ann]["city"]; !cleared || dig[string](got[ann], "manager@delta", 0, "id") != bob || dig[string](got[bob], "@removed", "reason") != "changed" ||
		dig[string](got[carl], "@removed", "reason") != "deleted" || got[dora]["displayName"] != "dora" || len(got) != 4 {
		t.Errorf("changes: %v", got)
	}
	if latest := c.want(200, "GET", "/users/delta?$deltatoken=latest", nil); len(names(latest, "id")) != 0 || latest["@odata.deltaLink"] == nil {
		t.Errorf("latest: %v", latest)
	}
	if one := c.want(200, "GET", "/users/delta?$filter=id eq '"+ann+"' or id eq '"+bob+"'", nil); len(names(one, "id")) != 1 {
		t.Errorf("filtered: %v", one)
	}
	c.fails(400, "Request_UnsupportedQuery", "id only", "GET", "/users/delta?$filter=city eq 'Ulm'", nil)
	c.fails(400, "Request_BadRequest", "$top", "GET", "/users/delta?$top=5", nil)
	clock.now = clock.now.Add(8 * 24 * time.Hour)
	if r := c.fails(410, "syncStateNotFound", "", "GET", link, nil); r.Header.Get("Location") == "" {
		t.Errorf("headers: %v", r.Header)
	}
}

func TestSessionsAndPasses(t *testing.T) {
	clock := newClock()
	c := start(t, Options{Clock: clock.Now})
	id := c.create("ann", nil)
	clock.now = clock.now.Add(time.Minute)
	if got := c.want(200, "POST", "/users/"+id+"/revokeSignInSessions", nil); got["value"] != true || c.s.User(id)["signInSessionsValidFromDateTime"] != "2026-05-01T08:01:00Z" {
		t.Errorf("revoked: %v", got)
	}
	const since = "signInSessionsValidFromDateTime" // only on $select, and only revoking changes it
	c.fails(400, "Request_BadRequest", since, "PATCH", "/users/"+id, object{since: "2027-01-01T00:00:00Z"})
	c.want(204, "PATCH", "/users/"+id, object{"accountEnabled": false})
	if got := c.want(200, "GET", "/users/"+id+"?$select="+since, nil); got[since] != "2026-05-01T08:01:00Z" {
		t.Errorf("read: %v", got)
	}
	if got, shown := c.want(200, "GET", "/users/"+id, nil)[since]; shown {
		t.Errorf("shown unasked: %v", got)
	}
	path := "/users/" + id + "/authentication/temporaryAccessPassMethods"
	for _, body := range []object{{"lifetimeInMinutes": 5}, {"startDateTime": "2020-01-01T00:00:00Z"}, {"startDateTime": 7}} {
		c.fails(400, "badRequest", "policy", "POST", path, body)
	}
	c.fails(400, "BadRequest", "Edm.Boolean", "POST", path, object{"isUsableOnce": "yes"})
	c.fails(400, "BadRequest", "'color'", "POST", path, object{"color": "red"})
	pass := c.want(201, "POST", path, object{"lifetimeInMinutes": 60, "isUsableOnce": true, "startDateTime": "2026-05-01T09:00:00Z"})
	if len(dig[string](pass, "temporaryAccessPass")) != 8 || pass["methodUsabilityReason"] != "NotYetValid" || pass["isUsableOnce"] != true {
		t.Errorf("pass: %v", pass)
	}
	c.fails(400, "badRequest", "already", "POST", path, object{})
	if got := c.want(200, "GET", path+"/"+dig[string](pass, "id"), nil); got["temporaryAccessPass"] != nil {
		t.Errorf("shown twice: %v", got)
	}
	clock.now = clock.now.Add(3 * time.Hour)
	c.signIn()
	if got := c.want(200, "GET", path, nil); dig[string](got, "value", 0, "methodUsabilityReason") != "Expired" {
		t.Errorf("passes: %v", got)
	}
	pass = c.want(201, "POST", path, object{})
	c.want(204, "DELETE", path+"/"+dig[string](pass, "id"), nil)
	c.fails(404, "resourceNotFound", "", "DELETE", path+"/"+dig[string](pass, "id"), nil)
}

func TestLicenses(t *testing.T) {
	c := start(t, Options{})
	skus := c.want(200, "GET", "/subscribedSkus", nil)
	if len(dig[[]any](skus, "value")) != 2 || dig[string](skus, "value", 1, "skuPartNumber") != "AAD_PREMIUM" {
		t.Fatalf("subscriptions: %v", skus)
	}
	e3, premium := dig[string](skus, "value", 0, "skuId"), dig[string](skus, "value", 1, "skuId")
	plan := dig[string](skus, "value", 0, "servicePlans", 0, "servicePlanId")
	add := func(sku string, disabled ...string) object {
		return object{"addLicenses": []object{{"skuId": sku, "disabledPlans": append([]string{}, disabled...)}}, "removeLicenses": []string{}}
	}
	ann := c.create("ann", nil)
	c.fails(400, "Request_BadRequest", "invalid usage location", "POST", "/users/"+ann+"/assignLicense", add(premium))
	for _, name := range []string{"bob", "carl"} {
		c.want(200, "POST", "/users/"+c.create(name, object{"usageLocation": "DE"})+"/assignLicense", add(premium))
	}
	c.want(204, "PATCH", "/users/"+ann, object{"usageLocation": "DE"})
	c.fails(400, "Request_BadRequest", "does not have any available licenses", "POST", "/users/"+ann+"/assignLicense", add(premium))
	c.want(204, "DELETE", "/users/bob@example.com", nil)
	c.want(200, "POST", "/users/"+ann+"/assignLicense", add(premium))
	if got := c.want(200, "GET", "/subscribedSkus", nil); dig[float64](got, "value", 1, "consumedUnits") != 2 {
		t.Errorf("consumed: %v", got)
	}
	c.fails(400, "BadRequest", "missing", "POST", "/users/"+ann+"/assignLicense", object{"addLicenses": []object{}})
	c.fails(400, "Request_BadRequest", "valid company License", "POST", "/users/"+ann+"/assignLicense", add("11111111-1111-1111-1111-111111111111"))
	c.fails(400, "Request_BadRequest", "service plan", "POST", "/users/"+ann+"/assignLicense", add(e3, "11111111-1111-1111-1111-111111111111"))
	c.fails(400, "Request_BadRequest", "does not have a corresponding license", "POST", "/users/"+ann+"/assignLicense", object{"addLicenses": []object{}, "removeLicenses": []string{e3}})
	c.want(200, "POST", "/users/"+ann+"/assignLicense", add(e3, plan))
	c.want(200, "POST", "/users/"+ann+"/assignLicense", object{"addLicenses": []object{}, "removeLicenses": []string{premium}})
	got := c.want(200, "GET", "/users/"+ann+"?$select=assignedLicenses,licenseAssignmentStates,assignedPlans", nil)
	if dig[string](got, "assignedLicenses", 0, "disabledPlans", 0) != plan || len(dig[[]any](got, "assignedPlans")) != 2 || dig[string](got, "licenseAssignmentStates", 0, "state") != "Active" {
		t.Errorf("licences: %v", got)
	}
	if found := names(c.want(200, "GET", "/users?$filter=assignedLicenses/any(x:x/skuId eq "+e3+")", nil), "id"); len(found) != 1 || found[0] != ann {
		t.Errorf("found: %v", found)
	}
}

func TestTenant(t *testing.T) {
	c := start(t, Options{})
	c.s.AddDomain("example.org")
	body := c.want(200, "GET", "/domains", nil)
	if len(dig[[]any](body, "value")) != 3 || dig[bool](body, "value", 0, "isDefault") != true || dig[bool](body, "value", 1, "isInitial") != true {
		t.Errorf("domains: %v", body)
	}
	c.want(200, "GET", "/domains/Example.ORG", nil)
	c.fails(404, "Request_ResourceNotFound", "", "GET", "/domains/other.example", nil)
	c.create("ann", object{"userPrincipalName": "ann@example.org"})
	c.s.SyncUser(NewGUID(), "bob", nil)
	got := c.want(200, "GET", "/organization", nil)
	if dig[string](got, "value", 0, "id") != c.s.TenantID() || len(dig[[]any](got, "value", 0, "verifiedDomains")) != 3 || dig[any](got, "value", 0, "onPremisesSyncEnabled") != true {
		t.Errorf("organization: %v", got)
	}
}

// TestFates: a write is refused, carried out without an answer, or neither; after a cut nothing is answered. A token is no write.
func TestFates(t *testing.T) {
	for name, tt := range map[string]struct {
		fate       Fate
		done, hung bool
	}{
		"refused": {fate: Refuse}, "request lost": {fate: LoseRequest}, "answer lost": {fate: LoseAnswer, done: true},
		"cut before": {fate: CutBefore, hung: true}, "cut after": {fate: CutAfter, done: true, hung: true},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, Options{})
			id, seen := c.create("ann", nil), 0
			c.s.Intercept(func(string, string) Fate { seen++; return tt.fate })
			c.signIn()
			reply, err := c.try("PATCH", "/users/"+id, object{"city": "Ulm"})
			if refused := tt.fate == Refuse; seen != 1 || refused != (err == nil) || refused && reply.Status != 403 {
				t.Errorf("seen %d, %v, %v", seen, reply, err)
			}
			if done := c.s.User(id)["city"] == "Ulm"; done != tt.done {
				t.Errorf("done %t", done)
			}
			if _, err := c.try("GET", "/users/"+id, nil); (err != nil) != tt.hung {
				t.Errorf("afterwards: %v", err)
			}
			c.s.Hang(false)
			c.want(200, "GET", "/users/"+id, nil)
		})
	}
}
