// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// groupTenant starts a tenant and returns it with a client of this package.
func groupTenant(t *testing.T, o graph.Options) (*graph.Server, *Tenant) {
	t.Helper()
	s, err := graph.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c, err := graphconn.New(graphconn.Config{TenantID: s.TenantID(), ClientID: s.ClientID(), ClientSecret: s.ClientSecret(), GraphEndpoint: s.URL(), AuthorityHost: s.URL(), CACertificatePEM: string(s.CAPEM())})
	if err != nil {
		t.Fatal(err)
	}
	return s, New(c, Options{})
}

// groupPeople adds users with worker ids w0, w1, … and returns them as members.
func groupPeople(s *graph.Server, n int) []directory.Member {
	out := make([]directory.Member, n)
	for i := range out {
		worker := fmt.Sprintf("w%d", i)
		out[i] = directory.Member{Path: worker + "@example.com", Name: "User " + worker, Class: kindUser, WorkerID: worker}
		out[i].ID = s.AddUser(map[string]any{"userPrincipalName": out[i].Path, "displayName": out[i].Name, "mailNickname": worker, "employeeId": worker})
	}
	return out
}

func memberIDs(members []directory.Member) []string {
	out := make([]string, len(members))
	for i, m := range members {
		out[i] = m.ID
	}
	return out
}

func holds(t *testing.T, s *graph.Server, group string, want ...directory.Member) {
	t.Helper()
	have, _ := s.Group(group)["members"].([]string)
	have = slices.Sorted(slices.Values(have))
	ids := slices.Sorted(slices.Values(memberIDs(want)))
	if !slices.Equal(have, ids) {
		t.Errorf("%d members, expected %d", len(have), len(ids))
	}
}

// says checks that an error has words in it.
func says(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("found error %v, expected %q in it", err, w)
		}
	}
}

func TestGroups_readsInBulk(t *testing.T) {
	s, tenant := groupTenant(t, graph.Options{})
	people := groupPeople(s, 2500)
	big, small := s.AddGroup(map[string]any{"displayName": "Big O'Brien", "mailNickname": "big"}), s.AddGroup(map[string]any{"displayName": "Small", "mailNickname": "small"})
	s.AddMembers(big, memberIDs(people)...)
	s.AddMembers(small, people[7].ID, big)
	refs := []string{big, "SMALL", "Big O'Brien", "nobody", "00000000-0000-0000-0000-00000000beef"}
	for i := range 40 {
		refs = append(refs, s.AddGroup(map[string]any{"displayName": fmt.Sprint("G", i), "mailNickname": fmt.Sprint("g", i)}))
	}
	s.ResetStats()
	found, err := tenant.Groups(t.Context(), refs)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 43 || len(found[big].Members) != 2500 || found["Big O'Brien"].ID != big || len(found["SMALL"].Members) != 2 {
		t.Errorf("%d groups: %v", len(found), found["SMALL"])
	}
	if got := found["SMALL"].Members[people[7].ID]; got != people[7] {
		t.Errorf("found %+v, expected %+v", got, people[7])
	}
	if got := found["SMALL"].Members[big]; got.Class != kindGroup || got.Path != "Big O'Brien" {
		t.Errorf("found %+v", got)
	}
	if n := s.Stats().Requests; n > 8 {
		t.Errorf("%d requests for 43 groups with 2,502 members", n)
	}
}

func TestGroups_fixedAmbiguousDenied(t *testing.T) {
	s, tenant := groupTenant(t, graph.Options{})
	dynamic := s.AddGroup(map[string]any{"displayName": "D", "mailNickname": "d", "groupTypes": []string{"DynamicMembership"}, "membershipRule": "user.x -eq 1", "membershipRuleProcessingState": "On"})
	synced := s.AddGroup(map[string]any{"displayName": "S", "mailNickname": "s", "onPremisesSyncEnabled": true})
	list := s.AddGroup(map[string]any{"displayName": "L", "mailNickname": "l", "mailEnabled": true, "securityEnabled": false})
	twin := s.AddGroup(map[string]any{"displayName": "Twin", "mailNickname": "twin"})
	other := s.AddGroup(map[string]any{"displayName": "Twin", "mailNickname": "other"})
	ann := groupPeople(s, 1)[0]
	found, err := tenant.Groups(t.Context(), []string{dynamic, synced, list, "twin", other})
	says(t, err, `"twin"`, twin, other, "2 groups")
	if len(found) != 4 || found[other].Fixed != "" {
		t.Errorf("found %v", found)
	}
	var changes []directory.MembershipChange
	for id, why := range map[string]string{dynamic: "dynamic", synced: "synchronised from Active Directory", list: "distribution list"} {
		if !strings.Contains(found[id].Fixed, why) {
			t.Errorf("found %q, expected %q in it", found[id].Fixed, why)
		}
		changes = append(changes, directory.MembershipChange{GroupID: id, Add: []directory.Member{ann}})
	}
	s.ResetStats()
	for _, o := range tenant.ChangeMembers(t.Context(), changes) {
		says(t, o.Err, found[o.GroupID].Fixed)
	}
	if n := s.Stats().Writes; n != 0 {
		t.Errorf("%d writes to groups that cannot be written", n)
	}
	s.Fault(graph.Fault{Method: "GET", Path: "^/groups/" + twin + "/members", Status: 403, Times: -1})
	found, err = tenant.Groups(t.Context(), []string{twin, other})
	says(t, err, `group "Twin": read`, "GroupMember.Read.All")
	if found[other] == nil || found[twin] != nil {
		t.Errorf("found %v", found)
	}
}

