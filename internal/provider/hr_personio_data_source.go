// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/personio"
)

var _ datasource.DataSource = (*hrPersonioDataSource)(nil)

func newHRPersonioDataSource() datasource.DataSource { return &hrPersonioDataSource{} }

// hrPersonioDataSource reads workers from Personio.
type hrPersonioDataSource struct{ hrReader }

type hrPersonioModel struct {
	ClientID     types.String `tfsdk:"client_id"`
	ClientSecret types.String `tfsdk:"client_secret"`
	PartnerID    types.String `tfsdk:"partner_id"`
	AppID        types.String `tfsdk:"app_id"`
	Optional     []string     `tfsdk:"optional_columns"`
	PageSize     types.Int64  `tfsdk:"page_size"`
	Concurrency  types.Int64  `tfsdk:"concurrency"`
	hrWebModel
	hrSourceModel
}

const personioPrefix = "WORKFORCE_PERSONIO"

func (d *hrPersonioDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_personio"
}

func (d *hrPersonioDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Workers from Personio (API v1): all employees, with the attributes that are enabled for the API credentials. As many are read as Personio reports. " +
			"Canonical keys that `fields` does not name are filled by `id`, `status` (`onboarding`, `active`, `leave` or `inactive`), `employment_type`, `hire_date`, `termination_date`, `last_working_day` and `supervisor.id`.",
		Attributes: hrWebSchema(hrWebTexts{prefix: personioPrefix, url: "Base URL. The default is `https://api.personio.de/v1`.",
			columns:   "Names of columns, with the attribute of each, out of its wrapping: `first_name`, `department.name`, `supervisor.id`, `cost_centers.0.name`, `dynamic_1234`. A column that `fields` or `attributes` name and that is not here is the attribute of that name. If neither `columns` nor `attributes` is set, every attribute is a column.",
			reference: "the attribute that supervisors are named by. The default is `id`."},
			map[string]schema.Attribute{
				"client_id":        hrText("Client id of API credentials that may read employees.", personioPrefix+"_CLIENT_ID"),
				"client_secret":    hrSecret("Secret of the client.", personioPrefix+"_CLIENT_SECRET"),
				"partner_id":       schema.StringAttribute{Optional: true, MarkdownDescription: "Header `X-Personio-Partner-ID`."},
				"app_id":           schema.StringAttribute{Optional: true, MarkdownDescription: "Header `X-Personio-App-ID`."},
				"optional_columns": schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Columns that nobody may have a value in. Of others that is an error: Personio leaves fields that do not exist, or that the credentials may not see, out without a word."},
				"page_size":        schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.Between(1, 200)}, MarkdownDescription: "Employees asked for at once. The default is 200."},
				"concurrency":      schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.AtLeast(1)}, MarkdownDescription: "Pages asked for at a time. The default is 4."},
			}),
	}
}

func (d *hrPersonioDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrPersonioModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config := personio.Config{Web: m.web(personioPrefix), ClientID: m.env(m.ClientID, personioPrefix, "CLIENT_ID"), ClientSecret: m.env(m.ClientSecret, personioPrefix, "CLIENT_SECRET"),
		PartnerID: m.PartnerID.ValueString(), AppID: m.AppID.ValueString(), Optional: m.Optional, PageSize: int(m.PageSize.ValueInt64()), Concurrency: int(m.Concurrency.ValueInt64()), Columns: m.Columns}
	result, err := personio.Read(ctx, config, m.spec())
	saveWorkers(ctx, d.data, resp, &m, result, err, "Personio cannot be read")
}
