// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/handover"
)

// Values of start.
const (
	startNow      = "now"
	startHireDate = "hire_date"
)

// firstPassModel is the argument first_access_pass.
type firstPassModel struct {
	Directory  types.String `tfsdk:"directory"`
	Recipients types.List   `tfsdk:"recipients"`
	Lifetime   types.Int64  `tfsdk:"lifetime_minutes"`
	UsableOnce types.Bool   `tfsdk:"usable_once"`
	Start      types.String `tfsdk:"start"`
}

const (
	passLifetimeText = "Minutes for which the pass is valid, from 10 to 43200, within what the tenant's policy allows. Unset: what the " +
		"policy says, which is 60 by default."
	passOnceText = "Whether the pass can be used once only. Unset: what the policy says."
	passHandover = "The application needs the permission `UserAuthenticationMethod.ReadWrite.All`, and the policy of the tenant must " +
		"allow temporary access passes for these people. "
)

var passLifetime = []validator.Int64{int64validator.Between(10, 43200)}

func firstPassSchema() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Makes a temporary access pass for each user that the run creates, and hands it over to those who give it to the " +
			"person, in an encrypted file. It is made once: not by a plan, and not for a user that exists, is taken over or restored. The " +
			"password stays a random one that nobody knows. Neither plan, state, log nor audit record holds the pass. " + passHandover +
			"Microsoft Graph makes passes itself, so that a run that is killed can leave users with a pass that nobody knows, at most 100: " +
			"issue new ones with `workforce_entra_issue_access_passes`, as for a pass that was refused. Unset: none is made. " +
			"See the guide [First sign-in](../guides/first-sign-in.md).",
		Attributes: map[string]schema.Attribute{
			"directory": schema.StringAttribute{Required: true, Validators: notEmpty, MarkdownDescription: handoverDirectory},
			"recipients": schema.ListAttribute{Required: true, ElementType: types.StringType, Validators: someRecipients,
				MarkdownDescription: handoverRecipients},
			"lifetime_minutes": schema.Int64Attribute{Optional: true, Validators: passLifetime, MarkdownDescription: passLifetimeText},
			"usable_once":      schema.BoolAttribute{Optional: true, MarkdownDescription: passOnceText},
			"start": schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf(startNow, startHireDate)},
				MarkdownDescription: "When the pass becomes valid: `now`, the default, or `hire_date`, with `employeeHireDate` of the " +
					"account where that is to come, at the moment that it says (a date is midnight UTC: let the lifetime reach into the working day)."},
		},
	}
}

// firstPass returns where the argument wants passes to be kept; nil where it is unset or not known yet.
func (d *providerData) firstPass(ctx context.Context, from types.Object, diags *diag.Diagnostics) *handover.Files {
	var m firstPassModel
	if !wholly(ctx, from) {
		return nil
	}
	if diags.Append(from.As(ctx, &m, basetypes.ObjectAsOptions{})...); diags.HasError() {
		return nil
	}
	o := handover.Options{Directory: m.Directory.ValueString(), Kind: "entra-first-passes", Passes: directory.PassOptions{
		Lifetime: int(m.Lifetime.ValueInt64()), Once: m.UsableOnce.ValueBoolPointer(), FromHireDate: m.Start.ValueString() == startHireDate,
	}}
	return d.filesFor("entra pass "+from.String(), o, m.Recipients, path.Root(argumentFirstPass), diags)
}

var (
	_ action.Action               = (*issuePassesAction)(nil)
	_ action.ActionWithConfigure  = (*issuePassesAction)(nil)
	_ action.ActionWithModifyPlan = (*issuePassesAction)(nil)
)

// issuePassesAction gives people new temporary access passes at once.
type issuePassesAction struct{ data *providerData }

type issuePassesModel struct {
	actionUsersModel
	Directory  types.String `tfsdk:"directory"`
	Recipients types.List   `tfsdk:"recipients"`
	Lifetime   types.Int64  `tfsdk:"lifetime_minutes"`
	UsableOnce types.Bool   `tfsdk:"usable_once"`
}

// issuePasses is what messages call it.
var issuePasses = verb{
	operation: directory.OperationIssueCredential, name: "issue_access_passes", doing: "Issuing temporary access passes to",
	done: "New temporary access pass",
}

func (a *issuePassesAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_entra_" + issuePasses.name
}

func (a *issuePassesAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = actionschema.Schema{
		MarkdownDescription: "Gives Microsoft Entra ID users a new temporary access pass now, in place of one that they may have, and writes " +
			"them to encrypted files, as `first_access_pass` of `workforce_entra_population` does: for joiners whose file was lost or whose " +
			"pass has expired, and for people who lost their phone. A user that is disabled stays disabled. " + passHandover +
			actionRules("") + " Each run issues new passes: the last line about somebody is right.",
		Attributes: map[string]actionschema.Attribute{
			"users": actionUsers(entraTarget), "reason": actionReason(),
			"directory": actionschema.StringAttribute{Required: true, Validators: notEmpty, MarkdownDescription: handoverDirectory},
			"recipients": actionschema.ListAttribute{Required: true, ElementType: types.StringType, Validators: someRecipients,
				MarkdownDescription: handoverRecipients},
			"lifetime_minutes": actionschema.Int64Attribute{Optional: true, Validators: passLifetime, MarkdownDescription: passLifetimeText},
			"usable_once":      actionschema.BoolAttribute{Optional: true, MarkdownDescription: passOnceText},
		},
	}
}

func (a *issuePassesAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.data = configured(req.ProviderData, &resp.Diagnostics)
}

// ModifyPlan refuses what cannot be done, and makes no pass.
func (a *issuePassesAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var m issuePassesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || a.data == nil {
		return
	}
	if !m.Directory.IsUnknown() && !m.Recipients.IsUnknown() && listKnown(m.Recipients) {
		a.files(m, &resp.Diagnostics)
	}
	refs, _ := m.known()
	if resp.Diagnostics.HasError() || len(refs) == 0 {
		return
	}
	if dir, ok := entraTarget.open(a.data, &resp.Diagnostics); ok {
		report(issuing(entraTarget, issuePasses, dir).Plan(ctx, refs), nil, &resp.Diagnostics)
	}
}

func (a *issuePassesAction) files(m issuePassesModel, diags *diag.Diagnostics) *handover.Files {
	o := handover.Options{Directory: m.Directory.ValueString(), Kind: "entra-new-passes", Passes: directory.PassOptions{
		Lifetime: int(m.Lifetime.ValueInt64()), Once: m.UsableOnce.ValueBoolPointer(),
	}}
	key := "entra action " + m.Directory.String() + m.Recipients.String() + m.Lifetime.String() + m.UsableOnce.String()
	return a.data.filesFor(key, o, m.Recipients, path.Empty(), diags)
}

// Invoke issues passes to as many people as it can.
func (a *issuePassesAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var m issuePassesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	files := a.files(m, &resp.Diagnostics)
	if files == nil {
		return
	}
	tenant, err := a.data.entra.Tenant()
	if err != nil {
		resp.Diagnostics.AddError(entraTarget.title+" cannot be used", err.Error())
		return
	}
	todo := issuing(entraTarget, issuePasses, tenant)
	todo.Carry = func(ctx context.Context, subjects []directory.Subject) []directory.Outcome {
		return tenant.IssuePasses(ctx, subjects, files)
	}
	invokeIssuing(ctx, a.data, todo, m.actionUsersModel, files, resp)
}
