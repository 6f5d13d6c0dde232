// SPDX-License-Identifier: MPL-2.0

package worker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/expression"
)

// hostile texts that a document has to carry unharmed.
var hostile = []string{
	"", " ", "plain", `quote " and \ backslash`, "line\nfeed\r\n\ttab", "\x00\x01\x1f\x7f", "<script>&amp;</script>", "Müller", "李雷", "👩🏽‍💻",
	"\u2028 and \u2029", "\ufffd", "\ufeff", "${path}", "%{ if }", `{"worker_id":"1"}`, "null", "true", "\u202eevil", "NO", "0012", "1e5", strings.Repeat("ä", 70000),
}

// random makes a population whose every part varies.
func random(r *rand.Rand, n int) Population {
	pick := func() string { return hostile[r.IntN(len(hostile)-1)] }
	date := func() Date { return []Date{"", "2020-02-29", "1999-12-31", "9999-12-31"}[r.IntN(4)] }
	p := Population{}
	for range n {
		w := &Worker{ID: fmt.Sprint(r.IntN(10*n+1), pick()), Status: pick(), Type: pick(), HireDate: date(), TerminationDate: date(), LastDayOfWork: date(),
			ManagerID: pick(), TimeZone: []string{"", "UTC", "Asia/Kathmandu"}[r.IntN(3)], Attributes: map[string]expression.Value{}}
		if r.IntN(2) == 0 {
			w.OnLeave = new(r.IntN(2) == 0)
		}
		for range r.IntN(3) / 2 {
			w.Problems = append(w.Problems, pick())
		}
		for range r.IntN(5) {
			w.Attributes["a"+pick()] = []expression.Value{expression.Null, expression.String(pick()), expression.List(), expression.List(pick(), pick())}[r.IntN(4)]
		}
		p[w.ID] = w
	}
	return p
}

// byReflection is the definition of the canonical document.
func byReflection(t *testing.T, p Population) string {
	t.Helper()
	nullable := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	all := map[string]document{}
	for id, w := range p {
		all[id] = document{ID: &w.ID, Status: nullable(w.Status), Type: nullable(w.Type), HireDate: nullable(string(w.HireDate)),
			TerminationDate: nullable(string(w.TerminationDate)), LastDayOfWork: nullable(string(w.LastDayOfWork)), OnLeave: w.OnLeave,
			ManagerID: nullable(w.ManagerID), TimeZone: nullable(w.TimeZone), Attributes: w.Attributes, Problems: w.Problems}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(all); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestDocumentIsCanonicalAndSurvivesTheRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		p := random(r, r.IntN(40))
		doc, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if want := byReflection(t, p); doc != want {
			t.Fatalf("got  %.2000s\nwant %.2000s", doc, want)
		}
		back, err := Parse(doc)
		if err != nil {
			t.Fatal(err)
		}
		if byReflection(t, back) != doc {
			t.Fatalf("changed on the way: %.2000s", doc)
		}
		slow, err := parseSlowly(doc)
		if err != nil || byReflection(t, slow) != doc {
			t.Fatalf("the slow way reads something else (%v): %.2000s", err, doc)
		}
	}
}

func TestEveryHostileTextSurvives(t *testing.T) {
	for _, text := range hostile {
		w := Worker{ID: "1" + text, Attributes: map[string]expression.Value{"x" + text: expression.List(text, text), "y": expression.String(text)}}
		raw, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		var back Worker
		if err := json.Unmarshal(raw, &back); err != nil || !reflect.DeepEqual(w, back) {
			t.Errorf("%.40q: read back as %+v, %v", text, back, err)
		}
	}
}

