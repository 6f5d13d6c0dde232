// SPDX-License-Identifier: MPL-2.0

package export_test

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"terraform-provider-workforce/internal/source"
	csvsource "terraform-provider-workforce/internal/source/csv"
	"terraform-provider-workforce/internal/source/fixedwidth"
	"terraform-provider-workforce/internal/source/jsonfile"
	"terraform-provider-workforce/internal/source/location"
	"terraform-provider-workforce/internal/source/sqldb"
	"terraform-provider-workforce/internal/source/xlsx"
	"terraform-provider-workforce/internal/source/xmlfile"
)

// table is an export of texts: the header and rows.
type table [][]string

// form is a way to write a table to a file, and to read that.
type form struct {
	write func(t *testing.T, rows table) []byte
	read  func(t *testing.T, l location.Config, s source.Spec) (*source.Result, error)
}

const width = 14 // of a column in lines of fixed width

var forms = map[string]form{
	"CSV": {func(t *testing.T, rows table) []byte {
		var b bytes.Buffer
		must(t, csv.NewWriter(&b).WriteAll(rows))
		return b.Bytes()
	}, func(t *testing.T, l location.Config, s source.Spec) (*source.Result, error) {
		return csvsource.Read(t.Context(), csvsource.Config{Location: l}, s, now)
	}},
	"XLSX": {func(t *testing.T, rows table) []byte {
		f := excelize.NewFile()
		defer f.Close()
		for i, row := range rows {
			must(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
		}
		b, err := f.WriteToBuffer()
		must(t, err)
		return b.Bytes()
	}, func(t *testing.T, l location.Config, s source.Spec) (*source.Result, error) {
		return xlsx.Read(t.Context(), xlsx.Config{Location: l}, s, now)
	}},
	"JSON": {func(t *testing.T, rows table) []byte {
		return []byte("[" + strings.Join(objects(t, rows), ",\n") + "]")
	}, func(t *testing.T, l location.Config, s source.Spec) (*source.Result, error) {
		return jsonfile.Read(t.Context(), jsonfile.Config{Location: l}, s, now)
	}},
	"NDJSON": {func(t *testing.T, rows table) []byte {
		return []byte(strings.Join(objects(t, rows), "\n") + "\n")
	}, func(t *testing.T, l location.Config, s source.Spec) (*source.Result, error) {
		return jsonfile.Read(t.Context(), jsonfile.Config{Location: l, Lines: true}, s, now)
	}},
	"XML": {func(t *testing.T, rows table) []byte {
		b := bytes.NewBufferString("<staff>\n")
		for _, row := range rows[1:] {
			b.WriteString("<worker>")
			for i, text := range row {
				fmt.Fprintf(b, "<%s>", rows[0][i])
				must(t, xml.EscapeText(b, []byte(text)))
				fmt.Fprintf(b, "</%s>", rows[0][i])
			}
			b.WriteString("</worker>\n")
		}
		b.WriteString("</staff>\n")
		return b.Bytes()
	}, func(t *testing.T, l location.Config, s source.Spec) (*source.Result, error) {
		return xmlfile.Read(t.Context(), xmlfile.Config{Location: l, Records: "/staff/worker"}, s, now)
	}},
	"fixed width": {func(_ *testing.T, rows table) []byte {
		var b bytes.Buffer
		for _, row := range rows[1:] {
			for _, text := range row {
				fmt.Fprintf(&b, "%-*s", width, text)
			}
			b.WriteString("\n")
		}
		return b.Bytes()
	}, func(t *testing.T, l location.Config, s source.Spec) (*source.Result, error) {
		var columns []fixedwidth.Column
		for i, name := range header {
			columns = append(columns, fixedwidth.Column{Name: name, Start: 1 + i*width, Width: width})
		}
		return fixedwidth.Read(t.Context(), fixedwidth.Config{Location: l, Columns: columns}, s, now)
	}},
	"SQLite": {func(t *testing.T, rows table) []byte {
		path := filepath.Join(t.TempDir(), "hr.db")
		db, err := sql.Open("sqlite", "file:"+path)
		must(t, err)
		defer db.Close()
		_, err = db.ExecContext(t.Context(), "CREATE TABLE staff ("+strings.Join(rows[0], " TEXT, ")+" TEXT)")
		must(t, err)
		for _, row := range rows[1:] {
			_, err := db.ExecContext(t.Context(), "INSERT INTO staff VALUES ('"+strings.Join(row, "', '")+"')")
			must(t, err)
		}
		must(t, db.Close())
		file, err := os.ReadFile(path)
		must(t, err)
		return file
	}, func(t *testing.T, l location.Config, s source.Spec) (*source.Result, error) {
		return sqldb.Read(t.Context(), sqldb.Config{Driver: "sqlite", Database: l.Path, Query: "SELECT * FROM staff"}, s)
	}},
}

// saved writes a file and says where it is.
func saved(t *testing.T, file []byte) location.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "staff")
	must(t, os.WriteFile(path, file, 0o600))
	return location.Config{Path: path}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// objects writes each row as JSON.
