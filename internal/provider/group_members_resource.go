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

	"terraform-provider-workforce/internal/membership"
	"terraform-provider-workforce/internal/reconcile"
)

// Modes of resources that manage members of groups.
const (
	modeAuthoritative = "authoritative"
	modeAdditive      = "additive"
)

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

	refs    []string // the members, sorted and each once, as far as they are known
	partial bool     // some are not
}

func (m *groupMembersModel) additive() bool { return m.Mode.ValueString() == modeAdditive }

// show lets the model show members, with the names of those that are known. Others
// get theirs from the next read: a plan is made twice, and between the two an
// account may be created, or renamed.
func (m *groupMembersModel) show(refs []string, known membership.Members) {
	names := make(membership.Members, len(refs))
	for _, ref := range refs {
		names[ref] = known[ref]
	}
	m.MemberNames = types.StringValue(names.Document())
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
				MarkdownDescription: "The group, by " + anyOf(terms.refs) + "; a reference that fits several groups is an error. With another group the members are removed from the old one and added to the new one."},
			"members": schema.ListAttribute{Required: true, WriteOnly: true, ElementType: types.StringType,
				MarkdownDescription: "The members, each by " + anyOf(terms.memberRefs) + "; a group in the group by " + terms.nested + ". The argument is write-only: what it changes shows in `member_names`. " +
					"Who is not there at plan is a warning, since accounts may be created in the same run (name their resource in `depends_on`), and at apply an error. A group that would come to contain itself, directly or through others, is an error. " +
					"Drift: a member that somebody removed shows as one to add; with `mode = \"authoritative\"` one that somebody added shows as one to remove, by worker id if it has one of its own, else by " + terms.foreign + ". A member who was renamed stays the same member."},
			"mode": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(modeAuthoritative), Validators: []validator.String{oneOf(modeAuthoritative, modeAdditive)},
				MarkdownDescription: "`authoritative`, the default: the group has exactly these members, all others are removed; destroying removes them all. `additive`: these are members as well, others are none of this resource's business; " +
					"a member that leaves the set is removed, and destroying removes only those that this resource added. " +
					"One group has one authoritative resource, or any number of additive ones: anything else is an error at plan, or at apply where the group is created in the same run. A plan that takes over a group warns about the members that it removes. Changing from authoritative to additive removes nobody."},
			"member_names": schema.StringAttribute{Computed: true,
				MarkdownDescription: "The members that this resource answers for, as JSON: what people call them, by how `members` refers to them; empty for who has just joined. Known at plan, which shows who joins and who leaves, unless `members` has elements that are not known."},
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "The " + terms.refs[0] + " of the group."},
		},
	}
}

func (r *groupMembersResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config groupMembersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	for i, v := range config.Members.Elements() {
		if s, ok := v.(types.String); ok && !s.IsUnknown() && s.ValueString() == "" {
			resp.Diagnostics.AddAttributeError(path.Root("members").AtListIndex(i), "Invalid member", "members: found an empty text, expected a "+anyOf(r.target.groups.memberRefs)+".")
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
		if !ok {
			return
		}
		if exists {
			run.load(ctx, req.Private)
		}
		run.plan(ctx, plan, state)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan.stored())...)
	if id := plan.ID.ValueString(); id != "" && !resp.Diagnostics.HasError() {
		if conflict := r.data.groups.ClaimMembers(id, r.target.claim(plan)); conflict != "" {
			resp.Diagnostics.AddAttributeError(path.Root("group"), reconcile.TwoResources, conflict)
		}
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

// claim is what a resource for members says of itself.
func (t target) claim(m *groupMembersModel) reconcile.MembersClaim {
	members := m.refs
	label := fmt.Sprintf("workforce_%s_group_members with group = %q, mode = %q and %d members: %s", t.prefix, m.Group.ValueString(), m.Mode.ValueString(), len(members), someOf(members))
	return reconcile.MembersClaim{Label: label, Content: strings.Join(members, "\n"), All: !m.additive()}
}

func (r *groupMembersResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan, none := r.models(ctx, req.Plan.Get, req.Config.Get, tfsdk.State{}, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	run, ok := r.open(&resp.Diagnostics)
	if !ok || !run.apply(ctx, plan, none) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.stored())...)
	r.identify(ctx, plan, resp.Identity, &resp.Diagnostics)
	run.save(ctx, resp.Private)
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
	r.identify(ctx, state, resp.Identity, &resp.Diagnostics) // of a group that is gone, too
	switch there := run.read(ctx, state); {
	case resp.Diagnostics.HasError():
	case !there:
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.Append(resp.State.Set(ctx, state.stored())...)
		run.save(ctx, resp.Private)
		r.data.groups.NoteAdded(state.ID.ValueString(), run.added)
	}
}

func (r *groupMembersResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan, state := r.models(ctx, req.Plan.Get, req.Config.Get, req.State, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	run, ok := r.open(&resp.Diagnostics)
	if !ok {
		return
	}
	run.load(ctx, req.Private)
	if !run.apply(ctx, plan, state) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.stored())...)
	r.identify(ctx, plan, resp.Identity, &resp.Diagnostics)
	run.save(ctx, resp.Private)
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
		r.data.groups.NoteAdded(state.ID.ValueString(), run.added)
		return
	}
	run.destroy(ctx, state)
}

// loadState reads what the state holds, and returns a run that knows whom the resource had added.
func (r *groupMembersResource) loadState(ctx context.Context, from tfsdk.State, private privateGetter, diags *diag.Diagnostics) (*groupMembersModel, *membersRun, bool) {
	var state groupMembersModel
	diags.Append(from.Get(ctx, &state)...)
	if state.recall(diags); diags.HasError() {
		return nil, nil, false
	}
	run, ok := r.open(diags)
	if ok {
		run.load(ctx, private)
	}
	return &state, run, ok
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
	if g := run.group(ctx, ref); g != nil {
		m := &groupMembersModel{Group: types.StringValue(ref), ID: types.StringValue(g.ID), Mode: types.StringValue(mode)}
		m.MemberNames = types.StringValue(membership.Members{}.Document())
		resp.Diagnostics.Append(resp.State.Set(ctx, m.stored())...)
		r.identify(ctx, m, resp.Identity, &resp.Diagnostics)
	}
}

func (r *groupMembersResource) open(diags *diag.Diagnostics) (*membersRun, bool) {
	dir, ok := r.target.open(r.data, diags)
	return &membersRun{target: r.target, data: r.data, dir: dir, diags: diags, names: map[string]string{}}, ok
}
