// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// returner holds people of whom one leaves and comes back to another department.
type returner struct{ working, left, back people }

func returningPeople(ada, bob directory.Account) returner {
	kept := func(a *directory.Account) {
		a.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsKept}
	}
	working := people{"ret1": ada, "ret2": bob}.with("ret1", kept).with("ret2", kept)
	left := working.with("ret1", func(a *directory.Account) {
		a.Enabled, a.Attributes[directory.GroupsAttribute] = false, directory.Value{directory.GroupsRemoved}
	})
	return returner{working, left, working.with("ret1", inDepartment("Research"))}
}

// departments are rules that say nothing of whether somebody works there still.
var departments = map[string]string{"vpn": `[department] = "Sales"`, "res": `[department] = "Research"`}

// TestAccEntraGroups_return: somebody who returns to another department has the
// groups of that department and those that were given by hand, after one run, and
// in whatever order the resources were applied.
func TestAccEntraGroups_return(t *testing.T) {
	t.Setenv("WORKFORCE_ENTRA_REMOVED_GROUPS_ATTRIBUTES", "onPremisesExtensionAttributes/extensionAttribute14")
	all := returningPeople(cloudPerson("ret1", "Ada", "department", "Sales"), cloudPerson("ret2", "Bob", "department", "Sales"))
	for _, mode := range []string{modeAdditive, modeAuthoritative} {
		for _, order := range []string{"workforce_entra_population.staff.accounts", "var.accounts"} {
			t.Run(mode+" "+order, func(t *testing.T) {
				s := useTenant(t, graph.Options{VisibleAfterReads: 1})
				group := func(name string) string {
					return s.AddGroup(map[string]any{"displayName": name, "mailNickname": name, "securityEnabled": true})
				}
				vpn, res, hand := group("vpn"), group("res"), group("hand")
				config := rulesConfig("entra", departments, fmt.Sprintf("mode = %q\n  allow_empty = [\"vpn\", \"res\"]", mode))
				population := "workforce_entra_population.staff.accounts"
				at := strings.LastIndex(config, population)
				config = config[:at] + order + config[at+len(population):]
				step := func(p people, before func(), inVPN, inRes, inHand []string) resource.TestStep {
					return resource.TestStep{PreConfig: before, Config: config, ConfigVariables: p.cloudVariables(), ConfigPlanChecks: noDiffAfter,
						Check: resource.ComposeAggregateTestCheckFunc(hasUsers(s, vpn, inVPN...), hasUsers(s, res, inRes...), hasUsers(s, hand, inHand...))}
				}
				if order == "var.accounts" { // nothing says that accounts come first
					resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{cloudStep(all.working)}})
				}
				byHand := func() { s.AddMembers(hand, s.UserID("ret1@example.com")) }
				resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
					step(all.working, nil, []string{"ret1", "ret2"}, nil, nil),
					step(all.left, byHand, []string{"ret2"}, nil, nil),
					step(all.back, nil, []string{"ret2"}, []string{"ret1"}, []string{"ret1"}),
				}})
			})
		}
	}
}

// TestAccEntraGroups_returnAfterFailure: a run that took everything from a leaver, and
// ended before it came to the rules, is finished by the next one.
func TestAccEntraGroups_returnAfterFailure(t *testing.T) {
	t.Setenv("WORKFORCE_ENTRA_REMOVED_GROUPS_ATTRIBUTES", "onPremisesExtensionAttributes/extensionAttribute14")
	s := useTenant(t, graph.Options{})
	vpn := s.AddGroup(map[string]any{"displayName": "vpn", "mailNickname": "vpn", "securityEnabled": true})
	res := s.AddGroup(map[string]any{"displayName": "res", "mailNickname": "res", "securityEnabled": true})
	all := returningPeople(cloudPerson("ret1", "Ada", "department", "Sales"), cloudPerson("ret2", "Bob", "department", "Sales"))
	config := func(p people) string {
		docs := ""
		for _, id := range []string{"ret1", "ret2"} {
			docs += fmt.Sprintf("    %s = %q\n", id, entraTarget.marshal(p[id]))
		}
		text := rulesConfig("entra", departments, `allow_empty = ["vpn", "res"]`)
		return strings.Replace(text[strings.Index(text, "\n")+1:], "var.accounts", "{\n"+docs+"  }", 1)
	}
	dir, write := commandLine(t, config(all.working))
	runs(t, dir, true, nil, "apply", "-auto-approve")
	write(config(all.left))
	runs(t, dir, true, nil, "apply", "-auto-approve", "-target=workforce_entra_population.staff")
	runs(t, dir, true, []string{`- ret1`}, "apply", "-auto-approve")
	runs(t, dir, true, []string{"No changes"}, "plan")
	write(config(all.back))
	runs(t, dir, true, nil, "apply", "-auto-approve")
	if err := resource.ComposeAggregateTestCheckFunc(hasUsers(s, vpn, "ret2"), hasUsers(s, res, "ret1"))(nil); err != nil {
		t.Error(err)
	}
	runs(t, dir, true, []string{"No changes"}, "plan")
}

// TestAccADGroups_return is the same in Active Directory.
func TestAccADGroups_return(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	vpn, res, hand := makeGroup(t, d, ou, "VPN of ret"), makeGroup(t, d, ou, "Research of ret"), makeGroup(t, d, ou, "By hand of ret")
	all := returningPeople(person(ou, "ret1", "ret1", "department", "Sales"), person(ou, "ret2", "ret2", "department", "Sales"))
	rules := map[string]string{vpn: departments["vpn"], res: departments["res"]}
	for _, mode := range []string{modeAdditive, modeAuthoritative} {
		config := rulesConfig("ad", rules, fmt.Sprintf("mode = %q\n  allow_empty = [%q, %q]", mode, vpn, res))
		step := func(p people, before func(), inVPN, inRes, inHand []string) resource.TestStep {
			return resource.TestStep{PreConfig: before, Config: config, ConfigVariables: p.variables(), ConfigPlanChecks: noDiffAfter,
				Check: resource.ComposeAggregateTestCheckFunc(hasMembers(d, vpn, inVPN...), hasMembers(d, res, inRes...), hasMembers(d, hand, inHand...))}
		}
		resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
			step(all.working, nil, []string{"ret1", "ret2"}, nil, nil),
			step(all.left, func() { editMembers(t, d, hand, "add", "CN=ret1,"+ou) }, []string{"ret2"}, nil, nil),
			step(all.back, nil, []string{"ret2"}, []string{"ret1"}, []string{"ret1"}),
		}, CheckDestroy: hasMembers(d, res, "ret1")})
		for group, members := range map[string][]string{vpn: {"ret2"}, res: {"ret1"}, hand: {"ret1"}} {
			for _, cn := range members {
				editMembers(t, d, group, "delete", "CN="+cn+","+ou)
			}
		}
	}
}
