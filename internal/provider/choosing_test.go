// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccEntraChoosing_fromUsers: a population takes over from single users as the guide says, and changes nobody.
func TestAccEntraChoosing_fromUsers(t *testing.T) {
	s := useTenant(t, graph.Options{})
	all := people{"p1": cloudPerson("p1", "Ada Byron", "department", "Sales"), "p2": cloudPerson("p2", "Bo Li")}
	documents, err := json.Marshal(map[string]string{"p1": entraTarget.marshal(all["p1"]), "p2": entraTarget.marshal(all["p2"])})
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	apply := func(config string, words ...string) {
		t.Helper()
		config = fmt.Sprintf("locals { accounts = jsondecode(%q) }\n%s", documents, config)
		if err := os.WriteFile(filepath.Join(work, "main.tf"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		addRequiredProviders(t, work)
		out, err := runTerraform(t.Context(), t, work, "apply", "-auto-approve", "-no-color")
		if !wordsInOrder(words...).MatchString(out) {
			t.Fatalf("terraform apply: %v\n%s\nexpected %q", err, out, words)
		}
	}
	apply("resource \"workforce_entra_user\" \"staff\" {\n  for_each = local.accounts\n  account  = each.value\n}\n", "2 added, 0 changed")
	before := s.Stats().Writes
	const population = "resource \"workforce_entra_population\" \"staff\" {\n  accounts = local.accounts\n}\n"
	apply(population+strings.ReplaceAll(guideBlock(t, "choosing", "removed {"), "workforce_ad_user", "workforce_entra_user"), "1 added, 0 changed, 0 destroyed")
	if after := s.Stats().Writes; before == 0 || after != before {
		t.Errorf("%d writes, and %d before the population took over", after, before)
	}
	apply(population, "No changes")
}

// TestLifecycleNamesStages: the table that explains stages has each, as reports and examples write it.
func TestLifecycleNamesStages(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", "lifecycle.md.tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range []mapping.Stage{
		mapping.StageFuture, mapping.StagePrehire, mapping.StageActive, mapping.StageLeave, mapping.StageLeft, mapping.StageOutOfScope,
	} {
		if !strings.Contains(string(text), "\n| `"+string(stage)+"` |") {
			t.Errorf("the table has no stage %s", stage)
		}
		if description := mappingSchema().Attributes["examples"]; !strings.Contains(fmt.Sprintf("%#v", description), string(stage)) {
			t.Errorf("examples does not name the stage %s", stage)
		}
	}
}

// guideBlock returns the fenced block of a guide that begins with the text.
func guideBlock(t *testing.T, guide, begin string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", guide+".md.tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	for block := range strings.SplitSeq(string(text), "\n```") {
		if _, code, is := strings.Cut(block, "\n"); is && strings.HasPrefix(code, begin) {
			return code + "\n"
		}
	}
	t.Fatalf("the guide %s has no block that begins with %q", guide, begin)
	return ""
}
