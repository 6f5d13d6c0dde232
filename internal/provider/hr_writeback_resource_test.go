// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	_ "modernc.org/sqlite" // the driver that makes the files

	sandbox "terraform-provider-workforce/internal/sandbox/writeback"
)

// writebackREST is the resource for the system of the sandbox, with the values of a variable.
func writebackREST(s *sandbox.Server, more ...string) string {
	return `
variable "values" { type = map(string) }
resource "workforce_hr_writeback" "staff" {
  values     = var.values
  attributes = ["mail", "user_name"]
  rest = {
    url          = "` + s.URL + `"
    read_path    = "/find?number={worker_id}"
    record       = "data.0"
    worker_id    = "number"
    key          = "id"
    values       = { mail = "contact.email", user_name = "accounts.0.login" }
    write_path   = "/employees/{key}"
    write_body   = jsonencode({ contact = { email = "{mail}" }, login = "{user_name}" })
    content_type = "application/merge-patch+json"
    settle_seconds = 1
  }
` + strings.Join(more, "\n") + "\n}\n"
}

// writebackValues are pairs of worker id and document.
func writebackValues(pairs ...string) config.Variables {
	docs := map[string]config.Variable{}
	for i := 0; i < len(pairs); i += 2 {
		docs[pairs[i]] = config.StringVariable(pairs[i+1])
	}
	return config.Variables{"values": config.MapVariable(docs)}
}

func useHR(t *testing.T) *sandbox.Server {
	t.Helper()
	s := sandbox.New(sandbox.Employee{Key: "k1", Number: "1", Mail: "old1@example.com"}, sandbox.Employee{Key: "k2", Number: "2"}, sandbox.Employee{Key: "k3", Number: "3"})
	t.Cleanup(s.Close)
	t.Setenv("WORKFORCE_WRITEBACK_TOKEN", sandbox.Token)
	return s
}

func employee(s *sandbox.Server, key, mail, login string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if e := s.Employee(key); e.Mail != mail || e.Login != login {
			return fmt.Errorf("%s: found %q and %q, expected %q and %q", key, e.Mail, e.Login, mail, login)
		}
		return nil
	}
}

// written checks how many writes there were since the last check, and that the state has no secret.
func written(s *sandbox.Server, want int) resource.TestCheckFunc {
	return func(state *terraform.State) error {
		if state != nil && strings.Contains(state.String(), sandbox.Token) {
			return fmt.Errorf("the state has the token:\n%s", state)
		}
		if writes, _ := s.Writes(); len(writes) != want {
			return fmt.Errorf("found the writes %q, expected %d", writes, want)
		}
		return nil
	}
}

var noDiffAfter = resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}

func TestAccHRWriteback_lifeOfValues(t *testing.T) {
	s := useHR(t)
	step := func(more string, values config.Variables, checks ...resource.TestCheckFunc) resource.TestStep {
		return resource.TestStep{Config: writebackREST(s, more), ConfigVariables: values, Check: resource.ComposeAggregateTestCheckFunc(checks...), ConfigPlanChecks: noDiffAfter}
	}
	one, two := `{"mail":"ada@example.com","user_name":"ada"}`, `{"mail":"bob@example.com"}`
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			step("", writebackValues("1", one, "2", two), employee(s, "k1", "ada@example.com", "ada"), employee(s, "k2", "bob@example.com", ""), written(s, 2)),
			// The same by meaning: white space, order, and what Terraform's jsonencode escapes.
			step("", writebackValues("1", `{ "user_name": "ada", "mail": "ada\u0040example.com" }`, "2", two), written(s, 0)),
			// One value changes, another worker comes.
			step("", writebackValues("1", `{"mail":"ada@example.com","user_name":"lovelace"}`, "2", two, "3", `{"mail":null}`), employee(s, "k1", "ada@example.com", "lovelace"), written(s, 1)),
			{ // drift in a managed value is repaired, in another it is left
				PreConfig: func() {
					s.Set("k2", func(e *sandbox.Employee) { e.Mail, e.Login = "hacked@example.com", "bobby" })
				},
				Config: writebackREST(s), ConfigVariables: writebackValues("1", one, "2", two),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectNonEmptyPlan()}},
				Check:            resource.ComposeAggregateTestCheckFunc(employee(s, "k2", "bob@example.com", "bobby"), employee(s, "k1", "ada@example.com", "ada")),
			},
			// No longer in the values: released.
			step("", writebackValues("1", one), employee(s, "k2", "bob@example.com", "bobby")),
			// With on_removal = "clear": an attribute, then a worker.
			step(`on_removal = "clear"`, writebackValues("1", one, "2", two), written(s, 2)),
			step(`on_removal = "clear"`, writebackValues("1", `{"mail":"ada@example.com"}`, "2", two), employee(s, "k1", "ada@example.com", "")),
			step(`on_removal = "clear"`, writebackValues("1", `{"mail":"ada@example.com"}`), employee(s, "k2", "", "bobby")),
			step("on_removal = \"clear\"\n  on_destroy = \"clear\"", writebackValues("1", `{"mail":"ada@example.com"}`), employee(s, "k1", "ada@example.com", "")),
		},
		CheckDestroy: employee(s, "k1", "", ""),
	})
}

