// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// GroupLicenses are the licenses that a group gives its members.
type GroupLicenses struct {
	// Licenses are the names of the service plans that are off, by part number of the license.
	Licenses map[string][]string
	// Processing says that members may not have what was assigned last yet: it is QueuedForProcessing,
	// ProcessingInProgress or ProcessingComplete, and empty where the group never had a license.
	Processing string
	// Failing says that some member does not have a license of the group, such as for want of units.
	Failing bool
}

// GroupLicenses reads the licenses of a group.
// https://learn.microsoft.com/graph/api/resources/group
func (t *Tenant) GroupLicenses(ctx context.Context, id string) (*GroupLicenses, error) {
	licenses, err := t.Licenses(ctx)
	if err != nil {
		return nil, err
	}
	assigned, doc, err := t.licensesOfGroup(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &GroupLicenses{Licenses: map[string][]string{}, Processing: doc.ProcessingState.State, Failing: doc.Failing}
	for _, a := range assigned {
		license, without := catalog(licenses).name(a)
		out.Licenses[license] = without
	}
	return out, nil
}

type groupLicenseDocument struct {
	Assigned        []assignment `json:"assignedLicenses"`
	ProcessingState struct {
		State string `json:"state"`
	} `json:"licenseProcessingState"`
	Failing bool `json:"hasMembersWithLicenseErrors"`
}

// licensesOfGroup reads the licenses of a group by sku id.
func (t *Tenant) licensesOfGroup(ctx context.Context, id string) (map[string]assignment, *groupLicenseDocument, error) {
	query := url.Values{"$select": {"assignedLicenses,licenseProcessingState,hasMembersWithLicenseErrors"}}
	request := graphconn.Request{Method: http.MethodGet, Path: "/groups/" + id, Query: query}
	result := t.insist(ctx, []graphconn.Request{request}, func(_ int, err error) bool { return t.isYoung(id) && notVisible(err) })[0]
	if result.Err != nil {
		return nil, nil, fmt.Errorf("reading the licenses of the group: %w", permission(result.Err, "Group.Read.All"))
	}
	doc := &groupLicenseDocument{}
	if err := decode(result.Response.Body, doc); err != nil {
		return nil, nil, err
	}
	out := map[string]assignment{}
	for _, a := range doc.Assigned {
		a.SkuID = strings.ToLower(a.SkuID)
		for i, plan := range a.Disabled {
			a.Disabled[i] = strings.ToLower(plan)
		}
		a.Disabled = set(a.Disabled)
		out[a.SkuID] = a
	}
	return out, doc, nil
}

// CheckGroupLicenses says which licenses and service plans the tenant does not have. licenses are the plans that are
// off, by part number or sku id.
func (t *Tenant) CheckGroupLicenses(ctx context.Context, licenses map[string][]string) error {
	_, err := t.groupAssignments(ctx, licenses)
	return err
}

func (t *Tenant) groupAssignments(ctx context.Context, licenses map[string][]string) (map[string]assignment, error) {
	all, err := t.Licenses(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]assignment{}
	var problems []error
	for _, ref := range slices.Sorted(maps.Keys(licenses)) {
		a, err := catalog(all).assign(ref, licenses[ref])
		if _, twice := out[a.SkuID]; err == nil && twice {
			err = fmt.Errorf("the license %s is named twice, by its part number and by its id", ref)
		}
		if problems = append(problems, err); err == nil {
			out[a.SkuID] = a
		}
	}
	return out, errors.Join(problems...)
}

// SameGroupLicenses renames the licenses that a group has as another map calls them, which may use ids.
func (t *Tenant) SameGroupLicenses(ctx context.Context, have, as map[string][]string) (map[string][]string, error) {
	all, err := t.Licenses(ctx)
	if err != nil {
		return nil, err
	}
	out := maps.Clone(have)
	for ref, plans := range as {
		l := catalog(all).find(ref)
		if l == nil {
			continue
		}
		without, has := have[l.PartNumber]
		if !has {
			continue
		}
		delete(out, l.PartNumber)
		out[ref] = without
		a, errA := catalog(all).assign(ref, plans)
		b, errB := catalog(all).assign(ref, without)
		if errA == nil && errB == nil && a.equal(b) {
			out[ref] = plans
		}
	}
	return out, nil
}

// SetGroupLicenses makes the licenses of a group what is wanted: the plans that are off, by part number or sku id. It
// returns when the group has them. Members get and lose theirs later, which takes from minutes to hours.
// https://learn.microsoft.com/graph/api/group-assignlicense
func (t *Tenant) SetGroupLicenses(ctx context.Context, id string, licenses map[string][]string) error {
	wanted, err := t.groupAssignments(ctx, licenses)
	if err != nil {
		return directory.Because(directory.ErrInvalid, err)
	}
	have, _, err := t.licensesOfGroup(ctx, id)
	if err != nil {
		return err
	}
	var add []assignment
	var remove []string
	for _, sku := range slices.Sorted(maps.Keys(wanted)) {
		if a, has := have[sku]; !has || !a.equal(wanted[sku]) {
			add = append(add, wanted[sku])
		}
	}
	for _, sku := range slices.Sorted(maps.Keys(have)) {
		if _, wants := wanted[sku]; !wants {
			remove = append(remove, sku)
		}
	}
	if len(add)+len(remove) == 0 {
		return nil
	}
	request := changeLicenses("/groups/"+id, add, remove)
	passes := func(_ int, err error) bool {
		return t.isYoung(id) && notVisible(err) || isCollision(err)
	}
	result := t.insist(ctx, []graphconn.Request{request}, passes)[0]
	if result.Err != nil {
		return explainLicense(result.Err)
	}
	ctx, cancel := detach(ctx)
	defer cancel()
	shows := false
	err = t.until(ctx, true, func() (bool, error) {
		now, _, err := t.licensesOfGroup(ctx, id)
		shows = err == nil && maps.EqualFunc(now, wanted, assignment.equal)
		return shows, err
	})
	if err == nil && !shows {
		err = fmt.Errorf("%w: the licenses were assigned, and do not show within %s", directory.ErrNotAsWritten, visibility)
	}
	return err
}
