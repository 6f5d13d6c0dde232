// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
)

var (
	_ resource.Resource                   = (*adOrganizationalUnitResource)(nil)
	_ resource.ResourceWithConfigure      = (*adOrganizationalUnitResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*adOrganizationalUnitResource)(nil)
	_ resource.ResourceWithValidateConfig = (*adOrganizationalUnitResource)(nil)
	_ resource.ResourceWithImportState    = (*adOrganizationalUnitResource)(nil)
)

func newADOrganizationalUnitResource() resource.Resource { return &adOrganizationalUnitResource{} }

// adOrganizationalUnitResource is an organizational unit, without what is in it.
type adOrganizationalUnitResource struct{ data *providerData }

type adOrganizationalUnitModel struct {
	Name                types.String `tfsdk:"name"`
	Container           types.String `tfsdk:"container"`
	Description         types.String `tfsdk:"description"`
	ProtectFromDeletion types.Bool   `tfsdk:"protect_from_deletion"`
	CreateParents       types.Bool   `tfsdk:"create_parents"`
	ID                  types.String `tfsdk:"id"`
	DistinguishedName   types.String `tfsdk:"distinguished_name"`
}

func (r *adOrganizationalUnitResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ad_organizational_unit"
}

func (r *adOrganizationalUnitResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (r *adOrganizationalUnitResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "An organizational unit in Active Directory. Renaming and moving happen in place and take along everything in it. It is deleted only while it is empty and not protected; nothing in it is ever deleted. " +
			"An organizational unit that is gone is planned anew.",
		Attributes: map[string]schema.Attribute{
			"name":        schema.StringAttribute{Required: true, Validators: []validator.String{stringvalidator.UTF8LengthBetween(1, 64)}, MarkdownDescription: "The name (`ou`), at most 64 characters, unescaped. A change renames it."},
			"container":   schema.StringAttribute{Required: true, MarkdownDescription: "Distinguished name of what it is in: the domain, such as `DC=corp,DC=example,DC=com`, or another organizational unit. A change moves it."},
			"description": schema.StringAttribute{Optional: true, MarkdownDescription: "What it is for. Unset: not managed, whatever it has. `\"\"` clears it. A change by somebody else shows as drift."},
			"protect_from_deletion": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether it is protected from accidental deletion, as the consoles of Windows do it: the unit denies everyone to delete it and what is in it, and its container denies everyone to delete children. The default is true. " +
					"Protection that somebody took away shows as drift. Set it to false and apply before destroying; the denial on the container stays, since it protects others as well. It needs the right to change permissions on both."},
			"create_parents":     schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false), MarkdownDescription: "Whether organizational units that its container lacks are created as well. These are not managed afterwards, and destroying leaves them. The default is false: a container that does not exist is an error at plan."},
			"id":                 idAttribute("Its objectGUID, which survives rename and move."),
			"distinguished_name": schema.StringAttribute{Computed: true, MarkdownDescription: "Where it is. Known at plan, so that accounts and groups in it can be planned in the same run."},
		},
	}
}

func (r *adOrganizationalUnitResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config adOrganizationalUnitModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	checkContainerArgument(config.Container, &resp.Diagnostics)
}

func (r *adOrganizationalUnitResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var plan, state adOrganizationalUnitModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		if state.ProtectFromDeletion.ValueBool() {
			resp.Diagnostics.AddError("Refusing to delete a protected organizational unit", state.DistinguishedName.ValueString()+" is protected from accidental deletion. Set protect_from_deletion = false and apply that first.")
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || plan.Name.IsUnknown() || plan.Container.IsUnknown() {
		return
	}
	want := plan.settings()
	plan.DistinguishedName = samePath(state.DistinguishedName, want.Path())
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	domain, ok := openDomain(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	if !plan.DistinguishedName.Equal(state.DistinguishedName) {
		if err := domain.CheckUnit(ctx, state.ID.ValueString(), want); err != nil {
			addProblems(&resp.Diagnostics, "The organizational unit cannot be as planned", err)
		}
	}
	domain.Expect(want.Path())
	for at := want.Container; want.CreateParents && strings.HasPrefix(strings.ToUpper(at), "OU="); at = activedirectory.Parent(at) {
		domain.Expect(at)
	}
}

func (m *adOrganizationalUnitModel) settings() activedirectory.UnitSettings {
	return activedirectory.UnitSettings{
		Container: m.Container.ValueString(), Name: m.Name.ValueString(), Description: m.Description.ValueStringPointer(),
		Protected: m.ProtectFromDeletion.ValueBool(), CreateParents: m.CreateParents.ValueBool(),
	}
}

// settle puts what the directory holds into the model. A description that is
// not managed stays null, except right after an import.
func (m *adOrganizationalUnitModel) settle(u *activedirectory.Unit) {
	if !m.Description.IsNull() || m.Name.IsNull() && u.Description != "" {
		m.Description = types.StringValue(u.Description)
	}
	m.ID, m.Name, m.ProtectFromDeletion = types.StringValue(u.ID), types.StringValue(u.Name), types.BoolValue(u.Protected)
	m.DistinguishedName = samePath(m.DistinguishedName, u.Path)
	m.Container = samePath(m.Container, u.Container)
}

func (r *adOrganizationalUnitResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan adOrganizationalUnitModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	domain, ok := openDomain(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	made, err := domain.CreateUnit(ctx, plan.settings())
	switch {
	case made == nil:
		addProblems(&resp.Diagnostics, "The organizational unit could not be created", err)
		return
	case err != nil:
		// An error would taint it, and the next apply would delete it to create it again.
		resp.Diagnostics.AddWarning("The organizational unit is not protected", "It was created, but could not be protected from accidental deletion; the next plan shows it: "+err.Error())
		made.Protected = plan.ProtectFromDeletion.ValueBool()
	}
	plan.settle(made)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

func (r *adOrganizationalUnitResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state adOrganizationalUnitModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	domain, ok := openDomain(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	found, err := domain.FindUnit(ctx, state.ID.ValueString())
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot read the organizational unit", err)
		return
	}
	if found == nil {
		resp.State.RemoveResource(ctx)
		return
	}
	state.settle(found)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *adOrganizationalUnitResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state adOrganizationalUnitModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	domain, ok := openDomain(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	now, err := domain.UpdateUnit(ctx, state.ID.ValueString(), plan.settings())
	if err != nil {
		addProblems(&resp.Diagnostics, "The organizational unit could not be changed", err)
	} else if now == nil {
		resp.Diagnostics.AddError("The organizational unit no longer exists", "None has the objectGUID "+state.ID.ValueString()+" any more. Plan again to create it anew, or restore it from the recycle bin first.")
	}
	if now != nil {
		plan.settle(now)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	}
}

func (r *adOrganizationalUnitResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state adOrganizationalUnitModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	domain, ok := openDomain(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	if err := domain.DeleteUnit(ctx, state.ID.ValueString()); err != nil {
		addProblems(&resp.Diagnostics, "The organizational unit was not deleted", err)
	}
}

// ImportState finds the organizational unit by objectGUID or distinguished name.
func (r *adOrganizationalUnitResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	domain, ok := openDomain(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	found, err := domain.FindUnit(ctx, req.ID)
	switch {
	case err != nil:
		addProblems(&resp.Diagnostics, "Cannot import the organizational unit", err)
	case found == nil:
		resp.Diagnostics.AddError("Cannot import the organizational unit", "None is "+req.ID+" in this domain: expected an objectGUID or a distinguished name.")
	default:
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), found.ID)...)
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("create_parents"), types.BoolValue(false))...)
	}
}
