// SPDX-License-Identifier: MPL-2.0

package ldapconn

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/credentials"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Kerberos says how to sign in with Kerberos. Exactly one of Password,
// KeytabFile and CredentialCacheFile is set.
type Kerberos struct {
	// Realm is the Kerberos realm; Active Directory's is the DNS name of the
	// domain in upper case, and it is changed to upper case here. Default: the
	// part of Username after @, the realm of the credential cache, or
	// [Config.Domain].
	Realm string
	// Username is the account without realm, for instance svc-terraform. A
	// credential cache names its own.
	Username string
	Password string
	// KeytabFile holds long-term keys of Username.
	KeytabFile string
	// CredentialCacheFile holds a ticket, as kinit writes it, with or without
	// the prefix FILE:.
	CredentialCacheFile string
	// Krb5ConfFile is needed when the account lives in another realm than the
	// controllers, or Kerberos is not served on their port 88. Without it the
	// pinned controller is the key distribution centre; the machine's own
	// /etc/krb5.conf is not read.
	Krb5ConfFile string
	// SPN is the service principal name of the controller; default ldap/<host>,
	// where host is [Config.ServerName], the host of the URL, or for an IP
	// address the dNSHostName of the controller.
	SPN string
}

// kerberosBind signs in with SASL GSSAPI (RFC 4752). Its ticket is kept, so a
// pool of connections costs one exchange with the key distribution centre.
type kerberosBind struct {
	Kerberos
	conf       *config.Config // from Krb5ConfFile; nil: made for each controller
	keytab     *keytab.Keytab
	ccache     *credentials.CCache
	serverName string

	mu     sync.Mutex // held while a ticket is fetched
	client *client.Client
	host   string // the controller client was made for
	closed bool
}

func newKerberosBind(k Kerberos, domain, serverName string) (*kerberosBind, error) {
	b := &kerberosBind{Kerberos: k, serverName: serverName}
	var errs []error
	sources := 0
	for _, s := range []string{k.Password, k.KeytabFile, k.CredentialCacheFile} {
		if s != "" {
			sources++
		}
	}
	if sources != 1 {
		errs = append(errs, fmt.Errorf("Kerberos needs exactly one of password, keytab and credential cache, %d are set", sources))
	}
	if k.CredentialCacheFile == "" && k.Username == "" {
		errs = append(errs, errors.New("Kerberos with a password or keytab needs a user name, for instance svc-terraform"))
	}
	errs = append(errs, b.load())
	if user, realm, ok := strings.Cut(b.Username, "@"); ok {
		b.Username = user
		b.Realm = firstOf(b.Realm, realm)
	}
	if b.ccache != nil {
		b.Realm = firstOf(b.Realm, b.ccache.DefaultPrincipal.Realm)
	}
	if b.conf != nil {
		b.Realm = firstOf(b.Realm, b.conf.LibDefaults.DefaultRealm)
	}
	b.Realm = strings.ToUpper(firstOf(b.Realm, strings.TrimSuffix(domain, ".")))
	if b.Realm == "" && k.CredentialCacheFile == "" {
		errs = append(errs, errors.New("Kerberos needs a realm, for instance CORP.EXAMPLE.COM"))
	}
	return b, errors.Join(errs...)
}

// load reads the files. The decoders of the Kerberos library panic on some
// damaged files, which is told as an error here.
func (b *kerberosBind) load() (err error) {
	var file string
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the Kerberos file %q is damaged: %v", file, r)
		}
	}()
	if file = b.Krb5ConfFile; file != "" {
		if b.conf, err = config.Load(file); err != nil {
			return fmt.Errorf("the Kerberos configuration %q cannot be used: %w", file, err)
		}
	}
	if file = b.KeytabFile; file != "" {
		if b.keytab, err = keytab.Load(file); err != nil {
			return fmt.Errorf("the keytab %q cannot be used: %w", file, err)
		}
	}
	if file = strings.TrimPrefix(b.CredentialCacheFile, "FILE:"); file != "" {
		if b.ccache, err = credentials.LoadCCache(file); err != nil {
			return fmt.Errorf("the credential cache %q cannot be used: %w", file, err)
		}
	}
	return nil
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func (b *kerberosBind) identity() string {
	if b.ccache != nil {
		return b.ccache.DefaultPrincipal.PrincipalName.PrincipalNameString() + "@" + b.Realm
	}
	return b.Username + "@" + b.Realm
}

