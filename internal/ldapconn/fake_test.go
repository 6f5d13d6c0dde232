// SPDX-License-Identifier: MPL-2.0

package ldapconn_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"slices"
	"sync"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// fake is a server that speaks BER itself, for answers that Samba never gives.
type fake struct {
	startTLS  bool                // offers LDAP with StartTLS instead of LDAPS
	refuse    bool                // refuses StartTLS after all
	root      map[string][]string // more attributes of the rootDSE
	unchecked string              // refuses every sign-in with these words
	// handle answers a request other than a bind, a rootDSE search and those of sign-in; nil closes the connection.
	handle func(r fakeRequest) []*ber.Packet
	// external makes it take client certificates: by the handshake, or for SASL EXTERNAL.
	external, implicit bool

	mu    sync.Mutex
	binds []string // how clients signed in
	ops   []int    // the requests handle got
}

type fakeRequest struct {
	op         int
	body       *ber.Packet
	controls   []ldap.Control
	base       string   // of a search
	attributes []string // of a search
}

// start serves with a certificate of the domain and returns a configuration for the server.
func (f *fake) start(t *testing.T) ldapconn.Config {
	t.Helper()
	d := samba.Shared(t)
	certificate, err := d.Certificate(samba.CertificateOptions{})
	mustSucceed(t, err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(d.CAPEM()))
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: pool}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	mustSucceed(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			raw, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer raw.Close()
				c := &fakeConn{fake: f, tls: config, conn: raw}
				if !f.startTLS {
					c.secure()
				}
				c.serve()
			})
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	c := ldapconn.Config{URLs: []string{"ldaps://" + l.Addr().String()}, CACertificatePEM: d.CAPEM(), Username: "u", Password: "p"}
	if f.startTLS {
		c.URLs, c.StartTLS = []string{"ldap://" + l.Addr().String()}, true
	}
	return c
}

type fakeConn struct {
	fake   *fake
	tls    *tls.Config
	conn   net.Conn
	client string // subject of the client certificate
	bound  string
}

func (c *fakeConn) secure() {
	secure := tls.Server(c.conn, c.tls)
	if secure.Handshake() == nil {
		if peers := secure.ConnectionState().PeerCertificates; len(peers) > 0 {
			c.client = peers[0].Subject.CommonName
			if c.fake.implicit {
				c.bound = "u:CORP\\" + c.client
			}
		}
	}
	c.conn = secure
}

func (c *fakeConn) serve() {
	for {
		p, err := ber.ReadPacket(c.conn)
		if err != nil || len(p.Children) < 2 {
			return
		}
		id, ok := p.Children[0].Value.(int64)
		if !ok {
			return
		}
		answers := c.answer(p)
		if answers == nil {
			return
		}
		for _, a := range answers {
			envelope := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
			envelope.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
			for _, child := range a.Children {
				envelope.AppendChild(child)
			}
			if _, err := c.conn.Write(envelope.Bytes()); err != nil {
				return
			}
		}
	}
}

func (c *fakeConn) answer(p *ber.Packet) []*ber.Packet {
	f := c.fake
	r := fakeRequest{op: int(p.Children[1].Tag), body: p.Children[1]}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch r.op {
	case ldap.ApplicationBindRequest:
		return c.bind(r.body)
	case ldap.ApplicationExtendedRequest:
		return c.extended(r.body.Children[0].Data.String())
	case ldap.ApplicationSearchRequest:
		r.base, _ = r.body.Children[0].Value.(string)
		for _, a := range r.body.Children[7].Children {
			r.attributes = append(r.attributes, a.Data.String())
		}
		if r.base == "" {
			attributes := map[string][]string{"defaultNamingContext": {"DC=fake"}, "dnsHostName": {"dc1.fake"}}
			for k, v := range f.root {
				attributes[k] = v
			}
			return []*ber.Packet{entry("", attributes), result(ldap.ApplicationSearchResultDone, 0, "")}
		}
	}
	if len(p.Children) > 2 {
		for _, child := range p.Children[2].Children {
			if control, err := ldap.DecodeControl(child); err == nil {
				r.controls = append(r.controls, control)
			}
		}
	}
	f.ops = append(f.ops, r.op)
	if f.handle == nil {
		return nil
	}
	return f.handle(r)
}

