// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/canonical"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/markdown"
	"terraform-provider-workforce/internal/wording"
)

// result puts everything together.
func (c *correlation) result() (*Correlation, error) {
	out := &Correlation{Matched: make(map[string]string, len(c.matched)), Suggested: c.suggested, Report: c.report()}
	for _, p := range c.matched {
		out.Matched[p.id] = p.existing.ID
	}
	out.Ambiguous, out.UnmatchedWorkers = idsOf(c.unclear), idsOf(c.unmatched)
	for _, e := range c.left {
		out.UnmatchedAccounts = append(out.UnmatchedAccounts, e.Path)
	}
	var err error
	out.ReportJSON, err = c.json()
	return out, err
}

// carrying counts the accounts left over that carry a worker id.
func (c *correlation) carrying() (n int) {
	for _, e := range c.left {
		if e.workerID != "" {
			n++
		}
	}
	return n
}

// promising counts the workers for whom some account nearly fits.
func (c *correlation) promising() (n int) {
	for _, near := range c.near {
		if len(near) > 0 {
			n++
		}
	}
	return n
}

// report writes the page that somebody reads before adopting anything.
func (c *correlation) report() string {
	w := &markdown.Page{MaxListed: c.d.in.MaxListed}
	w.Line("# Correlation as of %s\n", c.d.in.AsOf.UTC().Format(time.RFC3339))
	w.Line("%s in the feed. Nothing is written by this report, and it stops no plan.\n", wording.Count(len(c.d.in.Workers), "worker"))
	rows := [][]string{
		{"workers with exactly one account", wording.Thousands(len(c.matched))}, {"workers who are ambiguous", wording.Thousands(len(c.unclear))},
		{"workers who should have an account and match none", wording.Thousands(len(c.unmatched))}, {"… of them with an account that may be theirs", wording.Thousands(c.promising())},
		{"workers who need no account now and match none", wording.Thousands(len(c.unneeded))}, {"workers whose HR record cannot be evaluated", wording.Thousands(len(c.errs))},
		{"accounts without a worker that carry a worker id", wording.Thousands(c.carrying())}, {"accounts without a worker that carry none", wording.Thousands(len(c.left) - c.carrying())},
	}
	w.Table([]string{"What", "Number"}, len(rows), func(i int) []string { return rows[i] })
	c.reportStayed(w)
	c.reportRules(w)
	c.reportUnclear(w)
	c.reportTaken(w)
	c.reportAttributes(w)
	c.reportWorkers(w)
	c.reportAccounts(w)
	var bad []string
	for _, p := range c.errs {
		bad = append(bad, p.problem.Error())
	}
	w.Notes("HR data errors", bad)
	w.Notes("What the directory would refuse", c.refusals)
	w.Notes("Warnings", c.warnings)
	return w.String()
}

// reportStayed lists enabled accounts of people who have left.
func (c *correlation) reportStayed(w *markdown.Page) {
	if len(c.stayed) == 0 {
		return
	}
	w.Line("## Enabled accounts of people who have left (%s)\n", wording.Thousands(len(c.stayed)))
	w.Table([]string{"Worker", "Name", "Account", "Why"}, len(c.stayed), func(i int) []string {
		p := c.stayed[i]
		return []string{markdown.Code(p.id), markdown.Text(c.d.displayName(p.drafted)), markdown.Code(p.existing.Path), markdown.Long(p.reason)}
	})
}

// shown writes a value for a report.
func shown(v directory.Value) string {
	if len(v) == 0 {
		return "none"
	}
	return markdown.Code(strings.Join(v, "; "))
}

func (c *correlation) reportRules(w *markdown.Page) {
	w.Line("## Matched, by rule (%s)\n", wording.Thousands(len(c.matched)))
	w.Table([]string{"Precedence", "Rule", "Workers", "Account carries their worker id", "carries none", "carries another's"}, len(c.rules), func(i int) []string {
		r := c.rules[i]
		first := fmt.Sprint(r.Precedence)
		if r.Precedence == 0 {
			first = "–"
		}
		return []string{first, markdown.Code(r.Rule), wording.Thousands(r.Workers), wording.Thousands(r.Marks[markSame]), wording.Thousands(r.Marks[markNone]), wording.Thousands(r.Marks[markOther])}
	})
	none := 0
	for _, r := range c.rules {
		none += r.Marks[markNone]
	}
	if none > 0 {
		w.Line("Matched accounts that carry no worker id (%s): taking them over needs `adopt_existing = \"always\"`.\n", wording.Thousands(none))
	}
}

// reportUnclear names all of them, however many: each needs a decision.
func (c *correlation) reportUnclear(w *markdown.Page) {
	if len(c.unclear) == 0 {
		return
	}
	w.Line("## Ambiguous (%s)\n", wording.Thousands(len(c.unclear)))
	w.Line("Give each the right account's object id in `links`, or correct what the others hold. Until then `workforce_*_accounts` refuses to decide.\n")
	for _, p := range c.unclear {
		if p.candidates != nil {
			w.Line("- worker %s %s matches %s by %s: %s", markdown.Code(p.id), markdown.Text(c.name(p)), fitting(p.candidates), markdown.Code(p.matched), codes(describeAll(p.candidates)))
		}
	}
	for _, r := range c.rivalries {
		names := make([]string, len(r.people))
		for i, p := range r.people {
			names[i] = p.id + " by " + p.matched
		}
		w.Line("- account %s is matched by %s: %s", markdown.Code(describe(r.account)), wording.Count(len(r.people), "worker"), codes(names))
	}
	w.Line("")
}

