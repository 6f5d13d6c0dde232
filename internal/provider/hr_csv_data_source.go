// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/csv"
)

var (
	_ datasource.DataSource              = (*hrCSVDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*hrCSVDataSource)(nil)
)

func newHRCSVDataSource() datasource.DataSource { return &hrCSVDataSource{} }

// hrCSVDataSource reads workers from a file of separated values.
type hrCSVDataSource struct{ hrReader }

type hrCSVModel struct {
	Content   types.String `tfsdk:"content"`
	Delimiter types.String `tfsdk:"delimiter"`
	Encoding  types.String `tfsdk:"encoding"`
	Columns   []string     `tfsdk:"columns"`
	SkipRows  types.Int64  `tfsdk:"skip_rows"`
	Trailer   types.String `tfsdk:"trailer"`
	Comment   types.String `tfsdk:"comment"`
	hrFileModel
	hrSourceModel
}

func (d *hrCSVDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_csv"
}

func (d *hrCSVDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Workers from a file of separated values (RFC 4180), as HR systems export them. A file that is damaged, cut off, in another encoding or with another delimiter than expected is refused, with row, column and value; " +
			"nothing is guessed and nothing is replaced. All problems are reported at once: the first 20, and how many there are.",
		Attributes: hrFileSchema("content", "The text itself.", map[string]schema.Attribute{
			"delimiter": text("Character between fields, or `tab`. The default is a comma."),
			"encoding":  text(encodingDescription("UTF-8, or what a byte order mark says")),
			"columns":   schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Names of the columns, for a file without a header row."},
			"skip_rows": hrCount("Lines before the header. The default is 0.", 0),
			"trailer":   text("Regular expression that the last line must match, such as `^TRAILER\\\\|(\\\\d+)$`. Its first group is the number of records the file must have. Unset: there is no trailer."),
			"comment":   text("Character that begins lines to leave out. Unset: there are none."),
		}),
	}
}

func (d *hrCSVDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrCSVModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	where, err := m.location(m.Content.ValueString())
	if err != nil {
		addProblems(&resp.Diagnostics, "The HR file cannot be found", err)
		return
	}
	config := csv.Config{
		Location: where, Delimiter: m.Delimiter.ValueString(), Encoding: m.Encoding.ValueString(), Columns: m.Columns,
		SkipRows: int(m.SkipRows.ValueInt64()), Trailer: m.Trailer.ValueString(), Comment: m.Comment.ValueString(),
	}
	result, err := csv.Read(ctx, config, m.spec(), d.data.clock())
	saveWorkers(ctx, d.data, resp, &m, result, err, "The HR file cannot be used")
}
