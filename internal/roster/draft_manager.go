// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
)

// wish is a manager's worker id that is still to be resolved.
type wish struct{ manager string }

// draftManager settles the manager of one account as far as that goes without
// knowing who else has an account.
func (d *drafts) draftManager(p *drafted, a *directory.Account, o mapping.Outcome, fresh bool) {
	present := p.present(directory.ManagerAttribute)
	switch {
	case p.existing != nil && keepsPresent(o, present, fresh):
		d.keepAttribute(p, a, directory.ManagerAttribute)
	case len(o.Value) > 0 && o.Managed:
		p.boss = &wish{o.Value.Text()}
	case p.existing == nil && !o.Managed && len(o.Default) > 0:
		p.boss = &wish{o.Default.Text()}
	case o.Managed && !o.OnCreate && !o.IfEmpty:
		a.Attributes[directory.ManagerAttribute] = nil
	}
}

// sameManager compares managers, one of which may still be a path because the
// manager's account carries no worker id yet.
func (d *recognised) sameManager(old, id string) bool {
	if old == "" {
		return false
	}
	if directory.Fold(old) == directory.Fold(id) {
		return true
	}
	if strings.Contains(id, "=") && sameContainer(old, id) {
		return true
	}
	m := d.lookup(id)
	return m != nil && m.existing != nil && directory.Fold(old) == directory.Fold(m.existing.Path)
}
