// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// group makes a group below the container of the test, and returns its path.
func (l *lab) group(t testing.TB, name string, members ...string) string {
	t.Helper()
	req := ldap.NewAddRequest("CN="+EscapeDN(name)+","+l.ou, nil)
	req.Attribute("objectClass", []string{"group"})
	req.Attribute("sAMAccountName", []string{l.tag + strings.NewReplacer(",", "", `"`, "", "+", "").Replace(name)})
	if len(members) > 0 {
		req.Attribute("member", members)
	}
	if err := l.client.Add(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	return req.DN
}

func (l *lab) mustGroup(t testing.TB, ref string) *directory.Group {
	t.Helper()
	found, err := l.Groups(t.Context(), []string{ref})
	if err != nil || found[ref] == nil {
		t.Fatalf("%s: %v, %v", ref, found, err)
	}
	return found[ref]
}

func (l *lab) mustMembers(t testing.TB, refs ...string) []directory.Member {
	t.Helper()
	found, err := l.Members(t.Context(), refs)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]directory.Member, len(refs))
	for i, ref := range refs {
		if out[i] = found[ref]; out[i].ID == "" {
			t.Fatalf("no member %q", ref)
		}
	}
	return out
}

// contacts makes that many objects that can be members, which is cheaper than
// accounts, and returns their paths.
func (l *lab) contacts(t testing.TB, n int) []string {
	t.Helper()
	var b strings.Builder
	dns := make([]string, n)
	for i := range dns {
		dns[i] = fmt.Sprintf("CN=Contact %05d,%s", i, l.ou)
		fmt.Fprintf(&b, "dn: %s\nchangetype: add\nobjectClass: contact\n\n", dns[i])
	}
	if err := l.dc.Modify(t.Context(), b.String()); err != nil {
		t.Fatal(err)
	}
	return dns
}

const hostileGroup = `Größe, "Müller" + Söhne`

func TestGroupsAndMembersByEveryReference(t *testing.T) {
	l := newLab(t, Options{})
	l.must(t, l.person(1), l.person(2))
	inner := l.group(t, "Inner", l.dn(2))
	dn := l.group(t, hostileGroup, l.dn(1), inner)
	login := l.tag + "Größe Müller  Söhne"
	g := l.mustGroup(t, dn)
	if g.Name != login || len(g.Members) != 2 || g.Fixed != "" {
		t.Errorf("%+v", g)
	}
	refs := []string{strings.ToLower(dn), strings.ToUpper(g.ID), strings.ToUpper(login), "nobody" + l.tag, "CN=Nobody," + l.ou, l.id(1), ""}
	found, err := l.Groups(t.Context(), refs)
	if err != nil || len(found) != 3 || found[refs[0]].ID != g.ID || found[refs[1]].ID != g.ID || found[refs[2]].ID != g.ID {
		t.Errorf("%v, %v", found, err)
	}
	member := l.mustMembers(t, l.id(1))[0]
	if m := g.Members[member.ID]; m != member || m.WorkerID != l.id(1) || m.Class != "user" || m.Name != "Person "+l.id(1) || !sameDN(m.Path, l.dn(1)) {
		t.Errorf("%+v, %+v", m, member)
	}
	all := l.mustMembers(t, l.id(1)+"@"+l.dc.Realm(), strings.ToUpper(member.ID), strings.ToUpper(l.dn(1)), inner)
	if all[0] != member || all[1] != member || all[2] != member || all[3].Class != "group" || g.Members[all[3].ID] != all[3] {
		t.Errorf("%+v", all)
	}
	none, err := l.Members(t.Context(), []string{"nobody" + l.tag, "x@" + l.tag, "CN=Nobody," + l.ou, "00000000-0000-0000-0000-000000000001"})
	if err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
	l.edit(t, l.dn(2), "employeeID", l.id(1))
	if _, err := l.connect(t, l.conf, Options{}).Members(t.Context(), []string{l.id(1)}); !errors.Is(err, directory.ErrAmbiguous) || !strings.Contains(err.Error(), l.dn(2)) {
		t.Errorf("a worker id that two have: %v", err)
	}
}

