// SPDX-License-Identifier: MPL-2.0

package ldapconn_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/sandbox/samba"
)

func TestKerberos(t *testing.T) {
	d := samba.Shared(t)
	realm := strings.ToUpper(d.Realm())
	keytab := filepath.Join(t.TempDir(), "admin.keytab")
	mustSucceed(t, d.ExportKeytab(t.Context(), "Administrator", keytab))
	ccache := kinit(t, d, keytab)
	tests := []struct {
		name     string
		kerberos ldapconn.Kerberos
		change   func(*ldapconn.Config)
	}{
		{"password", ldapconn.Kerberos{Realm: realm, Username: "Administrator", Password: d.AdminPassword()}, nil},
		{"realm in lower case", ldapconn.Kerberos{Username: d.AdminUser(), Password: d.AdminPassword()}, nil},
		{"keytab", ldapconn.Kerberos{Realm: realm, Username: "Administrator", KeytabFile: keytab}, nil},
		{"credential cache", ldapconn.Kerberos{CredentialCacheFile: "FILE:" + ccache}, nil},
		{"configuration file", ldapconn.Kerberos{Username: "Administrator", Password: d.AdminPassword(), Krb5ConfFile: d.Krb5Conf()}, nil},
		{"service named", ldapconn.Kerberos{Realm: realm, Username: "Administrator", KeytabFile: keytab, SPN: "ldap/" + d.ServerName()}, nil},
		{"server named", ldapconn.Kerberos{Realm: realm, Username: "Administrator", KeytabFile: keytab},
			func(c *ldapconn.Config) { c.ServerName = d.ServerName() }},
		{"StartTLS", ldapconn.Kerberos{Realm: realm, Username: "Administrator", KeytabFile: keytab},
			func(c *ldapconn.Config) { c.URLs, c.StartTLS = []string{d.PlainURL()}, true }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := config(d)
			c.Username, c.Password, c.Kerberos = "", "", &tt.kerberos
			if tt.change != nil {
				tt.change(&c)
			}
			entries, err := newClient(t, c).Search(t.Context(), search(d.AdminDN(), "(objectClass=user)", "userAccountControl"))
			mustSucceed(t, err)
			if len(entries) != 1 || entries[0].GetAttributeValue("userAccountControl") == "" {
				t.Errorf("found %v", entries)
			}
		})
	}
}

// kinit makes a credential cache with the tool of the Kerberos distribution.
func kinit(t *testing.T, d *samba.Domain, keytab string) string {
	t.Helper()
	ccache := filepath.Join(t.TempDir(), "ccache")
	cmd := exec.CommandContext(t.Context(), "kinit", "-c", "FILE:"+ccache, "-k", "-t", keytab, "Administrator@"+strings.ToUpper(d.Realm()))
	cmd.Env = append(cmd.Environ(), "KRB5_CONFIG="+d.Krb5Conf())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("kinit: %v: %s", err, out)
	}
	return ccache
}

func TestKerberosRefused(t *testing.T) {
	d := samba.Shared(t)
	realm := strings.ToUpper(d.Realm())
	tests := []struct {
		name     string
		kerberos ldapconn.Kerberos
		is       func(error) bool
		want     string
	}{
		{"wrong password", ldapconn.Kerberos{Realm: realm, Username: "Administrator", Password: "not it"}, ldapconn.IsAuthentication, "password or key is wrong"},
		{"unknown account", ldapconn.Kerberos{Realm: realm, Username: "nobody.there", Password: "not it"}, ldapconn.IsAuthentication, "does not know the account"},
		{"unknown service", ldapconn.Kerberos{Realm: realm, Username: "Administrator", Password: d.AdminPassword(), SPN: "ldap/elsewhere"},
			ldapconn.IsAuthentication, "does not know the service"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := config(d)
			c.Username, c.Password, c.Kerberos = "", "", &tt.kerberos
			_, err := newClient(t, c).RootDSE(t.Context())
			if !tt.is(err) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.kerberos.Username+"@"+realm) {
				t.Errorf("RootDSE() = %v, want %q", err, tt.want)
			}
			if strings.Contains(err.Error(), tt.kerberos.Password) {
				t.Errorf("the error repeats the password: %v", err)
			}
		})
	}
}
