// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

var logicFunctions = []definition{
	{name: "IIF", params: "condition condition, valueIfTrue any?, valueIfFalse any?", dialects: "PCM", bind: bindIIF,
		description: "Returns one of two values; only the chosen one is evaluated."},
	{name: "Switch", params: "source text, default any?, key text*, value any?*", dialects: "PC", bind: bindSwitch,
		description: "Returns the value of the first key that equals source exactly (true and false in any case), " +
			"else the default; the key \"\" also matches null; only what is returned is evaluated."},
	{name: "Coalesce", params: "source any*", dialects: "P", bind: bindCoalesce(Value.IsNull),
		description: "Returns the first value that is not null; the empty text counts as a value."},
	{name: "FirstNonEmpty", params: "source any*", bind: bindCoalesce(Value.isEmpty),
		description: "Returns the first value that is neither null nor empty."},
	{name: "And", params: "condition condition, condition condition*", result: boolType, bind: bindAndOr(false),
		description: "Returns True if every condition holds; stops at the first that does not."},
	{name: "Or", params: "condition condition, condition condition*", result: boolType, bind: bindAndOr(true),
		description: "Returns True if a condition holds; stops at the first that does."},
	{name: "Not", params: "source condition", result: boolType, dialects: "PC", bind: bindNot,
		description: "Returns False for True and True for anything else that is a truth value, null and empty included."},
	{name: "CBool", params: "expression condition", result: boolType, dialects: "PC", bind: bindCBool,
		description: "Returns True if the comparison holds or the value is True or a number other than 0, else False."},
	{name: "IsNull", params: "expression any", result: boolType, dialects: "PC", bind: bindTest(Value.IsNull),
		description: "Returns True if the value is absent; the empty text is not absent."},
	{name: "IsNullOrEmpty", params: "expression any", result: boolType, dialects: "PC", bind: bindTest(Value.isEmpty),
		description: "Returns True if the value is absent or empty."},
	{name: "IsPresent", params: "expression any", result: boolType, dialects: "PCM", bind: bindTest(func(v Value) bool { return !v.isEmpty() }),
		description: "Returns True if the value is neither absent nor empty."},
	{name: "IsString", params: "expression any", result: boolType, dialects: "PC", bind: bindTest(func(v Value) bool { return v.Kind() == KindString }),
		description: "Returns True if the value is a single text."},
	{name: "Eq", params: "left any, right any", result: boolType, dialects: "M", bind: bindCompare("="),
		description: "Compares like left = right."},
	{name: "NotEquals", params: "left any, right any", result: boolType, dialects: "M", bind: bindCompare("<>"),
		description: "Compares like left <> right."},
	{name: "LessThan", params: "left any, right any", result: boolType, dialects: "M", bind: bindCompare("<"),
		description: "Compares like left < right."},
	{name: "LessThanOrEquals", params: "left any, right any", result: boolType, dialects: "M", bind: bindCompare("<="),
		description: "Compares like left <= right."},
	{name: "GreaterThan", params: "left any, right any", result: boolType, dialects: "M", bind: bindCompare(">"),
		description: "Compares like left > right."},
	{name: "GreaterThanOrEquals", params: "left any, right any", result: boolType, dialects: "M", bind: bindCompare(">="),
		description: "Compares like left >= right."},
	{name: "IgnoreFlowIfNullOrEmpty", params: "expression any", dialects: "P", bind: bindIgnoreFlow,
		description: "Returns the value, or takes the attribute out of the flow if it is null or empty."},
	{name: "Null", result: anyType, dialects: "M", bind: func(*call) evaluator { return func(*state) (Value, error) { return Null, nil } },
		description: "Returns null: this mapping contributes nothing."},
	{name: "Redact", params: "value any", dialects: "P", bind: bindRedact,
		description: "Returns the value unchanged and marks it as not to be shown in reports and logs."},
	{name: "Error", params: "message text", dialects: "C", bind: bindError, varies: true,
		description: "Fails with the message; for the branch of an IIF or Switch that must not be reached."},
	{name: "Lookup", params: "key text, table text, default any?", bind: bindLookup,
		description: "Returns the entry of a named table for the key, else the default, else null; the key matches exactly."},
	{name: "Use", params: "name text", bind: bindUse, varies: true,
		description: "Returns the value of a named expression, evaluated for the same person."},
}