func TestAccHRWriteback_failsAtPlan(t *testing.T) {
	s := useHR(t)
	for name, c := range map[string]struct {
		config string
		values config.Variables
		want   []string
	}{
		"not a document":  {writebackREST(s), writebackValues("1", `mail`), []string{`Worker "1"`, "JSON object"}},
		"no credentials":  {writebackREST(s, `environment_prefix = "NOT_SET"`), writebackValues("1", `{"mail":"a"}`), []string{"NOT_SET_TOKEN"}},
		"no path":         {strings.Replace(writebackREST(s), `["mail", "user_name"]`, `["mail", "user_name", "phone"]`, 1), writebackValues("1", `{"mail":"a"}`), []string{"rest.values", "phone"}},
		"path not listed": {strings.Replace(writebackREST(s), `["mail", "user_name"]`, `["mail"]`, 1), writebackValues("1", `{"mail":"a"}`), []string{"user_name", "not one of attributes"}},
		"template":        {strings.Replace(writebackREST(s), `"{mail}"`, `"{mial}"`, 1), writebackValues("1", `{"mail":"a"}`), []string{"write_body", "did you mean {mail}"}},
		"no system":       {"variable \"values\" { type = map(string) }\nresource \"workforce_hr_writeback\" \"staff\" {\n values = var.values\n attributes = [\"mail\"]\n}", writebackValues("1", `{"mail":"a"}`), []string{"sql", "rest"}},
	} {
		t.Run(name, func(t *testing.T) {
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders,
				Steps: []resource.TestStep{{Config: c.config, ConfigVariables: c.values, PlanOnly: true, ExpectError: wordsInOrder(c.want...)}}})
		})
	}
	if writes, _ := s.Writes(); len(writes) > 0 {
		t.Errorf("plans wrote %q", writes)
	}
}

func TestAccHRWriteback_unknownValuesAreRefused(t *testing.T) {
	s := useHR(t)
	unknown := func(more string) string {
		text := strings.Replace(writebackREST(s, more), "var.values", "{ 1 = terraform_data.later.output }", 1)
		return strings.Replace(text, `variable "values" { type = map(string) }`, `resource "terraform_data" "later" { input = jsonencode({ mail = "later@example.com" }) }`, 1)
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: unknown(""), ExpectError: wordsInOrder("values is not known until apply", "locals { rules =", "allow_unreviewed")},
		{Config: unknown("allow_unreviewed = true"), Check: employee(s, "k1", "later@example.com", ""), ConfigPlanChecks: noDiffAfter},
	}})
}

// writebackWorkspace is a directory for runs of the real command line.
func writebackWorkspace(t *testing.T, text string) (dir string, run func(ok bool, args ...string) string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	addRequiredProviders(t, dir)
	return dir, func(ok bool, args ...string) string {
		t.Helper()
		out, err := runTerraform(t.Context(), t, dir, args...)
		if (err == nil) != ok {
			t.Fatalf("terraform %v: %v\n%s", args, err, out)
		}
		return out
	}
}

func TestAccHRWriteback_createdInPart(t *testing.T) {
	for _, mend := range []string{"untaint", "replace"} {
		t.Run(mend, func(t *testing.T) {
			s := useHR(t)
			_, run := writebackWorkspace(t, strings.Replace(writebackREST(s, "on_removal = \"clear\"\n  on_destroy = \"clear\"\n  on_problem = \"stop\""), "var.values", `{ 1 = "{\"mail\":\"a\"}", 2 = "{\"mail\":\"b\"}" }`, 1)+"\n"+`output "x" { value = var.values }`)
			t.Setenv("TF_VAR_values", "{}")
			s.Refuse["2"] = true
			out := run(false, "apply", "-no-color", "-auto-approve")
			if !wordsInOrder("old1@example.com", "1 of 2 workers", "terraform untaint").MatchString(out) {
				t.Errorf("the output does not say what was overwritten, what was done and what to do:\n%s", out)
			}
			clear(s.Refuse)
			if mend == "untaint" {
				run(true, "untaint", "workforce_hr_writeback.staff")
				if out = run(true, "plan", "-no-color"); strings.Count(out, `+ "2"`) != 1 || strings.Contains(out, `+ "1"`) || !strings.Contains(out, "0 to add, 1 to change, 0 to destroy") {
					t.Errorf("the next plan is not about the rest only:\n%s", out)
				}
			}
			run(true, "apply", "-no-color", "-auto-approve")
			run(true, "plan", "-no-color", "-detailed-exitcode")
			if err := written(s, 2)(nil); err != nil {
				t.Error("the value that had been written was touched again: ", err)
			}
		})
	}
}

