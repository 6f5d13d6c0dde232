// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxTerms is the number of alternatives that a filter may have.
const maxTerms = 15

// filterParser reads a $filter: https://learn.microsoft.com/graph/filter-query-parameter.
type filterParser struct {
	store    *store
	kind     string
	tokens   []string
	at       int
	terms    int    // alternatives of or and in
	variable string // of the lambda that is being read
	list     *property
}

var filterToken = regexp.MustCompile(`^(?:\s+|'(?:[^']|'')*'|[(),:]|[^\s(),:']+)`)

// parseCondition parses a filter over objects of a kind.
func (s *Server) parseCondition(kind, text string) (*condition, *failure) {
	p := &filterParser{store: s.store, kind: kind}
	for rest := text; rest != ""; {
		token := filterToken.FindString(rest)
		if token == "" {
			return nil, malformed("Invalid filter clause: There is an unterminated string literal at position %d in '%s'.", len(text), text)
		}
		if strings.TrimSpace(token) != "" {
			p.tokens = append(p.tokens, token)
		}
		rest = rest[len(token):]
	}
	// A colon splits times as well as lambdas.
	p.joinTimes()
	c, f := p.or()
	switch {
	case f != nil:
		return nil, f
	case p.at < len(p.tokens):
		return nil, p.syntax()
	case p.terms > maxTerms:
		return nil, unsupported("Too many child clauses specified in search filter expression containing 'OR' operators: %d. Max allowed: %d.", p.terms, maxTerms)
	}
	return c, nil
}

var timeStart = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}$`)

func (p *filterParser) joinTimes() {
	var out []string
	for i := 0; i < len(p.tokens); i++ {
		if timeStart.MatchString(p.tokens[i]) && i+4 < len(p.tokens) && p.tokens[i+1] == ":" && p.tokens[i+3] == ":" {
			out = append(out, strings.Join(p.tokens[i:i+5], ""))
			i += 4
			continue
		}
		out = append(out, p.tokens[i])
	}
	p.tokens = out
}

func (p *filterParser) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *filterParser) next() string {
	t := p.peek()
	p.at++
	return t
}

func (p *filterParser) accept(token string) bool {
	if p.peek() == token {
		p.at++
		return true
	}
	return false
}

func (p *filterParser) keyword(word string) bool {
	if fold(p.peek()) == word {
		p.at++
		return true
	}
	return false
}

func (p *filterParser) syntax() *failure {
	return malformed("Invalid filter clause: Syntax error at '%s' in '%s'.", p.peek(), strings.Join(p.tokens, " "))
}

// join makes one condition of several; it is advanced if one of them is.
func join(op string, children []*condition) *condition {
	if len(children) == 1 && op != "not" {
		return children[0]
	}
	c := &condition{op: op, children: children}
	for _, x := range children {
		if c.advanced == "" {
			c.advanced = x.advanced
		}
	}
	return c
}

func (p *filterParser) or() (*condition, *failure) {
	var children []*condition
	for {
		c, f := p.and()
		if f != nil {
			return nil, f
		}
		children = append(children, c)
		if !p.keyword("or") {
			if len(children) > 1 {
				p.terms += len(children)
			}
			return join("or", children), nil
		}
	}
}

func (p *filterParser) and() (*condition, *failure) {
	var children []*condition
	for {
		c, f := p.unary()
		if f != nil {
			return nil, f
		}
		children = append(children, c)
		if !p.keyword("and") {
			return join("and", children), nil
		}
	}
}

func (p *filterParser) unary() (*condition, *failure) {
	switch {
	case fold(p.peek()) == "not":
		p.at++
		c, f := p.unary()
		if f != nil {
			return nil, f
		}
		n := join("not", []*condition{c})
		n.advanced = "Unsupported query: the operator 'not' needs $count=true and the header ConsistencyLevel: eventual. Refer to https://aka.ms/graph-docs/advanced-queries for more information."
		return n, nil
	case p.accept("("):
		c, f := p.or()
		if f == nil && !p.accept(")") {
			f = p.syntax()
		}
		return c, f
	}
	return p.comparison()
}

func (p *filterParser) comparison() (*condition, *failure) {
	name := p.next()
	if op := fold(name); (op == "startswith" || op == "endswith") && p.accept("(") {
		return p.function(op)
	}
	if list, lambda := strings.CutSuffix(name, "/any"); lambda {
		return p.any(list)
	}
	o, f := p.operand(name)
	if f != nil {
		return nil, f
	}
	op := fold(p.next())
	c := &condition{op: op, operand: o}
	switch op {
	case "eq", "ne", "ge", "le", "gt", "lt":
		v, f := p.literal(o)
		if f != nil {
			return nil, f
		}
		c.values = []any{v}
	case "in":
		if !p.accept("(") {
			return nil, p.syntax()
		}
		for {
			v, f := p.literal(o)
			if f != nil {
				return nil, f
			}
			c.values = append(c.values, v)
			if !p.accept(",") {
				break
			}
		}
		if !p.accept(")") {
			return nil, p.syntax()
		}
		p.terms += len(c.values)
	default:
		p.at--
		return nil, p.syntax()
	}
	return c, p.allowed(c)
}

func (p *filterParser) function(op string) (*condition, *failure) {
	o, f := p.operand(p.next())
	if f != nil {
		return nil, f
	}
	if !p.accept(",") {
		return nil, p.syntax()
	}
	v, f := p.literal(o)
	if f != nil {
		return nil, f
	}
	if _, isText := v.(string); !isText || !p.accept(")") {
		return nil, p.syntax()
	}
	c := &condition{op: op, operand: o, values: []any{v}}
	return c, p.allowed(c)
}

// any reads list/any(x:x eq 'value') and list/any().
func (p *filterParser) any(name string) (*condition, *failure) {
	list := p.store.property(p.kind, name)
	switch {
	case list == nil:
		return nil, p.unknown(name)
	case !list.collection || p.variable != "" || !p.accept("("):
		return nil, p.syntax()
	}
	c := &condition{op: "any", operand: &operand{property: list}}
	if p.accept(")") {
		c.advanced = needsAdvanced(list.name)
		return c, nil
	}
	p.variable, p.list = p.next(), list
	defer func() { p.variable, p.list = "", nil }()
	if !p.accept(":") {
		return nil, p.syntax()
	}
	inner, f := p.comparison()
	if f != nil {
		return nil, f
	}
	if !p.accept(")") {
		return nil, p.syntax()
	}
	c.children, c.advanced = []*condition{inner}, inner.advanced
	return c, nil
}

func (p *filterParser) unknown(name string) *failure {
	return malformed("Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, p.kind)
}

// operand reads the left side of a comparison.
func (p *filterParser) operand(path string) (*operand, *failure) {
	name, member, nested := strings.Cut(path, "/")
	if p.variable != "" {
		if name != p.variable {
			return nil, p.unknown(name)
		}
		return &operand{property: p.list, member: member, edm: memberType(p.list, member)}, nil
	}
	property := p.store.property(p.kind, name)
	switch {
	case property == nil:
		return nil, p.unknown(name)
	case nested && member == "$count" && property.collection:
		return &operand{property: property, count: true, edm: "Edm.Int32"}, nil
	case property.collection:
		return nil, unsupported("Unsupported or invalid query filter clause specified for property '%s' of resource '%s'.", name, title(p.kind))
	case nested && memberType(property, member) == "":
		return nil, p.unknown(path)
	}
	return &operand{property: property, member: member, edm: memberType(property, member)}, nil
}

// memberType is the EDM type of a property or of a member of it; "" if there is none.
func memberType(p *property, member string) string {
	if member == "" {
		return p.edm
	}
	if t := schema[p.complexType()]; t != nil && t.byName[member] != nil {
		return t.byName[member].edm
	}
	return ""
}

var (
	numeral = regexp.MustCompile(`^-?\d+$`)
	instant = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$`)
	guid    = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
)

