// SPDX-License-Identifier: MPL-2.0

package csv

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/location"
	"terraform-provider-workforce/internal/source/sourcetest"
	"terraform-provider-workforce/internal/wording"
)

var (
	now     = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	english = source.Spec{Fields: source.Fields{"worker_id": "WorkerID", "status": "WorkerStatus", "worker_type": "WorkerType", "hire_date": "HireDate",
		"termination_date": "TerminationDate", "on_leave": "OnLeave", "manager_id": "ManagerID"}}
	german = source.Spec{Fields: source.Fields{"worker_id": "Personalnummer", "status": "Status", "worker_type": "Art", "hire_date": "Eintritt",
		"termination_date": "Austritt", "manager_id": "Vorgesetzter"}, DateFormats: []string{"dd.MM.yyyy"}}
	tiny = source.Spec{Fields: source.Fields{"worker_id": "id"}}
)

func read(c Config, s source.Spec) (*source.Result, error) {
	return Read(context.Background(), c, s, now)
}

func TestFiles(t *testing.T) {
	for _, tt := range []struct {
		config Config
		spec   source.Spec
		want   string // of one worker
	}{
		{Config{Location: location.Config{Path: "testdata/workers.csv"}}, english, `"W105":{"worker_id":"W105","status":"Terminated","worker_type":"Contractor","hire_date":"2015-06-15","termination_date":"2026-05-31","last_day_of_work":null,"on_leave":false,"manager_id":"W100","time_zone":null,"attributes":{"Department":"Engineering","FirstName":"Farid","LastName":"Haddad","Location":"Milan"}}`},
		{Config{Location: location.Config{Path: "testdata/workers-trailer.txt"}, Delimiter: "|", SkipRows: 2, Trailer: `^TRAILER\|(\d+)$`}, english, `"W101":{"worker_id":"W101","status":"Active","worker_type":"Employee","hire_date":"2011-02-15","termination_date":null,"last_day_of_work":null,"on_leave":false,"manager_id":"W100","time_zone":null,"attributes":{"Department":"Sales, Nordics","FirstName":"Bo","LastName":"Lindqvist","Location":"Oslo"}}`},
		{Config{Location: location.Config{Path: "testdata/personal-windows-1252.csv"}, Delimiter: ";", Encoding: "Windows-1252"}, german, `"004713":{"worker_id":"004713","status":"ausgeschieden","worker_type":"Extern","hire_date":"2020-09-15","termination_date":"2026-06-30","last_day_of_work":null,"on_leave":null,"manager_id":"004711","time_zone":null,"attributes":{"Bemerkung":"Vertrag:\nverlängert","Kostenstelle":null,"Nachname":"O\"Neill","Ort":"Dublin","Vorname":"Seán"}}`},
		{Config{Location: location.Config{Path: "testdata/personal-utf-8-bom.csv"}, Delimiter: ";"}, german, `"004712":{"worker_id":"004712","status":"aktiv","worker_type":"Angestellte","hire_date":"2024-02-29","termination_date":null,"last_day_of_work":null,"on_leave":null,"manager_id":"004711","time_zone":null,"attributes":{"Bemerkung":"Teilzeit; montags nicht im Büro","Kostenstelle":"4711-B","Nachname":"D'Angelo-Łukasiewicz","Ort":"Köln","Vorname":"Zoë"}}`},
		{Config{Location: location.Config{Path: "testdata/personal-utf-16le.csv"}, Delimiter: "tab"}, german, `"Vorname":"Ana María"`},
	} {
		got, err := read(tt.config, tt.spec)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		doc, err := got.Workers.Marshal()
		if err != nil || !strings.Contains(doc, tt.want) || len(got.Warnings) > 0 || len(got.LeftOut) != 1 {
			t.Errorf("%s: got %s, warnings %q, left out %q, %v", tt.config.Location.Path, doc, got.Warnings, got.LeftOut, err)
		}
	}
}

