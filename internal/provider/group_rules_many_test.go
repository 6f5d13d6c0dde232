// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// manyGroups is a configuration of a population and of rules for groups, by department.
func manyGroups(t *testing.T, target target, groups map[string]string) (dir string, write func(people)) {
	t.Helper()
	dir, _ = commandLine(t, fmt.Sprintf(`
locals {
  accounts = jsondecode(file("${path.module}/accounts.json"))
  groups   = jsondecode(file("${path.module}/groups.json"))
}
resource "workforce_%[1]s_population" "staff" { accounts = { for id, doc in local.accounts : id => doc } }
resource "workforce_%[1]s_group_rules" "x" {
  accounts = workforce_%[1]s_population.staff.accounts
  rules    = { for group, department in local.groups : group => "[department] = \"${department}\"" }
}
`, target.prefix))
	file := func(name string, v any) {
		raw, err := json.Marshal(v)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	file("groups.json", groups)
	return dir, func(p people) {
		docs := map[string]string{}
		for id, a := range p {
			docs[id] = target.marshal(a)
		}
		file("accounts.json", docs)
	}
}

// affordable is how many requests a plan of many groups may cost.
func affordable(groups, accounts int) int { return groups/20 + accounts/900 + 10 }

// everybodyIn returns n people, spread over departments, of whom the first
// movers have gone one further.
func everybodyIn(n, departments, movers int, account func(id, department string) directory.Account) people {
	p := people{}
	for i := range n {
		at := i
		if i < movers {
			at++
		}
		id := fmt.Sprintf("mg%04d", i)
		p[id] = account(id, fmt.Sprintf("D%d", at%departments))
	}
	return p
}

func TestAccEntraGroupRules_many(t *testing.T) {
	s := useTenant(t, graph.Options{})
	const groups, accounts, movers = 100, 2000, 20
	rules := map[string]string{}
	for i := range groups {
		name := fmt.Sprintf("group-%d", i)
		s.AddGroup(map[string]any{"displayName": name, "mailNickname": name})
		rules[name] = fmt.Sprintf("D%d", i)
	}
	cloud := func(id, department string) directory.Account {
		return cloudPerson(id, id, "department", department)
	}
	dir, write := manyGroups(t, entraTarget, rules)
	write(everybodyIn(accounts, groups, 0, cloud))
	runs(t, dir, true, nil, "apply", "-auto-approve")
	plan := func(words ...string) {
		t.Helper()
		s.ResetStats()
		runs(t, dir, true, words, "plan", "-out=plan.bin")
		if stats := s.Stats(); stats.Requests > affordable(groups, accounts) || stats.Writes > 0 {
			t.Errorf("%d requests, %d writes; a plan of %d groups and %d accounts may cost %d", stats.Requests, stats.Writes, groups, accounts, affordable(groups, accounts))
		}
	}
	plan("No changes")
	write(everybodyIn(accounts, groups, movers, cloud))
	plan("2 to change")
	s.ResetStats()
	runs(t, dir, true, []string{"2 changed"}, "apply", "plan.bin")
	// Each mover leaves one group and joins another, and is written once.
	for call, want := range map[string]int{"PATCH /groups/{id}": movers, "DELETE /groups/{id}/members/{member}/$ref": movers, "PATCH /users/{id}": movers} {
		if err := calls(s, call, want)(nil); err != nil {
			t.Error(err)
		}
	}
	plan("No changes")
}

func TestAccADGroupRules_many(t *testing.T) {
	d, proxy := useProxy(t)
	ou := d.Container(t)
	const groups, accounts, movers = 60, 200, 10
	rules := map[string]string{}
	for i := range groups {
		rules[makeGroup(t, d, ou, fmt.Sprintf("Many %d of mg", i))] = fmt.Sprintf("D%d", i)
	}
	local := func(id, department string) directory.Account {
		return person(ou, id, id, "department", department)
	}
	dir, write := manyGroups(t, activeDirectoryTarget, rules)
	write(everybodyIn(accounts, groups, 0, local))
	runs(t, dir, true, nil, "apply", "-auto-approve")
	plan := func(words ...string) {
		t.Helper()
		proxy.Reset()
		runs(t, dir, true, words, "plan", "-out=plan.bin")
		if n := proxy.Count(samba.Search); n > affordable(groups, accounts) || proxy.Count(samba.Modify) > 0 {
			t.Errorf("%d searches, %d modifies; a plan of %d groups and %d accounts may cost %d", n, proxy.Count(samba.Modify), groups, accounts, affordable(groups, accounts))
		}
	}
	plan("No changes")
	write(everybodyIn(accounts, groups, movers, local))
	plan("2 to change")
	proxy.Reset()
	runs(t, dir, true, []string{"2 changed"}, "apply", "plan.bin")
	// Each mover leaves one group and joins another, and is written once.
	if n := proxy.Count(samba.Modify); n != 3*movers {
		t.Errorf("%d modifies for %d movers, expected three each", n, movers)
	}
	plan("No changes")
}
