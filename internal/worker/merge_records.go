// SPDX-License-Identifier: MPL-2.0

package worker

import (
	"slices"

	"terraform-provider-workforce/internal/expression"
)

// employment are the keys that belong together: they come from one record.
var employment = []string{"status", "worker_type", "hire_date", "termination_date", "last_day_of_work", "on_leave"}

// combine makes one worker of records of different sources, in their order. The
// id is that of the first primary record.
func (m *merger) combine(records []member) (*Worker, []Conflict) {
	base := slices.IndexFunc(records, func(r member) bool { return m.primary[r.source] })
	if len(records) == 1 {
		return m.alone(records[0]), nil
	}
	w := *records[base].Worker
	w.Attributes = make(map[string]expression.Value, len(w.Attributes))
	names := slices.Clone(Fields[1:])
	w.Problems = nil
	for _, r := range records {
		for name := range r.Attributes {
			names = append(names, name)
		}
		for _, problem := range r.Problems {
			w.Problems = append(w.Problems, "source "+m.sources[r.source].Name+", "+problem)
		}
	}
	slices.Sort(names)
	var conflicts []Conflict
	for _, name := range slices.Compact(names) {
		candidates, ruled := m.candidates(name, records)
		winner := slices.IndexFunc(candidates, func(r member) bool { return has(r.Worker, name) })
		if winner < 0 {
			clearValue(&w, name)
			continue
		}
		copyValue(&w, candidates[winner].Worker, name)
		if c, ok := m.conflict(name, records, candidates[winner]); ok {
			c.Ruled = ruled
			conflicts = append(conflicts, c)
		}
	}
	return &w, conflicts
}

// alone is the worker of a single record: itself, less what its source has no say in.
func (m *merger) alone(r member) *Worker {
	var w *Worker
	for name, order := range m.ranked {
		if _, there := r.Attributes[name]; !there && !slices.Contains(Fields, name) || slices.Contains(order, r.source) {
			continue
		}
		if w == nil {
			clone := *r.Worker
			clone.Attributes = make(map[string]expression.Value, len(r.Attributes))
			for n, v := range r.Attributes {
				clone.Attributes[n] = v
			}
			w = &clone
		}
		clearValue(w, name)
	}
	if w == nil {
		return r.Worker
	}
	return w
}

// candidates returns the records that a value may come from, the first
// authority first, and whether the rules say so.
func (m *merger) candidates(name string, records []member) ([]member, bool) {
	order, ruled := m.ranked[name]
	switch {
	case ruled:
		var list []member
		for _, source := range order {
			for _, r := range records {
				if r.source == source {
					list = append(list, r)
				}
			}
		}
		return list, true
	case slices.Contains(employment, name):
		for i, r := range records {
			if m.primary[r.source] {
				return records[i : i+1], false
			}
		}
	}
	return records, false
}

// conflict reports whether records have other values than the winner. Sources
// that only enrich are not asked about the employment.
func (m *merger) conflict(name string, records []member, winner member) (Conflict, bool) {
	c := Conflict{Attribute: name, Winner: m.sources[winner.source].Name}
	want, _ := winner.Attribute(name)
	differs := false
	for _, r := range records {
		if !has(r.Worker, name) || slices.Contains(employment, name) && !m.primary[r.source] && r.source != winner.source {
			continue
		}
		v, _ := r.Attribute(name)
		differs = differs || !v.Equal(want)
		c.Values = append(c.Values, SourceValue{m.sources[r.source].Name, v})
	}
	return c, differs
}

func has(w *Worker, name string) bool {
	v, ok := w.Attribute(name)
	return ok && !v.IsNull()
}

func copyValue(into, from *Worker, name string) {
	switch name {
	case "status":
		into.Status = from.Status
	case "worker_type":
		into.Type = from.Type
	case "hire_date":
		into.HireDate = from.HireDate
	case "termination_date":
		into.TerminationDate = from.TerminationDate
	case "last_day_of_work":
		into.LastDayOfWork = from.LastDayOfWork
	case "on_leave":
		into.OnLeave = from.OnLeave
	case "manager_id":
		into.ManagerID = from.ManagerID
	case "time_zone":
		into.TimeZone = from.TimeZone
	default:
		into.Attributes[name] = from.Attributes[name]
	}
}

// clearValue makes a value null.
func clearValue(w *Worker, name string) {
	if !slices.Contains(Fields, name) {
		w.Attributes[name] = expression.Null
		return
	}
	copyValue(w, &Worker{}, name)
}
