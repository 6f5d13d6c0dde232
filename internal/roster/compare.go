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

// compare holds every completed document against the account as it is.
func compare(from *drafts, managers *linker) *comparison {
	d := &comparison{drafts: from, cycles: managers.cycles, people: make([]*compared, len(from.all))}
	d.warnings = slices.Clone(managers.warnings)
	inParallel(len(d.people), func(i int) { d.people[i] = d.compare(from.all[i]) })
	return d
}

// compare lists what changes for a person and names the action. The draft's verdict stands, unless
// an override changes something or an account changes that was to stay as it is.
func (d *comparison) compare(of *drafted) *compared {
	p := &compared{drafted: of, action: of.verdict, reason: of.because}
	if p.account != nil && p.existing != nil && !p.account.Released {
		p.changes = append(d.accountChanges(p), d.attributeChanges(p)...)
	}
	overridden := p.override != nil && !p.aside() && p.action != ActionDelete
	stays := p.action == ActionAbsent || p.action == ActionOutOfScope || p.action == ActionFuture
	if p.action == "" || len(p.changes) > 0 && (overridden || stays) {
		p.action = d.actionOf(p)
	}
	p.reason = d.reasonOf(p)
	return p
}

// reasonOf completes what the draft says with what follows from the changes.
func (d *comparison) reasonOf(p *compared) string {
	switch p.action {
	case ActionCreate:
		return d.unmatchedReason(p) + d.elsewhereReason(p)
	case ActionDisable:
		if p.moved() {
			return p.because + d.elsewhereReason(p)
		}
	case ActionRename, ActionMove, ActionUpdate:
		if p.worker != nil {
			return changeReason(p)
		}
	case ActionKeptDisabled:
		return "stays disabled although HR has the worker at work: " + p.blocked + " (" + remedyBlocked + ")"
	case ActionUnmatched:
		if why := d.noCloudAccount(p.person); why != "" {
			return p.because + "; " + why
		}
		return d.unmatchedReason(p) + ", and on_unmatched = report creates none"
	}
	return p.because
}

// accountChanges lists what changes of an account beside its attributes, in the order of reports.
func (d *comparison) accountChanges(p *compared) (changes []Difference) {
	has, want := p.existing.Account, p.account
	if want.Deleted {
		changes = append(changes, Difference{Attribute: DeletedChange, Old: truth(false), New: truth(true)})
	}
	if has.Enabled != want.Enabled {
		changes = append(changes, Difference{Attribute: EnabledChange, Old: truth(has.Enabled), New: truth(want.Enabled)}.overriddenBy(p))
	}
	if d.in.Format.HasContainer && !sameContainer(has.Container, want.Container) {
		rule := d.rules.Container
		if p.stage() == mapping.StageLeft {
			rule = d.rules.Lifecycle.LeaverContainer
		}
		changes = append(changes, Difference{Attribute: ContainerChange, Old: directory.Value{has.Container},
			New:  directory.Value{want.Container},
			Rule: rule}.overriddenBy(p))
	}
	if want.Sessions == directory.SessionsRevoked && p.existing.Sessions == directory.SessionsLive && !has.Enabled {
		changes = append(changes, Difference{Attribute: SessionsChange, Old: directory.Value{directory.SessionsLive},
			New: directory.Value{directory.SessionsRevoked}})
	}
	if was := p.existing.DisabledFor; was != "" && want.DisabledFor != "" && was != want.DisabledFor {
		changes = append(changes, Difference{Attribute: DisabledForChange, Old: directory.Value{was}, New: directory.Value{want.DisabledFor}})
	}
	return changes
}

