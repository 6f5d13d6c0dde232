// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ resource.Resource                = (*populationResource)(nil)
	_ resource.ResourceWithConfigure   = (*populationResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*populationResource)(nil)
	_ resource.ResourceWithImportState = (*populationResource)(nil)
)

func newADPopulationResource() resource.Resource {
	return &populationResource{target: activeDirectoryTarget}
}

func newEntraPopulationResource() resource.Resource { return &populationResource{target: entraTarget} }

// populationResource makes the accounts of many workers agree with their
// documents. What accounts are called at the target (their object ids) is in
// private state: as an attribute it would turn unknown for every new account,
// and Terraform would print a line for everybody.
type populationResource struct {
	target target
	data   *providerData
}

type populationModel struct {
	Accounts                  types.Map    `tfsdk:"accounts"`
	AdoptExisting             types.String `tfsdk:"adopt_existing"`
	RestoreDeleted            types.Bool   `tfsdk:"restore_deleted"`
	OnRemoval                 types.String `tfsdk:"on_removal"`
	OnDestroy                 types.String `tfsdk:"on_destroy"`
	MaxRemovals               types.Int64  `tfsdk:"max_removals"`
	RetentionDays             types.Int64  `tfsdk:"retention_days"`
	ChangePasswordAtNextLogon types.Bool   `tfsdk:"change_password_at_next_logon"`
	AllowUnreviewed           types.Bool   `tfsdk:"allow_unreviewed"`
}

func (r *populationResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.target.prefix + "_population"
}

func (r *populationResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The " + r.target.title + " accounts of a population: one resource for everybody, which is the way for more than a few hundred people. " +
			"Accounts are created, changed, renamed, moved, enabled and disabled in place; the plan shows each person's changes and nothing else. " +
			"Drift in managed attributes is shown and repaired; attributes that a document does not name are never touched. " +
			"When some of an apply fails, every failed person is named, what was done stays in the state, and the next plan shows only the rest.",
		Attributes: map[string]schema.Attribute{
			"accounts": schema.MapAttribute{
				Required: true, ElementType: types.StringType,
				MarkdownDescription: "Account documents by worker id, as the output `accounts` of `workforce_" + r.target.prefix + "_accounts` gives them: a JSON object with " + r.target.keys() + ", where `manager` is a worker id. " +
					"An attribute that is `null`, `\"\"` or `[]` is cleared, one that is absent is not managed. The accounts must be known at plan, unless `allow_unreviewed` is set.",
			},
			"adopt_existing": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(adoptMatched),
				MarkdownDescription: "Which accounts that exist already may be taken over when a document names them by `" + r.target.loginKey() + "`: `matched`, the default, those that carry the same worker id; `always` also those that carry none, as in a directory that was never connected to HR; `never` none. " +
					"An account that carries another worker id is never taken over. The plan warns about every account that is taken over.",
				Validators: []validator.String{oneOf(adoptNever, adoptMatched, adoptAlways)},
			},
			"restore_deleted": restoreAttribute(),
			"on_removal":      r.target.removalAttribute("an account whose worker is no longer in `accounts`", removeDisable),
			"on_destroy":      r.target.removalAttribute("all accounts when the resource is destroyed", removeRelease),
			"max_removals": schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.AtLeast(0)},
				MarkdownDescription: "Largest number of accounts that may leave `accounts` in one plan; more stop it. Unset: no limit."},
			"retention_days": retentionAttribute(),
			"change_password_at_next_logon": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether new accounts must change their password when they first sign in. The default is true. New accounts get a random password that is not kept anywhere: people receive their first password from a reset by the service desk or by self-service.",
			},
			"allow_unreviewed": allowUnreviewedAttribute("accounts"),
		},
	}
}

// Attributes that the resources for populations and for single users share.

func (t target) removalAttribute(what, byDefault string) schema.Attribute {
	modes, purge := []string{removeDisable, removeRelease, removeDelete}, ""
	if t.purges {
		modes, purge = append(modes, removePurge), " It can be restored for 30 days; `purge` deletes it for good, under the same condition."
	}
	return schema.StringAttribute{
		Optional: true, Computed: true, Default: stringdefault.StaticString(byDefault),
		MarkdownDescription: fmt.Sprintf("What happens to %s: `disable` disables it and leaves it where it is, `release` stops managing it and changes nothing, `delete` deletes it, provided it has been disabled for `retention_days`.%s The default is `%s`.", what, purge, byDefault),
		Validators:          []validator.String{oneOf(modes...)},
	}
}

