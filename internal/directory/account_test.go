// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"encoding/json"
	"strings"
	"testing"
)

var format = Format{Target: "test", HasContainer: true, Core: []CoreKey{
	{Key: "common_name", Attribute: "cn", Required: true, PerContainer: true},
	{Key: "login", Attribute: "uid", Required: true},
	{Key: "manager", Attribute: ManagerAttribute},
}}

func TestFormatRoundTrip(t *testing.T) {
	for name, c := range map[string]struct{ in, canonical string }{
		"canonical":    {`{"attributes":{},"common_name":"A","container":"OU=x","enabled":true,"login":"a"}`, ""},
		"by hand":      {"{ \"login\": \"a\", \"enabled\": false,\n \"container\": \"OU=x\", \"common_name\": \"<A & B>\" }", `{"attributes":{},"common_name":"<A & B>","container":"OU=x","enabled":false,"login":"a"}`},
		"cleared":      {`{"attributes":{"a":null,"b":"","c":[],"d":[""]},"common_name":"A","container":"OU=x","enabled":true,"login":"a","manager":null}`, `{"attributes":{"a":null,"b":null,"c":null,"d":null},"common_name":"A","container":"OU=x","enabled":true,"login":"a","manager":null}`},
		"sets":         {`{"attributes":{"m":["b","a","b"],"one":["x"]},"common_name":"A","container":"OU=x","enabled":true,"login":"a"}`, `{"attributes":{"m":["a","b"],"one":"x"},"common_name":"A","container":"OU=x","enabled":true,"login":"a"}`},
		"emoji, \\ \"": {`{"attributes":{"d":"🦆 \\ \" Zoë"},"common_name":"A","container":"OU=x","enabled":true,"login":"a"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if c.canonical == "" {
				c.canonical = c.in
			}
			a, err := format.Unmarshal(c.in)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := format.Marshal(a)
			if err != nil || doc != c.canonical {
				t.Errorf("got  %s (%v)\nwant %s", doc, err, c.canonical)
			}
		})
	}
}

func TestFormatRefuses(t *testing.T) {
	for doc, want := range map[string][]string{
		`[]`: {"not an account document"},
		`{}`: {"enabled: missing", "container: missing", "common_name: missing", "login: missing"},
		`{"enabled":1,"container":"x","common_name":"a","login":"a"}`:                                    {"enabled: found 1"},
		`{"enabled":true,"container":"x","common_name":"a","login":"a","x":1}`:                           {"x: unknown key", "expected one of attributes, common_name"},
		`{"enabled":true,"container":"x","common_name":"a","login":["a","b"]}`:                           {"login: found 2 values"},
		`{"enabled":true,"container":"x","common_name":"a","login":"a","attributes":{"UID":"b"}}`:        {"attributes.UID: belongs at the top level, as login"},
		`{"enabled":true,"container":"x","common_name":"a","login":"a","attributes":{"t":7}}`:            {"attributes.t: found 7"},
		`{"enabled":true,"container":"x","common_name":"a","login":"a","attributes":{"t":"a","T":"b"}}`:  {`the same attribute as "T"`},
		`{"enabled":true,"container":"","common_name":"a","login":"a","attributes":{"t":{"deep":"er"}}}`: {"container: missing", "attributes.t: found {"},
	} {
		_, err := format.Unmarshal(doc)
		if err == nil {
			t.Errorf("%s: accepted", doc)
			continue
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: error %q lacks %q", doc, err, w)
			}
		}
	}
}

func TestValueEqual(t *testing.T) {
	for _, c := range []struct {
		a, b Value
		want bool
	}{
		{nil, Value{}, true}, {Value{"a"}, Value{"a"}, true}, {Value{"a"}, Value{"A"}, false}, {Value{"a", "b"}, Value{"b", "a"}, true}, {Value{"a"}, Value{"a", "b"}, false}, {nil, Value{"a"}, false},
	} {
		if got := c.a.Equal(c.b); got != c.want {
			t.Errorf("%q = %q: %t, expected %t", c.a, c.b, got, c.want)
		}
	}
}

func TestCloneSharesNothing(t *testing.T) {
	a := Account{Attributes: map[string]Value{"x": {"1"}}}
	b := a.Clone()
	b.Attributes["x"][0], b.Attributes["y"] = "2", nil
	if a.Attributes["x"][0] != "1" || len(a.Attributes) != 1 {
		t.Errorf("the original became %v", a)
	}
}

func FuzzFormat(f *testing.F) {
	f.Add(`{"attributes":{"a":["x","y"]},"common_name":"A","container":"OU=x","enabled":true,"login":"a"}`)
	f.Fuzz(func(t *testing.T, doc string) {
		a, err := format.Unmarshal(doc)
		if err != nil {
			return
		}
		canonical, err := format.Marshal(a)
		if err != nil {
			t.Fatalf("%s was read and cannot be written: %v", doc, err)
		}
		again, err := format.Unmarshal(canonical)
		if err != nil || !json.Valid([]byte(canonical)) {
			t.Fatalf("%s cannot be read again: %v", canonical, err)
		}
		if same, _ := format.Marshal(again); same != canonical {
			t.Errorf("%s became %s", canonical, same)
		}
	})
}
