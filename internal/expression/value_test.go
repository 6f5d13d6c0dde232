// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestValue(t *testing.T) {
	var zero Value
	tests := []struct {
		v       Value
		kind    Kind
		text    string
		strings []string
		shown   string
	}{
		{zero, KindNull, "", nil, "null"},
		{String(""), KindString, "", []string{""}, `""`},
		{String("a\"b"), KindString, "a\"b", []string{"a\"b"}, `"a\"b"`},
		{List(), KindList, "", []string{}, "[]"},
		{List("a", "b"), KindList, "a", []string{"a", "b"}, `["a", "b"]`},
		{DropAttribute, KindDropAttribute, "", nil, "IgnoreAttributeFlow"},
		{DropObject, KindDropObject, "", nil, "IgnoreObjectFlow"},
	}
	for i, test := range tests {
		if got := test.v; got.Kind() != test.kind || got.Text() != test.text || got.String() != test.shown || got.IsNull() != (i == 0) {
			t.Errorf("%s: kind %s, text %q", got, got.Kind(), got.Text())
		}
		if got := test.v.Strings(); !slices.Equal(got, test.strings) || (got == nil) != (test.strings == nil) && test.kind != KindList {
			t.Errorf("%s: Strings = %q, want %q", test.v, got, test.strings)
		}
		for j, other := range tests {
			if got := test.v.Equal(other.v); got != (i == j) {
				t.Errorf("%s.Equal(%s) = %v", test.v, other.v, got)
			}
		}
	}
	if List("a", "b").Equal(List("b", "a")) {
		t.Error("the order of a list does not count")
	}
}

func TestValueIsImmutable(t *testing.T) {
	items := []string{"a", "b"}
	v := List(items...)
	items[0] = "x"
	v.Strings()[1] = "y"
	if !v.Equal(List("a", "b")) {
		t.Errorf("changed to %s", v)
	}
}

func TestValueJSON(t *testing.T) {
	for _, text := range []string{`null`, `""`, `"a"`, `"<ä & \"\\\n\u0001😀>"`, `[]`, `["a","","b\tc"]`} {
		var v Value
		if err := json.Unmarshal([]byte(" "+text+" "), &v); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := v.MarshalJSON()
		if err != nil || string(got) != text {
			t.Errorf("%s became %s, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		`1`:             "value 1 is neither",
		`true`:          "quotation marks",
		`{"a":1}`:       "neither null, a string nor a list",
		`["a",2]`:       "item 2 of a list is 2",
		`["a",null]`:    "item 2 of a list is null",
		`["a",["b"]]`:   "expected a string",
		`{"Value":[1]}`: "item 1",
	} {
		var doc struct{ Value Value }
		if !strings.Contains(text, "Value") {
			text = `{"Value":` + text + `}`
		}
		if err := json.Unmarshal([]byte(text), &doc); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v; want %q", text, err, want)
		}
	}
	for _, text := range []string{``, `nil`, `"a`, `["a"`, `["a",]`} {
		var v Value
		if err := v.UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
	for _, v := range []Value{DropAttribute, DropObject} {
		if _, err := json.Marshal(v); err == nil {
			t.Errorf("%s has a JSON form", v)
		}
	}
	if got, err := json.Marshal(String("<")); err != nil || string(got) != `"\u003c"` {
		t.Errorf("inside json.Marshal: %s, %v", got, err)
	}
}

func FuzzValueJSON(f *testing.F) {
	for _, seed := range []string{`null`, `"a"`, `["a","b"]`, `[1]`, `{`, "\"\xff\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var v, w Value
		if v.UnmarshalJSON([]byte(text)) != nil {
			return
		}
		data, err := v.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := w.UnmarshalJSON(data); err != nil || !v.Equal(w) {
			t.Errorf("%q became %s and then %s: %v", text, v, w, err)
		}
	})
}
