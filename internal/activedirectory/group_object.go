// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/wording"
)

// Scopes and categories of groups.
const (
	ScopeGlobal          = "global"
	ScopeDomainLocal     = "domain_local"
	ScopeUniversal       = "universal"
	CategorySecurity     = "security"
	CategoryDistribution = "distribution"
)

// Bits of groupType ([MS-ADTS] 2.2.12).
const (
	bitGlobal      = 0x2
	bitDomainLocal = 0x4
	bitUniversal   = 0x8
	bitSecurity    = 0x80000000
	scopeBits      = bitGlobal | bitDomainLocal | bitUniversal
)

// GroupSettings is what can be set of a group object. A nil pointer is not
// managed; an empty text clears.
type GroupSettings struct {
	Container, Name, Login       string
	Scope, Category              string
	Description, Mail, ManagedBy *string // ManagedBy is a distinguished name
}

// Path returns the distinguished name that the group is to have.
func (s GroupSettings) Path() string { return joinDN(s.Name, s.Container) }

// GroupObject is a group without its members.
type GroupObject struct {
	ID, SID, Path                string
	Container, Name, Login       string
	Scope, Category              string
	Description, Mail, ManagedBy string
	// Protected says why it must be neither renamed, moved nor deleted; empty when it may.
	Protected string

	kind uint32
}

var groupAttributes = []string{attrGUID, attrSID, attrCN, attrLogin, attrGroupType, attrSummary, attrMail, attrManagedBy, attrCritical, attrAdminCount}

// FindGroup returns the group that ref names: an objectGUID, a distinguished
// name or a sAMAccountName; nil when there is none.
func (d *Domain) FindGroup(ctx context.Context, ref string) (*GroupObject, error) {
	entries, err := d.groupEntries(ctx, []string{ref}, groupAttributes)
	if err == nil {
		err = d.guard(ctx)
	}
	if err != nil {
		return nil, err
	}
	if exact := slices.DeleteFunc(slices.Clone(entries), func(e *ldap.Entry) bool {
		return !strings.EqualFold(e.GetEqualFoldAttributeValue(attrLogin), ref)
	}); len(exact) == 1 {
		entries = exact
	}
	switch {
	case len(entries) == 0:
		return nil, nil
	case len(entries) > 1:
		return nil, because(directory.ErrAmbiguous, "%q names %d groups, among them %q and %q; give the objectGUID of the one that is meant", ref, len(entries), entries[0].DN, entries[1].DN)
	}
	return d.newGroupObject(entries[0])
}

func (d *Domain) newGroupObject(e *ldap.Entry) (*GroupObject, error) {
	r, err := d.newRecord(e, nil)
	if err != nil {
		return nil, err
	}
	return d.groupOf(r)
}

// groupOf reads a group of its record.
func (d *Domain) groupOf(r *record) (*GroupObject, error) {
	n, err := strconv.ParseInt(r.text(attrGroupType), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%q: groupType: found %q, expected a whole number", r.dn, r.text(attrGroupType))
	}
	g := &GroupObject{
		ID: r.id, SID: r.text(attrSID), Path: r.dn, Container: r.container(), Name: cnOf(r.dn), Login: r.text(attrLogin), kind: uint32(n),
		Category: CategoryDistribution, Description: r.text(attrSummary), Mail: r.text(attrMail), ManagedBy: r.text(attrManagedBy),
		Protected: d.protection(r),
	}
	switch {
	case g.kind&bitGlobal != 0:
		g.Scope = ScopeGlobal
	case g.kind&bitUniversal != 0:
		g.Scope = ScopeUniversal
	default:
		g.Scope = ScopeDomainLocal
	}
	if g.kind&bitSecurity != 0 {
		g.Category = CategorySecurity
	}
	return g, nil
}

// groupType returns the bits of a scope and category; others, such as those of
// built-in groups, stay as they are.
func groupType(scope, category string, have uint32) uint32 {
	kind := have&^(scopeBits|bitSecurity) | map[string]uint32{ScopeGlobal: bitGlobal, ScopeDomainLocal: bitDomainLocal, ScopeUniversal: bitUniversal}[scope]
	if category == CategorySecurity {
		kind |= bitSecurity
	}
	return kind
}

func groupTypeText(kind uint32) string { return strconv.FormatInt(int64(int32(kind)), 10) }

// CheckGroupLogin says what is wrong with a sAMAccountName of a group.
func CheckGroupLogin(s string) error {
	if n := len([]rune(s)); n > 256 {
		return fmt.Errorf("found %d characters, expected at most 256", n)
	}
	return checkLogin(s)
}

