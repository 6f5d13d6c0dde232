// SPDX-License-Identifier: MPL-2.0

package sqltable

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
	ora "github.com/sijms/go-ora/v2"
	"modernc.org/sqlite"

	"terraform-provider-workforce/internal/source/sqldb"
)

// dialect is what differs between the databases.
type dialect struct {
	title string
	quote string // the two characters round a name
	mark  func(n int) string
	// hint, after the table's name, or suffix, at the end, lock a row that is read.
	hint, suffix string
	connect      func(c *sqldb.Config) (target, error)
	// before sets a session up, within a transaction; none if nil.
	before func(ctx context.Context, conn *sql.Conn, c *sqldb.Config) error
	within func(ctx context.Context, tx *sql.Tx, c *sqldb.Config) error
}

// target is a way to connect, and the server's name in messages.
type target struct {
	driver driver.Connector
	server string
}

var dialects = map[string]*dialect{
	"postgresql": {title: "PostgreSQL", quote: `""`, mark: numbered("$"), suffix: " FOR UPDATE", connect: postgresql,
		// For the transaction only, as a connection pooler on the way requires.
		within: func(ctx context.Context, tx *sql.Tx, c *sqldb.Config) error {
			_, err := tx.ExecContext(ctx, fmt.Sprintf("SET LOCAL lock_timeout = %d", max(c.LockTimeout.Milliseconds(), 1)))
			return err
		}},
	"mysql": {title: "MySQL", quote: "``", mark: func(int) string { return "?" }, suffix: " FOR UPDATE", connect: mySQL,
		before: func(ctx context.Context, conn *sql.Conn, c *sqldb.Config) error {
			_, err := conn.ExecContext(ctx, fmt.Sprintf("SET SESSION innodb_lock_wait_timeout = %d, SESSION lock_wait_timeout = %[1]d", max(int(c.LockTimeout.Seconds()), 1)))
			return err
		}},
	"sqlserver": {title: "SQL Server", quote: "[]", mark: numbered("@p"), hint: " WITH (UPDLOCK, ROWLOCK)", connect: sqlServer,
		before: func(ctx context.Context, conn *sql.Conn, c *sqldb.Config) error {
			_, err := conn.ExecContext(ctx, fmt.Sprintf("SET LOCK_TIMEOUT %d", max(c.LockTimeout.Milliseconds(), 1)))
			return err
		}},
	"oracle": {title: "Oracle", quote: `""`, mark: numbered(":"), suffix: " FOR UPDATE", connect: oracle},
	"sqlite": {title: "SQLite", quote: `""`, mark: func(int) string { return "?" }, connect: sqliteFile},
}

func numbered(prefix string) func(int) string {
	return func(n int) string { return prefix + strconv.Itoa(n) }
}

// connectError is a server that cannot be reached or does not let us in.
type connectError struct{ err error }

func (e *connectError) Error() string { return e.err.Error() }
func (e *connectError) Unwrap() error { return e.err }

func (t *Table) connect(ctx context.Context) (*sql.Conn, error) {
	limited, cancel := context.WithTimeout(ctx, t.config.Server.ConnectTimeout)
	defer cancel()
	conn, err := t.db.Conn(limited)
	if err != nil {
		return nil, &connectError{err}
	}
	if t.dialect.before != nil {
		if err := t.dialect.before(ctx, conn, &t.config.Server); err != nil {
			conn.Close()
			return nil, &connectError{err}
		}
	}
	return conn, nil
}

func postgresql(c *sqldb.Config) (target, error) {
	// This keeps the settings of the environment (PGHOST and others) out.
	config, err := pgx.ParseConfig("host=localhost port=5432 user=x password=x dbname=x sslmode=disable")
	if err != nil {
		return target{}, err
	}
	config.Host, config.Port, config.User, config.Password, config.Database, config.Fallbacks = c.Host, uint16(port(c, 5432)), c.Username, c.Password, c.Database, nil
	if !strings.HasPrefix(c.Host, "/") { // else a Unix socket
		if config.TLSConfig, err = tlsConfig(c); err != nil {
			return target{}, err
		}
	}
	config.ConnectTimeout = c.ConnectTimeout
	config.RuntimeParams["application_name"] = "terraform-provider-workforce"
	return target{stdlib.GetConnector(*config), serverName(c, 5432)}, nil
}

func mySQL(c *sqldb.Config) (target, error) {
	config := mysql.NewConfig()
	config.Net, config.Addr = "tcp", net.JoinHostPort(c.Host, strconv.Itoa(port(c, 3306)))
	if strings.HasPrefix(c.Host, "/") {
		config.Net, config.Addr = "unix", c.Host
	} else {
		var err error
		if config.TLS, err = tlsConfig(c); err != nil {
			return target{}, err
		}
	}
	config.User, config.Passwd, config.DBName, config.Timeout = c.Username, c.Password, c.Database, c.ConnectTimeout
	// The count of an UPDATE is then of the rows found, as in the other databases,
	// not of those that had another value before.
	config.ClientFoundRows = true
	config.Logger = &mysql.NopLogger{}
	to, err := mysql.NewConnector(config)
	return target{to, serverName(c, 3306)}, err
}

