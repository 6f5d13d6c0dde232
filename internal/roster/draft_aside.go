// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// fallBack gives a person who is set aside what they have: the account as it is,
// without the access that they must lose. A person whom an override holds keeps access, too:
// somebody decided that, and said why and until when.
func (d *drafts) fallBack(p *drafted) {
	p.verdict = ActionSetAside
	texts := make([]string, len(p.troubles))
	for i, t := range p.troubles {
		texts[i] = t.text + " (" + t.remedy + ")"
	}
	p.because = strings.Join(texts, "; ")
	if p.onHold() {
		p.verdict = ActionHeld
	}
	if p.existing == nil || p.restored() {
		return
	}
	d.asItIs(p)
	if p.onHold() {
		return
	}
	cause, since := d.mustNotSignIn(p.person)
	if cause == "" || p.existing.Protected != "" {
		return
	}
	p.account.Enabled, p.cause = false, cause
	if directory.Leaves(cause) && d.strips(p.person, since) {
		p.account.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsRemoved}
	}
	if p.existing.Account.Enabled {
		p.because = "loses access, because " + d.lossReason(p.person, cause) + "; otherwise set aside: " + p.because
	}
}

// fallBackLate is the draft of somebody who is set aside after their account was drafted.
// Of an override it keeps what it says about access.
func (d *drafts) fallBackLate(before *drafted) *drafted {
	p := &drafted{person: before.person, label: before.label, reports: before.reports, agreed: before.agreed, idle: before.idle}
	d.fallBack(p)
	if on := p.override.enabled(); on != nil && p.account != nil && !p.idle && p.existing.Protected == "" {
		d.overrideEnabled(p, *on)
	}
	d.finish(p)
	return p
}
