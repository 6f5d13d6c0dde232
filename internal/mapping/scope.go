// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dlclark/regexp2"

	"terraform-provider-workforce/internal/expression"
)

// clause is a compiled Clause: it holds or not.
type clause struct {
	text     string // for reasons
	from     computation
	operator *operator // nil: from gives True or False
	operand  operand
}

// operand is the right side of an operator, parsed once.
type operand struct {
	text   string
	number int64
	date   bool // text is a date as YYYY-MM-DD
	regex  *regexp2.Regexp
}

// operator is one of the operators of Microsoft's scoping filters. A clause on
// an attribute without a value never holds, except with IS NULL.
// https://learn.microsoft.com/entra/identity/app-provisioning/define-conditional-rules-for-provisioning-user-accounts
type operator struct {
	name  string
	unary bool
	// prepare parses the operand; nil: it is a text.
	prepare func(*operand) error
	// all says that the test must hold for every value of a list, as negations
	// do; otherwise one value is enough.
	all  bool
	test func(value string, o *operand) (bool, error)
}

var operators = []operator{
	{name: "EQUALS", test: func(v string, o *operand) (bool, error) { return v == o.text, nil }},
	{name: "NOT EQUALS", all: true, test: func(v string, o *operand) (bool, error) { return v != o.text, nil }},
	{name: "INCLUDES", test: func(v string, o *operand) (bool, error) { return strings.Contains(v, o.text), nil }},
	{name: "ENDS_WITH", test: func(v string, o *operand) (bool, error) { return strings.HasSuffix(v, o.text), nil }},
	{name: "GREATER_THAN", prepare: orderedOperand, test: func(v string, o *operand) (bool, error) {
		n, err := order(v, o)
		return n > 0, err
	}},
	{name: "GREATER_THAN_OR_EQUALS", prepare: orderedOperand, test: func(v string, o *operand) (bool, error) {
		n, err := order(v, o)
		return n >= 0, err
	}},
	{name: "IS NULL", unary: true},
	{name: "IS NOT NULL", unary: true, test: func(string, *operand) (bool, error) { return true, nil }},
	{name: "IS TRUE", unary: true, test: func(v string, _ *operand) (bool, error) { return v == "1" || strings.EqualFold(v, "true"), nil }},
	{name: "IS FALSE", unary: true, test: func(v string, _ *operand) (bool, error) { return v == "0" || strings.EqualFold(v, "false"), nil }},
	{name: "REGEX MATCH", prepare: regexOperand, test: func(v string, o *operand) (bool, error) { return o.regex.MatchString(v) }},
	{name: "NOT REGEX MATCH", prepare: regexOperand, all: true, test: func(v string, o *operand) (bool, error) {
		found, err := o.regex.MatchString(v)
		return !found, err
	}},
	{name: "&", prepare: bitsOperand, test: func(v string, o *operand) (bool, error) {
		n, err := wholeNumber(v)
		return n&o.number == o.number, err
	}},
	{name: "!&", prepare: bitsOperand, all: true, test: func(v string, o *operand) (bool, error) {
		n, err := wholeNumber(v)
		return n&o.number == 0, err
	}},
}

// regexTimeout keeps a pattern with catastrophic backtracking from hanging a plan.
const regexTimeout = 5 * time.Second

func regexOperand(o *operand) error {
	re, err := regexp2.Compile(o.text, regexp2.None)
	if err != nil {
		return fmt.Errorf("found %q, expected a .NET regular expression: %w", o.text, err)
	}
	re.MatchTimeout = regexTimeout
	o.regex = re
	return nil
}

func bitsOperand(o *operand) (err error) {
	o.number, err = wholeNumber(o.text)
	return err
}

// orderedOperand takes whole numbers, as Microsoft does, and dates besides.
func orderedOperand(o *operand) (err error) {
	if _, err := time.Parse(time.DateOnly, o.text); err == nil {
		o.date = true
		return nil
	}
	if o.number, err = wholeNumber(o.text); err != nil {
		return fmt.Errorf("found %q, expected a whole number or a date as YYYY-MM-DD", o.text)
	}
	return nil
}

func order(v string, o *operand) (int, error) {
	if o.date {
		if _, err := time.Parse(time.DateOnly, v); err != nil {
			return 0, fmt.Errorf("found %q, expected a date as YYYY-MM-DD", v)
		}
		return strings.Compare(v, o.text), nil
	}
	n, err := wholeNumber(v)
	switch {
	case err != nil || n < o.number:
		return -1, err
	case n > o.number:
		return 1, nil
	}
	return 0, nil
}

func wholeNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("found %q, expected a whole number", s)
	}
	return n, nil
}

// findOperator accepts any case, and blanks or underscores between words.
func findOperator(name string) (*operator, bool) {
	fold := func(s string) string {
		return strings.ToLower(strings.NewReplacer(" ", "", "_", "").Replace(s))
	}
	for i := range operators {
		if fold(operators[i].name) == fold(name) {
			return &operators[i], true
		}
	}
	return nil, false
}

func operatorNames() []string {
	names := make([]string, len(operators))
	for i, o := range operators {
		names[i] = o.name
	}
	return names
}

func (c *compiler) scope() {
	c.rules.Scope = slices.Clone(c.rules.Scope)
	for i := range c.rules.Scope {
		group := slices.Clone(c.rules.Scope[i])
		c.rules.Scope[i] = group
		if len(group) == 0 {
			c.failf(fmt.Sprintf("scope[%d]", i), "missing, expected at least one clause; without any group everybody is in scope")
		}
		compiled := make([]clause, len(group))
		for j := range group {
			compiled[j] = c.clause(fmt.Sprintf("scope[%d][%d]", i, j), &group[j])
		}
		c.m.scope = append(c.m.scope, compiled)
	}
}

func (c *compiler) clause(path string, given *Clause) clause {
	if given.Expression != "" {
		if given.Attribute != "" || given.Operator != "" || given.Value != "" {
			c.failf(path, "found an expression beside attribute, operator or value, expected either")
		}
		return clause{text: given.Expression, from: c.fixedProgram(path+".expression", given.Expression)}
	}
	name := attributeName(given.Attribute)
	if name == "" {
		c.failf(path+".attribute", "missing, expected a source attribute, or an expression instead")
		return clause{}
	}
	op, known := findOperator(given.Operator)
	switch {
	case !known:
		c.failf(path+".operator", "found %q, expected one of %s%s", given.Operator, quoted(operatorNames()), didYouMean(nearestOperator(given.Operator)))
		return clause{}
	case op.unary && given.Value != "":
		c.failf(path+".value", "found %q, but %s takes no value", given.Value, op.name)
	case !op.unary && given.Value == "":
		c.failf(path+".value", "missing, expected what %s is compared with; IS NULL finds absent values", op.name)
		return clause{}
	}
	given.Operator = op.name
	cl := clause{text: strings.TrimSuffix(fmt.Sprintf("%s %s %q", name, op.name, given.Value), ` ""`), from: c.copied(name), operator: op, operand: operand{text: given.Value}}
	if op.prepare != nil {
		if err := op.prepare(&cl.operand); err != nil {
			c.fail(path+".value", err)
		}
	}
	return cl
}

func nearestOperator(name string) string {
	best, length := "", 0
	for _, n := range operatorNames() {
		common := 0
		for common < min(len(n), len(name)) && strings.EqualFold(n[:common+1], name[:common+1]) {
			common++
		}
		if common > length {
			best, length = n, common
		}
	}
	if length < 3 {
		return ""
	}
	return best
}

// holds reports whether the clause is true of a worker, and what was found.
func (c *clause) holds(e *evaluation) (bool, expression.Value, error) {
	v, err := c.from.value(e, "scope")
	if err != nil {
		return false, v, err
	}
	values := present(v)
	if c.operator == nil {
		held, err := truth(values)
		return held, v, err
	}
	if c.operator.test == nil || len(values) == 0 {
		return c.operator.test == nil && len(values) == 0, v, nil
	}
	for _, s := range values {
		held, err := c.operator.test(s, &c.operand)
		if err != nil {
			return false, v, err
		}
		if held != c.operator.all {
			return held, v, nil
		}
	}
	return c.operator.all, v, nil
}

// truth reads the result of an expression; nothing is false.
func truth(values []string) (bool, error) {
	if len(values) == 0 {
		return false, nil
	}
	switch {
	case len(values) > 1:
	case strings.EqualFold(values[0], "true") || values[0] == "1":
		return true, nil
	case strings.EqualFold(values[0], "false") || values[0] == "0":
		return false, nil
	}
	return false, fmt.Errorf("found %s, expected True or False", quoted(values))
}
