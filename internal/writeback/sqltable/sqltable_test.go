// SPDX-License-Identifier: MPL-2.0

package sqltable_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver that makes the files

	"terraform-provider-workforce/internal/sandbox/database"
	"terraform-provider-workforce/internal/source/sqldb"
	"terraform-provider-workforce/internal/writeback"
	"terraform-provider-workforce/internal/writeback/sqltable"
)

// bench is a database with a table of staff, for tests of all databases.
type bench struct {
	config sqltable.Config
	admin  *sql.DB
	name   string
}

const hostile = `O'Brien "x" \ ; -- ü 🦆 %s`

// staff makes the table: a key with the type given, mail and login, and a note that nobody may touch.
func (b *bench) staff(t *testing.T, keyType string) {
	t.Helper()
	b.exec(t, "DROP TABLE IF EXISTS staff")
	b.exec(t, "CREATE TABLE staff (id "+keyType+", mail VARCHAR(40), login CHAR(20), note VARCHAR(20))")
	for _, id := range []string{"7", "8", "9"} {
		b.exec(t, "INSERT INTO staff VALUES ('"+id+"', 'old"+id+"@example.com', NULL, 'keep')")
	}
}

func (b *bench) exec(t *testing.T, statement string) {
	t.Helper()
	if _, err := b.admin.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// holds compares what the table holds of a worker, by another connection.
func (b *bench) holds(t *testing.T, id, mail, login string) {
	t.Helper()
	var m, l sql.NullString
	var note string
	if err := b.admin.QueryRowContext(t.Context(), "SELECT mail, login, note FROM staff WHERE id = '"+id+"'").Scan(&m, &l, &note); err != nil {
		t.Fatal(err)
	}
	if m.String != mail || strings.TrimRight(l.String, " ") != login || note != "keep" {
		t.Errorf("%s: found %q, %q, %q, expected %q, %q, \"keep\"", id, m.String, l.String, note, mail, login)
	}
}

func (b *bench) open(t *testing.T, change func(*sqltable.Config)) *sqltable.Table {
	t.Helper()
	c := b.config
	if change != nil {
		change(&c)
	}
	table, err := sqltable.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	return table
}

// benches starts the servers.
func benches(t *testing.T) []*bench {
	t.Helper()
	table := sqltable.Config{Table: "staff", KeyColumn: "id", Columns: map[string]string{"mail": "mail", "user_name": "login"}}
	server := func(name string, s *database.Server, grants ...string) *bench {
		b := &bench{config: table, admin: s.Admin(), name: name}
		b.config.Server = sqldb.Config{Driver: name, Host: "127.0.0.1", Port: s.Port, Database: "hr", Username: "writer", Password: database.Password, TLS: sqldb.TLS{CACertificateFile: s.CAFile}, LockTimeout: time.Second}
		s.Exec(t, grants...)
		return b
	}
	file := filepath.Join(t.TempDir(), "hr #1?.db")
	admin, err := sql.Open("sqlite", "file:"+strings.NewReplacer("#", "%23", "?", "%3f", " ", "%20").Replace(file)+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close() })
	sqlite := &bench{config: table, admin: admin, name: "sqlite"}
	sqlite.config.Server = sqldb.Config{Driver: "sqlite", Database: file, LockTimeout: 50 * time.Millisecond}
	return []*bench{
		server("postgresql", database.StartPostgreSQL(t), "CREATE ROLE writer LOGIN PASSWORD '"+database.Password+"'", "ALTER DEFAULT PRIVILEGES GRANT SELECT, UPDATE ON TABLES TO writer"),
		server("mysql", database.StartMariaDB(t), "CREATE USER 'writer'@'%' IDENTIFIED BY '"+database.Password+"'", "GRANT SELECT, UPDATE ON hr.* TO 'writer'@'%'"),
		sqlite,
	}
}

func TestDatabases(t *testing.T) {
	for _, b := range benches(t) {
		t.Run(b.name, func(t *testing.T) {
			t.Run("write", b.testWrite)
			t.Run("refused", b.testRefused)
			t.Run("locked", b.testLocked)
			t.Run("unavailable", b.testUnavailable)
			t.Run("many", b.testMany)
		})
	}
}

