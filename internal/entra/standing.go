// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/entra/graphconn"
)

// What a reviewer wants to know of somebody beside the account: when they last signed in, and
// which roles of the tenant they hold. Both take permissions that the provider does not need
// otherwise. Nothing is decided by the answers, so that a lack of them stops nobody.

// SignIns is when users last signed in.
type SignIns struct {
	// Last is the last sign-in by object id, in lower case. A user who is absent never signed in,
	// or not since April 2020.
	Last map[string]time.Time
	// Unknown says why nothing is known, and what to do; empty where Last is the whole answer.
	Unknown string

	exist map[string]bool // users that there are
}

// LastSignIns returns when users last signed in, by object id. It takes a request for 300 users.
// It needs the permission AuditLog.Read.All and a licence of Microsoft Entra ID P1: without
// them, and whatever else goes wrong, [SignIns.Unknown] says why, and there is no error.
// https://learn.microsoft.com/graph/api/resources/signinactivity
func (t *Tenant) LastSignIns(ctx context.Context, ids []string) SignIns {
	var requests []graphconn.Request
	for part := range slices.Chunk(foldedIDs(ids), maxTerms) {
		requests = append(requests, graphconn.Request{Method: http.MethodGet, Path: "/users", Query: url.Values{
			"$select": {"id,signInActivity"}, "$filter": {condition(named(attrID), part)},
		}})
	}
	out := SignIns{Last: make(map[string]time.Time, len(ids)), exist: make(map[string]bool, len(ids))}
	for _, result := range t.client.Batch(ctx, requests) {
		err := result.Err
		if err == nil {
			err = t.allPages(ctx, result.Response.Body, nil, eachDocument(func(u signInDocument) {
				id := strings.ToLower(u.ID)
				out.exist[id] = true
				if at := u.SignInActivity.last(); !at.IsZero() {
					out.Last[id] = at
				}
			}))
		}
		if err != nil {
			return SignIns{Unknown: unknownSignIns(err)}
		}
	}
	return out
}

// unknownSignIns says why it is not known when anybody signed in.
func unknownSignIns(err error) string {
	switch {
	case graphconn.NeedsPremium(err):
		return "sign-ins are recorded for tenants with a licence of Microsoft Entra ID P1 or P2 only"
	case graphconn.IsDenied(err):
		return "grant the application the permission AuditLog.Read.All"
	}
	return "the question when users signed in was not answered: " + err.Error()
}

// signInDocument is a user in JSON.
type signInDocument struct {
	ID             string         `json:"id"`
	SignInActivity signInActivity `json:"signInActivity"`
}

type signInActivity struct {
	Interactive    time.Time `json:"lastSignInDateTime"`
	NonInteractive time.Time `json:"lastNonInteractiveSignInDateTime"`
	Successful     time.Time `json:"lastSuccessfulSignInDateTime"`
}

// last is the last sign-in that succeeded. Before December 2023 that was not recorded, and any attempt counts.
func (a signInActivity) last() time.Time {
	switch {
	case !a.Successful.IsZero():
		return a.Successful
	case a.NonInteractive.After(a.Interactive):
		return a.NonInteractive
	}
	return a.Interactive
}

