// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/handover"
	"terraform-provider-workforce/internal/reconcile"
)

var (
	_ action.Action               = (*issuePasswordsAction)(nil)
	_ action.ActionWithConfigure  = (*issuePasswordsAction)(nil)
	_ action.ActionWithModifyPlan = (*issuePasswordsAction)(nil)
)

// issuePasswordsAction gives people new passwords at once, and hands them over as a population does.
type issuePasswordsAction struct{ data *providerData }

type issuePasswordsModel struct {
	actionUsersModel
	Directory  types.String `tfsdk:"directory"`
	Recipients types.List   `tfsdk:"recipients"`
	Length     types.Int64  `tfsdk:"length"`
	Classes    types.Set    `tfsdk:"classes"`
}

// issuePasswords is what messages call it.
var issuePasswords = verb{
	operation: directory.OperationIssueCredential, name: "issue_passwords", doing: "Issuing new passwords to",
	done: "New password, to " +
		"be changed at the next sign-in",
}

func (a *issuePasswordsAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ad_" + issuePasswords.name
}

func (a *issuePasswordsAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Gives Active Directory accounts new random passwords now, which must be changed at the next sign-in, and " +
			"writes them to an encrypted file, as `first_password` of `workforce_ad_population` does: " +
			"for joiners whose file was lost, and for people who cannot sign in any more. The file is on disk before the first password is " +
			"set. The former password stops working; a lockout stays until `workforce_ad_unlock_users` ends it, and a disabled account " +
			"stays disabled. " +
			"An account whose password never expires, or that signs in with a smart card only, is refused, because Active Directory would " +
			"not ask for a new one, and so is one that must not change its password. " +
			"It takes the right to reset passwords. " + actionRules("") + " Each run issues new passwords: the last line about somebody is right.",
		Attributes: map[string]schema.Attribute{
			"users": actionUsers(activeDirectoryTarget), "reason": actionReason(),
			"directory": schema.StringAttribute{Required: true, Validators: notEmpty, MarkdownDescription: handoverDirectory},
			"recipients": schema.ListAttribute{Required: true, ElementType: types.StringType, Validators: someRecipients,
				MarkdownDescription: handoverRecipients},
			"length": schema.Int64Attribute{Optional: true, Validators: passwordLength, MarkdownDescription: passwordLengthText},
			"classes": schema.SetAttribute{Optional: true, ElementType: types.StringType, Validators: passwordClasses,
				MarkdownDescription: passwordClassesText},
		},
	}
}

func (a *issuePasswordsAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.data = configured(req.ProviderData, &resp.Diagnostics)
}

// ModifyPlan refuses what cannot be done, and makes no password.
func (a *issuePasswordsAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var m issuePasswordsModel
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
	if dir, ok := activeDirectoryTarget.open(a.data, &resp.Diagnostics); ok {
		report(issuing(activeDirectoryTarget, issuePasswords, dir).Plan(ctx, refs), nil, &resp.Diagnostics)
	}
}

func (a *issuePasswordsAction) files(m issuePasswordsModel, diags *diag.Diagnostics) *handover.Files {
	o := handover.Options{Directory: m.Directory.ValueString(), Kind: "ad-new-passwords", Policy: passwordsOf(m.Length, m.Classes)}
	key := "ad action " + m.Directory.String() + m.Recipients.String() + m.Length.String() + m.Classes.String()
	return a.data.filesFor(key, o, m.Recipients, path.Empty(), diags)
}

// issuing is an action that issues credentials.
func issuing(t target, v verb, dir directory.Operator) *reconcile.Action {
	return &reconcile.Action{Target: t.terms(), Directory: dir, Operation: v.operation, Name: v.name, Doing: v.doing, Done: v.done}
}

// Invoke issues passwords to as many people as it can.
func (a *issuePasswordsAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var m issuePasswordsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	files := a.files(m, &resp.Diagnostics)
	if files == nil {
		return
	}
	domain, err := a.data.activeDirectory.Domain()
	if err != nil {
		resp.Diagnostics.AddError(activeDirectoryTarget.title+" cannot be used", err.Error())
		return
	}
	todo := issuing(activeDirectoryTarget, issuePasswords, domain)
	todo.Carry = func(ctx context.Context, subjects []directory.Subject) []directory.Outcome {
		return domain.IssuePasswords(ctx, subjects, files)
	}
	invokeIssuing(ctx, a.data, todo, m.actionUsersModel, files, resp)
}

// invokeIssuing carries out an action that issues credentials, and says where they are.
func invokeIssuing(ctx context.Context, data *providerData, todo *reconcile.Action, m actionUsersModel, files *handover.Files,
	resp *action.InvokeResponse) {
	todo.Say = func(text string) {
		if ctx.Err() == nil { // nobody listens any more
			resp.SendProgress(action.InvokeProgressEvent{Message: text})
		}
	}
	refs, reason := m.known()
	todo.Reason = reason
	report(todo.Invoke(ctx, refs), nil, &resp.Diagnostics)
	for _, file := range files.Written() {
		todo.Say("Written, encrypted: " + file)
	}
	if err := data.audit.Failure(); err != nil {
		resp.Diagnostics.AddError(auditFailed, err.Error()+".")
	}
}

// listKnown reports whether all elements of a list are known.
func listKnown(l types.List) bool {
	for _, v := range l.Elements() {
		if v.IsUnknown() {
			return false
		}
	}
	return true
}
