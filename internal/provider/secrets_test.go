// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"archive/zip"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-workforce/internal/sandbox/graph"
)

const canary = "c4n4ry-of-a-s3cret"

// plainArguments are the arguments of HR data sources that hold no secret and stand in the state. An argument
// that is added is either sensitive, or one of these.
var plainArguments = strings.Fields(`active_statuses api_key_header app_id as_of attributes authority base ca_certificate ca_certificate_file ca_certificate_pem client_certificate_file
	client_certificate_pem client_id client_key_file columns comment company company_id config_file credential_cache_file credentials_in database date_formats
	date_style delimiter driver dsn_variable encoding engagement_attribute environment_prefix false_values fields filter findings_json fingerprint format
	headers_from_environment hidden host id_prefix inactive_statuses isolation issuer json key_column keytab_file kind left_out manager_reference
	manager_relationship method more name name_format namespaces next no_date_values no_manager_values null_values optional_columns owner pages paging parameter
	partner_id password_variable paths person_key person_keys primary primary_column primary_values query realm records referrals resource scope scopes sentinels
	server_name service_principal_name service_user sha256 sheet size_parameter tenant time_zone time_zones tls_mode tls_server_name total total_path trailer
	true_values type_order unit urls username version warnings workers xpaths`)

// filled is a value of a type with the canary wherever there is text.
func filled(t tftypes.Type) tftypes.Value {
	switch kind := t.(type) {
	case tftypes.List:
		return tftypes.NewValue(t, []tftypes.Value{filled(kind.ElementType)})
	case tftypes.Set:
		return tftypes.NewValue(t, []tftypes.Value{filled(kind.ElementType)})
	case tftypes.Map:
		return tftypes.NewValue(t, map[string]tftypes.Value{"x-key": filled(kind.ElementType)})
	case tftypes.Object:
		members := map[string]tftypes.Value{}
		for name, member := range kind.AttributeTypes {
			members[name] = filled(member)
		}
		return tftypes.NewValue(t, members)
	}
	if t.Is(tftypes.String) {
		return tftypes.NewValue(t, "people?key="+canary)
	}
	return tftypes.NewValue(t, nil)
}

