// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// makeGroup makes a group with a client that is not ours and returns its path.
func makeGroup(t *testing.T, d *samba.Domain, ou, name string, members ...string) string {
	t.Helper()
	dn := "CN=" + activedirectory.EscapeDN(name) + "," + ou
	encoded := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	text := "dn:: " + encoded(dn) + "\nchangetype: add\nobjectClass: group\nsAMAccountName:: " + encoded(strings.NewReplacer(",", "", `"`, "", "+", "", ";", "", "<", "", ">", "").Replace(name)) + "\n"
	for _, m := range members {
		text += "member:: " + encoded(m) + "\n"
	}
	if err := d.Modify(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	return dn
}

func makeUsers(t *testing.T, d *samba.Domain, ou string, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := d.CreateUser(t.Context(), "CN="+id+","+ou, "Passw0rd-of-tests", map[string][]string{"sAMAccountName": {id}, "employeeID": {id}, "userPrincipalName": {id + "@corp.example.com"}}); err != nil {
			t.Fatal(err)
		}
	}
}

func editMembers(t *testing.T, d *samba.Domain, group, op string, members ...string) {
	t.Helper()
	text := "dn:: " + base64.StdEncoding.EncodeToString([]byte(group)) + "\nchangetype: modify\n" + op + ": member\n"
	for _, m := range members {
		text += "member: " + m + "\n"
	}
	if err := d.Modify(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}

// hasMembers checks the direct members of a group with a client that is not ours, by common name.
func hasMembers(d *samba.Domain, group string, names ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		e, ok, err := d.Lookup(context.Background(), group, "member")
		if err != nil || !ok {
			return fmt.Errorf("group %s: found %v (%v)", group, ok, err)
		}
		var have []string
		for _, dn := range e.Values("member") {
			have = append(have, activedirectory.CommonName(dn))
		}
		slices.Sort(have)
		if strings.Join(have, " ") != strings.Join(names, " ") {
			return fmt.Errorf("group %s has the members %q, expected %q", group, have, names)
		}
		return nil
	}
}

func membersConfig(group, mode string, members ...string) string {
	quoted := make([]string, len(members))
	for i, m := range members {
		quoted[i] = fmt.Sprintf("%q", m)
	}
	if mode != "" {
		mode = fmt.Sprintf("  mode = %q\n", mode)
	}
	return fmt.Sprintf("resource \"workforce_ad_group_members\" \"x\" {\n  group = %q\n%s  members = [%s]\n}\n", group, mode, strings.Join(quoted, ", "))
}

var samePlan = resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}

func TestAccADGroupMembers_authoritative(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	makeUsers(t, d, ou, "gm1", "gm2", "gm3", "gm4")
	inner := makeGroup(t, d, ou, "Inner of gm")
	group := makeGroup(t, d, ou, `Größe, "Müller" + Söhne`, "CN=gm4,"+ou)
	other := makeGroup(t, d, ou, "Other of gm")
	const name = "workforce_ad_group_members.x"
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: membersConfig(group, "", "gm1", "gm2@corp.example.com", "CN=gm3,"+ou, inner), ConfigPlanChecks: samePlan,
				Check: hasMembers(d, group, "Inner of gm", "gm1", "gm2", "gm3")},
			{ResourceName: name, ImportState: true, ImportStateId: group, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"member_names"}},
			{ // Drift: one removed and one added by hand.
				PreConfig: func() {
					editMembers(t, d, group, "delete", "CN=gm1,"+ou)
					editMembers(t, d, group, "add", "CN=gm4,"+ou)
				},
				Config: membersConfig(group, "", "gm1", "gm2@corp.example.com", "CN=gm3,"+ou, inner), PlanOnly: true, ExpectNonEmptyPlan: true,
			},
			{Config: membersConfig(group, "", "gm1", "gm2@corp.example.com", inner), ConfigPlanChecks: samePlan, Check: hasMembers(d, group, "Inner of gm", "gm1", "gm2")},
			{Config: membersConfig(other, "", "gm1"), ConfigPlanChecks: samePlan, Check: resource.ComposeAggregateTestCheckFunc(hasMembers(d, group), hasMembers(d, other, "gm1"))},
			{Config: membersConfig(inner, "", "gm1"), ConfigPlanChecks: samePlan, Check: hasMembers(d, inner, "gm1")},
			{Config: membersConfig(inner, ""), ConfigPlanChecks: samePlan, Check: hasMembers(d, inner),
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(name, tfjsonpath.New("member_names"), knownvalue.StringExact("{}"))}},
			{Config: membersConfig(inner, "", "gm2"), Check: hasMembers(d, inner, "gm2")},
		},
		CheckDestroy: hasMembers(d, inner),
	})
}

