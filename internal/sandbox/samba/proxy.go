// SPDX-License-Identifier: MPL-2.0

package samba

import (
	"crypto/tls"
	"crypto/x509"
	"maps"
	"net"
	"slices"
	"sync"
	"time"
)

// ProxyOptions say what [Domain.Proxy] makes. The zero value is an LDAPS proxy with a valid certificate.
type ProxyOptions struct {
	// Certificate is what the proxy presents. Nil: a valid one. See Domain.Certificate for others.
	Certificate *tls.Certificate
	// RequireClientCertificate refuses clients without a certificate of the domain's authority.
	RequireClientCertificate bool
	// RecycleBin carries out requests that take objects out of the recycle bin, which Samba itself refuses.
	RecycleBin bool
}

// Proxy stands between a client and the domain controller: it ends TLS on both sides, counts the requests that pass, and fails
// where it is told to. Its methods may be called from several goroutines.
type Proxy struct {
	listener net.Listener
	upstream string
	config   *tls.Config // of the client side of the proxy
	wg       sync.WaitGroup
	undelete func(*undelete) (int, string) // nil: Samba does what it can

	mu          sync.Mutex
	answered    *sync.Cond // an awaited response was delivered, or a connection ended
	links       map[*link]bool
	counts      map[Op]int
	connections int
	faults      []*Fault
	refusing    bool
	breaking    bool // a cut is under way: nothing is forwarded any more
	delay       time.Duration
	closed      bool
}

// Fault is a failure at a chosen request. Requests of its type are counted from its injection; the first After of them pass.
type Fault struct {
	// Op is the type of request; 0 means every write.
	Op    Op
	After int
	// Result, when not 0, is the LDAP result code that the proxy answers itself, without asking the server, for Times requests after After:
	// 51 is busy, 52 unavailable. The connection stays.
	Result int
	// Times is for how many requests Result is answered; 0 means once.
	Times int
	// Attribute, when not empty, is the attribute that a Modify must write to be counted, whatever else it writes.
	Attribute string
	// Lose lets the server carry out request After+1 and loses its response. Otherwise that request never reaches the server.
	Lose bool
	// Reconnect accepts new connections right after all were cut. Otherwise the proxy refuses them until Mend.
	Reconnect bool

	seen int
}

// Proxy starts a proxy before the domain controller on a free port of 127.0.0.1. The caller closes it.
func (d *Domain) Proxy(o ProxyOptions) (*Proxy, error) {
	if o.Certificate == nil {
		certificate, err := d.Certificate(CertificateOptions{})
		if err != nil {
			return nil, err
		}
		o.Certificate = &certificate
	}
	config := &tls.Config{Certificates: []tls.Certificate{*o.Certificate}, MinVersion: tls.VersionTLS12}
	if o.RequireClientCertificate {
		config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, d.ca.pool()
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: listener, upstream: d.address + ":636", links: map[*link]bool{}, counts: map[Op]int{}}
	p.config = upstreamConfig(d.ca.pool(), d.ServerName())
	p.answered = sync.NewCond(&p.mu)
	if o.RecycleBin {
		p.undelete = d.undelete
	}
	p.wg.Go(p.serve)
	return p, nil
}

func upstreamConfig(roots *x509.CertPool, name string) *tls.Config {
	return &tls.Config{RootCAs: roots, ServerName: name, MinVersion: tls.VersionTLS12}
}

// URL returns the LDAPS address of the proxy.
func (p *Proxy) URL() string { return "ldaps://" + p.listener.Addr().String() }

// Count returns how many requests of a type came since the start or Reset, including those that failed by a Fault.
func (p *Proxy) Count(op Op) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts[op]
}

// Counts returns the number of requests by type.
func (p *Proxy) Counts() map[Op]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.counts)
}

// Writes returns how many requests came that change something, since the start or Reset.
func (p *Proxy) Writes() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for op, count := range p.counts {
		if op.writes() {
			n += count
		}
	}
	return n
}

