// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"terraform-provider-workforce/internal/directory"
)

// nameKey is a form under which all values are equal that Active Directory may
// take for equal. It compares text ignoring case, diacritics, width and the kind
// of kana (NORM_IGNORECASE, NORM_IGNORENONSPACE, NORM_IGNOREWIDTH and
// NORM_IGNOREKANATYPE, [MS-ADTS] 3.1.1.2.2.4), so that José has the name of
// Jose. The key errs on the side of equal: a name that is free but counts as
// taken costs a number at its end, the opposite costs an apply that fails.
func nameKey(s string) string {
	if isLowerASCII(s) {
		return s
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(width.Fold.String(s))) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case letters[r] != "":
			b.WriteString(letters[r])
		case r >= 'ぁ' && r <= 'ゖ':
			b.WriteRune(r + 'ァ' - 'ぁ')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// letters are those whose mark is not a combining one.
var letters = map[rune]string{'ß': "ss", 'ẞ': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ħ': "h", 'ı': "i", 'ŧ': "t"}

func isLowerASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 || s[i] >= 'A' && s[i] <= 'Z' {
			return false
		}
	}
	return true
}

// matchKey is the key that equal values of an attribute share.
func matchKey(t directory.AttributeType, s string) string {
	switch {
	case isName(t.Name, attrGUID):
		if g, err := canonicalGUID(s); err == nil {
			return g
		}
	case t.Syntax == directory.Path:
		return dnKey(s)
	case t.Syntax == directory.Binary:
		return s
	}
	return nameKey(s)
}
