// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/sandbox/graph"
)

var readStanding = append(slices.Clone(graph.DefaultPermissions), "AuditLog.Read.All", "RoleManagement.Read.Directory")

// TestLastSignIns: the last sign-in that succeeded counts, those before it was recorded as attempts; who never signed in is absent.
func TestLastSignIns(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{Permissions: readStanding})
	signedIn := func(id string, activity map[string]any) string {
		return live(s, id, map[string]any{"signInActivity": activity})
	}
	moment := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	const early, later = "2026-03-01T07:30:00Z", "2026-05-02T08:00:00Z"
	failed := signedIn("w1", map[string]any{"lastSignInDateTime": later, "lastSuccessfulSignInDateTime": early})
	background := signedIn("w2", map[string]any{"lastSignInDateTime": early, "lastNonInteractiveSignInDateTime": later})
	interactive := signedIn("w3", map[string]any{"lastSignInDateTime": later, "lastNonInteractiveSignInDateTime": early})
	never := live(s, "w4", nil)

	got := tenant.LastSignIns(t.Context(), []string{strings.ToUpper(failed), background, interactive, never, interactive})
	want := map[string]time.Time{failed: moment(early), background: moment(later), interactive: moment(later)}
	if got.Unknown != "" || !reflect.DeepEqual(got.Last, want) {
		t.Errorf("got %+v, expected %v", got, want)
	}
}

// TestLastSignInsRequests: so many users cost a request for 300.
func TestLastSignInsRequests(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{Permissions: readStanding})
	var ids []string
	for i := range 900 {
		activity := map[string]any{"lastSuccessfulSignInDateTime": "2026-05-02T08:00:00Z"}
		ids = append(ids, live(s, fmt.Sprintf("w%04d", i), map[string]any{"signInActivity": activity}))
	}
	s.ResetStats()
	if got := tenant.LastSignIns(t.Context(), ids); got.Unknown != "" || len(got.Last) != len(ids) {
		t.Errorf("%d sign-ins, expected %d; unknown: %q", len(got.Last), len(ids), got.Unknown)
	}
	if n := s.Stats().Requests; n != 3 {
		t.Errorf("%d requests, expected 3", n)
	}
}

// TestRoles: roles are those of users themselves and those of their groups; custom roles count as privileged.
func TestRoles(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{Permissions: readStanding, PageLimit: 1})
	admin, member, reader, plain, other := live(s, "w1", nil), live(s, "w2", nil), live(s, "w3", nil), live(s, "w4", nil), live(s, "w5", nil)
	operators := s.AddGroup(map[string]any{"displayName": "Operators", "isAssignableToRole": true})
	s.AddGroup(map[string]any{"displayName": "Reserve", "isAssignableToRole": true})
	s.AddMembers(operators, admin, member, other)
	s.AssignRole(admin, "Global Administrator")
	s.AssignRole(operators, "Helpdesk Administrator")
	s.AssignRole(reader, "Reports Reader")
	s.AssignRole(other, "Printer Keeper")

	got := tenant.Roles(t.Context(), []string{strings.ToUpper(admin), member, reader, plain})
	helpdesk := Role{Name: "Helpdesk Administrator", Privileged: true, Group: "Operators"}
	want := map[string][]Role{
		admin: {{Name: "Global Administrator", Privileged: true}, helpdesk}, member: {helpdesk}, reader: {{Name: "Reports Reader"}},
	}
	if got.Unknown != "" || !reflect.DeepEqual(got.Held, want) {
		t.Errorf("got %+v\nexpected %+v", got, want)
	}
	got = tenant.Roles(t.Context(), []string{other})
	want = map[string][]Role{other: {helpdesk, {Name: "Printer Keeper", Privileged: true}}}
	if got.Unknown != "" || !reflect.DeepEqual(got.Held, want) {
		t.Errorf("got %+v\nexpected %+v", got, want)
	}
}

// TestStandingUnknown: without permission, licence or answer nothing is known, and that is said.
func TestStandingUnknown(t *testing.T) {
	unlicensed := []graph.License{{ID: "05e9a617-0261-4cee-bb44-138d3ef5d965", PartNumber: "EXCHANGESTANDARD", Units: 10}}
	membersRefused := &graph.Fault{Path: "transitiveMembers", Status: 403, Times: -1}
	for name, c := range map[string]struct {
		options        graph.Options
		fault          *graph.Fault
		signIns, roles string
	}{
		"no permission": {graph.Options{}, nil, "AuditLog.Read.All", "RoleManagement.Read.Directory"},
		"no licence":    {graph.Options{Permissions: readStanding, Licenses: unlicensed}, nil, "P1 or P2", ""},
		"no answer": {
			graph.Options{Permissions: readStanding}, &graph.Fault{Status: 400, Times: -1}, "not answered", "not answered",
		},
		"members refused": {graph.Options{Permissions: readStanding}, membersRefused, "", "GroupMember.Read.All"},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, _ := open(t, c.options)
			id := live(s, "w1", nil)
			group := s.AddGroup(map[string]any{"displayName": "Operators", "isAssignableToRole": true})
			s.AddMembers(group, id)
			s.AssignRole(group, "User Administrator")
			if c.fault != nil {
				s.Fault(*c.fault)
			}
			signIns, roles := tenant.LastSignIns(t.Context(), []string{id}), tenant.Roles(t.Context(), []string{id})
			if !strings.Contains(signIns.Unknown, c.signIns) || (signIns.Unknown == "") != (c.signIns == "") {
				t.Errorf("sign-ins: unknown for %q, expected %q", signIns.Unknown, c.signIns)
			}
			if !strings.Contains(roles.Unknown, c.roles) || (roles.Unknown == "") != (c.roles == "") {
				t.Errorf("roles: unknown for %q, expected %q", roles.Unknown, c.roles)
			}
		})
	}
}
