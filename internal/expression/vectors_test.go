// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

// vector is a case of testdata/vectors.json: exactly one of Want, Drop and Error is expected.
type vector struct {
	Expression string                       `json:"expression"`
	Dialect    Dialect                      `json:"dialect"`
	Attributes map[string]Value             `json:"attributes"`
	Tables     map[string]map[string]string `json:"tables"`
	Named      map[string]string            `json:"named"`
	Now        time.Time                    `json:"now"`
	Domain     string                       `json:"domain"`
	Taken      []string                     `json:"taken"`
	Want       Value                        `json:"want"`
	Drop       string                       `json:"drop"`  // attribute or object
	Error      string                       `json:"error"` // a part of the message
}

func readVectors(tb testing.TB) []vector {
	tb.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		tb.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(data, &vectors); err != nil {
		tb.Fatal(err)
	}
	return vectors
}

func (v vector) env() *Env {
	return &Env{
		Attribute:     func(name string) (Value, bool) { x, ok := v.Attributes[name]; return x, ok },
		Now:           v.Now,
		DefaultDomain: v.Domain,
		Taken:         takenIn(v.Taken...),
	}
}

func (v vector) options(tb testing.TB) Options {
	tb.Helper()
	o := Options{Dialect: v.Dialect, Tables: v.Tables, Named: map[string]*Program{}}
	for name, source := range v.Named {
		p, err := Compile(source, Options{Dialect: v.Dialect})
		if err != nil {
			tb.Fatal(err)
		}
		o.Named[name] = p
	}
	return o
}

func TestVectors(t *testing.T) {
	for _, v := range readVectors(t) {
		t.Run(v.Expression, func(t *testing.T) {
			p, err := Compile(v.Expression, v.options(t))
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Eval(v.env())
			if v.Error != "" {
				if err == nil || !strings.Contains(err.Error(), v.Error) {
					t.Errorf("got %s and error %v; want an error with %q", got, err, v.Error)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := v.Want
			switch v.Drop {
			case "attribute":
				want = DropAttribute
			case "object":
				want = DropObject
			}
			if !got.Equal(want) {
				t.Errorf("with %v\n got %s\nwant %s", v.Attributes, got, want)
			}
		})
	}
}

// TestVectorsCoverEveryFunction keeps the vectors complete.
func TestVectorsCoverEveryFunction(t *testing.T) {
	called := map[string]bool{"AppRoleAssignmentsComplex": true, "AssertiveAppRoleAssignmentsComplex": true, "SingleAppRoleAssignment": true}
	var walk func(*expr)
	walk = func(e *expr) {
		if e == nil {
			return
		}
		if e.kind == exprCall {
			called[e.text] = true
		}
		for _, arg := range e.args {
			walk(arg)
		}
	}
	for _, v := range readVectors(t) {
		tree, err := parse(v.Expression, v.Dialect)
		if err != nil {
			t.Fatal(err)
		}
		walk(tree)
	}
	for _, f := range Functions() {
		if !called[f.Name] {
			t.Errorf("no vector calls %s", f.Signature)
		}
	}
}
