// SPDX-License-Identifier: MPL-2.0

package rest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/hrapi"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/web"
)

// ask reads from a server that answers as the map says, by path and query, and returns the document or the error.
func ask(t *testing.T, answers map[string]string, c Config, s source.Spec) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, there := answers[strings.TrimPrefix(r.URL.RequestURI(), "/")]
		if !there {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		if body == "204" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		fmt.Fprint(w, body)
	}))
	defer server.Close()
	c.Web.URL, c.Web.Retries = server.URL, -1
	if s.Fields == nil {
		s.Fields = source.Fields{"worker_id": "id"}
	}
	r, err := Read(t.Context(), c, s)
	if err != nil {
		return strings.ReplaceAll(err.Error(), server.URL, "")
	}
	text, err := r.Workers.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return text + strings.Join(r.Warnings, "; ") + strings.Join(r.LeftOut, "; ")
}

func TestFaults(t *testing.T) {
	page := Paging{Kind: PageNumber, Parameter: "p", First: 1, Total: "total"}
	offset := Paging{Kind: Offset, Parameter: "o"}
	cursor := Paging{Kind: Cursor, Parameter: "c", Next: "next"}
	next := Paging{Kind: NextLink, Next: "next", More: "more"}
	for _, tt := range []struct {
		name    string
		paging  Paging
		records string
		answers map[string]string
		want    string
	}{
		{"nobody", Paging{}, "", map[string]string{"x": `[]`}, "found no records, expected at least one"},
		{"no records", Paging{}, "data", map[string]string{"x": `{"people":[],"n":1}`}, `/x, the answer: records: found nothing at "data", expected an array (there is one at "people")`},
		{"no array", Paging{}, "data", map[string]string{"x": `{"data":{"id":1}}`}, `records: found an object at "data", expected an array`},
		{"no objects", Paging{}, "", map[string]string{"x": `["a"]`}, `record 1: found "a", expected an object, the record of a worker`},
		{"cut off", Paging{}, "", map[string]string{"x": `[{"id":"1"},`}, "the JSON ends in the middle, after 12 bytes"},
		{"two documents", Paging{}, "", map[string]string{"x": `[{"id":"1"}][]`}, "found more behind the JSON document, at byte 12"},
		{"not UTF-8", Paging{}, "", map[string]string{"x": "[{\"id\":\"M\xfcller\"}]"}, "found bytes that are not UTF-8"},
		{"twice", Paging{}, "", map[string]string{"x": `[{"id":"1"},{"id":"1"}]`}, `record 2, column "id", worker "1": the same worker id as record 1`},
		{"repeated page", offset, "", map[string]string{"x?o=0": `[{"id":"1"}]`, "x?o=1": `[{"id":"1"}]`}, "/x: offset 1 has the same records as offset 0"},
		{"total that lies", page, "d", map[string]string{"x?p=1": `{"total":3,"d":[{"id":"1"},{"id":"2"}]}`, "x?p=2": `{"total":3,"d":[]}`}, "found 2 records on 2 pages, expected 3, as page 1 says: the answer is incomplete"},
		{"total too small", page, "d", map[string]string{"x?p=1": `{"total":1,"d":[{"id":"1"},{"id":"2"}]}`}, "page 1: found 2 records so far, expected 1"},
		{"total that moves", page, "d", map[string]string{"x?p=1": `{"total":2,"d":[{"id":"1"}]}`, "x?p=2": `{"total":3,"d":[{"id":"2"}]}`}, "the list changed while its pages were read (read three times)"},
		{"total of a page", page, "d", map[string]string{"x?p=1": `{"total":1,"d":[{"id":"1"}]}`, "x?p=2": `{"total":1,"d":[{"id":"2"}]}`},
			"/x: page 1 says that there are 1 records in all, and page 2 has 1 more: the total is that of a page, expected that of the list"},
		{"total of a page, the last one shorter", page, "d", map[string]string{"x?p=1": `{"total":2,"d":[{"id":"1"},{"id":"2"}]}`,
			"x?p=2": `{"total":1,"d":[{"id":"3"}]}`}, "the total is that of a page"},
		{"one page, nothing behind", page, "d", map[string]string{"x?p=1": `{"total":1,"d":[{"id":"1"}]}`,
			"x?p=2": `{"total":0,"d":[]}`}, `{"1":`},
		{"one page, none behind", page, "d", map[string]string{"x?p=1": `{"total":1,"d":[{"id":"1"}]}`}, `{"1":`},
		{"one page, again behind", page, "d", map[string]string{"x?p=1": `{"total":1,"d":[{"id":"1"}]}`,
			"x?p=2": `{"total":1,"d":[{"id":"1"}]}`}, `{"1":`},
		{"one page, cut behind", page, "d", map[string]string{"x?p=1": `{"total":1,"d":[{"id":"1"}]}`,
			"x?p=2": `{"total":1,"d":[`}, "the JSON ends in the middle"},
		{"somebody comes meanwhile", page, "d", map[string]string{"x?p=1": `{"total":2,"d":[{"id":"1"},{"id":"2"}]}`,
			"x?p=2": `{"total":3,"d":[{"id":"3"}]}`}, "page 2 says that there are 3 records, page 1 said 2: the list changed"},
		{"no total", page, "d", map[string]string{"x?p=1": `{"d":[{"id":"1"}]}`}, `total: found nothing at "total", expected the number of records`},
		{"no pages", Paging{Kind: PageNumber, Parameter: "p", Pages: "n"}, "d", map[string]string{"x?p=0": `{"d":[{"id":"1"}]}`}, `pages: found nothing at "n", expected the number of pages`},
		{"total in words", page, "d", map[string]string{"x?p=1": `{"total":"many","d":[{"id":"1"}]}`}, `total: found "many" at "total", expected a whole number`},
		{"cursor in circles", cursor, "d", map[string]string{"x": `{"next":"a","d":[{"id":"1"}]}`, "x?c=a": `{"next":"a","d":[{"id":"2"}]}`}, "its next page was read before: the list goes in circles"},
		{"lost page", next, "d", map[string]string{"x": `{"more":true,"d":[{"id":"1"}]}`}, `next: found nothing at "next", expected the next page, which more promises`},
		{"another host", next, "d", map[string]string{"x": `{"next":"https://evil.example/x?token=abc","d":[{"id":"1"}]}`}, "the URL of a request or of a further page is https://evil.example/x?token=[hidden]: expected"},
		{"server error in the middle", next, "d", map[string]string{"x": `{"next":"/y","d":[{"id":"1"}]}`}, "GET /y: 404 Not Found"},
		{"object in a column", Paging{}, "", map[string]string{"x": `[{"id":{"value":"1","type":"x"}}]`}, `record 1, column "id": found an object with ["type" "value"], expected a text`},
		{"page that is not full", Paging{Kind: PageNumber, Parameter: "p", First: 1, Total: "total"}, "d", map[string]string{"x?p=1": `{"total":5,"d":[{"id":"1"},{"id":"2"}]}`, "x?p=2": `{"total":5,"d":[{"id":"3"}]}`,
			"x?p=3": `{"total":5,"d":[{"id":"4"}]}`, "x?p=4": `{"total":5,"d":[{"id":"5"}]}`}, `"5":`},
		{"204 ends", offset, "", map[string]string{"x?o=0": `[{"id":"1"}]`, "x?o=1": "204"}, `{"1":`},
		{"more ends", next, "d", map[string]string{"x": `{"more":false,"next":"/y","d":[{"id":"1"}]}`}, `{"1":`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ask(t, tt.answers, Config{Path: "x", Records: tt.records, Paging: tt.paging}, source.Spec{Attributes: []string{}})
			if !strings.Contains(got, tt.want) {
				t.Errorf("got %s, expected %s", got, tt.want)
			}
		})
	}
}

