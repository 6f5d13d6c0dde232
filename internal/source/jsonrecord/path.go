// SPDX-License-Identifier: MPL-2.0

// Package jsonrecord makes workers of records in JSON, as the interfaces of HR
// systems answer: where the records are in a document, where each column is in
// a record, and how numbers, lists and objects are read.
package jsonrecord

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/ohler55/ojg/jp"
)

// Decode reads one JSON document in UTF-8. Whole numbers of up to 18 digits are
// int64, all others json.Number, as they were written. A key that occurs twice in
// an object is an error: two readers would take two different values.
func Decode(body []byte) (any, error) {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	if !utf8.Valid(body) {
		return nil, errors.New("found bytes that are not UTF-8, expected JSON in UTF-8 (RFC 8259 section 8.1)")
	}
	d := jsontext.NewDecoder(bytes.NewReader(body))
	v, err := decode(d)
	if err = ended(d, body, err); err != nil {
		return nil, err
	}
	return v, nil
}

// Check holds, for sources that decode by encoding/json, what [Decode] holds: the body is one JSON document, whole, and without a
// key that occurs twice in an object, of which that package takes the last.
func Check(body []byte) error {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	d := jsontext.NewDecoder(bytes.NewBuffer(body)) // which it reads in place
	_, err := d.ReadValue()
	return ended(d, body, err)
}

// ended says what is wrong with a document that was read, or is behind it.
func ended(d *jsontext.Decoder, body []byte, err error) error {
	switch wrong := (*jsontext.SyntacticError)(nil); {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the JSON ends in the middle, after %d bytes: the answer is incomplete", len(body))
	case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &wrong):
		return fmt.Errorf("found the key %s twice in one object, expected it once", strconv.Quote(string(wrong.JSONPointer)))
	case errors.As(err, &wrong):
		return fmt.Errorf("expected JSON: byte %d: %w", wrong.ByteOffset, wrong.Err)
	case err != nil:
		return fmt.Errorf("expected JSON: byte %d: %w", d.InputOffset(), err)
	}
	if rest := bytes.TrimSpace(body[d.InputOffset():]); len(rest) > 0 {
		return fmt.Errorf("found more behind the JSON document, at byte %d, expected its end", d.InputOffset())
	}
	return nil
}

// decode reads the next value.
func decode(d *jsontext.Decoder) (any, error) {
	token, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{':
		object := map[string]any{}
		for d.PeekKind() != '}' {
			key, err := d.ReadToken()
			if err != nil {
				return nil, err
			}
			name := key.String()
			if object[name], err = decode(d); err != nil {
				return nil, err
			}
		}
		_, err := d.ReadToken()
		return object, err
	case '[':
		list := []any{}
		for d.PeekKind() != ']' {
			element, err := decode(d)
			if err != nil {
				return nil, err
			}
			list = append(list, element)
		}
		_, err := d.ReadToken()
		return list, err
	case '"':
		return token.String(), nil
	case '0':
		return number(token.String()), nil
	case 'n':
		return nil, nil
	}
	return token.Bool(), nil
}

// number makes whole numbers comparable in filters of paths.
func number(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) <= 18 && strconv.FormatInt(n, 10) == text {
		return n
	}
	return json.Number(text)
}

// Path is the way to values in a document. The zero Path is the document itself.
type Path struct {
	text string
	keys []string // of a plain path
	expr jp.Expr  // of a JSONPath
}

// ParsePath reads a path in one of two forms: keys separated by dots, such as
// work.department or emails.0.value, where a dot of a key is written \. and
// elements of arrays are counted from 0; or, if it begins with $, a JSONPath
// (RFC 9535), such as $.emails[?@.type == 'work'].value, which may find several values.
func ParsePath(text string) (Path, error) {
	if !strings.HasPrefix(text, "$") || text != "$" && text[1] != '.' && text[1] != '[' {
		return parsePlain(text)
	}
	expr, err := jp.ParseString(text)
	if err != nil {
		return Path{}, fmt.Errorf("found the path %q, expected a JSONPath such as $.emails[?@.type == 'work'].value: %w", text, err)
	}
	return Path{text: text, expr: expr}, nil
}

func parsePlain(text string) (Path, error) {
	if text == "" {
		return Path{}, nil
	}
	if keys, ok := parseSchema(text); ok {
		return Keys(text, keys...)
	}
	keys, key := []string(nil), []byte(nil)
	for i := 0; i < len(text); i++ {
		chosen := typeFilter.FindStringSubmatch(text[i:])
		switch {
		case chosen != nil && len(key) > 0:
			keys, key = append(keys, string(key)), []byte(typeMark+chosen[1])
			i += len(chosen[0]) - 1
		case text[i] == '\\' && i+1 < len(text) && (text[i+1] == '.' || text[i+1] == '\\'):
			i++
			key = append(key, text[i])
		case text[i] == '.':
			keys, key = append(keys, string(key)), nil
		default:
			key = append(key, text[i])
		}
	}
	return Keys(text, append(keys, string(key))...)
}

