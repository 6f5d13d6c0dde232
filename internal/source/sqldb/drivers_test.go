// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
	ora "github.com/sijms/go-ora/v2"
	"github.com/sijms/go-ora/v2/network"

	"terraform-provider-workforce/internal/source"
)

const secret = "p@ss/w:rd;?&=#%41 }x"

// TestSQLServerURL holds what is sent to the driver: everything but the secret,
// which is set apart from the text.
func TestSQLServerURL(t *testing.T) {
	for _, tt := range []struct {
		config Config
		want   string
		check  func(c msdsn.Config) bool
	}{
		{Config{Host: "db.example.com"}, "sqlserver://db.example.com?encrypt=true", func(c msdsn.Config) bool { return c.Host == "db.example.com" && c.Port == 0 }},
		{Config{Host: `db\HR`, Database: "staff; x=y"}, "sqlserver://db/HR?database=staff%3B+x%3Dy&encrypt=true", func(c msdsn.Config) bool { return c.Instance == "HR" && c.Database == "staff; x=y" }},
		{Config{Host: "::1", Port: 14330}, "sqlserver://[::1]:14330?encrypt=true", func(c msdsn.Config) bool { return c.Host == "::1" && c.Port == 14330 }},
	} {
		text := sqlserverURL(&tt.config)
		parsed, err := msdsn.Parse(text)
		if err != nil || text != tt.want || !tt.check(parsed) {
			t.Errorf("found %s (%v), expected %s; parsed %+v", text, err, tt.want, parsed)
		}
	}
}

// TestConnectors makes connectors of all kinds of settings; nothing connects.
func TestConnectors(t *testing.T) {
	for _, tt := range []struct {
		name           string
		config         Config
		server, secret string
	}{
		{"SQL Server", Config{Driver: "sqlserver", Host: "db", Username: "reader", Password: secret}, "db", secret},
		{"SQL Server, URL", Config{Driver: "sqlserver", DSN: "sqlserver://reader@db:1434?database=hr&encrypt=disable", Password: secret}, "db:1434", secret},
		{"SQL Server, ADO", Config{Driver: "sqlserver", DSN: "server=db;user id=reader;password=abc-123-def;database=hr"}, "db", "abc-123-def"},
		{"Oracle", Config{Driver: "oracle", Host: "db", Database: "hr", Username: "reader", Password: secret}, "db:2484", secret},
		{"Oracle, no TLS", Config{Driver: "oracle", Host: "db", Database: "hr", Username: "reader", Password: secret, TLS: TLS{Mode: "disable"}}, "db:1521", secret},
		{"Oracle, URL", Config{Driver: "oracle", DSN: "oracle://reader@db:1521/hr?SSL=false", Password: secret}, "db:1521", secret},
		{"Oracle, wallet", Config{Driver: "oracle", DSN: "oracle://reader:x@db:2484/hr?CONNECTION TIMEOUT=3", Username: "other", Password: secret}, "db:2484", secret},
		{"PostgreSQL", Config{Driver: "postgresql", Host: "db", Password: secret}, "db:5432", secret},
		{"PostgreSQL, several", Config{Driver: "postgresql", DSN: "postgres://reader@db1,db2:5433/hr", Password: secret}, "db1:5432", secret},
		{"PostgreSQL, socket", Config{Driver: "postgresql", Host: "/run/postgresql"}, "/run/postgresql:5432", ""},
		{"MySQL", Config{Driver: "mysql", Host: "::1", Password: secret}, "[::1]:3306", secret},
		{"MySQL, socket", Config{Driver: "mysql", Host: "/run/mysqld.sock"}, "/run/mysqld.sock", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.config.Query = "SELECT 1"
			d, err := tt.config.complete()
			if err != nil {
				t.Fatal(err)
			}
			to, err := d.connect(&tt.config, toRead)
			if err != nil || to.Connector == nil || to.Server != tt.server || to.secret != tt.secret {
				t.Errorf("found %q, %q, %v, expected %q, %q", to.Server, to.secret, err, tt.server, tt.secret)
			}
		})
	}
}

