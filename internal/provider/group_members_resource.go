// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
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

type groupMembersModel struct {
	Group   types.String `tfsdk:"group"`
	Members textSet      `tfsdk:"members"`
	Mode    types.String `tfsdk:"mode"`
	ID      types.String `tfsdk:"id"`
}

func (m *groupMembersModel) additive() bool { return m.Mode.ValueString() == modeAdditive }

func (r *groupMembersResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.target.prefix + "_group_members"
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
			"members": schema.SetAttribute{Required: true, CustomType: newTextSetType(), ElementType: types.StringType, Validators: []validator.Set{setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
				MarkdownDescription: "The members, each by " + anyOf(terms.memberRefs) + "; a group in the group by " + terms.nested + ". " +
					"Who is not there at plan is a warning, since accounts may be created in the same run (name their resource in `depends_on`), and at apply an error. A group that would come to contain itself, directly or through others, is an error. " +
					"Drift: a member that somebody removed shows as one to add; with `mode = \"authoritative\"` one that somebody added shows as one to remove, by worker id if it has one of its own, else by " + terms.foreign + ". A member who was renamed stays the same member."},
			"mode": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(modeAuthoritative), Validators: []validator.String{oneOf(modeAuthoritative, modeAdditive)},
				MarkdownDescription: "`authoritative`, the default: the group has exactly these members, all others are removed; destroying removes them all. `additive`: these are members as well, others are none of this resource's business; " +
					"a member that leaves the set is removed, and destroying removes only those that this resource added. " +
					"One group has one authoritative resource, or any number of additive ones: anything else is an error at plan, or at apply where the group is created in the same run. A plan that takes over a group warns about the members that it removes. Changing from authoritative to additive removes nobody."},
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "The " + terms.refs[0] + " of the group."},
		},
	}
}

func (r *groupMembersResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil || req.Plan.Raw.IsNull() {
		return
	}
	var plan, state groupMembersModel
	exists := !req.State.Raw.IsNull()
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if exists {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	} else if !plan.Group.IsUnknown() {
		forgetReplaced(ctx, resp.Private, &resp.Diagnostics)
	}
	switch {
	case resp.Diagnostics.HasError():
		return
	case plan.Group.IsUnknown(): // the group is replaced: its members leave it first, so that it can be deleted
		if exists {
			resp.RequiresReplace.Append(path.Root("group"))
		}
		return
	case exists && plan.Group.Equal(state.Group) && plan.Members.Equal(state.Members) && plan.Mode.Equal(state.Mode):
		plan.ID = state.ID
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), state.ID)...)
	default:
		run, ok := r.open(&resp.Diagnostics)
		if !ok {
			return
		}
		if exists {
			run.load(ctx, req.Private)
		}
		run.plan(ctx, &plan, &state)
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	}
	if id := plan.ID.ValueString(); id != "" && !resp.Diagnostics.HasError() {
		r.data.groups.claimMembers(id, r.target.claim(&plan), path.Root("group"), &resp.Diagnostics)
		if added := r.data.groups.addedTo(id); !exists && len(added) > 0 {
			savePrivate(ctx, resp.Private, privateAdded, added, &resp.Diagnostics)
		}
	}
}

// claim is what a resource for members says of itself.
func (t target) claim(m *groupMembersModel) membersClaim {
	members := m.Members.texts()
	label := fmt.Sprintf("workforce_%s_group_members with group = %q, mode = %q and %d members: %s", t.prefix, m.Group.ValueString(), m.Mode.ValueString(), len(members), someOf(members))
	return membersClaim{label: label, content: strings.Join(members, "\n"), all: !m.additive()}
}

func (r *groupMembersResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan groupMembersModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run, ok := r.open(&resp.Diagnostics)
	if !ok || !run.apply(ctx, &plan, &groupMembersModel{}) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	run.save(ctx, resp.Private)
	savePrivate(ctx, resp.Private, privateIncomplete, resp.Diagnostics.HasError(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		resp.Diagnostics.AddError("The members were added in part", "What was done is in the state. Terraform marks a resource whose creation failed as tainted. Run `terraform untaint` with this resource's address: the next plan then shows only the rest. "+
			"Applying the replacement instead is safe too: it removes nobody first.")
	}
}

func (r *groupMembersResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state groupMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run, ok := r.open(&resp.Diagnostics)
	if !ok {
		return
	}
	run.load(ctx, req.Private)
	switch there := run.read(ctx, &state); {
	case resp.Diagnostics.HasError():
	case !there:
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		run.save(ctx, resp.Private)
		r.data.groups.noteAdded(state.ID.ValueString(), run.added)
	}
}

func (r *groupMembersResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state groupMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run, ok := r.open(&resp.Diagnostics)
	if !ok {
		return
	}
	run.load(ctx, req.Private)
	if !run.apply(ctx, &plan, &state) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	run.save(ctx, resp.Private)
	if !resp.Diagnostics.HasError() && incomplete(ctx, req.Private, &resp.Diagnostics) {
		savePrivate(ctx, resp.Private, privateIncomplete, false, &resp.Diagnostics)
	}
}

func (r *groupMembersResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state groupMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run, ok := r.open(&resp.Diagnostics)
	if !ok {
		return
	}
	run.load(ctx, req.Private)
	if incomplete(ctx, req.Private, &resp.Diagnostics) { // replaced: the creation that follows takes the members over
		r.data.groups.noteAdded(state.ID.ValueString(), run.added)
		return
	}
	run.destroy(ctx, &state)
}

// ImportState takes a group over, by any reference to it, with all of its
// members, or with "additive:" before it none.
func (r *groupMembersResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	run, ok := r.open(&resp.Diagnostics)
	if !ok {
		return
	}
	mode := modeAuthoritative
	ref, additive := strings.CutPrefix(req.ID, modeAdditive+":")
	if additive {
		mode = modeAdditive
	}
	if g := run.group(ctx, ref); g != nil {
		resp.Diagnostics.Append(resp.State.Set(ctx, &groupMembersModel{Group: types.StringValue(ref), ID: types.StringValue(g.ID), Mode: types.StringValue(mode), Members: newTextSet(nil)})...)
	}
}

func (r *groupMembersResource) open(diags *diag.Diagnostics) (*membersRun, bool) {
	dir, ok := r.target.open(r.data, diags)
	return &membersRun{target: r.target, data: r.data, dir: dir, diags: diags, names: map[string]string{}}, ok
}
