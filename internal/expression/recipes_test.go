// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// recipes are expressions as Microsoft's tutorials and guides publish them. They must compile as they stand
// and work for a complete worker. They also seed the fuzzers.
var recipes = []string{
	`SelectUniqueValue( Join("@", Join(".", [FirstName], [LastName]), "contoso.com"), Join("@", Join(".", Mid([FirstName],1,1), [LastName]), "contoso.com"), Join("@", Join(".", Mid([FirstName],1,2), [LastName]), "contoso.com") )`,
	`Replace(Mid(Replace([UserID], , "([\\/\\\\\\[\\]\\:\\;\\|\\=\\,\\+\\*\\?\\<\\>])", , "", , ), 1, 20), , "(\\.)*$", , "", , )`,
	`Switch([Active], , "0", "True", "1", "False")`,
	`Switch([Municipality], "OU=Default Users,DC=contoso,DC=com", "Dallas", "OU=Dallas,OU=Users,DC=contoso,DC=com", "London", "OU=London,OU=Users,DC=contoso,DC=com")`,
	`SelectUniqueValue(Replace(Mid(Replace(NormalizeDiacritics(StripSpaces(Join("", Mid([FirstName],1,1), [LastName]))), , "([\\/\\\\\\[\\]\\:\\;\\|\\=\\,\\+\\*\\?\\<\\>])", , "", , ), 1, 20), , "(\\.)*$", , "", , ), Replace(Mid(NormalizeDiacritics(StripSpaces(Join("", Mid([FirstName],1,2), [LastName]))), 1, 20), , "(\\.)*$", , "", , ))`,
	`Switch([emplStatus], "True", "A", "False", "U", "False", "P", "False")`,
	`Switch([Active], , "1", IIF(DateDiff("d", Now(), CDate([StatusHireDate])) <= 14, "True", "False"), "0", "False")`,
	`Switch([StatusTerminated], "False", "1", "True", "0", Switch([StatusHireRescinded], "False", "1", "True", "0", Switch([Active], "False", "1", IIF(DateDiff("d", Now(), CDate(IIF(IsNullOrEmpty([StatusHireDate]), "9999-01-01", [StatusHireDate]))) < 7, "False", "True"), "0", "True")))`,
	`Switch([StatusTerminationLastDayOfWork], Switch([Active], "False", "0", "True", "1", IIF(DateDiff("d", DateAdd("h","9",Now()), CDate(Switch([StatusTerminationLastDayOfWork],[StatusTerminationLastDayOfWork],"","9999-12-31"))) <= 0, "True", "False")), "", Switch([Active], , "1", "False", "0", "True"))`,
	`Switch([LastDayOfWorkWorkers], Switch([Active], , "1", "False", "0", "True"), "Workers past Last Day of Work", "True")`,
	`IIF(DateDiff("d", Now(), CDate([StatusHireDate])) <= 14, "False", IgnoreObjectFlow)`,
	`NumFromDate(Join("", FormatDateTime([ContractEndDate], ,"yyyy-MM-ddzzz","yyyy-MM-dd"), " 23:59:59-08:00"))`,
	`FormatDateTime([StatusHireDate], , "yyyy-MM-dd", "yyyyMMddHHmmss.fZ")`,
	`Join("", Switch([SupervisoryOrganization], "", "Engineering", "OU=Engineering,", "Shared Services", "OU=Shared Services,"), Switch([CostCenter], "", "Finance and Info. Mgmt.", "OU=Finance and Information Management,"), Switch([CountryReferenceTwoLetter], "", "US", "OU=USA,", "UK", "OU=UK,"), "OU=Users,DC=contoso,DC=com")`,
	`IIF(DateDiff("d", Now(), CDate(Switch([latestTerminationDate],[latestTerminationDate],"","9999-01-01"))) <= -14, "OU=DELETED,DC=company,DC=com", Switch([department], "OU=Default,DC=company,DC=com", "Finance", "OU=Finance,DC=company,DC=com"))`,
	`Switch([CountryReferenceTwoLetter], Join(" ", [FirstName], [LastName]), "HU", Join(",", [LastName], [FirstName]), "JP", Join(",", [LastName], [FirstName]))`,
	`Replace(Join("", "00000000", [personIdExternal]), , "(.*?)(?<id>.{0,8})$", , "${id}", , )`,
	`Replace([WorkerID], , "(?<leadingZeros>^0+)(?<actualValue>[a-zA-Z0-9]+)", , "${actualValue}", , )`,
	`Replace(Replace([telephoneNumber], , "\\+(?<isdCode>\\d* )(?<phoneNumber>.*)", , "${phoneNumber}", , ), , "[()\\s-]+", , "", , )`,
	`Replace([telephoneNumber], , "\+(?<isdCode>\d* )(?<phoneNumber>.* )[x](?<extension>.*)", , "${extension}", , )`,
	`Split(Join(",", Append("smtp:", Join("@", [UserID], "contoso.onmicrosoft.com")), Append("SMTP:", Join("@", [UserID], "contoso.com"))), ",")`,
	`IIF([IsSoftDeleted]="True", Join("_", FormatDateTime(Now(), , "M/d/yyyy h:mm:ss tt", "yyyy-MM-dd"), [mail]), [mail])`,
	`Join("", Replace([mail], , "(?<Suffix>@(.)*)", "Suffix", "", , ), RandomString(3, 3, 0, 0, 0, ), "@", DefaultDomain())`,
	`SelectUniqueValue(Replace(Mid(ConvertToBase64(Guid()),1,5), , "[0-9]", , "A", , ), Replace(Mid(ConvertToBase64(Guid()),1,5), , "[0-9]", , "B", , ))`,
	`Replace([telephoneNumber], , "\\+(?<isdCode>\\d* )(?<phoneNumber>\\d{10})", "phoneNumber" , , [mobile], )`,
	`IgnoreFlowIfNullOrEmpty(IIF(InStr([mail],"@contoso.com")=0,"",[mail]))`,
	`IIF(DateDiff("d", CDate(IIF(IsPresent([startDate]), [startDate], DateAdd("d", "10", Now()))), Now()) >= -1, "FALSE", "TRUE")`,
	`Switch(IsPresent([directManager]),[directManager], IsPresent([skiplevelManager]),[skiplevelManager], IsPresent([director]),[director])`,
	`Join("", 1000, Replace(ConvertToUTF8Hex([UserID]), , "[a-zA-Z_]*", , "", , ))`,
	`Mid(Item([proxyAddresses],Contains([proxyAddresses], "SMTP:")),6)`,
	`Switch ( [Municipality], Join(", ", [LastName], [FirstName]), "Chicago", Append (Join(", ",[LastName], [FirstName]), "(CHI)") )`,
	`IIF([employeeType]="Intern","t-" & [alias],[alias])`,
	`BitAnd(&HF, &HF7)`,
}

