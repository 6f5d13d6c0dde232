// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-workforce/internal/sandbox/graph"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// terraform14 is Terraform 1.14 as far as actions, lists and identities go: the one on PATH may be older.
type terraform14 struct {
	tfprotov6.ProviderServer
	tfprotov6.ActionServer
	tfprotov6.ListResourceServer
	schemas *tfprotov6.GetProviderSchemaResponse
	heard   func(message string) // called with each message of a run, if not nil
}

// startActions configures the provider as the environment says; with are settings of its blocks.
func startActions(t *testing.T, with map[string]tftypes.Value) *terraform14 {
	t.Helper()
	server := NewServer("test")()
	actions, ok := server.(tfprotov6.ActionServer)
	if !ok {
		t.Fatal("the server hides its actions")
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || len(schemas.Diagnostics) > 0 {
		t.Fatal(err, schemas.Diagnostics)
	}
	lists, ok := server.(tfprotov6.ListResourceServer)
	if !ok {
		t.Fatal("the server hides its lists")
	}
	out := &terraform14{ProviderServer: server, ActionServer: actions, ListResourceServer: lists, schemas: schemas}
	configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.14.0", Config: dynamic(t, schemas.Provider.ValueType(), with)})
	if err != nil || len(configured.Diagnostics) > 0 {
		t.Fatal(err, configured.Diagnostics)
	}
	return out
}

// dynamic is an object with some attributes set; the others are null.
func dynamic(t *testing.T, typ tftypes.Type, set map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	v, err := tfprotov6.NewDynamicValue(typ, objectOf(t, typ, set))
	if err != nil {
		t.Fatal(err)
	}
	return &v
}

func objectOf(t *testing.T, typ tftypes.Type, set map[string]tftypes.Value) tftypes.Value {
	t.Helper()
	o, ok := typ.(tftypes.Object)
	if !ok {
		t.Fatalf("%s is no object", typ)
	}
	values := map[string]tftypes.Value{}
	for name, attribute := range o.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
	}
	for name, v := range set {
		values[name] = v
	}
	return tftypes.NewValue(typ, values)
}

// textList is a list of strings; "?" is one that is unknown.
func textList(of ...string) tftypes.Value {
	var values []tftypes.Value
	for _, s := range of {
		v := tftypes.NewValue(tftypes.String, s)
		if s == "?" {
			v = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
		}
		values = append(values, v)
	}
	return tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, values)
}

func (p *terraform14) config(t *testing.T, action string, set map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	schema := p.schemas.ActionSchemas[action]
	if schema == nil {
		t.Fatalf("no action %s", action)
	}
	return dynamic(t, schema.Schema.ValueType(), set)
}

// plan validates and plans an action for people, and returns what is said.
func (p *terraform14) plan(t *testing.T, action string, users ...string) string {
	t.Helper()
	config := p.config(t, action, map[string]tftypes.Value{"users": textList(users...)})
	validated, err := p.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: action, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if len(validated.Diagnostics) > 0 {
		return said(validated.Diagnostics)
	}
	planned, err := p.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: action, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	return said(planned.Diagnostics)
}

// invoke runs an action, and returns its messages and what is said in the end.
func (p *terraform14) invoke(ctx context.Context, t *testing.T, action string, users ...string) (progress []string, end string) {
	t.Helper()
	config := p.config(t, action, map[string]tftypes.Value{"users": textList(users...), "reason": tftypes.NewValue(tftypes.String, "INC-7")})
	stream, err := p.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: action, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	completed := 0
	for event := range stream.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, e.Message)
			if p.heard != nil {
				p.heard(e.Message)
			}
		case tfprotov6.CompletedInvokeActionEventType:
			completed++
			end = said(e.Diagnostics)
		}
	}
	if completed != 1 {
		t.Errorf("completed %d times", completed)
	}
	return progress, end
}

// said is diagnostics as one text.
func said(diagnostics []*tfprotov6.Diagnostic) string {
	var b strings.Builder
	for _, d := range diagnostics {
		fmt.Fprintf(&b, "%s: %s: %s\n", d.Severity, d.Summary, d.Detail)
	}
	return b.String()
}

// says checks that a text has words in order; without words it must be empty.
func says(t *testing.T, text string, words ...string) {
	t.Helper()
	if len(words) == 0 && text != "" || !wordsInOrder(words...).MatchString(text) {
		t.Errorf("said:\n%s\nexpected %q", text, words)
	}
}

