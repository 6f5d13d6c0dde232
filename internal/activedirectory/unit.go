// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/wording"
)

// UnitSettings is what can be set of an organizational unit.
type UnitSettings struct {
	Container, Name string
	Description     *string // nil: not managed; empty clears
	Protected       bool    // against accidental deletion
	// CreateParents makes organizational units above it that do not exist.
	CreateParents bool
}

// Path returns the distinguished name that the organizational unit is to have.
func (s UnitSettings) Path() string { return "OU=" + EscapeDN(s.Name) + "," + s.Container }

// Unit is an organizational unit as the directory holds it.
type Unit struct {
	ID, Path, Container, Name, Description string
	// Protected says that both the unit and its container deny everyone to delete it.
	Protected bool
	own       bool // the unit denies it
}

// FindUnit returns the organizational unit of an objectGUID or distinguished
// name; nil when there is none.
func (d *Domain) FindUnit(ctx context.Context, ref string) (*Unit, error) {
	attribute := attrDN
	if _, err := parseGUID(ref); err == nil {
		attribute = attrGUID
	} else if !isDN(ref) {
		return nil, fmt.Errorf("found %q, expected the objectGUID or distinguished name of an organizational unit", ref)
	}
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := d.search(ctx, root, "(&(objectClass=organizationalUnit)"+anyOf(attribute, []string{ref})+")", unitAttributes)
	if err != nil {
		return nil, fmt.Errorf("reading the organizational unit %q: %w", ref, err)
	}
	if len(entries) == 0 {
		return nil, nil
	}
	u, err := newUnit(entries[0])
	if err != nil {
		return nil, err
	}
	if u.own, err = d.denies(ctx, u.Path, rightDelete|rightDeleteTree); err != nil || !u.own {
		return u, err
	}
	u.Protected, err = d.denies(ctx, u.Container, rightDeleteChild)
	return u, err
}

var unitAttributes = []string{attrGUID, attrSummary}

// newUnit is an organizational unit without what protects it.
func newUnit(e *ldap.Entry) (*Unit, error) {
	id, err := entryID(e)
	if err != nil {
		return nil, err
	}
	return &Unit{ID: id, Path: e.DN, Container: Parent(e.DN), Name: cnOf(e.DN), Description: e.GetEqualFoldAttributeValue(attrSummary)}, nil
}

// CheckUnit says what stands in the way of an organizational unit becoming what
// it is to be. id is empty for a new one.
func (d *Domain) CheckUnit(ctx context.Context, id string, want UnitSettings) error {
	var errs []error
	missing, err := d.MissingContainers(ctx, []string{want.Container})
	if err != nil {
		return err
	}
	if len(missing) > 0 && !want.CreateParents {
		errs = append(errs, because(directory.ErrNoContainer, "the container %q does not exist. Create it first, correct its name, or set create_parents = true", want.Container))
	}
	if len(missing) > 0 && want.CreateParents {
		_, err := d.missingParents(ctx, want.Container)
		errs = append(errs, err)
	}
	if id != "" && len(d.o.Protect.Containers) > 0 {
		now, err := d.fetch(ctx, attrGUID, []string{id})
		if err != nil {
			return err
		}
		for _, r := range now {
			errs = append(errs, d.keepsProtection(r.dn, want.Path()))
		}
	}
	there, err := d.fetch(ctx, attrDN, []string{want.Path()})
	if err != nil {
		return err
	}
	if len(there) > 0 && there[0].id != id {
		errs = append(errs, because(directory.ErrNameTaken, "%q exists already (objectGUID %s). Import it, or choose another name", there[0].dn, there[0].id))
	}
	return errors.Join(errs...)
}

// missingParents returns the organizational units that have to be made for a
// container to exist, from the top.
func (d *Domain) missingParents(ctx context.Context, container string) ([]string, error) {
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	if !sameDN(container, root) && !Below(container, root) {
		return nil, because(directory.ErrNoContainer, "the container %q is not in the domain %q", container, root)
	}
	var missing []string
	for at := container; !sameDN(at, root); at = Parent(at) {
		entries, err := d.search(ctx, root, anyOf(attrDN, []string{at}), []string{"1.1"})
		if err != nil {
			return nil, err
		}
		if len(entries) > 0 {
			break
		}
		if !strings.HasPrefix(strings.ToUpper(at), "OU=") {
			return nil, because(directory.ErrNoContainer, "%q does not exist, and only organizational units (OU=…) are created with parents", at)
		}
		missing = append([]string{at}, missing...)
	}
	return missing, nil
}

func (d *Domain) addUnit(ctx context.Context, dn, description string) error {
	req := ldap.NewAddRequest(dn, nil)
	req.Attribute(attrClass, []string{"top", "organizationalUnit"})
	if description != "" {
		req.Attribute(attrSummary, []string{description})
	}
	return d.client.Add(aboutUnit(ctx, ""), req)
}

