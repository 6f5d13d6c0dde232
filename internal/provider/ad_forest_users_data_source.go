// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
)

var (
	_ datasource.DataSource                     = (*adForestUsersDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*adForestUsersDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*adForestUsersDataSource)(nil)
)

func newADForestUsersDataSource() datasource.DataSource { return &adForestUsersDataSource{} }

// adForestUsersDataSource looks users up in all domains of a forest.
type adForestUsersDataSource struct{ adDataSource }

// adForestKeys are the arguments that users of a forest are looked up by.
var adForestKeys = append(slices.Clone(adUserKeys[1:]), adKey{"mail", "mail", "Mail address; its case does not matter."})

// globalCatalogHint says what an administrator does so that the global catalog can tell more.
const globalCatalogHint = "The global catalog holds a part of the attributes; one that it does not hold is an error and never " +
	"taken for empty. `isMemberOfPartialAttributeSet` of the attribute in the schema says whether it does: not for `employeeID`, unless an " +
	"administrator of the schema has set it."

type adForestUsersModel struct {
	SIDs               types.Set    `tfsdk:"sids"`
	DistinguishedNames types.Set    `tfsdk:"distinguished_names"`
	UserPrincipalNames types.Set    `tfsdk:"user_principal_names"`
	SAMAccountNames    types.Set    `tfsdk:"sam_account_names"`
	WorkerIDs          types.Set    `tfsdk:"worker_ids"`
	Mails              types.Set    `tfsdk:"mails"`
	OnMissing          types.String `tfsdk:"on_missing"`
	Attributes         types.List   `tfsdk:"attributes"`
	Users              types.Map    `tfsdk:"users"`
	Paths              types.Map    `tfsdk:"paths"`
	Missing            types.List   `tfsdk:"missing"`
}

func (d *adForestUsersDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ad_forest_users"
}

func (d *adForestUsersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks up accounts of people in every domain of the forest by one kind of key, in its global catalog: " +
			"a manager who has their account in another domain, for example. It only reads. Computers and deleted accounts are not " +
			"found, and what was changed in another domain a moment ago may not have been replicated yet. " + globalCatalogHint +
			" The controllers are those of `global_catalog_urls` of the provider.",
		Attributes: manyKeyArguments(adForestKeys, "accounts"),
	}
	maps.Copy(resp.Schema.Attributes, map[string]schema.Attribute{
		"on_missing": onMissingArgument("account"),
		"attributes": schema.ListAttribute{Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Further attributes to read, by their LDAP name."},
		"users": schema.MapAttribute{Computed: true, ElementType: types.StringType,
			MarkdownDescription: "The accounts by key, each as a JSON object for `jsondecode`: `id`, `sid`, `distinguished_name`, " +
				"`enabled`, and `attributes` (an object of lists: those asked for and that of the key)."},
		"paths": schema.MapAttribute{Computed: true, ElementType: types.StringType,
			MarkdownDescription: "The distinguished name of each account by the same keys, such as a rule for `manager` gives it."},
		"missing": schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Keys that fit no account, sorted."},
	})
}

func (d *adForestUsersDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(keyPaths(adForestKeys, "s")...)}
}

func (d *adForestUsersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model adForestUsersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	domain, ok := openDomain(d.data, &resp.Diagnostics)
	if !ok || resp.Diagnostics.HasError() {
		return
	}
	key, keys, _ := theKeys(adForestKeys, model.SIDs, model.DistinguishedNames, model.UserPrincipalNames, model.SAMAccountNames,
		model.WorkerIDs, model.Mails)
	hits, err := domain.FindInForest(ctx, key.in(domain), keys, goList(model.Attributes))
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot look up accounts of the forest", key.blameMany(err))
		return
	}
	of := lookedUpIn("forest", "Deleted ones", "account", key, keys, hits, func(u *activedirectory.ForestUser) string { return u.Path },
		model.OnMissing, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	users, paths := map[string]string{}, map[string]string{}
	for key, u := range of.found {
		users[key], paths[key] = forestUserDocument(u), u.Path
	}
	model.Users, model.Paths, model.Missing = stringMap(users), stringMap(paths), stringList(of.missing)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// forestUserDocument is an account of the global catalog as JSON.
func forestUserDocument(u *activedirectory.ForestUser) string {
	attributes := map[string][]string{}
	for name, value := range u.Attributes {
		attributes[name] = append([]string{}, value...)
	}
	doc, _ := json.Marshal(struct { // texts cannot fail
		ID         string              `json:"id"`
		SID        string              `json:"sid"`
		Path       string              `json:"distinguished_name"`
		Enabled    bool                `json:"enabled"`
		Attributes map[string][]string `json:"attributes"`
	}{u.ID, u.SID, u.Path, u.Enabled, attributes})
	return string(doc)
}
