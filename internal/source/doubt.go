// SPDX-License-Identifier: MPL-2.0

package source

import (
	"fmt"
	"slices"

	"terraform-provider-workforce/internal/worker"
)

// Doubt is a value that the source itself could not read: Key is the canonical key it was for, Text says
// what was found and expected.
type Doubt struct{ Key, Text string }

// doubts are the values of one key that could not be read.
type doubts struct {
	count int
	kinds Problems
}

// A few values that cannot be read are the trouble of their workers. More are the trouble of
// the source: the wrong date format also reads some dates, as other ones.
const (
	fewDoubts    = 5    // records
	shareOfDoubt = 0.05 // of the records, where that is more
)

// doubt notes a value of a canonical key that cannot be read. It is the worker's problem,
// unless it is one of many, see checkDoubts.
func (r *record) doubt(field int, format string, args ...any) {
	p := Problem{Position: r.position, Text: fmt.Sprintf(format, args...)}
	if column := r.fields[field]; column >= 0 {
		p.Column = r.columns[column]
	}
	r.worker.Problems = append(r.worker.Problems, p.String())
	d := &r.doubts[field]
	d.count++
	p.WorkerID = r.worker.ID
	d.kinds.add(Kind{Problem: p}, r.spec.MaxProblems)
}

// checkDoubts makes problems of the source of values that cannot be read, where that is too many
// of a key, half of them, or all of a key of which each worker has one. Where the source
// cannot be used anyway, it lists the others as well: one run tells everything.
func (b *Builder) checkDoubts() {
	useless := b.problems.Total > 0
	for field := range b.doubts {
		useless = useless || b.tooMany(field)
	}
	if !useless {
		return
	}
	for _, d := range b.doubts {
		told := 0
		for _, k := range d.kinds.First {
			b.problems.add(k, b.spec.MaxProblems)
			told += 1 + k.Like
		}
		b.problems.Total += d.count - told
	}
}

// tooMany reports whether the values of a key that cannot be read are the trouble of the source.
func (b *Builder) tooMany(field int) bool {
	n, readable := b.doubts[field].count, b.readable[field]
	switch {
	case n == 0:
		return false
	case readable == 0 && slices.Contains(everybody, worker.Fields[field]):
		return true
	case n > 1 && n >= readable:
		return true
	}
	return n > max(fewDoubts, int(shareOfDoubt*float64(b.Records())))
}

// tellDoubts warns of the workers that have values that cannot be read, or managers who could be several workers.
func (b *Builder) tellDoubts() {
	var ids []string
	for id, w := range b.workers {
		if len(w.Problems) > 0 {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return
	}
	first := slices.Min(ids)
	b.Warn("%s with a value that cannot be read; the accounts data sources set them aside%s: worker %s: %s",
		count(len(ids), "worker"), others(len(ids)), Quote(first), b.workers[first].Problems[0])
}
