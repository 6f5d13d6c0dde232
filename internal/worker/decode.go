// SPDX-License-Identifier: MPL-2.0

package worker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/canonical"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/expression/spelling"
)

// Parse reads a workers document, canonical or written by hand. Errors name
// the worker and the key. A key that occurs twice is an error, and so is an
// attribute with the name of a canonical key, because rules could not tell
// the two apart.
func Parse(doc string) (Population, error) {
	in, valid := canonical.NewScanner(doc)
	if !valid {
		return nil, errors.New("not a workers document: it is not valid UTF-8")
	}
	c := scanner{Scanner: in}
	if p, ok := c.population(); ok {
		return p, nil
	}
	return parseSlowly(doc)
}

// UnmarshalJSON reads a worker and checks its dates and time zone.
func (w *Worker) UnmarshalJSON(data []byte) error {
	in, valid := canonical.NewScanner(string(data))
	if !valid {
		return errors.New("not valid UTF-8")
	}
	c := scanner{Scanner: in}
	if c.worker(w) && c.End() {
		return nil
	}
	return w.unmarshalSlowly(data)
}

// parseSlowly reads what the scanner would not, mostly to say what is wrong with it.
func parseSlowly(doc string) (Population, error) {
	fail := func(err error) (Population, error) {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("not a workers document (a JSON object of worker id to worker): %w", err)
	}
	dec := json.NewDecoder(strings.NewReader(doc))
	switch start, err := dec.Token(); {
	case err != nil:
		return fail(err)
	case start != json.Delim('{'):
		return fail(fmt.Errorf("found %s, expected an object", abbreviate([]byte(doc))))
	}
	p := Population{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return fail(err)
		}
		id := fmt.Sprint(key)
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return fail(fmt.Errorf("worker %q: %w", id, err))
		}
		w := new(Worker)
		if err := w.unmarshalSlowly(raw); err != nil {
			return nil, fmt.Errorf("worker %q: %w", id, err)
		}
		if id == "" || w.ID != id {
			return nil, fmt.Errorf("worker %q: its worker_id is %q, expected the same as its key and not empty", id, w.ID)
		}
		if p[id] != nil {
			return nil, fmt.Errorf("worker %q: the document holds this worker twice", id)
		}
		p[id] = w
	}
	if _, err := dec.Token(); err != nil {
		return fail(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fail(errors.New("more text follows the object"))
	}
	return p, nil
}

// document is the JSON form of a worker.
type document struct {
	ID              *string                     `json:"worker_id"`
	Status          *string                     `json:"status"`
	Type            *string                     `json:"worker_type"`
	HireDate        *string                     `json:"hire_date"`
	TerminationDate *string                     `json:"termination_date"`
	LastDayOfWork   *string                     `json:"last_day_of_work"`
	OnLeave         *bool                       `json:"on_leave"`
	ManagerID       *string                     `json:"manager_id"`
	TimeZone        *string                     `json:"time_zone"`
	Attributes      map[string]expression.Value `json:"attributes"`
	Problems        []string                    `json:"problems,omitempty"`
}

func (w *Worker) unmarshalSlowly(data []byte) error {
	if err := checkKeys(data); err != nil {
		return err
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return fmt.Errorf("%s: found a JSON %s, expected a %s or null", wrong.Field, wrong.Value, wrong.Type)
		}
		return err
	}
	*w = Worker{ID: value(d.ID), Status: value(d.Status), Type: value(d.Type), OnLeave: d.OnLeave, ManagerID: value(d.ManagerID),
		TimeZone: value(d.TimeZone), HireDate: Date(value(d.HireDate)), TerminationDate: Date(value(d.TerminationDate)),
		LastDayOfWork: Date(value(d.LastDayOfWork)), Attributes: d.Attributes, Problems: d.Problems}
	return w.check()
}

// checkKeys refuses unknown keys and keys that occur twice or in another case,
// of which encoding/json would silently take the last.
func checkKeys(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	start, err := dec.Token()
	if err != nil {
		return err
	}
	if start != json.Delim('{') {
		return fmt.Errorf("found %s, expected an object", abbreviate(data))
	}
	known := append(slices.Clone(Fields), "attributes", "problems")
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		key := fmt.Sprint(token)
		if !slices.Contains(known, key) {
			return fmt.Errorf("%s: unknown key%s, expected one of %s", key, didYouMean(key, known), strings.Join(known, ", "))
		}
		if seen[key] {
			return fmt.Errorf("%s: the key occurs twice", key)
		}
		seen[key] = true
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if key == "attributes" {
			if err := checkAttributes(raw); err != nil {
				return fmt.Errorf("attributes%w", err)
			}
		}
	}
	return nil
}

// checkAttributes names the attribute whose value is none.
func checkAttributes(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	start, err := dec.Token()
	if err != nil || start == nil {
		return err
	}
	if start != json.Delim('{') {
		return fmt.Errorf(": found %s, expected an object", abbreviate(data))
	}
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return fmt.Errorf(": %w", err)
		}
		name := fmt.Sprint(token)
		if seen[name] {
			return fmt.Errorf(".%s: the key occurs twice", name)
		}
		seen[name] = true
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return fmt.Errorf(".%s: %w", name, err)
		}
		if err := new(expression.Value).UnmarshalJSON(raw); err != nil {
			return fmt.Errorf(".%s: found %s, expected a string, a list of strings or null (write numbers and booleans as strings)", name, abbreviate(raw))
		}
	}
	return nil
}

// check says what is wrong with a worker that was read.
func (w *Worker) check() error {
	for _, f := range [...]struct {
		name string
		date Date
	}{{"hire_date", w.HireDate}, {"termination_date", w.TerminationDate}, {"last_day_of_work", w.LastDayOfWork}} {
		if f.date == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, string(f.date)); err != nil {
			return fmt.Errorf("%s: found %q, expected a date as YYYY-MM-DD", f.name, string(f.date))
		}
	}
	if w.TimeZone != "" {
		if _, err := Location(w.TimeZone); err != nil {
			return fmt.Errorf("time_zone: %w", err)
		}
	}
	for _, name := range Fields {
		if _, clash := w.Attributes[name]; clash {
			return fmt.Errorf("attributes.%s: %s is a key of the worker itself, expected another name", name, name)
		}
	}
	return nil
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func didYouMean(name string, candidates []string) string {
	if near := spelling.Nearest(name, candidates); near != "" {
		return fmt.Sprintf(" (did you mean %s?)", near)
	}
	return ""
}

func abbreviate(data []byte) string {
	if text := []rune(string(data)); len(text) > 60 {
		return string(text[:60]) + "…"
	}
	return string(data)
}