func TestAccADGroupMembers_additive(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	makeUsers(t, d, ou, "ga1", "ga2", "ga3", "ga4")
	group := makeGroup(t, d, ou, "Additive", "CN=ga3,"+ou, "CN=ga4,"+ou)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: membersConfig("additive", "additive", "ga1", "ga2", "ga3"), ConfigPlanChecks: samePlan, Check: hasMembers(d, group, "ga1", "ga2", "ga3", "ga4")},
			{PreConfig: func() { editMembers(t, d, group, "delete", "CN=ga1,"+ou) },
				Config: membersConfig("additive", "additive", "ga1", "ga2", "ga3"), ConfigPlanChecks: samePlan, Check: hasMembers(d, group, "ga1", "ga2", "ga3", "ga4")},
			{Config: membersConfig("additive", "additive", "ga1", "ga3"), ConfigPlanChecks: samePlan, Check: hasMembers(d, group, "ga1", "ga3", "ga4")},
			{ResourceName: "workforce_ad_group_members.x", ImportState: true, ImportStateId: "additive:additive", ImportStateVerify: true, ImportStateVerifyIgnore: []string{"member_names"}},
		},
		// ga3 was a member before.
		CheckDestroy: hasMembers(d, group, "ga3", "ga4"),
	})
}

func TestAccADGroupMembers_circles(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	inner := makeGroup(t, d, ou, "Innermost")
	outer := makeGroup(t, d, ou, "Outermost", makeGroup(t, d, ou, "Middle", inner))
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: membersConfig(inner, "", outer), PlanOnly: true, ExpectError: wordsInOrder("The group cannot have this member", "Innermost", "Outermost", "contain each other")},
			{Config: membersConfig(inner, "", inner), PlanOnly: true, ExpectError: wordsInOrder("member of itself")},
			{Config: membersConfig("no such group", "", inner), PlanOnly: true, ExpectError: wordsInOrder("The group does not exist", "no such group")},
		},
	})
}

// TestAccADGroupMembers_many reads and writes more members than the server
// returns at once.
func TestAccADGroupMembers_many(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	var b strings.Builder
	dns := make([]string, 1700)
	for i := range dns {
		dns[i] = fmt.Sprintf("CN=Many %04d,%s", i, ou)
		fmt.Fprintf(&b, "dn: %s\nchangetype: add\nobjectClass: contact\n\n", dns[i])
	}
	if err := d.Modify(t.Context(), b.String()); err != nil {
		t.Fatal(err)
	}
	group := makeGroup(t, d, ou, "Many of gm")
	count := func(want int) resource.TestCheckFunc {
		return func(*terraform.State) error {
			found, err := d.Search(t.Context(), "(memberOf="+group+")", "cn")
			if err != nil || len(found) != want {
				return fmt.Errorf("%d members (%v), expected %d", len(found), err, want)
			}
			return nil
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: membersConfig(group, "", dns...), ConfigPlanChecks: samePlan, Check: count(1700)},
			{PreConfig: func() { editMembers(t, d, group, "delete", dns[1650]) }, Config: membersConfig(group, "", dns[1:]...), ConfigPlanChecks: samePlan, Check: count(1699)},
		},
	})
}
