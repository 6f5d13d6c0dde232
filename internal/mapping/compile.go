// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/expression/spelling"
)

// compiler collects the compiled mapping and every problem on the way.
type compiler struct {
	m      *Mapping
	rules  Rules
	schema *directory.Schema
	format directory.Format
	named  map[string]*expression.Program
	inputs map[string]bool // source attributes read
	errs   []error
}

// Compile checks rules against the target's standard schema and account format
// and prepares them. Every problem is reported at once, joined, each with its
// path in the document, such as attributes["department"].expression. When all
// else is well the examples are run, and every difference is a problem.
func Compile(rules Rules, schema *directory.Schema, f directory.Format) (*Mapping, error) {
	if schema == nil {
		schema = directory.NewSchema()
	}
	c := &compiler{m: &Mapping{}, rules: rules, format: f, inputs: map[string]bool{}}
	c.schema = c.extend(schema)
	if rules.Target != f.Target {
		c.failf("target", "found %q, expected %q, which these rules are used for", rules.Target, f.Target)
	}
	c.m.checkPath = f.CheckPath
	if rules.SynchronisedOnly && f.Mastered == nil {
		c.failf("synchronised_only", "found true, expected it only where accounts are synchronised from elsewhere, "+
			"which those of %s are not", f.Target)
	}
	c.choices()
	c.tables()
	c.expressions()
	c.match()
	c.attributes()
	c.container()
	c.scope()
	c.lifecycle()
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	c.finish()
	if errs := c.m.checkExamples(); len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return c.m, nil
}

func (c *compiler) fail(path string, err error) {
	c.errs = append(c.errs, fmt.Errorf("%s: %w", path, err))
}

func (c *compiler) failf(path, format string, args ...any) {
	c.fail(path, fmt.Errorf(format, args...))
}

// extend lets the extra attributes into the schema, as text of any length.
func (c *compiler) extend(schema *directory.Schema) *directory.Schema {
	var types []directory.AttributeType
	for i, name := range c.rules.ExtraAttributes {
		if strings.TrimSpace(name) != name || name == "" {
			c.failf(fmt.Sprintf("extra_attributes[%d]", i), "found %q, expected the name of an attribute", name)
			continue
		}
		if _, known := schema.Lookup(name); !known {
			types = append(types, directory.AttributeType{Name: name, Multi: true})
		}
	}
	return schema.With(types...)
}

// choices checks the words that are one of a few.
func (c *compiler) choices() {
	r := c.rules
	c.oneOf("container_apply", r.ContainerApply, ApplyAlways, ApplyOnCreate)
	c.oneOf("on_out_of_scope", r.OnOutOfScope, OutOfScopeIgnore, OutOfScopeKeep, OutOfScopeDisable, OutOfScopeLeaver)
	c.oneOf("manager_missing", r.ManagerMissing, ManagerKeep, ManagerClear, ManagerNextLevel)
	c.oneOf("dialect", r.Dialect, string(expression.Provisioning), string(expression.CloudSync), string(expression.MIM))
	if strings.ContainsAny(r.DefaultDomain, "@ \t") {
		c.failf("default_domain", "found %q, expected a domain such as corp.example.com, without an @", r.DefaultDomain)
	}
}

// oneOf accepts the empty word, which stands for the default.
func (c *compiler) oneOf(path, found string, words ...string) {
	if found != "" && !slices.Contains(words, found) {
		c.failf(path, "found %q, expected one of %s%s", found, quoted(words), didYouMean(spelling.Nearest(found, words)))
	}
}

func (c *compiler) tables() {
	for _, name := range sortedKeys(c.rules.Tables) {
		if name == "" {
			c.failf(`tables[""]`, "expected a name")
		}
	}
}

