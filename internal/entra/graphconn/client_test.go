// SPDX-License-Identifier: MPL-2.0

package graphconn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// connect starts a tenant and returns a client of it.
func connect(t testing.TB, o graph.Options, change ...func(*Config)) (*Client, *graph.Server) {
	t.Helper()
	clock := newTestClock()
	o.Clock = clock.now
	s, err := graph.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c := Config{TenantID: s.TenantID(), ClientID: s.ClientID(), ClientSecret: s.ClientSecret(), GraphEndpoint: s.URL(), AuthorityHost: s.URL(), CACertificatePEM: string(s.CAPEM()),
		Clock: clock.now, Sleep: clock.sleep}
	for _, f := range change {
		f(&c)
	}
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	clock.idle = func() bool { return client.Stats().Busy == 0 }
	t.Cleanup(client.http.CloseIdleConnections)
	return client, s
}

// testClock is a clock that only waiting moves, and only while no request is under way.
type testClock struct {
	mu   sync.Mutex
	at   time.Time
	idle func() bool
}

func newTestClock() *testClock {
	return &testClock{at: time.Now()} // certificates are checked with it
}

func (k *testClock) now() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at
}

func (k *testClock) sleep(ctx context.Context, until time.Time) error {
	for quiet := 0; quiet < 3 && ctx.Err() == nil; quiet++ {
		if !k.idle() {
			quiet = 0
		}
		time.Sleep(time.Millisecond)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if until.After(k.at) {
		k.at = until
	}
	return ctx.Err()
}

func newUser(name string) map[string]any {
	return map[string]any{"accountEnabled": true, "displayName": name, "mailNickname": name, "userPrincipalName": name + "@" + graph.DefaultDomain,
		"passwordProfile": map[string]any{"password": "Correct-horse-7-battery"}}
}

func create(name string) Request {
	return Request{Method: http.MethodPost, Path: "/users", Body: newUser(name)}
}

func get(upn string) Request {
	return Request{Method: http.MethodGet, Path: "/users/" + url.PathEscape(upn), Query: url.Values{"$select": {"id,userPrincipalName"}}}
}

func TestDo(t *testing.T) {
	c, _ := connect(t, graph.Options{})
	answer, err := c.Do(t.Context(), create("ann"))
	if err != nil || answer.Status != http.StatusCreated {
		t.Fatal(answer, err)
	}
	if _, err := c.Do(t.Context(), create("ann")); err == nil {
		t.Fatal("two users of one name")
	} else if property, conflict := IsConflict(err); !conflict || property != "userPrincipalName" || !IsBadRequest(err) {
		t.Errorf("%v: property %q", err, property)
	}
	if _, err := c.Do(t.Context(), get("nobody@example.com")); !IsNotFound(err) || !strings.Contains(err.Error(), "request-id") {
		t.Errorf("got %v", err)
	}
}

func TestSignInErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"secret":      {func(c *Config) { c.ClientSecret = "hunter2-wrong" }, "the client secret is wrong"},
		"application": {func(c *Config) { c.ClientID = "00000000-0000-0000-0000-00000000dead" }, "check client_id"},
		"tenant":      {func(c *Config) { c.TenantID = "00000000-0000-0000-0000-00000000beef" }, "tenant"},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := connect(t, graph.Options{}, tt.change)
			_, err := c.Do(t.Context(), get("ann@example.com"))
			if !IsUnauthenticated(err) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v, expected %q", err, tt.want)
			}
		})
	}
}

func TestRetries(t *testing.T) {
	for name, tt := range map[string]struct {
		fault graph.Fault
		ok    func(error) bool
		calls int
	}{
		"429 with seconds":            {graph.Fault{Status: 429, RetryAfter: "3", Times: 2}, isNil, 1},
		"429 with a fraction":         {graph.Fault{Status: 429, RetryAfter: "2.128", Times: 30}, isNil, 1},
		"429 with a date":             {graph.Fault{Status: 429, RetryAfter: time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)}, isNil, 1},
		"429 without":                 {graph.Fault{Status: 429, Times: 4}, isNil, 1},
		"503 of a creation":           {graph.Fault{Method: "POST", Status: 503}, IsUnknownOutcome, 0},
		"lost before a creation":      {graph.Fault{Method: "POST", Drop: true}, IsUnknownOutcome, 0},
		"lost after a creation":       {graph.Fault{Method: "POST", DropAfter: true}, IsUnknownOutcome, 1},
		"a page of a proxy":           {graph.Fault{Method: "POST", Garbage: true}, IsUnknownOutcome, 0},
		"forbidden":                   {graph.Fault{Status: 403, Code: "Authorization_RequestDenied"}, IsDenied, 0},
		"the quota":                   {graph.Fault{Status: 403, Code: "Directory_QuotaExceeded"}, IsQuota, 0},
		"bad request for no conflict": {graph.Fault{Status: 400, Code: "Request_BadRequest", Message: "No."}, IsBadRequest, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c, s := connect(t, graph.Options{})
			tt.fault.Path = "^/users"
			s.Fault(tt.fault)
			_, err := c.Do(t.Context(), create("ann"))
			if !tt.ok(err) {
				t.Errorf("got %v", err)
			}
			s.ClearFaults()
			_, err = c.Do(t.Context(), get("ann@"+graph.DefaultDomain))
			if made := err == nil; made != (tt.calls == 1) {
				t.Errorf("made: %v (%v)", made, err)
			}
		})
	}
}

