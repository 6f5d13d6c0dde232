// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/jsonfile"
)

var (
	_ datasource.DataSource              = (*hrJSONDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*hrJSONDataSource)(nil)
)

func newHRJSONDataSource() datasource.DataSource { return &hrJSONDataSource{} }

// hrJSONDataSource reads workers from a JSON document, or from one a line.
type hrJSONDataSource struct{ hrReader }

type hrJSONModel struct {
	Content   types.String `tfsdk:"content"`
	Records   types.String `tfsdk:"records"`
	KeyColumn types.String `tfsdk:"key_column"`
	Lines     types.Bool   `tfsdk:"lines"`
	Encoding  types.String `tfsdk:"encoding"`
	TotalPath types.String `tfsdk:"total_path"`
	hrFileModel
	hrSourceModel
}

func (d *hrJSONDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_json"
}

func (d *hrJSONDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Workers from a JSON document (RFC 8259), or from one document a line (NDJSON). Members of a record are columns by their path: `name.first`; an array of texts is a list; elements of other arrays are named by their `type` where it tells them apart, as in SCIM: `emails[type eq \"work\"].value`, and are counted from 0 otherwise: `jobs.0.title`. " +
			"Attributes below the URN of a schema have a colon before them: " +
			"`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department`. A SCIM BulkRequest, as Microsoft's API-driven " +
			"provisioning takes it, is read as it is: the `data` of its operations are the records. " +
			"Numbers are kept as they are written, so that ids lose no digits. A document that ends in the middle, a key that occurs twice and a second document behind the first are refused.",
		Attributes: hrFileSchema("content", "The document itself.", map[string]schema.Attribute{
			"records":    schema.StringAttribute{Optional: true, MarkdownDescription: "Path to the array of records: keys with dots between them, such as `d.results`. A dot that belongs to a key is written `\\.`; elements of arrays are counted from 0. Unset: the document itself is the array."},
			"key_column": schema.StringAttribute{Optional: true, MarkdownDescription: "Name of a column for the keys, where the records are the members of an object rather than the elements of an array."},
			"lines":      schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether each line is a document of its own (NDJSON, JSON Lines): a record, or an object that holds it at `records`. The default is false."},
			"encoding":   schema.StringAttribute{Optional: true, MarkdownDescription: encodingDescription("UTF-8, or what a byte order mark says")},
			"total_path": schema.StringAttribute{Optional: true, MarkdownDescription: "Path to the number of records that the document promises, such as `meta.total`. Another number is an error: the document is incomplete."},
		}),
	}
}

func (d *hrJSONDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrJSONModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	where, err := m.location(m.Content.ValueString())
	if err != nil {
		addProblems(&resp.Diagnostics, "The HR file cannot be found", err)
		return
	}
	config := jsonfile.Config{Location: where, Records: m.Records.ValueString(), KeyColumn: m.KeyColumn.ValueString(), Lines: m.Lines.ValueBool(),
		Encoding: m.Encoding.ValueString(), Total: m.TotalPath.ValueString()}
	result, err := jsonfile.Read(ctx, config, m.spec(), d.data.clock())
	saveWorkers(ctx, d.data, resp, &m, result, err, "The HR file cannot be used")
}
