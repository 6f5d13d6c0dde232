// SPDX-License-Identifier: MPL-2.0

// Package provider is the Terraform face of the product: schemas, plans and
// state. What is done to a directory, and why, is decided in other packages.
package provider

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/reconcile"
)

var (
	_ provider.Provider                       = (*workforceProvider)(nil)
	_ provider.ProviderWithFunctions          = (*workforceProvider)(nil)
	_ provider.ProviderWithEphemeralResources = (*workforceProvider)(nil)
	_ provider.ProviderWithActions            = (*workforceProvider)(nil)
	_ provider.ProviderWithListResources      = (*workforceProvider)(nil)
)

// New returns a factory of the provider.
func New(version string) func() provider.Provider {
	return func() provider.Provider {
		return &workforceProvider{version: version, clock: time.Now}
	}
}

type workforceProvider struct {
	version string
	clock   func() time.Time
	sleep   func(ctx context.Context, until time.Time) error // nil: the machine's own
	audit   atomic.Pointer[audit.Log]                        // once it is configured
}

type providerModel struct {
	ActiveDirectory *activeDirectoryModel `tfsdk:"active_directory"`
	Entra           *entraModel           `tfsdk:"entra"`
	Audit           *auditModel           `tfsdk:"audit"`
}

// providerData is what resources and data sources get of the configuration.
type providerData struct {
	// clock gives the present; tests replace it.
	clock func() time.Time
	// activeDirectory connects on first use, so that configurations that need
	// no Active Directory never touch one.
	activeDirectory *lazyDomain
	entra           *lazyTenant
	// claims knows which population manages which account, groups who answers for which group, verdicts why accounts have no document.
	claims   reconcile.Claims
	verdicts reconcile.Verdicts
	wanted   reconcile.Wanted // what rules want, for an import to show what changes
	// addresses knows who gets which address in any population of the run.
	addresses reconcile.Addresses
	groups    reconcile.GroupClaims
	// inAD and inEntra let resources of one person ask and write together.
	inAD, inEntra reconcile.Gathering
	reports       reportFiles // written in this run
	handovers     handovers   // where credentials for a first sign-in are kept
	// audit is where writes are put on record, nil for nowhere; labels is what mappings say for it.
	audit  *audit.Log
	labels labels
	// redactionStated says that the configuration of the audit names what to redact.
	redactionStated bool
	// whole knows the workers documents that were read without saying which columns to let in.
	whole wholeDocuments
	// identities says that Terraform keeps identities, and asks for them with every call.
	identities bool
}

func (p *workforceProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "workforce"
	resp.Version = p.version
}

func (p *workforceProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The workforce provider makes an HR system the source of digital identities: HR records are read by data sources, mapping rules turn each worker into the account they should have, " +
			"and resources make the directory agree, so that joining, moving, leaving and returning are lines of a reviewed plan.",
		Attributes: map[string]schema.Attribute{
			"active_directory": activeDirectorySchema(),
			"entra":            entraSchema(),
			"audit":            auditSchema(),
		},
	}
}

func (p *workforceProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var config providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	log := newAuditLog(config.Audit, p.version, p.clock, &resp.Diagnostics)
	p.audit.Store(log)
	data := &providerData{clock: p.clock, audit: log, redactionStated: config.Audit.redacts(), activeDirectory: newLazyDomain(config.ActiveDirectory, &resp.Diagnostics), entra: newLazyTenant(config.Entra, p.version, p.clock, &resp.Diagnostics)}
	data.identities = keepsIdentities(req.TerraformVersion)
	if p.sleep != nil {
		data.entra.config.Clock, data.entra.config.Sleep = p.clock, p.sleep
		data.activeDirectory.options.Now = p.clock
	}
	data.activeDirectory.config.Audit, data.entra.config.Audit = log, log
	warnSecretFiles(&resp.Diagnostics, data.secretFiles()...)
	resp.ResourceData = data
	resp.DataSourceData = data
	resp.EphemeralResourceData = data
	resp.ActionData = data
	resp.ListResourceData = data
}

func (p *workforceProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		newMappingResource,
		newOverrideResource,
		newADGroupMembersResource,
		newADGroupResource,
		newADOrganizationalUnitResource,
		newADGroupRulesResource,
		newADPopulationResource,
		newADUserResource,
		newEntraAdministrativeUnitResource,
		newEntraGroupMembersResource,
		newEntraGroupResource,
		newEntraGroupRulesResource,
		newEntraPopulationResource,
		newEntraUserResource,
		newHRWritebackResource,
	}
}

func (p *workforceProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{newAccessPassResource}
}

// Actions is used by Terraform 1.14 and newer; older versions do not see them.
func (p *workforceProvider) Actions(context.Context) []func() action.Action { return actions() }

// ListResources is used by `terraform query` of Terraform 1.14 and newer; older versions do not see them.
func (p *workforceProvider) ListResources(context.Context) []func() list.ListResource {
	return listResources()
}

func (p *workforceProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		newHRCSVDataSource,
		newHRLDAPDataSource,
		newHRSQLDataSource,
		newHRXLSXDataSource,
		newHRJSONDataSource,
		newHRXMLDataSource,
		newHRFixedWidthDataSource,
		newHRWorkdayDataSource,
		newHRSuccessFactorsDataSource,
		newHRMergeDataSource,
		newHRADPDataSource,
		newHRBambooHRDataSource,
		newHRHiBobDataSource,
		newHRPersonioDataSource,
		newHRRESTDataSource,
		newHRSCIMDataSource,
		newADAccountsDataSource,
		newADNamesDataSource,
		newEntraNamesDataSource,
		newEntraAccountsDataSource,
		newADCorrelationDataSource,
		newEntraCorrelationDataSource,
		newADUserDataSource,
		newADUsersDataSource,
		newADForestUsersDataSource,
		newADGroupDataSource,
		newADGroupsDataSource,
		newADOrganizationalUnitDataSource,
		newADOrganizationalUnitsDataSource,
		newADDomainDataSource,
		newEntraUserDataSource,
		newEntraUsersDataSource,
		newEntraGroupDataSource,
		newEntraGroupsDataSource,
		newEntraDomainsDataSource,
		newEntraLicensesDataSource,
	}
}

func (p *workforceProvider) Functions(context.Context) []func() function.Function {
	return functions()
}
