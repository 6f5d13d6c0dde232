// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// Protect names users that nothing may change, whoever asks. What it names is
// looked up once a [Tenant], with a few requests a group, never one a user.
type Protect struct {
	// Users are object ids and user principal names.
	Users []string
	// Groups are groups by object id, display name or mailNickname. Their members,
	// those of nested groups included, are protected.
	Groups []string
}

// guard makes sure that it is known who is protected before anybody is judged.
func (t *Tenant) guard(ctx context.Context) error {
	if len(t.o.Protect.Users)+len(t.o.Protect.Groups) == 0 {
		return nil
	}
	select {
	case t.guarding <- struct{}{}:
		defer func() { <-t.guarding }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	t.mu.Lock()
	known := t.guarded != nil
	t.mu.Unlock()
	if known {
		return nil
	}
	reasons, notes := map[string]string{}, []string(nil)
	err := t.protectUsers(ctx, reasons, &notes)
	if err == nil {
		err = t.protectMembers(ctx, reasons)
	}
	if err != nil {
		return fmt.Errorf("finding out which users are protected: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.guarded, t.notes = reasons, notes
	return nil
}

// protectUsers finds the users that are named one by one. One that does not exist
// is worth a note, and no error: the account may have been deleted for good reason.
func (t *Tenant) protectUsers(ctx context.Context, reasons map[string]string, notes *[]string) error {
	var ids, names []string
	missing := map[string]string{} // folded → as named
	for _, ref := range t.o.Protect.Users {
		missing[directory.Fold(ref)] = ref
		if _, err := uuid.Parse(ref); err == nil {
			ids = append(ids, ref)
			continue
		}
		names = append(names, ref)
	}
	found := func(u *user) {
		reasons[u.id] = "it is one of protect.users"
		delete(missing, u.id)
		delete(missing, directory.Fold(u.text(attrPrincipal)))
	}
	if err := t.filter(ctx, attrID, ids, found); err != nil {
		return err
	}
	if err := t.filter(ctx, attrPrincipal, names, found); err != nil {
		return err
	}
	for _, ref := range t.o.Protect.Users {
		if missing[directory.Fold(ref)] != "" {
			*notes = append(*notes, fmt.Sprintf("protect.users names %q, which is no user of the tenant: correct the entry, or take it out", ref))
		}
	}
	return nil
}

// protectMembers finds the members of groups, of nested ones too.
// https://learn.microsoft.com/graph/api/group-list-transitivemembers
func (t *Tenant) protectMembers(ctx context.Context, reasons map[string]string) error {
	for _, ref := range t.o.Protect.Groups {
		id, err := t.protectedGroup(ctx, ref)
		if err != nil {
			return err
		}
		// Narrowing members to users is an advanced query.
		query := url.Values{"$select": {attrID}, "$count": {"true"}, "$top": {strconv.Itoa(pageSize)}}
		request := graphconn.Request{Method: http.MethodGet, Path: "/groups/" + id + "/transitiveMembers/microsoft.graph.user", Query: query, Header: eventual()}
		err = t.client.Pages(ctx, request, eachObject(func(o object) {
			if member := strings.ToLower(o.ID); reasons[member] == "" {
				reasons[member] = "it is a member of " + ref + ", a group of protect.groups"
			}
		}))
		if err != nil {
			return fmt.Errorf("reading the members of the group %q: %w", ref, permission(err, "GroupMember.Read.All and User.Read.All"))
		}
	}
	return nil
}

// protectedGroup returns the object id of a group. One that does not exist is an
// error: it would protect nobody in silence.
func (t *Tenant) protectedGroup(ctx context.Context, ref string) (string, error) {
	quoted := "'" + strings.ReplaceAll(ref, "'", "''") + "'"
	filter := "displayName eq " + quoted + " or mailNickname eq " + quoted
	if _, err := uuid.Parse(ref); err == nil {
		filter = "id eq " + quoted
	}
	var found []string
	request := graphconn.Request{Method: http.MethodGet, Path: "/groups", Query: url.Values{"$select": {attrID}, "$filter": {filter}}}
	err := t.client.Pages(ctx, request, eachObject(func(o object) { found = append(found, o.ID) }))
	if err != nil {
		return "", fmt.Errorf("looking for the group %q: %w", ref, permission(err, "GroupMember.Read.All"))
	}
	if len(found) != 1 {
		return "", fmt.Errorf("protect.groups: %d groups are %q, expected one: give an object id, display name or mailNickname", len(found), ref)
	}
	return found[0], nil
}

type object struct {
	ID string `json:"id"`
}

// eachObject reads a page of anything for its object ids.
func eachObject(each func(object)) func([]byte) error {
	return func(body []byte) error {
		var page struct {
			Value []object `json:"value"`
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return err
		}
		for _, o := range page.Value {
			each(o)
		}
		return nil
	}
}

// protection says why a user must be left as it is. [Tenant.guard] comes first.
func (t *Tenant) protection(id string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.guarded[strings.ToLower(id)]
}

// existing is user.existing with what protects the user.
func (t *Tenant) existing(u *user) *directory.Existing {
	e := u.existing()
	e.Protected = t.protection(u.id)
	e.Restricted, e.RestrictedUnsure = t.restriction(u)
	return e
}

// changes reports whether a change would touch anything of a user. Sponsors do
// not count here: they are references, compared where they are written.
func (t *Tenant) changes(c directory.Change, u *user) bool {
	have := t.Render(c.Want, u.existing())
	if c.Password != "" || c.Want.Enabled != have.Enabled {
		return true
	}
	for name, v := range c.Want.Attributes {
		if name != attrSponsors && !v.Equal(have.Attributes[name]) {
			return true
		}
	}
	return false
}
