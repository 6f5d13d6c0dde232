// SPDX-License-Identifier: MPL-2.0

package ldapconn_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/sandbox/samba"
)

func newProxy(t *testing.T, d *samba.Domain, o samba.ProxyOptions) *samba.Proxy {
	t.Helper()
	p, err := d.Proxy(o)
	mustSucceed(t, err)
	t.Cleanup(func() { mustSucceed(t, p.Close()) })
	return p
}

// freePort is an address on which nobody listens.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	mustSucceed(t, err)
	defer l.Close()
	return l.Addr().String()
}

func TestConnectionRefused(t *testing.T) {
	d := samba.Shared(t)
	certificate := func(o samba.CertificateOptions) *tls.Certificate {
		c, err := d.Certificate(o)
		mustSucceed(t, err)
		return &c
	}
	proxy := func(o samba.ProxyOptions) func(*ldapconn.Config) {
		url := newProxy(t, d, o).URL()
		return func(c *ldapconn.Config) { c.URLs = []string{url} }
	}
	inClear, err := net.Listen("tcp", "127.0.0.1:0")
	mustSucceed(t, err)
	t.Cleanup(func() { inClear.Close() })
	go func() {
		for {
			c, err := inClear.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("220 not a directory\r\n"))
			_ = c.Close()
		}
	}()
	tests := []struct {
		name   string
		change func(*ldapconn.Config)
		is     func(error) bool
		want   []string
	}{
		{"expired certificate", proxy(samba.ProxyOptions{Certificate: certificate(samba.CertificateOptions{Expired: true})}),
			ldapconn.IsCertificate, []string{"has expired", "Renew it"}},
		{"certificate for another name", proxy(samba.ProxyOptions{Certificate: certificate(samba.CertificateOptions{Names: []string{"other.example"}})}),
			ldapconn.IsCertificate, []string{"for another name", "cannot validate certificate for 127.0.0.1", "set it as the server name"}},
		{"wrong server name", func(c *ldapconn.Config) { c.ServerName = "dc9.corp.example.com" },
			ldapconn.IsCertificate, []string{"for another name", "dc9.corp.example.com"}},
		{"unknown authority", func(c *ldapconn.Config) { c.CACertificateFile = "" },
			ldapconn.IsCertificate, []string{"authority that is not trusted", "Set ca_certificate_file"}},
		{"unknown authority with StartTLS", func(c *ldapconn.Config) {
			c.CACertificateFile, c.URLs, c.StartTLS = "", []string{d.PlainURL()}, true
		}, ldapconn.IsCertificate, []string{"authority that is not trusted"}},
		{"client certificate demanded", proxy(samba.ProxyOptions{RequireClientCertificate: true}),
			ldapconn.IsCertificate, []string{"refused the TLS connection", "client certificate"}},
		{"nobody there", func(c *ldapconn.Config) { c.URLs = []string{"ldaps://" + freePort(t)} },
			ldapconn.IsUnavailable, []string{"no connection", "refused", "firewall"}},
		{"no TLS", func(c *ldapconn.Config) { c.URLs = []string{"ldaps://" + inClear.Addr().String()} },
			ldapconn.IsUnavailable, []string{"does not speak TLS", "StartTLS"}},
		{"no such host", func(c *ldapconn.Config) {
			c.URLs, c.Resolver = []string{"ldaps://dc.invalid"}, newDNS(t, nil)
		}, ldapconn.IsUnavailable, []string{"cannot be resolved", "dc.invalid"}},
		{"none of several", func(c *ldapconn.Config) { c.URLs = []string{"ldaps://" + freePort(t), "ldaps://" + freePort(t)} },
			ldapconn.IsUnavailable, []string{"none of 2 domain controllers"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := config(d)
			tt.change(&c)
			client := newClient(t, c)
			_, err := client.Search(t.Context(), search(d.BaseDN(), "(cn=x)"))
			if !tt.is(err) {
				t.Fatalf("Search() = %v", err)
			}
			for _, w := range append(tt.want, c.URLs...) {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("Search() = %v\nwant %q in it", err, w)
				}
			}
			if client.Server() != "" {
				t.Errorf("Server() = %q", client.Server())
			}
		})
	}
}

func TestWrongPasswordIsTriedOnce(t *testing.T) {
	d := samba.Shared(t)
	a, b := newProxy(t, d, samba.ProxyOptions{}), newProxy(t, d, samba.ProxyOptions{})
	c := config(d)
	c.URLs, c.Password = []string{a.URL(), b.URL()}, "not it"
	client := newClient(t, c)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := client.Search(t.Context(), search(d.BaseDN(), "(cn=x)")); !ldapconn.IsAuthentication(err) {
				t.Errorf("Search() = %v", err)
			}
		})
	}
	wg.Wait()
	if n := a.Count(samba.Bind) + b.Count(samba.Bind); n != 1 {
		t.Errorf("the wrong password was tried %d times, which locks accounts", n)
	}
}

