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

// A customer's own attributes say by their labels what they hold: what is sensitive is left out by default.
func TestLabelsAreLookedAt(t *testing.T) {
	s := hrapi.StartPersonio(company.New(3, 1))
	defer s.Close()
	s.Fail(func(_ int64, w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/v1/auth" {
			return false
		}
		fmt.Fprint(w, `{"success":true,"metadata":{"total_elements":1,"current_page":0,"total_pages":1},"data":[{"type":"Employee","attributes":{"id":{"label":"ID","value":1},
			"status":{"label":"Status","value":"active"},"dynamic_1146666":{"label":"Birthday","value":"1980-02-29"},"dynamic_7":{"label":"Desk","value":"D7"}}}]}`)
		return true
	})
	read := func(attributes []string) *source.Result {
		c := Config{Web: web.Config{URL: s.URL + "/v1", CAPEM: s.CA, Retries: -1}, ClientID: hrapi.User, ClientSecret: hrapi.Secret,
			Optional: []string{"hire_date", "supervisor.id", "termination_date"}}
		result, err := Read(t.Context(), c, source.Spec{Attributes: attributes})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	doc, err := read(nil).Workers.Marshal()
	if err != nil || strings.Contains(doc, "1980") || !strings.Contains(doc, "D7") {
		t.Errorf("found %s (%v), expected the desk and no birthday", doc, err)
	}
	if left := read(nil).LeftOut; fmt.Sprint(left) != "[dynamic_1146666]" {
		t.Errorf("left out: %v", left)
	}
	if doc, err := read([]string{"dynamic_1146666"}).Workers.Marshal(); err != nil || !strings.Contains(doc, "1980") {
		t.Errorf("found %s (%v), expected what is named", doc, err)
	}
}
