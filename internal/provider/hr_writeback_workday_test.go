// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/sandbox/workday"
)

// workdayWriter starts a tenant and returns two of its employees, with a
// configuration that writes to the first one.
func workdayWriter(t *testing.T) (s *workday.Server, ids []string, config func(values string, more ...string) string) {
	t.Helper()
	s = useWorkday(t, 80)
	t.Setenv("WD_PASSWORD", workday.Password)
	for _, w := range s.Company.Workers {
		if w.Type == "Employee" && w.Status == "Active" && w.OfficePhone != "" && w.HireDate <= today() {
			ids = append(ids, w.ID)
		}
	}
	return s, ids[:2], func(values string, more ...string) string {
		return `
resource "workforce_hr_writeback" "staff" {
  values             = { ` + values + ` }
  attributes         = ["mail", "phone", "user_name"]
  environment_prefix = "WD"
  workday = {
    url       = "` + os.Getenv("WORKFORCE_WORKDAY_URL") + `"
    tenant    = "` + workday.Tenant + `"
    username  = "` + workday.User + `"
    email     = "mail"
    user_name = "user_name"
    phones    = { phone = "Landline" }
    ` + strings.Join(more, "\n") + `
  }
}
`
	}
}

func today() string { return time.Now().UTC().Format(time.DateOnly) }

// workContact returns the primary work mail address, or phone, as that of a device.
func workContact(s *workday.Server, id, device string) string {
	contacts := s.Contacts(id, today())
	i := slices.IndexFunc(contacts, func(c workday.Contact) bool { return c.Usage == "WORK" && c.Device == device && c.Primary })
	if i < 0 {
		return ""
	}
	c := contacts[i]
	if device == "" {
		return c.Value
	}
	return "+" + c.Code + strings.ReplaceAll(c.Value, " ", "")
}

// TestAccHRWriteback_workday plans, applies and plans again from the command line:
// what a reviewer sees, and what the state keeps.
func TestAccHRWriteback_workday(t *testing.T) {
	s, ids, config := workdayWriter(t)
	id := ids[0]
	before := s.Contacts(id, today())
	dir, run := writebackWorkspace(t, `variable "mail" { type = string }`+config(`"`+id+`" = jsonencode({ mail = var.mail, phone = "+442071838750 x42", user_name = "ada" })`))
	out := run(true, "plan", "-no-color", "-var", "mail=ada@example.com")
	for _, want := range [][]string{
		{"will be overwritten", fmt.Sprintf(`worker %s: mail: %q → "ada@example.com"`, id, "w"+id+"@example.com")},
		{fmt.Sprintf("worker %s: phone: %q →", id, workContact(s, id, "Landline")), "+442071838750 x42"},
		{fmt.Sprintf(`worker %s: user_name: %q → "ada"`, id, "u"+id)},
	} {
		if !wordsInOrder(want...).MatchString(out) {
			t.Errorf("the plan does not say %q:\n%s", want, out)
		}
	}
	if writes := s.Writes(); len(writes) > 0 {
		t.Fatalf("the plan wrote %q", writes)
	}
	run(true, "apply", "-no-color", "-auto-approve", "-var", "mail=ada@example.com")
	if mail, phone, account := workContact(s, id, ""), workContact(s, id, "Landline"), s.Account(id); mail != "ada@example.com" || phone != "+442071838750" || account != "ada" {
		t.Errorf("found %q, %q and %q", mail, phone, account)
	}
	if after := s.Contacts(id, today()); len(after) != len(before) {
		t.Errorf("found the contacts %+v, expected as many as %+v", after, before)
	}
	run(true, "plan", "-no-color", "-detailed-exitcode", "-var", "mail=ada@example.com")

	s.Writes()
	out = run(true, "plan", "-no-color", "-out=plan.bin", "-var", "mail=lovelace@example.com")
	if !wordsInOrder(`"ada@example.com"`, "->", `"lovelace@example.com"`).MatchString(out) || strings.Contains(out, "+442071838750") {
		t.Errorf("the plan does not show the change, and nothing else:\n%s", out)
	}
	run(true, "apply", "-no-color", "plan.bin")
	run(true, "plan", "-no-color", "-detailed-exitcode", "-var", "mail=lovelace@example.com")
	if writes := s.Writes(); len(writes) != 1 || workContact(s, id, "") != "lovelace@example.com" {
		t.Errorf("found the writes %q, expected one, and the address %q", writes, workContact(s, id, ""))
	}
	for _, file := range []string{"terraform.tfstate", "plan.bin"} {
		content, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil || strings.Contains(string(content), "P4ssw0rd") {
			t.Errorf("%s has the password (%v)", file, err)
		}
	}
}

