// SPDX-License-Identifier: MPL-2.0

// Package graph is a Microsoft Entra tenant on this machine: Microsoft Graph
// v1.0 for users, groups, administrative units, licences and what belongs to them, and the token
// endpoint of the Microsoft identity platform, both over TLS. It is as strict as
// the real one: what is not selected is not returned, a property that cannot be
// written is refused, lists come in pages, writes are throttled, new objects may
// stay invisible for a while, and answers may get lost. It is for tests and
// demonstrations.
//
// The rules are those of the Microsoft Graph reference for v1.0; property types
// are in properties.txt.
package graph

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// What a tenant has unless Options say otherwise. They are made up and open nothing else.
const (
	DefaultTenantID     = "2f5c1d3e-8f0a-4c56-9b1e-6d7a40f3c001"
	DefaultClientID     = "7b0e6a52-30d4-4f9c-8d21-0a9b5c7e4002"
	DefaultClientSecret = "made~up.S3cret-for_tests"
	DefaultDomain       = "example.com"
	InitialDomain       = "example.onmicrosoft.com"
)

// Size is the size of a tenant, on which the limits depend.
type Size string

// The sizes and their limits, in resource units per 10 seconds.
const (
	Small  Size = "S" // fewer than 50 users: 3,500
	Medium Size = "M" // 5,000
	Large  Size = "L" // more than 500 users: 8,000
)

// AllPermissions are the application permissions that the server knows.
var AllPermissions = []string{
	"AdministrativeUnit.Read.All", "AdministrativeUnit.ReadWrite.All", "Application.Read.All", "AuditLog.Read.All",
	"CustomSecAttributeAssignment.Read.All", "CustomSecAttributeAssignment.ReadWrite.All", "CustomSecAttributeDefinition.Read.All",
	"Directory.Read.All", "Directory.ReadWrite.All",
	"Directory.Write.Restricted", "Domain.Read.All", "Group.Create", "Group.Read.All", "Group.ReadWrite.All", "GroupMember.Read.All",
	"GroupMember.ReadWrite.All", "LicenseAssignment.ReadWrite.All",
	"MailboxSettings.Read", "Organization.Read.All", "RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory",
	"User-LifeCycleInfo.Read.All", "User-LifeCycleInfo.ReadWrite.All", "User-PasswordProfile.ReadWrite.All",
	"User.DeleteRestore.All", "User.EnableDisableAccount.All", "User.ManageIdentities.All", "User.Read.All", "User.ReadWrite.All", "User.RevokeSessions.All",
	"UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All",
	"Member.Read.Hidden",
}

// DefaultPermissions are the application permissions that an application has unless Options say otherwise.
var DefaultPermissions = []string{
	"CustomSecAttributeAssignment.Read.All", "CustomSecAttributeAssignment.ReadWrite.All", "CustomSecAttributeDefinition.Read.All", "Domain.Read.All", "Group.ReadWrite.All", "LicenseAssignment.ReadWrite.All",
	"Organization.Read.All", "User-LifeCycleInfo.Read.All", "User-LifeCycleInfo.ReadWrite.All", "User-PasswordProfile.ReadWrite.All", "User.DeleteRestore.All", "User.ReadWrite.All",
	"User.RevokeSessions.All", "UserAuthenticationMethod.ReadWrite.All",
}

// Options describe the tenant and how it behaves. The zero value is a tenant
// with the defaults above that answers at once and without limits.
type Options struct {
	TenantID, ClientID, ClientSecret string
	// ClientCertificate is registered for the application: client assertions that
	// are signed with its key are accepted.
	ClientCertificate *x509.Certificate
	// Federated is the federated credential of the application: tokens of its
	// issuer are accepted as client assertions.
	Federated *Federated
	// Permissions are the application permissions (roles) of the tokens;
	// DefaultPermissions if nil.
	Permissions []string

	// Domains are the verified domains; the first is the default one.
	Domains []string
	// FederatedDomains are those of Domains whose users sign in elsewhere: users in
	// them need onPremisesImmutableId.
	FederatedDomains []string
	// Licenses are the subscriptions; DefaultLicenses if nil.
	Licenses []License
	// ObjectQuota is the number of objects that the tenant may hold, deleted ones
	// included; 0 for no limit.
	ObjectQuota int
	// ManyServicePrincipals says that there are more than 1,000 service principals, and
	// so that getAvailableExtensionProperties returns nothing.
	ManyServicePrincipals bool
	// Administrator says that the application holds the role Privileged Authentication Administrator: it may
	// change the passwords and names of people who hold roles, and enable and disable them.
	Administrator bool
	// MemberLimit is the number of direct members that a group may have; 0 for no limit.
	MemberLimit int

	// PageLimit is the most objects on a page of a list, whatever $top asks for: a
	// server may send fewer. 0 for no limit but that of Graph, 999.
	PageLimit int

	// Throttle enforces the limits of Size (Large if empty): resource units in 10
	// seconds and 3,000 writes in 150 seconds.
	Throttle bool
	Size     Size
	// RetryAfter says how a throttled answer names the time to wait.
	RetryAfter RetryAfter

	// Clock is the time of the tenant: of dates, throttling, visibility, and of the
	// end of access tokens. Assertions are signed with the time of the machine and
	// checked with it. time.Now if nil.
	Clock func() time.Time
	// TokenLifetime is how long access tokens are valid; an hour if 0.
	TokenLifetime time.Duration
	// Latency is how long every answer takes.
	Latency time.Duration
	// VisibleAfter is how long a created object cannot be found.
	VisibleAfter time.Duration
	// VisibleAfterReads is how many reads do not find a created object.
	VisibleAfterReads int
	// DeletedRetention is how long a deleted object can be restored; 30 days if 0.
	DeletedRetention time.Duration
}

