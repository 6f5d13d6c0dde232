// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dlclark/regexp2"
)

// referenceVector is an entry of the reference vectors: worked examples of Microsoft's documentation.
type referenceVector struct {
	ID            string           `json:"id"`
	Expression    string           `json:"expression"`
	Inputs        map[string]Value `json:"inputs"`
	Expected      json.RawMessage  `json:"expected"`
	Match         string           `json:"match"`
	Dialect       Dialect          `json:"dialect"`
	Status        string           `json:"status"`
	Now           time.Time        `json:"now"`
	Existing      []string         `json:"existing"`
	Computed      json.RawMessage  `json:"computed"`
	ComputedMatch string           `json:"computed_match"`
}

// want returns the expectation: what the document prints, or what its rules give where the two conflict.
func (v referenceVector) want() (json.RawMessage, string) {
	if v.Status == "doc_conflict" {
		return v.Computed, v.ComputedMatch
	}
	return v.Expected, v.Match
}

// TestReferenceVectors runs the worked examples of Microsoft's documentation, which are not part of this
// repository, if WORKFORCE_SHARED names the directory that has them, and one of them in any case.
func TestReferenceVectors(t *testing.T) {
	vectors := []referenceVector{{ID: "cdate", Expression: `CDate("2021-06-30+08:00")`, Expected: json.RawMessage(`"6/29/2021 4:00:00 PM"`), Match: "exact"}}
	if dir := os.Getenv("WORKFORCE_SHARED"); dir != "" {
		data, err := os.ReadFile(filepath.Join(dir, "reference", "expression-vectors.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &vectors); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range vectors {
		t.Run(v.ID, func(t *testing.T) { v.run(t) })
	}
}

func (v referenceVector) run(t *testing.T) {
	p, err := Compile(v.Expression, Options{Dialect: v.Dialect})
	expected, match := v.want()
	if err != nil {
		if match != "error" {
			t.Fatalf("Compile(%s): %v", v.Expression, err)
		}
		return
	}
	got, err := p.Eval(&Env{
		Attribute: func(name string) (Value, bool) { x, ok := v.Inputs[name]; return x, ok },
		Now:       v.Now,
		Random:    rand.New(rand.NewPCG(1, 2)),
		Taken:     takenIn(v.Existing...),
	})
	switch match {
	case "error":
		if err == nil {
			t.Errorf("%s = %s; want an error", v.Expression, got)
		}
		return
	case "unspecified":
		return
	}
	if err != nil {
		t.Fatalf("%s: %v", v.Expression, err)
	}
	switch match {
	case "dropped":
		if got.Kind() != KindDropAttribute && !got.IsNull() {
			t.Errorf("%s = %s; want the attribute dropped", v.Expression, got)
		}
	case "object_ignored":
		if got.Kind() != KindDropObject {
			t.Errorf("%s = %s; want the object ignored", v.Expression, got)
		}
	case "regex":
		var pattern string
		if err := json.Unmarshal(expected, &pattern); err != nil {
			t.Fatal(err)
		}
		if ok, err := regexp2.MustCompile(pattern, regexp2.None).MatchString(got.Text()); !ok || err != nil {
			t.Errorf("%s = %s; want a match of %s", v.Expression, got, pattern)
		}
	default:
		if want := looseValue(t, expected); !got.Equal(want) {
			t.Errorf("%s with %v\n got %s\nwant %s", v.Expression, v.Inputs, got, want)
		}
	}
}

// looseValue reads an expectation in which numbers and truth values stand for their texts.
func looseValue(t *testing.T, raw json.RawMessage) Value {
	t.Helper()
	switch text := string(raw); {
	case text == "true":
		return String("True")
	case text == "false":
		return String("False")
	case strings.Trim(text, "-0123456789") == "":
		return String(text)
	}
	var v Value
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// takenIn compares as a directory does, without regard to case.
func takenIn(existing ...string) func(string) (bool, error) {
	return func(candidate string) (bool, error) {
		for _, e := range existing {
			if strings.EqualFold(e, candidate) {
				return true, nil
			}
		}
		return false, nil
	}
}
