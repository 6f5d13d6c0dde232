// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"maps"
	"slices"
	"time"
)

// License is a subscription of the tenant.
type License struct {
	ID, PartNumber string // skuId, skuPartNumber
	Units          int    // how many users may have it
	// Suspended and Warning are units of which nobody may have one, and of a subscription that has expired.
	Suspended, Warning int
	// Plans are the service plans: id by name.
	Plans map[string]string

	used int
}

// DefaultLicenses are the subscriptions of a tenant unless Options say otherwise.
func DefaultLicenses() []License {
	return []License{
		{ID: "05e9a617-0261-4cee-bb44-138d3ef5d965", PartNumber: "SPE_E3", Units: 20000, Plans: map[string]string{
			"EXCHANGE_S_ENTERPRISE": "efb87545-963c-4e0d-99df-69c6916d9eb0", "TEAMS1": "57ff2da0-773e-42df-b2af-ffb7a2317929", "SHAREPOINTENTERPRISE": "5dbe027f-2339-4123-9542-606e4d348a72"}},
		{ID: "078d2b04-f1bd-4111-bbd4-b4b1b354cef4", PartNumber: "AAD_PREMIUM", Units: 2, Plans: map[string]string{"AAD_PREMIUM": "41781fb2-bc02-4b7c-bd55-b576c07bb09d"}},
	}
}

func (s *store) license(id string) *License {
	for _, l := range s.licenses {
		if l.ID == fold(id) {
			return l
		}
	}
	return nil
}

// licensesOf are the licences of a user: assignedLicense by skuId.
func licensesOf(e *entry) map[string]object {
	out := map[string]object{}
	list, _ := e.props["assignedLicenses"].([]any)
	for _, v := range list {
		if l, isObject := v.(object); isObject {
			out[at[string](l, "skuId")] = l
		}
	}
	return out
}

// consume books the licences of a user who is restored (+1) or deleted (-1).
func (s *store) consume(e *entry, n int) {
	for id := range licensesOf(e) {
		if l := s.license(id); l != nil {
			l.used += n
		}
	}
}

// plans are the service plans of a licence, of which some may be switched off.
func (l *License) plans(disabled []any) []any {
	plans := []any{}
	for _, name := range slices.Sorted(maps.Keys(l.Plans)) {
		status := "Success"
		if slices.Contains(disabled, any(l.Plans[name])) {
			status = "Disabled"
		}
		plans = append(plans, object{"servicePlanId": l.Plans[name], "servicePlanName": name, "provisioningStatus": status, "appliesTo": "User"})
	}
	return plans
}

func listSkus(s *Server, _ *call) (*answer, error) {
	value := []any{}
	for _, l := range s.store.licenses {
		plans := l.plans(nil)
		value = append(value, object{
			"id": s.options.TenantID + "_" + l.ID, "accountId": s.options.TenantID, "accountName": "sandbox",
			"appliesTo": "User", "capabilityStatus": "Enabled", "consumedUnits": l.used,
			"prepaidUnits": object{"enabled": l.Units, "suspended": l.Suspended, "warning": l.Warning, "lockedOut": 0},
			"servicePlans": plans, "skuId": l.ID, "skuPartNumber": l.PartNumber, "subscriptionIds": []any{},
		})
	}
	return ok(object{"@odata.context": s.context("subscribedSkus"), "value": value}), nil
}

func assignLicense(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUser, c.param(0))
	if f != nil {
		return nil, f
	}
	add, remove, f := licenseChange(c)
	switch {
	case f != nil:
		return nil, f
	case len(add) > 0 && e.text("usageLocation") == "":
		return nil, badRequest("License assignment cannot be done for user with invalid usage location.")
	}
	direct, have := maps.Clone(e.direct), licensesOf(e)
	if direct == nil {
		direct = map[string]object{}
	}
	for _, v := range remove {
		id, _ := v.(string)
		switch {
		case have[fold(id)] == nil && direct[fold(id)] == nil:
			return nil, badRequest("User does not have a corresponding license.")
		case direct[fold(id)] == nil:
			return nil, badRequest("User license is inherited from a group membership and it cannot be removed directly from the user.")
		}
		delete(direct, fold(id))
	}
	for _, v := range add {
		l, f := s.licence(v)
		if f != nil {
			return nil, f
		}
		id := at[string](l, "skuId")
		if sku := s.store.license(id); have[id] == nil && direct[id] == nil && sku.used >= sku.Units {
			return nil, badRequest("Subscription with SKU %s does not have any available licenses.", id)
		}
		direct[id] = l
	}
	e.direct = direct
	s.relicense(e)
	body := s.render(e, nil)
	body["@odata.context"] = s.context("users/$entity")
	return ok(body), nil
}