func restoreAttribute() schema.Attribute {
	return schema.BoolAttribute{
		Optional: true, Computed: true, Default: booldefault.StaticBool(true),
		MarkdownDescription: "Whether an account that would be created is restored instead, with its identity, when a deleted one of the same worker id can still be restored. The default is true. The plan warns about each. In Active Directory it takes the recycle bin of the forest and the right to read deleted objects and to reanimate them: without, a new account is made.",
	}
}

func retentionAttribute() schema.Attribute {
	return schema.Int64Attribute{
		Optional: true, Computed: true, Default: int64default.StaticInt64(30),
		MarkdownDescription: "Days that an account must have been disabled, by the directory's own record, before it may be deleted. The default is 30. A plan that would delete an account earlier is an error.",
		Validators:          []validator.Int64{int64validator.Between(0, 36500)},
	}
}

func allowUnreviewedAttribute(what string) schema.Attribute {
	return schema.BoolAttribute{
		Optional: true, Computed: true, Default: booldefault.StaticBool(false),
		MarkdownDescription: fmt.Sprintf("Whether `%s` may be unknown at plan. The default is false: a plan that cannot be reviewed is an error that shows how to mend it. Set it only for a first run through values that cannot be known.", what),
	}
}

func (r *populationResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = configured(req.ProviderData, &resp.Diagnostics)
}

// ModifyPlan checks everything that can be known before anything is written.
func (r *populationResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan populationModel
	exists := !req.State.Raw.IsNull()
	if exists {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, req, &state, resp)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !exists {
		forgetReplaced(ctx, resp.Private, &resp.Diagnostics)
	}
	if !mapKnown(plan.Accounts) {
		if !plan.AllowUnreviewed.ValueBool() {
			addUnreviewable(&resp.Diagnostics, "accounts")
		}
		return
	}
	p := population{target: r.target, data: r.data, options: plan.options(), before: goMap(state.Accounts), ids: map[string]string{}}
	if exists {
		p.ids, p.purging = loadIDs(ctx, req.Private, &resp.Diagnostics), loadPurging(ctx, req.Private, &resp.Diagnostics)
	}
	p.plan(ctx, goMap(plan.Accounts), &resp.Diagnostics)
}

func (r *populationResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, state *populationModel, resp *resource.ModifyPlanResponse) {
	count := len(state.Accounts.Elements())
	if count == 0 || incomplete(ctx, req.Private, &resp.Diagnostics) {
		return
	}
	p := population{target: r.target, data: r.data, options: state.options(), before: goMap(state.Accounts), ids: loadIDs(ctx, req.Private, &resp.Diagnostics), purging: loadPurging(ctx, req.Private, &resp.Diagnostics)}
	switch mode := state.OnDestroy.ValueString(); mode {
	case removeRelease:
		resp.Diagnostics.AddWarning("Accounts will be released", fmt.Sprintf("Destroying this resource stops managing %d accounts and changes none of them (on_destroy = \"release\").", count))
	default:
		resp.Diagnostics.AddWarning("Accounts will be "+mode+"d", fmt.Sprintf("Destroying this resource will %s %d accounts (on_destroy = %q).", mode, count, mode))
		removed := slices.Sorted(maps.Keys(p.before))
		p.checkProtected(ctx, removed, mode, &resp.Diagnostics)
		p.checkRemoval(ctx, removed, mode, &resp.Diagnostics)
	}
}

func (m *populationModel) options() populationOptions {
	return populationOptions{
		adopt: m.AdoptExisting.ValueString(), restore: m.RestoreDeleted.ValueBool(), onRemoval: m.OnRemoval.ValueString(), maxRemovals: m.MaxRemovals.ValueInt64Pointer(), retentionDays: int(m.RetentionDays.ValueInt64()),
		changePassword: m.ChangePasswordAtNextLogon.ValueBool(),
	}
}

