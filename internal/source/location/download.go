// SPDX-License-Identifier: MPL-2.0

package location

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"terraform-provider-workforce/internal/bounded"
	"terraform-provider-workforce/internal/retry"
	"terraform-provider-workforce/internal/source"
)

const (
	maxRedirects   = 5
	attempts       = 3
	defaultWait    = 2 * time.Second
	maxWait        = 30 * time.Second
	connectTimeout = 15 * time.Second
	headerTimeout  = time.Minute
)

func (c Config) validateURL() error {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil:
		return errors.New("url: not a URL, expected one such as https://hr.example.com/export/workers.json")
	case u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("url: found %s, expected a URL that begins with https://: whoever can change the export on its way decides over accounts", source.Quote(publicURL(c.URL)))
	case u.User != nil:
		return errors.New("url: found a user name or password in the URL, expected it in headers: URLs end up in logs")
	}
	for name, value := range c.Headers {
		if strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" || name == "" {
			return fmt.Errorf("headers: found the name %s, expected letters, digits and hyphens", source.Quote(name))
		}
		if strings.ContainsAny(value, "\r\n\x00") {
			return fmt.Errorf("headers: %s: found a line break in the value, expected one line", name)
		}
	}
	_, err = c.roots()
	return err
}

// roots returns the certificates to trust, nil for those of the system alone.
func (c Config) roots() (*x509.CertPool, error) {
	if c.CACertificate == "" {
		return nil, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM([]byte(c.CACertificate)) {
		return nil, errors.New("ca_certificate: found no certificate, expected PEM that begins with -----BEGIN CERTIFICATE-----")
	}
	return pool, nil
}

// client returns a client that sends the headers to the host they are meant
// for, and never leaves https.
func (c Config) client() (*http.Client, error) {
	roots, err := c.roots()
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: connectTimeout}).DialContext,
		TLSClientConfig:       &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   connectTimeout,
		ResponseHeaderTimeout: headerTimeout,
		ForceAttemptHTTP2:     true,
		DisableKeepAlives:     true,
	}
	return &http.Client{Transport: transport, CheckRedirect: c.checkRedirect}, nil
}

// checkRedirect follows redirects over https. Another host gets neither the
// headers nor, as the referrer, the query.
func (c Config) checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("found more than %d redirects", maxRedirects)
	}
	if req.URL.Scheme != "https" {
		return fmt.Errorf("found a redirect to %s, expected https only", source.Quote(publicURL(req.URL.String())))
	}
	req.Header.Del("Referer")
	if !strings.EqualFold(req.URL.Host, via[0].URL.Host) {
		for name := range c.Headers {
			req.Header.Del(name)
		}
	}
	return nil
}

// download gets the URL. What a server says it will do better later, it is
// asked again, twice at most.
func (c Config) download(ctx context.Context, now time.Time) ([]byte, error) {
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for attempt := 1; ; attempt++ {
		data, wait, err := c.get(ctx, client, now)
		if err == nil || wait < 0 || attempt == attempts {
			return data, err
		}
		select {
		case <-ctx.Done():
			return nil, bare(ctx.Err())
		case <-time.After(wait):
		}
	}
}

// get makes one request. wait says when another might do better; it is negative
// if none would.
func (c Config) get(ctx context.Context, client *http.Client, now time.Time) (data []byte, wait time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL, nil)
	if err != nil {
		return nil, -1, errors.New("url: not a URL that can be requested")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Headers)) {
		req.Header.Set(name, c.Headers[name])
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, -1, fmt.Errorf("cannot be downloaded: %w", bare(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, waitFor(resp, now), refusal(resp)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/html" || kind == "application/xhtml+xml" {
		return nil, -1, fmt.Errorf("found an HTML page at %s, expected the export: probably a page for signing in or about maintenance", publicURL(resp.Request.URL.String()))
	}
	if err := c.checkModified(resp, now); err != nil {
		return nil, -1, err
	}
	if resp.ContentLength > c.limit() {
		return nil, -1, tooLarge(resp.ContentLength, c.limit())
	}
	var buffer bounded.Buffer
	if resp.ContentLength > 0 {
		buffer.Grow(int(min(resp.ContentLength, 64<<20)) + 1)
	}
	n, err := buffer.ReadFrom(io.LimitReader(resp.Body, c.limit()+1))
	if err == nil {
		// A server that notices that we gave up may still end its answer in good
		// order: what came until then looks complete and is not.
		err = ctx.Err()
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, -1, fmt.Errorf("the server closed the connection after %d bytes, expected %s: the download is incomplete", n, expectedLength(resp))
	case err != nil:
		return nil, -1, fmt.Errorf("the download broke off after %d bytes: %w", n, bare(err))
	case unframed(resp) && !c.Ends && c.SHA256 == "":
		return nil, -1, fmt.Errorf("found %d bytes without an end: the server says neither how long its answer is (Content-Length) "+
			"nor where it ends (chunked), "+
			"so that a broken connection looks like the end of the export; let the server say it, or name what tells that the export is whole: "+
			"min_records, sha256 or, for text files, trailer", n)
	case n > c.limit():
		return nil, -1, fmt.Errorf("found more than %d bytes (max_bytes)", c.limit())
	}
	return buffer.Bytes(), -1, nil
}

// unframed reports an answer that ends where the connection does (RFC 9112 section 6.3).
// Compressed ones have a checksum, which net/http holds them against.
func unframed(resp *http.Response) bool {
	return resp.ProtoMajor == 1 && resp.ContentLength < 0 && len(resp.TransferEncoding) == 0 && !resp.Uncompressed
}

func expectedLength(resp *http.Response) string {
	if resp.ContentLength < 0 {
		return "more"
	}
	return strconv.FormatInt(resp.ContentLength, 10)
}

// checkModified holds the age of the export against MaxAge.
func (c Config) checkModified(resp *http.Response, now time.Time) error {
	if c.MaxAge <= 0 {
		return nil
	}
	modified, err := http.ParseTime(resp.Header.Get("Last-Modified"))
	if err != nil {
		return fmt.Errorf("found the header Last-Modified %s, expected a time to know the age of the export by (max_age_hours)", source.Quote(resp.Header.Get("Last-Modified")))
	}
	return source.CheckAge(modified, now, c.MaxAge)
}

// refusal says what a status means for the one who has to mend it.
func refusal(resp *http.Response) error {
	advice := ""
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		advice = ": the server expects credentials, see headers"
	case http.StatusForbidden:
		advice = ": the credentials in headers, or the signature in the URL, do not permit reading the export or have expired"
	case http.StatusNotFound, http.StatusGone:
		advice = ": has the export moved, or not been written today?"
	case http.StatusProxyAuthRequired:
		advice = ": the proxy (HTTPS_PROXY) expects credentials"
	}
	return fmt.Errorf("found the status %d %s, expected 200 OK%s", resp.StatusCode, http.StatusText(resp.StatusCode), advice)
}

// waitFor returns how long to wait before the server is asked again, negative if
// the status is not a passing one.
func waitFor(resp *http.Response, now time.Time) time.Duration {
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
	default:
		return -1
	}
	wait, asked := retry.After(resp.Header, now)
	switch {
	case !asked:
		return defaultWait
	case wait > maxWait:
		return -1
	}
	return wait
}

// bare returns an error of package http without the URL, whose query may be a
// signature.
func bare(err error) error {
	if wait, ok := errors.AsType[net.Error](err); ok && wait.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return errors.New("the server took too long (timeout_seconds)")
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}
