// SPDX-License-Identifier: MPL-2.0

package graphconn

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/uuid"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	jsonserialization "github.com/microsoft/kiota-serialization-json-go"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/bounded"
	"terraform-provider-workforce/internal/progress"
	"terraform-provider-workforce/internal/retry"
)

// version is the part of Graph's addresses that says which interface is meant.
const version = "/v1.0"

// maxAnswer bounds one answer: a page of 999 users with every property is below 10 MB.
const maxAnswer = 64 << 20

// Request is one call of Graph.
type Request struct {
	Method string
	// Path is below the version and escaped, such as "/users/" + url.PathEscape(id).
	Path   string
	Query  url.Values
	Header http.Header
	// Body is nil, a serialization.Parsable, or anything that encoding/json takes.
	Body any
	// Repeatable says that a POST may be sent again when its answer was lost.
	// Other methods always may.
	Repeatable bool
	// After are the indexes of requests of the same batch that must succeed first.
	After []int

	readsOnly bool    // a batch that only reads
	inner     []inner // what a batch holds
}

func (r Request) repeatable() bool { return r.Method != http.MethodPost || r.Repeatable }

func (r Request) kind() kind {
	if r.Method == http.MethodGet || r.readsOnly {
		return reads
	}
	return writes
}

// Response is an answer with a status below 400.
type Response struct {
	Status int
	Header http.Header
	Body   []byte

	at    time.Time // when it arrived
	token string    // the access token that was accepted

	pending *audit.Pending // the writes within a batch, whose answers are in Body
}

// Stats count what a client has done.
type Stats struct {
	Requests  int64 // over the wire, batches included
	Batches   int64
	Throttled int64 // answers and items of batches with 429
	Busy      int   // requests under way now
}

// Client is a connection to one tenant. Its methods may be called from several
// goroutines, which share one limiter.
type Client struct {
	config  Config
	base    string
	http    *http.Client
	limiter *limiter

	mu         sync.Mutex // guards what follows
	credential azcore.TokenCredential
	refused    string // the last token that was not accepted

	requests, batches, throttled atomic.Int64
}

// New checks the configuration and returns a client. It contacts nothing.
func New(c Config) (*Client, error) {
	if err := c.resolve(); err != nil {
		return nil, err
	}
	roots, err := c.roots()
	if err != nil {
		return nil, err
	}
	client := &Client{config: c, base: c.endpoint() + version, limiter: newLimiter(&c)}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: 30 * time.Second,
		ForceAttemptHTTP2: true, MaxIdleConnsPerHost: c.Connections, IdleConnTimeout: 90 * time.Second,
	}
	client.http = &http.Client{Transport: transport, Timeout: c.RequestTimeout, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		return fmt.Errorf("%w to %s, which would get the token", errRedirect, r.URL.Host)
	}}
	if client.credential, err = c.credential(client.http); err != nil {
		return nil, err
	}
	return client, nil
}

// Stats returns what was done so far.
func (c *Client) Stats() Stats {
	return Stats{Requests: c.requests.Load(), Batches: c.batches.Load(), Throttled: c.throttled.Load(), Busy: c.limiter.underWay()}
}

// Parse reads JSON into a model of msgraph-sdk-go.
func Parse(body []byte, factory serialization.ParsableFactory) (serialization.Parsable, error) {
	node, err := jsonserialization.NewJsonParseNode(body)
	if err != nil {
		return nil, fmt.Errorf("the answer is not JSON: %w", err)
	}
	return node.GetObjectValue(factory)
}

// Do sends one request, as often as needed, and returns its answer. Every status
// from 400 on is an [*Error].
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	body, err := encode(r.Body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
	}
	waiting, failing := NewBackoff(), NewBackoff()
	var waited time.Duration
	lost := false // an earlier attempt may have been carried out
	for tries, renewals := 0, 0; ; {
		answer, err := c.attempt(ctx, r, body)
		if err == nil {
			return answer, nil
		}
		e := as(err)
		if lost = lost || e.maybeDone(r); ctx.Err() != nil {
			return nil, e.undecided(lost)
		}
		var wait time.Duration
		switch {
		case e.Status == http.StatusTooManyRequests:
			c.throttled.Add(1)
			wait = e.wait(waiting.NextBackOff())
		case e.Status == http.StatusUnauthorized && renewals < maxRenewals && c.renew(e.token):
			renewals++
			continue
		case e.retryable(r) && tries < maxTries:
			tries++
			wait = e.wait(failing.NextBackOff())
		default:
			return nil, err
		}
		if waited += wait; waited > c.config.MaxWait {
			return nil, fmt.Errorf("held back for more than %s: %w", c.config.MaxWait, err)
		}
		if e.Status == http.StatusTooManyRequests {
			c.limiter.pause(r.kind(), e.at.Add(wait))
		} else if err := c.config.Sleep(ctx, e.at.Add(wait)); err != nil {
			return nil, (&Error{Method: e.Method, Path: e.Path, Err: fmt.Errorf("%w: %w", ErrNotSent, err)}).undecided(lost)
		}
	}
}

