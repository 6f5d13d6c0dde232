// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccEntraPopulation_changedByHand: a plan says which of its changes somebody else caused, also after the state has
// taken the value over, and not of what HR changes; the apply ends it.
func TestAccEntraPopulation_changedByHand(t *testing.T) {
	s := useTenant(t, graph.Options{})
	const title = "Changes by hand will be overwritten"
	feed := func(department string) {
		t.Setenv("TF_VAR_csv", strings.Replace(pipelineCSV, ",Board,", ","+department+",", 1))
	}
	_, run := writebackWorkspace(t, cloudPipeline("2026-01-15"))
	feed("Board")
	run(true, "apply", "-no-color", "-auto-approve")
	s.Update("li@example.com", map[string]any{"department": "By hand"})
	feed("Board of directors")
	out := run(true, "plan", "-no-color")
	if !wordsInOrder(title+" (1)", "worker 0001", "Ada Li", ": department").MatchString(out) || strings.Contains(out, "worker 0003 (") {
		t.Errorf("the plan does not tell the change by hand from that of HR:\n%s", out)
	}
	feed("Board")
	run(true, "apply", "-no-color", "-auto-approve", "-refresh-only")
	if out = run(true, "apply", "-no-color", "-auto-approve"); !strings.Contains(out, title+" (1)") {
		t.Errorf("a refreshed state has forgotten who changed the value:\n%s", out)
	}
	feed("Executive board")
	if out = run(true, "plan", "-no-color"); strings.Contains(out, title) || !strings.Contains(out, "Executive board") {
		t.Errorf("the apply did not end it:\n%s", out)
	}
}
