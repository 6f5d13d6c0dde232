// SPDX-License-Identifier: MPL-2.0

package memdir

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
)

var (
	staff   = "OU=Staff," + Base
	leavers = "OU=Leavers," + Base
	noon    = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
)

// connect starts a directory whose clock stands at noon, and signs in.
func connect(t *testing.T) (*Server, *ldap.Conn, *time.Time) {
	t.Helper()
	s, err := Start(staff, leavers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	now := noon
	s.SetClock(func() time.Time { return now })
	return s, dial(t, s), &now
}

func dial(t *testing.T, s *Server) *ldap.Conn {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(s.CAPEM()))
	c, err := ldap.DialURL(s.URL(), ldap.DialWithTLSConfig(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func read(t *testing.T, c *ldap.Conn, filter string, attributes ...string) []*ldap.Entry {
	t.Helper()
	r, err := c.Search(&ldap.SearchRequest{BaseDN: Base, Scope: ldap.ScopeWholeSubtree, Filter: filter, Attributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	return r.Entries
}

func mustAnswer(t *testing.T, err error, code uint16) {
	t.Helper()
	if code == 0 && err != nil || code != 0 && !ldap.IsErrorWithCode(err, code) {
		t.Errorf("found %v, expected the result code %d", err, code)
	}
}

func newUser(dn, login string) *ldap.AddRequest {
	r := ldap.NewAddRequest(dn, nil)
	r.Attribute("objectClass", []string{"user"})
	r.Attribute("sAMAccountName", []string{login})
	r.Attribute("userPrincipalName", []string{login + "@corp.example.com"})
	return r
}

// TestLinks: manager and member follow what they name when it is renamed, moved and deleted.
func TestLinks(t *testing.T) {
	s, c, _ := connect(t)
	s.EnableRecycleBin()
	boss := s.PutUser("CN=Boss,"+staff, map[string]string{"sAMAccountName": "boss"})
	s.PutUser("CN=Report,"+staff, map[string]string{"sAMAccountName": "report", "manager": "CN=Boss," + staff})
	group := s.PutGroup("CN=vpn,CN=Users,"+Base, "vpn")
	s.Join(group, boss)
	mustAnswer(t, c.ModifyDN(ldap.NewModifyDNRequest("CN=Boss,"+staff, "CN=Chief", true, leavers)), 0)
	chief := "CN=Chief," + leavers
	if got := read(t, c, "(sAMAccountName=report)", "manager")[0].GetAttributeValue("manager"); got != chief {
		t.Errorf("the manager is %q, expected %q", got, chief)
	}
	if got := read(t, c, "(member="+chief+")", "member"); len(got) != 1 || got[0].GetAttributeValue("member") != chief {
		t.Errorf("the members are %v", got)
	}
	if got := read(t, c, "(sAMAccountName=boss)", "memberOf", "directReports")[0]; got.GetAttributeValue("memberOf") != "CN=vpn,CN=Users,"+Base || got.GetAttributeValue("directReports") != "CN=Report,"+staff {
		t.Errorf("the other ends: %v", got.Attributes)
	}
	mustAnswer(t, c.Del(ldap.NewDelRequest(chief, nil)), 0)
	if got := read(t, c, "(|(manager=*)(member=*))", "cn"); len(got) > 0 {
		t.Errorf("links to a deleted object remain: %v", got[0].DN)
	}
	if !s.Restore(boss) || len(read(t, c, "(member="+chief+")", "cn")) != 1 || len(read(t, c, "(manager="+chief+")", "cn")) != 1 {
		t.Error("a restored object lost its links")
	}
}

// TestUnique: names are refused that somebody has, and accounts that never had a password stay disabled.
func TestUnique(t *testing.T) {
	_, c, _ := connect(t)
	mustAnswer(t, c.Add(newUser("CN=One,"+staff, "one")), 0)
	mustAnswer(t, c.Add(newUser("CN=ONE,"+staff, "other")), ldap.LDAPResultEntryAlreadyExists)
	mustAnswer(t, c.Add(newUser("CN=Two,"+leavers, "ONE")), ldap.LDAPResultEntryAlreadyExists)
	twice := newUser("CN=Two,"+leavers, "two")
	twice.Attributes[2].Vals = []string{"one@corp.example.com"}
	mustAnswer(t, c.Add(twice), ldap.LDAPResultConstraintViolation)
	mustAnswer(t, c.Add(newUser("CN=Two,OU=Nowhere,"+Base, "two")), ldap.LDAPResultNoSuchObject)
	enable := ldap.NewModifyRequest("CN=One,"+staff, nil)
	enable.Replace("userAccountControl", []string{"512"})
	mustAnswer(t, c.Modify(enable), ldap.LDAPResultUnwillingToPerform)
	enable.Replace("unicodePwd", []string{"made up"})
	enable.Changes[0], enable.Changes[1] = enable.Changes[1], enable.Changes[0]
	mustAnswer(t, c.Modify(enable), 0)
}

// TestMetaData: replPropertyMetaData tells when userAccountControl was written, by the
// clock of the directory, and is not touched by what writes something else or the same.
func TestMetaData(t *testing.T) {
	s, c, now := connect(t)
	s.PutUser("CN=One,"+staff, map[string]string{"sAMAccountName": "one"})
	written := func() time.Time {
		b := read(t, c, "(sAMAccountName=one)", "replPropertyMetaData")[0].GetRawAttributeValue("replPropertyMetaData")
		for i := range binary.LittleEndian.Uint64(b[8:]) {
			if m := b[16+48*i:]; binary.LittleEndian.Uint32(m) == 0x00090008 {
				return time.Unix(int64(binary.LittleEndian.Uint64(m[8:]))-11644473600, 0).UTC() //nolint:gosec // a time of this century
			}
		}
		return time.Time{}
	}
	change := func(name, value string) {
		*now = now.Add(time.Hour)
		r := ldap.NewModifyRequest("CN=One,"+staff, nil)
		r.Replace(name, []string{value})
		mustAnswer(t, c.Modify(r), 0)
	}
	change("userAccountControl", "514")
	disabled := *now
	change("title", "Clerk")
	change("userAccountControl", "514")
	if got := written(); !got.Equal(disabled) {
		t.Errorf("written at %s, expected %s", got, disabled)
	}
}

// TestFaults: a request is refused, carried out without an answer, or neither.
func TestFaults(t *testing.T) {
	s, c, _ := connect(t)
	s.PutUser("CN=One,"+staff, map[string]string{"sAMAccountName": "one"})
	title := func(v string, want Verdict) error {
		s.Intercept(func(Request) Verdict { return want })
		defer s.Intercept(nil)
		r := ldap.NewModifyRequest("CN=One,"+staff, nil)
		r.Replace("title", []string{v})
		return dial(t, s).Modify(r)
	}
	mustAnswer(t, title("refused", Verdict{Code: ldap.LDAPResultBusy, Undone: true}), ldap.LDAPResultBusy)
	if err := title("lost", Verdict{Lost: true, Undone: true}); err == nil {
		t.Error("a lost request was answered")
	}
	if got := s.Users()[0].First("title"); got != "" {
		t.Errorf("the title is %q, though nothing was carried out", got)
	}
	if err := title("done", Verdict{Lost: true}); err == nil || s.Users()[0].First("title") != "done" {
		t.Errorf("found %v and %q, expected no answer and the work done", err, s.Users()[0].First("title"))
	}
	_ = c
}

// TestTrees: what is below an object goes along with it, and keeps it from being deleted.
func TestTrees(t *testing.T) {
	s, c, _ := connect(t)
	id := s.PutUser("CN=One,"+staff, map[string]string{"sAMAccountName": "one"})
	s.PutBelow(id, "CN=Devices", "msExchActiveSyncDevices")
	s.Place(id, "", leavers)
	one := "CN=One," + leavers
	if got := read(t, c, "(objectClass=msExchActiveSyncDevices)", "cn"); len(got) != 1 || got[0].DN != "CN=Devices,"+one {
		t.Errorf("below: %v", got)
	}
	mustAnswer(t, c.Del(ldap.NewDelRequest(one, nil)), ldap.LDAPResultNotAllowedOnNonLeaf)
	mustAnswer(t, c.Del(ldap.NewDelRequest("CN=Devices,"+one, nil)), 0)
	mustAnswer(t, c.Del(ldap.NewDelRequest(one, nil)), 0)
	if !slices.Equal([]string{key(`OU=R\2BD\2C Lab, ` + Base)}, []string{key(`ou=R\+D\, Lab,` + Base)}) {
		t.Error("two spellings of a name are two names")
	}
}
