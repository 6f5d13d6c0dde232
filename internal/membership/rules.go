// SPDX-License-Identifier: MPL-2.0

package membership

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression"
)

// Keys of a rule's attributes that are no attributes of the target.
const (
	attrWorkerID  = "worker_id"
	attrEnabled   = "enabled"
	attrContainer = "container"
)

// wrap makes an operand of a condition, which the language allows in arguments only.
const wrap = "CBool("

// Subject is what rules need to know of the kind of accounts.
type Subject struct {
	Format directory.Format
	// WorkerID is the attribute that carries worker ids at the target, and
	// Labels those that name an account to people, the best first.
	WorkerID string
	Labels   []string
}

// RuleError is a mistake in the rule of a group.
type RuleError struct {
	Group, Rule string
	Err         error
}

func (e *RuleError) Unwrap() error { return e.Err }

func (e *RuleError) Error() string {
	return fmt.Sprintf("group %q, rule %s: %s", e.Group, shortened(e.Rule), e.Err)
}

func shortened(rule string) string {
	const limit = 120
	rule = strings.Join(strings.Fields(rule), " ")
	if r := []rune(rule); len(r) > limit {
		rule = string(r[:limit]) + "…"
	}
	return rule
}

// Check reports what is wrong with rules whatever the accounts are.
func Check(rules map[string]string) error {
	_, err := compile(rules, nil)
	return err
}

// Evaluate returns the members that rules, by group, give every group. All
// mistakes are reported, each as a [*RuleError].
func Evaluate(rules map[string]string, accounts map[string]directory.Account, s Subject) (map[string]Members, error) {
	p, err := newPeople(accounts, s)
	if err != nil {
		return nil, err
	}
	programs, err := compile(rules, p.attributes())
	if err != nil {
		return nil, err
	}
	out := make(map[string]Members, len(rules))
	var errs []error
	for _, group := range slices.Sorted(maps.Keys(programs)) {
		members, err := p.members(programs[group])
		if err != nil {
			errs = append(errs, &RuleError{Group: group, Rule: rules[group], Err: err})
		}
		out[group] = members
	}
	return out, errors.Join(errs...)
}

// compile compiles the rules by group. Without attributes, any name will do.
func compile(rules map[string]string, attributes []string) (map[string]*expression.Program, error) {
	programs := make(map[string]*expression.Program, len(rules))
	same := map[string]*expression.Program{}
	var errs []error
	for _, group := range slices.Sorted(maps.Keys(rules)) {
		rule := rules[group]
		fail := func(err error) { errs = append(errs, &RuleError{Group: group, Rule: rule, Err: err}) }
		if group == "" || strings.TrimSpace(rule) == "" {
			fail(errors.New(`missing, expected a group and a condition such as [department] = "Sales"`))
			continue
		}
		program, done := same[rule]
		if !done {
			var err error
			if program, err = expression.Compile(wrap+rule+")", expression.Options{Attributes: attributes}); err != nil {
				for _, e := range flatten(err) {
					fail(inRule(e))
				}
				continue
			}
			same[rule] = program
		}
		switch {
		case program.UsesClock():
			fail(errors.New("the result depends on the time, so that apply might do something else than the plan shows: compute an attribute from the date in the mapping, and use that here"))
		case program.UsesRandom():
			fail(errors.New("the result depends on chance"))
		}
		programs[group] = program
	}
	return programs, errors.Join(errs...)
}

// inRule counts columns from the beginning of the rule.
func inRule(err error) error {
	var e *expression.Error
	if !errors.As(err, &e) {
		return err
	}
	moved := *e
	if moved.Line == 1 {
		if moved.Column == 1 {
			moved.Message = strings.TrimPrefix(moved.Message, "CBool: ")
		}
		moved.Column = max(1, moved.Column-len(wrap))
	}
	return &moved
}

func flatten(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var out []error
	for _, e := range joined.Unwrap() {
		out = append(out, flatten(e)...)
	}
	return out
}
