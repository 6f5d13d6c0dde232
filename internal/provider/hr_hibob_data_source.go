// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/hibob"
)

var _ datasource.DataSource = (*hrHiBobDataSource)(nil)

func newHRHiBobDataSource() datasource.DataSource { return &hrHiBobDataSource{} }

// hrHiBobDataSource reads workers from HiBob.
type hrHiBobDataSource struct{ hrReader }

type hrHiBobModel struct {
	ServiceUser     types.String `tfsdk:"service_user"`
	Token           types.String `tfsdk:"token"`
	MachineReadable types.Bool   `tfsdk:"machine_readable"`
	Optional        []string     `tfsdk:"optional_columns"`
	hrWebModel
	hrSourceModel
}

const hiBobPrefix = "WORKFORCE_HIBOB"

func (d *hrHiBobDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_hibob"
}

func (d *hrHiBobDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Workers from HiBob, by a search for everybody, those who left included. " +
			"Canonical keys that `fields` does not name are filled by `root.id`, `internal.status`, `work.startDate`, `internal.terminationDate` and `work.reportsTo.id`.",
		Attributes: hrWebSchema(hrWebTexts{prefix: hiBobPrefix, url: "Base URL. The default is `https://api.hibob.com/v1`.",
			columns:   "Names of columns, with the id of the field of each, such as `work.department` or `root.email`. A column that `fields` or `attributes` name and that is not here is the field of that id. If neither `columns` nor `attributes` is set, the fields that most companies use are read.",
			reference: "the field that managers are named by. The default is `root.id`."},
			map[string]schema.Attribute{
				"service_user":     hrText("Id of a service user who may see all fields that are read.", hiBobPrefix+"_SERVICE_USER"),
				"token":            hrSecret("Token of the service user.", hiBobPrefix+"_TOKEN"),
				"machine_readable": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether items of lists are read as their ids rather than their names. The default is false."},
				"optional_columns": schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Columns that nobody may have a value in. Of others that is an error: HiBob leaves fields that do not exist, or that the credentials may not see, out without a word."},
			}),
	}
}

func (d *hrHiBobDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrHiBobModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config := hibob.Config{Web: m.web(hiBobPrefix), ServiceUser: m.env(m.ServiceUser, hiBobPrefix, "SERVICE_USER"), Token: m.env(m.Token, hiBobPrefix, "TOKEN"),
		MachineReadable: m.MachineReadable.ValueBool(), Optional: m.Optional, Columns: m.Columns}
	result, err := hibob.Read(ctx, config, m.spec())
	saveWorkers(ctx, d.data, resp, &m, result, err, "HiBob cannot be read")
}