func TestParseByHand(t *testing.T) {
	p, err := Parse(" {\n\t\"7\" : { \"attributes\" : { \"Stra\\u00dfe\" : \"a\\tb\" , \"Tags\":[ \"x\" , \"y\" ], \"n\":null }, \"on_leave\":false,\"worker_id\":\"7\", \"hire_date\":\"\" } } ")
	if err != nil {
		t.Fatal(err)
	}
	want := Population{"7": {ID: "7", OnLeave: new(false), Attributes: map[string]expression.Value{
		"Straße": expression.String("a\tb"), "Tags": expression.List("x", "y"), "n": expression.Null}}}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got %+v", p["7"])
	}
	if doc, _ := p.Marshal(); doc != `{"7":{"worker_id":"7","status":null,"worker_type":null,"hire_date":null,"termination_date":null,"last_day_of_work":null,"on_leave":false,"manager_id":null,"time_zone":null,"attributes":{"Straße":"a\tb","Tags":["x","y"],"n":null}}}` {
		t.Errorf("got %s", doc)
	}
	if p, err := Parse("{}"); err != nil || len(p) != 0 {
		t.Errorf("an empty document: %v, %v", p, err)
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ doc, want string }{
		{``, "unexpected EOF"},
		{`null`, "found null, expected an object"},
		{`[]`, "found [], expected an object"},
		{`{"1":{"worker_id":"1"}`, "not a workers document"},
		{`{"1":{"worker_id":"1"}} {}`, "more text follows"},
		{`{"1":{"worker_id":"1"},"1":{"worker_id":"1"}}`, `worker "1": the document holds this worker twice`},
		{`{"1":{"worker_id":"2"}}`, `worker "1": its worker_id is "2", expected the same as its key`},
		{`{"":{"worker_id":""}}`, "not empty"},
		{`{"1":{}}`, `its worker_id is ""`},
		{`{"1":7}`, `worker "1": found 7, expected an object`},
		{`{"1":null}`, `worker "1": found null, expected an object`},
		{`{"1":{"worker_id":1}}`, `worker "1": worker_id: found a JSON number, expected a string or null`},
		{`{"1":{"worker_id":"1","on_leave":"yes"}}`, "on_leave: found a JSON string, expected a bool or null"},
		{`{"1":{"worker_id":"1","hire_dat":"2020-01-01"}}`, "hire_dat: unknown key (did you mean hire_date?)"},
		{`{"1":{"worker_id":"1","Worker_ID":"2"}}`, "Worker_ID: unknown key (did you mean worker_id?)"},
		{`{"1":{"worker_id":"1","status":"a","status":"b"}}`, "status: the key occurs twice"},
		{`{"1":{"worker_id":"1","hire_date":"2026-02-30"}}`, `worker "1": hire_date: found "2026-02-30", expected a date as YYYY-MM-DD`},
		{`{"1":{"worker_id":"1","last_day_of_work":"20260230"}}`, "last_day_of_work"},
		{`{"1":{"worker_id":"1","time_zone":"Mars/Olympus"}}`, `time_zone: found "Mars/Olympus", expected the IANA name`},
		{`{"1":{"worker_id":"1","time_zone":"Local"}}`, `found "Local"`},
		{`{"1":{"worker_id":"1","time_zone":"../etc/passwd"}}`, `found "../etc/passwd"`},
		{`{"1":{"worker_id":"1","attributes":[]}}`, "attributes: found [], expected an object"},
		{`{"1":{"worker_id":"1","attributes":{"Floor":3}}}`, "attributes.Floor: found 3, expected a string"},
		{`{"1":{"worker_id":"1","attributes":{"A":["x",1]}}}`, "attributes.A: found"},
		{`{"1":{"worker_id":"1","attributes":{"A":{"B":"c"}}}}`, "attributes.A: found"},
		{`{"1":{"worker_id":"1","attributes":{"A":"x","A":"y"}}}`, "attributes.A: the key occurs twice"},
		{`{"1":{"worker_id":"1","problems":"row 7"}}`, "problems: found"},
		{`{"1":{"worker_id":"1","problems":["a"],"problems":["b"]}}`, "problems: the key occurs twice"},
		{`{"1":{"worker_id":"1","attributes":{"status":"x"}}}`, "attributes.status: status is a key of the worker itself"},
		{"{\"1\":{\"worker_id\":\"1\",\"status\":\"a\nb\"}}", `worker "1"`},
		{`{"1":{"worker_id":"1","status":"\x"}}`, "invalid character"},
		{`{"1":{"worker_id":"1","status":"`, "unexpected EOF"},
		{"{\"1\":{\"worker_id\":\"1\",\"status\":\"M\xfcller\"}}", "not valid UTF-8"},
		{`{"1":{"worker_id":"1","attributes":{"a":` + strings.Repeat("[", 20000) + "}}}", "not a workers document"},
	}
	for _, tt := range tests {
		p, err := Parse(tt.doc)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.80s: got %v and error %v, expected %q in it", tt.doc, p, err, tt.want)
		}
	}
}

