// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// compileErrors are mistakes with their place and a part of the message.
var compileErrors = []struct {
	source       string
	line, column int
	message      string
}{
	// Syntax.
	{``, 1, 1, `found the end of the expression`},
	{`   `, 1, 4, `found the end of the expression`},
	{`Join("a", [first]`, 1, 18, `expected , or ) in the arguments of Join at line 1, column 1`},
	{`Join("a" [first])`, 1, 10, `found the attribute [first]; expected , or )`},
	{`Join("a", [first]))`, 1, 19, `expected the end of the expression`},
	{"Join(\n  \"a\",\n  \"é\" ?)", 3, 7, `found the character '?'`},
	{`Join("a, [first])`, 1, 6, `the text that begins here has no end`},
	{`[first`, 1, 1, `the attribute that begins here has no end`},
	{"[fir\nst]", 1, 1, `the attribute that begins here has no end`},
	{`[a[b]`, 1, 1, `found [ inside an attribute name`},
	{`[ ]`, 1, 1, `an attribute without a name`},
	{`Join(“,”, [first])`, 1, 6, `straight double quotation marks`},
	{`'text'`, 1, 1, `straight double quotation marks`},
	{`Left([first], 1x)`, 1, 15, `found x right after the number 1`},
	{`Left([first], 99999999999999999999)`, 1, 15, `too large`},
	{`BitAnd(&HXY, 1)`, 1, 8, `no hexadecimal number`},
	{`IIF([first]="a" AND [Mail]="b", "1", "2")`, 1, 17, `the language has no AND operator`},
	{`IIF([first]="a"="b", "1", "2")`, 1, 16, `comparisons cannot be chained`},
	{`IIF([first]=, "1", "2")`, 1, 13, `expected a function, [attribute], "text" or a number`},
	{`([first]`, 1, 9, `expected ) for the ( at line 1, column 1`},
	// Names.
	{`NormaliseDiacritics([first])`, 1, 1, `unknown function NormaliseDiacritics; did you mean NormalizeDiacritics?`},
	{`iif([first]="", "", "")`, 1, 1, `function names are case-sensitive: write IIF`},
	{`IsNullorEmpty([first])`, 1, 1, `write IsNullOrEmpty`},
	{`Xyzzy()`, 1, 1, `unknown function Xyzzy`},
	{`Join("", [first], [Lastname])`, 1, 19, `unknown attribute [Lastname]; did you mean LastName?`},
	{`[Departmant]`, 1, 1, `did you mean Department?`},
	{`ignoreattributeflow`, 1, 1, `did you mean IgnoreAttributeFlow?`},
	{`Now`, 1, 1, `write Now(…)`},
	{`Join("", first)`, 1, 10, `write [first] for an attribute or "first" for a text`},
	{`Lookup([first], "ofices")`, 1, 17, `unknown table "ofices"; did you mean offices?`},
	{`Lookup([first], [Mail])`, 1, 17, `the name of the table is computed`},
	{`Use("fullname")`, 1, 5, `did you mean full name?`},
	{`Use("login")`, 1, 5, `is a SelectUniqueValue`},
	{`Use("full name")`, 1, 5, `reads the unknown attribute [lst]`},
	{`Use([first])`, 1, 5, `the name of the expression is computed`},
	// Number of arguments.
	{`Left([first])`, 1, 1, `Left has 1 argument; expected Left(string, numChars)`},
	{`Left([first], 1, 2)`, 1, 1, `Left has 3 arguments`},
	{`Left(, 1)`, 1, 1, `argument 1 (string) of Left is missing`},
	{`Now(1)`, 1, 1, `Now has 1 argument; expected Now()`},
	{`Switch([first], "d")`, 1, 1, `Switch has 2 arguments`},
	{`Switch([first], "d", "k")`, 1, 1, `Switch has 3 arguments`},
	{`Switch([first], "d", "k", "v", "k2")`, 1, 1, `a key without a value`},
	{`Switch([first], "d", , "v")`, 1, 1, `argument 3 (key) of Switch is missing`},
	{`IIF([first])`, 1, 1, `neither a value for true nor one for false`},
	{`SelectUniqueValue([first])`, 1, 1, `expected at least two, or one with Counter()`},
	{`SelectUniqueValue([first], , "b")`, 1, 1, `argument 2 (uniqueValueRule) of SelectUniqueValue is missing`},
	{`FormatDateTime([first], "yyyy")`, 1, 1, `lacks inputFormat or outputFormat`},
	// Types.
	{`Left([first], "two")`, 1, 15, `argument 2 (numChars) of Left is the text "two"; expected a whole number`},
	{`Left([first], 1.5)`, 1, 15, `is the number 1.5; expected a whole number`},
	{`Left([first], IsNull([Mail]))`, 1, 15, `is a truth value (IsNull); expected a whole number`},
	{`Count("a")`, 1, 7, `expected a multi-valued attribute`},
	{`Item(Join(",", [first]), 1)`, 1, 6, `is text (Join); expected a multi-valued attribute`},
	{`Append(Split([first], ","), "a")`, 1, 8, `is a list (Split); expected a single text`},
	{`DateAdd("d", 1, "tomorrow")`, 1, 17, `is the text "tomorrow"; expected yyyy-MM-dd`},
	{`DateDiff("d", Count([first]), Now())`, 1, 15, `is a number (Count); expected a date`},
	{`CDate("31.12.2025")`, 1, 7, `"31.12.2025" is not a date`},
	{`DateAdd("D", 1, Now())`, 1, 9, `unknown interval "D"; expected yyyy (years), m (months)`},
	{`FormatDateTime([first], , "yyyy-MM-dd'", "yyyy")`, 1, 27, `has a ' without its counterpart`},
	{`FormatDateTime([first], "Lenient", "yyyy", "yy")`, 1, 25, `unknown dateTimeStyles "Lenient"`},
	{`InStr([first], "a", 1, vbFuzzy)`, 1, 24, `expected vbBinaryCompare, vbTextCompare, 0 or 1`},
	{`InStr([first], "a", 1, [Mail])`, 1, 24, `is [Mail]; expected vbBinaryCompare`},
	{`ToLower([first], "klingon!")`, 1, 18, `unknown culture "klingon!"`},
	{`E164([first], "Atlantis")`, 1, 15, `unknown region "Atlantis"`},
	{`PhoneFormat([first], "DE", "")`, 1, 28, `expected E164, INTERNATIONAL, NATIONAL or RFC3966`},
	{`Country([first], "alpha4")`, 1, 18, `expected alpha2, alpha3, name or numeric`},
	{`Join("", [first]="a")`, 1, 17, `a comparison (=) stands where a value is expected`},
	{`[first] = "a"`, 1, 9, `a comparison (=) stands where a value is expected`},
	{`IIF(Now(), "a", "b")`, 1, 5, `is a date (Now); expected a comparison or a truth value`},
	{`IIF("maybe", "a", "b")`, 1, 5, `expected a comparison, "True" or "False"`},
	{`IIF(Split([first], ",") = "a", "a", "b")`, 1, 5, `cannot be compared`},
	{`Append(IgnoreAttributeFlow, "a")`, 1, 8, `IgnoreAttributeFlow stands where text is expected`},
	{`Left(IgnoreFlowIfNullOrEmpty(""), 1)`, 1, 6, `is IgnoreAttributeFlow; expected text`},
	{`"" & Split([first], ",")`, 1, 6, `expected a single text`},
	// Replace.
	{`Replace([first], , "(", , "", , )`, 1, 20, `the pattern "(" is wrong`},
	{`Replace([first], , "(?<a>x)", "b", "", , )`, 1, 31, `the pattern has no group "b"; its named groups are a`},
	{`Replace([first], "a", "b", , "", , )`, 1, 1, `oldValue and regexPattern are both given`},
	{`Replace([first], , , , "", , )`, 1, 1, `neither oldValue nor regexPattern is given`},
	{`Replace([first], "a", , "g", "", , )`, 1, 1, `need a regexPattern`},
	{`Replace([first], "a", , , , , )`, 1, 1, `oldValue needs either a replacementValue or a template`},
	{`Replace([first], , "a", , , , )`, 1, 1, `regexPattern needs either`},
	{`Replace([first], , "a", , "b", , "c")`, 1, 1, `a template needs oldValue`},
	{`Replace([first], , "a", , , [Mail], )`, 1, 1, `replacementAttributeName needs a regexGroupName`},
	// Constant parts are evaluated.
	{`IIF([first]="a", Left(Mid("abc", 0, 1), 1), "b")`, 1, 23, `start is 0`},
	{`LeftPad("a", 5, "ab")`, 1, 1, `expected a single character`},
	{`IIF("a" < "", "1", "2")`, 1, 9, `no order`},
	// Place.
	{`Join("", SelectUniqueValue("a", "b"))`, 1, 10, `it must be the outermost function`},
	{`SelectUniqueValue("a", SelectUniqueValue("b", "c"))`, 1, 24, `it must be the outermost function`},
	{`SelectUniqueValue("a", Split([first], ","))`, 1, 24, `expected a single text`},
	{`Counter()`, 1, 1, `Counter stands outside of SelectUniqueValue`},
	{`SelectUniqueValue("a", Counter([first]))`, 1, 32, `start is computed`},
	{`SelectUniqueValue("a", Counter(-1))`, 1, 32, `expected 0 to 9999`},
	{`SingleAppRoleAssignment([first])`, 1, 1, `not from HR`},
}

