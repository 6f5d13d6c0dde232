// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// held is a resource as the state of Terraform 1.12 and newer holds it.
type held struct {
	name     string
	state    tftypes.Value
	private  []byte
	identity tftypes.Value // null where there is none
}

func (p *terraform14) schema(t *testing.T, name string) *tfprotov6.Schema {
	t.Helper()
	s := p.schemas.ResourceSchemas[name]
	if s == nil {
		t.Fatalf("no resource %s", name)
	}
	return s
}

// identityType is the type of the identities of a resource.
func (p *terraform14) identityType(t *testing.T, name string) tftypes.Object {
	t.Helper()
	all, err := p.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil || len(all.Diagnostics) > 0 || all.IdentitySchemas[name] == nil {
		t.Fatalf("%s has no identity: %v %v", name, err, all)
	}
	typ, ok := all.IdentitySchemas[name].ValueType().(tftypes.Object)
	if !ok {
		t.Fatalf("the identity of %s is no object", name)
	}
	return typ
}

func (p *terraform14) nothing(t *testing.T, name string) held {
	t.Helper()
	null := func(typ tftypes.Type) tftypes.Value { return tftypes.NewValue(typ, nil) }
	return held{name: name, state: null(p.schema(t, name).ValueType()), identity: null(p.identityType(t, name))}
}

// identityData is an identity as calls carry it, nil for none.
func identityData(t *testing.T, v tftypes.Value) *tfprotov6.ResourceIdentityData {
	t.Helper()
	if v.IsNull() {
		return nil
	}
	d, err := tfprotov6.NewDynamicValue(v.Type(), v)
	if err != nil {
		t.Fatal(err)
	}
	return &tfprotov6.ResourceIdentityData{IdentityData: &d}
}

func readIdentity(t *testing.T, typ tftypes.Type, d *tfprotov6.ResourceIdentityData) tftypes.Value {
	t.Helper()
	if d == nil || d.IdentityData == nil {
		return tftypes.NewValue(typ, nil)
	}
	v, err := d.IdentityData.Unmarshal(typ)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// fieldsOf are the attributes of an object that are text: "" for those that are null.
func fieldsOf(t *testing.T, v tftypes.Value) map[string]string {
	t.Helper()
	out, values := map[string]string{}, map[string]tftypes.Value{}
	if v.IsNull() {
		return out
	}
	if err := v.As(&values); err != nil {
		t.Fatal(err)
	}
	for name, value := range values {
		var text string
		if value.Type().Is(tftypes.String) && value.IsKnown() && !value.IsNull() {
			if err := value.As(&text); err != nil {
				t.Fatal(err)
			}
		}
		out[name] = text
	}
	return out
}

func (p *terraform14) dynamic(t *testing.T, name string, v tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	d, err := tfprotov6.NewDynamicValue(p.schema(t, name).ValueType(), v)
	if err != nil {
		t.Fatal(err)
	}
	return &d
}

func (p *terraform14) value(t *testing.T, name string, d *tfprotov6.DynamicValue) tftypes.Value {
	t.Helper()
	v, err := d.Unmarshal(p.schema(t, name).ValueType())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// mustApply plans and applies a configuration in a process of its own, and expects no error.
func (p *terraform14) mustApply(t *testing.T, have held, set map[string]tftypes.Value) held {
	t.Helper()
	p = startActions(t, nil)
	config := objectOf(t, p.schema(t, have.name).ValueType(), set)
	proposed := config
	if !have.state.IsNull() {
		before, next := map[string]tftypes.Value{}, map[string]tftypes.Value{}
		if err := have.state.As(&before); err != nil {
			t.Fatal(err)
		}
		if err := config.As(&next); err != nil {
			t.Fatal(err)
		}
		for _, a := range p.schema(t, have.name).Block.Attributes {
			if a.Computed && next[a.Name].IsNull() {
				next[a.Name] = before[a.Name]
			}
		}
		proposed = tftypes.NewValue(config.Type(), next)
	}
	planned, err := p.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: have.name, PriorState: p.dynamic(t, have.name, have.state), PriorPrivate: have.private, PriorIdentity: identityData(t, have.identity),
		ProposedNewState: p.dynamic(t, have.name, proposed), Config: p.dynamic(t, have.name, config),
	})
	fatal(t, err, planned.Diagnostics)
	applied, err := p.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: have.name, PriorState: p.dynamic(t, have.name, have.state), PlannedState: planned.PlannedState, PlannedPrivate: planned.PlannedPrivate,
		Config: p.dynamic(t, have.name, config), PlannedIdentity: planned.PlannedIdentity,
	})
	fatal(t, err, applied.Diagnostics)
	return held{name: have.name, state: p.value(t, have.name, applied.NewState), private: applied.Private,
		identity: readIdentity(t, have.identity.Type(), applied.NewIdentity)}
}

