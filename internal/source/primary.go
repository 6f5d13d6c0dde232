// SPDX-License-Identifier: MPL-2.0

package source

import (
	"fmt"
	"slices"
	"strings"
)

// primary chooses among several records of one worker.
type primary struct {
	column int
	values []string
	chosen map[string]bool     // by worker id: a primary record was found
	others map[string][]string // by worker id: the positions of records that are not
}

// planPrimary finds the column of Spec.PrimaryColumn.
func (b *Builder) planPrimary() {
	name := b.spec.PrimaryColumn
	if name == "" {
		return
	}
	at, there := b.index[name]
	if !there {
		b.missing(name, "primary_column", true)
		return
	}
	values := words(b.spec.PrimaryValues, DefaultTrue)
	b.primary = &primary{column: at, values: values, chosen: map[string]bool{}, others: map[string][]string{}}
}

// marked reports whether a record is the primary one.
func (r *record) marked() bool {
	text := r.clean(r.raw(r.primary.column)).Text()
	return slices.ContainsFunc(r.primary.values, func(value string) bool { return strings.EqualFold(value, text) })
}

// first remembers the first record of a worker.
func (r *record) first() {
	if r.marked() {
		r.primary.chosen[r.worker.ID] = true
		return
	}
	r.primary.others[r.worker.ID] = []string{r.position}
}

// choose says whether a further record of a worker takes the place of the one at before.
func (r *record) choose(before string) bool {
	id := r.worker.ID
	switch {
	case !r.marked():
		r.primary.others[id] = append(r.primary.others[id], r.position)
		return false
	case r.primary.chosen[id]:
		r.problem(r.primary.column, "a primary record of the same worker as %s, expected one (primary_column)", before)
		return false
	}
	r.primary.chosen[id] = true
	return true
}

// checkPrimary reports workers with several records of which none is primary.
func (b *Builder) checkPrimary() {
	if b.primary == nil {
		return
	}
	left := 0
	var unclear []string
	for id, positions := range b.primary.others {
		switch {
		case b.primary.chosen[id]:
			left += len(positions)
		case len(positions) > 1:
			unclear = append(unclear, id)
		}
	}
	slices.Sort(unclear)
	for _, id := range unclear {
		positions := b.primary.others[id]
		b.Report(Problem{Position: positions[0], Column: b.columns[b.primary.column], WorkerID: id,
			Text: fmt.Sprintf("none of %s of the worker has one of the values %s, expected one that does (primary_values)",
				count(len(positions), "record"), strings.Join(b.primary.values, ", "))})
	}
	if left > 0 {
		b.Warn("%s left out: the worker has a primary one (primary_column %q)", count(left, "record"), b.spec.PrimaryColumn)
	}
}

// waysOut says what to do about a worker with several records.
func (b *Builder) waysOut() string {
	return fmt.Sprintf("; if a worker has several contracts, name the column that marks the primary one as primary_column, "+
		"or give each record an id of its own (fields = { worker_id = … }) "+
		"and let workforce_hr_merge choose with person_key = %q and id_from_key = true", b.columns[b.fields[fieldID]])
}
