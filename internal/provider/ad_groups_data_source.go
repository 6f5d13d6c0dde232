// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
)

var (
	_ datasource.DataSource                     = (*adGroupsDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*adGroupsDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*adGroupsDataSource)(nil)
)

func newADGroupsDataSource() datasource.DataSource { return &adGroupsDataSource{} }

// adGroupsDataSource looks up many groups, or lists them, with as few searches as one takes.
type adGroupsDataSource struct{ adDataSource }

type adGroupsModel struct {
	adListing
	ObjectIDs          types.Set    `tfsdk:"object_ids"`
	SIDs               types.Set    `tfsdk:"sids"`
	DistinguishedNames types.Set    `tfsdk:"distinguished_names"`
	SAMAccountNames    types.Set    `tfsdk:"sam_account_names"`
	OnMissing          types.String `tfsdk:"on_missing"`
	ReadMembers        types.String `tfsdk:"read_members"`
	Groups             types.Map    `tfsdk:"groups"`
	IDs                types.Map    `tfsdk:"ids"`
	Missing            types.List   `tfsdk:"missing"`
}

func (d *adGroupsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ad_groups"
}

func (d *adGroupsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks up many groups of Active Directory by one kind of key, or lists those that a container and " +
			"a filter leave, " +
			"with a handful of searches however many they are. The answer is whole, or an error.",
		Attributes: manyKeyArguments(adGroupKeys, "groups"),
	}
	maps.Copy(resp.Schema.Attributes, listingArguments("groups", ""))
	maps.Copy(resp.Schema.Attributes, map[string]schema.Attribute{
		"on_missing":   onMissingArgument("group"),
		"read_members": readMembersArgument("Which members are read: " + membersOfWords + " The default is `none`."),
		"groups": schema.MapAttribute{Computed: true, ElementType: types.StringType,
			MarkdownDescription: "The groups by key, or by `sAMAccountName` when they are listed, each as a JSON object for `jsondecode`: " +
				"`id`, `sid`, `distinguished_name`, `name`, `sam_account_name`, `container`, `scope`, `category`, `description`, " +
				"`mail`, `managed_by` (a distinguished name), `member_of` (distinguished names), " +
				"`privileged` (why the members are administrators, or `\"\"`), `protected`, `created` and `changed` (RFC 3339 in UTC); " +
				"with members also `members` (a list of objects with `id`, `name`, `class`, `distinguished_name`, `worker_id` and " +
				"`primary`, in the order of their distinguished names)."},
		"ids": schema.MapAttribute{Computed: true, ElementType: types.StringType,
			MarkdownDescription: "The objectGUID of each group by the same keys."},
		"missing": schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Keys that fit no group, sorted."},
	})
}

func (d *adGroupsDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return keysOrListing(adGroupKeys)
}

func (d *adGroupsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model adGroupsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	domain, ok := openDomain(d.data, &resp.Diagnostics)
	if !ok || resp.Diagnostics.HasError() {
		return
	}
	members := depth(model.ReadMembers, activedirectory.NoMembers)
	key, keys, byKey := theKeys(adGroupKeys, model.ObjectIDs, model.SIDs, model.DistinguishedNames, model.SAMAccountNames)
	of := lookedUp[*activedirectory.GroupDetails]{found: map[string]*activedirectory.GroupDetails{}}
	if byKey {
		hits, err := domain.FindGroups(ctx, key.in(domain), keys, members)
		if err != nil {
			addProblems(&resp.Diagnostics, "Cannot look up groups", key.blameMany(err))
			return
		}
		of = lookedUpBy("group", key, keys, hits, groupPath, model.OnMissing, &resp.Diagnostics)
	} else {
		all, err := domain.QueryGroups(ctx, model.listing(), members)
		if err != nil {
			addProblems(&resp.Diagnostics, "Cannot list groups", err)
			return
		}
		for _, g := range all {
			of.found[g.Login] = g
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	groups, ids := map[string]string{}, map[string]string{}
	for key, g := range of.found {
		groups[key], ids[key] = adGroupDocument(g), g.ID
	}
	model.Groups, model.IDs, model.Missing = stringMap(groups), stringMap(ids), stringList(of.missing)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// memberDocument is a member of a group as JSON.
type memberDocument struct {
	ID       string `json:"id,omitempty"`
	Name     string `json:"name"`
	Class    string `json:"class"`
	Path     string `json:"distinguished_name"`
	WorkerID string `json:"worker_id"`
	Primary  bool   `json:"primary"`
}

// adGroupDocument is a group as JSON, for people who look up many.
func adGroupDocument(g *activedirectory.GroupDetails) string {
	var members []memberDocument
	for id, one := range g.Members {
		members = append(members, memberDocument{id, one.Name, one.Class, one.Path, one.WorkerID, one.Primary})
	}
	slices.SortFunc(members, func(a, b memberDocument) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.ID, b.ID))
	})
	if members == nil && g.Members != nil {
		members = []memberDocument{}
	}
	memberOf := g.MemberOf
	if memberOf == nil {
		memberOf = []string{}
	}
	doc, _ := json.Marshal(struct { // texts cannot fail
		ID          string           `json:"id"`
		SID         string           `json:"sid"`
		Path        string           `json:"distinguished_name"`
		Name        string           `json:"name"`
		Login       string           `json:"sam_account_name"`
		Container   string           `json:"container"`
		Scope       string           `json:"scope"`
		Category    string           `json:"category"`
		Description string           `json:"description"`
		Mail        string           `json:"mail"`
		ManagedBy   string           `json:"managed_by"`
		MemberOf    []string         `json:"member_of"`
		Privileged  string           `json:"privileged"`
		Protected   string           `json:"protected"`
		Created     string           `json:"created"`
		Changed     string           `json:"changed"`
		Members     []memberDocument `json:"members,omitzero"`
	}{g.ID, g.SID, g.Path, g.Name, g.Login, g.Container, g.Scope, g.Category, g.Description, g.Mail, g.ManagedBy, memberOf,
		g.Privileged, g.Protected, momentText(g.Created), momentText(g.Changed), members})
	return string(doc)
}