func TestMembers(t *testing.T) {
	s, tenant := groupTenant(t, graph.Options{})
	people := groupPeople(s, 3)
	s.AddUser(map[string]any{"userPrincipalName": "twin@example.com", "employeeId": "w2"})
	group := s.AddGroup(map[string]any{"displayName": "G"})
	found, err := tenant.Members(t.Context(), []string{"W0", people[1].ID, "W1@Example.com", strings.ToUpper(group), "w2", "nobody", "nobody@example.com", "00000000-0000-0000-0000-00000000beef", ""})
	says(t, err, `"w2"`, "2 users", "twin@example.com")
	want := map[string]directory.Member{"W0": people[0], people[1].ID: people[1], "W1@Example.com": people[1], strings.ToUpper(group): {ID: group, Path: "G", Name: "G", Class: kindGroup}}
	if len(found) != len(want) {
		t.Errorf("found %v", found)
	}
	for ref, m := range want {
		if found[ref] != m {
			t.Errorf("%s: found %+v, expected %+v", ref, found[ref], m)
		}
	}
}

// TestMembers_createdSince: the tenant was listed before somebody else created a user.
func TestMembers_createdSince(t *testing.T) {
	s, tenant := groupTenant(t, graph.Options{})
	refs := []string{"late", "late@example.com"}
	for _, m := range groupPeople(s, 150) {
		refs = append(refs, m.WorkerID)
	}
	if found, err := tenant.Members(t.Context(), refs); err != nil || len(found) != 150 {
		t.Fatalf("%d found, %v", len(found), err)
	}
	id := s.AddUser(map[string]any{"userPrincipalName": "late@example.com", "employeeId": "late"})
	found, err := tenant.Members(t.Context(), refs)
	if err != nil || found["late"].ID != id || found["late@example.com"].ID != id {
		t.Errorf("found %v and %v, %v", found["late"], found["late@example.com"], err)
	}
}

func TestChangeMembers_onlyTheBadOneFails(t *testing.T) {
	s, tenant := groupTenant(t, graph.Options{})
	people := groupPeople(s, 2520)
	group, second := s.AddGroup(map[string]any{"displayName": "Sales"}), s.AddGroup(map[string]any{"displayName": "Second"})
	s.AddMembers(group, people[3].ID)                // is in already
	s.AddMembers(group, memberIDs(people[2500:])...) // are to leave
	s.RemoveMembers(group, people[2519].ID)          // has left already
	bad := directory.Member{ID: "00000000-0000-0000-0000-00000000beef", WorkerID: "gone", Class: kindUser}
	s.ResetStats()
	out := tenant.ChangeMembers(t.Context(), []directory.MembershipChange{
		{GroupID: group, Name: "Sales", Add: append(slices.Clone(people[:2500]), bad), Remove: people[2500:]},
		{GroupID: second, Add: people[:1]},
		{GroupID: "00000000-0000-0000-0000-00000000dead", Name: "Old", Add: people[:1]},
		{GroupID: "00000000-0000-0000-0000-00000000dead", Name: "Old", Remove: people[:1]},
	})
	if len(out[0].Added) != 2500 || len(out[0].Removed) != 20 || len(out[1].Added) != 1 || out[1].Err != nil || out[3].Err != nil {
		t.Errorf("%d added, %d removed, %v, %v", len(out[0].Added), len(out[0].Removed), out[1], out[3])
	}
	says(t, out[0].Err, `group "Sales": add worker "gone"`, "does not exist")
	says(t, out[2].Err, `group "Old"`, "no longer exists")
	holds(t, s, group, people[:2500]...)
	if n := s.Stats().Requests; n > 30 {
		t.Errorf("%d requests for 2,520 changes", n)
	}
	var one *directory.MembershipError
	if !errors.As(out[0].Err, &one) || one.Member != bad {
		t.Errorf("found %v", out[0].Err)
	}
}

