// SPDX-License-Identifier: MPL-2.0

package ldapconn_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// goroutines of this package and of the LDAP and Kerberos libraries.
func goroutines() (n int, stacks string) {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	for _, g := range strings.Split(string(buf), "\n\n") {
		if strings.Contains(g, "go-ldap/ldap") || strings.Contains(g, "/ldapconn.") || strings.Contains(g, "gokrb5") {
			n++
			stacks += g + "\n\n"
		}
	}
	return n, stacks
}

// Every way in which a request can end must leave nothing behind.
func TestNothingIsLeftRunning(t *testing.T) {
	d := samba.Shared(t)
	ou := d.Container(t)
	p, err := d.Proxy(samba.ProxyOptions{})
	mustSucceed(t, err)
	defer p.Close()
	c := config(d)
	c.URLs, c.PageSize = []string{p.URL()}, 20
	client, err := ldapconn.New(c)
	mustSucceed(t, err)
	ctx := t.Context()
	mustSucceed(t, client.Add(ctx, user("CN=leak,"+ou)))
	mustSucceed(t, onlyError(client.Search(ctx, search(d.BaseDN(), "(objectClass=*)"))))
	for range 5 { // canceled in the middle of the pages
		canceled, cancel := context.WithCancel(ctx)
		err := client.SearchEach(canceled, search(d.BaseDN(), "(objectClass=*)"), func(*ldap.Entry) error { cancel(); return nil })
		if !ldapconn.IsCanceled(err) {
			t.Errorf("SearchEach() = %v", err)
		}
	}
	p.Delay(time.Hour)
	for range 5 { // canceled while waiting
		canceled, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
		if _, err := client.Search(canceled, search(ou, "(cn=x)")); err == nil {
			t.Error("answered in spite of the delay")
		}
		cancel()
	}
	p.Mend()
	p.Inject(samba.Fault{Op: samba.Add, Reconnect: true})
	if err := client.Add(ctx, user("CN=leak2,"+ou)); !ldapconn.IsUnknownOutcome(err) {
		t.Errorf("Add() = %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = client.SearchEach(ctx, search(ou, "(cn=leak)"), func(*ldap.Entry) error { panic("of the caller") })
	}()
	mustSucceed(t, onlyError(client.Search(ctx, search(ou, "(cn=leak)"))))
	k := config(d)
	k.Username, k.Password, k.Kerberos = "", "", &ldapconn.Kerberos{Username: d.AdminUser(), Password: d.AdminPassword()}
	kerberos, err := ldapconn.New(k)
	mustSucceed(t, err)
	_, err = kerberos.RootDSE(ctx)
	mustSucceed(t, err, kerberos.Close(), client.Close())
	bad := config(d)
	bad.Password = "not it"
	wrong, err := ldapconn.New(bad)
	mustSucceed(t, err)
	if _, err := wrong.RootDSE(ctx); !ldapconn.IsAuthentication(err) {
		t.Errorf("RootDSE() = %v", err)
	}
	mustSucceed(t, wrong.Close())

	// What is left needs a moment to notice that its connection is closed.
	n, stacks := goroutines()
	for i := 0; n > 1 && i < 500; i++ { // this test is one
		time.Sleep(10 * time.Millisecond)
		n, stacks = goroutines()
	}
	if n > 1 {
		t.Errorf("%d goroutines are left:\n%s", n-1, stacks)
	}
}
