// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
)

var (
	_ datasource.DataSource                     = (*adUsersDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*adUsersDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*adUsersDataSource)(nil)
)

func newADUsersDataSource() datasource.DataSource { return &adUsersDataSource{} }

// adUsersDataSource looks up many users, or lists them, with as few searches as one takes.
type adUsersDataSource struct{ adDataSource }

type adUsersModel struct {
	adListing
	ObjectIDs          types.Set    `tfsdk:"object_ids"`
	SIDs               types.Set    `tfsdk:"sids"`
	DistinguishedNames types.Set    `tfsdk:"distinguished_names"`
	UserPrincipalNames types.Set    `tfsdk:"user_principal_names"`
	SAMAccountNames    types.Set    `tfsdk:"sam_account_names"`
	WorkerIDs          types.Set    `tfsdk:"worker_ids"`
	OnMissing          types.String `tfsdk:"on_missing"`
	Enabled            types.Bool   `tfsdk:"enabled"`
	WithWorkerID       types.Bool   `tfsdk:"with_worker_id"`
	Attributes         types.List   `tfsdk:"attributes"`
	Users              types.Map    `tfsdk:"users"`
	IDs                types.Map    `tfsdk:"ids"`
	Missing            types.List   `tfsdk:"missing"`
}

func (d *adUsersDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ad_users"
}

func (d *adUsersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks up many accounts of people in Active Directory by one kind of key, or lists those that a " +
			"container and a filter leave, " +
			"with a handful of searches however many they are. Computers and deleted accounts are not found. The answer is whole, or an error.",
		Attributes: manyKeyArguments(adUserKeys, "accounts"),
	}
	maps.Copy(resp.Schema.Attributes, listingArguments("accounts", ""))
	maps.Copy(resp.Schema.Attributes, map[string]schema.Attribute{
		"enabled": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the accounts of a listing are " +
			"enabled. Unset: both."},
		"with_worker_id": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the accounts of a listing carry a " +
			"worker id (`worker_id_attribute` of the provider). Unset: both."},
		"on_missing": onMissingArgument("account"),
		"attributes": schema.ListAttribute{Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Further attributes to read, by their LDAP name."},
		"users": schema.MapAttribute{Computed: true, ElementType: types.StringType,
			MarkdownDescription: "The accounts by key, or by `sAMAccountName` when they are listed, each as a JSON object for `jsondecode`: " +
				"`id`, `sid`, `distinguished_name`, `enabled`, `flags` (an object of `passwordNeverExpires`, `smartcardLogonRequired`, " +
				"`trustedForDelegation` and `accountNotDelegated`, and of `cannotChangePassword` where `attributes` names it), `locked_out`, " +
				"`change_password_at_next_logon`, `member_of` " +
				"(distinguished names, the primary group included), " +
				"`last_sign_in`, `password_last_set`, `account_expires`, `disabled_since`, `created`, `changed` (RFC 3339 in UTC, or `\"\"`), " +
				"`privileged` (by what the account administers the domain, or `\"\"`), `protected` (why this provider leaves it alone, " +
				"or `\"\"`), and " +
				"`attributes` (an object of lists: `sAMAccountName`, `userPrincipalName`, `displayName`, `mail`, `manager`, the worker " +
				"id and those asked for). " +
				"About `last_sign_in`: " + signInLag},
		"ids": schema.MapAttribute{Computed: true, ElementType: types.StringType,
			MarkdownDescription: "The objectGUID of each account by the same keys."},
		"missing": schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Keys that fit no account, sorted."},
	})
}

func (d *adUsersDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return keysOrListing(adUserKeys, "enabled", "with_worker_id")
}

func (d *adUsersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model adUsersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	domain, ok := openDomain(d.data, &resp.Diagnostics)
	if !ok || resp.Diagnostics.HasError() {
		return
	}
	further := goList(model.Attributes)
	key, keys, byKey := theKeys(adUserKeys, model.ObjectIDs, model.SIDs, model.DistinguishedNames, model.UserPrincipalNames,
		model.SAMAccountNames, model.WorkerIDs)
	of := lookedUp[*activedirectory.User]{found: map[string]*activedirectory.User{}}
	if byKey {
		hits, err := domain.FindUsers(ctx, key.in(domain), keys, further)
		if err != nil {
			addProblems(&resp.Diagnostics, "Cannot look up accounts", key.blameMany(err))
			return
		}
		of = lookedUpBy("account", key, keys, hits, userPath, model.OnMissing, &resp.Diagnostics)
	} else {
		l := domain.Narrow(model.listing(), model.Enabled.ValueBoolPointer(), model.WithWorkerID.ValueBoolPointer())
		all, err := domain.QueryUsers(ctx, l, further)
		if err != nil {
			addProblems(&resp.Diagnostics, "Cannot list accounts", err)
			return
		}
		for _, u := range all {
			of.found[u.Account.Attributes["sAMAccountName"].Text()] = u
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	users, ids := map[string]string{}, map[string]string{}
	shown := slices.Concat(adShown, []string{domain.WorkerIDAttribute()}, further)
	for key, u := range of.found {
		users[key], ids[key] = adUserDocument(u, shown), u.ID
	}
	model.Users, model.IDs, model.Missing = stringMap(users), stringMap(ids), stringList(of.missing)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// adShown are the attributes that a looked-up account always has.
var adShown = []string{"sAMAccountName", "userPrincipalName", "displayName", "mail", directory.ManagerAttribute}

// adUserDocument is an account as JSON, for people who look up many.
func adUserDocument(u *activedirectory.User, attributes []string) string {
	memberOf := u.MemberOf
	if memberOf == nil {
		memberOf = []string{}
	}
	doc, _ := json.Marshal(struct { // texts cannot fail
		ID              string              `json:"id"`
		SID             string              `json:"sid"`
		Path            string              `json:"distinguished_name"`
		Enabled         bool                `json:"enabled"`
		Flags           map[string]bool     `json:"flags"`
		LockedOut       bool                `json:"locked_out"`
		ChangePassword  bool                `json:"change_password_at_next_logon"`
		MemberOf        []string            `json:"member_of"`
		LastSignIn      string              `json:"last_sign_in"`
		PasswordLastSet string              `json:"password_last_set"`
		AccountExpires  string              `json:"account_expires"`
		DisabledSince   string              `json:"disabled_since"`
		Created         string              `json:"created"`
		Changed         string              `json:"changed"`
		Privileged      string              `json:"privileged"`
		Protected       string              `json:"protected"`
		Attributes      map[string][]string `json:"attributes"`
	}{u.ID, u.SID, u.Path, u.Account.Enabled, u.Flags, u.LockedOut, u.ChangePassword, memberOf, momentText(u.LastSignIn),
		momentText(u.PasswordSet),
		momentText(u.Expires), momentText(u.DisabledSince), momentText(u.Created), momentText(u.Changed), strings.Join(u.Privileged, ", "),
		u.Protected,
		valuesOf(u.Existing, attributes)})
	return string(doc)
}
