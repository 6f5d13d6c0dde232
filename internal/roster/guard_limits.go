// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/wording"
)

// measure is one thing that Limits bounds.
type measure struct {
	name, what string
	limit      Limit
	counts     func(*compared) bool
}

// noun is what a measure counts.
func (m measure) noun() string {
	if m.name == maxSetAside {
		return "worker"
	}
	return "account"
}

func (d *guard) measures(l Limits) []measure {
	return []measure{
		{"max_create", "would be created", l.MaxCreate, (*compared).creates},
		{"max_disable", "would lose access", l.MaxDisable, (*compared).disables},
		{"max_enable", "would gain access again", l.MaxEnable, (*compared).enables},
		{"max_delete", "would be deleted", l.MaxDelete, (*compared).deletes},
		{"max_adopt", "would get a worker id, or another one", l.MaxAdopt, d.labels},
		{"max_groups_removed", "would lose their groups", l.MaxGroupsRemoved, (*compared).stripped},
		{"max_move", "would change container", l.MaxMove, (*compared).moves},
		{"max_rename", "would be renamed", l.MaxRename, d.renames},
		{"max_update", "would have other attributes changed", l.MaxUpdate, d.updates},
		{maxAbsent, "have no worker in the feed", l.MaxAbsent, func(p *compared) bool { return p.worker == nil && !p.waits }},
		{maxSetAside, "would be set aside", l.MaxSetAside, (*compared).countsAsAside},
	}
}

// guard is the phase that holds the outcome against the limits.
type guard struct {
	*comparison
	notes
}

// guardOutcome refuses an outcome that is not plausible, and returns what is to be said otherwise.
func guardOutcome(outcome *comparison) (warnings []string, err error) {
	d := &guard{comparison: outcome}
	people := make([]*person, len(outcome.people))
	for i, p := range outcome.people {
		people[i] = p.person
	}
	err = errors.Join(d.refuseExcess(), d.refuseAside(people), d.refuseProtected())
	return d.warnings, err
}

// refuseExcess refuses an outcome that changes more than the limits allow: all
// violations at once.
func (d *guard) refuseExcess() error {
	lines := d.guardLimits(d.in.Safeguards.Limits, "", d.people)
	for _, g := range d.in.Safeguards.By {
		groups := map[string][]*compared{}
		for _, p := range d.people {
			if p.worker != nil {
				v, _ := p.worker.Attribute(g.Attribute)
				groups[v.Text()] = append(groups[v.Text()], p)
			}
		}
		for _, value := range slices.Sorted(maps.Keys(groups)) {
			lines = append(lines, d.guardLimits(g.Limits, ":"+g.Attribute+"="+value, groups[value])...)
		}
	}
	for _, name := range sortedKeys(d.exceptions.unneeded) {
		if d.only != nil {
			break // everybody else may need it
		}
		d.warn("safeguards: the exception %q (%s) is not needed any more and can go", name, d.exceptions.agreed[name].Reason)
	}
	lines = append(lines, d.guardPlaces()...)
	return refuse("safeguards: this run would change more than allowed, and nothing of it has been decided (see whether that is meant; if it is, add an exception with the number, a reason and a last day"+overridesWait+")", lines)
}

func (d *guard) guardLimits(l Limits, group string, people []*compared) (lines []string) {
	matched, absent, workers := 0, 0, 0
	for _, p := range people {
		switch {
		case p.worker == nil:
			absent++
		case p.existing != nil:
			matched++
		}
		if p.worker != nil {
			workers++
		}
	}
	for _, m := range d.measures(l) {
		if !m.limit.set {
			continue
		}
		var affected []*compared
		for _, p := range people {
			if m.counts(p) {
				affected = append(affected, p)
			}
		}
		base := matched
		switch m.name {
		case maxAbsent:
			base += absent
		case maxSetAside:
			base = workers
		}
		allowed := m.limit.allowed(base)
		if len(affected) <= allowed {
			continue
		}
		e := d.exception(m.name + group)
		if e != nil && len(affected) <= e.Allow {
			continue
		}
		of := ""
		if m.limit.percent >= 0 {
			of = fmt.Sprintf(" (%s of %s)", m.limit, wording.Thousands(base))
		}
		line := fmt.Sprintf("%s%s: %s %s, allowed %s%s%s: %s",
			m.name, group, wording.Count(len(affected), m.noun()), m.what, wording.Thousands(allowed), of, excepted(e), d.firstTen(affected))
		switch {
		case m.name == maxSetAside:
			line += asideReasons(affected)
		case m.name == maxAbsent && d.in.OwnedArgument != "":
			line += fmt.Sprintf(" (accounts of other populations do not count if %s says which are of this one)", d.in.OwnedArgument)
		}
		lines = append(lines, line)
	}
	return lines
}

// refuseProtected stops the run where a protected account must lose access, which
// nothing in this provider may take from it.
func (d *guard) refuseProtected() error {
	var lines []string
	for _, p := range d.people {
		if p.losesProtected {
			lines = append(lines, fmt.Sprintf("worker %q: %s (%s): %s", p.id, describe(p.existing), p.existing.Protected, p.because))
		}
	}
	return refuse("these accounts must lose access, but are protected, so that only a person can take it (disable the account by hand, or take it out of what protects it; "+
		"to leave it enabled for now, give the worker an override with enabled = true, a reason and a last day)", lines)
}
