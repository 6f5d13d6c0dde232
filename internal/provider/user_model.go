// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/handover"
)

// userModel is what the users of all targets have in common.
type userModel struct {
	Account                   types.String  `tfsdk:"account"`
	WorkerID                  types.String  `tfsdk:"worker_id"`
	UserPrincipalName         types.String  `tfsdk:"user_principal_name"`
	Enabled                   types.Bool    `tfsdk:"enabled"`
	Manager                   types.String  `tfsdk:"manager"`
	Attributes                types.Dynamic `tfsdk:"attributes"`
	PasswordWO                types.String  `tfsdk:"password_wo"`
	PasswordWOVersion         types.Int64   `tfsdk:"password_wo_version"`
	ChangePasswordAtNextLogon types.Bool    `tfsdk:"change_password_at_next_logon"`
	AdoptExisting             types.String  `tfsdk:"adopt_existing"`
	RestoreDeleted            types.Bool    `tfsdk:"restore_deleted"`
	OnDestroy                 types.String  `tfsdk:"on_destroy"`
	RetentionDays             types.Int64   `tfsdk:"retention_days"`
	AllowUnreviewed           types.Bool    `tfsdk:"allow_unreviewed"`
	Adopted                   types.String  `tfsdk:"adopted"`
	ID                        types.String  `tfsdk:"id"`
	timeoutsModel
}

type adUserModel struct {
	userModel
	Container         types.String `tfsdk:"container"`
	CommonName        types.String `tfsdk:"common_name"`
	SAMAccountName    types.String `tfsdk:"sam_account_name"`
	SID               types.String `tfsdk:"sid"`
	DistinguishedName types.String `tfsdk:"distinguished_name"`
	FirstPassword     types.Object `tfsdk:"first_password"`
	adFlagsModel
}

// adFlagsModel are flags of accounts in Active Directory; null: not managed.
type adFlagsModel struct {
	PasswordNeverExpires types.Bool `tfsdk:"password_never_expires"`
	SmartCardRequired    types.Bool `tfsdk:"smart_card_required"`
	TrustedForDelegation types.Bool `tfsdk:"trusted_for_delegation"`
	AccountNotDelegated  types.Bool `tfsdk:"account_not_delegated"`
	CannotChangePassword types.Bool `tfsdk:"cannot_change_password"`
}

type entraUserModel struct {
	userModel
	DisplayName  types.String `tfsdk:"display_name"`
	MailNickname types.String `tfsdk:"mail_nickname"`

	FirstAccessPass types.Object `tfsdk:"first_access_pass"`
}

// personModel is the model of one target's user.
type personModel interface {
	common() *userModel
	// typed lists the arguments for accounts written by hand, by target attribute.
	typed() map[string]*types.String
	// flags lists those arguments that are true or false, by target attribute.
	flags() map[string]*types.Bool
	// place is the argument for the container, nil where there are none.
	place() *types.String
	// fillFromPlace fills in what is computed from where the account is; seen is nil
	// at plan, where moved says that it will be somewhere else.
	fillFromPlace(seen *directory.Existing, before personModel, moved bool)
	// handover returns where the first credential is kept; nil for nowhere.
	handover(ctx context.Context, d *providerData, diags *diag.Diagnostics) *handover.Files
}

func (m *adUserModel) handover(ctx context.Context, d *providerData, diags *diag.Diagnostics) *handover.Files {
	return d.firstPassword(ctx, m.FirstPassword, diags)
}

func (m *entraUserModel) handover(ctx context.Context, d *providerData, diags *diag.Diagnostics) *handover.Files {
	return d.firstPass(ctx, m.FirstAccessPass, diags)
}

func (m *userModel) common() *userModel { return m }

func (m *adUserModel) place() *types.String    { return &m.Container }
func (m *entraUserModel) place() *types.String { return nil }

func (m *adUserModel) typed() map[string]*types.String {
	return map[string]*types.String{
		"cn": &m.CommonName, "sAMAccountName": &m.SAMAccountName, "userPrincipalName": &m.UserPrincipalName, directory.ManagerAttribute: &m.Manager,
	}
}

func (m *entraUserModel) typed() map[string]*types.String {
	return map[string]*types.String{
		"userPrincipalName": &m.UserPrincipalName, "displayName": &m.DisplayName, "mailNickname": &m.MailNickname, directory.ManagerAttribute: &m.Manager,
	}
}

func (m *adFlagsModel) flags() map[string]*types.Bool {
	return map[string]*types.Bool{
		activedirectory.FlagPasswordNeverExpires: &m.PasswordNeverExpires, activedirectory.FlagSmartcardLogonRequired: &m.SmartCardRequired,
		activedirectory.FlagTrustedForDelegation: &m.TrustedForDelegation, activedirectory.FlagAccountNotDelegated: &m.AccountNotDelegated,
		activedirectory.FlagCannotChangePassword: &m.CannotChangePassword,
	}
}

func (m *entraUserModel) flags() map[string]*types.Bool { return nil }

func (m *adUserModel) fillFromPlace(seen *directory.Existing, before personModel, moved bool) {
	switch state, ok := before.(*adUserModel); {
	case seen != nil:
		m.SID = types.StringValue(seen.Account.Attributes["objectSid"].Text())
		m.DistinguishedName = types.StringValue(seen.Path)
	case ok && !moved:
		m.DistinguishedName = state.DistinguishedName
	}
}

