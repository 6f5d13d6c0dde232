// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// check refuses what the directory would refuse, and what nothing may do to an
// account. failed says that the directory could not be asked.
func (d *decider) check(ctx context.Context) (problems, failed error) {
	missing, err := d.missingContainers(ctx)
	if err != nil {
		return nil, fmt.Errorf("looking for containers: %w", err)
	}
	suffixes, err := d.foreignSuffixes(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the suffixes of user principal names: %w", err)
	}
	return errors.Join(
		refuse("two accounts would share a name that must be unique", d.duplicates()),
		refuse("these accounts are protected, and the rules would change them (take the worker out of scope, or lift the protection)", d.protected()),
		refuse("the directory does not accept these values", d.values()),
		refuse("these containers do not exist (create them first, or correct the rule)", missing),
		refuse("these suffixes of user principal names are not known to the directory (add them there, or correct the rule)", suffixes),
	), nil
}

// duplicates reports names that two accounts hold. Where both had the name
// before, it is the directory's state and only worth a warning.
func (d *decider) duplicates() (lines []string) {
	for _, c := range d.collisions {
		line := fmt.Sprintf("%s %q: workers %q and %q", c.attribute, c.value, c.first.id, c.second.id)
		if d.redacted[directory.Fold(c.attribute)] {
			line = fmt.Sprintf("%s (redacted): workers %q and %q", c.attribute, c.first.id, c.second.id)
		}
		if c.gains(c.first) || c.gains(c.second) {
			lines = append(lines, line)
			continue
		}
		d.warn("%s share it in the directory already", line)
	}
	return lines
}

// gains reports whether a person has the value, or the container it counts in,
// only from this run on. Another spelling of the same name is no gain.
func (c collision) gains(p *person) bool {
	return p.existing == nil || p.moves() || !slices.ContainsFunc(p.present(c.attribute), func(v string) bool { return loose(v) == loose(c.value) })
}

func (d *decider) protected() (lines []string) {
	for _, p := range d.people {
		if p.existing == nil || p.existing.Protected == "" || len(p.changes) == 0 {
			continue
		}
		what := make([]string, len(p.changes))
		for i, c := range p.changes {
			what[i] = c.Attribute
		}
		lines = append(lines, fmt.Sprintf("worker %q: %s (%s): %s", p.id, describe(p.existing), p.existing.Protected, strings.Join(what, ", ")))
	}
	return lines
}

// fault is one kind of value that the directory refuses.
type fault struct {
	attribute, rule, first string
	workers                []string
}

// values holds every value that is to be written against the directory's own
// schema. The same fault of many workers is one line.
func (d *decider) values() []string {
	faults := map[string]*fault{}
	for _, p := range d.people {
		if p.account == nil {
			continue
		}
		if p.existing == nil {
			for name, v := range p.account.Attributes {
				d.value(faults, p, name, v)
			}
			d.lacking(faults, p)
			continue
		}
		for _, c := range p.changes {
			if c.Attribute != EnabledChange && c.Attribute != ContainerChange {
				d.value(faults, p, c.Attribute, p.account.Attributes[c.Attribute])
			}
		}
	}
	var lines []string
	for _, key := range sortedKeys(faults) {
		f := faults[key]
		line := fmt.Sprintf("attribute %s of %s (%s): %s", f.attribute, count(len(f.workers), "worker"), some(f.workers), f.first)
		if f.rule != "" {
			line += "; rule " + f.rule
		}
		lines = append(lines, line)
	}
	return lines
}

// lacking reports names that a new account needs and no rule gives.
func (d *decider) lacking(faults map[string]*fault, p *person) {
	for name, c := range d.core {
		open := slices.ContainsFunc(p.slots, func(s *slot) bool { return s.attribute == name })
		if c.Required && !open && len(p.account.Attributes[name]) == 0 {
			addFault(faults, p, name, "", "a new account needs it, and the rules give no value", "")
		}
	}
}

