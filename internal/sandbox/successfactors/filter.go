// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fault is an error that goes to the client.
type fault struct {
	status        int
	code, message string
}

func (f *fault) Error() string { return f.code + ": " + f.message }

func badRequest(format string, args ...any) *fault {
	return &fault{400, "COE_GENERAL_BAD_REQUEST", "[COE0002]" + fmt.Sprintf(format, args...)}
}

func noProperty(root, path string) *fault {
	return &fault{400, "COE_PROPERTY_NOT_FOUND", fmt.Sprintf("[COE0021]Invalid property names: %s/%s. Please check the property name and try it again.", root, path)}
}

func noNavigation(root, path string) *fault {
	return &fault{400, "COE_NAVIGATION_NOT_FOUND", fmt.Sprintf("[COE0018]Invalid navigation property: %s/%s.", root, path)}
}

// condition is a parsed $filter.
type condition interface {
	holds(n node, from, to time.Time) bool
}

type (
	both struct{ left, right condition }
	any2 struct{ left, right condition }
	not  struct{ inner condition }
)

func (c both) holds(n node, from, to time.Time) bool {
	return c.left.holds(n, from, to) && c.right.holds(n, from, to)
}
func (c any2) holds(n node, from, to time.Time) bool {
	return c.left.holds(n, from, to) || c.right.holds(n, from, to)
}
func (c not) holds(n node, from, to time.Time) bool { return !c.inner.holds(n, from, to) }

// compare holds if one of the values at the path does.
type compare struct {
	path []string
	op   string
	want []any
}

func (c compare) holds(n node, from, to time.Time) bool {
	found := values(n, schema["PerPerson"], c.path, from, to)
	if len(found) == 0 {
		found = []any{nil}
	}
	return slices.ContainsFunc(found, func(v any) bool { return c.one(v) })
}

func (c compare) one(v any) bool {
	if c.op == "in" {
		return slices.Contains(c.want, v)
	}
	want := c.want[0]
	if v == nil || want == nil {
		return (v == want) == (c.op == "eq") && (c.op == "eq" || c.op == "ne")
	}
	order, ok := ordered(v, want)
	if !ok {
		return c.op == "ne"
	}
	switch c.op {
	case "eq":
		return order == 0
	case "ne":
		return order != 0
	case "gt":
		return order > 0
	case "ge":
		return order >= 0
	case "lt":
		return order < 0
	}
	return order <= 0
}

func ordered(a, b any) (int, bool) {
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b), true
		}
	case time.Time:
		if b, ok := b.(time.Time); ok {
			return a.Compare(b), true
		}
	case int64:
		if b, ok := b.(int64); ok {
			return int(max(-1, min(1, a-b))), true
		}
	case bool:
		if b, ok := b.(bool); ok && a == b {
			return 0, true
		}
		return 1, true
	}
	return 0, false
}

func values(n node, e *entity, path []string, from, to time.Time) []any {
	if len(path) == 1 {
		if v, there := n[path[0]]; there && v != nil {
			return []any{v}
		}
		return nil
	}
	var out []any
	for _, next := range n.follow(e, path[0], from, to) {
		out = append(out, values(next, schema[e.navs[path[0]].to], path[1:], from, to)...)
	}
	return out
}

// filterToken matches the tokens of a $filter.
var filterToken = regexp.MustCompile(`^\s*(datetimeoffset'[^']*'|datetime'[^']*'|'(?:[^']|'')*'|-?\d+L?|[A-Za-z_][A-Za-z0-9_/]*|[(),])`)

type filterParser struct {
	rest string
	word string
}

// parseFilter reads a $filter of PerPerson.
func parseFilter(s string) (condition, *fault) {
	p := &filterParser{rest: s}
	if f := p.next(); f != nil {
		return nil, f
	}
	c, f := p.or()
	if f != nil {
		return nil, f
	}
	if p.word != "" {
		return nil, badRequest("Syntax error in $filter at %q", p.word+p.rest)
	}
	return c, nil
}

