// SPDX-License-Identifier: MPL-2.0

package ldapconn

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/audit"
)

// Defaults of the optional fields of [Config].
const (
	// DefaultPageSize is MaxPageSize of an Active Directory that nobody tuned.
	// https://learn.microsoft.com/troubleshoot/windows-server/active-directory/view-set-ldap-policy-using-ntdsutil
	DefaultPageSize       = 1000
	DefaultConnections    = 8
	DefaultConnectTimeout = 15 * time.Second
	DefaultRequestTimeout = 2 * time.Minute

	maxConnections = 64
)

// Config says which directory to use and how to sign in. Either URLs or
// Domain, and exactly one way to sign in (Username and Password, Kerberos, or
// a client certificate), must be set. The zero value of every other field
// selects its default.
type Config struct {
	// URLs are controllers in order of preference, as ldaps://host[:636], or
	// as ldap://host[:389] together with StartTLS.
	URLs []string
	// Domain is the DNS name of the domain. Its controllers are found by the
	// SRV records _ldap._tcp.dc._msdcs.<domain>, then _ldap._tcp.<domain>, in
	// the order of RFC 2782. They are reached by LDAPS on port 636, or with
	// StartTLS on the port of the record.
	Domain string
	// GlobalCatalogURLs are controllers that hold the global catalog of the forest, as ldaps://host[:3269], or as ldap://host[:3268]
	// together with StartTLS. Empty: see [Client.Catalog].
	GlobalCatalogURLs []string
	// Resolver looks up Domain and host names; nil is net.DefaultResolver.
	Resolver *net.Resolver

	// StartTLS encrypts ldap:// connections before anything else is sent
	// (RFC 4511 section 4.14).
	StartTLS bool
	// CACertificateFile or CACertificatePEM holds the authorities that may
	// have issued the controller's certificate, in PEM. Without either the
	// system's authorities are trusted.
	CACertificateFile string
	CACertificatePEM  string
	// ServerName is the name the certificate must carry, when it is not the
	// host that is connected to.
	ServerName string

	// Username and Password sign in by simple bind. Username is a user
	// principal name, DOMAIN\name or a distinguished name.
	Username string
	Password string
	// Kerberos signs in by SASL GSSAPI.
	Kerberos *Kerberos
	// The client certificate and its key, in PEM, sign in by TLS: implied on
	// LDAPS, with SASL EXTERNAL after StartTLS (MS-ADTS 5.1.1.2).
	ClientCertificateFile string
	ClientCertificatePEM  string
	ClientKeyFile         string
	ClientKeyPEM          string

	// BaseDN is where searches start by default; empty is the
	// defaultNamingContext of the controller.
	BaseDN string
	// PageSize is the number of entries asked for at once.
	PageSize int
	// Connections bounds the connections open at the same time, up to 64.
	Connections int
	// ConnectTimeout bounds connecting to one controller, from the TCP
	// handshake to the accepted sign-in. It is also how long a controller
	// that was already written to may stay away before the run fails.
	ConnectTimeout time.Duration
	// RequestTimeout bounds one request: a write, or one page of a search.
	RequestTimeout time.Duration

	// Logger, if set, is told about connections and requests. Values of
	// attributes and secrets are never part of it. It must be safe for
	// concurrent use.
	Logger func(ctx context.Context, msg string, fields ...any)
	// Progress, if set, is told how far long work has come.
	Progress func(ctx context.Context, msg string, fields ...any)
	// Audit, if set, is where every write is put on record, before it is sent and
	// when it is answered. What it cannot take is not sent.
	Audit *audit.Log

	catalog bool   // this is for the global catalog of a forest, and not for a domain
	forest  string // with catalog, the DNS name of the forest
}

// domainName is a DNS name of two labels or more, or a single label: both
// exist as Active Directory domains.
var domainName = regexp.MustCompile(`^(?i)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*\.?$`)

// Validate reports everything that is wrong with c at once. It reads the files
// c names and contacts nothing.
func (c Config) Validate() error {
	_, err := c.complete()
	return err
}

// settings is a checked Config with its defaults and files filled in.
type settings struct {
	Config
	targets []target // from URLs
	tls     *tls.Config
	auth    authenticator
}