func sqlServer(c *sqldb.Config) (target, error) {
	host, instance, _ := strings.Cut(c.Host, `\`)
	u := url.URL{Scheme: "sqlserver", Host: host, Path: instance, RawQuery: url.Values{"encrypt": {"true"}, "database": {c.Database}}.Encode()}
	if c.Port > 0 || instance == "" {
		u.Host = net.JoinHostPort(host, strconv.Itoa(port(c, 1433)))
	}
	config, err := msdsn.Parse(u.String())
	if err != nil {
		return target{}, fmt.Errorf("host: found %q, expected a name or host\\instance: %w", c.Host, err)
	}
	config.User, config.Password, config.DialTimeout, config.AppName = c.Username, c.Password, c.ConnectTimeout, "terraform-provider-workforce"
	encryption, err := tlsConfig(c)
	if err != nil {
		return target{}, err
	}
	config.Encryption, config.TLSConfig = msdsn.EncryptionDisabled, nil
	if encryption != nil {
		encryption.DynamicRecordSizingDisabled = true // the server expects one TCP segment for a packet
		config.Encryption, config.TLSConfig, config.HostInCertificateProvided = msdsn.EncryptionRequired, encryption, c.TLS.ServerName != ""
		config.TrustServerCertificate = encryption.InsecureSkipVerify
	}
	return target{mssql.NewConnectorConfig(config), serverName(c, 1433)}, nil
}

func oracle(c *sqldb.Config) (target, error) {
	encryption, err := tlsConfig(c)
	if err != nil {
		return target{}, err
	}
	usual, options := 1521, map[string]string{"CONNECTION TIMEOUT": strconv.Itoa(max(int(c.ConnectTimeout.Seconds()), 1))}
	if encryption != nil {
		usual, options["SSL"], options["SSL VERIFY"] = 2484, "true", strconv.FormatBool(!encryption.InsecureSkipVerify)
	}
	to := ora.NewConnector(ora.BuildUrl(c.Host, port(c, usual), c.Database, c.Username, c.Password, options))
	if connector, ok := to.(*ora.OracleConnector); ok && encryption != nil {
		connector.WithTLSConfig(encryption)
	}
	return target{to, serverName(c, usual)}, nil
}

func sqliteFile(c *sqldb.Config) (target, error) {
	if info, err := os.Stat(c.Database); err != nil || !info.Mode().IsRegular() {
		return target{}, fmt.Errorf(`database: %s: found no such file, expected one of SQLite (write "${path.module}/…" for files beside the configuration)`, c.Database)
	}
	values := url.Values{"mode": {"rw"}, "_txlock": {"immediate"}, "_pragma": {fmt.Sprintf("busy_timeout(%d)", max(c.LockTimeout.Milliseconds(), 1))}}
	to, err := sqlite.NewConnector("file:" + (&url.URL{Path: c.Database}).EscapedPath() + "?" + values.Encode())
	return target{to, c.Database}, err
}

func port(c *sqldb.Config, usual int) int {
	if c.Port > 0 {
		return c.Port
	}
	return usual
}

func serverName(c *sqldb.Config, usual int) string {
	return net.JoinHostPort(c.Host, strconv.Itoa(port(c, usual)))
}

// tlsConfig returns how a connection is encrypted, nil for not at all.
func tlsConfig(c *sqldb.Config) (*tls.Config, error) {
	host, _, _ := strings.Cut(c.Host, `\`)
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if c.TLS.ServerName != "" {
		config.ServerName = c.TLS.ServerName
	}
	switch c.TLS.Mode {
	case "", "verify-full":
	case "require":
		config.InsecureSkipVerify = true
	case "disable":
		return nil, nil
	default:
		return nil, fmt.Errorf("tls_mode: found %q, expected one of %s", c.TLS.Mode, strings.Join(sqldb.TLSModes, ", "))
	}
	if c.TLS.CACertificateFile != "" {
		pem, err := os.ReadFile(c.TLS.CACertificateFile)
		if err != nil {
			return nil, fmt.Errorf("ca_certificate_file: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("ca_certificate_file: found no certificate, expected PEM with a line -----BEGIN CERTIFICATE-----")
		}
	}
	return config, nil
}

// textOf makes text of a value as the driver hands it out; CHAR without the
// blanks that fill it up.
func textOf(v any, typ string) (string, error) {
	text := ""
	switch v := v.(type) {
	case nil:
	case string:
		text = v
	case []byte:
		text = string(v)
		if typ == "UNIQUEIDENTIFIER" {
			var id mssql.UniqueIdentifier
			if err := id.Scan(v); err != nil {
				return "", err
			}
			text = id.String()
		}
	case int64, uint64, bool:
		text = fmt.Sprint(v)
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		text = v.Format(time.RFC3339Nano)
	default:
		return "", fmt.Errorf("found a value of type %s (%T), expected text or a number", typ, v)
	}
	switch typ {
	case "CHAR", "BPCHAR", "NCHAR":
		text = strings.TrimRight(text, " ")
	}
	return text, nil
}
