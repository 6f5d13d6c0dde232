// SPDX-License-Identifier: MPL-2.0

package ldapdir

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/sandbox/samba"
	"terraform-provider-workforce/internal/source"
)

func TestMain(m *testing.M) { os.Exit(samba.Main(m)) }

// TestClientCertificate signs in to slapd with a certificate, by SASL EXTERNAL.
func TestClientCertificate(t *testing.T) {
	s := start(t)
	c := config(s)
	c.Username, c.Password, c.ClientCertificateFile, c.ClientKeyFile = "", "", s.CertificateFile, s.KeyFile
	for name, change := range map[string]func(*Config){
		"LDAPS":    func(*Config) {},
		"StartTLS": func(c *Config) { c.URLs, c.StartTLS = []string{s.PlainURL}, true },
	} {
		c := c
		change(&c)
		if result, err := Read(t.Context(), c, spec); err != nil || result.Records != 3 {
			t.Errorf("%s: found %+v, %v, expected 3 people", name, result, err)
		}
	}
	c.ClientKeyFile = ""
	_, err := Read(t.Context(), c, spec)
	mustContain(t, err, "belong together")
}

// TestKerberos reads people of a domain of Active Directory, signed in by each
// kind of secret.
func TestKerberos(t *testing.T) {
	d := samba.Shared(t)
	base := d.Container(t)
	for _, name := range []string{"Boss", "Staff"} { // in this order: a manager has to exist
		attributes := map[string][]string{"employeeID": {"007"}, "sAMAccountName": {"krb." + name}}
		if name == "Staff" {
			attributes["employeeID"], attributes["manager"] = []string{"008"}, []string{"CN=Boss," + base}
		}
		if err := d.CreateUser(t.Context(), "CN="+name+","+base, "Lesen-nur-lesen-77", attributes); err != nil {
			t.Fatal(err)
		}
	}
	realm := strings.ToUpper(d.Realm())
	keytab, ccache := filepath.Join(t.TempDir(), "admin.keytab"), filepath.Join(t.TempDir(), "ccache")
	if err := d.ExportKeytab(t.Context(), "Administrator", keytab); err != nil {
		t.Fatal(err)
	}
	kinit := exec.CommandContext(t.Context(), "kinit", "-c", "FILE:"+ccache, "-k", "-t", keytab, "Administrator@"+realm)
	kinit.Env = append(kinit.Environ(), "KRB5_CONFIG="+d.Krb5Conf())
	if out, err := kinit.CombinedOutput(); err != nil {
		t.Fatalf("kinit: %v: %s", err, out)
	}
	c := Config{URLs: []string{d.URL()}, CACertificateFile: d.CAFile(), Base: base}
	people := source.Spec{Fields: source.Fields{"worker_id": "employeeID", "manager_id": "manager"}, Attributes: []string{"sAMAccountName"}}
	const rest = `"status":null,"worker_type":null,"hire_date":null,"termination_date":null,"last_day_of_work":null,"on_leave":null,`
	const want = `{"007":{"worker_id":"007",` + rest + `"manager_id":null,"time_zone":null,"attributes":{"sAMAccountName":"krb.Boss"}},` +
		`"008":{"worker_id":"008",` + rest + `"manager_id":"007","time_zone":null,"attributes":{"sAMAccountName":"krb.Staff"}}}`
	for name, k := range map[string]ldapconn.Kerberos{
		"password":           {Realm: realm, Username: "Administrator", Password: d.AdminPassword()},
		"keytab":             {Realm: realm, Username: "Administrator", KeytabFile: keytab, SPN: "ldap/" + d.ServerName()},
		"credential cache":   {CredentialCacheFile: ccache},
		"configuration file": {Username: "Administrator", KeytabFile: keytab, Krb5ConfFile: d.Krb5Conf()},
	} {
		c.Kerberos = &k
		result, err := Read(t.Context(), c, people)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if doc, err := result.Workers.Marshal(); err != nil || doc != want {
			t.Errorf("%s: found %s, %v\nexpected %s", name, doc, err, want)
		}
	}
	for _, tt := range []struct {
		kerberos ldapconn.Kerberos
		username string
		want     []string
	}{
		{ldapconn.Kerberos{Realm: realm, Username: "Administrator", Password: "not-the-one"}, "", []string{"password or key is wrong", "Administrator@" + realm}},
		{ldapconn.Kerberos{Realm: realm, Username: "Administrator"}, "", []string{"exactly one of password, keytab and credential cache, 0 are set"}},
		{ldapconn.Kerberos{Realm: realm, Username: "Administrator", KeytabFile: keytab, CredentialCacheFile: ccache}, "", []string{"2 are set"}},
		{ldapconn.Kerberos{Username: "Administrator", KeytabFile: keytab}, "", []string{"needs a realm"}},
		{ldapconn.Kerberos{Realm: realm, Username: "Administrator", KeytabFile: d.CAFile()}, "", []string{"keytab", "cannot be used"}},
		{ldapconn.Kerberos{CredentialCacheFile: ccache}, "cn=reader", []string{"Kerberos are set at the same time"}},
	} {
		c.Kerberos, c.Username = &tt.kerberos, tt.username
		_, err := Read(t.Context(), c, people)
		mustContain(t, err, tt.want...)
		if tt.kerberos.Password != "" && strings.Contains(err.Error(), tt.kerberos.Password) {
			t.Errorf("the error holds a password: %v", err)
		}
	}
}
