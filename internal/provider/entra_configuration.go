// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type entraModel struct {
	TenantID                  types.String       `tfsdk:"tenant_id"`
	ClientID                  types.String       `tfsdk:"client_id"`
	ClientIDFile              types.String       `tfsdk:"client_id_file"`
	ClientSecret              types.String       `tfsdk:"client_secret"`
	ClientSecretFile          types.String       `tfsdk:"client_secret_file"`
	ClientCertificate         types.String       `tfsdk:"client_certificate"`
	ClientCertificateFile     types.String       `tfsdk:"client_certificate_file"`
	ClientCertificatePassword types.String       `tfsdk:"client_certificate_password"`
	UseOIDC                   types.Bool         `tfsdk:"use_oidc"`
	OIDCToken                 types.String       `tfsdk:"oidc_token"`
	OIDCTokenFile             types.String       `tfsdk:"oidc_token_file"`
	OIDCTokenTag              types.String       `tfsdk:"oidc_token_tag"`
	OIDCRequestURL            types.String       `tfsdk:"oidc_request_url"`
	OIDCRequestToken          types.String       `tfsdk:"oidc_request_token"`
	ServiceConnectionID       types.String       `tfsdk:"ado_pipeline_service_connection_id"`
	UseMSI                    types.Bool         `tfsdk:"use_msi"`
	UseAKSWorkloadIdentity    types.Bool         `tfsdk:"use_aks_workload_identity"`
	UseCLI                    types.Bool         `tfsdk:"use_cli"`
	Environment               types.String       `tfsdk:"environment"`
	GraphEndpoint             types.String       `tfsdk:"graph_endpoint"`
	AuthorityHost             types.String       `tfsdk:"authority_host"`
	CACertificateFile         types.String       `tfsdk:"ca_certificate_file"`
	CACertificatePEM          types.String       `tfsdk:"ca_certificate_pem"`
	WorkerIDAttribute         types.String       `tfsdk:"worker_id_attribute"`
	DisabledSinceAttribute    types.String       `tfsdk:"disabled_since_attribute"`
	RemovedGroupsAttributes   types.List         `tfsdk:"removed_groups_attributes"`
	Connections               types.Int64        `tfsdk:"connections"`
	RequestTimeout            types.Int64        `tfsdk:"request_timeout"`
	Protect                   *entraProtectModel `tfsdk:"protect"`
}

// entraVariables are the environment variables of each argument, the first that
// is set counts: our own, then those that the other providers of Microsoft's
// cloud and its command line use.
var entraVariables = map[string][]string{
	"tenant_id":                          {"WORKFORCE_ENTRA_TENANT_ID", "ARM_TENANT_ID", "AZURE_TENANT_ID"},
	"client_id":                          {"WORKFORCE_ENTRA_CLIENT_ID", "ARM_CLIENT_ID", "AZURE_CLIENT_ID"},
	"client_id_file":                     {"WORKFORCE_ENTRA_CLIENT_ID_FILE", "ARM_CLIENT_ID_FILE_PATH"},
	"client_secret":                      {"WORKFORCE_ENTRA_CLIENT_SECRET", "ARM_CLIENT_SECRET", "AZURE_CLIENT_SECRET"},
	"client_secret_file":                 {"WORKFORCE_ENTRA_CLIENT_SECRET_FILE", "ARM_CLIENT_SECRET_FILE_PATH"},
	"client_certificate":                 {"WORKFORCE_ENTRA_CLIENT_CERTIFICATE", "ARM_CLIENT_CERTIFICATE"},
	"client_certificate_file":            {"WORKFORCE_ENTRA_CLIENT_CERTIFICATE_FILE", "ARM_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PATH"},
	"client_certificate_password":        {"WORKFORCE_ENTRA_CLIENT_CERTIFICATE_PASSWORD", "ARM_CLIENT_CERTIFICATE_PASSWORD", "AZURE_CLIENT_CERTIFICATE_PASSWORD"},
	"use_oidc":                           {"WORKFORCE_ENTRA_USE_OIDC", "ARM_USE_OIDC"},
	"oidc_token":                         {"WORKFORCE_ENTRA_OIDC_TOKEN", "ARM_OIDC_TOKEN", "TFC_WORKLOAD_IDENTITY_TOKEN"},
	"oidc_token_file":                    {"WORKFORCE_ENTRA_OIDC_TOKEN_FILE", "ARM_OIDC_TOKEN_FILE_PATH"},
	"oidc_token_tag":                     {"WORKFORCE_ENTRA_OIDC_TOKEN_TAG"},
	"oidc_request_url":                   {"WORKFORCE_ENTRA_OIDC_REQUEST_URL", "ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"},
	"oidc_request_token":                 {"WORKFORCE_ENTRA_OIDC_REQUEST_TOKEN", "ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"},
	"ado_pipeline_service_connection_id": {"WORKFORCE_ENTRA_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"},
	"use_msi":                            {"WORKFORCE_ENTRA_USE_MSI", "ARM_USE_MSI"},
	"use_aks_workload_identity":          {"WORKFORCE_ENTRA_USE_AKS_WORKLOAD_IDENTITY", "ARM_USE_AKS_WORKLOAD_IDENTITY"},
	"use_cli":                            {"WORKFORCE_ENTRA_USE_CLI", "ARM_USE_CLI"},
	"environment":                        {"WORKFORCE_ENTRA_ENVIRONMENT", "ARM_ENVIRONMENT"},
	"graph_endpoint":                     {"WORKFORCE_ENTRA_GRAPH_ENDPOINT"},
	"authority_host":                     {"WORKFORCE_ENTRA_AUTHORITY_HOST", "AZURE_AUTHORITY_HOST"},
	"ca_certificate_file":                {"WORKFORCE_ENTRA_CA_CERTIFICATE_FILE"},
	"ca_certificate_pem":                 {"WORKFORCE_ENTRA_CA_CERTIFICATE_PEM"},
	"worker_id_attribute":                {"WORKFORCE_ENTRA_WORKER_ID_ATTRIBUTE"},
	"disabled_since_attribute":           {"WORKFORCE_ENTRA_DISABLED_SINCE_ATTRIBUTE"},
	"removed_groups_attributes":          {"WORKFORCE_ENTRA_REMOVED_GROUPS_ATTRIBUTES"},
	"connections":                        {"WORKFORCE_ENTRA_CONNECTIONS"},
	"request_timeout":                    {"WORKFORCE_ENTRA_REQUEST_TIMEOUT"},
}

