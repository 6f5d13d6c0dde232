// SPDX-License-Identifier: MPL-2.0

package samba_test

import (
	"os"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/sandbox/samba"
)

func TestMain(m *testing.M) { os.Exit(samba.Main(m)) }

func TestSearchThroughLDAPS(t *testing.T) {
	domain := samba.Shared(t)
	entries, err := domain.Search(t.Context(), "(objectSid=*)", "sAMAccountName", "objectClass")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Get("samaccountname") == "Administrator" && strings.EqualFold(e.DN, domain.AdminDN()) {
			return
		}
	}
	t.Fatalf("no administrator among %d entries", len(entries))
}

func TestRestartKeepsData(t *testing.T) {
	domain := samba.Shared(t)
	ctx := t.Context()
	ou := domain.Container(t)
	dn := "CN=Zoë \\, O'Brien," + ou
	if err := domain.CreateUser(ctx, dn, "Sommer-2026!", map[string][]string{"sAMAccountName": {"zoe"}, "displayName": {"Zoë 🌷"}}); err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func() error{"kill": domain.Kill, "stop": domain.Stop} {
		if err := end(); err != nil {
			t.Fatal(name, err)
		}
		if _, err := domain.Search(ctx, "(cn=x)"); err == nil {
			t.Fatalf("%s: the server still answers", name)
		}
		if err := domain.Restart(ctx); err != nil {
			t.Fatal(name, err)
		}
		e, found, err := domain.Lookup(ctx, dn, "displayName")
		if err != nil || !found || e.Get("displayName") != "Zoë 🌷" {
			t.Errorf("after %s: Lookup = %v, %v, %v", name, e, found, err)
		}
	}
	if err := domain.Bind(ctx, "zoe@"+domain.Realm(), "Sommer-2026!"); err != nil {
		t.Errorf("bind of the user: %v", err)
	}
	if err := domain.Bind(ctx, dn, "wrong"); err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("bind with a wrong password: %v", err)
	}
}