// attributeChanges lists the attributes that change, by name.
func (d *comparison) attributeChanges(p *compared) (changes []Difference) {
	has := p.existing.Account.Attributes
	for name, v := range p.account.Attributes {
		old := has[name]
		if d.in.Format.Same(name, old, v) || name == directory.ManagerAttribute && d.sameManager(old.Text(), v.Text()) {
			continue
		}
		from := d.origin(p.person, name)
		if name == directory.GroupsAttribute {
			from = origin{rule: "worker_lifecycle.leaver_groups"}
		}
		c := Difference{Attribute: name, Old: old, New: v, Rule: from.rule, Inputs: from.inputs}.overriddenBy(p)
		if c.Redacted = d.hides(name); c.Redacted {
			c.Old, c.New = nil, nil
		}
		changes = append(changes, c)
	}
	if m := d.deletedManager(p); m != nil {
		c := Difference{Attribute: directory.ManagerAttribute, Old: p.present(directory.ManagerAttribute),
			Rule: fmt.Sprintf("the account of the manager, worker %q, is deleted", m.id), itself: true}
		if d.hides(directory.ManagerAttribute) {
			c.Old, c.Rule, c.Redacted = nil, "the account of the manager is deleted", true
		}
		changes = append(changes, c)
	}
	slices.SortFunc(changes, func(a, b Difference) int { return strings.Compare(a.Attribute, b.Attribute) })
	return changes
}

// deletedManager returns the manager of an account whose own account this run deletes,
// which the directory unlinks by itself; nil where there is none.
func (d *comparison) deletedManager(p *compared) *drafted {
	present := p.present(directory.ManagerAttribute).Text()
	if _, managed := p.account.Attributes[directory.ManagerAttribute]; managed || present == "" || p.account.Deleted {
		return nil
	}
	if m := d.of(present); m != nil && m.deletes() {
		return m
	}
	return nil
}

// overriddenBy explains a change by the override that asks for it, if one does.
func (c Difference) overriddenBy(p *compared) Difference {
	if o := p.overrideOf(c.Attribute); o != nil {
		c.Override, c.Rule, c.Inputs = o.until(), "", nil
	}
	return c
}

// actionOf returns the action that an account's changes amount to: the one that deserves
// the most attention, and access before everything else.
func (d *comparison) actionOf(p *compared) Action {
	switch {
	case p.account == nil:
		return ActionNone
	case p.existing == nil:
		return ActionCreate
	case p.blocked != "" && !p.account.Enabled:
		return ActionKeptDisabled
	case p.restored():
		return ActionRehire
	case len(p.changes) == 0:
		return ActionNone
	case p.deletes():
		return ActionDelete
	case p.disables():
		return ActionDisable
	case p.rehired:
		return ActionRehire
	case p.enables():
		return ActionEnable
	case d.renames(p):
		return ActionRename
	case p.moves():
		return ActionMove
	}
	return ActionUpdate
}

const remedyBlocked = "to enable it, use an override with enabled = true, or the action that enables users"

// unmatchedReason says why a worker gets an account, and that no account was recognised as theirs.
func (d *comparison) unmatchedReason(p *compared) string {
	reason := p.because
	if len(p.desired.Keys) == 0 {
		reason += "; no match rule has a value for the worker"
	} else {
		reason += "; no account has " + d.conditions(p.desired.Keys[0])
		if more := len(p.desired.Keys) - 1; more > 0 {
			reason += " or fits " + wording.Count(more, "later rule")
		}
	}
	if p.hint != "" {
		reason += " (" + p.hint + ")"
	}
	return reason
}

// elsewhereReason says that somebody who gets an account, or loses one by moving, has an account elsewhere.
func (d *comparison) elsewhereReason(p *compared) string {
	homes := d.livesIn(p.person)
	if len(homes) == 0 {
		return ""
	}
	return fmt.Sprintf("; the worker has an account in %s (taken_names)", some(homes))
}

// changeReason sums up the changes of somebody who stays.
func changeReason(p *compared) string {
	if len(p.changes) == 1 {
		return p.changes[0].sentence()
	}
	names := make([]string, len(p.changes))
	for i, c := range p.changes {
		names[i] = c.Attribute
	}
	return fmt.Sprintf("%s differ from the rules: %s", wording.Count(len(names), "value"), strings.Join(names, ", "))
}
