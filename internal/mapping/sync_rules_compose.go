// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping/syncrule"
)

// spell writes a node in the mim dialect.
func spell(s *expression.Syntax) string {
	if s == nil {
		return ""
	}
	args := make([]string, len(s.Args))
	for k, arg := range s.Args {
		args[k] = spell(arg)
		if arg != nil && s.Kind != expression.SyntaxCall && (arg.Kind == expression.SyntaxComparison || arg.Kind == expression.SyntaxJoin) {
			args[k] = "(" + args[k] + ")"
		}
	}
	switch s.Kind {
	case expression.SyntaxText:
		return syncrule.Quote(s.Text)
	case expression.SyntaxAttribute:
		return "[" + s.Text + "]"
	case expression.SyntaxCall:
		return s.Text + "(" + strings.Join(args, ", ") + ")"
	case expression.SyntaxComparison:
		return strings.Join(args, " "+s.Text+" ")
	case expression.SyntaxJoin:
		return strings.Join(args, " + ")
	default:
		return s.Text
	}
}

// wordsOfRules are the bare words that are no attributes, lower-cased.
var wordsOfRules = []string{"true", "false", "null", "ignorethisflow", "authoritativenull", "vbtextcompare", "vbbinarycompare"}

// parseRule reads an expression of a synchronization rule, with bare words as the attributes that they are.
func parseRule(source string) (*expression.Syntax, error) {
	tree, err := expression.Parse(source, expression.MIM)
	if err != nil {
		return nil, err
	}
	tree.Walk(func(n *expression.Syntax) {
		rename(n)
		if n.Kind == expression.SyntaxWord && !slices.Contains(wordsOfRules, strings.ToLower(n.Text)) {
			n.Kind = expression.SyntaxAttribute
		}
	})
	return tree, nil
}

// renamed are functions of Entra Connect that are called otherwise here, by the number of
// their arguments.
// https://learn.microsoft.com/entra/identity/hybrid/connect/reference-connect-sync-functions-reference
var renamed = []struct {
	from      string
	arguments int
	to        string
}{{"Replace", 3, "ReplaceString"}, {"FormatDateTime", 2, "DateTimeFormat"}, {"PadLeft", 3, "LeftPad"}, {"PadRight", 3, "RightPad"}}

// rename turns a call of a function of the engine into what means the same here.
func rename(n *expression.Syntax) {
	switch {
	case n.Is("CustomExpression") && len(n.Args) == 1 && n.Args[0] != nil:
		*n = *n.Args[0]
	case n.Is("Switch") && len(n.Args)%2 == 0 && len(n.Args) > 0: // pairs of a condition and a value
		out := &expression.Syntax{Kind: expression.SyntaxWord, Text: "NULL"}
		for k := len(n.Args) - 2; k >= 0; k -= 2 {
			out = &expression.Syntax{Kind: expression.SyntaxCall, Text: "IIF", Args: []*expression.Syntax{n.Args[k], n.Args[k+1], out}}
		}
		*n = *out
	case n.Is("Join") && len(n.Args) == 2: // the list first, and then what stands between
		n.Args = []*expression.Syntax{n.Args[1], n.Args[0]}
	}
	for _, r := range renamed {
		if n.Is(r.from) && len(n.Args) == r.arguments {
			n.Text = r.to
		}
	}
}

// tree gives the flow's source as a tree, or says why there is none.
func (c contribution) tree() (tree *expression.Syntax, why string) {
	f := c.flow
	switch {
	case f.Code != "":
		return nil, fmt.Sprintf("code of a rules extension decides (%s)", f.Code)
	case f.Attribute != "":
		return &expression.Syntax{Kind: expression.SyntaxAttribute, Text: f.Attribute}, ""
	case f.Constant != nil:
		for _, word := range []string{"NULL", "AuthoritativeNull"} {
			if strings.EqualFold(*f.Constant, word) {
				return &expression.Syntax{Kind: expression.SyntaxWord, Text: word}, ""
			}
		}
		return &expression.Syntax{Kind: expression.SyntaxText, Text: *f.Constant}, ""
	}
	tree, err := parseRule(f.Expression)
	if err != nil {
		return nil, fmt.Sprintf("the expression %s cannot be read: %s", f.Expression, err)
	}
	for _, function := range []string{"ImportedValue", "CRef", "ConvertSidToString", "WorkflowParameter"} {
		tree.Walk(func(n *expression.Syntax) {
			if n.Is(function) {
				why = fmt.Sprintf("%s reads what only the engine has (%s)", spell(tree), function)
			}
		})
	}
	return tree, why
}

