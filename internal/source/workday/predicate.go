// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"strconv"
	"strings"
)

// test compares what a short path leads to with a literal: @wd:type='WID',
// wd:A/@wd:b=1, string(wd:A)='x' or translate(string(wd:A),'a…z','A…Z')='X'.
type test struct {
	attr  string // the path is this attribute
	path  *selector
	first bool // of what string() makes a text of: the first node
	upper bool
	want  string
	num   float64
	isNum bool

	scratch []match
}

const (
	lowerCase = "'abcdefghijklmnopqrstuvwxyz'"
	upperCase = "'ABCDEFGHIJKLMNOPQRSTUVWXYZ'"
)

func parseTest(text string) (test, bool) {
	var one test
	sides := splitAt(text, "=")
	if len(sides) != 2 || !one.literal(strings.TrimSpace(sides[1])) {
		return one, false
	}
	left := strings.TrimSpace(sides[0])
	if inner, ok := argumentsOf("translate", left); ok {
		arguments := splitAt(inner, ",")
		if len(arguments) != 3 || strings.TrimSpace(arguments[1]) != lowerCase || strings.TrimSpace(arguments[2]) != upperCase {
			return one, false
		}
		left, one.upper = strings.TrimSpace(arguments[0]), true
	}
	if inner, ok := argumentsOf("string", left); ok {
		left, one.first = strings.TrimSpace(inner), true
	}
	if one.upper && !one.first {
		return one, false
	}
	if name, ok := strings.CutPrefix(left, "@wd:"); ok && isName(name) && !one.first {
		one.attr = name
		return one, true
	}
	parts, simple := splitPath(left)
	if !simple || strings.HasPrefix(left, "/") {
		return one, false
	}
	one.path = &selector{source: left}
	for i, part := range parts {
		if s, ok := parseStep(part); ok {
			one.path.steps = append(one.path.steps, s)
			continue
		}
		name, isAttr := strings.CutPrefix(part, "@wd:")
		if i == 0 || i < len(parts)-1 || !isAttr || !isName(name) {
			return one, false
		}
		one.path.last = name
	}
	return one, true
}

// argumentsOf returns the arguments of a call of a function that is all of the text.
func argumentsOf(function, text string) (string, bool) {
	inner, ok := strings.CutPrefix(text, function+"(")
	if !ok {
		return "", false
	}
	inner, ok = strings.CutSuffix(inner, ")")
	return inner, ok
}

// literal reads a text in quotes or a number.
func (one *test) literal(text string) bool {
	if n := len(text) - 1; n > 0 && (text[0] == '\'' || text[0] == '"') && text[n] == text[0] && strings.IndexByte(text[1:n], text[0]) < 0 {
		one.want = text[1:n]
		return true
	}
	if text == "" || strings.Trim(text, "0123456789.") != "" {
		return false
	}
	var err error
	one.num, err = strconv.ParseFloat(text, 64)
	one.isNum = err == nil
	return err == nil
}

// splitAt splits text at a separator that is in no quotes and no brackets.
func splitAt(text, separator string) (parts []string) {
	depth, start := 0, 0
	var quote byte
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '[' || c == '(':
			depth++
		case c == ']' || c == ')':
			depth--
		case depth == 0 && strings.HasPrefix(text[i:], separator):
			parts = append(parts, text[start:i])
			i += len(separator) - 1
			start = i + 1
		}
	}
	return append(parts, text[start:])
}

// passes tests the element n.
func (s *step) passes(t *tree, n int32) bool {
	for i := range s.tests {
		if s.tests[i].passes(t, n) == s.any {
			return s.any
		}
	}
	return !s.any || len(s.tests) == 0
}

func (one *test) passes(t *tree, n int32) bool {
	if one.path == nil {
		for _, a := range t.attrs[t.nodes[n].attr:t.nodes[n].attrTo] {
			if a.name == one.attr && a.space == spaceWD {
				return one.equals(a.value)
			}
		}
		return false
	}
	found, err := one.path.walk(t, n, n, one.path.steps, one.scratch[:0])
	one.scratch = found
	switch {
	case err != nil:
		return false // a path without rest has no errors
	case one.first && len(found) == 0:
		return one.equals("")
	case one.first:
		return one.equals(found[0].text)
	}
	for _, m := range found {
		if one.equals(m.text) {
			return true
		}
	}
	return false
}

func (one *test) equals(value string) bool {
	if one.isNum {
		n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		return err == nil && n == one.num
	}
	if one.upper && len(value) == len(one.want) {
		for i := range len(value) {
			c := value[i]
			if c >= 'a' && c <= 'z' {
				c -= 'a' - 'A'
			}
			if c != one.want[i] {
				return false
			}
		}
		return true
	}
	return value == one.want
}
