// SPDX-License-Identifier: MPL-2.0

package status

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A remark behind a word for having left can say that this is still to come, or that it was taken back:
// "Terminated (future dated)", "Terminated - 2026-12-31", "Resigned (rescinded)". Whoever reads that as having
// left locks somebody out, and whoever reads it as active may never take access away.

// ahead are words that say that something is still to come, in the form that split gives them. Most can also be about
// something else ("planned restructuring"), so they count where a remark is about the leaving, see doubts.
var ahead = set(`future, futuredated, upcoming, forthcoming, scheduled, planned, effective, anticipated, expected, intended, proposed,
	tentative, prospective, soon, tomorrow, until, till, zukunftig, kunftig, geplant, vorgemerkt, voraussichtlich, futur, prevu,
	prevue, futuro, futura, previsto, prevista, programado, programada, gepland, toekomstig, agendado, agendada, planowany, planowane`)

// certain are those that are about a day to come, whatever else a remark says.
var certain = set(`tomorrow, until, till`)

// leaving are words for the leaving itself, and when are words for the time of it.
var (
	leaving = set(`termination, separation, resignation, leaving, leaver, departure, date, dated, kundigung, austritt, depart, baja`)
	when    = set(`on, from, at, as, in, is, to, be, not, yet, noch, nicht, next, last, day, week, month, quarter, year, monday, tuesday,
	wednesday, thursday, friday, saturday, sunday`)
)

// negations before a word of ahead say that it does not hold ("not eligible for future employment").
var negations = set(`no, not, without, never, kein, keine, ohne, nicht, sans, pas, sin, senza, zonder, niet, sem, bez`)

// open are what a remark is about that begins with a word such as pending; anything else that is pending, such as
// the final pay, follows after somebody has left.
var open = set(`approval, confirmation, review, termination, separation, resignation, leaving, leaver, exit, offboarding, end, date, dated,
	hr, workflow, process, decision`)

var waiting = set(`pending, awaiting, pendiente, pendente, ausstehend`)

// takenBack are words for never having started that, of somebody who is said to have left, can also be about the leaving.
var takenBack = set(`rescinded, withdrawn, withdrew, cancelled, canceled, revoked, declined, rejected, storniert, zuruckgezogen, abgelehnt,
	annule, annulee, anulado, rechazado`)

// joining are words by which one that is taken back is about the hire: "Terminated - Offer Rescinded".
var joining = set(`offer, hire, start, candidate, application, embauche, contratacion`)

var months = set(`jan, january, januar, feb, february, februar, mar, march, marz, apr, april, may, mai, jun, june, juni, jul, july, juli,
	aug, august, sep, sept, september, oct, october, okt, oktober, nov, november, dec, december, dez, dezember`)

func set(text string) map[string]bool {
	out := map[string]bool{}
	for _, word := range list(text) {
		out[word] = true
	}
	return out
}

// doubts reports whether a remark says that a leaving is still to come, or names a day, which may be.
func doubts(remark []string) bool {
	only := func(sets ...map[string]bool) bool {
		return !slices.ContainsFunc(remark, func(word string) bool {
			return !slices.ContainsFunc(sets, func(words map[string]bool) bool { return words[word] })
		})
	}
	near := func(i int) bool { return i >= 0 && i < len(remark) && leaving[remark[i]] }
	about := only(ahead, open, waiting, qualifiers, when)
	for i, word := range remark {
		if ahead[word] && !negated(remark[:i+1]) && (about || certain[word] || near(i-1) || near(i+1)) || month(remark[i:]) {
			return true
		}
		if word == "in" && i+1 < len(remark) && remark[i+1] == "notice" {
			return true
		}
	}
	return only(waiting, open, qualifiers) && !only(open, qualifiers)
}

// negated reports whether a negation stands before the last of words; "not yet" and "not until" are none.
func negated(words []string) bool {
	for i, word := range words[:len(words)-1] {
		after := words[i+1]
		if negations[word] && after != "yet" && after != "until" && after != "till" && (i == 0 || words[i-1] != "noch") {
			return true
		}
	}
	return false
}

// month reports whether words begin with a month by name and a number, in any order.
func month(words []string) bool {
	if len(words) < 2 {
		return false
	}
	number := words[0]
	switch {
	case months[number]:
		number = words[1]
	case !months[words[1]]:
		return false
	}
	n, err := strconv.Atoi(strings.TrimRight(number, "dhnrst")) // 1st, 2nd, 3rd, 4th
	return err == nil && (n >= 1 && n <= 31 || n >= firstYear && n <= lastYear)
}

// The years of a date; other numbers are those of a case or a ticket.
const firstYear, lastYear = 1950, 2100

var (
	withSeparators    = regexp.MustCompile(`(?:^|\D)(\d{1,4})\s?[-./– ]\s?(\d{1,2})\s?[-./– ]\s?(\d{4}|\d{2})(?:\D|$)`)
	withoutSeparators = regexp.MustCompile(`(?:^|\D)(\d{4})(\d\d)(\d\d)(?:\D|$)`)
)

// reversed reports whether a remark can say that a leaving was taken back, and not that a hire was.
func reversed(remark []string) bool {
	has := func(words map[string]bool) bool {
		return slices.ContainsFunc(remark, func(word string) bool { return words[word] })
	}
	return has(takenBack) && !has(joining)
}

// dated reports whether a text has a date in numbers in it: a year, a month and a day, in any of the usual orders. A year
// alone or another number is none ("RIF 2024", "case 123456").
func dated(text string) bool {
	for _, found := range withSeparators.FindAllStringSubmatch(text, -1) {
		a, b, c := found[1], found[2], found[3]
		if len(a) == 4 && date(a, b, c) || len(a) <= 2 && (date(c, b, a) || date(c, a, b)) {
			return true
		}
	}
	for _, found := range withoutSeparators.FindAllStringSubmatch(text, -1) {
		if date(found[1], found[2], found[3]) {
			return true
		}
	}
	return false
}

// date reports whether numbers are a day of the calendar. A year of two digits is one of this century.
func date(year, month, day string) bool {
	if len(year) == 2 {
		year = "20" + year
	}
	t, err := time.Parse("2006-1-2", year+"-"+month+"-"+day)
	return err == nil && t.Year() >= firstYear && t.Year() <= lastYear
}
