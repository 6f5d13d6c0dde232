// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/sandbox/graph"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// commandLine is a directory with a configuration, for runs of the real command line.
func commandLine(t *testing.T, config string) (dir string, write func(config string)) {
	t.Helper()
	dir = t.TempDir()
	write = func(config string) {
		if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(config)
	addRequiredProviders(t, dir)
	return dir, write
}

// runs runs the real command line, and expects words in what it prints.
func runs(t *testing.T, dir string, succeeds bool, words []string, args ...string) {
	t.Helper()
	out, err := runTerraform(t.Context(), t, dir, append(args, "-no-color")...)
	if (err == nil) != succeeds || !wordsInOrder(words...).MatchString(out) {
		t.Fatalf("terraform %v: %v, expected success %v and %q\n%s", args, err, succeeds, words, out)
	}
}

// membersOf is one resource for members among several.
func membersOf(prefix, name, group, mode, members string) string {
	return fmt.Sprintf("resource \"workforce_%s_group_members\" %q {\n  group = %q\n  mode = %q\n  members = [%s]\n}\n", prefix, name, group, mode, members)
}

func TestAccEntraGroups_twoResources(t *testing.T) {
	s := useTenant(t, graph.Options{})
	staff(s, "p1", "p2")
	group := s.AddGroup(map[string]any{"displayName": "Sales", "mailNickname": "sales"})
	all := people{"p1": cloudPerson("p1", "p1")}
	members := func(name, group, mode, members string) string {
		return membersOf("entra", name, group, mode, members)
	}
	rules := func(arguments string) string {
		return rulesConfig("entra", map[string]string{"sales": "[enabled]"}, arguments)
	}
	named := func(name, arguments string) string {
		return fmt.Sprintf("resource \"workforce_entra_group\" %q {\n%s\n}\n", name, arguments)
	}
	refused := func(config string, words ...string) resource.TestStep {
		return resource.TestStep{Config: config, ConfigVariables: all.cloudVariables(), PlanOnly: true, ExpectError: wordsInOrder(words...)}
	}
	const two, twoNames = "Two resources answer for one group", "Two resources have the same name"
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		refused(rules("")+members("a", "sales", "authoritative", `"p1"`)+members("b", group, "authoritative", `"p2"`), two, "workforce_entra_group_", "authoritative", "additive"),
		refused(rules("")+members("a", "Sales", "authoritative", `"p2"`), two, "workforce_entra_group_"),
		refused(rules("mode = \"authoritative\"")+members("a", "Sales", "additive", `"p2"`), two, "workforce_entra_group_"),
		refused(rules("")+named("a", `display_name = "New"`)+named("b", `display_name = "new"`), twoNames, `display_name = "`, "mail_nickname"),
		refused(rules("")+named("a", "display_name = \"New\"\nprevent_duplicate_names = false\ntype = \"microsoft_365\"\nmail_nickname = \"n\"")+
			named("b", "display_name = \"Other\"\nprevent_duplicate_names = false\ntype = \"microsoft_365\"\nmail_nickname = \"N\""), twoNames, "mail_nickname"),
		// These get along.
		{Config: rules("") + members("a", "sales", "additive", `"p1"`) + members("b", group, "additive", `"p2"`) +
			named("a", "display_name = \"New\"\nprevent_duplicate_names = false") + named("b", "display_name = \"New\"\nprevent_duplicate_names = false"),
			ConfigVariables: all.cloudVariables(), ConfigPlanChecks: settledPlan, Check: hasUsers(s, group, "p1", "p2")},
		// What was planned once is refused once it is changed, too, and when nothing changes of one of them.
		refused(rules("")+members("a", "sales", "additive", `"p1"`)+members("b", group, "authoritative", `"p2"`), two),
	}})
}

func TestAccADGroups_twoResources(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	makeUsers(t, d, ou, "tw1", "tw2")
	group := makeGroup(t, d, ou, "Two of tw")
	const two, twoNames = "Two resources answer for one group", "Two resources have the same name"
	named := func(resource, name, arguments string) string {
		return fmt.Sprintf("resource \"workforce_ad_%s\" %q {\n  container = %q\n%s\n}\n", resource, name, ou, arguments)
	}
	refused := func(config string, words ...string) resource.TestStep {
		return resource.TestStep{Config: config, PlanOnly: true, ExpectError: wordsInOrder(words...)}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		refused(membersOf("ad", "a", group, "authoritative", `"tw1"`)+membersOf("ad", "b", "Two of tw", "additive", `"tw2"`), two, "workforce_ad_group_members", "workforce_ad_group_members"),
		refused(named("group", "a", `name = "New of tw"`)+named("group", "b", `name = "new of TW"`), twoNames, "workforce_ad_group with name", "workforce_ad_group with name"),
		refused(named("group", "a", `name = "New of tw"`)+named("group", "b", "name = \"Other of tw\"\nsam_account_name = \"NEW of tw\""), twoNames, "sam_account_name"),
		refused(named("organizational_unit", "a", `name = "Unit of tw"`)+named("organizational_unit", "b", `name = "unit of tw"`), twoNames, "workforce_ad_organizational_unit"),
	}})
}