// read refreshes a resource, and returns what is said.
func (p *terraform14) read(t *testing.T, have held) (held, string) {
	t.Helper()
	p = startActions(t, nil)
	answer, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: have.name, CurrentState: p.dynamic(t, have.name, have.state), Private: have.private, CurrentIdentity: identityData(t, have.identity),
	})
	if err != nil {
		t.Fatal(err)
	}
	if failed(answer.Diagnostics) {
		return have, said(answer.Diagnostics)
	}
	return held{name: have.name, state: p.value(t, have.name, answer.NewState), private: answer.Private,
		identity: readIdentity(t, have.identity.Type(), answer.NewIdentity)}, said(answer.Diagnostics)
}

func (p *terraform14) mustRead(t *testing.T, have held) held {
	t.Helper()
	now, text := p.read(t, have)
	if strings.Contains(text, "ERROR") {
		t.Fatal(text)
	}
	return now
}

// take imports by id, or where that is "" by an identity, and reads what was imported.
func (p *terraform14) take(t *testing.T, name, id string, identity map[string]string) (held, string) {
	t.Helper()
	typ := p.identityType(t, name)
	req := &tfprotov6.ImportResourceStateRequest{TypeName: name, ID: id}
	if id == "" {
		values := map[string]tftypes.Value{}
		for attribute := range typ.AttributeTypes {
			values[attribute] = tftypes.NewValue(tftypes.String, nil)
		}
		for attribute, text := range identity {
			values[attribute] = tftypes.NewValue(tftypes.String, text)
		}
		req.Identity = identityData(t, tftypes.NewValue(typ, values))
	}
	answer, err := p.ImportResourceState(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if failed(answer.Diagnostics) || len(answer.ImportedResources) != 1 {
		return held{}, said(answer.Diagnostics)
	}
	got := answer.ImportedResources[0]
	return p.read(t, held{name: name, state: p.value(t, name, got.State), private: got.Private, identity: readIdentity(t, typ, got.Identity)})
}

func failed(diagnostics []*tfprotov6.Diagnostic) bool {
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}

func fatal(t *testing.T, err error, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	if err != nil || failed(diagnostics) {
		t.Fatal(err, said(diagnostics))
	}
}

func text(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }

func textMap(of map[string]string) tftypes.Value {
	values := map[string]tftypes.Value{}
	for k, v := range of {
		values[k] = text(v)
	}
	return tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, values)
}

// keeps lives through a creation, a change, refreshes and imports of a resource whose identity stays.
func (p *terraform14) keeps(t *testing.T, name string, first, then map[string]tftypes.Value, want map[string]string) held {
	t.Helper()
	is := func(when string, h held) {
		t.Helper()
		got := fieldsOf(t, h.identity)
		for attribute, text := range want {
			if text == "?" {
				want[attribute] = got["id"] // as the first answer said, from now on
				text = got["id"]
			}
			if got[attribute] != text || text == "" {
				t.Fatalf("%s %s: the identity is %v, expected %v", name, when, got, want)
			}
		}
	}
	now := p.mustApply(t, p.nothing(t, name), first)
	is("made", now)
	is("read", p.mustRead(t, now))
	now = p.mustApply(t, p.mustRead(t, now), then)
	is("changed", now)
	old := now
	old.identity = tftypes.NewValue(now.identity.Type(), nil) // as Terraform 1.11 kept it
	is("of an older Terraform", p.mustRead(t, old))
	is("changed by an older Terraform", p.mustApply(t, old, first))
	now = p.mustApply(t, p.mustRead(t, now), then)
	for how, identity := range map[string]map[string]string{"whole": want, "without the directory": without(want, "domain", "tenant_id")} {
		if _, population := want["container"]; how != "whole" && (population || strings.HasSuffix(name, "_population")) {
			continue
		}
		got, problems := p.take(t, name, "", identity)
		if strings.Contains(problems, "ERROR") {
			t.Fatalf("%s: import by identity, %s: %s", name, how, problems)
		}
		is("imported by identity, "+how, got)
	}
	return now
}