func codes(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = markdown.Code(s)
	}
	return strings.Join(out, ", ")
}

// reportTaken lists matched accounts that carry somebody else's worker id.
func (c *correlation) reportTaken(w *markdown.Page) {
	taken := c.taken()
	if len(taken) == 0 {
		return
	}
	w.Line("## Matched, but the account carries another worker id (%s)\n", wording.Thousands(len(taken)))
	w.Line("They are not taken over. Clear or correct the worker id at the account first.\n")
	w.Table([]string{"Worker", "Account", "carries", "Matched by"}, len(taken), func(i int) []string {
		p := taken[i]
		return []string{markdown.Code(p.id), markdown.Code(p.existing.Path), c.carried(p.existing), markdown.Code(p.matched)}
	})
}

func (c *correlation) taken() (people []*compared) {
	for _, p := range c.matched {
		if c.mark(p) == markOther {
			people = append(people, p)
		}
	}
	return people
}

func (c *correlation) carried(e *directory.Existing) string {
	v := e.Account.Attributes[c.d.in.WorkerIDAttribute].Text()
	if v == "" {
		return "none"
	}
	return markdown.Code(v)
}

func (c *correlation) reportAttributes(w *markdown.Page) {
	if len(c.attributes) == 0 {
		return
	}
	w.Line("## What adoption would change\n")
	w.Line("Of the accounts that would be taken over, by attribute. What is not listed is not touched.\n")
	w.Line("| Attribute | Rule | Same | Filled | Changed | Cleared | First |\n| --- | --- | --- | --- | --- | --- | --- |")
	for _, t := range c.attributes { // all of them: as many as the mapping has, not as there are people
		var first []string
		for _, e := range t.first {
			text := markdown.Code(e.id) + ": " + shown(e.change.Old) + " → " + shown(e.change.New)
			if t.Redacted {
				text = markdown.Code(e.id) + ": redacted"
			}
			first = append(first, text)
		}
		how := "policy"
		if t.Rule != "" {
			how = markdown.Code(t.Rule)
		}
		w.Line("| %s | %s | %s | %s | %s | %s | %s |", markdown.Code(t.Attribute), how, wording.Thousands(t.Same), wording.Thousands(t.Filled), wording.Thousands(t.Changed), wording.Thousands(t.Cleared), strings.Join(first, "<br>"))
	}
	w.Line("")
}

func (c *correlation) reportWorkers(w *markdown.Page) {
	if len(c.unmatched) == 0 {
		return
	}
	people := slices.Clone(c.unmatched)
	slices.SortStableFunc(people, func(a, b *compared) int { return c.best(b) - c.best(a) })
	w.Line("## Workers without an account (%s)\n", wording.Thousands(len(people)))
	w.Line("They would get new accounts. Where an account may be theirs, compare, and link it or correct what differs (`suggested` has those that are clear and carry no worker id). An account that carries another worker id is not taken over before that is corrected.\n")
	w.Table([]string{"Worker", "Name", "Looked for", "May be theirs"}, len(people), func(i int) []string {
		p := people[i]
		var near []string
		for _, n := range c.near[p] {
			near = append(near, markdown.Long(n.text()))
		}
		return []string{markdown.Code(p.id), markdown.Text(c.name(p)), markdown.Long(strings.Join(c.lookedFor(p), "; ")), strings.Join(near, "<br>")}
	})
}

func (c *correlation) best(p *compared) int {
	if near := c.near[p]; len(near) > 0 {
		return near[0].score
	}
	return 0
}

// lookedFor writes every match condition of a worker.
func (c *correlation) lookedFor(p *compared) []string {
	var out []string
	for _, keys := range p.desired.Keys {
		out = append(out, c.d.conditions(keys))
	}
	if p.hint != "" {
		out = append(out, p.hint)
	}
	return canonical.List(out)
}

func (c *correlation) reportAccounts(w *markdown.Page) {
	if len(c.left) == 0 {
		return
	}
	people := slices.Clone(c.left)
	slices.SortStableFunc(people, func(a, b *leftover) int { return strings.Compare(first(b), first(a)) })
	w.Line("## Accounts without a worker (%s)\n", wording.Thousands(len(people)))
	w.Line("Nothing happens to those that carry no worker id. The others are absent workers' (see `on_absent`).\n")
	w.Table([]string{"Account", "Worker id", "Enabled", "Protected"}, len(people), func(i int) []string {
		e := people[i]
		return []string{markdown.Code(e.Path), c.carried(e.Existing), fmt.Sprint(e.Account.Enabled), markdown.Text(e.Protected)}
	})
}

// first ranks those that carry a worker id before the others, and the enabled first.
func first(e *leftover) string {
	return fmt.Sprint(e.workerID != "", e.Account.Enabled)
}

// name is displayName, for somebody who has no account as well.
func (c *correlation) name(p *compared) string {
	if p.existing != nil || p.desired == nil {
		return c.d.displayName(p.drafted)
	}
	for _, attribute := range fullNames {
		if c.d.hides(attribute) {
			return ""
		}
		if v := c.likeness.wanted(p.person, attribute); len(v) > 0 {
			return v.Text()
		}
	}
	return ""
}

func idsOf(people []*compared) []string {
	ids := make([]string, len(people))
	for i, p := range people {
		ids[i] = p.id
	}
	return ids
}
