// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dlclark/regexp2"
)

// regexTimeout ends a match that backtracks without end. It is far above what any sensible pattern needs.
const regexTimeout = time.Second

// The parameters of Replace.
const (
	replaceSource = iota
	replaceOld
	replacePattern
	replaceGroup
	replaceValue
	replaceAttribute
	replaceTemplate
)

// bindReplace chooses one of the five modes of Replace by which arguments are given.
func bindReplace(c *call) evaluator {
	given := func(i int) bool {
		if text, ok := c.constant(i); ok && text == "" && i != replaceValue {
			return false // oldValue and pattern: an empty one is none
		}
		return c.args[i] != nil
	}
	old, pattern, group := given(replaceOld), given(replacePattern), given(replaceGroup)
	value, attribute, template := given(replaceValue), given(replaceAttribute), given(replaceTemplate)
	problem := ""
	switch {
	case old && pattern:
		problem = "oldValue and regexPattern are both given"
	case !old && !pattern:
		problem = "neither oldValue nor regexPattern is given"
	case old && (group || attribute):
		problem = "regexGroupName and replacementAttributeName need a regexPattern"
	case old && value == template:
		problem = "oldValue needs either a replacementValue or a template"
	case pattern && template:
		problem = "a template needs oldValue, not regexPattern"
	case pattern && value == attribute:
		problem = "regexPattern needs either a replacementValue or a replacementAttributeName"
	case pattern && attribute && !group:
		problem = "replacementAttributeName needs a regexGroupName"
	}
	if problem != "" {
		c.fail(c.pos, "Replace: "+problem, "expected oldValue and replacementValue; oldValue and template; regexPattern and replacementValue; or regexPattern, regexGroupName and replacementValue or replacementAttributeName")
		return nil
	}
	switch {
	case template:
		return replaceInTemplate(c.args[replaceSource], c.args[replaceOld], c.args[replaceTemplate])
	case old:
		return replaceLiteral(c.args[replaceSource], c.args[replaceOld], c.args[replaceValue])
	}
	return bindRegexReplace(c)
}

func replaceLiteral(source, old, value *node) evaluator {
	return func(st *state) (Value, error) {
		s, null, err := source.single(st)
		if err != nil || null {
			return Null, err
		}
		o, err := old.text(st)
		if err != nil {
			return Null, err
		}
		v, err := value.text(st)
		if err != nil {
			return Null, err
		}
		s, err = literalReplace(s, o, v)
		return String(s), err
	}
}

func replaceInTemplate(source, old, template *node) evaluator {
	return func(st *state) (Value, error) {
		s, null, err := source.single(st)
		if err != nil || null {
			return Null, err
		}
		o, err := old.text(st)
		if err != nil {
			return Null, err
		}
		t, err := template.text(st)
		if err != nil {
			return Null, err
		}
		s, err = literalReplace(t, o, s)
		return String(s), err
	}
}

// bindRegexReplace compiles the modes with a pattern. A constant pattern is compiled once.
func bindRegexReplace(c *call) evaluator {
	pattern := &patternArgument{node: c.args[replacePattern]}
	if text, ok := c.constant(replacePattern); ok {
		re, err := compilePattern(text)
		if err != nil {
			c.reject(replacePattern, err.Error(), "expected a .NET regular expression")
			return nil
		}
		pattern.cached.Store(re)
		if group, ok := c.constant(replaceGroup); ok && groupNumber(re, group) < 0 {
			c.reject(replaceGroup, "the pattern has no group "+quote(group), namedGroups(re))
			return nil
		}
	}
	run := replaceMatches
	switch {
	case c.args[replaceAttribute] != nil && c.Dialect == CloudSync:
		run = replaceGroupByAttribute
	case c.args[replaceAttribute] != nil:
		run = replaceMissingSource
	case c.args[replaceGroup] != nil:
		run = replaceGroupByValue
	}
	args := c.args
	return func(st *state) (Value, error) { return run(st, pattern, args) }
}

// namedGroups lists the groups of a pattern for a message.
func namedGroups(re *regexp2.Regexp) string {
	names := slices.DeleteFunc(re.GetGroupNames(), func(name string) bool { return name[0] >= '0' && name[0] <= '9' })
	if len(names) == 0 {
		return "write (?<name>…) around the part to replace"
	}
	return "its named groups are " + strings.Join(names, ", ")
}

// replaceMatches: regexPattern + replacementValue. All matches are replaced; the replacement may name groups.
func replaceMatches(st *state, pattern *patternArgument, args []*node) (Value, error) {
	s, null, err := args[replaceSource].single(st)
	if err != nil || null {
		return Null, err
	}
	re, err := pattern.get(st)
	if err != nil {
		return Null, err
	}
	value, err := args[replaceValue].text(st)
	if err != nil {
		return Null, err
	}
	s, err = regexReplace(re, s, pattern.expansion(re, value))
	return String(s), err
}

