// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
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

// wholePage returns the answer with everybody and everything in it.
func wholePage(tb testing.TB, c Config, version string) string {
	tb.Helper()
	c.Version, c.PageSize = version, MaxPageSize
	r, q := newReader(tb, c)
	q.groups = strings.Fields("Include_Reference Include_Personal_Information Include_Additional_Jobs Include_Employment_Information Include_Organizations Include_Management_Chain_Data Include_User_Account")
	answer, err := r.client.Do(tb.Context(), r.request(q, 1))
	if err != nil {
		tb.Fatal(err)
	}
	return string(answer.Body)
}

var spelled = regexp.MustCompile(`(<wd:(?:Active|On_Leave|Terminated|Retired|Rehire|Account_Disabled)>|wd:(?:Public|Primary|Primary_Job)=")(true|false)`)

// normal writes all booleans as digits.
func normal(text string) string {
	return spelled.ReplaceAllStringFunc(text, func(s string) string {
		if before, ok := strings.CutSuffix(s, "true"); ok {
			return before + "1"
		}
		return strings.TrimSuffix(s, "false") + "0"
	})
}

func formatFloat(v float64) string { return strconv.FormatFloat(v, 'f', 6, 64) }
