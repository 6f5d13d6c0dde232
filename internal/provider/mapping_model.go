// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/worker"
)

type mappingModel struct {
	Target           types.String                  `tfsdk:"target"`
	SynchronisedOnly types.Bool                    `tfsdk:"synchronised_only"`
	Match            []matchModel                  `tfsdk:"match"`
	Attributes       map[string]attributeRuleModel `tfsdk:"attributes"`
	Container        types.String                  `tfsdk:"container"`
	ContainerApply   types.String                  `tfsdk:"container_apply"`
	Scope            []scopeGroupModel             `tfsdk:"scope"`
	OnOutOfScope     types.String                  `tfsdk:"on_out_of_scope"`
	Lifecycle        *lifecycleModel               `tfsdk:"worker_lifecycle"`
	Tables           map[string]map[string]string  `tfsdk:"tables"`
	Expressions      map[string]string             `tfsdk:"expressions"`
	ExtraAttributes  []string                      `tfsdk:"extra_attributes"`
	ManagerMissing   types.String                  `tfsdk:"manager_missing"`
	DefaultDomain    types.String                  `tfsdk:"default_domain"`
	Dialect          types.String                  `tfsdk:"dialect"`
	Examples         []exampleModel                `tfsdk:"examples"`
	JSON             types.String                  `tfsdk:"json"`
	SourceAttributes types.List                    `tfsdk:"source_attributes"`
}

type matchModel struct {
	Source types.String          `tfsdk:"source"`
	Target types.String          `tfsdk:"target"`
	All    []matchConditionModel `tfsdk:"all"`

	Identifies types.Bool `tfsdk:"identifies"`
}

type matchConditionModel struct {
	Source types.String `tfsdk:"source"`
	Target types.String `tfsdk:"target"`
}

type attributeRuleModel struct {
	Source     types.String `tfsdk:"source"`
	Constant   types.String `tfsdk:"constant"`
	Expression types.String `tfsdk:"expression"`
	Default    types.String `tfsdk:"default"`
	Apply      types.String `tfsdk:"apply"`
	WhenNull   types.String `tfsdk:"when_null"`
	Unique     types.Bool   `tfsdk:"unique"`
	Redact     types.Bool   `tfsdk:"redact"`
}

type scopeGroupModel struct {
	Clauses []clauseModel `tfsdk:"clauses"`
}

type clauseModel struct {
	Attribute  types.String `tfsdk:"attribute"`
	Operator   types.String `tfsdk:"operator"`
	Value      types.String `tfsdk:"value"`
	Expression types.String `tfsdk:"expression"`
}

type lifecycleModel struct {
	TimeZone            types.String                  `tfsdk:"time_zone"`
	PrehireDays         types.Int64                   `tfsdk:"prehire_days"`
	EnableDays          types.Int64                   `tfsdk:"enable_days"`
	ActiveStatuses      []string                      `tfsdk:"active_statuses"`
	InactiveStatuses    []string                      `tfsdk:"inactive_statuses"`
	PrehireStatuses     []string                      `tfsdk:"prehire_statuses"`
	LeaveStatuses       []string                      `tfsdk:"leave_statuses"`
	SuspendedStatuses   []string                      `tfsdk:"suspended_statuses"`
	OnLeave             types.String                  `tfsdk:"on_leave"`
	DisableAt           types.String                  `tfsdk:"disable_at"`
	LeaverContainer     types.String                  `tfsdk:"leaver_container"`
	LeaverContainerDays types.Int64                   `tfsdk:"leaver_container_days"`
	LeaverAttributes    map[string]attributeRuleModel `tfsdk:"leaver_attributes"`
	LeaverGroups        types.String                  `tfsdk:"leaver_groups"`
	LeaverGroupsDays    types.Int64                   `tfsdk:"leaver_groups_days"`
	RestoreGroups       types.Bool                    `tfsdk:"restore_groups"`
	RetentionDays       types.Int64                   `tfsdk:"retention_days"`
	CreateLeavers       types.Bool                    `tfsdk:"create_leavers"`
	OnAbsent            types.String                  `tfsdk:"on_absent"`
	AbsentDays          types.Int64                   `tfsdk:"absent_days"`
	RecordIn            types.String                  `tfsdk:"record_in"`
	FormerNamesIn       types.String                  `tfsdk:"former_names_in"`
	FormerNamesDays     types.Int64                   `tfsdk:"former_names_days"`
	Rehire              types.String                  `tfsdk:"rehire"`
}

type exampleModel struct {
	Name     types.String      `tfsdk:"name"`
	Worker   map[string]string `tfsdk:"worker"`
	AsOf     types.String      `tfsdk:"as_of"`
	Existing []string          `tfsdk:"existing"`
	Expect   map[string]string `tfsdk:"expect"`
}

