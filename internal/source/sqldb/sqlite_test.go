// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/source"
)

// file makes a database of SQLite by statements.
func file(t testing.TB, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hr data #1?.db")
	db, err := sql.Open("sqlite", "file:"+strings.NewReplacer("#", "%23", "?", "%3f", " ", "%20").Replace(path))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return path
}

const staffTable = `CREATE TABLE staff (id TEXT, first TEXT, hired DATE, ends DATETIME, boss TEXT, active BOOLEAN, number NUMERIC, rate REAL, photo BLOB, ssn TEXT)`

var staffSpec = source.Spec{Fields: source.Fields{"worker_id": "id", "hire_date": "hired", "termination_date": "ends", "manager_id": "boss", "on_leave": "active"}}

func texts(values ...string) []*string {
	list := make([]*string, len(values))
	for i := range values {
		list[i] = &values[i]
	}
	return list
}

func mustContain(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, expected one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error lacks %q:\n%v", part, err)
		}
	}
}

func mustRead(t *testing.T, c Config, s source.Spec) (*source.Result, string) {
	t.Helper()
	result, err := Read(t.Context(), c, s)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := result.Workers.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return result, doc
}

func TestSQLite(t *testing.T) {
	path := file(t, staffTable,
		`INSERT INTO staff VALUES ('007', '  Zoë ', '2026-07-01', '9999-12-31', NULL, 0, 12345678901234567, 1e21, x'89504e47', '1')`,
		`INSERT INTO staff VALUES ('008', '', '2020-02-29', '2026-12-31 18:00:00', '007', 1, 1e6, 0.25, NULL, '2')`,
		`INSERT INTO staff VALUES ('009', NULL, '2020-02-28', NULL, '008', NULL, NULL, NULL, NULL, '3')`)
	result, doc := mustRead(t, Config{Driver: "sqlite", Database: path, Query: "SELECT * FROM staff WHERE id >= ? AND (? IS NULL) ORDER BY id", Parameters: append(texts("007"), nil)}, staffSpec)
	const want = `{"007":{"worker_id":"007","status":null,"worker_type":null,"hire_date":"2026-07-01","termination_date":null,"last_day_of_work":null,"on_leave":false,"manager_id":null,"time_zone":null,"attributes":{"first":"Zoë","number":"12345678901234567","rate":"1000000000000000000000"}},` +
		`"008":{"worker_id":"008","status":null,"worker_type":null,"hire_date":"2020-02-29","termination_date":"2026-12-31","last_day_of_work":null,"on_leave":true,"manager_id":"007","time_zone":null,"attributes":{"first":null,"number":"1000000","rate":"0.25"}},` +
		`"009":{"worker_id":"009","status":null,"worker_type":null,"hire_date":"2020-02-28","termination_date":null,"last_day_of_work":null,"on_leave":null,"manager_id":"008","time_zone":null,"attributes":{"first":null,"number":null,"rate":null}}}`
	if doc != want {
		t.Errorf("found    %s\nexpected %s", doc, want)
	}
	if len(result.LeftOut) != 1 || result.LeftOut[0] != "ssn" || len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], `left out as binary: "photo" (BLOB)`) {
		t.Errorf("left out %q, warnings %q", result.LeftOut, result.Warnings)
	}
}

