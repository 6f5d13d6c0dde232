// SPDX-License-Identifier: MPL-2.0

package xmlfile

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/antchfx/xmlquery"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/source"
)

// schemaInstance is the namespace of xsi:nil (XML Schema part 1, section 2.6.2).
const schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"

// maxPool is how many nodes are kept from one record for the next.
const maxPool = 10_000

// stream reads a document from its begin to its end.
type stream struct {
	*reader
	decoder *xml.Decoder
	open    []xml.Name     // the elements that are open
	parent  *xmlquery.Node // the innermost open element outside of a record
	node    *xmlquery.Node // the innermost open element of the record, if in one
	depth   int            // of open at the record
	nodes   int
	line    int // of the record
	total   strings.Builder
	inTotal bool
	seen    []string // paths of elements that repeat, for advice
	last    string
	scratch []cell // of the record that is being taken
	pool    []*xmlquery.Node
	used    int // of the pool
	texts   map[string]string
}

// read reads all records.
func (r *reader) read(ctx context.Context) error {
	s := &stream{reader: r, decoder: xml.NewDecoder(bytes.NewReader(r.text.Data)), parent: &xmlquery.Node{Type: xmlquery.DocumentNode}, texts: map[string]string{}}
	s.decoder.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil } // it is UTF-8 already
	root := false
	for {
		t, err := s.decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s.fault(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(s.open) == 0 && root {
				return fmt.Errorf("%s: found a second root element <%s>, expected the end of the document", s.where(), t.Name.Local)
			}
			root = true
			err = s.start(t)
		case xml.EndElement:
			if err = s.end(); err == nil && len(r.rows)%1024 == 0 {
				err = ctx.Err()
			}
		case xml.CharData:
			err = s.text(t, root)
		case xml.Directive:
			return fmt.Errorf("%s: found <!%s, expected a document without a document type declaration (DTD): entities in it could name files or grow without end", s.where(), source.Quote(string(t[:min(len(t), 40)])))
		}
		if err != nil {
			return err
		}
	}
	return s.finish()
}

// finish says what the document lacked.
func (s *stream) finish() error {
	if len(s.rows) == 0 {
		advice := ""
		if len(s.seen) > 0 {
			advice = fmt.Sprintf(": the elements that repeat are %s", strings.Join(s.seen, ", "))
		} else if s.last != "" {
			advice = fmt.Sprintf(": there are elements such as %s", s.last)
		}
		s.problems = append(s.problems, source.Problem{Text: fmt.Sprintf("records: found no element at %q%s", s.config.Records, advice)})
	}
	if s.config.Total != "" && s.reader.total < 0 {
		return fmt.Errorf("total_path: found nothing at %q, expected the number of records", s.config.Total)
	}
	return nil
}

func (s *stream) where() string {
	line, _ := s.decoder.InputPos()
	if s.node != nil {
		return s.position(len(s.rows)+1, line)
	}
	return "line " + strconv.Itoa(line)
}

// fault puts an error of encoding/xml into words.
func (s *stream) fault(err error) error {
	wrong, ok := errors.AsType[*xml.SyntaxError](err)
	switch {
	case ok && strings.Contains(wrong.Msg, "unexpected EOF"):
		names := make([]string, 0, len(s.open))
		for _, name := range s.open {
			names = append(names, name.Local)
		}
		return fmt.Errorf("%s: the document ends inside of /%s: the file is cut off", s.where(), strings.Join(names, "/"))
	case ok && strings.Contains(wrong.Msg, "invalid UTF-8"):
		at := min(int(s.decoder.InputOffset()), len(s.reader.text.Data))
		near := string(s.reader.text.Data[max(at-20, 0):min(at+2, len(s.reader.text.Data))])
		return fmt.Errorf("%s: found %s, expected %s", s.where(), source.Quote(near), s.reader.text.Explain(near))
	case ok && strings.Contains(wrong.Msg, "invalid character entity"):
		return fmt.Errorf("%s: %s: expected &amp; for an ampersand, or one of the five entities of XML", s.where(), source.Printable(wrong.Msg))
	case ok:
		return fmt.Errorf("%s: not well-formed XML: %s", s.where(), source.Printable(wrong.Msg))
	}
	return fmt.Errorf("%s: %w", s.where(), err)
}

