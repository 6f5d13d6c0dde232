// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/wording"
)

// linker is the fifth phase: it fills the manager in, in every draft.
type linker struct {
	*drafts
	notes
	paths  map[string]string // worker ids by canonical path, made when a rule gives a path
	cycles [][]string        // worker ids that manage one another
}

// linkManagers fills in the manager of everybody. It may be called again when more people have
// been set aside: who has an account may have changed since.
func linkManagers(from *drafts) *linker {
	d := &linker{drafts: from}
	for _, p := range d.all {
		if p.account == nil || p.account.Deleted {
			continue
		}
		switch {
		case p.keepsManager:
			d.keepManager(p)
		case p.wantedManager != nil:
			delete(p.account.Attributes, directory.ManagerAttribute)
		}
	}
	d.link()
	d.findCycles()
	return d
}

// keepManager completes the document of somebody who keeps the manager that they have. The directory takes a link
// away with the account of the manager, and gives it back when that is restored, whatever a document says.
// The document says now what it will say then: it names the manager wherever the rules would.
func (d *linker) keepManager(p *drafted) {
	m := d.of(p.account.Attributes[directory.ManagerAttribute].Text())
	gone := m != nil && m.deletes()
	if !gone && len(p.present(directory.ManagerAttribute)) > 0 || p.restored() {
		return
	}
	switch named := d.rules.Attributes[directory.ManagerAttribute].WhenNull == mapping.NullClear || d.rulesLink(p); {
	case !named:
		delete(p.account.Attributes, directory.ManagerAttribute)
	case !gone || p.existing.Protected == "": // nobody writes what is protected: its document follows later
		p.account.Attributes[directory.ManagerAttribute] = nil
	}
}

// rulesLink reports whether the document of an account would name a manager, or none, by the rules.
func (d *linker) rulesLink(p *drafted) bool {
	manager := p.reports
	switch {
	case manager != "":
	case p.desired != nil:
		manager = p.desired.Attributes[directory.ManagerAttribute].Value.Text()
	case p.worker != nil: // the record cannot be evaluated
		manager = p.worker.ManagerID
	}
	return manager != "" && (d.rules.ManagerMissing == mapping.ManagerClear || d.managerPath(manager) != "" || d.resolve(p, manager) != "")
}

// link resolves every manager to a worker id that has an account after
// this run, in any order and across cycles. Rules.ManagerMissing says what happens where
// the manager has none. With next_level, managers who have left count as
// missing too, so that their people report to somebody who is there; otherwise
// the account of a manager who has left is linked as long as it exists.
func (d *linker) link() {
	missing := map[string][]string{}
	for _, p := range d.all {
		if p.wantedManager == nil || p.account == nil {
			continue
		}
		want := p.wantedManager.manager
		if path := d.managerPath(want); path != "" {
			p.account.Attributes[directory.ManagerAttribute] = directory.Value{path}
			continue
		}
		switch manager := d.resolve(p, want); {
		case manager != "":
			p.account.Attributes[directory.ManagerAttribute] = directory.Value{manager}
		case d.rules.ManagerMissing == mapping.ManagerClear:
			p.account.Attributes[directory.ManagerAttribute] = nil
			missing[want] = append(missing[want], p.id)
		default:
			missing[want] = append(missing[want], p.id)
		}
	}
	policy := map[string]string{
		mapping.ManagerClear:     "their manager is cleared (manager_missing = clear)",
		mapping.ManagerNextLevel: "and nobody above has one either: their manager stays as it is",
	}
	for _, manager := range slices.SortedFunc(maps.Keys(missing), natural) {
		why := "is not in the feed and has no account"
		if m := d.of(manager); m != nil && m.worker != nil {
			why = fmt.Sprintf("has no account to link (%s)", cmp.Or(m.because, "none is wanted"))
		}
		d.warn("manager %q of %s (%s) %s: %s", manager, wording.Count(len(missing[manager]), "worker"), some(missing[manager]), why,
			cmp.Or(policy[d.rules.ManagerMissing], "their manager stays as it is (manager_missing = keep)"))
	}
}

// managerPath returns what a document says for a manager whom a rule names by a distinguished
// name, as it does for one in another domain of the forest, or for the contact that stands for somebody in
// another forest: the worker id where the object carries one, because that is how an account is read
// back, else the name itself. It is "" for a worker id.
func (d *linker) managerPath(manager string) string {
	if !d.in.Format.HasContainer || !strings.Contains(manager, "=") || !strings.Contains(manager, ",") || d.of(manager) != nil {
		return ""
	}
	if d.paths == nil {
		d.paths = make(map[string]string, len(d.owned))
		for _, e := range d.owned {
			d.paths[canonicalPath(e.Path)] = e.Account.Attributes[d.in.WorkerIDAttribute].Text()
		}
	}
	return cmp.Or(d.paths[canonicalPath(manager)], manager)
}