// CheckGroup says what stands in the way of a group becoming what it is to be:
// its container does not exist, or a name is taken. id is empty for a new group.
func (d *Domain) CheckGroup(ctx context.Context, id string, want GroupSettings) error {
	missing, err := d.MissingContainers(ctx, []string{want.Container})
	if err != nil {
		return err
	}
	var errs []error
	if len(missing) > 0 {
		errs = append(errs, because(directory.ErrNoContainer, "the container %q does not exist. Create it first, or correct its name", want.Container))
	}
	holders, err := d.groupHolders(ctx, id, want)
	if err != nil {
		return err
	}
	if len(holders) > 0 {
		errs = append(errs, fmt.Errorf("%w. Choose another name, or import the group that has it", d.takenBy(holders, nil)))
	}
	return errors.Join(errs...)
}

// groupHolders returns who has the names that a group is to have.
func (d *Domain) groupHolders(ctx context.Context, id string, want GroupSettings) ([]*record, error) {
	paths, err := d.fetch(ctx, attrDN, []string{want.Path()})
	logins, err2 := d.fetch(ctx, attrLogin, []string{want.Login})
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	seen := map[string]bool{id: true}
	return slices.DeleteFunc(append(paths, logins...), func(r *record) bool {
		was := seen[r.id]
		seen[r.id] = true
		return was
	}), nil
}

// CreateGroup makes a group and returns it as the directory holds it.
func (d *Domain) CreateGroup(ctx context.Context, want GroupSettings) (*GroupObject, error) {
	req := ldap.NewAddRequest(want.Path(), nil)
	req.Attribute(attrClass, []string{"top", "group"})
	req.Attribute(attrLogin, []string{want.Login})
	req.Attribute(attrGroupType, []string{groupTypeText(groupType(want.Scope, want.Category, 0))})
	for name, v := range want.optional() {
		if v != nil && *v != "" {
			req.Attribute(name, []string{*v})
		}
	}
	err := d.client.Add(aboutGroup(ctx, "", want.Name), req)
	detached, cancel := detach(ctx)
	defer cancel()
	if err != nil && !ldapconn.IsUnknownOutcome(err) {
		return nil, d.groupRefused(detached, "", want, err)
	}
	made, readErr := d.FindGroup(detached, req.DN)
	switch {
	case readErr != nil:
		return nil, fmt.Errorf("group %q: it was written, but cannot be read: %w", req.DN, errors.Join(err, readErr))
	case made == nil && err != nil:
		return nil, fmt.Errorf("group %q: %w", req.DN, err)
	case made == nil:
		return nil, because(directory.ErrGone, "group %q: it was written, but is not there now. Plan again", req.DN)
	case nameKey(made.Login) != nameKey(want.Login):
		return nil, because(directory.ErrNameTaken, "group %q: the name is taken by a group with the sAMAccountName %q", req.DN, made.Login)
	}
	return made, d.noteGroup(detached, made.ID)
}

func (s GroupSettings) optional() map[string]*string {
	return map[string]*string{attrSummary: s.Description, attrMail: s.Mail, attrManagedBy: s.ManagedBy}
}

// noteGroup makes what changed of a group known to the rest of the run.
func (d *Domain) noteGroup(ctx context.Context, id string) error {
	_, err := d.fetch(ctx, attrGUID, []string{id})
	return err
}

// groupRefused explains why a group could not be written.
func (d *Domain) groupRefused(ctx context.Context, id string, want GroupSettings, err error) error {
	if nameTaken(err) {
		holders, findErr := d.groupHolders(ctx, id, want)
		if findErr == nil && len(holders) > 0 {
			return fmt.Errorf("group %q: %w", want.Path(), d.takenBy(holders, err))
		}
		return fmt.Errorf("group %q: %w", want.Path(), directory.Because(directory.ErrNameTaken, err))
	}
	return fmt.Errorf("group %q: %w", want.Path(), explainWrite(err))
}

