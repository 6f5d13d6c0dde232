// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/graph"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// jobSchema writes the schema of a provisioning job: lines of target, flow type,
// matching priority and source, which is an expression or [attribute].
func jobSchema(t *testing.T, directory string, mappings ...string) string {
	t.Helper()
	var list []string
	for _, line := range mappings {
		part := strings.SplitN(line, " ", 4)
		kind, name := "Function", ""
		if m := regexp.MustCompile(`^\[([^\]]+)\]$`).FindStringSubmatch(part[3]); m != nil {
			kind, name = "Attribute", m[1]
		}
		list = append(list,
			fmt.Sprintf(`{"targetAttributeName": %q, "flowType": %q, "matchingPriority": %s, "source": {"type": %q, "name": %q, "expression": %q}}`,
				part[0], part[1], part[2], kind, name, part[3]))
	}
	path := filepath.Join(t.TempDir(), "schema.json")
	doc := fmt.Sprintf(`{"synchronizationRules": [{"sourceDirectoryName": "Workday", "targetDirectoryName": %q, "objectMappings": `+
		`[{"sourceObjectName": "User", "targetObjectName": "user", "attributeMappings": [%s]}]}]}`,
		directory, strings.Join(list, ","))
	if err := os.WriteFile(path, []byte(doc), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// movedIn is the pipeline with everything that the conversion of a job's schema gives.
func movedIn(schema, target, arguments string) string {
	return fmt.Sprintf(`
variable "csv" { type = string }
data "workforce_hr_csv" "staff" {
  content    = var.csv
  attributes = local.converted.source_attributes
  fields     = { worker_id = "WorkerID", status = "Active", hire_date = "StatusHireDate" }
}
locals {
  converted = provider::workforce::mapping_from_entra_schema(file(%q))
  rules     = jsondecode(local.converted.arguments)
}
resource "workforce_mapping" "staff" {
  target           = local.rules.target
  match            = local.rules.match
  attributes       = local.rules.attributes
  container        = try(local.rules.container, null)
  scope            = try(local.rules.scope, null)
  on_out_of_scope  = try(local.rules.on_out_of_scope, null)
  extra_attributes = try(local.rules.extra_attributes, null)
  worker_lifecycle = local.rules.worker_lifecycle
}
locals { json = workforce_mapping.staff.json }
data "workforce_%[2]s_accounts" "staff" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.json
  as_of   = "2026-01-15"
  %[3]s
}
resource "workforce_%[2]s_population" "staff" { accounts = data.workforce_%[2]s_accounts.staff.accounts }
`, schema, target, arguments)
}

// TestAccMovingIn_workdayToAD: the schema of a job from Workday converts to rules that plan as they are.
// Who has left in the job is disabled, and addresses that the job only adds stay beside others.
func TestAccMovingIn_workdayToAD(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	staff := []string{"employeeID ObjectAddOnly 1 [WorkerID]", "cn ObjectAddOnly 0 [PreferredNameData]",
		"sAMAccountName ObjectAddOnly 0 [UserID]", "displayName Always 0 [PreferredNameData]",
		`proxyAddresses ValueAddOnly 0 Split(Append(Append("smtp:", [UserID]), "@corp.example.com"), ",")`,
		`parentDistinguishedName Always 0 Switch([City], "` + ou + `", "Nowhere", "` + ou + `")`,
		`objectFilter Always 0 IIF(DateDiff("d", Now(), CDate([StatusHireDate])) <= 14, "False", IgnoreObjectFlow)`}
	decided := jobSchema(t, "Active Directory", append(staff, `accountDisabled Always 0 Switch([Active], , "0", "True", "1", "False")`)...)
	undecided := jobSchema(t, "Active Directory", append(staff, `accountDisabled Always 0 Switch([JobState], "True", "Employed", "False")`)...)
	silent := jobSchema(t, "Active Directory", staff...)
	for login, addresses := range map[string][]string{"moving1": {"SMTP:first@corp.example.com", "x500:/o=old"}, "moving2": nil} {
		more := map[string][]string{"sAMAccountName": {login}, "employeeID": {login}}
		if addresses != nil {
			more["proxyAddresses"] = addresses
		}
		if err := d.CreateUser(t.Context(), "CN="+login+","+ou, "Passw0rd-of-tests", more); err != nil {
			t.Fatal(err)
		}
	}
	feed := config.Variables{"csv": config.StringVariable("WorkerID,PreferredNameData,UserID,City,Active,StatusHireDate\n" +
		"moving1,moving1,moving1,Rome,1,2020-01-01\n" +
		"moving2,moving2,moving2,Rome,0,2020-01-01\nmoving3,moving3,moving3,Rome,1,2026-01-20\nmoving4,moving4,moving4,Rome,1,2026-02-20\n")}
	owned := fmt.Sprintf("owned_containers = [%q]", ou)
	addresses := func(want string) resource.TestCheckFunc { return holdsSet(d, "moving1", "proxyAddresses", want) }
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: movedIn(undecided, "ad", owned), ConfigVariables: feed, ExpectError: wordsInOrder("active_statuses[0]",
			"not decided yet", "accountDisabled is", "JobState")},
		{Config: movedIn(silent, "ad", owned), ConfigVariables: feed, ExpectError: wordsInOrder("active_statuses[0]", "not decided yet",
			"nothing in the job enables or disables")},
		{Config: movedIn(decided, "ad", owned), ConfigVariables: feed, ConfigPlanChecks: settledPlan,
			Check: resource.ComposeAggregateTestCheckFunc(holds(d, "moving1", "userAccountControl", "512"), holds(d, "moving2",
				"userAccountControl", "514"), holds(d, "moving3", "userAccountControl", "514"),
				gone(d, "moving4"), addresses("SMTP:first@corp.example.com|smtp:moving1@corp.example.com|x500:/o=old"))},
		{PreConfig: func() {
			mustModify(t, d, "dn: CN=moving1,"+ou+"\nchangetype: modify\ndelete: proxyAddresses\nproxyAddresses: "+
				"smtp:moving1@corp.example.com\n-\nadd: proxyAddresses\nproxyAddresses: smtp:byhand@corp.example.com\n")
		}, Config: movedIn(decided, "ad", owned), ConfigVariables: feed,
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: settledPlan.PostApplyPostRefresh, PreApply: []plancheck.PlanCheck{
				plancheck.ExpectKnownValue("workforce_ad_population.staff", tfjsonpath.New("accounts").AtMapKey("moving1"),
					knownvalue.StringRegexp(regexp.MustCompile(`smtp:byhand@.*smtp:moving1@`)))}},
			Check: addresses("SMTP:first@corp.example.com|smtp:byhand@corp.example.com|smtp:moving1@corp.example.com|x500:/o=old")},
	}})
}

