// SPDX-License-Identifier: MPL-2.0

// Package openldap starts a real LDAP server for tests: OpenLDAP's slapd, as
// Debian packages it, with TLS and the schema of people (RFC 2798).
package openldap

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"terraform-provider-workforce/internal/sandbox/daemon"
)

const (
	// Base is the suffix of the tree.
	Base = "dc=example,dc=com"
	// Password is that of all accounts.
	Password = "Nur-lesen-bitte-88"
	// Reader may read everything but passwords; at most ten entries without pages.
	Reader = "cn=reader," + Base
	// Limited may read at most two entries, in pages or not.
	Limited = "cn=limited," + Base
)

const conf = `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
%[2]smodulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile %[1]s/server.pem
TLSCertificateKeyFile %[1]s/server.key
TLSCACertificateFile %[1]s/ca.pem
TLSVerifyClient try
authz-regexp "^cn=localhost$" "cn=reader,dc=example,dc=com"
security simple_bind=128
sizelimit 10
access to attrs=userPassword by anonymous auth by dn.exact="cn=reader,dc=example,dc=com" read by * none
access to * by users read by anonymous auth
database mdb
suffix dc=example,dc=com
rootdn cn=admin,dc=example,dc=com
directory %[1]s/db
dbnosync
limits dn.exact="cn=reader,dc=example,dc=com" size.soft=10 size.hard=unlimited size.prtotal=unlimited
limits dn.exact="cn=limited,dc=example,dc=com" size=2 size.prtotal=2
`

const accounts = `dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: cn=reader,dc=example,dc=com
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: %[1]s

dn: cn=limited,dc=example,dc=com
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: limited
userPassword: %[1]s

`

// Server is a running slapd.
type Server struct {
	// URL is that of LDAPS; PlainURL takes StartTLS, and refuses passwords without.
	URL, PlainURL string
	// CAFile is the authority that issued its certificate, which is for localhost and 127.0.0.1.
	CAFile string
	// CertificateFile and KeyFile are a certificate that signs Reader in.
	CertificateFile, KeyFile string
}

// Start starts a server for the test, with the entries of an LDIF text (RFC 2849)
// below Base. schema is more schema than that of people, as slapd.conf has it.
func Start(t testing.TB, ldif string, schema ...string) *Server {
	t.Helper()
	dir := daemon.Dir(t)
	certificate := daemon.NewCertificate(t, dir)
	config := daemon.WriteFile(t, filepath.Join(dir, "slapd.conf"), fmt.Sprintf(conf, dir, strings.Join(schema, "")))
	tree := daemon.WriteFile(t, filepath.Join(dir, "tree.ldif"), fmt.Sprintf(accounts, Password)+ldif)
	daemon.Run(t, dir, "/bin/mkdir", filepath.Join(dir, "db"))
	daemon.Run(t, dir, daemon.Program(t, "slapd", "slapadd"), "-q", "-f", config, "-l", tree)
	secure, plain := daemon.Address(daemon.Port(t)), daemon.Address(daemon.Port(t))
	s := &Server{URL: "ldaps://" + secure, PlainURL: "ldap://" + plain, CAFile: certificate.CA, CertificateFile: certificate.Cert, KeyFile: certificate.Key}
	ready := func() error {
		for _, address := range []string{secure, plain} {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				return err
			}
			conn.Close()
		}
		return nil
	}
	daemon.Start(t, dir, syscall.SIGTERM, ready, daemon.Program(t, "slapd", "slapd"), "-f", config, "-h", s.URL+" "+s.PlainURL, "-d", "0")
	return s
}