// metaverse gives what an attribute of the metaverse is in terms of the source, or says why
// that cannot be said. An attribute that no rule fills stands for itself.
func (s *syncImporter) metaverse(name string) (tree *expression.Syntax, why string) {
	key := strings.ToLower(name)
	if tree, known := s.read[key]; known {
		return tree, s.refused[key]
	}
	if len(s.fills[key]) == 0 {
		s.empty[name] = true
		tree = &expression.Syntax{Kind: expression.SyntaxAttribute, Text: name}
	} else {
		tree, why = s.combine(s.fills[key], s.inScope)
	}
	s.read[key], s.refused[key] = tree, why
	return tree, why
}

// combine puts several contributions together: the first that gives something decides, as
// precedence does. scope is what every object is in.
func (s *syncImporter) combine(all []contribution, scope [][]syncrule.Condition) (*expression.Syntax, string) {
	var trees []*expression.Syntax
	for k, c := range all {
		tree, why := c.tree()
		last := k == len(all)-1
		switch {
		case why != "":
			return nil, why
		case len(c.rule.Scope) > 0 && !sameScope(c.rule.Scope, scope):
			return nil, fmt.Sprintf("the rule %q gives %s only where %s", c.rule.Name, spell(tree), scopeText(c.rule.Scope))
		case len(all) > 1 && strings.HasPrefix(strings.ToLower(c.flow.Merge), "merge"):
			return nil, fmt.Sprintf("%d rules merge their values into it", len(all))
		case has(tree, "authoritativenull") && !last:
			return nil, fmt.Sprintf("the rule %q gives AuthoritativeNull ahead of others", c.rule.Name)
		case has(tree, "ignorethisflow") && len(all) > 1:
			return nil, fmt.Sprintf("the rule %q gives IgnoreThisFlow beside others", c.rule.Name)
		}
		tree.Walk(func(n *expression.Syntax) {
			if isWord(n, "authoritativenull") {
				n.Text = "NULL"
			}
		})
		trees = append(trees, tree)
	}
	if len(trees) == 1 {
		return trees[0], ""
	}
	return &expression.Syntax{Kind: expression.SyntaxCall, Text: "Coalesce", Args: trees}, ""
}

func isWord(s *expression.Syntax, word string) bool {
	return s != nil && s.Kind == expression.SyntaxWord && strings.EqualFold(s.Text, word)
}

func has(tree *expression.Syntax, word string) (found bool) {
	tree.Walk(func(n *expression.Syntax) { found = found || isWord(n, word) })
	return found
}

// compose replaces the attributes of the metaverse in a tree by what fills them.
func (s *syncImporter) compose(tree *expression.Syntax) (*expression.Syntax, string) {
	if tree == nil {
		return nil, ""
	}
	if tree.Kind == expression.SyntaxAttribute {
		filled, why := s.metaverse(tree.Text)
		if why != "" {
			why = fmt.Sprintf("of [%s], %s", tree.Text, why)
		}
		return filled, why
	}
	out := &expression.Syntax{Kind: tree.Kind, Text: tree.Text}
	for _, arg := range tree.Args {
		composed, why := s.compose(arg)
		if why != "" {
			return nil, why
		}
		out.Args = append(out.Args, composed)
	}
	return out, ""
}

// sameScope compares scopes without their order.
func sameScope(a, b [][]syncrule.Condition) bool {
	inside := func(a, b [][]syncrule.Condition) bool {
		return !slices.ContainsFunc(a, func(group []syncrule.Condition) bool {
			return !slices.ContainsFunc(b, func(other []syncrule.Condition) bool {
				return len(group) == len(other) && !slices.ContainsFunc(group, func(c syncrule.Condition) bool {
					return !slices.Contains(other, c)
				})
			})
		})
	}
	return inside(a, b) && inside(b, a)
}

// scopeText writes a scope for a person.
func scopeText(scope [][]syncrule.Condition) string {
	groups := make([]string, len(scope))
	for k, group := range scope {
		clauses := make([]string, len(group))
		for n, c := range group {
			clauses[n] = strings.TrimSpace(fmt.Sprintf("[%s] %s %s", c.Attribute, c.Operator, c.Value))
		}
		groups[k] = strings.Join(clauses, " and ")
	}
	return strings.Join(groups, ", or ")
}
