// SPDX-License-Identifier: MPL-2.0

package jsonfile

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/jsonrecord"
)

// walk goes through a document to the records.
type walk struct {
	*reader
	records, total string
	found          bool
	instead        string   // what is at records, if not what is expected
	arrays         []string // the paths of arrays, for advice
}

func (r *reader) walk() walk {
	return walk{reader: r, records: joined(r.records), total: joined(r.totalPath)}
}

// joined returns the path in its canonical spelling.
func joined(keys []string) string {
	path := ""
	for _, key := range keys {
		path = joinPath(path, key)
	}
	return path
}

// readDocument reads all records of one document.
func (r *reader) readDocument() error {
	r.lexer.start(0, len(r.data))
	w := r.walk()
	if r.bulk = r.isBulk(); r.bulk {
		w.records = "Operations"
	}
	if err := w.value("", 0); err != nil {
		return err
	}
	r.number = 0
	if rest := bytes.TrimSpace(r.data[r.lexer.pos:]); len(rest) > 0 {
		return fmt.Errorf("line %d: found another value after the document, expected its end: for one document a line set lines = true", r.here())
	}
	if !w.found {
		return w.missing()
	}
	if w.total != "" && r.total < 0 {
		return fmt.Errorf("total_path: found nothing at %q, expected the number of records", r.config.Total)
	}
	return nil
}

// missing says what is in the place of the records, and where they may be.
func (w *walk) missing() error {
	expected := "an array of records"
	if w.config.KeyColumn != "" {
		expected = "an object whose members are the records, as key_column says"
	} else if w.config.Lines {
		expected = "an object, the record"
	}
	instead, at := w.instead, "at "+strconv.Quote(w.config.Records)
	if instead == "" {
		instead = "nothing"
	}
	if w.config.Records == "" {
		at = "as the document"
	}
	advice := ""
	switch {
	case len(w.arrays) == 1:
		advice = fmt.Sprintf(": set records = %q", w.arrays[0])
	case len(w.arrays) > 1:
		advice = fmt.Sprintf(": there are arrays at %q", w.arrays)
	case w.instead == "an object" && !w.config.Lines:
		advice = " (an object whose members are the records is read with key_column; one record a line with lines)"
	}
	return fmt.Errorf("records: found %s %s, expected %s%s", instead, at, expected, advice)
}

// value reads the value at a path.
func (w *walk) value(path string, depth int) error {
	t, err := w.token()
	if err != nil {
		return err
	}
	if path == w.records {
		w.instead = kind(t)
		switch {
		case t.kind == '{' && w.config.Lines:
			w.found = true
			return w.takeRecord("")
		case t.kind == '[' && w.config.KeyColumn == "" && !w.config.Lines, t.kind == '{' && w.config.KeyColumn != "":
			w.found = true
			return w.takeRecords(t.kind == '{')
		}
	}
	if w.total != "" && path == w.total {
		return w.takeTotal(t)
	}
	if t.kind != '{' && t.kind != '[' {
		return nil
	}
	if t.kind == '[' && path != "" && path != w.records && len(w.arrays) < 10 {
		w.arrays = append(w.arrays, path)
	}
	return w.members(t.kind, path, depth+1)
}

// members reads what an object or array at a path holds, and its end.
func (w *walk) members(kind byte, path string, depth int) error {
	if depth > maxDepth {
		return w.tooDeep()
	}
	seen := map[string]bool{}
	for i := 0; w.lexer.more(); i++ {
		key := strconv.Itoa(i)
		if kind == '{' {
			var err error
			if key, err = w.key(); err != nil {
				return err
			}
			if seen[key] {
				return fmt.Errorf("%s: found the key %s twice in one object, expected it once", w.where(), source.Quote(joinPath(path, key)))
			}
			seen[key] = true
		}
		if err := w.value(joinPath(path, key), depth); err != nil {
			return err
		}
	}
	_, err := w.token()
	return err
}

func (r *reader) tooDeep() error {
	return fmt.Errorf("%s: found more than %d levels, expected a document that nests less", r.where(), maxDepth)
}

// key reads the key of a member.
func (r *reader) key() (string, error) {
	t, err := r.token()
	if err != nil {
		return "", err
	}
	return t.text, nil
}

// kind names what begins with a token.
func kind(t token) string {
	switch t.kind {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "the text " + source.Quote(t.text)
	case 't':
		return "true"
	case 'f':
		return "false"
	case 'n':
		return "null"
	}
	return t.text
}

func (w *walk) takeTotal(t token) error {
	n, err := strconv.Atoi(t.text)
	if t.kind != '"' && t.kind != '0' || err != nil || n < 0 {
		return fmt.Errorf("%s: total: found %s at %q, expected the number of records", w.where(), kind(t), w.config.Total)
	}
	w.reader.total = n
	return nil
}

// takeRecords reads the records of an array, or the members of an object.
func (w *walk) takeRecords(keyed bool) error {
	seen := map[string]bool{}
	for w.lexer.more() {
		w.number++
		key := ""
		if keyed {
			var err error
			if key, err = w.key(); err != nil {
				return err
			}
			if seen[key] {
				w.report(w.here(), w.config.KeyColumn, fmt.Sprintf("found the key %s twice, expected it once", source.Quote(key)))
			}
			seen[key] = true
		}
		line := w.here()
		t, err := w.token()
		if err != nil {
			return err
		}
		if t.kind != '{' {
			w.report(line, "", fmt.Sprintf("found %s, expected an object, the record of a worker", kind(t)))
			if err = w.addRecord(line, nil); err == nil && t.kind == '[' {
				err = w.array(&row{}, "", 1)
			}
		} else {
			err = w.take(key, line)
		}
		if err != nil {
			return err
		}
	}
	w.number = 0
	_, err := w.token()
	return err
}

