// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccEntraData: what a tenant has of licenses, domains and groups, and what is refused.
func TestAccEntraData(t *testing.T) {
	licenses := graph.DefaultLicenses()
	licenses[0].Units, licenses[0].Suspended, licenses[0].Warning = 3, 2, 1
	s := useTenant(t, graph.Options{Licenses: licenses, Domains: []string{"example.com", "fed.example.com", "example.onmicrosoft.com"},
		FederatedDomains: []string{"fed.example.com"}, PageLimit: 2})
	var people []string
	for i := range 5 {
		name := fmt.Sprintf("p%d@example.com", i)
		people = append(people, s.AddUser(map[string]any{"userPrincipalName": name, "displayName": "P", "employeeId": fmt.Sprint("e", i)}))
	}
	s.AssignLicense(people[0], licenses[0].ID)
	inner := s.AddGroup(map[string]any{"displayName": "Inner"})
	outer := s.AddGroup(map[string]any{"displayName": "Outer", "mailNickname": "out", "description": "all"})
	s.AddMembers(inner, people[1:]...)
	s.AddMembers(outer, inner, people[0])
	for range 2 {
		s.AddGroup(map[string]any{"displayName": "Twin"})
	}
	attr := resource.TestCheckResourceAttr
	const group, groups = "data.workforce_entra_group.g", "data.workforce_entra_groups.g"
	const all, domains = "data.workforce_entra_licenses.l", "data.workforce_entra_domains.d"
	one := func(arguments string) string { return "data \"workforce_entra_group\" \"g\" {\n" + arguments + "\n}\n" }
	many := func(arguments string) string {
		return "data \"workforce_entra_groups\" \"g\" {\n" + arguments + "\n}\n"
	}
	bad := func(config string, words ...string) resource.TestStep {
		return resource.TestStep{Config: config, PlanOnly: true, ExpectError: wordsInOrder(words...)}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: "data \"workforce_entra_licenses\" \"l\" {}\ndata \"workforce_entra_domains\" \"d\" {}\n" +
				one("  display_name = \"OUTER\"\n  read_members = \"all\"") +
				many("  display_names = [\"inner\", \"Nobody\"]\n  read_members = \"direct\"\n  on_missing = \"skip\"") + `
output "member" { value = jsondecode(data.workforce_entra_group.g.members["` + people[1] + `"]) }
output "count" { value = length(jsondecode(data.workforce_entra_groups.g.groups["inner"]).members) }
`, Check: resource.ComposeAggregateTestCheckFunc(
				attr(all, "licenses.SPE_E3.enabled", "3"), attr(all, "licenses.SPE_E3.consumed", "1"),
				attr(all, "licenses.SPE_E3.free", "2"), attr(all, "licenses.SPE_E3.suspended", "2"),
				attr(all, "licenses.SPE_E3.warning", "1"), attr(all, "licenses.SPE_E3.sku_id", licenses[0].ID),
				attr(all, "licenses.SPE_E3.service_plans.TEAMS1", licenses[0].Plans["TEAMS1"]),
				attr(domains, "default", "example.com"), attr(domains, "initial", "example.onmicrosoft.com"),
				attr(domains, "domains.fed.example.com.federated", "true"), attr(domains, "verified.#", "3"),
				attr(group, "object_id", outer), attr(group, "mail_nickname", "out"), attr(group, "type", "security"),
				attr(group, "description", "all"),
				attr(group, "members.%", "6"), resource.TestCheckNoResourceAttr(group, "membership_rule"),
				resource.TestCheckOutput("count", "4"), attr(groups, "ids.inner", inner),
				attr(groups, "missing.0", "Nobody"), attr(groups, "groups.%", "1"),
			)},
			{Config: many("  filter = \"startswith(displayName,'T')\""), Check: attr(groups, "groups.%", "2")},
			{Config: one(fmt.Sprintf("  object_id = %q", inner)), Check: resource.ComposeAggregateTestCheckFunc(
				attr(group, "display_name", "Inner"), attr(group, "members.%", "4"))},
			bad(one("  display_name = \"Twin\""), "Several groups", "2 groups have the display_name", "object_id"),
			bad(one("  mail_nickname = \"nothing\""), "No such group", `"nothing"`),
			bad(one("  display_name = \"a\"\n  mail_nickname = \"b\""), "Exactly one of these attributes"),
			bad(many("  display_names = [\"Twin\"]"), "Several groups", "object_ids"),
			bad(many("  mail_nicknames = [\"nothing\"]"), "No such groups", "nothing", "on_missing"),
			bad(many("  filter = \"department eq 'x'\""), "Cannot look up groups", "department"),
		},
	})
}

// TestAccEntraData_withoutPermission: each data source names the permission that it lacks.
func TestAccEntraData_withoutPermission(t *testing.T) {
	useTenant(t, graph.Options{Permissions: []string{"User.Read.All"}})
	step := func(config, permission string) resource.TestStep {
		return resource.TestStep{Config: config, PlanOnly: true, ExpectError: wordsInOrder(permission)}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		step("data \"workforce_entra_licenses\" \"l\" {}", "LicenseAssignment.Read.All"),
		step("data \"workforce_entra_domains\" \"d\" {}", "Domain.Read.All"),
		step("data \"workforce_entra_group\" \"g\" { display_name = \"g\" }", "Group.Read.All"),
	}})
}
