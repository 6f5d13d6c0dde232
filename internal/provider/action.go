// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/reconcile"
)

var (
	_ action.Action               = (*operationAction)(nil)
	_ action.ActionWithConfigure  = (*operationAction)(nil)
	_ action.ActionWithModifyPlan = (*operationAction)(nil)
)

// operationAction does something to people at once, without the HR system, the
// rules and their safeguards: for incidents. It leaves nothing in the state.
type operationAction struct {
	target target
	verb   verb
	data   *providerData
}

// verb is one thing that can be done to people.
type verb struct {
	operation directory.Operation
	// name follows the prefix of the target in the name of the action.
	name        string
	description string
	// doing and done begin messages about people; already says that somebody is as the action would leave them.
	doing, done, already string
	// rules says what rules make of it, where they decide the same.
	rules string
}

// actionUsersModel are the arguments of every action.
type actionUsersModel struct {
	Users  types.List   `tfsdk:"users"`
	Reason types.String `tfsdk:"reason"`
}

func newAction(t target, v verb) func() action.Action {
	return func() action.Action { return &operationAction{target: t, verb: v} }
}

func (a *operationAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + a.target.prefix + "_" + a.verb.name
}

func (a *operationAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: a.verb.description + " " + actionRules(a.verb.rules),
		Attributes: map[string]schema.Attribute{
			"users": actionUsers(a.target), "reason": actionReason(),
		},
	}
}

func actionUsers(t target) schema.Attribute {
	return schema.ListAttribute{Required: true, ElementType: types.StringType,
		Validators: []validator.List{listvalidator.SizeAtLeast(1), listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
		MarkdownDescription: "The people, each by " + t.references + ". One that fits nobody, or several accounts, is an error at plan. " +
			"Somebody named twice counts once."}
}

func actionReason() schema.Attribute {
	return schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		MarkdownDescription: "Who decided it, and why. The plan and the messages of the run show it; nothing is written to the directory. " +
			"Unset: none is shown."}
}

// actionRules is what every action has in common.
func actionRules(rules string) string {
	text := "Everybody is looked up at plan, and again right before anything is written; a person that does not exist, that `protect` of the provider names, or to whom it cannot be done, is an error that says why. " +
		"What is written is read back. When it fails for some people it is done for the others, and each failure is named; running it again is harmless."
	if rules != "" {
		text += " " + rules
	}
	return text
}

func (a *operationAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.data = configured(req.ProviderData, &resp.Diagnostics)
}

// ModifyPlan refuses what cannot be done. People who are not known yet, such as
// those that the same apply creates, are looked up when the action runs.
func (a *operationAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	refs, _ := a.read(ctx, req.Config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || len(refs) == 0 || a.data == nil {
		return
	}
	if todo, ok := a.action("", nil, &resp.Diagnostics); ok {
		report(todo.Plan(ctx, refs), nil, &resp.Diagnostics)
	}
}

// Invoke does it, for as many people as it can.
func (a *operationAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	refs, reason := a.read(ctx, req.Config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	say := func(text string) {
		if ctx.Err() == nil { // nobody listens any more
			resp.SendProgress(action.InvokeProgressEvent{Message: text})
		}
	}
	todo, ok := a.action(reason, say, &resp.Diagnostics)
	if !ok {
		return
	}
	report(todo.Invoke(ctx, refs), nil, &resp.Diagnostics)
	if err := a.data.audit.Failure(); err != nil {
		resp.Diagnostics.AddError(auditFailed, err.Error()+".")
	}
}

// action returns what is to be done, or reports how to configure the directory.
func (a *operationAction) action(reason string, say func(string), diags *diag.Diagnostics) (*reconcile.Action, bool) {
	dir, ok := a.target.open(a.data, diags)
	if !ok {
		return nil, false
	}
	return &reconcile.Action{
		Target: a.target.terms(), Directory: dir, Operation: a.verb.operation, Name: a.verb.name, Reason: reason, Say: say,
		Doing: a.verb.doing, Done: a.verb.done, Already: a.verb.already, Ruled: a.verb.rules != "",
	}, true
}

// read returns the references that are known, and the reason.
func (a *operationAction) read(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) (refs []string, reason string) {
	var model actionUsersModel
	diags.Append(config.Get(ctx, &model)...)
	return model.known()
}

// known returns the references that are known, and the reason.
func (m actionUsersModel) known() (refs []string, reason string) {
	for _, v := range m.Users.Elements() {
		if s, ok := v.(types.String); ok && !s.IsUnknown() {
			refs = append(refs, s.ValueString())
		}
	}
	return refs, m.Reason.ValueString()
}