// TestEncodings reads one text in every encoding that has its characters.
func TestEncodings(t *testing.T) {
	text := "id,name\r\n1,Grüße\r\n"
	utf16Bytes := func(big bool) string {
		var b []byte
		for _, u := range utf16.Encode([]rune(text)) {
			if big {
				b = append(b, byte(u>>8), byte(u))
			} else {
				b = append(b, byte(u), byte(u>>8))
			}
		}
		return string(b)
	}
	latin, err := charmap.ISO8859_1.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	dos, err := charmap.CodePage850.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ encoding, content string }{
		{"", text}, {"UTF-8", text}, {"", "\ufeff" + text}, {"utf-8", "\ufeff" + text}, {"", "\xff\xfe" + utf16Bytes(false)}, {"utf-16", "\xfe\xff" + utf16Bytes(true)},
		{"utf-16le", utf16Bytes(false)}, {"utf-16be", utf16Bytes(true)}, {"UTF-16BE", "\xfe\xff" + utf16Bytes(true)}, {"latin1", latin}, {"iso-8859-15", latin}, {"windows-1252", latin}, {"cp850", dos},
	} {
		got, err := read(Config{Location: location.Config{Content: tt.content}, Encoding: tt.encoding}, tiny)
		if err != nil || got.Workers["1"].Attributes["name"].Text() != "Grüße" {
			t.Errorf("%s: got %+v, %v", tt.encoding, got, err)
		}
	}
	for _, name := range location.Encodings() {
		if got, err := read(Config{Location: location.Config{Content: wide(name, "id,n\n1,x\n")}, Encoding: name}, tiny); err != nil || len(got.Workers) != 1 {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

func wide(encoding, ascii string) string {
	switch encoding {
	case "utf-16le":
		return strings.Join(strings.Split(ascii, ""), "\x00") + "\x00"
	case "utf-16be":
		return "\x00" + strings.Join(strings.Split(ascii, ""), "\x00")
	}
	return ascii
}

func TestForms(t *testing.T) {
	for _, tt := range []struct {
		name   string
		config Config
		want   int
	}{
		{"no line end at the end", Config{Location: location.Config{Content: "id,n\n1,x"}}, 1},
		{"CR only", Config{Location: location.Config{Content: "id,n\r1,x\r2,y\r"}}, 2},
		{"empty lines", Config{Location: location.Config{Content: "\nid,n\n\n1,x\n\n\n2,y\n\n"}}, 2},
		{"rows of delimiters", Config{Location: location.Config{Content: "id,n\n1,x\n,\n,\n"}}, 1},
		{"comments", Config{Location: location.Config{Content: "# export\nid,n\n#2,y\n1,x\n"}, Comment: "#"}, 1},
		{"no header", Config{Location: location.Config{Content: "1,x\n2,y\n"}, Columns: []string{"id", "n"}}, 2},
		{"quoted delimiter and line break", Config{Location: location.Config{Content: "id,n\n1,\"a,\r\nb\"\n2,\"say \"\"hi\"\"\"\n"}}, 2},
		{"semicolon", Config{Location: location.Config{Content: "id;n\n1;a,b\n"}, Delimiter: ";"}, 1},
		{"tab", Config{Location: location.Config{Content: "id\tn\tm\n1\t\t\n"}, Delimiter: "\\t"}, 1},
		{"section sign", Config{Location: location.Config{Content: "id§n\n1§x\n"}, Delimiter: "§"}, 1},
		{"one column", Config{Location: location.Config{Content: "id\n1\n2\n"}}, 2},
		{"trailer with a named group", Config{Location: location.Config{Content: "id,n\n1,x\nEND;2026-11-22;1\r\n\r\n"}, Trailer: `^END;[^;]*;(?P<count>\d+)$`}, 1},
		{"trailer without a count", Config{Location: location.Config{Content: "id,n\n1,x\n-- end --\n"}, Trailer: `^-- end --$`}, 1},
	} {
		got, err := read(tt.config, tiny)
		if err != nil || got.Records != tt.want || len(got.Workers) != tt.want {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		}
	}
	got, err := read(Config{Location: location.Config{Content: "id,n\n1,\"a\r\nb\"\n"}}, tiny)
	if err != nil || got.Workers["1"].Attributes["n"].Text() != "a\nb" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestFaults has a case for each way in which files go wrong.
func TestFaults(t *testing.T) {
	tests := []struct {
		name   string
		config Config
		want   string
	}{
		{"missing", Config{Location: location.Config{Path: "testdata/nobody.csv"}}, "testdata/nobody.csv: no such file (relative paths begin"},
		{"directory", Config{Location: location.Config{Path: "testdata"}}, "found a directory"},
		{"no path", Config{}, "the file is empty"},
		{"path and content", Config{Location: location.Config{Path: "x", Content: "x"}}, "found 2 of path, content and url, expected exactly one"},
		{"another export", Config{Location: location.Config{Content: "id\n1\n", SHA256: strings.Repeat("0", 64)}}, "content: found the SHA-256 checksum"},
		{"age of content", Config{Location: location.Config{Content: "id\n1\n", MaxAge: time.Hour}}, "max_age_hours: found with content"},
		{"not encrypted", Config{Location: location.Config{URL: "http://hr.example.com/workers.csv?key=1"}}, "http://hr.example.com/workers.csv: url: found"},
		{"white space", Config{Location: location.Config{Content: " \r\n\n"}}, "the file is empty, expected a header row"},
		{"only a mark", Config{Location: location.Config{Content: "\ufeff"}}, "the file is empty"},
		{"only comments", Config{Location: location.Config{Content: "# x\n"}, Comment: "#"}, "found no header row"},
		{"header only", Config{Location: location.Config{Content: "id,n\n"}}, "found no records, expected at least one"},
		{"all skipped", Config{Location: location.Config{Content: "a\nb"}, SkipRows: 2}, "found 2 lines, expected a header after the 2 lines of skip_rows"},
		{"cut off in a row", Config{Location: location.Config{Content: "id,n,m\n1,x,y\n2,x"}}, `row 3: found 2 fields, expected 3: the last line has no end, the file is cut off`},
		{"cut off in a quote", Config{Location: location.Config{Content: "id,n,m\n1,x,y\n2,\"x, y\n3,x,y\n4,z,y\n"}}, `row 3, column "n": the quote that begins in line 3, field 2 is never closed: the file is cut off`},
		{"open quote after a long value", Config{Location: location.Config{Content: "id,n,m\n1,\"a\nb\",y\n2,\"p\nq\",\"x\n3,x,y\n"}}, `row 3 (line 4), column "m": the quote that begins in line 5, field 3 is never closed`},
		{"text after a quote", Config{Location: location.Config{Content: "id,n,m\n1,\"x\"y,z\n"}}, `row 2, column "n": line 2, byte 5: found text after a closing quote, expected the delimiter ','`},
		{"quote inside", Config{Location: location.Config{Content: "id,n\n1,5\" disk\n"}}, `row 2: line 2, byte 4: found a quote inside a value that does not begin with one`},
		{"quote in the header", Config{Location: location.Config{Content: "id,n\"\n1,x\n"}}, "row 1: line 1, byte 5: found a quote"},
		{"semicolons", Config{Location: location.Config{Content: "id;first;last\n1;x;y\n"}}, `row 1: found 1 column, and the header contains ';' 2 times: set delimiter = ";"`},
		{"tabs", Config{Location: location.Config{Content: "id\tfirst\tlast\n1\tx\ty\n"}}, `set delimiter = "tab"`},
		{"semicolons around a comma", Config{Location: location.Config{Content: "id;first;last, or only;x\n1;x;y;z\n"}}, `found 2 columns at ',', and the header contains ';' 3 times`},
		{"too many fields", Config{Location: location.Config{Content: "id,n\n1,Smith, Jo\n"}}, `row 2: found 3 fields, expected 2: a value that contains ',' must be quoted`},
		{"too few fields", Config{Location: location.Config{Content: "id,n,m\n1,x\n2,x,y\n"}}, "row 2: found 2 fields, expected 3"},
		{"unknown trailer", Config{Location: location.Config{Content: "id,n,m\n1,x,y\nEND 1\n"}}, "row 3: found 1 fields, expected 3: a line that ends the file is described by trailer"},
		{"row and line", Config{Location: location.Config{Content: "id,n\n1,\"a\nb\"\n\n1,x\n"}}, `row 3 (line 5), column "id", worker "1": the same worker id as row 2`},
		{"row after skipped ones", Config{Location: location.Config{Content: "x\ny\nid,n\n1,x\n1,y\n"}, SkipRows: 2}, `row 5, column "id", worker "1": the same worker id as row 4`},
		{"no trailer", Config{Location: location.Config{Content: "id,n\n1,x\n2,y\n"}, Trailer: `^TRAILER\|(\d+)$`}, `found the last line "2,y", expected a trailer that matches ^TRAILER\|(\d+)$: the file is incomplete`},
		{"too few for the trailer", Config{Location: location.Config{Content: "id,n\n1,x\nTRAILER|1000\n"}, Trailer: `^TRAILER\|(\d+)$`}, "trailer (line 3): found 1 records, expected 1000: the data is incomplete"},
		{"trailer without a number", Config{Location: location.Config{Content: "id,n\n1,x\nTRAILER|x\n"}, Trailer: `^TRAILER\|(.*)$`}, `found "x" as the number of records`},
		{"trailer that is no pattern", Config{Location: location.Config{Content: "id\n1\n"}, Trailer: `(`}, "trailer: error parsing regexp"},
		{"NUL bytes", Config{Location: location.Config{Content: "id,n\n1,x\n2,\x00\x00\n3,y\n4,z\n5,z\n"}}, "line 3: found a NUL byte"},
		{"UTF-16 without a mark", Config{Location: location.Config{Content: wide("utf-16le", "id,n\n1,x\n")}}, `set encoding = "utf-16le"`},
		{"big-endian UTF-16 without a mark", Config{Location: location.Config{Content: wide("utf-16be", "id,n\n1,x\n")}}, `set encoding = "utf-16be"`},
		{"Latin-1 as UTF-8", Config{Location: location.Config{Content: "id,n\n1,x\n2,M\xfcller\n"}}, `row 3, column "n", worker "2": found "M\xfcller", expected UTF-8, which the bytes 0xFC are not: the text is probably in windows-1252, where this reads "Müller": set encoding = "windows-1252"`},
		{"code page 850 as UTF-8", Config{Location: location.Config{Content: "id,n\n1,M\x81ller\n"}}, `probably in ibm850, where this reads "Müller"`},
		{"Latin-1 in the header", Config{Location: location.Config{Content: "id,Stra\xdfe\n1,x\n"}}, `row 1: column 2: found "Stra\xdfe", expected UTF-8`},
		{"cut off in a character", Config{Location: location.Config{Content: "id,n\n1,M\xc3"}}, `expected UTF-8, which the bytes 0xC3 are not`},
		{"UTF-8 as Latin-1", Config{Location: location.Config{Content: "id,n\n1,x\n2,Müller\n"}, Encoding: "iso-8859-1"}, `line 3: found "Müller", valid UTF-8 as all of the text is, which would read "MÃ¼ller" in iso-8859-1: set encoding = "utf-8"`},
		{"Windows-1252 as ISO-8859-1", Config{Location: location.Config{Content: "id,n\n1,10 \x80\n"}, Encoding: "iso-8859-1"}, `row 2, column "n", worker "1": found "10 \x80", expected iso-8859-1, where 0x80 is no letter: the text is probably in windows-1252, where this reads "10 €"`},
		{"undefined in Windows-1252", Config{Location: location.Config{Content: "id,n\n1,\x81\n"}, Encoding: "windows-1252"}, "windows-1252, which has no character for 0x81"},
		{"half a surrogate", Config{Location: location.Config{Content: wide("utf-16le", "id,n\n1,") + "\x3d\xd8" + wide("utf-16le", "\n")}, Encoding: "utf-16le"}, `expected utf-16le: there are bytes (here as \xff) that are none of its characters`},
		{"half a character of UTF-16", Config{Location: location.Config{Content: wide("utf-16le", "id,n\n1,x\n") + "x"}, Encoding: "utf-16le"}, "expected an even number in utf-16le: the text is cut off"},
		{"mark against setting", Config{Location: location.Config{Content: "\xff\xfei\x00"}, Encoding: "utf-8"}, `the text begins with the byte order mark of utf-16le, but encoding is "utf-8"`},
		{"UTF-32", Config{Location: location.Config{Content: "\xff\xfe\x00\x00i\x00\x00\x00"}}, "byte order mark of utf-32le"},
		{"UTF-16 of unknown order", Config{Location: location.Config{Content: "id"}, Encoding: "utf-16"}, "the text has no byte order mark"},
		{"unknown encoding", Config{Location: location.Config{Content: "id"}, Encoding: "ebcdic"}, `encoding: found "ebcdic", expected one of utf-8, utf-16le`},
		{"semicolons without a header", Config{Location: location.Config{Content: "1;x\n2;y\n"}, Columns: []string{"id", "n"}}, `row 1: found 1 fields, expected 2, and the line contains ';' 1 times: set delimiter = ";"`},
		{"broken name of a column", Config{Location: location.Config{Content: "1,x,y\n"}, Columns: []string{"id", "\xff"}}, "row 1: found 3 fields, expected 2"},
		{"lines to skip", Config{Location: location.Config{Content: "id\n1\n"}, SkipRows: -1}, "skip_rows: found -1"},
		{"bad delimiter", Config{Location: location.Config{Content: "id"}, Delimiter: "::"}, `delimiter: found "::", expected one character`},
		{"quote as delimiter", Config{Location: location.Config{Content: "id"}, Delimiter: `"`}, "delimiter: found"},
		{"bad comment", Config{Location: location.Config{Content: "id"}, Comment: ","}, "comment: found"},
		{"too large", Config{Location: location.Config{Content: "id\n1\n2\n3\n", MaxBytes: 8}}, "found 9 bytes, expected at most 8 (max_bytes)"},
		{"huge value", Config{Location: location.Config{Content: "id,n\n1," + strings.Repeat("x", maxField+1) + "\n"}}, `row 2, column "n": found a value of 1048577 bytes`},
		{"no such column", Config{Location: location.Config{Content: "ID,n\n1,x\n"}}, `fields.worker_id: there is no column "id" (did you mean "ID"?), expected one of "ID", "n"`},
		{"columns named alike", Config{Location: location.Config{Content: "id,Team,team\n1,x,y\n"}}, `column 3 has a name that differs only by case or blanks as column 2, "Team"`},
	}
	for _, tt := range tests {
		got, err := read(tt.config, tiny)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %+v and error %v, expected %q in it", tt.name, got, err, tt.want)
		}
	}
}

// TestEveryCutIsFound cuts a file at every byte: with a trailer, none of the
// parts is taken for the whole, and none makes the reader panic without one.
func TestEveryCutIsFound(t *testing.T) {
	whole, err := os.ReadFile("testdata/workers-trailer.txt")
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Delimiter: "|", SkipRows: 2, Trailer: `^TRAILER\|(\d+)$`}
	for n := range len(bytes.TrimSpace(whole)) {
		c.Location.Content = string(whole[:n])
		if got, err := read(c, english); err == nil {
			t.Fatalf("%d of %d bytes: got %d workers", n, len(whole), len(got.Workers))
		}
	}
	for _, name := range []string{"workers.csv", "personal-utf-16le.csv", "personal-windows-1252.csv"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		for n := range data {
			for _, encoding := range []string{"", "utf-16le", "windows-1252", "shift_jis"} {
				if got, err := read(Config{Location: location.Config{Content: string(data[:n])}, Encoding: encoding}, english); err == nil && len(got.Workers) == 0 {
					t.Fatalf("%s, %d bytes: no workers and no error", name, n)
				}
			}
		}
	}
}

func TestFileOnDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "workers.csv")
	if err := os.WriteFile(path, []byte("id,n\n1,x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, now, now.Add(-30*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := read(Config{Location: location.Config{Path: path, MaxAge: 31 * time.Hour}}, tiny); err != nil {
		t.Error(err)
	}
	if _, err := read(Config{Location: location.Config{Path: path, MaxAge: 24 * time.Hour}}, tiny); err == nil || !strings.Contains(err.Error(), "workers.csv: last modified at 2026-11-21T03:00:00Z, 30h0m0s ago") {
		t.Errorf("yesterday's file: got %v", err)
	}
	if _, err := read(Config{Location: location.Config{Path: path, MaxBytes: 3}}, tiny); err == nil || !strings.Contains(err.Error(), "found 9 bytes, expected at most 3") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Read(ctx, Config{Location: location.Config{Path: path}}, tiny, now); err == nil || !strings.Contains(err.Error(), "context canceled") {
		t.Errorf("cancelled: got %v", err)
	}
}

