// SPDX-License-Identifier: MPL-2.0

package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestPartsOfAnAnswer: what the server calls a part is no answer, unless the caller asks for the other parts.
func TestPartsOfAnAnswer(t *testing.T) {
	for _, tt := range []struct {
		status  int
		header  string
		partial bool
		want    string
	}{
		{206, "items 0-1/10", false, `status 206: found a part of the list (Content-Range "items 0-1/10"), expected all of it`},
		{206, "", false, "found a part"}, {206, "0-1/*", false, "found a part"}, {206, "0-1/2", false, "found a part"},
		{200, "items 0-1/10", false, "found a part"}, {200, "8-9/10", false, "found a part"}, {200, "items 2-5/*", false, "found a part"},
		{200, "items 0-1/2", false, "[1,2]"}, {200, "0-1/*", false, "[1,2]"}, {200, "*/2", false, "[1,2]"}, {200, "", false, "[1,2]"},
		{200, "0-18446744073709551615/1", false, "[1,2]"}, {206, "items 0-1/10", true, "[1,2]"}, {200, "items 0-1/10", true, "[1,2]"},
	} {
		c := serve(t, Config{Retries: -1}, func(w http.ResponseWriter, _ *http.Request) {
			if tt.header != "" {
				w.Header().Set("Content-Range", tt.header)
			}
			w.WriteHeader(tt.status)
			fmt.Fprint(w, "[1,2]")
		})
		got := ""
		if r, err := c.Do(t.Context(), Request{URL: "people", Expect: JSON, Partial: tt.partial}); err != nil {
			got = err.Error()
		} else {
			got = string(r.Body)
		}
		if tt.want == "[1,2]" && got != tt.want || !strings.Contains(got, tt.want) {
			t.Errorf("%d %q: got %s, expected %s", tt.status, tt.header, got, tt.want)
		}
	}
}
