// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"testing"
	"time"
)

// mappingExpressions is a mapping as an organisation would write it, from Microsoft's recipes.
var mappingExpressions = []string{
	`[FirstName]`,
	`[LastName]`,
	`Join(" ", [FirstName], [LastName])`,
	`Join(", ", [LastName], [FirstName])`,
	`ToLower(Join("@", NormalizeDiacritics(StripSpaces(Join(".", [FirstName], [LastName]))), "contoso.com"))`,
	`SelectUniqueValue(Join("@", NormalizeDiacritics(StripSpaces(Join(".", [FirstName], [LastName]))), "contoso.com"), Join("@", NormalizeDiacritics(StripSpaces(Join(".", Mid([FirstName], 1, 1), [LastName]))), "contoso.com"))`,
	`Replace(Mid(Replace(NormalizeDiacritics([UserID]), , "([\\/\\\\\\[\\]\\:\\;\\|\\=\\,\\+\\*\\?\\<\\>])", , "", , ), 1, 20), , "(\\.)*$", , "", , )`,
	`Switch([Active], , "0", "True", "1", "False")`,
	`IIF(DateDiff("d", Now(), CDate([StatusHireDate])) <= 14, "False", IgnoreObjectFlow)`,
	`Switch([StatusTerminationLastDayOfWork], Switch([Active], "False", "0", "True", "1", IIF(DateDiff("d", DateAdd("h","9",Now()), CDate(Switch([StatusTerminationLastDayOfWork],[StatusTerminationLastDayOfWork],"","9999-12-31"))) <= 0, "True", "False")), "", Switch([Active], , "1", "False", "0", "True"))`,
	`IgnoreFlowIfNullOrEmpty(Switch([prefix], "", "3443", "Dr.", "3444", "Prof."))`,
	`Coalesce([PreferredName], [FirstName])`,
	`FormatDateTime([StatusHireDate], , "yyyy-MM-dd", "yyyyMMddHHmmss.fZ")`,
	`NumFromDate(Join("", FormatDateTime([ContractEndDate], , "yyyy-MM-dd", "yyyy-MM-dd"), " 23:59:59-08:00"))`,
	`Replace(Replace([Phone], , "\\+(?<isdCode>\\d* )(?<phoneNumber>.*)", , "${phoneNumber}", , ), , "[()\\s-]+", , "", , )`,
	`Switch([City], "OU=Default,OU=Users,DC=contoso,DC=com", "Dallas", "OU=Dallas,OU=Users,DC=contoso,DC=com", "Austin", "OU=Austin,OU=Users,DC=contoso,DC=com", "London", "OU=London,OU=Users,DC=contoso,DC=com")`,
	`Join("", Switch([Organization], "", "Engineering", "OU=Engineering,", "Development", "OU=Development,"), "OU=Users,DC=contoso,DC=com")`,
	`Split(Join(",", Append("smtp:", Join("@", [UserID], "contoso.onmicrosoft.com")), Append("SMTP:", Join("@", [UserID], "contoso.com"))), ",")`,
	`Replace(Join("", "00000000", [WorkerID]), , "(.*?)(?<id>.{0,8})$", , "${id}", , )`,
	`IIF([Department] = "IT", "Yes", "No")`,
}

// ownExpressions use the functions of our own.
var ownExpressions = []string{
	`E164([Phone], "US")`,
	`Country([City], "alpha2")`,
	`Transliterate([FirstName], "german")`,
	`SelectUniqueValue([UserID], Append([UserID], Counter()))`,
}

func benchmarkWorkers(n int) []map[string]Value {
	workers := make([]map[string]Value, n)
	for i := range workers {
		workers[i] = map[string]Value{
			"FirstName": String(fmt.Sprintf("José%d", i)), "LastName": String("García-López"), "UserID": String(fmt.Sprintf("jgarcia%d", i)),
			"WorkerID": String(fmt.Sprint(i)), "Active": String("1"), "StatusHireDate": String("2024-05-17"), "ContractEndDate": String("2031-12-31"),
			"Phone": String("+1 (206) 291-8163"), "City": String("London"), "Organization": String("Development"), "Department": String("IT"), "prefix": String("3444"),
		}
	}
	return workers
}

var benchmarkNow = time.Date(2025, 7, 30, 0, 0, 0, 0, time.UTC)

func compileMapping(tb testing.TB) []*Program {
	programs := make([]*Program, len(mappingExpressions))
	for i, source := range mappingExpressions {
		p, err := Compile(source, Options{})
		if err != nil {
			tb.Fatal(err)
		}
		programs[i] = p
	}
	return programs
}

func evaluateAll(tb testing.TB, programs []*Program, worker map[string]Value) {
	env := &Env{Now: benchmarkNow, Attribute: func(name string) (Value, bool) { v, ok := worker[name]; return v, ok }}
	for _, p := range programs {
		if _, err := p.Eval(env); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkEval evaluates a mapping of 20 expressions for 10,000 people, compiled once for all of them.
func BenchmarkEval(b *testing.B) {
	workers := benchmarkWorkers(10_000)
	b.ReportAllocs()
	for b.Loop() {
		programs := compileMapping(b)
		for _, w := range workers {
			evaluateAll(b, programs, w)
		}
	}
}

// BenchmarkEvalCompilingEach is the alternative: 1,000 people, every expression compiled again for each.
func BenchmarkEvalCompilingEach(b *testing.B) {
	workers := benchmarkWorkers(1_000)
	b.ReportAllocs()
	for b.Loop() {
		for _, w := range workers {
			evaluateAll(b, compileMapping(b), w)
		}
	}
}

// BenchmarkExpression shows what each expression of the mapping costs a person.
func BenchmarkExpression(b *testing.B) {
	worker := benchmarkWorkers(1)[0]
	programs := compileMapping(b)
	for _, source := range ownExpressions {
		programs = append(programs, mustCompile(b, source))
	}
	for i, p := range programs {
		b.Run(fmt.Sprintf("%02d", i), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				evaluateAll(b, []*Program{p}, worker)
			}
		})
	}
}

// BenchmarkCompile compiles the whole mapping.
func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		compileMapping(b)
	}
}
