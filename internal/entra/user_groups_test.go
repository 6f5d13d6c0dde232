// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

const memory = "onPremisesExtensionAttributes/extensionAttribute14"

// remembering returns the users of a tenant as a new process sees them that may remember groups.
func remembering(t testing.TB, s *graph.Server, clock *testClock) *Tenant {
	t.Helper()
	tenant := again(t, s, clock)
	tenant.o.RemovedGroupsAttributes = []string{memory}
	return tenant
}

// as wants an account enabled or not, with groups in a state.
func as(c directory.Change, enabled bool, groups string) directory.Change {
	c.Want = c.Want.Clone()
	c.Want.Enabled = enabled
	c.Want.Attributes[directory.GroupsAttribute] = directory.Value{groups}
	return c
}

// groupsOf returns the display names of a user's groups, as the tenant holds them.
func groupsOf(s *graph.Server, id string, groups map[string]string) []string {
	var names []string
	for group, name := range groups {
		if members, _ := s.Group(group)["members"].([]string); slices.Contains(members, id) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// addGroup makes a group by hand, with members.
func addGroup(s *graph.Server, props map[string]any, members ...string) string {
	id := s.AddGroup(props)
	s.AddMembers(id, members...)
	return id
}

// stateOf is the state of a user's groups as a new process reads it.
func stateOf(t testing.TB, tenant *Tenant, c directory.Change) string {
	t.Helper()
	found, err := tenant.Read(t.Context(), map[string]string{c.WorkerID: c.ID}, []string{directory.GroupsAttribute})
	if err != nil {
		t.Fatal(err)
	}
	return found[c.WorkerID].Account.Attributes[directory.GroupsAttribute].Text()
}

func TestGroupsAreTakenAndGivenBack(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{Permissions: append([]string{"RoleManagement.ReadWrite.Directory"}, graph.DefaultPermissions...)})
	c := person("w1")
	c.ID = one(t, tenant, c).ID
	groups := map[string]string{}
	for _, name := range []string{"A", "B", `Größe, "C"`} {
		groups[addGroup(s, map[string]any{"displayName": name, "securityEnabled": true}, c.ID)] = name
	}
	// What can make an administrator is taken, and never given back.
	groups[addGroup(s, map[string]any{"displayName": "Helpdesk", "securityEnabled": true, "isAssignableToRole": true}, c.ID)] = "Helpdesk"
	dynamic := addGroup(s, map[string]any{"displayName": "Everybody", "securityEnabled": true, "groupTypes": []any{"DynamicMembership"}, "membershipRule": "user.accountEnabled -eq true", "membershipRuleProcessingState": "On"}, c.ID)
	leaver, back := as(c, false, directory.GroupsRemoved), as(c, true, directory.GroupsKept)
	if got := stateOf(t, remembering(t, s, clock), c); got != directory.GroupsKept {
		t.Errorf("at first: %q", got)
	}
	if o := one(t, remembering(t, s, clock), leaver); o.Err != nil || o.Account.Account.Attributes[directory.GroupsAttribute].Text() != directory.GroupsRemoved {
		t.Fatalf("%+v", o)
	}
	if left := groupsOf(s, c.ID, groups); len(left) > 0 {
		t.Errorf("still in %q", left)
	}
	if members, _ := s.Group(dynamic)["members"].([]string); !slices.Contains(members, c.ID) {
		t.Error("taken from a group whose rule says who is in it")
	}
	s.ResetStats()
	if o := one(t, remembering(t, s, clock), leaver); o.Err != nil || o.Changed {
		t.Errorf("a second time: %+v", o)
	}
	if n := s.Stats().Writes; n != 0 {
		t.Errorf("%d writes when nothing is left to do", n)
	}
	// Somebody puts the leaver into a group by hand, and another group is deleted.
	groups[addGroup(s, map[string]any{"displayName": "D", "securityEnabled": true}, c.ID)] = "D"
	if got := stateOf(t, remembering(t, s, clock), c); got != directory.GroupsPartly {
		t.Errorf("after a change by hand: %q", got)
	}
	if o := one(t, remembering(t, s, clock), leaver); o.Err != nil {
		t.Fatal(o.Err)
	}
	for id, name := range groups {
		if name == "B" {
			s.DeleteGroup(id)
		}
	}
	if o := one(t, remembering(t, s, clock), back); o.Err != nil || o.Account.Account.Attributes[directory.GroupsAttribute].Text() != directory.GroupsKept {
		t.Fatalf("%+v", o)
	}
	if got := groupsOf(s, c.ID, groups); !slices.Equal(got, []string{"A", "D", `Größe, "C"`}) {
		t.Errorf("back in %q", got)
	}
	if got := extensionText(t, s, c.ID, "extensionAttribute14"); got != "" {
		t.Errorf("still remembered: %q", got)
	}
}

func TestGroupsAreNotRememberedWhereAnybodyMayWrite(t *testing.T) {
	for _, name := range []string{"mobilePhone", "department", "id", ""} {
		if err := CheckOptions(Options{RemovedGroupsAttributes: []string{memory, name}}); err == nil || !strings.Contains(err.Error(), "removed_groups_attributes") {
			t.Errorf("%q: got %v", name, err)
		}
	}
	if err := CheckOptions(Options{RemovedGroupsAttributes: []string{memory, "extension_0123456789abcdef0123456789abcdef_groups"}}); err != nil {
		t.Error(err)
	}
}

// Every write of a leaver is refused in turn; the next run does what is left, and
// nothing that was done before.
func TestLadderStoppedAnywhere(t *testing.T) {
	for _, stop := range []struct {
		graph.Fault
		left       int // writes
		revocation bool
	}{
		{Fault: graph.Fault{Method: "PATCH", Body: `"accountEnabled":false`}, left: 2}, // state and sessions: the groups are taken all the same
		{Fault: graph.Fault{Method: "POST", Path: "revokeSignInSessions"}, left: 0, revocation: true},
		{Fault: graph.Fault{Method: "PATCH", Body: "extensionAttribute14"}, left: 3},
		{Fault: graph.Fault{Method: "DELETE", Path: "members"}, left: 2},
		{Fault: graph.Fault{Method: "DELETE", Path: "members", Skip: 1}, left: 1},
	} {
		t.Run(fmt.Sprintf("%s %s%s %d", stop.Method, stop.Path, stop.Body, stop.Skip), func(t *testing.T) {
			tenant, s, clock := open(t, graph.Options{})
			c := person("w1", "jobTitle", "Clerk")
			c.ID = one(t, tenant, c).ID
			clock.at = clock.at.Add(time.Hour)
			groups := map[string]string{}
			for _, name := range []string{"A", "B"} {
				groups[addGroup(s, map[string]any{"displayName": name, "securityEnabled": true}, c.ID)] = name
			}
			leaver := as(c, false, directory.GroupsRemoved)
			leaver.Want.Attributes["jobTitle"] = nil
			stop.Status, stop.Times = 403, -1
			s.Fault(stop.Fault)
			o := one(t, remembering(t, s, clock), leaver)
			if o.Err == nil || !strings.Contains(o.Err.Error(), `worker "w1"`) {
				t.Fatalf("%+v", o)
			}
			s.ClearFaults()
			if left := len(groupsOf(s, c.ID, groups)); stop.Body == "extensionAttribute14" && left != 2 {
				t.Errorf("still in %d groups, of which none was remembered", left)
			}
			if stop.revocation && !strings.Contains(o.Err.Error(), "workforce_entra_revoke_sessions") {
				t.Errorf("nothing says how to revoke sessions: %v", o.Err)
			}
			s.ResetStats()
			if o := one(t, remembering(t, s, clock), leaver); o.Err != nil {
				t.Fatal(o.Err)
			}
			if n := s.Stats().Writes; n != stop.left {
				t.Errorf("%d writes to finish, expected %d", n, stop.left)
			}
			u := s.User(c.ID)
			if u["accountEnabled"] != false || u["jobTitle"] != nil || len(groupsOf(s, c.ID, groups)) > 0 {
				t.Errorf("in the end: %v, in %q", u, groupsOf(s, c.ID, groups))
			}
			if o := one(t, remembering(t, s, clock), as(c, true, directory.GroupsKept)); o.Err != nil || len(groupsOf(s, c.ID, groups)) != 2 {
				t.Errorf("back in %q: %v", groupsOf(s, c.ID, groups), o.Err)
			}
		})
	}
}

// What cannot be remembered is said before anything is written.
func TestGroupsWithoutRoom(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	c := person("w1")
	c.ID = one(t, tenant, c).ID
	leaver := as(c, false, directory.GroupsRemoved)
	if err := tenant.Check(t.Context(), []directory.Change{as(c, true, directory.GroupsKept)}); err == nil || !strings.Contains(err.Error(), "removed_groups_attributes") {
		t.Errorf("nowhere to remember: %v", err)
	}
	wants(t, one(t, tenant, leaver).Err, directory.ErrInvalid, "removed_groups_attributes")
	most := maxRememberedGroups(memory)
	for i := range most + 1 {
		addGroup(s, map[string]any{"displayName": fmt.Sprintf("G%03d", i), "securityEnabled": true}, c.ID)
	}
	small := remembering(t, s, clock)
	wants(t, small.Check(t.Context(), []directory.Change{leaver}), nil, fmt.Sprint(most+1, " groups"), fmt.Sprint("room for ", most), `worker "w1"`)
	wants(t, one(t, small, leaver).Err, directory.ErrInvalid, fmt.Sprint("room for ", most))
	if members := len(groupsOfAll(s, c.ID)); members != most+1 {
		t.Errorf("taken from %d groups all the same", most+1-members)
	}
	large := remembering(t, s, clock)
	large.o.RemovedGroupsAttributes = append(large.o.RemovedGroupsAttributes, "onPremisesExtensionAttributes/extensionAttribute13")
	if o := one(t, large, leaver); o.Err != nil || len(groupsOfAll(s, c.ID)) != 0 {
		t.Errorf("%+v, in %d groups", o, len(groupsOfAll(s, c.ID)))
	}
	for name, groups := range map[string]int{"extensionAttribute14": most, "extensionAttribute13": 1} {
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(extensionText(t, s, c.ID, name), rememberedGroups))
		if err != nil || len(raw) != 16*groups {
			t.Errorf("%s has not %d groups: %v", name, groups, err)
		}
	}
	back := remembering(t, s, clock)
	back.o.RemovedGroupsAttributes = large.o.RemovedGroupsAttributes
	if o := one(t, back, as(c, true, directory.GroupsKept)); o.Err != nil || len(groupsOfAll(s, c.ID)) != most+1 {
		t.Errorf("%+v, in %d groups", o, len(groupsOfAll(s, c.ID)))
	}
}

