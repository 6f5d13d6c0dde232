// SPDX-License-Identifier: MPL-2.0

package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestGuard(t *testing.T) {
	page := func(name string, n, total, pages int, mark string) Page {
		return Page{Name: name, Records: n, Total: total, Pages: pages, Mark: mark}
	}
	for _, tt := range []struct {
		name  string
		pages []Page
		want  string
	}{
		{"whole", []Page{page("page 1", 2, 3, 2, "a"), page("page 2", 1, 3, 2, "b")}, ""},
		{"nothing said", []Page{page("page 1", 2, -1, -1, "a"), page("page 2", 0, -1, -1, "")}, ""},
		{"no records", []Page{page("page 1", 0, 0, 1, "")}, ""},
		{"no pages", []Page{page("page 1", 0, 0, 0, "")}, ""},
		{"short", []Page{page("page 1", 2, 3, -1, "a")}, "found 2 records on 1 pages, expected 3, as page 1 says"},
		{"pages lost", []Page{page("page 1", 2, -1, 2, "a")}, "found 1 pages, expected 2, as page 1 says"},
		{"long", []Page{page("page 1", 2, 3, -1, "a"), page("page 2", 2, 3, -1, "b")}, "page 2: found 4 records so far, expected 3"},
		{"moved", []Page{page("page 1", 2, 3, -1, "a"), page("page 2", 2, 4, -1, "b")}, "page 2 says that there are 4 records, page 1 said 3"},
		{"repeated", []Page{page("page 1", 2, -1, -1, "a"), page("page 2", 2, -1, -1, "a")}, "page 2 has the same records as page 1"},
	} {
		var g Guard
		var err error
		for _, p := range tt.pages {
			if err = g.Add(p); err != nil {
				break
			}
		}
		if err == nil {
			err = g.Finish()
		}
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
	endless, err := Guard{MaxPages: 3}, error(nil)
	for i := 0; err == nil && i < 10; i++ {
		err = endless.Add(page(fmt.Sprint("page ", i), 1, -1, -1, fmt.Sprint(i)))
	}
	contains(t, fmt.Sprint(err), "expected an end within 3 pages")
}

func TestConsistent(t *testing.T) {
	n := 0
	if err := Consistent(func() error { n++; return map[bool]error{true: ErrMoved}[n < 3] }); err != nil || n != 3 {
		t.Errorf("got %v after %d", err, n)
	}
	if err := Consistent(func() error { return fmt.Errorf("page 2: %w", ErrMoved) }); !errors.Is(err, ErrMoved) {
		t.Errorf("got %v", err)
	}
}

func TestNextLink(t *testing.T) {
	from, err := url.Parse("https://hr.example.com/api/people?page=1")
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		`<https://hr.example.com/api/people?page=2>; rel="next", <https://hr.example.com/api/people?page=9>; rel="last"`: "https://hr.example.com/api/people?page=2",
		`</api/people?a=1,2;b>; title="a, <b>"; rel="prev next"`:                                                         "https://hr.example.com/api/people?a=1,2;b",
		`<?page=2>;rel=next`:    "https://hr.example.com/api/people?page=2",
		`<?page=2>; rel="prev"`: "",
		``:                      "",
		`rubbish <<>>,;;"`:      "",
		`<?page=1>; rel=first, <?page=2>; REL=NEXT`: "https://hr.example.com/api/people?page=2",
	} {
		r := Response{Header: http.Header{"Link": {header}}, URL: from}
		if got, err := r.NextLink(); err != nil || got != want {
			t.Errorf("%s: got %q, %v", header, got, err)
		}
	}
}
