// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// step is one request of a batch.
func step(id, method, url string, body any, dependsOn ...string) object {
	s := object{"id": id, "method": method, "url": url}
	if body != nil {
		s["body"], s["headers"] = body, object{"Content-Type": "application/json"}
	}
	if dependsOn != nil {
		s["dependsOn"] = dependsOn
	}
	return s
}

// send sends a batch and returns the responses by id, and the ids as they came.
func (c *client) send(steps ...object) (map[string]object, []string) {
	c.t.Helper()
	body := c.want(200, "POST", "/$batch", object{"requests": steps})
	out := map[string]object{}
	var order []string
	for _, v := range dig[[]any](body, "responses") {
		id := dig[string](v, "id")
		out[id], order = dig[object](v), append(order, id)
	}
	return out, order
}

func TestBatch(t *testing.T) {
	c := start(t, Options{})
	c.create("ann", nil)
	got, _ := c.send(
		step("1", "POST", "/users", person("bob", nil)),
		step("2", "POST", "users", person("ann", nil)),
		step("3", "GET", "/users/bob@example.com?$select=id,userPrincipalName", nil, "1"),
		step("4", "PATCH", "/users/bob@example.com", object{"city": "Ulm"}, "3"),
		step("5", "DELETE", "/users/ann@example.com", nil, "2"),
		step("6", "GET", "/users/ann@example.com", nil, "5"),
		step("7", "GET", "/users?$filter=userPrincipalName eq 'bob@example.com'&$select=id", nil),
		step("8", "GET", "https://graph.microsoft.com/v1.0/users", nil),
		step("9", "GET", "/users?$top=1000", nil),
	)
	for id, want := range map[string]float64{"1": 201, "2": 400, "3": 200, "4": 204, "5": 424, "6": 424, "7": 200, "8": 400, "9": 400} {
		if got[id]["status"] != want {
			t.Errorf("%s: got %v, want %v", id, got[id], want)
		}
	}
	if got["4"]["body"] != nil || dig[string](got["1"], "headers", "Content-Type") != "application/json" || dig[string](got["2"], "body", "error", "details", 0, "target") != "userPrincipalName" {
		t.Errorf("bodies: %v", got)
	}
	if c.s.User("ann@example.com") == nil || c.s.User("bob@example.com")["city"] != "Ulm" {
		t.Error("what was done is not what was answered")
	}
	stats := c.s.Stats()
	if stats.Batches != 1 || stats.Inner["POST /users"] != 2 || stats.Outer["POST /users"] != 1 || stats.Calls("POST /users") != 3 || stats.Writes != 4 || stats.Requests != 2 {
		t.Errorf("stats: %+v", stats)
	}
	c.s.ResetStats()
	if s := c.s.Stats(); s.Requests != 0 || len(s.Inner) != 0 {
		t.Errorf("stats after the reset: %+v", s)
	}
}

func TestBatchAnswersInAnyOrder(t *testing.T) {
	c := start(t, Options{})
	var steps []object
	for i := range maxBatch {
		steps = append(steps, step(fmt.Sprint(i), "GET", "/users", nil))
	}
	for range 20 {
		if _, order := c.send(steps...); order[0] != "0" && order[1] != "1" {
			return
		}
	}
	t.Error("20 batches were answered in order")
}

func TestBadBatches(t *testing.T) {
	c := start(t, Options{})
	get := func(id string, dependsOn ...string) object { return step(id, "GET", "/users", nil, dependsOn...) }
	var many []object
	for i := range 21 {
		many = append(many, get(fmt.Sprint(i)))
	}
	bare := step("1", "POST", "/users", person("x", nil))
	delete(bare, "headers")
	for message, steps := range map[string][]object{
		"exceeds the maximum value of 20": many, "unique": {get("1"), get("1")}, "null or empty": {get("")}, "Invalid DependsOn value '2'": {get("1", "2"), get("2")}, "Content-Type": {bare}, "payload": {},
	} {
		c.fails(400, "BadRequest", message, "POST", "/$batch", object{"requests": steps})
	}
	c.bearer = ""
	c.fails(401, "InvalidAuthenticationToken", "", "POST", "/$batch", object{"requests": []object{get("1")}})
}

