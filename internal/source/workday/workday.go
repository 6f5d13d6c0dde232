// SPDX-License-Identifier: MPL-2.0

// Package workday reads workers from Workday: all of them as of one moment by
// the operation Get_Workers of the web service Human_Resources (SOAP), or the
// rows of a custom report (Reports-as-a-Service). What comes in pages is held
// together by moments that stay the same over all pages, and by the numbers that
// Workday gives: half a population is never taken for a whole one.
//
// The scanner, the tree and the steps of XPaths that are followed directly (scan.go, tree.go, xpath.go) are our own. What
// they do not know goes to the library github.com/antchfx/xpath, and tests hold them against it and its reader,
// github.com/antchfx/xmlquery. That reader alone takes 2.9 s of CPU and 786 MB of allocations for 5,000 workers, ours
// 0.30 s and 21 MB with all attributes found. End to end, with Terraform and a tenant of the sandbox, 5,000 workers in
// pages of 100 took 0.83 s of CPU and 107 MB at the peak to read, and 3.7 s and 150 MB where each page was read by the
// library too, beside ours; a plan of their accounts, 1.95 s and 4.85 s.
package workday

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/web"
	"terraform-provider-workforce/internal/worker"
)

// Config says which Workday tenant to read, and what of it.
type Config struct {
	// Web is the host and how to reach it. Its URL is that of the host, or of the
	// service as Microsoft's connector takes it:
	// https://wd3-services1.workday.com/ccx/service/acme/Human_Resources/v44.2.
	// Web.Auth is filled from the fields below.
	Web web.Config
	// Tenant is needed if the URL has none.
	Tenant string
	// Version of the web service, such as "v44.2"; that of the URL, or DefaultVersion, if empty.
	Version string

	// Username, with or without @tenant, and Password of an integration system
	// user: WS-Security UsernameToken for SOAP, basic authentication for reports.
	Username, Password string
	// Or an API client of Workday with a refresh token. TokenURL is
	// /ccx/oauth2/{tenant}/token on the host if empty.
	ClientID, ClientSecret, RefreshToken, TokenURL string

	// AsOf is the effective date of what is read; today in Spec.TimeZone (or else UTC) if empty.
	AsOf worker.Date
	// HorizonDays is how many days ahead hires and terminations are looked for.
	// Workers who start in that time are read as of their hire date; of those who
	// leave, termination date and last day of work are known in advance. 0: not at all.
	HorizonDays int
	// Which workers are left out.
	ExcludeEmployees, ExcludeContingentWorkers, ExcludeInactive bool
	// XPaths are attributes beside those of Microsoft's connector, or instead of
	// them: XPath 1.0 by name, beginning with wd:Worker.
	XPaths map[string]string
	// PageSize is how many workers Workday is asked for at once; DefaultPageSize if 0, at most MaxPageSize.
	PageSize int
	// Concurrency is how many pages are asked for at the same time; 4 if 0.
	Concurrency int

	// Report, if set, is read instead of Get_Workers.
	Report *Report

	version float64
}

const (
	// DefaultVersion is the version of the web service that is asked for. Workday
	// publishes two a year and keeps old ones.
	DefaultVersion = "v44.2"
	// DefaultPageSize is the number of workers on a page.
	DefaultPageSize = 100
	// MaxPageSize is the most workers that Workday puts on a page.
	MaxPageSize = 999
	// MaxHorizonDays is the farthest look ahead.
	MaxHorizonDays = 366

	defaultConcurrency = 4
	maxConcurrency     = 16
)

var (
	servicePath = regexp.MustCompile(`^/ccx/service/([^/]+)(?:/([A-Za-z_]+)(?:/(v\d+(?:\.\d+)?))?)?/?$`)
	versionText = regexp.MustCompile(`^v?(\d{2}(?:\.\d)?)$`)
)

// Read reads the workers as of now.
func Read(ctx context.Context, c Config, s source.Spec, now time.Time) (*source.Result, error) {
	if err := c.prepare(); err != nil {
		return nil, err
	}
	client, err := web.New(c.Web)
	if err != nil {
		return nil, err
	}
	client.Secret(c.Password, c.ClientSecret, c.RefreshToken)
	if c.Report != nil {
		return c.readReport(ctx, client, s)
	}
	return c.readWorkers(ctx, client, s, now)
}

