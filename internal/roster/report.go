// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
)

// cause is one reason for many changes: the same attribute with the same old
// and new value, or, where every value is its own, the same rule.
type cause struct {
	Attribute string          `json:"attribute"`
	Old       directory.Value `json:"old,omitempty"`
	New       directory.Value `json:"new,omitempty"`
	Rule      string          `json:"rule,omitempty"`
	Override  string          `json:"override,omitempty"`
	Redacted  bool            `json:"redacted,omitempty"`
	// Various is true when the people have different values.
	Various bool `json:"various,omitempty"`
	People  int  `json:"people"`
}

// causes groups all changes, the most frequent first.
func (d *decider) causes() []cause {
	same := map[string]*cause{}
	for _, p := range d.people {
		for _, c := range p.changes {
			old, _ := c.Old.MarshalJSON()
			now, _ := c.New.MarshalJSON()
			key := c.Attribute + "\x00" + string(old) + "\x00" + string(now) + "\x00" + c.Rule + "\x00" + c.Override
			if same[key] == nil {
				same[key] = &cause{Attribute: c.Attribute, Old: c.Old, New: c.New, Rule: c.Rule, Override: c.Override, Redacted: c.Redacted}
			}
			same[key].People++
		}
	}
	single := map[string][]string{} // attribute and rule → keys of the causes of one person
	for _, key := range sortedKeys(same) {
		if c := same[key]; c.People == 1 {
			kind := c.Attribute + "\x00" + c.Rule + "\x00" + c.Override
			single[kind] = append(single[kind], key)
		}
	}
	for _, keys := range single {
		if len(keys) < 2 {
			continue
		}
		first := same[keys[0]]
		for _, key := range keys {
			delete(same, key)
		}
		same[keys[0]] = &cause{Attribute: first.Attribute, Rule: first.Rule, Override: first.Override, Redacted: first.Redacted, Various: true, People: len(keys)}
	}
	var all []cause
	for _, key := range sortedKeys(same) {
		all = append(all, *same[key])
	}
	slices.SortStableFunc(all, func(a, b cause) int { return cmp.Compare(b.People, a.People) })
	return all
}

// section is one list of the report: who is affected by an action, and how much
// of it is told.
type section struct {
	action  Action
	title   string
	why     bool // tell the reason, which is not in the changes
	changes bool // tell what changes
	rules   bool // tell the rule and the source values of every change
}

// sections are in order of risk.
var sections = []section{
	{ActionRetire, "Drop out: retention is over", true, false, false},
	{ActionRelease, "Drop out: absent and released", true, false, false},
	{ActionDisable, "Disabled", true, true, true},
	{ActionRename, "Renamed", false, true, true},
	{ActionMove, "Moved", false, true, true},
	{ActionRehire, "Taken into use again", true, true, true},
	{ActionEnable, "Enabled", true, true, true},
	{ActionCreate, "Created", true, false, false},
	{ActionUpdate, "Updated", false, true, false},
	{ActionUnmatched, "Without an account, and none is created", true, false, false},
	{ActionAbsent, "Not in the feed, kept as they are", true, false, false},
}

// counted are the actions in the order of the summary.
var counted = []Action{ActionRetire, ActionRelease, ActionDisable, ActionRename, ActionMove, ActionRehire, ActionEnable, ActionCreate, ActionUpdate,
	ActionUnmatched, ActionDataError, ActionAbsent, ActionOutOfScope, ActionFuture, ActionNone}

