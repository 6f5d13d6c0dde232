// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sketch is what can be seen of an expression without understanding it: calls
// and texts. It answers which named expressions are used (which must be known
// before anything can be compiled) and which texts may be the whole result.
type sketch struct {
	call  string // the function called, when the sketch is a call and nothing else
	text  string // the text, when the sketch is a text and nothing else
	plain bool   // text is meaningful
	args  []sketch
	parts []sketch // of an operand with operators
}

// uses returns the names of the expressions that source reads through Use.
func uses(source string) []string {
	var names []string
	var walk func(s sketch)
	walk = func(s sketch) {
		if s.call == "Use" && len(s.args) > 0 && s.args[0].plain {
			names = append(names, s.args[0].text)
		}
		for _, child := range slices.Concat(s.args, s.parts) {
			walk(child)
		}
	}
	walk(outline(source))
	return names
}

// results returns the texts in source that can be its whole result: a text
// itself, the results of Switch, IIF and Coalesce.
func results(source string) []string {
	var texts []string
	var walk func(s sketch)
	walk = func(s sketch) {
		if s.plain {
			texts = append(texts, s.text)
		}
		for i, arg := range s.args {
			switch s.call {
			case "Switch":
				if i == 1 || i > 2 && i%2 == 1 {
					walk(arg)
				}
			case "IIF":
				if i > 0 {
					walk(arg)
				}
			case "Coalesce":
				walk(arg)
			}
		}
	}
	walk(outline(source))
	return texts
}

// maxOutline keeps hostile nesting from exhausting the stack; the compiler of
// expressions refuses such sources anyway.
const maxOutline = 250

type outliner struct {
	rest  string
	depth int
}

func outline(source string) sketch {
	o := &outliner{rest: source}
	return o.operand()
}

// operand reads up to a comma, a closing parenthesis or the end.
func (o *outliner) operand() sketch {
	var parts []sketch
	for {
		o.rest = strings.TrimLeftFunc(o.rest, unicode.IsSpace)
		if o.rest == "" || o.rest[0] == ',' || o.rest[0] == ')' {
			break
		}
		parts = append(parts, o.part())
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return sketch{parts: parts}
}

func (o *outliner) part() sketch {
	switch o.rest[0] {
	case '"':
		return sketch{text: o.quoted(), plain: true}
	case '[':
		o.attribute()
		return sketch{}
	case '(':
		return sketch{parts: o.arguments()}
	}
	r, size := utf8.DecodeRuneInString(o.rest)
	if !unicode.IsLetter(r) && r != '_' {
		o.rest = o.rest[size:]
		return sketch{}
	}
	end := strings.IndexFunc(o.rest, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end < 0 {
		end = len(o.rest)
	}
	name := o.rest[:end]
	o.rest = strings.TrimLeftFunc(o.rest[end:], unicode.IsSpace)
	if strings.HasPrefix(o.rest, "(") {
		return sketch{call: name, args: o.arguments()}
	}
	return sketch{}
}

// attribute reads past the ] of an attribute, in whose name a filter may stand.
func (o *outliner) attribute() {
	depth := 0
	for i := range len(o.rest) {
		switch o.rest[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				o.rest = o.rest[i+1:]
				return
			}
		}
	}
	o.rest = ""
}

// arguments reads from an opening parenthesis past its closing one.
func (o *outliner) arguments() []sketch {
	o.rest = o.rest[1:]
	o.depth++
	defer func() { o.depth-- }()
	if o.depth > maxOutline {
		o.rest = ""
	}
	var args []sketch
	for o.rest != "" {
		args = append(args, o.operand())
		if o.rest == "" {
			break
		}
		closing := o.rest[0] == ')'
		o.rest = o.rest[1:]
		if closing {
			break
		}
	}
	return args
}

// quoted reads a text; \\ and \" are its only escapes.
func (o *outliner) quoted() string {
	var b strings.Builder
	for i := 1; i < len(o.rest); i++ {
		switch c := o.rest[i]; {
		case c == '"':
			o.rest = o.rest[i+1:]
			return b.String()
		case c == '\\' && i+1 < len(o.rest) && (o.rest[i+1] == '\\' || o.rest[i+1] == '"'):
			i++
			b.WriteByte(o.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	o.rest = ""
	return b.String()
}
