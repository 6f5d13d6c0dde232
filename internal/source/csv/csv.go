// SPDX-License-Identifier: MPL-2.0

// Package csv reads workers from a file of separated values (RFC 4180), as HR
// systems export them every night. A file that is damaged, cut off, in another
// encoding or with another delimiter than configured is refused, with the row
// and the cause: nothing is guessed and nothing is replaced.
package csv

import (
	"bytes"
	"context"
	stdcsv "encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/location"
	"terraform-provider-workforce/internal/wording"
)

// Config says where the text is and how it is written.
type Config struct {
	// Location of the text.
	Location location.Config
	// Delimiter between fields: one character or "tab"; a comma if empty.
	Delimiter string
	// Encoding is one of location.Encodings, in any case; if empty, UTF-8, or what a
	// byte order mark says.
	Encoding string
	// Columns names the columns of a file without a header row.
	Columns []string
	// SkipRows is the number of lines before the header.
	SkipRows int
	// Trailer is a regular expression that the last line must match, such as
	// `^TRAILER\|(\d+)$`. Its group "count", or else its first group, is the
	// number of records the file must have.
	Trailer string
	// Comment is a character that begins lines to leave out; none if empty.
	Comment string
}

// maxField is the longest value in bytes: more is an unclosed quote, not a value.
const maxField = 1 << 20

var errEmpty = errors.New("the file is empty, expected a header row and a row for each worker")

// Read reads the workers. Rows are counted as in a spreadsheet: the header is
// row 1, and lines that were skipped come before it. A value with line breaks is
// part of one row; comments and empty lines are none. Where that makes the
// line another than the row, errors give both.
func Read(ctx context.Context, c Config, s source.Spec, now time.Time) (*source.Result, error) {
	r, err := open(ctx, c, s, now)
	if err == nil {
		var result *source.Result
		if result, err = r.read(ctx, s); err == nil {
			return result, nil
		}
	}
	return nil, fmt.Errorf("%s: %w", c.Location.Name(), err)
}

// reader reads one text.
type reader struct {
	config    Config
	delimiter rune
	text      location.Text
	data      []byte // the text without skipped lines and trailer
	csv       *stdcsv.Reader
	header    []string
	width     int // fields of a row
	row       int // the number of the row that was read last
	trailer   string
	count     int // of records by the trailer; -1 if it does not say
	cut       bool
	builder   *source.Builder
	blank     int
	ragged    bool
}

// open checks the configuration and gets the text ready.
func open(ctx context.Context, c Config, s source.Spec, now time.Time) (*reader, error) {
	c.Location.Ends = c.Trailer != "" || s.MinRecords > 1
	r := &reader{config: c, count: -1, row: c.SkipRows}
	if c.SkipRows < 0 {
		return nil, fmt.Errorf("skip_rows: found %d, expected 0 or more", c.SkipRows)
	}
	var err error
	if r.delimiter, err = delimiter(c.Delimiter); err != nil {
		return nil, err
	}
	comment, err := comment(c.Comment, r.delimiter)
	if err != nil {
		return nil, err
	}
	if err := r.load(ctx, now); err != nil {
		return nil, err
	}
	if err := r.skip(); err != nil {
		return nil, err
	}
	if err := r.checkSeparatorLine(); err != nil {
		return nil, err
	}
	r.cut = !bytes.HasSuffix(r.data, []byte("\n"))
	if err := r.takeTrailer(); err != nil {
		return nil, err
	}
	r.csv = stdcsv.NewReader(bytes.NewReader(r.data))
	r.csv.Comma, r.csv.Comment, r.csv.FieldsPerRecord, r.csv.ReuseRecord = r.delimiter, comment, -1, true
	return r, nil
}

// load gets the text, with \n or \r\n at line ends.
func (r *reader) load(ctx context.Context, now time.Time) error {
	where := r.config.Location
	if where.Path == "" && where.URL == "" && where.Content == "" {
		return errEmpty // content that another source left empty, rather than a Location without one
	}
	raw, err := location.Read(ctx, where, now)
	if err != nil {
		return err
	}
	if r.text, err = location.Decode(raw, r.config.Encoding); err != nil {
		return err
	}
	r.data = r.text.Data
	if len(bytes.TrimSpace(r.data)) == 0 {
		return errEmpty
	}
	if bytes.IndexByte(r.data, '\n') < 0 && bytes.IndexByte(r.data, '\r') >= 0 {
		r.data = bytes.ReplaceAll(r.data, []byte("\r"), []byte("\n")) // "CSV (Macintosh)"
	}
	return nil
}

