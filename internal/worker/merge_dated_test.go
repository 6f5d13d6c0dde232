// SPDX-License-Identifier: MPL-2.0

package worker

import (
	"testing"
	"time"
)

// TestMergeDatedStatus: a day of leaving inside a status word ends an employment once it is over.
func TestMergeDatedStatus(t *testing.T) {
	m := &merger{location: time.UTC, rules: MergeRules{AsOf: asOf}}
	for word, want := range map[string]State{
		"Terminated - 2026-07-01": Past, "Inactive since 01.05.2024": Past,
		"Terminated - 2026-07-02": Unclear, "Terminated effective 2027-01-01": Unclear, "Active until 2024-05-01": Unclear,
	} {
		w := &Worker{ID: "1", Status: word, HireDate: "2020-01-01"}
		if got := m.describe(w).State; got != want {
			t.Errorf("%s: %v, want %v", word, got, want)
		}
	}
}
