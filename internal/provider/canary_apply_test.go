// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"archive/zip"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"terraform-provider-workforce/internal/sandbox/graph"
	"terraform-provider-workforce/internal/sandbox/writeback"
)

// personal begins the values of people that a log shows to nobody.
const personal = "p3rsonal-of-somebody"

// canaryPipeline uses every kind of resource and ephemeral resource, with a secret wherever one is taken. The secrets are
// ephemeral, so that not even Terraform's own copy of variables in a saved plan has them.
func canaryPipeline(ou, hr string) string {
	return fmt.Sprintf(`
variable "secret" {
  type      = string
  ephemeral = true
}
variable "broken" { default = false }
provider "workforce" {
  active_directory = { password = "${var.secret}-domain" }
  entra            = { client_secret = "${var.secret}-client" }
}
data "workforce_hr_csv" "staff" {
  path   = "workers.csv"
  fields = { worker_id = "ID", hire_date = "Hired" }
}
locals {
  rules = { ad = workforce_mapping.ad.json, entra = workforce_mapping.entra.json }
  held  = [workforce_override.held.json]
}
resource "workforce_mapping" "ad" {
  target = "active_directory"
  match  = [{ source = "worker_id", target = "employeeID" }]
  attributes = {
    employeeID     = { source = "worker_id" }
    cn             = { source = "worker_id" }
    sAMAccountName = { source = "worker_id", apply = "on_create" }
    givenName      = { source = "First" }
    homePhone      = { source = "Phone", redact = true }
  }
  container        = %[1]q
  worker_lifecycle = { leaver_container = "OU=Leavers,%[1]s" }
}
resource "workforce_mapping" "entra" {
  target = "entra"
  match  = [{ source = "worker_id", target = "employeeId" }]
  attributes = {
    employeeId        = { source = "worker_id" }
    userPrincipalName = { expression = "Append([worker_id], \"@example.com\")" }
    mailNickname      = { source = "worker_id" }
    displayName       = { source = "worker_id" }
    givenName         = { source = "First" }
    mobilePhone       = { source = "Phone", redact = true }
  }
}
resource "workforce_override" "held" {
  worker_ids = ["w2"]
  hold       = true
  reason     = "asked for"
  expires    = "2099-01-01"
}
data "workforce_ad_accounts" "staff" {
  workers   = data.workforce_hr_csv.staff.json
  mapping   = local.rules.ad
  overrides = local.held
}
data "workforce_entra_accounts" "staff" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.rules.entra
}
resource "workforce_ad_population" "staff" {
  accounts = data.workforce_ad_accounts.staff.accounts
}
resource "workforce_entra_population" "staff" {
  accounts = data.workforce_entra_accounts.staff.accounts
}
resource "workforce_ad_user" "x" {
  container           = %[1]q
  common_name         = "x"
  sam_account_name    = "x"
  password_wo         = "${var.secret}-Ad-1"
  password_wo_version = var.broken ? 2 : 1
}
resource "workforce_entra_user" "x" {
  user_principal_name = "x@example.com"
  display_name        = "x"
  mail_nickname       = "x"
  password_wo         = "${var.secret}-Entra-1"
  password_wo_version = var.broken ? 2 : 1
}
resource "workforce_ad_group" "x" {
  name      = "g"
  container = %[1]q
}
resource "workforce_ad_group_rules" "x" {
  accounts   = workforce_ad_population.staff.accounts
  rules      = { g = "[enabled]" }
  depends_on = [workforce_ad_group.x]
}
resource "workforce_entra_group" "x" {
  display_name = "x"
}
resource "workforce_entra_group_members" "x" {
  group   = workforce_entra_group.x.id
  members = [for id in keys(workforce_entra_population.staff.accounts) : id]
}
resource "workforce_hr_writeback" "x" {
  values     = { 1 = jsonencode({ mail = var.broken ? "b@example.com" : "a@example.com" }) }
  attributes = ["mail"]
  rest = {
    url            = %[2]q
    read_path      = "/find?number={worker_id}"
    record         = "data.0"
    worker_id      = "number"
    key            = "id"
    values         = { mail = "contact.email" }
    write_path     = "/employees/{key}"
    write_body     = jsonencode({ contact = { email = "{mail}" } })
    content_type   = "application/merge-patch+json"
    settle_seconds = 1
  }
}
ephemeral "workforce_entra_temporary_access_pass" "x" {
  user     = workforce_entra_user.x.user_principal_name
  applying = terraform.applying
}
output "report" { value = data.workforce_ad_accounts.staff.report }
`, ou, hr)
}

