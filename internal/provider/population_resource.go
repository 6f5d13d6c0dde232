// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/handover"
	"terraform-provider-workforce/internal/reconcile"
	"terraform-provider-workforce/internal/roster"
)

var (
	_ resource.Resource                = (*populationResource)(nil)
	_ resource.ResourceWithConfigure   = (*populationResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*populationResource)(nil)
	_ resource.ResourceWithImportState = (*populationResource)(nil)
	_ resource.ResourceWithIdentity    = (*populationResource)(nil)
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

// populationModel is what the populations of all targets have in common.
type populationModel struct {
	Accounts                  types.Map    `tfsdk:"accounts"`
	AdoptExisting             types.String `tfsdk:"adopt_existing"`
	RestoreDeleted            types.Bool   `tfsdk:"restore_deleted"`
	OnRemoval                 types.String `tfsdk:"on_removal"`
	OnDestroy                 types.String `tfsdk:"on_destroy"`
	MaxRemovals               types.String `tfsdk:"max_removals"`
	MaxAdopt                  types.String `tfsdk:"max_adopt"`
	RetentionDays             types.Int64  `tfsdk:"retention_days"`
	ChangePasswordAtNextLogon types.Bool   `tfsdk:"change_password_at_next_logon"`
	AllowUnreviewed           types.Bool   `tfsdk:"allow_unreviewed"`
	Adopted                   types.Map    `tfsdk:"adopted"`
	timeoutsModel
}

type adPopulationModel struct {
	populationModel
	FirstPassword types.Object `tfsdk:"first_password"`
}

type entraPopulationModel struct {
	populationModel
	FirstAccessPass types.Object `tfsdk:"first_access_pass"`
}

// populationKind is the model of one target's population.
type populationKind interface {
	common() *populationModel
	// handover returns where first credentials are kept; nil for nowhere.
	handover(ctx context.Context, d *providerData, diags *diag.Diagnostics) *handover.Files
}

func (m *populationModel) common() *populationModel { return m }

func (m *adPopulationModel) handover(ctx context.Context, d *providerData, diags *diag.Diagnostics) *handover.Files {
	return d.firstPassword(ctx, m.FirstPassword, diags)
}

func (m *entraPopulationModel) handover(ctx context.Context, d *providerData, diags *diag.Diagnostics) *handover.Files {
	return d.firstPass(ctx, m.FirstAccessPass, diags)
}

// populationArguments is a population of a target with its arguments.
type populationArguments struct {
	populationKind
	*populationModel
}

func (t target) newPopulation() populationArguments {
	var m populationKind = &adPopulationModel{FirstPassword: nullObject(firstPasswordSchema())}
	if t.format.Target == entraTarget.format.Target {
		m = &entraPopulationModel{FirstAccessPass: nullObject(firstPassSchema())}
	}
	m.common().timeoutsModel = noTimeouts()
	return populationArguments{m, m.common()}
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
					"An attribute that is `null`, `\"\"` or `[]` is cleared, one that is absent is not managed. A document with `deleted` deletes the account, which must be disabled; one with `released` ends its management and leaves it as it is. " +
					"The accounts must be known at plan, unless `allow_unreviewed` is set.",
			},
			"adopt_existing": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(reconcile.AdoptMatched),
				MarkdownDescription: "Which accounts that exist already may be taken over. A document leads to the one account that carries its " +
					"worker id, under whatever login, else to the account that has its `" + r.target.loginKey() + "`: `matched`, the default, takes " +
					"over those that carry the same worker id; `always` also those that carry none, as in a directory that was never connected to HR; " +
					"`never` none. " +
					"Nobody gets a second account beside one that carries their worker id. An account that carries another worker id is never taken " +
					"over. The plan warns about every account that is taken over.",
				Validators: []validator.String{oneOf(reconcile.AdoptNever, reconcile.AdoptMatched, reconcile.AdoptAlways)},
			},
			"restore_deleted": restoreAttribute(),
			"on_removal":      r.target.removalAttribute("an account whose worker is no longer in `accounts`", reconcile.Disable),
			"on_destroy":      r.target.removalAttribute("all accounts when the resource is destroyed", reconcile.Release),
			"max_removals": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(roster.DefaultLimit), Validators: []validator.String{limitValidator{}},
				MarkdownDescription: "Largest number of accounts that one plan may disable or delete because their document is no longer in `accounts`; more stop the plan: a count (`25`), a percentage of the accounts that are managed (`5%`), or the larger of both. The default is `" + roster.DefaultLimit + "`; `100%` lifts it. " +
					"What documents say themselves (`enabled = false`, `deleted`) does not count, and neither does what is released. Workers who move to another population count here: raise it for the run in which you divide a population anew.",
			},
			"max_adopt": schema.StringAttribute{
				Optional: true, Validators: []validator.String{limitValidator{}},
				MarkdownDescription: "Largest number of existing accounts that one plan may take over; more stop the plan. Written like `max_removals`, of the accounts in `accounts`. Unset: no limit, because the first plan takes over everybody who is there.",
			},
			"retention_days": retentionAttribute(),
			"change_password_at_next_logon": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether new accounts must change their password when they first sign in. The default is true. New accounts get a random password that is not kept anywhere: people receive their first password from a reset by the service desk or by self-service.",
			},
			"allow_unreviewed": allowUnreviewedAttribute("accounts"),
			"adopted": schema.MapAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "What the plan found out about the existing accounts that it takes over, by worker id: object id, `enabled`, `disabled` or `deleted`, and a fingerprint of the managed attributes. An apply that finds something else is refused. The next refresh empties it.",
			},
		},
	}
	resp.Schema.Attributes[argumentTimeouts] = timeoutsAttribute(limitsOfMany, leavesMany)
	if r.target.format.Target == activeDirectoryTarget.format.Target {
		resp.Schema.Attributes[argumentFirstPassword] = firstPasswordSchema()
	} else {
		resp.Schema.Attributes[argumentFirstPass] = firstPassSchema()
	}
}

