// SPDX-License-Identifier: MPL-2.0

package graphconn

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"software.sslmate.com/src/go-pkcs12"
)

// The ways to sign in, in the order in which they are considered.
const (
	methodCertificate = "client certificate"
	methodSecret      = "client secret"
	methodOIDC        = "OIDC"
	methodWorkload    = "AKS workload identity"
	methodManaged     = "managed identity"
	methodCLI         = "Azure CLI"
)

// method returns the first way to sign in that is configured, "" for none.
func (c *Config) method() string {
	switch {
	case c.ClientCertificate != "" || c.ClientCertificateFile != "":
		return methodCertificate
	case c.ClientSecret != "" || c.ClientSecretFile != "":
		return methodSecret
	case c.UseOIDC:
		return methodOIDC
	case c.UseWorkloadIdentity:
		return methodWorkload
	case c.UseManagedIdentity:
		return methodManaged
	case c.UseCLI:
		return methodCLI
	}
	return ""
}

func (c *Config) signInError(err error) *SignInError {
	return &SignInError{Method: c.method(), Err: err, Note: c.unused()}
}

// unused is the end of an error about the sign-in.
func (c *Config) unused() string {
	if c.UnusedToken == "" {
		return ""
	}
	return ". " + c.UnusedToken
}

// credential makes the credential for the configured way to sign in. It contacts nothing.
func (c *Config) credential(transport policy.Transporter) (azcore.TokenCredential, error) {
	authority, private := c.authority()
	options := azcore.ClientOptions{Cloud: authority, Transport: transport}
	switch c.method() {
	case methodCertificate:
		certs, key, err := c.certificate()
		if err != nil {
			return nil, err
		}
		if leaf := certs[0]; c.Clock().After(leaf.NotAfter) {
			return nil, fmt.Errorf("the client certificate %q expired on %s: upload a new one to the application and configure it here", leaf.Subject, leaf.NotAfter.UTC().Format(time.DateOnly))
		}
		return azidentity.NewClientCertificateCredential(c.TenantID, c.ClientID, certs, key,
			&azidentity.ClientCertificateCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: private, SendCertificateChain: true})
	case methodSecret:
		return azidentity.NewClientSecretCredential(c.TenantID, c.ClientID, c.ClientSecret, &azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: private})
	case methodOIDC:
		if c.AzurePipelinesServiceConnection != "" && c.OIDCToken == "" && c.OIDCTokenFile == "" {
			return azidentity.NewAzurePipelinesCredential(c.TenantID, c.ClientID, c.AzurePipelinesServiceConnection, c.OIDCRequestToken,
				&azidentity.AzurePipelinesCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: private})
		}
		return azidentity.NewClientAssertionCredential(c.TenantID, c.ClientID, c.assertion(transport), &azidentity.ClientAssertionCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: private})
	case methodWorkload:
		return azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
			ClientOptions: options, DisableInstanceDiscovery: private, ClientID: c.ClientID, TenantID: c.TenantID, TokenFilePath: c.OIDCTokenFile})
	case methodManaged:
		o := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: options}
		if c.ClientID != "" {
			o.ID = azidentity.ClientID(c.ClientID)
		}
		return azidentity.NewManagedIdentityCredential(o)
	case methodCLI:
		return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: c.TenantID})
	}
	return nil, errors.New("nothing to sign in with")
}

// certificate reads the client certificate and its key.
func (c *Config) certificate() ([]*x509.Certificate, crypto.PrivateKey, error) {
	name, data := "client_certificate", []byte(c.ClientCertificate)
	if len(data) == 0 {
		name = "client_certificate_file"
		var err error
		if data, err = os.ReadFile(c.ClientCertificateFile); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
	} else if block, _ := pem.Decode(data); block == nil {
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(c.ClientCertificate), ""))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: found neither PEM nor base64, expected PKCS#12 in base64 or PEM", name)
		}
		data = raw
	}
	if block, _ := pem.Decode(data); block != nil {
		certs, key, err := azidentity.ParseCertificates(data, []byte(c.ClientCertificatePassword))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		return certs, key, nil
	}
	key, leaf, chain, err := pkcs12.DecodeChain(data, c.ClientCertificatePassword)
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return nil, nil, fmt.Errorf("%s: client_certificate_password is not the password of the certificate", name)
	case err != nil:
		return nil, nil, fmt.Errorf("%s: expected PKCS#12 with one key, or PEM: %w", name, err)
	}
	return append([]*x509.Certificate{leaf}, chain...), key, nil
}

// assertion returns where a token of another issuer comes from, whenever one is needed.
func (c *Config) assertion(transport policy.Transporter) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		switch {
		case c.OIDCToken != "":
			return c.OIDCToken, nil
		case c.OIDCTokenFile != "":
			text, err := os.ReadFile(c.OIDCTokenFile)
			if err != nil {
				return "", fmt.Errorf("oidc_token_file: %w", err)
			}
			return strings.TrimSpace(string(text)), nil
		case c.OIDCRequestURL != "" && c.OIDCRequestToken != "":
			return c.requestAssertion(ctx, transport)
		}
		return "", errors.New("use_oidc: no token: set oidc_token, oidc_token_file, or oidc_request_url with oidc_request_token")
	}
}

// requestAssertion asks for a token as GitHub Actions gives them.
// https://docs.github.com/actions/reference/security/oidc
func (c *Config) requestAssertion(ctx context.Context, transport policy.Transporter) (string, error) {
	address, err := url.Parse(c.OIDCRequestURL)
	if err != nil || address.Scheme != "https" {
		return "", errors.New("oidc_request_url: expected an https address")
	}
	query := address.Query()
	if query.Get("audience") == "" {
		query.Set("audience", "api://AzureADTokenExchange")
	}
	address.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+c.OIDCRequestToken)
	request.Header.Set("Accept", "application/json")
	answer, err := transport.Do(request)
	if err != nil {
		return "", fmt.Errorf("oidc_request_url: %w", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	var token struct {
		Value string `json:"value"`
	}
	if err == nil && answer.StatusCode == http.StatusOK {
		err = json.Unmarshal(body, &token)
	}
	if err != nil || token.Value == "" {
		return "", fmt.Errorf("oidc_request_url: no token in the answer (status %d): %w", answer.StatusCode, err)
	}
	return token.Value, nil
}
