// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"slices"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestHostilePages holds that a page of users is refused, or every object of it becomes one user with an id, whose account
// the accounts document carries unharmed. What is no page is fuzzed in package graphconn: here the compiler would
// instrument the models of Graph, for which it needs half an hour and 4 GB.
func TestHostilePages(t *testing.T) {
	tenant, _, _ := open(t, graph.Options{})
	base := tenant.client.Base()
	var pages []string
	add := func(page string) { pages = append(pages, page) }
	add(`{"value":[{"id":"1","accountEnabled":true,"userPrincipalName":"a@example.com","employeeId":"7","businessPhones":["1"],
		"manager":{"id":"2","userPrincipalName":"b@example.com"}}],"@odata.nextLink":"` + base + `/users?$skiptoken=x"}`)
	add(`{"value":[{"id":"1","accountEnabled":false,"employeeHireDate":"2026-01-01T00:00:00Z",
		"onPremisesExtensionAttributes":{"extensionAttribute1":"x","extensionAttribute15":"left 2026-01-01"}}]}`)
	add(`{"value":[{"id":"1","accountEnabled":true},{"id":"2","accountEnabled":true}],"VALUE":[{}]}`)
	add(`{"value":[null]}`)
	add(`{"value":[{"id":"1","accountEnabled":null}],"error":null}`)
	add(`{"value":[],"@odata.nextLink":"https://elsewhere.example.com/users"}`)
	add(`{"value":[{"id":"1","accountEnabled":true,"manager":{"@odata.type":"#microsoft.graph.orgContact","id":"3"},"assignedLicenses":[{"skuId":"x"}]}]}`)
	properties, _ := tenant.query()
	format := directory.Format{}
	for _, whole := range slices.Clone(pages) {
		for at := 0; at < len(whole); at += 7 { // cut off, and with a byte missing
			pages = append(pages, whole[:at], whole[:at]+whole[at+1:])
		}
	}
	for _, body := range pages {
		if _, err := tenant.client.NextPage([]byte(body)); err != nil {
			continue
		}
		var users []*user
		if err := tenant.eachUser([]byte(body), properties, func(u *user) { users = append(users, u) }); err != nil {
			continue
		}
		objects, err := graphconn.Objects([]byte(body))
		if err != nil || len(objects) != len(users) {
			t.Fatalf("%d users of %d objects, %v", len(users), len(objects), err)
		}
		for _, u := range users {
			e := u.existing()
			if e.ID == "" {
				t.Fatal("a user without an id")
			}
			doc, err := format.Marshal(e.Account)
			if err != nil {
				continue // what the directory holds and a document cannot is no rule of ours
			}
			back, err := format.Unmarshal(doc)
			if err != nil {
				t.Fatalf("%s cannot be read again: %v", doc, err)
			}
			if again, err := format.Marshal(back); err != nil || again != doc {
				t.Fatalf("%s became %s, %v", doc, again, err)
			}
		}
	}
}
