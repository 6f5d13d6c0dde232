// SPDX-License-Identifier: MPL-2.0

package graph

// License is a subscription of the tenant.
type License struct {
	ID, PartNumber string // skuId, skuPartNumber
	Units          int    // how many users may have it
	// Plans are the service plans: id by name.
	Plans map[string]string
}

// DefaultLicenses are the subscriptions of a tenant unless Options say otherwise.
func DefaultLicenses() []License {
	return []License{
		{ID: "05e9a617-0261-4cee-bb44-138d3ef5d965", PartNumber: "SPE_E3", Units: 20000, Plans: map[string]string{
			"EXCHANGE_S_ENTERPRISE": "efb87545-963c-4e0d-99df-69c6916d9eb0", "TEAMS1": "57ff2da0-773e-42df-b2af-ffb7a2317929", "SHAREPOINTENTERPRISE": "5dbe027f-2339-4123-9542-606e4d348a72"}},
		{ID: "078d2b04-f1bd-4111-bbd4-b4b1b354cef4", PartNumber: "AAD_PREMIUM", Units: 2, Plans: map[string]string{"AAD_PREMIUM": "41781fb2-bc02-4b7c-bd55-b576c07bb09d"}},
	}
}
