// SPDX-License-Identifier: MPL-2.0

package ldapconn_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// withCertificate signs in with a client certificate of the domain's authority.
func withCertificate(t *testing.T, c ldapconn.Config) ldapconn.Config {
	t.Helper()
	certificate, err := samba.Shared(t).Certificate(samba.CertificateOptions{Client: "svc-terraform"})
	mustSucceed(t, err)
	c.Username, c.Password = "", ""
	c.ClientCertificatePEM, c.ClientKeyPEM, err = samba.CertificatePEM(certificate)
	mustSucceed(t, err)
	return c
}

// Samba has no SASL EXTERNAL, so this is what goes over the wire, against a
// server that behaves as MS-ADTS 5.1.1.2 says.
func TestClientCertificate(t *testing.T) {
	tests := []struct {
		name  string
		fake  *fake
		binds []string
		want  string // of the error
	}{
		{"LDAPS, signed in by the handshake", &fake{implicit: true}, nil, ""},
		{"LDAPS, EXTERNAL allowed", &fake{external: true}, []string{"EXTERNAL"}, ""},
		{"StartTLS", &fake{external: true, startTLS: true}, []string{"EXTERNAL"}, ""},
		{"taken for nobody", &fake{}, []string{"EXTERNAL"}, "does not take the client certificate for an account"},
		{"StartTLS, taken for nobody", &fake{startTLS: true}, []string{"EXTERNAL"}, "Map the certificate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := newClient(t, withCertificate(t, tt.fake.start(t))).RootDSE(t.Context())
			if tt.want == "" {
				mustSucceed(t, err)
			} else if !ldapconn.IsAuthentication(err) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("RootDSE() = %v, want %q", err, tt.want)
			}
			tt.fake.mu.Lock()
			defer tt.fake.mu.Unlock()
			if !slices.Equal(tt.fake.binds, tt.binds) {
				t.Errorf("binds %q, want %q", tt.fake.binds, tt.binds)
			}
		})
	}
}

// OpenLDAP does SASL EXTERNAL for real.
func TestClientCertificateWithOpenLDAP(t *testing.T) {
	d := samba.Shared(t)
	dir, address := t.TempDir(), freePort(t)
	certificate, err := d.Certificate(samba.CertificateOptions{})
	mustSucceed(t, err)
	cert, key, err := samba.CertificatePEM(certificate)
	mustSucceed(t, err)
	conf := filepath.Join(dir, "slapd.conf")
	mustSucceed(t, os.Mkdir(filepath.Join(dir, "db"), 0o700),
		os.WriteFile(filepath.Join(dir, "cert.pem"), []byte(cert), 0o600),
		os.WriteFile(filepath.Join(dir, "key.pem"), []byte(key), 0o600),
		os.WriteFile(conf, fmt.Appendf(nil, slapdConf, d.CAFile(), dir), 0o600))
	url := "ldaps://" + address
	var output bytes.Buffer
	slapd := exec.Command("/usr/sbin/slapd", "-f", conf, "-h", url, "-d", "0")
	slapd.Stderr = &output
	if err := slapd.Start(); err != nil {
		t.Fatalf("OpenLDAP's slapd is needed (Debian package slapd): %v", err)
	}
	t.Cleanup(func() {
		mustSucceed(t, slapd.Process.Signal(syscall.SIGTERM))
		_ = slapd.Wait() // its exit status says nothing about the test
	})
	for conn, err := net.Dial("tcp", address); ; conn, err = net.Dial("tcp", address) {
		if err == nil {
			conn.Close()
			break
		}
		if t.Context().Err() != nil || slapd.Process.Signal(syscall.Signal(0)) != nil {
			t.Fatalf("slapd does not start: %s", output.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
	client := newClient(t, withCertificate(t, ldapconn.Config{URLs: []string{url}, CACertificateFile: d.CAFile()}))
	add := ldap.NewAddRequest("dc=fake", nil)
	add.Attribute("objectClass", []string{"dcObject", "organization"})
	add.Attribute("o", []string{"only svc-terraform may write"})
	mustSucceed(t, client.Add(t.Context(), add))
	entries, err := client.Search(t.Context(), search("dc=fake", "(o=*)", "o"))
	mustSucceed(t, err)
	if len(entries) != 1 || entries[0].GetAttributeValue("o") != "only svc-terraform may write" {
		t.Errorf("found %v", entries)
	}
}

// slapdConf makes the subject of the client certificate the owner of dc=fake.
const slapdConf = `include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCACertificateFile %[1]s
TLSCertificateFile %[2]s/cert.pem
TLSCertificateKeyFile %[2]s/key.pem
TLSVerifyClient demand
database mdb
suffix dc=fake
rootdn cn=svc-terraform
directory %[2]s/db
`
