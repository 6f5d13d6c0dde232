// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/worker"
)

// collect makes workers of the rows.
func (r *run) collect(rows *sql.Rows) (*source.Result, error) {
	t, err := r.table(rows)
	if err != nil {
		return nil, err
	}
	raw := make([]any, len(t.columns))
	targets := make([]any, len(raw))
	for i := range raw {
		targets[i] = &raw[i]
	}
	limit := cmp.Or(r.config.MaxBytes, DefaultMaxBytes)
	for read := int64(0); rows.Next(); {
		if err := rows.Scan(targets...); err != nil {
			return nil, fmt.Errorf("row %d: %w", r.rows+1, err)
		}
		r.rows++
		if read += size(raw); read > limit {
			return nil, fmt.Errorf("found more than %d bytes up to row %d, expected at most as many in all (max_bytes): does the query join what it should not, or read columns that nobody needs?", limit, r.rows)
		}
		if err := t.add(r.rows, raw); err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if rows.NextResultSet() {
		return nil, errors.New("found more than one result, expected one statement that returns rows")
	}
	// An error may also come behind the last row.
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return t.builder.Finish()
}

// size is about how many bytes the values of a row are.
func size(raw []any) (n int64) {
	for _, v := range raw {
		switch v := v.(type) {
		case []byte:
			n += int64(len(v))
		case string:
			n += int64(len(v))
		}
		n += 8
	}
	return n
}

// table is the result of the query on its way to workers.
type table struct {
	columns []column
	builder *source.Builder
	index   map[string]int
	row     []expression.Value
	id      int // the column of the worker id, or -1

	// What tells why a worker id comes twice: a hash of every value, since the
	// rows themselves are not kept.
	seed maphash.Seed
	seen map[string]int // worker id → row
	// several rows of a worker are for the builder to choose from.
	several bool
	hashes  []uint32 // by row, one for each column
}

// table looks at the columns before the first row.
func (r *run) table(rows *sql.Rows) (*table, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	decode, err := r.config.decoder()
	if err != nil {
		return nil, err
	}
	t := &table{index: map[string]int{}, id: -1, seed: maphash.MakeSeed(), seen: map[string]int{}, several: r.spec.PrimaryColumn != "", row: make([]expression.Value, len(types))}
	names := make([]string, len(types))
	var binary []string
	for i, typ := range types {
		c := column{name: typ.Name(), typ: typ.DatabaseTypeName(), decode: decode}
		c.kind = r.dialect.kinds[c.typ]
		if c.kind == kindBinary && !named(r.spec, c.name) {
			binary = append(binary, fmt.Sprintf("%q (%s)", c.name, c.typ))
		} else {
			names[i] = c.name
		}
		t.columns = append(t.columns, c)
		if _, twice := t.index[c.name]; !twice {
			t.index[c.name] = i
		}
	}
	if t.builder, err = source.NewBuilder(r.spec, names); err != nil {
		return nil, err
	}
	t.builder.Explain = r.explainText
	for _, c := range t.columns {
		if c.kind == kindBinary && named(r.spec, c.name) {
			t.builder.Report(source.Problem{Column: c.name, Text: fmt.Sprintf("found binary data (%s), expected text: let the query convert it, for example to hexadecimal digits", c.typ)})
		}
	}
	if len(binary) > 0 {
		t.builder.Warn("left out as binary: %s", strings.Join(binary, ", "))
	}
	id, ok := r.spec.Fields["worker_id"]
	if !ok {
		id = "worker_id"
	}
	if at, ok := t.index[id]; ok {
		t.id = at
	}
	return t, nil
}

// named reports whether a Spec names a column, so that it cannot be left out.
func named(s source.Spec, column string) bool {
	for _, key := range worker.Fields {
		name, ok := s.Fields[key]
		if ok && name == column || !ok && key == column {
			return true
		}
	}
	_, watched := s.MinFilled[column]
	return watched || column == s.ManagerReference || column == s.PrimaryColumn || slices.Contains(s.Attributes, column)
}

func (r *run) explainText(string) string {
	switch {
	case r.config.Encoding != "":
		return "text in " + r.config.Encoding
	case r.dialect == &postgresql || r.dialect == &sqliteDialect:
		return "text in UTF-8 (what a program wrote in another encoding is read by setting encoding, binary data has to be converted by the query)"
	}
	return "text (binary data has to be converted by the query)"
}

// add takes one row. An error is about something no row should have.
func (t *table) add(n int, raw []any) error {
	for i, v := range raw {
		value, err := t.columns[i].value(v)
		if err != nil {
			return fmt.Errorf("row %d, column %q: %w", n, t.columns[i].name, err)
		}
		t.row[i] = value
	}
	for _, v := range t.row {
		t.hashes = append(t.hashes, t.hash(v))
	}
	position := "row " + strconv.Itoa(n)
	if t.id >= 0 {
		if id := t.row[t.id].Text(); id != "" {
			if before, twice := t.seen[id]; twice && !t.several {
				t.reportDuplicate(position, id, before, n)
				return nil
			}
			t.seen[id] = n
		}
	}
	t.builder.AddValues(position, t.row)
	return nil
}

func (t *table) hash(v expression.Value) uint32 {
	if v.IsNull() {
		return 0
	}
	if v.Kind() == expression.KindString {
		return uint32(maphash.String(t.seed, v.Text()))
	}
	return uint32(maphash.String(t.seed, strings.Join(v.Strings(), "\x00")))
}

// reportDuplicate reports a worker id that an earlier row has already, and why: most
// often a join that finds several rows for one person.
func (t *table) reportDuplicate(position, id string, before, now int) {
	width := len(t.columns)
	first, second := t.hashes[(before-1)*width:before*width], t.hashes[(now-1)*width:now*width]
	var differ []string
	for i := range first {
		if first[i] != second[i] {
			differ = append(differ, strconv.Quote(t.columns[i].name))
		}
	}
	text := fmt.Sprintf("the same worker id as row %d, expected one row for each worker; ", before)
	switch {
	case len(differ) == 0:
		text += "the two rows are the same in every column, as a join of tables without a common key makes them: mend the join, or let the query begin with SELECT DISTINCT"
	case len(differ) == width-1 && width > 3:
		text += "the two rows differ in every other column: is the id of two people the same?"
	default:
		text += fmt.Sprintf("the two rows differ in %s: a join finds several rows for one person, so let the query choose one (for example ROW_NUMBER() OVER (PARTITION BY …) = 1)", strings.Join(differ, ", "))
	}
	t.builder.Report(source.Problem{Position: position, Column: t.columns[t.id].name, WorkerID: id, Text: text})
}
