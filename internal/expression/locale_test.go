// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"strings"
	"testing"
	"unicode"
)

// A letter gives letters, never a sign: what follows is made into logins and addresses.
func TestTransliterateGivesLetters(t *testing.T) {
	for input, want := range map[string]string{
		"Əliyeva": "Aliyeva", "Məmmədov": "Mammadov", "آمنة": "amna", "فاطمة": "fTma", "Ольга": "Olga", "Соловьёв": "Soloviov",
		"Kaʻahumanu": "Kaahumanu", "Kaʼahumanu": "Kaahumanu",
		"zo\u200be": "zoe", "\ufeffzoe\u202c": "zoe", "O’Brien": "O'Brien", "O'Brien": "O'Brien", "タカハシ アケミ": "takahashi akemi", "高橋 明美": "Gao Qiao  Ming Mei", "김 철수": "gim ceolsu",
	} {
		if got := transliterate(input, nil); got != want {
			t.Errorf("%s: found %q, expected %q", input, got, want)
		}
	}
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !unicode.In(r, unicode.L, unicode.M) {
			if got := plain(r); !isASCII(got) || strings.ContainsFunc(got, unicode.IsControl) {
				t.Fatalf("%U: found %q, expected ASCII", r, got)
			}
			continue
		}
		if got := transliterate("x"+string(r)+"y", nil); strings.ContainsFunc(got,
			func(c rune) bool { return c != ' ' && (c > 'z' || !unicode.IsLetter(c)) }) {
			t.Fatalf("%U %c: found %q, expected letters", r, r, got)
		}
	}
}
