// SPDX-License-Identifier: MPL-2.0

// Package memdir is an LDAP server in memory, for benchmarks, simulations and the cases of
// package applytest, which hold it to what a domain controller does: it
// speaks LDAPS (RFC 4511) with paged results and enough of Active Directory's
// behaviour to hold users and groups: unique names, links that follow what they name,
// replication metadata by a clock of its own, a recycle bin. It answers as fast as the
// protocol allows. All other tests of what a domain controller does use a real one.
package memdir

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"sync"
	"sync/atomic"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Base is the naming context of the server's domain.
const Base = "DC=corp,DC=example,DC=com"

// Server is a directory in memory.
type Server struct {
	listener net.Listener
	caPEM    string
	wait     sync.WaitGroup

	// Requests counts what clients asked, by operation.
	Searches, Adds, Modifies, Renames, Deletes atomic.Int64

	clock atomic.Pointer[func() time.Time]

	faults    sync.Mutex // guards what follows
	intercept func(Request) Verdict

	mu       sync.RWMutex      // guards what follows
	entries  map[string]*entry // by key
	byGUID   map[string]*entry
	names    map[string]*entry // who has a unique name
	children map[*entry]int
	order    []*entry // in the order of creation; nil where deleted
	serial   uint64
	recycles bool
	trash    map[string]*entry // deleted objects that can be restored, by key
	bonds    map[*entry]bond
	conns    map[net.Conn]bool
	hung     bool
}

// SetClock makes the server take the present from clock.
func (s *Server) SetClock(clock func() time.Time) { s.clock.Store(&clock) }

// Start listens on a free port of the loopback interface. A server holds the
// domain, its Users container and the containers named.
func Start(containers ...string) (*Server, error) {
	cert, caPEM, err := certificate()
	if err != nil {
		return nil, err
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
	if err != nil {
		return nil, err
	}
	s := &Server{listener: l, caPEM: caPEM, entries: map[string]*entry{}, byGUID: map[string]*entry{}, names: map[string]*entry{}, children: map[*entry]int{},
		trash: map[string]*entry{}, bonds: map[*entry]bond{}, conns: map[net.Conn]bool{}}
	s.populate(containers)
	s.wait.Go(s.serve)
	return s, nil
}

// URL returns the address of the server.
func (s *Server) URL() string { return "ldaps://" + s.listener.Addr().String() }

// CAPEM returns the certificate that the server's certificate is checked against.
func (s *Server) CAPEM() string { return s.caPEM }

// Close ends the server and its connections.
func (s *Server) Close() {
	_ = s.listener.Close()
	s.mu.Lock()
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.wait.Wait()
}

func (s *Server) serve() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		hung := s.hung
		if !hung {
			s.conns[c] = true
		}
		s.mu.Unlock()
		if hung {
			_ = c.Close()
			continue
		}
		s.wait.Go(func() {
			s.converse(c)
			s.mu.Lock()
			delete(s.conns, c)
			s.mu.Unlock()
			_ = c.Close()
		})
	}
}

// converse answers the requests of one connection, one after another.
func (s *Server) converse(c net.Conn) {
	pages := map[string][]*ber.Packet{}
	for {
		req, err := ber.ReadPacket(c)
		if err != nil || len(req.Children) < 2 {
			return
		}
		id, ok := req.Children[0].Value.(int64)
		if !ok {
			return
		}
		if err := s.answer(c, id, req, pages); err != nil {
			return
		}
	}
}

var errUnbind = errors.New("unbind")

func (s *Server) answer(w io.Writer, id int64, req *ber.Packet, pages map[string][]*ber.Packet) error {
	op := req.Children[1]
	switch op.Tag {
	case 0:
		return reply(w, id, result(1, 0, ""))
	case 2:
		return errUnbind
	case 3:
		s.Searches.Add(1)
		return s.search(w, id, req, pages)
	case 6:
		s.Modifies.Add(1)
		return s.write(w, id, req, "modify", func() *refusal { return s.modify(op, controlsOf(req)) })
	case 8:
		s.Adds.Add(1)
		return s.write(w, id, req, "add", func() *refusal { return s.add(op) })
	case 10:
		s.Deletes.Add(1)
		return s.write(w, id, req, "delete", func() *refusal { return s.remove(s.byName(op.Data.String())) })
	case 12:
		s.Renames.Add(1)
		return s.write(w, id, req, "rename", func() *refusal { return s.rename(op) })
	case 16:
		return nil // abandon has no answer
	}
	return reply(w, id, result(24, 2, "operation not supported"))
}

var errLost = errors.New("the answer got lost")

// write carries a request out, unless a fault has it otherwise.
func (s *Server) write(w io.Writer, id int64, req *ber.Packet, name string, work func() *refusal) error {
	op := req.Children[1]
	v := s.verdictOn(name, op)
	var r *refusal
	if !v.Undone {
		s.mu.Lock()
		r = work()
		s.mu.Unlock()
	}
	switch {
	case v.Lost:
		return errLost
	case v.Code != 0:
		r = &refusal{v.Code, "injected"}
	}
	return reply(w, id, answerOf(op.Tag+1, r))
}
func reply(w io.Writer, id int64, op *ber.Packet, controls ...*ber.Packet) error {
	_, err := w.Write(message(id, op, controls...).Bytes())
	return err
}

func message(id int64, op *ber.Packet, controls ...*ber.Packet) *ber.Packet {
	m := ber.NewSequence("message")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	m.AppendChild(op)
	if len(controls) > 0 {
		list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
		for _, c := range controls {
			list.AppendChild(c)
		}
		m.AppendChild(list)
	}
	return m
}

func result(tag ber.Tag, code int64, text string) *ber.Packet {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, code, ""))
	p.AppendChild(octets(""))
	p.AppendChild(octets(text))
	return p
}

func octets(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

func certificate() (tls.Certificate, string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "memdir"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, string(text), nil
}
