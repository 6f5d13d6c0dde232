// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// ids returns the object ids that were found for a value, sorted.
func ids(found map[string][]*directory.Existing, value string) []string {
	var out []string
	for _, e := range found[directory.Fold(value)] {
		out = append(out, e.ID)
	}
	slices.Sort(out)
	return out
}

func TestFind(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1, "proxyAddresses", "SMTP:One@x.example|smtp:uno@x.example", "title", "Größte (*) \\ Chefin"), l.person(2, "title", "José"),
		l.person(3, "title", "JOSE "+l.tag), l.person(4, "manager", l.id(1), "title", "größte (*) \\ chefin"))
	group := "CN=Group " + l.tag + "," + l.ou
	if err := l.dc.Modify(t.Context(), "dn: "+group+"\nobjectClass: group\nsAMAccountName: g"+l.tag+"\n"); err != nil {
		t.Fatal(err)
	}
	unknown := []string{"", "*", "(", "nobody)(cn=*", "\x00", "\xff\xfe", strings.Repeat("x", 5000), `\2a`}
	for _, threshold := range []int{-1, 1} { // one batch at a time, and from memory
		t.Run(fmt.Sprint("threshold ", threshold), func(t *testing.T) {
			d := l.connect(t, l.conf, Options{BulkThreshold: threshold})
			for _, tt := range []struct {
				attribute, value string
				want             []string
			}{
				{"sAMAccountName", strings.ToUpper(l.id(1)), []string{c[0].ID}},
				{"samaccountname", l.id(2), []string{c[1].ID}},
				{"proxyAddresses", "smtp:one@X.example", []string{c[0].ID}},
				{"userPrincipalName", l.id(3) + "@" + l.dc.Realm(), []string{c[2].ID}},
				{"title", "GRÖßTE (*) \\ CHEFIN", []string{c[0].ID, c[3].ID}},
				{"title", "josé", []string{c[1].ID}},
				{"objectGUID", strings.ToUpper(c[3].ID), []string{c[3].ID}},
				{"distinguishedName", strings.ToLower("CN=Person " + l.id(2) + "," + l.ou), []string{c[1].ID}},
			} {
				found, err := d.Find(t.Context(), tt.attribute, append(slices.Clone(unknown), tt.value))
				if err != nil {
					t.Fatal(err)
				}
				got := ids(found, tt.value)
				slices.Sort(tt.want)
				if !slices.Equal(got, tt.want) {
					t.Errorf("%s=%q found %v, want %v", tt.attribute, tt.value, got, tt.want)
				}
				for _, u := range unknown[1:] {
					if n := len(found[directory.Fold(u)]); n != 0 {
						t.Errorf("%s=%.20q found %d", tt.attribute, u, n)
					}
				}
			}
			found, err := d.Find(t.Context(), "cn", []string{"group " + l.tag})
			if e := found["group "+l.tag]; err != nil || len(e) != 1 || e[0].Class != "group" {
				t.Errorf("the group that takes up a name: %v, %v", found, err)
			}
			found, err = d.Find(t.Context(), "employeeID", []string{l.id(4)})
			if err != nil || len(found[l.id(4)]) != 1 {
				t.Fatalf("%v, %v", found, err)
			}
			e := found[l.id(4)][0]
			if e.Account.Attributes["manager"].Text() != l.id(1) || !e.Account.Enabled || !sameDN(e.Account.Container, l.ou) || e.Class != "user" || e.Protected != "" {
				t.Errorf("read as %+v", e)
			}
		})
	}
}

