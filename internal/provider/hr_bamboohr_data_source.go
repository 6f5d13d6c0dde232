// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/bamboohr"
)

var _ datasource.DataSource = (*hrBambooHRDataSource)(nil)

func newHRBambooHRDataSource() datasource.DataSource { return &hrBambooHRDataSource{} }

// hrBambooHRDataSource reads workers from BambooHR.
type hrBambooHRDataSource struct{ hrReader }

type hrBambooHRModel struct {
	Company types.String `tfsdk:"company"`
	APIKey  types.String `tfsdk:"api_key"`
	hrWebModel
	hrSourceModel
}

const bambooHRPrefix = "WORKFORCE_BAMBOOHR"

func (d *hrBambooHRDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_bamboohr"
}

func (d *hrBambooHRDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Workers from BambooHR, by a custom report: everybody, leavers and people who will start included, in one answer. A field that does not exist, or that the user of the API key may not see, is an error: BambooHR leaves it out without a word. " +
			"Canonical keys that `fields` does not name are filled by `employeeNumber`, `status`, `employmentHistoryStatus`, `hireDate`, `terminationDate` and `supervisorEId`.",
		Attributes: hrWebSchema(hrWebTexts{prefix: bambooHRPrefix, url: "Base URL. The default is `https://api.bamboohr.com/api/gateway.php/<company>/v1`.",
			columns:   "Names of columns, with the id of the field of each, such as `customCostCenter` or `4331`. A column that `fields` or `attributes` name and that is not here is the field of that id. If neither `columns` nor `attributes` is set, the fields that most companies use are read.",
			reference: "the field that managers are named by. The default is `id` if `manager_id` is the field `supervisorEId`, and `employeeNumber` if it is `supervisorId`."},
			map[string]schema.Attribute{
				"company": hrText("Subdomain of the company: `example` in `example.bamboohr.com`.", bambooHRPrefix+"_COMPANY"),
				"api_key": hrSecret("API key of a user who may see all fields that are read.", bambooHRPrefix+"_API_KEY"),
			}),
	}
}

func (d *hrBambooHRDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrBambooHRModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config := bamboohr.Config{Web: m.web(bambooHRPrefix), Company: m.env(m.Company, bambooHRPrefix, "COMPANY"), APIKey: m.env(m.APIKey, bambooHRPrefix, "API_KEY"),
		Columns: m.Columns}
	result, err := bamboohr.Read(ctx, config, m.spec())
	saveWorkers(ctx, d.data, resp, &m, result, err, "BambooHR cannot be read")
}