// TestCompileErrors holds every mistake against its place and a part of its message.
func TestCompileErrors(t *testing.T) {
	named := map[string]*Program{"login": mustCompile(t, `SelectUniqueValue("a", "b")`), "full name": mustCompile(t, `Join(" ", [first], [lst])`)}
	o := Options{
		Attributes: []string{"FirstName", "LastName", "Department", "first", "Mail"},
		Tables:     map[string]map[string]string{"offices": {}},
		Named:      named,
	}
	for _, test := range compileErrors {
		t.Run(test.source, func(t *testing.T) {
			_, err := Compile(test.source, o)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("error %v; want an *Error", err)
			}
			if e.Line != test.line || e.Column != test.column || !strings.Contains(e.Error(), test.message) {
				t.Errorf("\n got %v\nwant line %d, column %d: …%s…", e, test.line, test.column, test.message)
			}
		})
	}
}

func mustCompile(tb testing.TB, source string) *Program {
	tb.Helper()
	p, err := Compile(source, Options{})
	if err != nil {
		tb.Fatalf("%s: %v", source, err)
	}
	return p
}

func TestCompileReportsEveryMistake(t *testing.T) {
	_, err := Compile(`Join(Lft([a], 1), Mid("x"), CDate("never"))`, Options{Attributes: []string{"b"}})
	for _, want := range []string{"Lft", "Mid has 1 argument", `"never" is not a date`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q: %v", want, err)
		}
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != 3 {
		t.Errorf("%d errors; want 3, nothing that only follows from another: %v", n, err)
	}
	_, err = Compile("Join("+strings.Repeat("[x], ", 100)+"[x])", Options{Attributes: []string{}})
	if n := strings.Count(err.Error(), "\n") + 1; n != maxErrors {
		t.Errorf("%d errors; want %d at most", n, maxErrors)
	}
}

