// SPDX-License-Identifier: MPL-2.0

package successfactors_test

import (
	"testing"

	sandbox "terraform-provider-workforce/internal/sandbox/successfactors"
	"terraform-provider-workforce/internal/source"
)

// TestOddPeople reads dates that mean none, and two who manage each other.
func TestOddPeople(t *testing.T) {
	for _, tt := range []struct {
		name     string
		noDate   []string
		end      string
		wantNone bool
	}{
		{"9999-12-31 unless said otherwise", nil, "9999-12-31", true},
		{"2099-12-31 if it is named", []string{"2099-12-31"}, "2099-12-31", true},
		{"2099-12-31 as a date", nil, "2099-12-31", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := start(t, 20, sandbox.Options{})
			second, third := x.company.Worker("000002"), x.company.Worker("000003")
			second.ManagerID, third.ManagerID = third.ID, second.ID
			second.TerminationDate, second.LastDayOfWork = tt.end, tt.end
			x.Reload()
			got, err := x.read(t, x.config(), source.Spec{NoDate: tt.noDate})
			if err != nil {
				t.Fatal(err)
			}
			w := got.Workers["000002"]
			if none := w.TerminationDate == "" && w.LastDayOfWork == ""; none != tt.wantNone {
				t.Errorf("found the dates %q and %q", w.TerminationDate, w.LastDayOfWork)
			}
			if w.ManagerID != "000003" || got.Workers["000003"].ManagerID != "000002" {
				t.Errorf("found the managers %q and %q, expected each other", w.ManagerID, got.Workers["000003"].ManagerID)
			}
		})
	}
}
