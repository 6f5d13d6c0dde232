// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/worker"
)

// A name that somebody gives up is kept from others for Lifecycle.FormerNamesDays. The account
// itself remembers it, in Lifecycle.FormerNamesIn, as "2026-11-20 ann.lee;2026-11-20 ann.lee@…".
// That reaches as far as the account: a disabled one holds its names anyway, a deleted
// one until it is purged, and then nobody remembers them.

// former is a name that an account had.
type former struct {
	name  string
	day   worker.Date // on which it was given up
	owner *directory.Existing
}

// reservesFormer reports whether names that are given up are kept from others.
func (d *run) reservesFormer() bool { return d.rules.Lifecycle.FormerNamesIn != "" }

// until is the first day on which somebody else may have the name.
func (d *run) until(f former) worker.Date {
	return f.day.AddDays(d.rules.Lifecycle.FormerNamesDays)
}

// formerNames reads what an account records. ours is false where somebody else uses the attribute.
func (d *run) formerNames(e *directory.Existing) (names []former, ours bool) {
	text := e.Account.Attributes[d.rules.Lifecycle.FormerNamesIn].Text()
	for entry := range strings.SplitSeq(text, ";") {
		if text == "" {
			break
		}
		date, name, _ := strings.Cut(entry, " ")
		day, err := worker.ParseDate("2006-01-02", date)
		if err != nil || name == "" {
			return nil, false
		}
		names = append(names, former{name, day, e})
	}
	return names, true
}

// readFormer collects the names that are reserved for their former owners.
func (n *names) readFormer() {
	n.former = map[string][]former{}
	if !n.d.reservesFormer() {
		return
	}
	seen := map[string]bool{}
	read := func(e *directory.Existing) {
		if e == nil || seen[e.ID] {
			return
		}
		seen[e.ID] = true
		list, _ := n.d.formerNames(e)
		for _, f := range list {
			if n.d.today < n.d.until(f) {
				n.former[loose(f.name)] = append(n.former[loose(f.name)], f)
			}
		}
	}
	for _, e := range n.d.owned {
		read(e)
	}
	for _, p := range n.d.all {
		read(p.existing)
	}
}

// formerly says that a name is reserved for somebody else who had it, or "".
func (n *names) formerly(s *slot, name string) string {
	if len(n.former) == 0 || n.d.core[s.attribute].PerContainer {
		return ""
	}
	for _, f := range n.former[loose(bareAddress(s.attribute, name))] {
		if s.person.existing == nil || s.person.existing.ID != f.owner.ID {
			return fmt.Sprintf("%s had it until %s, and it is reserved until %s (former_names_days)", describe(f.owner), f.day, n.d.until(f))
		}
	}
	return ""
}

// writeFormer records at every account the names that it gives up, and forgets those whose
// time is over. What somebody else wrote into the attribute is left alone.
func (n *names) writeFormer() {
	d := n.d
	if !d.reservesFormer() {
		return
	}
	for _, p := range d.all {
		if p.account == nil || p.kept || p.account.Deleted || p.account.Released {
			continue
		}
		var list []former
		if p.existing != nil {
			known, ours := d.formerNames(p.existing)
			if !ours {
				d.keepAttribute(p, p.account, d.rules.Lifecycle.FormerNamesIn)
				continue
			}
			list = n.givenUp(p, known)
		}
		p.account.Attributes[d.rules.Lifecycle.FormerNamesIn] = d.formerText(list)
	}
}

// givenUp adds the names that a person loses in this run to those they lost before.
func (n *names) givenUp(p *drafted, known []former) (list []former) {
	holds := func(name string) bool {
		return slices.ContainsFunc(n.d.unique, func(attribute string) bool {
			return slices.ContainsFunc(p.account.Attributes[attribute], func(v string) bool { return loose(bareAddress(attribute, v)) == loose(name) })
		})
	}
	has := func(name string) bool {
		return slices.ContainsFunc(list, func(f former) bool { return loose(f.name) == loose(name) })
	}
	for _, f := range known {
		if n.d.today < n.d.until(f) && !holds(f.name) {
			list = append(list, f)
		}
	}
	for _, attribute := range n.d.unique {
		if n.d.core[attribute].PerContainer || n.d.interim(p.person, attribute) {
			continue
		}
		for _, v := range p.present(attribute) {
			if bare := bareAddress(attribute, v); n.losing(p, attribute, v) && !holds(bare) && !has(bare) {
				list = append(list, former{bare, n.d.today, p.existing})
			}
		}
	}
	return list
}

// formerText writes names as the attribute holds them; the oldest are left out where there
// is no room for all.
func (d *recognised) formerText(list []former) directory.Value {
	limit := 1024
	if t := d.written[d.rules.Lifecycle.FormerNamesIn]; t.HasMax {
		limit = int(t.Max)
	}
	text := ""
	for _, f := range slices.Backward(list) {
		entry := string(f.day) + " " + f.name
		if text != "" {
			entry += ";"
		}
		if len(entry)+len(text) > limit {
			break
		}
		text = entry + text
	}
	if text == "" {
		return nil
	}
	return directory.Value{text}
}
