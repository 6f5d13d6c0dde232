// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-workforce/internal/sandbox/graph"
)

var annOnly = tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, []tftypes.Value{text("ann@example.com")})

const unitResource = "workforce_entra_administrative_unit"

// unitPlan plans a change of a unit that exists, and returns how to apply it, and what the plan said.
func (p *terraform14) unitPlan(t *testing.T, have held, set map[string]tftypes.Value) (apply func() (held, string), warned string) {
	t.Helper()
	before, next := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	config := objectOf(t, p.schema(t, unitResource).ValueType(), set)
	if err := have.state.As(&before); err != nil {
		t.Fatal(err)
	}
	if err := config.As(&next); err != nil {
		t.Fatal(err)
	}
	for _, a := range p.schema(t, unitResource).Block.Attributes {
		if a.Computed && next[a.Name].IsNull() {
			next[a.Name] = before[a.Name]
		}
	}
	proposed := tftypes.NewValue(config.Type(), next)
	planned, err := p.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: unitResource, PriorState: p.dynamic(t, unitResource, have.state), PriorPrivate: have.private,
		PriorIdentity: identityData(t, have.identity), ProposedNewState: p.dynamic(t, unitResource, proposed),
		Config: p.dynamic(t, unitResource, config),
	})
	fatal(t, err, planned.Diagnostics)
	return func() (held, string) {
		p := startActions(t, nil)
		applied, err := p.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
			TypeName: unitResource, PriorState: p.dynamic(t, unitResource, have.state), PlannedState: planned.PlannedState,
			PlannedPrivate: planned.PlannedPrivate, Config: p.dynamic(t, unitResource, config), PlannedIdentity: planned.PlannedIdentity,
		})
		if err != nil {
			t.Fatal(err)
		}
		return held{name: unitResource, state: p.value(t, unitResource, applied.NewState), private: applied.Private,
			identity: readIdentity(t, have.identity.Type(), applied.NewIdentity)}, said(applied.Diagnostics)
	}, said(planned.Diagnostics)
}

// unitDestroy destroys a unit, and returns what is said.
func (p *terraform14) unitDestroy(t *testing.T, have held) string {
	t.Helper()
	none := p.dynamic(t, unitResource, tftypes.NewValue(p.schema(t, unitResource).ValueType(), nil))
	applied, err := p.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{TypeName: unitResource,
		PriorState: p.dynamic(t, unitResource, have.state), PlannedState: none, PlannedPrivate: have.private, Config: none})
	if err != nil {
		t.Fatal(err)
	}
	return said(applied.Diagnostics)
}

// TestEntraUnitTakeOver: the plan says who leaves a unit whose members were not managed, and nobody else leaves; a unit
// with members is not deleted unless that is said.
func TestEntraUnitTakeOver(t *testing.T) {
	s := useTenant(t, graph.Options{Permissions: mayManageUnits})
	var ids []string
	for _, name := range []string{"ann", "bob", "cleo"} {
		ids = append(ids, s.AddUser(map[string]any{"userPrincipalName": name + "@example.com"}))
	}
	p := startActions(t, nil)
	unit := func(more map[string]tftypes.Value) map[string]tftypes.Value {
		set := map[string]tftypes.Value{"display_name": text("Desk")}
		for name, v := range more {
			set[name] = v
		}
		return set
	}
	have := p.mustApply(t, p.nothing(t, unitResource), unit(nil))
	id := fieldsOf(t, have.state)["id"]
	s.MoveToUnit(id, ids[0], true)
	s.MoveToUnit(id, ids[1], true)
	one := unit(map[string]tftypes.Value{"members": annOnly})
	apply, warned := p.unitPlan(t, have, one)
	says(t, warned, "Members will be removed", "1 member", "bob@example.com")
	if strings.Contains(warned, "ann@") {
		t.Errorf("who stays is said to leave: %s", warned)
	}
	s.MoveToUnit(id, ids[2], true) // joined after the plan
	have, problems := apply()
	if strings.Contains(problems, "ERROR") {
		t.Fatal(problems)
	}
	for i, in := range []bool{true, false, true} {
		if slices.Contains(s.UnitsOf(ids[i]), id) != in {
			t.Errorf("member %d is in the unit: %t", i, !in)
		}
	}
	have = p.mustApply(t, p.mustRead(t, have), one) // the next plan knows of the third
	if len(s.UnitsOf(ids[2])) > 0 {
		t.Error("who joined stays for good")
	}
	says(t, p.unitDestroy(t, have), "ERROR", "1 member", "force_destroy")
	have = p.mustApply(t, have, unit(map[string]tftypes.Value{"members": annOnly, "force_destroy": tftypes.NewValue(tftypes.Bool, true)}))
	if problems := p.unitDestroy(t, have); problems != "" || len(s.UnitsOf(ids[0])) > 0 {
		t.Errorf("the unit is there: %s", problems)
	}
}

// TestEntraUnitHidden: that Graph lists no members of a unit with hidden membership does not mean that it has none.
func TestEntraUnitHidden(t *testing.T) {
	all := append(slices.Clone(mayManageUnits), "Member.Read.Hidden")
	s := useTenant(t, graph.Options{Permissions: all})
	s.AddUser(map[string]any{"userPrincipalName": "ann@example.com"})
	p := startActions(t, nil)
	set := map[string]tftypes.Value{"display_name": text("Desk"), "members": annOnly,
		"hidden_membership": tftypes.NewValue(tftypes.Bool, true)}
	have := p.mustRead(t, p.mustApply(t, p.nothing(t, unitResource), set))
	s.Revoke("Member.Read.Hidden")
	_, problems := p.read(t, have)
	says(t, problems, "ERROR", "Member.Read.Hidden")
	says(t, p.unitDestroy(t, have), "ERROR", "Member.Read.Hidden")
}
