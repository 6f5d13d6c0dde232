// SPDX-License-Identifier: MPL-2.0

package xmlfile

import (
	"encoding/xml"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/antchfx/xmlquery"
	"github.com/antchfx/xpath"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/source"
)

// pattern is a path of element names that can be recognised while a document
// streams by.
type pattern struct {
	steps     []step
	attribute string // the last step, if it is an attribute
}

type step struct {
	local string // "" for any
	space string // the namespace, if bound
	bound bool
	deep  bool // anywhere below, not only directly
}

// stepPattern is compiled on first use: its tables of letters take milliseconds,
// and the process starts many times in every Terraform command.
var stepPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:([\pL_][\pL\pN_.-]*):)?([\pL_][\pL\pN_.-]*|\*)$`)
})

// parsePattern reads a path such as /a/b, //b, a//b/@c or p:a/*.
func parsePattern(text string, namespaces map[string]string) (pattern, error) {
	var p pattern
	example := errors.New(`expected a path of element names such as "/Report_Data/Report_Entry" or "//Worker", without conditions`)
	rest := strings.TrimSpace(text)
	if rest == "" || rest == "/" {
		return p, fmt.Errorf("found %s, %w", source.Quote(text), example)
	}
	if !strings.HasPrefix(rest, "/") {
		rest = "/" + rest
	}
	for rest != "" {
		rest = rest[1:]
		deep := strings.HasPrefix(rest, "/")
		rest = strings.TrimPrefix(rest, "/")
		name, _, _ := strings.Cut(rest, "/")
		rest = rest[len(name):]
		if attribute, ok := strings.CutPrefix(name, "@"); ok && rest == "" && !deep && stepPattern().MatchString(attribute) && len(p.steps) > 0 {
			p.attribute = attribute[strings.IndexByte(attribute, ':')+1:]
			break
		}
		match := stepPattern().FindStringSubmatch(name)
		if match == nil {
			return p, fmt.Errorf("found %s in %s, %w", source.Quote(name), source.Quote(text), example)
		}
		s := step{local: strings.TrimPrefix(match[2], "*"), deep: deep}
		if match[1] != "" {
			if s.space, s.bound = namespaces[match[1]]; !s.bound {
				return p, fmt.Errorf("found the prefix %q in %s, expected one that namespaces binds (a name without prefix is found in any namespace)", match[1], source.Quote(text))
			}
		}
		p.steps = append(p.steps, s)
	}
	return p, nil
}

// matches reports whether the path leads to the last of the open elements.
func (p pattern) matches(open []xml.Name) bool {
	return len(p.steps) > 0 && matchSteps(p.steps, open)
}

func matchSteps(steps []step, open []xml.Name) bool {
	if len(steps) == 0 {
		return len(open) == 0
	}
	if len(open) < len(steps) {
		return false
	}
	last := steps[len(steps)-1]
	name := open[len(open)-1]
	if last.local != "" && last.local != name.Local || last.bound && last.space != name.Space {
		return false
	}
	steps, open = steps[:len(steps)-1], open[:len(open)-1]
	if !last.deep {
		return matchSteps(steps, open)
	}
	for n := len(open); n >= 0; n-- {
		if matchSteps(steps, open[:n]) {
			return true
		}
	}
	return false
}

// selection is a column and how to get its value of a record.
type selection struct {
	column int
	source string
	path   []string    // of a plain path of names: quick to follow
	xpath  *xpath.Expr // otherwise
}

var plainPath = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\pL_][\pL\pN_-]*(/[\pL_][\pL\pN_-]*)*$`) })

func (r *reader) compileColumns() error {
	if r.config.Columns == nil {
		return nil
	}
	names := make([]string, 0, len(r.config.Columns))
	for name := range r.config.Columns {
		names = append(names, name)
	}
	slices.Sort(names)
	r.selects = []selection{}
	var problems []error
	for _, name := range names {
		s := selection{column: r.column(name), source: r.config.Columns[name]}
		if plainPath().MatchString(s.source) {
			s.path = strings.Split(s.source, "/")
		} else {
			var err error
			if s.xpath, err = compileXPath(s.source, r.config.Namespaces); err != nil {
				problems = append(problems, fmt.Errorf("columns: %q: found %s, expected an XPath 1.0 expression relative to the record, such as \"Name/First\", \"@id\" or \"phone[@type='work']\": %w", name, source.Quote(s.source), err))
			}
		}
		r.selects = append(r.selects, s)
	}
	return errors.Join(problems...)
}

// compileXPath compiles an expression. Prefixes are those of namespaces; an
// expression that begins at the root would not know the record.
func compileXPath(text string, namespaces map[string]string) (expr *xpath.Expr, err error) {
	defer func() {
		if p := recover(); p != nil {
			expr, err = nil, fmt.Errorf("%v", p)
		}
	}()
	if strings.HasPrefix(strings.TrimSpace(text), "/") {
		return nil, errors.New("it begins at the document, not at the record")
	}
	bound := map[string]string{}
	for prefix, space := range namespaces {
		bound[prefix] = space
	}
	return xpath.CompileWithNS(text, bound)
}

// value returns what a column selects of a record, and problem says what is
// wrong with it.
func (s selection) value(record *xmlquery.Node) (v expression.Value, problem string) {
	var texts []string
	take := func(n *xmlquery.Node) {
		if problem == "" {
			problem = structured(n)
		}
		if text, ok := elementText(n); ok {
			texts = append(texts, text)
		}
	}
	if s.path != nil {
		follow(record, s.path, take)
		return valueOf(texts), problem
	}
	defer func() {
		if p := recover(); p != nil { // how package xpath reports arguments of the wrong kind
			v, problem = expression.Null, fmt.Sprintf("cannot be evaluated: %v", p)
		}
	}()
	switch result := s.xpath.Evaluate(xmlquery.CreateXPathNavigator(record)).(type) {
	case string:
		return expression.String(result), ""
	case bool:
		return expression.String(fmt.Sprint(result)), ""
	case float64:
		return numberOf(result), ""
	case *xpath.NodeIterator:
		for result.MoveNext() {
			n, ok := result.Current().(*xmlquery.NodeNavigator)
			if !ok {
				continue
			}
			if n.NodeType() == xpath.ElementNode {
				take(n.Current())
			} else {
				texts = append(texts, n.Value())
			}
		}
	}
	return valueOf(texts), problem
}

// follow calls f with the elements at a path below n.
func follow(n *xmlquery.Node, path []string, f func(*xmlquery.Node)) {
	if len(path) == 0 {
		f(n)
		return
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		if child.Type == xmlquery.ElementNode && child.Data == path[0] {
			follow(child, path[1:], f)
		}
	}
}
