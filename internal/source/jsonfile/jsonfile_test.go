// SPDX-License-Identifier: MPL-2.0

package jsonfile

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/location"
	"terraform-provider-workforce/internal/source/sourcetest"
)

var (
	now  = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	tiny = source.Spec{Fields: source.Fields{"worker_id": "id"}}
)

func content(text string) Config { return Config{Location: location.Config{Content: text}} }

func marshal(t *testing.T, r *source.Result) string {
	t.Helper()
	doc, err := r.Workers.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestForms(t *testing.T) {
	for _, tt := range []struct {
		name   string
		config Config
		want   string
	}{
		{"array", content(`[{"id":"1","n":"x"}]`), `"attributes":{"n":"x"}`},
		{"byte order mark", content("\ufeff" + `[{"id":"1","n":"x"}]`), `"attributes":{"n":"x"}`},
		{"UTF-16 of a console", content("\xff\xfe[\x00{\x00\"\x00i\x00d\x00\"\x00:\x001\x00}\x00]\x00"), `"worker_id":"1"`},
		{"path", Config{Location: location.Config{Content: `{"d":{"other":[1],"results":[{"id":"1","n":"x"}]}}`}, Records: "d.results"}, `"attributes":{"n":"x"}`},
		{"path with index and dot", Config{Location: location.Config{Content: `{"a.b":[{"items":[{"id":1}]}]}`}, Records: `a\.b.0.items`}, `"worker_id":"1"`},
		{"members of an object", Config{Location: location.Config{Content: `{"007":{"n":"x"},"8":{"n":"y"}}`}, KeyColumn: "id"}, `"007":{"worker_id":"007"`},
		{"lines", Config{Location: location.Config{Content: "{\"id\":\"1\",\"n\":\"x\"}\r\n\r\n{\"id\":\"2\"}"}, Lines: true}, `"2":{"worker_id":"2"`},
		{"lines with a path", Config{Location: location.Config{Content: `{"op":"put","doc":{"id":"1","n":"x"}}`}, Lines: true, Records: "doc"}, `"attributes":{"n":"x"}`},
		{"total", Config{Location: location.Config{Content: `{"meta":{"total":1},"data":[{"id":"1"}]}`}, Records: "data", Total: "meta.total"}, `"worker_id":"1"`},
		{"total behind, as text", Config{Location: location.Config{Content: `{"data":[{"id":"1"}],"total":"1"}`}, Records: "data", Total: "total"}, `"worker_id":"1"`},
		{"numbers as written", content(`[{"id":90071992547409931,"n":1.50,"m":-0,"e":1E5}]`), `"90071992547409931":{"worker_id":"90071992547409931","status":null,"worker_type":null,"hire_date":null,"termination_date":null,"last_day_of_work":null,"on_leave":null,"manager_id":null,"time_zone":null,"attributes":{"e":"1E5","m":"-0","n":"1.50"}}`},
		{"truth and null", content(`[{"id":"1","on_leave":true,"a":false,"n":null}]`), `"on_leave":true,"manager_id":null,"time_zone":null,"attributes":{"a":"false","n":null}`},
		{"nested", content(`[{"id":"1","name":{"first":"A","x.y":"z"}},{"id":"2"}]`), `"attributes":{"name.first":"A","name.x\\.y":"z"}`},
		{"lists", content(`[{"id":"1","tags":["a",null,3,true],"none":[]}]`), `"attributes":{"none":null,"tags":["a","3","true"]}`},
		{"list of objects", content(`[{"id":"1","mail":[{"v":"a"},{"v":"b"},"c",["d"]]}]`), `"attributes":{"mail.0.v":"a","mail.1.v":"b","mail.2":"c","mail.3":["d"]}`},
		{"escapes", content(`[{"id":"1","n":"Gr\u00fc\u00dfe \ud83d\ude00\n\/"}]`), `"attributes":{"n":"Grüße 😀\n/"}`},
		{"a gap is filled by null", content(`[{"id":"1"},{"id":"2","n":"x"}]`), `"attributes":{"n":null}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(context.Background(), tt.config, tiny, now)
			if err != nil {
				t.Fatal(err)
			}
			if doc := marshal(t, got); !strings.Contains(doc, tt.want) {
				t.Errorf("got %s, want %s", doc, tt.want)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 100)
	nested := strings.Repeat(`[`, 100)
	keys := make([]string, maxColumns+1)
	for i := range keys {
		keys[i] = fmt.Sprintf(`"k%d":1`, i)
	}
	for _, tt := range []struct {
		name   string
		config Config
		want   []string
	}{
		{"empty", content(" \n"), []string{"found no text"}},
		{"half a record", content("[{\"id\":\"1\"},\n{\"id\":\"2\",\"n\":\"Mü"), []string{"record 2 (line 2)", "cut off"}},
		{"half an array", content(`[{"id":"1"},`), []string{"cut off"}},
		{"half an array after a record", content(`[{"id":"1"}`), []string{"cut off"}},
		{"no comma", content(`[{"id":"1"} {"id":"2"}]`), []string{"record 2 (line 1)", `found "{\"id\":\"2\"}]"`, "expected JSON"}},
		{"comma too many", content(`[{"id":"1"},]`), []string{"expected JSON"}},
		{"bare word", content(`[{"id":NaN}]`), []string{"record 1 (line 1)", `"NaN}]"`}},
		{"second document", content("[{\"id\":\"1\"}]\n[{\"id\":\"2\"}]"), []string{"line 2", "another value", "lines = true"}},
		{"bracket too many", content(`[{"id":"1"}]]`), []string{"another value"}},
		{"HTML", content("<!DOCTYPE html><html></html>"), []string{"begins with <", "signing in"}},
		{"archive", content("PK\x03\x04"), []string{"ZIP"}},
		{"not UTF-8", content("[{\"id\":\"1\",\n\"n\":\"M\xfcller\"}]"), []string{"line 2", "0xFC", "windows-1252", "Müller"}},
		{"key twice", content(`[{"id":"1","n":"a","n":"b"}]`), []string{`record 1 (line 1), column "n"`, "twice"}},
		{"key twice by path", content(`[{"id":"1","a":{"b":1},"a":{"b":2}}]`), []string{`column "a.b"`, "twice"}},
		{"key twice with null", content(`[{"id":"1","id":null}]`), []string{`column "id"`, "twice"}},
		{"key twice outside of records", Config{Location: location.Config{Content: `{"data":[{"id":"1"}],"data":[]}`}, Records: "data"}, []string{`"data" twice`}},
		{"member twice", Config{Location: location.Config{Content: `{"1":{},"1":{}}`}, KeyColumn: "id"}, []string{`key "1" twice`}},
		{"object for array", content(`{"d":{"results":[{"id":"1"}]}}`), []string{"found an object as the document", `set records = "d.results"`}},
		{"two arrays", content(`{"a":[],"b":[]}`), []string{`["a" "b"]`}},
		{"one record", content(`{"id":"1"}`), []string{"found an object", "key_column", "lines"}},
		{"wrong path", Config{Location: location.Config{Content: `{"data":[]}`}, Records: "date"}, []string{`found nothing at "date"`, `set records = "data"`}},
		{"null for records", Config{Location: location.Config{Content: `{"data":null}`}, Records: "data"}, []string{`found null at "data"`}},
		{"path language", Config{Location: location.Config{Content: `[]`}, Records: "$.data[*]"}, []string{"records: found", "keys with dots"}},
		{"no records", content(`[]`), []string{"worker_id"}},
		{"record that is none", content(`[{"id":"1"},"x",["y"],null]`), []string{`record 2 (line 1): found the text "x"`, "record 3 (line 1): found an array", "record 4 (line 1): found null", "expected an object"}},
		{"total too large", Config{Location: location.Config{Content: `{"total":3,"data":[{"id":"1"}]}`}, Records: "data", Total: "total"}, []string{`total "total"`, "found 1 records, expected 3"}},
		{"total missing", Config{Location: location.Config{Content: `{"data":[{"id":"1"}]}`}, Records: "data", Total: "total"}, []string{"total_path: found nothing"}},
		{"total no number", Config{Location: location.Config{Content: `{"total":"many","data":[]}`}, Records: "data", Total: "total"}, []string{`found the text "many"`}},
		{"id as fraction", content(`[{"id":1.0}]`), []string{"found the number 1.0", "whole number"}},
		{"manager as exponent", content(`[{"id":1,"manager_id":1e3}]`), []string{`column "manager_id"`, "1e3"}},
		{"id as object", content(`[{"id":{"v":"1"}}]`), []string{"id", "id.v"}},
		{"id as list", content(`[{"id":["1","2"]}]`), []string{"found 2 values"}},
		{"deep", content(deep), []string{"64 levels"}},
		{"deep in a record", content(`[{"id":` + nested), []string{"record 1", "64 levels"}},
		{"deep objects in a record", content(`[` + deep), []string{"record 1", "64 levels"}},
		{"ids as keys", content(`[{"id":"1",` + strings.Join(keys, ",") + `}]`), []string{"5000 different keys", "key_column"}},
		{"half a line", Config{Location: location.Config{Content: "{\"id\":\"1\"}\n{\"id\":"}, Lines: true}, []string{"line 2", "cut off"}},
		{"document over lines", Config{Location: location.Config{Content: "[\n{\"id\":\"1\"}\n]"}, Lines: true}, []string{"line 1", "without lines"}},
		{"array in lines", Config{Location: location.Config{Content: "[{\"id\":\"1\"}]\n"}, Lines: true}, []string{"line 1", "found an array"}},
		{"lines with total", Config{Location: location.Config{Content: "{}"}, Lines: true, Total: "t"}, []string{"lines: found with"}},
		{"same id in lines", Config{Location: location.Config{Content: "{\"id\":\"1\"}\n\n{\"id\":\"1\"}"}, Lines: true}, []string{"line 3", "same worker id as line 1"}},
		{"NUL", content(`[{"id":"1","n":"a\u0000b"}]`), []string{"NUL"}},
		{"missing file", Config{Location: location.Config{Path: "no/such.json"}}, []string{"no/such.json: no such file"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(context.Background(), tt.config, tiny, now)
			if err == nil {
				t.Fatalf("got %+v, want an error with %q", got, tt.want)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q in it", err, want)
				}
			}
			if len(err.Error()) > 3000 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

func TestProblemsAreAllTold(t *testing.T) {
	spec := source.Spec{Fields: source.Fields{"worker_id": "id", "hire_date": "job.start"}}
	_, err := Read(context.Background(), content("[\n {\"id\": \"1\", \"job\": {\"start\": \"01.02.2024\"}},\n {\"id\": null},\n {\"id\": \"1\"}\n]"), spec, now)
	for _, want := range []string{"3 problems in 3 records", `record 1 (line 2), column "job.start"`, `record 2 (line 3), column "id": found no worker id`, `record 3 (line 4), column "id"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestSensitiveColumnsAreLeftOut(t *testing.T) {
	got, err := Read(context.Background(), content(`[{"id":"1","person":{"birthDate":"1990-01-01","city":"Oslo"}}]`), tiny, now)
	if err != nil {
		t.Fatal(err)
	}
	if doc := marshal(t, got); !slices.Equal(got.LeftOut, []string{"person.birthDate"}) || strings.Contains(doc, "1990") {
		t.Errorf("left out %q of %s", got.LeftOut, doc)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Read(ctx, content(big(2000, false)), tiny, now); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("got %v", err)
	}
	if _, err := Read(ctx, Config{Location: location.Config{Content: big(2000, true)}, Lines: true}, tiny, now); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("got %v", err)
	}
}

// TestLateColumns reads more records than wait for the builder, of which a later
// one has a column that those lack: nothing is lost, told twice or taken twice.
func TestLateColumns(t *testing.T) {
	records := func(lines bool, last ...string) Config {
		text := big(waiting+5, lines)
		if !lines {
			return content(strings.TrimSuffix(text, "\n]\n") + ",\n" + strings.Join(last, ",\n") + "\n]\n")
		}
		c := content(text + strings.Join(last, "\n"))
		c.Lines = true
		return c
	}
	for _, lines := range []bool{false, true} {
		plain, err := Read(context.Background(), records(lines, `{"id":"x"}`), tiny, now)
		if err != nil {
			t.Fatal(err)
		}
		late, err := Read(context.Background(), records(lines, `{"id":"x","late":{"column":"v"}}`), tiny, now)
		if err != nil {
			t.Fatal(err)
		}
		if late.Records != waiting+6 || late.Workers["x"].Attributes["late.column"].Text() != "v" || len(late.Attributes) != len(plain.Attributes)+1 {
			t.Errorf("found %d records, the last is %v", late.Records, late.Workers["x"])
		}
		if v, ok := late.Workers["000000"].Attributes["late.column"]; !ok || !v.IsNull() {
			t.Errorf("found %v, %t for a record without the column, expected null", v, ok)
		}
		for _, w := range late.Workers {
			delete(w.Attributes, "late.column")
		}
		if marshal(t, late) != marshal(t, plain) {
			t.Error("the records differ from those without the column")
		}
		position := fmt.Sprintf("record %d (line %d)", waiting+6, waiting+7)
		if lines {
			position = fmt.Sprintf("line %d", waiting+6)
		}
		_, err = Read(context.Background(), records(lines, `{"id":1.5,"a":1,"a":2,"late":"v"}`, `{"id":"000000"}`), tiny, now)
		for _, want := range []string{position + `, column "id"`, position + `, column "a": found the key twice`, "the same worker id as"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q in it", err, want)
			}
		}
		if strings.Count(err.Error(), "found the key twice") != 1 {
			t.Errorf("got %v, want the problem once", err)
		}
	}
}

// TestSharedRecordings reads recordings of real systems, where they are to be had.
func TestSharedRecordings(t *testing.T) {
	dir, name := os.Getenv("WORKFORCE_SHARED"), "successfactors-data1.json"
	config := Config{Location: location.Config{Path: filepath.Join(dir, "data", name)}, Records: "d.results"}
	fields := source.Fields{"worker_id": "picklistId"}
	if dir == "" {
		config.Location = location.Config{Content: `{"d":{"results":[{"picklistId":"1"}]}}`}
	}
	got, err := Read(context.Background(), config, source.Spec{Fields: fields}, now)
	if err != nil || got.Records == 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// FuzzRead holds that hostile text ends in workers or an error.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{`[{"id":"1","a":[{"b":[1,null]}]}]`, `{"a":{"b":[]}}`, "{\"id\":1}\n{", `[[[`, "\xef\xbb\xbf[]", `[{"id":"1"}]}`} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, text string, lines bool) {
		c := content(text)
		c.Lines = lines
		got, err := Read(context.Background(), c, tiny, now)
		sourcetest.Whole(t, got, err)
		if plain := strings.TrimPrefix(text, "\ufeff"); err == nil && !lines && !json.Valid([]byte(plain)) && !strings.HasPrefix(text, "\xfe\xff") && !strings.HasPrefix(text, "\xff\xfe") {
			t.Errorf("got %+v of what is not JSON", got)
		}
		compareTokens(t, text)
	})
}

// compareTokens holds the tokens of a text against those of encoding/json.
func compareTokens(t *testing.T, text string) {
	t.Helper()
	l := lexer{data: []byte(text), names: interned{}, check: context.Background().Err}
	l.start(0, len(text))
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	for json.Valid([]byte(text)) && utf8.ValidString(text) {
		got, err := l.next()
		want, wantErr := d.Token()
		if wantErr != nil {
			if err == nil {
				t.Errorf("%q: got %+v, want the end", text, got)
			}
			return
		}
		same := err == nil
		switch want := want.(type) {
		case json.Delim:
			same = same && got.kind == byte(want)
		case string:
			same = same && got == token{'"', want}
		case json.Number:
			same = same && got == token{'0', want.String()}
		case bool:
			same = same && got.kind == map[bool]byte{true: 't', false: 'f'}[want]
		case nil:
			same = same && got.kind == 'n'
		}
		if !same {
			t.Fatalf("%q: got %+v, %v, want %v", text, got, err, want)
		}
	}
}

func TestTokens(t *testing.T) {
	for _, text := range []string{`{"a":[1,-2.5e+3,"x\"y\\",true,false,null,{}],"":"\u00e9\ud83d"}`, ` "a" `, `0`, `[[],{"\\":"\\\""}]`, "[\"\\/\",\t1\r\n]", `null`, big(3, false)} {
		compareTokens(t, text)
	}
}

// big makes a document of n workers with 24 members.
func big(n int, lines bool) string {
	var b strings.Builder
	if !lines {
		b.WriteString("[\n")
	}
	for i := range n {
		if i > 0 && !lines {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `{"id":"%06d","status":"Active","manager_id":"%06d","hire_date":"20%02d-%02d-%02d","on_leave":%t,"name":{"first":"Jürgen","last":"Name %d"}`, i, (i+1)%n, i%25, i%12+1, i%28+1, i%2 == 0, i%997)
		for c := range 17 {
			if c%5 == 4 {
				fmt.Fprintf(&b, `,"c%02d":null`, c)
			} else {
				fmt.Fprintf(&b, `,"c%02d":"Value %d"`, c, (i*c)%97)
			}
		}
		b.WriteString("}")
		if lines {
			b.WriteString("\n")
		}
	}
	if !lines {
		b.WriteString("\n]\n")
	}
	return b.String()
}

// BenchmarkRead reads workers of 24 members each; live-MB is what they keep.
func BenchmarkRead(b *testing.B) {
	for _, lines := range []bool{false, true} {
		for _, n := range []int{10_000, 100_000} {
			text := big(n, lines)
			b.Run(fmt.Sprintf("lines=%t/workers=%d", lines, n), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(text)))
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				for b.Loop() {
					got, err := Read(context.Background(), Config{Location: location.Config{Content: text}, Lines: lines}, tiny, now)
					if err != nil || got.Records != n {
						b.Fatal(err)
					}
					b.StopTimer()
					runtime.GC()
					runtime.ReadMemStats(&after)
					runtime.KeepAlive(got)
					b.StartTimer()
				}
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "live-MB")
			})
		}
	}
}
