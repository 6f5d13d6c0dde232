// SPDX-License-Identifier: MPL-2.0

package xlsx

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/location"
)

// staff makes a workbook with another library: two lines of title, the header in row
// 4, workers, and what change adds.
func staff(t testing.TB, change func(f *excelize.File)) Config {
	t.Helper()
	f := excelize.NewFile()
	rows := [][]any{
		{"Staff, as of 22 November 2026"}, nil, nil,
		{"Pers. No.", "First\nName", "Hire Date", "Leaver?", "Manager", "Salary", "Text Date"},
		{4711, "Ada", time.Date(2020, 1, 31, 0, 0, 0, 0, time.UTC), false, nil, 1000, "31.01.2020"},
		{"004712", " Bo ", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), true, 4711, 2000, "29.02.2024"},
	}
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	padded := "000000"
	zeros, err := f.NewStyle(&excelize.Style{CustomNumFmt: &padded})
	if err != nil {
		t.Fatal(err)
	}
	date, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		cell  string
		style int
	}{{"A5", zeros}, {"E6", zeros}, {"C5", date}, {"C6", date}} {
		if err := f.SetCellStyle("Sheet1", c.cell, c.cell, c.style); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(f)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return Config{Location: location.Config{Content: b.String()}}
}

var staffSpec = source.Spec{Fields: source.Fields{"worker_id": "Pers. No.", "hire_date": "Hire Date", "manager_id": "Manager"}, DateFormats: []string{"dd.MM.yyyy"}}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestStaff(t *testing.T) {
	got, err := Read(context.Background(), staff(t, nil), staffSpec, now)
	must(t, err)
	doc, err := got.Workers.Marshal()
	must(t, err)
	want := `{"004711":{"worker_id":"004711","status":null,"worker_type":null,"hire_date":"2020-01-31","termination_date":null,"last_day_of_work":null,"on_leave":null,"manager_id":null,"time_zone":null,"attributes":{"First Name":"Ada","Leaver?":"false","Text Date":"31.01.2020"}},` +
		`"004712":{"worker_id":"004712","status":null,"worker_type":null,"hire_date":"2024-02-29","termination_date":null,"last_day_of_work":null,"on_leave":null,"manager_id":"004711","time_zone":null,"attributes":{"First Name":"Bo","Leaver?":"true","Text Date":"29.02.2024"}}}`
	if doc != want || !slices.Equal(got.LeftOut, []string{"Salary"}) || len(got.Warnings) > 0 {
		t.Errorf("got %s, left out %q, warnings %q, want %s", doc, got.LeftOut, got.Warnings, want)
	}
}

func TestSheets(t *testing.T) {
	two := func(f *excelize.File) {
		_, err := f.NewSheet("Zweites Blatt")
		must(t, err)
		must(t, f.SetSheetRow("Zweites Blatt", "B1", &[]any{"Pers. No.", "Hire Date", "Manager"}))
		must(t, f.SetSheetRow("Zweites Blatt", "B2", &[]any{"X1", nil, nil}))
	}
	hide := func(f *excelize.File) {
		two(f)
		must(t, f.SetSheetVisible("Zweites Blatt", false))
	}
	for _, tt := range []struct {
		name   string
		change func(*excelize.File)
		sheet  string
		number int
		want   string // a worker, or the error
	}{
		{"the only one", nil, "", 0, "004711"},
		{"the only visible one", hide, "", 0, "004711"},
		{"by name", two, "Zweites Blatt", 0, "X1"},
		{"by number", two, "", 2, "X1"},
		{"hidden by name", hide, "Zweites Blatt", 0, "X1"},
		{"neither", two, "", 0, `found 2 sheets, expected sheet to name the one to read: "Sheet1", "Zweites Blatt"`},
		{"wrong name", hide, "sheet1", 0, `no sheet "sheet1", expected one of "Sheet1", "Zweites Blatt" (hidden)`},
		{"wrong number", two, "", 3, `found 3, expected 1 to 2`},
		{"both", two, "Sheet1", 1, `found both sheet and sheet_number`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := staff(t, tt.change)
			c.Sheet, c.SheetNumber = tt.sheet, tt.number
			got, err := Read(context.Background(), c, staffSpec, now)
			if err != nil && !strings.Contains(err.Error(), tt.want) || err == nil && got.Workers[tt.want] == nil {
				t.Errorf("got %+v, %v, want %s", got, err, tt.want)
			}
		})
	}
}

