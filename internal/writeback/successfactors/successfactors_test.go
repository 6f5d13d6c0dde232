// SPDX-License-Identifier: MPL-2.0

package successfactors_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sandbox "terraform-provider-workforce/internal/sandbox/writeback"
	"terraform-provider-workforce/internal/source/web"
	"terraform-provider-workforce/internal/writeback"
	"terraform-provider-workforce/internal/writeback/successfactors"
)

func start(t *testing.T, password string, people map[string]map[string]sandbox.Entry) (*sandbox.SuccessFactors, *successfactors.Company) {
	t.Helper()
	s := sandbox.NewSuccessFactors(people)
	t.Cleanup(s.Close)
	c, err := successfactors.Open(successfactors.Config{
		Web:    web.Config{URL: s.URL, Auth: web.Auth{Username: sandbox.SFUser, Password: password}, Retries: -1},
		Emails: map[string]string{"mail": "8448", "private": "8449"}, Phones: map[string]string{"phone": "10605"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func TestWrite(t *testing.T) {
	const quoted = "O'Brien/é?"
	s, c := start(t, sandbox.SFPassword, map[string]map[string]sandbox.Entry{
		"1":    {"PerEmail/8449": {Value: "home@example.org", Primary: true}},
		"2":    {"PerEmail/8448": {Value: "old@example.com", Primary: true}, "PerPhone/10605": {Value: "1", Primary: true}},
		"3":    {"PerEmail/8448": {Value: "old@example.com"}, "PerEmail/8449": {Value: "home@example.org", Primary: true}},
		"4":    {"PerEmail/8448": {Value: "old@example.com", Primary: true}, "PerEmail/8449": {Value: "home@example.org"}},
		quoted: {},
	})
	outcomes := writeback.Apply(t.Context(), c, []writeback.WorkerChange{
		{WorkerID: "1", Want: writeback.Record{"mail": "ada@example.com", "phone": "555"}},
		{WorkerID: "2", Want: writeback.Record{"mail": "bob@example.com", "phone": ""}},
		{WorkerID: "3", Want: writeback.Record{"mail": ""}},
		{WorkerID: "4", Want: writeback.Record{"mail": "", "phone": "not valid"}},
		{WorkerID: quoted, Want: writeback.Record{"mail": "obrien@example.com", "private": "home@example.org"}},
		{WorkerID: "404", Want: writeback.Record{"mail": "x"}},
	})
	for i, want := range [][]string{nil, nil, nil, {`worker "4"`, "PerPhone(phoneType='10605',personIdExternal='4')", "not valid", "cannot be deleted"}, nil, {`worker "404"`}} {
		err := outcomes[i].Err
		if (err == nil) != (want == nil) {
			t.Errorf("worker %s: %v", outcomes[i].WorkerID, err)
		}
		for _, part := range want {
			if err != nil && !strings.Contains(err.Error(), part) {
				t.Errorf("the error lacks %q: %v", part, err)
			}
		}
	}
	for id, want := range map[string]map[string]sandbox.Entry{
		"1":    {"PerEmail/8449": {Value: "home@example.org", Primary: true}, "PerEmail/8448": {Value: "ada@example.com"}, "PerPhone/10605": {Value: "555", Primary: true}},
		"2":    {"PerEmail/8448": {Value: "bob@example.com", Primary: true}},
		"3":    {"PerEmail/8449": {Value: "home@example.org", Primary: true}},
		"4":    {"PerEmail/8448": {Value: "old@example.com", Primary: true}, "PerEmail/8449": {Value: "home@example.org"}},
		quoted: {"PerEmail/8448": {Value: "obrien@example.com", Primary: true}, "PerEmail/8449": {Value: "home@example.org"}},
	} {
		if got := s.Entries(id); !maps.Equal(got, want) {
			t.Errorf("%s: found %v, expected %v", id, got, want)
		}
	}
	if now := outcomes[3].Now; now["mail"] != "old@example.com" {
		t.Errorf("found %v, expected what the system still holds", now)
	}
}

// TestDeleteOfAQuote: a quote in the worker id does not end the key of what is deleted.
func TestDeleteOfAQuote(t *testing.T) {
	for _, id := range []string{"O'Brien", "it''s/é?", "')x"} {
		s, c := start(t, sandbox.SFPassword, map[string]map[string]sandbox.Entry{id: {"PerEmail/8448": {Value: "x@example.com", Primary: true}}})
		out := writeback.Apply(t.Context(), c, []writeback.WorkerChange{{WorkerID: id, Want: writeback.Record{"mail": ""}}})
		if got := s.Entries(id); out[0].Err != nil || len(got) != 0 {
			t.Errorf("%s: found %v, %v", id, got, out[0].Err)
		}
	}
}

func TestReadMany(t *testing.T) {
	people, ids := map[string]map[string]sandbox.Entry{}, []string{}
	for i := range 1000 {
		id := fmt.Sprint(i)
		ids = append(ids, id)
		people[id] = map[string]sandbox.Entry{"PerEmail/8448": {Value: id, Primary: true}}
	}
	s, c := start(t, sandbox.SFPassword, people)
	found, err := c.Read(t.Context(), ids, []string{"mail"})
	if err != nil || len(found) != 1000 || found["777"]["mail"] != "777" || s.Reads() != 10 {
		t.Errorf("found %d workers by %d requests, %v", len(found), s.Reads(), err)
	}
}

// TestCredentials: the service repeats the password, the error does not.
func TestCredentials(t *testing.T) {
	const canary = "canary-s3cret"
	_, c := start(t, canary, map[string]map[string]sandbox.Entry{"1": {}})
	_, err := c.Write(t.Context(), "1", nil, writeback.Record{"mail": "x"})
	if _, ok := errors.AsType[*writeback.UnavailableError](err); !ok || strings.Contains(err.Error(), canary) || !strings.Contains(err.Error(), "401") {
		t.Error(err)
	}
}

func TestConfig(t *testing.T) {
	for want, c := range map[string]successfactors.Config{
		"neither emails nor phones": {},
		"picklist value":            {Emails: map[string]string{"mail": "WORK"}},
		"emails as well":            {Emails: map[string]string{"mail": "1"}, Phones: map[string]string{"mail": "2"}},
		`"a" and "b"`:               {Emails: map[string]string{"a": "1", "b": "1"}},
		"concurrency":               {Emails: map[string]string{"a": "1"}, Concurrency: 100},
	} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("found %v, expected an error with %q", err, want)
		}
	}
}

// TestBadAnswers: what is no list of persons is not taken for a company without them.
func TestBadAnswers(t *testing.T) {
	for name, tt := range map[string]struct{ answer, want string }{
		"error with a good status": {`{"error":{"code":"COE_GENERAL_SERVER_ERROR","message":{"value":"try later"}}}`, "found no d.results"},
		"no list":                  {`{"d":{}}`, "found no d.results"},
		"half":                     {`{"d":{"results":[`, "not as OData v2 has it"},
		"a page of more":           {`{"d":{"results":[],"__next":"x"}}`, "found a part of the 1 workers only"},
		"maintenance":              {"<!DOCTYPE html><html>down</html>", "found a web page"},
		"nothing":                  {"", "found an empty answer"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, tt.answer) }))
		c, err := successfactors.Open(successfactors.Config{Web: web.Config{URL: server.URL, Auth: web.Auth{Username: "u", Password: "p"}, Retries: -1}, Emails: map[string]string{"mail": "8448"}})
		if err != nil {
			t.Fatal(err)
		}
		found, err := c.Read(t.Context(), []string{"1"}, []string{"mail"})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: found %v, %v, expected %q", name, found, err, tt.want)
		}
		server.Close()
	}
}
