// SPDX-License-Identifier: MPL-2.0

package ldapconn

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/progress"
)

// maxRetries bounds how often a request that a busy server refused, or a
// search that lost its connection, is sent again.
const maxRetries = 4

// Client talks to one directory. It is safe for concurrent use.
type Client struct {
	settings   *settings
	probeAfter time.Duration
	slots      chan struct{} // one element for each connection in use
	choosing   chan struct{} // held while a controller is chosen
	stats      counters

	catalogMu sync.Mutex // guards catalog
	catalog   *Client

	mu            sync.Mutex // guards what follows
	idle          []*conn
	conns         map[*conn]struct{} // all open ones
	pinned        *pin
	written       bool
	preferred     string // host of the controller to try first
	fatal         error  // every further request gets it
	unreachable   error  // no controller could be used at unreachableAt
	unreachableAt time.Time
}

// New checks the configuration. It does not connect.
func New(config Config) (*Client, error) {
	s, err := config.complete()
	if err != nil {
		return nil, err
	}
	return &Client{
		settings:   s,
		probeAfter: probeAfter,
		slots:      make(chan struct{}, s.Connections),
		choosing:   make(chan struct{}, 1),
		conns:      map[*conn]struct{}{},
	}, nil
}

// Prefer makes the client try the controller of that host name first, if it works with none
// yet: what was written there may not have reached the others. It must be one of those
// that DNS or the configuration names. The first wish counts.
func (c *Client) Prefer(host string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.preferred == "" {
		c.preferred = host
	}
}

var errClosedClient error = &Error{Op: "use the directory", Kind: KindClosed, Err: errClosed}

// Close ends all connections, those in use included. Later requests fail.
func (c *Client) Close() error {
	c.mu.Lock()
	first := c.fatal != errClosedClient
	c.fatal = errClosedClient
	idle, conns := c.idle, c.conns
	c.idle, c.conns = nil, map[*conn]struct{}{}
	c.mu.Unlock()
	for _, cn := range idle {
		delete(conns, cn)
		cn.close()
	}
	for cn := range conns {
		cn.abort() // whoever uses it closes it
	}
	if first {
		c.settings.auth.close()
	}
	return c.closeCatalog()
}

// Server returns the pinned controller as a URL, "" before the first request.
func (c *Client) Server() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pinned == nil {
		return ""
	}
	return c.pinned.target.String()
}

// RootDSE returns what the pinned controller says about itself, read once for
// each controller. The result is shared and must not be changed.
func (c *Client) RootDSE(ctx context.Context) (*RootDSE, error) {
	c.mu.Lock()
	p, fatal := c.pinned, c.fatal
	c.mu.Unlock()
	if p != nil && fatal == nil {
		return p.root, nil
	}
	cn, err := c.acquire(ctx)
	if err != nil {
		return nil, c.wrap(ctx, request{op: "read the rootDSE"}, "", err)
	}
	defer c.release(cn, true)
	return cn.pin.root, nil
}

// BaseDN returns where searches start by default.
func (c *Client) BaseDN(ctx context.Context) (string, error) {
	if c.settings.BaseDN != "" {
		return c.settings.BaseDN, nil
	}
	root, err := c.RootDSE(ctx)
	if err != nil {
		return "", err
	}
	if root.DefaultNamingContext == "" {
		return "", &Error{
			Op: "find the base DN", Server: c.Server(), Kind: KindOther,
			explanation: "the server names no default naming context, so it is not a domain controller of Active Directory",
			advice:      "Set the base DN.",
		}
	}
	return root.DefaultNamingContext, nil
}

// Add creates an entry.
func (c *Client) Add(ctx context.Context, req *ldap.AddRequest) error {
	c.stats.adds.Add(1)
	return c.write(ctx, request{op: "add", dn: req.DN, describe: func() audit.Write { return describeAdd(req) }}, func(cn *conn) error { return cn.Add(req) })
}

// Modify changes attributes of an entry.
func (c *Client) Modify(ctx context.Context, req *ldap.ModifyRequest) error {
	c.stats.modifies.Add(1)
	before := audit.SubjectOf(ctx).Before
	return c.write(ctx, request{op: "modify", dn: req.DN, describe: func() audit.Write { return describeModify(req, before) }}, func(cn *conn) error { return cn.Modify(req) })
}

// Delete removes an entry that has no children.
func (c *Client) Delete(ctx context.Context, req *ldap.DelRequest) error {
	c.stats.deletes.Add(1)
	return c.write(ctx, request{op: "delete", dn: req.DN, describe: func() audit.Write { return audit.Write{Activity: audit.Delete} }}, func(cn *conn) error { return cn.Del(req) })
}

// ModifyDN renames or moves an entry. When that fails the new parent is looked
// for, since servers do not say clearly which of it and the entry is missing.
func (c *Client) ModifyDN(ctx context.Context, req *ldap.ModifyDNRequest) error {
	c.stats.modifyDNs.Add(1)
	err := c.write(ctx, request{op: "rename", dn: req.DN, describe: func() audit.Write { return describeModifyDN(req) }}, func(cn *conn) error { return cn.ModifyDN(req) })
	var e *Error
	if req.NewSuperior == "" || !errors.As(err, &e) || e.Kind != KindNotFound && e.Kind != KindOther {
		return err
	}
	_, missing := c.Search(ctx, &ldap.SearchRequest{
		BaseDN: req.NewSuperior, Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)", Attributes: []string{"1.1"},
	})
	if IsNotFound(missing) {
		e.parentMissing(req.NewSuperior)
	}
	return err
}

