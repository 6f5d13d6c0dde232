// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra"
)

var (
	_ datasource.DataSource                     = (*entraGroupDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*entraGroupDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*entraGroupDataSource)(nil)
)

func newEntraGroupDataSource() datasource.DataSource { return &entraGroupDataSource{} }

// entraGroupDataSource looks up one group.
type entraGroupDataSource struct {
	data *providerData
}

type entraGroupLookupModel struct {
	ObjectID         types.String `tfsdk:"object_id"`
	DisplayName      types.String `tfsdk:"display_name"`
	MailNickname     types.String `tfsdk:"mail_nickname"`
	ReadMembers      types.String `tfsdk:"read_members"`
	Type             types.String `tfsdk:"type"`
	Description      types.String `tfsdk:"description"`
	Mail             types.String `tfsdk:"mail"`
	Visibility       types.String `tfsdk:"visibility"`
	SecurityEnabled  types.Bool   `tfsdk:"security_enabled"`
	MailEnabled      types.Bool   `tfsdk:"mail_enabled"`
	AssignableToRole types.Bool   `tfsdk:"assignable_to_role"`
	MembershipRule   types.String `tfsdk:"membership_rule"`
	Synced           types.Bool   `tfsdk:"on_premises_sync_enabled"`
	Members          types.Map    `tfsdk:"members"`
}

// groupLookups are the attributes that groups are looked up by, by argument.
var groupLookups = []struct{ argument, attribute string }{
	{"object_id", "id"}, {"display_name", "displayName"}, {"mail_nickname", "mailNickname"},
}

// membersOfGroups says which members data sources of groups of the tenant read.
const membersOfGroups = "Which members are read: `direct` for those of the group itself, `all` also for those of the groups in it, with the groups themselves, `none` for none."

func (d *entraGroupDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_entra_group"
}

func (d *entraGroupDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	key := func(description string) schema.Attribute {
		return schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: description}
	}
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	truth := func(description string) schema.Attribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks up one group of Microsoft Entra ID by exactly one key, of every kind, those that this provider cannot " +
			"write among them. " +
			"A key that fits no group, or several, is an error. Deleted groups are not found. " +
			"The application needs the permission `GroupMember.Read.All`, and `User.Read.All` for `members`.",
		Attributes: map[string]schema.Attribute{
			"object_id":                key("Object id of the group."),
			"display_name":             key("Display name of the group; its case does not matter. Several groups can have one."),
			"mail_nickname":            key("Mail nickname of the group; its case does not matter."),
			"read_members":             readMembersArgument(membersOfGroups + " The default is `direct`."),
			"type":                     text("`security`, or `microsoft_365`. Null for a distribution list and a mail-enabled security group."),
			"description":              text("What the group is for. Null where nothing is said."),
			"mail":                     text("The address of the group. Null where it has none."),
			"visibility":               text("`Private`, `Public` or `HiddenMembership`. Null where the group has no visibility."),
			"security_enabled":         truth("Whether the group can be given rights and licenses."),
			"mail_enabled":             truth("Whether the group has an address."),
			"assignable_to_role":       truth("Whether directory roles can be assigned to the group."),
			"membership_rule":          text("The rule that makes the members of a group with dynamic membership. Null for other groups."),
			"on_premises_sync_enabled": truth("Whether the group is synchronised from Active Directory, so that it is changed there."),
			"members": schema.MapAttribute{Computed: true, ElementType: types.StringType,
				MarkdownDescription: "The members by object id, each as a JSON object with `name`, `class` (such as `user`, `group`, `device` " +
					"or `servicePrincipal`), " +
					"`user_principal_name` and `worker_id` (both null where there is none). Read it with `jsondecode`. Null with `read_members = \"none\"`."},
		},
	}
}

func (d *entraGroupDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	keys := make([]path.Expression, len(groupLookups))
	for i, l := range groupLookups {
		keys[i] = path.MatchRoot(l.argument)
	}
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(keys...)}
}

func (d *entraGroupDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (d *entraGroupDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model entraGroupLookupModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	tenant, ok := openTenant(d.data, &resp.Diagnostics)
	if !ok || resp.Diagnostics.HasError() {
		return
	}
	for i, v := range []types.String{model.ObjectID, model.DisplayName, model.MailNickname} {
		if v.IsNull() {
			continue
		}
		argument, value := groupLookups[i].argument, v.ValueString()
		found, err := tenant.GroupsBy(ctx, groupLookups[i].attribute, []string{value})
		if err != nil {
			addProblems(&resp.Diagnostics, "Cannot look up the group", err)
			return
		}
		switch hits := found[directory.Fold(value)]; len(hits) {
		case 1:
			members, err := membersAsked(ctx, tenant, hits, cmp.Or(model.ReadMembers.ValueString(), membersDirect))
			if err != nil {
				addProblems(&resp.Diagnostics, "Cannot read the members of the group", err)
				return
			}
			model.record(hits[0], members[hits[0].ID])
			resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
		case 0:
			resp.Diagnostics.AddAttributeError(path.Root(argument), "No such group",
				fmt.Sprintf("No group of the tenant has the %s %q. Deleted groups are not looked at.", argument, value))
		default:
			resp.Diagnostics.AddAttributeError(path.Root(argument), "Several groups",
				fmt.Sprintf("%d groups have the %s %q, such as %s and %s: look the group up by its object_id.",
					len(hits), argument, value, hits[0].ID, hits[1].ID))
		}
	}
}

// membersAsked reads the members that read_members asks for, as JSON by object id; nil where it asks for none.
func membersAsked(ctx context.Context, tenant *entra.Tenant, groups []*entra.Group, which string) (map[string]map[string]string, error) {
	if which == "" || which == membersNone {
		return nil, nil
	}
	found, err := tenant.MembersOf(ctx, groups, which == membersAll)
	if err != nil {
		return nil, err
	}
	out := make(map[string]map[string]string, len(found))
	for group, members := range found {
		docs := make(map[string]string, len(members))
		for id, m := range members {
			docs[id] = entraMemberDocument(m)
		}
		out[group] = docs
	}
	return out, nil
}

// entraMemberDocument is a member as JSON.
func entraMemberDocument(m directory.Member) string {
	optional := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	name := m.Path
	if m.Class != "user" {
		name = ""
	}
	doc, _ := json.Marshal(map[string]any{ // texts cannot fail
		"name": m.Name, "class": m.Class, "user_principal_name": optional(name), "worker_id": optional(m.WorkerID),
	})
	return string(doc)
}

func (m *entraGroupLookupModel) record(g *entra.Group, members map[string]string) {
	optional := func(s string) types.String {
		if s == "" {
			return types.StringNull()
		}
		return types.StringValue(s)
	}
	m.ObjectID, m.DisplayName, m.MailNickname = types.StringValue(g.ID), types.StringValue(g.DisplayName), types.StringValue(g.MailNickname)
	m.Type, m.Description, m.Mail, m.Visibility = optional(g.Type), optional(g.Description), optional(g.Mail), optional(g.Visibility)
	m.SecurityEnabled, m.MailEnabled = types.BoolValue(g.SecurityEnabled), types.BoolValue(g.MailEnabled)
	m.AssignableToRole, m.Synced = types.BoolValue(g.AssignableToRole), types.BoolValue(g.Synced)
	if m.MembershipRule, m.Members = optional(g.MembershipRule), types.MapNull(types.StringType); members != nil {
		m.Members = stringMap(members)
	}
}
