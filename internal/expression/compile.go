// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Dialect chooses between the variants of the language where they contradict one another.
type Dialect string

// The dialects. Every dialect accepts every function; they differ only in what doc.go lists under
// "Dialects": the operator that joins texts, bare attribute names, and the edges of Mid and Replace.
const (
	Provisioning Dialect = "provisioning" // Microsoft Entra HR and application provisioning; the default
	CloudSync    Dialect = "cloud-sync"   // Microsoft Entra Cloud Sync
	MIM          Dialect = "mim"          // Microsoft Identity Manager 2016
)

// Limits. MaxSource is Microsoft's; the others keep a mistake from taking the machine down.
const (
	MaxSource       = 10_000  // characters of an expression
	MaxDepth        = 200     // nested functions and parentheses
	MaxOutput       = 1 << 20 // bytes of a text that a function makes
	MaxPad          = 10_000  // characters LeftPad and RightPad fill up to
	MaxRandomString = 256     // characters of RandomString, Microsoft's limit
	MaxCounter      = 9999    // the last number of Counter
	MaxSize         = 100_000 // functions, attributes and constants, those reached through Use counted each time
	maxErrors       = 20      // check errors reported at once
)

// Options of [Compile]. The zero value accepts every attribute name and the provisioning dialect.
type Options struct {
	Dialect    Dialect
	Attributes []string                     // nil: any name; otherwise all names that exist, spelled exactly
	Tables     map[string]map[string]string // for Lookup([key], "table", default); not copied, must not change
	Named      map[string]*Program          // for Use("name")
}

// Program is a compiled expression. It is immutable and safe for concurrent use.
type Program struct {
	source     string
	root       *node
	rules      []rule // SelectUniqueValue: its arguments
	unique     bool
	attributes []string
	clock      bool
	random     bool
	redacted   bool
	size       int // nodes evaluated at most, for MaxSize
}

// rule is one argument of SelectUniqueValue; a Counter in it makes it give several values.
type rule struct {
	node  *node
	steps int
}

// Compile parses and checks source. Errors are of type [*Error]; several mistakes are joined as by [errors.Join].
// A part that depends on no attribute is evaluated here, so CDate("31.12.2025") or a bad pattern is a compile error.
func Compile(source string, o Options) (*Program, error) {
	switch o.Dialect {
	case "":
		o.Dialect = Provisioning
	case Provisioning, CloudSync, MIM:
	default:
		return nil, fmt.Errorf("unknown dialect %q; expected %s, %s or %s", o.Dialect, Provisioning, CloudSync, MIM)
	}
	if n := utf8.RuneCountInString(source); n > MaxSource {
		return nil, &Error{Line: 1, Column: 1, Message: fmt.Sprintf("the expression has %d characters", n), Expected: fmt.Sprintf("at most %d are allowed; name a part of it and call Use(\"name\")", MaxSource)}
	}
	if !utf8.ValidString(source) {
		return nil, &Error{Line: 1, Column: 1, Message: "the expression is not valid UTF-8", Expected: "save it as UTF-8"}
	}
	tree, err := parse(source, o.Dialect)
	if err != nil {
		return nil, err
	}
	c := &compiler{Options: o, used: map[string]bool{}, program: &Program{source: source}}
	if tree.kind == exprCall && tree.text == "SelectUniqueValue" {
		c.compileUnique(tree)
	} else {
		c.program.root = c.compile(tree, anyType)
	}
	if len(c.errs) == 0 && c.program.size > MaxSize {
		c.fail(position{1, 1}, fmt.Sprintf("the expression has more than %d parts, those of the expressions it uses included", MaxSize), "use fewer named expressions within one another")
	}
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	c.program.attributes = slices.Sorted(maps.Keys(c.used))
	return c.program, nil
}

// Source returns the text the program was compiled from.
func (p *Program) Source() string { return p.source }

// Attributes returns the name of every attribute the program may read, also through Use, sorted.
func (p *Program) Attributes() []string { return slices.Clone(p.attributes) }

// Unique reports whether the program is a SelectUniqueValue, whose result depends on what is taken.
func (p *Program) Unique() bool { return p.unique }

// UsesClock reports whether the result may depend on [Env.Now].
func (p *Program) UsesClock() bool { return p.clock }

// UsesRandom reports whether the result may depend on [Env.Random].
func (p *Program) UsesRandom() bool { return p.random }

// Redacted reports whether Redact occurs: the result must not be shown in reports and logs.
func (p *Program) Redacted() bool { return p.redacted }

// valueType is what is known of a value before evaluation. Every value may be null besides.
type valueType uint8

const (
	anyType valueType = iota
	textType
	numberType // text that is a number
	boolType   // "True" or "False"
	dateType   // text as M/d/yyyy h:mm:ss tt
	listType
	conditionType // parameters only: a boolType that may be written as a comparison
	wordType      // parameters only: a constant of a fixed set
)

func (t valueType) String() string {
	return [...]string{"any value", "text", "a number", "a truth value", "a date", "a list", "a condition", "a fixed word"}[t]
}

