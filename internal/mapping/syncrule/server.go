// SPDX-License-Identifier: MPL-2.0

package syncrule

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"
)

// serverRules reads what the Synchronization Service Manager of MIM exports: flows out of the
// metaverse and joins stand in ma-data, flows into it in mv-data.
func serverRules(root *etree.Element) ([]Rule, error) {
	var rules []Rule
	for _, ma := range append(root.FindElements(".//ma-data"), only(root, "ma-data")...) {
		for _, set := range ma.FindElements("./export-attribute-flow/export-flow-set") {
			r := Rule{Name: "export attribute flow of " + child(ma, "name"), Outbound: true, Connector: child(ma, "id"), Creates: true,
				ConnectedType: set.SelectAttrValue("cd-object-type", ""), MetaverseType: set.SelectAttrValue("mv-object-type", "")}
			for _, e := range set.SelectElements("export-flow") {
				f, err := serverFlow(e, e.SelectAttrValue("cd-attribute", ""))
				if err != nil {
					return nil, fmt.Errorf("%s: %w", r.Name, err)
				}
				f.Clears = strings.EqualFold(e.SelectAttrValue("suppress-deletions", ""), "false")
				r.Flows = append(r.Flows, f)
			}
			r.Unread = append(r.Unread, "which people get an account, because provisioning code of the metaverse decides that")
			r.Joins = serverJoins(ma, r.ConnectedType)
			rules = append(rules, r)
		}
	}
	for _, set := range root.FindElements(".//import-attribute-flow/import-flow-set") {
		inbound, err := importFlows(set)
		if err != nil {
			return nil, err
		}
		rules = append(rules, inbound...)
	}
	return rules, nil
}

// serverJoins reads the join criteria of an object type, one alternative each.
func serverJoins(ma *etree.Element, objectType string) [][]Join {
	var out [][]Join
	for _, profile := range ma.FindElements("./join/join-profile") {
		if !strings.EqualFold(profile.SelectAttrValue("cd-object-type", ""), objectType) {
			continue
		}
		for _, criterion := range profile.SelectElements("join-criterion") {
			var group []Join
			for _, m := range criterion.FindElements("./search/attribute-mapping") {
				source := m.FindElement("./direct-mapping/src-attribute")
				if source == nil {
					group = nil
					break // code decides: this alternative cannot be said
				}
				group = append(group, Join{strings.TrimSpace(source.Text()), m.SelectAttrValue("mv-attribute", "")})
			}
			if len(group) > 0 {
				out = append(out, group)
			}
		}
	}
	return out
}

// importFlows reads the flows into the metaverse, as one rule for each rank and connector.
func importFlows(set *etree.Element) ([]Rule, error) {
	var rules []Rule
	place := map[string]int{}
	for _, flows := range set.SelectElements("import-flows") {
		for rank, e := range flows.SelectElements("import-flow") {
			f, err := serverFlow(e, flows.SelectAttrValue("mv-attribute", ""))
			if err != nil {
				return nil, err
			}
			connector := e.SelectAttrValue("src-ma", "")
			key := fmt.Sprint(rank, " ", connector)
			if _, known := place[key]; !known {
				place[key] = len(rules)
				rules = append(rules, Rule{Name: "import attribute flow from " + connector, Connector: connector, Precedence: rank + 1,
					Creates: true, MetaverseType: set.SelectAttrValue("mv-object-type", ""),
					ConnectedType: e.SelectAttrValue("cd-object-type", "")})
			}
			rules[place[key]].Flows = append(rules[place[key]].Flows, f)
		}
	}
	return rules, nil
}

// serverFlow reads one flow: direct, constant, by code, or by a synchronization rule of the portal.
func serverFlow(e *etree.Element, target string) (Flow, error) {
	f := Flow{Target: target}
	for _, m := range e.ChildElements() {
		source := strings.TrimSpace(text(m, "src-attribute"))
		switch m.Tag {
		case "direct-mapping":
			f.Attribute = source
		case "constant-mapping":
			value := child(m, "constant-value")
			f.Constant = &value
		case "scripted-mapping":
			f.Code = child(m, "script-context")
		case "dn-part-mapping":
			f.Code = "part " + child(m, "dn-part") + " of the distinguished name"
		case "sync-rule-mapping":
			if inner := m.FindElement("./sync-rule-value/*"); inner != nil {
				flow, err := portalFlow(inner)
				if err != nil {
					return f, err
				}
				flow.Target, f = target, flow
			} else {
				f.Attribute = source
			}
			f.Initial = strings.EqualFold(m.SelectAttrValue("initial-flow-only", ""), "true")
		}
	}
	if f.Attribute == "" && f.Constant == nil && f.Expression == "" && f.Code == "" {
		return f, fmt.Errorf("found no source of %s", target)
	}
	return f, nil
}

func text(e *etree.Element, tag string) string {
	if c := e.SelectElement(tag); c != nil {
		return c.Text()
	}
	return ""
}
