// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/expression"
)

// lifecycle derives who has left from the flows to userAccountControl or accountEnabled, or
// asks. A constant says it together with the scope of its rule.
func (s *syncImporter) lifecycle() {
	for _, name := range []string{"userAccountControl", "accountEnabled", "accountDisabled"} {
		all := s.flows[strings.ToLower(name)]
		if len(all) == 0 {
			continue
		}
		if s.status {
			s.askStatus("the rules decide by two attributes whether an account is enabled")
			return
		}
		flows, _ := lasting(all)
		on, flags := name == "accountEnabled", name == "userAccountControl"
		if flags {
			s.otherFlags(flows)
		}
		if words, ok := s.byScope(flows, on, flags); ok {
			s.derive(words, name, "constants of rules with different scopes")
			continue
		}
		tree, why := s.combine(flows, s.outScope)
		if why == "" {
			tree, why = s.compose(tree)
		}
		if why != "" {
			s.askStatus(fmt.Sprintf("of %s, %s", name, why))
			continue
		}
		r := &statusReader{on: on, flags: flags, answers: answers{words: map[string]verdict{}}}
		if r.read(tree); r.fixed(tree) != unclear {
			r.why = "it is the same for everybody"
		}
		s.derive(r.answers, name, spell(tree))
	}
}

// byScope reads rules that each give one value and are each for people with certain values
// of one attribute.
func (s *syncImporter) byScope(flows []contribution, on, flags bool) (answers, bool) {
	found := answers{words: map[string]verdict{}}
	r := &statusReader{on: on, flags: flags}
	for _, c := range flows {
		tree, why := c.tree()
		v := r.fixed(tree)
		if why != "" || v == unclear || len(c.rule.Scope) == 0 {
			return found, false
		}
		for _, group := range c.rule.Scope {
			if len(group) != 1 || !strings.EqualFold(group[0].Operator, "EQUAL") {
				return found, false
			}
			source, why := s.metaverse(group[0].Attribute)
			if why != "" || source.Kind != expression.SyntaxAttribute || found.attribute != "" && found.attribute != source.Text {
				return found, false
			}
			found.attribute = source.Text
			if _, twice := found.words[group[0].Value]; !twice { // the rule of the highest precedence decides
				found.words[group[0].Value] = v
			}
		}
	}
	kinds := slices.Compact(slices.Sorted(maps.Values(found.words)))
	return found, len(kinds) > 1
}

// flagNames are the flags of userAccountControl that people set by number, apart from the normal account.
var flagNames = []struct {
	bit  int64
	name string
}{{0x20, "no password required"}, {0x40, "cannot change password"}, {0x80, "reversibly encrypted password"},
	{0x10000, "password never expires"}, {0x40000, "smart card required"}, {0x80000, "trusted for delegation"},
	{0x100000, "not delegated"}, {0x400000, "no pre-authentication"}}

// otherFlags notes what else the numbers of userAccountControl say.
func (s *syncImporter) otherFlags(flows []contribution) {
	var names []string
	for _, c := range flows {
		tree, _ := c.tree()
		tree.Walk(func(n *expression.Syntax) {
			value, err := strconv.ParseInt(n.Text, 10, 64)
			if err != nil || value < 0 || value > 0x1000000 {
				return
			}
			for _, f := range flagNames {
				if value&f.bit != 0 && !slices.Contains(names, f.name) {
					names = append(names, f.name)
				}
			}
		})
	}
	if len(names) > 0 {
		s.notef("userAccountControl sets other flags as well (%s), which were not carried over.", strings.Join(names, ", "))
	}
}
