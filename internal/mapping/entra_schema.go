// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The parts of a synchronizationSchema that rules come from.
// https://learn.microsoft.com/graph/api/resources/synchronization-synchronizationschema
type (
	syncSchema struct {
		Directories []struct {
			Name    string `json:"name"`
			Objects []struct {
				Name       string `json:"name"`
				Attributes []struct {
					Name           string `json:"name"`
					FlowNullValues bool   `json:"flowNullValues"`
				} `json:"attributes"`
			} `json:"objects"`
		} `json:"directories"`
		Rules []syncRule `json:"synchronizationRules"`
	}
	syncRule struct {
		Name     string          `json:"name"`
		Source   string          `json:"sourceDirectoryName"`
		Target   string          `json:"targetDirectoryName"`
		Mappings []objectMapping `json:"objectMappings"`
	}
	objectMapping struct {
		Enabled    *bool              `json:"enabled"`
		FlowTypes  string             `json:"flowTypes"`
		Name       string             `json:"name"`
		Source     string             `json:"sourceObjectName"`
		Target     string             `json:"targetObjectName"`
		Scope      *syncFilter        `json:"scope"`
		Attributes []attributeMapping `json:"attributeMappings"`
	}
	attributeMapping struct {
		Source   *mappingSource `json:"source"`
		Target   string         `json:"targetAttributeName"`
		Default  *string        `json:"defaultValue"`
		FlowType string         `json:"flowType"`
		Priority int            `json:"matchingPriority"`
	}
	mappingSource struct {
		Type       string `json:"type"`
		Name       string `json:"name"`
		Expression string `json:"expression"`
		Parameters []struct {
			Key   string         `json:"key"`
			Value *mappingSource `json:"value"`
		} `json:"parameters"`
	}
	syncFilter struct {
		Groups         []filterGroup `json:"groups"`
		CategoryGroups []filterGroup `json:"categoryFilterGroups"`
		InputGroups    []filterGroup `json:"inputFilterGroups"`
	}
	filterGroup struct {
		Clauses []filterClause `json:"clauses"`
	}
	filterClause struct {
		Operator string `json:"operatorName"`
		Source   string `json:"sourceOperandName"`
		Operand  *struct {
			Values []string `json:"values"`
		} `json:"targetOperand"`
	}
)

// importer turns one object mapping into rules.
type importer struct {
	rules      Rules
	notes      []string
	priorities map[int][]MatchCondition
	nulls      map[string]bool // source attributes whose nulls flow
}

// FromEntraSchema turns the synchronization schema of a Microsoft Entra
// provisioning job, as Microsoft Graph exports it
// (GET /servicePrincipals/{id}/synchronization/jobs/{id}/schema), into rules.
// The notes say, one sentence each, what works differently here or could not be
// carried over. Rules still have to be compiled: the schema may hold expressions
// or attributes that are not right.
func FromEntraSchema(doc string) (rules Rules, notes []string, err error) {
	var schema syncSchema
	if err := json.Unmarshal([]byte(doc), &schema); err != nil {
		return Rules{}, nil, fmt.Errorf("not a synchronization schema: %w", err)
	}
	i := &importer{priorities: map[int][]MatchCondition{}, nulls: map[string]bool{}}
	object, err := i.choose(&schema)
	if err != nil {
		return Rules{}, nil, err
	}
	i.rules.Attributes = map[string]AttributeRule{}
	for _, a := range object.Attributes {
		i.attribute(a)
	}
	for _, priority := range sortedInts(i.priorities) {
		for _, c := range i.priorities[priority] {
			i.rules.Match = append(i.rules.Match, MatchRule{All: []MatchCondition{c}})
		}
	}
	i.scope(object.Scope)
	i.missing(object)
	return i.rules, i.notes, nil
}

func sortedInts[V any](m map[int]V) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (i *importer) notef(format string, args ...any) {
	i.notes = append(i.notes, fmt.Sprintf(format, args...))
}

// choose finds the mapping of people to users of a directory that rules can be written for.
func (i *importer) choose(schema *syncSchema) (*objectMapping, error) {
	var chosen *objectMapping
	for r := range schema.Rules {
		rule := &schema.Rules[r]
		target := directoryKind(rule.Target)
		for o := range rule.Mappings {
			object := &rule.Mappings[o]
			switch {
			case object.Enabled != nil && !*object.Enabled:
				i.notef("The object mapping %q is switched off and was left out.", object.Name)
			case target == "" || !strings.EqualFold(object.Target, "user"):
				i.notef("The object mapping %q writes %s of %q, which is no user of Active Directory or Microsoft Entra ID, and was left out.", object.Name, object.Target, rule.Target)
			case chosen != nil:
				i.notef("The object mapping %q is a further one to users and was left out: write a second mapping for it.", object.Name)
			default:
				chosen, i.rules.Target = object, target
				i.nullFlows(schema, rule.Source, object.Source)
			}
		}
	}
	if chosen == nil {
		return nil, errors.New("found no enabled object mapping to users of Active Directory or Microsoft Entra ID in synchronizationRules")
	}
	return chosen, nil
}

