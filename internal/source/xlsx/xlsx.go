// SPDX-License-Identifier: MPL-2.0

// Package xlsx reads workers from a sheet of an Excel workbook (.xlsx, ECMA-376).
// What a spreadsheet does to HR data is undone where that is certain — dates that
// are serial numbers, ids that a number format shows with leading zeros — and
// refused where it is not: errors in cells, formulas that were never calculated,
// ids of which digits are lost, merged and hidden cells.
//
// Sheets are read as they stream out of the archive, so that memory is bounded
// by the workers and not by the sheet, and what a cell is — text, number, date,
// error, formula — is known for each. The XML is read by encoding/xml; what its
// elements mean is read here rather than by github.com/xuri/excelize, whose
// iterator of rows (v2.11.1) has three properties that no option changes:
//   - It ends without an error where a sheet is cut off or damaged: half a company
//     looks like all of it (TestOtherLibraryEndsEarly).
//   - It hands out texts: a date and a number, an error and a text of the same
//     spelling, a formula without a value and an empty cell cannot be told apart.
//     The functions that tell a cell's type, style and formula, hidden columns and
//     merged cells build the whole sheet in memory.
//   - It takes twice as long for the texts alone as this package for all (BenchmarkRead).
package xlsx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/location"
	"terraform-provider-workforce/internal/wording"
	"terraform-provider-workforce/internal/worker"
)

// What to do with hidden rows and columns.
const (
	RefuseHidden  = "refuse"
	IncludeHidden = "include"
	SkipHidden    = "skip"
)

// maxSearch is how many rows are searched for the header.
const maxSearch = 100

// Config says where the workbook is and where the workers are in it.
type Config struct {
	Location location.Config
	// Sheet is the name of the sheet, or SheetNumber its number from 1. If
	// neither is set, the workbook must have one sheet that is not hidden.
	Sheet       string
	SheetNumber int
	// HeaderRow is the number of the row with the names of the columns. If 0, it
	// is the first of the first hundred rows that has the column of the worker id.
	HeaderRow int
	// Hidden says whether hidden rows and columns are refused, read or skipped; RefuseHidden if empty.
	Hidden string
	// Trailer is a regular expression that the first text of the last row must match,
	// such as `^Total: (\d+)$`. Its group "count", or else its first group, is
	// the number of records the sheet must have.
	Trailer string
}

// Read reads the workers. Rows and columns are named as in the spreadsheet.
func Read(ctx context.Context, c Config, s source.Spec, now time.Time) (*source.Result, error) {
	result, err := read(ctx, c, s, now)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Location.Name(), err)
	}
	return result, nil
}

func read(ctx context.Context, c Config, s source.Spec, now time.Time) (*source.Result, error) {
	r := &reader{config: c, spec: s, count: -1}
	if err := r.compile(); err != nil {
		return nil, err
	}
	c.Location.Ends = true // the directory of a ZIP file is its end
	data, err := location.Read(ctx, c.Location, now)
	if err != nil {
		return nil, err
	}
	if r.book, err = openWorkbook(ctx, data); err != nil {
		return nil, err
	}
	sheet, err := r.book.choose(c.Sheet, c.SheetNumber)
	if err != nil {
		return nil, err
	}
	if r.rows, err = r.book.openSheet(sheet); err != nil {
		return nil, err
	}
	defer r.rows.closer.Close()
	result, err := r.read()
	if err != nil {
		return nil, fmt.Errorf("sheet %s: %w", source.Quote(sheet.name), err)
	}
	return result, nil
}

// reader reads one sheet.
type reader struct {
	config  Config
	spec    source.Spec
	trailer *regexp.Regexp
	book    *workbook
	rows    *rows
	builder *source.Builder

	headerRow int
	columns   []string // by column of the sheet; "" for those that are not read
	index     map[string]int
	wanted    []bool  // by column: it is read
	row       []*cell // the row that is handed over, by column
	count     int     // of records by the trailer; -1 if it does not say
	counted   string  // where

	hiddenRows  int
	firstHidden int
	unnamed     int // values below no name
}

func (r *reader) compile() error {
	c := r.config
	switch {
	case c.Sheet != "" && c.SheetNumber != 0:
		return errors.New("found both sheet and sheet_number, expected one of them")
	case c.HeaderRow < 0 || c.HeaderRow > maxRows:
		return fmt.Errorf("header_row: found %d, expected 1 to %d", c.HeaderRow, maxRows)
	case !slices.Contains([]string{"", RefuseHidden, IncludeHidden, SkipHidden}, c.Hidden):
		return fmt.Errorf("hidden: found %s, expected %q, %q or %q", source.Quote(c.Hidden), RefuseHidden, IncludeHidden, SkipHidden)
	}
	if c.Trailer == "" {
		return nil
	}
	var err error
	if r.trailer, err = regexp.Compile(c.Trailer); err != nil {
		return fmt.Errorf("trailer: %w", err)
	}
	return nil
}

