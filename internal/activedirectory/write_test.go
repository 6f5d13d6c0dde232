// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

// edit changes an entry with a client that is not ours.
func (l *lab) edit(t testing.TB, dn, attribute string, values ...string) {
	t.Helper()
	req := ldap.NewModifyRequest(dn, nil)
	req.Replace(attribute, values)
	if err := l.connect(t, l.conf, Options{}).client.Modify(t.Context(), req); err != nil {
		t.Fatal(err)
	}
}

func (l *lab) dn(n int) string { return "CN=Person " + l.id(n) + "," + l.ou }

func TestNamesTaken(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1), l.person(2))
	out := l.Apply(t.Context(), []directory.Change{
		l.person(3, "cn", "Person "+l.id(1)),
		l.person(4, "sAMAccountName", strings.ToUpper(l.id(1))),
		l.person(5, "userPrincipalName", l.id(1)+"@"+l.dc.Realm()),
		set(c[1], "cn", "person "+l.id(1), "title", "a"),
		l.person(6),
	}, directory.ApplyOptions{})
	for i := range 4 {
		mustFail(t, out[i], directory.ErrNameTaken, out[i].WorkerID, l.dn(1), "Choose another name")
	}
	if out[4].Err != nil || out[3].ID != c[1].ID || l.entry(t, l.id(2), "title").Get("title") != "a" {
		t.Errorf("%+v", out)
	}
	out = l.Apply(t.Context(), []directory.Change{set(c[1], "sAMAccountName", l.id(1), "userPrincipalName", l.id(1)+"@"+l.dc.Realm(), "title", "b")}, directory.ApplyOptions{})
	mustFail(t, out[0], directory.ErrNameTaken, "sAMAccountName", "userPrincipalName", l.dn(1))
	if l.entry(t, l.id(2), "title").Get("title") != "b" {
		t.Error("what is not about the name was not written")
	}
}

func TestAdopt(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1), l.person(2))
	again := l.person(1, "title", "x")
	out := l.Apply(t.Context(), []directory.Change{again}, directory.ApplyOptions{})
	mustFail(t, out[0], directory.ErrAlreadyExists, c[0].ID, "adoption")
	out = l.Apply(t.Context(), []directory.Change{again, l.person(9, "sAMAccountName", l.id(2))}, directory.ApplyOptions{Adopt: true})
	if out[0].Err != nil || !out[0].Adopted || out[0].ID != c[0].ID || out[0].PasswordSet || !out[0].Changed {
		t.Errorf("%+v", out[0])
	}
	mustFail(t, out[1], directory.ErrNameTaken) // the worker id is another
}

func TestDeletedMovedAndVanishedContainers(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1), l.person(2), l.person(3))
	moved := "OU=Elsewhere," + l.ou
	if err := errors.Join(l.dc.Delete(t.Context(), l.dn(1)), l.dc.CreateOU(t.Context(), moved)); err != nil {
		t.Fatal(err)
	}
	mod := ldap.NewModifyDNRequest(l.dn(2), "CN=By hand", true, moved)
	if err := l.client.ModifyDN(t.Context(), mod); err != nil {
		t.Fatal(err)
	}
	nowhere := set(c[2], "title", "t")
	nowhere.Want.Container = "OU=Gone," + l.ou
	lost := l.person(4)
	lost.Want.Container = "OU=Gone," + l.ou
	out := l.Apply(t.Context(), []directory.Change{set(c[0], "title", "x"), set(c[1], "title", "x"), nowhere, lost}, directory.ApplyOptions{})
	mustFail(t, out[0], directory.ErrGone, l.id(1), c[0].ID)
	if out[1].Err != nil || !out[1].Renamed || !sameDN(out[1].Account.Path, l.dn(2)) {
		t.Errorf("moved by hand: %+v", out[1])
	}
	mustFail(t, out[2], directory.ErrNoContainer, "OU=Gone")
	mustFail(t, out[3], directory.ErrNoContainer, "OU=Gone")
	if out[2].ID == "" || l.entry(t, l.id(3), "title").Get("title") != "t" {
		t.Errorf("%+v", out[2])
	}
}

// An account that is moved or changed after it was read, and before it is written.
func TestChangesBetweenReadAndWrite(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1, "title", "Old", "info", "i"), l.person(2, "title", "Old"))
	r := &run{Domain: l.Domain, types: StandardSchema(), byWorker: map[string]*task{}}
	begin := func(c directory.Change) *task {
		t.Helper()
		records, err := l.fetch(t.Context(), attrGUID, []string{c.ID})
		if err != nil {
			t.Fatal(err)
		}
		k := &task{Change: c, out: &directory.Outcome{WorkerID: c.WorkerID, ID: c.ID}, failed: map[string]bool{}, have: records[0]}
		k.at(records[0].dn, true)
		return k
	}
	k := begin(set(c[0], "title", "New", "info", ""))
	l.edit(t, l.dn(1), "title", "Somebody else's")
	r.update(t.Context(), k)
	if err := errors.Join(k.errs...); !errors.Is(err, directory.ErrChanged) || !strings.Contains(err.Error(), "Somebody else's") || !strings.Contains(err.Error(), "title") {
		t.Errorf("error %v", err)
	}
	if e := l.entry(t, l.id(1), "title", "info"); e.Get("title") != "Somebody else's" || e.Get("info") != "" {
		t.Errorf("entry %v", e)
	}
	k = begin(set(c[1], "title", "New"))
	if err := l.client.ModifyDN(t.Context(), ldap.NewModifyDNRequest(l.dn(2), "CN=Moved "+l.tag, true, "")); err != nil {
		t.Fatal(err)
	}
	r.update(t.Context(), k)
	if err := errors.Join(k.errs...); err != nil {
		t.Error(err)
	}
	if e := l.entry(t, l.id(2), "title"); e.Get("title") != "New" {
		t.Errorf("entry %v", e)
	}
}

