// SPDX-License-Identifier: MPL-2.0

// Package successfactors reads workers from SAP SuccessFactors Employee Central
// by OData v2: every person with their employments and jobs as of one date, those
// who start soon as of their first day. Attributes have the names of Microsoft's
// connector, so that expressions written for it keep working. What comes in pages
// is held together by a snapshot on the server and by the number of persons that
// it gives: half a population is never taken for a whole one.
package successfactors

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/web"
	"terraform-provider-workforce/internal/worker"
)

// Config says which SuccessFactors instance to read, and what of it.
type Config struct {
	// Web is the API host, such as https://api4.successfactors.com, and how to
	// reach it. Web.Auth is filled from the fields below.
	Web web.Config
	// CompanyID is the name of the instance.
	CompanyID string

	// Username, with or without @ and the company id, of the API user. With
	// Password it signs in by basic authentication.
	Username, Password string
	// Or ClientID, the API key of an OAuth 2 client application, with
	// PrivateKeyPEM, the RSA key (PKCS #1 or #8) whose certificate is registered
	// there: it signs the SAML assertion that the token is asked for with, for
	// Username.
	ClientID, PrivateKeyPEM string
	// Issuer of the assertion; DefaultIssuer if empty.
	Issuer string
	// Name says what Username is: NameUserID if empty.
	Name Name
	// TokenURL is /oauth/token on the API host if empty. It must be on that host.
	TokenURL string

	// AsOf is the date of what is read; today in Spec.TimeZone (or else UTC) if empty.
	AsOf worker.Date
	// HorizonDays is how many days ahead hires are looked for. Those who start in
	// that time are read as of their first day, since SuccessFactors does not show
	// their names and jobs before. 0: not at all.
	HorizonDays int
	// TerminatedDays is how many days ago those who have left may have left to be
	// read; 0: all who ever worked there.
	TerminatedDays int
	// Filter is a condition of OData that persons must meet besides, such as
	// "employmentNav/jobInfoNav/company eq '1000'".
	Filter string
	// Paths are attributes beside those of Microsoft's connector, or instead of
	// them: JSONPaths by name, beginning with $, as the connector takes them. They
	// see the person as SuccessFactors sent it: results[0] is the first employment
	// there, which is not always the one that counts.
	Paths map[string]string
	// ISODates writes dates of attributes as 2026-11-22 (moments as RFC 3339), and
	// none for the open end 9999-12-31. Otherwise they are written as Microsoft's
	// connector does: 11/22/2026 12:00:00 AM.
	ISODates bool
	// PageSize is how many persons are asked for at once; DefaultPageSize if 0, at most MaxPageSize.
	PageSize int
	// Concurrency is how many requests for those who start soon are under way at
	// the same time; 4 if 0. Pages of a snapshot come one after another.
	Concurrency int

	now    time.Time
	signer *signer
}

// Name says what the name in an assertion is.
type Name string

// The kinds of names.
const (
	NameUserID   Name = "user_id"
	NameUsername Name = "username"
	NameEmail    Name = "email"
)

const (
	// DefaultPageSize is the number of persons on a page.
	DefaultPageSize = 200
	// MaxPageSize is the most that SuccessFactors puts on a page.
	MaxPageSize = 1000
	// MaxHorizonDays is the farthest look ahead.
	MaxHorizonDays = 366
	// DefaultIssuer is the issuer of assertions.
	DefaultIssuer = "www.successfactors.com"

	servicePath        = "/odata/v2"
	defaultConcurrency = 4
	maxConcurrency     = 16
)

// Read reads the workers as of now.
func Read(ctx context.Context, c Config, s source.Spec, now time.Time) (*source.Result, error) {
	if err := c.prepare(now); err != nil {
		return nil, err
	}
	p, err := c.plan(s)
	if err != nil {
		return nil, err
	}
	client, err := web.New(c.Web)
	if err != nil {
		return nil, err
	}
	client.Secret(c.Password, c.ClientID)
	asOf, err := c.date(s)
	if err != nil {
		return nil, err
	}
	r := &reader{config: &c, client: client, plan: p, asOf: asOf}
	if c.HorizonDays > 0 {
		r.horizon = asOf.AddDays(c.HorizonDays)
	}
	if err := web.Consistent(func() error { return r.readAll(ctx) }); err != nil {
		return nil, err
	}
	return r.build()
}