func TestChangeMembers_faults(t *testing.T) {
	s, tenant := groupTenant(t, graph.Options{MemberLimit: 30})
	people := groupPeople(s, 45)
	denied, full, well := s.AddGroup(map[string]any{"displayName": "Denied"}), s.AddGroup(map[string]any{"displayName": "Full"}), s.AddGroup(map[string]any{"displayName": "Well"})
	s.AddMembers(denied, people[44].ID)
	s.Fault(graph.Fault{Method: "PATCH", Path: "^/groups/" + denied, Status: 403, Times: -1})
	s.Fault(graph.Fault{Method: "DELETE", Path: "^/groups/" + denied, Status: 403, Times: -1})
	s.Fault(graph.Fault{Method: "PATCH", Path: "^/groups/" + well, Status: 429, RetryAfter: "0.01", Times: 2})
	s.Fault(graph.Fault{Method: "PATCH", Path: "^/groups/" + well, Status: 409, Code: "Directory_ConcurrencyViolation"})
	s.Fault(graph.Fault{Method: "POST", Path: "batch", Body: `"PATCH"`, DropAfter: true})
	out := tenant.ChangeMembers(t.Context(), []directory.MembershipChange{
		{GroupID: denied, Name: "Denied", Add: people[:25], Remove: people[44:]}, {GroupID: full, Name: "Full", Add: people[:31]}, {GroupID: well, Name: "Well", Add: people[:25]},
	})
	if problems := strings.Count(out[0].Err.Error(), "group \"Denied\""); problems != 1 {
		t.Errorf("%d problems of a group without permission, expected one: %v", problems, out[0].Err)
	}
	says(t, out[0].Err, "GroupMember.ReadWrite.All")
	if !errors.Is(out[0].Err, directory.ErrDenied) || out[2].Err != nil {
		t.Errorf("found %v and %v", out[0].Err, out[2].Err)
	}
	says(t, out[1].Err, `group "Full": add worker`, "limit")
	holds(t, s, denied, people[44])
	holds(t, s, well, people[:25]...)
	if n := len(out[1].Added); n != 30 {
		t.Errorf("%d members in a group of 30", n)
	}
}

func TestChangeMembers_nesting(t *testing.T) {
	s, tenant := groupTenant(t, graph.Options{})
	add := func(name string, more map[string]any) directory.Member {
		props := map[string]any{"displayName": name}
		for k, v := range more {
			props[k] = v
		}
		return directory.Member{ID: s.AddGroup(props), Path: name, Name: name, Class: kindGroup}
	}
	a, b, c := add("A", nil), add("B", nil), add("C", nil)
	team := add("Team", map[string]any{"groupTypes": []string{"Unified"}, "mailEnabled": true, "mailNickname": "team"})
	role := add("Role", map[string]any{"isAssignableToRole": true})
	s.AddMembers(a.ID, b.ID)
	change := func(group directory.Member, members ...directory.Member) directory.MembershipChange {
		return directory.MembershipChange{GroupID: group.ID, Name: group.Name, Add: members}
	}
	out := tenant.ChangeMembers(t.Context(), []directory.MembershipChange{change(b, c), change(c, a, c), change(team, a), change(role, a)})
	if out[0].Err != nil || len(out[0].Added) != 1 {
		t.Errorf("found %v", out[0])
	}
	says(t, out[1].Err, "circular", `"A"`, "member of itself")
	says(t, out[2].Err, "holds users only")
	says(t, out[3].Err, "holds no groups")
	holds(t, s, c.ID)
	says(t, tenant.CheckMembers(t.Context(), &directory.Group{ID: c.ID}, []directory.Member{a}), "circular")
}

// TestChangeMembers_ofThisRun: users and a group that were just made do not show yet.
func TestChangeMembers_ofThisRun(t *testing.T) {
	s, tenant := groupTenant(t, graph.Options{VisibleAfterReads: 3})
	account := func(id string) directory.Change {
		return directory.Change{WorkerID: id, Want: directory.Account{Enabled: true, Attributes: map[string]directory.Value{
			attrPrincipal: {id + "@example.com"}, attrNickname: {id}, attrDisplayName: {id}, attrEmployeeID: {id}}}}
	}
	made := tenant.Apply(t.Context(), []directory.Change{account("p1"), account("p2")}, directory.ApplyOptions{})
	group, err := tenant.CreateGroup(t.Context(), GroupSpec{DisplayName: "New", MailNickname: "new", Type: GroupSecurity})
	if err != nil || made[0].Err != nil {
		t.Fatal(err, made[0].Err)
	}
	young := s.AddUser(map[string]any{"userPrincipalName": "p3@example.com"})
	members, err := tenant.Members(t.Context(), []string{"p1", "p2", young})
	if err != nil || len(members) != 3 {
		t.Fatal(err, members)
	}
	out := tenant.ChangeMembers(t.Context(), []directory.MembershipChange{{GroupID: group.ID, Add: []directory.Member{members["p1"], members["p2"], members[young]}}})
	if out[0].Err != nil || len(out[0].Added) != 3 {
		t.Errorf("found %v", out[0])
	}
}