// resolve returns the worker id to write as the manager of p where the rules want id, as the feed
// or the manager's account writes it, or "".
func (d *linker) resolve(p *drafted, id string) string {
	if manager := d.linkable(id); manager != "" {
		return manager
	}
	if d.rules.ManagerMissing != mapping.ManagerNextLevel {
		return ""
	}
	for seen := map[*drafted]bool{p: true}; ; {
		m := d.of(id)
		if m == nil || m.worker == nil || seen[m] {
			return ""
		}
		seen[m] = true
		if id = cmp.Or(m.reports, m.worker.ManagerID); id == "" || d.of(id) == p {
			return ""
		}
		if manager := d.linkable(id); manager != "" {
			return manager
		}
	}
}

// linkable returns the worker id of somebody who has an account after this run, in this
// population or in another one, spelled as it is there: directories find it in
// whatever case it is written, but the documents of a population do not. It returns ""
// for somebody who has none.
func (d *linker) linkable(id string) string {
	m := d.of(id)
	if m == nil {
		for _, e := range d.accountsByWorkerID[directory.Fold(id)] {
			for _, v := range e.Account.Attributes[d.in.WorkerIDAttribute] {
				if directory.Fold(v) == directory.Fold(id) {
					return v
				}
			}
		}
		return ""
	}
	if d.rules.ManagerMissing == mapping.ManagerNextLevel && m.stage() == mapping.StageLeft {
		return ""
	}
	if m.account == nil && m.existing == nil || m.account != nil && m.account.Deleted {
		return ""
	}
	return d.carriedID(m)
}

// carriedID is the worker id of somebody as their account carries it after this run.
func (d *linker) carriedID(m *drafted) string {
	is := func(v string) bool { return directory.Fold(v) == directory.Fold(m.id) }
	carried := m.present(d.in.WorkerIDAttribute)
	if m.account != nil {
		if v, managed := m.account.Attributes[d.in.WorkerIDAttribute]; managed {
			carried = v
		}
	}
	if i := slices.IndexFunc(carried, is); i >= 0 {
		return carried[i]
	}
	return m.id
}

// findCycles finds workers who manage one another. They are linked as the HR
// system says, and reported.
func (d *linker) findCycles() {
	if d.hides(directory.ManagerAttribute) {
		return
	}
	const unseen, done = 0, -1
	state := make(map[string]int, len(d.all)) // done, or the number of the walk that met the worker
	for walk, p := range d.all {
		var path []string
		id := p.id
		for state[id] == unseen {
			state[id] = walk + 1
			path = append(path, id)
			next := d.managerOf(id)
			if next == "" {
				break
			}
			if state[next] == walk+1 {
				d.cycles = append(d.cycles, rotate(path[slices.Index(path, next):]))
				break
			}
			id = next
		}
		for _, id := range path {
			state[id] = done
		}
	}
	d.cycles = slices.DeleteFunc(d.cycles, func(c []string) bool {
		return !slices.ContainsFunc(c,
			func(id string) bool { return !d.waits(id) })
	})
	slices.SortFunc(d.cycles, func(a, b []string) int { return natural(a[0], b[0]) })
	for _, c := range d.cycles {
		if len(c) == 1 {
			d.warn("worker %q is their own manager", c[0])
			continue
		}
		d.warn("these workers manage one another: %s", cycleText(c))
	}
}

// longestCycle is how many workers of a cycle are named.
const longestCycle = 10

// cycleText writes a cycle of workers; of a long one the first of them and the last.
func cycleText(cycle []string) string {
	shown := slices.Clone(cycle)
	if more := len(cycle) - longestCycle; more > 0 {
		shown = append(shown[:longestCycle-1:longestCycle-1], fmt.Sprintf("… (%d more)", more), cycle[len(cycle)-1])
	}
	return strings.Join(append(shown, cycle[0]), " → ")
}

func (d *linker) managerOf(id string) string {
	p := d.of(id)
	if p == nil || p.account == nil {
		return ""
	}
	manager := p.account.Attributes[directory.ManagerAttribute].Text()
	if m := d.of(manager); m != nil {
		return m.id
	}
	return manager
}

// rotate starts a cycle at its first worker id.
func rotate(cycle []string) []string {
	first := 0
	for i := range cycle {
		if natural(cycle[i], cycle[first]) < 0 {
			first = i
		}
	}
	return append(slices.Clone(cycle[first:]), cycle[:first]...)
}