// expand turns the configuration into rules. It checks nothing: that is for
// mapping.Compile, which also checks documents that did not come this way.
func (m *mappingModel) expand() (mapping.Rules, error) {
	r := mapping.Rules{
		Target:           m.Target.ValueString(),
		SynchronisedOnly: m.SynchronisedOnly.ValueBool(),
		Attributes:       expandAttributeRules(m.Attributes),
		Container:        m.Container.ValueString(),
		ContainerApply:   m.ContainerApply.ValueString(),
		OnOutOfScope:     m.OnOutOfScope.ValueString(),
		Tables:           m.Tables,
		Expressions:      m.Expressions,
		ExtraAttributes:  m.ExtraAttributes,
		ManagerMissing:   m.ManagerMissing.ValueString(),
		DefaultDomain:    m.DefaultDomain.ValueString(),
		Dialect:          m.Dialect.ValueString(),
	}
	for i, match := range m.Match {
		rule, err := match.expand()
		if err != nil {
			return r, fmt.Errorf("match[%d]: %w", i, err)
		}
		r.Match = append(r.Match, rule)
	}
	for _, group := range m.Scope {
		var clauses []mapping.Clause
		for _, c := range group.Clauses {
			clauses = append(clauses, mapping.Clause{Attribute: c.Attribute.ValueString(), Operator: c.Operator.ValueString(), Value: c.Value.ValueString(), Expression: c.Expression.ValueString()})
		}
		r.Scope = append(r.Scope, clauses)
	}
	if m.Lifecycle != nil {
		r.Lifecycle = m.Lifecycle.expand()
	}
	for i, e := range m.Examples {
		example, err := e.expand()
		if err != nil {
			return r, fmt.Errorf("examples[%d] (%s): %w", i, e.Name.ValueString(), err)
		}
		r.Examples = append(r.Examples, example)
	}
	return r, nil
}

func (m matchModel) expand() (mapping.MatchRule, error) {
	single := !m.Source.IsNull() || !m.Target.IsNull()
	if single == (len(m.All) > 0) {
		return mapping.MatchRule{}, fmt.Errorf("expected either source and target, or all")
	}
	if single {
		return mapping.MatchRule{All: []mapping.MatchCondition{{Source: m.Source.ValueString(), Target: m.Target.ValueString()}}, Identifies: m.Identifies.ValueBool()}, nil
	}
	rule := mapping.MatchRule{Identifies: m.Identifies.ValueBool()}
	for _, c := range m.All {
		rule.All = append(rule.All, mapping.MatchCondition{Source: c.Source.ValueString(), Target: c.Target.ValueString()})
	}
	return rule, nil
}

func expandAttributeRules(in map[string]attributeRuleModel) map[string]mapping.AttributeRule {
	if in == nil {
		return nil
	}
	out := make(map[string]mapping.AttributeRule, len(in))
	for name, m := range in {
		out[name] = mapping.AttributeRule{
			Source: m.Source.ValueString(), Constant: m.Constant.ValueStringPointer(), Expression: m.Expression.ValueString(), Default: m.Default.ValueStringPointer(),
			Apply: m.Apply.ValueString(), WhenNull: m.WhenNull.ValueString(), Unique: m.Unique.ValueBool(), Redact: m.Redact.ValueBool(),
		}
	}
	return out
}

func (m *lifecycleModel) expand() mapping.Lifecycle {
	return mapping.Lifecycle{
		TimeZone:            m.TimeZone.ValueString(),
		PrehireDays:         intPointer(m.PrehireDays),
		EnableDays:          int(m.EnableDays.ValueInt64()),
		ActiveStatuses:      m.ActiveStatuses,
		InactiveStatuses:    m.InactiveStatuses,
		PrehireStatuses:     m.PrehireStatuses,
		LeaveStatuses:       m.LeaveStatuses,
		SuspendedStatuses:   m.SuspendedStatuses,
		OnLeave:             m.OnLeave.ValueString(),
		DisableAt:           m.DisableAt.ValueString(),
		LeaverContainer:     m.LeaverContainer.ValueString(),
		LeaverContainerDays: int(m.LeaverContainerDays.ValueInt64()),
		LeaverAttributes:    expandAttributeRules(m.LeaverAttributes),
		LeaverGroups:        m.LeaverGroups.ValueString(),
		LeaverGroupsDays:    int(m.LeaverGroupsDays.ValueInt64()),
		RestoreGroups:       m.RestoreGroups.ValueBool(),
		RetentionDays:       intPointer(m.RetentionDays),
		CreateLeavers:       m.CreateLeavers.ValueBool(),
		OnAbsent:            m.OnAbsent.ValueString(),
		AbsentDays:          int(m.AbsentDays.ValueInt64()),
		RecordIn:            m.RecordIn.ValueString(),
		FormerNamesIn:       m.FormerNamesIn.ValueString(),
		FormerNamesDays:     int(m.FormerNamesDays.ValueInt64()),
		Rehire:              m.Rehire.ValueString(),
	}
}

func intPointer(v types.Int64) *int {
	if v.IsNull() {
		return nil
	}
	n := int(v.ValueInt64())
	return &n
}

// expand turns the flat worker of an example into a worker.
func (e exampleModel) expand() (mapping.Example, error) {
	out := mapping.Example{Name: e.Name.ValueString(), AsOf: e.AsOf.ValueString(), Existing: e.Existing, Expect: map[string][]string{}}
	for name, text := range e.Expect {
		out.Expect[name] = []string{}
		if text != "" {
			out.Expect[name] = strings.Split(text, "\n")
		}
	}
	w, err := worker.FromColumns(e.Worker)
	if err != nil {
		return out, err
	}
	out.Worker = *w
	return out, nil
}
