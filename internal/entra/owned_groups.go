// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

var _ directory.GroupOwners = (*Tenant)(nil)

// GroupsOwnedBy implements [directory.GroupOwners]. A group of which the identity may read
// nothing is told by its object id.
// https://learn.microsoft.com/graph/api/user-list-ownedobjects
func (t *Tenant) GroupsOwnedBy(ctx context.Context, ids []string) (map[string][]string, error) {
	query := url.Values{"$select": {"id,displayName"}, "$top": {strconv.Itoa(pageSize)}}
	requests := make([]graphconn.Request, len(ids))
	for i, id := range ids {
		requests[i] = graphconn.Request{Method: http.MethodGet, Path: "/users/" + id + "/ownedObjects", Query: query}
	}
	out := map[string][]string{}
	for i, result := range t.client.Batch(ctx, requests) {
		err := result.Err
		if err == nil {
			err = t.allPages(ctx, result.Response.Body, requests[i].Header, func(body []byte) error {
				names, err := namesOfGroups(body)
				out[ids[i]] = append(out[ids[i]], names...)
				return err
			})
		}
		if err != nil && !graphconn.IsNotFound(err) {
			return nil, fmt.Errorf("reading what the user %s owns: %w", ids[i], permission(err, "User.Read.All and GroupMember.Read.All"))
		}
		if slices.Sort(out[ids[i]]); len(out[ids[i]]) == 0 {
			delete(out, ids[i])
		}
	}
	return out, nil
}

// namesOfGroups names the groups of a page of objects.
func namesOfGroups(body []byte) ([]string, error) {
	var page struct {
		Value []struct {
			Type string `json:"@odata.type"`
			ID   string `json:"id"`
			Name string `json:"displayName"`
		} `json:"value"`
	}
	if err := decode(body, &page); err != nil {
		return nil, err
	}
	var names []string
	for _, o := range page.Value {
		if o.Type == "#microsoft.graph.group" {
			names = append(names, cmp.Or(o.Name, o.ID))
		}
	}
	return names, nil
}
