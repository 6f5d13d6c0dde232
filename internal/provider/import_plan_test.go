// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccEntraImport_showsWhatChanges: the plan of an import shows what the directory has otherwise than
// the rules want, with what is overwritten, and nobody for whom nothing changes.
func TestAccEntraImport_showsWhatChanges(t *testing.T) {
	s := useTenant(t, graph.Options{})
	dir := t.TempDir()
	head := "terraform {\n  required_providers {\n    workforce = { source = \"workforce/workforce\" }\n  }\n}\n" + cloudPipeline("2026-01-15")
	terraform := func(config string, args ...string) string {
		t.Helper()
		vars, err := json.Marshal(map[string]string{"csv": pipelineCSV})
		for name, text := range map[string]string{"terraform.tfvars.json": string(vars), "main.tf": config} {
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		out, err := runTerraform(t.Context(), t, dir, args...)
		if err != nil {
			t.Fatalf("terraform %v: %v\n%s", args, err, out)
		}
		return out
	}
	forget := func() {
		t.Helper()
		if err := os.Remove(filepath.Join(dir, "terraform.tfstate")); err != nil {
			t.Fatal(err)
		}
	}
	terraform(head, "apply", "-auto-approve", "-no-color")
	forget()
	imported := head + "\nimport {\n  to = workforce_entra_population.staff\n  id = \"example.com\"\n}\n"
	if plan := terraform(imported, "plan", "-no-color"); !strings.Contains(plan, "1 to import") || strings.Contains(plan, `~ "000`) ||
		strings.Contains(plan, "+ givenName") {
		t.Errorf("nothing changes, and the plan shows\n%s", plan)
	}
	user := s.User("li2@example.com")
	s.Update(fmt.Sprint(user["id"]), map[string]any{"department": "Elsewhere"})
	plan := terraform(imported, "plan", "-no-color")
	for _, part := range []string{`~ department          = "Elsewhere" -> "Sales"`, `~ "0002" = jsonencode`, "1 to import"} {
		if !strings.Contains(strings.Join(strings.Fields(plan), " "), strings.Join(strings.Fields(part), " ")) {
			t.Errorf("the plan lacks %q", part)
		}
	}
	for _, part := range []string{`+ department`, `+ givenName`, `~ "0001" = jsonencode`,
		`- user_principal_name`} { // what stays, Terraform writes without a sign
		if strings.Contains(plan, part) {
			t.Errorf("the plan shows %q", part)
		}
	}
	if t.Failed() {
		t.Log(plan)
	}
	terraform(imported, "apply", "-auto-approve", "-no-color")
	if again := terraform(imported, "plan", "-no-color"); !strings.Contains(again, "No changes.") {
		t.Errorf("the second plan:\n%s", again)
	}
	if user := s.User("li2@example.com"); user["department"] != "Sales" {
		t.Errorf("the department is %v", user["department"])
	}
}
