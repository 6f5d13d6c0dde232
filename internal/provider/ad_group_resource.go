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

	"terraform-provider-workforce/internal/activedirectory"
)

var (
	_ resource.Resource                   = (*adGroupResource)(nil)
	_ resource.ResourceWithConfigure      = (*adGroupResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*adGroupResource)(nil)
	_ resource.ResourceWithValidateConfig = (*adGroupResource)(nil)
	_ resource.ResourceWithImportState    = (*adGroupResource)(nil)
	_ resource.ResourceWithIdentity       = (*adGroupResource)(nil)
)

func newADGroupResource() resource.Resource {
	r := &adGroupResource{}
	r.home, r.name, r.noun, r.open = adHome, "ad_group", "group", openDomain
	return r
}

// adGroupResource is a group object, without its members.
type adGroupResource struct {
	objectResource[*activedirectory.Domain, adGroupModel, *adGroupModel]
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
			argumentTimeouts:     timeoutsAttribute(limitsOfOne, leavesOne),
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
	plan.fillPlan(config, state)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	if !plan.placeKnown() {
		return
	}
	domain, ok := openDomain(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	domain.Expect(plan.DistinguishedName.ValueString(), plan.SAMAccountName.ValueString())
	if !plan.SAMAccountName.Equal(state.SAMAccountName) || !plan.DistinguishedName.Equal(state.DistinguishedName) {
		if err := domain.CheckGroup(ctx, state.ID.ValueString(), plan.names()); err != nil {
			addProblems(&resp.Diagnostics, "The group cannot be as planned", err)
		}
	}
	plan.claim(r.data, state.ID.ValueString(), &resp.Diagnostics)
}