// Names of Active Directory are equal whatever their diacritics.
func TestLooseNames(t *testing.T) {
	same := [][]string{{"José", "JOSE", "jose\u0301"}, {"Łukasz", "lukasz"}, {"Straße", "STRASSE"}, {"ＡＢＣ", "abc"}, {"ひらがな", "ヒラガナ"}, {"Ærø", "aero"}, {"İ", "i"}}
	for _, words := range same {
		for _, w := range words {
			if nameKey(w) != nameKey(words[0]) {
				t.Errorf("%q has key %q, %q has %q", w, nameKey(w), words[0], nameKey(words[0]))
			}
		}
	}
	if nameKey("a b") == nameKey("ab") || nameKey("o'b") == nameKey("ob") {
		t.Error("blanks and apostrophes must count")
	}
	l := newLab(t, Options{BulkThreshold: 1})
	c := l.must(t, l.person(1, "title", "José "+l.tag))
	found, err := l.Find(t.Context(), "title", []string{"jose " + l.tag, "x"})
	if err != nil || !slices.Equal(ids(found, "jose "+l.tag), []string{c[0].ID}) {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestSnapshotIsReadOnceAndKeptRight(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1), l.person(2, "manager", l.id(1)), l.person(3))
	d := l.connect(t, l.conf, Options{BulkThreshold: 2})
	d.Need("title")
	ask := func(attribute string, values ...string) map[string][]*directory.Existing {
		t.Helper()
		found, err := d.Find(t.Context(), attribute, values)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if found, err := d.Find(t.Context(), "employeeID", []string{l.id(1), l.id(2), l.id(3)}); err != nil || len(found) != 3 {
				t.Errorf("%d found, %v", len(found), err)
			}
		})
	}
	wg.Wait()
	if s := d.client.Stats(); s.Searches != 1 {
		t.Errorf("%d searches, want 1", s.Searches)
	}
	if owned, err := d.Owned(t.Context()); err != nil || len(owned) < 3 {
		t.Errorf("owned: %d, %v", len(owned), err)
	}
	ask("department", "x")
	if s := d.client.Stats(); s.Searches != 2 {
		t.Errorf("%d searches after a new attribute, want 2", s.Searches)
	}
	// What this process writes is known at once.
	apply(t, d, directory.ApplyOptions{}, set(c[0], "cn", "New "+l.id(1), "title", "Boss"), l.person(4, "department", "Dept "+l.tag))
	if out := d.Remove(t.Context(), map[string]string{l.id(3): c[2].ID}, directory.Delete); out[0].Err != nil {
		t.Fatal(out[0].Err)
	}
	before := d.client.Stats().Searches
	if n := len(ask("cn", "Person "+l.id(1))); n != 0 {
		t.Error("the old name is still taken")
	}
	if e := ask("cn", "New "+l.id(1))["new "+l.id(1)]; len(e) != 1 || e[0].Account.Attributes["title"].Text() != "Boss" {
		t.Errorf("the new name: %v", e)
	}
	if n := len(ask("department", "dept "+l.tag)); n != 1 {
		t.Error("a created account is not known")
	}
	if n := len(ask("employeeID", l.id(3))); n != 0 {
		t.Error("a deleted account is still known")
	}
	if e := ask("employeeID", l.id(2))[l.id(2)]; len(e) != 1 || e[0].Account.Attributes["manager"].Text() != l.id(1) {
		// The link follows the rename; the snapshot has the former path.
		t.Errorf("manager after a rename: %v", e)
	}
	if s := d.client.Stats().Searches; s > before+1 {
		t.Errorf("%d searches for what is known", s-before)
	}
}

func TestSnapshotHonoursEachContext(t *testing.T) {
	l := newLab(t, Options{})
	d, proxy := l.behind(t, Options{BulkThreshold: 1})
	if _, err := d.client.RootDSE(t.Context()); err != nil {
		t.Fatal(err)
	}
	proxy.Delay(200_000_000)
	first, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	started := make(chan struct{})
	wg.Go(func() {
		close(started)
		if _, err := d.Find(first, "cn", []string{"a", "b"}); !errors.Is(err, context.Canceled) {
			t.Errorf("the cancelled one: %v", err)
		}
	})
	<-started
	wg.Go(func() {
		if _, err := d.Find(t.Context(), "cn", []string{"a", "b"}); err != nil {
			t.Errorf("the other one: %v", err)
		}
	})
	cancel()
	wg.Wait()
}

func TestRead(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1, "roomNumber", "1|2", "thumbnailPhoto", "AAECAw=="), l.person(2))
	refs := map[string]string{"a": strings.ToUpper(c[0].ID), "b": "{" + c[1].ID + "}", "gone": "00000000-0000-0000-0000-000000000001"}
	for _, threshold := range []int{-1, 1} {
		d := l.connect(t, l.conf, Options{BulkThreshold: threshold})
		read, err := d.Read(t.Context(), refs, []string{"roomNumber", "thumbnailPhoto"})
		if err != nil || len(read) != 2 || read["a"] == nil || read["b"] == nil {
			t.Fatalf("threshold %d: %v, %v", threshold, read, err)
		}
		a := read["a"].Account.Attributes
		if !a["roomNumber"].Equal(directory.Value{"2", "1"}) || a["thumbnailPhoto"].Text() != "AAECAw==" {
			t.Errorf("attributes %v", a)
		}
	}
	if _, err := l.Read(t.Context(), map[string]string{"x": "no guid"}, nil); err == nil || !strings.Contains(err.Error(), `worker "x"`) {
		t.Errorf("error %v", err)
	}
}

