// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind tells what a [Value] is.
type Kind uint8

// The kinds of a value. The two drop kinds are results only: they never occur in HR data.
const (
	KindNull          Kind = iota // no value: the attribute is absent
	KindString                    // one text; numbers, dates and truth values are text too
	KindList                      // several texts, in order; possibly none
	KindDropAttribute             // the attribute leaves the flow: it is not written at all
	KindDropObject                // the whole person leaves the flow
)

// String returns the name of the kind as it is used in messages.
func (k Kind) String() string {
	switch k {
	case KindNull:
		return "null"
	case KindString:
		return "text"
	case KindList:
		return "list"
	case KindDropAttribute:
		return "IgnoreAttributeFlow"
	case KindDropObject:
		return "IgnoreObjectFlow"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Value is what an attribute holds and what an expression gives. The zero value is null.
// A Value is immutable.
type Value struct {
	text string
	form *form // nil: null
}

// form is what a value is beside its text. There are millions of texts in memory,
// which share one: a Value takes 24 bytes.
type form struct {
	kind Kind
	list []string
}

var isText = &form{kind: KindString}

// The values that carry no text.
var (
	Null          = Value{}
	DropAttribute = Value{form: &form{kind: KindDropAttribute}}
	DropObject    = Value{form: &form{kind: KindDropObject}}
)

// String returns the value that holds the text s. The empty text is not null.
func String(s string) Value { return Value{text: s, form: isText} }

// List returns the value that holds a copy of items.
func List(items ...string) Value { return listOf(slices.Clone(items)) }

// listOf is List without the copy, for slices nobody else keeps.
func listOf(items []string) Value { return Value{form: &form{kind: KindList, list: items}} }

// Kind returns what the value is.
func (v Value) Kind() Kind {
	if v.form == nil {
		return KindNull
	}
	return v.form.kind
}

// items returns the texts of a list, which nobody may change.
func (v Value) items() []string {
	if v.form == nil {
		return nil
	}
	return v.form.list
}

// IsNull reports whether there is no value. The empty text and the empty list are not null.
func (v Value) IsNull() bool { return v.form == nil }

// Text returns the text, the first item of a list, and "" for everything else.
func (v Value) Text() string {
	if v.Kind() == KindList {
		if len(v.items()) == 0 {
			return ""
		}
		return v.items()[0]
	}
	return v.text
}

// Strings returns nil for null and drop values, one element for a text, and a copy of a list.
func (v Value) Strings() []string {
	switch v.Kind() {
	case KindString:
		return []string{v.text}
	case KindList:
		return slices.Clone(v.items())
	}
	return nil
}

// Equal reports whether both values are of the same kind and hold the same texts in the same order.
func (v Value) Equal(w Value) bool {
	return v.Kind() == w.Kind() && v.text == w.text && slices.Equal(v.items(), w.items())
}

// String describes the value for messages: null, "text", ["a", "b"].
func (v Value) String() string {
	switch v.Kind() {
	case KindString:
		return quote(v.text)
	case KindList:
		quoted := make([]string, len(v.items()))
		for i, item := range v.items() {
			quoted[i] = quote(item)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	}
	return v.Kind().String()
}

// isEmpty reports null, "" and the empty list.
func (v Value) isEmpty() bool {
	switch v.Kind() {
	case KindNull:
		return true
	case KindString:
		return v.text == ""
	case KindList:
		return len(v.items()) == 0
	}
	return false
}

// MarshalJSON writes null, a string or an array of strings. Drop values are no data and are refused.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.Kind() {
	case KindNull:
		return []byte("null"), nil
	case KindString:
		return appendJSON(make([]byte, 0, len(v.text)+2), v.text), nil
	case KindList:
		out := []byte{'['}
		for i, item := range v.items() {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendJSON(out, item)
		}
		return append(out, ']'), nil
	}
	return nil, fmt.Errorf("expression: %s is an instruction, not a value, and has no JSON form", v.Kind())
}

// appendJSON appends s as a JSON string. It leaves <, > and & alone, since documents are read by people.
func appendJSON(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			var buf bytes.Buffer
			enc := json.NewEncoder(&buf)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(s); err == nil { // encoding a string cannot fail
				return append(dst, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
			}
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

// UnmarshalJSON reads null, a string or an array of strings. Anything else is refused: HR documents hold
// texts, and a number would lose its leading zeros on the way.
func (v *Value) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return errors.New("expression: empty JSON value")
	}
	switch {
	case string(data) == "null":
		*v = Null
		return nil
	case data[0] == '"':
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return fmt.Errorf("expression: %w", err)
		}
		*v = String(s)
		return nil
	case data[0] == '[':
		var raw []json.RawMessage
		if err := json.Unmarshal(data, &raw); err != nil {
			return fmt.Errorf("expression: %w", err)
		}
		items := make([]string, len(raw))
		for i, r := range raw {
			if r[0] != '"' {
				return fmt.Errorf("expression: item %d of a list is %s; expected a string", i+1, abbreviate(string(r), 40))
			}
			if err := json.Unmarshal(r, &items[i]); err != nil {
				return fmt.Errorf("expression: item %d of a list: %w", i+1, err)
			}
		}
		*v = listOf(items)
		return nil
	}
	return fmt.Errorf("expression: value %s is neither null, a string nor a list of strings; put numbers and truth values in quotation marks",
		abbreviate(string(data), 40))
}
