// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// position is a place in the source, 1-based, the column in runes.
type position struct{ line, column int }

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenNumber
	tokenString
	tokenAttribute
	tokenOpen
	tokenClose
	tokenComma
	tokenCompare // = <> < <= > >=
	tokenConcat  // & +
	tokenLogic   // && ||
)

type token struct {
	kind tokenKind
	text string // name, unescaped string, attribute name, operator, decimal text of a number
	pos  position
}

// describe names the token in "found …".
func (t token) describe() string {
	switch t.kind {
	case tokenEnd:
		return "the end of the expression"
	case tokenString:
		return "the text " + quote(t.text)
	case tokenAttribute:
		return "the attribute [" + abbreviate(t.text, 60) + "]"
	case tokenNumber:
		return "the number " + t.text
	}
	return quote(t.text)
}

// singles are the tokens of one character.
var singles = map[rune]tokenKind{
	'(': tokenOpen, ')': tokenClose, ',': tokenComma, '=': tokenCompare, '&': tokenConcat, '+': tokenConcat,
}

type lexer struct {
	source []rune
	offset int
	pos    position
}

func newLexer(source string) *lexer {
	return &lexer{source: []rune(source), pos: position{1, 1}}
}

func (l *lexer) peek(ahead int) rune {
	if l.offset+ahead < len(l.source) {
		return l.source[l.offset+ahead]
	}
	return -1
}

func (l *lexer) advance() rune {
	r := l.source[l.offset]
	l.offset++
	if r == '\n' {
		l.pos = position{l.pos.line + 1, 1}
	} else {
		l.pos.column++
	}
	return r
}

// next reads a token. operand tells whether an operand may stand here: only then is "&HF" a
// hexadecimal number and "-1" a negative one; elsewhere & and + join texts.
func (l *lexer) next(operand bool) (token, error) {
	for l.offset < len(l.source) && (unicode.IsSpace(l.peek(0)) || l.peek(0) == '\ufeff' || l.peek(0) == '\u200b') {
		l.advance()
	}
	start := l.pos
	if l.offset == len(l.source) {
		return token{tokenEnd, "", start}, nil
	}
	r := l.peek(0)
	switch {
	case r == '"':
		return l.text()
	case r == '[':
		return l.attribute()
	case r == '_' || unicode.IsLetter(r):
		return l.name(), nil
	case operand && (isDigit(r) || (r == '-' || r == '+') && isDigit(l.peek(1))):
		return l.number()
	case operand && r == '&' && (l.peek(1) == 'H' || l.peek(1) == 'h'):
		return l.hex()
	}
	l.advance()
	if (r == '&' || r == '|') && l.peek(0) == r {
		l.advance()
		return token{tokenLogic, string([]rune{r, r}), start}, nil
	}
	if kind, ok := singles[r]; ok {
		return token{kind, string(r), start}, nil
	}
	switch r {
	case '<', '>':
		op := string(r)
		if n := l.peek(0); n == '=' || r == '<' && n == '>' {
			op += string(l.advance())
		}
		return token{tokenCompare, op, start}, nil
	case '“', '”', '„', '‟', '«', '»', '\'', '‘', '’':
		return token{}, &Error{Line: start.line, Column: start.column, Message: fmt.Sprintf("found the quotation mark %c", r), Expected: `texts stand in straight double quotation marks: "text"`}
	}
	if r == '%' {
		return token{}, l.parameter(start)
	}
	return token{}, &Error{Line: start.line, Column: start.column, Message: fmt.Sprintf("found the character %q", r), Expected: `expected a function, [attribute], "text" or a number`}
}

// parameter is about %Domain.FQDN%, a parameter of synchronization rules.
func (l *lexer) parameter(start position) error {
	name := parameterName.FindString(string(l.source[l.offset-1 : min(len(l.source), l.offset+100)]))
	if name == "" {
		return &Error{Line: start.line, Column: start.column, Message: `found the character '%'`,
			Expected: `expected a function, [attribute], "text" or a number`}
	}
	return &Error{Line: start.line, Column: start.column, Message: "found " + name +
		", a parameter that the synchronization engine of Microsoft Entra Connect fills in",
		Expected: `write its value as a text, such as "corp.example.com"; in rules for Microsoft Entra ID, DefaultDomain() is the default domain`}
}

