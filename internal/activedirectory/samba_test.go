// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/sandbox/samba"
)

func TestMain(m *testing.M) { os.Exit(samba.Main(m)) }

// lab is a container of the test domain with our view of it.
type lab struct {
	*Domain
	dc   *samba.Domain
	ou   string
	tag  string // makes logins of this test its own
	conf ldapconn.Config
}

func newLab(t testing.TB, o Options) *lab {
	t.Helper()
	dc := samba.Shared(t)
	return newLabIn(t, dc, dc.Container(t), o)
}

func newLabIn(t testing.TB, dc *samba.Domain, ou string, o Options) *lab {
	t.Helper()
	l := &lab{dc: dc, ou: ou}
	l.tag = strings.ToLower(l.ou[len("OU=test-") : len("OU=test-")+6])
	l.conf = ldapconn.Config{URLs: []string{dc.URL()}, CACertificateFile: dc.CAFile(), Username: dc.AdminUser(), Password: dc.AdminPassword(), ConnectTimeout: 5 * time.Second}
	l.Domain = l.connect(t, l.conf, o)
	return l
}

// connect returns another view of the same domain.
func (l *lab) connect(t testing.TB, c ldapconn.Config, o Options) *Domain {
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
	return New(client, o)
}

// behind returns a view through a proxy.
func (l *lab) behind(t testing.TB, o Options) (*Domain, *samba.Proxy) {
	t.Helper()
	proxy, err := l.dc.Proxy(samba.ProxyOptions{RecycleBin: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := proxy.Close(); err != nil {
			t.Error(err)
		}
	})
	c := l.conf
	c.URLs = []string{proxy.URL()}
	return l.connect(t, c, o), proxy
}

// id returns the worker id of a number, of this test only.
func (l *lab) id(n int) string { return fmt.Sprintf("%s%04d", l.tag, n) }

// person is the change that creates worker n, enabled; pairs set further attributes, "" clears them.
func (l *lab) person(n int, pairs ...string) directory.Change {
	id := l.id(n)
	a := directory.Account{Container: l.ou, Enabled: true, Attributes: map[string]directory.Value{
		"cn": {"Person " + id}, "sAMAccountName": {id}, "userPrincipalName": {id + "@" + l.dc.Realm()}, "employeeID": {id},
		"displayName": {"Person " + id}, "givenName": {"Person"}, "sn": {id},
	}}
	c := directory.Change{WorkerID: id, Want: a}
	return set(c, pairs...)
}

// set returns the change with attributes set in a copy of its account.
func set(c directory.Change, pairs ...string) directory.Change {
	c.Want = c.Want.Clone()
	for i := 0; i+1 < len(pairs); i += 2 {
		if v := pairs[i+1]; v == "" {
			c.Want.Attributes[pairs[i]] = nil
		} else {
			c.Want.Attributes[pairs[i]] = strings.Split(v, "|")
		}
	}
	return c
}

// must applies changes, all of which must succeed, and fills in their ids.
func (l *lab) must(t testing.TB, changes ...directory.Change) []directory.Change {
	t.Helper()
	return apply(t, l.Domain, directory.ApplyOptions{}, changes...)
}

func apply(t testing.TB, d *Domain, o directory.ApplyOptions, changes ...directory.Change) []directory.Change {
	t.Helper()
	out := d.Apply(t.Context(), changes, o)
	if len(out) != len(changes) {
		t.Fatalf("%d outcomes for %d changes", len(out), len(changes))
	}
	for i, oc := range out {
		if oc.Err != nil {
			t.Fatal(oc.Err)
		}
		if oc.WorkerID != changes[i].WorkerID || oc.ID == "" || oc.Account == nil {
			t.Fatalf("outcome %+v", oc)
		}
		if !SameAccount(changes[i].Want, oc.Account.Account, nil) {
			t.Fatalf("wanted %+v\nfound  %+v", changes[i].Want, oc.Account.Account)
		}
		changes[i].ID = oc.ID
	}
	return changes
}

// entry reads an account with a client that is not ours.
func (l *lab) entry(t testing.TB, login string, attributes ...string) samba.Entry {
	t.Helper()
	found, err := l.dc.Search(t.Context(), "(sAMAccountName="+login+")", append(attributes, "objectGUID")...)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %d entries, %v", login, len(found), err)
	}
	return found[0]
}

func mustFail(t testing.TB, o directory.Outcome, is error, texts ...string) {
	t.Helper()
	if o.Err == nil {
		t.Fatalf("no error, expected %v", is)
	}
	for _, s := range texts {
		if !strings.Contains(o.Err.Error(), s) {
			t.Errorf("error does not say %q:\n%v", s, o.Err)
		}
	}
	if is != nil && !isCause(o.Err, is) {
		t.Errorf("error is not %q:\n%v", is, o.Err)
	}
}

// dsacl adds entries (SDDL) to the access list of the test's container.
func (l *lab) dsacl(t testing.TB, sddl string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "samba-tool", "dsacl", "set", "--objectdn="+l.ou, "--sddl="+sddl, "-H", "ldap://127.0.0.1",
		"-U", "Administrator%"+l.dc.AdminPassword(), "--configfile="+l.dc.Dir()+"/smb.conf")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("samba-tool dsacl: %v\n%s", err, out)
	}
}

// dsaclOn adds entries to the access list of one object.
func (l *lab) dsaclOn(t testing.TB, dn, sddl string) {
	t.Helper()
	(&lab{dc: l.dc, ou: dn}).dsacl(t, sddl)
}

// operator returns a view of somebody who has no rights but those everybody has.
func (l *lab) operator(t testing.TB) *Domain {
	t.Helper()
	const password = "Delegated-2026!"
	dn := "CN=Operator " + l.tag + "," + l.ou
	if err := l.dc.CreateUser(t.Context(), dn, password, map[string][]string{"sAMAccountName": {"op" + l.tag}}); err != nil {
		t.Fatal(err)
	}
	conf := l.conf
	conf.Username, conf.Password = "op"+l.tag+"@"+l.dc.Realm(), password
	return l.connect(t, conf, Options{})
}

func (l *lab) sid(t testing.TB, login string) string {
	t.Helper()
	sid, err := formatSID([]byte(l.entry(t, login, "objectSid").Get("objectSid")))
	if err != nil {
		t.Fatal(err)
	}
	return sid
}
