// SPDX-License-Identifier: MPL-2.0

// Package sqldb reads workers from a database: PostgreSQL, MySQL or MariaDB,
// SQL Server, Oracle or SQLite. One query is read row by row in one transaction
// that sees one moment of the data and changes nothing; it is rolled back at the
// end, whatever happened.
package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/source"
)

// Config says which database to read and how. Either DSN, or Host (Database for
// SQLite), is set. The zero value of every other field selects its default.
type Config struct {
	// Driver is one of Drivers.
	Driver string
	// DSN is a connection string as the driver reads it. Without anything in it
	// about TLS, TLS below applies to it as well.
	DSN string
	// Host is a name, an address, the directory (PostgreSQL) or path (MySQL) of
	// a Unix socket, or, for SQL Server, host\instance.
	Host string
	// Port is the driver's usual one if 0.
	Port int
	// Database is the name of the database, the service name of Oracle or the
	// path of the file of SQLite.
	Database           string
	Username, Password string
	TLS                TLS

	// Query is one SELECT or WITH statement.
	Query string
	// Parameters are the values of the placeholders, in the driver's notation
	// ($1; ?; @p1; :1). They are sent as texts, apart from the statement; nil is NULL.
	Parameters []*string
	// Isolation of SQL Server: one of Isolations. The other databases read a
	// snapshot anyway.
	Isolation string
	// Encoding of texts in databases that do not know it: PostgreSQL with
	// SQL_ASCII, and SQLite files that a program wrote in another encoding.
	Encoding string

	// ConnectTimeout bounds connecting, from the TCP handshake to the sign-in.
	ConnectTimeout time.Duration
	// StatementTimeout bounds the query, from sending it to its last row.
	StatementTimeout time.Duration
	// LockTimeout is how long the query may wait for a lock. Oracle has none:
	// its readers wait for nobody.
	LockTimeout time.Duration
	// MaxBytes is how much the values of all rows may be; DefaultMaxBytes if 0. A
	// query that joins everybody with everybody ends there, not when memory does.
	MaxBytes int64
}

// The defaults of a Config.
const (
	DefaultConnectTimeout   = 15 * time.Second
	DefaultStatementTimeout = 5 * time.Minute
	DefaultLockTimeout      = 30 * time.Second
	DefaultMaxBytes         = 512 << 20
)

// Isolations are those that SQL Server can read a consistent result in.
// Snapshot, the default, must be allowed for the database; serializable always
// works and makes writers wait meanwhile.
var Isolations = []string{"snapshot", "serializable"}

// Drivers returns the names of the databases.
func Drivers() []string {
	names := make([]string, len(dialects))
	for i, d := range dialects {
		names[i] = d.name
	}
	return names
}

// dialect is what differs between the databases.
type dialect struct {
	name, title string
	syntax      syntax
	// connector returns a way to connect. Its errors hold no secret.
	connector func(c *Config, to access) (*Connector, error)
	// tx are the options of the transaction.
	tx func(c *Config) *sql.TxOptions
	// before sets the session up; within, the transaction. Nil: nothing to do.
	before func(ctx context.Context, conn *sql.Conn, c *Config) error
	within func(ctx context.Context, tx *sql.Tx, c *Config) error
	// kinds says what the values of a type are, by its name.
	kinds map[string]kind
	// advise says what an error of the driver means and where in the query it is.
	advise func(err error, query string) advice
}

var dialects = []*dialect{&postgresql, &mysqlDialect, &sqlserver, &oracle, &sqliteDialect}

var errTimeout = errors.New("statement_timeout")

// Validate reports everything that is wrong with c at once. It contacts nothing.
func (c Config) Validate() error {
	_, err := c.complete()
	return err
}

// ValidateServer reports everything that is wrong with what c says about the
// server and the timeouts. It contacts nothing.
func (c Config) ValidateServer() error {
	_, err := c.completeServer()
	return err
}

// complete fills the defaults in and checks the rest.
func (c *Config) complete() (*dialect, error) {
	d, err := c.completeServer()
	if d == nil {
		return nil, err
	}
	errs := []error{err}
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Isolation != "" && (d != &sqlserver || !slices.Contains(Isolations, c.Isolation)) {
		fail("isolation: found %q, expected %s, for sqlserver only: the other databases read a snapshot", c.Isolation, strings.Join(Isolations, " or "))
	}
	if _, err := c.decoder(); err != nil {
		errs = append(errs, err)
	}
	if c.Encoding != "" && d != &postgresql && d != &sqliteDialect {
		fail("encoding: %s knows the encoding of its texts, remove it", d.title)
	}
	if err := d.syntax.check(c.Query); err != nil {
		fail("query: %w", err)
	}
	return d, errors.Join(errs...)
}