func (b *kerberosBind) bind(ctx context.Context, c *conn) error {
	spn, err := b.spn(c)
	if err != nil {
		return err
	}
	t, err := b.ticket(ctx, c.pin.target.host, spn)
	if err != nil {
		return err
	}
	binding, err := channelBinding(c.wire.Conn)
	if err != nil {
		return err
	}
	return c.GSSAPIBind(&gssContext{ticket: t, binding: binding}, spn, "")
}

// spn asks the controller for its name when it is reached by address, which is
// safe: the certificate of the connection is verified already.
func (b *kerberosBind) spn(c *conn) (string, error) {
	switch host := firstOf(b.serverName, c.pin.target.host); {
	case b.SPN != "":
		return b.SPN, nil
	case net.ParseIP(host) == nil:
		return "ldap/" + host, nil
	}
	root, err := readRootDSE(c)
	if err != nil {
		return "", err
	}
	if root.DNSHostName == "" {
		return "", &kerberosError{errors.New("the server does not tell its DNS name: use a host name in the URL or set the service principal name")}
	}
	return "ldap/" + root.DNSHostName, nil
}

// serviceTicket is what authenticates this account to one service.
type serviceTicket struct {
	ticket messages.Ticket
	key    types.EncryptionKey
	realm  string
	name   types.PrincipalName
}

// ticket returns a service ticket, or when ctx is done. The exchange itself
// knows no context; left behind, it ends within the library's five seconds a
// message.
func (b *kerberosBind) ticket(ctx context.Context, host, spn string) (serviceTicket, error) {
	type answer struct {
		serviceTicket
		err error
	}
	done := make(chan answer, 1)
	go func() {
		t, err := b.fetch(host, spn)
		done <- answer{t, err}
	}()
	select {
	case <-ctx.Done():
		return serviceTicket{}, context.Cause(ctx)
	case a := <-done:
		return a.serviceTicket, a.err
	}
}

func (b *kerberosBind) fetch(host, spn string) (serviceTicket, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return serviceTicket{}, errClosed
	}
	if b.client == nil || b.host != host {
		cl, err := b.newClient(host)
		if err != nil {
			return serviceTicket{}, &kerberosError{err}
		}
		b.destroy()
		b.client, b.host = cl, host
	}
	if err := b.client.AffirmLogin(); err != nil {
		return serviceTicket{}, &kerberosError{err}
	}
	ticket, key, err := b.client.GetServiceTicket(spn)
	if err != nil {
		return serviceTicket{}, &kerberosError{err}
	}
	creds := b.client.Credentials
	return serviceTicket{ticket: ticket, key: key, realm: creds.Domain(), name: creds.CName()}, nil
}

func (b *kerberosBind) newClient(host string) (*client.Client, error) {
	conf := b.conf
	if conf == nil {
		realm := b.Realm
		var err error
		if conf, err = config.NewFromString(fmt.Sprintf(krb5Conf, realm, realm, net.JoinHostPort(host, "88"))); err != nil {
			return nil, fmt.Errorf("realm %q: %w", realm, err)
		}
	}
	// Active Directory does not do FAST negotiation in this form.
	options := client.DisablePAFXFAST(true)
	switch {
	case b.ccache != nil:
		return client.NewFromCCache(b.ccache, conf, options)
	case b.keytab != nil:
		return client.NewWithKeytab(b.Username, b.Realm, b.keytab, conf, options), nil
	}
	return client.NewWithPassword(b.Username, b.Realm, b.Kerberos.Password, conf, options), nil
}

// krb5Conf makes a controller the key distribution centre of its realm, over
// TCP, since tickets of Active Directory rarely fit a datagram.
const krb5Conf = `[libdefaults]
 default_realm = %s
 dns_lookup_kdc = false
 dns_lookup_realm = false
 udp_preference_limit = 1
[realms]
 %s = {
  kdc = %s
 }
`

func (b *kerberosBind) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.destroy()
}

func (b *kerberosBind) destroy() {
	if b.client != nil {
		b.client.Destroy() // ends the renewal of the ticket
		b.client = nil
	}
}

// kerberosError marks what went wrong in Kerberos rather than in LDAP.
type kerberosError struct{ err error }

func (e *kerberosError) Error() string { return e.err.Error() }
func (e *kerberosError) Unwrap() error { return e.err }
