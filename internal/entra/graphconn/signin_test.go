// SPDX-License-Identifier: MPL-2.0

package graphconn

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// newCertificate returns a certificate of an application that ends at a time, as PEM and PKCS#12 in base64.
func newCertificate(t *testing.T, ends time.Time) (cert *x509.Certificate, asPEM, asPKCS12 string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "application"}, NotBefore: ends.Add(-48 * time.Hour), NotAfter: ends}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pfx, err := pkcs12.Modern.Encode(key, cert, nil, "of-tests")
	if err != nil {
		t.Fatal(err)
	}
	asPEM = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})) + string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
	return cert, asPEM, base64.StdEncoding.EncodeToString(pfx)
}

func TestCertificates(t *testing.T) {
	registered, valid, pfx := newCertificate(t, time.Now().Add(24*time.Hour))
	_, other, _ := newCertificate(t, time.Now().Add(24*time.Hour))
	_, expired, _ := newCertificate(t, time.Now().Add(-24*time.Hour))
	file := filepath.Join(t.TempDir(), "application.pem")
	if err := os.WriteFile(file, []byte(valid), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(*Config)
		want   []string // none: it works
	}{
		"PEM":            {change: func(c *Config) { c.ClientCertificate = valid }},
		"file":           {change: func(c *Config) { c.ClientCertificateFile = file }},
		"PKCS#12":        {change: func(c *Config) { c.ClientCertificate, c.ClientCertificatePassword = pfx, "of-tests" }},
		"expired":        {func(c *Config) { c.ClientCertificate = expired }, []string{`"CN=application" expired on`, "upload a new one"}},
		"not registered": {func(c *Config) { c.ClientCertificate = other }, []string{"AADSTS700027", "registered with the application"}},
		"wrong password": {func(c *Config) { c.ClientCertificate, c.ClientCertificatePassword = pfx, "hunter2" }, []string{"client_certificate_password is not"}},
		"no key":         {func(c *Config) { c.ClientCertificate, _, _ = strings.Cut(valid, "-----BEGIN PRIVATE") }, []string{"client_certificate"}},
		"no certificate": {func(c *Config) { c.ClientCertificate = "hunter2!" }, []string{"neither PEM nor base64"}},
		"no file":        {func(c *Config) { c.ClientCertificateFile = file + ".gone" }, []string{"client_certificate_file"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := graph.Start(graph.Options{ClientCertificate: registered})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.Close)
			config := Config{TenantID: s.TenantID(), ClientID: s.ClientID(), GraphEndpoint: s.URL(), AuthorityHost: s.URL(), CACertificatePEM: string(s.CAPEM())}
			tt.change(&config)
			c, err := New(config)
			if err == nil {
				_, err = c.Do(t.Context(), create("ann"))
			}
			if len(tt.want) == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			for _, w := range tt.want {
				if err == nil || !strings.Contains(err.Error(), w) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("got %v, expected %q", err, w)
				}
			}
		})
	}
}