func (c *fakeConn) bind(body *ber.Packet) []*ber.Packet {
	f := c.fake
	auth := body.Children[2]
	if auth.Tag == 0 { // simple
		f.binds = append(f.binds, "simple")
		if f.unchecked != "" {
			return []*ber.Packet{result(ldap.ApplicationBindResponse, ldap.LDAPResultInvalidCredentials, f.unchecked)}
		}
		return []*ber.Packet{result(ldap.ApplicationBindResponse, 0, "")}
	}
	mechanism, _ := auth.Children[0].Value.(string)
	f.binds = append(f.binds, mechanism)
	if f.implicit {
		return []*ber.Packet{result(ldap.ApplicationBindResponse, ldap.LDAPResultUnwillingToPerform, "already signed in by the handshake")}
	}
	if f.external && c.client != "" {
		c.bound = "u:CORP\\" + c.client
	}
	return []*ber.Packet{result(ldap.ApplicationBindResponse, 0, "")}
}

func (c *fakeConn) extended(oid string) []*ber.Packet {
	response := result(ldap.ApplicationExtendedResponse, 0, "")
	switch oid {
	case "1.3.6.1.4.1.1466.20037":
		if c.fake.refuse {
			return []*ber.Packet{result(ldap.ApplicationExtendedResponse, ldap.LDAPResultProtocolError, "no")}
		}
		raw := c.conn
		envelope := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
		envelope.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 1, ""))
		envelope.AppendChild(response.Children[0])
		if _, err := raw.Write(envelope.Bytes()); err != nil {
			return nil
		}
		c.secure()
		return []*ber.Packet{}
	case ldap.ControlTypeWhoAmI:
		response.Children[0].AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 11, c.bound, ""))
	}
	return []*ber.Packet{response}
}

// result is a response as a packet whose children are the operation and the controls.
func result(op ber.Tag, code int64, message string, controls ...ldap.Control) *ber.Packet {
	body := ber.Encode(ber.ClassApplication, ber.TypeConstructed, op, nil, "")
	body.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, code, ""))
	body.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	body.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, message, ""))
	p := ber.NewSequence("")
	p.AppendChild(body)
	if len(controls) > 0 {
		list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
		for _, c := range controls {
			list.AppendChild(c.Encode())
		}
		p.AppendChild(list)
	}
	return p
}

func entry(dn string, attributes map[string][]string) *ber.Packet {
	body := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultEntry, nil, "")
	body.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, dn, ""))
	list := ber.NewSequence("")
	names := make([]string, 0, len(attributes))
	for name := range attributes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		a := ber.NewSequence("")
		a.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, name, ""))
		set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		for _, v := range attributes[name] {
			set.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, v, ""))
		}
		a.AppendChild(set)
		list.AppendChild(a)
	}
	body.AppendChild(list)
	p := ber.NewSequence("")
	p.AppendChild(body)
	return p
}

// done ends a search; cookie says where to go on.
func done(cookie string) *ber.Packet {
	paging := ldap.NewControlPaging(0)
	paging.SetCookie([]byte(cookie))
	return result(ldap.ApplicationSearchResultDone, 0, "", paging)
}

// paging is the paging control of a request, with an invalid size if there is none.
func (r fakeRequest) paging() *ldap.ControlPaging {
	if c, ok := ldap.FindControl(r.controls, ldap.ControlTypePaging).(*ldap.ControlPaging); ok {
		return c
	}
	return ldap.NewControlPaging(1 << 31)
}
