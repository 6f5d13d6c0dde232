// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"testing"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// replaceSeeds are patterns, inputs and replacements with everything .NET knows in a replacement.
var replaceSeeds = [][3]string{
	{`(b)(c)?`, "abd abcd", "[$`|$'|$+|$_|$&|$0|$1|$2|$3|$10|${1}0|${nope}|${|$|$$|$$1]"},
	{`(?<n>\d+)(x)`, "1x é2x", "<${n}-$1-$2-${2}>$"},
	{`x*`, "aëx", "-"},
	{`^|$`, "ab", "'"},
	{`(?<=a)b`, "abcb", "$`"},
	{`\b\w`, "é ab", "$&$&"},
	{`a|b|`, "cab", ""},
	{`(a)(?<5>b)`, "ab", "$5$1$2$0"},
	{`.`, "a\nb", "$_"},
	{`nothing`, "abc", "$0"},
}

// compareReplace holds our replacement, whose parts are prepared once and whose length is bounded, against the engine's own.
func compareReplace(t *testing.T, pattern, input, replacement string) {
	t.Helper()
	re, err := compilePattern(pattern)
	if err != nil || re.RightToLeft() {
		return
	}
	want, err := re.Replace(input, replacement, -1, -1)
	if err != nil {
		return
	}
	got, err := regexReplace(re, input, parseReplacement(re, replacement).expand)
	if err != nil || got != want {
		t.Errorf("Replace(%q, %q, %q) = %q, %v; want %q", input, pattern, replacement, got, err, want)
	}
}

func TestRegexReplace(t *testing.T) {
	for _, p := range replaceSeeds {
		for _, q := range replaceSeeds {
			compareReplace(t, p[0], q[1], p[2])
			compareReplace(t, p[0], p[1], q[2])
		}
	}
	re := regexp2.MustCompile(`(b)(c)?`, regexp2.None)
	got, err := regexReplace(re, "abd", parseReplacement(re, "[$`|$'|$_|$1|${1}0|${nope}|$$]").expand)
	if want := "a[a|d|abd|b|b0|${nope}|$]d"; err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func FuzzReplace(f *testing.F) {
	for _, s := range replaceSeeds {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(func(t *testing.T, pattern, input, replacement string) {
		if len(pattern)+len(input)+len(replacement) > 200 || !utf8.ValidString(input) || !utf8.ValidString(replacement) {
			return
		}
		compareReplace(t, pattern, input, replacement)
	})
}
