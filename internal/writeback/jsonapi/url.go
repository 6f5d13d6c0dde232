// SPDX-License-Identifier: MPL-2.0

package jsonapi

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// place is where in a URL a placeholder stands. It decides how a value is written there.
type place int

const (
	inSegment    place = iota // a segment of the path, or a part of one
	inParameter               // the value of a parameter, or a part of it
	inExpression              // bare in an expression of the server's language, such as an OData key or a filter
	inOData                   // between the single quotes of OData: a quote is doubled (OData 4.01 ABNF, rule string)
	inSCIM                    // between the double quotes of a SCIM filter: a string of JSON (RFC 7644 section 3.4.2.2)
	inQuotes                  // between other quotes, in a language nobody knows
)

// urlTemplate is a path and query with placeholders.
type urlTemplate struct {
	text  string
	slots []slot
}

// slot is a placeholder: text[start:end] is {name}.
type slot struct {
	start, end int
	name       string
	place      place
	query      bool
	quote      rune // of inQuotes
}

func parseURL(text string, names ...string) (urlTemplate, error) {
	if !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") {
		return urlTemplate{}, fmt.Errorf("found %q, expected a path below url, such as /employees/{worker_id}", text)
	}
	t := urlTemplate{text: text}
	for _, m := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		name := text[m[2]:m[3]]
		if !slices.Contains(names, name) || m[4] >= 0 {
			return t, unknownName(text[m[0]:m[1]], names)
		}
		t.slots = append(t.slots, slot{start: m[0], end: m[1], name: name})
	}
	if len(t.slots) == 0 || strings.ContainsAny(placeholder.ReplaceAllString(text, ""), "{}") {
		return t, fmt.Errorf("found %q, expected a path that says which worker, with {%s}", text, strings.Join(names, "} or {"))
	}
	if strings.Contains(text, "#") {
		return t, fmt.Errorf("found %q, expected a path without #, which is not sent to the server (%%23 stands for the sign)", text)
	}
	return t, t.locate()
}

// locate finds the place of each placeholder, part by part: a segment of the path, or a parameter.
func (t *urlTemplate) locate() error {
	end := strings.IndexByte(t.text, '?')
	if end < 0 {
		end = len(t.text)
	}
	for start, query := 0, false; start < len(t.text); query = query || start > end {
		separator := byte('/')
		if query {
			separator, end = '&', len(t.text)
		}
		stop := end
		if n := strings.IndexByte(t.text[start:end], separator); n >= 0 {
			stop = start + n
		}
		if err := t.part(start, stop, query); err != nil {
			return err
		}
		start = stop + 1
	}
	return nil
}

// operators are signs that the value of a parameter has where it is an expression and no plain text.
const operators = " ()=<>:,;|!*"

// part finds the places in one segment or parameter. Quotes count written out and as %22 and %27.
func (t *urlTemplate) part(start, stop int, query bool) error {
	p := part{query: query, value: !query}
	for at := start; at < stop; {
		if i := slices.IndexFunc(t.slots, func(s slot) bool { return s.start == at }); i >= 0 {
			s := &t.slots[i]
			s.query, s.quote, s.place = query, p.quote, p.place()
			p.held = p.held || p.quote != 0
			at = s.end
			continue
		}
		c, n := t.sign(at, query)
		p.take(c)
		at += n
	}
	if p.quote != 0 && p.held {
		return fmt.Errorf("found %q, in which a quote (%c) before a placeholder has no end, expected one behind it", t.text[start:stop], p.quote)
	}
	for i := range t.slots {
		s := &t.slots[i]
		if s.start >= start && s.start < stop && s.place == inParameter && strings.ContainsAny(p.plain.String(), operators) {
			s.place = inExpression
		}
	}
	return nil
}

// part is what is known of a segment or parameter up to some sign of it.
type part struct {
	query, value bool            // the sign is of a value, not of the name of a parameter
	name         strings.Builder // of the parameter
	plain        strings.Builder // what is outside of quotes
	quote        rune            // the quotes that the sign is between
	held         bool            // they hold a placeholder
	escaped      bool            // a backslash between double quotes was before it
	depth        int             // of parentheses
}

