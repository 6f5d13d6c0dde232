// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
)

// listNote ends the descriptions of what can be listed.
const listNote = " It is used by `terraform query` of Terraform 1.14 and newer, which writes import blocks and configuration " +
	"for what it finds. They come in a fixed order; `limit` of the list block takes the first ones."

func listText(description string) listschema.Attribute {
	return listschema.StringAttribute{Optional: true, MarkdownDescription: description}
}

func listFlag(description string) listschema.Attribute {
	return listschema.BoolAttribute{Optional: true, MarkdownDescription: description}
}

func adFilters(of string, more map[string]listschema.Attribute) map[string]listschema.Attribute {
	filters := map[string]listschema.Attribute{
		"container": listText("Distinguished name of the container that the " + of + " are below of, directly or deeper. " +
			"Unset: the whole domain."),
		"filter": listText("LDAP filter that they match as well, such as `(description=*)`. Unset: all of them."),
	}
	maps.Copy(filters, more)
	return filters
}

func userFilters() map[string]listschema.Attribute {
	return map[string]listschema.Attribute{
		"enabled":        listFlag("Whether people can sign in with the account. Unset: both."),
		"with_worker_id": listFlag("Whether the account carries a worker id (`worker_id_attribute` of the provider). Unset: both."),
		"include_protected": listFlag("Whether accounts that `protect` of the provider names are listed as well. " +
			"Unset: false, because nothing changes them."),
	}
}

func listKinds() []listKind {
	entraUsers := userFilters()
	maps.Copy(entraUsers, map[string]listschema.Attribute{
		"domain":         listText("Domain that the user principal names are in. Unset: all of them."),
		"filter":         listText("OData filter that they match as well, such as `department eq 'Sales'`. Unset: all of them."),
		"include_guests": listFlag("Whether guests are listed as well. Unset: false."),
		"include_synchronised": listFlag("Whether users that are synchronised from Active Directory are listed as well. " +
			"Unset: false, because Active Directory masters most of what they are."),
	})
	return []listKind{
		{home: adHome, name: "ad_user", find: findADUsers, filters: adFilters("accounts", userFilters()),
			description: "Lists the Active Directory accounts of people. Computers and service accounts of managed kinds are left out." + listNote},
		{home: adHome, name: "ad_group", find: findADGroups, filters: adFilters("groups", map[string]listschema.Attribute{
			"include_protected": listFlag("Whether groups that are protected, such as those that come with the domain, are listed as well. " +
				"Unset: false, because they are neither renamed, moved nor deleted."),
		}), description: "Lists Active Directory groups." + listNote},
		{home: adHome, name: "ad_organizational_unit", find: findADUnits, filters: adFilters("organizational units", nil),
			description: "Lists the organizational units of an Active Directory domain." + listNote},
		{home: entraHome, name: "entra_user", find: findEntraUsers, filters: entraUsers,
			description: "Lists Microsoft Entra ID users." + listNote},
		{home: entraHome, name: "entra_group", find: findEntraGroups, filters: map[string]listschema.Attribute{
			"filter": listText("OData filter that they match, such as `startswith(displayName,'HR ')`. Unset: all of them."),
		}, description: "Lists Microsoft Entra ID groups, without those that Microsoft Graph cannot write: " +
			"synchronised groups, mail-enabled security groups and distribution lists." + listNote},
		{home: entraHome, name: "entra_administrative_unit", find: findEntraUnits, filters: map[string]listschema.Attribute{
			"filter": listText("OData filter that they match, such as `startswith(displayName,'South')`. Unset: all of them."),
		}, description: "Lists the administrative units of a Microsoft Entra ID tenant." + listNote},
	}
}

// people keeps the accounts that filters leave.
func (f listFilters) people(
	ctx context.Context, t target, data *providerData, all []*directory.Existing, keep func(*directory.Existing) bool,
) []found {
	enabled, numbered, protected := f.flag(ctx, "enabled"), f.flag(ctx, "with_worker_id"), f.flag(ctx, "include_protected")
	id := t.workerIDAttribute(data)
	var out []found
	for _, e := range all {
		switch {
		case !fits(enabled, e.Account.Enabled), !fits(numbered, len(e.Account.Attributes[id]) > 0):
		case e.Protected != "" && (protected == nil || !*protected), !keep(e):
		default:
			display := e.Account.Attributes[t.label].Text()
			if login := e.Account.Attributes[t.format.Login].Text(); login != display {
				display = fmt.Sprintf("%s (%s)", display, login)
			}
			out = append(out, found{e.ID, display, func(context.Context) (any, error) { return t.imported(e) }})
		}
	}
	return out
}

