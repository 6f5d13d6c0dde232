// SPDX-License-Identifier: MPL-2.0

package scim

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/hrapi"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/jsonrecord"
	"terraform-provider-workforce/internal/source/web"
)

const list = `"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"]`

// read reads from a service that gives one answer after the other.
func read(t *testing.T, c Config, answers ...string) string {
	t.Helper()
	n := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := answers[min(n, len(answers)-1)]
		n++
		if strings.Contains(answer, ":Error") {
			w.WriteHeader(http.StatusBadRequest)
		}
		fmt.Fprint(w, answer)
	}))
	defer s.Close()
	c.Web.URL, c.Web.Retries, c.Concurrency = s.URL, -1, 1
	r, err := Read(t.Context(), c, source.Spec{Attributes: []string{}})
	if err != nil {
		return err.Error()
	}
	text, err := r.Workers.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func user(id, number, manager string) string {
	return fmt.Sprintf(`{"id":%q,"active":"True",%q:{"employeeNumber":%q,"manager":{"value":%q}}}`, id, Enterprise, number, manager)
}

func TestAnswers(t *testing.T) {
	a, b := user("u1", "0001", ""), user("u2", "0002", "u1")
	for _, tt := range []struct {
		name    string
		config  Config
		answers []string
		want    string
	}{
		{"managers by id", Config{}, []string{`{` + list + `,"totalResults":2,"Resources":[` + a + `,` + b + `]}`}, `"0002":{"worker_id":"0002","status":"true","worker_type":null,"hire_date":null,"termination_date":null,"last_day_of_work":null,"on_leave":null,"manager_id":"0001"`},
		{"fewer than asked for", Config{}, []string{`{` + list + `,"totalResults":2,"Resources":[` + a + `]}`, `{` + list + `,"totalResults":2,"Resources":[` + b + `]}`}, `"0002":`},
		{"names in another case", Config{}, []string{`{` + list + `,"TotalResults":1,"resources":[` + a + `]}`}, `"0001":`},
		{"nobody", Config{}, []string{`{` + list + `,"totalResults":0}`}, "found no records"},
		{"resources lost", Config{}, []string{`{` + list + `,"totalResults":2}`}, `found nothing at "Resources"`},
		{"half of the list", Config{}, []string{`{` + list + `,"totalResults":3,"Resources":[` + a + `]}`, `{` + list + `,"totalResults":3,"Resources":[]}`}, "expected 3"},
		{"startIndex ignored", Config{}, []string{`{` + list + `,"totalResults":2,"Resources":[` + a + `]}`}, "has the same records as offset 1"},
		{"total of a page", Config{}, []string{`{` + list + `,"totalResults":1,"Resources":[` + a + `]}`,
			`{` + list + `,"totalResults":1,"Resources":[` + b + `]}`}, "the total is that of a page"},
		{"nothing behind the only page", Config{}, []string{`{` + list + `,"totalResults":1,"Resources":[` + a + `]}`,
			`{` + list + `,"totalResults":1}`}, `"0001":`},
		{"no SCIM", Config{}, []string{`{"schemas":["x"],"totalResults":0}`}, "is the URL that of a SCIM 2.0 service?"},
		{"SCIM error", Config{}, []string{`{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"invalidFilter"}`}, "invalidFilter"},
		{"cursor lost for ever", Config{Cursor: true}, []string{`{` + list + `,"nextCursor":"x","Resources":[` + a + `]}`, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"expiredCursor"}`}, "expiredCursor"},
		{"cursor lost once", Config{Cursor: true}, []string{`{` + list + `,"nextCursor":"x","Resources":[` + a + `]}`, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"expiredCursor"}`,
			`{` + list + `,"nextCursor":"x","Resources":[` + a + `]}`, `{` + list + `,"Resources":[` + b + `]}`}, `"0002":`},
		{"fewer than the total by cursor", Config{Cursor: true}, []string{`{` + list + `,"totalResults":2,"Resources":[` + a + `]}`}, "found 1 records on 1 pages, expected 2"},
		{"total that moves", Config{}, []string{`{` + list + `,"totalResults":2,"Resources":[` + a + `]}`, `{` + list + `,"totalResults":3,"Resources":[` + b + `]}`, `{` + list + `,"totalResults":2,"Resources":[` + a + `,` + b + `]}`}, `"0002":`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := read(t, tt.config, tt.answers...); !strings.Contains(got, tt.want) {
				t.Errorf("got %s, expected %s", got, tt.want)
			}
		})
	}
}

func TestParsePath(t *testing.T) {
	record, err := jsonrecord.Decode([]byte(`{"userName":"u","name":{"givenName":"g"},"emails":[{"type":"home","value":"h"},{"type":"work","primary":true,"value":"w"},{"type":"it's","value":"q"}],"` + Enterprise + `":{"manager":{"value":"m"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"userName": "u", "urn:ietf:params:scim:schemas:core:2.0:User:userName": "u", "name.givenName": "g", "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName": "g",
		Enterprise + ":manager.value": "m", `emails[type eq "work"].value`: "w", `emails[primary eq true].value`: "w", `emails[type eq "it's"].value`: "q", `$.emails[1].value`: "w", "emails.0.value": "h",
		`emails[type eq "fax"].value`: "",
	} {
		path, err := ParsePath(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := path.Text(record); err != nil || got != want {
			t.Errorf("%s: got %q, %v, expected %q", text, got, err, want)
		}
	}
	for _, text := range []string{`emails[type sw "w"].value`, "emails[", "name..x", Enterprise + ":"} {
		if _, err := ParsePath(text); err == nil {
			t.Errorf("%s: got no error", text)
		}
	}
}

func TestFilter(t *testing.T) {
	c := company.New(3, 200)
	s := hrapi.StartSCIM(c)
	defer s.Close()
	config := Config{Web: web.Config{URL: s.URL + "/scim/v2", CAPEM: s.CA, Auth: web.Auth{Token: hrapi.Token}}, Columns: hrapi.SCIMColumns, Filter: `userType eq "Contractor"`}
	r, err := Read(t.Context(), config, source.Spec{Fields: hrapi.Fields})
	if err != nil {
		t.Fatal(err)
	}
	for id, w := range r.Workers {
		if w.Type != "Contractor" {
			t.Errorf("got %s, a %s", id, w.Type)
		}
	}
	if len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], `names "id=2819c223`) { // their managers are employees
		t.Errorf("got %q", r.Warnings)
	}
}