// TestAccEntraGroupRules_withGroup gives groups of the same plan their members, by
// names that are known before the groups are there.
func TestAccEntraGroupRules_withGroup(t *testing.T) {
	s := useTenant(t, graph.Options{VisibleAfterReads: 3})
	cfg := "resource \"workforce_entra_group\" \"new\" {\n  display_name = \"New & old\"\n}\nresource \"workforce_entra_group\" \"second\" {\n  display_name = \"Second\"\n  mail_nickname = \"nd\"\n}\n" +
		rulesConfig("entra", map[string]string{"new & OLD": "[enabled]", "nd": "[enabled]"}, "on_destroy = \"remove\"\n  depends_on = [workforce_entra_group.new, workforce_entra_group.second]") +
		"resource \"workforce_entra_group_members\" \"x\" {\n  group = \"Second\"\n  mode = \"additive\"\n  members = [\"p9\"]\n  depends_on = [workforce_entra_group.second]\n}\n"
	staff(s, "p9")
	in := func(name string, users ...string) resource.TestCheckFunc {
		return func(st *terraform.State) error {
			i := slices.IndexFunc(s.Groups(), func(g map[string]any) bool { return g["displayName"] == name })
			return hasUsers(s, fmt.Sprint(s.Groups()[i]["id"]), users...)(st)
		}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cfg, ConfigVariables: people{"gn1": cloudPerson("gn1", "Ada")}.cloudVariables(), ConfigPlanChecks: shows("entra", "nd", `{"gn1":"Ada"}`),
			Check: resource.ComposeAggregateTestCheckFunc(in("New & old", "gn1"), in("Second", "gn1", "p9"))},
	}})
}

// TestAccEntraGroupMembers_replaced: a replacement removes nobody, and remembers
// whom the resource had added.
func TestAccEntraGroupMembers_replaced(t *testing.T) {
	s := useTenant(t, graph.Options{})
	ids := staff(s, "p1", "p2", "p3")
	group := s.AddGroup(map[string]any{"displayName": "VPN", "mailNickname": "vpn"})
	s.AddMembers(group, ids[0])
	const name = "workforce_entra_group_members.m"
	dir, write := commandLine(t, cloudMembers("vpn", "additive", "p1", "p2", "nobody"))
	// Created in part, and so tainted; then replaced by hand.
	runs(t, dir, false, []string{"nobody", "untaint"}, "apply", "-auto-approve")
	write(cloudMembers("vpn", "additive", "p1", "p2"))
	runs(t, dir, true, []string{"must be replaced"}, "apply", "-auto-approve")
	if err := inGroup(s, group, ids[0], ids[1])(nil); err != nil {
		t.Fatal(err)
	}
	write(cloudMembers("vpn", "additive", "p1", "p2", "p3"))
	runs(t, dir, true, []string{"replaced, as requested"}, "apply", "-auto-approve", "-replace="+name)
	runs(t, dir, true, []string{"No changes"}, "plan")
	runs(t, dir, true, nil, "destroy", "-auto-approve")
	if err := inGroup(s, group, ids[0])(nil); err != nil {
		t.Error(err)
	}
}

// TestAccEntraGroupMembers_renamed: a resource under another name is a creation and
// a destruction, in any order, and nobody leaves the group.
func TestAccEntraGroupMembers_renamed(t *testing.T) {
	s := useTenant(t, graph.Options{})
	ids := staff(s, "p1", "p2")
	group := s.AddGroup(map[string]any{"displayName": "VPN", "mailNickname": "vpn"})
	for _, mode := range []string{modeAuthoritative, modeAdditive} {
		dir, write := commandLine(t, membersOf("entra", "a", "vpn", mode, `"p1", "p2"`))
		runs(t, dir, true, nil, "apply", "-auto-approve")
		write(membersOf("entra", "b", "vpn", mode, `"p1", "p2"`))
		runs(t, dir, true, []string{"1 added", "1 destroyed"}, "apply", "-auto-approve")
		if err := inGroup(s, group, ids...)(nil); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
		runs(t, dir, true, []string{"No changes"}, "plan")
	}
}