// extensionText returns one of the extension attributes that the tenant holds.
func extensionText(t testing.TB, s *graph.Server, id, name string) string {
	t.Helper()
	all, ok := s.User(id)["onPremisesExtensionAttributes"].(map[string]any)
	if !ok {
		t.Fatal("no extension attributes")
	}
	text, _ := all[name].(string)
	return text
}

// What an attribute holds beside lists of groups is never overwritten.
func TestGroupsDoNotOverwrite(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	c := person("w1")
	c.ID = one(t, tenant, c).ID
	s.Update(c.ID, map[string]any{"onPremisesExtensionAttributes": map[string]any{"extensionAttribute14": "cost centre 4711"}})
	addGroup(s, map[string]any{"displayName": "A", "securityEnabled": true}, c.ID)
	leaver := as(c, false, directory.GroupsRemoved)
	if err := remembering(t, s, clock).Check(t.Context(), []directory.Change{leaver}); err != nil {
		t.Errorf("nobody can be disabled: %v", err)
	}
	wants(t, one(t, remembering(t, s, clock), leaver).Err, directory.ErrInvalid, "cost centre 4711")
	wants(t, remembering(t, s, clock).Check(t.Context(), []directory.Change{leaver}), nil, `worker "w1"`, `extensionAttribute14 holds "cost centre 4711"`, "removed_groups_attributes")
	if extensionText(t, s, c.ID, "extensionAttribute14") != "cost centre 4711" || len(groupsOfAll(s, c.ID)) != 1 || s.User(c.ID)["accountEnabled"] != false {
		t.Errorf("%v, in %q", s.User(c.ID), groupsOfAll(s, c.ID))
	}
}

func groupsOfAll(s *graph.Server, id string) []string {
	all := map[string]string{}
	for _, g := range s.Groups() {
		all[fmt.Sprint(g["id"])] = fmt.Sprint(g["displayName"])
	}
	return groupsOf(s, id, all)
}
