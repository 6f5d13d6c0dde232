// SPDX-License-Identifier: MPL-2.0

package source

import (
	"fmt"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/expression"
)

// twenty are rows of people in office, behind others.
func twenty(rows ...string) []string {
	for i := range 20 {
		rows = append(rows, fmt.Sprintf("p%d|Active|2020-01-01||||UTC", i))
	}
	return rows
}

// TestDatesThatMeanNone: zeros are no date in any format, and the first of January 1900 is not the day on which somebody left.
func TestDatesThatMeanNone(t *testing.T) {
	formats := Spec{DateFormats: []string{"dd.MM.yyyy", "dd/MM/yyyy", "yyyyMMdd", "yyyy-MM-dd"}}
	for _, none := range []string{"00.00.0000", "00/00/0000", "00000000", "0000-00-00", "0000-00-00 00:00:00", "31.12.9999", "99991231"} {
		got, err := build(t, formats, twenty("1|Active|2020-01-01|"+none)...)
		if err != nil || got.Workers["1"].TerminationDate != "" || len(got.Workers["1"].Problems) > 0 {
			t.Errorf("%s: got %+v, %v", none, got, err)
		}
	}
	for _, odd := range []string{"01.01.1900", "1900-01-01", "31.02.2026", "00.01.2026", "0", "000"} {
		got, err := build(t, formats, twenty("1|Active|2020-01-01|"+odd)...)
		if err != nil || len(got.Workers["1"].Problems) != 1 {
			t.Errorf("%s: got %+v, %v, expected one worker with a problem", odd, got, err)
		}
	}
	rows := twenty()
	for i := range rows {
		rows[i] = strings.Replace(rows[i], "01||", "01|1900-01-01|", 1)
	}
	_, err := build(t, Spec{}, rows...)
	const advice = `no_date_values = ["9999-12-31", "0000-00-00", "1900-01-01"]`
	if err == nil || !strings.Contains(err.Error(), advice) {
		t.Errorf("everybody left in 1900: got %v", err)
	}
	got, err := build(t, Spec{NoDate: []string{"9999-12-31", "0000-00-00", "1900-01-01"}}, rows...)
	if err != nil || got.Workers["p1"].TerminationDate != "" {
		t.Errorf("the advice does not work: %+v, %v", got, err)
	}
	zeros := twenty("1|Active|2020-01-01|0000-00-00", "2|Active|2020-01-01|0000-00-00")
	if _, err = build(t, Spec{NoDate: []string{"never"}}, zeros...); err == nil {
		t.Error("zeros are no date, though no_date_values does not say so")
	}
}

// TestColumnsInterchanged: end dates in the place of hire dates bring everybody back who left.
func TestColumnsInterchanged(t *testing.T) {
	var mixed, rehired []string
	for i := range 20 {
		row := fmt.Sprintf("%d|Active||2015-01-01|||UTC", i)
		if i < 6 {
			row = fmt.Sprintf("%d|Left|2026-01-31|2015-01-01|||UTC", i)
		}
		mixed = append(mixed, row)
		rehired = append(rehired, strings.Replace(row, "||2015-01-01|", "|2015-01-01||", 1))
	}
	const refused = `6 of 6 workers with both dates leave before the hire date, the first: worker "0" (row 2): 2015-01-01, ` +
		"hired 2026-01-31; expected hire dates before end dates"
	if _, err := build(t, Spec{}, mixed...); err == nil || !strings.Contains(err.Error(), refused) {
		t.Errorf("interchanged: got %v", err)
	}
	got, err := build(t, Spec{}, rehired...)
	if err != nil || !strings.Contains(strings.Join(got.Warnings, "\n"), "6 workers who leave before the hire date, the first") {
		t.Errorf("hired again: got %v, %+v", err, got)
	}
}