func directoryKind(name string) string {
	lower := strings.ToLower(name)
	switch {
	case strings.Contains(lower, "azure"), strings.Contains(lower, "entra"), lower == "aad":
		return "entra"
	case strings.Contains(lower, "active directory"), lower == "ad":
		return "active_directory"
	}
	return ""
}

func (i *importer) nullFlows(schema *syncSchema, directory, object string) {
	for _, d := range schema.Directories {
		for _, o := range d.Objects {
			if d.Name != directory || o.Name != object {
				continue
			}
			for _, a := range o.Attributes {
				i.nulls[a.Name] = a.FlowNullValues
			}
		}
	}
}

// attribute carries one attribute mapping over.
func (i *importer) attribute(a attributeMapping) {
	source := a.Source.text()
	if a.Priority > 0 {
		i.priorities[a.Priority] = append(i.priorities[a.Priority], MatchCondition{Source: source, Target: a.Target})
	}
	rule := AttributeRule{}
	if a.Source != nil {
		switch a.Source.Type {
		case "Attribute":
			rule.Source = attributeName(source)
		case "Constant":
			rule.Constant = &source
		case "Function":
			rule.Expression = source
		}
	}
	if a.Default != nil && *a.Default != "" {
		rule.Default = a.Default
	}
	if i.special(a, source) {
		return
	}
	i.apply(a, &rule)
	if rule.Source == "" && rule.Constant == nil && rule.Expression == "" && rule.Default == nil {
		i.notef("%s has neither source nor default value and was left out: an attribute without a rule is not managed.", a.Target)
		return
	}
	i.remark(a, source, &rule)
	i.rules.Attributes[a.Target] = rule
}

// special handles the pseudo-attributes and those that other parts of the rules decide.
func (i *importer) special(a attributeMapping, source string) bool {
	switch strings.ToLower(a.Target) {
	case "parentdistinguishedname":
		i.rules.Container = source
		if a.Source != nil && a.Source.Type == "Constant" {
			i.rules.Container = strconv.Quote(source)
		}
		if a.FlowType == "ObjectAddOnly" {
			i.rules.ContainerApply = ApplyOnCreate
		}
		if a.Default != nil && *a.Default != "" {
			i.notef("The default value %q of parentDistinguishedName was left out: give the container expression a default, as Switch has.", *a.Default)
		}
		i.notef("parentDistinguishedName became container.")
		return true
	case "accountdisabled", "accountenabled":
		i.notef("%s (%s) was left out: whether an account is enabled follows from worker_lifecycle.%s", a.Target, source, statusHint(a.Target, source))
		return true
	case "objectfilter":
		i.notef("objectFilter (%s) was left out: write it as a scope clause, as prehire_days, or as IgnoreObjectFlow in a rule.", source)
		return true
	}
	if instead, refused := targets[i.rules.Target].refused[strings.ToLower(a.Target)]; refused {
		i.notef("%s (%s) was left out: %s.", a.Target, source, instead)
		return true
	}
	return false
}

// statusHint reads the status words out of Switch([Active], , "1", "True", "0", "False").
func statusHint(target, source string) string {
	s := outline(source)
	if s.call != "Switch" || len(s.args) < 4 {
		return " Check that the source's status and dates say the same."
	}
	var active, inactive []string
	for k := 2; k+1 < len(s.args); k += 2 {
		key, value := s.args[k], s.args[k+1]
		switch enabled := strings.EqualFold(value.text, "True") == strings.EqualFold(target, "accountEnabled"); {
		case !key.plain || !value.plain:
		case enabled:
			active = append(active, key.text)
		default:
			inactive = append(inactive, key.text)
		}
	}
	return fmt.Sprintf(" With that attribute as the source's status: active_statuses = [%s], inactive_statuses = [%s].", quoted(active), quoted(inactive))
}

