// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
)

// feed is what the first phase hands on: everybody whom the HR system lists, and what the rules
// want for them before any directory is asked.
type feed struct {
	*run
	notes
	people    []*person          // in natural order of the ids
	byWorker  map[string]*person // by worker id
	folded    map[string]*person // by folded worker id, see lookup
	origins   [2]map[string]origin
	overrides map[string]*overridden // by worker id
	expired   []*Override
}

// origin is what is known of an attribute's rule, whoever it is applied to.
type origin struct {
	rule   string
	inputs []string
}

func byID(a, b *person) int { return natural(a.id, b.id) }

// lookup returns the worker with an id, or nil. Worker ids compare as the directory compares
// them: without case.
func (d *feed) lookup(id string) *person {
	if p := d.byWorker[id]; p != nil {
		return p
	}
	return d.folded[directory.Fold(id)]
}

// origin returns where an attribute of a person comes from.
func (d *feed) origin(p *person, attribute string) origin {
	if p.desired == nil {
		return origin{}
	}
	return d.origins[kind(p)][attribute]
}

// kind is the index of origins: leavers have rules of their own.
func kind(p *person) int {
	if p.stage() == mapping.StageLeft {
		return 1
	}
	return 0
}
