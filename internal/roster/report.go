// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"slices"
)

// report is the last phase: it reads what the others have found, and decides nothing.
type report struct {
	*comparison
	notes
}

func newReport(outcome *comparison, guarded []string) *report {
	return &report{outcome, notes{slices.Concat(outcome.feed.warnings, outcome.recognised.warnings, outcome.warnings, guarded)}}
}

// decided returns the people whom this run decides about.
func (d *report) decided() []*compared {
	if d.only == nil {
		return d.people
	}
	return slices.DeleteFunc(slices.Clone(d.people), func(p *compared) bool { return p.waits })
}
