// SPDX-License-Identifier: MPL-2.0

package samba

import (
	"context"
	"net"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// DNS is a name server that knows the service records of the domain, as those a domain controller registers, and the addresses of
// their targets: always 127.0.0.1. Everything else does not exist.
type DNS struct {
	conn    net.PacketConn
	domain  string // lower case with final dot
	records []*net.SRV
	done    chan struct{}
}

// services are the names below the domain that list its domain controllers ([MS-ADTS] 6.3.2.3).
var services = []string{"_ldap._tcp.", "_ldap._tcp.dc._msdcs.", "_ldap._tcp.pdc._msdcs.", "_ldap._tcp.Default-First-Site-Name._sites."}

// DNS starts a name server on a free UDP port of 127.0.0.1 that answers for _ldap._tcp below the domain with the given records; none means the
// domain controller itself. The caller closes it.
func (d *Domain) DNS(records ...*net.SRV) (*DNS, error) {
	return newDNS(d.realm, d.ServerName(), records)
}

func newDNS(domain, server string, records []*net.SRV) (*DNS, error) {
	if len(records) == 0 {
		records = []*net.SRV{{Target: server + ".", Port: 389, Weight: 100}}
	}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &DNS{conn: conn, domain: domain + ".", records: records, done: make(chan struct{})}
	go s.serve()
	return s, nil
}

// Addr returns the address of the name server as host:port.
func (s *DNS) Addr() string { return s.conn.LocalAddr().String() }

// Resolver returns a resolver that asks this name server only.
func (s *DNS) Resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", s.Addr())
	}}
}

// Close stops the name server.
func (s *DNS) Close() error {
	err := s.conn.Close()
	<-s.done
	return err
}

func (s *DNS) serve() {
	defer close(s.done)
	buffer := make([]byte, 4096)
	for {
		n, from, err := s.conn.ReadFrom(buffer)
		if err != nil {
			return // closed
		}
		if reply, err := s.reply(buffer[:n]); err == nil {
			_, _ = s.conn.WriteTo(reply, from) // a resolver that is gone needs none
		}
	}
}

// reply answers one query; what is not a query with a question gets an error and so no answer.
func (s *DNS) reply(query []byte) ([]byte, error) {
	var parser dnsmessage.Parser
	header, err := parser.Start(query)
	if err != nil {
		return nil, err
	}
	question, err := parser.Question()
	if err != nil {
		return nil, err
	}
	answers, known := s.answers(question)
	header.Response, header.Authoritative = true, true
	if !known {
		header.RCode = dnsmessage.RCodeNameError
	}
	m := dnsmessage.Message{Header: header, Questions: []dnsmessage.Question{question}, Answers: answers}
	return m.Pack()
}

// answers returns the records for a question, and whether its name exists.
func (s *DNS) answers(q dnsmessage.Question) (answers []dnsmessage.Resource, known bool) {
	name := strings.ToLower(q.Name.String())
	header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: dnsmessage.ClassINET, TTL: 60}
	for _, service := range services {
		if name != strings.ToLower(service)+s.domain {
			continue
		}
		for _, r := range s.records {
			target, err := dnsmessage.NewName(r.Target)
			if q.Type == dnsmessage.TypeSRV && err == nil {
				answers = append(answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.SRVResource{
					Priority: r.Priority, Weight: r.Weight, Port: r.Port, Target: target}})
			}
		}
		return answers, true
	}
	for _, r := range s.records {
		if !strings.EqualFold(name, r.Target) {
			continue
		}
		if q.Type == dnsmessage.TypeA {
			answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}}}
		}
		return answers, true
	}
	return nil, false
}
