// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// query lists a kind of resource in a process of its own, and returns what was found by display name, with its resource.
func (p *terraform14) query(
	t *testing.T, name string, limit int64, set map[string]tftypes.Value,
) (names []string, all map[string]held, problems string) {
	t.Helper()
	p = startActions(t, nil)
	schema := p.schemas.ListResourceSchemas[name]
	if schema == nil {
		t.Fatalf("%s cannot be listed", name)
	}
	config := dynamic(t, schema.ValueType(), set)
	valid, err := p.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: name, Config: config})
	fatal(t, err, valid.Diagnostics)
	stream, err := p.ListResource(t.Context(), &tfprotov6.ListResourceRequest{TypeName: name, Config: config, IncludeResource: true, Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	all = map[string]held{}
	for result := range stream.Results {
		if problems += said(result.Diagnostics); failed(result.Diagnostics) {
			continue
		}
		names = append(names, result.DisplayName)
		state, err := result.Resource.Unmarshal(p.schema(t, name).ValueType())
		if err != nil {
			t.Fatal(err)
		}
		all[result.DisplayName] = held{name: name, state: state, identity: readIdentity(t, p.identityType(t, name), result.Identity)}
	}
	return names, all, problems
}

// adopts imports what a query found by its identity, with the configuration that Terraform makes of it, and expects an empty plan.
func (p *terraform14) adopts(t *testing.T, got held) {
	t.Helper()
	imported, problems := p.take(t, got.name, "", fieldsOf(t, got.identity))
	if strings.Contains(problems, "ERROR") {
		t.Fatal(problems)
	}
	generator, ok := p.ProviderServer.(interface {
		GenerateResourceConfig(context.Context, *tfprotov6.GenerateResourceConfigRequest) (*tfprotov6.GenerateResourceConfigResponse, error)
	})
	if !ok {
		t.Fatal("the server hides how it generates configuration")
	}
	listed := &tfprotov6.GenerateResourceConfigRequest{TypeName: got.name, State: p.dynamic(t, got.name, got.state)}
	made, err := generator.GenerateResourceConfig(t.Context(), listed)
	fatal(t, err, made.Diagnostics)
	config := map[string]tftypes.Value{}
	if err := p.value(t, got.name, made.Config).As(&config); err != nil {
		t.Fatal(err)
	}
	valid, err := p.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: got.name, Config: made.Config})
	fatal(t, err, valid.Diagnostics)
	adopted := p.mustApply(t, imported, config)
	if !adopted.state.Equal(imported.state) {
		t.Errorf("%s: the first plan after the import is not empty:\n%s\n%s", got.name, imported.state, adopted.state)
	}
	if before, after := fieldsOf(t, got.identity), fieldsOf(t, adopted.identity); !maps.Equal(before, after) {
		t.Errorf("%s: adopted as %v, listed as %v", got.name, after, before)
	}
	for attribute, text := range fieldsOf(t, got.state) {
		if now := fieldsOf(t, adopted.state)[attribute]; text != "" && now != text {
			t.Errorf("%s: %s is %q, and was %q when it was listed", got.name, attribute, now, text)
		}
	}
}

func flagOf(b bool) tftypes.Value { return tftypes.NewValue(tftypes.Bool, b) }

// finds compares what a query found.
func (p *terraform14) finds(t *testing.T, name string, set map[string]tftypes.Value, want ...string) map[string]held {
	t.Helper()
	got, all, problems := p.query(t, name, 100, set)
	if !slices.Equal(got, want) || problems != "" {
		t.Errorf("%s by %v: found %q, expected %q %s", name, slices.Sorted(maps.Keys(set)), got, want, problems)
	}
	return all
}

