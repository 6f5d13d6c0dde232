// SPDX-License-Identifier: MPL-2.0

package activedirectory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/activedirectory/ldapconn"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/directory/applytest"
	"terraform-provider-workforce/internal/sandbox/memdir"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// TestConformance runs the cases that every engine is held to on a domain controller.
func TestConformance(t *testing.T) {
	dc := samba.WithRecycleBin(t)
	applytest.Run(t, func(t testing.TB) applytest.Target { return newSambaTarget(t, dc) })
}

// TestConformanceInMemory runs them on the domain that benchmarks and simulations use.
func TestConformanceInMemory(t *testing.T) {
	applytest.Run(t, func(t testing.TB) applytest.Target { return newMemoryTarget(t) })
}

// domain is what targets in a domain have in common.
type domain struct {
	conf            ldapconn.Config
	tag, ou, suffix string
	protect         activedirectory.Protect
	cut             bool          // a connection is to be cut
	patience        time.Duration // with which engines wait for it then
}

func (d *domain) Traits() applytest.Traits {
	return applytest.Traits{Format: activedirectory.Format, Tag: d.tag, LoginKeepsCase: true, Restores: true,
		WorkerID: "employeeID", Login: "sAMAccountName", Title: "title", Department: "department"}
}

func (d *domain) Engine(t testing.TB) applytest.Engine {
	t.Helper()
	conf := d.conf
	if d.cut {
		conf.ConnectTimeout = d.patience
	}
	client, err := ldapconn.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() }) // that cut connections cannot be closed is no error
	return activedirectory.New(client, activedirectory.Options{Protect: d.protect})
}

func (d *domain) Account(worker, name string) directory.Account {
	a := directory.Account{Container: d.ou, Enabled: true, Attributes: map[string]directory.Value{
		"employeeID": {worker}, "displayName": {"Person " + worker}, "givenName": {"Person"}, "sn": {worker},
	}}
	d.Call(&a, name)
	return a
}

func (d *domain) Call(a *directory.Account, name string) {
	a.Attributes["cn"], a.Attributes["sAMAccountName"] = directory.Value{"Person " + name}, directory.Value{name}
	a.Attributes["userPrincipalName"] = directory.Value{name + "@" + d.suffix}
}

func (d *domain) Retire(a *directory.Account) { a.Container = d.leavers() }

func (d *domain) leavers() string { return "OU=Leavers," + d.ou }

// sambaTarget is a container of a domain controller, behind a proxy.
type sambaTarget struct {
	domain
	dc    *samba.Domain
	proxy *samba.Proxy
}

func newSambaTarget(t testing.TB, dc *samba.Domain) *sambaTarget {
	t.Helper()
	ou := dc.Container(t)
	proxy, err := dc.Proxy(samba.ProxyOptions{RecycleBin: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := proxy.Close(); err != nil {
			t.Error(err)
		}
	})
	tag := "w" + strings.TrimPrefix(ou, "OU=test-")[:6]
	s := &sambaTarget{domain{tag: tag, ou: ou, suffix: dc.Realm(), patience: time.Second}, dc, proxy}
	s.conf = ldapconn.Config{
		URLs: []string{proxy.URL()}, CACertificateFile: dc.CAFile(), Username: dc.AdminUser(), Password: dc.AdminPassword(),
	}
	s.modify(t, "dn: "+s.leavers()+"\nobjectClass: organizationalUnit\n")
	return s
}

func (s *sambaTarget) modify(t testing.TB, ldif string) {
	t.Helper()
	if err := s.dc.Modify(t.Context(), ldif); err != nil {
		t.Fatal(err)
	}
}