// TestAccADGroupRules_changesBetweenPlanAndApply: a group and an account that
// somebody deletes after the plan was made are named, and the rest is done.
func TestAccADGroupRules_changesBetweenPlanAndApply(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	makeUsers(t, d, ou, "gb1", "gb2", "gb3")
	gone, some, well := makeGroup(t, d, ou, "Gone of gb"), makeGroup(t, d, ou, "Some of gb"), makeGroup(t, d, ou, "Well of gb")
	config := func(ids ...string) string {
		docs := ""
		for _, id := range ids {
			docs += fmt.Sprintf("    %s = %q\n", id, activeDirectoryTarget.marshal(person(ou, id, id)))
		}
		return fmt.Sprintf("resource \"workforce_ad_group_rules\" \"x\" {\n  accounts = {\n%s  }\n  rules = {\n    %q = \"[enabled]\"\n    %q = \"[worker_id] <> \\\"gb2\\\"\"\n    %q = \"[enabled]\"\n  }\n}\n", docs, gone, some, well)
	}
	dir, write := commandLine(t, config("gb1"))
	runs(t, dir, true, nil, "apply", "-auto-approve")
	write(config("gb1", "gb2", "gb3"))
	runs(t, dir, true, []string{"gb3"}, "plan", "-out=plan.bin")
	mustDelete(t, d, gone)
	mustDelete(t, d, "CN=gb2,"+ou)
	runs(t, dir, false, []string{"1 membership was skipped", "Well of gb", `worker "gb2"`, "1 of 3 groups failed", "Gone of gb", "does not exist"}, "apply", "plan.bin")
	for group, names := range map[string][]string{some: {"gb1", "gb3"}, well: {"gb1", "gb3"}} {
		if err := hasMembers(d, group, names...)(nil); err != nil {
			t.Error(err)
		}
	}
	// A plan that names a group which is gone sets that group aside.
	runs(t, dir, true, []string{"Groups are set aside", "1 of 3 groups", "Gone of gb"}, "plan")
}

// TestAccADGroupMembers_faults: an account that somebody deletes and a group that
// takes no more members are errors that name the person, and the rest is done.
func TestAccADGroupMembers_faults(t *testing.T) {
	d, proxy := useProxy(t)
	ou := d.Container(t)
	makeUsers(t, d, ou, "gf5", "gf6", "gf7", "gf8")
	group := makeGroup(t, d, ou, "Faults of gf")
	const adminLimitExceeded = 11
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: membersConfig(group, "", "gf5", "gf6"), ConfigPlanChecks: samePlan, Check: hasMembers(d, group, "gf5", "gf6")},
		{PreConfig: func() { mustDelete(t, d, "CN=gf5,"+ou) }, Config: membersConfig(group, "", "gf5", "gf6", "gf7"), ExpectError: wordsInOrder("A membership could not be written", `"gf5"`, "Create the account first")},
		{Config: membersConfig(group, "", "gf6", "gf7"), ConfigPlanChecks: samePlan, Check: hasMembers(d, group, "gf6", "gf7")},
		{ // At its size limit: those who leave make room, and who does not fit is named.
			PreConfig: func() { proxy.Inject(samba.Fault{Op: samba.Modify, After: 1, Result: adminLimitExceeded}) },
			Config:    membersConfig(group, "", "gf7", "gf8"), ExpectError: wordsInOrder("A membership could not be written", "Faults of gf", `add worker "gf8"`, "limit"),
		},
		{PreConfig: proxy.Mend, Config: membersConfig(group, "", "gf7", "gf8"), ConfigPlanChecks: samePlan, Check: hasMembers(d, group, "gf7", "gf8")},
	}})
}

// TestAccADOrganizationalUnit_notProtected: without the right to change permissions
// a unit is made all the same, and the next run protects it.
func TestAccADOrganizationalUnit_notProtected(t *testing.T) {
	d, proxy := useProxy(t)
	ou := d.Container(t)
	const accessDenied = 50
	proxy.Inject(samba.Fault{Op: samba.Modify, Result: accessDenied})
	dir, write := commandLine(t, unitConfig("Open of np", ou, ""))
	runs(t, dir, true, []string{"The organizational unit is not protected", "OU=Open of np"}, "apply", "-auto-approve")
	runs(t, dir, true, []string{"protect_from_deletion", "false", "true", "1 to change"}, "plan")
	runs(t, dir, true, []string{"1 changed"}, "apply", "-auto-approve")
	if d.Delete(t.Context(), "OU=Open of np,"+ou) == nil {
		t.Error("it could be deleted")
	}
	runs(t, dir, false, []string{"Refusing to delete a protected organizational unit"}, "destroy", "-auto-approve")
	write(unitConfig("Open of np", ou, "protect_from_deletion = false"))
	runs(t, dir, true, nil, "apply", "-auto-approve")
	runs(t, dir, true, nil, "destroy", "-auto-approve")
}
