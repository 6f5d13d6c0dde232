// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
	"terraform-provider-workforce/internal/expression/spelling"
)

// License is a subscription of the tenant.
// https://learn.microsoft.com/graph/api/resources/subscribedsku
type License struct {
	// SkuID and PartNumber name the license: a GUID, and a text such as SPE_E3. Both are unique in a tenant.
	SkuID      string `json:"skuId"`
	PartNumber string `json:"skuPartNumber"`
	// Status is Enabled, Warning, Suspended, Deleted or LockedOut.
	Status string `json:"capabilityStatus"`
	// AppliesTo is User or Company.
	AppliesTo string `json:"appliesTo"`
	// Consumed is how many units are assigned.
	Consumed int `json:"consumedUnits"`
	// Units are those that were bought. A unit in warning is of a subscription that has expired and can
	// still be renewed; one that is suspended or locked out nobody can have.
	Units struct {
		Enabled   int `json:"enabled"`
		Warning   int `json:"warning"`
		Suspended int `json:"suspended"`
		LockedOut int `json:"lockedOut"`
	} `json:"prepaidUnits"`
	Plans []ServicePlan `json:"servicePlans"`
}

// ServicePlan is a service that a license contains, and that can be switched off for those who have it.
type ServicePlan struct {
	ID        string `json:"servicePlanId"`
	Name      string `json:"servicePlanName"`
	AppliesTo string `json:"appliesTo"`
	Status    string `json:"provisioningStatus"`
}

// Free is how many units can still be assigned. It is zero where more are assigned than were bought.
func (l *License) Free() int { return max(l.Units.Enabled-l.Consumed, 0) }

// Licenses returns the subscriptions of the tenant by part number, read once for everybody who asks.
// It needs the permission LicenseAssignment.Read.All.
func (t *Tenant) Licenses(ctx context.Context) ([]License, error) {
	free, err := acquire(ctx, t.subscribing)
	if err != nil {
		return nil, err
	}
	defer free()
	t.mu.Lock()
	known := t.licenses
	t.mu.Unlock()
	if known != nil {
		return known, nil
	}
	licenses := []License{}
	request := graphconn.Request{Method: http.MethodGet, Path: "/subscribedSkus"}
	err = t.client.Pages(ctx, request, eachDocument(func(l License) {
		l.SkuID = strings.ToLower(l.SkuID)
		for i := range l.Plans {
			l.Plans[i].ID = strings.ToLower(l.Plans[i].ID)
		}
		slices.SortFunc(l.Plans, func(a, b ServicePlan) int { return cmp.Compare(a.Name, b.Name) })
		licenses = append(licenses, l)
	}))
	if err != nil {
		return nil, fmt.Errorf("reading the licenses of the tenant: %w", permission(err, "LicenseAssignment.Read.All"))
	}
	slices.SortFunc(licenses, func(a, b License) int { return cmp.Compare(a.PartNumber+a.SkuID, b.PartNumber+b.SkuID) })
	t.mu.Lock()
	defer t.mu.Unlock()
	t.licenses = licenses
	return licenses, nil
}

// catalog is what licenses are called: the subscriptions of a tenant.
type catalog []License

// find returns the license of a part number or sku id, in any case; nil where the tenant has none.
func (c catalog) find(ref string) *License {
	i := slices.IndexFunc(c, func(l License) bool {
		return directory.Fold(l.PartNumber) == directory.Fold(ref) || l.SkuID == strings.ToLower(ref)
	})
	if i < 0 {
		return nil
	}
	return &c[i]
}

// partNumbers are the licenses that the tenant has.
func (c catalog) partNumbers() []string {
	out := make([]string, len(c))
	for i, l := range c {
		out[i] = l.PartNumber
	}
	return out
}

// assignment is a license with the service plans that are off, by their ids, sorted.
type assignment struct {
	SkuID    string   `json:"skuId"`
	Disabled []string `json:"disabledPlans"`
}

func (a assignment) equal(b assignment) bool {
	return a.SkuID == b.SkuID && slices.Equal(a.Disabled, b.Disabled)
}

