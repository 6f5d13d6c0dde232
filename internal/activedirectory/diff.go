// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"maps"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

// edit is what is to be done to one attribute, in encoded values.
type edit struct {
	name string
	// compare removes old values and adds new ones by value, so that the whole
	// request fails when somebody changed them since they were read (RFC 4511
	// section 4.6). Otherwise add replaces whatever is there.
	compare     bool
	remove, add []string
	// without are the values to write where the directory refuses these, and flags what then failed.
	without []string
	flags   []string
	// memory marks the edit that belongs to enabling or disabling: it is worth
	// nothing without that.
	memory bool
}

func modifyRequest(dn string, edits []edit) *ldap.ModifyRequest {
	req := ldap.NewModifyRequest(dn, nil)
	for _, e := range edits {
		if !e.compare {
			req.Replace(e.name, e.add)
			continue
		}
		if len(e.remove) > 0 {
			req.Delete(e.name, e.remove)
		}
		if len(e.add) > 0 {
			req.Add(e.name, e.add)
		}
	}
	return req
}

// editUncompared returns the edits without comparison.
func editUncompared(e edit, want []string) edit { return edit{name: e.name, add: want} }

// diff returns what has to be written to an account for its attributes to be as
// wanted, but for its name, its manager, its groups and its state.
func (d *Domain) diff(types *directory.Schema, want directory.Account, have *record) ([]edit, error) {
	var edits []edit
	for _, name := range slices.Sorted(maps.Keys(want.Attributes)) {
		if isName(name, attrCN) || isName(name, attrManager) || isName(name, attrControl) || isFlag(name) || isGroups(name) {
			continue
		}
		kind := typeOf(types, name)
		present := d.foreign(have, kind.Name)
		if Equal(types, name, want.Attributes[name], present) {
			continue
		}
		after, err := encodeAll(kind, want.Attributes[name])
		if err != nil {
			return nil, &directory.PersonError{Attribute: name, Err: err}
		}
		e := edit{name: kind.Name, add: after}
		if before, err := encodeAll(kind, present); err == nil && removable(kind) {
			e = edit{name: kind.Name, compare: true, remove: subtract(before, after), add: subtract(after, before)}
		}
		edits = append(edits, e)
	}
	return edits, nil
}

// removable reports whether values of an attribute can be removed by value: not
// those that the security account manager guards or computes ([MS-SAMR]), and
// not names of objects, which may be spelled in several ways.
func removable(t directory.AttributeType) bool {
	if t.Syntax != directory.Text && t.Syntax != directory.ASCII {
		return false
	}
	switch strings.ToLower(t.Name) {
	case "samaccountname", "userprincipalname", "serviceprincipalname":
		return false
	}
	return true
}

func subtract(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// controlEdit returns the change of userAccountControl that is needed, and
// whether it enables the account.
func controlEdit(want directory.Account, have *record) (edits []edit, enables bool, err error) {
	before := have.text(attrControl)
	after, err := controlFor(want, before)
	if err != nil {
		return nil, false, err
	}
	if want.Enabled == have.enabled() && sameControl(before, after) {
		return nil, false, nil
	}
	e := edit{name: attrControl, add: []string{after}}
	bare, flags := withoutFlags(want)
	without, err := controlFor(bare, before)
	if err != nil {
		return nil, false, err
	}
	if without != after {
		e.without, e.flags = []string{without}, flags
	}
	return []edit{e}, want.Enabled && !have.enabled(), nil
}
