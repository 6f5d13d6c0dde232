// SPDX-License-Identifier: MPL-2.0

package dateformat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/expression/dateformat"
)

func ExampleSplit() {
	tokens, _ := dateformat.Split("dd.MM.yyyy 'at' HH")
	for _, t := range tokens {
		fmt.Printf("%q ", strings.Repeat(string(t.Specifier), t.N)+t.Text)
	}
	// Output: "dd" "." "MM" "." "yyyy" " at " "HH"
}

func TestSplit(t *testing.T) {
	for format, want := range map[string][]dateformat.Token{
		`%d\d`:    {{Specifier: 'd', N: 1}, {Text: "d"}},
		`yyyyyKK`: {{Specifier: 'y', N: 5}, {Specifier: 'K', N: 1}, {Specifier: 'K', N: 1}},
		`M"y"月`:   {{Specifier: 'M', N: 1}, {Text: "y月"}},
		"":        nil, `d'`: nil, `d\`: nil, "d%": nil, "%%": nil, "ffffffff": nil,
	} {
		got, err := dateformat.Split(format)
		if (err != nil) != (want == nil) || err == nil && !slices.Equal(got, want) {
			t.Errorf("%q: got %+v, %v; want %+v", format, got, err, want)
		}
	}
}
