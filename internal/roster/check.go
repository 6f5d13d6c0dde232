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
	"terraform-provider-workforce/internal/wording"
)

// check sets those aside for whom the directory would refuse something, and those whose
// account nothing may change. It fails when the directory cannot be asked.
func (d *decider) check(ctx context.Context) error {
	if err := d.checkContainers(ctx); err != nil {
		return fmt.Errorf("looking for containers: %w", err)
	}
	if err := d.checkSuffixes(ctx); err != nil {
		return fmt.Errorf("reading the suffixes of user principal names: %w", err)
	}
	if err := d.checkDeletions(ctx); err != nil {
		return fmt.Errorf("looking at the accounts that are to be deleted: %w", err)
	}
	if err := d.checkAllotments(ctx); err != nil {
		return fmt.Errorf("looking at what the directory has only so many of: %w", err)
	}
	d.checkDuplicates()
	d.checkElsewhere()
	d.checkProtected()
	return d.checkValues()
}

// checkDeletions sets those aside whose account is to be deleted and the directory would
// not delete.
func (d *decider) checkDeletions(ctx context.Context) error {
	var changes []directory.Change
	for _, p := range d.people {
		if p.deletes() && !p.aside() {
			changes = append(changes, directory.Change{WorkerID: p.id, ID: p.existing.ID, Want: *p.account})
		}
	}
	if d.in.Refuses == nil || len(changes) == 0 {
		return nil
	}
	return d.asideRefused(d.in.Refuses(ctx, changes), problemDeletion, "mend that by hand; the account stays disabled until then")
}

// asideRefused sets the people aside whom errors are about, and returns what is about nobody.
func (d *decider) asideRefused(err error, kind problemKind, remedy string) error {
	if err == nil {
		return nil
	}
	one, about := err.(*directory.PersonError)
	if many, joined := err.(interface{ Unwrap() []error }); joined && !about {
		var rest []error
		for _, e := range many.Unwrap() {
			rest = append(rest, d.asideRefused(e, kind, remedy))
		}
		return errors.Join(rest...)
	}
	if !about {
		return err
	}
	p := d.byWorker[one.WorkerID]
	if p == nil {
		return err
	}
	d.setAside(p, kind, own(p, one), remedy)
	return nil
}

// checkDuplicates sets those aside who would get a name that somebody else has. Where
// both had the name before, it is the directory's state and only worth a warning.
func (d *decider) checkDuplicates() {
	for _, c := range d.collisions {
		if c.first.aside() && c.second.aside() {
			continue
		}
		name := fmt.Sprintf("%s %q", c.attribute, c.value)
		if d.redacted[directory.Fold(c.attribute)] {
			name = c.attribute + " (redacted)"
		}
		gained := false
		for _, pair := range [][2]*person{{c.first, c.second}, {c.second, c.first}} {
			if p, other := pair[0], pair[1]; c.gains(p) && !p.aside() {
				gained = true
				d.setAside(p, problemName, fmt.Sprintf("%s would be that of worker %q, too", name, other.id), "make the rule give one of them another value, or correct the HR record")
			}
		}
		if !gained && !c.first.aside() && !c.second.aside() {
			d.warnLate("%s: workers %q and %q share it in the directory already", name, c.first.id, c.second.id)
		}
	}
}

// gains reports whether a person has the value, or the container it counts in,
// only from this run on. Another spelling of the same name is no gain.
func (c collision) gains(p *person) bool {
	return p.existing == nil || p.moves() || !slices.ContainsFunc(p.present(c.attribute), func(v string) bool { return loose(v) == loose(c.value) })
}

// checkProtected leaves protected accounts as they are. Only where somebody must
// lose access, and only a person can take it, the run stops.
func (d *decider) checkProtected() {
	for _, p := range d.people {
		if p.existing == nil || p.existing.Protected == "" || p.waits {
			continue
		}
		if cause, _ := d.mustNotSignIn(p); p.existing.Account.Enabled && !p.override.enables() && (cause != "" || p.disables()) {
			p.losesProtected = true
		}
		written := slices.ContainsFunc(p.changes, func(c Change) bool { return !c.itself })
		if !written || p.aside() && !d.looksOnly {
			continue
		}
		what := make([]string, len(p.changes))
		for i, c := range p.changes {
			what[i] = c.Attribute
		}
		d.setAside(p, problemProtected, fmt.Sprintf("%s is protected (%s), and the rules would change %s", describe(p.existing), p.existing.Protected, strings.Join(what, ", ")),
			"change it by hand, or take it out of what protects it")
	}
}

// refuseProtected stops the run where a protected account must lose access, which
// nothing in this provider may take from it.
func (d *decider) refuseProtected() error {
	var lines []string
	for _, p := range d.people {
		if p.losesProtected {
			lines = append(lines, fmt.Sprintf("worker %q: %s (%s): %s", p.id, describe(p.existing), p.existing.Protected, p.because))
		}
	}
	return refuse("these accounts must lose access, but are protected, so that only a person can take it (disable the account by hand, or take it out of what protects it; "+
		"to leave it enabled for now, give the worker an override with enabled = true, a reason and a last day)", lines)
}