// TestAccCanaries_apply applies every kind of resource with a secret wherever one is taken, and with people whose values
// nobody is to see in a log, twice: once it works, and once every system refuses and shows in its answer what it was sent.
func TestAccCanaries_apply(t *testing.T) {
	tenant := useTenant(t, graph.Options{ClientSecret: canary + "-client"})
	_, ou := useMemoryDomain(t)
	t.Setenv("WORKFORCE_AD_PASSWORD", "")
	t.Setenv("WORKFORCE_ENTRA_CLIENT_SECRET", "")
	var refuses atomic.Bool
	hr, address := useTalkativeHR(t, &refuses)
	dir, run := writebackWorkspace(t, canaryPipeline(ou, address))
	workers := fmt.Sprintf("ID,Hired,First,Phone,Hobby\nw1,2020-01-01,%[1]s-first,+49 30 %[1]s,%[1]s-hobby\nw2,2020-01-01,Bo,,\n", personal)
	if err := os.WriteFile(filepath.Join(dir, "workers.csv"), []byte(workers), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TF_VAR_secret", canary)
	t.Setenv("TF_LOG_PROVIDER", "TRACE")
	t.Setenv("TF_LOG_PATH", filepath.Join(dir, "log"))
	t.Setenv("WORKFORCE_AUDIT_FILE", filepath.Join(dir, "audit"))
	seen := map[string]string{
		"plan": run(true, "plan", "-no-color", "-out", "saved"), "plan JSON": run(true, "show", "-json", "saved"),
		"apply": run(true, "apply", "-no-color", "saved"), "output": run(true, "output", "-json"),
		"messages": run(true, "plan", "-json"),
	}
	maps.Copy(seen, everythingIn(t, dir))
	if !strings.Contains(seen["apply"], "Apply complete") || hr.Employee("k1").Mail != "a@example.com" ||
		tenant.UserID("x@example.com") == "" {
		t.Fatalf("not everything was applied:\n%s", seen["apply"])
	}

	t.Setenv("TF_VAR_broken", "true")
	refuses.Store(true)
	tenant.Fault(graph.Fault{Method: "PATCH", Path: "^/users/", Body: canary, Times: -1, Status: 400, Code: "Request_BadRequest",
		Message: "The password '" + canary + "-Entra-1' is banned."})
	tenant.Fault(graph.Fault{Method: "POST", Path: "temporaryAccessPassMethods", Times: -1, Status: 400, Message: "No pass."})
	seen["failed apply"] = run(false, "apply", "-no-color", "-auto-approve")
	for name, text := range everythingIn(t, dir) {
		seen["failed "+name] = text
	}
	if failed := seen["failed apply"]; !strings.Contains(failed, "is banned") || !strings.Contains(failed, "422") {
		t.Errorf("the systems did not refuse:\n%s", failed)
	}
	for where, text := range seen {
		for _, secret := range []string{canary, writeback.Token} {
			if i := strings.Index(text, secret); i >= 0 {
				t.Errorf("%s shows a secret: …%s…", where, text[max(0, i-300):min(len(text), i+100)])
			}
		}
		if i := strings.Index(text, personal); i >= 0 && strings.HasSuffix(where, "log") {
			t.Errorf("%s shows what is personal: …%s…", where, text[max(0, i-300):min(len(text), i+100)])
		}
		if n := strings.Count(text, personal+"-hobby"); n > 0 && !strings.Contains(where, "tfstate") && where != "plan JSON" &&
			!strings.HasSuffix(where, "workers.csv") {
			t.Errorf("%s shows a column that no rule reads", where)
		}
	}
}

// useTalkativeHR is an HR system that shows in its refusals of changes who asked.
func useTalkativeHR(t *testing.T, refuses *atomic.Bool) (s *writeback.Server, address string) {
	t.Helper()
	s = useHR(t)
	inner, err := url.Parse(strings.TrimSuffix(s.URL, "/api"))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(inner)
	outer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refuses.Load() && r.Method != http.MethodGet {
			http.Error(w, "no access with "+r.Header.Get("Authorization"), http.StatusUnprocessableEntity)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(outer.Close)
	return s, outer.URL + "/api"
}

// everythingIn returns the files of a directory by name, and those in saved plans.
func everythingIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	seen := map[string]string{}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(file) != "saved" {
			seen[filepath.Base(file)] = string(text)
			continue
		}
		saved, err := zip.OpenReader(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range saved.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			seen["saved/"+f.Name] = string(text)
		}
		if err := saved.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return seen
}
