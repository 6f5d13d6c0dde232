// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/worker"
)

// Describe says what the rules would give a worker whose account is not due, so that reports
// can name somebody who has none: of names that must be unique the first choice, whether it
// is free or not. Rules that fail, and those that are redacted, give nothing.
func (m *Mapping) Describe(w *worker.Worker, now time.Time) map[string]directory.Value {
	e := m.evaluation(w, now)
	out := make(map[string]directory.Value, len(m.rulesFor))
	for i := range m.rulesFor {
		o, dropped, err := m.rulesFor[i].evaluate(e)
		if dropped || err != nil || o.Redact {
			continue
		}
		if o.Candidates != nil {
			if o.Value, err = firstFree(o, nil); err != nil {
				continue
			}
		}
		if len(o.Value) > 0 {
			out[m.rulesFor[i].target.Name] = o.Value
		}
	}
	return out
}
