// SPDX-License-Identifier: MPL-2.0

package graphconn

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"terraform-provider-workforce/internal/progress"
	"terraform-provider-workforce/internal/retry"
)

// batchSize is how many requests one batch may hold.
// https://learn.microsoft.com/graph/json-batching
const batchSize = 20

const batchPath = "/$batch"

// Result is how one request of a batch ended.
type Result struct {
	Response *Response
	Err      error
}

// Batch sends any number of requests, twenty at a time and several batches at
// once, and returns their results in the same order. Requests that depend on each
// other (After) go in one batch. What is throttled or could not be done within a
// batch is sent again alone, as the answer says; a request whose dependency
// failed is not sent. A lost answer of a whole batch leaves requests that are not
// repeatable with an error for which [IsUnknownOutcome] holds.
func (c *Client) Batch(ctx context.Context, requests []Request) []Result {
	b := &batch{Client: c, requests: requests, results: make([]Result, len(requests))}
	var g errgroup.Group
	g.SetLimit(c.config.Connections)
	if len(requests) > batchSize {
		what := map[kind]string{reads: "reading", writes: "writing"}[requests[0].kind()]
		b.progress = c.meter(ctx, what, len(requests))
		defer b.progress.End()
	}
	for _, part := range b.parts() {
		g.Go(func() error {
			b.run(ctx, part)
			b.counted(part)
			return nil
		})
	}
	_ = g.Wait() // failures are in the results
	return b.results
}

// batch is one call of Batch.
type batch struct {
	*Client
	requests []Request
	results  []Result
	progress *progress.Meter
}

// counted tells the meter how a part of the requests ended.
func (b *batch) counted(part []int) {
	failed := 0
	for _, i := range part {
		if b.results[i].Err != nil {
			failed++
		}
	}
	b.progress.Add(len(part)-failed, failed)
}

// parts divides the requests by their index, keeping those that depend on each other together.
func (b *batch) parts() [][]int {
	root := make([]int, len(b.requests))
	var find func(int) int
	find = func(i int) int {
		if root[i] != i {
			root[i] = find(root[i])
		}
		return root[i]
	}
	for i := range root {
		root[i] = i
	}
	for i, r := range b.requests {
		for _, j := range r.After {
			root[find(i)] = find(j)
		}
	}
	groups := map[int][]int{}
	var order []int
	for i := range b.requests {
		top := find(i)
		if groups[top] == nil {
			order = append(order, top)
		}
		groups[top] = append(groups[top], i)
	}
	var parts [][]int
	var part []int
	for _, top := range order {
		group := groups[top]
		if len(part)+len(group) > batchSize && len(part) > 0 {
			parts, part = append(parts, part), nil
		}
		part = append(part, group...)
		if len(part) >= batchSize {
			parts, part = append(parts, part), nil
		}
	}
	if len(part) > 0 {
		parts = append(parts, part)
	}
	return parts
}

// run sends one part until each of its requests has a result.
func (b *batch) run(ctx context.Context, part []int) {
	pending := part
	waiting, failing := NewBackoff(), NewBackoff()
	var waited time.Duration
	for tries := 0; len(pending) > 0; {
		again, wait, throttled, at, err := b.round(ctx, pending)
		if err != nil {
			b.fail(again, err)
			return
		}
		if len(again) == 0 {
			return
		}
		switch {
		case throttled && wait == 0:
			wait = waiting.NextBackOff()
		case !throttled:
			tries++
			wait = max(wait, failing.NextBackOff())
		}
		if waited += wait; tries > maxTries || waited > b.config.MaxWait {
			return // the results hold the last answers
		}
		if throttled {
			b.limiter.pause(b.kindOf(again), at.Add(wait))
		} else if err := b.config.Sleep(ctx, at.Add(wait)); err != nil {
			b.fail(again, &Error{Err: fmt.Errorf("%w: %w", ErrNotSent, err)})
			return
		}
		pending = again
	}
}

// kindOf is writes as soon as one of the requests is one.
func (b *batch) kindOf(items []int) kind {
	for _, i := range items {
		if b.requests[i].kind() == writes {
			return writes
		}
	}
	return reads
}

// fail gives requests that the batch did not get an answer for the error of the
// batch. What an earlier round may have done is not called not attempted.
func (b *batch) fail(items []int, err error) {
	for _, i := range items {
		r := b.requests[i]
		e := *as(err)
		lost := e.maybeDone(r) || as(b.results[i].Err).maybeDone(r)
		e.Method, e.Path = r.Method, b.shown(r.Path)
		if IsCanceled(err) {
			b.results[i] = Result{Err: e.undecided(lost)}
			continue
		}
		e.Unknown = lost && !r.repeatable()
		b.results[i] = Result{Err: &e}
	}
}