// start opens an element.
func (s *stream) start(t xml.StartElement) error {
	s.open = append(s.open, t.Name)
	if len(s.open) > maxDepth {
		return fmt.Errorf("%s: found more than %d levels, expected a document that nests less", s.where(), maxDepth)
	}
	node := s.element(t)
	if s.totalAt.matches(s.open) {
		if err := s.startTotal(t); err != nil {
			return err
		}
	}
	if s.node != nil {
		if s.nodes += 1 + len(t.Attr); s.nodes > maxNodes {
			return fmt.Errorf("%s: found more than %d elements and attributes in one record, "+
				"expected records to be smaller: see records", s.where(), maxNodes)
		}
		xmlquery.AddChild(s.node, node)
		s.node = node
		return nil
	}
	node.Parent = s.parent
	if s.records.matches(s.open) {
		s.line, _ = s.decoder.InputPos()
		s.node, s.depth, s.nodes = node, len(s.open), 0
		return nil
	}
	s.parent = new(*node) // it outlives records, unlike node
	s.used--
	if len(s.rows) == 0 {
		s.remember()
	}
	return nil
}

// remember notes elements that repeat, for the advice where records may be.
func (s *stream) remember() {
	names := make([]string, len(s.open))
	for i, name := range s.open {
		names[i] = name.Local
	}
	path := "/" + strings.Join(names, "/")
	if path == s.last && !slices.Contains(s.seen, path) && len(s.seen) < 5 {
		s.seen = append(s.seen, path)
	}
	if len(s.open) <= 3 {
		s.last = path
	}
}

// element makes a node of an element. Its prefix is left out: a name without
// prefix shall be found in any namespace.
func (s *stream) element(t xml.StartElement) *xmlquery.Node {
	n := s.newNode(xmlquery.ElementNode, t.Name.Local)
	n.NamespaceURI = t.Name.Space
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" && a.Name.Space == "" {
			continue
		}
		n.Attr = append(n.Attr, xmlquery.Attr{Name: xml.Name{Local: a.Name.Local}, Value: a.Value, NamespaceURI: a.Name.Space})
	}
	return n
}

// newNode returns a node that lasts until the end of the record.
func (s *stream) newNode(kind xmlquery.NodeType, data string) *xmlquery.Node {
	if s.used == len(s.pool) {
		s.pool = append(s.pool, new(xmlquery.Node))
	}
	n := s.pool[s.used]
	*n = xmlquery.Node{Type: kind, Data: data}
	s.used++
	return n
}

// intern returns a text, the same for the same short one: the words of HR data repeat.
func (s *stream) intern(text []byte) string {
	if known, ok := s.texts[string(text)]; ok {
		return known
	}
	own := string(text)
	if len(own) <= 32 && len(s.texts) < 10_000 {
		s.texts[own] = own
	}
	return own
}

func (s *stream) startTotal(t xml.StartElement) error {
	line, _ := s.decoder.InputPos()
	if s.totalAt.attribute == "" {
		s.inTotal = true
		s.total.Reset()
		return nil
	}
	for _, a := range t.Attr {
		if a.Name.Local == s.totalAt.attribute {
			return s.takeTotal(a.Value, line)
		}
	}
	return nil
}

// text adds text to the record.
func (s *stream) text(t xml.CharData, root bool) error {
	if s.inTotal {
		s.total.Write(t)
	}
	if s.node != nil {
		if len(bytes.TrimSpace(t)) > 0 || s.node.FirstChild == nil {
			xmlquery.AddChild(s.node, s.newNode(xmlquery.TextNode, s.intern(t)))
		}
		return nil
	}
	if len(s.open) == 0 && len(bytes.TrimSpace(t)) > 0 {
		place := "before"
		if root {
			place = "after"
		}
		return fmt.Errorf("%s: found the text %s %s the root element, expected none", s.where(), source.Quote(string(bytes.TrimSpace(t))), place)
	}
	return nil
}