// writer writes the report.
type writer struct {
	strings.Builder
	d *decider
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

// table writes rows below a heading, cut after Input.MaxListed of them.
func (w *writer) table(header []string, n int, row func(int) []string) {
	w.line("| %s |", strings.Join(header, " | "))
	w.line("|%s", strings.Repeat(" --- |", len(header)))
	for i := range min(n, w.d.in.MaxListed) {
		w.line("| %s |", strings.Join(row(i), " | "))
	}
	if more := n - w.d.in.MaxListed; more > 0 {
		w.line("\n… and %s more.", thousands(more))
	}
	w.line("")
}

// report writes the review page: what happens, why, and to whom, the riskiest first.
func (d *decider) report(r *Result, causes []cause) string {
	w := &writer{d: d}
	w.line("# Identity changes as of %s\n", d.in.AsOf.UTC().Format(time.RFC3339))
	byAction := map[Action][]*person{}
	for _, p := range d.people {
		byAction[p.action] = append(byAction[p.action], p)
	}
	workers := len(d.in.Workers)
	w.line("%s in the feed, %s as a result, %s in the feed no longer.\n", count(workers, "worker"), count(len(r.Accounts), "account"), thousands(len(d.people)-workers))
	var actions []Action
	for _, a := range counted {
		if len(byAction[a]) > 0 {
			actions = append(actions, a)
		}
	}
	if len(actions) == 0 {
		w.line("Nobody to decide about.\n")
	} else {
		w.table([]string{"Action", "People"}, len(actions), func(i int) []string { return []string{string(actions[i]), thousands(len(byAction[actions[i]]))} })
	}
	w.notes("Warnings", r.Warnings)
	w.overrides(d.overrideLines())
	var bad []string
	for _, p := range byAction[ActionDataError] {
		bad = append(bad, p.problem.Error())
	}
	w.notes("HR data errors", bad)
	if len(d.cycles) > 0 {
		var lines []string
		for _, c := range d.cycles {
			lines = append(lines, strings.Join(append(slices.Clone(c), c[0]), " → "))
		}
		w.notes("Manager cycles", lines)
	}
	w.causes(causes)
	for _, s := range sections {
		w.people(s, byAction[s.action])
	}
	w.calendar(r.Calendar)
	return w.String()
}

// notes writes a list of sentences, cut like a table.
func (w *writer) notes(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	w.line("## %s (%s)\n", title, thousands(len(lines)))
	for _, line := range lines[:min(len(lines), w.d.in.MaxListed)] {
		w.line("- %s", proseLong(line))
	}
	if more := len(lines) - w.d.in.MaxListed; more > 0 {
		w.line("- … and %s more", thousands(more))
	}
	w.line("")
}

// proseLong is prose for sentences, which may be longer than a value.
func proseLong(s string) string {
	var parts []string
	for r := []rune(s); len(r) > 0 && len(parts) < 8; {
		n := min(len(r), maxShown)
		parts = append(parts, prose(string(r[:n])))
		r = r[n:]
	}
	return strings.Join(parts, "")
}

func (w *writer) causes(causes []cause) {
	if len(causes) == 0 {
		return
	}
	w.line("## Causes (%s)\n", thousands(len(causes)))
	w.table([]string{"People", "Change", "Rule"}, len(causes), func(i int) []string {
		c := causes[i]
		change := fmt.Sprintf("%s: %s → %s", code(c.Attribute), shown(c.Old), shown(c.New))
		switch {
		case c.Redacted:
			change = code(c.Attribute) + ": redacted"
		case c.Various:
			change = code(c.Attribute) + ": each their own value"
		}
		return []string{thousands(c.People), change, rule(c.Rule, c.Override)}
	})
}

func rule(text, override string) string {
	if override != "" {
		return "override " + proseLong(override)
	}
	if text == "" {
		return "policy"
	}
	return code(text)
}

func (w *writer) people(s section, people []*person) {
	if len(people) == 0 {
		return
	}
	w.line("## %s (%s)\n", s.title, thousands(len(people)))
	header := []string{"Worker", "Name", "Account"}
	if s.why {
		header = append(header, "Why")
	}
	if s.changes {
		header = append(header, "Changes")
	}
	w.table(header, len(people), func(i int) []string {
		p := people[i]
		row := []string{code(p.id), prose(w.d.displayName(p)), w.account(p)}
		if s.why {
			row = append(row, proseLong(p.reason))
		}
		if s.changes {
			row = append(row, w.changes(p, s.rules))
		}
		return row
	})
}

// account says where the account is, or will be.
func (w *writer) account(p *person) string {
	switch {
	case p.existing != nil:
		return code(p.existing.Path)
	case p.account == nil:
		return ""
	}
	var names []string
	for _, c := range w.d.in.Format.Core {
		if v := p.account.Attributes[c.Attribute]; len(v) > 0 && c.Attribute != directory.ManagerAttribute && !w.d.redacted[directory.Fold(c.Attribute)] {
			names = append(names, c.Attribute+"="+v.Text())
		}
	}
	if p.account.Container != "" {
		names = append(names, "in "+p.account.Container)
	}
	return code(strings.Join(names, ", "))
}

// changes tells each change, with the rule and the source values that it read.
func (w *writer) changes(p *person, rules bool) string {
	const maxChanges = 6
	var parts []string
	if p.worker == nil {
		parts = append(parts, proseLong(p.reason))
	}
	for _, c := range p.changes[:min(len(p.changes), maxChanges)] {
		if c.Redacted {
			parts = append(parts, code(c.Attribute)+": redacted")
			continue
		}
		text := fmt.Sprintf("%s: %s → %s", code(c.Attribute), shown(c.Old), shown(c.New))
		if c.Override != "" {
			text += " by an override"
		}
		if rules && c.Rule != "" {
			text += " by " + code(c.Rule)
		}
		if rules && p.worker != nil && len(c.Inputs) > 0 && len(c.Inputs) <= 3 {
			text += " (" + sources(p, c.Inputs) + ")"
		}
		parts = append(parts, text)
	}
	if more := len(p.changes) - maxChanges; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, "<br>")
}