func (r *populationResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan populationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	p := population{target: r.target, data: r.data, options: plan.options(), before: map[string]string{}, ids: map[string]string{}}
	wanted := len(plan.Accounts.Elements())
	after := p.apply(ctx, goMap(plan.Accounts), &resp.Diagnostics)
	if resp.Diagnostics.HasError() && len(p.ids) == 0 {
		return // nothing was created
	}
	plan.Accounts = stringMap(after)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	savePrivate(ctx, resp.Private, privateIDs, p.ids, &resp.Diagnostics)
	savePrivate(ctx, resp.Private, privateIncomplete, resp.Diagnostics.HasError(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		resp.Diagnostics.AddError("The population was created in part", fmt.Sprintf("%d of %d accounts exist and are recorded in the state as they are; the problems above name what is missing. "+
			"Terraform marks a resource whose creation failed as tainted. Run `terraform untaint` with this resource's address: the next plan then shows only the rest. "+
			"Applying the replacement instead is safe too: nothing is disabled or deleted by it, and accounts that exist are kept.", len(after), wanted))
	}
}

func (r *populationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state populationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	p := population{target: r.target, data: r.data, options: state.options(), before: goMap(state.Accounts), ids: loadIDs(ctx, req.Private, &resp.Diagnostics), purging: loadPurging(ctx, req.Private, &resp.Diagnostics)}
	var container string
	loadPrivate(ctx, req.Private, privateImport, &container, &resp.Diagnostics)
	var after map[string]string
	if container != "" {
		after = p.importFrom(ctx, container, &resp.Diagnostics)
		savePrivate(ctx, resp.Private, privateImport, "", &resp.Diagnostics)
	} else {
		after = p.refresh(ctx, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	state.Accounts = stringMap(after)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	savePrivate(ctx, resp.Private, privateIDs, p.ids, &resp.Diagnostics)
	savePurging(ctx, resp.Private, req.Private, p.purging, &resp.Diagnostics)
}

func (r *populationResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var state, plan populationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	p := population{target: r.target, data: r.data, options: plan.options(), before: goMap(state.Accounts), ids: loadIDs(ctx, req.Private, &resp.Diagnostics), purging: loadPurging(ctx, req.Private, &resp.Diagnostics)}
	after := p.apply(ctx, goMap(plan.Accounts), &resp.Diagnostics)
	failed := resp.Diagnostics.HasError()
	plan.Accounts = stringMap(after)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	savePrivate(ctx, resp.Private, privateIDs, p.ids, &resp.Diagnostics)
	savePurging(ctx, resp.Private, req.Private, p.purging, &resp.Diagnostics)
	if !failed && incomplete(ctx, req.Private, &resp.Diagnostics) {
		savePrivate(ctx, resp.Private, privateIncomplete, false, &resp.Diagnostics)
	}
}

func (r *populationResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state populationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || incomplete(ctx, req.Private, &resp.Diagnostics) {
		return
	}
	p := population{target: r.target, data: r.data, options: state.options(), before: goMap(state.Accounts), ids: loadIDs(ctx, req.Private, &resp.Diagnostics), purging: loadPurging(ctx, req.Private, &resp.Diagnostics)}
	left := p.remove(ctx, slices.Sorted(maps.Keys(p.before)), state.OnDestroy.ValueString(), &resp.Diagnostics)
	if len(left) > 0 {
		state.Accounts = stringMap(left)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		savePrivate(ctx, resp.Private, privateIDs, p.ids, &resp.Diagnostics)
		savePurging(ctx, resp.Private, req.Private, p.purging, &resp.Diagnostics)
	}
}

// ImportState takes a container: the accounts below it that carry a worker id
// become the population. Documents then hold only the core of each account;
// the first plan shows the attributes that the configuration adds to them.
func (r *populationResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if req.ID == "" {
		resp.Diagnostics.AddError("Nothing to import", "Expected the distinguished name of the container whose accounts become the population, such as \"OU=Staff,DC=corp,DC=example,DC=com\".")
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("accounts"), map[string]string{})...)
	savePrivate(ctx, resp.Private, privateImport, req.ID, &resp.Diagnostics)
}
