// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/dn"
	"terraform-provider-workforce/internal/reconcile"
)

type adGroupModel struct {
	Name              types.String `tfsdk:"name"`
	Container         types.String `tfsdk:"container"`
	SAMAccountName    types.String `tfsdk:"sam_account_name"`
	Scope             types.String `tfsdk:"scope"`
	Category          types.String `tfsdk:"category"`
	Description       types.String `tfsdk:"description"`
	Mail              types.String `tfsdk:"mail"`
	ManagedBy         types.String `tfsdk:"managed_by"`
	ForceDestroy      types.Bool   `tfsdk:"force_destroy"`
	ID                types.String `tfsdk:"id"`
	SID               types.String `tfsdk:"sid"`
	DistinguishedName types.String `tfsdk:"distinguished_name"`
	timeoutsModel
}

// checkContainerArgument reports a container that is no distinguished name.
func checkContainerArgument(v types.String, diags *diag.Diagnostics) {
	if v.IsNull() || v.IsUnknown() {
		return
	}
	if err := activedirectory.CheckContainer(v.ValueString()); err != nil {
		diags.AddAttributeError(path.Root("container"), "Invalid container", "container: "+err.Error()+".")
	}
}

// samePath returns the spelling before if the path is the same, else now.
func samePath(before types.String, now string) types.String {
	if !before.IsNull() && !before.IsUnknown() && dn.Key(before.ValueString()) == dn.Key(now) {
		return before
	}
	return types.StringValue(now)
}

// claim reports another group of the run that takes one of the names.
func (m *adGroupModel) claim(data *providerData, id string, diags *diag.Diagnostics) {
	label := fmt.Sprintf("workforce_ad_group with name = %q, container = %q and sam_account_name = %q", m.Name.ValueString(), m.Container.ValueString(), m.SAMAccountName.ValueString())
	for attribute, name := range map[string]types.String{"name": m.DistinguishedName, "sam_account_name": m.SAMAccountName} {
		data.claimObject(attribute, "ad "+attribute+" "+activedirectory.RefKey(name.ValueString()),
			reconcile.NameClaim{Holder: id, Label: label, Strict: true}, diags)
	}
}

// fillPlan fills in what is known at plan of what the configuration leaves open.
func (m *adGroupModel) fillPlan(config, state adGroupModel) {
	if config.SAMAccountName.IsNull() {
		switch {
		case !state.SAMAccountName.IsNull():
			m.SAMAccountName = state.SAMAccountName
		case !m.Name.IsUnknown():
			m.SAMAccountName = types.StringValue(groupLogin(m.Name.ValueString()))
		}
	}
	if m.Name.IsUnknown() || m.Container.IsUnknown() {
		m.DistinguishedName = types.StringUnknown()
		return
	}
	m.DistinguishedName = samePath(state.DistinguishedName, m.names().Path())
}

func (m *adGroupModel) placeKnown() bool {
	return !m.DistinguishedName.IsUnknown() && !m.SAMAccountName.IsUnknown()
}

// groupLogin leaves out what a sAMAccountName cannot have.
func groupLogin(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`"/\[]:;|=,+*?<>`, r) {
			return -1
		}
		return r
	}, name)
	return strings.TrimRight(name, ". ")
}

func (m *adGroupModel) names() activedirectory.GroupSettings {
	return activedirectory.GroupSettings{Container: m.Container.ValueString(), Name: m.Name.ValueString(), Login: m.SAMAccountName.ValueString()}
}

// settings returns what the group is to be.
func (m *adGroupModel) settings(ctx context.Context, domain *activedirectory.Domain) (activedirectory.GroupSettings, error) {
	s := m.names()
	s.Scope, s.Category, s.Description, s.Mail = m.Scope.ValueString(), m.Category.ValueString(), m.Description.ValueStringPointer(), m.Mail.ValueStringPointer()
	manager, err := managerPath(ctx, domain, m.ManagedBy)
	if err == nil && manager == nil && !m.ManagedBy.IsNull() {
		err = errors.New(activeDirectoryTarget.terms().Nobody(m.ManagedBy.ValueString()))
	}
	if err != nil {
		return s, fmt.Errorf("managed_by: %w", err)
	}
	s.ManagedBy = manager
	return s, nil
}

