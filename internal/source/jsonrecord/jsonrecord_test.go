// SPDX-License-Identifier: MPL-2.0

package jsonrecord

import (
	"fmt"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/source"
)

func TestDecode(t *testing.T) {
	for text, want := range map[string]string{
		"\ufeff{}":                  "map[]",
		`[12,1.50,4E+1,-0,1e2]`:     "[12 1.50 4E+1 -0 1e2]",
		`123456789012345678`:        "123456789012345678",
		`1234567890123456789012345`: "1234567890123456789012345",
		``:                          "the JSON ends in the middle, after 0 bytes",
		`{"a":`:                     "the JSON ends in the middle, after 5 bytes",
		`{"a":1}{"b":2}`:            "found more behind the JSON document, at byte 7",
		`{a:1}`:                     "expected JSON: byte",
		"\"\xff\"":                  "not UTF-8",
		strings.Repeat("[", 100000): "expected JSON",
		`{"a":{"b":1,"c":2,"b":3}}`: `found the key "/a/b" twice in one object`,
		`[{"a":1},{"a":1}]`:         "[map[a:1] map[a:1]]",
		`{"a":1,"\u0061":2}`:        "twice",
		`[1,]`:                      "expected JSON",
		`{"a" 1}`:                   "expected JSON",
		`[1,2`:                      "the JSON ends in the middle",
		`[null,true,"x\n"]`:         "[<nil> true x\n]",
	} {
		v, err := Decode([]byte(text))
		if bad := Check([]byte(text)); (bad == nil) != (err == nil) {
			t.Errorf("%.20q: Check says %v, Decode %v", text, bad, err)
		}
		got := fmt.Sprint(v)
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, want) && !strings.Contains(got, want) {
			t.Errorf("%.20q: got %.200s, expected %s", text, got, want)
		}
	}
}

// TestOrder: the members of an object come in the order of their keys, however often one looks.
func TestOrder(t *testing.T) {
	document, err := Decode([]byte(`{"emails":{"work":{"value":"w"},"home":{"value":"h"},"other":{"value":"o"}},"n":[{"v":3},{"v":10},{"v":1}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"$.emails.*.value": "[h o w]", "$..value": "[h o w]", "$.emails[?@.value != 'o'].value": "[h w]", "$.n[*].v": "[3 10 1]", "$.n[?@.v > 1].v": "[3 10]",
		"$.emails['work','home'].value": "[h w]", "$..v": "[3 10 1]", "$.emails.work.value": "[w]",
	} {
		p, err := ParsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			if got, _ := p.Find(document); fmt.Sprint(got) != want {
				t.Fatalf("%s: found %v, expected %s", path, got, want)
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]string{"4E+1": "40", "3.001e+14": "300100000000000", "1.5e-3": "0.0015", "1e999999999": "1e999999999", "1e-999999999": "1e-999999999", "-2E0": "-2", "0012": "0012", "1.10": "1.10", "7e40": "7" + strings.Repeat("0", 40)} {
		if got := plain(text); got != want {
			t.Errorf("%s: got %s, expected %s", text, got, want)
		}
	}
}

func TestPaths(t *testing.T) {
	document, err := Decode([]byte(`{"a":{"b.c":{"d":1},"back\\slash":"x"},"list":[{"n":1},{"n":2}],"$id":"dollar","null":null,"n":[7]}`))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		`a.b\.c.d`: "1", `a.back\\slash`: "x", "list.1.n": "2", "list.2.n": "", "list.x.n": "", "$id": "dollar", "$.list[?@.n == 2].n": "2", "$['a']['b.c'].d": "1", "null": "", "null.x": "", "a.x": "",
	} {
		p, err := ParsePath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got, err := p.Text(document); err != nil || got != want {
			t.Errorf("%s: got %q, %v, expected %q", path, got, err, want)
		}
	}
	for path, want := range map[string]string{"a": "found an object", "list": "found an array", "$.list[*].n": "expected one value"} {
		p, err := ParsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Text(document); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, expected %s", path, err, want)
		}
	}
	for _, path := range []string{".", "a.", ".a", "a..b", "$.a[", "$.a[?(@.x ==", "$[?"} {
		if _, err := ParsePath(path); err == nil {
			t.Errorf("%s: got no error", path)
		}
	}
}

// FuzzPaths looks for paths and documents that end in a panic.
func FuzzPaths(f *testing.F) {
	for _, path := range []string{"a.b", "$.a[?@.n == 1].b", "$..n", "$[-1:0:2]", "$.a[1,'b']", "$[?length(@.a) > 1]", "$[?(@.a in [1,2])]", `a\.b`} {
		f.Add(path, `{"a":[{"n":1,"b":"x"},{"b":null}],"b":{"c":[1,2]}}`)
	}
	f.Fuzz(func(t *testing.T, path, text string) {
		p, err := ParsePath(path)
		if err != nil {
			return
		}
		document, err := Decode([]byte(text))
		if err != nil {
			return
		}
		values, _ := p.Find(document)
		if v, err := convert(values); err == nil && v.Kind() == expression.KindDropAttribute {
			t.Errorf("got %v", v)
		}
		_, _ = p.Records(document)
	})
}

func TestManyColumnsAndLevels(t *testing.T) {
	wide, deep := map[string]any{"worker_id": "1"}, any("x")
	for i := range maxColumns + 1 {
		wide[fmt.Sprint("k", i)] = int64(i)
	}
	for range maxDepth + 2 {
		deep = map[string]any{"d": deep}
	}
	for want, record := range map[string]any{"found more than 5000 different keys": wide, "found more than 64 levels": deep} {
		if _, err := Workers(source.Spec{}, Columns{}, []Record{{Position: "record 1", Value: record}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, expected %s", err, want)
		}
	}
}