// foldedIDs returns object ids in lower case, sorted, each once.
func foldedIDs(ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = strings.ToLower(id)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// eachDocument reads a page of objects that the models of Microsoft Graph are not needed for.
func eachDocument[D any](each func(D)) func([]byte) error {
	return func(body []byte) error {
		var page struct {
			Value []D `json:"value"`
		}
		err := decode(body, &page)
		for _, d := range page.Value {
			each(d)
		}
		return err
	}
}

// Role is a role of the directory that somebody holds now. Roles that they could activate by
// Privileged Identity Management are not among them.
type Role struct {
	// Name is the display name of the role, such as "User Administrator".
	Name string
	// Privileged says that Microsoft counts the role among the privileged ones, or that the role
	// is a custom one: what those may do is not known here.
	Privileged bool
	// Group is the display name of the group through which the role is held; empty where it is
	// assigned to the user.
	Group string
}

// Roles are the roles that users hold.
type Roles struct {
	// Held are the roles by object id of the user, in lower case, sorted by name. A user who is absent holds none.
	Held map[string][]Role
	// Unknown says why nothing is known, and what to do; empty where Held is the whole answer.
	Unknown string
}

// Roles returns which roles of the directory users hold, by object id, directly or as members of a
// group that roles can be assigned to. It takes a request for 100 assignments and one for 20 groups
// that hold roles, and none for a user. It needs the permission RoleManagement.Read.Directory:
// without it, and whatever else goes wrong, [Roles.Unknown] says why, and there is no error.
// https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments
func (t *Tenant) Roles(ctx context.Context, ids []string) Roles {
	assigned, err := t.roleAssignments(ctx)
	if err != nil {
		if graphconn.IsDenied(err) {
			return Roles{Unknown: "grant the application the permission RoleManagement.Read.Directory"}
		}
		return Roles{Unknown: "the question which roles users hold was not answered: " + err.Error()}
	}
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[strings.ToLower(id)] = true
	}
	out := Roles{Held: map[string][]Role{}}
	others := false // hold roles: groups, applications, or users whom nobody asked for
	for holder, roles := range assigned {
		if wanted[holder] {
			out.Held[holder] = append(out.Held[holder], roles...)
		} else {
			others = true
		}
	}
	if others {
		if err := t.rolesThroughGroups(ctx, assigned, wanted, out.Held); err != nil {
			return Roles{Unknown: "the question who is in groups that hold roles was not answered: " + err.Error()}
		}
	}
	for _, roles := range out.Held {
		slices.SortFunc(roles, func(a, b Role) int { return strings.Compare(a.Name+"\n"+a.Group, b.Name+"\n"+b.Group) })
	}
	return out
}

// roleAssignments returns the roles of every holder, by object id.
func (t *Tenant) roleAssignments(ctx context.Context) (map[string][]Role, error) {
	type assignment struct {
		PrincipalID    string `json:"principalId"`
		RoleDefinition struct {
			ID          string `json:"id"`
			DisplayName string `json:"displayName"`
			IsBuiltIn   bool   `json:"isBuiltIn"`
		} `json:"roleDefinition"`
	}
	out := map[string][]Role{}
	request := graphconn.Request{
		Method: http.MethodGet, Path: "/roleManagement/directory/roleAssignments", Query: url.Values{"$expand": {"roleDefinition"}},
	}
	err := t.client.Pages(ctx, request, eachDocument(func(a assignment) {
		holder, d := strings.ToLower(a.PrincipalID), a.RoleDefinition
		role := Role{Name: d.DisplayName, Privileged: !d.IsBuiltIn || privilegedRoles[strings.ToLower(d.ID)]}
		if !slices.Contains(out[holder], role) { // once for each part of the tenant that it is held for
			out[holder] = append(out[holder], role)
		}
	}))
	return out, err
}

