// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/wording"
)

// Who is who: what a match is good for. What must hold:
//
//   - A rule is strong if it compares the attribute for worker ids, or if the
//     configuration says that it identifies a person. A link is strong. All other
//     rules are weak: names, addresses and whatever else two people can share.
//   - An account that carries somebody else's worker id changes hands only by a strong
//     match. So does that of a guest.
//   - A weak match takes access from nobody.
//   - Where it is not clear whose an account is, nobody gets it, disables it or takes
//     names from it, and the people concerned are set aside.

// refusal is an account that fits a worker by a weak rule, which is not enough.
type refusal struct {
	account *directory.Existing
	why     string
	// takes says that the worker would lose access by the match. If the account is
	// theirs that is right, and if it is not, they are to have another one: somebody has
	// to say which.
	takes bool
}

// strong reports whether an entry of Rules.Match identifies a person. Where worker ids are
// neither matched nor written, the first rule is what the configuration has to identify people.
func (d *decider) strong(rule int) bool {
	if rule < 0 {
		return true
	}
	if d.rules.Match[rule].Identifies || d.comparesIDs(d.rules.Match[rule]) {
		return true
	}
	return rule == 0 && (d.in.WorkerIDAttribute == "" || !d.usesIDs())
}

func (d *decider) comparesIDs(r mapping.MatchRule) bool {
	return slices.ContainsFunc(r.All, func(c mapping.MatchCondition) bool { return strings.EqualFold(c.Target, d.in.WorkerIDAttribute) })
}

// usesIDs reports whether the mapping matches or writes the attribute for worker ids.
func (d *decider) usesIDs() bool {
	return slices.Contains(d.targets, d.in.WorkerIDAttribute) || slices.ContainsFunc(d.rules.Match, d.comparesIDs)
}

// carries reports whether an account carries a worker's id.
func (d *decider) carries(e *directory.Existing, p *person) bool {
	return slices.ContainsFunc(e.Account.Attributes[d.in.WorkerIDAttribute], func(id string) bool { return directory.Fold(id) == directory.Fold(p.id) })
}

// refuses reports whether a weak rule is not enough for an account that fits, and
// notes why.
func (d *decider) refuses(p *person, level int, e *directory.Existing, keys []mapping.Key) bool {
	if d.strong(p.ruleOf(level)) || d.in.WorkerIDAttribute != "" && d.carries(e, p) {
		return false
	}
	fits := fmt.Sprintf("%s fits by %s, which does not identify a person", describe(e), d.conditions(keys))
	link := fmt.Sprintf("if it is theirs, link worker %q to %s in links", p.id, e.ID)
	carried := d.in.WorkerIDAttribute != "" && len(e.Account.Attributes[d.in.WorkerIDAttribute]) > 0
	switch {
	case carried:
		p.hint = fmt.Sprintf("%s, and carries the worker id %q of somebody else: if they are one person, link worker %q to %s in links "+
			"(where no population manages the account so far, clear its worker id first)",
			fits, e.Account.Attributes[d.in.WorkerIDAttribute].Text(), p.id, e.ID)
	case e.Guest:
		p.hint = fmt.Sprintf("%s, and is a guest: %s", fits, link)
	case d.losesBy(p, e):
		p.hint = fmt.Sprintf("%s, and would lose access: %s", fits, link)
	default:
		return false
	}
	if p.refused == nil {
		p.refused = &refusal{account: e, why: p.hint}
	}
	p.refused.takes = !carried && !e.Guest && p.desired.Stage != mapping.StageLeft && p.desired.Stage.HasAccount()
	return true
}

// losesBy reports whether a worker would lose access if the account were theirs.
func (d *decider) losesBy(p *person, e *directory.Existing) bool {
	if !e.Account.Enabled {
		return false
	}
	switch p.stage() {
	case mapping.StageOutOfScope:
		return d.rules.OnOutOfScope == mapping.OutOfScopeDisable || d.rules.OnOutOfScope == mapping.OutOfScopeLeaver
	case mapping.StageActive:
		return false
	case mapping.StagePrehire, mapping.StageLeave:
		return !p.desired.Enabled
	}
	return true // they have left, or are not to have an account yet
}

// accept gives a worker an account that fits.
func (d *decider) accept(p *person, e *directory.Existing) {
	p.existing, p.hint, p.refused = e, "", nil
	if e.Guest && !p.waits {
		p.matched += " (a guest)"
		d.warn("worker %q has the account of a guest, %s (matched by %s): whoever signs in with it belongs to another organisation. "+
			"If the worker is to have an account of this one, clear %s at the guest", p.id, describe(e), p.matched, d.in.WorkerIDAttribute)
	}
}

// tellRefusals warns of accounts that stay as they are although a weak rule says that
// their worker has no business there any more. Those of joiners are told with their
// new account.
func (d *decider) tellRefusals() {
	var left []string
	for _, p := range d.people {
		if r := p.refused; r != nil && !p.waits && p.existing == nil && p.candidates == nil && !r.takes && r.account.Account.Enabled &&
			(p.stage() == mapping.StageLeft || !p.stage().HasAccount()) {
			left = append(left, fmt.Sprintf("worker %q (%s): %s. Nothing is done to it", p.id, p.stage(), r.why))
		}
	}
	d.warnSome(left, "more workers who have left, or are to have no account, fit an enabled account only by a rule that does not identify a person; the correlation data source names all of them")
}

