// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/membership"
	"terraform-provider-workforce/internal/reconcile"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/wording"
)

var (
	_ resource.Resource                   = (*groupRulesResource)(nil)
	_ resource.ResourceWithConfigure      = (*groupRulesResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*groupRulesResource)(nil)
	_ resource.ResourceWithValidateConfig = (*groupRulesResource)(nil)
)

func newADGroupRulesResource() resource.Resource {
	return &groupRulesResource{target: activeDirectoryTarget}
}

func newEntraGroupRulesResource() resource.Resource { return &groupRulesResource{target: entraTarget} }

// groupRulesResource gives many groups the members that rules over accounts
// find. The accounts are write-only: the population shows what changes about
// people, and here only who joins and who leaves shows.
type groupRulesResource struct {
	target target
	data   *providerData
}

type groupRulesModel struct {
	Accounts        types.Map    `tfsdk:"accounts"`
	Rules           types.Map    `tfsdk:"rules"`
	Mode            types.String `tfsdk:"mode"`
	AllowEmpty      types.Set    `tfsdk:"allow_empty"`
	AllowPrivileged types.Set    `tfsdk:"allow_privileged"`
	MaxLeaves       types.String `tfsdk:"max_leaves"`
	OnProblem       types.String `tfsdk:"on_problem"`
	OnDestroy       types.String `tfsdk:"on_destroy"`
	AllowUnreviewed types.Bool   `tfsdk:"allow_unreviewed"`
	Members         types.Map    `tfsdk:"members"`
	SetAside        types.Map    `tfsdk:"set_aside"`
	timeoutsModel
}

// privateGroups holds what is known of the groups, by what rules call them.
const privateGroups = "groups"

// removeMembers is the other value of on_destroy, beside removeRelease.
const removeMembers = "remove"

func (r *groupRulesResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.target.prefix + "_group_rules"
}

func (r *groupRulesResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (r *groupRulesResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The members of many " + r.target.title + " groups, by rules over the accounts: the groups that people have by birthright, because of their department, place or kind of work. " +
			"The plan shows for every group who joins and who leaves, and nothing else. Groups are read twenty a request, and only differences are written. " +
			"When some of an apply fails, the group and the person are named, what was done stays in the state, and the next plan shows only the rest.",
		Attributes: map[string]schema.Attribute{
			"accounts": schema.MapAttribute{
				Required: true, WriteOnly: true, ElementType: types.StringType,
				MarkdownDescription: "Account documents by worker id, as `workforce_" + r.target.prefix + "_population` takes them. Refer to the `accounts` of the population resource, so that accounts are created before they join groups. " +
					"They are write-only: neither plan nor state of this resource repeats them. They must be known at plan, unless `allow_unreviewed` is set.",
			},
			"rules": schema.MapAttribute{
				Required: true, ElementType: types.StringType,
				MarkdownDescription: "Rules by group (" + wording.AnyOf(r.target.groups.refs) + "). A rule is a condition in the mapping language, such as `And([enabled], [department] = \"Sales\")`, over the attributes of an account: their names at the target, `[worker_id]`, and the keys of the document (" + r.target.keys() + "). " +
					"An attribute that no account has is an error, and so is a group that two rules name. " +
					"Whoever has an account that is to be deleted, or whose groups are taken away because they have left (`groups` is `removed`), belongs to no group, whatever the rule; a released account is neither added nor removed.",
			},
			"mode": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(modeAdditive), Validators: []validator.String{oneOf(modeAuthoritative, modeAdditive)},
				MarkdownDescription: "`additive` (default): whom a rule finds is a member; a member who was found before and is not any more is removed; all other members are none of this resource's business. " +
					"`authoritative`: the groups have exactly the members that the rules find. Others show in the plan, by worker id or path, and are removed; where the plan is the first about a group, a warning names them.",
			},
			"allow_empty": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Groups, written as in `rules`, whose rule may match nobody. All others keep their members then, so that no group is emptied because a department was renamed; only members whose account is disabled leave.",
			},
			"allow_privileged": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Groups of administrators, written as in `rules`, that may have a rule" + r.target.groups.privileged + " A rule for any other of them is refused, since whoever writes HR data would make administrators.",
			},
			"max_leaves": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Largest number of members who may leave each group in one plan, as a count (`25`) or a percentage of the group's members (`10%`). A group that more would leave is set aside. Unset: no limit.",
			},
			"on_problem": onProblem("what concerns one group sets that group aside: one that does not exist, whose members nobody can change or that became privileged, whose rule fails, finds nobody or makes too many leave. "+
				"Its members stay as they are, but for those whose account is disabled or deleted; the others go on. Whoever cannot be found, or fits several objects, is skipped. "+
				"A warning and `set_aside` name them all. A rule that does not compile is always an error, and so is a plan in which no group is left.", "each of these is an error."),
			"on_destroy": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(removeRelease), Validators: []validator.String{oneOf(removeRelease, removeMembers)},
				MarkdownDescription: "What happens to the members when the resource is destroyed, and to those of a group whose rule is dropped: `release`, the default, leaves them in the group; `remove` removes those whom the rule had found.",
			},
			"allow_unreviewed": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether `accounts` and `rules` may be unknown at plan. The default is false: a plan that cannot be reviewed is an error that shows how to mend it.",
			},
			"members": schema.MapAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "The members by group, as JSON: display names by worker id, or by path for members without one. Known at plan.",
			},
			"set_aside":      asideOutput("Groups that are set aside, and why."),
			argumentTimeouts: timeoutsAttribute(limitsOfMany, leavesMany),
		},
	}
}

