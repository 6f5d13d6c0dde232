// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"testing"

	"terraform-provider-workforce/internal/review"
	"terraform-provider-workforce/internal/roster"
)

// reported is a set of decisions with the report about them, as people get it.
type reported struct {
	*roster.Result
	Report, ReportJSON, Digest string
	*review.Review
}

// decideAndReport decides, and writes the report.
func decideAndReport(t testing.TB, in roster.Input) reported {
	t.Helper()
	return report(t, in, decide(t, in))
}

func report(t testing.TB, in roster.Input, r *roster.Result) reported {
	t.Helper()
	return reportWith(t, r, review.Options{AsOf: in.AsOf, Rules: in.Mapping.Rules(), MaxListed: in.MaxListed})
}

func reportWith(t testing.TB, r *roster.Result, o review.Options) reported {
	t.Helper()
	v := review.New(r, o)
	doc, err := v.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return reported{Result: r, Review: v, Report: v.Markdown(), ReportJSON: doc, Digest: v.Summary()}
}
