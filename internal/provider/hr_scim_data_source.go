// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/scim"
)

var _ datasource.DataSource = (*hrSCIMDataSource)(nil)

func newHRSCIMDataSource() datasource.DataSource { return &hrSCIMDataSource{} }

// hrSCIMDataSource reads workers from a SCIM service.
type hrSCIMDataSource struct{ hrReader }

type hrSCIMModel struct {
	Resource    types.String      `tfsdk:"resource"`
	Filter      types.String      `tfsdk:"filter"`
	Query       map[string]string `tfsdk:"query"`
	Paging      types.String      `tfsdk:"paging"`
	PageSize    types.Int64       `tfsdk:"page_size"`
	Concurrency types.Int64       `tfsdk:"concurrency"`
	hrAuthModel
	hrWebModel
	hrSourceModel
}

const scimPrefix = "WORKFORCE_SCIM"

func (d *hrSCIMDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_scim"
}

func (d *hrSCIMDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Workers from a SCIM 2.0 service (RFC 7643, RFC 7644), page by page, by index or by cursor (RFC 9865). As many are read as the service reports in `totalResults`; a list that changes meanwhile is read again. " +
			"Canonical keys that `fields` does not name are filled by `employeeNumber` and `manager.value` of the enterprise extension, `active`, `userType` and `timezone`.",
		Attributes: hrWebSchema(hrWebTexts{prefix: scimPrefix, url: "Base URL of the service, such as `https://hr.example.com/scim/v2`.",
			columns: "Names of columns, with the attribute path of each: `displayName`, `name.givenName`, `emails[type eq \"work\"].value`, the URN of a schema and a colon before an attribute of an extension, such as `" + scim.Enterprise + ":department`, or a JSONPath. " +
				"A column that `fields` or `attributes` name and that is not here has its name for a path. If neither `columns` nor `attributes` is set, the attributes that most services have are read.",
			reference: "the attribute that managers are named by, in `manager.value`. The default is `id`, that of the resource, as RFC 7643 says."},
			hrAuthSchema(scimPrefix, map[string]schema.Attribute{
				"resource": schema.StringAttribute{Optional: true, MarkdownDescription: "Endpoint below `url`. The default is `Users`."},
				"filter":   schema.StringAttribute{Optional: true, MarkdownDescription: "SCIM filter, such as `userType eq \"Employee\"`. A worker who is filtered out is absent, not a leaver."},
				"query": schema.MapAttribute{Optional: true, Sensitive: true, ElementType: types.StringType,
					MarkdownDescription: "Further parameters of the request, such as `sortBy`. They may hold a key, and are kept " +
						"out of the state."},
				"paging":      schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf("index", "cursor")}, MarkdownDescription: "`index` or `cursor`. The default is `index`."},
				"page_size":   schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.Between(1, 10000)}, MarkdownDescription: "Resources asked for at once. The service may give fewer. The default is 100."},
				"concurrency": schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.AtLeast(1)}, MarkdownDescription: "Pages asked for at a time. The default is 4."},
			})),
	}
}

func (d *hrSCIMDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrSCIMModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config := scim.Config{Web: m.web(scimPrefix), Resource: m.Resource.ValueString(), Filter: m.Filter.ValueString(), Query: m.Query, Cursor: m.Paging.ValueString() == "cursor",
		PageSize: int(m.PageSize.ValueInt64()), Concurrency: int(m.Concurrency.ValueInt64()), Columns: m.Columns}
	config.Web.Auth = m.auth(&m.hrConnectionModel, scimPrefix)
	result, err := scim.Read(ctx, config, m.spec())
	saveWorkers(ctx, d.data, resp, &m, result, err, "The SCIM service cannot be read")
}
