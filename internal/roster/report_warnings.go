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

// warnMatches mentions what is uncertain about who is who.
func (d *report) warnMatches() {
	for _, p := range d.decided() {
		switch {
		case p.worker == nil && p.existing != nil && p.existing.Account.Enabled && directory.Leaves(p.existing.Remembers) && !p.disables():
			d.warn("worker %q is not in the feed, and %s is enabled: it was disabled because the worker had left, and somebody enabled it since; disable it, or clear what it remembers if that is right", p.id, describe(p.existing))
			continue
		case p.worker == nil || p.aside():
			continue
		case p.action == ActionCreate && p.hint != "":
			d.warn("worker %q gets a new account: %s", p.id, p.hint)
		}
		if d.in.WorkerIDAttribute == "" {
			continue
		}
		if carried := p.present(d.in.WorkerIDAttribute).Text(); carried != "" && p.account != nil &&
			directory.Fold(carried) != directory.Fold(p.id) &&
			slices.ContainsFunc(p.changes, func(c Difference) bool { return c.Attribute == d.in.WorkerIDAttribute }) {
			d.warn("worker %q takes over %s, which carries the worker id %q (matched by %s)", p.id, describe(p.existing), carried, p.matched)
		}
	}
}

// warnAside sums up who is set aside.
func (d *report) warnAside() {
	var people []*compared
	for _, p := range d.people {
		if p.aside() && !p.onlyProtected() && !p.onHold() {
			people = append(people, p)
		}
	}
	if len(people) > 0 {
		d.warn("%s set aside: their accounts stay as they are, except that access they must lose is taken; the report says why and what to do: %s", isAre(len(people), "worker"), d.firstTen(people))
	}
}

// warnBlocked sums up who stays disabled although HR has them at work.
func (d *report) warnBlocked() {
	var people []*compared
	for _, p := range d.people {
		if p.action == ActionKeptDisabled || p.blocked != "" && !p.account.Enabled {
			people = append(people, p)
		}
	}
	if len(people) > 0 {
		d.warn("%s disabled while HR has the workers at work, and nothing says that the reason is over; no rule enables them (%s): %s",
			isAre(len(people), "account"), remedyBlocked, d.firstTen(people))
	}
}

// warnUnrecorded sums up the leavers of whom nothing can record since when they are disabled: retention begins for none of them.
func (d *report) warnUnrecorded() {
	var people []*compared
	for _, p := range d.people {
		e := p.existing
		if e != nil && e.Unrecorded != "" && e.DisabledSince.IsZero() && p.account != nil && directory.Leaves(p.account.DisabledFor) {
			people = append(people, p)
		}
	}
	if len(people) > 0 && d.rules.Lifecycle.RetentionDays != nil {
		d.warn("%s disabled without a record of the day, and never deleted by retention_days: %s (%s)",
			isAre(len(people), "leaver"), d.firstTen(people), people[0].existing.Unrecorded)
	}
}

// warnSynchronised sums up what the rules want of synchronised accounts and cannot have
// here. Who must not sign in any more, and still can, is named.
func (d *report) warnSynchronised() {
	counts := map[string]int{}
	var barred, all []*compared
	for _, p := range d.people {
		if p.barred && p.account != nil && p.account.Enabled {
			barred = append(barred, p)
		}
		names := slices.DeleteFunc(slices.Clone(p.mastered), func(name string) bool { return name == EnabledChange })
		if len(names) > 0 {
			all = append(all, p)
		}
		for _, name := range names {
			counts[name]++
		}
	}
	if len(barred) > 0 {
		d.warn("%s still enabled although the workers must not sign in any more, and Active Directory masters that for synchronised users: %s. "+
			"Disable it there, or let the population of that domain do it; the next synchronisation follows. "+
			"To take access in Microsoft Entra ID at once, use the action workforce_entra_disable_users, which also revokes sessions",
			isAre(len(barred), "account"), d.firstTen(barred))
	}
	if len(all) > 0 {
		var parts []string
		for _, name := range sortedKeys(counts) {
			parts = append(parts, fmt.Sprintf("%s (%s)", name, wording.Thousands(counts[name])))
		}
		d.warn("%s synchronised, and the rules would change what is not written here: %s; %s: %s", isAre(len(all), "account"),
			strings.Join(parts, ", "), remedySynchronised, d.firstTen(all))
	}
}

// warnNear names them, with what to do.
func (d *report) warnNear(fits []NearFit) {
	var lines []string
	for _, f := range fits {
		line := fmt.Sprintf("worker %q gets a new account and nearly fits %s (%s), the account of worker %q%s: %s. If they are one person, link worker %q to %s in links",
			f.WorkerID, f.Path, f.ObjectID, f.Other, f.State, f.Why, f.WorkerID, f.ObjectID)
		if f.More > 0 {
			line += fmt.Sprintf(" (%s more nearly fit)", wording.Count(f.More, "account"))
		}
		lines = append(lines, line)
	}
	d.warnSome(lines, "more workers get new accounts and nearly fit an account that is disabled, or whose worker is not in the feed; the correlation data source names all of them")
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

// lacking lists who goes without what the directory cannot give, and warns of each kind once.
func (d *report) lacking() []Lack {
	var out []Lack
	byText := map[string][]*compared{}
	for _, p := range d.decided() {
		for _, attribute := range sortedKeys(p.lacks) {
			out = append(out, Lack{p.id, attribute, p.lacks[attribute]})
			byText[p.lacks[attribute]] = append(byText[p.lacks[attribute]], p)
		}
	}
	for _, text := range sortedKeys(byText) {
		people := byText[text]
		d.warn("%s, and %s without it: %s", text, isAre(len(people), "account"), d.firstTen(people))
	}
	return out
}
