// SPDX-License-Identifier: MPL-2.0

package expression_test

import (
	"fmt"

	"terraform-provider-workforce/internal/expression"
)

// A login name is compiled once, and evaluated for each person.
func ExampleCompile() {
	login, err := expression.Compile(`ToLower(Join(".", NormalizeDiacritics([FirstName]), [LastName]))`, expression.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	zoe := map[string]expression.Value{"FirstName": expression.String("Zoë"), "LastName": expression.String("Brandt")}
	value, err := login.Eval(&expression.Env{Attribute: func(name string) (expression.Value, bool) {
		v, ok := zoe[name]
		return v, ok
	}})
	fmt.Println(value, err, login.Attributes())
	// Output: "zoe.brandt" <nil> [FirstName LastName]
}

// An error says where in the expression it is, and what was expected there.
func ExampleCompile_error() {
	_, err := expression.Compile(`Jion(" ", [FirstName], [LastName])`, expression.Options{})
	fmt.Println(err)
	// Output: line 1, column 1: unknown function Jion; did you mean Join?
}

// Candidates are the names to try, in order, until the directory has one that is free.
func ExampleProgram_Candidates() {
	login, err := expression.Compile(`SelectUniqueValue([Login], Join("", [Login], Counter()))`, expression.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	env := expression.Env{Attribute: func(string) (expression.Value, bool) { return expression.String("zoe"), true }}
	tried := 0
	for candidate, err := range login.Candidates(&env) {
		fmt.Println(candidate, err)
		if tried++; tried == 3 {
			break
		}
	}
	// Output:
	// "zoe" <nil>
	// "zoe2" <nil>
	// "zoe3" <nil>
}
