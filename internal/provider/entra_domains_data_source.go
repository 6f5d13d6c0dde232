// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ datasource.DataSource              = (*entraDomainsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*entraDomainsDataSource)(nil)
)

func newEntraDomainsDataSource() datasource.DataSource { return &entraDomainsDataSource{} }

// entraDomainsDataSource reads the domains of the tenant.
type entraDomainsDataSource struct {
	data *providerData
}

type entraDomainsModel struct {
	Domains  map[string]entraDomainModel `tfsdk:"domains"`
	Default  types.String                `tfsdk:"default"`
	Initial  types.String                `tfsdk:"initial"`
	Verified types.List                  `tfsdk:"verified"`
}

type entraDomainModel struct {
	Default   types.Bool `tfsdk:"default"`
	Initial   types.Bool `tfsdk:"initial"`
	Verified  types.Bool `tfsdk:"verified"`
	Federated types.Bool `tfsdk:"federated"`
	Services  types.List `tfsdk:"services"`
}

func (d *entraDomainsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_entra_domains"
}

func (d *entraDomainsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	truth := func(description string) schema.Attribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the domains of the tenant, which user principal names end in. The application needs the permission " +
			"`Domain.Read.All`.",
		Attributes: map[string]schema.Attribute{
			"default": schema.StringAttribute{Computed: true, MarkdownDescription: "The domain that new users are named in where nobody " +
				"chooses another."},
			"initial": schema.StringAttribute{Computed: true, MarkdownDescription: "The domain that the tenant began with, such as " +
				"`contoso.onmicrosoft.com`."},
			"verified": schema.ListAttribute{Computed: true, ElementType: types.StringType,
				MarkdownDescription: "The verified domains, sorted: users can be named in these only."},
			"domains": schema.MapNestedAttribute{Computed: true, MarkdownDescription: "All domains by name, those that are not verified among them.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"default":  truth("Whether new users are named in the domain where nobody chooses another."),
					"initial":  truth("Whether the tenant began with the domain."),
					"verified": truth("Whether the tenant has proven that the domain is its own."),
					"federated": truth("Whether people of the domain sign in elsewhere, such as with AD FS. New users of such a domain need " +
						"`onPremisesImmutableId`. " +
						"False where Microsoft Entra ID itself signs them in (a managed domain)."),
					"services": schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "What the domain is used " +
						"for, such as `Email`."},
				}},
			},
		},
	}
}

func (d *entraDomainsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (d *entraDomainsDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	tenant, ok := openTenant(d.data, &resp.Diagnostics)
	if !ok {
		return
	}
	domains, err := tenant.Domains(ctx)
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot read the domains", err)
		return
	}
	model := entraDomainsModel{Domains: make(map[string]entraDomainModel, len(domains))}
	var verified []string
	for _, one := range domains {
		model.Domains[one.ID] = entraDomainModel{
			Default: types.BoolValue(one.IsDefault), Initial: types.BoolValue(one.IsInitial), Verified: types.BoolValue(one.IsVerified),
			Federated: types.BoolValue(strings.EqualFold(one.AuthenticationType, "Federated")), Services: stringList(one.SupportedServices),
		}
		if one.IsDefault {
			model.Default = types.StringValue(one.ID)
		}
		if one.IsInitial {
			model.Initial = types.StringValue(one.ID)
		}
		if one.IsVerified {
			verified = append(verified, one.ID)
		}
	}
	model.Verified = stringList(slices.Sorted(slices.Values(verified)))
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