// Attributes that the resources for populations and for single users share.

func (t target) removalAttribute(what, byDefault string) schema.Attribute {
	modes, purge := []string{reconcile.Disable, reconcile.Release, reconcile.Delete}, ""
	if t.purges {
		modes, purge = append(modes, reconcile.Purge), " It can be restored for 30 days; `purge` deletes it for good, under the same condition."
	}
	synchronised := ""
	if t.format.Mastered != nil {
		synchronised = " A user who is synchronised from Active Directory is released as well: it is disabled and deleted there."
	}
	return schema.StringAttribute{
		Optional: true, Computed: true, Default: stringdefault.StaticString(byDefault),
		MarkdownDescription: fmt.Sprintf("What happens to %s: `disable` disables it and leaves it where it is, `release` stops managing it and changes nothing, `delete` deletes it if it has been disabled for `retention_days`, and disables it otherwise.%s The default is `%s`. "+
			"It is about what the configuration takes away; leavers have documents that disable and at last delete their accounts. An account that is only disabled here is not deleted later: give its worker a document with `deleted`. "+
			"An account that this resource took over and never changed is released, unless its worker has left by the HR record, and so is one whose worker is neither in the feed nor known to belong to this population.%s "+
			"Where a worker has left and it is not clear which of several accounts is theirs, the one that this resource managed as theirs is "+
			"disabled, and never deleted. "+
			"The plan names each.", what, purge, byDefault, synchronised),
		Validators: []validator.String{oneOf(modes...)},
	}
}

func restoreAttribute() schema.Attribute {
	return schema.BoolAttribute{
		Optional: true, Computed: true, Default: booldefault.StaticBool(true),
		MarkdownDescription: "Whether an account that would be created is restored instead, with its identity, when a deleted one of the same worker id can still be restored. The default is true. The plan warns about each. In Active Directory it takes the recycle bin of the forest and the right to read deleted objects and to reanimate them: without, a new account is made.",
	}
}

// defaultRetention is the default of retention_days.
const defaultRetention int64 = 30

