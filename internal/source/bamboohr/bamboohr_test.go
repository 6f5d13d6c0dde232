// SPDX-License-Identifier: MPL-2.0

package bamboohr

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/hrapi"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/web"
)

func TestTraps(t *testing.T) {
	s := hrapi.StartBambooHR(company.New(3, 90))
	defer s.Close()
	for _, tt := range []struct {
		name    string
		change  func(*Config)
		spec    source.Spec
		fault   func(n int64, w http.ResponseWriter, r *http.Request) bool
		records int
		want    string
	}{
		{"defaults", nil, source.Spec{}, nil, 90, ""},
		{"managers by number", nil, source.Spec{Fields: source.Fields{"manager_id": "supervisorId"}}, nil, 90, ""},
		{"hidden field", nil, source.Spec{Attributes: []string{hrapi.BambooHRHidden, "city"}}, nil, 0, `the report is without the fields ["payRate"]: they do not exist, or the user of the API key may not see them`},
		{"wrong key", func(c *Config) { c.APIKey = "Wrong-Key-42" }, source.Spec{}, nil, 0, `401 Unauthorized; BambooHR says "API key [hidden] is unknown"`},
		{"too many requests", nil, source.Spec{}, func(n int64, w http.ResponseWriter, _ *http.Request) bool {
			if n > 5 {
				return false
			}
			w.Header().Set("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}, 90, ""},
		{"too many employees", func(c *Config) { c.Web.Retries = -1 }, source.Spec{}, func(_ int64, w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("X-BambooHR-Error-Message", "Employee limit")
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}, 0, `BambooHR says "Employee limit" (429 is BambooHR's answer to more employees`},
		{"field missing for one", nil, source.Spec{}, func(_ int64, w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			var ids []string
			for _, id := range (Config{}).fields(source.Spec{Fields: DefaultFields, Attributes: DefaultAttributes}) {
				ids = append(ids, fmt.Sprintf(`{"id":%q}`, id))
			}
			fmt.Fprintf(w, `{"fields":[%s],"employees":[{"id":"46"}]}`, strings.Join(ids, ","))
			return true
		}, 0, `record 1, employee 46: found no field "department"`},
		{"no company", func(c *Config) { c.Web.URL = "" }, source.Spec{}, nil, 0, "company: found"},
		{"company with a path", func(c *Config) { c.Web.URL, c.Company = "", "evil.example/x" }, source.Spec{}, nil, 0, "company: found"},
		{"too many fields", func(c *Config) {
			c.Columns = map[string]string{}
			for i := range 401 {
				c.Columns[fmt.Sprint("c", i)] = fmt.Sprint("custom", i)
			}
		}, source.Spec{}, nil, 0, "expected at most 400"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := s.Requests()
			s.Fail(func(n int64, w http.ResponseWriter, r *http.Request) bool {
				return tt.fault != nil && tt.fault(n-start, w, r)
			})
			c := Config{Web: web.Config{URL: s.URL + "/api/gateway.php/example/v1", CAPEM: s.CA}, APIKey: hrapi.Secret}
			if tt.change != nil {
				tt.change(&c)
			}
			r, err := Read(t.Context(), c, tt.spec)
			switch {
			case tt.want == "" && (err != nil || r.Records != tt.records || len(r.Warnings) > 0 || r.Workers["000010"].ManagerID != "000009"):
				t.Errorf("got %+v, %v", r, err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, expected %s", err, tt.want)
			case err != nil && (strings.Contains(err.Error(), hrapi.Secret) || strings.Contains(err.Error(), "Wrong-Key")):
				t.Errorf("the key is in the error %v", err)
			}
		})
	}
}

// TestRecording reads a report as the service recorded it: of a real tenant, if
// there is a recording at hand, and else one of our own.
func TestRecording(t *testing.T) {
	file := filepath.Join("testdata", "report.json")
	want := 3
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("WORKFORCE_SHARED"); dir != "" {
		if body, err = recorded(filepath.Join(dir, "data", "bamboohr-employees.har")); err != nil {
			t.Fatal(err)
		}
		want = 103
	}
	s := hrapi.StartBambooHR(company.New(1, 1))
	defer s.Close()
	s.Fail(func(_ int64, w http.ResponseWriter, _ *http.Request) bool {
		_, _ = w.Write(body)
		return true
	})
	r, err := Read(t.Context(), Config{Web: web.Config{URL: s.URL, CAPEM: s.CA}, APIKey: hrapi.Secret}, source.Spec{
		Fields:     source.Fields{"worker_id": "id", "manager_id": ""}, // the recording names supervisors by their names
		Attributes: []string{"displayName", "department", "supervisor", "location"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Records != want {
		t.Errorf("got %d people, expected %d", r.Records, want)
	}
	left := 0
	for _, w := range r.Workers {
		if w.TerminationDate != "" {
			left++
		}
	}
	if left == 0 || left == r.Records {
		t.Errorf("got %d of %d people with a date of termination, expected some", left, r.Records)
	}
}