// TestActionsServed: Terraform 1.14 sees the actions, and what Terraform 1.11 asks for is as it was.
func TestActionsServed(t *testing.T) {
	p := startActions(t, nil)
	metadata, err := p.GetMetadata(t.Context(), &tfprotov6.GetMetadataRequest{})
	if err != nil || len(metadata.Actions) != len(actions()) || len(p.schemas.ActionSchemas) != len(actions()) || len(actions()) != 10 {
		t.Fatalf("%v: %d and %d actions of %d", err, len(metadata.Actions), len(p.schemas.ActionSchemas), len(actions()))
	}
	for name, s := range p.schemas.ActionSchemas {
		if n := len(s.Schema.Block.Attributes); n != 2 && !strings.Contains(name, "_issue_") || n < 2 || s.Schema.Block.Description == "" {
			t.Errorf("%s: %+v", name, s.Schema.Block)
		}
	}
	for name, tt := range map[string]struct {
		users tftypes.Value
		words []string
	}{
		"nobody":       {textList(), []string{"users", "at least 1"}},
		"an empty one": {textList("p1", ""), []string{"users", "at least 1"}},
		"unknown":      {tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, tftypes.UnknownValue), nil},
	} {
		t.Run(name, func(t *testing.T) {
			const action = "workforce_ad_disable_users"
			got, err := p.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: action, Config: p.config(t, action, map[string]tftypes.Value{"users": tt.users})})
			if err != nil {
				t.Fatal(err)
			}
			says(t, said(got.Diagnostics), tt.words...)
		})
	}
	// Who is not known yet is looked up when the action runs: nothing is contacted, and nothing is configured here.
	says(t, p.plan(t, "workforce_entra_revoke_sessions", "?"))
	says(t, p.plan(t, "workforce_entra_revoke_sessions", "?", "p1"), "Microsoft Entra ID cannot be used")
	_, end := p.invoke(t.Context(), t, "workforce_ad_disable_users", "p1")
	says(t, end, "Active Directory cannot be used", "WORKFORCE_AD_URL")
}

// enlist makes enabled accounts with passwords, whose login and worker id is the prefix and a number.
func enlist(t *testing.T, d *samba.Domain, ou, prefix string, n int) (users []string) {
	t.Helper()
	for i := range n {
		id := fmt.Sprintf("%s%02d", prefix, i)
		users = append(users, id)
		if err := d.CreateUser(t.Context(), "CN=Act "+id+","+ou, "Enough-of-it-2026!", map[string][]string{"sAMAccountName": {id}, "employeeID": {id}, "displayName": {"Act " + id}}); err != nil {
			t.Fatal(err)
		}
	}
	return users
}

func TestAccActionsAD(t *testing.T) {
	d, proxy := useProxy(t)
	ou := d.Container(t)
	users := enlist(t, d, ou, "act", 50)
	mustModify(t, d, "dn: CN=Act act07,"+ou+"\nchangetype: modify\nreplace: adminCount\nadminCount: 1\n")
	rest := slices.Delete(slices.Clone(users), 7, 8)
	disabled := func(want int) {
		t.Helper()
		found, err := d.SearchBelow(t.Context(), ou, "one", "(userAccountControl=514)", "cn")
		if err != nil || len(found) != want {
			t.Errorf("%d are disabled (%v), expected %d", len(found), err, want)
		}
	}
	p := startActions(t, nil)
	says(t, p.plan(t, "workforce_ad_disable_users", append([]string{"act99"}, users...)...), "ERROR", "Cannot disable", "act99", "ERROR", "act07", "protected", "adminCount")
	says(t, p.plan(t, "workforce_ad_disable_users", rest...), "WARNING", "Rules keep this", "49 accounts carry", "and 39 more",
		"workforce_ad_enable_users", "workforce_override", "enabled = false")
	says(t, p.plan(t, "workforce_ad_require_password_change", rest...))
	if n := proxy.Count(samba.Modify); n != 0 {
		t.Errorf("plans wrote %d times", n)
	}

	// One is protected since the plan: the others are done, and who is left is named.
	progress, end := p.invoke(t.Context(), t, "workforce_ad_disable_users", users...)
	says(t, end, "ERROR", "Cannot disable", `worker "act07" (Act act07)`, "adminCount", "The action failed for some people", "49 people",
		"failed for 1")
	text := strings.Join(progress, "\n")
	says(t, text, "Disabling 50 people in Active Directory: INC-7", "Failed: worker \"act07\"", "Disabled: worker \"act00\" (Act act00)", "Disabled: worker \"act49\"", "Note: ", "workforce_override")
	if n := strings.Count(text, "Disabled: "); n != 49 {
		t.Errorf("%d messages about people who were disabled", n)
	}
	disabled(49)

	// Again: nothing is written.
	proxy.Reset()
	progress, end = p.invoke(t.Context(), t, "workforce_ad_disable_users", rest...)
	if says(t, end); strings.Count(strings.Join(progress, "\n"), "Was disabled already: ") != 49 || proxy.Count(samba.Modify) != 0 || proxy.Count(samba.Search) > 10 {
		t.Errorf("%d changes, %d searches:\n%s", proxy.Count(samba.Modify), proxy.Count(samba.Search), strings.Join(progress, "\n"))
	}

	_, end = p.invoke(t.Context(), t, "workforce_ad_enable_users", rest...)
	says(t, end)
	disabled(0)
}