// TestEachHasBothDates: seasonal workers have the end of the last season, and others a date that means none.
func TestEachHasBothDates(t *testing.T) {
	rows := func(of func(i int) (hire, end string)) (out []string) {
		for i := range 20 {
			hire, end := of(i)
			out = append(out, fmt.Sprintf("%d|Active|%s|%s|||UTC", i, hire, end))
		}
		return out
	}
	seasonal := rows(func(i int) (hire, end string) { return fmt.Sprintf("2026-04-%02d", i+1), "2025-10-31" })
	if got, err := build(t, Spec{}, seasonal...); err != nil ||
		!strings.Contains(strings.Join(got.Warnings, "\n"), "20 workers who leave before") {
		t.Errorf("seasonal: got %+v, %v", got, err)
	}
	none := rows(func(i int) (hire, end string) { return fmt.Sprintf("%d-04-01", 2001+i), "1970-01-01" })
	const advice = `no_date_values = ["9999-12-31", "0000-00-00", "1970-01-01"]`
	if _, err := build(t, Spec{}, none...); err == nil || !strings.Contains(err.Error(), advice) {
		t.Errorf("1970: got %v", err)
	}
	if got, err := build(t, Spec{NoDate: []string{"9999-12-31", "0000-00-00", "1970-01-01"}}, none...); err != nil ||
		got.Workers["1"].TerminationDate != "" {
		t.Errorf("the advice does not work: got %+v, %v", got, err)
	}
	varying := rows(func(i int) (hire, end string) {
		return fmt.Sprintf("2026-04-%02d", i+1), fmt.Sprintf("%d-01-01", 2001+i)
	})
	if _, err := build(t, Spec{}, varying...); err == nil || !strings.Contains(err.Error(), "interchanged") {
		t.Errorf("interchanged: got %v", err)
	}
	if got, err := build(t, Spec{}, append(varying[1:], "0|Active|2020-01-01|2026-12-31|||UTC")...); err != nil {
		t.Errorf("one in order: got %+v, %v", got, err)
	}
}

