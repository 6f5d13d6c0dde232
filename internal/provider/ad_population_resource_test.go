// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// person returns an account for tests; more are pairs of attribute and value.
// A worker id is the person's login as well.
func person(container, id, cn string, more ...string) directory.Account {
	a := directory.Account{Container: container, Enabled: true, Attributes: map[string]directory.Value{
		"cn": {cn}, "sAMAccountName": {id}, "userPrincipalName": {id + "@corp.example.com"}, "employeeID": {id}, "displayName": {cn},
	}}
	for i := 0; i < len(more); i += 2 {
		a.Attributes[more[i]] = nil
		if more[i+1] != "" {
			a.Attributes[more[i]] = directory.Value{more[i+1]}
		}
	}
	return a
}

// population is a test's accounts, by worker id.
type people map[string]directory.Account

// variables passes the accounts as documents.
func (p people) variables() config.Variables {
	docs := map[string]config.Variable{}
	for id, a := range p {
		docs[id] = config.StringVariable(activeDirectoryTarget.marshal(a))
	}
	return config.Variables{"accounts": config.MapVariable(docs)}
}

// with returns a copy in which one account is changed.
func (p people) with(id string, change func(*directory.Account)) people {
	out := people{}
	for key, a := range p {
		out[key] = a.Clone()
	}
	a := out[id]
	change(&a)
	out[id] = a
	return out
}

func (p people) without(id string) people {
	out := p.with(id, func(*directory.Account) {})
	delete(out, id)
	return out
}

// populationConfig is the resource with the accounts of a variable.
func populationConfig() string {
	return "variable \"accounts\" { type = map(string) }\nresource \"workforce_ad_population\" \"staff\" {\n  accounts = var.accounts\n}\n"
}

// holds checks, with a client that is not ours, what the domain holds of an
// account: pairs of attribute and value, "" for none.
func holds(d *samba.Domain, login string, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		names := []string{}
		for i := 0; i < len(want); i += 2 {
			names = append(names, want[i])
		}
		entries, err := d.Search(context.Background(), "(sAMAccountName="+login+")", names...)
		if err != nil || len(entries) != 1 {
			return fmt.Errorf("%s: found %d accounts (%v), expected one", login, len(entries), err)
		}
		for i := 0; i < len(want); i += 2 {
			have := strings.Join(entries[0].Values(want[i]), "|")
			if want[i] == "dn" {
				have = entries[0].DN
			}
			if have != want[i+1] {
				return fmt.Errorf("%s: %s is %q, expected %q", login, want[i], have, want[i+1])
			}
		}
		return nil
	}
}

const hostile = `O'Brien, Zoë "Z" #1 \ + ; < > 🦆`

func TestAccADPopulation_lifeOfAPopulation(t *testing.T) {
	d := useDomain(t)
	ou, leavers := d.Container(t), d.Container(t)
	all := people{
		"p1": person(ou, "p1", "Ada Byron", "manager", "p3", "department", "Sales", "title", "Clerk"),
		"p2": person(ou, "p2", hostile, "manager", "p1", "givenName", " Zoë", "proxyAddresses", "SMTP:p2@example.com"),
		"p3": person(ou, "p3", strings.Repeat("x", 64), "manager", "p2", "c", "DE", "co", "Germany", "countryCode", "276"),
	}
	moved := all.with("p1", func(a *directory.Account) {
		a.Attributes["department"], a.Attributes["title"], a.Attributes["cn"] = directory.Value{"Marketing"}, nil, directory.Value{"Ada King"}
	}).with("p3", func(a *directory.Account) { a.Container, a.Enabled = leavers, false })
	dn := func(cn, container string) string { return "CN=" + activedirectory.EscapeDN(cn) + "," + container }
	step := func(p people, checks ...resource.TestCheckFunc) resource.TestStep {
		return resource.TestStep{Config: populationConfig(), ConfigVariables: p.variables(), Check: resource.ComposeAggregateTestCheckFunc(checks...),
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			step(all,
				holds(d, "p1", "department", "Sales", "manager", dn(strings.Repeat("x", 64), ou), "userAccountControl", "512", "pwdLastSet", "0"),
				holds(d, "p2", "cn", hostile, "manager", dn("Ada Byron", ou), "givenName", " Zoë"),
				holds(d, "p3", "c", "DE", "countryCode", "276")),
			step(moved,
				holds(d, "p1", "department", "Marketing", "title", "", "cn", "Ada King"),
				holds(d, "p2", "manager", dn("Ada King", ou)),
				holds(d, "p3", "dn", dn(strings.Repeat("x", 64), leavers), "userAccountControl", "514")),
			{ // drift: changed, moved and disabled by hand
				PreConfig: func() {
					mustModify(t, d, "dn: "+dn("Ada King", ou)+"\nchangetype: modify\nreplace: department\ndepartment: Hacked\n-\nreplace: userAccountControl\nuserAccountControl: 66050\n\n"+
						"dn: "+dn("Ada King", ou)+"\nchangetype: modrdn\nnewrdn: CN=Ada King\ndeleteoldrdn: 1\nnewsuperior: "+leavers+"\n")
				},
				Config: populationConfig(), ConfigVariables: moved.variables(),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectNonEmptyPlan()}},
				// The flag that somebody else set (password never expires, 65536) stays.
				Check: holds(d, "p1", "department", "Marketing", "userAccountControl", "66048", "dn", dn("Ada King", ou)),
			},
			{ // deleted by hand: made again
				PreConfig: func() { mustDelete(t, d, dn("Ada King", ou)) },
				Config:    populationConfig(), ConfigVariables: moved.variables(),
				Check: resource.ComposeAggregateTestCheckFunc(holds(d, "p1", "department", "Marketing"), holds(d, "p2", "manager", dn("Ada King", ou))),
			},
			// No document any more: disabled, and left where it is.
			step(moved.without("p1"), holds(d, "p1", "userAccountControl", "514", "dn", dn("Ada King", ou))),
			// Back again: taken over by the worker id, enabled.
			step(moved, holds(d, "p1", "userAccountControl", "512")),
		},
		CheckDestroy: resource.ComposeAggregateTestCheckFunc(holds(d, "p1", "userAccountControl", "512"), holds(d, "p3", "userAccountControl", "514")),
	})
}

