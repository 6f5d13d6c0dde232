// SPDX-License-Identifier: MPL-2.0

// Package jsonapi writes values of workers to any HR system with an API that
// takes and gives JSON: templates say what to send, paths say where the values
// are in an answer. Each write is one request for the values that change,
// followed by a read that has to find them.
package jsonapi

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"terraform-provider-workforce/internal/source/jsonrecord"
	"terraform-provider-workforce/internal/source/rest"
	"terraform-provider-workforce/internal/source/web"
	"terraform-provider-workforce/internal/writeback"
)

// Config says what to ask and what to send.
type Config struct {
	Web web.Config
	// List, if its Path is set, reads all workers at once: its Path, Query, Records and Paging. It
	// is used where many workers are needed. Its records are like that of ReadPath.
	List rest.Config
	// ReadPath is the template of the URL of one worker, below Web.URL, such as
	// /employees/{worker_id}. An answer 404, or one without the record, means that there is none.
	ReadPath string
	// Record is the path to the worker in the answer; the answer itself if empty.
	Record string
	// WorkerID is the path to the worker id in the record. A record with
	// another one is refused: servers that do not know a parameter answer with anybody.
	WorkerID string
	// Key is the path to what the system itself calls the worker by, for {key} in templates.
	Key string
	// Values has the path, in the record, of each attribute.
	Values map[string]string

	// WriteMethod is PATCH if empty, or POST or PUT.
	WriteMethod string
	// WritePath is the template of the URL to write to; ReadPath if empty.
	WritePath string
	// WriteBody is the template of the body, in JSON, see Body.
	WriteBody string
	// ContentType of the body; application/json if empty.
	ContentType string

	// Concurrency is how many requests run at once; DefaultConcurrency if 0.
	Concurrency int
	// Settle is how long what was written may take to be read; DefaultSettle if 0.
	Settle time.Duration
}

// The defaults of a Config.
const (
	DefaultConcurrency = 8
	DefaultSettle      = 5 * time.Second
	// listFrom is from how many workers on they are read by the list.
	listFrom = 20
)

// API is an HR system. It is safe for concurrent use.
type API struct {
	config              Config
	client              *web.Client
	read, write         urlTemplate
	body                *Body
	record, worker, key jsonrecord.Path
	values              map[string]jsonrecord.Path

	mu   sync.Mutex
	keys map[string]string // by worker id
}

var _ writeback.System = (*API)(nil)

// Validate reports everything that is wrong with c at once, but for Web. It contacts nothing.
func (c Config) Validate() error {
	_, err := c.parsed()
	return err
}

// Open checks the configuration. Nothing connects yet.
func Open(c Config) (*API, error) {
	a, err := c.parsed()
	if err != nil {
		return nil, err
	}
	a.client, err = web.New(c.Web)
	return a, err
}

// parsed fills the defaults in and reads paths and templates.
func (c Config) parsed() (*API, error) {
	a := &API{config: c, values: map[string]jsonrecord.Path{}, keys: map[string]string{}}
	if a.config.WriteMethod == "" {
		a.config.WriteMethod = http.MethodPatch
	}
	if a.config.WritePath == "" {
		a.config.WritePath = c.ReadPath
	}
	if a.config.ContentType == "" {
		a.config.ContentType = "application/json"
	}
	if a.config.Concurrency == 0 {
		a.config.Concurrency = DefaultConcurrency
	}
	if a.config.Settle == 0 {
		a.config.Settle = DefaultSettle
	}
	return a, errors.Join(a.parse()...)
}

