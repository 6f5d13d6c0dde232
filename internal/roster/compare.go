// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/wording"
)

// compare lists what changes for a person and names the action.
func (d *decider) compare(p *person) {
	p.action, p.reason, p.changes = p.drafted, p.because, nil
	if p.account != nil && p.existing != nil && !p.account.Released {
		d.listChanges(p)
	}
	switch {
	case p.action == "", len(p.changes) > 0 && (p.override != nil && !p.aside() && p.action != ActionDelete || p.action == ActionAbsent || p.action == ActionOutOfScope || p.action == ActionFuture):
		p.action = d.name(p)
	}
	switch p.action {
	case ActionCreate:
		p.reason = d.unmatchedReason(p) + d.elsewhereReason(p)
	case ActionDisable:
		if p.moved() {
			p.reason += d.elsewhereReason(p)
		}
	case ActionRename, ActionMove, ActionUpdate:
		if p.worker != nil {
			p.reason = changeReason(p)
		}
	case ActionKeptDisabled:
		p.reason = "stays disabled although HR has the worker at work: " + p.blocked + " (" + remedyBlocked + ")"
	case ActionUnmatched:
		if why := d.noCloudAccount(p); why != "" {
			p.reason += "; " + why
			return
		}
		p.reason = d.unmatchedReason(p) + ", and on_unmatched = report creates none"
	}
}

func (d *decider) listChanges(p *person) {
	has, want := p.existing.Account, p.account
	if want.Deleted {
		p.changes = append(p.changes, Change{Attribute: DeletedChange, Old: truth(false), New: truth(true)})
	}
	if has.Enabled != want.Enabled {
		p.changes = append(p.changes, Change{Attribute: EnabledChange, Old: truth(has.Enabled), New: truth(want.Enabled)}.overriddenBy(p))
	}
	if d.in.Format.HasContainer && !sameContainer(has.Container, want.Container) {
		rule := d.rules.Container
		if p.stage() == mapping.StageLeft {
			rule = d.rules.Lifecycle.LeaverContainer
		}
		p.changes = append(p.changes, Change{Attribute: ContainerChange, Old: directory.Value{has.Container}, New: directory.Value{want.Container}, Rule: rule}.overriddenBy(p))
	}
	if want.Sessions == directory.SessionsRevoked && p.existing.Sessions == directory.SessionsLive && !has.Enabled {
		p.changes = append(p.changes, Change{Attribute: SessionsChange, Old: directory.Value{directory.SessionsLive}, New: directory.Value{directory.SessionsRevoked}})
	}
	if was := p.existing.DisabledFor; was != "" && want.DisabledFor != "" && was != want.DisabledFor {
		p.changes = append(p.changes, Change{Attribute: DisabledForChange, Old: directory.Value{was}, New: directory.Value{want.DisabledFor}})
	}
	start := len(p.changes)
	for name, v := range want.Attributes {
		old := has.Attributes[name]
		if d.in.Format.Same(name, old, v) || name == directory.ManagerAttribute && d.sameManager(old.Text(), v.Text()) {
			continue
		}
		from := d.origin(p, name)
		if name == directory.GroupsAttribute {
			from = origin{rule: "worker_lifecycle.leaver_groups"}
		}
		c := Change{Attribute: name, Old: old, New: v, Rule: from.rule, Inputs: from.inputs}.overriddenBy(p)
		if c.Redacted = d.redacted[directory.Fold(name)]; c.Redacted {
			c.Old, c.New = nil, nil
		}
		p.changes = append(p.changes, c)
	}
	if m := d.deletedManager(p); m != nil {
		c := Change{Attribute: directory.ManagerAttribute, Old: p.present(directory.ManagerAttribute), Rule: fmt.Sprintf("the account of the manager, worker %q, is deleted", m.id), itself: true}
		if d.redacted[directory.ManagerAttribute] {
			c.Old, c.Rule, c.Redacted = nil, "the account of the manager is deleted", true
		}
		p.changes = append(p.changes, c)
	}
	slices.SortFunc(p.changes[start:], func(a, b Change) int { return strings.Compare(a.Attribute, b.Attribute) })
}

// deletedManager returns the manager of an account whose own account this run deletes,
// which the directory unlinks by itself; nil where there is none.
func (d *decider) deletedManager(p *person) *person {
	present := p.present(directory.ManagerAttribute).Text()
	if _, managed := p.account.Attributes[directory.ManagerAttribute]; managed || present == "" || p.account.Deleted {
		return nil
	}
	if m := d.lookup(present); m != nil && m.deletes() {
		return m
	}
	return nil
}

