// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

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

// TestAccEntra_exchangedByHand: somebody exchanges the worker ids of two users, and one of the two leaves. A run writes the ids
// back and takes the access of the leaver, the next decides the rest, and then there is nothing to do. Names stay with their user. It
// is the same for a population and for a resource for each person, also where the state has taken the exchanged ids over.
func TestAccEntra_exchangedByHand(t *testing.T) {
	const single = `
resource "workforce_entra_user" "staff" {
  for_each = data.workforce_entra_accounts.staff.accounts
  account  = each.value
}
`
	pipeline := cloudPipeline("2026-01-15")
	begin, _, _ := strings.Cut(pipeline, `resource "workforce_entra_population"`)
	for name, c := range map[string]struct {
		config    string
		refreshed bool
	}{
		"population": {pipeline, false}, "population, refreshed": {pipeline, true},
		"users": {begin + single, false}, "users, refreshed": {begin + single, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := useTenant(t, graph.Options{})
			t.Setenv("TF_VAR_csv", pipelineCSV)
			_, run := writebackWorkspace(t, c.config)
			run(true, "apply", "-no-color", "-auto-approve")
			stays, leaves := s.User("li@example.com"), s.User("li2@example.com")
			is := func(when string, was map[string]any, enabled bool) {
				t.Helper()
				u := s.User(fmt.Sprint(was["id"]))
				for _, property := range []string{"employeeId", "userPrincipalName", "displayName", "mailNickname", "department"} {
					if u[property] != was[property] {
						t.Errorf("%s: %s of %v is %v", when, property, was["displayName"], u[property])
					}
				}
				if u["accountEnabled"] != enabled {
					t.Errorf("%s: %v is enabled: %v", when, was["displayName"], u["accountEnabled"])
				}
			}
			s.Update("li@example.com", map[string]any{"employeeId": "0002"})
			s.Update("li2@example.com", map[string]any{"employeeId": "0001"})
			t.Setenv("TF_VAR_csv", strings.Replace(pipelineCSV, "2020-01-01,,0001,Active", "2020-01-01,2026-01-12,0001,Active", 1))
			if c.refreshed {
				run(true, "apply", "-no-color", "-auto-approve", "-refresh-only")
			}
			out := run(true, "apply", "-no-color", "-auto-approve")
			if !wordsInOrder("changed by hand will be written back", "worker 0001 (li@", `the account carries "0002"`).MatchString(out) ||
				!wordsInOrder("worker 0002 (li2@example.com", `the account carries "0001"; it is disabled, too`).MatchString(out) {
				t.Errorf("nobody is told:\n%s", out)
			}
			is("first run", stays, true)
			is("first run", leaves, false)
			if out = run(true, "apply", "-no-color", "-auto-approve"); strings.Contains(out, "by hand") {
				t.Errorf("the second run tells of changes by hand:\n%s", out)
			}
			is("second run", stays, true)
			is("second run", leaves, false)
			if out = run(true, "plan", "-no-color"); !strings.Contains(out, "No changes") {
				t.Errorf("the plan after the second run is not empty:\n%s", out)
			}
		})
	}
}

// TestAccEntra_exchangedByHandInGroups: rules of groups do not take who works here out of a group because their worker id stands at the
// account of a leaver for a while, and do not let the leaver in.
func TestAccEntra_exchangedByHandInGroups(t *testing.T) {
	s := useTenant(t, graph.Options{})
	group := s.AddGroup(map[string]any{"displayName": "Everybody", "mailNickname": "everybody"})
	_, run := writebackWorkspace(t, cloudPipeline("2026-01-15")+`
resource "workforce_entra_group_rules" "x" {
  accounts = workforce_entra_population.staff.accounts
  rules    = { everybody = "[enabled]" }
}
`)
	feed := func(end, joiner string) {
		t.Setenv("TF_VAR_csv", strings.Replace(pipelineCSV, "2020-01-01,,0001,Active", "2020-01-01,"+end+",0001,Active", 1)+joiner)
	}
	const joins = "0005,Kim,Poe,Sales,2020-01-01,,0003,Active\n"
	feed("", "")
	run(true, "apply", "-no-color", "-auto-approve")
	feed("2026-01-12", "")
	run(true, "apply", "-no-color", "-auto-approve")
	for _, when := range []string{"nobody else", "and somebody joins"} {
		members := []string{"li", "o'brien"}
		if when != "nobody else" {
			feed("2026-01-12", joins)
			members = append(members, "poe")
		}
		s.Update("li@example.com", map[string]any{"employeeId": "0002"})
		s.Update("li2@example.com", map[string]any{"employeeId": "0001"})
		out := run(true, "apply", "-no-color", "-auto-approve")
		if err := hasUsers(s, group, members...)(nil); err != nil {
			t.Errorf("%s: %v\n%s", when, err, out)
		}
		run(true, "apply", "-no-color", "-auto-approve")
		if err := hasUsers(s, group, members...)(nil); err != nil {
			t.Errorf("%s, second run: %v", when, err)
		}
		if out := run(true, "plan", "-no-color"); !strings.Contains(out, "No changes") {
			t.Errorf("%s: the plan after the second run is not empty:\n%s", when, out)
		}
	}
}

// TestAccADPopulation_exchangedByHand: the worker ids of a leaver and of who works here are exchanged. Each account is as it was after the
// next run, and the plan after that is empty.
func TestAccADPopulation_exchangedByHand(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	if err := d.CreateOU(t.Context(), "OU=Leavers,"+ou); err != nil {
		t.Fatal(err)
	}
	_, run := writebackWorkspace(t, withoutExchange(pipelineConfig(ou, "[Dept]", "")))
	stays, left := "CN=Ada Li,"+ou, "CN=Wei Li,OU=Leavers,"+ou
	check := resource.ComposeAggregateTestCheckFunc(
		holds(d, "li", "dn", stays, "employeeID", "0001", "userAccountControl", "512", "cn", "Ada Li"),
		holds(d, "li2", "dn", left, "employeeID", "0002", "userAccountControl", "514", "cn", "Wei Li"))
	t.Setenv("TF_VAR_csv", pipelineCSV)
	run(true, "apply", "-no-color", "-auto-approve")
	t.Setenv("TF_VAR_csv", strings.Replace(pipelineCSV, "2020-01-01,,0001,Active", "2020-01-01,2026-01-14,0001,Active", 1))
	run(true, "apply", "-no-color", "-auto-approve")
	if err := check(nil); err != nil {
		t.Fatal(err)
	}
	for dn, id := range map[string]string{stays: "0002", left: "0001"} {
		ldif := fmt.Sprintf("dn: %s\nchangetype: modify\nreplace: employeeID\nemployeeID: %s\n", dn, id)
		if err := d.Modify(t.Context(), ldif); err != nil {
			t.Fatal(err)
		}
	}
	out := run(true, "apply", "-no-color", "-auto-approve")
	if err := check(nil); err != nil || !wordsInOrder("Worker ids changed by hand", `carries "0002"`, `carries "0001"`).MatchString(out) {
		t.Errorf("%v\n%s", err, out)
	}
	for range 2 {
		if out = run(true, "plan", "-no-color"); !strings.Contains(out, "No changes") {
			t.Errorf("the next plan is not empty:\n%s", out)
		}
		run(true, "apply", "-no-color", "-auto-approve", "-refresh=false") // which sees a state that says what was planned
		if err := check(nil); err != nil {
			t.Error(err)
		}
	}
}
