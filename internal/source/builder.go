// SPDX-License-Identifier: MPL-2.0

package source

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/worker"
)

// Builder makes workers of records. It collects problems rather than stopping
// at the first, so that one run tells all that has to be mended.
type Builder struct {
	// Explain, if set, says what is expected instead of text that is not valid
	// UTF-8; sources that know about encodings set it.
	Explain func(text string) string

	spec     Spec
	columns  []string
	index    map[string]int
	fields   [9]int // by the order of worker.Fields: the column, or -1
	attrs    []int  // the columns that become attributes
	leftOut  []string
	warnings []string
	problems Problems

	dates       *dates
	truths      map[string]bool
	null        map[string]bool
	noManager   map[string]bool
	workers     worker.Population
	positions   map[string]string // of each worker's record
	folded      map[string]string // lower case → id, for ids with letters
	primary     *primary          // of Spec.PrimaryColumn
	reference   reference         // of Spec.ManagerReference
	contrary    bool              // the column of status says by its name who is gone
	bare        []Problem         // records with nothing but an id
	given       [9]bool           // by the order of worker.Fields: some record has a value
	watched     []int             // the columns of MinFilled
	filled      []int             // by column: records with a value in it, of those watched
	readable    [9]int            // by the order of worker.Fields: values that could be read
	doubts      [9]doubts         // and those that could not
	replacement findings
	damaged     findings // values that were decoded in the wrong encoding
	order       order
}

// findings counts what is reported once for all records.
type findings struct {
	count int
	first string
}

func (f *findings) add(where func() string) {
	if f.count++; f.count == 1 {
		f.first = where()
	}
}

// The indexes of Builder.fields, in the order of worker.Fields.
const (
	fieldID = iota
	fieldStatus
	fieldType
	fieldHire
	fieldTermination
	fieldLastDay
	fieldOnLeave
	fieldManager
	fieldZone
)

// NewBuilder returns a Builder for records with the given columns. The error is
// about the Spec; what is wrong with the columns is among the problems that
// Finish returns.
func NewBuilder(s Spec, columns []string) (*Builder, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if s.MaxProblems <= 0 {
		s.MaxProblems = defaultMaxProblems
	}
	b := &Builder{
		spec: s, columns: columns, index: make(map[string]int, len(columns)), filled: make([]int, len(columns)), dates: newDates(s),
		truths: map[string]bool{}, null: set(s.NullValues), noManager: set(s.NoManager),
		workers: worker.Population{}, positions: map[string]string{}, folded: map[string]string{},
	}
	for _, word := range words(s.TrueValues, DefaultTrue) {
		b.truths[strings.ToLower(word)] = true
	}
	for _, word := range words(s.FalseValues, DefaultFalse) {
		b.truths[strings.ToLower(word)] = false
	}
	for i, name := range columns {
		if _, twice := b.index[name]; !twice {
			b.index[name] = i
		}
	}
	for name := range s.MinFilled {
		if at, there := b.index[name]; there {
			b.watched = append(b.watched, at)
		}
	}
	b.planFields()
	b.planAttributes()
	b.planPrimary()
	b.planReference()
	b.checkHeader()
	return b, nil
}

// Report adds a problem that the source itself found.
func (b *Builder) Report(p Problem) {
	b.problems.add(Kind{Problem: p}, b.spec.MaxProblems)
}

// Warn adds a warning of the source itself.
func (b *Builder) Warn(format string, args ...any) {
	b.warnings = append(b.warnings, fmt.Sprintf(format, args...))
}

// Records returns how many records were added.
func (b *Builder) Records() int { return b.problems.Records }

// Expect reports a problem unless exactly n records were added. where names
// what promises that number, such as a trailer.
func (b *Builder) Expect(n int, where string) {
	if n != b.Records() {
		b.Report(Problem{Position: where, Text: fmt.Sprintf("found %d records, expected %d: the data is incomplete", b.Records(), n)})
	}
}

// planFields finds the columns that fill canonical keys.
func (b *Builder) planFields() {
	for i, key := range worker.Fields {
		b.fields[i] = -1
		column, named := b.spec.Fields[key]
		if !named {
			column = key
		}
		if column == "" && named {
			continue
		}
		at, there := b.index[column]
		switch {
		case there:
			b.fields[i] = at
		case i == fieldID:
			b.missing(column, "fields.worker_id", true)
		case named:
			b.missing(column, "fields."+key, !b.spec.Sparse)
		}
	}
	if at := b.fields[fieldStatus]; at >= 0 {
		b.contrary = contrary.MatchString(b.columns[at])
	}
	if column, named := b.spec.Fields["worker_id"]; named && column == "" {
		b.Report(Problem{Text: `fields.worker_id: found "", expected the column that holds the worker id`})
	}
}

