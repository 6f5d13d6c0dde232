// SPDX-License-Identifier: MPL-2.0

package samba

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// CertificateOptions say what certificate [Domain.Certificate] issues.
type CertificateOptions struct {
	// Names are the DNS names and IP addresses of a server. Empty: those of the domain controller.
	Names []string
	// Client makes a certificate for a client with this common name, in place of one for a server.
	Client string
	// Expired makes a certificate that ended an hour ago.
	Expired bool
}

// Certificate issues a certificate of the domain's certification authority, for a [Proxy] or a client.
func (d *Domain) Certificate(o CertificateOptions) (tls.Certificate, error) {
	if len(o.Names) == 0 {
		o.Names = d.serverNames()
	}
	return d.ca.issue(o)
}

func (d *Domain) serverNames() []string {
	names := []string{d.ServerName(), d.realm, "localhost", "127.0.0.1", "::1"}
	if d.address != DefaultAddress {
		names = append(names, d.address)
	}
	return names
}

// authority is a certification authority that lives as long as its domain.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         string
}

func newAuthority(name string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := certificateTemplate(name)
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &authority{certificate: certificate, key: key, pem: encodePEM("CERTIFICATE", der)}, nil
}

// issue makes a key and a certificate; the result holds the chain with the authority's own certificate.
func (a *authority) issue(o CertificateOptions) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	var template *x509.Certificate
	if o.Client != "" {
		template = certificateTemplate(o.Client)
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	} else {
		template = certificateTemplate(o.Names[0])
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		for _, name := range o.Names {
			if ip := net.ParseIP(name); ip != nil {
				template.IPAddresses = append(template.IPAddresses, ip)
			} else {
				template.DNSNames = append(template.DNSNames, name)
			}
		}
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	if o.Expired {
		template.NotBefore, template.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-time.Hour)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der, a.certificate.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// pool returns the authority as the only trusted root.
func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// certificateTemplate returns a template valid from yesterday, for clocks that differ, for ten years.
func certificateTemplate(name string) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)) // fails only when rand.Reader does: never
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-24 * time.Hour),
		NotAfter:     now.AddDate(10, 0, 0),
	}
}

func encodePEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// CertificatePEM returns the chain and the key of a certificate as PEM, for a client that reads them from files or strings.
func CertificatePEM(c tls.Certificate) (certificate, key string, err error) {
	for _, der := range c.Certificate {
		certificate += encodePEM("CERTIFICATE", der)
	}
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		return "", "", err
	}
	return certificate, encodePEM("PRIVATE KEY", der), nil
}
