// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
)

func ptr(s string) *string { return &s }

func TestGroupObject(t *testing.T) {
	l := newLab(t, Options{})
	owner := l.must(t, l.person(1))[0].ID
	other := "OU=Other," + l.ou
	if err := l.dc.CreateOU(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	want := GroupSettings{Container: l.ou, Name: hostileGroup, Login: l.tag + "group", Scope: ScopeGlobal, Category: CategorySecurity, Description: ptr("First"), ManagedBy: ptr(l.dn(1))}
	if err := l.CheckGroup(t.Context(), "", want); err != nil {
		t.Fatal(err)
	}
	g, err := l.CreateGroup(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	if g.Name != hostileGroup || g.Scope != ScopeGlobal || g.Category != CategorySecurity || g.Description != "First" || !sameDN(g.ManagedBy, l.dn(1)) || !strings.HasPrefix(g.SID, "S-1-5-21-") || g.Protected != "" {
		t.Errorf("%+v", g)
	}
	owned, err := l.GroupsOwnedBy(t.Context(), []string{g.ID, owner}) // a group owns none
	if err != nil || len(owned) != 1 || !slices.Equal(owned[owner], []string{want.Login}) {
		t.Errorf("owned %v, %v", owned, err)
	}
	if _, err := l.CreateGroup(t.Context(), want); !errors.Is(err, directory.ErrNameTaken) || !strings.Contains(err.Error(), want.Login) {
		t.Errorf("twice: %v", err)
	}
	if err := l.CheckGroup(t.Context(), "", want); !errors.Is(err, directory.ErrNameTaken) {
		t.Errorf("checked twice: %v", err)
	}
	// Global to domain local goes over universal, with everything else in the same step.
	want.Name, want.Container, want.Login, want.Scope, want.Category = "Plain", other, l.tag+"renamed", ScopeDomainLocal, CategoryDistribution
	want.Description, want.ManagedBy, want.Mail = ptr(""), nil, ptr("plain@example.com")
	if err := l.CheckGroup(t.Context(), g.ID, want); err != nil {
		t.Error(err)
	}
	for range 2 {
		now, err := l.UpdateGroup(t.Context(), g.ID, want)
		if err != nil || now.ID != g.ID || now.SID != g.SID || !sameDN(now.Path, "CN=Plain,"+other) || now.Login != want.Login || now.Scope != ScopeDomainLocal ||
			now.Category != CategoryDistribution || now.Description != "" || now.Mail != "plain@example.com" || now.ManagedBy == "" {
			t.Errorf("%+v, %v", now, err)
		}
	}
	want.Scope, want.Container = ScopeGlobal, "OU=Gone,"+l.ou
	now, err := l.UpdateGroup(t.Context(), g.ID, want)
	if !errors.Is(err, directory.ErrNoContainer) || now == nil || now.Scope != ScopeGlobal {
		t.Errorf("%+v, %v", now, err)
	}
	if err := l.CheckGroup(t.Context(), g.ID, want); !errors.Is(err, directory.ErrNoContainer) {
		t.Errorf("checked: %v", err)
	}
	l.ChangeMembers(t.Context(), []directory.MembershipChange{{GroupID: g.ID, Add: l.mustMembers(t, l.id(1))}})
	if err := l.DeleteGroup(t.Context(), g.ID, false); err == nil || !strings.Contains(err.Error(), "1 member") {
		t.Errorf("with members: %v", err)
	}
	for range 2 {
		if err := l.DeleteGroup(t.Context(), g.ID, true); err != nil {
			t.Error(err)
		}
	}
	if now, err := l.UpdateGroup(t.Context(), g.ID, want); now != nil || err != nil {
		t.Errorf("gone: %+v, %v", now, err)
	}
	critical, err := l.FindGroup(t.Context(), "Domain Guests")
	if err != nil || critical == nil {
		t.Fatal(err)
	}
	if err := l.DeleteGroup(t.Context(), critical.ID, true); !errors.Is(err, directory.ErrProtected) {
		t.Errorf("Domain Guests: %v", err)
	}
}

func TestOrganizationalUnit(t *testing.T) {
	l := newLab(t, Options{})
	want := UnitSettings{Container: "OU=B,OU=A," + l.ou, Name: "Größe, Süd", Description: ptr("First"), Protected: true}
	if err := l.CheckUnit(t.Context(), "", want); !errors.Is(err, directory.ErrNoContainer) {
		t.Errorf("no parents: %v", err)
	}
	if _, err := l.CreateUnit(t.Context(), want); !errors.Is(err, directory.ErrNoContainer) {
		t.Errorf("no parents: %v", err)
	}
	want.CreateParents = true
	if err := l.CheckUnit(t.Context(), "", want); err != nil {
		t.Error(err)
	}
	u, err := l.CreateUnit(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // so that the container of the test can be removed
		_ = l.protect(t.Context(), u.Path, false)
	})
	if found, err := l.FindUnit(t.Context(), strings.ToLower(u.Path)); err != nil || *found != *u || !u.Protected || u.Name != want.Name || u.Description != "First" {
		t.Errorf("%+v, %v", found, err)
	}
	if err := l.CheckUnit(t.Context(), "", want); !errors.Is(err, directory.ErrNameTaken) {
		t.Errorf("twice: %v", err)
	}
	// Really protected: a client that is not ours cannot delete it.
	if err := l.dc.Delete(t.Context(), u.Path); err == nil {
		t.Error("a protected organizational unit was deleted")
	}
	if err := l.DeleteUnit(t.Context(), u.ID); !errors.Is(err, directory.ErrProtected) {
		t.Errorf("protected: %v", err)
	}
	c := l.person(1)
	c.Want.Container = u.Path
	l.must(t, c)
	if missing, err := l.MissingContainers(t.Context(), []string{u.Path}); err != nil || len(missing) > 0 {
		t.Errorf("missing: %v, %v", missing, err)
	}
	// Renamed and moved with whoever is in it, and protected afterwards.
	want.Name, want.Container, want.Description = "Nord", l.ou, nil
	now, err := l.UpdateUnit(t.Context(), u.ID, want)
	if err != nil || now.ID != u.ID || !sameDN(now.Path, "OU=Nord,"+l.ou) || !now.Protected || now.Description != "First" {
		t.Fatalf("%+v, %v", now, err)
	}
	moved := u.Path
	u.Path = now.Path
	if missing, err := l.MissingContainers(t.Context(), []string{moved, now.Path}); err != nil || len(missing) != 1 || missing[0] != moved {
		t.Errorf("missing after the move: %v, %v", missing, err)
	}
	if m := l.mustMembers(t, l.id(1))[0]; !sameDN(m.Path, "CN=Person "+l.id(1)+",OU=Nord,"+l.ou) {
		t.Errorf("%+v", m)
	}
	want.Protected = false
	if now, err = l.UpdateUnit(t.Context(), u.ID, want); err != nil || now.Protected {
		t.Errorf("%+v, %v", now, err)
	}
	if err := l.DeleteUnit(t.Context(), u.ID); !errors.Is(err, directory.ErrHasChildren) || !strings.Contains(err.Error(), "Person "+l.id(1)) {
		t.Errorf("with somebody in it: %v", err)
	}
	if err := l.dc.Delete(t.Context(), "CN=Person "+l.id(1)+","+now.Path); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := l.DeleteUnit(t.Context(), u.ID); err != nil {
			t.Error(err)
		}
	}
	if missing, err := l.MissingContainers(t.Context(), []string{now.Path}); err != nil || len(missing) != 1 {
		t.Errorf("missing after it was deleted: %v, %v", missing, err)
	}
}

