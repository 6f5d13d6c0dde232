// SPDX-License-Identifier: MPL-2.0

package expression

import "strings"

// SyntaxKind tells what a [Syntax] node is.
type SyntaxKind uint8

// The kinds of a node of an expression.
const (
	SyntaxText       SyntaxKind = iota // "text"
	SyntaxNumber                       // 14
	SyntaxAttribute                    // [attribute]
	SyntaxWord                         // IgnoreObjectFlow
	SyntaxCall                         // Text(Args…)
	SyntaxComparison                   // Args[0] Text Args[1]
	SyntaxJoin                         // Args[0] & Args[1] …
)

// Syntax is a node of an expression as it was written. A nil *Syntax in Args is an
// argument that was left out.
type Syntax struct {
	Kind SyntaxKind
	Text string // the text, the attribute, the word, the function or the operator
	Args []*Syntax
}

// Parse reads source without checking what its functions are given, so that a program
// can tell what a rule written elsewhere means. Errors are of type [*Error].
func Parse(source string, dialect Dialect) (*Syntax, error) {
	tree, err := parse(source, dialect)
	if err != nil {
		return nil, err
	}
	return tree.syntax(), nil
}

func (e *expr) syntax() *Syntax {
	if e == nil {
		return nil
	}
	kinds := map[exprKind]SyntaxKind{exprText: SyntaxText, exprNumber: SyntaxNumber, exprAttribute: SyntaxAttribute, exprWord: SyntaxWord,
		exprCall: SyntaxCall, exprCompare: SyntaxComparison, exprConcat: SyntaxJoin}
	s := &Syntax{Kind: kinds[e.kind], Text: e.text}
	for _, arg := range e.args {
		s.Args = append(s.Args, arg.syntax())
	}
	return s
}

// Attributes returns the attributes that the node reads, each once, as they stand.
func (s *Syntax) Attributes() []string {
	var names []string
	seen := map[string]bool{}
	s.Walk(func(n *Syntax) {
		if n.Kind == SyntaxAttribute && !seen[n.Text] {
			seen[n.Text] = true
			names = append(names, n.Text)
		}
	})
	return names
}

// Walk calls visit for the node and everything below it.
func (s *Syntax) Walk(visit func(*Syntax)) {
	if s == nil {
		return
	}
	visit(s)
	for _, arg := range s.Args {
		arg.Walk(visit)
	}
}

// Is reports whether the node is a call of the function.
func (s *Syntax) Is(function string) bool {
	return s != nil && s.Kind == SyntaxCall && strings.EqualFold(s.Text, function)
}