func TestHeader(t *testing.T) {
	c := staff(t, nil)
	c.HeaderRow = 4
	if got, err := Read(context.Background(), c, staffSpec, now); err != nil || len(got.Workers) != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
	c.HeaderRow = 1
	refused(t, c, staffSpec, `sheet "Sheet1"`, `no column "Pers. No."`, `"Staff, as of 22 November 2026"`)
	c.HeaderRow = 2
	refused(t, c, staffSpec, "header_row: found no values in row 2")
	c.HeaderRow = -1
	refused(t, c, staffSpec, "header_row: found -1")
	refused(t, staff(t, nil), tiny, `no row among the first 100 with the column "id"`, `row 1 has "Staff, as of 22 November 2026"`)
	refused(t, book(t, data(`<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3"><f>A1</f></c></row>`)), tiny, "cell B3", "without a stored value")
	refused(t, staff(t, func(f *excelize.File) { must(t, f.SetCellValue("Sheet1", "B4", "hire date ")) }), staffSpec, "differs only by case")
	refused(t, staff(t, func(f *excelize.File) { must(t, f.SetCellValue("Sheet1", "C4", "Hired")) }), staffSpec, `no column "Hire Date"`)
	refused(t, book(t, data("")), tiny, "found no rows")
	refused(t, book(t, data(`<row r="1"><c r="A1" t="s"><v>0</v></c></row>`)), tiny, "found no records")
}

