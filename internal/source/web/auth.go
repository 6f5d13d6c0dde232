// SPDX-License-Identifier: MPL-2.0

package web

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// Auth is how to sign in: at most one of a user name with a password, a token,
// an API key, OAuth 2 or a Source. With none, requests carry no credentials.
type Auth struct {
	// Username and Password are sent as basic authentication (RFC 7617).
	Username, Password string
	// Token is sent as a bearer token (RFC 6750).
	Token string
	// APIKey is sent as it is in the header APIKeyHeader.
	APIKey, APIKeyHeader string
	// OAuth2 gets tokens by client credentials or a refresh token.
	OAuth2 *OAuth2
	// Source gets tokens in a way of the HR system's own.
	Source TokenSource
}

// OAuth2 gets a bearer token (RFC 6749): by the refresh token (section 6), if
// there is one, else by the client's credentials (section 4.4).
type OAuth2 struct {
	TokenURL, ClientID, ClientSecret, RefreshToken string
	Scopes                                         []string
	// Parameters are sent with the request for a token, such as an audience.
	Parameters map[string]string
	// InHeader sends id and secret as basic authentication, InBody as form
	// fields. With neither, the first is tried and then the other.
	InHeader, InBody bool
}

// TokenSource gets a bearer token. It asks by fetch, which is the same client
// without credentials. It is called when there is no token yet, when expires
// is near, and when the server no longer takes the token. A zero expires means
// that the token lasts until it is refused.
type TokenSource func(ctx context.Context, fetch *Client) (token string, expires time.Time, err error)

func (a Auth) validate(allowHTTP bool) error {
	n := 0
	for _, used := range []bool{a.Username != "" || a.Password != "", a.Token != "", a.APIKey != "", a.OAuth2 != nil, a.Source != nil} {
		if used {
			n++
		}
	}
	switch {
	case n > 1:
		return errors.New("found several ways to sign in, expected one of username and password, token, API key or OAuth 2")
	case a.Username == "" && a.Password != "":
		return errors.New("found a password without a username, expected both")
	case a.APIKey != "" && a.APIKeyHeader == "":
		return errors.New("found an API key and no header to send it in, expected the name of one, such as X-API-Key")
	case a.OAuth2 == nil:
		return nil
	case a.OAuth2.ClientID == "":
		return errors.New("found no client id for OAuth 2, expected the one that the HR system issued")
	case a.OAuth2.ClientSecret == "" && a.OAuth2.RefreshToken == "":
		return errors.New("found for OAuth 2 neither a client secret nor a refresh token, expected one of them or both")
	}
	if _, err := parseBase(a.OAuth2.TokenURL, allowHTTP); err != nil {
		return fmt.Errorf("oauth2: token_%w", err)
	}
	return nil
}

// secrets returns everything that must not be seen.
func (a Auth) secrets() []string {
	list := []string{a.Password, a.Token, a.APIKey}
	if a.Username != "" {
		list = append(list, base64.StdEncoding.EncodeToString([]byte(a.Username+":"+a.Password)))
		if a.Password == "" || a.Password == "x" {
			list = append(list, a.Username) // an API key that is sent as the user's name
		}
	}
	if a.OAuth2 != nil {
		list = append(list, a.OAuth2.ClientSecret, a.OAuth2.RefreshToken,
			base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(a.OAuth2.ClientID)+":"+url.QueryEscape(a.OAuth2.ClientSecret))))
	}
	return list
}

// tokens keeps the token that is in use.
type tokens struct {
	mu      sync.Mutex
	value   string
	expires time.Time
	refresh string // the newest refresh token, where the server rotates them
}

// earlier is how long before its end a token is replaced.
const earlier = 30 * time.Second