// TestAccActionsAD_disturbed: the other actions, a run that is stopped, and a domain controller that goes away.
func TestAccActionsAD_disturbed(t *testing.T) {
	d, proxy := useProxy(t)
	ou := d.Container(t)
	users := enlist(t, d, ou, "lost", 8)
	p := startActions(t, nil)
	_, end := p.invoke(t.Context(), t, "workforce_ad_require_password_change", "lost00", "CN=Act lost01,"+ou)
	says(t, end)
	for _, login := range []string{"lost00", "lost01"} {
		if err := holds(d, login, "pwdLastSet", "0")(nil); err != nil {
			t.Error(err)
		}
	}
	progress, end := p.invoke(t.Context(), t, "workforce_ad_unlock_users", "lost00")
	says(t, end)
	says(t, strings.Join(progress, "\n"), "Unlocking 1 person", "Was not locked: ")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, end = p.invoke(ctx, t, "workforce_ad_disable_users", users...)
	says(t, end, "ERROR", "Cannot disable", "cancel")
	proxy.Inject(samba.Fault{Op: samba.Modify, After: 3})
	progress, end = p.invoke(t.Context(), t, "workforce_ad_disable_users", users...)
	says(t, end, "ERROR", "Cannot disable")
	if failed := strings.Count(strings.Join(progress, "\n"), "Failed: "); failed < 5 {
		t.Errorf("%d of the 8 are said to have failed", failed)
	}
}

func TestAccActionsADProtected(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	mustModify(t, d, "dn: CN=Act svc,"+ou+"\nobjectClass: user\nsAMAccountName: svc-action\nuserAccountControl: 514\n")
	server := NewServer("test")()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	block, _ := schemas.Provider.ValueType().(tftypes.Object)
	ad, _ := block.AttributeTypes["active_directory"].(tftypes.Object)
	protect := objectOf(t, ad.AttributeTypes["protect"], map[string]tftypes.Value{"filters": textList("(sAMAccountName=svc-*)")})
	p := startActions(t, map[string]tftypes.Value{"active_directory": objectOf(t, ad, map[string]tftypes.Value{"protect": protect})})
	says(t, p.plan(t, "workforce_ad_enable_users", "svc-action"), "ERROR", "Cannot enable", "user (Act svc)", "svc-*", "protect.filters")
	_, end := p.invoke(t.Context(), t, "workforce_ad_enable_users", "svc-action")
	says(t, end, "ERROR", "Cannot enable", "protect.filters")
}

// cloudStaff makes users whose worker id is p and a number.
func cloudStaff(s *graph.Server, n int, enabled bool) (users []string) {
	for i := range n {
		id := fmt.Sprintf("p%03d", i)
		users = append(users, id)
		s.AddUser(map[string]any{"userPrincipalName": id + "@example.com", "displayName": "Person " + id, "mailNickname": id, "employeeId": id, "accountEnabled": enabled,
			"passwordProfile": map[string]any{"forceChangePasswordNextSignIn": false}})
	}
	return users
}

