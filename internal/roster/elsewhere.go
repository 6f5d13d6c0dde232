// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"terraform-provider-workforce/internal/directory"
)

// heldElsewhere returns who has a name in another directory, unless it is the person themselves.
func (d *run) heldElsewhere(p *person, attribute, name string) (holder, bool) {
	if len(d.elsewhere.holders) == 0 || d.core[attribute].PerContainer {
		return holder{}, false
	}
	for _, h := range d.elsewhere.holders[loose(bareAddress(attribute, name))] {
		if h.owner == "" || directory.Fold(h.owner) != directory.Fold(p.id) {
			return h, true
		}
	}
	return holder{}, false
}

// livesIn returns the labels of the other directories in which a worker has a name.
func (d *run) livesIn(p *person) []string { return d.elsewhere.homes[directory.Fold(p.id)] }
