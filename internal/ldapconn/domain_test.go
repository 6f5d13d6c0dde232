// SPDX-License-Identifier: MPL-2.0

package ldapconn_test

import (
	"context"
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/sandbox/samba"
)

type srv struct {
	priority, weight, port uint16
	target                 string
}

// newDNS serves SRV records by name on loopback; every other name that ends in
// corp.example.com or localtest is 127.0.0.1.
func newDNS(t *testing.T, records map[string][]srv) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	mustSucceed(t, err)
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 4096)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if err := m.Unpack(buf[:n]); err != nil || len(m.Questions) != 1 {
				continue
			}
			answerDNS(&m, records)
			if packed, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func answerDNS(m *dnsmessage.Message, records map[string][]srv) {
	q := m.Questions[0]
	m.Response, m.Additionals = true, nil
	header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1}
	found := records[strings.TrimSuffix(q.Name.String(), ".")]
	switch {
	case q.Type == dnsmessage.TypeSRV && len(found) > 0:
		for _, r := range found {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.SRVResource{
				Priority: r.priority, Weight: r.weight, Port: r.port, Target: dnsmessage.MustNewName(r.target + "."),
			}})
		}
	case q.Type == dnsmessage.TypeA && strings.HasSuffix(q.Name.String(), "corp.example.com."):
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}})
	case q.Type == dnsmessage.TypeSRV || !strings.HasSuffix(q.Name.String(), "corp.example.com."):
		m.RCode = dnsmessage.RCodeNameError
	}
}

func TestControllersOfADomain(t *testing.T) {
	d := samba.Shared(t)
	dead, err := strconv.ParseUint(mustParse(t, "ldap://"+freePort(t)).Port(), 10, 16)
	mustSucceed(t, err)
	dc := d.ServerName()
	tests := []struct {
		name     string
		startTLS bool
		records  map[string][]srv
		want     string
	}{
		{"LDAPS", false, map[string][]srv{"_ldap._tcp.dc._msdcs.corp.example.com": {{0, 100, 389, dc}}}, "ldaps://" + dc + ":636"},
		{"StartTLS", true, map[string][]srv{"_ldap._tcp.dc._msdcs.corp.example.com": {{0, 100, 389, dc}}}, "ldap://" + dc + ":389"},
		{"without dc._msdcs", false, map[string][]srv{"_ldap._tcp.corp.example.com": {{0, 100, 389, dc}}}, "ldaps://" + dc + ":636"},
		{"the first is dead", true, map[string][]srv{"_ldap._tcp.dc._msdcs.corp.example.com": {
			{20, 0, 389, dc}, {10, 0, uint16(dead), dc},
		}}, "ldap://" + dc + ":389"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := config(d)
			c.URLs, c.Domain, c.StartTLS, c.Resolver = nil, d.Realm(), tt.startTLS, newDNS(t, tt.records)
			client := newClient(t, c)
			_, err := client.RootDSE(t.Context())
			mustSucceed(t, err)
			if client.Server() != tt.want {
				t.Errorf("Server() = %q, want %q", client.Server(), tt.want)
			}
		})
	}
	t.Run("no records", func(t *testing.T) {
		c := config(d)
		c.URLs, c.Domain, c.Resolver = nil, "nowhere.example", newDNS(t, nil)
		_, err := newClient(t, c).RootDSE(t.Context())
		for _, w := range []string{"no domain controller", "_ldap._tcp.dc._msdcs.nowhere.example", "_ldap._tcp.nowhere.example", "set the URLs"} {
			if !ldapconn.IsUnavailable(err) || !strings.Contains(err.Error(), w) {
				t.Errorf("RootDSE() = %v, want %q", err, w)
			}
		}
	})
}

func mustParse(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	mustSucceed(t, err)
	return u
}