// parse reads paths and templates, and returns everything that is wrong with them.
func (a *API) parse() []error {
	c := &a.config
	var errs []error
	note := func(what string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", what, err))
		}
	}
	path := func(what, text string, to *jsonrecord.Path) {
		p, err := jsonrecord.ParsePath(text)
		note(what, err)
		*to = p
	}
	if !slices.Contains([]string{http.MethodPatch, http.MethodPost, http.MethodPut}, c.WriteMethod) {
		note("write_method", fmt.Errorf("found %q, expected PATCH, POST or PUT", c.WriteMethod))
	}
	if c.WorkerID == "" {
		note("worker_id", errors.New("found no path, expected where the worker id is in a record"))
	}
	if len(c.Values) == 0 {
		note("values", errors.New("found none, expected the path of each attribute"))
	}
	if c.Concurrency < 1 || c.Concurrency > 64 {
		note("concurrency", fmt.Errorf("found %d, expected 1 to 64", c.Concurrency))
	}
	path("record", c.Record, &a.record)
	path("worker_id", c.WorkerID, &a.worker)
	path("key", c.Key, &a.key)
	for _, name := range slices.Sorted(maps.Keys(c.Values)) {
		if name == "worker_id" || name == "key" {
			note("values", fmt.Errorf("found the attribute %q, expected another name: {%s} stands for itself in templates", name, name))
		}
		var p jsonrecord.Path
		path("values."+name, c.Values[name], &p)
		a.values[name] = p
	}
	var err error
	a.read, err = parseURL(c.ReadPath, "worker_id")
	note("read_path", err)
	names := []string{"worker_id"}
	if c.Key != "" {
		names = append(names, "key")
	}
	a.write, err = parseURL(c.WritePath, names...)
	note("write_path", err)
	a.body, err = ParseBody(c.WriteBody, names, slices.Sorted(maps.Keys(c.Values)))
	note("write_body", err)
	return errs
}

// Concurrency implements writeback.Writer.
func (a *API) Concurrency() int { return a.config.Concurrency }

// Requests returns how many requests were sent.
func (a *API) Requests() int64 { return a.client.Requests() }

