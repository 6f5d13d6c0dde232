// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"slices"
)

// maxGroups is into how many groups a filter with several values may grow.
const maxGroups = 100

// scope carries the scoping filter over. What cannot be carried over is asked for: a
// clause less lets people in, and a group less shuts people out.
func (i *importer) scope(filter *syncFilter) {
	if filter == nil {
		return
	}
	if len(filter.CategoryGroups) > 0 || len(filter.InputGroups) > 0 {
		i.everyGroup(question("the job's scope has category or input filters; write what they say as clauses"))
	}
	empty, filled := 0, 0
	for _, g := range filter.Groups {
		if len(g.Clauses) == 0 {
			empty++
			continue
		}
		filled++
		i.rules.Scope = append(i.rules.Scope, i.group(g)...)
	}
	if empty > 0 && filled > 0 {
		i.everyGroup(question("the job's scope has a filter without clauses beside others; say whether everybody is in scope (leave scope " +
			"out) or the others decide"))
	}
	if filled > 0 {
		i.rules.OnOutOfScope = OutOfScopeDisable
		i.notef("on_out_of_scope is \"disable\", as in the provisioning job unless SkipOutOfScopeDeletions is set there.")
	}
}

// everyGroup adds an expression to every group of the scope.
func (i *importer) everyGroup(source string) {
	if len(i.rules.Scope) == 0 {
		i.rules.Scope = [][]Clause{nil}
	}
	for k, group := range i.rules.Scope {
		i.rules.Scope[k] = append(slices.Clone(group), Clause{Expression: source})
	}
}

// group turns a filter into the groups that say the same: one for each combination of
// the values of its clauses.
func (i *importer) group(g filterGroup) [][]Clause {
	groups := [][]Clause{nil}
	for _, c := range g.Clauses {
		alternatives := i.clauses(c)
		if len(groups)*len(alternatives) > maxGroups {
			alternatives = [][]Clause{{{Expression: question(fmt.Sprintf("%s %s has %d values, too many combinations to write as groups; "+
				"write them as one REGEX MATCH", c.Source, c.Operator, len(c.Operand.Values)))}}}
		}
		var grown [][]Clause
		for _, group := range groups {
			for _, more := range alternatives {
				grown = append(grown, slices.Concat(group, more))
			}
		}
		groups = grown
	}
	return groups
}

// clauses gives the alternatives that a clause of the job stands for, each of which is a
// list of clauses that must all hold.
func (i *importer) clauses(c filterClause) [][]Clause {
	op, known := findOperator(c.Operator)
	var values []string
	if c.Operand != nil {
		for _, v := range c.Operand.Values {
			values = append(values, string(v))
		}
	}
	name := attributeName(c.Source)
	ask := func(format string, args ...any) [][]Clause {
		return [][]Clause{{{Expression: question(fmt.Sprintf("the scope clause %s %s %s ", c.Source, c.Operator, quoted(values)) +
			fmt.Sprintf(format, args...))}}}
	}
	switch {
	case !known:
		i.notef("The scope operator %q on %s is unknown here: replace it.", c.Operator, c.Source)
		return ask("has an operator that is unknown here; write it with one of %s", quoted(operatorNames()))
	case op.unary:
		return [][]Clause{{{Attribute: name, Operator: op.name}}}
	case len(values) == 0 || slices.Contains(values, ""):
		return ask("compares with nothing; write what it is compared with, or IS NULL")
	case len(values) == 1:
		return [][]Clause{{{Attribute: name, Operator: op.name, Value: values[0]}}}
	}
	single := make([]Clause, len(values))
	for k, v := range values {
		single[k] = Clause{Attribute: name, Operator: op.name, Value: v}
	}
	switch op.name {
	case "EQUALS", "INCLUDES", "ENDS_WITH", "REGEX MATCH":
		i.notef("The scope clause %s %s has %d values: each became a group of its own, and one group is enough.", c.Source, c.Operator,
			len(values))
		var alternatives [][]Clause
		for _, clause := range single {
			alternatives = append(alternatives, []Clause{clause})
		}
		return alternatives
	case "NOT EQUALS", "NOT REGEX MATCH":
		i.notef("The scope clause %s %s has %d values: each became a clause of its own, and all must hold.", c.Source, c.Operator, len(values))
		return [][]Clause{single}
	}
	return ask("has %d values; write it with one", len(values))
}
