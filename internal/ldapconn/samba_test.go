// SPDX-License-Identifier: MPL-2.0

package ldapconn_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/sandbox/samba"
)

func TestMain(m *testing.M) { os.Exit(samba.Main(m)) }

// config signs in to the domain as its administrator.
func config(d *samba.Domain) ldapconn.Config {
	return ldapconn.Config{
		URLs: []string{d.URL()}, CACertificateFile: d.CAFile(), Username: d.AdminUser(), Password: d.AdminPassword(),
		ConnectTimeout: 10 * time.Second,
	}
}

func newClient(t *testing.T, c ldapconn.Config) *ldapconn.Client {
	t.Helper()
	client, err := ldapconn.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	return client
}

func search(base, filter string, attributes ...string) *ldap.SearchRequest {
	return &ldap.SearchRequest{BaseDN: base, Scope: ldap.ScopeWholeSubtree, Filter: filter, Attributes: attributes}
}

// user is a request to add a disabled account.
func user(dn string, attributes ...string) *ldap.AddRequest {
	req := ldap.NewAddRequest(dn, nil)
	req.Attribute("objectClass", []string{"user"})
	for i := 0; i+1 < len(attributes); i += 2 {
		req.Attribute(attributes[i], []string{attributes[i+1]})
	}
	return req
}