// Users are everybody who can be one, HR behind them or not.
func TestUsers(t *testing.T) {
	l := newLab(t, Options{})
	l.must(t, l.person(1))
	noWorker := l.id(2)
	if err := l.dc.CreateUser(t.Context(), "CN="+noWorker+","+l.ou, "Passw0rd-of-tests", map[string][]string{"sAMAccountName": {noWorker}, "mail": {noWorker + "@example.com"}}); err != nil {
		t.Fatal(err)
	}
	if err := l.dc.CreateUser(t.Context(), "CN=Deleted,"+l.ou, "Passw0rd-of-tests", map[string][]string{"sAMAccountName": {l.id(3)}}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.dc.Delete(t.Context(), "CN=Deleted,"+l.ou), l.dc.Modify(t.Context(), "dn: CN=Contact,"+l.ou+"\nchangetype: add\nobjectClass: contact\n\ndn: CN=PC,"+l.ou+"\nchangetype: add\nobjectClass: computer\nsAMAccountName: "+l.id(4)+"$\n")); err != nil {
		t.Fatal(err)
	}
	users, err := l.connect(t, l.conf, Options{}).Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var here []string
	for _, e := range users {
		if Below(e.Path, l.ou) {
			here = append(here, e.Account.Attributes["sAMAccountName"].Text()+" "+e.Account.Attributes["employeeID"].Text()+" "+e.Class)
		}
	}
	slices.Sort(here)
	if want := []string{l.id(1) + " " + l.id(1) + " user", noWorker + "  user"}; !slices.Equal(here, want) {
		t.Errorf("users %q, expected %q", here, want)
	}
}

