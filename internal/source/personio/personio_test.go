// SPDX-License-Identifier: MPL-2.0

package personio

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
	s := hrapi.StartPersonio(company.New(3, 90))
	defer s.Close()
	onList := func(status int, text string) func(int64, http.ResponseWriter, *http.Request) bool {
		return func(_ int64, w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/v1/auth" {
				return false
			}
			w.WriteHeader(status)
			fmt.Fprint(w, text)
			return true
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*Config)
		spec   source.Spec
		fault  func(n int64, w http.ResponseWriter, r *http.Request) bool
		want   string // in the document, or of the error
	}{
		{"everything", nil, source.Spec{}, nil, `"1000070":{"worker_id":"1000070","status":"active","worker_type":"internal","hire_date":"`},
		{"managers and wrapped values", nil, source.Spec{Fields: source.Fields{"worker_id": "dynamic_1001"}, Attributes: []string{"department.name", "cost_centers.0.name", "supervisor.first_name"}}, nil,
			`"manager_id":"000009","time_zone":null,"attributes":{"cost_centers.0.name":"CC1010","department.name":"Sales","supervisor.first_name":"`},
		{"leavers", nil, source.Spec{Attributes: []string{}}, nil, `"status":"inactive"`},
		{"attribute that is not enabled", nil, source.Spec{Attributes: []string{"dynamic_9"}}, nil, `column "dynamic_9": found in no record`},
		{"attribute that is optional", func(c *Config) { c.Optional = []string{"dynamic_9"} }, source.Spec{Attributes: []string{"dynamic_9"}}, nil, `"dynamic_9":null`},
		{"wrong secret", func(c *Config) { c.ClientSecret = "Wrong-S3cret" }, source.Spec{}, nil, "/v1/auth: 403 Forbidden"},
		{"no secret", func(c *Config) { c.ClientSecret = "" }, source.Spec{}, nil, "found no client id or no client secret"},
		{"large page", func(c *Config) { c.PageSize = 201 }, source.Spec{}, nil, "page_size: found 201"},
		{"error with status 200", nil, source.Spec{}, onList(200, `{"success":false,"error":{"code":7,"message":"Maintenance"}}`), `found success = false, expected true: Personio says "Maintenance"`},
		{"no success", nil, source.Spec{}, onList(200, `{"data":[]}`), "found success = <nil>"},
		{"token that expires", nil, source.Spec{}, func(n int64, w http.ResponseWriter, r *http.Request) bool {
			if n != 3 { // the token, a page, and this one
				return false
			}
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}, `"1000070"`},
		{"total that lies", nil, source.Spec{}, onList(200, `{"success":true,"data":[{"type":"Employee","attributes":{"id":{"label":"ID","value":1}}}],"metadata":{"total_elements":7,"current_page":0,"total_pages":1}}`), "has the same records as offset 0"},
		{"nested without end", nil, source.Spec{}, onList(200, `{"success":true,"metadata":{"total_elements":1},"data":[`+strings.Repeat(`{"a":`, 100)+"1"+strings.Repeat("}", 100)+`]}`), "found more than 64 levels"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := s.Requests()
			s.Fail(func(n int64, w http.ResponseWriter, r *http.Request) bool {
				return tt.fault != nil && tt.fault(n-start, w, r)
			})
			c := Config{Web: web.Config{URL: s.URL + "/v1", CAPEM: s.CA}, ClientID: hrapi.User, ClientSecret: hrapi.Secret, PageSize: 50}
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
			if !strings.Contains(got, tt.want) || strings.Contains(got, "Wrong-S3cret") || strings.Contains(got, hrapi.Secret) {
				t.Errorf("got %.1500s, expected %s", got, tt.want)
			}
		})
	}
}
