// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
)

var (
	_ datasource.DataSource                     = (*adUserDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*adUserDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*adUserDataSource)(nil)
)

func newADUserDataSource() datasource.DataSource { return &adUserDataSource{} }

// adUserDataSource looks up one user.
type adUserDataSource struct{ adDataSource }

type adUserLookupModel struct {
	ObjectID          types.String `tfsdk:"object_id"`
	SID               types.String `tfsdk:"sid"`
	DistinguishedName types.String `tfsdk:"distinguished_name"`
	UserPrincipalName types.String `tfsdk:"user_principal_name"`
	SAMAccountName    types.String `tfsdk:"sam_account_name"`
	WorkerID          types.String `tfsdk:"worker_id"`
	Attributes        types.List   `tfsdk:"attributes"`

	CommonName      types.String `tfsdk:"common_name"`
	Container       types.String `tfsdk:"container"`
	DisplayName     types.String `tfsdk:"display_name"`
	Enabled         types.Bool   `tfsdk:"enabled"`
	Manager         types.String `tfsdk:"manager"`
	MemberOf        types.List   `tfsdk:"member_of"`
	LastSignIn      types.String `tfsdk:"last_sign_in"`
	Privileged      types.String `tfsdk:"privileged"`
	Protected       types.String `tfsdk:"protected"`
	PasswordLastSet types.String `tfsdk:"password_last_set"`
	ChangePassword  types.Bool   `tfsdk:"change_password_at_next_logon"`
	LockedOut       types.Bool   `tfsdk:"locked_out"`
	AccountExpires  types.String `tfsdk:"account_expires"`
	DisabledSince   types.String `tfsdk:"disabled_since"`
	Created         types.String `tfsdk:"created"`
	Changed         types.String `tfsdk:"changed"`
	Values          types.Map    `tfsdk:"values"`
	adFlagsModel
}

func (d *adUserDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ad_user"
}

// signInLag is what everybody has to know who reads the last sign-in of accounts in Active Directory.
const signInLag = "Active Directory writes it down only when the value is 9 to 14 days old (`lastLogonTimestamp`), so " +
	"that it may be that far behind: " +
	"it tells accounts that nobody uses, not who signed in yesterday."

func (d *adUserDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	flag := func(description string) schema.Attribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks up one account of a person in Active Directory by exactly one key. A key that fits nobody, " +
			"or several, is an error. " +
			"Computers and deleted accounts are not found. Times are RFC 3339 in UTC.",
		Attributes: keyArguments(adUserKeys),
	}
	maps.Copy(resp.Schema.Attributes, map[string]schema.Attribute{
		"attributes": schema.ListAttribute{Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Further attributes to read into `values`, by their LDAP name."},
		"common_name":  text("The name (`cn`) of the account in its container, unescaped."),
		"container":    text("Distinguished name of the container that the account lives in."),
		"display_name": text("The name that address books show. Null when the account has none."),
		"enabled":      flag("Whether the account is enabled. People can sign in with it unless it is locked out or has expired."),
		"manager": text("Worker id of the manager, or the manager's distinguished name when no worker id is known. Null " +
			"without a manager."),
		"member_of": schema.ListAttribute{Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Distinguished names of the groups that the account is a direct member of, sorted, its primary group included. " +
				"Groups of other domains of the forest are not known here."},
		"last_sign_in": text("When somebody last signed in with the account. Null: nobody ever did, as far as " +
			"the controllers tell each other. " + signInLag),
		"privileged": text("By what the account administers the domain: a group of administrators that it is " +
			"in, directly or through others, or `adminCount`. Null where it does not."),
		"protected": text("Why this provider changes nothing of the account: what `protect` of the provider " +
			"names, or that Active Directory protects it. Null where nothing protects it."),
		"password_last_set": text("When the password was last set. Null while the person must change it at the next " +
			"sign-in, or where there is none."),
		"change_password_at_next_logon": flag("Whether the person must change the password at the next sign-in, or has none."),
		"password_never_expires":        flag("Whether the password never expires."),
		"smart_card_required":           flag("Whether people must sign in with a smart card."),
		"trusted_for_delegation": flag("Whether services that run as the account may act as whoever signs in to them " +
			"(unconstrained delegation)."),
		"account_not_delegated": flag("Whether no service may act as this account."),
		"cannot_change_password": flag("Whether the person may not change the password themselves. Null where the permissions of the account " +
			"cannot be read."),
		"locked_out":      flag("Whether too many wrong passwords keep everybody out at the moment, as the controller says."),
		"account_expires": text("When the account stops to work by itself (`accountExpires`). Null: never."),
		"disabled_since": text("Since when the account is disabled, by the directory's own record. Null for an " +
			"enabled account, and where nothing tells."),
		"created": text("When the account was created."),
		"changed": text("When the controller in use last saw a change of the account. Controllers do not agree on it."),
		"values": schema.MapAttribute{Computed: true,
			ElementType: types.ListType{ElemType: types.StringType}, MarkdownDescription: "Values of the attributes that " +
				"`attributes` names, each as a list; an attribute without value is absent."},
	})
}

func (d *adUserDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(keyPaths(adUserKeys, "")...)}
}

func (d *adUserDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model adUserLookupModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	domain, ok := openDomain(d.data, &resp.Diagnostics)
	if !ok || resp.Diagnostics.HasError() {
		return
	}
	key, value := theKey(adUserKeys, model.ObjectID, model.SID, model.DistinguishedName, model.UserPrincipalName,
		model.SAMAccountName, model.WorkerID)
	found, err := domain.FindUsers(ctx, key.in(domain), []string{value},
		append(goList(model.Attributes), activedirectory.FlagCannotChangePassword))
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot look up the account", key.blame(err))
		return
	}
	if !onlyOne("account", key, value, pathsOf(found[value], userPath), &resp.Diagnostics) {
		return
	}
	model.record(found[value][0], domain.WorkerIDAttribute())
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func userPath(u *activedirectory.User) string { return u.Path }

func (m *adUserLookupModel) record(u *activedirectory.User, workerID string) {
	a := u.Account.Attributes
	m.ObjectID, m.SID, m.DistinguishedName = types.StringValue(u.ID), orNull(u.SID), types.StringValue(u.Path)
	m.UserPrincipalName, m.SAMAccountName, m.WorkerID = textOrNull(a["userPrincipalName"]), textOrNull(a["sAMAccountName"]),
		textOrNull(a[workerID])
	m.CommonName, m.Container = types.StringValue(activedirectory.CommonName(u.Path)), types.StringValue(u.Account.Container)
	m.DisplayName, m.Manager = textOrNull(a["displayName"]), textOrNull(a[directory.ManagerAttribute])
	m.Enabled, m.LockedOut, m.ChangePassword = types.BoolValue(u.Account.Enabled), types.BoolValue(u.LockedOut),
		types.BoolValue(u.ChangePassword)
	m.MemberOf, m.Privileged, m.Protected = stringList(u.MemberOf), orNull(strings.Join(u.Privileged, ", ")), orNull(u.Protected)
	m.LastSignIn, m.PasswordLastSet, m.AccountExpires = moment(u.LastSignIn), moment(u.PasswordSet), moment(u.Expires)
	m.DisabledSince, m.Created, m.Changed = moment(u.DisabledSince), moment(u.Created), moment(u.Changed)
	for name, v := range m.flags() {
		if *v = types.BoolNull(); a[name] != nil || name != activedirectory.FlagCannotChangePassword {
			*v = types.BoolValue(u.Flags[name])
		}
	}
	m.Values = listMap(valuesOf(u.Existing, goList(m.Attributes)))
}
