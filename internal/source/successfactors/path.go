// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// jsonPath is an expression such as
// $.employmentNav.results[?(@.assignmentClass == 'GA')].userNav.username, as
// Microsoft's connector takes them for attributes. It understands names, [n],
// [-n:], [n:m], [*], .. and filters that compare with == and !=, joined by && and ||.
type jsonPath struct {
	text       string
	steps      []step
	navigation [][]string // what has to be expanded
}

// step is one step from a node to others. Exactly one of name, filter and slice is set.
type step struct {
	deep   bool // at any depth
	name   string
	all    bool
	filter [][]comparison // or of ands
	slice  *slice
}

type slice struct {
	from, to int
	open     bool // to the end
	one      bool // the item from alone
}

type comparison struct {
	path   []string
	equal  bool
	exists bool // only that there is a value
	value  any
}

// deferredError is a navigation that was not expanded though it was asked for.
type deferredError struct{ path string }

func (e *deferredError) Error() string {
	return e.path + " is not expanded in the answer: the API user may not read that entity; grant the permission in the HR system, or take the attribute out"
}

// compilePath reads a JSONPath.
func compilePath(text string) (*jsonPath, error) {
	p := &jsonPath{text: text}
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), "$")
	if !ok {
		return nil, fmt.Errorf("found %q, expected a JSONPath beginning with $, such as $.employmentNav.results[0].userNav.username", text)
	}
	for rest != "" {
		var s step
		var err error
		if s, rest, err = nextStep(rest); err != nil {
			return nil, fmt.Errorf("found %q: %w", text, err)
		}
		p.steps = append(p.steps, s)
	}
	if len(p.steps) == 0 || p.steps[len(p.steps)-1].name == "" || p.steps[len(p.steps)-1].name == "results" || strings.HasSuffix(p.steps[len(p.steps)-1].name, "Nav") {
		return nil, fmt.Errorf("found %q, expected it to end with the name of a property, such as .jobTitle", text)
	}
	p.findNavigation()
	return p, nil
}

func nextStep(rest string) (s step, after string, err error) {
	switch {
	case strings.HasPrefix(rest, ".."):
		s.deep = true
		rest = rest[1:]
	case !strings.HasPrefix(rest, ".") && !strings.HasPrefix(rest, "["):
		return s, "", fmt.Errorf("found %q, expected . or [", rest)
	}
	if after, ok := strings.CutPrefix(rest, "."); ok && !strings.HasPrefix(after, "[") {
		end := strings.IndexAny(after, ".[")
		if end < 0 {
			end = len(after)
		}
		s.name = after[:end]
		if s.name == "*" {
			s.name, s.all = "", true
		}
		if s.name == "" && !s.all || strings.ContainsAny(s.name, " ()'\"@?]") {
			return s, "", fmt.Errorf("found %q, expected the name of a property", after[:end])
		}
		return s, after[end:], nil
	}
	rest = strings.TrimPrefix(rest, ".")
	end := closing(rest)
	if end < 0 {
		return s, "", fmt.Errorf("found %q, expected a closing ]", rest)
	}
	err = s.bracket(strings.TrimSpace(rest[1:end]))
	return s, rest[end+1:], err
}