// expressions compiles the named expressions, each after those it uses.
func (c *compiler) expressions() {
	c.named = map[string]*expression.Program{}
	state := map[string]int{} // 1: being compiled, 2: done
	var visit func(name string, trail []string)
	visit = func(name string, trail []string) {
		source, defined := c.rules.Expressions[name]
		switch {
		case !defined || state[name] == 2:
			return
		case state[name] == 1:
			state[name] = 2
			loop := append(trail[slices.Index(trail, name):], name)
			c.failf(indexed("expressions", name), "uses itself: %s; break the circle", strings.Join(loop, " → "))
			return
		}
		state[name] = 1
		for _, used := range uses(source) {
			visit(used, append(slices.Clone(trail), name))
		}
		if state[name] == 2 {
			return // part of a circle, which has been reported
		}
		state[name] = 2
		if p := c.program(indexed("expressions", name), source); p != nil && p.Unique() {
			c.failf(indexed("expressions", name), "SelectUniqueValue must be the whole expression of an attribute rule, not of a named expression")
		} else if p != nil {
			c.named[name] = p
		}
	}
	for _, name := range sortedKeys(c.rules.Expressions) {
		visit(name, nil)
	}
}

// program compiles an expression, or reports what is wrong with it and returns nil.
func (c *compiler) program(path, source string) *expression.Program {
	if !c.decided(path, source) {
		return nil
	}
	p, err := expression.Compile(source, expression.Options{Dialect: expression.Dialect(c.rules.Dialect), Tables: c.rules.Tables, Named: c.named})
	if err != nil {
		for _, e := range flatten(err) {
			c.fail(path, e)
		}
		return nil
	}
	return p
}

// fixedProgram compiles an expression where SelectUniqueValue has no place.
func (c *compiler) fixedProgram(path, source string) computation {
	p := c.program(path, source)
	if p != nil && p.Unique() {
		c.failf(path, "SelectUniqueValue is for attribute rules only")
	}
	return c.computed(p)
}

func (c *compiler) computed(p *expression.Program) computation {
	if p == nil {
		return computation{}
	}
	return computation{program: p, text: p.Source(), inputs: c.read(p.Attributes()...)}
}

func (c *compiler) copied(name string) computation {
	return computation{attribute: name, text: "[" + name + "]", inputs: c.read(name)}
}

func (c *compiler) read(names ...string) []string {
	for _, name := range names {
		c.inputs[name] = true
	}
	return names
}

// attributeName takes the name out of FirstName, [FirstName] or [emails[type eq "work"].value].
func attributeName(source string) string {
	s := strings.TrimSpace(source)
	if tree, err := expression.Parse(s, expression.Provisioning); err == nil && tree.Kind == expression.SyntaxAttribute {
		return tree.Text
	}
	if inner, ok := strings.CutPrefix(s, "["); ok {
		if inner, ok = strings.CutSuffix(inner, "]"); ok && !strings.ContainsAny(inner, "[]") {
			return strings.TrimSpace(inner)
		}
	}
	return s
}

func (c *compiler) match() {
	if len(c.rules.Match) == 0 {
		c.failf("match", "missing, expected at least one rule that recognises a worker's account, such as source worker_id and target employeeID")
	}
	c.rules.Match = slices.Clone(c.rules.Match)
	for i := range c.rules.Match {
		all := slices.Clone(c.rules.Match[i].All)
		c.rules.Match[i].All = all
		if len(all) == 0 {
			c.failf(fmt.Sprintf("match[%d]", i), "missing, expected at least one comparison of a source with a target")
		}
		var conditions []condition
		for j := range all {
			path := fmt.Sprintf("match[%d].all[%d]", i, j)
			if len(all) == 1 {
				path = fmt.Sprintf("match[%d]", i)
			}
			all[j].Target = c.matchTarget(path+".target", all[j].Target)
			conditions = append(conditions, condition{target: all[j].Target, from: c.matchSource(path+".source", all[j].Source), path: path})
		}
		c.m.match = append(c.m.match, conditions)
	}
}

func (c *compiler) matchSource(path, source string) computation {
	switch {
	case strings.TrimSpace(source) == "":
		c.failf(path, "missing, expected a source attribute or an expression")
		return computation{}
	case !c.decided(path, source):
		return computation{}
	case strings.ContainsAny(source, `[("`):
		return c.fixedProgram(path, source)
	}
	return c.copied(strings.TrimSpace(source))
}