func TestAccHRWriteback_workdayFaults(t *testing.T) {
	s, ids, config := workdayWriter(t)
	id, other := ids[0], ids[1]
	mail := func(id, value string) string { return fmt.Sprintf("%q = jsonencode({ mail = %q })\n", id, value) }
	holds := func(id, value string) resource.TestCheckFunc {
		return func(*terraform.State) error {
			if got := workContact(s, id, ""); got != value {
				return fmt.Errorf("%s: found %q, expected %q", id, got, value)
			}
			return nil
		}
	}
	password := func(v string) func() { return func() { t.Setenv("WD_PASSWORD", v) } }
	stopping := func(values string) string {
		return strings.Replace(config(values), "workday =", "on_problem = \"stop\"\n  workday =", 1)
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{PreConfig: password("canary-wrong"), Config: config(mail(id, "a@example.com")), ExpectError: wordsInOrder("authenticationError", "invalid username or password")},
		{PreConfig: password(""), Config: config(mail(id, "a@example.com")), ExpectError: wordsInOrder("found no credentials", "WD_PASSWORD")},
		{PreConfig: password(workday.Password), Config: config(mail("404404", "a@example.com")), ExpectError: wordsInOrder(`worker "404404"`, "no such worker")},
		{Config: config(mail(id, "no address")), PlanOnly: true, ExpectError: wordsInOrder("mail", "no address", "expected a mail address")},
		{Config: config(fmt.Sprintf(`%q = jsonencode({ user_name = null })`, id)), PlanOnly: true, ExpectError: wordsInOrder("user_name", "cannot be cleared")},
		{Config: config(fmt.Sprintf(`%q = jsonencode({ phone = "555" })`, id)), PlanOnly: true, ExpectError: wordsInOrder("phone", "E.164")},
		{Config: strings.Replace(config(mail(id, "a@example.com")), "workday =", "on_destroy = \"clear\"\n  workday =", 1), PlanOnly: true, ExpectError: wordsInOrder("workday.user_name", "keeps a user name for ever")},
		{Config: config(mail(id, "a@example.com"), `client_id = "x"`), PlanOnly: true, ExpectError: wordsInOrder("found a user and an API client")},
		{Config: config(mail(id, "a@example.com"), `version = "latest"`), PlanOnly: true, ExpectError: wordsInOrder("version", "latest")},
		{Config: config(mail(id, "a@example.com"), `concurrency = 20`), PlanOnly: true, ExpectError: wordsInOrder("concurrency", "between 1 and 8")},
		{Config: strings.Replace(config(mail(id, "a@example.com")), `"Landline"`, `""`, 1), PlanOnly: true, ExpectError: wordsInOrder("phones", "device type")},
		{Config: strings.Replace(config(mail(id, "a@example.com")), `user_name = "user_name"`, "", 1), PlanOnly: true, ExpectError: wordsInOrder("workday.email", "user_name")},
		{Config: config(mail(id, "a@example.com")), Check: holds(id, "a@example.com"), ConfigPlanChecks: noDiffAfter},
		// The tenant refuses one of two: the other one is written, and the next plan is about the rest.
		{
			Config:      stopping(mail(id, "refused@example.com") + mail(other, "b@example.com")),
			ExpectError: wordsInOrder(fmt.Sprintf("worker %q", id), "Email Address 'refused@example.com' is not valid"),
		},
		{
			PreConfig: func() {
				if err := holds(other, "b@example.com")(nil); err != nil {
					t.Error(err)
				}
				s.Writes()
			},
			Config: config(mail(id, "a@example.com") + mail(other, "b@example.com")), Check: holds(id, "a@example.com"), ConfigPlanChecks: noDiffAfter,
		},
		// No right to the operation: nothing else is tried.
		{
			PreConfig:   func() { s.Unauthorized = []string{"Change_Work_Contact_Information_Request"} },
			Config:      config(mail(id, "c@example.com") + mail(other, "d@example.com")),
			ExpectError: wordsInOrder("The task submitted is not authorized", "Put access"),
		},
		{
			PreConfig: func() { s.Unauthorized = nil },
			Config:    config(mail(id, "c@example.com") + mail(other, "d@example.com")), Check: resource.ComposeAggregateTestCheckFunc(holds(id, "c@example.com"), holds(other, "d@example.com")), ConfigPlanChecks: noDiffAfter,
		},
	}})
}

// TestAccHRWriteback_workdayClient signs in as an API client.
func TestAccHRWriteback_workdayClient(t *testing.T) {
	s, ids, config := workdayWriter(t)
	t.Setenv("WD_CLIENT_SECRET", workday.ClientSecret)
	text := strings.Replace(config(fmt.Sprintf(`%q = jsonencode({ user_name = "ada" })`, ids[0])), `username  = "`+workday.User+`"`, `client_id = "`+workday.ClientID+`"`, 1)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: text, ExpectError: wordsInOrder("found no credentials", "WD_REFRESH_TOKEN")},
		{PreConfig: func() { t.Setenv("WD_REFRESH_TOKEN", workday.RefreshToken) }, Config: text, ConfigPlanChecks: noDiffAfter, Check: func(state *terraform.State) error {
			if s.Account(ids[0]) != "ada" || strings.Contains(state.String(), "canary") {
				return fmt.Errorf("found the user %q, and the state\n%s", s.Account(ids[0]), state)
			}
			return nil
		}},
	}})
}
