// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// licensed is a change of a user with licenses; planned are those that its document named before.
func licensed(id string, want []string, planned ...string) directory.Change {
	c := person(id, attrUsageLocation, "DE")
	c.Want.Attributes[attrLicenses] = want
	if planned != nil {
		before := c.Want.Clone()
		before.Attributes[attrLicenses] = planned
		c.Planned = &before
	}
	return c
}

// hasLicenses checks the licenses that a user has of its own, with the number of plans that are off.
func hasLicenses(t *testing.T, s *graph.Server, id string, want ...string) {
	t.Helper()
	var got []string
	states, _ := s.User(id)["licenseAssignmentStates"].([]any)
	for _, v := range states {
		state, _ := v.(map[string]any)
		off, _ := state["disabledPlans"].([]any)
		if state["assignedByGroup"] == nil {
			for _, l := range graph.DefaultLicenses() {
				if l.ID == state["skuId"] {
					got = append(got, fmt.Sprintf("%s-%d", l.PartNumber, len(off)))
				}
			}
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("%s has %v, expected %v", id, got, want)
	}
}

var e3, premium = graph.DefaultLicenses()[0], graph.DefaultLicenses()[1]

// TestUserLicenses: licenses are assigned, changed and taken away as documents say, and others stay.
func TestUserLicenses(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{VisibleAfterReads: 1})
	apply := func(c directory.Change) directory.Outcome {
		t.Helper()
		o := one(t, again(t, s, clock), c)
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		return o
	}
	id := apply(licensed("w1", []string{"spe_e3 without teams1"})).ID
	hasLicenses(t, s, id, "SPE_E3-1")
	now := func(want ...string) {
		t.Helper()
		c := licensed("w1", want)
		found, err := again(t, s, clock).Read(t.Context(), map[string]string{"w1": id}, []string{attrLicenses})
		if err != nil {
			t.Fatal(err)
		}
		if shown := tenant.Render(c.Want, found["w1"]).Attributes[attrLicenses]; !shown.Equal(want) {
			t.Errorf("%v shows as %v", want, shown)
		}
	}
	now("spe_e3 without teams1")
	next := func(want []string, planned ...string) directory.Outcome {
		c := licensed("w1", want, planned...)
		c.ID = id
		return apply(c)
	}
	s.AssignLicense(id, premium.ID)
	if o := next([]string{"SPE_E3"}, "SPE_E3 without TEAMS1"); !o.Changed {
		t.Error("plans were switched on, and nothing is said to have changed")
	}
	hasLicenses(t, s, id, "AAD_PREMIUM-0", "SPE_E3-0") // the one that somebody else assigned stays
	now("SPE_E3")
	s.ResetStats()
	if o := next([]string{"SPE_E3"}, "SPE_E3"); o.Changed || s.Stats().Calls("POST /users/{id}/assignLicense") != 0 {
		t.Error("what is right was written again")
	}
	next([]string{}, "SPE_E3")
	hasLicenses(t, s, id, "AAD_PREMIUM-0")
	next([]string{}, "AAD_PREMIUM") // once it was named, it is taken away
	hasLicenses(t, s, id)
}

// TestLicenseInError: a license that is assigned and does not work is no success. Whose it is, which, and why is said, in every
// apply until the cause is gone.
func TestLicenseInError(t *testing.T) {
	for _, state := range []string{"Error", "ActiveWithError"} {
		for word, remedy := range map[string]string{
			"CountViolation": "buy units", "MutuallyExclusiveViolation": "excludes", "DependencyViolation": "needs",
			"ProhibitedInUsageLocationViolation": "country", "UniquenessViolation": "proxyAddresses", "Other": "admin center",
		} {
			_, s, clock := open(t, graph.Options{})
			c := licensed("w1", []string{"SPE_E3"})
			c.ID = one(t, again(t, s, clock), c).ID
			s.FaultLicense(c.ID, e3.ID, state, word)
			for range 2 {
				found, err := again(t, s, clock).Read(t.Context(), map[string]string{"w1": c.ID}, []string{attrLicenses})
				if err != nil || !found["w1"].Account.Attributes[attrLicenses].Equal(directory.Value{"SPE_E3 (in error)"}) {
					t.Fatalf("%s: shown as held: %v, %v", state, found["w1"], err)
				}
				o := one(t, again(t, s, clock), c)
				for _, part := range []string{`worker "w1"`, "SPE_E3", state, word, remedy} {
					if o.Err == nil || !strings.Contains(o.Err.Error(), part) {
						t.Errorf("%s %s: found %v, expected %q in it", state, word, o.Err, part)
					}
				}
			}
			s.FaultLicense(c.ID, e3.ID, "", "")
			if o := one(t, again(t, s, clock), c); o.Err != nil {
				t.Errorf("%s %s: the cause is gone: %v", state, word, o.Err)
			}
		}
	}
}

