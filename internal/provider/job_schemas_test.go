// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/entra"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/sandbox/graph"
	"terraform-provider-workforce/internal/worker"
)

const enterpriseUser = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:"

// jobs are the published mappings of Microsoft's HR jobs, lines as jobSchema reads them, with the records of somebody
// who works here, and what makes a leaver of them.
var jobs = map[string]struct {
	directory string
	lines     []string
	active    map[string]string
	left      map[string]string
	status    string
}{
	"Workday to Active Directory": {"Active Directory", []string{"employeeID ObjectAddOnly 1 [WorkerID]",
		"cn ObjectAddOnly 0 [PreferredNameData]",
		`userPrincipalName ObjectAddOnly 0 SelectUniqueValue(Join("@", Join(".", [FirstName], [LastName]), "contoso.com"), Join("@", ` +
			`Join(".", Mid([FirstName], 1, 1), [LastName]), "contoso.com"))`,
		`sAMAccountName ObjectAddOnly 0 Replace(Mid(Replace([UserID], , "([\\/\\\\\\[\\]\\:\\;\\|\\=\\,\\+\\*\\?\\<\\>])", , "", , ), 1, ` +
			`20), , "(\\.)*$", , "", , )`,
		`accountDisabled Always 0 Switch([Active], , "0", "True", "1", "False")`, "givenName Always 0 [FirstName]", "sn Always 0 [LastName]",
		"displayName Always 0 [PreferredNameData]",
		"company Always 0 [Company]", "department Always 0 [SupervisoryOrganization]", "manager Always 0 [ManagerReference]",
		"title Always 0 [BusinessTitle]",
		"co Always 0 [CountryReferenceTwoLetter]", "c Always 0 [CountryReferenceTwoLetter]", "facsimileTelephoneNumber Always 0 [Fax]",
		"mobile Always 0 [Mobile]",
		"preferredLanguage Always 0 [LocalReference]",
		`parentDistinguishedName Always 0 Switch([Municipality], "OU=Default Users,DC=contoso,DC=com", "Dallas", ` +
			`"OU=Dallas,DC=contoso,DC=com")`},
		map[string]string{"WorkerID": "1", "PreferredNameData": "Ada Li", "FirstName": "Ada", "LastName": "Li", "UserID": "ali", "Active": "1"},
		map[string]string{"Active": "0"}, "Active"},
	"Workday to Microsoft Entra ID": {"Azure Active Directory", []string{"employeeId ObjectAddOnly 1 [WorkerID]",
		`accountEnabled Always 0 Switch([Active], , "1", "True", "0", "False")`,
		`userPrincipalName ObjectAddOnly 0 Join("@", Join(".", [FirstName], [LastName]), "example.com")`,
		`mailNickname ObjectAddOnly 0 Join(".", [FirstName], [LastName])`,
		"displayName Always 0 [PreferredNameData]", "jobTitle Always 0 [BusinessTitle]", "companyName Always 0 [Company]",
		"telephoneNumber Always 0 [PrimaryWorkTelephone]", "mobile Always 0 [Mobile]",
		"usageLocation Always 0 [CountryReferenceTwoLetter]", "manager Always 0 [ManagerReference]",
		"employeeHireDate Always 0 [StatusHireDate]"},
		map[string]string{"WorkerID": "1", "PreferredNameData": "Ada Li", "FirstName": "Ada", "LastName": "Li", "Active": "1",
			"StatusHireDate": "2020-01-15-08:00"}, map[string]string{"Active": "0"}, "Active"},
	"SuccessFactors to Active Directory": {"Active Directory", []string{"employeeID ObjectAddOnly 1 [personIdExternal]",
		"cn ObjectAddOnly 0 [displayName]", "sAMAccountName ObjectAddOnly 0 [username]",
		`accountDisabled Always 0 Switch([emplStatus], "True", "A", "False", "U", "False", "P", "False")`, "givenName Always 0 [firstName]",
		"sn Always 0 [lastName]", "mail Always 0 [emailAddress]",
		"manager Always 0 [managerId]", "st Always 0 [state]", "postalCode Always 0 [zipCode]", "c Always 0 [twoCharCountryCode]",
		`parentDistinguishedName Always 0 Switch([activeEmploymentsCount], "OU=Accounts,DC=contoso,DC=com", "0", ` +
			`"OU=DisabledAccounts,DC=contoso,DC=com")`},
		map[string]string{"personIdExternal": "1", "displayName": "Ada Li", "username": "ali", "emplStatus": "A",
			"activeEmploymentsCount": "1"}, map[string]string{"emplStatus": "T"}, "emplStatus"},
	"SuccessFactors to Microsoft Entra ID": {"Azure Active Directory", []string{"employeeId ObjectAddOnly 1 [personIdExternal]",
		`userPrincipalName ObjectAddOnly 0 Append([username], "@example.com")`,
		"mailNickname ObjectAddOnly 0 [username]", "displayName Always 0 [displayName]",
		`accountEnabled Always 0 Switch([activeEmploymentsCount], "True", "0", "False")`, "surname Always 0 [lastName]",
		"manager Always 0 [managerId]", "employeeHireDate Always 0 [startDate]"},
		map[string]string{"personIdExternal": "1", "username": "ali", "displayName": "Ada Li", "lastName": "Li", "activeEmploymentsCount": "1"},
		map[string]string{"activeEmploymentsCount": "0"}, "activeEmploymentsCount"},
	"API-driven to Active Directory": {"Active Directory", []string{"employeeID ObjectAddOnly 1 [externalId]",
		"cn ObjectAddOnly 0 [displayName]", "sAMAccountName ObjectAddOnly 0 [userName]",
		`accountDisabled Always 0 Switch([active], , "True", "FALSE", "False", "TRUE")`, `mail Always 0 [emails[type eq "work"].value]`,
		`co Always 0 [addresses[type eq "work"].country]`,
		`mobile Always 0 [phoneNumbers[type eq "mobile"].value]`, "department Always 0 [" + enterpriseUser + "department]",
		"manager Always 0 [" + enterpriseUser + "manager]",
		`parentDistinguishedName Always 0 Switch([` + enterpriseUser +
			`department], "OU=Users,DC=contoso,DC=com", "Tours", "OU=Tours,DC=contoso,DC=com")`},
		map[string]string{"externalId": "1", "displayName": "Ada Li", "userName": "ali", "active": "true"},
		map[string]string{"active": "false"}, "active"},
	"API-driven to Microsoft Entra ID": {"Azure Active Directory", apiToEntra,
		map[string]string{"externalId": "1", "displayName": "Ada Li", "userName": "ali@hr.example", "active": "true"},
		map[string]string{"active": "false"}, "active"},
}

