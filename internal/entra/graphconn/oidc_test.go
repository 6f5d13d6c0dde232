// SPDX-License-Identifier: MPL-2.0

package graphconn

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestOIDC signs in with tokens of another issuer, as pipelines and clusters have them.
func TestOIDC(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	const issuer, subject = "https://issuer.example.com", "repo:example/hr:ref:refs/heads/main"
	token := func(subject string, ends time.Duration) string {
		now := time.Now()
		text, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{"iss": issuer, "sub": subject, "aud": "api://AzureADTokenExchange",
			"iat": now.Add(-time.Hour).Unix(), "nbf": now.Add(-time.Hour).Unix(), "exp": now.Add(ends).Unix()}).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token(subject, time.Hour)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	pipeline := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer of-the-run" || r.URL.Query().Get("audience") != "api://AzureADTokenExchange" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"value": token(subject, time.Hour)})
	}))
	t.Cleanup(pipeline.Close)
	for name, tt := range map[string]struct {
		change func(*Config)
		want   string // empty: it works
	}{
		"token":             {change: func(c *Config) { c.OIDCToken = token(subject, time.Hour) }},
		"file":              {change: func(c *Config) { c.OIDCTokenFile = file }},
		"request":           {change: func(c *Config) { c.OIDCRequestURL, c.OIDCRequestToken = pipeline.URL+"/?run=1", "of-the-run" }},
		"workload identity": {change: func(c *Config) { c.UseOIDC, c.UseWorkloadIdentity, c.OIDCTokenFile = false, true, file }},
		"another subject":   {func(c *Config) { c.OIDCToken = token("repo:example/other", time.Hour) }, "no federated credential of the application fits"},
		"expired":           {func(c *Config) { c.OIDCToken = token(subject, -10*time.Minute) }, "AADSTS700024"},
		"request refused":   {func(c *Config) { c.OIDCRequestURL, c.OIDCRequestToken = pipeline.URL, "wrong" }, "oidc_request_url: no token in the answer (status 403)"},
		"nothing":           {func(*Config) {}, "set oidc_token, oidc_token_file, or oidc_request_url"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := graph.Start(graph.Options{Federated: &graph.Federated{Issuer: issuer, Subject: subject, Key: key.Public()}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.Close)
			authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pipeline.Certificate().Raw})
			config := Config{TenantID: s.TenantID(), ClientID: s.ClientID(), GraphEndpoint: s.URL(), AuthorityHost: s.URL(), CACertificatePEM: string(s.CAPEM()) + string(authority), UseOIDC: true}
			tt.change(&config)
			c, err := New(config)
			if err == nil {
				_, err = c.Do(t.Context(), create("ann"))
			}
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, expected %q", err, tt.want)
			}
		})
	}
}
