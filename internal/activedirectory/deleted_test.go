// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

func TestDeletedObjectsHoldNames(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1, "cn", "Lee, José "+l.tag), l.person(2))
	group := "CN=Group " + l.tag + "," + l.ou
	if err := l.dc.Modify(t.Context(), "dn: "+group+"\nobjectClass: group\nsAMAccountName: g"+l.tag+"\n"); err != nil {
		t.Fatal(err)
	}
	where := `CN=Lee\, José ` + l.tag + "," + l.ou
	for _, dn := range []string{where, group} {
		if err := l.dc.Delete(t.Context(), dn); err != nil {
			t.Fatal(err)
		}
	}
	for _, threshold := range []int{-1, 1} { // one batch at a time, and from memory
		t.Run(fmt.Sprint("threshold ", threshold), func(t *testing.T) {
			d := l.connect(t, l.conf, Options{BulkThreshold: threshold})
			ask := func(in directory.Directory, attribute string, values ...string) map[string][]*directory.Existing {
				t.Helper()
				found, err := in.Find(t.Context(), attribute, values)
				if err != nil {
					t.Fatal(err)
				}
				return found
			}
			for attribute, value := range map[string]string{"sAMAccountName": strings.ToUpper(l.id(1)), "objectGUID": c[0].ID} {
				found := ask(d.WithDeleted(), attribute, value, "x", l.id(2))
				held := found[directory.Fold(value)]
				if len(held) != 1 || !held[0].Deleted || held[0].ID != c[0].ID || held[0].Class != "user" || !sameDN(held[0].Path, where) || !sameDN(held[0].Account.Container, l.ou) {
					t.Fatalf("%s: %+v, want the deleted %s", attribute, held, where)
				}
				if got := held[0].Account.Attributes["sAMAccountName"].Text(); got != l.id(1) {
					t.Errorf("its login is %q", got)
				}
				if n := len(ask(d, attribute, value)); n != 0 {
					t.Errorf("%s: %d found among those that are not deleted", attribute, n)
				}
			}
			found := ask(d.WithDeleted(), "samaccountname", "g"+l.tag, l.id(2))
			if e := found["g"+l.tag]; len(e) != 1 || !e[0].Deleted || e[0].Class != "group" || e[0].Path != group {
				t.Errorf("the deleted group: %+v", e)
			}
			if e := found[l.id(2)]; len(e) != 1 || e[0].Deleted {
				t.Errorf("the account that is there: %+v", e)
			}
			if n := len(ask(d.WithDeleted(), "cn", "Lee, José "+l.tag, "Deleted Objects")); n != 0 {
				t.Errorf("%d found by a name that a deleted object does not hold", n)
			}
			if owned, err := d.WithDeleted().Owned(t.Context()); err != nil || slices.ContainsFunc(owned, func(e *directory.Existing) bool { return e.Deleted }) {
				t.Errorf("owned: %v, %v", owned, err)
			}
			if notes := d.Notes(); len(notes) != 1 || !strings.Contains(notes[0], "recycle bin") {
				t.Errorf("notes %q", notes)
			}
		})
	}
}

// What this process deletes is known to be deleted.
func TestDeletedByThisProcess(t *testing.T) {
	l := newLab(t, Options{BulkThreshold: 1})
	c := l.must(t, l.person(1), l.person(2))
	d := l.WithDeleted()
	for deleted, remove := range []func(){func() {}, func() {
		if out := l.Remove(t.Context(), map[string]string{l.id(1): c[0].ID}, directory.Delete); out[0].Err != nil {
			t.Fatal(out[0].Err)
		}
	}} {
		remove()
		found, err := d.Find(t.Context(), "sAMAccountName", []string{l.id(1), l.id(2)})
		if err != nil {
			t.Fatal(err)
		}
		if e := found[l.id(1)]; len(e) != 1 || e[0].Deleted != (deleted == 1) || e[0].ID != c[0].ID {
			t.Errorf("after %d deletions: %+v", deleted, e)
		}
	}
}

