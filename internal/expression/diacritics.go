// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// diacriticRows is the table of NormalizeDiacritics as the provisioning reference prints it, and nothing else:
// no đ, ð, þ, ħ, plain œ, ķ, ļ, ņ, ģ and no Vietnamese; Transliterate has those.
var diacriticRows = []struct{ plain, characters string }{
	{"a", "ä à â ã å á ą ă ā ā́ ā̀ ā̂ ā̃ ǟ ā̈ ǡ a̱ å̄"},
	{"A", "Ä À Â Ã Å Á Ą Ă Ā Ā́ Ā̀ Ā̂ Ā̃ Ǟ Ā̈ Ǡ A̱ Å̄"},
	{"ae", "æ ǣ"},
	{"AE", "Æ Ǣ"},
	{"c", "ç č ć c̄ c̱"},
	{"C", "Ç Č Ć C̄ C̱"},
	{"d", "ď d̄ ḏ"},
	{"D", "Ď D̄ Ḏ"},
	{"e", "ë è é ê ę ě ė ē ḗ ḕ ē̂ ē̃ ê̄ e̱ ë̄ e̊̄"},
	{"E", "Ë È É Ê Ę Ě Ė Ē Ḗ Ḕ Ē̂ Ē̃ Ê̄ E̱ Ë̄ E̊̄"},
	{"g", "ğ ḡ g̱"},
	{"G", "Ğ Ḡ G̱"},
	{"i", "ï î ì í ı ī ī́ ī̀ ī̂ ī̃ i̱"},
	{"I", "Ï Î Ì Í İ Ī Ī́ Ī̀ Ī̂ Ī̃ I̱"},
	{"l", "ľ ł l̄ ḹ ḻ"},
	{"L", "Ł Ľ L̄ Ḹ Ḻ"},
	{"n", "ñ ń ň n̄ ṉ"},
	{"N", "Ñ Ń Ň N̄ Ṉ"},
	{"o", "ö ò ő õ ô ó ō ṓ ṑ ō̂ ō̃ ȫ ō̈ ǭ ȭ ȱ o̱"},
	{"O", "Ö Ò Ő Õ Ô Ó Ō Ṓ Ṑ Ō̂ Ō̃ Ȫ Ō̈ Ǭ Ȭ Ȱ O̱"},
	{"oe", "ø ø̄ œ̄"},
	{"OE", "Ø Ø̄ Œ̄"},
	{"r", "ř r̄ ṟ ṝ"},
	{"R", "Ř R̄ Ṟ Ṝ"},
	{"ss", "ß"},
	{"s", "š ś ș ş s̄ s̱"},
	{"S", "Š Ś Ș Ş S̄ S̱"},
	{"t", "ť ț t̄ ṯ"},
	{"T", "Ť Ț T̄ Ṯ"},
	{"u", "ü ù û ú ů ű ū ū́ ū̀ ū̂ ū̃ u̇̄ ǖ ṻ ṳ̄ u̱"},
	{"U", "Ü Ù Û Ú Ů Ű Ū Ū́ Ū̀ Ū̂ Ū̃ U̇̄ Ǖ Ṻ Ṳ̄ U̱"},
	{"y", "ÿ ý ȳ ȳ́ ȳ̀ ȳ̃ y̱"},
	{"Y", "Ÿ Ý Ȳ Ȳ́ Ȳ̀ Ȳ̃ Y̱"},
	{"z", "ź ž ż z̄ ẕ"},
	{"Z", "Ź Ž Ż Z̄ Ẕ"},
}

// diacritics maps a character, in NFC and with its combining marks, to its plain form.
var diacritics = sync.OnceValue(func() map[string]string {
	m := make(map[string]string, 300)
	for _, row := range diacriticRows {
		for _, character := range strings.Fields(row.characters) {
			m[norm.NFC.String(character)] = row.plain
		}
	}
	return m
})

// isASCII reports whether s has no character beyond ASCII.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// normalizeDiacritics replaces the characters of the table, however they are composed. Others stay, in NFC.
func normalizeDiacritics(s string) string {
	if isASCII(s) {
		return s
	}
	table := diacritics()
	s = norm.NFC.String(s)
	var b strings.Builder
	b.Grow(len(s))
	for len(s) > 0 {
		if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) { // no mark follows
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		length := characterLength(s)
		plain, size := "", 0
		for size = length; size > 0; { // the longest form the table knows
			var ok bool
			if plain, ok = table[s[:size]]; ok {
				break
			}
			_, last := utf8.DecodeLastRuneInString(s[:size])
			size -= last
		}
		if size == 0 {
			plain, size = s[:length], length
		}
		b.WriteString(plain)
		s = s[size:]
	}
	return b.String()
}

// characterLength returns the length in bytes of the first character with the combining marks that follow it,
// at most four of them: the table has no more.
func characterLength(s string) int {
	_, length := utf8.DecodeRuneInString(s)
	for range 4 {
		r, size := utf8.DecodeRuneInString(s[length:])
		if !unicode.Is(unicode.Mn, r) {
			break
		}
		length += size
	}
	return length
}
