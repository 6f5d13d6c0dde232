// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"context"
	"fmt"
	"testing"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/worker"
)

// company returns n workers with distinct names, departments and managers.
func company(n int) worker.Population {
	p := make(worker.Population, n)
	for i := range n {
		id := fmt.Sprint(100000 + i)
		w := hire(fmt.Sprintf("%s First%d Last%d", id, i%977, i))
		for name, value := range map[string]string{"Department": fmt.Sprint("Department ", i%40), "Title": fmt.Sprint("Title ", i%300), "City": "Berlin", "Country": "DE",
			"Phone": fmt.Sprintf("+49 30 %07d", i), "Street": fmt.Sprint("Street ", i%90), "Zip": "10115", "Company": "Example", "Office": fmt.Sprint("B", i%12), "Kind": "Employee"} {
			w.Attributes[name] = expression.String(value)
		}
		if i > 0 {
			w.ManagerID = fmt.Sprint(100000 + i/8)
		}
		p[id] = w
	}
	return p
}

// twenty are rules with twenty expressions.
func twenty() mapping.Rules {
	return rules(func(r *mapping.Rules) {
		for name, source := range map[string]string{
			"department": `Trim([Department])`, "title": `Left([Title], 64)`, "l": `Trim([City])`, "c": `ToUpper([Country])`, "co": `Switch([Country], "Other", "DE", "Germany", "FR", "France")`,
			"telephoneNumber": `Replace([Phone], " ", , , "-", , )`, "streetAddress": `Trim([Street])`, "postalCode": `[Zip]`, "company": `[Company]`, "physicalDeliveryOfficeName": `Append("Room ", [Office])`,
			"employeeType": `ToLower([Kind])`, "givenName": `Trim([First])`, "sn": `Trim([Last])`, "description": `Join(", ", [Title], [Department])`, "info": `IIF([Country]="DE", "Deutsch", "English")`,
		} {
			r.Attributes[name] = mapping.AttributeRule{Expression: source}
		}
	})
}

func benchmark(b *testing.B, n int, settled bool) {
	m := newMemory()
	in := roster.Input{Workers: company(n), Mapping: compile(b, twenty()), AsOf: now, Directory: m, Format: adFormat, WorkerIDAttribute: "employeeID"}
	if settled {
		m.apply(b, decide(b, in))
	}
	b.ReportAllocs()
	for b.Loop() {
		r, err := roster.Decide(context.Background(), in)
		if err != nil {
			b.Fatal(err)
		}
		if len(r.Accounts) != n {
			b.Fatalf("%d accounts, expected %d", len(r.Accounts), n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/worker")
}

// Everybody has an account that fits: the nightly run.
func BenchmarkUnchanged10k(b *testing.B)  { benchmark(b, 10_000, true) }
func BenchmarkUnchanged100k(b *testing.B) { benchmark(b, 100_000, true) }

// Nobody has an account: the first run.
func BenchmarkCreate10k(b *testing.B)  { benchmark(b, 10_000, false) }
func BenchmarkCreate100k(b *testing.B) { benchmark(b, 100_000, false) }

// BenchmarkCorrelate10k is an estate whose accounts carry no worker id: a third is
// found by mail, a third nearly fits by name, a third is other people's.
func BenchmarkCorrelate10k(b *testing.B)  { benchmarkCorrelate(b, 10_000) }
func BenchmarkCorrelate100k(b *testing.B) { benchmarkCorrelate(b, 100_000) }

func benchmarkCorrelate(b *testing.B, n int) {
	m := newMemory()
	in := roster.Input{Workers: company(n), Mapping: compile(b, rules(byMail)), AsOf: now, Directory: m, Format: adFormat, WorkerIDAttribute: "employeeID"}
	for id, w := range in.Workers {
		mail := "mail=u" + id + "@example.com"
		w.Attributes["Mail"] = expression.String("u" + id + "@example.com")
		first, last := w.Attributes["First"].Text(), w.Attributes["Last"].Text()
		if id[5]%3 == 1 {
			mail = "mail=old" + id + "@example.com"
		}
		if id[5]%3 == 2 {
			first, last, mail = "Other"+id, "Person", "mail=x"+id+"@example.com"
		}
		m.user("cn="+first+" "+last, "sAMAccountName=a"+id, mail, "givenName="+first, "sn="+last, "displayName="+last+", "+first)
	}
	b.ReportAllocs()
	for b.Loop() {
		c := correlate(b, in)
		if len(c.Matched)+len(c.UnmatchedWorkers) != n || len(c.Matched) < n/4 {
			b.Fatalf("%d matched and %d unmatched of %d", len(c.Matched), len(c.UnmatchedWorkers), n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/worker")
}