var apiToEntra = []string{"employeeId ObjectAddOnly 1 [externalId]",
	`userPrincipalName ObjectAddOnly 0 Append(Replace([userName], , "(?<Suffix>@(.)*)", "Suffix", "", , ), "@example.com")`,
	`mailNickname ObjectAddOnly 0 Replace([userName], , "(?<Suffix>@(.)*)", "Suffix", "", , )`, "displayName Always 0 [displayName]",
	"accountEnabled Always 0 [active]", `mobile Always 0 [phoneNumbers[type eq "mobile"].value]`,
	`telephoneNumber Always 0 [phoneNumbers[type eq "work"].value]`,
	"department Always 0 [" + enterpriseUser + "department]", `country Always 0 [addresses[type eq "work"].country]`}

// TestJobSchemas: each of the six jobs converts to rules that compile as they are, and whoever has left in the job must not sign in.
func TestJobSchemas(t *testing.T) {
	for name, job := range jobs {
		t.Run(name, func(t *testing.T) {
			doc, err := os.ReadFile(jobSchema(t, job.directory, job.lines...))
			if err != nil {
				t.Fatal(err)
			}
			rules, notes, err := mapping.FromEntraSchema(string(doc), activedirectory.Format, entra.Format)
			if err != nil {
				t.Fatal(err)
			}
			to := activeDirectoryTarget
			if rules.Target == entraTarget.format.Target {
				to = entraTarget
			}
			m, err := mapping.Compile(rules, to.schema(), to.format)
			if err != nil {
				t.Fatalf("%v\n%s", err, strings.Join(notes, "\n"))
			}
			for _, left := range []bool{false, true} {
				w := &worker.Worker{ID: "1", HireDate: "2020-01-01", Attributes: map[string]expression.Value{}}
				for attribute, v := range job.active {
					w.Attributes[attribute] = expression.String(v)
				}
				if left {
					for attribute, v := range job.left {
						w.Attributes[attribute] = expression.String(v)
					}
				}
				w.Status = w.Attributes[job.status].Text()
				d, err := m.Evaluate(w, time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC))
				if err != nil {
					t.Fatal(err)
				}
				if d.Enabled == left || (d.Stage == mapping.StageLeft) != left {
					t.Errorf("left %t: stage %s, enabled %t: %s", left, d.Stage, d.Enabled, d.Reason)
				}
			}
		})
	}
}