// clock is a time that tests move.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func newClock() *clock { return &clock{time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)} }

func TestThrottling(t *testing.T) {
	clock := newClock()
	c := start(t, Options{Throttle: true, Size: Small, Clock: clock.Now})
	get := func(n int) {
		for ; n > 0; n -= maxBatch {
			var steps []object
			for i := range min(n, maxBatch) {
				steps = append(steps, step(fmt.Sprint(i), "GET", "/users", nil))
			}
			c.send(steps...)
		}
	}
	get(1390) // 2,780 of 3,500 units
	if r := c.do("GET", "/users", nil); r.Header.Get("x-ms-throttle-limit-percentage") != "" || r.Header.Get("x-ms-resource-unit") != "2" {
		t.Errorf("below the threshold: %v", r.Header)
	}
	clock.now = clock.now.Add(4 * time.Second)
	get(300)
	if r := c.do("GET", "/users", nil); r.Status != 200 || r.Header.Get("x-ms-throttle-limit-percentage") != "0.97" {
		t.Errorf("near the limit: %v", r.Header)
	}
	get(58)
	got, _ := c.send(step("1", "GET", "/users?$select=id", nil), step("2", "GET", "/users", nil), step("3", "GET", "/users?$select=id&$top=5", nil))
	statuses := []any{got["1"]["status"], got["2"]["status"], got["3"]["status"]}
	if statuses[0] != float64(429) && statuses[1] != float64(429) {
		t.Errorf("statuses: %v", statuses)
	}
	r := c.fails(429, "TooManyRequests", "", "GET", "/users", nil)
	if r.Header.Get("Retry-After") != "6" {
		t.Errorf("Retry-After: %v", r.Header)
	}
	if c.s.Stats().Throttled < 2 {
		t.Errorf("stats: %+v", c.s.Stats())
	}
	clock.now = clock.now.Add(6 * time.Second)
	c.want(200, "GET", "/users", nil)
}

func TestThrottledWrites(t *testing.T) {
	for form, want := range map[RetryAfter]string{RetryInSeconds: "150", RetryInFraction: "149.500", RetryAtDate: "Fri, 01 May 2026 08:02:30 GMT", RetryUnnamed: ""} {
		clock := newClock()
		c := start(t, Options{Throttle: true, RetryAfter: form, Clock: clock.Now})
		id := c.s.AddUser(nil)
		var steps []object
		for i := range maxBatch {
			steps = append(steps, step(fmt.Sprint(i), "PATCH", "/users/"+id, object{"city": "Ulm"}))
		}
		for range 3000 / maxBatch {
			c.send(steps...)
		}
		clock.now = clock.now.Add(500 * time.Millisecond)
		r := c.do("PATCH", "/users/"+id, object{"city": "Ulm"})
		if _, present := r.Header["Retry-After"]; r.Status != 429 || r.Header.Get("Retry-After") != want || present != (want != "") {
			t.Errorf("%s: %d %v", form, r.Status, r.Header)
		}
		got, _ := c.send(steps[0])
		if got["0"]["status"] != float64(429) || dig[string](got["0"], "headers", "Retry-After") != want {
			t.Errorf("%s, in a batch: %v", form, got)
		}
		c.want(200, "GET", "/users", nil)
		clock.now = clock.now.Add(150 * time.Second)
		c.want(204, "PATCH", "/users/"+id, object{"city": "Ulm"})
	}
}