func TestDialects(t *testing.T) {
	tests := []struct {
		source  string
		dialect Dialect
		message string // "": compiles
	}{
		{`"a" & "b"`, "", ""},
		{`"a" + "b"`, Provisioning, ""},
		{`"a" & "b"`, CloudSync, ""},
		{`"a" + "b"`, CloudSync, "joins texts with &"},
		{`"a" + "b"`, MIM, ""},
		{`"a" & "b"`, MIM, "joins texts with +"},
		{`Alias`, MIM, ""},
		{`Alias`, CloudSync, "unknown word"},
		{`"a"`, "vba", `unknown dialect "vba"`},
	}
	for _, test := range tests {
		_, err := Compile(test.source, Options{Dialect: test.dialect})
		if test.message == "" && err != nil || test.message != "" && (err == nil || !strings.Contains(err.Error(), test.message)) {
			t.Errorf("%s in %q: %v; want %q", test.source, test.dialect, err, test.message)
		}
	}
}

func TestLimits(t *testing.T) {
	nested := strings.Repeat("Trim(", MaxDepth-1) + "[a]" + strings.Repeat(")", MaxDepth-1)
	mustCompile(t, nested)
	for _, source := range []string{
		"Trim(" + nested + ")",
		strings.Repeat("(", 5000) + "[a]" + strings.Repeat(")", 5000),
		`"` + strings.Repeat("é", MaxSource) + `"`,
		"\"\xff\"",
	} {
		if _, err := Compile(source, Options{}); err == nil {
			t.Errorf("%s compiles", abbreviate(source, 40))
		}
	}
	mustCompile(t, `"`+strings.Repeat("é", MaxSource-2)+`"`)

	// Ten levels of ten uses each would be 10^10 evaluations.
	o := Options{Named: map[string]*Program{"0": mustCompile(t, "[a]")}}
	var err error
	for level := 1; level <= 10 && err == nil; level++ {
		var p *Program
		p, err = Compile("Join(\"\""+strings.Repeat(fmt.Sprintf(", Use(\"%d\")", level-1), 10)+")", o)
		o.Named[fmt.Sprint(level)] = p
	}
	if err == nil || !strings.Contains(err.Error(), "more than 100000 parts") {
		t.Errorf("error %v; want one of the size", err)
	}
}

