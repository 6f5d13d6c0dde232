// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/text/unicode/norm"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra"
	"terraform-provider-workforce/internal/wording"
)

type entraGroupModel struct {
	DisplayName           types.String `tfsdk:"display_name"`
	Type                  types.String `tfsdk:"type"`
	MailNickname          types.String `tfsdk:"mail_nickname"`
	Description           types.String `tfsdk:"description"`
	Visibility            types.String `tfsdk:"visibility"`
	Owners                types.Set    `tfsdk:"owners"`
	AssignableToRole      types.Bool   `tfsdk:"assignable_to_role"`
	PreventDuplicateNames types.Bool   `tfsdk:"prevent_duplicate_names"`
	ForceDestroy          types.Bool   `tfsdk:"force_destroy"`
	Mail                  types.String `tfsdk:"mail"`
	ID                    types.String `tfsdk:"id"`
	entraGroupOptions
	timeoutsModel
}

// nicknameOf makes a mail nickname of a display name: its letters and digits, as
// far as they are ASCII or have a base that is.
func nicknameOf(name string) string {
	name = norm.NFKD.String(strings.NewReplacer("ß", "ss", "ø", "o", "Ø", "O", "æ", "ae", "Æ", "Ae", "ł", "l", "Ł", "L").Replace(name))
	out := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return -1
	}, name)
	return out[:min(len(out), 64)]
}

// checkNickname says what is wrong with a mail nickname.
// https://learn.microsoft.com/graph/api/resources/group
func checkNickname(s string) error {
	switch i := strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`@()\[]";:<>,`, r) }); {
	case s == "" || len(s) > 64:
		return fmt.Errorf("found %d characters, expected 1 to 64", len(s))
	case i >= 0:
		return fmt.Errorf("found %q, expected ASCII without spaces and without any of @ ( ) \\ [ ] \" ; : < > ,", s)
	}
	return nil
}

// fillPlan fills in what follows from the rest.
func (m *entraGroupModel) fillPlan(config, state *entraGroupModel, diags *diag.Diagnostics) {
	exists := !state.ID.IsNull()
	if config.MailNickname.IsNull() {
		switch {
		case exists:
			m.MailNickname = state.MailNickname
		case m.DisplayName.IsUnknown():
			m.MailNickname = types.StringUnknown()
		default:
			m.MailNickname = types.StringValue(nicknameOf(m.DisplayName.ValueString()))
			if m.MailNickname.ValueString() == "" {
				diags.AddAttributeError(path.Root("mail_nickname"), "Missing argument", fmt.Sprintf("No mail nickname can be made of the display name %q: set mail_nickname.", m.DisplayName.ValueString()))
			}
		}
	}
	switch {
	case exists && m.MailNickname.Equal(state.MailNickname):
		m.Mail = state.Mail
	case m.Type.ValueString() == entra.GroupSecurity:
		m.Mail = types.StringNull()
	default:
		m.Mail = types.StringUnknown()
	}
}

// spec returns what the group is to be. Owners who do not exist are an error.
func (m *entraGroupModel) spec(ctx context.Context, tenant *entra.Tenant, have *entra.Group, names map[string]string) (entra.GroupSpec, map[string]string, error) {
	want := entra.GroupSpec{
		DisplayName: m.DisplayName.ValueString(), MailNickname: m.MailNickname.ValueString(), Description: m.Description.ValueStringPointer(), Visibility: m.Visibility.ValueStringPointer(),
		Type: m.Type.ValueString(), AssignableToRole: m.AssignableToRole.ValueBool(),
	}
	m.complete(&want)
	owners := map[string]string{}
	if m.Owners.IsNull() {
		return want, owners, nil
	}
	var held map[string]directory.Member
	if have != nil {
		held = have.Owners
	}
	var err error
	want.Owners, owners, err = referred(ctx, tenant, m.Owners, names, held, func(ref string, who directory.Member) error {
		if who.Class == "group" {
			return fmt.Errorf("%q is a group, and groups own nothing", ref)
		}
		return nil
	})
	return want, owners, err
}

// referred returns the objects that references mean, and their ids by reference. names are the ids that references had
// before, and held is who belongs already. What refuses reports, and whoever does not exist, is an error.
func referred(
	ctx context.Context, tenant *entra.Tenant, set types.Set, names map[string]string, held map[string]directory.Member,
	refuses func(ref string, who directory.Member) error,
) (members []directory.Member, ids map[string]string, err error) {
	refs := textsOf(set)
	found, err := tenant.Members(ctx, refs)
	if err != nil {
		return nil, nil, err
	}
	members, ids = []directory.Member{}, map[string]string{}
	var problems []error
	for _, ref := range refs {
		who := found[ref]
		if who.ID == "" { // renamed, or of a kind that is found only where it belongs
			if who = held[names[ref]]; who.ID == "" {
				who = held[strings.ToLower(ref)]
			}
		}
		if who.ID == "" {
			problems = append(problems, errors.New(entraTarget.terms().Nobody(ref)))
		} else if err := refuses(ref, who); err != nil {
			problems = append(problems, err)
		} else if !slices.Contains(members, who) {
			members = append(members, who)
		}
		ids[ref] = who.ID
	}
	return members, ids, errors.Join(problems...)
}

