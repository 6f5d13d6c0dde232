// SPDX-License-Identifier: MPL-2.0

// Package ldapdir reads workers from an LDAP directory (RFC 4511): every entry
// that matches a filter below a base. Managers, which directories keep as
// distinguished names, become worker ids.
package ldapdir

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/worker"
)

// Config says which directory to read and what of it.
type Config struct {
	// URLs are servers in order of preference: ldaps://host, or ldap://host with
	// StartTLS. Passwords never travel in the clear.
	URLs     []string
	StartTLS bool
	// CACertificateFile or CACertificatePEM holds the authorities that may have
	// issued the server's certificate, in PEM; the system's otherwise.
	CACertificateFile, CACertificatePEM string
	// ServerName is the name in the certificate, where it is not the host.
	ServerName string
	// Username is a distinguished name, or what else the server takes in a simple bind.
	Username, Password string
	// Kerberos signs in with SASL GSSAPI (RFC 4752) instead of a simple bind.
	Kerberos *ldapconn.Kerberos
	// The client's certificate and its key, in PEM files, instead of a password.
	ClientCertificateFile, ClientKeyFile string

	// Base is where the search starts.
	Base string
	// Scope is one of Scopes; the first if empty.
	Scope string
	// Filter chooses entries (RFC 4515); DefaultFilter if empty.
	Filter string
	// Referrals is one of ReferralPolicies; the first if empty.
	Referrals string
	// PageSize is the number of entries asked for at once (RFC 2696); 0: 1000.
	PageSize int
	// ConnectTimeout and RequestTimeout bound connecting and one page; 0: 15 s and 2 min.
	ConnectTimeout, RequestTimeout time.Duration
	// MaxBytes is how much the values of all entries may be; DefaultMaxBytes if 0.
	MaxBytes int64
	// Logger, if set, is told about connections and requests; never about values.
	Logger func(ctx context.Context, msg string, fields ...any)
}

// DefaultMaxBytes ends a search that finds photographs of everybody before memory does.
const DefaultMaxBytes = 512 << 20

// DefaultFilter finds people, whatever their class is derived from.
const DefaultFilter = "(objectClass=person)"

// Scopes say how far below the base the search goes.
var Scopes = []string{"subtree", "one_level", "base"}

// ReferralPolicies say what happens where a part of the tree is kept by another
// server: it is refused, because its people would be missing, or left out. A
// referral is never followed: the password would go where the referral says.
var ReferralPolicies = []string{"refuse", "ignore"}

// DN is the name of the column with the distinguished name of the entry.
const DN = "dn"

