// SPDX-License-Identifier: MPL-2.0

package jsonapi_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	sandbox "terraform-provider-workforce/internal/sandbox/writeback"
	"terraform-provider-workforce/internal/source/rest"
	"terraform-provider-workforce/internal/source/web"
	"terraform-provider-workforce/internal/writeback"
	"terraform-provider-workforce/internal/writeback/jsonapi"
)

const body = `{"contact":{"email":"{mail}"},"login":"{user_name}","remote":"{remote:boolean}"}`

// start starts a system with employees 1 to n, and a client of it.
func start(t *testing.T, n int, change func(*jsonapi.Config)) (*sandbox.Server, *jsonapi.API) {
	t.Helper()
	var employees []sandbox.Employee
	for i := range n {
		employees = append(employees, sandbox.Employee{Key: fmt.Sprintf("k%03d", i+1), Number: fmt.Sprint(i + 1), Mail: fmt.Sprintf("old%d@example.com", i+1)})
	}
	employees = append(employees, sandbox.Employee{Key: "o/1?#", Number: "O'Brien/é"})
	s := sandbox.New(employees...)
	t.Cleanup(s.Close)
	c := config(s.URL)
	if change != nil {
		change(&c)
	}
	api, err := jsonapi.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return s, api
}

func config(url string) jsonapi.Config {
	return jsonapi.Config{
		Web:      web.Config{URL: url, Auth: web.Auth{Token: sandbox.Token}, Retries: -1},
		ReadPath: "/find?number={worker_id}", Record: "data.0", WorkerID: "number", Key: "id",
		Values:    map[string]string{"mail": "contact.email", "user_name": "$.accounts[?@.kind == 'directory'].login", "remote": "remote"},
		WritePath: "/employees/{key}", WriteBody: body, ContentType: "application/merge-patch+json", Settle: 2 * time.Second,
	}
}

func TestWrite(t *testing.T) {
	s, api := start(t, 3, nil)
	s.Stale = 1
	outcomes := writeback.Apply(t.Context(), api, []writeback.WorkerChange{
		{WorkerID: "1", Want: writeback.Record{"mail": `a"b\{user_name}@example.com`}},
		{WorkerID: "2", Want: writeback.Record{"mail": "", "user_name": "two", "remote": "true"}},
		{WorkerID: "3", Want: writeback.Record{"mail": "old3@example.com"}},
		{WorkerID: "O'Brien/é", Want: writeback.Record{"user_name": "obrien"}},
		{WorkerID: "404", Want: writeback.Record{"user_name": "x"}},
	})
	for i, o := range outcomes {
		if (o.Err == nil) != (i != 4) {
			t.Errorf("worker %s: %v", o.WorkerID, o.Err)
		}
	}
	if e := s.Employee("k001"); e.Mail != `a"b\{user_name}@example.com` || e.Login != "" {
		t.Errorf("found %+v", e)
	}
	if e := s.Employee("k002"); e.Mail != "" || e.Login != "two" || !e.Remote {
		t.Errorf("found %+v", e)
	}
	if e := s.Employee("o/1?#"); e.Login != "obrien" {
		t.Errorf("found %+v", e)
	}
	if writes, _ := s.Writes(); len(writes) != 3 {
		t.Errorf("found the writes %q, expected three", writes)
	}
}

func TestList(t *testing.T) {
	s, api := start(t, 60, func(c *jsonapi.Config) {
		c.List = rest.Config{Path: "/employees", Records: "data", Paging: rest.Paging{Kind: rest.PageNumber, Parameter: "page", First: 1, Total: "total"}}
	})
	var changes []writeback.WorkerChange
	for i := range 60 {
		changes = append(changes, writeback.WorkerChange{WorkerID: fmt.Sprint(i + 1), Want: writeback.Record{"mail": fmt.Sprintf("old%d@example.com", i+1)}})
	}
	changes[7].Want = writeback.Record{"mail": "new@example.com"}
	for _, o := range writeback.Apply(t.Context(), api, changes) {
		if o.Err != nil || o.Written != (o.WorkerID == "8") {
			t.Errorf("%+v", o)
		}
	}
	if writes, reads := s.Writes(); len(writes) != 1 || reads > 5 {
		t.Errorf("%d writes and %d reads, expected one write, three pages and one read of what was written", len(writes), reads)
	}
	if s.Employee("k008").Mail != "new@example.com" {
		t.Error(s.Employee("k008"))
	}
}

