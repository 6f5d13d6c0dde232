// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
)

// leftOutOfScope reports whether somebody out of scope has left by their HR record, and
// nothing of the rules takes the access that they still have. Being out of scope is not the same
// as having left, but a scope that is for people at work leaves out whoever leaves.
func (d *run) leftOutOfScope(p *drafted) bool {
	e := p.existing
	if p.stage() != mapping.StageOutOfScope || e == nil || e.Deleted || !e.Account.Enabled || p.account != nil && !p.account.Enabled {
		return false
	}
	if d.in.Owned != nil && !d.in.Owned(e) {
		return false
	}
	cause, _ := d.mustNotSignIn(p.person)
	return cause == directory.ForLeft
}

// warnLeftOutOfScope names those who have left and keep access because they are out of scope.
func (d *report) warnLeftOutOfScope() {
	var people []*compared
	for _, p := range d.decided() {
		if d.leftOutOfScope(p.drafted) {
			people = append(people, p)
		}
	}
	if len(people) == 0 {
		return
	}
	rest := ""
	if d.rules.OnOutOfScope == "" || d.rules.OnOutOfScope == mapping.OutOfScopeIgnore {
		rest = ", but for accounts that a population manages and disables by its on_removal"
	}
	d.warn("%s enabled though the workers have left by the HR record: they are out of scope, and no rule takes their access%s. "+
		"Let scope and IgnoreObjectFlow say nothing of status and dates, which worker_lifecycle knows, "+
		"or set on_out_of_scope to %q or %q, or use an override with enabled = false: %s",
		isAre(len(people), "account"), rest, mapping.OutOfScopeDisable, mapping.OutOfScopeLeaver, d.firstTen(people))
}