func (r *reader) read() (*source.Result, error) {
	if err := r.readHeader(); err != nil {
		return nil, err
	}
	if err := r.newBuilder(); err != nil {
		return nil, err
	}
	var held *row // the last row may be the trailer
	for {
		got, err := r.rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if r.blank(got) || r.leaveOut(got) {
			continue
		}
		if r.trailer == nil {
			r.add(got)
			continue
		}
		if held != nil {
			r.add(held)
		}
		held = copyRow(got)
	}
	if err := r.takeTrailer(held); err != nil {
		return nil, err
	}
	r.finish()
	return r.builder.Finish()
}

// copyRow copies a row, which is valid for a while only.
func copyRow(got *row) *row {
	return &row{number: got.number, hidden: got.hidden, cells: slices.Clone(got.cells)}
}

// newBuilder makes the builder. Dates come out of cells as yyyy-MM-dd, whatever
// format others are in.
func (r *reader) newBuilder() error {
	s := r.spec
	if len(s.DateFormats) > 0 {
		s.DateFormats = slices.Clone(s.DateFormats)
		for _, format := range []string{"yyyy-MM-dd", "rfc3339"} {
			if !slices.Contains(s.DateFormats, format) {
				s.DateFormats = append(s.DateFormats, format)
			}
		}
	}
	var err error
	r.builder, err = source.NewBuilder(s, r.columns)
	return err
}

// readHeader finds the row with the names of the columns.
func (r *reader) readHeader() error {
	id, named := r.spec.Fields["worker_id"]
	if !named {
		id = "worker_id"
	}
	var first *row
	for {
		got, err := r.rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if r.config.HeaderRow == 0 && got.number > maxSearch || r.config.HeaderRow > 0 && got.number > r.config.HeaderRow {
			break
		}
		if first == nil && !r.blank(got) {
			first = copyRow(got)
		}
		if got.number == r.config.HeaderRow || r.config.HeaderRow == 0 && slices.Contains(r.names(got), id) {
			return r.takeHeader(got)
		}
	}
	switch {
	case first == nil:
		return errors.New("found no rows, expected a header row and a row for each worker")
	case r.config.HeaderRow > 0:
		return fmt.Errorf("header_row: found no values in row %d, expected the names of the columns", r.config.HeaderRow)
	}
	var names []string
	for _, name := range r.names(first) {
		if name != "" && len(names) < 40 {
			names = append(names, source.Quote(name))
		}
	}
	return fmt.Errorf("found no row among the first %d with the column %s, which fields.worker_id names, expected the header row there; row %d has %s", maxSearch, source.Quote(id), first.number, strings.Join(names, ", "))
}

// names returns the texts of a row by column. Line breaks in names are blanks.
func (r *reader) names(got *row) []string {
	var names []string
	for i := range got.cells {
		c := &got.cells[i]
		text, _ := r.book.value(c)
		for len(names) <= c.column {
			names = append(names, "")
		}
		names[c.column] = strings.Join(strings.Fields(text), " ")
	}
	return names
}

// takeHeader names the columns, and says which hidden ones are read.
func (r *reader) takeHeader(got *row) error {
	r.headerRow, r.columns = got.number, r.names(got)
	for i := range got.cells {
		if _, problem := r.book.value(&got.cells[i]); problem != "" {
			return fmt.Errorf("cell %s%d: %s", letters(got.cells[i].column), got.number, problem)
		}
	}
	r.wanted = make([]bool, len(r.columns))
	for i, name := range r.columns {
		r.wanted[i] = name != "" && r.reads(name)
	}
	var hidden []string
	for _, area := range r.rows.hidden {
		for column := max(area.fromColumn, 0); column <= area.toColumn && column < len(r.columns); column++ {
			switch {
			case r.config.Hidden == IncludeHidden:
			case r.config.Hidden == SkipHidden:
				r.columns[column], r.wanted[column] = "", false
			case r.wanted[column]:
				hidden = append(hidden, letters(column)+" "+source.Quote(r.columns[column]))
			}
		}
	}
	if len(hidden) > 0 {
		return fmt.Errorf("found hidden columns, %s, expected all columns to be visible: show them, or set hidden = %q or %q", strings.Join(hidden, ", "), IncludeHidden, SkipHidden)
	}
	r.row = make([]*cell, len(r.columns))
	r.index = make(map[string]int, len(r.columns))
	for i, name := range r.columns {
		if _, twice := r.index[name]; !twice {
			r.index[name] = i
		}
	}
	return nil
}

