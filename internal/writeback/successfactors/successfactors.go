// SPDX-License-Identifier: MPL-2.0

// Package successfactors writes mail addresses and phone numbers to SAP
// SuccessFactors by OData v2: one upsert for each worker, whose every record is
// answered for, followed by a read that has to find the values.
package successfactors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/web"
	"terraform-provider-workforce/internal/writeback"
)

// Config says where the system is and what attributes are in it.
type Config struct {
	// Web.URL is the address of the service, such as
	// https://api4.successfactors.com/odata/v2. The user's name is user@company.
	Web web.Config
	// Emails and Phones have the type of each attribute, as the id of a picklist
	// value, such as "8448".
	Emails, Phones map[string]string
	// Concurrency is how many workers are written at once; DefaultConcurrency if 0.
	Concurrency int
}

// DefaultConcurrency is small: the service counts the connections of a company.
const DefaultConcurrency = 4

// kind is what differs between mail addresses and phone numbers.
// https://help.sap.com/docs/SAP_SUCCESSFACTORS_PLATFORM, Employee Central OData API, PerEmail and PerPhone.
type kind struct{ entity, navigation, typ, value string }

var (
	email = kind{"PerEmail", "emailNav", "emailType", "emailAddress"}
	phone = kind{"PerPhone", "phoneNav", "phoneType", "phoneNumber"}
)

// place is where an attribute is.
type place struct {
	kind
	code string
}

// Company is a SuccessFactors system. It is safe for concurrent use.
type Company struct {
	client      *web.Client
	places      map[string]place
	concurrency int
}

var _ writeback.System = (*Company)(nil)

// Validate reports everything that is wrong with c at once, but for Web. It contacts nothing.
func (c Config) Validate() error {
	_, err := c.places()
	return err
}

// Open checks the configuration. Nothing connects yet.
func Open(c Config) (*Company, error) {
	places, err := c.places()
	if err != nil {
		return nil, err
	}
	client, err := web.New(c.Web)
	if err != nil {
		return nil, err
	}
	if c.Concurrency == 0 {
		c.Concurrency = DefaultConcurrency
	}
	return &Company{client, places, c.Concurrency}, nil
}

func (c Config) places() (map[string]place, error) {
	places, of := map[string]place{}, map[place]string{}
	var errs []error
	add := func(k kind, what string, codes map[string]string) {
		for _, name := range slices.Sorted(maps.Keys(codes)) {
			p := place{k, codes[name]}
			_, both := places[name]
			switch {
			case p.code == "" || strings.ContainsFunc(p.code, func(r rune) bool { return r < '0' || r > '9' }):
				errs = append(errs, fmt.Errorf("%s: found the type %q of %q, expected the id of a picklist value, such as 8448", what, p.code, name))
			case both:
				errs = append(errs, fmt.Errorf("%s: found %q in emails as well, expected it in one of them", what, name))
			case of[p] != "":
				errs = append(errs, fmt.Errorf("%s: found the type %s for %q and %q, expected one attribute for each", what, p.code, of[p], name))
			}
			places[name], of[p] = p, name
		}
	}
	add(email, "emails", c.Emails)
	add(phone, "phones", c.Phones)
	if len(places) == 0 {
		errs = append(errs, errors.New("found neither emails nor phones, expected the type of each attribute"))
	}
	if c.Concurrency < 0 || c.Concurrency > 64 {
		errs = append(errs, fmt.Errorf("concurrency: found %d, expected 1 to 64", c.Concurrency))
	}
	return places, errors.Join(errs...)
}

// Concurrency implements writeback.Writer.
func (c *Company) Concurrency() int { return c.concurrency }

// person is what is read of a worker: entries by entity and type.
type person map[place]entry

type entry struct {
	value   string
	primary bool
}

// chunk is how many people are asked for at once; a page has up to 1,000.
const chunk = 100

// Read implements writeback.Reader: a request for each 100 workers.
func (c *Company) Read(ctx context.Context, workers, attributes []string) (map[string]writeback.Record, error) {
	for _, name := range attributes {
		if _, known := c.places[name]; !known {
			return nil, fmt.Errorf("emails, phones: found no type of the attribute %q, expected one", name)
		}
	}
	out := make(map[string]writeback.Record, len(workers))
	for part := range slices.Chunk(workers, chunk) {
		people, err := c.people(ctx, part)
		if err != nil {
			return nil, err
		}
		for id, p := range people {
			out[id] = c.record(p, attributes)
		}
	}
	return out, nil
}

func (c *Company) record(p person, attributes []string) writeback.Record {
	r := make(writeback.Record, len(attributes))
	for _, name := range attributes {
		r[name] = p[c.places[name]].value
	}
	return r
}

// people reads workers by their ids.
func (c *Company) people(ctx context.Context, workers []string) (map[string]person, error) {
	texts := make([]string, len(workers))
	for i, id := range workers {
		texts[i] = literal(id)
	}
	query := url.Values{"$format": {"json"}, "$filter": {"personIdExternal in " + strings.Join(texts, ",")}, "$expand": {"emailNav,phoneNav"},
		"$select": {"personIdExternal,emailNav/emailType,emailNav/emailAddress,emailNav/isPrimary,phoneNav/phoneType,phoneNav/phoneNumber,phoneNav/isPrimary"}}
	response, err := c.client.Do(ctx, web.Request{URL: "PerPerson", Query: query, Expect: web.JSON})
	if err != nil {
		return nil, unavailable(err)
	}
	var answer struct {
		D struct {
			Results *[]map[string]json.RawMessage `json:"results"`
			Next    string                        `json:"__next"`
		} `json:"d"`
	}
	if err := json.Unmarshal(response.Body, &answer); err != nil {
		return nil, fmt.Errorf("PerPerson: the answer is not as OData v2 has it: %w", err)
	}
	if answer.D.Results == nil { // an error with a good status would else be a company without people
		return nil, fmt.Errorf("PerPerson: found no d.results in the answer %s, expected a list of persons of OData v2", source.Quote(string(response.Body)))
	}
	if answer.D.Next != "" {
		return nil, fmt.Errorf("PerPerson: found a part of the %d workers only, expected all on one page", len(workers))
	}
	out := make(map[string]person, len(workers))
	for i, result := range *answer.D.Results {
		var id string
		if err := json.Unmarshal(result["personIdExternal"], &id); err != nil || id == "" {
			return nil, fmt.Errorf("PerPerson: result %d: found no personIdExternal, expected a text", i+1)
		}
		p := person{}
		if err := errors.Join(p.add(email, result[email.navigation]), p.add(phone, result[phone.navigation])); err != nil {
			return nil, fmt.Errorf("PerPerson: worker %q: %w", id, err)
		}
		if slices.Contains(workers, id) { // ids are compared without case there
			out[id] = p
		}
	}
	return out, nil
}

