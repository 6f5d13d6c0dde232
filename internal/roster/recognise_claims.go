// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/wording"
)

// resolveClaims decides who has the best claim to an account that several workers match.
func (d *recognised) resolveClaims(context.Context) error {
	for _, p := range d.people {
		for _, e := range p.candidates {
			d.contestedIDs[e.ID] = true
		}
	}
	d.sharedMatches = d.contested()
	d.tellRefusals()
	return nil
}

// tellRefusals warns of accounts that stay as they are although a weak rule says that
// their worker has no business there any more. Those of joiners are told with their
// new account.
func (d *recognised) tellRefusals() {
	var left []string
	for _, p := range d.people {
		if r := p.refused; r != nil && !p.waits && p.existing == nil && p.candidates == nil && !r.takes && r.account.Account.Enabled &&
			(p.stage() == mapping.StageLeft || !p.stage().HasAccount()) {
			left = append(left, fmt.Sprintf("worker %q (%s): %s. Nothing is done to it", p.id, p.stage(), r.why))
		}
	}
	d.warnSome(left, "more workers who have left, or are to have no account, fit an enabled account only by a rule that does not identify a person; the correlation data source names all of them")
}

// refuseUnclear sets people aside where it is not certain which account is theirs. It fails if
// that stops the run, and if everybody seems to have a new worker id.
func (d *recognised) refuseUnclear() error {
	for _, p := range d.people {
		switch {
		case p.candidates != nil:
			p.setAside(problemAmbiguous, fmt.Sprintf("%s: %s", p.matched, strings.Join(describeStates(p.candidates), "; "))+d.stillEnabled(p),
				"give the right one's object id in links, or correct the attribute of the others; the correlation data source names all of them")
		case p.existing == nil && p.refused != nil && p.refused.takes:
			d.contestedIDs[p.refused.account.ID] = true
			p.setAside(problemTakeover, p.refused.why,
				fmt.Sprintf("link the worker, mark the rule with identifies, or give the account the %s of whoever has it", d.in.WorkerIDAttribute))
		case d.carriesTwice(p):
			p.setAside(problemCarried,
				fmt.Sprintf("%s already: a second account with the same %s could not be told from it", strings.Join(describeAll(p.carried), "; "),
					d.in.WorkerIDAttribute),
				fmt.Sprintf("if it is this worker's account, match it by %s, or link it; for a second account of the same person, such as an administrator's, "+
					"use a provider alias with another worker_id_attribute, and have the rules write the worker id there", d.in.WorkerIDAttribute))
		}
	}
	for _, people := range d.sharedMatches {
		e := people[0].existing
		d.contestedIDs[e.ID] = true
		text := contest(people)
		for _, p := range people {
			if !d.carries(e, p) {
				p.existing = nil // and whoever carries it keeps it, as it is
			}
			p.setAside(problemContested, text,
				fmt.Sprintf("give the account to one of them in links, as %q = %q, or take the others out of scope; the correlation data source names all of them", p.id, e.ID))
		}
	}
	d.asideTwins()
	if err := d.refuseAside(d.people); err != nil {
		return err
	}
	return d.guardIDs()
}

// carriesTwice reports whether a new account for somebody would carry the worker id that another
// one carries, so that from the next plan on nobody could say which of them is meant.
func (d *recognised) carriesTwice(p *person) bool {
	return len(p.carried) > 0 && p.existing == nil && p.refused == nil && p.candidates == nil &&
		p.worker != nil && p.stage().HasAccount() && d.in.OnUnmatched != UnmatchedReport &&
		(p.stage() != mapping.StageLeft || d.createsLeaver(p)) &&
		slices.ContainsFunc(d.targets, func(name string) bool { return directory.Fold(name) == directory.Fold(d.in.WorkerIDAttribute) })
}

// stillEnabled says that somebody who has left and fits several accounts keeps access.
func (d *recognised) stillEnabled(p *person) string {
	n := 0
	for _, e := range p.candidates {
		if e.Account.Enabled {
			n++
		}
	}
	if p.stage() != mapping.StageLeft || n == 0 {
		return ""
	}
	return fmt.Sprintf("; the worker has left, and %s of these %s enabled until somebody says which is theirs", wording.Count(n, "account"),
		wording.One(n, "stays", "stay"))
}

// asideTwins sets those aside whose worker ids differ in case only: to the directory
// they are one person.
func (d *recognised) asideTwins() {
	same := map[string][]*person{}
	for _, p := range d.people {
		if p.worker != nil {
			same[directory.Fold(p.id)] = append(same[directory.Fold(p.id)], p)
		}
	}
	for _, p := range d.people { // in order, which a map has not
		twins := same[directory.Fold(p.id)]
		if p.worker == nil || len(twins) < 2 {
			continue
		}
		var others []string
		for _, other := range twins {
			if other != p {
				others = append(others, other.id)
			}
		}
		if p.existing != nil {
			d.contestedIDs[p.existing.ID] = true
			p.existing = nil
		}
		p.setAside(problemContested, fmt.Sprintf("the feed has %s, too, which differs in case only: to the directory they are the same",
			some(others)),
			"give one of them another worker id in the HR system, or take the record out that is wrong")
	}
}

// contested returns the workers who match one account together, after taking
// it from those who have no use for it, or less right to it.
func (d *recognised) contested() (shared [][]*person) {
	claims := make(map[string][]*person, len(d.people))
	for _, p := range d.people {
		if p.existing != nil {
			claims[p.existing.ID] = append(claims[p.existing.ID], p)
		}
	}
	for _, p := range d.people {
		if p.existing == nil {
			continue
		}
		all := claims[p.existing.ID]
		if len(all) < 2 || all[0] != p {
			continue
		}
		right := d.rightful(all)
		if len(right) > 1 {
			shared = append(shared, right)
		}
		for _, other := range all {
			if !slices.Contains(right, other) {
				other.hint = fmt.Sprintf("%s belongs to worker %q", describe(other.existing), right[0].id)
				other.existing = nil
			}
		}
	}
	return shared
}

// rightful returns those who have the best claim to an account, more than one if that is not
// clear. People who have a use for it come before others, people whom a strong rule or the worker
// id identifies before those whom a weak rule found, and people who work here before those who
// have left, as after a conversion.
func (d *recognised) rightful(all []*person) []*person {
	right := slices.DeleteFunc(slices.Clone(all), d.claimsNothing)
	if len(right) == 0 {
		return all[:1]
	}
	for _, less := range []func(*person) bool{
		func(p *person) bool { return !d.strong(p.rule) && !d.carries(p.existing, p) },
		func(p *person) bool { return p.stage() == mapping.StageLeft },
	} {
		if best := slices.DeleteFunc(slices.Clone(right), less); len(best) > 0 {
			right = best
		}
	}
	if len(right) > 1 && !slices.ContainsFunc(right, func(p *person) bool { return p.stage() != mapping.StageLeft }) {
		// All have left: whoever's it was, it is to be disabled, and nobody gains by it.
		if carrier := slices.IndexFunc(right, func(p *person) bool { return d.carries(p.existing, p) }); carrier >= 0 {
			return right[carrier : carrier+1]
		}
		return right[:1]
	}
	return right
}

func contest(people []*person) string {
	names := make([]string, len(people))
	for i, p := range people {
		names[i] = fmt.Sprintf("worker %q by %s", p.id, p.matched)
	}
	return fmt.Sprintf("%s: %s", describe(people[0].existing), strings.Join(names, "; "))
}
