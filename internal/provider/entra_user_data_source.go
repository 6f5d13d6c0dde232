// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra"
)

var (
	_ datasource.DataSource                     = (*entraUserDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*entraUserDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*entraUserDataSource)(nil)
)

func newEntraUserDataSource() datasource.DataSource { return &entraUserDataSource{} }

// entraUserDataSource looks up one user.
type entraUserDataSource struct {
	data *providerData
}

type entraUserLookupModel struct {
	ObjectID              types.String `tfsdk:"object_id"`
	UserPrincipalName     types.String `tfsdk:"user_principal_name"`
	Mail                  types.String `tfsdk:"mail"`
	WorkerID              types.String `tfsdk:"worker_id"`
	OnPremisesImmutableID types.String `tfsdk:"on_premises_immutable_id"`
	OnPremisesObjectGUID  types.String `tfsdk:"on_premises_object_guid"`
	MailNickname          types.String `tfsdk:"mail_nickname"`
	EmployeeID            types.String `tfsdk:"employee_id"`
	Attributes            types.List   `tfsdk:"attributes"`
	DisplayName           types.String `tfsdk:"display_name"`
	Enabled               types.Bool   `tfsdk:"enabled"`
	Synced                types.Bool   `tfsdk:"on_premises_sync_enabled"`
	Manager               types.String `tfsdk:"manager"`
	Values                types.Map    `tfsdk:"values"`
}

// lookups are the attributes that users are looked up by, by argument.
var lookups = []struct{ argument, attribute string }{
	{"object_id", "id"}, {"user_principal_name", "userPrincipalName"}, {"mail", "mail"}, {"worker_id", ""},
	{"on_premises_immutable_id", "onPremisesImmutableId"}, {"on_premises_object_guid", "onPremisesImmutableId"},
	{"mail_nickname", "mailNickname"}, {"employee_id", "employeeId"},
}

// shown are the attributes that a looked-up user always has.
var shown = []string{"userPrincipalName", "displayName", "mail", "mailNickname", "employeeId",
	"onPremisesSyncEnabled", "onPremisesImmutableId", directory.ManagerAttribute}

func (d *entraUserDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_entra_user"
}

func (d *entraUserDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	key := func(description string) schema.Attribute {
		return schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks up one user of Microsoft Entra ID by exactly one key. A key that fits nobody, or several, is an error. Deleted users are not found.",
		Attributes: map[string]schema.Attribute{
			"object_id":                key("Object id of the user."),
			"user_principal_name":      key("User principal name; its case does not matter."),
			"mail":                     key("Primary mail address; its case does not matter. Null when the user has none."),
			"worker_id":                key("Worker id: the value of the provider's `worker_id_attribute`, by default `employeeId`. Null when the user has none."),
			"on_premises_immutable_id": key("Immutable id of a user that is synchronised from Active Directory (`onPremisesImmutableId`, the source anchor). Null when the user is cloud-only."),
			"on_premises_object_guid": schema.StringAttribute{Optional: true, MarkdownDescription: "objectGUID of the Active Directory account that the user is synchronised from, such as the `id` of a `workforce_ad_user`. " +
				"It fits where the source anchor is ms-DS-ConsistencyGuid or objectGUID, which is the default of Microsoft Entra Connect."},
			"mail_nickname": key("Mail alias; its case does not matter. " +
				"Microsoft Entra ID does not keep it unique: several users with it are an error."),
			"employee_id": key("Employee number (`employeeId`), where the provider's `worker_id_attribute` is another one. " +
				"Null when the user has none."),
			"attributes":               schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Further attributes to read into `values`, by their name in Microsoft Graph."},
			"display_name":             schema.StringAttribute{Computed: true, MarkdownDescription: "The name that address books show."},
			"enabled":                  schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the person can sign in."},
			"on_premises_sync_enabled": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the user is synchronised from Active Directory, so that most of its attributes belong there."},
			"manager":                  schema.StringAttribute{Computed: true, MarkdownDescription: "Worker id of the manager, or the manager's user principal name when no worker id is known. Null without a manager."},
			"values":                   schema.MapAttribute{Computed: true, ElementType: types.ListType{ElemType: types.StringType}, MarkdownDescription: "Values of the attributes that `attributes` names, each as a list; an attribute without value is absent."},
		},
	}
}

func (d *entraUserDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	keys := make([]path.Expression, len(lookups))
	for i, l := range lookups {
		keys[i] = path.MatchRoot(l.argument)
	}
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(keys...)}
}