// CreateUnit makes an organizational unit and returns it as the directory holds
// it. A unit together with an error was created in part.
func (d *Domain) CreateUnit(ctx context.Context, want UnitSettings) (*Unit, error) {
	if want.CreateParents {
		missing, err := d.missingParents(ctx, want.Container)
		if err != nil {
			return nil, err
		}
		for _, dn := range missing {
			// Another unit of the same run may have the same parents.
			if err := d.addUnit(ctx, dn, ""); err != nil && !ldapconn.IsAlreadyExists(err) {
				return nil, unitRefused(dn, err)
			}
		}
	}
	description := ""
	if want.Description != nil {
		description = *want.Description
	}
	if err := d.addUnit(ctx, want.Path(), description); err != nil && !ldapconn.IsUnknownOutcome(err) {
		return nil, unitRefused(want.Path(), err)
	}
	detached, cancel := detach(ctx)
	defer cancel()
	made, err := d.FindUnit(detached, want.Path())
	if err != nil {
		return nil, err
	}
	if made == nil {
		return nil, because(directory.ErrGone, "organizational unit %q: it was written, but is not there now. Plan again", want.Path())
	}
	if !want.Protected {
		return made, nil
	}
	if err := d.protect(ctx, made.Path, true); err != nil {
		return made, err
	}
	made.Protected, made.own = true, true
	return made, nil
}

func unitRefused(dn string, err error) error {
	if nameTaken(err) {
		return fmt.Errorf("organizational unit %q: %w", dn, directory.Because(directory.ErrNameTaken, err))
	}
	return fmt.Errorf("organizational unit %q: %w", dn, explainWrite(err))
}

// UpdateUnit makes an organizational unit what it is to be, in place, with
// everything in it. It returns it as the directory then holds it; nil when it is gone.
func (d *Domain) UpdateUnit(ctx context.Context, id string, want UnitSettings) (*Unit, error) {
	have, err := d.FindUnit(ctx, id)
	if err != nil || have == nil {
		return nil, err
	}
	err = d.changeUnit(aboutUnit(ctx, have.ID), have, want)
	detached, cancel := detach(ctx)
	defer cancel()
	now, readErr := d.FindUnit(detached, id)
	return now, errors.Join(err, readErr)
}

func (d *Domain) changeUnit(ctx context.Context, have *Unit, want UnitSettings) error {
	if err := d.keepsProtection(have.Path, want.Path()); err != nil {
		return err
	}
	if want.Description != nil && *want.Description != have.Description {
		e := edit{name: attrSummary}
		if *want.Description != "" {
			e.add = []string{*want.Description}
		}
		if err := d.client.Modify(ctx, modifyRequest(have.Path, []edit{e})); err != nil {
			return unitRefused(have.Path, err)
		}
	}
	path, moves := have.Path, !sameDN(have.Container, want.Container)
	if have.own && (moves || !want.Protected) { // what denies deleting denies moving
		if err := d.protect(ctx, path, false); err != nil {
			return err
		}
		have.own, have.Protected = false, false
	}
	if moves || have.Name != want.Name {
		req := ldap.NewModifyDNRequest(path, "OU="+EscapeDN(want.Name), true, "")
		if moves {
			req.NewSuperior = want.Container
		}
		if err := d.client.ModifyDN(ctx, req); err != nil {
			return unitRefused(path, err)
		}
		path = want.Path()
		d.forgetPaths(ctx)
	}
	if want.Protected && !have.Protected {
		return d.protect(ctx, path, true)
	}
	return nil
}

// DeleteUnit deletes an organizational unit, never anything in it. One that is
// gone is no error.
func (d *Domain) DeleteUnit(ctx context.Context, id string) error {
	have, err := d.FindUnit(ctx, id)
	if err != nil || have == nil {
		return err
	}
	if err := d.keepsProtection(have.Path, ""); err != nil {
		return err
	}
	if have.own {
		return because(directory.ErrProtected, "organizational unit %q: it is protected from accidental deletion. Set protect_from_deletion = false and apply that first", have.Path)
	}
	inside, err := d.client.Search(ctx, &ldap.SearchRequest{BaseDN: have.Path, Scope: ldap.ScopeSingleLevel, Filter: "(objectClass=*)", Attributes: []string{"1.1"}})
	if err != nil {
		return fmt.Errorf("organizational unit %q: %w", have.Path, err)
	}
	if len(inside) > 0 {
		names := make([]string, 0, 5)
		for _, e := range inside[:min(5, len(inside))] {
			names = append(names, fmt.Sprintf("%q", e.DN))
		}
		if len(inside) > 5 {
			names = append(names, "…")
		}
		return because(directory.ErrHasChildren, "organizational unit %q: it holds %s, so it was not deleted: %s. Move or delete these first", have.Path, wording.Count(len(inside), "object"), strings.Join(names, ", "))
	}
	if err := d.client.Delete(aboutUnit(ctx, have.ID), ldap.NewDelRequest(have.Path, nil)); err != nil && !ldapconn.IsNotFound(err) {
		return unitRefused(have.Path, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.containers)
	return nil
}
