// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
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
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra"
	"terraform-provider-workforce/internal/reconcile"
	"terraform-provider-workforce/internal/wording"
)

var (
	_ resource.Resource                   = (*entraGroupResource)(nil)
	_ resource.ResourceWithConfigure      = (*entraGroupResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*entraGroupResource)(nil)
	_ resource.ResourceWithValidateConfig = (*entraGroupResource)(nil)
	_ resource.ResourceWithImportState    = (*entraGroupResource)(nil)
	_ resource.ResourceWithIdentity       = (*entraGroupResource)(nil)
)

func newEntraGroupResource() resource.Resource {
	r := &entraGroupResource{}
	r.home, r.name, r.noun, r.open = entraHome, "entra_group", "group", openTenant
	return r
}

// entraGroupResource is a group object, without its members.
type entraGroupResource struct {
	objectResource[*entra.Tenant, entraGroupModel, *entraGroupModel]
}

func (r *entraGroupResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	const unmanaged = " Unset: not managed, whatever the group has. A change by somebody else shows as drift."
	replaces := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A group in Microsoft Entra ID, without its members: those are `workforce_entra_group_members`. Renaming happens in place, so that the group keeps its object id and with it every right it was given. A group that is gone is planned anew. " +
			"Groups that are synchronised from Active Directory, mail-enabled security groups and distribution lists cannot be written through Microsoft Graph and are refused. " +
			"The application needs the permissions `Group.ReadWrite.All` and `User.Read.All`; `RoleManagement.ReadWrite.Directory` for `assignable_to_role`.",
		Attributes: map[string]schema.Attribute{
			"display_name": schema.StringAttribute{Required: true, Validators: []validator.String{stringvalidator.UTF8LengthBetween(1, 256)},
				MarkdownDescription: "The name that people see, at most 256 characters. A change renames the group in place."},
			"type": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(entra.GroupSecurity), Validators: []validator.String{oneOf(entra.GroupSecurity, entra.GroupMicrosoft365)}, PlanModifiers: replaces,
				MarkdownDescription: "`security`, the default, for groups that are given rights, or `microsoft_365` for groups with a mailbox and a team, which hold only users. No group can change its type: another one replaces the group."},
			"mail_nickname": schema.StringAttribute{Optional: true, Computed: true,
				MarkdownDescription: "The mail alias, at most 64 ASCII characters without spaces. For a group of Microsoft 365 it is the first part of its address and unique in the tenant. The default is the letters and digits of `display_name` at creation; it then stays as it is when the group is renamed."},
			"description": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.UTF8LengthAtMost(1024)},
				MarkdownDescription: "What the group is for, at most 1,024 characters. `\"\"` clears it." + unmanaged},
			"visibility": schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf("Private", "Public", "HiddenMembership")},
				MarkdownDescription: "Who may join and see a group of Microsoft 365: `Private`, `Public` (what Microsoft Entra ID gives new ones), or `HiddenMembership`, which can be set at creation only." + unmanaged},
			"owners": schema.SetAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.Set{setvalidator.SizeAtMost(100), setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
				MarkdownDescription: "All owners of the group, at most 100, each by worker id, object id or user principal name. `[]` removes them all, which a group of Microsoft 365 does not allow." + unmanaged},
			"assignable_to_role": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false), PlanModifiers: []planmodifier.Bool{boolplanmodifier.RequiresReplace()},
				MarkdownDescription: "Whether directory roles can be assigned to the group, which holds no groups then. The default is false. It can be said at creation only: a change replaces the group."},
			"prevent_duplicate_names": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether a plan is refused that gives the group the display name or mail nickname of another group. The default is true. Microsoft Entra ID itself allows it, unless both have an address. Set it to false together with `create_before_destroy`."},
			"force_destroy": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether destroying deletes the group even while it has members. The default is false: a group with members is left alone and destroying fails, since a deleted group takes every right it was given with it. A deleted group of Microsoft 365 can be restored for 30 days, a security group cannot."},
			"mail": schema.StringAttribute{Computed: true,
				MarkdownDescription: "The address of a group of Microsoft 365; null for a security group."},
			"id":             idAttribute("The group's object id, which survives renaming."),
			argumentTimeouts: timeoutsAttribute(limitsOfOne, leavesOne),
		},
	}
	maps.Copy(resp.Schema.Attributes, entraGroupOptionAttributes(unmanaged))
}