func delimiter(text string) (rune, error) {
	switch text {
	case "":
		return ',', nil
	case "tab", `\t`:
		return '\t', nil
	}
	d, size := utf8.DecodeRuneInString(text)
	if size != len(text) || d == '"' || d == '\r' || d == '\n' || d == utf8.RuneError || d == 0 {
		return 0, fmt.Errorf("delimiter: found %q, expected one character such as \",\", \";\" or \"|\", or \"tab\"", text)
	}
	return d, nil
}

func comment(text string, delimiter rune) (rune, error) {
	if text == "" {
		return 0, nil
	}
	c, size := utf8.DecodeRuneInString(text)
	if size != len(text) || c == '"' || c == '\r' || c == '\n' || c == utf8.RuneError || c == 0 || c == delimiter {
		return 0, fmt.Errorf("comment: found %q, expected one character other than the delimiter", text)
	}
	return c, nil
}

// skip drops the lines before the header.
func (r *reader) skip() error {
	for i := range r.config.SkipRows {
		_, rest, found := bytes.Cut(r.data, []byte("\n"))
		if !found {
			return fmt.Errorf("found %d lines, expected a header after the %d lines of skip_rows", i+1, r.config.SkipRows)
		}
		r.data = rest
	}
	return nil
}

// takeTrailer cuts the last line off and reads the count in it.
func (r *reader) takeTrailer() error {
	if r.config.Trailer == "" {
		return nil
	}
	pattern, err := regexp.Compile(r.config.Trailer)
	if err != nil {
		return errors.New(strings.ToValidUTF8("trailer: "+err.Error(), "\ufffd")) // it repeats what it cannot read
	}
	data := bytes.TrimRight(r.data, " \t\r\n")
	start := bytes.LastIndexByte(data, '\n') + 1
	last := string(data[start:])
	match := pattern.FindStringSubmatch(last)
	if match == nil {
		return fmt.Errorf("found the last line %s, expected a trailer that matches %s: the file is incomplete", source.Quote(last), r.config.Trailer)
	}
	line := r.config.SkipRows + bytes.Count(data[:start], []byte("\n")) + 1
	r.data, r.cut, r.trailer = r.data[:start], false, fmt.Sprintf("trailer (line %d)", line)
	group := pattern.SubexpIndex("count")
	if group < 0 && len(match) > 1 {
		group = 1
	}
	if group > 0 {
		if r.count, err = strconv.Atoi(strings.TrimSpace(match[group])); err != nil || r.count < 0 {
			return fmt.Errorf("%s: found %s as the number of records, expected a whole number", r.trailer, source.Quote(match[group]))
		}
	}
	return nil
}

func (r *reader) read(ctx context.Context, s source.Spec) (*source.Result, error) {
	err := r.readHeader()
	if err == nil {
		err = r.checkTitle(s)
	}
	if err != nil {
		return nil, err
	}
	if r.builder, err = source.NewBuilder(s, r.header); err != nil {
		return nil, err
	}
	r.builder.Explain = r.text.Explain
	r.checkHeader()
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		row, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.builder.Report(r.fault(err))
			break
		}
		r.add(row)
	}
	if r.count >= 0 && !r.ragged {
		r.builder.Expect(r.count, r.trailer)
	}
	if r.cut && r.config.Location.Unvouched() {
		r.builder.Warn("%s", location.NoEnd)
	}
	if r.blank > 0 {
		r.builder.Warn("%s left out, without any value", wording.Count(r.blank, "row was", "rows were"))
	}
	return r.builder.Finish()
}

// next reads a row and counts it.
func (r *reader) next() ([]string, error) {
	row, err := r.csv.Read()
	if !errors.Is(err, io.EOF) {
		r.row++
	}
	return row, err
}