func mustModify(t *testing.T, d *samba.Domain, ldif string) {
	t.Helper()
	if err := d.Modify(t.Context(), ldif); err != nil {
		t.Fatal(err)
	}
}

func mustDelete(t *testing.T, d *samba.Domain, dn string) {
	t.Helper()
	if err := d.Delete(t.Context(), dn); err != nil {
		t.Fatal(err)
	}
}

func TestAccADPopulation_failsAtPlan(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	if err := d.CreateUser(t.Context(), "CN=Taken,"+ou, "Passw0rd-of-tests", map[string][]string{"sAMAccountName": {"taken"}, "employeeID": {"other"}}); err != nil {
		t.Fatal(err)
	}
	if err := d.CreateUser(t.Context(), "CN=Unconnected,"+ou, "Passw0rd-of-tests", map[string][]string{"sAMAccountName": {"unconnected"}}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		accounts people
		want     []string
	}{
		"missing container":    {people{"q1": person("OU=Nowhere,"+ou, "q1", "Q One")}, []string{"OU=Nowhere", "does not exist"}},
		"too long a value":     {people{"q1": person(ou, "q1", "Q One", "department", strings.Repeat("d", 65))}, []string{"department", "65 characters", "at most 64"}},
		"unknown attribute":    {people{"q1": person(ou, "q1", "Q One", "departmant", "x")}, []string{"departmant", "did you mean department"}},
		"read-only attribute":  {people{"q1": person(ou, "q1", "Q One", "whenCreated", "20260101000000.0Z")}, []string{"whenCreated", "cannot be", "set"}},
		"two people, one name": {people{"q1": person(ou, "q1", "Same"), "q2": person(ou, "q2", "Same")}, []string{"cn", "Same", "q1", "q2"}},
		"login of another":     {people{"q1": person(ou, "taken", "Q One")}, []string{"taken", "CN=Taken", "other"}},
		"not taken over":       {people{"q1": person(ou, "unconnected", "Q One")}, []string{"unconnected", "adopt_existing", "always"}},
	} {
		t.Run(name, func(t *testing.T) {
			if a := c.accounts["q1"]; len(c.accounts) == 1 {
				a.Attributes["employeeID"] = directory.Value{"q1"}
			}
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: testProviders,
				Steps:                    []resource.TestStep{{Config: populationConfig(), ConfigVariables: c.accounts.variables(), PlanOnly: true, ExpectError: wordsInOrder(c.want...)}},
			})
		})
	}
}

func TestAccADPopulation_invalidDocuments(t *testing.T) {
	useDomain(t)
	for doc, want := range map[string][]string{
		`{`:                {"Worker \"1\"", "not an account document"},
		`{"enabled":true}`: {"container", "missing"},
		`{"enabled":"yes","container":"OU=x","common_name":"x","sam_account_name":"x"}`:                         {"enabled", "yes"},
		`{"enabled":true,"container":"OU=x","common_name":"x","sam_account_name":"x","attributes":{"title":7}}`: {"title", "7", "string"},
		`{"enabled":true,"container":"OU=x","common_name":"x","sam_account_name":"x","attributes":{"cn":"y"}}`:  {"cn", "common_name"},
		`{"enabled":true,"container":"OU=x","common_name":"x","sam_account_name":"x","login":"y"}`:              {"login", "unknown key"},
	} {
		resource.Test(t, resource.TestCase{
			ProtoV6ProviderFactories: testProviders,
			Steps: []resource.TestStep{{
				Config:          populationConfig(),
				ConfigVariables: config.Variables{"accounts": config.MapVariable(map[string]config.Variable{"1": config.StringVariable(doc)})},
				PlanOnly:        true, ExpectError: wordsInOrder(want...),
			}},
		})
	}
}