// imported is the model of a user that was just imported: what every account has, and nothing that rules decide.
func (t target) imported(e *directory.Existing) (any, error) {
	m := t.newArguments()
	var diags diag.Diagnostics
	m.ID = types.StringValue(e.ID)
	m.fillFromPlace(e, nil, false)
	m.fillFromDocument(t.marshal(t.terms().CoreOf(e.Account)), &diags)
	if diags.HasError() {
		return nil, fmt.Errorf("%s: %s", e.Path, diags[0].Detail())
	}
	return m.personModel, nil
}

func everybody(*directory.Existing) bool { return true }

func findADUsers(ctx context.Context, data *providerData, by listFilters) ([]found, error) {
	domain, err := data.activeDirectory.Domain()
	if err != nil {
		return nil, err
	}
	all, err := domain.ListUsers(ctx, by.listing(ctx))
	return by.people(ctx, activeDirectoryTarget, data, all, everybody), err
}

func (f listFilters) listing(ctx context.Context) activedirectory.Listing {
	return activedirectory.Listing{Container: f.text(ctx, "container"), Filter: f.text(ctx, "filter")}
}

func findADGroups(ctx context.Context, data *providerData, by listFilters) ([]found, error) {
	domain, err := data.activeDirectory.Domain()
	if err != nil {
		return nil, err
	}
	groups, err := domain.ListGroups(ctx, by.listing(ctx))
	protected := by.flag(ctx, "include_protected")
	var out []found
	for _, g := range groups {
		if g.Protected != "" && (protected == nil || !*protected) {
			continue
		}
		out = append(out, found{id: g.ID, display: g.Name, model: func(context.Context) (any, error) {
			m := &adGroupModel{timeoutsModel: noTimeouts()}
			m.observe(g, nil)
			return m, nil
		}})
	}
	return out, err
}

func findADUnits(ctx context.Context, data *providerData, by listFilters) ([]found, error) {
	domain, err := data.activeDirectory.Domain()
	if err != nil {
		return nil, err
	}
	units, err := domain.ListUnits(ctx, by.listing(ctx))
	var out []found
	for _, u := range units {
		out = append(out, found{id: u.ID, display: u.Path, model: func(ctx context.Context) (any, error) {
			whole, err := domain.FindUnit(ctx, u.ID) // with what protects it
			if err == nil && whole == nil {
				err = errors.New("it was deleted meanwhile: run the query again")
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", u.Path, err)
			}
			m := &adOrganizationalUnitModel{timeoutsModel: noTimeouts()}
			m.observe(whole)
			return m, nil
		}})
	}
	return out, err
}

func findEntraUsers(ctx context.Context, data *providerData, by listFilters) ([]found, error) {
	tenant, err := data.entra.Tenant()
	if err != nil {
		return nil, err
	}
	all, err := tenant.ListUsers(ctx, by.text(ctx, "filter"))
	domain, guests, synchronised := by.text(ctx, "domain"), by.flag(ctx, "include_guests"), by.flag(ctx, "include_synchronised")
	return by.people(ctx, entraTarget, data, all, func(e *directory.Existing) bool {
		switch {
		case domain != "" && !entraTarget.partOf(e, domain), e.Guest && (guests == nil || !*guests):
			return false
		}
		return !e.Synchronised || synchronised != nil && *synchronised
	}), err
}

func findEntraGroups(ctx context.Context, data *providerData, by listFilters) ([]found, error) {
	tenant, err := data.entra.Tenant()
	if err != nil {
		return nil, err
	}
	groups, err := tenant.ListGroups(ctx, by.text(ctx, "filter"))
	var out []found
	for _, g := range groups {
		if g.Mastered() != "" {
			continue
		}
		out = append(out, found{id: g.ID, display: g.DisplayName, model: func(ctx context.Context) (any, error) {
			whole, err := tenant.ReadGroup(ctx, g.ID, true)
			if err == nil && whole == nil {
				err = errors.New("it was deleted meanwhile: run the query again")
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", g.DisplayName, err)
			}
			m := &entraGroupModel{Owners: types.SetNull(types.StringType), entraGroupOptions: noGroupOptions(), timeoutsModel: noTimeouts()}
			m.observe(whole, nil, true)
			return m, nil
		}})
	}
	return out, err
}

func findEntraUnits(ctx context.Context, data *providerData, by listFilters) ([]found, error) {
	tenant, err := data.entra.Tenant()
	if err != nil {
		return nil, err
	}
	units, err := tenant.ListAdministrativeUnits(ctx, by.text(ctx, "filter"))
	var out []found
	for _, u := range units {
		out = append(out, found{id: u.ID, display: u.DisplayName, model: func(ctx context.Context) (any, error) {
			whole, err := tenant.ReadUnit(ctx, u.ID, true)
			if err == nil && whole == nil {
				err = errors.New("it was deleted meanwhile: run the query again")
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", u.DisplayName, err)
			}
			m := &entraAdministrativeUnitModel{Members: types.SetNull(types.StringType), timeoutsModel: noTimeouts()}
			m.observe(whole, nil, true)
			return m, nil
		}})
	}
	return out, err
}