// prepare checks the configuration and fills in what follows from it.
func (c *Config) prepare(now time.Time) error {
	var problems []error
	fail := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	c.now = now
	c.prepareURL(fail)
	if c.PageSize == 0 {
		c.PageSize = DefaultPageSize
	}
	if c.Concurrency == 0 {
		c.Concurrency = defaultConcurrency
	}
	between := func(name string, n, low, high int) {
		if n < low || n > high {
			fail("%s: found %d, expected %d to %d", name, n, low, high)
		}
	}
	between("page_size", c.PageSize, 1, MaxPageSize)
	between("concurrency", c.Concurrency, 1, maxConcurrency)
	between("horizon_days", c.HorizonDays, 0, MaxHorizonDays)
	between("terminated_days", c.TerminatedDays, 0, 36525)
	if c.AsOf != "" {
		if _, err := time.Parse(time.DateOnly, string(c.AsOf)); err != nil {
			fail("as_of: found %q, expected a date as 2026-11-22", c.AsOf)
		}
	}
	if strings.Contains(c.Filter, "$filter") || !balanced(c.Filter) {
		fail("filter: found %s, expected a condition of OData with balanced parentheses and without $filter=", source.Quote(c.Filter))
	}
	c.prepareAuth(fail)
	return errors.Join(problems...)
}

// balanced reports whether parentheses outside of texts are closed after they are
// opened: the condition is put between two of them.
func balanced(filter string) bool {
	depth, quoted := 0, false
	for _, c := range filter {
		switch {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0 && !quoted
}

func (c *Config) prepareURL(fail func(string, ...any)) {
	u, err := url.Parse(c.Web.URL)
	if err != nil || u.Host == "" {
		fail("url: found no URL with a host, expected that of the API server, such as https://api4.successfactors.com")
		return
	}
	if path := strings.TrimSuffix(u.Path, "/"); path != "" && path != servicePath {
		fail("url: found the path %s, expected none, or %s", u.Path, servicePath)
	}
	host := url.URL{Scheme: u.Scheme, User: u.User, Host: u.Host}
	if c.TokenURL == "" {
		c.TokenURL = host.String() + "/oauth/token"
	}
	host.Path = servicePath
	c.Web.URL = host.String()
	if token, err := url.Parse(c.TokenURL); err != nil || token.Host != u.Host || token.Scheme != u.Scheme {
		fail("token_url: expected an address on %s://%s: tokens are asked for where they are used", u.Scheme, u.Host)
	}
}

// prepareAuth chooses how to sign in.
func (c *Config) prepareAuth(fail func(string, ...any)) {
	if c.CompanyID == "" || strings.ContainsAny(c.CompanyID, " /@?") {
		fail("company_id: found %q, expected the id of the company, as it is entered to sign in", c.CompanyID)
	}
	oauth := c.ClientID != "" || c.PrivateKeyPEM != ""
	switch {
	case oauth && c.Password != "":
		fail("found a password and an OAuth client, expected one of username with password, or client_id with private_key and username")
	case oauth:
		c.prepareOAuth(fail)
	case c.Username == "" || c.Password == "":
		fail("found no credentials, expected username and password of an API user, or client_id and private_key of an OAuth client with the username")
	default:
		if !strings.HasSuffix(c.Username, "@"+c.CompanyID) {
			c.Username += "@" + c.CompanyID
		}
		c.Web.Auth = web.Auth{Username: c.Username, Password: c.Password}
	}
}

func (c *Config) prepareOAuth(fail func(string, ...any)) {
	if c.Name == "" {
		c.Name = NameUserID
	}
	if c.Issuer == "" {
		c.Issuer = DefaultIssuer
	}
	if c.Name != NameUserID && c.Name != NameUsername && c.Name != NameEmail {
		fail("name_format: found %q, expected %s, %s or %s", string(c.Name), NameUserID, NameUsername, NameEmail)
	}
	if c.ClientID == "" || c.PrivateKeyPEM == "" || c.Username == "" {
		fail("client_id, private_key and username: expected all three")
		return
	}
	var err error
	if c.signer, err = newSigner(c.PrivateKeyPEM); err != nil {
		fail("private_key: %w", err)
		return
	}
	c.Username = strings.TrimSuffix(c.Username, "@"+c.CompanyID)
	c.Web.Auth = web.Auth{Source: c.token}
}

// date is the date of everything that is read: that of all pages, and not of the
// time zone of the server.
func (c *Config) date(s source.Spec) (worker.Date, error) {
	if c.AsOf != "" {
		return c.AsOf, nil
	}
	loc := time.UTC
	if s.TimeZone != "" {
		var err error
		if loc, err = worker.Location(s.TimeZone); err != nil {
			return "", fmt.Errorf("time_zone: %w", err)
		}
	}
	return worker.Date(c.now.In(loc).Format(time.DateOnly)), nil
}
