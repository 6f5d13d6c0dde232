// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/reconcile"
	"terraform-provider-workforce/internal/sandbox/graph"
)

func TestAccADProtect(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	all := people{
		"g1": person(ou, "g1", "G One"), "g2": person(ou, "g2", "G Two", "employeeType", "Service"), "g3": person(ou, "g3", "G Three"), "g4": person(ou, "g4", "G Four"),
	}
	protect := func(arguments, more string) string {
		return "provider \"workforce\" {\n  active_directory = { protect = {\n" + arguments + "\n} }\n}\n" + strings.Replace(populationConfig(), "accounts = var.accounts", "accounts = var.accounts\n"+more, 1)
	}
	everything := "filters = [\"(employeeType=Service)\"]\ngroups = [\"protected-people\"]\n"
	group := func() {
		mustModify(t, d, "dn: CN=Protected,"+ou+"\nobjectClass: group\nsAMAccountName: protected-people\nmember: CN=G One,"+ou+"\n\n")
		mustModify(t, d, "dn: CN=G Three,"+ou+"\nchangetype: modify\nreplace: adminCount\nadminCount: 1\n")
	}
	disabled := func(id string) people { return all.with(id, func(a *directory.Account) { a.Enabled = false }) }
	titled := all.with("g4", func(a *directory.Account) { a.Attributes["title"] = directory.Value{"Clerk"} })
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: populationConfig(), ConfigVariables: all.variables()},
			{PreConfig: group, Config: protect(everything, ""), ConfigVariables: disabled("g1").variables(), PlanOnly: true, ExpectError: wordsInOrder(`worker "g1" (G One)`, "protected", "member of", "CN=Protected", "protect.groups")},
			{Config: protect(everything, ""), ConfigVariables: disabled("g2").variables(), PlanOnly: true, ExpectError: wordsInOrder(`worker "g2" (G Two)`, "employeeType=Service", "protect.filters")},
			{Config: protect(everything, ""), ConfigVariables: disabled("g3").variables(), PlanOnly: true, ExpectError: wordsInOrder(`worker "g3" (G Three)`, "adminCount")},
			{Config: protect("containers = [\""+ou+"\"]", ""), ConfigVariables: titled.variables(), PlanOnly: true, ExpectError: wordsInOrder(`worker "g4"`, "protect.containers")},
			{Config: protect(everything, ""), ConfigVariables: all.without("g1").variables(), PlanOnly: true, ExpectError: wordsInOrder("Refusing to remove a protected account", `Worker "g1"`, "protect.groups")},
			// What nobody protects is changed, and what is switched off protects nobody.
			{Config: protect(everything, ""), ConfigVariables: titled.variables(), Check: holds(d, "g4", "title", "Clerk")},
			{Config: protect("admin_count = false", ""), ConfigVariables: disabled("g3").variables(), Check: holds(d, "g3", "userAccountControl", "514")},
			{Config: protect("groups = [\"nobody-knows\"]", ""), ConfigVariables: all.variables(), ExpectError: wordsInOrder("protect.groups", "0 groups", "nobody-knows")},
			{Config: protect("filters = [\"oops\"]", ""), ConfigVariables: all.variables(), ExpectError: wordsInOrder("protect.filters", "oops", "expected an LDAP filter")},
			{Config: protect(everything, "on_destroy = \"disable\""), ConfigVariables: disabled("g3").variables()},
			{Config: protect(everything, "on_destroy = \"disable\""), ConfigVariables: disabled("g3").variables(), Destroy: true, ExpectError: wordsInOrder("Refusing to remove a protected account", "g1")},
			{Config: protect("admin_count = false", "on_destroy = \"release\""), ConfigVariables: disabled("g3").variables()},
		},
		CheckDestroy: resource.ComposeAggregateTestCheckFunc(holds(d, "g1", "userAccountControl", "512"), holds(d, "g2", "userAccountControl", "512")),
	})
}

