// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/wording"
)

// Somebody may have left, and have several accounts: their worker id stands at all of them, or a rule fits several. No
// document disables an account of which nobody says that it is theirs, so that reports name each with which they can
// still sign in. Only what a population managed as theirs is known to be theirs: see leftUnclear.

// rivals are the people who have an account, or fit it among several, by object id.
type rivals struct {
	has  map[string]*person
	fits map[string][]*person
}

func (d *report) rivals() rivals {
	r := rivals{has: make(map[string]*person, len(d.people)), fits: map[string][]*person{}}
	for _, p := range d.people {
		if p.existing != nil {
			r.has[p.existing.ID] = p.person
		}
		for _, e := range p.candidates {
			r.fits[e.ID] = append(r.fits[e.ID], p.person)
		}
	}
	return r
}

// openAccounts returns the enabled accounts of somebody who has left beside the one that the run decides about:
// those that carry their worker id, and those that they fit among several. What is, or may be, another
// worker's is none of them.
func (d *report) openAccounts(p *compared, r rivals) []OpenAccount {
	var open []*directory.Existing
	for _, e := range slices.Concat(p.candidates, d.accountsByWorkerID[directory.Fold(p.id)]) {
		if e.Account.Enabled && !e.Deleted && !containsID(open, e.ID) && d.mayBe(e, p.person, r) {
			open = append(open, e)
		}
	}
	if len(open) == 0 || !d.hasLeft(p.person) {
		return nil
	}
	slices.SortFunc(open, byPath)
	out := make([]OpenAccount, len(open))
	for i, e := range open {
		out[i] = d.open(e)
	}
	return out
}

// owns reports whether an account is one of this population.
func (d *run) owns(e *directory.Existing) bool { return d.in.Owned == nil || d.in.Owned(e) }

// mayBe reports whether an account may be a person's and nobody else's.
func (d *run) mayBe(e *directory.Existing, p *person, r rivals) bool {
	switch {
	case r.has[e.ID] != nil, p.worker == nil && !d.owns(e): // who is in no feed here may be in that of another population
		return false
	case d.carries(e, p):
		return true
	}
	other := len(e.Account.Attributes[d.in.WorkerIDAttribute]) > 0
	return len(r.fits[e.ID]) == 1 && (!other || d.strong(p.rule))
}

// hasLeft reports whether somebody has left by the HR record, or, where they are not in the feed, by what
// we wrote at one of the accounts that carry their worker id.
func (d *recognised) hasLeft(p *person) bool {
	if p.worker != nil {
		cause, _ := d.mustNotSignIn(p)
		return cause == directory.ForLeft && !d.hasTwin(p)
	}
	return slices.ContainsFunc(d.accountsByWorkerID[directory.Fold(p.id)], func(e *directory.Existing) bool {
		return directory.Leaves(e.DisabledFor) || directory.Leaves(e.Remembers)
	})
}

// hasTwin reports whether the feed has somebody else whose worker id differs in case only: the accounts may be theirs.
func (d *feed) hasTwin(p *person) bool {
	first := d.folded[directory.Fold(p.id)]
	return first != nil && first != p || slices.ContainsFunc(p.troubles, func(t trouble) bool { return t.kind == problemContested })
}

// open is how reports tell of an account that stays enabled.
func (d *run) open(e *directory.Existing) OpenAccount {
	out := OpenAccount{ObjectID: e.ID}
	switch {
	case e.Protected != "":
		out.Stays = "protected: " + e.Protected
	case e.Synchronised:
		out.Stays = "synchronised from Active Directory, where somebody has to disable it"
	case !d.owns(e):
		out.Stays = strings.TrimSpace("not of this population " + d.in.OwnedArgument)
	}
	if !d.hides("userPrincipalName") && !d.hides("sAMAccountName") { // one tells the other
		out.Login = cmp.Or(e.Account.Attributes["userPrincipalName"].Text(), e.Account.Attributes["sAMAccountName"].Text())
	}
	return out
}

// leftUnclear notes of accounts that carry the worker id of somebody who has left, and who has no document because it is not clear
// which account is theirs, that a population that managed one of them as theirs is to disable it. Nothing else is, and nothing where
// so many carry the id that it is no person's.
func (d *report) leftUnclear(p *compared, r rivals, unmanaged map[string]Unmanaged) {
	carriers := d.accountsByWorkerID[directory.Fold(p.id)]
	if p.worker == nil || p.waits || p.existing != nil || p.account != nil || len(carriers) == 0 || len(carriers) > maxFit ||
		p.onHold() || p.override.enables() || !d.hasLeft(p.person) {
		return
	}
	for _, e := range carriers {
		others := slices.ContainsFunc(r.fits[e.ID], func(other *person) bool { return other != p.person })
		_, noted := unmanaged[e.ID]
		if noted && !others && r.has[e.ID] == nil && e.Protected == "" && d.owns(e) {
			unmanaged[e.ID] = Unmanaged{WorkerID: p.id, Kind: UnmanagedLeftUnclear,
				Reason: "the worker has left, and was managed with this account; which accounts are theirs beside it is not clear"}
		}
	}
}

// warnOpen names those who have left and can still sign in with accounts that nobody says are theirs.
func (d *report) warnOpen(decisions []Decision) {
	const shown = 5 // accounts of one person
	n, lines := 0, []string(nil)
	for i := range decisions {
		open := decisions[i].OpenAccounts
		if len(open) == 0 {
			continue
		}
		n += len(open)
		var names []string
		for _, a := range open[:min(shown, len(open))] {
			names = append(names, a.String())
		}
		if more := len(open) - shown; more > 0 {
			names = append(names, fmt.Sprintf("and %s more", wording.Thousands(more)))
		}
		who := strconv.Quote(decisions[i].WorkerID)
		if name := decisions[i].Name; name != "" {
			who += " " + name
		}
		lines = append(lines, who+" with "+strings.Join(names, "; "))
	}
	if len(lines) == 0 {
		return
	}
	d.warn("%s left and can still sign in with %s that carry their worker id, or that they fit among several: nobody said which are theirs. "+
		"No document disables these; a population disables those that it managed as theirs (on_removal). "+
		"Disable them now by hand, or by object id with the action that disables users. "+
		"Then give the object id of the worker's account in links, and clear %s at accounts that are not theirs: %s",
		wording.Count(len(lines), "worker has", "workers have"), wording.Count(n, "account"), cmp.Or(d.in.WorkerIDAttribute, "the worker id"),
		firstTen(len(lines), func(i int) string { return lines[i] }))
}
