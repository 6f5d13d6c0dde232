// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

const sinceProperty = "onPremisesExtensionAttributes/extensionAttribute15"

// useTenant starts a tenant and points the provider at it.
func useTenant(t *testing.T, o graph.Options) *graph.Server {
	t.Helper()
	s, err := graph.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, s.CAPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"TENANT_ID": s.TenantID(), "CLIENT_ID": s.ClientID(), "CLIENT_SECRET": s.ClientSecret(), "GRAPH_ENDPOINT": s.URL(), "AUTHORITY_HOST": s.URL(),
		"CA_CERTIFICATE_FILE": ca, "DISABLED_SINCE_ATTRIBUTE": sinceProperty,
	} {
		t.Setenv("WORKFORCE_ENTRA_"+name, value)
	}
	return s
}

// cloudPerson returns a user for tests; more are pairs of attribute and value.
func cloudPerson(id, name string, more ...string) directory.Account {
	a := directory.Account{Enabled: true, Attributes: map[string]directory.Value{
		"userPrincipalName": {id + "@example.com"}, "mailNickname": {id}, "displayName": {name}, "employeeId": {id},
	}}
	for i := 0; i < len(more); i += 2 {
		a.Attributes[more[i]] = nil
		if more[i+1] != "" {
			a.Attributes[more[i]] = directory.Value{more[i+1]}
		}
	}
	return a
}

// cloudVariables passes users as documents.
func (p people) cloudVariables() config.Variables {
	docs := map[string]config.Variable{}
	for id, a := range p {
		docs[id] = config.StringVariable(entraTarget.marshal(a))
	}
	return config.Variables{"accounts": config.MapVariable(docs)}
}

// cloudConfig is the population with the accounts of a variable, and more arguments.
func cloudConfig(arguments string) string {
	return "variable \"accounts\" { type = map(string) }\nresource \"workforce_entra_population\" \"staff\" {\n  accounts = var.accounts\n" + arguments + "}\n"
}

// cloudStep applies users and expects that nothing is left to do.
func cloudStep(p people, checks ...resource.TestCheckFunc) resource.TestStep {
	return resource.TestStep{Config: cloudConfig(""), ConfigVariables: p.cloudVariables(), Check: resource.ComposeAggregateTestCheckFunc(checks...), ConfigPlanChecks: settledPlan}
}

var settledPlan = resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}

// user checks what the tenant holds of a user: pairs of property and value as
// JSON, "null" for none.
func userHolds(s *graph.Server, upn string, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		u := s.User(upn)
		if u == nil {
			return fmt.Errorf("no user %s", upn)
		}
		for i := 0; i < len(want); i += 2 {
			have, err := json.Marshal(u[want[i]])
			if err != nil || string(have) != want[i+1] {
				return fmt.Errorf("%s: %s is %s, expected %s", upn, want[i], have, want[i+1])
			}
		}
		return nil
	}
}

// calls checks how often Graph was called in one way.
func calls(s *graph.Server, name string, want int) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if n := s.Stats().Calls(name); n != want {
			return fmt.Errorf("%s: %d calls, expected %d", name, n, want)
		}
		return nil
	}
}
