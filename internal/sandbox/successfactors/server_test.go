// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/sandbox/company"
)

// get asks for persons and returns status and body.
func get(t *testing.T, s *Server, query string) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "https://api.example.com/odata/v2/PerPerson?"+strings.ReplaceAll(query, " ", "%20"), nil)
	r.SetBasicAuth("sfapi@ACME", "secret")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(body)
}

func instance(n int) *Server {
	return New(company.New(1, n), Options{Username: "sfapi", Password: "secret"})
}

func TestStrictness(t *testing.T) {
	s := instance(20)
	for query, want := range map[string]string{
		"":                                 "COE_UNSUPPORTED_FEATURE",
		"$format=json&$search=x":           "COE_UNSUPPORTED_FEATURE",
		"$format=json&$filter=name eq 'x'": "COE_PROPERTY_NOT_FOUND",
		"$format=json&$filter=employmentNav/x eq 'x'":                                "COE_PROPERTY_NOT_FOUND",
		"$format=json&$filter=employmentNav eq 'x'":                                  "COE_PROPERTY_NOT_FOUND",
		"$format=json&$filter=personIdExternal is 'x'":                               "unknown operator",
		"$format=json&$filter=personIdExternal eq 1":                                 "Invalid value 1",
		"$format=json&$filter=personIdExternal eq 'x":                                "Syntax error",
		"$format=json&$filter=(personIdExternal eq 'x'":                              "expected )",
		"$format=json&$filter=personIdExternal eq 'x' 'y'":                           "Syntax error",
		"$format=json&$filter=employmentNav/startDate ge '2026-01-01'":               "Invalid value",
		"$format=json&$filter=lastModifiedDateTime ge datetime'2026-01-01T00:00:00'": "Invalid value",
		"$format=json&$expand=employmentNav/nothing":                                 "COE_NAVIGATION_NOT_FOUND",
		"$format=json&$expand=personIdExternal":                                      "COE_NAVIGATION_NOT_FOUND",
		"$format=json&$select=nothing":                                               "COE_PROPERTY_NOT_FOUND",
		"$format=json&asOfDate=today":                                                "Invalid date",
		"$format=json&asOfDate=2026-01-01&toDate=2026-02-01":                         "asOfDate cannot be used",
		"$format=json&customPageSize=0":                                              "Invalid number",
		"$format=json&$skiptoken=abc":                                                "invalid or has expired",
	} {
		if status, body := get(t, s, query); status != 400 || !strings.Contains(body, want) {
			t.Errorf("%s: got %d %s, expected %q", query, status, body, want)
		}
	}
	for _, r := range []*http.Request{
		httptest.NewRequest(http.MethodGet, "https://api.example.com/odata/v2/PerPerson?$format=json", nil),
		httptest.NewRequest(http.MethodGet, "https://api.example.com/other", nil),
	} {
		w := httptest.NewRecorder()
		if s.ServeHTTP(w, r); w.Code != 401 && w.Code != 404 {
			t.Errorf("%s: got %d", r.URL, w.Code)
		}
	}
}

type answer struct {
	D struct {
		Results []map[string]any `json:"results"`
		Count   string           `json:"__count"`
		Next    string           `json:"__next"`
	} `json:"d"`
}

func list(t *testing.T, s *Server, query string) answer {
	t.Helper()
	status, body := get(t, s, query)
	var a answer
	if err := json.Unmarshal([]byte(body), &a); err != nil || status != 200 {
		t.Fatalf("%s: got %d %s", query, status, body)
	}
	return a
}

func TestFilters(t *testing.T) {
	s := instance(40)
	for filter, want := range map[string]int{
		"personIdExternal eq '000002'":                                              1,
		"personIdExternal in '000001','000002','x'":                                 2,
		"personIdExternal ne '000002'":                                              39,
		"not (personIdExternal eq '000002')":                                        39,
		"personIdExternal gt '000038' and personIdExternal le '000040'":             2,
		"personIdExternal eq '000001' or personIdExternal eq '000002'":              2,
		"personId eq 1002L":                                                         1,
		"employmentNav/assignmentClass eq 'GA'":                                     2,
		"employmentNav/isContingentWorker eq true and personIdExternal eq '000007'": 1,
		"employmentNav/startDate ge datetime'1900-01-01T00:00:00'":                  40,
		"employmentNav/jobInfoNav/jobTitle eq 'Later Job'":                          0,
		"personEmpTerminationInfoNav/latestTerminationDate eq null":                 40 - len(leavers(s)),
		"lastModifiedDateTime le datetimeoffset'2030-01-01T00:00:00Z'":              40,
	} {
		if got := list(t, s, "$format=json&$inlinecount=allpages&$filter="+url.QueryEscape(filter)); len(got.D.Results) != want || got.D.Count == "" {
			t.Errorf("%s: got %d persons, expected %d", filter, len(got.D.Results), want)
		}
	}
}

