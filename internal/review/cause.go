// SPDX-License-Identifier: MPL-2.0

package review

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/wording"
)

// cause is one reason for many changes: the same attribute with the same old
// and new value, or, where every value is its own, the same rule.
type cause struct {
	Attribute string          `json:"attribute"`
	Old       directory.Value `json:"old,omitempty"`
	New       directory.Value `json:"new,omitempty"`
	Rule      string          `json:"rule,omitempty"`
	Override  string          `json:"override,omitempty"`
	Redacted  bool            `json:"redacted,omitempty"`
	// Various is true when the people have different values.
	Various bool `json:"various,omitempty"`
	People  int  `json:"people"`
	// Of is how many accounts had the old value before, where that is known.
	Of int `json:"of,omitempty"`
	// First are the worker ids of some of them.
	First []string `json:"first"`

	inputs []string
	keys   []string // see changeKey
	first  []example
}

// example is a change of one of many people.
type example struct {
	person *person
	change roster.Difference
}

const (
	// examplesShown is how many people are shown for what many have in common.
	examplesShown = 3
	// sharedFrom is from how many people on a cause speaks for them: whoever has no
	// other change is not listed on their own, so that those who have can be seen.
	sharedFrom = 10
)

// changeKey is the same for changes that are the same for several people.
func changeKey(c roster.Difference) string {
	old, _ := c.Old.MarshalJSON()
	now, _ := c.New.MarshalJSON()
	return c.Attribute + "\x00" + string(old) + "\x00" + string(now) + "\x00" + c.Rule + "\x00" + c.Override
}

// findCauses groups all changes, the most frequent first. What is the same for everybody who
// loses or gets access is not among them: that is what the sections about them are called.
func (v *Review) findCauses() []cause {
	same := map[string]*cause{}
	for _, p := range v.people {
		for _, c := range p.dec.Changes {
			if slices.Contains(states, c.Attribute) {
				continue
			}
			key := changeKey(c)
			if same[key] == nil {
				same[key] = &cause{Attribute: c.Attribute, Old: c.Old, New: c.New, Rule: c.Rule, Override: c.Override, Redacted: c.Redacted, inputs: c.Inputs, keys: []string{key}}
			}
			same[key].add(1, example{p, c})
		}
	}
	mergeSingle(same)
	var all []cause
	for _, key := range slices.Sorted(maps.Keys(same)) {
		all = append(all, *same[key])
	}
	slices.SortStableFunc(all, func(a, b cause) int { return cmp.Compare(b.People, a.People) })
	v.countHolders(all)
	return all
}

// states are changes that the kind of a decision tells already.
var states = []string{roster.EnabledChange, roster.DeletedChange, roster.ReleasedChange, roster.DisabledForChange, roster.SessionsChange}

// countHolders counts who had the old value of the largest causes before.
func (v *Review) countHolders(causes []cause) {
	for i := range causes[:min(len(causes), v.o.MaxListed)] {
		c := &causes[i]
		if c.Various || c.Redacted || len(c.Old) == 0 || c.People < sharedFrom {
			continue
		}
		for _, p := range v.people {
			if old, changes := p.change(c.Attribute); changes && p.pro.HadAccount {
				if old.Old.Equal(c.Old) {
					c.Of++
				}
				continue
			}
			a, managed := v.r.Accounts[p.id()]
			switch {
			case !managed || !p.pro.HadAccount:
			case c.Attribute == roster.ContainerChange:
				if directory.Fold(a.Container) == directory.Fold(c.Old.Text()) {
					c.Of++
				}
			case a.Attributes[c.Attribute].Equal(c.Old):
				c.Of++
			}
		}
	}
}

// add counts people, and keeps the first of them.
func (c *cause) add(people int, examples ...example) {
	c.People += people
	for _, x := range examples {
		if len(c.first) < examplesShown {
			c.first, c.First = append(c.first, x), append(c.First, x.person.id())
		}
	}
}

