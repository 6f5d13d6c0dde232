// SPDX-License-Identifier: MPL-2.0

package sqltable

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	mssql "github.com/microsoft/go-mssqldb"

	"terraform-provider-workforce/internal/source/sqldb"
)

// dialect is what differs between the databases.
type dialect struct {
	title string
	quote string // the two characters round a name
	mark  func(n int) string
	// hint, after the table's name, or suffix, at the end, lock a row that is read.
	hint, suffix string
	// before sets a session up, within a transaction; none if nil.
	before func(ctx context.Context, conn *sql.Conn, c *sqldb.Config) error
	within func(ctx context.Context, tx *sql.Tx, c *sqldb.Config) error
}

var dialects = map[string]*dialect{
	"postgresql": {title: "PostgreSQL", quote: `""`, mark: numbered("$"), suffix: " FOR UPDATE",
		// For the transaction only, as a connection pooler on the way requires.
		within: func(ctx context.Context, tx *sql.Tx, c *sqldb.Config) error {
			_, err := tx.ExecContext(ctx, fmt.Sprintf("SET LOCAL lock_timeout = %d", max(c.LockTimeout.Milliseconds(), 1)))
			return err
		}},
	"mysql": {title: "MySQL", quote: "``", mark: func(int) string { return "?" }, suffix: " FOR UPDATE",
		before: func(ctx context.Context, conn *sql.Conn, c *sqldb.Config) error {
			_, err := conn.ExecContext(ctx, fmt.Sprintf("SET SESSION innodb_lock_wait_timeout = %d, SESSION lock_wait_timeout = %[1]d", max(int(c.LockTimeout.Seconds()), 1)))
			return err
		}},
	"sqlserver": {title: "SQL Server", quote: "[]", mark: numbered("@p"), hint: " WITH (UPDLOCK, ROWLOCK)",
		before: func(ctx context.Context, conn *sql.Conn, c *sqldb.Config) error {
			_, err := conn.ExecContext(ctx, fmt.Sprintf("SET LOCK_TIMEOUT %d", max(c.LockTimeout.Milliseconds(), 1)))
			return err
		}},
	"oracle": {title: "Oracle", quote: `""`, mark: numbered(":"), suffix: " FOR UPDATE"},
	"sqlite": {title: "SQLite", quote: `""`, mark: func(int) string { return "?" }},
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
