// SPDX-License-Identifier: MPL-2.0

package ldapconn

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

const (
	// probeAfter is the idle time after which a connection is tried before a
	// request is trusted to it: a firewall may have dropped it silently, and
	// a write into the void has an unknown outcome.
	probeAfter = 30 * time.Second
	// remember is how long "no controller can be reached" holds for others who
	// ask: many callers at once share one round of connection attempts.
	remember = 3 * time.Second
)

var (
	errClosed         = errors.New("the connection to the directory was closed")
	errConnectTimeout = errors.New("the connect timeout passed")
	errRequestTimeout = errors.New("the request timeout passed")
)

// pin is the controller that a client works with.
type pin struct {
	target target
	root   *RootDSE // set before the pin is shared
}

// acquire takes a connection to the pinned controller out of the pool, opening
// one or pinning a controller as needed. Give it back with release.
func (c *Client) acquire(ctx context.Context) (*conn, error) {
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	cn, err := c.connection(ctx)
	if err != nil {
		<-c.slots
		return nil, err
	}
	return cn, nil
}

func (c *Client) connection(ctx context.Context) (*conn, error) {
	for {
		cn, p, err := c.takeIdle()
		switch {
		case err != nil:
			return nil, err
		case cn != nil:
			if time.Since(cn.idleSince) < c.probeAfter || c.probe(ctx, cn) {
				return cn, nil
			}
			c.discard(cn)
			continue
		case p != nil:
			cn, err = c.open(ctx, p)
			switch {
			case err == nil:
				return cn, nil
			case IsAuthentication(err):
				return nil, c.fail(err)
			case ctx.Err() != nil:
				return nil, err
			}
		}
		if cn, err = c.choose(ctx, p); cn != nil || err != nil {
			return cn, err
		}
	}
}

// takeIdle returns a usable idle connection to the pinned controller, or else
// the pinned controller, if there is one.
func (c *Client) takeIdle() (*conn, *pin, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fatal != nil {
		return nil, nil, c.fatal
	}
	for n := len(c.idle); n > 0; n = len(c.idle) {
		cn := c.idle[n-1]
		c.idle = c.idle[:n-1]
		if cn.pin == c.pinned && cn.usable() {
			return cn, c.pinned, nil
		}
		delete(c.conns, cn)
		go cn.close()
	}
	return nil, c.pinned, nil
}

// release gives a connection back. One that is broken, or whose state on the
// server is unclear, is closed instead.
func (c *Client) release(cn *conn, reusable bool) {
	defer func() { <-c.slots }()
	cn.idleSince = time.Now()
	c.mu.Lock()
	keep := reusable && c.fatal == nil && cn.pin == c.pinned && cn.usable()
	if keep {
		c.idle = append(c.idle, cn)
	}
	c.mu.Unlock()
	if !keep {
		c.discard(cn)
	}
}

func (c *Client) discard(cn *conn) {
	c.mu.Lock()
	delete(c.conns, cn)
	c.mu.Unlock()
	cn.close()
}

func (c *Client) probe(ctx context.Context, cn *conn) bool {
	ctx, cancel := context.WithTimeoutCause(ctx, c.settings.ConnectTimeout, errConnectTimeout)
	defer cancel()
	return c.guard(ctx, cn, func() error { _, err := readRootDSE(cn); return err }) == nil
}

// guard runs f, which uses cn, and breaks the connection when ctx ends first;
// the result is then the cause of that.
func (c *Client) guard(ctx context.Context, cn *conn, f func() error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	stop := context.AfterFunc(ctx, cn.abort)
	err := f()
	if !stop() && !answered(err) {
		return context.Cause(ctx)
	}
	if err != nil && !cn.usable() {
		if cause := cn.wire.readErr.Load(); cause != nil {
			return &lostError{err, *cause}
		}
	}
	return err
}

// lostError is a broken connection, with the type of its cause.
type lostError struct{ err, cause error }

