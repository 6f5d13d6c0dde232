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

	all bool // it fails for everybody
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

// Findings are what rules say of the accounts.
type Findings struct {
	// Members are those whom each rule finds, by group.
	Members map[string]Members
	// Failed are the rules that could not be evaluated for somebody, by group.
	Failed map[string]*RuleError
	// Doubtful are the accounts of which nothing is known, whatever the rule: they
	// are neither added nor removed. The text says why.
	Doubtful map[string]string
	// Shut are the accounts with which nobody can sign in: disabled, or to be deleted.
	Shut map[string]bool
	// Absent are the accounts that belong to no group: those to be deleted, and those
	// whose groups are taken away because their worker has left.
	Absent map[string]bool

	failed map[string]map[string]bool // folded keys of those for whom a rule failed, by group
}

// Evaluate returns whom rules, by group, find. The error joins a [*RuleError] for
// each rule that does not compile. What goes wrong with one person only is in
// the findings.
func Evaluate(rules map[string]string, accounts map[string]directory.Account, s Subject) (*Findings, error) {
	p := newPeople(accounts, s)
	programs, err := compile(rules, p.attributes())
	if err != nil {
		return nil, err
	}
	f := p.findings(len(rules))
	for _, group := range slices.Sorted(maps.Keys(programs)) {
		members, failed, err := p.members(programs[group])
		f.Members[group] = members
		if err != nil {
			f.Failed[group], f.failed[group] = &RuleError{Group: group, Rule: rules[group], Err: err, all: len(failed) == p.decided}, failed
		}
	}
	return f, nil
}

// Undecided reports whether nothing says if somebody belongs to a group.
func (f *Findings) Undecided(group, key string) bool {
	key = directory.Fold(key)
	return f.Doubtful[key] != "" || f.failed[group][key] && !f.Absent[key]
}

// FailedForAll reports whether the rule of a group could be evaluated for nobody.
func (f *Findings) FailedForAll(group string) bool {
	return f.Failed[group] != nil && f.Failed[group].all
}

// Wanted returns the members that a group is to have, given those it has: whoever
// is undecided stays in, or out.
func (f *Findings) Wanted(group string, have Members) Members {
	want := f.Members[group].Keeping(have)
	for key, name := range have {
		if f.Undecided(group, key) {
			want[key] = name
		}
	}
	return want
}

// Held returns the members of a group whose rule is not followed: all that it has
// but those with whose account nobody can sign in and whom the rule does not find.
func (f *Findings) Held(group string, have Members) Members {
	stays := f.Members[group].Fold()
	out := Members{}
	for key, name := range have {
		folded := directory.Fold(key)
		if _, found := stays[folded]; found || !f.Shut[folded] || f.Undecided(group, key) {
			out[key] = name
		}
	}
	return out
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
