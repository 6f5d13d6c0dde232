// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/sandbox/memdir"
)

// useControllers starts two controllers of one domain, which copy nothing by themselves: the
// test decides when a change arrives.
func useControllers(t *testing.T) (one, two *memdir.Server) {
	t.Helper()
	servers := make([]*memdir.Server, 2)
	for i := range servers {
		s, err := memdir.Start("OU=Staff," + memdir.Base)
		if err != nil {
			t.Fatal(err)
		}
		s.EnableRecycleBin()
		s.SetHost(fmt.Sprintf("dc%d.corp.example.com", i+1))
		t.Cleanup(s.Close)
		servers[i] = s
	}
	t.Setenv("WORKFORCE_AD_CA_CERTIFICATE_PEM", servers[0].CAPEM()+servers[1].CAPEM())
	t.Setenv("WORKFORCE_AD_USERNAME", "admin")
	t.Setenv("WORKFORCE_AD_PASSWORD", "made up, opens nothing")
	return servers[0], servers[1]
}

// TestAccADPopulation_replicationLag: the controller that was written to is used again while it
// is there. Another one that does not have the accounts yet stops the run, and creates nobody.
func TestAccADPopulation_replicationLag(t *testing.T) {
	one, two := useControllers(t)
	in := "OU=Staff," + memdir.Base
	all := people{"w1": person(in, "w1", "Ada Byron")}
	more := people{"w1": person(in, "w1", "Ada Byron", "department", "IT")}
	order := func(urls string) func() {
		return func() { t.Setenv("WORKFORCE_AD_URL", urls) }
	}
	untouched := func(*terraform.State) error {
		if two.Adds.Load()+two.Modifies.Load() > 0 {
			return fmt.Errorf("the second controller was written to: %d additions, %d changes", two.Adds.Load(), two.Modifies.Load())
		}
		return nil
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{PreConfig: order(one.URL()), Config: populationConfig(), ConfigVariables: all.variables(), ConfigPlanChecks: settledPlan},
		// The second one stands first and is healthy, but does not know the account.
		{PreConfig: order(two.URL() + "," + one.URL()), Config: populationConfig(), ConfigVariables: more.variables(), ConfigPlanChecks: settledPlan, Check: untouched},
		{PreConfig: order(two.URL()), Config: populationConfig(), ConfigVariables: all.variables(),
			ExpectError: wordsInOrder("A domain controller does not have accounts that exist", "dc1.corp.example.com", "dc2.corp.example.com", "worker w1", "replicated")},
		// The account has arrived, with the identity that it has on the first.
		{PreConfig: func() {
			if err := untouched(nil); err != nil {
				t.Error(err)
			}
			two.PutUser("CN=Ada Byron,"+in, map[string]string{"sAMAccountName": "w1", "userPrincipalName": "w1@corp.example.com", "employeeID": "w1", "displayName": "Ada Byron"})
		}, Config: populationConfig(), ConfigVariables: all.variables(), ConfigPlanChecks: settledPlan},
	}})
}