// authorize adds the credentials. It returns the token it used, if one was got from a server.
func (c *Client) authorize(ctx context.Context, r *http.Request) (token string, err error) {
	a := c.config.Auth
	switch {
	case c.anonym:
	case a.Username != "":
		r.SetBasicAuth(a.Username, a.Password)
	case a.Token != "":
		r.Header.Set("Authorization", "Bearer "+a.Token)
	case a.APIKey != "":
		r.Header.Set(a.APIKeyHeader, a.APIKey)
	case a.OAuth2 != nil || a.Source != nil:
		if token, err = c.currentToken(ctx); err != nil {
			return "", err
		}
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return token, nil
}

func (c *Client) currentToken(ctx context.Context) (string, error) {
	c.token.mu.Lock()
	defer c.token.mu.Unlock()
	if c.token.value != "" && (c.token.expires.IsZero() || time.Until(c.token.expires) > earlier) {
		return c.token.value, nil
	}
	var err error
	if c.config.Auth.Source != nil {
		c.token.value, c.token.expires, err = c.config.Auth.Source(ctx, c.anonymous())
	} else {
		c.token.value, c.token.expires, err = c.oauth2Token(ctx)
	}
	if err != nil {
		c.token.value = ""
		if _, asked := errors.AsType[*Error](err); asked {
			return "", err
		}
		return "", &tokenError{err}
	}
	if c.token.value == "" {
		return "", &tokenError{errors.New("the answer has no token")}
	}
	c.secrets.add(c.token.value)
	return c.token.value, nil
}

// tokenError is an answer to a request for a token that has none.
type tokenError struct{ err error }

func (e *tokenError) Error() string { return "signing in: " + e.err.Error() }
func (e *tokenError) Unwrap() error { return e.err }

// dropToken forgets a token that the server refused, unless it was replaced already.
func (c *Client) dropToken(refused string) {
	c.token.mu.Lock()
	defer c.token.mu.Unlock()
	if c.token.value == refused {
		c.token.value = ""
	}
}

// anonymous returns the client without credentials.
func (c *Client) anonymous() *Client {
	fetch := &Client{config: c.config, base: c.base, limiter: c.limiter, anonym: true}
	fetch.http = &http.Client{Transport: c.http.Transport, CheckRedirect: fetch.checkRedirect}
	fetch.secrets.add(c.secrets.list()...)
	return fetch
}

func (c *Client) oauth2Token(ctx context.Context) (string, time.Time, error) {
	o := c.config.Auth.OAuth2
	ctx, cancel := context.WithTimeout(ctx, c.config.Stall)
	defer cancel()
	// A redirect of the request for a token would carry the client's secret to wherever it leads.
	ctx = context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: c.http.Transport,
		CheckRedirect: func(r *http.Request, _ []*http.Request) error {
			return fmt.Errorf("redirected to %s, expected an answer: set the token URL to the address that answers", cleanURL(r.URL))
		}})
	style := oauth2.AuthStyleAutoDetect
	switch {
	case o.InHeader:
		style = oauth2.AuthStyleInHeader
	case o.InBody:
		style = oauth2.AuthStyleInParams
	}
	var token *oauth2.Token
	var err error
	if o.RefreshToken != "" {
		if c.token.refresh == "" {
			c.token.refresh = o.RefreshToken
		}
		config := oauth2.Config{ClientID: o.ClientID, ClientSecret: o.ClientSecret, Scopes: o.Scopes, Endpoint: oauth2.Endpoint{TokenURL: o.TokenURL, AuthStyle: style}}
		token, err = config.TokenSource(ctx, &oauth2.Token{RefreshToken: c.token.refresh}).Token()
	} else {
		config := clientcredentials.Config{ClientID: o.ClientID, ClientSecret: o.ClientSecret, Scopes: o.Scopes, TokenURL: o.TokenURL, AuthStyle: style, EndpointParams: url.Values{}}
		for name, value := range o.Parameters {
			config.EndpointParams.Set(name, value)
		}
		token, err = config.Token(ctx)
	}
	if err != nil {
		return "", time.Time{}, c.refusedToken(err)
	}
	if o.RefreshToken != "" {
		c.token.refresh = token.RefreshToken
		c.secrets.add(token.RefreshToken)
	}
	return token.AccessToken, token.Expiry, nil
}

// refusedToken makes an Error of what package oauth2 reports.
func (c *Client) refusedToken(err error) error {
	e := &Error{Method: http.MethodPost, URL: c.config.Auth.OAuth2.TokenURL, Doing: "getting a token", Err: err}
	if u, parseErr := url.Parse(e.URL); parseErr == nil {
		e.URL = cleanURL(u)
	}
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		e.Err = nil
		if refused.Response != nil {
			e.Status, e.Header = refused.Response.StatusCode, c.hideIn(refused.Response.Header)
		}
		e.Excerpt = c.excerpt(refused.Body)
		if e.Status == http.StatusBadRequest || e.Status == http.StatusForbidden { // RFC 6749 section 5.2
			e.Hint = hints[http.StatusUnauthorized]
		} else {
			e.Hint = hints[e.Status]
		}
	}
	return e
}
