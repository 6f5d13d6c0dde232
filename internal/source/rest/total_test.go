// SPDX-License-Identifier: MPL-2.0

package rest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/web"
)

// TestPageBehindTheLast: a refusal of the page behind the only one ends the list, unless it is about the credentials, the rate
// or the server: then nobody knows whether there is more.
func TestPageBehindTheLast(t *testing.T) {
	for status, ends := range map[int]bool{
		http.StatusBadRequest: true, http.StatusNotFound: true, http.StatusGone: true, http.StatusRequestedRangeNotSatisfiable: true,
		http.StatusUnprocessableEntity: true, http.StatusUnauthorized: false, http.StatusForbidden: false,
		http.StatusRequestTimeout: false, http.StatusTooManyRequests: false, http.StatusInternalServerError: false, http.StatusBadGateway: false,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("p") != "1" {
				w.WriteHeader(status)
				return
			}
			fmt.Fprint(w, `{"total":1,"d":[{"id":"1"}]}`)
		}))
		_, err := Read(t.Context(), Config{Web: web.Config{URL: server.URL, Retries: -1}, Path: "x", Records: "d",
			Paging: Paging{Kind: PageNumber, Parameter: "p", First: 1, Total: "total"}},
			source.Spec{Fields: source.Fields{"worker_id": "id"}, Attributes: []string{}})
		server.Close()
		if ends != (err == nil) || err != nil && !strings.Contains(err.Error(), fmt.Sprint(status)) {
			t.Errorf("status %d: %v", status, err)
		}
	}
}

// TestServerErrorBehindTheLast: an answer of 5xx never ends a list, whether the page before it was full or not, and the error says what
// to do where a system always answers so. Its advice works.
func TestServerErrorBehindTheLast(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch p := r.URL.Query().Get("p"); {
		case p == "1", p == "":
			fmt.Fprint(w, `{"total":1,"pages":1,"more":false,"d":[{"id":"1"}]}`)
		case p == "2" && strings.HasPrefix(r.URL.Path, "/two"):
			fmt.Fprint(w, `{"d":[{"id":"2"}]}`)
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer server.Close()
	numbered := func(change func(*Paging)) Paging {
		p := Paging{Kind: PageNumber, Parameter: "p", First: 1, SizeParameter: "size", Size: 50, Configured: true}
		change(&p)
		return p
	}
	for _, tt := range []struct {
		path   string
		paging Paging
		ends   bool
	}{
		{"one", numbered(func(*Paging) {}), false},
		{"two", numbered(func(*Paging) {}), false},
		{"one", numbered(func(p *Paging) { p.Total = "total" }), false},
		{"one", numbered(func(p *Paging) { p.Pages = "pages" }), true},
		{"one", numbered(func(p *Paging) { p.More = "more" }), true},
		{"one", numbered(func(p *Paging) { p.Kind, p.Total = None, "total" }), true},
	} {
		got, err := Read(t.Context(), Config{Web: web.Config{URL: server.URL, Retries: -1}, Path: tt.path, Records: "d", Paging: tt.paging},
			source.Spec{Fields: source.Fields{"worker_id": "id"}, Attributes: []string{}})
		if tt.ends != (err == nil) || err == nil && got.Records != 1 ||
			err != nil && (!strings.Contains(err.Error(), "500") || !strings.Contains(err.Error(), "let paging name total, pages or more")) {
			t.Errorf("%s, %+v: %v, %v", tt.path, tt.paging, got, err)
		}
	}
}
