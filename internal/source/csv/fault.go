// SPDX-License-Identifier: MPL-2.0

package csv

import (
	"bytes"
	stdcsv "encoding/csv"
	"errors"
	"fmt"

	"terraform-provider-workforce/internal/source"
)

// fault puts an error of encoding/csv into words. That package tells where it
// gave up; what helps is where the trouble began.
func (r *reader) fault(err error) source.Problem {
	parse, ok := errors.AsType[*stdcsv.ParseError](err)
	if !ok {
		return source.Problem{Position: fmt.Sprintf("row %d", r.row), Text: err.Error()}
	}
	p := source.Problem{Position: r.place(parse.StartLine + r.config.SkipRows)}
	line := parse.Line + r.config.SkipRows
	switch {
	case errors.Is(parse, stdcsv.ErrBareQuote) && r.formula(parse) != "":
		p.Text = fmt.Sprintf(`line %d, byte %d: found ="%s", %s`, line, parse.Column, r.formula(parse), spreadsheetEscape(r.formula(parse)))
	case errors.Is(parse, stdcsv.ErrBareQuote):
		p.Text = fmt.Sprintf(`line %d, byte %d: found a quote inside a value that does not begin with one, expected the whole value in quotes and the quote doubled, as in "5"" disk"`, line, parse.Column)
	case errors.Is(parse, stdcsv.ErrQuote):
		field, begin, open := r.openQuote(parse.StartLine)
		if field < len(r.header) {
			p.Column = r.header[field]
		}
		if open {
			p.Text = fmt.Sprintf("the quote that begins in line %d, field %d is never closed: the file is cut off, or a quote inside the value is not doubled", begin+r.config.SkipRows, field+1)
			break
		}
		p.Text = fmt.Sprintf(`line %d, byte %d: found text after a closing quote, expected the delimiter %q or the end of the line; a quote inside a value is doubled, as in "5"" disk"`, line, parse.Column, r.delimiter)
	default:
		p.Text = fmt.Sprintf("line %d, byte %d: %v", line, parse.Column, parse.Err)
	}
	return p
}

// openQuote finds the quoted field that breaks the row beginning in a line: its
// index, the line it begins in, and whether it stays open to the end.
func (r *reader) openQuote(line int) (field, begin int, open bool) {
	rest := r.data[lineOffset(r.data, line):]
	delimiter := []byte(string(r.delimiter))
	begin = line
	for {
		if !bytes.HasPrefix(rest, []byte(`"`)) {
			end := bytes.IndexAny(rest, string(r.delimiter)+"\n")
			if end < 0 || rest[end] == '\n' {
				return field, begin, false
			}
			rest = rest[end+len(delimiter):]
			field++
			continue
		}
		value := rest[1:]
		lines := 0
		for {
			quote := bytes.IndexByte(value, '"')
			if quote < 0 {
				return field, begin, true
			}
			lines += bytes.Count(value[:quote], []byte("\n"))
			value = value[quote+1:]
			if !bytes.HasPrefix(value, []byte(`"`)) {
				break
			}
			value = value[1:]
		}
		after, more := bytes.CutPrefix(value, delimiter)
		if !more {
			return field, begin, false
		}
		rest = after
		begin += lines
		field++
	}
}

// lineOffset returns where a line, counted from 1, begins.
func lineOffset(data []byte, line int) int {
	offset := 0
	for range line - 1 {
		next := bytes.IndexByte(data[offset:], '\n')
		if next < 0 {
			return len(data)
		}
		offset += next + 1
	}
	return offset
}