func (p person) add(k kind, raw json.RawMessage) error {
	var list struct {
		Results []map[string]any `json:"results"`
	}
	if len(raw) == 0 {
		return fmt.Errorf("found no %s, expected a list: does the account have the right to read it?", k.navigation)
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("%s: %w", k.navigation, err)
	}
	for _, r := range list.Results {
		code, _ := r[k.typ].(string)
		value, _ := r[k.value].(string)
		primary, _ := r["isPrimary"].(bool)
		p[place{k, code}] = entry{value, primary}
	}
	return nil
}

// hasPrimary reports whether an entry of a kind is the primary one.
func (p person) hasPrimary(k kind) bool {
	for at, e := range p {
		if at.kind == k && e.primary {
			return true
		}
	}
	return false
}

// literal writes a text of OData (OData v2, 2.2.2 Abstract Type System).
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Write implements writeback.Writer. A value that is not there yet becomes the primary
// one only if the worker has none; otherwise the primary flag stays as it is.
func (c *Company) Write(ctx context.Context, worker string, _, want writeback.Record) (writeback.Record, error) {
	people, err := c.people(ctx, []string{worker})
	if err != nil {
		return nil, err
	}
	p, exists := people[worker]
	if !exists {
		return nil, errors.New("found no PerPerson with this personIdExternal, expected one")
	}
	var records []map[string]any
	var remove []place
	for _, name := range slices.Sorted(maps.Keys(want)) {
		at, known := c.places[name]
		if !known {
			return nil, fmt.Errorf("emails, phones: found no type of the attribute %q, expected one", name)
		}
		now, has := p[at]
		switch {
		case want[name] != "":
			e := entry{want[name], now.primary || !p.hasPrimary(at.kind)}
			p[at] = e
			records = append(records, map[string]any{"__metadata": map[string]any{"uri": at.uri(worker)}, at.value: e.value, "isPrimary": e.primary})
		case has:
			remove = append(remove, at)
		}
	}
	failed := c.upsert(ctx, records)
	for _, at := range remove {
		if _, err := c.client.Do(ctx, web.Request{Method: http.MethodDelete, URL: at.path(worker)}); err != nil {
			failed = errors.Join(failed, unavailable(err))
		}
	}
	found, err := c.Read(ctx, []string{worker}, slices.Sorted(maps.Keys(want)))
	if err != nil {
		return nil, errors.Join(failed, fmt.Errorf("reading back: %w", err))
	}
	return found[worker], failed
}

// uri is the key of an entry.
func (p place) uri(worker string) string {
	return fmt.Sprintf("%s(%s=%s,personIdExternal=%s)", p.entity, p.typ, literal(p.code), literal(worker))
}

// path is uri as part of a URL: quotes are doubled first, and then escaped, or a server reads
// the quote in O'Brien as the end of the key.
func (p place) path(worker string) string {
	return fmt.Sprintf("%s(%s=%s,personIdExternal=%s)", p.entity, p.typ, url.PathEscape(literal(p.code)), url.PathEscape(literal(worker)))
}

// upsert sends records. The service answers 200 even if it refuses all of them.
// To set the same values twice does no harm, so that a failed request is repeated.
func (c *Company) upsert(ctx context.Context, records []map[string]any) error {
	if len(records) == 0 {
		return nil
	}
	body, err := json.Marshal(records)
	if err != nil {
		return err
	}
	response, err := c.client.Do(ctx, web.Request{Method: http.MethodPost, URL: "upsert", Query: url.Values{"$format": {"json"}}, Body: body, ContentType: "application/json; charset=utf-8", Safe: true, Expect: web.JSON})
	if err != nil {
		return unavailable(err)
	}
	var answer struct {
		D []struct {
			Key      string `json:"key"`
			Status   string `json:"status"`
			Message  string `json:"message"`
			HTTPCode int    `json:"httpCode"`
		} `json:"d"`
	}
	if err := json.Unmarshal(response.Body, &answer); err != nil {
		return fmt.Errorf("upsert: the answer is not as OData v2 has it: %w", err)
	}
	if len(answer.D) != len(records) {
		return fmt.Errorf("upsert: found %d results, expected %d", len(answer.D), len(records))
	}
	var errs []error
	for i, r := range answer.D {
		if r.Status != "OK" {
			at, _ := records[i]["__metadata"].(map[string]any)
			errs = append(errs, fmt.Errorf("%v: status %s (%d): %s", at["uri"], r.Status, r.HTTPCode, r.Message))
		}
	}
	return errors.Join(errs...)
}

// unavailable marks what every other worker would meet too.
func unavailable(err error) error {
	if web.Unusable(err) {
		return &writeback.UnavailableError{Err: err}
	}
	return err
}
