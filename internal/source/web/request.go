// SPDX-License-Identifier: MPL-2.0

package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/bounded"
	"terraform-provider-workforce/internal/retry"
)

// Request is one question to the HR system.
type Request struct {
	// Method is GET if empty.
	Method string
	// URL is absolute, and then on the host of Config.URL, or is put behind it:
	// "people?limit=10", "/people" and "people" are all below Config.URL.
	URL string
	// Query is added to that of the URL.
	Query  url.Values
	Header http.Header
	// Body is sent with each attempt. ContentType is that of the body.
	Body        []byte
	ContentType string
	// Safe says that a POST only reads, so that it may be repeated.
	Safe bool
	// Expect is what the answer must be; anything if empty.
	Expect Kind
	// Partial says that an answer may be a part of the whole, by its status or by the header Content-Range, because
	// the caller asks for the other parts too.
	Partial bool
	// Pass says which answers with an error status are the caller's to read,
	// such as a SOAP fault with status 500. They are neither repeated nor errors.
	Pass func(*Response) bool
}

// Response is an answer that was read to its end.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	// URL is where the answer came from, after redirects.
	URL *url.URL
	// Unframed says that the answer ends where the connection does (RFC 9112 section 6.3), so that a broken connection
	// looks like its end: only a format that shows its own end tells whether it is whole.
	Unframed bool
}

// Do sends a request and returns the answer, if its status is 2xx or Pass takes
// it. Failures that may pass are tried again, where that does no harm: GET,
// HEAD, PUT, DELETE, OPTIONS (RFC 9110 section 9.2.2) and what is Safe. An error is an
// *Error, unless ctx has ended.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	target, err := c.resolve(r)
	if err != nil {
		return nil, err
	}
	renewed := false
	for attempt := 0; ; {
		response, token, err := c.attempt(ctx, r, target)
		if err == nil {
			return response, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%s %s: %w", r.Method, cleanURL(target), context.Cause(ctx))
		}
		e := c.explain(r, target, response, err)
		if e.Attempts > 0 { // a token source has asked in vain, and often enough
			return nil, e
		}
		if e.Status == http.StatusUnauthorized && token != "" && !renewed {
			c.dropToken(token) // expired early, or revoked
			renewed = true
			continue
		}
		attempt++
		e.Attempts = attempt
		wait, again := c.pause(e, attempt)
		if !again || !r.repeatable() || attempt > c.config.Retries {
			return nil, e
		}
		if wait > c.config.MaxWait {
			e.Hint = fmt.Sprintf("the server asks to wait %s, at most %s is waited: try again then", wait.Round(time.Second), c.config.MaxWait)
			return nil, e
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, fmt.Errorf("%s %s: %w", r.Method, cleanURL(target), err)
		}
	}
}

func (r Request) repeatable() bool {
	return r.Safe || slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions}, r.Method)
}

// resolve returns the URL of a request and refuses other hosts.
func (c *Client) resolve(r Request) (*url.URL, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, fmt.Errorf("the URL %q of a request cannot be read, expected one such as %s/people", cleanText(r.URL), cleanURL(c.base))
	}
	if u.Host == "" && u.Scheme == "" {
		path := strings.TrimSuffix(c.base.EscapedPath(), "/")
		if p := strings.TrimPrefix(u.EscapedPath(), "/"); p != "" {
			path += "/" + p
		}
		query := u.RawQuery
		u = &url.URL{Scheme: c.base.Scheme, Host: c.base.Host}
		if u.Path, err = url.PathUnescape(path); err != nil {
			return nil, fmt.Errorf("the path %q of a request cannot be read: %w", path, err)
		}
		u.RawPath, u.RawQuery = path, query
		if query == "" {
			u.RawQuery = c.base.RawQuery
		}
	}
	if len(r.Query) > 0 {
		q := u.Query()
		for name, values := range r.Query {
			q[name] = values
		}
		u.RawQuery = q.Encode()
	}
	if err := c.sameHost(u); err != nil {
		return nil, fmt.Errorf("the URL of a request or of a further page is %s: %w", cleanURL(u), err)
	}
	return u, nil
}

// sameHost refuses URLs that credentials must not go to.
func (c *Client) sameHost(u *url.URL) error {
	if u.User != nil || !strings.EqualFold(hostPort(u), hostPort(c.base)) || u.Scheme != c.base.Scheme {
		return fmt.Errorf("expected %s://%s: credentials are sent to no other host", c.base.Scheme, c.base.Host)
	}
	return nil
}

func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	return u.Hostname() + map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
}

// checkRedirect follows redirects on the same host, if the request stays the same.
func (c *Client) checkRedirect(r *http.Request, via []*http.Request) error {
	if err := c.sameHost(r.URL); err != nil {
		return &redirectError{fmt.Sprintf("redirected to %s, %v (a redirect to a sign-in page means that the credentials were not taken)", cleanURL(r.URL), err)}
	}
	if first := via[0]; first.Method != r.Method {
		return &redirectError{fmt.Sprintf("the %s was redirected to %s as a %s, expected an answer: set the URL to the address that answers", first.Method, cleanURL(r.URL), r.Method)}
	}
	if len(via) > maxRedirects {
		return &redirectError{fmt.Sprintf("redirected %d times, expected at most %d", len(via), maxRedirects)}
	}
	r.Header.Del("Referer") // it would tell the query
	return nil
}

