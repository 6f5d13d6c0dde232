// SPDX-License-Identifier: MPL-2.0

// Package sqltable writes values of workers to a table or updatable view of a
// database: PostgreSQL, MySQL or MariaDB, SQL Server, Oracle or SQLite. Each
// worker is one transaction: the row is read and locked, updated, counted, and
// read again before the transaction is committed, so that a worker is written
// in full and as asked for, or not at all.
package sqltable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/source/sqldb"
	"terraform-provider-workforce/internal/writeback"
)

// Config says which table holds the workers.
type Config struct {
	// Server says how to connect: the fields from Driver to TLS and the timeouts of a
	// sqldb.Config. StatementTimeout is for one worker, or a part of a read.
	Server sqldb.Config
	// Table is the name of the table or view, with the name of its schema and a dot
	// before it if it is in another than the account's own. Names are taken as they
	// are: case counts where the database tells it apart in quoted names.
	Table string
	// KeyColumn holds the worker id.
	KeyColumn string
	// Columns has the column of each attribute.
	Columns map[string]string
	// ClearWith is what stands for no value: one of ClearWiths, the first if empty.
	ClearWith string
	// Concurrency is how many workers are written at once; DefaultConcurrency
	// if 0. A file of SQLite takes one at a time.
	Concurrency int
}

// ClearWiths are the ways to store no value: NULL, or the empty text for columns
// that are NOT NULL.
var ClearWiths = []string{"null", "empty"}

// DefaultConcurrency is small: each connection is one that the HR system's own users do not get.
const DefaultConcurrency = 4

// Table is the table of an HR system. It is safe for concurrent use. Close frees its connections.
type Table struct {
	config  Config
	dialect *dialect
	db      *sql.DB
	to      *sqldb.Connector
}

var _ writeback.System = (*Table)(nil)

// Validate reports everything that is wrong with c at once. It contacts nothing.
func (c Config) Validate() error {
	if c.Concurrency == 0 {
		c.Concurrency = DefaultConcurrency
	}
	return errors.Join(c.problems()...)
}

// Open checks the configuration; it connects when the table is first used.
func Open(c Config) (*Table, error) {
	if c.Concurrency == 0 {
		c.Concurrency = DefaultConcurrency
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	to, err := sqldb.ConnectToWrite(&c.Server)
	if err != nil {
		return nil, err
	}
	if c.Server.Driver == "sqlite" {
		c.Concurrency = 1
	}
	t := &Table{config: c, dialect: dialects[c.Server.Driver], db: sql.OpenDB(to), to: to}
	t.db.SetMaxOpenConns(c.Concurrency)
	t.db.SetMaxIdleConns(c.Concurrency)
	return t, nil
}

func (c *Config) problems() []error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if err := c.Server.ValidateServer(); err != nil {
		errs = append(errs, err)
	}
	for i, part := range strings.Split(c.Table, ".") {
		if part == "" || i > 2 {
			fail("table: found %q, expected a name such as staff or hr.staff", c.Table)
			break
		}
	}
	if c.KeyColumn == "" {
		fail("key_column: found none, expected the column that holds the worker id")
	}
	if len(c.Columns) == 0 {
		fail("columns: found none, expected the column of each attribute")
	}
	of := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.Columns)) {
		column := strings.ToLower(c.Columns[name])
		switch {
		case column == "":
			fail("columns: found no column of %q, expected its name", name)
		case column == strings.ToLower(c.KeyColumn):
			fail("columns: %q is written to %q, which is the key column: the key is never written", name, c.Columns[name])
		case of[column] != "":
			fail("columns: %q and %q are both written to %q, expected a column for each", of[column], name, c.Columns[name])
		}
		of[column] = name
	}
	for _, name := range append([]string{c.Table, c.KeyColumn}, slices.Sorted(maps.Values(c.Columns))...) {
		if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0xfffd }) {
			fail("found the name %q, expected one without control characters", name)
		}
	}
	if c.ClearWith != "" && !slices.Contains(ClearWiths, c.ClearWith) {
		fail("clear_with: found %q, expected one of %s", c.ClearWith, strings.Join(ClearWiths, ", "))
	}
	if c.Concurrency < 1 || c.Concurrency > 64 {
		fail("concurrency: found %d, expected 1 to 64", c.Concurrency)
	}
	return errs
}

// Close closes the connections.
func (t *Table) Close() error { return t.db.Close() }

// Concurrency implements writeback.Writer.
func (t *Table) Concurrency() int { return t.config.Concurrency }

// chunk is how many workers are asked for at once. Oracle takes 1,000 expressions in
// a list, SQL Server 2,100 parameters.
const chunk = 500

// Read implements writeback.Reader: one query for each 500 workers.
func (t *Table) Read(ctx context.Context, workers, attributes []string) (map[string]writeback.Record, error) {
	found := make(map[string]writeback.Record, len(workers))
	if err := t.known(attributes); err != nil {
		return nil, err
	}
	for part := range slices.Chunk(workers, chunk) {
		if err := t.readPart(ctx, part, attributes, found); err != nil {
			return nil, t.fault("read the present values", err)
		}
	}
	return found, nil
}

// known refuses attributes without a column.
func (t *Table) known(attributes []string) error {
	for _, name := range attributes {
		if t.config.Columns[name] == "" {
			return fmt.Errorf("columns: found no column of the attribute %q, expected one", name)
		}
	}
	return nil
}

func (t *Table) readPart(ctx context.Context, workers, attributes []string, found map[string]writeback.Record) error {
	ctx, cancel := context.WithTimeout(ctx, t.config.Server.StatementTimeout)
	defer cancel()
	conn, err := t.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	args := make([]any, len(workers))
	marks := make([]string, len(workers))
	for i, id := range workers {
		args[i], marks[i] = id, t.dialect.mark(i+1)
	}
	query := t.selection(attributes, "", "IN ("+strings.Join(marks, ", ")+")")
	return t.scan(ctx, conn, query, args, attributes, func(id string, r writeback.Record) error {
		if _, twice := found[id]; twice {
			return &rowsError{id, t.config.Table, t.config.KeyColumn, 2}
		}
		found[id] = r
		return nil
	})
}

// rowsError is a worker with another number of rows than one.
type rowsError struct {
	id, table, column string
	rows              int64
}

func (e *rowsError) Error() string {
	if e.rows == 0 {
		return fmt.Sprintf("found no row with %s = %q in %s, expected exactly one", e.column, e.id, e.table)
	}
	return fmt.Sprintf("found %d rows or more with %s = %q in %s, expected exactly one: nothing was written; let table be a view with one row for each worker", e.rows, e.column, e.id, e.table)
}

// selection is the statement that reads rows by their key; lock is what follows
// the name of the table, so that the row stays as it is.
func (t *Table) selection(attributes []string, lock, condition string) string {
	columns := []string{t.quote(t.config.KeyColumn)}
	for _, name := range attributes {
		columns = append(columns, t.quote(t.config.Columns[name]))
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM " + t.table() + lock + " WHERE " + t.quote(t.config.KeyColumn) + " " + condition
}

func (t *Table) table() string {
	parts := strings.Split(t.config.Table, ".")
	for i, p := range parts {
		parts[i] = t.quote(p)
	}
	return strings.Join(parts, ".")
}

// quote writes a name so that nothing in it can be anything else.
func (t *Table) quote(name string) string {
	q := t.dialect.quote
	return q[:1] + strings.ReplaceAll(name, q[1:], q[1:]+q[1:]) + q[1:]
}