func without(all map[string]string, names ...string) map[string]string {
	out := map[string]string{}
	for k, v := range all {
		out[k] = v
	}
	for _, name := range names {
		delete(out, name)
	}
	return out
}

// TestIdentitySchemas: which resources have an identity, what it is made of, and what an import can leave out.
func TestIdentitySchemas(t *testing.T) {
	p := startActions(t, nil)
	all, err := p.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil || len(all.Diagnostics) > 0 {
		t.Fatal(err, all.Diagnostics)
	}
	want := map[string]string{
		"workforce_ad_user": "domain? id", "workforce_ad_group": "domain? id", "workforce_ad_organizational_unit": "domain? id",
		"workforce_ad_group_members": "domain? group_id mode?", "workforce_ad_population": "container domain?",
		"workforce_entra_user": "id tenant_id?", "workforce_entra_group": "id tenant_id?",
		"workforce_entra_administrative_unit": "id tenant_id?",
		"workforce_entra_group_members":       "group_id mode? tenant_id?", "workforce_entra_population": "domain tenant_id?",
	}
	for name, schema := range all.IdentitySchemas {
		var got []string
		for _, a := range schema.IdentityAttributes {
			word := a.Name
			if a.OptionalForImport {
				word += "?"
			}
			if a.Description == "" || a.OptionalForImport == a.RequiredForImport {
				t.Errorf("%s: %+v", name, a)
			}
			got = append(got, word)
		}
		if text := strings.Join(got, " "); text != want[name] {
			t.Errorf("%s: found %q, expected %q", name, text, want[name])
		}
	}
	if len(all.IdentitySchemas) != len(want) {
		t.Errorf("%d resources have an identity, expected %d", len(all.IdentitySchemas), len(want))
	}
}

func TestKeepsIdentities(t *testing.T) {
	for version, want := range map[string]bool{"1.11.4": false, "1.12.0": true, "1.17.0-dev": true, "2.0.0": true, "": true} {
		if got := keepsIdentities(version); got != want {
			t.Errorf("%q: found %t, expected %t", version, got, want)
		}
	}
}

func TestAccIdentityAD(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	p := startActions(t, nil)
	base := ou[strings.Index(strings.ToUpper(ou), "DC="):]
	domain := strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(strings.ToUpper(base), "DC=", ""), ",", "."))
	object := func() map[string]string { return map[string]string{"domain": domain, "id": "?"} }

	unit := func(name string) map[string]tftypes.Value {
		return map[string]tftypes.Value{"name": text(name), "container": text(ou), "protect_from_deletion": tftypes.NewValue(tftypes.Bool, false)}
	}
	p.keeps(t, "workforce_ad_organizational_unit", unit("Identity"), unit("Identity 2"), object())

	group := p.keeps(t, "workforce_ad_group", map[string]tftypes.Value{"name": text("ident-a"), "container": text(ou)},
		map[string]tftypes.Value{"name": text("ident-b"), "container": text(ou)}, object())
	groupID := fieldsOf(t, group.identity)["id"]

	person := func(cn string) map[string]tftypes.Value {
		return map[string]tftypes.Value{"container": text(ou), "common_name": text(cn), "sam_account_name": text("identity1"),
			"worker_id": text("i1")}
	}
	user := p.keeps(t, "workforce_ad_user", person("Ida Before"), person("Ida After"), object())
	members := p.keeps(t, "workforce_ad_group_members", map[string]tftypes.Value{"group": text(groupID), "members": textList()},
		map[string]tftypes.Value{"group": text(groupID), "members": textList(fieldsOf(t, user.identity)["id"])},
		map[string]string{"domain": domain, "group_id": groupID, "mode": "authoritative"})
	members = p.mustApply(t, members, map[string]tftypes.Value{"group": text(groupID), "members": textList(), "mode": text("additive")})
	if got := fieldsOf(t, members.identity); got["mode"] != "additive" || got["group_id"] != groupID {
		t.Errorf("another mode is another identity: found %v", got)
	}

	docs := func(title string) map[string]tftypes.Value {
		all := map[string]string{}
		for i := range 2 {
			all[fmt.Sprintf("pi%d", i)] = identityPerson(ou, i, title)
		}
		return map[string]tftypes.Value{"accounts": textMap(all)}
	}
	population := p.keeps(t, "workforce_ad_population", docs("Clerk"), docs("Lead"), map[string]string{"domain": domain, "container": ou})
	moved := p.mustApply(t, population, map[string]tftypes.Value{
		"accounts": textMap(map[string]string{"pi0": identityPerson(ou, 0, "Lead")}), "max_removals": text("100%"),
	})
	if got := fieldsOf(t, moved.identity); got["container"] != ou {
		t.Errorf("a population of others is the same: found %v", got)
	}

	for why, c := range map[string]struct {
		name     string
		identity map[string]string
		words    []string
	}{
		"another domain": {"workforce_ad_user", map[string]string{"domain": "other.example.com", "id": fieldsOf(t, user.identity)["id"]},
			[]string{"ERROR", "The identity is of another directory", `"other.example.com"`, domain}},
		"nobody": {"workforce_ad_user", map[string]string{"id": "00000000-0000-0000-0000-000000000001"},
			[]string{"ERROR", "Cannot import", "00000000"}},
		"no id": {"workforce_ad_group", map[string]string{"domain": domain}, []string{"ERROR", "The import names no object", "identity with id"}},
		"a mode of neither": {"workforce_ad_group_members", map[string]string{"group_id": groupID, "mode": "all"},
			[]string{"ERROR", `"all"`, "authoritative", "additive"}},
	} {
		t.Run(why, func(t *testing.T) {
			_, problems := p.take(t, c.name, "", c.identity)
			says(t, problems, c.words...)
		})
	}
	if byID, problems := p.take(t, "workforce_ad_group_members", "additive:ident-a", nil); fieldsOf(t, byID.identity)["mode"] != "additive" {
		t.Error(fieldsOf(t, byID.identity), problems)
	}

	// What is gone leaves the state of every Terraform, those without identities too.
	mustModify(t, d, "dn: CN=ident-b,"+ou+"\nchangetype: delete\n")
	for _, identity := range []tftypes.Value{group.identity, tftypes.NewValue(group.identity.Type(), nil)} {
		gone := group
		gone.identity = identity
		if now, problems := p.read(t, gone); !now.state.IsNull() || strings.Contains(problems, "ERROR") {
			t.Errorf("a group that is gone: %v, %s", now.state, problems)
		}
	}
}