func (d *entraUserDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (d *entraUserDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model entraUserLookupModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	dir, ok := entraTarget.open(d.data, &resp.Diagnostics)
	if !ok {
		return
	}
	argument, value := model.key()
	found, err := findUsers(ctx, dir, argument, []string{value}, goList(model.Attributes))
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot look up the user", err)
		return
	}
	switch hits := found[value]; len(hits) {
	case 1:
		model.record(hits[0], dir.WorkerIDAttribute(), goList(model.Attributes))
		resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	case 0:
		resp.Diagnostics.AddAttributeError(path.Root(argument), "No such user", fmt.Sprintf("No user of the tenant has the %s %q. Deleted users are not looked at.", argument, value))
	default:
		resp.Diagnostics.AddAttributeError(path.Root(argument), "Several users", fmt.Sprintf("%d users have the %s %q, such as %s and %s: look the user up by another key.", len(hits), argument, value, hits[0].Path, hits[1].Path))
	}
}

// key returns the argument that is given, and its value.
func (m *entraUserLookupModel) key() (argument, value string) {
	for i, v := range []types.String{m.ObjectID, m.UserPrincipalName, m.Mail, m.WorkerID, m.OnPremisesImmutableID, m.OnPremisesObjectGUID,
		m.MailNickname, m.EmployeeID} {
		if !v.IsNull() {
			return lookups[i].argument, v.ValueString()
		}
	}
	return "", ""
}

func (m *entraUserLookupModel) record(e *directory.Existing, workerID string, attributes []string) {
	a := e.Account.Attributes
	m.ObjectID = types.StringValue(e.ID)
	m.UserPrincipalName, m.Mail, m.WorkerID = textOrNull(a["userPrincipalName"]), textOrNull(a["mail"]), textOrNull(a[workerID])
	m.OnPremisesImmutableID, m.DisplayName, m.Manager = textOrNull(a["onPremisesImmutableId"]), textOrNull(a["displayName"]), textOrNull(a[directory.ManagerAttribute])
	m.MailNickname, m.EmployeeID = textOrNull(a["mailNickname"]), textOrNull(a["employeeId"])
	m.Enabled, m.Synced = types.BoolValue(e.Account.Enabled), types.BoolValue(strings.EqualFold(a["onPremisesSyncEnabled"].Text(), "true"))
	m.Values = listMap(valuesOf(e, attributes))
}

// findUsers returns the users that have each of the values, by value, with the
// attributes that are always shown and those asked for.
func findUsers(ctx context.Context, dir userDirectory, argument string, values, attributes []string) (map[string][]*directory.Existing, error) {
	dir.Need(append(slices.Clone(shown), attributes...)...)
	schema, err := dir.Schema(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range attributes {
		if _, ok := schema.Lookup(name); !ok {
			return nil, fmt.Errorf("attributes: %q is no attribute of users in Microsoft Graph; did you mean %q?", name, schema.Nearest(name))
		}
	}
	i := slices.IndexFunc(lookups, func(l struct{ argument, attribute string }) bool { return l.argument == argument })
	attribute := lookups[i].attribute
	if attribute == "" {
		attribute = dir.WorkerIDAttribute()
	}
	asked := slices.Clone(values)
	if argument == "on_premises_object_guid" {
		for i, guid := range values {
			if asked[i], err = entra.ImmutableID(guid); err != nil {
				return nil, fmt.Errorf("on_premises_object_guid: %w", err)
			}
		}
	}
	found, err := dir.Find(ctx, attribute, asked)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]*directory.Existing, len(values))
	for i, v := range values {
		for _, e := range found[directory.Fold(asked[i])] {
			// Find ignores case, which matters in base64.
			if e.Class == "user" && (attribute != "onPremisesImmutableId" || e.Account.Attributes[attribute].Text() == asked[i]) {
				out[v] = append(out[v], e)
			}
		}
	}
	return out, nil
}

// valuesOf returns the values of the attributes that a user has.
func valuesOf(e *directory.Existing, attributes []string) map[string][]string {
	out := map[string][]string{}
	for _, name := range attributes {
		for have, v := range e.Account.Attributes {
			if strings.EqualFold(have, name) && len(v) > 0 {
				out[name] = slices.Sorted(slices.Values(v))
			}
		}
	}
	return out
}

func textOrNull(v directory.Value) types.String {
	if len(v) == 0 {
		return types.StringNull()
	}
	return types.StringValue(v.Text())
}

// userDocument is a user as JSON, for people who look up many.
func userDocument(e *directory.Existing, attributes []string) string {
	doc, _ := json.Marshal(struct { // maps of strings cannot fail
		ID         string              `json:"id"`
		Enabled    bool                `json:"enabled"`
		Attributes map[string][]string `json:"attributes"`
	}{e.ID, e.Account.Enabled, valuesOf(e, attributes)})
	return string(doc)
}
