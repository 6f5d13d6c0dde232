// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// state is one evaluation.
type state struct {
	env  *Env
	step int // how often Counter has been advanced
}

// evaluator computes a value.
type evaluator func(*state) (Value, error)

// node is a compiled expression.
type node struct {
	pos      position
	name     string // function or [attribute], for messages
	typ      valueType
	eval     evaluator
	date     func(*state) (time.Time, error) // functions that give dates: the same without the detour over text
	constant bool
	value    Value // of a constant
	broken   bool  // an error has been reported; do not report what follows from it
}

var errTooLong = fmt.Errorf("the result is longer than %d bytes", MaxOutput)

func constantNode(pos position, v Value, typ valueType) *node {
	if v.Kind() == KindList {
		typ = listType
	}
	return &node{pos: pos, typ: typ, constant: true, value: v, eval: func(*state) (Value, error) { return v, nil }}
}

// describe names the node in "… is X".
func (n *node) describe() string {
	switch {
	case n.constant && n.typ == numberType:
		return "the number " + n.value.text
	case n.constant && n.value.Kind() == KindString:
		return "the text " + quote(n.value.text)
	case n.constant:
		return n.value.String()
	case n.typ != anyType && n.name != "":
		return n.typ.String() + " (" + n.name + ")"
	}
	return n.name
}

// single evaluates to one text; null is "" and true. A list counts if it holds at most one item.
func (n *node) single(st *state) (text string, null bool, err error) {
	v, err := n.eval(st)
	if err != nil {
		return "", false, err
	}
	switch v.Kind() {
	case KindString:
		return v.text, false, nil
	case KindList:
		switch len(v.items()) {
		case 0:
			return "", true, nil
		case 1:
			return v.items()[0], false, nil
		}
		return "", false, fmt.Errorf("%s holds %d values where a single one is expected; use Item or Join", n.label(), len(v.items()))
	case KindDropAttribute:
		return "", false, errDropAttribute
	case KindDropObject:
		return "", false, errDropObject
	}
	return "", true, nil
}

// any evaluates to anything but an instruction to drop.
func (n *node) any(st *state) (Value, error) {
	v, err := n.eval(st)
	switch {
	case err != nil:
		return Null, err
	case v.Kind() == KindDropAttribute:
		return Null, errDropAttribute
	case v.Kind() == KindDropObject:
		return Null, errDropObject
	}
	return v, nil
}

// text is single for functions to which null and "" are the same. An omitted argument gives "".
func (n *node) text(st *state) (string, error) {
	if n == nil {
		return "", nil
	}
	s, _, err := n.single(st)
	return s, err
}

// items evaluates to the values of a list; a single text is one item, null none.
func (n *node) items(st *state) ([]string, bool, error) {
	v, err := n.any(st)
	switch {
	case err != nil:
		return nil, false, err
	case v.Kind() == KindList:
		return v.items(), false, nil
	case v.Kind() == KindString:
		return []string{v.text}, false, nil
	}
	return nil, true, nil
}

// integer evaluates to a whole number; an omitted argument gives the fallback.
func (n *node) integer(st *state, fallback int64) (int64, error) {
	if n == nil {
		return fallback, nil
	}
	s, null, err := n.single(st)
	if err != nil {
		return 0, err
	}
	if i, ok := parseInteger(s); ok {
		return i, nil
	}
	if null {
		return 0, fmt.Errorf("%s is null; expected a whole number", n.label())
	}
	return 0, fmt.Errorf("%s is %s; expected a whole number", n.label(), quote(s))
}

// instant evaluates to a date, in UTC.
func (n *node) instant(st *state) (time.Time, error) {
	if n.date != nil {
		return n.date(st)
	}
	s, null, err := n.single(st)
	if err != nil {
		return time.Time{}, err
	}
	if null || s == "" {
		return time.Time{}, fmt.Errorf(`%s is empty where a date is expected; guard it, for example Switch([date], [date], "", "9999-12-31")`, n.label())
	}
	t, err := parseDate(s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", n.label(), err)
	}
	return t, nil
}

