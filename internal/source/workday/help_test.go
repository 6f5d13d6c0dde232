// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"net/http"
	"testing"

	"terraform-provider-workforce/internal/sandbox/workday"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/web"
)

type (
	writer = http.ResponseWriter
	call   = workday.Call
)

// newReader returns a reader of everything, and the query for the workers of today.
func newReader(tb testing.TB, c Config) (*reader, query) {
	tb.Helper()
	if err := c.prepare(); err != nil {
		tb.Fatal(err)
	}
	client, err := web.New(c.Web)
	if err != nil {
		tb.Fatal(err)
	}
	p, err := c.plan(source.Spec{})
	if err != nil {
		tb.Fatal(err)
	}
	m, err := c.moment(source.Spec{}, now)
	if err != nil {
		tb.Fatal(err)
	}
	r := &reader{config: &c, client: client, plan: p, moment: m}
	return r, query{doing: "workers", asOf: m.effective, groups: p.groups}
}