// UpdateGroup makes a group what it is to be, in place, and returns it as the
// directory then holds it, together with what failed; nil when it is gone.
func (d *Domain) UpdateGroup(ctx context.Context, id string, want GroupSettings) (*GroupObject, error) {
	have, err := d.FindGroup(ctx, id)
	if err != nil || have == nil {
		return nil, err
	}
	ctx = aboutGroup(ctx, have.ID, have.Name)
	renames := have.Name != want.Name || !sameDN(have.Container, want.Container)
	if named := d.guarded.peek().groups[have.ID]; named != "" && have.Login != want.Login {
		return have, because(directory.ErrProtected, "group %q: its sAMAccountName cannot be changed, because %s", have.Path, named)
	}
	if renames && have.Protected != "" {
		return have, because(directory.ErrProtected, "group %q: it cannot be renamed or moved, because %s", have.Path, have.Protected)
	}
	err = d.modifyGroup(ctx, have, want)
	if err == nil && renames {
		req := ldap.NewModifyDNRequest(have.Path, rdn(want.Name), true, "")
		if !sameDN(have.Container, want.Container) {
			req.NewSuperior = want.Container
		}
		err = d.client.ModifyDN(ctx, req)
	}
	detached, cancel := detach(ctx)
	defer cancel()
	if err != nil && !ldapconn.IsUnknownOutcome(err) {
		err = d.groupRefused(detached, id, want, err)
	}
	now, readErr := d.FindGroup(detached, id)
	if readErr != nil {
		return nil, errors.Join(err, readErr)
	}
	if now != nil {
		err = errors.Join(err, d.noteGroup(detached, id))
	}
	return now, err
}

// modifyGroup writes the attributes that differ. A global group becomes domain
// local, or the other way round, by way of universal: the direct way is refused
// ([MS-ADTS] 3.1.1.5.3.1.1.5 and the Windows console alike).
func (d *Domain) modifyGroup(ctx context.Context, have *GroupObject, want GroupSettings) error {
	edits := []edit{}
	if have.Login != want.Login {
		edits = append(edits, edit{name: attrLogin, add: []string{want.Login}})
	}
	present := map[string]string{attrSummary: have.Description, attrMail: have.Mail, attrManagedBy: have.ManagedBy}
	for name, v := range want.optional() {
		switch {
		case v == nil || *v == present[name] || name == attrManagedBy && *v != "" && sameDN(*v, present[name]):
		case *v == "":
			edits = append(edits, edit{name: name})
		default:
			edits = append(edits, edit{name: name, add: []string{*v}})
		}
	}
	kind := groupType(want.Scope, want.Category, have.kind)
	if kind&scopeBits != have.kind&scopeBits && (kind|have.kind)&bitUniversal == 0 {
		over := groupType(ScopeUniversal, have.Category, have.kind)
		if err := d.client.Modify(ctx, modifyRequest(have.Path, []edit{{name: attrGroupType, add: []string{groupTypeText(over)}}})); err != nil {
			return err
		}
	}
	if kind != have.kind {
		edits = append(edits, edit{name: attrGroupType, add: []string{groupTypeText(kind)}})
	}
	if len(edits) == 0 {
		return nil
	}
	return d.client.Modify(ctx, modifyRequest(have.Path, edits))
}

// DeleteGroup deletes a group. One that has members is left alone unless force
// is set, since its security identifier, and with it every right it was given,
// cannot be had again. One that is gone is no error.
func (d *Domain) DeleteGroup(ctx context.Context, id string, force bool) error {
	entries, err := d.groupEntries(ctx, []string{id}, append(slices.Clone(groupAttributes), attrMember))
	if err == nil {
		err = d.guard(ctx)
	}
	if err != nil || len(entries) == 0 {
		return err
	}
	if err := d.guard(ctx); err != nil {
		return err
	}
	have, err := d.newGroupObject(entries[0])
	members := len(entries[0].GetEqualFoldAttributeValues(attrMember))
	switch {
	case err != nil:
		return err
	case have.Protected != "":
		return because(directory.ErrProtected, "group %q: it cannot be deleted, because %s", have.Path, have.Protected)
	case d.guarded.peek().groups[have.ID] != "":
		return because(directory.ErrProtected, "group %q: it cannot be deleted, because %s, and its members would be protected no more. Take it out of protect.groups first", have.Path, d.guarded.peek().groups[have.ID])
	case !force && members > 0:
		return because(directory.ErrHasChildren, "group %q: it still has %s, so it was not deleted. Remove them first, or set force_destroy = true and apply that before", have.Path, wording.Count(members, "member"))
	}
	if err := d.client.Delete(aboutGroup(ctx, have.ID, have.Name), ldap.NewDelRequest(have.Path, nil)); err != nil && !ldapconn.IsNotFound(err) {
		return fmt.Errorf("group %q: %w", have.Path, explainWrite(err))
	}
	d.note(change{record: &record{id: have.ID, dn: have.Path}, gone: true})
	return nil
}
