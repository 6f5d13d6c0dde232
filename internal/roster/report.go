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
	// First are the worker ids of some of them.
	First []string `json:"first"`

	keys  []string // see changeKey
	first []example
}

// example is a change of one of many people.
type example struct {
	id     string
	change Change
}

const (
	// examplesShown is how many people are shown for what many have in common.
	examplesShown = 3
	// sharedFrom is from how many people on a cause speaks for them: whoever has no
	// other change is not listed on their own, so that those who have can be seen.
	sharedFrom = 10
)

// changeKey is the same for changes that are the same for several people.
func changeKey(c Change) string {
	old, _ := c.Old.MarshalJSON()
	now, _ := c.New.MarshalJSON()
	return c.Attribute + "\x00" + string(old) + "\x00" + string(now) + "\x00" + c.Rule + "\x00" + c.Override
}

// causes groups all changes, the most frequent first.
func (d *decider) causes() []cause {
	same := map[string]*cause{}
	for _, p := range d.people {
		for _, c := range p.changes {
			key := changeKey(c)
			if same[key] == nil {
				same[key] = &cause{Attribute: c.Attribute, Old: c.Old, New: c.New, Rule: c.Rule, Override: c.Override, Redacted: c.Redacted, keys: []string{key}}
			}
			same[key].add(1, example{p.id, c})
		}
	}
	mergeSingle(same)
	var all []cause
	for _, key := range sortedKeys(same) {
		all = append(all, *same[key])
	}
	slices.SortStableFunc(all, func(a, b cause) int { return cmp.Compare(b.People, a.People) })
	return all
}

// add counts people, and keeps the first of them.
func (c *cause) add(people int, examples ...example) {
	c.People += people
	for _, x := range examples {
		if len(c.first) < examplesShown {
			c.first, c.First = append(c.first, x), append(c.First, x.id)
		}
	}
}

// mergeSingle makes one cause of those of the same rule that concern one person each.
func mergeSingle(same map[string]*cause) {
	single := map[string][]*cause{}
	for _, c := range same {
		if c.People == 1 {
			kind := c.Attribute + "\x00" + c.Rule + "\x00" + c.Override
			single[kind] = append(single[kind], c)
		}
	}
	for _, list := range single {
		if len(list) < 2 {
			continue
		}
		slices.SortFunc(list, func(a, b *cause) int { return natural(a.First[0], b.First[0]) })
		merged := &cause{Attribute: list[0].Attribute, Rule: list[0].Rule, Override: list[0].Override, Redacted: list[0].Redacted, Various: true}
		for _, c := range list {
			delete(same, c.keys[0])
			merged.add(1, c.first...)
			merged.keys = append(merged.keys, c.keys...)
		}
		same[list[0].keys[0]] = merged
	}
}

// section is one list of the report: who is affected by an action, and how much
// of it is told.
type section struct {
	action  Action
	title   string
	why     bool // tell the reason, which is not in the changes
	changes bool // tell what changes
	rules   bool // tell the rule and the source values of every change
	shared  bool // leave out who has nothing but changes that many have
	account bool // leave out who has no account
}

// sections are in order of risk.
var sections = []section{
	{action: ActionSetAside, title: "Set aside", why: true, changes: true},
	{action: ActionDelete, title: "Deleted", why: true},
	{action: ActionDisable, title: "Disabled", why: true, changes: true, rules: true},
	{action: ActionKeptDisabled, title: "Kept disabled", why: true, changes: true},
	{action: ActionRehire, title: "Taken into use again", why: true, changes: true, rules: true},
	{action: ActionEnable, title: "Enabled", why: true, changes: true, rules: true},
	{action: ActionRelease, title: "Released: absent, and managed no longer", why: true},
	{action: ActionRename, title: "Renamed", changes: true, rules: true},
	{action: ActionMove, title: "Moved", changes: true, rules: true, shared: true},
	{action: ActionCreate, title: "Created", why: true},
	{action: ActionUpdate, title: "Updated", changes: true, shared: true},
	{action: ActionUnmatched, title: "Without an account, and none is created", why: true},
	{action: ActionAbsent, title: "Not in the feed, kept as they are", why: true},
	{action: ActionOutOfScope, title: "Out of scope, with an account", why: true, account: true},
}

// counted are the actions in the order of the summary.
var counted = []Action{ActionSetAside, ActionDelete, ActionDisable, ActionKeptDisabled, ActionRehire, ActionEnable, ActionRelease, ActionRename, ActionMove, ActionCreate, ActionUpdate,
	ActionUnmatched, ActionAbsent, ActionOutOfScope, ActionFuture, ActionNone}

