// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
)

// What a match proves. What must hold:
//
//   - A rule is strong if it compares the attribute for worker ids, or if the
//     configuration says that it identifies a person. A link is strong. All other
//     rules are weak: names, addresses and whatever else two people can share.
//   - An account that carries somebody else's worker id changes hands only by a strong
//     match. So does that of a guest.
//   - A weak match takes access from nobody.
//   - Where it is not clear whose an account is, nobody gets it, disables it or takes
//     names from it, and the people concerned are set aside.

// strong reports whether an entry of Rules.Match identifies a person. Where worker ids are
// neither matched nor written, the first rule is what the configuration has to identify people.
func (d *run) strong(rule int) bool {
	if rule < 0 {
		return true
	}
	if d.rules.Match[rule].Identifies || d.comparesIDs(d.rules.Match[rule]) {
		return true
	}
	return rule == 0 && (d.in.WorkerIDAttribute == "" || !d.usesIDs())
}

func (d *run) comparesIDs(r mapping.MatchRule) bool {
	return slices.ContainsFunc(r.All, func(c mapping.MatchCondition) bool { return strings.EqualFold(c.Target, d.in.WorkerIDAttribute) })
}

// usesIDs reports whether the mapping matches or writes the attribute for worker ids.
func (d *run) usesIDs() bool {
	return slices.Contains(d.targets, d.in.WorkerIDAttribute) || slices.ContainsFunc(d.rules.Match, d.comparesIDs)
}

// carries reports whether an account carries a worker's id.
func (d *run) carries(e *directory.Existing, p *person) bool {
	return slices.ContainsFunc(e.Account.Attributes[d.in.WorkerIDAttribute],
		func(id string) bool { return directory.Fold(id) == directory.Fold(p.id) })
}

// refuses reports whether a weak rule is not enough for an account that fits, and
// notes why.
func (d *run) refuses(p *person, level int, e *directory.Existing, keys []mapping.Key) bool {
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
func (d *run) losesBy(p *person, e *directory.Existing) bool {
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

// claimsNothing reports whether a worker has no use for an account now, so that somebody
// else who matches the same one may have it: the future, the retired, and those
// out of scope, as after a conversion from contractor to employee.
func (d *run) claimsNothing(p *person) bool {
	switch p.stage() {
	case mapping.StageFuture:
		return true
	case mapping.StageOutOfScope:
		return d.rules.OnOutOfScope == "" || d.rules.OnOutOfScope == mapping.OutOfScopeIgnore
	}
	return false
}

// accept gives a worker an account that fits.
func (d *recognised) accept(p *person, e *directory.Existing) {
	p.existing, p.hint, p.refused = e, "", nil
	if e.Guest && !p.waits {
		p.matched += " (a guest)"
		d.warn("worker %q has the account of a guest, %s (matched by %s): whoever signs in with it belongs to another organisation. "+
			"If the worker is to have an account of this one, clear %s at the guest", p.id, describe(e), p.matched, d.in.WorkerIDAttribute)
	}
}
