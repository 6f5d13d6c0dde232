// SPDX-License-Identifier: MPL-2.0

package jsonfile

import (
	"bytes"
	"fmt"
	"strconv"

	"terraform-provider-workforce/internal/source/jsonrecord"
)

// bulkRequest is the schema of a SCIM BulkRequest (RFC 7644 section 3.7), which Microsoft's
// API-driven provisioning takes (bulkUpload).
const bulkRequest = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"

// isBulk reports whether the document is a SCIM BulkRequest, whose records are the data of its operations.
func (r *reader) isBulk() bool {
	c := r.config
	trimmed := bytes.TrimLeft(r.data, " \t\r\n")
	return c.Records == "" && c.KeyColumn == "" && !c.Lines && len(trimmed) > 0 && trimmed[0] == '{' && bytes.Contains(bytes.ToLower(r.data),
		bytes.ToLower([]byte(bulkRequest)))
}

// operation reads the members of an operation of a BulkRequest: its data is the record. Only POST
// sends a whole record.
func (w *walk) operation(rec *row, line int) error {
	for w.lexer.more() {
		key, err := w.key()
		if err != nil {
			return err
		}
		t, err := w.token()
		if err != nil {
			return err
		}
		switch {
		case key == "data" && t.kind == '{':
			err = w.object(rec, "", 2)
		case t.kind == '{' || t.kind == '[':
			err = w.members(t.kind, "Operations", 2)
		case key == "method" && t.text != "POST":
			w.report(line, "", fmt.Sprintf("found the method %s, expected POST: other operations do not send the whole record of a worker", kind(t)))
		}
		if err != nil {
			return err
		}
	}
	_, err := w.token()
	return err
}

// elementNames returns how the elements of an array, whose bracket has been read, are called: by the type
// that each has and no other, as SCIM does, and by their position otherwise.
func (r *reader) elementNames(path string) func(int) string {
	position := func(i int) string { return joinPath(path, strconv.Itoa(i)) }
	if r.lexer.skip(); r.lexer.pos >= r.lexer.limit || r.data[r.lexer.pos] != '{' {
		return position
	}
	pos, count := r.lexer.pos, r.lexer.count
	elements := r.elementTypes()
	r.lexer.pos, r.lexer.count = pos, count
	names := jsonrecord.ElementTypes(elements)
	return func(i int) string {
		if i < len(names) && names[i] != "" {
			return path + jsonrecord.TypeFilter(names[i])
		}
		return position(i)
	}
}

// elementTypes reads ahead what jsonrecord.ElementTypes needs of each element.
func (r *reader) elementTypes() (elements []any) {
	depth, key := 0, ""
	var object map[string]any
	for {
		if depth == 1 && r.lexer.more() && object != nil {
			t, err := r.lexer.next()
			if err != nil {
				return nil
			}
			key = t.text
		}
		t, err := r.lexer.next()
		if err != nil {
			return nil
		}
		switch t.kind {
		case '{', '[':
			if depth++; depth == 1 {
				object = nil
				if t.kind == '{' {
					object = map[string]any{}
				}
				elements = append(elements, any(object))
			}
		case '}', ']':
			if depth--; depth < 0 {
				return elements
			}
			if depth == 0 {
				object = nil
			}
		default:
			switch {
			case depth == 0:
				elements = append(elements, nil)
			case depth == 1 && object != nil && t.kind == '"':
				object[key] = t.text
			case depth == 1 && object != nil && t.kind == 't':
				object[key] = true
			}
		}
	}
}
