// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strings"
)

const maxBatch = 20

// item is one request of a batch.
type item struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

// batch answers JSON batching: https://learn.microsoft.com/graph/json-batching.
func (s *Server) batch(c *call) (*answer, bool) {
	s.stats.Batches++
	items, f := readBatch(c)
	if f != nil {
		return f.answer(c, s.now()), false
	}
	lost := false
	statuses, responses := map[string]int{}, make([]any, 0, len(items))
	for _, it := range items {
		var a *answer
		fault := (*fault)(nil)
		if failedBefore(it.DependsOn, statuses) {
			f := &failure{status: http.StatusFailedDependency, code: "Failed Dependency", message: "One or more dependencies failed."}
			a = f.answer(c, s.now())
		} else if inner := it.call(c); inner == nil {
			a = malformed("Invalid batch payload format.").answer(c, s.now())
		} else {
			fault = s.meet(inner.method, inner.target(), inner.body)
			if fault != nil {
				c.delay += fault.Delay
				if fault.Drop {
					return nil, true
				}
			}
			a = s.handleItem(inner, fault)
		}
		lost = lost || fault.after()
		statuses[it.ID] = a.status
		responses = append(responses, it.response(a))
	}
	// Answers come in any order.
	s.serial++
	random := rand.New(rand.NewPCG(uint64(s.serial), 20)) //nolint:gosec // any order will do
	random.Shuffle(len(responses), func(i, j int) { responses[i], responses[j] = responses[j], responses[i] })
	return ok(object{"responses": responses}), lost
}

func (s *Server) handleItem(c *call, f *fault) *answer {
	if f != nil {
		switch {
		case f.Garbage:
			return &answer{status: http.StatusOK, body: garbage}
		case f.Answer != "":
			return &answer{status: http.StatusOK, body: json.RawMessage(f.Answer)}
		case f.Status != 0:
			return f.failure().answer(c, s.now())
		}
	}
	return s.handle(c)
}

func failedBefore(ids []string, statuses map[string]int) bool {
	for _, id := range ids {
		if statuses[id] >= 400 {
			return true
		}
	}
	return false
}

// readBatch reads a batch and checks it as a whole.
func readBatch(c *call) ([]item, *failure) {
	if _, f := c.document(); f != nil {
		return nil, f
	}
	var batch struct {
		Requests []item `json:"requests"`
	}
	if err := json.Unmarshal(c.body, &batch); err != nil || len(batch.Requests) == 0 {
		return nil, malformed("Invalid batch payload format.")
	}
	if n := len(batch.Requests); n > maxBatch {
		return nil, malformed("Number of batch request steps exceeds the maximum value of %d.", maxBatch)
	}
	seen := map[string]bool{}
	for _, it := range batch.Requests {
		switch {
		case it.ID == "":
			return nil, malformed("Request id cannot be null or empty.")
		case seen[it.ID]:
			return nil, malformed("Request id has to be unique in a batch.")
		case it.Method == "" || it.URL == "":
			return nil, malformed("Request method and url cannot be null or empty.")
		case len(it.Body) > 0 && string(it.Body) != "null" && it.header().Get("Content-Type") == "":
			return nil, malformed("Write requests (excluding DELETE) must contain the Content-Type header declaration.")
		}
		for _, id := range it.DependsOn {
			if !seen[id] {
				return nil, malformed("Invalid DependsOn value '%s' in request with id '%s'.", id, it.ID)
			}
		}
		seen[it.ID] = true
	}
	return batch.Requests, nil
}

func (it *item) header() http.Header {
	h := http.Header{}
	for name, value := range it.Headers {
		h.Set(name, value)
	}
	return h
}

// call makes the call of an item, or nil where the address is not relative.
func (it *item) call(outer *call) *call {
	path, query, _ := strings.Cut(it.URL, "?")
	if strings.Contains(path, "://") {
		return nil
	}
	return &call{method: strings.ToUpper(it.Method), version: outer.version, path: "/" + strings.TrimPrefix(path, "/"), rawQuery: strings.ReplaceAll(query, " ", "%20"),
		header: it.header(), body: it.Body, inner: true, token: outer.token}
}

func (it *item) response(a *answer) object {
	headers := object{}
	for name, values := range a.header {
		headers[name] = values[0]
	}
	r := object{"id": it.ID, "status": a.status, "headers": headers}
	if a.body != nil {
		headers["Content-Type"] = "application/json"
		r["body"] = a.body
	}
	return r
}