func TestChangedSinceThePlan(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1, "title", "Old", "info", "i"), l.person(2, "title", "Old"))
	for i := range c {
		planned := c[i].Want.Clone()
		c[i].Planned = &planned
		c[i] = set(c[i], "title", "New")
	}
	l.edit(t, l.dn(1), "title", "By hand")
	l.edit(t, l.dn(2), "title", "New") // what is wanted anyway
	out := l.Apply(t.Context(), c, directory.ApplyOptions{})
	mustFail(t, out[0], directory.ErrChanged, "title", `"Old"`, `"By hand"`, "Plan again")
	if out[1].Err != nil || l.entry(t, l.id(1), "title").Get("title") != "By hand" {
		t.Errorf("%+v", out[1])
	}
}

func TestInvalidChanges(t *testing.T) {
	l := newLab(t, Options{})
	bad := func(f func(*directory.Change)) directory.Change {
		c := l.person(1)
		f(&c)
		return c
	}
	good := l.person(99)
	for name, c := range map[string]directory.Change{
		"worker id is empty":     bad(func(c *directory.Change) { c.WorkerID = "" }),
		"container":              bad(func(c *directory.Change) { c.Want.Container = "Staff" }),
		"cn":                     bad(func(c *directory.Change) { delete(c.Want.Attributes, "cn") }),
		"no such attribute":      bad(func(c *directory.Change) { c.Want.Attributes["shoeSize"] = directory.Value{"1"} }),
		"belongs to the":         bad(func(c *directory.Change) { c.Want.Attributes["memberOf"] = directory.Value{"CN=x"} }),
		"accountExpires":         bad(func(c *directory.Change) { c.Want.Attributes["accountExpires"] = directory.Value{"soon"} }),
		"expected at most 64":    bad(func(c *directory.Change) { c.Want.Attributes["cn"] = directory.Value{strings.Repeat("x", 65)} }),
		"expected an objectGUID": bad(func(c *directory.Change) { c.ID = "x" }),
		"unicodePwd":             bad(func(c *directory.Change) { c.Want.Attributes["unicodePwd"] = directory.Value{"AAAA"} }),
	} {
		out := l.Apply(t.Context(), []directory.Change{c, good}, directory.ApplyOptions{})
		mustFail(t, out[0], directory.ErrInvalid, name)
		if out[1].Err != nil {
			t.Errorf("%s: the other one: %v", name, out[1].Err)
		}
		good.ID = out[1].ID
	}
	twice := l.Apply(t.Context(), []directory.Change{good, good}, directory.ApplyOptions{})
	mustFail(t, twice[1], directory.ErrInvalid, "two changes")
}

func TestProtectedAccounts(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1))[0]
	l.edit(t, l.dn(1), "adminCount", "1")
	found, err := l.Find(t.Context(), "employeeID", []string{l.id(1)})
	if err != nil || !strings.Contains(found[l.id(1)][0].Protected, "adminCount") {
		t.Errorf("%v, %v", found, err)
	}
	l.must(t, set(c)) // nothing to change
	for _, change := range []func(*directory.Change){
		func(c *directory.Change) { c.Want.Enabled = false }, func(c *directory.Change) { c.Want.Container = l.dc.BaseDN() },
		func(c *directory.Change) { c.Want.Attributes["cn"] = directory.Value{"x"} },
		func(c *directory.Change) { c.Want.Attributes["title"] = directory.Value{"x"} }, func(c *directory.Change) { c.Password = "Passw0rd-of-tests" },
	} {
		k := set(c)
		change(&k)
		mustFail(t, l.Apply(t.Context(), []directory.Change{k}, directory.ApplyOptions{})[0], directory.ErrProtected, "adminCount")
	}
	for _, mode := range []directory.Removal{directory.Disable, directory.Delete} {
		mustFail(t, l.Remove(t.Context(), map[string]string{l.id(1): c.ID}, mode)[0], directory.ErrProtected)
	}
	d := l.connect(t, l.conf, Options{ManagePrivileged: true})
	if out := d.Remove(t.Context(), map[string]string{l.id(1): c.ID}, directory.Disable); out[0].Err != nil || out[0].Account.Account.Enabled {
		t.Errorf("%+v", out[0])
	}
	admin, err := d.Locate(t.Context(), l.dc.AdminDN())
	if err != nil {
		t.Fatal(err)
	}
	mustFail(t, d.Remove(t.Context(), map[string]string{"x": admin.ID}, directory.Delete)[0], directory.ErrProtected, "critical")
}

