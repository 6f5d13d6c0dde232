// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression/spelling"
	"terraform-provider-workforce/internal/mapping"
)

// Partial says that a result is about some people only, and everybody else stays as they are.
type Partial struct {
	// WorkerIDs are those who were decided about, in natural order.
	WorkerIDs []string `json:"worker_ids"`
	// Others is how many workers and accounts stay as they are.
	Others int `json:"others"`
}

// markOnly lets everybody wait whom Input.Only does not name.
func (d *decider) markOnly() {
	if len(d.in.Only) == 0 {
		return
	}
	d.only = make(map[string]bool, len(d.in.Only))
	for _, id := range d.in.Only {
		d.only[directory.Fold(id)] = true
	}
	for _, p := range d.people {
		p.waits = d.waits(p.id)
	}
}

// waits reports whether nothing is decided about a worker id in this run.
func (d *decider) waits(id string) bool { return d.only != nil && !d.only[directory.Fold(id)] }

// checkOnly refuses worker ids of Input.Only that nobody has: nothing would happen, and
// whoever asked for it would not notice.
func (d *decider) checkOnly() error {
	var lines []string
	seen := map[string]bool{}
	for _, id := range d.in.Only {
		if d.lookup(id) != nil || seen[directory.Fold(id)] {
			continue
		}
		seen[directory.Fold(id)] = true
		line := "worker " + strconv.Quote(id) + ": "
		switch carriers := d.carriers[directory.Fold(id)]; {
		case len(carriers) > 0:
			line += "is not in the feed, and the account that carries the id is not of this population: " + strings.Join(describeAll(carriers), "; ")
		default:
			line += "is not in the feed, and no account carries the id"
			if near := spelling.Nearest(id, sortedKeys(d.byWorker)); near != "" {
				line += fmt.Sprintf("; did you mean %q?", near)
			}
		}
		lines = append(lines, line)
	}
	return refuse("only: nobody has these worker ids (correct them, or take them out)", lines)
}

// wait gives somebody who is not decided about the document of their account as it is, so that
// populations that manage it leave it alone. An account that no full run would write, and one that
// would be taken over first, has none: it is not managed yet.
func (d *decider) wait(p *person) {
	p.action, p.reason = ActionNone, "not decided about in this run (only): stays as it is"
	if p.existing == nil || p.restored() {
		return
	}
	if p.stage() == mapping.StageOutOfScope && d.claimsNothing(p) {
		return
	}
	if attribute := d.in.WorkerIDAttribute; attribute != "" && slices.Contains(d.targets, attribute) && !d.carries(p.existing, p) {
		return
	}
	d.keep(p)
}

// partial says who was decided about; nil where everybody was.
func (d *decider) partial() *Partial {
	if d.only == nil {
		return nil
	}
	out := &Partial{WorkerIDs: []string{}}
	for _, p := range d.people {
		if p.waits {
			out.Others++
			continue
		}
		out.WorkerIDs = append(out.WorkerIDs, p.id)
	}
	return out
}

// decided returns the people whom this run decides about.
func (d *decider) decided() []*person {
	if d.only == nil {
		return d.people
	}
	return slices.DeleteFunc(slices.Clone(d.people), func(p *person) bool { return p.waits })
}
