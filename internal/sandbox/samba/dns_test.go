// SPDX-License-Identifier: MPL-2.0

package samba_test

import (
	"errors"
	"net"
	"testing"

	"terraform-provider-workforce/internal/sandbox/samba"
)

func TestDNS(t *testing.T) {
	d := samba.Shared(t)
	server, err := d.DNS(&net.SRV{Target: "dc2.corp.example.com.", Port: 1636, Priority: 10}, &net.SRV{Target: d.ServerName() + ".", Port: 636})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	r := server.Resolver()
	_, records, err := r.LookupSRV(t.Context(), "ldap", "tcp", d.Realm())
	if err != nil || len(records) != 2 || records[0].Target != d.ServerName()+"." || records[0].Port != 636 || records[1].Port != 1636 {
		t.Fatalf("LookupSRV = %v, %v", records, err)
	}
	if addresses, err := r.LookupHost(t.Context(), d.ServerName()); err != nil || len(addresses) != 1 || addresses[0] != "127.0.0.1" {
		t.Errorf("LookupHost = %v, %v", addresses, err)
	}
	var missing *net.DNSError
	if _, _, err := r.LookupSRV(t.Context(), "ldap", "tcp", "other.example.com"); !errors.As(err, &missing) || !missing.IsNotFound {
		t.Errorf("another domain: %v", err)
	}
}
