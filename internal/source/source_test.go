// SPDX-License-Identifier: MPL-2.0

package source

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/worker"
)

var fields = Fields{"worker_id": "ID", "status": "State", "hire_date": "Hired", "termination_date": "Ended", "on_leave": "Leave", "manager_id": "Boss", "time_zone": "Zone"}

var columns = []string{"ID", "State", "Hired", "Ended", "Leave", "Boss", "Zone", "Name", "DateOfBirth"}

// build reads rows of the columns above; missing cells are empty.
func build(t *testing.T, s Spec, rows ...string) (*Result, error) {
	t.Helper()
	if s.Fields == nil {
		s.Fields = fields
	}
	b, err := NewBuilder(s, columns)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		cells := append(strings.Split(row, "|"), make([]string, len(columns))...)[:len(columns)]
		b.AddRow(fmt.Sprintf("row %d", i+2), cells)
	}
	return b.Finish()
}

func TestBuild(t *testing.T) {
	got, err := build(t, Spec{TimeZone: "Europe/Berlin", NoManager: []string{"NONE"}, NullValues: []string{"NULL"}, TimeZones: map[string]string{"SYD": "Australia/Sydney"}},
		"0042| Active |2020-02-29|9999-12-31|Y|NONE||Zoë|1980-01-01",
		"7|NULL|2026-07-01T00:00:00+02:00||0|0042|SYD| ",
		"8|T|2026-06-30T22:30:00Z|2030-01-01-07:00||7|Europe/Berlin|x")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := got.Workers.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"0042":{"worker_id":"0042","status":"Active","worker_type":null,"hire_date":"2020-02-29","termination_date":null,"last_day_of_work":null,"on_leave":true,"manager_id":null,"time_zone":"Europe/Berlin","attributes":{"Name":"Zoë"}},` +
		`"7":{"worker_id":"7","status":null,"worker_type":null,"hire_date":"2026-07-01","termination_date":null,"last_day_of_work":null,"on_leave":false,"manager_id":"0042","time_zone":"Australia/Sydney","attributes":{"Name":null}},` +
		`"8":{"worker_id":"8","status":"T","worker_type":null,"hire_date":"2026-07-01","termination_date":"2030-01-01","last_day_of_work":null,"on_leave":null,"manager_id":"7","time_zone":"Europe/Berlin","attributes":{"Name":"x"}}}`
	if doc != want {
		t.Errorf("got  %s\nwant %s", doc, want)
	}
	if !slices.Equal(got.LeftOut, []string{"DateOfBirth"}) || !slices.Equal(got.Attributes, []string{"Name"}) || got.Records != 3 || got.Warnings != nil {
		t.Errorf("got %+v", got)
	}
	sum, err := Fingerprint(got.Workers)
	if err != nil || len(sum) != 64 {
		t.Errorf("got the fingerprint %q, %v", sum, err)
	}
	got.Workers["7"].Status = "x"
	if other, _ := Fingerprint(got.Workers); other == sum {
		t.Error("another population has the same fingerprint")
	}
}

func TestProblems(t *testing.T) {
	tests := []struct {
		name string
		spec Spec
		rows []string
		want string
	}{
		{"duplicate", Spec{}, []string{"1", "2", "1"}, `row 4, column "ID", worker "1": the same worker id as row 2`},
		{"no id", Spec{}, []string{"1", " |x"}, `row 3, column "ID": found no worker id`},
		{"blank at the end", Spec{}, []string{"1 "}, `row 2, column "ID": found "1 ", expected a worker id without blanks`},
		{"no-break space", Spec{}, []string{"\u00a01"}, "without blanks at its ends"},
		{"zero width space", Spec{}, []string{"1\u200b2"}, `found "1\u200b2", expected a worker id without invisible characters`},
		{"byte order mark in the middle", Spec{}, []string{"\ufeff1"}, "invisible"},
		{"case", Spec{}, []string{"a1", "A1"}, `row 3, column "ID", worker "A1": the worker id differs only by case from "a1" in row 2`},
		{"spreadsheet number", Spec{}, []string{"1.00E+05"}, "a spreadsheet has rewritten it"},
		{"decimal number", Spec{}, []string{"1001.0"}, "format the column as text"},
		{"spreadsheet text", Spec{}, []string{"'00042"}, "a spreadsheet's mark of text"},
		{"spreadsheet error", Spec{}, []string{"1", "#N/A|Active"},
			`row 3, column "ID": found "#N/A", expected a worker id (an error of a spreadsheet`},
		{"total with values", Spec{}, []string{"1|Active", "Grand Total|7"}, "is it a total"},
		{"total in German", Spec{}, []string{"1|Active", "Summe: 1|x"}, "is it a total"},
		{"header again", Spec{}, []string{"1|Active", "ID|State"}, `found "ID", expected a worker id (the name of the column again`},
		{"day that does not exist", Spec{}, []string{"1||2026-02-30"}, `row 2, column "Hired", worker "1": found "2026-02-30", a date that does not exist, expected one as yyyy-MM-dd or`},
		{"month that does not exist", Spec{}, []string{"1||2026-13-01"}, "does not exist"},
		{"other format", Spec{}, []string{"1||24.12.2026"}, `found "24.12.2026", expected a date as yyyy-MM-dd or yyyy-MM-ddzzz or rfc3339 (as dd.MM.yyyy it would be 2026-12-24: see date_formats)`},
		{"day and month", Spec{DateFormats: []string{"MM/dd/yyyy"}}, []string{"1||24/12/2026"}, "(as dd/MM/yyyy it would be 2026-12-24"},
		{"ambiguous", Spec{DateFormats: []string{"MM/dd/yyyy", "dd/MM/yyyy"}}, []string{"1||03/04/2026"}, `which is 2026-03-04 as MM/dd/yyyy and 2026-04-03 as dd/MM/yyyy`},
		{"serial date", Spec{}, []string{"1||45231"}, "serial number of a date in a spreadsheet"},
		{"not a date", Spec{}, []string{"1||soon"}, `found "soon", expected a date`},
		{"far past", Spec{}, []string{"1||0026-01-01"}, "expected a date from 1900 to 2199 (if it means no date, name it in no_date_values)"},
		{"instant without a zone", Spec{}, []string{"1||2026-06-30T22:30:00Z"}, "an instant in UTC that is not midnight"},
		{"boolean", Spec{}, []string{"1||||maybe", "2||||perhaps"}, `column "Leave", worker "1": found "maybe", expected true, yes, y, 1, t or false`},
		{"zone", Spec{}, []string{"1||||||W. Europe Standard Time", "2||||||W. Europe Standard Time"}, `column "Zone", worker "1": found "W. Europe Standard Time", expected the IANA name`},
		{"own manager", Spec{}, []string{"1|||||1", "2|||||2"}, "their own manager"},
		{"NUL", Spec{}, []string{"1|||||||a\x00b"}, `column "Name", worker "1": found "a\x00b", expected text without NUL`},
		{"encoding", Spec{}, []string{"1|||||||M\xfcller"}, `found "M\xfcller", expected text in UTF-8`},
		{"encoding of the id", Spec{}, []string{"\xfc"}, `expected text in UTF-8`},
		{"empty", Spec{}, nil, "found no records, expected at least one"},
		{"too few", Spec{MinRecords: 3}, []string{"1", "2"}, "found 2 records, expected at least 3 (min_records)"},
		{"sentinel", Spec{Sentinels: []string{"99"}}, []string{"1"}, `worker "99": not found, expected among the records as a sentinel`},
		{"sparse column", Spec{MinFilled: map[string]float64{"Name": 0.9}}, []string{"1|||||||x", "2"}, `column "Name": found a value in 1 of 2 records (50.0 %), expected at least 90.0 % (min_filled)`},
		{"watched column", Spec{MinFilled: map[string]float64{"DateOfBirth": 1, "ID": 1}}, []string{"1"}, `column "DateOfBirth": found a value in 0 of 1`},
		{"guarded column", Spec{MinFilled: map[string]float64{"Nam": 1}}, []string{"1"}, `min_filled: there is no column "Nam" (did you mean "Name"?)`},
		{"field", Spec{Fields: Fields{"worker_id": "id"}}, []string{"1"}, `fields.worker_id: there is no column "id" (did you mean "ID"?), expected one of "ID", "State"`},
		{"no field", Spec{Fields: Fields{}}, []string{"1"}, "fields: nothing fills worker_id; name the column that holds it: one of"},
		{"attribute", Spec{Attributes: []string{"Nmae"}}, []string{"1"}, `attributes: there is no column "Nmae" (did you mean "Name"?)`},
		{"attributes", Spec{Attributes: []string{"Nmae", "Street", "state "}}, []string{"1"},
			`attributes: there are no columns "Nmae" (did you mean "Name"?), "Street", "state " (did you mean "State"?); the columns are "ID", "State"`},
		{"attribute of a key's name", Spec{Attributes: []string{"status"}}, []string{"1"}, `column "status": attributes: the name is that of a canonical key`},
		{"unknown key", Spec{Fields: Fields{"worker_id": "ID", "manager": "Boss"}}, []string{"1"}, `fields: "manager" is no canonical key`},
		{"date format", Spec{DateFormats: []string{"YYYY-MM-DD"}}, []string{"1"}, `date_formats: found "YYYY-" in the date format "YYYY-MM-DD"`},
		{"bad zone", Spec{TimeZone: "Berlin"}, []string{"1"}, `time_zone: found "Berlin"`},
		{"bad zones", Spec{TimeZones: map[string]string{"B": "Berlin"}}, []string{"1"}, `time_zones: "B": found "Berlin"`},
		{"total", Spec{}, []string{"1|Active", "2|Active", "Total: 2"}, `row 4, column "ID", worker "Total: 2": the record has nothing but a worker id, expected a worker`},
		{"a flag of leavers", Spec{Fields: Fields{"worker_id": "ID", "status": "Ended"}}, []string{"1|||True"}, `column "Ended", worker "1": found "True", which says whether somebody has left`},
		{"no status", Spec{}, []string{"1||2020-01-01", "2||2020-01-01", "3||2020-01-01", "4||2020-01-01", "5||2020-01-01"}, `column "State": found no status in any of 5 records`},
		{"no hire date", Spec{}, []string{"1|Active", "2|Active", "3|Active", "4|Active", "5|Active"}, `column "Hired": found no hire_date in any of 5 records`},
		{"the same id", Spec{}, []string{"1|A", "1|B"}, `worker "1": the same worker id as row 2, expected one record for each worker; if a worker has several contracts, name the column that marks the primary one as primary_column`},
		{"two primary records", Spec{PrimaryColumn: "Name"}, []string{"1|A||||||Y", "1|B||||||N", "1|C||||||Yes"}, `row 4, column "Name", worker "1": a primary record of the same worker as row 2, expected one (primary_column)`},
		{"no primary record", Spec{PrimaryColumn: "Name", PrimaryValues: []string{"main"}}, []string{"1|A||||||Y", "1|B||||||N"}, `row 2, column "Name", worker "1": none of 2 records of the worker has one of the values main`},
		{"primary column", Spec{PrimaryColumn: "Nmae"}, []string{"1"}, `primary_column: there is no column "Nmae" (did you mean "Name"?)`},
		{"share", Spec{MinFilled: map[string]float64{"Name": 95}}, []string{"1"}, `min_filled: "Name": found 95, expected a share from 0 to 1`},
		{"true and false", Spec{FalseValues: []string{"Y"}}, []string{"1"}, `true_values: "y" means false as well`},
		{"twice", Spec{Attributes: []string{"Name", "Name"}}, []string{"1"}, `attributes: "Name" is listed twice`},
	}
	for _, tt := range tests {
		got, err := build(t, tt.spec, tt.rows...)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v and error %v, expected %q in it", tt.name, got, err, tt.want)
		}
	}
}

func TestProblemsOfOneKindAreToldOnce(t *testing.T) {
	var rows []string
	for i := range 50 {
		rows = append(rows, fmt.Sprintf("%d||2026-02-30|||%d", i, i))
	}
	_, err := build(t, Spec{}, rows...)
	p, ok := errors.AsType[*Problems](err)
	if !ok || p.Total != 100 || len(p.First) != 2 || p.Records != 50 {
		t.Fatalf("got %v", err)
	}
	if text := err.Error(); !strings.HasPrefix(text, "100 problems in 50 records, of 2 kinds:\n  row 2, ") || strings.Count(text, "\n") != 2 ||
		strings.Count(text, "(50 like this, also row 3, row 4, row 5, row 6, row 7 and 44 more)") != 2 {
		t.Errorf("got %s", text)
	}
}

// TestKindsDoNotHideOneAnother: thirty dates in one format hide none of those in others.
func TestKindsDoNotHideOneAnother(t *testing.T) {
	var rows []string
	for i := range 30 {
		rows = append(rows, fmt.Sprintf("%d||%02d.12.2026", i, i+1))
	}
	rows = append(rows, "a||2026/12/31", "b||12/2026", "c||soon", "d||")
	for i := range 25 { // more kinds than are told
		rows = append(rows, fmt.Sprintf("k%d||%s", i, strings.Repeat("9-", i+4)))
	}
	_, err := build(t, Spec{}, rows...)
	if err == nil {
		t.Fatal("everything could be read")
	}
	text := err.Error()
	for _, want := range []string{"problems in 59 records, of 20 kinds", `found "01.12.2026"`, "(30 like this, also row 3,", `found "2026/12/31"`, `found "12/2026"`, `found "soon"`, "… and 9 more of other kinds"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	if n := strings.Count(text, "\n"); n != 21 {
		t.Errorf("%d lines, expected 20 kinds and one for the others:\n%s", n, text)
	}
}

func TestWarnings(t *testing.T) {
	got, err := build(t, Spec{}, "7||2026-01-05|2026-01-01||2", "007|||||A", "a|||||0007|||", "b|||||||dam\ufffdged")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`3 workers with a manager who is not among the records, the first: worker "007" (row 3) names "A" (there is "a")`,
		`no record of 4 has a value for status (column "State"), on_leave (column "Leave"), time_zone (column "Zone"): is the export complete, and may the account that reads it see the column? A column that may be empty is named with 0 in min_filled`,
		`1 value with the replacement character U+FFFD: an earlier conversion has damaged it: row 5, column "Name": "dam�ged"`,
		`1 worker who leaves before the hire date: worker "7" (row 2): 2026-01-01, hired 2026-01-05`,
		`1 worker id that differs from another only by leading zeros, which spreadsheets drop: "7" (row 2) and "007" (row 3)`,
	}
	if !slices.Equal(got.Warnings, want) {
		t.Errorf("got %q", got.Warnings)
	}
}

// TestEmptyColumns: a mapped column without any value is never silent, unless somebody says that it may be empty.
func TestEmptyColumns(t *testing.T) {
	rows := []string{"1|Active|2020-01-01||0|2|UTC", "2|Active|2020-01-01||0|1|UTC", "3|Active|2020-01-01||0|1|UTC", "4|Active|2020-01-01||0|1|UTC", "5|Active|2020-01-01||0|1|UTC"}
	got, err := build(t, Spec{}, rows...)
	if err != nil || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], `no record of 5 has a value for termination_date (column "Ended"): is the export complete`) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, s := range []Spec{{MinFilled: map[string]float64{"Ended": 0}}, {Fields: Fields{"worker_id": "ID", "status": "State"}}} {
		if got, err := build(t, s, rows...); err != nil || len(got.Warnings) != 0 {
			t.Errorf("%+v: got %+v, %v", s, got, err)
		}
	}
	// An open end is a value.
	if got, err := build(t, Spec{}, append(rows, "6|Active|2020-01-01|9999-12-31|0|1|UTC")...); err != nil || len(got.Warnings) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	// Records that only add a value to people may have none for some.
	b, err := NewBuilder(Spec{Fields: Fields{"worker_id": "ID"}}, []string{"ID", "Phone", "Mobile"})
	if err != nil {
		t.Fatal(err)
	}
	b.AddRow("row 2", []string{"1", "555", ""})
	b.AddRow("row 3", []string{"2", "", ""})
	if got, err := b.Finish(); err != nil || len(got.Workers) != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestPrimaryRecords: of several records of a worker the primary one counts, whatever the order.
func TestPrimaryRecords(t *testing.T) {
	for _, rows := range [][]string{{"1|Left|||||x|N", "1|Active|||||x|Y", "2|Active|||||x|N"}, {"1|Active|||||x|y", "1|Left|||||x|N", "2|Active|||||x|N", "1|Other|||||x|"}} {
		for i := range rows {
			rows[i] = strings.Replace(rows[i], "|x|", "|UTC|", 1)
		}
		got, err := build(t, Spec{PrimaryColumn: "Name"}, rows...)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Workers) != 2 || got.Workers["1"].Status != "Active" || !strings.Contains(strings.Join(got.Warnings, "\n"), `left out: the worker has a primary one (primary_column "Name")`) {
			t.Errorf("got %+v, %q", got.Workers["1"], got.Warnings)
		}
	}
}

func TestColumns(t *testing.T) {
	read := func(s Spec, columns ...string) (*Result, error) {
		b, err := NewBuilder(s, columns)
		if err != nil {
			return nil, err
		}
		b.AddRow("row 2", slices.Repeat([]string{"1"}, len(columns)))
		return b.Finish()
	}
	got, err := read(Spec{}, "worker_id", "status", "Team", "SSN", "")
	if err != nil || got.Workers["1"].Status != "1" || !slices.Equal(got.Attributes, []string{"Team"}) || !slices.Equal(got.LeftOut, []string{"SSN"}) {
		t.Errorf("canonical names: got %+v, %v", got, err)
	}
	got, err = read(Spec{Fields: Fields{"status": "State"}}, "worker_id", "status", "State")
	if err != nil || len(got.Attributes) != 0 || len(got.Warnings) != 1 {
		t.Errorf("a canonical name for something else: got %+v, %v", got, err)
	}
	got, err = read(Spec{Fields: Fields{"status": ""}}, "worker_id", "status")
	if err != nil || got.Workers["1"].Status != "" {
		t.Errorf("a key mapped to nothing: got %+v, %v", got, err)
	}
	got, err = read(Spec{Attributes: []string{"SSN", "worker"}, Fields: Fields{"worker_id": "worker"}}, "worker", "SSN", "Team", "team")
	if err != nil || !slices.Equal(got.Attributes, []string{"SSN", "worker"}) {
		t.Errorf("named columns: got %+v, %v", got, err)
	}
	for _, header := range [][]string{{"worker_id", "Team", "team"}, {"worker_id", "Team", "Team"}, {"worker_id", "Worker_ID"}} {
		if got, err := read(Spec{}, header...); err == nil || !strings.Contains(err.Error(), "expected different ones") {
			t.Errorf("%q: got %+v, %v", header, got, err)
		}
	}
	if _, err = read(Spec{Sparse: true, Fields: Fields{"termination_date": "end"}, Attributes: []string{"Team"}}, "worker_id"); err != nil {
		t.Errorf("columns that no record has: got %v", err)
	}
}

func TestRecords(t *testing.T) {
	b, err := NewBuilder(Spec{Sparse: true}, []string{"worker_id", "tags", "status", "none", "zip"})
	if err != nil {
		t.Fatal(err)
	}
	add := func(position string, values map[string]expression.Value) {
		b.Add(position, func(column string) (expression.Value, bool) { v, ok := values[column]; return v, ok })
	}
	add("page 1, item 1", map[string]expression.Value{"worker_id": expression.String("1"), "tags": expression.List(" a ", "", "b"), "status": expression.List("x"), "none": expression.List(" ")})
	got, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]expression.Value{"tags": expression.List("a", "b"), "none": expression.Null, "zip": expression.Null}
	if w := got.Workers["1"]; w.Status != "x" || !maps.EqualFunc(w.Attributes, want, expression.Value.Equal) {
		t.Errorf("got %+v", w)
	}
	add("page 1, item 2", map[string]expression.Value{"worker_id": expression.List("2", "3")})
	if _, err := b.Finish(); err == nil || !strings.Contains(err.Error(), `page 1, item 2, column "worker_id": found 2 values ("2", …), expected one`) {
		t.Errorf("got %v", err)
	}
}

func TestGuards(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	if err := CheckAge(now.Add(-25*time.Hour), now, 24*time.Hour); err == nil || !strings.Contains(err.Error(), "last modified at 2026-11-21T11:00:00Z, 25h0m0s ago, expected at most 24h") {
		t.Errorf("got %v", err)
	}
	for _, limit := range []time.Duration{0, 26 * time.Hour} {
		if err := CheckAge(now.Add(-25*time.Hour), now, limit); err != nil {
			t.Errorf("%s: got %v", limit, err)
		}
	}
	if got, err := build(t, Spec{AllowEmpty: true, Sentinels: []string{"1"}}); err != nil || len(got.Workers) != 0 {
		t.Errorf("an empty source that is allowed: got %v, %v", got, err)
	}
	if got, err := build(t, Spec{SelfManaged: true}, "1|||||1"); err != nil || got.Workers["1"].ManagerID != "" {
		t.Errorf("a head of the company who manages themself: got %v, %v", got, err)
	}
}

func TestParseDateFormat(t *testing.T) {
	for _, tt := range []struct{ format, text, want string }{
		{"yyyy-MM-dd", "2026-11-02", "2026-11-02"}, {"dd.MM.yyyy", "02.11.2026", "2026-11-02"}, {"d.M.yyyy", "2.11.2026", "2026-11-02"},
		{"M/d/yyyy", "11/2/2026", "2026-11-02"}, {"yyyyMMdd", "20261102", "2026-11-02"}, {"dd-MMM-yyyy", "02-Nov-2026", "2026-11-02"},
		{"MMMM d, yyyy", "November 2, 2026", "2026-11-02"}, {"yyyy-MM-ddzzz", "2026-11-02-07:00", "2026-11-02"}, {"dd/MM/yy", "02/11/26", "2026-11-02"},
		{"yyyy-MM-dd HH:mm:ss", "2026-11-02 23:59:59.123", "2026-11-02"}, {"M/d/yyyy h:mm:ss tt", "11/2/2026 9:05:00 PM", "2026-11-02"},
		{"yyyy'T'MM'T'dd", "2026T11T02", "2026-11-02"}, {"yyyy年MM月dd日", "2026年11月02日", "2026-11-02"}, {"rfc3339", "2026-11-02 01:00:00", "2026-11-02"},
		{"rfc3339", "2026-11-02T23:59:59.9999999-11:00", "2026-11-02"}, {"dddd dd.MM.yyyy", "Monday 02.11.2026", "2026-11-02"},
	} {
		got, err := newDates(Spec{DateFormats: []string{tt.format}}).parse(tt.text, "")
		if err != nil || got != worker.Date(tt.want) {
			t.Errorf("%s: got %q, %v", tt.format, got, err)
		}
	}
	for _, format := range []string{"", "yyyy", "2006-01-02", "dd.mm.yyyy", "yyyy-MM-dd'x'", "yyyy-MM-dd'T", "yyyy_MM_dd", "iso", "Jan 2 2006"} {
		if layout, err := ParseDateFormat(format); err == nil {
			t.Errorf("%q: got the layout %q, expected an error", format, layout)
		}
	}
}

// A year of two digits is the same here and in expressions, or no date at all.
func TestYearsOfTwoDigits(t *testing.T) {
	for year := range 100 {
		text := fmt.Sprintf("29.02.%02d", year)
		if year%4 != 0 {
			text = fmt.Sprintf("01.03.%02d", year)
		}
		got, err := newDates(Spec{DateFormats: []string{"dd.MM.yy"}}).parse(text, "")
		if year >= 50 && year <= 68 {
			want := fmt.Sprintf("found %q, whose year of two digits may be 19%02d or 20%02d", text, year, year)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %q, %v, expected %q", text, got, err, want)
			}
			continue
		}
		e, bad := expression.Compile(fmt.Sprintf(`FormatDateTime("%s", , "dd.MM.yy", "yyyy-MM-dd")`, text), expression.Options{})
		if bad != nil {
			t.Fatal(bad)
		}
		want, bad := e.Eval(&expression.Env{})
		if err != nil || bad != nil || string(got) != want.Text() {
			t.Errorf("%s: got %q, %v, and %q, %v of the expression", text, got, err, want, bad)
		}
	}
}

func TestSensitive(t *testing.T) {
	for _, column := range strings.Split("SSN,emp_ssn,SSNNumber,NationalID,National Id,Social Security No.,BirthDate,date_of_birth,Geburtsdatum,Date de naissance,Fecha de nacimiento,DOB,"+
		"Salary,BaseSalary,Gehalt,Salário,IBAN,Bank Account,bankverbindung,TaxID,Steuer-ID,Steuernummer,PassportNumber,Reisepass Nr,Health Insurance,Krankenkasse,Religion,Konfession,Ethnicity,Race,"+
		"Disability,MaritalStatus,person.birthDate,Födelsedatum,Fødselsnummer,Personnummer,PESEL,BSN,Código Fiscal,Numéro de "+
		"sécurité sociale,Password,Driver's License,Trade Union,SexualOrientation,Führerschein,pay_rate,"+
		"Birthday,Country of Birth,HispanicLatino,CitizenDesc,MaritalDesc,PerformanceScore,TermReason,Termination "+
		"Reason,Abgangsgrund,Motif de départ,Motivo de la baja,Reden uit dienst,Motivo cessazione,Grund der Kündigung,"+
		"Nationality,Nationalität,Nationalité,Nacionalidad,Nationaliteit,Cittadinanza,Statsborgerskap,Obywatelstwo,"+
		"HomeAddress,Home Street,home_postal_code,Privatadresse,Wohnanschrift,Adresse personnelle,Dirección particular,Woonadres,Domicilio,"+
		"Bruttolohn,Entgeltgruppe,Salaire brut,salairebrut,Brutoloon,Retribuzione lorda,Bankrekening,"+
		"Coordonnées bancaires,Nº cuenta bancaria,RIB,"+
		"Maladie,Enfermedad,Gezondheid,Ziekte,Salud,Saúde,Sick Days,Krankmeldung,Mutterschutz,Vakbond,Sindacato,Afiliación sindical,"+
		"Situation familiale,Burgerlijke staat,Stato civile,Etnia,Godsdienst,Mitarbeiterbeurteilung,Evaluación del desempeño,Beoordeling 2026,"+
		"Kündigungsgrund,Staatsangehörigkeit,Visa Type,EmergencyContactPhone", ",") {
		if !Sensitive(column) {
			t.Errorf("%s is let in", column)
		}
	}
	for _, column := range strings.Split("WorkerID,BusinessName,ClassName,Business Unit,GenderPronoun,CostCenter,Company,Location,JobTitle,StreetAddress,City,CountryCode,OfficePhone,ZipCode,PinCode,"+
		"Custom01,Personalnummer,PersonnelNumber,PayrollNumber,PayGroup,Division,Department,Trace,Terrace,Syntax,Taxi,Steuerung,Longitude,Lon,Colonna,HireDate,Email,Mobile,Manager,Building,Grade,Bankside,"+
		"Saludo,Salutation,International,NationalAccounts,Entity,Motif,Reden,Reason,Kategorie,Standort,Adresse,Address,Privat,Domain", ",") {
		if Sensitive(column) {
			t.Errorf("%s is left out", column)
		}
	}
}

func TestQuote(t *testing.T) {
	for text, want := range map[string]string{"a\"b": `"a\"b"`, "": `""`, strings.Repeat("ü", 60): `"` + strings.Repeat("ü", 60) + `"`, strings.Repeat("ü", 61): `"` + strings.Repeat("ü", 60) + `"…`} {
		if got := Quote(text); got != want {
			t.Errorf("got %s, expected %s", got, want)
		}
	}
}
