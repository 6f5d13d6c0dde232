// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping"
)

// warnKeys tells of each Switch and Lookup over an attribute that people have, of whose keys
// nobody has any: everybody would silently get the default, or null.
func (d *report) warnKeys() {
	if d.only != nil {
		return // some people have some of the keys only
	}
	secret, told := d.secretInputs()
	for _, rule := range ruleTexts(d.rules) {
		tree, err := expression.Parse(rule.text, expression.Dialect(d.rules.Dialect))
		if err != nil {
			continue // a plain name, or text
		}
		tree.Walk(func(s *expression.Syntax) {
			attribute, keys, what := keysOf(s, d.rules.Tables)
			if attribute == "" || len(keys) == 0 {
				return
			}
			found := d.without(attribute, keys)
			if len(found) == 0 {
				return
			}
			shown := some(found)
			if secret[attribute] || !told {
				shown = "values that are not shown, because a redacted rule reads them"
			}
			d.warn("%s: %s, and nobody in the feed has any of them, so that everybody gets the default, or nothing: found %s. Correct the "+
				"keys, or the attribute",
				rule.name, fmt.Sprintf(what, attribute, some(keys)), shown)
		})
	}
}

// ruleText is a rule as it stands in the configuration.
type ruleText struct{ name, text string }

func ruleTexts(r mapping.Rules) []ruleText {
	list := []ruleText{{"container", r.Container}, {"worker_lifecycle.leaver_container", r.Lifecycle.LeaverContainer}}
	for prefix, rules := range map[string]map[string]mapping.AttributeRule{"attribute ": r.Attributes,
		"worker_lifecycle.leaver_attributes ": r.Lifecycle.LeaverAttributes} {
		for _, name := range sortedKeys(rules) {
			list = append(list, ruleText{prefix + name, rules[name].Expression})
		}
	}
	for _, name := range sortedKeys(r.Expressions) {
		list = append(list, ruleText{"expression " + name, r.Expressions[name]})
	}
	return slices.DeleteFunc(list, func(t ruleText) bool { return t.text == "" })
}

// keysOf returns the attribute that a Switch or Lookup compares with constant keys, these keys, and
// how to say it; no attribute for anything else.
func keysOf(s *expression.Syntax, tables map[string]map[string]string) (attribute string, keys []string, what string) {
	if s.Kind != expression.SyntaxCall || len(s.Args) < 2 || s.Args[0] == nil || s.Args[0].Kind != expression.SyntaxAttribute {
		return "", nil, ""
	}
	switch {
	case s.Is("Switch"):
		for i := 2; i < len(s.Args); i += 2 {
			if key := s.Args[i]; key == nil || key.Kind != expression.SyntaxText && key.Kind != expression.SyntaxNumber {
				return "", nil, "" // what is computed may be anything
			}
			keys = append(keys, s.Args[i].Text)
		}
		return s.Args[0].Text, keys, "Switch compares [%s] with the keys %s"
	case s.Is("Lookup") && s.Args[1] != nil && s.Args[1].Kind == expression.SyntaxText:
		return s.Args[0].Text, sortedKeys(tables[s.Args[1].Text]), "Lookup looks [%s] up among the keys %s"
	}
	return "", nil, ""
}

// without returns the values of an attribute in the feed, where people have values and none is a key.
func (d *report) without(attribute string, keys []string) []string {
	seen := map[string]bool{}
	for _, p := range d.people {
		if p.worker == nil {
			continue
		}
		v, _ := p.worker.Attribute(attribute)
		text := v.Text()
		if text == "" || seen[text] {
			continue
		}
		if slices.ContainsFunc(keys, func(key string) bool { return key == text || sameTruth(key, text) }) {
			return nil
		}
		seen[text] = true
	}
	return sortedKeys(seen)
}

// sameTruth reports whether both texts are the same truth value, as Switch compares them.
func sameTruth(a, b string) bool {
	return strings.EqualFold(a, b) && (strings.EqualFold(a, "true") || strings.EqualFold(a, "false"))
}