// planAttributes finds the columns that become attributes.
func (b *Builder) planAttributes() {
	if b.spec.Attributes != nil {
		var missing []string
		for _, name := range b.spec.Attributes {
			at, there := b.index[name]
			switch {
			case slices.Contains(worker.Fields, name):
				b.Report(Problem{Column: name, Text: "attributes: the name is that of a canonical key, expected another one: expressions could not tell the two apart (the key itself is always there)"})
			case there:
				b.attrs = append(b.attrs, at)
			case b.spec.Sparse:
				b.missing(name, "attributes", false)
			default:
				missing = append(missing, name)
			}
		}
		b.missingAttributes(missing)
		return
	}
	for i, name := range b.columns {
		switch {
		case slices.Contains(b.fields[:], i) || name == "":
		case slices.Contains(worker.Fields, name):
			b.Warn("column %q is left out: its name is that of a canonical key, which fields fills otherwise", name)
		case Sensitive(name) || b.spec.Label != nil && Sensitive(b.spec.Label(name)):
			b.leftOut = append(b.leftOut, name)
		default:
			b.attrs = append(b.attrs, i)
		}
	}
}

// missingAttributes names in one problem all columns of attributes that the source lacks: somebody who converts
// the rules of another product has many, and corrects them together.
func (b *Builder) missingAttributes(columns []string) {
	if len(columns) == 0 {
		return
	}
	if len(columns) == 1 {
		b.missing(columns[0], "attributes", true)
		return
	}
	known := b.namedColumns()
	named := make([]string, len(columns))
	for i, column := range columns {
		named[i] = Quote(column) + nearestColumn(column, known)
	}
	b.Report(Problem{Text: fmt.Sprintf("attributes: there are no columns %s; the columns are %s",
		strings.Join(named, ", "), quotedColumns(known))})
}

// namedColumns returns the columns that have a name.
func (b *Builder) namedColumns() []string {
	return slices.DeleteFunc(slices.Clone(b.columns), func(name string) bool { return name == "" })
}

// nearestColumn suggests a column; one that differs by case or blanks only comes before all others.
func nearestColumn(column string, known []string) string {
	near := didYouMean(column, known)
	for _, name := range known {
		if strings.EqualFold(strings.TrimSpace(name), strings.TrimSpace(column)) {
			near = fmt.Sprintf(" (did you mean %q?)", name)
		}
	}
	return near
}

// quotedColumns lists the first 40 columns for a message, and counts the others.
func quotedColumns(columns []string) string {
	more := ""
	if n := len(columns); n > 40 {
		columns, more = columns[:40], fmt.Sprintf(" and %d more", n-40)
	}
	return quoteAll(columns) + more
}

// missing reports a column that the configuration names and the source lacks.
func (b *Builder) missing(column, where string, problem bool) {
	known := b.namedColumns()
	near := nearestColumn(column, known)
	text := fmt.Sprintf("%s: there is no column %q%s, expected one of %s", where, column, near, quotedColumns(known))
	if where == "fields.worker_id" && b.spec.Fields["worker_id"] == "" {
		text = fmt.Sprintf("fields: nothing fills worker_id; name the column that holds it: one of %s", quotedColumns(known))
	}
	if problem {
		b.Report(Problem{Text: text})
		return
	}
	b.Warn("%s: no record has a value for %q%s", where, column, near)
}

// checkHeader refuses columns that cannot be told apart, as far as they are used.
func (b *Builder) checkHeader() {
	used := append(slices.Clone(b.attrs), b.fields[:]...)
	if b.primary != nil {
		used = append(used, b.primary.column)
	}
	if b.reference.column >= 0 {
		used = append(used, b.reference.column)
	}
	seen := map[string]int{}
	for i, name := range b.columns {
		folded := strings.ToLower(strings.TrimSpace(name))
		before, twice := seen[folded]
		if !twice {
			seen[folded] = i
			continue
		}
		if name == "" || !slices.Contains(used, i) && !slices.Contains(used, before) {
			continue
		}
		difference := "the same name"
		if b.columns[before] != name {
			difference = "a name that differs only by case or blanks"
		}
		b.Report(Problem{Column: name, Text: fmt.Sprintf("column %d has %s as column %d, %q, expected different ones", i+1, difference, before+1, b.columns[before])})
	}
}

// AddRow adds a record of texts, one for each column. position says where the
// record is, such as "row 17".
func (b *Builder) AddRow(position string, row []string) {
	b.add(position, nil, func(column int) expression.Value {
		if column >= len(row) {
			return expression.Null
		}
		return expression.String(row[column])
	})
}

// AddValues adds a record of values, one for each column. The row can be used
// again for the next.
func (b *Builder) AddValues(position string, row []expression.Value) {
	b.add(position, nil, func(column int) expression.Value { return row[column] })
}

// Add adds a record. get returns the value of a column, and false if the record
// does not have it.
func (b *Builder) Add(position string, get func(column string) (expression.Value, bool)) {
	b.AddDoubtful(position, nil, get)
}

