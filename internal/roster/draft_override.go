// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"

	"terraform-provider-workforce/internal/directory"
)

// applyOverride lets overrides win over what the rules and policies said.
func (d *drafts) applyOverride(p *drafted) {
	o := p.override
	if o == nil {
		return
	}
	p.agreed = map[string]bool{}
	byRules := p.account != nil && !p.account.Deleted && p.desired != nil && p.stage().HasAccount()
	on := o.enabled()
	if p.account != nil && (p.account.Deleted || p.account.Released) {
		// What somebody decided about an account holds back what would end it.
		p.account.Deleted, p.account.Released = false, false
		p.because += "; an override " + o.all[0].until() + " holds that back"
		p.verdict = ""
	}
	switch {
	case p.account == nil && p.existing != nil && on != nil:
		d.asItIs(p)
		p.verdict = ""
	case p.account == nil:
		p.idle = p.staysDeleted || o.hold() == nil
	}
	if p.account == nil {
		return
	}
	if on != nil {
		d.overrideEnabled(p, *on)
	}
	if c := o.container(); c != "" {
		p.agreed[ContainerChange] = byRules && sameContainer(p.desired.Container, c)
		if !sameContainer(p.account.Container, c) {
			p.account.Container = c
			if p.existing != nil && !sameContainer(p.existing.Account.Container, c) {
				d.reopenNames(p, p.account)
			}
		}
	}
	for name, by := range o.by {
		if name != EnabledChange && name != ContainerChange && name != holding {
			d.overrideAttribute(p, name, by.Attributes[name], byRules)
		}
	}
}

func (d *drafts) overrideEnabled(p *drafted, on bool) {
	by := p.override.by[EnabledChange]
	if p.desired != nil && p.stage().HasAccount() && !p.aside() {
		p.agreed[EnabledChange] = p.desired.Enabled == on && p.blocked == ""
	}
	if p.account.Enabled && !on {
		p.cause = directory.ForOverride
	}
	p.account.Enabled = on
	p.rehired = p.rehired && on
	if on && p.blocked != "" {
		p.rehired = d.rehire(p.person)
		p.blocked, p.account.Container = "", d.container(p)
		for name := range d.rules.Lifecycle.LeaverAttributes {
			if p.rehired && d.onlyLeavers(name) {
				p.account.Attributes[name] = nil
			}
		}
		if p.desired.Groups != "" {
			p.account.Attributes[directory.GroupsAttribute] = directory.Value{p.desired.Groups}
		}
	}
	if on && p.account.Attributes[directory.GroupsAttribute].Text() == directory.GroupsRemoved {
		// Somebody who may sign in does not lose their groups for having left.
		delete(p.account.Attributes, directory.GroupsAttribute)
		if d.rules.Lifecycle.RestoreGroups {
			p.account.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsKept}
		}
	}
	word := map[bool]string{true: "enabled", false: "disabled"}[on]
	if p.aside() {
		p.because = fmt.Sprintf("%s by an override %s; otherwise it stays as it is: %s", word, by.until(), p.because)
		return
	}
	p.because = fmt.Sprintf("%s by an override %s (by the rules: %s)", word, by.until(), p.because)
}

func (d *drafts) overrideAttribute(p *drafted, name string, v directory.Value, byRules bool) {
	v = d.written[name].Canonical(v)
	has := p.account.Attributes[name]
	if name == directory.ManagerAttribute {
		if p.wantedManager != nil {
			has = directory.Value{p.wantedManager.manager}
		}
		p.wantedManager = nil
		if p.reports = v.Text(); p.reports != "" {
			p.wantedManager = &managerRequest{p.reports}
		}
	}
	p.agreed[name] = byRules && d.in.Format.Same(name, has, v)
	if p.wantedManager == nil || name != directory.ManagerAttribute {
		p.account.Attributes[name] = v
	}
}

// overrideOf returns the override that decides about a change, or nil.
func (p *drafted) overrideOf(what string) *Override {
	if p.override == nil || p.idle {
		return nil
	}
	return p.override.by[what]
}
