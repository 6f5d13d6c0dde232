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
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
)

var (
	_ datasource.DataSource                     = (*adGroupDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*adGroupDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*adGroupDataSource)(nil)
)

func newADGroupDataSource() datasource.DataSource { return &adGroupDataSource{} }

// adGroupDataSource looks up one group.
type adGroupDataSource struct{ adDataSource }

type adGroupLookupModel struct {
	ObjectID          types.String `tfsdk:"object_id"`
	SID               types.String `tfsdk:"sid"`
	DistinguishedName types.String `tfsdk:"distinguished_name"`
	SAMAccountName    types.String `tfsdk:"sam_account_name"`
	ReadMembers       types.String `tfsdk:"read_members"`

	Name        types.String `tfsdk:"name"`
	Container   types.String `tfsdk:"container"`
	Scope       types.String `tfsdk:"scope"`
	Category    types.String `tfsdk:"category"`
	Description types.String `tfsdk:"description"`
	Mail        types.String `tfsdk:"mail"`
	ManagedBy   types.String `tfsdk:"managed_by"`
	MemberOf    types.List   `tfsdk:"member_of"`
	Privileged  types.String `tfsdk:"privileged"`
	Protected   types.String `tfsdk:"protected"`
	Created     types.String `tfsdk:"created"`
	Changed     types.String `tfsdk:"changed"`
	Members     types.Map    `tfsdk:"members"`
	WorkerIDs   types.List   `tfsdk:"member_worker_ids"`
}

func (d *adGroupDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ad_group"
}

// Words of read_members.
const (
	membersNone   = "none"
	membersDirect = "direct"
	membersAll    = "all"
)

func readMembersArgument(description string) schema.Attribute {
	return schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf(membersNone, membersDirect,
		membersAll)}, MarkdownDescription: description}
}

const membersOfWords = "`direct` are those who are in the group themselves or have it as their primary group, `all` also " +
	"those of nested groups at any depth, " +
	"with the groups themselves, `none` reads none."

// depth returns which members are asked for.
func depth(v types.String, unset activedirectory.Depth) activedirectory.Depth {
	switch v.ValueString() {
	case membersNone:
		return activedirectory.NoMembers
	case membersDirect:
		return activedirectory.DirectMembers
	case membersAll:
		return activedirectory.AllMembers
	}
	return unset
}

func (d *adGroupDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	texts := func(description string) schema.Attribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks up one group of Active Directory, with its members, by exactly one key. A key that fits no " +
			"group, or several, is an error. " +
			"Groups with more members than a controller returns at once are read to their end.",
		Attributes: keyArguments(adGroupKeys),
	}
	maps.Copy(resp.Schema.Attributes, map[string]schema.Attribute{
		"read_members": readMembersArgument("Which members are read: " + membersOfWords + " The default is `direct`."),
		"name":         text("The name (`cn`) of the group in its container, unescaped."),
		"container":    text("Distinguished name of the container that the group lives in."),
		"scope":        text("Where the group can be used: `global`, `domain_local` or `universal`."),
		"category":     text("`security` for groups that are given rights, `distribution` for mail only."),
		"description":  text("What the group is for. Null when it says nothing."),
		"mail":         text("The mail address of the group. Null when it has none."),
		"managed_by":   text("Distinguished name of who answers for the group (`managedBy`). Null when nobody does."),
		"member_of": texts("Distinguished names of the groups that it is a direct member of, sorted. Groups of other domains " +
			"of the forest are not known here."),
		"privileged": text("Why the members of the group are administrators. Null where they are not, as far as that is known."),
		"protected":  text("Why this provider neither renames, moves nor deletes the group. Null where nothing protects it."),
		"created":    text("When the group was created, as RFC 3339 in UTC."),
		"changed":    text("When the controller in use last saw a change of the group, as RFC 3339 in UTC. Controllers do not agree on it."),
		"members": schema.MapAttribute{Computed: true, ElementType: types.StringType,
			MarkdownDescription: "The members by objectGUID, each as a JSON object for `jsondecode`: `name`, `class` (`user`, " +
				"`group`, `computer` …), " +
				"`distinguished_name`, `worker_id` (`\"\"` without one) and `primary` (whether the group, or one nested into it, is " +
				"their primary group). " +
				"A member from another domain goes by its distinguished name, and who is in such a group is not known here. Null with " +
				"`read_members = \"none\"`."},
		"member_worker_ids": texts("The worker ids of the members that carry one, sorted. Null with `read_members = \"none\"`."),
	})
}

func (d *adGroupDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(keyPaths(adGroupKeys, "")...)}
}

func (d *adGroupDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model adGroupLookupModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	domain, ok := openDomain(d.data, &resp.Diagnostics)
	if !ok || resp.Diagnostics.HasError() {
		return
	}
	key, value := theKey(adGroupKeys, model.ObjectID, model.SID, model.DistinguishedName, model.SAMAccountName)
	found, err := domain.FindGroups(ctx, key.in(domain), []string{value}, depth(model.ReadMembers, activedirectory.DirectMembers))
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot look up the group", key.blame(err))
		return
	}
	if !onlyOne("group", key, value, pathsOf(found[value], groupPath), &resp.Diagnostics) {
		return
	}
	model.record(found[value][0])
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func groupPath(g *activedirectory.GroupDetails) string { return g.Path }

func (m *adGroupLookupModel) record(g *activedirectory.GroupDetails) {
	m.ObjectID, m.SID, m.DistinguishedName, m.SAMAccountName = types.StringValue(g.ID), orNull(g.SID),
		types.StringValue(g.Path), orNull(g.Login)
	m.Name, m.Container, m.Scope, m.Category = types.StringValue(g.Name), types.StringValue(g.Container),
		types.StringValue(g.Scope), types.StringValue(g.Category)
	m.Description, m.Mail, m.ManagedBy = orNull(g.Description), orNull(g.Mail), orNull(g.ManagedBy)
	m.MemberOf, m.Privileged, m.Protected = stringList(g.MemberOf), orNull(g.Privileged), orNull(g.Protected)
	m.Created, m.Changed = moment(g.Created), moment(g.Changed)
	m.Members, m.WorkerIDs = types.MapNull(types.StringType), types.ListNull(types.StringType)
	if g.Members == nil {
		return
	}
	members := make(map[string]string, len(g.Members))
	for id, one := range g.Members {
		doc, _ := json.Marshal(memberDocument{"", one.Name, one.Class, one.Path, one.WorkerID, one.Primary}) // texts cannot fail
		members[id] = string(doc)
	}
	m.Members, m.WorkerIDs = stringMap(members), stringList(workerIDsOf(g.Members))
}

// workerIDsOf returns the worker ids of members, sorted and each once.
func workerIDsOf(members map[string]directory.Member) []string {
	var out []string
	for _, one := range members {
		if one.WorkerID != "" {
			out = append(out, one.WorkerID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