func TestFailures(t *testing.T) {
	for name, tt := range map[string]struct {
		happens     func(*sandbox.Server)
		want        writeback.Record
		parts       []string
		unavailable bool
	}{
		"refused":      {func(s *sandbox.Server) { s.Refuse["1"] = true }, writeback.Record{"mail": "new"}, []string{`worker "1"`, "422", "locked by payroll"}, false},
		"made another": {func(s *sandbox.Server) { s.Lowercase = true }, writeback.Record{"mail": "NEW"}, []string{`found "new", expected "NEW"`}, false},
		"somebody else": {func(s *sandbox.Server) {
			s.Anybody = true
			s.Set("k001", func(e *sandbox.Employee) { e.Number = "77" })
		}, writeback.Record{"mail": "new"}, []string{`"77"`, `expected "1"`, "read_path"}, false},
		"broken":           {func(s *sandbox.Server) { s.Status = 500 }, writeback.Record{"mail": "new"}, []string{"500"}, false},
		"down":             {func(s *sandbox.Server) { s.Status = 503 }, writeback.Record{"mail": "new"}, []string{"503"}, true},
		"gone":             {func(s *sandbox.Server) { s.Close() }, writeback.Record{"mail": "new"}, []string{"connection refused"}, true},
		"never shown":      {func(s *sandbox.Server) { s.Stale = 1000 }, writeback.Record{"mail": "new"}, []string{`found "old1@example.com", expected "new"`}, false},
		"not a truth":      {func(*sandbox.Server) {}, writeback.Record{"remote": "yes"}, []string{"remote", `"yes"`, "true or false"}, false},
		"not an attribute": {func(*sandbox.Server) {}, writeback.Record{"salary": "1"}, []string{"salary", "no path"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, api := start(t, 1, func(c *jsonapi.Config) { c.Settle = 200 * time.Millisecond })
			tt.happens(s)
			o := writeback.Apply(t.Context(), api, []writeback.WorkerChange{{WorkerID: "1", Want: tt.want}})[0]
			if o.Err == nil {
				t.Fatal("no error")
			}
			for _, part := range tt.parts {
				if !strings.Contains(o.Err.Error(), part) {
					t.Errorf("the error lacks %q: %v", part, o.Err)
				}
			}
			if _, ok := errors.AsType[*writeback.UnavailableError](o.Err); ok != tt.unavailable {
				t.Errorf("%v: unavailable is %v, expected %v", o.Err, ok, tt.unavailable)
			}
		})
	}
}

// TestCredentials: the server repeats what it was sent, the error does not.
func TestCredentials(t *testing.T) {
	const canary = "canary-s3cret"
	_, api := start(t, 1, func(c *jsonapi.Config) { c.Web.Auth.Token = canary })
	_, err := api.Read(t.Context(), []string{"1"}, []string{"mail"})
	if err == nil || !strings.Contains(err.Error(), "401") || strings.Contains(err.Error(), canary) {
		t.Error(err)
	}
}