const (
	maxTries    = 6 // how often a request is repeated that Graph could not answer
	maxRenewals = 2 // how often for a token that is not accepted: the second may have been renewed for another request that was late
)

// retryable reports whether a request may and should be sent again.
func (e *Error) retryable(r Request) bool {
	if e.sent && !r.repeatable() {
		return false
	}
	return e.Status >= 500 && e.Status != http.StatusNotImplemented || e.Status == 0 && e.Err != nil && !e.final
}

// wait returns what the answer says to wait, else the growing wait.
func (e *Error) wait(otherwise time.Duration) time.Duration {
	if e.after > 0 {
		return e.after
	}
	return otherwise
}

// attempt sends a request once, and puts it on record.
func (c *Client) attempt(ctx context.Context, r Request, body []byte) (*Response, error) {
	var pending *audit.Pending
	answer, err := c.exchange(ctx, r, body, &pending)
	c.end(pending, r, answer, err)
	return answer, err
}

// exchange sends a request once. pending becomes what it put on record as sent.
func (c *Client) exchange(ctx context.Context, r Request, body []byte, pending **audit.Pending) (*Response, error) {
	var sent atomic.Bool // set by the transport, which may outlive the call
	problem := &Error{Method: r.Method, Path: c.shown(r.Path)}
	if err := c.limiter.enter(ctx, r.kind()); err != nil {
		problem.Err, problem.final = fmt.Errorf("%w: %w", ErrNotSent, err), true
		return nil, problem
	}
	used := 0.0
	arrived := func() { problem.at, problem.sent = c.config.Clock(), sent.Load() }
	defer func() { c.limiter.leave(used) }()
	defer arrived()
	token, err := c.token(ctx)
	if ctx.Err() != nil {
		problem.Err, problem.final = fmt.Errorf("%w: %w", ErrNotSent, context.Cause(ctx)), true
		return nil, problem
	}
	if err != nil {
		problem.Err, problem.final = c.config.signInError(err), true
		return nil, problem
	}
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	request, err := c.request(traced, r, token, body)
	if err != nil {
		problem.Err, problem.final = err, true
		return nil, problem
	}
	if *pending, err = c.begin(ctx, r, body); err != nil {
		problem.Err, problem.final = err, true
		return nil, problem
	}
	c.requests.Add(1)
	answer, err := c.http.Do(request)
	if err != nil {
		problem.Err, problem.final = c.transport(ctx, err)
		problem.Unknown = sent.Load() && !problem.final && !r.repeatable()
		return nil, problem
	}
	defer answer.Body.Close()
	var content bounded.Buffer
	_, err = content.ReadFrom(io.LimitReader(answer.Body, maxAnswer+1))
	if c.config.Logger != nil {
		c.config.Logger(ctx, "Microsoft Graph", "method", r.Method, "path", template(problem.Path), "status", answer.StatusCode, "request_id", answer.Header.Get("request-id"))
	}
	used = nearness(answer.Header)
	if err != nil {
		problem.Err, problem.Unknown = fmt.Errorf("reading the answer: %w", c.timeout(ctx, plain(err))), !r.repeatable()
		return nil, problem
	}
	response := &Response{Status: answer.StatusCode, Header: answer.Header, Body: content.Bytes(), at: c.config.Clock(), token: token}
	return c.checkAnswer(r, response, problem)
}

// checkAnswer tells an answer that can be used from one that cannot, which completes
// the problem.
func (c *Client) checkAnswer(r Request, answer *Response, problem *Error) (*Response, error) {
	content := answer.Body
	switch {
	case len(content) > maxAnswer:
		problem.Err, problem.final = fmt.Errorf("the answer is larger than %d MB", maxAnswer>>20), true
		problem.Unknown = r.Method != http.MethodGet
		return nil, problem
	case answer.Status >= 400:
		e := failure(r, answer.Status, answer.Header, content)
		e.Path, e.token, e.sent, e.at = problem.Path, answer.token, true, answer.at
		e.after, _ = retry.After(answer.Header, e.at)
		e.Unknown = e.Status >= 500 && e.Status != http.StatusNotImplemented && !r.repeatable()
		return nil, e
	case len(content) > 0 && !json.Valid(content):
		problem.Err = fmt.Errorf("the answer is not JSON but %q; a proxy may stand in between", abbreviate(content))
		problem.final, problem.Unknown = r.repeatable(), !r.repeatable()
		return nil, problem
	}
	return answer, nil
}

