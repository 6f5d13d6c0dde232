// SPDX-License-Identifier: MPL-2.0

package jsonapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/expression/spelling"
	"terraform-provider-workforce/internal/source/jsonrecord"
	"terraform-provider-workforce/internal/writeback"
)

// placeholder matches {name} and {name:type}.
var placeholder = regexp.MustCompile(`\{([^{}:"\s]+)(?::([a-z]+))?\}`)

func unknownName(found string, names []string) error {
	hint := ""
	if near := spelling.Nearest(strings.Trim(found, "{}"), names); near != "" {
		hint = fmt.Sprintf(" (did you mean {%s}?)", near)
	}
	return fmt.Errorf("found %s, expected {%s}%s", found, strings.Join(names, "}, {"), hint)
}

// Body is the template of a request in JSON. A placeholder stands in a text:
// {worker_id}, {key}, or the name of an attribute. A text that is nothing but the placeholder
// of an attribute becomes its value, null for no value; {name:boolean} and
// {name:number} make it one of JSON. Only what changes is sent: a member of an
// object that stands for an attribute that does not change is left out, and so
// is an element of an array in which one stands, as in a JSON Patch (RFC 6902),
// and an object of which nothing is left.
type Body struct {
	template   any
	names      []string
	attributes []string
	used       map[string]bool
}

// ParseBody reads a template. names may stand for themselves, attributes for
// values; each attribute must have a place.
func ParseBody(text string, names, attributes []string) (*Body, error) {
	if text == "" {
		return nil, errors.New(`found none, expected a template in JSON, such as {"email": "{mail}"}`)
	}
	template, err := jsonrecord.Decode([]byte(text))
	if err != nil {
		return nil, err
	}
	b := &Body{template: template, names: names, attributes: attributes, used: map[string]bool{}}
	problems := b.check(template)
	for _, name := range attributes {
		if !b.used[name] {
			problems = append(problems, fmt.Errorf("found no place of the attribute %q, expected {%s}", name, name))
		}
	}
	return b, errors.Join(problems...)
}

func (b *Body) check(v any) []error {
	var errs []error
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			errs = append(errs, b.check(member)...)
		}
	case []any:
		for _, element := range v {
			errs = append(errs, b.check(element)...)
		}
	case string:
		for _, m := range placeholder.FindAllStringSubmatch(v, -1) {
			switch {
			case !slices.Contains(b.names, m[1]) && !slices.Contains(b.attributes, m[1]):
				errs = append(errs, unknownName(m[0], slices.Concat(b.names, b.attributes)))
			case m[2] != "" && (m[2] != "boolean" && m[2] != "number" || m[0] != v || slices.Contains(b.names, m[1])):
				errs = append(errs, fmt.Errorf("found %q, expected {%s:boolean} or {%s:number} of an attribute, with nothing round it", v, m[1], m[1]))
			}
			b.used[m[1]] = true
		}
	}
	return errs
}

// Fill returns the body that sends values.
func (b *Body) Fill(names map[string]string, values writeback.Record) ([]byte, error) {
	f := filler{names, values, b.attributes, nil}
	filled, _ := f.fill(b.template)
	if len(f.errs) > 0 {
		return nil, errors.Join(f.errs...)
	}
	return json.Marshal(filled)
}

type filler struct {
	names      map[string]string
	values     writeback.Record
	attributes []string
	errs       []error
}

// fill returns v with its placeholders replaced; keep is false if it is to be left out.
func (f *filler) fill(v any) (_ any, keep bool) {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, member := range v {
			if filled, keep := f.fill(member); keep {
				out[key] = filled
			}
		}
		return out, len(out) > 0 || len(v) == 0
	case []any:
		out := make([]any, 0, len(v))
		for _, element := range v {
			if filled, keep := f.fill(element); keep && !f.unchanged(element) {
				out = append(out, filled)
			}
		}
		return out, len(out) > 0 || len(v) == 0
	case string:
		return f.text(v)
	}
	return v, true
}

// unchanged reports whether a placeholder in v stands for an attribute that is not written.
func (f *filler) unchanged(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			if f.unchanged(member) {
				return true
			}
		}
	case string:
		for _, m := range placeholder.FindAllStringSubmatch(v, -1) {
			if _, writes := f.values[m[1]]; !writes && slices.Contains(f.attributes, m[1]) {
				return true
			}
		}
	}
	return false
}

func (f *filler) text(s string) (any, bool) {
	if f.unchanged(s) {
		return nil, false
	}
	if m := placeholder.FindStringSubmatch(s); m != nil && m[0] == s && slices.Contains(f.attributes, m[1]) {
		return f.typed(m[1], m[2]), true
	}
	var b strings.Builder
	at := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(s, -1) {
		name := s[m[2]:m[3]]
		value, written := f.values[name]
		if !written {
			value = f.names[name]
		}
		f.quoted(name, value, s[:m[0]], s[m[1]:])
		b.WriteString(s[at:m[0]])
		b.WriteString(value)
		at = m[1]
	}
	b.WriteString(s[at:])
	return b.String(), true
}

// quoted refuses a value that would end the quotes it stands between in a text of the server's own language, such as a query of GraphQL.
func (f *filler) quoted(name, value, before, after string) {
	for _, quote := range []string{`"`, "'"} {
		if strings.HasSuffix(before, quote) && strings.HasPrefix(after, quote) && strings.ContainsAny(value, quote+"\\\r\n") {
			f.errs = append(f.errs, fmt.Errorf("%s: found %q, expected a value without quotes and backslashes: it stands between quotes, which it would end", name, value))
		}
	}
}

// typed returns the value of an attribute as one of JSON.
func (f *filler) typed(name, typ string) any {
	value := f.values[name]
	switch {
	case value == "":
		return nil
	case typ == "boolean":
		truth, err := strconv.ParseBool(value)
		if err != nil || strconv.FormatBool(truth) != value {
			f.errs = append(f.errs, fmt.Errorf("%s: found %q, expected true or false", name, value))
		}
		return truth
	case typ == "number":
		if n := json.Number(value); json.Valid([]byte(value)) && strings.IndexByte("-0123456789", value[0]) >= 0 {
			return n
		}
		f.errs = append(f.errs, fmt.Errorf("%s: found %q, expected a number", name, value))
	}
	return value
}
