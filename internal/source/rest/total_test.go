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
