// SPDX-License-Identifier: MPL-2.0

// Package markdown writes pages in GitHub flavoured Markdown from text that comes from
// outside: whatever a value holds, it stays text.
package markdown

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"terraform-provider-workforce/internal/wording"
)

// MaxShown is how many characters of one text a page shows.
const MaxShown = 120

// Text escapes text from outside for use within a paragraph, a list or a table
// cell of GitHub flavoured Markdown: it stays text whatever it holds, on one line.
func Text(s string) string {
	var b strings.Builder
	s = Visible(s)
	for i, r := range s {
		switch r {
		case '&': // only before a name or a number it begins a character reference
			if next, _ := utf8.DecodeRuneInString(s[i+1:]); next == '#' || unicode.IsLetter(next) {
				b.WriteString("&amp;")
				continue
			}
			b.WriteRune(r)
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '\\', '`', '*', '_', '[', ']', '#', '|', '~', '!', '$':
			b.WriteByte('\\')
			b.WriteRune(r)
		case ':', 'w', 'W': // nothing becomes a link
			b.WriteRune(r)
			if rest := s[i+utf8.RuneLen(r):]; r == ':' && strings.HasPrefix(rest, "//") || len(rest) > 2 && strings.EqualFold(rest[:3], "ww.") {
				b.WriteRune('\u2060')
			}
		case '@':
			b.WriteString("@\u2060") // a word joiner: nobody is mentioned by their name
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Code shows text literally, as a code span that nothing within can end, and
// that can stand in a table cell.
func Code(s string) string {
	s = Visible(s)
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

// Visible cuts text and replaces what would not show or would rearrange what
// does: control characters, line breaks and changes of direction.
func Visible(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > MaxShown {
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

// Long is Text for sentences, which may be longer than a value.
func Long(s string) string {
	var parts []string
	for r := []rune(s); len(r) > 0 && len(parts) < 8; {
		n := min(len(r), MaxShown)
		parts = append(parts, Text(string(r[:n])))
		r = r[n:]
	}
	return strings.Join(parts, "")
}

// Page is a page that is being written.
type Page struct {
	strings.Builder
	// MaxListed is the number of rows after which a table or list is cut.
	MaxListed int
}

// Line writes a line; an empty one ends a paragraph.
func (p *Page) Line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// Table writes n rows below a heading, cut after MaxListed of them.
func (p *Page) Table(header []string, n int, row func(int) []string) {
	p.Line("| %s |", strings.Join(header, " | "))
	p.Line("|%s", strings.Repeat(" --- |", len(header)))
	for i := range min(n, p.MaxListed) {
		p.Line("| %s |", strings.Join(row(i), " | "))
	}
	if more := n - p.MaxListed; more > 0 {
		p.Line("\n… and %s more.", wording.Thousands(more))
	}
	p.Line("")
}

// Notes writes a list of sentences, cut like a table.
func (p *Page) Notes(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	p.Line("## %s (%s)\n", title, wording.Thousands(len(lines)))
	for _, line := range lines[:min(len(lines), p.MaxListed)] {
		p.Line("- %s", Long(line))
	}
	if more := len(lines) - p.MaxListed; more > 0 {
		p.Line("- … and %s more", wording.Thousands(more))
	}
	p.Line("")
}
