// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccEntraSentinel_places: the policy for Sentinel, which nothing here can run, reads places of the plan's JSON
// that are there, in the root module and in a module that it calls.
func TestAccEntraSentinel_places(t *testing.T) {
	useTenant(t, graph.Options{})
	shown := planOfModule(t)
	type module struct {
		Resources []struct {
			Mode, Type string
			Values     struct {
				Report string `json:"report_json"`
			}
		}
		Called []module `json:"child_modules"`
	}
	var plan struct {
		Prior struct {
			Values struct {
				Root module `json:"root_module"`
			}
		} `json:"prior_state"`
	}
	if err := json.NewDecoder(strings.NewReader(shown)).Decode(&plan); err != nil {
		t.Fatal(err)
	}
	reports := 0
	for _, m := range append([]module{plan.Prior.Values.Root}, plan.Prior.Values.Root.Called...) {
		for _, r := range m.Resources {
			if r.Mode != "data" || r.Type != "workforce_entra_accounts" {
				continue
			}
			reports++
			var report struct {
				SignIns  struct{ Lost *int } `json:"sign_ins"`
				Findings *[]struct{ Key string }
			}
			if err := json.Unmarshal([]byte(r.Values.Report), &report); err != nil || report.SignIns.Lost == nil || report.Findings == nil {
				t.Errorf("%v: no sign_ins.lost in %.200s", err, r.Values.Report)
			}
		}
	}
	if reports != 1 {
		t.Errorf("%d reports, expected 1", reports)
	}
	policy, err := os.ReadFile(filepath.Join(examplesDir, "policies", "sentinel", "workforce.sentinel"))
	for _, part := range []string{"prior_state.values.root_module", "child_modules", `"workforce_entra_accounts"`, "report_json",
		"sign_ins.lost", ".findings", `"leavers_manage"`, "length(reports) > 0"} {
		if err != nil || !strings.Contains(string(policy), part) {
			t.Errorf("%v: the policy does not read %s", err, part)
		}
	}
}

// planOfModule returns the JSON of a plan whose accounts are decided in a module.
func planOfModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	head := "terraform {\n  required_providers {\n    workforce = { source = \"workforce/workforce\" }\n  }\n}\n"
	vars, err := json.Marshal(map[string]string{"csv": pipelineCSV})
	if err == nil {
		err = os.Mkdir(filepath.Join(dir, "staff"), 0o700)
	}
	for name, text := range map[string]string{
		"terraform.tfvars.json": string(vars),
		"main.tf":               head + "variable \"csv\" { type = string }\nmodule \"staff\" {\n  source = \"./staff\"\n  csv    = var.csv\n}\n",
		"staff/main.tf":         head + cloudPipeline("2026-01-15"),
	} {
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"get"}, {"plan", "-out=plan.bin"}} {
		if out, err := runTerraform(t.Context(), t, dir, args...); err != nil {
			t.Fatalf("terraform %v: %v\n%s", args, err, out)
		}
	}
	shown, err := runTerraform(t.Context(), t, dir, "show", "-json", "plan.bin")
	if at := strings.Index(shown, `{"format_version"`); err != nil || at < 0 {
		t.Fatalf("%v: %.300s", err, shown)
	} else {
		return shown[at:]
	}
	return ""
}
