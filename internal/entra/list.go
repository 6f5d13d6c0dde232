// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// ListUsers returns the users that an OData filter finds, or everybody, by user principal name.
// https://learn.microsoft.com/graph/filter-query-parameter
func (t *Tenant) ListUsers(ctx context.Context, filter string) ([]*directory.Existing, error) {
	err := t.define(ctx)
	if err == nil {
		err = t.guard(ctx)
	}
	if err != nil {
		return nil, err
	}
	var users []*user
	if filter == "" {
		s, err := t.list(ctx)
		if err != nil {
			return nil, err
		}
		for _, u := range s.byID {
			users = append(users, u)
		}
	} else if users, err = t.filteredUsers(ctx, filter); err != nil {
		return nil, fmt.Errorf("listing the users that %q finds: %w", filter, err)
	}
	out := make([]*directory.Existing, len(users))
	for i, u := range users {
		out[i] = t.existing(u)
	}
	slices.SortFunc(out, func(a, b *directory.Existing) int {
		return strings.Compare(directory.Fold(a.Path)+a.ID, directory.Fold(b.Path)+b.ID)
	})
	return out, nil
}

// filteredUsers asks for ids first: what filters may say that others refuse cannot be asked together with managers.
func (t *Tenant) filteredUsers(ctx context.Context, filter string) (users []*user, err error) {
	var ids []string
	request := graphconn.Request{Method: http.MethodGet, Path: "/users", Query: advanced(filter, "id"), Header: eventual()}
	err = t.client.Pages(ctx, request, func(body []byte) error {
		var page struct {
			Value []struct {
				ID string `json:"id"`
			} `json:"value"`
		}
		err := decode(body, &page)
		for _, u := range page.Value {
			if u.ID == "" {
				return errors.New("the answer has a user without an id, which was asked for")
			}
			ids = append(ids, u.ID)
		}
		return err
	})
	if err != nil {
		return nil, permission(err, "User.Read.All")
	}
	err = t.filter(ctx, attrID, ids, func(u *user) { users = append(users, u) })
	return users, err
}

// ListGroups returns the groups that an OData filter finds, or all of them, by display name.
func (t *Tenant) ListGroups(ctx context.Context, filter string) ([]*Group, error) {
	everything := url.Values{"$select": {groupSelect}, "$top": {strconv.Itoa(pageSize)}}
	request := graphconn.Request{Method: http.MethodGet, Path: "/groups", Query: everything}
	if filter != "" {
		request.Query, request.Header = advanced(filter, groupSelect), eventual()
	}
	var out []*Group
	err := t.client.Pages(ctx, request, func(body []byte) error {
		var page struct {
			Value []groupDocument `json:"value"`
		}
		err := decode(body, &page)
		for i := range page.Value {
			if g := page.Value[i].group(); !t.isGone(g.ID) {
				out = append(out, g)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("listing groups: %w", permission(err, "Group.Read.All"))
	}
	slices.SortFunc(out, func(a, b *Group) int {
		return strings.Compare(directory.Fold(a.DisplayName)+a.ID, directory.Fold(b.DisplayName)+b.ID)
	})
	return out, nil
}

// advanced is a query whose filter may use everything that Graph knows.
// https://learn.microsoft.com/graph/aad-advanced-queries
func advanced(filter, selected string) url.Values {
	return url.Values{"$select": {selected}, "$filter": {filter}, "$count": {"true"}, "$top": {strconv.Itoa(pageSize)}}
}
