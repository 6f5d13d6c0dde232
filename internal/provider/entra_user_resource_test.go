// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// handWritten is a user with every kind of attribute; more arguments follow.
func handWritten(more string) string {
	return `
resource "workforce_entra_user" "zoe" {
  user_principal_name = "zoe@example.com"
  display_name        = "Zoë O'Brien"
  mail_nickname       = "zoe"
  manager             = "b1"
  attributes = {
    employeeId       = "Z1"
    usageLocation    = "DE"
    employeeHireDate = "2026-12-01"
    otherMails       = ["zo@example.net", "z@example.net"]
    "employeeOrgData/costCenter"                        = "4711"
    "onPremisesExtensionAttributes/extensionAttribute1" = "auditor"
    department = ""
  }
` + more + `}
resource "workforce_entra_user" "boss" {
  user_principal_name = "boss@example.com"
  display_name        = "Boss"
  mail_nickname       = "boss"
  attributes          = { employeeId = "b1" }
}
`
}

func TestAccEntraUser_writtenByHand(t *testing.T) {
	s := useTenant(t, graph.Options{VisibleAfterReads: 1})
	secret := "  password_wo = \"First-horse-7-battery\"\n  password_wo_version = %d\n"
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: handWritten(fmt.Sprintf(secret, 1)), ConfigPlanChecks: settledPlan,
				Check: resource.ComposeAggregateTestCheckFunc(managedBy(s, "zoe@example.com", "boss@example.com"),
					userHolds(s, "zoe@example.com", "employeeId", `"Z1"`, "otherMails", `["z@example.net","zo@example.net"]`, "employeeHireDate", `"2026-12-01T00:00:00Z"`),
					noSecret("First-horse-7-battery"))},
			// Another case is no other name, and a new version sets the password again.
			{Config: strings.Replace(handWritten(fmt.Sprintf(secret, 2)), "zoe@example.com", "Zoe@Example.com", 1), ConfigPlanChecks: settledPlan,
				Check: userHolds(s, "zoe@example.com", "employeeId", `"Z1"`)},
			{ResourceName: "workforce_entra_user.boss", ImportState: true, ImportStateId: "boss@example.com", ImportStateVerify: true,
				ImportStateVerifyIgnore: []string{"attributes", "on_destroy", "retention_days", "adopt_existing", "restore_deleted", "allow_unreviewed", "change_password_at_next_logon"}},
			{ResourceName: "workforce_entra_user.boss", ImportState: true, ImportStateId: "nobody@example.com", ExpectError: wordsInOrder("no user has", "nobody@example.com")},
			// Deleted by hand: restored, the same object.
			{PreConfig: func() { s.Delete("zoe@example.com") }, Config: handWritten(fmt.Sprintf(secret, 2)), ConfigPlanChecks: settledPlan,
				Check: func(*terraform.State) error {
					if n := len(s.DeletedUsers()); n != 0 {
						return fmt.Errorf("%d users are deleted still", n)
					}
					return nil
				}},
			{Config: handWritten("  enabled = false\n"), ConfigPlanChecks: settledPlan, Check: userHolds(s, "zoe@example.com", "accountEnabled", "false")},
		},
		// Destroying disables, and deletes nobody.
		CheckDestroy: resource.ComposeAggregateTestCheckFunc(userHolds(s, "boss@example.com", "accountEnabled", "false")),
	})
}

// noSecret checks that nothing of the state holds a secret.
func noSecret(secret string) resource.TestCheckFunc {
	return func(s *terraform.State) error {
		if strings.Contains(s.String(), secret) {
			return fmt.Errorf("the state holds the password")
		}
		return nil
	}
}