func (e *lostError) Error() string   { return e.err.Error() }
func (e *lostError) Unwrap() []error { return []error{e.err, e.cause} }

// open connects and signs in to a controller.
func (c *Client) open(ctx context.Context, p *pin) (*conn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.settings.ConnectTimeout, errConnectTimeout)
	defer cancel()
	start := time.Now()
	cn, err := c.settings.dial(ctx, p.target)
	if err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("%w (%w)", context.Cause(ctx), err)
		}
		return nil, c.failure("connect", p.target, err)
	}
	cn.pin = p
	if c.settings.catalog { // another forest gets no password to see
		if err := c.check(ctx, cn); err != nil {
			cn.close()
			return nil, err
		}
	}
	err = c.guard(ctx, cn, func() error { return c.settings.auth.bind(ctx, cn) })
	if err != nil {
		cn.close()
		return nil, c.failure("sign in", p.target, err)
	}
	if err := c.check(ctx, cn); err != nil {
		cn.close()
		return nil, err
	}
	c.stats.connects.Add(1)
	c.mu.Lock()
	closed := c.fatal == errClosedClient
	if !closed {
		c.conns[cn] = struct{}{}
	}
	c.mu.Unlock()
	if closed {
		cn.close()
		return nil, errClosedClient
	}
	c.log(ctx, "connected to a domain controller", "server", p.target.String(), "duration", time.Since(start))
	return cn, nil
}

// check reads the rootDSE of a controller that is about to be pinned and
// refuses one that cannot take writes.
func (c *Client) check(ctx context.Context, cn *conn) error {
	if cn.pin.root != nil {
		return nil
	}
	var root *RootDSE
	err := c.guard(ctx, cn, func() (err error) { root, err = readRootDSE(cn); return err })
	if err != nil {
		return c.failure("read the rootDSE", cn.pin.target, err)
	}
	unfit := &Error{Op: "connect", Server: cn.pin.target.String(), Kind: KindUnavailable}
	switch {
	case c.settings.catalog:
		if err := c.settings.checkCatalog(cn.pin.target, root); err != nil {
			return err
		}
	case root.ReadOnly():
		unfit.explanation = "this is a read-only domain controller (RODC)"
		unfit.advice = "Name a writable controller" + c.writable(ctx, cn, root) + ", or the domain to find one."
		return unfit
	case !root.Synchronized:
		unfit.explanation = "this controller has not finished its first replication, so its data is incomplete"
		unfit.advice = "Wait for it, or name another controller."
		return unfit
	}
	cn.pin.root = root
	return nil
}