type item struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers,omitempty"`
	Body      json.RawMessage   `json:"body,omitempty"`
	DependsOn []string          `json:"dependsOn,omitempty"`
}

type answers struct {
	Responses []struct {
		ID      string            `json:"id"`
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    json.RawMessage   `json:"body"`
	} `json:"responses"`
}

// round sends what is pending in one batch, records results, and returns what
// is to be sent again after how long. An error means that nothing of it has an answer.
func (b *batch) round(ctx context.Context, pending []int) (again []int, wait time.Duration, throttled bool, at time.Time, err error) {
	items, asked := b.items(pending)
	if len(items) == 0 {
		return nil, 0, false, at, nil
	}
	b.batches.Add(1)
	whole := Request{Method: http.MethodPost, Path: batchPath, Body: map[string]any{"requests": items}, Repeatable: b.repeatable(asked), readsOnly: b.kindOf(asked) == reads}
	for j, i := range asked {
		whole.inner = append(whole.inner, inner{b.requests[i], items[j].Body})
	}
	answer, err := b.Do(ctx, whole)
	if err != nil {
		return asked, 0, false, at, err
	}
	var got answers
	if err := json.Unmarshal(answer.Body, &got); err != nil {
		e := &Error{Method: http.MethodPost, Path: batchPath, Err: fmt.Errorf("the answer is no batch: %w", err), sent: true}
		answer.pending.EndAll(outcome(nil, e))
		return asked, 0, false, at, e
	}
	defer func() { b.recordAnswers(answer.pending, asked) }()
	again, wait, throttled = b.sortAnswers(got, answer, asked)
	return again, wait, throttled, answer.at, nil
}

// sortAnswers records what the answer of a batch says of each request, and returns what
// is to be sent again after how long.
func (b *batch) sortAnswers(got answers, answer *Response, asked []int) (again []int, wait time.Duration, throttled bool) {
	seen := map[int]bool{}
	var dependents []int
	for _, a := range got.Responses {
		i, err := strconv.Atoi(a.ID)
		if err != nil || i < 0 || i >= len(b.requests) || a.Status < http.StatusOK {
			continue // an answer without a status says nothing of the request: it is missing
		}
		seen[i] = true
		header := http.Header{}
		for name, value := range a.Headers {
			header.Set(name, value)
		}
		switch r := b.requests[i]; {
		case a.Status < 400:
			b.results[i] = Result{Response: &Response{Status: a.Status, Header: header, Body: a.Body}}
			continue
		case a.Status == http.StatusFailedDependency:
			dependents = append(dependents, i)
			b.results[i] = Result{Err: &Error{Method: r.Method, Path: r.Path, Status: a.Status, Err: fmt.Errorf("%w: a request it depends on failed", ErrNotSent)}}
			continue
		default:
			e := failure(r, a.Status, header, a.Body)
			e.after, _ = retry.After(header, answer.at)
			e.sent = true
			e.Unknown = a.Status >= 500 && a.Status != http.StatusNotImplemented && !r.repeatable()
			b.results[i] = Result{Err: e}
			switch {
			case a.Status == http.StatusTooManyRequests:
				b.throttled.Add(1)
				throttled, again, wait = true, append(again, i), max(wait, e.after)
			case e.retryable(r), a.Status == http.StatusUnauthorized && b.renew(answer.token): // the token ended within the batch
				again, wait = append(again, i), max(wait, e.after)
			}
		}
	}
	again = append(again, b.revived(dependents, again)...)
	return append(again, b.missing(asked, seen)...), wait, throttled
}

// missing gives requests that the answer of a batch left out an error, and
// returns those that may be sent again.
func (b *batch) missing(asked []int, seen map[int]bool) (again []int) {
	for _, i := range asked {
		if seen[i] {
			continue
		}
		r := b.requests[i]
		b.results[i] = Result{Err: &Error{Method: r.Method, Path: r.Path, Unknown: !r.repeatable(), sent: true, Err: fmt.Errorf("the answer of the batch lacks this request")}}
		if r.repeatable() {
			again = append(again, i)
		}
	}
	return again
}

// revived returns the dependents of what is to be sent again.
func (b *batch) revived(dependents, again []int) (more []int) {
	retried := map[int]bool{}
	for _, i := range again {
		retried[i] = true
	}
	for grown := true; grown; {
		grown = false
		for _, i := range dependents {
			for _, j := range b.requests[i].After {
				if retried[j] && !retried[i] {
					retried[i], grown = true, true
					more = append(more, i)
				}
			}
		}
	}
	return more
}