func objects(t *testing.T, rows table) []string {
	t.Helper()
	var out []string
	for _, row := range rows[1:] {
		var members []string
		for i, text := range row {
			value, err := json.Marshal(text)
			must(t, err)
			members = append(members, fmt.Sprintf("%q:%s", rows[0][i], value))
		}
		out = append(out, "{"+strings.Join(members, ",")+"}")
	}
	return out
}

var (
	header  = []string{"id", "boss", "hired", "ends", "name", "status"}
	oddSpec = source.Spec{Fields: source.Fields{"worker_id": "id", "manager_id": "boss", "hire_date": "hired", "termination_date": "ends", "status": "status"},
		DateFormats: []string{"yyyy-MM-dd", "dd.MM.yyyy", "M/d/yyyy"}, NoDate: []string{"9999-12-31", "0000-00-00", "2099-12-31"}}
	odd = table{header,
		{"007", "7", "2026-07-01", "9999-12-31", "Zoë", "Active"}, // 7 is somebody else
		{"7", "007", "01.07.2026", "0000-00-00", "Jürgen", "Active"},
		{"0008", "404", "7/1/2026", "2099-12-31", "Bo", "Active"},
		{"9", "0008", "2026-07-01", "31.12.2026", "Cy", "Inactive"}}
)

// TestOddPeople reads what is odd and right from every kind of file: dates in
// three formats, three dates that mean none, ids that differ by leading zeros,
// two who manage each other, and a manager who does not exist.
func TestOddPeople(t *testing.T) {
	person := func(id, boss, ends, name, status string) string {
		return fmt.Sprintf(`"%s":{"worker_id":"%s","status":"%s","worker_type":null,"hire_date":"2026-07-01","termination_date":%s,"last_day_of_work":null,"on_leave":null,"manager_id":"%s","time_zone":null,"attributes":{"name":"%s"}}`,
			id, id, status, ends, boss, name)
	}
	want := "{" + strings.Join([]string{person("0008", "404", "null", "Bo", "Active"), person("007", "7", "null", "Zoë", "Active"), person("7", "007", "null", "Jürgen", "Active"),
		person("9", "0008", `"2026-12-31"`, "Cy", "Inactive")}, ",") + "}"
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		t.Run(name, func(t *testing.T) {
			result, err := forms[name].read(t, saved(t, forms[name].write(t, odd)), oddSpec)
			must(t, err)
			if doc, err := result.Workers.Marshal(); err != nil || doc != want {
				t.Errorf("found    %s, %v\nexpected %s", doc, err, want)
			}
			if warnings := strings.Join(result.Warnings, "\n"); !strings.Contains(warnings, `"0008"`) || !strings.Contains(warnings, `names "404"`) || !strings.Contains(warnings, "leading zeros") {
				t.Errorf("found the warnings %q, expected the manager who does not exist and the ids that differ by zeros", warnings)
			}
		})
	}
}

// TestBadFiles holds that nothing is made of what is empty, cut off, told twice
// or in another encoding, whatever the kind of file.
func TestBadFiles(t *testing.T) {
	with := func(more ...[]string) table { return append(slices.Clone(odd), more...) }
	half := func(file []byte) []byte { return file[:len(file)*6/10] }
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		f := forms[name]
		for _, tt := range []struct {
			name string
			file func(t *testing.T) []byte
			want []string // one of these
		}{
			{"nobody", func(t *testing.T) []byte { return f.write(t, odd[:1]) }, []string{"found no records", "found no element", "found no bytes", "found no text", "there is no column", "nothing fills"}},
			{"half a file", func(t *testing.T) []byte { return half(f.write(t, odd)) }, []string{"cut off", "damaged", "found 2 fields, expected 6", "expected at least"}},
			{"the same worker twice", func(t *testing.T) []byte { return f.write(t, with(odd[1])) }, []string{"the same worker id as"}},
			{"an id as a spreadsheet shows it", func(t *testing.T) []byte {
				return f.write(t, with([]string{"1.23E+11", "", "", "", "", ""}))
			}, []string{"a spreadsheet has rewritten it"}},
			{"another encoding", func(t *testing.T) []byte {
				return bytes.ReplaceAll(f.write(t, odd), []byte("ü"), []byte("\xfc"))
			}, []string{`\xfc`, "0xFC", "UTF-8"}},
			{"a page for signing in", func(*testing.T) []byte {
				return []byte("<!DOCTYPE html><html><head><title>Down for maintenance</title></head><body><p>Sign in, please</p></body></html>\n")
			}, []string{"HTML", "begins with <", "there is no column", "not a database", "found 115 characters", "found a whole document", "expected a date"}},
		} {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				if (name == "XLSX" || name == "SQLite") && tt.name == "another encoding" { // they are no text
					return
				}
				got, err := f.read(t, saved(t, tt.file(t)), oddSpec)
				if err == nil {
					t.Fatalf("found %d workers, expected an error", len(got.Workers))
				}
				if !slices.ContainsFunc(tt.want, func(part string) bool { return strings.Contains(err.Error(), part) }) {
					t.Errorf("found %v, expected one of %q", err, tt.want)
				}
			})
		}
	}
}
