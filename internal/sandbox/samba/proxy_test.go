// SPDX-License-Identifier: MPL-2.0

package samba_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/sandbox/samba"
)

func startProxy(t *testing.T, o samba.ProxyOptions) *samba.Proxy {
	t.Helper()
	p, err := samba.Shared(t).Proxy(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func dial(t *testing.T, url string, certificates ...tls.Certificate) (*ldap.Conn, error) {
	t.Helper()
	d := samba.Shared(t)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(d.CAPEM()))
	conn, err := ldap.DialURL(url, ldap.DialWithTLSConfig(&tls.Config{RootCAs: roots, Certificates: certificates}))
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { conn.Close() })
	return conn, conn.Bind(d.AdminUser(), d.AdminPassword())
}

func mustDial(t *testing.T, url string) *ldap.Conn {
	t.Helper()
	conn, err := dial(t, url)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func addUser(conn *ldap.Conn, ou string, i int) error {
	r := ldap.NewAddRequest(fmt.Sprintf("CN=user%d,%s", i, ou), nil)
	r.Attribute("objectClass", []string{"user"})
	return conn.Add(r)
}

func TestProxyCounts(t *testing.T) {
	p := startProxy(t, samba.ProxyOptions{})
	ou := samba.Shared(t).Container(t)
	conn := mustDial(t, p.URL())
	p.Delay(time.Millisecond)
	for i := range 3 {
		if err := addUser(conn, ou, i); err != nil {
			t.Fatal(err)
		}
	}
	search := ldap.NewSearchRequest(ou, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=user)", []string{"cn"}, nil)
	found, err := conn.Search(search)
	if err != nil || len(found.Entries) != 3 {
		t.Fatalf("Search = %v, %v", found, err)
	}
	modify := ldap.NewModifyRequest("CN=user0,"+ou, nil)
	modify.Replace("description", []string{"moved"})
	for name, err := range map[string]error{
		"modify":   conn.Modify(modify),
		"modifyDN": conn.ModifyDN(ldap.NewModifyDNRequest("CN=user0,"+ou, "CN=renamed", true, "")),
		"delete":   conn.Del(ldap.NewDelRequest("CN=user1,"+ou, nil)),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	want := map[samba.Op]int{samba.Bind: 1, samba.Add: 3, samba.Search: 1, samba.Modify: 1, samba.ModifyDN: 1, samba.Delete: 1}
	for op, n := range want {
		if got := p.Count(op); got != n {
			t.Errorf("%s: %d, want %d", op, got, n)
		}
	}
	if n := p.Connections(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
	if n := p.Writes(); n != 6 {
		t.Errorf("%d writes, want 6", n)
	}
	p.Reset()
	if n := len(p.Counts()); n != 0 {
		t.Errorf("%d counts after Reset", n)
	}
}

// TestProxyCutsAtOneRequest lets eight clients add at once: whatever their order, exactly the agreed number of adds is done
// and known to the clients.
func TestProxyCutsAtOneRequest(t *testing.T) {
	const after = 25
	for op, lose := range map[samba.Op]bool{samba.Add: false, 0: true} {
		t.Run(fmt.Sprintf("%s lose=%v", op, lose), func(t *testing.T) {
			p := startProxy(t, samba.ProxyOptions{})
			d := samba.Shared(t)
			ou := d.Container(t)
			p.Inject(samba.Fault{Op: op, After: after, Lose: lose})
			clients := make([]*ldap.Conn, 8)
			for i := range clients {
				clients[i] = mustDial(t, p.URL())
			}
			var added atomic.Int64
			var wg sync.WaitGroup
			for worker, conn := range clients {
				wg.Go(func() {
					for i := 0; addUser(conn, ou, worker*1000+i) == nil; i++ {
						added.Add(1)
					}
				})
			}
			wg.Wait()
			if n := added.Load(); n != after {
				t.Errorf("clients know of %d adds, want %d", n, after)
			}
			done := after
			if lose {
				done++
			}
			entries, err := d.SearchBelow(t.Context(), ou, "one", "(objectClass=user)", "cn")
			if err != nil || len(entries) != done {
				t.Errorf("the server has %d users, want %d (%v)", len(entries), done, err)
			}
			if _, err := dial(t, p.URL()); err == nil {
				t.Error("the proxy accepts connections before Mend")
			}
			p.Mend()
			if err := addUser(mustDial(t, p.URL()), ou, 999); err != nil {
				t.Errorf("after Mend: %v", err)
			}
		})
	}
}

func TestProxyAnswersResult(t *testing.T) {
	p := startProxy(t, samba.ProxyOptions{})
	ou := samba.Shared(t).Container(t)
	conn := mustDial(t, p.URL())
	p.Inject(samba.Fault{Op: samba.Add, After: 1, Times: 2, Result: ldap.LDAPResultBusy})
	var failed []int
	for i := range 5 {
		if err := addUser(conn, ou, i); ldap.IsErrorWithCode(err, ldap.LDAPResultBusy) {
			failed = append(failed, i)
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if fmt.Sprint(failed) != "[1 2]" {
		t.Errorf("busy at %v, want [1 2]", failed)
	}
	p.Inject(samba.Fault{Op: samba.Search, Reconnect: true})
	search := ldap.NewSearchRequest(ou, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(cn=*)", nil, nil)
	if _, err := conn.Search(search); err == nil {
		t.Error("the search got an answer")
	}
	if _, err := mustDial(t, p.URL()).Search(search); err != nil {
		t.Errorf("after reconnecting: %v", err)
	}
}

func TestProxyCertificates(t *testing.T) {
	d := samba.Shared(t)
	expired, err := d.Certificate(samba.CertificateOptions{Expired: true})
	if err != nil {
		t.Fatal(err)
	}
	other, err := d.Certificate(samba.CertificateOptions{Names: []string{"other.example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	var invalid x509.CertificateInvalidError
	if _, err := dial(t, startProxy(t, samba.ProxyOptions{Certificate: &expired}).URL()); !errors.As(err, &invalid) || invalid.Reason != x509.Expired {
		t.Errorf("expired certificate: %v", err)
	}
	var name x509.HostnameError
	if _, err := dial(t, startProxy(t, samba.ProxyOptions{Certificate: &other}).URL()); !errors.As(err, &name) {
		t.Errorf("certificate for another host: %v", err)
	}
	client, err := d.Certificate(samba.CertificateOptions{Client: "provisioner"})
	if err != nil {
		t.Fatal(err)
	}
	p := startProxy(t, samba.ProxyOptions{RequireClientCertificate: true})
	if _, err := dial(t, p.URL()); err == nil {
		t.Error("no client certificate was needed")
	}
	if _, err := dial(t, p.URL(), client); err != nil {
		t.Errorf("with the client certificate: %v", err)
	}
}

func TestProxyRefusesAndCuts(t *testing.T) {
	p := startProxy(t, samba.ProxyOptions{})
	search := ldap.NewSearchRequest("", ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", nil, nil)
	conn := mustDial(t, p.URL())
	p.Cut()
	if _, err := conn.Search(search); err == nil {
		t.Error("Cut left the connection")
	}
	conn = mustDial(t, p.URL())
	p.Refuse()
	if _, err := conn.Search(search); err == nil {
		t.Error("Refuse left the connection")
	}
	if _, err := dial(t, p.URL()); err == nil {
		t.Error("Refuse let a connection in")
	}
	p.Mend()
	if _, err := mustDial(t, p.URL()).Search(search); err != nil {
		t.Error(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if _, err := dial(t, p.URL()); err == nil {
		t.Error("a closed proxy answers")
	}
}
