// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
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

// actionChunk is how many people are worked on between two rounds of messages:
// enough for several batches at once.
const actionChunk = 100

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
			"users": schema.ListAttribute{Required: true, ElementType: types.StringType,
				Validators:          []validator.List{listvalidator.SizeAtLeast(1), listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
				MarkdownDescription: "The people, each by " + a.target.references + ". One that fits nobody, or several accounts, is an error at plan. Somebody named twice counts once."},
			"reason": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "Who decided it, and why. The plan and the messages of the run show it; nothing is written to the directory. Unset: none is shown."},
		},
	}
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
	dir, ok := a.open(&resp.Diagnostics)
	if !ok {
		return
	}
	subjects, err := dir.Subjects(ctx, a.verb.operation, refs)
	if err != nil {
		addProblems(&resp.Diagnostics, a.impossible(), err)
		return
	}
	if summary, text := a.ruled(subjects); text != "" {
		resp.Diagnostics.AddAttributeWarning(path.Root("users"), summary, text)
	}
}

// ruled warns about people whose account the rules decide about, too.
func (a *operationAction) ruled(subjects []directory.Subject) (summary, text string) {
	var who []string
	for _, s := range subjects {
		if a.verb.rules != "" && !s.Done && s.WorkerID != "" {
			who = append(who, s.WorkerID)
		}
	}
	if len(who) == 0 {
		return "", ""
	}
	text = fmt.Sprintf("%d of the accounts carry a worker id (%s): where a population manages them, ", len(who), abridged(who))
	if a.verb.operation == directory.OperationEnable {
		return "Rules may take this back", text + "its next apply disables again those whose worker has left, is on leave or not there yet. State a workforce_override with enabled = true for whoever is to sign in all the same."
	}
	return "Rules keep this", text + fmt.Sprintf("the rules do not enable them again, and report them, until somebody does: with workforce_%s_enable_users, or a workforce_override with enabled = true. "+
		"State a workforce_override with enabled = false to give it a reason and a last day.", a.target.prefix)
}

// Invoke does it, for as many people as it can.
func (a *operationAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	say := func(format string, args ...any) {
		if ctx.Err() == nil { // nobody listens any more
			resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf(format, args...)})
		}
	}
	refs, reason := a.read(ctx, req.Config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	dir, ok := a.open(&resp.Diagnostics)
	if !ok {
		return
	}
	if reason != "" {
		reason = ": " + reason
	}
	say("%s %s in %s%s", a.verb.doing, headcount(len(refs)), a.target.title, reason)
	subjects, err := dir.Subjects(ctx, a.verb.operation, refs)
	failures := flatten(err)
	for _, problem := range failures {
		say("Failed: %s", problem)
	}
	failed, done := len(failures), 0
	ctx = audit.Because(ctx, fmt.Sprintf("action workforce_%s_%s%s", a.target.prefix, a.verb.name, reason))
	for chunk := range slices.Chunk(subjects, actionChunk) {
		for i, o := range dir.Operate(ctx, a.verb.operation, chunk) {
			switch {
			case o.Err != nil:
				failed++
				failures = append(failures, o.Err)
				say("Failed: %s", o.Err)
				continue
			case o.Changed:
				say("%s: %s", a.verb.done, shownSubject(chunk[i]))
			default:
				say("%s: %s", a.verb.already, shownSubject(chunk[i]))
			}
			done++
		}
	}
	if _, ruled := a.ruled(subjects); ruled != "" && done > 0 {
		say("Note: %s", ruled)
	}
	addProblems(&resp.Diagnostics, a.impossible(), errors.Join(failures...))
	if err := a.data.audit.Failure(); err != nil {
		resp.Diagnostics.AddError(auditFailed, err.Error()+".")
	}
	if failed > 0 && done > 0 {
		resp.Diagnostics.AddError("Done for some people only", fmt.Sprintf("It was done for %s and failed for %d. Mend what is said above and run the action again, which harms nobody who is done.", headcount(done), failed))
	}
}

func (a *operationAction) impossible() string {
	return fmt.Sprintf("Cannot %s", a.verb.operation)
}

// open returns the directory, or reports how to configure it.
func (a *operationAction) open(diags *diag.Diagnostics) (directory.Operator, bool) {
	dir, ok := a.target.open(a.data, diags)
	if !ok {
		return nil, false
	}
	return dir, true
}

// read returns the references that are known, and the reason.
func (a *operationAction) read(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) (refs []string, reason string) {
	var model actionUsersModel
	diags.Append(config.Get(ctx, &model)...)
	for _, v := range model.Users.Elements() {
		if s, ok := v.(types.String); ok && !s.IsUnknown() {
			refs = append(refs, s.ValueString())
		}
	}
	return refs, model.Reason.ValueString()
}

// shownSubject names a person in a message.
func shownSubject(s directory.Subject) string {
	var b strings.Builder
	if s.WorkerID != "" {
		fmt.Fprintf(&b, "worker %q ", s.WorkerID)
	}
	if s.Name != "" {
		fmt.Fprintf(&b, "(%s) ", s.Name)
	}
	fmt.Fprintf(&b, "%q", s.Path)
	return b.String()
}

// abridged lists a few texts.
func abridged(texts []string) string {
	const shown = 10
	if more := len(texts) - shown; more > 0 {
		return strings.Join(texts[:shown], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(texts, ", ")
}

func headcount(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}
