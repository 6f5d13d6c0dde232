// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"terraform-provider-workforce/internal/entra"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// lazyTenant makes the tenant on first use, so that a configuration that never
// needs it neither checks its settings nor connects.
type lazyTenant struct {
	config  graphconn.Config
	options entra.Options
	unknown string // path of an argument that is not known yet
	wrong   error  // what is wrong with the settings, nil for nothing

	taken []string // environment variables that settings came from

	once   sync.Once
	tenant *entra.Tenant
	err    error
}

// Tenant returns the tenant, or an error that says how to configure one.
func (l *lazyTenant) Tenant() (*entra.Tenant, error) {
	l.once.Do(func() {
		switch {
		case l.unknown != "":
			l.err = fmt.Errorf("%s is not known until apply: give the provider values that are known at plan, such as variables, or environment variables", l.unknown)
			return
		case l.wrong != nil:
			l.err = l.wrong
			return
		case l.config.TenantID == "":
			l.err = errors.New("no Microsoft Entra ID tenant is configured: set entra in the provider block, or WORKFORCE_ENTRA_TENANT_ID or ARM_TENANT_ID in the environment")
			return
		}
		if l.err = entra.CheckOptions(l.options); l.err != nil {
			return
		}
		client, err := graphconn.New(l.config)
		if err != nil {
			l.err = fmt.Errorf("the entra configuration of the provider cannot be used:\n%w", blame(err, l.taken))
			return
		}
		l.tenant = entra.New(client, l.options)
	})
	return l.tenant, l.err
}

// workerIDAttribute returns the attribute that carries worker ids, without connecting.
func (l *lazyTenant) workerIDAttribute() string {
	if l.options.WorkerIDAttribute == "" {
		return entra.DefaultWorkerIDAttribute
	}
	return l.options.WorkerIDAttribute
}

func newLazyTenant(m *entraModel, version string, clock func() time.Time, diags *diag.Diagnostics) *lazyTenant {
	if m == nil {
		m = &entraModel{}
	}
	s := settingReader{block: "entra", diags: diags, signIn: m.signsIn()}
	text := func(name string) string { return s.text(*m.texts()[name], "entra."+name, entraVariables[name]...) }
	secret := func(name string) string {
		if way := ways[name]; s.signIn != "" && way != s.signIn && m.texts()[name].IsNull() {
			return "" // left over from another way to sign in
		}
		return text(name)
	}
	l := &lazyTenant{
		config: graphconn.Config{
			TenantID: text("tenant_id"), ClientID: text("client_id"), ClientIDFile: text("client_id_file"),
			ClientSecret: secret("client_secret"), ClientSecretFile: secret("client_secret_file"),
			ClientCertificate: secret("client_certificate"), ClientCertificateFile: secret("client_certificate_file"), ClientCertificatePassword: secret("client_certificate_password"),
			OIDCToken: secret("oidc_token"), OIDCTokenFile: secret("oidc_token_file"), OIDCRequestURL: secret("oidc_request_url"), OIDCRequestToken: secret("oidc_request_token"),
			AzurePipelinesServiceConnection: secret("ado_pipeline_service_connection_id"),
			Environment:                     text("environment"), GraphEndpoint: text("graph_endpoint"), AuthorityHost: text("authority_host"),
			CACertificateFile: text("ca_certificate_file"), CACertificatePEM: text("ca_certificate_pem"),
			Connections:    s.number(m.Connections, "entra.connections", entraVariables["connections"]...),
			RequestTimeout: time.Duration(s.number(m.RequestTimeout, "entra.request_timeout", entraVariables["request_timeout"]...)) * time.Second,
			Version:        version,
			Logger:         func(ctx context.Context, msg string, fields ...any) { tflog.Debug(ctx, msg, logFields(fields)) },
			Progress:       tellProgress,
		},
		options: entra.Options{WorkerIDAttribute: text("worker_id_attribute"), DisabledSinceAttribute: text("disabled_since_attribute"), Clock: clock},
	}
	if m.DisabledSinceAttribute.IsNull() { // "" is somebody's decision
		l.options.DisabledSinceAttribute = cmp.Or(l.options.DisabledSinceAttribute, entra.DefaultDisabledSinceAttribute)
	}
	l.options.RemovedGroupsAttributes = s.list(m.RemovedGroupsAttributes, "entra.removed_groups_attributes", entraVariables["removed_groups_attributes"]...)
	l.options.Protect = m.Protect.protection(&s)
	l.token(m, secret("oidc_token_tag"))
	l.ways(m, &s)
	l.unknown, l.taken = s.unknown, s.taken
	return l
}

// ways decides which ways to sign in are allowed.
func (l *lazyTenant) ways(m *entraModel, s *settingReader) {
	c := &l.config
	said := func(argument types.Bool, name string) bool {
		_, from := environment(entraVariables[name])
		return !argument.IsNull() || from != ""
	}
	c.UseOIDC = s.flag(m.UseOIDC, "entra.use_oidc", entraVariables["use_oidc"]...) || m.UseOIDC.IsNull() && s.signIn == wayOIDC
	c.UseWorkloadIdentity = s.flag(m.UseAKSWorkloadIdentity, "entra.use_aks_workload_identity", entraVariables["use_aks_workload_identity"]...)
	c.UseManagedIdentity = s.flag(m.UseMSI, "entra.use_msi", entraVariables["use_msi"]...)
	c.UseCLI = s.flag(m.UseCLI, "entra.use_cli", entraVariables["use_cli"]...)
	l.signInByToken(s, said(m.UseOIDC, "use_oidc"), said(m.UseCLI, "use_cli"))
	other := c.ClientSecret != "" || c.ClientSecretFile != "" || c.ClientCertificate != "" || c.ClientCertificateFile != "" || c.UseOIDC || c.UseWorkloadIdentity || c.UseManagedIdentity
	if !said(m.UseCLI, "use_cli") {
		c.UseCLI = !other
	}
}

// token takes the token of a run that has a tag.
func (l *lazyTenant) token(m *entraModel, tag string) {
	c := &l.config
	tagged := taggedTokens()
	switch {
	case tag != "" && !m.OIDCToken.IsNull():
		l.wrong = errors.New("entra.oidc_token and entra.oidc_token_tag: found both, expected one: the token itself, " +
			"or the tag of a token that HCP Terraform puts into the environment")
	case tag != "":
		c.OIDCToken, l.wrong = taggedToken(tag)
	case m.signsIn() == waySecret, m.signsIn() == wayCertificate:
	case c.OIDCToken == "" && c.OIDCTokenFile == "" && c.OIDCRequestURL == "" && len(tagged) == 1:
		c.OIDCToken = os.Getenv(tagged[0])
	}
}
