// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping/syncrule"
)

// engineOnly are targets that mean something to the engine alone, lower-cased.
var engineOnly = []string{"sourceanchor", "cloudanchor", "sourceobjecttype", "cloudfiltered", "cloudmastered", "objecttype", "objectid",
	"onpremisesecurityidentifier", "pwdlastsettimestamp", "lastpasswordchangetimestamp", "export_password"}

// target carries the flows to one attribute of the account over.
func (s *syncImporter) target(all []contribution) {
	name := all[0].flow.Target
	lower := strings.ToLower(name)
	if lower == "dn" || lower == "distinguishedname" {
		s.dn(all)
		return
	}
	if slices.Contains(engineOnly, lower) {
		s.notef("%s was left out: only the engine knows it.", name)
		return
	}
	if lower == "useraccountcontrol" || lower == "accountenabled" || lower == "accountdisabled" {
		return // see lifecycle
	}
	flows, initial := lasting(all)
	tree, why := s.combine(flows, s.outScope)
	if why == "" {
		tree, why = s.compose(tree)
	}
	if instead := whyRefused(s.format, name); instead != "" {
		s.notef("%s was left out: %s.", name, instead) // its source may be a password
		return
	}
	if why == "" && isNothing(tree) {
		s.notef("%s was left out: the rules give it no value. An attribute without a rule is not managed.", name)
		return
	}
	name = s.translate(syncName(s.rules.Target, name))
	rule := AttributeRule{}
	switch {
	case why != "":
		rule.Expression = question(fmt.Sprintf("%s; write what %s is to become", why, name))
	case tree.Kind == expression.SyntaxAttribute:
		rule.Source = tree.Text
	case tree.Kind == expression.SyntaxText:
		rule.Constant = &tree.Text
	default:
		rule.Expression = spell(tree)
	}
	a := attributeMapping{Target: name, FlowType: "Always"}
	switch merge := strings.ToLower(flows[0].flow.Merge); {
	case initial:
		a.FlowType = "ObjectAddOnly"
	case strings.HasPrefix(merge, "merge"):
		a.FlowType = "ValueAddOnly"
	case merge != "" && merge != "update" && merge != "replace":
		a.FlowType = looseText(flows[0].flow.Merge)
	}
	s.apply(a, &rule)
	s.nullOf(name, flows, tree, &rule)
	if strings.EqualFold(name, "manager") {
		s.notef("manager must be the worker id of the manager. Where the rule reads anything else, read manager_id instead.")
	}
	s.rules.Attributes[name] = rule
}

// lasting are the flows that count: those that last, or those of creation where none lasts.
func lasting(all []contribution) (flows []contribution, initial bool) {
	flows = slices.DeleteFunc(slices.Clone(all), func(c contribution) bool { return c.flow.Initial })
	if len(flows) == 0 {
		return all, true
	}
	return flows, false
}

// nullOf says what becomes of a value whose source is empty. Lists keep theirs, and so does
// what reads an attribute that no rule fills: one that the HR data source does not have either
// would empty the attribute for everybody.
func (s *syncImporter) nullOf(name string, flows []contribution, tree *expression.Syntax, rule *AttributeRule) {
	clears := slices.ContainsFunc(flows, func(c contribution) bool { return c.flow.Clears })
	if !clears || rule.Apply != "" && rule.Apply != ApplyAlways || rule.Constant != nil || tree == nil {
		return
	}
	if _, names := s.format.Naming[name]; names {
		return
	}
	lower := strings.ToLower(name)
	list := strings.HasPrefix(lower, "other") || slices.Contains(lists, lower)
	if list || slices.ContainsFunc(tree.Attributes(), func(read string) bool { return s.empty[read] }) {
		s.notef("%s keeps its value when its source has none, although the rule lets nulls flow: set when_null = \"clear\" if that is meant.",
			name)
		return
	}
	rule.WhenNull = NullClear
	s.notef("%s is cleared when its source has no value, since the rule lets nulls flow.", name)
}

// lists are attributes of several values that rules of these engines fill, lower-cased; those
// whose names begin with "other" are lists as well.
var lists = []string{"proxyaddresses", "businessphones", "showinaddressbook", "url", "imaddresses", "seealso"}

// connectNames are the names that the connector of Entra Connect has for properties that
// Microsoft Graph and provisioning jobs call otherwise, lower-cased.
var connectNames = map[string]string{"alias": "mailNickname", "countrycode": "usageLocation", "givenname": "givenName"}