// assign finds the license of a part number or sku id, and the plans of it by name or id.
func (c catalog) assign(ref string, without []string) (assignment, error) {
	l := c.find(ref)
	if l == nil {
		near := spelling.Nearest(ref, c.partNumbers())
		if near != "" {
			near = "; did you mean " + near + "?"
		}
		return assignment{}, fmt.Errorf("the tenant has no license %q, but %s%s", ref, listNames(c.partNumbers()), near)
	}
	a := assignment{SkuID: l.SkuID, Disabled: []string{}}
	for _, plan := range without {
		i := slices.IndexFunc(l.Plans, func(p ServicePlan) bool {
			return directory.Fold(p.Name) == directory.Fold(plan) || p.ID == strings.ToLower(plan)
		})
		if i < 0 {
			names := make([]string, len(l.Plans))
			for j, p := range l.Plans {
				names[j] = p.Name
			}
			return assignment{}, fmt.Errorf("the license %s has no service plan %q, but %s", l.PartNumber, plan, listNames(names))
		}
		a.Disabled = append(a.Disabled, l.Plans[i].ID)
	}
	a.Disabled = set(a.Disabled)
	return a, nil
}

// listNames lists names for an error.
func listNames(names []string) string {
	const most = 20
	switch {
	case len(names) == 0:
		return "none at all"
	case len(names) > most:
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// name is the contrary of assign: what is not known goes by its id.
func (c catalog) name(a assignment) (license string, without []string) {
	l := c.find(a.SkuID)
	if l == nil {
		return a.SkuID, slices.Clone(a.Disabled)
	}
	for _, id := range a.Disabled {
		name := id
		if i := slices.IndexFunc(l.Plans, func(p ServicePlan) bool { return p.ID == id }); i >= 0 {
			name = l.Plans[i].Name
		}
		without = append(without, name)
	}
	slices.Sort(without)
	return l.PartNumber, without
}

// licenseText writes a license as documents have it: "SPE_E3 without SWAY, TEAMS1".
func licenseText(license string, without []string) string {
	if len(without) == 0 {
		return license
	}
	return license + licenseWithout + strings.Join(without, ", ")
}

const licenseWithout = " without "

// parseLicense reads what licenseText writes, in any case and with commas or blanks between plans. That it is in error
// does not count.
func parseLicense(text string) (license string, without []string) {
	text = strings.TrimSuffix(text, licenseInError)
	before, after := text, ""
	if i := strings.Index(strings.ToLower(text), licenseWithout); i >= 0 {
		before, after = text[:i], text[i+len(licenseWithout):]
	}
	without = strings.FieldsFunc(after, func(r rune) bool { return r == ',' || r == ' ' })
	slices.Sort(without)
	return strings.TrimSpace(before), slices.Compact(without)
}

// checkLicense says what is wrong with the form of a license in a document.
func checkLicense(text string) error {
	license, without := parseLicense(text)
	switch {
	case license == "":
		return fmt.Errorf("found %q, expected the part number of a license, such as SPE_E3", text)
	case strings.HasSuffix(strings.ToLower(text), licenseInError):
		return fmt.Errorf("found %q, expected no%s: it marks a license that does not work", text, licenseInError)
	case isObjectID(license):
		return fmt.Errorf("found the id %q, expected the part number of a license, such as SPE_E3; "+
			"the data source workforce_entra_licenses has both", license)
	case len(without) == 0 && strings.HasSuffix(strings.ToLower(strings.TrimSpace(text)), strings.TrimRight(licenseWithout, " ")):
		return fmt.Errorf("found %q, expected service plans after \"without\", such as SPE_E3 without TEAMS1", text)
	}
	return nil
}

// changeLicenses is the request that adds and removes licenses of a user or group. It can be repeated where
// it only adds: a license that is assigned already is assigned once more, and one that is gone cannot be removed.
func changeLicenses(path string, add []assignment, remove []string) graphconn.Request {
	body := map[string]any{"addLicenses": append([]assignment{}, add...), "removeLicenses": append([]string{}, remove...)}
	return graphconn.Request{Method: http.MethodPost, Path: path + "/assignLicense", Body: body, Repeatable: len(remove) == 0}
}

// explainLicense turns what Graph said about a license into a cause that tells what to do.
func explainLicense(err error) error {
	text := strings.ToLower(err.Error())
	switch {
	case graphconn.IsDenied(err):
		return permission(err, "LicenseAssignment.ReadWrite.All")
	case strings.Contains(text, "available licenses"):
		return directory.Because(directory.ErrInvalid, fmt.Errorf("no unit is left: buy units, or take the license from somebody: %w", err))
	case strings.Contains(text, "usage location"):
		return directory.Because(directory.ErrInvalid, errors.Join(errNoUsageLocation, err))
	}
	return explain(err)
}

var errNoUsageLocation = errors.New("a license needs a country: give the user a usageLocation, such as DE, by a rule")
