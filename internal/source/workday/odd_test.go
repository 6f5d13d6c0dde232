// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"context"
	"testing"

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
		s, c := tenant(t, 20)
		second, third := s.Company.Worker("000002"), s.Company.Worker("000003")
		second.ManagerID, third.ManagerID = third.ID, second.ID
		second.TerminationDate, second.LastDayOfWork = tt.end, tt.end
		got, err := Read(context.Background(), c, source.Spec{NoDate: tt.noDate}, now)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		w := got.Workers["000002"]
		if none := w.TerminationDate == "" && w.LastDayOfWork == ""; none != tt.wantNone {
			t.Errorf("%s: found the dates %q and %q", tt.name, w.TerminationDate, w.LastDayOfWork)
		}
		if w.ManagerID != "000003" || got.Workers["000003"].ManagerID != "000002" {
			t.Errorf("%s: found the managers %q and %q, expected each other", tt.name, w.ManagerID, got.Workers["000003"].ManagerID)
		}
	}
}
