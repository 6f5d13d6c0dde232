// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccModule runs the tests of the reusable module, which need no directory.
func TestAccModule(t *testing.T) {
	work := t.TempDir()
	if err := os.CopyFS(work, os.DirFS(filepath.Join(examplesDir, "modules", "workforce"))); err != nil {
		t.Fatal(err)
	}
	out, err := runTerraform(t.Context(), t, work, "test", "-no-color")
	if err != nil || !strings.Contains(out, "2 passed, 0 failed") {
		t.Errorf("terraform test: %v\n%s", err, out)
	}
}

// TestAccEntraTutorial goes through the tutorial, with the changes of its text.
func TestAccEntraTutorial(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", "tutorial.md.tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	s := useTenant(t, graph.Options{})
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS(examplesDir)); err != nil {
		t.Fatal(err)
	}
	work := filepath.Join(root, "tutorial")
	file := filepath.Join(work, "workers.csv")
	run := func(words []string, args ...string) {
		t.Helper()
		out, err := runTerraform(t.Context(), t, work, append(args, "-no-color")...)
		if !wordsInOrder(words...).MatchString(out) {
			t.Fatalf("terraform %q: %v\n%s\nexpected %q", args, err, out, words)
		}
	}
	change := func(from, to string) {
		t.Helper()
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), from) {
			t.Fatalf("%v: no %q in\n%s", err, from, text)
		}
		for _, line := range []string{from, to} {
			if !strings.Contains(string(guide), line) {
				t.Errorf("the tutorial does not say %q", line)
			}
		}
		if err := os.WriteFile(file, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run(nil, "get")
	run([]string{"Plan: 2 to add"}, "plan")
	run([]string{"Apply complete! Resources: 2 added"}, "apply", "-auto-approve")
	for login, values := range map[string][]string{
		"zoe.obrien": {"jobTitle", `"Director"`}, "jose.garcia": {"department", `"Research"`}, "mia.kruger": {"city", `"York"`},
	} {
		if err := userHolds(s, login+"@example.com", values...)(nil); err != nil {
			t.Error(err)
		}
	}
	run([]string{"No changes"}, "plan")

	change("1002,José,García,Research,Chemist,Leeds,", "1002,José,García,Sales,Key Account Manager,York,")
	run([]string{`"Research" -> "Sales"`, `"Chemist" -> "Key Account Manager"`, "Plan: 0 to add, 1 to change, 0 to destroy"}, "plan")
	run([]string{"0 added, 1 changed"}, "apply", "-auto-approve")

	change("2023-01-09,,1001", "2023-01-09,2026-10-31,1001")
	run([]string{"enabled", "true -> false"}, "plan")
	run([]string{"0 added, 1 changed"}, "apply", "-auto-approve")
	if err := userHolds(s, "mia.kruger@example.com", "accountEnabled", "false")(nil); err != nil {
		t.Error(err)
	}

	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	if err := os.WriteFile(file, []byte(strings.Join(lines[:2], "")), 0o600); err != nil {
		t.Fatal(err)
	}
	run([]string{"min_workers"}, "plan")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	run([]string{"Destroy complete! Resources: 2 destroyed"}, "destroy", "-auto-approve")
	if err := userHolds(s, "zoe.obrien@example.com", "accountEnabled", "true")(nil); err != nil {
		t.Error(err)
	}
}

// TestAccReadmeRuns copies what the README says under "Use it" into two files, and applies it to a domain.
func TestAccReadmeRuns(t *testing.T) {
	d := useDomain(t)
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := func(language string) string {
		_, text, found := strings.Cut(string(readme), "```"+language+"\n")
		text, _, closed := strings.Cut(text, "```\n")
		if !found || !closed {
			t.Fatalf("the README has no block of %s", language)
		}
		return text
	}
	ou := d.Container(t)
	for _, name := range []string{"Staff", "Leavers"} {
		mustModify(t, d, "dn: OU="+name+","+ou+"\nobjectClass: organizationalUnit\n")
	}
	work := t.TempDir()
	const base = ",DC=corp,DC=example,DC=com" // the units of this test stand in for those of a company
	main := strings.NewReplacer("OU=Staff"+base, "OU=Staff,"+ou, "OU=Leavers"+base, "OU=Leavers,"+ou).Replace(block("hcl"))
	for name, text := range map[string]string{"workers.csv": block("csv"), "main.tf": main} {
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := runTerraform(t.Context(), t, work, "apply", "-auto-approve", "-no-color")
	if err != nil || !strings.Contains(out, "2 added, 0 changed") {
		t.Fatalf("terraform apply: %v\n%s", err, out)
	}
	if out, err = runTerraform(t.Context(), t, work, "plan", "-no-color"); err != nil || !strings.Contains(out, "No changes") {
		t.Errorf("terraform plan: %v\n%s", err, out)
	}
	found, err := d.SearchBelow(t.Context(), "OU=Staff,"+ou, "one", "(department=Research)", "cn")
	if err != nil || len(found) != 2 {
		t.Errorf("%d people of Research (%v), expected 2", len(found), err)
	}
}