func (p *part) take(c rune) {
	switch {
	case !p.value && c == '=':
		p.value = true
		return
	case !p.value:
		p.name.WriteRune(c)
		return
	case p.escaped:
		p.escaped = false
	case p.quote == '"' && c == '\\':
		p.escaped = true
	case p.quote != 0 && c == p.quote:
		p.quote, p.held = 0, false
	case p.quote != 0:
	case c == '\'' || c == '"':
		p.quote = c
	case c == '(':
		p.depth++
	case c == ')':
		p.depth--
	}
	if p.quote == 0 {
		p.plain.WriteRune(c)
	}
}

// place returns the place of a placeholder that comes next.
func (p *part) place() place {
	odata := p.query && strings.HasPrefix(p.name.String(), "$") || !p.query && p.depth > 0
	switch {
	case p.quote == '"' && p.query && strings.EqualFold(p.name.String(), "filter"):
		return inSCIM
	case p.quote == '\'' && odata:
		return inOData
	case p.quote != 0:
		return inQuotes
	case odata:
		return inExpression
	case p.query:
		return inParameter
	}
	return inSegment
}

// sign returns the sign at an index, read as the server reads it, and how many bytes it takes.
func (t *urlTemplate) sign(at int, query bool) (rune, int) {
	if t.text[at] == '+' && query {
		return ' ', 1
	}
	if len(t.text) >= at+3 && t.text[at] == '%' {
		if b, err := url.PathUnescape(t.text[at : at+3]); err == nil && b[0] < utf8.RuneSelf {
			return rune(b[0]), 3
		}
	}
	return utf8.DecodeRuneInString(t.text[at:])
}

// fill puts values into the URL so that each stays within its segment, parameter or quotes.
func (t urlTemplate) fill(names map[string]string) (string, error) {
	var b strings.Builder
	at := 0
	for _, s := range t.slots {
		value, err := s.write(names[s.name])
		if err != nil {
			return "", err
		}
		b.WriteString(literal(t.text[at:s.start]))
		b.WriteString(value)
		at = s.end
	}
	b.WriteString(literal(t.text[at:]))
	path, _, _ := strings.Cut(b.String(), "?")
	for segment := range strings.SplitSeq(path, "/") {
		if plain, err := url.PathUnescape(segment); err != nil || plain == "." || plain == ".." {
			return "", fmt.Errorf("found the path %q, expected values that can stand in a URL", path)
		}
	}
	return b.String(), nil
}

// literal returns text of a template as it can stand in a request.
func literal(text string) string {
	return strings.NewReplacer(" ", "%20", `"`, "%22", "<", "%3C", ">", "%3E", `\`, "%5C", "^", "%5E", "`", "%60", "|", "%7C").Replace(text)
}

// write returns a value as it stands in the place of the placeholder.
func (s slot) write(value string) (string, error) {
	bad := func(expected string) (string, error) {
		return "", fmt.Errorf("found %q for {%s}, expected %s", value, s.name, expected)
	}
	if value == "" || value == "." || value == ".." || !utf8.ValidString(value) || strings.IndexFunc(value, unicode.IsControl) >= 0 {
		return bad("a value that can stand in a URL")
	}
	switch s.place {
	case inOData:
		value = strings.ReplaceAll(value, "'", "''")
	case inSCIM:
		value = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)
	case inQuotes:
		if strings.ContainsAny(value, string(s.quote)+`\`) {
			return bad("a value without quotes and backslashes: it stands between quotes, which it would end")
		}
	case inExpression:
		if strings.IndexFunc(value, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._~@", r)
		}) >= 0 {
			return bad("letters, digits and -._~@ only: it stands in an expression without quotes, which would be another one with it")
		}
	}
	if s.query {
		return strings.ReplaceAll(url.QueryEscape(value), "+", "%20"), nil
	}
	return url.PathEscape(value), nil
}