func (m *adGroupModel) objectID() string { return m.ID.ValueString() }

func (m *adGroupModel) create(ctx context.Context, run *objectRun[*activedirectory.Domain]) (bool, error) {
	return m.write(ctx, run, run.dir.CreateGroup)
}

func (m *adGroupModel) update(ctx context.Context, run *objectRun[*activedirectory.Domain]) (bool, error) {
	return m.write(ctx, run, func(ctx context.Context, want activedirectory.GroupSettings) (*activedirectory.GroupObject, error) {
		return run.dir.UpdateGroup(ctx, m.ID.ValueString(), want)
	})
}

func (m *adGroupModel) write(ctx context.Context, run *objectRun[*activedirectory.Domain], as func(context.Context, activedirectory.GroupSettings) (*activedirectory.GroupObject, error)) (bool, error) {
	want, err := m.settings(ctx, run.dir)
	if err != nil {
		return false, err
	}
	now, err := as(ctx, want)
	if now != nil {
		m.observe(now, want.ManagedBy)
	}
	return now != nil, err
}

func (m *adGroupModel) read(ctx context.Context, run *objectRun[*activedirectory.Domain]) (bool, error) {
	found, err := run.dir.FindGroup(ctx, m.ID.ValueString())
	if err != nil || found == nil {
		return false, err
	}
	manager, err := managerPath(ctx, run.dir, m.ManagedBy)
	if err != nil {
		return false, err
	}
	m.observe(found, manager)
	return true, nil
}

func (m *adGroupModel) remove(ctx context.Context, run *objectRun[*activedirectory.Domain]) error {
	return run.dir.DeleteGroup(ctx, m.ID.ValueString(), m.ForceDestroy.ValueBool())
}

// locate finds the group by objectGUID, distinguished name or sAMAccountName.
func (m *adGroupModel) locate(ctx context.Context, run *objectRun[*activedirectory.Domain], ref string) (map[string]any, error) {
	found, err := run.dir.FindGroup(ctx, ref)
	if err == nil && found == nil {
		err = errors.New(activeDirectoryTarget.terms().NoGroup(ref))
	}
	if err != nil {
		return nil, err
	}
	return map[string]any{"id": found.ID, "force_destroy": false}, nil
}

// managerPath returns where the object is that a reference means: nil when it
// is not managed or not there.
func managerPath(ctx context.Context, domain *activedirectory.Domain, ref types.String) (*string, error) {
	if ref.IsNull() || ref.IsUnknown() || ref.ValueString() == "" {
		return ref.ValueStringPointer(), nil
	}
	found, err := domain.Members(ctx, []string{ref.ValueString()})
	if err != nil || found[ref.ValueString()].ID == "" {
		return nil, err
	}
	dn := found[ref.ValueString()].Path
	return &dn, nil
}

// observe puts what the directory holds into the model. What is not managed
// stays null, except right after an import. manager is where managed_by is.
func (m *adGroupModel) observe(g *activedirectory.GroupObject, manager *string) {
	imported := m.Name.IsNull()
	managed := func(v *types.String, now string) {
		if !v.IsNull() || imported && now != "" {
			*v = types.StringValue(now)
		}
	}
	m.ID, m.SID = types.StringValue(g.ID), types.StringValue(g.SID)
	m.DistinguishedName = samePath(m.DistinguishedName, g.Path)
	m.Container = samePath(m.Container, g.Container)
	m.Name, m.SAMAccountName = types.StringValue(g.Name), types.StringValue(g.Login)
	m.Scope, m.Category = types.StringValue(g.Scope), types.StringValue(g.Category)
	managed(&m.Description, g.Description)
	managed(&m.Mail, g.Mail)
	if manager == nil || dn.Key(*manager) != dn.Key(g.ManagedBy) {
		managed(&m.ManagedBy, g.ManagedBy)
	}
}