// readHeader names the columns.
func (r *reader) readHeader() error {
	if r.config.Columns != nil {
		r.header, r.width = r.config.Columns, len(r.config.Columns)
		return nil
	}
	row, err := r.next()
	if errors.Is(err, io.EOF) {
		return errors.New("found no header row, only comments or empty lines, expected the names of the columns")
	}
	if err != nil {
		return errors.New(r.fault(err).String())
	}
	r.header, r.width = make([]string, len(row)), len(row)
	for i, name := range row {
		r.header[i] = strings.TrimSpace(name)
	}
	if other, n := likelyDelimiter(r.line(0), r.delimiter); n >= len(row) {
		if len(row) == 1 {
			return fmt.Errorf("%s: found 1 column, and the header contains %q %d times: set delimiter = %q", r.position(), other, n, name(other))
		}
		if len(row) < 3 {
			return fmt.Errorf("%s: found %d columns at %q, and the header contains %q %d times: set delimiter = %q", r.position(), len(row), r.delimiter, other, n, name(other))
		}
	}
	return nil
}

func name(delimiter rune) string {
	if delimiter == '\t' {
		return "tab"
	}
	return string(delimiter)
}

// likelyDelimiter returns the delimiter that occurs most often in a header, other than the one set.
func likelyDelimiter(header string, set rune) (best rune, n int) {
	for _, d := range ";,\t|" {
		if count := strings.Count(header, string(d)); d != set && count > n {
			best, n = d, count
		}
	}
	return best, n
}

// checkHeader reports what the names of the columns say about the file.
func (r *reader) checkHeader() {
	for i, name := range r.header {
		switch {
		case r.config.Columns == nil && !utf8.ValidString(name):
			r.builder.Report(source.Problem{Position: r.position(), Text: fmt.Sprintf("column %d: found %s, expected %s", i+1, source.Quote(name), r.text.Explain(name))})
		case name == "":
			r.builder.Warn("column %d has no name and is left out", i+1)
		}
	}
}

// add hands a row to the builder, if it is one.
func (r *reader) add(row []string) {
	if len(row) != r.width {
		r.ragged = true
		text := fmt.Sprintf("found %d fields, expected %d", len(row), r.width)
		other, n := likelyDelimiter(row[0], r.delimiter)
		switch last := r.csv.InputOffset() == int64(len(r.data)); {
		case len(row) == 1 && n >= r.width-1:
			text += fmt.Sprintf(", and the line contains %q %d times: set delimiter = %q", other, n, name(other))
		case last && r.cut && len(row) < r.width:
			text += ": the last line has no end, the file is cut off"
		case len(row) > r.width:
			text += fmt.Sprintf(": a value that contains %q must be quoted", r.delimiter)
		case last && r.config.Trailer == "" && len(row) < 3:
			text += ": a line that ends the file is described by trailer"
		}
		r.builder.Report(source.Problem{Position: r.position(), Text: text})
		return
	}
	empty := true
	for i, value := range row {
		empty = empty && value == ""
		if len(value) > maxField {
			r.builder.Report(source.Problem{Position: r.position(), Column: r.header[i], Text: fmt.Sprintf("found a value of %d bytes, expected at most %d: is a quote not closed?", len(value), maxField)})
			return
		}
		if escaped, ok := spreadsheetText(value); ok {
			r.builder.Report(source.Problem{Position: r.position(), Column: r.header[i], Text: fmt.Sprintf("found %s, %s", source.Quote(value), spreadsheetEscape(escaped))})
			return
		}
	}
	if empty {
		r.blank++
		return
	}
	r.builder.AddRow(r.position(), row)
}

// position is the row that was read last, and its line where that is another.
func (r *reader) position() string {
	line, _ := r.csv.FieldPos(0)
	return r.place(line + r.config.SkipRows)
}

func (r *reader) place(line int) string {
	if line == r.row {
		return "row " + strconv.Itoa(r.row)
	}
	return "row " + strconv.Itoa(r.row) + " (line " + strconv.Itoa(line) + ")"
}

// line returns the line in which a field of the row that was read last begins.
func (r *reader) line(field int) string {
	line, _ := r.csv.FieldPos(field)
	text, _, _ := bytes.Cut(r.data[lineOffset(r.data, line):], []byte("\n"))
	return strings.TrimRight(string(text), "\r")
}
