// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Function describes a function of the language, for the documentation.
type Function struct {
	Name        string
	Signature   string    // Mid(source, start, length?); "?" marks what may be omitted, "…" what repeats
	Dialects    []Dialect // whose Microsoft documentation has it; none if Ours
	Description string    // one sentence
	Ours        bool      // an addition of this package
}

// Functions returns every function, sorted by name.
func Functions() []Function {
	c := builtins()
	out := make([]Function, 0, len(c.names))
	for _, name := range c.names {
		f := c.functions[name].Function
		f.Dialects = slices.Clone(f.Dialects)
		out = append(out, f)
	}
	return out
}

// param is a parameter of a function.
type param struct {
	name     string
	typ      valueType
	optional bool
	each     bool     // a text parameter that takes lists too: the function works on every value
	allowed  []string // the words of a wordType, in their right spelling
}

// words lists the allowed words for a message.
func (p param) words() string {
	if len(p.allowed) == 1 {
		return p.allowed[0]
	}
	last := len(p.allowed) - 1
	return strings.Join(p.allowed[:last], ", ") + " or " + p.allowed[last]
}

// builtin is a function and how a call of it is compiled.
type builtin struct {
	Function
	params   []param
	required int // how many arguments there are at least
	repeat   int // how many of the last parameters repeat
	result   valueType
	varies   bool // the result does not depend on the arguments alone
	bind     func(*call) evaluator
}

// param returns the parameter of the i-th argument.
func (b *builtin) param(i int) param {
	if n := len(b.params); i >= n {
		i = n - b.repeat + (i-n)%max(b.repeat, 1)
	}
	return b.params[i]
}

// call is a checked call that is about to be compiled. Arguments that were omitted are nil.
type call struct {
	*compiler
	*builtin
	pos    position
	args   []*node
	result valueType
	date   func(*state) (time.Time, error)
}

// reject reports a mistake in the i-th argument.
func (c *call) reject(i int, message, expected string) {
	c.fail(c.args[i].pos, c.Name+": "+message, expected)
}

// constant returns the text of the i-th argument if it is a constant.
func (c *call) constant(i int) (string, bool) {
	if a := c.args[i]; a != nil && a.constant {
		return a.value.Text(), true
	}
	return "", false
}

// choice returns which of the allowed words the i-th argument is, in its right spelling, "" if omitted.
func (c *call) choice(i int) (string, bool) {
	word, given := c.constant(i)
	if !given || word == "" {
		return "", true
	}
	allowed := c.param(i).allowed
	for _, a := range allowed {
		if strings.EqualFold(a, word) {
			return a, true
		}
	}
	c.reject(i, "unknown "+c.param(i).name+" "+quote(word), "expected "+c.param(i).words())
	return "", false
}

// catalogue holds every function by name, and the names, sorted. It is built when it is first needed: a
// process that compiles nothing pays nothing.
type catalogue struct {
	functions map[string]*builtin
	names     []string
}

var builtins = sync.OnceValue(func() catalogue {
	c := catalogue{functions: map[string]*builtin{}}
	for _, group := range [][]definition{logicFunctions, textFunctions, listFunctions, dateFunctions, numberFunctions, encodingFunctions, localeFunctions, uniqueFunctions} {
		for _, d := range group {
			c.functions[d.name] = d.builtin()
			c.names = append(c.names, d.name)
		}
	}
	slices.Sort(c.names)
	return c
})

// The letters and words of definition.
var (
	dialectLetters = map[rune]Dialect{'P': Provisioning, 'C': CloudSync, 'M': MIM}
	paramTypes     = map[string]valueType{"any": anyType, "text": textType, "each": textType, "number": numberType, "date": dateType, "list": listType, "condition": conditionType, "word": wordType}
)

// definition is a builtin in the short form of the tables. params is a list like
// "source text, start number, length number?, key any*": ? may be omitted, * repeats. dialects has
// a letter for each Microsoft dialect that documents the function: P, C and M; none for our own.
type definition struct {
	name, params string
	result       valueType
	dialects     string
	bind         func(*call) evaluator
	description  string
	varies       bool
}

func (d definition) builtin() *builtin {
	b := &builtin{result: d.result, varies: d.varies, bind: d.bind}
	b.Name, b.Description, b.Ours = d.name, d.description, d.dialects == ""
	for _, letter := range d.dialects {
		b.Dialects = append(b.Dialects, dialectLetters[letter])
	}
	var shown []string
	for _, field := range strings.Split(d.params, ", ") {
		name, kind, ok := strings.Cut(field, " ")
		if !ok {
			continue
		}
		p := param{name: name}
		kind, repeats := strings.CutSuffix(kind, "*")
		kind, words, _ := strings.Cut(kind, ":")
		kind, p.optional = strings.CutSuffix(kind, "?")
		p.typ = paramTypes[kind]
		p.each = kind == "each"
		if words != "" {
			p.allowed = strings.Split(words, "|")
		}
		if repeats {
			b.repeat++
		}
		b.params = append(b.params, p)
		if !p.optional || repeats {
			b.required = len(b.params)
		}
		if p.optional {
			name += "?"
		}
		shown = append(shown, name)
	}
	if b.repeat > 0 {
		shown = append(shown, "…")
	}
	b.Signature = d.name + "(" + strings.Join(shown, ", ") + ")"
	return b
}
