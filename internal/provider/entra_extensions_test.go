// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// extension is what the names of one application's directory extensions start with.
const extension = "extension_0123456789abcdef0123456789abcdef_"

// useTypedTenant starts a tenant that defines extensions of several types.
func useTypedTenant(t *testing.T) *graph.Server {
	t.Helper()
	s := useTenant(t, graph.Options{Permissions: append([]string{"Directory.Read.All"}, graph.DefaultPermissions...)})
	for name, kind := range map[string]string{"contractor": "Boolean", "grade": "Integer", "badge": "LargeInteger", "since": "DateTime", "sites": "Collection(String)"} {
		s.AddDirectoryExtension(extension+name, kind)
	}
	s.AddSecurityAttribute("HR", "Level", "Integer")
	s.AddSecurityAttribute("HR", "Projects", "Collection(String)")
	return s
}

func TestAccEntraTypedExtensions(t *testing.T) {
	s := useTypedTenant(t)
	const level, projects = "customSecurityAttributes/HR/Level", "customSecurityAttributes/HR/Projects"
	all := people{"p1": cloudPerson("p1", "Ada Byron", extension+"contractor", "TRUE", extension+"grade", "007", extension+"badge", "9007199254740993", extension+"since", "2027-01-31", level, "3")}
	all["p1"].Attributes[extension+"sites"] = directory.Value{"Ulm", "Bonn"}
	all["p1"].Attributes[projects] = directory.Value{"Beta", "Alpha"}
	changed := all.with("p1", func(a *directory.Account) {
		a.Attributes[extension+"contractor"], a.Attributes[extension+"since"], a.Attributes[level] = directory.Value{"false"}, directory.Value{"2027-02-01T09:00:00+01:00"}, directory.Value{"4"}
		a.Attributes[extension+"sites"] = directory.Value{"Bonn"}
	})
	cleared := changed.with("p1", func(a *directory.Account) {
		for _, name := range []string{extension + "contractor", extension + "badge", extension + "since", extension + "sites", level, projects} {
			a.Attributes[name] = nil
		}
	})
	changedHolds := userHolds(s, "p1@example.com", extension+"contractor", "false", extension+"since", `"2027-02-01T08:00:00Z"`, extension+"sites", `["Bonn"]`, extension+"grade", "7")
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		cloudStep(all, userHolds(s, "p1@example.com", extension+"contractor", "true", extension+"grade", "7", extension+"badge", "9007199254740993", extension+"since", `"2027-01-31T00:00:00Z"`,
			extension+"sites", `["Bonn","Ulm"]`, "customSecurityAttributes",
			`{"HR":{"@odata.type":"#microsoft.graph.customSecurityAttributeValue","Level":3,"Level@odata.type":"#Int32","Projects":["Alpha","Beta"],"Projects@odata.type":"#Collection(String)"}}`)),
		cloudStep(changed, changedHolds),
		{ // drift
			PreConfig: func() {
				s.Update("p1@example.com", map[string]any{extension + "contractor": true, extension + "grade": 8})
			},
			Config: cloudConfig(""), ConfigVariables: changed.cloudVariables(), Check: changedHolds,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction("workforce_entra_population.staff", plancheck.ResourceActionUpdate)},
				PostApplyPostRefresh: settledPlan.PostApplyPostRefresh},
		},
		cloudStep(cleared, userHolds(s, "p1@example.com", extension+"contractor", "null", extension+"badge", "null", extension+"since", "null", extension+"sites", "null", extension+"grade", "7",
			"customSecurityAttributes", `{"HR":{"@odata.type":"#microsoft.graph.customSecurityAttributeValue"}}`)),
	}})
}

