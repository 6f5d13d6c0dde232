// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"context"
	"fmt"
	"testing"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// BenchmarkNamesakes10k is a first run in which a hundred people share each name.
func BenchmarkNamesakes10k(b *testing.B) {
	m := newMemory()
	in := roster.Input{Workers: company(10_000), Mapping: compile(b, twenty()), AsOf: now, Directory: m, Format: adFormat, WorkerIDAttribute: "employeeID"}
	for i := range 10_000 {
		w := in.Workers[fmt.Sprint(100000+i)]
		w.Attributes["First"], w.Attributes["Last"] = expression.String("Li"), expression.String(fmt.Sprint("Wei", i%100))
	}
	run(b, in)
}

// BenchmarkShift10k is a feed whose column of logins has slipped by one row: everybody takes
// the login of somebody else.
func BenchmarkShift10k(b *testing.B) {
	m := newMemory()
	rules := rules(func(r *mapping.Rules) {
		r.Attributes["sAMAccountName"] = mapping.AttributeRule{Source: "Login", Apply: mapping.ApplyAlways}
	})
	in := roster.Input{Workers: company(10_000), Mapping: compile(b, rules), AsOf: now, Directory: m, Format: adFormat, WorkerIDAttribute: "employeeID"}
	login := func(shift int) {
		for i := range 10_000 {
			in.Workers[fmt.Sprint(100000+i)].Attributes["Login"] = expression.String(fmt.Sprint("login", i+shift))
		}
	}
	login(0)
	m.apply(b, decide(b, in))
	m.user("cn=Taken", "sAMAccountName=login10000")
	login(1)
	run(b, in)
}

func run(b *testing.B, in roster.Input) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := roster.Decide(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}
