// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
)

const (
	modeAuthoritative = "authoritative"
	modeAdditive      = "additive"

	// privateAdded holds the objectGUIDs of the members that an additive resource added itself.
	privateAdded = "added"
)

var (
	_ resource.Resource                = (*adGroupMembersResource)(nil)
	_ resource.ResourceWithConfigure   = (*adGroupMembersResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*adGroupMembersResource)(nil)
	_ resource.ResourceWithImportState = (*adGroupMembersResource)(nil)
)

func newADGroupMembersResource() resource.Resource { return &adGroupMembersResource{} }

// adGroupMembersResource is the direct members of one group, or some of them.
type adGroupMembersResource struct{ data *providerData }

type adGroupMembersModel struct {
	Group   types.String `tfsdk:"group"`
	Members textSet      `tfsdk:"members"`
	Mode    types.String `tfsdk:"mode"`
	ID      types.String `tfsdk:"id"`
}

func (r *adGroupMembersResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ad_group_members"
}

func (r *adGroupMembersResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (r *adGroupMembersResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The direct members of one Active Directory group: all of them, or some. The group may have any number of members; only differences are written, a thousand a request, and one member that is refused does not stop the others. " +
			"Members by primary group (`primaryGroupID`) are not among them, and no write changes those. For many groups whose members follow from rules, manage the members by rules instead of one resource a group.",
		Attributes: map[string]schema.Attribute{
			"group": schema.StringAttribute{Required: true, MarkdownDescription: "The group, by objectGUID, distinguished name or sAMAccountName. With another group the members are removed from the old one and added to the new one."},
			"members": schema.SetAttribute{Required: true, ElementType: types.StringType, CustomType: newTextSetType(), MarkdownDescription: "The members, each by worker id, objectGUID, distinguished name or user principal name; a group in the group by objectGUID or distinguished name. " +
				"What is not there at plan is a warning, since it may be created in the same run, and at apply an error. A group that would come to contain itself, directly or through others, is an error. " +
				"Drift: a member that somebody removed shows as one to add; with `mode = \"authoritative\"` one that somebody added shows as one to remove, by worker id if it has one, else by distinguished name."},
			"mode": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(modeAuthoritative), Validators: []validator.String{oneOf(modeAuthoritative, modeAdditive)},
				MarkdownDescription: "`authoritative` (default): the group has exactly these members, all others are removed; destroying removes them all. `additive`: these are members as well, others are none of this resource's business; " +
					"a member that leaves the set is removed, and destroying removes only those that this resource added. Changing from authoritative to additive removes nobody."},
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "The objectGUID of the group."},
		},
	}
}

func (r *adGroupMembersResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil || req.Plan.Raw.IsNull() {
		return
	}
	var plan, state adGroupMembersModel
	exists := !req.State.Raw.IsNull()
	if exists {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	} else {
		forgetReplaced(ctx, resp.Private, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || plan.Group.IsUnknown() {
		return
	}
	if exists && plan.Group.Equal(state.Group) && plan.Members.Equal(state.Members) && plan.Mode.Equal(state.Mode) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), state.ID)...)
		return
	}
	run, ok := r.open(&resp.Diagnostics)
	if !ok {
		return
	}
	run.plan(ctx, &plan, &state)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *adGroupMembersResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan adGroupMembersModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run, ok := r.open(&resp.Diagnostics)
	if !ok || !run.apply(ctx, &plan, &adGroupMembersModel{}) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	savePrivate(ctx, resp.Private, privateAdded, run.added, &resp.Diagnostics)
	savePrivate(ctx, resp.Private, privateIncomplete, resp.Diagnostics.HasError(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		resp.Diagnostics.AddError("The members were added in part", "What was done is in the state. Terraform marks a resource whose creation failed as tainted. Run `terraform untaint` with this resource's address: the next plan then shows only the rest. "+
			"Applying the replacement instead is safe too: it removes nobody first.")
	}
}

func (r *adGroupMembersResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state adGroupMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run, ok := r.open(&resp.Diagnostics)
	if !ok {
		return
	}
	switch there := run.read(ctx, &state); {
	case resp.Diagnostics.HasError():
	case !there:
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

func (r *adGroupMembersResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state adGroupMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run, ok := r.open(&resp.Diagnostics)
	if !ok {
		return
	}
	loadPrivate(ctx, req.Private, privateAdded, &run.added, &resp.Diagnostics)
	if !run.apply(ctx, &plan, &state) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	savePrivate(ctx, resp.Private, privateAdded, run.added, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() && incomplete(ctx, req.Private, &resp.Diagnostics) {
		savePrivate(ctx, resp.Private, privateIncomplete, false, &resp.Diagnostics)
	}
}

func (r *adGroupMembersResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state adGroupMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || incomplete(ctx, req.Private, &resp.Diagnostics) {
		return
	}
	run, ok := r.open(&resp.Diagnostics)
	if !ok {
		return
	}
	loadPrivate(ctx, req.Private, privateAdded, &run.added, &resp.Diagnostics)
	run.destroy(ctx, &state)
}

// ImportState takes a group over, by objectGUID, distinguished name or
// sAMAccountName, with all of its members, or with "additive:" before it none.
func (r *adGroupMembersResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	run, ok := r.open(&resp.Diagnostics)
	if !ok {
		return
	}
	ref, additive := strings.CutPrefix(req.ID, modeAdditive+":")
	found, err := run.dir.Groups(ctx, []string{ref})
	if err == nil && found[ref] == nil {
		err = fmt.Errorf("no group is %q in this domain: expected an objectGUID, a distinguished name or a sAMAccountName", ref)
	}
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot import the members", err)
		return
	}
	mode := modeAuthoritative
	if additive {
		mode = modeAdditive
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &adGroupMembersModel{
		Group: types.StringValue(ref), ID: types.StringValue(found[ref].ID), Mode: types.StringValue(mode), Members: newTextSet(nil),
	})...)
}

// openDomain returns the domain, or reports how to configure it.
func openDomain(data *providerData, diags *diag.Diagnostics) (*activedirectory.Domain, bool) {
	if data == nil {
		diags.AddError("Active Directory cannot be used", "The provider is not configured.")
		return nil, false
	}
	domain, err := data.activeDirectory.Domain()
	if err != nil {
		diags.AddError("Active Directory cannot be used", err.Error())
	}
	return domain, err == nil
}
