// SPDX-License-Identifier: MPL-2.0

package xlsx

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/location"
	"terraform-provider-workforce/internal/source/sourcetest"
)

var (
	now  = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	tiny = source.Spec{Fields: source.Fields{"worker_id": "id"}}
)

// The parts of a workbook with one sheet, as Excel writes them but shorter.
const (
	rootRels     = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	workbookRels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="/xl/worksheets/sheet2.xml"/>` +
		`<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/>` +
		`<Relationship Id="rId4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>` +
		`<Relationship Id="rId5" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/chartsheet" Target="chartsheets/sheet1.xml"/></Relationships>`
	workbookXML = `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="R &amp; D &quot;staff&quot;" sheetId="1" r:id="rId1"/><sheet name="Old" sheetId="2" state="hidden" r:id="rId2"/><sheet name="Chart" sheetId="3" r:id="rId5"/></sheets></workbook>`
	stringsXML  = `<sst><si><t>id</t></si><si><t>n</t></si><si><t xml:space="preserve"> A &lt;B&gt; </t></si><si><r><t>ri</t></r><r><t>ch</t></r><rPh><t>no</t></rPh></si><si><t>a_x000D_b_x005F_c_xZZ</t></si></sst>`
	stylesXML   = `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="000000"/><numFmt numFmtId="165" formatCode="dd\.mm\.yyyy"/><numFmt numFmtId="166" formatCode="&quot;P-&quot;0000"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>` +
		`<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="3"/><xf numFmtId="22"/><xf numFmtId="20"/><xf numFmtId="46"/></cellXfs></styleSheet>`
)

