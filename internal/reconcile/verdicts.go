// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"maps"
	"sync"
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
	// recognised are the object ids of accounts that rules recognised, by target and worker id.
	recognised map[string]map[string]string
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

// NoteRecognised records which accounts rules recognised for a target: object ids by worker id.
func (v *Verdicts) NoteRecognised(target string, objects map[string]string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.recognised == nil {
		v.recognised = map[string]map[string]string{}
	}
	if v.recognised[target] == nil {
		v.recognised[target] = make(map[string]string, len(objects))
	}
	maps.Copy(v.recognised[target], objects)
}

// Recognised returns the object id of the account that rules recognised for a worker in this run; "" for none.
func (v *Verdicts) Recognised(target, workerID string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.recognised[target][workerID]
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
