// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra"
	"terraform-provider-workforce/internal/reconcile"
	"terraform-provider-workforce/internal/wording"
)

var (
	_ resource.Resource                = (*entraAdministrativeUnitResource)(nil)
	_ resource.ResourceWithConfigure   = (*entraAdministrativeUnitResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*entraAdministrativeUnitResource)(nil)
	_ resource.ResourceWithImportState = (*entraAdministrativeUnitResource)(nil)
	_ resource.ResourceWithIdentity    = (*entraAdministrativeUnitResource)(nil)
)

func newEntraAdministrativeUnitResource() resource.Resource {
	r := &entraAdministrativeUnitResource{}
	r.home, r.name, r.noun, r.open = entraHome, "entra_administrative_unit", "administrative unit", openTenant
	return r
}

// entraAdministrativeUnitResource is an administrative unit and who is in it.
type entraAdministrativeUnitResource struct {
	objectResource[*entra.Tenant, entraAdministrativeUnitModel, *entraAdministrativeUnitModel]
}

type entraAdministrativeUnitModel struct {
	DisplayName           types.String `tfsdk:"display_name"`
	Description           types.String `tfsdk:"description"`
	Members               types.Set    `tfsdk:"members"`
	HiddenMembership      types.Bool   `tfsdk:"hidden_membership"`
	RestrictedManagement  types.Bool   `tfsdk:"restricted_management"`
	PreventDuplicateNames types.Bool   `tfsdk:"prevent_duplicate_names"`
	ForceDestroy          types.Bool   `tfsdk:"force_destroy"`
	ID                    types.String `tfsdk:"id"`
	timeoutsModel
}

// maxUnitMembers is how many members one resource names: Terraform compares two sets element by element with each other.
const maxUnitMembers = 1000

func (r *entraAdministrativeUnitResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	replaces := []planmodifier.Bool{boolplanmodifier.RequiresReplace()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "An administrative unit in Microsoft Entra ID: a part of the tenant that administrators are limited to, " +
			"with the users and groups in it. Renaming happens in place. Destroying deletes the unit, which can be restored for 30 days; " +
			"the users and groups in it stay, and roles that were given in it end. A unit that is gone is planned anew. " +
			"The application needs the permissions `AdministrativeUnit.ReadWrite.All` and `User.Read.All`, and for units with " +
			"hidden membership `Member.Read.Hidden`: without it Microsoft Graph lists no members of them.",
		Attributes: map[string]schema.Attribute{
			"display_name": schema.StringAttribute{Required: true, Validators: []validator.String{stringvalidator.UTF8LengthBetween(1, 256)},
				MarkdownDescription: "The name that administrators see, at most 256 characters. A change renames the unit in place."},
			"description": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.UTF8LengthAtMost(1024)},
				MarkdownDescription: "What the unit is for, at most 1,024 characters. `\"\"` clears it. Unset: not managed, whatever the unit has. " +
					"A change by somebody else shows as drift."},
			"members": schema.SetAttribute{Optional: true, ElementType: types.StringType,
				Validators: []validator.Set{setvalidator.SizeAtMost(maxUnitMembers), setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
				MarkdownDescription: fmt.Sprintf("All users and groups in the unit, at most %s: users by worker id, object id or user principal name, "+
					"groups by object id. `[]` removes them all; devices in the unit stay. Who is not there at plan is a warning, since accounts may be "+
					"created in the same run (name their resource in `depends_on`), and at apply an error. Unset: not managed, whoever is in the unit. "+
					"A change by somebody else shows as drift. A plan that takes over the members of a unit warns about those that it removes; who joins "+
					"between plan and apply stays until the next plan. Leave it unset for a unit whose members follow from a rule. "+
					"Name a group either here or in `administrative_units` of `workforce_entra_group`, not in both: otherwise each run undoes "+
					"what the other one did.",
					wording.Thousands(maxUnitMembers))},
			"hidden_membership": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false), PlanModifiers: replaces,
				MarkdownDescription: "Whether only the members and their administrators see who is in the unit. The default is false. " +
					"It can be said at creation only: a change replaces the unit.",
			},
			"restricted_management": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false), PlanModifiers: replaces,
				MarkdownDescription: "Whether only administrators with a role in the unit may change its members, " +
					"and nobody with a role in the whole tenant. The default is false. " +
					"This provider then changes the users in it only with a role in the unit, " +
					"or with the permission " +
					"`Directory.Write.Restricted`: without, disabling a leaver is refused. It can be said at creation only: a change replaces the unit.",
			},
			"prevent_duplicate_names": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether a plan is refused that gives the unit the display name of another one. The default is true. " +
					"Set it to false together with `create_before_destroy`."},
			"force_destroy": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether destroying deletes the unit even while it has members, devices included. The default is false: a unit " +
					"with members is left alone and destroying or replacing it fails, since roles that were given in it end."},
			"id":             idAttribute("The unit's object id, which survives renaming."),
			argumentTimeouts: timeoutsAttribute(limitsOfOne, leavesOne),
		},
	}
}