// completeServer is complete for what is not about the query. The dialect is nil
// if there is none of that name.
func (c *Config) completeServer() (*dialect, error) {
	at := slices.IndexFunc(dialects, func(d *dialect) bool { return d.name == c.Driver })
	if at < 0 {
		return nil, fmt.Errorf("driver: found %q, expected one of %s", c.Driver, strings.Join(Drivers(), ", "))
	}
	d := dialects[at]
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	switch {
	case d == &sqliteDialect:
		if c.Database == "" {
			fail("database: SQLite needs the path of its file")
		}
		if c.DSN != "" || c.Host != "" || c.Port != 0 || c.Username != "" || c.TLS != (TLS{}) {
			fail("SQLite is a file: set database to its path, and none of dsn, host, port, username and tls")
		}
	case c.DSN == "" && c.Host == "":
		fail("no database to connect to: set host, or dsn")
	case d == &oracle && c.DSN == "" && c.Database == "":
		fail("database: found none, expected the name of a service of Oracle")
	case c.DSN != "" && (c.Host != "" || c.Port != 0 || c.Database != ""):
		fail("both dsn and host, port or database are set: the connection string holds them, remove one of the two")
	}
	if c.Port < 0 || c.Port > 65535 {
		fail("port: found %d, expected 1 to 65535", c.Port)
	}
	for _, t := range []struct {
		name  string
		value *time.Duration
		usual time.Duration
	}{{"connect_timeout", &c.ConnectTimeout, DefaultConnectTimeout}, {"statement_timeout", &c.StatementTimeout, DefaultStatementTimeout}, {"lock_timeout", &c.LockTimeout, DefaultLockTimeout}} {
		if *t.value == 0 {
			*t.value = t.usual
		}
		if *t.value < 0 {
			fail("%s: found %v, expected more than 0", t.name, *t.value)
		}
	}
	return d, errors.Join(errs...)
}

// Read reads the workers. Rows are counted from 1 in the order in which the
// database returned them.
func Read(ctx context.Context, c Config, s source.Spec) (*source.Result, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	d, err := c.complete()
	if err != nil {
		return nil, err
	}
	to, err := d.connect(&c, toRead)
	if err != nil {
		return nil, err
	}
	run := &run{config: &c, dialect: d, to: to, spec: s}
	return run.read(ctx)
}

// run is one read.
type run struct {
	config  *Config
	dialect *dialect
	to      *Connector
	spec    source.Spec
	rows    int // read so far
}

func (r *run) read(ctx context.Context) (*source.Result, error) {
	db := sql.OpenDB(r.to)
	defer db.Close()
	connecting, cancel := context.WithTimeout(ctx, r.config.ConnectTimeout)
	defer cancel()
	conn, err := db.Conn(connecting)
	if err != nil {
		return nil, r.fault(connecting, "connect", err)
	}
	defer conn.Close()

	// The database ends the query itself where it can; this is for one that does not answer any more.
	const grace = 5 * time.Second
	limit := r.config.StatementTimeout
	if r.dialect.within != nil || r.dialect.before != nil {
		limit += grace
	}
	ctx, stop := context.WithTimeoutCause(ctx, limit, errTimeout)
	defer stop()
	if r.dialect.before != nil {
		if err := r.dialect.before(ctx, conn, r.config); err != nil {
			return nil, r.fault(ctx, "set the session up", err)
		}
	}
	tx, err := conn.BeginTx(ctx, r.dialect.tx(r.config))
	if err != nil {
		return nil, r.fault(ctx, "begin a transaction that only reads", err)
	}
	defer func() { _ = tx.Rollback() }() // there is nothing to lose, and the connection is closed
	if r.dialect.within != nil {
		if err := r.dialect.within(ctx, tx, r.config); err != nil {
			return nil, r.fault(ctx, "begin a transaction that only reads", err)
		}
	}
	args := make([]any, len(r.config.Parameters))
	for i, p := range r.config.Parameters {
		if p != nil {
			args[i] = *p
		}
	}
	rows, err := tx.QueryContext(ctx, r.config.Query, args...)
	if err != nil {
		return nil, r.fault(ctx, "query", err)
	}
	defer func() {
		stop() // first, so that closing does not read the rest of a long result
		rows.Close()
	}()
	result, err := r.collect(rows)
	if err != nil {
		return nil, r.fault(ctx, "query", err)
	}
	return result, nil
}
