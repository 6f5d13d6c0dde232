// SPDX-License-Identifier: MPL-2.0

// Package samba runs a real Active Directory domain for tests and for the demo: a Samba domain controller on loopback,
// with LDAP, LDAPS, the global catalogue and Kerberos on their standard ports, certificates of a certification
// authority of its own, and a directory that is gone afterwards.
//
// A test package that needs a domain gives its TestMain to [Main] and asks for the domain with [Shared]; each test
// works below a container of its own:
//
//	func TestMain(m *testing.M) { os.Exit(samba.Main(m)) }
//
//	func TestUsers(t *testing.T) {
//		domain := samba.Shared(t)
//		ou := domain.Container(t)
//		…
//	}
//
// [Domain.Search], [Domain.Modify] and [Domain.Bind] go through the OpenLDAP command line tools, so that a test
// can hold the product against a client that is not ours. [Domain.Proxy] puts a [Proxy] before the domain controller that counts
// operations and breaks connections at a chosen one.
package samba

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Defaults of [Options].
const (
	DefaultRealm = "corp.example.com"
	DefaultHost  = "dc1"
	// DefaultAddress is the address that a domain has unless another is asked for.
	DefaultAddress = "127.0.0.1"
)

// Options say what domain [Start] makes. The zero value is a domain corp.example.com in a temporary directory.
type Options struct {
	// Dir is where the domain lives. It must be absent, empty, or left over from an earlier domain, which is then ended and
	// replaced. Empty: a temporary directory that Close removes.
	Dir string
	// Realm is the DNS name of the domain, in any case. Empty: DefaultRealm.
	Realm string
	// NetBIOS is the short name of the domain, at most 15 characters. Empty: the first label of Realm in upper case.
	NetBIOS string
	// AdminPassword is the password of Administrator; it must satisfy the domain's password policy (seven characters, three
	// classes). Empty: a generated one.
	AdminPassword string
	// Beside lets the domain controller listen on the first address of loopback, from 127.0.0.1 to 127.0.0.9, where its ports are
	// free, so that several run at once. Otherwise it is 127.0.0.1.
	Beside bool
	// Progress is told what Start does, in words, as it takes minutes on a loaded machine. Nil: nobody is.
	Progress func(what string)
}

// Domain is a running Active Directory domain with one domain controller. Its methods may be called from several goroutines,
// except Kill, Stop, Restart and Close, which change its state.
type Domain struct {
	dir       string
	temporary bool
	realm     string // lower case
	netBIOS   string
	password  string
	address   string
	beside    bool
	release   func() error // gives the address up; nil: it was not taken
	progress  func(what string)
	ca        *authority
	lock      *os.File

	mu     sync.Mutex
	server *process // nil while the server is down
}