// literal reads a value and checks that it has the type of the operand.
func (p *filterParser) literal(o *operand) (any, *failure) {
	token := p.next()
	var v any
	edm := ""
	switch {
	case token == "null":
		return nil, nil
	case strings.HasPrefix(token, "'"):
		v, edm = strings.ReplaceAll(token[1:len(token)-1], "''", "'"), "Edm.String"
	case token == "true" || token == "false":
		v, edm = token == "true", "Edm.Boolean"
	case instant.MatchString(token):
		v, edm = token, "Edm.DateTimeOffset"
	case guid.MatchString(token):
		v, edm = token, "Edm.Guid"
	case numeral.MatchString(token):
		n, err := strconv.ParseFloat(token, 64)
		if err != nil {
			return nil, p.syntax()
		}
		v, edm = n, "Edm.Int32"
	default:
		p.at--
		return nil, p.syntax()
	}
	if o.edm != edm && (o.edm != "Edm.Int64" || edm != "Edm.Int32") {
		return nil, malformed("A binary operator with incompatible types was detected. Found operand types '%s' and '%s'.", o.edm, edm)
	}
	return v, nil
}

func needsAdvanced(name string) string {
	return "Unsupported or invalid query filter clause specified for property '" + name + "' of resource 'User'. It needs $count=true and the header ConsistencyLevel: eventual. " +
		"Refer to https://aka.ms/graph-docs/advanced-queries for more information."
}

// allowed checks an operator against what the property supports, and marks what
// only an advanced query may ask.
func (p *filterParser) allowed(c *condition) *failure {
	property, op := c.operand.property, c.op
	if c.operand.count {
		c.advanced = needsAdvanced(property.name)
		return nil
	}
	base := op
	switch op {
	case "ne":
		base = "eq"
	case "gt":
		base = "ge"
	case "lt":
		base = "le"
	}
	if !slices.Contains(property.filter, base) {
		return unsupported("Unsupported or invalid query filter clause specified for property '%s' of resource '%s'.", property.name, title(p.kind))
	}
	switch {
	case op == "endswith":
		c.advanced = "Operator 'endsWith' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. " +
			"Refer to https://aka.ms/graph-docs/advanced-queries for more information"
	case op == "ne" || op == "gt" || op == "lt" || property.flags["advanced"] || slices.Contains(c.values, nil):
		c.advanced = needsAdvanced(property.name)
	}
	return nil
}
