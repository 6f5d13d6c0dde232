// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression/spelling"
)

// addAbsent adds a person for every account of this population that carries a worker id
// and that no worker matched. Missing from the feed is not the same as left.
func (d *recognised) addAbsent(context.Context) error {
	matched := make(map[string]bool, len(d.people))
	for _, p := range d.people {
		if p.existing != nil {
			matched[p.existing.ID] = true
		}
	}
	people := slices.Clone(d.people)
	for _, e := range d.owned {
		id := e.Account.Attributes[d.in.WorkerIDAttribute].Text()
		if matched[e.ID] || id == "" {
			continue
		}
		if p := d.absentOwner(e, id); p != nil {
			d.absent[directory.Fold(p.id)] = p
			people = append(people, p)
		}
	}
	slices.SortFunc(people, byID)
	d.people = people
	for i, p := range people {
		p.at = i
		if p.worker == nil && len(p.candidates) > 0 {
			d.splitTwice(p)
		}
	}
	return nil
}

// absentOwner returns a new person for an account that no worker matched, and that carries the id of one
// who is absent from the feed. It is nil where the account is somebody else's, or nobody's.
func (d *recognised) absentOwner(e *directory.Existing, id string) *person {
	owner, other := d.feed.lookup(id), d.absent[directory.Fold(id)]
	switch {
	case d.contestedIDs[e.ID]:
		d.leaveOut(nil, e, UnmanagedUnclear, "whose account it is is not clear")
	case owner != nil:
		if !owner.waits {
			d.warn("%s carries the worker id %q, but %s", describe(e), id, matchedElsewhere(owner))
		}
		if owner.existing == nil {
			owner.carried = append(owner.carried, e)
		}
		d.leaveOut(owner, e, UnmanagedUnclear, "it carries the worker id of somebody who matches another account, or none")
	case d.in.Owned != nil && !d.in.Owned(e):
		d.leaveOut(nil, e, UnmanagedAbsent,
			"its worker is not in the feed, which is not the same as having left, and it is not among what this population owns")
	case other != nil:
		other.candidates = append(other.candidates, e)
	default:
		// Terraform brings worker ids into this form, as keys of documents.
		return &person{id: norm.NFC.String(id), existing: e, matched: d.in.WorkerIDAttribute, rule: ruleWorkerID, waits: d.waits(id)}
	}
	return nil
}

// splitTwice sets somebody aside who is not in the feed and whose worker id several
// accounts carry: nothing is written about any of them.
func (d *recognised) splitTwice(p *person) {
	all := append([]*directory.Existing{p.existing}, p.candidates...)
	for _, e := range all {
		d.leaveOut(p, e, UnmanagedUnclear, "several accounts carry the worker id of somebody who is not in the feed")
	}
	d.twice = append(d.twice, fmt.Sprintf("worker %q: %s", p.id, strings.Join(describeAll(all), "; ")))
	p.existing, p.candidates = nil, nil
	if d.rules.Lifecycle.OnAbsent != absentRelease {
		p.setAside(problemTwice, "several accounts carry the worker id, and the worker is not in the feed: "+strings.Join(describeStates(all),
			"; "),
			fmt.Sprintf("correct %s of all but one, or leave them out of this population", d.in.WorkerIDAttribute))
	}
}

func matchedElsewhere(p *person) string {
	if p.existing == nil {
		return "that worker does not match it"
	}
	return fmt.Sprintf("that worker matches %s by %s", describe(p.existing), p.matched)
}

// checkOnly refuses worker ids of Input.Only that nobody has: nothing would happen, and
// whoever asked for it would not notice.
func (d *recognised) checkOnly() error {
	var lines []string
	seen := map[string]bool{}
	for _, id := range d.in.Only {
		if d.lookup(id) != nil || seen[directory.Fold(id)] {
			continue
		}
		seen[directory.Fold(id)] = true
		line := "worker " + strconv.Quote(id) + ": "
		switch carriers := d.accountsByWorkerID[directory.Fold(id)]; {
		case len(carriers) > 0:
			line += "is not in the feed, and the account that carries the id is not of this population: " + strings.Join(describeAll(carriers), "; ")
		default:
			line += "is not in the feed, and no account carries the id"
			if near := spelling.Nearest(id, slices.Sorted(slices.Values(ids(d.people)))); near != "" {
				line += fmt.Sprintf("; did you mean %q?", near)
			}
		}
		lines = append(lines, line)
	}
	return refuse("only: nobody has these worker ids (correct them, or take them out)", lines)
}