// rolesThroughGroups adds the roles that users hold as members of groups.
func (t *Tenant) rolesThroughGroups(ctx context.Context, assigned map[string][]Role, wanted map[string]bool, held map[string][]Role) error {
	type group struct {
		ID          string `json:"id"`
		DisplayName string `json:"displayName"`
	}
	var groups []group
	query := url.Values{"$select": {"id,displayName"}, "$filter": {"isAssignableToRole eq true"}}
	request := graphconn.Request{Method: http.MethodGet, Path: "/groups", Query: query}
	err := t.client.Pages(ctx, request, eachDocument(func(g group) {
		if g.ID = strings.ToLower(g.ID); len(assigned[g.ID]) > 0 {
			groups = append(groups, g)
		}
	}))
	if err != nil {
		return permission(err, "GroupMember.Read.All")
	}
	requests := make([]graphconn.Request, len(groups))
	for i, g := range groups { // narrowing members to users is an advanced query
		requests[i] = graphconn.Request{Method: http.MethodGet, Path: "/groups/" + g.ID + "/transitiveMembers/microsoft.graph.user",
			Query: url.Values{"$select": {attrID}, "$count": {"true"}, "$top": {fmt.Sprint(pageSize)}}, Header: eventual()}
	}
	for i, result := range t.client.Batch(ctx, requests) {
		err := result.Err
		if err == nil {
			err = t.allPages(ctx, result.Response.Body, eventual(), eachObject(func(o object) {
				member := strings.ToLower(o.ID)
				if !wanted[member] {
					return
				}
				for _, role := range assigned[groups[i].ID] {
					role.Group = groups[i].DisplayName
					held[member] = append(held[member], role)
				}
			}))
		}
		if err != nil {
			return fmt.Errorf("reading the members of the group %q: %w", groups[i].DisplayName, permission(err, "GroupMember.Read.All"))
		}
	}
	return nil
}

// privilegedRoles are the definitions of the built-in roles that Microsoft marks as privileged.
// https://learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions
var privilegedRoles = map[string]bool{
	"db506228-d27e-4b7d-95e5-295956d6615f": true, // Agent ID Administrator
	"d2562ede-74db-457e-a7b6-544e236ebb61": true, // AI Administrator
	"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": true, // Application Administrator
	"cf1c38e5-3621-4004-a7cb-879624dced7c": true, // Application Developer
	"c4e39bd9-1100-46d3-8c65-fb160da0071f": true, // Authentication Administrator
	"25a516ed-2fa0-40ea-a2d0-12923a21473a": true, // Authentication Extensibility Administrator
	"aaf43236-0c0d-4d5f-883a-6955382ac081": true, // B2C IEF Keyset Administrator
	"158c047a-c907-4556-b7ef-446551a6b5f7": true, // Cloud Application Administrator
	"7698a772-787b-4ac8-901f-60d6b08affd2": true, // Cloud Device Administrator
	"b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": true, // Conditional Access Administrator
	"d29b2b05-8046-44ba-8758-1e26182fcf32": true, // Directory Synchronization Accounts
	"9360feb5-f418-4baa-8175-e2a00bac4301": true, // Directory Writers
	"8329153b-31d0-4727-b945-745eb3bc5f31": true, // Domain Name Administrator
	"be2f45a1-457d-42af-a067-6ec1fa63bc45": true, // External Identity Provider Administrator
	"62e90394-69f5-4237-9190-012177145e10": true, // Global Administrator
	"f2ef992c-3afb-46b9-b7cf-a126ee74c451": true, // Global Reader
	"729827e3-9c14-49f7-bb1b-9608f156bbb8": true, // Helpdesk Administrator
	"8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2": true, // Hybrid Identity Administrator
	"3a2c62db-5318-420d-8d74-23affee5d9d5": true, // Intune Administrator
	"59d46f88-662b-457b-bceb-5c3809e5908f": true, // Lifecycle Workflows Administrator
	"4ba39ca4-527c-499a-b93d-d9b492c50246": true, // Partner Tier1 Support
	"e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8": true, // Partner Tier2 Support
	"966707d0-3269-4727-9be2-8c3a10f19b9d": true, // Password Administrator
	"7be44c8a-adaf-4e2a-84d6-ab2649e08a13": true, // Privileged Authentication Administrator
	"e8611ab8-c189-46e8-94e1-60213ab1f814": true, // Privileged Role Administrator
	"194ae4cb-b126-40b2-bd5b-6091b380977d": true, // Security Administrator
	"5f2222b1-57c3-48ba-8ad5-d4759f1fde6f": true, // Security Operator
	"5d6b6bb7-de71-4623-b4af-96380a352509": true, // Security Reader
	"fe930be7-5e62-47db-91af-98c3a49a38b1": true, // User Administrator
}