// request is what an error and the log say about a request.
type request struct {
	op, dn string
	write  bool
	// again, if set, tells whether a search may start over.
	again func() bool
	// describe says for the record what a write does.
	describe func() audit.Write
}

func (c *Client) write(ctx context.Context, r request, f func(*conn) error) error {
	r.write = true
	return c.do(ctx, r, func(ctx context.Context, cn *conn) (bool, error) {
		pending, err := c.begin(ctx, cn, r)
		if err != nil {
			return true, callerError{err}
		}
		sent := cn.wire.writes.Load()
		err = c.send(ctx, cn, func() error { return f(cn) })
		pending.End(c.outcome(err, cn.wire.writes.Load() != sent))
		return true, err
	})
}

// send runs one exchange with the server within the request timeout.
func (c *Client) send(ctx context.Context, cn *conn, f func() error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.settings.RequestTimeout, errRequestTimeout)
	defer cancel()
	return c.guard(ctx, cn, f)
}

// do runs f with a connection and again while that is safe. f reports whether
// the connection can be used for other requests.
func (c *Client) do(ctx context.Context, r request, f func(context.Context, *conn) (bool, error)) error {
	start := time.Now()
	for attempt := 0; ; attempt++ {
		cn, err := c.acquire(ctx)
		if err != nil {
			return c.wrap(ctx, r, "", err)
		}
		if r.write && !c.claim(cn) {
			c.release(cn, false)
			continue
		}
		server, sent := cn.pin.target.String(), cn.wire.writes.Load()
		err = c.use(ctx, cn, f)
		if err == nil {
			c.log(ctx, "directory request", "op", r.op, "dn", r.dn, "server", server, "duration", time.Since(start))
			return nil
		}
		var own callerError
		if errors.As(err, &own) {
			return own.error
		}
		e := c.wrap(ctx, r, server, err)
		var smaller *smallerPages
		again := errors.As(err, &smaller) || e.classify(ctx, r, cn.wire.writes.Load() != sent)
		c.log(ctx, "directory request failed", "op", r.op, "dn", r.dn, "server", server, "duration", time.Since(start),
			"code", e.Code, "extended", e.Extended, "kind", e.Kind.String(), "again", again && attempt < maxRetries)
		if !again || attempt == maxRetries {
			return e
		}
		c.stats.retries.Add(1)
		if err := pause(ctx, attempt); err != nil {
			return e
		}
	}
}

// use runs f and gives the connection back whatever happens.
func (c *Client) use(ctx context.Context, cn *conn, f func(context.Context, *conn) (bool, error)) (err error) {
	reusable := false
	defer func() { c.release(cn, reusable) }()
	reusable, err = f(ctx, cn)
	// An operations error is what Active Directory answers on a connection that it no longer takes as signed in.
	reusable = reusable && answered(err) && !ldap.IsErrorWithCode(err, ldap.LDAPResultOperationsError)
	return err
}

// callerError carries an error of the caller's own function through.
type callerError struct{ error }

func (c *Client) log(ctx context.Context, msg string, fields ...any) {
	if c.settings.Logger != nil {
		c.settings.Logger(ctx, msg, fields...)
	}
}

// Meter counts long work at the directory, of which the log tells, see [progress.Start].
func (c *Client) Meter(ctx context.Context, what string, total int) *progress.Meter {
	if c.settings.Progress == nil {
		return nil
	}
	return progress.Start("Active Directory: "+what, total, func(message string, fields ...any) { c.settings.Progress(ctx, message, fields...) })
}

// scrub removes the password from what a server said, should it repeat it. One
// of a few letters would turn up in any text and is left.
func (c *Client) scrub(s string) string {
	const tooShort = 4
	secrets := []string{c.settings.Password}
	if c.settings.Kerberos != nil {
		secrets = append(secrets, c.settings.Kerberos.Password)
	}
	for _, secret := range secrets {
		if len(secret) >= tooShort {
			s = strings.ReplaceAll(s, secret, "(secret)")
		}
	}
	return s
}

// Stats counts what a client did. Requests are counted once each, however
// often they had to be sent.
type Stats struct {
	Searches, Pages, Entries         int64 // Pages are the search requests that went out, ranges included
	Adds, Modifies, Renames, Deletes int64
	Connects                         int64 // connections opened
	Reconnects                       int64 // times the pinned controller had to be reached again
	Failovers                        int64 // times another controller had to be taken
	Retries                          int64 // requests sent again
}

type counters struct {
	searches, pages, entries, adds, modifies, modifyDNs, deletes, connects, reconnects, failovers, retries atomic.Int64
}

// Stats returns the counts so far.
func (c *Client) Stats() Stats {
	s := &c.stats
	return Stats{
		Searches: s.searches.Load(), Pages: s.pages.Load(), Entries: s.entries.Load(),
		Adds: s.adds.Load(), Modifies: s.modifies.Load(), Renames: s.modifyDNs.Load(), Deletes: s.deletes.Load(),
		Connects: s.connects.Load(), Reconnects: s.reconnects.Load(), Failovers: s.failovers.Load(), Retries: s.retries.Load(),
	}
}
