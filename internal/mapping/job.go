// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping/syncrule"
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
		FlowTypes  objectFlows        `json:"flowTypes"`
		Name       string             `json:"name"`
		Source     string             `json:"sourceObjectName"`
		Target     string             `json:"targetObjectName"`
		Scope      *syncFilter        `json:"scope"`
		Attributes []attributeMapping `json:"attributeMappings"`
	}
	attributeMapping struct {
		Source   *mappingSource `json:"source"`
		Target   string         `json:"targetAttributeName"`
		Default  *looseText     `json:"defaultValue"`
		FlowType looseText      `json:"flowType"`
		Priority int            `json:"matchingPriority"`
	}
	mappingSource struct {
		Type       string    `json:"type"`
		Name       looseText `json:"name"`
		Expression string    `json:"expression"`
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
		Name    string         `json:"name"`
		Clauses []filterClause `json:"clauses"`
	}
	filterClause struct {
		Operator string `json:"operatorName"`
		Source   string `json:"sourceOperandName"`
		Operand  *struct {
			Values []looseText `json:"values"`
		} `json:"targetOperand"`
	}
)

// importer turns one object mapping into rules.
type importer struct {
	formats    []directory.Format // of the directories that rules can be written for
	format     directory.Format   // of rules.Target
	rules      Rules
	notes      []string
	priorities map[int][]MatchCondition
	nulls      map[string]bool // source attributes whose nulls flow
	extended   map[string]bool // attributes of the target that the job's schema defines, lower-cased
	status     bool            // whether accounts are enabled has been derived, or is asked for
}

// FromEntraSchema turns the synchronization schema of a Microsoft Entra
// provisioning job, as Microsoft Graph exports it
// (GET /servicePrincipals/{id}/synchronization/jobs/{id}/schema), into rules.
// It reads JSON with or without a byte order mark, the same in Base64 (as
// filebase64 gives files in UTF-16), a synchronization template, and an answer of
// Microsoft Graph around one schema.
//
// The notes say, one sentence each, what works differently here or was translated.
// What a person must decide stands in the rules as a text that begins with "DECIDE: ",
// which Compile refuses. Rules still have to be compiled: the schema may hold
// expressions or attributes that are not right. Formats are those of the directories that rules can be written for.
func FromEntraSchema(doc string, formats ...directory.Format) (rules Rules, notes []string, err error) {
	schema, err := readSyncSchema(doc)
	if err != nil {
		return Rules{}, nil, err
	}
	i := &importer{formats: formats, priorities: map[int][]MatchCondition{}, nulls: map[string]bool{}, extended: map[string]bool{}}
	object, err := i.choose(schema)
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
	i.sources()
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
				chosen = object
				i.aim(target)
				i.definitions(schema, rule, object)
			}
		}
	}
	if chosen == nil {
		return nil, errors.New("found no enabled object mapping to users of Active Directory or Microsoft Entra ID in synchronizationRules")
	}
	return chosen, nil
}

// aim sets which directory the rules are for.
func (i *importer) aim(target string) {
	i.rules.Target = target
	for _, f := range i.formats {
		if f.Target == target {
			i.format = f
		}
	}
}

// directoryKind is the target that a provisioning job calls by that name, "" for any other.
func directoryKind(name string) string {
	lower := strings.ToLower(name)
	switch {
	case strings.Contains(lower, "azure"), strings.Contains(lower, "entra"), lower == "aad":
		return syncrule.Entra
	case strings.Contains(lower, "active directory"), lower == "ad":
		return syncrule.ActiveDirectory
	}
	return ""
}

// definitions reads what the schema says about the attributes of both sides.
func (i *importer) definitions(schema *syncSchema, rule *syncRule, object *objectMapping) {
	for _, d := range schema.Directories {
		for _, o := range d.Objects {
			for _, a := range o.Attributes {
				if d.Name == rule.Source && o.Name == object.Source {
					i.nulls[a.Name] = a.FlowNullValues
				}
				if d.Name == rule.Target && strings.EqualFold(o.Name, object.Target) {
					i.extended[strings.ToLower(a.Name)] = true
				}
			}
		}
	}
}

// missing notes what the schema leaves to settings elsewhere, and asks for what no
// mapping may be without.
func (i *importer) missing(object *objectMapping) {
	if i.format.HasContainer && i.rules.Container == "" {
		i.rules.Container = question("there is no mapping for parentDistinguishedName; write the job's default container, such as " +
			"OU=Staff,DC=corp,DC=example,DC=com")
		i.notef("There is no mapping for parentDistinguishedName: write the job's default container as container.")
	}
	if len(i.rules.Match) == 0 {
		i.notef("There is no matching attribute: write match.")
	}
	for _, action := range []string{"Add", "Update", "Delete"} {
		if object.FlowTypes != "" && !strings.Contains(string(object.FlowTypes), action) {
			i.notef("The action %s is switched off in the object mapping; rules have no such switch.", action)
		}
	}
	if !i.status {
		i.askStatus("nothing in the job enables or disables accounts")
	}
	l := &i.rules.Lifecycle
	if l.PrehireDays != nil && l.EnableDays > *l.PrehireDays {
		i.notef("enable_days became %d, as prehire_days: the job makes no account before.", *l.PrehireDays)
		l.EnableDays = *l.PrehireDays
	}
}

// text is the source as an expression, a constant or [attribute].
func (s *mappingSource) text() string {
	switch {
	case s == nil:
		return ""
	case s.Type == "Attribute" && s.Name != "":
		return "[" + string(s.Name) + "]"
	case s.Type == "Constant":
		if s.Name != "" {
			return string(s.Name)
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
		return string(s.Name) + "(" + strings.Join(args, ", ") + ")"
	}
	return ""
}

// argument is the source as an argument of a function.
func (s *mappingSource) argument() string {
	if s != nil && s.Type == "Constant" {
		return expressionText(s.text())
	}
	return s.text()
}

// expressionText writes a text as expressions do.
func expressionText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// tree parses the source, whatever kind it is; nil where it does not parse.
func (s *mappingSource) tree() *expression.Syntax {
	source := s.text()
	if s != nil && s.Type == "Constant" {
		source = expressionText(source)
	}
	tree, err := expression.Parse(source, expression.Provisioning)
	if err != nil {
		return nil
	}
	return tree
}