// writer writes the report.
type writer struct {
	strings.Builder
	d *decider
	// shared are the keys of changes that the list of causes tells for many people.
	shared map[string]bool
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

// sharedKeys returns the keys of the changes that the list of causes tells for many.
// Where each of them gets a value of their own it tells only the first, so that
// everybody is listed as long as a list can hold them.
func (d *decider) sharedKeys(causes []cause) map[string]bool {
	shared := map[string]bool{}
	for _, c := range causes[:min(len(causes), d.in.MaxListed)] {
		if c.People >= sharedFrom && (!c.Various || c.People > d.in.MaxListed) {
			for _, key := range c.keys {
				shared[key] = true
			}
		}
	}
	return shared
}

// report writes the review page: what happens, why, and to whom, the riskiest first.
func (d *decider) report(r *Result, causes []cause) string {
	w := &writer{d: d, shared: d.sharedKeys(causes)}
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
	w.people(sections[0], byAction[ActionSetAside])
	w.notes("Warnings", r.Warnings)
	w.overrides(d.overrideLines())
	if len(d.cycles) > 0 {
		var lines []string
		for _, c := range d.cycles {
			lines = append(lines, strings.Join(append(slices.Clone(c), c[0]), " → "))
		}
		w.notes("Manager cycles", lines)
	}
	w.causes(causes)
	for _, s := range sections[1:] {
		w.people(s, byAction[s.action])
	}
	w.words(r.Words)
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
	w.table([]string{"People", "Change", "Rule", "First"}, len(causes), func(i int) []string {
		c := causes[i]
		change := fmt.Sprintf("%s: %s → %s", code(c.Attribute), shown(c.Old), shown(c.New))
		switch {
		case c.Redacted:
			change = code(c.Attribute) + ": redacted"
		case c.Various:
			change = code(c.Attribute) + ": each their own value"
		}
		return []string{thousands(c.People), change, rule(c.Rule, c.Override), c.examples()}
	})
}

// examples tells who the first people are, and where everybody has their own value, which.
func (c *cause) examples() string {
	texts := make([]string, len(c.first))
	for i, x := range c.first {
		texts[i] = code(x.id)
		if c.Various && !c.Redacted {
			texts[i] += ": " + shown(x.change.Old) + " → " + shown(x.change.New)
		}
	}
	if c.Various {
		return strings.Join(texts, "<br>")
	}
	return strings.Join(texts, ", ")
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
	if s.account {
		people = slices.DeleteFunc(slices.Clone(people), func(p *person) bool { return p.existing == nil })
	}
	if len(people) == 0 {
		return
	}
	w.line("## %s (%s)\n", s.title, thousands(len(people)))
	if all := len(people); s.shared {
		people = slices.DeleteFunc(slices.Clone(people), func(p *person) bool { return p.sharesAll(w.shared) })
		const only = "change in nothing but what the causes above tell."
		switch {
		case len(people) == 0:
			w.line("All %s %s\n", thousands(all), only)
			return
		case all > len(people):
			w.line("%s of them %s\n", thousands(all-len(people)), only)
		}
	}
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

// sharesAll reports whether the causes tell everything that changes for a person.
func (p *person) sharesAll(shared map[string]bool) bool {
	return p.worker != nil && len(p.changes) > 0 && !slices.ContainsFunc(p.changes, func(c Change) bool { return !shared[changeKey(c)] })
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

// changes tells each change, with the rule and the source values that it read,
// unless a cause tells it of many.
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
		if rules && c.Rule != "" && !w.shared[changeKey(c)] {
			text += " by " + code(c.Rule)
		}
		if rules && p.worker != nil && !w.shared[changeKey(c)] && len(c.Inputs) > 0 && len(c.Inputs) <= 3 {
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

// words tells what the status words were taken for.
func (w *writer) words(words []Word) {
	if len(words) == 0 {
		return
	}
	w.line("## Status words (%s)\n", thousands(len(words)))
	w.table([]string{"Word", "Taken for", "Workers"}, len(words), func(i int) []string {
		return []string{code(words[i].Word), prose(words[i].Class), thousands(words[i].Workers)}
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
		SetAside  []string       `json:"set_aside"`
		Words     []Word         `json:"status_words"`
		Cycles    [][]string     `json:"manager_cycles"`
		Calendar  []event        `json:"calendar"`
		Warnings  []string       `json:"warnings"`
	}{
		AsOf: d.in.AsOf.UTC().Format(time.RFC3339), Workers: len(d.in.Workers), Accounts: len(r.Accounts), Counts: map[Action]int{},
		Causes: list(causes), Decisions: []Decision{}, Orphans: list(r.Orphans), Overrides: d.overrideLines(), SetAside: list(r.SetAside), Words: list(r.Words), Cycles: list(d.cycles), Calendar: []event{}, Warnings: list(r.Warnings),
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
