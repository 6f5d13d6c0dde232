// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

func TestEnableAndDisable(t *testing.T) {
	l := newLab(t, Options{})
	prehire := l.person(1)
	prehire.Want.Enabled = false
	c := l.must(t, prehire)[0]
	if e := l.entry(t, l.id(1), "userAccountControl", "pwdLastSet"); e.Get("userAccountControl") != "514" {
		t.Fatalf("prehire %v", e)
	}
	// Bits that others set stay.
	l.edit(t, l.dn(1), "userAccountControl", fmt.Sprint(514|0x10000|0x100000))
	var delivered string
	o := directory.ApplyOptions{KeepPassword: true, Deliver: func(_ context.Context, worker, path, password string) error {
		if worker != l.id(1) || !sameDN(path, l.dn(1)) {
			t.Errorf("delivered for %s, %s", worker, path)
		}
		delivered = password
		return nil
	}}
	c.Want.Enabled = true
	out := l.Apply(t.Context(), []directory.Change{c}, o)
	if out[0].Err != nil || !out[0].PasswordSet || len(delivered) < 24 {
		t.Fatalf("%+v", out[0])
	}
	if err := l.dc.Bind(t.Context(), l.id(1)+"@"+l.dc.Realm(), delivered); err != nil {
		t.Errorf("the delivered password does not work: %v", err)
	}
	if e := l.entry(t, l.id(1), "userAccountControl"); e.Get("userAccountControl") != fmt.Sprint(512|0x10000|0x100000) {
		t.Errorf("enabled: %v", e)
	}
	since := time.Now().Add(-time.Minute)
	c.Want.Enabled = false
	apply(t, l.Domain, o, c)
	if at, err := l.DisabledSince(t.Context(), map[string]string{"x": c.ID, "gone": "00000000-0000-0000-0000-000000000001"}); err != nil || len(at) != 1 || at["x"].Before(since) || at["x"].After(time.Now().Add(time.Minute)) {
		t.Errorf("disabled since %v, %v", at, err)
	}
	// Enabled again, with the password it had.
	c.Want.Enabled = true
	delivered = ""
	out = l.Apply(t.Context(), []directory.Change{c}, o)
	if out[0].Err != nil || out[0].PasswordSet || delivered != "" {
		t.Errorf("enabled again: %+v", out[0])
	}
	if at, err := l.DisabledSince(t.Context(), map[string]string{"x": c.ID}); err != nil || len(at) != 0 {
		t.Errorf("enabled, yet disabled since %v, %v", at, err)
	}
}

func TestPasswords(t *testing.T) {
	l := newLab(t, Options{})
	c := l.person(1)
	c.Password = "Sommer-2026-Größe!"
	keep := directory.ApplyOptions{KeepPassword: true}
	c = apply(t, l.Domain, keep, c)[0]
	login := l.id(1) + "@" + l.dc.Realm()
	if err := l.dc.Bind(t.Context(), login, c.Password); err != nil {
		t.Error(err)
	}
	c.Password = "Winter-2027-Größe!"
	if out := l.Apply(t.Context(), []directory.Change{c}, keep); out[0].Err != nil || !out[0].PasswordSet {
		t.Errorf("reset: %+v", out[0])
	}
	if err := l.dc.Bind(t.Context(), login, c.Password); err != nil {
		t.Error(err)
	}
	// A weak one is refused; everything else is written, and nothing repeats it.
	weak := set(c, "title", "Written")
	weak.Password = "weak1"
	out := l.Apply(t.Context(), []directory.Change{weak}, keep)
	mustFail(t, out[0], directory.ErrPassword, l.id(1), "password policy")
	if strings.Contains(out[0].Err.Error(), "weak1") {
		t.Errorf("the error repeats the password: %v", out[0].Err)
	}
	if e := l.entry(t, l.id(1), "title"); e.Get("title") != "Written" {
		t.Errorf("entry %v", e)
	}
	fresh := l.person(2)
	fresh.Password = "weak1"
	out = l.Apply(t.Context(), []directory.Change{fresh}, keep)
	mustFail(t, out[0], directory.ErrPassword)
	if out[0].ID != "" || out[0].Created {
		t.Errorf("%+v", out[0])
	}
	undelivered := directory.ApplyOptions{Deliver: func(context.Context, string, string, string) error { return errors.New("mailbox full") }}
	out = l.Apply(t.Context(), []directory.Change{l.person(3)}, undelivered)
	mustFail(t, out[0], nil, "mailbox full", "deliver")
	if out[0].ID == "" {
		t.Error("the account exists, but its id is not reported")
	}
}

func TestGeneratedPasswords(t *testing.T) {
	l := newLab(t, Options{})
	seen := map[string]bool{}
	want := l.person(1, "displayName", "abc def").Want
	for range 200 {
		p, err := l.generatePassword(t.Context(), want)
		if err != nil {
			t.Fatal(err)
		}
		if seen[p] || len(p) < 24 || strings.Contains(strings.ToLower(p), "abc") || strings.Contains(strings.ToLower(p), "def") {
			t.Errorf("password %q", p)
		}
		seen[p] = true
	}
}

// What a server that refuses passwords in an add makes us do.
func TestCreateInSteps(t *testing.T) {
	l := newLab(t, Options{})
	d, proxy := l.behind(t, Options{})
	proxy.Inject(samba.Fault{Op: samba.Add, Result: ldap.LDAPResultUnwillingToPerform})
	var password string
	o := directory.ApplyOptions{KeepPassword: true, Deliver: func(_ context.Context, _, _, p string) error { password = p; return nil }}
	c := apply(t, d, o, l.person(1))[0]
	if err := l.dc.Bind(t.Context(), l.id(1)+"@"+l.dc.Realm(), password); err != nil {
		t.Error(err)
	}
	// The password step fails: the account stays disabled, is reported, and the next run finishes.
	proxy.Inject(samba.Fault{Op: samba.Add, Result: ldap.LDAPResultUnwillingToPerform})
	proxy.Inject(samba.Fault{Op: samba.Modify, Result: ldap.LDAPResultUnwillingToPerform})
	out := d.Apply(t.Context(), []directory.Change{l.person(2)}, o)
	mustFail(t, out[0], directory.ErrPassword)
	if out[0].ID == "" || l.entry(t, l.id(2), "userAccountControl").Get("userAccountControl") != "514" {
		t.Fatalf("%+v", out[0])
	}
	again := l.person(2)
	again.ID = out[0].ID
	if out = d.Apply(t.Context(), []directory.Change{again, c}, o); out[0].Err != nil || !out[0].PasswordSet || out[1].Changed {
		t.Errorf("%+v", out)
	}
}
