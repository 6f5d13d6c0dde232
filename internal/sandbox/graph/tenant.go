// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"slices"
	"strings"
)

func (s *Server) domain(name string) object {
	kind := "Managed"
	if slices.ContainsFunc(s.options.FederatedDomains, func(d string) bool { return strings.EqualFold(d, name) }) {
		kind = "Federated"
	}
	return object{
		"id": name, "authenticationType": kind, "availabilityStatus": nil, "isAdminManaged": true, "isDefault": name == s.store.domains[0], "isInitial": strings.HasSuffix(name, ".onmicrosoft.com"),
		"isRoot": true, "isVerified": true, "supportedServices": []any{"Email", "OfficeCommunicationsOnline"}, "passwordValidityPeriodInDays": nil, "passwordNotificationWindowInDays": nil,
		"manufacturer": nil, "model": nil, "state": nil,
	}
}

func listDomains(s *Server, _ *call) (*answer, error) {
	value := []any{}
	for _, d := range s.store.domains {
		value = append(value, s.domain(d))
	}
	return ok(object{"@odata.context": s.context("domains"), "value": value}), nil
}

func getDomain(s *Server, c *call) (*answer, error) {
	i := slices.IndexFunc(s.store.domains, func(d string) bool { return strings.EqualFold(d, c.param(0)) })
	if i < 0 {
		return nil, notFound(c.param(0))
	}
	body := s.domain(s.store.domains[i])
	body["@odata.context"] = s.context("domains/$entity")
	return ok(body), nil
}

func listOrganization(s *Server, _ *call) (*answer, error) {
	domains := []any{}
	for i, d := range s.store.domains {
		domains = append(domains, object{"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": i == 0, "isInitial": strings.HasSuffix(d, ".onmicrosoft.com"), "name": d, "type": s.domain(d)["authenticationType"]})
	}
	synced := any(nil)
	if slices.ContainsFunc(s.store.all(kindUser, false), func(e *entry) bool { return e.props["onPremisesSyncEnabled"] == true }) {
		synced = true
	}
	return ok(object{"@odata.context": s.context("organization"), "value": []any{object{
		"id": s.options.TenantID, "deletedDateTime": nil, "displayName": "Sandbox", "tenantType": "AAD", "countryLetterCode": "DE", "defaultUsageLocation": nil, "preferredLanguage": "en",
		"onPremisesSyncEnabled": synced, "onPremisesLastSyncDateTime": nil, "assignedPlans": []any{}, "provisionedPlans": []any{}, "businessPhones": []any{}, "technicalNotificationMails": []any{},
		"verifiedDomains": domains,
	}}}), nil
}
