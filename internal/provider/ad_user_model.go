// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
)

type adUserModel struct {
	Account                   types.String  `tfsdk:"account"`
	WorkerID                  types.String  `tfsdk:"worker_id"`
	Container                 types.String  `tfsdk:"container"`
	CommonName                types.String  `tfsdk:"common_name"`
	SAMAccountName            types.String  `tfsdk:"sam_account_name"`
	UserPrincipalName         types.String  `tfsdk:"user_principal_name"`
	Enabled                   types.Bool    `tfsdk:"enabled"`
	Manager                   types.String  `tfsdk:"manager"`
	Attributes                types.Dynamic `tfsdk:"attributes"`
	PasswordWO                types.String  `tfsdk:"password_wo"`
	PasswordWOVersion         types.Int64   `tfsdk:"password_wo_version"`
	ChangePasswordAtNextLogon types.Bool    `tfsdk:"change_password_at_next_logon"`
	AdoptExisting             types.String  `tfsdk:"adopt_existing"`
	OnDestroy                 types.String  `tfsdk:"on_destroy"`
	RetentionDays             types.Int64   `tfsdk:"retention_days"`
	AllowUnreviewed           types.Bool    `tfsdk:"allow_unreviewed"`
	ID                        types.String  `tfsdk:"id"`
	SID                       types.String  `tfsdk:"sid"`
	DistinguishedName         types.String  `tfsdk:"distinguished_name"`
}

// typed lists the arguments for accounts written by hand, by LDAP attribute.
func (m *adUserModel) typed() map[string]*types.String {
	return map[string]*types.String{
		"cn": &m.CommonName, "sAMAccountName": &m.SAMAccountName, "userPrincipalName": &m.UserPrincipalName, directory.ManagerAttribute: &m.Manager,
	}
}

// known reports whether everything the document is made of is known.
func (m *adUserModel) known() bool {
	if m.Account.IsUnknown() || m.Container.IsUnknown() || m.WorkerID.IsUnknown() || !dynamicKnown(m.Attributes) {
		return false
	}
	for _, v := range m.typed() {
		if v.IsUnknown() {
			return false
		}
	}
	return true
}

// document returns the account document that the arguments make up.
func (m *adUserModel) document(diags *diag.Diagnostics) string {
	if !m.Account.IsNull() {
		return m.Account.ValueString()
	}
	a := directory.Account{Container: m.Container.ValueString(), Enabled: m.Enabled.IsNull() || m.Enabled.IsUnknown() || m.Enabled.ValueBool(), Attributes: map[string]directory.Value{}}
	expandDynamic(m.Attributes, a.Attributes, diags)
	for name, v := range m.typed() {
		if _, twice := a.Attributes[name]; twice {
			diags.AddAttributeError(path.Root("attributes"), "Attribute with an argument of its own", fmt.Sprintf("%s is set in attributes; use the argument for it instead.", name))
		}
		if !v.IsNull() {
			a.Attributes[name] = directory.Value{v.ValueString()}
		}
	}
	return marshal(a)
}

// settleComputed fills in what is known at plan of the computed attributes.
func (m *adUserModel) settleComputed(doc string, state *adUserModel, exists bool) {
	want, err := activedirectory.Format.Unmarshal(doc)
	if err != nil {
		return
	}
	m.Enabled = types.BoolValue(want.Enabled)
	before, err := activedirectory.Format.Unmarshal(state.document(&diag.Diagnostics{}))
	if exists && err == nil && before.Container == want.Container && before.Attributes["cn"].Equal(want.Attributes["cn"]) {
		m.DistinguishedName = state.DistinguishedName
	}
}

// settleDocument puts a document into the arguments it came from: account, or
// those for accounts written by hand. Arguments that are not managed stay null.
func (m *adUserModel) settleDocument(doc string, diags *diag.Diagnostics) {
	a, err := activedirectory.Format.Unmarshal(doc)
	if err != nil {
		diags.AddError("Invalid account document", err.Error())
		return
	}
	m.Enabled = types.BoolValue(a.Enabled)
	if !m.Account.IsNull() {
		m.Account = types.StringValue(doc)
		return
	}
	imported := m.Container.IsNull()
	m.Container = types.StringValue(a.Container)
	for name, v := range m.typed() {
		if value := a.Attributes[name]; len(value) > 0 {
			*v = types.StringValue(value.Text())
		} else if !imported && !v.IsNull() {
			*v = types.StringNull() // cleared by somebody else
		}
		delete(a.Attributes, name)
	}
	m.Attributes = flattenDynamic(m.Attributes, a.Attributes)
}

