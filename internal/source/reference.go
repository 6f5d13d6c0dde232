// SPDX-License-Identifier: MPL-2.0

package source

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// ByWorkerID is the [Spec.ManagerReference] of managers who are named by their worker ids.
const ByWorkerID = "worker_id"

// reference finds managers by another column than the worker id.
type reference struct {
	column  int                 // of the worker's own record, or -1
	workers map[string][]string // worker ids by what a worker is named by
	absent  bool                // no record has the column
	named   int                 // workers who name a manager
	found   int                 // and those whose manager was found
}

// enough is how many workers with one key are remembered: all beyond the first are told only.
const enough = 3

// planReference finds the column of Spec.ManagerReference.
func (b *Builder) planReference() {
	b.reference = reference{column: -1}
	name := b.spec.ManagerReference
	if name == "" || name == ByWorkerID {
		return
	}
	at, there := b.index[name]
	switch {
	case !there && b.spec.Sparse: // no record has it: that matters where one names a manager
		b.reference.absent = true
	case !there:
		b.missing(name, "manager_reference", true)
	case b.fields[fieldManager] < 0 && b.spec.Sparse: // no record names a manager
	case b.fields[fieldManager] < 0:
		b.Report(Problem{Column: name, Text: "manager_reference: nothing fills manager_id, expected the column that names the manager: " +
			"fields = { manager_id = … }"})
	case at != b.fields[fieldID]:
		b.reference = reference{column: at, workers: map[string][]string{}}
	}
}

// key is what a manager is found by.
func (b *Builder) key(text string) string {
	if b.spec.ReferenceIsID {
		return text
	}
	return foldKey(text)
}

// foldKey makes the names of managers comparable: without case, and whatever blanks and forms of letters they
// are written with.
func foldKey(text string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFC.String(text))), " ")
}

// refer remembers what a worker is named by as a manager.
func (r *record) refer() {
	if r.reference.column < 0 {
		return
	}
	v := r.clean(r.raw(r.reference.column))
	if v.IsNull() || !slices.Contains(r.attrs, r.reference.column) && !r.checkText(r.reference.column, v) {
		return
	}
	for _, text := range v.Strings() {
		key := r.key(text)
		ids := r.reference.workers[key]
		switch {
		case key == "" || len(ids) >= enough || slices.Contains(ids, r.worker.ID):
		case len(ids) > 0 && r.spec.ReferenceIsID:
			r.problem(r.reference.column, "found %s, which worker %s has as well, expected each once: managers are named by it",
				Quote(text), Quote(ids[0]))
		default:
			r.reference.workers[key] = append(ids, r.worker.ID)
		}
	}
}

// resolveManagers replaces what managers are named by with their worker ids. What several workers have is
// no guess but a problem of the worker who names it. What nobody has becomes "column=value", the worker id of
// nobody either: like a worker id that is not among the records.
func (b *Builder) resolveManagers() {
	ref := &b.reference
	if ref.absent && b.given[fieldManager] {
		b.missing(b.spec.ManagerReference, "manager_reference", true)
	}
	if ref.column < 0 {
		return
	}
	column := b.columns[ref.column]
	first := ""
	for _, id := range b.workers.IDs() {
		w := b.workers[id]
		name := w.ManagerID
		if name == "" {
			continue
		}
		r := record{Builder: b, position: b.positions[id], worker: w}
		ref.named++
		switch ids := b.known(b.key(name)); len(ids) {
		case 0:
			if first == "" {
				first = name
			}
			w.ManagerID = column + "=" + name
			b.readable[fieldManager]++
		case 1:
			ref.found++
			w.ManagerID = r.otherThanSelf(ids[0])
		default:
			if first == "" {
				first = name
			}
			w.ManagerID = ""
			p := Problem{Position: b.positions[id], Column: b.columns[b.fields[fieldManager]]}
			p.Text = fmt.Sprintf("found %s, which several workers have "+
				"in the column %q (manager_reference): %s; expected what one worker has: the manager is not guessed", Quote(name), column, b.some(ids))
			w.Problems = append(w.Problems, p.String()) // however many: the people bear one name, nothing is wrong with the source
		}
	}
	if ref.found == 0 && ref.named >= handful && !b.spec.ReferenceIsID {
		b.Report(Problem{Column: b.columns[b.fields[fieldManager]], Text: fmt.Sprintf("none of %s names a manager by what one worker has "+
			"in the column %q, expected that of manager_reference to be the column that managers are named by: the first is %s%s",
			count(ref.named, "worker"), column, Quote(first), b.nearKey(first))})
	}
}

// known returns the ids of the workers who have a key, and are among the workers.
func (b *Builder) known(key string) []string {
	return slices.DeleteFunc(slices.Clone(b.reference.workers[key]), func(id string) bool { return b.workers[id] == nil })
}

// some lists workers and where they stand.
func (b *Builder) some(ids []string) string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = fmt.Sprintf("worker %s (%s)", Quote(id), b.positions[id])
	}
	return strings.Join(list, ", ")
}

// nearKey tells of a worker who has the same words in another order, as "Doe, Ann" and "Ann Doe".
func (b *Builder) nearKey(name string) string {
	if b.reference.column < 0 {
		return ""
	}
	words := func(text string) []string {
		return slices.Sorted(slices.Values(strings.FieldsFunc(foldKey(text), func(c rune) bool { return c == ' ' || c == ',' })))
	}
	wanted := words(name)
	for _, key := range slices.Sorted(maps.Keys(b.reference.workers)) {
		if slices.Equal(words(key), wanted) {
			return fmt.Sprintf(" (worker %s has %s in the column %q)", Quote(b.reference.workers[key][0]), Quote(key), b.columns[b.reference.column])
		}
	}
	return ""
}

// near tells what the worker id of a manager who is not among the records may have been meant to be.
func (b *Builder) near(manager string) string {
	if b.reference.column >= 0 {
		return b.nearKey(strings.TrimPrefix(manager, b.columns[b.reference.column]+"="))
	}
	if other, ok := b.folded[strings.ToLower(manager)]; ok {
		return fmt.Sprintf(" (there is %s)", Quote(other))
	}
	if other := strings.TrimLeft(manager, "0"); b.workers[other] != nil {
		return fmt.Sprintf(" (there is %s)", Quote(other))
	}
	return ""
}
