// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/antchfx/xpath"
)

// selector is a compiled XPath 1.0. It is not safe for concurrent use.
//
// Steps such as wd:Worker_Data or wd:ID[@wd:type='WID'] lead to the data, and
// most XPaths consist of nothing else: they are followed directly, which takes a
// hundredth of the time. What is left from the first other step on is for the
// XPath library.
type selector struct {
	source string
	steps  []step
	last   string // attribute to take at the end, "text()", or "" for the element itself
	rest   *xpath.Expr
}

// step goes to the children of a name in Workday's namespace, of those to the
// ones that pass the tests.
type step struct {
	name  string
	tests []test
	any   bool // one test passed is enough
}

// compile reads an XPath. Its context is the element around wd:Worker.
func compile(source string) (_ *selector, err error) {
	s := &selector{source: source}
	defer func() { // the library gives up on some malformed input by a panic
		if p := recover(); p != nil {
			err = fmt.Errorf("XPath %q: %v", source, p)
		}
	}()
	parts, simple := splitPath(strings.TrimSpace(source))
	for i, part := range parts {
		one, ok := parseStep(part)
		if simple && ok {
			s.steps = append(s.steps, one)
			continue
		}
		if name, isAttr := strings.CutPrefix(part, "@wd:"); simple && i > 0 && i == len(parts)-1 && (isAttr && isName(name) || part == "text()") {
			s.last = strings.TrimPrefix(part, "@wd:")
			break
		}
		rest := strings.Join(parts[i:], "/")
		if !simple {
			rest = strings.TrimSpace(source)
		}
		if s.rest, err = xpath.Compile(rest); err != nil {
			return nil, fmt.Errorf("XPath %q: %w", source, err)
		}
		break
	}
	if len(s.steps) == 0 && s.rest == nil {
		return nil, fmt.Errorf("XPath %q: expected one such as wd:Worker/wd:Worker_Data/wd:User_ID/text()", source)
	}
	return s, nil
}

// splitPath splits a location path at its slashes. It is simple unless it is
// another kind of expression, such as a union or a call.
func splitPath(source string) (parts []string, simple bool) {
	source = strings.TrimPrefix(source, "/")
	depth, start := 0, 0
	var quote byte
	simple = source != "" && !strings.HasPrefix(source, "/")
	for i := 0; i < len(source); i++ {
		c := source[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '[':
			depth++
		case c == ']':
			depth--
		case depth > 0:
		case c == '/':
			parts = append(parts, source[start:i])
			if start = i + 1; start < len(source) && source[start] == '/' {
				simple = false
			}
		case strings.IndexByte("|()+=<>, *", c) >= 0:
			simple = simple && strings.HasPrefix(source[start:], "text()")
		}
	}
	return append(parts, source[start:]), simple && depth == 0 && quote == 0
}

// isName reports whether s is a name in ASCII.
func isName(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '_', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case i > 0 && (c == '-' || c == '.' || c >= '0' && c <= '9'):
		default:
			return false
		}
	}
	return s != ""
}

// parseStep reads wd:Name or wd:Name[tests].
func parseStep(part string) (step, bool) {
	name, predicate, tested := strings.Cut(part, "[")
	name, ok := strings.CutPrefix(name, "wd:")
	s := step{name: name}
	if !ok || !isName(name) || !tested {
		return s, ok && isName(name)
	}
	predicate, closed := strings.CutSuffix(predicate, "]")
	if !closed {
		return s, false
	}
	parts := splitAt(predicate, " and ")
	if alternatives := splitAt(predicate, " or "); len(alternatives) > 1 {
		if len(parts) > 1 {
			return s, false
		}
		parts, s.any = alternatives, true
	}
	for _, text := range parts {
		one, ok := parseTest(text)
		if !ok {
			return s, false
		}
		s.tests = append(s.tests, one)
	}
	return s, true
}

// match is one result of a selector: its text, and the node it is of or in.
type match struct {
	text string
	node int32
}

// results evaluates the selector below the element top, and adds what it finds to
// list, in document order.
func (s *selector) results(t *tree, top int32, list []match) (_ []match, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("XPath %q: %v", s.source, p)
		}
	}()
	return s.walk(t, top, top, s.steps, list)
}

func (s *selector) walk(t *tree, top, at int32, steps []step, list []match) ([]match, error) {
	if len(steps) == 0 {
		return s.take(t, top, at, list)
	}
	one := &steps[0]
	for n := t.nodes[at].first; n != 0; n = t.nodes[n].next {
		if e := &t.nodes[n]; e.name != one.name || e.space != spaceWD || !one.passes(t, n) {
			continue
		}
		var err error
		if list, err = s.walk(t, top, n, steps[1:], list); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// take adds what the end of the XPath finds at a node.
func (s *selector) take(t *tree, top, at int32, list []match) ([]match, error) {
	switch {
	case s.rest != nil:
		return s.evaluate(t, top, at, list)
	case s.last == "":
		return append(list, match{t.value(at), at}), nil
	case s.last == "text()":
		for n := t.nodes[at].first; n != 0; n = t.nodes[n].next {
			if t.nodes[n].name == "" {
				list = append(list, match{t.nodes[n].text, at})
			}
		}
		return list, nil
	}
	for _, a := range t.attrs[t.nodes[at].attr:t.nodes[at].attrTo] {
		if a.name == s.last && a.space == spaceWD {
			list = append(list, match{a.value, at})
		}
	}
	return list, nil
}

func (s *selector) evaluate(t *tree, top, at int32, list []match) ([]match, error) {
	switch v := s.rest.Evaluate(&cursor{t: t, top: top, at: at, attr: -1}).(type) {
	case *xpath.NodeIterator:
		for v.MoveNext() {
			c, ok := v.Current().(*cursor)
			if !ok {
				return nil, fmt.Errorf("XPath %q: found a result of type %T", s.source, v.Current())
			}
			list = append(list, match{c.Value(), c.at})
		}
		return list, nil
	case string:
		return append(list, match{v, at}), nil
	case bool:
		return append(list, match{map[bool]string{true: "1", false: "0"}[v], at}), nil
	case float64:
		return append(list, match{strconv.FormatFloat(v, 'f', -1, 64), at}), nil
	default:
		return nil, fmt.Errorf("XPath %q: found a result of type %T", s.source, v)
	}
}

// mentions reports whether the XPath names an element.
func mentions(source, element string) bool { return strings.Contains(source, "wd:"+element) }