// AddDoubtful adds a record of which the source itself could not read some values.
func (b *Builder) AddDoubtful(position string, doubts []Doubt, get func(column string) (expression.Value, bool)) {
	b.add(position, doubts, func(column int) expression.Value {
		v, _ := get(b.columns[column])
		return v
	})
}

// record is one record on its way to a worker.
type record struct {
	*Builder
	position string
	worker   *worker.Worker
	raw      func(column int) expression.Value
}

func (b *Builder) add(position string, doubts []Doubt, raw func(column int) expression.Value) {
	b.problems.Records++
	w := new(worker.Worker)
	r := record{Builder: b, position: position, worker: w, raw: raw}
	if b.fields[fieldID] >= 0 {
		w.ID = r.id()
	}
	r.canonical()
	for _, d := range doubts {
		if field := slices.Index(worker.Fields, d.Key); field >= 0 {
			r.doubt(field, "%s", d.Text)
		}
	}
	w.Attributes = make(map[string]expression.Value, len(b.attrs))
	for _, column := range b.attrs {
		v := b.clean(raw(column))
		if !v.IsNull() {
			r.checkText(column, v)
		}
		w.Attributes[b.columns[column]] = v
	}
	for _, column := range b.watched {
		if !b.clean(raw(column)).IsNull() {
			b.filled[column]++
		}
	}
	if w.ID != "" {
		if r.bare() {
			b.bare = append(b.bare, Problem{Position: position, Column: b.columns[b.fields[fieldID]], WorkerID: w.ID})
		}
		r.refer()
		r.enter()
	}
}

// clean trims texts and makes null of those with nothing in them.
func (b *Builder) clean(v expression.Value) expression.Value {
	switch v.Kind() {
	case expression.KindString:
		before := v.Text()
		text := before
		if !b.spec.KeepSpace {
			text = strings.TrimSpace(before)
		}
		switch {
		case text == "" || len(b.null) > 0 && b.null[text]:
			return expression.Null
		case len(text) == len(before):
			return v
		}
		return expression.String(text)
	case expression.KindList:
		var items []string
		for _, item := range v.Strings() {
			if text := b.clean(expression.String(item)); !text.IsNull() {
				items = append(items, text.Text())
			}
		}
		if len(items) > 0 {
			return expression.List(items...)
		}
	}
	return expression.Null
}

func (r *record) problem(column int, format string, args ...any) {
	r.Report(Problem{Position: r.position, Column: r.columns[column], WorkerID: r.worker.ID, Text: fmt.Sprintf(format, args...)})
}

// checkText refuses what no directory can hold and finds damage.
func (r *record) checkText(column int, v expression.Value) bool {
	if v.Kind() == expression.KindString {
		return r.checkOne(column, v.Text())
	}
	for _, text := range v.Strings() {
		if !r.checkOne(column, text) {
			return false
		}
	}
	return true
}

func (r *record) checkOne(column int, text string) bool {
	if !utf8.ValidString(text) {
		expected := "text in UTF-8"
		if r.Explain != nil {
			expected = r.Explain(text)
		}
		r.problem(column, "found %s, expected %s", Quote(text), expected)
		return false
	}
	if strings.IndexByte(text, 0) >= 0 {
		r.problem(column, "found %s, expected text without NUL characters", Quote(text))
		return false
	}
	if strings.ContainsRune(text, utf8.RuneError) {
		r.replacement.add(func() string { return r.value(column, text) })
	}
	if garbled(text) {
		r.damaged.add(func() string { return r.value(column, text) })
	}
	return true
}

// value names a value in a warning.
func (r *record) value(column int, text string) string {
	return fmt.Sprintf("%s, column %q: %s", r.position, r.columns[column], Quote(text))
}

// enter puts the worker among the others, unless the id is taken.
func (r *record) enter() {
	id := r.worker.ID
	if before, twice := r.positions[id]; twice {
		if r.primary == nil {
			r.problem(r.fields[fieldID], "the same worker id as %s, expected one record for each worker%s", before, r.waysOut())
		} else if r.choose(before) {
			r.positions[id], r.workers[id] = r.position, r.worker
		}
		return
	}
	if r.primary != nil {
		r.first()
	}
	r.positions[id] = r.position
	r.workers[id] = r.worker
	if strings.IndexFunc(id, unicode.IsLetter) < 0 {
		return
	}
	folded := strings.ToLower(id)
	if other, taken := r.folded[folded]; taken {
		r.problem(r.fields[fieldID], "the worker id differs only by case from %s in %s, expected ids that differ otherwise: directories ignore case", Quote(other), r.positions[other])
		return
	}
	r.folded[folded] = id
}

// set makes a set of texts.
func set(texts []string) map[string]bool {
	m := make(map[string]bool, len(texts))
	for _, text := range texts {
		m[text] = true
	}
	return m
}