// TestEveryArgumentOfEverySource fills every argument of every HR data source with a canary: what is left of
// it in the state are arguments that are known to hold no secret.
func TestEveryArgumentOfEverySource(t *testing.T) {
	left := map[string]bool{}
	sources := 0
	for _, create := range (&workforceProvider{}).DataSources(t.Context()) {
		source := create()
		var meta datasource.MetadataResponse
		var resp datasource.SchemaResponse
		source.Metadata(t.Context(), datasource.MetadataRequest{ProviderTypeName: "workforce"}, &meta)
		source.Schema(t.Context(), datasource.SchemaRequest{}, &resp)
		if !strings.HasPrefix(meta.TypeName, "workforce_hr_") {
			continue
		}
		sources++
		state := tfsdk.State{Schema: resp.Schema, Raw: filled(resp.Schema.Type().TerraformType(t.Context()))}
		if diags := withoutSecrets(t.Context(), &state); diags.HasError() {
			t.Fatal(diags)
		}
		if err := tftypes.Walk(state.Raw, func(at *tftypes.AttributePath, v tftypes.Value) (bool, error) {
			if v.IsKnown() && !v.IsNull() && v.Type().Is(tftypes.String) && strings.Contains(v.String(), canary) {
				name := ""
				for _, step := range at.Steps() {
					if attribute, ok := step.(tftypes.AttributeName); ok {
						name = string(attribute)
					}
				}
				if !slices.Contains(plainArguments, name) {
					left[meta.TypeName+" "+name] = true
				}
			}
			return true, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		t.Errorf("%s stands in the state: make it sensitive, or say in plainArguments that it holds no secret", name)
	}
	if sources < 15 {
		t.Errorf("found %d HR data sources, expected all of them", sources)
	}
}

// TestAccHR_keysOfAddresses: a signature in the query of an address and a key among the parameters of a request are
// needed to read, and stand nowhere afterwards: not in the state, in what a plan reads, in the output, in a log, in an error.
func TestAccHR_keysOfAddresses(t *testing.T) {
	fail := false
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.URL.Query().Get("sig") + r.URL.Query().Get("api_key")
		switch {
		case fail || !strings.Contains(key, canary):
			http.Error(w, "no access with "+key, http.StatusForbidden)
		case r.URL.Path == "/staff.csv":
			fmt.Fprint(w, "ID,First,SSN\n1,Ann,"+canary+"-5\n")
		default:
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `[{"id":"1","title":"Clerk"}]`)
		}
	}))
	t.Cleanup(s.Close)
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	t.Setenv("TF_VAR_key", canary)
	t.Setenv("TF_VAR_ca", ca)
	dir, run := writebackWorkspace(t, fmt.Sprintf(`
variable "key" { type = string }
variable "ca" { type = string }
resource "terraform_data" "later" { input = "x" }
data "workforce_hr_csv" "staff" {
  url            = "%[1]s/staff.csv?sig=${var.key}"
  ca_certificate = var.ca
  fields         = { worker_id = "ID" }
}
data "workforce_hr_csv" "inline" {
  content = "ID,First,SSN\n1,Ann,${var.key}\n"
  fields  = { worker_id = "ID" }
}
data "workforce_hr_rest" "staff" {
  url                = "%[1]s"
  ca_certificate_pem = var.ca
  path               = "people"
  query              = { api_key = var.key }
  fields             = { worker_id = "id" }
  attributes         = ["title"]
  max_retries        = 0
}
data "workforce_hr_csv" "later" {
  url            = "%[1]s/staff.csv?sig=${var.key}&for=${terraform_data.later.id}"
  ca_certificate = var.ca
  fields         = { worker_id = "ID" }
}
output "counts" {
  value = [data.workforce_hr_csv.staff.worker_count, data.workforce_hr_rest.staff.worker_count,
	data.workforce_hr_csv.inline.worker_count, data.workforce_hr_csv.later.worker_count]
}
`, s.URL))
	log := filepath.Join(dir, "log")
	t.Setenv("TF_LOG_PROVIDER", "TRACE")
	t.Setenv("TF_LOG_PATH", log)
	seen := map[string]string{"plan": run(true, "plan", "-no-color", "-out", "saved"), "apply": run(true, "apply", "-no-color", "saved")}
	fail = true
	seen["errors"] = run(false, "plan", "-no-color")
	if !strings.Contains(seen["errors"], "403") || strings.Count(seen["apply"], "1,") != 4 {
		t.Errorf("the sources were not read, or no error says why:\n%s\n%s", seen["apply"], seen["errors"])
	}
	maps.Copy(seen, kept(t, dir))
	for where, text := range seen {
		if i := strings.Index(text, canary); i >= 0 {
			t.Errorf("%s has the key: …%s…", where, text[max(0, i-200):min(len(text), i+100)])
		}
	}
}