func TestHiddenAndMerged(t *testing.T) {
	row := func(f *excelize.File) { must(t, f.SetRowVisible("Sheet1", 6, false)) }
	column := func(f *excelize.File) { must(t, f.SetColVisible("Sheet1", "B", false)) }
	salary := func(f *excelize.File) { must(t, f.SetColVisible("Sheet1", "F:J", false)) }
	merged := func(from, to string) func(*excelize.File) {
		return func(f *excelize.File) { must(t, f.MergeCell("Sheet1", from, to)) }
	}
	for _, tt := range []struct {
		name   string
		change func(*excelize.File)
		hidden string
		want   []string // parts of the document and warnings, or of the error
	}{
		{"row refused", row, "", []string{"found 1 hidden rows, the first is row 6", "filter"}},
		{"row included", row, IncludeHidden, []string{`"004712"`}},
		{"row skipped", row, SkipHidden, []string{`{"004711"`, "they were left out"}},
		{"column refused", column, RefuseHidden, []string{`hidden columns, B "First Name"`}},
		{"column included", column, IncludeHidden, []string{`"First Name":"Ada"`}},
		{"column skipped", column, SkipHidden, []string{`"attributes":{"Leaver?":"false"`}},
		{"columns that are not read", salary, "", []string{`G "Text Date"`}},
		{"wrong word", row, "ignore", []string{`hidden: found "ignore"`}},
		{"merged below the header", merged("B5", "B6"), "", []string{`column "First Name": the cells B5:B6 are merged`}},
		{"merged over columns", merged("B4", "C4"), "", []string{"the cells B4:C4 are merged"}},
		{"merged title", merged("A1", "G2"), "", []string{`"004712"`}},
		{"merged in a column that is not read", merged("F5", "F6"), "", []string{`"004712"`}},
		{"merged outside", merged("K5", "L6"), "", []string{`"004712"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := staff(t, tt.change)
			c.Hidden = tt.hidden
			got, err := Read(context.Background(), c, staffSpec, now)
			text := ""
			if err != nil {
				text = err.Error()
			} else {
				doc, err := got.Workers.Marshal()
				must(t, err)
				text = doc + strings.Join(got.Warnings, " ")
			}
			for _, want := range tt.want {
				if !strings.Contains(text, want) {
					t.Errorf("got %s, want %q in it", text, want)
				}
			}
		})
	}
}

func TestTrailer(t *testing.T) {
	total := func(text any) func(*excelize.File) {
		return func(f *excelize.File) {
			must(t, f.SetCellValue("Sheet1", "B8", text))
			must(t, f.SetCellValue("Sheet1", "B9", "  "))
		}
	}
	for _, tt := range []struct {
		name, trailer string
		change        func(*excelize.File)
		want          string // "" for 2 workers
	}{
		{"count", `^Total: (\d+)$`, total("Total: 2"), ""},
		{"named count", `^(Total|Sum): (?P<count>\d+)$`, total("Sum: 2"), ""},
		{"number", `^\d+$`, total(2), ""},
		{"count that lies", `^Total: (\d+)$`, total("Total: 3"), "trailer (row 8): found 2 records, expected 3"},
		{"missing", `^Total: (\d+)$`, nil, `found "004712" in row 6 as the last row`},
		{"no number", `^Total: (.*)$`, total("Total: x"), `found "x" as the number`},
		{"not configured", "", total("Total: 2"), "found no worker id"},
		{"broken", "(", nil, "trailer: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := staff(t, tt.change)
			c.Trailer = tt.trailer
			got, err := Read(context.Background(), c, staffSpec, now)
			switch {
			case tt.want == "" && (err != nil || len(got.Workers) != 2):
				t.Errorf("got %+v, %v", got, err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestValuesWithoutColumn(t *testing.T) {
	got, err := Read(context.Background(), staff(t, func(f *excelize.File) {
		must(t, f.SetCellValue("Sheet1", "Z5", "note"))
	}), staffSpec, now)
	if err != nil || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "1 value is in no column") {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestAgainstAnotherLibrary reads cells as that library shows them, for all that a cell
// can hold and mean the same to both.
func TestAgainstAnotherLibrary(t *testing.T) {
	f := excelize.NewFile()
	values := []any{"text", " blank ", "", "ümlaut & <tag> \"quote\"", "line\nbreak", "_x0041_", 0, 1, -17, 123456789012345, 0.1, 1234.56, 1e-3, 99.999, int64(4711), float32(2.5), "007"}
	must(t, f.SetSheetRow("Sheet1", "A1", &[]any{"id", "n"}))
	for i, v := range values {
		must(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+2), &[]any{fmt.Sprintf("W%d", i), v}))
	}
	var b bytes.Buffer
	must(t, f.Write(&b))
	s := tiny
	s.KeepSpace = true
	got, err := Read(context.Background(), Config{Location: location.Config{Content: b.String()}}, s, now)
	must(t, err)
	other, err := excelize.OpenReader(&b)
	must(t, err)
	for i, v := range values {
		want, err := other.GetCellValue("Sheet1", fmt.Sprintf("B%d", i+2))
		must(t, err)
		if text := got.Workers[fmt.Sprintf("W%d", i)].Attributes["n"].Text(); text != want {
			t.Errorf("%v: got %q, want %q", v, text, want)
		}
	}
}

// big makes a workbook of n workers and 24 columns.
func big(t testing.TB, n int) string {
	t.Helper()
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	must(t, err)
	date, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	must(t, err)
	row := make([]any, 24)
	for c := range row {
		row[c] = fmt.Sprintf("c%02d", c)
	}
	row[0], row[1], row[2] = "id", "hire_date", "manager_id"
	must(t, w.SetRow("A1", row))
	for i := range n {
		row[0] = fmt.Sprintf("%06d", i)
		row[1] = excelize.Cell{StyleID: date, Value: 36526 + i%9000}
		row[2] = fmt.Sprintf("%06d", (i+1)%n)
		for c := 3; c < len(row); c++ {
			switch {
			case c%5 == 4:
				row[c] = nil
			case c%3 == 0:
				row[c] = (i * c) % 997
			default:
				row[c] = fmt.Sprintf("Value %d", (i*c)%97)
			}
		}
		must(t, w.SetRow(fmt.Sprintf("A%d", i+2), row))
	}
	must(t, w.Flush())
	var b bytes.Buffer
	must(t, f.Write(&b))
	return b.String()
}

// BenchmarkRead reads workers of 24 columns each and, beside it, the texts of the
// same cells with another library. live-MB is what the population keeps.
func BenchmarkRead(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		text := big(b, n)
		b.Run(fmt.Sprintf("workers=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			for b.Loop() {
				got, err := Read(context.Background(), Config{Location: location.Config{Content: text}}, tiny, now)
				if err != nil || got.Records != n {
					b.Fatal(err)
				}
				b.StopTimer()
				runtime.GC()
				runtime.ReadMemStats(&after)
				runtime.KeepAlive(got)
				b.StartTimer()
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "live-MB")
		})
		b.Run(fmt.Sprintf("texts-by-excelize=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f, err := excelize.OpenReader(strings.NewReader(text))
				must(b, err)
				rows, err := f.Rows("Sheet1")
				must(b, err)
				count := 0
				for ; rows.Next(); count++ {
					_, err := rows.Columns()
					must(b, err)
				}
				if count != n+1 {
					b.Fatal(count)
				}
			}
		})
	}
}

// TestOtherLibraryEndsEarly holds why sheets are not read by excelize: it takes
// the part of a sheet for the whole, which would make leavers of the others.
func TestOtherLibraryEndsEarly(t *testing.T) {
	whole := excelize.NewFile()
	for row, texts := range [][]any{{"id"}, {"W1"}, {"W2"}, {"W3"}} {
		must(t, whole.SetSheetRow("Sheet1", fmt.Sprintf("A%d", row+1), &texts))
	}
	var packed bytes.Buffer
	must(t, whole.Write(&packed))
	parts, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	must(t, err)
	var pairs []string
	for _, part := range parts.File {
		r, err := part.Open()
		must(t, err)
		text, err := io.ReadAll(r)
		must(t, err)
		if strings.HasSuffix(part.Name, "sheet1.xml") {
			text = text[:bytes.Index(text, []byte(`r="A3"`))]
		}
		pairs = append(pairs, part.Name, string(text))
	}
	cut := archive(t, pairs...)
	refused(t, Config{Location: location.Config{Content: cut}}, tiny, "the part ends in the middle")
	f, err := excelize.OpenReader(strings.NewReader(cut))
	must(t, err)
	defer f.Close()
	iterator, err := f.Rows("Sheet1")
	must(t, err)
	count := 0
	for iterator.Next() {
		_, err := iterator.Columns()
		must(t, err)
		count++
	}
	if must(t, iterator.Error()); count < 2 {
		t.Errorf("found %d rows, expected those before the cut, and no error", count)
	}
}