// Validate reports what is wrong with c. It contacts nothing.
func (c Config) Validate() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if _, err := ldap.ParseDN(c.Base); err != nil || c.Base == "" {
		fail("base: found %q, expected a distinguished name such as ou=people,dc=example,dc=com", c.Base)
	}
	if c.Scope != "" && !slices.Contains(Scopes, c.Scope) {
		fail("scope: found %q, expected one of %s", c.Scope, strings.Join(Scopes, ", "))
	}
	if c.Referrals != "" && !slices.Contains(ReferralPolicies, c.Referrals) {
		fail("referrals: found %q, expected one of %s", c.Referrals, strings.Join(ReferralPolicies, ", "))
	}
	if _, err := ldap.CompileFilter(c.filter()); err != nil {
		fail("filter: found %q, which is no filter (%w), expected one such as (&(objectClass=person)(employeeNumber=*))", c.Filter, err)
	}
	if err := c.connection().Validate(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (c Config) filter() string { return cmp.Or(c.Filter, DefaultFilter) }

func (c Config) scope() int {
	return map[string]int{"": ldap.ScopeWholeSubtree, "subtree": ldap.ScopeWholeSubtree, "one_level": ldap.ScopeSingleLevel, "base": ldap.ScopeBaseObject}[c.Scope]
}

func (c Config) connection() ldapconn.Config {
	return ldapconn.Config{
		URLs: c.URLs, StartTLS: c.StartTLS, CACertificateFile: c.CACertificateFile, CACertificatePEM: c.CACertificatePEM, ServerName: c.ServerName,
		Username: c.Username, Password: c.Password, Kerberos: c.Kerberos, ClientCertificateFile: c.ClientCertificateFile, ClientKeyFile: c.ClientKeyFile,
		BaseDN: c.Base, PageSize: c.PageSize, Connections: 1, ConnectTimeout: c.ConnectTimeout, RequestTimeout: c.RequestTimeout, Logger: c.Logger,
	}
}

// Read reads the workers. The position of a problem is the distinguished name of
// its entry.
func Read(ctx context.Context, c Config, s source.Spec) (*source.Result, error) {
	if err := errors.Join(s.Validate(), c.Validate()); err != nil {
		return nil, err
	}
	client, err := ldapconn.New(c.connection())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	r := &reader{config: c, client: client, spec: s, names: map[string]string{}, binary: map[string]bool{}}
	r.spec.Sparse = true // an entry leaves out what it has no value for
	if name := s.ManagerReference; name == source.ByWorkerID || strings.EqualFold(name, DN) {
		r.spec.ManagerReference = "" // distinguished names are replaced by worker ids anyway
	}
	return r.read(ctx)
}

// reader is one read.
type reader struct {
	config  Config
	client  *ldapconn.Client
	spec    source.Spec
	columns []string
	names   map[string]string // lower case → column
	entries []entry
	binary  map[string]bool // columns with values that are no text
	bytes   int64           // of values that came
}

// entry is what is kept of an entry of the directory.
type entry struct {
	dn     string
	values map[string][]string // by column
}

func (r *reader) read(ctx context.Context) (*source.Result, error) {
	if err := r.checkReferrals(ctx); err != nil {
		return nil, err
	}
	all := r.spec.Attributes == nil
	request := &ldap.SearchRequest{BaseDN: r.config.Base, Scope: r.config.scope(), Filter: r.config.filter(), Attributes: r.requested()}
	for _, name := range request.Attributes {
		if name != "*" {
			r.column(name)
		}
	}
	r.column(DN)
	err := r.client.SearchEachHere(ctx, request, func(e *ldap.Entry) error {
		r.add(e, all)
		for _, a := range e.Attributes {
			for _, v := range a.ByteValues {
				r.bytes += int64(len(v))
			}
		}
		if limit := cmp.Or(r.config.MaxBytes, DefaultMaxBytes); r.bytes > limit {
			return fmt.Errorf("found more than %d bytes up to %q, expected at most as many in all (max_bytes): a filter, or attributes by name, make it less", limit, e.DN)
		}
		return nil
	}, r.elsewhere)
	if ldapconn.IsNotFound(err) {
		return nil, fmt.Errorf("base: there is no entry %q, or %s may not see it: %w", r.config.Base, cmp.Or(r.config.Username, "the account"), err)
	}
	if err != nil {
		return nil, err
	}
	if err := r.resolveManagers(ctx); err != nil {
		return nil, err
	}
	return r.build()
}

// requested lists the attributes to ask for: those that are named, and all
// others that users keep if the Spec takes them all.
func (r *reader) requested() []string {
	var names []string
	if r.spec.Attributes == nil {
		names = append(names, "*")
	}
	add := func(name string) {
		if name != "" && name != DN && !secretAttribute(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, key := range worker.Fields {
		add(r.spec.Fields[key])
	}
	for _, name := range r.spec.Attributes {
		add(name)
	}
	for name := range r.spec.MinFilled {
		add(name)
	}
	add(r.spec.ManagerReference)
	add(r.spec.PrimaryColumn)
	if len(names) == 0 {
		names = []string{"1.1"} // none (RFC 4511 section 4.5.1.8)
	}
	return names
}

// secrets are attributes that hold passwords and keys in some form.
var secrets = []string{"userpassword", "unicodepwd", "authpassword", "pwdhistory", "sambalmpassword", "sambantpassword", "sambapasswordhistory", "krbprincipalkey", "krb5key",
	"ipanthash", "usersmimecertificate", "supplementalcredentials", "ntpwdhistory", "lmpwdhistory", "dbcspwd", "orclpassword", "nspassword", "ms-mcs-admpwd"}

// secretAttribute reports attributes that are never read, whatever is configured.
func secretAttribute(name string) bool {
	plain, _, _ := strings.Cut(strings.ToLower(name), ";")
	return slices.Contains(secrets, plain)
}

// column returns the name of the column for an attribute, which directories
// spell in any case. The configured spelling wins.
func (r *reader) column(name string) string {
	folded := strings.ToLower(name)
	if known, ok := r.names[folded]; ok {
		return known
	}
	r.names[folded] = name
	r.columns = append(r.columns, name)
	return name
}

// add keeps what is needed of an entry. Large values that are no text are not.
func (r *reader) add(e *ldap.Entry, all bool) {
	kept := entry{dn: e.DN, values: make(map[string][]string, len(e.Attributes))}
	for _, a := range e.Attributes {
		if _, known := r.names[strings.ToLower(a.Name)]; !known && !all || secretAttribute(a.Name) {
			continue
		}
		name := r.column(a.Name)
		if r.binary[name] {
			continue
		}
		if binary(a) {
			r.binary[name] = true
			continue
		}
		kept.values[name] = slices.Clone(a.Values)
	}
	r.entries = append(r.entries, kept)
}

// checkReferrals asks for the entries that stand for parts of the tree on other
// servers: with the control of RFC 3296 they are shown instead of followed.
func (r *reader) checkReferrals(ctx context.Context) error {
	if r.config.Referrals == "ignore" || r.config.scope() == ldap.ScopeBaseObject {
		return nil
	}
	root, err := r.client.RootDSE(ctx)
	if err != nil {
		return err
	}
	if !root.SupportsControl(ldap.ControlTypeManageDsaIT) {
		return nil
	}
	found, err := r.client.Search(ctx, &ldap.SearchRequest{BaseDN: r.config.Base, Scope: r.config.scope(), Filter: "(objectClass=referral)", Attributes: []string{"ref"},
		Controls: []ldap.Control{ldap.NewControlManageDsaIT(true)}})
	if err != nil && !ldapconn.IsNotFound(err) {
		return err
	}
	if len(found) == 0 {
		return nil
	}
	first := found[0]
	return fmt.Errorf("%s: found a referral to %s (%d in all): the people there would be missing. Read that server as well and merge the two, or set referrals = \"ignore\"",
		first.DN, source.Quote(first.GetAttributeValue("ref")), len(found))
}
