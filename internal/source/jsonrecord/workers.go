// SPDX-License-Identifier: MPL-2.0

package jsonrecord

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/worker"
)

const (
	// maxDepth is how deep records nest at most.
	maxDepth = 64
	// maxColumns is how many different columns records have at most: more are
	// data in the place of keys.
	maxColumns = 5000
)

// Record is one record and where it was, such as "page 2, record 17".
type Record struct {
	Position string
	Value    any
}

// Columns says which columns there are and where they are in a record.
type Columns struct {
	// Paths is the path of each column by its name. A column that fields,
	// attributes or min_filled name and that is not here has its name for a
	// path. If there are none at all, and no list of attributes, each value in
	// the records is a column by its path.
	Paths map[string]string
	// Parse reads paths; ParsePath if nil.
	Parse func(string) (Path, error)
	// References says what managers are named by in a system, unless Spec.ManagerReference says it: if
	// manager_id is at the path of a key, its values are what other records have at the path that
	// the key leads to. The key "" stands for every path.
	References map[string]string
	// Required says that a column that is named and that no record has is a
	// problem, unless it is Optional: the HR system leaves out what it does not
	// know, and what it does not show.
	Required bool
	Optional []string
}

// column is a column on its way to the builder.
type column struct {
	name  string
	path  Path
	named bool // by the configuration
	found bool // in a record
}

// absent is what is said of a column that is required and that no record has.
const absent = "found in no record: it does not exist, or the credentials may not see it; what may be empty for everybody is named in optional_columns"

// Workers makes workers of records. Columns that no record has are warnings,
// unless they are required: JSON often leaves out what has no value.
func Workers(s source.Spec, c Columns, records []Record) (*source.Result, error) {
	s.Sparse = true
	columns, err := c.plan(&s, records)
	if err == nil {
		columns, err = c.refer(&s, columns)
	}
	if err != nil {
		return nil, err
	}
	var problems []source.Problem
	rows := make([][]expression.Value, len(records))
	for i, r := range records {
		row := make([]expression.Value, len(columns))
		if _, ok := r.Value.(map[string]any); !ok {
			problems = append(problems, source.Problem{Position: r.Position, Text: fmt.Sprintf("found %s, expected an object, the record of a worker", kind(r.Value))})
		}
		for j := range columns {
			values, found := columns[j].path.Find(r.Value)
			columns[j].found = columns[j].found || found
			if row[j], err = convert(values); err != nil {
				problems = append(problems, source.Problem{Position: r.Position, Column: columns[j].name, Text: err.Error()})
			}
		}
		rows[i] = row
	}
	var names []string
	index := make(map[string]int, len(columns))
	for j, col := range columns {
		missing := c.Required && col.named && !col.found && len(records) > 0 && !slices.Contains(c.Optional, col.name)
		if missing {
			problems = append(problems, source.Problem{Column: col.name, Text: absent})
		}
		if missing || col.found || len(records) == 0 || slices.Contains(c.Optional, col.name) { // of no records nothing can be said
			names, index[col.name] = append(names, col.name), j
		}
	}
	b, err := source.NewBuilder(s, names)
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		b.Report(p)
	}
	for i, row := range rows {
		b.Add(records[i].Position, func(name string) (expression.Value, bool) { return row[index[name]], true })
	}
	return b.Finish()
}

// refer lets the Spec name the column that managers are named by, which is added where there is none.
func (c Columns) refer(s *source.Spec, columns []column) ([]column, error) {
	id, manager := columnOf(*s, columns, "worker_id"), columnOf(*s, columns, "manager_id")
	if id < 0 || manager < 0 || s.ManagerReference == source.ByWorkerID {
		s.ManagerReference = ""
		return columns, nil
	}
	if s.ManagerReference != "" {
		return columns, nil
	}
	text, there := c.References[columns[manager].path.text]
	if !there {
		text, there = c.References[""]
	}
	if !there || text == columns[id].path.text {
		return columns, nil
	}
	s.ManagerReference, s.ReferenceIsID = text, true
	if at := slices.IndexFunc(columns, func(one column) bool { return one.path.text == text }); at >= 0 {
		s.ManagerReference = columns[at].name
		return columns, nil
	}
	parse := c.Parse
	if parse == nil {
		parse = ParsePath
	}
	path, err := parse(text)
	return append(columns, column{name: text, path: path}), err
}

// columnOf returns the index of the column that fills a canonical key, or -1.
func columnOf(s source.Spec, columns []column, key string) int {
	name, named := s.Fields[key]
	if !named {
		name = key
	}
	return slices.IndexFunc(columns, func(c column) bool { return c.name == name && name != "" })
}

// Names returns the names of the columns that fields, attributes, min_filled, manager_reference and primary_column use.
func Names(s source.Spec) []string {
	used := map[string]bool{}
	for _, name := range s.Fields {
		used[name] = true
	}
	for _, name := range s.Attributes {
		used[name] = true
	}
	for name := range s.MinFilled {
		used[name] = true
	}
	if s.ManagerReference != source.ByWorkerID {
		used[s.ManagerReference] = true
	}
	used[s.PrimaryColumn] = true
	delete(used, "")
	return slices.Sorted(maps.Keys(used))
}

