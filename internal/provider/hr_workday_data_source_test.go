// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/workday"
)

// useWorkday starts a tenant with a company of n people as of today, and points
// the environment at it.
func useWorkday(t *testing.T, n int) *workday.Server {
	t.Helper()
	today := time.Now().UTC().Truncate(24 * time.Hour)
	s := workday.New(company.NewAt(7, n, today))
	s.Now = time.Now
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Setenv("WORKFORCE_WORKDAY_URL", server.URL)
	t.Setenv("WORKFORCE_WORKDAY_TENANT", workday.Tenant)
	t.Setenv("WORKFORCE_WORKDAY_USERNAME", workday.User)
	t.Setenv("WORKFORCE_WORKDAY_PASSWORD", workday.Password)
	return s
}

func TestAccWorkday(t *testing.T) {
	s := useWorkday(t, 300)
	second := s.Company.Worker("000002")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{{
			Config: `
data "workforce_hr_workday" "staff" {
  version      = "v44.2"
  horizon_days = 70
  attributes   = ["FirstName", "LastName", "EmailAddress", "CostCenter"]
  xpaths = {
    CostCenter = "wd:Worker/wd:Worker_Data/wd:Organization_Data/wd:Worker_Organization_Data/wd:Organization_Data[wd:Organization_Type_Reference/wd:ID='COST_CENTER']/wd:Organization_Code/text()"
  }
}
output "second" {
  value = join(" ", [for name in ["FirstName", "LastName", "EmailAddress", "CostCenter"] : jsondecode(nonsensitive(data.workforce_hr_workday.staff.json))["000002"].attributes[name]])
}
`,
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttr("data.workforce_hr_workday.staff", "worker_count", "300"),
				resource.TestCheckResourceAttr("data.workforce_hr_workday.staff", "warnings.#", "0"),
				resource.TestCheckNoResourceAttr("data.workforce_hr_workday.staff", "password"),
				resource.TestCheckOutput("second", second.FirstName+" "+second.LastName+" w000002@example.com "+second.CostCenter),
			),
		}},
	})
	if n := len(s.Calls()); n == 0 {
		t.Error("nothing was asked for")
	}
}

func TestAccWorkdayReport(t *testing.T) {
	useWorkday(t, 60)
	for _, format := range []string{"json", "csv", "xml"} {
		resource.Test(t, resource.TestCase{
			ProtoV6ProviderFactories: testProviders,
			Steps: []resource.TestStep{{
				Config: fmt.Sprintf(`
data "workforce_hr_workday" "staff" {
  report = { owner = %q, name = %q, format = %q }
  fields = { worker_id = "Employee_ID", status = "Worker_Status", hire_date = "Hire_Date", termination_date = "Termination_Date", manager_id = "Manager_ID", on_leave = "On_Leave" }
}`, workday.ReportOwner, workday.ReportName, format),
				Check: resource.ComposeAggregateTestCheckFunc(
					resource.TestCheckResourceAttr("data.workforce_hr_workday.staff", "worker_count", "60"),
					resource.TestCheckResourceAttr("data.workforce_hr_workday.staff", "left_out.0", "National_ID"),
				),
			}},
		})
	}
}

func TestAccWorkdayErrors(t *testing.T) {
	useWorkday(t, 20)
	report := `report = { owner = "x", name = "y" }`
	for _, tt := range []struct{ config, want string }{
		{`password = "not the password"`, `authenticationError.*invalid\s+username\s+or\s+password`},
		{`attributes = ["FirstNam"]`, `did\s+you\s+mean\s+"FirstName"`},
		{`fields = { worker_id = "EmployeID" }`, `did\s+you\s+mean\s+"EmployeeID"`},
		{`xpaths = { X = "wd:Worker[" }`, `xpaths: "X": XPath`},
		{`page_size = 1000`, `between 1 and 999`},
		{`client_id = "x"`, `client_id,\s+client_secret\s+and\s+refresh_token: expected\s+all\s+three`},
		{`min_records = 21`, `found 20 records, expected at least 21`},
		{`version = "44"` + "\n" + report, `(?s)cannot be specified when`},
		{report, `404`},
	} {
		resource.Test(t, resource.TestCase{
			ProtoV6ProviderFactories: testProviders,
			Steps: []resource.TestStep{{
				Config:      "data \"workforce_hr_workday\" \"staff\" {\n" + tt.config + "\n}\n",
				ExpectError: regexp.MustCompile(tt.want),
			}},
		})
	}
}
