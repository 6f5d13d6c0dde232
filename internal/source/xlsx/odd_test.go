// SPDX-License-Identifier: MPL-2.0

package xlsx

import (
	"archive/zip"
	"bytes"
	"context"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/location"
)

// TestOddWorkbooks: what spreadsheets do to end dates, flags and columns that decide does not reach anybody.
func TestOddWorkbooks(t *testing.T) {
	in := func(b string) string { return `<c r="B2" ` + b + `</c>` }
	ends := source.Spec{Fields: source.Fields{"worker_id": "id", "termination_date": "n"}}
	book1904 := strings.Replace(workbookXML, "<sheets>", `<workbookPr date1904="1"/><sheets>`, 1)
	for name, c := range map[string]Config{"1900": book(t, cells(in(`s="1"><f>C2</f><v>0</v>`))),
		"1904": book(t, cells(in(`s="1"><f>C2</f><v>0</v>`)), "xl/workbook.xml", book1904)} {
		got, err := Read(context.Background(), c, ends, now)
		if err != nil || got.Workers["W1"].TerminationDate != "" || len(got.Workers["W1"].Problems) > 0 {
			t.Errorf("%s: a formula that refers to an empty cell: got %+v, %v", name, got, err)
		}
	}
	for _, tt := range []struct {
		name, sheet string
		spec        source.Spec
		want        string
	}{
		{"a truth value that is none", cells(in(`t="b"><v>x</v>`)), tiny, `cell B2: found "x" as a truth value, expected 0 or 1`},
		{"hidden column of the primary record", strings.Replace(cells(in(`t="b"><v>1</v>`)), "<sheetData>",
			`<cols><col min="2" max="2" hidden="1"/></cols><sheetData>`, 1),
			source.Spec{Fields: source.Fields{"worker_id": "id"}, Attributes: []string{}, PrimaryColumn: "n"}, `found hidden columns, B "n"`},
		{"formula that was never calculated", cells(in(`><f>B9</f><v></v>`)), tiny, "found a formula without a stored value"},
		{"lookup without a match", cells(in(`t="e"><f>VLOOKUP(1,2,3)</f><v>#N/A</v>`)), tiny, "found the error #N/A"},
	} {
		if _, err := Read(context.Background(), book(t, tt.sheet), tt.spec, now); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, expected %q", tt.name, err, tt.want)
		}
	}
}

// TestPartTwice: of two sheets of one name in the archive, programs read different ones.
func TestPartTwice(t *testing.T) {
	content := book(t, cells("")).Location.Content
	old, err := zip.NewReader(strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range old.File {
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	f, err := w.Create("XL/worksheets/Sheet1.xml")
	if err == nil {
		_, err = f.Write([]byte(cells("")))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = Read(context.Background(), Config{Location: location.Config{Content: b.String()}}, tiny, now)
	if err == nil || !strings.Contains(err.Error(), `found the part "xl/worksheets/sheet1.xml" twice`) {
		t.Errorf("got %v", err)
	}
}
