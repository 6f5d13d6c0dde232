// SPDX-License-Identifier: MPL-2.0

// Package jsonfile reads workers from a JSON document (RFC 8259) or from one
// JSON document a line (NDJSON). Numbers are kept as they are written, nested
// members become columns by their path, and what a lenient reader would pass
// over — a key that occurs twice, a document that ends in the middle, a second
// document behind the first — is refused with its place.
package jsonfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/location"
)

// Config says where the document is and where the records are in it.
type Config struct {
	Location location.Config
	// Records is the path to the array of records, such as "d.results"; the
	// document itself if empty. Keys are separated by dots; a dot that belongs to
	// a key is written \. and elements of arrays are counted from 0.
	Records string
	// KeyColumn, if set, says that the records are the members of an object
	// rather than elements of an array; the column of this name holds their keys.
	KeyColumn string
	// Lines reads one document a line; each is a record, or has it at Records.
	Lines bool
	// Encoding is one of location.Encodings; a byte order mark says it, or it is UTF-8, if empty.
	Encoding string
	// Total is the path to the number of records in the document, such as
	// "meta.total"; it must be the number found. None if empty.
	Total string
}

const (
	// maxDepth is how deep documents nest at most.
	maxDepth = 64
	// maxColumns is how many different columns records have at most: more are
	// data in the place of keys.
	maxColumns = 5000
)

// Read reads the workers. Records are counted from 1.
func Read(ctx context.Context, c Config, s source.Spec, now time.Time) (*source.Result, error) {
	result, err := read(ctx, c, s, now)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Location.Name(), err)
	}
	return result, nil
}

func read(ctx context.Context, c Config, s source.Spec, now time.Time) (*source.Result, error) {
	r := &reader{config: c, spec: s, line: 1, index: map[string]int{}, total: -1}
	var err error
	if r.records, err = parsePath("records", c.Records); err != nil {
		return nil, err
	}
	if r.totalPath, err = parsePath("total", c.Total); err != nil {
		return nil, err
	}
	if c.Lines && (c.KeyColumn != "" || c.Total != "") {
		return nil, errors.New("lines: found with key_column or total, expected neither: each line is one record")
	}
	c.Location.Ends = !c.Lines || s.MinRecords > 1
	raw, err := location.Read(ctx, c.Location, now)
	if err != nil {
		return nil, err
	}
	text, err := location.Decode(raw, c.Encoding)
	if err != nil {
		return nil, err
	}
	r.data = text.Data
	r.lexer = lexer{data: r.data, names: interned{}, check: ctx.Err}
	if err := r.check(text); err != nil {
		return nil, err
	}
	if c.KeyColumn != "" {
		r.column(c.KeyColumn)
	}
	if err := r.readText(); err != nil {
		return nil, err
	}
	late := r.late
	if late {
		r = &reader{config: c, spec: s, line: 1, bulk: r.bulk, index: r.index, columns: r.columns, records: r.records, totalPath: r.totalPath,
			total: -1, data: r.data, lexer: r.lexer}
	}
	if r.builder == nil {
		err = r.newBuilder()
	}
	if err == nil && late {
		err = r.readText()
	}
	if err != nil {
		return nil, err
	}
	if r.total >= 0 {
		r.builder.Expect(r.total, "total "+strconv.Quote(c.Total))
	}
	return r.builder.Finish()
}

// readText reads all records.
func (r *reader) readText() error {
	if r.config.Lines {
		return r.readLines()
	}
	return r.readDocument()
}

// reader reads one text.
type reader struct {
	config    Config
	spec      source.Spec
	records   []string
	totalPath []string
	data      []byte
	lexer     lexer
	counted   int // up to where line was counted
	line      int
	number    int // of the record that is being read

	columns  []string
	index    map[string]int
	rows     []row  // the first records, until there is a builder
	scratch  []cell // of the record that is being read
	total    int    // of records by the document; -1 if it does not say
	problems []source.Problem

	builder *source.Builder
	values  []expression.Value // of a record, by the columns that the builder knows
	ids     []bool             // by column: it holds ids
	late    bool               // a record has a column that the builder does not know
	bulk    bool               // a SCIM BulkRequest: the records are the data of its operations
}

// row is a record: what it holds by column.
type row struct {
	number, line int
	cells        []cell
}

// waiting is how many records wait for the builder, which has to know all columns
// before the first record. Should a later one have another column nevertheless,
// the text is read again: that takes time, where keeping all records would take memory.
const waiting = 10_000

// cell is a value of a record.
type cell struct {
	column int32
	kind   cellKind
	text   string
	list   *expression.Value
}

type cellKind uint8

const (
	isNull cellKind = iota
	isText
	isNumber // kept as it is written
	isList
)

func (c cell) value() expression.Value {
	switch c.kind {
	case isNull:
		return expression.Null
	case isList:
		return *c.list
	}
	return expression.String(c.text)
}

