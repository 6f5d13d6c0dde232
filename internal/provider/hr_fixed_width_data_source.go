// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/fixedwidth"
)

var (
	_ datasource.DataSource              = (*hrFixedWidthDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*hrFixedWidthDataSource)(nil)
)

func newHRFixedWidthDataSource() datasource.DataSource { return &hrFixedWidthDataSource{} }

// hrFixedWidthDataSource reads workers from lines in which every value has its place.
type hrFixedWidthDataSource struct{ hrReader }

type hrFixedWidthModel struct {
	Content    types.String            `tfsdk:"content"`
	Columns    []fixedWidthColumnModel `tfsdk:"columns"`
	Unit       types.String            `tfsdk:"unit"`
	Encoding   types.String            `tfsdk:"encoding"`
	SkipLines  types.Int64             `tfsdk:"skip_lines"`
	ShortLines types.Bool              `tfsdk:"short_lines"`
	Comment    types.String            `tfsdk:"comment"`
	Trailer    types.String            `tfsdk:"trailer"`
	hrFileModel
	hrSourceModel
}

type fixedWidthColumnModel struct {
	Name  types.String `tfsdk:"name"`
	Start types.Int64  `tfsdk:"start"`
	Width types.Int64  `tfsdk:"width"`
}

func (d *hrFixedWidthDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_fixed_width"
}

func (d *hrFixedWidthDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	place := func(description string) schema.Attribute {
		return schema.Int64Attribute{Required: true, MarkdownDescription: description, Validators: []validator.Int64{int64validator.Between(1, 1<<20)}}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Workers from a file in which every value has its place in the line, as mainframes and payroll systems write them. Blanks that pad a value are removed. Lines of different lengths, tabs and a file that is cut off are refused.",
		Attributes: hrFileSchema("content", "The text itself, in UTF-8.", map[string]schema.Attribute{
			"columns": schema.ListNestedAttribute{Required: true, MarkdownDescription: "The columns of a line. There may be gaps between them, but they do not overlap.", NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"name":  schema.StringAttribute{Required: true, MarkdownDescription: "Name of the column."},
				"start": place("Where the column begins in the line, from 1."),
				"width": place("How wide the column is."),
			}}},
			"unit":        schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf("characters", "bytes")}, MarkdownDescription: "What `start` and `width` count: `characters` or `bytes` of the file. The default is `characters`. The two differ where a character has several bytes, as in UTF-8."},
			"encoding":    schema.StringAttribute{Optional: true, MarkdownDescription: encodingDescription("UTF-8, or what a byte order mark says")},
			"skip_lines":  hrCount("Lines before the first worker. The default is 0.", 0),
			"short_lines": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether lines may end early, as when blanks at their end were cut off. What is not there has no value. The default is false: all lines are equally long."},
			"comment":     schema.StringAttribute{Optional: true, MarkdownDescription: "Text that begins lines to leave out. Unset: there are none."},
			"trailer":     schema.StringAttribute{Optional: true, MarkdownDescription: "Regular expression that the last line must match, such as `^T(\\\\d{8})`. Its first group, or the one named `count`, is the number of records the file must have. Unset: there is no trailer."},
		}),
	}
}

func (d *hrFixedWidthDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrFixedWidthModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	where, err := m.location(m.Content.ValueString())
	if err != nil {
		addProblems(&resp.Diagnostics, "The HR file cannot be found", err)
		return
	}
	config := fixedwidth.Config{
		Location: where, Bytes: m.Unit.ValueString() == "bytes", Encoding: m.Encoding.ValueString(), SkipLines: int(m.SkipLines.ValueInt64()),
		ShortLines: m.ShortLines.ValueBool(), Comment: m.Comment.ValueString(), Trailer: m.Trailer.ValueString(),
	}
	for _, c := range m.Columns {
		config.Columns = append(config.Columns, fixedwidth.Column{Name: c.Name.ValueString(), Start: int(c.Start.ValueInt64()), Width: int(c.Width.ValueInt64())})
	}
	result, err := fixedwidth.Read(ctx, config, m.spec(), d.data.clock())
	saveWorkers(ctx, d.data, resp, &m, result, err, "The HR file cannot be used")
}
