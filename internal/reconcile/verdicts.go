// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"

	"terraform-provider-workforce/internal/directory"
)

// Kinds of a [Verdict].
const (
	// Absent: the worker is not in the feed, and the account may not belong to the population.
	Absent = "absent"
	// Unclear: it is not clear whose account it is.
	Unclear = "unclear"
	// OutOfScope: the worker is in the feed, and not in the scope of this directory.
	OutOfScope = "out_of_scope"
	// Ignored: the rules leave the worker alone.
	Ignored = "ignored"
	// Left: the worker is out of scope or ignored, and has left by the HR record. The account is
	// disabled even where the population never changed it.
	Left = "left"
	// LeftUnclear: the worker of the verdict has left, and it is not clear which of several accounts is theirs. Where the
	// population managed this one as theirs, it is disabled, and never deleted. Of any other worker it is released.
	LeftUnclear = "left_unclear"
)

// Verdict says why the rules give no document for an account.
type Verdict struct {
	Kind   string `json:"kind"`
	Worker string `json:"worker,omitempty"` // the worker id that it is about
	Reason string `json:"reason,omitempty"`
}

// Verdicts holds, for one run, what the rules decided about the accounts that
// they give no document for. The zero value is ready for use.
type Verdicts struct {
	mu sync.Mutex
	by map[string]map[string]Verdict // by target and object id
	// decided says over which account rules made a document, by target and worker id.
	decided map[string]map[string]decided
	// partial are the targets for which rules decided about some people only.
	partial map[string]bool
}

// Note records the verdicts of one mapping for a target, by object id. Callers call it also with
// none, to say that rules decided. Several mappings may decide about one target: an account with
// a verdict of one may have a document of another.
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
		had := v.by[target][object].Kind
		if (had == Left || had == LeftUnclear) && (verdict.Kind == Absent || verdict.Kind == Unclear) {
			continue // who is not in one feed may have left by another
		}
		v.by[target][object] = verdict
	}
}

// Recognised returns the object id of the account that rules decided a document of a worker over in this run; "" for none, and
// for a document that is not theirs.
func (v *Verdicts) Recognised(target, workerID, document string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if one := v.decided[target][workerID]; !one.twice && one.document == document {
		return one.object
	}
	return ""
}

// decided is what rules decided a document over.
type decided struct {
	object   string // empty: over no account, because none was found
	document string
	barred   bool // the worker may not sign in, whatever is true of that account
	twice    bool // several mappings did, over different accounts
}

// NoteDocuments records over which account the rules of one mapping made each document. objects are object ids by worker
// id; barred are workers who may not sign in, whatever is true of the account.
func (v *Verdicts) NoteDocuments(target string, docs, objects map[string]string, barred map[string]bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.decided == nil {
		v.decided = map[string]map[string]decided{}
	}
	if v.decided[target] == nil {
		v.decided[target] = make(map[string]decided, len(docs))
	}
	for id, doc := range docs {
		one := decided{object: objects[id], document: doc, barred: barred[id]}
		if other, twice := v.decided[target][id]; twice && other != one {
			one.twice = true
		}
		v.decided[target][id] = one
	}
}

// Crossed returns the workers of a population whose document rules made over another account than the one that the population
// knows as theirs, or over none, for its [Memory]. ids are the object ids that the population knows.
func (v *Verdicts) Crossed(target string, ids map[string]string) map[string]Crossing {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := map[string]Crossing{}
	for id, object := range ids {
		one, known := v.decided[target][id]
		if known && !one.twice && object != "" && directory.Fold(one.object) != directory.Fold(object) {
			out[id] = Crossing{one.object, digestOfDocument(one.document), one.barred}
		}
	}
	return out
}

// digestOfDocument tells one document from others, from process to process.
func digestOfDocument(doc string) string {
	sum := sha256.Sum256([]byte(doc))
	return hex.EncodeToString(sum[:8])
}

// NotePartial records that rules decided about some people only. An account that has neither document
// nor verdict then stays as it is until a run decides about it.
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

// Known returns the verdicts about the objects of a population, for its [Memory]. It returns nil
// where no rules decided about the target in this run.
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
