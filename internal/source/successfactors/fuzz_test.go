// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"net/http"
	"strconv"
	"testing"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/sourcetest"
	"terraform-provider-workforce/internal/source/web"
)

// FuzzPage holds that a page of persons ends in whole workers or an error.
func FuzzPage(f *testing.F) {
	f.Add(`{"d":{"__count":"1","results":[` + ada + `]}}`)
	f.Add(`{"d":{"results":[{"personIdExternal":7,"employmentNav":{"results":[{"userId":"u","startDate":"/Date(-99999999999999)/","endDate":"/Date(253402300800000)/",
		"jobInfoNav":{"results":[{"startDate":"/Date(0)/","seqNumber":"1","emplStatusNav":{"externalCode":"A"},"managerId":"u"}]}}]}}],"__next":"x?skiptoken=1"}}`)
	f.Add(`{"error":{"code":"X","message":{"value":[1]}}}`)
	f.Add(`{"d":{"results":[{"personIdExternal":"1","personIdExternal":"2"}]}}`)
	c := Config{Web: web.Config{URL: "https://hr.example.com"}, Username: "user@company", Password: "password"}
	f.Fuzz(func(t *testing.T, body string) {
		p, err := c.plan(source.Spec{})
		if err != nil {
			t.Fatal(err)
		}
		r := &reader{config: &c, plan: p, asOf: "2026-11-30", horizon: "2027-01-30", people: map[string]*person{}, users: map[string]string{}}
		page, err := parsePage(&web.Response{Status: http.StatusOK, Body: []byte(body)})
		if err != nil {
			return
		}
		_ = page.mark()
		seen := map[string]bool{}
		for i, o := range page.persons {
			one, err := r.person(o, "item "+strconv.Itoa(i+1), r.asOf)
			if err != nil || seen[rawID(o)] {
				return
			}
			seen[rawID(o)] = true
			if r.belong(one); one != nil {
				r.addPerson(one)
			}
		}
		got, err := r.build()
		sourcetest.Whole(t, got, err)
	})
}

// FuzzPaths holds that paths and conditions end in values or an error.
func FuzzPaths(f *testing.F) {
	for _, path := range []string{"$.a['b'][0:-1:2]", "$..results[?(@.a == 'x' && @.b != true || @.c)].d", "$.employmentNav.results[-1]", "$['a", "$[?("} {
		f.Add(path, ada)
	}
	f.Fuzz(func(t *testing.T, path, text string) {
		p, err := compilePath(path)
		if err != nil {
			return
		}
		page, err := parsePage(&web.Response{Status: http.StatusOK, Body: []byte(`{"d":{"results":[` + text + `]}}`)})
		if err != nil || len(page.persons) == 0 {
			return
		}
		one, err := p.find(page.persons[0])
		two, err2 := p.find(page.persons[0])
		if (err == nil) != (err2 == nil) || len(one) != len(two) {
			t.Fatalf("found %v, %v, and then %v, %v", one, err, two, err2)
		}
		for i := range one {
			if plain(one[i]) != plain(two[i]) {
				t.Fatalf("found %v, and then %v", one, two)
			}
		}
	})
}
