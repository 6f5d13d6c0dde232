// SPDX-License-Identifier: MPL-2.0

package activedirectory_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/uuid"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/directory/applytest"
	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/sandbox/memdir"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// TestConformance runs the cases that every engine is held to on a domain controller.
func TestConformance(t *testing.T) {
	c := newController(t)
	applytest.Run(t, func(t testing.TB) applytest.Target { return newSambaTarget(t, c) })
}

// TestConformanceInMemory runs them on the domain that benchmarks and simulations use.
func TestConformanceInMemory(t *testing.T) {
	applytest.Run(t, func(t testing.TB) applytest.Target { return newMemoryTarget(t) })
}

// TestElsewhere: an object that somebody moved keeps its objectGUID, by which the global catalog of the forest tells where it is.
func TestElsewhere(t *testing.T) {
	here, there := startMemory(t), startMemory(t)
	const emea, below = "DC=emea,DC=example,DC=com", "DC=below," + memdir.Base
	user := func(cn, base string) string {
		return there.PutUser("CN="+cn+",CN=Users,"+base, map[string]string{"sAMAccountName": cn})
	}
	// The catalog may still hold what this domain has just deleted. A domain below it is another one.
	moved, child, stale := user("Mo Ved", emea), user("Chi Ld", below), user("Sta Le", memdir.Base)
	conf := ldapconn.Config{URLs: []string{here.URL()}, CACertificatePEM: here.CAPEM() + there.CAPEM(), Username: "admin",
		Password: "made up, opens nothing"}
	ask := func(catalog ...string) (map[string]string, error) {
		t.Helper()
		conf := conf
		conf.GlobalCatalogURLs = catalog
		client, err := ldapconn.New(conf)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		return activedirectory.New(client, activedirectory.Options{}).Elsewhere(t.Context(),
			[]string{moved, child, stale, uuid.NewString()})
	}
	// A domain that is alone in its forest asks nobody.
	if found, err := ask("ldaps://127.0.0.1:1"); err != nil || len(found) > 0 {
		t.Errorf("found %v, error %v, expected nothing", found, err)
	}
	here.AddDomain("EMEA", emea)
	here.AddDomain("BELOW", below)
	found, err := ask(there.URL())
	if err != nil || len(found) != 2 || found[directory.Fold(moved)] != "CN=Mo Ved,CN=Users,"+emea ||
		found[directory.Fold(child)] != "CN=Chi Ld,CN=Users,"+below {
		t.Errorf("found %v, error %v", found, err)
	}
	if found, err := ask("ldaps://127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), "global catalog") {
		t.Errorf("found %v, error %v, expected that the catalog cannot be asked", found, err)
	}
}

// startMemory starts a domain in memory for one test.
func startMemory(t *testing.T) *memdir.Server {
	t.Helper()
	s, err := memdir.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
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
	return applytest.Traits{Format: activedirectory.Format, Tag: d.tag, LoginKeepsCase: true,
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

// controller is a domain controller: behind a proxy for engines, and with a connection of its own for hands.
type controller struct {
	dc    *samba.Domain
	proxy *samba.Proxy
	hands *ldap.Conn
	tests int
}

func newController(t *testing.T) *controller {
	t.Helper()
	c := &controller{dc: samba.WithRecycleBin(t)}
	proxy, err := c.dc.Proxy(samba.ProxyOptions{RecycleBin: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := proxy.Close(); err != nil {
			t.Error(err)
		}
	})
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(c.dc.CAPEM()))
	hands, err := ldap.DialURL(c.dc.URL(), ldap.DialWithTLSConfig(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = hands.Close() })
	if err := hands.Bind(c.dc.AdminUser(), c.dc.AdminPassword()); err != nil {
		t.Fatal(err)
	}
	c.proxy, c.hands = proxy, hands
	return c
}

// sambaTarget is a container of a domain controller.
type sambaTarget struct {
	domain
	*controller
}

func newSambaTarget(t testing.TB, c *controller) *sambaTarget {
	t.Helper()
	c.tests++
	tag := fmt.Sprintf("w%03dx", c.tests)
	s := &sambaTarget{domain{tag: tag, ou: "OU=" + tag + "," + c.dc.BaseDN(), suffix: c.dc.Realm(), patience: 500 * time.Millisecond}, c}
	s.conf = ldapconn.Config{
		URLs: []string{c.proxy.URL()}, CACertificateFile: c.dc.CAFile(), Username: c.dc.AdminUser(), Password: c.dc.AdminPassword(),
		Connections: 2, // each is a process of the controller
	}
	for _, dn := range []string{s.ou, s.leavers()} {
		s.put(t, dn, map[string]string{"objectClass": "organizationalUnit"})
	}
	t.Cleanup(func() { s.Mend(t) })
	return s
}

func (s *sambaTarget) put(t testing.TB, dn string, attributes map[string]string) {
	t.Helper()
	r := ldap.NewAddRequest(dn, nil)
	for name, v := range attributes {
		r.Attribute(name, []string{v})
	}
	if err := s.hands.Add(r); err != nil {
		t.Fatal(err)
	}
}

// entries are the users of the container, as GUIDs tell them.
func (s *sambaTarget) entries(t testing.TB) map[string]*ldap.Entry {
	t.Helper()
	found, err := s.hands.Search(&ldap.SearchRequest{
		BaseDN: s.ou, Scope: ldap.ScopeWholeSubtree, Filter: "(objectClass=user)",
		Attributes: []string{"objectGUID", "employeeID", "sAMAccountName", "title", "department", "manager", "userAccountControl", "memberOf"},
	})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*ldap.Entry{}
	for _, e := range found.Entries {
		b := e.GetRawAttributeValue("objectGUID")
		for _, part := range [][]byte{b[:4], b[4:6], b[6:8]} { // little-endian, [MS-DTYP] 2.3.4.2
			slices.Reverse(part)
		}
		out[uuid.UUID(b).String()] = e
	}
	return out
}

func (s *sambaTarget) Users(t testing.TB) []applytest.User {
	t.Helper()
	entries, ids := s.entries(t), map[string]string{}
	for id, e := range entries {
		ids[e.DN] = id
	}
	var out []applytest.User
	for id, e := range entries {
		text := e.GetAttributeValue
		control, err := strconv.Atoi(text("userAccountControl"))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, applytest.User{
			ID: id, Worker: text("employeeID"), Login: text("sAMAccountName"), Title: text("title"), Department: text("department"),
			Manager: ids[text("manager")], Enabled: control&2 == 0, Groups: len(e.GetAttributeValues("memberOf")),
		})
	}
	return out
}

