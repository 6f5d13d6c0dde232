// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
)

// Correlate compares the workers with every user of the directory. Unlike Decide it
// goes on where something is not clear, names all of it, and knows no safeguards:
// it is for looking, before anything is adopted.
// Input.Overrides, OnProblem, OnUnmatched, Safeguards and Partition do not matter.
func Correlate(ctx context.Context, in Input, census directory.Census) (*Correlation, error) {
	in.Directory, in.OnProblem, in.OnUnmatched, in.Overrides, in.Safeguards = census, ProblemSetAside, UnmatchedReport, nil, Safeguards{}
	run, err := newRun(in)
	if err != nil {
		return nil, err
	}
	run.looksOnly = true
	feed, err := newFeed(run)
	if err != nil {
		return nil, err
	}
	users, err := census.Users(ctx) // first, because it brings everything that is asked for later
	if err != nil {
		return nil, fmt.Errorf("reading all accounts: %w", err)
	}
	feed.evaluate()
	who, err := recognise(ctx, feed)
	if err != nil {
		return nil, err
	}
	rivalries := who.part()
	who.evaluateKnown(who.people)
	outcome, err := decideAccounts(ctx, who)
	if err != nil {
		return nil, err
	}
	// Warnings of later phases are about accounts that nobody has yet.
	c := &correlation{d: outcome, likeness: newLikeness(who.run), rivalries: rivalries}
	c.warnings = slices.Concat(feed.warnings, who.warnings, who.twice)
	c.sort()
	c.census(users)
	c.tally()
	return c.result()
}

// part takes the accounts that several workers match from all of them, and from
// those who have no use for one.
func (d *recognised) part() []rivalry {
	out := make([]rivalry, len(d.sharedMatches))
	split := make(map[string]bool, len(d.sharedMatches))
	for i, people := range d.sharedMatches {
		out[i] = rivalry{people[0].existing, people}
		split[people[0].existing.ID], d.contestedIDs[people[0].existing.ID] = true, true
		for _, p := range people {
			p.splitFromShared = true
		}
	}
	for _, p := range d.people {
		if p.existing != nil && split[p.existing.ID] {
			p.existing = nil
		}
	}
	return out
}

// sort puts everybody into one of the lists.
func (c *correlation) sort() {
	for _, p := range c.d.people {
		for _, t := range p.troubles {
			if t.kind != problemData && t.kind != problemStatus && p.worker != nil {
				c.refusals = append(c.refusals, fmt.Sprintf("worker %q: %s (%s)", p.id, t.text, t.remedy))
			}
		}
		switch {
		case p.worker == nil: // an account; census lists it
		case p.candidates != nil || p.splitFromShared:
			c.unclear = append(c.unclear, p)
		case p.problem != nil:
			c.errs = append(c.errs, p)
		case p.existing != nil:
			c.matched = append(c.matched, p)
			if cause, _ := c.d.mustNotSignIn(p.person); cause == directory.ForLeft && p.existing.Account.Enabled {
				c.stayed = append(c.stayed, p)
			}
		case p.action == ActionUnmatched:
			c.unmatched = append(c.unmatched, p)
		default:
			c.unneeded = append(c.unneeded, p)
		}
	}
}

// census lists the users that are nobody's, and looks among them for those that
// are nearly somebody's.
func (c *correlation) census(users []*directory.Existing) {
	taken := make(map[string]bool, len(c.matched))
	for _, p := range c.d.people {
		if p.worker != nil && p.existing != nil {
			taken[p.existing.ID] = true
		}
	}
	var free []*directory.Existing
	for _, e := range users {
		if e.Deleted || e.Class != user || taken[e.ID] || c.d.contestedIDs[e.ID] {
			continue
		}
		free = append(free, e)
		if c.d.in.Owned == nil || c.d.in.Owned(e) {
			c.left = append(c.left, &leftover{e, e.Account.Attributes[c.d.in.WorkerIDAttribute].Text()})
		}
	}
	slices.SortFunc(c.left, func(a, b *leftover) int { return byPath(a.Existing, b.Existing) })
	c.nearMisses(free)
}

