// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

func TestRestore(t *testing.T) {
	dc := samba.WithRecycleBin(t)
	l := newLabIn(t, dc, dc.Container(t), Options{})
	l.Domain, _ = l.behind(t, Options{})
	other := "OU=Other," + l.ou
	if err := dc.CreateOU(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	c := l.must(t, l.person(1, "description", "kept", "title", "Clerk"), l.person(2), l.person(3), l.person(4), l.person(5))
	before := l.entry(t, l.id(1), "objectSid")
	for n := 1; n <= 4; n++ {
		if err := dc.Delete(t.Context(), l.dn(n)); err != nil {
			t.Fatal(err)
		}
	}
	found, err := l.WithDeleted().Find(t.Context(), "employeeID", []string{l.id(1)})
	if err != nil || len(found[l.id(1)]) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	e := found[l.id(1)][0]
	if !e.Deleted || e.Lost != "" || !e.Account.Enabled || e.Account.Attributes["cn"].Text() != "Person "+l.id(1) || e.Account.Attributes["title"].Text() != "Clerk" || !sameDN(e.Path, l.dn(1)) {
		t.Errorf("the deleted account: %+v", e)
	}
	// Somebody else has got the name and place of the third meanwhile, and the login of the second.
	taker := l.person(9, "cn", "Person "+l.id(3))
	login := l.person(8, "sAMAccountName", l.id(2), "userPrincipalName", l.id(2)+"@"+dc.Realm())
	l.must(t, taker, login)
	back := []directory.Change{
		set(c[0], "title", "Director", "manager", l.id(5)),
		set(c[1], "cn", "Another Name", "sAMAccountName", "x"+l.id(2)[1:], "userPrincipalName", "x"+l.id(2)[1:]+"@"+dc.Realm()),
		c[2], c[3], set(c[4], "manager", l.id(1)),
	}
	back[1].Want.Container, back[3].Want.Enabled = other, false
	out := l.Apply(t.Context(), back, directory.ApplyOptions{})
	for i, o := range out {
		if i == 2 {
			mustFail(t, o, directory.ErrNameTaken, `worker "`+l.id(3)+`"`, l.id(9))
			continue
		}
		if o.Err != nil || o.ID != c[i].ID || o.Created || !o.Changed {
			t.Fatalf("person %d: %+v", i+1, o)
		}
	}
	after := l.entry(t, l.id(1), "objectSid", "description", "title", "userAccountControl", "manager", "isDeleted")
	if after.Get("objectSid") != before.Get("objectSid") || after.Get("description") != "kept" || after.Get("title") != "Director" || after.Get("userAccountControl") != "512" || !sameDN(after.Get("manager"), l.dn(5)) {
		t.Errorf("restored: %+v, before %+v", after, before)
	}
	if got := l.entry(t, "x"+l.id(2)[1:], "cn", "userPrincipalName"); got.DN != "CN=Another Name,"+other {
		t.Errorf("restored: %+v", got)
	}
	if got := l.entry(t, l.id(4), "userAccountControl").Get("userAccountControl"); got != "514" {
		t.Errorf("wanted disabled, found %s", got)
	}
	if got := l.entry(t, l.id(5), "manager").Get("manager"); !sameDN(got, l.dn(1)) {
		t.Errorf("the manager is %q", got)
	}
	found, err = l.WithDeleted().Find(t.Context(), "employeeID", []string{l.id(1)})
	if err != nil || len(found[l.id(1)]) != 1 || found[l.id(1)][0].Deleted {
		t.Errorf("afterwards: %+v, %v", found, err)
	}
	// The name is free again: the rest of the run.
	if err := dc.Delete(t.Context(), "CN=Person "+l.id(3)+","+l.ou); err != nil {
		t.Fatal(err)
	}
	l.must(t, c[2])
	if len(l.Notes()) > 0 {
		t.Errorf("notes %q", l.Notes())
	}
	restoreInterrupted(t, l, c[2])
	restoreDisabled(t, l, c[2])
	restoreProtected(t, l, c[2])
}

// restoreDisabled: who was deleted while enabled and is wanted disabled cannot sign in
// for a moment, even when everything after the restoring itself fails.
func restoreDisabled(t *testing.T, l *lab, c directory.Change) {
	t.Helper()
	if err := l.dc.Delete(t.Context(), l.dn(3)); err != nil {
		t.Fatal(err)
	}
	d, proxy := l.behind(t, Options{})
	proxy.Inject(samba.Fault{Op: samba.Modify, After: 1, Result: ldap.LDAPResultInsufficientAccessRights, Times: 9})
	waiting := set(c, "title", "Returning")
	waiting.Want.Enabled = false
	mustFail(t, d.Apply(t.Context(), []directory.Change{waiting}, directory.ApplyOptions{})[0], directory.ErrDenied, "title")
	if got := l.entry(t, l.id(3), "userAccountControl").Get("userAccountControl"); got != "514" {
		t.Errorf("restored with userAccountControl %s, expected 514", got)
	}
	l.must(t, c)
}

// restoreInterrupted loses the answer to the request that restores.
func restoreInterrupted(t *testing.T, l *lab, c directory.Change) {
	t.Helper()
	for _, carriedOut := range []bool{true, false} {
		if err := l.dc.Delete(t.Context(), l.dn(3)); err != nil {
			t.Fatal(err)
		}
		d, proxy := l.behind(t, Options{})
		fault := samba.Fault{Op: samba.Modify, Lose: true, Reconnect: true}
		if !carriedOut {
			fault = samba.Fault{Op: samba.Modify, Result: ldap.LDAPResultInsufficientAccessRights}
		}
		proxy.Inject(fault)
		out := d.Apply(t.Context(), []directory.Change{c}, directory.ApplyOptions{})
		if carriedOut {
			if out[0].Err != nil || out[0].ID != c.ID {
				t.Fatalf("%+v", out[0])
			}
			continue
		}
		mustFail(t, out[0], directory.ErrDenied, "Reanimate tombstones")
		l.must(t, c) // and once more, with the right
	}
}

// restoreProtected: who was an administrator is not brought back by a rule.
func restoreProtected(t *testing.T, l *lab, c directory.Change) {
	t.Helper()
	l.edit(t, l.dn(3), "adminCount", "1")
	if err := l.dc.Delete(t.Context(), l.dn(3)); err != nil {
		t.Fatal(err)
	}
	d := l.connect(t, l.conf, Options{})
	found, err := d.WithDeleted().Find(t.Context(), "employeeID", []string{l.id(3)})
	if err != nil || len(found[l.id(3)]) != 1 || !strings.Contains(found[l.id(3)][0].Protected, "adminCount") {
		t.Errorf("%+v, %v", found, err)
	}
	mustFail(t, d.Apply(t.Context(), []directory.Change{c}, directory.ApplyOptions{})[0], directory.ErrProtected, "adminCount")
}

// Without a recycle bin nothing is restored: what is left of the account is not it.
func TestRestoreWithoutRecycleBin(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1))
	if err := l.dc.Delete(t.Context(), l.dn(1)); err != nil {
		t.Fatal(err)
	}
	found, err := l.WithDeleted().Find(t.Context(), "sAMAccountName", []string{l.id(1)})
	if err != nil || len(found[l.id(1)]) != 1 || !strings.Contains(found[l.id(1)][0].Lost, "recycle bin") {
		t.Errorf("%+v, %v", found, err)
	}
	if notes := l.Notes(); len(notes) != 1 || !strings.Contains(notes[0], "recycle bin") {
		t.Errorf("notes %q", notes)
	}
	mustFail(t, l.Apply(t.Context(), c, directory.ApplyOptions{})[0], directory.ErrGone, "recycle bin of the forest is not enabled")
}
