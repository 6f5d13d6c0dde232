// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
)

// draftManager decides the manager of one account as far as that goes without
// knowing who else has an account.
func (d *drafts) draftManager(p *drafted, a *directory.Account, o mapping.Outcome, fresh bool) {
	present := p.present(directory.ManagerAttribute)
	switch {
	case p.restored() && o.Managed && len(o.Value) > 0:
		p.wantedManager = &managerRequest{o.Value.Text()} // a deleted account does not tell whom the directory will link it to
	case p.existing != nil && keepsPresent(o, present, fresh):
		d.keepAttribute(p, a, directory.ManagerAttribute)
		p.keepsManager = true
	case len(o.Value) > 0 && o.Managed:
		p.wantedManager = &managerRequest{o.Value.Text()}
	case p.existing == nil && !o.Managed && len(o.Default) > 0:
		p.wantedManager = &managerRequest{o.Default.Text()}
	case o.Managed && !o.OnCreate && !o.IfEmpty:
		a.Attributes[directory.ManagerAttribute] = nil
	}
}
