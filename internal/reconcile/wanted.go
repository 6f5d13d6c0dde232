// SPDX-License-Identifier: MPL-2.0

package reconcile

import "sync"

// Wanted holds, for one run, the documents that rules give: an import reads from the directory what
// they name, so that the plan shows only what changes. The zero value is ready for use, and knows
// nothing, as where accounts come from no rules.
type Wanted struct {
	mu sync.Mutex
	by map[string][]map[string]string // by target: documents by worker id, of each mapping
}

// Note records the documents of one mapping for a target. The caller does not change them afterwards.
func (w *Wanted) Note(target string, docs map[string]string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.by == nil {
		w.by = map[string][]map[string]string{}
	}
	w.by[target] = append(w.by[target], docs)
}

// Of returns the document of a worker, or nothing.
func (w *Wanted) Of(target, worker string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, docs := range w.by[target] {
		if doc := docs[worker]; doc != "" {
			return doc
		}
	}
	return ""
}
