// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"os"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/reconcile"
	"terraform-provider-workforce/internal/writeback"
)

var (
	_ resource.Resource                   = (*hrWritebackResource)(nil)
	_ resource.ResourceWithConfigure      = (*hrWritebackResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*hrWritebackResource)(nil)
	_ resource.ResourceWithValidateConfig = (*hrWritebackResource)(nil)
)

func newHRWritebackResource() resource.Resource { return &hrWritebackResource{} }

// hrWritebackResource keeps chosen values of many workers in an HR system as
// their documents say. Of the provider's configuration it needs only where writes are put on record.
type hrWritebackResource struct{ data *providerData }

// Values of on_removal and on_destroy.
const (
	writebackRelease = "release"
	writebackClear   = "clear"
)

func (r *hrWritebackResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_writeback"
}

func (r *hrWritebackResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (r *hrWritebackResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	removal := func(what string) schema.Attribute {
		return schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(writebackRelease), Validators: []validator.String{oneOf(writebackRelease, writebackClear)},
			MarkdownDescription: "What happens to " + what + ": `release`, the default, stops managing them and changes nothing; `clear` removes them from the HR system."}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Values of workers that go back to the HR system, such as the mail address and the user name that a directory gave them: one resource for everybody. " +
			"Only the attributes that are listed are ever written, and only where they differ; each write is read back. " +
			"What others change in the HR system is shown as drift and repaired. One worker with a problem stops nobody else (`on_problem`): every failed worker is named, what was done stays in the state, and the next plan shows only the rest.\n\n" +
			"Passwords and tokens are no arguments, so that they never reach the state: they are taken from environment variables, in every plan and apply. " +
			"With the default `environment_prefix` they are `WORKFORCE_WRITEBACK_PASSWORD` (`sql`, `successfactors`, and `rest` or `workday` with a `username`), for `rest` one of `WORKFORCE_WRITEBACK_TOKEN`, `WORKFORCE_WRITEBACK_API_KEY` and `WORKFORCE_WRITEBACK_CLIENT_SECRET`, " +
			"and for `workday` with a `client_id` both `WORKFORCE_WRITEBACK_CLIENT_SECRET` and `WORKFORCE_WRITEBACK_REFRESH_TOKEN`. " +
			"Values themselves are in the state.",
		Attributes: map[string]schema.Attribute{
			"values": schema.MapAttribute{Required: true, ElementType: types.StringType,
				MarkdownDescription: "Documents by worker id, each a JSON object with a text, or `null` for no value, by attribute, as `jsonencode({ mail = … })` writes it. `\"\"` is no value, too. " +
					"An attribute that is `null` is cleared, one that is absent is not managed. The values must be known at plan, unless `allow_unreviewed` is set."},
			"attributes": schema.ListAttribute{Required: true, ElementType: types.StringType,
				MarkdownDescription: "The attributes that may be written, each with its place: a column (`sql.columns`), a path (`rest.values`) or a type (`successfactors.emails`, `successfactors.phones`, `workday.phones`), or named by `workday.email` or `workday.user_name`. A document with any other attribute is an error.",
				Validators:          []validator.List{listvalidator.SizeAtLeast(1), listvalidator.UniqueValues(), listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))}},
			"on_removal": removal("the values of a worker, or of an attribute, that are no longer in `values`"),
			"on_destroy": removal("all values when the resource is destroyed"),
			"max_changes": schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.AtLeast(0)},
				MarkdownDescription: "Largest number of workers that one plan may write to; more stop it. Unset: no limit."},
			"on_problem": onProblem("a worker whom the HR system does not have, or whose values it refuses, is set aside: nothing is written for them, the others go on, and a warning and `set_aside` name them. "+
				"Every plan looks at them again, and shows when they can be written. A plan in which no worker is left, or a system that knows none of them, is an error.", "each of these is an error."),
			"set_aside": asideOutput("Workers for whom nothing is written, and why."),
			"environment_prefix": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("WORKFORCE_WRITEBACK"),
				MarkdownDescription: "What the names of the environment variables with credentials begin with. The default is `WORKFORCE_WRITEBACK`. With several HR systems, each needs its own.",
				Validators:          []validator.String{stringvalidator.RegexMatches(environmentName, "expected a name such as WORKFORCE_WRITEBACK")}},
			"allow_unreviewed": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether `values` may be unknown at plan. The default is false: a plan that cannot be reviewed is an error that shows how to mend it."},
			argumentTimeouts: timeoutsAttribute(limitsOfMany, leavesMany),
			"sql":            writebackSQLSchema(),
			"rest":           writebackRESTSchema(),
			"successfactors": writebackSuccessFactorsSchema(),
			"workday":        writebackWorkdaySchema(),
		},
	}
}

// ValidateConfig finds what is wrong with the settings of a system before anything connects.
func (r *hrWritebackResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	if !req.Config.Raw.IsFullyKnown() {
		return
	}
	var m hrWritebackModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := m.validate(); err != nil {
		addProblems(&resp.Diagnostics, "The HR system cannot be written to as configured", err)
	}
}

