// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"testing"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/worker"
)

// tutorial returns rules of the size people write: twenty expressions, scope,
// tables, the whole ladder.
func tutorial() Rules {
	r := ladder()
	for name, e := range map[string]string{
		"cn":                         `Join(" ", [FirstName], [LastName], [worker_id])`,
		"sAMAccountName":             `SelectUniqueValue(ToLower(Left(Replace(NormalizeDiacritics(StripSpaces(Join("", Mid([FirstName], 1, 1), [LastName]))), , "([\\/\\\\\\[\\]\\:\\;\\|\\=\\,\\+\\*\\?\\<\\>])", , "", , ), 20)), Append(Left([LastName], 14), Counter()))`,
		"userPrincipalName":          `SelectUniqueValue(Join("@", NormalizeDiacritics(StripSpaces(Join(".", [FirstName], [LastName]))), "corp.example.com"), Join("@", [worker_id], "corp.example.com"))`,
		"displayName":                `Switch([Country], Join(" ", [FirstName], [LastName]), "HU", Join(" ", [LastName], [FirstName]))`,
		"mail":                       `ToLower(Join("@", Join(".", [FirstName], [LastName]), "example.com"))`,
		"department":                 `Coalesce([Department], [CostCenter])`,
		"company":                    `Switch([Country], "Example Inc", "DE", "Example GmbH", "FR", "Example SA")`,
		"co":                         `Lookup([Country], "countries", "Other")`,
		"l":                          `PCase([City])`,
		"st":                         `Left([City], 3)`,
		"postalCode":                 `StripSpaces([PostalCode])`,
		"telephoneNumber":            `Replace([Phone], , "[()\\s-]+", , "", , )`,
		"mobile":                     `Replace([Phone], , "\\+(?<isd>\\d+) (?<rest>.*)", , "${rest}", , )`,
		"description":                `Join(" ", [Title], "since", FormatDateTime([hire_date], , "yyyy-MM-dd", "MMMM yyyy"))`,
		"info":                       `IIF(DateDiff("d", Now(), CDate([hire_date])) > 0, "to come", "here")`,
		"employeeType":               `IIF([worker_type] = "Contractor", "C", "E")`,
		"title":                      `Left([Title], 64)`,
		"accountExpires":             `Switch([worker_type], "9223372036854775807", "Contractor", NumFromDate("2027-12-31 23:59:59-08:00"))`,
		"msExchHideFromAddressLists": `ToUpper(IIF([status] = "Active", "false", "true"))`,
		"proxyAddresses":             `Split(Join(",", Append("SMTP:", [worker_id]), Append("smtp:", [LastName])), ",")`,
	} {
		r.Attributes[name] = AttributeRule{Expression: e}
	}
	for name, source := range map[string]string{"givenName": "FirstName", "sn": "LastName", "c": "Country", "manager": "manager_id", "employeeNumber": "worker_id"} {
		r.Attributes[name] = AttributeRule{Source: source}
	}
	r.Tables = map[string]map[string]string{"countries": {"DE": "Germany", "FR": "France", "US": "United States"}}
	r.Scope = [][]Clause{{{Attribute: "Country", Operator: "IS NOT NULL"}, {Attribute: "worker_type", Operator: "NOT EQUALS", Value: "Board"}, {Attribute: "worker_id", Operator: "REGEX MATCH", Value: "^[0-9]+$"}}}
	r.Container = `Switch([Country], "OU=Other,OU=Staff,DC=corp,DC=example,DC=com", "DE", "OU=Germany,OU=Staff,DC=corp,DC=example,DC=com", "FR", "OU=France,OU=Staff,DC=corp,DC=example,DC=com")`
	r.Lifecycle.LeaverAttributes = map[string]AttributeRule{"info": {Constant: pointer("left")}}
	return r
}

func crowd(n int) []*worker.Worker {
	pick := func(i int, words ...string) string { return words[i%len(words)] }
	workers := make([]*worker.Worker, n)
	for i := range workers {
		workers[i] = &worker.Worker{
			ID: fmt.Sprintf("%06d", i), Status: pick(i, "Active", "Active", "Active", "Terminated", "On Leave"), Type: pick(i/7, "Employee", "Contractor"),
			HireDate: worker.Date(fmt.Sprintf("%d-%02d-15", 2000+i%28, 1+i%12)), ManagerID: fmt.Sprintf("%06d", i/8), TimeZone: pick(i/3, "Europe/Berlin", "America/New_York", "", "Asia/Tokyo"),
			Attributes: map[string]expression.Value{
				"FirstName": text(pick(i, "Ann", "Jürgen", "María", "Bob", "Zoë")), "LastName": text(pick(i/5, "Lee", "Müller", "van den Berg", "O'Neil", "Łukasz")),
				"Country": text(pick(i/2, "DE", "FR", "US", "HU")), "City": text(pick(i, "BERLIN", "new york", "São Paulo")), "PostalCode": text("SW1A 2AA"),
				"Department": text(pick(i, "Sales", "IT", "")), "CostCenter": text("4711"), "Phone": text("+49 (30) 555-0100"), "Title": text(pick(i, "Engineer", "Clerk")),
			}}
		if i%5 == 3 {
			workers[i].TerminationDate = "2029-11-10"
		}
	}
	return workers
}

// BenchmarkEvaluate measures a whole population on one core, first candidates included.
func BenchmarkEvaluate(b *testing.B) {
	m := mustCompile(b, tutorial())
	now := instant(b, "2026-11-22T12:00:00Z")
	for _, n := range []int{10_000, 100_000} {
		workers := crowd(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, w := range workers {
					d, err := m.Evaluate(w, now)
					if err != nil {
						b.Fatal(err)
					}
					for _, o := range d.Attributes {
						if o.Candidates == nil {
							continue
						}
						for _, err := range o.Candidates {
							if err != nil {
								b.Fatal(err)
							}
							break
						}
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/worker")
		})
	}
}