// workerID returns the worker id that the account goes by.
func (m *adUserModel) workerID(doc string, data *providerData) string {
	if id := m.WorkerID.ValueString(); id != "" {
		return id
	}
	a, err := activedirectory.Format.Unmarshal(doc)
	if err != nil {
		return m.ID.ValueString()
	}
	if id := a.Attributes[data.activeDirectory.workerIDAttribute()].Text(); id != "" {
		return id
	}
	return a.Attributes["sAMAccountName"].Text()
}

// elements returns the members of an object or map given as a dynamic value.
func elements(v types.Dynamic) (map[string]attr.Value, bool) {
	switch o := v.UnderlyingValue().(type) {
	case nil:
		return nil, true
	case types.Object:
		return o.Attributes(), true
	case types.Map:
		return o.Elements(), true
	}
	return nil, false
}

func dynamicKnown(v types.Dynamic) bool {
	if v.IsUnknown() || v.IsUnderlyingValueUnknown() {
		return false
	}
	members, _ := elements(v)
	for _, m := range members {
		if m.IsUnknown() {
			return false
		}
		texts, _ := texts(m)
		for _, t := range texts {
			if t.IsUnknown() {
				return false
			}
		}
	}
	return true
}

// expandDynamic reads attributes given as an object of strings and lists.
func expandDynamic(v types.Dynamic, into map[string]directory.Value, diags *diag.Diagnostics) {
	members, ok := elements(v)
	if !ok {
		diags.AddAttributeError(path.Root("attributes"), "Invalid attributes", "Expected an object such as { givenName = \"Zoë\", proxyAddresses = [\"SMTP:zoe@example.com\"] }.")
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if members[name].IsNull() {
			continue
		}
		values, ok := texts(members[name])
		if !ok {
			diags.AddAttributeError(path.Root("attributes"), "Invalid attributes", fmt.Sprintf("%s: found %s, expected a string or a list of strings. Write numbers and booleans in quotes, as LDAP does.", name, members[name]))
			continue
		}
		value := directory.Value{}
		for _, t := range values {
			if t.ValueString() != "" {
				value = append(value, t.ValueString())
			}
		}
		into[name] = value
	}
}

// texts returns the strings of one attribute: a string, or a list of strings.
func texts(v attr.Value) ([]types.String, bool) {
	var members []attr.Value
	switch x := v.(type) {
	case types.String:
		return []types.String{x}, true
	case types.Tuple:
		members = x.Elements()
	case types.List:
		members = x.Elements()
	case types.Set:
		members = x.Elements()
	default:
		return nil, false
	}
	out := make([]types.String, len(members))
	for i, m := range members {
		t, ok := m.(types.String)
		if !ok {
			return nil, false
		}
		out[i] = t
	}
	return out, true
}

// flattenDynamic returns given with the values that differ from now replaced,
// so that what did not change keeps the form the configuration gave it.
func flattenDynamic(given types.Dynamic, now map[string]directory.Value) types.Dynamic {
	before := map[string]directory.Value{}
	expandDynamic(given, before, &diag.Diagnostics{})
	if maps.EqualFunc(before, now, directory.Value.Equal) {
		return given
	}
	members, _ := elements(given)
	values := maps.Clone(members)
	for name, v := range now {
		if was, managed := before[name]; managed && was.Equal(v) {
			continue
		}
		values[name] = flattenValue(v)
	}
	kinds := make(map[string]attr.Type, len(values))
	for name, v := range values {
		kinds[name] = v.Type(context.Background())
	}
	return types.DynamicValue(types.ObjectValueMust(kinds, values))
}

func flattenValue(v directory.Value) attr.Value {
	if len(v) < 2 {
		return types.StringValue(v.Text())
	}
	values, kinds := make([]attr.Value, len(v)), make([]attr.Type, len(v))
	for i, s := range v {
		values[i], kinds[i] = types.StringValue(s), types.StringType
	}
	return types.TupleValueMust(kinds, values)
}
