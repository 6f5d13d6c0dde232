// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/base64"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/sandbox/samba"
)

// denials checks how many entries deny the change of the password, as samba-tool reads them.
func denials(d *samba.Domain, login string, want int) resource.TestCheckFunc {
	return func(*terraform.State) error {
		found, err := d.Search(context.Background(), "(sAMAccountName="+login+")", "cn")
		if err != nil || len(found) != 1 {
			return fmt.Errorf("%s: found %d accounts (%v), expected one", login, len(found), err)
		}
		out, err := exec.CommandContext(context.Background(), "samba-tool", "dsacl", "get", "--objectdn="+found[0].DN, "-H", "ldap://127.0.0.1",
			"-U", "Administrator%"+d.AdminPassword(), "--configfile="+d.Dir()+"/smb.conf").CombinedOutput()
		if err != nil {
			return fmt.Errorf("samba-tool: %w\n%s", err, out)
		}
		if n := strings.Count(string(out), "(OD;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;"); n != want {
			return fmt.Errorf("%s: %d denials, expected %d:\n%s", login, n, want, out)
		}
		return nil
	}
}

// TestAccADUser_cannotChangePassword: "User cannot change password" as an argument and as a rule: written, kept, repaired
// when somebody takes it away, and refused where somebody could not sign in any more.
func TestAccADUser_cannotChangePassword(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	if err := d.CreateOU(t.Context(), "OU=Leavers,"+ou); err != nil {
		t.Fatal(err)
	}
	plain := map[string][]string{"sAMAccountName": {"plain"}}
	if err := d.CreateUser(t.Context(), "CN=Plain,"+ou, "Correct-horse-7-battery", plain); err != nil {
		t.Fatal(err)
	}
	takenAway := func() { // by giving the account the access list of another one
		found, err := d.Search(t.Context(), "(sAMAccountName=plain)", "nTSecurityDescriptor")
		if err != nil || len(found) != 1 {
			t.Fatal(len(found), err)
		}
		mustModify(t, d, "dn: "+`CN=O'Brien\, Zoë,`+ou+"\nchangetype: modify\nreplace: nTSecurityDescriptor\nnTSecurityDescriptor:: "+
			base64.StdEncoding.EncodeToString([]byte(found[0].Get("nTSecurityDescriptor")))+"\n")
	}
	argument := func(more string) string {
		return userConfig(ou, "  password_wo         = \"Correct-horse-7-battery\"\n  password_wo_version = 1\n"+more)
	}
	repairs := settledPlan
	repairs.PreApply = []plancheck.PlanCheck{plancheck.ExpectResourceAction("workforce_ad_user.x", plancheck.ResourceActionUpdate)}
	rules := strings.Replace(withoutExchange(pipelineConfig(ou, "[Dept]", "")), "    manager ",
		"    cannotChangePassword = { expression = \"IIF([Dept]=\\\"Shared\\\", \\\"TRUE\\\", \\\"FALSE\\\")\" }\n    manager ", 1)
	feed := func(dept string) config.Variables {
		return config.Variables{"csv": config.StringVariable("ID,First,Last,Hired,Left,Boss,Status,Dept\n" +
			"c1,Kio,Shared,2020-01-01,,,Active," + dept + "\nc2,Ann,Kept,2020-01-01,,,Active,IT\nc3,Bo,Fresh,2020-01-01,,,Active,IT\n")}
	}
	moved := strings.NewReplacer("c3,Bo,Fresh,2020-01-01,,,Active,IT", "c3,Bo,Fresh,2020-01-01,,,Active,Shared")
	fresh := config.Variables{"csv": config.StringVariable(moved.Replace("ID,First,Last,Hired,Left,Boss,Status,Dept\n" +
		"c1,Kio,Shared,2020-01-01,,,Active,Shared\nc2,Ann,Kept,2020-01-01,,,Active,IT\nc3,Bo,Fresh,2020-01-01,,,Active,IT\n"))}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: argument("  cannot_change_password = true\n  change_password_at_next_logon = true\n"), PlanOnly: true,
			ExpectError: wordsInOrder("Conflicting arguments", "could not sign in any more")},
		{Config: argument("  cannot_change_password = true\n  attributes = { pwdLastSet = \"0\" }\n"),
			ExpectError: wordsInOrder("cannotChangePassword", "pwdLastSet 0 in the same document")},
		{Config: argument("  cannot_change_password = true\n"), ConfigPlanChecks: settledPlan, Check: resource.ComposeAggregateTestCheckFunc(
			denials(d, "zoe", 2), func(*terraform.State) error {
				return d.Bind(t.Context(), "zoe@corp.example.com", "Correct-horse-7-battery")
			})},
		{PreConfig: takenAway, Config: argument("  cannot_change_password = true\n"), ConfigPlanChecks: repairs, Check: denials(d, "zoe", 2)},
		{Config: argument(""), ConfigPlanChecks: settledPlan, Check: denials(d, "zoe", 2)},
		{Config: argument("  cannot_change_password = false\n"), ConfigPlanChecks: settledPlan, Check: denials(d, "zoe", 0)},
		{Config: rules, ConfigVariables: feed("Shared"), ConfigPlanChecks: settledPlan, Check: resource.ComposeAggregateTestCheckFunc(
			denials(d, "shared", 2), denials(d, "kept", 0), denials(d, "fresh", 0))},
		// Whoever has not yet changed the first password is set aside: they could not sign in any more.
		{Config: rules, ConfigVariables: fresh, ConfigPlanChecks: settledPlan,
			ConfigStateChecks: listsOf(map[string][]string{"set_aside": {"c3"}}),
			Check:             resource.ComposeAggregateTestCheckFunc(denials(d, "shared", 2), denials(d, "fresh", 0))},
		{Config: rules, ConfigVariables: feed("IT"), ConfigPlanChecks: settledPlan, Check: denials(d, "shared", 0)},
	}})
}
