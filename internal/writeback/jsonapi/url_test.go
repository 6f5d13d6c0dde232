// SPDX-License-Identifier: MPL-2.0

package jsonapi

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"terraform-provider-workforce/internal/writeback"
)

// TestPlaces holds how a value is written in each place of a URL, and what it is refused in.
func TestPlaces(t *testing.T) {
	const odd = `O'Brien "a"/b?c&d=e+f %27\`
	const segment, parameter = `O%27Brien%20%22a%22%2Fb%3Fc&d=e+f%20%2527%5C`, `O%27Brien%20%22a%22%2Fb%3Fc%26d%3De%2Bf%20%2527%5C`
	for _, tt := range []struct{ template, value, want string }{
		{"/employees/{worker_id}/mail", odd, "/employees/" + segment + "/mail"},
		{"/employees/{worker_id}", "é", "/employees/%C3%A9"},
		{"/employees?number=W-{worker_id}&x=1", odd, "/employees?number=W-" + parameter + "&x=1"},
		{"/User('{worker_id}')/mail", "O'Brien", "/User('O%27%27Brien')/mail"},
		{"/User('{worker_id}')/mail", `a\b"`, "/User('a%5Cb%22')/mail"},
		{"/User(userId=%27W-{worker_id}%27,start='1')", "O'Brien", "/User(userId=%27W-O%27%27Brien%27,start='1')"},
		{"/User({worker_id})", "7", "/User(7)"},
		{"/User({worker_id})", "7)", ""},
		{"/User({worker_id})", "'", ""},
		{"/User({worker_id})", "1,b=2", ""},
		{"/User?$filter=userId eq '{worker_id}' and a eq 1", "O'Brien", "/User?$filter=userId%20eq%20'O%27%27Brien'%20and%20a%20eq%201"},
		{"/User?%24filter=userId+eq+%27W-{worker_id}%27", "' or 1", "/User?%24filter=userId+eq+%27W-%27%27%20or%201%27"},
		{"/User?$filter=userId eq {worker_id}", "7", "/User?$filter=userId%20eq%207"},
		{"/User?$filter=userId eq {worker_id}", "7 or true", ""},
		{"/User?$filter=userId eq {worker_id}", "7)", ""},
		{"/User?$filter=userId eq {worker_id}", "null,1", ""},
		{`/Users?filter=userName eq "{worker_id}"`, `a"b\`, "/Users?filter=userName%20eq%20%22a%5C%22b%5C%5C%22"},
		{`/Users?filter=userName eq "{worker_id}"`, "O'B", "/Users?filter=userName%20eq%20%22O%27B%22"},
		{"/Users?filter=userName%20eq%20%22W-{worker_id}%22", `" or x`, "/Users?filter=userName%20eq%20%22W-%5C%22%20or%20x%22"},
		{`/Users?filter=a eq "\"" and userName eq {worker_id}`, "7", "/Users?filter=a%20eq%20%22%5C%22%22%20and%20userName%20eq%207"},
		{`/Users?filter=a eq "\"" and userName eq {worker_id}`, "a b", ""},
		{`/Users?q="W-{worker_id}"`, `a"`, ""},
		{`/Users?q="W-{worker_id}"`, `a\`, ""},
		{`/Users?q="W-{worker_id}"`, "a'b c", "/Users?q=%22W-a%27b%20c%22"},
		{"/find?filter=number eq 'W-{worker_id}'", "x' or '1' eq '1", ""},
		{"/find?filter=number eq 'W-{worker_id}'", `x\`, ""},
		{"/find?filter=number eq 'W-{worker_id}'", `x"`, "/find?filter=number%20eq%20'W-x%22'"},
		{"/find?q=number:{worker_id}", "7", "/find?q=number:7"},
		{"/find?q=number:{worker_id}", "7 OR *", ""},
		{"/find?q=number:{worker_id}", "*", ""},
		{"/find?a='x'&number={worker_id}", "O'B c", "/find?a='x'&number=O%27B%20c"},
		{"/o'brien/{worker_id}", "7", "/o'brien/7"},
		{"/a{worker_id}", "..", ""},
		{"/a{worker_id}", "\x00", ""},
		{"/a{worker_id}", "a\nb", ""},
		{"/a{worker_id}", "\xff", ""},
		{"/a{worker_id}", "", ""},
	} {
		u, err := parseURL(tt.template, "worker_id")
		if err != nil {
			t.Errorf("%s: %v", tt.template, err)
			continue
		}
		if got, err := u.fill(map[string]string{"worker_id": tt.value}); got != tt.want || (err == nil) == (tt.want == "") {
			t.Errorf("%s with %q:\ngot  %s, %v\nwant %s", tt.template, tt.value, got, err, tt.want)
		}
	}
	for template, want := range map[string]string{
		"/User('{worker_id}": "has no end", "/U?q=%22{worker_id}&b=%22": "has no end", "/a#{worker_id}": "without #",
	} {
		if _, err := parseURL(template, "worker_id"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", template, err, want)
		}
	}
	u, err := parseURL("/x/{worker_id}{key}", "worker_id", "key")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := u.fill(map[string]string{"worker_id": ".", "key": "."}); err == nil {
		t.Errorf("two dots made %s", got)
	}
}

// TestQuotedInABody refuses what would end the quotes of a language within JSON.
func TestQuotedInABody(t *testing.T) {
	b, err := ParseBody(`{"query":"mutation { set(id: \"{worker_id}\", mail: \"{mail}\") }"}`, []string{"worker_id"}, []string{"mail"})
	if err != nil {
		t.Fatal(err)
	}
	for mail, bad := range map[string]bool{"o'brien@example.com": false, `x") { all }`: true, `x\`: true, "a\nb": true} {
		got, err := b.Fill(map[string]string{"worker_id": "7"}, writeback.Record{"mail": mail})
		if (err != nil) != bad {
			t.Errorf("%q: got %s, %v", mail, got, err)
		}
	}
}

// FuzzURL holds that a value never leaves its place, read by the rules of the place.
func FuzzURL(f *testing.F) {
	for _, value := range []string{"7", "O'Brien", `a"b\`, "..", "a/../b", "' or '1'='1", "a&b=c", "%27", "+ %2B", "a)b"} {
		f.Add(value, "/a/{worker_id}?b=%22{worker_id}%22")
	}
	type place struct {
		before, after string // of the value, in the text that is decoded
		parse         func(string) (string, bool)
	}
	plain := func(s string) (string, bool) { return s, true }
	bare := func(s string) (string, bool) { return s, !strings.ContainsAny(s, " '\"()=,:*<>") }
	odata := func(s string) (string, bool) {
		rest := strings.ReplaceAll(s, "''", "")
		return strings.ReplaceAll(s, "''", "'"), !strings.Contains(rest, "'")
	}
	jsonText := func(s string) (text string, ok bool) {
		err := json.Unmarshal([]byte(`"`+s+`"`), &text)
		return text, err == nil
	}
	places := map[string]place{
		"/a/W{worker_id}/b?c=1":                    {"/a/W", "/b", plain},
		"/U('{worker_id}')/b?c=1":                  {"/U('", "')/b", odata},
		"/U({worker_id})/b?c=1":                    {"/U(", ")/b", bare},
		"/b?c=1&x=W{worker_id}":                    {"W", "", plain},
		"/b?c=1&$x=a+eq+%27{worker_id}%27":         {"a eq '", "'", odata},
		"/b?c=1&$x=a eq {worker_id}":               {"a eq ", "", bare},
		`/b?c=1&filter=a%20eq%20%22{worker_id}%22`: {`a eq "`, `"`, jsonText},
	}
	f.Fuzz(func(t *testing.T, value, template string) {
		if u, err := parseURL(template, "worker_id"); err == nil {
			_, _ = u.fill(map[string]string{"worker_id": value})
		}
		for template, p := range places {
			u, err := parseURL(template, "worker_id")
			if err != nil {
				t.Fatal(err)
			}
			text, err := u.fill(map[string]string{"worker_id": value})
			if err != nil {
				fit := value != "" && value != "." && value != ".." && utf8.ValidString(value) && strings.IndexFunc(value, unicode.IsControl) < 0
				if fit && !strings.Contains(err.Error(), "without quotes") {
					t.Errorf("%s refused %q: %v", template, value, err)
				}
				continue
			}
			got, err := url.Parse(text)
			if err != nil || strings.Count(got.EscapedPath(), "/") != strings.Count(strings.Split(template, "?")[0], "/") {
				t.Fatalf("%s: %v", text, err)
			}
			query, err := url.ParseQuery(got.RawQuery)
			if err != nil || len(query["c"]) != 1 || len(query) > 2 {
				t.Fatalf("%s: %v, %v", text, query, err)
			}
			whole := got.Path
			delete(query, "c")
			for _, v := range query {
				whole = v[0]
			}
			inner, ok := strings.CutPrefix(whole, p.before)
			inner, ok2 := strings.CutSuffix(inner, p.after)
			if back, ok3 := p.parse(inner); !ok || !ok2 || !ok3 || back != value {
				t.Errorf("%s with %q became %s, read as %q", template, value, text, back)
			}
		}
	})
}

