// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/membership"
	"terraform-provider-workforce/internal/reconcile"
	"terraform-provider-workforce/internal/wording"
)

// Values of mode of the resources that manage members of groups.
const (
	modeAuthoritative = reconcile.ModeAuthoritative
	modeAdditive      = reconcile.ModeAdditive
)

// privateAdded holds the IDs of the members that the resource added itself.
const privateAdded = "added"

var (
	_ resource.Resource                = (*groupMembersResource)(nil)
	_ resource.ResourceWithConfigure   = (*groupMembersResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*groupMembersResource)(nil)
	_ resource.ResourceWithImportState = (*groupMembersResource)(nil)
	_ resource.ResourceWithIdentity    = (*groupMembersResource)(nil)

	_ resource.ResourceWithValidateConfig = (*groupMembersResource)(nil)
)

func newADGroupMembersResource() resource.Resource {
	return &groupMembersResource{target: activeDirectoryTarget}
}

func newEntraGroupMembersResource() resource.Resource {
	return &groupMembersResource{target: entraTarget}
}

// groupMembersResource is the direct members of one group, or some of them.
type groupMembersResource struct {
	target target
	data   *providerData
}

// groupMembersModel has the members twice: as the configuration names them, which
// is write-only, and as state and plan show them. Terraform and its libraries
// compare two sets element by element with each other, which takes a quarter of an
// hour for 20,000 members; of a document only the differences cost anything.
type groupMembersModel struct {
	Group       types.String `tfsdk:"group"`
	Members     types.List   `tfsdk:"members"`
	Mode        types.String `tfsdk:"mode"`
	MemberNames types.String `tfsdk:"member_names"`
	ID          types.String `tfsdk:"id"`
	timeoutsModel

	refs    []string // the members, sorted and each once, as far as they are known
	partial bool     // some are not
}

// list is what the model says.
func (m *groupMembersModel) list(diags *diag.Diagnostics) reconcile.MemberList {
	return reconcile.MemberList{
		Group: m.Group.ValueString(), ID: m.ID.ValueString(), Refs: m.refs, Partial: m.partial,
		Additive: m.Mode.ValueString() == modeAdditive, Names: m.shown(diags),
	}
}

// recall fills in the members that the model shows.
func (m *groupMembersModel) recall(diags *diag.Diagnostics) {
	m.refs = slices.Sorted(maps.Keys(m.shown(diags)))
}

// stored is the model as plan and state hold it.
func (m *groupMembersModel) stored() *groupMembersModel {
	out := *m
	out.Members = types.ListNull(types.StringType)
	return &out
}

// shown returns the members that plan or state shows: names by reference.
func (m *groupMembersModel) shown(diags *diag.Diagnostics) membership.Members {
	if m.MemberNames.ValueString() == "" {
		return membership.Members{}
	}
	members, err := membership.Parse(m.MemberNames.ValueString())
	if err != nil {
		diags.AddError("Invalid members", "member_names: "+err.Error()+". The state was written by another version of the provider.")
	}
	return members
}

func (r *groupMembersResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.target.prefix + "_group_members"
	resp.ResourceBehavior.MutableIdentity = true // another group, or another mode, is a change in place
}

func (r *groupMembersResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = r.target.home.schema(map[string]identityschema.Attribute{
		identityGroupID: identityAttribute(true, "The "+r.target.groups.refs[0]+" of the group."),
		identityMode:    identityAttribute(false, "Which members are meant: all (authoritative, the default) or some (additive)."),
	})
}

// identify records whose members the resource manages.
func (r *groupMembersResource) identify(ctx context.Context, m *groupMembersModel, into *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	r.target.home.record(ctx, r.data, into, map[string]string{identityGroupID: m.ID.ValueString(), identityMode: m.Mode.ValueString()}, diags)
}

