// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// condition is a parsed $filter.
type condition struct {
	op       string // and or not; eq ne ge le gt lt in startswith endswith; any
	children []*condition
	operand  *operand
	values   []any  // literals: string, bool, float64, nil
	advanced string // why the query must be an advanced one; "" if it need not
}

// operand is what is compared: a property, a member of a complex one, the number
// of its values, or, within any(), the value itself.
type operand struct {
	property *property
	member   string
	count    bool
	edm      string
}

// holds reports that an object satisfies the condition.
func (c *condition) holds(e *entry) bool {
	switch c.op {
	case "and":
		return !slices.ContainsFunc(c.children, func(x *condition) bool { return !x.holds(e) })
	case "or":
		return slices.ContainsFunc(c.children, func(x *condition) bool { return x.holds(e) })
	case "not":
		return !c.children[0].holds(e)
	case "any":
		list, _ := e.props[c.operand.property.name].([]any)
		if c.children == nil {
			return len(list) > 0
		}
		return slices.ContainsFunc(list, func(v any) bool { return c.children[0].holdsFor(c.children[0].operand.within(v)) })
	}
	return c.holdsFor(c.operand.value(e))
}

func (o *operand) value(e *entry) any {
	v := e.props[o.property.name]
	if o.count {
		list, _ := v.([]any)
		return float64(len(list))
	}
	return o.within(v)
}

func (o *operand) within(v any) any {
	if o.member == "" {
		return v
	}
	members, _ := v.(object)
	return members[o.member]
}

// holdsFor compares one value.
func (c *condition) holdsFor(v any) bool {
	switch c.op {
	case "eq", "in":
		return slices.ContainsFunc(c.values, func(w any) bool { return compare(v, w) == 0 })
	case "ne":
		return compare(v, c.values[0]) != 0
	case "startswith", "endswith":
		text, isText := v.(string)
		part, _ := c.values[0].(string)
		if c.op == "startswith" {
			return isText && strings.HasPrefix(fold(text), fold(part))
		}
		return isText && strings.HasSuffix(fold(text), fold(part))
	}
	if v == nil {
		return false
	}
	n := compare(v, c.values[0])
	return c.op == "ge" && n >= 0 || c.op == "le" && n <= 0 || c.op == "gt" && n > 0 || c.op == "lt" && n < 0
}

// compare orders two values of one type; values of different types differ.
func compare(a, b any) int {
	switch x := a.(type) {
	case string:
		y, isText := b.(string)
		if !isText {
			return 1
		}
		if s, err := time.Parse(time.RFC3339Nano, x); err == nil {
			if t, err := time.Parse(time.RFC3339Nano, y); err == nil {
				return s.Compare(t)
			}
		}
		return cmp.Compare(fold(x), fold(y))
	case bool:
		if y, isBool := b.(bool); isBool && x == y {
			return 0
		}
		return 1
	case float64:
		if y, isNumber := b.(float64); isNumber {
			return cmp.Compare(x, y)
		}
		return 1
	case nil:
		if b == nil {
			return 0
		}
	}
	return 1
}

// candidates finds what may satisfy a condition through an index; narrow is false
// where there is none.
func (s *store) candidates(kind string, c *condition) (found []*entry, narrow bool) {
	if c == nil || kind != kindUser {
		return nil, false
	}
	switch c.op {
	case "eq", "in":
		return s.indexed(c)
	case "and":
		for _, x := range c.children {
			if found, narrow = s.candidates(kind, x); narrow {
				return found, true
			}
		}
	case "or":
		for _, x := range c.children {
			more, ok := s.candidates(kind, x)
			if !ok {
				return nil, false
			}
			for _, e := range more {
				if !slices.Contains(found, e) {
					found = append(found, e)
				}
			}
		}
		return found, true
	}
	return nil, false
}

func (s *store) indexed(c *condition) (found []*entry, narrow bool) {
	if c.operand.member != "" || c.operand.count {
		return nil, false
	}
	seen := map[*entry]bool{}
	add := func(e *entry) {
		if e != nil && e.kind == kindUser && e.deleted.IsZero() && !seen[e] {
			seen[e] = true
			found = append(found, e)
		}
	}
	for _, v := range c.values {
		text, isText := v.(string)
		if !isText {
			return nil, false
		}
		switch c.operand.property.name {
		case "id":
			add(s.entries[fold(text)])
		case "userPrincipalName":
			add(s.byName[fold(text)])
		case "employeeId":
			for _, e := range s.byEmployee[fold(text)] {
				add(e)
			}
		case "onPremisesImmutableId":
			add(s.byAnchor[text])
		default:
			return nil, false
		}
	}
	return found, true
}