// A group with more members than a server returns at once, and than fit into
// one request, with one among them that is refused.
func TestManyMembers(t *testing.T) {
	l := newLab(t, Options{})
	dns := l.contacts(t, 1600)
	dn := l.group(t, "Many")
	g := l.mustGroup(t, dn)
	proxied, proxy := l.behind(t, Options{})
	members, err := proxied.Members(t.Context(), dns)
	if err != nil || len(members) != len(dns) {
		t.Fatalf("%d members, %v", len(members), err)
	}
	c := directory.MembershipChange{GroupID: g.ID, Name: g.Name}
	for _, ref := range dns {
		c.Add = append(c.Add, members[ref])
	}
	ghost := directory.Member{ID: "00000000-0000-0000-0000-000000000001", Path: "CN=Ghost"}
	c.Add = slices.Insert(c.Add, 700, ghost)
	proxy.Reset()
	out := proxied.ChangeMembers(t.Context(), []directory.MembershipChange{c})
	if len(out[0].Added) != 1600 || !errors.Is(out[0].Err, directory.ErrGone) || !strings.Contains(out[0].Err.Error(), "CN=Ghost") || strings.Count(out[0].Err.Error(), "\n") != 0 {
		t.Errorf("added %d, %v", len(out[0].Added), out[0].Err)
	}
	if n := proxy.Count(samba.Modify); n > 25 {
		t.Errorf("%d requests for 1,601 members", n)
	}
	if g = l.mustGroup(t, g.ID); len(g.Members) != 1600 {
		t.Fatalf("%d members", len(g.Members))
	}
	// A server that takes less at once gets less.
	small := l.mustGroup(t, l.group(t, "Small"))
	proxy.Inject(samba.Fault{Op: samba.Modify, Result: ldap.LDAPResultAdminLimitExceeded, Times: 3})
	if out := proxied.ChangeMembers(t.Context(), []directory.MembershipChange{{GroupID: small.ID, Add: c.Add[:100]}}); out[0].Err != nil || len(out[0].Added) != 100 {
		t.Errorf("added %d, %v", len(out[0].Added), out[0].Err)
	}
	// An answer that is lost changes nothing.
	proxy.Inject(samba.Fault{Op: samba.Modify, Lose: true, Reconnect: true})
	if out := proxied.ChangeMembers(t.Context(), []directory.MembershipChange{{GroupID: small.ID, Remove: c.Add[:100]}}); out[0].Err != nil || len(out[0].Removed) != 100 || len(l.mustGroup(t, small.ID).Members) != 0 {
		t.Errorf("removed %d, %v", len(out[0].Removed), out[0].Err)
	}
	proxy.Reset()
	if found, err := proxied.Groups(t.Context(), []string{dn}); err != nil || len(found[dn].Members) != 1600 || proxy.Count(samba.Search) > 4 {
		t.Errorf("%v, %d searches", err, proxy.Count(samba.Search))
	}
	c.Add, c.Remove = c.Add[:10], c.Add[10:1000]
	out = l.ChangeMembers(t.Context(), []directory.MembershipChange{c})
	if out[0].Err != nil || len(out[0].Added) != 10 || len(out[0].Removed) != 990 {
		t.Errorf("again: added %d, removed %d, %v", len(out[0].Added), len(out[0].Removed), out[0].Err)
	}
	if g = l.mustGroup(t, g.ID); len(g.Members) != 1600-989 {
		t.Errorf("%d members", len(g.Members))
	}
}

