// SPDX-License-Identifier: MPL-2.0

package sqltable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/writeback"
)

// Write implements writeback.Writer. Everything happens in one transaction: what
// differs in the end from what was asked for is rolled back.
func (t *Table) Write(ctx context.Context, worker string, have, want writeback.Record) (writeback.Record, error) {
	if len(want) == 0 {
		return writeback.Record{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, t.config.Server.StatementTimeout)
	defer cancel()
	conn, err := t.connect(ctx)
	if err != nil {
		return nil, t.fault("connect", err)
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return nil, t.fault("begin a transaction", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if t.dialect.within != nil {
		if err := t.dialect.within(ctx, tx, &t.config.Server); err != nil {
			return nil, t.fault("begin a transaction", err)
		}
	}
	now, err := t.update(ctx, tx, worker, have, want)
	if err != nil {
		return now, t.fault("update", err)
	}
	if err := tx.Commit(); err != nil {
		return nil, t.fault("commit", err)
	}
	return now, nil
}

// update is the part within the transaction. A record beside an error is what
// the row holds after the transaction has been rolled back.
func (t *Table) update(ctx context.Context, tx *sql.Tx, worker string, have, want writeback.Record) (writeback.Record, error) {
	attributes := slices.Sorted(maps.Keys(want))
	if err := t.known(attributes); err != nil {
		return nil, err
	}
	before, err := t.row(ctx, tx, worker, attributes, true)
	if err != nil {
		return nil, err
	}
	for _, name := range attributes {
		if planned, ok := have[name]; ok && before[name] != planned {
			return before, fmt.Errorf("%s: found %s, a moment ago it was %s: somebody else is changing it, nothing was written", t.config.Columns[name], writeback.Quote(before[name]), writeback.Quote(planned))
		}
	}
	statement, args := t.statement(worker, attributes, want)
	result, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return before, err
	}
	count, err := result.RowsAffected()
	if err != nil {
		return before, err
	}
	if count != 1 {
		return before, fmt.Errorf("the update changed %d rows, expected 1: it was rolled back", count)
	}
	after, err := t.row(ctx, tx, worker, attributes, false)
	if err != nil {
		return before, err
	}
	if d := writeback.Differences(worker, want, after); len(d) > 0 {
		texts := make([]string, len(d))
		for i, one := range d {
			texts[i] = fmt.Sprintf("%s: wrote %s, the database made %s of it", t.config.Columns[one.Attribute], writeback.Quote(one.Old), writeback.Quote(one.New))
		}
		return before, fmt.Errorf("%s (a trigger, or the type or length of the column): it was rolled back", strings.Join(texts, "; "))
	}
	return after, nil
}

// statement is the UPDATE of one row and its parameters.
func (t *Table) statement(worker string, attributes []string, want writeback.Record) (string, []any) {
	var sets []string
	var args []any
	for _, name := range attributes {
		var value any = want[name]
		if want[name] == "" && t.config.ClearWith != "empty" {
			value = nil
		}
		args = append(args, value)
		sets = append(sets, t.quote(t.config.Columns[name])+" = "+t.dialect.mark(len(args)))
	}
	args = append(args, worker)
	return "UPDATE " + t.table() + " SET " + strings.Join(sets, ", ") + " WHERE " + t.quote(t.config.KeyColumn) + " = " + t.dialect.mark(len(args)), args
}

// row reads the one row of a worker, and locks it if asked to.
func (t *Table) row(ctx context.Context, tx *sql.Tx, worker string, attributes []string, lock bool) (writeback.Record, error) {
	hint, suffix := "", ""
	if lock {
		hint, suffix = t.dialect.hint, t.dialect.suffix
	}
	query := t.selection(attributes, hint, "= "+t.dialect.mark(1)) + suffix
	var row writeback.Record
	err := t.scan(ctx, tx, query, []any{worker}, attributes, func(id string, r writeback.Record) error {
		switch {
		case row != nil:
			return &rowsError{worker, t.config.Table, t.config.KeyColumn, 2}
		case id != worker:
			return fmt.Errorf("the database takes the worker id %q for the same as %q, which stands in %s: spell it as the HR system does", worker, id, t.config.KeyColumn)
		}
		row = r
		return nil
	})
	if err == nil && row == nil {
		err = &rowsError{worker, t.config.Table, t.config.KeyColumn, 0}
	}
	return row, err
}

// querier is a connection or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// scan calls f with the key and the values of each row of a selection.
func (t *Table) scan(ctx context.Context, q querier, query string, args []any, attributes []string, f func(id string, r writeback.Record) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	raw := make([]any, len(types))
	targets := make([]any, len(types))
	for i := range raw {
		targets[i] = &raw[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		values := make([]string, len(raw))
		for i, v := range raw {
			if values[i], err = textOf(v, types[i].DatabaseTypeName()); err != nil {
				return fmt.Errorf("column %s: %w", types[i].Name(), err)
			}
		}
		record := make(writeback.Record, len(attributes))
		for i, name := range attributes {
			record[name] = values[i+1]
		}
		if err := f(values[0], record); err != nil {
			return err
		}
	}
	return rows.Err()
}

// fault says where an error came from, without the password. One that every
// other worker would meet too is unavailable.
func (t *Table) fault(doing string, err error) error {
	if rows, ok := errors.AsType[*rowsError](err); ok {
		return rows
	}
	out := fmt.Errorf("%s on %s: %s: %s", t.dialect.title, t.to.Server, doing, t.to.Scrub(strings.TrimRight(err.Error(), ". \n")))
	if _, failed := errors.AsType[*connectError](err); failed {
		return &writeback.UnavailableError{Err: out}
	}
	return out
}