func (r *entraGroupResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config entraGroupModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if v := config.MailNickname; !v.IsNull() && !v.IsUnknown() {
		if err := checkNickname(v.ValueString()); err != nil {
			resp.Diagnostics.AddAttributeError(path.Root("mail_nickname"), "Invalid mail nickname", "mail_nickname: "+err.Error()+".")
		}
	}
	config.validateOptions(&resp.Diagnostics)
	if config.Type.IsUnknown() {
		return
	}
	unified := config.Type.ValueString() == entra.GroupMicrosoft365
	switch {
	case !unified && !config.Visibility.IsNull():
		resp.Diagnostics.AddAttributeError(path.Root("visibility"), "Conflicting arguments", "Only groups of Microsoft 365 have a visibility: remove visibility, or set type = \"microsoft_365\".")
	case config.AssignableToRole.ValueBool() && !config.Visibility.IsNull() && config.Visibility.ValueString() != "Private":
		resp.Diagnostics.AddAttributeError(path.Root("visibility"), "Conflicting arguments", "A group that roles can be assigned to is always Private.")
	}
	if unified && !config.Owners.IsNull() && !config.Owners.IsUnknown() && len(config.Owners.Elements()) == 0 {
		resp.Diagnostics.AddAttributeError(path.Root("owners"), "Owners are missing", "A group of Microsoft 365 keeps at least one owner: name one, or remove owners to leave them alone.")
	}
}

