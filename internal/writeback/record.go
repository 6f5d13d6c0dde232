// SPDX-License-Identifier: MPL-2.0

package writeback

import (
	"context"
	"errors"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/audit"
)

// Recorder puts what is written to an HR system on record. The zero value records nothing.
type Recorder struct {
	Log *audit.Log
	// Target is the kind of HR system, Server its address, Identity who is signed in there.
	Target, Server, Identity string
}

// begin puts a write on record. One that cannot be is not sent, and neither is any after it.
func (r Recorder) begin(ctx context.Context, worker string, have, want Record) (*audit.Pending, error) {
	if r.Log == nil {
		return nil, nil
	}
	w := audit.Write{Target: r.Target, Server: r.Server, Identity: r.Identity, Operation: "write", Subject: audit.Subject{Kind: audit.Record, Worker: worker}}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		c := audit.AttributeChange{Attribute: name, Old: valuesOf(have[name]), Known: have != nil, New: valuesOf(want[name])}
		w.Changes = append(w.Changes, c)
	}
	pending, err := r.Log.Begin(ctx, w)
	if err != nil {
		return nil, &UnavailableError{err}
	}
	return pending, nil
}

func valuesOf(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// outcome is how a write ended; ctx is that of the whole.
func outcome(ctx context.Context, err error) audit.Outcome {
	_, gone := errors.AsType[*UnavailableError](err)
	switch {
	case err == nil:
		return audit.Outcome{Status: audit.Success}
	case gone, ctx.Err() != nil:
		return audit.Outcome{Status: audit.Unknown, Detail: err.Error()}
	}
	return audit.Outcome{Status: audit.Failure, Detail: err.Error()}
}