// TestAccEntraUser_many refreshes many users that each have a resource.
func TestAccEntraUser_many(t *testing.T) {
	s := useTenant(t, graph.Options{})
	config := `
resource "workforce_entra_user" "all" {
  count               = 60
  user_principal_name = "u${count.index}@example.com"
  display_name        = "U ${count.index}"
  mail_nickname       = "u${count.index}"
  attributes          = { employeeId = "u${count.index}" }
  manager             = count.index == 0 ? null : "u${floor(count.index / 2)}"
}
`
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: config, ConfigPlanChecks: settledPlan, Check: managedBy(s, "u59@example.com", "u29@example.com")},
			{PreConfig: s.ResetStats, Config: config, PlanOnly: true},
		},
	})
}

func TestAccEntraUser_lookups(t *testing.T) {
	s := useTenant(t, graph.Options{})
	guid := graph.NewGUID()
	boss := s.AddUser(map[string]any{"userPrincipalName": "boss@example.com", "displayName": "Boss", "mailNickname": "boss", "employeeId": "b1"})
	s.SyncUser(guid, "obrien", map[string]any{"userPrincipalName": "o'brien@example.com", "displayName": "O'Brien", "mailNickname": "obrien", "employeeId": "o1", "department": "Sales", "manager": boss})
	s.AddUser(map[string]any{"userPrincipalName": "guest_example.org#EXT#@example.com", "displayName": "Guest", "mailNickname": "guest",
		"userType": "Guest", "creationType": "Invitation", "externalUserState": "PendingAcceptance"})
	text := fmt.Sprintf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%x-%x", guid[3], guid[2], guid[1], guid[0], guid[5], guid[4], guid[7], guid[6], guid[8:10], guid[10:])
	one := func(argument string) string {
		return "data \"workforce_entra_user\" \"one\" {\n  " + argument + "\n  attributes = [\"department\", \"onPremisesSamAccountName\"]\n}\n"
	}
	found := func(name string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.workforce_entra_user.one", tfjsonpath.New(name), check)
	}
	checks := []statecheck.StateCheck{
		found("user_principal_name", knownvalue.StringExact("o'brien@example.com")), found("worker_id", knownvalue.StringExact("o1")), found("manager", knownvalue.StringExact("b1")),
		found("on_premises_sync_enabled", knownvalue.Bool(true)), found("mail", knownvalue.Null()),
		statecheck.ExpectKnownValue("data.workforce_entra_user.one", tfjsonpath.New("values").AtMapKey("department").AtSliceIndex(0), knownvalue.StringExact("Sales")),
	}
	many := `data "workforce_entra_users" "many" {
  %s
  on_missing = "skip"
}
output "boss" { value = one(jsondecode(data.workforce_entra_users.many.users["b1"]).attributes.userPrincipalName) }
`
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: one(`user_principal_name = "O'Brien@example.com"`), ConfigStateChecks: checks},
			{Config: one(`worker_id = "O1"`), ConfigStateChecks: checks},
			{Config: one(fmt.Sprintf("on_premises_object_guid = %q", text)), ConfigStateChecks: checks},
			{Config: one(`mail_nickname = "OBRIEN"`), ConfigStateChecks: checks},
			{Config: one(`employee_id = "o1"`), ConfigStateChecks: append(slices.Clone(checks),
				found("mail_nickname", knownvalue.StringExact("obrien")))},
			{Config: strings.Replace(one(`mail_nickname = "guest"`), `"department"`, `"creationType", "externalUserState"`, 1),
				ConfigStateChecks: []statecheck.StateCheck{found("values", knownvalue.MapExact(map[string]knownvalue.Check{
					"creationType":      knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("Invitation")}),
					"externalUserState": knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("PendingAcceptance")}),
				}))}},
			{Config: one(`worker_id = "nobody"`), ExpectError: wordsInOrder("No user of the tenant has the worker_id", "nobody")},
			{Config: one(`on_premises_object_guid = "CN=x"`), ExpectError: wordsInOrder("on_premises_object_guid", "expected an objectGUID")},
			{Config: "data \"workforce_entra_user\" \"one\" {}\n", ExpectError: wordsInOrder("Exactly one of these attributes must be configured")},
			{Config: fmt.Sprintf(many, `worker_ids = ["b1", "o1", "gone"]`), Check: resource.TestCheckOutput("boss", "boss@example.com"), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.workforce_entra_users.many", tfjsonpath.New("missing"), knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("gone")})),
				statecheck.ExpectKnownValue("data.workforce_entra_users.many", tfjsonpath.New("ids").AtMapKey("b1"), knownvalue.StringExact(boss)),
			}},
			{Config: strings.Replace(fmt.Sprintf(many, `mail_nicknames = ["boss", "obrien", "gone"]`), `["b1"]`, `["boss"]`, 1),
				Check: resource.TestCheckOutput("boss", "boss@example.com")},
			{Config: fmt.Sprintf(many, `employee_ids = ["b1", "o1"]`), Check: resource.TestCheckOutput("boss", "boss@example.com")},
			{Config: strings.Replace(fmt.Sprintf(many, `worker_ids = ["b1", "gone"]`), `"skip"`, `"fail"`, 1), ExpectError: wordsInOrder("1 of 2 keys fit no user", "gone")},
		},
	})
	if n := s.Stats().Calls("GET /users/$count"); n > 0 {
		t.Errorf("a handful of users was looked up by counting the tenant %d times", n)
	}
}

