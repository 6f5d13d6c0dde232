// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"context"
	"slices"
	"testing"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/source"
)

// TestOddPeople reads dates that mean none, as ends of contracts, which Workday
// tells in advance, and two who manage each other.
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
		s, c := tenant(t, 60)
		second, third := s.Company.Worker("000002"), s.Company.Worker("000003")
		second.ManagerID, third.ManagerID = third.ID, second.ID
		i := slices.IndexFunc(s.Company.Workers, func(w *company.Worker) bool {
			return w.Type == "Contractor" && w.Status == "Active" && w.HireDate <= "2026-01-15"
		})
		contractor := s.Company.Workers[i]
		contractor.TerminationDate, contractor.LastDayOfWork = tt.end, tt.end
		got, err := Read(context.Background(), c, source.Spec{NoDate: tt.noDate}, now)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if w := got.Workers[contractor.ID]; (w.TerminationDate == "") != tt.wantNone {
			t.Errorf("%s: found the date %q", tt.name, w.TerminationDate)
		}
		if w := got.Workers["000002"]; w.ManagerID != "000003" || got.Workers["000003"].ManagerID != "000002" {
			t.Errorf("%s: found the managers %q and %q, expected each other", tt.name, w.ManagerID, got.Workers["000003"].ManagerID)
		}
	}
}
