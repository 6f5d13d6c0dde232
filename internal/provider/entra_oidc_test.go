// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestTokensOfTheEnvironment: the token that HCP Terraform, GitHub Actions and other runners put into the environment
// is enough to sign in with, and where it is not used, the error says so. The tenant and the token service are real servers.
func TestTokensOfTheEnvironment(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	const issuer, subject = "https://issuer.example.com", "organization:example:project:hr:workspace:staff:run_phase:plan"
	token, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{"iss": issuer, "sub": subject, "aud": "api://AzureADTokenExchange",
		"iat": time.Now().Unix(), "nbf": time.Now().Add(-time.Minute).Unix(), "exp": time.Now().Add(time.Hour).Unix()}).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	runner := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer of-the-job" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"value": token})
	}))
	t.Cleanup(runner.Close)
	s := useTenant(t, graph.Options{Federated: &graph.Federated{Issuer: issuer, Subject: subject, Key: key.Public()}})
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: runner.Certificate().Raw})
	base := map[string]string{
		"WORKFORCE_ENTRA_CLIENT_SECRET": "", "WORKFORCE_ENTRA_CA_CERTIFICATE_FILE": "",
		"WORKFORCE_ENTRA_CA_CERTIFICATE_PEM": string(s.CAPEM()) + string(authority),
		"PATH":                               t.TempDir(), // no Azure CLI, wherever this runs
	}
	secret := s.ClientSecret()
	const in = "no user has the object id" // what is said once signed in
	const ours = "A token of another issuer is in the environment"
	on, off := tftypes.NewValue(tftypes.Bool, true), tftypes.NewValue(tftypes.Bool, false)
	const plain, tagged, other = "TFC_WORKLOAD_IDENTITY_TOKEN", "TFC_WORKLOAD_IDENTITY_TOKEN_EUROPE", "TFC_WORKLOAD_IDENTITY_TOKEN_US"
	const address, bearer = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
	type settings = map[string]tftypes.Value
	for name, c := range map[string]struct {
		env   map[string]string
		entra settings
		words []string
	}{
		"HCP Terraform":        {env: map[string]string{plain: token}, words: []string{in}},
		"HCP Terraform, a tag": {env: map[string]string{tagged: token}, words: []string{in}},
		"HCP Terraform, a path beside": {env: map[string]string{plain: token, "TFC_WORKLOAD_IDENTITY_TOKEN_PATH": "/tmp/x"},
			words: []string{in}},
		"HCP Terraform, both kinds": {env: map[string]string{plain: token, other: "a.b.c"}, words: []string{in}},
		"HCP Terraform, a tag is named": {map[string]string{other: "a.b.c", tagged: token}, settings{"oidc_token_tag": text("europe")},
			[]string{in}},
		"HCP Terraform, the tag wins": {map[string]string{plain: "a.b.c", tagged: token}, settings{"oidc_token_tag": text("EUROPE")},
			[]string{in}},
		"a tag in the environment": {env: map[string]string{other: "a.b.c", tagged: token, "WORKFORCE_ENTRA_OIDC_TOKEN_TAG": "EUROPE"},
			words: []string{in}},
		"GitHub Actions": {env: map[string]string{address: runner.URL + "/?run=1", bearer: "of-the-job"}, words: []string{in}},
		"another tag": {map[string]string{other: "a.b.c"}, settings{"oidc_token_tag": text("EUROPE")},
			[]string{"oidc_token_tag: found TFC_WORKLOAD_IDENTITY_TOKEN_US", "expected TFC_WORKLOAD_IDENTITY_TOKEN_EUROPE", "TFC_WORKLOAD_IDENTITY_AUDIENCE_EUROPE"}},
		"token and tag": {map[string]string{other: "a.b.c"}, settings{"oidc_token_tag": text("US"), "oidc_token": text("a.b.c")},
			[]string{"found both", "expected one"}},
		"several tags": {env: map[string]string{other: "a.b.c", tagged: token},
			words: []string{"by Azure CLI", ours, "TFC_WORKLOAD_IDENTITY_TOKEN_EUROPE, TFC_WORKLOAD_IDENTITY_TOKEN_US", "set oidc_token_tag"}},
		"no client": {env: map[string]string{plain: token, "WORKFORCE_ENTRA_CLIENT_ID": ""},
			words: []string{"by Azure CLI", ours, "TFC_WORKLOAD_IDENTITY_TOKEN", "client_id is not set"}},
		"use_oidc is false": {map[string]string{plain: token}, settings{"use_oidc": off}, []string{"by Azure CLI", ours, "use_oidc is false"}},
		"use_cli is true":   {map[string]string{plain: token}, settings{"use_cli": on}, []string{"by Azure CLI", ours, "use_cli is true"}},
		"no CLI either": {map[string]string{plain: token, "WORKFORCE_ENTRA_USE_OIDC": "false"}, settings{"use_cli": off},
			[]string{"nothing to sign in with", ours, "use_oidc is false"}},
		"half of GitHub": {env: map[string]string{address: runner.URL},
			words: []string{"by Azure CLI", ours, "ACTIONS_ID_TOKEN_REQUEST_URL", "id-token: write"}},
		"a wrong secret": {env: map[string]string{plain: token, "WORKFORCE_ENTRA_CLIENT_SECRET": "wrong"},
			words: []string{"by client secret", ours, "a client secret is configured, which comes first"}},
		"a secret comes first": {env: map[string]string{plain: "a.b.c", "WORKFORCE_ENTRA_CLIENT_SECRET": secret}, words: []string{in}},
		"Kubernetes": {env: map[string]string{"AZURE_FEDERATED_TOKEN_FILE": "/var/run/token"},
			words: []string{"by Azure CLI", ours, "AZURE_FEDERATED_TOKEN_FILE", "use_aks_workload_identity is not true"}},
		"Azure Pipelines": {env: map[string]string{"SYSTEM_OIDCREQUESTURI": runner.URL, "SYSTEM_ACCESSTOKEN": "x"},
			words: []string{"by Azure CLI", ours, "ado_pipeline_service_connection_id is not set"}},
		"nothing": {words: []string{"by Azure CLI"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, pair := range os.Environ() { // what runs this may have tokens of its own
				name, _, _ := strings.Cut(pair, "=")
				if slices.Contains([]string{"TFC", "ACTIONS", "ARM", "AZURE", "SYSTEM"}, strings.Split(name, "_")[0]) {
					t.Setenv(name, "")
				}
			}
			for _, env := range []map[string]string{base, c.env} {
				for name, value := range env {
					t.Setenv(name, value)
				}
			}
			got := revokeNobody(t, c.entra)
			says(t, got, append([]string{"ERROR"}, c.words...)...)
			if strings.Contains(got, token) {
				t.Error("the token is in the error")
			}
		})
	}
}

// revokeNobody plans an action that needs the tenant, with settings of the entra block, and returns what is said.
func revokeNobody(t *testing.T, set map[string]tftypes.Value) string {
	t.Helper()
	with := map[string]tftypes.Value{}
	if set != nil {
		block, _ := startActions(t, nil).schemas.Provider.ValueType().(tftypes.Object)
		with["entra"] = objectOf(t, block.AttributeTypes["entra"], set)
	}
	return startActions(t, with).plan(t, "workforce_entra_revoke_sessions", "nobody@example.com")
}
