// SPDX-License-Identifier: MPL-2.0

package web

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Error is a request that got no answer of use.
type Error struct {
	Method string
	// URL is without what may be secret in it.
	URL string
	// Status is that of the answer, or 0 if there was none; Header its headers, without secrets.
	Status int
	Header http.Header
	// Excerpt is the beginning of the answer, at most 200 characters, without secrets.
	Excerpt string
	// Doing says what the request was for, where it is not plain; Hint what to do.
	Doing, Hint string
	// Attempts is how often the request was sent.
	Attempts int
	// Err is the cause, where it is not the status.
	Err error
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.Doing != "" {
		b.WriteString(e.Doing + ": ")
	}
	fmt.Fprintf(&b, "%s %s: ", e.Method, e.URL)
	if _, isStatus := e.Err.(statusError); e.Status != 0 && (isStatus || e.Err == nil) {
		fmt.Fprintf(&b, "%d %s", e.Status, http.StatusText(e.Status))
	} else if e.Err != nil {
		if e.Status != 0 {
			fmt.Fprintf(&b, "status %d: ", e.Status)
		}
		b.WriteString(e.Err.Error())
	}
	if e.Excerpt != "" {
		fmt.Fprintf(&b, "; the answer begins %s", strconv.Quote(e.Excerpt))
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, "; tried %d times", e.Attempts)
	}
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// temporary reports whether the same request may succeed later.
func (e *Error) temporary() bool {
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case 0:
	default:
		return false
	}
	for _, final := range []any{new(*redirectError), new(*sizeError), new(*tokenError), new(*tls.CertificateVerificationError), new(x509.UnknownAuthorityError), new(x509.HostnameError), new(*Error)} {
		if errors.As(e.Err, final) {
			return false
		}
	}
	if dns, ok := errors.AsType[*net.DNSError](e.Err); ok && dns.IsNotFound {
		return false
	}
	return !errors.Is(e.Err, context.Canceled)
}

// hints say what a status usually means.
var hints = map[int]string{
	http.StatusUnauthorized: "check the credentials: they are wrong, expired or not meant for this system",
	http.StatusForbidden:    "the account that signed in may not read this: give it the right to, in the HR system",
	http.StatusNotFound:     "check the URL: host, path, tenant and version",
}

// explain makes the error of an attempt.
func (c *Client) explain(r Request, target *url.URL, a *Response, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok { // of the request for a token
		return e
	}
	e := &Error{Method: r.Method, URL: c.secrets.hide(cleanURL(target)), Err: err}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		e.Err = wrapped.Err // it would tell the whole URL once more
	}
	if text := e.Err.Error(); c.secrets.hide(text) != text {
		e.Err = errors.New(c.secrets.hide(text))
	}
	if a != nil {
		e.Status, e.Header, e.Excerpt, e.Hint = a.Status, c.hideIn(a.Header), c.excerpt(a.Body), hints[a.Status]
	}
	return e
}

// hideIn returns headers without secrets: some systems repeat a wrong key in one.
func (c *Client) hideIn(h http.Header) http.Header {
	clean := make(http.Header, len(h))
	for name, values := range h {
		for _, value := range values {
			clean[name] = append(clean[name], c.secrets.hide(value))
		}
	}
	return clean
}

// excerptLength is how many characters of an answer are shown.
const excerptLength = 200

// excerpt returns the beginning of an answer. Only a part of it is looked at,
// and a secret across its end is cut off with it.
func (c *Client) excerpt(body []byte) string {
	body = body[:min(len(body), 64<<10)]
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(bytes.TrimPrefix(body, []byte("\ufeff"))), "\ufffd")), " ")
	text = c.secrets.hide(text)
	if runes := []rune(text); len(runes) > excerptLength {
		return string(runes[:excerptLength]) + "…"
	}
	return text
}

// hidden stands for a secret in messages.
const hidden = "[hidden]"

// secretName matches the names of parameters whose values are not shown.
var secretName = regexp.MustCompile(`(?i)key|token|secret|passw|pwd|auth|sign|sig$|code$|assertion|credential|session`)

// cleanURL returns a URL without user, fragment and the values of parameters that may be secret.
func cleanURL(u *url.URL) string {
	clean := *u
	clean.User, clean.Fragment, clean.RawFragment = nil, "", ""
	parts := strings.Split(clean.RawQuery, "&")
	for i, part := range parts {
		name, _, _ := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(name); err != nil || secretName.MatchString(plain) && !strings.EqualFold(plain, "$skiptoken") {
			parts[i] = name + "=" + hidden
		}
	}
	clean.RawQuery = strings.Join(parts, "&")
	return clean.String()
}

// secrets are texts that no message may show.
type secrets struct {
	mu    sync.RWMutex
	texts []string
}

// add keeps texts. Those shorter than four characters are not: hiding them would garble every message and hide nothing.
func (s *secrets) add(texts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range texts {
		for _, form := range []string{text, url.QueryEscape(text), url.PathEscape(text), strings.Trim(strconv.Quote(text), `"`)} {
			if len(form) >= 4 && !slices.Contains(s.texts, form) {
				s.texts = append(s.texts, form)
			}
		}
	}
	// Longer ones first: a secret may be part of another.
	slices.SortStableFunc(s.texts, func(a, b string) int { return len(b) - len(a) })
}

func (s *secrets) list() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.texts)
}

func (s *secrets) hide(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, secret := range s.texts {
		text = strings.ReplaceAll(text, secret, hidden)
	}
	return text
}

// Unusable reports whether an error is one that every further request would meet
// too: no connection, wrong credentials, a server that is down after all attempts.
func Unusable(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	switch e.Status {
	case 0, http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}