func TestAccEntraProtect(t *testing.T) {
	s := useTenant(t, graph.Options{})
	all := people{"e1": cloudPerson("e1", "E One"), "e2": cloudPerson("e2", "E Two"), "e3": cloudPerson("e3", "E Three"), "e4": cloudPerson("e4", "E Four")}
	protect := func(arguments, more string) string {
		return "provider \"workforce\" {\n  entra = { protect = {\n" + arguments + "\n} }\n}\n" + cloudConfig(more)
	}
	const byName, byGroup = "users = [\"E1@example.com\", \"gone@example.com\"]", "groups = [\"Tier 0\"]"
	groups := func() {
		outer, inner := s.AddGroup(map[string]any{"displayName": "Tier 0"}), s.AddGroup(map[string]any{"displayName": "Inner"})
		s.AddMember(outer, inner)
		s.AddMember(inner, s.UserID("e2@example.com"))
	}
	titled := func(id string) people {
		return all.with(id, func(a *directory.Account) { a.Attributes["jobTitle"] = directory.Value{"Clerk"} })
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			cloudStep(all),
			{PreConfig: groups, Config: protect(byName, ""), ConfigVariables: titled("e1").cloudVariables(), PlanOnly: true, ExpectError: wordsInOrder(`worker "e1" (E One)`, "protected", "protect.users")},
			{Config: protect(byGroup, ""), ConfigVariables: titled("e2").cloudVariables(), PlanOnly: true, ExpectError: wordsInOrder(`worker "e2" (E Two)`, "Tier 0", "protect.groups")},
			{Config: protect(byGroup, ""), ConfigVariables: all.without("e2").cloudVariables(), PlanOnly: true, ExpectError: wordsInOrder("Refusing to remove a protected account", `Worker "e2"`)},
			{PreConfig: s.ResetStats, Config: protect(byName+"\n"+byGroup, ""), ConfigVariables: titled("e3").cloudVariables(), Check: resource.ComposeAggregateTestCheckFunc(
				userHolds(s, "e3@example.com", "jobTitle", `"Clerk"`),
				func(*terraform.State) error { // by group, and once a process: refresh, plan and apply
					if n := s.Stats().Calls("GET /groups/{id}/transitiveMembers/{kind}"); n > 4 {
						return fmt.Errorf("%d requests for members", n)
					}
					return nil
				})},
			{Config: protect("groups = [\"Nobody\"]", ""), ConfigVariables: all.cloudVariables(), ExpectError: wordsInOrder("protect.groups", "0 groups", "Nobody")},
		},
	})
}

// TestAccEntraProtectAtApply: who is protected only after the plan was made is left alone at apply.
func TestAccEntraProtectAtApply(t *testing.T) {
	s := useTenant(t, graph.Options{})
	all := people{"e1": cloudPerson("e1", "E One")}
	group := s.AddGroup(map[string]any{"displayName": "Tier 0"})
	var diags diag.Diagnostics
	data := &providerData{clock: time.Now, activeDirectory: newLazyDomain(nil, &diags), entra: newLazyTenant(&entraModel{Protect: &entraProtectModel{Groups: stringList([]string{"Tier 0"})}}, "test", time.Now, &diags)}
	population := func(before map[string]string, m reconcile.Memory) *reconcile.Population {
		p := entraTarget.population("population", data)
		p.Options, p.Before, p.Memory = reconcile.Options{Adopt: reconcile.AdoptMatched, OnRemoval: reconcile.Disable}, before, m
		return p
	}
	first := population(nil, reconcile.NewMemory())
	doc := map[string]string{"e1": entraTarget.marshal(all["e1"])}
	after, findings := first.Apply(t.Context(), doc, nil)
	if findings.Failed() || len(after) != 1 {
		t.Fatal(findings)
	}
	s.AddMember(group, s.UserID("e1@example.com"))
	data.entra = newLazyTenant(&entraModel{Protect: &entraProtectModel{Groups: stringList([]string{"Tier 0"})}}, "test", time.Now, &diags)
	later := population(doc, first.Memory)
	_, findings = later.Apply(t.Context(), map[string]string{"e1": entraTarget.marshal(cloudPerson("e1", "Other"))}, nil)
	if text := fmt.Sprint(findings); !findings.Failed() || !strings.Contains(text, "protect.groups") {
		t.Errorf("changed: %s", text)
	}
	left, findings := later.Apply(t.Context(), nil, nil)
	if len(left) != 1 || !strings.Contains(fmt.Sprint(findings), "protect.groups") {
		t.Errorf("removed: %v, %v", left, findings)
	}
	if err := userHolds(s, "e1@example.com", "displayName", `"E One"`, "accountEnabled", "true")(nil); err != nil {
		t.Error(err)
	}
}