func TestMarshalRefusesWhatIsNoData(t *testing.T) {
	for _, p := range []Population{
		{"1": nil},
		{"1": {ID: "1", Attributes: map[string]expression.Value{"x": expression.DropObject}}},
	} {
		if doc, err := p.Marshal(); err == nil || !strings.Contains(err.Error(), `worker "1"`) {
			t.Errorf("got %q, %v", doc, err)
		}
	}
}

// FuzzParse holds the fast way against the slow one: what the first accepts,
// the second reads the same.
func FuzzParse(f *testing.F) {
	f.Add(`{"1":{"worker_id":"1","attributes":{"A":["x"],"B":null,"C":"\u00e9"},"on_leave":true}}`)
	f.Add(`{"1":{"worker_id":"1","worker_id":"1"}}`)
	f.Add(`{"":{}, "1":{"attributes":{"\u0061":"","a":""}}}`)
	f.Fuzz(func(t *testing.T, doc string) {
		fast, err := Parse(doc)
		if err != nil {
			return
		}
		slow, err := parseSlowly(doc)
		if err != nil || byReflection(t, fast) != byReflection(t, slow) {
			t.Fatalf("fast %v, slow %v, %v", fast, slow, err)
		}
		again, err := fast.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		back, err := Parse(again)
		if err != nil || len(back) != len(fast) {
			t.Fatalf("%s: %v", again, err)
		}
		if same, err := back.Marshal(); err != nil || same != again {
			t.Fatalf("%s became %s, %v", again, same, err)
		}
	})
}

func TestDates(t *testing.T) {
	sydney, err := Location("Australia/Sydney")
	if err != nil {
		t.Fatal(err)
	}
	d, err := ParseDate("02.01.2006", "28.02.2028")
	if err != nil || d != "2028-02-28" {
		t.Fatalf("got %q, %v", d, err)
	}
	if got := d.End(sydney).UTC().Format(time.RFC3339); got != "2028-02-28T13:00:00Z" {
		t.Errorf("the day ends in Sydney at %s", got)
	}
	if got := d.Start(sydney).UTC().Format(time.RFC3339); got != "2028-02-27T13:00:00Z" {
		t.Errorf("the day begins in Sydney at %s", got)
	}
	if got := d.AddDays(1); got != "2028-02-29" {
		t.Errorf("got %s in a leap year", got)
	}
	if !Date("").Start(time.UTC).IsZero() {
		t.Error("no date begins at no time")
	}
	// Clocks in Santiago go forward at midnight: that day has no midnight.
	santiago, err := Location("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	if got := Date("2025-09-06").End(santiago); got != Date("2025-09-07").Start(santiago) {
		t.Errorf("one day ends at %s, the next begins at another instant", got)
	}
}

func TestAttribute(t *testing.T) {
	w := Worker{ID: "1", OnLeave: new(true), HireDate: "2020-01-02", Attributes: map[string]expression.Value{"Team": expression.Null}}
	for _, tt := range []struct {
		name string
		want expression.Value
		ok   bool
	}{
		{"worker_id", expression.String("1"), true}, {"on_leave", expression.String("True"), true}, {"hire_date", expression.String("2020-01-02"), true},
		{"status", expression.String(""), false}, {"Team", expression.Null, true}, {"team", expression.String(""), false},
	} {
		if got, ok := w.Attribute(tt.name); ok != tt.ok || !got.Equal(tt.want) {
			t.Errorf("%s: got %v, %v", tt.name, got, ok)
		}
	}
	p := Population{"1": &w, "2": {ID: "2", Attributes: map[string]expression.Value{"A": expression.String("x")}}}
	if got := p.Attributes(); !reflect.DeepEqual(got, []string{"A", "Team"}) {
		t.Errorf("got %v", got)
	}
}
