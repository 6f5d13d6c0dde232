// SPDX-License-Identifier: MPL-2.0

// Package fixedwidth reads workers from a file in which every value has its place
// in the line, as mainframes and payroll systems write them. A line that is shorter
// or longer than the others, as when a character takes two bytes or a
// value is shifted, is refused.
package fixedwidth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/location"
)

// Column is a value in each line.
type Column struct {
	Name string
	// Start is where the column begins in the line, from 1; Width is how wide it is.
	Start, Width int
}

func (c Column) end() int { return c.Start - 1 + c.Width }

// Config says where the text is and how it is written.
type Config struct {
	Location location.Config
	// Columns of a line, in any order. They may leave gaps but not overlap.
	Columns []Column
	// Bytes says that Start and Width count bytes of the file; they count
	// characters otherwise. The two differ in UTF-8 and in East Asian encodings.
	Bytes bool
	// Encoding is one of location.Encodings; if empty, UTF-8, or what a byte order mark says.
	Encoding string
	// SkipLines is the number of lines before the first worker.
	SkipLines int
	// ShortLines accepts lines that end early, as when blanks at the end were cut off.
	// What is not there has no value. Otherwise all lines are equally long.
	ShortLines bool
	// Comment begins lines to leave out; none if empty.
	Comment string
	// Trailer is a regular expression that the last line must match, such as
	// `^T(\d{8})`. Its group "count", or else its first group, is the number of
	// records the file must have.
	Trailer string
}

// Read reads the workers. Positions are lines of the file, from 1.
func Read(ctx context.Context, c Config, s source.Spec, now time.Time) (*source.Result, error) {
	result, err := read(ctx, c, s, now)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Location.Name(), err)
	}
	return result, nil
}

func read(ctx context.Context, c Config, s source.Spec, now time.Time) (*source.Result, error) {
	c.Location.Ends = c.Trailer != "" || s.MinRecords > 1
	r := &reader{config: c, keepSpace: s.KeepSpace, count: -1}
	if err := r.compile(); err != nil {
		return nil, err
	}
	raw, err := location.Read(ctx, c.Location, now)
	if err != nil {
		return nil, err
	}
	if err := r.prepare(raw); err != nil {
		return nil, err
	}
	names := make([]string, len(c.Columns))
	for i, column := range c.Columns {
		names[i] = column.Name
	}
	if r.builder, err = source.NewBuilder(s, names); err != nil {
		return nil, err
	}
	r.builder.Explain = r.text.Explain
	return r.read(ctx)
}

// reader reads one text.
type reader struct {
	config    Config
	keepSpace bool
	trailer   *regexp.Regexp
	text      location.Text
	data      []byte // what lines are cut from: the text, or the bytes of the file
	decode    func(field []byte) (string, error)
	builder   *source.Builder
	width     int // of the first line; 0 before it
	first     int // the number of that line
	count     int // of records by the trailer; -1 if it does not say
	counted   string
	edges     []int // of the characters of a line
	blank     int
	ragged    bool
}

// compile checks the configuration, and reports all that is wrong with it.
func (r *reader) compile() error {
	var problems []error
	fail := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if len(r.config.Columns) == 0 {
		fail("columns: found none, expected the columns of a line")
	}
	if r.config.SkipLines < 0 {
		fail("skip_lines: found %d, expected 0 or more", r.config.SkipLines)
	}
	for _, c := range r.config.Columns {
		if c.Start < 1 || c.Width < 1 || c.Start > 1<<20 || c.Width > 1<<20 {
			fail("columns: %s: found start %d and width %d, expected 1 or more", source.Quote(c.Name), c.Start, c.Width)
		}
	}
	sorted := slices.SortedFunc(slices.Values(r.config.Columns), func(a, b Column) int { return a.Start - b.Start })
	for i := 1; i < len(sorted); i++ {
		if before, c := sorted[i-1], sorted[i]; c.Start <= before.end() {
			fail("columns: %s begins at %d, expected it behind %s, which ends at %d", source.Quote(c.Name), c.Start, source.Quote(before.Name), before.end())
		}
	}
	var err error
	if r.trailer, err = regexp.Compile(r.config.Trailer); err != nil {
		fail("trailer: %w", err)
	}
	return errors.Join(problems...)
}

// prepare decodes the text. Columns that count bytes are cut out first and
// decoded one by one, where a character may have more than one byte.
func (r *reader) prepare(raw []byte) error {
	var err error
	if r.text, err = location.Decode(raw, r.config.Encoding); err != nil {
		return err
	}
	r.data = r.text.Data
	if !r.config.Bytes {
		return nil
	}
	if strings.HasPrefix(r.text.Encoding, "utf-16") {
		return fmt.Errorf("unit: found bytes with %s, expected characters: every character has two bytes or more", r.text.Encoding)
	}
	r.data = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	r.decode = func(field []byte) (string, error) { return location.DecodeField(field, r.text.Encoding) }
	return nil
}

