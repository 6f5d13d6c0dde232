// SPDX-License-Identifier: MPL-2.0

package ldapconn_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/ldapconn"
)

func TestValidate(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage")
	mustSucceed(t, os.WriteFile(garbage, []byte("\x05\x04no keytab, no certificate, no cache"), 0o600))
	missing := filepath.Join(dir, "missing")
	kerberos := func(k ldapconn.Kerberos) ldapconn.Config {
		return ldapconn.Config{URLs: []string{"ldaps://dc1"}, Kerberos: &k}
	}
	simple := func(change func(*ldapconn.Config)) ldapconn.Config {
		c := ldapconn.Config{URLs: []string{"ldaps://dc1"}, Username: "svc@corp.example.com", Password: "hunter2"}
		change(&c)
		return c
	}
	tests := []struct {
		name   string
		config ldapconn.Config
		want   []string // nothing: valid
	}{
		{"simple bind", simple(func(*ldapconn.Config) {}), nil},
		{"domain", simple(func(c *ldapconn.Config) { c.URLs, c.Domain = nil, "corp.example.com" }), nil},
		{"StartTLS", simple(func(c *ldapconn.Config) { c.URLs, c.StartTLS = []string{"ldap://[::1]:3890"}, true }), nil},
		{"Kerberos", kerberos(ldapconn.Kerberos{Realm: "CORP", Username: "svc", Password: "x"}), nil},
		{"Kerberos, realm in the name", kerberos(ldapconn.Kerberos{Username: "svc@CORP", Password: "x"}), nil},
		{"nothing", ldapconn.Config{}, []string{"no directory to connect to", "no way to sign in"}},
		{"clear text", simple(func(c *ldapconn.Config) { c.URLs = []string{"ldap://dc1"} }), []string{"URL 1", "not encrypted", "in the clear", "ldaps://dc1", "StartTLS"}},
		{"one of two is clear text", simple(func(c *ldapconn.Config) { c.URLs = []string{"ldaps://dc1", "ldap://dc2"} }), []string{"URL 2", "not encrypted"}},
		{"encrypted twice", simple(func(c *ldapconn.Config) { c.StartTLS = true }), []string{"cannot use StartTLS as well"}},
		{"URLs and domain", simple(func(c *ldapconn.Config) { c.Domain = "corp.example.com" }), []string{"both URLs and a domain"}},
		{"domain", simple(func(c *ldapconn.Config) { c.URLs, c.Domain = nil, "ldap://corp" }), []string{"is not a DNS name"}},
		{"scheme", simple(func(c *ldapconn.Config) { c.URLs = []string{"https://dc1", "dc1:636", "ldapi:///x"} }), []string{"URL 1", "URL 2", "URL 3"}},
		{"no host", simple(func(c *ldapconn.Config) { c.URLs = []string{"ldaps://"} }), []string{"names no host"}},
		{"path", simple(func(c *ldapconn.Config) { c.URLs = []string{"ldaps://dc1/DC=corp"} }), []string{"more than a host and port"}},
		{"broken URL", simple(func(c *ldapconn.Config) { c.URLs = []string{"ldaps://u:hunter2@dc1:port"} }), []string{"not a URL"}},
		{"global catalog", simple(func(c *ldapconn.Config) { c.URLs = []string{"ldaps://dc1.example.com:3269"} }), []string{"global catalog", "ldaps://dc1.example.com:636"}},
		{"global catalog with StartTLS", simple(func(c *ldapconn.Config) { c.URLs, c.StartTLS = []string{"ldap://dc1.example.com:3268"}, true }), []string{"ldap://dc1.example.com:389"}},
		{"domain as global catalog", simple(func(c *ldapconn.Config) { c.GlobalCatalogURLs = []string{"ldaps://dc1.example.com:636"} }),
			[]string{"URL 1 of the global catalog", "ldaps://dc1.example.com:3269"}},
		{"global catalog on a port of its own", simple(func(c *ldapconn.Config) {
			c.GlobalCatalogURLs = []string{"ldaps://gc", "ldaps://gc:13269"}
		}), nil},
		{"password in the URL", simple(func(c *ldapconn.Config) { c.URLs = []string{"ldaps://svc:hunter2@dc1"} }), []string{"holds a user name"}},
		{"no password", simple(func(c *ldapconn.Config) { c.Password = "" }), []string{"without a password"}},
		{"no user", simple(func(c *ldapconn.Config) { c.Username = "" }), []string{"without a user name"}},
		{"two ways", simple(func(c *ldapconn.Config) { c.Kerberos = &ldapconn.Kerberos{Username: "a@B", Password: "c"} }), []string{"user name and password and Kerberos"}},
		{"authority twice", simple(func(c *ldapconn.Config) { c.CACertificateFile, c.CACertificatePEM = garbage, "x" }), []string{"both as a file and as text"}},
		{"no authority file", simple(func(c *ldapconn.Config) { c.CACertificateFile = missing }), []string{"CA certificate cannot be read", missing}},
		{"no authority", simple(func(c *ldapconn.Config) { c.CACertificateFile = garbage }), []string{"holds no certificate", garbage}},
		{"certificate without key", ldapconn.Config{URLs: []string{"ldaps://dc1"}, ClientCertificateFile: garbage}, []string{"belong together"}},
		{"bad certificate", ldapconn.Config{URLs: []string{"ldaps://dc1"}, ClientCertificateFile: garbage, ClientKeyPEM: "y"}, []string{"client certificate in", garbage}},
		{"no certificate", ldapconn.Config{URLs: []string{"ldaps://dc1"}, ClientCertificateFile: missing, ClientKeyFile: missing}, []string{"client certificate cannot", "client key cannot"}},
		{"no Kerberos secret", kerberos(ldapconn.Kerberos{Realm: "CORP", Username: "svc"}), []string{"exactly one of password, keytab and credential cache, 0"}},
		{"two Kerberos secrets", kerberos(ldapconn.Kerberos{Realm: "CORP", Username: "svc", Password: "x", KeytabFile: garbage}), []string{"2 are set"}},
		{"no Kerberos user and realm", kerberos(ldapconn.Kerberos{Password: "x"}), []string{"needs a user name", "needs a realm"}},
		{"bad keytab", kerberos(ldapconn.Kerberos{Username: "a@B", KeytabFile: garbage}), []string{"keytab", garbage}},
		{"bad cache", kerberos(ldapconn.Kerberos{CredentialCacheFile: "FILE:" + garbage}), []string{garbage}},
		{"no cache", kerberos(ldapconn.Kerberos{CredentialCacheFile: missing}), []string{"credential cache", missing}},
		{"no configuration", kerberos(ldapconn.Kerberos{Username: "a@B", Password: "x", Krb5ConfFile: missing}), []string{"Kerberos configuration", missing}},
		{"limits", simple(func(c *ldapconn.Config) {
			c.PageSize, c.Connections, c.ConnectTimeout, c.RequestTimeout, c.BaseDN = -1, 65, -time.Second, -1, "corp"
		}), []string{"page size is -1", "connections is 65: expected 1 to 64", "connect timeout", "request timeout", `base DN "corp"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.config.Validate()
			if tt.want == nil {
				mustSucceed(t, err)
				client, err := ldapconn.New(tt.config)
				mustSucceed(t, err, client.Close())
				return
			}
			if err == nil {
				t.Fatalf("Validate() = nil, want an error with %q", tt.want)
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("Validate() = %v\nwant %q in it", err, w)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error repeats the password: %v", err)
			}
			if _, newErr := ldapconn.New(tt.config); newErr == nil || newErr.Error() != err.Error() {
				t.Errorf("New() = %v, want what Validate returns", newErr)
			}
		})
	}
}
