// SPDX-License-Identifier: MPL-2.0

package graphconn

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"

	"terraform-provider-workforce/internal/audit"
)

// Config says which tenant, how to sign in, and where Microsoft Graph is. The
// first way to sign in that is configured is used: client certificate, client
// secret, OIDC, workload identity of Azure Kubernetes Service, managed identity,
// Azure CLI. Nothing of it appears in errors but names of settings and files.
type Config struct {
	TenantID, ClientID string
	// ClientIDFile is read when ClientID is empty.
	ClientIDFile string

	ClientSecret, ClientSecretFile string

	// ClientCertificate is PKCS#12 in base64, or PEM; ClientCertificateFile is a
	// file with either, in which PKCS#12 is binary.
	ClientCertificate, ClientCertificateFile, ClientCertificatePassword string

	// UseOIDC, UseWorkloadIdentity, UseManagedIdentity and UseCLI allow these ways.
	// Tokens of another issuer come from OIDCToken, OIDCTokenFile, or, asked for
	// with OIDCRequestToken, from OIDCRequestURL.
	UseOIDC                         bool
	OIDCToken, OIDCTokenFile        string
	OIDCRequestURL                  string
	OIDCRequestToken                string
	AzurePipelinesServiceConnection string
	UseWorkloadIdentity             bool
	UseManagedIdentity              bool
	UseCLI                          bool
	// UnusedToken says where a token of another issuer is that is not used, and why; errors of the sign-in end with it.
	UnusedToken string

	// Environment is the national cloud: "public" (or empty), "usgovernment",
	// "usgovernmentl5" or "china".
	Environment string
	// GraphEndpoint and AuthorityHost replace the addresses of the cloud, for
	// private clouds and tests. Only https is accepted.
	GraphEndpoint, AuthorityHost string
	// CACertificateFile and CACertificatePEM hold further authorities to trust.
	CACertificateFile, CACertificatePEM string

	// Connections is how many requests are under way at most; 8 if 0.
	Connections int
	// RequestTimeout bounds one request; 100 s if 0.
	RequestTimeout time.Duration
	// MaxWait bounds how long one request may be held back by throttling in all; 30 minutes if 0.
	MaxWait time.Duration
	// Version is the product's version in the User-Agent.
	Version string
	// Logger, if not nil, is given one line a request: method, path without
	// values, status, request id. Never bodies or tokens.
	Logger func(ctx context.Context, message string, fields ...any)

	// Progress, if set, is told how far long work has come.
	Progress func(ctx context.Context, msg string, fields ...any)
	// Audit, if not nil, is where every write is put on record, before it is sent and
	// when it is answered, those within a batch each for itself. What it cannot take is
	// not sent.
	Audit *audit.Log

	// Clock and Sleep are the machine's own if nil. Tests replace them, so that
	// waiting for minutes takes no time.
	Clock func() time.Time
	Sleep func(ctx context.Context, until time.Time) error
}

// national is what is peculiar to one national cloud.
// https://learn.microsoft.com/graph/deployments
type national struct {
	graph string
	cloud cloud.Configuration
}

var nationals = map[string]national{
	"public":         {"https://graph.microsoft.com", cloud.AzurePublic},
	"global":         {"https://graph.microsoft.com", cloud.AzurePublic},
	"usgovernment":   {"https://graph.microsoft.us", cloud.AzureGovernment},
	"usgovernmentl4": {"https://graph.microsoft.us", cloud.AzureGovernment},
	"usgovernmentl5": {"https://dod-graph.microsoft.us", cloud.AzureGovernment},
	"china":          {"https://microsoftgraph.chinacloudapi.cn", cloud.AzureChina},
}

// resolve fills in defaults, reads files, and says everything that is wrong.
func (c *Config) resolve() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	fromFile := func(value *string, name, file string) {
		if *value != "" || file == "" {
			return
		}
		text, err := os.ReadFile(file)
		if err != nil {
			fail("%s: %w", name, err)
		}
		*value = strings.TrimSpace(string(text))
	}
	fromFile(&c.ClientID, "client_id_file", c.ClientIDFile)
	fromFile(&c.ClientSecret, "client_secret_file", c.ClientSecretFile)
	if c.Environment == "" {
		c.Environment = "public"
	}
	if _, ok := nationals[strings.ToLower(c.Environment)]; !ok {
		fail("environment: found %q, expected public, usgovernment, usgovernmentl5 or china", c.Environment)
	}
	if c.TenantID == "" {
		fail("tenant_id: nothing given, expected the id of the tenant or one of its domains")
	}
	for name, address := range map[string]string{"graph_endpoint": c.GraphEndpoint, "authority_host": c.AuthorityHost} {
		if u, err := url.Parse(address); address != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
			fail("%s: found %q, expected an address such as https://graph.microsoft.com", name, address)
		}
	}
	if c.Connections < 0 || c.Connections > 64 {
		fail("connections: found %d, expected 1 to 64", c.Connections)
	}
	if c.RequestTimeout < 0 {
		fail("request_timeout: found %s, expected a positive number of seconds", c.RequestTimeout)
	}
	if c.method() == "" {
		fail("nothing to sign in with: set client_secret, client_certificate, use_oidc, use_aks_workload_identity, use_msi or use_cli, "+
			"or the environment variables for them%s", c.unused())
	}
	if c.ClientID == "" && slices.Contains([]string{methodCertificate, methodSecret, methodOIDC}, c.method()) {
		fail("client_id: nothing given, expected the application (client) id")
	}
	c.setDefaults()
	return errors.Join(errs...)
}

func (c *Config) setDefaults() {
	if c.Connections == 0 {
		c.Connections = 8
	}
	if c.RequestTimeout == 0 {
		c.RequestTimeout = 100 * time.Second
	}
	if c.MaxWait == 0 {
		c.MaxWait = 30 * time.Minute
	}
	if c.Version == "" {
		c.Version = "dev"
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Sleep == nil {
		c.Sleep = sleepUntil
	}
}

// endpoint returns the address of Graph, without version.
func (c *Config) endpoint() string {
	if c.GraphEndpoint != "" {
		return strings.TrimRight(c.GraphEndpoint, "/")
	}
	return nationals[strings.ToLower(c.Environment)].graph
}

// authority returns where tokens come from, and whether it is one that Microsoft's
// instance discovery does not know.
func (c *Config) authority() (_ cloud.Configuration, private bool) {
	if c.AuthorityHost != "" {
		return cloud.Configuration{ActiveDirectoryAuthorityHost: strings.TrimRight(c.AuthorityHost, "/") + "/"}, true
	}
	return nationals[strings.ToLower(c.Environment)].cloud, false
}

// roots returns the authorities to trust, nil for the system's own.
func (c *Config) roots() (*x509.CertPool, error) {
	pem := []byte(c.CACertificatePEM)
	if c.CACertificateFile != "" {
		text, err := os.ReadFile(c.CACertificateFile)
		if err != nil {
			return nil, fmt.Errorf("ca_certificate_file: %w", err)
		}
		pem = append(append(pem, '\n'), text...)
	}
	if len(pem) == 0 {
		return nil, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("ca_certificate_file, ca_certificate_pem: found no certificate, expected PEM")
	}
	return pool, nil
}