// Connections returns how many connections were accepted since the start or Reset.
func (p *Proxy) Connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.connections
}

// Reset sets all counts to zero.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.counts)
	p.connections = 0
}

// Inject adds a failure. Without Result, all connections are cut when request After+1 comes, after every earlier request has
// been answered: what the server then has is exactly what the clients know, whatever they did at once.
func (p *Proxy) Inject(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, &f)
}

// Refuse cuts all connections and refuses new ones until Mend.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refusing = true
	p.cut()
}

// Cut cuts all connections; new ones are accepted.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut()
}

// Mend removes all failures, the delay too, and accepts connections again.
func (p *Proxy) Mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults, p.refusing, p.breaking, p.delay = nil, false, false, 0
	p.answered.Broadcast()
}

// Delay makes each request reach the server so much later, as a far network does: requests sent at once arrive at once.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// Close cuts all connections, frees the port and waits for the end of everything the proxy started. Closing again does nothing.
func (p *Proxy) Close() error {
	p.mu.Lock()
	closed := p.closed
	p.closed = true
	p.cut()
	p.mu.Unlock()
	if closed {
		return nil
	}
	err := p.listener.Close()
	p.wg.Wait()
	return err
}

// cut ends all connections; p.mu is held.
func (p *Proxy) cut() {
	for l := range p.links {
		l.close()
	}
	clear(p.links)
	p.answered.Broadcast()
}

func (p *Proxy) serve() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.mu.Lock()
		if p.refusing || p.closed {
			p.mu.Unlock()
			conn.Close()
			continue
		}
		p.connections++
		l := &link{proxy: p, client: conn, pending: map[int64]bool{}, ended: make(chan struct{})}
		p.links[l] = true
		p.mu.Unlock()
		p.wg.Go(l.run)
	}
}

// decide counts a request and says whether it goes through. It blocks while earlier requests are being answered before a cut.
func (p *Proxy) decide(l *link, m message) (verdict, int) {
	op := Op(m.tag)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts[op]++
	for p.breaking && p.links[l] {
		p.answered.Wait()
	}
	if !p.links[l] {
		return drop, 0
	}
	for _, f := range p.faults {
		if f.Op != op && (f.Op != 0 || !op.writes()) || f.Attribute != "" && !m.writes(f.Attribute) {
			continue
		}
		f.seen++
		if f.seen <= f.After {
			continue
		}
		if f.Result == 0 {
			return p.breakOff(l, m, f), 0
		}
		if f.seen >= f.After+max(f.Times, 1) {
			p.forget(f)
		}
		return answer, f.Result
	}
	l.expect(m)
	return forward, 0
}

// breakOff waits until all forwarded requests are answered and cuts; p.mu is held. The request itself is forwarded when only its response is to be lost: the link
// then cuts in place of delivering it.
func (p *Proxy) breakOff(l *link, m message, f *Fault) verdict {
	p.breaking = true
	for p.breaking && p.links[l] && p.unanswered() {
		p.answered.Wait()
	}
	if f.Lose && p.links[l] {
		l.lose, l.loseID = f, m.id
		return forward
	}
	p.finish(f)
	return drop
}

// finish cuts all connections for a fault and forgets it; p.mu is held.
func (p *Proxy) finish(f *Fault) {
	if slices.Contains(p.faults, f) { // else it was mended meanwhile
		p.refusing = p.refusing || !f.Reconnect
	}
	p.forget(f)
	p.breaking = false
	p.cut()
}

// forget removes a fault; p.mu is held.
func (p *Proxy) forget(f *Fault) {
	p.faults = slices.DeleteFunc(p.faults, func(g *Fault) bool { return g == f })
}

func (p *Proxy) unanswered() bool {
	for l := range p.links {
		if len(l.pending) > 0 {
			return true
		}
	}
	return false
}

type verdict int

const (
	forward verdict = iota // to the server
	answer                 // by the proxy
	drop                   // the connection ends
)