// Federated is a federated credential: whose tokens stand for the application.
type Federated struct {
	Issuer, Subject string
	// Audience of the tokens; "api://AzureADTokenExchange" if empty.
	Audience string
	// Key is the issuer's public key.
	Key any
}

// Server is the tenant.
type Server struct {
	options   Options
	passesOff atomic.Bool // the policy allows no temporary access passes
	http      *httptest.Server
	caPEM     []byte
	roots     *x509.CertPool
	signing   []byte // key of the access tokens

	mu        sync.Mutex
	store     *store
	tokens    map[string]*token
	pages     map[string]*listing
	deltas    map[string]*changes
	throttle  throttle
	faults    []*fault
	stats     Stats
	serial    int // of lists in any order
	intercept func(method, target string) Fate
	hung      bool
	closing   chan struct{} // closed by Close: nobody waits for an answer any more
	close     sync.Once
}

// Start starts a tenant on a free port of the loopback interface.
func Start(o Options) (*Server, error) {
	o.fill()
	cert, caPEM, err := certificate()
	if err != nil {
		return nil, err
	}
	s := &Server{options: o, caPEM: caPEM, roots: x509.NewCertPool(), signing: make([]byte, 32), tokens: map[string]*token{},
		pages: map[string]*listing{}, deltas: map[string]*changes{},
		closing: make(chan struct{})}
	s.roots.AppendCertsFromPEM(caPEM)
	if _, err := rand.Read(s.signing); err != nil {
		return nil, err
	}
	s.store = newStore(o)
	s.stats = newStats()
	s.http = httptest.NewUnstartedServer(s)
	s.http.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	s.http.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.http.StartTLS()
	return s, nil
}

func (o *Options) fill() {
	for field, value := range map[*string]string{&o.TenantID: DefaultTenantID, &o.ClientID: DefaultClientID, &o.ClientSecret: DefaultClientSecret, (*string)(&o.Size): string(Large)} {
		if *field == "" {
			*field = value
		}
	}
	if len(o.Domains) == 0 {
		o.Domains = []string{DefaultDomain, InitialDomain}
	}
	o.Domains = slices.Clone(o.Domains)
	if o.Permissions == nil {
		o.Permissions = DefaultPermissions
	}
	if o.Licenses == nil {
		o.Licenses = DefaultLicenses()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.TokenLifetime == 0 {
		o.TokenLifetime = time.Hour
	}
	if o.DeletedRetention == 0 {
		o.DeletedRetention = 30 * 24 * time.Hour
	}
}

// URL returns the address of the server, without a path: Graph is at /v1.0, and
// the address itself is the authority host.
func (s *Server) URL() string { return s.http.URL }

// TenantID returns the id of the tenant.
func (s *Server) TenantID() string { return s.options.TenantID }

// ClientID returns the id of the application.
func (s *Server) ClientID() string { return s.options.ClientID }

// ClientSecret returns the secret of the application.
func (s *Server) ClientSecret() string { return s.options.ClientSecret }

// CAPEM returns the certificate of the authority that issued the server's certificate.
func (s *Server) CAPEM() []byte { return slices.Clone(s.caPEM) }

// HTTPClient returns a client that trusts the server. It follows no redirects.
func (s *Server) HTTPClient() *http.Client {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.roots, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: 64}
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Close ends the server, its connections and every delay.
func (s *Server) Close() {
	s.close.Do(func() { close(s.closing) })
	s.http.CloseClientConnections()
	s.http.Close()
}

// wait waits as long as an answer takes, or until the server is closed.
func (s *Server) wait(delay time.Duration) {
	if delay <= 0 {
		return
	}
	select {
	case <-time.After(delay):
	case <-s.closing:
	}
}

func (s *Server) now() time.Time { return s.options.Clock().UTC() }
