// SPDX-License-Identifier: MPL-2.0

package adp

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/hrapi"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/web"
)

func TestTraps(t *testing.T) {
	s, err := hrapi.StartADP(company.New(3, 100)) // a full page, and nothing behind it
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	onList := func(text string) func(int64, http.ResponseWriter, *http.Request) bool {
		return func(_ int64, w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPost {
				return false
			}
			if r.URL.Query().Get("$skip") != "0" {
				w.WriteHeader(http.StatusNoContent)
				return true
			}
			fmt.Fprint(w, text)
			return true
		}
	}
	ratio := "primaryWorkAssignment.fullTimeEquivalenceRatio"
	for _, tt := range []struct {
		name   string
		change func(*Config)
		spec   source.Spec
		fault  func(n int64, w http.ResponseWriter, r *http.Request) bool
		want   string // in the document, or of the error
	}{
		{"defaults", nil, source.Spec{}, nil, `"000002":{"worker_id":"000002","status":"Active","worker_type":"Employee","hire_date":"2008-02-29","termination_date":null,"last_day_of_work":null,"on_leave":null,"manager_id":"000001"`},
		{"managers, dates and numbers", nil, source.Spec{Attributes: []string{ratio}}, nil, `"manager_id":"000009","time_zone":null,"attributes":{"primaryWorkAssignment.fullTimeEquivalenceRatio":"40"}}`},
		{"several superiors", func(c *Config) { c.ManagerRelationship = "" }, source.Spec{}, nil, `worker 000005 (associateOID G3000000006ACFE3): found 2 superiors with the relationship codes ["Mentor" "Manager"], expected one`},
		{"no certificate", func(c *Config) { c.Web.ClientCertificatePEM, c.Web.ClientKeyPEM = "", "" }, source.Spec{}, nil, "found no client certificate"},
		{"certificate without key", func(c *Config) { c.Web.ClientKeyPEM = "" }, source.Spec{}, nil, "client_certificate_pem and client_key_pem (or client_certificate_file and client_key_file): found one of the two"},
		{"no secret", func(c *Config) { c.ClientSecret = "" }, source.Spec{}, nil, "found no client id or no client secret"},
		{"unknown client", func(c *Config) { c.ClientID = "nobody" }, source.Spec{}, nil, "getting a token: POST"},
		{"page too large", func(c *Config) { c.PageSize = 101 }, source.Spec{}, nil, "page_size: found 101"},
		{"nobody", nil, source.Spec{}, func(_ int64, w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet {
				w.WriteHeader(http.StatusNoContent)
			}
			return r.Method == http.MethodGet
		}, "found no records, expected at least one"},
		{"no primary assignment", nil, source.Spec{}, onList(`{"workers":[{"associateOID":"G1","workerID":{"idValue":"7"},"workAssignments":[{"jobTitle":"a"},{"jobTitle":"b"}]}]}`), "worker 7 (associateOID G1): found 2 work assignments, 0 of them primary"},
		{"one assignment", nil, source.Spec{Attributes: []string{"primaryWorkAssignment.jobTitle"}}, onList(`{"workers":[{"associateOID":"G1","workerID":{"idValue":"7"},"workAssignments":[{"jobTitle":"a"}]}]}`), `"primaryWorkAssignment.jobTitle":"a"`},
		{"total that lies", nil, source.Spec{}, onList(`{"workers":[{"associateOID":"G1","workerID":{"idValue":"7"}}],"meta":{"totalNumber":2}}`), "found 1 records on 2 pages, expected 2"},
		{"token that expires", nil, source.Spec{}, func(n int64, w http.ResponseWriter, _ *http.Request) bool {
			if n == 3 {
				w.WriteHeader(http.StatusUnauthorized)
			}
			return n == 3
		}, `"000010"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := s.Requests()
			s.Fail(func(n int64, w http.ResponseWriter, r *http.Request) bool {
				return tt.fault != nil && tt.fault(n-start, w, r)
			})
			c := Config{Web: web.Config{URL: s.URL, CAPEM: s.CA, ClientCertificatePEM: s.ClientCertificate, ClientKeyPEM: s.ClientKey}, TokenURL: s.URL + "/auth/oauth/v2/token",
				ClientID: hrapi.User, ClientSecret: hrapi.Secret, ManagerRelationship: hrapi.ADPManager}
			if tt.change != nil {
				tt.change(&c)
			}
			r, err := Read(t.Context(), c, tt.spec)
			got := fmt.Sprint(err)
			if err == nil {
				if got, err = r.Workers.Marshal(); err != nil {
					t.Fatal(err)
				}
			}
			if !strings.Contains(got, tt.want) || strings.Contains(got, hrapi.Secret) {
				t.Errorf("got %.1500s, expected %s", got, tt.want)
			}
		})
	}
}

func TestStrangersWithoutCertificate(t *testing.T) {
	s, err := hrapi.StartADP(company.New(3, 10))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	client, err := web.New(web.Config{URL: s.URL, CAPEM: s.CA, Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Do(t.Context(), web.Request{URL: "hr/v2/workers"}); err == nil || !strings.Contains(err.Error(), "certificate required") {
		t.Errorf("got %v", err)
	}
}

func TestTokenURL(t *testing.T) {
	for url, want := range map[string]string{"https://api.adp.com": "https://accounts.adp.com/auth/oauth/v2/token", "https://api.eu.adp.com/": "https://accounts.eu.adp.com/auth/oauth/v2/token",
		"https://api.evil.example": "https://accounts.adp.com/auth/oauth/v2/token", "https://proxy.example.com": "https://accounts.adp.com/auth/oauth/v2/token"} {
		if got := (Config{Web: web.Config{URL: url}}).tokenURL(); got != want {
			t.Errorf("%s: got %s, expected %s", url, got, want)
		}
	}
}