func entraSchema() schema.Attribute {
	described := func(name, description string) string {
		return description + " Environment variables, of which the first that is set counts: `" + strings.Join(entraVariables[name], "`, `") + "`."
	}
	attributes := map[string]schema.Attribute{}
	text := func(name, description string) {
		attributes[name] = schema.StringAttribute{Optional: true, MarkdownDescription: described(name, description)}
	}
	secret := func(name, description string) {
		attributes[name] = schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: described(name, description)}
	}
	flag := func(name, description string) {
		attributes[name] = schema.BoolAttribute{Optional: true, MarkdownDescription: described(name, description)}
	}
	number := func(name, description string) {
		attributes[name] = schema.Int64Attribute{Optional: true, MarkdownDescription: described(name, description)}
	}
	text("tenant_id", "Tenant to provision to: its id, or one of its verified domains.")
	text("client_id", "Application (client) id to sign in as; for a managed identity that of a user-assigned one.")
	text("client_id_file", "File with the client id.")
	secret("client_secret", "Client secret. Prefer the environment variable or an ephemeral value: neither is stored.")
	text("client_secret_file", "File with the client secret.")
	secret("client_certificate", "Client certificate with its key: PKCS#12 in base64, or PEM.")
	text("client_certificate_file", "File with the client certificate and its key, as PKCS#12 or PEM.")
	secret("client_certificate_password", "Password of the certificate.")
	flag("use_oidc", "Whether to sign in with a token of another issuer (workload identity federation). "+
		"The default is true when an OIDC token or where to get one is configured here, "+
		"and when one is in the environment, `client_id` is set, and nothing else to sign in with is configured.")
	secret("oidc_token", "The token to exchange, such as that of an HCP Terraform run.")
	text("oidc_token_tag", "Tag of the token to exchange, where an HCP Terraform run has several: "+
		"`EUROPE` for the token in `TFC_WORKLOAD_IDENTITY_TOKEN_EUROPE`. "+
		"A single token with a tag is used without it. Unset: the token without a tag.")
	text("oidc_token_file", "File with the token; it is read again whenever a new access token is needed.")
	text("oidc_request_url", "Where to ask for a token: GitHub Actions and Azure DevOps provide it.")
	secret("oidc_request_token", "Bearer token for that request.")
	text("ado_pipeline_service_connection_id", "Service connection whose token is asked for in Azure DevOps.")
	flag("use_msi", "Whether to sign in as the managed identity of the machine. The default is false.")
	flag("use_aks_workload_identity", "Whether to sign in with the token that Azure Kubernetes Service projects into the pod. The default is false.")
	flag("use_cli", "Whether to sign in as whoever is signed in to the Azure CLI. The default is true when nothing else is configured.")
	text("environment", "National cloud: `public` (the default), `usgovernment`, `usgovernmentl5` (DoD) or `china`.")
	text("graph_endpoint", "Address of Microsoft Graph, when it is none of a national cloud. Only https is accepted, and its certificate is checked.")
	text("authority_host", "Address of the token service, when it is none of a national cloud. Only https is accepted, and its certificate is checked.")
	text("ca_certificate_file", "File with further certificates, in PEM, of authorities to trust, such as that of a proxy.")
	text("ca_certificate_pem", "The same certificates as text.")
	text("worker_id_attribute", "Property that carries the worker id in the tenant. Managers and users that were created in an interrupted run are recognised by it. The default is `employeeId`.")
	text("disabled_since_attribute", "Property in which this provider records since when and why a user is disabled: a moment as RFC 3339, then one word, such as `2027-01-31T08:00:00Z left`. The default is `onPremisesExtensionAttributes/extensionAttribute15`. "+
		"Microsoft Entra ID keeps no such record: the retention before a user is deleted counts from it, and it tells whether the sessions were revoked since, and whether somebody else disabled the user. "+
		"What somebody else wrote there is never overwritten; then nothing is recorded of that user, and the run that disables it says so. "+
		"Microsoft Graph writes no `onPremisesExtensionAttributes` of a user who was synchronised from Active Directory before. "+
		"Such a leaver is disabled without a record and never deleted by `retention_days`, which the report says. "+
		"Whoever is disabled for another reason is named by the run, and no rule enables them again. Name a directory extension here where there are such users. `\"\"` switches the record off.")
	number("connections", "Requests under way at the same time, at most 64. The default is 8. What the tenant's limits allow is learnt from its answers.")
	number("request_timeout", "Seconds that one request may take. The default is 100.")
	attributes["removed_groups_attributes"] = schema.ListAttribute{Optional: true, ElementType: types.StringType,
		MarkdownDescription: described("removed_groups_attributes", "Properties in which the groups are remembered that were taken from leavers (`leaver_groups` of a mapping), so that they can be given back whatever became of the state, such as `[\"onPremisesExtensionAttributes/extensionAttribute14\"]`. "+
			"They are filled in their order; one of 1024 characters has room for 47 groups, and a leaver in more than fit is disabled, keeps them and is named by the run. Required for `leaver_groups`.")}
	attributes["protect"] = entraProtectSchema()
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "The Microsoft Entra ID tenant that users are provisioned to. Nothing connects until a resource or data source needs the tenant. " +
			"Of the ways to sign in, the first that is configured is used: client certificate, client secret, OIDC, AKS workload identity, managed identity, Azure CLI. " +
			"Every argument can come from the environment instead, and the block may be left out when all of them do. " +
			"The application needs the permissions `User.ReadWrite.All` and `Domain.Read.All`; `User-PasswordProfile.ReadWrite.All` to set passwords of existing users, `User.EnableDisableAccount.All` and `User.RevokeSessions.All` where `User.ReadWrite.All` is not granted, `User-LifeCycleInfo.ReadWrite.All` for `employeeLeaveDateTime`, `CustomSecAttributeAssignment.ReadWrite.All` for custom security attributes, `UserAuthenticationMethod.ReadWrite.All` for temporary access passes, `Group.ReadWrite.All` for groups or `GroupMember.ReadWrite.All` for their members alone, and `RoleManagement.ReadWrite.Directory` for groups that roles can be assigned to.",
		Attributes: attributes,
	}
}

