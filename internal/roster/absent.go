// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"fmt"
	"slices"

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
	for _, p := range d.people {
		if p.existing != nil {
			matched[p.existing.ID] = p
		}
	}
	folded := make(map[string]*person, len(d.people))
	for _, p := range d.people {
		folded[directory.Fold(p.id)] = p
	}
	absent := map[string]*person{}
	for _, e := range d.owned {
		id := e.Account.Attributes[d.in.WorkerIDAttribute].Text()
		if matched[e.ID] != nil || d.disputed[e.ID] || id == "" || d.in.Owned != nil && !d.in.Owned(e) {
			continue
		}
		if p := folded[directory.Fold(id)]; p != nil {
			d.warn("%s carries the worker id %q, but %s", describe(e), id, matchedElsewhere(p))
			continue
		}
		if other := absent[directory.Fold(id)]; other != nil {
			d.twice = append(d.twice, fmt.Sprintf("worker %q: %s; %s", id, describe(other.existing), describe(e)))
			continue
		}
		p := &person{id: id, existing: e, matched: d.in.WorkerIDAttribute, rule: ruleWorkerID}
		absent[directory.Fold(id)] = p
		d.know(p)
		d.people = append(d.people, p)
	}
	d.sortPeople()
	return nil
}

// refuseTwice fails when several accounts carry the worker id of somebody who is not in the feed.
func (d *decider) refuseTwice() error {
	if d.rules.Lifecycle.OnAbsent == absentRelease {
		return nil // nothing is written about them, so that it does not matter which is which
	}
	const mend = "correct %s of all but one, or leave them out of this population"
	return refuse(fmt.Sprintf("these workers are not in the feed, and several accounts carry their worker id ("+mend+")", d.in.WorkerIDAttribute), d.twice)
}

func matchedElsewhere(p *person) string {
	if p.existing == nil {
		return "that worker does not match it"
	}
	return fmt.Sprintf("that worker matches %s by %s", describe(p.existing), p.matched)
}

// draftAbsent keeps the account of an absent worker as it is, until the policy
// for them and its grace say otherwise. One who is recorded as having left goes
// on along the leaver ladder.
func (d *decider) draftAbsent(p *person) {
	l := d.rules.Lifecycle
	word, day := d.recorded(p)
	if word == recordLeft {
		d.draftGone(p, day)
		return
	}
	p.action = ActionAbsent
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
		d.dropOut(p, ActionRelease)
		return
	}
	d.keepRecorded(p, day)
	p.account.Enabled = false
	if p.existing.Account.Enabled {
		p.action = ""
	}
}

// draftGone is for an account that records that its worker has left, and whose
// worker the HR system has since stopped to list.
func (d *decider) draftGone(p *person, since worker.Date) {
	p.action = ActionAbsent
	p.reason = fmt.Sprintf("recorded as %s %s, and no longer in the feed", recordLeft, since)
	if keep := d.rules.Lifecycle.RetentionDays; keep != nil && d.today > since.AddDays(*keep) {
		p.reason += fmt.Sprintf(": retention_days %d are over", *keep)
		d.dropOut(p, ActionRetire)
		return
	}
	d.keep(p)
	p.account.Enabled = false
	if l := d.rules.Lifecycle; l.LeaverGroups == groupsRemove && d.today > since.AddDays(l.LeaverGroupsDays) {
		p.account.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsRemoved}
	}
	if p.existing.Account.Enabled {
		p.action = ""
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
		if p.worker == nil {
			ids = append(ids, p.id)
		}
	}
	slices.SortFunc(ids, natural)
	return ids
}
