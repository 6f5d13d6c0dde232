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
)

type entraGroupModel struct {
	DisplayName           types.String `tfsdk:"display_name"`
	Type                  types.String `tfsdk:"type"`
	MailNickname          types.String `tfsdk:"mail_nickname"`
	Description           types.String `tfsdk:"description"`
	Visibility            types.String `tfsdk:"visibility"`
	Owners                textSet      `tfsdk:"owners"`
	AssignableToRole      types.Bool   `tfsdk:"assignable_to_role"`
	PreventDuplicateNames types.Bool   `tfsdk:"prevent_duplicate_names"`
	ForceDestroy          types.Bool   `tfsdk:"force_destroy"`
	Mail                  types.String `tfsdk:"mail"`
	ID                    types.String `tfsdk:"id"`
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

// settlePlan fills in what follows from the rest.
func (m *entraGroupModel) settlePlan(config, state *entraGroupModel, diags *diag.Diagnostics) {
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
	owners := map[string]string{}
	if m.Owners.IsNull() {
		return want, owners, nil
	}
	refs := m.Owners.texts()
	found, err := tenant.Members(ctx, refs)
	if err != nil {
		return want, nil, err
	}
	want.Owners = []directory.Member{}
	var problems []error
	for _, ref := range refs {
		who := found[ref]
		if who.ID == "" && have != nil { // renamed, or of a kind that is found only as an owner
			if who = have.Owners[names[ref]]; who.ID == "" {
				who = have.Owners[strings.ToLower(ref)]
			}
		}
		switch {
		case who.ID == "":
			problems = append(problems, fmt.Errorf("nobody in the tenant has the worker id, object id or user principal name %q. Create the account first, or correct the reference", ref))
		case who.Class == "group":
			problems = append(problems, fmt.Errorf("%q is a group, and groups own nothing", ref))
		case !slices.Contains(want.Owners, who):
			want.Owners = append(want.Owners, who)
		}
		owners[ref] = who.ID
	}
	return want, owners, errors.Join(problems...)
}

// settle takes over how the group is. What is not managed stays null, unless
// everything is wanted, as by an import.
func (m *entraGroupModel) settle(g *entra.Group, names map[string]string, everything bool) map[string]string {
	m.ID, m.DisplayName, m.MailNickname, m.Mail = types.StringValue(g.ID), types.StringValue(g.DisplayName), types.StringValue(g.MailNickname), types.StringNull()
	m.Type, m.AssignableToRole = types.StringValue(g.Type), types.BoolValue(g.AssignableToRole)
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
	held := &directory.Group{Members: g.Owners}
	known := map[string]string{}
	for _, ref := range m.Owners.texts() {
		if id := names[ref]; g.Owners[id].ID != "" {
			known[ref] = id
		} else if id := usualNames(held)[directory.Fold(ref)]; id != "" {
			known[ref] = id
		}
	}
	maps.Copy(known, others(held, known))
	if set := newTextSet(slices.Collect(maps.Keys(known))); m.Owners.IsNull() || !set.Equal(m.Owners) {
		m.Owners = set
	}
	return known
}