func TestAccEntraTemporaryAccessPass(t *testing.T) {
	s := useTenant(t, graph.Options{})
	s.AddUser(map[string]any{"userPrincipalName": "zoe@example.com", "displayName": "Zoë", "mailNickname": "zoe", "employeeId": "z1"})
	config := func(arguments string) string {
		return "ephemeral \"workforce_entra_temporary_access_pass\" \"zoe\" {\n  applying = " +
			"terraform.applying\n" + arguments + "}\nprovider \"echo\" { data = ephemeral.workforce_entra_temporary_access_pass.zoe " +
			"}\nresource \"echo\" \"out\" {}\n"
	}
	out := func(name string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("echo.out", tfjsonpath.New("data").AtMapKey(name), check)
	}
	const passes = "/users/{id}/authentication/temporaryAccessPassMethods"
	const another = "resource \"echo\" \"more\" {}\n" // a plan without changes is not applied
	made := func(want int) func() {
		return func() {
			if stats := s.Stats(); stats.Calls("POST "+passes) != want {
				t.Errorf("%d passes were made, expected %d: %v", stats.Calls("POST "+passes), want, stats)
			}
		}
	}
	factories := map[string]func() (tfprotov6.ProviderServer, error){"workforce": testProviders["workforce"], "echo": echoprovider.NewProviderServer()}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{
			{Config: config("  user = \"z1\"\n"), PlanOnly: true, ExpectNonEmptyPlan: true},
			{PreConfig: made(0), Config: config("  user = \"z1\"\n  lifetime_minutes = 60\n  usable_once = true\n"),
				ConfigStateChecks: []statecheck.StateCheck{
					out("temporary_access_pass", knownvalue.NotNull()), out("expires", knownvalue.NotNull()),
				}},
			{PreConfig: made(1), Config: config("  user = \"z1\"\n") + another, PlanOnly: true, ExpectNonEmptyPlan: true},
			{PreConfig: made(1), Config: config("  user = \"zoe@example.com\"\n  replace_existing = false\n") + another,
				ExpectError: wordsInOrder("has a temporary access pass already")},
			{Config: config("  user = \"zoe@example.com\"\n  lifetime_minutes = 10\n") + another,
				ExpectError: wordsInOrder("zoe@example.com", "policy")},
			{Config: config("  user = \"nobody@example.com\"\n") + another, ExpectError: wordsInOrder("no user has", "nobody@example.com")},
			{Config: config("  user = \"z1\"\n") + another}, // the pass of before is replaced
		},
	})
}