func (p *filterParser) next() *fault {
	if strings.TrimSpace(p.rest) == "" {
		p.word, p.rest = "", ""
		return nil
	}
	m := filterToken.FindStringSubmatch(p.rest)
	if m == nil {
		return badRequest("Syntax error in $filter at %q", p.rest)
	}
	p.word, p.rest = m[1], p.rest[len(m[0]):]
	return nil
}

func (p *filterParser) or() (condition, *fault) {
	return p.chain("or", p.and, func(l, r condition) condition { return any2{l, r} })
}

func (p *filterParser) and() (condition, *fault) {
	return p.chain("and", p.unary, func(l, r condition) condition { return both{l, r} })
}

func (p *filterParser) chain(word string, inner func() (condition, *fault), join func(l, r condition) condition) (condition, *fault) {
	c, f := inner()
	for f == nil && p.word == word {
		if f = p.next(); f != nil {
			return nil, f
		}
		var right condition
		right, f = inner()
		c = join(c, right)
	}
	return c, f
}

func (p *filterParser) unary() (condition, *fault) {
	switch p.word {
	case "not":
		if f := p.next(); f != nil {
			return nil, f
		}
		c, f := p.unary()
		return not{c}, f
	case "(":
		if f := p.next(); f != nil {
			return nil, f
		}
		c, f := p.or()
		if f == nil && p.word != ")" {
			f = badRequest("Syntax error in $filter: expected ) at %q", p.word+p.rest)
		}
		if f != nil {
			return nil, f
		}
		return c, p.next()
	}
	return p.comparison()
}

func (p *filterParser) comparison() (condition, *fault) {
	of, f := property(p.word)
	if f != nil {
		return nil, f
	}
	c := compare{path: strings.Split(p.word, "/")}
	if f := p.next(); f != nil {
		return nil, f
	}
	c.op = p.word
	if !slices.Contains([]string{"eq", "ne", "gt", "ge", "lt", "le", "in"}, c.op) {
		return nil, badRequest("Syntax error in $filter: unknown operator %q", c.op)
	}
	for {
		if f := p.next(); f != nil {
			return nil, f
		}
		v, f := literal(p.word, of)
		if f != nil {
			return nil, f
		}
		c.want = append(c.want, v)
		if f := p.next(); f != nil {
			return nil, f
		}
		if c.op != "in" || p.word != "," {
			return c, nil
		}
	}
}

// property checks a path from PerPerson to a property.
func property(path string) (kind, *fault) {
	e := schema["PerPerson"]
	names := strings.Split(path, "/")
	for i, name := range names {
		if i == len(names)-1 {
			of, known := e.props[name]
			if !known {
				return 0, noProperty("PerPerson", path)
			}
			return of, nil
		}
		n, known := e.navs[name]
		if !known {
			return 0, noProperty("PerPerson", path)
		}
		e = schema[n.to]
	}
	return 0, noProperty("PerPerson", path)
}

func literal(word string, of kind) (any, *fault) {
	wrong := badRequest("Invalid value %s in $filter", word)
	quoted := func(prefix string) (string, bool) {
		s, ok := strings.CutPrefix(word, prefix+"'")
		return strings.TrimSuffix(s, "'"), ok
	}
	if word == "null" {
		return nil, nil
	}
	switch of {
	case text:
		if s, ok := quoted(""); ok {
			return strings.ReplaceAll(s, "''", "'"), nil
		}
	case truth:
		if word == "true" || word == "false" {
			return word == "true", nil
		}
	case number, long:
		if n, err := strconv.ParseInt(strings.TrimSuffix(word, "L"), 10, 64); err == nil {
			return n, nil
		}
	case day:
		if s, ok := quoted("datetime"); ok {
			if t, err := time.Parse("2006-01-02T15:04:05", s); err == nil {
				return t, nil
			}
		}
	case moment:
		if s, ok := quoted("datetimeoffset"); ok {
			if t, err := time.Parse(time.RFC3339, s); err == nil {
				return t, nil
			}
		}
	}
	return nil, wrong
}
