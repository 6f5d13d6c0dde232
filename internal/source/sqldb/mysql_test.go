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

func mysqlConfig(s *database.Server, query string, parameters ...string) Config {
	return Config{Driver: "mysql", Host: "127.0.0.1", Port: s.Port, Database: "hr", Username: s.Username, Password: database.Password,
		TLS: TLS{CACertificateFile: s.CAFile}, Query: query, Parameters: texts(parameters...)}
}

func TestMariaDB(t *testing.T) {
	s := database.StartMariaDB(t)
	s.Exec(t, "SET GLOBAL sql_mode = ''", // as servers are that have zero dates
		`CREATE TABLE staff (id CHAR(8), name VARCHAR(50) CHARACTER SET latin1, hired DATE, ends DATETIME, seen TIMESTAMP NULL, boss CHAR(8), away BOOLEAN, number DECIMAL(20,0), rate DECIMAL(10,2),
			cost FLOAT, big BIGINT UNSIGNED, flags BIT(10), photo BLOB, kind ENUM('staff','temp'), guid BINARY(2), at TIME) ENGINE=InnoDB`,
		`INSERT INTO staff VALUES ('0007', 'Zoë', '2026-07-01', '9999-12-31 00:00:00', '2026-07-01 23:30:00', NULL, 0, 100000000000000000, 1234567.50, 0.1, 18446744073709551615, b'1000000001', x'ff', 'temp', 'ab', '08:30')`)
	s.Admin().SetMaxOpenConns(1)
	s.Exec(t, "SET SESSION sql_mode = ''", `INSERT INTO staff (id, name, hired, ends, boss) VALUES ('0008', '', '2020-02-29', '0000-00-00 00:00:00', '0007'), ('0009', NULL, '0000-00-00', '2026-12-31 18:00:00', '0008')`)
	spec := source.Spec{Fields: source.Fields{"worker_id": "id", "hire_date": "hired", "termination_date": "ends", "manager_id": "boss", "on_leave": "away"}}

	const want = `{"0007":{"worker_id":"0007","status":null,"worker_type":null,"hire_date":"2026-07-01","termination_date":null,"last_day_of_work":null,"on_leave":false,"manager_id":null,"time_zone":null,"attributes":{` +
		`"at":"08:30:00","big":"18446744073709551615","cost":"0.1","flags":"513","guid":"ab","kind":"temp","name":"Zoë","number":"100000000000000000","rate":"1234567.50","seen":"2026-07-02T04:30:00Z"}}}`
	for name, c := range map[string]Config{
		"values, as texts":  mysqlConfig(s, "SELECT * FROM staff WHERE hired > '2020-12-31'"),
		"values, as binary": mysqlConfig(s, "SELECT * FROM staff WHERE hired > ?", "2020-12-31"),
	} {
		t.Run(name, func(t *testing.T) {
			if _, doc := mustRead(t, c, spec); doc != want {
				t.Errorf("found    %s\nexpected %s", doc, want)
			}
		})
	}
	t.Run("padding, null and zero dates", func(t *testing.T) {
		_, doc := mustRead(t, mysqlConfig(s, "SELECT id, name, hired, ends, boss, away FROM staff ORDER BY id"), spec)
		for _, part := range []string{`"manager_id":"0007","time_zone":null,"attributes":{"name":null}`, `"hire_date":"2020-02-29","termination_date":null`, `"hire_date":null,"termination_date":"2026-12-31"`} {
			if !strings.Contains(doc, part) {
				t.Errorf("lacks %s: %s", part, doc)
			}
		}
	})
	t.Run("connection string", func(t *testing.T) {
		c := Config{Driver: "mysql", DSN: fmt.Sprintf("%s@tcp(127.0.0.1:%d)/hr?parseTime=true&multiStatements=true", s.Username, s.Port), Password: database.Password, TLS: TLS{CACertificateFile: s.CAFile}, Query: "SELECT '1' AS worker_id"}
		mustRead(t, c, source.Spec{})
		c.DSN, c.TLS = fmt.Sprintf("root@unix(%s)/hr", s.Socket), TLS{}
		c.Password = ""
		mustRead(t, c, source.Spec{})
	})
	t.Run("one moment", func(t *testing.T) {
		testOneMoment(t, s, "SELECT count(*) FROM information_schema.processlist WHERE user = 'reader' AND info LIKE '%SLEEP%'", mysqlConfig(s, "SELECT id AS worker_id, SLEEP(0.1) AS x FROM staff"))
	})
	t.Run("cut connection", func(t *testing.T) {
		testCutConnection(t, mysqlConfig(s, "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 139) "+
			"SELECT i AS worker_id, 'x' AS name FROM n"))
	})
	t.Run("faults", func(t *testing.T) { testMariaDBFaults(t, s) })
}

