// SPDX-License-Identifier: MPL-2.0

package directory_test

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"terraform-provider-workforce/internal/directory"
)

// TestFold holds that the short way for ASCII folds as Unicode does.
func TestFold(t *testing.T) {
	for name, expected := range map[string]string{
		"": "", "zoe": "zoe", "ZOE.Example@CORP.example.com": "zoe.example@corp.example.com", "\x00\x7f~": "\x00\x7f~",
		"Zoë": "zoë", "ZOE\u0308": "zoë", "zoe\u0308.X": "zoë.x", "CN=\u212bsa": "cn=åsa", "\u212aelvin": "kelvin", "İ": "i", "ﬁ": "ﬁ",
		"a\xff": norm.NFC.String(strings.ToLower("a\xff")),
	} {
		if got := directory.Fold(name); got != expected {
			t.Errorf("Fold(%q): found %q, expected %q", name, got, expected)
		}
	}
}

// TestFoldAllocates holds that a name that is folded already costs nothing: a decision folds some forty
// for a person who stays as they are, and a hundred for one who is new.
func TestFoldAllocates(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { directory.Fold("cn=zoe,ou=staff,dc=corp,dc=example,dc=com") }); n != 0 {
		t.Errorf("%v objects for a name that is folded already, expected none", n)
	}
}