func (m *entraUserModel) fillFromPlace(*directory.Existing, personModel, bool) {}

// userArguments is a user of a target with its arguments.
type userArguments struct {
	target target
	personModel
	*userModel
	decoded map[string]directory.Account // by document, what this call has decoded
}

func (t target) newArguments() userArguments {
	var m personModel = &adUserModel{FirstPassword: nullObject(firstPasswordSchema())}
	if t.format.Target == entraTarget.format.Target {
		m = &entraUserModel{FirstAccessPass: nullObject(firstPassSchema())}
	}
	m.common().timeoutsModel = noTimeouts()
	return userArguments{target: t, personModel: m, userModel: m.common(), decoded: map[string]directory.Account{}}
}

// known reports whether everything the document is made of is known.
func (m userArguments) known() bool {
	if m.Account.IsUnknown() || m.unknownPlace() || m.WorkerID.IsUnknown() || !dynamicKnown(m.Attributes) {
		return false
	}
	for _, v := range m.typed() {
		if v.IsUnknown() {
			return false
		}
	}
	for _, v := range m.flags() {
		if v.IsUnknown() {
			return false
		}
	}
	return true
}

// document returns the account document that the arguments make up.
func (m userArguments) document(diags *diag.Diagnostics) string {
	if !m.Account.IsNull() {
		return m.Account.ValueString()
	}
	a := directory.Account{Enabled: m.Enabled.IsNull() || m.Enabled.IsUnknown() || m.Enabled.ValueBool(), Attributes: map[string]directory.Value{}}
	if place := m.place(); place != nil {
		a.Container = place.ValueString()
	}
	expandDynamic(m.Attributes, a.Attributes, diags)
	own := map[string]string{} // values of arguments by attribute; "" for none
	for name, v := range m.typed() {
		own[name] = v.ValueString()
	}
	for name, v := range m.flags() {
		if own[name] = ""; !v.IsNull() {
			own[name] = strings.ToUpper(strconv.FormatBool(v.ValueBool()))
		}
	}
	for name := range a.Attributes {
		if _, twice := own[name]; twice {
			diags.AddAttributeError(path.Root("attributes"), "Attribute with an argument of its own",
				fmt.Sprintf("%s is set in attributes; use the argument for it instead.", name))
		}
	}
	for name, v := range own {
		if v != "" {
			a.Attributes[name] = directory.Value{v}
		}
	}
	return m.target.marshal(a)
}

// decode reads a document, once in a call.
func (m userArguments) decode(doc string) (directory.Account, error) {
	if a, known := m.decoded[doc]; known {
		return a.Clone(), nil
	}
	a, err := m.target.format.Unmarshal(doc)
	if err == nil {
		m.decoded[doc] = a.Clone()
	}
	return a, err
}

// fillComputed fills in what is known at plan of the computed attributes.
func (m userArguments) fillComputed(doc string, state userArguments, exists bool) {
	want, err := m.decode(doc)
	if err != nil {
		return
	}
	m.Enabled = types.BoolValue(want.Enabled)
	before, err := m.decode(state.document(&diag.Diagnostics{}))
	if exists && err == nil {
		moved := before.Container != want.Container || !before.Attributes[m.target.label].Equal(want.Attributes[m.target.label])
		m.fillFromPlace(nil, state.personModel, moved)
	}
}

// fillFromDocument puts a document into the arguments it came from: account, or
// those for accounts written by hand. Arguments that are not managed stay null.
func (m userArguments) fillFromDocument(doc string, diags *diag.Diagnostics) {
	a, err := m.decode(doc)
	if err != nil {
		diags.AddError("Invalid account document", err.Error())
		return
	}
	m.Enabled = types.BoolValue(a.Enabled)
	if !m.Account.IsNull() {
		m.Account = types.StringValue(doc)
		return
	}
	imported := m.imported()
	if place := m.place(); place != nil {
		*place = types.StringValue(a.Container)
	}
	for name, v := range m.typed() {
		if value := a.Attributes[name]; len(value) > 0 {
			*v = types.StringValue(value.Text())
		} else if !imported && !v.IsNull() {
			*v = types.StringNull() // cleared by somebody else
		}
		delete(a.Attributes, name)
	}
	for name, v := range m.flags() {
		if !v.IsNull() {
			*v = types.BoolValue(strings.EqualFold(a.Attributes[name].Text(), "TRUE"))
		}
		delete(a.Attributes, name)
	}
	m.Attributes = flattenDynamic(m.Attributes, a.Attributes)
}

// workerID returns the worker id that the account goes by.
func (m userArguments) workerID(doc string, data *providerData) string {
	if id := m.WorkerID.ValueString(); id != "" {
		return id
	}
	a, err := m.decode(doc)
	if err != nil {
		return m.ID.ValueString()
	}
	if id := a.Attributes[m.target.workerIDAttribute(data)].Text(); id != "" {
		return id
	}
	return a.Attributes[m.target.format.Login].Text()
}

func (m userArguments) unknownPlace() bool {
	place := m.place()
	return place != nil && place.IsUnknown()
}

// imported reports whether nothing but the id is known so far.
func (m userArguments) imported() bool {
	return m.Account.IsNull() && m.typed()[m.target.format.Login].IsNull()
}
