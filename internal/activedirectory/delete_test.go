// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// deleted is the document that has an account deleted, made from what it is now.
func (l *lab) deleted(t testing.TB, c directory.Change) directory.Change {
	t.Helper()
	found, err := l.connect(t, l.conf, Options{}).Read(t.Context(), map[string]string{c.WorkerID: c.ID}, slices.Collect(maps.Keys(c.Want.Attributes)))
	if err != nil || found[c.WorkerID] == nil {
		t.Fatalf("%v, %v", found, err)
	}
	now := Render(c.Want, found[c.WorkerID], nil)
	c.Planned, c.Want = &now, now.Clone()
	c.Want.Deleted, c.Want.Enabled = true, false
	return c
}

func (l *lab) gone(t testing.TB, n int) bool {
	t.Helper()
	found, err := l.dc.Search(t.Context(), "(sAMAccountName="+l.id(n)+")", "cn")
	if err != nil {
		t.Fatal(err)
	}
	return len(found) == 0
}

// A document with deleted = true, and everything that keeps the account.
func TestDeletionByDocument(t *testing.T) {
	l := newLab(t, Options{})
	var people []directory.Change
	for n := range 9 {
		c := l.person(n, "title", "Clerk")
		c.Want.Enabled = false
		people = append(people, c)
	}
	people = l.must(t, people...)
	docs := make([]directory.Change, len(people))
	for i, c := range people {
		docs[i] = l.deleted(t, c)
	}
	l.edit(t, l.dn(1), "userAccountControl", "512")
	l.edit(t, l.dn(2), "adminCount", "1")
	l.edit(t, l.dn(3), "title", "Changed by hand")
	if err := l.dc.Delete(t.Context(), l.dn(4)); err != nil {
		t.Fatal(err)
	}
	below := func(n int, dn, class string) {
		t.Helper()
		if err := l.dc.Modify(t.Context(), "dn: "+dn+l.dn(n)+"\nobjectClass: "+class+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	below(5, "CN=Devices,", "classStore")
	below(5, "CN=Phone,CN=Devices,", "classRegistration")
	below(6, "CN=Devices,", "classStore")
	below(6, "CN=Printer,", "nTFRSSubscriptions")
	docs[7].Planned = nil
	d := l.connect(t, l.conf, Options{DeleteChildrenOfClasses: []string{"classstore", "classRegistration"}})
	says := func(err error, worker int, texts ...string) {
		t.Helper()
		for _, text := range append(texts, `worker "`+l.id(worker)+`"`, l.dn(worker)) {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("the error does not say %q:\n%v", text, err)
			}
		}
	}
	plan := d.Check(t.Context(), docs)
	if plan == nil || strings.Contains(plan.Error(), l.id(0)) || strings.Contains(plan.Error(), l.id(5)) {
		t.Fatalf("the plan: %v", plan)
	}
	says(plan, 1, "only a disabled one is deleted", "Plan again")
	says(plan, 2, "adminCount")
	says(plan, 6, "1 of class nTFRSSubscriptions", "CN=Printer", "delete_children_of_classes")
	joiner := l.person(0, "employeeID", l.id(20), "title", "Joiner") // takes every name of the one who is deleted
	joiner.WorkerID = l.id(20)
	out := d.Apply(t.Context(), append(docs[:8:8], joiner), directory.ApplyOptions{})
	for _, n := range []int{0, 4, 5, 7} {
		if o := out[n]; o.Err != nil || !o.Deleted || o.ID != people[n].ID || o.Account != nil || n != 0 && !l.gone(t, n) {
			t.Errorf("person %d: %+v", n, o)
		}
	}
	mustFail(t, out[1], directory.ErrEnabled, "Plan again")
	mustFail(t, out[2], directory.ErrProtected, "adminCount")
	mustFail(t, out[3], directory.ErrChanged, "title", "Changed by hand", "Plan again")
	mustFail(t, out[6], directory.ErrHasChildren, "nTFRSSubscriptions")
	for _, n := range []int{1, 2, 3, 6} {
		if out[n].Deleted || l.gone(t, n) {
			t.Errorf("person %d was deleted", n)
		}
	}
	if found, err := l.dc.SearchBelow(t.Context(), l.dn(6), "sub", "(objectClass=*)", "cn"); err != nil || len(found) != 3 {
		t.Errorf("of what must not go, %d objects are left, %v", len(found), err)
	}
	if out[8].Err != nil || out[8].ID == people[0].ID {
		t.Errorf("the joiner: %+v", out[8])
	}
	if again := d.Apply(t.Context(), docs[:1], directory.ApplyOptions{})[0]; again.Err != nil || !again.Deleted || again.Changed {
		t.Errorf("once more: %+v", again)
	}
	released := people[8]
	released.Want = released.Want.Clone()
	released.Want.Released, released.Want.Attributes["title"] = true, directory.Value{"Other"}
	if o := d.Apply(t.Context(), []directory.Change{released}, directory.ApplyOptions{})[0]; o.Err != nil || o.Changed || l.entry(t, l.id(8), "title").Get("title") != "Clerk" {
		t.Errorf("released: %+v", o)
	}
}

// The answer to a deletion is lost, of the account and of what is below it.
func TestDeletionWhoseAnswerIsLost(t *testing.T) {
	l := newLab(t, Options{})
	for n, fault := range []samba.Fault{{Op: samba.Delete, Lose: true, Reconnect: true}, {Op: samba.Delete, After: 1, Lose: true, Reconnect: true}} {
		c := l.person(n)
		c.Want.Enabled = false
		c = l.must(t, c)[0]
		if err := l.dc.Modify(t.Context(), "dn: CN=Below,"+l.dn(n)+"\nobjectClass: classStore\n"); err != nil {
			t.Fatal(err)
		}
		d, proxy := l.behind(t, Options{DeleteChildrenOfClasses: []string{"classStore"}})
		proxy.Inject(fault)
		if o := d.Apply(t.Context(), []directory.Change{l.deleted(t, c)}, directory.ApplyOptions{})[0]; o.Err != nil || !o.Deleted || !l.gone(t, n) {
			t.Errorf("%+v: %+v", fault, o)
		}
	}
}

func TestClassesThatNeverGoWithAnAccount(t *testing.T) {
	for _, class := range []string{"user", "organizationalunit", "Group", "", "a b"} {
		if err := CheckOptions(Options{RemovedGroupsAttribute: DefaultRemovedGroupsAttribute, DeleteChildrenOfClasses: []string{class}}); err == nil || !strings.Contains(err.Error(), "delete_children_of_classes") {
			t.Errorf("%q: %v", class, err)
		}
	}
	if err := CheckOptions(Options{RemovedGroupsAttribute: DefaultRemovedGroupsAttribute, DeleteChildrenOfClasses: slices.Clone(DefaultDeleteChildrenOfClasses)}); err != nil {
		t.Error(err)
	}
}