func (r *entraGroupResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil || req.Plan.Raw.IsNull() {
		return
	}
	var config, plan, state entraGroupModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	plan.fillPlan(&config, &state, &resp.Diagnostics)
	if !state.ID.IsNull() && plan.replaces(&state) {
		r.data.groups.NoteReplaced(state.ID.ValueString())
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.same(&state) {
		plan.claim(r.data, state.ID.ValueString(), &resp.Diagnostics)
		return
	}
	if tenant, ok := openTenant(r.data, &resp.Diagnostics); ok {
		tenant.Expect(plan.DisplayName.ValueString(), plan.MailNickname.ValueString())
		r.check(ctx, tenant, &plan, &state, &resp.Diagnostics)
		plan.claim(r.data, state.ID.ValueString(), &resp.Diagnostics)
	}
}

// claim reports another group of the run that takes one of the names, where that
// cannot be or is to be prevented.
func (m *entraGroupModel) claim(data *providerData, id string, diags *diag.Diagnostics) {
	who := reconcile.NameClaim{
		Holder: id, Strict: m.PreventDuplicateNames.ValueBool(),
		Label: fmt.Sprintf("workforce_entra_group with display_name = %q and mail_nickname = %q",
			m.DisplayName.ValueString(), m.MailNickname.ValueString()),
	}
	if !m.DisplayName.IsUnknown() {
		data.claimObject("display_name", "entra display_name "+directory.Fold(m.DisplayName.ValueString()), who, diags)
	}
	if who.Addressed = m.Type.ValueString() == entra.GroupMicrosoft365; !m.MailNickname.IsUnknown() {
		data.claimObject("mail_nickname", "entra mail_nickname "+directory.Fold(m.MailNickname.ValueString()), who, diags)
	}
}

// same reports whether nothing of the group is to be written.
func (m *entraGroupModel) same(state *entraGroupModel) bool {
	return m.DisplayName.Equal(state.DisplayName) && m.MailNickname.Equal(state.MailNickname) && m.Description.Equal(state.Description) && m.Visibility.Equal(state.Visibility) &&
		m.Owners.Equal(state.Owners) && m.Type.Equal(state.Type) && m.AssignableToRole.Equal(state.AssignableToRole) &&
		m.sameOptions(&state.entraGroupOptions)
}

// replaces reports whether the group is to be made anew.
func (m *entraGroupModel) replaces(state *entraGroupModel) bool {
	return !m.Type.Equal(state.Type) || !m.AssignableToRole.Equal(state.AssignableToRole) ||
		!m.Behaviors.IsNull() && !m.Behaviors.Equal(state.Behaviors)
}

// check finds at plan what Graph would refuse at apply.
func (r *entraGroupResource) check(ctx context.Context, tenant *entra.Tenant, plan, state *entraGroupModel, diags *diag.Diagnostics) {
	if id := state.ID.ValueString(); id != "" {
		found, err := tenant.FindGroups(ctx, []string{id})
		if err != nil {
			addProblems(diags, "Cannot read the group", err)
			return
		}
		if g := found[id]; g != nil && g.Mastered() != "" {
			diags.AddError("The group cannot be managed", fmt.Sprintf("Group %q: %s.", g.DisplayName, g.Mastered()))
			return
		}
		if plan.Visibility.ValueString() != state.Visibility.ValueString() && !state.Visibility.IsNull() && (plan.Visibility.ValueString() == "HiddenMembership" || state.Visibility.ValueString() == "HiddenMembership") && plan.Type.Equal(state.Type) && !plan.Visibility.IsNull() {
			diags.AddAttributeError(path.Root("visibility"), "The visibility cannot be changed", fmt.Sprintf("HiddenMembership can be set at creation only, and never changed: the group has %s.", state.Visibility.ValueString()))
		}
	}
	plan.checkOptions(ctx, tenant, state, diags)
	for attribute, name := range map[string][2]types.String{"display_name": {plan.DisplayName, state.DisplayName}, "mail_nickname": {plan.MailNickname, state.MailNickname}} {
		if !name[0].IsUnknown() && !strings.EqualFold(name[0].ValueString(), name[1].ValueString()) {
			r.checkName(ctx, tenant, attribute, plan, state.ID.ValueString(), diags)
		}
	}
	if plan.Owners.IsNull() || plan.Owners.IsUnknown() {
		return
	}
	found := warnMissing(ctx, tenant, "owners", plan.Owners, types.SetNull(types.StringType), diags)
	for _, ref := range textsOf(plan.Owners) {
		if found[ref].Class == "group" {
			diags.AddAttributeError(path.Root("owners"), "A group cannot be an owner", fmt.Sprintf("%q is a group, and groups own nothing.", ref))
		}
	}
}

// warnMissing warns about those of references in the argument members or owners that are new and mean nobody yet, and
// returns whom the references mean.
func warnMissing(
	ctx context.Context, tenant *entra.Tenant, argument string, set, before types.Set, diags *diag.Diagnostics,
) map[string]directory.Member {
	known := textsOf(before)
	found, err := tenant.Members(ctx, textsOf(set))
	if err != nil {
		addProblems(diags, "Members or owners cannot be looked up", err)
		return nil
	}
	var missing []string
	for _, ref := range textsOf(set) {
		if found[ref].ID == "" && !slices.Contains(known, ref) {
			missing = append(missing, ref)
		}
	}
	if n := len(missing); n > 0 {
		diags.AddAttributeWarning(path.Root(argument), strings.ToUpper(argument[:1])+argument[1:]+" do not exist yet", fmt.Sprintf(
			"%s not in the tenant: %s. Apply fails unless they are created before.",
			wording.Count(n, strings.TrimSuffix(argument, "s")+" is", argument+" are"), wording.Some(missing, maxProblems)))
	}
	return found
}

// checkName refuses a name that another group has: always where both have an
// address, else where duplicates are to be prevented.
func (r *entraGroupResource) checkName(ctx context.Context, tenant *entra.Tenant, attribute string, plan *entraGroupModel, own string, diags *diag.Diagnostics) {
	name := plan.DisplayName.ValueString()
	if attribute == "mail_nickname" {
		name = plan.MailNickname.ValueString()
	}
	taken, err := tenant.GroupsNamed(ctx, name)
	if err != nil {
		addProblems(diags, "Cannot look for groups of the same name", err)
		return
	}
	for _, g := range taken {
		same := strings.EqualFold(g.DisplayName, name) && attribute == "display_name" || strings.EqualFold(g.MailNickname, name) && attribute == "mail_nickname"
		addressed := attribute == "mail_nickname" && g.Mail != "" && plan.Type.ValueString() == entra.GroupMicrosoft365
		if same && g.ID != own && !r.data.groups.Replaced(g.ID) && (addressed || plan.PreventDuplicateNames.ValueBool()) {
			diags.AddAttributeError(path.Root(attribute), "The name is taken", fmt.Sprintf("The group %q (object id %s, mail nickname %q) has the %s %q. Import that group, or choose another name; prevent_duplicate_names = false allows groups without an address to share names.",
				g.DisplayName, g.ID, g.MailNickname, strings.ReplaceAll(attribute, "_", " "), name))
			return
		}
	}
}
