// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccEntra_messages: an error names the argument that it is about, and that the data source has.
func TestAccEntra_messages(t *testing.T) {
	s := useTenant(t, graph.Options{})
	for _, id := range []string{"a1", "a2", "a3", "a4", "a5", "a6"} {
		s.AddUser(map[string]any{"userPrincipalName": id + "@example.com", "displayName": id, "mailNickname": id, "employeeId": id})
	}
	feed := cloudFeed("1,Ann,Ray,IT,2020-01-01,,,Active")
	limited := "variable \"limit\" { type = string }\n" +
		strings.Replace(cloudPipeline("2026-01-20"), "  as_of   =", "  safeguards = { max_disable = var.limit }\n  as_of   =", 1)
	wrong := config.Variables{"csv": feed["csv"], "limit": config.StringVariable("3 percent")}
	steps := []resource.TestStep{
		{Config: limited, ConfigVariables: wrong, ExpectError: wordsInOrder("safeguards.max_disable", "3 percent")},
		{Config: cloudPipeline("2026-01-20"), ConfigVariables: feed, ExpectError: wordsInOrder("max_absent", "6 accounts",
			"owned_domains")},
	}
	for name, instead := range map[string]string{"identities": "userPrincipalName",
		"certificateUserIds": "authorizationInfo/certificateUserIds", "aboutMe": "leave it out"} {
		rules := strings.Replace(cloudPipeline("2026-01-20"), "    givenName ", "    "+name+" = { source = \"First\" }\n    givenName ", 1)
		steps = append(steps, resource.TestStep{Config: rules, ConfigVariables: feed, ExpectError: wordsInOrder(name, "does not "+
			"manage it", instead)})
		steps = append(steps, resource.TestStep{Config: cloudConfig(""), ConfigVariables: people{"p1": cloudPerson("p1", "A", name,
			"x")}.cloudVariables(),
			PlanOnly: true, ExpectError: wordsInOrder(name, "does not manage it", instead)})
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: steps})
}

// TestAccADPopulation_oneBadContainer: what is wrong with one container is said once.
func TestAccADPopulation_oneBadContainer(t *testing.T) {
	d := useDomain(t)
	bad := people{"c1": person(d.Container(t), "c1", "Ada Byron"), "c2": person("Staff", "c2", "Wei Li")}
	dir, run := writebackWorkspace(t, strings.Replace(populationConfig(), "var.accounts", "{ c1 = "+quoteHCL(bad["c1"])+", c2 = "+
		""+quoteHCL(bad["c2"])+" }", 1))
	out := run(false, "plan", "-no-color", "-var", "accounts={}")
	if n := strings.Count(out, "Error:"); n != 1 || !strings.Contains(out, "c2") || dir == "" {
		t.Errorf("found %d errors, expected one about the worker:\n%s", n, out)
	}
}

func quoteHCL(a directory.Account) string {
	return `"` + strings.ReplaceAll(activeDirectoryTarget.marshal(a), `"`, `\"`) + `"`
}
