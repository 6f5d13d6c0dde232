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

	"terraform-provider-workforce/internal/entra"
)

const (
	entraMembersAll  = "authoritative"
	entraMembersSome = "additive"

	// privateMembersAdded holds the object ids of the members that the resource added itself.
	privateMembersAdded = "added"
)

var (
	_ resource.Resource                = (*entraGroupMembersResource)(nil)
	_ resource.ResourceWithConfigure   = (*entraGroupMembersResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*entraGroupMembersResource)(nil)
	_ resource.ResourceWithImportState = (*entraGroupMembersResource)(nil)
)

func newEntraGroupMembersResource() resource.Resource { return &entraGroupMembersResource{} }

// entraGroupMembersResource is the direct members of one group, or some of them.
type entraGroupMembersResource struct{ data *providerData }

type entraGroupMembersModel struct {
	Group   types.String `tfsdk:"group"`
	Members textSet      `tfsdk:"members"`
	Mode    types.String `tfsdk:"mode"`
	ID      types.String `tfsdk:"id"`
}

func (r *entraGroupMembersResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_entra_group_members"
}

func (r *entraGroupMembersResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (r *entraGroupMembersResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The direct members of one Microsoft Entra ID group: all of them, or some. The group may have any number of members: they are read 999 a page and twenty pages a request, only differences are written, twenty members a change and twenty changes a request, " +
			"and one member that is refused does not stop the others. Groups whose membership is dynamic, that are synchronised from Active Directory or managed by Exchange are refused at plan. " +
			"The application needs the permissions `GroupMember.ReadWrite.All` and `User.Read.All`; for groups that roles can be assigned to, `RoleManagement.ReadWrite.Directory` as well, and for those with hidden membership `Member.Read.Hidden`.",
		Attributes: map[string]schema.Attribute{
			"group": schema.StringAttribute{Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "The group, by object id, mail nickname or display name; a name that fits several groups is an error. With another group the members are removed from the old one and added to the new one."},
			"members": schema.SetAttribute{Required: true, CustomType: newTextSetType(), ElementType: types.StringType, Validators: []validator.Set{setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
				MarkdownDescription: "The members, each by worker id, object id or user principal name; a group in the group by object id. " +
					"Who is not there at plan is a warning, since accounts may be created in the same run (name their resource in `depends_on`), and at apply an error. A group that would come to contain itself, directly or through others, is an error. " +
					"Drift: a member that somebody removed shows as one to add; with `mode = \"authoritative\"` one that somebody added shows as one to remove, by worker id if it has one, else by user principal name or object id. A member who was renamed stays the same member."},
			"mode": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(entraMembersAll), Validators: []validator.String{oneOf(entraMembersAll, entraMembersSome)},
				MarkdownDescription: "`authoritative`, the default: the group has exactly these members, all others are removed; destroying removes them all. `additive`: these are members as well, others are none of this resource's business; " +
					"a member that leaves the set is removed, and destroying removes only those that this resource added. A plan that takes over a group warns about the members that it removes. Changing from authoritative to additive removes nobody."},
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "The object id of the group."},
		},
	}
}

// open returns a run, or reports how to configure the tenant.
func (r *entraGroupMembersResource) open(diags *diag.Diagnostics) (*entraMembersRun, bool) {
	tenant, ok := openTenant(r.data, diags)
	return &entraMembersRun{tenant: tenant, diags: diags, names: map[string]string{}}, ok
}

func openTenant(data *providerData, diags *diag.Diagnostics) (*entra.Tenant, bool) {
	if data == nil {
		diags.AddError("Microsoft Entra ID cannot be used", "The provider is not configured.")
		return nil, false
	}
	tenant, err := data.entra.Tenant()
	if err != nil {
		diags.AddError("Microsoft Entra ID cannot be used", err.Error())
	}
	return tenant, err == nil
}

func (r *entraGroupMembersResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil || req.Plan.Raw.IsNull() {
		return
	}
	var plan, state entraGroupMembersModel
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
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), state.ID)...)
		return
	}
	if run, ok := r.open(&resp.Diagnostics); ok {
		run.plan(ctx, &plan, &state)
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	}
}

func (r *entraGroupMembersResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan entraGroupMembersModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run, ok := r.open(&resp.Diagnostics)
	if !ok || !run.apply(ctx, &plan, &entraGroupMembersModel{}) {
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

func (r *entraGroupMembersResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state entraGroupMembersModel
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
	}
}

func (r *entraGroupMembersResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state entraGroupMembersModel
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

func (r *entraGroupMembersResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state entraGroupMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || incomplete(ctx, req.Private, &resp.Diagnostics) {
		return
	}
	if run, ok := r.open(&resp.Diagnostics); ok {
		run.load(ctx, req.Private)
		run.destroy(ctx, &state)
	}
}

// ImportState takes a group over, by object id, mail nickname or display name,
// with all of its members, or with "additive:" before it none.
func (r *entraGroupMembersResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	run, ok := r.open(&resp.Diagnostics)
	if !ok {
		return
	}
	ref, additive := strings.CutPrefix(req.ID, entraMembersSome+":")
	mode := entraMembersAll
	if additive {
		mode = entraMembersSome
	}
	found, err := run.tenant.FindGroups(ctx, []string{ref})
	switch g := found[ref]; {
	case err != nil:
	case g == nil:
		err = fmt.Errorf("no group has the object id, mail nickname or display name %q", ref)
	case g.Fixed() != "":
		err = fmt.Errorf("group %q: %s", g.DisplayName, g.Fixed())
	}
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot import the members", err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &entraGroupMembersModel{
		Group: types.StringValue(ref), ID: types.StringValue(found[ref].ID), Mode: types.StringValue(mode), Members: newTextSet(nil),
	})...)
}
