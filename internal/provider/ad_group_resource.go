// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
)

var (
	_ resource.Resource                   = (*adGroupResource)(nil)
	_ resource.ResourceWithConfigure      = (*adGroupResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*adGroupResource)(nil)
	_ resource.ResourceWithValidateConfig = (*adGroupResource)(nil)
	_ resource.ResourceWithImportState    = (*adGroupResource)(nil)
)

func newADGroupResource() resource.Resource { return &adGroupResource{} }

// adGroupResource is a group object, without its members.
type adGroupResource struct{ data *providerData }

func (r *adGroupResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ad_group"
}

func (r *adGroupResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (r *adGroupResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	const unmanaged = " Unset: not managed, whatever the group has. `\"\"` clears it. A change by somebody else shows as drift."
	resp.Schema = schema.Schema{
		MarkdownDescription: "A group in Active Directory, without its members: those are `workforce_ad_group_members`. Renaming and moving happen in place, so that the group keeps its security identifier and with it every right it was given. " +
			"A group that is gone is planned anew.",
		Attributes: map[string]schema.Attribute{
			"name":             schema.StringAttribute{Required: true, Validators: []validator.String{stringvalidator.UTF8LengthBetween(1, 64)}, MarkdownDescription: "The name (`cn`) of the group in its container, at most 64 characters, unescaped. A change renames the group."},
			"container":        schema.StringAttribute{Required: true, MarkdownDescription: "Distinguished name of the organizational unit or container that the group lives in, such as the `distinguished_name` of a `workforce_ad_organizational_unit`. A change moves the group."},
			"sam_account_name": schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The name of the group in access lists and scripts (`sAMAccountName`), unique in the domain, at most 256 characters. The default is `name` at creation, without the characters that are not allowed here; it then stays as it is when the group is renamed."},
			"scope": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(activedirectory.ScopeGlobal), Validators: []validator.String{oneOf(activedirectory.ScopeGlobal, activedirectory.ScopeDomainLocal, activedirectory.ScopeUniversal)},
				MarkdownDescription: "Where the group can be used and who can be in it: `global` (default), `domain_local` or `universal`. A change converts the group; between global and domain local by way of universal, which Active Directory refuses where members or nesting forbid it."},
			"category": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(activedirectory.CategorySecurity), Validators: []validator.String{oneOf(activedirectory.CategorySecurity, activedirectory.CategoryDistribution)},
				MarkdownDescription: "`security` (default) for groups that are given rights, `distribution` for mail only. A change to distribution takes away every right that was given to the group."},
			"description":        schema.StringAttribute{Optional: true, MarkdownDescription: "What the group is for." + unmanaged},
			"mail":               schema.StringAttribute{Optional: true, MarkdownDescription: "The mail address of the group." + unmanaged},
			"managed_by":         schema.StringAttribute{Optional: true, MarkdownDescription: "Who answers for the group (`managedBy`): worker id, objectGUID, distinguished name or user principal name." + unmanaged},
			"force_destroy":      schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false), MarkdownDescription: "Whether destroying deletes the group even while it has members. The default is false: a group with members is left alone and destroying fails, since a deleted group takes every right it was given with it."},
			"id":                 idAttribute("The group's objectGUID, which survives rename and move."),
			"sid":                idAttribute("The group's security identifier."),
			"distinguished_name": schema.StringAttribute{Computed: true, MarkdownDescription: "Where the group is. Known at plan."},
		},
	}
}

func (r *adGroupResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config adGroupModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	checkContainerArgument(config.Container, &resp.Diagnostics)
	if v := config.SAMAccountName; !v.IsNull() && !v.IsUnknown() {
		if err := activedirectory.CheckGroupLogin(v.ValueString()); err != nil {
			resp.Diagnostics.AddAttributeError(path.Root("sam_account_name"), "Invalid sAMAccountName", "sam_account_name: "+err.Error()+".")
		}
	}
}

func (r *adGroupResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil || req.Plan.Raw.IsNull() {
		return
	}
	var config, plan, state adGroupModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	plan.settlePlan(config, state)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	if !plan.placeKnown() {
		return
	}
	domain, ok := openDomain(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	domain.Expect(plan.DistinguishedName.ValueString())
	if !plan.SAMAccountName.Equal(state.SAMAccountName) || !plan.DistinguishedName.Equal(state.DistinguishedName) {
		if err := domain.CheckGroup(ctx, state.ID.ValueString(), plan.names()); err != nil {
			addProblems(&resp.Diagnostics, "The group cannot be as planned", err)
		}
	}
}

func (r *adGroupResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan adGroupModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	domain, ok := openDomain(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	want, ok := plan.settings(ctx, domain, &resp.Diagnostics)
	if !ok {
		return
	}
	made, err := domain.CreateGroup(ctx, want)
	if err != nil {
		addProblems(&resp.Diagnostics, "The group could not be created", err)
	}
	if made != nil {
		plan.settle(made, want.ManagedBy)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	}
}

func (r *adGroupResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state adGroupModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	domain, ok := openDomain(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	found, err := domain.FindGroup(ctx, state.ID.ValueString())
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot read the group", err)
		return
	}
	if found == nil {
		resp.State.RemoveResource(ctx)
		return
	}
	manager, err := managerPath(ctx, domain, state.ManagedBy)
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot read the group", err)
		return
	}
	state.settle(found, manager)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *adGroupResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state adGroupModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	domain, ok := openDomain(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	want, ok := plan.settings(ctx, domain, &resp.Diagnostics)
	if !ok {
		return
	}
	now, err := domain.UpdateGroup(ctx, state.ID.ValueString(), want)
	if err != nil {
		addProblems(&resp.Diagnostics, "The group could not be changed", err)
	} else if now == nil {
		resp.Diagnostics.AddError("The group no longer exists", "No group has the objectGUID "+state.ID.ValueString()+" any more. Plan again to create it anew, or restore it from the recycle bin first.")
	}
	if now != nil {
		plan.settle(now, want.ManagedBy)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	}
}

func (r *adGroupResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state adGroupModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	domain, ok := openDomain(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	if err := domain.DeleteGroup(ctx, state.ID.ValueString(), state.ForceDestroy.ValueBool()); err != nil {
		addProblems(&resp.Diagnostics, "The group was not deleted", err)
	}
}

// ImportState finds the group by objectGUID, distinguished name or sAMAccountName.
func (r *adGroupResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	domain, ok := openDomain(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	found, err := domain.FindGroup(ctx, req.ID)
	switch {
	case err != nil:
		addProblems(&resp.Diagnostics, "Cannot import the group", err)
	case found == nil:
		resp.Diagnostics.AddError("Cannot import the group", noSuchGroup(req.ID))
	default:
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), found.ID)...)
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("force_destroy"), types.BoolValue(false))...)
	}
}
