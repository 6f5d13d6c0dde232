// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/worker"
)

// draftDeletion makes the document that deletes the account of somebody who has
// left, if that is due, and reports whether it did. Who is booked to return keeps the
// account, disabled, until the hire date has come.
func (d *drafts) draftDeletion(p *drafted, since worker.Date) bool {
	if p.desired != nil && p.desired.Returns != "" {
		p.due = time.Time{}
		return false // what is deleted may be lost for good, and its worker is expected back
	}
	p.due = d.deletion(p.person, since)
	if p.due.IsZero() || d.present().Before(p.due) {
		return false
	}
	p.due = time.Time{}
	if p.existing.Protected != "" {
		p.because += fmt.Sprintf("; retention_days %d are over, but the account is protected (%s) and stays", *d.rules.Lifecycle.RetentionDays,
			p.existing.Protected)
		return false
	}
	d.asItIs(p)
	p.account.Deleted = true
	p.verdict = ActionDelete
	p.because += fmt.Sprintf("; the account is disabled since %s, and retention_days %d are over",
		p.existing.DisabledSince.In(d.zoneOf(p.person)).Format(time.DateOnly), *d.rules.Lifecycle.RetentionDays)
	return true
}

// block keeps an account disabled that nothing explains. Everything but the access and
// the place is as the rules say: the place may be part of what somebody decided.
func (d *drafts) block(p *drafted, a *directory.Account) {
	ok, why := d.explained(p.person)
	if ok {
		return
	}
	p.blocked = why
	a.Enabled, a.Container = false, p.existing.Account.Container
}

// barred reports whether somebody may not sign in whatever is true of the account that was found for them. An
// account that is disabled although its worker works here is not enough: it may be somebody else's.
func (d *run) barred(p *drafted) bool {
	switch {
	case p.account == nil || p.account.Enabled || p.waits || p.onHold():
		return false
	case p.override.disables():
		return true
	case p.worker == nil:
		return false
	case p.moved(), p.cause == directory.ForOutOfScope:
		return true
	}
	_, barred := d.in.Mapping.Barred(p.worker, d.in.AsOf, mapping.Known{Account: true, Enabled: true})
	return barred
}
