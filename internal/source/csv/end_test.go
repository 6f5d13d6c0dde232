// SPDX-License-Identifier: MPL-2.0

package csv

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/location"
)

// TestLastLineWithoutEnd: a file that is cut off in its last value may have lost an end date there.
func TestLastLineWithoutEnd(t *testing.T) {
	const whole = "id,state,left\n1,A,2026-01-31\n2,A,2026-01-31\n"
	file := filepath.Join(t.TempDir(), "workers.csv")
	told := func(text string, c Config, least int) bool {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if c.Location.Content == "" {
			c.Location.Path = file
		}
		fields := source.Fields{"worker_id": "id", "status": "state", "termination_date": "left"}
		got, err := read(c, source.Spec{Fields: fields, MinRecords: least})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(strings.Join(got.Warnings, "\n"), "the last line has no line end") &&
			strings.Contains(got.Warnings[len(got.Warnings)-1],
				"To end this warning, set trailer, min_records or sha256, or let the export end its last line")
	}
	if told(whole, Config{}, 0) || !told(strings.TrimSuffix(whole, "\n"), Config{}, 0) || !told(whole[:len(whole)-11], Config{}, 0) {
		t.Error("a last line without an end is not told, or one with an end is")
	}
	if told(whole[:len(whole)-1], Config{}, 2) || told(whole+"T2", Config{Trailer: `^T(\d+)$`}, 0) ||
		told("", Config{Location: location.Config{Content: whole[:len(whole)-1]}}, 0) {
		t.Error("what tells that the file is whole does not end the warning")
	}
}