func (r *hrWritebackResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan hrWritebackModel
	exists := !req.State.Raw.IsNull()
	if exists {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		if !incomplete(ctx, req.Private, &resp.Diagnostics) {
			report(r.ending(&state).PlanEnd(), atValues, &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !exists {
		// Terraform plans a replacement as a creation, and hands what that plan
		// keeps to the destruction as well, not what the state keeps.
		savePrivate(ctx, resp.Private, privateIncomplete, true, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if !mapKnown(plan.Values) {
		if !plan.AllowUnreviewed.ValueBool() {
			addUnreviewable(&resp.Diagnostics, "values")
		}
		setAside(ctx, resp, types.MapUnknown(types.StringType))
		return
	}
	if !req.Config.Raw.IsFullyKnown() {
		setAside(ctx, resp, types.MapUnknown(types.StringType))
		resp.Diagnostics.AddWarning("The plan does not compare the values in the HR system",
			"Where the HR system is will be known at apply only: what its values are now is not compared.")
		return
	}
	aside, findings := r.run(&plan, &state).Plan(ctx)
	report(findings, atValues, &resp.Diagnostics)
	// Terraform plans again during apply, and takes another answer for a fault. Only
	// what stays as it is, is therefore known.
	if maps.Equal(aside, goMap(state.SetAside)) && plan.Values.Equal(state.Values) {
		setAside(ctx, resp, stringMap(aside))
	} else {
		setAside(ctx, resp, types.MapUnknown(types.StringType))
	}
}

func setAside(ctx context.Context, resp *resource.ModifyPlanResponse, v types.Map) {
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("set_aside"), v)...)
}

func (r *hrWritebackResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan hrWritebackModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, end := plan.limit(ctx, creating, limitsOfMany, &resp.Diagnostics)
	defer end()
	wanted := len(plan.Values.Elements())
	r.apply(ctx, &plan, &hrWritebackModel{}, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		savePrivate(ctx, resp.Private, privateIncomplete, true, &resp.Diagnostics)
		resp.Diagnostics.AddError("The values were written in part", fmt.Sprintf("The values of %d of %d workers are recorded in the state as the HR system holds them; the problems above name what is missing. "+
			"Terraform marks a resource whose creation failed as tainted. Run `terraform untaint` with this resource's address: the next plan then shows only the rest. "+
			"Applying the replacement instead is safe too: nothing is cleared by it.", len(plan.Values.Elements()), wanted))
	}
}

func (r *hrWritebackResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state hrWritebackModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, end := state.limit(ctx, reading, limitsOfMany, &resp.Diagnostics)
	defer end()
	after, findings := r.run(&state, &state).Refresh(ctx)
	state.Values = stringMap(after)
	report(findings, atValues, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

func (r *hrWritebackResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var state, plan hrWritebackModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, end := plan.limit(ctx, changing, limitsOfMany, &resp.Diagnostics)
	defer end()
	r.apply(ctx, &plan, &state, &resp.Diagnostics)
	failed := resp.Diagnostics.HasError()
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	if !failed && incomplete(ctx, req.Private, &resp.Diagnostics) {
		savePrivate(ctx, resp.Private, privateIncomplete, false, &resp.Diagnostics)
	}
}

func (r *hrWritebackResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state hrWritebackModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || incomplete(ctx, req.Private, &resp.Diagnostics) {
		return
	}
	ctx, end := state.limit(ctx, deleting, limitsOfMany, &resp.Diagnostics)
	defer end()
	left, findings := r.ending(&state).End(ctx)
	report(findings, atValues, &resp.Diagnostics)
	if len(left) > 0 {
		state.Values = stringMap(left)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

// atValues is where the resource has a worker's document.
func atValues(workerID string) path.Path { return path.Root("values").AtMapKey(workerID) }

// run returns what the resource has to do in one call; state is the zero model in a creation.
func (r *hrWritebackResource) run(plan, state *hrWritebackModel) *reconcile.Writeback {
	w := &reconcile.Writeback{
		Values: goMap(plan.Values), Before: goMap(state.Values), Attributes: plan.Attributes, Former: state.Attributes,
		BeforeAside: goMap(state.SetAside), SameSystem: plan.sameSystem(state), Clear: plan.OnRemoval.ValueString() == writebackClear,
		MaxChanges: plan.MaxChanges.ValueInt64Pointer(), Stop: plan.OnProblem.ValueString() == problemStop,
		Recorder: plan.recorder(), Open: func() (writeback.System, error) { return plan.open(os.Getenv) },
	}
	if !plan.SetAside.IsUnknown() {
		w.Aside = goMap(plan.SetAside)
	}
	if r.data != nil {
		w.Recorder.Log = r.data.audit
	}
	return w
}

// ending returns what a resource that is destroyed has to do.
func (r *hrWritebackResource) ending(state *hrWritebackModel) *reconcile.Writeback {
	w := r.run(state, state)
	w.Clear = state.OnDestroy.ValueString() == writebackClear
	return w
}

// apply makes the HR system agree with the plan, and the plan with what it holds then.
func (r *hrWritebackResource) apply(ctx context.Context, plan, state *hrWritebackModel, diags *diag.Diagnostics) {
	after, aside, findings := r.run(plan, state).Apply(ctx)
	plan.Values, plan.SetAside = stringMap(after), stringMap(aside)
	report(findings, atValues, diags)
}