// ValidateConfig finds mistakes of rules that are mistakes whatever the accounts are.
func (r *groupRulesResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config groupRulesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !config.MaxLeaves.IsUnknown() {
		if _, err := roster.ParseLimit(config.MaxLeaves.ValueString()); err != nil {
			resp.Diagnostics.AddAttributeError(path.Root("max_leaves"), "Invalid limit", "max_leaves: "+strings.ReplaceAll(err.Error(), "accounts", "members")+".")
		}
	}
	if mapKnown(config.Rules) {
		if err := membership.Check(goMap(config.Rules)); err != nil {
			addProblems(&resp.Diagnostics, "Invalid group rule", err)
		}
	}
}

// ModifyPlan computes the members of every group, so that the plan shows who
// joins and who leaves.
func (r *groupRulesResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan, config groupRulesModel
	exists := !req.State.Raw.IsNull()
	if exists {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	} else {
		forgetReplaced(ctx, resp.Private, &resp.Diagnostics)
	}
	if req.Plan.Raw.IsNull() {
		report(r.rules(&state, &state, &resp.Diagnostics).PlanEnd(), nil, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !mapKnown(config.Accounts) || !mapKnown(plan.Rules) || plan.AllowEmpty.IsUnknown() || plan.AllowPrivileged.IsUnknown() || plan.MaxLeaves.IsUnknown() || plan.Mode.IsUnknown() {
		if !plan.AllowUnreviewed.ValueBool() {
			addUnknownRules(&resp.Diagnostics, !mapKnown(config.Accounts))
		}
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("members"), types.MapUnknown(types.StringType))...)
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("set_aside"), types.MapUnknown(types.StringType))...)
		return
	}
	rules := r.rules(&plan, &state, &resp.Diagnostics)
	if exists {
		loadPrivate(ctx, req.Private, privateGroups, &rules.Groups, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	planned, findings := rules.Plan(ctx, goMap(config.Accounts))
	if report(findings, atAccounts, &resp.Diagnostics); planned != nil {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("members"), stringMap(planned))...)
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("set_aside"), stringMap(rules.SetAside()))...)
	}
}

// rules returns the rules of a model in one call of the resource.
func (r *groupRulesResource) rules(model, state *groupRulesModel, diags *diag.Diagnostics) *reconcile.GroupRules {
	g := &reconcile.GroupRules{
		Target: r.target.terms(), Resource: "workforce_" + r.target.prefix + "_group_rules", Mode: model.Mode.ValueString(),
		WorkerIDAttribute: r.target.workerIDAttribute(r.data),
		Rules:             goMap(model.Rules),
		Authoritative:     model.Mode.ValueString() == modeAuthoritative,
		Remove:            model.OnDestroy.ValueString() == removeMembers,
		Safeguards: membership.Safeguards{
			AllowEmpty: textsOf(model.AllowEmpty), AllowPrivileged: textsOf(model.AllowPrivileged),
			MaxLeaves: limitAt(path.Root("max_leaves"), model.MaxLeaves, diags),
		},
		Unwritten: r.data.claims.Unwritten(r.target.format.Target),
		Stop:      model.OnProblem.ValueString() == problemStop,
		Before:    goMap(state.Members),
		Groups:    map[string]reconcile.KnownGroup{},
		Claims:    &r.data.groups,
		Connect:   func() (directory.Groups, error) { return r.target.connect(r.data) },
	}
	g.Widened = g.Authoritative && state.Mode.ValueString() != modeAuthoritative
	return g
}