// choose is called when old, which may be nil, cannot be connected to. It
// returns a connection to the same controller, if that was written to, or else
// to the first that answers; or neither a connection nor an error when somebody
// else settled it meanwhile.
func (c *Client) choose(ctx context.Context, old *pin) (*conn, error) {
	select {
	case c.choosing <- struct{}{}:
		defer func() { <-c.choosing }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	c.mu.Lock()
	switch {
	case c.fatal != nil:
		defer c.mu.Unlock()
		return nil, c.fatal
	case c.pinned != old:
		c.mu.Unlock()
		return nil, nil
	case c.unreachable != nil && time.Since(c.unreachableAt) < remember:
		defer c.mu.Unlock()
		return nil, c.unreachable
	}
	written := c.written
	if !written {
		c.pinned = nil // from here on no write can start on old
	}
	c.mu.Unlock()
	if written {
		return c.reconnect(ctx, old)
	}
	return c.pinNext(ctx, old)
}

// reconnect waits for a controller that was written to.
func (c *Client) reconnect(ctx context.Context, p *pin) (*conn, error) {
	deadline := time.Now().Add(c.settings.ConnectTimeout)
	for attempt := 0; ; attempt++ {
		cn, err := c.open(ctx, p)
		switch {
		case err == nil:
			c.stats.reconnects.Add(1)
			return cn, nil
		case IsAuthentication(err):
			return nil, c.fail(err)
		case ctx.Err() != nil:
			return nil, err
		case time.Now().After(deadline):
			return nil, c.fail(&Error{
				Op: "reconnect", Server: p.target.String(), Kind: KindControllerLost, Err: err,
				explanation: "the controller went away after changes had been written to it",
				advice: "Changes already made are safe on it. No other controller is used in this run, since it may not have them yet; " +
					"run again when the controller is back or its changes have replicated, and the rest is done.",
			})
		}
		if err := pause(ctx, attempt); err != nil {
			return nil, err
		}
	}
}

// pinNext pins the first controller that accepts a connection, trying the one
// that was just lost last.
func (c *Client) pinNext(ctx context.Context, old *pin) (*conn, error) {
	targets, err := c.settings.candidates(ctx)
	if err != nil {
		return nil, c.remember(ctx, err)
	}
	c.mu.Lock()
	preferred := c.preferred
	c.mu.Unlock()
	targets = first(targets, preferred)
	if old != nil {
		targets = after(targets, old.target)
	}
	var errs []error
	var spare *conn // to a controller that can be used, while the preferred one is looked for
	for _, t := range targets {
		p := &pin{target: t}
		cn, err := c.open(ctx, p)
		switch {
		case err == nil && (preferred == "" || old != nil || strings.EqualFold(p.root.DNSHostName, preferred)):
			if spare != nil {
				c.discard(spare)
			}
			return c.pinTo(cn, old, len(errs) > 0), nil
		case err == nil && spare == nil:
			spare = cn
			continue
		case err == nil:
			c.discard(cn)
			continue
		case spare != nil: // what is wrong with the preferred one stops nothing
		case IsAuthentication(err):
			return nil, c.fail(err)
		case ctx.Err() != nil:
			return nil, err
		}
		c.log(ctx, "a domain controller cannot be used", "server", t.String(), "error", err.Error())
		errs = append(errs, err)
	}
	if spare != nil {
		return c.pinTo(spare, old, true), nil
	}
	if len(errs) == 1 {
		return nil, c.remember(ctx, errs[0])
	}
	return nil, c.remember(ctx, &Error{
		Op: "connect", Kind: commonKind(errs), Err: errors.Join(errs...),
		explanation: fmt.Sprintf("none of %d domain controllers can be used", len(errs)),
	})
}

// pinTo makes the controller of a connection the one that is used.
func (c *Client) pinTo(cn *conn, old *pin, failed bool) *conn {
	c.mu.Lock()
	c.pinned, c.unreachable = cn.pin, nil
	c.mu.Unlock()
	if old != nil && old.target == cn.pin.target {
		c.stats.reconnects.Add(1)
	} else if old != nil || failed {
		c.stats.failovers.Add(1)
	}
	return cn
}

// after orders targets cyclically, from the one that follows last to last.
func after(targets []target, last target) []target {
	for i, t := range targets {
		if t == last {
			return append(append([]target(nil), targets[i+1:]...), targets[:i+1]...)
		}
	}
	return targets
}

// fail ends the use of the client with err, since trying again would do harm:
// a wrong password counts towards the lockout of the account.
func (c *Client) fail(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fatal == nil {
		c.fatal = err
	}
	return c.fatal
}

func (c *Client) remember(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		c.mu.Lock()
		c.unreachable, c.unreachableAt = err, time.Now()
		c.mu.Unlock()
	}
	return err
}

// claim marks the controller of cn as written to, unless another one was
// pinned meanwhile: then the write must go there.
func (c *Client) claim(cn *conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cn.pin != c.pinned {
		return false
	}
	c.written = true
	return true
}

// pause waits before attempt+1: 100 ms doubling to 3 s, half of it random so
// that many clients do not come back together.
func pause(ctx context.Context, attempt int) error {
	d := min(100*time.Millisecond<<min(attempt, 10), 3*time.Second)
	timer := time.NewTimer(d/2 + rand.N(d/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
