// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/successfactors"
)

// useSuccessFactors starts an instance with a company of n people as of today,
// and points the environment at it.
func useSuccessFactors(t *testing.T, n int) (*successfactors.Server, *company.Company) {
	t.Helper()
	c := company.NewAt(7, n, time.Now().UTC().Truncate(24*time.Hour))
	s := successfactors.New(c, successfactors.Options{CompanyID: "ACME", Username: "sfapi", Password: "canary-of-the-password"})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Setenv("WORKFORCE_SUCCESSFACTORS_URL", server.URL)
	t.Setenv("WORKFORCE_SUCCESSFACTORS_COMPANY_ID", "ACME")
	t.Setenv("WORKFORCE_SUCCESSFACTORS_USERNAME", "sfapi")
	t.Setenv("WORKFORCE_SUCCESSFACTORS_PASSWORD", "canary-of-the-password")
	return s, c
}

func TestAccSuccessFactors(t *testing.T) {
	s, c := useSuccessFactors(t, 120)
	second := c.Worker("000002")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{{
			Config: `
data "workforce_hr_successfactors" "staff" {
  horizon_days = 70
  page_size    = 50
  date_style   = "iso"
  attributes   = ["firstName", "lastName", "emailAddress", "department", "statusLabel"]
  paths = {
    statusLabel = "$.employmentNav.results[0].jobInfoNav.results[0].emplStatusNav.picklistLabels.results[?(@.locale == 'en_US')].label"
  }
}
output "second" {
  value = join("|", [for name in ["firstName", "lastName", "emailAddress", "department"] : jsondecode(nonsensitive(data.workforce_hr_successfactors.staff.json))["000002"].attributes[name]])
}
`,
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttr("data.workforce_hr_successfactors.staff", "worker_count", "120"),
				resource.TestCheckResourceAttr("data.workforce_hr_successfactors.staff", "warnings.#", "0"),
				resource.TestCheckNoResourceAttr("data.workforce_hr_successfactors.staff", "password"),
				resource.TestCheckOutput("second", second.FirstName+"|"+second.LastName+"|w000002@example.com|"+second.Department),
			),
		}},
	})
	if s.Requests() == 0 {
		t.Error("nothing was asked for")
	}
}

func TestAccSuccessFactorsErrors(t *testing.T) {
	useSuccessFactors(t, 20)
	for _, tt := range []struct{ config, want string }{
		{`password = "not the password"`, `401\s+Unauthorized.*LGN0011`},
		{`client_id = "key"`, `client_id,\s+private_key\s+and\s+username:\s+expected\s+all\s+three`},
		{`company_id = "A B"`, `company_id:\s+found\s+"A\s+B"`},
		{`url = "http://api4.successfactors.com"`, `expected\s+https`},
		{`paths = { x = "$.employmentNav.results[0].nothing.y" }`, `COE_NAVIGATION_NOT_FOUND`},
		{`attributes = ["firstname"]`, `did\s+you\s+mean\s+"firstName"`},
		{`filter = "nothing eq 1"`, `COE_PROPERTY_NOT_FOUND`},
		{`min_records = 21`, `found\s+20\s+records,\s+expected\s+at\s+least\s+21`},
		{`name_format = "id"`, `name_format`},
	} {
		t.Run(tt.config, func(t *testing.T) {
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{{
				Config: "data \"workforce_hr_successfactors\" \"x\" {\n  horizon_days = 70\n" + tt.config + "\n}\n", PlanOnly: true, ExpectError: regexp.MustCompile("(?s)" + tt.want),
			}}})
		})
	}
}