// TestAccEntraTypedExtensions_plansFail: what Graph would refuse is said at plan, with the person, the attribute and the value.
func TestAccEntraTypedExtensions_plansFail(t *testing.T) {
	s := useTypedTenant(t)
	for name, c := range map[string]struct {
		attribute, value string
		words            []string
	}{
		"truth":     {extension + "contractor", "yes", []string{`worker "p1"`, extension + "contractor", `found "yes"`, "true or false"}},
		"number":    {extension + "grade", "2147483648", []string{`worker "p1"`, extension + "grade", `"2147483648"`, "32-bit"}},
		"undefined": {extension + "kontractor", "true", []string{`worker "p1"`, extension + "kontractor", "defines no such", extension + "contractor"}},
	} {
		t.Run(name, func(t *testing.T) {
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{{
				Config: cloudConfig(""), ConfigVariables: people{"p1": cloudPerson("p1", "A", c.attribute, c.value)}.cloudVariables(), PlanOnly: true, ExpectError: wordsInOrder(c.words...),
			}}})
		})
	}
	if n := len(s.Users()); n > 0 {
		t.Errorf("%d users were created", n)
	}
}

// TestAccEntraTypedExtensions_withoutPermission: the permission is named, and what to do without it.
func TestAccEntraTypedExtensions_withoutPermission(t *testing.T) {
	s := useTenant(t, graph.Options{Permissions: slices.DeleteFunc(slices.Clone(graph.DefaultPermissions), func(p string) bool { return p == "CustomSecAttributeDefinition.Read.All" })})
	s.AddDirectoryExtension(extension+"grade", "Integer")
	s.AddSecurityAttribute("HR", "Level", "Integer")
	var steps []resource.TestStep
	for attribute, permission := range map[string]string{extension + "grade": "Directory.Read.All", "customSecurityAttributes/HR/Level": "CustomSecAttributeDefinition.Read.All"} {
		steps = append(steps, resource.TestStep{Config: cloudConfig(""), ConfigVariables: people{"p1": cloudPerson("p1", "A", attribute, "1")}.cloudVariables(), PlanOnly: true,
			ExpectError: wordsInOrder("grant the application", permission, "take "+attribute+" out of the mapping")})
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: steps})
}

// TestAccEntraTypedExtensions_pipeline: values of the HR system become what the tenant defines, and are looked up.
func TestAccEntraTypedExtensions_pipeline(t *testing.T) {
	s := useTypedTenant(t)
	rules := `
data "workforce_hr_csv" "staff" {
  content = "ID,Name,Hired,Contractor,Grade\n1,Ada,2020-01-01,True,07\n"
  fields  = { worker_id = "ID", hire_date = "Hired" }
}
resource "workforce_mapping" "entra" {
  target           = "entra"
  match            = [{ source = "worker_id", target = "employeeId" }]
  extra_attributes = ["` + extension + `contractor", "` + extension + `grade"]
  attributes = {
    employeeId        = { source = "worker_id" }
    displayName       = { source = "Name" }
    mailNickname      = { source = "Name" }
    userPrincipalName = { expression = "Join(\"\", [Name], \"@example.com\")" }
    "` + extension + `contractor" = { source = "Contractor" }
    "` + extension + `grade"      = { source = "Grade" }
  }
}
locals { rules = workforce_mapping.entra.json }
data "workforce_entra_accounts" "staff" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.rules
}
resource "workforce_entra_population" "staff" { accounts = data.workforce_entra_accounts.staff.accounts }
data "workforce_entra_user" "ada" {
  user_principal_name = "ada@example.com"
  attributes          = ["` + extension + `contractor"]
  depends_on          = [workforce_entra_population.staff]
}
output "contractor" { value = data.workforce_entra_user.ada.values["` + extension + `contractor"][0] }
output "document" { value = data.workforce_entra_accounts.staff.accounts["1"] }
`
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{{
		Config: rules, ConfigVariables: config.Variables{}, ConfigPlanChecks: settledPlan, Check: resource.ComposeAggregateTestCheckFunc(
			userHolds(s, "ada@example.com", extension+"contractor", "true", extension+"grade", "7"),
			resource.TestCheckOutput("contractor", "true"),
			resource.TestMatchOutput("document", wordsInOrder(`"`+extension+`contractor":"true"`, `"`+extension+`grade":"7"`))),
	}}})
}