func TestAccADPopulation_unknownAccountsAreRefused(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	unknown := func(more string) string {
		return `
resource "terraform_data" "later" { input = ` + fmt.Sprintf("%q", activeDirectoryTarget.marshal(person(ou, "u1", "U One"))) + ` }
resource "workforce_ad_population" "staff" {
  accounts = { u1 = terraform_data.later.output }
` + more + `
}`
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: unknown(""), ExpectError: wordsInOrder("cannot be reviewed", "locals { rules =", "allow_unreviewed")},
			{Config: unknown("allow_unreviewed = true"), Check: holds(d, "u1", "cn", "U One")},
		},
	})
}

func TestAccADPopulation_import(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	all := people{"i1": person(ou, "i1", "I One", "department", "Sales"), "i2": person(ou, "i2", "I Two", "manager", "i1")}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: populationConfig(), ConfigVariables: all.variables()},
			{
				Config: populationConfig(), ConfigVariables: all.variables(), ResourceName: "workforce_ad_population.staff", ImportState: true, ImportStateId: ou,
				ImportStateCheck: func(states []*terraform.InstanceState) error {
					if len(states) != 1 || states[0].Attributes["accounts.%"] != "2" || !strings.Contains(states[0].Attributes["accounts.i2"], `"manager":"i1"`) {
						return fmt.Errorf("imported %v", states)
					}
					return nil
				},
			},
			{Config: populationConfig(), ConfigVariables: all.variables(), ResourceName: "workforce_ad_population.staff", ImportState: true, ImportStateId: "OU=Nowhere," + ou, ExpectError: wordsInOrder("does not exist")},
		},
	})
}

// TestAccADPopulation_conversion: a contractor becomes an employee, with a new
// worker id and the same account. Nobody is disabled on the way.
func TestAccADPopulation_conversion(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	contractor := person(ou, "v1", "V One", "employeeType", "Contractor")
	employee := contractor.Clone()
	employee.Attributes["employeeID"], employee.Attributes["employeeType"] = directory.Value{"E-1"}, directory.Value{"Employee"}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: populationConfig(), ConfigVariables: people{"v1": contractor}.variables()},
			{Config: populationConfig(), ConfigVariables: people{"E-1": employee}.variables(), Check: holds(d, "v1", "employeeID", "E-1", "employeeType", "Employee", "userAccountControl", "512"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		},
	})
}

// TestAccADPopulation_betweenPopulations: people who change from one part of
// a divided population to another stay enabled, in whatever order the parts
// are applied.
func TestAccADPopulation_betweenPopulations(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	cfg := func(germany, france people) string {
		part := func(name string, p people) string {
			text := "resource \"workforce_ad_population\" \"" + name + "\" {\n  accounts = {\n"
			for id, a := range p {
				text += fmt.Sprintf("    %s = %q\n", id, activeDirectoryTarget.marshal(a))
			}
			return text + "  }\n}\n"
		}
		return part("germany", germany) + part("france", france)
	}
	one, two := person(ou, "w1", "W One", "l", "Berlin"), person(ou, "w2", "W Two", "l", "Paris")
	oneMoved, twoMoved := one.Clone(), two.Clone()
	oneMoved.Attributes["l"], twoMoved.Attributes["l"] = directory.Value{"Paris"}, directory.Value{"Berlin"}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: cfg(people{"w1": one}, people{"w2": two})},
			{Config: cfg(people{"w2": twoMoved}, people{"w1": oneMoved}),
				Check:            resource.ComposeAggregateTestCheckFunc(holds(d, "w1", "l", "Paris", "userAccountControl", "512"), holds(d, "w2", "l", "Berlin", "userAccountControl", "512")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		},
	})
}

// TestAccADPopulation_deletionNeedsRetention: an account that is enabled, or has not been
// disabled for long enough, is disabled rather than deleted, and no reason to fail.
func TestAccADPopulation_deletionNeedsRetention(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	both := people{"x1": person(ou, "x1", "X One"), "x2": person(ou, "x2", "X Two")}
	disabled := both.with("x1", func(a *directory.Account) { a.Enabled = false })
	cfg := func(days int) string {
		return strings.Replace(populationConfig(), "accounts = var.accounts", fmt.Sprintf("accounts = var.accounts\n  on_removal = \"delete\"\n  max_removals = \"1\"\n  retention_days = %d", days), 1)
	}
	gone := func(*terraform.State) error {
		if _, found, err := d.Lookup(context.Background(), "CN=X One,"+ou); found || err != nil {
			return fmt.Errorf("the account is there: %t, %v", found, err)
		}
		return nil
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: cfg(30), ConfigVariables: both.variables()},
			{Config: cfg(30), ConfigVariables: both.without("x1").variables(), Check: holds(d, "x1", "userAccountControl", "514"), ConfigPlanChecks: settledPlan},
			// Taken over again, and changed.
			{Config: cfg(30), ConfigVariables: disabled.with("x1", func(a *directory.Account) { a.Attributes["title"] = directory.Value{"Clerk"} }).variables()},
			{Config: cfg(0), ConfigVariables: people{}.variables(), ExpectError: wordsInOrder("Too many accounts", "2 of 2 accounts", "max_removals is 1")},
			{Config: cfg(0), ConfigVariables: disabled.without("x1").variables(), Check: gone, ConfigPlanChecks: settledPlan},
		},
	})
}