func (b *bench) testWrite(t *testing.T) {
	for _, keyType := range []string{"VARCHAR(10) PRIMARY KEY", "INTEGER PRIMARY KEY", "CHAR(10)"} {
		b.staff(t, keyType)
		table := b.open(t, nil)
		found, err := table.Read(t.Context(), []string{"7", "8", "404"}, []string{"mail", "user_name"})
		if err != nil {
			t.Fatal(keyType, err)
		}
		if len(found) != 2 || found["7"]["mail"] != "old7@example.com" || found["7"]["user_name"] != "" {
			t.Errorf("%s: found %v", keyType, found)
		}
		outcomes := writeback.Apply(t.Context(), table, []writeback.WorkerChange{
			{WorkerID: "7", Want: writeback.Record{"mail": hostile, "user_name": "seven"}},
			{WorkerID: "8", Want: writeback.Record{"mail": ""}},
			{WorkerID: "9", Want: writeback.Record{"mail": "old9@example.com"}},
			{WorkerID: "404", Want: writeback.Record{"mail": "x"}},
		})
		for i, o := range outcomes {
			if (o.Err == nil) != (i != 3) {
				t.Errorf("%s: worker %s: %v", keyType, o.WorkerID, o.Err)
			}
		}
		if outcomes[2].Written {
			t.Error("wrote what was there already")
		}
		b.holds(t, "7", hostile, "seven")
		b.holds(t, "8", "", "")
		b.holds(t, "9", "old9@example.com", "")
	}
	table := b.open(t, func(c *sqltable.Config) { c.ClearWith = "empty" })
	if _, err := table.Write(t.Context(), "9", nil, writeback.Record{"mail": ""}); err != nil {
		t.Error(err)
	}
	var empty bool
	if err := b.admin.QueryRowContext(t.Context(), "SELECT mail = '' FROM staff WHERE id = '9'").Scan(&empty); err != nil || !empty {
		t.Errorf("found %v, %v, expected an empty text", empty, err)
	}
}

// testRefused holds that a write that cannot be as asked for changes nothing.
func (b *bench) testRefused(t *testing.T) {
	b.staff(t, "VARCHAR(10)")
	b.exec(t, "INSERT INTO staff VALUES ('8', 'second@example.com', NULL, 'keep')")
	long := strings.Repeat("x", 41)
	if b.name == "sqlite" { // which has no lengths: a trigger changes what is written
		b.exec(t, "CREATE TRIGGER short AFTER UPDATE ON staff WHEN length(new.mail) > 40 BEGIN UPDATE staff SET mail = substr(new.mail, 1, 40) WHERE id = new.id; END")
	}
	for _, tt := range []struct {
		name, worker string
		have, want   writeback.Record
		parts        []string
	}{
		{"no row", "404", nil, writeback.Record{"mail": "x"}, []string{"no row", "404", "exactly one"}},
		{"two rows", "8", nil, writeback.Record{"mail": "x"}, []string{"2 rows", `"8"`, "nothing was written"}},
		{"too long", "7", nil, writeback.Record{"mail": long, "user_name": "seven"}, []string{""}},
		{"changed meanwhile", "7", writeback.Record{"mail": "other"}, writeback.Record{"mail": "x"}, []string{"old7@example.com", "other", "nothing was written"}},
		{"not a column", "7", nil, writeback.Record{"note": "x"}, []string{"note"}},
		{"injection", "7' OR '1'='1", nil, writeback.Record{"mail": "x"}, []string{"no row"}},
	} {
		_, err := b.open(t, nil).Write(t.Context(), tt.worker, tt.have, tt.want)
		mustContain(t, tt.name, err, tt.parts...)
	}
	b.holds(t, "7", "old7@example.com", "")
	b.holds(t, "9", "old9@example.com", "")
	_, err := b.open(t, nil).Read(t.Context(), []string{"8"}, []string{"mail"})
	mustContain(t, "two rows are read", err, "rows or more", `"8"`)
	_, err = b.open(t, func(c *sqltable.Config) { c.Table = "people" }).Read(t.Context(), []string{"8"}, []string{"mail"})
	mustContain(t, "no table", err, "people")
	_, err = b.open(t, func(c *sqltable.Config) { c.Table = `staff" WHERE 1=1; --` }).Read(t.Context(), []string{"8"}, []string{"mail"})
	mustContain(t, "name as injection", err, "staff")
}

// testLocked: another program keeps the row.
func (b *bench) testLocked(t *testing.T) {
	b.staff(t, "VARCHAR(10) PRIMARY KEY")
	tx, err := b.admin.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if _, err := tx.ExecContext(t.Context(), "UPDATE staff SET note = 'keep' WHERE id = '7'"); err != nil {
		t.Fatal(err)
	}
	_, err = b.open(t, nil).Write(t.Context(), "7", nil, writeback.Record{"mail": "x"})
	mustContain(t, "locked", err, "ock") // "Lock wait timeout", "lock timeout", "database is locked"
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	b.holds(t, "7", "old7@example.com", "")
}