// TestAccEntraTemporaryAccessPass_protected: with a pass one signs in as the user, so that protected users get none, and keep the one they have.
func TestAccEntraTemporaryAccessPass_protected(t *testing.T) {
	s := useTenant(t, graph.Options{})
	s.AddUser(map[string]any{"userPrincipalName": "root@example.com", "displayName": "Root", "mailNickname": "root", "employeeId": "r1"})
	admin := s.AddUser(map[string]any{"userPrincipalName": "admin@example.com", "displayName": "Admin", "mailNickname": "admin"})
	s.AddMember(s.AddGroup(map[string]any{"displayName": "Tier 0"}), admin)
	var steps []resource.TestStep
	for user, why := range map[string][]string{"r1": {"root@example.com", "protected", "protect.users"}, "admin@example.com": {"admin@example.com", "protected", "a member of Tier 0"}} {
		steps = append(steps, resource.TestStep{ExpectError: wordsInOrder(why...), Config: fmt.Sprintf(`
provider "workforce" {
  entra = { protect = { users = ["root@example.com"], groups = ["Tier 0"] } }
}
ephemeral "workforce_entra_temporary_access_pass" "it" {
  user     = %q
  applying = false
}
`, user)})
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: steps})
	const passes = "/users/{id}/authentication/temporaryAccessPassMethods"
	if stats := s.Stats(); stats.Calls("POST "+passes)+stats.Calls("DELETE "+passes+"/{pass}") > 0 {
		t.Errorf("passes were made or removed: %v", stats)
	}
}

func TestAccEntra_signInFaults(t *testing.T) {
	for name, c := range map[string]struct {
		variable, value string
		options         graph.Options
		words           []string
	}{
		"wrong secret":           {"CLIENT_SECRET", "hunter2", graph.Options{}, []string{"client secret is wrong", "AADSTS7000215"}},
		"unknown tenant":         {"TENANT_ID", "00000000-0000-0000-0000-00000000beef", graph.Options{}, []string{"no such tenant", "tenant_id"}},
		"untrusted certificate":  {"CA_CERTIFICATE_FILE", "", graph.Options{}, []string{"certificate"}},
		"plain http":             {"GRAPH_ENDPOINT", "http://127.0.0.1:1", graph.Options{}, []string{"graph_endpoint", "expected an address such as https"}},
		"no permission":          {"CLIENT_ID", "", graph.Options{Permissions: []string{"Domain.Read.All"}}, []string{"User.Read.All"}},
		"unusable worker id":     {"WORKER_ID_ATTRIBUTE", "proxyAddresses", graph.Options{}, []string{"worker_id_attribute", "proxyAddresses"}},
		"unknown national cloud": {"ENVIRONMENT", "germany", graph.Options{}, []string{"environment", "germany", "usgovernment"}},
	} {
		t.Run(name, func(t *testing.T) {
			useTenant(t, c.options)
			if c.variable != "CLIENT_ID" {
				t.Setenv("WORKFORCE_ENTRA_"+c.variable, c.value)
			}
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
				{Config: cloudConfig(""), ConfigVariables: people{"p1": cloudPerson("p1", "Ada Byron")}.cloudVariables(), PlanOnly: true, ExpectError: wordsInOrder(c.words...)},
			}})
		})
	}
}

// TestAccEntra_onePermissionMissing: everything is written but the one property, which is named with its permission.
func TestAccEntra_onePermissionMissing(t *testing.T) {
	s := useTenant(t, graph.Options{Permissions: []string{"User.ReadWrite.All", "Domain.Read.All", "User-LifeCycleInfo.Read.All"}})
	all := people{"p1": cloudPerson("p1", "Ada Byron", "department", "Sales", "employeeLeaveDateTime", "2027-01-31")}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cloudConfig(""), ConfigVariables: all.cloudVariables(), ExpectError: wordsInOrder(`worker "p1"`, "employeeLeaveDateTime", "User-LifeCycleInfo.ReadWrite.All")},
		{Config: cloudConfig(""), ConfigVariables: people{"p1": cloudPerson("p1", "Ada Byron", "department", "Sales")}.cloudVariables(), Check: userHolds(s, "p1@example.com", "department", `"Sales"`),
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
	}})
}
