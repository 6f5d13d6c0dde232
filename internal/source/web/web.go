// SPDX-License-Identifier: MPL-2.0

// Package web is how HR systems are asked over HTTP. It knows what all of them
// need: credentials that reach one host only, certificates, a proxy, a limit of
// requests a second, repeated attempts where repeating does no harm, and answers
// that are bounded in size and time and are what was asked for. An answer that
// cannot be trusted is an error that names the request and shows what came.
package web

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/http/httpproxy"
	"golang.org/x/time/rate"
)

// Config says where an HR system is and how to ask it. Zero values are the
// defaults that the fields describe.
type Config struct {
	// URL is the base that the URLs of requests are relative to, such as
	// https://hr.example.com/api/v1. Requests, redirects and links to the next
	// page must stay on its host: credentials are sent nowhere else.
	URL string
	// Auth says how to sign in.
	Auth Auth
	// Header is sent with each request. Values that are long, or whose name
	// speaks of keys or tokens, are taken for secrets.
	Header map[string]string

	// CAFile and CAPEM are certificates, in PEM, of the authorities trusted
	// instead of the system's; at most one is set.
	CAFile, CAPEM string
	// The client's certificate and its key, in PEM, for mutual TLS.
	ClientCertificateFile, ClientCertificatePEM string
	ClientKeyFile, ClientKeyPEM                 string
	// AllowHTTP permits http:// to hosts other than this machine: everything,
	// credentials included, is then readable on the way.
	AllowHTTP bool

	// Timeout is how long one attempt may take, its answer included; 5 minutes if 0.
	Timeout time.Duration
	// TimeoutName is the argument that sets Timeout, for messages; request_timeout if empty.
	TimeoutName string
	// Stall is how long the server may take to begin to answer, and after that
	// to send each further 4 KiB; 2 minutes if 0.
	Stall time.Duration
	// MaxBytes is the largest answer, after decompression; 256 MiB if 0.
	MaxBytes int64
	// Retries is how often a request that may be repeated is repeated; 5 if 0, none if negative.
	Retries int
	// MaxWait is the longest pause that a server may ask for by Retry-After; 2 minutes if 0.
	MaxWait time.Duration
	// RequestsPerSecond limits the requests; 0: no limit.
	RequestsPerSecond float64
	// UserAgent names the product to the server.
	UserAgent string
}

const (
	defaultTimeout   = 5 * time.Minute
	defaultStall     = 2 * time.Minute
	defaultMaxBytes  = 256 << 20
	defaultRetries   = 5
	defaultMaxWait   = 2 * time.Minute
	defaultUserAgent = "terraform-provider-workforce"
	connectTimeout   = 30 * time.Second
	maxRedirects     = 5
	// longHeader is how long a value of a header is that may be a key, whatever its name.
	longHeader = 16
)

// Client asks one HR system. It is safe for concurrent use.
type Client struct {
	config   Config
	base     *url.URL
	http     *http.Client
	limiter  *rate.Limiter // nil: no limit
	token    tokens
	secrets  secrets
	requests atomic.Int64
	received atomic.Int64 // bytes of all answers, as far as they have come
	anonym   bool         // sends no credentials
}