func recipeEnv() *Env {
	worker := benchmarkWorkers(1)[0]
	worker["ContractEndDate"] = String("2025-12-31-08:00")
	worker["telephoneNumber"] = String("+1 (206) 291-8163 x8125")
	worker["mail"] = String("ann@contoso.com")
	worker["proxyAddresses"] = List("smtp:b@x", "SMTP:a@x")
	return &Env{
		Attribute:     func(name string) (Value, bool) { v, ok := worker[name]; return v, ok },
		Now:           benchmarkNow,
		Random:        rand.New(rand.NewPCG(1, 1)),
		DefaultDomain: "contoso.com",
	}
}

func TestRecipes(t *testing.T) {
	for _, source := range recipes {
		p, err := Compile(source, Options{})
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if v, err := p.Eval(recipeEnv()); err != nil {
			t.Errorf("%s = %s, %v", source, v, err)
		}
	}
}

// FuzzCompile: no source may bring the compiler down, and mistakes have a place within the source.
func FuzzCompile(f *testing.F) {
	dialects := []Dialect{Provisioning, CloudSync, MIM}
	for _, source := range recipes {
		f.Add(source, uint8(0))
	}
	for _, v := range readVectors(f) {
		f.Add(v.Expression, uint8(max(0, slices.Index(dialects, v.Dialect))))
	}
	for _, test := range compileErrors {
		f.Add(test.source, uint8(0))
	}
	f.Fuzz(func(t *testing.T, source string, dialect uint8) {
		o := Options{Dialect: dialects[int(dialect)%len(dialects)], Tables: map[string]map[string]string{"offices": {"B": "Berlin"}}}
		p, err := Compile(source, o)
		if err == nil {
			o.Attributes = p.Attributes()
			if again, err := Compile(source, o); err != nil || again.UsesClock() != p.UsesClock() {
				t.Errorf("with its own attributes %q: %v", p.Attributes(), err)
			}
			return
		}
		var own *Error
		if !errors.As(err, &own) || own.Line < 1 || own.Line > strings.Count(source, "\n")+1 || own.Column < 1 || own.Message == "" {
			t.Errorf("error without a place: %v", err)
		}
	})
}

// FuzzEval: no value may bring an expression down, results are bounded and the same for the same input.
func FuzzEval(f *testing.F) {
	for _, source := range recipes {
		f.Add(source, "2024-02-29", "José", int64(1))
	}
	for _, v := range readVectors(f) {
		f.Add(v.Expression, "Ann", "+49 30 901820", int64(0))
	}
	f.Fuzz(func(t *testing.T, source, first, second string, seed int64) {
		p, err := Compile(source, Options{})
		if err != nil {
			return
		}
		taken := 0
		env := func() *Env {
			taken = 0
			return &Env{
				Attribute: func(name string) (Value, bool) {
					switch (int64(len(name)) + seed) % 5 {
					case 0:
						return List(first, second), true
					case 1:
						return Null, true
					case 2:
						return String(second), true
					}
					return String(first), true
				},
				Now: time.Unix(seed, 0), Random: rand.New(rand.NewPCG(uint64(seed), 0)), DefaultDomain: "x.org",
				Taken: func(string) (bool, error) { taken++; return taken < 20, nil },
			}
		}
		v, err := p.Eval(env())
		again, err2 := p.Eval(env())
		if err != nil && strings.Contains(err.Error(), "takes too long") || err2 != nil && strings.Contains(err2.Error(), "takes too long") {
			return // how far a match comes in a second is not the same twice
		}
		if (err == nil) != (err2 == nil) || err == nil && !v.Equal(again) {
			t.Errorf("%s gives %s (%v) and then %s (%v)", source, v, err, again, err2)
		}
		if len(v.Text()) > MaxOutput+len(first)+len(second) {
			t.Errorf("%s gives %d bytes", source, len(v.Text()))
		}
		if err != nil && !v.IsNull() {
			t.Errorf("%s gives %s and the error %v", source, v, err)
		}
	})
}
