// SPDX-License-Identifier: MPL-2.0

package syncrule

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The properties of Get-ADSyncRule that matter.
type (
	jsonRule struct {
		Name       string          `json:"Name"`
		Direction  loose           `json:"Direction"`
		Precedence int             `json:"Precedence"`
		Source     string          `json:"SourceObjectType"`
		Target     string          `json:"TargetObjectType"`
		Connector  loose           `json:"Connector"`
		LinkType   loose           `json:"LinkType"`
		Disabled   bool            `json:"Disabled"`
		Scope      list[jsonScope] `json:"ScopeFilter"`
		Joins      list[jsonJoins] `json:"JoinFilter"`
		Flows      list[jsonFlow]  `json:"AttributeFlowMappings"`
		Value      list[jsonRule]  `json:"value"`
		Rules      *list[jsonRule] `json:"SynchronizationRules"`
	}
	jsonScope struct {
		Conditions list[struct {
			Attribute string `json:"Attribute"`
			Value     loose  `json:"ComparisonValue"`
			Operator  loose  `json:"ComparisonOperator"`
		}] `json:"ScopeConditionList"`
	}
	jsonJoins struct {
		Conditions list[struct {
			Connected string `json:"CSAttribute"`
			Metaverse string `json:"MVAttribute"`
		}] `json:"JoinConditionList"`
	}
	jsonFlow struct {
		Source     list[string] `json:"Source"`
		Target     string       `json:"Destination"`
		Kind       loose        `json:"FlowType"`
		Merge      loose        `json:"ValueMergeType"`
		Once       bool         `json:"ExecuteOnce"`
		Expression string       `json:"Expression"`
	}
)

// list reads what PowerShell writes for a collection: a list, its only entry, or an object
// with value and Count.
type list[T any] []T

// errShallow is about ConvertTo-Json, which writes names of types below its depth.
var errShallow = errors.New("found a text where a list is expected: ConvertTo-Json cut the export off; give it -Depth 6")

// UnmarshalJSON reads any of the forms.
func (l *list[T]) UnmarshalJSON(data []byte) error {
	var one T
	_, text := any(one).(string)
	if data[0] == '[' {
		var entries []json.RawMessage
		if err := json.Unmarshal(data, &entries); err != nil {
			return err
		}
		if !text && slices.ContainsFunc(entries, func(e json.RawMessage) bool { return e[0] == '"' }) {
			return errShallow
		}
		return json.Unmarshal(data, (*[]T)(l))
	}
	var wrapped struct {
		Value *[]T `json:"value"`
		Count *int `json:"Count"`
	}
	if data[0] == '{' && json.Unmarshal(data, &wrapped) == nil && wrapped.Value != nil && wrapped.Count != nil {
		*l = *wrapped.Value
		return nil
	}
	if string(data) == "null" || string(data) == `""` {
		*l = nil
		return nil
	}
	if !text && data[0] == '"' {
		return errShallow
	}
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	*l = list[T]{one}
	return nil
}

// loose is a text, or what stands for one: a number, a truth value, or an object with value
// and Value, as PowerShell writes enumerations.
type loose string

// UnmarshalJSON reads any of them; null is "".
func (t *loose) UnmarshalJSON(data []byte) error {
	var s string
	var boxed struct {
		Text string `json:"Value"`
		Guid string `json:"Guid"`
	}
	switch {
	case string(data) == "null":
		*t = ""
	case json.Unmarshal(data, &s) == nil:
		*t = loose(s)
	case data[0] == '{' && json.Unmarshal(data, &boxed) == nil && boxed.Text+boxed.Guid != "":
		*t = loose(boxed.Text + boxed.Guid)
	case data[0] == '{' || data[0] == '[':
		return fmt.Errorf("found %.40s, expected a text", data)
	default:
		*t = loose(data)
	}
	return nil
}

func readJSON(data []byte) ([]Rule, error) {
	var docs list[jsonRule]
	if err := json.Unmarshal(data, &docs); err != nil {
		return nil, err
	}
	if len(docs) == 1 && docs[0].Name == "" {
		switch {
		case docs[0].Rules != nil:
			docs = *docs[0].Rules
		case len(docs[0].Value) > 0:
			docs = docs[0].Value
		}
	}
	rules := make([]Rule, 0, len(docs))
	for k := range docs {
		rule, err := docs[k].rule()
		if err != nil {
			return nil, fmt.Errorf("rule %q (entry %d): %w", docs[k].Name, k+1, err)
		}
		rules = append(rules, rule)
	}
	if len(rules) == 0 {
		return nil, errors.New("found an empty list")
	}
	return rules, nil
}

func (d *jsonRule) rule() (Rule, error) {
	r, err := newRule(d.Name, string(d.Direction), string(d.LinkType), d.Source, d.Target)
	if err != nil {
		return r, err
	}
	r.Connector, r.Precedence, r.Disabled = string(d.Connector), d.Precedence, d.Disabled
	for _, group := range d.Scope {
		var conditions []Condition
		for _, c := range group.Conditions {
			if advice := numbers(string(c.Operator)); advice != "" {
				return r, fmt.Errorf("found the operator %s of %s, expected a word such as EQUAL%s", c.Operator, c.Attribute, advice)
			}
			conditions = append(conditions, Condition{c.Attribute, string(c.Operator), string(c.Value)})
		}
		r.Scope = append(r.Scope, conditions)
	}
	for _, group := range d.Joins {
		var joins []Join
		for _, c := range group.Conditions {
			joins = append(joins, Join{c.Connected, c.Metaverse})
		}
		r.Joins = append(r.Joins, joins)
	}
	for _, f := range d.Flows {
		flow, err := flowOf(f.Target, string(f.Kind), f.Source, f.Expression)
		if err != nil {
			return r, err
		}
		flow.Initial, flow.Merge = f.Once, string(f.Merge)
		if advice := numbers(flow.Merge); advice != "" {
			return r, fmt.Errorf("found the merge type %s of %s, expected a word such as Update%s", flow.Merge, f.Target, advice)
		}
		r.Flows = append(r.Flows, flow)
	}
	r.identify()
	return r, nil
}

// newRule makes a rule of Entra Connect of the words that every form of export has.
func newRule(name, direction, link, source, target string) (Rule, error) {
	r := Rule{Name: name, Creates: strings.EqualFold(link, "Provision")}
	switch {
	case strings.EqualFold(direction, "Outbound"):
		r.Outbound, r.MetaverseType, r.ConnectedType = true, source, target
	case strings.EqualFold(direction, "Inbound"):
		r.MetaverseType, r.ConnectedType = target, source
	default:
		return r, fmt.Errorf("found the direction %q, expected Inbound or Outbound%s", direction, numbers(direction))
	}
	if advice := numbers(link); advice != "" {
		return r, fmt.Errorf("found the link type %q, expected Provision, Join or StickyJoin%s", link, advice)
	}
	return r, nil
}
