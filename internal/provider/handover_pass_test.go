// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccEntraPopulation_firstAccessPass: each user that a run creates gets one pass, in the file and nowhere else; neither a plan nor a
// second run makes another, and who is refused one has the account all the same.
func TestAccEntraPopulation_firstAccessPass(t *testing.T) {
	s := useTenant(t, graph.Options{VisibleAfterReads: 1})
	keep, audit := filepath.Join(t.TempDir(), "handover"), useAudit(t)
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	dir, run := writebackWorkspace(t, fmt.Sprintf(`
variable "accounts" { type = map(string) }
resource "workforce_entra_population" "staff" {
  accounts = var.accounts
  first_access_pass = {
    directory        = %q
    recipients       = [%q]
    lifetime_minutes = 240
    usable_once      = true
    start            = "hire_date"
  }
}
`, keep, id.Recipient()))
	log := filepath.Join(dir, "log")
	t.Setenv("TF_LOG", "TRACE")
	t.Setenv("TF_LOG_PATH", log)
	there := cloudPerson("old", "Max Born")
	body := map[string]any{"accountEnabled": true}
	for name, v := range there.Attributes {
		body[name] = v.Text()
	}
	s.AddUser(body)
	starts := time.Now().AddDate(0, 0, 7).UTC().Truncate(24 * time.Hour).Format(time.RFC3339)
	all := people{"old": there, "p1": cloudPerson("p1", "Ada Byron"), "late": cloudPerson("late", "Eva Ruiz", "employeeHireDate", starts)}
	all.tfvar(t, entraTarget)
	seen := map[string]string{"plan": run(true, "plan", "-no-color", "-out=plan")}
	if _, files := opened(t, keep, id); files > 0 {
		t.Fatal("a plan made passes")
	}
	seen["apply"] = run(true, "apply", "-no-color", "plan")
	run(true, "plan", "-no-color", "-detailed-exitcode")
	lines, files := opened(t, keep, id)
	if len(lines) != 2 || files != 1 || !wordsInOrder("Credentials for a first sign-in were written",
		"entra-first-passes-").MatchString(seen["apply"]) {
		t.Fatalf("%d lines in %d files\n%s", len(lines), files, seen["apply"])
	}
	for _, l := range lines {
		from, _ := time.Parse(time.RFC3339, l.ValidFrom)
		until, _ := time.Parse(time.RFC3339, l.Expires)
		if len(l.Pass) != 8 || !l.Once || until.Sub(from) != 4*time.Hour || l.Password != "" || (l.Worker == "late") != (l.ValidFrom == starts) {
			t.Errorf("line of worker %s: from %s to %s, once %v", l.Worker, l.ValidFrom, l.Expires, l.Once)
		}
	}

	// The policy of the tenant allows no passes: the account is there, and the message says what to do.
	s.DisallowPasses(true)
	all["more"] = cloudPerson("more", "Wei Li")
	all.tfvar(t, entraTarget)
	seen["refused"] = run(false, "apply", "-no-color", "-auto-approve")
	if !wordsInOrder("policy", "workforce_entra_issue_access_passes").MatchString(seen["refused"]) || s.User("more@example.com") == nil {
		t.Error(seen["refused"])
	}
	run(true, "plan", "-no-color", "-detailed-exitcode")
	s.DisallowPasses(false)
	again := issuesPasses(t, keep, id, "more", "p1")
	if len(again) != 4 {
		t.Fatalf("%d lines after the action", len(again))
	}
	seen["state"], seen["log"], seen["audit"] = contentOf(t, filepath.Join(dir, "terraform.tfstate")), contentOf(t, log), contentOf(t, audit)
	showsNone(t, again, seen)
}

// issuesPasses has the action issue passes to two people, and returns the lines of all files.
func issuesPasses(t *testing.T, keep string, id *age.X25519Identity, users ...string) []handedOver {
	t.Helper()
	p := startActions(t, nil)
	const name = "workforce_entra_issue_access_passes"
	config := p.config(t, name, map[string]tftypes.Value{"users": textList(users...), "reason": tftypes.NewValue(tftypes.String, "INC-7"),
		"directory": tftypes.NewValue(tftypes.String, keep), "recipients": textList(id.Recipient().String())})
	_, before := opened(t, keep, id)
	planned, err := p.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: name, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	says(t, said(planned.Diagnostics))
	if _, files := opened(t, keep, id); files != before {
		t.Error("a plan issued passes")
	}
	stream, err := p.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{ActionType: name, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	var messages strings.Builder
	for event := range stream.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			messages.WriteString(e.Message + "\n")
		case tfprotov6.CompletedInvokeActionEventType:
			messages.WriteString(said(e.Diagnostics))
		}
	}
	says(t, messages.String(), "Issuing temporary access passes to 2 people", "INC-7", "New temporary access pass", "Written, encrypted: ",
		"entra-new-passes-")
	lines, files := opened(t, keep, id)
	if files != before+1 || len(lines) < 2 {
		t.Fatalf("%d lines in %d files, before %d", len(lines), files, before)
	}
	if text, err := json.Marshal(messages.String()); err != nil || strings.Contains(string(text), lines[len(lines)-1].Pass) {
		t.Errorf("the messages show a pass (%v)", err)
	}
	return lines
}
