// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"errors"
	"fmt"
	"time"

	"terraform-provider-workforce/internal/worker"
)

// StageKnown is StageAt with what the directory knows about the worker. A record that
// contradicts itself is an error.
func (m *Mapping) StageKnown(w *worker.Worker, at time.Time, known Known) (stage Stage, enabled bool, err error) {
	if w == nil {
		return "", false, errors.New("no worker to evaluate")
	}
	t, err := newTimeline(&m.lifecycle, w, known)
	if err != nil {
		return "", false, fmt.Errorf("worker %q: %w", w.ID, err)
	}
	s := t.at(at)
	if err := t.understood(s); err != nil {
		return "", false, fmt.Errorf("worker %q: %w", w.ID, err)
	}
	if s.doubt {
		return "", false, fmt.Errorf("worker %q: %s", w.ID, t.sentence(s, at))
	}
	return s.stage, s.enabled, nil
}
