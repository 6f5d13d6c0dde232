// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
)

// primary makes a group the primary one of a person, who must be in it.
func (l *lab) primary(t testing.TB, n int, login string) {
	t.Helper()
	sid := l.sid(t, login)
	l.edit(t, l.dn(n), attrPrimaryGroup, sid[strings.LastIndexByte(sid, '-')+1:])
}

func TestMembersByPrimaryGroup(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1), l.person(2))
	l.group(t, "Staff", l.dn(1), l.dn(2))
	l.primary(t, 1, l.tag+"Staff")
	g := l.mustGroup(t, l.tag+"Staff")
	first, second := g.Members[c[0].ID], g.Members[c[1].ID]
	if len(g.Members) != 2 || !first.Primary || first.WorkerID != l.id(1) || second.Primary || second.ID == "" {
		t.Fatalf("members: %+v", g.Members)
	}
	out := l.ChangeMembers(t.Context(), []directory.MembershipChange{{GroupID: g.ID, Name: g.Name, Remove: []directory.Member{first, second}, Add: []directory.Member{first}}})[0]
	if !slices.Equal(out.Removed, []string{second.ID}) || out.Err == nil || !strings.Contains(out.Err.Error(), "primaryGroupID 513") || !strings.Contains(out.Err.Error(), `worker "`+l.id(1)+`"`) {
		t.Errorf("%+v", out)
	}
	if err := l.CheckRemovals(t.Context(), g, []directory.Member{first, second}); err == nil || strings.Contains(err.Error(), l.id(2)) || !strings.Contains(err.Error(), "make that its primary one first") {
		t.Errorf("at plan: %v", err)
	}
	// A leaver keeps what the primary group may do, until somebody gives the account another one.
	leaver := disabled(set(c[0], "groups", directory.GroupsRemoved), directory.ForLeft)
	if got := state(t, l.connect(t, l.conf, Options{}), leaver); got != directory.GroupsKept {
		t.Errorf("before: %q", got)
	}
	o := l.Apply(t.Context(), []directory.Change{leaver}, directory.ApplyOptions{})[0]
	mustFail(t, o, nil, "primary group", "primaryGroupID 513", "run again", l.id(1))
	if l.isEnabled(t, 1) || strings.Contains(o.Err.Error(), "holds something else") {
		t.Errorf("%v", o.Err)
	}
	if err := l.dc.Modify(t.Context(), "dn: CN=Domain Users,CN=Users,"+l.dc.BaseDN()+"\nchangetype: modify\nadd: member\nmember: "+l.dn(1)+"\n"); err != nil {
		t.Fatal(err)
	}
	l.edit(t, l.dn(1), attrPrimaryGroup, domainUsers)
	l.must(t, leaver)
	l.mustBeIn(t, 1)
	if g := l.mustGroup(t, l.tag+"Staff"); len(g.Members) != 0 {
		t.Errorf("members: %+v", g.Members)
	}
}

// Protection that is named by a group or a container is not lost through the group or the container.
func TestProtectionIsNotTakenAway(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1), l.person(2))
	inner := l.group(t, "Inner", l.dn(2))
	l.group(t, "Guarded", l.dn(1), inner)
	for _, ou := range []string{"OU=Outer,", "OU=Safe,OU=Outer,", "OU=Deep,OU=Safe,OU=Outer,"} {
		if err := l.dc.CreateOU(t.Context(), ou+l.ou); err != nil {
			t.Fatal(err)
		}
	}
	safe := "OU=Safe,OU=Outer," + l.ou
	d := l.connect(t, l.conf, Options{Protect: Protect{Groups: []string{l.tag + "Guarded"}, Containers: []string{strings.ToLower(safe)}}})
	refused := func(err error, texts ...string) {
		t.Helper()
		if !errors.Is(err, directory.ErrProtected) {
			t.Fatalf("not refused: %v", err)
		}
		for _, text := range texts {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("the error does not say %q:\n%v", text, err)
			}
		}
	}
	for n, name := range []string{"Guarded", "Inner"} {
		g := l.mustGroup(t, l.tag+name)
		who := g.Members[c[n].ID]
		out := d.ChangeMembers(t.Context(), []directory.MembershipChange{{GroupID: g.ID, Name: g.Name, Remove: []directory.Member{who}}})[0]
		refused(out.Err, l.id(n+1), "protect.groups")
		refused(d.CheckRemovals(t.Context(), g, []directory.Member{who}), l.id(n+1), "protect.groups")
		l.mustBeIn(t, n+1, name)
		refused(d.DeleteGroup(t.Context(), g.ID, true), "protect.groups")
		_, err := d.UpdateGroup(t.Context(), g.ID, GroupSettings{Container: l.ou, Name: name, Login: l.tag + "other", Scope: ScopeGlobal, Category: CategorySecurity})
		refused(err, "protect.groups")
	}
	for _, unit := range []struct{ path, container, name string }{
		{safe, "OU=Outer," + l.ou, "Renamed"}, {safe, l.ou, "Safe"}, {"OU=Outer," + l.ou, l.ou, "Renamed"}, {"OU=Deep," + safe, l.ou, "Deep"},
	} {
		u, err := d.FindUnit(t.Context(), unit.path)
		if err != nil || u == nil {
			t.Fatal(u, err)
		}
		want := UnitSettings{Container: unit.container, Name: unit.name}
		refused(d.CheckUnit(t.Context(), u.ID, want), "protect.containers")
		_, err = d.UpdateUnit(t.Context(), u.ID, want)
		refused(err, "protect.containers", u.Path)
	}
	u, err := d.FindUnit(t.Context(), safe)
	if err != nil {
		t.Fatal(err)
	}
	refused(d.DeleteUnit(t.Context(), u.ID), "protect.containers")
	deep, err := d.FindUnit(t.Context(), "OU=Deep,"+safe)
	if err != nil {
		t.Fatal(err)
	}
	inside := UnitSettings{Container: safe, Name: "Deeper"}
	if err := d.CheckUnit(t.Context(), deep.ID, inside); err != nil {
		t.Error(err)
	}
	if _, err := d.UpdateUnit(t.Context(), deep.ID, inside); err != nil {
		t.Error(err)
	}
}

func TestIdentity(t *testing.T) {
	l := newLab(t, Options{})
	sid, name, err := l.Identity(t.Context())
	if err != nil || name != l.dc.Realm() || !strings.HasPrefix(l.sid(t, "Administrator"), sid+"-") {
		t.Fatalf("%q, %q, %v", sid, name, err)
	}
	before := l.client.Stats().Searches
	if again, _, err := l.Identity(t.Context()); err != nil || again != sid || l.client.Stats().Searches != before {
		t.Errorf("%q, %v, and %d searches more", again, err, l.client.Stats().Searches-before)
	}
	// The identifier of an account is read where somebody asks for it.
	c := l.must(t, l.person(1))[0]
	found, err := l.Read(t.Context(), map[string]string{"a": c.ID}, []string{attrSID})
	if err != nil || found["a"].Account.Attributes[attrSID].Text() != l.sid(t, l.id(1)) {
		t.Errorf("%+v, %v", found["a"], err)
	}
}