func TestDeletedObjectsOutOfSight(t *testing.T) {
	l := newLab(t, Options{})
	l.must(t, l.person(1), l.person(2))
	const password = "Passw0rd-of-tests"
	reader := "reader" + l.tag[:6]
	if err := l.dc.CreateUser(t.Context(), "CN="+reader+","+l.ou, password, map[string][]string{"sAMAccountName": {reader}}); err != nil {
		t.Fatal(err)
	}
	if err := l.dc.Delete(t.Context(), "CN=Person "+l.id(1)+","+l.ou); err != nil {
		t.Fatal(err)
	}
	c := l.conf
	c.Username, c.Password = l.dc.NetBIOS()+`\`+reader, password
	for _, threshold := range []int{-1, 1} {
		d := l.connect(t, c, Options{BulkThreshold: threshold})
		for range 2 {
			found, err := d.WithDeleted().Find(t.Context(), "sAMAccountName", []string{l.id(1), l.id(2)})
			if err != nil || len(found[l.id(1)]) != 0 || len(found[l.id(2)]) != 1 {
				t.Fatalf("threshold %d: found %v, %v", threshold, found, err)
			}
		}
		if notes := d.Notes(); len(notes) != 1 || !strings.Contains(notes[0], "may not read them") {
			t.Errorf("notes %q", notes)
		}
	}
}

// Deleted objects cost one search more, and its pages; and one that asks for the recycle bin.
func TestRequestsForDeletedObjects(t *testing.T) {
	l := newLab(t, Options{})
	l.must(t, l.person(1))
	if err := l.dc.Delete(t.Context(), "CN=Person "+l.id(1)+","+l.ou); err != nil {
		t.Fatal(err)
	}
	d, proxy := l.behind(t, Options{BulkThreshold: 1})
	if _, err := d.Find(t.Context(), "sAMAccountName", []string{"a", "b"}); err != nil {
		t.Fatal(err)
	}
	before, searches := proxy.Count(samba.Search), d.client.Stats().Searches
	for _, a := range []string{"sAMAccountName", "mail", "userPrincipalName", "proxyAddresses", "employeeID", "title"} {
		if _, err := d.WithDeleted().Find(t.Context(), a, []string{l.id(1), "b"}); err != nil {
			t.Fatal(err)
		}
	}
	held, err := l.WithDeleted().Find(t.Context(), "sAMAccountName", []string{l.id(1)})
	if err != nil || len(held[l.id(1)]) != 1 {
		t.Fatalf("%v, %v", held, err)
	}
	if n := d.client.Stats().Searches - searches; n > 3 { // title was not announced
		t.Errorf("%d searches, want 3", n)
	}
	if n := proxy.Count(samba.Search) - before; n > 3+len(d.deleted.peek().records)/900 {
		t.Errorf("%d pages for %d deleted objects", n, len(d.deleted.peek().records))
	}
}

func TestUnmangle(t *testing.T) {
	const guid = "0c1e2d3c-0000-4000-8000-00000000abcd"
	for in, want := range map[string]string{
		`CN=Ann Lee\0ADEL:` + guid + `,CN=Deleted Objects,DC=x`: `CN=Ann Lee,CN=Deleted Objects,DC=x`,
		`CN=Ann\0adel:` + strings.ToUpper(guid) + `,DC=x`:       `CN=Ann,DC=x`,
		`OU=A\0ADEL:` + guid + `,OU=B\0ADEL:` + guid + `,DC=x`:  `OU=A,OU=B,DC=x`,
		"Ann\nDEL:" + guid:         "Ann",
		`CN=DEL:` + guid + `,DC=x`: `CN=DEL:` + guid + `,DC=x`,
		"":                         "",
	} {
		if got := withoutDeletionMark(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	// Without the former parent, the name is what remains.
	e := fromDeleted(&record{dn: `CN=Ann\2C Lee\0ADEL:` + guid + `,CN=Deleted Objects,DC=x`})
	if e.Path != `CN=Ann\2C Lee,CN=Deleted Objects,DC=x` || e.Account.Container != "CN=Deleted Objects,DC=x" {
		t.Errorf("read as %+v", e)
	}
}

// What a server does not offer is done without; a fault is none of that, because names must not depend on it.
func TestDeletedObjectsRefused(t *testing.T) {
	l := newLab(t, Options{})
	l.must(t, l.person(1))
	for code, note := range map[int]string{
		ldap.LDAPResultUnavailableCriticalExtension: "does not support", ldap.LDAPResultUnwillingToPerform: "does not support",
		ldap.LDAPResultInsufficientAccessRights: "may not read", ldap.LDAPResultNoSuchObject: "may not read", ldap.LDAPResultOther: "",
	} {
		t.Run(ldap.LDAPResultCodeMap[uint16(code)], func(t *testing.T) {
			d, proxy := l.behind(t, Options{BulkThreshold: -1})
			ask := func(in directory.Directory) error {
				found, err := in.Find(t.Context(), "sAMAccountName", []string{l.id(1)})
				if err == nil && len(found[l.id(1)]) != 1 {
					t.Errorf("found %v", found)
				}
				return err
			}
			if err := ask(d); err != nil {
				t.Fatal(err)
			}
			proxy.Inject(samba.Fault{Op: samba.Search, After: 1, Result: code})
			err, notes := ask(d.WithDeleted()), d.Notes()
			if note == "" {
				if err == nil || len(notes) > 0 {
					t.Errorf("error %v, notes %q", err, notes)
				}
				return
			}
			if err != nil || len(notes) != 1 || !strings.Contains(notes[0], note) {
				t.Errorf("error %v, notes %q, want %q", err, notes, note)
			}
			before := proxy.Count(samba.Search)
			if err := ask(d.WithDeleted()); err != nil || proxy.Count(samba.Search) != before+1 {
				t.Errorf("%v, %d searches after it is known", err, proxy.Count(samba.Search)-before)
			}
		})
	}
}
