// SPDX-License-Identifier: MPL-2.0

// Package status knows what the status words of HR systems mean. It is the one
// vocabulary of the product: the lifecycle of a mapping, the merge of sources and
// the connectors all ask it.
//
// A word that is not understood is Unknown and never Active: nobody gets or keeps
// access because of a misspelling.
//
// # How a word is read
//
// Case, accents, punctuation and the form (OnLeave, on_leave, ON-LEAVE) make no
// difference. A text is read as phrases of the vocabulary and qualifiers, such as
// "voluntary" or "full time". Everything in it must be understood, with one
// exception: what follows a word that takes access away, behind a dash, a bracket, a colon, a
// comma or a slash, is a remark ("Terminated - moved to Malta").
//
//   - Active with leave is leave ("Active (parental leave)"); active with a
//     suspension is a suspension.
//   - Left with a remark that says it is still to come, was taken back, or has a date in it is
//     Unknown ("Terminated (future dated)", "Terminated - 2026-12-31"): dates belong into the end date.
//   - Left comes before leave and suspension where it comes first ("Terminated on
//     leave"). Left or hired, with words for never having started, is never started
//     ("Terminated - No Show").
//   - Every other contradiction ("Active - Terminated") is Unknown.
//
// Letters and numbers other than 1 and 0, also with a sign, are Unknown: T is terminated here and
// temporary there. A connector whose system defines letters translates them
// (SuccessFactors).
package status

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Class is what a status word means.
type Class string

// The classes.
const (
	Unsaid       Class = ""              // no word at all
	Active       Class = "active"        // works here
	Prehire      Class = "prehire"       // hired, has not started
	OnLeave      Class = "on_leave"      // employed and away
	Suspended    Class = "suspended"     // employed and barred
	Left         Class = "left"          // no longer employed
	NeverStarted Class = "never_started" // was to be hired, and is not
	Unknown      Class = "unknown"
)

// cache holds words that were read: a population has a handful of them, many times each.
var cache struct {
	sync.RWMutex
	classes map[string]Class
}

// maxCached keeps a column of free text from filling the memory.
const maxCached = 4096

// Classify says what a word means. Unknown words never mean Active.
func Classify(word string) Class {
	cache.RLock()
	class, known := cache.classes[word]
	cache.RUnlock()
	if known {
		return class
	}
	class = classify(word)
	cache.Lock()
	defer cache.Unlock()
	if cache.classes == nil || len(cache.classes) >= maxCached {
		cache.classes = map[string]Class{}
	}
	cache.classes[strings.Clone(word)] = class
	return class
}

func classify(word string) Class {
	if signed(word) {
		return Unknown
	}
	parts := split(word)
	if len(parts) == 0 {
		if strings.TrimSpace(word) == "" {
			return Unsaid
		}
		return Unknown
	}
	var all []string
	for _, p := range parts {
		all = append(all, p...)
	}
	if bare := strings.Join(all, " "); (bare == "1" || bare == "0") && bare != strings.TrimSpace(word) {
		return Unknown // a sign or a bracket says something else than the number alone
	}
	if class := phrases[strings.Join(all, " ")]; class != Unsaid {
		return class
	}
	class, understood := read(parts[0])
	if !understood || class == Unsaid {
		return readAll(parts)
	}
	for _, p := range parts[1:] {
		detail, understood := read(p)
		switch {
		case understood && class == Left && detail == NeverStarted && reversed(p):
			return Unknown
		case understood:
			class = combine(class, detail)
		case class == Left && (doubts(p) || dated(word)):
			return Unknown
		case class == Active, class == OnLeave, mentions(p, Active):
			return Unknown
		}
	}
	return class
}

// signed reports whether a word is a number with a sign, such as -1.
func signed(word string) bool {
	word = strings.TrimSpace(word)
	return len(word) > 1 && strings.ContainsRune("+-", rune(word[0])) && word[1] >= '0' && word[1] <= '9'
}

// readAll reads a text whose first part says nothing by itself ("Employee - Terminated").
func readAll(parts [][]string) Class {
	class := Unsaid
	for _, p := range parts {
		one, understood := read(p)
		if !understood {
			return Unknown
		}
		class = combine(class, one)
	}
	if class == Unsaid {
		return Unknown
	}
	return class
}

// combine is what two words of one text mean together.
func combine(first, second Class) Class {
	switch {
	case first == second || second == Unsaid:
		return first
	case first == Unsaid:
		return second
	case first == Active && (second == OnLeave || second == Suspended):
		return second
	case second == Active && (first == OnLeave || first == Suspended):
		return first
	case first == Left && (second == OnLeave || second == Suspended):
		return Left
	case second == NeverStarted && (first == Left || first == Prehire):
		return NeverStarted
	}
	return Unknown
}

// read reads the words of one part; understood is false when one of them is not
// in the vocabulary. The class is Unsaid for qualifiers alone.
func read(words []string) (class Class, understood bool) {
	for at := 0; at < len(words); {
		one, n := longest(words[at:])
		switch {
		case n > 0:
			class = combine(class, one)
			at += n
		case qualifiers[words[at]]:
			at++
		default:
			return Unknown, false
		}
		if class == Unknown {
			return Unknown, true
		}
	}
	return class, true
}

// mentions reports whether a remark has a word of a class in it.
func mentions(words []string, class Class) bool {
	for at := range words {
		if one, n := longest(words[at:]); n > 0 && one == class {
			return true
		}
	}
	return false
}

// longest returns the class of the longest phrase that words begin with, and its length.
func longest(words []string) (Class, int) {
	for n := min(longestPhrase, len(words)); n > 0; n-- {
		if class, ok := phrases[strings.Join(words[:n], " ")]; ok {
			return class, n
		}
	}
	return Unsaid, 0
}

// Fold returns the form under which configured words compare equal: case and
// blanks at the ends do not count.
func Fold(word string) string { return strings.ToLower(strings.TrimSpace(word)) }

// split returns the words of a text by parts, which dashes, brackets, colons,
// commas and slashes separate.
func split(text string) [][]string {
	var parts [][]string
	var words []string
	var word strings.Builder
	endWord := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	endPart := func() {
		if endWord(); len(words) > 0 {
			parts = append(parts, words)
			words = nil
		}
	}
	runes := []rune(norm.NFKD.String(text))
	at := func(i int) rune {
		if i < 0 || i >= len(runes) {
			return ' '
		}
		return runes[i]
	}
	for i, c := range runes {
		switch {
		case unicode.Is(unicode.Mn, c): // an accent
		case unicode.IsUpper(c) && unicode.IsLower(at(i-1)): // OnLeave
			endWord()
			word.WriteRune(unicode.ToLower(c))
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			word.WriteRune(unicode.ToLower(c))
		case c == '\'' || c == '’':
		case strings.ContainsRune("()[]:;,/|–—", c), c == '-' && unicode.IsSpace(at(i-1)) && unicode.IsSpace(at(i+1)):
			endPart()
		default:
			endWord()
		}
	}
	endPart()
	return parts
}
