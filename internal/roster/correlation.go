// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"terraform-provider-workforce/internal/directory"
)

// Correlation is what connecting a population with a directory that exists
// already would mean: who is who and by which rule, what would change, and what
// is left over on both sides.
type Correlation struct {
	// Matched are object ids by worker id.
	Matched map[string]string
	// Suggested are object ids by the worker ids of some who match nothing: accounts
	// that no rule found and that look like theirs. A person has to decide.
	Suggested map[string]string
	// Ambiguous are the workers who match several accounts, or an account that other
	// workers match too.
	Ambiguous []string
	// UnmatchedWorkers should have an account and match none.
	UnmatchedWorkers []string
	// UnmatchedAccounts are the paths of users that no worker matches.
	UnmatchedAccounts []string
	// Report is Markdown for people, ReportJSON the same in full.
	Report, ReportJSON string
}

// correlation sorts what the phases have found for the report.
type correlation struct {
	d                                           *comparison
	likeness                                    *likeness
	matched, unclear, unmatched, unneeded, errs []*compared
	rivalries                                   []rivalry
	near                                        map[*compared][]nearMiss
	left                                        []*leftover
	suggested                                   map[string]string
	attributes                                  []attributeTally
	rules                                       []ruleTally
	warnings                                    []string
	refusals                                    []string    // what stands in the way of one person each
	stayed                                      []*compared // have left, and the account is enabled
}

// leftover is a user that no worker matches.
type leftover struct {
	*directory.Existing
	workerID string // what it carries; empty: none
}

// rivalry is an account that several workers match.
type rivalry struct {
	account *directory.Existing
	people  []*person
}

// ruleTally says how many accounts one rule has found.
type ruleTally struct {
	Rule string `json:"rule"`
	// Precedence is 1 for the first rule, 0 for links.
	Precedence int            `json:"precedence"`
	Workers    int            `json:"workers"`
	Marks      map[string]int `json:"worker_id_at_the_account"`
}

// attributeTally says what adoption would do to one attribute of all matched accounts.
type attributeTally struct {
	Attribute string `json:"attribute"`
	Rule      string `json:"rule,omitempty"`
	Redacted  bool   `json:"redacted,omitempty"`
	// Same accounts hold the value already; the others get one where there was none,
	// get another one, or lose theirs.
	Same    int       `json:"same"`
	Filled  int       `json:"filled"`
	Changed int       `json:"changed"`
	Cleared int       `json:"cleared"`
	first   []example // the first of those that differ
}

func (t *attributeTally) differ() int { return t.Filled + t.Changed + t.Cleared }

// example is a change of one of many people.
type example struct {
	id     string
	change Difference
}

// Marks say whose worker id a matched account carries now, which decides what
// adopt_existing it takes.
const (
	markSame  = "same"  // the worker's own: adopt_existing = "matched" takes it over
	markNone  = "none"  // none: only "always" does
	markOther = "other" // somebody else's: it is never taken over
)

// mark returns whose worker id the account of a matched worker carries.
func (c *correlation) mark(p *compared) string {
	switch carried := p.present(c.d.in.WorkerIDAttribute).Text(); {
	case carried == "":
		return markNone
	case directory.Fold(carried) == directory.Fold(p.id):
		return markSame
	}
	return markOther
}
