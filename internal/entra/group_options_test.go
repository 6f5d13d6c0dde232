// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// mayManageUnits are the permissions of an application that manages administrative units.
var mayManageUnits = append(slices.Clone(graph.DefaultPermissions), "AdministrativeUnit.ReadWrite.All")

// TestDynamicGroup: a rule is written at creation, changed, paused, and taken away, so that members can be added again.
func TestDynamicGroup(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{VisibleAfterReads: 1})
	ann := live(s, "ann", nil)
	rule := func(text string) *string { return &text }
	security := true
	want := GroupSpec{DisplayName: "Sales", MailNickname: "sales", Type: GroupMicrosoft365,
		MembershipRule:  rule(`user.department -eq "Sales"`),
		SecurityEnabled: &security, Behaviors: []string{"HideGroupInOutlook"}}
	g, err := tenant.CreateGroup(t.Context(), want)
	if err != nil || !g.Dynamic || g.Paused || g.MembershipRule != *want.MembershipRule || !g.SecurityEnabled {
		t.Fatalf("%+v, %v", g, err)
	}
	if held := s.Group(g.ID); fmt.Sprint(held["groupTypes"], held["resourceBehaviorOptions"]) != "[Unified DynamicMembership] "+
		"[HideGroupInOutlook]" {
		t.Errorf("the tenant holds %v", held)
	}
	add := directory.MembershipChange{GroupID: g.ID, Add: []directory.Member{{ID: ann, Class: kindUser}}}
	wants(t, tenant.ChangeMembers(t.Context(), []directory.MembershipChange{add})[0].Err, nil, "membership of the group is dynamic")

	want.MembershipRule, want.Paused = rule(`user.department -eq "Sales" -or user.city -eq "Ulm"`), true
	if g, err = tenant.UpdateGroup(t.Context(), g, want); err != nil || !g.Paused || g.MembershipRule != *want.MembershipRule {
		t.Fatalf("%+v, %v", g, err)
	}
	unmanaged := want
	unmanaged.MembershipRule = nil
	if g, err = tenant.UpdateGroup(t.Context(), g, unmanaged); err != nil || !g.Dynamic {
		t.Fatalf("%+v, %v", g, err)
	}
	want.MembershipRule = rule("")
	if g, err = tenant.UpdateGroup(t.Context(), g, want); err != nil || g.Dynamic || g.Type != GroupMicrosoft365 {
		t.Fatalf("%+v, %v", g, err)
	}
	if o := tenant.ChangeMembers(t.Context(), []directory.MembershipChange{add})[0]; o.Err != nil {
		t.Error(o.Err)
	}
	want.MembershipRule, want.Paused = rule("user.accountEnabled -eq true"), false
	if g, err = tenant.UpdateGroup(t.Context(), g, want); err != nil || !g.Dynamic || g.Paused {
		t.Fatalf("%+v, %v", g, err)
	}
}

// TestUnitsOfGroup: a group is put into units and taken out of them, by id or name.
func TestUnitsOfGroup(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{Permissions: mayManageUnits})
	group := s.AddGroup(map[string]any{"displayName": "Sales"})
	north, south := s.AddUnit(map[string]any{"displayName": "North"}, group), s.AddUnit(map[string]any{"displayName": "South"})
	s.AddUnit(map[string]any{"displayName": "Twin"})
	s.AddUnit(map[string]any{"displayName": "Twin"})
	found, err := tenant.Units(t.Context(), []string{"south", north})
	if err != nil || found["south"].ID != south || found[north].DisplayName != "North" {
		t.Fatalf("%v, %v", found, err)
	}
	_, err = tenant.Units(t.Context(), []string{"West", "Twin", "11111111-2222-4333-8444-555555555555"})
	wants(t, err, directory.ErrAmbiguous, `"West"`, `2 administrative units are called "Twin"`, "11111111")
	for _, want := range [][]string{{south}, {north, south}, {south, north}, nil} {
		if err := tenant.SetUnitsOfGroup(t.Context(), group, want); err != nil {
			t.Fatal(err)
		}
		got := s.UnitsOf(group)
		slices.Sort(got)
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Errorf("the group is in %v, expected %v", got, want)
		}
	}
	denied, s, _ := open(t, graph.Options{})
	_, err = denied.Units(t.Context(), []string{"North"})
	wants(t, err, directory.ErrDenied, "AdministrativeUnit.Read.All")
	wants(t, denied.SetUnitsOfGroup(t.Context(), s.AddGroup(nil), []string{south}), directory.ErrDenied, "AdministrativeUnit.ReadWrite.All")
}

// TestGroupLicenses: a group has the licenses that are wanted when the call ends, and its members later.
func TestGroupLicenses(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{})
	group := s.AddGroup(map[string]any{"displayName": "Licensed"})
	for i := range 3 {
		s.AddMembers(group, live(s, fmt.Sprint("w", i), map[string]any{"usageLocation": "DE"}))
	}
	steps := []struct{ want, shows map[string][]string }{
		{map[string][]string{"spe_e3": {"teams1"}}, map[string][]string{"SPE_E3": {"TEAMS1"}}},
		{map[string][]string{e3.ID: nil, "AAD_PREMIUM": nil}, map[string][]string{"SPE_E3": nil, "AAD_PREMIUM": nil}},
		{nil, map[string][]string{}},
	}
	for _, step := range steps {
		if err := tenant.SetGroupLicenses(t.Context(), group, step.want); err != nil {
			t.Fatal(err)
		}
		got, err := tenant.GroupLicenses(t.Context(), group)
		if err != nil || !reflect.DeepEqual(got.Licenses, step.shows) || got.Processing == "" {
			t.Errorf("%+v, %v, expected %v", got, err, step.shows)
		}
		if s.ProcessLicenses(); len(step.want) == 2 {
			if got, err = tenant.GroupLicenses(t.Context(), group); err != nil || !got.Failing || got.Processing != "ProcessingComplete" {
				t.Errorf("%+v, %v, expected a member without a license", got, err)
			}
			named, err := tenant.SameGroupLicenses(t.Context(), got.Licenses, map[string][]string{e3.ID: nil, "aad_premium": nil, "OTHER": nil})
			if want := map[string][]string{e3.ID: nil, "aad_premium": nil}; err != nil || !reflect.DeepEqual(named, want) {
				t.Errorf("%v, %v, expected %v", named, err, want)
			}
		}
	}
	err := tenant.CheckGroupLicenses(t.Context(), map[string][]string{"SPE_E5": nil, "SPE_E3": {"NOTHING"}, e3.ID: nil})
	wants(t, err, nil, `no license "SPE_E5"`, `no service plan "NOTHING"`)
	wants(t, tenant.CheckGroupLicenses(t.Context(), map[string][]string{"SPE_E3": nil, e3.ID: nil}), nil, "named twice")
	plain := s.AddGroup(map[string]any{"groupTypes": []string{"Unified"}, "mailEnabled": true, "securityEnabled": false})
	wants(t, tenant.SetGroupLicenses(t.Context(), plain, map[string][]string{"SPE_E3": nil}), nil, "security-enabled")
}