// overriddenBy explains a change by the override that asks for it, if one does.
func (c Change) overriddenBy(p *person) Change {
	if o := p.overrideOf(c.Attribute); o != nil {
		c.Override, c.Rule, c.Inputs = o.until(), "", nil
	}
	return c
}

func truth(b bool) directory.Value { return directory.Value{strconv.FormatBool(b)} }

// name returns the action that an account's changes amount to: the one that deserves
// the most attention, and access before everything else.
func (d *decider) name(p *person) Action {
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

func (p *person) creates() bool { return p.existing == nil && p.account != nil }

func (p *person) deletes() bool { return p.account != nil && p.account.Deleted }

func (p *person) disables() bool {
	return p.account != nil && p.existing != nil && p.existing.Account.Enabled && !p.account.Enabled
}

// enables reports whether somebody can sign in again: an account that was disabled, or
// deleted, is enabled.
func (p *person) enables() bool {
	return p.account != nil && p.existing != nil && (!p.existing.Account.Enabled || p.restored()) && p.account.Enabled
}

// stripped reports whether an account is taken out of its groups.
func (p *person) stripped() bool {
	return slices.ContainsFunc(p.changes, func(c Change) bool {
		return c.Attribute == directory.GroupsAttribute && c.New.Text() == directory.GroupsRemoved
	})
}

// labels reports whether an account that carries no worker id, or another one, gets one:
// it is taken over.
func (d *decider) labels(p *person) bool {
	return d.in.WorkerIDAttribute != "" && p.existing != nil && p.changesOf(d.in.WorkerIDAttribute)
}

func (p *person) changesOf(attribute string) bool {
	return slices.ContainsFunc(p.changes, func(c Change) bool { return c.Attribute == attribute })
}

func (p *person) moves() bool { return p.changesOf(ContainerChange) }

// renames reports whether a name that people know the account by changes.
func (d *decider) renames(p *person) bool {
	return slices.ContainsFunc(p.changes, d.isRename)
}

func (d *decider) isRename(c Change) bool {
	_, core := d.core[c.Attribute]
	return core && c.Attribute != directory.ManagerAttribute && slices.Contains(d.unique, c.Attribute)
}

// updates reports whether any other attribute changes.
func (d *decider) updates(p *person) bool {
	return slices.ContainsFunc(p.changes, func(c Change) bool {
		return c.Attribute != EnabledChange && c.Attribute != ContainerChange && !d.isRename(c)
	})
}

// unmatchedReason says why a worker gets an account, and that no account was recognised as theirs.
func (d *decider) unmatchedReason(p *person) string {
	reason := p.reason
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

// changeReason sums up the changes of somebody who stays.
func changeReason(p *person) string {
	if len(p.changes) == 1 {
		return p.changes[0].sentence()
	}
	names := make([]string, len(p.changes))
	for i, c := range p.changes {
		names[i] = c.Attribute
	}
	return fmt.Sprintf("%s differ from the rules: %s", wording.Count(len(names), "value"), strings.Join(names, ", "))
}

// sentence is one change in words.
func (c Change) sentence() string {
	text := fmt.Sprintf("%s: %s → %s", c.Attribute, quoteValue(c.Old), quoteValue(c.New))
	if c.Redacted {
		text = c.Attribute + " changes (redacted)"
	}
	switch {
	case c.Override != "":
		text += " by an override " + c.Override
	case c.Rule != "":
		text += " by the rule " + c.Rule
	}
	return text
}

// quoteValue writes a value for people; none for an empty one.
func quoteValue(v directory.Value) string {
	if len(v) == 0 {
		return "none"
	}
	quoted := make([]string, len(v))
	for i, s := range v {
		quoted[i] = strconv.Quote(s)
	}
	slices.Sort(quoted)
	return strings.Join(quoted, ", ")
}

// displayName returns how to call a person in lists, "" where names are redacted.
func (d *decider) displayName(p *person) string {
	for _, attribute := range []string{"displayName", "cn", "userPrincipalName"} {
		if d.redacted[directory.Fold(attribute)] {
			return ""
		}
		if p.account != nil {
			if v := p.account.Attributes[attribute]; len(v) > 0 {
				return v.Text()
			}
		}
		if v := p.present(attribute); len(v) > 0 {
			return v.Text()
		}
	}
	return p.label
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