func (d *decider) value(faults map[string]*fault, p *person, name string, v directory.Value) {
	t, known := d.schema.Lookup(name)
	switch {
	case name == directory.GroupsAttribute: // no attribute of the directory
	case !known:
		what := "the directory's users have no such attribute"
		if near := d.schema.Nearest(name); near != "" {
			what += fmt.Sprintf("; did you mean %s?", near)
		}
		addFault(faults, p, name, "unknown", what, "")
	case name == directory.ManagerAttribute: // a worker id, not a path
	case len(v) == 0 && p.existing == nil:
	case t.ReadOnly:
		addFault(faults, p, name, "read-only", "the directory maintains it, it cannot be written", "")
	default:
		err := t.Check(v)
		if err == nil {
			return
		}
		what := err.Error()
		if d.redacted[directory.Fold(name)] {
			what = "a value does not fit (redacted), expected " + bounds(t)
		}
		addFault(faults, p, name, "value", what, d.origin(p, name).rule)
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

func addFault(faults map[string]*fault, p *person, attribute, kind, what, rule string) {
	key := attribute + "\x00" + kind + "\x00" + rule
	if faults[key] == nil {
		faults[key] = &fault{attribute: attribute, rule: rule, first: what}
	}
	faults[key].workers = append(faults[key].workers, p.id)
}

// missingContainers reports every container that accounts are to be created in
// or moved to and that does not exist.
func (d *decider) missingContainers(ctx context.Context) ([]string, error) {
	if !d.in.Format.HasContainer {
		return nil, nil
	}
	workers := map[string][]string{}
	for _, p := range d.people {
		if p.creates() || p.moves() {
			workers[p.account.Container] = append(workers[p.account.Container], p.id)
		}
	}
	if len(workers) == 0 {
		return nil, nil
	}
	var lines []string
	if ids := workers[""]; ids != nil {
		lines = append(lines, fmt.Sprintf("the rules give no container for %s (%s)", count(len(ids), "account"), some(ids)))
		delete(workers, "")
	}
	missing, err := d.in.Directory.MissingContainers(ctx, sortedKeys(workers))
	for _, container := range missing {
		ids := workers[container]
		lines = append(lines, fmt.Sprintf("%s, for %s (%s)", container, count(len(ids), "account"), some(ids)))
	}
	return lines, err
}

// foreignSuffixes reports user principal names to be written that end in a domain
// the directory does not have.
func (d *decider) foreignSuffixes(ctx context.Context) ([]string, error) {
	attribute := ""
	for name, c := range d.core {
		if c.Key == "user_principal_name" {
			attribute = name
		}
	}
	workers := map[string][]string{}
	for _, p := range d.people {
		if p.account == nil || !p.creates() && !p.changesOf(attribute) {
			continue
		}
		if v := p.account.Attributes[attribute]; len(v) > 0 {
			name := v.Text()
			suffix := directory.Fold(name[strings.LastIndexByte(name, '@')+1:])
			if !strings.Contains(name, "@") {
				suffix = ""
			}
			workers[suffix] = append(workers[suffix], p.id)
		}
	}
	if len(workers) == 0 {
		return nil, nil
	}
	known, err := d.in.Directory.Suffixes(ctx)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, suffix := range sortedKeys(workers) {
		switch {
		case suffix == "":
			lines = append(lines, fmt.Sprintf("no @ and suffix at all, for %s (%s)", count(len(workers[suffix]), "account"), some(workers[suffix])))
		case len(known) > 0 && !slices.ContainsFunc(known, func(s string) bool { return directory.Fold(s) == suffix }):
			lines = append(lines, fmt.Sprintf("%q, for %s (%s); expected one of %s", suffix, count(len(workers[suffix]), "account"), some(workers[suffix]), some(known)))
		}
	}
	return lines, nil
}

// some quotes the first few of many.
func some(list []string) string {
	const shown = 3
	quoted := make([]string, 0, shown+1)
	for _, s := range list[:min(shown, len(list))] {
		quoted = append(quoted, strconv.Quote(s))
	}
	if more := len(list) - shown; more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %s more", thousands(more)))
	}
	return strings.Join(quoted, ", ")
}
