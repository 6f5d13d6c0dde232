// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression"
)

// rule is a compiled AttributeRule.
type rule struct {
	target   directory.AttributeType
	from     computation
	outcome  Outcome // what is the same for every worker
	whenNull string
	required bool // the account document cannot do without
	cleared  bool // the rule always clears
	day      bool // a date alone means the end of that day
	naming   func(string) error
	syntax   func(string) error // what AttributeType.Check leaves to the target: paths and times
}

// attributes compiles the rules, and those of leavers, which replace rules of
// the same names.
func (c *compiler) attributes() {
	var working, leaving []rule
	c.rules.Attributes, working = c.attributeRules("attributes", c.rules.Attributes)
	c.rules.Lifecycle.LeaverAttributes, leaving = c.attributeRules("worker_lifecycle.leaver_attributes", c.rules.Lifecycle.LeaverAttributes)
	for _, core := range c.format.Core {
		ruled := slices.ContainsFunc(working, func(r rule) bool { return r.target.Name == core.Attribute })
		if core.Required && !c.rules.SynchronisedOnly && !ruled && !c.misspelt(core.Attribute) {
			c.failf("attributes", "missing a rule for %q, which every account of %s needs", core.Attribute, c.rules.Target)
		}
	}
	byName := map[string]rule{}
	for _, r := range slices.Concat(working, leaving) {
		byName[r.target.Name] = r
	}
	c.m.rulesFor = working
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		c.m.leaverFor = append(c.m.leaverFor, byName[name])
	}
}

// misspelt reports whether a rule for the attribute exists but could not be compiled.
func (c *compiler) misspelt(name string) bool {
	for given := range c.rules.Attributes {
		if strings.EqualFold(given, name) {
			return true
		}
	}
	return false
}

// attributeRules compiles one map of rules. It returns the map with the
// schema's spellings, and the rules sorted by name.
func (c *compiler) attributeRules(path string, given map[string]AttributeRule) (map[string]AttributeRule, []rule) {
	if given == nil {
		return nil, nil
	}
	spelt := make(map[string]AttributeRule, len(given))
	first := map[string]string{}
	var rules []rule
	for _, name := range sortedKeys(given) {
		where := indexed(path, name)
		t, ok := c.writable(where, name)
		if !ok {
			spelt[name] = given[name]
			continue
		}
		if before, twice := first[t.Name]; twice {
			c.failf(where, "the same attribute as %q", before)
			continue
		}
		first[t.Name] = name
		spelt[t.Name] = given[name]
		if r, ok := c.attributeRule(where, t, given[name]); ok {
			rules = append(rules, r)
		}
	}
	slices.SortFunc(rules, func(a, b rule) int { return strings.Compare(a.target.Name, b.target.Name) })
	return spelt, rules
}

// pseudo are attributes that only Microsoft's HR provisioning has, lower-cased, with what says the same here.
var pseudo = map[string]string{
	"accountdisabled": directory.ByLifecycle,
	"issoftdeleted":   "deletion follows from worker_lifecycle.retention_days and the resource's on_removal",
	"objectfilter":    "who gets an account is said by scope; IgnoreObjectFlow in any rule drops a worker as well",
}

// whyRefused says why no rule may write an attribute, "" if one may.
func whyRefused(f directory.Format, name string) string {
	lower := strings.ToLower(name)
	return cmp.Or(f.Refused[lower], pseudo[lower])
}

// syntax is what AttributeType.Check leaves to the target, nil if nothing.
func (c *compiler) syntax(t directory.AttributeType) func(string) error {
	switch {
	case t.Syntax == directory.Path && t.Name != directory.ManagerAttribute:
		return c.format.CheckPath
	case t.Syntax == directory.Time && c.format.CheckTime != nil:
		return func(s string) error { return c.format.CheckTime(t.Name, s) }
	}
	return nil
}