// kept returns what Terraform leaves in a directory, by name: the state, the log and what a saved plan has of the state.
func kept(t *testing.T, dir string) map[string]string {
	t.Helper()
	seen := map[string]string{}
	for _, name := range []string{"terraform.tfstate", "log"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		seen[name] = string(text)
	}
	saved, err := zip.OpenReader(filepath.Join(dir, "saved"))
	if err != nil {
		t.Fatal(err)
	}
	defer saved.Close()
	for _, f := range saved.File {
		if f.Name != "tfstate" && f.Name != "tfstate-prev" { // the rest is Terraform's own copy of configuration and variables
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		seen[f.Name] = string(text)
	}
	return seen
}

// TestAccHR_workersOnce: the workers document is personal data. The state has it once, with its source, however many data
// sources read it; no plan shows it, even of a data source that is read at apply; an output of it has to say so. What no rule
// reads is warned about, and one line keeps it out.
func TestAccHR_workersOnce(t *testing.T) {
	useTenant(t, graph.Options{})
	t.Setenv("TF_VAR_csv", "ID,First,Last,Dept,Hired,Left,Boss,Status,Hobby\n1,Ann,Ray,IT,2020-01-01,,,Active,"+canary+"\n")
	pipeline := cloudPipeline("2026-01-20") + `
resource "terraform_data" "later" { input = "2026-01-21" }
data "workforce_entra_correlation" "later" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.rules
  as_of   = terraform_data.later.output
}
output "report" { value = data.workforce_entra_accounts.staff.report }
`
	dir, run := writebackWorkspace(t, pipeline)
	log := filepath.Join(dir, "log")
	t.Setenv("TF_LOG_PROVIDER", "TRACE")
	t.Setenv("TF_LOG_PATH", log)
	shown := run(true, "plan", "-no-color", "-out", "saved") + run(true, "apply", "-no-color", "saved") + run(true, "show",
		"-no-color") + run(true, "plan", "-no-color")
	if !wordsInOrder("correlation", "workers", "(sensitive value)", "report", "Ann Ray").MatchString(shown) {
		t.Errorf("the plan does not show that data is read later, or what becomes of the people:\n%s", shown)
	}
	if strings.Contains(shown, canary) {
		t.Errorf("the workers document is shown:\n%s", shown)
	}
	for where, text := range kept(t, dir) {
		most := map[string]int{"terraform.tfstate": 1, "tfstate": 1}[where] // tfstate is the state that the plan expects
		if n := strings.Count(text, canary); n > most || where == "terraform.tfstate" && n == 0 {
			t.Errorf("%s has the workers document %d times, expected %d", where, n, most)
		}
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("output.tf", "output \"json\" { value = data.workforce_hr_csv.staff.json }\n")
	if out := run(false, "plan", "-no-color"); !strings.Contains(out, "sensitive = true") || strings.Contains(out, canary) {
		t.Errorf("the document can be shown by an output that does not say so:\n%s", out)
	}
	if err := os.Remove(filepath.Join(dir, "output.tf")); err != nil {
		t.Fatal(err)
	}
	// What no rule reads need not be there at all: the plan says so, and its advice works.
	advice := wordsInOrder("columns that no rule reads", "1 column", `"Hobby"`, "attributes = local.reads", "locals {",
		"reads = workforce_mapping.NAME.source_attributes")
	if !advice.MatchString(shown) {
		t.Errorf("the plan does not say that the state has more than the rules read:\n%s", shown)
	}
	main, err := os.ReadFile(filepath.Join(dir, "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	write("main.tf", strings.Replace(string(main), "content = var.csv", "content = var.csv\n  attributes = local.reads", 1)+
		"locals { reads = workforce_mapping.entra.source_attributes }\n")
	if out := run(true, "apply", "-no-color", "-auto-approve"); strings.Contains(out, "Hobby") {
		t.Errorf("the advice does not help:\n%s", out)
	}
	if state := kept(t, dir)["terraform.tfstate"]; strings.Contains(state, canary) || strings.Contains(state, "Hobby") ||
		!strings.Contains(state, "Ann Ray") {
		t.Error("the state has what no rule reads, or not what they read")
	}
}

// TestWarnSecretFiles: whoever can read the file can sign in as the provider.
func TestWarnSecretFiles(t *testing.T) {
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"open": 0o644, "own": 0o600, "group": 0o640} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(canary), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
	}
	var diags diag.Diagnostics
	warnSecretFiles(&diags, "", dir, filepath.Join(dir, "none"), filepath.Join(dir, "own"), filepath.Join(dir, "group"),
		filepath.Join(dir, "open"))
	if len(diags) != 1 || diags.HasError() || !strings.Contains(diags[0].Detail(), "chmod 600") || !strings.Contains(diags[0].Detail(),
		filepath.Join(dir, "open")) {
		t.Errorf("found %v, expected a warning about the open file", diags)
	}
	t.Setenv("WORKFORCE_ENTRA_CLIENT_SECRET_FILE", filepath.Join(dir, "open"))
	t.Setenv("WORKFORCE_AD_KERBEROS_KEYTAB_FILE", filepath.Join(dir, "own"))
	data := &providerData{activeDirectory: newLazyDomain(nil, &diags), entra: newLazyTenant(nil, "", nil, &diags)}
	if files := data.secretFiles(); !slices.Contains(files, filepath.Join(dir, "open")) || !slices.Contains(files, filepath.Join(dir,
		"own")) {
		t.Errorf("found %v, expected the files of the variables", files)
	}
}
