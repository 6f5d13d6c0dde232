// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// week is a population before and after an ordinary week, and what the plan has to
// show of it: the changed parts of the document by worker id.
type week struct {
	before, after string
	plan          map[string][]string
}

// weekOf makes a week in which a department of so many is renamed, and some join, leave
// and marry. prefix keeps the names of a domain apart; the keys say what the target
// calls what a document shows.
func weekOf(prefix string, movers, joiners, leavers, married int, renamed, left []string) week {
	w := week{plan: map[string][]string{}}
	const header = "ID,First,Last,Dept,Hired,Left,Boss,Status\n"
	var before, after strings.Builder
	before.WriteString(header)
	after.WriteString(header)
	id := func(i int) string { return fmt.Sprintf("%s%05d", prefix, i) }
	line := func(b *strings.Builder, i int, last, dept, end string, boss int) {
		fmt.Fprintf(b, "%s,F%d,%s,%s,2020-01-01,%s,%s,Active\n", id(i), i, last, dept, end, id(boss))
	}
	n := 0
	person := func(dept string, change func(last *string, dept *string, end *string, boss *int), plan ...string) {
		last, end, boss := fmt.Sprintf("%sL%d", prefix, n), "", n%7
		if n < 7 {
			boss = n + 10
		}
		line(&before, n, last, dept, end, boss)
		if change != nil {
			change(&last, &dept, &end, &boss)
			w.plan[id(n)] = plan
		}
		line(&after, n, last, dept, end, boss)
		n++
	}
	for range 20 {
		person("Board", nil)
	}
	for range movers {
		person("Sales", func(_, dept, _ *string, _ *int) { *dept = "Revenue" }, "attributes.department")
	}
	for range leavers {
		person("Board", func(_, _, end *string, _ *int) { *end = "2026-01-14" }, left...)
	}
	for range married {
		person("Board", func(last, _, _ *string, _ *int) { *last = prefix + "M" + (*last)[len(prefix)+1:] }, renamed...)
	}
	person("Board", func(_, _, _ *string, boss *int) { *boss = 9 }, "manager")
	for range joiners {
		line(&after, n, fmt.Sprintf("%sJ%d", prefix, n), "Board", "", 1)
		w.plan[id(n)] = []string{"created"}
		n++
	}
	w.before, w.after = before.String(), after.String()
	return w
}

// showsExactly checks the machine-readable plan: these people with these parts of
// their documents, and no other change of any resource.
type showsExactly struct {
	address string
	people  map[string][]string
}

func (c showsExactly) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	got := map[string][]string{}
	for _, r := range req.Plan.ResourceChanges {
		switch {
		case r.Change.Actions.NoOp() || r.Change.Actions.Read():
		case r.Address != c.address:
			resp.Error = fmt.Errorf("%s is to be changed too: %v", r.Address, r.Change.Actions)
			return
		default:
			if got, resp.Error = changedDocuments(r.Change.Before, r.Change.After); resp.Error != nil {
				return
			}
		}
	}
	if len(req.Plan.OutputChanges) > 0 {
		resp.Error = fmt.Errorf("outputs change: %v", req.Plan.OutputChanges)
	}
	for id, want := range c.people {
		if !slices.Equal(got[id], want) {
			resp.Error = fmt.Errorf("worker %s: the plan changes %q, expected %q", id, got[id], want)
		}
		delete(got, id)
	}
	if len(got) > 0 {
		resp.Error = fmt.Errorf("the plan changes %d people more: %v", len(got), got)
	}
}

// changedDocuments returns the parts of each document that differ.
func changedDocuments(was, willBe any) (map[string][]string, error) {
	before, after := map[string]map[string]any{}, map[string]map[string]any{}
	for _, side := range []struct {
		resource any
		into     map[string]map[string]any
	}{{was, before}, {willBe, after}} {
		values, _ := side.resource.(map[string]any)
		accounts, ok := values["accounts"].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("no accounts in %T", side.resource)
		}
		for id, doc := range accounts {
			text, _ := doc.(string)
			var parts map[string]any
			if err := json.Unmarshal([]byte(text), &parts); err != nil {
				return nil, fmt.Errorf("worker %s: %w", id, err)
			}
			side.into[id] = parts
		}
	}
	out := map[string][]string{}
	for id, doc := range after {
		if before[id] == nil {
			out[id] = []string{"created"}
			continue
		}
		if parts := changedParts("", before[id], doc); len(parts) > 0 {
			out[id] = parts
		}
	}
	for id := range before {
		if after[id] == nil {
			out[id] = []string{"removed"}
		}
	}
	return out, nil
}

func changedParts(prefix string, before, after map[string]any) (parts []string) {
	for name, v := range after {
		old, there := before[name]
		was, nested := old.(map[string]any)
		now, _ := v.(map[string]any)
		switch {
		case nested:
			parts = append(parts, changedParts(prefix+name+".", was, now)...)
		case !there || !reflect.DeepEqual(old, v):
			parts = append(parts, prefix+name)
		}
	}
	for name := range before {
		if _, there := after[name]; !there {
			parts = append(parts, prefix+name)
		}
	}
	slices.Sort(parts)
	return parts
}

