// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra"
)

var (
	_ datasource.DataSource                     = (*entraGroupsDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*entraGroupsDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*entraGroupsDataSource)(nil)
)

func newEntraGroupsDataSource() datasource.DataSource { return &entraGroupsDataSource{} }

// entraGroupsDataSource looks up many groups with as few requests as one.
type entraGroupsDataSource struct {
	data *providerData
}

type entraGroupsModel struct {
	ObjectIDs     types.Set    `tfsdk:"object_ids"`
	DisplayNames  types.Set    `tfsdk:"display_names"`
	MailNicknames types.Set    `tfsdk:"mail_nicknames"`
	Filter        types.String `tfsdk:"filter"`
	ReadMembers   types.String `tfsdk:"read_members"`
	OnMissing     types.String `tfsdk:"on_missing"`
	Groups        types.Map    `tfsdk:"groups"`
	IDs           types.Map    `tfsdk:"ids"`
	Missing       types.List   `tfsdk:"missing"`
}

func (d *entraGroupsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_entra_groups"
}

func (d *entraGroupsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	keys := func(description string) schema.Attribute {
		return schema.SetAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks up many groups of Microsoft Entra ID by one kind of key or by a filter, with a handful of requests " +
			"however many they are. " +
			"A key that fits several groups is an error. Deleted groups are not found. " +
			"The application needs the permission `GroupMember.Read.All`, and `User.Read.All` for members.",
		Attributes: map[string]schema.Attribute{
			"object_ids":     keys("Object ids."),
			"display_names":  keys("Display names; their case does not matter."),
			"mail_nicknames": keys("Mail nicknames; their case does not matter."),
			"filter": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "An OData filter of Microsoft Graph over groups, such as `startswith(displayName,'Team ')`. Advanced " +
					"queries are possible. " +
					"That it finds nothing is no error."},
			"read_members": readMembersArgument(membersOfGroups + " The default is `none`."),
			"on_missing": schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf("fail", "skip")},
				MarkdownDescription: "What happens with keys that fit no group: `fail`, the default, is an error that names them; `skip` leaves " +
					"them out and lists them in `missing`."},
			"groups": schema.MapAttribute{Computed: true, ElementType: types.StringType,
				MarkdownDescription: "The groups by key, or by object id where a filter found them, each as a JSON object with `id`, " +
					"`display_name`, `mail_nickname`, `type` (`security`, `microsoft_365`, or null), " +
					"`description`, `mail`, `visibility`, `security_enabled`, `mail_enabled`, `assignable_to_role`, `membership_rule`, " +
					"`on_premises_sync_enabled`, and with `read_members` also `members`, " +
					"an object of members by object id as `workforce_entra_group` has them. What there is not is null. Read it with `jsondecode`."},
			"ids": schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "The object id of each group " +
				"by key."},
			"missing": schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Keys that fit no group, sorted."},
		},
	}
}

func (d *entraGroupsDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	keys := []path.Expression{path.MatchRoot("filter")}
	for _, l := range groupLookups {
		keys = append(keys, path.MatchRoot(l.argument+"s"))
	}
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(keys...)}
}

func (d *entraGroupsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (d *entraGroupsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model entraGroupsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	tenant, ok := openTenant(d.data, &resp.Diagnostics)
	if !ok || resp.Diagnostics.HasError() {
		return
	}
	found, missing := model.find(ctx, tenant, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	groups := make([]*entra.Group, 0, len(found))
	for _, g := range found {
		groups = append(groups, g)
	}
	members, err := membersAsked(ctx, tenant, groups, model.ReadMembers.ValueString())
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot read the members of groups", err)
		return
	}
	docs, ids := make(map[string]string, len(found)), make(map[string]string, len(found))
	for key, g := range found {
		docs[key], ids[key] = groupJSON(g, members[g.ID], members != nil), g.ID
	}
	model.Groups, model.IDs, model.Missing = stringMap(docs), stringMap(ids), stringList(missing)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// find returns the groups by key, or by object id where a filter finds them, and the keys that fit none.
func (m *entraGroupsModel) find(
	ctx context.Context, tenant *entra.Tenant, diags *diag.Diagnostics,
) (found map[string]*entra.Group, missing []string) {
	found = map[string]*entra.Group{}
	if !m.Filter.IsNull() {
		groups, err := tenant.ListGroups(ctx, m.Filter.ValueString())
		if err != nil {
			addProblems(diags, "Cannot look up groups", err)
		}
		for _, g := range groups {
			found[g.ID] = g
		}
		return found, nil
	}
	for i, set := range []types.Set{m.ObjectIDs, m.DisplayNames, m.MailNicknames} {
		if set.IsNull() {
			continue
		}
		argument, keys := groupLookups[i].argument+"s", textsOf(set)
		hits, err := tenant.GroupsBy(ctx, groupLookups[i].attribute, keys)
		if err != nil {
			addProblems(diags, "Cannot look up groups", err)
			return nil, nil
		}
		for _, key := range keys {
			switch of := hits[directory.Fold(key)]; len(of) {
			case 0:
				missing = append(missing, key)
			case 1:
				found[key] = of[0]
			default:
				diags.AddAttributeError(path.Root(argument), "Several groups",
					fmt.Sprintf("%d groups have the %s %q, such as %s and %s: look them up by object_ids.",
						len(of), groupLookups[i].argument, key, of[0].ID, of[1].ID))
			}
		}
		if len(missing) > 0 && m.OnMissing.ValueString() != "skip" {
			diags.AddAttributeError(path.Root(argument), "No such groups", fmt.Sprintf("%d of %d keys fit no group of the tenant:\n%s\n"+
				"Deleted groups are not looked at. Correct the keys, or set on_missing = \"skip\".", len(missing), len(keys), listed(missing)))
		}
	}
	return found, missing
}

// groupJSON is a group as JSON, with its members where they were read.
func groupJSON(g *entra.Group, members map[string]string, read bool) string {
	optional := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	doc := map[string]any{
		"id": g.ID, "display_name": g.DisplayName, "mail_nickname": g.MailNickname, "type": optional(g.Type),
		"description": optional(g.Description), "mail": optional(g.Mail),
		"visibility": optional(g.Visibility), "security_enabled": g.SecurityEnabled, "mail_enabled": g.MailEnabled,
		"assignable_to_role": g.AssignableToRole, "membership_rule": optional(g.MembershipRule), "on_premises_sync_enabled": g.Synced,
	}
	if read {
		inner := make(map[string]json.RawMessage, len(members))
		for id, m := range members {
			inner[id] = json.RawMessage(m)
		}
		doc["members"] = inner
	}
	text, _ := json.Marshal(doc) // texts cannot fail
	return string(text)
}