// archive packs parts; pairs are name and content.
func archive(t testing.TB, pairs ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		f, err := w.Create(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(pairs[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// book packs a workbook whose sheet has the given content; changes replace parts.
func book(t testing.TB, sheet string, changes ...string) Config {
	t.Helper()
	parts := []string{"_rels/.rels", rootRels, "xl/workbook.xml", workbookXML, "xl/_rels/workbook.xml.rels", workbookRels, "xl/sharedStrings.xml", stringsXML, "xl/styles.xml", stylesXML,
		"xl/worksheets/sheet1.xml", sheet, "xl/worksheets/sheet2.xml", data(`<row r="1"><c t="inlineStr"><is><t>id</t></is></c></row><row r="2"><c t="inlineStr"><is><t>old</t></is></c></row>`)}
	for i := 0; i < len(changes); i += 2 {
		for j := 0; j < len(parts); j += 2 {
			if parts[j] == changes[i] {
				parts[j+1] = changes[i+1]
			}
		}
	}
	return Config{Location: location.Config{Content: archive(t, parts...)}}
}

func data(rows string) string {
	return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + rows + `</sheetData></worksheet>`
}

// cells makes a sheet with the header id, n and one worker whose n is the cell.
func cells(cell string) string {
	return data(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>W1</t></is></c>` + cell + `</row>`)
}

// TestCells reads what a cell may hold.
func TestCells(t *testing.T) {
	for _, tt := range []struct{ name, cell, want string }{
		{"shared text", `<c r="B2" t="s"><v>2</v></c>`, "A <B>"},
		{"rich text", `<c r="B2" t="s"><v>3</v></c>`, "rich"},
		{"escapes", `<c r="B2" t="s"><v>4</v></c>`, "a\rb_c_xZZ"},
		{"text in the cell", `<c r="B2" t="inlineStr"><is><r><t>a&amp;</t></r><r><t><![CDATA[b<]]></t></r></is></c>`, "a&b<"},
		{"no reference", `<c t="inlineStr"><is><t>x</t></is></c>`, "x"},
		{"prefix", `<x:c xmlns:x="u" r="B2" t="inlineStr"><x:is><x:t>x</x:t></x:is></x:c>`, "x"},
		{"text of a formula", `<c r="B2" t="str"><f>A1&amp;"x"</f><v>idx</v></c>`, "idx"},
		{"empty text of a formula", `<c r="B2" t="str"><f>""</f><v></v></c>`, ""},
		{"value of a formula", `<c r="B2"><f>1+1</f><v>2</v></c>`, "2"},
		{"true", `<c r="B2" t="b"><v>1</v></c>`, "true"},
		{"false", `<c r="B2" t="b"><v>0</v></c>`, "false"},
		{"number", `<c r="B2"><v>4711</v></c>`, "4711"},
		{"number with a point", `<c r="B2" t="n"><v>4711.0</v></c>`, "4711"},
		{"number with an exponent", `<c r="B2"><v>1.0E+5</v></c>`, "100000"},
		{"number with thousands", `<c r="B2" s="5"><v>1234567</v></c>`, "1234567"},
		{"noise of floating point", `<c r="B2"><v>0.10000000000000001</v></c>`, "0.1"},
		{"more noise", `<c r="B2"><v>1234.5599999999999</v></c>`, "1234.56"},
		{"small", `<c r="B2"><v>1E-3</v></c>`, "0.001"},
		{"negative", `<c r="B2" s="2"><v>-5</v></c>`, "-5"},
		{"negative zero", `<c r="B2"><v>-0</v></c>`, "0"},
		{"leading zeros", `<c r="B2" s="2"><v>4711</v></c>`, "004711"},
		{"leading zeros that do not fit", `<c r="B2" s="2"><v>12345678</v></c>`, "12345678"},
		{"prefix of a format", `<c r="B2" s="4"><v>12</v></c>`, "P-0012"},
		{"date", `<c r="B2" s="1"><v>45352</v></c>`, "2024-03-01"},
		{"date with a format of its own", `<c r="B2" s="3"><v>45351</v></c>`, "2024-02-29"},
		{"date and time", `<c r="B2" s="6"><v>45352.75</v></c>`, "2024-03-01T18:00:00"},
		{"date with the time of midnight", `<c r="B2" s="6"><v>45352</v></c>`, "2024-03-01"},
		{"almost midnight", `<c r="B2" s="6"><v>45351.999999999</v></c>`, "2024-03-01"},
		{"time", `<c r="B2" s="7"><v>0.5</v></c>`, "12:00:00"},
		{"duration", `<c r="B2" s="8"><v>1.5</v></c>`, "1.5"},
		{"first day", `<c r="B2" s="1"><v>1</v></c>`, "1900-01-01"},
		{"last day before the leap day that was none", `<c r="B2" s="1"><v>59</v></c>`, "1900-02-28"},
		{"first day after it", `<c r="B2" s="1"><v>61</v></c>`, "1900-03-01"},
		{"last day", `<c r="B2" s="1"><v>2958465</v></c>`, "9999-12-31"},
		{"day 0", `<c r="B2" s="1"><v>0</v></c>`, "0000-00-00"},
		{"date by ISO 8601", `<c r="B2" s="1" t="d"><v>2024-03-01</v></c>`, "2024-03-01"},
		{"style that is missing", `<c r="B2" s="99"><v>1</v></c>`, "1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(context.Background(), book(t, cells(tt.cell)), tiny, now)
			if err != nil {
				t.Fatal(err)
			}
			if text := got.Workers["W1"].Attributes["n"].Text(); text != tt.want {
				t.Errorf("got %q, want %q", text, tt.want)
			}
		})
	}
}

func TestDatesFrom1904(t *testing.T) {
	book1904 := strings.Replace(workbookXML, "<sheets>", `<workbookPr date1904="1"/><sheets>`, 1)
	for serial, want := range map[string]string{"0": "0000-00-00", "1": "1904-01-02", "0.5": "1904-01-01T12:00:00",
		"43890": "2024-03-01", "60": "1904-03-01", "2957003": "9999-12-31"} {
		got, err := Read(context.Background(), book(t, cells(`<c r="B2" s="1"><v>`+serial+`</v></c>`), "xl/workbook.xml", book1904), tiny, now)
		if err != nil || got.Workers["W1"].Attributes["n"].Text() != want {
			t.Errorf("%s: got %+v, %v, want %s", serial, got, err, want)
		}
	}
}

func TestFormats(t *testing.T) {
	for code, want := range map[string]format{
		"General": {}, "general": {}, "0": {}, "#,##0.00": {}, "0.00E+00": {}, "@": {}, `0" people"`: {zeros: 1, suffix: " people"},
		"yyyy-mm-dd": {date: true}, "[$-407]d. mmmm yyyy;@": {date: true}, "m/d/yyyy h:mm AM/PM": {date: true, clock: true}, "hh:mm:ss": {clock: true}, "mm:ss": {clock: true},
		"[h]:mm:ss": {}, "[mm]:ss": {}, `"day "0`: {zeros: 1, prefix: "day "}, "[Red]000": {zeros: 3}, "00-00": {}, "0000;-0000": {zeros: 4},
		`\E00000`: {zeros: 5, prefix: "E"}, "mmm yy": {date: true}, "yyyy\\年": {date: true}, "\"unclosed": {}, "[unclosed": {}, `00"`: {zeros: 2}, "": {},
	} {
		if got := parseFormat(code); got != want {
			t.Errorf("%q: got %+v, want %+v", code, got, want)
		}
	}
}

func TestRefusedCells(t *testing.T) {
	for _, tt := range []struct {
		name, cell string
		want       []string
	}{
		{"error", `<c r="B2" t="e"><f>VLOOKUP(1,A:A,1)</f><v>#N/A</v></c>`, []string{`row 2, column "n"`, "cell B2: found the error #N/A"}},
		{"formula without value", `<c r="B2"><f>1+1</f></c>`, []string{"cell B2: found a formula without a stored value", "calculate"}},
		{"formula with an empty value", `<c r="B2"><f>1+1</f><v/></c>`, []string{"without a stored value"}},
		{"formula of text without value", `<c r="B2" t="str"><f>A1</f></c>`, []string{"without a stored value"}},
		{"sixteen digits", `<c r="B2"><v>1234567890123456</v></c>`, []string{"1234567890123456", "only 15 digits", "as text"}},
		{"day 60", `<c r="B2" s="1"><v>60</v></c>`, []string{"29 February 1900", "does not exist"}},
		{"day after the last", `<c r="B2" s="1"><v>2958466</v></c>`, []string{"found 2958466", "expected 0 to 2958465"}},
		{"day before the first", `<c r="B2" s="1"><v>-1</v></c>`, []string{"found -1"}},
		{"no number", `<c r="B2"><v>x</v></c>`, []string{`found "x", expected a number`}},
		{"infinite", `<c r="B2"><v>1e999</v></c>`, []string{"expected a number"}},
		{"type that is unknown", `<c r="B2" t="q"><v>x</v></c>`, []string{`type "q"`}},
		{"text that is missing", `<c r="B2" t="s"><v>99</v></c>`, []string{"row 2", `text number "99" of 5`}},
		{"text number that is none", `<c r="B2" t="s"><v>-1</v></c>`, []string{`"-1"`}},
		{"cells out of order", `<c r="A2"><v>1</v></c>`, []string{`cell "A2"`, "in order"}},
		{"reference that is none", `<c r="2B"><v>1</v></c>`, []string{`cell "2B"`}},
		{"reference outside", `<c r="XFE2"><v>1</v></c>`, []string{`cell "XFE2"`}},
		{"entity that is unknown", `<c r="B2" t="str"><v>&x;</v></c>`, []string{"entity &x;", "damaged"}},
		{"elements crossed", `<c r="B2"><v>1</c></v>`, []string{"damaged"}},
		{"text without end", `<c r="B2" t="str"><v>` + strings.Repeat("x", maxText+1) + `</v></c>`, []string{"1048576 bytes"}},
		{"tag without end", `<c r="B2" t="` + strings.Repeat("x", maxText+2*buffer) + `"><v>1</v></c>`, []string{"1048576 bytes"}},
		{"depth", strings.Repeat("<x>", 100), []string{"64 levels"}},
		{"type declaration", `<!DOCTYPE x>`, []string{"DTD"}},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, book(t, cells(tt.cell)), tiny, tt.want...) })
	}
}

func refused(t *testing.T, c Config, s source.Spec, want ...string) {
	t.Helper()
	got, err := Read(context.Background(), c, s, now)
	if err == nil {
		t.Fatalf("got %+v, want an error with %q", got, want)
	}
	for _, text := range want {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %q in it", err, text)
		}
	}
	if len(err.Error()) > 3000 {
		t.Errorf("the error has %d bytes", len(err.Error()))
	}
}

