// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/dn"
	"terraform-provider-workforce/internal/reconcile"
)

var (
	_ resource.Resource                   = (*adOrganizationalUnitResource)(nil)
	_ resource.ResourceWithConfigure      = (*adOrganizationalUnitResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*adOrganizationalUnitResource)(nil)
	_ resource.ResourceWithValidateConfig = (*adOrganizationalUnitResource)(nil)
	_ resource.ResourceWithImportState    = (*adOrganizationalUnitResource)(nil)
	_ resource.ResourceWithIdentity       = (*adOrganizationalUnitResource)(nil)
)

func newADOrganizationalUnitResource() resource.Resource {
	r := &adOrganizationalUnitResource{}
	r.home, r.name, r.noun, r.open = adHome, "ad_organizational_unit", "organizational unit", openDomain
	return r
}

// adOrganizationalUnitResource is an organizational unit, without what is in it.
type adOrganizationalUnitResource struct {
	objectResource[*activedirectory.Domain, adOrganizationalUnitModel, *adOrganizationalUnitModel]
}

type adOrganizationalUnitModel struct {
	Name                types.String `tfsdk:"name"`
	Container           types.String `tfsdk:"container"`
	Description         types.String `tfsdk:"description"`
	ProtectFromDeletion types.Bool   `tfsdk:"protect_from_deletion"`
	CreateParents       types.Bool   `tfsdk:"create_parents"`
	ID                  types.String `tfsdk:"id"`
	DistinguishedName   types.String `tfsdk:"distinguished_name"`
	timeoutsModel
}

func (r *adOrganizationalUnitResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "An organizational unit in Active Directory. Renaming and moving happen in place and take along everything in it. It is deleted only while it is empty and not protected; nothing in it is ever deleted. " +
			"One that `protect.containers` of the provider names, that holds such a container or is in one, is neither renamed, moved nor deleted. " +
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
			argumentTimeouts:     timeoutsAttribute(limitsOfOne, leavesOne),
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
	r.data.claimObject("name", "ad name "+dn.Key(want.Path()), reconcile.NameClaim{Holder: state.ID.ValueString(), Strict: true,
		Label: fmt.Sprintf("workforce_ad_organizational_unit with name = %q and container = %q", want.Name, want.Container)}, &resp.Diagnostics)
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

// observe puts what the directory holds into the model. A description that is
// not managed stays null, except right after an import.
func (m *adOrganizationalUnitModel) observe(u *activedirectory.Unit) {
	if !m.Description.IsNull() || m.Name.IsNull() && u.Description != "" {
		m.Description = types.StringValue(u.Description)
	}
	m.ID, m.Name, m.ProtectFromDeletion = types.StringValue(u.ID), types.StringValue(u.Name), types.BoolValue(u.Protected)
	m.DistinguishedName = samePath(m.DistinguishedName, u.Path)
	m.Container = samePath(m.Container, u.Container)
}

func (m *adOrganizationalUnitModel) objectID() string { return m.ID.ValueString() }

func (m *adOrganizationalUnitModel) create(ctx context.Context, run *objectRun[*activedirectory.Domain]) (bool, error) {
	made, err := run.dir.CreateUnit(ctx, m.settings())
	if made == nil {
		return false, err
	}
	if err != nil {
		// An error would taint it, and the next apply would delete it to create it again.
		run.diags.AddWarning("The organizational unit is not protected", "It was created, but could not be protected from accidental deletion; the next plan shows it: "+err.Error())
		made.Protected = m.ProtectFromDeletion.ValueBool()
	}
	m.observe(made)
	return true, nil
}

func (m *adOrganizationalUnitModel) update(ctx context.Context, run *objectRun[*activedirectory.Domain]) (bool, error) {
	return m.found(run.dir.UpdateUnit(ctx, m.ID.ValueString(), m.settings()))
}

func (m *adOrganizationalUnitModel) read(ctx context.Context, run *objectRun[*activedirectory.Domain]) (bool, error) {
	return m.found(run.dir.FindUnit(ctx, m.ID.ValueString()))
}

func (m *adOrganizationalUnitModel) found(u *activedirectory.Unit, err error) (bool, error) {
	if u != nil {
		m.observe(u)
	}
	return u != nil, err
}

func (m *adOrganizationalUnitModel) remove(ctx context.Context, run *objectRun[*activedirectory.Domain]) error {
	return run.dir.DeleteUnit(ctx, m.ID.ValueString())
}

// locate finds the organizational unit by objectGUID or distinguished name.
func (m *adOrganizationalUnitModel) locate(ctx context.Context, run *objectRun[*activedirectory.Domain], ref string) (map[string]any, error) {
	found, err := run.dir.FindUnit(ctx, ref)
	if err == nil && found == nil {
		err = fmt.Errorf("none is %s in this domain: expected an objectGUID or a distinguished name", ref)
	}
	if err != nil {
		return nil, err
	}
	return map[string]any{"id": found.ID, "create_parents": false}, nil
}
