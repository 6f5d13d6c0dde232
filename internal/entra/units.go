// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// Unit is an administrative unit: a part of the tenant that administrators are limited to.
// https://learn.microsoft.com/graph/api/resources/administrativeunit
type Unit struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
}

// Units finds administrative units by object id or display name. One that does not exist, and a name that several have,
// is an error that names it.
func (t *Tenant) Units(ctx context.Context, refs []string) (map[string]Unit, error) {
	byKey := map[string][]Unit{}
	for _, attribute := range []string{attrID, attrDisplayName} {
		values := slices.DeleteFunc(slices.Clone(refs), func(ref string) bool { return isObjectID(ref) != (attribute == attrID) })
		for part := range slices.Chunk(values, maxTerms) {
			query := url.Values{"$select": {"id,displayName"}, "$filter": {condition(named(attribute), part)}}
			request := graphconn.Request{Method: http.MethodGet, Path: unitsPath, Query: query}
			err := t.client.Pages(ctx, request, eachDocument(func(u Unit) {
				u.ID = strings.ToLower(u.ID)
				key := u.ID
				if attribute == attrDisplayName {
					key = directory.Fold(u.DisplayName)
				}
				byKey[key] = append(byKey[key], u)
			}))
			if err != nil {
				return nil, fmt.Errorf("looking for administrative units: %w", permission(err, "AdministrativeUnit.Read.All"))
			}
		}
	}
	out := make(map[string]Unit, len(refs))
	var problems []error
	for _, ref := range refs {
		switch hits := byKey[directory.Fold(ref)]; len(hits) {
		case 1:
			out[ref] = hits[0]
		case 0:
			problems = append(problems, directory.Because(directory.ErrInvalid, fmt.Errorf("no administrative unit has the object id or "+
				"display name %q", ref)))
		default:
			problems = append(problems, directory.Because(directory.ErrAmbiguous,
				fmt.Errorf("%d administrative units are called %q, such as %s and %s: name the one that is meant by its object id",
					len(hits), ref, hits[0].ID, hits[1].ID)))
		}
	}
	return out, errors.Join(problems...)
}

// UnitsOfGroup returns the administrative units that a group is in.
func (t *Tenant) UnitsOfGroup(ctx context.Context, id string) ([]Unit, error) {
	var out []Unit
	request := graphconn.Request{Method: http.MethodGet, Path: "/groups/" + id + "/memberOf/microsoft.graph.administrativeUnit",
		Query: url.Values{"$select": {"id,displayName"}}}
	result := t.insist(ctx, []graphconn.Request{request}, func(_ int, err error) bool { return t.isYoung(id) && notVisible(err) })[0]
	err := result.Err
	if err == nil {
		err = t.allPages(ctx, result.Response.Body, nil, eachDocument(func(u Unit) {
			u.ID = strings.ToLower(u.ID)
			out = append(out, u)
		}))
	}
	if err != nil {
		return nil, fmt.Errorf("reading the administrative units of the group: %w", permission(err, "AdministrativeUnit.Read.All"))
	}
	return out, nil
}

// SetUnitsOfGroup makes the administrative units of a group those of some ids, and returns when that shows.
// https://learn.microsoft.com/graph/api/administrativeunit-post-members
func (t *Tenant) SetUnitsOfGroup(ctx context.Context, id string, want []string) error {
	have, err := t.UnitsOfGroup(ctx, id)
	if err != nil {
		return err
	}
	var requests []graphconn.Request
	for _, unit := range set(slices.Clone(want)) {
		if !slices.ContainsFunc(have, func(u Unit) bool { return u.ID == unit }) {
			requests = append(requests, graphconn.Request{Method: http.MethodPost, Path: unitsPath + "/" + unit + "/members/$ref",
				Repeatable: true, Body: map[string]any{"@odata.id": t.client.Base() + "/groups/" + id}})
		}
	}
	for _, u := range have {
		if !slices.Contains(want, u.ID) {
			path := unitsPath + "/" + u.ID + "/members/" + id + "/$ref"
			requests = append(requests, graphconn.Request{Method: http.MethodDelete, Path: path})
		}
	}
	if len(requests) == 0 {
		return nil
	}
	var problems []error
	for i, result := range t.insist(ctx, requests, func(_ int, err error) bool {
		return t.isYoung(id) && notVisible(err) || isCollision(err)
	}) {
		if result.Err == nil || requests[i].Method == http.MethodDelete && graphconn.IsNotFound(result.Err) {
			continue
		}
		if !inUnitAlready(result.Err) {
			problems = append(problems, permission(result.Err, unitPermission))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("changing the administrative units: %w", err)
	}
	ctx, cancel := detach(ctx)
	defer cancel()
	shows := false
	err = t.until(ctx, true, func() (bool, error) {
		now, err := t.UnitsOfGroup(ctx, id)
		ids := make([]string, len(now))
		for i, u := range now {
			ids[i] = u.ID
		}
		shows = slices.Equal(set(ids), set(slices.Clone(want)))
		return shows, err
	})
	if err == nil && !shows {
		err = fmt.Errorf("%w: the administrative units were changed, and that does not show within %s", directory.ErrNotAsWritten, visibility)
	}
	return err
}

// inUnitAlready reports that an object was not added to an administrative unit because it is in it.
func inUnitAlready(err error) bool {
	return memberAlready(err) || strings.Contains(err.Error(), "conflicting object")
}