// pick evaluates a branch; one that was left out is null.
func pick(n *node, st *state) (Value, error) {
	if n == nil {
		return Null, nil
	}
	return n.eval(st)
}

// common is the type all branches share.
func common(branches ...*node) valueType {
	typ, first := anyType, true
	for _, b := range branches {
		switch {
		case b == nil || b.constant && b.value.Kind() != KindString && b.value.Kind() != KindList:
		case first:
			typ, first = b.typ, false
		case typ != b.typ:
			return anyType
		}
	}
	return typ
}

func bindIIF(c *call) evaluator {
	condition, yes, no := c.args[0], c.args[1], c.args[2]
	if yes == nil && no == nil {
		c.fail(c.pos, "IIF: neither a value for true nor one for false is given", "expected "+c.Signature)
		return nil
	}
	c.result = common(yes, no)
	return func(st *state) (Value, error) {
		holds, err := condition.condition(st)
		if err != nil {
			return Null, err
		}
		if holds {
			return pick(yes, st)
		}
		return pick(no, st)
	}
}

func bindSwitch(c *call) evaluator {
	source, otherwise, pairs := c.args[0], c.args[1], c.args[2:]
	branches := []*node{otherwise}
	for i := 1; i < len(pairs); i += 2 {
		branches = append(branches, pairs[i])
	}
	c.result = common(branches...)
	return func(st *state) (Value, error) {
		text, err := source.text(st)
		if err != nil {
			return Null, err
		}
		same := -1 // the value of a key that is the same truth value in another spelling
		for i := 0; i < len(pairs); i += 2 {
			key := pairs[i].value.text // a constant, nearly always
			if !pairs[i].constant {
				if key, err = pairs[i].text(st); err != nil {
					return Null, err
				}
			}
			if key == text {
				return pick(pairs[i+1], st)
			}
			if same < 0 && sameTruth(key, text) {
				same = i + 1
			}
		}
		if same >= 0 {
			return pick(pairs[same], st)
		}
		return pick(otherwise, st)
	}
}

// sameTruth reports whether both texts are true, or both false, in whatever case: JSON and
// LDAP write truth values otherwise than Microsoft's mappings, which say "True".
func sameTruth(a, b string) bool {
	return len(a) == len(b) && (len(a) == 4 || len(a) == 5) && strings.EqualFold(a, b) &&
		(strings.EqualFold(a, "true") || strings.EqualFold(a, "false"))
}

func bindCoalesce(missing func(Value) bool) func(*call) evaluator {
	return func(c *call) evaluator {
		c.result = common(c.args...)
		args := c.args
		return func(st *state) (Value, error) {
			for _, arg := range args {
				v, err := pick(arg, st)
				if err != nil || !missing(v) {
					return v, err
				}
			}
			return Null, nil
		}
	}
}

// bindAndOr compiles And (until a condition is false) and Or (until one is true).
func bindAndOr(until bool) func(*call) evaluator {
	return func(c *call) evaluator {
		args := c.args
		return func(st *state) (Value, error) {
			for _, arg := range args {
				holds, err := arg.condition(st)
				if err != nil {
					return Null, err
				}
				if holds == until {
					return boolean(until), nil
				}
			}
			return boolean(!until), nil
		}
	}
}

func bindNot(c *call) evaluator {
	arg := c.args[0]
	return func(st *state) (Value, error) {
		holds, err := arg.condition(st)
		return boolean(!holds), err
	}
}

func bindCBool(c *call) evaluator {
	arg := c.args[0]
	return func(st *state) (Value, error) {
		holds, err := arg.condition(st)
		return boolean(holds), err
	}
}