// value is String for "where … is expected".
func (t valueType) value() string {
	if t == anyType {
		return "a value"
	}
	return t.String()
}

type compiler struct {
	Options
	program *Program
	used    map[string]bool
	errs    []error
	inRule  bool // within an argument of SelectUniqueValue
	counter int  // highest start of the Counters in it; -1: it has none
}

func (c *compiler) fail(pos position, message, expected string) *node {
	if len(c.errs) < maxErrors {
		c.errs = append(c.errs, &Error{Line: pos.line, Column: pos.column, Message: message, Expected: expected})
	}
	return &node{pos: pos, broken: true}
}

// compile turns e into a node that fits a parameter of type want.
func (c *compiler) compile(e *expr, want valueType) *node {
	c.program.size++
	switch e.kind {
	case exprText:
		return constantNode(e.pos, String(e.text), textType)
	case exprNumber:
		return constantNode(e.pos, String(e.text), numberType)
	case exprAttribute:
		return c.attribute(e.pos, e.text)
	case exprWord:
		return c.word(e, want)
	case exprCompare:
		if want != conditionType {
			return c.fail(e.pos, fmt.Sprintf("a comparison (%s) stands where %s is expected", e.text, want.value()), "comparisons are allowed in the conditions of IIF, CBool, And, Or and Not only")
		}
		return c.compare(e)
	case exprConcat:
		return c.concat(e)
	}
	return c.call(e)
}

func (c *compiler) attribute(pos position, name string) *node {
	if c.Attributes != nil && !slices.Contains(c.Attributes, name) {
		return c.fail(pos, "unknown attribute ["+abbreviate(name, 100)+"]", didYouMean(name, c.Attributes))
	}
	c.used[name] = true
	return &node{pos: pos, name: "[" + name + "]", eval: func(st *state) (Value, error) {
		if st.env.Attribute == nil {
			return Null, nil
		}
		v, ok := st.env.Attribute(name)
		if !ok {
			return Null, nil
		}
		return v, nil
	}}
}

// word compiles a bare word that is a value. Words like vbTextCompare are read by bind.
func (c *compiler) word(e *expr, want valueType) *node {
	switch {
	case want == wordType:
		return constantNode(e.pos, String(e.text), textType)
	case e.text == "IgnoreAttributeFlow" || e.text == "IgnoreObjectFlow":
		if want != anyType {
			return c.fail(e.pos, e.text+" stands where "+want.String()+" is expected", "it may be the whole expression or a result of IIF, Switch, Coalesce or Lookup")
		}
		if e.text == "IgnoreObjectFlow" {
			return constantNode(e.pos, DropObject, anyType)
		}
		return constantNode(e.pos, DropAttribute, anyType)
	case c.Dialect == MIM:
		return c.mimWord(e)
	}
	words := []string{"IgnoreAttributeFlow", "IgnoreObjectFlow"}
	if s := nearest(e.text, words); s != "" {
		return c.fail(e.pos, "unknown word "+quote(e.text), "did you mean "+s+"?")
	}
	if s := nearest(e.text, builtins().names); strings.EqualFold(s, e.text) {
		return c.fail(e.pos, "found "+quote(e.text)+" without arguments", "write "+s+"(…)")
	}
	return c.fail(e.pos, "unknown word "+quote(e.text), fmt.Sprintf(`write [%s] for an attribute or "%s" for a text`, abbreviate(e.text, 60), abbreviate(e.text, 60)))
}

// mimWord compiles a bare word of the mim dialect: a literal of the synchronization rules
// of MIM and Entra Connect, or an attribute.
func (c *compiler) mimWord(e *expr) *node {
	switch strings.ToLower(e.text) {
	case "true":
		return constantNode(e.pos, String("True"), boolType)
	case "false":
		return constantNode(e.pos, String("False"), boolType)
	case "null":
		return constantNode(e.pos, Null, anyType)
	case "ignorethisflow":
		return constantNode(e.pos, DropAttribute, anyType)
	}
	return c.attribute(e.pos, e.text)
}

// call compiles a function call, checks its arguments and evaluates it at once if all of them are constant.
func (c *compiler) call(e *expr) *node {
	fn := builtins().functions[e.text]
	if fn == nil {
		return c.unknownFunction(e)
	}
	switch {
	case e.text == "SelectUniqueValue":
		return c.fail(e.pos, "SelectUniqueValue stands inside another function", "it must be the outermost function of the expression")
	case fn.bind == nil:
		return c.fail(e.pos, e.text+" is not available", "role assignments are provisioned to applications, not from HR")
	}
	call := &call{compiler: c, builtin: fn, pos: e.pos, result: fn.result}
	exprs, ok := c.arity(e, fn)
	if !ok {
		return &node{pos: e.pos, broken: true}
	}
	for i, arg := range exprs {
		if arg == nil {
			call.args = append(call.args, nil)
			continue
		}
		p := fn.param(i)
		n := c.compile(arg, p.typ)
		c.checkType(n, p, fn, i)
		call.args = append(call.args, n)
	}
	for len(call.args) < len(fn.params) {
		call.args = append(call.args, nil)
	}
	if slices.ContainsFunc(call.args, func(n *node) bool { return n != nil && n.broken }) {
		return &node{pos: e.pos, broken: true}
	}
	return c.finish(call, e)
}