func (w *walk) takeRecord(key string) error {
	w.number++
	return w.take(key, w.here())
}

// take reads a record, whose brace has been read.
func (w *walk) take(key string, line int) error {
	rec := row{cells: w.scratch[:0]}
	if w.config.KeyColumn != "" {
		rec.cells = append(rec.cells, cell{column: 0, kind: isText, text: key})
	}
	var err error
	if w.bulk {
		err = w.operation(&rec, line)
	} else {
		err = w.object(&rec, "", 1)
	}
	if err != nil {
		return err
	}
	slices.SortStableFunc(rec.cells, func(a, b cell) int { return int(a.column - b.column) })
	for i := 1; i < len(rec.cells); i++ {
		if at := rec.cells[i].column; at == rec.cells[i-1].column {
			w.report(line, w.columns[at], "found the key twice in one record, expected it once")
		}
	}
	w.scratch = rec.cells
	return w.addRecord(line, slices.DeleteFunc(rec.cells, func(c cell) bool { return c.kind == isNull }))
}

// object reads the members of an object in a record.
func (r *reader) object(rec *row, path string, depth int) error {
	if depth > maxDepth {
		return r.tooDeep()
	}
	for r.lexer.more() {
		key, err := r.key()
		if err != nil {
			return err
		}
		t, err := r.token()
		if err != nil {
			return err
		}
		next := joinPath(path, key)
		switch t.kind {
		case '{':
			if path == "" && jsonrecord.IsSchema(key) {
				next = key + ":"
			}
			err = r.object(rec, next, depth+1)
		case '[':
			err = r.array(rec, next, depth+1)
		default:
			err = r.put(rec, next, scalar(t))
		}
		if err != nil {
			return err
		}
	}
	_, err := r.token()
	return err
}

// array reads the elements of an array in a record: a list of texts, or, if any
// is an object or array, a column for each.
func (r *reader) array(rec *row, path string, depth int) error {
	if depth > maxDepth {
		return r.tooDeep()
	}
	var scalars []cell // column is the index here
	nested, name := false, r.elementNames(path)
	for i := 0; r.lexer.more(); i++ {
		t, err := r.token()
		if err != nil {
			return err
		}
		switch t.kind {
		case '{':
			nested, err = true, r.object(rec, name(i), depth+1)
		case '[':
			nested, err = true, r.array(rec, joinPath(path, strconv.Itoa(i)), depth+1)
		default:
			if c := scalar(t); c.kind != isNull {
				c.column = int32(i)
				scalars = append(scalars, c)
			}
		}
		if err != nil {
			return err
		}
	}
	if _, err := r.token(); err != nil {
		return err
	}
	if !nested {
		var texts []string
		for _, c := range scalars {
			texts = append(texts, c.text)
		}
		list := cell{}
		if len(texts) > 0 {
			v := expression.List(texts...)
			list.kind, list.list = isList, &v
		}
		return r.put(rec, path, list)
	}
	for _, c := range scalars {
		if err := r.put(rec, joinPath(path, strconv.Itoa(int(c.column))), c); err != nil {
			return err
		}
	}
	return nil
}

// scalar returns a value that is no object and no array, as it is written.
func scalar(t token) cell {
	switch t.kind {
	case '"':
		return cell{kind: isText, text: t.text}
	case '0':
		return cell{kind: isNumber, text: t.text}
	case 't':
		return cell{kind: isText, text: "true"}
	case 'f':
		return cell{kind: isText, text: "false"}
	}
	return cell{}
}

// put enters a value under its path. A null makes its column known.
func (r *reader) put(rec *row, path string, c cell) error {
	c.column = int32(r.column(path))
	if len(r.columns) > maxColumns {
		return fmt.Errorf("%s: found more than %d different keys, expected the same ones in each record: are ids used as keys (key_column)?", r.where(), maxColumns)
	}
	rec.cells = append(rec.cells, c)
	return nil
}

// readLines reads one document a line.
func (r *reader) readLines() error {
	for from, line := 0, 1; from < len(r.data); line++ {
		to := len(r.data)
		if n := bytes.IndexByte(r.data[from:], '\n'); n >= 0 {
			to = from + n
		}
		if len(bytes.TrimSpace(r.data[from:to])) > 0 {
			if err := r.readLine(line, from, to); err != nil {
				return err
			}
		}
		from = to + 1
	}
	return nil
}

func (r *reader) readLine(line, from, to int) error {
	r.lexer.start(from, to)
	if err := r.lexer.wrong; err != nil {
		text := source.Quote(string(r.data[from:to]))
		if to == len(r.data) {
			return fmt.Errorf("line %d: found %s, expected a whole document: the file is cut off (%w)", line, text, err)
		}
		return fmt.Errorf("line %d: found %s, expected a whole document: a document of several lines is read without lines (%w)", line, text, err)
	}
	w := r.walk()
	if err := w.value("", 0); err != nil {
		return err
	}
	if !w.found {
		return fmt.Errorf("line %d: %w", line, w.missing())
	}
	return nil
}
