// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"testing"

	"terraform-provider-workforce/internal/sandbox/database"
)

// owner stands in for the test that servers of the sandbox belong to: it ends
// them when the measurement is over.
type owner struct {
	testing.TB
	ctx      context.Context
	cleanups []func()
	err      error
}

// stopped is what Fatal panics with.
type stopped struct{}

func (o *owner) Helper()                  {}
func (o *owner) Context() context.Context { return o.ctx }
func (o *owner) Cleanup(f func())         { o.cleanups = append(o.cleanups, f) }
func (o *owner) Error(args ...any)        { o.err = fmt.Errorf("%s", fmt.Sprint(args...)) }

func (o *owner) Fatal(args ...any) {
	o.Error(args...)
	panic(stopped{})
}

func (o *owner) Fatalf(format string, args ...any) { o.Fatal(fmt.Sprintf(format, args...)) }

// withPostgreSQL calls f with the connection string of a server, for the account
// that owns its database.
func withPostgreSQL(ctx context.Context, f func(dsn string) error) (err error) {
	o := &owner{ctx: ctx}
	defer func() {
		if r := recover(); r != nil && r != (stopped{}) {
			panic(r)
		}
		for i := len(o.cleanups) - 1; i >= 0; i-- {
			o.cleanups[i]()
		}
		if o.err != nil {
			err = o.err
		}
	}()
	s := database.StartPostgreSQL(o)
	return f("host=" + s.Socket + " user=postgres dbname=hr sslmode=disable port=" + fmt.Sprint(s.Port))
}