// The number of searches to refresh many accounts, by the proxy's count.
func TestRequestsToRefresh(t *testing.T) {
	l := newLab(t, Options{})
	const n = 1200
	var ldif strings.Builder
	for i := range n {
		fmt.Fprintf(&ldif, "dn: CN=r%04d,%s\nobjectClass: user\nsAMAccountName: %s\nemployeeID: %s\n\n", i, l.ou, l.id(i), l.id(i))
	}
	if err := l.dc.Modify(t.Context(), ldif.String()); err != nil {
		t.Fatal(err)
	}
	owned, err := l.Owned(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	refs := map[string]string{}
	for _, e := range owned {
		refs[e.Account.Attributes["employeeID"].Text()] = e.ID
	}
	if len(refs) < n {
		t.Fatalf("%d owned, want %d", len(refs), n)
	}
	d, proxy := l.behind(t, Options{})
	if read, err := d.Read(t.Context(), refs, []string{"title"}); err != nil || len(read) != len(refs) {
		t.Fatalf("%d read, %v", len(read), err)
	}
	for _, a := range []string{"sAMAccountName", "mail", "employeeID", "title"} {
		if _, err := d.Find(t.Context(), a, []string{"a", "b"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Owned(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, err := d.Users(t.Context())
	if err != nil || len(all) < n {
		t.Fatalf("%d users, %v", len(all), err)
	}
	if s := d.client.Stats(); s.Pages > n/900+5 {
		t.Errorf("%d search requests for %d accounts, want at most %d", s.Pages, n, n/900+5)
	}
	if proxy.Count(samba.Search) > n/900+5+1 { // and the rootDSE
		t.Errorf("%d searches on the wire", proxy.Count(samba.Search))
	}
}

func TestMissingContainers(t *testing.T) {
	l := newLab(t, Options{})
	if err := l.dc.CreateOU(t.Context(), `OU=Ä\, B \"C\",`+l.ou); err != nil {
		t.Fatal(err)
	}
	user := l.must(t, l.person(1))[0]
	there := []string{l.ou, strings.ToLower(l.ou), `ou=ä\2c b \22C\22, ` + l.ou, "CN=Users," + l.dc.BaseDN(), l.dc.BaseDN()}
	gone := []string{"OU=Gone," + l.ou, "nonsense", "", "CN=Person " + user.WorkerID + "," + l.ou, "OU=*," + l.ou}
	missing, err := l.MissingContainers(t.Context(), append(slices.Clone(there), gone...))
	if err != nil || !slices.Equal(missing, gone) {
		t.Errorf("missing %q, %v\nwant    %q", missing, err, gone)
	}
}

func TestSchemaAndSuffixes(t *testing.T) {
	l := newLab(t, Options{})
	s, err := l.Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]directory.AttributeType{
		"samaccountname": {Name: "sAMAccountName", Syntax: directory.Text, Max: 20, HasMax: true, Min: 0, HasMin: true},
		"employeeID":     {Name: "employeeID", Syntax: directory.Text, Max: 16, HasMax: true, Min: 0, HasMin: true},
		"manager":        {Name: "manager", Syntax: directory.Path},
		"memberOf":       {Name: "memberOf", Syntax: directory.Path, Multi: true, ReadOnly: true},
		"whenChanged":    {Name: "whenChanged", Syntax: directory.Time, ReadOnly: true},
		"unicodePwd":     {Name: "unicodePwd", Syntax: directory.Binary, ReadOnly: true},
		"accountExpires": {Name: "accountExpires", Syntax: directory.Time},
		"proxyAddresses": {Name: "proxyAddresses", Syntax: directory.Text, Multi: true, Min: 1, HasMin: true, Max: 1123, HasMax: true},
	} {
		if got, ok := s.Lookup(name); !ok || got != want {
			t.Errorf("live %s: %+v, want %+v", name, got, want)
		}
		if got, ok := StandardSchema().Lookup(name); !ok || got != want {
			t.Errorf("standard %s: %+v, want %+v", name, got, want)
		}
	}
	if _, ok := s.Lookup("extensionAttribute1"); ok {
		t.Error("the live schema has attributes of Exchange")
	}
	// The embedded table tells of every attribute what the server does.
	for _, name := range s.Names() {
		live, _ := s.Lookup(name)
		if standard, ok := StandardSchema().Lookup(name); ok && standard != live {
			t.Errorf("%s: standard %+v, live %+v", name, standard, live)
		} else if !ok && !live.ReadOnly {
			t.Errorf("%s is missing from the standard schema", name)
		}
	}
	before := l.client.Stats().Searches
	if _, err := l.Schema(t.Context()); err != nil || l.client.Stats().Searches != before {
		t.Error("the schema is read twice")
	}
	if err := l.dc.Modify(t.Context(), "dn: CN=Partitions,CN=Configuration,"+l.dc.BaseDN()+"\nchangetype: modify\nreplace: uPNSuffixes\nuPNSuffixes: Mail.Example.org\nuPNSuffixes: b.example\n"); err != nil {
		t.Fatal(err)
	}
	suffixes, err := l.Suffixes(t.Context())
	if err != nil || !slices.Equal(suffixes, []string{"b.example", l.dc.Realm(), "mail.example.org"}) {
		t.Errorf("suffixes %q, %v", suffixes, err)
	}
}

func TestLocate(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1, "cn", "Zoë, \"Z\" "+l.tag, "mail", l.tag+"@x.example"), l.person(2, "employeeID", l.id(1)), l.person(3, "mail", l.tag+"@y.example"))
	sid := ""
	l.Need("objectSid")
	if read, err := l.Read(t.Context(), map[string]string{"a": c[0].ID}, nil); err != nil {
		t.Fatal(err)
	} else {
		sid = read["a"].Account.Attributes["objectSid"].Text()
	}
	for _, ref := range []string{c[0].ID, "{" + strings.ToUpper(c[0].ID) + "}", sid, `CN=Zoë\, \"Z\" ` + l.tag + "," + l.ou, strings.ToUpper(l.id(1)),
		l.dc.NetBIOS() + `\` + l.id(1), l.id(1) + "@" + l.dc.Realm(), "mail=" + l.tag + "@x.example", "sAMAccountName=" + l.id(1)} {
		if e, err := l.Locate(t.Context(), ref); err != nil || e.ID != c[0].ID {
			t.Errorf("%s: %v, %v", ref, e, err)
		}
	}
	if e, err := l.Locate(t.Context(), "employeeID="+l.id(3)); err != nil || e.ID != c[2].ID {
		t.Errorf("by worker id: %v, %v", e, err)
	}
	for ref, want := range map[string]string{
		"employeeID=" + l.id(1): "names 2 accounts", "": "no reference", "nobody-" + l.tag: "no account is",
		"*": "no account is", l.ou: "expected a user", "nosuch=x": "no account is",
	} {
		if _, err := l.Locate(t.Context(), ref); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", ref, err, want)
		}
	}
}
