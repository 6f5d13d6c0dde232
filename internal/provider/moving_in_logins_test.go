// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// loginFeed is one worker, whose login by HR is ada.
func loginFeed() config.Variables {
	return config.Variables{"csv": config.StringVariable("WorkerID,PreferredNameData,UserID,Active,StatusHireDate\nlogin1,Ada " +
		"One,ada.login1,1,2020-01-01\n")}
}

// TestAccMovingIn_otherLoginsInEntra: an account that carries the worker id and has another principal name than the job gives is
// renamed as it is taken over. Nobody gets a second account.
func TestAccMovingIn_otherLoginsInEntra(t *testing.T) {
	s := useTenant(t, graph.Options{})
	id := s.AddUser(map[string]any{"userPrincipalName": "old@example.com", "displayName": "Ada One", "mailNickname": "old",
		"employeeId": "login1", "accountEnabled": true})
	schema := jobSchema(t, "Azure Active Directory", "employeeId ObjectAddOnly 1 [WorkerID]",
		`userPrincipalName Always 0 Append([UserID], "@example.com")`, "mailNickname Always 0 [UserID]", "displayName Always 0 "+
			"[PreferredNameData]",
		`accountEnabled Always 0 Switch([Active], , "1", "True", "0", "False")`)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: movedIn(schema, "entra", ""), ConfigVariables: loginFeed(), ConfigPlanChecks: settledPlan, Check: func(*terraform.State) error {
			if users := s.Users(); len(users) != 1 || users[0]["id"] != id || users[0]["userPrincipalName"] != "ada.login1@example.com" {
				return fmt.Errorf("the users are %v, want one, with the id %s", users, id)
			}
			return nil
		}},
	}})
}

// TestAccMovingIn_otherLoginsInAD is the same in a domain.
func TestAccMovingIn_otherLoginsInAD(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	if err := d.CreateUser(t.Context(), "CN=Old Name,"+ou, "Passw0rd-of-tests", map[string][]string{"sAMAccountName": {"oldlogin1"},
		"employeeID": {"login1"}}); err != nil {
		t.Fatal(err)
	}
	id := objectGUID(t, d, "oldlogin1")
	schema := jobSchema(t, "Active Directory", "employeeID ObjectAddOnly 1 [WorkerID]", "cn Always 0 [PreferredNameData]",
		"sAMAccountName Always 0 [UserID]",
		"displayName Always 0 [PreferredNameData]", `parentDistinguishedName Always 0 Switch([WorkerID], "`+ou+`", "Nowhere", "`+ou+`")`,
		`accountDisabled Always 0 Switch([Active], , "0", "True", "1", "False")`)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: movedIn(schema, "ad", fmt.Sprintf("owned_containers = [%q]", ou)), ConfigVariables: loginFeed(), ConfigPlanChecks: settledPlan,
			Check: resource.ComposeAggregateTestCheckFunc(gone(d, "oldlogin1"), holds(d, "ada.login1", "cn", "Ada One"),
				func(*terraform.State) error {
					if now := objectGUID(t, d, "ada.login1"); now != id {
						return fmt.Errorf("ada.login1 is the object %s, want %s", now, id)
					}
					return nil
				})},
	}})
}
