// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"slices"
	"time"

	"terraform-provider-workforce/internal/canonical"
	"terraform-provider-workforce/internal/directory"
)

// correlationJSON is the report for scripts and policy engines, in full.
type correlationJSON struct {
	AsOf       string            `json:"as_of"`
	Workers    int               `json:"workers"`
	Rules      []ruleTally       `json:"rules"`
	Attributes []attributeTally  `json:"attributes"`
	Matched    []matchedJSON     `json:"matched"`
	Ambiguous  []ambiguousJSON   `json:"ambiguous"`
	Claimed    []claimedJSON     `json:"claimed_by_several"`
	Unmatched  []unmatchedJSON   `json:"unmatched_workers"`
	Suggested  map[string]string `json:"suggested"`
	Unneeded   []string          `json:"no_account_needed"`
	Accounts   []accountJSON     `json:"unmatched_accounts"`
	DataErrors []dataErrorJSON   `json:"data_errors"`
	Refusals   []string          `json:"refusals"`
	// Stayed are the workers who have left and whose account is enabled.
	Stayed   []string `json:"left_but_enabled"`
	Warnings []string `json:"warnings"`
}

type matchedJSON struct {
	Decision
	Rule    string `json:"rule"`
	Carries string `json:"worker_id_at_the_account"`
}

type ambiguousJSON struct {
	WorkerID  string        `json:"worker_id"`
	MatchedBy string        `json:"matched_by"`
	Accounts  []accountJSON `json:"accounts"`
	More      bool          `json:"more,omitempty"` // than are listed
}

type claimedJSON struct {
	Account accountJSON `json:"account"`
	// Workers are match conditions by worker id.
	Workers map[string]string `json:"workers"`
}

type unmatchedJSON struct {
	WorkerID  string        `json:"worker_id"`
	Name      string        `json:"name,omitempty"`
	LookedFor []string      `json:"looked_for"`
	Near      []accountJSON `json:"may_be_theirs"`
}

type dataErrorJSON struct {
	WorkerID string `json:"worker_id"`
	Problem  string `json:"problem"`
}

type accountJSON struct {
	ObjectID  string `json:"object_id"`
	Path      string `json:"path"`
	WorkerID  string `json:"worker_id,omitempty"`
	Enabled   bool   `json:"enabled"`
	Protected string `json:"protected,omitempty"`
	// Why is what the account and a worker have in common.
	Why []string `json:"why,omitempty"`
}

func (c *correlation) accountJSON(e *directory.Existing) accountJSON {
	return accountJSON{ObjectID: e.ID, Path: e.Path, WorkerID: e.Account.Attributes[c.d.in.WorkerIDAttribute].Text(), Enabled: e.Account.Enabled, Protected: e.Protected}
}

func (c *correlation) json() (string, error) {
	doc := correlationJSON{
		AsOf: c.d.in.AsOf.UTC().Format(time.RFC3339), Workers: len(c.d.in.Workers), Rules: canonical.List(c.rules), Attributes: canonical.List(c.attributes),
		Matched: []matchedJSON{}, Ambiguous: []ambiguousJSON{}, Claimed: []claimedJSON{}, Unmatched: []unmatchedJSON{}, Suggested: c.suggested,
		Unneeded: canonical.List(idsOf(c.unneeded)), Accounts: []accountJSON{}, DataErrors: []dataErrorJSON{},
		Stayed: canonical.List(idsOf(c.stayed)), Refusals: canonical.List(c.refusals), Warnings: canonical.List(c.warnings),
	}
	for _, p := range c.matched {
		doc.Matched = append(doc.Matched, c.matchedJSON(p))
	}
	for _, p := range c.unclear {
		if p.candidates == nil {
			continue
		}
		a := ambiguousJSON{WorkerID: p.id, MatchedBy: p.matched, More: len(p.candidates) > maxFit}
		for _, e := range p.candidates[:min(len(p.candidates), maxFit)] {
			a.Accounts = append(a.Accounts, c.accountJSON(e))
		}
		doc.Ambiguous = append(doc.Ambiguous, a)
	}
	for _, r := range c.rivalries {
		by := make(map[string]string, len(r.people))
		for _, p := range r.people {
			by[p.id] = p.matched
		}
		doc.Claimed = append(doc.Claimed, claimedJSON{c.accountJSON(r.account), by})
	}
	for _, p := range c.unmatched {
		doc.Unmatched = append(doc.Unmatched, c.unmatchedJSON(p))
	}
	for _, e := range c.left {
		doc.Accounts = append(doc.Accounts, c.accountJSON(e.Existing))
	}
	for _, p := range c.errs {
		doc.DataErrors = append(doc.DataErrors, dataErrorJSON{p.id, p.problem.Error()})
	}
	return canonical.Report(doc)
}

// matchedJSON leaves out the rules of the changes, which attributes has once each.
func (c *correlation) matchedJSON(p *compared) matchedJSON {
	m := matchedJSON{c.d.decision(p), c.d.ruleText(p.rule), c.mark(p)}
	m.Changes = slices.Clone(m.Changes)
	for i := range m.Changes {
		m.Changes[i].Rule, m.Changes[i].Inputs = "", nil
	}
	return m
}

func (c *correlation) unmatchedJSON(p *compared) unmatchedJSON {
	u := unmatchedJSON{WorkerID: p.id, Name: c.name(p), LookedFor: c.lookedFor(p), Near: []accountJSON{}}
	for _, n := range c.near[p] {
		a := c.accountJSON(n.account)
		a.Why = n.why
		u.Near = append(u.Near, a)
	}
	return u
}