func TestOrderOfRowsDoesNotMatter(t *testing.T) {
	data, err := os.ReadFile("testdata/workers.csv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	fingerprint := func() string {
		got, err := read(Config{Location: location.Config{Content: strings.Join(lines, "\n")}}, english)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := source.Fingerprint(got.Workers)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	first := fingerprint()
	slices.Reverse(lines[1:])
	if fingerprint() != first {
		t.Error("the fingerprint depends on the order of the rows")
	}
}

// TestRealFiles reads a thousand people: our own, or files as HR systems and
// others made them where a directory with such is at hand.
func TestRealFiles(t *testing.T) {
	type file struct {
		path, key       string
		records, faults int
	}
	dir := os.Getenv("WORKFORCE_SHARED")
	var files []file
	if dir != "" {
		for _, f := range []file{{"hr-1000-workers.csv", "WorkerID", 1000, 376}, {"hr-contractorData.csv", "WorkerID", 331, 48}, {"hr-employeeData.csv", "WorkerID", 332, 49}, {"hr-internData.csv", "WorkerID", 337, 60},
			{"hr-1000-workers.csv", "FullName", 1000, 0}} {
			f.path = filepath.Join(dir, "data", f.path)
			files = append(files, f)
		}
	} else {
		path := filepath.Join(t.TempDir(), "people.csv")
		var b strings.Builder
		b.WriteString("WorkerID,WorkerStatus,ManagerID,HireDate,OnLeave,FullName\n")
		for i := range 1000 {
			fmt.Fprintf(&b, "%d,Active,%d,2020-01-%02d,False,\"Person %d, %s\"\n", i%990+1, i%990, i%28+1, i, []string{"Łódź", "Åse", "李"}[i%3])
		}
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		files = []file{{path, "WorkerID", 1000, 10}, {path, "FullName", 1000, 0}}
	}
	for _, f := range files {
		s := source.Spec{Fields: source.Fields{"worker_id": f.key, "status": "WorkerStatus", "manager_id": "ManagerID", "hire_date": "HireDate", "on_leave": "OnLeave"}, SelfManaged: true}
		got, err := read(Config{Location: location.Config{Path: f.path}}, s)
		switch {
		case f.faults == 0 && (err != nil || got.Records != f.records || len(got.Workers) != f.records):
			t.Errorf("%s: got %+v, %v", f.path, got, err)
		case f.faults > 0 && (err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d problems in %s records", f.faults, wording.Thousands(f.records))) || !strings.Contains(err.Error(), "the same worker id as row")):
			t.Errorf("%s: got %v", f.path, err)
		}
	}
}

// FuzzRead holds that hostile text ends in whole workers or an error.
func FuzzRead(f *testing.F) {
	f.Add("id,n\n1,\"x\"\n", ",", "", "")
	f.Add("id;n\n1;\xfc\n", ";", "windows-1252", "")
	f.Add("\xff\xfei\x00d\x00", "", "", "(")
	f.Add("id\n1\nEND 1", "", "shift_jis", `END (\d)`)
	f.Fuzz(func(t *testing.T, content, delimiter, encoding, trailer string) {
		got, err := read(Config{Location: location.Config{Content: content}, Delimiter: delimiter, Encoding: encoding, Trailer: trailer}, tiny)
		sourcetest.Whole(t, got, err)
	})
}

// TestSpreadsheets says what spreadsheets and report writers add, and what skips it.
func TestSpreadsheets(t *testing.T) {
	for content, want := range map[string]string{
		"sep=;\nid;n\n1;x\n":                              `row 1: found the line "sep=;", which tells a spreadsheet the delimiter, expected the names of the columns: set skip_rows = 1 and delimiter = ";"`,
		"SEP=,\r\nid,n\r\n1,x\r\n":                        `row 1: found the line "SEP=,"`,
		"\ufeff\"sep=,\"\nid,n\n1,x\n":                    "set skip_rows = 1",
		"Staff list,,\nid,n,m\n1,x,y\n":                   `row 1: found "Staff list,,", and the column "id" in line 2: what is above the names of the columns is skipped, set skip_rows = 1`,
		"Staff list\n\nas of,2026-11-30\nid,n,m\n1,x,y\n": `in line 4: what is above the names of the columns is skipped, set skip_rows = 3`,
		"Staff list,,\nNumber,n,m\n1,x,y\n":               `row 1: found one value, "Staff list", and several in line 2, expected the names of the columns: a title above them is skipped, set skip_rows = 1`,
		"id,n\n=\"00042\",x\n":                            `row 2: line 2, byte 2: found ="00042", a spreadsheet's way to escape text, expected "00042" without it`,
		"id,n\n1,=\"0 4\"\n":                              `found ="0 4", a spreadsheet's way`,
		"id,n\n\"=\"\"00042\"\"\",x\n":                    `row 2, column "id": found "=\"00042\"", a spreadsheet's way to escape text, expected "00042" without it`,
		"id,n\n1,5\" disk\n":                              "found a quote inside a value that does not begin with one",
		"Name,n\n1,x\n":                                   `fields.worker_id: there is no column "id", expected one of "Name", "n"`,
	} {
		if _, err := read(Config{Location: location.Config{Content: content}}, tiny); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\ngot  %v\nwant %s", content, err, want)
		}
	}
	for content, c := range map[string]Config{
		"sep=;\nid;n\n1;x\n":              {SkipRows: 1, Delimiter: ";"},
		"Staff list,,\n\nid,n,m\n1,x,y\n": {SkipRows: 2},
		"id\n1\n":                         {},
		"1,x\n2,y\n":                      {Columns: []string{"id", "n"}},
	} {
		c.Location.Content = content
		if _, err := read(c, tiny); err != nil {
			t.Errorf("%q: %v", content, err)
		}
	}
}