func syncName(target, name string) string {
	if renamed := connectNames[strings.ToLower(name)]; renamed != "" && target == syncrule.Entra {
		return renamed
	}
	return name
}

// dn splits the distinguished name of new accounts into container and cn.
func (s *syncImporter) dn(all []contribution) {
	if s.rules.Target != syncrule.ActiveDirectory {
		return
	}
	flows, initial := lasting(all)
	tree, why := s.combine(flows, s.outScope)
	var cn, container *expression.Syntax
	if why == "" {
		if cn, container = splitName(tree); cn == nil {
			why = fmt.Sprintf("dn is %s, which does not part into CN=… and a container", spell(tree))
		}
	}
	if why == "" {
		cn, why = s.compose(cn)
	}
	if why == "" {
		container, why = s.compose(container)
	}
	if why != "" {
		s.rules.Container = question(why + "; write the container")
		s.rules.Attributes["cn"] = AttributeRule{Expression: question(why + "; write the common name")}
		return
	}
	s.rules.Container = spell(container)
	s.rules.Attributes["cn"] = AttributeRule{Expression: spell(cn), Apply: ApplyAlways}
	if cn.Kind == expression.SyntaxAttribute {
		s.rules.Attributes["cn"] = AttributeRule{Source: cn.Text, Apply: ApplyAlways}
	}
	s.notef("dn became container and cn.")
	if initial {
		rule := s.rules.Attributes["cn"]
		rule.Apply, s.rules.ContainerApply = ApplyOnCreate, ApplyOnCreate
		s.rules.Attributes["cn"] = rule
	}
}

// splitName parts "CN=" + name + ",OU=Staff,DC=…" into both halves, without the CN= and the
// comma between them.
func splitName(tree *expression.Syntax) (cn, container *expression.Syntax) {
	if tree == nil || tree.Kind != expression.SyntaxJoin {
		return nil, nil
	}
	parts := operands(tree)
	if inner := parts[0]; inner.Is("EscapeDNComponent") && len(inner.Args) == 1 {
		parts = append(operands(inner.Args[0]), parts[1:]...)
	}
	if parts[0].Kind != expression.SyntaxText || len(parts[0].Text) < 3 || !strings.EqualFold(parts[0].Text[:3], "CN=") {
		return nil, nil
	}
	first := &expression.Syntax{Kind: expression.SyntaxText, Text: parts[0].Text[3:]}
	name := []*expression.Syntax{}
	if first.Text != "" {
		name = append(name, first)
	}
	for k, part := range parts[1:] {
		if rest, ok := withoutComma(part); ok {
			if len(name) == 0 {
				return nil, nil
			}
			return joined(name), joined(append([]*expression.Syntax{rest}, parts[k+2:]...))
		}
		name = append(name, part)
	}
	return nil, nil
}

func operands(tree *expression.Syntax) []*expression.Syntax {
	if tree != nil && tree.Kind == expression.SyntaxJoin {
		var out []*expression.Syntax
		for _, arg := range tree.Args {
			out = append(out, operands(arg)...)
		}
		return out
	}
	return []*expression.Syntax{tree}
}

func joined(parts []*expression.Syntax) *expression.Syntax {
	if len(parts) == 1 {
		return parts[0]
	}
	return &expression.Syntax{Kind: expression.SyntaxJoin, Text: "+", Args: parts}
}

// withoutComma takes the comma away that a text, or every result of an IIF, begins with.
func withoutComma(s *expression.Syntax) (*expression.Syntax, bool) {
	switch {
	case s == nil:
		return nil, false
	case s.Kind == expression.SyntaxText:
		rest, ok := strings.CutPrefix(strings.TrimSpace(s.Text), ",")
		return &expression.Syntax{Kind: expression.SyntaxText, Text: rest}, ok
	case s.Kind == expression.SyntaxJoin:
		first, ok := withoutComma(s.Args[0])
		return joined(append([]*expression.Syntax{first}, s.Args[1:]...)), ok
	case s.Is("IIF") && len(s.Args) == 3:
		yes, ok1 := withoutComma(s.Args[1])
		no, ok2 := withoutComma(s.Args[2])
		return &expression.Syntax{Kind: s.Kind, Text: s.Text, Args: []*expression.Syntax{s.Args[0], yes, no}}, ok1 && ok2
	}
	return nil, false
}