func TestGroup_life(t *testing.T) {
	s, tenant := groupTenant(t, graph.Options{VisibleAfterReads: 2})
	people := groupPeople(s, 25)
	text := func(s string) *string { return &s }
	s.Fault(graph.Fault{Method: "POST", Path: "batch", Body: `"POST"`, DropAfter: true})
	want := GroupSpec{DisplayName: "Team", MailNickname: "team", Type: GroupMicrosoft365, Description: text("x"), Visibility: text("Private"), Owners: people}
	g, err := tenant.CreateGroup(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Groups()) != 1 || g.Mail != "team@example.com" || len(g.Owners) != 25 || g.Description != "x" || g.Visibility != "Private" {
		t.Errorf("%d groups, found %+v", len(s.Groups()), g)
	}
	_, err = tenant.CreateGroup(t.Context(), GroupSpec{DisplayName: "Other", MailNickname: "team", Type: GroupMicrosoft365})
	if says(t, err, "mail nickname"); !errors.Is(err, directory.ErrNameTaken) {
		t.Errorf("found %v", err)
	}
	_, err = tenant.CreateGroup(t.Context(), GroupSpec{DisplayName: "Role", MailNickname: "role", Type: GroupSecurity, AssignableToRole: true})
	says(t, err, "RoleManagement.ReadWrite.Directory")
	want.DisplayName, want.Description, want.Owners = "Crew", text(""), people[24:]
	if g, err = tenant.UpdateGroup(t.Context(), g, want); err != nil || g.DisplayName != "Crew" || g.Description != "" || len(g.Owners) != 1 {
		t.Errorf("found %+v, %v", g, err)
	}
	s.ResetStats()
	if _, err = tenant.UpdateGroup(t.Context(), g, want); err != nil || s.Stats().Writes != 0 {
		t.Errorf("%d writes of no difference, %v", s.Stats().Writes, err)
	}
	for range 2 {
		if err := tenant.DeleteGroup(t.Context(), g.ID); err != nil {
			t.Error(err)
		}
	}
	if found, err := tenant.ReadGroup(t.Context(), g.ID, true); found != nil || err != nil || len(s.DeletedGroups()) != 1 {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestGroup_withRoles(t *testing.T) {
	s, tenant := groupTenant(t, graph.Options{Permissions: append([]string{"RoleManagement.ReadWrite.Directory"}, graph.DefaultPermissions...)})
	people := groupPeople(s, 2)
	for kind, nickname := range map[string]string{GroupSecurity: "role", GroupMicrosoft365: "roleteam"} {
		g, err := tenant.CreateGroup(t.Context(), GroupSpec{DisplayName: nickname, MailNickname: nickname, Type: kind, AssignableToRole: true, Owners: people[:1]})
		if err != nil || !g.AssignableToRole || g.Type != kind {
			t.Fatalf("found %+v, %v", g, err)
		}
		if out := tenant.ChangeMembers(t.Context(), []directory.MembershipChange{{GroupID: g.ID, Add: people}}); out[0].Err != nil {
			t.Error(out[0].Err)
		}
	}
}

// Groups are told by name, those of many owners to each of them; who owns none is not named,
// and neither is somebody who is gone meanwhile.
func TestGroupsOwnedBy(t *testing.T) {
	s, tenant := groupTenant(t, graph.Options{PageLimit: 2})
	people := memberIDs(groupPeople(s, 3))
	for i, name := range []string{"Payroll", "Audit", "Board"} {
		group := s.AddGroup(map[string]any{"displayName": name})
		for _, owner := range people[:1+i%2] {
			s.AddOwner(group, owner)
		}
	}
	got, err := tenant.GroupsOwnedBy(t.Context(), append(people, "00000000-0000-0000-0000-000000000001"))
	want := map[string][]string{people[0]: {"Audit", "Board", "Payroll"}, people[1]: {"Audit"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v, expected %v", got, err, want)
	}
}
