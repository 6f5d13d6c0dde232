// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

var postgresql = dialect{
	name: "postgresql", title: "PostgreSQL",
	syntax:    syntax{dollar: true, nested: true},
	connector: postgresqlConnector,
	tx: func(*Config) *sql.TxOptions {
		return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	},
	within: postgresqlWithin,
	kinds: map[string]kind{"BPCHAR": kindPadded, "CHAR": kindPadded, "BYTEA": kindBinary, "FLOAT4": kindSingle, "DATE": kindDate, "TIMESTAMP": kindLocal, "TIMESTAMPTZ": kindUTC,
		"_TEXT": kindArray, "_VARCHAR": kindArray, "_BPCHAR": kindArray, "_INT2": kindArray, "_INT4": kindArray, "_INT8": kindArray, "_UUID": kindArray, "_NUMERIC": kindArray, "_DATE": kindArray},
	advise: postgresqlAdvice,
}

func postgresqlConnector(c *Config, _ access) (*Connector, error) {
	const example = "postgres://reader@db.example.com:5432/hr"
	dsn := c.DSN
	if dsn == "" {
		// Everything is set below; this keeps the settings of the environment (PGHOST and others) out.
		dsn = "host=localhost port=5432 user=x password=x dbname=x sslmode=disable"
	}
	config, err := pgx.ParseConfig(dsn)
	if err != nil || ambiguous(c.DSN) {
		return nil, unreadable("PostgreSQL", example)
	}
	if c.DSN == "" {
		config.Host, config.Port, config.User, config.Password, config.Database = c.Host, 5432, c.Username, c.Password, c.Database
		if c.Port > 0 {
			config.Port = uint16(c.Port)
		}
		config.Fallbacks = nil
	} else {
		if c.Username != "" {
			config.User = c.Username
		}
		if c.Password != "" {
			config.Password = c.Password
		}
	}
	if c.DSN == "" || !says(strings.ReplaceAll(c.DSN, " ", "&"), "sslmode") {
		if config.TLSConfig, err = c.socketTLS(config.Host); err != nil {
			return nil, err
		}
		config.Fallbacks = otherHosts(config.Fallbacks, config.Host, c)
	}
	config.ConnectTimeout = c.ConnectTimeout
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "terraform-provider-workforce"
	}
	config.RuntimeParams["client_encoding"] = "UTF8" // whatever the database's own is
	if c.Encoding != "" {
		config.RuntimeParams["client_encoding"] = "SQL_ASCII" // the bytes as they are
	}
	config.OnNotice = func(*pgconn.PgConn, *pgconn.Notice) {}
	return &Connector{stdlib.GetConnector(*config), config.Host + ":" + strconv.Itoa(int(config.Port)), config.Password}, nil
}

// socketTLS is the TLS configuration for a host; a Unix socket has none.
func (c *Config) socketTLS(host string) (*tls.Config, error) {
	if strings.HasPrefix(host, "/") {
		return nil, nil
	}
	return c.tls(host)
}

// otherHosts keeps the further servers of a connection string, each once and
// encrypted as configured, not as libpq would: first with, then without TLS.
func otherHosts(all []*pgconn.FallbackConfig, first string, c *Config) []*pgconn.FallbackConfig {
	var hosts []*pgconn.FallbackConfig
	seen := map[string]bool{first: true}
	for _, f := range all {
		if seen[f.Host] {
			continue
		}
		seen[f.Host] = true
		if config, err := c.socketTLS(f.Host); err == nil {
			hosts = append(hosts, &pgconn.FallbackConfig{Host: f.Host, Port: f.Port, TLSConfig: config})
		}
	}
	return hosts
}

// postgresqlWithin sets limits for the transaction only, as a connection pooler
// between here and the server requires.
func postgresqlWithin(ctx context.Context, tx *sql.Tx, c *Config) error {
	const limits = `SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true), set_config('timezone', 'UTC', true), current_setting('server_encoding')`
	milliseconds := func(n int64) string { return strconv.FormatInt(max(n, 1), 10) }
	var ignored, encoding string
	err := tx.QueryRowContext(ctx, limits, milliseconds(c.StatementTimeout.Milliseconds()), milliseconds(c.LockTimeout.Milliseconds())).
		Scan(&ignored, &ignored, &ignored, &encoding)
	if err != nil {
		return err
	}
	if c.Encoding != "" && encoding != "SQL_ASCII" {
		return fmt.Errorf("encoding: found %q, but the database knows that its texts are %s and converts them: remove encoding", c.Encoding, encoding)
	}
	return nil
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
var postgresqlCodes = map[string]string{
	"28P01": adviceSignIn, "28000": adviceSignIn, "3D000": adviceDatabase, "42P01": adviceTable, "42703": adviceColumn, "42501": adviceRights,
	"57014": adviceTimeout, "55P03": adviceLock, "25006": adviceReadOnly, "53300": adviceBusy, "57P01": adviceAgain, "57P03": adviceAgain, "08P01": adviceParameters,
	"22P02": "A parameter or a text of the table does not have the type it is compared with or converted to.",
	"22021": "The database holds bytes that are not in its encoding. One in SQL_ASCII is read by setting encoding.",
}

func postgresqlAdvice(err error, query string) advice {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return advice{next: adviceAgain}
		}
		return advice{}
	}
	a := advice{text: e.Message, code: e.Code, next: postgresqlCodes[e.Code]}
	if e.Hint != "" {
		a.text += " (" + e.Hint + ")"
	}
	if e.Position > 0 {
		runes := []rune(query)
		a.line, a.column = place(query, len(string(runes[:min(int(e.Position)-1, len(runes))])))
	}
	return a
}
