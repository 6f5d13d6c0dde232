// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"strings"
)

type exprKind uint8

const (
	exprText exprKind = iota
	exprNumber
	exprAttribute
	exprWord // bare word: IgnoreAttributeFlow, vbTextCompare, …
	exprCall
	exprCompare
	exprConcat
)

// expr is a node of the syntax tree. A nil *expr in args is an omitted argument.
type expr struct {
	kind exprKind
	pos  position
	text string // literal, name or operator
	args []*expr
}

type parser struct {
	lex     *lexer
	dialect Dialect
	tok     token
	depth   int
}

// parse reads the whole source. It stops at the first syntax error.
func parse(source string, dialect Dialect) (*expr, error) {
	p := &parser{lex: newLexer(source), dialect: dialect}
	if err := p.advance(true); err != nil {
		return nil, err
	}
	if p.tok.kind == tokenEnd {
		return nil, p.unexpected("expected a function, [attribute] or \"text\"")
	}
	e, err := p.condition()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokenEnd {
		return nil, p.unexpected("expected the end of the expression")
	}
	return e, nil
}

func (p *parser) advance(operand bool) error {
	tok, err := p.lex.next(operand)
	p.tok = tok
	return err
}

func (p *parser) unexpected(expected string) error {
	if p.tok.kind == tokenName {
		switch strings.ToLower(p.tok.text) {
		case "and", "or", "not":
			expected = fmt.Sprintf("the language has no %s operator; use the functions And(…), Or(…), Not(…)", strings.ToUpper(p.tok.text))
		}
	}
	return p.fail(p.tok.pos, "found "+p.tok.describe(), expected)
}

func (p *parser) fail(pos position, message, expected string) error {
	return &Error{Line: pos.line, Column: pos.column, Message: message, Expected: expected}
}

// logic are the functions that the operators of Microsoft Entra Connect stand for, the loosest first.
var logic = []struct{ operator, function string }{{"||", "Or"}, {"&&", "And"}}

// condition = comparison { ("&&" | "||") comparison }, in the mim dialect; && binds closer.
func (p *parser) condition() (*expr, error) { return p.joined(0) }

func (p *parser) joined(level int) (*expr, error) {
	if level == len(logic) {
		return p.comparison()
	}
	first, err := p.joined(level + 1)
	if err != nil || p.tok.kind != tokenLogic {
		return first, err
	}
	if p.dialect != MIM {
		return nil, p.unexpected("the operators && and || are those of the mim dialect; use the functions And(…), Or(…)")
	}
	e := &expr{kind: exprCall, pos: p.tok.pos, text: logic[level].function, args: []*expr{first}}
	for p.tok.kind == tokenLogic && p.tok.text == logic[level].operator {
		if err := p.advance(true); err != nil {
			return nil, err
		}
		next, err := p.joined(level + 1)
		if err != nil {
			return nil, err
		}
		e.args = append(e.args, next)
	}
	if len(e.args) == 1 {
		return first, nil
	}
	return e, nil
}

// comparison = concat [ ("=" | "<>" | "<" | "<=" | ">" | ">=") concat ] .
func (p *parser) comparison() (*expr, error) {
	left, err := p.concat()
	if err != nil || p.tok.kind != tokenCompare {
		return left, err
	}
	e := &expr{kind: exprCompare, pos: p.tok.pos, text: p.tok.text}
	if err := p.advance(true); err != nil {
		return nil, err
	}
	right, err := p.concat()
	if err != nil {
		return nil, err
	}
	if p.tok.kind == tokenCompare {
		return nil, p.unexpected("comparisons cannot be chained; put each into its own And(…) argument")
	}
	e.args = []*expr{left, right}
	return e, nil
}

// concat = operand { ("&" | "+") operand } .
func (p *parser) concat() (*expr, error) {
	first, err := p.operand()
	if err != nil || p.tok.kind != tokenConcat {
		return first, err
	}
	e := &expr{kind: exprConcat, pos: p.tok.pos, text: p.tok.text, args: []*expr{first}}
	for p.tok.kind == tokenConcat {
		if p.dialect == CloudSync && p.tok.text == "+" {
			return nil, p.unexpected("the cloud-sync dialect joins texts with &")
		}
		if p.dialect == MIM && p.tok.text == "&" {
			return nil, p.unexpected("the mim dialect joins texts with +")
		}
		if err := p.advance(true); err != nil {
			return nil, err
		}
		next, err := p.operand()
		if err != nil {
			return nil, err
		}
		e.args = append(e.args, next)
	}
	return e, nil
}

// operand = text | number | attribute | name [ "(" arguments ")" ] | "(" condition ")" .
func (p *parser) operand() (*expr, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > MaxDepth {
		return nil, p.fail(p.tok.pos, fmt.Sprintf("functions and parentheses are nested more than %d deep", MaxDepth), "split the expression: name a part of it and call Use(\"name\")")
	}
	e := &expr{pos: p.tok.pos, text: p.tok.text}
	switch p.tok.kind {
	case tokenString:
		e.kind = exprText
	case tokenNumber:
		e.kind = exprNumber
	case tokenAttribute:
		e.kind = exprAttribute
	case tokenName:
		e.kind = exprWord
	case tokenOpen:
		return p.group()
	default:
		return nil, p.unexpected(`expected a function, [attribute], "text" or a number`)
	}
	if err := p.advance(false); err != nil {
		return nil, err
	}
	if e.kind == exprWord && p.tok.kind == tokenOpen {
		e.kind = exprCall
		return e, p.arguments(e)
	}
	return e, nil
}

func (p *parser) group() (*expr, error) {
	open := p.tok.pos
	if err := p.advance(true); err != nil {
		return nil, err
	}
	e, err := p.condition()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokenClose {
		return nil, p.unexpected(fmt.Sprintf("expected ) for the ( at line %d, column %d", open.line, open.column))
	}
	return e, p.advance(false)
}

// arguments reads "(" [ argument ] { "," [ argument ] } ")". An argument may be left out; "f()" has none.
func (p *parser) arguments(call *expr) error {
	if err := p.advance(true); err != nil {
		return err
	}
	if p.tok.kind == tokenClose {
		return p.advance(false)
	}
	for {
		var arg *expr
		if p.tok.kind != tokenComma && p.tok.kind != tokenClose {
			var err error
			if arg, err = p.condition(); err != nil {
				return err
			}
		}
		call.args = append(call.args, arg)
		switch p.tok.kind {
		case tokenComma:
			if err := p.advance(true); err != nil {
				return err
			}
		case tokenClose:
			return p.advance(false)
		default:
			return p.unexpected(fmt.Sprintf("expected , or ) in the arguments of %s at line %d, column %d", call.text, call.pos.line, call.pos.column))
		}
	}
}
