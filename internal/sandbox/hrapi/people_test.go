// SPDX-License-Identifier: MPL-2.0

package hrapi_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/hrapi"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/adp"
	"terraform-provider-workforce/internal/source/bamboohr"
	"terraform-provider-workforce/internal/source/csv"
	"terraform-provider-workforce/internal/source/hibob"
	"terraform-provider-workforce/internal/source/location"
	"terraform-provider-workforce/internal/source/personio"
	"terraform-provider-workforce/internal/source/rest"
	"terraform-provider-workforce/internal/source/scim"
	"terraform-provider-workforce/internal/source/web"
)

// people is how many there are: not a multiple of any page, and one page of 100 is full to the last.
const people = 437

// fromFile returns the fingerprint of the company as its CSV file has it, and its document.
func fromFile(t *testing.T, c *company.Company) (string, string) {
	t.Helper()
	var file bytes.Buffer
	if err := c.WriteCSV(&file); err != nil {
		t.Fatal(err)
	}
	r, err := csv.Read(t.Context(), csv.Config{Location: location.Config{Content: file.String()}}, source.Spec{Fields: hrapi.Fields}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return document(t, r)
}

func document(t *testing.T, r *source.Result) (fingerprint, text string) {
	t.Helper()
	fingerprint, err := source.Fingerprint(r.Workers)
	if err != nil {
		t.Fatal(err)
	}
	if text, err = r.Workers.Marshal(); err != nil {
		t.Fatal(err)
	}
	return fingerprint, text
}

// same says where two documents begin to differ.
func same(t *testing.T, c *company.Company, r *source.Result, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	wanted, want := fromFile(t, c)
	if found, got := document(t, r); found != wanted {
		i := 0
		for i < len(got) && i < len(want) && got[i] == want[i] {
			i++
		}
		from := max(0, i-200)
		t.Errorf("the people differ from those of the file:\n got …%s\nwant …%s", got[from:min(len(got), i+200)], want[from:min(len(want), i+200)])
	}
	if len(r.Warnings) > 0 && len(c.Workers) > 1 { // of one worker, columns stay empty
		t.Errorf("got the warnings %q", r.Warnings)
	}
}

// requests compares the number of requests.
func requests(t *testing.T, s *hrapi.Server, want int64) {
	t.Helper()
	if got := s.Requests(); got != want {
		t.Errorf("got %d requests, expected %d", got, want)
	}
}

func TestREST(t *testing.T) {
	for _, n := range []int{people, 100, 1} {
		c := company.New(7, n)
		for _, tt := range []struct {
			name     string
			config   rest.Config
			requests int // beyond a request a page
		}{
			{"all", rest.Config{Path: "all"}, 1},
			{"link", rest.Config{Path: "link?size=50", Paging: rest.Paging{Kind: rest.LinkHeader}}, 0},
			{"next", rest.Config{Path: "next", Records: "value", Paging: rest.Paging{Kind: rest.NextLink, Next: `@odata\.nextLink`, SizeParameter: "$top", Size: 50}}, 0},
			{"page", rest.Config{Path: "page", Records: "people", Paging: rest.Paging{Kind: rest.PageNumber, Parameter: "page", First: 1, SizeParameter: "size", Size: 50, Total: "meta.total", Pages: "meta.pages"}}, 0},
			{"page without totals", rest.Config{Path: "page", Records: "people", Paging: rest.Paging{Kind: rest.PageNumber, Parameter: "page", First: 1, SizeParameter: "size", Size: 50}}, 1},
			{"offset", rest.Config{Path: "offset", Records: "items", Paging: rest.Paging{Kind: rest.Offset, Parameter: "offset", Total: "totalResults", More: "hasMore"}}, 0},
			{"offset without totals", rest.Config{Path: "offset", Records: "items", Paging: rest.Paging{Kind: rest.Offset, Parameter: "offset"}}, 1},
			{"cursor", rest.Config{Path: "cursor", Records: "data", Paging: rest.Paging{Kind: rest.Cursor, Parameter: "after", Next: "paging.next"}}, 0},
			{"search", rest.Config{Path: "search", Method: "POST", Body: `{"active":false,"page":{"size":50}}`, Records: "result.people",
				Paging: rest.Paging{Kind: rest.PageNumber, Parameter: "page.number", InBody: true}}, 1},
		} {
			t.Run(fmt.Sprintf("%s/%d", tt.name, n), func(t *testing.T) {
				s := hrapi.StartREST(c)
				defer s.Close()
				tt.config.Web = web.Config{URL: s.URL, CAPEM: s.CA, Auth: web.Auth{Token: hrapi.Token}}
				tt.config.Columns = hrapi.RESTColumns
				r, err := rest.Read(t.Context(), tt.config, source.Spec{Fields: hrapi.Fields})
				same(t, c, r, err)
				pages := (n + 49) / 50
				if tt.name == "all" {
					pages = 0
				}
				requests(t, s, int64(pages+tt.requests))
			})
		}
	}
}

func TestSCIM(t *testing.T) {
	c := company.New(7, people)
	for _, cursor := range []bool{false, true} {
		t.Run(fmt.Sprintf("cursor=%t", cursor), func(t *testing.T) {
			s := hrapi.StartSCIM(c)
			defer s.Close()
			r, err := scim.Read(t.Context(), scim.Config{Web: web.Config{URL: s.URL + "/scim/v2", CAPEM: s.CA, Auth: web.Auth{Token: hrapi.Token}}, Columns: hrapi.SCIMColumns, Cursor: cursor}, source.Spec{Fields: hrapi.Fields})
			same(t, c, r, err)
			requests(t, s, (people+hrapi.SCIMPageLimit-1)/hrapi.SCIMPageLimit)
		})
	}
}

func TestBambooHR(t *testing.T) {
	c := company.New(7, people)
	s := hrapi.StartBambooHR(c)
	defer s.Close()
	r, err := bamboohr.Read(t.Context(), bamboohr.Config{Web: web.Config{URL: s.URL + "/api/gateway.php/example/v1", CAPEM: s.CA}, APIKey: hrapi.Secret, Columns: hrapi.BambooHRColumns}, source.Spec{Fields: hrapi.Fields})
	same(t, c, r, err)
	requests(t, s, 1)
}

func TestHiBob(t *testing.T) {
	c := company.New(7, people)
	s := hrapi.StartHiBob(c)
	defer s.Close()
	r, err := hibob.Read(t.Context(), hibob.Config{Web: web.Config{URL: s.URL + "/v1", CAPEM: s.CA}, ServiceUser: hrapi.User, Token: hrapi.Secret, Columns: hrapi.HiBobColumns}, source.Spec{Fields: hrapi.Fields})
	same(t, c, r, err)
	requests(t, s, 1)
}

func TestPersonio(t *testing.T) {
	c := company.New(7, people)
	s := hrapi.StartPersonio(c)
	defer s.Close()
	r, err := personio.Read(t.Context(), personio.Config{Web: web.Config{URL: s.URL + "/v1", CAPEM: s.CA}, ClientID: hrapi.User, ClientSecret: hrapi.Secret, Columns: hrapi.PersonioColumns, PageSize: 50}, source.Spec{Fields: hrapi.Fields})
	same(t, c, r, err)
	requests(t, s, 1+(people+49)/50)
}

func TestADP(t *testing.T) {
	for _, n := range []int{people, 100} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			c := company.New(7, n)
			s, err := hrapi.StartADP(c)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			r, err := adp.Read(t.Context(), adp.Config{
				Web:      web.Config{URL: s.URL, CAPEM: s.CA, ClientCertificatePEM: s.ClientCertificate, ClientKeyPEM: s.ClientKey},
				TokenURL: s.URL + "/auth/oauth/v2/token", ClientID: hrapi.User, ClientSecret: hrapi.Secret, Columns: hrapi.ADPColumns, ManagerRelationship: hrapi.ADPManager,
			}, source.Spec{Fields: hrapi.Fields})
			same(t, c, r, err)
			requests(t, s.Server, int64(1+(n+99)/100+1)) // the token, the pages, 204
		})
	}
}