func TestAccActionsEntra(t *testing.T) {
	s := useTenant(t, graph.Options{Throttle: true})
	users := cloudStaff(s, 120, true)
	s.SyncUser([16]byte{1}, "synced", map[string]any{"userPrincipalName": "synced@example.com", "displayName": "Synced", "mailNickname": "synced"})
	p := startActions(t, nil)
	says(t, p.plan(t, "workforce_entra_disable_users", append([]string{"nobody", "synced@example.com"}, users...)...),
		"ERROR", "Cannot disable", "nobody")
	says(t, p.plan(t, "workforce_entra_disable_users", users...), "WARNING", "120 accounts carry", "and 110 more", "workforce_override")
	says(t, p.plan(t, "workforce_entra_revoke_sessions", append([]string{"synced@example.com"}, users...)...))
	if calls := s.Stats().Calls("PATCH /users/{id}") + s.Stats().Calls("POST /users/{id}/revokeSignInSessions"); calls != 0 {
		t.Errorf("plans wrote %d times", calls)
	}

	s.Fault(graph.Fault{Method: "PATCH", Path: s.UserID("p007@example.com"), Status: 403, Times: -1})
	progress, end := p.invoke(t.Context(), t, "workforce_entra_disable_users", users...)
	says(t, end, "ERROR", "Cannot disable", `worker "p007" (Person p007)`, "the right to do this is missing",
		"The action failed for some people", "119 people", "failed for 1")
	if text := strings.Join(progress, "\n"); strings.Count(text, "Disabled, sessions revoked: ") != 119 || strings.Count(text, "Failed: ") != 1 {
		t.Error(text)
	}
	s.ClearFaults()
	_, end = p.invoke(t.Context(), t, "workforce_entra_disable_users", users...)
	says(t, end)
	for _, id := range users {
		if err := userHolds(s, id+"@example.com", "accountEnabled", "false")(nil); err != nil {
			t.Error(err)
		}
	}
	// 119 and the one that was left; sessions are revoked each time.
	if patches, revocations := s.Stats().Calls("PATCH /users/{id}"), s.Stats().Calls("POST /users/{id}/revokeSignInSessions"); patches != 120 || revocations != 239 {
		t.Errorf("%d changes, %d revocations", patches, revocations)
	}
	_, end = p.invoke(t.Context(), t, "workforce_entra_enable_users", "p000", s.UserID("p001@example.com"), "P002@example.com")
	says(t, end)
	_, end = p.invoke(t.Context(), t, "workforce_entra_require_password_change", "p000", "p001")
	says(t, end)
	if err := userHolds(s, "p001@example.com", "accountEnabled", "true")(nil); err != nil {
		t.Error(err)
	}
}

// TestAccActionsEntra_stopped: what is under way is done, the rest is not begun, and everybody is accounted for.
func TestAccActionsEntra_stopped(t *testing.T) {
	s := useTenant(t, graph.Options{})
	users := cloudStaff(s, 120, false)
	p := startActions(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p.heard = func(message string) {
		if strings.HasPrefix(message, "Enabled: ") {
			cancel()
		}
	}
	_, end := p.invoke(ctx, t, "workforce_entra_enable_users", users...)
	says(t, end, "ERROR", "Cannot enable", "cancel", `worker "p100"`, "The action failed for some people", "100 people", "failed for 20")
	for id, want := range map[string]string{"p099": "true", "p100": "false"} {
		if err := userHolds(s, id+"@example.com", "accountEnabled", want)(nil); err != nil {
			t.Error(err)
		}
	}
}

// TestActionPages: Terraform 1.11 tells the documentation generator of no
// actions, so that their pages are written by hand; they say what the schema says.
func TestActionPages(t *testing.T) {
	words := map[string]string{"tftypes.String": "String", "tftypes.Bool": "Boolean", "tftypes.Number": "Number",
		"tftypes.List[tftypes.String]": "List of String", "tftypes.Set[tftypes.String]": "Set of String"}
	p := startActions(t, nil)
	for name, s := range p.schemas.ActionSchemas {
		page, err := os.ReadFile(filepath.Join("..", "..", "docs", "actions", strings.TrimPrefix(name, "workforce_")+".md"))
		if err != nil {
			t.Error(err)
			continue
		}
		expected := []string{"# " + name + " (Action)", s.Schema.Block.Description, "action \"" + name + "\""}
		for _, a := range s.Schema.Block.Attributes {
			need := "Optional"
			if a.Required {
				need = "Required"
			}
			expected = append(expected, fmt.Sprintf("- `%s` (%s) %s", a.Name, words[a.Type.String()], a.Description), "### "+need)
		}
		for _, text := range expected {
			if !strings.Contains(string(page), text) {
				t.Errorf("the page of %s lacks:\n%s", name, text)
			}
		}
	}
}
