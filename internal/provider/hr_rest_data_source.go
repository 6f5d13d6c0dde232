// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/rest"
)

var _ datasource.DataSource = (*hrRESTDataSource)(nil)

func newHRRESTDataSource() datasource.DataSource { return &hrRESTDataSource{} }

// hrRESTDataSource reads workers from any JSON API.
type hrRESTDataSource struct{ hrReader }

type hrRESTModel struct {
	Path    types.String       `tfsdk:"path"`
	Method  types.String       `tfsdk:"method"`
	Query   map[string]string  `tfsdk:"query"`
	Headers map[string]string  `tfsdk:"headers"`
	Body    types.String       `tfsdk:"body"`
	Records types.String       `tfsdk:"records"`
	Paging  *hrRESTPagingModel `tfsdk:"paging"`
	hrAuthModel
	hrWebModel
	hrSourceModel
}

type hrRESTPagingModel struct {
	Kind          types.String `tfsdk:"kind"`
	Parameter     types.String `tfsdk:"parameter"`
	InBody        types.Bool   `tfsdk:"in_body"`
	SizeParameter types.String `tfsdk:"size_parameter"`
	Size          types.Int64  `tfsdk:"size"`
	First         types.Int64  `tfsdk:"first"`
	Next          types.String `tfsdk:"next"`
	Total         types.String `tfsdk:"total"`
	Pages         types.String `tfsdk:"pages"`
	More          types.String `tfsdk:"more"`
	Concurrency   types.Int64  `tfsdk:"concurrency"`
	MaxPages      types.Int64  `tfsdk:"max_pages"`
}

const restPrefix = "WORKFORCE_REST"

func (d *hrRESTDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_rest"
}

func (d *hrRESTDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	secrets := func(description string) schema.Attribute {
		return schema.MapAttribute{Optional: true, Sensitive: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Workers from any HR system that answers in JSON over HTTP. The list is held against the totals that the system reports, a page that repeats, ends early or is a web page of a maintenance window is an error, " +
			"and a list that changes while it is read is read again: half of a list is never taken for the whole.",
		Attributes: hrWebSchema(hrWebTexts{prefix: restPrefix, url: "Base URL, such as `https://hr.example.com/api/v1`.",
			columns: "Names of columns, with the path of each in a record: keys with dots between them, such as `work.department` or `emails.0.value` (a dot of a key is written `\\\\.`), or a JSONPath, such as `$.emails[?@.type == 'work'].value`. " +
				"A column that `fields` or `attributes` name and that is not here has its name for a path. If neither `columns` nor `attributes` is set, every value is a column by its path.",
			reference: "the path to the key that managers are named by in their own records, such as `id`."},
			hrAuthSchema(restPrefix, map[string]schema.Attribute{
				"path":    text("Path of the list, below `url`, such as `people`."),
				"method":  schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf("GET", "POST")}, MarkdownDescription: "`GET` or, for systems that search by it, `POST`. The default is `GET`."},
				"query":   secrets("Parameters of the request. They may hold a key, and are kept out of the state."),
				"headers": secrets("Headers of the request. Their values are never shown."),
				"body": schema.StringAttribute{Optional: true, Sensitive: true,
					MarkdownDescription: "Body of a `POST`, in JSON. It may only ask, not change anything: it is repeated after " +
						"failures. It may hold a key, and is kept out of the state."},
				"records": text("Path to the array of records in an answer, such as `data.people`. The default is the answer itself."),
				"paging":  hrRESTPagingSchema(),
			})),
	}
}

func hrRESTPagingSchema() schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	number := func(least int64, description string) schema.Attribute {
		return schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.AtLeast(least)}, MarkdownDescription: description}
	}
	return schema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: "How the pages of the list follow each other. Unset: the list is one answer.",
		Attributes: map[string]schema.Attribute{
			"kind": schema.StringAttribute{Required: true, Validators: []validator.String{oneOf(rest.Kinds...)}, MarkdownDescription: "`link_header` follows the header `Link` with `rel=\"next\"`; `next_link` follows the URL at `next`; `cursor` sends the text at `next` with the next request; " +
				"`page` counts pages; `offset` counts records; `none` is one answer."},
			"parameter":      text("Parameter that carries the page number, offset or cursor."),
			"in_body":        schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the parameters of the page are members of the body of a `POST`, by path, rather than of the URL. The default is false."},
			"size_parameter": text("Parameter that carries `size`."),
			"size":           number(1, "Records asked for at once. The server may give fewer."),
			"first":          number(0, "Number of the first page, or offset of the first record. The default is 1 for `page` and 0 for `offset`."),
			"next":           text("Path to the link or cursor of the next page. Nothing, null or an empty text there ends the list."),
			"total":          text("Path to the number of all records. Exactly as many must be read."),
			"pages":          text("Path to the number of all pages. Exactly as many must be read."),
			"more":           text("Path to a truth value that says whether there is another page."),
			"concurrency":    number(1, "Pages asked for at a time, where `page` or `offset` and a total allow that. The default is 4."),
			"max_pages":      number(1, "Most pages that a list may have. The default is 100,000."),
		},
	}
}

func (p *hrRESTPagingModel) paging() rest.Paging {
	if p == nil {
		return rest.Paging{}
	}
	first := int(p.First.ValueInt64())
	if p.First.IsNull() && p.Kind.ValueString() == rest.PageNumber {
		first = 1
	}
	return rest.Paging{Configured: true, Kind: p.Kind.ValueString(), Parameter: p.Parameter.ValueString(), InBody: p.InBody.ValueBool(),
		SizeParameter: p.SizeParameter.ValueString(), Size: int(p.Size.ValueInt64()), First: first,
		Next: p.Next.ValueString(), Total: p.Total.ValueString(), Pages: p.Pages.ValueString(), More: p.More.ValueString(), Concurrency: int(p.Concurrency.ValueInt64()), MaxPages: int(p.MaxPages.ValueInt64())}
}

func (d *hrRESTDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrRESTModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config := rest.Config{Web: m.web(restPrefix), Method: m.Method.ValueString(), Path: m.Path.ValueString(), Query: m.Query, Body: m.Body.ValueString(), Records: m.Records.ValueString(),
		Columns: m.Columns, Paging: m.Paging.paging()}
	config.Web.Auth, config.Web.Header = m.auth(&m.hrConnectionModel, restPrefix), m.Headers
	result, err := rest.Read(ctx, config, m.spec())
	saveWorkers(ctx, d.data, resp, &m, result, err, "The HR system cannot be read")
}