// nearMisses finds, for workers without an account, the accounts that are likely
// theirs. It takes time in proportion to their numbers: a trait that many accounts
// share is looked at no further.
func (c *correlation) nearMisses(free []*directory.Existing) {
	index := c.likeness.index(free)
	c.near = make(map[*compared][]nearMiss, len(c.unmatched))
	claims := map[string][]*compared{}
	for _, p := range c.unmatched {
		best := c.likeness.nearest(index, func(name string) directory.Value { return c.likeness.wanted(p.person, name) })
		c.near[p] = best
		if len(best) > 0 && best[0].score >= sure && (len(best) == 1 || best[1].score < best[0].score) {
			claims[best[0].account.ID] = append(claims[best[0].account.ID], p)
		}
	}
	c.suggested = map[string]string{}
	for id, people := range claims {
		e := c.near[people[0]][0].account
		if len(people) == 1 && e.Protected == "" && len(e.Account.Attributes[c.d.in.WorkerIDAttribute]) == 0 {
			c.suggested[people[0].id] = id
		}
	}
}

// sure is the score from which a near miss is worth to be suggested as a link: an
// id that is alike, or two other traits.
const sure = 4

// examplesShown is how many people are shown for what many have in common.
const examplesShown = 3

// tally counts the matched by rule, and their changes by attribute.
func (c *correlation) tally() {
	rules := map[int]*ruleTally{}
	attributes := map[string]*attributeTally{}
	of := func(p *compared, name string) *attributeTally {
		if attributes[name] == nil {
			attributes[name] = &attributeTally{Attribute: name, Rule: c.d.origin(p.person, name).rule, Redacted: c.d.hides(name)}
			if name == ContainerChange {
				attributes[name].Rule = c.d.rules.Container
			}
		}
		return attributes[name]
	}
	for _, p := range c.matched {
		if rules[p.rule] == nil {
			rules[p.rule] = &ruleTally{Rule: c.d.ruleText(p.rule), Precedence: max(p.rule+1, 0), Marks: map[string]int{}}
		}
		rules[p.rule].Workers++
		rules[p.rule].Marks[c.mark(p)]++
		if c.mark(p) != markOther {
			c.tallyChanges(p, of)
		}
	}
	for _, key := range sortedKeys(attributes) {
		c.attributes = append(c.attributes, *attributes[key])
	}
	slices.SortStableFunc(c.attributes, func(a, b attributeTally) int {
		if x, y := weight(a.Attribute), weight(b.Attribute); x != y {
			return x - y
		}
		return b.differ() - a.differ()
	})
	for i := ruleWorkerID; i < len(c.d.rules.Match); i++ {
		if rules[i] == nil && i >= 0 {
			rules[i] = &ruleTally{Rule: c.d.ruleText(i), Precedence: i + 1, Marks: map[string]int{}}
		}
		if rules[i] != nil {
			c.rules = append(c.rules, *rules[i])
		}
	}
}

// weight puts what is riskiest first.
func weight(attribute string) int {
	switch attribute {
	case EnabledChange:
		return 0
	case ContainerChange:
		return 1
	}
	return 2
}

func (c *correlation) tallyChanges(p *compared, of func(*compared, string) *attributeTally) {
	if p.account == nil {
		return
	}
	changed := make(map[string]bool, len(p.changes))
	for _, ch := range p.changes {
		changed[ch.Attribute] = true
		t := of(p, ch.Attribute)
		switch old, now := p.present(ch.Attribute), p.account.Attributes[ch.Attribute]; {
		case ch.Attribute == EnabledChange || ch.Attribute == ContainerChange:
			t.Changed++
		case len(old) == 0:
			t.Filled++
		case len(now) == 0:
			t.Cleared++
		default:
			t.Changed++
		}
		if len(t.first) < examplesShown {
			t.first = append(t.first, example{p.id, ch})
		}
	}
	same := func(name string) {
		if !changed[name] {
			of(p, name).Same++
		}
	}
	for name := range p.account.Attributes {
		same(name)
	}
	same(EnabledChange)
	if c.d.in.Format.HasContainer {
		same(ContainerChange)
	}
}

// ruleText writes an entry of Rules.Match.
func (d *run) ruleText(i int) string {
	switch i {
	case ruleLink:
		return "links"
	case ruleWorkerID:
		return "worker id"
	}
	return matchText(d.rules.Match[i])
}

func matchText(r mapping.MatchRule) string {
	parts := make([]string, len(r.All))
	for i, c := range r.All {
		parts[i] = c.Target + " = " + c.Source
	}
	return strings.Join(parts, " and ")
}
