// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

func userConfig(container, more string) string {
	return fmt.Sprintf(`
resource "workforce_ad_user" "x" {
  container           = %q
  common_name         = "O'Brien, Zoë"
  sam_account_name    = "zoe"
  user_principal_name = "zoe@corp.example.com"
%s
}
`, container, more)
}

func TestAccADUser_writtenByHand(t *testing.T) {
	d := useDomain(t)
	ou, other := d.Container(t), d.Container(t)
	same := resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	inPlace := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction("workforce_ad_user.x", plancheck.ResourceActionUpdate)}}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{
				Config: userConfig(ou, `
  attributes = {
    employeeID     = "z1"
    givenName      = "Zoë"
    title          = "Clerk"
    accountExpires = "2031-03-31T22:00:00Z"
    proxyAddresses = ["SMTP:zoe@example.com", "smtp:zo@example.com"]
    pager          = null
  }
  password_wo                   = "Correct-horse-7-battery"
  password_wo_version           = 1
  change_password_at_next_logon = false
`),
				ConfigPlanChecks: same,
				Check: resource.ComposeAggregateTestCheckFunc(
					holds(d, "zoe", "title", "Clerk", "userAccountControl", "512"),
					func(*terraform.State) error {
						return d.Bind(t.Context(), "zoe@corp.example.com", "Correct-horse-7-battery")
					},
				),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("workforce_ad_user.x", tfjsonpath.New("distinguished_name"), knownvalue.StringExact(`CN=O'Brien\, Zoë,`+ou)),
					statecheck.ExpectKnownValue("workforce_ad_user.x", tfjsonpath.New("password_wo"), knownvalue.Null()),
				},
			},
			{
				Config: userConfig(other, `
  enabled                = false
  password_never_expires = true
  account_not_delegated  = true
  smart_card_required    = false
  trusted_for_delegation = false
  attributes = {
    employeeID     = "z1"
    title          = ""
    accountExpires = "never"
    proxyAddresses = ["SMTP:zoe@example.com"]
  }
  password_wo                   = "Another-horse-7-battery"
  password_wo_version           = 2
  change_password_at_next_logon = false
`),
				ConfigPlanChecks: inPlace,
				Check: holds(d, "zoe", "title", "", "givenName", "Zoë", "userAccountControl", "1114626", "proxyAddresses",
					"SMTP:zoe@example.com"),
			},
			{Config: userConfig(other, `
  attributes = { employeeID = "z1" }
`), Check: resource.ComposeAggregateTestCheckFunc(
				holds(d, "zoe", "userAccountControl", "1114624"),
				func(*terraform.State) error {
					return d.Bind(t.Context(), "zoe@corp.example.com", "Another-horse-7-battery")
				},
			)},
			{ResourceName: "workforce_ad_user.x", ImportState: true, ImportStateId: "zoe@corp.example.com", ImportStateVerify: true,
				ImportStateVerifyIgnore: []string{"attributes", "password_wo_version", "on_destroy", "retention_days", "adopt_existing", "restore_deleted", "allow_unreviewed", "change_password_at_next_logon", "manager"}},
		},
		// Destroying disables.
		CheckDestroy: holds(d, "zoe", "userAccountControl", "1114626"),
	})
}

func TestAccADUser_documents(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	// Managers in a cycle, each created by a resource of its own.
	cfg := func(p people) string {
		text := ""
		for id, a := range p {
			text += fmt.Sprintf("resource \"workforce_ad_user\" %q {\n  account = %q\n}\n", id, activeDirectoryTarget.marshal(a))
		}
		return text
	}
	all := people{"d1": person(ou, "d1", "D One", "manager", "d2"), "d2": person(ou, "d2", "D Two", "manager", "d3"), "d3": person(ou, "d3", "D Three", "manager", "d1")}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: cfg(all), ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
				Check: resource.ComposeAggregateTestCheckFunc(holds(d, "d1", "manager", "CN=D Two,"+ou), holds(d, "d2", "manager", "CN=D Three,"+ou), holds(d, "d3", "manager", "CN=D One,"+ou))},
			{Config: cfg(all.without("d1")), Check: holds(d, "d1", "userAccountControl", "514")},
		},
	})
}

func TestAccADUser_invalidConfiguration(t *testing.T) {
	useDomain(t)
	for name, c := range map[string]struct {
		config string
		want   []string
	}{
		"nothing":        {`resource "workforce_ad_user" "x" {}`, []string{"Missing argument", "required"}},
		"both":           {"resource \"workforce_ad_user\" \"x\" {\n account = \"{}\"\n common_name = \"x\"\n}", []string{"common_name"}},
		"document twice": {"resource \"workforce_ad_user\" \"x\" {\n account = \"{}\"\n enabled = true\n}", []string{"enabled", "account"}},
		"a number":       {userConfig("OU=x", "attributes = { title = 7 }"), []string{"title", "in quotes"}},
		"not an object":  {userConfig("OU=x", "attributes = \"title\""), []string{"Expected an object"}},
		"own argument":   {userConfig("OU=x", "attributes = { cn = \"x\" }"), []string{"cn", "argument"}},
	} {
		t.Run(name, func(t *testing.T) {
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{{Config: c.config, PlanOnly: true, ExpectError: wordsInOrder(c.want...)}}})
		})
	}
}
