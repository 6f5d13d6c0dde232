// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// hcpToken is where HCP Terraform puts the token of a run; with a tag, which is the
// end of TFC_WORKLOAD_IDENTITY_AUDIENCE_<TAG> of the workspace, behind it and an underscore.
// https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/manual-generation
const hcpToken = "TFC_WORKLOAD_IDENTITY_TOKEN"

// taggedTokens returns the variables that hold a token with a tag, sorted.
func taggedTokens() []string {
	var out []string
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, hcpToken+"_") && strings.Count(value, ".") == 2 { // a token, not the path of one
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// taggedToken returns the token with a tag, or an error that says which tags there are.
func taggedToken(tag string) (string, error) {
	have := taggedTokens()
	for _, name := range have {
		if strings.EqualFold(name, hcpToken+"_"+tag) {
			return os.Getenv(name), nil
		}
	}
	found := "no token with a tag"
	if len(have) > 0 {
		found = strings.Join(have, ", ")
	}
	return "", fmt.Errorf("oidc_token_tag: found %s in the environment, expected %[2]s_%[3]s: "+
		"set the variable TFC_WORKLOAD_IDENTITY_AUDIENCE_%[3]s of the workspace to api://AzureADTokenExchange, or correct the tag",
		found, hcpToken, tag)
}

// offeredToken says where the environment has a token of another issuer, "" for nowhere, and what
// is missing before it can be used, "" for nothing.
func (l *lazyTenant) offeredToken() (where, missing string) {
	c := &l.config
	if _, from := environment(entraVariables["oidc_token"]); from != "" {
		return from, ""
	}
	switch tagged := taggedTokens(); len(tagged) {
	case 0:
	case 1:
		return tagged[0], ""
	default:
		if c.OIDCToken == "" {
			return strings.Join(tagged, ", "), "there are several: set oidc_token_tag to the tag of one of them"
		}
		return tagged[0], ""
	}
	if _, from := environment(entraVariables["oidc_token_file"]); from != "" {
		return from, ""
	}
	_, address := environment(entraVariables["oidc_request_url"])
	_, bearer := environment(entraVariables["oidc_request_token"])
	switch {
	case address == "" || address == "SYSTEM_OIDCREQUESTURI" && bearer == "": // Azure Pipelines sets it for everybody
	case bearer == "":
		return address, "the variable for oidc_request_token is not set: give the job the permission `id-token: write`"
	case address == "SYSTEM_OIDCREQUESTURI" && c.AzurePipelinesServiceConnection == "":
		return address, "ado_pipeline_service_connection_id is not set"
	default:
		return address, ""
	}
	if file := os.Getenv("AZURE_FEDERATED_TOKEN_FILE"); file != "" {
		return "AZURE_FEDERATED_TOKEN_FILE", "use_aks_workload_identity is not true"
	}
	return "", ""
}

// signInByToken decides whether a token in the environment alone is a way to sign in: where nothing
// else is said. Where there is one that is not used, the error of the sign-in says why.
func (l *lazyTenant) signInByToken(s *settingReader, oidcSaid, cliSaid bool) {
	c := &l.config
	where, missing := l.offeredToken()
	if where == "" || c.UseOIDC && c.ClientSecret+c.ClientSecretFile+c.ClientCertificate+c.ClientCertificateFile == "" {
		return
	}
	var why string
	switch {
	case c.ClientCertificate+c.ClientCertificateFile != "":
		why = "a client certificate is configured, which comes first: remove it"
	case c.ClientSecret+c.ClientSecretFile != "":
		why = "a client secret is configured, which comes first: remove it"
	case c.UseWorkloadIdentity:
		why = "use_aks_workload_identity is true: remove it, or set use_oidc to true"
	case c.UseManagedIdentity:
		why = "use_msi is true: remove it, or set use_oidc to true"
	case oidcSaid:
		why = "use_oidc is false: remove it, or set it to true"
	case cliSaid && c.UseCLI:
		why = "use_cli is true: remove it, or set use_oidc to true"
	case missing != "":
		why = missing
	case c.ClientID == "" && c.ClientIDFile == "":
		why = "client_id is not set: set it to the application that has a federated credential for the token"
	case s.signIn == "":
		c.UseOIDC = true
		return
	}
	if where == "AZURE_FEDERATED_TOKEN_FILE" && c.UseWorkloadIdentity {
		return // this is the token that is used
	}
	c.UnusedToken = fmt.Sprintf("A token of another issuer is in the environment (%s) and is not used, because %s", where, why)
}