func (r *groupMembersResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (r *groupMembersResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	terms := r.target.groups
	resp.Schema = schema.Schema{
		MarkdownDescription: "The direct members of one " + r.target.title + " group: all of them, or some. The group may have any number of members. " + terms.summary +
			" For many groups whose members follow from rules there is `workforce_" + r.target.prefix + "_group_rules`.",
		Attributes: map[string]schema.Attribute{
			"group": schema.StringAttribute{Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "The group, by " + wording.AnyOf(terms.refs) + "; a reference that fits several groups is an error. With another group the members are removed from the old one and added to the new one."},
			"members": schema.ListAttribute{Required: true, WriteOnly: true, ElementType: types.StringType,
				MarkdownDescription: "The members, each by " + wording.AnyOf(terms.memberRefs) + "; a group in the group by " + terms.nested + ". The argument is write-only: what it changes shows in `member_names`. " +
					"Who is not there at plan is a warning, since accounts may be created in the same run (name their resource in `depends_on`), and at apply an error. A group that would come to contain itself, directly or through others, is an error. " +
					"Drift: a member that somebody removed shows as one to add; with `mode = \"authoritative\"` one that somebody added shows as one to remove, by worker id if it has one of its own, else by " + terms.foreign + ". A member who was renamed stays the same member."},
			"mode": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(modeAuthoritative), Validators: []validator.String{oneOf(modeAuthoritative, modeAdditive)},
				MarkdownDescription: "`authoritative`, the default: the group has exactly these members, all others are removed; destroying removes them all. `additive`: these are members as well, others are none of this resource's business; " +
					"a member that leaves the set is removed, and destroying removes only those that this resource added. " +
					"One group has one authoritative resource, or any number of additive ones: anything else is an error at plan, or at apply where the group is created in the same run. A plan that takes over a group warns about the members that it removes. Changing from authoritative to additive removes nobody."},
			"member_names": schema.StringAttribute{Computed: true,
				MarkdownDescription: "The members that this resource answers for, as JSON: what people call them, by how `members` refers to them; empty for who has just joined. Known at plan, which shows who joins and who leaves, unless `members` has elements that are not known."},
			"id":             schema.StringAttribute{Computed: true, MarkdownDescription: "The " + terms.refs[0] + " of the group."},
			argumentTimeouts: timeoutsAttribute(limitsOfMany, leavesOne),
		},
	}
}

func (r *groupMembersResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config groupMembersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	for i, v := range config.Members.Elements() {
		if s, ok := v.(types.String); ok && !s.IsUnknown() && s.ValueString() == "" {
			resp.Diagnostics.AddAttributeError(path.Root("members").AtListIndex(i), "Invalid member", "members: found an empty text, expected a "+wording.AnyOf(r.target.groups.memberRefs)+".")
			return
		}
	}
}

