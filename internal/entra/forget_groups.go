// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

var _ directory.Forgetter = (*Tenant)(nil)

// ForgetGroups implements [directory.Forgetter]. All users are read at once, and
// few of them are written: those that remember one of the groups.
func (t *Tenant) ForgetGroups(ctx context.Context, groups map[string][]string) error {
	if len(t.o.RemovedGroupsAttributes) == 0 || len(groups) == 0 {
		return nil
	}
	for id, gone := range groups {
		t.forgotten.Add(id, gone)
	}
	t.Need(t.o.RemovedGroupsAttributes...)
	users, err := t.byIDs(ctx, slices.Sorted(maps.Keys(groups)), true)
	if err != nil {
		return fmt.Errorf("reading which groups %d users remember: %w", len(groups), err)
	}
	var requests []graphconn.Request
	var written []*user
	var errs []error
	for _, id := range slices.Sorted(maps.Keys(users)) {
		u := users[id]
		left := slices.DeleteFunc(slices.Clone(u.remembered), func(group string) bool { return slices.Contains(groups[id], group) })
		if len(left) == len(u.remembered) {
			continue
		}
		values, err := t.noted(u, left)
		if err != nil {
			errs = append(errs, unforgotten(u, err))
			continue
		}
		requests = append(requests, graphconn.Request{Method: http.MethodPatch, Path: "/users/" + u.id, Body: t.body(slices.Sorted(maps.Keys(values)), values, u)})
		written = append(written, t.remembering(u, left, values))
	}
	for i, result := range t.client.Batch(ctx, requests) {
		if result.Err != nil && !graphconn.IsNotFound(result.Err) {
			errs = append(errs, unforgotten(written[i], explain(result.Err)))
			continue
		}
		t.note(written[i])
	}
	return errors.Join(errs...)
}

// RememberedGroups implements [directory.Forgetter].
func (t *Tenant) RememberedGroups(ctx context.Context, groups map[string][]string) (map[string][]string, error) {
	if len(t.o.RemovedGroupsAttributes) == 0 || len(groups) == 0 {
		return nil, nil
	}
	t.Need(t.o.RemovedGroupsAttributes...)
	users, err := t.byIDs(ctx, slices.Sorted(maps.Keys(groups)), true)
	if err != nil {
		return nil, fmt.Errorf("reading which groups %d users remember: %w", len(groups), err)
	}
	out := map[string][]string{}
	for id, u := range users {
		for _, group := range u.remembered {
			if slices.Contains(groups[id], group) {
				out[id] = append(out[id], group)
			}
		}
	}
	return out, nil
}

// remembering is a user as it is once other groups are remembered.
func (t *Tenant) remembering(u *user, groups []string, values map[string]directory.Value) *user {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := *u
	now.values, now.remembered = maps.Clone(u.values), groups
	for name, v := range values {
		if now.values[name] = v; len(v) == 0 {
			delete(now.values, name)
		}
	}
	return &now
}

func unforgotten(u *user, err error) error {
	return fmt.Errorf("the user %s: a group that a rule decides about stays remembered, and would be given back: %w", u.text(attrPrincipal), err)
}