// TestFaultyLicenseIsTaken: the state names a license that does not work, and who is to have it no longer loses it.
func TestFaultyLicenseIsTaken(t *testing.T) {
	for _, state := range []string{"Error", "ActiveWithError"} {
		tenant, s, clock := open(t, graph.Options{})
		c := licensed("w1", []string{"SPE_E3 without TEAMS1"})
		c.ID = one(t, tenant, c).ID
		s.FaultLicense(c.ID, e3.ID, state, "CountViolation")
		found, err := again(t, s, clock).Read(t.Context(), map[string]string{"w1": c.ID}, []string{attrLicenses})
		if err != nil {
			t.Fatal(err)
		}
		shown := tenant.Render(c.Want, found["w1"]).Attributes[attrLicenses]
		if !shown.Equal(directory.Value{"SPE_E3 without TEAMS1 (in error)"}) {
			t.Errorf("%s: the state says %q", state, shown)
		}
		next := licensed("w1", nil, shown...)
		next.ID = c.ID
		if o := one(t, again(t, s, clock), next); o.Err != nil || !o.Changed {
			t.Errorf("%s: changed %t, %v", state, o.Changed, o.Err)
		}
		hasLicenses(t, s, c.ID)
	}
}

// TestFaultBesideGroup: who has a license by a group has it, although the user's own assignment of it does not work.
func TestFaultBesideGroup(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	c := licensed("w1", []string{"SPE_E3"})
	c.ID = one(t, tenant, c).ID
	group := s.AddGroup(map[string]any{"displayName": "Licensed"})
	s.AddMembers(group, c.ID)
	if err := tenant.SetGroupLicenses(t.Context(), group, map[string][]string{"SPE_E3": nil}); err != nil {
		t.Fatal(err)
	}
	s.ProcessLicenses()
	s.FaultLicense(c.ID, e3.ID, "Error", "CountViolation")
	if o := one(t, again(t, s, clock), c); o.Err != nil || o.Changed {
		t.Errorf("changed %t, %v", o.Changed, o.Err)
	}
	next := licensed("w1", nil, "SPE_E3")
	next.ID = c.ID
	if o := one(t, again(t, s, clock), next); o.Err != nil {
		t.Error(o.Err)
	}
	hasLicenses(t, s, c.ID)
}

// TestInheritedLicenses: what a group gives is enough, is not taken away, and is made up for where its plans differ.
func TestInheritedLicenses(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{})
	id := live(s, "w1", map[string]any{"usageLocation": "DE"})
	group := s.AddGroup(map[string]any{"displayName": "Licensed"})
	s.AddMembers(group, id)
	if err := tenant.SetGroupLicenses(t.Context(), group, map[string][]string{"SPE_E3": nil}); err != nil {
		t.Fatal(err)
	}
	s.ProcessLicenses()
	c := licensed("w1", []string{"SPE_E3"})
	c.ID = id
	if o := one(t, tenant, c); o.Err != nil {
		t.Error(o.Err)
	}
	hasLicenses(t, s, id)
	c = licensed("w1", nil, "SPE_E3")
	c.ID = id
	if o := one(t, tenant, c); o.Err != nil {
		t.Error(o.Err)
	}
	c = licensed("w1", []string{"SPE_E3 without TEAMS1"})
	c.ID = id
	if o := one(t, tenant, c); o.Err != nil {
		t.Error(o.Err)
	}
	hasLicenses(t, s, id, "SPE_E3-1")
}