// TestTooLarge: a query without an end stops at the limit.
func TestTooLarge(t *testing.T) {
	c := Config{Driver: "sqlite", Database: file(t, "CREATE TABLE staff (id TEXT)"), MaxBytes: 1 << 20,
		Query: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS worker_id, printf('%01000d', i) AS name FROM n"}
	_, err := Read(t.Context(), c, source.Spec{})
	mustContain(t, err, "found more than 1048576 bytes up to row 1033", "max_bytes")
}

// TestProblems holds what is wrong with the data against the message about it.
func TestProblems(t *testing.T) {
	rows := func(values ...string) []string {
		statements := []string{`CREATE TABLE staff (id TEXT, name TEXT, phone TEXT, hired TEXT)`}
		for _, v := range values {
			statements = append(statements, "INSERT INTO staff VALUES ("+v+")")
		}
		return statements
	}
	id := source.Spec{Fields: source.Fields{"worker_id": "id", "hire_date": "hired"}}
	for _, tt := range []struct {
		name       string
		statements []string
		query      string
		spec       source.Spec
		want       []string
	}{
		{"empty", rows(), "", id, []string{"found no records", "absent"}},
		{"too few", rows(`'1', 'a', 'p', NULL`), "", source.Spec{Fields: id.Fields, MinRecords: 2}, []string{"found 1 records, expected at least 2"}},
		{"fan-out", rows(`'1', 'a', 'p1', NULL`, `'2', 'b', 'p1', NULL`, `'1', 'a', 'p2', NULL`), "", id,
			[]string{`row 3, column "id", worker "1": the same worker id as row 1`, `differ in "phone": a join`}},
		{"repeated", rows(`'1', 'a', 'p', NULL`, `'1', 'a', 'p', NULL`), "", id, []string{`row 2, column "id", worker "1"`, "same in every column", "DISTINCT"}},
		{"two people", rows(`'1', 'a', 'p', '2020-01-01'`, `'1', 'b', 'q', '2020-01-02'`), "", id, []string{"every other column", "two people"}},
		{"no id", rows(`NULL, 'a', 'p', NULL`), "", id, []string{`row 1, column "id": found no worker id`}},
		{"padded id", rows(`'1 ', 'a', 'p', NULL`), "", id, []string{`row 1, column "id": found "1 ", expected a worker id without blanks`}},
		{"date", rows(`'1', 'a', 'p', '31.12.2025'`), "", id, []string{`row 1, column "hired", worker "1": found "31.12.2025"`, "dd.MM.yyyy"}},
		{"column", rows(`'1', 'a', 'p', NULL`), "", source.Spec{Fields: source.Fields{"worker_id": "ID"}}, []string{`fields.worker_id: there is no column "ID" (did you mean "id"?)`}},
		{"same name", rows(`'1', 'a', 'p', NULL`), "SELECT id, name, name FROM staff", id, []string{`column "name": column 3 has the same name as column 2`}},
		{"not UTF-8", rows(`'1', CAST(x'4de56c' AS TEXT), 'p', NULL`), "", id, []string{`row 1, column "name", worker "1": found "M\xe5l"`, "encoding"}},
		{"binary value", rows(`'1', x'ff00', 'p', NULL`), "", id, []string{`row 1, column "name"`, "binary data has to be converted"}},
		{"NUL", rows(`'1', 'a' || char(0), 'p', NULL`), "", id, []string{`row 1, column "name"`, "NUL"}},
		{"binary column", []string{"CREATE TABLE staff (id TEXT, photo BLOB)", "INSERT INTO staff VALUES ('1', x'ff')"}, "", source.Spec{Fields: source.Fields{"worker_id": "id"}, Attributes: []string{"photo"}},
			[]string{`column "photo": found binary data (BLOB), expected text`}},
		{"no table", rows(), "SELECT * FROM people", id, []string{"SQLite on ", "query: ", "no such table: people"}},
		{"syntax", rows(), "SELECT * FROM staff WHERE", id, []string{"query: ", "incomplete input"}},
		{"parameters", rows(), "SELECT * FROM staff WHERE id = ?", id, []string{"placeholder"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.query == "" {
				tt.query = "SELECT * FROM staff"
			}
			_, err := Read(t.Context(), Config{Driver: "sqlite", Database: file(t, tt.statements...), Query: tt.query}, tt.spec)
			mustContain(t, err, tt.want...)
		})
	}
}

func TestEncoding(t *testing.T) {
	path := file(t, "CREATE TABLE staff (worker_id TEXT, name TEXT)", "INSERT INTO staff VALUES ('1', CAST(x'4dfc6c6c6572209380' AS TEXT))")
	_, doc := mustRead(t, Config{Driver: "sqlite", Database: path, Query: "SELECT * FROM staff", Encoding: "windows-1252"}, source.Spec{})
	if !strings.Contains(doc, `"name":"Müller “€"`) {
		t.Error(doc)
	}
	_, err := Read(t.Context(), Config{Driver: "sqlite", Database: path, Query: "SELECT * FROM staff", Encoding: "latin"}, source.Spec{})
	mustContain(t, err, `encoding: found "latin"`, "Windows-1250 to Windows-1258")
}

func TestSQLiteFiles(t *testing.T) {
	text := filepath.Join(t.TempDir(), "workers.csv")
	if err := os.WriteFile(text, []byte(strings.Repeat("WorkerID,Name\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		text:                               "The file is not a database of SQLite",
		filepath.Dir(text):                 "expected a file",
		filepath.Join(t.TempDir(), "none"): "no such file",
	} {
		_, err := Read(t.Context(), Config{Driver: "sqlite", Database: path, Query: "SELECT 1 AS worker_id"}, source.Spec{})
		mustContain(t, err, want)
	}
}

// TestCutOff holds that no part of a file is taken for the whole.
func TestCutOff(t *testing.T) {
	statements := []string{"PRAGMA page_size = 1024", "CREATE TABLE staff (worker_id TEXT, name TEXT)"}
	for i := range 200 {
		statements = append(statements, fmt.Sprintf("INSERT INTO staff VALUES ('%03d', '%s')", i, strings.Repeat("x", 100)))
	}
	whole, err := os.ReadFile(file(t, statements...))
	if err != nil {
		t.Fatal(err)
	}
	for size := len(whole) - 1; size > 100; size -= 700 {
		path := filepath.Join(t.TempDir(), "cut.db")
		if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		result, err := Read(t.Context(), Config{Driver: "sqlite", Database: path, Query: "SELECT * FROM staff"}, source.Spec{})
		if err == nil {
			t.Fatalf("%d of %d bytes: found %d workers, expected an error", size, len(whole), result.Records)
		}
		if size%1024 != 0 {
			mustContain(t, err, "whole pages of 1024", "cut off")
		} else {
			mustContain(t, err, "The file is damaged")
		}
	}
}

// TestLocked reads while another program writes.
func TestLocked(t *testing.T) {
	path := file(t, "CREATE TABLE staff (worker_id TEXT)", "INSERT INTO staff VALUES ('1')")
	db, err := sql.Open("sqlite", "file:"+strings.NewReplacer("#", "%23", "?", "%3f", " ", "%20").Replace(path))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	c := Config{Driver: "sqlite", Database: path, Query: "SELECT * FROM staff", LockTimeout: 50 * time.Millisecond}
	_, err = Read(t.Context(), c, source.Spec{})
	mustContain(t, err, "locked", "lock_timeout")
	if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	mustRead(t, c, source.Spec{})
}

const endless = `WITH RECURSIVE n(worker_id) AS (SELECT 1 UNION ALL SELECT worker_id + 1 FROM n) SELECT worker_id FROM n WHERE worker_id < 0`

func TestTimeout(t *testing.T) {
	path := file(t, "CREATE TABLE staff (worker_id TEXT)")
	_, err := Read(t.Context(), Config{Driver: "sqlite", Database: path, Query: endless, StatementTimeout: 100 * time.Millisecond}, source.Spec{})
	mustContain(t, err, "no end after 100ms", "statement_timeout")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Read(ctx, Config{Driver: "sqlite", Database: path, Query: endless}, source.Spec{}); err != context.DeadlineExceeded {
		t.Errorf("found %v, expected the end of the context", err)
	}
}

// TestNothingIsWritten gives SQLite statements that get by the check of the text.
func TestNothingIsWritten(t *testing.T) {
	path := file(t, "CREATE TABLE staff (worker_id TEXT)", "INSERT INTO staff VALUES ('1')")
	c := Config{Driver: "sqlite", Database: path}
	write, err := ConnectToWrite(&c)
	if err != nil {
		t.Fatal(err)
	}
	writer := sql.OpenDB(write)
	defer writer.Close()
	if _, err := writer.ExecContext(t.Context(), "INSERT INTO staff VALUES ('2')"); err != nil {
		t.Fatalf("%v, expected that who asks for it can write", err)
	}
	read, err := sqliteDialect.connect(&c, toRead)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(read)
	defer db.Close()
	for _, statement := range []string{"DELETE FROM staff", "CREATE TABLE x (y)", "PRAGMA user_version = 7"} {
		if _, err := db.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "readonly") {
			t.Errorf("%s: %v, expected an error of a database that is only read", statement, err)
		}
	}
}

func TestDuplicatesAreCounted(t *testing.T) {
	statements := []string{"CREATE TABLE staff (id TEXT, phone TEXT)"}
	for i := range 100 {
		statements = append(statements, fmt.Sprintf("INSERT INTO staff VALUES ('%d', '%d')", i%50, i))
	}
	_, err := Read(t.Context(), Config{Driver: "sqlite", Database: file(t, statements...), Query: "SELECT * FROM staff"}, source.Spec{Fields: source.Fields{"worker_id": "id"}})
	mustContain(t, err, "50 problems", "of 1 kind", "(50 like this, also row 52,")
	if strings.Contains(err.Error(), `worker "1"`) {
		t.Error(err)
	}
}

// TestManagerReference: the column that managers are named by need not be an attribute.
func TestManagerReference(t *testing.T) {
	path := file(t, `CREATE TABLE staff (id TEXT, mail TEXT, boss TEXT)`,
		`INSERT INTO staff VALUES ('1', 'Ann@Example.com', NULL), ('2', NULL, 'ann@example.com ')`)
	result, doc := mustRead(t, Config{Driver: "sqlite", Database: path, Query: "SELECT * FROM staff"},
		source.Spec{Fields: source.Fields{"worker_id": "id", "manager_id": "boss"}, Attributes: []string{}, ManagerReference: "mail"})
	if result.Workers["2"].ManagerID != "1" || len(result.Attributes) != 0 {
		t.Errorf("found %s", doc)
	}
}
