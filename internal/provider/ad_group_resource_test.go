// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/samba"
)

func groupConfig(name, container, more string) string {
	return fmt.Sprintf("resource \"workforce_ad_group\" \"x\" {\n  name = %q\n  container = %q\n%s\n}\n", name, container, more)
}

// absent checks that nothing is at a path.
func absent(d *samba.Domain, dn string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if _, ok, err := d.Lookup(context.Background(), dn, "cn"); err != nil || ok {
			return fmt.Errorf("%s is still there (%v)", dn, err)
		}
		return nil
	}
}

func TestAccADGroup_life(t *testing.T) {
	d := useDomain(t)
	ou, other := d.Container(t), d.Container(t)
	makeUsers(t, d, ou, "gl1", "gl2")
	const name = "workforce_ad_group.x"
	const hostileName = `Größe, "Müller" + Söhne II`
	inPlace := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(name, plancheck.ResourceActionUpdate)}, PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	sameID := statecheck.CompareValue(compare.ValuesSame())
	keep := func(more ...statecheck.StateCheck) []statecheck.StateCheck {
		return append(more, sameID.AddStateValue(name, tfjsonpath.New("sid")))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: groupConfig(hostileName, ou, "description = \"First\"\n managed_by = \"gl1\""), ConfigPlanChecks: samePlan,
				ConfigStateChecks: keep(statecheck.ExpectKnownValue(name, tfjsonpath.New("sam_account_name"), knownvalue.StringExact("Größe Müller  Söhne II"))),
				Check:             holds(d, "Größe Müller  Söhne II", "cn", hostileName, "description", "First", "groupType", "-2147483646", "managedBy", "CN=gl1,"+ou)},
			{ResourceName: name, ImportState: true, ImportStateIdFunc: idOf(name, "distinguished_name"), ImportStateVerify: true, ImportStateVerifyIgnore: []string{"managed_by"}},
			{ResourceName: name, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"managed_by"}},
			{Config: groupConfig("Renamed", other, "sam_account_name = \"gl-renamed\"\n scope = \"domain_local\"\n category = \"distribution\"\n description = \"\"\n mail = \"gl@example.com\"\n managed_by = \"gl2@corp.example.com\""),
				ConfigPlanChecks: inPlace, ConfigStateChecks: keep(),
				Check: holds(d, "gl-renamed", "dn", "CN=Renamed,"+other, "description", "", "groupType", "4", "mail", "gl@example.com", "managedBy", "CN=gl2,"+ou)},
			{ // Drift by hand, and what is not managed stays.
				PreConfig: func() {
					if err := d.Modify(t.Context(), "dn: CN=Renamed,"+other+"\nchangetype: modify\nreplace: description\ndescription: By hand\n-\nreplace: mail\nmail: hand@example.com\n"); err != nil {
						t.Fatal(err)
					}
				},
				Config: groupConfig("Renamed", other, "sam_account_name = \"gl-renamed\"\n scope = \"global\"\n mail = \"gl@example.com\""), ConfigPlanChecks: inPlace, ConfigStateChecks: keep(),
				Check: holds(d, "gl-renamed", "description", "By hand", "mail", "gl@example.com", "groupType", "-2147483646", "managedBy", "CN=gl2,"+ou),
			},
			{PreConfig: func() { mustDelete(t, d, "CN=Renamed,"+other) }, Config: groupConfig("Renamed", other, "force_destroy = true"), ConfigPlanChecks: samePlan, Check: holds(d, "Renamed", "groupType", "-2147483646")},
			{PreConfig: func() { editMembers(t, d, "CN=Renamed,"+other, "add", "CN=gl1,"+ou) }, Config: groupConfig("Renamed", other, ""), ConfigPlanChecks: inPlace},
			{Config: groupConfig("Renamed", other, ""), Destroy: true, ExpectError: wordsInOrder("The group was not deleted", "1 member", "force_destroy")},
			{PreConfig: func() { editMembers(t, d, "CN=Renamed,"+other, "delete", "CN=gl1,"+ou) }, Config: groupConfig("Renamed", other, "")},
		},
		CheckDestroy: absent(d, "CN=Renamed,"+other),
	})
}

func TestAccADGroup_failsAtPlan(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	makeGroup(t, d, ou, "Taken of gp")
	for name, c := range map[string]struct {
		config string
		want   []string
	}{
		"no container":     {groupConfig("x", "OU=Gone,"+ou, ""), []string{"does not exist", "Create it first"}},
		"not a container":  {groupConfig("x", "Staff", ""), []string{"Invalid container", "Staff"}},
		"name taken":       {groupConfig("Taken of gp", ou, "sam_account_name = \"gp-free\""), []string{"taken", "Taken of gp"}},
		"login taken":      {groupConfig("Free", ou, "sam_account_name = \"taken of GP\""), []string{"taken", "Taken of gp"}},
		"login not valid":  {groupConfig("Free", ou, "sam_account_name = \"a,b\""), []string{"sam_account_name", "a,b"}},
		"scope":            {groupConfig("Free", ou, "scope = \"local\""), []string{"scope", "domain_local"}},
		"nobody's manager": {groupConfig("Free", ou, "managed_by = \"nobody\"") + "# at apply", []string{"nobody", "Create the account first"}},
	} {
		t.Run(name, func(t *testing.T) {
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{{Config: c.config, PlanOnly: name != "nobody's manager", ExpectError: wordsInOrder(c.want...)}}})
		})
	}
}

