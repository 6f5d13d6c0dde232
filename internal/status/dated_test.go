// SPDX-License-Identifier: MPL-2.0

package status

import "testing"

func TestReadDated(t *testing.T) {
	left := func(first, last string) Dated { return Dated{Class: Left, First: first, Last: last} }
	until := func(class Class, first, last string) Dated { return Dated{class, true, first, last} }
	for word, want := range map[string]Dated{
		"Terminated - 2024-05-01":                left("2024-05-01", "2024-05-01"),
		"Terminated 2024-5-1":                    left("2024-05-01", "2024-05-01"),
		"Inactive since 01.05.2024":              left("2024-05-01", "2024-05-01"),
		"Inactive since 1.5.2024":                left("2024-05-01", "2024-05-01"),
		"Left (31/12/2023)":                      left("2023-12-31", "2023-12-31"),
		"Terminated - 12/31/2023":                left("2023-12-31", "2023-12-31"),
		"Terminated effective 2027-01-01":        left("2027-01-01", "2027-01-01"),
		"Terminated (eff. 2027/01/01)":           left("2027-01-01", "2027-01-01"),
		"Terminated - 03/04/2024":                left("2024-03-04", "2024-04-03"),
		"Terminated: 31.12.26":                   left("2026-12-31", "2026-12-31"),
		"Terminated: 31.12.99":                   left("1999-12-31", "2099-12-31"),
		"Terminated [20240501]":                  left("2024-05-01", "2024-05-01"),
		"Terminated - 1 May 2024":                left("2024-05-01", "2024-05-01"),
		"Terminated, May 1st, 2024":              left("2024-05-01", "2024-05-01"),
		"TERMINATED 01-MAY-2024":                 left("2024-05-01", "2024-05-01"),
		"Terminated on the 1st of May 2024":      left("2024-05-01", "2024-05-01"),
		"Ausgetreten zum 31. März 2024":          left("2024-03-31", "2024-03-31"),
		"Inactif depuis le 1er août 2024":        left("2024-08-01", "2024-08-01"),
		"De baja desde 5 de febrero de 2024":     left("2024-02-05", "2024-02-05"),
		"Terminated - Voluntary (2024-05-01)":    left("2024-05-01", "2024-05-01"),
		"Terminated - 2024-05-01 - moved abroad": left("2024-05-01", "2024-05-01"),
		"Resigned (last day 2026-12-31)":         left("2026-12-31", "2026-12-31"),
		"2024-05-01 - Terminated":                left("2024-05-01", "2024-05-01"),
		"Terminated 2024-05-01T00:00:00Z":        left("2024-05-01", "2024-05-01"),
		"Active until 2024-05-01":                until(Active, "2024-05-01", "2024-05-01"),
		"Active (until 03/04/2024)":              until(Active, "2024-03-04", "2024-04-03"),
		"Aktiv bis 30.06.2027":                   until(Active, "2027-06-30", "2027-06-30"),
		"On leave until 2027-03-01":              until(OnLeave, "2027-03-01", "2027-03-01"),
		"Active - on leave until 1 March 2027":   until(OnLeave, "2027-03-01", "2027-03-01"),
		"Suspended through 2027-03-01":           until(Suspended, "2027-03-01", "2027-03-01"),
	} {
		if got, ok := ReadDated(word); !ok || got != want {
			t.Errorf("%q is %+v, %t, want %+v", word, got, ok, want)
		}
	}
	for _, word := range []string{"", "Active", "Terminated", "Terminated - RIF 2024", "Terminated - case 123456", "Terminated - 99.99.2026",
		"Terminated - born 1990-05-01", "Terminated - hired 2019-05-01", "Terminated - access until 2024-05-01",
		"Terminated 2024-05-01 or 2024-06-01", "Terminated 2024-05-01 (was 1 June 2024)", "Terminated until 2024-05-01",
		"Inactive until 2027-01-01", "Not active until 2027-01-01", "Active since 2024-05-01", "Active 2024-05-01",
		"Terminated (rescinded) 2024-05-01", "Terminated (rescinded 2024-05-01)", "Terminated - planned 2024-05-01",
		"Terminatd 2024-05-01", "Active - terminated 2024-05-01", "2024-05-01", "Terminated (effective 31 Dec)",
		"Terminated - not before 2024-05-01", "Terminated 10.0.2024.05", "Not terminated 2024-05-01"} {
		if got, ok := ReadDated(word); ok {
			t.Errorf("%q is %+v, want none", word, got)
		}
	}
}
