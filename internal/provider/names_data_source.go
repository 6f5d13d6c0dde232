// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/roster"
)

var (
	_ datasource.DataSource              = (*namesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*namesDataSource)(nil)
)

func newADNamesDataSource() datasource.DataSource {
	return &namesDataSource{target: activeDirectoryTarget}
}

func newEntraNamesDataSource() datasource.DataSource { return &namesDataSource{target: entraTarget} }

// namesDataSource tells which addresses are taken in one directory, for the rules of another one.
type namesDataSource struct {
	target target
	data   *providerData
}

type namesModel struct {
	Names types.String `tfsdk:"names"`
}

func (d *namesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.target.prefix + "_names"
}

func (d *namesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Tells which user principal names and mail addresses the users of " + d.target.title + " have now, with the worker ids of their owners, managed or not: for `taken_names` of the accounts data source of another directory. " +
			"It reads the whole directory with a few searches, as the accounts data source does. Groups, contacts and deleted users are not among them.",
		Attributes: map[string]schema.Attribute{
			"names": schema.StringAttribute{Computed: true,
				MarkdownDescription: "The names as a JSON object of worker id by name in lower case; the worker id is empty where the user carries none in the provider's `worker_id_attribute`."},
		},
	}
}

func (d *namesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (d *namesDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	dir, ok := d.target.open(d.data, &resp.Diagnostics)
	if !ok {
		return
	}
	users, err := dir.WithDeleted().Users(ctx)
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot read the directory", err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &namesModel{types.StringValue(roster.FormatNames(roster.NamesOf(users, dir.WorkerIDAttribute())))})...)
}
