// SPDX-License-Identifier: MPL-2.0

package status

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Dated is a status word with one date in it: "Terminated - 2024-05-01", "Active until 1 May 2024".
type Dated struct {
	// Class is what the words mean without the date: Left, or, where Until, Active, OnLeave or Suspended.
	Class Class
	// Until is true where the class holds up to the date and through it. Otherwise the date is
	// the day of the leaving.
	Until bool
	// First and Last are the earliest and the latest day that the date can be, as YYYY-MM-DD. They
	// differ where nobody can tell the order of day and month ("03/04/2024") or the century.
	First, Last string
}

// marker stands for the date among the words of a text.
const marker = "\x00"

// untils are words before a date through which something holds; onward are the others that may stand there.
var (
	untils = set(`until, till, til, through, thru, ends, ending, bis, jusquau, jusqua, hasta, fino, tot, ate`)
	onward = set(`on, from, at, as, of, per, since, effective, eff, date, dated, day, last, the, am, zum, ab, seit, der, den, le, du, au,
		depuis, el, desde, al, dal, il, op, sinds, em, a`)
)

// ReadDated reads a status word that has exactly one whole date in it. Ok is false where there is none, where
// there are several, or where the words around it are not understood: then the date can be about something
// else ("Terminated - born 1990-05-01"), and Classify alone decides.
func ReadDated(word string) (d Dated, ok bool) {
	if !strings.ContainsFunc(word, unicode.IsDigit) {
		return Dated{}, false // the words of nearly everybody
	}
	text, days := takeDate(unaccented(word))
	if len(days) == 0 {
		return Dated{}, false
	}
	rest, until, ok := around(text)
	if !ok {
		return Dated{}, false
	}
	d = Dated{Class: Classify(rest), Until: until, First: slices.Min(days), Last: slices.Max(days)}
	if until {
		return d, slices.Contains([]Class{Active, OnLeave, Suspended}, d.Class)
	}
	return d, d.Class == Left
}

// around returns the words around the marker, without those that lead to it. Ok is false where its part has words
// that nobody knows.
func around(text string) (rest string, until, ok bool) {
	var kept []string
	for _, part := range split(strings.ReplaceAll(text, marker, " xdatex ")) {
		at := slices.Index(part, "xdatex")
		if at < 0 {
			kept = append(kept, strings.Join(part, " "))
			continue
		}
		before := part[:at]
		for n := len(before); n > 0 && leads(before); n = len(before) {
			until = until || untils[before[n-1]]
			before = before[:n-1]
		}
		words := append(slices.Clone(before), part[at+1:]...)
		if _, understood := read(words); !understood {
			return "", false, false
		}
		if len(words) > 0 {
			kept = append(kept, strings.Join(words, " "))
		}
	}
	return strings.Join(kept, " - "), until, true
}

// leads reports whether the last of the words before a date leads to it. A word for the leaving is what the text says
// where it is in the vocabulary ("De baja"), and leads to the date elsewhere ("Terminated - termination date").
func leads(before []string) bool {
	last := before[len(before)-1]
	if leaving[last] {
		class, understood := read(before)
		return !understood || class == Unsaid
	}
	return untils[last] || onward[last]
}

// unaccented returns a text in lower case without accents.
func unaccented(text string) string {
	return strings.ToLower(strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Mn, c) {
			return -1
		}
		return c
	}, norm.NFKD.String(text)))
}

var (
	inNumbers = regexp.MustCompile(`(?:^|[^\d./-])(\d{1,4})(\s?[-./–]\s?)(\d{1,2})(\s?[-./–]\s?)(\d{4}|\d{1,2})` +
		`(?:t00:00(?::00(?:\.0+)?)?z?)?\.?(?:$|[^\d./-])`)
	compact  = regexp.MustCompile(`(?:^|[^\d./-])(\d{4})(\d\d)(\d\d)(?:$|[^\d./-])`)
	dayMonth = regexp.MustCompile(`(?:^|[^\d./-])(\d{1,2})(?:st|nd|rd|th|er|\.)?[\s./-]*(?:of\s|de\s)?(\pL{3,})\.?,?[\s./-]*(?:de\s)?` +
		`(\d{4}|\d{2})(?:$|[^\d./-])`)
	monthDay  = regexp.MustCompile(`(?:^|\PL)(\pL{3,})\.?\s?(\d{1,2})(?:st|nd|rd|th)?,?\s(\d{4})(?:$|[^\d./-])`)
	yearMonth = regexp.MustCompile(`(?:^|[^\d./-])(\d{4})[\s./-](\pL{3,})[\s./-](\d{1,2})(?:$|[^\d./-])`)
)

// takeDate puts the marker in the place of the one date of a text, and returns the days that it can be.
func takeDate(text string) (string, []string) {
	var days []string
	for _, form := range []struct {
		pattern *regexp.Regexp
		last    int // the group in which the date ends
		read    func(g []string) []string
	}{
		{inNumbers, 5, func(g []string) []string { return numbers(g[1], g[3], g[5], strings.Contains(g[2], ".")) }},
		{compact, 3, func(g []string) []string { return years(g[1], g[2], g[3]) }},
		{dayMonth, 3, func(g []string) []string { return years(g[3], months[g[2]], g[1]) }},
		{monthDay, 3, func(g []string) []string { return years(g[3], months[g[1]], g[2]) }},
		{yearMonth, 3, func(g []string) []string { return years(g[1], months[g[2]], g[3]) }},
	} {
		at := form.pattern.FindStringSubmatchIndex(text)
		if at == nil {
			continue
		}
		var groups []string
		for i := 0; i < len(at); i += 2 {
			groups = append(groups, text[at[i]:at[i+1]])
		}
		found := form.read(groups)
		if len(found) == 0 {
			continue
		}
		if days != nil {
			return text, nil // two dates
		}
		end := at[2*form.last+1]
		if rest := text[end:]; strings.HasPrefix(rest, "t00:00") {
			end += len(rest) - len(strings.TrimLeft(rest, "t0:.z"))
		}
		text, days = text[:at[2]]+marker+text[end:], found
	}
	return text, days
}

// numbers are the days that three numbers can be. Dots stand between day, month and year in that order.
func numbers(a, b, c string, dots bool) []string {
	if len(a) == 4 {
		return years(a, b, c)
	}
	if len(a) > 2 || len(c) == 1 {
		return nil
	}
	days := years(c, b, a)
	if !dots {
		days = append(days, years(c, a, b)...)
		if len(a) == 2 && len(c) == 2 {
			days = append(days, years(a, b, c)...)
		}
	}
	return days
}

// years are the days of the calendar that a year, a month and a day can be: one, or one of each century where the
// year has two digits from 50.
func years(year, month, day string) []string {
	written := []string{year}
	if len(year) == 2 {
		if written = []string{"20" + year}; year >= "50" {
			written = append(written, "19"+year)
		}
	}
	var days []string
	for _, y := range written {
		if t, err := time.Parse("2006-1-2", y+"-"+month+"-"+day); err == nil && t.Year() >= firstYear && t.Year() <= lastYear {
			days = append(days, t.Format(time.DateOnly))
		}
	}
	return days
}
