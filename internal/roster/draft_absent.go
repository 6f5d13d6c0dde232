// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/worker"
)

// draftAbsent keeps the account of an absent worker as it is, until the policy
// for them and its grace say otherwise. One who is known to have left, because
// the account records it or we disabled it for that, goes on along the leaver ladder.
func (d *drafts) draftAbsent(p *drafted) {
	p.verdict = ActionAbsent
	if p.existing == nil {
		p.because = "not in the feed, and whose account it is is not clear"
		return
	}
	l := d.rules.Lifecycle
	word, day := d.recorded(p.person)
	if word == recordLeft || directory.Leaves(p.existing.DisabledFor) && !p.existing.Account.Enabled {
		d.draftGone(p, d.leftSince(p.person))
		return
	}
	p.because = "not in the feed, which is not the same as having left: stays as it is (on_absent = keep)"
	if l.OnAbsent != absentDisable && l.OnAbsent != absentRelease {
		d.asItIs(p)
		return
	}
	if word == "" {
		day = d.today
	}
	due := day.AddDays(l.AbsentDays)
	if d.today < due {
		p.because = fmt.Sprintf("not in the feed since %s: on_absent = %s acts on %s", day, l.OnAbsent, due)
		d.keepRecorded(p, day)
		return
	}
	p.because = fmt.Sprintf("not in the feed since %s (on_absent = %s, absent_days %d)", day, l.OnAbsent, l.AbsentDays)
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
func (d *drafts) release(p *drafted) {
	d.asItIs(p)
	p.account.Released = true
	p.verdict = ActionRelease
}

// draftGone is for the account of a worker who has left, and whom the HR system no longer lists.
func (d *drafts) draftGone(p *drafted, since worker.Date) {
	p.because = "had left, and is no longer in the feed"
	if since != "" {
		p.because = fmt.Sprintf("had left on %s, and is no longer in the feed", since)
	}
	if d.draftDeletion(p, since) {
		return
	}
	d.asItIs(p)
	p.account.Enabled, p.cause = false, directory.ForLeft
	if p.existing.DisabledFor == directory.ForMoved && !p.existing.Account.Enabled {
		p.cause = directory.ForMoved // nothing tells that they have left the company
	}
	if d.strips(p.person, since) {
		p.account.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsRemoved}
	}
}

// keepRecorded is asItIs, with since when the worker has been absent.
func (d *drafts) keepRecorded(p *drafted, since worker.Date) {
	d.asItIs(p)
	if d.rules.Lifecycle.RecordIn != "" {
		p.account.Attributes[d.rules.Lifecycle.RecordIn] = directory.Value{recordAbsent + " " + string(since)}
	}
}
