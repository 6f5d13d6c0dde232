// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccEntraReport writes the report where the environment asks for it, and applies only
// what was approved: a run whose feed is newer stops before anybody is touched.
func TestAccEntraReport(t *testing.T) {
	s := useTenant(t, graph.Options{Permissions: append(slices.Clone(graph.DefaultPermissions), "AuditLog.Read.All")}) // no roles
	directory := filepath.Join(t.TempDir(), "reports")
	t.Setenv(reportDirectoryVariable, directory)
	csv := func(text string) config.Variables { return config.Variables{"csv": config.StringVariable(text)} }
	leaver := strings.Replace(pipelineCSV, "2020-01-01,,0001,Active", "2020-01-01,2026-01-14,0001,Active", 1)
	with := func(arguments string) string {
		return strings.Replace(cloudPipeline("2026-01-15"), "mapping = local.rules", "mapping = local.rules\n  "+arguments, 1)
	}
	approved := filepath.Join(t.TempDir(), "approved.json")
	stepAside := func() { // what a reviewer does: the report of the run becomes what is approved
		text, err := os.ReadFile(filepath.Join(directory, "entra.json"))
		if err == nil {
			err = os.WriteFile(approved, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: with(""), ConfigVariables: csv(pipelineCSV), Check: func(_ *terraform.State) error { return reportFilesHold(directory, "entra") }},
		{PreConfig: func() {
			stepAside()
			leaver := s.User("li2@example.com")
			if leaver == nil {
				t.Fatal("the leaver has no account")
			}
			s.AddOwner(s.AddGroup(map[string]any{"displayName": "Payroll"}), fmt.Sprint(leaver["id"]))
			s.Update(fmt.Sprint(leaver["id"]),
				map[string]any{"signInActivity": map[string]any{"lastSuccessfulSignInDateTime": "2026-01-12T08:00:00Z"}})
		}, Config: with(fmt.Sprintf("approved = %q\n  report_contacts = { hr = \"people@example.com\" }",
			approved)), ConfigVariables: csv(leaver),
			ExpectError: regexp.MustCompile(`(?s)The decisions are not those that were approved.*1 decision would now happen that nobody approved.*0002`)},
		{Config: with(`approved = "sha256:` + strings.Repeat("0", 64) + `"`), ConfigVariables: csv(leaver),
			ExpectError: regexp.MustCompile(`(?s)The\s+decisions\s+are\s+not\s+those`)},
		{Config: with(`report_contacts = { boss = "ann" }`), ConfigVariables: csv(leaver),
			ExpectError: regexp.MustCompile(`(?s)report_contacts.*"hr"`)},
		{Config: with(`approved = "nowhere.json"`), ConfigVariables: csv(leaver), ExpectError: regexp.MustCompile(`(?s)cannot\s+be\s+read`)},
		{Config: with(""), ConfigVariables: csv(leaver), PlanOnly: true, ExpectNonEmptyPlan: true, Check: userCount(s, 2, 2)},
		{PreConfig: func() {
			page, err := os.ReadFile(filepath.Join(directory, "entra.md"))
			doc, err2 := os.ReadFile(filepath.Join(directory, "entra.json"))
			for _, want := range []string{"loses access and owns the group `Payroll`",
				"Privileged roles are not known: grant the application the permission RoleManagement.Read.Directory."} {
				if err != nil || !strings.Contains(string(page), want) {
					t.Errorf("%v: the page does not say %q:\n%s", err, want, page)
				}
			}
			if want := `"last_sign_in":"2026-01-12T08:00:00Z"`; err2 != nil || !strings.Contains(string(doc), want) {
				t.Errorf("%v: %s is missing in\n%s", err2, want, doc)
			}
		}, Config: with(""), ConfigVariables: csv(leaver), PlanOnly: true, ExpectNonEmptyPlan: true},
		{PreConfig: stepAside, Config: with(fmt.Sprintf("approved = %q\n  max_characters = 20000\n  report_name = \"staff-1\"", approved)), ConfigVariables: csv(leaver),
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			Check:            func(_ *terraform.State) error { return reportFilesHold(directory, "staff-1") }},
	}})
}

// reportFilesHold expects the three forms of a report, for their owner only.
func reportFilesHold(directory, name string) error {
	for ext, begins := range map[string]string{".md": "# Identity changes in Microsoft Entra ID ", ".html": "<!doctype html>", ".json": `{"version":1,"directory":"Microsoft Entra ID `, ".approval": "sha256:"} {
		file := filepath.Join(directory, name+ext)
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if !strings.HasPrefix(string(text), begins) {
			return fmt.Errorf("%s begins with %.60q, expected %q", file, text, begins)
		}
		info, err := os.Stat(file)
		if err != nil {
			return err
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			return fmt.Errorf("%s has mode %o, expected 600", file, mode)
		}
	}
	entries, err := os.ReadDir(directory)
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); ext != ".md" && ext != ".html" && ext != ".json" && ext != ".approval" {
			return fmt.Errorf("%s is left over", e.Name())
		}
	}
	return err
}

// Two data sources of one name would overwrite each other's report.
func TestAccEntraReport_twoOfOneName(t *testing.T) {
	useTenant(t, graph.Options{})
	t.Setenv(reportDirectoryVariable, t.TempDir())
	cfg := cloudPipeline("2026-01-15") + `
data "workforce_entra_accounts" "again" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.rules
  as_of   = "2026-01-15"
}
`
	csv := config.Variables{"csv": config.StringVariable(pipelineCSV)}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cfg, ConfigVariables: csv, ExpectError: regexp.MustCompile(`(?s)Two\s+reports\s+have\s+the\s+same\s+name`)},
		{Config: strings.Replace(cfg, `"again" {`, "\"again\" {\n  report_name = \"again\"", 1), ConfigVariables: csv},
	}})
}