// plan lists the columns, sorted by name.
func (c Columns) plan(s *source.Spec, records []Record) ([]column, error) {
	parse := c.Parse
	if parse == nil {
		parse = ParsePath
	}
	paths := map[string]Path{}
	for name, text := range c.Paths {
		path, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("columns: %q: %w", name, err)
		}
		if text == "" {
			return nil, fmt.Errorf("columns: %q: found an empty path, expected one such as work.department", name)
		}
		paths[name] = path
	}
	if len(c.Paths) == 0 && s.Attributes == nil {
		if err := discover(records, paths); err != nil {
			return nil, err
		}
	}
	for _, name := range append(Names(*s), worker.Fields...) {
		if _, there := paths[name]; there {
			continue
		}
		if slices.Contains(worker.Fields, name) && !slices.Contains(Names(*s), name) && (len(c.Paths) > 0 || s.Fields[name] != "") {
			continue
		}
		path, err := parse(name)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", name, err)
		}
		paths[name] = path
	}
	if len(c.Paths) > 0 && s.Attributes == nil { // what columns lists is what is wanted, whatever it is called
		for _, name := range slices.Sorted(maps.Keys(c.Paths)) {
			if !usedByField(s.Fields, name) && !slices.Contains(worker.Fields, name) {
				s.Attributes = append(s.Attributes, name)
			}
		}
		if s.Attributes == nil {
			s.Attributes = []string{}
		}
	}
	named := Names(*s)
	columns := make([]column, 0, len(paths))
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		columns = append(columns, column{name: name, path: paths[name], named: slices.Contains(named, name)})
	}
	return columns, nil
}

func usedByField(fields source.Fields, name string) bool {
	for _, column := range fields {
		if column == name {
			return true
		}
	}
	return false
}

// discover makes a column of every value that any record has.
func discover(records []Record, paths map[string]Path) error {
	var walk func(v any, keys []string) error
	walk = func(v any, keys []string) error {
		if len(keys) > maxDepth {
			return fmt.Errorf("found more than %d levels at %q, expected records that nest less", maxDepth, columnName(keys))
		}
		switch v := v.(type) {
		case map[string]any:
			for key, member := range v {
				if err := walk(member, append(slices.Clip(keys), key)); err != nil {
					return err
				}
			}
			return nil
		case []any:
			if flat(v) {
				break
			}
			types := ElementTypes(v)
			for i, element := range v {
				key := strconv.Itoa(i)
				if types[i] != "" {
					key = typeMark + types[i]
				}
				if err := walk(element, append(slices.Clip(keys), key)); err != nil {
					return err
				}
			}
			return nil
		}
		text := columnName(keys)
		if _, there := paths[text]; there || len(keys) == 0 {
			return nil
		}
		if len(paths) >= maxColumns {
			return fmt.Errorf("found more than %d different keys in the records, expected the same ones in each: name the wanted ones in columns or attributes", maxColumns)
		}
		paths[text] = Path{text: text, keys: keys}
		return nil
	}
	for _, r := range records {
		if err := walk(r.Value, nil); err != nil {
			return fmt.Errorf("%s: %w", r.Position, err)
		}
	}
	// What is an object in one record and null in another is no column.
	for text, path := range paths {
		for n := range path.keys {
			if n == 0 {
				continue
			}
			if prefix := columnName(path.keys[:n]); prefix != text {
				delete(paths, prefix)
			}
		}
	}
	return nil
}

// columnName is what the value at a path is called.
func columnName(keys []string) string {
	var b strings.Builder
	for i, key := range keys {
		word, typed := strings.CutPrefix(key, typeMark)
		switch {
		case typed:
			b.WriteString(TypeFilter(word))
			continue
		case i == 0 && len(keys) > 1 && IsSchema(key):
			b.WriteString(key + ":")
			continue
		case i > 1 || i == 1 && !IsSchema(keys[0]):
			b.WriteByte('.')
		}
		b.WriteString(Escape(key))
	}
	return b.String()
}

// flat reports whether an array holds neither objects nor arrays.
func flat(list []any) bool {
	return !slices.ContainsFunc(list, func(v any) bool {
		switch v.(type) {
		case map[string]any, []any:
			return true
		}
		return false
	})
}

// convert makes a value of what is at a path: text of one, a list of several.
func convert(values []any) (expression.Value, error) {
	if len(values) == 1 {
		if list, ok := values[0].([]any); ok {
			if len(list) == 0 || !flat(list) {
				return nested(values[0], len(list))
			}
			return texts(list)
		}
	}
	switch len(values) {
	case 0:
		return expression.Null, nil
	case 1:
		if values[0] == nil {
			return expression.Null, nil
		}
		text, ok := scalar(values[0])
		if !ok {
			return nested(values[0], -1)
		}
		return expression.String(text), nil
	}
	return texts(values)
}

func texts(values []any) (expression.Value, error) {
	var list []string
	for _, v := range values {
		if v == nil {
			continue
		}
		text, ok := scalar(v)
		if !ok {
			return nested(v, -1)
		}
		list = append(list, text)
	}
	if list == nil {
		return expression.Null, nil
	}
	return expression.List(list...), nil
}

// nested refuses what is no text.
func nested(v any, length int) (expression.Value, error) {
	if length == 0 {
		return expression.Null, nil
	}
	more := ""
	if object, ok := v.(map[string]any); ok && len(object) > 0 {
		more = fmt.Sprintf(" with %q", sortedKeys(object)[:min(len(object), 8)])
	}
	return expression.Null, fmt.Errorf("found %s%s, expected a text, a number or a truth value: let the path go on to one", kind(v), more)
}

func sortedKeys(object map[string]any) []string { return slices.Sorted(maps.Keys(object)) }