func leavers(s *Server) (ids []string) {
	for _, w := range s.company.Workers {
		former := w.ID[4:] == "07" || w.ID[4:] == "27"
		if end := parse(w.TerminationDate); !end.IsZero() && end.Before(s.company.AsOf) || former && parse(w.HireDate).After(s.company.AsOf) {
			ids = append(ids, w.ID)
		}
	}
	return ids
}

// TestWire holds the form of an answer against that of the real system.
func TestWire(t *testing.T) {
	s := instance(20)
	_, body := get(t, s, "$format=json&$filter=personIdExternal eq '000003'&$expand=employmentNav/jobInfoNav&asOfDate=2026-01-15")
	for _, want := range []string{
		`{"type":"SFOData.PerPerson","uri":"https://api.example.com/odata/v2/PerPerson('000003')"}`,
		`"uri":"https://api.example.com/odata/v2/EmpJob(seqNumber=2L,startDate=datetime'2010-02-25T00:00:00',userId='u000003')"`,
		`"personId":"1003"`, `"lastModifiedDateTime":"/Date(1768435200000+0000)/"`, `"endDate":"/Date(253402214400000)/"`, `"seqNumber":"2"`,
		`"emailNav":{"__deferred":{"uri":"https://api.example.com/odata/v2/PerPerson('000003')/emailNav"}}`, `"employmentNav":{"results":[`, `"emplStatusNav":{"__deferred":`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("got %s, expected %s in it", body, want)
		}
	}
	if strings.Contains(body, "Earlier Job") {
		t.Error("a job that is over is shown")
	}
	if _, body := get(t, s, "$format=json&$filter=personIdExternal eq '000003'&$expand=employmentNav/jobInfoNav&fromDate=1990-01-01&toDate=9999-12-31"); !strings.Contains(body, "Earlier Job") {
		t.Errorf("the history is not shown: %s", body)
	}
	if _, body := get(t, s, "$format=json&$filter=personIdExternal eq '000003'&$expand=employmentNav&$select=employmentNav/userId"); strings.Contains(body, "personId\"") || strings.Contains(body, "startDate") || !strings.Contains(body, `"userId":"u000003"`) {
		t.Errorf("$select: got %s", body)
	}
}

func TestSnapshots(t *testing.T) {
	s := instance(30)
	query := "$format=json&customPageSize=20&paging=snapshot&$inlinecount=allpages"
	first := list(t, s, query)
	next, err := url.Parse(first.D.Next)
	if err != nil || len(first.D.Results) != 20 || first.D.Count != "30" || next.Query().Get("$skiptoken") == "" {
		t.Fatalf("got %d persons of %s, next %s", len(first.D.Results), first.D.Count, first.D.Next)
	}
	s.company.Shorten(5)
	s.Reload()
	for range 2 { // a page can be fetched again
		if second := list(t, s, next.RawQuery); len(second.D.Results) != 10 || second.D.Next != "" {
			t.Errorf("got %d persons, next %q", len(second.D.Results), second.D.Next)
		}
	}
	if status, _ := get(t, s, next.RawQuery+"&$filter=personIdExternal ne 'x'"); status != 400 {
		t.Error("a token is taken for another query")
	}
	s.Expire()
	if status, body := get(t, s, next.RawQuery); status != 400 || !strings.Contains(body, "expired") {
		t.Errorf("got %d %s", status, body)
	}
	if now := list(t, s, query); len(now.D.Results) != 5 || now.D.Next != "" {
		t.Errorf("got %d persons", len(now.D.Results))
	}
}

func TestGrants(t *testing.T) {
	s := New(company.New(1, 2), Options{Username: "sfapi", ClientID: "key"})
	form := url.Values{"company_id": {"ACME"}, "client_id": {"key"}, "grant_type": {"urn:ietf:params:oauth:grant-type:saml2-bearer"}, "assertion": {"PHg+PC94Pg=="}}
	for name, change := range map[string]func(url.Values){
		"unsupported grant type": func(v url.Values) { v.Set("grant_type", "client_credentials") },
		"unknown company":        func(v url.Values) { v.Set("company_id", "x") },
		"unknown client":         func(v url.Values) { v.Set("client_id", "x") },
		"not base64":             func(v url.Values) { v.Set("assertion", "<x>") },
		"Issuer and then":        func(url.Values) {},
	} {
		v := url.Values{}
		for k, list := range form {
			v[k] = list
		}
		change(v)
		r := httptest.NewRequest(http.MethodPost, "https://api.example.com/oauth/token", strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		if s.ServeHTTP(w, r); w.Code != 401 || !strings.Contains(w.Body.String(), name) {
			t.Errorf("%s: got %d %s", name, w.Code, w.Body)
		}
	}
}