// writable finds the target attribute of a rule and refuses those that no rule may write.
func (c *compiler) writable(path, name string) (directory.AttributeType, bool) {
	if instead := whyRefused(c.format, name); instead != "" {
		c.failf(path, "%s cannot be written by a rule: %s", name, instead)
		return directory.AttributeType{}, false
	}
	if why := c.format.WhyUnsupported(name); why != "" {
		c.failf(path, "%s", why)
		return directory.AttributeType{}, false
	}
	t, ok := c.lookup(path, name)
	switch {
	case !ok:
		return t, false
	case t.ReadOnly:
		c.failf(path, "%s is maintained by the directory itself and cannot be written; leave the rule out", t.Name)
		return t, false
	case c.rules.SynchronisedOnly && c.format.Mastered != nil && c.format.Mastered(t.Name):
		c.failf(path, "Active Directory masters %s of synchronised users; leave the rule out, and write it there", t.Name)
		return t, false
	case t.Syntax == directory.Security:
		c.failf(path, "%s holds %s, which rules cannot make; leave the rule out", t.Name, t.Syntax)
		return t, false
	}
	return t, true
}

func (c *compiler) attributeRule(path string, t directory.AttributeType, given AttributeRule) (rule, bool) {
	problems := len(c.errs)
	r := rule{target: t, whenNull: given.WhenNull, required: c.required(t.Name), syntax: c.syntax(t)}
	if t.Name == directory.ManagerAttribute {
		r.target.Syntax, r.target.HasMax, r.target.HasMin = directory.Text, false, false // a worker id, which the target translates
	}
	r.naming, r.day = c.format.Naming[t.Name], slices.Contains(c.format.Days, t.Name)
	r.from = c.computation(path, given)
	r.outcome.Redact = given.Redact || r.from.program != nil && r.from.program.Redacted()
	r.outcome.Unique = given.Unique || r.naming != nil || slices.Contains(c.format.Unique, t.Name)
	r.outcome.Origin = &Origin{Rule: r.from.text, Inputs: r.from.inputs}
	r.outcome.Shared = r.outcome.Unique && r.from.program != nil && !r.from.program.UsesRandom()
	c.apply(path, &r, given)
	if r.from.program != nil && r.from.program.Unique() && !r.outcome.Unique {
		c.failf(path+".expression", "SelectUniqueValue is for unique attributes: set unique = true")
	}
	if given.Constant != nil {
		c.constant(path+".constant", &r, *given.Constant)
	}
	if given.Default != nil {
		c.defaultValue(path+".default", &r, given)
	}
	return r, len(c.errs) == problems
}

func (c *compiler) required(name string) bool {
	return slices.ContainsFunc(c.format.Core, func(core directory.CoreKey) bool { return core.Required && core.Attribute == name })
}

// computation compiles where the value comes from.
func (c *compiler) computation(path string, given AttributeRule) computation {
	var set []string
	if given.Source != "" {
		set = append(set, "source")
	}
	if given.Constant != nil {
		set = append(set, "constant")
	}
	if given.Expression != "" {
		set = append(set, "expression")
	}
	switch {
	case len(set) > 1:
		c.failf(path, "found %s, expected only one of source, constant and expression", strings.Join(set, " and "))
	case len(set) == 0 && given.Default == nil:
		c.failf(path, "missing, expected one of source, constant and expression, or a default for new accounts")
	case given.Source != "":
		name := attributeName(given.Source)
		if name == "" || strings.ContainsAny(name, `["`) && !filtered(name) {
			c.failf(path+".source", "found %s, expected the name of one source attribute, such as FirstName or [FirstName]; write expressions as expression", given.Source)
			break
		}
		return c.copied(name)
	case given.Expression != "":
		return c.computed(c.program(path+".expression", given.Expression))
	}
	return computation{}
}

// filtered reports whether a name is one of SCIM with a filter in it.
func filtered(name string) bool {
	tree, err := expression.Parse("["+name+"]", expression.Provisioning)
	return err == nil && tree.Kind == expression.SyntaxAttribute
}

