// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/roster"
)

var (
	_ datasource.DataSource              = (*namesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*namesDataSource)(nil)
)

func newADNamesDataSource() datasource.DataSource {
	return &adNamesDataSource{namesDataSource{target: activeDirectoryTarget}}
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

// adNamesDataSource is namesDataSource for Active Directory, where a domain is a part of a forest.
type adNamesDataSource struct{ namesDataSource }

type adNamesModel struct {
	Domains types.String `tfsdk:"domains"`
	Names   types.String `tfsdk:"names"`
}

// The domains of the forest that names are of.
const (
	thisDomain   = "this"
	otherDomains = "others"
	allDomains   = "all"
)

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
	resp.Diagnostics.Append(resp.State.Set(ctx, &namesModel{namesOf(users, dir.WorkerIDAttribute())})...)
}

// namesOf is who has which name, as taken_names takes it.
func namesOf(users []*directory.Existing, workerIDAttribute string) types.String {
	return types.StringValue(roster.FormatNames(roster.NamesOf(users, workerIDAttribute)))
}

func (d *adNamesDataSource) Schema(ctx context.Context, req datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	d.namesDataSource.Schema(ctx, req, resp)
	resp.Schema.Attributes["domains"] = schema.StringAttribute{Optional: true,
		Validators: []validator.String{oneOf(thisDomain, otherDomains, allDomains)},
		MarkdownDescription: "Whose names: `this`, the default, is the domain of the provider block; `others` are the other domains of its " +
			"forest, for the accounts data source of this domain; `all` is both, for those of a tenant or of another forest. The names of " +
			"other domains come from the global catalog (`global_catalog_urls` of the provider), which may be some minutes behind. They come " +
			"without the worker ids of their owners, unless the catalog holds `worker_id_attribute`: no joiner gets such a name then, not even a " +
			"mover whose account in the other domain has it. A warning names the addresses that the catalog does not hold."}
}

func (d *adNamesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model adNamesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	domain, ok := openDomain(d.data, &resp.Diagnostics)
	if !ok || resp.Diagnostics.HasError() {
		return
	}
	var users []*directory.Existing
	var err error
	domains := model.Domains.ValueString()
	if domains != otherDomains {
		users, err = domain.Users(ctx)
	}
	if err == nil && (domains == otherDomains || domains == allDomains) {
		var elsewhere []*directory.Existing
		var unheld []string
		elsewhere, unheld, err = domain.UsersElsewhere(ctx)
		users = append(users, elsewhere...)
		warnOfUnheld(unheld, &resp.Diagnostics)
	}
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot read the directory", err)
		return
	}
	model.Names = namesOf(users, domain.WorkerIDAttribute())
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// warnOfUnheld says which addresses of other domains nobody knows.
func warnOfUnheld(unheld []string, diags *diag.Diagnostics) {
	if len(unheld) == 0 {
		return
	}
	diags.AddAttributeWarning(path.Root("domains"), "The global catalog does not hold all addresses",
		"domains: the global catalog of the forest does not hold "+strings.Join(unheld, " and ")+", so that what users of other "+
			"domains have there is not among the names, and may be given twice. Let an administrator of the schema set "+
			"isMemberOfPartialAttributeSet of the attribute to TRUE, or read the names of each domain with a workforce_ad_names of its own.")
}