// apply translates when an attribute flows.
func (i *importer) apply(a attributeMapping, rule *AttributeRule) {
	naming := false
	for name := range targets[i.rules.Target].naming {
		naming = naming || strings.EqualFold(name, a.Target)
	}
	switch a.FlowType {
	case "ObjectAddOnly":
		rule.Apply = ApplyOnCreate
	case "AttributeAddOnly":
		rule.Apply = ApplyIfEmpty
	case "ValueAddOnly", "MultiValueAddOnly":
		i.notef("%s only adds values (%s); here a rule decides about the whole set of values.", a.Target, a.FlowType)
	default:
		if naming {
			rule.Apply = ApplyAlways
		}
	}
	if strings.HasPrefix(strings.TrimSpace(rule.Expression), "SelectUniqueValue") && !naming {
		rule.Unique = true
	}
}

// remark says what works differently for a rule that was carried over.
func (i *importer) remark(a attributeMapping, source string, rule *AttributeRule) {
	if strings.EqualFold(a.Target, "manager") {
		i.notef("manager (%s) takes the worker id of the manager; use manager_id unless that attribute holds one.", source)
	}
	if strings.Contains(source, "[IsSoftDeleted]") {
		i.notef("%s reads [IsSoftDeleted], which no HR system has: it is always null here. Use worker_lifecycle.leaver_attributes for leavers.", a.Target)
	}
	if rule.Source != "" && i.nulls[rule.Source] && rule.Apply != ApplyOnCreate && rule.Apply != ApplyIfEmpty {
		rule.WhenNull = NullClear
		i.notef("%s is cleared when %s is null, since null values of that source attribute flow.", a.Target, rule.Source)
	}
}

// scope carries the scoping filter over.
func (i *importer) scope(filter *syncFilter) {
	if filter == nil {
		return
	}
	if len(filter.CategoryGroups) > 0 || len(filter.InputGroups) > 0 {
		i.notef("The scope has category or input filters, which were left out.")
	}
	for _, g := range filter.Groups {
		var clauses []Clause
		for _, c := range g.Clauses {
			clause := Clause{Attribute: attributeName(c.Source), Operator: c.Operator}
			if op, known := findOperator(c.Operator); known {
				clause.Operator = op.name
			} else {
				i.notef("The scope operator %q on %s is unknown here: replace it.", c.Operator, c.Source)
			}
			if c.Operand != nil && len(c.Operand.Values) > 0 {
				clause.Value = c.Operand.Values[0]
				if len(c.Operand.Values) > 1 {
					i.notef("The scope clause %s %s has %d values, of which only the first was kept.", c.Source, c.Operator, len(c.Operand.Values))
				}
			}
			clauses = append(clauses, clause)
		}
		if len(clauses) > 0 {
			i.rules.Scope = append(i.rules.Scope, clauses)
		}
	}
	if len(i.rules.Scope) > 0 {
		i.rules.OnOutOfScope = OutOfScopeDisable
		i.notef("on_out_of_scope is \"disable\", as in the provisioning job unless SkipOutOfScopeDeletions is set there.")
	}
}

// missing notes what the schema leaves to settings elsewhere.
func (i *importer) missing(object *objectMapping) {
	if i.rules.Target == "active_directory" && i.rules.Container == "" {
		i.notef("There is no mapping for parentDistinguishedName: write the job's default container as container.")
	}
	if len(i.rules.Match) == 0 {
		i.notef("There is no matching attribute: write match.")
	}
	for _, action := range []string{"Add", "Update", "Delete"} {
		if object.FlowTypes != "" && !strings.Contains(object.FlowTypes, action) {
			i.notef("The action %s is switched off in the object mapping; rules have no such switch.", action)
		}
	}
}

// text is the source as an expression, a constant or [attribute].
func (s *mappingSource) text() string {
	switch {
	case s == nil:
		return ""
	case s.Type == "Attribute" && s.Name != "":
		return "[" + s.Name + "]"
	case s.Type == "Constant":
		if s.Name != "" {
			return s.Name
		}
		if sketch := outline(s.Expression); sketch.plain {
			return sketch.text
		}
		return s.Expression
	case s.Expression != "":
		return s.Expression
	case s.Type == "Function":
		args := make([]string, len(s.Parameters))
		for k, p := range s.Parameters {
			args[k] = p.Value.argument()
		}
		return s.Name + "(" + strings.Join(args, ", ") + ")"
	}
	return ""
}

// argument is the source as an argument of a function.
func (s *mappingSource) argument() string {
	if s != nil && s.Type == "Constant" {
		text := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s.text())
		return `"` + text + `"`
	}
	return s.text()
}
