// SPDX-License-Identifier: MPL-2.0

package jsonfile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/source"
)

// walk goes through a document to the records.
type walk struct {
	*reader
	ctx            context.Context
	records, total string
	found          bool
	instead        string   // what is at records, if not what is expected
	arrays         []string // the paths of arrays, for advice
}

func (r *reader) walk(ctx context.Context) walk {
	return walk{reader: r, ctx: ctx, records: joined(r.records), total: joined(r.totalPath)}
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
func (r *reader) readDocument(ctx context.Context) error {
	r.start(0, len(r.data))
	w := r.walk(ctx)
	if err := w.value("", 0); err != nil {
		return err
	}
	r.number = 0
	if rest := bytes.TrimSpace(r.data[r.decoder.InputOffset():]); len(rest) > 0 {
		return fmt.Errorf("line %d: found another value after the document, expected its end: for one document a line set lines = true", r.here())
	}
	if !w.found {
		return w.missing()
	}
	if w.total != "" && r.total < 0 {
		return fmt.Errorf("total: found nothing at %q, expected the number of records", r.config.Total)
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
	delim, container := t.(json.Delim)
	if path == w.records {
		w.instead = kind(t)
		switch {
		case delim == '{' && w.config.Lines:
			w.found = true
			return w.takeRecord("")
		case delim == '[' && w.config.KeyColumn == "" && !w.config.Lines, delim == '{' && w.config.KeyColumn != "":
			w.found = true
			return w.takeRecords(delim == '{')
		}
	}
	if w.total != "" && path == w.total {
		return w.takeTotal(t)
	}
	if !container {
		return nil
	}
	if delim == '[' && path != "" && path != w.records && len(w.arrays) < 10 {
		w.arrays = append(w.arrays, path)
	}
	return w.members(delim, path, depth+1)
}

// members reads what an object or array at a path holds, and its end.
func (w *walk) members(delim json.Delim, path string, depth int) error {
	if depth > maxDepth {
		return w.tooDeep()
	}
	seen := map[string]bool{}
	for i := 0; w.decoder.More(); i++ {
		key := strconv.Itoa(i)
		if delim == '{' {
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
	key, _ := t.(string) // the decoder lets nothing else pass
	return key, nil
}

// kind names what begins with a token.
func kind(t json.Token) string {
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return "an object"
		}
		return "an array"
	case string:
		return "the text " + source.Quote(t)
	case nil:
		return "null"
	}
	return fmt.Sprintf("%v", t)
}

func (w *walk) takeTotal(t json.Token) error {
	text, isText := t.(string)
	if number, ok := t.(json.Number); ok {
		text, isText = number.String(), true
	}
	n, err := strconv.Atoi(text)
	if !isText || err != nil || n < 0 {
		return fmt.Errorf("%s: total: found %s at %q, expected the number of records", w.where(), kind(t), w.config.Total)
	}
	w.reader.total = n
	return nil
}

// takeRecords reads the records of an array, or the members of an object.
func (w *walk) takeRecords(keyed bool) error {
	seen := map[string]bool{}
	for w.decoder.More() {
		if w.number%1024 == 0 && w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		w.number++
		key := ""
		if keyed {
			var err error
			if key, err = w.key(); err != nil {
				return err
			}
			if seen[key] {
				w.report(w.config.KeyColumn, fmt.Sprintf("found the key %s twice, expected it once", source.Quote(key)))
			}
			seen[key] = true
		}
		line := w.here()
		t, err := w.token()
		if err != nil {
			return err
		}
		if t != json.Delim('{') {
			w.report("", fmt.Sprintf("found %s, expected an object, the record of a worker", kind(t)))
			w.rows = append(w.rows, row{line: line})
			if t == json.Delim('[') {
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
	rec := row{line: line}
	if w.config.KeyColumn != "" {
		rec.cells = append(rec.cells, cell{column: 0, value: expression.String(key)})
	}
	if err := w.object(&rec, "", 1); err != nil {
		return err
	}
	slices.SortStableFunc(rec.cells, func(a, b cell) int { return a.column - b.column })
	for i := 1; i < len(rec.cells); i++ {
		if at := rec.cells[i].column; at == rec.cells[i-1].column {
			w.report(w.columns[at], "found the key twice in one record, expected it once")
		}
	}
	rec.cells = slices.DeleteFunc(rec.cells, func(c cell) bool { return c.value.IsNull() })
	w.rows = append(w.rows, rec)
	return nil
}

// object reads the members of an object in a record.
func (r *reader) object(rec *row, path string, depth int) error {
	if depth > maxDepth {
		return r.tooDeep()
	}
	for r.decoder.More() {
		key, err := r.key()
		if err != nil {
			return err
		}
		t, err := r.token()
		if err != nil {
			return err
		}
		next := joinPath(path, key)
		switch t {
		case json.Delim('{'):
			err = r.object(rec, next, depth+1)
		case json.Delim('['):
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
	nested := false
	for i := 0; r.decoder.More(); i++ {
		t, err := r.token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'):
			nested, err = true, r.object(rec, joinPath(path, strconv.Itoa(i)), depth+1)
		case json.Delim('['):
			nested, err = true, r.array(rec, joinPath(path, strconv.Itoa(i)), depth+1)
		default:
			if c := scalar(t); !c.value.IsNull() {
				c.column = i
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
			texts = append(texts, c.value.Text())
		}
		list := cell{}
		if len(texts) > 0 {
			list.value = expression.List(texts...)
		}
		return r.put(rec, path, list)
	}
	for _, c := range scalars {
		if err := r.put(rec, joinPath(path, strconv.Itoa(c.column)), c); err != nil {
			return err
		}
	}
	return nil
}

// scalar returns a value that is no object and no array, as it is written.
func scalar(t json.Token) cell {
	switch t := t.(type) {
	case string:
		return cell{value: expression.String(t)}
	case json.Number:
		return cell{value: expression.String(t.String()), number: true}
	case bool:
		return cell{value: expression.String(strconv.FormatBool(t))}
	}
	return cell{}
}

// put enters a value under its path. A null makes its column known.
func (r *reader) put(rec *row, path string, c cell) error {
	c.column = r.column(path)
	if len(r.columns) > maxColumns {
		return fmt.Errorf("%s: found more than %d different keys, expected the same ones in each record: are ids used as keys (key_column)?", r.where(), maxColumns)
	}
	rec.cells = append(rec.cells, c)
	return nil
}

// readLines reads one document a line.
func (r *reader) readLines(ctx context.Context) error {
	for from, line := 0, 1; from < len(r.data); line++ {
		to := len(r.data)
		if n := bytes.IndexByte(r.data[from:], '\n'); n >= 0 {
			to = from + n
		}
		if line%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if len(bytes.TrimSpace(r.data[from:to])) > 0 {
			if err := r.readLine(ctx, line, from, to); err != nil {
				return err
			}
		}
		from = to + 1
	}
	return nil
}

func (r *reader) readLine(ctx context.Context, line, from, to int) error {
	text := r.data[from:to]
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		if to == len(r.data) {
			return fmt.Errorf("line %d: found %s, expected a whole document: the file is cut off (%w)", line, source.Quote(string(text)), err)
		}
		return fmt.Errorf("line %d: found %s, expected a whole document: a document of several lines is read without lines (%w)", line, source.Quote(string(text)), err)
	}
	r.start(from, to)
	w := r.walk(ctx)
	if err := w.value("", 0); err != nil {
		return err
	}
	if !w.found {
		return fmt.Errorf("line %d: %w", line, w.missing())
	}
	return nil
}

// fault puts an error of encoding/json into words.
func (r *reader) fault(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s: the document ends in the middle: the file is cut off", r.where())
	}
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("%s: found %s, expected JSON: %s", r.where(), source.Quote(r.rest()), strings.TrimPrefix(wrong.Error(), "json: "))
	}
	return fmt.Errorf("%s: %w", r.where(), err)
}

// rest returns what comes next, for a message.
func (r *reader) rest() string {
	at := min(r.base+int(r.decoder.InputOffset()), len(r.data))
	text := strings.TrimLeft(string(r.data[at:min(at+200, len(r.data))]), " \t\r\n,:")
	return strings.ToValidUTF8(text[:min(20, len(text))], "")
}
