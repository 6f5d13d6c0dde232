// SPDX-License-Identifier: MPL-2.0

package review

import (
	"fmt"
	"html"
	"strings"

	"terraform-provider-workforce/internal/markdown"
	"terraform-provider-workforce/internal/wording"
)

// text is a sentence that knows which of its parts come from outside, so that it can be
// written as Markdown, HTML or plain text without anything in it becoming markup.
type text []span

type span struct {
	kind spanKind
	s    string
	id   string // of spanWho: the worker id
}

type spanKind uint8

const (
	spanWords  spanKind = iota // ours
	spanValue                  // a value from outside, shown literally
	spanProse                  // prose from outside, or with values in it
	spanWho                    // a person
	spanStrong                 // ours, set off from the rest
	spanBelow                  // ours, about the lists of the page: plain text has none
)

// say writes a sentence: each %s of the format takes an argument. Strings are prose from
// outside, ints are counted, and text stays what it is.
func say(format string, args ...any) text {
	var out text
	for i, part := range strings.Split(format, "%s") {
		if i > 0 {
			out = append(out, spans(args[i-1])...)
		}
		if part != "" {
			out = append(out, span{kind: spanWords, s: part})
		}
	}
	return out
}

func spans(arg any) text {
	switch v := arg.(type) {
	case text:
		return v
	case span:
		return text{v}
	case int:
		return text{{kind: spanWords, s: wording.Thousands(v)}}
	case string:
		return text{{kind: spanProse, s: v}}
	}
	return text{{kind: spanProse, s: fmt.Sprint(arg)}}
}

// words are ours, such as a plural that was chosen.
func words(s string) span { return span{kind: spanWords, s: s} }

// strong words are ours, and what the eye looks for.
func strong(s string) span { return span{kind: spanStrong, s: s} }

// value is shown literally.
func value(s string) span { return span{kind: spanValue, s: s} }

// count is a number with its noun.
func count(n int, noun string) span { return words(wording.Count(n, noun)) }

// join puts words between texts.
func join(list []text, between string) text {
	var out text
	for i, t := range list {
		if i > 0 {
			out = append(out, words(between))
		}
		out = append(out, t...)
	}
	return out
}

// markdown writes the sentence as GitHub flavoured Markdown, on one line.
func (t text) markdown() string {
	var b strings.Builder
	for _, s := range t {
		switch s.kind {
		case spanWords, spanBelow:
			b.WriteString(s.s)
		case spanStrong:
			b.WriteString("**" + s.s + "**")
		case spanValue:
			b.WriteString(markdown.Code(s.s))
		case spanProse:
			b.WriteString(markdown.Long(s.s))
		case spanWho:
			if s.s != "" {
				b.WriteString(markdown.Text(s.s) + " ")
			}
			b.WriteString("(" + markdown.Code(s.id) + ")")
		}
	}
	return b.String()
}

// html writes the sentence as HTML; people link to their own page.
func (t text) html() string {
	var b strings.Builder
	for _, s := range t {
		switch s.kind {
		case spanValue:
			b.WriteString("<code>" + html.EscapeString(markdown.Visible(s.s)) + "</code>")
		case spanWho:
			b.WriteString(`<a href="#` + anchor(s.id) + `">` + html.EscapeString(markdown.Visible(orID(s))) + "</a>")
		case spanWords, spanBelow:
			b.WriteString(html.EscapeString(s.s))
		case spanStrong:
			b.WriteString("<strong>" + html.EscapeString(s.s) + "</strong>")
		default:
			b.WriteString(html.EscapeString(visibleLong(s.s)))
		}
	}
	return b.String()
}

// String writes the sentence as plain text.
func (t text) String() string {
	var b strings.Builder
	for _, s := range t {
		switch s.kind {
		case spanValue:
			b.WriteString(`"` + markdown.Visible(s.s) + `"`)
		case spanWho:
			if s.s != "" {
				b.WriteString(markdown.Visible(s.s) + " ")
			}
			b.WriteString("(" + markdown.Visible(s.id) + ")")
		case spanWords, spanStrong:
			b.WriteString(s.s)
		case spanBelow:
		default:
			b.WriteString(visibleLong(s.s))
		}
	}
	return b.String()
}

// orID is how a person is called where the id need not be told.
func orID(s span) string {
	if s.s == "" {
		return s.id
	}
	return s.s
}

// visibleLong is markdown.Visible for sentences.
func visibleLong(s string) string {
	var b strings.Builder
	for r := []rune(s); len(r) > 0; {
		n := min(len(r), markdown.MaxShown)
		b.WriteString(markdown.Visible(string(r[:n])))
		r = r[n:]
	}
	return b.String()
}

// anchor names the page of a worker within a report, whatever the id holds.
func anchor(id string) string {
	var b strings.Builder
	b.WriteString("w-")
	for _, c := range []byte(id) {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "-%02x", c)
	}
	return b.String()
}
