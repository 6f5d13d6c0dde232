// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// reference writes the document of an account with encoding/json.
func reference(t testing.TB, f Format, a Account) string {
	t.Helper()
	plain := func(v Value) any {
		switch len(v) {
		case 0:
			return nil
		case 1:
			return v[0]
		}
		return slices.Sorted(slices.Values(v))
	}
	doc, rest := map[string]any{"enabled": a.Enabled}, map[string]any{}
	if f.HasContainer {
		doc["container"] = a.Container
	}
	for name, v := range a.Attributes {
		rest[name] = plain(v)
	}
	for _, c := range f.Core {
		if v, managed := a.Attributes[c.Attribute]; managed {
			doc[c.Key] = plain(v)
			delete(rest, c.Attribute)
		}
	}
	doc["attributes"] = rest
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(doc); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestMarshalIsThatOfEncodingJSON(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	pieces := []string{"a", "Z", "é", `"`, `\`, "\n", "\x00", "\u2028", "🦆", "\xff", "<&>", "mail", "-"}
	text := func() string {
		var b strings.Builder
		for range random.IntN(6) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		return b.String()
	}
	flat := Format{Target: "flat", Core: []CoreKey{{Key: "zone", Attribute: "z"}, {Key: "<name>", Attribute: "n"}}}
	for range 5_000 {
		f := []Format{format, flat}[random.IntN(2)]
		a := Account{Container: text(), Enabled: random.IntN(2) == 0}
		if random.IntN(10) > 0 {
			a.Attributes = map[string]Value{}
		}
		for range random.IntN(8) {
			if a.Attributes == nil {
				break
			}
			v := make(Value, random.IntN(4))
			for i := range v {
				v[i] = text()
			}
			a.Attributes["x"+text()] = v
		}
		for _, c := range f.Core {
			if a.Attributes != nil && random.IntN(2) == 0 {
				a.Attributes[c.Attribute] = []Value{nil, {text()}}[random.IntN(2)]
			}
		}
		before := a.Clone()
		got, err := f.Marshal(a)
		if want := reference(t, f, a); err != nil || got != want {
			t.Fatalf("got  %s (%v)\nwant %s", got, err, want)
		}
		if !maps.EqualFunc(before.Attributes, a.Attributes, func(x, y Value) bool { return slices.Equal(x, y) }) {
			t.Fatalf("the account became %v", a)
		}
	}
}

// More of everything than fits into what is set aside.
func TestMarshalLarge(t *testing.T) {
	a := Account{Container: strings.Repeat("OU=x,", 1000), Attributes: map[string]Value{}}
	for i := range 300 {
		a.Attributes[fmt.Sprint("attribute", i)] = Value{strings.Repeat("v", i), "\u2028"}
	}
	f := Format{HasContainer: true}
	for i := range 40 {
		f.Core = append(f.Core, CoreKey{Key: fmt.Sprint("key", i), Attribute: fmt.Sprint("core", i)})
		a.Attributes[fmt.Sprint("core", i)] = Value{"c"}
	}
	if got, err := f.Marshal(a); err != nil || got != reference(t, f, a) {
		t.Errorf("%.200s… (%v)", got, err)
	}
	a.Attributes["core7"] = Value{"a", "b"}
	if got, err := f.Marshal(a); err == nil || got != "" || !strings.Contains(err.Error(), "core7 holds 2 values, expected one") {
		t.Errorf("%.200s (%v)", got, err)
	}
}

func TestValueMarshalJSON(t *testing.T) {
	for want, v := range map[string]Value{"null": nil, `"a\u2028<"`: {"a\u2028<"}, `["a","b"]`: {"b", "a"}} {
		if got, err := v.MarshalJSON(); err != nil || string(got) != want {
			t.Errorf("%q: got %s (%v), want %s", v, got, err, want)
		}
	}
}

func BenchmarkMarshal(b *testing.B) {
	a := person()
	b.Run("direct", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := format.Marshal(a); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			reference(b, format, a)
		}
	})
}

func BenchmarkUnmarshal(b *testing.B) {
	doc, err := format.Marshal(person())
	if err != nil {
		b.Fatal(err)
	}
	for name, read := range map[string]func(string) (Account, error){"scanned": format.Unmarshal, "encoding/json": format.unmarshalSlowly} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := read(doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// person is an account as large as most.
func person() Account {
	a := Account{Container: "OU=Staff,DC=corp,DC=example,DC=com", Enabled: true, Attributes: map[string]Value{
		"cn": {"Zoë Müller"}, "uid": {"zoe.mueller"}, ManagerAttribute: {"100017"}, "title": nil,
		"proxyAddresses": {"smtp:b@example.com", "SMTP:a@example.com"},
	}}
	for i := range 15 {
		a.Attributes[fmt.Sprint("attribute", i)] = Value{fmt.Sprint("some value of it ", i)}
	}
	return a
}

func TestScanReadsWhatMarshalWrites(t *testing.T) {
	for _, change := range []func(*Account){
		func(*Account) {},
		func(a *Account) { a.Enabled, a.DisabledFor = false, ForLeft },
		func(a *Account) { a.Enabled, a.Deleted = false, true },
		func(a *Account) { a.Released = true },
	} {
		a := person()
		change(&a)
		doc, err := format.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		back, ok := format.scan(doc)
		if again, err := format.Marshal(back); !ok || err != nil || again != doc {
			t.Errorf("%t, %v: %s became %s", ok, err, doc, again)
		}
	}
}

// FuzzUnmarshal holds the fast way against the slow one: what the first accepts, the second reads the same.
func FuzzUnmarshal(f *testing.F) {
	doc, err := format.Marshal(person())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(doc)
	f.Add(`{"enabled":false,"container":"x","deleted":true,"attributes":{"a":["b","b",""],"A":"c"}}`)
	f.Add(`{"enabled":false,"enabled":true,"container":"x","disabled_for":"left","attributes":null}`)
	f.Fuzz(func(t *testing.T, doc string) {
		fast, ok := format.scan(doc)
		if !ok {
			return
		}
		slow, err := format.unmarshalSlowly(doc)
		if err != nil || !reflect.DeepEqual(fast, slow) {
			t.Fatalf("fast %+v, slow %+v, %v", fast, slow, err)
		}
	})
}