// Read implements writeback.Reader: by one list, if there is one and many
// workers are asked for, else by a request for each.
func (a *API) Read(ctx context.Context, workers, attributes []string) (map[string]writeback.Record, error) {
	for _, name := range attributes {
		if _, known := a.values[name]; !known {
			return nil, fmt.Errorf("values: found no path of the attribute %q, expected one", name)
		}
	}
	if a.config.List.Path != "" && len(workers) >= listFrom {
		return a.readList(ctx, workers, attributes)
	}
	found := make([]writeback.Record, len(workers))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(a.config.Concurrency)
	for i, worker := range workers {
		group.Go(func() error {
			var err error
			if found[i], err = a.readOne(ctx, worker, attributes); err != nil {
				return fmt.Errorf("worker %q: %w", worker, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	out := make(map[string]writeback.Record, len(workers))
	for i, worker := range workers {
		if found[i] != nil {
			out[worker] = found[i]
		}
	}
	return out, nil
}

func (a *API) readList(ctx context.Context, workers, attributes []string) (map[string]writeback.Record, error) {
	records, err := rest.List(ctx, a.client, a.config.List)
	if err != nil {
		return nil, err
	}
	wanted := make(map[string]bool, len(workers))
	for _, worker := range workers {
		wanted[worker] = true
	}
	found := make(map[string]writeback.Record, len(workers))
	for _, r := range records {
		worker, err := a.worker.Text(r.Value)
		if err != nil || worker == "" {
			return nil, fmt.Errorf("%s: found no worker id at %q (%w)", r.Position, a.config.WorkerID, errors.Join(err, errNoID))
		}
		if !wanted[worker] {
			continue
		}
		if _, twice := found[worker]; twice {
			return nil, fmt.Errorf("%s: found worker %q a second time, expected one record for each worker", r.Position, worker)
		}
		if found[worker], err = a.take(worker, r.Value, attributes); err != nil {
			return nil, fmt.Errorf("%s, worker %q: %w", r.Position, worker, err)
		}
	}
	return found, nil
}

var errNoID = errors.New("expected one in each record")

// readOne returns nil for a worker whom the system does not know.
// isGone reports an answer that says that there is no such worker, or none any more.
func isGone(status int) bool { return status == http.StatusNotFound || status == http.StatusGone }

func (a *API) readOne(ctx context.Context, worker string, attributes []string) (writeback.Record, error) {
	url, err := a.read.fill(map[string]string{"worker_id": worker})
	if err != nil {
		return nil, err
	}
	response, err := a.client.Do(ctx, web.Request{URL: url, Expect: web.JSON, Pass: func(r *web.Response) bool { return isGone(r.Status) }})
	if err != nil {
		return nil, unavailable(err)
	}
	if isGone(response.Status) || response.Status == http.StatusNoContent {
		return nil, nil
	}
	document, err := jsonrecord.Decode(response.Body)
	if err != nil {
		return nil, err
	}
	values, _ := a.record.Find(document)
	if len(values) == 0 || values[0] == nil {
		return nil, nil
	}
	if len(values) > 1 {
		return nil, fmt.Errorf("found %d records at %q, expected one", len(values), a.config.Record)
	}
	id, err := a.worker.Text(values[0])
	if err != nil {
		return nil, err
	}
	if id != worker {
		return nil, fmt.Errorf("the server answered with the worker id %s at %q, expected %q: see whether it knows the parameters of read_path", writeback.Quote(id), a.config.WorkerID, worker)
	}
	return a.take(worker, values[0], attributes)
}

// take reads the values of a record.
func (a *API) take(worker string, record any, attributes []string) (writeback.Record, error) {
	out := make(writeback.Record, len(attributes))
	for _, name := range attributes {
		var err error
		if out[name], err = a.values[name].Text(record); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if a.config.Key == "" {
		return out, nil
	}
	key, err := a.key.Text(record)
	if err != nil || key == "" {
		return nil, fmt.Errorf("key: %w", errors.Join(err, fmt.Errorf("found no value at %q, expected what the system calls the worker by", a.config.Key)))
	}
	a.mu.Lock()
	a.keys[worker] = key
	a.mu.Unlock()
	return out, nil
}

// Write implements writeback.Writer.
func (a *API) Write(ctx context.Context, worker string, _, want writeback.Record) (writeback.Record, error) {
	a.mu.Lock()
	names := map[string]string{"worker_id": worker, "key": a.keys[worker]}
	a.mu.Unlock()
	url, err := a.write.fill(names)
	if err != nil {
		return nil, err
	}
	body, err := a.body.Fill(names, want)
	if err != nil {
		return nil, err
	}
	// To set the same values twice does no harm; a POST may be something else.
	repeatable := a.config.WriteMethod != http.MethodPost
	if _, err := a.client.Do(ctx, web.Request{Method: a.config.WriteMethod, URL: url, Body: body, ContentType: a.config.ContentType, Safe: repeatable}); err != nil {
		return nil, unavailable(err)
	}
	return a.readBack(ctx, worker, want)
}

// readBack reads what was written, again and again until the system shows it or
// the time to settle is over.
func (a *API) readBack(ctx context.Context, worker string, want writeback.Record) (writeback.Record, error) {
	attributes := slices.Sorted(maps.Keys(want))
	end := time.Now().Add(a.config.Settle)
	for pause := 100 * time.Millisecond; ; pause *= 2 {
		now, err := a.readOne(ctx, worker, attributes)
		switch {
		case err != nil:
			return nil, fmt.Errorf("the system accepted the values, reading them back failed: %w", err)
		case now == nil:
			return nil, errors.New("the system accepted the values and has no such worker any more")
		case maps.Equal(now, want) || time.Now().Add(pause).After(end):
			return now, nil
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// unavailable marks what every other worker would meet too: no connection, wrong
// credentials, a server that is down after all attempts.
func unavailable(err error) error {
	if web.Unusable(err) {
		return &writeback.UnavailableError{Err: err}
	}
	return err
}