func TestAccListAD(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	enlist(t, d, ou, "lst", 3)
	for _, ldif := range []string{
		"dn: OU=Inner,%[1]s\nobjectClass: organizationalUnit\ndescription: Inside\n",
		"dn: CN=Nobody,OU=Inner,%[1]s\nobjectClass: user\nsAMAccountName: lst-nobody\nuserAccountControl: 514\n",
		"dn: CN=lst-pc,%[1]s\nobjectClass: computer\nsAMAccountName: lst-pc$\n",
		"dn: CN=lst-team,%[1]s\nobjectClass: group\nsAMAccountName: lst-team\nmanagedBy: CN=Act lst00,%[1]s\nmember: CN=Act lst00,%[1]s\n",
	} {
		mustModify(t, d, fmt.Sprintf(ldif, ou))
	}
	mustModify(t, d, "dn: CN=Act lst02,"+ou+"\nchangetype: modify\nreplace: adminCount\nadminCount: 1\n")
	p := startActions(t, nil)
	below := func(more map[string]tftypes.Value) map[string]tftypes.Value {
		set := map[string]tftypes.Value{"container": text(ou)}
		maps.Copy(set, more)
		return set
	}
	const user, a, b, nobody = "workforce_ad_user", "Act lst00 (lst00)", "Act lst01 (lst01)", "Nobody (lst-nobody)"
	people := p.finds(t, user, below(nil), a, b, nobody)
	p.finds(t, user, below(map[string]tftypes.Value{"include_protected": flagOf(true)}), a, b, "Act lst02 (lst02)", nobody)
	p.finds(t, user, below(map[string]tftypes.Value{"enabled": flagOf(true)}), a, b)
	p.finds(t, user, below(map[string]tftypes.Value{"enabled": flagOf(false)}), nobody)
	p.finds(t, user, below(map[string]tftypes.Value{"with_worker_id": flagOf(false)}), nobody)
	p.finds(t, user, below(map[string]tftypes.Value{"filter": text("(sAMAccountName=lst01)")}), b)
	units := p.finds(t, "workforce_ad_organizational_unit", below(nil), "OU=Inner,"+ou)
	groups := p.finds(t, "workforce_ad_group", below(nil), "lst-team")
	if names, _, problems := p.query(t, user, 2, below(nil)); len(names) != 2 || problems != "" {
		t.Errorf("a limit of 2: found %q %s", names, problems)
	}
	p.adopts(t, people[a])
	p.adopts(t, people[nobody])
	p.adopts(t, units["OU=Inner,"+ou])
	p.adopts(t, groups["lst-team"])
	for why, c := range map[string]struct {
		set   map[string]tftypes.Value
		words []string
	}{
		"no filter": {below(map[string]tftypes.Value{"filter": text("department=Sales")}),
			[]string{"Cannot list workforce_ad_user", `"department=Sales"`, "LDAP filter"}},
		"no container": {map[string]tftypes.Value{"container": text("Staff")}, []string{"container", `"Staff"`, "distinguished name"}},
		"it is not there": {map[string]tftypes.Value{"container": text("OU=Nowhere," + ou)}, []string{"container", "OU=Nowhere",
			"does not exist in this domain", "leave it out"}},
	} {
		t.Run(why, func(t *testing.T) {
			_, _, problems := p.query(t, user, 100, c.set)
			says(t, problems, append([]string{"ERROR"}, c.words...)...)
		})
	}
}

func TestAccListEntra(t *testing.T) {
	s := useTenant(t, graph.Options{Permissions: mayManageUnits})
	add := func(upn string, more map[string]any) string {
		login, _, _ := strings.Cut(upn, "@")
		u := map[string]any{"userPrincipalName": upn, "displayName": login, "mailNickname": login, "accountEnabled": true}
		maps.Copy(u, more)
		return s.AddUser(u)
	}
	ann := add("ann@example.com", map[string]any{"employeeId": "1", "department": "Sales"})
	add("bob@example.com", map[string]any{"accountEnabled": false})
	add("gus@example.com", map[string]any{"userType": "Guest"})
	s.SyncUser([16]byte{1}, "syn", map[string]any{"userPrincipalName": "syn@example.com", "displayName": "syn", "mailNickname": "syn"})
	team := s.AddGroup(map[string]any{"displayName": "Team", "description": "All of us"})
	s.AddMember(team, ann)
	p := startActions(t, nil)
	const user = "workforce_entra_user"
	mine := func(more map[string]tftypes.Value) map[string]tftypes.Value {
		set := map[string]tftypes.Value{"domain": text("EXAMPLE.com")}
		maps.Copy(set, more)
		return set
	}
	const a, b, g, y = "ann (ann@example.com)", "bob (bob@example.com)", "gus (gus@example.com)", "syn (syn@example.com)"
	people := p.finds(t, user, mine(nil), a, b)
	p.finds(t, user, mine(map[string]tftypes.Value{"include_guests": flagOf(true), "include_synchronised": flagOf(true)}), a, b, g, y)
	p.finds(t, user, mine(map[string]tftypes.Value{"enabled": flagOf(false)}), b)
	p.finds(t, user, mine(map[string]tftypes.Value{"with_worker_id": flagOf(true)}), a)
	p.finds(t, user, map[string]tftypes.Value{"filter": text("department eq 'Sales'")}, a)
	p.finds(t, user, map[string]tftypes.Value{"domain": text("other.example.com")})
	groups := p.finds(t, "workforce_entra_group", map[string]tftypes.Value{"filter": text("startswith(displayName,'Te')")}, "Team")
	p.finds(t, "workforce_entra_group", nil, "Team")
	p.adopts(t, people[a])
	p.adopts(t, groups["Team"])
	south := s.AddUnit(map[string]any{"displayName": "South", "description": "Munich"}, ann)
	s.AddUnit(map[string]any{"displayName": "North"})
	units := p.finds(t, "workforce_entra_administrative_unit", nil, "North", "South")
	if id := fieldsOf(t, units["South"].identity)["id"]; id != south {
		t.Errorf("found the unit %s, expected %s", id, south)
	}
	p.adopts(t, units["South"])
	_, _, problems := p.query(t, user, 100, map[string]tftypes.Value{"filter": text("department is Sales")})
	says(t, problems, "ERROR", "Cannot list workforce_entra_user", "department is Sales")
	s.Fault(graph.Fault{Method: "GET", Path: "/groups", Status: 403, Times: -1})
	_, _, problems = p.query(t, "workforce_entra_group", 100, nil)
	says(t, problems, "ERROR", "Cannot list workforce_entra_group", "Group.Read.All")
}