// New checks the configuration and returns a client. Nothing connects yet.
func New(c Config) (*Client, error) {
	base, err := parseBase(c.URL, c.AllowHTTP)
	if err != nil {
		return nil, err
	}
	if err := c.Auth.validate(c.AllowHTTP); err != nil {
		return nil, err
	}
	transport, err := c.transport()
	if err != nil {
		return nil, err
	}
	setDefault(&c.Timeout, defaultTimeout)
	setDefault(&c.TimeoutName, "request_timeout")
	setDefault(&c.Stall, defaultStall)
	setDefault(&c.MaxBytes, defaultMaxBytes)
	setDefault(&c.Retries, defaultRetries)
	setDefault(&c.MaxWait, defaultMaxWait)
	setDefault(&c.UserAgent, defaultUserAgent)
	client := &Client{config: c, base: base}
	client.http = &http.Client{Transport: transport, CheckRedirect: client.checkRedirect}
	if c.RequestsPerSecond > 0 {
		client.limiter = rate.NewLimiter(rate.Limit(c.RequestsPerSecond), max(1, int(c.RequestsPerSecond)))
	}
	client.secrets.add(c.Auth.secrets()...)
	for name, value := range c.Header {
		if secretName.MatchString(name) || len(value) >= longHeader {
			client.secrets.add(value)
		}
	}
	return client, nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Requests returns how many requests were sent, repeated ones included, those
// for tokens not.
func (c *Client) Requests() int64 { return c.requests.Load() }

// Base returns the URL that requests are relative to.
func (c *Client) Base() string { return c.base.String() }

// Secret makes texts unseen in errors, such as a password in the body of a request.
func (c *Client) Secret(texts ...string) { c.secrets.add(texts...) }

func parseBase(text string, allowHTTP bool) (*url.URL, error) {
	base, err := url.Parse(text)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("url: found %q, expected one such as https://hr.example.com/api", cleanText(text))
	}
	if base.User != nil {
		return nil, fmt.Errorf("url: found credentials in it, expected them in username and password, where they are kept from logs")
	}
	if base.Scheme == "http" && !allowHTTP && !loopback(base.Hostname()) {
		return nil, fmt.Errorf("url: found %q, expected https: over http everybody on the way reads the credentials and the people's data (allow_http = true permits it)", cleanURL(base))
	}
	return base, nil
}

// cleanText drops what may be a secret from a URL that cannot be parsed.
func cleanText(text string) string {
	if at := strings.LastIndexByte(text, '@'); at >= 0 {
		text = "…" + text[at:]
	}
	text, _, _ = strings.Cut(text, "?")
	return text
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// transport makes the connections: TLS 1.2 or newer, and the proxy that
// HTTPS_PROXY, HTTP_PROXY and NO_PROXY name.
func (c Config) transport() (*http.Transport, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	ca, err := text("ca_certificate", c.CAFile, c.CAPEM)
	if err != nil {
		return nil, err
	}
	if ca != nil {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(ca) {
			return nil, errors.New("ca_certificate_file or ca_certificate_pem: found no certificate, expected one or more in PEM (-----BEGIN CERTIFICATE-----)")
		}
	}
	certificate, err := text("client_certificate", c.ClientCertificateFile, c.ClientCertificatePEM)
	if err != nil {
		return nil, err
	}
	key, err := text("client_key", c.ClientKeyFile, c.ClientKeyPEM)
	if err != nil {
		return nil, err
	}
	switch {
	case (certificate == nil) != (key == nil):
		return nil, errors.New("client_certificate_pem and client_key_pem (or client_certificate_file and client_key_file): found one of the two, expected both or none")
	case certificate != nil:
		pair, err := tls.X509KeyPair(certificate, key)
		if err != nil {
			return nil, fmt.Errorf("client_certificate_pem and client_key_pem (or client_certificate_file and client_key_file): %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	proxy := httpproxy.FromEnvironment().ProxyFunc()
	dialer := &net.Dialer{Timeout: connectTimeout, KeepAlive: connectTimeout}
	return &http.Transport{
		Proxy:       func(r *http.Request) (*url.URL, error) { return proxy(r.URL) },
		DialContext: dialer.DialContext, TLSClientConfig: config, TLSHandshakeTimeout: connectTimeout,
		ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 16, IdleConnTimeout: 90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}, nil
}

// text returns what a file or a text holds, or nil if there is neither.
func text(what, file, content string) ([]byte, error) {
	switch {
	case file != "" && content != "":
		return nil, fmt.Errorf("%s_file and %s_pem: found both, expected one", what, what)
	case content != "":
		return []byte(content), nil
	case file == "":
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s_file: %w", what, err)
	}
	return b, nil
}