// prepare checks the configuration and fills in what follows from it.
func (c *Config) prepare() error {
	var problems []error
	fail := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	c.prepareURL(fail)
	if m := versionText.FindStringSubmatch(c.Version); m != nil {
		c.Version = "v" + m[1]
		c.version, _ = strconv.ParseFloat(m[1], 64)
	} else {
		fail("version: found %q, expected one such as v44.2", c.Version)
	}
	if c.PageSize == 0 {
		c.PageSize = DefaultPageSize
	}
	if c.PageSize < 1 || c.PageSize > MaxPageSize {
		fail("page_size: found %d, expected 1 to %d", c.PageSize, MaxPageSize)
	}
	if c.Concurrency == 0 {
		c.Concurrency = defaultConcurrency
	}
	if c.Concurrency < 1 || c.Concurrency > maxConcurrency {
		fail("concurrency: found %d, expected 1 to %d", c.Concurrency, maxConcurrency)
	}
	if c.HorizonDays < 0 || c.HorizonDays > MaxHorizonDays {
		fail("horizon_days: found %d, expected 0 to %d", c.HorizonDays, MaxHorizonDays)
	}
	if c.AsOf != "" {
		if _, err := time.Parse(time.DateOnly, string(c.AsOf)); err != nil {
			fail("as_of: found %q, expected a date as 2026-11-22", c.AsOf)
		}
	}
	if c.ExcludeEmployees && c.ExcludeContingentWorkers {
		fail("exclude_employees and exclude_contingent_workers: found both, which leaves nobody")
	}
	c.prepareAuth(fail)
	if c.Report != nil {
		problems = append(problems, c.Report.validate())
	}
	return errors.Join(problems...)
}

// prepareURL takes tenant and version out of the URL of a service.
func (c *Config) prepareURL(fail func(string, ...any)) {
	u, err := url.Parse(c.Web.URL)
	if err != nil || u.Host == "" {
		fail("url: found no URL with a host, expected one such as https://wd3-services1.workday.com")
		return
	}
	if m := servicePath.FindStringSubmatch(u.Path); m != nil {
		if c.Tenant == "" {
			c.Tenant = m[1]
		}
		if c.Version == "" {
			c.Version = m[3]
		}
		if m[1] != c.Tenant {
			fail("tenant: found %q, and %q in url, expected the same", c.Tenant, m[1])
		}
		if m[2] != "" && m[2] != "Human_Resources" {
			fail("url: found the service %s, expected Human_Resources", m[2])
		}
	} else if strings.Trim(u.Path, "/") != "" {
		fail("url: found the path %s, expected none, or /ccx/service/{tenant}/Human_Resources/%s", u.Path, DefaultVersion)
	}
	if c.Version == "" {
		c.Version = DefaultVersion
	}
	if _, tenant, found := strings.Cut(c.Username, "@"); found && c.Tenant == "" {
		c.Tenant = tenant
	}
	if c.Tenant == "" || strings.ContainsAny(c.Tenant, "/?#@ ") {
		fail("tenant: found %q, expected the name of the tenant, as in /ccx/service/{tenant}", c.Tenant)
	}
	c.Web.URL = (&url.URL{Scheme: u.Scheme, User: u.User, Host: u.Host}).String()
}

// prepareAuth chooses how to sign in.
func (c *Config) prepareAuth(fail func(string, ...any)) {
	oauth := c.ClientID != "" || c.ClientSecret != "" || c.RefreshToken != ""
	switch {
	case oauth && (c.Username != "" || c.Password != ""):
		fail("found a user and an API client, expected one of username with password, or client_id with client_secret and refresh_token")
	case oauth:
		if c.ClientID == "" || c.ClientSecret == "" || c.RefreshToken == "" {
			fail("client_id, client_secret and refresh_token: expected all three")
		}
		if c.TokenURL == "" {
			c.TokenURL = c.Web.URL + "/ccx/oauth2/" + url.PathEscape(c.Tenant) + "/token"
		}
		c.Web.Auth = web.Auth{OAuth2: &web.OAuth2{TokenURL: c.TokenURL, ClientID: c.ClientID, ClientSecret: c.ClientSecret, RefreshToken: c.RefreshToken, InHeader: true}}
	case c.Username == "" || c.Password == "":
		fail("found no credentials, expected username and password of an integration system user, or client_id, client_secret and refresh_token of an API client")
	default:
		if !strings.Contains(c.Username, "@") {
			c.Username += "@" + c.Tenant
		}
		if c.Report != nil {
			c.Web.Auth = web.Auth{Username: c.Username, Password: c.Password}
		}
	}
}