// TestAccMovingIn_workdayToEntra: names of the job become those of Microsoft Graph, and add_values works in the cloud too.
func TestAccMovingIn_workdayToEntra(t *testing.T) {
	s := useTenant(t, graph.Options{})
	schema := jobSchema(t, "Azure Active Directory", "employeeId ObjectAddOnly 1 [WorkerID]",
		`userPrincipalName ObjectAddOnly 0 Append([UserID], "@example.com")`, "mailNickname ObjectAddOnly 0 [UserID]",
		"displayName Always 0 [PreferredNameData]", "telephoneNumber Always 0 [Phone]", "mobile Always 0 [Mobile]",
		"physicalDeliveryOfficeName Always 0 [Office]", "employeeOrgData.division Always 0 [Division]",
		"extensionAttribute7 Always 0 [Badge]", "otherMails MultiValueAddOnly 0 [Mail]",
		`accountEnabled Always 0 Switch([Active], , "1", IIF(DateDiff("d", Now(), CDate([StatusHireDate])) <= 14, "True", "False"), "0", `+
			`"False")`)
	feed := func(mail string) config.Variables {
		return config.Variables{"csv": config.StringVariable("WorkerID,PreferredNameData,UserID,Phone,Mobile,Office," +
			"Division,Badge,Mail,Active,StatusHireDate\n" +
			"1,Ada One,ada,+49 1,+49 2,B12,North,77," + mail + ",1,2026-01-20\n2,Bo Two,bo,+49 3,+49 4,B13,South,78,bo@home.example,0,2020-01-01\n")}
	}
	document := func(id, pattern string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("workforce_entra_population.staff", tfjsonpath.New("accounts").AtMapKey(id),
			knownvalue.StringRegexp(regexp.MustCompile(pattern)))
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: movedIn(schema, "entra", ""), ConfigVariables: feed("ada@home.example"), ConfigPlanChecks: settledPlan,
			Check: enabledUsers(s, map[string]string{"ada@example.com": "1"}),
			ConfigStateChecks: []statecheck.StateCheck{document("1",
				`"businessPhones":"\+49 1".*"employeeOrgData/division":"North".*"mobilePhone":"\+49 `+
					`2".*"officeLocation":"B12".*extensionAttribute7":"77".*"otherMails":"ada@home.example"`)}},
		{Config: movedIn(schema, "entra", ""), ConfigVariables: feed("ada@new.example"), ConfigPlanChecks: settledPlan,
			ConfigStateChecks: []statecheck.StateCheck{document("1", `"otherMails":\["ada@home.example","ada@new.example"\]`)}},
	}})
}