// checkValues holds every value that is to be written against the directory's own
// schema. What is not written is not judged. A rule for an attribute that nobody can
// have concerns everybody, and is an error.
func (d *decider) checkValues() error {
	impossible := map[string]string{}
	for _, p := range d.people {
		if p.account == nil || p.account.Released || p.aside() {
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

// checkContradiction is for attributes that are to be written and say something different
// from each other.
func (d *decider) checkContradiction(p *person) {
	if d.in.Format.Contradiction == nil || p.aside() {
		return
	}
	attributes, err := d.in.Format.Contradiction(*p.account)
	if err == nil || p.existing != nil && !slices.ContainsFunc(attributes, p.changesOf) {
		return
	}
	problem := err.Error()
	if slices.ContainsFunc(attributes, func(name string) bool { return d.redacted[directory.Fold(name)] }) {
		problem = "they contradict each other (redacted)"
	}
	d.setAside(p, problemValue, "attributes "+strings.Join(attributes, ", ")+": "+problem, remedyValue)
}

// checkLacking is for names that a new account needs and no rule gives.
func (d *decider) checkLacking(p *person) {
	for _, c := range d.in.Format.Core {
		open := slices.ContainsFunc(p.slots, func(s *slot) bool { return s.attribute == c.Attribute })
		if c.Required && !open && len(p.account.Attributes[c.Attribute]) == 0 {
			d.setAside(p, problemValue, fmt.Sprintf("attribute %s: a new account needs it, and the rules give no value", c.Attribute), "correct the rule, or the HR record that it reads")
		}
	}
}

const remedyValue = "correct the HR record, the rule or the override"

func (d *decider) checkValue(p *person, name string, v directory.Value, impossible map[string]string) {
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
		if d.redacted[directory.Fold(name)] {
			problem = "a value does not fit (redacted), expected " + bounds(t)
		}
		if from := d.origin(p, name); from.rule != "" {
			problem += "; rule " + from.rule
		}
		d.setAside(p, problemValue, "attribute "+name+": "+problem, remedyValue)
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

// checkContainers is for containers that accounts are to be created in or moved to and
// that do not exist.
func (d *decider) checkContainers(ctx context.Context) error {
	if !d.in.Format.HasContainer {
		return nil
	}
	people := map[string][]*person{}
	for _, p := range d.people {
		if !p.aside() && (p.creates() || p.moves()) {
			people[p.account.Container] = append(people[p.account.Container], p)
		}
	}
	for _, p := range people[""] {
		d.setAside(p, problemContainer, "the rules give no container", "correct the rule of the container")
	}
	delete(people, "")
	if len(people) == 0 {
		return nil
	}
	root := ""
	if r, ok := d.in.Directory.(directory.Rooted); ok {
		var err error
		if root, err = r.Root(ctx); err != nil {
			return err
		}
	}
	missing, err := d.in.Directory.MissingContainers(ctx, sortedKeys(people))
	for _, container := range missing {
		for _, p := range people[container] {
			if root != "" && !strings.HasSuffix(canonicalPath(container), canonicalPath(root)) {
				d.setAside(p, problemContainer,
					fmt.Sprintf("the container %q is not in the domain %s, which the provider is connected to", container, root),
					"take the worker out of scope here, and give the other domain a provider alias, rules and a population of its own; or correct the rule")
				continue
			}
			d.setAside(p, problemContainer, fmt.Sprintf("the container %q does not exist", container), "create it first, or correct the rule")
		}
	}
	return err
}

// checkSuffixes is for user principal names to be written that end in a domain the
// directory does not have.
func (d *decider) checkSuffixes(ctx context.Context) error {
	attribute := ""
	for name, c := range d.core {
		if c.Key == "user_principal_name" {
			attribute = name
		}
	}
	people := map[string][]*person{}
	for _, p := range d.people {
		if p.account == nil || p.aside() || !p.creates() && !p.changesOf(attribute) {
			continue
		}
		if v := p.account.Attributes[attribute]; len(v) > 0 {
			name, suffix := v.Text(), ""
			if at := strings.LastIndexByte(name, '@'); at >= 0 {
				suffix = directory.Fold(name[at+1:])
			}
			people[suffix] = append(people[suffix], p)
		}
	}
	if len(people) == 0 {
		return nil
	}
	known, err := d.in.Directory.Suffixes(ctx)
	if err != nil {
		return err
	}
	for suffix, list := range people {
		problem := ""
		switch {
		case suffix == "":
			problem = "the user principal name has no @ and suffix at all"
		case len(known) > 0 && !slices.ContainsFunc(known, func(s string) bool { return directory.Fold(s) == suffix }):
			problem = fmt.Sprintf("the directory does not know the suffix %q, expected one of %s", suffix, some(known))
		}
		if problem == "" {
			continue
		}
		for _, p := range list {
			d.setAside(p, problemSuffix, problem, "add it there, or correct the rule")
		}
	}
	return nil
}

// some quotes the first few of many.
func some(list []string) string {
	const shown = 3
	quoted := make([]string, 0, shown+1)
	for _, s := range list[:min(shown, len(list))] {
		quoted = append(quoted, strconv.Quote(s))
	}
	if more := len(list) - shown; more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %s more", wording.Thousands(more)))
	}
	return strings.Join(quoted, ", ")
}