func identityPerson(ou string, i int, title string) string {
	const doc = `{"attributes":{"employeeID":"pi%[1]d","title":%[2]q},"common_name":"Pi %[1]d",` +
		`"container":%[3]q,"enabled":true,"sam_account_name":"pi%[1]d"}`
	return fmt.Sprintf(doc, i, title, ou)
}

func TestAccIdentityEntra(t *testing.T) {
	s := useTenant(t, graph.Options{Permissions: mayManageUnits})
	p := startActions(t, nil)
	object := func() map[string]string { return map[string]string{"tenant_id": s.TenantID(), "id": "?"} }
	named := func(name string) map[string]tftypes.Value {
		return map[string]tftypes.Value{"display_name": text(name)}
	}
	group := p.keeps(t, "workforce_entra_group", named("Ident A"), named("Ident B"), object())
	groupID := fieldsOf(t, group.identity)["id"]
	p.keeps(t, "workforce_entra_administrative_unit", named("Unit A"), named("Unit B"), object())
	person := func(name string) map[string]tftypes.Value {
		return map[string]tftypes.Value{"user_principal_name": text("ida@example.com"), "display_name": text(name), "mail_nickname": text("ida"),
			"worker_id": text("i1")}
	}
	user := p.keeps(t, "workforce_entra_user", person("Ida Before"), person("Ida After"), object())
	p.keeps(t, "workforce_entra_group_members", map[string]tftypes.Value{"group": text(groupID), "members": textList()},
		map[string]tftypes.Value{"group": text(groupID), "members": textList("ida@example.com")},
		map[string]string{"tenant_id": s.TenantID(), "group_id": groupID, "mode": "authoritative"})
	docs := func(title string) map[string]tftypes.Value {
		doc := entraTarget.marshal(cloudPerson("c1", "Cara", "jobTitle", title))
		return map[string]tftypes.Value{"accounts": textMap(map[string]string{"c1": doc})}
	}
	p.keeps(t, "workforce_entra_population", docs("Clerk"), docs("Lead"), map[string]string{"tenant_id": s.TenantID(), "domain": "example.com"})
	other := map[string]string{"tenant_id": "11111111-2222-3333-4444-555555555555", "id": fieldsOf(t, user.identity)["id"]}
	_, problems := p.take(t, "workforce_entra_user", "", other)
	says(t, problems, "ERROR", "The identity is of another directory", "11111111-2222", s.TenantID())
}