// TestAccMovingIn_syncRules: rules of a synchronization engine convert to a mapping that disables whom the
// engine disables, and that is refused as long as nothing says who has left.
func TestAccMovingIn_syncRules(t *testing.T) {
	s := useTenant(t, graph.Options{})
	for _, id := range []string{"ada", "bo"} {
		s.AddUser(map[string]any{"userPrincipalName": id + "@example.com", "displayName": id, "mailNickname": id, "employeeId": id,
			"accountEnabled": true})
	}
	flow := func(target, kind, source, expression string) string {
		return fmt.Sprintf(`{"Destination": %q, "FlowType": %q, "Source": [%q], "Expression": %q, "ValueMergeType": "Update"}`, target, kind,
			source, expression)
	}
	write := func(status string) string {
		in := []string{flow("employeeID", "Direct", "WorkerID", ""), flow("displayName", "Direct", "PreferredNameData", ""),
			flow("accountName", "Expression", "", "LCase([UserID])")}
		out := []string{flow("employeeId", "Direct", "employeeID", ""), flow("displayName", "Direct", "displayName", ""),
			flow("mailNickname", "Direct", "accountName", ""), flow("userPrincipalName", "Expression", "", `[accountName] + "@example.com"`)}
		if status != "" {
			in, out = append(in, flow("accountEnabled", "Expression", "", status)), append(out, flow("accountEnabled", "Direct",
				"accountEnabled", ""))
		}
		path := filepath.Join(t.TempDir(), "rules.json")
		doc := fmt.Sprintf(`[{"Name": "In from HR - Person", "Direction": "Inbound", "Precedence": 60, "SourceObjectType": "person",
			"TargetObjectType": "person", "Connector": "hr", "LinkType": "Provision", "AttributeFlowMappings": [%s]},
			{"Name": "Out to AAD - User from HR", "Direction": "Outbound", "Precedence": 110, "SourceObjectType": "person",
			"TargetObjectType": "user", "Connector": "b891884f-051e-4a83-95af-2544101c9083", "LinkType": "Provision",
			"JoinFilter": [{"JoinConditionList": [{"CSAttribute": "employeeId", "MVAttribute": "employeeID"}]}],
			"AttributeFlowMappings": [%s]}]`, strings.Join(in, ","), strings.Join(out, ","))
		if err := os.WriteFile(path, []byte(doc), 0o600); err != nil {
			t.Fatal(err)
		}
		return strings.NewReplacer("mapping_from_entra_schema", "mapping_from_sync_rules", "  target           =",
			"  dialect          = local.rules.dialect\n  target           =").Replace(movedIn(path, "entra", ""))
	}
	feed := config.Variables{"csv": config.StringVariable("WorkerID,PreferredNameData,UserID,Active,StatusHireDate\n" +
		"ada,Ada One,ADA,employed,2020-01-20\nbo,Bo Two,BO,gone,2020-01-01\ncy,Cy Three,CY,employed,2020-01-01\n")}
	decided := write(`IIF([Active] = "employed", True, IIF([Active] = "gone", False, IgnoreThisFlow))`)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: write(""), ConfigVariables: feed, ExpectError: wordsInOrder("active_statuses[0]", "not decided yet",
			"no rule enables or disables accounts")},
		{Config: write(`IIF([Active] = "employed", True, False)`), ConfigVariables: feed, ExpectError: wordsInOrder("active_statuses[0]",
			"not decided yet", "every other value of")},
		{Config: decided, ConfigVariables: feed, ConfigPlanChecks: settledPlan,
			Check: enabledUsers(s, map[string]string{"ada@example.com": "ada", "cy@example.com": "cy"})},
	}})
}

// holdsSet is holds for an attribute with several values, sorted and joined by |.
func holdsSet(d *samba.Domain, login, attribute, want string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		found, err := d.Search(context.Background(), "(sAMAccountName="+login+")", attribute)
		if err != nil || len(found) != 1 {
			return fmt.Errorf("%s: found %d accounts (%v), expected one", login, len(found), err)
		}
		if have := strings.Join(slices.Sorted(slices.Values(found[0].Values(attribute))), "|"); have != want {
			return fmt.Errorf("%s: %s is %q, expected %q", login, attribute, have, want)
		}
		return nil
	}
}
