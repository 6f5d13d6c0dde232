// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/location"
	"terraform-provider-workforce/internal/source/xmlfile"
)

var (
	_ datasource.DataSource              = (*hrXMLDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*hrXMLDataSource)(nil)
)

func newHRXMLDataSource() datasource.DataSource { return &hrXMLDataSource{} }

// hrXMLDataSource reads workers from an XML document.
type hrXMLDataSource struct{ hrReader }

type hrXMLModel struct {
	Content    types.String      `tfsdk:"content"`
	Encoding   types.String      `tfsdk:"encoding"`
	Records    types.String      `tfsdk:"records"`
	Columns    map[string]string `tfsdk:"columns"`
	Namespaces map[string]string `tfsdk:"namespaces"`
	TotalPath  types.String      `tfsdk:"total_path"`
	hrFileModel
	hrSourceModel
}

func (d *hrXMLDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_xml"
}

// encodingDescription lists the encodings of text.
func encodingDescription(otherwise string) string {
	return "Encoding of the file: `" + strings.Join(location.Encodings(), "`, `") + "`. The default is " + otherwise + "."
}

func (d *hrXMLDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Workers from an XML document. Names without a prefix are found in any namespace. Document type declarations, and with them entities that name files or grow without end, are refused; so is a document that ends in the middle.",
		Attributes: hrFileSchema("content", "The document itself.", map[string]schema.Attribute{
			"encoding": schema.StringAttribute{Optional: true, MarkdownDescription: encodingDescription("what the document declares")},
			"records":  schema.StringAttribute{Required: true, MarkdownDescription: "Path to the elements that are records: names of elements, such as `/Report_Data/Report_Entry` or `//Worker`; `*` is any element. Conditions are not possible: use the mapping's scope."},
			"columns": schema.MapAttribute{Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Columns, each with an XPath 1.0 expression relative to the record, such as `Name/First`, `@id`, `Phone[@type='work']` or `../@code`. Several nodes are a list, none is no value. " +
					"Unset: every element and attribute with text is a column by its path: `Name/First`, `@id`."},
			"namespaces": schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Prefixes in `records`, `columns` and `total_path`, each with its namespace."},
			"total_path": schema.StringAttribute{Optional: true, MarkdownDescription: "Path to an element or attribute with the number of records that the document promises, such as `/Report/@count`. Another number is an error: the document is incomplete."},
		}),
	}
}

func (d *hrXMLDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrXMLModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	where, err := m.location(m.Content.ValueString())
	if err != nil {
		addProblems(&resp.Diagnostics, "The HR file cannot be found", err)
		return
	}
	config := xmlfile.Config{
		Location: where, Encoding: m.Encoding.ValueString(), Records: m.Records.ValueString(), Columns: m.Columns, Namespaces: m.Namespaces, Total: m.TotalPath.ValueString(),
	}
	result, err := xmlfile.Read(ctx, config, m.spec(), d.data.clock())
	saveWorkers(ctx, d.data, resp, &m, result, err, "The HR file cannot be used")
}
