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
)

// compare lists what changes for a person and names the action.
func (d *decider) compare(p *person) {
	if p.account != nil && p.existing != nil {
		d.listChanges(p)
	}
	if p.action == "" || len(p.changes) > 0 && (p.override != nil || p.action == ActionAbsent || p.action == ActionOutOfScope) {
		p.action = d.name(p)
	}
	switch p.action {
	case ActionCreate:
		p.reason = d.unmatchedReason(p)
	case ActionRename, ActionMove, ActionUpdate:
		if p.worker != nil {
			p.reason = changeReason(p)
		}
	case ActionUnmatched:
		p.reason = d.unmatchedReason(p) + ", and on_unmatched = report creates none"
	}
}

func (d *decider) listChanges(p *person) {
	has, want := p.existing.Account, p.account
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
	slices.SortFunc(p.changes[start:], func(a, b Change) int { return strings.Compare(a.Attribute, b.Attribute) })
}

// overriddenBy explains a change by the override that asks for it, if one does.
func (c Change) overriddenBy(p *person) Change {
	if o := p.overrideOf(c.Attribute); o != nil {
		c.Override, c.Rule, c.Inputs = o.until(), "", nil
	}
	return c
}

func truth(b bool) directory.Value { return directory.Value{strconv.FormatBool(b)} }

// name returns the action that an account's changes amount to.
func (d *decider) name(p *person) Action {
	switch {
	case p.account == nil:
		return ActionNone
	case p.existing == nil:
		return ActionCreate
	case p.restored():
		return ActionRehire
	case len(p.changes) == 0:
		return ActionNone
	case p.disables():
		return ActionDisable
	case p.rehired:
		return ActionRehire
	case d.renames(p):
		return ActionRename
	case p.moves():
		return ActionMove
	case p.enables():
		return ActionEnable
	}
	return ActionUpdate
}

func (p *person) creates() bool { return p.existing == nil && p.account != nil }

func (p *person) dropsOut() bool { return p.action == ActionRetire || p.action == ActionRelease }

func (p *person) disables() bool {
	return p.account != nil && p.existing != nil && p.existing.Account.Enabled && !p.account.Enabled
}

func (p *person) enables() bool {
	return p.account != nil && p.existing != nil && !p.existing.Account.Enabled && p.account.Enabled
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
			reason += " or fits " + count(more, "later rule")
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
	return fmt.Sprintf("%s differ from the rules: %s", count(len(names), "value"), strings.Join(names, ", "))
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
	return ""
}

// result puts everything together.
func (d *decider) result() (*Result, error) {
	r := &Result{Accounts: make(map[string]directory.Account, len(d.people)), Documents: make(map[string]string, len(d.people)), Decisions: make([]Decision, len(d.people))}
	documents := make([]string, len(d.people))
	errs := make([]error, len(d.people))
	index := make(map[*person]int, len(d.people))
	for i, p := range d.people {
		index[p] = i
	}
	d.parallel(func(p *person) {
		i := index[p]
		if p.account != nil {
			documents[i], errs[i] = d.in.Format.Marshal(*p.account)
		}
		r.Decisions[i] = d.decision(p)
	})
	for i, p := range d.people {
		if errs[i] != nil {
			return nil, fmt.Errorf("worker %q: %w", p.id, errs[i])
		}
		if p.account != nil {
			r.Accounts[p.id], r.Documents[p.id] = *p.account, documents[i]
		}
		r.sort(p)
	}
	r.Orphans = d.orphans()
	r.Calendar = d.calendar()
	for _, p := range d.people {
		for _, w := range warnings(p) {
			if !strings.HasPrefix(w, "worker ") {
				w = fmt.Sprintf("worker %q: %s", p.id, w)
			}
			d.warnings = append(d.warnings, w)
		}
	}
	d.warnMatches()
	d.warnNear()
	d.warnOverrides()
	r.Overridden = d.overriddenIDs()
	slices.Sort(d.warnings)
	r.Warnings = slices.Compact(d.warnings)
	r.Partitions = d.in.Partition.Split(r.Documents, func(id string) string { return d.partitionValue(d.byWorker[id]) })
	var err error
	causes := d.causes()
	r.Report, r.Digest = d.report(r, causes), d.digest(causes)
	r.ReportJSON, err = d.reportJSON(r, causes)
	return r, err
}

func (d *decider) decision(p *person) Decision {
	dec := Decision{WorkerID: p.id, Name: d.displayName(p), Action: p.action, Stage: p.stage(), Reason: p.reason, Changes: p.changes}
	if p.existing != nil {
		dec.ObjectID, dec.Path, dec.MatchedBy = p.existing.ID, p.existing.Path, p.matched
	}
	return dec
}

// sort puts a person into the list of their kind.
func (r *Result) sort(p *person) {
	switch p.action {
	case ActionCreate:
		r.Joiners = append(r.Joiners, p.id)
	case ActionRetire, ActionRelease:
		r.Leavers = append(r.Leavers, p.id)
	case ActionRehire:
		r.Rehires = append(r.Rehires, p.id)
	case ActionRename, ActionMove, ActionUpdate, ActionEnable:
		r.Movers = append(r.Movers, p.id)
	case ActionDisable:
		if p.stage() == mapping.StageLeave || p.stage() == mapping.StagePrehire {
			r.Movers = append(r.Movers, p.id)
			return
		}
		r.Leavers = append(r.Leavers, p.id)
	}
}

// warnMatches mentions what is uncertain about who is who.
func (d *decider) warnMatches() {
	for _, p := range d.people {
		switch {
		case p.worker == nil || p.problem != nil:
			continue
		case p.action == ActionCreate && p.hint != "":
			d.warn("worker %q gets a new account: %s", p.id, p.hint)
		case p.stage() == mapping.StageFuture && p.existing != nil && p.existing.Account.Enabled:
			d.warn("worker %q is not to have an account yet, but %s is enabled; it stays as it is", p.id, describe(p.existing))
		}
		if d.in.WorkerIDAttribute == "" {
			continue
		}
		if carried := p.present(d.in.WorkerIDAttribute).Text(); carried != "" && p.account != nil && directory.Fold(carried) != directory.Fold(p.id) &&
			slices.ContainsFunc(p.changes, func(c Change) bool { return c.Attribute == d.in.WorkerIDAttribute }) {
			d.warn("worker %q takes over %s, which carries the worker id %q (matched by %s)", p.id, describe(p.existing), carried, p.matched)
		}
	}
	for _, p := range d.people {
		if p.problem != nil && p.existing == nil {
			d.warn("worker %q has a data error and no account carries their worker id: nothing happens for them", p.id)
		}
	}
}

// calendar lists what is due within CalendarDays.
func (d *decider) calendar() []Event {
	var events []Event
	end := d.in.AsOf.AddDate(0, 0, CalendarDays)
	for _, p := range d.people {
		if p.desired == nil {
			continue
		}
		for _, e := range p.desired.Calendar {
			if e.At.After(d.in.AsOf) && !e.At.After(end) {
				events = append(events, Event{At: e.At, WorkerID: p.id, Name: d.displayName(p), What: e.What})
			}
		}
	}
	for _, e := range d.overrideEvents() {
		if !e.At.After(end) {
			events = append(events, e)
		}
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
	return events
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
