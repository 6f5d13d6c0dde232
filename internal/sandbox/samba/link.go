// SPDX-License-Identifier: MPL-2.0

package samba

import (
	"bufio"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"
)

// link is one connection of a client with its connection to the server.
type link struct {
	proxy  *Proxy
	client net.Conn
	once   sync.Once
	ended  chan struct{}
	write  sync.Mutex // of client

	// under proxy.mu
	server  net.Conn
	pending map[int64]bool
	lose    *Fault
	loseID  int64
}

// close ends both connections; it may be called with proxy.mu held and more than once.
func (l *link) close() {
	l.once.Do(func() {
		close(l.ended)
		// Without the farewell of TLS, which would wait for a peer that does not read.
		abort(l.client)
		if l.server != nil {
			abort(l.server)
		}
	})
}

func abort(conn net.Conn) {
	if c, ok := conn.(*tls.Conn); ok {
		conn = c.NetConn()
	}
	_ = conn.Close()
}

// expect notes that a forwarded request will be answered; proxy.mu is held. An abandoned one may never be (RFC 4511 section 4.11).
func (l *link) expect(m message) {
	switch {
	case Op(m.tag) == Abandon:
		delete(l.pending, m.abandons)
	case Op(m.tag).response() != 0:
		l.pending[m.id] = true
	}
}

func (l *link) run() {
	p := l.proxy
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		l.close()
		delete(p.links, l)
		if l.lose != nil { // the server was gone before it answered
			p.finish(l.lose)
			l.lose = nil
		}
		p.answered.Broadcast()
	}()
	if client, ok := l.client.(*tls.Conn); !ok || client.Handshake() != nil {
		return
	}
	server, err := tls.DialWithDialer(&net.Dialer{Timeout: 10 * time.Second}, "tcp", p.upstream, p.config)
	if err != nil {
		return
	}
	defer server.Close()
	p.mu.Lock()
	alive := p.links[l]
	l.server = server
	p.mu.Unlock()
	if !alive {
		return
	}
	p.wg.Go(l.responses)
	l.requests()
}

// delayed is a request on its way.
type delayed struct {
	raw []byte
	due time.Time
}

func (l *link) requests() {
	queue := make(chan delayed, 4096)
	defer close(queue)
	l.proxy.wg.Go(func() { l.send(queue) })
	r := bufio.NewReader(l.client)
	for {
		m, err := readMessage(r)
		if err != nil {
			return
		}
		switch verdict, code := l.proxy.decide(l, m); verdict {
		case answer:
			if err := l.deliver(result(Op(m.tag), m.id, code, "answered by the proxy")); err != nil {
				return
			}
		case drop:
			return
		case forward:
			if u := l.proxy.undeletes(m); u != nil {
				code, text := l.proxy.undelete(u)
				done := result(Op(m.tag), m.id, code, text)
				if l.isLost(done) || l.deliver(done) != nil {
					return
				}
				l.proxy.mu.Lock()
				delete(l.pending, m.id)
				l.proxy.answered.Broadcast()
				l.proxy.mu.Unlock()
				continue
			}
			l.proxy.mu.Lock()
			due := time.Now().Add(l.proxy.delay)
			l.proxy.mu.Unlock()
			select {
			case queue <- delayed{m.raw, due}:
			case <-l.ended:
				return
			}
		}
	}
}

func (l *link) send(queue <-chan delayed) {
	for d := range queue {
		if wait := time.Until(d.due); wait > 0 {
			select {
			case <-time.After(wait):
			case <-l.ended:
				return
			}
		}
		if _, err := l.server.Write(d.raw); err != nil {
			return
		}
	}
}

func (l *link) deliver(m message) error {
	l.write.Lock()
	defer l.write.Unlock()
	_, err := l.client.Write(m.raw)
	return err
}

func (l *link) responses() {
	p := l.proxy
	r := bufio.NewReader(l.server)
	for {
		m, err := readMessage(r)
		if err == nil && l.isLost(m) {
			err = errors.New("lost")
		} else if err == nil {
			err = l.deliver(m)
		}
		p.mu.Lock()
		switch {
		case err != nil: // what it awaits will not come; requests may be waiting for that
			l.close()
			delete(p.links, l)
			p.answered.Broadcast()
		case m.tag != searchResultEntry && m.tag != searchResultReference && m.tag != intermediateResponse:
			delete(l.pending, m.id)
			p.answered.Broadcast()
		}
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// isLost cuts all connections if the response is the one to be lost.
func (l *link) isLost(m message) bool {
	l.proxy.mu.Lock()
	defer l.proxy.mu.Unlock()
	if l.lose == nil || m.id != l.loseID {
		return false
	}
	l.proxy.finish(l.lose)
	l.lose = nil
	return true
}