func TestValues(t *testing.T) {
	const answer = `[{"id":300100012345678,"a":{"b.c":"x","n":4E+1,"big":12345678901234567890,"f":1.10,"e":1e999,"t":true,"z":null},"tags":["p",7,null],"none":[],"mails":[{"type":"home","v":"h@x"},{"type":"work","v":"w@x"}],"ssn":"123","manager":{"key":"k2"}},
		{"id":"0042","a":null,"key":"k2","mails":[],"manager":{"key":"gone"}}]`
	for _, tt := range []struct {
		name   string
		config Config
		spec   source.Spec
		want   string
	}{
		{"everything", Config{}, source.Spec{}, `"300100012345678":{"worker_id":"300100012345678","status":null,"worker_type":null,"hire_date":null,"termination_date":null,"last_day_of_work":null,"on_leave":null,"manager_id":null,"time_zone":null,` +
			`"attributes":{"a.b\\.c":"x","a.big":"12345678901234567890","a.e":"1e999","a.f":"1.10","a.n":"40","a.t":"true","a.z":null,"key":null,"mails[type eq \"home\"].type":"home","mails[type eq \"home\"].v":"h@x","mails[type eq \"work\"].type":"work","mails[type eq \"work\"].v":"w@x","manager.key":"k2","none":null,"tags":["p","7"]}}}ssn`},
		{"columns", Config{Columns: map[string]string{"Mail": "$.mails[?@.type == 'work'].v", "Mails": "$.mails[*].v", "SSN": "ssn"}}, source.Spec{}, `"attributes":{"Mail":"w@x","Mails":["h@x","w@x"],"SSN":"123"}`},
		{"paths", Config{}, source.Spec{Attributes: []string{`a.b\.c`, "tags.1"}}, `"attributes":{"a.b\\.c":"x","tags.1":"7"}`},
		{"primary column beside attributes", Config{}, source.Spec{Attributes: []string{}, PrimaryColumn: "a.t"}, `"attributes":{}`},
		{"absent", Config{}, source.Spec{Attributes: []string{"a.x"}}, `attributes: no record has a value for "a.x"`},
		{"absent and required", Config{Required: true}, source.Spec{Attributes: []string{"a.x"}}, `column "a.x": found in no record: it does not exist, or the credentials may not see it`},
		{"managers by another key", Config{}, source.Spec{ManagerReference: "key", Attributes: []string{}, Fields: source.Fields{"worker_id": "id", "manager_id": "manager.key"}},
			`"manager_id":"0042","time_zone":null,"attributes":{}}}1 worker with a manager who is not among the records: worker "0042" (record 2) names "key=gone"`},
		{"wrong path", Config{Columns: map[string]string{"x": "a..b"}}, source.Spec{}, `columns: "x": found the path "a..b", expected keys`},
		{"wrong JSONPath", Config{Columns: map[string]string{"x": "$.a[?"}}, source.Spec{}, `columns: "x": found the path "$.a[?", expected a JSONPath`},
		{"wrong spec", Config{}, source.Spec{DateFormats: []string{"x"}}, "date_formats"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.config.Path = "x"
			if got := ask(t, map[string]string{"x": answer}, tt.config, tt.spec); !strings.Contains(got, tt.want) {
				t.Errorf("got %s, expected %s", got, tt.want)
			}
		})
	}
}