// warnSome warns of each of the first, and says how many more there are.
func (d *decider) warnSome(lines []string, more string) {
	for _, line := range lines[:min(listed, len(lines))] {
		d.warn("%s", line)
	}
	if n := len(lines) - listed; n > 0 {
		d.warn("%s %s", wording.Thousands(n), more)
	}
}

// refuseUnclear sets those aside of whom it is not certain which account is theirs. It fails
// where that stops the run, and where everybody seems to have a new worker id.
func (d *decider) refuseUnclear() error {
	for _, p := range d.people {
		switch {
		case p.candidates != nil:
			d.setAside(p, problemAmbiguous, fmt.Sprintf("%s: %s", p.matched, strings.Join(describeAll(p.candidates), "; "))+d.stillEnabled(p),
				"give the right one's object id in links, or correct the attribute of the others; the correlation data source names all of them")
		case p.existing == nil && p.refused != nil && p.refused.takes:
			d.disputed[p.refused.account.ID] = true
			d.setAside(p, problemTakeover, p.refused.why, fmt.Sprintf("link the worker, mark the rule with identifies, or give the account the %s of whoever has it", d.in.WorkerIDAttribute))
		case d.carriesTwice(p):
			d.setAside(p, problemCarried,
				fmt.Sprintf("%s already: a second account with the same %s could not be told from it", strings.Join(describeAll(p.carried), "; "), d.in.WorkerIDAttribute),
				fmt.Sprintf("if it is this worker's account, match it by %s, or link it; for a second account of the same person, such as an administrator's, "+
					"use a provider alias with another worker_id_attribute, and have the rules write the worker id there", d.in.WorkerIDAttribute))
		}
	}
	for _, people := range d.rivals {
		e := people[0].existing
		d.disputed[e.ID] = true
		text := contest(people)
		for _, p := range people {
			if !d.carries(e, p) {
				p.existing = nil // and whoever carries it keeps it, as it is
			}
			d.setAside(p, problemContested, text,
				fmt.Sprintf("give the account to one of them in links, as %q = %q, or take the others out of scope; the correlation data source names all of them", p.id, e.ID))
		}
	}
	d.asideTwins()
	if err := d.refuseAside(); err != nil {
		return err
	}
	return d.guardIDs()
}

// carriesTwice reports whether a new account for somebody would carry the worker id that another
// one carries, so that from the next plan on nobody could say which of them is meant.
func (d *decider) carriesTwice(p *person) bool {
	return len(p.carried) > 0 && p.existing == nil && p.refused == nil && p.candidates == nil &&
		p.worker != nil && p.stage().HasAccount() && d.in.OnUnmatched != UnmatchedReport &&
		(p.stage() != mapping.StageLeft || d.createsLeaver(p)) &&
		slices.ContainsFunc(d.targets, func(name string) bool { return directory.Fold(name) == directory.Fold(d.in.WorkerIDAttribute) })
}

// stillEnabled says that somebody who has left and fits several accounts keeps access.
func (d *decider) stillEnabled(p *person) string {
	n := 0
	for _, e := range p.candidates {
		if e.Account.Enabled {
			n++
		}
	}
	if p.stage() != mapping.StageLeft || n == 0 {
		return ""
	}
	return fmt.Sprintf("; the worker has left, and %s of these stay enabled until somebody says which is theirs", wording.Count(n, "account"))
}

// asideTwins sets those aside whose worker ids differ in case only: to the directory
// they are one person.
func (d *decider) asideTwins() {
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
			d.disputed[p.existing.ID] = true
			p.existing = nil
		}
		d.setAside(p, problemContested, fmt.Sprintf("the feed has %s, too, which differs in case only: to the directory they are the same", some(others)),
			"give one of them another worker id in the HR system, or take the record out that is wrong")
	}
}

// claimsNothing reports whether a worker has no use for an account now, so that somebody
// else who matches the same one may have it: the future, the retired, and those
// out of scope, as after a conversion from contractor to employee.
func (d *decider) claimsNothing(p *person) bool {
	switch p.stage() {
	case mapping.StageFuture:
		return true
	case mapping.StageOutOfScope:
		return d.rules.OnOutOfScope == "" || d.rules.OnOutOfScope == mapping.OutOfScopeIgnore
	}
	return false
}

// contested returns the workers who match one account together, after taking
// it from those who have no use for it, or less right to it.
func (d *decider) contested() (rivals [][]*person) {
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
			rivals = append(rivals, right)
		}
		for _, other := range all {
			if !slices.Contains(right, other) {
				other.hint = fmt.Sprintf("%s belongs to worker %q", describe(other.existing), right[0].id)
				other.existing = nil
			}
		}
	}
	return rivals
}

// rightful returns those who have the best claim to an account, more than one if that is not
// clear: who has use for it, before others; who is identified, before whom a weak rule found; and
// who works here, before the one who has left, as after a conversion.
func (d *decider) rightful(all []*person) []*person {
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