// hrDatabase is a file of SQLite with two workers.
func hrDatabase(t *testing.T) (path string, db *sql.DB) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "hr.db")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	for _, statement := range []string{"CREATE TABLE staff (id TEXT, email TEXT)", "INSERT INTO staff VALUES ('1', 'old'), ('2', NULL)"} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return path, db
}

func TestAccHRWriteback_changesBetweenPlanAndApply(t *testing.T) {
	path, db := hrDatabase(t)
	dir, run := writebackWorkspace(t, `
variable "mail" { type = string }
resource "workforce_hr_writeback" "staff" {
  values     = { 1 = jsonencode({ mail = var.mail }), 2 = jsonencode({ mail = "two@example.com" }) }
  attributes = ["mail"]
  sql = {
    driver = "sqlite"
    database = "`+path+`"
    table = "staff"
    key_column = "id"
    columns = { mail = "email" }
  }
}
`)
	const canary = "canary-s3cret"
	t.Setenv("WORKFORCE_WRITEBACK_PASSWORD", canary)
	mail := func() (v string) {
		if err := db.QueryRowContext(t.Context(), "SELECT email FROM staff WHERE id = '1'").Scan(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	out := run(true, "apply", "-no-color", "-auto-approve", "-var", "mail=one")
	if !wordsInOrder("overwritten", `worker 1: mail: "old" → "one"`).MatchString(out) || mail() != "one" {
		t.Errorf("the plan does not say what is overwritten (%q):\n%s", mail(), out)
	}
	run(true, "plan", "-no-color", "-detailed-exitcode", "-var", "mail=one")
	out = run(true, "plan", "-no-color", "-var", "mail=eins", "-out=plan.bin")
	if !wordsInOrder(`"one"`, "->", `"eins"`).MatchString(out) || strings.Contains(out, "two@example.com") {
		t.Errorf("the plan does not show the change, and nothing else:\n%s", out)
	}
	if _, err := db.ExecContext(t.Context(), "UPDATE staff SET email = 'hand' WHERE id = '1'"); err != nil {
		t.Fatal(err)
	}
	out = run(false, "apply", "-no-color", "plan.bin")
	if !wordsInOrder(`worker "1"`, `found "hand"`, `"one"`, "plan again").MatchString(out) || mail() != "hand" {
		t.Errorf("what somebody else wrote was not respected (%q):\n%s", mail(), out)
	}
	run(true, "apply", "-no-color", "-auto-approve", "-var", "mail=eins")
	if mail() != "eins" {
		t.Errorf("found %q, expected \"eins\"", mail())
	}
	state, err := os.ReadFile(filepath.Join(dir, "terraform.tfstate"))
	if err != nil || strings.Contains(string(state), canary) {
		t.Errorf("the state has the password (%v)", err)
	}
}

func TestAccHRWriteback_successFactors(t *testing.T) {
	s := sandbox.NewSuccessFactors(map[string]map[string]sandbox.Entry{"1": {"PerEmail/8449": {Value: "home@example.org", Primary: true}}})
	t.Cleanup(s.Close)
	t.Setenv("SF_PASSWORD", sandbox.SFPassword)
	user, company, _ := strings.Cut(sandbox.SFUser, "@")
	text := func(phone string) string {
		return `
resource "workforce_hr_writeback" "staff" {
  values             = { 1 = jsonencode({ mail = "ada@example.com", phone = "` + phone + `" }) }
  attributes         = ["mail", "phone"]
  environment_prefix = "SF"
  successfactors = {
    url        = "` + s.URL + `"
    company_id = "` + company + `"
    username   = "` + user + `"
    emails     = { mail = "8448" }
    phones     = { phone = "10605" }
  }
}
`
	}
	holds := func(phone string) resource.TestCheckFunc {
		return func(state *terraform.State) error {
			e := s.Entries("1")
			if e["PerEmail/8448"] != (sandbox.Entry{Value: "ada@example.com"}) || !e["PerEmail/8449"].Primary || e["PerPhone/10605"].Value != phone || strings.Contains(state.String(), sandbox.SFPassword) {
				return fmt.Errorf("found %v, expected the phone %q beside the addresses, and no password in the state:\n%s", e, phone, state)
			}
			return nil
		}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: text("555"), Check: holds("555"), ConfigPlanChecks: noDiffAfter},
		{Config: text("777"), Check: holds("777"), ConfigPlanChecks: noDiffAfter},
		{Config: text("not valid"), ExpectError: wordsInOrder(`worker "1"`, "PerPhone", "not valid")},
		{Config: strings.Replace(text("777"), `"8448"`, `"WORK"`, 1), PlanOnly: true, ExpectError: wordsInOrder("emails", "WORK", "picklist")},
		{Config: text("777"), Check: holds("777"), ConfigPlanChecks: noDiffAfter},
	}})
}
