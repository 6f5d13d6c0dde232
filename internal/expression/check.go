// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"time"
)

// checkType reports an argument that can never fit its parameter.
func (c *compiler) checkType(n *node, p param, fn *builtin, index int) {
	if n.broken {
		return
	}
	where := fmt.Sprintf("argument %d (%s) of %s", index+1, p.name, fn.Name)
	wrong := func(expected string) {
		c.fail(n.pos, where+" is "+n.describe(), expected)
		n.broken = true
	}
	if n.constant && n.value.Kind() > KindList && p.typ != anyType {
		wrong("expected " + p.typ.String())
		return
	}
	switch p.typ {
	case textType:
		if n.typ == listType && !p.each {
			wrong("expected a single text; use Item or Join to make one of a list")
		}
	case numberType:
		if n.typ == listType || n.typ == boolType || n.typ == dateType {
			wrong("expected a whole number")
		} else if n.constant && !n.value.isEmpty() {
			if _, ok := parseInteger(n.value.Text()); !ok {
				wrong("expected a whole number")
			}
		}
	case dateType:
		if n.typ == listType || n.typ == boolType || n.typ == numberType {
			wrong("expected a date, for example CDate([StatusHireDate]) or Now()")
		} else if n.constant {
			t, err := parseDate(n.value.Text())
			if err != nil {
				wrong(dateForms)
			}
			n.date = func(*state) (time.Time, error) { return t, nil }
		}
	case listType:
		if n.constant && n.value.Kind() == KindString || n.typ != listType && n.typ != anyType {
			wrong("expected a multi-valued attribute or a function that gives a list, such as Split")
		}
	case conditionType:
		if n.typ == listType || n.typ == dateType {
			wrong("expected a comparison or a truth value")
		} else if n.constant {
			if _, err := truth(n.value); err != nil {
				wrong(`expected a comparison, "True" or "False"`)
			}
		}
	case wordType:
		if !n.constant {
			wrong("expected " + p.words())
		}
	}
}

// compare compiles l op r.
func (c *compiler) compare(e *expr) *node {
	left, right := c.compile(e.args[0], anyType), c.compile(e.args[1], anyType)
	for _, side := range []*node{left, right} {
		if !side.broken && (side.typ == listType || side.constant && side.value.Kind() > KindList) {
			c.fail(side.pos, side.describe()+" cannot be compared", "expected a single value")
			side.broken = true
		}
	}
	if left.broken || right.broken {
		return &node{pos: e.pos, broken: true}
	}
	op, pos := e.text, e.pos
	how := looseness(left.typ, right.typ)
	n := &node{pos: pos, name: "comparison", typ: boolType}
	n.eval = func(st *state) (Value, error) {
		l, null, err := left.single(st)
		if err != nil {
			return Null, at(pos, op, err)
		}
		r, null2, err := right.single(st)
		if err != nil {
			return Null, at(pos, op, err)
		}
		result, err := compareTexts(op, l, r, null || null2, how)
		if err != nil {
			return Null, at(pos, op, err)
		}
		return boolean(result), nil
	}
	return c.fold(n, left.constant && right.constant)
}

// concat compiles a & b & c. Null is joined as the empty text; if all are null, so is the result.
func (c *compiler) concat(e *expr) *node {
	parts, constant := make([]*node, len(e.args)), true
	for i, arg := range e.args {
		parts[i] = c.compile(arg, textType)
		c.checkType(parts[i], param{name: "operand", typ: textType}, &builtin{Function: Function{Name: e.text}}, i)
		if parts[i].broken {
			return &node{pos: e.pos, broken: true}
		}
		constant = constant && parts[i].constant
	}
	pos, op := e.pos, e.text
	n := &node{pos: pos, name: op, typ: textType}
	n.eval = func(st *state) (Value, error) {
		joined, some := "", false
		for _, part := range parts {
			s, null, err := part.single(st)
			if err != nil {
				return Null, at(pos, op, err)
			}
			if len(joined)+len(s) > MaxOutput {
				return Null, at(pos, op, errTooLong)
			}
			joined += s
			some = some || !null
		}
		if !some {
			return Null, nil
		}
		return String(joined), nil
	}
	return c.fold(n, constant)
}

// fold evaluates an operator whose operands are constant.
func (c *compiler) fold(n *node, constant bool) *node {
	if !constant {
		return n
	}
	v, err := n.eval(&state{env: &Env{}})
	if own, ok := err.(*Error); ok {
		return c.fail(position{own.Line, own.Column}, own.Message, own.Expected)
	}
	return constantNode(n.pos, v, n.typ)
}