// entries are the users of the container.
func (s *sambaTarget) entries(t testing.TB) []samba.Entry {
	t.Helper()
	found, err := s.dc.SearchBelow(t.Context(), s.ou, "sub", "(objectClass=user)",
		"objectGUID", "employeeID", "sAMAccountName", "title", "department", "manager", "userAccountControl", "memberOf")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// guid is the text of an objectGUID, whose first three parts are little-endian ([MS-DTYP] 2.3.4.2).
func guid(e samba.Entry) string {
	b := []byte(e.Get("objectGUID"))
	for _, part := range [][]byte{b[:4], b[4:6], b[6:8]} {
		slices.Reverse(part)
	}
	return uuid.UUID(b).String()
}

func (s *sambaTarget) Users(t testing.TB) []applytest.User {
	t.Helper()
	entries, ids := s.entries(t), map[string]string{}
	for _, e := range entries {
		ids[e.DN] = guid(e)
	}
	var out []applytest.User
	for _, e := range entries {
		var control int
		if _, err := fmt.Sscan(e.Get("userAccountControl"), &control); err != nil {
			t.Fatal(err)
		}
		out = append(out, applytest.User{
			ID: ids[e.DN], Worker: e.Get("employeeID"), Login: e.Get("sAMAccountName"), Title: e.Get("title"), Department: e.Get("department"),
			Manager: ids[e.Get("manager")], Enabled: control&2 == 0, Groups: len(e.Values("memberOf")),
		})
	}
	return out
}

// dn is where an account is.
func (s *sambaTarget) dn(t testing.TB, id string) string {
	t.Helper()
	for _, e := range s.entries(t) {
		if guid(e) == id {
			return e.DN
		}
	}
	t.Fatalf("no account %s", id)
	return ""
}

func (s *sambaTarget) Set(t testing.TB, id, attribute, value string) {
	t.Helper()
	if value != "" {
		value = attribute + ": " + value + "\n"
	}
	s.modify(t, "dn: "+s.dn(t, id)+"\nchangetype: modify\nreplace: "+attribute+"\n"+value)
}

func (s *sambaTarget) Enable(t testing.TB, id string, enabled bool) {
	t.Helper()
	s.Set(t, id, "userAccountControl", map[bool]string{true: "512", false: "514"}[enabled])
}

func (s *sambaTarget) Delete(t testing.TB, id string) {
	t.Helper()
	if err := s.dc.Delete(t.Context(), s.dn(t, id)); err != nil {
		t.Fatal(err)
	}
}

func (s *sambaTarget) Join(t testing.TB, id string) { t.Helper(); s.group(t, "vpn", id) }

func (s *sambaTarget) Protect(t testing.TB, id string) {
	t.Helper()
	s.protect.Groups = []string{s.group(t, "guarded", id)}
}

func (s *sambaTarget) group(t testing.TB, name, member string) string {
	t.Helper()
	name += " " + s.tag
	dn := "CN=" + name + "," + s.ou
	if _, there, err := s.dc.Lookup(t.Context(), dn); err != nil {
		t.Fatal(err)
	} else if !there {
		s.modify(t, "dn: "+dn+"\nobjectClass: group\nsAMAccountName: "+name+"\n")
	}
	s.modify(t, "dn: "+dn+"\nchangetype: modify\nadd: member\nmember: "+s.dn(t, member)+"\n")
	return dn
}

func (s *sambaTarget) Inject(t testing.TB, trouble applytest.Trouble) {
	t.Helper()
	s.cut = trouble.Fate == applytest.CutBefore || trouble.Fate == applytest.CutAfter
	switch {
	case trouble.Attribute == applytest.Sessions: // nothing outlives the disabling
	case trouble.Fate == applytest.Refuse:
		s.proxy.Inject(samba.Fault{Op: samba.Modify, Attribute: trouble.Attribute, After: trouble.After, Result: 19, Times: 1000})
	default:
		s.proxy.Inject(samba.Fault{After: trouble.After, Lose: trouble.Fate != applytest.CutBefore, Reconnect: !s.cut})
	}
}

func (s *sambaTarget) Mend(testing.TB) { s.cut = false; s.proxy.Mend() }
func (s *sambaTarget) Writes() int     { return s.proxy.Writes() }

// memoryTarget is a domain in memory.
type memoryTarget struct {
	domain
	server *memdir.Server
	groups map[string]string // ids by name
}

func newMemoryTarget(t testing.TB) *memoryTarget {
	t.Helper()
	m := &memoryTarget{groups: map[string]string{}}
	m.domain = domain{tag: "w", ou: "OU=Staff," + memdir.Base, suffix: "corp.example.com", patience: 100 * time.Millisecond}
	server, err := memdir.Start(m.ou, m.leavers())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.EnableRecycleBin()
	m.server = server
	m.conf = ldapconn.Config{
		URLs: []string{server.URL()}, CACertificatePEM: server.CAPEM(), Username: "admin", Password: "made up, opens nothing",
	}
	return m
}

func (m *memoryTarget) Users(testing.TB) []applytest.User {
	var out []applytest.User
	for _, o := range m.server.Users() {
		out = append(out, applytest.User{
			ID: o.ID, Worker: o.First("employeeID"), Login: o.First("sAMAccountName"), Title: o.First("title"), Department: o.First("department"),
			Manager: o.Manager, Enabled: !o.Disabled, Groups: len(o.Groups),
		})
	}
	return out
}

func (m *memoryTarget) Set(_ testing.TB, id, attribute, value string) {
	m.server.Set(id, attribute, value)
}

func (m *memoryTarget) Enable(t testing.TB, id string, enabled bool) {
	m.Set(t, id, "userAccountControl", map[bool]string{true: "512", false: "514"}[enabled])
}

func (m *memoryTarget) Delete(_ testing.TB, id string) { m.server.Remove(id) }
func (m *memoryTarget) Join(_ testing.TB, id string)   { m.group("vpn", id) }

func (m *memoryTarget) Protect(_ testing.TB, id string) {
	m.protect.Groups = []string{m.group("guarded", id)}
}

func (m *memoryTarget) group(name, member string) string {
	dn := "CN=" + name + ",CN=Users," + memdir.Base
	if m.groups[name] == "" {
		m.groups[name] = m.server.PutGroup(dn, name)
	}
	m.server.Join(m.groups[name], member)
	return dn
}

func (m *memoryTarget) Inject(_ testing.TB, trouble applytest.Trouble) {
	m.cut = trouble.Fate == applytest.CutBefore || trouble.Fate == applytest.CutAfter
	seen := 0
	m.server.Intercept(func(r memdir.Request) memdir.Verdict {
		named := slices.ContainsFunc(r.Attributes, func(a string) bool { return strings.EqualFold(a, trouble.Attribute) })
		if trouble.Attribute != "" && (r.Op != "modify" || !named) {
			return memdir.Verdict{}
		}
		seen++
		switch n := seen - 1 - trouble.After; {
		case n < 0 || n > 0 && trouble.Fate == applytest.LoseAnswer:
			return memdir.Verdict{}
		case trouble.Fate == applytest.Refuse:
			return memdir.Verdict{Code: 19, Undone: true} // constraintViolation
		case trouble.Fate == applytest.LoseAnswer:
			return memdir.Verdict{Lost: true}
		default:
			m.server.Hang(true)
			return memdir.Verdict{Lost: true, Undone: n > 0 || trouble.Fate == applytest.CutBefore}
		}
	})
}

func (m *memoryTarget) Mend(testing.TB) {
	m.cut = false
	m.server.Intercept(nil)
	m.server.Hang(false)
}

func (m *memoryTarget) Writes() int {
	return int(m.server.Adds.Load() + m.server.Modifies.Load() + m.server.Renames.Load() + m.server.Deletes.Load())
}
