// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/xlsx"
)

var (
	_ datasource.DataSource              = (*hrXLSXDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*hrXLSXDataSource)(nil)
)

func newHRXLSXDataSource() datasource.DataSource { return &hrXLSXDataSource{} }

// hrXLSXDataSource reads workers from a sheet of an Excel workbook.
type hrXLSXDataSource struct{ hrReader }

type hrXLSXModel struct {
	ContentBase64 types.String `tfsdk:"content_base64"`
	Sheet         types.String `tfsdk:"sheet"`
	SheetNumber   types.Int64  `tfsdk:"sheet_number"`
	HeaderRow     types.Int64  `tfsdk:"header_row"`
	Hidden        types.String `tfsdk:"hidden"`
	Trailer       types.String `tfsdk:"trailer"`
	hrFileModel
	hrSourceModel
}

func (d *hrXLSXDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_xlsx"
}

func (d *hrXLSXDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Workers from a sheet of an Excel workbook (.xlsx). Cells formatted as dates are read as `yyyy-MM-dd`, in the date systems of 1900 and 1904; numbers have no thousands and no exponent, and have the leading zeros that a format such as `000000` shows. " +
			"Errors such as `#N/A`, formulas without a stored value, numbers of more than 15 digits and merged cells are refused with their cell, unless they are in columns that are not read. Workbooks with a password, .xls, .xlsb and .ods are refused.",
		Attributes: hrFileSchema("content_base64", "The workbook itself, in Base64.", map[string]schema.Attribute{
			"sheet":        schema.StringAttribute{Optional: true, MarkdownDescription: "Name of the sheet. Unset, and without `sheet_number`: the workbook must have one sheet that is not hidden.", Validators: []validator.String{stringvalidator.ConflictsWith(path.MatchRoot("sheet_number"))}},
			"sheet_number": hrCount("Number of the sheet, from 1; hidden ones count.", 1),
			"header_row":   hrCount("Number of the row with the names of the columns. Unset: the first of the first 100 rows that has the column of the worker id. Line breaks in names are read as blanks.", 1),
			"hidden": schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf(xlsx.RefuseHidden, xlsx.IncludeHidden, xlsx.SkipHidden)},
				MarkdownDescription: "What happens to hidden rows (such as those behind a filter) and hidden columns: `refuse`, `include` or `skip`. The default is `refuse`: they are an error if they would be read."},
			"trailer": schema.StringAttribute{Optional: true, MarkdownDescription: "Regular expression that the first text of the last row must match, such as `^Total: (\\\\d+)$`. Its first group, or the one named `count`, is the number of records the sheet must have. Unset: there is no trailer."},
		}),
	}
}

func (d *hrXLSXDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrXLSXModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	content, err := fromBase64(m.ContentBase64.ValueString())
	if err != nil {
		addProblems(&resp.Diagnostics, "The HR file cannot be found", err)
		return
	}
	where, err := m.location(content)
	if err != nil {
		addProblems(&resp.Diagnostics, "The HR file cannot be found", err)
		return
	}
	config := xlsx.Config{
		Location: where, Sheet: m.Sheet.ValueString(), SheetNumber: int(m.SheetNumber.ValueInt64()), HeaderRow: int(m.HeaderRow.ValueInt64()),
		Hidden: m.Hidden.ValueString(), Trailer: m.Trailer.ValueString(),
	}
	result, err := xlsx.Read(ctx, config, m.spec(), d.data.clock())
	saveWorkers(ctx, d.data, resp, &m, result, err, "The HR file cannot be used")
}