// TestTextsWithoutValue: what a program writes where there is no id is nobody's.
func TestTextsWithoutValue(t *testing.T) {
	for _, id := range []string{"NULL", "null", "(null)", "N/A", "-", "??", "undefined"} {
		if _, err := build(t, Spec{}, twenty(id+"|Active|2020-01-01")...); err == nil ||
			!strings.Contains(err.Error(), "expected a worker id (it says that there is no id") {
			t.Errorf("%s: got %v", id, err)
		}
	}
	initials := []string{"TBA", "TBC", "TBD", "NIL", "Nan", "none", "unknown"}
	for i, id := range initials {
		initials[i] = id + "|Active|2020-01-01"
	}
	if got, err := build(t, Spec{}, twenty(initials...)...); err != nil || got.Workers["Nan"] == nil {
		t.Errorf("initials: got %+v, %v", got, err)
	}
	got, err := build(t, Spec{}, twenty("0|Active|2020-01-01|NULL", "Nullmeyer|Active|2020-01-01")...)
	if err != nil || len(got.Workers) != 22 || !strings.Contains(got.Workers["0"].Problems[0], "name it in null_values") {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err = build(t, Spec{NullValues: []string{"NULL"}}, twenty("0|Active|2020-01-01|NULL")...)
	if err != nil || len(got.Workers["0"].Problems) != 0 {
		t.Errorf("the advice does not work: %+v, %v", got, err)
	}
}

// TestGarbledText: names that were decoded twice become names of accounts.
func TestGarbledText(t *testing.T) {
	got, err := build(t, Spec{}, twenty("1|Active|2020-01-01|||||MÃ¼ller", "2|Active|2020-01-01|||||JosÃ© Ã\u2030tienne",
		"3|Active|2020-01-01|||||Ängström SÃO Ç’x Ærø Þór")...)
	const told = `2 values that look like UTF-8 read in another encoding, the first: row 2, column "Name": "MÃ¼ller"`
	if err != nil || !strings.Contains(strings.Join(got.Warnings, "\n"), told) {
		t.Errorf("got %v, %q", err, got.Warnings)
	}
}

// TestKeysThatSparseRecordsLack: a renamed or hidden column of an API is an error where each worker has it.
func TestKeysThatSparseRecordsLack(t *testing.T) {
	filled := map[string]float64{}
	read := func(n int, fields Fields, columns ...string) (*Result, error) {
		b, err := NewBuilder(Spec{Sparse: true, Fields: fields, MinFilled: filled}, columns)
		if err != nil {
			return nil, err
		}
		for i := range n {
			b.Add(fmt.Sprintf("record %d", i+1), func(column string) (expression.Value, bool) {
				if column != "id" {
					return expression.Null, false
				}
				return expression.String(fmt.Sprint(i)), true
			})
		}
		return b.Finish()
	}
	all := Fields{"worker_id": "id", "status": "state", "worker_type": "kind", "termination_date": "end"}
	for _, columns := range [][]string{{"id"}, {"id", "state"}} {
		_, err := read(5, all, columns...)
		if err == nil || !strings.Contains(err.Error(), `column "state": found no status in any of 5 records`) {
			t.Errorf("%v: got %v", columns, err)
		}
		if _, err := read(4, all, columns...); err != nil {
			t.Errorf("%v, a few: got %v", columns, err)
		}
	}
	filled["state"] = 0
	for _, columns := range [][]string{{"id"}, {"id", "state"}} {
		if got, err := read(5, all, columns...); err != nil {
			t.Errorf("%v, min_filled of 0: got %+v, %v", columns, got, err)
		}
	}
	filled["stat"] = 0
	if _, err := read(5, all, "id"); err == nil || !strings.Contains(err.Error(), `min_filled: there is no column "stat"`) {
		t.Errorf("a column that nothing names: got %v", err)
	}
	clear(filled)
	all["status"] = ""
	if got, err := read(5, all, "id"); err != nil || len(got.Warnings) != 2 {
		t.Errorf("the advice does not work: %+v, %v", got, err)
	}
}

// TestInstantsInUTC: midnight in Berlin is the day before in UTC, however UTC is written.
func TestInstantsInUTC(t *testing.T) {
	for text, want := range map[string]string{"2026-06-30T22:00:00Z": "2026-07-01", "2026-06-30T22:00:00+00:00": "2026-07-01",
		"2026-06-30 22:00:00.5-00:00": "2026-07-01", "2026-07-01T00:00:00+00:00": "2026-07-01", "2026-06-30T22:00:00+01:00": "2026-06-30",
		"2026-06-30T22:00:00": "2026-06-30", "2026-07-01+00:00": "2026-07-01",
		"2026-12-31T23:59:59+00:00": "2026-12-31", "2026-12-31T23:59:00Z": "2026-12-31", "2026-12-31T23:58:59Z": "2027-01-01"} {
		got, err := build(t, Spec{TimeZone: "Europe/Berlin"}, twenty("1|Active|2020-01-01|"+text)...)
		if err != nil || string(got.Workers["1"].TerminationDate) != want {
			t.Errorf("%s: got %+v, %v, expected %s", text, got, err, want)
		}
	}
	written, err := build(t, Spec{}, twenty("1|Active|2020-01-01|2026-06-30T22:00:00+00:00", "2|Active|2020-01-01|2026-12-31T23:59:59Z")...)
	if err != nil || written.Workers["1"].TerminationDate != "2026-06-30" || written.Workers["2"].TerminationDate != "2026-12-31" {
		t.Errorf("without a zone: got %+v, %v", written, err)
	}
	both, err := build(t, Spec{}, twenty("1|Active|2020-01-01|2026-06-30T22:00:00+00:00",
		"2|Active|2020-01-01|2026-06-30T22:00:00+00:00|||Europe/Berlin")...)
	if err != nil || both.Workers["2"].TerminationDate != "2026-07-01" {
		t.Errorf("with a zone behind one without: got %+v, %v", both, err)
	}
	got, err := build(t, Spec{}, "1|Active|2020-01-01|2026-06-30T22:00:00Z", "2|Active|2020-01-01|2026-07-01",
		"3|Active|2020-01-01|2026-07-01")
	if err != nil || len(got.Workers["1"].Problems) != 1 || !strings.Contains(got.Workers["1"].Problems[0], "time_zone") {
		t.Errorf("without a zone: got %+v, %v", got, err)
	}
}
