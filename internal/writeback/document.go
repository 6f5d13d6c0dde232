// SPDX-License-Identifier: MPL-2.0

package writeback

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"terraform-provider-workforce/internal/expression/spelling"
)

// Parse reads the document of one worker: a JSON object whose members are texts
// or null, by attribute. Only the attributes in allowed may be in it. All problems are
// reported at once.
func Parse(document string, allowed []string) (Record, error) {
	d := json.NewDecoder(strings.NewReader(document))
	d.UseNumber()
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New(`found no JSON object, expected one such as {"mail":"ada@example.com"}, as jsonencode writes it`)
	}
	record := Record{}
	var problems []error
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, cutOff(err)
		}
		name, _ := key.(string)
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, cutOff(err)
		}
		if _, twice := record[name]; twice {
			problems = append(problems, fmt.Errorf("%s: found it twice, expected it once", name))
		}
		value, err := parseValue(raw)
		record[name] = value
		switch {
		case !slices.Contains(allowed, name):
			problems = append(problems, notAllowed(name, allowed))
		case err != nil:
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, cutOff(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("found more behind the JSON object, expected its end")
	}
	return record, errors.Join(problems...)
}

func cutOff(err error) error {
	return fmt.Errorf("found no complete JSON object: %w", err)
}

func notAllowed(name string, allowed []string) error {
	hint := ""
	if near := spelling.Nearest(name, allowed); near != "" {
		hint = fmt.Sprintf(" (did you mean %s?)", near)
	}
	return fmt.Errorf("found the attribute %q, expected one of attributes: %s%s; only those are ever written", name, strings.Join(allowed, ", "), hint)
}

func parseValue(raw json.RawMessage) (string, error) {
	if bytes.Equal(raw, []byte("null")) {
		return "", nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return "", fmt.Errorf("found %s, expected a text or null (in HCL, tostring makes texts of numbers)", excerpt(raw))
	}
	if at := strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }); at >= 0 {
		return "", fmt.Errorf("found %q, expected a text without control characters and in UTF-8", text)
	}
	return text, nil
}

func excerpt(raw []byte) string {
	if len(raw) > 40 {
		return strings.ToValidUTF8(string(raw[:40]), "") + "…"
	}
	return string(raw)
}

// Marshal writes the document of a worker: keys in order, no white space, null
// for no value. The same values always give the same text.
func (r Record) Marshal() string {
	members := make(map[string]*string, len(r))
	for name, v := range r {
		members[name] = nil
		if v != "" {
			members[name] = &v
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(members); err != nil {
		return "" // of texts there is nothing that JSON cannot say
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// CheckWorkerID says what is wrong with a worker id as the key of a record.
func CheckWorkerID(id string) error {
	switch {
	case id == "" || strings.TrimSpace(id) != id:
		return fmt.Errorf("found the worker id %q, expected one without blanks at its ends", id)
	case !utf8.ValidString(id) || strings.ContainsFunc(id, unicode.IsControl):
		return fmt.Errorf("found the worker id %q, expected one without control characters", id)
	}
	return nil
}