// TestAccMovingIn_api: a bulk request as it was sent to API-driven provisioning, with the rules of the job.
func TestAccMovingIn_api(t *testing.T) {
	s := useTenant(t, graph.Options{})
	schema := jobSchema(t, "Azure Active Directory", apiToEntra...)
	user := func(id, name, active, phones string) string {
		return `{"method":"POST","bulkId":"` + id + `","path":"/Users","data":{"externalId":"` + id + `","userName":"` + name +
			`@hr.example","displayName":"` + name + `","active":` + active +
			`,"phoneNumbers":[` + phones + `],"addresses":[{"type":"work","country":"USA"}],"` + strings.TrimSuffix(enterpriseUser, ":") +
			`":{"department":"Tours"}}}`
	}
	feed := func(leaver string) config.Variables {
		return config.Variables{"csv": config.StringVariable(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[` +
			user("1", "ada", "true", `{"type":"work","value":"+1 555"},{"type":"mobile","value":"+1 777"}`) + "," + user("2", "bo", leaver,
			`{"type":"mobile","value":"+1 888"}`) + `]}`)}
	}
	source := movedIn(schema, "entra", "")
	from := strings.Index(source, "locals {\n  converted")
	source = `
variable "csv" { type = string }
data "workforce_hr_json" "staff" {
  content = var.csv
  fields  = { worker_id = "externalId", status = "active" }
  attributes = [ # as the rules of the job name them
    "externalId", "active", "userName", "displayName", "phoneNumbers[type eq \"mobile\"].value", "phoneNumbers[type eq \"work\"].value",
    "addresses[type eq \"work\"].country", "` + enterpriseUser + `department"]
}
` + strings.ReplaceAll(source[from:], "data.workforce_hr_csv.staff", "data.workforce_hr_json.staff")
	phones := resource.ComposeAggregateTestCheckFunc(userHolds(s, "ada@example.com", "mobilePhone", `"+1 777"`), userHolds(s,
		"bo@example.com", "mobilePhone", `"+1 888"`),
		userHolds(s, "ada@example.com", "department", `"Tours"`))
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: source, ConfigVariables: feed("true"), ConfigPlanChecks: settledPlan, Check: phones},
		{Config: source, ConfigVariables: feed("false"), ConfigPlanChecks: settledPlan, Check: resource.ComposeAggregateTestCheckFunc(phones,
			userHolds(s, "bo@example.com", "accountEnabled", "false"), userHolds(s, "ada@example.com", "accountEnabled", "true"))},
	}})
}

// movingExample is an example without the block that says where the provider comes from: the test does.
func movingExample(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	source := strings.ReplaceAll(string(text), "${path.module}", dir)
	return source[strings.Index(source, "provider \"workforce\" {}"):]
}

// TestAccExampleMovingIn plans the example of the guide beside a job that has made one of the accounts.
func TestAccExampleMovingIn(t *testing.T) {
	s := useTenant(t, graph.Options{})
	s.AddUser(map[string]any{"userPrincipalName": "Ada.Li@example.com", "displayName": "Ada Li", "mailNickname": "Ada.Li",
		"employeeId": "1001", "department": "Marketing"})
	s.AddUser(map[string]any{"userPrincipalName": "bo@example.com", "displayName": "Bo Ray", "mailNickname": "bo", "accountEnabled": true})
	dir, err := filepath.Abs(filepath.Join(examplesDir, "moving-in"))
	if err != nil {
		t.Fatal(err)
	}
	source := movingExample(t, dir)
	report := func(links config.Variable, patterns ...string) resource.TestStep {
		step := resource.TestStep{Config: source, ConfigVariables: config.Variables{"links": links, "as_of": config.StringVariable("2026-06-01")}}
		for _, pattern := range patterns {
			step.ConfigStateChecks = append(step.ConfigStateChecks, statecheck.ExpectKnownOutputValue("differences",
				knownvalue.StringRegexp(regexp.MustCompile(pattern))))
		}
		return step
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: movingExample(t, dir+"-mim"), Check: resource.TestMatchResourceAttr("workforce_mapping.staff", "json",
			regexp.MustCompile(`"dialect":"mim"`))},
		report(config.MapVariable(map[string]config.Variable{}), "department"),
		report(config.MapVariable(map[string]config.Variable{"1002": config.StringVariable(s.UserID("bo@example.com"))}),
			"(?i)enabled accounts of people who have left"),
	}})
}
