// SPDX-License-Identifier: MPL-2.0

package rest

import (
	"net/http"
	"net/url"
	"testing"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/jsonrecord"
	"terraform-provider-workforce/internal/source/sourcetest"
	"terraform-provider-workforce/internal/source/web"
)

// FuzzPages holds that two answers end in whole workers or an error, and that what is read of them has one order.
func FuzzPages(f *testing.F) {
	f.Add(`{"data":[{"id":"1","a":{"b":[1,null,"x"]},"boss":"2"}],"total":2,"pages":2,"next":"/p2","more":true}`,
		`{"data":[{"id":"2","n":1e400}],"total":2,"pages":2}`, "</p2>; rel=next, <x>;rel=\"prev next\"")
	f.Add(`{"data":[]}`, `{"data":null,"total":-1}`, ",;<")
	f.Add(`{"data":{"id":1}}`, `[{"id":true}]`, `<http://[x>; rel="next"`)
	f.Add(`{"data":[{"id":"1","id":"2"}]}`, `{"data":[{"id":"\ud800"}]}`, "")
	address := &url.URL{Scheme: "https", Host: "hr.example.com", Path: "/people"}
	f.Fuzz(func(t *testing.T, first, second, link string) {
		for _, paging := range []Paging{
			{Kind: NextLink, Next: "next", Total: "total", TotalOptional: true}, {Kind: LinkHeader},
			{Kind: PageNumber, Parameter: "p", Pages: "pages", More: "more"}, {Kind: Cursor, Parameter: "c", Next: "next"},
		} {
			read := func() (*source.Result, error) {
				r, err := newReader(nil, Config{Records: "data", Paging: paging})
				if err != nil {
					t.Fatal(err)
				}
				for _, body := range []string{first, second} {
					response := &web.Response{Status: http.StatusOK, Header: http.Header{"Link": {link}}, Body: []byte(body), URL: address}
					p := &page{name: "page", response: response, total: -1, pages: -1}
					if err := r.parse(p); err != nil {
						return nil, err
					}
					if err := r.take(p); err != nil {
						return nil, err
					}
					if _, err := r.next(p); err != nil {
						return nil, err
					}
				}
				if err := r.guard.Finish(); err != nil {
					return nil, err
				}
				return jsonrecord.Workers(source.Spec{Fields: source.Fields{"worker_id": "id"}}, jsonrecord.Columns{References: map[string]string{"boss": "id"}}, r.records)
			}
			got, err := read()
			sourcetest.Whole(t, got, err)
			again, err2 := read()
			if (err == nil) != (err2 == nil) || err != nil && err.Error() != err2.Error() {
				t.Fatalf("read once: %v, again: %v", err, err2)
			}
			if err == nil {
				one, _ := source.Fingerprint(got.Workers)
				if two, _ := source.Fingerprint(again.Workers); one != two {
					t.Fatal("read twice, and not the same")
				}
			}
		}
	})
}