// reads reports whether the column of a name is read.
func (r *reader) reads(name string) bool {
	if r.spec.Attributes == nil && !source.Sensitive(name) || slices.Contains(r.spec.Attributes, name) || slices.Contains(worker.Fields, name) {
		return true
	}
	for _, column := range r.spec.Fields {
		if column == name {
			return true
		}
	}
	_, watched := r.spec.MinFilled[name]
	return watched || name == r.spec.ManagerReference || name == r.spec.PrimaryColumn
}

// blank reports whether a row has no text in it.
func (r *reader) blank(got *row) bool {
	return !slices.ContainsFunc(got.cells, func(c cell) bool { return !c.valued || strings.TrimSpace(c.text) != "" })
}

// leaveOut reports whether a row is left out because it is hidden.
func (r *reader) leaveOut(got *row) bool {
	if !got.hidden || r.config.Hidden == IncludeHidden {
		return false
	}
	if r.hiddenRows++; r.hiddenRows == 1 {
		r.firstHidden = got.number
	}
	return true
}

// add hands a row to the builder.
func (r *reader) add(got *row) {
	clear(r.row)
	for i := range got.cells {
		c := &got.cells[i]
		switch {
		case c.column < len(r.columns) && r.columns[c.column] != "":
			r.row[c.column] = c
		case strings.TrimSpace(c.text) != "" && c.column >= len(r.columns):
			r.unnamed++
		}
	}
	position := "row " + strconv.Itoa(got.number)
	r.builder.Add(position, func(name string) (expression.Value, bool) {
		c := r.row[r.index[name]]
		if c == nil {
			return expression.Null, false
		}
		text, problem := r.book.value(c)
		if problem == "" {
			return expression.String(text), true
		}
		if !c.told {
			c.told = true
			r.builder.Report(source.Problem{Position: position, Column: name, Text: fmt.Sprintf("cell %s%d: %s", letters(c.column), got.number, problem)})
		}
		return expression.Null, true
	})
}

// takeTrailer reads the count in the last row.
func (r *reader) takeTrailer(last *row) error {
	if r.trailer == nil {
		return nil
	}
	text, at := "", "nothing"
	if last != nil {
		for i := range last.cells {
			if text, _ = r.book.value(&last.cells[i]); strings.TrimSpace(text) != "" {
				break
			}
		}
		at = fmt.Sprintf("%s in row %d", source.Quote(text), last.number)
	}
	match := r.trailer.FindStringSubmatch(strings.TrimSpace(text))
	if match == nil || last == nil {
		return fmt.Errorf("found %s as the last row, expected a trailer that matches %s: the sheet is incomplete", at, r.config.Trailer)
	}
	group := r.trailer.SubexpIndex("count")
	if group < 0 && len(match) > 1 {
		group = 1
	}
	r.counted = fmt.Sprintf("trailer (row %d)", last.number)
	if group > 0 {
		var err error
		if r.count, err = strconv.Atoi(strings.TrimSpace(match[group])); err != nil || r.count < 0 {
			return fmt.Errorf("%s: found %s as the number of records, expected a whole number", r.counted, source.Quote(match[group]))
		}
	}
	return nil
}

// finish checks what is known at the end of the sheet only.
func (r *reader) finish() {
	if r.hiddenRows > 0 {
		text := fmt.Sprintf("found %d hidden rows, the first is row %d", r.hiddenRows, r.firstHidden)
		if r.config.Hidden == SkipHidden {
			r.builder.Warn("%s: they were left out", text)
		} else {
			r.builder.Report(source.Problem{Text: fmt.Sprintf("%s, expected all rows to be visible: is a filter set? Clear it, or set hidden = %q or %q", text, IncludeHidden, SkipHidden)})
		}
	}
	for _, area := range r.rows.merged {
		if area.toRow < r.headerRow || area.fromColumn >= len(r.wanted) {
			continue
		}
		touched := r.wanted[area.fromColumn:min(area.toColumn+1, len(r.wanted))]
		if at := slices.Index(touched, true); at >= 0 {
			r.builder.Report(source.Problem{Column: r.columns[area.fromColumn+at], Text: fmt.Sprintf("the cells %s are merged, expected a value in each cell: of merged cells only the first holds one", area.ref)})
		}
	}
	if r.unnamed > 0 {
		r.builder.Warn("%s in no column and left out, to the right of the header row", wording.Count(r.unnamed, "value is", "values are"))
	}
	if r.count >= 0 {
		r.builder.Expect(r.count, r.counted)
	}
}