// TestErrorsInColumnsThatAreNotRead stand in nobody's way.
func TestErrorsInColumnsThatAreNotRead(t *testing.T) {
	s := tiny
	s.Attributes = []string{}
	if _, err := Read(context.Background(), book(t, cells(`<c r="B2" t="e"><v>#REF!</v></c>`)), s, now); err != nil {
		t.Error(err)
	}
}

func TestRefusedFiles(t *testing.T) {
	good := book(t, cells(`<c r="B2"><v>1</v></c>`)).Location.Content
	at := func(content string) Config { return Config{Location: location.Config{Content: content}} }
	protected := excelize.NewFile()
	var encrypted bytes.Buffer
	if err := protected.Write(&encrypted, excelize.Options{Password: "secret"}); err != nil {
		t.Fatal(err)
	}
	zeros := strings.Repeat("\x00", 65<<20)
	for _, tt := range []struct {
		name   string
		config Config
		want   []string
	}{
		{"half", at(good[:len(good)/2]), []string{"cut off or damaged"}},
		{"password", at(encrypted.String()), []string{"protected by a password"}},
		{"xls", at("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)), []string{"(.xls)", "save it as an Excel workbook"}},
		{"web page", at("<html><table><tr><td>id</td></tr></table></html>"), []string{"HTML or XML", "workforce_hr_xml"}},
		{"csv", at("id,n\n1,x\n"), []string{`begins with "id,n\n1,x\n"`, "workforce_hr_csv"}},
		{"empty archive", at(archive(t)), []string{"empty or divided"}},
		{"another archive", at(archive(t, "a.txt", "x")), []string{"without a workbook"}},
		{"ods", at(archive(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<x/>")), []string{".ods"}},
		{"xlsb", at(archive(t, "_rels/.rels", strings.Replace(rootRels, "workbook.xml", "workbook.bin", 1), "xl/workbook.bin", "x")), []string{".xlsb"}},
		{"part that is missing", at(archive(t, "_rels/.rels", rootRels)), []string{"xl/_rels/workbook.xml.rels"}},
		{"no sheet", book(t, "", "xl/workbook.xml", "<workbook/>"), []string{"no worksheet"}},
		{"bomb in metadata", book(t, "", "xl/workbook.xml", zeros), []string{"xl/workbook.xml", "unpacks to more than 67108864 bytes"}},
		{"sheet cut off", book(t, strings.TrimSuffix(cells(""), "</sheetData></worksheet>")), []string{"ends in the middle"}},
		{"sheet cut off in a tag", book(t, cells("")[:200]), []string{"ends in the middle"}},
		{"empty part", book(t, ""), []string{"ends in the middle"}},
		{"two roots", book(t, cells("")+cells("")), []string{"second root"}},
		{"row numbers go back", book(t, data(`<row r="2"><c r="A2" t="s"><v>0</v></c></row><row r="1"/>`)), []string{`row number "1" after row 2`}},
		{"row number too large", book(t, data(`<row r="1048577"/>`)), []string{`row number "1048577"`}},
		{"merged backwards", book(t, strings.Replace(cells(""), "</sheetData>", `</sheetData><mergeCells><mergeCell ref="C3:A3"/></mergeCells>`, 1)), []string{`merged cells "C3:A3"`}},
		{"merged nonsense", book(t, strings.Replace(cells(""), "</sheetData>", `</sheetData><mergeCells><mergeCell ref="A1:?"/></mergeCells>`, 1)), []string{`merged cells "A1:?"`}},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.config, tiny, tt.want...) })
	}
}

// TestBombs unpack to more than they say, or are all one text.
func TestBombs(t *testing.T) {
	content := book(t, cells(`<c r="B2" t="str"><v>`+strings.Repeat("x", 8<<20)+`</v></c>`)).Location.Content
	if len(content) > 64<<10 {
		t.Fatalf("the bomb has %d bytes", len(content))
	}
	refused(t, Config{Location: location.Config{Content: content}}, tiny, "1048576 bytes")
	many := "<sst>" + strings.Repeat("<si/>", maxStringBytes/textCost+1) + "</sst>"
	texts := book(t, cells(`<c r="B2"><v>1</v></c>`), "xl/sharedStrings.xml", many).Location.Content
	if len(texts) > 128<<10 {
		t.Fatalf("the bomb has %d bytes", len(texts))
	}
	refused(t, Config{Location: location.Config{Content: texts}}, tiny, "xl/sharedStrings.xml")
	l := &limited{ctx: context.Background(), r: strings.NewReader(strings.Repeat("x", 100)), limit: 50, name: "p"}
	buf := make([]byte, 200)
	if _, err := l.Read(buf); err == nil || !strings.Contains(err.Error(), "more than 50 bytes") {
		t.Errorf("got %v", err)
	}
}

func TestDamagedBytesAreFound(t *testing.T) {
	content := []byte(book(t, cells(`<c r="B2"><v>1</v></c>`)).Location.Content)
	for at := 0; at < len(content); at += 29 {
		damaged := bytes.Clone(content)
		damaged[at] ^= 0x55
		got, err := Read(context.Background(), Config{Location: location.Config{Content: string(damaged)}}, tiny, now)
		if err == nil && (len(got.Workers) != 1 || got.Workers["W1"] == nil || got.Workers["W1"].Attributes["n"].Text() != "1") {
			t.Errorf("byte %d: got %+v", at, got)
		}
	}
}

// FuzzSheet holds that a hostile sheet ends in workers or an error.
func FuzzSheet(f *testing.F) {
	for _, seed := range []string{cells(`<c r="B2"><v>1</v></c>`), data(""), "<a><![CDATA[", "<a b='>'/>", "<!-- -->", "\xff\xfe<\x00a\x00/\x00>\x00", `<worksheet><cols><col min="1" max="99999999" hidden="1"/></cols></worksheet>`,
		strings.Replace(cells(""), "</sheetData>", `</sheetData><mergeCells><mergeCell ref="A2:B9"/></mergeCells>`, 1)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sheet string) {
		got, err := Read(context.Background(), book(t, sheet), tiny, now)
		sourcetest.Whole(t, got, err)
	})
}

// FuzzBook holds the same of the other parts of a workbook.
func FuzzBook(f *testing.F) {
	f.Add(workbookXML, workbookRels, stringsXML, stylesXML)
	f.Add(strings.Replace(workbookXML, "<workbook", `<workbook date1904="1"`, 1), workbookRels, "<sst><si><t>", "<styleSheet><numFmts>")
	sheet := data(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>` +
		`<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" s="1"><v>45000</v></c><c r="C2" s="5"><v>1.5</v></c></row>`)
	f.Fuzz(func(t *testing.T, workbook, rels, shared, styles string) {
		c := book(t, sheet, "xl/workbook.xml", workbook, "xl/_rels/workbook.xml.rels", rels, "xl/sharedStrings.xml", shared, "xl/styles.xml", styles)
		got, err := Read(context.Background(), c, tiny, now)
		sourcetest.Whole(t, got, err)
	})
}

// FuzzArchive holds the same of the archive.
func FuzzArchive(f *testing.F) {
	f.Add([]byte(book(f, cells(`<c r="B2"><v>1</v></c>`)).Location.Content))
	f.Add([]byte("PK\x05\x06"))
	f.Add([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := Read(context.Background(), Config{Location: location.Config{Content: string(content)}}, tiny, now)
		sourcetest.Whole(t, got, err)
	})
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Read(ctx, book(t, cells("")), tiny, now); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("got %v", err)
	}
}

func ExampleRead() {
	_, err := Read(context.Background(), Config{Location: location.Config{Path: "staff.xls"}}, source.Spec{}, time.Now())
	fmt.Println(err)
	// Output: staff.xls: no such file (relative paths begin at the directory Terraform runs in: write "${path.module}/…" for files beside the configuration)
}
