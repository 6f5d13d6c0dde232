// SPDX-License-Identifier: MPL-2.0

package reconcile

import "sync"

// Kinds of a [Verdict].
const (
	// Absent is an account whose worker is not in the feed, and that is not known to
	// belong to the population.
	Absent = "absent"
	// Unclear is an account of which it is not clear whose it is.
	Unclear = "unclear"
	// OutOfScope is an account whose worker is in the feed and not for this directory.
	OutOfScope = "out_of_scope"
	// Ignored is an account whose worker the rules leave alone.
	Ignored = "ignored"
	// Left is an account whose worker is out of scope or ignored, and has left by the HR record:
	// it is disabled also where the population never changed it.
	Left = "left"
)

// Verdict says why the rules give no document for an account.
type Verdict struct {
	Kind   string `json:"kind"`
	Reason string `json:"reason,omitempty"`
}

// Verdicts holds, for one run, what the rules decided about the accounts that
// they give no document for. The zero value is ready for use.
type Verdicts struct {
	mu sync.Mutex
	by map[string]map[string]Verdict // by target and object id
	// partial are the targets for which rules decided about some people only.
	partial map[string]bool
}

// Note remembers the verdicts of rules for a target, by object id. It is called
// also where there are none: then every account has a document. Several
// rules may decide about one target: what one of them gives a verdict about may
// have a document by another.
func (v *Verdicts) Note(target string, unmanaged map[string]Verdict) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.by == nil {
		v.by = map[string]map[string]Verdict{}
	}
	if v.by[target] == nil {
		v.by[target] = map[string]Verdict{}
	}
	for object, verdict := range unmanaged {
		v.by[target][object] = verdict
	}
}

// NotePartial remembers that rules decided about some people only: an account that has
// neither document nor verdict then waits for a run that decides about it.
func (v *Verdicts) NotePartial(target string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.partial == nil {
		v.partial = map[string]bool{}
	}
	v.partial[target] = true
}

// Partial reports whether rules decided about some people of a target only.
func (v *Verdicts) Partial(target string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.partial[target]
}

// Known returns what is noted about the objects of a population, for its
// [Memory]. nil: no rules decided about the target in this run.
func (v *Verdicts) Known(target string, ids map[string]string) map[string]Verdict {
	v.mu.Lock()
	defer v.mu.Unlock()
	noted, decided := v.by[target]
	if !decided {
		return nil
	}
	out := map[string]Verdict{}
	for _, object := range ids {
		if verdict, ok := noted[object]; ok {
			out[object] = verdict
		}
	}
	return out
}
