// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/sandbox/daemon"
	"terraform-provider-workforce/internal/sandbox/database"
	"terraform-provider-workforce/internal/source"
)

func postgresqlConfig(s *database.Server, query string, parameters ...string) Config {
	return Config{Driver: "postgresql", Host: "127.0.0.1", Port: s.Port, Database: "hr", Username: s.Username, Password: database.Password,
		TLS: TLS{CACertificateFile: s.CAFile}, Query: query, Parameters: texts(parameters...)}
}

func TestPostgreSQL(t *testing.T) {
	s := database.StartPostgreSQL(t)
	s.Exec(t, `CREATE TABLE staff (id CHAR(8), name VARCHAR(50), hired DATE, ends TIMESTAMP, seen TIMESTAMPTZ, boss CHAR(8), away BOOLEAN, number NUMERIC(20,0), rate NUMERIC(10,2),
			cost REAL, big BIGINT, guid UUID, phones TEXT[], extra JSONB, photo BYTEA, mood INTERVAL, at TIME)`,
		`INSERT INTO staff VALUES ('0007', 'Zoë ☃', '2026-07-01', '9999-12-31', '2026-07-01 23:30:00-04', NULL, false, 100000000000000000, 1234567.50, 0.1, 9007199254740993,
			'6F9619FF-8B86-D011-B42D-00C04FC964FF', '{"+49 30 1","a,b",NULL}', '{"a": 1}', '\xff', '1 day', '08:30')`,
		`INSERT INTO staff (id, name, hired, ends, boss) VALUES ('0008', '', '2020-02-29', '2026-12-31 18:00', '0007'), ('0009', NULL, '2019-01-01', 'infinity', '0008')`)
	spec := source.Spec{Fields: source.Fields{"worker_id": "id", "hire_date": "hired", "termination_date": "ends", "manager_id": "boss", "on_leave": "away"}, NoDate: []string{"9999-12-31", "infinity"}}

	t.Run("values", func(t *testing.T) {
		result, doc := mustRead(t, postgresqlConfig(s, "SELECT * FROM staff WHERE hired > $1 AND number IS NOT DISTINCT FROM $2 OR name = $3", "2020-12-31", "100000000000000000", "nobody"), spec)
		const want = `{"0007":{"worker_id":"0007","status":null,"worker_type":null,"hire_date":"2026-07-01","termination_date":null,"last_day_of_work":null,"on_leave":false,"manager_id":null,"time_zone":null,"attributes":{` +
			`"at":"08:30:00","big":"9007199254740993","cost":"0.1","extra":"{\"a\": 1}","guid":"6f9619ff-8b86-d011-b42d-00c04fc964ff","mood":"1 day","name":"Zoë ☃","number":"100000000000000000","phones":["+49 30 1","a,b"],"rate":"1234567.50","seen":"2026-07-02T03:30:00Z"}}}`
		if doc != want {
			t.Errorf("found    %s\nexpected %s", doc, want)
		}
		if len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], `"photo" (BYTEA)`) {
			t.Errorf("warnings %q", result.Warnings)
		}
	})
	t.Run("padding, null and infinity", func(t *testing.T) {
		_, doc := mustRead(t, postgresqlConfig(s, "SELECT id, name, hired, ends, boss, away FROM staff ORDER BY id"), spec)
		for _, part := range []string{`"manager_id":"0007","time_zone":null,"attributes":{"name":null}`, `"termination_date":"2026-12-31"`, `"hire_date":"2019-01-01","termination_date":null`} {
			if !strings.Contains(doc, part) {
				t.Errorf("lacks %s: %s", part, doc)
			}
		}
	})
	t.Run("an instant is a date in a zone only", func(t *testing.T) {
		c := postgresqlConfig(s, "SELECT id AS worker_id, seen AS hire_date FROM staff WHERE seen IS NOT NULL")
		_, err := Read(t.Context(), c, source.Spec{})
		mustContain(t, err, `row 1, column "hire_date", worker "0007": found "2026-07-02T03:30:00Z", an instant in UTC`)
		if _, doc := mustRead(t, c, source.Spec{TimeZone: "America/New_York"}); !strings.Contains(doc, `"hire_date":"2026-07-01"`) {
			t.Error(doc)
		}
	})
	t.Run("connection string", func(t *testing.T) {
		c := Config{Driver: "postgresql", DSN: fmt.Sprintf("postgres://%s@localhost:%d/hr", s.Username, s.Port), Password: database.Password, TLS: TLS{CACertificateFile: s.CAFile}, Query: "SELECT '1' AS worker_id"}
		mustRead(t, c, source.Spec{})
		c.DSN = fmt.Sprintf("host=127.0.0.1 port=%d user=%s dbname=hr sslmode=verify-full sslrootcert=%s", s.Port, s.Username, s.CAFile)
		mustRead(t, c, source.Spec{})
		c.DSN = fmt.Sprintf("host=%s port=%d user=postgres dbname=hr", s.Socket, s.Port)
		mustRead(t, c, source.Spec{})
	})
	t.Run("one moment", func(t *testing.T) {
		testOneMoment(t, s, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader' AND query LIKE '%pg_sleep%'", postgresqlConfig(s, `SELECT id AS worker_id, pg_sleep(0.1) IS NULL AS x FROM staff UNION ALL SELECT 'late', true FROM staff WHERE id = 'late'`))
	})
	t.Run("cut connection", func(t *testing.T) {
		testCutConnection(t, postgresqlConfig(s, "SELECT n AS worker_id, 'x' AS name FROM generate_series(100, 139) n"))
	})
	t.Run("faults", func(t *testing.T) { testPostgreSQLFaults(t, s) })
	t.Run("code page", func(t *testing.T) {
		s.Exec(t, "CREATE DATABASE old ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
		c := postgresqlConfig(s, `SELECT '1' AS worker_id, convert_from('\x4dfc', 'SQL_ASCII') AS name`)
		c.Database = "old"
		_, err := Read(t.Context(), c, source.Spec{})
		mustContain(t, err, "22021", "setting encoding")
		c.Encoding = "ISO-8859-1"
		if _, doc := mustRead(t, c, source.Spec{}); !strings.Contains(doc, `"name":"Mü"`) {
			t.Error(doc)
		}
		s.Exec(t, "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
		c.Database, c.Encoding, c.Query = "latin", "", "SELECT '1' AS worker_id, chr(252) AS name"
		if _, doc := mustRead(t, c, source.Spec{}); !strings.Contains(doc, `"name":"ü"`) {
			t.Error(doc)
		}
		c.Database, c.Encoding = "hr", "ISO-8859-1"
		_, err = Read(t.Context(), c, source.Spec{})
		mustContain(t, err, "UTF8", "remove encoding")
	})
}

// testOneMoment adds a row while the query runs, which must not be seen. running
// counts the sessions that run it.
func testOneMoment(t *testing.T, s *database.Server, running string, c Config) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		for n := 0; n == 0; time.Sleep(5 * time.Millisecond) {
			if err := s.Admin().QueryRowContext(t.Context(), running).Scan(&n); err != nil {
				done <- err
				return
			}
		}
		_, err := s.Admin().ExecContext(t.Context(), "INSERT INTO staff (id) VALUES ('late')")
		done <- err
	}()
	result, err := Read(t.Context(), c, source.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if result.Records != 3 || result.Workers["late"] != nil {
		t.Errorf("found %d records, expected the 3 of one moment", result.Records)
	}
	s.Exec(t, "DELETE FROM staff WHERE id = 'late'")
}

func testPostgreSQLFaults(t *testing.T, s *database.Server) {
	s.Exec(t, "CREATE TABLE secret (id int)", "REVOKE ALL ON secret FROM reader", "CREATE SEQUENCE counter", "GRANT ALL ON SEQUENCE counter TO reader")
	for _, tt := range []struct {
		name   string
		change func(c *Config)
		want   []string
	}{
		{"password", func(c *Config) { c.Password = "wrong-password-1" }, []string{"connect: ", "28P01", "Check user name and password"}},
		{"database", func(c *Config) { c.Database = "none" }, []string{"3D000", "Check the name of the database"}},
		{"port", func(c *Config) { c.Port = daemon.Port(t) }, []string{"connection refused", "Check host and port"}},
		{"authority", func(c *Config) { c.TLS.CACertificateFile = "" }, []string{"unknown authority", "Set ca_certificate_file"}},
		{"server name", func(c *Config) { c.TLS.ServerName = "db.example.com" }, []string{"Set tls_server_name"}},
		{"table", func(c *Config) { c.Query = "SELECT *\nFROM  people" }, []string{"query, line 2, column 7: relation \"people\" does not exist (42P01)"}},
		{"column", func(c *Config) { c.Query = "SELECT é FROM staff" }, []string{"line 1, column 8", "42703", "Check the name of the column"}},
		{"rights", func(c *Config) { c.Query = "SELECT * FROM secret" }, []string{"42501", "Grant the account SELECT"}},
		{"syntax", func(c *Config) { c.Query = "SELECT id FROM staff WHERE" }, []string{"42601", "syntax error at end of input"}},
		{"parameter", func(c *Config) { c.Query = "SELECT * FROM staff WHERE id = $1" }, []string{"placeholder"}},
		{"parameter type", func(c *Config) { c.Query, c.Parameters = "SELECT * FROM staff WHERE big = $1", texts("x") }, []string{"query"}},
		{"slow", func(c *Config) { c.Query, c.StatementTimeout = "SELECT pg_sleep(30)", 100*time.Millisecond }, []string{"57014", "statement_timeout"}},
		{"writes", func(c *Config) { c.Query = "SELECT nextval('counter') AS worker_id" }, []string{"25006", "only ever read"}},
		{"breaks", func(c *Config) { c.Query = "SELECT n AS worker_id, 1/(2000-n) AS x FROM generate_series(1, 5000) n" }, []string{"after row 1999: division by zero (22012)", "Nothing of the incomplete result is used"}},
		{"several results", func(c *Config) { c.Query = "SELECT 1 AS worker_id; SELECT 2" }, []string{"found text behind"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := postgresqlConfig(s, "SELECT '1' AS worker_id")
			tt.change(&c)
			_, err := Read(t.Context(), c, source.Spec{})
			mustContain(t, err, tt.want...)
			if strings.Contains(err.Error(), c.Password) {
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
	t.Run("lock", func(t *testing.T) {
		tx, err := s.Admin().BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		if _, err := tx.ExecContext(t.Context(), "LOCK TABLE staff"); err != nil {
			t.Fatal(err)
		}
		c := postgresqlConfig(s, "SELECT id AS worker_id FROM staff")
		c.LockTimeout = 50 * time.Millisecond
		_, err = Read(t.Context(), c, source.Spec{})
		mustContain(t, err, "55P03", "lock_timeout")
	})
	t.Run("ended by the administrator", func(t *testing.T) {
		done := make(chan error, 1)
		go func() {
			_, err := Read(t.Context(), postgresqlConfig(s, "SELECT n AS worker_id, pg_sleep(0.005) IS NULL AS x FROM generate_series(1, 5000) n"), source.Spec{})
			done <- err
		}()
		for ended := 0; ended == 0; time.Sleep(20 * time.Millisecond) {
			if err := s.Admin().QueryRowContext(t.Context(), "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'reader' AND query LIKE '%pg_sleep%'").Scan(&ended); err != nil {
				t.Fatal(err)
			}
		}
		mustContain(t, <-done, "57P01", "Run again")
	})
}
