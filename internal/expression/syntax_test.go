// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	s, err := Parse(`IIF(DateDiff("d", Now(), CDate([StatusHireDate])) <= 14, "False", IgnoreObjectFlow)`, Provisioning)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Is("IIF") || len(s.Args) != 3 || s.Args[0].Kind != SyntaxComparison || s.Args[0].Text != "<=" || s.Args[0].Args[1].Text != "14" {
		t.Errorf("tree %+v", s)
	}
	if !slices.Equal(s.Attributes(), []string{"StatusHireDate"}) || s.Args[2].Kind != SyntaxWord || s.Args[2].Text != "IgnoreObjectFlow" {
		t.Errorf("attributes %q, last %+v", s.Attributes(), s.Args[2])
	}
	if s, err := Parse(`Switch([Active], , "a" & [B], [Active])`, Provisioning); err != nil || s.Args[1] != nil ||
		!slices.Equal(s.Attributes(), []string{"Active", "B"}) {
		t.Errorf("tree %+v, %v", s, err)
	}
	if _, err := Parse(`Switch(`, Provisioning); err == nil {
		t.Error("no error")
	}
}

// TestFilteredNames: a SCIM path with a filter is one attribute name.
func TestFilteredNames(t *testing.T) {
	for _, name := range []string{
		`emails[type eq "work"].value`, `addresses[type eq "work"].streetAddress`,
		`phoneNumbers[type eq "mobile" and primary eq true].value`, `emails[value pr].value`,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value`, `urn:x:2.0:User:emails[type eq "a]b"].value`,
	} {
		p, err := Compile(`Join("-", [`+name+`], "x")`, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		v, err := p.Eval(&Env{Attribute: func(asked string) (Value, bool) { return String("v"), asked == name }})
		if err != nil || v.Text() != "v-x" {
			t.Errorf("%s: %s, %v", name, v, err)
		}
	}
	for _, source := range []string{`Join("-", [a, [b])`, `[a[b]]`, `[a[type eq]]`, `[a[type eq "x].value]`, `[a b[type eq "x"]]`} {
		if _, err := Compile(source, Options{}); err == nil {
			t.Errorf("%s: no error", source)
		}
	}
}

// TestSwitchOfTruthValues: JSON writes true where mappings say True. What fits exactly comes first.
func TestSwitchOfTruthValues(t *testing.T) {
	for source, want := range map[string]string{
		`Switch([active], , "True", "FALSE", "False", "TRUE")`:       "FALSE",
		`Switch([active], , "True", "other", "true", "exact")`:       "exact",
		`Switch([active], "default", "1", "x", "yes", "y")`:          "default",
		`Switch([Active], "default", "T", "capital", "truE", "any")`: "any",
	} {
		p, err := Compile(source, Options{})
		if err != nil {
			t.Fatal(err)
		}
		v, err := p.Eval(&Env{Attribute: func(string) (Value, bool) { return String("true"), true }})
		if err != nil || v.Text() != want {
			t.Errorf("%s: %s, %v, want %q", source, v, err, want)
		}
	}
}

// TestMIMLiterals: the bare words of synchronization rules are no attributes.
func TestMIMLiterals(t *testing.T) {
	for source, want := range map[string]Value{
		`IIF(Eq(a,"x"),true,false)`: String("True"), `IIF(Eq(a,"y"),true,false)`: String("False"), `IIF(Eq(a,"x"),NULL,"z")`: Null,
		`IIF(Eq(a,"x"),IgnoreThisFlow,"z")`: DropAttribute, `TRUE`: String("True"),
	} {
		p, err := Compile(source, Options{Dialect: MIM})
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		v, err := p.Eval(&Env{Attribute: func(name string) (Value, bool) { return String("x"), name == "a" }})
		if err != nil || !v.Equal(want) {
			t.Errorf("%s: %s, %v, want %s", source, v, err, want)
		}
	}
}

// TestForeignNames: what is posted for Microsoft's engines works where they accept it, or is told what to write.
func TestForeignNames(t *testing.T) {
	env := &Env{Attribute: func(name string) (Value, bool) {
		v, ok := map[string]string{"a": "Straße", "b": "x", "d": "2020-01-15"}[name]
		return String(v), ok
	}}
	for _, test := range []struct{ dialect, source, want string }{
		{"", `Len([a])`, "6"}, {"", `Len([none])`, "0"}, {"", `LCase([a])`, "straße"}, {"mim", `UCase(b)`, "X"}, {"",
			`IIF(Len([a]) > 5, "long", "short")`, "long"},
		{"mim", `IIF([b] = "x" && IsPresent([a]), "both", "no")`, "both"}, {"mim", `IIF([b] = "y" || [b] = "x" && [a] = "q", "yes", "no")`, "no"},
		{"mim", `IIF(([b] = "y" || [b] = "x") && IsPresent([a]), "yes", "no")`, "yes"},
		{"", `FormatDateTime([d], 7, "yyyy-MM-dd", "dd.MM.yyyy")`, "15.01.2020"}, {"", `FormatDateTime([d], "128", "yyyy-MM-dd", "dd.MM.yyyy")`,
			"15.01.2020"},
	} {
		p, err := Compile(test.source, Options{Dialect: Dialect(test.dialect)})
		if err != nil {
			t.Errorf("%s: %v", test.source, err)
			continue
		}
		if v, err := p.Eval(env); err != nil || v.Text() != test.want {
			t.Errorf("%s: %s, %v, want %s", test.source, v, err, test.want)
		}
	}
	for source, want := range map[string]string{
		`Instr([a], "x")`: "write InStr", `IIf([a]="x", "1", "2")`: "write IIF", `Length([a])`: "write Len", `Substring([a], 1, 2)`: "write Mid",
		`IIF([a]="x" && [b]="y", "1", "2")`: "And(…), Or(…)", `IIF([a]="x" || [b]="y", "1", "2")`: "And(…), Or(…)", `[a] && [b]`: "And(…), Or(…)",
		`Join("@", [a], %Domain.FQDN%)`: "found %Domain.FQDN%, a parameter", `%DomainFQDN%`: "write its value as a text",
		`[a] & %`:                                "found the character '%'",
		`FormatDateTime([d], 256, "yyyy", "yy")`: "sum of flags from 0 to 255", `Concat([a], [b])`: "write Join",
		`isBlank([a])`: "write IsNullOrEmpty",
	} {
		if _, err := Compile(source, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", source, err, want)
		}
	}
}