// TestConfig holds the messages about settings, which never show a secret.
func TestConfig(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		config Config
		want   []string
	}{
		{Config{}, []string{`driver: found "", expected one of postgresql, mysql, sqlserver, oracle, sqlite`}},
		{Config{Driver: "mysql", StatementTimeout: -1, LockTimeout: -1, ConnectTimeout: -1, Port: 70000, Encoding: "x", Isolation: "snapshot"},
			[]string{"no database", "query: found none", "statement_timeout: ", "lock_timeout: ", "connect_timeout: ", "port: found 70000", `encoding: found "x"`, "MySQL knows the encoding", `isolation: found "snapshot"`}},
		{Config{Driver: "sqlserver", Host: "db", Isolation: "read committed"}, []string{`isolation: found "read committed", expected snapshot or serializable`}},
		{Config{Driver: "sqlite"}, []string{"SQLite needs the path"}},
		{Config{Driver: "sqlite", Database: "x", Host: "db"}, []string{"SQLite is a file"}},
		{Config{Driver: "mysql", DSN: "x", Host: "y"}, []string{"both dsn and host"}},
		{Config{Driver: "mysql", DSN: "reader:" + secret}, []string{"dsn: cannot be read as a connection string of MySQL"}},
		{Config{Driver: "postgresql", DSN: "postgres://reader:" + secret + "@db:x/hr"}, []string{"dsn: cannot be read as a connection string of PostgreSQL"}},
		{Config{Driver: "sqlserver", DSN: "sqlserver://reader:" + secret + "@db:x"}, []string{"dsn: cannot be read as a connection string of SQL Server"}},
		{Config{Driver: "oracle", DSN: "oracle://reader:" + secret + "@db:x/hr"}, []string{"dsn: cannot be read as a connection string of Oracle"}},
		{Config{Driver: "oracle", DSN: "reader/" + secret + "@db"}, []string{"dsn: cannot be read as a connection string of Oracle"}},
		{Config{Driver: "mysql", Host: "db", TLS: TLS{Mode: "yes"}}, []string{`tls_mode: found "yes", expected one of verify-full, require, disable`}},
		{Config{Driver: "mysql", Host: "db", TLS: TLS{CACertificateFile: empty}}, []string{"found no certificate"}},
		{Config{Driver: "mysql", Host: "db", TLS: TLS{CACertificateFile: "x", CACertificatePEM: "y"}}, []string{"found both"}},
		{Config{Driver: "mysql", Host: "db", TLS: TLS{CACertificateFile: empty + "x"}}, []string{"ca_certificate_file: ", "no such file"}},
		{Config{Driver: "mysql", Host: "db", TLS: TLS{CertificateFile: empty}}, []string{"client_certificate_file, client_key_file: "}},
	} {
		if tt.config.Query == "" && tt.config.StatementTimeout == 0 {
			tt.config.Query = "SELECT 1"
		}
		_, err := Read(t.Context(), tt.config, source.Spec{})
		mustContain(t, err, tt.want...)
		for _, part := range []string{secret, url.QueryEscape(secret), "w:rd"} {
			if strings.Contains(err.Error(), part) {
				t.Errorf("the error holds the secret: %v", err)
			}
		}
	}
	if _, err := Read(t.Context(), Config{}, source.Spec{TimeZone: "Mars"}); err == nil || !strings.Contains(err.Error(), "time_zone") {
		t.Error(err)
	}
}

// TestAdvice explains errors of databases that the tests cannot run.
func TestAdvice(t *testing.T) {
	for _, tt := range []struct {
		driver string
		err    error
		want   []string
	}{
		{"sqlserver", mssql.Error{Number: 18456, Message: "Login failed for user 'reader', " + secret + "."}, []string{"SQL Server on db: query: Login failed for user 'reader', (secret) (18456). Check user name and password"}},
		{"sqlserver", mssql.Error{Number: 3952, LineNo: 1, Message: "Snapshot isolation transaction failed accessing database 'hr'"}, []string{"line 1: ", `isolation = "serializable"`}},
		{"sqlserver", mssql.Error{Number: 1222, Message: "Lock request time out period exceeded."}, []string{"exceeded (1222). Another program", "lock_timeout"}},
		{"oracle", &network.OracleError{ErrCode: 942, ErrMsg: "ORA-00942: table or view does not exist"}, []string{"ORA-00942: table or view does not exist (ORA-942). Check the name of the table"}},
		{"oracle", &network.OracleError{ErrCode: 1555, ErrMsg: "ORA-01555: snapshot too old"}, []string{"UNDO_RETENTION"}},
		{"oracle", &network.OracleError{ErrCode: 1456, ErrMsg: "ORA-01456"}, []string{"only ever read"}},
		{"mysql", errors.New("read tcp: connection reset"), []string{"MySQL on db: query: read tcp: connection reset"}},
	} {
		c := Config{Driver: tt.driver, Host: "db", Database: "hr", Query: "SELECT 1"}
		d, err := c.complete()
		if err != nil {
			t.Fatal(err)
		}
		r := &run{config: &c, dialect: d, to: &Connector{Server: "db", secret: secret}}
		mustContain(t, r.fault(t.Context(), "query", tt.err), tt.want...)
	}
}

