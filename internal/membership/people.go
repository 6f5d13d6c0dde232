// SPDX-License-Identifier: MPL-2.0

package membership

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression"
)

// people are the accounts that rules look at.
type people struct {
	subject  Subject
	workers  []string // sorted: results and errors come in one order
	accounts []directory.Account
	keys     []string // what documents of members call them
	core     map[string]string
	classes  map[string][]class // by attributes
}

// class is everybody who has the same values in some attributes: a rule that
// reads only those needs to be evaluated once for all of them.
type class struct{ who []int }

func newPeople(accounts map[string]directory.Account, s Subject) (*people, error) {
	p := &people{subject: s, workers: slices.Sorted(maps.Keys(accounts)), core: map[string]string{}, classes: map[string][]class{}}
	for _, c := range s.Format.Core {
		p.core[c.Key] = c.Attribute
	}
	taken := make(map[string]string, len(accounts))
	var errs []error
	for _, id := range p.workers {
		a := accounts[id]
		key := cmp.Or(a.Attributes[s.WorkerID].Text(), id)
		if other, twice := taken[directory.Fold(key)]; twice {
			errs = append(errs, fmt.Errorf("workers %q and %q: both have the %s %q, so that nobody can tell who is meant", other, id, s.WorkerID, key))
		}
		taken[directory.Fold(key)] = id
		p.accounts, p.keys = append(p.accounts, a), append(p.keys, key)
	}
	return p, errors.Join(errs...)
}

// attributes returns every name that a rule may use; nil, which allows all, when
// there is nobody to tell.
func (p *people) attributes() []string {
	if len(p.accounts) == 0 {
		return nil
	}
	names := map[string]bool{attrWorkerID: true, attrEnabled: true}
	if p.subject.Format.HasContainer {
		names[attrContainer] = true
	}
	for key, attribute := range p.core {
		names[key], names[attribute] = true, true
	}
	for _, a := range p.accounts {
		for name := range a.Attributes {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// value returns what one account has under a name that rules use.
func (p *people) value(i int, name string) directory.Value {
	a := &p.accounts[i]
	switch name {
	case attrWorkerID:
		return directory.Value{p.workers[i]}
	case attrEnabled:
		return directory.Value{map[bool]string{true: "True", false: "False"}[a.Enabled]}
	}
	if name == attrContainer && p.subject.Format.HasContainer {
		return directory.Value{a.Container}
	}
	if attribute, is := p.core[name]; is {
		name = attribute
	}
	return a.Attributes[name]
}

func (p *people) name(i int) string {
	for _, attribute := range p.subject.Labels {
		if text := p.accounts[i].Attributes[attribute].Text(); text != "" {
			return text
		}
	}
	return p.workers[i]
}

// classesOf divides everybody by the values of attributes, in the order of
// their first.
func (p *people) classesOf(attributes []string) []class {
	by := strings.Join(attributes, "\x00")
	if classes, done := p.classes[by]; done {
		return classes
	}
	index := map[string]int{}
	var classes []class
	var tuple []byte
	for i := range p.accounts {
		tuple = tuple[:0]
		for _, name := range attributes {
			values := p.value(i, name)
			tuple = append(strconv.AppendInt(tuple, int64(len(values)), 10), ';')
			for _, v := range values {
				tuple = append(append(strconv.AppendInt(tuple, int64(len(v)), 10), ':'), v...)
			}
		}
		n, known := index[string(tuple)]
		if !known {
			n = len(classes)
			index[string(tuple)] = n
			classes = append(classes, class{})
		}
		classes[n].who = append(classes[n].who, i)
	}
	p.classes[by] = classes
	return classes
}

// members evaluates a rule for everybody. The error names the first person for
// whom it fails.
func (p *people) members(program *expression.Program) (Members, error) {
	members := Members{}
	var first error
	failed := 0
	for _, c := range p.classesOf(program.Attributes()) {
		holds, err := p.holds(program, c.who[0])
		switch {
		case err != nil:
			if failed += len(c.who); first == nil {
				first = fmt.Errorf("worker %q: %w", p.workers[c.who[0]], err)
			}
		case holds:
			for _, i := range c.who {
				members[p.keys[i]] = p.name(i)
			}
		}
	}
	if failed > 1 {
		first = fmt.Errorf("%w (and %d more accounts)", first, failed-1)
	}
	return members, first
}

func (p *people) holds(program *expression.Program, i int) (bool, error) {
	v, err := program.Eval(&expression.Env{Attribute: func(name string) (expression.Value, bool) {
		switch values := p.value(i, name); len(values) {
		case 0:
			return expression.Null, false
		case 1:
			return expression.String(values[0]), true
		default:
			return expression.List(values...), true
		}
	}})
	if err != nil {
		return false, inRule(err)
	}
	if text := v.Text(); !strings.EqualFold(text, "true") && !strings.EqualFold(text, "false") {
		return false, fmt.Errorf("found %s, expected a condition that gives True or False", v)
	}
	return strings.EqualFold(v.Text(), "true"), nil
}