// replaceGroupByValue: regexPattern + regexGroupName + replacementValue.
func replaceGroupByValue(st *state, pattern *patternArgument, args []*node) (Value, error) {
	s, null, err := args[replaceSource].single(st)
	if err != nil || null {
		return Null, err
	}
	value, err := args[replaceValue].text(st)
	if err != nil {
		return Null, err
	}
	return replaceGroupIn(st, pattern, args, s, value)
}

// replaceGroupByAttribute: the mode with replacementAttributeName as Cloud Sync documents it.
func replaceGroupByAttribute(st *state, pattern *patternArgument, args []*node) (Value, error) {
	s, null, err := args[replaceSource].single(st)
	if err != nil || null {
		return Null, err
	}
	if s == "" {
		return String(""), nil
	}
	value, err := args[replaceAttribute].text(st)
	if err != nil {
		return Null, err
	}
	return replaceGroupIn(st, pattern, args, s, value)
}

// replaceMissingSource: the mode with replacementAttributeName as the provisioning reference documents it:
// the source if it has a value, else the group out of the attribute.
func replaceMissingSource(st *state, pattern *patternArgument, args []*node) (Value, error) {
	s, _, err := args[replaceSource].single(st)
	if err != nil || s != "" {
		return String(s), err
	}
	attribute, null, err := args[replaceAttribute].single(st)
	if err != nil || null {
		return Null, err
	}
	re, group, err := pattern.group(st, args)
	if err != nil {
		return Null, err
	}
	found := Null
	err = eachMatch(re, []rune(attribute), func(m *regexp2.Match) bool {
		if g := m.GroupByNumber(group); len(g.Captures) > 0 {
			found = String(g.String())
		}
		return false
	})
	return found, err
}

func replaceGroupIn(st *state, pattern *patternArgument, args []*node, s, value string) (Value, error) {
	re, group, err := pattern.group(st, args)
	if err != nil {
		return Null, err
	}
	s, err = regexReplace(re, s, func(out *runeBuilder, m *regexp2.Match) {
		from := m.Index
		captures := slices.Clone(m.GroupByNumber(group).Captures)
		slices.SortFunc(captures, func(a, b regexp2.Capture) int { return a.Index - b.Index })
		for _, capture := range captures {
			if capture.Index < from { // a group inside a look-behind may lie before the match
				continue
			}
			out.runes(from, capture.Index)
			out.put(value)
			from = capture.Index + capture.Length
		}
		out.runes(from, max(from, m.Index+m.Length))
	})
	return String(s), err
}

// patternArgument gives the compiled pattern of a call and keeps the last one and its last replacement.
type patternArgument struct {
	node   *node
	cached atomic.Pointer[regexp2.Regexp]
	last   atomic.Pointer[replacement]
}

func (p *patternArgument) get(st *state) (*regexp2.Regexp, error) {
	if p.node.constant {
		return p.cached.Load(), nil
	}
	text, err := p.node.text(st)
	if err != nil {
		return nil, err
	}
	if re := p.cached.Load(); re != nil && re.String() == text {
		return re, nil
	}
	re, err := compilePattern(text)
	if err == nil {
		p.cached.Store(re)
	}
	return re, err
}

// group returns the pattern and the number of the group that args names.
func (p *patternArgument) group(st *state, args []*node) (*regexp2.Regexp, int, error) {
	re, err := p.get(st)
	if err != nil {
		return nil, 0, err
	}
	name, err := args[replaceGroup].text(st)
	if err != nil {
		return nil, 0, err
	}
	number := groupNumber(re, name)
	if number < 0 {
		return nil, 0, fmt.Errorf("the pattern has no group %s", quote(name))
	}
	return re, number, nil
}

// expansion returns what writes the replacement of a match.
func (p *patternArgument) expansion(re *regexp2.Regexp, value string) func(*runeBuilder, *regexp2.Match) {
	r := p.last.Load()
	if r == nil || r.re != re || r.source != value {
		r = parseReplacement(re, value)
		p.last.Store(r)
	}
	return r.expand
}

// compilePattern compiles a .NET regular expression. The engine is not ours, so a panic in it is made an error.
func compilePattern(pattern string) (re *regexp2.Regexp, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the pattern %s is not accepted: %v", quote(pattern), r)
		}
	}()
	re, err = regexp2.Compile(pattern, regexp2.None)
	if err != nil {
		return nil, fmt.Errorf("the pattern %s is wrong: %s", quote(pattern), strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	re.MatchTimeout = regexTimeout
	return re, nil
}

// eachMatch calls yield for each match until it returns false.
func eachMatch(re *regexp2.Regexp, input []rune, yield func(*regexp2.Match) bool) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("matching failed: %v", r)
		}
	}()
	m, err := re.FindRunesMatch(input)
	for err == nil && m != nil && yield(m) {
		m, err = re.FindNextMatch(m)
	}
	if err != nil {
		return fmt.Errorf("the pattern %s takes too long on this text (more than %s); make it simpler", quote(re.String()), regexTimeout)
	}
	return nil
}