// dn is where an account is.
func (s *sambaTarget) dn(t testing.TB, id string) string {
	t.Helper()
	e := s.entries(t)[id]
	if e == nil {
		t.Fatalf("no account %s", id)
	}
	return e.DN
}

func (s *sambaTarget) Set(t testing.TB, id, attribute, value string) {
	t.Helper()
	r := ldap.NewModifyRequest(s.dn(t, id), nil)
	r.Replace(attribute, slices.DeleteFunc([]string{value}, func(v string) bool { return v == "" }))
	if err := s.hands.Modify(r); err != nil {
		t.Fatal(err)
	}
}

func (s *sambaTarget) Enable(t testing.TB, id string, enabled bool) {
	t.Helper()
	s.Set(t, id, "userAccountControl", map[bool]string{true: "512", false: "514"}[enabled])
}

func (s *sambaTarget) Delete(t testing.TB, id string) {
	t.Helper()
	if err := s.hands.Del(ldap.NewDelRequest(s.dn(t, id), nil)); err != nil {
		t.Fatal(err)
	}
}

func (s *sambaTarget) Join(t testing.TB, id string) { t.Helper(); s.group(t, "vpn", id) }

func (s *sambaTarget) Protect(t testing.TB, id string) {
	t.Helper()
	s.protect.Groups = []string{s.group(t, "guarded", id)}
}

// group makes a group of one member.
func (s *sambaTarget) group(t testing.TB, name, member string) string {
	t.Helper()
	dn := "CN=" + name + "," + s.ou
	s.put(t, dn, map[string]string{"objectClass": "group", "sAMAccountName": name + " " + s.tag, "member": s.dn(t, member)})
	return dn
}

func (s *sambaTarget) Inject(_ testing.TB, trouble applytest.Trouble) (met func() bool) {
	before := s.proxy.Writes()
	s.cut = trouble.Fate == applytest.CutBefore || trouble.Fate == applytest.CutAfter
	switch {
	case trouble.Attribute == applytest.Sessions: // nothing outlives the disabling
	case trouble.Fate == applytest.Refuse:
		s.proxy.Inject(samba.Fault{Op: samba.Modify, Attribute: trouble.Attribute, After: trouble.After, Result: 19, Times: 1000})
	default:
		s.proxy.Inject(samba.Fault{After: trouble.After, Lose: trouble.Fate != applytest.CutBefore, Reconnect: !s.cut})
	}
	return func() bool { return s.proxy.Writes()-before > trouble.After }
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
	m.domain = domain{tag: "w", ou: "OU=Staff," + memdir.Base, suffix: "corp.example.com", patience: 200 * time.Millisecond}
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

func (m *memoryTarget) Inject(_ testing.TB, trouble applytest.Trouble) (met func() bool) {
	m.cut = trouble.Fate == applytest.CutBefore || trouble.Fate == applytest.CutAfter
	var seen atomic.Int64
	m.server.Intercept(func(r memdir.Request) memdir.Verdict {
		named := slices.ContainsFunc(r.Attributes, func(a string) bool { return strings.EqualFold(a, trouble.Attribute) })
		if trouble.Attribute != "" && (r.Op != "modify" || !named) {
			return memdir.Verdict{}
		}
		switch n := int(seen.Add(1)) - 1 - trouble.After; {
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
	return func() bool { return int(seen.Load()) > trouble.After }
}

func (m *memoryTarget) Mend(testing.TB) {
	m.cut = false
	m.server.Intercept(nil)
	m.server.Hang(false)
}

func (m *memoryTarget) Writes() int {
	return int(m.server.Adds.Load() + m.server.Modifies.Load() + m.server.Renames.Load() + m.server.Deletes.Load())
}
