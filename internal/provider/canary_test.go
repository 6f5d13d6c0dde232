// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// argument is one argument of a schema, wherever it is nested.
type argument struct {
	of   string // kind and type, such as "resource workforce_ad_user"
	path string
	*tfprotov6.SchemaAttribute
}

func (a argument) given() bool  { return a.Optional || a.Required }
func (a argument) secret() bool { return a.Sensitive || a.WriteOnly }

// schemas returns the schemas of everything that the provider has, by kind in configurations and by type.
func schemas(t *testing.T) map[string]map[string]*tfprotov6.Schema {
	t.Helper()
	server, err := testProviders["workforce"]()
	if err != nil {
		t.Fatal(err)
	}
	got, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	actions := map[string]*tfprotov6.Schema{}
	for name, a := range got.ActionSchemas {
		actions[name] = a.Schema
	}
	return map[string]map[string]*tfprotov6.Schema{"provider": {"workforce": got.Provider}, "resource": got.ResourceSchemas,
		"data": got.DataSourceSchemas, "ephemeral": got.EphemeralResourceSchemas, "action": actions, "list": got.ListResourceSchemas}
}

// arguments lists attributes and those below them.
func arguments(of, below string, attributes []*tfprotov6.SchemaAttribute) []argument {
	var out []argument
	for _, a := range attributes {
		out = append(out, argument{of, below + a.Name, a})
		if a.NestedType != nil {
			out = append(out, arguments(of, below+a.Name+".", a.NestedType.Attributes)...)
		}
	}
	return out
}

// secretive are names of arguments that hold secrets, or may; harmlessNames are those among them that hold none.
var (
	secretive     = regexp.MustCompile(`password|secret|token|passphrase|key|credential|header|query|body|dsn|assertion|signature|private`)
	harmlessNames = regexp.MustCompile(`^(oidc_token_tag|change_password_at_next_logon|first_password|password_wo_version|write_body|cannot_change_password)$|` +
		`^(private|in_body|header_row)$|` +
		`_file$|_variable$|_url$|_header$|^(token|keys?|key_column|person_keys?|key_attribute|id_from_key|query|token_format|style)$|` +
		`^credentials?_(in|cache)|from_environment$|password_(length|change|never|not|policies|random)|require_password|_key_(prefix|name)$`)
)

// TestEveryArgumentOfEverything: what the name of an argument says is secret is sensitive, and no resource keeps a secret in its state.
func TestEveryArgumentOfEverything(t *testing.T) {
	seen := 0
	for kind, types := range schemas(t) {
		for name, s := range types {
			if len(s.Block.BlockTypes) > 0 {
				t.Errorf("%s %s has blocks, which this test does not look into", kind, name)
			}
			for _, a := range arguments(kind+" "+name, "", s.Block.Attributes) {
				seen++
				switch {
				case name == "workforce_mapping" && a.path == "json": // the rules, which the arguments show: a plan shows them once
				case kind == "resource" && a.Sensitive && !a.WriteOnly:
					t.Errorf("%s: %s is kept in the state: make it write-only", a.of, a.path)
				case a.given() && !a.secret() && secretive.MatchString(a.Name) && !harmlessNames.MatchString(a.Name):
					t.Errorf("%s: %s may hold a secret by its name: make it sensitive or write-only, "+
						"or say in harmlessNames that it holds none", a.of, a.path)
				}
			}
		}
	}
	if seen < 500 {
		t.Errorf("found %d arguments, expected those of the whole provider", seen)
	}
}

// sample is a value for an argument: the canary where it is secret, and something where it is required.
func sample(a *tfprotov6.SchemaAttribute) (value any, useful bool) {
	if !a.Optional && !a.Required {
		return nil, false
	}
	if a.NestedType == nil {
		text := "x"
		if a.Sensitive || a.WriteOnly {
			text = "${var.canary}" + a.Name
		}
		return sampleOf(a.Type, text), a.Required || a.Sensitive || a.WriteOnly
	}
	inner := map[string]any{}
	useful = a.Required
	for _, below := range a.NestedType.Attributes {
		if v, wanted := sample(below); wanted {
			inner[below.Name], useful = v, useful || !below.Required || below.Sensitive
		}
	}
	switch a.NestedType.Nesting {
	case tfprotov6.SchemaObjectNestingModeList, tfprotov6.SchemaObjectNestingModeSet:
		return []any{inner}, useful
	case tfprotov6.SchemaObjectNestingModeMap:
		return map[string]any{"k": inner}, useful
	}
	return inner, useful
}

func sampleOf(t tftypes.Type, text string) any {
	switch of := t.(type) {
	case tftypes.List:
		return []any{sampleOf(of.ElementType, text)}
	case tftypes.Set:
		return []any{sampleOf(of.ElementType, text)}
	case tftypes.Map:
		return map[string]any{"k": sampleOf(of.ElementType, text)}
	}
	switch {
	case t.Is(tftypes.Number):
		return 1
	case t.Is(tftypes.Bool):
		return true
	}
	return text
}

// TestAccCanaries gives every secret argument of every data source, resource and ephemeral resource a canary, by the schemas: whatever the
// provider finds wrong with such a configuration, it shows none, neither in what Terraform prints nor in its log.
func TestAccCanaries(t *testing.T) {
	dir, run := writebackWorkspace(t, `
variable "canary" {
  type      = string
  sensitive = true
}
`)
	t.Setenv("TF_VAR_canary", canary)
	log := filepath.Join(dir, "log")
	t.Setenv("TF_LOG_PROVIDER", "TRACE")
	t.Setenv("TF_LOG_PATH", log)
	document, secrets := map[string]any{}, 0
	for kind, types := range schemas(t) {
		if kind == "action" || kind == "list" || kind == "provider" { // see TestCanariesOfActions and TestAccCanaries_provider
			continue
		}
		all := map[string]any{}
		for name, s := range types {
			body := map[string]any{}
			for _, a := range s.Block.Attributes {
				if v, useful := sample(a); useful {
					body[a.Name] = v
				}
			}
			text, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			secrets += strings.Count(string(text), "${var.canary}")
			all[name] = map[string]any{"c": body}
		}
		document[kind] = all
	}
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "canaries.tf.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{"validate": run(false, "validate", "-no-color"), "plan": run(false, "plan", "-no-color"),
		"json": run(false, "plan", "-json")}
	logged, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	seen["log"] = string(logged)
	noCanary(t, seen)
	if secrets < 60 || !strings.Contains(seen["plan"], "workforce_") {
		t.Error(fmt.Sprintf("only %d secrets were given:\n", secrets) + seen["plan"])
	}
}

// noCanary fails for each text that shows a canary, with the arguments that it comes from.
func noCanary(t *testing.T, seen map[string]string) {
	t.Helper()
	for where, text := range seen {
		var found []string
		for _, one := range regexp.MustCompile(canary+`\w*`).FindAllString(text, -1) {
			if !slices.Contains(found, one) {
				found = append(found, one)
			}
		}
		if len(found) > 0 {
			i := strings.Index(text, canary)
			t.Errorf("%s shows %q: …%s…", where, found, text[max(0, i-300):min(len(text), i+100)])
		}
	}
}