// always makes names of a pipeline follow the person, as upon a marriage.
func always(cfg string, attributes ...string) string {
	lines := strings.Split(cfg, "\n")
	for i, line := range lines {
		if slices.Contains(attributes, strings.TrimSpace(strings.SplitN(line, "=", 2)[0])) {
			lines[i] = strings.TrimSuffix(line, "}") + ", apply = \"always\" }"
		}
	}
	return strings.Join(lines, "\n")
}

// TestAccEntraPlan_ofAWeek: the plan of a population in which much happens has exactly that.
func TestAccEntraPlan_ofAWeek(t *testing.T) {
	useTenant(t, graph.Options{})
	w := weekOf("e", 1000, 40, 12, 3, []string{"attributes.surname", "display_name", "mail_nickname", "user_principal_name"}, []string{"disabled_for", "enabled", "sessions"})
	cfg := always(cloudPipeline("2026-01-15"), "mailNickname", "userPrincipalName")
	csv := func(text string) config.Variables { return config.Variables{"csv": config.StringVariable(text)} }
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cfg, ConfigVariables: csv(w.before)},
		{Config: cfg, ConfigVariables: csv(w.after),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply:             []plancheck.PlanCheck{showsExactly{"workforce_entra_population.staff", w.plan}},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue("data.workforce_entra_accounts.staff", tfjsonpath.New("report"), words("| lose access | 12 | by HR, all have left;", "| renamed | 3 |", "| new account | 40 |",
				"| other values change | 1,001 | `department`: `Sales` → `Revenue`, for all 1,000 who had it", "## Look at these", "| 1,000 of 1,000 | `department`: `Sales` → `Revenue` | HR: `Dept` |", "## Disabled (12)", "## Renamed (3)", "## Created (40)", "## Updated (1,001)", "1,000 of them change in nothing but"))}},
	}})
}

// TestAccEntraPlan_isReadable reads what a person sees: each change in the plan, and
// below it, where there are too many to find the leavers among them, what they amount to.
func TestAccEntraPlan_isReadable(t *testing.T) {
	useTenant(t, graph.Options{})
	w := weekOf("r", 60, 4, 2, 1, nil, nil)
	dir := t.TempDir()
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	terraform := func(csv string, args ...string) string {
		vars, err := json.Marshal(map[string]string{"csv": csv})
		if err != nil {
			t.Fatal(err)
		}
		write("terraform.tfvars.json", vars)
		out, err := runTerraform(t.Context(), t, dir, args...)
		if err != nil {
			t.Fatalf("terraform %v: %v\n%s", args, err, out)
		}
		return out
	}
	write("main.tf", []byte("terraform {\n  required_providers {\n    workforce = { source = \"workforce/workforce\" }\n  }\n}\n"+always(cloudPipeline("2026-01-15"), "mailNickname", "userPrincipalName")))
	terraform(w.before, "apply", "-auto-approve", "-no-color")
	plan := terraform(w.after, "plan", "-no-color")
	for _, part := range []string{
		`~ department    = "Sales" -> "Revenue"`, `~ enabled             = true -> false`, `~ user_principal_name = "rl82@example.com" -> "rm82@example.com"`, `~ manager             = "r00006" -> "r00009"`, `+ "r00087" = jsonencode`,
		"# (20 unchanged elements hidden)", "Plan: 0 to add, 1 to change, 0 to destroy.",
		"Warning: Access changes", "The accounts of 68 people change:", "- 2 disabled: ", "(r00080)", "(r00081)", "- 1 renamed: ", "(r00082)", "- 4 created: ", "(r00084)", "(r00087)", "- 61 updated: ", "(r00083), and 60 only in what follows", `- "department": "Sales" → "Revenue", for all 60 who had it`, "Look at these first",
	} {
		if !strings.Contains(plan, part) {
			t.Errorf("the plan lacks %q", part)
		}
	}
	if t.Failed() {
		t.Log(plan)
	}
	terraform(w.after, "apply", "-auto-approve", "-no-color")
	if again := terraform(w.after, "plan", "-no-color"); !strings.Contains(again, "No changes.") || strings.Contains(again, "Access changes") {
		t.Errorf("the second plan:\n%s", again)
	}
}

// TestAccADPlan_ofAWeek is the same for Active Directory, with fewer people.
func TestAccADPlan_ofAWeek(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	if err := d.CreateOU(t.Context(), "OU=Leavers,"+ou); err != nil {
		t.Fatal(err)
	}
	w := weekOf("w", 60, 8, 4, 2, []string{"attributes.sn", "common_name", "user_principal_name"}, []string{"container", "disabled_for", "enabled"})
	cfg := always(withoutExchange(pipelineConfig(ou, "[Dept]", "")), "cn", "userPrincipalName")
	csv := func(text string) config.Variables { return config.Variables{"csv": config.StringVariable(text)} }
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cfg, ConfigVariables: csv(w.before)},
		{Config: cfg, ConfigVariables: csv(w.after),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply:             []plancheck.PlanCheck{showsExactly{"workforce_ad_population.staff", w.plan}},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			Check: holds(d, "wl84", "cn", "F84 wM84", "userPrincipalName", "wm84@corp.example.com"),
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue("data.workforce_ad_accounts.staff", tfjsonpath.New("report"), words("| lose access | 4 | by HR, all have left;", "| renamed | 2 |", "| new account | 8 |", "| other values change | 61 |",
				"| 60 of 60 | `department`: `Sales` → `Revenue` | HR: `Dept` |", "## Renamed (2)", "F84 wM84", "60 of them change in nothing but"))}},
	}})
}