func sources(p *person, inputs []string) string {
	texts := make([]string, len(inputs))
	for i, name := range inputs {
		v, _ := p.worker.Attribute(name)
		texts[i] = code(name) + " = " + code(v.Text())
	}
	return strings.Join(texts, ", ")
}

func (w *writer) calendar(events []Event) {
	if len(events) == 0 {
		return
	}
	w.line("## The next %d days (%s)\n", CalendarDays, thousands(len(events)))
	w.table([]string{"When", "Worker", "Name", "What"}, len(events), func(i int) []string {
		e := events[i]
		return []string{e.At.UTC().Format("2006-01-02 15:04 UTC"), code(e.WorkerID), prose(e.Name), proseLong(e.What)}
	})
}

// reportJSON writes the same for policy engines. It lists everybody for whom anything
// happens; the values of new accounts are in the accounts themselves.
func (d *decider) reportJSON(r *Result, causes []cause) (string, error) {
	type event struct {
		At       string `json:"at"`
		WorkerID string `json:"worker_id"`
		What     string `json:"what"`
	}
	doc := struct {
		AsOf      string         `json:"as_of"`
		Workers   int            `json:"workers"`
		Accounts  int            `json:"accounts"`
		Counts    map[Action]int `json:"counts"`
		Causes    []cause        `json:"causes"`
		Decisions []Decision     `json:"decisions"`
		Orphans   []string       `json:"orphans"`
		Overrides []overrideLine `json:"overrides"`
		Cycles    [][]string     `json:"manager_cycles"`
		Calendar  []event        `json:"calendar"`
		Warnings  []string       `json:"warnings"`
	}{
		AsOf: d.in.AsOf.UTC().Format(time.RFC3339), Workers: len(d.in.Workers), Accounts: len(r.Accounts), Counts: map[Action]int{},
		Causes: list(causes), Decisions: []Decision{}, Orphans: list(r.Orphans), Overrides: d.overrideLines(), Cycles: list(d.cycles), Calendar: []event{}, Warnings: list(r.Warnings),
	}
	for _, dec := range r.Decisions {
		doc.Counts[dec.Action]++
		if dec.Action != ActionNone {
			doc.Decisions = append(doc.Decisions, dec)
		}
	}
	for _, e := range r.Calendar {
		doc.Calendar = append(doc.Calendar, event{e.At.UTC().Format(time.RFC3339), e.WorkerID, e.What})
	}
	return encode(doc)
}

// list makes a nil slice an empty one, which JSON writes as [].
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