// mustSucceed fails the test at the first error.
func mustSucceed(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestSignIn(t *testing.T) {
	d := samba.Shared(t)
	tests := []struct {
		name   string
		change func(*ldapconn.Config)
	}{
		{"LDAPS with a user principal name", func(*ldapconn.Config) {}},
		{"LDAPS with DOMAIN\\name", func(c *ldapconn.Config) { c.Username = d.NetBIOS() + `\Administrator` }},
		{"LDAPS with a distinguished name", func(c *ldapconn.Config) { c.Username = d.AdminDN() }},
		{"StartTLS", func(c *ldapconn.Config) { c.URLs, c.StartTLS = []string{d.PlainURL()}, true }},
		{"authority as text", func(c *ldapconn.Config) { c.CACertificateFile, c.CACertificatePEM = "", d.CAPEM() }},
		{"another server name", func(c *ldapconn.Config) { c.ServerName = d.ServerName() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := config(d)
			tt.change(&c)
			client := newClient(t, c)
			if s := client.Server(); s != "" {
				t.Errorf("Server() = %q before the first request", s)
			}
			base, err := client.BaseDN(t.Context())
			mustSucceed(t, err)
			if base != d.BaseDN() {
				t.Errorf("BaseDN() = %q, want %q", base, d.BaseDN())
			}
			entries, err := client.Search(t.Context(), search(d.AdminDN(), "(objectClass=user)", "sAMAccountName"))
			mustSucceed(t, err)
			if len(entries) != 1 || entries[0].GetAttributeValue("sAMAccountName") != "Administrator" {
				t.Errorf("found %v", entries)
			}
			if client.Server() != c.URLs[0] {
				t.Errorf("Server() = %q, want %q", client.Server(), c.URLs[0])
			}
		})
	}
}

func TestRootDSE(t *testing.T) {
	d := samba.Shared(t)
	client := newClient(t, config(d))
	root, err := client.RootDSE(t.Context())
	mustSucceed(t, err)
	if root.DNSHostName != d.ServerName() || root.SchemaNamingContext != "CN=Schema,CN=Configuration,"+d.BaseDN() ||
		root.ConfigurationNamingContext != "CN=Configuration,"+d.BaseDN() || root.DomainFunctionality < 3 || root.ReadOnly() ||
		!root.Synchronized || !root.SupportsControl(ldap.ControlTypePaging) || root.SupportsControl("1.2.3") {
		t.Errorf("RootDSE() = %+v", root)
	}
	_, err = client.RootDSE(t.Context())
	mustSucceed(t, err)
	if s := client.Stats(); s.Connects != 1 || s.Searches != 0 {
		t.Errorf("reading it twice cost %+v", s)
	}
}

// A person through all writes, under a name that needs every kind of escape.
func TestWrites(t *testing.T) {
	d := samba.Shared(t)
	ou := d.Container(t)
	client, ctx := newClient(t, config(d)), t.Context()
	dn := `CN=Zoë \"Z\" O'Brien\, Jr. \+ Co.,` + ou
	mustSucceed(t, client.Add(ctx, user(dn, "sAMAccountName", "zoe.write", "displayName", "Zoë")))
	modify := ldap.NewModifyRequest(dn, nil)
	modify.Replace("title", []string{"Größte"})
	mustSucceed(t, client.Modify(ctx, modify))
	target := "OU=Moved," + ou
	mustSucceed(t, d.CreateOU(ctx, target))
	mustSucceed(t, client.ModifyDN(ctx, ldap.NewModifyDNRequest(dn, "CN=Zoë Smith", true, target)))
	moved := "CN=Zoë Smith," + target
	entries, err := client.Search(ctx, search(target, "(sAMAccountName=zoe.write)", "title"))
	mustSucceed(t, err)
	if len(entries) != 1 || entries[0].DN != moved || entries[0].GetAttributeValue("title") != "Größte" {
		t.Fatalf("after the move: %v", entries)
	}
	mustSucceed(t, client.Delete(ctx, ldap.NewDelRequest(moved, nil)))
	if _, err := client.Search(ctx, search(moved, "(objectClass=*)")); !ldapconn.IsNotFound(err) {
		t.Errorf("search for the deleted entry: %v", err)
	}
	if s := client.Stats(); s.Adds != 1 || s.Modifies != 1 || s.Renames != 1 || s.Deletes != 1 || s.Searches != 2 || s.Connects != 1 {
		t.Errorf("Stats() = %+v", s)
	}
}

func TestPaging(t *testing.T) {
	d := samba.Shared(t)
	const people, members = 2500, 2100
	ou := addPeople(t, d, people)
	group := "CN=Everybody," + ou
	client, ctx := newClient(t, config(d)), t.Context()
	add := ldap.NewAddRequest(group, nil)
	add.Attribute("objectClass", []string{"group"})
	for i := range members {
		if i == 0 {
			add.Attribute("member", nil)
		}
		last := &add.Attributes[len(add.Attributes)-1]
		last.Vals = append(last.Vals, fmt.Sprintf("CN=person%04d,%s", i, ou))
	}
	mustSucceed(t, client.Add(ctx, add))

	for _, size := range []int{0, 1, 100, 5000} {
		t.Run(fmt.Sprintf("page size %d", size), func(t *testing.T) {
			c := config(d)
			c.PageSize = size
			client := newClient(t, c)
			filter := "(objectClass=contact)"
			if size == 1 {
				filter = "(cn=person000*)"
			}
			entries, err := client.Search(ctx, search(ou, filter, "cn"))
			mustSucceed(t, err)
			names := map[string]bool{}
			for _, e := range entries {
				names[e.GetAttributeValue("cn")] = true
			}
			want := map[bool]int{true: 10, false: people}[size == 1]
			if len(entries) != want || len(names) != want {
				t.Errorf("%d entries, %d of them different, want %d", len(entries), len(names), want)
			}
		})
	}
	entries, err := client.Search(ctx, search(group, "(objectClass=group)", "member"))
	mustSucceed(t, err)
	if n := len(entries[0].GetAttributeValues("member")); n != members {
		t.Errorf("group has %d members, want %d", n, members)
	}
	t.Run("size limit of the caller", func(t *testing.T) {
		req := search(ou, "(objectClass=contact)", "1.1")
		req.SizeLimit = 5
		entries, err := client.Search(ctx, req)
		if !ldapconn.IsSizeLimit(err) || entries != nil {
			t.Errorf("Search() = %d entries, %v", len(entries), err)
		}
	})
	t.Run("stopped by the caller", func(t *testing.T) {
		stop := fmt.Errorf("enough")
		seen := 0
		err := client.SearchEach(ctx, search(ou, "(objectClass=contact)", "1.1"), func(*ldap.Entry) error {
			if seen++; seen == 3 {
				return stop
			}
			return nil
		})
		if err != stop || seen != 3 {
			t.Errorf("SearchEach() = %v after %d entries", err, seen)
		}
		before := client.Stats().Connects
		mustSucceed(t, onlyError(client.Search(ctx, search(group, "(objectClass=group)", "cn"))))
		if client.Stats().Connects != before+1 {
			t.Error("the connection with the unfinished search was used again")
		}
	})
}

// addPeople adds contacts, which Samba makes fastest, person0000, person0001, … with a client that
// is not ours, in a container that it returns. It stays until the domain goes:
// removing it would take Samba longer than making it.
func addPeople(t *testing.T, d *samba.Domain, n int) string {
	t.Helper()
	ou := "OU=people," + d.BaseDN()
	mustSucceed(t, d.CreateOU(t.Context(), ou))
	const chunk = 250
	for first := 0; first < n; first += chunk {
		var ldif strings.Builder
		for i := first; i < min(first+chunk, n); i++ {
			fmt.Fprintf(&ldif, "dn: CN=person%04d,%s\nobjectClass: contact\n\n", i, ou)
		}
		mustSucceed(t, d.Modify(t.Context(), ldif.String()))
	}
	return ou
}

func TestConcurrentRequestsShareThePool(t *testing.T) {
	d := samba.Shared(t)
	ou := d.Container(t)
	c := config(d)
	c.Connections = 3
	client := newClient(t, c)
	var wg sync.WaitGroup
	errs := make([]error, 40)
	for i := range errs {
		wg.Go(func() {
			dn := fmt.Sprintf("CN=c%d,%s", i, ou)
			if errs[i] = client.Add(t.Context(), user(dn, "sAMAccountName", fmt.Sprintf("conc%d", i))); errs[i] == nil {
				_, errs[i] = client.Search(t.Context(), search(dn, "(objectClass=*)", "cn"))
			}
		})
	}
	wg.Wait()
	mustSucceed(t, errs...)
	if s := client.Stats(); s.Connects > 3 || s.Connects < 1 || s.Adds != 40 {
		t.Errorf("Stats() = %+v, want 3 connections at most", s)
	}
}

func TestErrorsOfTheServer(t *testing.T) {
	d := samba.Shared(t)
	ou := d.Container(t)
	client, ctx := newClient(t, config(d)), t.Context()
	mustSucceed(t, client.Add(ctx, user("CN=a,"+ou, "sAMAccountName", "err.a")), client.Add(ctx, user("CN=b,"+ou, "sAMAccountName", "err.b")))
	group := ldap.NewAddRequest("CN=g,"+ou, nil)
	group.Attribute("objectClass", []string{"group"})
	group.Attribute("member", []string{"CN=a," + ou})
	mustSucceed(t, client.Add(ctx, group))
	change := func(dn string, f func(*ldap.ModifyRequest)) error {
		req := ldap.NewModifyRequest(dn, nil)
		f(req)
		return client.Modify(ctx, req)
	}
	tests := []struct {
		name string
		err  error
		is   func(error) bool
		want string
	}{
		{"add below nothing", client.Add(ctx, user("CN=a,OU=Gone,"+ou)), ldapconn.IsParentMissing,
			`the container "OU=Gone,` + ou + `" does not exist`},
		{"add again", client.Add(ctx, user("CN=a,"+ou)), ldapconn.IsAlreadyExists, "exists"},
		{"login taken", client.Add(ctx, user("CN=c,"+ou, "sAMAccountName", "err.a")), ldapconn.IsAlreadyExists, "exists"},
		{"modify nothing", change("CN=x,"+ou, func(m *ldap.ModifyRequest) { m.Replace("title", []string{"x"}) }), ldapconn.IsNotFound, "does not exist"},
		{"no such attribute", change("CN=a,"+ou, func(m *ldap.ModifyRequest) { m.Replace("noSuchThing", []string{"x"}) }), ldapconn.IsConstraintViolation, "no such attribute"},
		{"too long", change("CN=a,"+ou, func(m *ldap.ModifyRequest) { m.Replace("initials", []string{"1234567"}) }), ldapconn.IsConstraintViolation, "initials"},
		{"bad password", change("CN=a,"+ou, func(m *ldap.ModifyRequest) { m.Replace("unicodePwd", []string{utf16("secret7")}) }), ldapconn.IsPasswordPolicy, "password policy"},
		{"member twice", change("CN=g,"+ou, func(m *ldap.ModifyRequest) { m.Add("member", []string{"CN=a," + ou}) }), ldapconn.IsValueExists, "already"},
		{"no member", change("CN=g,"+ou, func(m *ldap.ModifyRequest) { m.Delete("member", []string{"CN=b," + ou}) }), ldapconn.IsValueMissing, "not"},
		{"delete with children", client.Delete(ctx, ldap.NewDelRequest(ou, nil)), ldapconn.IsNotLeaf, "below it"},
		{"rename onto another", client.ModifyDN(ctx, ldap.NewModifyDNRequest("CN=a,"+ou, "CN=b", true, "")), ldapconn.IsAlreadyExists, "exists"},
		{"move nothing", client.ModifyDN(ctx, ldap.NewModifyDNRequest("CN=x,"+ou, "CN=x", true, ou)), ldapconn.IsNotFound, "does not exist"},
		{"move to nothing", client.ModifyDN(ctx, ldap.NewModifyDNRequest("CN=a,"+ou, "CN=a", true, "OU=Gone,"+ou)), ldapconn.IsParentMissing,
			`"OU=Gone,`},
		{"another domain", onlyError(client.Search(ctx, search("DC=other,DC=example", "(cn=x)"))), ldapconn.IsNotFound, "does not exist"},
		{"broken filter", onlyError(client.Search(ctx, search(ou, "(cn=x"))), isKind(ldapconn.KindOther), "filter is not valid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !tt.is(tt.err) || !strings.Contains(tt.err.Error(), tt.want) || !strings.Contains(tt.err.Error(), d.URL()) {
				t.Errorf("got %v\nwant one that says %q", tt.err, tt.want)
			}
			if strings.Contains(tt.err.Error(), "secret7") {
				t.Errorf("the error repeats the password: %v", tt.err)
			}
		})
	}
}

