// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/hrapi"
	"terraform-provider-workforce/internal/sandbox/openldap"
)

// TestAccHR_secretsStayOutOfTheState signs in by arguments to one source of each
// kind: the state has the workers and none of the secrets, and the next plan is empty.
func TestAccHR_secretsStayOutOfTheState(t *testing.T) {
	const canary = "canary-of-the-password"
	wd := useWorkday(t, 10)
	useSuccessFactors(t, 10)
	t.Setenv("WORKFORCE_WORKDAY_PASSWORD", "")
	t.Setenv("WORKFORCE_SUCCESSFACTORS_PASSWORD", "")
	rest := hrapi.StartREST(company.New(5, 10))
	t.Cleanup(rest.Close)
	t.Setenv("WORKFORCE_REST_CA_CERTIFICATE_PEM", rest.CA)
	directory := openldap.Start(t, hrLDAPTree)
	secrets := []string{canary, "P4ssw0rd", hrapi.Secret, openldap.Password}
	text := fmt.Sprintf(`
variable "password" { type = string }
data "workforce_hr_workday" "staff" {
  password     = var.password
  horizon_days = 70
  max_retries  = 0
  attributes   = ["FirstName"]
}
data "workforce_hr_successfactors" "staff" {
  password     = %q
  horizon_days = 70
  attributes   = ["firstName"]
}
data "workforce_hr_ldap" "staff" {
  urls                = [%q]
  ca_certificate_file = %q
  username            = %q
  password            = %q
  base                = %q
  fields              = { worker_id = "employeeNumber" }
  attributes          = ["cn"]
}
data "workforce_hr_rest" "staff" {
  url     = %q
  path    = "all"
  headers = { "X-API-Key" = %q }
  fields  = { worker_id = "id" }
  attributes = ["title"]
}
output "counts" {
  value = [data.workforce_hr_workday.staff.worker_count, data.workforce_hr_successfactors.staff.worker_count, data.workforce_hr_ldap.staff.worker_count, data.workforce_hr_rest.staff.worker_count]
}
`, canary, directory.URL, directory.CAFile, openldap.Reader, openldap.Password, openldap.Base, rest.URL, hrapi.Secret)
	dir, run := writebackWorkspace(t, text)
	t.Setenv("TF_VAR_password", "wd-P4ssw0rd&<canary>")
	out := run(true, "apply", "-no-color", "-auto-approve")
	if !wordsInOrder("counts", "10,", "10,", "2,", "10,").MatchString(out) || len(wd.Calls()) == 0 {
		t.Errorf("not everybody was read:\n%s", out)
	}
	run(true, "plan", "-no-color", "-detailed-exitcode")
	state, err := os.ReadFile(filepath.Join(dir, "terraform.tfstate"))
	if err != nil || !strings.Contains(string(state), `"fingerprint"`) {
		t.Fatalf("the state has no workers (%v)", err)
	}
	for _, secret := range secrets {
		if strings.Contains(string(state), secret) {
			t.Errorf("the state has %q", secret)
		}
	}
}

// TestSetWithoutSecrets leaves out secrets below others, and nothing else.
func TestSetWithoutSecrets(t *testing.T) {
	var resp datasource.SchemaResponse
	newHRRESTDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &resp)
	state := tfsdk.State{Schema: resp.Schema, Raw: tftypes.NewValue(resp.Schema.Type().TerraformType(t.Context()), nil)}
	m := hrRESTModel{Headers: map[string]string{"X-Key": "canary"}, Path: types.StringValue("people")}
	m.OAuth2 = &hrOAuth2Model{ClientID: types.StringValue("id"), ClientSecret: types.StringValue("canary"), RefreshToken: types.StringValue("canary"), Parameters: map[string]string{"audience": "hr"}}
	m.ClientKeyPEM = types.StringValue("canary")
	m.LeftOut, m.Warnings = stringList(nil), stringList(nil)
	if diags := setWithoutSecrets(t.Context(), &state, &m); diags.HasError() {
		t.Fatal(diags)
	}
	if text := state.Raw.String(); strings.Contains(text, "canary") || !strings.Contains(text, "people") || !strings.Contains(text, "audience") {
		t.Errorf("found %s", text)
	}
}