func TestFaults(t *testing.T) {
	c := start(t, Options{})
	id := c.create("ann", nil)
	c.s.Fault(Fault{Method: "GET", Path: "^/users/", Times: 2, Status: 503, RetryAfter: "2.128"})
	for range 2 {
		if r := c.fails(503, "serviceNotAvailable", "", "GET", "/users/"+id, nil); r.Header.Get("Retry-After") != "2.128" {
			t.Errorf("headers: %v", r.Header)
		}
	}
	c.want(200, "GET", "/users/"+id, nil)

	c.s.Fault(Fault{Method: "PATCH", Body: `"Bonn"`, Skip: 1, Status: 400, Code: "Request_BadRequest", Message: "Injected"})
	c.want(204, "PATCH", "/users/"+id, object{"city": "Bonn"})
	got, _ := c.send(step("1", "PATCH", "/users/"+id, object{"city": "Ulm"}), step("2", "PATCH", "/users/"+id, object{"city": "Bonn"}), step("3", "PATCH", "/users/"+id, object{"city": "Bonn"}))
	if got["1"]["status"] != float64(204) || got["2"]["status"] != float64(400) || got["3"]["status"] != float64(204) {
		t.Errorf("in a batch: %v", got)
	}

	c.s.Fault(Fault{Method: "POST", Path: "^/users$", Drop: true})
	if _, err := c.try("POST", "/users", person("bob", nil)); err == nil || c.s.User("bob@example.com") != nil {
		t.Errorf("dropped before: %v", err)
	}
	c.s.Fault(Fault{Method: "POST", Path: "^/users$", DropAfter: true})
	if _, err := c.try("POST", "/users", person("bob", nil)); err == nil || c.s.User("bob@example.com") == nil {
		t.Errorf("dropped after: %v", err)
	}
	for _, f := range []Fault{{Path: "^/users$", Body: "carl@", Drop: true}, {Path: "^/users$", Body: "carl@", DropAfter: true}} {
		c.s.Fault(f)
		if _, err := c.try("POST", "/$batch", object{"requests": []object{step("1", "POST", "/users", person("carl", nil)), step("2", "POST", "/users", person("dora", nil))}}); err == nil || (c.s.User("carl@example.com") != nil) != f.DropAfter {
			t.Errorf("dropped in a batch: %v", err)
		}
	}

	c.s.Fault(Fault{Path: "^/users$", Garbage: true, Delay: time.Millisecond})
	if r := c.do("GET", "/users", nil); r.Status != 200 || !strings.HasPrefix(r.Raw, "<html>") {
		t.Errorf("garbage: %s", r.Raw)
	}
	c.s.Fault(Fault{Path: "/oauth2/v2.0/token$", Status: http.StatusInternalServerError})
	if r := c.tokenRequest(c.s.TenantID(), nil); r.Status != 500 {
		t.Errorf("token: %s", r.Raw)
	}
	c.s.Fault(Fault{Times: -1, Status: 504})
	for range 3 {
		c.fails(504, "UnknownError", "", "GET", "/users", nil)
	}
	c.s.ClearFaults()
	c.want(200, "GET", "/users", nil)
}

func TestNewObjectsAreInvisibleForAWhile(t *testing.T) {
	clock := newClock()
	c := start(t, Options{Clock: clock.Now, VisibleAfter: time.Minute})
	ann := c.create("ann", nil)
	boss := c.s.AddUser(nil)
	ref := func(id string) object { return object{"@odata.id": c.s.URL() + "/v1.0/users/" + id} }
	c.fails(404, "Request_ResourceNotFound", ann, "GET", "/users/"+ann, nil)
	c.fails(404, "Request_ResourceNotFound", ann, "PATCH", "/users/"+ann, object{"city": "Ulm"})
	c.fails(400, "Request_BadRequest", "not a valid reference update", "PUT", "/users/"+boss+"/manager/$ref", ref(ann))
	c.fails(400, "Request_BadRequest", "userPrincipalName", "POST", "/users", person("ann", nil))
	if got := names(c.want(200, "GET", "/users", nil), "id"); len(got) != 1 {
		t.Errorf("listed: %v", got)
	}
	clock.now = clock.now.Add(time.Minute)
	c.want(204, "PUT", "/users/"+boss+"/manager/$ref", ref(ann))

	c = start(t, Options{VisibleAfterReads: 2})
	ann = c.create("ann", nil)
	for range 2 {
		c.fails(404, "Request_ResourceNotFound", ann, "GET", "/users/"+ann, nil)
	}
	c.want(200, "GET", "/users/"+ann, nil)
}

func TestQuota(t *testing.T) {
	c := start(t, Options{ObjectQuota: 2})
	ann := c.create("ann", nil)
	c.create("bob", nil)
	c.want(204, "DELETE", "/users/"+ann, nil)
	c.fails(403, "Directory_QuotaExceeded", "quota", "POST", "/users", person("carl", nil))
	c.want(204, "DELETE", "/directory/deletedItems/"+ann, nil)
	c.create("carl", nil)
}