// end closes an element and, if that is a record, takes it.
func (s *stream) end() error {
	if s.inTotal && s.totalAt.matches(s.open) {
		s.inTotal = false
		line, _ := s.decoder.InputPos()
		if err := s.takeTotal(s.total.String(), line); err != nil {
			return err
		}
	}
	closed := len(s.open)
	s.open = s.open[:closed-1]
	if s.node == nil {
		s.parent = s.parent.Parent
		return nil
	}
	if closed > s.depth {
		s.node = s.node.Parent
		return nil
	}
	record := s.node
	s.node = nil
	err := s.take(record)
	if s.used > maxPool {
		s.pool = nil
	}
	s.used = 0
	return err
}

// take makes a row of a record.
func (s *stream) take(record *xmlquery.Node) error {
	cells := s.scratch[:0]
	if s.selects != nil {
		for _, column := range s.selects {
			v, problem := column.value(record)
			if problem != "" {
				s.problems = append(s.problems, source.Problem{Position: s.position(len(s.rows)+1, s.line), Column: s.columns[column.column], Text: fmt.Sprintf("%s: %s", column.source, problem)})
			}
			if !v.IsNull() {
				cells = append(cells, newCell(column.column, v))
			}
		}
	} else {
		found := map[int][]string{}
		s.flatten(record, "", found)
		if len(s.columns) > maxColumns {
			return fmt.Errorf("%s: found more than %d different elements, expected the same ones in each record", s.position(len(s.rows)+1, s.line), maxColumns)
		}
		for column, texts := range found {
			if v := valueOf(texts); !v.IsNull() {
				cells = append(cells, newCell(column, v))
			}
		}
	}
	s.scratch = cells
	s.rows = append(s.rows, row{line: s.line, cells: slices.Clone(cells)})
	return nil
}

// flatten collects the texts of all elements and attributes by path.
func (s *stream) flatten(n *xmlquery.Node, path string, found map[int][]string) {
	put := func(path, text string) {
		at := s.column(path)
		found[at] = append(found[at], text)
	}
	for _, a := range n.Attr {
		if a.NamespaceURI != schemaInstance {
			put(join(path, "@"+a.Name.Local), a.Value)
		}
	}
	structured := false
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		if child.Type == xmlquery.ElementNode {
			structured = true
			s.flatten(child, join(path, child.Data), found)
		}
	}
	if structured || path == "" {
		return
	}
	if text, ok := elementText(n); ok {
		put(path, text)
	} else {
		s.column(path)
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}

// elementText returns the text of an element, and false if it is nil.
func elementText(n *xmlquery.Node) (string, bool) {
	for _, a := range n.Attr {
		if a.NamespaceURI == schemaInstance && a.Name.Local == "nil" && (a.Value == "true" || a.Value == "1") {
			return "", false
		}
	}
	if only := n.FirstChild; only != nil && only == n.LastChild && only.Type == xmlquery.TextNode {
		return only.Data, true
	}
	return n.InnerText(), true
}

// structured says what is wrong with taking the text of an element with
// elements in it.
func structured(n *xmlquery.Node) string {
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		if child.Type == xmlquery.ElementNode {
			return fmt.Sprintf("found the element <%s>, which holds <%s>, expected one that holds text", n.Data, child.Data)
		}
	}
	return ""
}

// valueOf returns nothing, a text or a list. Empty texts beside others are none.
func valueOf(texts []string) expression.Value {
	if len(texts) > 1 {
		texts = slices.DeleteFunc(texts, func(text string) bool { return strings.TrimSpace(text) == "" })
	}
	switch len(texts) {
	case 0:
		return expression.Null
	case 1:
		return expression.String(texts[0])
	}
	return expression.List(texts...)
}

// numberOf returns the result of an arithmetic expression as XPath writes it.
func numberOf(f float64) expression.Value {
	if f != f {
		return expression.Null
	}
	return expression.String(strconv.FormatFloat(f, 'f', -1, 64))
}