func TestConfigurations(t *testing.T) {
	for _, tt := range []struct {
		config Config
		want   string
	}{
		{Config{Method: "DELETE"}, "expected GET or POST"},
		{Config{Body: "{}"}, `expected method = "POST"`},
		{Config{Paging: Paging{Kind: "pages"}}, "found the kind"},
		{Config{Paging: Paging{Kind: Offset}}, "expected the one that carries the offset"},
		{Config{Paging: Paging{Kind: Cursor, Parameter: "c"}}, "expected the path to the cursor"},
		{Config{Paging: Paging{Kind: NextLink}}, "expected the path to the link"},
		{Config{Paging: Paging{SizeParameter: "n"}}, "size_parameter without size"},
		{Config{Paging: Paging{Kind: Offset, Parameter: "o", First: -1}}, "below 0"},
		{Config{Paging: Paging{Kind: Offset, Parameter: "o", InBody: true}}, "in_body"},
		{Config{Method: "POST", Body: "[]", Paging: Paging{Kind: Offset, Parameter: "o", InBody: true}}, "expected a JSON object"},
		{Config{Records: "a..b"}, "records: found the path"},
		{Config{Web: web.Config{URL: "x"}}, "url: found"},
	} {
		if tt.config.Web.URL == "" {
			tt.config.Web.URL = "https://hr.example.com"
		}
		if _, err := Read(t.Context(), tt.config, source.Spec{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v, expected %s", err, tt.want)
		}
	}
}

// TestServerFaults breaks a server that otherwise works, in the middle of a list.
func TestServerFaults(t *testing.T) {
	s := hrapi.StartREST(company.New(3, 300))
	defer s.Close()
	config := Config{Web: web.Config{URL: s.URL, CAPEM: s.CA, Auth: web.Auth{APIKey: hrapi.Secret, APIKeyHeader: "X-API-Key"}}, Path: "offset", Columns: hrapi.RESTColumns, Records: "items",
		Paging: Paging{Kind: Offset, Parameter: "offset", SizeParameter: "limit", Size: 50, Total: "totalResults"}}
	for _, tt := range []struct {
		name  string
		fault func(n int64, w http.ResponseWriter, r *http.Request) bool
		want  string
	}{
		{"none", nil, ""},
		{"a moment of overload", func(n int64, w http.ResponseWriter, _ *http.Request) bool {
			if n%3 != 0 {
				return false
			}
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}, ""},
		{"an answer cut off once", func(n int64, w http.ResponseWriter, _ *http.Request) bool {
			if n%5 != 2 {
				return false
			}
			w.Header().Set("Content-Length", "5000")
			fmt.Fprint(w, `{"items":[`)
			return true
		}, ""},
		{"maintenance", func(_ int64, w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Query().Get("offset") == "100" {
				fmt.Fprint(w, "<html>Back at noon")
			}
			return r.URL.Query().Get("offset") == "100"
		}, `found a web page, expected JSON`},
		{"forbidden", func(_ int64, w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, `{"error":"key %s lacks rights"}`, hrapi.Secret)
			return true
		}, `403 Forbidden; the answer begins "{\"error\":\"key [hidden] lacks rights\"}"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.Fail(tt.fault)
			r, err := Read(t.Context(), config, source.Spec{Fields: hrapi.Fields})
			switch {
			case tt.want == "" && (err != nil || r.Records != 300):
				t.Errorf("got %v, %v", r, err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), hrapi.Secret)):
				t.Errorf("got %v, expected %s", err, tt.want)
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	s := hrapi.StartREST(company.New(3, 10_000))
	defer s.Close()
	config := Config{Web: web.Config{URL: s.URL, CAPEM: s.CA, Auth: web.Auth{Token: hrapi.Token}}, Path: "offset", Columns: hrapi.RESTColumns, Records: "items",
		Paging: Paging{Kind: Offset, Parameter: "offset", SizeParameter: "limit", Size: 200, Total: "totalResults"}}
	b.ReportAllocs()
	for b.Loop() {
		r, err := Read(b.Context(), config, source.Spec{Fields: hrapi.Fields})
		if err != nil || r.Records != 10_000 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(s.Requests())/float64(b.N), "requests/op")
}
