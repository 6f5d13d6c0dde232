// SPDX-License-Identifier: MPL-2.0

package ldapconn

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// startTLSOID is the extended operation of RFC 4511 section 4.14.
const startTLSOID = "1.3.6.1.4.1.1466.20037"

// maxStartTLS bounds the answer to it in bytes, since anybody may have sent it.
const maxStartTLS = 64 << 10

// target is one domain controller.
type target struct{ scheme, host, port string }

func (t target) String() string  { return t.scheme + "://" + t.address() }
func (t target) address() string { return net.JoinHostPort(t.host, t.port) }

// candidates returns the controllers in the order in which to try them.
func (s *settings) candidates(ctx context.Context) ([]target, error) {
	switch {
	case len(s.targets) > 0:
		return s.targets, nil
	case s.catalog:
		return s.catalogTargets(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.ConnectTimeout, errConnectTimeout)
	defer cancel()
	domain := strings.TrimSuffix(s.Domain, ".")
	// dc._msdcs holds domain controllers only; the plain name also serves
	// domains that are not Microsoft's. https://learn.microsoft.com/openspecs/windows_protocols/ms-adts/ 6.3.2.3
	var errs []error
	for _, name := range []string{"dc._msdcs." + domain, domain} {
		_, records, err := s.resolver().LookupSRV(ctx, "ldap", "tcp", name)
		if len(records) > 0 {
			return first(s.srvTargets(records), s.emulator(ctx, domain)), nil
		}
		if err == nil {
			err = errors.New("no records")
		}
		errs = append(errs, fmt.Errorf("_ldap._tcp.%s: %w", name, err))
	}
	if ctx.Err() != nil {
		errs = append(errs, context.Cause(ctx))
	}
	return nil, &Error{
		Op: "find controllers", Server: domain, Kind: KindUnavailable, Err: errors.Join(errs...),
		explanation: fmt.Sprintf("DNS has no domain controller for %q", domain),
		advice:      "Check the domain name and that this machine asks a DNS server that knows the domain, or set the URLs of controllers.",
	}
}

// emulator returns the host of the domain's PDC emulator, "" where DNS does not tell. All runs
// that remember no controller go there, so that a plan and its apply see the same.
func (s *settings) emulator(ctx context.Context, domain string) string {
	_, records, err := s.resolver().LookupSRV(ctx, "ldap", "tcp", "pdc._msdcs."+domain)
	if err != nil || len(records) == 0 {
		return ""
	}
	return strings.TrimSuffix(records[0].Target, ".")
}

// first moves the targets of a host to the front, and keeps the order otherwise.
func first(targets []target, host string) []target {
	out := make([]target, 0, len(targets))
	for _, preferred := range []bool{true, false} {
		for _, t := range targets {
			if strings.EqualFold(t.host, host) == preferred {
				out = append(out, t)
			}
		}
	}
	return out
}

func (s *settings) resolver() *net.Resolver {
	if s.Resolver != nil {
		return s.Resolver
	}
	return net.DefaultResolver
}

// srvTargets turns SRV records, which announce the unencrypted port, into
// targets. Controllers offer LDAPS on a fixed port that no record announces.
func (s *settings) srvTargets(records []*net.SRV) []target {
	targets := make([]target, 0, len(records))
	for _, r := range records {
		t := target{scheme: "ldaps", host: strings.TrimSuffix(r.Target, "."), port: ldap.DefaultLdapsPort}
		if s.StartTLS {
			t.scheme, t.port = "ldap", strconv.Itoa(int(r.Port))
		}
		if t.host != "" { // RFC 2782: "." says the service is decidedly not available
			targets = append(targets, t)
		}
	}
	return targets
}

// conn is one connection of the pool, used by one request at a time.
type conn struct {
	*ldap.Conn
	pin       *pin
	raw       net.Conn
	wire      *wire
	aborted   atomic.Bool
	idleSince time.Time
}

// abort breaks the connection at once: a request that waits for an answer
// returns. It never blocks, unlike closing the TLS layer.
func (c *conn) abort() {
	c.aborted.Store(true)
	c.raw.Close()
}

func (c *conn) usable() bool { return !c.aborted.Load() && !c.IsClosing() }

// close says goodbye, waiting a second at most, and ends the goroutines of the
// connection.
func (c *conn) close() {
	if !c.aborted.Load() {
		_ = c.raw.SetDeadline(time.Now().Add(time.Second))
	}
	// Both fail only on a connection that is gone already.
	_ = c.Unbind()
	_ = c.Conn.Close()
	c.raw.Close()
}

// wire counts what is written, so that a request that never left this machine
// is told apart from one whose answer was lost, and keeps the first read
// error, whose type go-ldap drops.
type wire struct {
	net.Conn
	writes  atomic.Int64
	readErr atomic.Pointer[error]
}

func (w *wire) Write(p []byte) (int, error) {
	w.writes.Add(1)
	return w.Conn.Write(p)
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if err != nil {
		w.readErr.CompareAndSwap(nil, &err)
	}
	return n, err
}

// dial opens an encrypted connection to t that is not yet signed in.
func (s *settings) dial(ctx context.Context, t target) (*conn, error) {
	dialer := net.Dialer{Resolver: s.Resolver, KeepAlive: 30 * time.Second}
	raw, err := dialer.DialContext(ctx, "tcp", t.address())
	if err != nil {
		return nil, err
	}
	config := s.tls.Clone()
	if config.ServerName == "" {
		config.ServerName = t.host
	}
	secure := tls.Client(raw, config)
	if err := handshake(ctx, t, raw, secure); err != nil {
		raw.Close()
		return nil, err
	}
	w := &wire{Conn: secure}
	c := &conn{Conn: ldap.NewConn(w, true), raw: raw, wire: w}
	c.Start()
	return c, nil
}

func handshake(ctx context.Context, t target, raw net.Conn, secure *tls.Conn) error {
	if t.scheme == "ldap" {
		stop := context.AfterFunc(ctx, func() { raw.Close() })
		err := startTLS(raw)
		if !stop() {
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
	}
	return secure.HandshakeContext(ctx)
}

// startTLS asks for encryption on a fresh connection. It reads the answer to
// the last byte and no further, so nothing an attacker sends ahead of the
// handshake is taken for an answer inside it.
func startTLS(raw net.Conn) error {
	packet := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "LDAP Request")
	packet.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 1, "MessageID"))
	request := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationExtendedRequest, nil, "Start TLS")
	request.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, startTLSOID, "OID"))
	packet.AppendChild(request)
	if _, err := raw.Write(packet.Bytes()); err != nil {
		return err
	}
	answer, err := ber.ReadPacket(io.LimitReader(raw, maxStartTLS))
	if err != nil {
		return fmt.Errorf("reading the answer to StartTLS: %w", err)
	}
	if err := ldap.GetLDAPError(answer); err != nil {
		return &startTLSError{err}
	}
	return nil
}

// startTLSError is a refusal of StartTLS, as opposed to a failed handshake.
type startTLSError struct{ error }

func (e *startTLSError) Unwrap() error { return e.error }