var parameterName = regexp.MustCompile(`^%[A-Za-z][\w.-]*%`)

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// text reads a string. \\ and \" are escapes; a backslash before anything else stays, because the
// documentation prints regular expressions both as "\\d" and as "\d".
func (l *lexer) text() (token, error) {
	start := l.pos
	l.advance()
	var b strings.Builder
	for l.offset < len(l.source) {
		r := l.advance()
		switch r {
		case '"':
			return token{tokenString, b.String(), start}, nil
		case '\\':
			if n := l.peek(0); n == '\\' || n == '"' {
				r = l.advance()
			}
		}
		b.WriteRune(r)
	}
	return token{}, &Error{Line: start.line, Column: start.column, Message: "the text that begins here has no end", Expected: `expected a closing quotation mark; inside a text write \" for one`}
}

func (l *lexer) attribute() (token, error) {
	start := l.pos
	l.advance()
	var b strings.Builder
	for l.offset < len(l.source) && l.peek(0) != '\n' {
		r := l.advance()
		switch r {
		case ']':
			name := strings.TrimSpace(b.String())
			if name == "" {
				return token{}, &Error{Line: start.line, Column: start.column, Message: "found an attribute without a name", Expected: "expected [attribute]"}
			}
			return token{tokenAttribute, name, start}, nil
		case '[':
			filter, ok := l.filter(b.String())
			if ok {
				b.WriteString(filter)
				continue
			}
			return token{}, &Error{Line: start.line, Column: start.column, Message: "found [ inside an attribute name", Expected: "expected ] first"}
		}
		b.WriteRune(r)
	}
	return token{}, &Error{Line: start.line, Column: start.column, Message: "the attribute that begins here has no end", Expected: "expected a closing ]"}
}

// scimFilter is what may stand in the brackets within an attribute name: emails[type eq "work"].value
// (RFC 7644 section 3.10). Several comparisons are joined by and, or.
var scimFilter = regexp.MustCompile(`^\[\s*[A-Za-z$][\w$.-]*\s+(?:pr|(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s+(?:"[^"\n]*"|[\w.-]+))` +
	`(?:\s+(?:and|or)\s+[A-Za-z$][\w$.-]*\s+(?:pr|(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s+(?:"[^"\n]*"|[\w.-]+)))*\s*\]`)

// scimName is what may stand before such a filter, the schema included.
var scimName = regexp.MustCompile(`^\s*[A-Za-z$][\w$.:-]*$`)

// filter reads the rest of a SCIM filter whose bracket has been read, and gives it with both brackets.
func (l *lexer) filter(before string) (string, bool) {
	const longest = 1000
	rest := string(l.source[l.offset-1 : min(len(l.source), l.offset+longest)])
	found := scimFilter.FindString(rest)
	if found == "" || !scimName.MatchString(before) {
		return "", false
	}
	for range []rune(found)[1:] {
		l.advance()
	}
	return found, true
}

func (l *lexer) name() token {
	start := l.pos
	from := l.offset
	for r := l.peek(0); r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r); r = l.peek(0) {
		l.advance()
	}
	return token{tokenName, string(l.source[from:l.offset]), start}
}

// number reads an integer or a decimal, with its sign.
func (l *lexer) number() (token, error) {
	start, from := l.pos, l.offset
	l.advance()
	for isDigit(l.peek(0)) {
		l.advance()
	}
	if l.peek(0) == '.' && isDigit(l.peek(1)) {
		l.advance()
		for isDigit(l.peek(0)) {
			l.advance()
		}
	}
	text := strings.TrimPrefix(string(l.source[from:l.offset]), "+")
	if r := l.peek(0); r == '_' || unicode.IsLetter(r) {
		return token{}, &Error{Line: start.line, Column: start.column, Message: fmt.Sprintf("found %c right after the number %s", r, text), Expected: "texts that begin with a digit stand in quotation marks"}
	}
	if _, ok := parseNumber(text); !ok {
		return token{}, &Error{Line: start.line, Column: start.column, Message: "the number " + abbreviate(text, 40) + " is too large", Expected: "expected at most 9223372036854775807"}
	}
	return token{tokenNumber, text, start}, nil
}

// hex reads &H1F and gives its decimal text.
func (l *lexer) hex() (token, error) {
	start, from := l.pos, l.offset
	l.advance()
	l.advance()
	for r := l.peek(0); r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r); r = l.peek(0) {
		l.advance()
	}
	text := string(l.source[from:l.offset])
	n, ok := parseInteger(text)
	if !ok {
		return token{}, &Error{Line: start.line, Column: start.column, Message: quote(text) + " is no hexadecimal number", Expected: "expected &H and up to 16 hexadecimal digits"}
	}
	return token{tokenNumber, formatInteger(n), start}, nil
}