func TestRemove(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1), l.person(2), l.person(3))
	refs := map[string]string{l.id(1): c[0].ID, l.id(2): strings.ToUpper(c[1].ID), "z-gone": "00000000-0000-0000-0000-000000000001", "y-bad": "x"}
	out := l.Remove(t.Context(), refs, directory.Disable)
	if len(out) != 4 || out[0].WorkerID != l.id(1) || out[0].Err != nil || !out[0].Changed || out[0].Account.Account.Enabled {
		t.Fatalf("%+v", out)
	}
	mustFail(t, out[2], directory.ErrInvalid, "objectGUID")
	if out[3].Err != nil || out[3].Account != nil {
		t.Errorf("an account that is gone: %+v", out[3])
	}
	if again := l.Remove(t.Context(), refs, directory.Disable); again[0].Changed || again[0].Err != nil {
		t.Errorf("%+v", again[0])
	}
	// Whoever has something below them is not deleted, nor is what is below.
	if err := l.dc.Modify(t.Context(), "dn: CN=Below,"+l.dn(2)+"\nobjectClass: nTFRSSubscriptions\n"); err != nil {
		t.Fatal(err)
	}
	mustFail(t, l.Remove(t.Context(), map[string]string{l.id(2): c[1].ID}, directory.Delete)[0], directory.ErrHasChildren, l.id(2))
	if out := l.Remove(t.Context(), map[string]string{l.id(1): c[0].ID, "z-gone": refs["z-gone"]}, directory.Delete); out[0].Err != nil || out[1].Err != nil || !out[0].Changed {
		t.Errorf("%+v", out)
	}
	if read, err := l.Read(t.Context(), map[string]string{"a": c[0].ID, "b": c[2].ID}, nil); err != nil || len(read) != 1 {
		t.Errorf("%v, %v", read, err)
	}
}

// An account with the right to write all but one attribute.
func TestLimitedRights(t *testing.T) {
	l := newLab(t, Options{})
	const password = "Delegated-2026!"
	operator := "CN=Operator " + l.tag + "," + l.dc.BaseDN()
	if err := l.dc.CreateUser(t.Context(), operator, password, map[string][]string{"sAMAccountName": {"op" + l.tag}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.dc.Delete(context.Background(), operator); err != nil {
			t.Error(err)
		}
	})
	c := l.must(t, l.person(1, "title", "a", "department", "a"))[0]
	l.Need("objectSid")
	me, err := l.Locate(t.Context(), "op"+l.tag)
	if err != nil {
		t.Fatal(err)
	}
	l.delegate(t, me.Account.Attributes["objectSid"].Text(), "bf967a55-0de6-11d0-a285-00aa003049e2") // title
	conf := l.conf
	conf.Username, conf.Password = "op"+l.tag+"@"+l.dc.Realm(), password
	d := l.connect(t, conf, Options{})
	out := d.Apply(t.Context(), []directory.Change{set(c, "title", "b", "department", "b", "company", "b"), l.person(2)}, directory.ApplyOptions{})
	mustFail(t, out[0], directory.ErrDenied, l.id(1), "attribute title", "Delegate the right")
	if strings.Contains(out[0].Err.Error(), "attribute department") {
		t.Errorf("too much is named: %v", out[0].Err)
	}
	if e := l.entry(t, l.id(1), "title", "department", "company"); e.Get("title") != "a" || e.Get("department") != "b" || e.Get("company") != "b" {
		t.Errorf("entry %v", e)
	}
	mustFail(t, out[1], directory.ErrDenied, l.id(2))
}

// delegate lets a security identifier write everything of the users of the test
// but one attribute.
func (l *lab) delegate(t testing.TB, sid, butAttribute string) {
	t.Helper()
	l.dsacl(t, fmt.Sprintf("(A;CI;RPWPLCLORC;;;%s)", sid))
	l.dsacl(t, fmt.Sprintf("(OD;CI;WP;%s;;%s)", butAttribute, sid))
}

func TestReadBackFindsWhatTheServerChanged(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1))[0]
	records, err := l.fetch(t.Context(), attrGUID, []string{c.ID})
	if err != nil {
		t.Fatal(err)
	}
	k := &task{Change: set(c, "title", "Wanted"), out: &directory.Outcome{ID: c.ID, Account: l.existing(records[0], nil)}, failed: map[string]bool{}, have: records[0], touched: true}
	(&run{Domain: l.Domain, types: StandardSchema()}).compare(k)
	if err := errors.Join(k.errs...); !errors.Is(err, directory.ErrNotAsWritten) || !strings.Contains(err.Error(), `title: the directory holds something else than was written: wanted "Wanted", found nothing`) {
		t.Errorf("error %v", err)
	}
}
