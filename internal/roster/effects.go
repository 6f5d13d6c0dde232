// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// stripped reports whether an account is taken out of its groups.
func (p *compared) stripped() bool {
	return slices.ContainsFunc(p.changes, func(c Change) bool {
		return c.Attribute == directory.GroupsAttribute && c.New.Text() == directory.GroupsRemoved
	})
}

// labels reports whether an account that carries no worker id, or another one, gets one:
// it is taken over.
func (d *comparison) labels(p *compared) bool {
	return d.in.WorkerIDAttribute != "" && p.existing != nil && p.changesOf(d.in.WorkerIDAttribute)
}

func (p *compared) changesOf(attribute string) bool {
	return slices.ContainsFunc(p.changes, func(c Change) bool { return c.Attribute == attribute })
}

func (p *compared) moves() bool { return p.changesOf(ContainerChange) }

// renames reports whether a name that people know the account by changes.
func (d *comparison) renames(p *compared) bool {
	return slices.ContainsFunc(p.changes, func(c Change) bool { return d.isRename(c.Attribute) })
}

// updates reports whether any other attribute changes.
func (d *comparison) updates(p *compared) bool {
	return slices.ContainsFunc(p.changes, func(c Change) bool {
		return c.Attribute != EnabledChange && c.Attribute != ContainerChange && !d.isRename(c.Attribute)
	})
}
