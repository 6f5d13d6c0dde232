// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// mappingConfig returns a mapping that is complete but for what a test adds.
func mappingConfig(attributes, more string) string {
	return `
resource "workforce_mapping" "ad" {
  target = "active_directory"
  match  = [{ source = "worker_id", target = "employeeID" }]
  attributes = {
    employeeID        = { source = "worker_id" }
    cn                = { expression = "Join(\" \", [FirstName], [LastName])" }
    sAMAccountName    = { expression = "SelectUniqueValue([LastName], Join(\"\", [LastName], Counter()))" }
` + attributes + `
  }
  container = "\"OU=Staff,DC=corp,DC=example,DC=com\""
` + more + `
}
`
}

func TestAccMapping_documentIsKnownAtPlan(t *testing.T) {
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{
				Config: mappingConfig(`department = { source = "Department", when_null = "clear" }`, ""),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue("workforce_mapping.ad", tfjsonpath.New("json"), knownvalue.StringRegexp(regexp.MustCompile(`"department":\{`))),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("workforce_mapping.ad", tfjsonpath.New("source_attributes"), knownvalue.ListExact([]knownvalue.Check{
						knownvalue.StringExact("Department"), knownvalue.StringExact("FirstName"), knownvalue.StringExact("LastName"), knownvalue.StringExact("worker_id"),
					})),
				},
			},
			{
				Config: mappingConfig(`department = { source = "Division", when_null = "clear" }`, ""),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue("workforce_mapping.ad", tfjsonpath.New("json"), knownvalue.StringRegexp(regexp.MustCompile(`Division`))),
				}},
			},
		},
	})
}

// TestAccMapping_rulesStandOnce reads what a person sees: each rule once, when it is new and when it changes.
func TestAccMapping_rulesStandOnce(t *testing.T) {
	dir := t.TempDir()
	terraform := func(rule string, args ...string) string {
		t.Helper()
		config := "terraform {\n  required_providers {\n    workforce = { source = \"workforce/workforce\" }\n  }\n}\n" + mappingConfig(rule, "")
		if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := runTerraform(t.Context(), t, dir, args...)
		if err != nil {
			t.Fatalf("terraform %v: %v\n%s", args, err, out)
		}
		return out
	}
	once := func(plan, rule string) {
		t.Helper()
		if n := strings.Count(plan, rule); n != 1 {
			t.Errorf("%q stands %d times in the plan, expected once:\n%s", rule, n, plan)
		}
	}
	before, after := `description = { expression = "Join(\"/\", [Site], [Floor])" }`, `description = { expression = "Join(\"-\", [Site], [Floor])" }`
	first := terraform(before, "plan", "-no-color")
	once(first, `Join(\"/\", [Site], [Floor])`)
	once(first, "OU=Staff,DC=corp,DC=example,DC=com")
	terraform(before, "apply", "-auto-approve", "-no-color")
	changed := terraform(after, "plan", "-no-color")
	once(changed, `"Join(\"/\", [Site], [Floor])" -> "Join(\"-\", [Site], [Floor])"`)
	if again := terraform(before, "plan", "-no-color"); !strings.Contains(again, "No changes.") {
		t.Errorf("the second plan:\n%s", again)
	}
}

func TestAccMapping_everyMistakeFailsAtPlan(t *testing.T) {
	for name, c := range map[string]struct {
		attributes, more string
		want             []string
	}{
		"wrong attribute name": {`departement = { source = "Department" }`, "", []string{"departement", "department"}},
		"read-only attribute":  {`objectGUID = { constant = "x" }`, "", []string{"objectGUID"}},
		"unknown function":     {`title = { expression = "Jion([A], [B])" }`, "", []string{"Jion", "Join"}},
		"broken expression":    {`title = { expression = "Join(\"x\", [A]" }`, "", []string{"attributes", "title"}},
		"two sources":          {`title = { source = "A", constant = "B" }`, "", []string{"title", "source", "constant"}},
		"too long a constant":  {`c = { constant = "Germany" }`, "", []string{"Germany", "at most 3"}},
		"failing example": {`title = { source = "Title" }`, `examples = [{ name = "a title", worker = { worker_id = "1", LastName = "Li", FirstName = "Wei", Title = "Clerk" }, expect = { title = "Boss" } }]`,
			[]string{"a title", "Clerk", "Boss"}},
	} {
		t.Run(name, func(t *testing.T) {
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: testProviders,
				Steps:                    []resource.TestStep{{Config: mappingConfig(c.attributes, c.more), PlanOnly: true, ExpectError: wordsInOrder(c.want...)}},
			})
		})
	}
}

// wordsInOrder matches an error text that names all words, however Terraform
// has wrapped its lines.
func wordsInOrder(words ...string) *regexp.Regexp {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strings.ReplaceAll(regexp.QuoteMeta(w), " ", `[\s│]+`)
	}
	return regexp.MustCompile(`(?s)` + strings.Join(quoted, ".*"))
}
