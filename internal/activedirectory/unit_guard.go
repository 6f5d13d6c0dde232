// SPDX-License-Identifier: MPL-2.0

package activedirectory

import "terraform-provider-workforce/internal/directory"

// CheckUnitStays says why an organizational unit must be neither renamed, moved nor
// deleted: protect.containers names it, something in it, or something that it is
// in. Accounts would lose their protection, or be moved with it.
func (d *Domain) CheckUnitStays(dn string) error {
	for _, c := range d.o.Protect.Containers {
		if sameDN(dn, c) || Below(c, dn) || Below(dn, c) {
			return because(directory.ErrProtected, "organizational unit %q: it can be neither renamed, moved nor deleted, because protect.containers of the provider names %q: the accounts there would be moved, or be protected no more. "+
				"Do it by hand and change protect.containers at the same time, or take the entry out first", dn, c)
		}
	}
	return nil
}