// runeBuilder builds the result of a replacement out of pieces of the input.
type runeBuilder struct {
	strings.Builder
	text  string
	input []rune // text, by characters
	ascii bool
}

// put writes s. Beyond the limit nothing is written any more; regexReplace then reports it.
func (b *runeBuilder) put(s string) {
	if b.Len() <= MaxOutput {
		b.WriteString(s)
	}
}

// runes writes the characters from to of the input.
func (b *runeBuilder) runes(from, to int) {
	switch {
	case from >= to || b.Len() > MaxOutput:
	case b.ascii:
		b.WriteString(b.text[from:to])
	default:
		for _, r := range b.input[from:to] {
			b.WriteRune(r)
		}
	}
}

// regexReplace replaces every match by what expand writes.
func regexReplace(re *regexp2.Regexp, s string, expand func(*runeBuilder, *regexp2.Match)) (string, error) {
	b := runeBuilder{text: s, input: []rune(s)}
	b.ascii = len(b.input) == len(s)
	from, matched, long := 0, false, false
	err := eachMatch(re, b.input, func(m *regexp2.Match) bool {
		matched = true
		b.runes(from, m.Index)
		expand(&b, m)
		from = m.Index + m.Length
		long = b.Len() > MaxOutput
		return !long
	})
	switch {
	case err != nil:
		return "", err
	case long:
		return "", errTooLong
	case !matched:
		return s, nil
	}
	b.runes(from, len(b.input))
	return b.String(), nil
}

// replacement is a .NET replacement pattern: text with $1, ${1}, ${name}, $&, $$, $`, $', $+ and $_.
// What names no group is text.
type replacement struct {
	re     *regexp2.Regexp
	source string
	parts  []replacementPart
}

type replacementPart struct {
	text  string
	group int // if text is ""; or one of the constants below
}

const (
	groupBefore = -1 - iota // $`
	groupAfter              // $'
	groupLast               // $+
	groupInput              // $_
)

func parseReplacement(re *regexp2.Regexp, source string) *replacement {
	r := &replacement{re: re, source: source}
	literal := ""
	for rest := source; rest != ""; {
		before, after, found := strings.Cut(rest, "$")
		literal += before
		if !found {
			break
		}
		group, size, ok := substitution(re, after)
		if !ok {
			literal += "$"
			rest = strings.TrimPrefix(after, "$")
			continue
		}
		if literal != "" {
			r.parts = append(r.parts, replacementPart{text: literal})
			literal = ""
		}
		r.parts = append(r.parts, replacementPart{group: group})
		rest = after[size:]
	}
	if literal != "" {
		r.parts = append(r.parts, replacementPart{text: literal})
	}
	return r
}

// substitution reads what follows a $ and returns the group it names and its length in bytes.
func substitution(re *regexp2.Regexp, s string) (group, size int, ok bool) {
	if s == "" {
		return 0, 0, false
	}
	switch s[0] {
	case '&':
		return 0, 1, true
	case '`':
		return groupBefore, 1, true
	case '\'':
		return groupAfter, 1, true
	case '+':
		return groupLast, 1, true
	case '_':
		return groupInput, 1, true
	case '{':
		name, _, closed := strings.Cut(s[1:], "}")
		if number := groupNumber(re, name); closed && number >= 0 {
			return number, len(name) + 2, true
		}
		return 0, 0, false
	}
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	number := groupNumber(re, s[:digits])
	return number, digits, number >= 0
}

// groupNumber finds a group by its name or number; -1 if there is none.
func groupNumber(re *regexp2.Regexp, name string) int {
	if name == "" {
		return -1
	}
	if strings.Trim(name, "0123456789") != "" {
		return re.GroupNumberFromName(name)
	}
	if number, err := strconv.Atoi(name); err == nil && slices.Contains(re.GetGroupNumbers(), number) {
		return number
	}
	return -1
}

func (r *replacement) expand(b *runeBuilder, m *regexp2.Match) {
	for _, part := range r.parts {
		switch {
		case part.text != "":
			b.put(part.text)
		case part.group == groupBefore:
			b.runes(0, m.Index)
		case part.group == groupAfter:
			b.runes(m.Index+m.Length, len(b.input))
		case part.group == groupInput:
			b.put(b.text)
		case part.group == groupLast:
			groups := m.Groups()
			g := groups[len(groups)-1]
			b.runes(g.Index, g.Index+g.Length)
		default:
			if g := m.GroupByNumber(part.group); g != nil && len(g.Captures) > 0 {
				b.runes(g.Index, g.Index+g.Length)
			}
		}
	}
}