func (c Config) complete() (*settings, error) {
	s := &settings{Config: c}
	errs := s.checkServers()
	errs = append(errs, s.checkTLS()...)
	errs = append(errs, s.checkAuthentication()...)
	errs = append(errs, s.checkLimits()...)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *settings) checkServers() (errs []error) {
	switch {
	case len(s.URLs) == 0 && s.Domain == "":
		errs = append(errs, errors.New("no directory to connect to: set the URLs of domain controllers, or the DNS name of the domain"))
	case len(s.URLs) > 0 && s.Domain != "" && !s.catalog:
		errs = append(errs, errors.New("both URLs and a domain are set: controllers come from one of them, remove the other"))
	}
	if s.Domain != "" && (len(s.Domain) > 253 || !domainName.MatchString(s.Domain)) {
		errs = append(errs, fmt.Errorf("domain %q is not a DNS name: expected something like corp.example.com", s.Domain))
	}
	parse := parseTarget
	if s.catalog {
		parse = parseCatalogURL
	}
	for i, raw := range s.URLs {
		t, err := parse(raw, s.StartTLS)
		if err != nil {
			errs = append(errs, fmt.Errorf("URL %d: %w", i+1, err))
			continue
		}
		s.targets = append(s.targets, t)
	}
	for i, raw := range s.GlobalCatalogURLs {
		if _, err := parseCatalogURL(raw, s.StartTLS); err != nil && !s.catalog {
			errs = append(errs, fmt.Errorf("URL %d of the global catalog: %w", i+1, err))
		}
	}
	return errs
}

// parseTarget reads one URL of a domain.
func parseTarget(raw string, startTLS bool) (target, error) {
	t, err := readURL(raw, startTLS)
	if err != nil {
		return target{}, err
	}
	if t.port == "" {
		t.port = map[string]string{"ldap": ldap.DefaultLdapPort, "ldaps": ldap.DefaultLdapsPort}[t.scheme]
	}
	for right, port := range catalogPorts {
		if t.port == port {
			return target{}, fmt.Errorf("%q is the global catalog of the forest, which is read only and holds a part of the attributes: "+
				"use %s://%s, a controller of the domain that the accounts are in", raw, t.scheme, net.JoinHostPort(t.host, right))
		}
	}
	return t, nil
}

// readURL reads a URL; its port may be empty. No error repeats the user information part, which
// may hold a password.
func readURL(raw string, startTLS bool) (target, error) {
	u, err := url.Parse(raw)
	if err != nil {
		var parse *url.Error
		if errors.As(err, &parse) {
			err = parse.Err
		}
		return target{}, fmt.Errorf("not a URL (%w): expected ldaps://host or ldap://host", err)
	}
	shown := u.Redacted()
	switch {
	case u.User != nil:
		return target{}, fmt.Errorf("%q holds a user name: move it to the user name and password settings", shown)
	case u.Scheme != "ldap" && u.Scheme != "ldaps":
		return target{}, fmt.Errorf("%q has scheme %q: expected ldaps://host or ldap://host", shown, u.Scheme)
	case u.Hostname() == "":
		return target{}, fmt.Errorf("%q names no host: expected ldaps://host[:port]", shown)
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return target{}, fmt.Errorf("%q has more than a host and port: the search base is a setting of its own", shown)
	case u.Scheme == "ldap" && !startTLS:
		return target{}, fmt.Errorf("%q is not encrypted: the password of the provider and of every account it sets would travel in "+
			"the clear, and Active Directory refuses it; use ldaps://%s or turn StartTLS on", shown, u.Hostname())
	case u.Scheme == "ldaps" && startTLS:
		return target{}, fmt.Errorf("%q is encrypted from the start and cannot use StartTLS as well: "+
			"use ldap:// with StartTLS, or turn StartTLS off", shown)
	}
	return target{scheme: u.Scheme, host: u.Hostname(), port: u.Port()}, nil
}

