// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // x5t
	"crypto/x509"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/golang-jwt/jwt/v5"
)

// refused checks an answer of the token endpoint.
func refused(t *testing.T, r *reply, status int, code string) {
	t.Helper()
	if r.Status != status || !strings.HasPrefix(dig[string](r.Body, "error_description"), code+":") || len(dig[[]any](r.Body, "error_codes")) != 1 {
		t.Errorf("got %d %s, want %d %s", r.Status, r.Raw, status, code)
	}
}

func TestTokens(t *testing.T) {
	c := start(t, Options{})
	tenant := c.s.TenantID()
	refused(t, c.tokenRequest("11111111-1111-1111-1111-111111111111", nil), 400, "AADSTS90002")
	refused(t, c.tokenRequest(tenant, map[string]string{"client_id": "11111111-1111-1111-1111-111111111111"}), 400, "AADSTS700016")
	refused(t, c.tokenRequest(tenant, map[string]string{"client_secret": "wrong"}), 401, "AADSTS7000215")
	refused(t, c.tokenRequest(tenant, map[string]string{"client_secret": ""}), 401, "AADSTS7000218")
	refused(t, c.tokenRequest(tenant, map[string]string{"grant_type": "password"}), 400, "AADSTS70003")
	refused(t, c.tokenRequest(tenant, map[string]string{"scope": "User.Read.All"}), 400, "AADSTS1002012")
	for _, name := range []string{tenant, InitialDomain} {
		if r := c.tokenRequest(name, nil); r.Status != 200 || dig[float64](r.Body, "expires_in") != 3600 {
			t.Errorf("%s: %s", name, r.Raw)
		}
	}
	if r := c.do("GET", c.s.URL()+"/"+tenant+"/v2.0/.well-known/openid-configuration", nil); !strings.HasPrefix(dig[string](r.Body, "token_endpoint"), c.s.URL()+"/"+tenant) {
		t.Errorf("configuration: %s", r.Raw)
	}
	if r := c.do("GET", c.s.URL()+"/nobody/v2.0/.well-known/openid-configuration", nil); r.Status != 400 {
		t.Errorf("configuration of an unknown tenant: %s", r.Raw)
	}
	if got := c.s.Stats().Tokens; got != 3 {
		t.Errorf("%d tokens", got)
	}
}

func TestTokensEnd(t *testing.T) {
	now := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	c := start(t, Options{Clock: func() time.Time { return now }})
	c.want(200, "GET", "/users", nil)
	now = now.Add(time.Hour)
	r := c.fails(401, "InvalidAuthenticationToken", "expired", "GET", "/users", nil)
	if !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), "Bearer ") {
		t.Errorf("headers: %v", r.Header)
	}
	c.signIn()
	c.want(200, "GET", "/users", nil)
	c.s.ExpireTokens()
	c.fails(401, "InvalidAuthenticationToken", "expired", "GET", "/users", nil)
	c.bearer = dig[string](c.tokenRequest(c.s.TenantID(), map[string]string{"claims": `{"access_token":{"xms_cc":{"values":["CP1"]}}}`}).Body, "access_token")
	c.s.ExpireTokens()
	if r := c.fails(401, "InvalidAuthenticationToken", "Continuous access evaluation", "GET", "/users", nil); !strings.Contains(r.Header.Get("WWW-Authenticate"), `error="insufficient_claims", claims="`) {
		t.Errorf("headers: %v", r.Header)
	}
	for _, bearer := range []string{"", "forged"} {
		c.bearer = bearer
		c.fails(401, "InvalidAuthenticationToken", "", "GET", "/users", nil)
	}
}

// selfSigned makes a certificate that is valid for an hour.
func selfSigned(t *testing.T) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := template(7, "application")
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