// condition evaluates to a truth value.
func (n *node) condition(st *state) (bool, error) {
	v, err := n.any(st)
	if err != nil {
		return false, err
	}
	result, err := truth(v)
	if err != nil {
		return false, fmt.Errorf("%s %w", n.label(), err)
	}
	return result, nil
}

// label names the node in an error of the function it is given to.
func (n *node) label() string {
	if n.name == "" {
		return "the value"
	}
	return n.name
}

// truth reads a condition: "True" and "False" in any case, numbers (0 is false), null and "" are false.
func truth(v Value) (bool, error) {
	if v.Kind() == KindList && len(v.items()) > 1 {
		return false, fmt.Errorf("holds %d values where a truth value is expected", len(v.items()))
	}
	s := v.Text()
	switch {
	case s == "" || strings.EqualFold(s, "false"):
		return false, nil
	case strings.EqualFold(s, "true"):
		return true, nil
	}
	if f, ok := parseNumber(s); ok {
		return f != 0, nil
	}
	return false, fmt.Errorf("is %s where a truth value is expected (True, False or a number)", quote(s))
}

var valueTrue, valueFalse = String("True"), String("False")

func boolean(b bool) Value {
	if b {
		return valueTrue
	}
	return valueFalse
}

func number(n int64) Value { return String(formatInteger(n)) }

func formatInteger(n int64) string { return strconv.FormatInt(n, 10) }

// parseInteger reads a decimal or a &H hexadecimal whole number with blanks around it.
func parseInteger(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 2 && s[0] == '&' && (s[1] == 'H' || s[1] == 'h') {
		u, err := strconv.ParseUint(s[2:], 16, 64)
		return int64(u), err == nil
	}
	if s == "" || len(s) > 20 {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// parseNumber reads a whole or decimal number, as for comparisons. It refuses what only Go calls a number.
func parseNumber(s string) (float64, bool) {
	if n, ok := parseInteger(s); ok {
		return float64(n), true
	}
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 40 || strings.Trim(s, "+-.0123456789") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsInf(f, 0) && strings.Contains(s, ".")
}

type comparison uint8

const (
	asTexts comparison = iota
	asNumbers
	asTruth
)

// looseness decides how equality is tested: as numbers if one side is known to be one, so that
// [StatusRehire]=1 holds for "1" and "01"; truth values in any case; else exactly, case-sensitively.
func looseness(l, r valueType) comparison {
	switch {
	case l == numberType || r == numberType:
		return asNumbers
	case l == boolType || r == boolType:
		return asTruth
	}
	return asTexts
}

var errUnordered = errors.New("null or empty has no order")

// compareTexts compares. Null equals the empty text. Greater and less order numbers as numbers, dates
// as instants and everything else by code point; they refuse an empty side, as Microsoft's IIF does.
func compareTexts(op, l, r string, null bool, how comparison) (bool, error) {
	if op == "=" || op == "<>" {
		equal := l == r
		switch {
		case equal:
		case how == asNumbers:
			if c, ok := compareNumbers(l, r); ok {
				equal = c == 0
			}
		case how == asTruth:
			equal = strings.EqualFold(l, r)
		}
		return equal == (op == "="), nil
	}
	if null || l == "" || r == "" {
		return false, fmt.Errorf("cannot tell %s %s %s: %w; guard it with IsPresent", quote(l), op, quote(r), errUnordered)
	}
	order, ok := compareNumbers(l, r)
	if !ok {
		a, err1 := parseDate(l)
		b, err2 := parseDate(r)
		if err1 == nil && err2 == nil {
			order = a.Compare(b)
		} else {
			order = strings.Compare(l, r)
		}
	}
	switch op {
	case "<":
		return order < 0, nil
	case "<=":
		return order <= 0, nil
	case ">":
		return order > 0, nil
	}
	return order >= 0, nil
}

func compareNumbers(l, r string) (int, bool) {
	if a, ok := parseInteger(l); ok {
		if b, ok := parseInteger(r); ok {
			switch {
			case a < b:
				return -1, true
			case a > b:
				return 1, true
			}
			return 0, true
		}
	}
	a, ok1 := parseNumber(l)
	b, ok2 := parseNumber(r)
	switch {
	case !ok1 || !ok2:
		return 0, false
	case a < b:
		return -1, true
	case a > b:
		return 1, true
	}
	return 0, true
}