func bindTest(test func(Value) bool) func(*call) evaluator {
	return func(c *call) evaluator {
		arg := c.args[0]
		return func(st *state) (Value, error) {
			v, err := arg.any(st)
			return boolean(test(v)), err
		}
	}
}

func bindCompare(op string) func(*call) evaluator {
	return func(c *call) evaluator {
		left, right := c.args[0], c.args[1]
		how := looseness(left.typ, right.typ)
		return func(st *state) (Value, error) {
			l, null, err := left.single(st)
			if err != nil {
				return Null, err
			}
			r, null2, err := right.single(st)
			if err != nil {
				return Null, err
			}
			result, err := compareTexts(op, l, r, null || null2, how)
			return boolean(result), err
		}
	}
}

func bindIgnoreFlow(c *call) evaluator {
	arg := c.args[0]
	c.result = arg.typ
	return func(st *state) (Value, error) {
		v, err := arg.eval(st)
		if err == nil && v.isEmpty() {
			return DropAttribute, nil
		}
		return v, err
	}
}

func bindRedact(c *call) evaluator {
	c.program.redacted = true
	c.result = c.args[0].typ
	c.date = c.args[0].date
	return c.args[0].eval
}

func bindError(c *call) evaluator {
	arg := c.args[0]
	return func(st *state) (Value, error) {
		message, err := arg.text(st)
		if err == nil {
			err = errors.New(message)
		}
		return Null, err
	}
}

func bindLookup(c *call) evaluator {
	name, ok := c.constant(1)
	if !ok {
		c.reject(1, "the name of the table is computed", "expected a text in quotation marks")
		return nil
	}
	table, ok := c.Tables[name]
	if !ok {
		expected := didYouMean(name, slices.Sorted(maps.Keys(c.Tables)))
		if len(c.Tables) == 0 {
			expected = "this mapping has no tables"
		}
		c.reject(1, "unknown table "+quote(name), expected)
		return nil
	}
	key, otherwise := c.args[0], c.args[2]
	return func(st *state) (Value, error) {
		text, null, err := key.single(st)
		if err != nil {
			return Null, err
		}
		if v, ok := table[text]; ok && !null {
			return String(v), nil
		}
		return pick(otherwise, st)
	}
}

func bindUse(c *call) evaluator {
	name, ok := c.constant(0)
	if !ok {
		c.reject(0, "the name of the expression is computed", "expected a text in quotation marks")
		return nil
	}
	p := c.Named[name]
	switch {
	case p == nil && len(c.Named) == 0:
		c.reject(0, "unknown expression "+quote(name), "no named expressions are defined before this one")
		return nil
	case p == nil:
		c.reject(0, "unknown expression "+quote(name), didYouMean(name, slices.Sorted(maps.Keys(c.Named))))
		return nil
	case p.unique:
		c.reject(0, "the expression "+quote(name)+" is a SelectUniqueValue", "SelectUniqueValue must be the whole expression of an attribute")
		return nil
	}
	for _, a := range p.attributes {
		c.used[a] = true
		if c.Attributes != nil && !slices.Contains(c.Attributes, a) {
			c.reject(0, "the expression "+quote(name)+" reads the unknown attribute ["+a+"]", didYouMean(a, c.Attributes))
			return nil
		}
	}
	c.program.size = min(c.program.size+p.size, MaxSize+1)
	c.program.clock = c.program.clock || p.clock
	c.program.random = c.program.random || p.random
	c.program.redacted = c.program.redacted || p.redacted
	within := func(err error) error {
		if own, ok := err.(*Error); ok {
			return fmt.Errorf("in %s: %w", quote(name), own)
		}
		return err
	}
	c.result = p.root.typ
	if date := p.root.date; date != nil {
		c.date = func(st *state) (time.Time, error) {
			t, err := date(st)
			return t, within(err)
		}
	}
	return func(st *state) (Value, error) {
		v, err := p.root.eval(st)
		return v, within(err)
	}
}
