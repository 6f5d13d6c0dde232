// SPDX-License-Identifier: MPL-2.0

package source

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/wording"
	"terraform-provider-workforce/internal/worker"
)

// Finish checks what only all records together can tell, and returns the
// workers or, as a *Problems, everything that was wrong.
func (b *Builder) Finish() (*Result, error) {
	b.checkPrimary()
	b.resolveManagers()
	b.checkDoubts()
	if b.problems.Total == 0 { // guards over broken data would only repeat that it is broken
		b.checkManagers()
		b.checkGuards()
		b.checkEmpty()
		b.checkBare()
		b.checkOrder()
	}
	if b.problems.Total > 0 {
		p := b.problems
		return nil, &p
	}
	names := make([]string, len(b.attrs))
	for i, column := range b.attrs {
		names[i] = b.columns[column]
	}
	slices.Sort(names)
	return &Result{Workers: b.workers, Records: b.problems.Records, Attributes: names, LeftOut: b.leftOut, Warnings: b.finalWarnings()}, nil
}

func (b *Builder) checkManagers() {
	if b.fields[fieldManager] < 0 {
		return
	}
	var without []string
	for id, w := range b.workers {
		if w.ManagerID != "" && b.workers[w.ManagerID] == nil {
			without = append(without, id)
		}
	}
	if len(without) == 0 {
		return
	}
	first := slices.Min(without)
	manager := b.workers[first].ManagerID
	b.Warn("%s with a manager who is not among the records%s: worker %s (%s) names %s%s", count(len(without), "worker"),
		others(len(without)), Quote(first), b.positions[first], Quote(manager), b.near(manager))
}

func (b *Builder) checkGuards() {
	n := b.Records()
	switch {
	case n == 0 && !b.spec.AllowEmpty:
		b.Report(Problem{Text: "found no records, expected at least one: an empty extract would make everybody absent"})
	case n < b.spec.MinRecords:
		b.Report(Problem{Text: fmt.Sprintf("found %d records, expected at least %d (min_records): the data may be incomplete", n, b.spec.MinRecords)})
	}
	for _, id := range b.spec.Sentinels {
		if b.workers[id] == nil && n > 0 {
			b.Report(Problem{WorkerID: id, Text: "not found, expected among the records as a sentinel: the data may be incomplete"})
		}
	}
	for _, column := range slices.Sorted(maps.Keys(b.spec.MinFilled)) {
		at, there := b.index[column]
		if !there {
			if b.spec.MinFilled[column] > 0 || !b.spec.Sparse || !slices.Contains(slices.Collect(maps.Values(b.spec.Fields)), column) {
				b.missing(column, "min_filled", true)
			}
			continue
		}
		if share := b.spec.MinFilled[column]; n > 0 && float64(b.filled[at]) < share*float64(n) {
			b.Report(Problem{Column: column, Text: fmt.Sprintf("found a value in %d of %d records (%.1f %%), expected at least %.1f %% (min_filled)",
				b.filled[at], n, 100*float64(b.filled[at])/float64(n), 100*share)})
		}
	}
}

// everybody are the keys of which each worker has a value in every HR system: where a
// column has none for anybody, the export is broken. The others can be empty for
// a company that has nobody on leave and nobody who left, so they are only told.
var everybody = []string{"status", "worker_type", "hire_date"}

// handful is the number of records below which an empty column is only told: a test, or the first people.
const handful = 5

// mend is what to look for where a column is empty.
const mend = "is the export complete, and may the account that reads it see the column?"

// checkBare refuses records with nothing but an id among others that have more.
func (b *Builder) checkBare() {
	if len(b.bare) == b.Records() {
		return
	}
	for _, p := range b.bare {
		p.Text = "the record has nothing but a worker id, expected a worker: is it a total, or another line of a report?"
		b.Report(p)
	}
}

// checkEmpty looks for columns of canonical keys without a value in any record.
// What follows from a key would be lost for everybody at once: without end
// dates, everybody who left works here. A min_filled of 0 says that a column may be empty.
func (b *Builder) checkEmpty() {
	n := b.Records()
	b.checkAbsent(n)
	var told []string
	for i, key := range worker.Fields {
		column := b.fields[i]
		_, mapped := b.spec.Fields[key]
		if column < 0 || b.given[i] || n < 2 || i == fieldID || b.spec.OwnKeys && !mapped {
			continue
		}
		name := b.columns[column]
		if _, said := b.spec.MinFilled[name]; said {
			continue
		}
		if !slices.Contains(everybody, key) || b.spec.Sparse && key == "worker_type" || n < handful {
			told = append(told, fmt.Sprintf("%s (column %q)", key, name))
			continue
		}
		b.Report(Problem{Column: name, Text: fmt.Sprintf("found no %s in any of %d records, expected one for each worker: %s "+
			"(min_filled = { %q = 0 } says that it may be empty, fields = { %s = \"\" } that nothing fills %s)", key, n, mend, name, key, key)})
	}
	if len(told) > 0 {
		b.Warn("no record of %d has a value for %s: %s A column that may be empty is named with 0 in min_filled",
			n, strings.Join(told, ", "), mend)
	}
}

// checkAbsent looks for what everybody has and no record of a source that leaves out what is empty: the column may be
// renamed, or hidden from the account that reads.
func (b *Builder) checkAbsent(n int) {
	if !b.spec.Sparse || n < handful {
		return
	}
	for i, key := range worker.Fields {
		column := b.spec.Fields[key]
		if i == fieldID || b.fields[i] >= 0 || column == "" || key == "worker_type" || !slices.Contains(everybody, key) {
			continue
		}
		if _, said := b.spec.MinFilled[column]; said {
			continue
		}
		b.Report(Problem{Column: column, Text: fmt.Sprintf("found no %s in any of %d records, expected one for each worker: %s "+
			"(min_filled = { %q = 0 } says that it may be empty, fields = { %s = \"\" } says that nothing fills %s)", key, n, mend, column, key,
			key)})
	}
}

func (b *Builder) finalWarnings() []string {
	b.tellDoubts()
	if b.replacement.count > 0 {
		b.Warn("%s with the replacement character U+FFFD: an earlier conversion has damaged it%s: %s", count(b.replacement.count, "value"), others(b.replacement.count), b.replacement.first)
	}
	if b.damaged.count > 0 {
		b.Warn("%s like UTF-8 read in another encoding%s: %s: let the export and everything behind it say the same encoding",
			wording.Count(b.damaged.count, "value that looks", "values that look"), others(b.damaged.count), b.damaged.first)
	}
	b.tellOrder()
	var zeros []string
	for id := range b.workers {
		if bare := strings.TrimLeft(id, "0"); bare != id && b.workers[bare] != nil {
			zeros = append(zeros, id)
		}
	}
	if len(zeros) > 0 {
		first := slices.Min(zeros)
		bare := strings.TrimLeft(first, "0")
		b.Warn("%s that differs from another only by leading zeros, which spreadsheets drop%s: %s (%s) and %s (%s)",
			count(len(zeros), "worker id"), others(len(zeros)), Quote(bare), b.positions[bare], Quote(first), b.positions[first])
	}
	return b.warnings
}

// count returns "1 worker" or "2 workers".
func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// others introduces an example, where there is more than one.
func others(n int) string {
	if n > 1 {
		return ", the first"
	}
	return ""
}
