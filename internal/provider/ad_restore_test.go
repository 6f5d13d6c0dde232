// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/samba"
)

// useRecyclingDomain is useDomain with a recycle bin.
func useRecyclingDomain(t *testing.T) *samba.Domain {
	t.Helper()
	d := samba.WithRecycleBin(t)
	proxy, err := d.Proxy(samba.ProxyOptions{RecycleBin: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := proxy.Close(); err != nil {
			t.Error(err)
		}
	})
	for name, value := range map[string]string{"URL": proxy.URL(), "CA_CERTIFICATE_FILE": d.CAFile(), "USERNAME": d.AdminUser(), "PASSWORD": d.AdminPassword()} {
		t.Setenv("WORKFORCE_AD_"+name, value)
	}
	return d
}

// identity reads what makes an account the same account.
func identity(d *samba.Domain, login string, into *string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		entries, err := d.Search(context.Background(), "(sAMAccountName="+login+")", "objectGUID", "objectSid")
		if err != nil || len(entries) != 1 {
			return fmt.Errorf("%s: %d accounts, %v", login, len(entries), err)
		}
		now := entries[0].Get("objectGUID") + " " + entries[0].Get("objectSid")
		if *into != "" && *into != now {
			return fmt.Errorf("%s is %s, before it was %s", login, now, *into)
		}
		*into = now
		return nil
	}
}

// returningCSV is the file of a worker who leaves, with names that are no other
// test's, because the deleted hold them.
func returningCSV(left string) string {
	people := strings.NewReplacer(",Li,", ",Lee,", "O'Brien", "Ryan", "Future", "Later")
	return strings.Replace(people.Replace(pipelineCSV), "2020-01-01,,0001,Active", "2020-01-01,"+left+",0001,Active", 1)
}

// returning follows a worker who leaves, whose account is deleted after its
// retention, and who returns; last are the steps in which they do. The account they
// had first is noted in first.
func returning(t *testing.T, d *samba.Domain, first *string, last func(cfg string, csv func(left string) config.Variables) []resource.TestStep) {
	t.Helper()
	ou := d.Container(t)
	if err := d.CreateOU(t.Context(), "OU=Leavers,"+ou); err != nil {
		t.Fatal(err)
	}
	csv := func(left string) config.Variables {
		return config.Variables{"csv": config.StringVariable(returningCSV(left))}
	}
	cfg := withoutExchange(pipelineConfig(ou, "[Dept]", ""))
	var ahead atomic.Int64
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: daysAhead(&ahead), Steps: append([]resource.TestStep{
		{Config: cfg, ConfigVariables: csv(""), ConfigPlanChecks: settledPlan, Check: resource.ComposeAggregateTestCheckFunc(holds(d, "lee2", "cn", "Wei Lee"), identity(d, "lee2", first))},
		{PreConfig: func() {
			mustModify(t, d, "dn: CN=Wei Lee,"+ou+"\nchangetype: modify\nreplace: description\ndescription: by hand\n")
		}, Config: cfg, ConfigVariables: csv("2026-01-14"), ConfigPlanChecks: settledPlan, Check: holds(d, "lee2", "userAccountControl", "514")},
		// Retention is what the domain itself has recorded: 30 days from now.
		{PreConfig: func() { ahead.Store(32) },
			Config:          strings.Replace(cfg, `"2026-01-15"`, `"`+time.Now().AddDate(0, 0, 32).Format(time.DateOnly)+`"`, 1),
			ConfigVariables: csv("2026-01-14"), ConfigPlanChecks: settledPlan, Check: func(*terraform.State) error {
				if left, err := d.Search(context.Background(), "(employeeID=0002)"); err != nil || len(left) > 0 {
					return fmt.Errorf("%d accounts are there, %v", len(left), err)
				}
				return nil
			}},
	}, last(cfg, csv)...)})
}

func TestAccADRestore(t *testing.T) {
	d := useRecyclingDomain(t)
	before := ""
	returning(t, d, &before, func(cfg string, csv func(string) config.Variables) []resource.TestStep {
		rehired := statecheck.ExpectKnownValue("data.workforce_ad_accounts.staff", tfjsonpath.New("rehires"), knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("0002")}))
		next := config.Variables{"csv": config.StringVariable(strings.Replace(returningCSV(""), "0002,Wei,Lee,Sales,2020-01-01", "0002,Wei,Lee,Sales,2026-01-20", 1))}
		kept := []string{"description", "by hand", "cn", "Wei Lee", "department", "Sales"}
		return []resource.TestStep{
			// They start in five days: the same account, disabled until then.
			{Config: cfg, ConfigVariables: next, ConfigPlanChecks: settledPlan, ConfigStateChecks: []statecheck.StateCheck{rehired},
				Check: resource.ComposeAggregateTestCheckFunc(holds(d, "lee2", append(kept, "userAccountControl", "514")...), identity(d, "lee2", &before))},
			{Config: strings.Replace(cfg, `"2026-01-15"`, `"2026-01-20"`, 1), ConfigVariables: next, ConfigPlanChecks: settledPlan,
				Check: resource.ComposeAggregateTestCheckFunc(holds(d, "lee2", append(kept, "userAccountControl", "512")...), identity(d, "lee2", &before))},
		}
	})
	// Deleted by hand: the same account again.
	ou := d.Container(t)
	all := people{"r1": person(ou, "r1", "R One", "title", "Clerk")}
	same := ""
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: populationConfig(), ConfigVariables: all.variables(), Check: identity(d, "r1", &same)},
		{PreConfig: func() { mustDelete(t, d, "CN=R One,"+ou) }, Config: populationConfig(), ConfigVariables: all.variables(), ConfigPlanChecks: settledPlan, Check: identity(d, "r1", &same)},
		{PreConfig: func() { mustDelete(t, d, "CN=R One,"+ou) }, Config: strings.Replace(populationConfig(), "var.accounts\n", "var.accounts\n  restore_deleted = false\n", 1), ConfigVariables: all.variables(), ConfigPlanChecks: settledPlan,
			Check: func(s *terraform.State) error {
				if identity(d, "r1", &same)(s) == nil {
					return fmt.Errorf("the account was restored")
				}
				return nil
			}},
	}})
}

// Without a recycle bin, a worker who returns gets a new account, and is told why.
func TestAccADRestore_withoutRecycleBin(t *testing.T) {
	d := useDomain(t)
	before := ""
	returning(t, d, &before, func(cfg string, csv func(string) config.Variables) []resource.TestStep {
		return []resource.TestStep{{Config: cfg, ConfigVariables: csv(""), ConfigPlanChecks: settledPlan,
			Check: holds(d, "lee3", "userAccountControl", "512", "description", "", "cn", "Wei Lee", "employeeID", "0002"),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.workforce_ad_accounts.staff", tfjsonpath.New("warnings"), knownvalue.ListPartial(map[int]knownvalue.Check{1: knownvalue.StringRegexp(regexp.MustCompile("recycle bin"))})),
			}}}
	})
}
