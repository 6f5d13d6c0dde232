// SPDX-License-Identifier: MPL-2.0

// Package xmlfile reads workers from an XML document. The records are found by
// a path of element names while the document streams by; the fields of a record
// are XPath 1.0 expressions. Document type declarations are refused, and with
// them entity bombs and files that are pulled in from elsewhere.
package xmlfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/location"
)

// Config says where the document is and where the records are in it.
type Config struct {
	Location location.Config
	// Encoding overrides what the document declares; see location.Encodings.
	Encoding string
	// Records is the path to the elements that are records, such as
	// "/Report_Data/Report_Entry" or "//Worker". A name without prefix is an
	// element of that local name in any namespace; * is any element.
	Records string
	// Columns names XPath expressions, relative to the record. If nil, every
	// element and attribute with text is a column, by its path: "Name/First", "@id".
	Columns map[string]string
	// Namespaces maps the prefixes in Records, Columns and Total to namespaces.
	Namespaces map[string]string
	// Total is the path to an element or attribute that holds the number of
	// records, such as "/Report/@count"; none if empty.
	Total string
}

const (
	maxDepth = 64
	// maxNodes is how many elements one record has at most: more are records
	// inside of what was taken for one.
	maxNodes   = 100_000
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
	r := &reader{config: c, index: map[string]int{}, total: -1}
	if err := r.compile(); err != nil {
		return nil, err
	}
	c.Location.Ends = true
	raw, err := location.Read(ctx, c.Location, now)
	if err != nil {
		return nil, err
	}
	if r.text, err = decode(raw, c.Encoding); err != nil {
		return nil, err
	}
	if err := r.read(ctx); err != nil {
		return nil, err
	}
	return r.build(s)
}

// declared finds the encoding in an XML declaration.
var declared = regexp.MustCompile(`^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']`)

// decode returns the text in UTF-8. What the declaration says counts, unless a
// byte order mark or the configuration says otherwise.
func decode(raw []byte, encoding string) (location.Text, error) {
	head := raw[:min(len(raw), 200)]
	switch {
	case bytes.HasPrefix(raw, []byte("<\x00?\x00")) && encoding == "":
		encoding = "utf-16le"
	case bytes.HasPrefix(raw, []byte("\x00<\x00?")) && encoding == "":
		encoding = "utf-16be"
	}
	if match := declared.FindSubmatch(head); match != nil && encoding == "" {
		encoding = string(match[1])
	}
	text, err := location.Decode(raw, encoding)
	if err != nil {
		return text, err
	}
	text.Data = bytes.TrimLeft(text.Data, " \t\r\n")
	switch {
	case len(text.Data) == 0:
		return text, errors.New("found no text, expected an XML document")
	case bytes.HasPrefix(text.Data, []byte("PK")):
		return text, errors.New("found a ZIP archive, expected XML")
	case text.Data[0] != '<':
		return text, fmt.Errorf("found %s, expected XML, which begins with <", source.Quote(string(text.Data[:min(len(text.Data), 20)])))
	case htmlPage.Match(text.Data):
		return text, errors.New("found an HTML page, expected the export: probably a page for signing in or about maintenance")
	}
	return text, nil
}

var htmlPage = regexp.MustCompile(`(?i)^(<!doctype\s+html|<html[\s>])`)

// reader reads one document.
type reader struct {
	config  Config
	text    location.Text
	records pattern
	totalAt pattern
	selects []selection // nil: every element and attribute with text

	columns  []string
	index    map[string]int
	rows     []row
	total    int // of records by the document; -1 if it does not say
	problems []source.Problem
}

// row is a record: what it holds by column.
type row struct {
	line  int
	cells []cell
}

// cell is a value of a record. All records are kept until all columns are known,
// so it is small.
type cell struct {
	column int32
	text   string
	list   *expression.Value // of several texts
}

func newCell(column int, v expression.Value) cell {
	if v.Kind() == expression.KindList {
		return cell{column: int32(column), list: &v}
	}
	return cell{column: int32(column), text: v.Text()}
}

func (c cell) value() expression.Value {
	if c.list != nil {
		return *c.list
	}
	return expression.String(c.text)
}

// compile checks the paths and expressions.
func (r *reader) compile() error {
	var err error
	if r.records, err = parsePattern(r.config.Records, r.config.Namespaces); err != nil {
		return fmt.Errorf("records: %w", err)
	}
	if r.records.attribute != "" {
		return fmt.Errorf("records: found the attribute %q, expected a path to elements", r.config.Records)
	}
	if r.config.Total != "" {
		if r.totalAt, err = parsePattern(r.config.Total, r.config.Namespaces); err != nil {
			return fmt.Errorf("total: %w", err)
		}
	}
	return r.compileColumns()
}

func (r *reader) position(number, line int) string {
	return "record " + strconv.Itoa(number) + " (line " + strconv.Itoa(line) + ")"
}

// column returns the index of a column, which it adds if it is new.
func (r *reader) column(name string) int {
	at, ok := r.index[name]
	if !ok {
		at = len(r.columns)
		r.columns = append(r.columns, name)
		r.index[name] = at
	}
	return at
}

// build hands the rows to a builder.
func (r *reader) build(s source.Spec) (*source.Result, error) {
	s.Sparse = true
	b, err := source.NewBuilder(s, r.columns)
	if err != nil {
		return nil, err
	}
	b.Explain = r.text.Explain
	for _, p := range r.problems {
		b.Report(p)
	}
	values := make([]expression.Value, len(r.columns))
	for i := range r.rows {
		row := &r.rows[i]
		clear(values)
		for _, c := range row.cells {
			values[c.column] = c.value()
		}
		b.AddValues(r.position(i+1, row.line), values)
		row.cells = nil // the worker has it now
	}
	if r.total >= 0 {
		b.Expect(r.total, "total "+strconv.Quote(r.config.Total))
	}
	return b.Finish()
}

// takeTotal reads the number of records that the document promises.
func (r *reader) takeTotal(text string, line int) error {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 0 {
		return fmt.Errorf("line %d: total: found %s at %q, expected the number of records", line, source.Quote(text), r.config.Total)
	}
	if r.total >= 0 && r.total != n {
		return fmt.Errorf("line %d: total: found %d and %d at %q, expected one number of records", line, r.total, n, r.config.Total)
	}
	r.total = n
	return nil
}