func TestMembersOfManyGroups(t *testing.T) {
	l := newLab(t, Options{})
	l.must(t, l.person(1), l.person(2))
	who := l.mustMembers(t, l.id(1), l.id(2))
	var refs []string
	for i := range 45 {
		refs = append(refs, l.group(t, fmt.Sprintf("G%02d", i)))
	}
	d, proxy := l.behind(t, Options{})
	groups, err := d.Groups(t.Context(), refs)
	if err != nil || len(groups) != 45 || proxy.Count(samba.Search) > 7 {
		t.Fatalf("%d groups, %v, %d searches", len(groups), err, proxy.Count(samba.Search))
	}
	changes := make([]directory.MembershipChange, len(refs))
	for i, ref := range refs {
		changes[i] = directory.MembershipChange{GroupID: groups[ref].ID, Name: groups[ref].Name, Add: who}
	}
	if err := l.dc.Delete(t.Context(), refs[7]); err != nil {
		t.Fatal(err)
	}
	for i, o := range d.ChangeMembers(t.Context(), changes) {
		if i == 7 {
			if !errors.Is(o.Err, directory.ErrGone) || !strings.Contains(o.Err.Error(), l.tag+"G07") || len(o.Added) != 0 {
				t.Errorf("deleted group: %+v", o)
			}
		} else if o.Err != nil || len(o.Added) != 2 || o.GroupID != changes[i].GroupID {
			t.Errorf("%d: %+v", i, o)
		}
	}
	if again, err := d.Groups(t.Context(), refs); err != nil || len(again) != 44 || len(again[refs[0]].Members) != 2 {
		t.Errorf("%d groups, %v", len(again), err)
	}
	// The server is lost in the middle: the rest is not attempted.
	for i := range changes {
		changes[i].Add, changes[i].Remove = nil, who
	}
	changes = slices.Delete(changes, 7, 8)
	proxy.Inject(samba.Fault{Op: samba.Modify, After: 10})
	missed := 0
	for _, o := range d.ChangeMembers(t.Context(), changes) {
		if o.Err != nil {
			missed++
		}
	}
	proxy.Mend()
	if missed < 30 || missed > 34 {
		t.Errorf("%d groups failed", missed)
	}
	for _, o := range l.ChangeMembers(t.Context(), changes) {
		if o.Err != nil || len(o.Removed) != 2 {
			t.Errorf("%+v", o)
		}
	}
}

func TestNoRightOnOneGroupOfSeveral(t *testing.T) {
	l := newLab(t, Options{})
	l.must(t, l.person(1))
	who := l.mustMembers(t, l.id(1))
	d := l.operator(t)
	var changes []directory.MembershipChange
	for i := range 4 {
		g := l.mustGroup(t, l.group(t, fmt.Sprintf("G%d", i)))
		changes = append(changes, directory.MembershipChange{GroupID: g.ID, Name: g.Name, Add: who})
		if i != 2 {
			l.dsaclOn(t, g.Path, fmt.Sprintf("(A;;RPWP;;;%s)", l.sid(t, "op"+l.tag)))
		}
	}
	for i, o := range d.ChangeMembers(t.Context(), changes) {
		if i == 2 && (!errors.Is(o.Err, directory.ErrDenied) || !strings.Contains(o.Err.Error(), l.tag+"G2") || !strings.Contains(o.Err.Error(), "elegate")) {
			t.Errorf("no right: %v", o.Err)
		}
		if i != 2 && (o.Err != nil || len(o.Added) != 1) {
			t.Errorf("%d: %+v", i, o)
		}
	}
}

func TestNestedGroups(t *testing.T) {
	l := newLab(t, Options{})
	c := l.group(t, "C")
	b := l.group(t, "B", c)
	a := l.group(t, "A", b)
	m := l.mustMembers(t, a, b, c)
	out := l.ChangeMembers(t.Context(), []directory.MembershipChange{
		{GroupID: m[2].ID, Name: "C", Add: []directory.Member{m[0], m[1], m[2]}},
		{GroupID: m[0].ID, Name: "A", Add: []directory.Member{m[2]}},
	})
	if text := fmt.Sprint(out[0].Err); !errors.Is(out[0].Err, ErrCircular) || !strings.Contains(text, "CN=A") || !strings.Contains(text, "CN=B") || !strings.Contains(text, "itself") || len(out[0].Added) != 0 {
		t.Errorf("%v", out[0])
	}
	if out[1].Err != nil || len(l.mustGroup(t, a).Members) != 2 {
		t.Errorf("%+v", out[1])
	}
	// Both at once would look harmless to each other.
	x, y := l.mustMembers(t, l.group(t, "X"))[0], l.mustMembers(t, l.group(t, "Y"))[0]
	out = l.ChangeMembers(t.Context(), []directory.MembershipChange{{GroupID: x.ID, Name: "X", Add: []directory.Member{y}}, {GroupID: y.ID, Name: "Y", Add: []directory.Member{x}}})
	if (out[0].Err == nil) == (out[1].Err == nil) {
		t.Errorf("%+v", out)
	}
}
