// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	sandbox "terraform-provider-workforce/internal/sandbox/writeback"
)

// setAsideIs checks the output of the resource for values.
func setAsideIs(want map[string]string) []statecheck.StateCheck {
	reasons := map[string]knownvalue.Check{}
	for id, words := range want {
		reasons[id] = knownvalue.StringRegexp(wordsInOrder(words))
	}
	return []statecheck.StateCheck{statecheck.ExpectKnownValue("workforce_hr_writeback.staff", tfjsonpath.New("set_aside"), knownvalue.MapExact(reasons))}
}

// TestAccHRWriteback_setAside: a worker whom HR has deleted stops nobody else, at
// creation and later, and is written again once HR has them back.
func TestAccHRWriteback_setAside(t *testing.T) {
	s := useHR(t)
	gone := func(key, number string) func() {
		return func() { s.Set(key, func(e *sandbox.Employee) { e.Number = number }) }
	}
	all := writebackValues("1", `{"mail":"a"}`, "2", `{"mail":"b"}`, "404", `{"mail":"d"}`)
	later := writebackValues("1", `{"mail":"aa"}`, "2", `{"mail":"b"}`, "404", `{"mail":"d"}`)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: writebackREST(s), ConfigVariables: all, ConfigPlanChecks: noDiffAfter, ConfigStateChecks: setAsideIs(map[string]string{"404": "no such worker"}),
			Check: resource.ComposeAggregateTestCheckFunc(employee(s, "k1", "a", ""), employee(s, "k2", "b", ""))},
		// One who was there is deleted in HR, while another one changes.
		{PreConfig: gone("k2", "x"), Config: writebackREST(s), ConfigVariables: later, ConfigPlanChecks: noDiffAfter, ConfigStateChecks: setAsideIs(map[string]string{"2": "no such worker", "404": "no such worker"}),
			Check: employee(s, "k1", "aa", "")},
		// Back again: a plan shows it, and the value is written.
		{PreConfig: func() {
			gone("k2", "2")()
			s.Set("k2", func(e *sandbox.Employee) { e.Mail = "old2" })
		}, Config: writebackREST(s), ConfigVariables: later, ConfigStateChecks: setAsideIs(map[string]string{"404": "no such worker"}), Check: employee(s, "k2", "b", ""),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectNonEmptyPlan()}, PostApplyPostRefresh: noDiffAfter.PostApplyPostRefresh}},
		// Out of the values: nothing is left of it.
		{Config: writebackREST(s), ConfigVariables: writebackValues("1", `{"mail":"aa"}`, "2", `{"mail":"b"}`), ConfigPlanChecks: noDiffAfter, ConfigStateChecks: setAsideIs(nil)},
		// A system that answers 404 for everything has not deleted everybody.
		{PreConfig: func() { s.Status = http.StatusNotFound }, Config: writebackREST(s), ConfigVariables: later, ExpectError: wordsInOrder("The HR system")},
		{PreConfig: func() { s.Status = 0 }, Config: writebackREST(s), ConfigVariables: writebackValues("1", `{"mail":"aa"}`, "2", `{"mail":"b"}`), PlanOnly: true},
		// Nor has one that answers with nobody.
		{PreConfig: func() { gone("k1", "x1")(); gone("k2", "x2")() }, Config: writebackREST(s), ConfigVariables: later, ExpectError: wordsInOrder("The HR system knows none of the workers", "2 workers")},
		{PreConfig: func() { gone("k1", "1")(); gone("k2", "2")() }, Config: writebackREST(s), ConfigVariables: writebackValues("1", `{"mail":"aa"}`, "2", `{"mail":"b"}`), PlanOnly: true},
	}})
}

// TestAccHRWriteback_refusedAtApply: what the HR system refuses of one worker is a
// warning, the others are written, and the next plan shows the rest. All is an error.
func TestAccHRWriteback_refusedAtApply(t *testing.T) {
	s := useHR(t)
	_, run := writebackWorkspace(t, strings.Replace(writebackREST(s), "var.values", `{ 1 = "{\"mail\":\"a\"}", 2 = "{\"mail\":\"b\"}", 3 = "{\"mail\":\"c\"}" }`, 1))
	t.Setenv("TF_VAR_values", "{}")
	s.Refuse["2"] = true
	out := run(true, "apply", "-no-color", "-auto-approve")
	if !wordsInOrder("Workers are set aside", "1 of 3 workers", `worker "2"`, "locked by payroll").MatchString(out) {
		t.Errorf("the output does not name the worker:\n%s", out)
	}
	if err := employee(s, "k3", "c", "")(nil); err != nil {
		t.Error(err)
	}
	out = run(true, "plan", "-no-color")
	if !wordsInOrder("~ set_aside", "0 to add, 1 to change, 0 to destroy", "overwritten", "worker 2: mail").MatchString(out) || strings.Contains(out, `~ "1"`) {
		t.Errorf("the next plan is not about the rest only:\n%s", out)
	}
	// One who vanishes between plan and apply.
	clear(s.Refuse)
	run(true, "plan", "-no-color", "-out=plan.bin")
	s.Set("k2", func(e *sandbox.Employee) { e.Number = "x" })
	out = run(true, "apply", "-no-color", "plan.bin")
	if !wordsInOrder("Workers are set aside", `worker "2"`, "no such worker").MatchString(out) {
		t.Errorf("the output does not name the worker:\n%s", out)
	}
	run(true, "apply", "-no-color", "-auto-approve")
	if out = run(true, "plan", "-no-color", "-detailed-exitcode"); !wordsInOrder("Workers are set aside", `worker "2"`).MatchString(out) {
		t.Errorf("a plan without changes does not name who is set aside:\n%s", out)
	}
	// Everybody refused is no matter of one worker.
	s.Refuse["1"], s.Refuse["3"] = true, true
	s.Set("k1", func(e *sandbox.Employee) { e.Mail = "hand1" })
	s.Set("k3", func(e *sandbox.Employee) { e.Mail = "hand3" })
	if out = run(false, "apply", "-no-color", "-auto-approve"); !wordsInOrder("3 of 3 workers failed", "did not take values").MatchString(out) {
		t.Errorf("that nothing could be written is no error:\n%s", out)
	}
}