func (r *entraAdministrativeUnitResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	if r.data == nil || req.Plan.Raw.IsNull() {
		return
	}
	var plan, state entraAdministrativeUnitModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() || plan.DisplayName.IsUnknown() {
		return
	}
	name := plan.DisplayName.ValueString()
	r.data.claimObject("display_name", "entra unit "+directory.Fold(name), reconcile.NameClaim{Holder: state.ID.ValueString(),
		Strict: plan.PreventDuplicateNames.ValueBool(), Label: fmt.Sprintf("workforce_entra_administrative_unit with display_name = %q", name)},
		&resp.Diagnostics)
	renamed := directory.Fold(name) != directory.Fold(state.DisplayName.ValueString())
	if !renamed && plan.Members.Equal(state.Members) {
		return
	}
	tenant, ok := openTenant(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	if renamed && plan.PreventDuplicateNames.ValueBool() {
		checkUnitName(ctx, tenant, name, state.ID.ValueString(), &resp.Diagnostics)
	}
	if !plan.Members.IsNull() && !plan.Members.IsUnknown() {
		warnMissing(ctx, tenant, "members", plan.Members, state.Members, &resp.Diagnostics)
		if !state.ID.IsNull() && state.Members.IsNull() {
			taken := plan.warnTakeOver(ctx, tenant, state.ID.ValueString(), &resp.Diagnostics)
			savePrivate(ctx, resp.Private, privateTaken, taken, &resp.Diagnostics)
		}
	}
}

// warnTakeOver warns about the members of a unit that leave it because its members are managed from now on, and
// returns their ids.
func (m *entraAdministrativeUnitModel) warnTakeOver(
	ctx context.Context, tenant *entra.Tenant, id string, diags *diag.Diagnostics,
) []string {
	u, err := tenant.ReadUnit(ctx, id, true)
	var found map[string]directory.Member
	if err == nil && u != nil {
		found, err = tenant.Members(ctx, textsOf(m.Members))
	}
	if err != nil {
		addProblems(diags, "The members of the administrative unit cannot be read", m.named(err))
	}
	if err != nil || u == nil {
		return nil
	}
	for _, ref := range textsOf(m.Members) {
		delete(u.Members, found[ref].ID)
		delete(u.Members, strings.ToLower(ref))
	}
	var names []string
	for _, who := range u.Members {
		names = append(names, (&directory.MembershipError{Member: who}).Who())
	}
	if slices.Sort(names); len(names) > 0 {
		diags.AddAttributeWarning(path.Root("members"), "Members will be removed", fmt.Sprintf("The administrative unit %q has %s "+
			"beside those in `members`, to be removed: %s. Name them in `members`, or leave it unset.",
			u.DisplayName, wording.Count(len(names), "member"), wording.Some(names, maxProblems)))
	}
	return slices.Sorted(maps.Keys(u.Members))
}

// checkUnitName refuses the name of another unit.
func checkUnitName(ctx context.Context, tenant *entra.Tenant, name, own string, diags *diag.Diagnostics) {
	taken, err := tenant.UnitsNamed(ctx, name)
	if err != nil {
		addProblems(diags, "Cannot look for administrative units of the same name", err)
		return
	}
	for _, id := range taken {
		if id != own {
			diags.AddAttributeError(path.Root("display_name"), "The name is taken", fmt.Sprintf(
				"The administrative unit with the object id %s is called %q. Import it, or choose another name; "+
					"prevent_duplicate_names = false allows units to share names.", id, name))
			return
		}
	}
}

// spec returns what the unit is to be. Members who do not exist are an error.
func (m *entraAdministrativeUnitModel) spec(
	ctx context.Context, tenant *entra.Tenant, names map[string]string, held map[string]directory.Member,
) (want entra.UnitSpec, ids map[string]string, err error) {
	want = entra.UnitSpec{DisplayName: m.DisplayName.ValueString(), Description: m.Description.ValueStringPointer(),
		Visibility: entra.UnitPublic, Restricted: m.RestrictedManagement.ValueBool()}
	if m.HiddenMembership.ValueBool() {
		want.Visibility = entra.UnitHidden
	}
	if !m.Members.IsNull() {
		everybody := func(string, directory.Member) error { return nil }
		want.Members, ids, err = referred(ctx, tenant, m.Members, names, held, everybody)
	}
	return want, ids, err
}

// observe takes over how the unit is. What is not managed stays null, unless everything is wanted, as by an import.
func (m *entraAdministrativeUnitModel) observe(u *entra.WholeUnit, names map[string]string, everything bool) map[string]string {
	m.ID, m.DisplayName = types.StringValue(u.ID), types.StringValue(u.DisplayName)
	m.HiddenMembership, m.RestrictedManagement = types.BoolValue(u.Visibility == entra.UnitHidden), types.BoolValue(u.Restricted)
	if !m.Description.IsNull() || everything && u.Description != "" {
		m.Description = types.StringValue(u.Description)
	}
	if u.Members == nil || m.Members.IsNull() && (!everything || len(u.Members) == 0 || u.Dynamic() || len(u.Members) > maxUnitMembers) {
		return nil
	}
	return observeRefs(&m.Members, names, u.Members)
}

func (m *entraAdministrativeUnitModel) objectID() string { return m.ID.ValueString() }

func (m *entraAdministrativeUnitModel) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("administrative unit %q: %w", m.DisplayName.ValueString(), err)
}

