// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// What the tenant tells is told, and what it does not is named with the mend; neither is an error.
func TestUsage(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{Permissions: readStanding})
	at := time.Date(2026, 5, 2, 8, 0, 0, 0, time.UTC)
	admin := live(s, "w1", map[string]any{"signInActivity": map[string]any{"lastSuccessfulSignInDateTime": at.Format(time.RFC3339)}})
	member, reader := live(s, "w2", nil), live(s, "w3", nil)
	operators := s.AddGroup(map[string]any{"displayName": "Operators", "isAssignableToRole": true})
	s.AddMembers(operators, member)
	s.AssignRole(admin, "Global Administrator")
	s.AssignRole(operators, "Helpdesk Administrator")
	s.AssignRole(reader, "Reports Reader")
	upper := strings.ToUpper(admin)
	gone := "11111111-2222-4333-8444-555555555555"
	got, unknown, err := tenant.Usage(t.Context(), []string{upper, member, reader, gone})
	want := map[string]directory.Usage{
		upper:  {SignInsKnown: true, LastSignIn: at, Privileged: []string{"Global Administrator"}},
		member: {SignInsKnown: true, Privileged: []string{"Helpdesk Administrator (by Operators)"}},
		reader: {SignInsKnown: true},
	}
	if err != nil || unknown != "" || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %q, %v\nexpected %+v", got, unknown, err, want)
	}
	poor, _, _ := open(t, graph.Options{})
	got, unknown, err = poor.Usage(t.Context(), []string{admin})
	if err != nil || len(got) != 0 || !strings.Contains(unknown, "AuditLog.Read.All") ||
		!strings.Contains(unknown, "RoleManagement.Read.Directory") {
		t.Errorf("without permissions: %+v, %q, %v", got, unknown, err)
	}
}