func testMariaDBFaults(t *testing.T, s *database.Server) {
	s.Exec(t, "CREATE DATABASE other", "CREATE TABLE other.secret (id int)")
	for _, tt := range []struct {
		name   string
		change func(c *Config)
		want   []string
	}{
		{"password", func(c *Config) { c.Password = "wrong-password-1" }, []string{"connect: ", "1045", "Check user name and password"}},
		{"database", func(c *Config) { c.Database = "other" }, []string{"1044"}},
		{"port", func(c *Config) { c.Port = daemon.Port(t) }, []string{"connection refused", "Check host and port"}},
		{"authority", func(c *Config) { c.TLS.CACertificateFile = "" }, []string{"unknown authority", "Set ca_certificate_file"}},
		{"server name", func(c *Config) { c.TLS.ServerName = "db.example.com" }, []string{"Set tls_server_name"}},
		{"table", func(c *Config) { c.Query = "SELECT * FROM people" }, []string{"1146", "Check the name of the table"}},
		{"column", func(c *Config) { c.Query = "SELECT x FROM staff" }, []string{"1054"}},
		{"syntax", func(c *Config) { c.Query = "SELECT id\nFROM staff\nWHERE x IN" }, []string{"query, line 3: ", "1064"}},
		{"parameter", func(c *Config) { c.Query = "SELECT * FROM staff WHERE id = ?" }, []string{"1064", "placeholder"}},
		{"too many parameters", func(c *Config) { c.Parameters = texts("x") }, []string{"placeholder"}},
		{"slow", func(c *Config) {
			c.Query, c.StatementTimeout = "SELECT SLEEP(30) AS worker_id FROM staff", 100*time.Millisecond
		}, []string{"1969", "statement_timeout"}},
		{"binary value", func(c *Config) { c.Query = "SELECT '1' AS worker_id, CAST(x'ff00' AS BINARY(2)) AS x" }, []string{`row 1, column "x", worker "1"`, "binary data has to be converted"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := mysqlConfig(s, "SELECT '1' AS worker_id")
			tt.change(&c)
			_, err := Read(t.Context(), c, source.Spec{})
			mustContain(t, err, tt.want...)
			if strings.Contains(err.Error(), c.Password) {
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
	t.Run("writes", func(t *testing.T) {
		s.Exec(t, "CREATE FUNCTION hire() RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO staff (id) VALUES ('new'); RETURN 1; END", "GRANT EXECUTE ON hr.* TO reader@'127.0.0.1'")
		_, err := Read(t.Context(), mysqlConfig(s, "SELECT hire() AS worker_id"), source.Spec{})
		mustContain(t, err, "1792", "only ever read")
	})
	t.Run("lock", func(t *testing.T) {
		conn, err := s.Admin().Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.ExecContext(t.Context(), "LOCK TABLES staff WRITE"); err != nil {
			t.Fatal(err)
		}
		c := mysqlConfig(s, "SELECT id AS worker_id FROM staff")
		c.LockTimeout = time.Second
		_, err = Read(t.Context(), c, source.Spec{})
		mustContain(t, err, "1205", "lock_timeout")
		if _, err := conn.ExecContext(t.Context(), "UNLOCK TABLES"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("ended by the administrator", func(t *testing.T) {
		done := make(chan error, 1)
		go func() {
			c := mysqlConfig(s, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT i AS worker_id, SLEEP(0.02) AS x FROM n")
			_, err := Read(t.Context(), c, source.Spec{})
			done <- err
		}()
		for id := 0; id == 0; time.Sleep(20 * time.Millisecond) {
			if err := s.Admin().QueryRowContext(t.Context(), "SELECT COALESCE(MAX(id), 0) FROM information_schema.processlist WHERE user = 'reader' AND info LIKE '%SLEEP%'").Scan(&id); err != nil {
				t.Fatal(err)
			}
			if id > 0 {
				s.Exec(t, fmt.Sprintf("KILL %d", id))
			}
		}
		mustContain(t, <-done, "MySQL on 127.0.0.1:", "Run again")
	})
}