// Start makes a new domain and starts its domain controller. It returns when the controller answers authenticated LDAPS
// requests and Kerberos (about six seconds), or an error that says what to do. It needs root and the free standard ports 88, 389, 464, 636, 3268 and 3269 of
// its address.
func Start(ctx context.Context, o Options) (*Domain, error) {
	if err := requirements(); err != nil {
		return nil, err
	}
	d, err := newDomain(o)
	if err != nil {
		return nil, err
	}
	if err := d.create(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func newDomain(o Options) (*Domain, error) {
	d := &Domain{dir: o.Dir, realm: strings.ToLower(o.Realm), netBIOS: o.NetBIOS, password: o.AdminPassword,
		address: DefaultAddress, beside: o.Beside, progress: o.Progress}
	if d.progress == nil {
		d.progress = func(string) {}
	}
	if d.realm == "" {
		d.realm = DefaultRealm
	}
	if d.netBIOS == "" {
		label, _, _ := strings.Cut(d.realm, ".")
		d.netBIOS = strings.ToUpper(label[:min(len(label), 15)])
	}
	if d.password == "" {
		d.password = "Aa1-" + randomName()
	}
	if d.dir == "" {
		dir, err := os.MkdirTemp("", temporaryPrefix)
		if err != nil {
			return nil, err
		}
		d.dir, d.temporary = dir, true
	}
	if err := d.claimDir(); err != nil {
		if d.temporary {
			err = errors.Join(err, os.RemoveAll(d.dir))
		}
		return nil, err
	}
	return d, nil
}

// claimDir checks the directory and takes its lock.
func (d *Domain) claimDir() error {
	var err error
	if d.dir, err = filepath.Abs(d.dir); err != nil {
		return err
	}
	if len(d.dir) > maxDir {
		return fmt.Errorf("directory %s has %d characters: Unix sockets below it allow at most %d; choose a shorter one (make sandbox-domain "+
			"SANDBOX_DOMAIN=/tmp/domain), or set TMPDIR where it is a temporary one", d.dir, len(d.dir), maxDir)
	}
	d.lock, err = claim(d.dir)
	return err
}

// create makes the files of the domain and starts the server.
func (d *Domain) create(ctx context.Context) error {
	if err := d.clear(ctx); err != nil {
		return err
	}
	var err error
	if d.beside {
		if d.address, d.release, err = takeAddress(); err != nil {
			return err
		}
	}
	if d.ca, err = newAuthority("Sandbox CA of " + d.realm); err != nil {
		return err
	}
	if err := d.writeFiles(); err != nil {
		return err
	}
	d.progress("making the databases of the domain " + d.realm)
	if err := d.provision(ctx); err != nil {
		return err
	}
	d.progress("starting the domain controller at " + d.address)
	if err := d.Restart(ctx); err != nil {
		return err
	}
	return d.addServicePrincipals(ctx)
}

// addServicePrincipals adds the Kerberos names of the LDAP service, which a domain controller on a network registers itself, and one for
// clients that take the name from an address with localhost.
func (d *Domain) addServicePrincipals(ctx context.Context) error {
	record := ldifLine("dn", "CN="+strings.ToUpper(DefaultHost)+",OU=Domain Controllers,"+d.BaseDN()) + "changetype: modify\nadd: servicePrincipalName\n"
	for _, name := range []string{d.ServerName(), d.ServerName() + "/" + d.realm, d.ServerName() + "/" + d.netBIOS, strings.ToUpper(DefaultHost), "localhost"} {
		record += ldifLine("servicePrincipalName", "ldap/"+name)
	}
	return d.Modify(ctx, record)
}

// URL returns the LDAPS address. The certificate of the server names its address, 127.0.0.1, ::1, localhost and ServerName.
func (d *Domain) URL() string { return "ldaps://" + d.address + ":636" }

// PlainURL returns the LDAP address without TLS, where the server refuses simple binds and offers StartTLS.
func (d *Domain) PlainURL() string { return "ldap://" + d.address + ":389" }

// GlobalCatalogURL returns the LDAPS address of the global catalogue.
func (d *Domain) GlobalCatalogURL() string { return "ldaps://" + d.address + ":3269" }

// CAFile returns the path of the PEM file with the certificate that vouches for the server.
func (d *Domain) CAFile() string { return filepath.Join(d.dir, "ca.pem") }

// CAPEM returns the content of CAFile.
func (d *Domain) CAPEM() string { return d.ca.pem }

// Realm returns the DNS name of the domain in lower case; the Kerberos realm is the same in upper case.
func (d *Domain) Realm() string { return d.realm }

// NetBIOS returns the short name of the domain, such as CORP.
func (d *Domain) NetBIOS() string { return d.netBIOS }

// BaseDN returns the distinguished name of the domain, such as DC=corp,DC=example,DC=com.
func (d *Domain) BaseDN() string { return "DC=" + strings.ReplaceAll(d.realm, ".", ",DC=") }

// ServerName returns the DNS name of the domain controller. It is in its certificate and its Kerberos service principal ldap/NAME, but does not
// resolve except through [Domain.DNS].
func (d *Domain) ServerName() string { return DefaultHost + "." + d.realm }

// AdminUser returns the user principal name of the administrator.
func (d *Domain) AdminUser() string { return "Administrator@" + d.realm }

// AdminDN returns the distinguished name of the administrator.
func (d *Domain) AdminDN() string { return "CN=Administrator,CN=Users," + d.BaseDN() }

// AdminPassword returns the password of the administrator.
func (d *Domain) AdminPassword() string { return d.password }

// Krb5Conf returns the path of a krb5.conf for the domain, with its key distribution centre at 127.0.0.1:88 over TCP.
func (d *Domain) Krb5Conf() string { return filepath.Join(d.dir, "krb5.conf") }

// Dir returns the directory of the domain.
func (d *Domain) Dir() string { return d.dir }

// Close stops the server and removes everything Start made. Closing again does nothing.
func (d *Domain) Close() error {
	if d.lock == nil {
		return nil
	}
	err := errors.Join(d.Stop(), d.removeFiles())
	if d.temporary {
		err = errors.Join(err, os.RemoveAll(d.dir))
	}
	if d.release != nil {
		err = errors.Join(err, d.release())
	}
	err = errors.Join(err, d.lock.Close())
	d.lock = nil
	return err
}

// randomName returns twelve random hexadecimal digits.
func randomName() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b) // never fails, see crypto/rand
	return hex.EncodeToString(b)
}