// closing returns the index of the bracket that closes the first one, quotes considered.
func closing(text string) int {
	depth := 0
	var quote rune
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '[':
			depth++
		case c == ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// bracket reads what is between [ and ].
func (s *step) bracket(text string) error {
	if text == "*" {
		s.all = true
		return nil
	}
	if name, ok := unquote(text); ok {
		s.name = name
		return nil
	}
	if condition, ok := strings.CutPrefix(text, "?"); ok {
		condition = strings.TrimSpace(condition)
		if !strings.HasPrefix(condition, "(") || !strings.HasSuffix(condition, ")") {
			return fmt.Errorf("found %q, expected a filter such as [?(@.assignmentClass == 'ST')]", text)
		}
		var err error
		s.filter, err = readFilter(condition[1 : len(condition)-1])
		return err
	}
	from, to, ranged := strings.Cut(text, ":")
	s.slice = &slice{one: !ranged, open: strings.TrimSpace(to) == ""}
	for _, part := range []struct {
		text string
		into *int
		need bool
	}{{from, &s.slice.from, !ranged}, {to, &s.slice.to, false}} {
		if t := strings.TrimSpace(part.text); t != "" || part.need {
			n, err := strconv.Atoi(t)
			if err != nil {
				return fmt.Errorf("found [%s], expected a number, *, a name in quotes or a filter", text)
			}
			*part.into = n
		}
	}
	return nil
}

func unquote(text string) (string, bool) {
	if len(text) >= 2 && (text[0] == '\'' || text[0] == '"') && text[len(text)-1] == text[0] {
		return text[1 : len(text)-1], true
	}
	return "", false
}

func readFilter(text string) (or [][]comparison, err error) {
	for _, part := range splitOutside(text, "||") {
		var and []comparison
		for _, one := range splitOutside(part, "&&") {
			c, err := readComparison(strings.TrimSpace(one))
			if err != nil {
				return nil, err
			}
			and = append(and, c)
		}
		or = append(or, and)
	}
	return or, nil
}

// splitOutside splits text at sep outside of quotes.
func splitOutside(text, sep string) []string {
	var parts []string
	var quote byte
	start := 0
	for i := 0; i < len(text); i++ {
		switch {
		case quote != 0:
			if text[i] == quote {
				quote = 0
			}
		case text[i] == '\'' || text[i] == '"':
			quote = text[i]
		case strings.HasPrefix(text[i:], sep):
			parts = append(parts, text[start:i])
			i += len(sep) - 1
			start = i + 1
		}
	}
	return append(parts, text[start:])
}

func readComparison(text string) (c comparison, err error) {
	left, right := text, ""
	c.exists = true
	for _, op := range []string{"==", "!="} {
		if parts := splitOutside(text, op); len(parts) == 2 {
			left, right, c.equal, c.exists = parts[0], strings.TrimSpace(parts[1]), op == "==", false
		}
	}
	path, ok := strings.CutPrefix(strings.TrimSpace(left), "@.")
	if !ok || path == "" || strings.ContainsAny(path, " '\"()[]@$<>=!") {
		return c, fmt.Errorf("found %q, expected a comparison such as @.emplStatusNav.externalCode == 'A'", text)
	}
	c.path = strings.Split(path, ".")
	if c.exists {
		return c, nil
	}
	if value, quoted := unquote(right); quoted {
		c.value = value
		return c, nil
	}
	switch right {
	case "true", "false":
		c.value = right == "true"
	case "null":
	default:
		if _, err := strconv.ParseFloat(right, 64); err != nil {
			return c, fmt.Errorf("found %q, expected a text in quotes, a number, true, false or null", right)
		}
		c.value = right
	}
	return c, nil
}

// findNavigation tells what the path goes through: every name but the last, and
// those in filters, except the word results around lists.
func (p *jsonPath) findNavigation() {
	var at []string
	for i, s := range p.steps {
		for _, and := range s.filter {
			for _, c := range and {
				if inner := c.path[:len(c.path)-1]; len(inner) > 0 {
					p.navigation = append(p.navigation, append(slices.Clone(at), inner...))
				}
			}
		}
		if s.name != "" && s.name != "results" && i < len(p.steps)-1 {
			at = append(at, s.name)
		}
	}
	if len(at) > 0 {
		p.navigation = append(p.navigation, at)
	}
}

// find returns the values that the path leads to, without nulls.
func (p *jsonPath) find(root any) ([]any, error) {
	nodes := []any{root}
	for _, s := range p.steps {
		var next []any
		for _, node := range nodes {
			if isDeferred(node) {
				return nil, &deferredError{p.text}
			}
			next = s.from(node, next)
		}
		if s.deep && len(next) > 0 { // what the search passed by need not be expanded
			next = slices.DeleteFunc(next, isDeferred)
			if len(next) == 0 {
				return nil, &deferredError{p.text}
			}
		}
		nodes = next
	}
	return slices.DeleteFunc(nodes, func(v any) bool { return v == nil }), nil
}

func (s step) from(node any, out []any) []any {
	out = s.here(node, out)
	if !s.deep {
		return out
	}
	switch node := node.(type) {
	case object:
		for _, name := range sortedNames(node) {
			if !isDeferred(node[name]) && name != "__metadata" {
				out = s.from(node[name], out)
			}
		}
	case []any:
		for _, item := range node {
			out = s.from(item, out)
		}
	}
	return out
}

// here applies the step to the node itself.
func (s step) here(node any, out []any) []any {
	if s.name != "" {
		if o, ok := node.(object); ok {
			if v, there := o[s.name]; there {
				return append(out, v)
			}
		}
		return out
	}
	list, ok := node.([]any)
	if !ok {
		return out
	}
	switch {
	case s.all:
		return append(out, list...)
	case s.slice != nil:
		return append(out, s.slice.of(list)...)
	}
	for _, item := range list {
		if slices.ContainsFunc(s.filter, func(and []comparison) bool {
			return !slices.ContainsFunc(and, func(c comparison) bool { return !c.holds(item) })
		}) {
			out = append(out, item)
		}
	}
	return out
}

func (s *slice) of(list []any) []any {
	index := func(i int) int {
		if i < 0 {
			i += len(list)
		}
		return i
	}
	from, to := index(s.from), index(s.to)
	switch {
	case s.one:
		if from < 0 || from >= len(list) {
			return nil
		}
		return list[from : from+1]
	case s.open:
		to = len(list)
	}
	from, to = min(max(from, 0), len(list)), min(max(to, 0), len(list))
	if from >= to {
		return nil
	}
	return list[from:to]
}

func (c comparison) holds(item any) bool {
	value, _ := follow(item, c.path)
	if c.exists {
		return value != nil
	}
	var same bool
	switch want := c.value.(type) {
	case nil:
		same = value == nil
	case bool:
		same = value == any(want)
	case string:
		same = value != nil && plain(value) == want
	}
	return same == c.equal
}
