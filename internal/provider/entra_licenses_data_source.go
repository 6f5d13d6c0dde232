// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/entra"
)

var (
	_ datasource.DataSource              = (*entraLicensesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*entraLicensesDataSource)(nil)
)

func newEntraLicensesDataSource() datasource.DataSource { return &entraLicensesDataSource{} }

// entraLicensesDataSource reads the subscriptions of the tenant.
type entraLicensesDataSource struct {
	data *providerData
}

type entraLicensesModel struct {
	Licenses map[string]entraLicenseModel `tfsdk:"licenses"`
}

type entraLicenseModel struct {
	SkuID        types.String `tfsdk:"sku_id"`
	Status       types.String `tfsdk:"status"`
	AppliesTo    types.String `tfsdk:"applies_to"`
	Enabled      types.Int64  `tfsdk:"enabled"`
	Consumed     types.Int64  `tfsdk:"consumed"`
	Free         types.Int64  `tfsdk:"free"`
	Warning      types.Int64  `tfsdk:"warning"`
	Suspended    types.Int64  `tfsdk:"suspended"`
	ServicePlans types.Map    `tfsdk:"service_plans"`
}

func (d *entraLicensesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_entra_licenses"
}

func (d *entraLicensesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	number := func(description string) schema.Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the licenses (subscriptions) of the tenant, how many units of each there are, and how many are left. " +
			"The application needs the permission `LicenseAssignment.Read.All`; `Organization.Read.All` does as well.",
		Attributes: map[string]schema.Attribute{
			"licenses": schema.MapNestedAttribute{Computed: true,
				MarkdownDescription: "The licenses by part number, such as `SPE_E3`. Microsoft lists them in *Product names and service plan " +
					"identifiers for licensing*.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"sku_id":     text("The id of the license, a GUID that is the same in every tenant."),
					"status":     text("`Enabled`, `Warning` (expired, and can still be renewed), `Suspended`, `Deleted` or `LockedOut`."),
					"applies_to": text("`User` for a license that is assigned to people, `Company` for one that counts for the whole tenant."),
					"enabled":    number("How many units were bought and can be assigned."),
					"consumed":   number("How many units are assigned, by users and through groups."),
					"free":       number("How many units are left: `enabled` less `consumed`, and never less than 0."),
					"warning": number("How many units belong to a subscription that has expired and can still be renewed. They are not counted " +
						"as free."),
					"suspended": number("How many units belong to a subscription that was cancelled. Nobody can be given one."),
					"service_plans": schema.MapAttribute{Computed: true, ElementType: types.StringType,
						MarkdownDescription: "The ids of the services that the license contains, by their name, such as `TEAMS1`."},
				}},
			},
		},
	}
}

func (d *entraLicensesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (d *entraLicensesDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	tenant, ok := openTenant(d.data, &resp.Diagnostics)
	if !ok {
		return
	}
	licenses, err := tenant.Licenses(ctx)
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot read the licenses", err)
		return
	}
	model := entraLicensesModel{Licenses: make(map[string]entraLicenseModel, len(licenses))}
	for i := range licenses {
		model.Licenses[licenses[i].PartNumber] = licenseModel(&licenses[i])
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func licenseModel(l *entra.License) entraLicenseModel {
	number := func(n int) types.Int64 { return types.Int64Value(int64(n)) }
	plans := make(map[string]attr.Value, len(l.Plans))
	for _, p := range l.Plans {
		plans[p.Name] = types.StringValue(p.ID)
	}
	return entraLicenseModel{
		SkuID: types.StringValue(l.SkuID), Status: types.StringValue(l.Status), AppliesTo: types.StringValue(l.AppliesTo),
		Enabled: number(l.Units.Enabled), Consumed: number(l.Consumed), Free: number(l.Free()), Warning: number(l.Units.Warning),
		Suspended: number(l.Units.Suspended), ServicePlans: types.MapValueMust(types.StringType, plans),
	}
}
