// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"testing"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping"
)

// TestKeysThatNobodyHas: a Switch or a table of whose keys nobody has any is told; one that fits somebody, whose source
// is computed, or of an attribute that nobody has, is not.
func TestKeysThatNobodyHas(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"switch": {`Switch([Department], "x", "SALES", "a", "LEGAL", "b")`,
			`attribute title: Switch compares [Department] with the keys "SALES", "LEGAL", and nobody in the feed has any of them, so that ` +
				`everybody gets the default, or nothing: found "Law", "Sales"`},
		"inside":      {`Join("", "x", Switch([Department], , "S", "a"))`, `compares [Department] with the keys "S"`},
		"table":       {`Lookup([Department], "offices", "none")`, `Lookup looks [Department] up among the keys "Kiel", "Rome"`},
		"fits one":    {`Switch([Department], "x", "SALES", "a", "Law", "b")`, ""},
		"computed":    {`Switch(ToUpper([Department]), "x", "SALES", "a")`, ""},
		"nobody":      {`Switch([Empty], "x", "SALES", "a")`, ""},
		"truth value": {`Switch([Flag], , "True", "FALSE", "False", "TRUE")`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := rules(func(r *mapping.Rules) {
				r.Attributes["title"] = mapping.AttributeRule{Expression: c.text}
				r.Tables = map[string]map[string]string{"offices": {"Rome": "1", "Kiel": "2"}}
			})
			result := decide(t, input(t, newMemory(), r, hire("1 Ann Lee", "Department=Sales", "Flag=true"), hire("2 Bob Ray", "Department=Law",
				"Flag=false")))
			if got := warned(result, "nobody in the feed has any"); got != (c.want != "") || !warned(result, c.want) {
				t.Errorf("warnings %q, expected %q", result.Warnings, c.want)
			}
		})
	}
	// What a redacted rule reads is not told, wherever else it is read.
	secret := rules(func(r *mapping.Rules) {
		r.Attributes["title"] = mapping.AttributeRule{Expression: `Switch([Department], "x", "SALES", "a")`, Redact: true}
		r.Attributes["department"] = mapping.AttributeRule{Expression: `Switch([Department], "x", "LEGAL", "a")`}
	})
	result := decide(t, input(t, newMemory(), secret, hire("1 Ann Lee", "Department=Topsecret")))
	if !warned(result, "found values that are not shown") || warned(result, "Topsecret") {
		t.Errorf("warnings %q", result.Warnings)
	}
	// A truth value of JSON is one of Microsoft's, too.
	w := hire("1 Ann Lee")
	w.Attributes["Flag"] = expression.String("true")
	r := rules(func(r *mapping.Rules) {
		r.Attributes["title"] = mapping.AttributeRule{Expression: `Switch([Flag], , "True", "FALSE", "False", "TRUE")`}
	})
	expectValue(t, decide(t, input(t, newMemory(), r, w)), "1", "title", "FALSE")
}
