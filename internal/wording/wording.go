// SPDX-License-Identifier: MPL-2.0

// Package wording holds what all messages share: counts with their nouns, short lists, and the kind of
// a problem, by which many problems that say the same are told once.
package wording

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Count writes a number with its noun: "1 account", "2 accounts". The plural is that
// with an s, unless it is given.
func Count(n int, noun string, plural ...string) string {
	switch {
	case n == 1:
	case len(plural) > 0:
		noun = plural[0]
	default:
		noun += "s"
	}
	return Thousands(n) + " " + noun
}

// Thousands writes a number that is not negative with separators: "1,540".
func Thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", Thousands(n/1000), n%1000)
}

// One returns the first text for a count of 1, else the second: for verbs and pronouns.
func One(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// AnyOf lists alternatives: "a, b or c".
func AnyOf(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// Some quotes the first few of many, at most most of them: `"a", "b", …`.
func Some(texts []string, most int) string {
	shown := make([]string, 0, most+1)
	for _, s := range texts[:min(len(texts), most)] {
		shown = append(shown, fmt.Sprintf("%q", s))
	}
	if len(texts) > most {
		shown = append(shown, "…")
	}
	return strings.Join(shown, ", ")
}

var (
	quoted  = regexp.MustCompile(`"(?:[^"\\]|\\.)*"…?`)
	guid    = regexp.MustCompile(`\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b`)
	address = regexp.MustCompile(`[^\s"(,;:]+@[^\s"),;:]+`)
	digits  = regexp.MustCompile(`[0-9]+`)
	marks   = regexp.MustCompile(`request-id [^\]]*`)
)

// Duration writes a time without parts that are nothing, such as 6h, 1h30m or 250ms.
func Duration(d time.Duration) string {
	text := d.String()
	if rest, ok := strings.CutSuffix(text, "m0s"); ok {
		text = rest + "m"
	}
	if rest, ok := strings.CutSuffix(text, "h0m"); ok {
		text = rest + "h"
	}
	return text
}

// Kind returns what is common to texts that say the same about different things: what is
// quoted, numbers, identifiers and addresses are left open. Of what is quoted and
// without letters, such as a date, the shape stays: "31.12.2026" is another kind of date than "2026/12/31".
func Kind(text string) string {
	text = quoted.ReplaceAllStringFunc(text, func(q string) string {
		inner := strings.Trim(q, `"…`)
		if inner == "" || digits.FindString(inner) == "" || strings.ContainsFunc(inner, isLetter) {
			return "“”"
		}
		return "“" + digits.ReplaceAllString(inner, "9") + "”"
	})
	text = guid.ReplaceAllString(text, "id")
	text = marks.ReplaceAllString(text, "")
	text = address.ReplaceAllString(text, "address")
	return digits.ReplaceAllString(text, "9")
}

func isLetter(r rune) bool { return r > 127 || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