// attempt sends the request once. A response beside an error is the refused answer.
func (c *Client) attempt(ctx context.Context, r Request, target *url.URL) (_ *Response, token string, err error) {
	if c.limiter != nil {
		if err := c.limiter.Wait(ctx); err != nil {
			return nil, "", err
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	total := time.AfterFunc(c.config.Timeout, func() {
		cancel(fmt.Errorf("no complete answer within %s (%s)", c.config.Timeout, c.config.TimeoutName))
	})
	defer total.Stop()

	request, err := http.NewRequestWithContext(ctx, r.Method, target.String(), bytes.NewReader(r.Body))
	if err != nil {
		return nil, "", err
	}
	if r.Body == nil {
		request.Body, request.GetBody, request.ContentLength = nil, nil, 0
	}
	c.setHeader(request, r)
	if token, err = c.authorize(ctx, request); err != nil {
		return nil, "", err
	}
	c.requests.Add(1)
	stall := time.AfterFunc(c.config.Stall, func() { cancel(fmt.Errorf("no answer within %s", c.config.Stall)) })
	defer stall.Stop()
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, token, causeOf(ctx, err)
	}
	defer answer.Body.Close()
	response := &Response{Status: answer.StatusCode, Header: answer.Header, URL: answer.Request.URL, Unframed: unframed(answer)}
	response.Body, err = c.readBody(answer, stall, cancel)
	if err == nil {
		// A server that notices that we gave up may still end its answer in good
		// order: what came until then looks complete and is not.
		err = ctx.Err()
	}
	if err != nil {
		return nil, token, causeOf(ctx, err)
	}
	return response, token, r.accept(response)
}

// unframed reports an answer that ends where the connection does. Compressed ones have a checksum, which net/http holds
// them against.
func unframed(answer *http.Response) bool {
	return answer.ProtoMajor == 1 && answer.ContentLength < 0 && len(answer.TransferEncoding) == 0 && !answer.Uncompressed
}

func (c *Client) setHeader(request *http.Request, r Request) {
	request.Header.Set("User-Agent", c.config.UserAgent)
	if r.Expect.media != "" {
		request.Header.Set("Accept", r.Expect.media)
	}
	if r.ContentType != "" {
		request.Header.Set("Content-Type", r.ContentType)
	}
	for name, value := range c.config.Header {
		request.Header.Set(name, value)
	}
	for name, values := range r.Header {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
}

// causeOf prefers the reason for which we gave up over "context canceled".
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// readBody reads an answer within its bounds. The timer ends the attempt; it is
// set back whenever enough has come.
func (c *Client) readBody(answer *http.Response, stall *time.Timer, cancel context.CancelCauseFunc) ([]byte, error) {
	if answer.ContentLength > c.config.MaxBytes {
		return nil, tooLarge(c.config.MaxBytes, fmt.Sprintf("announces %d bytes", answer.ContentLength))
	}
	const step = 4 << 10
	stall.Stop()
	slow := time.AfterFunc(c.config.Stall, func() {
		cancel(fmt.Errorf("the server sent less than %d bytes within %s", step, c.config.Stall))
	})
	defer slow.Stop()
	var body bounded.Buffer
	if answer.ContentLength > 0 {
		body.Grow(int(min(answer.ContentLength, 16<<20)) + 1)
	}
	whole := false
	defer func() {
		if !whole {
			c.received.Add(-body.Len()) // nothing of it is held any longer
		}
	}()
	in := io.LimitReader(answer.Body, c.config.MaxBytes+1)
	for {
		n, err := io.CopyN(&body, in, step)
		if err := c.receive(n); err != nil { // as it comes: several answers may come at the same time
			return nil, err
		}
		if body.Len() > c.config.MaxBytes {
			return nil, tooLarge(c.config.MaxBytes, "is longer")
		}
		if errors.Is(err, io.EOF) && n < step && !errors.Is(err, io.ErrUnexpectedEOF) {
			whole = true
			return body.Bytes(), nil
		}
		if err != nil {
			return nil, fmt.Errorf("the connection ended after %d bytes of the answer: %w", body.Len(), err)
		}
		slow.Reset(c.config.Stall)
	}
}

// pause says how long to wait before the next attempt, and whether there is to be one.
func (c *Client) pause(e *Error, attempt int) (time.Duration, bool) {
	if !e.temporary() {
		return 0, false
	}
	backoff := min(500*time.Millisecond<<min(attempt-1, 10), 30*time.Second)
	backoff = backoff/2 + rand.N(backoff/2)
	if asked, ok := retry.After(e.Header, time.Now()); ok {
		if asked > 0 {
			asked += rand.N(asked/10 + 100*time.Millisecond) // not all clients at once
		}
		return asked, true
	}
	return backoff, true
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