func (s *settings) checkTLS() (errs []error) {
	s.tls = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: s.ServerName}
	pem, err := material("CA certificate", s.CACertificateFile, s.CACertificatePEM)
	if err != nil {
		errs = append(errs, err)
	}
	if pem != nil {
		s.tls.RootCAs = x509.NewCertPool()
		if !s.tls.RootCAs.AppendCertsFromPEM(pem) {
			errs = append(errs, fmt.Errorf("the CA certificate%s holds no certificate: expected PEM with a line "+
				"-----BEGIN CERTIFICATE-----", from(s.CACertificateFile)))
		}
	}
	if !s.hasClientCertificate() {
		return errs
	}
	cert, certErr := material("client certificate", s.ClientCertificateFile, s.ClientCertificatePEM)
	key, keyErr := material("client key", s.ClientKeyFile, s.ClientKeyPEM)
	switch {
	case certErr != nil || keyErr != nil:
		return append(errs, certErr, keyErr)
	case cert == nil || key == nil:
		return append(errs, errors.New("a client certificate and its key belong together: only one of them is set"))
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return append(errs, fmt.Errorf("client certificate%s and key%s: %w", from(s.ClientCertificateFile), from(s.ClientKeyFile), err))
	}
	s.tls.Certificates = []tls.Certificate{pair}
	return errs
}

func (c *Config) hasClientCertificate() bool {
	return c.ClientCertificateFile != "" || c.ClientCertificatePEM != "" || c.ClientKeyFile != "" || c.ClientKeyPEM != ""
}

// material returns what a pair of settings, a file or its content, holds; nil
// when neither is set.
func material(what, file, content string) ([]byte, error) {
	switch {
	case file != "" && content != "":
		return nil, fmt.Errorf("the %s is given both as a file and as text: remove one", what)
	case content != "":
		return []byte(content), nil
	case file == "":
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the %s cannot be read: %w", what, err)
	}
	return b, nil
}

func from(file string) string {
	if file == "" {
		return ""
	}
	return fmt.Sprintf(" in %q", file)
}

func (s *settings) checkAuthentication() (errs []error) {
	var ways []string
	if s.Username != "" || s.Password != "" {
		ways = append(ways, "user name and password")
		s.auth = simpleBind{username: s.Username, password: s.Password}
		if s.Username == "" {
			errs = append(errs, errors.New("a password is set without a user name: expected user@domain, DOMAIN\\user or a distinguished name"))
		}
		// A simple bind without password succeeds as nobody (RFC 4513 section 5.1.2).
		if s.Password == "" {
			errs = append(errs, fmt.Errorf("user name %q is set without a password", s.Username))
		}
	}
	if s.Kerberos != nil {
		ways = append(ways, "Kerberos")
		auth, err := newKerberosBind(*s.Kerberos, s.Domain, s.ServerName)
		errs = append(errs, err)
		s.auth = auth
	}
	if s.hasClientCertificate() {
		ways = append(ways, "client certificate")
		s.auth = certificateBind{}
	}
	switch len(ways) {
	case 0:
		errs = append(errs, errors.New("no way to sign in: set a user name and password, Kerberos, or a client certificate"))
	case 1:
	default:
		errs = append(errs, fmt.Errorf("%s are set at the same time: the sign-in would be ambiguous, keep one", strings.Join(ways, " and ")))
	}
	return errs
}

func (s *settings) checkLimits() (errs []error) {
	if s.BaseDN != "" {
		if _, err := ldap.ParseDN(s.BaseDN); err != nil {
			errs = append(errs, fmt.Errorf("base DN %q is not a distinguished name (%w): expected something like DC=corp,DC=example,DC=com", s.BaseDN, err))
		}
	}
	number := func(what string, v *int, def, limit int) {
		if *v == 0 {
			*v = def
		}
		if *v < 1 || *v > limit {
			errs = append(errs, fmt.Errorf("%s is %d: expected 1 to %d", what, *v, limit))
		}
	}
	number("page size", &s.PageSize, DefaultPageSize, 1<<31-1)
	number("number of connections", &s.Connections, DefaultConnections, maxConnections)
	duration := func(what string, v *time.Duration, def time.Duration) {
		if *v == 0 {
			*v = def
		}
		if *v < 0 {
			errs = append(errs, fmt.Errorf("%s is %v: expected more than 0", what, *v))
		}
	}
	duration("connect timeout", &s.ConnectTimeout, DefaultConnectTimeout)
	duration("request timeout", &s.RequestTimeout, DefaultRequestTimeout)
	return errs
}