// apply checks and sets when the rule is applied. Naming attributes are kept
// from the existing account unless the rule says otherwise: a change renames.
func (c *compiler) apply(path string, r *rule, given AttributeRule) {
	c.oneOf(path+".apply", given.Apply, ApplyAlways, ApplyOnCreate, ApplyIfEmpty, ApplyAddValues)
	c.oneOf(path+".when_null", given.WhenNull, NullKeep, NullClear, NullError)
	apply := given.Apply
	if apply == "" && (r.naming != nil || r.from.program != nil && r.from.program.Unique()) {
		apply = ApplyOnCreate
	}
	r.outcome.OnCreate, r.outcome.IfEmpty, r.outcome.Adds = apply == ApplyOnCreate, apply == ApplyIfEmpty, apply == ApplyAddValues
	if r.outcome.Adds && !r.target.Multi {
		c.failf(path+".apply", "found %q, but %s holds one value; use %q, %q or %q", apply, r.target.Name, ApplyAlways, ApplyOnCreate,
			ApplyIfEmpty)
	}
	if given.WhenNull != NullClear {
		return
	}
	switch {
	case r.required:
		c.failf(path+".when_null", "%s cannot be cleared, every account needs it; use \"error\"", r.target.Name)
	case r.outcome.OnCreate || r.outcome.IfEmpty || r.outcome.Adds:
		c.failf(path+".when_null", "\"clear\" has no effect with apply = %q, which leaves existing values alone", apply)
	}
}

func (c *compiler) constant(path string, r *rule, text string) {
	v := directory.Value{text}
	r.from = computation{constant: expression.String(text), text: strconv.Quote(text)}
	r.outcome.Rule = r.from.text
	if blank(text) {
		r.cleared = true
		switch {
		case r.outcome.Adds:
			c.failf(path, "found %q, expected a value to add", text)
		case text != "":
			c.failf(path, "found only blanks, expected a value, or \"\" to clear the attribute")
		case r.required:
			c.failf(path, "%s cannot be cleared, every account needs it", r.target.Name)
		}
		return
	}
	if err := c.checkFixed(r, v); err != nil {
		c.fail(path, err)
	}
	if r.naming != nil {
		c.failf(path, "%s names an account: two people cannot both have %q; use a source or an expression", r.target.Name, text)
	}
}

func (c *compiler) defaultValue(path string, r *rule, given AttributeRule) {
	switch {
	case blank(*given.Default):
		c.failf(path, "found %q, expected a value; leave it out for none", *given.Default)
		return
	case given.Constant != nil:
		c.failf(path, "has no effect beside a constant, which is never null")
	case given.WhenNull == NullError:
		c.failf(path, "has no effect with when_null = \"error\"")
	case r.outcome.Unique:
		c.failf(path, "%s is unique: two people cannot both have %q", r.target.Name, *given.Default)
	}
	r.outcome.Default = directory.Value{*given.Default}
	if r.outcome.Rule == "" {
		r.outcome.Rule = "default " + strconv.Quote(*given.Default)
	}
	if err := c.checkFixed(r, r.outcome.Default); err != nil {
		c.fail(path, err)
	}
}

// endOfDay makes the dates of an attribute that holds an instant the end of that day in a zone, as RFC 3339 in UTC.
func (r *rule) endOfDay(v directory.Value, zone *time.Location) directory.Value {
	if !r.day {
		return v
	}
	v = slices.Clone(v)
	for i, s := range v {
		if end, ok := directory.EndOfDay(s, zone); ok {
			v[i] = end.UTC().Format(time.RFC3339)
		}
	}
	return v
}

// checkFixed says what is wrong with a value that stands in the rules.
func (c *compiler) checkFixed(r *rule, v directory.Value) error {
	v = r.endOfDay(v, time.UTC)
	if err := r.check(v); err != nil || r.target.Name == directory.ManagerAttribute {
		return err
	}
	return c.format.CheckValue(r.target, v)
}

// check says what is wrong with a value of the attribute.
func (r *rule) check(v directory.Value) error {
	if err := r.target.Check(v); err != nil {
		return err
	}
	for _, s := range v {
		if strings.ContainsRune(s, 0) {
			return errors.New("found a text with a NUL character, which directories do not hold")
		}
		if r.naming != nil {
			if err := r.naming(s); err != nil {
				return err
			}
		}
		if r.syntax != nil {
			if err := r.syntax(s); err != nil {
				return err
			}
		}
	}
	if r.naming != nil && len(v) > 1 {
		return fmt.Errorf("found %d values, expected one", len(v))
	}
	return nil
}
