// SPDX-License-Identifier: MPL-2.0

package hibob

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
	s := hrapi.StartHiBob(company.New(3, 90))
	defer s.Close()
	numbered := source.Fields{"worker_id": "work.employeeIdInCompany"}
	answer := func(text string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { fmt.Fprint(w, text) }
	}
	for _, tt := range []struct {
		name   string
		change func(*Config)
		spec   source.Spec
		fault  func(http.ResponseWriter)
		want   string // in the document, or of the error
	}{
		{"names", nil, source.Spec{Fields: numbered, Attributes: []string{"work.department"}}, nil, `"000010":{"worker_id":"000010","status":"Active","worker_type":null,`},
		{"managers", nil, source.Spec{Fields: numbered, Attributes: []string{"/work/department"}}, nil, `"manager_id":"000009","time_zone":null,"attributes":{"/work/department":"Sales"}`},
		{"flat, with ids of items", func(c *Config) { c.MachineReadable = true }, source.Spec{Fields: numbered, Attributes: []string{"work.department", "root.firstName"}}, nil, `"attributes":{"root.firstName":"Maximilian","work.department":"279"}`},
		{"own ids", nil, source.Spec{Attributes: []string{}}, nil, `"3332883884017713070":{"worker_id":"3332883884017713070"`},
		{"leavers", nil, source.Spec{Fields: numbered, Attributes: []string{}}, nil, `"status":"Inactive"`},
		{"unknown field", nil, source.Spec{Fields: numbered, Attributes: []string{"work.titel"}}, nil, `column "work.titel": found in no record`},
		{"unknown field that is optional", func(c *Config) { c.Optional = []string{"work.titel"} }, source.Spec{Fields: numbered, Attributes: []string{"work.titel"}}, nil, `"work.titel":null`},
		{"wrong path", nil, source.Spec{Attributes: []string{"work..title"}}, nil, `found the path "work..title"`},
		{"wrong token", func(c *Config) { c.Token = "Wrong-T0ken" }, source.Spec{}, nil, "401 Unauthorized"},
		{"id twice", nil, source.Spec{Fields: numbered, Attributes: []string{}}, answer(`{"employees":[{"id":"7","work":{"employeeIdInCompany":"1","startDate":"2020-01-01","reportsTo":{"id":"7"}},"internal":{"status":"a","terminationDate":null}},{"id":"7","work":{"employeeIdInCompany":"2"}}]}`),
			`record 2, column "root.id", worker "2": found "7", which worker "1" has as well`},
		{"value in the place of an object", nil, source.Spec{}, answer(`{"employees":[{"work":"x","/work/title":{"value":"y"}}]}`), `record 1: field "/work/title": found a value at "work", expected an object`},
		{"no list", nil, source.Spec{}, answer(`{"people":[]}`), `records: found nothing at "employees"`},
		{"sign-in page", nil, source.Spec{}, answer(`<html><body>Sign in`), "found a web page, expected JSON"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.Fail(func(_ int64, w http.ResponseWriter, _ *http.Request) bool {
				if tt.fault != nil {
					tt.fault(w)
				}
				return tt.fault != nil
			})
			c := Config{Web: web.Config{URL: s.URL + "/v1", CAPEM: s.CA}, ServiceUser: hrapi.User, Token: hrapi.Secret}
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
			if !strings.Contains(got, tt.want) || strings.Contains(got, "Wrong-T0ken") || strings.Contains(got, hrapi.Secret) {
				t.Errorf("got %s, expected %s", got, tt.want)
			}
		})
	}
}