// testUnavailable: what everybody would meet is said once, without the password.
func (b *bench) testUnavailable(t *testing.T) {
	if b.name == "sqlite" {
		_, err := sqltable.Open(sqltable.Config{Server: sqldb.Config{Driver: "sqlite", Database: "/nonexistent/hr.db"}, Table: "staff", KeyColumn: "id", Columns: map[string]string{"mail": "mail"}})
		mustContain(t, "no file", err, "/nonexistent/hr.db")
		return
	}
	const canary = "canary-s3cret"
	for name, change := range map[string]func(*sqltable.Config){
		"nobody there":      func(c *sqltable.Config) { c.Server.Port = 1 },
		"wrong password":    func(c *sqltable.Config) {},
		"unknown authority": func(c *sqltable.Config) { c.Server.TLS.CACertificateFile = "" },
	} {
		table := b.open(t, func(c *sqltable.Config) { c.Server.Password = canary; change(c) })
		_, err := table.Write(t.Context(), "7", nil, writeback.Record{"mail": "x"})
		if _, ok := errors.AsType[*writeback.UnavailableError](err); !ok || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v, expected that nobody can be written, and no password", name, err)
		}
	}
}

// testMany writes more workers than one query reads, several at once.
func (b *bench) testMany(t *testing.T) {
	b.staff(t, "VARCHAR(10) PRIMARY KEY")
	var changes []writeback.WorkerChange
	var rows []string
	for i := range 1200 {
		id := fmt.Sprintf("m%04d", i)
		rows = append(rows, "('"+id+"', NULL, NULL, 'keep')")
		changes = append(changes, writeback.WorkerChange{WorkerID: id, Want: writeback.Record{"mail": id + "@example.com"}})
	}
	b.exec(t, "INSERT INTO staff VALUES "+strings.Join(rows, ", "))
	for _, o := range writeback.Apply(t.Context(), b.open(t, nil), changes) {
		if o.Err != nil || !o.Written || o.Now["mail"] != o.WorkerID+"@example.com" {
			t.Fatalf("%+v", o)
		}
	}
	var n int
	if err := b.admin.QueryRowContext(t.Context(), "SELECT count(*) FROM staff WHERE mail LIKE 'm%@example.com'").Scan(&n); err != nil || n != 1200 {
		t.Errorf("found %d, %v, expected 1200", n, err)
	}
}

func mustContain(t *testing.T, what string, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error, expected one with %q", what, parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%s: the error lacks %q:\n%v", what, part, err)
		}
	}
}

func TestConfig(t *testing.T) {
	good := sqltable.Config{Server: sqldb.Config{Driver: "postgresql", Host: "db.example.com"}, Table: "hr.staff", KeyColumn: "id", Columns: map[string]string{"mail": "mail"}}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(*sqltable.Config)
		want   []string
	}{
		"driver":          {func(c *sqltable.Config) { c.Server.Driver = "db2" }, []string{"db2", "postgresql"}},
		"host":            {func(c *sqltable.Config) { c.Server.Host = "" }, []string{"host"}},
		"table":           {func(c *sqltable.Config) { c.Table = "a..b" }, []string{"table", "a..b"}},
		"key":             {func(c *sqltable.Config) { c.KeyColumn = "" }, []string{"key_column"}},
		"key is written":  {func(c *sqltable.Config) { c.Columns = map[string]string{"mail": "ID"} }, []string{"never written"}},
		"column twice":    {func(c *sqltable.Config) { c.Columns = map[string]string{"a": "x", "b": "X"} }, []string{`"a" and "b"`}},
		"no columns":      {func(c *sqltable.Config) { c.Columns = nil }, []string{"columns"}},
		"control":         {func(c *sqltable.Config) { c.KeyColumn = "a\x00b" }, []string{"control characters"}},
		"clear_with":      {func(c *sqltable.Config) { c.ClearWith = "blank" }, []string{"blank", "null, empty"}},
		"concurrency":     {func(c *sqltable.Config) { c.Concurrency = 65 }, []string{"65"}},
		"several at once": {func(c *sqltable.Config) { c.Table, c.KeyColumn = "", "" }, []string{"table", "key_column"}},
	} {
		c := good
		tt.change(&c)
		mustContain(t, name, c.Validate(), tt.want...)
	}
	_, err := sqltable.Open(sqltable.Config{Server: sqldb.Config{Driver: "oracle", Host: "h"}, Table: "s", KeyColumn: "k", Columns: good.Columns})
	mustContain(t, "no service", err, "database", "service of Oracle")
	_, err = sqltable.Open(sqltable.Config{Server: sqldb.Config{Driver: "oracle", Host: "h", Database: "hr", TLS: sqldb.TLS{Mode: "maybe"}}, Table: "s", KeyColumn: "k", Columns: good.Columns})
	mustContain(t, "tls", err, "maybe", "verify-full")
	for _, driver := range []string{"oracle", "sqlserver"} {
		c := good
		c.Server.Driver, c.Server.Database = driver, "hr"
		table, err := sqltable.Open(c)
		if err != nil {
			t.Fatal(driver, err)
		}
		table.Close()
	}
}
