// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	bsvc = "urn:com.workday/bsvc"
	soap = "http://schemas.xmlsoap.org/soap/envelope/"

	// maxDepth and maxAttrs are far beyond what Workday sends.
	maxDepth = 64
	maxAttrs = 64
)

// scanner reads XML 1.0 with namespaces into a tree, in UTF-8 and without
// document types: SOAP 1.1 (section 3) forbids those, and with them go entities
// that expand without end or read files. The standard library's decoder reads
// 30 MB/s where this reads several hundred, and 5,000 workers are 60 MB.
type scanner struct {
	tree
	text string
	pos  int
	open []int32   // the elements around pos; open[0] is the document
	tags []string  // their names as written
	ns   []binding // declared around pos
	// joins counts the texts that were put together.
	joins int

	// each, if set, is called with each complete element of that depth and name;
	// then the element is forgotten.
	depth int
	name  string
	each  func(t *tree, n int32) error
}

type binding struct {
	prefix string
	space  space
	depth  int
}

// parse reads a document. Errors give line and column.
func parse(text string, depth int, name string, each func(t *tree, n int32) error) (*tree, error) {
	s := &scanner{text: strings.TrimPrefix(text, "\ufeff"), depth: depth, name: name, each: each}
	s.nodes = append(make([]node, 0, 1024), node{})
	s.attrs = make([]attr, 0, 1024)
	s.open, s.tags = append(s.open, 0), append(s.tags, "")
	if err := s.run(); err != nil {
		return nil, err
	}
	return &s.tree, nil
}

// syntaxError is an error of the document at a place in it.
type syntaxError struct {
	line, column int
	text         string
}

func (e *syntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.line, e.column, e.text)
}

func (s *scanner) fail(at int, format string, args ...any) error {
	before := s.text[:min(at, len(s.text))]
	line := strings.Count(before, "\n")
	return &syntaxError{line: line + 1, column: utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1, text: fmt.Sprintf(format, args...)}
}

// checkText refuses bytes that XML does not allow anywhere.
func (s *scanner) checkText() error {
	for i := 0; i < len(s.text); i++ {
		if c := s.text[i]; c < ' ' && c != '\n' && c != '\t' && c != '\r' {
			return s.fail(i, "found the control character U+%04X, which XML does not allow", c)
		}
	}
	for _, c := range []string{"\ufffe", "\uffff"} {
		if at := strings.Index(s.text, c); at >= 0 {
			return s.fail(at, "found the character %+q, which XML does not allow", c)
		}
	}
	if !utf8.ValidString(s.text) {
		for i, c := range s.text {
			if c == utf8.RuneError && !strings.HasPrefix(s.text[i:], "\ufffd") {
				return s.fail(i, "found the byte 0x%02X, expected UTF-8", s.text[i])
			}
		}
	}
	return nil
}

func (s *scanner) run() error {
	if err := s.checkText(); err != nil {
		return err
	}
	for s.pos < len(s.text) {
		next := strings.IndexByte(s.text[s.pos:], '<')
		if next < 0 {
			next = len(s.text) - s.pos
		}
		if next > 0 {
			if err := s.characters(s.text[s.pos : s.pos+next]); err != nil {
				return err
			}
			s.pos += next
			continue
		}
		if err := s.markup(); err != nil {
			return err
		}
	}
	if n := len(s.open) - 1; n > 0 {
		return s.fail(len(s.text), "the document ends inside of <%s>: it is cut off", s.tags[n])
	}
	if s.nodes[0].last == 0 {
		return s.fail(len(s.text), "found no element, expected XML")
	}
	return nil
}

func (s *scanner) markup() error {
	rest := s.text[s.pos:]
	switch {
	case strings.HasPrefix(rest, "</"):
		return s.end()
	case strings.HasPrefix(rest, "<!--"):
		from := s.pos
		if err := s.skip("<!--", "-->"); err != nil {
			return err
		}
		if comment := s.text[from+len("<!--") : s.pos-len(">")]; strings.Index(comment, "--") != len(comment)-len("--") {
			return s.fail(from, "found -- inside of a comment")
		}
		return nil
	case strings.HasPrefix(rest, "<![CDATA["):
		from := s.pos + len("<![CDATA[")
		if err := s.skip("<![CDATA[", "]]>"); err != nil {
			return err
		}
		if len(s.open) == 1 {
			return s.fail(from, "found text outside of the document element")
		}
		s.addText(s.text[from : s.pos-len("]]>")])
		return nil
	case strings.HasPrefix(rest, "<!"):
		return s.fail(s.pos, "found a document type or another declaration, which SOAP forbids: the answer is not from Workday, or an attack (entities that expand without end)")
	case strings.HasPrefix(rest, "<?"):
		return s.instruction()
	}
	return s.start()
}