func (r *reader) read(ctx context.Context) (*source.Result, error) {
	// A DOS end of file is no line.
	lines := bytes.TrimSuffix(r.data, []byte("\x1a"))
	if bytes.IndexByte(lines, '\n') < 0 {
		lines = bytes.ReplaceAll(lines, []byte("\r"), []byte("\n"))
	}
	last, err := r.takeTrailer(&lines)
	if err != nil {
		return nil, err
	}
	number := 0
	for len(lines) > 0 {
		if number++; number%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		line, rest, _ := bytes.Cut(lines, []byte("\n"))
		lines = rest
		if number > r.config.SkipLines {
			if err := r.add(number, bytes.TrimSuffix(line, []byte("\r")), last && len(rest) == 0); err != nil {
				return nil, err
			}
		}
	}
	if number < r.config.SkipLines {
		return nil, fmt.Errorf("found %d lines, expected more than the %d of skip_lines", number, r.config.SkipLines)
	}
	if r.count >= 0 && !r.ragged {
		r.builder.Expect(r.count, r.counted)
	}
	if last && r.config.ShortLines && r.config.Location.Unvouched() {
		r.builder.Warn("%s", location.NoEnd)
	}
	if r.blank > 0 {
		r.builder.Warn("%d empty lines were left out", r.blank)
	}
	return r.builder.Finish()
}

// takeTrailer cuts the last line off and reads the count in it. cut says that the
// last line that is left has no end.
func (r *reader) takeTrailer(lines *[]byte) (cut bool, err error) {
	if r.config.Trailer == "" {
		return len(*lines) > 0 && !bytes.HasSuffix(*lines, []byte("\n")), nil
	}
	data := bytes.TrimRight(*lines, " \t\r\n")
	start := bytes.LastIndexByte(data, '\n') + 1
	last := string(data[start:])
	match := r.trailer.FindStringSubmatch(last)
	if match == nil {
		return false, fmt.Errorf("found the last line %s, expected a trailer that matches %s: the file is incomplete", source.Quote(last), r.config.Trailer)
	}
	r.counted = fmt.Sprintf("trailer (line %d)", bytes.Count(data[:start], []byte("\n"))+1)
	*lines = data[:start]
	group := r.trailer.SubexpIndex("count")
	if group < 0 && len(match) > 1 {
		group = 1
	}
	if group > 0 {
		if r.count, err = strconv.Atoi(strings.TrimSpace(match[group])); err != nil || r.count < 0 {
			return false, fmt.Errorf("%s: found %s as the number of records, expected a whole number", r.counted, source.Quote(match[group]))
		}
	}
	return false, nil
}

// add hands a line to the builder.
func (r *reader) add(number int, line []byte, cut bool) error {
	if len(bytes.TrimSpace(line)) == 0 {
		r.blank++
		return nil
	}
	if r.config.Comment != "" && bytes.HasPrefix(line, []byte(r.config.Comment)) {
		return nil
	}
	position := "line " + strconv.Itoa(number)
	bounds := r.bounds(line)
	if problem := r.checkWidth(number, len(bounds)-1, cut); problem != "" {
		r.ragged = true
		r.builder.Report(source.Problem{Position: position, Text: problem})
		return nil
	}
	if at := bytes.IndexByte(line, '\t'); at >= 0 {
		r.ragged = true
		r.builder.Report(source.Problem{Position: position, Text: fmt.Sprintf("found a tab at byte %d, expected blanks: a tab has no width", at+1)})
		return nil
	}
	row := make([]string, len(r.config.Columns))
	for i, c := range r.config.Columns {
		from, to := min(c.Start-1, len(bounds)-1), min(c.end(), len(bounds)-1)
		field := bytes.TrimRight(line[bounds[from]:bounds[to]], " ") // padding is no part of a value
		if !r.keepSpace {
			field = bytes.TrimLeft(field, " ")
		}
		text := string(field)
		if r.decode != nil {
			var err error
			if text, err = r.decode(field); err != nil {
				return fmt.Errorf("%s, column %s: %w", position, source.Quote(c.Name), err)
			}
		}
		row[i] = text
	}
	r.builder.AddRow(position, row)
	return nil
}

// bounds returns where each character, or byte, of a line begins, and its end. It
// is valid until the next call.
func (r *reader) bounds(line []byte) []int {
	bounds := r.edges[:0]
	for i := 0; i < len(line); {
		bounds = append(bounds, i)
		size := 1
		if !r.config.Bytes {
			_, size = utf8.DecodeRune(line[i:])
		}
		i += size
	}
	r.edges = append(bounds, len(line))
	return r.edges
}

// checkWidth holds a line against the columns and against the first line.
func (r *reader) checkWidth(number, width int, cut bool) string {
	unit := "characters"
	if r.config.Bytes {
		unit = "bytes"
	}
	if r.width == 0 {
		r.width, r.first = width, number
	}
	if r.config.ShortLines {
		return ""
	}
	last := slices.MaxFunc(r.config.Columns, func(a, b Column) int { return a.end() - b.end() })
	advice := ""
	switch {
	case cut:
		advice = ": the last line has no end, the file is cut off"
	case !r.config.Bytes && width < r.width:
		advice = ": are blanks at the end cut off (short_lines), or does the file count bytes (unit)?"
	case r.config.Bytes && width > r.width:
		advice = ": does the file count characters (unit)?"
	}
	switch {
	case width < last.end():
		return fmt.Sprintf("found %d %s, expected at least %d, where the column %s ends%s", width, unit, last.end(), source.Quote(last.Name), advice)
	case width != r.width:
		return fmt.Sprintf("found %d %s, expected %d as in line %d%s", width, unit, r.width, r.first, advice)
	}
	return ""
}
