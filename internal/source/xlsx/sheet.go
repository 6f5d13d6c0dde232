// SPDX-License-Identifier: MPL-2.0

package xlsx

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"terraform-provider-workforce/internal/source"
)

// The size of a sheet (Microsoft, "Excel specifications and limits").
const (
	maxRows    = 1_048_576
	maxColumns = 16_384
)

// row is a row of a sheet that has cells.
type row struct {
	number int
	hidden bool
	cells  []cell
}

// cell is what is stored of a cell (section 18.3.1.4).
type cell struct {
	column  int    // from 0
	kind    string // b, d, e, inlineStr, n, s or str; n if empty
	style   int
	text    string
	formula bool
	valued  bool // a value is stored
	told    bool // its problem was reported
}

// span is a range of cells, counted from 0 and 1.
type span struct {
	fromColumn, toColumn int
	fromRow, toRow       int
	ref                  string
}

// rows reads a sheet row by row.
type rows struct {
	book   *workbook
	scan   *scanner
	closer io.Closer
	number int
	hidden []span // columns that are hidden
	merged []span // known at the end only
	kept   [2]row // the one returned, and the one before
	turn   int
	texts  map[string]string
}

// share returns the same string for the same text: the words of HR data repeat.
func (r *rows) share(text []byte) string {
	if known, ok := r.texts[string(text)]; ok {
		return known
	}
	s := string(text)
	if len(s) <= 32 && len(r.texts) < 10_000 {
		r.texts[s] = s
	}
	return s
}

func (w *workbook) openSheet(s sheet) (*rows, error) {
	scan, closer, err := w.open(s.part, maxSheetBytes)
	if err != nil {
		return nil, err
	}
	return &rows{book: w, scan: scan, closer: closer, texts: map[string]string{}}, nil
}

// next returns the next row that has cells, and io.EOF at the end. A row is
// valid until the call after the next.
func (r *rows) next() (*row, error) {
	for {
		if err := r.scan.next(); err != nil {
			return nil, err
		}
		if r.scan.kind != startTag {
			continue
		}
		switch r.scan.name {
		case "row":
			got, err := r.readRow()
			if err != nil || len(got.cells) > 0 {
				return got, err
			}
		case "col":
			from, _ := strconv.Atoi(r.scan.textOf("min"))
			to, _ := strconv.Atoi(r.scan.textOf("max"))
			if r.scan.flag("hidden") && len(r.hidden) < maxColumns {
				r.hidden = append(r.hidden, span{fromColumn: from - 1, toColumn: to - 1})
			}
		case "mergeCell":
			area, err := parseSpan(r.scan.textOf("ref"))
			if err != nil {
				return nil, err
			}
			if r.merged = append(r.merged, area); len(r.merged) > maxRows {
				return nil, fmt.Errorf("found more than %d merged ranges of cells, expected none", maxRows)
			}
		}
	}
}

// readRow reads the cells of a row, whose tag has been read.
func (r *rows) readRow() (*row, error) {
	r.turn = 1 - r.turn
	got := &r.kept[r.turn]
	got.cells, got.hidden = got.cells[:0], r.scan.flag("hidden")
	number := r.number + 1
	if text, ok := r.scan.attribute("r"); ok {
		n, err := strconv.Atoi(text)
		if err != nil || n <= r.number || n > maxRows {
			return nil, fmt.Errorf("found the row number %s after row %d, expected numbers that ascend to %d: the file is damaged", source.Quote(text), r.number, maxRows)
		}
		number = n
	}
	r.number, got.number = number, number
	column := -1
	for {
		if err := r.scan.next(); err != nil {
			return nil, noEOF(err)
		}
		switch {
		case r.scan.kind == endTag && r.scan.name == "row":
			return got, nil
		case r.scan.kind == startTag && r.scan.name == "c":
			c, err := r.readCell(column)
			if err != nil {
				return nil, fmt.Errorf("row %d: %w", number, err)
			}
			column = c.column
			if c.valued || c.formula {
				got.cells = append(got.cells, c)
			}
		}
	}
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return errCut
	}
	return err
}