func (c *compiler) matchTarget(path, name string) string {
	t, ok := c.lookup(path, name)
	switch {
	case !ok:
		return name
	case t.Name == directory.ManagerAttribute:
		c.failf(path, "a worker cannot be recognised by their manager")
	case t.Syntax == directory.Binary || t.Syntax == directory.Security:
		c.failf(path, "%s holds %s, which no source value can equal", t.Name, t.Syntax)
	}
	return t.Name
}

// lookup finds a target attribute, or reports which one may have been meant.
func (c *compiler) lookup(path, name string) (directory.AttributeType, bool) {
	if t, ok := c.schema.Lookup(name); ok {
		return t, true
	}
	for _, core := range c.format.Core {
		if strings.EqualFold(core.Key, name) {
			c.failf(path, "unknown target attribute %q: in rules it is called %q", name, core.Attribute)
			return directory.AttributeType{}, false
		}
	}
	near := c.schema.Nearest(name)
	if near == "" {
		c.failf(path, "unknown target attribute %q; add it to extra_attributes if the directory's schema was extended by it", name)
	} else {
		c.failf(path, "unknown target attribute %q; did you mean %q? (if your directory has it all the same, name it in extra_attributes)", name, near)
	}
	return directory.AttributeType{}, false
}

// container compiles where accounts and leavers live.
func (c *compiler) container() {
	leaver := c.rules.Lifecycle.LeaverContainer
	if !c.format.HasContainer {
		for _, given := range [][2]string{{"container", c.rules.Container}, {"worker_lifecycle.leaver_container", leaver}} {
			if given[1] != "" {
				c.failf(given[0], "%s has no containers; leave it out", c.rules.Target)
			}
		}
		return
	}
	if strings.TrimSpace(c.rules.Container) == "" {
		c.failf("container", "missing, expected an expression for the container of the account, such as \"OU=Staff,DC=corp,DC=example,DC=com\"")
	} else {
		c.m.container = c.place("container", c.rules.Container)
	}
	if leaver != "" {
		c.m.leaverTo = c.place("worker_lifecycle.leaver_container", leaver)
	}
}

// place compiles a container: a path as it is, or an expression. The texts that an
// expression may give as a whole are checked at once.
func (c *compiler) place(path, source string) computation {
	check := func(string) error { return nil }
	if !c.decided(path, source) {
		return computation{}
	}
	if c.m.checkPath != nil {
		check = c.m.checkPath
		if check(source) == nil {
			v := strings.TrimSpace(source)
			return computation{constant: expression.String(v), text: strconv.Quote(v)}
		}
		if !strings.ContainsAny(source, `[("`) {
			c.fail(path, check(source))
			return computation{}
		}
	}
	compiled := c.fixedProgram(path, source)
	for _, text := range results(source) {
		if err := check(text); text != "" && compiled.program != nil && err != nil {
			c.fail(path, err)
		}
	}
	return compiled
}

// finish fills in what is derived from everything else.
func (c *compiler) finish() {
	targets, unique := map[string]bool{}, map[string]bool{}
	for _, r := range slices.Concat(c.m.rulesFor, c.m.leaverFor) {
		targets[r.target.Name] = true
		if r.outcome.Unique {
			unique[r.target.Name] = true
		}
	}
	for _, name := range []string{c.rules.Lifecycle.RecordIn, c.rules.Lifecycle.FormerNamesIn} {
		if name != "" {
			targets[name] = true
		}
	}
	if c.m.lifecycle.strips() {
		targets[directory.GroupsAttribute] = true
	}
	c.m.rules = c.rules
	c.m.sources = slices.Sorted(maps.Keys(c.inputs))
	c.m.targets = slices.Sorted(maps.Keys(targets))
	c.m.unique = slices.Sorted(maps.Keys(unique))
}

func indexed(path, key string) string { return path + "[" + strconv.Quote(key) + "]" }

func quoted(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strconv.Quote(w)
	}
	return strings.Join(out, ", ")
}

func didYouMean(near string) string {
	if near == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", near)
}

// flatten returns the errors that err joins, or err itself.
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