// A controller that reaches nobody who could check the password says "invalid credentials", too.
func TestSignInThatNobodyCanCheckIsNoWrongPassword(t *testing.T) {
	const refusal = "80090311: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data %s, v4f7c"
	for _, data := range []string{"51f", "51F", "54b", "6ba", "6fd", "000005b4"} {
		broken, healthy := &fake{unchecked: fmt.Sprintf(refusal, data)}, &fake{}
		c := broken.start(t)
		alone := newClient(t, c)
		_, err := alone.Search(t.Context(), search("DC=x", "(cn=x)"))
		if !ldapconn.IsUnavailable(err) || ldapconn.IsAuthentication(err) || !strings.Contains(err.Error(), "were not looked at") {
			t.Errorf("data %s: error %v, expected one that says that nobody looked at the password", data, err)
		}
		c.URLs = append(c.URLs, healthy.start(t).URLs...)
		both := newClient(t, c)
		if _, err := both.RootDSE(t.Context()); err != nil || len(healthy.binds) == 0 {
			t.Errorf("data %s: error %v, the other controller was asked %d times, expected once", data, err, len(healthy.binds))
		}
	}
	wrong := &fake{unchecked: fmt.Sprintf(refusal, "52e")}
	if _, err := newClient(t, wrong.start(t)).Search(t.Context(), search("DC=x", "(cn=x)")); !ldapconn.IsAuthentication(err) {
		t.Errorf("a wrong password: error %v, expected one about the sign-in", err)
	}
}

func TestFailoverBeforeTheFirstWrite(t *testing.T) {
	d := samba.Shared(t)
	a, b := newProxy(t, d, samba.ProxyOptions{}), newProxy(t, d, samba.ProxyOptions{})
	c := config(d)
	c.URLs, c.PageSize = []string{a.URL(), b.URL()}, 50
	client, ctx := newClient(t, c), t.Context()
	all, err := client.Search(ctx, search(d.BaseDN(), "(objectClass=*)", "1.1"))
	mustSucceed(t, err)
	if client.Server() != a.URL() || len(all) <= 150 {
		t.Fatalf("%d entries from %q", len(all), client.Server())
	}
	a.Inject(samba.Fault{Op: samba.Search, After: 2}) // in the middle of the pages
	again, err := client.Search(ctx, search(d.BaseDN(), "(objectClass=*)", "1.1"))
	mustSucceed(t, err)
	if len(again) != len(all) || client.Server() != b.URL() {
		t.Errorf("%d entries from %q, want %d from %q", len(again), client.Server(), len(all), b.URL())
	}
	if s := client.Stats(); s.Failovers != 1 || s.Retries != 1 {
		t.Errorf("Stats() = %+v", s)
	}
	b.Refuse()
	a.Mend()
	_, err = client.Search(ctx, search(d.BaseDN(), "(cn=x)", "1.1"))
	mustSucceed(t, err)
	if client.Server() != a.URL() {
		t.Errorf("Server() = %q, want back at the first", client.Server())
	}
}

func TestStreamThatIsCutIsAnError(t *testing.T) {
	d := samba.Shared(t)
	p := newProxy(t, d, samba.ProxyOptions{})
	c := config(d)
	c.URLs, c.PageSize = []string{p.URL()}, 50
	client := newClient(t, c)
	mustSucceed(t, onlyError(client.Search(t.Context(), search(d.AdminDN(), "(cn=x)"))))
	p.Inject(samba.Fault{Op: samba.Search, After: 2, Reconnect: true})
	seen := 0
	err := client.SearchEach(t.Context(), search(d.BaseDN(), "(objectClass=*)", "1.1"), func(*ldap.Entry) error { seen++; return nil })
	if !ldapconn.IsUnavailable(err) || seen != 100 {
		t.Errorf("SearchEach() = %v after %d entries, want an error after 100", err, seen)
	}
}

