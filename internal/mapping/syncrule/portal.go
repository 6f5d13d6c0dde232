// SPDX-License-Identifier: MPL-2.0

package syncrule

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// portalRule reads an object of Export-FIMConfig, if it is a synchronization rule. A rule
// in both directions becomes an outbound one; its inbound half comes from the same
// system, and is noted.
func portalRule(e *etree.Element) (r Rule, is bool, err error) {
	values := map[string][]string{}
	for _, a := range e.FindElements("./ResourceManagementAttributes/ResourceManagementAttribute") {
		name := strings.ToLower(child(a, "AttributeName"))
		for _, v := range append(a.SelectElements("Value"), a.FindElements("./Values/string")...) {
			if text := strings.TrimSpace(v.Text()); text != "" {
				values[name] = append(values[name], text)
			}
		}
	}
	first := func(name string) string {
		if v := values[strings.ToLower(name)]; len(v) > 0 {
			return v[0]
		}
		return ""
	}
	if child(e, "ObjectType") != "SynchronizationRule" && first("ObjectType") != "SynchronizationRule" {
		return r, false, nil
	}
	r = Rule{Name: first("DisplayName"), Connector: first("ManagementAgentID"), ConnectedType: first("ConnectedObjectType"),
		MetaverseType: first("ILMObjectType")}
	if r.Connector == "" {
		r.Connector = first("ConnectedSystem")
	}
	creates, scope := "CreateILMObject", "ConnectedSystemScope"
	switch flow := first("FlowType"); flow {
	case "0":
	case "1", "2":
		r.Outbound, creates, scope = true, "CreateConnectedSystemObject", "msidmOutboundScopingFilters"
		if flow == "2" {
			r.Notes = append(r.Notes, "it works in both directions, and its inbound half was left out")
		}
	default:
		return r, true, fmt.Errorf("found the FlowType %q, expected 0 (inbound), 1 (outbound) or 2 (both)", flow)
	}
	r.Creates = strings.EqualFold(first(creates), "true")
	if text := first("Precedence"); text != "" {
		if r.Precedence, err = strconv.Atoi(text); err != nil {
			return r, true, fmt.Errorf("found the precedence %q, expected a number", text)
		}
	}
	based := first("msidmOutboundIsFilterBased") // else sets and workflows apply it, whatever filter is left over
	if r.Outbound && (strings.EqualFold(based, "false") || !strings.EqualFold(based, "true") && first(scope) == "") {
		r.Unread = append(r.Unread, "to whom workflows and sets apply it, because it has no outbound scoping filter")
	}
	if err := r.criteria(first(scope), first("RelationshipCriteria")); err != nil {
		return r, true, err
	}
	return r, true, r.portalFlows(values)
}

// criteria reads the scoping filter and the relationship criteria, which are XML in texts.
func (r *Rule) criteria(scope, relationship string) error {
	for _, text := range []string{scope, relationship} {
		if text == "" {
			continue
		}
		e, err := parseXML([]byte(text))
		if err != nil {
			return err
		}
		if group := conditions(e); len(group) > 0 {
			r.Scope = append(r.Scope, group)
		}
		if group := joins(e); len(group) > 0 {
			r.Joins = append(r.Joins, group)
		}
	}
	return nil
}

func (r *Rule) portalFlows(values map[string][]string) error {
	for _, kind := range []string{"PersistentFlow", "InitialFlow"} {
		for _, text := range values[strings.ToLower(kind)] {
			e, err := parseXML([]byte(text))
			if err != nil {
				return fmt.Errorf("%s: %w", kind, err)
			}
			if r.Outbound == (e.Tag == "import-flow") {
				continue // the other half of a rule in both directions
			}
			f, err := portalFlow(e)
			if err != nil {
				return fmt.Errorf("%s: %w", kind, err)
			}
			f.Initial = kind == "InitialFlow"
			r.Flows = append(r.Flows, f)
		}
	}
	return nil
}

// portalFlow reads <export-flow> and <import-flow>: an attribute, a constant, or a function.
func portalFlow(e *etree.Element) (Flow, error) {
	f := Flow{Target: child(e, "dest"), Clears: strings.EqualFold(e.SelectAttrValue("allows-null", ""), "true")}
	if f.Target == "" {
		return f, fmt.Errorf("found a flow without <dest>")
	}
	if fn := e.SelectElement("fn"); fn != nil {
		f.Expression = function(fn)
		return f, nil
	}
	if attributes := e.FindElements("./src/attr"); len(attributes) == 1 && strings.TrimSpace(attributes[0].Text()) != "" {
		f.Attribute = strings.TrimSpace(attributes[0].Text())
		return f, nil
	}
	constant := child(e, "src")
	f.Constant = &constant
	if inner, quoted := strings.CutPrefix(constant, `"`); quoted {
		inner = strings.TrimSuffix(inner, `"`)
		f.Constant = &inner
	}
	return f, nil
}

var (
	number    = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	parameter = regexp.MustCompile(`^\$[A-Za-z]\w*$`)
)

// function writes <fn id="…"> as an expression of the mim dialect.
func function(e *etree.Element) string {
	id := e.SelectAttrValue("id", "")
	var args []string
	for _, a := range e.SelectElements("arg") {
		args = append(args, argument(a))
	}
	if id == "+" {
		return strings.Join(args, " + ")
	}
	return id + "(" + strings.Join(args, ", ") + ")"
}

// argument writes one <arg>: a function, a text in quotation marks, a number or an attribute.
func argument(a *etree.Element) string {
	if fn := a.SelectElement("fn"); fn != nil {
		return function(fn)
	}
	text := a.Text()
	trimmed := strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(trimmed, `"`) && strings.HasSuffix(trimmed, `"`) && len(trimmed) > 1:
		return Quote(trimmed[1 : len(trimmed)-1])
	case number.MatchString(trimmed), strings.EqualFold(trimmed, "true"), strings.EqualFold(trimmed, "false"),
		strings.EqualFold(trimmed, "null"):
		return trimmed
	case parameter.MatchString(trimmed):
		return "WorkflowParameter(" + Quote(trimmed) + ")" // no function: whoever compiles it is told
	case trimmed == "":
		return `""`
	}
	return "[" + trimmed + "]"
}

// Quote writes a text as expressions do.
func Quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
