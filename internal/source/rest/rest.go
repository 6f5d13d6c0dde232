// SPDX-License-Identifier: MPL-2.0

// Package rest reads workers from any HR system that answers in JSON over HTTP:
// what to ask, where the records are in an answer, and how the pages of a list
// follow each other. The list is held against the totals that the system
// reports, so that half of it is never taken for the whole.
package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/jsonrecord"
	"terraform-provider-workforce/internal/source/web"
)

// Config says what to ask and what the answer looks like.
type Config struct {
	Web web.Config
	// Method is GET, if empty, or POST for systems that search by it.
	Method string
	// Path is that of the list, below Web.URL.
	Path string
	// Query are the parameters of the request.
	Query map[string]string
	// Header is sent with each request, beside that of Web.
	Header map[string]string
	// Body is sent with a POST; it is JSON unless Header says otherwise.
	Body string
	// Records is the path to the array of records; the answer itself if empty.
	Records string
	// Columns names the columns and says where they are in a record, as jsonrecord.Columns does.
	Columns map[string]string
	Paging  Paging

	// What packages for one HR system set:

	// ParsePath reads the paths of columns; jsonrecord.ParsePath if nil.
	ParsePath func(string) (jsonrecord.Path, error)
	// References is jsonrecord.Columns.References.
	References map[string]string
	// Transform makes of each record what columns are read from.
	Transform func(record any) (any, error)
	// Check refuses answers that are errors with a good status.
	Check func(document any) error
	// Expect is web.JSON if zero.
	Expect web.Kind
	// Required and Optional are those of jsonrecord.Columns.
	Required bool
	Optional []string
	// Again says which errors a list may be read from the beginning for.
	Again func(*web.Error) bool
	// Explain adds what the HR system says about an error, in headers for instance.
	Explain func(*web.Error)
}

// Read reads the workers.
func Read(ctx context.Context, c Config, s source.Spec) (*source.Result, error) {
	client, err := web.New(c.Web)
	if err != nil {
		return nil, err
	}
	return ReadWith(ctx, client, c, s)
}

// ReadWith reads the workers by a client.
func ReadWith(ctx context.Context, client *web.Client, c Config, s source.Spec) (*source.Result, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	client.SecretParameters(c.Query)
	records, err := List(ctx, client, c)
	if err != nil {
		return nil, err
	}
	columns := jsonrecord.Columns{Paths: c.Columns, Parse: c.ParsePath, References: c.References, Required: c.Required, Optional: c.Optional}
	return jsonrecord.Workers(s, columns, records)
}

// List reads the records. A list that changes while it is read is read again, at most twice.
func List(ctx context.Context, client *web.Client, c Config) ([]jsonrecord.Record, error) {
	r, err := newReader(client, c)
	if err != nil {
		return nil, err
	}
	var records []jsonrecord.Record
	err = web.Consistent(func() error {
		r.guard, r.records = web.Guard{MaxPages: c.Paging.MaxPages}, nil
		err := r.read(ctx)
		if e, ok := errors.AsType[*web.Error](err); ok && c.Again != nil && c.Again(e) {
			err = errors.Join(err, web.ErrMoved)
		}
		records = r.records
		r.oneByOne = true // if several pages at a time did not fit, one after another may
		return err
	})
	if e, ok := errors.AsType[*web.Error](err); ok && c.Explain != nil {
		c.Explain(e)
	}
	return records, err
}

// reader reads one list.
type reader struct {
	config   Config
	client   *web.Client
	paths    struct{ records, next, total, pages, more jsonrecord.Path }
	body     map[string]any // of a request whose parameters of the page are in the body
	guard    web.Guard
	records  []jsonrecord.Record
	oneByOne bool
}

func newReader(client *web.Client, c Config) (*reader, error) {
	r := &reader{config: c, client: client}
	if c.Method != "" && c.Method != http.MethodGet && c.Method != http.MethodPost {
		return nil, fmt.Errorf("method: found %q, expected GET or POST", c.Method)
	}
	if c.Body != "" && c.Method != http.MethodPost {
		return nil, errors.New("body: found one for a GET, expected method = \"POST\"")
	}
	if err := c.Paging.validate(); err != nil {
		return nil, err
	}
	for _, p := range []struct {
		what, text string
		path       *jsonrecord.Path
	}{{"records", c.Records, &r.paths.records}, {"next", c.Paging.Next, &r.paths.next}, {"total", c.Paging.Total, &r.paths.total},
		{"pages", c.Paging.Pages, &r.paths.pages}, {"more", c.Paging.More, &r.paths.more}} {
		path, err := jsonrecord.ParsePath(p.text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.what, err)
		}
		*p.path = path
	}
	if c.Paging.InBody {
		if c.Method != http.MethodPost {
			return nil, errors.New("in_body: found it with a GET, expected method = \"POST\"")
		}
		if err := json.Unmarshal([]byte(orElse(c.Body, "{}")), &r.body); err != nil {
			return nil, fmt.Errorf("body: expected a JSON object for the parameters of the page: %w", err)
		}
	}
	return r, nil
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// page is one answer.
type page struct {
	name     string
	document any
	records  []any
	mark     string // of the records as they came
	response *web.Response
	total    int // by the answer; -1 if it does not say
	pages    int
}