func TestAfterTheFirstWriteTheControllerStays(t *testing.T) {
	d := samba.Shared(t)
	ou := d.Container(t)
	a, b := newProxy(t, d, samba.ProxyOptions{}), newProxy(t, d, samba.ProxyOptions{})
	c := config(d)
	c.URLs, c.ConnectTimeout = []string{a.URL(), b.URL()}, time.Second
	client, ctx := newClient(t, c), t.Context()
	mustSucceed(t, client.Add(ctx, user("CN=first,"+ou)))

	a.Cut() // it lives on
	mustSucceed(t, onlyError(client.Search(ctx, search(ou, "(cn=first)"))))
	mustSucceed(t, client.Add(ctx, user("CN=second,"+ou)))
	if client.Server() != a.URL() || b.Connections() != 0 {
		t.Errorf("Server() = %q, %d connections to the other", client.Server(), b.Connections())
	}

	a.Refuse() // it is gone
	for range 2 {
		_, err := client.Search(ctx, search(ou, "(cn=first)"))
		if !ldapconn.IsControllerLost(err) || !ldapconn.IsUnavailable(err) || !strings.Contains(err.Error(), a.URL()) || !strings.Contains(err.Error(), "run again") {
			t.Fatalf("Search() = %v", err)
		}
	}
	if err := client.Add(ctx, user("CN=third,"+ou)); !ldapconn.IsControllerLost(err) {
		t.Errorf("Add() = %v", err)
	}
	if b.Connections() != 0 {
		t.Error("the run went on at another controller")
	}
}

func TestAnswerOfAWriteIsLost(t *testing.T) {
	d := samba.Shared(t)
	ou := d.Container(t)
	p := newProxy(t, d, samba.ProxyOptions{})
	for _, carriedOut := range []bool{true, false} {
		t.Run(fmt.Sprintf("carried out %v", carriedOut), func(t *testing.T) {
			c := config(d)
			c.URLs = []string{p.URL()}
			client, ctx := newClient(t, c), t.Context()
			dn := fmt.Sprintf("CN=lost %v,%s", carriedOut, ou)
			p.Inject(samba.Fault{Op: samba.Add, Lose: carriedOut, Reconnect: true})
			before := p.Count(samba.Add)
			err := client.Add(ctx, user(dn))
			if !ldapconn.IsUnknownOutcome(err) || !strings.Contains(err.Error(), "Read the entry") {
				t.Fatalf("Add() = %v", err)
			}
			if n := p.Count(samba.Add) - before; n != 1 {
				t.Errorf("the request was sent %d times", n)
			}
			_, err = client.Search(ctx, search(dn, "(objectClass=*)"))
			if (err == nil) != carriedOut || !carriedOut && !ldapconn.IsNotFound(err) {
				t.Errorf("reading it back: %v", err)
			}
		})
	}
}

// A firewall forgets idle connections without telling anybody: a write must
// not be the one to find out.
func TestIdleConnectionIsProbed(t *testing.T) {
	d := samba.Shared(t)
	ou := d.Container(t)
	p := newProxy(t, d, samba.ProxyOptions{})
	c := config(d)
	c.URLs = []string{p.URL()}
	client, ctx := newClient(t, c), t.Context()
	client.ProbeAfter(0)
	mustSucceed(t, client.Add(ctx, user("CN=idle1,"+ou)), client.Add(ctx, user("CN=idle2,"+ou)))
	if n := p.Count(samba.Search); n != 2 { // the rootDSE at first, and as probe
		t.Errorf("%d searches, want 2", n)
	}
	p.Inject(samba.Fault{Op: samba.Search, Reconnect: true})
	mustSucceed(t, client.Add(ctx, user("CN=idle3,"+ou)))
	if s := client.Stats(); s.Connects != 2 || s.Retries != 0 {
		t.Errorf("Stats() = %+v, want a second connection and nothing sent twice", s)
	}
}

func TestBusyServer(t *testing.T) {
	d := samba.Shared(t)
	ou := d.Container(t)
	p := newProxy(t, d, samba.ProxyOptions{})
	c := config(d)
	c.URLs = []string{p.URL()}
	client, ctx := newClient(t, c), t.Context()
	mustSucceed(t, onlyError(client.Search(ctx, search(ou, "(cn=x)"))))
	p.Inject(samba.Fault{Op: samba.Add, Result: 51, Times: 2})
	p.Inject(samba.Fault{Op: samba.Search, Result: 52})
	mustSucceed(t, client.Add(ctx, user("CN=busy,"+ou)), onlyError(client.Search(ctx, search(ou, "(cn=x)"))))
	if s := client.Stats(); s.Retries != 3 || s.Adds != 1 || s.Connects != 1 {
		t.Errorf("Stats() = %+v, want 3 retries on one connection", s)
	}
	p.Inject(samba.Fault{Op: samba.Delete, Result: 51, Times: 100})
	err := client.Delete(ctx, ldap.NewDelRequest("CN=busy,"+ou, nil))
	if !ldapconn.IsUnavailable(err) || !strings.Contains(err.Error(), "too busy") {
		t.Errorf("Delete() = %v", err)
	}
}