// TestCheckLicenses: what cannot be had is told before anything is written, of each person, and nobody else is in the way.
func TestCheckLicenses(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{})
	s.AssignLicense(live(s, "w0", nil), premium.ID)
	has := live(s, "w9", nil)
	s.AssignLicense(has, e3.ID)
	nowhere := person("w4")
	nowhere.Want.Attributes[attrLicenses] = directory.Value{"SPE_E3"}
	keeps := person("w9")
	keeps.ID, keeps.Want.Attributes[attrLicenses] = has, directory.Value{"SPE_E3"}
	gone := licensed("w0b", []string{"AAD_PREMIUM"})
	gone.Want.Enabled = false // goes without before those who can sign in
	changes := []directory.Change{
		gone, licensed("w1", []string{"AAD_PREMIUM"}), licensed("w2", []string{"AAD_PREMIUM"}),
		nowhere, keeps, licensed("w5", []string{"SPE_E5"}), licensed("w6", []string{"SPE_E3 without TEAMS"}),
		licensed("w7", []string{"SPE_E3", "spe_e3 without TEAMS1"}),
	}
	if err := tenant.Check(t.Context(), changes); err == nil || strings.Contains(err.Error(), "no unit") {
		t.Errorf("a missing unit, of which Apply tells one person, is an error of the plan: %v", err)
	}
	err := tenant.CheckLicenses(t.Context(), changes)
	wants(t, err, directory.ErrInvalid, "worker \"w0b\"", "worker \"w2\"", "3 people are to get one, and 1 of 2 units", "worker "+
		"\"w4\"", "usageLocation",
		"no license \"SPE_E5\"", "SPE_E3", "no service plan \"TEAMS\"", "TEAMS1", "named twice")
	for _, unharmed := range []string{`"w1"`, `"w9"`} {
		if err != nil && strings.Contains(err.Error(), unharmed) {
			t.Errorf("worker %s is refused: %v", unharmed, err)
		}
	}
}

// TestLicenseRefused: a person who gets no license is told, and gets the account and everything else.
func TestLicenseRefused(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{})
	outcomes := tenant.Apply(t.Context(), []directory.Change{
		licensed("w1", []string{"AAD_PREMIUM"}), licensed("w2", []string{"AAD_PREMIUM"}), licensed("w3", []string{"AAD_PREMIUM"}),
	}, directory.ApplyOptions{})
	failed := 0
	for _, o := range outcomes {
		if o.Err != nil {
			failed++
			wants(t, o.Err, directory.ErrInvalid, "no unit is left")
		}
		if s.User(o.ID)["accountEnabled"] != true {
			t.Errorf("worker %s cannot sign in", o.WorkerID)
		}
	}
	if failed != 1 {
		t.Errorf("%d people got no license, expected 1", failed)
	}
	tenant, _, _ = open(t, graph.Options{Permissions: []string{"User.ReadWrite.All", "Domain.Read.All"}})
	err := tenant.Check(t.Context(), []directory.Change{licensed("w1", []string{"SPE_E3"})})
	wants(t, err, directory.ErrDenied, "LicenseAssignment.Read.All")
	tenant, _, _ = open(t, graph.Options{Permissions: []string{"User.ReadWrite.All", "Domain.Read.All", "Organization.Read.All"}})
	if o := one(t, tenant, licensed("w1", []string{"SPE_E3"})); o.Err != nil { // writing users is enough for it
		t.Error(o.Err)
	}
}

// TestLicenseTexts: what documents say of licenses.
func TestLicenseTexts(t *testing.T) {
	kind, _ := StandardSchema().Lookup(attrLicenses)
	for text, ok := range map[string]bool{
		"SPE_E3": true, "SPE_E3 without TEAMS1": true, "SPE_E3 WITHOUT TEAMS1, SWAY": true, "Microsoft_365_E5_(no_Teams)": true,
		"SPE_E3 without": false, "SPE_E3 without ": false, " without TEAMS1": false, "05e9a617-0261-4cee-bb44-138d3ef5d965": false,
		"SPE_E3 (in error)": false,
	} {
		if err := CheckValue(kind, directory.Value{text}); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	license, without := parseLicense("SPE_E3 Without TEAMS1 SWAY,TEAMS1")
	if license != "SPE_E3" || !slices.Equal(without, []string{"SWAY", "TEAMS1"}) {
		t.Errorf("got %q, %q", license, without)
	}
}
