// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// checkValues holds every value that is to be written against the directory's own
// schema. What is not written is not judged. A rule for an attribute that nobody can
// have concerns everybody, and is an error.
//
// Nearly all values fit. That is found on every core, and whoever has another is looked at one by one.
func (d *comparison) checkValues() error {
	doubtful := make([]bool, len(d.people))
	inParallel(len(d.people), func(i int) { doubtful[i] = d.isDoubtful(d.people[i]) })
	impossible := map[string]string{}
	for i, p := range d.people {
		if !doubtful[i] {
			continue
		}
		if p.existing == nil {
			for _, name := range sortedKeys(p.account.Attributes) {
				d.checkValue(p, name, p.account.Attributes[name], impossible)
			}
			d.checkLacking(p)
			d.checkContradiction(p)
			continue
		}
		for _, c := range p.changes {
			if v, attribute := p.account.Attributes[c.Attribute]; attribute {
				d.checkValue(p, c.Attribute, v, impossible)
			}
		}
		d.checkContradiction(p)
	}
	var lines []string
	for _, name := range sortedKeys(impossible) {
		lines = append(lines, "attribute "+name+": "+impossible[name])
	}
	return refuse("the directory has no such attributes, or does not let anybody write them (correct the rules)", lines)
}

// isDoubtful reports whether a value of somebody may not fit. It changes nothing.
func (d *comparison) isDoubtful(p *compared) bool {
	if p.account == nil || p.account.Released || p.aside() {
		return false
	}
	if d.in.Format.Contradiction != nil {
		if _, err := d.in.Format.Contradiction(*p.account, p.existing); err != nil {
			return true
		}
	}
	if p.existing != nil {
		return slices.ContainsFunc(p.changes, func(c Difference) bool {
			v, attribute := p.account.Attributes[c.Attribute]
			return attribute && !d.takes(p, c.Attribute, v)
		})
	}
	for name, v := range p.account.Attributes {
		if !d.takes(p, name, v) {
			return true
		}
	}
	return slices.ContainsFunc(d.in.Format.Core, func(c directory.CoreKey) bool {
		return c.Required && len(p.account.Attributes[c.Attribute]) == 0
	})
}

// takes reports whether the directory takes a value, as far as its schema says.
func (d *comparison) takes(p *compared, name string, v directory.Value) bool {
	t, known := d.schema.Lookup(name)
	switch {
	case name == directory.GroupsAttribute, name == directory.ManagerAttribute && known:
		return true
	case !known:
		return false
	case len(v) == 0 && p.existing == nil:
		return true
	}
	return !t.ReadOnly && d.in.Format.CheckValue(t, v) == nil
}

// checkContradiction is for attributes that are to be written and say something different
// from each other.
func (d *comparison) checkContradiction(p *compared) {
	if d.in.Format.Contradiction == nil || p.aside() {
		return
	}
	attributes, err := d.in.Format.Contradiction(*p.account, p.existing)
	if err == nil || p.existing != nil && !slices.ContainsFunc(attributes, p.changesOf) {
		return
	}
	problem := err.Error()
	if slices.ContainsFunc(attributes, func(name string) bool { return d.hides(name) }) {
		problem = "they contradict each other (redacted)"
	}
	p.setAside(problemValue, "attributes "+strings.Join(attributes, ", ")+": "+problem, remedyValue)
}

// checkLacking is for names that a new account needs and no rule gives.
func (d *comparison) checkLacking(p *compared) {
	for _, c := range d.in.Format.Core {
		open := slices.ContainsFunc(p.slots, func(s *slot) bool { return s.attribute == c.Attribute })
		if c.Required && !open && len(p.account.Attributes[c.Attribute]) == 0 {
			p.setAside(problemValue, fmt.Sprintf("attribute %s: a new account needs it, and the rules give no value", c.Attribute),
				"correct the rule, or the HR record that it reads")
		}
	}
}

const remedyValue = "correct the HR record, the rule or the override"

func (d *comparison) checkValue(p *compared, name string, v directory.Value, impossible map[string]string) {
	t, known := d.schema.Lookup(name)
	switch {
	case name == directory.GroupsAttribute: // no attribute of the directory
	case !known:
		impossible[name] = "the directory's users have no such attribute"
		if near := d.schema.Nearest(name); near != "" {
			impossible[name] += fmt.Sprintf("; did you mean %s?", near)
		}
	case name == directory.ManagerAttribute: // a worker id, not a path
	case len(v) == 0 && p.existing == nil:
	case t.ReadOnly:
		impossible[name] = "the directory maintains it, it cannot be written"
	default:
		err := d.in.Format.CheckValue(t, v)
		if err == nil {
			return
		}
		problem := err.Error()
		if d.hides(name) {
			problem = "a value does not fit (redacted), expected " + bounds(t)
		}
		if from := d.origin(p.person, name); from.rule != "" {
			problem += "; rule " + from.rule
		}
		p.setAside(problemValue, "attribute "+name+": "+problem, remedyValue)
		d.refusedValues = append(d.refusedValues, refusedValue{p, name, v})
	}
}

// bounds says what an attribute takes, without an example.
func bounds(t directory.AttributeType) string {
	text := t.Syntax.String()
	if t.HasMin {
		text += ", from " + strconv.FormatInt(t.Min, 10)
	}
	if t.HasMax {
		text += ", to " + strconv.FormatInt(t.Max, 10)
	}
	return text
}
