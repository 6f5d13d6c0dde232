// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/entra/graphconn"
)

// Members of a restricted management administrative unit are written only by who has a role in the unit, and by
// applications with a permission of its own. No role in the whole tenant, and no other permission, is enough.
// https://learn.microsoft.com/entra/identity/role-based-access-control/admin-units-restricted-management

// writeRestricted is the permission to write members of restricted units.
const writeRestricted = "Directory.Write.Restricted"

// reach is whether this application writes members of restricted units.
type reach int

const (
	reachUnasked reach = iota
	reachWrites        // it has the permission, or a role in some unit
	reachRefused
	reachUnknown
)

func (u *user) restricted() bool { return u.text(attrRestricted) == "TRUE" }

// findReach finds out whether this application writes members of restricted units, once, and only where one of the
// users is such a member. It takes a request where the access token does not say so. That the request is
// refused, for want of RoleManagement.Read.Directory, is no error.
func (t *Tenant) findReach(ctx context.Context, users []*user) error {
	if !slices.ContainsFunc(users, (*user).restricted) {
		return nil
	}
	free, err := acquire(ctx, t.guarding)
	if err != nil {
		return err
	}
	defer free()
	t.mu.Lock()
	known := t.reaches != reachUnasked
	t.mu.Unlock()
	if known {
		return nil
	}
	found, err := t.askReach(ctx)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reaches = found
	return nil
}

func (t *Tenant) askReach(ctx context.Context) (reach, error) {
	permissions, principal, err := t.client.TokenGrants(ctx)
	switch {
	case err != nil:
		return reachUnasked, err
	case slices.Contains(permissions, writeRestricted):
		return reachWrites, nil
	case principal == "":
		return reachUnknown, nil
	}
	found := reachRefused
	request := graphconn.Request{Method: http.MethodGet, Path: "/roleManagement/directory/roleAssignments",
		Query: url.Values{"$filter": {"principalId eq '" + principal + "'"}}}
	err = t.client.Pages(ctx, request, eachDocument(func(a struct {
		Scope string `json:"directoryScopeId"`
	}) {
		if strings.HasPrefix(a.Scope, "/administrativeUnits/") {
			found = reachWrites // in that unit; which units users are in, nobody asks
		}
	}))
	switch {
	case graphconn.IsDenied(err):
		return reachUnknown, nil
	case err != nil:
		return reachUnasked, fmt.Errorf("asking for the roles of the application, since some users are in restricted management "+
			"administrative units: %w", err)
	}
	return found, nil
}

const restrictedWhy = "it is in a restricted management administrative unit, whose members Microsoft Graph lets nobody write " +
	"but who has a role in that unit, or the application permission " + writeRestricted

// restriction says why writing to a user is refused, or may be. [Tenant.findReach] comes first.
func (t *Tenant) restriction(u *user) (why string, unsure bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !u.restricted() || t.reaches != reachRefused && t.reaches != reachUnknown {
		return "", false
	}
	return restrictedWhy, t.reaches == reachUnknown
}

// explainRestricted says of a refused write that the user is in a restricted unit.
func (u *user) explainRestricted(err error) error {
	if u == nil || !u.restricted() || !graphconn.IsDenied(err) {
		return err
	}
	return fmt.Errorf("%s: let an administrator of the unit do it, or give the application one of the two: %w", restrictedWhy, err)
}
