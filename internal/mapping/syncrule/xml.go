// SPDX-License-Identifier: MPL-2.0

package syncrule

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// parseXML reads a document that Plain has turned into UTF-8, whatever its declaration says.
func parseXML(text []byte) (*etree.Element, error) {
	doc := etree.NewDocument()
	doc.ReadSettings = etree.ReadSettings{CharsetReader: func(_ string, r io.Reader) (io.Reader, error) { return r, nil }}
	if err := doc.ReadFromBytes(text); err != nil {
		return nil, fmt.Errorf("found XML that does not parse: %w", err)
	}
	if doc.Root() == nil {
		return nil, errors.New("found XML without an element")
	}
	return doc.Root(), nil
}

// readXML reads a document with any of the forms in which rules stand in XML.
func readXML(text []byte) ([]Rule, error) {
	root, err := parseXML(text)
	if err != nil {
		return nil, err
	}
	directories := connectors(root)
	var rules []Rule
	for _, e := range append(root.FindElements(".//synchronizationRule"), only(root, "synchronizationRule")...) {
		r, err := connectRule(e)
		if err != nil {
			return nil, fmt.Errorf("synchronizationRule %q: %w", child(e, "name"), err)
		}
		rules = append(rules, r)
	}
	for _, e := range root.FindElements(".//ResourceManagementObject") {
		r, is, err := portalRule(e)
		if err != nil {
			return nil, fmt.Errorf("SynchronizationRule %q: %w", r.Name, err)
		}
		if is {
			rules = append(rules, r)
		}
	}
	server, err := serverRules(root)
	if err != nil {
		return nil, err
	}
	rules = append(rules, server...)
	for k := range rules {
		if kind := directories[identifier(rules[k].Connector)]; kind != "" && rules[k].Directory == "" {
			rules[k].Directory = kind
		}
		rules[k].identify()
	}
	if len(rules) == 0 && len(directories) == 0 {
		return nil, fmt.Errorf("found XML of %q without rules", root.Tag)
	}
	return rules, nil
}

// only is the element itself, if it is of that name.
func only(e *etree.Element, tag string) []*etree.Element {
	if e.Tag == tag {
		return []*etree.Element{e}
	}
	return nil
}

func child(e *etree.Element, tag string) string {
	if c := e.SelectElement(tag); c != nil {
		return strings.TrimSpace(c.Text())
	}
	return ""
}

// identifier is a GUID without what different exports write around it.
func identifier(s string) string {
	return strings.ToLower(strings.Trim(strings.TrimPrefix(s, "urn:uuid:"), "{}"))
}

// connectors tells the directories that the document describes, by identifier and by name.
func connectors(root *etree.Element) map[string]string {
	out := map[string]string{}
	for _, ma := range append(root.FindElements(".//ma-data"), only(root, "ma-data")...) {
		kind := "other"
		switch category := child(ma, "category"); {
		case category == "AD" || category == "AD GAL":
			kind = ActiveDirectory
		case strings.Contains(child(ma, "subtype"), "Azure Active Directory"):
			kind = Entra
		case category == "":
			continue
		}
		out[identifier(child(ma, "id"))], out[strings.ToLower(child(ma, "name"))] = kind, kind
	}
	return out
}

// connectRule reads a rule of Entra Connect.
func connectRule(e *etree.Element) (Rule, error) {
	r, err := newRule(child(e, "name"), child(e, "direction"), child(e, "linkType"), child(e, "sourceObjectType"),
		child(e, "targetObjectType"))
	if err != nil {
		return r, err
	}
	r.Connector, r.Disabled = child(e, "connector"), strings.EqualFold(child(e, "disabled"), "true")
	if r.Precedence, err = strconv.Atoi(child(e, "precedence")); err != nil {
		return r, fmt.Errorf("found the precedence %q, expected a number", child(e, "precedence"))
	}
	for _, group := range e.FindElements("./synchronizationCriteria/conditions") {
		r.Scope = append(r.Scope, conditions(group))
	}
	for _, group := range e.FindElements("./relationshipCriteria/conditions") {
		r.Joins = append(r.Joins, joins(group))
	}
	for _, m := range e.FindElements("./attribute-mappings/mapping") {
		kind, sources := "Constant", []string{}
		if attributes := m.FindElements("./src/attr"); len(attributes) > 0 {
			kind = "Direct"
			for _, a := range attributes {
				sources = append(sources, strings.TrimSpace(a.Text()))
			}
		} else {
			sources = append(sources, child(m, "src"))
		}
		if child(m, "expression") != "" {
			kind = "Expression"
		}
		f, err := flowOf(child(m, "dest"), kind, sources, child(m, "expression"))
		if err != nil {
			return r, err
		}
		f.Initial, f.Merge = strings.EqualFold(m.SelectAttrValue("execute-once", ""), "true"), child(m, "valueMergeType")
		r.Flows = append(r.Flows, f)
	}
	return r, nil
}

// conditions reads the scopes of a group.
func conditions(group *etree.Element) []Condition {
	var out []Condition
	for _, s := range group.SelectElements("scope") {
		out = append(out, Condition{child(s, "csAttribute"), child(s, "csOperator"), child(s, "csValue")})
	}
	return out
}

func joins(group *etree.Element) []Join {
	var out []Join
	for _, c := range group.SelectElements("condition") {
		out = append(out, Join{child(c, "csAttribute"), child(c, "ilmAttribute")})
	}
	return out
}
