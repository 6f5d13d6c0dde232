// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"strings"
	"unicode"

	"terraform-provider-workforce/internal/directory"
)

// maxShown is how many characters of one text a report shows.
const maxShown = 120

// prose escapes text from outside for use within a paragraph, a list or a table
// cell of GitHub flavoured Markdown: it stays text whatever it holds, on one line.
func prose(s string) string {
	var b strings.Builder
	for _, r := range visible(s) {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '\\', '`', '*', '_', '[', ']', '#', '|', '~', '!', '$':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '@':
			b.WriteString("@\u2060") // a word joiner: nobody is mentioned by their name
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// code shows text literally, as a code span that nothing within can end, and
// that can stand in a table cell.
func code(s string) string {
	s = visible(s)
	if s == "" {
		return "(empty)"
	}
	fence, run := 1, 0
	for _, r := range s {
		if run++; r != '`' {
			run = 0
		}
		fence = max(fence, run+1)
	}
	ticks := strings.Repeat("`", fence)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || s[0] == ' ' && s[len(s)-1] == ' ' {
		s = " " + s + " "
	}
	return ticks + strings.ReplaceAll(s, "|", `\|`) + ticks
}

// visible cuts text and replaces what would not show or would rearrange what
// does: control characters, line breaks and changes of direction.
func visible(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxShown {
			b.WriteRune('…')
			break
		}
		switch {
		case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			b.WriteRune('␤')
		case r == '\t':
			b.WriteByte(' ')
		case r == '\u200c' || r == '\u200d': // join letters in Persian and Indian names
			b.WriteRune(r)
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			b.WriteRune('\ufffd')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// shown writes a value for a report.
func shown(v directory.Value) string {
	if len(v) == 0 {
		return "none"
	}
	return code(strings.Join(v, "; "))
}
