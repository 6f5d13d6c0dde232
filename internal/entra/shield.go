// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// Whoever is taken out of a group of [Protect.Groups] is not protected any more, so that
// this is refused like any other change of a protected user, and so is taking a group out
// that its members are in.

// CheckRemovals says which members a group must keep, because they would lose their
// protection without it. The error joins a *MembershipError for each.
func (t *Tenant) CheckRemovals(ctx context.Context, group *directory.Group, remove []directory.Member) error {
	if len(remove) == 0 {
		return nil
	}
	if err := t.shield(ctx); err != nil {
		return err
	}
	var problems []error
	for _, m := range remove {
		if why := t.shielded(strings.ToLower(group.ID), m); why != nil {
			problems = append(problems, &directory.MembershipError{Group: group.Name, Member: m, Op: "remove", Err: why})
		}
	}
	return errors.Join(problems...)
}

// shield makes sure that it is known which groups protect their members.
// https://learn.microsoft.com/graph/api/group-list-transitivemembers
func (t *Tenant) shield(ctx context.Context) error {
	if len(t.o.Protect.Groups) == 0 {
		return nil
	}
	if err := t.guard(ctx); err != nil {
		return err
	}
	t.mu.Lock()
	known := t.shields != nil
	t.mu.Unlock()
	if known {
		return nil
	}
	shields := map[string]string{}
	for _, ref := range t.o.Protect.Groups {
		id, err := t.protectedGroup(ctx, ref)
		if err != nil {
			return err
		}
		shields[strings.ToLower(id)] = ref
		query := url.Values{"$select": {attrID}, "$count": {"true"}, "$top": {strconv.Itoa(pageSize)}}
		path := "/groups/" + id + "/transitiveMembers/microsoft.graph.group"
		request := graphconn.Request{Method: http.MethodGet, Path: path, Query: query, Header: eventual()}
		if err := t.client.Pages(ctx, request, eachObject(func(o object) { shields[strings.ToLower(o.ID)] = ref })); err != nil {
			return fmt.Errorf("reading the groups in the group %q: %w", ref, permission(err, "GroupMember.Read.All"))
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.shields = shields
	return nil
}

// shielded says why a member stays in a group. [Tenant.shield] comes first.
func (t *Tenant) shielded(group string, m directory.Member) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	ref, id := t.shields[group], strings.ToLower(m.ID)
	if ref == "" || t.guarded[id] == "" && t.shields[id] == "" {
		return nil
	}
	return directory.Because(directory.ErrProtected, fmt.Errorf("it would lose the protection by protect.groups, which names %q: "+
		"keep it among the members, or take the group out of protect.groups first", ref))
}