func unitConfig(name, container, more string) string {
	return fmt.Sprintf("resource \"workforce_ad_organizational_unit\" \"x\" {\n  name = %q\n  container = %q\n%s\n}\n", name, container, more)
}

func TestAccADOrganizationalUnit_life(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	const name = "workforce_ad_organizational_unit.x"
	const unprotected = "protect_from_deletion = false"
	below := "OU=B,OU=A," + ou
	sameID := statecheck.CompareValue(compare.ValuesSame())
	keep := func(more ...statecheck.StateCheck) []statecheck.StateCheck {
		return append(more, sameID.AddStateValue(name, tfjsonpath.New("id")))
	}
	protectedIs := func(want bool) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(name, tfjsonpath.New("protect_from_deletion"), knownvalue.Bool(want))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: unitConfig("Größe, Süd", below, ""), PlanOnly: true, ExpectError: wordsInOrder("does not exist", "create_parents")},
			{Config: unitConfig("Größe, Süd", below, "create_parents = true\n description = \"First\""), ConfigPlanChecks: samePlan, ConfigStateChecks: keep(protectedIs(true)),
				Check: func(*terraform.State) error {
					if d.Delete(t.Context(), `OU=Größe\, Süd,`+below) == nil {
						return fmt.Errorf("it could be deleted")
					}
					return nil
				}},
			{ResourceName: name, ImportState: true, ImportStateIdFunc: idOf(name, "distinguished_name"), ImportStateVerify: true, ImportStateVerifyIgnore: []string{"create_parents"}},
			{Config: unitConfig("Größe, Süd", below, "create_parents = true"), Destroy: true, ExpectError: wordsInOrder("Refusing to delete a protected organizational unit", "protect_from_deletion")},
			{Config: unitConfig("Nord", ou, ""), ConfigPlanChecks: samePlan, ConfigStateChecks: keep(protectedIs(true))},
			{Config: unitConfig("Nord", ou, unprotected), ConfigPlanChecks: samePlan, ConfigStateChecks: keep(protectedIs(false))},
			{PreConfig: func() { makeUsers(t, d, "OU=Nord,"+ou, "ul1") }, Config: unitConfig("Nord", ou, unprotected), Destroy: true, ExpectError: wordsInOrder("was not deleted", "1 object", "CN=ul1")},
			{ // Deleted by hand: planned anew.
				PreConfig: func() { mustDelete(t, d, "OU=Nord,"+ou) },
				Config:    unitConfig("Nord", ou, unprotected), ConfigPlanChecks: samePlan,
			},
		},
		CheckDestroy: absent(d, "OU=Nord,"+ou),
	})
}

// TestAccADGroup_togetherWithItsUnit creates a unit, a group in it and the
// group's members in one run: the paths are known at plan.
func TestAccADGroup_togetherWithItsUnit(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	makeUsers(t, d, ou, "gt1")
	config := func(unit string) string {
		return fmt.Sprintf(`
resource "workforce_ad_organizational_unit" "x" {
  name                  = %q
  container             = "OU=Parent,%s"
  create_parents        = true
  protect_from_deletion = false
}
resource "workforce_ad_group" "x" {
  name      = "Together"
  container = workforce_ad_organizational_unit.x.distinguished_name
}
resource "workforce_ad_group_members" "x" {
  group   = workforce_ad_group.x.id
  members = ["gt1"]
}
`, unit, ou)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: config("One"), Check: hasMembers(d, "CN=Together,OU=One,OU=Parent,"+ou, "gt1"), ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{plancheck.ExpectKnownValue("workforce_ad_group.x", tfjsonpath.New("distinguished_name"), knownvalue.StringExact("CN=Together,OU=One,OU=Parent,"+ou))}, PostApplyPostRefresh: samePlan.PostApplyPostRefresh}},
			{Config: config("Two"), Check: hasMembers(d, "CN=Together,OU=Two,OU=Parent,"+ou, "gt1"), ConfigPlanChecks: samePlan},
		},
		CheckDestroy: absent(d, "OU=Two,OU=Parent,"+ou),
	})
}

func idOf(resourceName, attribute string) resource.ImportStateIdFunc {
	return func(s *terraform.State) (string, error) {
		return s.RootModule().Resources[resourceName].Primary.Attributes[attribute], nil
	}
}