func TestBody(t *testing.T) {
	attributes := []string{"mail", "user_name", "level", "remote"}
	for _, tt := range []struct {
		template string
		values   writeback.Record
		want     string
	}{
		{`{"e":"{mail}","u":"{user_name}","n":"{level:number}","r":"{remote:boolean}"}`, writeback.Record{"mail": `"},{"x`, "level": "7.50", "remote": "false"}, `{"e":"\"},{\"x","n":7.50,"r":false}`},
		{`{"e":"{mail}","u":"{user_name}","n":"{level}","r":"{remote}"}`, writeback.Record{"mail": ""}, `{"e":null}`},
		{`{"id":"{worker_id}","c":{"e":"{mail}","d":{"u":"{user_name}"}},"x":["{level}","{remote}"],"keep":{},"k":"{key}/{worker_id}"}`, writeback.Record{"mail": "a"}, `{"c":{"e":"a"},"id":"7","k":"k9/7","keep":{}}`},
		{`[{"op":"replace","path":"/mail","value":"{mail}"},{"op":"replace","path":"/u","value":"{user_name}"},{"op":"test","path":"/{level}","value":"{remote}"}]`, writeback.Record{"user_name": "{mail}"}, `[{"op":"replace","path":"/u","value":"{mail}"}]`},
		{`{"e":"mailto:{mail}","u":"{user_name}{level}","r":"{remote}","n":12345678901234567890}`, writeback.Record{"mail": "a", "level": "1"}, `{"e":"mailto:a","n":12345678901234567890}`},
	} {
		b, err := jsonapi.ParseBody(tt.template, []string{"worker_id", "key"}, attributes)
		if err != nil {
			t.Errorf("%s: %v", tt.template, err)
			continue
		}
		got, err := b.Fill(map[string]string{"worker_id": "7", "key": "k9"}, tt.values)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s with %v:\nfound    %s, %v\nexpected %s", tt.template, tt.values, got, err, tt.want)
		}
	}
	for template, want := range map[string]string{
		``:                              "expected a template",
		`{"e":"{mail}"`:                 "incomplete",
		`{"e":"{mail}"}`:                "user_name",
		`{"e":"{mial}"}`:                "did you mean {mail}?",
		`{"e":"x{level:number}"}`:       "nothing round it",
		`{"e":"{level:float}"}`:         "{level:number}",
		`{"e":"{worker_id:number}"}`:    "of an attribute",
		`{"e":"{mail}"} {"e":"{mail}"}`: "end",
	} {
		if _, err := jsonapi.ParseBody(template, []string{"worker_id"}, attributes); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: found %v, expected an error with %q", template, err, want)
		}
	}
	b, err := jsonapi.ParseBody(`["{level:number}"]`, nil, []string{"level"})
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"seven", `"7"`, "true", "07", "1,5", "NaN", "[]"} {
		if _, err := b.Fill(nil, writeback.Record{"level": value}); err == nil || !strings.Contains(err.Error(), "expected a number") {
			t.Errorf("%s: %v", value, err)
		}
	}
}

func TestConfig(t *testing.T) {
	good := config("https://hr.example.com/api")
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(*jsonapi.Config)
		want   string
	}{
		"another host":    {func(c *jsonapi.Config) { c.ReadPath = "https://evil.example.com/{worker_id}" }, "below url"},
		"no scheme":       {func(c *jsonapi.Config) { c.ReadPath = "//evil.example.com/{worker_id}" }, "below url"},
		"nobody":          {func(c *jsonapi.Config) { c.ReadPath = "/employees" }, "which worker"},
		"unknown name":    {func(c *jsonapi.Config) { c.ReadPath = "/employees/{workerid}" }, "did you mean {worker_id}?"},
		"key before read": {func(c *jsonapi.Config) { c.ReadPath = "/employees/{key}" }, "read_path"},
		"key without":     {func(c *jsonapi.Config) { c.Key = "" }, "write_path"},
		"method":          {func(c *jsonapi.Config) { c.WriteMethod = "DELETE" }, "PATCH, POST or PUT"},
		"worker id":       {func(c *jsonapi.Config) { c.WorkerID = "" }, "worker_id"},
		"path":            {func(c *jsonapi.Config) { c.Record = "a..b" }, "record"},
		"reserved":        {func(c *jsonapi.Config) { c.Values = maps.Clone(c.Values); c.Values["key"] = "id" }, "another name"},
		"no values":       {func(c *jsonapi.Config) { c.Values = nil }, "values"},
		"concurrency":     {func(c *jsonapi.Config) { c.Concurrency = -1 }, "concurrency"},
	} {
		c := good
		tt.change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: found %v, expected an error with %q", name, err, tt.want)
		}
	}
}

// TestWorkerIDsStayInTheirPlace gives ids that would change the request.
func TestWorkerIDsStayInTheirPlace(t *testing.T) {
	_, api := start(t, 1, func(c *jsonapi.Config) { c.ReadPath, c.Record = "/employees/{worker_id}", "" })
	for _, id := range []string{".", "..", ""} {
		if _, err := api.Read(t.Context(), []string{id}, []string{"mail"}); err == nil || !strings.Contains(err.Error(), "in a URL") {
			t.Errorf("%q: %v", id, err)
		}
	}
	if found, err := api.Read(t.Context(), []string{"../employees?page=1", "k001/../k001", "%2e%2e"}, []string{"mail"}); err != nil || len(found) != 0 {
		t.Errorf("found %v, %v, expected nobody", found, err)
	}
	_, api = start(t, 1, func(c *jsonapi.Config) { c.ReadPath = "/find?filter=number eq '{worker_id}'" })
	if _, err := api.Read(t.Context(), []string{"x' or '1' eq '1"}, []string{"mail"}); err == nil || !strings.Contains(err.Error(), "quotes") {
		t.Error(err)
	}
}