// apply gives the groups the members of the plan, and returns those that they have then; nil
// where nothing was done.
func (r *groupRulesResource) apply(
	ctx context.Context, rules *reconcile.GroupRules, plan *groupRulesModel, accounts map[string]string, diags *diag.Diagnostics,
) map[string]string {
	if diags.HasError() {
		return nil
	}
	want := goMap(plan.Members)
	if plan.Members.IsUnknown() {
		planned, findings := rules.Plan(ctx, accounts)
		if report(findings, atAccounts, diags); planned == nil {
			return nil
		}
		want, plan.SetAside = planned, stringMap(rules.SetAside())
	}
	after, findings := rules.Apply(ctx, want)
	report(findings, atAccounts, diags)
	return after
}

func addUnknownRules(diags *diag.Diagnostics, accounts bool) {
	if accounts {
		addUnreviewable(diags, "accounts")
		return
	}
	diags.AddAttributeError(path.Root("rules"), "The plan cannot be reviewed", "rules, mode, allow_empty or max_leaves are not known until apply, so this plan would show nobody who joins or leaves. "+
		"Most often a group is named by the id of a resource that is not created yet: name it by its distinguished name or display name instead, or create the groups first (-target). For one run, allow_unreviewed = true overrides this.")
}

func (r *groupRulesResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config groupRulesModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, end := plan.limit(ctx, creating, limitsOfMany, &resp.Diagnostics)
	defer end()
	rules := r.rules(&plan, &groupRulesModel{}, &resp.Diagnostics)
	after := r.apply(ctx, rules, &plan, goMap(config.Accounts), &resp.Diagnostics)
	if after == nil || resp.Diagnostics.HasError() && len(after) == 0 {
		return // nothing was done
	}
	plan.Members = stringMap(after)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	savePrivate(ctx, resp.Private, privateGroups, rules.Groups, &resp.Diagnostics)
	savePrivate(ctx, resp.Private, privateIncomplete, resp.Diagnostics.HasError(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		resp.Diagnostics.AddError("The members were written in part", "What was done is in the state. Terraform marks a resource whose creation failed as tainted. Run `terraform untaint` with this resource's address: the next plan then shows only the rest. "+
			"Applying the replacement instead is safe too: it removes nobody first.")
	}
}

func (r *groupRulesResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state groupRulesModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, end := state.limit(ctx, reading, limitsOfMany, &resp.Diagnostics)
	defer end()
	rules := r.rules(&state, &state, &resp.Diagnostics)
	loadPrivate(ctx, req.Private, privateGroups, &rules.Groups, &resp.Diagnostics)
	after, findings := rules.Read(ctx)
	if report(findings, atAccounts, &resp.Diagnostics); after == nil {
		return
	}
	state.Members = stringMap(after)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	savePrivate(ctx, resp.Private, privateGroups, rules.Groups, &resp.Diagnostics)
}

func (r *groupRulesResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var state, plan, config groupRulesModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, end := plan.limit(ctx, changing, limitsOfMany, &resp.Diagnostics)
	defer end()
	rules := r.rules(&plan, &state, &resp.Diagnostics)
	loadPrivate(ctx, req.Private, privateGroups, &rules.Groups, &resp.Diagnostics)
	after := r.apply(ctx, rules, &plan, goMap(config.Accounts), &resp.Diagnostics)
	if after == nil {
		return
	}
	plan.Members = stringMap(after)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	savePrivate(ctx, resp.Private, privateGroups, rules.Groups, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() && incomplete(ctx, req.Private, &resp.Diagnostics) {
		savePrivate(ctx, resp.Private, privateIncomplete, false, &resp.Diagnostics)
	}
}

func (r *groupRulesResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state groupRulesModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || incomplete(ctx, req.Private, &resp.Diagnostics) || state.OnDestroy.ValueString() != removeMembers {
		return
	}
	ctx, end := state.limit(ctx, deleting, limitsOfMany, &resp.Diagnostics)
	defer end()
	rules := r.rules(&groupRulesModel{OnDestroy: state.OnDestroy, Mode: state.Mode}, &state, &resp.Diagnostics)
	loadPrivate(ctx, req.Private, privateGroups, &rules.Groups, &resp.Diagnostics)
	left, findings := rules.Apply(ctx, map[string]string{})
	if report(findings, atAccounts, &resp.Diagnostics); len(left) > 0 {
		state.Members = stringMap(left)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}
