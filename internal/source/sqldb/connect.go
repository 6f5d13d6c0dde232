// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"strings"
)

// TLS says how connections are encrypted. The zero value encrypts and verifies
// the server's name and certificate.
type TLS struct {
	// Mode is one of TLSModes, TLSModes[0] if empty.
	Mode string
	// CACertificateFile or CACertificatePEM holds the authorities that may have
	// issued the server's certificate, in PEM; the system's otherwise.
	CACertificateFile, CACertificatePEM string
	// ServerName is the name in the certificate, where it is not the host.
	ServerName string
	// The client's certificate and its key, in PEM files.
	CertificateFile, KeyFile string
}

// TLSModes are the ways to encrypt: with the server's certificate verified,
// with any certificate, and not at all.
var TLSModes = []string{"verify-full", "require", "disable"}

// access is what a connection is for. It is an argument of its own rather than a
// part of the Config: no setting can make the source write.
type access bool

const (
	toRead  access = false
	toWrite access = true
)

// Connector is a way to connect to a database. Its errors hold no secret.
type Connector struct {
	driver.Connector
	// Server is the name of the server, or the path of the file, in messages.
	Server string
	secret string
}

// ConnectToWrite returns a way to connect to a database whose rows are changed:
// for writing back, never for the source, which opens files of SQLite read-only
// and reads in transactions that cannot write. It contacts no server. What c says
// about the query does not matter; the timeouts that are 0 become the defaults.
func ConnectToWrite(c *Config) (*Connector, error) {
	d, err := c.completeServer()
	if err != nil {
		return nil, err
	}
	return d.connect(c, toWrite)
}

// connect returns a way to connect that never takes longer than its context.
func (d *dialect) connect(c *Config, to access) (*Connector, error) {
	made, err := d.connector(c, to)
	if err != nil {
		return nil, err
	}
	made.Connector = punctual{made.Connector}
	return made, nil
}

// Scrub removes the password from what a driver or server said, should it repeat
// it. One of a few letters would turn up in any text and is left.
func (to *Connector) Scrub(s string) string {
	if len(to.secret) < 4 {
		return s
	}
	return strings.ReplaceAll(s, to.secret, "(secret)")
}

// punctual is a connector that never takes longer than its context: not every
// driver listens to it while it shakes hands with a server.
type punctual struct{ driver.Connector }

func (p punctual) Connect(ctx context.Context) (driver.Conn, error) {
	type result struct {
		conn driver.Conn
		err  error
	}
	done := make(chan result, 1)
	go func() {
		conn, err := p.Connector.Connect(ctx)
		done <- result{conn, err}
	}()
	select {
	case r := <-done:
		return r.conn, r.err
	case <-ctx.Done():
		go func() {
			if late := <-done; late.err == nil {
				late.conn.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// tls returns the configuration for a server, nil for no encryption.
func (c *Config) tls(host string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if c.TLS.ServerName != "" {
		config.ServerName = c.TLS.ServerName
	}
	switch c.TLS.Mode {
	case "", "verify-full":
	case "require":
		config.InsecureSkipVerify = true
	case "disable":
		return nil, nil
	default:
		return nil, fmt.Errorf("tls_mode: found %q, expected one of %s", c.TLS.Mode, strings.Join(TLSModes, ", "))
	}
	pem := []byte(c.TLS.CACertificatePEM)
	if c.TLS.CACertificateFile != "" {
		if len(pem) > 0 {
			return nil, errors.New("ca_certificate_file, ca_certificate_pem: found both, expected one")
		}
		var err error
		if pem, err = os.ReadFile(c.TLS.CACertificateFile); err != nil {
			return nil, fmt.Errorf("ca_certificate_file: %w", err)
		}
	}
	if c.TLS.CACertificateFile != "" || len(pem) > 0 {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("ca_certificate_file or ca_certificate_pem: found no certificate, expected PEM with a line -----BEGIN CERTIFICATE-----")
		}
	}
	if c.TLS.CertificateFile != "" || c.TLS.KeyFile != "" {
		pair, err := tls.LoadX509KeyPair(c.TLS.CertificateFile, c.TLS.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("client_certificate_file, client_key_file: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// unreadable is the error for a connection string. What the driver says of it is
// left out: it may repeat the password.
func unreadable(title, example string) error {
	return fmt.Errorf("dsn: cannot be read as a connection string of %s, expected one such as %s, in which special characters of the password are written as %%xx", title, example)
}

// ambiguous reports a URL with two at signs: one belongs to a password that is
// not written as a URL demands, and would be taken for a name of a host.
func ambiguous(dsn string) bool {
	return strings.Contains(dsn, "://") && strings.Count(dsn, "@") > 1
}

// says reports whether a connection string has a setting, whatever its notation.
func says(dsn string, settings ...string) bool {
	folded := strings.ToLower(strings.NewReplacer(" ", "", "%20", "", "+", "").Replace(dsn))
	for _, s := range settings {
		for _, before := range []string{"?", "&", ";", ""} {
			if before == "" && strings.HasPrefix(folded, s+"=") || before != "" && strings.Contains(folded, before+s+"=") {
				return true
			}
		}
	}
	return false
}