// finish binds a checked call and folds it when nothing in it can change.
func (c *compiler) finish(call *call, e *expr) *node {
	before := len(c.errs)
	run := call.builtin.bind(call)
	if len(c.errs) > before || run == nil {
		return &node{pos: e.pos, broken: true}
	}
	name, pos := e.text, e.pos
	n := &node{pos: pos, name: name, typ: call.result}
	if call.date != nil {
		n.date = func(st *state) (time.Time, error) {
			t, err := call.date(st)
			if err != nil {
				return t, at(pos, name, err)
			}
			return t, nil
		}
	}
	n.eval = func(st *state) (Value, error) {
		v, err := run(st)
		if err != nil {
			return Null, at(pos, name, err)
		}
		if len(v.text) > MaxOutput {
			return Null, at(pos, name, errTooLong)
		}
		return v, nil
	}
	if call.builtin.varies || slices.ContainsFunc(call.args, func(a *node) bool { return a != nil && !a.constant }) {
		return n
	}
	v, err := undrop(n.eval(&state{env: &Env{}}))
	if err != nil {
		if own, ok := err.(*Error); ok {
			return c.fail(position{own.Line, own.Column}, own.Message, own.Expected)
		}
		return c.fail(pos, err.Error(), "")
	}
	folded := constantNode(pos, v, n.typ)
	folded.name = name
	return folded
}

// foreign are functions of Visual Basic, Excel, MIM and Microsoft Entra Connect under other names, in
// lower case, with what this language has for them.
var foreign = map[string]string{
	"length": "Len", "strlen": "Len", "lower": "ToLower", "upper": "ToUpper", "substring": "Mid", "substr": "Mid", "indexof": "InStr",
	"instrrev": "Word, which counts parts",
	"if":       "IIF", "ifelse": "IIF", "isblank": "IsNullOrEmpty", "isempty": "IsNullOrEmpty", "nvl": "Coalesce", "ifnull": "Coalesce",
	"choose": "Switch", "case": "Switch",
	"concat": "Join, or & between texts", "concatenate": "Join, or & between texts", "concatenatemultivaluedstring": "Join",
	"equals": "Eq, or = in a condition", "regexreplace": "Replace with a regexPattern",
	"today": "Now", "getdate": "Now", "datetimenow": "Now", "datetimeutcnow": "Now", "datetimeadd": "DateAdd",
	"datetimesubtract": "DateAdd with a negative number", "formatdate": "FormatDateTime",
	"datetimefromfiletimeutc": "DateFromNum", "datetimetofiletimeutc": "NumFromDate", "converttostring": "CStr", "converttoboolean": "CBool",
	"titlecase": "PCase", "propercase": "PCase",
	"itemornull": "Item", "cnum": "the number as it is: numbers are texts", "stringfromguid": "CStr",
	"isnumeric": "IIF with a comparison, or Replace with a pattern",
}

func (c *compiler) unknownFunction(e *expr) *node {
	expected := didYouMean(e.text, builtins().names)
	if s := nearest(e.text, builtins().names); s != e.text && strings.EqualFold(s, e.text) {
		expected = "function names are case-sensitive: write " + s
	} else if ours := foreign[strings.ToLower(e.text)]; ours != "" {
		expected = "write " + ours
	}
	return c.fail(e.pos, "unknown function "+abbreviate(e.text, 60), expected)
}

// arity drops what a trailing comma leaves behind, and checks number and presence of the arguments.
func (c *compiler) arity(e *expr, fn *builtin) ([]*expr, bool) {
	args := e.args
	for len(args) > 0 && args[len(args)-1] == nil && (fn.repeat != 2 || len(args)%2 == 1) {
		args = args[:len(args)-1]
	}
	problem := ""
	switch {
	case len(args) < fn.required:
		problem = fmt.Sprintf("%s has %s", fn.Name, count(len(args), "argument"))
	case fn.repeat == 0 && len(args) > len(fn.params):
		problem = fmt.Sprintf("%s has %s", fn.Name, count(len(args), "argument"))
	case fn.repeat == 2 && len(args)%2 == 1:
		problem = fmt.Sprintf("%s has %s: a key without a value", fn.Name, count(len(args), "argument"))
	}
	for i := 0; problem == "" && i < len(args); i++ {
		if p := fn.param(i); args[i] == nil && !p.optional {
			problem = fmt.Sprintf("argument %d (%s) of %s is missing", i+1, p.name, fn.Name)
		}
	}
	if problem != "" {
		c.fail(e.pos, problem, "expected "+fn.Signature)
		return nil, false
	}
	return args, true
}

func count(n int, noun string) string {
	switch n {
	case 0:
		return "no " + noun + "s"
	case 1:
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