// mergeSingle makes one cause of those of the same rule that concern one person each.
func mergeSingle(same map[string]*cause) {
	single := map[string][]*cause{}
	for _, c := range same {
		if c.People == 1 {
			kind := c.Attribute + "\x00" + c.Rule + "\x00" + c.Override
			single[kind] = append(single[kind], c)
		}
	}
	for _, list := range single {
		if len(list) < 2 {
			continue
		}
		slices.SortFunc(list, func(a, b *cause) int { return cmp.Compare(a.first[0].person.at, b.first[0].person.at) })
		merged := &cause{Attribute: list[0].Attribute, Rule: list[0].Rule, Override: list[0].Override, Redacted: list[0].Redacted, Various: true, inputs: list[0].inputs}
		for _, c := range list {
			delete(same, c.keys[0])
			merged.add(1, c.first...)
			merged.keys = append(merged.keys, c.keys...)
		}
		same[list[0].keys[0]] = merged
	}
}

// sharedKeys returns the keys of the changes that the list of causes tells for many.
// Where each of them gets a value of their own it tells only the first, so that
// everybody is listed as long as a list can hold them.
func (v *Review) sharedKeys() map[string]bool {
	shared := map[string]bool{}
	for _, c := range v.causes[:min(len(v.causes), v.o.MaxListed)] {
		if c.People >= sharedFrom && (!c.Various || c.People > v.o.MaxListed) {
			for _, key := range c.keys {
				shared[key] = true
			}
		}
	}
	return shared
}

// sharesAll reports whether the causes tell everything that changes for a person.
func (p *person) sharesAll(shared map[string]bool) bool {
	return p.pro.InFeed && len(p.dec.Changes) > 0 && !slices.ContainsFunc(p.dec.Changes,
		func(c roster.Difference) bool { return !shared[changeKey(c)] })
}

// tellChange writes a change: the attribute, and from what to what. Managers have names.
func (v *Review) tellChange(attribute string, old, now directory.Value) text {
	return say("%s: %s → %s", value(attribute), v.tellValue(attribute, old), v.tellValue(attribute, now))
}

func (v *Review) tellValue(attribute string, val directory.Value) text {
	if len(val) == 0 {
		return say("none")
	}
	if attribute == directory.ManagerAttribute {
		return v.manager(val.Text())
	}
	var list []text
	for _, one := range val {
		list = append(list, text{value(one)})
	}
	return join(list, ", ")
}

// columns are the source attributes that a rule names in brackets.
func columns(rule string) []string {
	var out []string
	for _, found := range bracketed.FindAllStringSubmatch(rule, -1) {
		if !slices.Contains(out, found[1]) {
			out = append(out, found[1])
		}
	}
	return out
}

var bracketed = regexp.MustCompile(`\[([^\[\]]+)\]`)

// because says in words where a change comes from.
func because(rule, override string, inputs []string) text {
	switch {
	case override != "":
		return say("an override %s", override)
	case rule == "":
		return say("the lifecycle")
	case strings.HasPrefix(rule, "worker_lifecycle."):
		return say("the lifecycle, %s", value(rule))
	case len(inputs) == 0:
		inputs = columns(rule)
	}
	if len(inputs) == 0 {
		return say("the rule gives everybody the same")
	}
	var list []text
	for _, name := range inputs[:min(len(inputs), 4)] {
		list = append(list, text{value(name)})
	}
	if more := len(inputs) - 4; more > 0 {
		list = append(list, say("%s", count(more, "more column")))
	}
	return say("HR: %s", join(list, ", "))
}

// tell writes a cause in one sentence, as "130 of 130 with it: department: Sales → Revenue".
func (c *cause) tell(v *Review) text {
	switch {
	case c.Redacted:
		return say("%s of %s (redacted)", value(c.Attribute), people(c.People))
	case c.Various:
		return say("%s of %s, each their own value", value(c.Attribute), people(c.People))
	case c.Of > c.People:
		return say("%s, for %s of %s who had it", v.tellChange(c.Attribute, c.Old, c.New), c.People, c.Of)
	case c.Of == c.People && c.Of > 1:
		return say("%s, for all %s who had it", v.tellChange(c.Attribute, c.Old, c.New), c.People)
	}
	return say("%s, for %s", v.tellChange(c.Attribute, c.Old, c.New), people(c.People))
}

// people counts people.
func people(n int) span {
	if n == 1 {
		return words("1 person")
	}
	return words(wording.Thousands(n) + " people")
}
