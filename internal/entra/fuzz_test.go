// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// FuzzPage holds that a page of users is refused, or every object of it becomes one user with an id,
// whose account the accounts document carries unharmed.
func FuzzPage(f *testing.F) {
	tenant, _, _ := open(f, graph.Options{})
	base := tenant.client.Base()
	f.Add(`{"value":[{"id":"1","accountEnabled":true,"userPrincipalName":"a@example.com","employeeId":"7","businessPhones":["1"],
		"manager":{"id":"2","userPrincipalName":"b@example.com"}}],"@odata.nextLink":"` + base + `/users?$skiptoken=x"}`)
	f.Add(`{"value":[{"id":"1","accountEnabled":false,"employeeHireDate":"2026-01-01T00:00:00Z",
		"onPremisesExtensionAttributes":{"extensionAttribute1":"x","extensionAttribute15":"left 2026-01-01"}}]}`)
	f.Add(`{"value":[{"id":"1","accountEnabled":true},{"id":"2","accountEnabled":true}],"VALUE":[{}]}`)
	f.Add(`{"value":[null]}`)
	f.Add(`{"value":[{"id":"1","accountEnabled":null}],"error":null}`)
	f.Add(`{"value":[],"@odata.nextLink":"https://elsewhere.example.com/users"}`)
	f.Add(`{"value":[{"id":"1","accountEnabled":true,"manager":{"@odata.type":"#microsoft.graph.orgContact","id":"3"},"assignedLicenses":[{"skuId":"x"}]}]}`)
	properties, _ := tenant.query()
	format := directory.Format{}
	f.Fuzz(func(t *testing.T, body string) {
		if _, err := tenant.client.NextPage([]byte(body)); err != nil {
			return
		}
		var users []*user
		if err := tenant.eachUser([]byte(body), properties, func(u *user) { users = append(users, u) }); err != nil {
			return
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
	})
}