func isNil(err error) bool { return err == nil }

// TestReadsAreRepeated: whatever gets lost on the way, a read is asked again.
func TestReadsAreRepeated(t *testing.T) {
	c, s := connect(t, graph.Options{})
	if _, err := c.Do(t.Context(), create("ann")); err != nil {
		t.Fatal(err)
	}
	for _, f := range []graph.Fault{{Status: 500, Times: 3}, {Status: 502}, {Status: 504, RetryAfter: "1"}, {Drop: true, Times: 2}, {DropAfter: true}} {
		f.Path = "^/users"
		s.Fault(f)
		if _, err := c.Do(t.Context(), get("ann@"+graph.DefaultDomain)); err != nil {
			t.Errorf("%+v: %v", f, err)
		}
	}
	s.Fault(graph.Fault{Path: "^/users", Status: 503, Times: -1})
	if _, err := c.Do(t.Context(), get("ann@"+graph.DefaultDomain)); !IsUnavailable(err) {
		t.Errorf("got %v", err)
	}
}

func TestTokenExpires(t *testing.T) {
	c, s := connect(t, graph.Options{})
	for i := range 3 {
		if _, err := c.Do(t.Context(), create(fmt.Sprintf("u%d", i))); err != nil {
			t.Fatal(err)
		}
		s.ExpireTokens()
	}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := c.Do(t.Context(), get(fmt.Sprintf("u%d@%s", i%3, graph.DefaultDomain))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestCancelled(t *testing.T) {
	c, s := connect(t, graph.Options{})
	s.Fault(graph.Fault{Delay: time.Minute, Path: "^/users"})
	ctx, cancel := context.WithCancel(t.Context())
	go cancel()
	if _, err := c.Do(ctx, get("ann@example.com")); !IsCanceled(err) {
		t.Errorf("got %v", err)
	}
}

func TestPages(t *testing.T) {
	c, s := connect(t, graph.Options{})
	for i := range 25 {
		s.AddUser(newUser(fmt.Sprintf("u%02d", i)))
	}
	users := map[string]bool{}
	err := c.Pages(t.Context(), Request{Method: http.MethodGet, Path: "/users", Query: url.Values{"$top": {"10"}, "$select": {"id"}}}, func(body []byte) error {
		var page struct {
			Value []struct{ ID string }
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return err
		}
		for _, u := range page.Value {
			users[u.ID] = true
		}
		return nil
	})
	if err != nil || len(users) != 25 {
		t.Errorf("%d users, %v", len(users), err)
	}
}

// TestPagesThatRepeat: a list whose pages repeat, whatever their links say, is no list, and does not fill the memory.
func TestPagesThatRepeat(t *testing.T) {
	for name, answers := range map[string][]string{
		"the same link":    {`{"value":[{"id":"1"}],LINKa"}`, `{"value":[{"id":"2"}],LINKa"}`},
		"another link":     {`{"value":[{"id":"1"}],LINKa"}`, `{"value":[{"id":"1"}],LINKb"}`},
		"empty in between": {`{"value":[{"id":"1"}],LINKa"}`, `{"value":[],LINKb"}`, `{"value":[{"id":"1"}],LINKc"}`},
	} {
		t.Run(name, func(t *testing.T) {
			c, s := connect(t, graph.Options{})
			for i, answer := range answers {
				from := []string{`^/users$`, `skiptoken=a`, `skiptoken=b`}[i]
				answer = strings.ReplaceAll(answer, "LINK", `"@odata.nextLink":"`+c.Base()+`/users?$skiptoken=`)
				s.Fault(graph.Fault{Path: from, Times: -1, Answer: answer})
			}
			pages := 0
			err := c.Pages(t.Context(), Request{Method: http.MethodGet, Path: "/users"}, func([]byte) error { pages++; return nil })
			if err == nil || !strings.Contains(err.Error(), "a page came twice") ||
				!strings.Contains(err.Error(), "GET /users") || pages > len(answers) {
				t.Errorf("%d pages, %v", pages, err)
			}
		})
	}
}

func TestBatch(t *testing.T) {
	c, s := connect(t, graph.Options{})
	var requests []Request
	for i := range 100 {
		requests = append(requests, create(fmt.Sprintf("u%03d", i)))
	}
	for _, i := range []int{3, 50, 99} {
		s.Fault(graph.Fault{Method: "POST", Path: "^/users$", Body: fmt.Sprintf("u%03d@", i), Status: 400, Code: "Request_BadRequest", Message: "No."})
	}
	s.Fault(graph.Fault{Method: "POST", Path: "^/users$", Body: "u070@", Status: 429, RetryAfter: "0.5", Times: 3})
	for i, r := range c.Batch(t.Context(), requests) {
		if failed := i == 3 || i == 50 || i == 99; failed != (r.Err != nil) {
			t.Errorf("%d: %v", i, r.Err)
		}
	}
	if n := len(s.Users()); n != 97 {
		t.Errorf("%d users, expected 97", n)
	}
}

// TestBatchDependencies: what depends on a failed request is not sent, and what
// depends on a throttled one is sent with it.
func TestBatchDependencies(t *testing.T) {
	c, s := connect(t, graph.Options{})
	if _, err := c.Do(t.Context(), create("ann")); err != nil {
		t.Fatal(err)
	}
	patch := func(title string, after ...int) Request {
		return Request{Method: http.MethodPatch, Path: "/users/ann@" + graph.DefaultDomain, Body: map[string]any{"jobTitle": title}, After: after}
	}
	s.Fault(graph.Fault{Method: "PATCH", Body: "first", Status: 429})
	s.Fault(graph.Fault{Method: "PATCH", Body: "broken", Status: 400, Code: "Request_BadRequest"})
	results := c.Batch(t.Context(), []Request{patch("first"), patch("second", 0), patch("broken"), patch("never", 2)})
	if results[0].Err != nil || results[1].Err != nil || !IsBadRequest(results[2].Err) || !errors.Is(results[3].Err, ErrNotSent) {
		t.Errorf("%v", results)
	}
	if title := s.User("ann@" + graph.DefaultDomain)["jobTitle"]; title != "second" {
		t.Errorf("jobTitle %v", title)
	}
}

func TestLostBatch(t *testing.T) {
	c, s := connect(t, graph.Options{})
	s.Fault(graph.Fault{Path: `^/\$batch`, DropAfter: true})
	results := c.Batch(t.Context(), []Request{create("ann"), get("nobody@example.com")})
	if !IsUnknownOutcome(results[0].Err) || results[1].Err == nil {
		t.Errorf("%v", results)
	}
	s.Fault(graph.Fault{Path: `^/\$batch`, Drop: true, Times: 2})
	if r := c.Batch(t.Context(), []Request{get("ann@" + graph.DefaultDomain)}); r[0].Err != nil {
		t.Error(r[0].Err) // a batch that only reads is sent again
	}
}

// TestTenThousandCreations: nothing fails under the limits of a small tenant, and
// it takes no more than 1.3 times what the write quota itself allows.
func TestTenThousandCreations(t *testing.T) {
	c, s := connect(t, graph.Options{Throttle: true, Size: graph.Small, TokenLifetime: 24 * time.Hour})
	start := c.config.Clock()
	const people = 10000
	requests := make([]Request, people)
	for i := range requests {
		requests[i] = create(fmt.Sprintf("u%05d", i))
	}
	for i, r := range c.Batch(t.Context(), requests) {
		if r.Err != nil {
			t.Fatal(i, r.Err)
		}
	}
	// 3,000 at once, and 3,000 more every 150 s.
	allowed := time.Duration((people-1)/3000) * 150 * time.Second
	if took := c.config.Clock().Sub(start); took > allowed*13/10 {
		t.Errorf("%d creations took %s by the tenant's clock, the quota allows them in %s", people, took, allowed)
	}
	t.Logf("%d users in %s by the tenant's clock (quota: %s), %+v", len(s.Users()), c.config.Clock().Sub(start), allowed, c.Stats())
}

// TestAnswersThatRepeatThePassword: what Graph says of a password is an error that does not tell it.
func TestAnswersThatRepeatThePassword(t *testing.T) {
	for _, password := range []string{"S3cret-of-Ann", `<"q\&uote'>1`, "Ünïcode-1"} {
		r := Request{Method: "PATCH", Path: "/users/1", Body: map[string]any{"passwordProfile": map[string]any{"password": password}}}
		quoted, err := json.Marshal("'" + password + "' is banned")
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range []string{`{"error":{"code":"Request_BadRequest","message":` + string(quoted) + `}}`,
			"<p>" + password + " is banned</p>"} {
			if got := failure(r, 400, nil, []byte(body)).Error(); strings.Contains(got, password) || !strings.Contains(got, "[hidden]") {
				t.Errorf("%s: %s", body, got)
			}
		}
	}
}