func (s *scanner) skip(begin, end string) error {
	n := strings.Index(s.text[s.pos+len(begin):], end)
	if n < 0 {
		return s.fail(s.pos, "%s is never closed: the document is cut off", begin)
	}
	s.pos += len(begin) + n + len(end)
	return nil
}

// instruction reads the XML declaration. SOAP 1.1 (section 3) forbids all other
// processing instructions.
func (s *scanner) instruction() error {
	from := s.pos
	if err := s.skip("<?", "?>"); err != nil {
		return err
	}
	declaration := s.text[from:s.pos]
	if from != 0 || !strings.HasPrefix(declaration, "<?xml version=") {
		return s.fail(from, "found a processing instruction, which SOAP forbids")
	}
	_, encoding, found := strings.Cut(declaration, "encoding=")
	if found && len(encoding) > 2 {
		encoding, _, _ = strings.Cut(encoding[1:], encoding[:1])
		if !strings.EqualFold(encoding, "UTF-8") && !strings.EqualFold(encoding, "US-ASCII") {
			return s.fail(from, "found the encoding %q, expected UTF-8", encoding)
		}
	}
	return nil
}

// characters adds text between tags; text of white space only separates tags.
func (s *scanner) characters(raw string) error {
	if strings.Trim(raw, " \t\r\n") == "" {
		return nil
	}
	if len(s.open) == 1 {
		return s.fail(s.pos, "found text outside of the document element, expected XML")
	}
	if at := strings.Index(raw, "]]>"); at >= 0 {
		return s.fail(s.pos+at, "found ]]> outside of CDATA")
	}
	text, err := s.unescape(raw, s.pos)
	if err != nil {
		return err
	}
	s.addText(text)
	return nil
}

func (s *scanner) addText(text string) {
	parent := s.open[len(s.open)-1]
	if last := s.nodes[parent].last; last != 0 && s.nodes[last].name == "" {
		// A comment or CDATA has cut a text in two. To join very many, or very
		// long ones, would take for ever; then they stay apart.
		if s.joins++; s.joins <= 1000 && len(s.nodes[last].text) < 1<<20 {
			s.nodes[last].text += text
			return
		}
	}
	if n := &s.nodes[parent]; booleans[n.name] && n.space == spaceWD {
		text = digit(strings.TrimSpace(text))
	}
	s.append(node{text: text})
}

// append adds a node as the last child of the element around pos.
func (s *scanner) append(n node) int32 {
	at := int32(len(s.nodes))
	parent := s.open[len(s.open)-1]
	n.parent, n.prev, n.depth = parent, s.nodes[parent].last, s.nodes[parent].depth+1
	if n.name == "" {
		n.attr, n.attrTo = int32(len(s.attrs)), int32(len(s.attrs))
	}
	if n.prev != 0 {
		s.nodes[n.prev].next = at
	} else {
		s.nodes[parent].first = at
	}
	s.nodes[parent].last = at
	s.nodes = append(s.nodes, n)
	return at
}

// nameEnd returns where the name at pos ends.
func (s *scanner) nameEnd(at int) int {
	for at < len(s.text) {
		switch c := s.text[at]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c == '-', c == ':', c == '.', c >= '0' && c <= '9', c >= utf8.RuneSelf:
			at++
		default:
			return at
		}
	}
	return at
}

// badName reports whether a name begins with what only its rest may have, or
// has a colon too many.
func badName(name string) bool {
	return strings.IndexByte("-.0123456789:", name[0]) >= 0 || strings.Count(name, ":") > 1 || strings.HasSuffix(name, ":")
}

func (s *scanner) blanks(at int) int {
	for at < len(s.text) && strings.IndexByte(" \t\r\n", s.text[at]) >= 0 {
		at++
	}
	return at
}

func (s *scanner) end() error {
	to := s.nameEnd(s.pos + 2)
	tag := s.text[s.pos+2 : to]
	to = s.blanks(to)
	if to >= len(s.text) {
		return s.fail(to, "the document ends inside of a tag: it is cut off")
	}
	top := len(s.open) - 1
	if s.text[to] != '>' || top == 0 || s.tags[top] != tag {
		return s.fail(s.pos, "found </%s>, expected </%s>", tag, s.tags[top])
	}
	s.pos = to + 1
	return s.close()
}

// close ends the innermost element.
func (s *scanner) close() error {
	top := len(s.open) - 1
	n := s.open[top]
	s.open, s.tags = s.open[:top], s.tags[:top]
	for len(s.ns) > 0 && s.ns[len(s.ns)-1].depth == top {
		s.ns = s.ns[:len(s.ns)-1]
	}
	if s.each == nil || top != s.depth || s.nodes[n].name != s.name {
		return nil
	}
	if err := s.each(&s.tree, n); err != nil {
		return err
	}
	s.cut(n)
	return nil
}