func TestContextAndTimeouts(t *testing.T) {
	d := samba.Shared(t)
	ou := d.Container(t)
	p := newProxy(t, d, samba.ProxyOptions{})
	c := config(d)
	c.URLs, c.Connections = []string{p.URL()}, 1
	client := newClient(t, c)
	mustSucceed(t, onlyError(client.Search(t.Context(), search(ou, "(cn=x)"))))
	p.Delay(time.Hour)

	short := c
	short.RequestTimeout = 100 * time.Millisecond
	short.ConnectTimeout = 100 * time.Millisecond
	if _, err := newClient(t, short).RootDSE(t.Context()); !ldapconn.IsUnavailable(err) || !strings.Contains(err.Error(), "no connection within 100ms") {
		t.Errorf("connect timeout: %v", err)
	}
	requests := []struct {
		name string
		run  func(context.Context) error
		is   func(error) bool
	}{
		{"search", func(ctx context.Context) error { return onlyError(client.Search(ctx, search(ou, "(cn=x)"))) }, ldapconn.IsCanceled},
		{"connect", func(ctx context.Context) error { _, err := newClient(t, c).RootDSE(ctx); return err }, ldapconn.IsCanceled},
	}
	for _, tt := range requests {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		if err := tt.run(ctx); !tt.is(err) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	t.Run("write", func(t *testing.T) {
		p.Mend()
		mustSucceed(t, onlyError(client.Search(t.Context(), search(ou, "(cn=x)"))))
		p.Delay(time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := client.Add(ctx, user("CN=never,"+ou)); !ldapconn.IsUnknownOutcome(err) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Add() = %v", err)
		}
	})
	t.Run("request timeout", func(t *testing.T) {
		p.Mend()
		short.ConnectTimeout = 10 * time.Second
		client := newClient(t, short)
		_, err := client.RootDSE(t.Context())
		mustSucceed(t, err)
		p.Delay(time.Hour)
		if _, err := client.Search(t.Context(), search(ou, "(cn=x)")); !ldapconn.IsUnavailable(err) || !strings.Contains(err.Error(), "no answer within 100ms") {
			t.Errorf("Search() = %v", err)
		}
		p.Mend()
	})
	t.Run("waiting for a connection", func(t *testing.T) {
		inside, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			err := client.SearchEach(t.Context(), search(d.AdminDN(), "(objectClass=*)"), func(*ldap.Entry) error {
				inside <- struct{}{}
				<-inside
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}()
		<-inside
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := client.Search(ctx, search(ou, "(cn=x)")); !ldapconn.IsCanceled(err) {
			t.Errorf("Search() = %v", err)
		}
		inside <- struct{}{}
		<-done
	})
}

func TestClose(t *testing.T) {
	d := samba.Shared(t)
	p := newProxy(t, d, samba.ProxyOptions{})
	c := config(d)
	c.URLs = []string{p.URL()}
	client := newClient(t, c)
	_, err := client.RootDSE(t.Context())
	mustSucceed(t, err)
	p.Delay(time.Hour)
	result := make(chan error)
	go func() { result <- onlyError(client.Search(t.Context(), search(d.BaseDN(), "(cn=x)"))) }()
	for p.Count(samba.Search) < 2 { // the rootDSE, then ours
		time.Sleep(time.Millisecond)
	}
	mustSucceed(t, client.Close(), client.Close())
	for _, err := range []error{<-result, onlyError(client.Search(t.Context(), search(d.BaseDN(), "(cn=x)")))} {
		if !isKind(ldapconn.KindClosed)(err) {
			t.Errorf("after Close: %v", err)
		}
	}
}

func TestLoggerSeesNoSecrets(t *testing.T) {
	d := samba.Shared(t)
	ou := d.Container(t)
	var mu sync.Mutex
	var log strings.Builder
	c := config(d)
	c.Logger = func(_ context.Context, msg string, fields ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(&log, append([]any{msg}, fields...)...)
	}
	client := newClient(t, c)
	req := user("CN=logged,"+ou, "unicodePwd", utf16("Sommer-2026!"), "description", "hush-hush")
	mustSucceed(t, client.Add(t.Context(), req))
	if err := client.Add(t.Context(), req); err == nil {
		t.Error("added twice")
	}
	mustSucceed(t, client.Close())
	text := strings.ReplaceAll(log.String(), "\x00", "")
	for _, want := range []string{"connected to a domain controller", "directory request op add dn CN=logged", "directory request failed", "already exists", d.URL()} {
		if !strings.Contains(text, want) {
			t.Errorf("the log lacks %q:\n%s", want, text)
		}
	}
	for _, secret := range []string{d.AdminPassword(), "Sommer-2026!", "hush-hush"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log holds %q:\n%s", secret, text)
		}
	}
}
