// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra"
)

// entraGroupOptions are the arguments of a group beyond what every group has.
type entraGroupOptions struct {
	MembershipRule       types.String `tfsdk:"membership_rule"`
	MembershipRulePaused types.Bool   `tfsdk:"membership_rule_paused"`
	SecurityEnabled      types.Bool   `tfsdk:"security_enabled"`
	Behaviors            types.Set    `tfsdk:"behaviors"`
	AdministrativeUnits  types.Set    `tfsdk:"administrative_units"`
	AssignedLicenses     types.Map    `tfsdk:"assigned_licenses"`
}

// noGroupOptions are options of which nothing is managed.
func noGroupOptions() entraGroupOptions {
	texts := types.SetNull(types.StringType)
	return entraGroupOptions{Behaviors: texts, AdministrativeUnits: texts, AssignedLicenses: types.MapNull(disabledPlans)}
}

// disabledPlans is the type of a license in assigned_licenses.
var disabledPlans = types.ObjectType{AttrTypes: map[string]attr.Type{"disabled_plans": types.SetType{ElemType: types.StringType}}}

// groupBehaviors are what a group of Microsoft 365 can be told at creation.
// https://learn.microsoft.com/graph/group-set-options
var groupBehaviors = []string{
	"AllowOnlyMembersToPost", "CalendarMemberReadOnly", "ConnectorsDisabled", "HideGroupInOutlook", "SubscribeMembersToCalendarEventsDisabled",
	"SubscribeNewGroupMembers", "WelcomeEmailDisabled",
}

func entraGroupOptionAttributes(unmanaged string) map[string]schema.Attribute {
	texts := []validator.Set{setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))}
	return map[string]schema.Attribute{
		"membership_rule": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.LengthAtMost(3072)},
			MarkdownDescription: "The rule that makes the members, at most 3,072 characters, such as `user.department -eq \"Sales\"`. " +
				"Microsoft Entra ID evaluates it, from minutes to a day after a change, and members cannot be changed by hand then: " +
				"`workforce_entra_group_members` and rules of groups refuse the group. " +
				"`\"\"` makes the membership assigned again, with the members that the group has. A change is made in place. It takes a license " +
				"of Microsoft Entra ID P1." + unmanaged},
		"membership_rule_paused": schema.BoolAttribute{Optional: true,
			MarkdownDescription: "Whether `membership_rule` changes nobody's membership for now. The default, null, is false. It needs " +
				"`membership_rule`."},
		"security_enabled": schema.BoolAttribute{Optional: true,
			MarkdownDescription: "Whether a group of Microsoft 365 can be given rights and licenses, as every security group can. Microsoft " +
				"Entra ID gives new groups of Microsoft 365 the value false." + unmanaged},
		"behaviors": schema.SetAttribute{Optional: true, ElementType: types.StringType,
			Validators:    []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(oneOf(groupBehaviors...))},
			PlanModifiers: []planmodifier.Set{setplanmodifier.RequiresReplaceIfConfigured()},
			MarkdownDescription: "What a group of Microsoft 365 is told at creation: `AllowOnlyMembersToPost`, `CalendarMemberReadOnly`, " +
				"`ConnectorsDisabled`, `HideGroupInOutlook` (hidden in address lists and Outlook), " +
				"`SubscribeMembersToCalendarEventsDisabled`, `SubscribeNewGroupMembers`, `WelcomeEmailDisabled`. It can be said at creation " +
				"only: a change replaces the group. " +
				"Other settings of mail, such as `hideFromAddressLists` afterwards and `allowExternalSenders`, Microsoft Graph lets no " +
				"application write, only people. Unset: nothing is said."},
		"administrative_units": schema.SetAttribute{Optional: true, ElementType: types.StringType, Validators: texts,
			MarkdownDescription: "All administrative units that the group is in, each by object id or display name. `[]` takes it out of all. " +
				"Name the group either here or in `members` of `workforce_entra_administrative_unit`, not in both: otherwise each run undoes " +
				"what the other one did. " +
				"The application needs the permission `AdministrativeUnit.ReadWrite.All`." + unmanaged},
		"assigned_licenses": schema.MapNestedAttribute{Optional: true,
			Validators: []validator.Map{mapvalidator.KeysAre(stringvalidator.LengthAtLeast(1))},
			MarkdownDescription: "All licenses that the group gives its direct members, by part number, such as `SPE_E3`, or by sku id. `{}` " +
				"takes them all away. " +
				"The group has them when the apply ends; Microsoft Entra ID passes them on to the members later, which takes from minutes to hours. " +
				"Members in groups of the group get none. A plan warns where a license has fewer free units than the group has members, and a " +
				"refresh warns where members lack a license of the group. " +
				"A group of Microsoft 365 needs `security_enabled = true`. Before the group is destroyed its licenses are taken away. " +
				"The application needs the permission `LicenseAssignment.ReadWrite.All`, and the tenant a license of Microsoft Entra ID P1." +
				unmanaged,
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"disabled_plans": schema.SetAttribute{Optional: true, ElementType: types.StringType, Validators: texts,
					MarkdownDescription: "Service plans of the license that are switched off, by name, such as `TEAMS1`, or by id. The default, " +
						"null, switches none off."},
			}}},
	}
}