func (s *scanner) start() error {
	from := s.pos
	at := s.nameEnd(from + 1)
	tag := s.text[from+1 : at]
	switch {
	case at >= len(s.text):
		return s.fail(at, "the document ends inside of a tag: it is cut off")
	case tag == "" || badName(tag):
		return s.fail(from, "found %q, expected a tag", s.text[from:min(from+10, len(s.text))])
	case len(s.open) > maxDepth:
		return s.fail(from, "found elements inside of each other more than %d deep", maxDepth)
	case len(s.open) == 1 && s.nodes[0].last != 0:
		return s.fail(from, "found a second document element <%s>", tag)
	}
	n := node{attr: int32(len(s.attrs))}
	at, closed, err := s.attributes(at)
	if err != nil {
		return err
	}
	n.attrTo = int32(len(s.attrs))
	if n.name, n.space, err = s.resolve(tag, true, from); err != nil {
		return err
	}
	for i := n.attr; i < n.attrTo; i++ {
		a := &s.attrs[i]
		if a.name, a.space, err = s.resolve(a.name, false, from); err != nil {
			return err
		}
		if booleans[a.name] {
			a.value = digit(a.value)
		}
		for _, b := range s.attrs[n.attr:i] {
			if b.name == a.name && b.space == a.space {
				return s.fail(from, "found the attribute %q twice in <%s>", a.name, tag)
			}
		}
	}
	id := s.append(n)
	s.open, s.tags = append(s.open, id), append(s.tags, tag)
	s.pos = at
	if closed {
		return s.close()
	}
	return nil
}

// attributes reads the attributes of a tag. Namespaces go to s.ns, the others to
// s.attrs, with their names as written.
func (s *scanner) attributes(at int) (next int, closed bool, err error) {
	count := 0
	for {
		before := at
		at = s.blanks(at)
		if at >= len(s.text) {
			return 0, false, s.fail(at, "the document ends inside of a tag: it is cut off")
		}
		switch {
		case s.text[at] == '>':
			return at + 1, false, nil
		case strings.HasPrefix(s.text[at:], "/>"):
			return at + 2, true, nil
		case at == before:
			return 0, false, s.fail(at, "found %q inside of a tag, expected a blank, > or />", s.text[at])
		}
		to := s.nameEnd(at)
		name := s.text[at:to]
		eq := s.blanks(to)
		switch {
		case name != "" && eq >= len(s.text):
			return 0, false, s.fail(eq, "the document ends inside of a tag: it is cut off")
		case name == "" || s.text[eq] != '=' || badName(name):
			return 0, false, s.fail(at, "found a tag with something that is no attribute, expected name=\"value\"")
		}
		quote := s.blanks(eq + 1)
		if quote >= len(s.text) || s.text[quote] != '"' && s.text[quote] != '\'' {
			return 0, false, s.fail(at, "attribute %q: expected a value in quotes", name)
		}
		end := strings.IndexByte(s.text[quote+1:], s.text[quote])
		if end < 0 {
			return 0, false, s.fail(quote, "attribute %q: the quote is never closed: the document is cut off", name)
		}
		raw := s.text[quote+1 : quote+1+end]
		if strings.IndexByte(raw, '<') >= 0 {
			return 0, false, s.fail(quote, "attribute %q: found < in a value", name)
		}
		value, err := s.unescape(raw, quote+1)
		if err != nil {
			return 0, false, err
		}
		if count++; count > maxAttrs {
			return 0, false, s.fail(at, "found more than %d attributes in one tag", maxAttrs)
		}
		s.attribute(name, value)
		at = quote + 1 + end + 1
	}
}

func (s *scanner) attribute(name, value string) {
	prefix, declared := strings.CutPrefix(name, "xmlns")
	if declared && (prefix == "" || prefix[0] == ':') {
		s.ns = append(s.ns, binding{prefix: strings.TrimPrefix(prefix, ":"), space: spaceOf(value), depth: len(s.open)})
		return
	}
	s.attrs = append(s.attrs, attr{name: name, value: value})
}

func spaceOf(uri string) space {
	switch {
	case uri == "":
		return spaceNone
	case uri == bsvc:
		return spaceWD
	case uri == soap:
		return spaceSOAP
	case strings.HasPrefix(uri, "urn:com.workday.report/"):
		return spaceReport
	}
	return spaceOther
}

// resolve splits a name as written into its namespace and local name.
func (s *scanner) resolve(written string, element bool, at int) (string, space, error) {
	prefix, local := "", written
	if colon := strings.IndexByte(written, ':'); colon >= 0 {
		prefix, local = written[:colon], written[colon+1:]
	}
	if local == "" || prefix == "" && !element {
		return local, spaceNone, nil
	}
	for i := len(s.ns) - 1; i >= 0; i-- {
		if s.ns[i].prefix == prefix {
			return local, s.ns[i].space, nil
		}
	}
	switch prefix {
	case "":
		return local, spaceNone, nil
	case "xml":
		return local, spaceOther, nil
	}
	return "", 0, s.fail(at, "the namespace prefix %q is not declared", prefix)
}