// TestSilence connects to servers that accept connections and say nothing.
func TestSilence(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := netip.MustParseAddrPort(l.Addr().String()).Port()
	for _, driver := range []string{"postgresql", "mysql", "sqlserver", "oracle"} {
		for _, mode := range []string{"", "disable"} {
			c := Config{Driver: driver, Host: "127.0.0.1", Port: int(port), Database: "hr", Username: "reader", Password: secret, TLS: TLS{Mode: mode}, Query: "SELECT 1", ConnectTimeout: 100 * time.Millisecond}
			_, err := Read(t.Context(), c, source.Spec{})
			mustContain(t, err, "connect", "127.0.0.1:")
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error holds the secret: %v", err)
			}
		}
	}
}

// TestOracleURL holds the settings that reach the driver.
func TestOracleURL(t *testing.T) {
	text := ora.BuildUrl("db", 1521, "hr", "reader", secret, nil)
	config, err := ora.ParseConfig(text)
	if err != nil || config.Password != secret || config.ServiceName != "hr" {
		t.Fatalf("found %+v, %v", config, err)
	}
	if got := oracle.tx(&Config{}); got != nil {
		t.Errorf("found options %+v, which the driver refuses", got)
	}
	if got := sqlserver.tx(&Config{}); got.Isolation != sql.LevelSnapshot || got.ReadOnly {
		t.Errorf("found options %+v, expected a snapshot; the driver refuses read-only", got)
	}
	if got := sqlserver.tx(&Config{Isolation: "serializable"}); got.Isolation != sql.LevelSerializable {
		t.Errorf("found options %+v", got)
	}
}

// TestValues holds how values of types look that no server of the tests has.
func TestValues(t *testing.T) {
	at := time.Date(2026, 7, 1, 8, 30, 0, 500_000_000, time.FixedZone("", 2*60*60))
	for _, tt := range []struct {
		dialect *dialect
		typ     string
		value   any
		want    string
	}{
		{&sqlserver, "NCHAR", "0007    ", "0007"},
		{&sqlserver, "NVARCHAR", "x ", "x "},
		{&sqlserver, "DATE", at, "2026-07-01"},
		{&sqlserver, "DATETIME", time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), "2026-07-01T00:00:00"},
		{&sqlserver, "DATETIMEOFFSET", at, "2026-07-01T08:30:00.5+02:00"},
		{&sqlserver, "TIME", at, "08:30:00.5"},
		{&sqlserver, "REAL", float64(float32(0.1)), "0.1"},
		{&sqlserver, "FLOAT", 1e15, "1000000000000000"},
		{&sqlserver, "MONEY", []byte("12.5000"), "12.5000"},
		{&sqlserver, "BIT", true, "true"},
		// The first three parts are stored with the lowest byte first.
		{&sqlserver, "UNIQUEIDENTIFIER", []byte{0xff, 0x19, 0x96, 0x6f, 0x86, 0x8b, 0x11, 0xd0, 0xb4, 0x2d, 0, 0xc0, 0x4f, 0xc9, 0x64, 0xff}, "6F9619FF-8B86-D011-B42D-00C04FC964FF"},
		{&oracle, "NUMBER", "100000000000000000", "100000000000000000"},
		{&oracle, "NCHAR", "x ", "x "},
		{&oracle, "CHAR", "x ", "x"},
		{&oracle, "DATE", at, "2026-07-01T08:30:00.5"},
		{&oracle, "TimeStampLTZ_DTY", at, "2026-07-01T06:30:00.5Z"},
		{&oracle, "TimeStampTZ_DTY", at, "2026-07-01T08:30:00.5+02:00"},
		{&mysqlDialect, "BIT", []byte{1, 2}, "258"},
		{&mysqlDialect, "FLOAT", float32(0.1), "0.1"},
		{&mysqlDialect, "DATETIME", "0000-00-00 00:00:00", "0000-00-00"},
		{&sqliteDialect, "DATETIME", at, "2026-07-01T08:30:00.5+02:00"},
		{&postgresql, "_TEXT", "{{a,b},{c,d}}", "{{a,b},{c,d}}"},
	} {
		c := column{typ: tt.typ, kind: tt.dialect.kinds[tt.typ]}
		if got, err := c.value(tt.value); err != nil || got.Text() != tt.want {
			t.Errorf("%s %s %v: found %q, %v, expected %q", tt.dialect.name, tt.typ, tt.value, got.Text(), err, tt.want)
		}
	}
	if _, err := (&column{typ: "CURSOR"}).value(struct{}{}); err == nil || !strings.Contains(err.Error(), "type CURSOR") {
		t.Errorf("found %v", err)
	}
	if _, err := (&column{typ: "BIT", kind: kindBits}).value(make([]byte, 9)); err == nil {
		t.Error("72 bits are no number")
	}
}

func TestCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Read(ctx, Config{Driver: "postgresql", Host: "127.0.0.1", Port: 1, Query: "SELECT 1"}, source.Spec{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("found %v", err)
	}
}