// request makes the HTTP request of one attempt.
func (c *Client) request(ctx context.Context, r Request, token string, body []byte) (*http.Request, error) {
	address := r.Path
	if !strings.HasPrefix(address, c.base) {
		address = c.base + r.Path
	}
	if len(r.Query) > 0 {
		address += "?" + strings.ReplaceAll(r.Query.Encode(), "+", "%20")
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, values := range r.Header {
		request.Header[name] = values
	}
	c.setHeader(request, token, len(body) > 0)
	return request, nil
}

func (c *Client) setHeader(request *http.Request, token string, hasBody bool) {
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "terraform-provider-workforce/"+c.config.Version)
	request.Header.Set("client-request-id", uuid.NewString())
	if hasBody {
		request.Header.Set("Content-Type", "application/json")
	}
}

// token returns an access token; azidentity keeps it until shortly before it ends.
func (c *Client) token(ctx context.Context) (string, error) {
	c.mu.Lock()
	credential := c.credential
	c.mu.Unlock()
	t, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{c.config.scope()}})
	return t.Token, err
}

// renew drops the token that was refused, unless somebody else has done so
// meanwhile. It reports whether another try makes sense.
func (c *Client) renew(refused string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refused == refused {
		return true
	}
	credential, err := c.config.credential(c.http)
	if err != nil {
		return false
	}
	c.credential, c.refused = credential, refused
	return true
}

// scope is what the token is for: everything that the application was granted.
func (c *Config) scope() string {
	if c.GraphEndpoint != "" && c.AuthorityHost == "" {
		return c.endpoint() + "/.default"
	}
	return nationals[strings.ToLower(c.Environment)].graph + "/.default"
}

func encode(body any) ([]byte, error) {
	switch b := body.(type) {
	case nil:
		return nil, nil
	case serialization.Parsable:
		w := jsonserialization.NewJsonSerializationWriter()
		defer w.Close()
		if err := w.WriteObjectValue("", b); err != nil {
			return nil, err
		}
		return w.GetSerializedContent()
	}
	return json.Marshal(body)
}

var errRedirect = errors.New("refused to follow a redirect")

// transport explains why there is no answer, and reports whether another try
// cannot help either. Neither a redirect nor a certificate that is not trusted
// lets a request be carried out.
func (c *Client) transport(ctx context.Context, err error) (_ error, final bool) {
	var untrusted *tls.CertificateVerificationError
	switch err = plain(err); {
	case errors.Is(err, errRedirect):
		return fmt.Errorf("%w; check graph_endpoint and whether a proxy asks to sign in", err), true
	case errors.As(err, &untrusted):
		return fmt.Errorf("%w; if a proxy or a private cloud has its own authority, name it in ca_certificate_file", err), true
	}
	return c.timeout(ctx, err), false
}

// timeout replaces the error of an own time limit, which net/http makes look
// like the end of the caller's context.
func (c *Client) timeout(ctx context.Context, err error) error {
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s (request_timeout)", c.config.RequestTimeout)
	}
	return err
}

// plain removes the address that net/http puts before what went wrong.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

var segment = regexp.MustCompile(`/[^/?]*[0-9@%][^/?]*`)

// template hides names and ids in a path for the log.
func template(path string) string { return segment.ReplaceAllString(path, "/{id}") }

// shown returns a path for errors and the log: a link to a further page has the
// address of Graph, and in its query filters with personal data.
func (c *Client) shown(path string) string {
	path, _, _ = strings.Cut(strings.TrimPrefix(path, c.base), "?")
	return path
}

// Now is the time by the client's clock.
func (c *Client) Now() time.Time { return c.config.Clock() }

// Wait lets time pass by the client's clock, or returns why the context ended.
func (c *Client) Wait(ctx context.Context, d time.Duration) error {
	return c.config.Sleep(ctx, c.config.Clock().Add(d))
}

// meter counts long work at the tenant, of which the log tells, see [progress.Start].
func (c *Client) meter(ctx context.Context, what string, total int) *progress.Meter {
	if c.config.Progress == nil {
		return nil
	}
	return progress.Start("Microsoft Entra ID: "+what, total, func(message string, fields ...any) { c.config.Progress(ctx, message, fields...) })
}

// Base returns the address of Graph with its version, for references to objects.
func (c *Client) Base() string { return c.base }
