// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ datasource.DataSource                     = (*entraUsersDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*entraUsersDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*entraUsersDataSource)(nil)
)

func newEntraUsersDataSource() datasource.DataSource { return &entraUsersDataSource{} }

// entraUsersDataSource looks up many users with as few requests as one.
type entraUsersDataSource struct {
	data *providerData
}

type entraUsersModel struct {
	ObjectIDs              types.Set    `tfsdk:"object_ids"`
	UserPrincipalNames     types.Set    `tfsdk:"user_principal_names"`
	Mails                  types.Set    `tfsdk:"mails"`
	WorkerIDs              types.Set    `tfsdk:"worker_ids"`
	OnPremisesImmutableIDs types.Set    `tfsdk:"on_premises_immutable_ids"`
	OnPremisesObjectGUIDs  types.Set    `tfsdk:"on_premises_object_guids"`
	MailNicknames          types.Set    `tfsdk:"mail_nicknames"`
	EmployeeIDs            types.Set    `tfsdk:"employee_ids"`
	Attributes             types.List   `tfsdk:"attributes"`
	OnMissing              types.String `tfsdk:"on_missing"`
	Users                  types.Map    `tfsdk:"users"`
	IDs                    types.Map    `tfsdk:"ids"`
	Missing                types.List   `tfsdk:"missing"`
}

func (d *entraUsersDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_entra_users"
}

func (d *entraUsersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	keys := func(description string) schema.Attribute {
		return schema.SetAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks up many users of Microsoft Entra ID by one kind of key, with a handful of requests however many they are. A key that fits several users is an error.",
		Attributes: map[string]schema.Attribute{
			"object_ids":                keys("Object ids."),
			"user_principal_names":      keys("User principal names; their case does not matter."),
			"mails":                     keys("Primary mail addresses; their case does not matter."),
			"worker_ids":                keys("Worker ids: values of the provider's `worker_id_attribute`, by default `employeeId`."),
			"on_premises_immutable_ids": keys("Immutable ids (source anchors) of users that are synchronised from Active Directory."),
			"on_premises_object_guids":  keys("objectGUIDs of the Active Directory accounts that the users are synchronised from."),
			"mail_nicknames":            keys("Mail aliases; their case does not matter."),
			"employee_ids":              keys("Employee numbers (`employeeId`), where the provider's `worker_id_attribute` is another one."),
			"attributes":                schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Further attributes to read, by their name in Microsoft Graph."},
			"on_missing": schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf("fail", "skip")},
				MarkdownDescription: "What happens with keys that fit nobody: `fail`, the default, is an error that names them; `skip` leaves them out and lists them in `missing`."},
			"users": schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "The users by key, " +
				"each as a JSON object with `id`, `enabled` and `attributes` (an object of lists: `userPrincipalName`, " +
				"`displayName`, `mail`, `mailNickname`, `employeeId`, `manager`, `onPremisesSyncEnabled`, `onPremisesImmutableId` " +
				"and those asked for). Read it with `jsondecode`."},
			"ids":     schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "The object id of each user by key."},
			"missing": schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Keys that fit nobody, sorted."},
		},
	}
}

func (d *entraUsersDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	keys := make([]path.Expression, len(lookups))
	for i, l := range lookups {
		keys[i] = path.MatchRoot(l.argument + "s")
	}
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(keys...)}
}

func (d *entraUsersDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (d *entraUsersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model entraUsersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	dir, ok := entraTarget.open(d.data, &resp.Diagnostics)
	if !ok {
		return
	}
	argument, keys := model.keys()
	attributes := goList(model.Attributes)
	found, err := findUsers(ctx, dir, argument, keys, attributes)
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot look up users", err)
		return
	}
	users, ids, missing := map[string]string{}, map[string]string{}, []string{}
	for _, key := range keys {
		switch hits := found[key]; len(hits) {
		case 0:
			missing = append(missing, key)
		case 1:
			ids[key] = hits[0].ID
			users[key] = userDocument(hits[0], slices.Concat(shown, []string{dir.WorkerIDAttribute()}, attributes))
		default:
			resp.Diagnostics.AddAttributeError(path.Root(argument+"s"), "Several users", fmt.Sprintf("%d users have the %s %q, such as %s and %s: look them up by another key.", len(hits), argument, key, hits[0].Path, hits[1].Path))
		}
	}
	if len(missing) > 0 && model.OnMissing.ValueString() != "skip" {
		resp.Diagnostics.AddAttributeError(path.Root(argument+"s"), "No such users", fmt.Sprintf("%d of %d keys fit no user of the tenant:\n%s\nDeleted users are not looked at. Correct the keys, or set on_missing = \"skip\".", len(missing), len(keys), listed(missing)))
	}
	if resp.Diagnostics.HasError() {
		return
	}
	model.Users, model.IDs, model.Missing = stringMap(users), stringMap(ids), stringList(missing)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// keys returns which argument is given, in the singular, and its values, sorted.
func (m *entraUsersModel) keys() (argument string, keys []string) {
	for i, set := range []types.Set{m.ObjectIDs, m.UserPrincipalNames, m.Mails, m.WorkerIDs, m.OnPremisesImmutableIDs, m.OnPremisesObjectGUIDs,
		m.MailNicknames, m.EmployeeIDs} {
		if set.IsNull() {
			continue
		}
		for _, v := range set.Elements() {
			if text, ok := v.(types.String); ok {
				keys = append(keys, text.ValueString())
			}
		}
		slices.Sort(keys)
		return lookups[i].argument, keys
	}
	return "", nil
}