// validateOptions finds what contradicts itself in a configuration.
func (m *entraGroupModel) validateOptions(diags *diag.Diagnostics) {
	conflict := func(attribute, text string) {
		diags.AddAttributeError(path.Root(attribute), "Conflicting arguments", text)
	}
	dynamic, unified := m.MembershipRule.ValueString() != "", m.Type.ValueString() == entra.GroupMicrosoft365
	switch {
	case dynamic && m.AssignableToRole.ValueBool():
		conflict("membership_rule", "A group that roles can be assigned to has no membership rule: remove one of membership_rule and "+
			"assignable_to_role.")
	case m.MembershipRulePaused.ValueBool() && !dynamic && !m.MembershipRule.IsUnknown():
		conflict("membership_rule_paused", "There is no rule to pause: set membership_rule, or remove membership_rule_paused.")
	}
	if m.Type.IsUnknown() {
		return
	}
	switch {
	case !unified && !m.Behaviors.IsNull():
		conflict("behaviors", "Only groups of Microsoft 365 have behaviors: remove behaviors, or set type = \"microsoft_365\".")
	case !unified && !m.SecurityEnabled.IsNull() && !m.SecurityEnabled.IsUnknown() && !m.SecurityEnabled.ValueBool():
		conflict("security_enabled", "A security group is always security-enabled: remove security_enabled, or set type = \"microsoft_365\".")
	case m.AssignableToRole.ValueBool() && !m.SecurityEnabled.IsNull() && !m.SecurityEnabled.IsUnknown() && !m.SecurityEnabled.ValueBool():
		conflict("security_enabled", "A group that roles can be assigned to is always security-enabled: remove security_enabled.")
	}
	secure := m.SecurityEnabled.IsUnknown() || m.SecurityEnabled.ValueBool() || m.AssignableToRole.ValueBool()
	if unified && len(m.AssignedLicenses.Elements()) > 0 && !secure {
		conflict("assigned_licenses", "A group of Microsoft 365 gives licenses only where it is security-enabled: set security_enabled = true.")
	}
}

// licenses returns the plans that are off by license; known is false where something is decided later.
func (o *entraGroupOptions) licenses() (out map[string][]string, known bool) {
	if o.AssignedLicenses.IsUnknown() {
		return nil, false
	}
	out = map[string][]string{}
	for license, v := range o.AssignedLicenses.Elements() {
		object, isObject := v.(types.Object)
		if !isObject || object.IsUnknown() {
			return nil, false
		}
		plans, isSet := object.Attributes()["disabled_plans"].(types.Set)
		if isSet && (plans.IsUnknown() || slices.ContainsFunc(plans.Elements(), attr.Value.IsUnknown)) {
			return nil, false
		}
		out[license] = nil
		if isSet {
			out[license] = textsOf(plans)
		}
	}
	return out, true
}

// sameOptions reports whether nothing of the options is to be written.
func (o *entraGroupOptions) sameOptions(state *entraGroupOptions) bool {
	return o.MembershipRule.Equal(state.MembershipRule) && o.MembershipRulePaused.ValueBool() == state.MembershipRulePaused.ValueBool() &&
		o.SecurityEnabled.Equal(state.SecurityEnabled) && o.Behaviors.Equal(state.Behaviors) &&
		o.AdministrativeUnits.Equal(state.AdministrativeUnits) &&
		o.AssignedLicenses.Equal(state.AssignedLicenses)
}

// complete adds the options to what a group is to be.
func (o *entraGroupOptions) complete(want *entra.GroupSpec) {
	want.MembershipRule, want.Paused = o.MembershipRule.ValueStringPointer(), o.MembershipRulePaused.ValueBool()
	want.SecurityEnabled = o.SecurityEnabled.ValueBoolPointer()
	if !o.Behaviors.IsNull() {
		want.Behaviors = textsOf(o.Behaviors)
	}
}

// checkOptions finds at plan what Graph would refuse at apply.
func (o *entraGroupOptions) checkOptions(ctx context.Context, tenant *entra.Tenant, state *entraGroupModel, diags *diag.Diagnostics) {
	units := textsOf(o.AdministrativeUnits)
	if !o.AdministrativeUnits.IsUnknown() && len(units) > 0 && !o.AdministrativeUnits.Equal(state.AdministrativeUnits) {
		if _, err := tenant.Units(ctx, units); err != nil {
			diags.AddAttributeError(path.Root("administrative_units"), "The administrative units cannot be looked up", err.Error()+".")
		}
	}
	licenses, known := o.licenses()
	if !known || len(licenses) == 0 || o.AssignedLicenses.Equal(state.AssignedLicenses) {
		return
	}
	if err := tenant.CheckGroupLicenses(ctx, licenses); err != nil {
		diags.AddAttributeError(path.Root("assigned_licenses"), "The licenses cannot be assigned", err.Error()+".")
		return
	}
	before, _ := state.licenses()
	o.warnOfUnits(ctx, tenant, state.ID.ValueString(), licenses, before, diags)
}