// licenseChange reads the body of assignLicense.
func licenseChange(c *call) (add, remove []any, f *failure) {
	doc, f := c.document()
	if f != nil {
		return nil, nil, f
	}
	add, addGiven := doc["addLicenses"].([]any)
	remove, removeGiven := doc["removeLicenses"].([]any)
	if !addGiven || !removeGiven {
		f = malformed("One or more parameters of the operation 'assignLicense' are missing from the request payload. " +
			"The missing parameters are: addLicenses, removeLicenses.")
	}
	return add, remove, f
}

// licence checks a licence that is to be assigned.
func (s *Server) licence(v any) (object, *failure) {
	given, _ := v.(object)
	id := fold(at[string](given, "skuId"))
	l := s.store.license(id)
	if l == nil {
		return nil, badRequest("License %s does not correspond to a valid company License.", id)
	}
	disabled, isList := given["disabledPlans"].([]any)
	if given["disabledPlans"] != nil && !isList {
		return nil, wrongType("Collection(Edm.Guid)")
	}
	for _, plan := range disabled {
		text, _ := plan.(string)
		if !slices.Contains(slices.Collect(maps.Values(l.Plans)), text) {
			return nil, badRequest("License assignment failed because service plan %s is not part of the license.", text)
		}
	}
	return object{"skuId": id, "disabledPlans": append([]any{}, disabled...)}, nil
}

// relicense writes the licences of a user: its own, and those of its groups as far as there are units.
func (s *Server) relicense(e *entry) {
	stamp, before := s.now().Format(time.RFC3339), licensesOf(e)
	have, states := map[string]object{}, []any{}
	enter := func(l object, group any, problem string) {
		id, state := at[string](l, "skuId"), "Active"
		if f, faulty := e.faults[id]; faulty && group == nil {
			state, problem = f.state, f.word
		} else if problem != "None" {
			state = "Error"
		}
		switch {
		case state == "Error": // nothing is had by it
		case have[id] == nil:
			have[id] = l
		default: // what one of them switches on is on
			off, _ := l["disabledPlans"].([]any)
			both, _ := have[id]["disabledPlans"].([]any)
			on := func(v any) bool { return !slices.Contains(off, v) }
			have[id] = object{"skuId": id, "disabledPlans": slices.DeleteFunc(slices.Clone(both), on)}
		}
		states = append(states, object{"skuId": id, "disabledPlans": l["disabledPlans"], "assignedByGroup": group, "state": state,
			"error": problem, "lastUpdatedDateTime": stamp})
	}
	for _, id := range slices.Sorted(maps.Keys(e.direct)) {
		enter(e.direct[id], nil, "None")
	}
	for _, g := range sorted(slices.Collect(maps.Keys(s.store.licensed))) {
		if !g.members.has[e.id] {
			continue
		}
		for id, l := range licensesOf(g) {
			problem := "None"
			if sku := s.store.license(id); before[id] == nil && have[id] == nil && sku.used >= sku.Units {
				problem = "CountViolation"
				g.set("hasMembersWithLicenseErrors", true)
			}
			enter(l, g.id, problem)
		}
	}
	s.store.consume(e, -1)
	e.license(have, states, s.store, stamp)
	s.store.consume(e, +1)
	s.store.touch(e)
}

// license writes the licences of a user, and what follows from them.
func (e *entry) license(have map[string]object, states []any, s *store, stamp string) {
	assigned, plans := []any{}, []any{}
	for _, id := range slices.Sorted(maps.Keys(have)) {
		disabled, _ := have[id]["disabledPlans"].([]any)
		assigned = append(assigned, have[id])
		sku := s.license(id)
		for _, name := range slices.Sorted(maps.Keys(sku.Plans)) {
			if !slices.Contains(disabled, any(sku.Plans[name])) {
				plans = append(plans, object{"assignedDateTime": stamp, "capabilityStatus": "Enabled", "service": name,
					"servicePlanId": sku.Plans[name]})
			}
		}
	}
	e.set("assignedLicenses", assigned)
	e.set("licenseAssignmentStates", states)
	e.set("assignedPlans", plans)
}
