// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// holder is who has a name in another directory.
type holder struct {
	directory string
	owner     string // worker id; empty: nobody knows
}

// String names the holder.
func (h holder) String() string {
	if h.owner == "" {
		return fmt.Sprintf("an account of %q has it", h.directory)
	}
	return fmt.Sprintf("worker %q has it in %q", h.owner, h.directory)
}

// elsewhere is what the configuration says of the names of other directories.
type elsewhere struct {
	holders map[string][]holder // by loose name
	homes   map[string][]string // labels of other directories by folded worker id
}

func readElsewhere(given map[string]map[string]string) elsewhere {
	e := elsewhere{map[string][]holder{}, map[string][]string{}}
	for _, label := range sortedKeys(given) {
		for _, name := range sortedKeys(given[label]) {
			key, owner := loose(name), given[label][name]
			e.holders[key] = append(e.holders[key], holder{label, owner})
			if id := directory.Fold(owner); owner != "" && !slices.Contains(e.homes[id], label) {
				e.homes[id] = append(e.homes[id], label)
			}
		}
	}
	return e
}

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