func onlyError(_ []*ldap.Entry, err error) error { return err }

func isKind(k ldapconn.Kind) func(error) bool {
	return func(err error) bool {
		e, ok := err.(*ldapconn.Error)
		return ok && e.Kind == k
	}
}

// utf16 is a password as unicodePwd wants it; letters of ASCII only.
func utf16(password string) string {
	var b []byte
	for _, r := range `"` + password + `"` {
		b = append(b, byte(r), 0)
	}
	return string(b)
}

func TestAccessDenied(t *testing.T) {
	d := samba.Shared(t)
	ou := d.Container(t)
	mustSucceed(t, d.CreateUser(t.Context(), "CN=weak,"+ou, "Sommer-2026!", map[string][]string{"sAMAccountName": {"weak"}}))
	c := config(d)
	c.Username, c.Password = "weak@"+d.Realm(), "Sommer-2026!"
	client := newClient(t, c)
	err := client.Add(t.Context(), user("CN=x,"+ou))
	if !ldapconn.IsAccessDenied(err) || !strings.Contains(err.Error(), "Delegate the right") {
		t.Errorf("Add() = %v", err)
	}
}

func TestReasonsForWhichASignInIsRefused(t *testing.T) {
	d := samba.Shared(t)
	ou, ctx := d.Container(t), t.Context()
	admin := newClient(t, config(d))
	const password = "Sommer-2026!"
	tests := []struct {
		name, username, password string
		attributes               []string
		want                     string
	}{
		{"wrong", "wrong", "not it", nil, "user name or password is wrong"},
		{"unknown", "nobody.there", password, nil, "there is no such user|user name or password is wrong"},
		{"disabled", "disabled", password, []string{"userAccountControl", "514"}, "the account is disabled"},
		{"must change", "change", password, []string{"pwdLastSet", "0"}, "must change its password first"},
		{"expired", "expired", password, []string{"accountExpires", "116444736000000000"}, "the account has expired"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name != "unknown" {
				dn := "CN=" + tt.name + "," + ou
				mustSucceed(t, d.CreateUser(ctx, dn, password, map[string][]string{"sAMAccountName": {tt.username}}))
				if len(tt.attributes) > 0 {
					req := ldap.NewModifyRequest(dn, nil)
					req.Replace(tt.attributes[0], tt.attributes[1:])
					mustSucceed(t, admin.Modify(ctx, req))
				}
			}
			c := config(d)
			c.Username, c.Password = tt.username+"@"+d.Realm(), tt.password
			client := newClient(t, c)
			_, err := client.RootDSE(ctx)
			if !ldapconn.IsAuthentication(err) || !slices.ContainsFunc(strings.Split(tt.want, "|"), func(w string) bool { return strings.Contains(err.Error(), w) }) {
				t.Fatalf("RootDSE() = %v, want %q", err, tt.want)
			}
			if strings.Contains(err.Error(), tt.password) {
				t.Errorf("the error repeats the password: %v", err)
			}
			if _, again := client.RootDSE(ctx); !ldapconn.IsAuthentication(again) {
				t.Errorf("second try: %v", again)
			}
		})
	}
}