func (r *groupMembersResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil || req.Plan.Raw.IsNull() {
		return
	}
	exists := !req.State.Raw.IsNull()
	plan, state := r.models(ctx, req.Plan.Get, req.Config.Get, req.State, &resp.Diagnostics)
	if !exists && !plan.Group.IsUnknown() {
		forgetReplaced(ctx, resp.Private, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if exists && plan.Group.IsUnknown() { // the group is replaced: its members leave it first, so that it can be deleted
		resp.RequiresReplace.Append(path.Root("group"))
	}
	if exists && plan.Group.Equal(state.Group) && !plan.partial && slices.Equal(plan.refs, state.refs) && plan.Mode.Equal(state.Mode) {
		plan.ID, plan.MemberNames = state.ID, state.MemberNames
	} else {
		run, ok := r.open(&resp.Diagnostics)
		if ok && exists {
			ok = run.load(ctx, req.Private, &resp.Diagnostics)
		}
		if !ok {
			return
		}
		id, document, findings := run.Plan(ctx, plan.list(&resp.Diagnostics), state.list(&resp.Diagnostics))
		plan.ID, plan.MemberNames = orUnknown(id), orUnknown(document)
		report(findings, nil, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan.stored())...)
	if id := plan.ID.ValueString(); id != "" && !resp.Diagnostics.HasError() {
		report(r.members(nil).Claim(id, plan.list(&resp.Diagnostics)), nil, &resp.Diagnostics)
		if added := r.data.groups.AddedTo(id); !exists && len(added) > 0 {
			savePrivate(ctx, resp.Private, privateAdded, added, &resp.Diagnostics)
		}
	}
}

// models returns plan and state with the members that they are about.
func (r *groupMembersResource) models(ctx context.Context, getPlan, getConfig func(context.Context, any) diag.Diagnostics, from tfsdk.State, diags *diag.Diagnostics) (plan, state *groupMembersModel) {
	plan, state = &groupMembersModel{}, &groupMembersModel{}
	var config groupMembersModel
	diags.Append(getPlan(ctx, plan)...)
	diags.Append(getConfig(ctx, &config)...)
	if !from.Raw.IsNull() {
		diags.Append(from.Get(ctx, state)...)
	}
	plan.refs, plan.partial = textsOf(config.Members), config.Members.IsUnknown() || slices.ContainsFunc(config.Members.Elements(), func(v attr.Value) bool { return v.IsUnknown() })
	state.recall(diags)
	return plan, state
}

// orUnknown is a text that is "" as long as it is not known.
func orUnknown(text string) types.String {
	if text == "" {
		return types.StringUnknown()
	}
	return types.StringValue(text)
}

func (r *groupMembersResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan, none := r.models(ctx, req.Plan.Get, req.Config.Get, tfsdk.State{}, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, end := plan.limit(ctx, creating, limitsOfMany, &resp.Diagnostics)
	defer end()
	run, ok := r.open(&resp.Diagnostics)
	if !ok || !run.apply(ctx, plan, none, &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.stored())...)
	r.identify(ctx, plan, resp.Identity, &resp.Diagnostics)
	run.save(ctx, resp.Private, &resp.Diagnostics)
	savePrivate(ctx, resp.Private, privateIncomplete, resp.Diagnostics.HasError(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		resp.Diagnostics.AddError("The members were added in part", "What was done is in the state. Terraform marks a resource whose creation failed as tainted. Run `terraform untaint` with this resource's address: the next plan then shows only the rest. "+
			"Applying the replacement instead is safe too: it removes nobody first.")
	}
}

func (r *groupMembersResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state, run, ok := r.loadState(ctx, req.State, req.Private, &resp.Diagnostics)
	if !ok {
		return
	}
	ctx, end := state.limit(ctx, reading, limitsOfMany, &resp.Diagnostics)
	defer end()
	r.identify(ctx, state, resp.Identity, &resp.Diagnostics) // of a group that is gone, too
	document, there, findings := run.Read(ctx, state.list(&resp.Diagnostics))
	report(findings, nil, &resp.Diagnostics)
	switch {
	case resp.Diagnostics.HasError():
	case !there:
		resp.State.RemoveResource(ctx)
	default:
		state.MemberNames = types.StringValue(document)
		resp.Diagnostics.Append(resp.State.Set(ctx, state.stored())...)
		run.save(ctx, resp.Private, &resp.Diagnostics)
		r.data.groups.NoteAdded(state.ID.ValueString(), run.Added)
	}
}

func (r *groupMembersResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan, state := r.models(ctx, req.Plan.Get, req.Config.Get, req.State, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, end := plan.limit(ctx, changing, limitsOfMany, &resp.Diagnostics)
	defer end()
	run, ok := r.open(&resp.Diagnostics)
	if !ok || !run.load(ctx, req.Private, &resp.Diagnostics) || !run.apply(ctx, plan, state, &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.stored())...)
	r.identify(ctx, plan, resp.Identity, &resp.Diagnostics)
	run.save(ctx, resp.Private, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() && incomplete(ctx, req.Private, &resp.Diagnostics) {
		savePrivate(ctx, resp.Private, privateIncomplete, false, &resp.Diagnostics)
	}
}

func (r *groupMembersResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state, run, ok := r.loadState(ctx, req.State, req.Private, &resp.Diagnostics)
	if !ok {
		return
	}
	if incomplete(ctx, req.Private, &resp.Diagnostics) { // replaced: the creation that follows takes the members over
		r.data.groups.NoteAdded(state.ID.ValueString(), run.Added)
		return
	}
	ctx, end := state.limit(ctx, deleting, limitsOfMany, &resp.Diagnostics)
	defer end()
	report(run.End(ctx, state.list(&resp.Diagnostics)), nil, &resp.Diagnostics)
}

// loadState reads what the state holds, and returns a run that knows whom the resource had added.
func (r *groupMembersResource) loadState(
	ctx context.Context, from tfsdk.State, private privateGetter, diags *diag.Diagnostics,
) (*groupMembersModel, membersRun, bool) {
	var state groupMembersModel
	diags.Append(from.Get(ctx, &state)...)
	if state.recall(diags); diags.HasError() {
		return nil, membersRun{}, false
	}
	run, ok := r.open(diags)
	return &state, run, ok && run.load(ctx, private, diags)
}

// ImportState takes a group over, by any reference to it or by its identity, with all
// of its members, or with "additive:" before the reference none.
func (r *groupMembersResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	run, ok := r.open(&resp.Diagnostics)
	if !ok {
		return
	}
	ref, ok := r.target.home.reference(ctx, r.data, req, identityGroupID, &resp.Diagnostics)
	if !ok {
		return
	}
	mode := modeAuthoritative
	if bare, additive := strings.CutPrefix(req.ID, modeAdditive+":"); additive {
		ref, mode = bare, modeAdditive
	}
	switch given := identityText(ctx, req.Identity, identityMode); given {
	case "":
	case modeAuthoritative, modeAdditive:
		mode = given
	default:
		resp.Diagnostics.AddError("Invalid identity", fmt.Sprintf("mode: found %q, expected %q or %q.", given, modeAuthoritative, modeAdditive))
		return
	}
	g, findings := run.Find(ctx, ref)
	if report(findings, nil, &resp.Diagnostics); g != nil {
		m := &groupMembersModel{Group: types.StringValue(ref), ID: types.StringValue(g.ID), Mode: types.StringValue(mode),
			timeoutsModel: noTimeouts()}
		m.MemberNames = types.StringValue(membership.Members{}.Document())
		resp.Diagnostics.Append(resp.State.Set(ctx, m.stored())...)
		r.identify(ctx, m, resp.Identity, &resp.Diagnostics)
	}
}

// membersRun is one call of the resource.
type membersRun struct{ *reconcile.GroupMembers }

func (r *groupMembersResource) members(dir directory.Groups) membersRun {
	return membersRun{&reconcile.GroupMembers{Target: r.target.terms(), Claims: &r.data.groups, Groups: dir, IDs: map[string]string{}}}
}

func (r *groupMembersResource) open(diags *diag.Diagnostics) (membersRun, bool) {
	dir, ok := r.target.open(r.data, diags)
	if !ok {
		return membersRun{}, false
	}
	return r.members(dir), true
}

// load reads what is known beside the state, and reports whether nothing is wrong so far.
func (m membersRun) load(ctx context.Context, from privateGetter, diags *diag.Diagnostics) bool {
	m.IDs = loadIDs(ctx, from, diags)
	loadPrivate(ctx, from, privateAdded, &m.Added, diags)
	return !diags.HasError()
}

func (m membersRun) save(ctx context.Context, to privateSetter, diags *diag.Diagnostics) {
	savePrivate(ctx, to, privateIDs, m.IDs, diags)
	savePrivate(ctx, to, privateAdded, m.Added, diags)
}

// apply makes the members what the plan says, and the plan what they are then. It reports
// whether there is anything to record.
func (m membersRun) apply(ctx context.Context, plan, state *groupMembersModel, diags *diag.Diagnostics) bool {
	id, document, done, findings := m.Apply(ctx, plan.list(diags), state.list(diags))
	plan.ID, plan.MemberNames = types.StringValue(id), types.StringValue(document)
	report(findings, nil, diags)
	return done
}
