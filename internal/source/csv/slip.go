// SPDX-License-Identifier: MPL-2.0

package csv

import (
	"bytes"
	stdcsv "encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/source"
)

// What spreadsheets and report writers put into a text that is no record: the line that names the delimiter, titles
// above the header, and numbers written as formulas.

// separatorLine is the first line by which Excel is told the delimiter.
var separatorLine = regexp.MustCompile(`(?i)^"?sep=(.|\\t|)"?$`)

// checkSeparatorLine refuses a text that begins with one: it would be the header, or a worker.
func (r *reader) checkSeparatorLine() error {
	first, _, _ := bytes.Cut(r.data, []byte("\n"))
	m := separatorLine.FindStringSubmatch(strings.TrimRight(string(first), "\r"))
	if m == nil {
		return nil
	}
	mend := fmt.Sprintf("set skip_rows = %d", r.config.SkipRows+1)
	if d, err := delimiter(m[1]); err == nil && m[1] != "" && d != r.delimiter {
		mend += fmt.Sprintf(" and delimiter = %q", name(d))
	}
	return fmt.Errorf("row %d: found the line %s, which tells a spreadsheet the delimiter, expected the names of the columns: %s",
		r.config.SkipRows+1, source.Quote(m[0]), mend)
}

// searchedRows is how many rows behind the first one are searched for the header.
const searchedRows = 20

// checkTitle refuses a header that is none, because the names of the columns are further down.
func (r *reader) checkTitle(s source.Spec) error {
	id := s.Fields["worker_id"]
	if id == "" {
		id = "worker_id"
	}
	if r.config.Columns != nil || slices.Contains(r.header, id) {
		return nil
	}
	found, titled := 0, values(r.header) < 2
	rest := stdcsv.NewReader(bytes.NewReader(r.data[r.csv.InputOffset():]))
	rest.Comma, rest.Comment, rest.FieldsPerRecord, rest.LazyQuotes = r.csv.Comma, r.csv.Comment, -1, true
	for range searchedRows {
		row, err := rest.Read()
		if err != nil {
			break
		}
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		line, _ := rest.FieldPos(0)
		line += bytes.Count(r.data[:r.csv.InputOffset()], []byte("\n"))
		if slices.Contains(row, id) {
			return fmt.Errorf("%s: found %s, and the column %q in line %d: what is above the names of the columns is skipped, set skip_rows = %d",
				r.position(), source.Quote(strings.Join(r.header, string(r.delimiter))), id, line+r.config.SkipRows, line+r.config.SkipRows-1)
		}
		if found == 0 && values(row) > 1 {
			found = line + r.config.SkipRows
		}
	}
	if titled && found > 0 {
		return fmt.Errorf("%s: found one value, %s, and several in line %d, expected the names of the columns: a title above them is skipped, set skip_rows = %d "+
			"(and fields.worker_id, now %q, to the column of the worker id)",
			r.position(), source.Quote(strings.Join(r.header, "")), found, found-1, id)
	}
	return nil
}

// values counts the values of a row.
func values(row []string) (n int) {
	for _, value := range row {
		if value != "" {
			n++
		}
	}
	return n
}

// spreadsheetText returns the text of a formula such as ="00042", by which exports keep spreadsheets from reading a number.
func spreadsheetText(value string) (string, bool) {
	text, ok := strings.CutPrefix(value, `="`)
	if !ok || !strings.HasSuffix(text, `"`) {
		return "", false
	}
	return strings.TrimSuffix(text, `"`), true
}

func spreadsheetEscape(text string) string {
	return fmt.Sprintf("a spreadsheet's way to escape text, expected %s without it: export the column as text, or as values for other programs", source.Quote(text))
}

// formula returns the text of a formula that stands in a row without quotes round it, or "".
func (r *reader) formula(parse *stdcsv.ParseError) string {
	line, _, _ := bytes.Cut(r.data[lineOffset(r.data, parse.Line):], []byte("\n"))
	quote := parse.Column - 1
	if quote < 1 || quote >= len(line) || line[quote] != '"' || line[quote-1] != '=' {
		return ""
	}
	text, _, closed := strings.Cut(string(line[quote+1:]), `"`)
	if !closed {
		return ""
	}
	return text
}
