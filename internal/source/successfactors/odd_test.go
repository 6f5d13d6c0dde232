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

// TestDatesBeyondTheCalendar reads a person whose dates no calendar has as that person's trouble, and one in the year 10000 as none.
func TestDatesBeyondTheCalendar(t *testing.T) {
	x := start(t, 20, sandbox.Options{})
	x.Change = func(_ int, d map[string]any) {
		for i, dates := range [][2]string{{"/Date(-99999999999999)/", ""}, {"", "/Date(253402300800000)/"}} {
			e := dig(t, d, "results", i, "employmentNav", "results", 0)
			for j, name := range []string{"startDate", "endDate"} {
				if dates[j] != "" {
					e[name] = dates[j]
				}
			}
		}
	}
	c := x.config()
	c.HorizonDays, c.AsOf = 0, "2026-04-01"
	got, err := x.read(t, c, source.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	if w := got.Workers["000001"]; len(w.Problems) != 1 || w.HireDate != "" || got.Records != 20 {
		t.Errorf("%d records, %q, %q", got.Records, w.HireDate, w.Problems)
	}
	for id, w := range got.Workers {
		if id != "000001" && (len(w.Problems) > 0 || w.HireDate == "" || id == "000002" && w.TerminationDate != "") {
			t.Errorf("worker %s: %+v", id, w)
		}
	}
}