// Keys returns the path of the keys; text is how messages call it.
func Keys(text string, keys ...string) (Path, error) {
	for _, key := range keys {
		if key == "" {
			return Path{}, fmt.Errorf(`found the path %q, expected keys with dots between them, such as work.department (a dot of a key is written \.)`, text)
		}
	}
	return Path{text: text, keys: keys}, nil
}

// Escape writes a key as part of a plain path.
func Escape(key string) string {
	return strings.NewReplacer(`\`, `\\`, ".", `\.`).Replace(key)
}

func (p Path) String() string { return p.text }

// Find returns the values at the path, and whether any was there; null is one.
func (p Path) Find(v any) (values []any, found bool) {
	if p.expr != nil {
		values = p.inOrder(v)
		return values, len(values) > 0
	}
	for _, key := range p.keys {
		switch at := v.(type) {
		case map[string]any:
			if v, found = at[key]; !found {
				return nil, false
			}
		case []any:
			if word, typed := strings.CutPrefix(key, typeMark); typed {
				if v, found = ofType(at, word); !found {
					return nil, false
				}
				continue
			}
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(at) {
				return nil, false
			}
			v = at[i]
		default:
			return nil, false
		}
	}
	return []any{v}, true
}

// inOrder returns the values of a JSONPath, those of arrays in their order and those of
// objects in the order of their keys. Of its own, a path that finds several members of an
// object finds them in another order each time.
func (p Path) inOrder(v any) []any {
	if !slices.ContainsFunc(p.expr, severalMembers) {
		return p.expr.Get(v)
	}
	places := p.expr.Locate(v, 0)
	slices.SortFunc(places, comparePlaces)
	values := make([]any, len(places))
	for i, place := range places {
		values[i] = place.First(v)
	}
	return values
}

// severalMembers reports a step of a path that may find several members of an object.
func severalMembers(step jp.Frag) bool {
	switch step.(type) {
	case jp.Wildcard, jp.Descent, *jp.Filter, jp.Union:
		return true
	}
	return false
}

// comparePlaces orders two normalized paths.
func comparePlaces(a, b jp.Expr) int {
	return slices.CompareFunc(a, b, func(a, b jp.Frag) int {
		x, inArray := a.(jp.Nth)
		y, both := b.(jp.Nth)
		if inArray && both {
			return cmp.Compare(x, y)
		}
		return cmp.Compare(jp.Expr{a}.String(), jp.Expr{b}.String())
	})
}

// Records returns the array at the path.
func (p Path) Records(document any) ([]any, error) {
	where := "at " + strconv.Quote(p.text)
	if p.text == "" {
		where = "as the document"
	}
	values, found := p.Find(document)
	if !found {
		return nil, fmt.Errorf("records: found nothing %s, expected an array%s", where, arrays(document))
	}
	if list, ok := values[0].([]any); ok && len(values) == 1 {
		return list, nil
	}
	if p.expr != nil && len(values) > 0 {
		if _, object := values[0].(map[string]any); object { // $.data[*] says the same as $.data
			return values, nil
		}
	}
	return nil, fmt.Errorf("records: found %s %s, expected an array%s", kind(values[0]), where, arrays(document))
}

// arrays says where there are arrays in a document.
func arrays(document any) string {
	object, ok := document.(map[string]any)
	if !ok {
		return ""
	}
	for _, key := range sortedKeys(object) {
		if _, ok := object[key].([]any); ok {
			return fmt.Sprintf(" (there is one at %q)", Escape(key))
		}
	}
	return ""
}

// Text returns the one text, number or truth value at the path; "" for null and nothing.
func (p Path) Text(document any) (string, error) {
	values, found := p.Find(document)
	if !found || values[0] == nil {
		return "", nil
	}
	text, ok := scalar(values[0])
	if !ok || len(values) > 1 {
		return "", fmt.Errorf("found %s at %q, expected one value", kind(values[0]), p.text)
	}
	return text, nil
}

// Number returns the whole number at the path, from a number or a text; -1 for null and nothing.
func (p Path) Number(document any) (int, error) {
	text, err := p.Text(document)
	if err != nil || text == "" {
		return -1, err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("found %q at %q, expected a whole number", text, p.text)
	}
	return n, nil
}

// scalar returns a value that is no object, array or null as text.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return plain(v.String()), true
	}
	return "", false
}

// plain writes a number such as 4E+1 or 3.001e+14 without its exponent, if that
// is not much longer.
func plain(number string) string {
	_, exponent, scientific := strings.Cut(strings.ToLower(number), "e")
	n, err := strconv.Atoi(exponent)
	if !scientific || err != nil || n > 40 || n < -40 {
		return number
	}
	r, ok := new(big.Rat).SetString(number)
	switch {
	case !ok:
		return number
	case r.IsInt():
		return r.Num().String()
	}
	return strings.TrimRight(r.FloatString(80), "0")
}

// kind names a value in messages.
func kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	default:
		text, _ := scalar(v)
		return strconv.Quote(text[:min(len(text), 60)])
	}
}