// TestOutputIsBounded doubles a text until it is refused.
func TestOutputIsBounded(t *testing.T) {
	half := String(strings.Repeat("é", MaxOutput/4+1))
	for _, source := range []string{
		`Join("", [a], [a])`, `Append([a], [a])`, `[a] & [a]`, `Join([a], "", "", "")`, `ConvertToUTF8Hex([a])`, `ConvertToBase64([a]) & [a]`,
		`Replace([a], "é", , , "ééé", , )`, `Replace([a], "x", , , , , "xx")`, `ReplaceString([a], "é", "ééé")`, `Replace([a], , "^é", , [a], , )`,
		`Replace([a], , "(?<g>^é)", "g", [a], , )`, `Replace([a], , "^é", , "$_$_", , )`, `Transliterate([a], "german") & [a] & [a]`, `IIF([a]="", "", [a]) + [a]`,
	} {
		v, err := mustCompile(t, source).Eval(&Env{Attribute: func(string) (Value, bool) { return half, true }})
		if !errors.Is(err, errTooLong) {
			t.Errorf("%s: %d bytes and error %v; want %v", source, len(v.Text()), err, errTooLong)
		}
	}
}

func TestProgramFacts(t *testing.T) {
	named := map[string]*Program{
		"age":  mustCompile(t, `DateDiff("yyyy", CDate([birth]), Now())`),
		"code": mustCompile(t, `Redact(RandomString(6, 3, 0, 0, 3))`),
	}
	p, err := Compile(`Join("", [b], [a], [b], Use("age"), Use("code"))`, Options{Named: named})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Attributes(); !slices.Equal(got, []string{"a", "b", "birth"}) {
		t.Errorf("Attributes = %q", got)
	}
	if !p.UsesClock() || !p.UsesRandom() || !p.Redacted() || p.Unique() {
		t.Errorf("clock %v, random %v, redacted %v, unique %v", p.UsesClock(), p.UsesRandom(), p.Redacted(), p.Unique())
	}
	q := mustCompile(t, ` SelectUniqueValue ( [a] , "x" , ) `)
	if q.UsesClock() || q.UsesRandom() || q.Redacted() || !q.Unique() || len(q.Attributes()) != 1 {
		t.Errorf("clock %v, random %v, redacted %v, unique %v, attributes %q", q.UsesClock(), q.UsesRandom(), q.Redacted(), q.Unique(), q.Attributes())
	}
	if q.Source() != ` SelectUniqueValue ( [a] , "x" , ) ` {
		t.Errorf("Source = %q", q.Source())
	}
	if r := mustCompile(t, `IIF("a"="b", [x], Now())`); !r.UsesClock() || len(r.Attributes()) != 1 {
		t.Error("what is reachable is not reported")
	}
}

func TestFunctions(t *testing.T) {
	list := Functions()
	if len(list) < 80 || !slices.IsSortedFunc(list, func(a, b Function) int { return strings.Compare(a.Name, b.Name) }) {
		t.Fatalf("%d functions, or not sorted", len(list))
	}
	for _, f := range list {
		if !strings.HasPrefix(f.Signature, f.Name+"(") || !strings.HasSuffix(f.Signature, ")") {
			t.Errorf("%s: signature %s", f.Name, f.Signature)
		}
		if !strings.HasSuffix(f.Description, ".") || f.Ours != (len(f.Dialects) == 0) {
			t.Errorf("%s: description %q, dialects %v, ours %v", f.Name, f.Description, f.Dialects, f.Ours)
		}
	}
	i := slices.IndexFunc(list, func(f Function) bool { return f.Name == "Append" })
	list[i].Name, list[i].Dialects[0] = "changed", "changed"
	if again := Functions()[i]; again.Name == "changed" || again.Dialects[0] == "changed" {
		t.Error("callers can change the list")
	}
	i = slices.IndexFunc(list, func(f Function) bool { return f.Name == "Switch" })
	if got, want := list[i].Signature, "Switch(source, default?, key, value?, …)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