// observe takes over how the group is. What is not managed stays null, unless
// everything is wanted, as by an import.
func (m *entraGroupModel) observe(g *entra.Group, names map[string]string, everything bool) map[string]string {
	m.ID, m.DisplayName, m.MailNickname, m.Mail = types.StringValue(g.ID), types.StringValue(g.DisplayName), types.StringValue(g.MailNickname), types.StringNull()
	m.Type, m.AssignableToRole = types.StringValue(g.Type), types.BoolValue(g.AssignableToRole)
	m.observeOptions(g, everything)
	if g.Mail != "" {
		m.Mail = types.StringValue(g.Mail)
	}
	for now, v := range map[*types.String]string{&m.Description: g.Description, &m.Visibility: g.Visibility} {
		managed := !now.IsNull()
		if now == &m.Visibility && (managed && strings.EqualFold(now.ValueString(), v) || g.Type != entra.GroupMicrosoft365) {
			continue
		}
		if managed || everything && v != "" {
			*now = types.StringValue(v)
		}
	}
	if m.Owners.IsNull() && (!everything || len(g.Owners) == 0) {
		return nil
	}
	return observeRefs(&m.Owners, names, g.Owners)
}

// observeRefs makes references name those who are held now, under the names that they have already, and returns ids by
// reference.
func observeRefs(set *types.Set, names map[string]string, members map[string]directory.Member) map[string]string {
	held := entraGroupTerms.naming.Of(&directory.Group{Members: members})
	known := map[string]string{}
	for _, ref := range textsOf(*set) {
		if id := names[ref]; members[id].ID != "" {
			known[ref] = id
		} else if id := held.ID(ref); id != "" {
			known[ref] = id
		}
	}
	maps.Copy(known, held.Others(known))
	if now := slices.Sorted(maps.Keys(known)); set.IsNull() || !slices.Equal(now, textsOf(*set)) {
		*set = stringSet(now)
	}
	return known
}

func (m *entraGroupModel) objectID() string { return m.ID.ValueString() }

func (m *entraGroupModel) create(ctx context.Context, run *objectRun[*entra.Tenant]) (bool, error) {
	want, names, err := m.spec(ctx, run.dir, nil, nil)
	var g *entra.Group
	if err == nil {
		g, err = run.dir.CreateGroup(ctx, want)
	}
	if g != nil {
		run.names = m.observe(g, names, false)
		if err == nil {
			err = m.writeOptions(ctx, run.dir, g.ID)
		}
		if err != nil {
			err = errors.Join(err, m.readOptions(ctx, run.dir, g, run.diags))
		}
	}
	return g != nil, m.named(err)
}

func (m *entraGroupModel) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("group %q: %w", m.DisplayName.ValueString(), err)
}

func (m *entraGroupModel) read(ctx context.Context, run *objectRun[*entra.Tenant]) (bool, error) {
	imported := m.DisplayName.IsNull()
	g, err := run.dir.ReadGroup(ctx, m.ID.ValueString(), imported || !m.Owners.IsNull())
	if g != nil && err == nil {
		run.names = m.observe(g, run.names, imported)
		err = m.readOptions(ctx, run.dir, g, run.diags)
	}
	return g != nil, err
}

func (m *entraGroupModel) update(ctx context.Context, run *objectRun[*entra.Tenant]) (bool, error) {
	have, err := run.dir.ReadGroup(ctx, m.ID.ValueString(), true)
	if err != nil || have == nil {
		return false, m.named(err)
	}
	want, names, err := m.spec(ctx, run.dir, have, run.names)
	if err == nil {
		have, err = run.dir.UpdateGroup(ctx, have, want)
	}
	if err == nil {
		err = m.writeOptions(ctx, run.dir, have.ID)
	}
	problem := m.named(err)
	if err != nil {
		if now, again := run.dir.ReadGroup(ctx, have.ID, true); again == nil && now != nil {
			have = now // some of it may have been done
		}
	}
	run.names = m.observe(have, names, false)
	if problem != nil {
		problem = errors.Join(problem, m.readOptions(ctx, run.dir, have, run.diags))
	}
	return true, problem
}

func (m *entraGroupModel) remove(ctx context.Context, run *objectRun[*entra.Tenant]) error {
	if !m.ForceDestroy.ValueBool() {
		n, err := run.dir.CountMembers(ctx, m.ID.ValueString())
		if err != nil {
			return fmt.Errorf("cannot tell whether the group has members: %w", err)
		}
		if n > 0 {
			return m.named(fmt.Errorf("it has %s, and a deleted group takes every right it was given with it. Remove them first, or set force_destroy = true and apply that before destroying", wording.Count(n, "member")))
		}
	}
	id := m.ID.ValueString()
	licenses, _ := m.licenses()
	if len(licenses) == 0 {
		return m.named(run.dir.DeleteGroup(ctx, id))
	}
	if err := run.dir.SetGroupLicenses(ctx, id, nil); err != nil { // no group is deleted that has any
		return m.named(err)
	}
	err := run.dir.DeleteGroup(ctx, id)
	if err != nil { // the group stays, and so do the licenses of its members
		err = errors.Join(err, run.dir.SetGroupLicenses(ctx, id, licenses))
	}
	return m.named(err)
}

// locate finds the group by its object id, mail nickname or display name.
func (m *entraGroupModel) locate(ctx context.Context, run *objectRun[*entra.Tenant], ref string) (map[string]any, error) {
	found, err := run.dir.FindGroups(ctx, []string{ref})
	switch g := found[ref]; {
	case err != nil:
	case g == nil:
		err = errors.New(entraTarget.terms().NoGroup(ref) + " Deleted groups are not looked at.")
	case g.Mastered() != "":
		err = fmt.Errorf("group %q: %s", g.DisplayName, g.Mastered())
	}
	if err != nil {
		return nil, err
	}
	return map[string]any{"id": found[ref].ID, "prevent_duplicate_names": true, "force_destroy": false}, nil
}