// warnOfUnits warns where a group has more members than a license that it is about to give has units left.
func (o *entraGroupOptions) warnOfUnits(
	ctx context.Context, tenant *entra.Tenant, id string, want, before map[string][]string, diags *diag.Diagnostics,
) {
	all, err := tenant.Licenses(ctx)
	if err != nil || id == "" {
		return
	}
	members, err := tenant.CountMembers(ctx, id)
	if err != nil {
		addProblems(diags, "Cannot count the members of the group", err)
		return
	}
	for i := range all {
		l := &all[i]
		names := func(licenses map[string][]string) bool {
			return slices.ContainsFunc(slices.Collect(maps.Keys(licenses)), func(ref string) bool {
				return strings.EqualFold(ref, l.PartNumber) || strings.EqualFold(ref, l.SkuID)
			})
		}
		if names(want) && !names(before) && members > l.Free() {
			diags.AddAttributeWarning(path.Root("assigned_licenses"), "A license has too few free units",
				fmt.Sprintf("The group has %d members, and %d of %d units of %s are free. Members who have the license already take none; the "+
					"others may go without.",
					members, l.Free(), l.Units.Enabled, l.PartNumber))
		}
	}
}

// writeOptions writes what is written by requests of its own.
func (o *entraGroupOptions) writeOptions(ctx context.Context, tenant *entra.Tenant, id string) error {
	var problems []error
	if !o.AdministrativeUnits.IsNull() {
		units, err := tenant.Units(ctx, textsOf(o.AdministrativeUnits))
		if err == nil {
			ids := make([]string, 0, len(units))
			for _, u := range units {
				ids = append(ids, u.ID)
			}
			err = tenant.SetUnitsOfGroup(ctx, id, ids)
		}
		problems = append(problems, err)
	}
	if licenses, known := o.licenses(); known && !o.AssignedLicenses.IsNull() {
		problems = append(problems, tenant.SetGroupLicenses(ctx, id, licenses))
	}
	return errors.Join(problems...)
}

// observeOptions takes over how the group is. What is not managed stays null, unless everything is wanted.
func (o *entraGroupOptions) observeOptions(g *entra.Group, everything bool) {
	if !o.MembershipRule.IsNull() || everything && g.Dynamic {
		if o.MembershipRule = types.StringValue(""); g.Dynamic {
			o.MembershipRule = types.StringValue(g.MembershipRule)
		}
		if o.MembershipRulePaused.ValueBool() != (g.Dynamic && g.Paused) {
			o.MembershipRulePaused = types.BoolValue(g.Dynamic && g.Paused)
		}
	}
	if !o.SecurityEnabled.IsNull() {
		o.SecurityEnabled = types.BoolValue(g.SecurityEnabled)
	}
	if len(g.Behaviors) > 0 && (!o.Behaviors.IsNull() || everything) {
		o.Behaviors = stringSet(g.Behaviors)
	}
}

// readOptions reads what is read by requests of its own, where it is managed.
func (o *entraGroupOptions) readOptions(ctx context.Context, tenant *entra.Tenant, g *entra.Group, diags *diag.Diagnostics) error {
	if !o.AdministrativeUnits.IsNull() {
		units, err := tenant.UnitsOfGroup(ctx, g.ID)
		if err != nil {
			return err
		}
		var now []string
		for _, u := range units {
			ref := u.ID
			for _, named := range textsOf(o.AdministrativeUnits) {
				if strings.EqualFold(named, u.ID) || directory.Fold(named) == directory.Fold(u.DisplayName) {
					ref = named
				}
			}
			now = append(now, ref)
		}
		if slices.Sort(now); !slices.Equal(now, textsOf(o.AdministrativeUnits)) {
			o.AdministrativeUnits = stringSet(now)
		}
	}
	known, _ := o.licenses()
	if o.AssignedLicenses.IsNull() {
		return nil
	}
	have, err := tenant.GroupLicenses(ctx, g.ID)
	if err != nil {
		return err
	}
	if have.Failing {
		diags.AddAttributeWarning(path.Root("assigned_licenses"), "Members lack a license", fmt.Sprintf("Some members of the group %q do "+
			"not have a license that the group gives. "+
			"The licenses of the group in the admin center name them and say why, such as too few units or a license that contradicts "+
			"another.", g.DisplayName))
	}
	now, err := tenant.SameGroupLicenses(ctx, have.Licenses, known)
	if err != nil {
		return err
	}
	if !maps.EqualFunc(now, known, func(a, b []string) bool {
		return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
	}) {
		o.AssignedLicenses = licenseMap(now)
	}
	return nil
}

// licenseMap is the value of assigned_licenses.
func licenseMap(licenses map[string][]string) types.Map {
	elements := make(map[string]attr.Value, len(licenses))
	for license, without := range licenses {
		plans := types.SetNull(types.StringType)
		if len(without) > 0 {
			plans = stringSet(without)
		}
		elements[license] = types.ObjectValueMust(disabledPlans.AttrTypes, map[string]attr.Value{"disabled_plans": plans})
	}
	return types.MapValueMust(disabledPlans, elements)
}