func retentionAttribute() schema.Attribute {
	return schema.Int64Attribute{
		Optional: true, Computed: true, Default: int64default.StaticInt64(defaultRetention),
		MarkdownDescription: "Days that an account must have been disabled, by the directory's own record, before `delete` or `purge` deletes it. The default is 30. An account that is not due yet is disabled, and never a reason for the plan to fail.",
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
	state, plan := r.target.newPopulation(), r.target.newPopulation()
	exists := !req.State.Raw.IsNull()
	if exists {
		resp.Diagnostics.Append(req.State.Get(ctx, state.populationKind)...)
	}
	if req.Plan.Raw.IsNull() {
		if !incomplete(ctx, req.Private, &resp.Diagnostics) {
			report(r.ending(ctx, state.populationModel, req.Private, &resp.Diagnostics).PlanEnd(ctx), atAccounts, &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, plan.populationKind)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !exists {
		forgetReplaced(ctx, resp.Private, &resp.Diagnostics)
	}
	files := plan.handover(ctx, r.data, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	adopted := goMap(state.Adopted)
	if mapKnown(plan.Accounts) {
		p := r.of(ctx, plan.populationModel, nil, &resp.Diagnostics)
		p.Options.FirstCredential = r.target.firstCredentialOf(files)
		if exists {
			p.Before, p.Memory = goMap(state.Accounts), loadMemory(ctx, req.Private, &resp.Diagnostics)
			if p.OnlyEnds(goMap(plan.Accounts)) {
				plan.Accounts = state.Accounts
				resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("accounts"), plan.Accounts)...)
			}
		}
		var findings reconcile.Findings
		adopted, findings = p.Plan(ctx, goMap(plan.Accounts), adopted)
		report(findings, atAccounts, &resp.Diagnostics)
	} else if !plan.AllowUnreviewed.ValueBool() {
		addUnreviewable(&resp.Diagnostics, "accounts")
	}
	if exists && len(adopted) == 0 && state.Adopted.IsNull() {
		plan.Adopted = state.Adopted
	} else {
		plan.Adopted = stringMap(adopted)
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("adopted"), plan.Adopted)...)
}

// of returns the population that a configuration or state describes; from is its private state, nil for none.
func (r *populationResource) of(ctx context.Context, m *populationModel, from privateGetter, diags *diag.Diagnostics) *reconcile.Population {
	p := r.target.population("population", r.data)
	p.Options = reconcile.Options{
		Adopt: m.AdoptExisting.ValueString(), Restore: m.RestoreDeleted.ValueBool(),
		OnRemoval: m.OnRemoval.ValueString(), RetentionDays: int(m.RetentionDays.ValueInt64()),
		MaxRemovals:    limitAt(path.Root("max_removals"), m.MaxRemovals, diags),
		MaxAdopt:       limitAt(path.Root("max_adopt"), m.MaxAdopt, diags),
		ChangePassword: m.ChangePasswordAtNextLogon.ValueBool(),
	}
	if from != nil {
		p.Before, p.Memory = goMap(m.Accounts), loadMemory(ctx, from, diags)
	}
	return p
}

// ending returns the population of a resource that is destroyed.
func (r *populationResource) ending(ctx context.Context, state *populationModel, from privateGetter, diags *diag.Diagnostics) *reconcile.Population {
	p := r.of(ctx, state, from, diags)
	p.Options.OnRemoval = state.OnDestroy.ValueString()
	return p
}

func (r *populationResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := r.target.newPopulation()
	resp.Diagnostics.Append(req.Plan.Get(ctx, plan.populationKind)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, end := plan.limit(ctx, creating, limitsOfMany, &resp.Diagnostics)
	defer end()
	p := r.of(ctx, plan.populationModel, nil, &resp.Diagnostics)
	files := plan.handover(ctx, r.data, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p.Options.Handover = handoverOf(files)
	wanted := len(plan.Accounts.Elements())
	after, findings := p.Apply(r.data.labelled(ctx, r.target.format.Target, nil, &resp.Diagnostics), goMap(plan.Accounts), goMap(plan.Adopted))
	report(findings, atAccounts, &resp.Diagnostics)
	tellWritten(files, r.target.firstCredential, &resp.Diagnostics)
	if resp.Diagnostics.HasError() && len(p.Memory.IDs) == 0 {
		return // nothing was created
	}
	plan.Accounts = stringMap(after)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.populationKind)...)
	r.identify(ctx, after, resp.Identity, &resp.Diagnostics)
	saveMemory(ctx, resp.Private, nil, p.Memory, &resp.Diagnostics)
	savePrivate(ctx, resp.Private, privateIncomplete, resp.Diagnostics.HasError(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		resp.Diagnostics.AddError("The population was created in part", fmt.Sprintf("%d of %d accounts exist and are recorded in the state as they are; the problems above name what is missing. "+
			"Terraform marks a resource whose creation failed as tainted. Run `terraform untaint` with this resource's address: the next plan then shows only the rest. "+
			"Applying the replacement instead is safe too: nothing is disabled or deleted by it, and accounts that exist are kept.", len(after), wanted))
	}
}

func (r *populationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := r.target.newPopulation()
	resp.Diagnostics.Append(req.State.Get(ctx, state.populationKind)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, end := state.limit(ctx, reading, limitsOfMany, &resp.Diagnostics)
	defer end()
	p := r.of(ctx, state.populationModel, req.Private, &resp.Diagnostics)
	var container string
	loadPrivate(ctx, req.Private, privateImport, &container, &resp.Diagnostics)
	var after map[string]string
	var findings reconcile.Findings
	if container != "" {
		after, findings = p.Import(ctx, container, &r.data.wanted)
		savePrivate(ctx, resp.Private, privateImport, "", &resp.Diagnostics)
	} else {
		after, findings = p.Refresh(ctx)
	}
	report(findings, atAccounts, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	r.identify(ctx, after, resp.Identity, &resp.Diagnostics)
	state.Accounts, state.Adopted = stringMap(after), stringMap(nil)
	// The rules were decided before this read, and an apply asks them no more: it finds here what they said.
	p.Memory.Verdicts = r.data.verdicts.Known(r.target.format.Target, p.Memory.IDs)
	p.Memory.Crossed = r.data.verdicts.Crossed(r.target.format.Target, p.Memory.IDs)
	resp.Diagnostics.Append(resp.State.Set(ctx, state.populationKind)...)
	saveMemory(ctx, resp.Private, req.Private, p.Memory, &resp.Diagnostics)
	r.data.keepLabels(ctx, r.target.format.Target, resp.Private, &resp.Diagnostics)
}

func (r *populationResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	state, plan := r.target.newPopulation(), r.target.newPopulation()
	resp.Diagnostics.Append(req.State.Get(ctx, state.populationKind)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, plan.populationKind)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, end := plan.limit(ctx, changing, limitsOfMany, &resp.Diagnostics)
	defer end()
	p := r.of(ctx, plan.populationModel, nil, &resp.Diagnostics)
	p.Before, p.Memory = goMap(state.Accounts), loadMemory(ctx, req.Private, &resp.Diagnostics)
	files := plan.handover(ctx, r.data, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p.Options.Handover = handoverOf(files)
	after, findings := p.Apply(r.data.labelled(ctx, r.target.format.Target, req.Private, &resp.Diagnostics), goMap(plan.Accounts), goMap(plan.Adopted))
	report(findings, atAccounts, &resp.Diagnostics)
	tellWritten(files, r.target.firstCredential, &resp.Diagnostics)
	failed := resp.Diagnostics.HasError()
	plan.Accounts = stringMap(after)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.populationKind)...)
	r.identify(ctx, after, resp.Identity, &resp.Diagnostics)
	saveMemory(ctx, resp.Private, req.Private, p.Memory, &resp.Diagnostics)
	if !failed && incomplete(ctx, req.Private, &resp.Diagnostics) {
		savePrivate(ctx, resp.Private, privateIncomplete, false, &resp.Diagnostics)
	}
}

func (r *populationResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := r.target.newPopulation()
	resp.Diagnostics.Append(req.State.Get(ctx, state.populationKind)...)
	if resp.Diagnostics.HasError() || incomplete(ctx, req.Private, &resp.Diagnostics) {
		return
	}
	ctx, end := state.limit(ctx, deleting, limitsOfMany, &resp.Diagnostics)
	defer end()
	p := r.ending(ctx, state.populationModel, req.Private, &resp.Diagnostics)
	left, findings := p.End(r.data.labelled(ctx, r.target.format.Target, req.Private, &resp.Diagnostics))
	report(findings, atAccounts, &resp.Diagnostics)
	if len(left) > 0 {
		state.Accounts = stringMap(left)
		resp.Diagnostics.Append(resp.State.Set(ctx, state.populationKind)...)
		saveMemory(ctx, resp.Private, req.Private, p.Memory, &resp.Diagnostics)
	}
}

// limitValidator refuses what is no limit.
type limitValidator struct{}

func (limitValidator) Description(context.Context) string {
	return "a number of accounts, a percentage, or the larger of both"
}

func (v limitValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (limitValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	limitAt(req.Path, req.ConfigValue, &resp.Diagnostics)
}