// The ways to sign in that have settings of their own.
const (
	wayCertificate = "certificate"
	waySecret      = "secret"
	wayOIDC        = "oidc"
)

// ways says to which way to sign in a setting belongs.
var ways = map[string]string{
	"client_certificate": wayCertificate, "client_certificate_file": wayCertificate, "client_certificate_password": wayCertificate,
	"client_secret": waySecret, "client_secret_file": waySecret,
	"oidc_token": wayOIDC, "oidc_token_file": wayOIDC, "oidc_token_tag": wayOIDC, "oidc_request_url": wayOIDC, "oidc_request_token": wayOIDC, "ado_pipeline_service_connection_id": wayOIDC,
}

// texts returns the arguments that are text, by name.
func (m *entraModel) texts() map[string]*types.String {
	return map[string]*types.String{
		"tenant_id": &m.TenantID, "client_id": &m.ClientID, "client_id_file": &m.ClientIDFile,
		"client_secret": &m.ClientSecret, "client_secret_file": &m.ClientSecretFile,
		"client_certificate": &m.ClientCertificate, "client_certificate_file": &m.ClientCertificateFile, "client_certificate_password": &m.ClientCertificatePassword,
		"oidc_token": &m.OIDCToken, "oidc_token_file": &m.OIDCTokenFile, "oidc_token_tag": &m.OIDCTokenTag, "oidc_request_url": &m.OIDCRequestURL, "oidc_request_token": &m.OIDCRequestToken,
		"ado_pipeline_service_connection_id": &m.ServiceConnectionID,
		"environment":                        &m.Environment, "graph_endpoint": &m.GraphEndpoint, "authority_host": &m.AuthorityHost,
		"ca_certificate_file": &m.CACertificateFile, "ca_certificate_pem": &m.CACertificatePEM,
		"worker_id_attribute": &m.WorkerIDAttribute, "disabled_since_attribute": &m.DisabledSinceAttribute,
	}
}

// signsIn says which way to sign in the configuration names, if any: the
// environment then only completes it.
func (m *entraModel) signsIn() string {
	texts := m.texts()
	for _, way := range []string{wayCertificate, waySecret, wayOIDC} {
		for name, of := range ways {
			if of == way && !texts[name].IsNull() {
				return way
			}
		}
	}
	if m.UseOIDC.ValueBool() {
		return wayOIDC
	}
	return ""
}