// fetch asks for a page, of which it returns what it could read together with an error. link, if set, is the whole URL;
// else parameters are added to the request.
func (r *reader) fetch(ctx context.Context, name, link string, parameters map[string]string) (*page, error) {
	request := web.Request{Method: r.config.Method, URL: r.config.Path, Query: url.Values{}, Header: http.Header{}, Safe: true,
		Expect:  r.config.Expect,
		Partial: r.config.Paging.Kind != "" && r.config.Paging.Kind != None}
	if request.Expect == (web.Kind{}) {
		request.Expect = web.JSON
	}
	for key, value := range r.config.Header {
		request.Header.Set(key, value)
	}
	if link != "" {
		request.URL = link
	} else {
		for key, value := range r.config.Query {
			request.Query.Set(key, value)
		}
	}
	if r.config.Method == http.MethodPost {
		request.Body, request.ContentType = []byte(r.config.Body), "application/json"
	}
	if r.body != nil {
		body, err := json.Marshal(withParameters(r.body, parameters))
		if err != nil {
			return nil, err
		}
		request.Body = body
	} else {
		for key, value := range parameters {
			request.Query.Set(key, value)
		}
	}
	response, err := r.client.Do(ctx, request)
	if err != nil {
		return nil, err
	}
	p := &page{name: name, response: response, total: -1, pages: -1}
	if response.Status == http.StatusNoContent {
		return p, nil
	}
	if err := r.parse(p); err != nil {
		return p, fmt.Errorf("%s, %s: %w", r.where(response), name, err)
	}
	return p, nil
}

// where names the list in messages, without parameters.
func (r *reader) where(response *web.Response) string {
	u := *response.URL
	u.RawQuery, u.User, u.Fragment = "", nil, ""
	return u.String()
}

func (r *reader) parse(p *page) error {
	var err error
	if p.document, err = jsonrecord.Decode(p.response.Body); err != nil {
		return err
	}
	p.response.Body = nil // a large list is kept once
	if r.config.Check != nil {
		if err := r.config.Check(p.document); err != nil {
			return err
		}
	}
	if p.records, err = r.paths.records.Records(p.document); err != nil {
		return err
	}
	p.mark = mark(p.records)
	if r.config.Paging.Total != "" {
		if p.total, err = r.paths.total.Number(p.document); err != nil {
			return fmt.Errorf("total: %w", err)
		}
		if p.total < 0 && !r.config.Paging.TotalOptional {
			return fmt.Errorf("total: found nothing at %q, expected the number of records", r.config.Paging.Total)
		}
	}
	if r.config.Paging.Pages != "" {
		if p.pages, err = r.paths.pages.Number(p.document); err != nil {
			return fmt.Errorf("pages: %w", err)
		}
		if p.pages < 0 {
			return fmt.Errorf("pages: found nothing at %q, expected the number of pages", r.config.Paging.Pages)
		}
	}
	return nil
}

// take adds a page to what was read.
func (r *reader) take(p *page) error {
	if err := r.guard.Add(web.Page{Name: p.name, Records: len(p.records), Total: p.total, Pages: p.pages, Mark: p.mark}); err != nil {
		return fmt.Errorf("%s: %w", r.where(p.response), err)
	}
	for i, record := range p.records {
		position := fmt.Sprintf("record %d", i+1)
		if r.config.Paging.Kind != "" && r.config.Paging.Kind != None {
			position = fmt.Sprintf("%s, record %d", p.name, i+1)
		}
		if r.config.Transform != nil {
			var err error
			if record, err = r.config.Transform(record); err != nil {
				return fmt.Errorf("%s, %s: %w", r.where(p.response), position, err)
			}
		}
		r.records = append(r.records, jsonrecord.Record{Position: position, Value: record})
	}
	return nil
}

// mark tells a page from others by its first and last record.
func mark(records []any) string {
	if len(records) == 0 {
		return ""
	}
	text, err := json.Marshal([]any{len(records), records[0], records[len(records)-1]})
	if err != nil {
		return ""
	}
	return string(text)
}

// withParameters returns the body with parameters, whose names are paths.
func withParameters(body map[string]any, parameters map[string]string) map[string]any {
	out := make(map[string]any, len(body)+len(parameters))
	for key, value := range body {
		out[key] = value
	}
	for name, value := range parameters {
		first, rest, nested := strings.Cut(name, ".")
		switch inner, _ := out[first].(map[string]any); {
		case nested:
			out[first] = withParameters(inner, map[string]string{rest: value})
		case isNumber(value):
			out[first] = json.Number(value)
		default:
			out[first] = value
		}
	}
	return out
}

func isNumber(text string) bool {
	return text != "" && len(text) < 16 && strings.Trim(text, "0123456789") == "" && (text == "0" || text[0] != '0')
}
