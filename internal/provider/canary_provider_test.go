// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccCanaries_provider gives every secret argument of the provider a canary, each in a configuration of the provider of its own that
// reads from its directory. Whatever comes of it, neither Terraform's output nor its log shows one.
func TestAccCanaries_provider(t *testing.T) {
	useTenant(t, graph.Options{})
	useMemoryDomain(t)
	t.Setenv("WORKFORCE_AD_PASSWORD", "")
	t.Setenv("WORKFORCE_ENTRA_CLIENT_SECRET", "")
	configurations, data := configurationsOfSecrets(t)
	if len(configurations) < 6 {
		t.Errorf("found %d secrets of the provider", len(configurations))
	}
	dir, run := writebackWorkspace(t, "variable \"canary\" {\n  type      = string\n  ephemeral = true\n}\n")
	text, err := json.Marshal(map[string]any{"provider": map[string]any{"workforce": configurations}, "data": data})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "canaries.tf.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TF_VAR_canary", canary)
	t.Setenv("TF_LOG_PROVIDER", "TRACE")
	t.Setenv("TF_LOG_PATH", filepath.Join(dir, "log"))
	seen := map[string]string{"validate": run(true, "validate", "-no-color"), "plan": run(false, "plan", "-no-color"),
		"messages": run(false, "plan", "-json")}
	log, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	seen["log"] = string(log)
	for kind, all := range data {
		for alias := range all {
			if !strings.Contains(seen["plan"], "data."+kind+"."+alias) {
				t.Errorf("nothing was read with %s:\n%s", alias, seen["plan"])
			}
		}
	}
	noCanary(t, seen)
}

// configurationsOfSecrets has one configuration of the provider for each of its secret arguments, by an alias, and what reads with it.
func configurationsOfSecrets(t *testing.T) (configurations []any, data map[string]map[string]any) {
	t.Helper()
	reads := map[string]map[string]any{
		"active_directory": {"workforce_ad_user": map[string]any{"sam_account_name": "x"}},
		"entra":            {"workforce_entra_user": map[string]any{"user_principal_name": "x@example.com"}},
	}
	data = map[string]map[string]any{}
	for _, a := range arguments("provider", "", schemas(t)["provider"]["workforce"].Block.Attributes) {
		if !a.given() || !a.secret() {
			continue
		}
		steps := strings.Split(a.path, ".")
		alias := strings.Join(steps, "_")
		var value any = "${var.canary}" + a.Name
		for i := len(steps) - 1; i > 0; i-- {
			value = map[string]any{steps[i]: value}
		}
		read := reads[steps[0]]
		if read == nil {
			t.Fatalf("%s: this test reads nothing with %s", a.path, steps[0])
		}
		configurations = append(configurations, map[string]any{"alias": alias, steps[0]: value})
		for kind, body := range read {
			if data[kind] == nil {
				data[kind] = map[string]any{}
			}
			one := map[string]any{"provider": "workforce." + alias}
			fields, _ := body.(map[string]any)
			maps.Copy(one, fields)
			data[kind][alias] = one
		}
	}
	return configurations, data
}

// TestCanariesOfActions runs every action and lists every kind of resource with a provider whose secrets are canaries, and with
// canaries in each secret argument that an action or a list may get; what they say and log shows none.
func TestCanariesOfActions(t *testing.T) {
	tenant := useTenant(t, graph.Options{ClientSecret: canary + "-client"})
	useMemoryDomain(t)
	t.Setenv("WORKFORCE_AD_PASSWORD", canary+"-domain")
	t.Setenv("WORKFORCE_ENTRA_CLIENT_SECRET", canary+"-client")
	var log bytes.Buffer
	ctx := tflogtest.RootLogger(t.Context(), &log)
	p := startActions(t, nil)
	if _, err := p.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.14.0",
		Config: dynamic(t, p.schemas.Provider.ValueType(), nil)}); err != nil {
		t.Fatal(err)
	}
	ann := tenant.AddUser(map[string]any{"userPrincipalName": "x@example.com", "displayName": "x", "mailNickname": "x"})
	tenant.Fault(graph.Fault{Method: "PATCH", Path: "^/users/", Times: -1, Status: 400, Code: "Request_BadRequest", Message: "No."})
	var heard strings.Builder
	for name, a := range p.schemas.ActionSchemas {
		config := dynamic(t, a.Schema.ValueType(), filledWith(t, name, a.Schema, ann))
		planned, err := p.PlanAction(ctx, &tfprotov6.PlanActionRequest{ActionType: name, Config: config})
		if err != nil {
			t.Fatal(err)
		}
		heard.WriteString(said(planned.Diagnostics))
		stream, err := p.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: name, Config: config})
		if err != nil {
			t.Fatal(err)
		}
		for event := range stream.Events {
			switch e := event.Type.(type) {
			case tfprotov6.ProgressInvokeActionEventType:
				fmt.Fprintln(&heard, e.Message)
			case tfprotov6.CompletedInvokeActionEventType:
				fmt.Fprintln(&heard, name, "ends", said(e.Diagnostics))
			}
		}
	}
	for name, s := range p.schemas.ListResourceSchemas {
		config := dynamic(t, s.ValueType(), filledWith(t, name, s, ann))
		stream, err := p.ListResource(ctx, &tfprotov6.ListResourceRequest{TypeName: name, Config: config, IncludeResource: true, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for result := range stream.Results {
			fmt.Fprintln(&heard, name, "lists", result.DisplayName, said(result.Diagnostics))
		}
	}
	for name := range p.schemas.ActionSchemas {
		if !strings.Contains(heard.String(), name+" ends") {
			t.Errorf("%s was not run", name)
		}
	}
	if log.Len() == 0 || !strings.Contains(heard.String(), "workforce_entra_user lists x") {
		t.Errorf("the log has %d bytes, and heard was:\n%s", log.Len(), heard.String())
	}
	noCanary(t, map[string]string{"log": log.String(), "messages": heard.String()})
}

// filledWith is what a configuration needs, and each secret with a canary.
func filledWith(t *testing.T, name string, s *tfprotov6.Schema, user string) map[string]tftypes.Value {
	t.Helper()
	set := map[string]tftypes.Value{}
	for _, a := range arguments(name, "", s.Block.Attributes) {
		switch secret := a.secret() && a.given(); {
		case secret && a.Type.Is(tftypes.String) && !strings.Contains(a.path, "."):
			set[a.Name] = tftypes.NewValue(a.Type, canary+a.Name)
		case secret:
			t.Fatalf("%s: %s is secret: give it a canary here", name, a.path)
		case !a.Required || strings.Contains(a.path, "."):
		case a.Type != nil && a.Type.Is(tftypes.String):
			set[a.Name] = tftypes.NewValue(a.Type, "x")
		case a.Type != nil && a.Type.Is(tftypes.List{}):
			set[a.Name] = textList(user)
		default:
			t.Fatalf("%s: %s is required: give it a value here", name, a.path)
		}
	}
	return set
}