func TestClientAssertions(t *testing.T) {
	cert, key := selfSigned(t)
	_, otherKey := selfSigned(t)
	c := start(t, Options{ClientCertificate: cert})
	thumbprint := sha1.Sum(cert.Raw) //nolint:gosec // x5t
	ask := func(signer *rsa.PrivateKey, change jwt.MapClaims) *reply {
		claims := jwt.MapClaims{"iss": c.s.ClientID(), "sub": c.s.ClientID(), "aud": c.s.URL() + "/" + c.s.TenantID() + "/oauth2/v2.0/token", "exp": time.Now().Add(time.Minute).Unix(), "nbf": time.Now().Unix(), "jti": "1"}
		for k, v := range change {
			claims[k] = v
		}
		token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
		token.Header["x5t"] = base64.RawURLEncoding.EncodeToString(thumbprint[:])
		text, err := token.SignedString(signer)
		if err != nil {
			t.Fatal(err)
		}
		return c.tokenRequest(c.s.TenantID(), map[string]string{"client_secret": "", "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": text})
	}
	if r := ask(key, nil); r.Status != 200 {
		t.Errorf("good assertion: %s", r.Raw)
	}
	refused(t, ask(otherKey, nil), 401, "AADSTS700027")
	refused(t, ask(key, jwt.MapClaims{"sub": "somebody"}), 401, "AADSTS700027")
	refused(t, ask(key, jwt.MapClaims{"aud": "https://elsewhere.example.com"}), 401, "AADSTS700023")
	refused(t, ask(key, jwt.MapClaims{"exp": time.Now().Add(-time.Hour).Unix()}), 401, "AADSTS700024")
	refused(t, c.tokenRequest(c.s.TenantID(), map[string]string{"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": "x"}), 400, "AADSTS50027")
}

func TestFederatedAssertions(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := start(t, Options{Federated: &Federated{Issuer: "https://ci.example.com", Subject: "repo:staff:main", Key: key.Public()}})
	ask := func(change jwt.MapClaims) *reply {
		claims := jwt.MapClaims{"iss": "https://ci.example.com", "sub": "repo:staff:main", "aud": "api://AzureADTokenExchange", "exp": time.Now().Add(time.Minute).Unix()}
		for k, v := range change {
			claims[k] = v
		}
		text, err := jwt.NewWithClaims(jwt.SigningMethodES256, claims).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return c.tokenRequest(c.s.TenantID(), map[string]string{"client_secret": "", "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": text})
	}
	if r := ask(nil); r.Status != 200 {
		t.Errorf("good assertion: %s", r.Raw)
	}
	refused(t, ask(jwt.MapClaims{"iss": "https://elsewhere.example.com"}), 401, "AADSTS700211")
	refused(t, ask(jwt.MapClaims{"sub": "repo:staff:other"}), 401, "AADSTS700213")
	refused(t, ask(jwt.MapClaims{"aud": "other"}), 401, "AADSTS700212")
	refused(t, ask(jwt.MapClaims{"exp": time.Now().Add(-time.Hour).Unix()}), 401, "AADSTS700024")
}

// TestLibraryOfMicrosoft signs in as the provider does.
func TestLibraryOfMicrosoft(t *testing.T) {
	cert, key := selfSigned(t)
	c := start(t, Options{ClientCertificate: cert})
	options := azcore.ClientOptions{Transport: c.http, Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: c.s.URL()}, Retry: policy.RetryOptions{MaxRetries: -1}}
	get := func(credential azcore.TokenCredential, err error) error {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		token, err := credential.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{graphScope}, EnableCAE: true})
		if err == nil {
			c.bearer = token.Token
			c.want(200, "GET", "/users", nil)
		}
		return err
	}
	secret := func(s string) error {
		return get(azidentity.NewClientSecretCredential(c.s.TenantID(), c.s.ClientID(), s, &azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true}))
	}
	if err := secret(c.s.ClientSecret()); err != nil {
		t.Error(err)
	}
	if err := secret("wrong"); err == nil || !strings.Contains(err.Error(), "AADSTS7000215") {
		t.Errorf("wrong secret: %v", err)
	}
	if err := get(azidentity.NewClientCertificateCredential(c.s.TenantID(), c.s.ClientID(), []*x509.Certificate{cert}, key, &azidentity.ClientCertificateCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})); err != nil {
		t.Error(err)
	}
}
