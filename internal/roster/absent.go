// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/worker"
)

// Values of mapping.Lifecycle.OnAbsent beside "keep".
const (
	absentDisable = "disable"
	absentRelease = "release"

	// groupsRemove is the value of mapping.Lifecycle.LeaverGroups beside "keep".
	groupsRemove = "remove"
)

// addAbsent adds a person for every account of this population that carries a worker id
// and that no worker matched. Missing from the feed is not the same as left.
func (d *decider) addAbsent(context.Context) error {
	matched := make(map[string]*person, len(d.people))
	folded := make(map[string]*person, len(d.people))
	for _, p := range d.people {
		if p.existing != nil {
			matched[p.existing.ID] = p
		}
		folded[directory.Fold(p.id)] = p
	}
	absent := map[string]*person{}
	for _, e := range d.owned {
		id := e.Account.Attributes[d.in.WorkerIDAttribute].Text()
		if matched[e.ID] != nil || id == "" {
			continue
		}
		if d.disputed[e.ID] {
			d.leaveOut(nil, e, UnmanagedUnclear, "whose account it is is not clear")
			continue
		}
		if p := folded[directory.Fold(id)]; p != nil {
			d.warnOf(p, "%s carries the worker id %q, but %s", describe(e), id, matchedElsewhere(p))
			if p.existing == nil {
				p.carried = append(p.carried, e)
			}
			d.leaveOut(p, e, UnmanagedUnclear, "it carries the worker id of somebody who matches another account, or none")
			continue
		}
		if d.in.Owned != nil && !d.in.Owned(e) {
			d.leaveOut(nil, e, UnmanagedAbsent, "its worker is not in the feed, which is not the same as having left, and it is not among what this population owns")
			continue
		}
		if other := absent[directory.Fold(id)]; other != nil {
			other.candidates = append(other.candidates, e)
			continue
		}
		p := &person{id: id, existing: e, matched: d.in.WorkerIDAttribute, rule: ruleWorkerID, waits: d.waits(id)}
		absent[directory.Fold(id)] = p
		d.know(p)
		d.people = append(d.people, p)
	}
	d.sortPeople()
	for _, p := range d.people {
		if p.worker == nil && len(p.candidates) > 0 {
			d.splitTwice(p)
		}
	}
	return nil
}

// splitTwice sets somebody aside who is not in the feed and whose worker id several
// accounts carry: nothing is written about any of them.
func (d *decider) splitTwice(p *person) {
	all := append([]*directory.Existing{p.existing}, p.candidates...)
	for _, e := range all {
		d.leaveOut(p, e, UnmanagedUnclear, "several accounts carry the worker id of somebody who is not in the feed")
	}
	d.twice = append(d.twice, fmt.Sprintf("worker %q: %s", p.id, strings.Join(describeAll(all), "; ")))
	p.existing, p.candidates = nil, nil
	if d.rules.Lifecycle.OnAbsent != absentRelease {
		d.setAside(p, problemTwice, "several accounts carry the worker id, and the worker is not in the feed: "+strings.Join(describeAll(all), "; "),
			fmt.Sprintf("correct %s of all but one, or leave them out of this population", d.in.WorkerIDAttribute))
	}
}

// leaveOut notes why an account has no document.
func (d *decider) leaveOut(p *person, e *directory.Existing, kind, reason string) {
	id := e.Account.Attributes[d.in.WorkerIDAttribute].Text()
	if p != nil {
		id = p.id
	}
	if d.waits(id) {
		return // populations hold what they have until somebody decides about it
	}
	d.leaving.Lock()
	defer d.leaving.Unlock()
	d.unmanaged[e.ID] = Unmanaged{WorkerID: id, Kind: kind, Reason: reason}
}

func matchedElsewhere(p *person) string {
	if p.existing == nil {
		return "that worker does not match it"
	}
	return fmt.Sprintf("that worker matches %s by %s", describe(p.existing), p.matched)
}

// draftAbsent keeps the account of an absent worker as it is, until the policy
// for them and its grace say otherwise. One who is known to have left, because
// the account records it or we disabled it for that, goes on along the leaver ladder.
func (d *decider) draftAbsent(p *person) {
	p.action = ActionAbsent
	if p.existing == nil {
		p.reason = "not in the feed, and whose account it is is not clear"
		return
	}
	l := d.rules.Lifecycle
	word, day := d.recorded(p)
	if word == recordLeft || directory.Leaves(p.existing.DisabledFor) && !p.existing.Account.Enabled {
		d.draftGone(p, d.leftSince(p))
		return
	}
	p.reason = "not in the feed, which is not the same as having left: stays as it is (on_absent = keep)"
	if l.OnAbsent != absentDisable && l.OnAbsent != absentRelease {
		d.keep(p)
		return
	}
	if word == "" {
		day = d.today
	}
	due := day.AddDays(l.AbsentDays)
	if d.today < due {
		p.reason = fmt.Sprintf("not in the feed since %s: on_absent = %s acts on %s", day, l.OnAbsent, due)
		d.keepRecorded(p, day)
		return
	}
	p.reason = fmt.Sprintf("not in the feed since %s (on_absent = %s, absent_days %d)", day, l.OnAbsent, l.AbsentDays)
	if l.OnAbsent == absentRelease {
		d.release(p)
		return
	}
	d.keepRecorded(p, day)
	p.account.Enabled, p.cause = false, directory.ForAbsent
	if !p.existing.Account.Enabled {
		p.cause = p.existing.DisabledFor
	}
}

// release makes the document of an account that is managed no longer: it stays as it
// is, whatever becomes of it.
func (d *decider) release(p *person) {
	d.keep(p)
	p.account.Released = true
	p.action = ActionRelease
}

// draftGone is for an account whose worker is known to have left, and whom the HR
// system has since stopped to list.
func (d *decider) draftGone(p *person, since worker.Date) {
	p.reason = "had left, and is no longer in the feed"
	if since != "" {
		p.reason = fmt.Sprintf("had left on %s, and is no longer in the feed", since)
	}
	if d.draftDeletion(p, since) {
		return
	}
	d.keep(p)
	p.account.Enabled, p.cause = false, directory.ForLeft
	if p.existing.DisabledFor == directory.ForMoved && !p.existing.Account.Enabled {
		p.cause = directory.ForMoved // nothing tells that they have left the company
	}
	if d.strips(p, since) {
		p.account.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsRemoved}
	}
}

// keepRecorded is keep, with since when the worker has been absent.
func (d *decider) keepRecorded(p *person, since worker.Date) {
	d.keep(p)
	if d.rules.Lifecycle.RecordIn != "" {
		p.account.Attributes[d.rules.Lifecycle.RecordIn] = directory.Value{recordAbsent + " " + string(since)}
	}
}

// orphans returns the worker ids of absent accounts.
func (d *decider) orphans() []string {
	var ids []string
	for _, p := range d.people {
		if p.worker == nil && !p.waits {
			ids = append(ids, p.id)
		}
	}
	slices.SortFunc(ids, natural)
	return ids
}
