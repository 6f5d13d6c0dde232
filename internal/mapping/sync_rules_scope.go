// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping/syncrule"
)

// scopes carries over who becomes a person of the metaverse and who of these gets an account.
// What cannot be carried over is asked for: a clause less lets people in.
func (s *syncImporter) scopes() {
	var asked []string
	s.inScope, asked = union(s.in, asked)
	s.outScope, asked = union(s.out, asked)
	if len(s.in) > 0 && !slices.ContainsFunc(s.in, func(r syncrule.Rule) bool { return r.Creates }) {
		asked = append(asked, "no rule given makes people of the metaverse; write who of the HR data source is meant")
	}
	if !slices.ContainsFunc(s.out, func(r syncrule.Rule) bool { return r.Creates }) {
		asked = append(asked, "no rule given creates accounts, and here everybody in scope gets one; write who is to have an account")
	}
	if s.rules.Target == syncrule.Entra && slices.ContainsFunc(s.in, func(r syncrule.Rule) bool {
		return r.Directory == syncrule.ActiveDirectory
	}) {
		asked = append(asked, "the rules synchronise accounts of Active Directory, which Entra Connect goes on doing, and a mapping of them "+
			"would make second accounts; convert the rules that make accounts in Active Directory, or write who is to have an account in the "+
			"cloud only")
	}
	for _, r := range slices.Concat(s.in, s.out) {
		for _, what := range r.Unread {
			asked = append(asked, fmt.Sprintf("the rule %q leaves open %s; write who is to have an account", r.Name, what))
		}
	}
	out := s.groups(s.outScope, s.metaverse)
	in := s.groups(s.inScope, func(name string) (*expression.Syntax, string) {
		return &expression.Syntax{Kind: expression.SyntaxAttribute, Text: name}, ""
	})
	switch {
	case len(in) == 0:
		s.rules.Scope = out
	case len(out) == 0:
		s.rules.Scope = in
	case len(in)*len(out) > maxGroups:
		asked = append(asked, fmt.Sprintf("the scopes of both directions have %d combinations; write them as clauses", len(in)*len(out)))
	default:
		for _, a := range in {
			for _, b := range out {
				s.rules.Scope = append(s.rules.Scope, slices.Concat(a, b))
			}
		}
	}
	if len(s.rules.Scope) > 0 {
		s.notef("Clauses of scope distinguish capital letters.")
		s.rules.OnOutOfScope = OutOfScopeDisable
		s.notef("on_out_of_scope is \"disable\": the engine takes the account from whoever leaves the scope, by its deprovisioning option.")
	}
	for _, what := range asked {
		s.everyGroup(question(what))
		s.rules.OnOutOfScope = OutOfScopeDisable
	}
}

// union is the scope of the rules that create something, or of all where none does: who is
// in one of them is in. It adds to what must be asked.
func union(rules []syncrule.Rule, asked []string) ([][]syncrule.Condition, []string) {
	creating := slices.DeleteFunc(slices.Clone(rules), func(r syncrule.Rule) bool { return !r.Creates })
	if len(creating) == 0 {
		creating = rules
	}
	var scope [][]syncrule.Condition
	for _, r := range creating {
		if len(r.Scope) == 0 {
			return nil, asked // everybody
		}
		for _, group := range r.Scope {
			if len(group) == 0 {
				asked = append(asked, fmt.Sprintf("the rule %q has a scoping filter without conditions; say whom it means", r.Name))
				continue
			}
			if !slices.ContainsFunc(scope, func(have []syncrule.Condition) bool { return slices.Equal(have, group) }) {
				scope = append(scope, group)
			}
		}
	}
	return scope, asked
}

// groups turns the groups of an engine's scope into clauses. attribute gives what a
// condition compares.
func (s *syncImporter) groups(scope [][]syncrule.Condition,
	attribute func(string) (*expression.Syntax, string)) [][]Clause {
	var out [][]Clause
	for _, group := range scope {
		var clauses []Clause
		for _, c := range group {
			tree, why := attribute(c.Attribute)
			clause, known := Clause{}, false
			if why == "" {
				clause, known = clauseFrom(tree, c)
				why = "its operator has no counterpart"
			}
			if !known {
				clause = Clause{Expression: question(fmt.Sprintf("the scope says %s, and %s; write that as a clause",
					scopeText([][]syncrule.Condition{{c}}), why))}
			}
			clauses = append(clauses, clause)
		}
		out = append(out, clauses)
	}
	return out
}

// clauseFrom writes one condition of an engine's scope. An attribute without a value is
// different from every value there, while a clause here never holds for it.
func clauseFrom(tree *expression.Syntax, c syncrule.Condition) (Clause, bool) {
	left, value := spell(tree), syncrule.Quote(c.Value)
	operator, written := "", ""
	switch strings.ToUpper(strings.NewReplacer("_", "", " ", "").Replace(c.Operator)) {
	case "EQUAL":
		operator, written = "EQUALS", fmt.Sprintf("Eq(%s, %s)", left, value)
	case "NOTEQUAL":
		written = fmt.Sprintf("NotEquals(%s, %s)", left, value)
	case "ISNULL":
		operator, written = "IS NULL", fmt.Sprintf("Not(IsPresent(%s))", left)
	case "ISNOTNULL":
		operator, written = "IS NOT NULL", fmt.Sprintf("IsPresent(%s)", left)
	case "CONTAINS":
		operator, written = "INCLUDES", fmt.Sprintf("CBool(InStr(%s, %s) > 0)", left, value)
	case "NOTCONTAINS":
		written = fmt.Sprintf("Not(InStr(%s, %s) > 0)", left, value)
	case "ENDSWITH":
		operator, written = "ENDS_WITH", fmt.Sprintf("Eq(Right(%s, %d), %s)", left, len([]rune(c.Value)), value)
	case "NOTENDSWITH":
		written = fmt.Sprintf("NotEquals(Right(%s, %d), %s)", left, len([]rune(c.Value)), value)
	case "STARTSWITH":
		operator, written = "REGEX MATCH", fmt.Sprintf("Eq(Left(%s, %d), %s)", left, len([]rune(c.Value)), value)
		if tree.Kind == expression.SyntaxAttribute {
			return Clause{Attribute: tree.Text, Operator: operator, Value: "^" + regexp.QuoteMeta(c.Value)}, true
		}
	case "NOTSTARTSWITH":
		written = fmt.Sprintf("NotEquals(Left(%s, %d), %s)", left, len([]rune(c.Value)), value)
	case "GREATERTHAN":
		operator, written = "GREATER_THAN", fmt.Sprintf("GreaterThan(%s, %s)", left, c.Value)
	case "GREATERTHANOREQUAL":
		operator, written = "GREATER_THAN_OR_EQUALS", fmt.Sprintf("GreaterThanOrEquals(%s, %s)", left, c.Value)
	case "ISBITSET":
		operator, written = "&", fmt.Sprintf("NotEquals(BitAnd(%s, %s), 0)", left, c.Value)
	case "ISBITNOTSET":
		operator, written = "!&", fmt.Sprintf("Eq(BitAnd(%s, %s), 0)", left, c.Value)
	default:
		return Clause{}, false
	}
	if operator != "" && tree.Kind == expression.SyntaxAttribute {
		clause := Clause{Attribute: tree.Text, Operator: operator}
		if op, _ := findOperator(operator); !op.unary {
			clause.Value = c.Value
		}
		return clause, true
	}
	return Clause{Expression: written}, true
}