// readCell reads a cell, whose tag has been read, behind another.
func (r *rows) readCell(before int) (cell, error) {
	c := cell{column: before + 1, kind: "n"}
	if ref, ok := r.scan.attribute("r"); ok {
		column, _, ok := parseRef(ref)
		if !ok || column <= before {
			return c, fmt.Errorf("found the cell %s, expected cells in order: the file is damaged", source.Quote(ref))
		}
		c.column = column
	}
	if kind, ok := r.scan.attribute("t"); ok {
		c.kind = kind
	}
	if style, ok := r.scan.attribute("s"); ok {
		c.style, _ = strconv.Atoi(style)
	}
	inValue, phonetic := false, 0
	for {
		if err := r.scan.next(); err != nil {
			return c, noEOF(err)
		}
		switch name, kind := r.scan.name, r.scan.kind; {
		case kind == endTag && name == "c":
			return c, r.resolve(&c)
		case kind == characters:
			if inValue {
				if c.valued && len(c.text)+len(r.scan.text) > maxText {
					return c, fmt.Errorf("found a text of more than %d bytes in one cell", maxText)
				}
				c.text += r.share(r.scan.text)
				c.valued = true
			}
		case name == "f" && kind == startTag:
			c.formula = true
		case name == "rPh":
			phonetic += 1 - 2*int(kind) // a start is 0, an end 1
		case name == "v", name == "t":
			inValue = kind == startTag && phonetic == 0
			c.valued = c.valued || c.kind == "str" // a formula may result in the empty text
		}
	}
}

// resolve looks up a shared text, and takes the escapes off others.
func (r *rows) resolve(c *cell) error {
	switch {
	case c.kind == "s" && c.valued:
		at, err := strconv.Atoi(c.text)
		if err != nil || at < 0 || at >= len(r.book.strings) {
			return fmt.Errorf("found the text number %s of %d texts: the file is damaged", source.Quote(c.text), len(r.book.strings))
		}
		c.text = r.book.strings[at]
	case c.kind == "str" || c.kind == "inlineStr":
		c.text = unescapeCell(c.text)
	}
	return nil
}

// value returns the text of a cell, and what is wrong with it.
func (w *workbook) value(c *cell) (text, problem string) {
	if !c.valued {
		return "", "found a formula without a stored value, expected its result: open the workbook in a spreadsheet program, let it calculate, and save it"
	}
	switch c.kind {
	case "s", "str", "inlineStr", "d":
		return c.text, ""
	case "b":
		switch c.text {
		case "1", "true":
			return "true", ""
		case "0", "false":
			return "false", ""
		}
		return "", fmt.Sprintf("found %s as a truth value, expected 0 or 1: the file is damaged", source.Quote(c.text))
	case "e":
		return "", fmt.Sprintf("found the error %s, expected a value: mend the formula or the reference", c.text)
	case "n":
		var f format
		if c.style >= 0 && c.style < len(w.formats) {
			f = w.formats[c.style]
		}
		return number(c.text, f, w.date)
	}
	return "", fmt.Sprintf("found a cell of the type %s, expected b, d, e, inlineStr, n, s or str: the file is damaged", source.Quote(c.kind))
}

// parseRef reads a reference such as AB12.
func parseRef(ref string) (column, row int, ok bool) {
	i := 0
	for ; i < len(ref) && i < 4 && ref[i] >= 'A' && ref[i] <= 'Z'; i++ {
		column = column*26 + int(ref[i]-'A') + 1
	}
	row, err := strconv.Atoi(ref[i:])
	return column - 1, row, err == nil && i > 0 && column <= maxColumns && row > 0 && row <= maxRows
}

// parseSpan reads a range such as A1:B2.
func parseSpan(ref string) (span, error) {
	s := span{ref: ref}
	from, to := ref, ref
	for i := range ref {
		if ref[i] == ':' {
			from, to = ref[:i], ref[i+1:]
		}
	}
	var ok, also bool
	s.fromColumn, s.fromRow, ok = parseRef(from)
	s.toColumn, s.toRow, also = parseRef(to)
	if !ok || !also || s.fromColumn > s.toColumn || s.fromRow > s.toRow {
		return s, fmt.Errorf("found the merged cells %s, expected a range such as A1:B2: the file is damaged", source.Quote(ref))
	}
	return s, nil
}

// letters returns the name of a column: A, B, …, AA.
func letters(column int) string {
	name := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}