// endpoint is the path of the SOAP service.
func (c *Config) endpoint() string {
	return "/ccx/service/" + url.PathEscape(c.Tenant) + "/Human_Resources/" + c.Version
}

// moment is what stays the same over all requests of one read.
type moment struct {
	effective worker.Date
	entry     string // date and time in UTC
}

func (c *Config) moment(s source.Spec, now time.Time) (moment, error) {
	m := moment{effective: c.AsOf, entry: now.UTC().Format("2006-01-02T15:04:05.000Z")}
	if m.effective != "" {
		return m, nil
	}
	loc := time.UTC
	if s.TimeZone != "" {
		var err error
		if loc, err = worker.Location(s.TimeZone); err != nil {
			return m, fmt.Errorf("time_zone: %w", err)
		}
	}
	m.effective = worker.Date(now.In(loc).Format(time.DateOnly))
	return m, nil
}

// readWorkers reads by Get_Workers.
func (c *Config) readWorkers(ctx context.Context, client *web.Client, s source.Spec, now time.Time) (*source.Result, error) {
	p, err := c.plan(s)
	if err != nil {
		return nil, err
	}
	r := &reader{config: c, client: client, plan: p}
	began := time.Now()
	err = web.Consistent(func() error {
		// Another attempt is one of a later moment: what had changed meanwhile is in it.
		m, err := c.moment(s, now.Add(time.Since(began)))
		if err != nil {
			return err
		}
		r.moment = m
		return r.readAll(ctx)
	})
	if err != nil {
		return nil, err
	}
	return r.build(p.spec)
}

// plan is what to read of each worker.
type plan struct {
	spec      source.Spec
	canonical []string // keys of worker.Fields filled by this package
	columns   []column // attributes
	names     []string // canonical, then those of columns
	groups    []string // elements of Response_Group
	datesOnly []string // the same where only dates are wanted
}

// plan finds the attributes that are wanted, and tells those that do not exist
// before anything is asked for.
func (c *Config) plan(s source.Spec) (*plan, error) {
	p := &plan{spec: s, columns: c.columns()}
	p.spec.DateFormats = dateFormats(s.DateFormats)
	if s.TrueValues != nil {
		p.spec.TrueValues = append(slices.Clone(s.TrueValues), "1") // booleans of Workday, whatever other words there are
	}
	if s.FalseValues != nil {
		p.spec.FalseValues = append(slices.Clone(s.FalseValues), "0")
	}
	for _, key := range worker.Fields {
		if _, named := s.Fields[key]; !named {
			p.canonical = append(p.canonical, key)
		}
	}
	names := func() []string {
		list := slices.Clone(p.canonical)
		for _, one := range p.columns {
			list = append(list, one.name)
		}
		return list
	}
	for _, one := range p.columns {
		if slices.Contains(worker.Fields, one.name) {
			return nil, fmt.Errorf("xpaths: %q is the name of a canonical key, expected another one: fields says which attribute fills the key", one.name)
		}
		for _, path := range one.paths {
			if _, err := compile(path); err != nil {
				return nil, fmt.Errorf("xpaths: %q: %w", one.name, err)
			}
		}
	}
	check := s
	check.AllowEmpty, check.MinRecords, check.Sentinels = true, 0, nil
	b, err := source.NewBuilder(check, names())
	if err != nil {
		return nil, err
	}
	if _, err := b.Finish(); err != nil {
		return nil, err
	}
	p.columns = slices.DeleteFunc(p.columns, func(one column) bool { return !wanted(s, one.name) })
	p.names = names()
	p.groups, p.datesOnly = c.groups(p), []string{"Include_Reference", "Include_Employment_Information"}
	return p, nil
}

// wanted reports whether an attribute is read.
func wanted(s source.Spec, name string) bool {
	if _, watched := s.MinFilled[name]; watched || name == s.ManagerReference {
		return true
	}
	for _, field := range s.Fields {
		if field == name {
			return true
		}
	}
	if s.Attributes != nil {
		return slices.Contains(s.Attributes, name)
	}
	return name != manyByDefault
}

// dateFormats adds the dates of XML Schema, which Workday writes with an offset
// or Z: the canonical keys are filled with dates without either.
func dateFormats(configured []string) []string {
	if configured == nil {
		configured = []string{"yyyy-MM-ddK", "rfc3339"}
	}
	if slices.Contains(configured, "yyyy-MM-dd") {
		return configured
	}
	return append(slices.Clone(configured), "yyyy-MM-dd")
}
