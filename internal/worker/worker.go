// SPDX-License-Identifier: MPL-2.0

// Package worker defines the workers document: what every HR source produces
// and every mapping reads.
package worker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"terraform-provider-workforce/internal/expression"
)

// Worker is one person's employment as an HR system records it.
type Worker struct {
	// ID is the worker id: stable for life, the key of everything.
	ID string
	// Status is the HR system's own word, such as "Active" or "T".
	Status string
	// Type is the HR system's own word, such as "Employee" or "Contractor".
	Type string
	// HireDate, TerminationDate and LastDayOfWork are local dates at the
	// worker's place; the zero Date when the HR system gives none.
	HireDate, TerminationDate, LastDayOfWork Date
	// OnLeave is nil when the HR system does not say.
	OnLeave *bool
	// ManagerID is the worker id of the manager.
	ManagerID string
	// TimeZone is an IANA name such as "Europe/Berlin", or "" for the mapping's default.
	TimeZone string
	// Attributes are all other columns, by their names in the HR system.
	Attributes map[string]expression.Value
}

// Date is a calendar date as "YYYY-MM-DD", or "" for none. Dates compare as strings.
type Date string

// ParseDate reads s with a layout of package time.
func ParseDate(layout, s string) (Date, error) {
	t, err := time.Parse(layout, s)
	if err != nil {
		return "", err
	}
	return Date(t.Format(time.DateOnly)), nil
}

// End returns the instant at which the date is over in loc.
func (d Date) End(loc *time.Location) time.Time { return d.start(loc, 1) }

// Start returns the instant at which the date begins in loc.
func (d Date) Start(loc *time.Location) time.Time { return d.start(loc, 0) }

func (d Date) start(loc *time.Location, later int) time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return time.Date(t.Year(), t.Month(), t.Day()+later, 0, 0, 0, 0, loc)
}

// AddDays returns the date n days later.
func (d Date) AddDays(n int) Date {
	return Date(d.start(time.UTC, n).Format(time.DateOnly))
}

// Fields are the canonical keys that expressions can read beside the HR
// system's own attributes.
var Fields = []string{"worker_id", "status", "worker_type", "hire_date", "termination_date", "last_day_of_work", "on_leave", "manager_id", "time_zone"}

// Attribute returns the value of a canonical key or of an attribute of the HR
// system, and whether the worker has it. An empty canonical key is absent.
func (w *Worker) Attribute(name string) (expression.Value, bool) {
	if v, ok := w.Attributes[name]; ok {
		return v, true
	}
	text := ""
	switch name {
	case "worker_id":
		text = w.ID
	case "status":
		text = w.Status
	case "worker_type":
		text = w.Type
	case "hire_date":
		text = string(w.HireDate)
	case "termination_date":
		text = string(w.TerminationDate)
	case "last_day_of_work":
		text = string(w.LastDayOfWork)
	case "manager_id":
		text = w.ManagerID
	case "time_zone":
		text = w.TimeZone
	case "on_leave":
		if w.OnLeave != nil {
			text = map[bool]string{true: "True", false: "False"}[*w.OnLeave]
		}
	}
	return expression.String(text), text != ""
}

// document is the JSON form; pointers so that what is absent reads null.
type document struct {
	ID              string                      `json:"worker_id"`
	Status          *string                     `json:"status"`
	Type            *string                     `json:"worker_type"`
	HireDate        *string                     `json:"hire_date"`
	TerminationDate *string                     `json:"termination_date"`
	LastDayOfWork   *string                     `json:"last_day_of_work"`
	OnLeave         *bool                       `json:"on_leave"`
	ManagerID       *string                     `json:"manager_id"`
	TimeZone        *string                     `json:"time_zone"`
	Attributes      map[string]expression.Value `json:"attributes"`
}

// MarshalJSON writes the worker with null for every key that is absent.
func (w Worker) MarshalJSON() ([]byte, error) {
	attributes := w.Attributes
	if attributes == nil {
		attributes = map[string]expression.Value{}
	}
	return marshal(document{
		ID: w.ID, Status: nullable(w.Status), Type: nullable(w.Type), HireDate: nullable(string(w.HireDate)),
		TerminationDate: nullable(string(w.TerminationDate)), LastDayOfWork: nullable(string(w.LastDayOfWork)), OnLeave: w.OnLeave,
		ManagerID: nullable(w.ManagerID), TimeZone: nullable(w.TimeZone), Attributes: attributes,
	})
}

// UnmarshalJSON reads a worker and checks its dates and time zone.
func (w *Worker) UnmarshalJSON(data []byte) error {
	var d document
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return err
	}
	*w = Worker{ID: d.ID, Status: value(d.Status), Type: value(d.Type), OnLeave: d.OnLeave, ManagerID: value(d.ManagerID), TimeZone: value(d.TimeZone), Attributes: d.Attributes}
	for _, f := range []struct {
		name string
		from *string
		into *Date
	}{{"hire_date", d.HireDate, &w.HireDate}, {"termination_date", d.TerminationDate, &w.TerminationDate}, {"last_day_of_work", d.LastDayOfWork, &w.LastDayOfWork}} {
		if value(f.from) == "" {
			continue
		}
		date, err := ParseDate(time.DateOnly, *f.from)
		if err != nil {
			return fmt.Errorf("%s: found %q, expected a date as YYYY-MM-DD", f.name, *f.from)
		}
		*f.into = date
	}
	if w.TimeZone != "" {
		if _, err := Location(w.TimeZone); err != nil {
			return fmt.Errorf("time_zone: %w", err)
		}
	}
	return nil
}

func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Population is all workers of a document, by worker id.
type Population map[string]*Worker

// Marshal writes the canonical workers document: sorted by worker id, no white space.
func (p Population) Marshal() (string, error) {
	out, err := marshal(map[string]*Worker(p))
	return string(out), err
}

// Parse reads a workers document.
func Parse(doc string) (Population, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(doc), &raw); err != nil {
		return nil, fmt.Errorf("not a workers document (a JSON object of worker id to worker): %w", err)
	}
	p := make(Population, len(raw))
	for _, id := range slices.Sorted(maps.Keys(raw)) {
		w := new(Worker)
		if err := w.UnmarshalJSON(raw[id]); err != nil {
			return nil, fmt.Errorf("worker %q: %w", id, err)
		}
		if id == "" || w.ID != id {
			return nil, fmt.Errorf("worker %q: its worker_id is %q, expected the same as its key and not empty", id, w.ID)
		}
		p[id] = w
	}
	return p, nil
}

// IDs returns the worker ids, sorted.
func (p Population) IDs() []string { return slices.Sorted(maps.Keys(p)) }

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
