// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/adp"
)

var _ datasource.DataSource = (*hrADPDataSource)(nil)

func newHRADPDataSource() datasource.DataSource { return &hrADPDataSource{} }

// hrADPDataSource reads workers from ADP.
type hrADPDataSource struct{ hrReader }

type hrADPModel struct {
	TokenURL            types.String      `tfsdk:"token_url"`
	ClientID            types.String      `tfsdk:"client_id"`
	ClientSecret        types.String      `tfsdk:"client_secret"`
	Query               map[string]string `tfsdk:"query"`
	ManagerRelationship types.String      `tfsdk:"manager_relationship"`
	PageSize            types.Int64       `tfsdk:"page_size"`
	hrWebModel
	hrSourceModel
}

const adpPrefix = "WORKFORCE_ADP"

func (d *hrADPDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_adp"
}

func (d *hrADPDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Workers from ADP (Workers API v2), over mutual TLS. The list ends with 204 No Content, whatever the pages before. `2099-12-31` means no date, beside what `no_date_values` means by default. " +
			"Canonical keys that `fields` does not name are filled by `workerID.idValue`, `workerStatus.statusCode.codeValue`, `workerDates.originalHireDate`, `workerDates.terminationDate`, the worker type of the primary work assignment and the manager in it.",
		Attributes: hrWebSchema(hrWebTexts{prefix: adpPrefix, url: "Base URL. The default is `https://api.adp.com`; in Europe it is `https://api.eu.adp.com`.",
			columns: "Names of columns, with the path of each in a worker: keys with dots between them, such as `person.legalName.givenName`, or a JSONPath. The primary work assignment is at `primaryWorkAssignment`, and the one of its `reportsTo` that is the manager at `manager`. " +
				"If neither `columns` nor `attributes` is set, the values that most companies use are read.",
			reference: "the path to what managers are named by. The default is `associateOID`."},
			map[string]schema.Attribute{
				"token_url":     hrText("Where tokens are asked for. The default is that of ADP for the host of `url`, such as `https://accounts.adp.com/auth/oauth/v2/token`.", adpPrefix+"_TOKEN_URL"),
				"client_id":     hrText("Id of the client.", adpPrefix+"_CLIENT_ID"),
				"client_secret": hrSecret("Secret of the client.", adpPrefix+"_CLIENT_SECRET"),
				"query": schema.MapAttribute{Optional: true, Sensitive: true, ElementType: types.StringType,
					MarkdownDescription: "Further parameters of the request, such as `$filter`. They may hold a key, and are kept " +
						"out of the state. A worker who is filtered out is absent, not a leaver."},
				"manager_relationship": schema.StringAttribute{Optional: true, MarkdownDescription: "`reportsToRelationshipCode` of managers. Unset, a worker who reports to several is an error."},
				"page_size":            schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.Between(1, 100)}, MarkdownDescription: "Workers asked for at once. The default is 100."},
			}),
	}
}

func (d *hrADPDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrADPModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config := adp.Config{Web: m.web(adpPrefix), TokenURL: m.env(m.TokenURL, adpPrefix, "TOKEN_URL"), ClientID: m.env(m.ClientID, adpPrefix, "CLIENT_ID"), ClientSecret: m.env(m.ClientSecret, adpPrefix, "CLIENT_SECRET"),
		Query: m.Query, ManagerRelationship: m.ManagerRelationship.ValueString(), PageSize: int(m.PageSize.ValueInt64()), Columns: m.Columns}
	result, err := adp.Read(ctx, config, m.spec())
	saveWorkers(ctx, d.data, resp, &m, result, err, "ADP cannot be read")
}