// FuzzBody holds that a value in a body is one value of JSON, and changes no other.
func FuzzBody(f *testing.F) {
	f.Add(`{"a":"{mail}","b":["x {worker_id}",{"c":"{mail:number}"}]}`, `"},{"`)
	f.Add(`[{"op":"replace","value":"{mail}"},{"op":"add","value":"{worker_id}"}]`, "")
	f.Add(`"\"{mail}\""`, `"`)
	f.Fuzz(func(t *testing.T, template, value string) {
		b, err := ParseBody(template, []string{"worker_id"}, []string{"mail"})
		if err != nil {
			return
		}
		shape := func(value string) (string, bool) {
			filled, err := b.Fill(map[string]string{"worker_id": "7"}, writeback.Record{"mail": value})
			if err != nil {
				return "", false
			}
			if !json.Valid(filled) {
				t.Fatalf("%s is no JSON", filled)
			}
			var v any
			if err := json.Unmarshal(filled, &v); err != nil {
				return "", false // numbers beyond float64
			}
			return structure(v), true
		}
		got, ok := shape(value)
		if want, ok2 := shape("7"); ok && ok2 && got != want {
			t.Errorf("%s with %q has the structure %s, with 7 %s", template, value, got, want)
		}
	})
}

// structure writes a value of JSON without its texts, numbers and truths.
func structure(v any) string {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = structure(v[key])
		}
		text, _ := json.Marshal(v)
		return string(text)
	case []any:
		for i := range v {
			v[i] = structure(v[i])
		}
		text, _ := json.Marshal(v)
		return string(text)
	}
	return "x"
}
