// SPDX-License-Identifier: MPL-2.0

// Package worker defines the workers document: what every HR source produces
// and every mapping reads.
package worker

import (
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
	// Problems say which values of the record above the attributes could not be read, and where they
	// stand; those keys are empty. Whoever decides about a worker with problems must not take
	// what is empty for what HR says: the worker is set aside.
	Problems []string
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

// Population is all workers of a document, by worker id.
type Population map[string]*Worker

// IDs returns the worker ids, sorted.
func (p Population) IDs() []string { return slices.Sorted(maps.Keys(p)) }

// Attributes returns the names of all attributes of the HR system that any
// worker has, null or not, sorted.
func (p Population) Attributes() []string {
	names := map[string]bool{}
	for _, w := range p {
		for name := range w.Attributes {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