// items makes the requests of a batch; what depends on something that failed for good is not asked.
func (b *batch) items(pending []int) (items []item, asked []int) {
	inside := map[int]bool{}
	for _, i := range pending {
		inside[i] = true
	}
	for _, i := range pending {
		r := b.requests[i]
		body, err := encode(r.Body)
		if err != nil {
			b.results[i] = Result{Err: fmt.Errorf("%s %s: %w", r.Method, r.Path, err)}
			delete(inside, i)
			continue
		}
		it := item{ID: strconv.Itoa(i), Method: r.Method, URL: r.Path, Body: body}
		if len(r.Query) > 0 {
			it.URL += "?" + strings.ReplaceAll(r.Query.Encode(), "+", "%20")
		}
		for name := range r.Header {
			it.headers()[name] = r.Header.Get(name)
		}
		if len(body) > 0 {
			it.headers()["Content-Type"] = "application/json"
		}
		failed := false
		for _, j := range r.After {
			switch {
			case inside[j]:
				it.DependsOn = append(it.DependsOn, strconv.Itoa(j))
			case b.results[j].Err != nil:
				failed = true
			}
		}
		if failed {
			b.results[i] = Result{Err: &Error{Method: r.Method, Path: r.Path, Err: fmt.Errorf("%w: a request it depends on failed", ErrNotSent)}}
			delete(inside, i)
			continue
		}
		items, asked = append(items, it), append(asked, i)
	}
	return items, asked
}

func (i *item) headers() map[string]string {
	if i.Headers == nil {
		i.Headers = map[string]string{}
	}
	return i.Headers
}

// repeatable reports whether all of the requests are.
func (b *batch) repeatable(items []int) bool {
	for _, i := range items {
		if !b.requests[i].repeatable() {
			return false
		}
	}
	return true
}

// Pages sends a request and follows the links to further pages, giving each page
// to a function. A page that comes twice, and a link to another host, is an error.
func (c *Client) Pages(ctx context.Context, r Request, each func(body []byte) error) error {
	seen, before := map[string]bool{}, []byte(nil)
	m := c.meter(ctx, "reading pages", 0)
	defer m.End()
	for {
		answer, err := c.Do(ctx, r)
		if err != nil {
			return err
		}
		next, err := c.NextPage(answer.Body)
		if err != nil {
			return &Error{Method: r.Method, Path: c.shown(r.Path), Status: answer.Status, Err: err}
		}
		if page, objects, err := members(answer.Body); err == nil && len(objects) > 0 {
			if bytes.Equal(page["value"], before) {
				return fmt.Errorf("%s %s: a page came twice, behind another link", r.Method, template(c.shown(r.Path)))
			}
			before = page["value"]
		}
		if err := each(answer.Body); err != nil {
			return fmt.Errorf("%s %s: %w", r.Method, template(c.shown(r.Path)), err)
		}
		m.Add(1, 0)
		switch {
		case next == "":
			return nil
		case seen[next]:
			return fmt.Errorf("%s %s: a page came twice", r.Method, template(c.shown(r.Path)))
		}
		seen[next] = true
		r.Path, r.Query = next, nil
	}
}

// NextPage checks that an answer is a page of a collection, whole as far as one page can tell, and
// returns the link to the one that follows; "" for the last. Whoever takes another
// answer for a page takes it for an empty collection: that nobody is there.
func (c *Client) NextPage(body []byte) (next string, err error) {
	page, objects, err := members(body)
	if err != nil {
		return "", fmt.Errorf("the answer is no page: %w", err)
	}
	if problem := page["error"]; problem != nil && string(problem) != "null" {
		return "", fmt.Errorf("the answer is an error, and its status says that all is well: %s", abbreviate(problem))
	}
	if objects == nil {
		return "", fmt.Errorf("the answer is no page: found no list \"value\" in %s", abbreviate(body))
	}
	if link := page["@odata.nextLink"]; link != nil {
		if err := json.Unmarshal(link, &next); err != nil {
			return "", fmt.Errorf("the answer is no page: its link to the next page is %s", abbreviate(link))
		}
	}
	if next != "" && !strings.HasPrefix(next, c.base+"/") {
		return "", fmt.Errorf("the link to the next page leads elsewhere than to %s", c.base)
	}
	for i, one := range objects {
		if len(one) == 0 || one[0] != '{' {
			return "", fmt.Errorf("the answer is no whole page: item %d is %s, expected an object", i+1, abbreviate(one))
		}
	}
	return next, nil
}

// Objects returns the objects of a page, as they were sent.
func Objects(body []byte) ([]json.RawMessage, error) {
	_, objects, err := members(body)
	return objects, err
}

// members reads a page by the exact names of its members, as the models of Graph do:
// package json also takes "VALUE" for "value", so that the two would speak of different lists.
func members(body []byte) (page map[string]json.RawMessage, objects []json.RawMessage, err error) {
	if err := json.Unmarshal(body, &page); err != nil {
		return nil, nil, err
	}
	if value := page["value"]; value != nil {
		err = json.Unmarshal(value, &objects)
	}
	return page, objects, err
}