func (m *entraAdministrativeUnitModel) create(ctx context.Context, run *objectRun[*entra.Tenant]) (bool, error) {
	want, names, err := m.spec(ctx, run.dir, nil, nil)
	var u *entra.WholeUnit
	if err == nil {
		u, err = run.dir.CreateUnit(ctx, want)
	}
	if u != nil {
		run.names = m.observe(u, names, false)
	}
	return u != nil, m.named(err)
}

func (m *entraAdministrativeUnitModel) read(ctx context.Context, run *objectRun[*entra.Tenant]) (bool, error) {
	imported := m.DisplayName.IsNull()
	u, err := run.dir.ReadUnit(ctx, m.ID.ValueString(), imported || !m.Members.IsNull())
	if u != nil && err == nil {
		err = u.Seen(len(textsOf(m.Members)))
	}
	if u != nil && err == nil {
		run.names = m.observe(u, run.names, imported)
	}
	return u != nil, m.named(err)
}

func (m *entraAdministrativeUnitModel) update(ctx context.Context, run *objectRun[*entra.Tenant]) (bool, error) {
	have, err := run.dir.ReadUnit(ctx, m.ID.ValueString(), !m.Members.IsNull())
	if err != nil || have == nil {
		return false, m.named(err)
	}
	if err := have.Seen(len(run.names)); err != nil {
		return false, m.named(err)
	}
	want, names, err := m.spec(ctx, run.dir, run.names, have.Members)
	want.Leaving = map[string]bool{}
	for _, id := range slices.AppendSeq(slices.Clone(run.taken), maps.Values(run.names)) {
		want.Leaving[id] = true
	}
	if err == nil {
		have, err = run.dir.UpdateUnit(ctx, have, want)
	}
	problem := m.named(err)
	run.names = m.observe(have, names, false)
	return true, problem
}

func (m *entraAdministrativeUnitModel) remove(ctx context.Context, run *objectRun[*entra.Tenant]) error {
	if !m.ForceDestroy.ValueBool() {
		u, err := run.dir.ReadUnit(ctx, m.ID.ValueString(), true)
		if err == nil && u != nil {
			err = u.Seen(len(textsOf(m.Members)))
		}
		if err != nil {
			return fmt.Errorf("cannot tell whether the unit has members: %w", m.named(err))
		}
		if u != nil && len(u.Members)+u.Devices > 0 {
			return m.named(fmt.Errorf("it has %s, and roles that were given in a unit end with it. Remove them first, or set "+
				"force_destroy = true and apply that before destroying", wording.Count(len(u.Members)+u.Devices, "member")))
		}
	}
	return m.named(run.dir.DeleteUnit(ctx, m.DisplayName.ValueString(), m.ID.ValueString()))
}

// locate finds the unit by its object id or display name.
func (m *entraAdministrativeUnitModel) locate(ctx context.Context, run *objectRun[*entra.Tenant], ref string) (map[string]any, error) {
	found, err := run.dir.Units(ctx, []string{ref})
	if err == nil && found[ref].ID == "" {
		err = errors.New("nothing was found")
	}
	if err != nil {
		return nil, err
	}
	return map[string]any{"id": found[ref].ID, "prevent_duplicate_names": true, "force_destroy": false}, nil
}