func TestAccessListKeepsOthersEntries(t *testing.T) {
	grant := []byte{0, 0, 20, 0, 0xff, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}
	inheritedDenial := []byte{1, inherited, 20, 0, 2, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}
	before := (&accessList{control: daclPresent | 0x1000, revision: 2, entries: [][]byte{grant, inheritedDenial}}).bytes()
	l, err := parseAccessList(before)
	if err != nil || len(l.entries) != 2 || l.revision != 2 || l.control != daclPresent|0x1000|selfRelative || l.denied() != 0 {
		t.Fatalf("%+v, %v", l, err)
	}
	l.deny(rightDelete | rightDeleteTree | rightDeleteChild)
	if again, err := parseAccessList(l.bytes()); err != nil || len(again.entries) != 3 || again.denied() != rightDelete|rightDeleteTree|rightDeleteChild {
		t.Errorf("%+v, %v", again, err)
	}
	l.allow(rightDelete | rightDeleteTree)
	if l.denied() != rightDeleteChild || len(l.entries) != 3 {
		t.Errorf("%+v", l)
	}
	if l.allow(rightDeleteChild); string(l.bytes()) != string(before) {
		t.Errorf("%+v", l)
	}
	for n := range before {
		_, _ = parseAccessList(before[:n]) // must not panic
	}
}