// check refuses text that is no JSON at a glance.
func (r *reader) check(text location.Text) error {
	trimmed := bytes.TrimLeft(r.data, " \t\r\n")
	switch {
	case len(trimmed) == 0:
		return errors.New("found no text, expected a JSON document")
	case trimmed[0] == '<':
		return errors.New("found text that begins with <, expected JSON: is it XML, or an HTML page for signing in or about maintenance?")
	case trimmed[0] == 'P' && bytes.HasPrefix(trimmed, []byte("PK")):
		return errors.New("found a ZIP archive, expected JSON")
	}
	if utf8.Valid(r.data) {
		return nil
	}
	at := 0
	for at < len(r.data) {
		c, size := utf8.DecodeRune(r.data[at:])
		if c == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	near := string(r.data[max(bytes.LastIndexByte(r.data[:at], '"'), at-20)+1 : min(at+10, len(r.data))])
	return fmt.Errorf("line %d: found %s, expected %s", 1+bytes.Count(r.data[:at], []byte("\n")), source.Quote(near), text.Explain(near))
}

// parsePath splits a path at its dots.
func parsePath(attribute, path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	var keys []string
	var key strings.Builder
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && i+1 < len(path):
			i++
			key.WriteByte(path[i])
		case path[i] == '.':
			keys = append(keys, key.String())
			key.Reset()
		default:
			key.WriteByte(path[i])
		}
	}
	keys = append(keys, key.String())
	if slices.Contains(keys, "") || strings.HasPrefix(path, "$") || strings.ContainsAny(path, "[]") {
		return nil, fmt.Errorf(`%s: found %s, expected keys with dots between them, such as "d.results" or "pages.0.items"`, attribute, source.Quote(path))
	}
	return keys, nil
}

// joinPath is the inverse of parsePath.
func joinPath(parent, key string) string {
	if strings.ContainsAny(key, `.\`) {
		key = strings.NewReplacer(`\`, `\\`, `.`, `\.`).Replace(key)
	}
	if parent == "" || strings.HasSuffix(parent, ":") { // behind the URN of a schema
		return parent + key
	}
	return parent + "." + key
}

// here returns the line of the next token.
func (r *reader) here() int {
	r.lexer.skip()
	if at := r.lexer.pos; at > r.counted {
		r.line += bytes.Count(r.data[r.counted:at], []byte("\n"))
		r.counted = at
	}
	return r.line
}

// where names the place for an error that ends the reading.
func (r *reader) where() string {
	if r.number > 0 && !r.config.Lines {
		return fmt.Sprintf("record %d (line %d)", r.number, r.here())
	}
	return fmt.Sprintf("line %d", r.here())
}

// token reads the next token.
func (r *reader) token() (token, error) {
	t, err := r.lexer.next()
	if err != nil {
		return t, r.fault(err)
	}
	return t, nil
}

// indexed is how index knows a column: SCIM compares names without case (RFC 7643 section 2.1).
func (r *reader) indexed(name string) string {
	if r.bulk {
		return strings.ToLower(name)
	}
	return name
}

// column returns the index of a column, which it adds if it is new.
func (r *reader) column(name string) int {
	key := r.indexed(name)
	at, ok := r.index[key]
	if !ok {
		at = len(r.columns)
		r.columns = append(r.columns, name)
		r.index[key] = at
	}
	return at
}

// report keeps a problem for the builder.
func (r *reader) report(line int, column, text string) {
	p := source.Problem{Position: r.position(r.number, line), Column: column, Text: text}
	switch {
	case r.late: // told when the text is read again
	case r.builder != nil:
		r.builder.Report(p)
	default:
		r.problems = append(r.problems, p)
	}
}

func (r *reader) position(number, line int) string {
	if r.config.Lines {
		return "line " + strconv.Itoa(line)
	}
	return "record " + strconv.Itoa(number) + " (line " + strconv.Itoa(line) + ")"
}

// newBuilder makes the builder for the columns known by now, and hands the
// records over that waited for it.
func (r *reader) newBuilder() error {
	s := r.spec
	s.Sparse = true
	var err error
	if r.builder, err = source.NewBuilder(s, slices.Clone(r.columns)); err != nil {
		return err
	}
	r.values, r.ids = make([]expression.Value, len(r.columns)), make([]bool, len(r.columns))
	for _, key := range [...]string{"worker_id", "manager_id"} {
		if name, named := s.Fields[key]; named {
			key = name
		}
		if at, ok := r.index[r.indexed(key)]; ok {
			r.ids[at] = true
		}
	}
	for _, p := range r.problems {
		r.builder.Report(p)
	}
	for _, row := range r.rows {
		r.add(row)
	}
	r.problems, r.rows = nil, nil
	return nil
}

// addRecord takes a record that was read.
func (r *reader) addRecord(line int, cells []cell) error {
	rec := row{number: r.number, line: line, cells: cells}
	switch {
	case r.late:
	case r.builder == nil:
		rec.cells = slices.Clone(cells)
		if r.rows = append(r.rows, rec); len(r.rows) == waiting {
			return r.newBuilder()
		}
	case len(r.values) < len(r.columns):
		r.late, r.builder = true, nil
	default:
		r.add(rec)
	}
	return nil
}

// add hands a record to the builder.
func (r *reader) add(rec row) {
	position := r.position(rec.number, rec.line)
	clear(r.values)
	for _, c := range rec.cells {
		if c.kind == isNumber && r.ids[c.column] && strings.ContainsAny(c.text, ".eE") {
			r.builder.Report(source.Problem{Position: position, Column: r.columns[c.column], Text: fmt.Sprintf("found the number %s, expected an id: a text, or a whole number without an exponent", c.text)})
		}
		r.values[c.column] = c.value()
	}
	r.builder.AddValues(position, r.values)
}
