// SPDX-License-Identifier: MPL-2.0

package membership

import (
	"cmp"
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
	out      []bool             // of whom no rule decides
	decided  int                // how many the others are
}

// class is everybody who has the same values in some attributes: a rule that
// reads only those needs to be evaluated once for all of them.
type class struct{ who []int }

func newPeople(accounts map[string]directory.Account, s Subject) *people {
	p := &people{subject: s, workers: slices.Sorted(maps.Keys(accounts)), core: map[string]string{}, classes: map[string][]class{}}
	for _, c := range s.Format.Core {
		p.core[c.Key] = c.Attribute
	}
	for _, id := range p.workers {
		p.accounts = append(p.accounts, accounts[id])
		p.keys = append(p.keys, cmp.Or(accounts[id].Attributes[s.WorkerID].Text(), id))
	}
	return p
}

// findings are what is known of people whatever the rules.
func (p *people) findings(rules int) *Findings {
	f := &Findings{Members: make(map[string]Members, rules), Failed: map[string]*RuleError{}, failed: map[string]map[string]bool{},
		Doubtful: map[string]string{}, Shut: map[string]bool{}, Absent: map[string]bool{}}
	p.out = make([]bool, len(p.workers))
	bearers := make(map[string]int, len(p.workers))
	for i, a := range p.accounts {
		key := directory.Fold(p.keys[i])
		if other, twice := bearers[key]; twice {
			f.Doubtful[key] = fmt.Sprintf("the workers %q and %q both have the %s %q, so that nobody can tell who is meant: correct one of them", p.workers[other], p.workers[i], p.subject.WorkerID, p.keys[i])
			p.out[other], p.out[i] = true, true
		}
		bearers[key] = i
		switch {
		case a.Deleted, a.Attributes[directory.GroupsAttribute].Text() == directory.GroupsRemoved:
			f.Absent[key], f.Shut[key], p.out[i] = true, true, true
		case a.Released:
			f.Doubtful[key], p.out[i] = releasedReason, true
		case !a.Enabled:
			f.Shut[key] = true
		}
	}
	for _, out := range p.out {
		if !out {
			p.decided++
		}
	}
	return f
}

// releasedReason is why nothing is done about somebody; it is nobody's problem.
const releasedReason = "the account is released"

// Troubled returns, sorted, what is wrong with accounts whatever the rule.
func (f *Findings) Troubled() []string {
	var out []string
	for _, why := range f.Doubtful {
		if why != releasedReason {
			out = append(out, why)
		}
	}
	slices.Sort(out)
	return out
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

// classesOf divides everybody whom rules are about by the values of attributes,
// in the order of their first.
func (p *people) classesOf(attributes []string) []class {
	by := strings.Join(attributes, "\x00")
	if classes, done := p.classes[by]; done {
		return classes
	}
	index := map[string]int{}
	var classes []class
	var tuple []byte
	for i := range p.accounts {
		if p.out[i] {
			continue
		}
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

// members evaluates a rule for everybody whom rules are about. The error names
// the first person for whom it fails; failed has the folded keys of all of them.
func (p *people) members(program *expression.Program) (members Members, failed map[string]bool, err error) {
	members = Members{}
	for _, c := range p.classesOf(program.Attributes()) {
		holds, failure := p.holds(program, c.who[0])
		if failure == nil && !holds {
			continue
		}
		for _, i := range c.who {
			switch {
			case failure != nil && failed == nil:
				failed, err = map[string]bool{directory.Fold(p.keys[i]): true}, fmt.Errorf("worker %q: %w", p.workers[i], failure)
			case failure != nil:
				failed[directory.Fold(p.keys[i])] = true
			default:
				members[p.keys[i]] = p.name(i)
			}
		}
	}
	if len(failed) > 1 {
		err = fmt.Errorf("%w (and %d more accounts)", err, len(failed)-1)
	}
	return members, failed, err
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
