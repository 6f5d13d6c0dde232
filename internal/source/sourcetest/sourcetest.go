// SPDX-License-Identifier: MPL-2.0

// Package sourcetest holds what is true of whatever a source reads, however hostile it is. Only tests use it.
package sourcetest

import (
	"testing"
	"unicode/utf8"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/worker"
)

// longest is the length of the longest message, in bytes: a message shows what was found, but never all of it.
const longest = 64 << 10

// Whole holds that a source read whole workers or nothing: an error in words, or one worker of each record
// with every attribute, which the workers document carries unharmed.
func Whole(t testing.TB, got *source.Result, err error) {
	t.Helper()
	if (got == nil) == (err == nil) {
		t.Fatalf("got %+v, %v: expected workers or an error", got, err)
	}
	if err != nil {
		if text := err.Error(); text == "" || len(text) > longest || !utf8.ValidString(text) {
			t.Fatalf("the message has %d bytes: %.200q", len(text), text)
		}
		return
	}
	if len(got.Workers) != got.Records || got.Records == 0 {
		t.Fatalf("%d workers of %d records", len(got.Workers), got.Records)
	}
	for id, w := range got.Workers {
		if id == "" || w.ID != id || len(w.Attributes) != len(got.Attributes) {
			t.Fatalf("worker %q is called %q and has %d attributes of %d", id, w.ID, len(w.Attributes), len(got.Attributes))
		}
	}
	doc, err := got.Workers.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	back, err := worker.Parse(doc)
	if err != nil {
		t.Fatalf("the document cannot be read again: %v", err)
	}
	if again, err := back.Marshal(); err != nil || again != doc {
		t.Fatalf("the document %.500s\nis read as  %.500s, %v", doc, again, err)
	}
}
